//! Draws: goodness of fit, moments, and the gradient of differentiable draws. Each test of fit has a false-alarm rate of 1e-6 at
//! fixed seeds.

use elbo_distributions::Noise;
use elbo_tensor_ad::{Array, Expr, grad};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::integral::Integral;
use super::{Case, agree, for_each, proper, run};

const DRAWS: usize = 20_000;
const FALSE_ALARM: f64 = 1e-6;

/// Kolmogorov and Smirnov's distance, and its asymptotic bound at the false-alarm rate (Smirnov 1948).
fn follows(x: &[f64], cdf: &[f64]) -> Result<(), String> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    let n = x.len() as f64;
    let distance = order
        .iter()
        .enumerate()
        .map(|(i, &k)| (cdf[k] - i as f64 / n).abs().max(((i + 1) as f64 / n - cdf[k]).abs()))
        .fold(0.0, f64::max);
    let bound = (-0.5 * (FALSE_ALARM / 2.0).ln()).sqrt() / n.sqrt();
    if distance < bound { Ok(()) } else { Err(format!("Kolmogorov's distance {distance}, bound {bound}")) }
}

/// Pearson's statistic over bins whose mass is the density's own integral.
fn fills(x: &[f64], bins: &[(f64, f64)]) -> Result<(), String> {
    let mut counts = vec![0.0; bins.len()];
    for x in x {
        counts[bins.iter().position(|(end, _)| x <= end).ok_or(format!("{x} is in no bin"))?] += 1.0;
    }
    let n = x.len() as f64;
    if bins.len() < 2 {
        return Ok(());
    }
    let statistic: f64 = counts.iter().zip(bins).map(|(c, (_, p))| (c - n * p).powi(2) / (n * p)).sum();
    let bound = ChiSquared::new(bins.len() as f64 - 1.0).unwrap().inverse_cdf(1.0 - FALSE_ALARM);
    if statistic < bound {
        Ok(())
    } else {
        Err(format!("chi-squared {statistic}, bound {bound} ({} bins)", bins.len()))
    }
}

fn draws(case: &Case, seed: u64) -> Result<Vec<f64>, String> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let drawn = case.d.sample(&case.values_in_order(), &[DRAWS], &mut rng).map_err(|e| e.to_string())?;
    Ok(drawn.into_data())
}

fn fit(case: &Case, x: &[f64]) -> Result<(), String> {
    let all = Integral::of(&*case.d);
    fills(x, &all.bins(1.0 / 64.0))?;
    if !case.d.support().is_discrete() && case.d.cdf(&0.5.into()).is_some() {
        follows(x, &case.at(x, |d, x| d.cdf(x).unwrap()))?;
    }
    Ok(())
}

#[test]
fn draws_follow_the_density() {
    for_each(proper(), 4, |case| {
        let x = draws(case, 3)?;
        let support = case.d.support();
        if let Some(x) = x.iter().find(|x| support.contains(**x) == Some(false)) {
            return Err(format!("drew {x}, outside the support"));
        }
        if let Some(x) =
            x.iter().zip(case.at(&x, |d, x| d.log_density(x))).find(|(_, l)| *l == f64::NEG_INFINITY)
        {
            return Err(format!("drew {}, where the density is 0", x.0));
        }
        fit(case, &x)
    });
}

#[test]
fn draws_have_the_stated_mean() {
    for_each(proper(), 4, |case| {
        let (Some(mean), Some(variance)) = (case.d.mean(), case.d.variance()) else { return Ok(()) };
        let found = case.evaluate(&[mean, variance]);
        let (mean, variance) = (found[0].data()[0], found[1].data()[0]);
        // The central limit theorem needs more than two moments to hold at this sample size.
        let all = Integral::of(&*case.d);
        let heavy = all.pieces.iter().map(|p| p.mass * (p.upper - mean).powi(4)).sum::<f64>();
        let usable = variance.is_finite() && heavy / variance.powi(2) < DRAWS as f64 / 50.0;
        if !usable {
            return Ok(());
        }
        let x = draws(case, 4)?;
        let n = x.len() as f64;
        agree(
            "the mean",
            x.iter().sum::<f64>() / n,
            mean,
            0.0,
            5.5 * (variance / n).sqrt() + 1e-12 * mean.abs(),
        )
    });
}

#[test]
fn equal_generators_give_equal_draws() {
    for_each(proper(), 2, |case| {
        if draws(case, 7)? == draws(case, 7)? { Ok(()) } else { Err("two runs differ".into()) }
    });
}

/// The noise for `n` draws.
fn noise(case: &Case, kind: Noise, n: usize, seed: u64) -> Array<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    match kind {
        Noise::Normal => Array::vector((0..n).map(|_| rng.sample(StandardNormal)).collect()),
        Noise::Uniform => Array::vector((0..n).map(|_| rng.random_range(f64::MIN_POSITIVE..1.0)).collect()),
        Noise::Draw => case.d.sample(&case.values_in_order(), &[n], &mut rng).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn differentiable_draws_follow_the_density() {
    for_each(proper(), 3, |case| {
        let Some(kind) = case.d.noise() else { return Ok(()) };
        let given = noise(case, kind, DRAWS, 11);
        let x = case.at(given.data(), |d, noise| d.pathwise(noise).unwrap());
        fit(case, &x)
    });
}

/// By implicit differentiation, whatever the path: `dx/dθ = -(∂F/∂θ) / p` at fixed noise, when the draw is a monotone map of one
/// number; `∂F/∂θ` by differences of the distribution function.
#[test]
fn differentiable_draws_move_with_their_parameters_as_the_distribution_does() {
    for_each(proper(), 6, |case| {
        let (Some(kind), Some(_)) = (case.d.noise(), case.d.cdf(&0.5.into())) else { return Ok(()) };
        const N: usize = 25;
        let given = noise(case, kind, N, 13);
        let d = case.entry.over_inputs(&case.values);
        let input = Expr::input("noise", [N]);
        let path = d.pathwise(&input).ok_or("noise without a path")?.broadcast_to([N]);
        for name in case.entry.varying() {
            let at = case.entry.parameters.iter().position(|(n, _)| *n == name).unwrap();
            if case.values[at].rank() > 0 || !path.free_inputs().iter().any(|f| **f == *name) {
                continue;
            }
            // Each draw with its own copy of the parameter, so that each has its own slope.
            let mut values = case.values.clone();
            values[at] = Array::full([N], case.values[at].data()[0]);
            let d = case.entry.over_inputs(&values);
            let path = d.pathwise(&input).unwrap().broadcast_to([N]);
            let slope = grad(&path.sum(), &[Expr::input(name, [N])]).map_err(|e| e.to_string())?.remove(0);
            let mut inputs = case.entry.given(&values);
            inputs.push(("noise", &given));
            let found = run(&[path, slope], &inputs).map_err(|e| e.to_string())?;
            let x = found[0].data();
            let other = |by: f64| {
                let mut values = case.values.clone();
                values[at] = Array::scalar(case.values[at].data()[0] + by);
                Case { entry: case.entry, d: case.entry.literal(&values), values }
            };
            let moved = |by: f64| other(by).at(x, |d, x| d.cdf(x).unwrap());
            let mode = |by: f64| {
                let other = other(by);
                other.d.mode().map(|mode| other.evaluate(&[mode])[0].data()[0])
            };
            let theta = case.values[at].data()[0];
            // A step within which the distribution function is smooth: small beside the draws' spread too.
            let mut sorted = x.to_vec();
            sorted.sort_by(f64::total_cmp);
            let spread = 10.0 * (sorted[3 * N / 4] - sorted[N / 4]);
            let step = 1e-4 * if theta == 0.0 { 1.0 } else { theta.abs().min(1.0) }.min(spread);
            let (near, far) = ([moved(step), moved(-step)], [moved(2.0 * step), moved(-2.0 * step)]);
            let density = case.at(x, |d, x| d.log_density(x));
            let base = moved(0.0);
            // A density may have a kink at its mode (Laplace). A draw that the mode passes within the difference's steps has a
            // difference over both sides of it, which no slope equals.
            let kink = mode(-2.0 * step).zip(mode(2.0 * step)).map(|(a, b)| a.min(b)..=a.max(b));
            for k in 0..N {
                if kink.as_ref().is_some_and(|passed| passed.contains(&x[k])) {
                    continue;
                }
                // Richardson's second step; in the tails the differences are rounding.
                let slope_of_cdf =
                    (8.0 * (near[0][k] - near[1][k]) - (far[0][k] - far[1][k])) / (12.0 * step);
                if base[k] < 1e-3 || base[k] > 1.0 - 1e-3 {
                    continue;
                }
                let p = density[k].exp();
                agree(
                    &format!("dx/d{name} at x = {}", x[k]),
                    found[1].data()[k],
                    -slope_of_cdf / p,
                    1e-5,
                    1e-9 / (p * step),
                )?;
            }
        }
        Ok(())
    });
}
