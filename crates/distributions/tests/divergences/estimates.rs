//! Entropies and divergences estimated from draws, with their errors.

use elbo_distributions::{
    Distribution, Divergence, Entropy, GARCH11, Gamma, Noise, Normal, Numeric, entropy, kl,
};
use elbo_tensor_ad::{Array, Expr, Plan, grad};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::numbers::Unknown;
use crate::run;

/// Estimates of entropies and their slopes, along the path and by the score, and whether their standard errors are.
#[test]
fn estimated_entropies_are_unbiased_and_their_errors_are_those_of_their_spread() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let (s, at) = (Expr::input("sigma", ()), Array::scalar(1.4));
    for path in [true, false] {
        let q = Unknown { inner: Box::new(Gamma::new(&s, 2.0)), placed: false, path };
        let exact = Gamma::new(&s, 2.0).entropy().unwrap();
        let slope = grad(&exact, std::slice::from_ref(&s)).unwrap().remove(0);
        let want = run(&[exact, slope], &[("sigma", &at)]);
        let Entropy::MonteCarlo(estimate) = entropy(&q).unwrap() else { panic!("not an estimate") };
        let slope = grad(&estimate.value, std::slice::from_ref(&s)).unwrap().remove(0);
        let plan = Plan::compile(&[estimate.value, slope, estimate.error]).unwrap();
        let n = estimate.input.shape().dims()[0].fixed().unwrap();
        let runs: Vec<[f64; 3]> = (0..2000)
            .map(|_| {
                let noise = q.sample(&[at.clone(), Array::scalar(2.0)], &[n], &mut rng).unwrap();
                let found = plan.call(&[("entropy_noise", &noise), ("sigma", &at)]).unwrap();
                [0, 1, 2].map(|k| found[k].data()[0])
            })
            .collect();
        for (k, want) in want.iter().enumerate() {
            let n = runs.len() as f64;
            let mean = runs.iter().map(|f| f[k]).sum::<f64>() / n;
            let variance = runs.iter().map(|f| (f[k] - mean).powi(2)).sum::<f64>() / n;
            let (error, want) = ((variance / n).sqrt(), want.data()[0]);
            assert!((mean - want).abs() < 5.5 * error, "{path} {k}: {mean} ± {error}, not {want}");
            if k == 0 {
                let stated = runs.iter().map(|f| f[2] * f[2]).sum::<f64>() / n;
                assert!((stated / variance - 1.0).abs() < 0.25, "{path}: {stated}, not {variance}");
            }
        }
    }
}

#[test]
fn a_garch_without_news_has_the_entropy_of_its_known_variances() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(6);
    assert!(matches!(entropy(&GARCH11::new(0.3, 0.2, 0.5, 0.7, 3)).unwrap(), Entropy::MonteCarlo(_)));
    assert!(matches!(entropy(&Normal::standard()).unwrap(), Entropy::Formula(_)));
    assert!(entropy(&Normal::new(0.0, 0.0)).is_err());
    let d = Numeric::new(GARCH11::new(Array::vector(vec![0.3, 1.1]), 0.0, 0.5, 0.7, 3)).unwrap();
    let found = d.entropy_by_draws(100_000, &mut rng).unwrap();
    assert_eq!((found.value.shape(), found.error.shape()), (&[2][..], &[2][..]));
    for (i, omega) in [0.3f64, 1.1].into_iter().enumerate() {
        let (mut v, mut want) = (0.49f64, 0.0);
        for _ in 0..4 {
            want += 0.5 * (1.0 + (2.0 * std::f64::consts::PI * v).ln());
            v = omega + 0.5 * v;
        }
        let (mean, error) = (found.value.data()[i], found.error.data()[i]);
        assert!((mean - want).abs() < 5.5 * error && error < 0.01, "{mean} ± {error}, not {want}");
    }
    // With news the error shrinks as the root of the draws.
    let d = Numeric::new(GARCH11::new(0.3, 0.4, 0.5, 0.7, 20)).unwrap();
    let [few, many] = [1000, 100_000].map(|n| d.entropy_by_draws(n, &mut rng).unwrap());
    let ratio = few.error.data()[0] / many.error.data()[0];
    assert!((ratio / 10.0 - 1.0).abs() < 0.2, "{ratio}");
    assert!((few.value.data()[0] - many.value.data()[0]).abs() < 5.5 * few.error.data()[0]);
    let flat = Numeric::new(elbo_distributions::Flat::new()).unwrap();
    assert!(flat.entropy_by_draws(10, &mut rng).is_err());
}

/// Estimates of a divergence and its slope in `sigma`, along the path and by the score, against the closed form.
#[test]
fn estimates_are_unbiased_in_value_and_gradient() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let (s, at) = (Expr::input("sigma", ()), Array::scalar(1.4));
    let p = Normal::new(1.0, 2.0);
    let exact = kl(&Normal::new(0.5, &s), &p).unwrap().expr().clone();
    let slope = grad(&exact, std::slice::from_ref(&s)).unwrap().remove(0);
    let want = run(&[exact, slope], &[("sigma", &at)]);
    for path in [true, false] {
        let q = Unknown { inner: Box::new(Normal::new(0.5, &s)), placed: false, path };
        let Divergence::MonteCarlo(estimate) = kl(&q, &p).unwrap() else { panic!("not an estimate") };
        let slope = grad(&estimate.value, std::slice::from_ref(&s)).unwrap().remove(0);
        let plan = Plan::compile(&[estimate.value, slope]).unwrap();
        let n = estimate.input.shape().dims()[0].fixed().unwrap();
        let found: Vec<[f64; 2]> = (0..2000)
            .map(|_| {
                let noise = match estimate.noise {
                    Noise::Normal => Array::vector((0..n).map(|_| rng.sample(StandardNormal)).collect()),
                    _ => q.sample(&[Array::scalar(0.5), at.clone()], &[n], &mut rng).unwrap(),
                };
                let found = plan.call(&[("kl_noise", &noise), ("sigma", &at)]).unwrap();
                [found[0].data()[0], found[1].data()[0]]
            })
            .collect();
        for k in 0..2 {
            let n = found.len() as f64;
            let mean = found.iter().map(|f| f[k]).sum::<f64>() / n;
            let error = (found.iter().map(|f| (f[k] - mean).powi(2)).sum::<f64>() / n / n).sqrt();
            // Five and a half standard errors: a false alarm in 2e7.
            let want = want[k].data()[0];
            assert!((mean - want).abs() < 5.5 * error, "{path} {k}: {mean} ± {error}, not {want}");
            assert!(error < 0.02, "{error}");
        }
    }
}
