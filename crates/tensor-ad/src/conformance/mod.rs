//! The conformance suite: what any executor must compute, to be run against each of them.
//!
//! An [`Executor`] evaluates expressions at given inputs. [`run`] holds it against the
//! [reference](mod@crate::reference) on a closed list of [cases]: every primitive in several shapes,
//! axes that are empty, of one element or named, and the combinations in which executors differ.
//! A new primitive does not compile until it has a case.
//!
//! ```
//! use elbo_tensor_ad::{Array, Error, Expr, Plan, conformance};
//!
//! let mut plans = |outputs: &[Expr], inputs: &[(&str, &Array<f64>)]| -> Result<Vec<Array<f64>>, Error> {
//!     Plan::<f64>::compile(outputs)?.call(inputs)
//! };
//! conformance::run_cases(&mut plans, conformance::Precision::Double, 16.0, &conformance::cases()[..40])?;
//! # Ok::<(), conformance::Failure>(())
//! ```

mod combinations;
mod dense;
mod elementwise;
mod identities;
mod leaves;
mod look_ups;
mod moved;
mod movement;
mod primitives;
mod products;
mod reductions;
mod scans;
mod shapes;
mod special;
mod windows;

use crate::{Array, Error, Expr, check, grad, reference};

/// Something that evaluates expressions: a plan, a device, an interpreter.
pub trait Executor {
    /// The values of `outputs` when the inputs have these values. Numbers may be rounded to the
    /// executor's own type on the way in.
    ///
    /// # Errors
    /// What the executor reports; the suite expects none.
    fn run(&mut self, outputs: &[Expr], inputs: &[(&str, &Array<f64>)]) -> Result<Vec<Array<f64>>, Error>;
}

impl<F> Executor for F
where
    F: FnMut(&[Expr], &[(&str, &Array<f64>)]) -> Result<Vec<Array<f64>>, Error>,
{
    fn run(&mut self, outputs: &[Expr], inputs: &[(&str, &Array<f64>)]) -> Result<Vec<Array<f64>>, Error> {
        self(outputs, inputs)
    }
}

/// The number type that the executor computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// `f64`.
    Double,
    /// `f32`; the inputs of the cases are rounded to it first.
    Single,
}

/// One thing to compute.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it is about.
    pub name: String,
    /// The expressions, evaluated together.
    pub outputs: Vec<Expr>,
    /// The inputs by name.
    pub inputs: Vec<(String, Array<f64>)>,
}

impl Case {
    fn new(name: impl Into<String>, outputs: Vec<Expr>, inputs: Vec<(&str, Array<f64>)>) -> Case {
        let inputs = inputs.into_iter().map(|(n, a)| (n.to_string(), a)).collect();
        Case { name: name.into(), outputs, inputs }
    }
}

/// Where an executor and the reference part.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The executor, or the reference, reported an error.
    #[error("{case}: {error}")]
    Refused {
        /// The case.
        case: String,
        /// The error.
        error: Error,
    },
    /// Another number of outputs, or another shape.
    #[error("{case}: output {output} should have shape {expected:?}, found {found:?}")]
    Shape {
        /// The case.
        case: String,
        /// Which output.
        output: usize,
        /// The shape of the reference.
        expected: Vec<usize>,
        /// The shape found; empty when the output is missing.
        found: Vec<usize>,
    },
    /// Another number.
    #[error("{case}: output {output}[{index}] should be {expected} within {allowed}, found {found}")]
    Value {
        /// The case.
        case: String,
        /// Which output.
        output: usize,
        /// The element, row-major.
        index: usize,
        /// The number of the reference.
        expected: f64,
        /// The number found.
        found: f64,
        /// How far apart they may be.
        allowed: f64,
    },
}

/// Runs every case, and the gradient of every case that has one, on the executor.
///
/// `tolerance` counts units of rounding: each number may be off by `tolerance` times the
/// [bound of rounding errors](check::rounding) of its expression. An executor whose operations err by a few units
/// in the last place passes with 16. A value that is not finite must be the same one.
///
/// # Errors
/// The first disagreement.
pub fn run(executor: &mut impl Executor, precision: Precision, tolerance: f64) -> Result<(), Failure> {
    run_cases(executor, precision, tolerance, &cases())
}

/// [`run`] on these cases.
///
/// # Errors
/// The first disagreement.
pub fn run_cases(
    executor: &mut impl Executor,
    precision: Precision,
    tolerance: f64,
    cases: &[Case],
) -> Result<(), Failure> {
    for case in cases {
        compare(executor, precision, tolerance, case)?;
        if let Some(gradient) = gradient_of(case)? {
            compare(executor, precision, tolerance, &gradient)?;
        }
    }
    Ok(())
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut cases = primitives::cases();
    cases.extend(combinations::cases());
    cases.extend(windows::pools());
    cases.extend(windows::convolutions());
    cases
}

/// The gradient of a weighted sum of all outputs by all inputs, together with the outputs.
fn gradient_of(case: &Case) -> Result<Option<Case>, Failure> {
    let refused = |error| Failure::Refused { case: case.name.clone(), error };
    let order = Expr::topological(&case.outputs);
    let variables: Vec<Expr> =
        order.into_iter().filter(|e| matches!(e.op(), crate::op::Op::Input(_))).collect();
    if variables.is_empty() || case.outputs.is_empty() {
        return Ok(None);
    }
    let total = case
        .outputs
        .iter()
        .zip(1..)
        .map(|(e, k)| (e * (0.5 + 0.25 * f64::from(k))).sum())
        .reduce(|a, b| a + b)
        .unwrap_or_else(|| Expr::constant(0.0));
    let mut outputs = grad(&total, &variables).map_err(refused)?;
    outputs.extend(case.outputs.iter().cloned());
    Ok(Some(Case { name: format!("gradient of {}", case.name), outputs, inputs: case.inputs.clone() }))
}

fn compare(
    executor: &mut impl Executor,
    precision: Precision,
    tolerance: f64,
    case: &Case,
) -> Result<(), Failure> {
    let refused = |error| Failure::Refused { case: case.name.clone(), error };
    let single = precision == Precision::Single;
    let rounded: Vec<Array<f64>> =
        case.inputs.iter().map(|(_, a)| if single { a.cast::<f32>().cast() } else { a.clone() }).collect();
    let inputs: Vec<(&str, &Array<f64>)> =
        case.inputs.iter().map(|(n, _)| n.as_str()).zip(&rounded).collect();
    let expected = reference::evaluate(&case.outputs, &inputs).map_err(refused)?;
    let bounds = check::rounding(&case.outputs, &inputs, single).map_err(refused)?;
    let found = executor.run(&case.outputs, &inputs).map_err(refused)?;
    for (output, (expected, (_, bound))) in expected.iter().zip(&bounds).enumerate() {
        let shape = found.get(output).map_or(Vec::new(), |f| f.shape().to_vec());
        if found.len() != expected_len(case) || shape != expected.shape() {
            let (case, expected) = (case.name.clone(), expected.shape().to_vec());
            return Err(Failure::Shape { case, output, expected, found: shape });
        }
        for (index, (&e, &f)) in expected.data().iter().zip(found[output].data()).enumerate() {
            let allowed = tolerance * bound.data()[index];
            let same = e == f || e.is_nan() && f.is_nan();
            let near = e.is_finite() && (allowed == f64::INFINITY || (e - f).abs() <= allowed);
            if !(same || near) {
                let case = case.name.clone();
                return Err(Failure::Value { case, output, index, expected: e, found: f, allowed });
            }
        }
    }
    Ok(())
}

fn expected_len(case: &Case) -> usize {
    case.outputs.len()
}

/// `n` numbers between -1 and 1 that look random and are the same everywhere.
fn numbers(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..n)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
}

/// Such numbers under a shape.
fn array(shape: &[usize], seed: u64) -> Array<f64> {
    let mut a = Array::zeros(shape);
    let values = numbers(a.len(), seed);
    a.data_mut().copy_from_slice(&values);
    a
}

/// Whole numbers below `below` under a shape.
fn indices(shape: &[usize], below: usize, seed: u64) -> Array<f64> {
    let mut a = array(shape, seed);
    a.data_mut().iter_mut().for_each(|x| *x = ((*x + 1.0) / 2.0 * below as f64).floor());
    a
}

/// The lengths of a named axis that the cases use: none, one, a partial block, several blocks.
const ROWS: [usize; 5] = [0, 1, 3, 17, 400];
