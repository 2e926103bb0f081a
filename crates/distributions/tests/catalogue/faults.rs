//! Parameters out of range: each is an error that names it, its value and what is required, at literals, at computed numbers and at draws.

use elbo_distributions::{Error, Requirement};
use elbo_tensor_ad::Expr;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

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
