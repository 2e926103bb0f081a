//! A seed decides every bit; a saved fit goes on to the same bits; streams do not move each other.
#![allow(clippy::unwrap_used, clippy::panic)]

mod targets;

use elbo_tensor_ad::Real;
use elbo_vi::family::MeanField;
use elbo_vi::rule::{Adam, Optimiser, Schedule, Scheduled, TotalNorm};
use elbo_vi::{Advi, Elbo, Error, Fit, Minibatches, Objective, Purpose, Sampling, State, stream};
use rand::Rng;
use targets::Regression;

type Fitted<T> = Fit<MeanField<T>>;

fn advi<T: Real>(steps: u64, rule: Optimiser) -> Advi<'static, Regression, T> {
    Advi::new(Regression::small(23)).steps(steps).seed(42).rule(rule).batches(5).draws_per_step(2)
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    let fit =
        |seed| Advi::<_, f64>::new(Regression::small(23)).steps(500).seed(seed).batches(5).run().unwrap();
    let (a, b, c) = (fit(1), fit(1), fit(2));
    assert_eq!(a.state(), b.state());
    assert_ne!(a.parameters(), c.parameters());
    assert_eq!(a.sample(5, 3), b.sample(5, 3));
    assert_ne!(a.sample(5, 3), a.sample(5, 4));
    let mut density = Regression::small(23);
    assert_eq!(a.elbo(&mut density, 50, 1).unwrap(), b.elbo(&mut density, 50, 1).unwrap());
}

#[test]
fn a_fit_has_the_same_bits_whatever_else_runs() {
    let alone = advi::<f64>(400, "adam".parse().unwrap()).run().unwrap();
    let beside: Vec<State> = std::thread::scope(|scope| {
        let run = || advi::<f64>(400, "adam".parse().unwrap()).run().unwrap().into_state();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(beside.iter().all(|state| state == alone.state()));
}

fn resumes_to_the_same_bits<T: Real>(rule: Optimiser) {
    let whole: Fitted<T> = advi(300, rule).run().unwrap();
    // Not a multiple of an epoch (23 rows, batches of 5) or of a window.
    let part: Fitted<T> = advi(137, rule).run().unwrap();
    let cloned = advi(300, rule).resume(part.state().clone()).run().unwrap();
    assert_eq!(cloned.state(), whole.state(), "{rule}");
    let bytes = part.state().to_bytes();
    let read = State::<T>::from_bytes(&bytes).unwrap();
    assert_eq!(&read, part.state());
    // A resumed run needs no seed.
    let resumed = advi(300, rule).seed(999).resume(read).run().unwrap();
    assert_eq!(resumed.state(), whole.state(), "{rule}");
    assert_eq!(resumed.history().len(), 300);
}

#[test]
fn a_saved_fit_goes_on_to_the_same_bits_with_every_rule() {
    for name in Optimiser::NAMES {
        let rule = name.parse::<Optimiser>().unwrap().learning_rate(0.01);
        resumes_to_the_same_bits::<f64>(rule);
        resumes_to_the_same_bits::<f32>(rule);
    }
}

#[test]
fn a_saved_fit_goes_on_to_the_same_bits_through_wrapped_rules_and_with_replacement() {
    let run = |steps, state: Option<State>| {
        let schedule = Schedule::Cosine { steps: 200, floor: 0.1 };
        let rule = TotalNorm::new(Scheduled::new(Adam::new(0.05), schedule), 3.0);
        let advi = Advi::<_, f64>::new(Regression::small(23)).steps(steps).seed(7).rule(rule);
        let advi = advi.batches(4).sampling(Sampling::WithReplacement);
        match state {
            Some(state) => advi.resume(state).run().unwrap(),
            None => advi.run().unwrap(),
        }
    };
    let whole = run(200, None);
    let resumed = run(200, Some(run(73, None).into_state()));
    assert_eq!(resumed.state(), whole.state());
}

#[test]
fn a_resumed_fit_that_has_all_its_steps_takes_none() {
    let part = advi::<f64>(50, "adam".parse().unwrap()).run().unwrap();
    let again = advi(50, "adam".parse().unwrap()).resume(part.state().clone()).run().unwrap();
    assert_eq!(again.state(), part.state());
}

#[test]
fn a_state_of_another_fit_is_refused() {
    let rule: Optimiser = "adam".parse().unwrap();
    let state = advi::<f64>(10, rule).run().unwrap().into_state();
    let other_rule = advi(20, "sgd".parse().unwrap()).resume(state.clone()).run().unwrap_err();
    assert!(matches!(other_rule.error, Error::State { expected: 0, found: 12, .. }), "{other_rule}");
    let other_rows = Advi::<_, f64>::new(Regression::small(24)).rule(rule).batches(5).resume(state.clone());
    assert!(matches!(other_rows.run().unwrap_err().error, Error::State { what: "rows", .. }));
    let no_batches = Advi::<_, f64>::new(Regression::small(23)).rule(rule).resume(state.clone());
    assert!(matches!(no_batches.run().unwrap_err().error, Error::State { .. }));
    let other_dim = Advi::new(targets::Gaussian::diagonal(&[0.0], &[1.0])).rule(rule).resume(state.clone());
    let error = other_dim.run().unwrap_err().error;
    assert_eq!(error, Error::State { what: "parameters", expected: 2, found: 6 });
    let mut broken = state;
    // Four words each of two generators, the spare bits, the position; then the order of the rows.
    broken.draws[10] = broken.draws[11];
    assert!(matches!(advi(20, rule).resume(broken).run().unwrap_err().error, Error::Bytes { .. }));
}

#[test]
fn bytes_that_are_not_a_state_are_refused_at_every_length() {
    let fit = advi::<f64>(3, "adam".parse().unwrap()).run().unwrap();
    let bytes = fit.state().to_bytes();
    for end in 0..bytes.len() {
        assert!(matches!(State::<f64>::from_bytes(&bytes[..end]), Err(Error::Bytes { .. })), "cut at {end}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(State::<f64>::from_bytes(&longer), Err(Error::Bytes { .. })));
    assert!(matches!(State::<f32>::from_bytes(&bytes), Err(Error::Bytes { .. })));
    assert!(matches!(State::<f64>::from_bytes(b"something else"), Err(Error::Bytes { .. })));
}

#[test]
fn one_purposes_stream_does_not_move_anothers() {
    // Noise is the same with and without batches, batches the same with one draw and with five.
    let target = Regression::small(23);
    let noise = |batches: bool| {
        let mut elbo = Elbo::new(target.clone(), MeanField::<f64>::new(3), 6).unwrap();
        if batches {
            elbo = elbo.batches(5, Sampling::Epochs).unwrap();
        }
        for _ in 0..10 {
            elbo.draw().unwrap();
        }
        elbo.save()[..4].to_vec()
    };
    assert_eq!(noise(true), noise(false));
    let rows = |draws: usize| {
        let elbo = Elbo::new(target.clone(), MeanField::<f64>::new(3), 6).unwrap();
        let mut elbo = elbo.batches(5, Sampling::Epochs).unwrap().draws_per_step(draws).unwrap();
        for _ in 0..10 {
            elbo.draw().unwrap();
        }
        elbo.density().selected.clone()
    };
    assert_eq!(rows(1), rows(5));
    let mut alone = Minibatches::new(23, 5, Sampling::Epochs, 6).unwrap();
    for _ in 0..9 {
        alone.draw();
    }
    assert_eq!(rows(1), alone.draw());
}

#[test]
fn the_streams_of_a_seed_are_unlike_each_other() {
    let purposes = [Purpose::Start, Purpose::Noise, Purpose::Batches, Purpose::Draws, Purpose::Evaluation];
    let words: Vec<u64> = purposes
        .iter()
        .flat_map(|&purpose| {
            let mut rng = stream(42, purpose);
            (0..1000).map(move |_| rng.next_u64()).collect::<Vec<_>>()
        })
        .collect();
    let mut distinct = words.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), words.len());
    // Bits of two streams agree half of the time: 64,000 bits, six standard deviations.
    for i in 0..5 {
        for j in 0..i {
            let pairs = words[i * 1000..][..1000].iter().zip(&words[j * 1000..][..1000]);
            let same: u32 = pairs.map(|(a, b)| (!(a ^ b)).count_ones()).sum();
            assert!((f64::from(same) - 32_000.0).abs() < 6.0 * 126.5, "{i} and {j}: {same}");
        }
    }
}

#[test]
fn more_draws_of_a_seed_begin_with_the_fewer() {
    let fit = advi::<f64>(100, "adam".parse().unwrap()).run().unwrap();
    assert_eq!(fit.sample(100, 5)[..30], fit.sample(10, 5));
    assert!(fit.sample(0, 5).is_empty());
}
