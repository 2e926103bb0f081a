//! Where a function crosses 0: for modes without a formula.

use elbo_tensor_ad::{Array, Expr};

/// Halvings of a bracket: to what `f64` resolves of it.
const HALVINGS: i32 = 62;

/// The `x` in `low..=high` at which `f` falls through 0: `low` where it begins below. `f` gives the function and its slope, which is below 0 at the crossing.
///
/// The gradient is the implicit one, `dx = -∂f / f'`, of what `f` holds.
pub(crate) fn falling(low: &Expr, high: &Expr, f: impl Fn(&Expr) -> (Expr, Expr)) -> Expr {
    let (low, width) = (low.stop_gradient(), (high - low).stop_gradient());
    // A carry has its full shape from the start.
    let shape = f(&(&low + &width)).0;
    let start = (&low + 0.0 * &width + 0.0 * shape.stop_gradient()).stop_gradient();
    let halves: Vec<f64> = (1..=HALVINGS).map(|k| 2f64.powi(-k)).collect();
    let found = start.scan(&[Array::vector(halves).into()], |x, half| {
        let next = x + &width * &half[0];
        f(&next).0.greater(0.0).select(&next, x)
    });
    let found = found.last().stop_gradient();
    let (value, slope) = f(&found);
    // The value is 0 to rounding and adds nothing; its gradient does.
    let slope = slope.stop_gradient().min(-f64::MIN_POSITIVE);
    &found - (&value - value.stop_gradient()) / slope
}
