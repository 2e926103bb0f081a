//! `Kumaraswamy`: a shape on the unit interval, like the Beta, with a distribution function in closed form.

use elbo_tensor_ad::Expr;

use super::{EULER_GAMMA, tails};
use crate::draw::{draws, unit_exponential};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support};

/// The Kumaraswamy distribution of shapes `a > 0` and `b > 0`, on `0 <= x <= 1`.
///
/// `ln p(x) = ln a + ln b + (a - 1) ln x + (b - 1) ln(1 - x^a)`
///
/// At 0 and 1 the log density is its limit. Parameters as in PyMC; NumPyro calls them `concentration1` and `concentration0`; SciPy has none.
#[derive(Debug, Clone)]
pub struct Kumaraswamy {
    a: Expr,
    b: Expr,
}

impl Kumaraswamy {
    /// Shapes `a > 0` and `b > 0`.
    #[track_caller]
    pub fn new(a: impl Into<Expr>, b: impl Into<Expr>) -> Self {
        Kumaraswamy { a: a.into(), b: b.into() }
    }

    /// `ln(1 - x^a)`
    fn log_rest(&self, x: &Expr) -> Expr {
        (&self.a * x.ln()).log1mexp()
    }

    fn inside(&self, x: &Expr) -> Expr {
        let inside = (&self.a - 1.0) * x.ln() + (&self.b - 1.0) * self.log_rest(x);
        inside + (self.a.ln() + self.b.ln())
    }
}

impl Distribution for Kumaraswamy {
    parameters! { Kumaraswamy { a: Requirement::Positive, b: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::UnitInterval
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let (zero, one) = (x.equal(0.0), x.equal(1.0));
        let edge = zero.select(
            tails::power_edge(&self.a, self.b.ln()),
            one.select(tails::power_edge(&self.b, self.a.ln()), f64::NEG_INFINITY),
        );
        let outside = x.less_equal(0.0).max(x.greater_equal(1.0));
        outside.select(edge, self.inside(&outside.select(0.5, x)))
    }

    draws! {
        /// A draw that rounds to 0 or 1 is returned as the nearest number inside.
        |[a, b], rng| {
            // 1 - x^a is u^(1/b).
            let power = -(-unit_exponential(rng) / b).exp_m1();
            power.powf(1.0 / a).clamp(f64::MIN_POSITIVE, 1.0 - 0.5 * f64::EPSILON)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(x, 0.0, 1.0, |x| -(&self.b * self.log_rest(x)).expm1()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(x, f64::NEG_INFINITY, 0.0, |x| {
            // ln(-ln(1 - x^a)), which is a ln x for tiny x^a.
            let w = &self.a * x.ln();
            let far = w.less(-40.0);
            let near = far.select(-1.0, &w);
            tails::log1mexp_of_exp(&(self.b.ln() + far.select(&w, (-near.log1mexp()).ln())))
        }))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(tails::between(x, 0.0, f64::NEG_INFINITY, |x| &self.b * self.log_rest(x)))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let p = tails::probability(p);
        Some(tails::between(&p, 0.0, 1.0, |p| (((-p).ln1p() / &self.b).log1mexp() / &self.a).exp()))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.quantile(noise)
    }

    /// The median.
    fn initial_value(&self) -> Expr {
        ((-core::f64::consts::LN_2 / &self.b).log1mexp() / &self.a).exp()
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.b * (1.0 + self.a.recip()).beta(&self.b))
    }

    fn variance(&self) -> Option<Expr> {
        let moment = |k: f64| &self.b * (1.0 + k / &self.a).beta(&self.b);
        Some(moment(2.0) - moment(1.0).square())
    }

    /// `((a - 1)/(a b - 1))^(1/a)` for shapes above 1; 0 for `a < 1` and for two ones, 1 for `a >= 1 > b`.
    fn mode(&self) -> Option<Expr> {
        let (a, b) = (&self.a, &self.b);
        let inner = a.greater(1.0) * b.greater(1.0);
        let (p, q) = (inner.select(a, 2.0), inner.select(b, 2.0));
        let peak = (((&p - 1.0) / (&p * q - 1.0)).ln() / &p).exp();
        let right = a.greater_equal(1.0) * b.less_equal(1.0) * (1.0 - a.equal(1.0) * b.equal(1.0));
        Some(inner.select(peak, right))
    }

    fn entropy(&self) -> Option<Expr> {
        let (a, b) = (&self.a, &self.b);
        let harmonic = (b + 1.0).digamma() + EULER_GAMMA;
        Some((1.0 - b.recip()) + (1.0 - a.recip()) * harmonic - (a.ln() + b.ln()))
    }
}
