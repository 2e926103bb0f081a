//! What holds for any draws: intervals hold their mass, order does not matter, stores come back.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_posterior::{Chains, Coord, Data, Draws, Dtype, InferenceData, hdi, psis, quantile};
use proptest::collection::vec;
use proptest::prelude::*;

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -100.0..100.0, 1 => Just(0.0), 1 => (-3..3_i32).prop_map(f64::from)]
}

/// Chains and draws, and the values of one scalar variable over them.
fn series() -> impl Strategy<Value = (usize, usize, Vec<f64>)> {
    (1..4_usize, 4..40_usize).prop_flat_map(|(c, n)| (Just(c), Just(n), vec(finite(), c * n)))
}

fn coord(size: usize) -> impl Strategy<Value = Coord> {
    prop_oneof![
        vec("[a-zà-ÿ一-三😀 ]{0,4}", size).prop_map(Coord::Labels),
        vec(any::<i64>(), size).prop_map(Coord::Ints),
        vec(-1e9..1e9, size).prop_map(Coord::Floats),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_interval_holds_its_mass_and_no_narrower_one_does(x in vec(finite(), 1..60), mass in 0.01..0.99) {
        let (low, high) = hdi(&x, mass).unwrap();
        let inside = |low: f64, high: f64| x.iter().filter(|v| (low..=high).contains(*v)).count();
        prop_assert!(inside(low, high) as f64 >= mass * x.len() as f64);
        let needed = (mass * x.len() as f64).floor() as usize + 1;
        for &a in &x {
            for &b in &x {
                if b - a < high - low && b >= a {
                    prop_assert!(inside(a, b) < needed, "[{a}, {b}] is narrower than [{low}, {high}]");
                }
            }
        }
    }

    #[test]
    fn a_quantile_lies_within_the_values_and_grows(x in vec(finite(), 1..60), p in 0.0..1.0, q in 0.0..1.0) {
        let (p, q) = if p < q { (p, q) } else { (q, p) };
        let (low, high) = (quantile(&x, p).unwrap(), quantile(&x, q).unwrap());
        let (least, most) = (quantile(&x, 0.0).unwrap(), quantile(&x, 1.0).unwrap());
        prop_assert!(least - 1e-12 <= low && low <= high + 1e-12 && high <= most + 1e-12);
        prop_assert!(x.contains(&least) && x.contains(&most));
    }

    #[test]
    fn permuting_draws_leaves_mean_sd_and_interval((c, n, x) in series(), seed in any::<u64>()) {
        let mut shuffled = x.clone();
        let mut state = seed;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        let row = |values: Vec<f64>| {
            let mut draws = Draws::new(c, n);
            draws.push("x", &[], values).unwrap();
            draws.summary().rows.remove(0)
        };
        let (a, b) = (row(x), row(shuffled));
        prop_assert!((a.mean - b.mean).abs() < 1e-11 && (a.sd - b.sd).abs() < 1e-11);
        prop_assert_eq!((a.hdi_3, a.hdi_97), (b.hdi_3, b.hdi_97));
    }

    #[test]
    fn rank_based_diagnostics_see_only_the_order((c, n, x) in series()) {
        let chains = |f: fn(f64) -> f64| {
            let mapped: Vec<f64> = x.iter().map(|v| f(*v)).collect();
            Chains::new(&mapped.chunks(n).collect::<Vec<_>>()).unwrap()
        };
        // Increasing and exact, so that ties stay ties.
        let (plain, scaled) = (chains(|v| v), chains(|v| 4.0 * v));
        prop_assert_eq!(plain.ess_bulk().to_bits(), scaled.ess_bulk().to_bits());
        prop_assert_eq!(plain.ess_tail().to_bits(), scaled.ess_tail().to_bits());
        let (a, b) = (plain.r_hat(), scaled.r_hat());
        prop_assert!(a == b || (a.is_nan() && b.is_nan()));
        let total = (c * n) as f64;
        prop_assert!(plain.ess_bulk() > 0.0 && plain.ess_bulk() <= total * total.log10() + 1e-9);
    }

    #[test]
    fn smoothed_weights_sum_to_one_and_shift_with_nothing(x in vec(-20.0..20.0, 2..200), shift in -500.0..500.0) {
        let plain = psis(&x, 1.0).unwrap();
        let sum: f64 = plain.log_weights.iter().map(|w| w.exp()).sum();
        prop_assert!((sum - 1.0).abs() < 1e-9);
        prop_assert!(plain.ess() >= 1.0 - 1e-9 && plain.ess() <= x.len() as f64 * (1.0 + 1e-9));
        let moved = psis(&x.iter().map(|v| v + shift).collect::<Vec<_>>(), 1.0).unwrap();
        prop_assert!(plain.k_hat == moved.k_hat || (plain.k_hat - moved.k_hat).abs() < 1e-6);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_store_comes_back_as_it_was(
        (c, n, x) in series(),
        (rows, labels) in (1..4_usize).prop_flat_map(|k| (Just(k), coord(k))),
        wild in vec(any::<f64>().prop_filter("NaN equals nothing", |v| !v.is_nan()), 1..6),
        whole in -9_007_199_254_740_992..=9_007_199_254_740_992_i64,
    ) {
        let mut draws = Draws::new(c, n);
        let tiled = (0..c * n * rows).map(|i| x[i % x.len()]).collect();
        draws.push("w", &[("row", rows)], tiled).unwrap();
        draws.set_coords("row", labels.clone()).unwrap();
        draws.push("a", &[], x).unwrap();
        let mut data = Data::new();
        data.push("wild", &[("i", wild.len())], wild).unwrap();
        data.push_as("n", &[], vec![whole as f64], Dtype::Int).unwrap();
        data.set_coords("row", labels).unwrap();
        let saved =
            InferenceData { posterior: Some(draws), constant_data: Some(data), ..Default::default() };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        saved.write_zarr(&path).unwrap();
        prop_assert_eq!(InferenceData::read_zarr(&path).unwrap(), saved);
    }
}
