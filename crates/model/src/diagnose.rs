//! Finding out, slowly, which term, variable and row made a log density not finite.

use elbo_tensor_ad::{Array, Expr, Real, grad, reference};

use crate::model::{Inner, POSITION};
use crate::{DensityError, ModelDensity};

/// Evaluates the model term by term in `f64` with the reference evaluator and names the first that
/// is at fault. What only overflows in `f32` is reported for the log density as a whole.
pub(crate) fn find<T: Real>(
    density: &ModelDensity<T>,
    position: &[T],
    value: T,
    gradient: &[T],
) -> DensityError {
    let inner = &density.model().0;
    let rows = density.selected();
    let at = Array::vector(position.iter().map(|z| z.to_f64()).collect());
    if let Some(i) = position.iter().position(|z| !z.is_finite()) {
        return DensityError::NonFinite {
            quantity: "position",
            term: inner.coordinate_name(i),
            value: position[i].to_f64(),
            variable: Some(inner.coordinate_name(i)),
            row: None,
        };
    }
    // A parameter out of its range explains more than the NaN that it causes.
    if let Some(error) = parameter(density, position) {
        return error;
    }
    let arrays = selected_arrays(inner, rows);
    let inputs = inputs(&arrays, &at);
    let run = |exprs: &[Expr]| reference::evaluate(&inner.at_position(exprs), &inputs);
    for o in &inner.observed {
        if let Ok(values) = run(std::slice::from_ref(&o.elementwise))
            && let Some(flat) = values[0].data().iter().position(|&x| x.is_nan() || x == f64::INFINITY)
        {
            let row = flat / values[0].row_len().max(1);
            let row = rows.map_or(row, |r| r.get(row).copied().unwrap_or(row));
            return DensityError::NonFinite {
                quantity: "log density",
                term: o.name.clone(),
                value: values[0].data()[flat],
                variable: None,
                row: Some(row),
            };
        }
    }
    let terms = inner.terms(rows.is_some());
    for term in &terms {
        if let Ok(values) = run(std::slice::from_ref(&term.value)) {
            let x = values[0].data()[0];
            if x.is_nan() || x == f64::INFINITY {
                return DensityError::NonFinite {
                    quantity: "log density",
                    term: term.name.clone(),
                    value: x,
                    variable: None,
                    row: None,
                };
            }
        }
    }
    // The value is fine; which term's gradient is not?
    if let Some(i) = gradient.iter().position(|g| !g.is_finite()) {
        let at_fault = inner.offsets.partition_point(|&o| o <= i).saturating_sub(1);
        let free = &inner.variables[at_fault].free;
        let term = terms.iter().find(|t| {
            let slope = grad(&t.value, std::slice::from_ref(free)).and_then(|g| run(&g));
            slope.is_ok_and(|g| g[0].data().iter().any(|x| !x.is_finite()))
        });
        return DensityError::NonFinite {
            quantity: "gradient",
            term: term.map_or_else(|| format!("the log density in {}", T::NAME), |t| t.name.clone()),
            value: gradient[i].to_f64(),
            variable: Some(inner.coordinate_name(i)),
            row: None,
        };
    }
    DensityError::NonFinite {
        quantity: "log density",
        term: format!("the whole model in {}", T::NAME),
        value: value.to_f64(),
        variable: None,
        row: None,
    }
}

/// The first parameter that is out of its range at this position, if there is one.
#[cold]
pub(crate) fn parameter<T: Real>(density: &ModelDensity<T>, position: &[T]) -> Option<DensityError> {
    let inner = &density.model().0;
    let rows = density.selected();
    let at = Array::vector(position.iter().map(|z| z.to_f64()).collect());
    let arrays = selected_arrays(inner, rows);
    let inputs = inputs(&arrays, &at);
    let run = |exprs: &[Expr]| reference::evaluate(&inner.at_position(exprs), &inputs);
    let of = |name: &str, d: &dyn elbo_distributions::Distribution| -> Option<DensityError> {
        let parameters: Vec<Expr> = d.parameters().into_iter().map(|p| p.value).collect();
        let values = run(&parameters).ok()?;
        let mut source = d.check_values(&values).err()?;
        // A place in the batch means nothing to the user; one in the data does.
        if let (elbo_distributions::Error::Parameter { parameter, index, .. }, Some(rows)) =
            (&mut source, rows)
            && let Some(p) = d.parameters().iter().find(|p| p.name == *parameter)
            && let Some(row) = index.first_mut().filter(|_| inner.is_rows(&p.value.dim(0)))
        {
            *row = rows.get(*row).copied().unwrap_or(*row);
        }
        Some(DensityError::Parameter { term: name.to_string(), source: source.into() })
    };
    let variables = inner.variables.iter().map(|v| (v.name.as_str(), &*v.distribution));
    let observed = inner.observed.iter().map(|o| (o.name.as_str(), &*o.distribution));
    variables.chain(observed).find_map(|(name, d)| of(name, d))
}

/// The arrays by their names, and the position.
fn inputs<'a>(arrays: &'a [(String, Array<f64>)], at: &'a Array<f64>) -> Vec<(&'a str, &'a Array<f64>)> {
    arrays.iter().map(|(name, array)| (name.as_str(), array)).chain([(POSITION, at)]).collect()
}

/// The model's arrays, those with rows cut to the selected ones.
fn selected_arrays(inner: &Inner, rows: Option<&[usize]>) -> Vec<(String, Array<f64>)> {
    inner
        .arrays()
        .map(|(name, axes, array)| {
            let array = match rows {
                Some(rows) if inner.has_rows(axes) => {
                    array.select_rows(rows).unwrap_or_else(|_| (**array).clone())
                }
                _ => (**array).clone(),
            };
            (name.to_string(), array)
        })
        .collect()
}
