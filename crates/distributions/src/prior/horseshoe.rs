//! `Horseshoe` and `RegularizedHorseshoe`: most weights nearly 0, some free.

use elbo_tensor_ad::Expr;

use crate::{HalfCauchy, InverseGamma, Normal};

/// The horseshoe (Carvalho, Polson and Scott 2010): `w ~ N(0, (tau lambda)²)`, `lambda ~ HalfCauchy(1)` for each weight, `tau ~ HalfCauchy(tau0)`
/// for all.
///
/// A prior of several variables is not one [`Distribution`](crate::Distribution): it hands out the distribution of each, so that a model names
/// them, gives each its axes, and inference sees them apart (their scales are what a fit struggles with). In a model:
///
/// ```
/// use elbo_distributions::{Distribution, Horseshoe, Normal};
/// use elbo_tensor_ad::Expr;
///
/// let prior = Horseshoe::new(0.1);
/// // let tau = m.sample("tau", prior.global(), ());
/// // let lambda = m.sample("lambda", prior.local(), "feature");
/// // let w = m.sample("w", prior.weights(&tau, &lambda), "feature");
/// let (tau, lambda, w) = (Expr::input("tau", ()), Expr::input("lambda", [3]), Expr::input("w", [3]));
/// let log_density = prior.global().log_density(&tau)
///     + prior.local().log_density(&lambda).sum()
///     + prior.weights(&tau, &lambda).log_density(&w).sum();
/// assert_eq!(log_density.rank(), 0);
/// // Without its funnel: z ~ N(0, 1), w = scale · z.
/// let z = Expr::input("z", [3]);
/// let w = prior.scale(&tau, &lambda) * z;
/// # assert_eq!(w.rank(), 1);
/// ```
#[derive(Debug, Clone)]
pub struct Horseshoe {
    tau0: Expr,
}

impl Horseshoe {
    /// The scale `tau0 > 0` of the global scale; [`global_scale`](Self::global_scale) chooses one.
    pub fn new(tau0: impl Into<Expr>) -> Self {
        Horseshoe { tau0: tau0.into() }
    }

    /// The `tau0` at which `expected` of `features` weights are far from 0, for data of `rows` rows and noise `sigma` (features of unit variance):
    /// `expected / (features - expected) · sigma / √rows` (Piironen and Vehtari 2017, eq. 3.12).
    pub fn global_scale(expected: f64, features: f64, rows: f64, sigma: f64) -> f64 {
        expected / (features - expected) * sigma / rows.sqrt()
    }

    /// The prior of `tau`.
    pub fn global(&self) -> HalfCauchy {
        HalfCauchy::new(&self.tau0)
    }

    /// The prior of `lambda`, one for each weight.
    pub fn local(&self) -> HalfCauchy {
        HalfCauchy::new(1.0)
    }

    /// The standard deviation of the weights.
    pub fn scale(&self, tau: &Expr, lambda: &Expr) -> Expr {
        tau * lambda
    }

    /// The prior of the weights.
    #[track_caller]
    pub fn weights(&self, tau: &Expr, lambda: &Expr) -> Normal {
        Normal::new(0.0, self.scale(tau, lambda))
    }
}

/// The regularised horseshoe (Piironen and Vehtari 2017): as [`Horseshoe`], but the weights that are free are held by a slab of variance `c²`:
/// `w ~ N(0, tau² lambda~²)`, `lambda~² = c² lambda² / (c² + tau² lambda²)`, `c² ~ InverseGamma(nu/2, nu s2/2)`.
///
/// The slab is a Student distribution of `nu` degrees of freedom and scale `√s2`.
///
/// ```
/// use elbo_distributions::{Horseshoe, RegularizedHorseshoe};
///
/// let prior = RegularizedHorseshoe::new(Horseshoe::global_scale(5.0, 100.0, 400.0, 1.0), 4.0, 1.0);
/// // let tau = m.sample("tau", prior.global(), ());
/// // let slab = m.sample("slab", prior.slab(), ());
/// // let lambda = m.sample("lambda", prior.local(), "feature");
/// // let w = m.sample("w", prior.weights(&tau, &lambda, &slab), "feature");
/// # let _ = prior.slab();
/// ```
#[derive(Debug, Clone)]
pub struct RegularizedHorseshoe {
    base: Horseshoe,
    nu: Expr,
    s2: Expr,
}

impl RegularizedHorseshoe {
    /// Scale `tau0 > 0` of the global scale, `nu > 0` degrees of freedom and squared scale `s2 > 0` of the slab.
    pub fn new(tau0: impl Into<Expr>, nu: impl Into<Expr>, s2: impl Into<Expr>) -> Self {
        RegularizedHorseshoe { base: Horseshoe::new(tau0), nu: nu.into(), s2: s2.into() }
    }

    /// The prior of `tau`.
    pub fn global(&self) -> HalfCauchy {
        self.base.global()
    }

    /// The prior of `lambda`, one for each weight.
    pub fn local(&self) -> HalfCauchy {
        self.base.local()
    }

    /// The prior of the slab's variance `c²`.
    pub fn slab(&self) -> InverseGamma {
        InverseGamma::new(0.5 * &self.nu, 0.5 * (&self.nu * &self.s2))
    }

    /// The standard deviation of the weights, `tau lambda / √(1 + tau² lambda² / c²)`.
    pub fn scale(&self, tau: &Expr, lambda: &Expr, slab: &Expr) -> Expr {
        let free = tau * lambda;
        &free * (free.square() / slab + 1.0).rsqrt()
    }

    /// The prior of the weights.
    #[track_caller]
    pub fn weights(&self, tau: &Expr, lambda: &Expr, slab: &Expr) -> Normal {
        Normal::new(0.0, self.scale(tau, lambda, slab))
    }
}
