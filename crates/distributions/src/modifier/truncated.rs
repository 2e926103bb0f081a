//! `Truncated`: a distribution between bounds.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::peaks;
use crate::discrete::counts::{Table, largest};
use crate::distribution::beside;
use crate::hull::{Hull, log_between, with_density};
use crate::inner::{Inner, Parts, modifier};
use crate::integral::Stretch;
use crate::numeric::run;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support, draw, inversion, noise};

/// A distribution over numbers, given that the number is in `lower..=upper`. An infinite bound is none.
///
/// `ln p(x) = ln p_inner(x) - ln P(lower <= X <= upper)` between the bounds
///
/// The mass between the bounds is taken from the logarithms of the tail that is smaller, so that bounds far out in either tail lose
/// nothing but what the inner distribution's logarithms lose. Both bounds belong to the support, of whole numbers too (PyMC's convention).
/// It needs the inner distribution's [`cdf`](Distribution::cdf): without one, [`check`](Distribution::check) is an error and the density NaN.
///
/// Mean, variance and entropy of numbers are quadratures between the bounds, good to some `1e-12` where the inner density is smooth on both sides of its mode (or
/// of the median, where it states none). Those of counts are sums, where the upper bound is a literal below `2^20`; with a literal lower bound alone, mean,
/// variance and entropy are the inner distribution's less what is cut off, and lose digits as `1e-16` over the mass above it.
///
/// The mode is the inner distribution's where that lies between the bounds. Where it does not, it is the bound of the higher density, which is right for a density
/// with one peak, or with none but at its ends; NaN for those of this crate that may have more ([`LogitNormal`](crate::LogitNormal),
/// [`Interpolated`](crate::Interpolated) and the zero-inflated ones, but of counts up to a literal bound, all of which are looked at).
///
/// The quantile is found by inversion (63 evaluations of the inner distribution's tails). Draws are the inner distribution's, the first of
/// 64 that lies between the bounds, and after that the quantile of a uniform number.
///
/// As `Truncated` in PyMC.
///
/// ```
/// use elbo_distributions::{Normal, Numeric, Truncated};
///
/// let d = Numeric::new(Truncated::new(Normal::standard(), 8.0, 9.0))?;
/// assert!((d.quantile(0.5)?.data()[0] - 8.0846).abs() < 1e-3);
/// # Ok::<(), elbo_distributions::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Truncated {
    inner: Inner,
    lower: Expr,
    upper: Expr,
}

/// How often the inner distribution is asked for a draw between the bounds.
const TRIALS: usize = 64;
/// How often where there is no other way.
const LAST_TRIAL: usize = 10_000;

impl Truncated {
    /// A distribution over numbers, a lower bound (or minus infinity), an upper bound (or infinity) above it.
    #[track_caller]
    pub fn new(inner: impl Into<Inner>, lower: impl Into<Expr>, upper: impl Into<Expr>) -> Self {
        Truncated { inner: inner.into(), lower: lower.into(), upper: upper.into() }
    }

    fn discrete(&self) -> bool {
        self.inner.support().is_discrete()
    }

    fn hull(&self) -> Option<Hull> {
        Some(Hull::of(&self.inner.support())?.within(&self.lower, &self.upper))
    }

    /// The lower bound as one that does not belong to the support.
    fn open(&self) -> Expr {
        if self.discrete() { self.lower.ceil() - 1.0 } else { self.lower.clone() }
    }

    /// The logarithm of the mass between the bounds; where it is beyond the range of `f64`, 0, as if all were there.
    fn log_mass(&self) -> Option<Expr> {
        let mass = log_between(&*self.inner, &self.open(), &self.upper)?;
        let none = mass.equal(f64::NEG_INFINITY);
        Some(none.select(0.0, mass))
    }

    /// A point between the bounds.
    fn middle(&self) -> Expr {
        let start = self.inner.initial_value();
        if self.discrete() {
            return start.clamp(self.lower.ceil(), self.upper.floor());
        }
        // Inside, and not on a bound.
        let (lower, upper) = match self.hull() {
            Some(Hull { lower, upper, .. }) => (lower, upper),
            None => (None, None),
        };
        match (lower, upper) {
            (Some(a), Some(b)) => {
                let between = start.greater(&a) * start.less(&b);
                between.select(start, 0.5 * &a + 0.5 * b)
            }
            (Some(a), None) => start.greater(&a).select(start, &a + 0.5 * (1.0 + a.abs())),
            (None, Some(b)) => start.less(&b).select(start, &b - 0.5 * (1.0 + b.abs())),
            (None, None) => start,
        }
    }

    /// Where quadratures of the density run.
    fn stretch(&self) -> Option<Stretch> {
        Stretch::of(self, self.inner.mode())
    }

    /// Of counts: the probabilities up to a literal upper bound.
    fn table(&self) -> Option<Table> {
        Hull::of(&self.inner.support()).filter(Hull::of_counts)?;
        Table::up_to(self.hull()?.upper.as_ref().and_then(largest), &*beside(self).ok()?)
    }

    /// Of counts from a literal lower bound on: `E f(x)` from the inner distribution's, the sum over the counts below taken off.
    fn less_the_cut(&self, of_all: Expr, f: impl FnOnce(&Expr) -> Expr) -> Option<Expr> {
        let all = Hull::of(&self.inner.support()).filter(Hull::of_counts)?;
        let unbounded = all.upper.is_none() && self.upper.as_constant() == Some(f64::INFINITY);
        let lower = self.lower.ceil();
        let first = largest(&lower).filter(|_| unbounded)?;
        let below = if first > 0.0 {
            let table = Table::up_to(Some(first - 1.0), &*beside(&*self.inner).ok()?)?;
            table.expect(|x| x.less(lower.expand(lower.rank())) * f(x))
        } else {
            Expr::constant(0.0)
        };
        Some((of_all - below) / self.log_mass()?.exp())
    }

    fn needs_cdf(&self) -> Result<(), Error> {
        match self.inner.event_rank() == 0 && self.inner.cdf(&self.inner.initial_value()).is_some() {
            true => Ok(()),
            false => {
                Err(Error::Missing { distribution: self.inner.name(), missing: "distribution function" })
            }
        }
    }

    /// `of(x)` between the bounds, `below` and `above` beyond.
    fn between(
        &self,
        x: &Expr,
        below: f64,
        above: f64,
        of: impl FnOnce(&Expr) -> Option<Expr>,
    ) -> Option<Expr> {
        let at = if self.discrete() { x.floor() } else { x.clone() };
        let (under, over) = (at.less_equal(self.open()), at.greater_equal(&self.upper));
        let inner = under.max(&over).select(self.middle(), at);
        Some(under.select(below, over.select(above, of(&inner)?)))
    }
}

impl Truncated {
    fn parts(&self) -> Parts<'_> {
        // Whole numbers may be held to one of them.
        let above =
            if self.discrete() { Requirement::ExtendedFrom("lower") } else { Requirement::Above("lower") };
        Parts {
            name: "Truncated",
            inner: std::slice::from_ref(&self.inner),
            own: vec![
                Parameter::new("lower", &self.lower, Requirement::Extended),
                Parameter::new("upper", &self.upper, above),
            ],
        }
    }
}

impl Distribution for Truncated {
    modifier! { Truncated { lower, upper }, needs_cdf }

    fn support(&self) -> Support {
        self.hull().map_or_else(|| self.inner.support(), |hull| hull.support())
    }

    fn log_density(&self, x: &Expr) -> Expr {
        // NaN is not outside.
        let outside = x.less(&self.lower).max(x.greater(&self.upper));
        let at = outside.select(self.middle(), x);
        let Some(mass) = self.log_mass() else { return f64::NAN.into() };
        outside.select(f64::NEG_INFINITY, with_density(-mass, &self.inner.log_density(&at)))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.log_mass().map_or(f64::NAN.into(), |mass| self.inner.log_density_unchecked(x) - mass)
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        self.check_values(parameters)?;
        let parts = self.parts();
        let (inner, own) = parts.split(parameters)?;
        let bounds = draw::rows(self.name(), &parts.own, own, shape)?;
        let bounds = |i: usize| -> (f64, f64) {
            let [lower, upper]: [&[f64]; 2] = bounds(i);
            (lower[0], upper[0])
        };
        let count: usize = shape.iter().product();
        let mut drawn = vec![f64::NAN; count];
        let mut open: Vec<usize> = (0..count).collect();
        let literals: Vec<Expr> = parameters.iter().cloned().map(Expr::literal).collect();
        let again = self.with_parameters(&literals)?;
        // With one set of parameters for all, only what is still open is drawn; else all, each in its own place.
        let alike = self.parameters().iter().zip(parameters).all(|(p, v)| v.rank() == p.event_rank());
        let shape_of = |open: &[usize]| if alike { vec![open.len()] } else { shape.to_vec() };
        let way = again.quantile(&0.5.into()).is_some();
        for _ in 0..if way { TRIALS } else { LAST_TRIAL } {
            if open.is_empty() {
                break;
            }
            let found = self.inner.sample(inner[0], &shape_of(&open), rng)?.into_data();
            let mut left = Vec::new();
            for (place, i) in open.into_iter().enumerate() {
                let (lower, upper) = bounds(i);
                let x = found[if alike { place } else { i }];
                if lower <= x && x <= upper {
                    drawn[i] = x;
                } else {
                    left.push(i);
                }
            }
            open = left;
        }
        if !open.is_empty() {
            let shape = shape_of(&open);
            let Some(quantile) = again.quantile(&Expr::input("p", &shape[..])) else {
                return Err(Error::Rejected { distribution: self.name(), trials: LAST_TRIAL });
            };
            let p = (0..shape.iter().product()).map(|_| draw::open_unit(rng)).collect();
            let p = Array::new(&shape[..], p)?;
            let found = run(&quantile.broadcast_to(&shape[..]), &[("p", &p)])?;
            for (place, i) in open.into_iter().enumerate() {
                let (lower, upper) = bounds(i);
                drawn[i] = found.data()[if alike { place } else { i }].clamp(lower, upper);
            }
        }
        Ok(Array::new(shape, drawn)?)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        Some(self.log_cdf(x)?.exp())
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let mass = self.log_mass()?;
        self.between(x, f64::NEG_INFINITY, 0.0, |x| {
            Some((log_between(&*self.inner, &self.open(), x)? - mass).min(0.0))
        })
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let mass = self.log_mass()?;
        self.between(x, 0.0, f64::NEG_INFINITY, |x| {
            Some((log_between(&*self.inner, x, &self.upper)? - mass).min(0.0))
        })
    }

    fn quantile(&self, p: &Expr) -> Option<Expr> {
        if self.discrete() {
            return inversion::by_powers(self, p);
        }
        // Where the quantile is, said by the inner distribution's own tails, the smaller of which is followed.
        let hull = self.hull()?;
        let (inner, fixed) = (&self.inner, p.stop_gradient());
        let start = inner.initial_value();
        let finite = |bound: &Expr| bound.abs().less(f64::INFINITY).select(bound, &start);
        let (lower, upper) = (finite(&self.lower), finite(&self.upper));
        let (open_low, open_high) = (self.lower.equal(f64::NEG_INFINITY), self.upper.equal(f64::INFINITY));
        let none = f64::NEG_INFINITY;
        let below_low = open_low.select(none, inner.log_cdf(&lower)?);
        let above_low = open_low.select(0.0, inner.log_survival(&lower)?);
        let below_high = open_high.select(0.0, inner.log_cdf(&upper)?);
        let above_high = open_high.select(none, inner.log_survival(&upper)?);
        let upper_half = above_low.less(&below_high).stop_gradient();
        // Either tail at the quantile, as a mean of those at the bounds: of positive terms alone.
        let (low, high) = (fixed.ln(), (-&fixed).ln1p());
        let mean = |a: Expr, b: Expr| (&high + a).logaddexp(&low + b).stop_gradient();
        let (to_cdf, to_survival) = (mean(below_low, below_high), mean(above_low, above_high));
        inversion::search(self, p, &hull, |x| {
            let beyond = x.less(&self.upper);
            let cdf = inner.log_cdf(x).unwrap_or(f64::NAN.into());
            let survival = inner.log_survival(x).unwrap_or(f64::NAN.into());
            upper_half.select(survival.greater(&to_survival), cdf.less(&to_cdf)) * beyond
        })
    }

    /// A draw, with the implicit gradient.
    fn noise(&self) -> Option<Noise> {
        (self.needs_cdf().is_ok() && !self.discrete()).then_some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.noise()?;
        noise::implicit(self, noise)
    }

    /// That of the inner distribution where it lies between the bounds, else a point between them.
    fn initial_value(&self) -> Expr {
        self.middle()
    }

    fn mean(&self) -> Option<Expr> {
        if !self.discrete() {
            return Some(self.stretch()?.mean(|x| self.log_density(x)));
        }
        match self.table() {
            Some(table) => Some(table.mean()),
            None => self.less_the_cut(self.inner.mean()?, Expr::clone),
        }
    }

    fn variance(&self) -> Option<Expr> {
        let mean = self.mean()?;
        if !self.discrete() {
            return Some(self.stretch()?.variance(|x| self.log_density(x), &mean));
        }
        match self.table() {
            Some(table) => Some(table.variance()),
            None => {
                let around = self.inner.variance()? + (self.inner.mean()? - &mean).square();
                self.less_the_cut(around, |x| (x - mean.expand(mean.rank())).square())
            }
        }
    }

    fn mode(&self) -> Option<Expr> {
        let one_peak = peaks::at_most_one(&*self.inner);
        if !one_peak && let Some(table) = self.table() {
            return Some(table.mode());
        }
        let (mode, hull) = (self.inner.mode()?, self.hull()?);
        let within = |x: &Expr, bound: &Option<Expr>, pick: fn(&Expr, &Expr) -> Expr| match bound {
            Some(bound) => pick(x, bound),
            None => x.clone(),
        };
        let nearest =
            within(&within(&mode, &hull.lower, |x, bound| x.max(bound)), &hull.upper, |x, bound| {
                x.min(bound)
            });
        let beyond = nearest.not_equal(&mode);
        if !one_peak {
            return Some(beyond.select(f64::NAN, nearest));
        }
        let density = |x: &Expr| self.inner.log_density(x);
        // Of two ends as high the lower.
        let better = |end: &Option<Expr>, than: Expr, higher: fn(&Expr, &Expr) -> Expr| match end {
            Some(end) => {
                let end = end.abs().less(f64::INFINITY).select(end, &nearest);
                (&beyond * higher(&density(&end), &density(&than))).select(end, than)
            }
            None => than,
        };
        let best = better(&hull.lower, nearest.clone(), |a, b| a.greater_equal(b));
        Some(better(&hull.upper, best, |a, b| a.greater(b)))
    }

    fn entropy(&self) -> Option<Expr> {
        if !self.discrete() {
            return Some(self.stretch()?.entropy(|x| self.log_density(x)));
        }
        if let Some(table) = self.table() {
            return Some(table.entropy());
        }
        let wide = beside(&*self.inner).ok()?;
        let surprise = |x: &Expr| {
            let log = wide.log_density(x);
            log.greater(f64::NEG_INFINITY).select(-log, 0.0)
        };
        Some(self.less_the_cut(self.inner.entropy()?, surprise)? + self.log_mass()?)
    }
}
