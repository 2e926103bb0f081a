//! `SkewNormal`: a Gaussian that leans to one side.

use core::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

use elbo_tensor_ad::Expr;

use super::normal_interval::hazard;
use super::quadrature::{self, more};
use super::tails;
use crate::draw::{draws, standard_normal};
use crate::integral::Stretch;
use crate::inversion::{self, Coordinate};
use crate::parameter::parameters;
use crate::{Distribution, Noise, Requirement, Support, crossing, noise};

/// The skew-normal distribution of location `mu`, scale `sigma > 0` and skewness `alpha`, on the whole line (Azzalini 1985).
///
/// `ln p(x) = ln 2 - z²/2 - ln(2π)/2 - ln sigma + ln Φ(alpha z)`, `z = (x - mu)/sigma`
///
/// `alpha = 0` is the Gaussian. The distribution function is a quadrature of positive terms, good to `1e-12` of either tail. Parameters as in PyMC, whose 5.28 is off by
/// `1e-8` (`√2` in single precision) with NaN gradients far out; SciPy has `a = alpha`.
#[derive(Debug, Clone)]
pub struct SkewNormal {
    mu: Expr,
    sigma: Expr,
    alpha: Expr,
}

impl SkewNormal {
    /// Location `mu`, scale `sigma > 0`, skewness `alpha`.
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, sigma: impl Into<Expr>, alpha: impl Into<Expr>) -> Self {
        SkewNormal { mu: mu.into(), sigma: sigma.into(), alpha: alpha.into() }
    }

    fn z(&self, x: &Expr) -> Expr {
        tails::units(&(x - &self.mu), &self.sigma)
    }

    /// `alpha / √(1 + alpha²)`
    fn delta(&self) -> Expr {
        &self.alpha / (1.0 + self.alpha.square()).sqrt()
    }

    /// `ln ∫_z^∞ 2 φ(t) Φ(-a t) dt` for `z >= 0` and `a >= 0`: what leaning by `a` takes off the tail, a fall without a turn.
    fn log_taken(z: &Expr, a: &Expr) -> Expr {
        let q = (a * z).min(1e150);
        let at = (-&q).normal_log_cdf();
        // The hazard of the normal at q is below q + 1.
        let length = quadrature::reach(&(z + a * (&q + 0.8)), &(1.0 + a.square()));
        let (wide_z, wide_a, wide_at) = (more(z), more(a), more(&at));
        let integral = quadrature::log_integral(&length, |r| {
            (-(&wide_a * (&wide_z + r))).normal_log_cdf() - &wide_at - r * (&wide_z + 0.5 * r)
        });
        integral + at - 0.5 * z.square() + (LN_2 - 0.5 * (2.0 * PI).ln())
    }

    /// `ln P(Z <= z)` and `ln P(Z > z)`.
    fn log_tails(&self, x: &Expr) -> (Expr, Expr) {
        let z = self.z(x);
        // Leaning to the left is leaning to the right, turned over.
        let turned = self.alpha.less(0.0);
        let (z, a) = (turned.select(-&z, &z), turned.select(-&self.alpha, &self.alpha));
        let left = z.less(0.0);
        let size = left.select(-&z, &z);
        let taken = Self::log_taken(&size, &a);
        // Left of 0 the tail is what is taken; right of it P(|N| <= z) and what is taken on the other side.
        let tiny = size.equal(0.0);
        let centre = tails::log_erf(&(tiny.select(1.0, &size) * FRAC_1_SQRT_2));
        let right_below = tiny.select(&taken, taken.logaddexp(centre));
        let both = tails::log_two_sided(&size);
        let right_above = &both + (&taken - &both).min(-1e-16).log1mexp();
        let below = left.select(&taken, right_below);
        let above = left.select((-left.select(&taken, -1.0).exp()).ln1p(), right_above);
        (turned.select(&above, &below), turned.select(below, above))
    }
}

impl Distribution for SkewNormal {
    parameters! { SkewNormal { mu: Requirement::Real, sigma: Requirement::Positive, alpha: Requirement::Real } }

    fn support(&self) -> Support {
        Support::Real
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let z = self.z(x);
        (&self.alpha * &z).normal_log_cdf()
            - 0.5 * z.square()
            - (self.sigma.ln() + (0.5 * (2.0 * PI).ln() - LN_2))
    }

    draws! {
        |[mu, sigma, alpha], rng| {
            let length = alpha.hypot(1.0);
            mu + sigma * (standard_normal(rng).abs() * (alpha / length) + standard_normal(rng) / length)
        }
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_tails(x).0.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_tails(x).0)
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_tails(x).1)
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        inversion::quantile(self, p, &Coordinate::Line { centre: self.mu.clone(), scale: self.sigma.clone() })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        noise::implicit(self, noise)
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        &self.mu + (2.0 / PI).sqrt() * &self.sigma * self.delta()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn variance(&self) -> Option<Expr> {
        Some(self.sigma.square() * (1.0 - (2.0 / PI) * self.delta().square()))
    }

    /// By quadrature, good to `1e-12` for `|alpha|` up to `1e6`.
    fn entropy(&self) -> Option<Expr> {
        let whole = Stretch { lower: None, upper: None, middle: self.mu.clone(), scale: self.sigma.clone() };
        Some(whole.entropy(|x| self.log_density(x)))
    }

    /// Where the density's slope falls through 0, by halving, to rounding.
    fn mode(&self) -> Option<Expr> {
        let turned = self.alpha.less(0.0);
        let a = turned.select(-&self.alpha, &self.alpha).min(1e150);
        // d ln p/dz = a φ(a z)/Φ(a z) - z, which is positive at 0 and below it at 1.
        let z = crossing::falling(&0.0.into(), &1.0.into(), |z| {
            let t = (&a * z).min(37.0);
            let hazard = hazard(&t);
            (&a * &hazard - z, -a.square() * &hazard * (t + &hazard) - 1.0)
        });
        Some(&self.mu + &self.sigma * turned.select(-&z, &z))
    }
}
