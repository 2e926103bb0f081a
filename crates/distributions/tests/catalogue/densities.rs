//! Densities: normalisation, moments, mode, entropy, gradients by two other ways, batches.

use elbo_distributions::{Distribution, Support};
use elbo_tensor_ad::{Array, Expr, check, reference};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::integral::Integral;
use super::{Case, agree, all, for_each, proper, run};

/// A stated moment at the case's parameters, if there is one.
fn stated(case: &Case, of: Option<Expr>) -> Option<f64> {
    of.map(|e| case.evaluate(&[e])[0].data()[0])
}

#[test]
fn densities_integrate_to_one() {
    for_each(proper(), 12, |case| {
        let all = Integral::of(&*case.d);
        // Two terms have no quadrature's error.
        let atol = if matches!(case.d.support(), Support::Boolean) { 1e-14 } else { 1e-9 };
        agree("the mass", all.mass(), 1.0, 0.0, atol)
    });
}

#[test]
fn means_variances_and_entropies_are_those_of_the_density() {
    for_each(proper(), 8, |case| {
        let all = Integral::of(&*case.d);
        if let Some(mean) = stated(case, case.d.mean())
            && mean.is_finite()
            && all.settles(|p| p.first)
        {
            let size: f64 = all.pieces.iter().map(|p| p.first.abs()).sum();
            agree("the mean", mean, all.mean(), 1e-8, 1e-9 * size)?;
        }
        if let Some(variance) = stated(case, case.d.variance())
            && variance.is_finite()
            && all.settles(|p| p.second)
        {
            let (found, error) = all.variance();
            agree("the variance", variance, found, 1e-7, error)?;
        }
        if let Some(entropy) = stated(case, case.d.entropy()) {
            agree("the entropy", entropy, all.entropy(), 1e-8, 1e-8)?;
        }
        Ok(())
    });
}

#[test]
fn no_value_is_denser_than_the_mode() {
    for_each(proper(), 8, |case| {
        let Some(mode) = stated(case, case.d.mode()) else { return Ok(()) };
        if mode.is_nan() {
            return Ok(());
        }
        let at = case.at(&[mode], |d, x| d.log_density(x))[0];
        let (top, place) = Integral::of(&*case.d).top();
        if at + 1e-10 >= top { Ok(()) } else { Err(format!("{at} at the mode {mode}, {top} at {place}")) }
    });
}

#[test]
fn the_initial_value_has_a_finite_density() {
    for_each(all(), 8, |case| {
        let start = case.evaluate(&[case.d.initial_value()])[0].data()[0];
        let at = case.at(&[start], |d, x| d.log_density(x))[0];
        if at.is_finite() { Ok(()) } else { Err(format!("{at} at {start}")) }
    });
}

/// Points of the bulk: draws.
fn bulk(case: &Case, n: usize) -> Vec<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    match case.d.sample(&case.values_in_order(), &[n], &mut rng) {
        Ok(draws) => draws.into_data(),
        Err(_) => vec![0.7; n],
    }
}

impl Case {
    /// The numbers of the distribution's own parameters, in its order.
    pub fn values_in_order(&self) -> Vec<Array<f64>> {
        let exprs: Vec<Expr> = self.d.parameters().into_iter().map(|p| p.value).collect();
        if exprs.is_empty() { vec![] } else { self.evaluate(&exprs) }
    }
}

#[test]
fn gradients_are_those_of_differences_and_of_dual_numbers() {
    for_each(all(), 10, |case| {
        let d = case.entry.over_inputs(&case.values);
        // The value moves in the unconstrained space: next to a bound no step of a difference leaves the support.
        let bijector = d.bijector();
        let mut wrt = case.entry.varying();
        wrt.extend(bijector.iter().map(|_| "value"));
        for x in bulk(case, 2) {
            let input = Expr::input("value", [1]);
            let (value, at) = match &bijector {
                None => (input, Array::vector(vec![x])),
                Some(b) => {
                    let free = b.inverse(&Array::vector(vec![x]).into());
                    let at = run(&[free], &case.entry.given(&case.values)).unwrap().remove(0);
                    (b.forward(&input), at)
                }
            };
            let mut given = case.entry.given(&case.values);
            given.push(("value", &at));
            for (form, density) in
                [("", d.log_density(&value)), ("unchecked ", d.log_density_unchecked(&value))]
            {
                // A parameter that this density does not hang on has no gradient to check.
                let free: Vec<_> = density.free_inputs().iter().map(ToString::to_string).collect();
                let wrt: Vec<&str> = wrt.iter().copied().filter(|n| free.iter().any(|f| f == n)).collect();
                check::gradient(&density.sum(), &wrt, &given).map_err(|e| format!("{form}at {x}: {e}"))?;
            }
        }
        Ok(())
    });
}

#[test]
fn the_unchecked_form_is_the_checked_one_inside_the_support() {
    for_each(all(), 10, |case| {
        let x = bulk(case, 20);
        let checked = case.at(&x, |d, x| d.log_density(x));
        let unchecked = case.at(&x, |d, x| d.log_density_unchecked(x));
        for ((x, a), b) in x.iter().zip(checked).zip(unchecked) {
            agree(&format!("at {x}"), b, a, 1e-12, 1e-12)?;
        }
        Ok(())
    });
}

#[test]
fn a_batch_is_a_loop() {
    for_each(all(), 4, |case| {
        // Two sets of parameters down, three values across.
        let x = bulk(case, 3);
        let again = case.values.iter().map(|v| stacked(v, &slightly_other(v))).collect::<Vec<_>>();
        let d = case.entry.over_inputs(&again);
        let value = Expr::input("value", [3]);
        let at = Array::vector(x.clone());
        let mut given = case.entry.given(&again);
        given.push(("value", &at));
        let batch = d.log_density(&value);
        let found = run(std::slice::from_ref(&batch), &given).map_err(|e| e.to_string())?.remove(0);
        if found.shape() != [2, 3] {
            return Err(format!("shape {:?} for parameters [2, 1] and values [3]", found.shape()));
        }
        let slow =
            reference::evaluate(std::slice::from_ref(&batch), &given).map_err(|e| e.to_string())?.remove(0);
        for row in 0..2 {
            let one: Vec<Array<f64>> =
                case.values.iter().map(|v| if row == 0 { v.clone() } else { slightly_other(v) }).collect();
            // By the reference, which fuses nothing, to the bit.
            let d = case.entry.over_inputs(&one);
            for (k, &x) in x.iter().enumerate() {
                let single = d.log_density(&Expr::constant(x));
                let want =
                    reference::evaluate(&[single], &case.entry.given(&one)).map_err(|e| e.to_string())?;
                let (found, want) = (slow.data()[row * 3 + k], want[0].data()[0]);
                agree(&format!("row {row}, value {x}, by the reference"), found, want, 0.0, 0.0)?;
            }
            let alone = Case { entry: case.entry, d: case.entry.literal(&one), values: one };
            for (k, want) in alone.at(&x, |d, x| d.log_density(x)).into_iter().enumerate() {
                agree(&format!("row {row}, value {}", x[k]), found.data()[row * 3 + k], want, 1e-11, 1e-11)?;
            }
        }
        Ok(())
    });
}

#[test]
fn what_else_there_is_of_a_batch_is_a_loop_too() {
    type Of = fn(&dyn Distribution, &Expr) -> Option<Expr>;
    let parts: [(&str, Of, bool); 8] = [
        ("cdf", |d, x| d.cdf(x), true),
        ("log_cdf", |d, x| d.log_cdf(x), true),
        ("log_survival", |d, x| d.log_survival(x), true),
        ("quantile", |d, p| d.quantile(p), true),
        ("mean", |d, _| d.mean(), false),
        ("variance", |d, _| d.variance(), false),
        ("mode", |d, _| d.mode(), false),
        ("entropy", |d, _| d.entropy(), false),
    ];
    for_each(proper(), 2, |case| {
        let (values, p) = (bulk(case, 3), vec![0.1, 0.45, 0.9]);
        let again = case.values.iter().map(|v| stacked(v, &slightly_other(v))).collect::<Vec<_>>();
        let both = case.entry.literal(&again);
        for (what, of, of_values) in parts {
            let x = if what == "quantile" { &p } else { &values };
            let at = Expr::literal(Array::vector(x.clone()));
            let Some(found) = of(&*both, &at) else { continue };
            let shape = if of_values { [2, 3] } else { [2, 1] };
            let found = case.evaluate(&[found.broadcast_to(shape)]).remove(0);
            for row in 0..2 {
                let one: Vec<Array<f64>> = case
                    .values
                    .iter()
                    .map(|v| if row == 0 { v.clone() } else { slightly_other(v) })
                    .collect();
                let one = case.entry.literal(&one);
                let Some(want) = of(&*one, &at) else {
                    return Err(format!("{what} of one alone is missing"));
                };
                let want = case.evaluate(&[want.broadcast_to(&shape[1..])]).remove(0);
                for (found, want) in found.data().chunks(shape[1]).nth(row).unwrap().iter().zip(want.data()) {
                    agree(&format!("{what}, row {row}"), *found, *want, 1e-10, 1e-12)?;
                }
            }
        }
        Ok(())
    });
}

/// The same parameter, one part in 2^20 larger where it is no whole number; a vector turned around would leave its set, so it stays.
fn slightly_other(v: &Array<f64>) -> Array<f64> {
    match v.data() {
        [x] if v.rank() == 0 && x.fract() != 0.0 && !(0.9..1.0).contains(x) => {
            Array::scalar(x * (1.0 + 2f64.powi(-20)))
        }
        _ => v.clone(),
    }
}

/// Two arrays as one, with an axis of 1 for the values between the batch and the vector.
fn stacked(a: &Array<f64>, b: &Array<f64>) -> Array<f64> {
    let shape = [&[2, 1], a.shape()].concat();
    Array::new(shape, [a.data(), b.data()].concat()).unwrap()
}

#[test]
fn the_same_parameters_again_are_the_same_distribution() {
    for_each(all(), 3, |case| {
        let parameters: Vec<Expr> = case.d.parameters().into_iter().map(|p| p.value).collect();
        let again = case.d.with_parameters(&parameters).map_err(|e| e.to_string())?;
        let x = bulk(case, 5);
        let want = case.at(&x, |d, x| d.log_density(x));
        let found = case.at(&x, |_, x| again.log_density(x));
        for (f, w) in found.iter().zip(want) {
            agree("the density", *f, w, 1e-14, 0.0)?;
        }
        if again.name() != case.d.name() {
            return Err(format!("{} became {}", case.d.name(), again.name()));
        }
        let too_many = [&parameters[..], &[Expr::constant(1.0)]].concat();
        if case.d.with_parameters(&too_many).is_ok() {
            Err("took a parameter too many".into())
        } else {
            Ok(())
        }
    });
}
