//! `BetaBinomial`: successes in trials of an uncertain probability.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::binomial::binomial;
use super::counts::{Steps, Table, largest, only, whole_between};
use crate::continuous::GammaDraw;
use crate::parameter::parameters;
use crate::{Distribution, Error, Requirement, Support, draw};

/// The number of successes in `n` trials whose probability is a draw of the Beta distribution of shapes `alpha > 0` and
/// `beta > 0`; on `0, 1, .., n`.
///
/// `ln p(x) = ln (n over x) + ln B(x + alpha, n - x + beta) - ln B(alpha, beta)`, computed as a ratio of three generalised binomial
/// coefficients, which does not cancel for large shapes.
///
/// A value that is no whole number in `0..=n` has log density minus infinity. Distribution function, its logarithms, quantile and
/// entropy are sums over all values: they exist where `n` is a literal below `2^20`, cost `n` densities each, and their
/// logarithms are finite wherever the true ones are.
///
/// Parameters as in PyMC; SciPy `n, a, b`; NumPyro `total_count, concentration1, concentration0`.
#[derive(Debug, Clone)]
pub struct BetaBinomial {
    n: Expr,
    alpha: Expr,
    beta: Expr,
}

/// `ln (Γ(a + x) / (Γ(a) x!))` for a positive `a` and `x >= 0`: a binomial coefficient's logarithm, whatever the sizes.
pub(super) fn ln_rising(a: &Expr, x: &Expr) -> Expr {
    -((a + x).ln() + a.betaln(x + 1.0))
}

impl BetaBinomial {
    /// `n` trials, shapes `alpha > 0` and `beta > 0`.
    #[track_caller]
    pub fn new(n: impl Into<Expr>, alpha: impl Into<Expr>, beta: impl Into<Expr>) -> Self {
        BetaBinomial { n: n.into(), alpha: alpha.into(), beta: beta.into() }
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: 0.0.into(), upper: Some(self.n.clone()), x }
    }

    fn table(&self) -> Option<Table> {
        let wide = |e: &Expr| e.expand(e.rank());
        let of = BetaBinomial::new(wide(&self.n), wide(&self.alpha), wide(&self.beta));
        Table::up_to(largest(&self.n), &of)
    }
}

impl Distribution for BetaBinomial {
    parameters! { BetaBinomial { n: Requirement::Count, alpha: Requirement::Positive, beta: Requirement::Positive } }

    fn support(&self) -> Support {
        Support::WholeInterval { lower: 0.0.into(), upper: self.n.clone() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        only(&whole_between(x, 0.0, &self.n), x, 0.0, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let left = &self.n - x;
        ln_rising(&self.alpha, x) + ln_rising(&self.beta, &left)
            - ln_rising(&(&self.alpha + &self.beta), &self.n)
    }

    /// A Binomial draw of a probability that is a quotient of Gamma draws.
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        draw::elementwise(self, parameters, shape, |[n, alpha, beta]| {
            let (a, b) = (GammaDraw::new(alpha).draw(rng), GammaDraw::new(beta).draw(rng));
            // Draws of tiny shapes are as good as 0: then one of them has it all.
            let sum = a + b;
            if a.max(b) <= f64::MIN_POSITIVE {
                use rand::RngExt;
                return if rng.random::<f64>() * (alpha + beta) < alpha { n } else { 0.0 };
            }
            binomial(n, a / sum, b / sum, rng)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_cdf(x)?.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let table = self.table()?;
        Some(self.steps(x).between(f64::NEG_INFINITY, 0.0, |x| table.log_cdf(x)))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let table = self.table()?;
        Some(self.steps(x).between(0.0, f64::NEG_INFINITY, |x| table.log_survival(x)))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        Some(self.table()?.quantile(p, &self.n))
    }

    /// The mean, rounded down.
    fn initial_value(&self) -> Expr {
        (&self.n * (&self.alpha / (&self.alpha + &self.beta))).floor()
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.n * &self.alpha / (&self.alpha + &self.beta))
    }

    fn variance(&self) -> Option<Expr> {
        let s = &self.alpha + &self.beta;
        Some(&self.n * (&self.alpha / &s) * (&self.beta / &s) * ((&s + &self.n) / (&s + 1.0)))
    }

    /// 0 or `n` where no shape, or one of them, is above 1.
    fn mode(&self) -> Option<Expr> {
        let (a, b) = (&self.alpha - 1.0, &self.beta - 1.0);
        let inner = a.greater(0.0) * b.greater(0.0);
        let sum = inner.select(&a + &b, 1.0);
        let hump = ((&self.n + 1.0) * inner.select(&a, 0.5) / sum).ceil().clamp(1.0, &self.n + 1.0) - 1.0;
        let end = self.alpha.greater(&self.beta).select(&self.n, 0.0);
        Some(inner.select(hump, end))
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.table()?.entropy())
    }
}
