//! Every executor of this crate computes what the reference computes.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::conformance::{self, Case, Executor, Failure, Precision};
use elbo_tensor_ad::kernels::Processor;
use elbo_tensor_ad::{Array, Binding, Error, Expr, Plan, Real};

/// All disagreements at once, the first of each case.
fn failures(executor: &mut impl Executor, precision: Precision) -> Vec<Failure> {
    let one = |case: Case| {
        let run = || conformance::run_cases(executor, precision, 16.0, std::slice::from_ref(&case)).err();
        // A panic is a failure of its case, not the end of the list.
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|_| {
            Some(Failure::Refused { case: format!("{} (panicked)", case.name), error: Error::TooLarge })
        })
    };
    conformance::cases().into_iter().filter_map(one).collect()
}

fn expect_none(failures: &[Failure]) {
    let lines: Vec<String> = failures.iter().take(20).map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), lines.join("\n"));
}

fn cast<T: Real>(inputs: &[(&str, &Array<f64>)]) -> Vec<(String, Array<T>)> {
    inputs.iter().map(|(n, a)| (n.to_string(), a.cast())).collect()
}

fn call<T: Real>(plan: &Plan<T>, inputs: &[(&str, &Array<f64>)]) -> Result<Vec<Array<f64>>, Error> {
    let inputs = cast::<T>(inputs);
    let inputs: Vec<(&str, &Array<T>)> = inputs.iter().map(|(n, a)| (n.as_str(), a)).collect();
    Ok(plan.call(&inputs)?.iter().map(Array::cast).collect())
}

#[test]
fn a_plan_in_f64_conforms() {
    let mut run = |o: &[Expr], i: &[(&str, &Array<f64>)]| call(&Plan::<f64>::compile(o)?, i);
    expect_none(&failures(&mut run, Precision::Double));
}

#[test]
fn a_plan_in_f32_conforms() {
    let mut run = |o: &[Expr], i: &[(&str, &Array<f64>)]| call(&Plan::<f32>::compile(o)?, i);
    expect_none(&failures(&mut run, Precision::Single));
}

#[test]
fn a_plan_that_is_not_simplified_conforms() {
    let mut run = |o: &[Expr], i: &[(&str, &Array<f64>)]| call(&Plan::<f64>::compile_unsimplified(o)?, i);
    expect_none(&failures(&mut run, Precision::Double));
}

#[test]
fn a_plan_on_every_processor_and_on_columns_conforms() {
    for processor in Processor::available() {
        let mut run = |outputs: &[Expr], inputs: &[(&str, &Array<f64>)]| {
            let plan = Plan::<f64>::compile(outputs)?;
            let given: Vec<Array<f64>> = plan
                .inputs()
                .iter()
                .map(|i| inputs.iter().find(|(n, _)| **n == *i.name).unwrap().1.clone())
                .collect();
            let columns: Vec<Vec<f64>> = given
                .iter()
                .map(|a| {
                    let (rows, width) = (a.rows(), a.row_len());
                    (0..width).flat_map(|c| (0..rows).map(move |r| a.data()[r * width + c])).collect()
                })
                .collect();
            let bindings: Vec<Binding<'_>> = given.iter().map(|a| Binding::columns(a.shape())).collect();
            let mut workspace = plan.bind(&bindings)?.on(processor);
            let mut found: Vec<Array<f64>> =
                workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
            let mut slices: Vec<&mut [f64]> = found.iter_mut().map(Array::data_mut).collect();
            workspace.run(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut slices)?;
            Ok(found)
        };
        expect_none(&failures(&mut run, Precision::Double));
    }
}

#[test]
fn an_executor_that_errs_in_one_place_is_found() {
    let mut wrong = |o: &[Expr], i: &[(&str, &Array<f64>)]| {
        let mut found = Plan::<f64>::compile(o)?.call(i)?;
        if let Some(x) = found.last_mut().and_then(|a| a.data_mut().last_mut()) {
            *x += 1e-9 * x.abs().max(1.0);
        }
        Ok(found)
    };
    assert!(matches!(conformance::run(&mut wrong, Precision::Double, 16.0), Err(Failure::Value { .. })));
}
