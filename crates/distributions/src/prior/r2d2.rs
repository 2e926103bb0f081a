//! `R2D2`: a prior of how much a regression explains, shared out among its weights.

use elbo_tensor_ad::{Array, Expr};

use crate::{Beta, Dirichlet, Normal};

/// The R2D2 prior (Zhang, Naughton, Bondell and Reich 2022; its Gaussian form, Aguilar and Bürkner 2023): the share `R²` of the variance that a regression
/// explains is a [`Beta`] variable, and is shared out among the weights by a [`Dirichlet`]:
/// `w ~ N(0, sigma² φ R²/(1 - R²))`, for features of unit variance and noise `sigma`.
///
/// It hands out the distribution of each variable, as [`Horseshoe`](crate::Horseshoe) does and for the same reasons.
///
/// ```
/// use elbo_distributions::R2D2;
///
/// let prior = R2D2::by_mean(0.5, 4.0, 0.5, 10);
/// // let explained = m.sample("explained", prior.explained(), ());
/// // let phi = m.sample("phi", prior.shares(), "feature");
/// // let w = m.sample("w", prior.weights(&explained, &phi, &sigma), "feature");
/// # let _ = prior.shares();
/// ```
#[derive(Debug, Clone)]
pub struct R2D2 {
    a: f64,
    b: f64,
    concentration: f64,
    features: usize,
}

impl R2D2 {
    /// `R² ~ Beta(a, b)`, both above 0; the concentration of the shares, above 0 (1 is uniform, smaller favours few large weights); the number of features.
    pub fn new(a: f64, b: f64, concentration: f64, features: usize) -> Self {
        R2D2 { a, b, concentration, features }
    }

    /// By the mean of `R²` and the precision of its Beta distribution, `a + b`.
    pub fn by_mean(mean: f64, precision: f64, concentration: f64, features: usize) -> Self {
        Self::new(mean * precision, (1.0 - mean) * precision, concentration, features)
    }

    /// The prior of `R²`.
    #[track_caller]
    pub fn explained(&self) -> Beta {
        Beta::new(self.a, self.b)
    }

    /// The prior of the shares `φ`, one for each feature, their sum 1.
    #[track_caller]
    pub fn shares(&self) -> Dirichlet {
        Dirichlet::new(Array::full([self.features], self.concentration))
    }

    /// The standard deviation of the weights, `sigma √(φ R²/(1 - R²))`: the shares have an axis more than `R²`.
    pub fn scale(&self, explained: &Expr, shares: &Expr, sigma: impl Into<Expr>) -> Expr {
        // An R² that rounds to 1 leaves half an ulp.
        let odds = explained / (1.0 - explained).max(0.5 * f64::EPSILON);
        sigma.into() * (shares * odds.expand(odds.rank())).sqrt()
    }

    /// The prior of the weights.
    #[track_caller]
    pub fn weights(&self, explained: &Expr, shares: &Expr, sigma: impl Into<Expr>) -> Normal {
        Normal::new(0.0, self.scale(explained, shares, sigma))
    }
}
