//! Bijectors against tables computed with high precision, and against what a bijector is.
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;

use elbo_distributions::{Bijector, Error, Support};
use elbo_tensor_ad::{Array, Expr, check, grad, reference};
use golden::{cases, close, list, number};
use proptest::prelude::*;
use serde_json::Value;

/// The bijector of this row of the table.
fn build(case: &Value) -> Bijector {
    let bound = |name: &str| Expr::constant(number(&case["args"][name]).unwrap());
    match case["transform"].as_str().unwrap() {
        "log" => Bijector::Exp,
        "log_exp_m1" => Bijector::Softplus,
        "logodds" => Bijector::Sigmoid,
        "interval" => Bijector::Interval { lower: bound("lower"), upper: bound("upper") },
        "interval_lower_only" => Bijector::Above { lower: bound("lower") },
        "interval_upper_only" => Bijector::Below { upper: bound("upper") },
        "ordered" => Bijector::Ordered,
        "simplex" => Bijector::Simplex,
        "stick_breaking_stan" => Bijector::StickBreaking,
        "cholesky_cov_packed" => Bijector::CholeskyCovariance,
        "cholesky_corr_stan" => Bijector::CorrelationCholesky,
        "zero_sum" => Bijector::ZeroSum { axes: 1 },
        "circular" => Bijector::Circular,
        other => panic!("a transform that this test does not know: {other}"),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).into_iter().map(Option::unwrap).collect()
}

/// The triangle of a matrix with its diagonal, row by row, as the table has it; anything else as it is.
fn packed(x: &Array<f64>) -> Vec<f64> {
    match *x.shape() {
        [n, m] => {
            let upper = (0..n * m).filter(|at| at % m > at / m);
            assert!(upper.into_iter().all(|at| x.data()[at] == 0.0), "{x:?}");
            (0..n * m).filter(|at| at % m <= at / m).map(|at| x.data()[at]).collect()
        }
        _ => x.data().to_vec(),
    }
}

#[test]
fn values_log_determinants_and_their_gradients_are_those_of_the_table() {
    let mut seen = std::collections::BTreeSet::new();
    for case in cases("transforms.json") {
        let b = build(&case);
        seen.insert(case["transform"].as_str().unwrap().to_string());
        let y = Array::vector(numbers(&case["y"]));
        let input = Expr::input("y", y.shape());
        let log_det = b.log_abs_det_jacobian(&input).sum();
        let slope = grad(&log_det, std::slice::from_ref(&input)).unwrap().remove(0);
        let found = reference::evaluate(&[b.forward(&input), log_det, slope], &[("y", &y)]).unwrap();
        assert_eq!(b.forward_at(&y).unwrap().data(), found[0].data());
        // The table's own tolerances: next to a bound that is not 0, the last digits of x are the bound's.
        let width = match &b {
            Bijector::Interval { lower, upper } => {
                upper.as_constant().unwrap() - lower.as_constant().unwrap()
            }
            // Of zero-sum vectors the last digits are those of the largest element; an angle's are the line's.
            Bijector::ZeroSum { .. } | Bijector::Circular => {
                y.data().iter().fold(1.0, |m: f64, v| m.max(v.abs()))
            }
            _ => 0.0,
        };
        let (x, want) = (packed(&found[0]), numbers(&case["x"]));
        assert_eq!(x.len(), want.len());
        for (x, want) in x.iter().zip(want) {
            assert!(close(*x, want, 1e-13, 1e-15 * width), "{case}: x = {x}, not {want}");
        }
        let want = number(&case["log_abs_det_jac"]).unwrap();
        for l in [found[1].data()[0], b.log_abs_det_jacobian_at(&y).unwrap().data().iter().sum()] {
            assert!(close(l, want, 1e-12, 1e-12), "{case}: log det = {l}");
        }
        for (slope, want) in found[2].data().iter().zip(numbers(&case["grad_log_abs_det_jac"])) {
            // Slopes of a softmax lose what is below one ulp of the number of classes.
            let atol = if matches!(b.constrained_rank(), 0) { 1e-15 } else { 1e-14 };
            assert!(close(*slope, want, 1e-10, atol), "{case}: slope = {slope}, not {want}");
        }
    }
    assert_eq!(seen.len(), 13, "{seen:?}");
}

fn of_numbers() -> impl Strategy<Value = Bijector> {
    let c = Expr::constant;
    prop_oneof![
        Just(Bijector::Identity),
        Just(Bijector::Exp),
        Just(Bijector::Softplus),
        Just(Bijector::Sigmoid),
        Just(Bijector::Circular),
        (-5.0..5.0, 0.1..10.0)
            .prop_map(move |(lower, w)| Bijector::Interval { lower: c(lower), upper: c(lower + w) }),
        (-5.0..5.0).prop_map(move |lower| Bijector::Above { lower: c(lower) }),
        (-5.0..5.0).prop_map(move |upper| Bijector::Below { upper: c(upper) }),
        (-5.0..5.0, prop_oneof![0.1..10.0, -10.0..-0.1])
            .prop_map(move |(shift, scale)| Bijector::Affine { shift: c(shift), scale: c(scale) }),
        Just(Bijector::composed([Bijector::Softplus, Bijector::Exp.inverted()]).unwrap()),
    ]
}

/// Vector maps with the length of a `y` that they take.
fn of_vectors() -> impl Strategy<Value = (Bijector, usize)> {
    let positive = Bijector::composed([Bijector::Ordered, Bijector::Exp]).unwrap();
    let scaled = Bijector::composed([
        Bijector::Affine {
            shift: Expr::constant(0.5),
            scale: Expr::literal(Array::vector(vec![2.0, -1.0, 0.3])),
        },
        Bijector::Simplex,
    ])
    .unwrap();
    let other_simplex = Bijector::composed([
        Bijector::StickBreaking,
        Bijector::AdditiveLogRatio.inverted(),
        Bijector::Softplus,
    ])
    .unwrap();
    prop_oneof![
        (1..6usize).prop_map(|n| (Bijector::Ordered, n)),
        (1..6usize).prop_map(|n| (Bijector::Simplex, n)),
        (1..6usize).prop_map(|n| (Bijector::StickBreaking, n)),
        (1..6usize).prop_map(|n| (Bijector::AdditiveLogRatio, n)),
        (1..6usize).prop_map(|n| (Bijector::ZeroSum { axes: 1 }, n)),
        (1..5usize).prop_map(|n| (Bijector::CholeskyCovariance, n * (n + 1) / 2)),
        (1..5usize).prop_map(|n| (Bijector::Covariance, n * (n + 1) / 2)),
        (2..5usize).prop_map(|n| (Bijector::CorrelationCholesky, n * (n - 1) / 2)),
        (2..5usize).prop_map(|n| (Bijector::Correlation, n * (n - 1) / 2)),
        (1..6usize).prop_map(move |n| (positive.clone(), n)),
        Just((scaled, 3)),
        (1..5usize).prop_map(move |n| (other_simplex.clone(), n)),
    ]
}

/// The coordinates of `x` that the determinant is of.
fn coordinates(b: &Bijector, x: &Array<f64>) -> Vec<f64> {
    let triangle = |diagonal: usize| {
        let n = x.shape()[0];
        (0..n).flat_map(move |i| (0..i + diagonal).map(move |j| x.data()[i * n + j])).collect()
    };
    match b {
        Bijector::Simplex | Bijector::StickBreaking | Bijector::AdditiveLogRatio => {
            x.data()[..x.len() - 1].to_vec()
        }
        Bijector::CholeskyCovariance | Bijector::Covariance => triangle(1),
        Bijector::CorrelationCholesky | Bijector::Correlation => triangle(0),
        Bijector::Composed { .. } if (x.data().iter().sum::<f64>() - 1.0).abs() < 1e-12 => {
            coordinates(&Bijector::Simplex, x)
        }
        _ => x.data().to_vec(),
    }
}

/// `ln √det(Jᵀ J)`, by Gram-Schmidt on the columns of `J`.
fn log_volume(mut columns: Vec<Vec<f64>>) -> f64 {
    let mut log = 0.0;
    for i in 0..columns.len() {
        for j in 0..i {
            let (done, rest) = columns.split_at_mut(i);
            let (a, b) = (&done[j], &mut rest[0]);
            let along: f64 = a.iter().zip(b.iter()).map(|(a, b)| a * b).sum();
            b.iter_mut().zip(a).for_each(|(b, a)| *b -= along * a);
        }
        let length = columns[i].iter().map(|v| v * v).sum::<f64>().sqrt();
        log += length.ln();
        columns[i].iter_mut().for_each(|v| *v /= length);
    }
    log
}

/// The logarithm of the volume of the numerical Jacobian.
fn numerical(b: &Bijector, y: &Array<f64>) -> f64 {
    let h = 1e-3;
    let columns = (0..y.len()).map(|k| {
        let at = |t: f64| {
            let mut moved = y.clone();
            moved.data_mut()[k] += t;
            coordinates(b, &b.forward_at(&moved).unwrap())
        };
        let (a, b, c, d) = (at(h), at(-h), at(2.0 * h), at(-2.0 * h));
        // Fourth order.
        (0..a.len()).map(|i| (8.0 * (a[i] - b[i]) - (c[i] - d[i])) / (12.0 * h)).collect()
    });
    log_volume(columns.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_inverse_undoes_the_map(b in of_numbers(), y in -6.0..6.0f64) {
        let at = Array::scalar(y);
        let x = b.forward_at(&at).unwrap();
        // One ulp of x moves y by ulp(x) / |dx/dy|.
        let slope = b.log_abs_det_jacobian_at(&at).unwrap().data()[0].exp();
        let tolerance = 1e-13 + 8.0 * f64::EPSILON * (x.data()[0].abs() + 15.0) / slope;
        let back = b.inverse_at(&x).unwrap().data()[0];
        let turns = if matches!(b, Bijector::Circular) { ((y - back) / std::f64::consts::TAU).round() } else { 0.0 };
        prop_assert!((back + turns * std::f64::consts::TAU - y).abs() <= tolerance, "{b:?} {y} {x:?}");
    }

    #[test]
    fn the_inverse_undoes_the_map_of_vectors((b, n) in of_vectors(), y in prop::collection::vec(-3.0..3.0f64, 15)) {
        let y = Array::vector(y[..n].to_vec());
        let x = b.forward_at(&y).unwrap();
        let back = b.inverse_at(&x).unwrap();
        prop_assert_eq!(back.shape(), y.shape());
        // The conditioning of these maps over this range is below 1e5.
        for (found, want) in back.data().iter().zip(y.data()) {
            prop_assert!((found - want).abs() < 1e-9, "{:?} {:?}: {:?}", b, y, back);
        }
    }

    #[test]
    fn the_log_determinant_is_that_of_the_numerical_jacobian(b in of_numbers(), y in -6.0..6.0f64) {
        // Not where the circle is cut.
        prop_assume!(!matches!(b, Bijector::Circular) || (y.abs() - std::f64::consts::PI).abs() > 0.01);
        let at = Array::scalar(y);
        let found = b.log_abs_det_jacobian_at(&at).unwrap().data()[0];
        let expected = numerical(&b, &at);
        // Differences of the fourth order leave 1e-12 of the slope, and roundings of x divided by the step.
        prop_assert!((found - expected).abs() <= 1e-8 + 1e-10 / found.exp(), "{b:?} {y}: {found} {expected}");
    }

    #[test]
    fn the_log_determinant_is_that_of_the_numerical_jacobian_of_vectors(
        (b, n) in of_vectors(), y in prop::collection::vec(-1.5..1.5f64, 15)
    ) {
        let y = Array::vector(y[..n].to_vec());
        let found = b.log_abs_det_jacobian_at(&y).unwrap();
        prop_assert_eq!(found.rank(), 0);
        let expected = numerical(&b, &y);
        prop_assert!((found.data()[0] - expected).abs() <= 1e-6, "{:?} {:?}: {:?} {}", b, y, found, expected);
    }

    #[test]
    fn gradients_of_the_log_determinant_and_of_the_map_hold(
        (b, n) in of_vectors(), y in prop::collection::vec(-1.5..1.5f64, 15)
    ) {
        let y = Array::vector(y[..n].to_vec());
        let input = Expr::input("y", [n]);
        let x = b.forward(&input);
        let weights = Expr::iota(Array::<f64>::zeros(b.constrained_shape(&[n]).unwrap()).len()) + 1.0;
        let weighted = (x.reshape([weights.shape().fixed_len().unwrap()]) * weights).sum();
        let total = weighted + b.log_abs_det_jacobian(&input);
        check::gradient(&total, &["y"], &[("y", &y)]).unwrap();
    }

    #[test]
    fn batches_equal_loops((b, n) in of_vectors(), y in prop::collection::vec(-3.0..3.0f64, 90)) {
        let all = Array::new([2, 3, n], y[..6 * n].to_vec()).unwrap();
        let x = b.forward_at(&all).unwrap();
        prop_assert_eq!(x.shape(), b.constrained_shape(all.shape()).unwrap());
        prop_assert_eq!(b.unconstrained_shape(x.shape()).unwrap(), all.shape());
        let (back, log_det) = (b.inverse_at(&x).unwrap(), b.log_abs_det_jacobian_at(&all).unwrap());
        prop_assert_eq!(log_det.shape(), [2, 3]);
        let size = x.len() / 6;
        for i in 0..6 {
            let one = Array::vector(all.data()[i * n..(i + 1) * n].to_vec());
            let x_one = b.forward_at(&one).unwrap();
            let agree = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| close(*a, *b, 1e-14, 1e-14));
            prop_assert!(agree(x_one.data(), &x.data()[i * size..(i + 1) * size]));
            prop_assert!(agree(b.log_abs_det_jacobian_at(&one).unwrap().data(), &log_det.data()[i..=i]));
            prop_assert!(agree(b.inverse_at(&x_one).unwrap().data(), &back.data()[i * n..(i + 1) * n]));
        }
    }

    #[test]
    fn every_support_contains_what_its_bijector_makes(
        y in prop::collection::vec(-30.0..30.0f64, 6), lower in -5.0..5.0f64, w in 0.1..9.0f64
    ) {
        let supports: [Support<f64>; 14] = [
            Support::Real,
            Support::Positive,
            Support::NonNegative,
            Support::UnitInterval,
            Support::Interval { lower, upper: lower + w },
            Support::Above { lower },
            Support::Below { upper: lower },
            Support::Circle,
            Support::Simplex,
            Support::ZeroSum { axes: 1 },
            Support::CholeskyFactor,
            Support::CorrelationCholesky,
            Support::Ordered,
            Support::Correlation,
        ];
        for s in supports {
            let gentle = if matches!(s, Support::Real) { 1.0 } else { 0.1 };
            // The last three are strict, and rounding reaches their edges: within 3 of the origin.
            let strict = matches!(s, Support::Ordered | Support::Correlation | Support::CorrelationCholesky);
            let y = y.iter().map(|v| if strict { gentle * v } else { *v }).collect();
            let x = s.bijector().unwrap().forward_at(&Array::vector(y)).unwrap();
            prop_assert_eq!(s.check("Own", &x), Ok(()), "{} {:?}", s, x);
        }
    }
}

#[test]
fn log_determinants_stay_finite_far_out() {
    let c = Expr::constant;
    let scalars = [
        Bijector::Exp,
        Bijector::Softplus,
        Bijector::Sigmoid,
        Bijector::Circular,
        Bijector::Interval { lower: c(-1.0), upper: c(2.0) },
    ];
    for b in scalars {
        for y in [-1e6, -800.0, -40.0, 40.0, 800.0, 1e6] {
            assert!(b.log_abs_det_jacobian_at(&Array::scalar(y)).unwrap().data()[0].is_finite(), "{b:?} {y}");
        }
    }
    let vectors = [
        Bijector::Ordered,
        Bijector::Simplex,
        Bijector::StickBreaking,
        Bijector::AdditiveLogRatio,
        Bijector::ZeroSum { axes: 1 },
        Bijector::CholeskyCovariance,
        Bijector::Covariance,
        Bijector::CorrelationCholesky,
        Bijector::Correlation,
    ];
    for b in vectors {
        for y in [[-1e6, 1e6, 3.0], [800.0, 800.0, -800.0], [1e6, -40.0, 1e6], [40.0, 0.0, -1e6]] {
            let at = Array::vector(y.to_vec());
            let input = Expr::input("y", [3]);
            let log_det = b.log_abs_det_jacobian(&input);
            let slope = grad(&log_det, std::slice::from_ref(&input)).unwrap().remove(0);
            let x = b.forward(&input);
            let found = reference::evaluate(&[log_det, slope, x], &[("y", &at)]).unwrap();
            assert!(
                found[..2].iter().flat_map(|a| a.data()).all(|v| v.is_finite()),
                "{b:?} {y:?}: {found:?}"
            );
            // Values may leave the range of numbers, upwards; none is NaN but where an infinity meets another in L Lᵀ.
            let allowed = matches!(b, Bijector::Covariance);
            assert!(found[2].data().iter().all(|v| allowed || !v.is_nan()), "{b:?} {y:?}: {found:?}");
        }
    }
}

#[test]
fn an_angle_is_wrapped_with_slope_one() {
    for y in [-1e5, -std::f64::consts::PI, 0.3, std::f64::consts::PI, 40.0, 1e8] {
        let input = Expr::input("y", ());
        let x = Bijector::Circular.forward(&input);
        let slope = grad(&x, std::slice::from_ref(&input)).unwrap().remove(0);
        let found = reference::evaluate(&[x, slope], &[("y", &Array::scalar(y))]).unwrap();
        let x = found[0].data()[0];
        assert!(
            x.abs() <= std::f64::consts::PI && (x.sin() - y.sin()).abs() < 1e-15 * (10.0 + y.abs()),
            "{y} {x}"
        );
        assert_eq!(found[1].data(), [1.0]);
    }
}

#[test]
fn simplices_and_correlations_of_one_and_triangles_of_none() {
    for b in [Bijector::Simplex, Bijector::StickBreaking, Bijector::AdditiveLogRatio] {
        assert_eq!(b.constrained_shape(&[4, 0]).unwrap(), [4, 1]);
    }
    assert_eq!(Bijector::Correlation.constrained_shape(&[0]).unwrap(), [1, 1]);
    assert_eq!(Bijector::Correlation.forward_at(&Array::zeros([0])).unwrap().data(), [1.0]);
}

#[test]
fn lengths_that_are_not_mapped_are_named() {
    let wrong = |b: &Bijector, shape: &[usize]| b.forward_at(&Array::zeros(shape)).unwrap_err().to_string();
    assert_eq!(
        wrong(&Bijector::CholeskyCovariance, &[2, 5]),
        "CholeskyCovariance takes n (n + 1) / 2 numbers on the last axis, found shape [2, 5]"
    );
    assert_eq!(
        wrong(&Bijector::Correlation, &[5]),
        "Correlation takes n (n - 1) / 2 numbers on the last axis, found shape [5]"
    );
    assert_eq!(wrong(&Bijector::Simplex, &[]), "Simplex takes a vector on the last axis, found shape []");
    let back = |b: Bijector, shape: &[usize]| b.inverse_at(&Array::zeros(shape));
    for (b, shape) in [
        (Bijector::Covariance, &[2, 3][..]),
        (Bijector::Simplex, &[0]),
        (Bijector::Correlation, &[3]),
        (Bijector::Ordered, &[]),
        (Bijector::Exp.inverted().inverted(), &[]),
    ] {
        let exp = matches!(b, Bijector::Exp);
        let found = back(b, shape);
        assert!(if exp { found.is_ok() } else { matches!(found, Err(Error::BijectorShape { .. })) });
    }
    // As expressions they carry the mistake on.
    for b in [Bijector::CholeskyCovariance, Bijector::Correlation] {
        let y = Expr::input("y", [5]);
        assert!(b.forward(&y).check().is_err() && b.log_abs_det_jacobian(&y).check().is_err());
    }
    for b in [
        Bijector::Ordered,
        Bijector::Simplex,
        Bijector::StickBreaking,
        Bijector::ZeroSum { axes: 1 },
        Bijector::Covariance,
    ] {
        for y in [Expr::input("y", ["n"]), Expr::input("y", ())] {
            assert!(b.forward(&y).check().is_err() && b.log_abs_det_jacobian(&y).check().is_err(), "{b:?}");
            assert!(b.inverse(&y).check().is_err());
        }
    }
}

#[test]
fn a_zero_sum_along_several_axes_keeps_lengths_and_is_undone() {
    for sides in [vec![2, 3], vec![1, 4], vec![2, 1, 3], vec![3, 2, 2, 1]] {
        let b = Bijector::ZeroSum { axes: sides.len() };
        let len: usize = sides.iter().product();
        let y = Array::new(&sides[..], (0..len).map(|i| (1.3 * i as f64 + 0.4).sin()).collect()).unwrap();
        let x = b.forward_at(&y).unwrap();
        let wider: Vec<usize> = sides.iter().map(|n| n + 1).collect();
        assert_eq!((x.shape(), &b.constrained_shape(&sides).unwrap()), (&wider[..], &wider));
        assert_eq!(b.unconstrained_shape(&wider).unwrap(), sides);
        Support::<f64>::ZeroSum { axes: sides.len() }.check("Own", &x).unwrap();
        let squares = |a: &Array<f64>| a.data().iter().map(|v| v * v).sum::<f64>();
        assert!(close(squares(&x), squares(&y), 1e-13, 0.0));
        for (back, y) in b.inverse_at(&x).unwrap().data().iter().zip(y.data()) {
            assert!(close(*back, *y, 1e-13, 1e-14));
        }
        assert!(numerical(&b, &y).abs() < 1e-8);
        // A batch of two is both, and each has one determinant.
        let both = Array::new([&[2], &sides[..]].concat(), y.data().repeat(2)).unwrap();
        assert_eq!(b.log_abs_det_jacobian_at(&both).unwrap().data(), [0.0, 0.0]);
        assert_eq!(b.forward_at(&both).unwrap().data(), x.data().repeat(2));
    }
    let b = Bijector::ZeroSum { axes: 2 };
    assert!(matches!(b.forward_at(&Array::zeros([3])), Err(Error::BijectorShape { .. })));
    assert!(matches!(b.inverse_at(&Array::zeros([3, 0])), Err(Error::BijectorShape { .. })));
    let y = Expr::input("y", [3]);
    assert!(b.forward(&y).check().is_err() && b.inverse(&y).check().is_err());
    assert!(b.log_abs_det_jacobian(&y).check().is_err());
}

#[test]
fn maps_that_cannot_follow_each_other_are_refused() {
    let wrong = Bijector::composed([Bijector::Simplex, Bijector::Exp]).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "Exp cannot follow Simplex: only one of them is between vectors that are free"
    );
    assert!(Bijector::composed([Bijector::Exp, Bijector::Simplex.inverted()]).is_err());
    assert!(Bijector::composed([Bijector::Simplex, Bijector::ZeroSum { axes: 1 }.inverted()]).is_ok());
}

#[test]
fn the_ranks_of_compositions_are_those_of_their_parts() {
    let ranks = |b: &Bijector| (b.unconstrained_rank(), b.constrained_rank());
    let b = Bijector::composed([Bijector::Exp, Bijector::Ordered, Bijector::Exp]).unwrap();
    assert_eq!(ranks(&b), (1, 1));
    let b = Bijector::composed([Bijector::Sigmoid, Bijector::Covariance]).unwrap();
    assert_eq!((ranks(&b), ranks(&b.inverted())), ((1, 2), (2, 1)));
    assert_eq!(ranks(&Bijector::composed([Bijector::Exp, Bijector::Sigmoid]).unwrap()), (0, 0));
}

#[test]
fn discrete_supports_have_no_bijector() {
    assert!(Support::<f64>::Boolean.bijector().is_none());
    assert!(Support::<f64>::Category(3.into()).bijector().is_none());
    assert!(Support::<f64>::Counts { total: 3.0 }.bijector().is_none());
    assert!(Support::<f64>::Boolean.is_discrete() && !Support::<f64>::Real.is_discrete());
}

#[test]
fn computed_bounds_work_in_expressions_and_have_no_plain_form() {
    let lower = Expr::input("a", ());
    let b = Bijector::Interval { lower: lower.clone(), upper: &lower + 1.0 };
    assert!(b.forward_at(&Array::scalar(0.0)).is_err());
    let s: Support = Support::Above { lower };
    assert_eq!(s.contains(3.0), None);
    let (y, a) = (Array::scalar(0.0), Array::scalar(4.0));
    let x = b.forward(&Expr::input("y", ()));
    assert_eq!(reference::evaluate(&[x], &[("y", &y), ("a", &a)]).unwrap()[0].data(), [4.5]);
}
