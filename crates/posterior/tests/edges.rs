//! What the collections refuse, what they return at their edges, and how the table looks.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_posterior::{Chains, Coord, Data, Draws, Dtype, Error, hdi, psis, quantile};

#[test]
fn values_are_chain_major_then_draw_then_row_major() {
    let mut draws = Draws::new(2, 3);
    draws.push("w", &[("r", 2), ("c", 2)], (0..24).map(f64::from).collect()).unwrap();
    let w = draws.get("w").unwrap();
    assert_eq!(w.at(1, 2), [20.0, 21.0, 22.0, 23.0]);
    assert_eq!(w.series(3), [[3.0, 7.0, 11.0], [15.0, 19.0, 23.0]]);
    assert_eq!((w.name(), w.dims(), w.shape()), ("w", &["r".to_owned(), "c".to_owned()][..], &[2, 2][..]));
    assert_eq!(w.mean(), [10.0, 11.0, 12.0, 13.0]);
    assert!((w.sd()[2] - 56_f64.sqrt()).abs() < 1e-14);
    assert!(w.at(2, 0).is_empty() && w.at(0, 3).is_empty() && w.series(4).is_empty());
    assert!(w.element(4).is_none());
    assert_eq!(draws.labels("w").unwrap(), ["w[0, 0]", "w[0, 1]", "w[1, 0]", "w[1, 1]"]);
    assert!(draws.labels("v").is_none());
}

#[test]
fn coordinates_name_the_rows_as_arviz_does() {
    let mut draws = Draws::new(1, 4);
    draws.set_coords("kind", ["b", "a"]).unwrap();
    draws.push("w", &[("kind", 2), ("height", 1)], vec![0.0; 8]).unwrap();
    draws.set_coords("height", vec![2.0]).unwrap();
    draws.push("s", &[], vec![0.0; 4]).unwrap();
    let names: Vec<_> = draws.summary().rows.into_iter().map(|r| r.name).collect();
    assert_eq!(names, ["w[b, 2.0]", "w[a, 2.0]", "s"]);
    assert_eq!(draws.coord("kind"), Some(&Coord::from(vec!["b", "a"])));
    assert_eq!(draws.coord("draw"), Some(&Coord::range(4)));
}

#[test]
fn a_variable_that_does_not_fit_is_refused_and_leaves_no_trace() {
    let mut draws = Draws::new(2, 2);
    draws.push("w", &[("k", 3)], vec![0.0; 12]).unwrap();
    let before = draws.clone();
    let ok = || vec![0.0; 12];
    type Check = fn(&Error) -> bool;
    let refused: Vec<(Error, Check)> = vec![
        (draws.push("v", &[("k", 3)], vec![0.0; 11]).unwrap_err(), |e| {
            matches!(e, Error::Length { expected: 12, found: 11, .. })
        }),
        (draws.push("v", &[("k", 2)], vec![0.0; 8]).unwrap_err(), |e| {
            matches!(e, Error::DimSize { expected: 3, found: 2, .. })
        }),
        (draws.push("w", &[("k", 3)], ok()).unwrap_err(), |e| matches!(e, Error::Duplicate { .. })),
        (draws.push("v", &[("m", 0)], vec![]).unwrap_err(), |e| matches!(e, Error::EmptyAxis { .. })),
        (draws.push("v", &[("m", 3), ("m", 3)], vec![0.0; 36]).unwrap_err(), |e| {
            matches!(e, Error::RepeatedDim { .. })
        }),
        (draws.push("k", &[], vec![0.0; 4]).unwrap_err(), |e| matches!(e, Error::Clash { .. })),
        (draws.push("chain", &[], vec![0.0; 4]).unwrap_err(), |e| matches!(e, Error::Clash { .. })),
        (draws.push("v", &[("w", 3)], ok()).unwrap_err(), |e| matches!(e, Error::Clash { .. })),
        (draws.push("v", &[("v", 3)], ok()).unwrap_err(), |e| matches!(e, Error::Clash { .. })),
        (draws.push("v", &[("draw", 2)], vec![0.0; 8]).unwrap_err(), |e| matches!(e, Error::Name { .. })),
        (draws.push("v", &[("huge", usize::MAX)], ok()).unwrap_err(), |e| matches!(e, Error::Length { .. })),
        (draws.push("", &[], vec![0.0; 4]).unwrap_err(), |e| matches!(e, Error::Name { .. })),
        (draws.push("../v", &[], vec![0.0; 4]).unwrap_err(), |e| matches!(e, Error::Name { .. })),
        (draws.push("a/b", &[], vec![0.0; 4]).unwrap_err(), |e| matches!(e, Error::Name { .. })),
        (draws.push_as("v", &[], vec![0.5; 4], Dtype::Int).unwrap_err(), |e| {
            matches!(e, Error::NotExact { index: 0, .. })
        }),
        (draws.push_as("v", &[], vec![0.0, f64::NAN, 0.0, 0.0], Dtype::Int).unwrap_err(), |e| {
            matches!(e, Error::NotExact { index: 1, .. })
        }),
        (draws.push_as("v", &[], vec![1.0, 0.0, 1.0, 2.0], Dtype::Bool).unwrap_err(), |e| {
            matches!(e, Error::NotExact { index: 3, .. })
        }),
        (draws.set_coords("k", vec!["a"]).unwrap_err(), |e| matches!(e, Error::DimSize { found: 1, .. })),
        (draws.set_coords("w", vec!["a"]).unwrap_err(), |e| matches!(e, Error::Clash { .. })),
        (draws.set_coords("m", vec![0.0, f64::NAN]).unwrap_err(), |e| {
            matches!(e, Error::Coordinate { index: 1, .. })
        }),
        (draws.set_coords("m", vec!["a\0b"]).unwrap_err(), |e| matches!(e, Error::Coordinate { .. })),
    ];
    for (error, expected) in refused {
        assert!(expected(&error), "{error:?}");
    }
    assert_eq!(draws, before);
    for (mut none, axis) in [(Draws::new(0, 2), "chain"), (Draws::new(2, 0), "draw")] {
        let error = none.push("w", &[], vec![]).unwrap_err();
        assert!(matches!(&error, Error::EmptyAxis { dim, .. } if dim == axis), "{error}");
        assert!(none.summary().rows.is_empty());
    }
}

#[test]
fn data_have_neither_chains_nor_draws() {
    let mut data = Data::new();
    data.push("x", &[("obs", 2), ("feature", 2)], vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    data.push_as("y", &[("obs", 2)], vec![0.0, 1.0], Dtype::Int).unwrap();
    data.set_coords("obs", vec![7_i64, 9]).unwrap();
    assert_eq!(data.get("x").unwrap().at(0, 0), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(data.coord("obs"), Some(&Coord::Ints(vec![7, 9])));
    assert_eq!(data.variables().count(), 2);
}

#[test]
fn a_nan_among_the_draws_empties_its_row_and_is_named_below_the_table() {
    let mut draws = Draws::new(2, 4);
    let mut values: Vec<f64> = (0..16).map(f64::from).collect();
    values[6] = f64::NAN;
    values[8] = f64::INFINITY;
    draws.push("w", &[("k", 2)], values).unwrap();
    let summary = draws.summary();
    let (bad, good) = (&summary.rows[0], &summary.rows[1]);
    for v in [bad.mean, bad.sd, bad.hdi_3, bad.hdi_97, bad.mcse_mean, bad.mcse_sd, bad.ess_bulk, bad.r_hat] {
        assert!(v.is_nan(), "{v}");
    }
    assert_eq!((bad.non_finite, good.non_finite, good.mean), (2, 0, 8.0));
    assert!(summary.to_string().ends_with("\nw[0]: 2 draws are NaN or infinite"));
}

#[test]
fn one_chain_has_sample_sizes_but_no_r_hat() {
    let mut draws = Draws::new(1, 100);
    draws.push("a", &[], (0..100).map(|i| f64::from(i * 37 % 100)).collect()).unwrap();
    let summary = draws.summary();
    let row = summary.get("a").unwrap();
    assert!(row.r_hat.is_nan() && row.ess_bulk > 10.0 && row.mcse_mean > 0.0);
}

#[test]
fn fewer_than_four_draws_have_moments_and_no_diagnostics() {
    let chains = Chains::new(&[[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]).unwrap();
    assert_eq!(chains.mean(), 2.5);
    for v in [chains.ess_bulk(), chains.ess_tail(), chains.r_hat(), chains.mcse_mean(), chains.mcse_sd()] {
        assert!(v.is_nan());
    }
    assert!(Chains::new(&[[1.0]]).unwrap().sd().is_nan());
    assert!(Chains::new(&[[1.0; 8]; 2]).unwrap().ess_quantile(1.5).is_nan());
    let ragged = Chains::new(&[vec![1.0, 2.0], vec![1.0]]);
    assert!(matches!(ragged, Err(Error::Ragged { chain: 1, expected: 2, found: 1 })));
    assert!(matches!(Chains::new::<Vec<f64>>(&[]), Err(Error::TooFew { .. })));
    assert!(matches!(Chains::new(&[[0.0; 0]]), Err(Error::TooFew { .. })));
}

#[test]
fn chains_that_stand_still_apart_have_an_infinite_r_hat() {
    let chains = Chains::new(&[[1.0; 8], [2.0; 8]]).unwrap();
    assert_eq!(chains.r_hat(), f64::INFINITY);
}

#[test]
fn intervals_and_quantiles_refuse_what_they_cannot_answer() {
    for mass in [0.0, 1.0, -0.5, f64::NAN] {
        assert!(matches!(hdi(&[1.0, 2.0], mass), Err(Error::Range { .. })));
    }
    assert!(matches!(hdi(&[], 0.5), Err(Error::TooFew { .. })));
    assert!(matches!(hdi(&[1.0, f64::NAN], 0.5), Err(Error::NotFinite { index: 1, .. })));
    assert_eq!(hdi(&[3.0], 0.94).unwrap(), (3.0, 3.0));
    assert_eq!(hdi(&[1.0, 2.0, 10.0], 1.0 - f64::EPSILON / 2.0).unwrap(), (1.0, 10.0));
    assert!(matches!(quantile(&[1.0], 1.1), Err(Error::Range { .. })));
    assert!(matches!(quantile(&[], 0.5), Err(Error::TooFew { .. })));
    assert_eq!(quantile(&[3.0, 1.0], 0.0).unwrap(), 1.0);
    assert_eq!(quantile(&[3.0, 1.0], 1.0).unwrap(), 3.0);
}

#[test]
fn pareto_smoothing_refuses_what_it_cannot_answer_and_takes_zero_weights() {
    assert!(matches!(psis(&[0.0], 1.0), Err(Error::TooFew { .. })));
    assert!(matches!(psis(&[0.0, f64::NAN], 1.0), Err(Error::NotFinite { index: 1, .. })));
    assert!(matches!(psis(&[f64::INFINITY, 0.0], 1.0), Err(Error::NotFinite { index: 0, .. })));
    assert!(matches!(psis(&[f64::NEG_INFINITY; 3], 1.0), Err(Error::NotFinite { .. })));
    assert!(matches!(psis(&[0.0, 1.0], 0.0), Err(Error::Range { .. })));
    let equal = psis(&[-3.0; 100], 1.0).unwrap();
    assert!((equal.ess() - 100.0).abs() < 1e-9 && equal.k_hat == f64::INFINITY);
    let mut ratios: Vec<f64> = (0..100).map(|i| f64::from(i * 37 % 100) / 50.0).collect();
    ratios[7] = f64::NEG_INFINITY;
    let smoothed = psis(&ratios, 1.0).unwrap();
    assert_eq!(smoothed.log_weights[7], f64::NEG_INFINITY);
    assert!(smoothed.k_hat.is_finite());
    let sum: f64 = smoothed.log_weights.iter().map(|w| w.exp()).sum();
    assert!((sum - 1.0).abs() < 1e-12);
}

#[test]
fn the_table_is_aligned_and_rounded_as_that_of_arviz() {
    let mut draws = Draws::new(2, 8);
    let values = (0..32).map(|i| f64::from(i * 7 % 32) - 8.0 * f64::from(i % 2)).collect();
    draws.push("weight", &[("größe", 2)], values).unwrap();
    draws.set_coords("größe", ["ä", "b"]).unwrap();
    let text = draws.summary().to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0].split_whitespace().collect::<Vec<_>>(),
        ["mean", "sd", "hdi_3%", "hdi_97%", "mcse_mean", "mcse_sd", "ess_bulk", "ess_tail", "r_hat"]
    );
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|l| l.chars().count() == lines[0].chars().count()), "{text}");
    assert!(lines[1].starts_with("weight[ä]  15.000"), "{text}");
}
