//! `Binomial`: how many of `n` trials succeed.

use elbo_tensor_ad::{Array, Expr, Op, Unary};
use rand::Rng;

use super::bernoulli::sigmoid;
use super::binomial_draw::BinomialDraw;
use super::counts::{Steps, Table, largest, only, smallest, whole_between};
use crate::draw::Prepared;
use crate::parameter::exactly;
use crate::{Distribution, Error, Parameter, Requirement, Support, draw, incomplete};

/// The number of successes in `n` independent trials, each of probability `p`, given as `p` or as its logit
/// `f = ln(p / (1 - p))`; on `0, 1, .., n`.
///
/// `ln p(x) = ln (n over x) + x ln p + (n - x) ln(1 - p)`
///
/// From logits the last two terms are `-x softplus(-f) - (n - x) softplus(f)`, accurate at both ends; a `p` written as `f.sigmoid()` is
/// taken from `f` too. The absolute error is about `1e-16 n`. A value that is no whole number in `0..=n` has log density minus
/// infinity. The logarithms of the tails stay finite as far as `f64` goes. For `p` below `1e-6` the lower tail is taken from `p` alone, where `1 - p` would lose
/// its digits: from the upper tail, or as Poisson's with the ratio of both probabilities, off by the `p`-th part.
///
/// The quantile is exact at the steps of the [`cdf`](Distribution::cdf) as it is computed (relative error 1e-13). The entropy is a
/// sum over all values: there is one where `n` is a literal below `2^20`.
///
/// Parameters as in PyMC (`n`, `p` or `logit_p`), SciPy (`n`, `p`) and NumPyro (`total_count`, `probs` or `logits`).
#[derive(Debug, Clone)]
pub struct Binomial {
    n: Expr,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Probability(Expr),
    Logit(Expr),
}

/// What [`Binomial::rare`] finds.
struct Rare {
    exact: Expr,
    above: Expr,
    far: Expr,
    rate: Expr,
    correction: Expr,
}

impl Binomial {
    /// `n` trials of probability `p`, in `0..=1`.
    #[track_caller]
    pub fn probability(n: impl Into<Expr>, p: impl Into<Expr>) -> Self {
        Binomial { n: n.into(), form: Form::Probability(p.into()) }
    }

    /// `n` trials of logit `f`, any real number.
    #[track_caller]
    pub fn logit(n: impl Into<Expr>, f: impl Into<Expr>) -> Self {
        Binomial { n: n.into(), form: Form::Logit(f.into()) }
    }

    /// The logit, where the distribution is written with one.
    fn f(&self) -> Option<&Expr> {
        match &self.form {
            Form::Logit(f) => Some(f),
            Form::Probability(p) if *p.op() == Op::Unary(Unary::Sigmoid) => p.args().first(),
            Form::Probability(_) => None,
        }
    }

    /// The number of trials.
    pub(crate) fn trials(&self) -> &Expr {
        &self.n
    }

    /// `p` and `1 - p`.
    pub(crate) fn both(&self) -> (Expr, Expr) {
        match (&self.form, self.f()) {
            (_, Some(f)) => (f.sigmoid(), (-f).sigmoid()),
            (Form::Probability(p) | Form::Logit(p), None) => (p.clone(), 1.0 - p),
        }
    }

    /// The lower tail where `1 - p` has lost the digits of rare successes: 1 where it is `1 - above`, with `above` the mass above `x`; 1 where it
    /// is that of Poisson's distribution of this rate times the exponential of the correction, to the `p`-th part, which is nearer than what is left of `1 - p`.
    /// None where `p` is known not to be small.
    fn rare(&self, x: &Expr) -> Option<Rare> {
        const SMALL: f64 = 1e-6;
        let ((a, b), (p, _)) = (self.shapes(x), self.both());
        if p.as_constant().is_some_and(|p| p >= SMALL) {
            return None;
        }
        let small = p.less(SMALL);
        let above = b.beta_inc(a, &p);
        let most = above.less(0.999);
        // The error of 1 - p moves the mean by 1e-16 n, of a spread of √(n p).
        let coarse = self.n.greater(1e32 * &p * &p * &p);
        let far = &small * (1.0 - &most) * coarse;
        let rate = far.select(&self.n * &p, 1.0);
        // The ratio of both probabilities of x: the deviance of the failures, in what they are fewer or more than expected, e < p.
        let failures = far.select(&self.n - &self.n * &p, 1.0);
        let e = far.select(x - &self.n * &p, 0.0) / &failures;
        let correction = -failures * e.square() * (0.5 + &e * (1.0 / 6.0 + e.clone() / 12.0));
        let exact = small * most;
        Some(Rare { above: exact.select(above, 0.5), exact, far, rate, correction })
    }

    /// `P(X <= x)` within the support.
    fn below(&self, x: &Expr) -> Expr {
        let (a, b) = self.shapes(x);
        let plain = a.beta_inc(b, self.both().1);
        match self.rare(x) {
            Some(r) => r
                .exact
                .select(1.0 - r.above, r.far.select((x + 1.0).gamma_q(r.rate) * r.correction.exp(), plain)),
            None => plain,
        }
    }

    fn steps<'a>(&self, x: &'a Expr) -> Steps<'a> {
        Steps { lower: 0.0.into(), upper: Some(self.n.clone()), x }
    }

    /// The distribution function and what is left of it, at a whole number from 0 to below `n`.
    fn shapes(&self, x: &Expr) -> (Expr, Expr) {
        // At n itself the branch is not taken, and its shape must not be 0.
        ((&self.n - x).max(0.5), x + 1.0)
    }

    fn table(&self) -> Option<Table> {
        let longest = largest(&self.n);
        let wide = |e: &Expr| e.expand(e.rank());
        let form = match &self.form {
            Form::Probability(p) => Form::Probability(wide(p)),
            Form::Logit(f) => Form::Logit(wide(f)),
        };
        Table::up_to(longest, &Binomial { n: wide(&self.n), form })
    }
}

impl Distribution for Binomial {
    fn name(&self) -> &'static str {
        "Binomial"
    }

    fn parameters(&self) -> Vec<Parameter> {
        let second = match &self.form {
            Form::Probability(p) => Parameter::new("p", p, Requirement::Probability),
            Form::Logit(f) => Parameter::new("logit_p", f, Requirement::Real),
        };
        vec![Parameter::new("n", &self.n, Requirement::Count), second]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [n, second] = exactly(self.name(), parameters)?;
        Ok(Box::new(match &self.form {
            Form::Probability(_) => Binomial::probability(n, second),
            Form::Logit(_) => Binomial::logit(n, second),
        }))
    }

    fn support(&self) -> Support {
        Support::WholeInterval { lower: 0.0.into(), upper: self.n.clone() }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let inside = whole_between(x, 0.0, &self.n);
        let (Form::Probability(p), None) = (&self.form, self.f()) else {
            return only(&inside, x, 0.0, |x| self.log_density_unchecked(x));
        };
        // At p = 0 and at p = 1 all but one of the counts are impossible, and pull on nothing.
        let never = (p.less_equal(0.0) * x.greater(0.0)).max(p.greater_equal(1.0) * x.less(&self.n));
        let inside = inside * (1.0 - never);
        let harmless = Binomial::probability(self.n.clone(), inside.select(p, 0.5));
        only(&inside, x, 0.0, |x| harmless.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let left = &self.n - x;
        let powers = match (&self.form, self.f()) {
            (_, Some(f)) => -(x * (-f).softplus() + left * f.softplus()),
            (Form::Probability(p) | Form::Logit(p), None) => x.xlogy(p) + left.xlog1py(-p),
        };
        self.n.ln_binomial(x) + powers
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let mut prepared = Prepared::default();
        draw::elementwise(self, parameters, shape, |given| {
            let way = prepared.of(given, |[n, q]| match self.form {
                Form::Probability(_) => BinomialDraw::new(n, q, 1.0 - q),
                Form::Logit(_) => BinomialDraw::new(n, sigmoid(q), sigmoid(-q)),
            });
            way.draw(rng)
        })
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, 1.0, |x| self.below(x)))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(f64::NEG_INFINITY, 0.0, |x| {
            let ((a, b), (p, q)) = (self.shapes(x), self.both());
            let plain = incomplete::log_beta(&a, &b, &q, &p);
            match self.rare(x) {
                Some(r) => {
                    let limit = incomplete::log_gamma_q(&(x + 1.0), &r.rate) + r.correction;
                    r.exact.select((-r.above).ln1p(), r.far.select(limit, plain))
                }
                None => plain,
            }
        }))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        Some(self.steps(x).between(0.0, f64::NEG_INFINITY, |x| {
            let ((a, b), (p, q)) = (self.shapes(x), self.both());
            incomplete::log_beta(&b, &a, &p, &q)
        }))
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let top = self.both().0.equal(0.0).select(0.0, &self.n);
        Some(smallest(p, &0.0.into(), top, |x| self.steps(x).between(0.0, 1.0, |x| self.below(x))))
    }

    /// The mode.
    fn initial_value(&self) -> Expr {
        ((&self.n + 1.0) * self.both().0).ceil().clamp(1.0, &self.n + 1.0) - 1.0
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.n * self.both().0)
    }

    fn variance(&self) -> Option<Expr> {
        let (p, q) = self.both();
        Some(&self.n * p * q)
    }

    /// The largest whole number below `(n + 1) p` (a whole one is as probable as the number before it), at least 0.
    fn mode(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.table()?.entropy())
    }
}

/// A draw of the number of successes in `n` trials, from both probabilities.
pub(crate) fn binomial(n: f64, p: f64, q: f64, rng: &mut dyn Rng) -> f64 {
    BinomialDraw::new(n, p, q).draw(rng)
}
