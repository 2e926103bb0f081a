//! Priors of weights: joint log densities and gradients against a table, and their marginals.
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;

use elbo_distributions::{
    AutomaticRelevance, Distribution, Horseshoe, NormalScaleMixture, R2D2, RegularizedHorseshoe, SpikeAndSlab,
};
use elbo_tensor_ad::{Array, Expr, Plan, check, grad};
use golden::{cases, close, number};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus as Generator;
use serde_json::Value;

fn values(exprs: &[Expr], given: &[(&str, &Array<f64>)]) -> Vec<Array<f64>> {
    let plan = Plan::<f64>::compile(exprs).unwrap();
    let used: Vec<_> = given.iter().copied().filter(|(n, _)| plan.input(n).is_some()).collect();
    plan.call(&used).unwrap()
}

fn scalar(name: &str) -> Expr {
    Expr::input(name, ())
}

/// The joint density of a case of the table, over the names of its numbers.
fn joint(case: &Value) -> Option<Expr> {
    let s = scalar;
    Some(match case["dist"].as_str().unwrap() {
        "HorseShoe_joint" => {
            let prior = Horseshoe::new(s("tau0"));
            prior.global().log_density(&s("tau"))
                + prior.local().log_density(&s("lam"))
                + prior.weights(&s("tau"), &s("lam")).log_density(&s("beta"))
        }
        "RegularizedHorseShoe_joint" => {
            let prior = RegularizedHorseshoe::new(s("tau0"), s("nu"), s("s2"));
            prior.global().log_density(&s("tau"))
                + prior.local().log_density(&s("lam"))
                + prior.slab().log_density(&s("c2"))
                + prior.weights(&s("tau"), &s("lam"), &s("c2")).log_density(&s("beta"))
        }
        "SpikeSlab_scale_mixture" => {
            SpikeAndSlab::new(s("pi"), s("sigma1"), s("sigma2")).log_density(&s("w"))
        }
        _ => return None,
    })
}

#[test]
fn joint_log_densities_and_gradients_are_those_of_the_table() {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for case in cases("dist_multivariate.json") {
        let Some(density) = joint(&case) else { continue };
        *seen.entry(case["dist"].as_str().unwrap().into()).or_default() += 1;
        let names: Vec<&str> = case["grad"].as_object().unwrap().keys().map(String::as_str).collect();
        let arrays: Vec<Array<f64>> =
            names.iter().map(|n| Array::scalar(number(&case[*n]).unwrap())).collect();
        let given: Vec<(&str, &Array<f64>)> = names.iter().copied().zip(&arrays).collect();
        let wrt: Vec<Expr> = names.iter().map(|n| scalar(n)).collect();
        let found = values(&[vec![density.clone()], grad(&density, &wrt).unwrap()].concat(), &given);
        let want = number(&case["logp"]).unwrap();
        assert!(close(found[0].data()[0], want, 1e-11, 1e-11), "{case}: {:?}", found[0]);
        for (name, found) in names.iter().zip(&found[1..]) {
            let want = number(&case["grad"][*name]).unwrap();
            assert!(close(found.data()[0], want, 1e-9, 1e-12), "{case} d/d{name}: {found:?}");
        }
    }
    assert_eq!(seen.values().copied().collect::<Vec<_>>(), [3, 3, 4]);
}

#[test]
fn a_relevance_integrated_out_is_a_student_variable() {
    let prior = AutomaticRelevance::new(1.5, 0.4);
    for w in [0.0, 0.3, -2.0, 9.0] {
        // The trapezoidal rule in ln alpha.
        let t: Vec<f64> = (0..6000).map(|i| -30.0 + 0.01 * f64::from(i)).collect();
        let alpha = Expr::literal(Array::vector(t.iter().map(|t| t.exp()).collect()));
        let log = prior.precision().log_density(&alpha)
            + prior.weights(&alpha).log_density(&Expr::constant(w))
            + alpha.ln();
        let found = values(&[log, prior.marginal().log_density(&Expr::constant(w))], &[]);
        let total: f64 = found[0].data().iter().map(|l| l.exp() * 0.01).sum();
        assert!(close(total.ln(), found[1].data()[0], 1e-10, 1e-10), "{w}: {total} {:?}", found[1]);
    }
}

#[test]
fn the_weights_of_r2d2_explain_the_share_that_was_drawn() {
    let prior = R2D2::by_mean(0.3, 5.0, 0.5, 4);
    prior.explained().check().unwrap();
    prior.shares().check().unwrap();
    let mean = values(&[prior.explained().mean().unwrap()], &[]).remove(0);
    assert!(close(mean.data()[0], 0.3, 1e-15, 0.0));
    let mut rng = Generator::seed_from_u64(1);
    let draw = |d: &dyn Distribution, shape: &[usize], rng: &mut Generator| {
        let p: Vec<Expr> = d.parameters().into_iter().map(|p| p.value).collect();
        d.sample(&values(&p, &[]), shape, rng).unwrap()
    };
    let explained = draw(&prior.explained(), &[50], &mut rng);
    let shares = draw(&prior.shares(), &[50, 4], &mut rng);
    let scale = prior.scale(&explained.clone().into(), &shares.into(), 2.0);
    let total = values(&[scale.square().sum_axes(&[1])], &[]).remove(0);
    for (total, r) in total.data().iter().zip(explained.data()) {
        // The variance of the fit over that of the fit and the noise.
        assert!(close(total / (total + 4.0), *r, 1e-10, 1e-12), "{total} {r:?}");
    }
    let all = values(&[prior.scale(&1.0.into(), &Array::vector(vec![0.25, 0.75]).into(), 1.0)], &[]);
    assert!(all[0].data().iter().all(|s| s.is_finite()), "all is explained: {all:?}");
}

#[test]
fn the_regularised_scale_is_the_horseshoes_where_small_and_the_slabs_where_large() {
    let prior = RegularizedHorseshoe::new(1.0, 4.0, 1.0);
    let slab = Expr::constant(4.0);
    let scale = |tau: f64, lambda: f64| {
        let e = prior.scale(&Expr::constant(tau), &Expr::constant(lambda), &slab);
        values(&[e], &[])[0].data()[0]
    };
    assert!(close(scale(1e-3, 0.1), 1e-4, 1e-8, 0.0));
    assert!(close(scale(1e3, 1e4), 2.0, 1e-12, 0.0));
    assert!(close(Horseshoe::global_scale(5.0, 105.0, 400.0, 2.0), 0.005, 1e-15, 0.0));
}

#[test]
fn a_component_of_probability_zero_counts_for_nothing() {
    let (w, sigma) = (Expr::input("w", [3]), Expr::input("sigma", [3]));
    let x = Expr::input("x", [2]);
    let density = NormalScaleMixture::new(&w, &sigma).log_density(&x);
    let given = [
        ("w", &Array::vector(vec![0.25, 0.0, 0.75])),
        ("sigma", &Array::vector(vec![0.1, 1.0, 2.0])),
        ("x", &Array::vector(vec![0.3, 1e3])),
    ];
    let slopes = grad(&density.sum(), &[w.clone(), sigma.clone(), x.clone()]).unwrap();
    let two = SpikeAndSlab::new(0.25, 0.1, 2.0).log_density(&x);
    let found = values(&[vec![density.clone(), two], slopes].concat(), &given);
    assert_eq!(found[0].data(), found[1].data());
    assert!(found.iter().flat_map(|f| f.data()).all(|v| v.is_finite()), "{found:?}");
    assert_eq!((found[2].data()[1], found[3].data()[1]), (0.0, 0.0));
    let inside = [
        ("w", &Array::vector(vec![0.25, 0.05, 0.7])),
        ("sigma", &Array::vector(vec![0.4, 1.0, 2.0])),
        ("x", &Array::vector(vec![0.3, -4.0])),
    ];
    check::gradient(&density.sum(), &["w", "sigma", "x"], &inside).unwrap();
}

#[test]
fn tails_of_a_spike_and_slab_are_those_of_fifty_digits() {
    // pi, sigma1, sigma2, x, ln P(X <= x), ln P(X > x), by mpmath.
    let rows = [
        (0.6665901987147589, 0.3, 0.03, -1.8765077023368038, -22.744677663547694, -1.3246831072033496e-10),
        (0.25, 1.0, 0.01, -40.0, -805.9947363748737, 0.0),
        (0.5, 2.0, 0.05, 0.1, -0.2895580484013671, -1.380687457006097),
        (0.75, 0.4, 0.0003, -0.001, -0.9825393835538121, -0.4689789529446222),
    ];
    for (pi, slab, spike, x, below, above) in rows {
        let d = SpikeAndSlab::new(pi, slab, spike);
        let x = Expr::constant(x);
        let found = values(&[d.log_cdf(&x).unwrap(), d.log_survival(&x).unwrap()], &[]);
        for (found, want) in found.iter().zip([below, above]) {
            assert!(close(found.data()[0], want, 1e-13, 1e-15), "{pi} {slab} {spike}: {found:?}, not {want}");
        }
    }
}
