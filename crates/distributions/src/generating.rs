//! What the exponential function makes of a distribution in closed form: the moments of `e^(t X)`, and where their densities are highest.

use std::any::Any;

use elbo_tensor_ad::Expr;

use crate::{ChiSquared, Distribution, Exponential, Gamma, Gumbel, Laplace, Logistic, Normal, Uniform};

/// The parameters of a distribution that is a `D` and has `N` of them.
fn of<D: Distribution, const N: usize>(d: &dyn Distribution) -> Option<[Expr; N]> {
    (d as &dyn Any).is::<D>().then_some(())?;
    let values: Vec<Expr> = d.parameters().into_iter().map(|p| p.value).collect();
    values.try_into().ok()
}

/// Mean and standard deviation of a Normal.
pub(crate) fn as_normal(d: &dyn Distribution) -> Option<(Expr, Expr)> {
    of::<Normal, 2>(d).map(|[mu, sigma]| (mu, sigma))
}

/// Gamma's shape and rate, of Gamma and of its special cases.
pub(crate) fn as_gamma(d: &dyn Distribution) -> Option<[Expr; 2]> {
    of::<Gamma, 2>(d)
        .or_else(|| of::<Exponential, 1>(d).map(|[rate]| [Expr::constant(1.0), rate]))
        .or_else(|| of::<ChiSquared, 1>(d).map(|[nu]| [0.5 * nu, Expr::constant(0.5)]))
}

/// `f` where the condition holds, which sees `harmless` elsewhere, where the value is `otherwise`.
fn within(inside: &Expr, at: &Expr, harmless: f64, otherwise: f64, f: impl FnOnce(&Expr) -> Expr) -> Expr {
    inside.select(f(&inside.select(at, harmless)), otherwise)
}

/// `ln E e^(t x)`, infinite where it is.
pub(crate) fn log_moment(d: &dyn Distribution, t: &Expr) -> Option<Expr> {
    let infinite = f64::INFINITY;
    if let Some([mu, sigma]) = of::<Normal, 2>(d) {
        return Some(t * (mu + 0.5 * t * sigma.square()));
    }
    if let Some([alpha, beta]) = as_gamma(d) {
        let u = t / beta;
        return Some(within(&u.less(1.0), &u, 0.0, infinite, |u| -alpha * (-u).ln1p()));
    }
    if let Some([mu, b]) = of::<Laplace, 2>(d) {
        let u = (t * b).square();
        return Some(t * mu + within(&u.less(1.0), &u, 0.0, infinite, |u| -(-u).ln1p()));
    }
    let [mu, s] = of::<Logistic, 2>(d)?;
    let u = (t * s).abs();
    // Γ(1 + u) Γ(1 - u)
    Some(t * mu + within(&u.less(1.0), &u, 0.0, infinite, |u| (u + 1.0).lgamma() + (1.0 - u).lgamma()))
}

/// `ln E e^(2 t x) - 2 ln E e^(t x)`, of which the variance is an exponential; NaN where it does not exist.
pub(crate) fn log_spread(d: &dyn Distribution, t: &Expr) -> Option<Expr> {
    if let Some([_, sigma]) = of::<Normal, 2>(d) {
        return Some((t * sigma).square());
    }
    if let Some([alpha, beta]) = as_gamma(d) {
        let u = t / beta;
        let of = |u: &Expr| alpha * (u.square() / (1.0 - 2.0 * u)).ln1p();
        return Some(within(&u.less(0.5), &u, 0.0, f64::NAN, of));
    }
    let [_, b] = of::<Laplace, 2>(d)?;
    let u = (t * b).square();
    let of = |u: &Expr| ((u * (u + 2.0)) / (1.0 - 4.0 * u)).ln1p();
    Some(within(&u.less(0.25), &u, 0.0, f64::NAN, of))
}

/// Where `ln p(x) - t x` is largest, which is where the density of `e^(t x)` is, up to constants; NaN where it is nowhere.
pub(crate) fn tilted_mode(d: &dyn Distribution, t: &Expr) -> Option<Expr> {
    if let Some([mu, sigma]) = of::<Normal, 2>(d) {
        return Some(mu - t * sigma.square());
    }
    if let Some([alpha, beta]) = as_gamma(d) {
        // (alpha - 1) ln x - (beta + t) x
        let rate = beta + t;
        return Some(within(&rate.greater(0.0), &rate, 1.0, f64::NAN, |rate| (alpha - 1.0).max(0.0) / rate));
    }
    if let Some([mu, b]) = of::<Laplace, 2>(d) {
        return Some((t * b).abs().less(1.0).select(mu, f64::NAN));
    }
    if let Some([mu, s]) = of::<Logistic, 2>(d) {
        let u = t * &s;
        return Some(within(&u.abs().less(1.0), &u, 0.0, f64::NAN, |u| mu - 2.0 * s * u.atanh()));
    }
    if let Some([mu, beta]) = of::<Gumbel, 2>(d) {
        let u = t * &beta;
        return Some(within(&u.greater(-1.0), &u, 0.0, f64::NAN, |u| mu - beta * u.ln1p()));
    }
    let [lower, upper] = of::<Uniform, 2>(d)?;
    Some(t.greater(0.0).select(lower, upper))
}
