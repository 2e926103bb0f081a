//! Parameters out of range: each is an error that names it, its value and what is required, at literals, at computed numbers and at draws.

use elbo_distributions::{Error, Requirement};
use elbo_tensor_ad::{Array, Expr, Plan};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::extremes::VALUES;
use super::{all, for_each};

/// Numbers that this requirement does not allow.
fn bad(requires: Requirement) -> Vec<f64> {
    [0.0, -0.0, -1.0, 0.5, 2.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]
        .into_iter()
        .filter(|v| !requires.allows(*v))
        .collect()
}

#[test]
fn a_parameter_out_of_range_is_an_error_that_names_it() {
    for_each(all(), 1, |case| {
        let own = case.d.parameters();
        let exprs: Vec<Expr> = own.iter().map(|p| p.value.clone()).collect();
        let arrays = case.values_in_order();
        for (at, p) in own.iter().enumerate() {
            for value in bad(p.requires) {
                // The first element of a vector.
                let mut array = arrays[at].clone();
                array.data_mut()[0] = value;
                let named = |found: Result<(), Error>| match found {
                    Err(Error::Parameter { parameter, value: found, requires, .. })
                        if parameter == p.name
                            && requires == p.requires
                            && (found == value || found.is_nan() && value.is_nan()) =>
                    {
                        Ok(())
                    }
                    // What is held against a bound may be named in its place.
                    Err(Error::Parameter { requires, .. }) if format!("{requires:?}").contains(p.name) => {
                        Ok(())
                    }
                    other => Err(format!("{} = {value}: {other:?}", p.name)),
                };
                let mut literals = exprs.clone();
                literals[at] =
                    if array.rank() == 0 { Expr::constant(value) } else { Expr::literal(array.clone()) };
                let d = case.d.with_parameters(&literals).map_err(|e| e.to_string())?;
                named(d.check()).map_err(|e| format!("literal {e}"))?;
                let mut numbers = arrays.clone();
                numbers[at] = array;
                named(case.d.check_values(&numbers)).map_err(|e| format!("computed {e}"))?;
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
                named(case.d.sample(&numbers, &[2], &mut rng).map(|_| ()))
                    .map_err(|e| format!("drawn {e}"))?;
            }
        }
        Ok(())
    });
}

/// Arrays that this parameter must not be: a number out of range in its first or last place, or numbers that do not go together with each other or
/// with the parameters that it is held against.
fn broken(requires: Requirement, good: &Array<f64>, other: &dyn Fn(&str) -> f64) -> Vec<Array<f64>> {
    let with = |place: usize, value: f64| {
        let mut array = good.clone();
        array.data_mut()[place] = value;
        array
    };
    let last = good.len() - 1;
    let mut all: Vec<Array<f64>> =
        bad(requires).into_iter().flat_map(|v| [with(0, v), with(last, v)]).collect();
    match requires {
        Requirement::Above(low) | Requirement::FiniteAbove(low) => {
            all.extend([with(0, other(low)), with(0, other(low) - 1.0)]);
        }
        Requirement::AtLeast(low) | Requirement::WholeFrom(low) | Requirement::ExtendedFrom(low) => {
            all.push(with(0, other(low) - 1.0));
        }
        Requirement::CountUpTo(high) => all.push(with(0, other(high) + 1.0)),
        Requirement::Within(low, high) => all.extend([with(0, other(low) - 1.0), with(0, other(high) + 1.0)]),
        // No mean allows it.
        Requirement::SdOfProportion(_) => all.push(with(0, 0.6)),
        Requirement::Simplex => all.push(Array::vector(good.data().iter().map(|p| 0.5 * p).collect())),
        Requirement::Ordered => all.push(Array::vector(good.data().iter().rev().copied().collect())),
        Requirement::NonNegativeVector => all.push(Array::vector(vec![0.0; good.len()])),
        _ => {}
    }
    all
}

#[test]
fn at_a_computed_parameter_out_of_range_the_log_density_is_no_number() {
    for_each(all(), 4, |case| {
        let own = case.d.parameters();
        let arrays = case.values_in_order();
        let names: Vec<String> = (0..own.len()).map(|i| format!("p{i}")).collect();
        let inputs: Vec<Expr> = names.iter().zip(&arrays).map(|(n, a)| Expr::input(n, a.shape())).collect();
        let d = case.d.with_parameters(&inputs).map_err(|e| e.to_string())?;
        let mut x = VALUES.iter().flat_map(|x| [*x, -x]).collect::<Vec<f64>>();
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        if let Ok(draws) = case.d.sample(&arrays, &[8], &mut rng) {
            x.extend(draws.data());
        }
        let value = Expr::input("value", [x.len()]);
        let wanted =
            [d.log_density(&value), d.log_density_unchecked(&value)].map(|l| l.broadcast_to([x.len()]));
        let plan = Plan::compile(&wanted).map_err(|e| e.to_string())?;
        let at = Array::vector(x.clone());
        let run = |numbers: &[Array<f64>]| {
            let mut given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(numbers).collect();
            given.push(("value", &at));
            given.retain(|(name, _)| plan.input(name).is_some());
            plan.call(&given).map_err(|e| e.to_string())
        };
        let inside: Vec<bool> = run(&arrays)?[0].data().iter().map(|l| *l > f64::NEG_INFINITY).collect();
        for (i, p) in own.iter().enumerate() {
            let other = |name: &str| arrays[own.iter().position(|p| p.name == name).unwrap()].data()[0];
            for array in broken(p.requires, &arrays[i], &other) {
                let mut numbers = arrays.clone();
                numbers[i] = array;
                if case.d.check_values(&numbers).is_ok() {
                    return Err(format!("{} = {:?} is no error", p.name, numbers[i].data()));
                }
                let found = run(&numbers)?;
                for (k, x) in x.iter().enumerate() {
                    let (checked, unchecked) = (found[0].data()[k], found[1].data()[k]);
                    let none = |l: f64| l.is_nan() || l == f64::NEG_INFINITY;
                    // Outside the support what is not checked means nothing.
                    if !none(checked) || inside[k] && !none(unchecked) {
                        return Err(format!(
                            "{} = {:?}: {checked} and unchecked {unchecked} at {x:e}",
                            p.name,
                            numbers[i].data()
                        ));
                    }
                }
            }
        }
        Ok(())
    });
}
