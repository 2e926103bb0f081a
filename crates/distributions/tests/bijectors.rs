//! Bijectors against tables computed with high precision, and against what a bijector is.
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;

use elbo_distributions::{Bijector, Support};
use elbo_tensor_ad::{Array, Expr, grad, reference};
use golden::{cases, close, list, number};
use proptest::prelude::*;
use serde_json::Value;

/// The bijector of this row of the table, for expressions and for numbers.
fn build(case: &Value) -> Option<(Bijector, Bijector<f64>)> {
    let bound = |name: &str| number(&case["args"][name]).unwrap();
    let b: Bijector = match case["transform"].as_str().unwrap() {
        "log" => Bijector::Exp,
        "log_exp_m1" => Bijector::Softplus,
        "logodds" => Bijector::Sigmoid,
        "interval" => Bijector::Interval { lower: bound("lower").into(), upper: bound("upper").into() },
        "interval_lower_only" => Bijector::Above { lower: bound("lower").into() },
        "interval_upper_only" => Bijector::Below { upper: bound("upper").into() },
        _ => return None,
    };
    let plain = b.literal().unwrap();
    Some((b, plain))
}

#[test]
fn values_log_determinants_and_their_gradients_are_those_of_the_table() {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for case in cases("transforms.json") {
        let Some((b, plain)) = build(&case) else { continue };
        *seen.entry(case["transform"].as_str().unwrap().into()).or_default() += 1;
        let y = list(&case["y"])[0].unwrap();
        let want_x = list(&case["x"])[0].unwrap();
        let want_log_det = number(&case["log_abs_det_jac"]).unwrap();
        let want_slope = list(&case["grad_log_abs_det_jac"])[0].unwrap();

        let input = Expr::input("y", [1]);
        let log_det = b.log_abs_det_jacobian(&input);
        let slope = grad(&log_det.sum(), std::slice::from_ref(&input)).unwrap().remove(0);
        let at = Array::vector(vec![y]);
        let found = reference::evaluate(&[b.forward(&input), log_det, slope], &[("y", &at)]).unwrap();
        // The table's own tolerances: next to a bound that is not 0, the last digits of x are the bound's.
        let width = match &plain {
            Bijector::Interval { lower, upper } => upper - lower,
            _ => 0.0,
        };
        for x in [found[0].data()[0], plain.forward(&y)] {
            assert!(close(x, want_x, 1e-13, 1e-15 * width), "{case}: x = {x}");
        }
        for l in [found[1].data()[0], plain.log_abs_det_jacobian(&y)] {
            assert!(close(l, want_log_det, 1e-12, 1e-12), "{case}: log det = {l}");
        }
        assert!(
            close(found[2].data()[0], want_slope, 1e-10, 1e-15),
            "{case}: slope = {}",
            found[2].data()[0]
        );
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
}

fn any_bijector() -> impl Strategy<Value = Bijector<f64>> {
    prop_oneof![
        Just(Bijector::Identity),
        Just(Bijector::Exp),
        Just(Bijector::Softplus),
        Just(Bijector::Sigmoid),
        (-5.0..5.0, 0.1..10.0).prop_map(|(lower, w)| Bijector::Interval { lower, upper: lower + w }),
        (-5.0..5.0).prop_map(|lower| Bijector::Above { lower }),
        (-5.0..5.0).prop_map(|upper| Bijector::Below { upper }),
        (-5.0..5.0, prop_oneof![0.1..10.0, -10.0..-0.1])
            .prop_map(|(shift, scale)| Bijector::Affine { shift, scale }),
    ]
}

fn as_expression(b: &Bijector<f64>) -> Bijector {
    match b {
        Bijector::Identity => Bijector::Identity,
        Bijector::Exp => Bijector::Exp,
        Bijector::Softplus => Bijector::Softplus,
        Bijector::Sigmoid => Bijector::Sigmoid,
        Bijector::Interval { lower, upper } => {
            Bijector::Interval { lower: (*lower).into(), upper: (*upper).into() }
        }
        Bijector::Above { lower } => Bijector::Above { lower: (*lower).into() },
        Bijector::Below { upper } => Bijector::Below { upper: (*upper).into() },
        Bijector::Affine { shift, scale } => {
            Bijector::Affine { shift: (*shift).into(), scale: (*scale).into() }
        }
        _ => panic!("a bijector that this test does not know"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_inverse_undoes_the_map(b in any_bijector(), y in -6.0..6.0f64) {
        let x = b.forward(&y);
        // One ulp of x moves y by ulp(x) / |dx/dy|.
        let slope = b.log_abs_det_jacobian(&y).exp();
        let tolerance = 1e-13 + 8.0 * f64::EPSILON * (x.abs() + 15.0) / slope;
        prop_assert!((b.inverse(&x) - y).abs() <= tolerance, "{b:?} {y} {x}");
    }

    #[test]
    fn the_log_determinant_is_the_logarithm_of_the_numerical_slope(b in any_bijector(), y in -6.0..6.0f64) {
        let h = 1e-4;
        let f = |t: f64| b.forward(&(y + t));
        // Fourth order: the error is about h⁴ and the rounding about 1e-12 relative to the slope's scale.
        let slope = (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h);
        let found = b.log_abs_det_jacobian(&y).exp();
        prop_assert!((found - slope.abs()).abs() <= 1e-7 * found + 1e-10, "{b:?} {y}: {found} {slope}");
    }

    #[test]
    fn expressions_and_numbers_agree_and_batches_equal_loops(
        b in any_bijector(),
        ys in prop::collection::vec(-30.0..30.0f64, 1..5),
    ) {
        let e = as_expression(&b);
        let y = Expr::input("y", ["n"]);
        let at = Array::vector(ys.clone());
        let (x, back) = (e.forward(&y), e.inverse(&e.forward(&y)));
        let found = reference::evaluate(&[x, back, e.log_abs_det_jacobian(&y)], &[("y", &at)]).unwrap();
        for (i, y) in ys.iter().enumerate() {
            let x = b.forward(y);
            prop_assert!(close(found[0].data()[i], x, 1e-15, 1e-15));
            prop_assert!(close(found[2].data()[i], b.log_abs_det_jacobian(y), 1e-14, 1e-14));
        }
    }

    #[test]
    fn every_support_contains_what_its_bijector_makes(y in -30.0..30.0f64, lower in -5.0..5.0f64, w in 0.1..9.0f64) {
        let supports: [Support<f64>; 7] = [
            Support::Real,
            Support::Positive,
            Support::NonNegative,
            Support::UnitInterval,
            Support::Interval { lower, upper: lower + w },
            Support::Above { lower },
            Support::Below { upper: lower },
        ];
        for s in supports {
            let x = s.bijector().unwrap().forward(&y);
            prop_assert_eq!(s.contains(x), Some(true), "{} {}", s, x);
        }
    }
}

#[test]
fn log_determinants_stay_finite_far_out() {
    for b in [
        Bijector::<f64>::Exp,
        Bijector::Softplus,
        Bijector::Sigmoid,
        Bijector::Interval { lower: -1.0, upper: 2.0 },
    ] {
        for y in [-1e6, -800.0, -40.0, 40.0, 800.0, 1e6] {
            assert!(b.log_abs_det_jacobian(&y).is_finite(), "{b:?} {y}");
        }
    }
}

#[test]
fn discrete_supports_have_no_bijector() {
    assert!(Support::<f64>::Boolean.bijector().is_none());
    assert!(Support::<f64>::Category(3.into()).bijector().is_none());
    assert!(Support::<f64>::Boolean.is_discrete() && !Support::<f64>::Real.is_discrete());
}

#[test]
fn computed_bounds_work_in_expressions_and_have_no_plain_form() {
    let lower = Expr::input("a", [0usize; 0]);
    let b = Bijector::Interval { lower: lower.clone(), upper: &lower + 1.0 };
    assert!(b.literal().is_none());
    let s: Support = Support::Above { lower };
    assert_eq!(s.contains(3.0), None);
    let (y, a) = (Array::scalar(0.0), Array::scalar(4.0));
    let x = b.forward(&Expr::input("y", [0usize; 0]));
    assert_eq!(reference::evaluate(&[x], &[("y", &y), ("a", &a)]).unwrap()[0].data(), [4.5]);
}
