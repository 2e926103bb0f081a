//! `Entry`: one distribution for the generic tests: how it is built, and from what parameters.

use elbo_distributions::Distribution;
use elbo_tensor_ad::{Array, Expr};

/// A distribution from its parameters by name.
pub type Build = fn(&dyn Fn(&str) -> Expr) -> Box<dyn Distribution>;

/// What the generic tests need to know of a distribution.
pub struct Entry {
    /// Its name in the golden tables.
    pub name: &'static str,
    /// Its parameters by their names in the tables, and where the generic tests take them from.
    pub parameters: &'static [(&'static str, Range)],
    /// The distribution, its parameters taken by name.
    pub build: Build,
}

/// Where a generic test takes a parameter from. The extremes that must not give NaN are the fuzz test's own.
#[derive(Debug, Clone, Copy)]
pub enum Range {
    /// Evenly between two numbers.
    Real(f64, f64),
    /// Positive, its logarithm even between those of two numbers.
    Positive(f64, f64),
    /// Between 0 and 1, both left out.
    Probability,
    /// Between 0 and 1, well away from both.
    Middle,
    /// A whole number, both bounds included. Not differentiated.
    Whole(u32, u32),
    /// A number above the parameter of this name, by a positive distance (log-even between two numbers).
    Above(&'static str, f64, f64),
    /// Between two other parameters.
    Between(&'static str, &'static str),
    /// This number. Not differentiated.
    Fixed(f64),
    /// A probability vector of this length.
    Simplex(usize),
    /// A vector of this length, each element evenly between two numbers.
    Reals(usize, f64, f64),
    /// A vector of this length of positive numbers, log-even between two numbers.
    Positives(usize, f64, f64),
    /// A rising vector of this length, its steps log-even between two numbers.
    Rising(usize, f64, f64),
}

impl Range {
    /// True when a density may be differentiated in it.
    pub fn varies(self) -> bool {
        !matches!(self, Range::Whole(..) | Range::Fixed(_))
    }

    /// A value from numbers in 0..1; `known` gives the parameters before it.
    fn at(self, unit: &mut dyn FnMut() -> f64, known: &dyn Fn(&str) -> f64) -> Array<f64> {
        let mut log_even = |low: f64, high: f64| low * (high / low).powf(unit());
        Array::scalar(match self {
            Range::Real(low, high) => low + (high - low) * unit(),
            Range::Positive(low, high) => log_even(low, high),
            Range::Probability => 0.002 + 0.996 * unit(),
            Range::Middle => 0.2 + 0.6 * unit(),
            Range::Whole(low, high) => f64::from(low) + (f64::from(high - low + 1) * unit()).floor(),
            Range::Above(other, low, high) => known(other) + log_even(low, high),
            Range::Between(low, high) => known(low) + (known(high) - known(low)) * (0.01 + 0.98 * unit()),
            Range::Fixed(value) => value,
            Range::Simplex(n) => {
                let weights: Vec<f64> = (0..n).map(|_| -(0.001 + 0.998 * unit()).ln()).collect();
                let sum: f64 = weights.iter().sum();
                return Array::vector(weights.iter().map(|w| w / sum).collect());
            }
            Range::Reals(n, low, high) => {
                return Array::vector((0..n).map(|_| low + (high - low) * unit()).collect());
            }
            Range::Positives(n, low, high) => {
                return Array::vector((0..n).map(|_| log_even(low, high)).collect());
            }
            Range::Rising(n, low, high) => {
                let mut x = -0.5 * n as f64 * (low * high).sqrt();
                return Array::vector(
                    (0..n)
                        .map(|_| {
                            x += log_even(low, high);
                            x
                        })
                        .collect(),
                );
            }
        })
    }
}

impl Range {
    /// A value at an end of what is allowed; `pick(n)` chooses one of `n`. With `wild`, as far as the type goes.
    fn extreme(
        self,
        pick: &mut dyn FnMut(usize) -> usize,
        known: &dyn Fn(&str) -> f64,
        wild: bool,
    ) -> Array<f64> {
        const REAL: [f64; 9] = [0.0, 1.0, -1.0, 1e-8, -1e6, 1e6, 1e100, -1e150, 1e300];
        const POSITIVE: [f64; 11] = [1.0, 0.5, 2.0, 1e-6, 1e-3, 1e3, 1e6, 1e-300, 1e-100, 1e100, 1e300];
        let mut of = |set: &[f64], tame: usize| set[pick(if wild { set.len() } else { tame })];
        Array::scalar(match self {
            Range::Real(..) => of(&REAL, 6),
            Range::Positive(..) => of(&POSITIVE, 7),
            Range::Probability => of(&[0.5, 1e-6, 1e-12, 1.0 - 1e-6, 1.0 - 1e-12, 0.0, 1.0, 1e-300], 7),
            Range::Middle => of(&[0.5, 1e-6, 1e-12, 1.0 - 1e-6, 1.0 - 1e-12, 1e-300], 5),
            Range::Whole(low, high) => of(&[f64::from(low), f64::from(high), f64::from(high) * 1000.0], 2),
            Range::Above(other, ..) => {
                let (base, distance) = (known(other), of(&POSITIVE, 7));
                if base + distance > base { base + distance } else { base + base.abs().max(1.0) }
            }
            Range::Between(low, high) => {
                known(low) + (known(high) - known(low)) * of(&[0.5, 0.0, 1.0, 1e-6], 4)
            }
            Range::Fixed(value) => value,
            Range::Simplex(n) => {
                let mut p = vec![0.0; n];
                p[pick(n)] += 0.5;
                p[pick(n)] += 0.5;
                return Array::vector(p);
            }
            Range::Reals(n, ..) => return Array::vector((0..n).map(|_| of(&REAL, 6)).collect()),
            Range::Positives(n, ..) => return Array::vector((0..n).map(|_| of(&POSITIVE, 7)).collect()),
            Range::Rising(n, ..) => {
                let step = of(&[1.0, 1e-6, 1e3, 1e6], 4);
                return Array::vector((0..n).map(|i| step * (i as f64 - 0.5)).collect());
            }
        })
    }
}

impl Entry {
    /// Parameters at the ends of what is allowed.
    pub fn extremes(&self, pick: &mut dyn FnMut(usize) -> usize, wild: bool) -> Vec<Array<f64>> {
        let mut values: Vec<Array<f64>> = Vec::new();
        for (_, range) in self.parameters {
            let value = range.extreme(pick, &|name| self.number(&values, name), wild);
            values.push(value);
        }
        values
    }

    fn number(&self, values: &[Array<f64>], name: &str) -> f64 {
        values[self.parameters.iter().position(|(n, _)| *n == name).unwrap()].data()[0]
    }

    /// Parameters from numbers in 0..1, in the order of [`parameters`](Self::parameters).
    pub fn values(&self, unit: &mut dyn FnMut() -> f64) -> Vec<Array<f64>> {
        let mut values: Vec<Array<f64>> = Vec::new();
        for (_, range) in self.parameters {
            let value = range.at(unit, &|name| self.number(&values, name));
            values.push(value);
        }
        values
    }

    /// The distribution at these numbers, as literals.
    pub fn literal(&self, values: &[Array<f64>]) -> Box<dyn Distribution> {
        (self.build)(&|name| {
            let value = &values[self.parameters.iter().position(|(n, _)| *n == name).unwrap()];
            if value.rank() == 0 { value.data()[0].into() } else { value.clone().into() }
        })
    }

    /// The distribution over inputs named like its parameters, of these shapes.
    pub fn over_inputs(&self, values: &[Array<f64>]) -> Box<dyn Distribution> {
        (self.build)(&|name| {
            let at = self.parameters.iter().position(|(n, _)| *n == name).unwrap();
            Expr::input(name, values[at].shape())
        })
    }

    /// The inputs of [`over_inputs`](Self::over_inputs) with their numbers.
    pub fn given<'a>(&self, values: &'a [Array<f64>]) -> Vec<(&'static str, &'a Array<f64>)> {
        self.parameters.iter().map(|(n, _)| *n).zip(values).collect()
    }

    /// The names of the parameters to differentiate by.
    pub fn varying(&self) -> Vec<&'static str> {
        self.parameters.iter().filter(|(_, range)| range.varies()).map(|(name, _)| *name).collect()
    }
}
