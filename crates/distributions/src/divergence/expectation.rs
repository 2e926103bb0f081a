//! Divergences between two families, from the entropy of `q` and its expectations of what `ln p` is linear in.

use core::f64::consts::{LN_2, PI};

use elbo_tensor_ad::Expr;

use super::closed::{of, values};
use crate::generating::{self, as_gamma};
use crate::{
    AsymmetricLaplace, Beta, Distribution, ExGaussian, Exponential, Folded, Gumbel, HalfNormal, InverseGamma,
    Kumaraswamy, Laplace, LogNormal, Logistic, LogitNormal, Moyal, Normal, Pareto, Rice, SkewNormal, Support,
    Transformed, Truncated, TruncatedNormal, Uniform, Wald, Weibull,
};

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// A function of the value whose expectation is asked for.
enum Statistic {
    /// `x`
    Value,
    /// `x²`
    Square,
    /// `ln x`
    Log,
    /// `(ln x)²`
    LogSquare,
    /// `ln(1 - x)`
    LogLeft,
    /// `xᵏ`
    Power(Expr),
    /// `max(x - c, 0)`
    Excess(Expr),
    /// `e^(t x)`
    Exponential(Expr),
}

/// `-H(q) - E_q ln p`, or infinity where `q` leaves the support of `p`.
pub(super) fn linear(q: &dyn Distribution, p: &dyn Distribution) -> Option<Expr> {
    if q.event_rank() > 0 || q.support().is_discrete() || p.support().is_discrete() {
        return None;
    }
    let entropy = q.entropy()?;
    let cross = expected_log_density(q, p)?;
    if !inside(&q.support(), &p.support())? {
        return Some((entropy + cross) * 0.0 + f64::INFINITY);
    }
    Some(-entropy - cross)
}

/// Whether moments or the entropy of a distribution are themselves quadratures.
pub(super) fn integrated(q: &dyn Distribution) -> bool {
    of::<TruncatedNormal>(q).is_some()
        || of::<SkewNormal>(q).is_some()
        || of::<ExGaussian>(q).is_some()
        || of::<Rice>(q).is_some()
        || of::<LogitNormal>(q).is_some()
        || of::<Truncated>(q).is_some()
        || of::<Folded>(q).is_some()
        || of::<Transformed>(q).is_some_and(|q| q.rescaled().is_none_or(|inner| integrated(&**inner)))
}

/// Whether the one set lies in the other, up to points; `None` when that hangs on what is computed.
fn inside(q: &Support, p: &Support) -> Option<bool> {
    let bounds = |s: &Support| {
        Some(match s {
            Support::Real => (f64::NEG_INFINITY, f64::INFINITY),
            Support::Positive | Support::NonNegative => (0.0, f64::INFINITY),
            Support::UnitInterval => (0.0, 1.0),
            Support::Interval { lower, upper } => (lower.as_constant()?, upper.as_constant()?),
            Support::Above { lower } => (lower.as_constant()?, f64::INFINITY),
            Support::Below { upper } => (f64::NEG_INFINITY, upper.as_constant()?),
            _ => return None,
        })
    };
    if matches!(p, Support::Real) {
        return Some(true);
    }
    let (q, p) = (bounds(q)?, bounds(p)?);
    Some(q.0 >= p.0 && q.1 <= p.1)
}

/// Asymmetry, location and rate, of `AsymmetricLaplace` and of `Laplace`.
fn as_asymmetric(d: &dyn Distribution) -> Option<[Expr; 3]> {
    if of::<Laplace>(d).is_some() {
        return values(d).map(|[mu, b]| [Expr::constant(1.0), mu, b.recip()]);
    }
    of::<AsymmetricLaplace>(d)?;
    values(d)
}

/// `E_q ln p` on the support of `p`.
fn expected_log_density(q: &dyn Distribution, p: &dyn Distribution) -> Option<Expr> {
    let e = |s: Statistic| expectation(q, &s);
    let gaussian = |value: Expr, square: Expr, mu: &Expr, sigma: &Expr| {
        let spread = square - 2.0 * mu * value + mu.square();
        -0.5 * spread / sigma.square() - sigma.ln() - 0.5 * (2.0 * PI).ln()
    };
    if of::<Normal>(p).is_some() {
        let [mu, sigma] = values(p)?;
        // Around the mean: a second moment would cancel against a far mu.
        let shift = (q.mean()? - &mu) / &sigma;
        let spread = q.variance()? / sigma.square() + shift.square();
        return Some(-0.5 * spread - sigma.ln() - 0.5 * (2.0 * PI).ln());
    }
    if of::<HalfNormal>(p).is_some() {
        let [sigma] = values(p)?;
        return Some(
            gaussian(Expr::constant(0.0), e(Statistic::Square)?, &Expr::constant(0.0), &sigma) + LN_2,
        );
    }
    if of::<LogNormal>(p).is_some() {
        let [mu, sigma] = values(p)?;
        let log = e(Statistic::Log)?;
        return Some(gaussian(log.clone(), e(Statistic::LogSquare)?, &mu, &sigma) - log);
    }
    if let Some([alpha, beta]) = as_gamma(p) {
        let constant = &alpha * beta.ln() - alpha.lgamma();
        let mean = beta * e(Statistic::Value)?;
        return Some(match alpha.as_constant() {
            Some(1.0) => constant - mean,
            _ => (alpha - 1.0) * e(Statistic::Log)? - mean + constant,
        });
    }
    if of::<InverseGamma>(p).is_some() {
        let [alpha, beta] = values(p)?;
        let constant = &alpha * beta.ln() - alpha.lgamma();
        return Some(
            constant - (alpha + 1.0) * e(Statistic::Log)? - beta * e(Statistic::Power((-1.0).into()))?,
        );
    }
    if of::<Weibull>(p).is_some() {
        let [alpha, beta] = values(p)?;
        let log = e(Statistic::Log)? - beta.ln();
        let power = e(Statistic::Power(alpha.clone()))? * (-(&alpha * beta.ln())).exp();
        return Some(alpha.ln() - beta.ln() + (alpha - 1.0) * log - power);
    }
    if of::<Uniform>(p).is_some() {
        let [lower, upper] = values(p)?;
        return Some(-(upper - lower).ln());
    }
    if of::<Pareto>(p).is_some() {
        let [alpha, m] = values(p)?;
        return Some(alpha.ln() + &alpha * m.ln() - (alpha + 1.0) * e(Statistic::Log)?);
    }
    if of::<Wald>(p).is_some() {
        let [mu, lam] = values(p)?;
        // (x - mu)²/x = x - 2 mu + mu²/x.
        let bend = e(Statistic::Value)? - 2.0 * &mu + mu.square() * e(Statistic::Power((-1.0).into()))?;
        return Some(
            0.5 * (&lam / (2.0 * PI)).ln() - 1.5 * e(Statistic::Log)? - 0.5 * lam * bend / mu.square(),
        );
    }
    if let Some([kappa, mu, b]) = as_asymmetric(p) {
        let above = e(Statistic::Excess(mu.clone()))?;
        let below = &above - (e(Statistic::Value)? - mu);
        return Some(b.ln() - (&kappa + kappa.recip()).ln() - b * (&kappa * above + below / kappa));
    }
    if of::<Gumbel>(p).is_some() {
        let [mu, beta] = values(p)?;
        let fall = e(Statistic::Exponential(-beta.recip()))? * (&mu / &beta).exp();
        return Some(-beta.ln() - (e(Statistic::Value)? - mu) / beta - fall);
    }
    if of::<Moyal>(p).is_some() {
        let [mu, sigma] = values(p)?;
        let fall = e(Statistic::Exponential(-sigma.recip()))? * (&mu / &sigma).exp();
        let constant = sigma.ln() + 0.5 * (2.0 * PI).ln();
        return Some(-0.5 * ((e(Statistic::Value)? - mu) / sigma + fall) - constant);
    }
    if of::<LogitNormal>(p).is_some() {
        let [mu, sigma] = values(p)?;
        let (log, left) = (e(Statistic::Log)?, e(Statistic::LogLeft)?);
        let (alpha, beta) = of::<Beta>(q)?.shapes();
        // ln x - ln(1 - x) is the difference of the logarithms of two independent Gamma variables.
        let spread = alpha.polygamma(1) + beta.polygamma(1) + (&log - &left - mu).square();
        return Some(-0.5 * spread / sigma.square() - sigma.ln() - 0.5 * (2.0 * PI).ln() - log - left);
    }
    let (alpha, beta) = of::<Beta>(p)?.shapes();
    let constant = alpha.betaln(&beta);
    Some((alpha - 1.0) * e(Statistic::Log)? + (beta - 1.0) * e(Statistic::LogLeft)? - constant)
}

fn expectation(q: &dyn Distribution, of_what: &Statistic) -> Option<Expr> {
    match of_what {
        Statistic::Value => q.mean(),
        Statistic::Square => Some(q.variance()? + q.mean()?.square()),
        Statistic::Log => log_moments(q).map(|(mean, _)| mean),
        Statistic::LogSquare => log_moments(q).map(|(mean, variance)| variance + mean.square()),
        Statistic::LogLeft => {
            let (alpha, beta) = of::<Beta>(q)?.shapes();
            Some(beta.digamma() - (alpha + beta).digamma())
        }
        Statistic::Power(k) => power(q, k),
        Statistic::Excess(c) => excess(q, c),
        Statistic::Exponential(t) => generating::log_moment(q, t).map(|log| log.exp()),
    }
}

/// `E max(x - c, 0)`
fn excess(q: &dyn Distribution, c: &Expr) -> Option<Expr> {
    if of::<Normal>(q).is_some() {
        let [mu, sigma] = values(q)?;
        let z = (mu - c) / &sigma;
        let density = (-0.5 * z.square() - 0.5 * (2.0 * PI).ln()).exp();
        return Some(sigma * (&z * z.normal_cdf() + density));
    }
    if of::<Exponential>(q).is_some() {
        let [rate] = values(q)?;
        let inside = c.greater(0.0);
        let tail = (-(&rate * inside.select(c, 0.0))).exp() / rate;
        return Some(inside.select(0.0, -c) + tail);
    }
    if of::<Logistic>(q).is_some() {
        let [mu, s] = values(q)?;
        return Some(&s * ((mu - c) / &s).softplus());
    }
    let [kappa, mu, b] = as_asymmetric(q)?;
    // Exponential to both sides, of the rates b kappa and b / kappa.
    let d = b.clone() * (c - mu);
    let above = d.greater(0.0);
    let (right, left) = (above.select(&d, 0.0), above.select(0.0, d));
    let total = &kappa + kappa.recip();
    let beyond = (-(&right * &kappa)).exp() / (kappa.square() * &total);
    let before = (&left / &kappa).exp() * kappa.square() / total;
    let mean = kappa.recip() - &kappa;
    Some(above.select(beyond, mean - left + before) / b)
}

/// The mean and the variance of `ln x`.
fn log_moments(q: &dyn Distribution) -> Option<(Expr, Expr)> {
    if let Some([alpha, beta]) = as_gamma(q) {
        return Some((alpha.digamma() - beta.ln(), alpha.polygamma(1)));
    }
    if of::<InverseGamma>(q).is_some() {
        let [alpha, beta] = values(q)?;
        return Some((beta.ln() - alpha.digamma(), alpha.polygamma(1)));
    }
    if of::<LogNormal>(q).is_some() {
        let [mu, sigma] = values(q)?;
        return Some((mu, sigma.square()));
    }
    if of::<Weibull>(q).is_some() {
        let [alpha, beta] = values(q)?;
        return Some((beta.ln() - EULER / &alpha, PI * PI / 6.0 / alpha.square()));
    }
    if of::<Pareto>(q).is_some() {
        let [alpha, m] = values(q)?;
        return Some((m.ln() + alpha.recip(), alpha.square().recip()));
    }
    if of::<HalfNormal>(q).is_some() {
        let [sigma] = values(q)?;
        return Some((sigma.ln() - 0.5 * (EULER + LN_2), Expr::constant(PI * PI / 8.0)));
    }
    if of::<Kumaraswamy>(q).is_some() {
        // xᵃ is a Beta variable of shapes 1 and b.
        let [a, b] = values(q)?;
        let sum = b + 1.0;
        let (mean, variance) = (-EULER - sum.digamma(), PI * PI / 6.0 - sum.polygamma(1));
        return Some((mean / &a, variance / a.square()));
    }
    let (alpha, beta) = of::<Beta>(q)?.shapes();
    let sum = &alpha + beta;
    Some((alpha.digamma() - sum.digamma(), alpha.polygamma(1) - sum.polygamma(1)))
}

/// `E xᵏ`; infinite where it is.
fn power(q: &dyn Distribution, k: &Expr) -> Option<Expr> {
    let where_finite = |inside: Expr, of: &dyn Fn(&Expr) -> Expr| {
        // The formula sees a power at which it is a number.
        let harmless = inside.select(k, 0.0);
        inside.select(of(&harmless), f64::INFINITY)
    };
    if let Some([alpha, beta]) = as_gamma(q) {
        let inside = (&alpha + k).greater(0.0);
        return Some(where_finite(inside, &|k| {
            ((&alpha + k).lgamma() - alpha.lgamma() - k * beta.ln()).exp()
        }));
    }
    if of::<InverseGamma>(q).is_some() {
        let [alpha, beta] = values(q)?;
        let inside = (&alpha - k).greater(0.0);
        return Some(where_finite(inside, &|k| {
            ((&alpha - k).lgamma() - alpha.lgamma() + k * beta.ln()).exp()
        }));
    }
    if of::<LogNormal>(q).is_some() {
        let [mu, sigma] = values(q)?;
        return Some((k * (mu + 0.5 * k * sigma.square())).exp());
    }
    if of::<Weibull>(q).is_some() {
        let [alpha, beta] = values(q)?;
        let inside = (&alpha + k).greater(0.0);
        return Some(where_finite(inside, &|k| ((k / &alpha + 1.0).lgamma() + k * beta.ln()).exp()));
    }
    if of::<Pareto>(q).is_some() {
        let [alpha, m] = values(q)?;
        let inside = alpha.greater(k);
        return Some(where_finite(inside, &|k| &alpha / (&alpha - k) * (k * m.ln()).exp()));
    }
    if of::<HalfNormal>(q).is_some() {
        let [sigma] = values(q)?;
        let inside = k.greater(-1.0);
        let root = 0.5 * PI.ln();
        return Some(where_finite(inside, &|k| {
            ((0.5 * k + 0.5).lgamma() - root + k * (sigma.ln() + 0.5 * LN_2)).exp()
        }));
    }
    if of::<Kumaraswamy>(q).is_some() {
        let [a, b] = values(q)?;
        let inside = (&a + k).greater(0.0);
        return Some(where_finite(inside, &|k| (b.ln() + (k / &a + 1.0).betaln(&b)).exp()));
    }
    let (alpha, beta) = of::<Beta>(q)?.shapes();
    let inside = (&alpha + k).greater(0.0);
    Some(where_finite(inside, &|k| ((&alpha + k).betaln(&beta) - alpha.betaln(&beta)).exp()))
}
