//! `HyperGeometric`: how many of a kind in draws without replacement.

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};
use rand_distr::Exp1;

use super::counts::{Steps, Table, largest, only, whole_between};
use super::saddle;
use crate::draw::Prepared;
use crate::parameter::exactly;
use crate::{Distribution, Error, Parameter, Requirement, Support, draw};

/// The number of items of a kind among `n` drawn without replacement from `N`, `k` of which are of that kind; on
/// `max(0, n + k - N), .., min(k, n)`.
///
/// `p(x) = (k over x) (N - k over n - x) / (N over n)`
///
/// A value that is no whole number of the support has log density minus infinity. The absolute error is about `1e-16 N`. Distribution
/// function, its logarithms, quantile and entropy are sums over all values: they exist where `k` or `n` is a literal below
/// `2^20`, cost that many densities each, and their logarithms are finite wherever the true ones are.
///
/// Parameters `N`, `k`, `n` as in PyMC; SciPy calls them `M`, `n`, `N`; NumPyro has none.
#[derive(Debug, Clone)]
pub struct HyperGeometric {
    population: Expr,
    k: Expr,
    n: Expr,
}

impl HyperGeometric {
    /// A population of `N` items, `k` of the kind, `n` drawn.
    #[track_caller]
    pub fn new(population: impl Into<Expr>, k: impl Into<Expr>, n: impl Into<Expr>) -> Self {
        HyperGeometric { population: population.into(), k: k.into(), n: n.into() }
    }

    fn lower(&self) -> Expr {
        (&self.n + &self.k - &self.population).max(0.0)
    }

    fn upper(&self) -> Expr {
        self.k.min(&self.n)
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: self.lower(), upper: Some(self.upper()), x }
    }

    fn table(&self) -> Option<Table> {
        let wide = |e: &Expr| e.expand(e.rank());
        let of = HyperGeometric::new(wide(&self.population), wide(&self.k), wide(&self.n));
        let longest = match (largest(&self.k), largest(&self.n)) {
            (Some(k), Some(n)) => Some(k.min(n)),
            (k, n) => k.or(n),
        };
        Table::up_to(longest, &of)
    }
}

impl Distribution for HyperGeometric {
    fn name(&self) -> &'static str {
        "HyperGeometric"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![
            Parameter::new("N", &self.population, Requirement::Count),
            Parameter::new("k", &self.k, Requirement::CountUpTo("N")),
            Parameter::new("n", &self.n, Requirement::CountUpTo("N")),
        ]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [population, k, n] = exactly(self.name(), parameters)?;
        Ok(Box::new(HyperGeometric::new(population, k, n)))
    }

    fn support(&self) -> Support {
        Support::WholeInterval { lower: self.lower(), upper: self.upper() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let lower = self.lower();
        only(&whole_between(x, &lower, self.upper()), x, &lower, |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let others = &self.population - &self.k;
        self.k.ln_binomial(x) + others.ln_binomial(&self.n - x) - self.population.ln_binomial(&self.n)
    }

    /// By Devroye's rejection from a flat top with exponential tails (1987), for any population: a draw takes less than five
    /// densities on average. (`rand_distr`'s sampler multiplies up to `N` factors, and refuses large populations.)
    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let mut prepared = Prepared::default();
        draw::elementwise(self, parameters, shape, |given| prepared.of(given, Peak::of).draw(given, rng))
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
        Some(self.table()?.quantile(p, self.upper()).max(self.lower()))
    }

    /// The mode.
    fn initial_value(&self) -> Expr {
        let at = (&self.n + 1.0) * ((&self.k + 1.0) / (&self.population + 2.0));
        (at.ceil() - 1.0).clamp(self.lower(), self.upper())
    }

    /// `n k / N`, and 0 for an empty population.
    fn mean(&self) -> Option<Expr> {
        Some(&self.n * (&self.k / self.population.max(1.0)))
    }

    fn variance(&self) -> Option<Expr> {
        let size = self.population.max(1.0);
        let spread = &self.n * (&self.k / &size) * ((&self.population - &self.k) / &size);
        Some(spread * (&self.population - &self.n) / (&self.population - 1.0).max(1.0))
    }

    /// The largest whole number below `(n + 1)(k + 1) / (N + 2)` (a whole one is as probable as the number before it).
    fn mode(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.table()?.entropy())
    }
}

/// Where the probability is highest, and its logarithm.
#[derive(Debug, Clone, Copy)]
struct Peak {
    mode: f64,
    log_top: f64,
}

impl Peak {
    fn of([population, k, n]: [f64; 3]) -> Self {
        let at = (n + 1.0) * ((k + 1.0) / (population + 2.0));
        let mode = at.floor().clamp((n + k - population).max(0.0), k.min(n));
        Peak { mode, log_top: saddle::hyper_geometric(mode, population, k, n) }
    }

    /// The log-concave probabilities lie below `top · min(1, e^(w - top |x - mode|))`, `w = 1 + top / 2` (Devroye 1987).
    fn draw(self, [population, k, n]: [f64; 3], rng: &mut dyn Rng) -> f64 {
        let (lower, upper) = ((n + k - population).max(0.0), k.min(n));
        if lower == upper {
            return lower;
        }
        let top = self.log_top.exp();
        let w = 1.0 + 0.5 * top;
        loop {
            let (u, v): (f64, f64) = (rng.random(), rng.random());
            let y = if u <= w / (1.0 + w) {
                v * w / top
            } else {
                let e: f64 = rng.sample(Exp1);
                (w + e) / top
            };
            let side = if rng.random::<bool>() { 1.0 } else { -1.0 };
            let x = self.mode + side * y.round();
            if x < lower || x > upper {
                continue;
            }
            let accept = rng.random::<f64>() * (w - top * y).exp().min(1.0);
            if accept.ln() <= saddle::hyper_geometric(x, population, k, n) - self.log_top {
                return x;
            }
        }
    }
}
