//! A value that is not finite says which term, which parameter, which row.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{Exponential, HalfNormal, Normal, Uniform};
use elbo_model::{DensityError, LogDensity, Model, ModelDensity, RowBatches};
use elbo_tensor_ad::Array;

fn fault(density: &mut ModelDensity, z: &[f64]) -> DensityError {
    let mut g = vec![0.0; z.len()];
    density.value_and_gradient(z, &mut g).unwrap_err()
}

#[test]
fn a_computed_parameter_out_of_range_is_named_with_its_value() {
    let model = Model::build(|m| {
        let w = m.sample("w", Normal::standard(), ());
        m.sample("v", Normal::new(0.0, &w), ());
        m.observe("y", Normal::new(0.0, &w + 3.0), &Array::vector(vec![0.0, 1.0]));
    })
    .unwrap();
    let mut density = model.density().unwrap();
    let error = fault(&mut density, &[-2.0, 0.5]);
    assert!(matches!(&error, DensityError::Parameter { term, .. } if term == "v"), "{error}");
    assert!(error.to_string().contains("sigma must be finite and > 0, found -2"), "{error}");
    assert_eq!(density.value(&[-2.0, 0.5]).unwrap_err(), error);
    assert!(density.value(&[2.0, 0.5]).unwrap().is_finite(), "the density goes on");
}

#[test]
fn a_scale_of_zero_is_named_where_the_density_is_minus_infinity_and_the_edge_of_a_support_is_not() {
    let model = Model::build(|m| {
        let w = m.sample("w", Normal::standard(), ());
        m.observe("y", Exponential::new(&w), &Array::vector(vec![0.5, 1.0]));
    })
    .unwrap();
    let mut density = model.density().unwrap();
    let error = fault(&mut density, &[0.0]);
    assert!(matches!(&error, DensityError::Parameter { term, .. } if term == "y"), "{error}");
    assert!(error.to_string().contains("found 0"), "{error}");
    assert_eq!(density.value(&[0.0]).unwrap_err(), error);
    assert!(density.value(&[1.0]).unwrap().is_finite());

    let model = Model::build(|m| {
        let w = m.sample("w", Normal::standard(), ());
        m.observe("y", Uniform::new(&w, 2.0), &Array::vector(vec![0.5, 1.0]));
    })
    .unwrap();
    let mut density = model.density().unwrap();
    assert_eq!(density.value(&[0.75]).unwrap(), f64::NEG_INFINITY);
    assert_eq!(density.value_and_gradient(&[0.75], &mut [0.0]).unwrap(), f64::NEG_INFINITY);
}

fn of_rows() -> Model {
    let x = Array::vector((0..40).map(|i| f64::from(i) - 10.5).collect());
    Model::build(|m| {
        let x = m.data("x", &x, "obs");
        let w = m.sample("w", HalfNormal::new(1.0), ());
        // NaN where x + w < 0 under the root: with w = e^0 the rows up to 9.
        let mu = (&x + w).sqrt();
        m.observe("y", Normal::new(mu, 1.0), &Array::vector(vec![0.0; 40]));
    })
    .unwrap()
}

#[test]
fn a_nan_computed_from_data_names_the_observed_variable_and_the_row() {
    let mut density = of_rows().density().unwrap();
    let text = fault(&mut density, &[0.0]).to_string();
    assert!(
        text.contains('y') && text.contains("mu") && text.contains("NaN") && text.contains("[0]"),
        "{text}"
    );
    // In a batch it is the row of the data, not the place in the batch.
    density.select_rows(&[30, 20, 7, 33]).unwrap();
    let text = fault(&mut density, &[0.0]).to_string();
    assert!(text.contains("[7]"), "{text}");
    density.select_rows(&[30, 20, 35, 33]).unwrap();
    assert!(density.value(&[0.0]).unwrap().is_finite());
}

#[test]
fn an_infinite_log_density_names_the_observed_variable_and_the_row() {
    // A distribution without parameters cannot be at fault by one: its density is.
    #[derive(Debug)]
    struct Peak;
    impl elbo_distributions::Distribution for Peak {
        fn name(&self) -> &'static str {
            "Peak"
        }
        fn parameters(&self) -> Vec<elbo_distributions::Parameter> {
            Vec::new()
        }
        fn with_parameters(
            &self,
            _: &[elbo_tensor_ad::Expr],
        ) -> Result<Box<dyn elbo_distributions::Distribution>, elbo_distributions::Error> {
            Ok(Box::new(Peak))
        }
        fn support(&self) -> elbo_distributions::Support {
            elbo_distributions::Support::Real
        }
        fn log_density(&self, x: &elbo_tensor_ad::Expr) -> elbo_tensor_ad::Expr {
            -x.abs().ln()
        }
        fn sample(
            &self,
            _: &[Array<f64>],
            shape: &[usize],
            _: &mut dyn rand::Rng,
        ) -> Result<Array<f64>, elbo_distributions::Error> {
            Ok(Array::zeros(shape))
        }
        fn initial_value(&self) -> elbo_tensor_ad::Expr {
            elbo_tensor_ad::Expr::constant(1.0)
        }
    }
    let mut y = vec![1.0; 30];
    y[17] = 0.0;
    let model = Model::build(|m| {
        m.sample("w", Normal::standard(), ());
        m.observe("y", Peak, &Array::vector(y));
    })
    .unwrap();
    let mut density = model.density().unwrap();
    let want = |value| DensityError::NonFinite {
        quantity: "log density",
        term: "y".into(),
        value,
        variable: None,
        row: Some(17),
    };
    assert_eq!(fault(&mut density, &[0.3]), want(f64::INFINITY));
    density.select_rows(&[3, 17, 4]).unwrap();
    assert_eq!(fault(&mut density, &[0.3]), want(f64::INFINITY));
    assert_eq!(want(f64::INFINITY).to_string(), "log density of y is inf, first in row 17");
}

#[test]
fn a_gradient_that_alone_is_nan_names_the_coordinate_and_the_term() {
    let model = Model::build(|m| {
        m.labelled_dim("part", &["left", "right"]);
        m.sample("u", Normal::standard(), ());
        let w = m.sample("w", Normal::standard(), "part");
        // The root has an infinite slope at 0.
        m.potential("root", w.abs().sqrt());
    })
    .unwrap();
    let mut density = model.density().unwrap();
    let error = fault(&mut density, &[0.1, 0.2, 0.0]);
    let DensityError::NonFinite { quantity, term, variable, row, .. } = &error else { panic!("{error}") };
    assert_eq!((*quantity, term.as_str(), row), ("gradient", "root", &None));
    assert_eq!(variable.as_deref(), Some("w[right]"));
    assert!(density.value(&[0.1, 0.2, 0.0]).unwrap().is_finite(), "the value is fine");
}

#[test]
fn a_potential_that_is_nan_is_named() {
    let model = Model::build(|m| {
        let w = m.sample("w", Normal::standard(), ());
        m.potential("logarithm", w.ln());
    })
    .unwrap();
    let error = fault(&mut model.density().unwrap(), &[-1.0]);
    assert!(matches!(&error, DensityError::NonFinite { term, .. } if term == "logarithm"), "{error}");
}

#[test]
fn minus_infinity_is_a_value() {
    let model = Model::build(|m| {
        let w = m.sample("w", Normal::standard(), ());
        m.potential("hard wall", w.less(0.0).select(0.0, f64::NEG_INFINITY));
    })
    .unwrap();
    let mut density = model.density().unwrap();
    let mut g = [0.0];
    assert_eq!(density.value_and_gradient(&[1.0], &mut g).unwrap(), f64::NEG_INFINITY);
    assert_eq!(density.value(&[1.0]).unwrap(), f64::NEG_INFINITY);
    assert!(density.value(&[-1.0]).unwrap().is_finite());
}

#[test]
fn a_position_that_is_not_finite_names_the_coordinate() {
    let mut density = of_rows().density().unwrap();
    let error = fault(&mut density, &[f64::NAN]);
    assert!(
        matches!(&error, DensityError::NonFinite { quantity: "position", term, .. } if term == "w"),
        "{error}"
    );
}

#[test]
fn slices_of_another_length_are_refused() {
    let mut density = of_rows().density().unwrap();
    let wrong = Err(DensityError::Length { expected: 1, found: 2 });
    assert_eq!(density.value(&[0.0, 1.0]), wrong);
    assert_eq!(density.value_and_gradient(&[3.0], &mut [0.0; 2]), wrong);
}

#[test]
fn what_overflows_in_f32_alone_is_said_of_the_number_type() {
    let model = Model::build(|m| {
        let w = m.sample("w", Normal::standard(), ());
        m.potential("large", (w * 60.0).exp());
    })
    .unwrap();
    let text = model.density_in::<f32>().unwrap().value(&[2.0]).unwrap_err().to_string();
    assert!(text.contains("f32"), "{text}");
    assert!(model.density().unwrap().value(&[2.0]).unwrap().is_finite());
}
