//! Distribution functions and quantiles, where a distribution has them.

use elbo_distributions::Support;

use super::integral::Integral;
use super::{Case, agree, for_each, proper};

fn cdf_at(case: &Case, x: &[f64]) -> Option<Vec<f64>> {
    case.d.cdf(&0.5.into())?;
    Some(case.at(x, |d, x| d.cdf(x).unwrap()))
}

/// About sixty ends of pieces, with the mass up to each and from each on.
fn ends(all: &Integral) -> Vec<(f64, f64, f64)> {
    let mut below = 0.0;
    let mut left: Vec<(f64, f64)> = Vec::new();
    for p in &all.pieces {
        below += p.mass;
        left.push((p.upper, below));
    }
    let mut above = 0.0;
    let mut right = vec![0.0; left.len()];
    for (i, p) in all.pieces.iter().enumerate().rev() {
        right[i] = above;
        above += p.mass;
    }
    let step = left.len().div_ceil(60);
    left.iter().zip(right).step_by(step).map(|(&(x, l), r)| (x, l, r)).collect()
}

#[test]
fn the_distribution_function_is_the_integral_of_the_density() {
    for_each(proper(), 8, |case| {
        let ends = ends(&Integral::of(&*case.d));
        let x: Vec<f64> = ends.iter().map(|e| e.0).collect();
        let Some(found) = cdf_at(case, &x) else { return Ok(()) };
        for ((x, below, _), f) in ends.into_iter().zip(found) {
            agree(&format!("at {x}"), f, below, 0.0, 2e-9)?;
        }
        Ok(())
    });
}

#[test]
fn logarithms_of_tails_agree_with_the_integral_far_out() {
    for_each(proper(), 8, |case| {
        let ends = ends(&Integral::of(&*case.d));
        let x: Vec<f64> = ends.iter().map(|e| e.0).collect();
        if cdf_at(case, &x[..1]).is_none() {
            return Ok(());
        }
        let lower = case.at(&x, |d, x| d.log_cdf(x).unwrap());
        let upper = case.at(&x, |d, x| d.log_survival(x).unwrap());
        // That of an angle is a difference of two tails about the mean, whose angles are rounded at π: by 4e-16 each.
        let cancelled = if matches!(case.d.support(), Support::Circle) { 1e-15 } else { 0.0 };
        for (i, (x, below, above)) in ends.into_iter().enumerate() {
            for (side, found, mass) in [("log_cdf", lower[i], below), ("log_survival", upper[i], above)] {
                if found.is_nan() || found > 1e-12 {
                    return Err(format!("{side} at {x} is {found}"));
                }
                // What lies beyond the outermost piece is not in the sum: below 1e-200 nothing is compared.
                if mass > 1e-200 {
                    agree(
                        &format!("{side} at {x}"),
                        found.exp(),
                        mass,
                        1e-7,
                        2e-9_f64.min(1e-7 * mass + 1e-17 + cancelled),
                    )?;
                }
            }
        }
        Ok(())
    });
}

#[test]
fn quantiles_invert_the_distribution_function() {
    let p = [1e-12, 1e-6, 0.001, 0.1, 0.3, 0.5, 0.77, 0.95, 0.999, 1.0 - 1e-6, 1.0 - 1e-12];
    for_each(proper(), 8, |case| {
        if case.d.quantile(&0.5.into()).is_none() || case.d.cdf(&0.5.into()).is_none() {
            return Ok(());
        }
        let x = case.at(&p, |d, p| d.quantile(p).unwrap());
        if x.iter().zip(&x[1..]).any(|(a, b)| a > b) {
            return Err(format!("not monotone: {x:?}"));
        }
        let found = cdf_at(case, &x).unwrap();
        if case.d.support().is_discrete() {
            let before = cdf_at(case, &x.iter().map(|x| x - 1.0).collect::<Vec<_>>()).unwrap();
            for i in 0..p.len() {
                // p within rounding of a step may fall on either side of it.
                if found[i] < p[i] - 1e-14 || before[i] > p[i] + 1e-14 {
                    return Err(format!(
                        "quantile({}) = {}: cdf {} there, {} before",
                        p[i], x[i], found[i], before[i]
                    ));
                }
            }
        } else {
            // One rounding of x moves the cdf by the density times it.
            let density = case.at(&x, |d, x| d.log_density(x));
            for i in 0..p.len() {
                let rounding = (density[i].exp() * x[i].abs()).min(1e300) * 1e-14;
                agree(
                    &format!("cdf(quantile({}) = {})", p[i], x[i]),
                    found[i],
                    p[i],
                    1e-9,
                    rounding + 1e-15,
                )?;
            }
        }
        let edges = case.at(&[0.0, 1.0, -0.1, 1.1, f64::NAN], |d, p| d.quantile(p).unwrap());
        if edges[2..].iter().any(|q| !q.is_nan()) {
            return Err(format!("quantile(-0.1), (1.1), (NaN) are {:?}, not NaN", &edges[2..]));
        }
        if edges[..2].iter().any(|q| q.is_nan()) || edges[0] > x[0] || edges[1] < x[x.len() - 1] {
            return Err(format!("quantile(0), (1) are {:?}", &edges[..2]));
        }
        Ok(())
    });
}

#[test]
fn outside_the_support_the_distribution_function_is_0_or_1() {
    for_each(proper(), 4, |case| {
        let far = [-1e300, -1e5, 1e5, 1e300, f64::NEG_INFINITY, f64::INFINITY];
        let Some(found) = cdf_at(case, &far) else { return Ok(()) };
        let bounds =
            case.d.quantile(&0.5.into()).map(|_| case.at(&[0.0, 1.0], |d, p| d.quantile(p).unwrap()));
        for (x, f) in far.into_iter().zip(found) {
            if !(0.0..=1.0).contains(&f) {
                return Err(format!("cdf({x}) = {f}"));
            }
            if let Some(b) = &bounds
                && (x < b[0] && f != 0.0 || x >= b[1] && f != 1.0)
            {
                return Err(format!("cdf({x}) = {f}, the support is {b:?}"));
            }
        }
        Ok(())
    });
}
