//! `AutomaticRelevance`: a precision for each weight, or group of weights, that is learnt.

use elbo_tensor_ad::Expr;

use crate::{Gamma, Normal, StudentT};

/// Automatic relevance determination (MacKay 1995; Tipping 2001): `w ~ N(0, 1/alpha)`, `alpha ~ Gamma(a, rate b)` for each weight, or for all weights of one
/// feature. A feature that explains nothing gets a large precision, and weights near 0.
///
/// It hands out the distribution of each variable, as [`Horseshoe`](crate::Horseshoe) does and for the same reasons; with the precision integrated out
/// a weight alone is [`StudentT`].
///
/// ```
/// use elbo_distributions::AutomaticRelevance;
///
/// let prior = AutomaticRelevance::new(1.0, 0.1);
/// // let alpha = m.sample("alpha", prior.precision(), "feature");
/// // let w = m.sample("w", prior.weights(&alpha.expand(1)), ["feature", "hidden"]);
/// # let _ = prior.marginal();
/// ```
#[derive(Debug, Clone)]
pub struct AutomaticRelevance {
    a: Expr,
    b: Expr,
}

impl AutomaticRelevance {
    /// Shape `a > 0` and rate `b > 0` of the precisions; small ones are vague.
    pub fn new(a: impl Into<Expr>, b: impl Into<Expr>) -> Self {
        AutomaticRelevance { a: a.into(), b: b.into() }
    }

    /// The prior of a precision.
    #[track_caller]
    pub fn precision(&self) -> Gamma {
        Gamma::new(&self.a, &self.b)
    }

    /// The standard deviation of weights of this precision.
    pub fn scale(&self, precision: &Expr) -> Expr {
        precision.rsqrt()
    }

    /// The prior of weights of this precision.
    #[track_caller]
    pub fn weights(&self, precision: &Expr) -> Normal {
        Normal::new(0.0, self.scale(precision))
    }

    /// The prior of a weight that has a precision of its own, which is integrated out: `2a` degrees of freedom, scale `√(b/a)`.
    #[track_caller]
    pub fn marginal(&self) -> StudentT {
        StudentT::new(2.0 * &self.a, 0.0, (&self.b / &self.a).sqrt())
    }
}
