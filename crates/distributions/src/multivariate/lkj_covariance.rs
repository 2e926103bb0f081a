//! `LKJCholeskyCov`: factors of covariances, from a correlation and standard deviations.

use std::any::Any;

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::event::{self, all, along, cells, column, last, total};
use super::lkj::LKJCholesky;
use crate::distribution::beside;
use crate::hull::{Hull, with_density};
use crate::inner::Parts;
use crate::integral::Stretch;
use crate::{
    ChiSquared, Distribution, Error, Exponential, Gamma, HalfCauchy, HalfNormal, HalfStudentT, Independent,
    Inner, InverseGamma, LogNormal, Noise, Parameter, Requirement, Support, Weibull, draw, noise, parameter,
};

/// The distribution of the lower Cholesky factor `L = diag(s) C` of a covariance `L Lᵀ`, where `C` is an [`LKJCholesky`] factor of a correlation and the
/// standard deviations `s` have a distribution of their own. Over `[.., n, n]`.
///
/// `ln p(L) = ln p_LKJ(C) + ln p(s) + Σ_i (ln Cᵢᵢ - (i - 1) ln sᵢ)`, with `sᵢ` the length of row `i`, from 1 on, and `C = diag(s)⁻¹ L`
///
/// The density is with respect to the entries on and below the diagonal; a factor is taken as one when nothing stands above its diagonal, which is
/// positive. The distribution of the standard deviations is over positive numbers, one for each row, independent and alike; where rows differ, it is one over
/// vectors of length `n`: [`Independent`](crate::Independent) makes one of parameters that are vectors. The parameters are those of the standard
/// deviations, then `eta`.
///
/// Draws by paths are of [`Noise::Draw`] and need the standard deviations' distribution function. The mean and the variance are of each entry, and need
/// theirs; the entropy needs theirs and, for `E ln s`, which is a quadrature good to `1e-12`, the quantiles of one prior for all. The mode is known for
/// [`Gamma`], [`ChiSquared`], [`InverseGamma`], [`LogNormal`] and [`Weibull`] standard deviations; for [`Exponential`], [`HalfNormal`], [`HalfCauchy`] and
/// [`HalfStudentT`] ones it is NaN, because the density has no largest value.
///
/// As in PyMC (`sd_dist`, `compute_corr=False`, but as a matrix where PyMC packs the lower triangle); its 5.28 adds the logarithm of LKJ's constant instead of
/// subtracting it: wrong where `eta` is learnt or an evidence is wanted. NumPyro and Stan write it as a product.
///
/// ```
/// use elbo_distributions::{Distribution, Exponential, LKJCholeskyCov, MvNormal};
/// use elbo_tensor_ad::Expr;
///
/// let prior = LKJCholeskyCov::new(3, 2.0, Exponential::new(1.0));
/// let (l, x) = (Expr::input("l", [3, 3]), Expr::input("x", [100, 3]));
/// let joint = prior.log_density(&l) + MvNormal::cholesky(0.0, &l).log_density(&x).sum();
/// assert_eq!(joint.rank(), 0);
/// ```
#[derive(Debug, Clone)]
pub struct LKJCholeskyCov {
    correlation: LKJCholesky,
    sd: Inner,
}

impl LKJCholeskyCov {
    /// Side `n` of the matrices, `eta > 0` of the correlation, and the distribution of the standard deviations.
    #[track_caller]
    pub fn new(n: usize, eta: impl Into<Expr>, sd: impl Into<Inner>) -> Self {
        LKJCholeskyCov { correlation: LKJCholesky::new(n, eta), sd: sd.into() }
    }

    fn n(&self) -> usize {
        self.correlation.shape().0
    }

    /// The distributions that it is made of.
    pub(crate) fn correlation_and_sd(&self) -> (&LKJCholesky, &Inner) {
        (&self.correlation, &self.sd)
    }

    fn parts(&self) -> Parts<'_> {
        let eta = self.correlation.shape().1;
        Parts {
            name: "LKJCholeskyCov",
            inner: std::slice::from_ref(&self.sd),
            own: vec![Parameter::new("eta", eta, Requirement::Positive)],
        }
    }

    /// The distribution of the standard deviations, with the rows beside its batch axes.
    fn rows(&self) -> Inner {
        if self.sd.event_rank() > 0 {
            return self.sd.clone();
        }
        beside(&*self.sd).map_or_else(|_| self.sd.clone(), Inner::from)
    }

    /// What has a number for each row, or one for all, as a vector of them.
    fn each(&self, e: &Expr) -> Expr {
        e + Expr::literal(Array::zeros([self.n()]))
    }

    /// The length of each row.
    fn lengths(x: &Expr) -> Expr {
        // In units of the largest entry, whose square may leave the range of f64.
        let unit = x.abs().max_axes(&[last(x)]).stop_gradient();
        let scaled = x / column(&unit);
        total(&scaled.square()).sqrt() * unit
    }

    /// The log density, with that of the standard deviations given.
    fn log_joint(&self, x: &Expr, of_sd: impl FnOnce(&Inner, &Expr) -> Expr) -> Expr {
        let sd = Self::lengths(x);
        let log_sd = sd.ln();
        let log_diagonal = x.diagonal().ln() - &log_sd;
        let before = Expr::literal(Array::vector((0..self.n()).map(|i| i as f64).collect()));
        let stretch = total(&(&log_diagonal - before * log_sd));
        let of_sd = of_sd(&self.rows(), &sd);
        let of_sd = if self.sd.event_rank() == 0 { total(&of_sd) } else { of_sd };
        with_density(self.correlation.of_log_diagonal(&log_diagonal) + stretch, &of_sd)
    }

    /// Drawn standard deviations that move with their parameters.
    fn moved(&self, sd: &Expr) -> Option<Expr> {
        let rows = self.rows();
        match rows.noise() {
            Some(Noise::Draw) => rows.pathwise(sd),
            _ => {
                let independent = (&*rows as &dyn Any).downcast_ref::<Independent>();
                let each = independent.map_or(&rows, Independent::element);
                noise::implicit(&**each, sd)
            }
        }
    }

    /// Where `ln p(s) - k ln s` is largest, for numbers `k`; NaN where it has no largest value among the positive numbers.
    fn tilted_mode(sd: &dyn Distribution, k: &Expr) -> Option<Expr> {
        let p: Vec<Expr> = sd.parameters().into_iter().map(|p| p.value).collect();
        let sd = sd as &dyn Any;
        let above = |power: Expr, of: &dyn Fn(&Expr) -> Expr| {
            let some = power.greater(0.0);
            Some(some.select(of(&some.select(power, 1.0)), f64::NAN))
        };
        match &p[..] {
            [alpha, beta] if sd.is::<Gamma>() => above(alpha - 1.0 - k, &|power| power / beta),
            [nu] if sd.is::<ChiSquared>() => above(0.5 * nu - 1.0 - k, &|power| 2.0 * power),
            [alpha, beta] if sd.is::<Weibull>() => {
                above(alpha - 1.0 - k, &|power| beta * ((power / alpha).ln() / alpha).exp())
            }
            [alpha, beta] if sd.is::<InverseGamma>() => Some(beta / (alpha + 1.0 + k)),
            [mu, sigma] if sd.is::<LogNormal>() => Some((mu - (1.0 + k) * sigma.square()).exp()),
            // They fall from 0 on, where the density of a standard deviation of 0 would be.
            [scale] if sd.is::<Exponential>() || sd.is::<HalfNormal>() || sd.is::<HalfCauchy>() => {
                Some(0.0 * (scale + k) + f64::NAN)
            }
            [nu, scale] if sd.is::<HalfStudentT>() => Some(0.0 * (nu + scale + k) + f64::NAN),
            _ => None,
        }
    }

    /// That the standard deviations are positive numbers, or vectors of them.
    fn positive(&self) -> Result<(), Error> {
        let missing = |missing| Err(Error::Missing { distribution: self.sd.name(), missing });
        let from = Hull::of(&self.sd.support()).filter(|hull| !hull.discrete).and_then(|hull| hull.lower);
        match from {
            Some(lower) if lower.as_constant().is_none_or(|lower| lower >= 0.0) => {}
            _ => return missing("support within the positive numbers"),
        }
        if self.sd.event_rank() > 1 { missing("number or vector of standard deviations") } else { Ok(()) }
    }
}

impl Distribution for LKJCholeskyCov {
    fn name(&self) -> &'static str {
        "LKJCholeskyCov"
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parts().parameters()
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let (mut sd, own) = self.parts().again(parameters)?;
        let [eta] = parameter::exactly(self.name(), own)?;
        Ok(Box::new(Self::new(self.n(), eta, sd.remove(0))))
    }

    fn support(&self) -> Support {
        Support::CholeskyFactor
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let diagonal = x.diagonal();
        if diagonal.check().is_err() {
            return diagonal;
        }
        let above = x.triu(1).equal(0.0).all_axes(&[x.rank() - 2, x.rank() - 1]);
        let inside = above * all(&diagonal.greater(0.0));
        let harmless = cells(&inside).select(x, Expr::eye(self.n()));
        let log = self.log_joint(&harmless, |rows, sd| rows.log_density(sd));
        inside.select(log, f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.log_joint(x, |rows, sd| rows.log_density_unchecked(sd))
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        self.check_values(parameters)?;
        let parts = self.parts();
        let (lists, eta) = parts.split(parameters)?;
        let n = self.n();
        let mut factors = self.correlation.sample(eta, shape, rng)?;
        let (batch, _) = draw::split(self.name(), shape, 2)?;
        // The rows beside the batch axes, as in `rows`.
        let wider = |(p, values): (&Parameter, &Array<f64>)| {
            let batch = values.rank() - p.event_rank();
            if self.sd.event_rank() > 0 || batch == 0 {
                return Ok(values.clone());
            }
            let (lead, event) = values.shape().split_at(batch);
            Array::new([lead, &[1], event].concat(), values.data().to_vec())
        };
        let of_sd = self.sd.parameters();
        let own = lists.into_iter().flatten();
        let values = of_sd.iter().zip(own).map(wider).collect::<Result<Vec<_>, _>>()?;
        let sd = self.sd.sample(&values, &[batch, &[n]].concat(), rng)?;
        for (row, sd) in factors.data_mut().chunks_mut(n.max(1)).zip(sd.data()) {
            row.iter_mut().for_each(|c| *c *= sd);
        }
        Ok(factors)
    }

    fn noise(&self) -> Option<Noise> {
        self.moved(&self.sd.initial_value()).map(|_| Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let l = noise.stop_gradient();
        if l.check().is_err() || l.rank() < 2 {
            return Some(l.trace());
        }
        let sd = Self::lengths(&l);
        let factor = self.correlation.moved(&(&l / column(&sd)));
        Some(along(noise, &(column(&self.moved(&sd)?) * factor)))
    }

    /// A diagonal matrix of standard deviations where theirs starts.
    fn initial_value(&self) -> Expr {
        column(&self.each(&self.rows().initial_value())) * Expr::eye(self.n())
    }

    /// The product of both means.
    fn mean(&self) -> Option<Expr> {
        Some(column(&self.each(&self.rows().mean()?)) * self.correlation.mean()?)
    }

    fn variance(&self) -> Option<Expr> {
        let rows = self.rows();
        let (mean, spread) = (column(&self.each(&rows.mean()?)), column(&self.each(&rows.variance()?)));
        let (m, v) = (self.correlation.mean()?, self.correlation.variance()?);
        // Of a product of independent factors, without a difference.
        Some(&spread * (m.square() + &v) + mean.square() * v)
    }

    /// A diagonal matrix: a correlation but the identity is no denser for `eta > 1/2` (NaN below, where the density has no largest value), and the standard
    /// deviation of row `i` stands where `p(s) / s^(i-1)` is largest, `i` from 1 on.
    fn mode(&self) -> Option<Expr> {
        let rows = self.rows();
        let independent = (&*rows as &dyn Any).downcast_ref::<Independent>();
        let before = Expr::literal(Array::vector((0..self.n()).map(|i| i as f64).collect()));
        let sd = Self::tilted_mode(&**independent.map_or(&rows, Independent::element), &before)?;
        let some = cells(&self.correlation.shape().1.greater(0.5));
        Some(some.select(column(&self.each(&sd)) * Expr::eye(self.n()), f64::NAN))
    }

    /// That of both factors, less the expectation of the stretch.
    fn entropy(&self) -> Option<Expr> {
        let n = self.n() as f64;
        let of_sd = n * self.sd.entropy()?;
        let log_sd =
            Stretch::of(&*self.sd, self.sd.mode())?.expect(|s| self.sd.log_density(s), |s, _| s.ln());
        let log_diagonal =
            self.correlation.mean_log_diagonal().fold(Expr::constant(0.0), |sum, (_, log)| sum + log);
        Some(self.correlation.entropy()? + of_sd - log_diagonal + 0.5 * n * (n - 1.0) * log_sd)
    }

    fn check(&self) -> Result<(), Error> {
        self.positive()?;
        self.sd.check()?;
        parameter::check(self.name(), &self.parts().own)?;
        event::fits(self, [self.n(), self.n()])
    }

    fn check_values(&self, parameters: &[Array<f64>]) -> Result<(), Error> {
        self.parts().check_values(parameters)
    }
}
