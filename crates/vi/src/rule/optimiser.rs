//! `Optimiser`: every rule of this crate by its name, for a command line or a configuration file.

use core::fmt;
use core::str::FromStr;

use elbo_tensor_ad::Real;

use super::{
    Adadelta, Adagrad, AdagradWindow, Adam, AdamW, Adamax, Momentum, Nesterov, RmsProp, Rule, RuleState, Sgd,
};
use crate::Error;

/// One of the rules of this crate. A step costs one `match` more than the rule itself.
///
/// ```
/// use elbo_vi::rule::{Adam, Optimiser};
///
/// let rule: Optimiser = "adam".parse()?;
/// assert_eq!(rule.learning_rate(0.01), Optimiser::Adam(Adam::new(0.01)));
/// assert!("adamm".parse::<Optimiser>().unwrap_err().to_string().contains("adagrad_window"));
/// # Ok::<(), elbo_vi::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is the rule that it names")]
pub enum Optimiser {
    Sgd(Sgd),
    Momentum(Momentum),
    Nesterov(Nesterov),
    Adagrad(Adagrad),
    AdagradWindow(AdagradWindow),
    RmsProp(RmsProp),
    Adadelta(Adadelta),
    Adam(Adam),
    AdamW(AdamW),
    Adamax(Adamax),
}

/// Calls a method of whichever rule it is.
macro_rules! each {
    ($self:expr, $rule:ident => $body:expr) => {
        match $self {
            Optimiser::Sgd($rule) => $body,
            Optimiser::Momentum($rule) => $body,
            Optimiser::Nesterov($rule) => $body,
            Optimiser::Adagrad($rule) => $body,
            Optimiser::AdagradWindow($rule) => $body,
            Optimiser::RmsProp($rule) => $body,
            Optimiser::Adadelta($rule) => $body,
            Optimiser::Adam($rule) => $body,
            Optimiser::AdamW($rule) => $body,
            Optimiser::Adamax($rule) => $body,
        }
    };
}

impl Optimiser {
    /// The names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &[
        "sgd",
        "momentum",
        "nesterov",
        "adagrad",
        "adagrad_window",
        "rmsprop",
        "adadelta",
        "adam",
        "adamw",
        "adamax",
    ];

    /// The same rule with another learning rate.
    #[must_use]
    pub fn learning_rate(mut self, learning_rate: f64) -> Self {
        each!(&mut self, rule => rule.learning_rate = learning_rate);
        self
    }

    /// The rule's name, one of [`NAMES`](Self::NAMES).
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Optimiser::Sgd(_) => "sgd",
            Optimiser::Momentum(_) => "momentum",
            Optimiser::Nesterov(_) => "nesterov",
            Optimiser::Adagrad(_) => "adagrad",
            Optimiser::AdagradWindow(_) => "adagrad_window",
            Optimiser::RmsProp(_) => "rmsprop",
            Optimiser::Adadelta(_) => "adadelta",
            Optimiser::Adam(_) => "adam",
            Optimiser::AdamW(_) => "adamw",
            Optimiser::Adamax(_) => "adamax",
        }
    }
}

impl fmt::Display for Optimiser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Optimiser {
    type Err = Error;

    /// The rule of this name with its default settings.
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "sgd" => Ok(Optimiser::Sgd(Sgd::default())),
            "momentum" => Ok(Optimiser::Momentum(Momentum::default())),
            "nesterov" => Ok(Optimiser::Nesterov(Nesterov::default())),
            "adagrad" => Ok(Optimiser::Adagrad(Adagrad::default())),
            "adagrad_window" => Ok(Optimiser::AdagradWindow(AdagradWindow::default())),
            "rmsprop" => Ok(Optimiser::RmsProp(RmsProp::default())),
            "adadelta" => Ok(Optimiser::Adadelta(Adadelta::default())),
            "adam" => Ok(Optimiser::Adam(Adam::default())),
            "adamw" => Ok(Optimiser::AdamW(AdamW::default())),
            "adamax" => Ok(Optimiser::Adamax(Adamax::default())),
            _ => Err(Error::Name { what: "optimiser", found: name.to_owned(), choices: Self::NAMES }),
        }
    }
}

impl<T: Real> Rule<T> for Optimiser {
    fn memory(&self, dim: usize) -> usize {
        each!(self, rule => Rule::<T>::memory(rule, dim))
    }

    fn step(&self, parameters: &mut [T], gradient: &mut [T], state: &mut RuleState<T>) {
        each!(self, rule => rule.step(parameters, gradient, state));
    }

    fn check(&self) -> Result<(), Error> {
        each!(self, rule => Rule::<T>::check(rule))
    }
}
