//! Observers see every step that they asked for, stop fits, and errors lose nothing.
#![allow(clippy::unwrap_used, clippy::panic)]

mod targets;

use core::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use elbo_model::{DensityError, LogDensity};
use elbo_vi::observer::{Change, Interrupt, Observer, ParameterChange, Progress, Seen, Tracker};
use elbo_vi::rule::{Adam, Rule, RuleState, Schedule, Scheduled, Sgd};
use elbo_vi::{Advi, Error, Objective, State, Stop, fit};
use targets::{Gaussian, Regression};

fn normal() -> Gaussian {
    Gaussian::diagonal(&[1.0, -1.0], &[1.0, 0.5])
}

#[derive(Default)]
struct Log {
    every: u64,
    steps: Vec<u64>,
    begun: u32,
    ended: u32,
}

impl Observer for Log {
    fn every(&self) -> u64 {
        self.every
    }
    fn begin(&mut self, seen: &mut Seen<'_>) {
        self.begun += 1;
        assert_eq!(seen.elbo(), None);
    }
    fn observe(&mut self, seen: &mut Seen<'_>) -> ControlFlow<Stop> {
        self.steps.push(seen.step());
        assert_eq!(seen.history().len() as u64, seen.step());
        assert_eq!((seen.parameters().len(), seen.dim(), seen.steps()), (4, 2, 20));
        ControlFlow::Continue(())
    }
    fn end(&mut self, _seen: &mut Seen<'_>) {
        self.ended += 1;
    }
}

#[test]
fn every_observer_sees_the_multiples_of_its_own_interval() {
    let (mut all, mut some) = (Log { every: 0, ..Log::default() }, Log { every: 7, ..Log::default() });
    Advi::new(normal()).steps(20).observe(&mut all).observe(&mut some).run().unwrap();
    assert_eq!(all.steps, (1..=20).collect::<Vec<_>>());
    assert_eq!(some.steps, [7, 14]);
    assert_eq!((all.begun, all.ended, some.begun, some.ended), (1, 1, 1, 1));
}

#[test]
fn observers_do_not_change_a_bit_of_the_fit() {
    let alone = Advi::<_, f64>::new(normal()).steps(200).run().unwrap();
    let mut tracker = Tracker::new(3);
    let watched = Advi::<_, f64>::new(normal())
        .steps(200)
        .observe(&mut tracker)
        .observe(Progress::new(|_| {}))
        .observe(Interrupt::new(Arc::default()))
        .run()
        .unwrap();
    assert_eq!(alone.state(), watched.state());
    assert_eq!(tracker.steps().len(), 67);
}

#[test]
fn a_tracker_ends_with_the_moments_of_the_fit() {
    let mut tracker = Tracker::new(50);
    let fit = Advi::<_, f64>::new(normal()).steps(100).observe(&mut tracker).run().unwrap();
    assert_eq!((tracker.mean(2), tracker.sd(2)), (fit.mean(), fit.sd()));
    assert!((tracker.sd(0)[0] - 0.1).abs() < 1e-12);
    assert!(tracker.mean(3).is_empty());
}

#[test]
fn a_fit_whose_parameters_have_settled_stops() {
    let decay = || Scheduled::new(Adam::new(0.05), Schedule::Exponential { decay: 0.5, every: 200 });
    let observer = ParameterChange::new().every(50).tolerance(1e-4).measure(Change::Absolute);
    let fit = Advi::<_, f64>::new(normal()).steps(100_000).rule(decay()).observe(observer).run().unwrap();
    let report = fit.report();
    match report.stop {
        Some(Stop::Converged { change }) => assert!(change < 1e-4),
        other => panic!("{other:?}"),
    }
    assert!(report.steps < 10_000 && report.steps.is_multiple_of(50), "{}", report.steps);
    assert!((fit.mean()[0] - 1.0).abs() < 0.2);
    // And one that has not does not.
    let observer = ParameterChange::new().every(50).tolerance(1e-9);
    let fit = Advi::<_, f64>::new(normal()).steps(500).rule(Adam::new(0.05)).observe(observer).run().unwrap();
    assert_eq!(fit.report().stop, Some(Stop::Steps));
}

#[test]
fn a_relative_change_is_pymcs() {
    // (|b - a| + 1e-6) / (|a| + 1e-6) with a rule that moves every parameter by 1 % of itself.
    #[derive(Debug)]
    struct Grow;
    impl Rule for Grow {
        fn memory(&self, _dim: usize) -> usize {
            0
        }
        fn step(&self, parameters: &mut [f64], _gradient: &mut [f64], state: &mut RuleState<f64>) {
            state.step += 1;
            parameters.iter_mut().for_each(|x| *x *= 1.01);
        }
    }
    let run = |tolerance: f64| {
        let observer = ParameterChange::new().every(1).tolerance(tolerance);
        let fit = Advi::new(normal()).steps(10).rule(Grow).observe(observer).run().unwrap();
        fit.report().steps
    };
    assert_eq!(run(0.0099), 10);
    assert_eq!(run(0.0101), 1);
}

#[test]
fn an_interrupt_keeps_the_partial_fit_and_it_can_go_on() {
    struct RaiseAt(u64, Arc<AtomicBool>);
    impl Observer for RaiseAt {
        fn observe(&mut self, seen: &mut Seen<'_>) -> ControlFlow<Stop> {
            self.1.store(seen.step() >= self.0, Ordering::Relaxed);
            ControlFlow::Continue(())
        }
    }
    let flag = Arc::new(AtomicBool::new(false));
    let advi = || Advi::<_, f64>::new(normal()).steps(400).seed(4);
    let part = advi().observe(RaiseAt(123, flag.clone())).observe(Interrupt::new(flag)).run().unwrap();
    assert_eq!((part.report().steps, part.report().stop), (123, Some(Stop::Interrupted)));
    assert_eq!(part.history().len(), 123);
    let whole = advi().run().unwrap();
    assert_eq!(advi().resume(part.into_state()).run().unwrap().state(), whole.state());
}

#[test]
fn progress_is_called_in_time_and_at_the_end() {
    let mut updates = Vec::new();
    let progress = Progress::new(|update| updates.push(update)).interval(Duration::ZERO);
    Advi::<_, f64>::new(normal()).steps(2_000).observe(progress).run().unwrap();
    let last = updates.last().unwrap();
    assert_eq!((last.step, last.steps), (2_000, 2_000));
    assert!(last.elbo.is_finite() && last.steps_per_second > 0.0);
    assert!(updates.len() > 2);

    let mut calls = 0;
    let progress = Progress::new(|_| calls += 1).interval(Duration::from_secs(3600));
    Advi::<_, f64>::new(normal()).steps(2_000).observe(progress).run().unwrap();
    assert_eq!(calls, 1);
}

/// Good for so many evaluations, then not.
#[derive(Debug, Clone)]
struct Failing {
    good: u32,
    how: How,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    Refuses,
    Value(f64),
    Gradient(f64),
}

impl LogDensity for Failing {
    fn dim(&self) -> usize {
        2
    }
    fn value_and_gradient(&mut self, z: &[f64], g: &mut [f64]) -> Result<f64, DensityError> {
        g.copy_from_slice(&[-z[0], -z[1]]);
        let value = -0.5 * (z[0] * z[0] + z[1] * z[1]);
        if self.good > 0 {
            self.good -= 1;
            return Ok(value);
        }
        match self.how {
            How::Refuses => Err(DensityError::NonFinite {
                quantity: "log density",
                term: "out".into(),
                value: f64::NAN,
                variable: None,
                row: Some(17),
            }),
            How::Value(value) => Ok(value),
            How::Gradient(bad) => {
                g[1] = bad;
                Ok(value)
            }
        }
    }
    fn coordinate_name(&self, i: usize) -> String {
        format!("w[{i}]")
    }
}

#[test]
fn what_is_not_finite_stops_the_fit_with_its_step_and_keeps_the_last_good_state() {
    let clean = Advi::new(Failing { good: u32::MAX, how: How::Refuses }).steps(40).run().unwrap();
    let cases = [
        (How::Refuses, "step 41: log density of out is NaN, first in row 17"),
        (How::Value(f64::NAN), "step 41: log density of the target is NaN"),
        (How::Value(f64::INFINITY), "step 41: log density of the target is inf"),
        (How::Value(f64::NEG_INFINITY), "step 41: log density of the target is -inf"),
        (How::Gradient(f64::NAN), "step 41: gradient of the target is NaN, at w[1]"),
        (How::Gradient(f64::NEG_INFINITY), "step 41: gradient of the target is -inf, at w[1]"),
    ];
    for (how, message) in cases {
        let rule = Advi::<Failing, f64>::default_rule(40);
        let failed = Advi::new(Failing { good: 40, how }).steps(1_000).rule(rule).run().unwrap_err();
        assert_eq!(failed.to_string(), message);
        assert!(matches!(failed.error, Error::Density { step: 41, .. }));
        let partial = failed.partial.unwrap();
        // The same fit as one that was asked for 40 steps.
        assert_eq!(partial.parameters(), clean.parameters());
        assert_eq!(partial.history(), clean.history());
        assert_eq!(partial.state().rule, clean.state().rule);
        assert_eq!((partial.report().steps, partial.report().stop), (40, None));
        assert_eq!(partial.sample(3, 1), clean.sample(3, 1));
    }
}

#[test]
fn a_failed_fit_can_go_on_with_the_draws_after_the_one_that_failed() {
    let failed = Advi::new(Failing { good: 40, how: How::Refuses }).steps(100).run().unwrap_err();
    let state = failed.partial.unwrap().into_state();
    let fit = Advi::new(Failing { good: 1000, how: How::Refuses }).steps(100).resume(state).run().unwrap();
    assert_eq!(fit.report().steps, 100);
}

#[test]
fn a_step_that_overflows_is_undone_and_names_the_parameter() {
    let target = Gaussian::diagonal(&[0.0, 0.0], &[1.0, 1.0]);
    let failed = Advi::<_, f64>::new(target).rule(Sgd::new(1e308)).run().unwrap_err();
    match &failed.error {
        Error::NonFinite { step: 1, quantity: "value", parameter, .. } => {
            assert!(parameter.ends_with("of z[0]") || parameter.ends_with("of z[1]"), "{parameter}");
        }
        // The first step may stay just within range; then it is the second that fails.
        Error::Density { step: 2, .. } => {}
        other => panic!("{other:?}"),
    }
    assert!(failed.partial.unwrap().parameters().iter().all(|x| x.is_finite()));
}

#[test]
fn a_minus_infinite_gradient_of_a_parameter_is_reported_with_the_sign_of_the_objective() {
    /// An objective of another kind than the ELBO: one parameter, no draws.
    struct Bad;
    impl Objective for Bad {
        fn parameters(&self) -> usize {
            2
        }
        fn dim(&self) -> usize {
            0
        }
        fn init(&mut self, _parameters: &mut [f64]) -> Result<(), Error> {
            Ok(())
        }
        fn draw(&mut self) -> Result<(), DensityError> {
            Ok(())
        }
        fn evaluate(&mut self, _parameters: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
            gradient.copy_from_slice(&[0.0, f64::NEG_INFINITY]);
            Ok(0.0)
        }
        fn moments(&mut self, _parameters: &[f64], _mean: &mut [f64], _sd: &mut [f64]) {}
        fn save(&self) -> Vec<u64> {
            Vec::new()
        }
        fn restore(&mut self, _saved: &[u64]) -> Result<(), Error> {
            Ok(())
        }
    }
    let rule = Sgd::new(0.1);
    let mut state = State::init(&mut Bad, &rule).unwrap();
    let error = fit(&mut Bad, &rule, &mut state, 10, &mut []).unwrap_err();
    let parameter = "parameter[1]".to_owned();
    let expected = Error::NonFinite { step: 1, quantity: "gradient", parameter, value: f64::NEG_INFINITY };
    assert_eq!(error, expected);
    assert_eq!(state.step, 0);
}

#[test]
fn an_objective_of_ones_own_is_fitted_by_the_same_loop() {
    /// Maximises `-(x - 3)²`.
    struct Parabola;
    impl Objective for Parabola {
        fn parameters(&self) -> usize {
            1
        }
        fn dim(&self) -> usize {
            1
        }
        fn init(&mut self, parameters: &mut [f64]) -> Result<(), Error> {
            parameters[0] = -5.0;
            Ok(())
        }
        fn draw(&mut self) -> Result<(), DensityError> {
            Ok(())
        }
        fn evaluate(&mut self, parameters: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
            let away = parameters[0] - 3.0;
            gradient[0] = -2.0 * away;
            Ok(-away * away)
        }
        fn moments(&mut self, parameters: &[f64], mean: &mut [f64], sd: &mut [f64]) {
            mean[0] = parameters[0];
            sd[0] = 0.0;
        }
        fn save(&self) -> Vec<u64> {
            Vec::new()
        }
        fn restore(&mut self, _saved: &[u64]) -> Result<(), Error> {
            Ok(())
        }
    }
    let rule = Sgd::new(0.1);
    let mut state = State::init(&mut Parabola, &rule).unwrap();
    let mut tracker = Tracker::new(100);
    let stop = fit(&mut Parabola, &rule, &mut state, 200, &mut [Box::new(&mut tracker)]).unwrap();
    assert_eq!(stop, Stop::Steps);
    assert!((state.parameters[0] - 3.0).abs() < 1e-10);
    assert_eq!(tracker.mean(2), state.parameters);
}

#[test]
fn bad_settings_are_refused_before_the_first_step() {
    let refused = |advi: Advi<'_, Regression>| {
        let failed = advi.run().unwrap_err();
        assert!(failed.partial.is_none());
        match failed.error {
            Error::Setting { name, .. } => name,
            other => panic!("{other:?}"),
        }
    };
    let advi = || Advi::<_, f64>::new(Regression::small(10));
    assert_eq!(refused(advi().draws_per_step(0)), "draws_per_step");
    assert_eq!(refused(advi().initial_sd(-1.0)), "initial_sd");
    assert_eq!(refused(advi().batches(0)), "batch");
    assert_eq!(refused(advi().rule(Adam::new(-1.0))), "learning_rate");
    let none = advi().steps(0).run().unwrap();
    assert_eq!((none.report().steps, none.report().elbo), (0, None));
    assert!(matches!(none.elbo(&mut Regression::small(10), 0, 0), Err(Error::Setting { .. })));
    let other = none.elbo(&mut Gaussian::diagonal(&[0.0], &[1.0]), 5, 0);
    assert!(matches!(other, Err(Error::Family { expected: 1, found: 3 })));
}

#[test]
fn an_evaluation_that_fails_names_the_draw() {
    let fit = Advi::new(Failing { good: 1000, how: How::Refuses }).steps(10).run().unwrap();
    let failed = fit.elbo(&mut Failing { good: 6, how: How::Refuses }, 10, 0).unwrap_err();
    assert!(matches!(failed, Error::Evaluation { draw: 6, .. }), "{failed}");
}
