//! Values at the edges: the special values of C, and what functions of two numbers say.

use super::{ALL, one};
use elbo_tensor_ad::kernels::{Binary, Element, Operand, Processor, Unary};

#[test]
fn powers_and_angles_have_the_special_values_of_c() {
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.0,
        -2.0,
        0.5,
        -0.5,
        3.0,
        1e300,
        -1e300,
        5e-324,
        1e-310,
        f64::MAX,
        1e17,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        4.0,
        -3.0,
        1.0 + f64::EPSILON,
    ];
    for p in Processor::available() {
        for a in special {
            for b in special {
                let mut out = [0.0];
                let same = |x: f64, y: f64| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
                f64::binary(p, Binary::Pow, Operand::Scalar(a), Operand::Scalar(b), &mut out);
                let expected = libm::pow(a, b);
                assert!(
                    same(out[0], expected)
                        || (out[0] - expected).abs() <= 2.0 * f64::EPSILON * expected.abs(),
                    "pow({a:e}, {b:e}) = {:e}, expected {expected:e}",
                    out[0]
                );
                f64::binary(p, Binary::Atan2, Operand::Scalar(a), Operand::Scalar(b), &mut out);
                let expected = libm::atan2(a, b);
                assert!(
                    same(out[0], expected)
                        || (out[0] - expected).abs() <= 2.0 * f64::EPSILON * expected.abs()
                            && expected != 0.0,
                    "atan2({a:e}, {b:e}) = {:e}, expected {expected:e}",
                    out[0]
                );
            }
        }
    }
}

/// The special values of C's `math.h`, for both types.
macro_rules! special_values {
    ($name:ident, $t:ident) => {
        #[test]
        fn $name() {
            const INF: $t = $t::INFINITY;
            let tiny = $t::from_bits(1);
            let cases: [(Unary, $t, $t); 83] = [
                (Unary::Sin, 0.0, 0.0),
                (Unary::Sin, -0.0, -0.0),
                (Unary::Sin, tiny, tiny),
                (Unary::Sin, -tiny, -tiny),
                (Unary::Cos, 0.0, 1.0),
                (Unary::Cos, -0.0, 1.0),
                (Unary::Tan, 0.0, 0.0),
                (Unary::Tan, -0.0, -0.0),
                (Unary::Tan, -tiny, -tiny),
                (Unary::Asin, -0.0, -0.0),
                (Unary::Asin, -tiny, -tiny),
                (Unary::Acos, 1.0, 0.0),
                (Unary::Atan, -0.0, -0.0),
                (Unary::Atan, -tiny, -tiny),
                (Unary::Atan, INF, core::$t::consts::FRAC_PI_2),
                (Unary::Atan, -INF, -core::$t::consts::FRAC_PI_2),
                (Unary::Sinh, -0.0, -0.0),
                (Unary::Sinh, -tiny, -tiny),
                (Unary::Sinh, INF, INF),
                (Unary::Sinh, -INF, -INF),
                (Unary::Sinh, $t::MIN, -INF),
                (Unary::Cosh, -0.0, 1.0),
                (Unary::Cosh, -INF, INF),
                (Unary::Cosh, $t::MAX, INF),
                (Unary::Asinh, -0.0, -0.0),
                (Unary::Asinh, -tiny, -tiny),
                (Unary::Asinh, INF, INF),
                (Unary::Asinh, -INF, -INF),
                (Unary::Acosh, 1.0, 0.0),
                (Unary::Acosh, INF, INF),
                (Unary::Cbrt, -0.0, -0.0),
                (Unary::Cbrt, INF, INF),
                (Unary::Cbrt, -27.0, -3.0),
                (Unary::Erf, -0.0, -0.0),
                (Unary::Erf, -INF, -1.0),
                (Unary::Erfc, INF, 0.0),
                (Unary::Erfc, -INF, 2.0),
                (Unary::Lgamma, INF, INF),
                (Unary::Exp, INF, INF),
                (Unary::Exp, -INF, 0.0),
                (Unary::Exp, 0.0, 1.0),
                (Unary::Exp, -0.0, 1.0),
                (Unary::Exp, $t::MAX, INF),
                (Unary::Exp, $t::MIN, 0.0),
                (Unary::Expm1, INF, INF),
                (Unary::Expm1, -INF, -1.0),
                (Unary::Expm1, 0.0, 0.0),
                (Unary::Expm1, -0.0, -0.0),
                (Unary::Expm1, tiny, tiny),
                (Unary::Expm1, -tiny, -tiny),
                (Unary::Expm1, $t::MAX, INF),
                (Unary::Ln, 0.0, -INF),
                (Unary::Ln, -0.0, -INF),
                (Unary::Ln, 1.0, 0.0),
                (Unary::Ln, INF, INF),
                (Unary::Ln1p, 0.0, 0.0),
                (Unary::Ln1p, -0.0, -0.0),
                (Unary::Ln1p, tiny, tiny),
                (Unary::Ln1p, -tiny, -tiny),
                (Unary::Ln1p, -1.0, -INF),
                (Unary::Ln1p, INF, INF),
                (Unary::Tanh, INF, 1.0),
                (Unary::Tanh, -INF, -1.0),
                (Unary::Tanh, 0.0, 0.0),
                (Unary::Tanh, -0.0, -0.0),
                (Unary::Tanh, tiny, tiny),
                (Unary::Tanh, -tiny, -tiny),
                (Unary::Sigmoid, INF, 1.0),
                (Unary::Sigmoid, -INF, 0.0),
                (Unary::Sigmoid, 0.0, 0.5),
                (Unary::Softplus, INF, INF),
                (Unary::Softplus, -INF, 0.0),
                (Unary::Softplus, $t::MAX, $t::MAX),
                (Unary::LogSigmoid, INF, 0.0),
                (Unary::LogSigmoid, -INF, -INF),
                (Unary::LogSigmoid, $t::MIN, $t::MIN),
                (Unary::Recip, -0.0, -INF),
                (Unary::Rsqrt, 0.0, INF),
                (Unary::Rsqrt, INF, 0.0),
                (Unary::Sign, -0.0, -0.0),
                (Unary::Sign, -3.0, -1.0),
                (Unary::Floor, -0.5, -1.0),
                (Unary::Sqrt, -0.0, -0.0),
            ];
            for (f, x, expected) in cases {
                let found = one(f, x);
                let same = if expected == 0.0 && matches!(f, Unary::LogSigmoid) {
                    found == 0.0
                } else {
                    found.to_bits() == expected.to_bits()
                };
                assert!(same, "{f:?}({x:e}) = {found:e}, expected {expected:e}");
            }
            for f in
                [Unary::Ln, Unary::Ln1p, Unary::Sqrt, Unary::Rsqrt, Unary::Asin, Unary::Acos, Unary::Acosh]
            {
                assert!(one::<$t>(f, -2.0).is_nan() && one(f, -INF).is_nan(), "{f:?} of a negative number");
            }
            for f in ALL {
                assert!(one(f, $t::NAN).is_nan(), "{f:?} of NaN");
                assert!(one(f, -$t::NAN).is_nan(), "{f:?} of -NaN");
            }
        }
    };
}
special_values!(special_values_are_right_in_f64, f64);
special_values!(special_values_are_right_in_f32, f32);

#[test]
fn binary_functions_are_what_they_say() {
    let p = Processor::detect();
    let at = |f, a: f64, b: f64| {
        let mut out = [0.0];
        f64::binary(p, f, Operand::Scalar(a), Operand::Scalar(b), &mut out);
        out[0]
    };
    assert_eq!(at(Binary::Add, 2.0, 3.0), 5.0);
    assert_eq!(at(Binary::Sub, 2.0, 3.0), -1.0);
    assert_eq!(at(Binary::Mul, 2.0, 3.0), 6.0);
    assert_eq!(at(Binary::Div, 2.0, 4.0), 0.5);
    assert_eq!(at(Binary::Pow, 2.0, 10.0), 1024.0);
    assert_eq!((at(Binary::Max, 2.0, 3.0), at(Binary::Max, 3.0, 2.0)), (3.0, 3.0));
    assert_eq!((at(Binary::Min, 2.0, 3.0), at(Binary::Min, 3.0, 2.0)), (2.0, 2.0));
    for f in [Binary::Max, Binary::Min] {
        assert!(at(f, f64::NAN, 1.0).is_nan() && at(f, 1.0, f64::NAN).is_nan());
    }
    assert_eq!((at(Binary::Lt, 1.0, 2.0), at(Binary::Lt, 2.0, 2.0)), (1.0, 0.0));
    assert_eq!((at(Binary::Le, 2.0, 2.0), at(Binary::Le, 3.0, 2.0)), (1.0, 0.0));
    assert_eq!((at(Binary::Eq, 2.0, 2.0), at(Binary::Eq, f64::NAN, f64::NAN)), (1.0, 0.0));
    assert_eq!(at(Binary::TanhPullback, 4.0, 0.5), 3.0);
    assert_eq!(at(Binary::SigmoidPullback, 4.0, 0.25), 0.75);
}
