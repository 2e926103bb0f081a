//! Far values and extreme parameters: never NaN, minus infinity exactly outside the support, with a gradient of 0 there.

use elbo_distributions::Support;
use elbo_tensor_ad::{Array, Expr, Plan, Real, grad};

use super::entry::{Entry, Range};
use super::{Case, all};

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
            // A probability of 0 or 1 is not every distribution's.
            if case.values.iter().any(|v| [0.0, 1.0].contains(&v.data()[0])) && case.d.check().is_err() {
                continue;
            }
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
fn everything<T: Real>(case: &Case, x: &[f64]) -> Result<(Vec<f64>, Slopes), String> {
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
    let plan = Plan::<T>::compile(&wanted).map_err(|e| e.to_string())?;
    let given: Vec<(&str, Array<T>)> =
        given.iter().filter(|(n, _)| plan.input(n).is_some()).map(|(n, a)| (*n, a.cast())).collect();
    let given: Vec<(&str, &Array<T>)> = given.iter().map(|(n, a)| (*n, a)).collect();
    let found = plan.call(&given).map_err(|e| e.to_string())?;
    let mut found: Vec<Array<f64>> = found.iter().map(Array::cast).collect();
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
        let (density, _) = everything::<f64>(case, x)?;
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
        let (density, slopes) = everything::<f64>(case, x)?;
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
        let (density, slopes) = everything::<f64>(case, x)?;
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

/// What of these leaves the range of `f32` within the ends below: a rate of `e^1000`, the power of a count.
const BEYOND_SINGLE: [&str; 2] = ["Poisson_log", "DiscreteWeibull"];

/// Numbers of `f32`: ends of parameters between `1e-3` and `1e3`, values up to `1e18`, whose squares are in range too.
#[test]
fn in_single_precision_too_nothing_is_nan_and_nothing_outside_pulls() {
    let small = |v: f64| f64::from(v as f32);
    let near = |range: &Range, v: f64| match range {
        Range::Real(..) | Range::Reals(..) => small(v.clamp(-1e3, 1e3)),
        Range::Positive(..) | Range::Positives(..) => small(v.clamp(1e-3, 1e3)),
        Range::Probability | Range::Middle if v > 0.0 && v < 1.0 => small(v.clamp(1e-6, 1.0 - 1e-6)),
        _ => small(v),
    };
    let x: Vec<f64> = VALUES
        .iter()
        .filter(|x| **x == 0.0 || (1e-30..=1e18).contains(*x))
        .flat_map(|x| [small(*x), -small(*x)])
        .collect();
    let mut compared = std::collections::BTreeSet::new();
    let found = std::cell::RefCell::new(&mut compared);
    at_extremes(false, |case, _| {
        let values: Vec<Array<f64>> = case
            .entry
            .parameters
            .iter()
            .zip(&case.values)
            .map(|((_, range), a)| {
                Array::new(a.shape(), a.data().iter().map(|v| near(range, *v)).collect()).unwrap()
            })
            .collect();
        let single = Case { entry: case.entry, d: case.entry.literal(&values), values };
        if single.d.check().is_err() || BEYOND_SINGLE.contains(&case.entry.name) {
            return Ok(());
        }
        found.borrow_mut().insert(case.entry.name);
        let (density, slopes) = everything::<f32>(&single, &x)?;
        let support = single.d.support();
        for (i, &x) in x.iter().enumerate() {
            if density[i].is_nan() {
                return Err(format!("NaN at {x:e}"));
            }
            // The bounds of the circle are rounded too.
            let boundary =
                x == 0.0 && matches!(support, Support::Positive) || x.abs() == small(core::f64::consts::PI);
            let outside = support.contains(x) == Some(false) && !boundary;
            if outside && density[i] != f64::NEG_INFINITY {
                return Err(format!("{} at {x:e}, outside the support", density[i]));
            }
            for (name, row) in &slopes {
                if density[i].is_finite() && row[i].is_nan() || outside && row[i] != 0.0 {
                    return Err(format!(
                        "d/d{name} is {} at {x:e}, where the log density is {}",
                        row[i], density[i]
                    ));
                }
            }
        }
        Ok(())
    });
    let left: Vec<&str> = all().map(|e| e.name).filter(|name| !compared.contains(name)).collect();
    assert!(left == BEYOND_SINGLE || std::env::var("ELBO_ENTRY").is_ok(), "{left:?}");
}

#[test]
fn a_value_of_nan_gives_nan_or_minus_infinity() {
    at_extremes(false, |case, _| {
        let l = case.at(&[f64::NAN], |d, x| d.log_density(x))[0];
        let fits = if case.d.support().is_discrete() { l == f64::NEG_INFINITY } else { l.is_nan() };
        if fits { Ok(()) } else { Err(format!("{l}")) }
    });
}
