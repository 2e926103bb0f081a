//! What a seed decides: every bit, on any number of threads.
#![allow(clippy::unwrap_used, clippy::panic)]

mod targets;

use elbo_mcmc::{Nuts, Run, Start};
use targets::{Gaussian, diagonal};

fn sampler() -> Nuts<Gaussian> {
    Nuts::new(diagonal(&[1.0, -2.0, 0.5], &[1.0, 10.0, 0.1])).tune(200).draws(150).chains(4).seed(42)
}

fn bits(run: &Run) -> Vec<u64> {
    run.draws().iter().map(|x| x.to_bits()).collect()
}

#[test]
fn a_seed_gives_the_same_bits_again_and_another_seed_gives_others() {
    let (first, again) = (sampler().run().unwrap(), sampler().run().unwrap());
    assert_eq!(bits(&first), bits(&again));
    assert_eq!(first, again); // steps and all
    assert_ne!(bits(&first), bits(&sampler().seed(43).run().unwrap()));
}

#[test]
fn one_thread_and_four_threads_give_the_same_bits() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| sampler().run().unwrap())
    };
    let (one, four) = (on(1), on(4));
    assert_eq!(bits(&one), bits(&four));
    assert_eq!(one, four);
}

#[test]
fn a_chain_depends_on_neither_the_number_of_chains_nor_the_number_of_draws() {
    let four = sampler().run().unwrap();
    let two = sampler().chains(2).draws(50).run().unwrap();
    for chain in 0..2 {
        assert_eq!(two.chain(chain), &four.chain(chain)[..50 * 3]);
        assert_eq!(two.steps(chain), &four.steps(chain)[..50]);
    }
}

#[test]
fn chains_of_a_run_differ() {
    let run = sampler().start(Start::At(vec![0.9, 0.9, 0.9])).run().unwrap();
    for (a, b) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        assert_ne!(run.chain(a), run.chain(b));
    }
}

#[test]
fn a_chain_moved_by_hand_is_the_chain_of_the_run() {
    let run = sampler().run().unwrap();
    let mut chain = sampler().init(2).unwrap();
    assert_eq!((chain.dim(), chain.steps()), (3, 0));
    let mut position = [0.0; 3];
    for step in 0..200 {
        assert!(chain.step(&mut position).unwrap().tuning, "step {step}");
    }
    for draw in 0..150 {
        let step = chain.step(&mut position).unwrap();
        assert_eq!(position, run.chain(2)[draw * 3..][..3]);
        assert_eq!(step, run.steps(2)[draw]);
    }
    assert_eq!(chain.steps(), 350);
}

#[test]
fn the_step_size_is_settled_after_tuning() {
    let run = sampler().run().unwrap();
    assert_eq!(run.step_sizes().len(), 4);
    for (chain, size) in run.step_sizes().into_iter().enumerate() {
        assert!(size > 0.0 && run.steps(chain).iter().all(|s| s.step_size == size));
    }
}
