//! Far values and extreme parameters: never NaN, minus infinity exactly outside the support, with a gradient of 0 there.

use elbo_distributions::Support;
use elbo_tensor_ad::{Array, Expr, grad};

use super::entry::Entry;
use super::{Case, all, run};

const VALUES: [f64; 24] = [
    0.0,
    5e-324,
    1e-300,
    1e-100,
    1e-20,
    1e-10,
    1e-3,
    0.3,
    0.5,
    0.999_999_999_999,
    1.0,
    1.5,
    2.0,
    3.0,
    core::f64::consts::PI,
    7.0,
    40.0,
    750.0,
    1e5,
    1e9,
    1e18,
    1e100,
    1e300,
    f64::MAX,
];

/// Parameters at the ends of what is allowed, by a small generator of its own (any `seed` will do).
fn extreme(entry: &Entry, seed: u64, wild: bool) -> Vec<Array<f64>> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    entry.extremes(
        &mut move |n| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) as usize) % n
        },
        wild,
    )
}

fn at_extremes(wild: bool, property: impl Fn(&Case, &[f64]) -> Result<(), String>) {
    let only = std::env::var("ELBO_ENTRY").ok();
    let mut failures = String::new();
    let x: Vec<f64> = VALUES.iter().flat_map(|x| [*x, -x]).collect();
    for entry in all().filter(|e| only.as_ref().is_none_or(|name| name == e.name)) {
        for seed in 0..40 {
            let values = extreme(entry, seed, wild);
            let case = Case { entry, d: entry.literal(&values), values };
            assert!(case.d.check().is_ok(), "{}: {:?}: {:?}", entry.name, case.values, case.d.check());
            if let Err(why) = property(&case, &x) {
                let shown: Vec<_> =
                    entry.given(&case.values).iter().map(|(n, v)| format!("{n} = {:?}", v.data())).collect();
                failures += &format!("- {} ({}): {why}\n", entry.name, shown.join(", "));
                break;
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// A slope at each value, with the name of what it is by.
type Slopes = Vec<(String, Vec<f64>)>;

/// The log density at each value with its gradients by the value and by each parameter.
fn everything(case: &Case, x: &[f64]) -> Result<(Vec<f64>, Slopes), String> {
    let n = x.len();
    // Each value with its own copy of every parameter, so that each has its own slope.
    let values: Vec<Array<f64>> = case
        .values
        .iter()
        .map(|v| Array::new([&[n], v.shape()].concat(), v.data().repeat(n)).unwrap())
        .collect();
    let d = case.entry.over_inputs(&values);
    let value = Expr::input("value", [n]);
    let mut names: Vec<String> = case.entry.varying().into_iter().map(String::from).collect();
    let mut wrt: Vec<Expr> = names
        .iter()
        .map(|name| {
            let at = case.entry.parameters.iter().position(|(n, _)| n == name).unwrap();
            Expr::input(name, values[at].shape())
        })
        .collect();
    if !d.support().is_discrete() {
        names.push("value".into());
        wrt.push(value.clone());
    }
    let density = d.log_density(&value);
    let mut wanted = vec![density.clone()];
    wanted.extend(grad(&density.sum(), &wrt).map_err(|e| e.to_string())?);
    let at = Array::vector(x.to_vec());
    let mut given = case.entry.given(&values);
    given.push(("value", &at));
    let mut found = run(&wanted, &given).map_err(|e| e.to_string())?;
    let density = found.remove(0).into_data();
    // Of a vector parameter the largest slope stands for all, NaN before any.
    let slopes = found.into_iter().map(|g| {
        let row = g.len() / n;
        g.data()
            .chunks(row.max(1))
            .map(|r| r.iter().fold(0.0, |m: f64, v| if v.is_nan() || v.abs() > m.abs() { *v } else { m }))
            .collect()
    });
    Ok((density, names.into_iter().zip(slopes).collect()))
}

#[test]
fn densities_are_never_nan_and_minus_infinity_only_with_reason() {
    at_extremes(true, |case, x| {
        let (density, _) = everything(case, x)?;
        for (x, l) in x.iter().zip(density) {
            if l.is_nan() {
                return Err(format!("NaN at {x:e}"));
            }
        }
        Ok(())
    });
}

#[test]
fn outside_the_support_the_density_is_zero_and_pulls_on_nothing() {
    at_extremes(false, |case, x| {
        let support = case.d.support();
        let (density, slopes) = everything(case, x)?;
        for (i, &x) in x.iter().enumerate() {
            // On the boundary the density is the limit from inside, whether the support has that point or not.
            let boundary = x == 0.0 && matches!(support, Support::Positive);
            if support.contains(x) == Some(false) && !boundary {
                if density[i] != f64::NEG_INFINITY {
                    return Err(format!("{} at {x:e}, outside the support", density[i]));
                }
                if let Some((name, row)) = slopes.iter().find(|(_, row)| row[i] != 0.0) {
                    return Err(format!("d/d{name} is {} at {x:e}, outside the support", row[i]));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn gradients_are_not_nan_where_the_density_is_finite() {
    at_extremes(false, |case, x| {
        let (density, slopes) = everything(case, x)?;
        for (i, &x) in x.iter().enumerate() {
            // Below 1e-307 the reciprocal of x, a true slope, is infinite.
            let tiny = x != 0.0 && x.abs() < 1e-307;
            if density[i].is_finite()
                && !tiny
                && let Some((name, _)) = slopes.iter().find(|(_, row)| row[i].is_nan())
            {
                return Err(format!("d/d{name} is NaN at {x:e}, where the log density is {}", density[i]));
            }
        }
        Ok(())
    });
}

#[test]
fn distribution_functions_stay_between_0_and_1() {
    at_extremes(false, |case, x| {
        if case.d.cdf(&0.5.into()).is_none() {
            return Ok(());
        }
        let cdf = case.at(x, |d, x| d.cdf(x).unwrap());
        let below = case.at(x, |d, x| d.log_cdf(x).unwrap());
        let above = case.at(x, |d, x| d.log_survival(x).unwrap());
        for (i, x) in x.iter().enumerate() {
            let fits = (0.0..=1.0 + 1e-15).contains(&cdf[i]) && below[i] <= 1e-14 && above[i] <= 1e-14;
            if !fits {
                return Err(format!(
                    "cdf({x:e}) = {:e}, its logarithm {}, the survival's {}",
                    cdf[i], below[i], above[i]
                ));
            }
        }
        let p = [0.0, 1e-300, 1e-10, 0.3, 0.5, 0.9, 1.0 - 1e-10, 1.0];
        if case.d.quantile(&0.5.into()).is_some() {
            let q = case.at(&p, |d, p| d.quantile(p).unwrap());
            if let Some(i) = q.iter().position(|q| q.is_nan()) {
                return Err(format!("quantile({}) is NaN", p[i]));
            }
        }
        Ok(())
    });
}

#[test]
fn a_value_of_nan_gives_nan_or_minus_infinity() {
    at_extremes(false, |case, _| {
        let l = case.at(&[f64::NAN], |d, x| d.log_density(x))[0];
        let fits = if case.d.support().is_discrete() { l == f64::NEG_INFINITY } else { l.is_nan() };
        if fits { Ok(()) } else { Err(format!("{l}")) }
    });
}
