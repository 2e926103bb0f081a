//! `Function`: a scalar function with the numbers it is evaluated at, and the clock that times its value and gradient.

use std::fmt;
use std::time::{Duration, Instant};

use elbo_tensor_ad::{Array, Binding, Error, Expr, Layout, Plan, Real, grad};

use crate::windows::windows;

/// A scalar function with the numbers it is evaluated at.
pub struct Function {
    /// What it is called in the tables.
    pub name: &'static str,
    /// The value.
    pub value: Expr,
    /// What it is differentiated with respect to.
    pub parameters: Vec<Expr>,
    /// Numbers for every input; `x` and `y` have the rows first.
    pub inputs: Vec<(String, Array<f64>)>,
}

/// What one function took.
pub struct Measured {
    name: &'static str,
    number: &'static str,
    best: f64,
    median: f64,
    differentiate: Duration,
    compile: Duration,
    bind: Duration,
    bytes: usize,
    value: f64,
    gradient_norm: f64,
}

/// A JSON line.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"{{"peer":"elbo","name":"{}","number":"{}","us":{:.3},"us_median":{:.3},"differentiate_ms":{:.3},"compile_ms":{:.3},"bind_ms":{:.3},"bytes":{},"value":{:e},"gradient_norm":{:e}}}"#,
            self.name,
            self.number,
            self.best / 1e3,
            self.median / 1e3,
            self.differentiate.as_secs_f64() * 1e3,
            self.compile.as_secs_f64() * 1e3,
            self.bind.as_secs_f64() * 1e3,
            self.bytes,
            self.value,
            self.gradient_norm,
        )
    }
}

impl Function {
    /// Value and gradient, compiled and bound once, run for about `total`.
    ///
    /// # Errors
    /// A function that is written wrong, or a matrix that cannot be factored.
    pub fn measure<T: Real>(&self, total: Duration) -> Result<Measured, Error> {
        let start = Instant::now();
        let mut outputs = vec![self.value.clone()];
        outputs.extend(grad(&self.value, &self.parameters)?);
        let differentiated = start.elapsed();
        let plan = Plan::<T>::compile(&outputs)?;
        let compiled = start.elapsed();
        // Data lie column by column, as a model keeps them; parameters row-major.
        let layout = |name: &str| if matches!(name, "x" | "y") { Layout::Columns } else { Layout::RowMajor };
        let mut arrays = Vec::new();
        for input in plan.inputs() {
            if let Some((name, a)) = self.inputs.iter().find(|(name, _)| **name == *input.name) {
                arrays.push((
                    layout(name),
                    if layout(name) == Layout::Columns { columns(a) } else { a.cast() },
                ));
            }
        }
        let bindings: Vec<Binding<'_>> =
            arrays.iter().map(|(layout, a)| Binding { shape: a.shape(), layout: *layout }).collect();
        let mut workspace = plan.bind(&bindings)?;
        let bound = start.elapsed();
        let mut results: Vec<Array<T>> =
            workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
        let given: Vec<&[T]> = arrays.iter().map(|(_, a)| a.data()).collect();
        let mut slots: Vec<&mut [T]> = results.iter_mut().map(Array::data_mut).collect();
        let mut failed = None;
        let w = windows(total, || {
            if let Err(e) = workspace.run(&given, &mut slots) {
                failed = Some(e);
            }
        });
        if let Some(e) = failed {
            return Err(e);
        }
        let norm: f64 = results[1..].iter().flat_map(|a| a.data()).map(|x| x.to_f64().powi(2)).sum();
        Ok(Measured {
            name: self.name,
            number: T::NAME,
            best: w.best,
            median: w.median,
            differentiate: differentiated,
            compile: compiled - differentiated,
            bind: bound - compiled,
            bytes: workspace.bytes(),
            value: results[0].data()[0].to_f64(),
            gradient_norm: norm.sqrt(),
        })
    }
}

/// The numbers column by column, under the same shape.
fn columns<T: Real>(a: &Array<f64>) -> Array<T> {
    let (rows, width) = (a.rows(), a.row_len());
    let mut out = Array::zeros(a.shape());
    for (i, slot) in out.data_mut().iter_mut().enumerate() {
        *slot = T::from_f64(a.data()[i % rows * width + i / rows]);
    }
    out
}
