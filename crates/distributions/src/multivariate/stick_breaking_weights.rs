//! `StickBreakingWeights`: the weights of a truncated Dirichlet process.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};

use super::event::{self, TOLERANCE, all, column, drawn, last, sides, total};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// The `k + 1` weights of a stick of length 1 that is broken `k` times, each time at a Beta(1, `alpha`) part of what is left; over vectors that
/// sum to 1, `[.., k + 1]`.
///
/// `ln p(x) = k ln alpha + (alpha - 1) ln x_(k+1) - Σ_{i<=k} ln rᵢ`, with `rᵢ = Σ_{j>=i} xⱼ` what is left before break `i`
///
/// A small `alpha` gives few large weights. Where the last weight is 0 the log density is minus infinity for `alpha > 1`, infinite below. The sum may be off by `1e-6`; gradients treat all coordinates as free. Draws by paths take what each break leaves as `u^(1/alpha)`; the last number of
/// the noise is not used.
///
/// Parameters as in PyMC (`alpha`, `K`).
#[derive(Debug, Clone)]
pub struct StickBreakingWeights {
    alpha: Expr,
    k: usize,
}

impl StickBreakingWeights {
    /// Concentration `alpha > 0` (a number for each vector), `k` breaks.
    #[track_caller]
    pub fn new(alpha: impl Into<Expr>, k: usize) -> Self {
        StickBreakingWeights { alpha: alpha.into(), k }
    }

    /// How often the stick is broken.
    pub(crate) fn breaks(&self) -> usize {
        self.k
    }

    /// A number for each weight: `first(i)` for the breaks, `rest` for what is left.
    fn weights(&self, powers: impl Fn(usize) -> f64) -> Expr {
        Expr::literal(Array::vector((0..=self.k).map(powers).collect()))
    }

    /// `(1 - v)ⁱ` for the weights `i`, where `kept` is the part that a break keeps, and `taken` for all but the last.
    fn geometric(&self, taken: &Expr, kept: &Expr) -> Expr {
        let powers = (self.weights(|i| i as f64) * column(&kept.ln())).exp();
        self.weights(|i| f64::from(i < self.k)).select(column(taken), 1.0) * powers
    }
}

impl Distribution for StickBreakingWeights {
    fn name(&self) -> &'static str {
        "StickBreakingWeights"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![Parameter::new("alpha", &self.alpha, Requirement::Positive)]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [alpha] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(alpha, self.k)))
    }

    fn support(&self) -> Support {
        Support::Simplex
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let inside = all(&x.greater_equal(0.0)) * (total(x) - 1.0).abs().less_equal(TOLERANCE);
        let end = x.slice(last(x), self.k, 1).squeeze(&[last(x)]);
        let inside = inside * (1.0 - end.equal(0.0) * self.alpha.greater(1.0));
        let harmless = self.weights(|_| 1.0);
        let density = self.log_density_unchecked(&column(&inside).select(x, harmless));
        inside.select(density, f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let (axis, k) = (last(x), self.k);
        // A value of another length is a mistake.
        let x = x + Expr::literal(Array::zeros([k + 1]));
        let left = x.cumsum_reversed(axis).slice(axis, 0, k);
        let end = x.slice(axis, k, 1).squeeze(&[axis]);
        // (alpha - 1) ln x is 0 · (-inf) at x = 0, alpha = 1, where its limit is 0.
        let end = (end.equal(0.0) * self.alpha.equal(1.0)).select(1.0, end);
        k as f64 * self.alpha.ln() + (&self.alpha - 1.0) * end.ln() - total(&left.ln())
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        if n != self.k + 1 {
            return Err(Error::DrawRank { distribution: self.name(), expected: 1, shape: shape.to_vec() });
        }
        drawn(self, parameters, shape, 1, [&[]], |[alpha], out| {
            let mut log_left = 0.0;
            let (end, breaks) = match out.split_last_mut() {
                Some(parts) => parts,
                None => return,
            };
            for x in breaks {
                let u: f64 = rng.sample(rand_distr::Open01);
                let log_kept = u.ln() / alpha[0];
                *x = (f64::exp(log_left) * -f64::exp_m1(log_kept)).max(f64::MIN_POSITIVE);
                log_left += log_kept;
            }
            *end = f64::exp(log_left).max(f64::MIN_POSITIVE);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Uniform)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let (axis, k) = (last(noise), self.k);
        let kept = noise.slice(axis, 0, k).ln() / column(&self.alpha);
        let left = kept.cumsum(axis);
        let before = (&left - &kept).exp();
        let end = left.pad(axis, 1, 0).slice(axis, k, 1).exp();
        Some(Expr::concat(&[before * -kept.expm1(), end], axis))
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        self.geometric(&(1.0 + &self.alpha).recip(), &(&self.alpha / (1.0 + &self.alpha)))
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    /// Of each weight.
    fn variance(&self) -> Option<Expr> {
        let a = &self.alpha;
        let taken = 2.0 / ((1.0 + a) * (2.0 + a));
        let second = self.geometric(&taken, &(a / (2.0 + a)));
        Some(second - self.initial_value().square())
    }

    fn entropy(&self) -> Option<Expr> {
        let (a, k) = (&self.alpha, self.k as f64);
        Some(k * (1.0 - a.recip() - a.ln()) - 0.5 * k * (k - 1.0) / a)
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.k + 1])
    }
}
