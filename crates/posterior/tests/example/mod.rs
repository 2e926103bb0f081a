//! Results that exercise everything a store can hold, shared by the tests of stores.

use elbo_posterior::{Data, Draws, Dtype, InferenceData};

/// Numbers that look random and are the same everywhere: a linear congruential generator (Knuth's MMIX).
pub(crate) fn noise(count: usize, mut state: u64) -> Vec<f64> {
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        })
        .collect()
}

fn result(chains: usize, draws: usize) -> InferenceData {
    let n = chains * draws;
    let mut posterior = Draws::new(chains, draws);
    posterior.push("w_in_1", &[("feature", 2), ("hidden_1", 3)], noise(n * 6, 1)).unwrap();
    posterior.push("bias", &[("hidden_1", 3)], noise(n * 3, 2)).unwrap();
    posterior.push("a_scale", &[], noise(n, 3)).unwrap();
    posterior.push("level", &[("height", 2)], noise(n * 2, 4)).unwrap();
    posterior.push("unnamed", &[("", 2)], noise(n * 2, 5)).unwrap();
    posterior.set_coords("feature", ["x", "größe"]).unwrap();
    posterior.set_coords("hidden_1", vec![10_i64, -1, 2]).unwrap();
    posterior.set_coords("height", vec![0.5, 1e-3]).unwrap();

    let bits = |count, seed| noise(count, seed).into_iter().map(|v| f64::from(u8::from(v > 0.0))).collect();
    let rows = vec!["r0", "r1", "r2", "r3"];
    let mut predictive = Draws::new(chains, draws);
    predictive.push_as("out", &[("obs", 4)], bits(n * 4, 6), Dtype::Int).unwrap();
    predictive.set_coords("obs", rows.clone()).unwrap();

    let mut stats = Draws::new(chains, draws);
    let mut lp = noise(n, 7);
    lp[0] = f64::NEG_INFINITY;
    lp[1] = f64::NAN;
    stats.push("lp", &[], lp).unwrap();
    stats.push_as("diverging", &[], bits(n, 8), Dtype::Bool).unwrap();

    let mut prior = Draws::new(1, 3);
    prior.push("a_scale", &[], vec![0.25, f64::MIN_POSITIVE, -1e300]).unwrap();

    let mut observed = Data::new();
    // The zero must not be taken for a missing value.
    observed.push_as("out", &[("obs", 4)], vec![0.0, 1.0, 1.0, -5.0], Dtype::Int).unwrap();
    observed.set_coords("obs", rows).unwrap();
    let mut constant = Data::new();
    constant.push("x", &[("obs", 4), ("feature", 2)], noise(8, 9)).unwrap();
    constant.push_as("rows", &[], vec![9_007_199_254_740_992.0], Dtype::Int).unwrap();
    constant.set_coords("feature", ["x", "größe"]).unwrap();

    InferenceData {
        posterior: Some(posterior),
        posterior_predictive: Some(predictive),
        sample_stats: Some(stats),
        prior: Some(prior),
        observed_data: Some(observed),
        constant_data: Some(constant),
        attrs: [("seed".to_owned(), "42".to_owned())].into(),
        ..Default::default()
    }
}

/// Several chains with an even number of draws.
pub(crate) fn several_chains() -> InferenceData {
    result(3, 50)
}

/// One chain, as a variational fit gives.
pub(crate) fn one_chain() -> InferenceData {
    result(1, 41)
}
