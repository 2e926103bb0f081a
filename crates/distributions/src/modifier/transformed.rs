//! `Transformed`: a distribution pushed through a bijector.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::line_map::{ExponentialMap, affine, exponential, harmless, image, logistic, slope};
use crate::hull::Hull;
use crate::inner::{Inner, Parts};
use crate::integral::Stretch;
use crate::{
    Bijector, Distribution, Error, LogitNormal, Noise, Parameter, Requirement, Support, draw, generating,
};

/// The distribution of `forward(y)`, where `y` has the inner distribution.
///
/// `ln p(x) = ln p_inner(inverse(x)) - ln |det J(inverse(x))|` inside the bijector's range, minus infinity outside and on its edge
///
/// Over numbers it has the inner distribution's distribution function, quantile and path (turned around where the bijector falls). The
/// bounds of the bijector are parameters, after those of the inner distribution: `lower`, `upper`, `shift`, `scale` (not 0). NaN stands for what does not exist.
///
/// - Through an affine map, mean, variance, mode and entropy follow from the inner distribution's.
/// - Through one exponential function, with affine maps before and after it, the entropy follows too; mean and variance are closed over `Normal`, `Gamma`, `Exponential`,
///   `ChiSquared` and `Laplace`, the mode over these, `Logistic`, `Gumbel` and `Uniform`.
/// - Onto an interval, after an affine map, the mode over `Normal` is that of [`LogitNormal`](crate::LogitNormal).
/// - Otherwise through a map of numbers, mean, variance and entropy are quadratures over an inner distribution that has a quantile, good to some `1e-11` where its density is
///   smooth on both sides of its mode (or of the median, where it states none); some `1e-6` or NaN where the points of the rule are far apart beside what counts. There is no formula of the mode: the density of the image is the inner one times a slope, and where that is highest hangs on both.
///
/// With a bijector of vectors or matrices the last axis of `y` is that of its vector, over which the densities of a distribution over
/// numbers are summed; the density is then for values in the range, without a check.
///
/// NumPyro: `TransformedDistribution`.
///
/// ```
/// use elbo_distributions::{Bijector, Normal, Numeric, Transformed};
///
/// let log_normal = Numeric::new(Transformed::new(Normal::new(1.0, 0.5), Bijector::Exp))?;
/// assert!((log_normal.quantile(0.5)?.data()[0] - 1f64.exp()).abs() < 1e-14);
/// # Ok::<(), elbo_distributions::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Transformed {
    inner: Inner,
    bijector: Bijector,
}

/// The bounds of a bijector, in its order.
fn bounds(b: &Bijector) -> Vec<Parameter> {
    match b {
        Bijector::Interval { lower, upper } => vec![
            Parameter::new("lower", lower, Requirement::Real),
            Parameter::new("upper", upper, Requirement::FiniteAbove("lower")),
        ],
        Bijector::Above { lower } => vec![Parameter::new("lower", lower, Requirement::Real)],
        Bijector::Below { upper } => vec![Parameter::new("upper", upper, Requirement::Real)],
        Bijector::Affine { shift, scale } => vec![
            Parameter::new("shift", shift, Requirement::Real),
            Parameter::new("scale", scale, Requirement::NonZero),
        ],
        Bijector::Composed(parts) => parts.iter().flat_map(bounds).collect(),
        Bijector::Inverse(of) => bounds(of),
        _ => vec![],
    }
}

/// The same bijector with other bounds, taken from the front of a list that has enough.
fn rebound(b: &Bijector, from: &mut std::slice::Iter<'_, Expr>) -> Bijector {
    let mut next = |old: &Expr| from.next().unwrap_or(old).clone();
    match b {
        Bijector::Interval { lower, upper } => {
            let lower = next(lower);
            Bijector::Interval { lower, upper: next(upper) }
        }
        Bijector::Above { lower } => Bijector::Above { lower: next(lower) },
        Bijector::Below { upper } => Bijector::Below { upper: next(upper) },
        Bijector::Affine { shift, scale } => {
            let shift = next(shift);
            Bijector::Affine { shift, scale: next(scale) }
        }
        Bijector::Composed(parts) => Bijector::Composed(parts.iter().map(|p| rebound(p, from)).collect()),
        Bijector::Inverse(of) => Bijector::Inverse(Box::new(rebound(of, from))),
        other => other.clone(),
    }
}

impl Transformed {
    /// A continuous distribution ([`Error::Discrete`] for another), and the bijector that takes its values to the new ones.
    pub fn new(inner: impl Into<Inner>, bijector: Bijector) -> Self {
        Transformed { inner: inner.into(), bijector }
    }

    fn parts(&self) -> Parts<'_> {
        // The parameters of several maps may have the same name: each is held against its own.
        let mut own = bounds(&self.bijector);
        if matches!(self.bijector, Bijector::Composed(_) | Bijector::Inverse(_)) {
            for p in &mut own {
                if let Requirement::FiniteAbove(_) = p.requires {
                    p.requires = Requirement::Real;
                }
            }
        }
        Parts { name: "Transformed", inner: std::slice::from_ref(&self.inner), own }
    }

    /// The sign of the slope, of a continuous distribution over numbers through a bijector of numbers.
    fn sign(&self) -> Option<Expr> {
        if self.inner.event_rank() > 0 { None } else { slope(&self.bijector) }
    }

    /// The bounds of the image of a hull.
    fn image(&self, hull: &Hull) -> Option<Hull> {
        self.sign()?;
        image(&self.bijector, hull)
    }

    /// The bijector's range.
    fn range(&self) -> Option<Hull> {
        self.image(&Hull { lower: None, upper: None, discrete: false })
    }

    /// 1 outside the bijector's range and on its edge, where that can be told. NaN is not outside.
    fn outside(&self, x: &Expr) -> Option<Expr> {
        let range = self.range()?;
        let below = range.lower.map(|lower| x.less_equal(lower));
        let above = range.upper.map(|upper| x.greater_equal(upper));
        match (below, above) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        }
    }

    fn density(&self, x: &Expr, of: impl FnOnce(&Expr) -> Expr) -> Expr {
        let y = self.bijector.inverse(x);
        let inner = of(&y);
        let sums = self.bijector.unconstrained_rank().saturating_sub(self.inner.event_rank());
        let rank = inner.rank();
        let inner = inner.sum_axes(&(rank.saturating_sub(sums)..rank).collect::<Vec<_>>());
        let stretch = self.bijector.log_abs_det_jacobian(&y);
        // Of a map of numbers under a distribution over vectors, one stretch for each element.
        let extra = self.inner.event_rank().saturating_sub(self.bijector.unconstrained_rank());
        let rank = stretch.rank();
        inner - stretch.sum_axes(&(rank.saturating_sub(extra)..rank).collect::<Vec<_>>())
    }

    /// `rising` of the inner value, or `falling` where the bijector falls.
    fn along(
        &self,
        x: &Expr,
        [below, above]: [f64; 2],
        rising: impl Fn(&Expr) -> Option<Expr>,
        falling: impl Fn(&Expr) -> Option<Expr>,
    ) -> Option<Expr> {
        let sign = self.sign()?;
        if self.inner.support().is_discrete() {
            return None;
        }
        let outside = self.outside(x);
        let at = match &outside {
            Some(outside) => outside.select(harmless(&self.bijector), x),
            None => x.clone(),
        };
        let y = self.bijector.inverse(&at);
        let found = match sign.as_constant() {
            Some(s) if s > 0.0 => rising(&y)?,
            Some(_) => falling(&y)?,
            None => sign.greater(0.0).select(rising(&y)?, falling(&y)?),
        };
        Some(match outside {
            Some(outside) => {
                let range = self.range()?;
                let under = range.lower.map_or(Expr::constant(0.0), |lower| x.less_equal(lower));
                outside.select(under.select(below, above), found)
            }
            None => found,
        })
    }

    pub(crate) fn inner_and_map(&self) -> (&Inner, &Bijector) {
        (&self.inner, &self.bijector)
    }

    /// The inner distribution, where the map is affine: as many peaks, and moments that follow.
    pub(crate) fn rescaled(&self) -> Option<&Inner> {
        affine(&self.bijector).map(|_| &self.inner)
    }

    /// Where the map is an exponential function, that and `ln E |x - shift|` but for the factor.
    fn exponential_mean(&self) -> Option<(ExponentialMap, Expr)> {
        let map = exponential(&self.bijector)?;
        let log = &map.offset + generating::log_moment(&*self.inner, &map.rate)?;
        Some((map, log))
    }

    /// `E f(y, ln p_inner(y))` of the inner value, by quadrature; NaN where it does not exist. A map of numbers under a distribution over numbers has one.
    fn expect(&self, f: impl Fn(&Expr, &Expr) -> Expr) -> Option<Expr> {
        self.sign()?;
        let stretch = Stretch::of(&*self.inner, self.inner.mode())?;
        let found = stretch.expect(
            |y| self.inner.log_density(y),
            |y, log| {
                // Where the rule leaves the mass out, and on a bound, which has none, the map may be infinite.
                let there = stretch
                    .lower
                    .iter()
                    .chain(&stretch.upper)
                    .fold(log.greater(-940.0), |there, bound| there * y.not_equal(bound));
                f(&there.select(y, &stretch.middle), &there.select(log, 0.0))
            },
        );
        Some(found.abs().less(f64::INFINITY).select(found, f64::NAN))
    }
}

impl Distribution for Transformed {
    fn name(&self) -> &'static str {
        "Transformed"
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parts().parameters()
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let (mut inner, own) = self.parts().again(parameters)?;
        Ok(Box::new(Transformed {
            inner: inner.remove(0),
            bijector: rebound(&self.bijector, &mut own.iter()),
        }))
    }

    fn check(&self) -> Result<(), Error> {
        if self.inner.support().is_discrete() {
            return Err(Error::Discrete { distribution: self.name(), inner: self.inner.name() });
        }
        self.parts().check()
    }

    fn check_values(&self, parameters: &[Array<f64>]) -> Result<(), Error> {
        self.parts().check_values(parameters)
    }

    fn event_rank(&self) -> usize {
        let (from, to) = (self.bijector.unconstrained_rank(), self.bijector.constrained_rank());
        self.inner.event_rank().saturating_sub(from) + to
    }

    /// The image of the inner distribution's.
    fn support(&self) -> Support {
        if let Some(image) = Hull::of(&self.inner.support()).and_then(|hull| self.image(&hull)) {
            return image.support();
        }
        let map = match &self.bijector {
            Bijector::Composed(parts) => parts.last().unwrap_or(&Bijector::Identity),
            other => other,
        };
        match map {
            Bijector::Ordered => Support::Ordered,
            Bijector::Simplex | Bijector::StickBreaking | Bijector::AdditiveLogRatio => Support::Simplex,
            Bijector::ZeroSum { axes } => Support::ZeroSum { axes: *axes },
            Bijector::CholeskyCovariance => Support::CholeskyFactor,
            Bijector::Covariance => Support::PositiveDefinite,
            Bijector::CorrelationCholesky => Support::CorrelationCholesky,
            Bijector::Correlation => Support::Correlation,
            Bijector::Circular => Support::Circle,
            Bijector::Exp | Bijector::Softplus => Support::Positive,
            Bijector::Sigmoid => Support::UnitInterval,
            Bijector::Identity => self.inner.support(),
            _ => Support::Real,
        }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        match self.outside(x) {
            Some(outside) => {
                let at = outside.select(harmless(&self.bijector), x);
                outside.select(f64::NEG_INFINITY, self.density(&at, |y| self.inner.log_density(y)))
            }
            None => self.density(x, |y| self.inner.log_density(y)),
        }
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.density(x, |y| self.inner.log_density_unchecked(y))
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
        draw::split(parts.name, shape, self.event_rank())?;
        let own: Vec<Expr> = own.iter().cloned().map(Expr::literal).collect();
        let from = self.bijector.unconstrained_shape(shape)?;
        let drawn = self.inner.sample(inner[0], &from, rng)?;
        rebound(&self.bijector, &mut own.iter()).forward_at(&drawn)
    }

    fn cdf(&self, x: &Expr) -> Option<Expr> {
        self.along(x, [0.0, 1.0], |y| self.inner.cdf(y), |y| Some(self.inner.log_survival(y)?.exp()))
    }

    fn log_cdf(&self, x: &Expr) -> Option<Expr> {
        let ends = [f64::NEG_INFINITY, 0.0];
        self.along(x, ends, |y| self.inner.log_cdf(y), |y| self.inner.log_survival(y))
    }

    fn log_survival(&self, x: &Expr) -> Option<Expr> {
        let ends = [0.0, f64::NEG_INFINITY];
        self.along(x, ends, |y| self.inner.log_survival(y), |y| self.inner.log_cdf(y))
    }

    /// The image of the inner distribution's; where the bijector falls, of that of `1 - p`.
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        let sign = self.sign()?;
        let at = match sign.as_constant() {
            Some(s) if s > 0.0 => p.clone(),
            Some(_) => 1.0 - p,
            None => sign.greater(0.0).select(p, 1.0 - p),
        };
        Some(self.bijector.forward(&self.inner.quantile(&at)?))
    }

    fn noise(&self) -> Option<Noise> {
        match self.inner.noise()? {
            // The inner distribution's own draw is found again where the map is of numbers.
            Noise::Draw if slope(&self.bijector).is_none() => None,
            noise => Some(noise),
        }
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let inner = match self.noise()? {
            // The value alone: its way back must not carry the bounds' slopes.
            Noise::Draw => self.inner.pathwise(&self.bijector.inverse(noise).stop_gradient())?,
            _ => self.inner.pathwise(noise)?,
        };
        Some(self.bijector.forward(&inner))
    }

    fn initial_value(&self) -> Expr {
        self.bijector.forward(&self.inner.initial_value())
    }

    fn mean(&self) -> Option<Expr> {
        if let Some((map, log)) = self.exponential_mean() {
            let exists = log.less(f64::INFINITY);
            return Some(exists.select(map.shift + map.scale * log.exp(), f64::NAN));
        }
        match affine(&self.bijector) {
            Some((shift, scale)) => Some(shift + scale * self.inner.mean()?),
            None => {
                // From a place in the middle: what is far from 0 loses no digits of its width.
                let middle = self.initial_value().stop_gradient();
                Some(&middle + self.expect(|y, _| self.bijector.forward(y) - &middle)?)
            }
        }
    }

    fn variance(&self) -> Option<Expr> {
        if let Some((map, log)) = self.exponential_mean()
            && let Some(spread) = generating::log_spread(&*self.inner, &map.rate)
        {
            let exists = log.less(f64::INFINITY);
            return Some(exists.select((map.scale * log.exp()).square() * spread.expm1(), f64::NAN));
        }
        match affine(&self.bijector) {
            Some((_, scale)) => Some(scale.square() * self.inner.variance()?),
            None => {
                let mean = self.mean()?;
                self.expect(|y, _| (self.bijector.forward(y) - &mean).square())
            }
        }
    }

    fn mode(&self) -> Option<Expr> {
        if let Some((shift, scale)) = affine(&self.bijector) {
            return Some(shift + scale * self.inner.mode()?);
        }
        if let Some(map) = exponential(&self.bijector) {
            let y = generating::tilted_mode(&*self.inner, &map.rate)?;
            return Some(map.shift + map.scale * (map.offset + map.rate * y).exp());
        }
        let [lower, upper, shift, scale] = logistic(&self.bijector)?;
        let (mu, sigma) = generating::as_normal(&*self.inner)?;
        let mode = LogitNormal::new(shift + &scale * mu, scale.abs() * sigma).mode()?;
        Some(&lower + (&upper - &lower) * mode)
    }

    fn entropy(&self) -> Option<Expr> {
        if let Some(map) = exponential(&self.bijector)
            && self.inner.event_rank() == 0
            && let (Some(entropy), Some(mean)) = (self.inner.entropy(), self.inner.mean())
        {
            // E ln |dx/dy|
            return Some(entropy + (map.scale * &map.rate).abs().ln() + map.offset + map.rate * mean);
        }
        match affine(&self.bijector) {
            Some((_, scale)) if self.inner.event_rank() == 0 => {
                Some(self.inner.entropy()? + scale.abs().ln())
            }
            Some(_) => None,
            None => self.expect(|y, log| self.bijector.log_abs_det_jacobian(y) - log),
        }
    }
}
