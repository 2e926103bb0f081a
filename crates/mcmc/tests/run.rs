//! What a run hands back: its pieces, its report, and the groups for ArviZ.
#![allow(clippy::unwrap_used, clippy::panic)]

mod targets;

use elbo_mcmc::{Nuts, Run};
use elbo_posterior::{Dtype, InferenceData};
use targets::{Fault, Faulty, diagonal};

fn run(chains: usize) -> Run {
    Nuts::new(Faulty { edge: f64::INFINITY, fault: Fault::Other })
        .tune(200)
        .draws(100)
        .chains(chains)
        .seed(3)
        .run()
        .unwrap()
}

#[test]
fn the_pieces_of_a_run_are_those_of_its_flat_draws() {
    let run = run(3);
    assert_eq!((run.chains(), run.draws_per_chain(), run.dim()), (3, 100, 2));
    assert_eq!(run.names(), ["left", "right"]);
    assert_eq!(run.draws().len(), 600);
    let whole: Vec<f64> = (0..3).flat_map(|c| run.chain(c)).copied().collect();
    assert_eq!(whole, run.draws());
    let right = run.coordinate(1).unwrap();
    assert_eq!((right.chains(), right.draws()), (3, 100));
    assert_eq!(right.values()[205], run.chain(2)[5 * 2 + 1]);
    assert!(run.chain(3).is_empty() && run.steps(3).is_empty() && run.coordinate(2).is_none());
}

#[test]
fn a_report_names_the_worst_coordinate_and_adds_up() {
    let run = run(4);
    let report = run.report();
    let of = |i: usize| run.coordinate(i).unwrap();
    assert_eq!(report.r_hat.value, of(0).r_hat().max(of(1).r_hat()));
    assert_eq!(report.ess_bulk.value, of(0).ess_bulk().min(of(1).ess_bulk()));
    assert_eq!(report.ess_tail.value, of(0).ess_tail().min(of(1).ess_tail()));
    let worst = if of(0).r_hat() >= of(1).r_hat() { "left" } else { "right" };
    assert_eq!(report.r_hat.coordinate, worst);
    let kept: u64 = (0..4).flat_map(|c| run.steps(c)).map(|s| s.leapfrogs).sum();
    assert!(report.leapfrogs > kept && kept >= 400);
    assert!(report.mean_depth >= 1.0 && report.step_sizes == run.step_sizes());
    let text = report.to_string();
    assert!(
        text.starts_with("4 chains of 100 draws; R-hat at most ") && text.contains("0 divergences"),
        "{text}"
    );
}

#[test]
fn the_r_hat_of_one_chain_is_not_a_number() {
    let report = run(1).report();
    assert!(report.r_hat.value.is_nan() && report.ess_bulk.value > 0.0);
}

#[test]
fn trajectories_at_the_greatest_depth_are_counted() {
    let narrow = diagonal(&[0.0, 0.0], &[1.0, 1.0]);
    let run =
        Nuts::new(narrow).tune(300).draws(100).chains(2).max_depth(1).accept(0.99).seed(4).run().unwrap();
    let report = run.report();
    assert!(report.depth_reached > 100, "{report}");
    assert!((0..2).flat_map(|c| run.steps(c)).all(|s| s.depth <= 1));
}

#[test]
fn no_tuning_at_all_still_gives_draws() {
    let run = Nuts::new(diagonal(&[0.0], &[1.0])).tune(0).draws(50).chains(1).run().unwrap();
    assert_eq!(run.draws().len(), 50);
    assert!(run.draws().iter().all(|z| z.is_finite()) && run.steps(0).iter().all(|s| !s.tuning));
}

#[test]
fn groups_for_arviz_have_its_names_and_types_and_are_saved() {
    let run = run(2);
    let (posterior, stats) = (run.posterior().unwrap(), run.sample_stats().unwrap());
    assert_eq!(posterior.get("z").unwrap().values(), run.draws());
    assert_eq!(posterior.labels("z").unwrap(), ["z[left]", "z[right]"]);
    let names: Vec<&str> = stats.variables().map(|v| v.name()).collect();
    assert_eq!(
        names,
        [
            "lp",
            "energy",
            "tree_depth",
            "reached_max_treedepth",
            "n_steps",
            "acceptance_rate",
            "step_size_bar",
            "diverging"
        ]
    );
    assert_eq!(stats.get("diverging").unwrap().dtype(), Dtype::Bool);
    assert_eq!(stats.get("lp").unwrap().at(1, 7)[0], run.steps(1)[7].log_density);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.zarr");
    let all = InferenceData { posterior: Some(posterior), sample_stats: Some(stats), ..Default::default() };
    all.write_zarr(&path).unwrap();
    assert_eq!(InferenceData::read_zarr(&path).unwrap(), all);
}
