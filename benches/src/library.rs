//! The step of the notebook as a user of the library takes it: model, density, ADVI's loop.

pub use elbo::tensor_ad::Real;

use elbo::model::{Model, ModelDensity};
use elbo::prelude::{Array, Bernoulli, Normal};
use elbo::vi::family::MeanField;
use elbo::vi::observer::Observer;
use elbo::vi::rule::Adam;
use elbo::vi::{Elbo, Sampling, State, fit};

use crate::moons::Row;

/// Whatever went wrong.
pub type Error = Box<dyn std::error::Error>;

/// The notebook's model of these rows: 2-5-5-1, tanh, standard normal weights, Bernoulli likelihood.
///
/// # Errors
/// Rows that are not data.
pub fn model(rows: &[Row]) -> Result<Model, Error> {
    let x = Array::new([rows.len(), 2], rows.iter().flat_map(|r| r.x).collect())?;
    let y = Array::vector(rows.iter().map(|r| f64::from(u8::from(r.label))).collect());
    Ok(Model::build(|m| {
        m.dim("hidden_1", 5);
        m.dim("hidden_2", 5);
        let x = m.data("x", &x, ["obs", "feature"]);
        let w1 = m.sample("w_in_1", Normal::standard(), ["feature", "hidden_1"]);
        let w2 = m.sample("w_1_2", Normal::standard(), ["hidden_1", "hidden_2"]);
        let w3 = m.sample("w_2_out", Normal::standard(), ["hidden_2"]);
        let logit = x.matmul(&w1).tanh().matmul(&w2).tanh().matmul(&w3);
        m.deterministic("p", logit.sigmoid());
        m.observe("out", Bernoulli::logits(logit), &y);
    })?)
}

/// A fit under way, one draw a step, Adam at 0.01, as the floor.
#[derive(Debug)]
pub struct Step<T: Real> {
    objective: Elbo<ModelDensity<T>, MeanField<T>>,
    rule: Adam,
    state: State<T>,
}

impl<T: Real> Step<T> {
    /// At its first step, on all rows or on batches of rows drawn with replacement, as the floor's are.
    ///
    /// # Errors
    /// A batch larger than the data.
    pub fn new(model: &Model, batch: Option<usize>) -> Result<Self, Error> {
        let density = model.density_in::<T>()?;
        let mut objective = Elbo::new(density, MeanField::new(model.dim()), 42)?;
        if let Some(rows) = batch {
            objective = objective.batches(rows, Sampling::WithReplacement)?;
        }
        let rule = Adam::new(0.01);
        let state = State::init(&mut objective, &rule)?;
        Ok(Step { objective, rule, state })
    }

    /// Takes this many steps.
    ///
    /// # Errors
    /// A density that is not finite.
    pub fn steps(&mut self, steps: u64) -> Result<(), Error> {
        let observers: &mut [Box<dyn Observer<T> + '_>] = &mut [];
        let until = self.state.step + steps;
        fit(&mut self.objective, &self.rule, &mut self.state, until, observers)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::Floor;
    use crate::lanes::F64;
    use crate::moons::training_rows;
    use elbo::model::LogDensity;

    #[test]
    fn the_library_and_the_floor_compute_the_same_density_and_gradient() {
        let rows = training_rows();
        let mut density = model(&rows).unwrap().density().unwrap();
        let mut floor = Floor::new(F64(pulp::Scalar::new()), &rows, None, 42, 10).unwrap();
        let z: [f64; 40] = core::array::from_fn(|i| (i as f64 * 0.7).sin());
        let mut gradient = [0.0; 40];
        let value = density.value_and_gradient(&z, &mut gradient).unwrap();
        let (by_hand, slope) = floor.log_density(&z);
        // The floor may leave out the priors' constants, as no step depends on them.
        let constants = 40.0 * 0.5 * (2.0 * std::f64::consts::PI).ln();
        let off = (value - by_hand).abs().min((value + constants - by_hand).abs());
        assert!(off < 1e-9 * value.abs(), "{value} {by_hand}");
        for (a, b) in gradient.iter().zip(&slope) {
            assert!((a - b).abs() < 1e-10 * (1.0 + a.abs()), "{a} {b}");
        }
    }
}
