//! `Parameter`: one parameter of a distribution: its name, its value as an expression, and what it requires.

use std::fmt;

use elbo_tensor_ad::{Array, Expr, Op};

use crate::Error;
use crate::error::unravel;

/// One parameter of a distribution.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Parameter {
    /// PyMC's name for it.
    pub name: &'static str,
    /// Its value: a literal, data, or another random variable.
    pub value: Expr,
    /// The range that it must keep to.
    pub requires: Requirement,
}

impl Parameter {
    /// A parameter of this name, value and range.
    pub fn new(name: &'static str, value: &Expr, requires: Requirement) -> Self {
        Parameter { name, value: value.clone(), requires }
    }

    /// How many trailing axes belong to one value of the parameter: 0 for a number, 1 for a vector, 2 for a matrix.
    pub fn event_rank(&self) -> usize {
        self.requires.event_rank()
    }

    /// The parameter's numbers, when it is a literal (stretched or not; one number stretched to a vector or matrix is that).
    pub(crate) fn literal(&self) -> Option<Array<f64>> {
        let mut e = &self.value;
        while let Op::Broadcast(_) = e.op() {
            e = e.args().first()?;
        }
        match e.op() {
            Op::Constant(c) => {
                let batch = self.value.rank().checked_sub(self.event_rank())?;
                let event: Option<Vec<usize>> =
                    self.value.shape().dims()[batch..].iter().map(elbo_tensor_ad::Dim::fixed).collect();
                Some(Array::full(event?, *c))
            }
            Op::Literal(a) if a.rank() < self.event_rank() => None,
            Op::Literal(a) => Some((**a).clone()),
            _ => None,
        }
    }
}

/// The range that a parameter must keep to. NaN is in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// A finite number.
    Real,
    /// A number or an infinity: a bound that may be missing.
    Extended,
    /// A finite number above 0.
    Positive,
    /// A finite number above this one.
    Over(usize),
    /// A finite number, at least 0.
    NonNegative,
    /// A number in `0..=1`.
    Probability,
    /// A number above 0 and at most 1.
    PositiveProbability,
    /// A whole number, at least 0.
    Count,
    /// A whole number, at least 0 and at most another parameter of the same distribution.
    CountUpTo(&'static str),
    /// A whole number.
    Whole,
    /// A whole number, at least another parameter of the same distribution.
    WholeFrom(&'static str),
    /// A number above 0 and below 1.
    OpenProbability,
    /// A number above -1 and below 1.
    OpenCorrelation,
    /// A number (finite or infinite) above another parameter of the same distribution, that of this name.
    Above(&'static str),
    /// A number or an infinity, at least another parameter of the same distribution.
    ExtendedFrom(&'static str),
    /// A finite number other than 0.
    NonZero,
    /// A vector of finite numbers, at least 0, not all 0.
    NonNegativeVector,
    /// A finite number, at least another parameter of the same distribution.
    AtLeast(&'static str),
    /// A finite number above another parameter of the same distribution.
    FiniteAbove(&'static str),
    /// A finite number between two other parameters of the same distribution, both included.
    Within(&'static str, &'static str),
    /// A number above 0 and below `√(m (1 - m))`, where `m` is the parameter of this name, a mean between 0 and 1.
    SdOfProportion(&'static str),
    /// A vector of finite numbers.
    RealVector,
    /// A vector of finite numbers above 0.
    PositiveVector,
    /// A vector of finite numbers, each above the one before it.
    Ordered,
    /// A vector of numbers in `0..=1` whose sum is 1 to within `1e-6`.
    Simplex,
    /// A vector of numbers, finite or minus infinity, at least one of them finite.
    LogWeights,
    /// A matrix of finite numbers.
    RealMatrix,
    /// A square matrix, lower triangular with a positive diagonal: what stands above the diagonal is not read.
    CholeskyFactor,
    /// A square matrix, symmetric to within `1e-8` of its largest entry and positive definite.
    PositiveDefinite,
    /// The weights between neighbours: a square symmetric matrix of numbers at least 0, zeros on its diagonal, and some neighbour in every row.
    Adjacency,
    /// [`Adjacency`](Self::Adjacency) of a graph in one piece.
    ConnectedAdjacency,
}

/// What must hold of a parameter's number and another parameter's.
pub(crate) type Relation = fn(f64, f64) -> bool;

/// How far the sum of a probability vector may be from 1: what a sum of `f32` probabilities is off by.
const SIMPLEX_TOLERANCE: f64 = 1e-6;
/// How far a covariance may be from symmetric, of its largest entry: what products in another order differ by.
const SYMMETRY_TOLERANCE: f64 = 1e-8;

impl Requirement {
    /// How many trailing axes belong to one value: 0 for a number, 1 for a vector, 2 for a matrix.
    pub fn event_rank(self) -> usize {
        use Requirement as R;
        match self {
            R::Real
            | R::Extended
            | R::Positive
            | R::Over(_)
            | R::NonNegative
            | R::Probability
            | R::PositiveProbability => 0,
            R::Count | R::CountUpTo(_) | R::Whole | R::WholeFrom(_) | R::Above(_) | R::AtLeast(_) => 0,
            R::FiniteAbove(_)
            | R::Within(..)
            | R::SdOfProportion(_)
            | R::OpenProbability
            | R::OpenCorrelation
            | R::ExtendedFrom(_)
            | R::NonZero => 0,
            R::NonNegativeVector => 1,
            R::RealVector | R::PositiveVector | R::Ordered | R::Simplex | R::LogWeights => 1,
            R::RealMatrix | R::CholeskyFactor | R::PositiveDefinite => 2,
            R::Adjacency | R::ConnectedAdjacency => 2,
        }
    }

    /// Whether one element may stand in such a parameter, apart from what holds between elements (sums, order) and between
    /// parameters.
    pub fn allows(self, value: f64) -> bool {
        use Requirement as R;
        match self {
            R::Real | R::AtLeast(_) | R::RealVector | R::Ordered => value.is_finite(),
            R::FiniteAbove(_) | R::Within(..) => value.is_finite(),
            R::SdOfProportion(_) => value > 0.0,
            R::OpenProbability => value > 0.0 && value < 1.0,
            R::OpenCorrelation => value > -1.0 && value < 1.0,
            R::Adjacency | R::ConnectedAdjacency => value >= 0.0 && value.is_finite(),
            R::ExtendedFrom(_) => !value.is_nan(),
            R::NonZero => value != 0.0 && value.is_finite(),
            R::NonNegativeVector => value >= 0.0 && value.is_finite(),
            R::RealMatrix | R::CholeskyFactor | R::PositiveDefinite => value.is_finite(),
            R::Extended | R::Above(_) => !value.is_nan(),
            R::Positive | R::PositiveVector => value > 0.0 && value.is_finite(),
            R::Over(bound) => value > bound as f64 && value.is_finite(),
            R::NonNegative => value >= 0.0 && value.is_finite(),
            R::Probability | R::Simplex => (0.0..=1.0).contains(&value),
            R::PositiveProbability => value > 0.0 && value <= 1.0,
            R::Count | R::CountUpTo(_) => value >= 0.0 && value.is_finite() && value.fract() == 0.0,
            R::Whole | R::WholeFrom(_) => value.is_finite() && value.fract() == 0.0,
            R::LogWeights => value < f64::INFINITY,
        }
    }

    /// Checks every number of a parameter's array.
    ///
    /// # Errors
    /// [`Error::Parameter`] with the first value out of range and its place; [`Error::ParameterRank`]
    /// for an array of too few axes.
    pub fn check(
        self,
        distribution: &'static str,
        parameter: &'static str,
        values: &Array<f64>,
    ) -> Result<(), Error> {
        let rank = self.event_rank();
        if values.rank() < rank {
            return Err(Error::ParameterRank {
                distribution,
                parameter,
                expected: rank,
                found: values.rank(),
            });
        }
        let fault = |value: f64, index: Vec<usize>| {
            Err(Error::Parameter { distribution, parameter, value, index, requires: self })
        };
        if let Some(flat) = values.data().iter().position(|&v| !self.allows(v)) {
            return fault(values.data()[flat], unravel(flat, values.shape()));
        }
        let (batch, event) = values.shape().split_at(values.rank() - rank);
        if let [rows, columns] = event
            && self != Requirement::RealMatrix
            && rows != columns
        {
            return Err(Error::NotSquare { distribution, parameter, rows: *rows, columns: *columns });
        }
        let length = event.iter().product::<usize>();
        for (i, one) in values.data().chunks(length.max(1)).enumerate() {
            if let Some((at, value)) = self.fault_of(one, event) {
                return fault(value, [unravel(i, batch), at].concat());
            }
        }
        Ok(())
    }

    /// What is wrong between the elements of one vector or matrix: where (within it; nowhere for a sum), and the value to show.
    pub(crate) fn fault_of(self, one: &[f64], event: &[usize]) -> Option<(Vec<usize>, f64)> {
        match self {
            Requirement::Simplex => {
                let sum: f64 = one.iter().sum();
                ((sum - 1.0).abs() > SIMPLEX_TOLERANCE).then_some((vec![], sum))
            }
            Requirement::NonNegativeVector => one.iter().all(|&v| v == 0.0).then_some((vec![], 0.0)),
            Requirement::LogWeights => {
                one.iter().all(|&v| v == f64::NEG_INFINITY).then_some((vec![], f64::NEG_INFINITY))
            }
            Requirement::Ordered => {
                one.windows(2).position(|w| w[1] <= w[0]).map(|at| (vec![at + 1], one[at + 1]))
            }
            Requirement::CholeskyFactor => {
                let n = *event.last()?;
                (0..n).find(|i| one[i * (n + 1)] <= 0.0).map(|i| (vec![i, i], one[i * (n + 1)]))
            }
            Requirement::Adjacency | Requirement::ConnectedAdjacency => {
                let n = *event.last()?;
                let wrong =
                    |at: &usize| one[*at] != one[at % n * n + at / n] || at / n == at % n && one[*at] != 0.0;
                let lonely = |i: &usize| n > 1 && one[i * n..(i + 1) * n].iter().all(|w| *w == 0.0);
                let apart = || (self == Requirement::ConnectedAdjacency).then(|| unreached(one, n)).flatten();
                (0..n * n)
                    .find(wrong)
                    .map(|at| (unravel(at, event), one[at]))
                    .or_else(|| (0..n).find(lonely).or_else(apart).map(|i| (vec![i], 0.0)))
            }
            Requirement::PositiveDefinite => {
                let n = *event.last()?;
                let largest = one.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
                let skew = (0..n * n)
                    .find(|at| (one[*at] - one[at % n * n + at / n]).abs() > SYMMETRY_TOLERANCE * largest);
                match skew {
                    Some(at) => Some((unravel(at, event), one[at])),
                    None => bad_pivot(one, n).map(|(i, pivot)| (vec![i, i], pivot)),
                }
            }
            _ => None,
        }
    }

    /// Checks what holds against another parameter, one of [`others`](Self::others), by the numbers of both, stretched.
    pub(crate) fn check_against(
        self,
        distribution: &'static str,
        parameter: &'static str,
        values: &Array<f64>,
        bounds: &Array<f64>,
        holds: Relation,
    ) -> Result<(), Error> {
        let rank = values.rank().max(bounds.rank());
        let side =
            |a: &Array<f64>, axis: usize| (axis + a.rank()).checked_sub(rank).map_or(1, |i| a.shape()[i]);
        let shape: Vec<usize> = (0..rank).map(|axis| side(values, axis).max(side(bounds, axis))).collect();
        for flat in 0..shape.iter().product() {
            let index = unravel(flat, &shape);
            let at = |a: &Array<f64>| {
                let place = (0..a.rank()).fold(0, |place, axis| {
                    let n = a.shape()[axis];
                    place * n + if n == 1 { 0 } else { index[axis + rank - a.rank()] }
                });
                a.data().get(place).copied()
            };
            // Shapes that do not stretch to each other are another error's.
            let (Some(value), Some(bound)) = (at(values), at(bounds)) else { return Ok(()) };
            if !holds(value, bound) {
                return Err(Error::Parameter { distribution, parameter, value, index, requires: self });
            }
        }
        Ok(())
    }

    /// The parameters that this one is held against, and what must hold of it and them.
    pub(crate) fn others(self) -> Vec<(&'static str, Relation)> {
        match self {
            Requirement::Above(low) | Requirement::FiniteAbove(low) => vec![(low, |v, low| v > low)],
            Requirement::AtLeast(low) | Requirement::WholeFrom(low) => vec![(low, |v, low| v >= low)],
            Requirement::ExtendedFrom(low) => vec![(low, |v, low| v >= low)],
            Requirement::CountUpTo(high) => vec![(high, |v, high| v <= high)],
            Requirement::SdOfProportion(mean) => vec![(mean, |v, m| v * v < m * (1.0 - m))],
            Requirement::Within(low, high) => vec![(low, |v, low| v >= low), (high, |v, high| v <= high)],
            _ => vec![],
        }
    }
}

/// A row of a symmetric matrix to which no path leads from the first.
fn unreached(weights: &[f64], n: usize) -> Option<usize> {
    let mut seen = vec![false; n];
    let mut open = vec![0];
    while let Some(i) = open.pop() {
        if n > 0 && !std::mem::replace(&mut seen[i], true) {
            open.extend((0..n).filter(|j| weights[i * n + j] != 0.0));
        }
    }
    seen.iter().position(|seen| !seen)
}

/// The first pivot of a symmetric matrix's Cholesky factorisation that is not positive, and where.
fn bad_pivot(matrix: &[f64], n: usize) -> Option<(usize, f64)> {
    let mut factor = matrix.to_vec();
    for j in 0..n {
        let pivot = factor[j * n + j] - (0..j).map(|k| factor[j * n + k].powi(2)).sum::<f64>();
        if pivot.is_nan() || pivot <= 0.0 {
            return Some((j, pivot));
        }
        factor[j * n + j] = pivot.sqrt();
        for i in j + 1..n {
            let rest = factor[i * n + j] - (0..j).map(|k| factor[i * n + k] * factor[j * n + k]).sum::<f64>();
            factor[i * n + j] = rest / factor[j * n + j];
        }
    }
    None
}

/// Checks parameters by themselves, and those that are literals against those of the same list that they name.
pub(crate) fn check(distribution: &'static str, parameters: &[Parameter]) -> Result<(), Error> {
    for p in parameters {
        p.value.check()?;
        let (found, expected) = (p.value.rank(), p.event_rank());
        if found < expected {
            return Err(Error::ParameterRank { distribution, parameter: p.name, expected, found });
        }
        if let Some(values) = p.literal() {
            p.requires.check(distribution, p.name, &values)?;
            for (name, holds) in p.requires.others() {
                let bound = parameters.iter().find(|p| p.name == name).and_then(Parameter::literal);
                if let Some(bound) = bound {
                    p.requires.check_against(distribution, p.name, &values, &bound, holds)?;
                }
            }
        }
    }
    Ok(())
}

/// The batch axes of parameters, broadcast: an expression of that shape, or one that carries the mistake.
pub(crate) fn batch(parameters: &[Parameter]) -> Expr {
    parameters.iter().fold(Expr::constant(0.0), |batch, p| {
        // Any reduction of the event axes leaves the batch axes.
        let rank = p.value.rank();
        batch + p.value.sum_axes(&(rank.saturating_sub(p.event_rank())..rank).collect::<Vec<_>>())
    })
}

/// Checks that the batch axes of parameters broadcast.
pub(crate) fn check_shapes(distribution: &'static str, parameters: &[Parameter]) -> Result<(), Error> {
    match batch(parameters).check() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::ParameterShapes {
            distribution,
            found: parameters.iter().map(|p| (p.name, p.value.shape().clone())).collect(),
        }),
    }
}

/// Checks the numbers of parameters.
pub(crate) fn check_values(
    distribution: &'static str,
    known: &[Parameter],
    values: &[Array<f64>],
) -> Result<(), Error> {
    if known.len() != values.len() {
        return Err(Error::ParameterCount { distribution, expected: known.len(), found: values.len() });
    }
    for (p, numbers) in known.iter().zip(values) {
        p.requires.check(distribution, p.name, numbers)?;
        for (name, holds) in p.requires.others() {
            if let Some(at) = known.iter().position(|p| p.name == name) {
                p.requires.check_against(distribution, p.name, numbers, &values[at], holds)?;
            }
        }
    }
    Ok(())
}

/// Of a distribution whose fields are its parameters: `name`, `parameters` and `with_parameters`, from the name of the type and
/// each field with what it requires, in the order of the constructor.
macro_rules! parameters {
    ($name:ident { $($field:ident: $requires:expr),+ $(,)? }) => {
        fn name(&self) -> &'static str {
            stringify!($name)
        }

        fn parameters(&self) -> Vec<$crate::Parameter> {
            vec![$($crate::Parameter::new(stringify!($field), &self.$field, $requires)),+]
        }

        fn with_parameters(
            &self,
            parameters: &[elbo_tensor_ad::Expr],
        ) -> Result<Box<dyn $crate::Distribution>, $crate::Error> {
            let [$($field),+] = $crate::parameter::exactly(stringify!($name), parameters)?;
            Ok(Box::new($name { $($field: $field.clone()),+ }))
        }
    };
}
pub(crate) use parameters;

/// The `N` parameters that a distribution is made from again.
pub(crate) fn exactly<'a, const N: usize>(
    distribution: &'static str,
    parameters: &'a [Expr],
) -> Result<&'a [Expr; N], Error> {
    parameters.try_into().map_err(|_| Error::ParameterCount {
        distribution,
        expected: N,
        found: parameters.len(),
    })
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Requirement::Real => "finite",
            Requirement::Extended => "a number or an infinity",
            Requirement::Positive => "finite and > 0",
            Requirement::Over(bound) => return write!(f, "finite and > {bound}"),
            Requirement::NonNegative => "finite and >= 0",
            Requirement::Probability => "in 0..=1",
            Requirement::PositiveProbability => "above 0 and at most 1",
            Requirement::Count => "a whole number >= 0",
            Requirement::Whole => "a whole number",
            Requirement::CountUpTo(other) => return write!(f, "a whole number in 0..={other}"),
            Requirement::WholeFrom(other) => return write!(f, "a whole number, at least {other}"),
            Requirement::OpenProbability => "above 0 and below 1",
            Requirement::ExtendedFrom(other) => {
                return write!(f, "a number or an infinity, at least {other}");
            }
            Requirement::NonZero => "finite and not 0",
            Requirement::NonNegativeVector => "a vector of finite numbers >= 0, not all 0",
            Requirement::Above(other) => return write!(f, "above {other}"),
            Requirement::AtLeast(other) => return write!(f, "finite and at least {other}"),
            Requirement::FiniteAbove(other) => return write!(f, "finite and above {other}"),
            Requirement::Within(low, high) => return write!(f, "finite and in {low}..={high}"),
            Requirement::SdOfProportion(m) => return write!(f, "above 0 and below √({m} (1 - {m}))"),
            Requirement::RealVector => "a vector of finite numbers",
            Requirement::PositiveVector => "a vector of finite numbers > 0",
            Requirement::Ordered => "a vector of finite numbers, each above the one before",
            Requirement::Simplex => "a vector in 0..=1 that sums to 1",
            Requirement::LogWeights => "a vector below infinity, not all minus infinity",
            Requirement::RealMatrix => "a matrix of finite numbers",
            Requirement::CholeskyFactor => "lower triangular with a diagonal > 0",
            Requirement::PositiveDefinite => "symmetric and positive definite",
            Requirement::OpenCorrelation => "above -1 and below 1",
            Requirement::Adjacency => "symmetric, >= 0, with a diagonal of zeros and no row of zeros",
            Requirement::ConnectedAdjacency => {
                "symmetric, >= 0, with a diagonal of zeros, of a graph in one piece"
            }
        })
    }
}
