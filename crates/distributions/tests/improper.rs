//! `Flat` and `HalfFlat`: a density of 1, and nothing else.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{Distribution, Error, Flat, HalfFlat, Support};
use elbo_tensor_ad::{Array, Expr, Plan, grad};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Values and slopes of a density at these points.
fn at(d: &dyn Distribution, x: &[f64], unchecked: bool) -> (Vec<f64>, Vec<f64>) {
    let input = Expr::input("x", [x.len()]);
    let density = if unchecked { d.log_density_unchecked(&input) } else { d.log_density(&input) };
    let slope = grad(&density.sum(), std::slice::from_ref(&input)).unwrap().remove(0);
    let plan = Plan::compile(&[density.broadcast_to([x.len()]), slope.broadcast_to([x.len()])]).unwrap();
    let given = [("x", &Array::vector(x.to_vec()))];
    let used = if plan.input("x").is_some() { &given[..] } else { &[] };
    let mut found = plan.call(used).unwrap();
    let slopes = found.remove(1).into_data();
    (found.remove(0).into_data(), slopes)
}

#[test]
fn the_log_density_is_0_on_the_support_and_minus_infinity_off_it_without_a_slope() {
    let x = [-1e300, -2.0, -5e-324, 0.0, 5e-324, 3.0, 1e300];
    let none = vec![0.0; x.len()];
    assert_eq!(at(&Flat::new(), &x, false), (none.clone(), none.clone()));
    let half: Vec<f64> = x.iter().map(|x| if *x < 0.0 { f64::NEG_INFINITY } else { 0.0 }).collect();
    assert_eq!(at(&HalfFlat::new(), &x, false), (half, none));
    assert_eq!(at(&HalfFlat::new(), &x[3..], true), (vec![0.0; 4], vec![0.0; 4]));
    // NaN is not inside.
    assert!(at(&Flat::new(), &[f64::NAN], false).0[0].is_nan());
    assert!(at(&HalfFlat::new(), &[f64::NAN], false).0[0].is_nan());
}

#[test]
fn an_unconstrained_half_line_has_the_jacobian_of_its_map_as_its_density() {
    let y = Expr::input("y", [3]);
    let map = HalfFlat::new().bijector().unwrap();
    let total = HalfFlat::new().log_density_unchecked(&map.forward(&y)) + map.log_abs_det_jacobian(&y);
    let values = Array::vector(vec![-3.0, 0.5, 200.0]);
    let found = Plan::compile(&[total]).unwrap().call(&[("y", &values)]).unwrap().remove(0);
    assert_eq!(found.data(), values.data());
    assert!(Flat::new().bijector().unwrap().is_identity());
}

#[test]
fn they_have_no_parameters_no_draws_and_a_start_inside() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    for d in [Box::new(Flat::new()) as Box<dyn Distribution>, Box::new(HalfFlat::new())] {
        d.check().unwrap();
        d.check_values(&[]).unwrap();
        assert!(d.parameters().is_empty());
        assert_eq!(d.with_parameters(&[]).unwrap().name(), d.name());
        let missing = d.with_parameters(&[Expr::constant(1.0)]).unwrap_err();
        assert!(matches!(missing, Error::ParameterCount { expected: 0, found: 1, .. }), "{missing:?}");
        let drawn = d.sample(&[], &[2], &mut rng).unwrap_err();
        assert!(matches!(drawn, Error::Missing { .. }), "{drawn:?}");
        assert_eq!(d.support().contains(d.initial_value().as_constant().unwrap()), Some(true));
        let half = Expr::constant(0.5);
        assert!(d.cdf(&half).is_none() && d.quantile(&half).is_none() && d.noise().is_none());
        assert!(d.mean().is_none() && d.variance().is_none() && d.mode().is_none() && d.entropy().is_none());
    }
    assert!(matches!(HalfFlat::new().support(), Support::NonNegative));
}
