//! One plan, compiled, bound in some layout and run.

use super::Bytes;
use elbo_tensor_ad::{Array, Binding, Error, Expr, Layout, Passes, Plan, Real};

/// Why a plan gave no values.
pub enum Refused {
    Typed(Error),
    Wrong(String),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Typed(error)
    }
}

/// Compiles, binds in some layout, runs twice.
pub fn run<T: Real>(
    outputs: &[Expr],
    inputs: &[(&str, &Array<f64>)],
    passes: Passes,
    b: &mut Bytes<'_>,
) -> Result<Vec<Array<f64>>, Refused> {
    let plan = Plan::<T>::compile_with(outputs, &passes)?;
    let _ = (plan.to_string(), plan.graph().to_string());
    let mut slices: Vec<Vec<T>> = Vec::new();
    let mut shapes: Vec<(Vec<usize>, Layout)> = Vec::new();
    for input in plan.inputs() {
        let Some((_, array)) = inputs.iter().find(|(n, _)| **n == *input.name) else {
            return Err(Refused::Wrong(format!("an input {} that nobody wrote", input.name)));
        };
        let layout = if b.one_in(2) { Layout::Columns } else { Layout::RowMajor };
        let shape = array.shape().to_vec();
        let mut data: Vec<T> = array.data().iter().map(|&x| T::from_f64(x)).collect();
        if let (Layout::Columns, Some((&rows, rest))) = (layout, shape.split_first()) {
            let width: usize = rest.iter().product();
            data =
                (0..rows * width).map(|i| T::from_f64(array.data()[i % rows * width + i / rows])).collect();
        }
        slices.push(data);
        shapes.push((shape, layout));
    }
    // Other shapes than the declared ones, a missing input, buffers that are too short: errors, or (a named axis) none.
    if let Some(first) = shapes.first() {
        let mut wrong = shapes.clone();
        match b.below(3) {
            0 => wrong[0].0.push(2),
            1 if !first.0.is_empty() => wrong[0].0[0] += 1,
            _ => {
                wrong.pop();
            }
        }
        let bindings: Vec<Binding<'_>> =
            wrong.iter().map(|(shape, layout)| Binding { shape, layout: *layout }).collect();
        if let Ok(mut workspace) = plan.bind(&bindings) {
            let data: Vec<&[T]> = slices.iter().map(Vec::as_slice).collect();
            if workspace.run(&data, &mut []).is_ok() && !workspace.output_shapes().is_empty() {
                return Err(Refused::Wrong("a run without places for its results".into()));
            }
        }
    }
    let bindings: Vec<Binding<'_>> =
        shapes.iter().map(|(shape, layout)| Binding { shape, layout: *layout }).collect();
    let mut workspace = plan.bind(&bindings)?;
    let _ = workspace.to_string();
    let data: Vec<&[T]> = slices.iter().map(Vec::as_slice).collect();
    let mut found: Vec<Array<T>> =
        workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
    let mut first: Vec<Vec<u64>> = Vec::new();
    for run in 0..2 {
        // What is not written shows.
        found.iter_mut().for_each(|a| a.data_mut().fill(T::from_f64(-7.25e8)));
        let mut targets: Vec<&mut [T]> = found.iter_mut().map(Array::data_mut).collect();
        workspace.run(&data, &mut targets)?;
        let bits = |a: &Array<T>| {
            a.data().iter().map(|x| if x.to_f64().is_nan() { 0 } else { x.to_f64().to_bits() }).collect()
        };
        let bits: Vec<Vec<u64>> = found.iter().map(bits).collect();
        if run == 0 {
            first = bits;
        } else if first != bits {
            return Err(Refused::Wrong("a second run gives other numbers".into()));
        }
    }
    Ok(found.iter().map(Array::cast).collect())
}
