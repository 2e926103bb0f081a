//! Maps between vectors: ordered, onto the simplex, and onto vectors that sum to 0.

use elbo_tensor_ad::{Array, Expr};

use super::{before_last, last, sums_before};

/// `return` with the mistake that an expression carries.
macro_rules! known {
    ($e:expr) => {
        match $e {
            Ok(found) => found,
            Err(mistake) => return mistake,
        }
    };
}

pub(super) fn ordered(y: &Expr) -> Expr {
    let (axis, n) = known!(last(y));
    if n < 2 {
        return y.clone();
    }
    Expr::concat(&[y.slice(axis, 0, 1), y.slice(axis, 1, n - 1).exp()], axis).cumsum(axis)
}

pub(super) fn ordered_inverse(x: &Expr) -> Expr {
    let (axis, n) = known!(last(x));
    if n < 2 {
        return x.clone();
    }
    let steps = x.slice(axis, 1, n - 1) - x.slice(axis, 0, n - 1);
    Expr::concat(&[x.slice(axis, 0, 1), steps.ln()], axis)
}

pub(super) fn ordered_log_det(y: &Expr) -> Expr {
    let (axis, n) = known!(last(y));
    if n < 2 { (0.0 * y).sum_axes(&[axis]) } else { y.slice(axis, 1, n - 1).sum_axes(&[axis]) }
}

/// `(y, -Σ y)`
fn balanced(y: &Expr, axis: usize) -> Expr {
    Expr::concat(&[y.clone(), -y.sum_axes(&[axis]).expand(axis)], axis)
}

pub(super) fn simplex(y: &Expr) -> Expr {
    let (axis, _) = known!(last(y));
    balanced(y, axis).softmax(axis)
}

pub(super) fn simplex_inverse(x: &Expr) -> Expr {
    let (axis, k) = known!(last(x));
    let log = x.ln();
    log.slice(axis, 0, k.saturating_sub(1)) - log.mean_axes(&[axis]).expand(axis)
}

/// `ln K + Σ ln x`, where `Σ ln x = -K logsumexp(y, -Σ y)`.
pub(super) fn simplex_log_det(y: &Expr) -> Expr {
    let (axis, n) = known!(last(y));
    let k = (n + 1) as f64;
    k.ln() - k * balanced(y, axis).logsumexp(axis)
}

/// `y` shifted so that 0 is the centre, and the logarithm of what is left before each part.
fn sticks(y: &Expr, axis: usize, n: usize) -> (Expr, Expr) {
    let shift = Array::vector((0..n).map(|k| ((n - k) as f64).ln()).collect());
    let a = y - Expr::literal(shift);
    let left = sums_before(&-a.softplus(), axis, n);
    (a, left)
}

pub(super) fn stick_breaking(y: &Expr) -> Expr {
    let (axis, n) = known!(last(y));
    let (a, left) = sticks(y, axis, n);
    let rest = -a.softplus().sum_axes(&[axis]);
    Expr::concat(&[left - (-a).softplus(), rest.expand(axis)], axis).exp()
}

pub(super) fn stick_breaking_inverse(x: &Expr) -> Expr {
    let (axis, k) = known!(last(x));
    let n = k.saturating_sub(1);
    // What is left after each part, from the end: 1 - Σ would lose the small ones.
    let after = x.cumsum_reversed(axis).slice(axis, 1, n);
    let shift = Array::vector((0..n).map(|k| ((n - k) as f64).ln()).collect());
    x.slice(axis, 0, n).ln() - after.ln() + Expr::literal(shift)
}

pub(super) fn stick_breaking_log_det(y: &Expr) -> Expr {
    let (axis, n) = known!(last(y));
    let (a, left) = sticks(y, axis, n);
    (left - a.softplus() - (-a).softplus()).sum_axes(&[axis])
}

/// `(y, 0)`
fn beside_zero(y: &Expr, axis: usize) -> Expr {
    y.pad(axis, 0, 1)
}

pub(super) fn additive_log_ratio(y: &Expr) -> Expr {
    let (axis, _) = known!(last(y));
    beside_zero(y, axis).softmax(axis)
}

pub(super) fn additive_log_ratio_inverse(x: &Expr) -> Expr {
    let (axis, k) = known!(last(x));
    let log = x.ln();
    log.slice(axis, 0, k.saturating_sub(1)) - log.slice(axis, k.saturating_sub(1), 1)
}

pub(super) fn additive_log_ratio_log_det(y: &Expr) -> Expr {
    let (axis, _) = known!(last(y));
    beside_zero(y, axis).log_softmax(axis).sum_axes(&[axis])
}

/// Along each of the last `axes` axes.
pub(super) fn zero_sum(y: &Expr, axes: usize) -> Expr {
    (0..axes).fold(y.clone(), |y, back| balanced_along(&y, back))
}

/// The first `K - 1` columns of the reflection that takes an axis to the diagonal: an isometry.
fn balanced_along(y: &Expr, back: usize) -> Expr {
    let (axis, n) = known!(before_last(y, back));
    let k = (n + 1) as f64;
    let sum = y.sum_axes(&[axis]).expand(axis);
    Expr::concat(&[y - &sum / (k.sqrt() + k), -sum / k.sqrt()], axis)
}

pub(super) fn zero_sum_inverse(x: &Expr, axes: usize) -> Expr {
    (0..axes).fold(x.clone(), |x, back| {
        let (axis, k) = known!(before_last(&x, back));
        let n = k.saturating_sub(1);
        let k = k as f64;
        x.slice(axis, 0, n) - x.slice(axis, n, 1) / (1.0 + k.sqrt())
    })
}

pub(super) fn zero_sum_log_det(y: &Expr, axes: usize) -> Expr {
    let (first, _) = known!(before_last(y, axes.saturating_sub(1)));
    Expr::constant(0.0).broadcast_to(y.sum_axes(&(first..y.rank()).collect::<Vec<_>>()).shape())
}
