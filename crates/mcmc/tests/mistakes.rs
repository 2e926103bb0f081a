//! Wrong settings, starts and densities, and what is said of each.
#![allow(clippy::unwrap_used, clippy::panic)]

mod targets;

use elbo_mcmc::{Error, Nuts, Start};
use elbo_model::{DensityError, LogDensity};
use targets::{Fault, Faulty, Gaussian, diagonal};

fn normal() -> Nuts<Gaussian> {
    Nuts::new(diagonal(&[0.0, 0.0], &[1.0, 1.0])).tune(50).draws(20).chains(2)
}

fn faulty(edge: f64, fault: Fault) -> Nuts<Faulty> {
    Nuts::new(Faulty { edge, fault }).tune(200).draws(200).chains(2).seed(7)
}

#[test]
fn settings_out_of_range_are_named() {
    let named = |sampler: Nuts<Gaussian>| match sampler.run() {
        Err(Error::Setting { name, .. }) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(named(normal().draws(0)), "draws");
    assert_eq!(named(normal().chains(0)), "chains");
    for accept in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
        assert_eq!(named(normal().accept(accept)), "accept");
    }
    assert_eq!(named(normal().max_depth(0)), "max_depth");
    assert_eq!(named(normal().max_depth(31)), "max_depth");
    assert_eq!(named(normal().tune(usize::MAX)), "tune + draws");
    for radius in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(named(normal().start(Start::Uniform { radius })), "the start's radius");
        assert_eq!(
            named(normal().start(Start::Near { position: vec![0.0; 2], radius })),
            "the start's radius"
        );
    }
    assert!(matches!(normal().init(2), Err(Error::Setting { name: "chain", .. })));
    let text = normal().accept(1.5).run().unwrap_err().to_string();
    assert_eq!(text, "accept must be above 0 and below 1, found 1.5");
}

#[test]
fn more_draws_than_there_is_memory_for_are_an_error_and_not_an_abort() {
    for draws in [usize::MAX / 4, usize::MAX / 1_000] {
        assert_eq!(normal().draws(draws).run().unwrap_err(), Error::Memory { chains: 2, draws, dim: 2 });
    }
}

#[test]
fn starts_of_the_wrong_shape_or_value_are_named() {
    let start = |start| normal().start(start).run().unwrap_err();
    assert_eq!(start(Start::At(vec![1.0])), Error::Length { chain: 0, expected: 2, found: 1 });
    let near = Start::Near { position: vec![1.0; 3], radius: 0.1 };
    assert_eq!(start(near), Error::Length { chain: 0, expected: 2, found: 3 });
    assert_eq!(start(Start::Each(vec![vec![1.0, 1.0]])), Error::Starts { expected: 2, found: 1 });
    let ragged = Start::Each(vec![vec![1.0, 1.0], vec![]]);
    assert_eq!(start(ragged), Error::Length { chain: 1, expected: 2, found: 0 });
    let infinite = Error::StartValue { chain: 0, coordinate: "z[1]".into(), value: f64::INFINITY };
    assert_eq!(start(Start::At(vec![1.0, f64::INFINITY])), infinite);
    assert!(
        matches!(start(Start::At(vec![f64::NAN, 1.0])), Error::StartValue { value, .. } if value.is_nan())
    );
}

#[test]
fn chains_begin_where_they_are_told() {
    let far = vec![vec![30.0, 31.0], vec![-30.0, -31.0]];
    let run = normal().start(Start::Each(far.clone())).tune(0).draws(1).max_depth(1).run().unwrap();
    assert!(run.chain(0)[0] > 0.0 && run.chain(1)[0] < 0.0, "{:?}", run.draws());
    let near = Start::Near { position: vec![30.0, 30.0], radius: 0.5 };
    let run = normal().start(near).tune(0).draws(1).max_depth(1).run().unwrap();
    assert!(run.chain(0)[0] > 0.0 && run.chain(1)[0] > 0.0, "{:?}", run.draws());
}

#[test]
fn a_start_at_a_mode_names_the_flat_coordinate() {
    let error = faulty(9.0, Fault::Other).start(Start::At(vec![1.0, 0.0])).run().unwrap_err();
    assert_eq!(error, Error::StartFlat { chain: 0, tries: 1, coordinate: "right".into() });
    let near = Start::Near { position: vec![0.0, 0.0], radius: 1e-3 };
    assert!(faulty(9.0, Fault::Other).start(near).run().is_ok());
}

/// Does not depend on its second coordinate at all.
#[derive(Clone)]
struct Flat;

impl LogDensity for Flat {
    fn dim(&self) -> usize {
        2
    }
    fn value_and_gradient(&mut self, z: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        gradient.copy_from_slice(&[-z[0], 0.0]);
        Ok(-0.5 * z[0] * z[0])
    }
}

#[test]
fn a_coordinate_that_the_density_does_not_depend_on_is_named() {
    let error = Nuts::new(Flat).run().unwrap_err();
    assert_eq!(error, Error::StartFlat { chain: 0, tries: 100, coordinate: "z[1]".into() });
}

#[test]
fn a_start_without_a_finite_density_says_why() {
    for fault in [Fault::MinusInfinity, Fault::NanValue, Fault::NanGradient, Fault::NonFinite] {
        let error = faulty(0.0, fault).start(Start::At(vec![1.0, 1.0])).run().unwrap_err();
        let Error::Start { chain: 0, tries: 1, source } = error else { panic!("{error:?}") };
        let DensityError::NonFinite { quantity, variable, row, .. } = *source else { panic!("{source:?}") };
        assert_eq!(quantity == "gradient", fault == Fault::NanGradient);
        assert_eq!(variable.as_deref() == Some("right"), fault == Fault::NanGradient);
        assert_eq!(row, (fault == Fault::NonFinite).then_some(3));
    }
    // A random start is drawn again.
    assert!(faulty(0.0, Fault::NanValue).start(Start::Uniform { radius: 2.0 }).init(0).is_ok());
    let nowhere = faulty(-9.0, Fault::NonFinite).run().unwrap_err();
    assert!(matches!(nowhere, Error::Start { tries: 100, .. }), "{nowhere:?}");
    assert_eq!(
        nowhere.to_string(),
        "chain 0: no start in 100 tries: log density of y is NaN, first in row 3"
    );
}

#[test]
fn a_density_that_is_not_finite_somewhere_makes_divergences_and_no_error() {
    for fault in [Fault::MinusInfinity, Fault::NanValue, Fault::NanGradient, Fault::NonFinite] {
        let run = faulty(1.0, fault).run().unwrap();
        assert!(run.draws().chunks(2).all(|z| z[0] <= 1.0), "{fault:?}");
        assert!(run.draws().iter().all(|z| z.is_finite()), "{fault:?}");
        let report = run.report();
        assert!(report.divergences > 0 && report.tuning_divergences > 0, "{fault:?}: {report}");
        assert_eq!(report.divergences, run.divergences());
        assert_eq!((0..2).flat_map(|c| run.steps(c)).filter(|s| s.divergent).count(), run.divergences());
    }
}

#[test]
fn any_other_error_stops_the_run_and_names_chain_and_step() {
    let error = faulty(1.0, Fault::Other).start(Start::Each(vec![vec![-0.5, 0.5]; 2])).run().unwrap_err();
    let Error::Density { chain, step, source } = &error else { panic!("{error:?}") };
    assert_eq!(**source, DensityError::Other("beyond the edge".into()));
    assert!(*chain < 2 && *step <= 400, "{error}");
    assert!(error.to_string().ends_with(": beyond the edge"), "{error}");
    // At the start itself: step 0, and no second try.
    let error = faulty(-9.0, Fault::Other).run().unwrap_err();
    assert!(matches!(error, Error::Density { chain: 0, step: 0, .. }), "{error:?}");
}

#[test]
fn an_error_far_from_the_start_has_the_step_at_which_it_happened() {
    let mut chain = faulty(2.5, Fault::Other).start(Start::At(vec![-0.5, 0.5])).accept(0.99).init(1).unwrap();
    let mut position = [0.0; 2];
    let error = loop {
        match chain.step(&mut position) {
            Ok(_) => assert!(position[0] <= 2.5),
            Err(error) => break error,
        }
    };
    assert!(
        matches!(error, Error::Density { chain: 1, step, .. } if step == chain.steps() && step > 0),
        "{error:?}"
    );
}

/// No coordinates.
#[derive(Clone)]
struct Nothing;

impl LogDensity for Nothing {
    fn dim(&self) -> usize {
        0
    }
    fn value_and_gradient(&mut self, _: &[f64], _: &mut [f64]) -> Result<f64, DensityError> {
        Ok(0.0)
    }
}

#[test]
fn a_density_without_coordinates_is_refused() {
    assert_eq!(Nuts::new(Nothing).run().unwrap_err(), Error::NoCoordinates);
    assert!(matches!(Nuts::new(Nothing).init(0), Err(Error::NoCoordinates)));
}

#[test]
fn a_slice_of_the_wrong_length_is_refused_and_the_chain_goes_on() {
    let mut chain = normal().init(1).unwrap();
    assert_eq!(chain.step(&mut [0.0]).unwrap_err(), Error::Length { chain: 1, expected: 2, found: 1 });
    assert!(chain.step(&mut [0.0, 0.0]).is_ok());
    assert_eq!(chain.steps(), 1);
}

/// A density in one dimension, by its formula: the value and the slope.
#[derive(Clone)]
struct Formula(fn(f64) -> (f64, f64));

impl LogDensity for Formula {
    fn dim(&self) -> usize {
        1
    }
    fn value_and_gradient(&mut self, z: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let (value, slope) = (self.0)(z[0]);
        gradient[0] = slope;
        Ok(value)
    }
}

#[test]
fn nasty_densities_give_draws_or_errors_and_no_panic() {
    let nasty: [fn(f64) -> (f64, f64); 10] = [
        |z| (z, 1.0),                                        // improper, a slope for ever
        |z| (1e-300 * z, 1e-300),                            // improper and all but flat
        |z| (-1e300 * z.abs(), -1e300 * z.signum()),         // a needle
        |z| (-(z.powi(4)) * 1e200, -4e200 * z.powi(3)),      // a steep well
        |z| (z.abs().recip(), -z.signum() / z.powi(2)),      // a pole
        |z| (-0.5 * z * z, z),                               // a gradient of the wrong sign
        |z| (-0.5 * z * z, 1e-12 + 0.0 * z),                 // a gradient of no use
        |z| (if z == 1.5 { 0.0 } else { f64::NAN }, 1.0),    // finite at its start alone
        |z| (z.exp(), z.exp()),                              // overflows
        |z| ((z * 1e6).sin() * 1e6, (z * 1e6).cos() * 1e12), // rough
    ];
    for (i, density) in nasty.into_iter().enumerate() {
        for start in [1.5, -1e-200, 1e150, -1e8] {
            let sampler = Nuts::new(Formula(density)).tune(60).draws(20).chains(1).max_depth(6);
            match sampler.start(Start::At(vec![start])).run() {
                Ok(run) => assert!(
                    run.draws().iter().all(|z| z.is_finite()),
                    "density {i} from {start}: {:?}",
                    run.draws()
                ),
                Err(error) => assert!(
                    matches!(error, Error::Start { .. } | Error::StartFlat { .. } | Error::Sampler { .. }),
                    "density {i} from {start}: {error:?}"
                ),
            }
        }
    }
}
