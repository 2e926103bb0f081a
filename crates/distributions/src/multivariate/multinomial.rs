//! `Multinomial` and `DirichletMultinomial`: counts of classes.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::dense::log_gamma_draw;
use super::event::{self, all, cells, column, drawn, last, sides, total};
use crate::discrete::binomial;
use crate::discrete::counts::{Table, largest};
use crate::parameter::parameters;
use crate::{BetaBinomial, Binomial, Distribution, Error, Requirement, Support};

/// The counts of `K` classes in `n` independent trials of probabilities `p`, over vectors of whole numbers that sum to `n`, `[.., K]`.
///
/// `ln p(x) = ln n! - Σ ln xₖ! + Σ xₖ ln pₖ`
///
/// `0 ln 0 = 0`; `p` is not renormalised. Parameters as in PyMC, SciPy and NumPyro (`total_count`, `probs`).
#[derive(Debug, Clone)]
pub struct Multinomial {
    n: Expr,
    p: Expr,
}

impl Multinomial {
    /// `n` trials (a whole number), probabilities `p` (`[.., K]`, their sum 1).
    #[track_caller]
    pub fn new(n: impl Into<Expr>, p: impl Into<Expr>) -> Self {
        Multinomial { n: n.into(), p: p.into() }
    }
}

/// 1 for vectors of whole numbers not below 0 that sum to `n`.
fn counted(x: &Expr, n: &Expr) -> Expr {
    all(&(x.greater_equal(0.0) * x.equal(x.floor()))) * total(x).equal(n)
}

/// `⌊n p⌋`, and what is left of `n` at the most probable class.
fn rounded(n: &Expr, p: &Expr) -> Expr {
    let low = (column(n) * p).floor();
    let best = p.argmax(last(p)).one_hot(p.dim(last(p)));
    &low + best * column(&(n - total(&low)))
}

/// Counts of `n` trials, by binomials one class after another.
fn trials(mut left: f64, weights: &[f64], out: &mut [f64], rng: &mut dyn Rng) {
    // What each class and those after it weigh: what is left of the sum would lose the small ones to rounding.
    let mut rest = 0.0;
    for (x, &w) in out.iter_mut().zip(weights).rev() {
        rest += w;
        *x = rest;
    }
    for k in 0..weights.len().min(out.len()) {
        let (w, rest, after) = (weights[k], out[k], out.get(k + 1).copied().unwrap_or(0.0));
        let x = &mut out[k];
        // Of nothing is left nothing; a class after which there is no other takes all.
        let (p, q) = if left == 0.0 || w == 0.0 { (0.0, 1.0) } else { (w / rest, after / rest) };
        *x = binomial(left, p, q, rng);
        left -= *x;
    }
}

impl Distribution for Multinomial {
    parameters! { Multinomial { n: Requirement::Count, p: Requirement::Simplex } }

    fn support(&self) -> Support {
        Support::Counts { total: self.n.clone() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let inside = counted(x, &self.n);
        let x = column(&inside).select(x, 0.0);
        inside.select(self.log_density_unchecked(&x), f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let log = x.equal(0.0).select(1.0, &self.p).ln();
        self.n.lgamma1p() + total(&(x * log - x.lgamma1p()))
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, k] = sides(shape);
        drawn(self, parameters, shape, 1, [&[], &[k]], |[n, p], out| trials(n[0], p, out, rng))
    }

    /// The means rounded down, and what is left at the most probable class.
    fn initial_value(&self) -> Expr {
        rounded(&self.n, &self.p)
    }

    fn mean(&self) -> Option<Expr> {
        Some(column(&self.n) * &self.p)
    }

    /// Of each count.
    fn variance(&self) -> Option<Expr> {
        Some(column(&self.n) * &self.p * (1.0 - &self.p))
    }

    /// Where `n` is a literal below `2^20`: `n` times that of one trial, less `ln n!`, and `E ln xₖ!` as sums over the counts of each class.
    fn entropy(&self) -> Option<Expr> {
        let count = Binomial::probability(cells(&self.n), column(&self.p));
        let factorials = Table::up_to(largest(&self.n), &count)?.expect(Expr::lgamma1p);
        Some(total(&(factorials - column(&self.n) * self.p.xlogy(&self.p))) - self.n.lgamma1p())
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.p.dim(last(&self.p))])
    }
}

/// The counts of `K` classes in `n` trials whose probabilities are drawn once from a [`Dirichlet`](crate::Dirichlet) of concentrations `a > 0`.
///
/// `ln p(x) = ln n + ln B(Σ a, n) - Σ_{xₖ > 0} (ln xₖ + ln B(aₖ, xₖ))`
///
/// This form of the usual log-gammas keeps its digits for concentrations of any size. Parameters as in PyMC, SciPy (`alpha`, `n`) and NumPyro
/// (`concentration`, `total_count`).
#[derive(Debug, Clone)]
pub struct DirichletMultinomial {
    n: Expr,
    a: Expr,
}

impl DirichletMultinomial {
    /// `n` trials (a whole number), concentrations `a > 0` (`[.., K]`).
    #[track_caller]
    pub fn new(n: impl Into<Expr>, a: impl Into<Expr>) -> Self {
        DirichletMultinomial { n: n.into(), a: a.into() }
    }

    fn p(&self) -> Expr {
        &self.a / column(&total(&self.a))
    }
}

/// `ln k + ln B(a, k)`, and 0 at `k = 0`.
fn coefficient(a: &Expr, k: &Expr) -> Expr {
    let some = k.greater(0.0);
    let k = some.select(k, 1.0);
    some.select(k.ln() + a.betaln(&k), 0.0)
}

impl Distribution for DirichletMultinomial {
    parameters! { DirichletMultinomial { n: Requirement::Count, a: Requirement::PositiveVector } }

    fn support(&self) -> Support {
        Support::Counts { total: self.n.clone() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let inside = counted(x, &self.n);
        let x = column(&inside).select(x, 0.0);
        inside.select(self.log_density_unchecked(&x), f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        coefficient(&total(&self.a), &self.n) - total(&coefficient(&self.a, x))
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, k] = sides(shape);
        let mut p = vec![0.0; k];
        drawn(self, parameters, shape, 1, [&[], &[k]], |[n, a], out| {
            p.iter_mut().zip(a).for_each(|(p, &a)| *p = log_gamma_draw(a, rng));
            let top = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            p.iter_mut().for_each(|p| *p = (*p - top).exp());
            trials(n[0], &p, out, rng);
        })
    }

    /// The means rounded down, and what is left at the most probable class.
    fn initial_value(&self) -> Expr {
        rounded(&self.n, &self.p())
    }

    fn mean(&self) -> Option<Expr> {
        Some(column(&self.n) * self.p())
    }

    /// Of each count.
    fn variance(&self) -> Option<Expr> {
        let (p, sum) = (self.p(), total(&self.a));
        Some(&p * (1.0 - &p) * column(&(&self.n * (&self.n + &sum) / (sum + 1.0))))
    }

    /// Where `n` is a literal below `2^20`: sums over the counts of each class.
    fn entropy(&self) -> Option<Expr> {
        let (sum, a) = (total(&self.a), column(&self.a));
        let others = (cells(&sum) - &a).max(f64::MIN_POSITIVE);
        let count = BetaBinomial::new(cells(&self.n), a.clone(), others);
        let each = Table::up_to(largest(&self.n), &count)?.expect(|x| coefficient(&a, x));
        Some(total(&each) - coefficient(&sum, &self.n))
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.a.dim(last(&self.a))])
    }
}
