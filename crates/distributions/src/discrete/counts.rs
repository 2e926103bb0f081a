//! What distributions over whole numbers share: membership, the search for a quantile, sums over a table of all values.

use elbo_tensor_ad::{Array, Dim, Expr};

use crate::{Distribution, Parameter, Requirement};

/// 1 where `x` is a whole number from `lower` on, else 0 (infinity and NaN are none).
pub(crate) fn whole_from(x: &Expr, lower: impl Into<Expr>) -> Expr {
    x.equal(x.floor()) * x.greater_equal(lower) * x.less(f64::INFINITY)
}

/// 1 where `x` is a whole number in `lower..=upper`, else 0.
pub(crate) fn whole_between(x: &Expr, lower: impl Into<Expr>, upper: impl Into<Expr>) -> Expr {
    whole_from(x, lower) * x.less_equal(upper)
}

/// Minus infinity outside, and `of(x)` inside, which sees `harmless` in place of a value outside.
pub(crate) fn only(
    inside: &Expr,
    x: &Expr,
    harmless: impl Into<Expr>,
    of: impl FnOnce(&Expr) -> Expr,
) -> Expr {
    inside.select(of(&inside.select(x, harmless)), f64::NEG_INFINITY)
}

/// A function of `⌊x⌋` that is known below and above the support.
pub(crate) struct Steps<'a> {
    /// The smallest value.
    pub lower: Expr,
    /// The largest value, from which on nothing is above.
    pub upper: Option<Expr>,
    /// A value that may stand for those beyond.
    pub x: &'a Expr,
}

/// From here on nothing is above where there is no largest value: the special functions end at their range.
const FAR: f64 = 1e100;

impl Steps<'_> {
    /// `below` under the smallest value, `above` from the largest on, `of(⌊x⌋)` between.
    pub(crate) fn between(&self, below: f64, above: f64, of: impl FnOnce(&Expr) -> Expr) -> Expr {
        let under = self.x.less(&self.lower);
        let over = match &self.upper {
            Some(upper) => self.x.greater_equal(upper),
            None => self.x.greater_equal(FAR),
        };
        let inner = under.max(&over).select(&self.lower, self.x.floor());
        under.select(below, over.select(above, of(&inner)))
    }
}

/// The smallest whole number from `lower` on whose `cdf` reaches `p`, exactly as the `cdf` is computed.
///
/// A search by powers of two and then by halves: 63 evaluations of the `cdf`, whatever the parameters. `upper` is the quantile of
/// 1; for `p` outside `0..=1` it is NaN. No gradient.
pub(crate) fn smallest(p: &Expr, lower: &Expr, upper: impl Into<Expr>, cdf: impl Fn(&Expr) -> Expr) -> Expr {
    let p = p.stop_gradient();
    let sane = p.greater_equal(0.0) * p.less_equal(1.0);
    // A carry has its full shape from the start.
    let shape = &p + cdf(&(&p + lower));
    let like = |e: &Expr| e.broadcast_to(shape.shape());
    let below = |x: &Expr| cdf(x).stop_gradient().less(&p);
    // The largest power of two that does not overshoot: by the bits of its exponent.
    let leaps: Vec<f64> = (0..10).rev().map(|bit| 2f64.powi(1 << bit)).collect();
    let width = like(&Expr::constant(1.0)).scan(&[Array::vector(leaps).into()], |width, leap| {
        let wider = width * &leap[0];
        like(&below(&(lower + &wider - 1.0)).select(&wider, width))
    });
    let width = width.last();
    let first = below(lower);
    let start = like(&(lower + first.select(&width, 0.0)));
    let halves: Vec<f64> = (1..=53).map(|k| 2f64.powi(-k)).collect();
    let found = start.scan(&[Array::vector(halves).into()], |x, half| {
        let step = (&width * &half[0]).floor();
        let on = &first * step.greater(0.0) * below(&(x + &step - 1.0));
        like(&on.select(x + &step, x))
    });
    sane.select(p.equal(1.0).select(upper, found.last()), f64::NAN).stop_gradient()
}

/// A quantile from a closed formula that may be off by one: moved to where the `cdf` reaches `p`.
pub(crate) fn settled(p: &Expr, guess: &Expr, lower: f64, cdf: impl Fn(&Expr) -> Expr) -> Expr {
    let down = guess - 1.0;
    let early = down.greater_equal(lower) * cdf(&down).greater_equal(p);
    let guess = early.select(&down, guess);
    let late = cdf(&guess).less(p);
    late.select(&guess + 1.0, &guess).stop_gradient()
}

/// The most values that a table may have.
const LONGEST: f64 = 1_048_576.0;

/// The largest element of a parameter, if it is a literal.
pub(crate) fn largest(parameter: &Expr) -> Option<f64> {
    let values = Parameter::new("", parameter, Requirement::Real).literal()?;
    values.data().iter().copied().reduce(f64::max)
}

/// The log probabilities of `0, 1, ..` along a new last axis.
#[derive(Debug)]
pub(crate) struct Table {
    log_p: Expr,
    length: Dim,
}

impl Table {
    /// Of the values up to `largest`, of a distribution whose parameters have a new last axis already; `None` where that is too long.
    pub(crate) fn up_to(largest: Option<f64>, of: &dyn Distribution) -> Option<Table> {
        let largest = largest.filter(|n| *n < LONGEST)?;
        Some(Table::of((largest.max(0.0) as usize + 1).into(), of))
    }

    /// Of the values `0..length`.
    pub(crate) fn of(length: Dim, of: &dyn Distribution) -> Table {
        Table::from_log(of.log_density(&Expr::iota(&length)), length)
    }

    /// Of these log probabilities, the values on the last axis.
    pub(crate) fn from_log(log_p: Expr, length: Dim) -> Table {
        Table { log_p, length }
    }

    fn last(&self) -> usize {
        self.log_p.rank().saturating_sub(1)
    }

    fn sum(&self, terms: &Expr) -> Expr {
        terms.sum_axes(&[terms.rank().saturating_sub(1)])
    }

    fn log_sum(&self, where_: &Expr) -> Expr {
        let terms = where_.select(&self.log_p, f64::NEG_INFINITY);
        terms.logsumexp(terms.rank().saturating_sub(1))
    }

    /// `ln P(X <= x)`
    pub(crate) fn log_cdf(&self, x: &Expr) -> Expr {
        self.log_sum(&Expr::iota(&self.length).less_equal(x.expand(x.rank()))).min(0.0)
    }

    /// `ln P(X > x)`
    pub(crate) fn log_survival(&self, x: &Expr) -> Expr {
        self.log_sum(&Expr::iota(&self.length).greater(x.expand(x.rank()))).min(0.0)
    }

    /// The number of values whose cumulative probability is below `p`, at most `upper`.
    pub(crate) fn quantile(&self, p: &Expr, upper: impl Into<Expr>) -> Expr {
        let cdf = self.log_p.exp().cumsum(self.last());
        let sane = p.greater_equal(0.0) * p.less_equal(1.0);
        let found = self.sum(&cdf.less(p.expand(p.rank()))).min(upper);
        sane.select(found, f64::NAN).stop_gradient()
    }

    pub(crate) fn entropy(&self) -> Expr {
        let possible = self.log_p.greater(f64::NEG_INFINITY);
        -self.sum(&(self.log_p.exp() * possible.select(&self.log_p, 0.0)))
    }

    /// `Σ p f(x)`
    pub(crate) fn expect(&self, f: impl FnOnce(&Expr) -> Expr) -> Expr {
        self.sum(&(self.log_p.exp() * f(&Expr::iota(&self.length))))
    }

    pub(crate) fn mean(&self) -> Expr {
        self.expect(Expr::clone)
    }

    pub(crate) fn variance(&self) -> Expr {
        let mean = self.mean().expand(self.last());
        self.expect(|x| (x - mean).square())
    }

    /// The most probable value; of several, the smallest.
    pub(crate) fn mode(&self) -> Expr {
        self.log_p.argmax(self.last())
    }
}
