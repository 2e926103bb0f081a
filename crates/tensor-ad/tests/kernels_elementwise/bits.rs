//! The same bits at every length, on every processor, in place, and both curves together.

use super::{ALL, Stream};
use elbo_tensor_ad::kernels::{Binary, Element, Operand, Processor, Ternary, Unary};

/// Random numbers of all sizes, and the awkward ones.
fn awkward(n: usize) -> Vec<f64> {
    let edges = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        1e-310,
        -1e-310,
        5e-324,
        1e-40,
        1e300,
        -1e300,
        709.7,
        -745.1,
        88.7,
        -103.9,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        22.0,
        -22.0,
        1e10,
        -3e22,
        0.7,
        -0.9,
        7.3,
        -7.5,
        1e-9,
        2.0,
        3.0,
    ];
    let mut stream = Stream(7);
    (0..n)
        .map(|i| {
            if i % 3 == 0 {
                edges[(i / 3) % edges.len()]
            } else {
                (stream.next() * 2.0 - 1.0) * [1.0, 30.0][i % 2]
            }
        })
        .collect()
}

macro_rules! same_bits {
    ($name:ident, $t:ident) => {
        #[test]
        fn $name() {
            let x: Vec<$t> = awkward(1000).iter().map(|&v| v as $t).collect();
            let y: Vec<$t> = x.iter().rev().copied().collect();
            let z: Vec<$t> = x.iter().skip(1).chain(&x[..1]).copied().collect();
            let same = |a: &[$t], b: &[$t], what: &str| {
                for (i, (a, b)) in a.iter().zip(b).enumerate() {
                    let equal = a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
                    assert!(equal, "{what}, element {i} of {}: {a:e} and {b:e}", x[i]);
                }
            };
            for f in ALL {
                // One element at a time on the portable level: no vector, no tail.
                let mut expected = vec![0.0; x.len()];
                for i in 0..x.len() {
                    $t::unary(Processor::portable(), f, &x[i..=i], &mut expected[i..=i]);
                }
                for p in Processor::available() {
                    for n in (0..=33).chain([x.len()]) {
                        let mut out = vec![0.0; n];
                        $t::unary(p, f, &x[..n], &mut out);
                        same(&out, &expected[..n], &format!("{f:?} on {p:?}, {n} long"));
                        let mut out = x[..n].to_vec();
                        $t::unary_in_place(p, f, &mut out);
                        same(&out, &expected[..n], &format!("{f:?} in place on {p:?}, {n} long"));
                    }
                }
            }
            let two = [
                Binary::Add,
                Binary::Sub,
                Binary::Mul,
                Binary::Div,
                Binary::Pow,
                Binary::Atan2,
                Binary::Max,
                Binary::Min,
                Binary::Lt,
                Binary::Le,
                Binary::Eq,
                Binary::TanhPullback,
                Binary::SigmoidPullback,
                Binary::LnBeta,
                Binary::PolygammaStep(0),
                Binary::PolygammaStep(1),
            ];
            for f in two {
                let mut expected = vec![0.0; x.len()];
                for i in 0..x.len() {
                    let (a, b) = (Operand::Scalar(x[i]), Operand::Scalar(y[i]));
                    $t::binary(Processor::portable(), f, a, b, &mut expected[i..=i]);
                }
                for p in Processor::available() {
                    for n in (0..=33).chain([x.len()]) {
                        let mut out = vec![0.0; n];
                        $t::binary(p, f, Operand::Slice(&x[..n]), Operand::Slice(&y[..n]), &mut out);
                        same(&out, &expected[..n], &format!("{f:?} on {p:?}"));
                        let mut out = x[..n].to_vec();
                        $t::binary_in_place(p, f, &mut out, Operand::Slice(&y[..n]));
                        same(&out, &expected[..n], &format!("{f:?} in place on {p:?}"));
                    }
                    // A number on either side is the same as a slice full of it.
                    let full = vec![x[4]; x.len()];
                    let (mut one, mut other) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                    $t::binary(p, f, Operand::Scalar(x[4]), Operand::Slice(&y), &mut one);
                    $t::binary(p, f, Operand::Slice(&full), Operand::Slice(&y), &mut other);
                    same(&one, &other, &format!("{f:?} with a number first"));
                    $t::binary(p, f, Operand::Slice(&y), Operand::Scalar(x[4]), &mut one);
                    $t::binary(p, f, Operand::Slice(&y), Operand::Slice(&full), &mut other);
                    same(&one, &other, &format!("{f:?} with a number second"));
                    let mut out = y.clone();
                    $t::binary_in_place(p, f, &mut out, Operand::Scalar(x[4]));
                    same(&out, &one, &format!("{f:?} in place with a number"));
                }
            }
            for f in [Ternary::MulAdd, Ternary::NegMulAdd, Ternary::MulSub, Ternary::Select] {
                let mut expected = vec![0.0; x.len()];
                for i in 0..x.len() {
                    expected[i] = match f {
                        Ternary::MulAdd => x[i].mul_add(y[i], z[i]),
                        Ternary::NegMulAdd => (-x[i]).mul_add(y[i], z[i]),
                        Ternary::MulSub => x[i].mul_add(y[i], -z[i]),
                        _ => {
                            if x[i] == 0.0 {
                                z[i]
                            } else {
                                y[i]
                            }
                        }
                    };
                }
                for p in Processor::available() {
                    for kind in 0..8_usize {
                        // Slices full of one number stand for the scalars.
                        let pick = |bit: usize, from: &[$t]| {
                            if kind >> bit & 1 == 1 { vec![from[5]; from.len()] } else { from.to_vec() }
                        };
                        let (a, b, c) = (pick(0, &x), pick(1, &y), pick(2, &z));
                        let operand = |bit: usize, full: &'_ [$t]| -> Option<$t> {
                            (kind >> bit & 1 == 1).then(|| full[0])
                        };
                        let mut out = vec![0.0; x.len()];
                        let mut slices = vec![0.0; x.len()];
                        let wrap = |scalar: Option<$t>, slice| match scalar {
                            Some(v) => Operand::Scalar(v),
                            None => Operand::Slice(slice),
                        };
                        $t::ternary(
                            p,
                            f,
                            wrap(operand(0, &a), &a),
                            wrap(operand(1, &b), &b),
                            wrap(operand(2, &c), &c),
                            &mut out,
                        );
                        $t::ternary(
                            p,
                            f,
                            Operand::Slice(&a),
                            Operand::Slice(&b),
                            Operand::Slice(&c),
                            &mut slices,
                        );
                        same(&out, &slices, &format!("{f:?} of kind {kind} on {p:?}"));
                        if kind == 0 {
                            same(&out, &expected, &format!("{f:?} on {p:?}"));
                        }
                    }
                }
            }
            for p in Processor::available() {
                for n in 0..=33 {
                    let mut out = y[..n].to_vec();
                    $t::axpy(p, 1.7, &x[..n], &mut out);
                    let expected: Vec<$t> = (0..n).map(|i| x[i].mul_add(1.7, y[i])).collect();
                    same(&out, &expected, "axpy");
                    $t::affine(p, &x[..n], 1.7, -0.3, &mut out);
                    let expected: Vec<$t> = (0..n).map(|i| x[i].mul_add(1.7, -0.3)).collect();
                    same(&out, &expected, "affine");
                }
            }
        }
    };
}
same_bits!(every_processor_and_every_length_gives_the_same_bits_in_f64, f64);
same_bits!(every_processor_and_every_length_gives_the_same_bits_in_f32, f32);

macro_rules! both_curves {
    ($($name:ident, $t:ident;)*) => {$(
        #[test]
        fn $name() {
            let special = [$t::NAN, $t::INFINITY, $t::NEG_INFINITY, 0.0, -0.0, $t::MAX, $t::MIN, $t::MIN_POSITIVE];
            for n in 0..=70 {
                let x: Vec<$t> = (0..n)
                    .map(|i| if i % 9 == 8 { special[i / 9 % 8] } else { (i as $t * 0.7).sin() * 30.0 })
                    .collect();
                for p in Processor::available() {
                    let (mut softplus, mut sigmoid) = (vec![0.0; n], vec![0.0; n]);
                    let (mut expected_softplus, mut expected_sigmoid) = (vec![0.0; n], vec![0.0; n]);
                    $t::softplus_and_sigmoid(p, &x, &mut softplus, &mut sigmoid);
                    $t::unary(p, Unary::Softplus, &x, &mut expected_softplus);
                    $t::unary(p, Unary::Sigmoid, &x, &mut expected_sigmoid);
                    let same = |a: &[$t], b: &[$t]| {
                        a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
                    };
                    assert!(same(&softplus, &expected_softplus), "softplus of {n} on {p:?}");
                    assert!(same(&sigmoid, &expected_sigmoid), "sigmoid of {n} on {p:?}");
                    let (mut scale, mut slope, mut ratio) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
                    let mut expected_ratio = vec![0.0; n];
                    let logarithms = $t::softplus_scales(p, &x, &mut scale, &mut slope, &mut ratio);
                    $t::binary(p, Binary::Div, sigmoid[..].into(), softplus[..].into(), &mut expected_ratio);
                    assert!(same(&scale, &softplus) && same(&slope, &sigmoid), "scales of {n} on {p:?}");
                    assert!(same(&ratio, &expected_ratio), "ratios of {n} on {p:?}");
                    assert!(same(&[logarithms], &[$t::sum_ln(p, &softplus)]), "logarithms of {n} on {p:?}");
                }
            }
        }
    )*};
}
both_curves! {
    both_logistic_curves_together_are_the_bits_of_each_alone_in_f64, f64;
    both_logistic_curves_together_are_the_bits_of_each_alone_in_f32, f32;
}
