//! `State`: all that a fit needs to go on from a step to the same bits, in plain form and in bytes.

use elbo_tensor_ad::Real;
use serde::{Deserialize, Serialize};

use crate::rule::{Rule, RuleState};
use crate::{Error, Objective};

/// A fit at a step: nothing else decides how it goes on.
///
/// Settings (the density, the rule, the number of draws) are not in it; give the same ones to resume
/// to the same bits.
#[derive(Debug, Clone, PartialEq)]
pub struct State<T = f64> {
    /// The parameters of the approximation.
    pub parameters: Vec<T>,
    /// What the optimiser remembers.
    pub rule: RuleState<T>,
    /// What the objective remembers: random streams and the order of batches ([`Objective::save`]).
    pub draws: Vec<u64>,
    /// Steps taken.
    pub step: u64,
    /// The objective at each step, in nats: entry `t` is an estimate at the parameters after `t` steps.
    pub history: Vec<T>,
}

/// The first bytes of a saved state.
const MAGIC: [u8; 8] = *b"elbo-vi\x01";

/// How a state is written. An `f32` is written as the equal `f64`.
#[derive(Serialize, Deserialize)]
struct Written {
    magic: [u8; 8],
    number: String,
    parameters: Vec<f64>,
    rule_values: Vec<f64>,
    rule_step: u64,
    rule_powers: [f64; 2],
    draws: Vec<u64>,
    step: u64,
    history: Vec<f64>,
}

impl<T: Real> State<T> {
    /// The state before the first step.
    ///
    /// # Errors
    /// Those of [`Objective::init`].
    pub fn init<O: Objective<T> + ?Sized, R: Rule<T> + ?Sized>(
        objective: &mut O,
        rule: &R,
    ) -> Result<Self, Error> {
        rule.check()?;
        let mut parameters = vec![T::ZERO; objective.parameters()];
        objective.init(&mut parameters)?;
        let rule = rule.init(parameters.len());
        Ok(State { parameters, rule, draws: objective.save(), step: 0, history: Vec::new() })
    }

    /// The state as bytes (postcard), to write to a file.
    ///
    /// ```
    /// # use elbo_model::{DensityError, LogDensity};
    /// # struct Normal;
    /// # impl LogDensity for Normal {
    /// #     fn dim(&self) -> usize { 1 }
    /// #     fn value_and_gradient(&mut self, z: &[f64], g: &mut [f64]) -> Result<f64, DensityError> {
    /// #         g[0] = -z[0];
    /// #         Ok(-0.5 * z[0] * z[0])
    /// #     }
    /// # }
    /// use elbo_vi::{Advi, State};
    ///
    /// let half = Advi::new(Normal).rule(elbo_vi::rule::Adam::new(0.01)).steps(50).run()?;
    /// let bytes = half.state().to_bytes();
    /// let state = State::from_bytes(&bytes)?;
    /// let whole = Advi::new(Normal).rule(elbo_vi::rule::Adam::new(0.01)).steps(100).resume(state).run()?;
    /// let at_once = Advi::new(Normal).rule(elbo_vi::rule::Adam::new(0.01)).steps(100).run()?;
    /// assert_eq!(whole.state(), at_once.state());
    /// # Ok::<(), elbo_vi::Error>(())
    /// ```
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let wide = |values: &[T]| values.iter().map(|x| x.to_f64()).collect();
        let written = Written {
            magic: MAGIC,
            number: T::NAME.to_owned(),
            parameters: wide(&self.parameters),
            rule_values: wide(&self.rule.values),
            rule_step: self.rule.step,
            rule_powers: self.rule.powers,
            draws: self.draws.clone(),
            step: self.step,
            history: wide(&self.history),
        };
        postcard::to_stdvec(&written).expect("vectors, numbers and a string always have a postcard form")
    }

    /// The state that [`to_bytes`](Self::to_bytes) wrote, to the same bits.
    ///
    /// # Errors
    /// [`Error::Bytes`] when they were cut short, are of another kind, or hold the other number type.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Bytes { reason };
        if !bytes.starts_with(&MAGIC) {
            return Err(wrong("the first bytes are of another kind or version".to_owned()));
        }
        let (written, rest) =
            postcard::take_from_bytes::<Written>(bytes).map_err(|e| wrong(e.to_string()))?;
        if !rest.is_empty() {
            return Err(wrong(format!("{} bytes too many", rest.len())));
        }
        if written.number != T::NAME {
            return Err(wrong(format!("it holds {}, and {} was asked for", written.number, T::NAME)));
        }
        let narrow = |values: Vec<f64>| values.into_iter().map(T::from_f64).collect();
        Ok(State {
            parameters: narrow(written.parameters),
            rule: RuleState {
                values: narrow(written.rule_values),
                step: written.rule_step,
                powers: written.rule_powers,
                scale: 1.0,
            },
            draws: written.draws,
            step: written.step,
            history: narrow(written.history),
        })
    }

    /// Refuses a state that was made for other parameters or another rule.
    pub(crate) fn check<R: Rule<T> + ?Sized>(&self, parameters: usize, rule: &R) -> Result<(), Error> {
        let same = |what, expected, found| {
            if expected == found { Ok(()) } else { Err(Error::State { what, expected, found }) }
        };
        same("parameters", parameters, self.parameters.len())?;
        same("numbers of optimiser memory", rule.memory(parameters), self.rule.values.len())
    }
}
