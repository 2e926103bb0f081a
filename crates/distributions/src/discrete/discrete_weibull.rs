//! `DiscreteWeibull`: whole lifetimes with a rising or a falling hazard.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};
use rand_distr::Exp1;

use super::counts::{Steps, only, settled, whole_from};
use crate::parameter::parameters;
use crate::{Distribution, Error, Requirement, Support, draw, integral};

/// The Weibull distribution rounded down to whole numbers (Nakagawa and Osaki 1975): `P(X >= x) = q^(x^beta)` for `0 < q < 1`,
/// `beta > 0`; on `0, 1, 2, ..`.
///
/// `ln p(x) = ln(q^(x^beta) - q^((x + 1)^beta))`, computed without the difference.
///
/// A value that is no whole number from 0 on has log density minus infinity. The logarithms of the tails are closed forms
/// and stay finite as far as `f64` goes.
///
/// Mean, variance and entropy are sums: the first 512 terms one by one, the others as an integral (with Gregory's corrections at its start), however many they are.
/// For `beta` up to 50 they are good to some `1e-11`; above 500 a term far out changes too fast for that. Where they leave the range of `f64` they mean nothing.
///
/// Parameters as in PyMC; SciPy and NumPyro have none.
#[derive(Debug, Clone)]
pub struct DiscreteWeibull {
    q: Expr,
    beta: Expr,
}

impl DiscreteWeibull {
    /// `q = P(X >= 1)`, between 0 and 1; shape `beta > 0`.
    #[track_caller]
    pub fn new(q: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        DiscreteWeibull { q: q.into(), beta: beta.into() }
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: 0.0.into(), upper: Some(f64::MAX.into()), x }
    }

    /// `ln P(X > x)` at a whole number from 0 on.
    fn log_above(&self, x: &Expr) -> Expr {
        self.power(&(x + 1.0)) * self.q.ln()
    }

    /// `Σ h(x)` over the whole numbers from 0 on, of an `h` that falls off as the probabilities do.
    fn sum(&self, h: impl Fn(&Expr) -> Expr) -> Expr {
        let rate = -self.q.ln();
        let rank = (&rate + &self.beta).rank();
        let shape: Vec<usize> =
            std::iter::once(APART + GREGORY.len()).chain(std::iter::repeat_n(1, rank)).collect();
        let weights: Vec<f64> = std::iter::repeat_n(1.0, APART).chain(GREGORY).collect();
        let apart = h(&Expr::iota(weights.len()).reshape(&shape[..]))
            * Expr::literal(Array::vector(weights)).reshape(&shape[..]);
        // In u = rate x^beta, in which the tail is that of the exponential for any beta.
        let last = APART as f64;
        let first = (&rate * self.power(&last.into())).min(1e300);
        let rest = integral::above_zero(&(1.0 + self.beta.recip()), rank, |v| {
            let u = &first + v;
            let seen = u.less(740.0);
            let u = seen.select(u, 1.0);
            let x = ((u.ln() - rate.ln()) / &self.beta).min(690.0).exp();
            // The start itself, where it is only u's rounding that is less.
            let x = seen.select(x.max(last), last);
            seen.select(h(&x) * &x / (&self.beta * u), 0.0)
        });
        apart.sum_axes(&[0]) + rest
    }

    /// `Σ p(x) f(x, ln p(x))`
    fn expect(&self, f: impl Fn(&Expr, &Expr) -> Expr) -> Expr {
        self.sum(|x| {
            let log = self.log_density_unchecked(x);
            let seen = log.greater(-700.0);
            let (x, log) = (seen.select(x, 0.0), seen.select(log, -1.0));
            seen.select(log.exp() * f(&x, &log), 0.0)
        })
    }

    /// `x^beta`, no larger than `f64` goes, for `x >= 0`.
    fn power(&self, x: &Expr) -> Expr {
        let zero = x.equal(0.0);
        let log = &self.beta * zero.select(1.0, x).ln();
        zero.select(0.0, log.min(700.0).exp())
    }
}

impl Distribution for DiscreteWeibull {
    parameters! { DiscreteWeibull { q: Requirement::OpenProbability, beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::WholeAbove { lower: 0.0.into() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        only(&whole_from(x, 0.0), x, 0.0, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let zero = x.equal(0.0);
        let log_q = self.q.ln();
        let low = self.power(x);
        // (x + 1)^beta - x^beta, from the quotient of the two.
        let grown = (&self.beta * zero.select(1.0, x).recip().ln1p()).min(700.0);
        let step = zero.select(1.0, (&low * zero.select(0.0, grown).expm1()).min(1e300));
        &low * &log_q + (step * &log_q).min(-1e-300).log1mexp()
    }

    /// A draw of the continuous distribution, rounded down.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[q, beta]| {
            let e: f64 = rng.sample(Exp1);
            (e / -q.ln()).powf(1.0 / beta).floor().min(f64::MAX)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, 1.0, |x| -self.log_above(x).expm1()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(f64::NEG_INFINITY, 0.0, |x| self.log_above(x).log1mexp()))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, f64::NEG_INFINITY, |x| self.log_above(x)))
    }

    /// `⌈(ln(1 - p) / ln q)^(1 / beta)⌉ - 1`, moved by one where rounding has crossed a step.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let sane = p.greater_equal(0.0) * p.less(1.0);
        let inner = sane.select(p, 0.5);
        let ratio = (-&inner).ln1p() / self.q.ln();
        let root = ratio.equal(0.0).select(0.0, (ratio.max(1e-300).ln() / &self.beta).min(709.0).exp());
        let guess = (root.ceil() - 1.0).max(0.0);
        let found = settled(&inner, &guess, 0.0, |x| -self.log_above(x).expm1());
        Some(sane.select(found, p.equal(1.0).select(f64::INFINITY, f64::NAN)))
    }

    /// The median.
    fn initial_value(&self) -> Expr {
        let root = ((-core::f64::consts::LN_2 / self.q.ln()).ln() / &self.beta).min(700.0).exp();
        (root.ceil() - 1.0).max(0.0)
    }

    /// `Σ P(X > x)`
    fn mean(&self) -> Option<Expr> {
        Some(self.sum(|x| self.log_above(x).exp()))
    }

    fn variance(&self) -> Option<Expr> {
        let mean = self.mean()?;
        Some(self.expect(|x, _| (x - &mean).square()))
    }

    /// The most probable of the three whole numbers about the continuous distribution's mode: a window of length 1 over one peak has the most where it holds the peak.
    fn mode(&self) -> Option<Expr> {
        let peaked = self.beta.greater(1.0);
        let beta = peaked.select(&self.beta, 2.0);
        let log = ((&beta - 1.0) / (&beta * -self.q.ln())).ln() / beta;
        let middle = peaked.select(log.min(700.0).exp().floor(), 0.0);
        let at = |x: &Expr| self.log_density_unchecked(x);
        let start = (&middle - 1.0).max(0.0);
        let best = [middle.clone(), middle + 1.0].into_iter().fold(start, |best, next| {
            let better = at(&next).greater(at(&best));
            better.select(next, best)
        });
        Some(best.stop_gradient())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.expect(|_, log| -log))
    }
}

/// How many terms of a sum are taken one by one.
const APART: usize = 512;

/// Gregory's weights of the first terms of a sum beside an integral that begins at the first of them: `1/2 - Σ c_k Δᵏ` with the coefficients `c` of
/// `1/12, -1/24, 19/720, -3/160, 863/60480, -275/24192`, multiplied out.
const GREGORY: [f64; 7] = gregory();

const fn gregory() -> [f64; 7] {
    // -c_k of Δ¹ to Δ⁶.
    let c = [-1.0 / 12.0, 1.0 / 24.0, -19.0 / 720.0, 3.0 / 160.0, -863.0 / 60480.0, 275.0 / 24192.0];
    let mut weights = [0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let mut row = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let mut k = 0;
    while k < 6 {
        // The difference of the row before.
        let mut j = 6;
        while j > 0 {
            row[j] = row[j - 1] - row[j];
            j -= 1;
        }
        row[0] = -row[0];
        let mut j = 0;
        while j < 7 {
            weights[j] += c[k] * row[j];
            j += 1;
        }
        k += 1;
    }
    weights
}
