//! What must hold of every case: the answer of the reference, or a typed error, from every plan.

use super::{Bytes, Case, Refused, run};
use elbo_tensor_ad::{Array, Dim, Error, Expr, Graph, Op, Passes, check, grad, jvp, reference, vjp, vmap};

/// How many roundings a plan and the reference may be apart.
const ROUNDINGS: f64 = 64.0;

/// What was done for one case.
#[derive(Default, Clone, Copy)]
pub struct Tally {
    /// Outputs that were held against the reference.
    pub compared: usize,
    /// Typed errors at compile, bind or run.
    pub refused: usize,
}

/// Runs everything on the case; `Err` says what does not hold.
pub fn hold(case: &Case) -> Result<Tally, String> {
    let b = &mut Bytes::new(&case.choices);
    let mut tally = Tally::default();
    // Each alone, so that one that cannot be bound does not hide the others, then those that can together.
    let mut sound = Vec::new();
    for e in &case.outputs {
        if agree(std::slice::from_ref(e), &case.inputs, case.passes, b, &mut tally)? {
            sound.push(e.clone());
        }
    }
    agree(&sound, &case.inputs, case.passes, b, &mut tally)?;
    let Some(last) = sound.first() else { return Ok(tally) };
    // A gradient by all inputs and by an inner node, its value beside it.
    let variables: Vec<Expr> = Expr::free(last);
    let mut variables: Vec<Expr> = variables;
    variables.extend(last.args().first().cloned());
    let value = last.tanh().sum();
    match grad(&value, &variables) {
        Ok(slopes) => {
            let mut outputs = slopes;
            outputs.push(value.clone());
            outputs.extend(variables.iter().cloned());
            agree(&outputs, &case.inputs, case.passes, b, &mut tally)?;
        }
        Err(_) => tally.refused += 1,
    }
    // Products with the Jacobian's transpose, of a cotangent that fits and of one that may not.
    for cotangent in [last.sin(), Expr::constant(2.0), Expr::input("other", [b.below(4)])] {
        tally.refused += usize::from(vjp(std::slice::from_ref(last), &[cotangent], &variables).is_err());
    }
    let Some(first) = variables.first() else { return Ok(tally) };
    match vmap(std::slice::from_ref(last), &variables[..1], Dim::from("examples")) {
        Ok(mapped) => {
            many(last, first, &mapped, case, b, &mut tally)?;
        }
        Err(_) => tally.refused += 1,
    }
    // Forward along a direction.
    match jvp(std::slice::from_ref(last), &variables[..1], &[first.cos()]) {
        Ok(along) => {
            agree(&along, &case.inputs, case.passes, b, &mut tally)?;
        }
        Err(_) => tally.refused += 1,
    }
    Ok(tally)
}

/// Two examples, the given one and its negative: the plan's answer is the reference's, and the first is that of the example alone.
fn many(
    last: &Expr,
    variable: &Expr,
    mapped: &[Expr],
    case: &Case,
    b: &mut Bytes<'_>,
    tally: &mut Tally,
) -> Result<(), String> {
    let Op::Input(name) = variable.op() else { return Ok(()) };
    let mut inputs = case.inputs.clone();
    for (_, array) in inputs.iter_mut().filter(|(n, _)| **n == **name) {
        let shape: Vec<usize> = std::iter::once(2).chain(array.shape().iter().copied()).collect();
        let data: Vec<f64> = array.data().iter().copied().chain(array.data().iter().map(|x| -x)).collect();
        *array = Array::new(shape, data).map_err(|e| e.to_string())?;
    }
    if !agree(mapped, &inputs, case.passes, b, tally)? {
        return Ok(());
    }
    let bounds = |e: &[Expr], inputs: &[(String, Array<f64>)]| {
        let names = e[0].free_inputs();
        let given: Vec<(&str, &Array<f64>)> = inputs
            .iter()
            .filter(|(n, _)| names.iter().any(|m| **m == **n))
            .map(|(n, a)| (n.as_str(), a))
            .collect();
        check::rounding(e, &given, false).ok()
    };
    let last = std::slice::from_ref(last);
    if let (Some(alone), Some(all)) = (bounds(last, &case.inputs), bounds(mapped, &inputs)) {
        for i in 0..alone[0].0.len() {
            let (e, f) = (alone[0].0.data()[i], all[0].0.data()[i]);
            let allowed = ROUNDINGS * (alone[0].1.data()[i] + all[0].1.data()[i]);
            if e.is_finite() && allowed.is_finite() && (e - f).abs() > allowed {
                return Err(format!("the first of two examples is {f}, alone it is {e}"));
            }
        }
    }
    Ok(())
}

trait Free {
    fn free(e: &Expr) -> Vec<Expr>;
}

impl Free for Expr {
    /// The inputs of an expression as expressions.
    fn free(e: &Expr) -> Vec<Expr> {
        let graph = Graph::build(std::slice::from_ref(e));
        let mut found = Vec::new();
        let mut stack = vec![e.clone()];
        let mut steps = 0;
        while let Some(e) = stack.pop() {
            steps += 1;
            if let elbo_tensor_ad::Op::Input(name) = e.op()
                && !found.iter().any(|f: &Expr| matches!(f.op(), elbo_tensor_ad::Op::Input(n) if n == name))
            {
                found.push(e.clone());
            }
            if steps < 5000 {
                stack.extend(e.args().iter().cloned());
            }
        }
        drop(graph);
        found
    }
}

/// Holds plans against the reference; true when the reference has an answer.
fn agree(
    outputs: &[Expr],
    inputs: &[(String, Array<f64>)],
    passes: Passes,
    b: &mut Bytes<'_>,
    tally: &mut Tally,
) -> Result<bool, String> {
    let names: Vec<String> = outputs.iter().flat_map(|e| e.free_inputs()).map(|n| n.to_string()).collect();
    let given: Vec<(&str, &Array<f64>)> =
        inputs.iter().filter(|(n, _)| names.contains(n)).map(|(n, a)| (n.as_str(), a)).collect();
    let expected = reference::evaluate(outputs, &given);
    let none = Passes::none();
    let Ok(values) = expected else {
        tally.refused += 1;
        // Refused by a plan that computes everything that is written, too; by another one, or not, but without a panic.
        let rounding = matches!(expected, Err(Error::NotPositiveDefinite(_) | Error::Singular(_)));
        if run::<f64>(outputs, &given, none, b).is_ok() && !rounding {
            let graph = Graph::build(outputs).map_or(String::new(), |g| g.to_string());
            return Err(format!("the reference says {:?}, the plan runs\n{graph}", expected.err()));
        }
        let _ = run::<f64>(outputs, &given, passes, b);
        let _ = run::<f32>(outputs, &given, passes, b);
        return Ok(false);
    };
    for (passes, single) in [(none, false), (Passes::all(), false), (passes, false), (passes, true)] {
        let rounded: Vec<Array<f64>> =
            given.iter().map(|(_, a)| if single { a.cast::<f32>().cast() } else { (*a).clone() }).collect();
        let rounded: Vec<(&str, &Array<f64>)> = given.iter().map(|(n, _)| *n).zip(&rounded).collect();
        let who = format!("{passes:?}, {}", if single { "f32" } else { "f64" });
        let found = if single {
            run::<f32>(outputs, &given, passes, b)
        } else {
            run::<f64>(outputs, &given, passes, b)
        };
        // Rounding may make another index or length of a number: then f32 may be refused.
        let found = match found {
            Err(Refused::Typed(_)) if single => continue,
            // Singular, or not: that is for rounding to say.
            Err(Refused::Typed(Error::NotPositiveDefinite(_) | Error::Singular(_))) => continue,
            Err(Refused::Typed(error)) => {
                return Err(format!("{who}: the reference computes it, the plan says {error}"));
            }
            Err(Refused::Wrong(what)) => return Err(format!("{who}: {what}")),
            Ok(found) => found,
        };
        let expected =
            if single { reference::evaluate(outputs, &rounded).ok() } else { Some(values.clone()) };
        let (Some(expected), Ok(bounds)) = (expected, check::rounding(outputs, &rounded, single)) else {
            continue;
        };
        for (o, ((e, f), (_, bound))) in expected.iter().zip(&found).zip(&bounds).enumerate() {
            if e.shape() != f.shape() {
                return Err(format!("{who}: output {o} has shape {:?}, not {:?}", f.shape(), e.shape()));
            }
            for i in 0..e.len() {
                let (e, f, allowed) = (e.data()[i], f.data()[i], ROUNDINGS * bound.data()[i]);
                // Where the bound leaves no digit, anything may come, infinities too.
                let digits = allowed.is_finite() && (allowed < e.abs() || f.is_finite());
                // Not within, or NaN.
                let within = (e - f).abs() <= allowed;
                if e.is_finite() && digits && !within {
                    let graph = Graph::build(&outputs[o..=o]).map_or(String::new(), |g| g.to_string());
                    return Err(format!("{who}: output {o}[{i}] is {f}, not {e} within {allowed}\n{graph}"));
                }
            }
        }
        tally.compared += 1;
    }
    Ok(true)
}
