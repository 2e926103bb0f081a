//! Checks of gradients against differences and dual numbers, and bounds of rounding errors: for tests, of any crate.

mod bounded;
mod dense;
mod forward;
mod numbers;

use std::collections::HashMap;
use std::fmt;

use bounded::Bounded;
use forward::Grid;
use numbers::Dual;

use crate::op::Op;
use crate::{Array, Error, Expr, Plan, grad, reference};

/// What a gradient was found to disagree with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oracle {
    /// Central differences of the reference evaluator, extrapolated.
    Differences,
    /// A forward evaluation in dual numbers.
    DualNumbers,
}

/// Who evaluated the gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evaluator {
    /// [`reference::evaluate`].
    Reference,
    /// A compiled [`Plan`] in `f64`.
    Plan,
}

impl fmt::Display for Oracle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Oracle::Differences => "central differences",
            Oracle::DualNumbers => "dual numbers",
        })
    }
}

impl fmt::Display for Evaluator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Evaluator::Reference => "the reference",
            Evaluator::Plan => "the plan",
        })
    }
}

/// Why a gradient check did not pass.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The expression or its inputs are wrong.
    #[error(transparent)]
    Invalid(#[from] Error),
    /// The gradient is another than the oracle's.
    #[error("d/d {input}[{index}]: {oracle} give {expected}, {evaluator} gives {found}")]
    Disagrees {
        /// The name of the input.
        input: String,
        /// The element, row-major.
        index: usize,
        /// What the oracle says.
        expected: f64,
        /// What the gradient is.
        found: f64,
        /// The oracle.
        oracle: Oracle,
        /// Who evaluated the gradient.
        evaluator: Evaluator,
    },
    /// The value jumps or has a kink near the point: differences do not settle.
    #[error("d/d {input}[{index}]: differences do not settle ({estimate} with an error of {error})")]
    NotSmooth {
        /// The name of the input.
        input: String,
        /// The element, row-major.
        index: usize,
        /// The best estimate of the derivative.
        estimate: f64,
        /// Its estimated error.
        error: f64,
    },
}

/// For each expression a value and what goes with it: a derivative, or a bound.
type Pairs = Vec<(Array<f64>, Array<f64>)>;

/// The relative error that a gradient may have against dual numbers.
const EXACT: f64 = 1e-9;
/// The relative error that a gradient may have against differences.
const APPROXIMATE: f64 = 1e-6;

/// Checks the [gradient](grad) of a scalar with respect to the inputs named in `wrt` at one point.
///
/// The gradient is evaluated by the reference and by a plan. Each element is held against a forward
/// evaluation in dual numbers (relative error at most 1e-9, of `1 + |expected|`) and against central differences
/// with steps `0.1 max(1, |x|) / 1.6ⁱ` extrapolated to zero (Ridders 1982; at most 1e-6). The point should be away from kinks,
/// poles and the edges of the domain by more than the largest step that is still needed: steps that leave
/// the domain, where the value is not finite or its evaluation an error (an index that is no row), are skipped.
///
/// # Errors
/// [`Failure::Disagrees`] names the input, the element, both numbers; [`Failure::NotSmooth`] when differences do not
/// settle; [`Failure::Invalid`] for shape mistakes and unknown inputs.
///
/// ```
/// use elbo_tensor_ad::{Array, Expr, check};
///
/// let x = Expr::input("x", ["n"]);
/// let y = x.tanh().square().sum();
/// check::gradient(&y, &["x"], &[("x", &Array::vector(vec![0.3, -1.2]))])?;
/// # Ok::<(), check::Failure>(())
/// ```
pub fn gradient(value: &Expr, wrt: &[&str], inputs: &[(&str, &Array<f64>)]) -> Result<(), Failure> {
    let nodes = variables(value, wrt)?;
    // With the value, as they are used: a gradient that is constant may lack the input that knows its length.
    let mut gradients = grad(value, &nodes)?;
    gradients.push(value.clone());
    let by_reference = reference::evaluate(&gradients, inputs)?;
    let plan = Plan::<f64>::compile(&gradients)?;
    let used: Vec<(&str, &Array<f64>)> =
        inputs.iter().copied().filter(|(n, _)| plan.input(n).is_some()).collect();
    let by_plan = plan.call(&used)?;
    for (v, &name) in wrt.iter().enumerate() {
        let at = given(name, inputs, value)?;
        for index in 0..at.len() {
            let direction = |k: usize| if k == index { 1.0 } else { 0.0 };
            let tangent = Array::new(at.shape(), (0..at.len()).map(direction).collect())?;
            let dual = jvp(std::slice::from_ref(value), inputs, &[(name, &tangent)])?[0].1.data()[0];
            let (slope, error) = difference(value, name, index, inputs)?;
            let unsettled = error > 1e-4 * (1.0 + slope.abs());
            if unsettled || slope.is_nan() {
                return Err(Failure::NotSmooth { input: name.to_string(), index, estimate: slope, error });
            }
            for (evaluator, found) in
                [(Evaluator::Reference, &by_reference[v]), (Evaluator::Plan, &by_plan[v])]
            {
                let found = found.data()[index];
                for (oracle, expected, allowed) in
                    [(Oracle::DualNumbers, dual, EXACT), (Oracle::Differences, slope, APPROXIMATE)]
                {
                    let allowed = allowed * (1.0 + expected.abs())
                        + if oracle == Oracle::Differences { 4.0 * error } else { 0.0 };
                    let apart = (found - expected).abs();
                    if apart > allowed || apart.is_nan() {
                        let input = name.to_string();
                        return Err(Failure::Disagrees { input, index, expected, found, oracle, evaluator });
                    }
                }
            }
        }
    }
    Ok(())
}

/// The values of `exprs` and their derivatives along the direction that `tangents` give (inputs that are not
/// named stand still): a forward evaluation in dual numbers, the second oracle of [`gradient`].
///
/// Slow and obvious; it shares no code with [`grad`] or the plans. At a kink or a tie it takes the mean of both sides.
///
/// # Errors
/// As [`reference::evaluate`]; [`Error::InputShape`] for a tangent of another shape than its input.
pub fn jvp(
    exprs: &[Expr],
    inputs: &[(&str, &Array<f64>)],
    tangents: &[(&str, &Array<f64>)],
) -> Result<Pairs, Error> {
    let mut duals = HashMap::new();
    for (name, at) in inputs {
        let tangent = tangents.iter().find(|(n, _)| n == name).map(|(_, t)| *t);
        if let Some(t) = tangent.filter(|t| t.shape() != at.shape()) {
            let (expected, found) = (at.shape().into(), t.shape().to_vec());
            return Err(Error::InputShape { name: (*name).to_string(), expected, found });
        }
        let slope = |i: usize| tangent.map_or(0.0, |t| t.data()[i]);
        duals.insert(*name, Grid::of(at, |i, value| Dual { value, slope: slope(i) }));
    }
    let found = forward::evaluate(exprs, inputs, &duals)?;
    found.iter().map(|g| Ok((g.map(|n| n.value)?, g.map(|n| n.slope)?))).collect()
}

/// For every element of `exprs`, the value in `f64` and how far from it an evaluation may lie in which each operation
/// errs by a unit of rounding (running error analysis, Higham 2002, section 3.3): of `f64`, or of `f32` when `single`.
/// The bound is infinite where nothing can be said: at a jump, near a pole, for values so large that regrouping a
/// product overflows. The inputs count as exact.
///
/// This is what tolerances of tests should be multiples of: it grows where an expression cancels.
///
/// # Errors
/// As [`reference::evaluate`].
pub fn rounding(exprs: &[Expr], inputs: &[(&str, &Array<f64>)], single: bool) -> Result<Pairs, Error> {
    fn bounded<const SINGLE: bool>(exprs: &[Expr], inputs: &[(&str, &Array<f64>)]) -> Result<Pairs, Error> {
        let exact = |_, value| Bounded::<SINGLE> { value, error: 0.0 };
        let numbers = inputs.iter().map(|(n, a)| (*n, Grid::of(a, exact))).collect();
        let found = forward::evaluate(exprs, inputs, &numbers)?;
        found.iter().map(|g| Ok((g.map(|n| n.value)?, g.map(|n| n.error)?))).collect()
    }
    if single { bounded::<true>(exprs, inputs) } else { bounded::<false>(exprs, inputs) }
}

/// The input nodes of these names.
fn variables(value: &Expr, names: &[&str]) -> Result<Vec<Expr>, Error> {
    let order = Expr::topological(std::slice::from_ref(value));
    let find = |name: &&str| {
        order
            .iter()
            .find(|e| matches!(e.op(), Op::Input(n) if **n == **name))
            .cloned()
            .ok_or_else(|| unknown(name, value))
    };
    names.iter().map(find).collect()
}

fn unknown(name: &str, value: &Expr) -> Error {
    let known = value.free_inputs().iter().map(ToString::to_string).collect();
    Error::UnknownInput { name: name.to_string(), known }
}

fn given<'a>(name: &str, inputs: &[(&str, &'a Array<f64>)], value: &Expr) -> Result<&'a Array<f64>, Error> {
    inputs.iter().find(|(n, _)| *n == name).map(|(_, a)| *a).ok_or_else(|| unknown(name, value))
}

/// The derivative of the value by one element of one input, and its estimated error: central
/// differences extrapolated to a step of zero (Ridders, Advances in Engineering Software 4, 1982).
fn difference(
    value: &Expr,
    name: &str,
    index: usize,
    inputs: &[(&str, &Array<f64>)],
) -> Result<(f64, f64), Error> {
    const SHRINK: f64 = 1.6;
    const ROUNDS: usize = 18;
    let at = given(name, inputs, value)?;
    let x = at.data()[index];
    // The point itself has been evaluated: an error here is that of a step that leaves the domain.
    let evaluate = |x: f64| -> f64 {
        let mut moved = at.clone();
        moved.data_mut()[index] = x;
        let inputs: Vec<(&str, &Array<f64>)> =
            inputs.iter().map(|&(n, a)| if n == name { (n, &moved) } else { (n, a) }).collect();
        reference::evaluate(std::slice::from_ref(value), &inputs).map_or(f64::NAN, |found| found[0].data()[0])
    };
    let (mut best, mut error) = (f64::NAN, f64::INFINITY);
    let mut step = 0.1 * x.abs().max(1.0);
    let mut previous: Vec<f64> = Vec::new();
    for _ in 0..ROUNDS {
        let (low, high) = (x - step, x + step);
        let slope = (evaluate(high) - evaluate(low)) / (high - low);
        step /= SHRINK;
        if !slope.is_finite() {
            previous.clear();
            continue;
        }
        let mut row = vec![slope];
        let mut factor = SHRINK * SHRINK;
        for (k, &before) in previous.iter().enumerate() {
            let finer = (factor * row[k] - before) / (factor - 1.0);
            factor *= SHRINK * SHRINK;
            let spread = (finer - row[k]).abs().max((finer - before).abs());
            row.push(finer);
            if spread <= error {
                (best, error) = (finer, spread);
            }
        }
        previous = row;
    }
    Ok((best, error))
}
