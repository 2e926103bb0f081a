//! The zero-inflated and hurdle distributions that have names of their own.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::hurdle::Hurdle;
use super::zero_inflated::ZeroInflated;
use crate::{
    Bijector, Binomial, Distribution, Error, Gamma, LogNormal, NegativeBinomial, Noise, Parameter, Poisson,
    Support,
};

/// A modifier over one distribution, its `psi` first among the parameters, under a name of its own.
macro_rules! named {
    ($($(#[$page:meta])* $name:ident($modifier:ident of $inner:expr; $($parameter:ident: $what:literal),+);)+) => {$(
        $(#[$page])*
        #[derive(Debug, Clone)]
        pub struct $name($modifier);

        impl $name {
            #[doc = concat!("The share `psi` in `0..=1`", $(", ", $what,)+ ".")]
            #[track_caller]
            pub fn new(psi: impl Into<Expr>, $($parameter: impl Into<Expr>),+) -> Self {
                let inner = $inner;
                $name($modifier::new(inner($($parameter.into()),+), psi))
            }
        }

        impl Distribution for $name {
            fn name(&self) -> &'static str {
                stringify!($name)
            }

            fn parameters(&self) -> Vec<Parameter> {
                let mut parameters = self.0.parameters();
                parameters.rotate_right(1);
                parameters
            }

            fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
                let [psi, $($parameter),+] = $crate::parameter::exactly(self.name(), parameters)?;
                Ok(Box::new($name::new(psi, $($parameter),+)))
            }

            fn check(&self) -> Result<(), Error> {
                self.0.check()
            }

            fn check_values(&self, parameters: &[Array<f64>]) -> Result<(), Error> {
                self.0.check_values(&psi_last(parameters))
            }

            fn support(&self) -> Support {
                self.0.support()
            }

            fn bijector(&self) -> Option<Bijector> {
                self.0.bijector()
            }

            fn log_density(&self, x: &Expr) -> Expr {
                self.0.log_density(x)
            }

            fn log_density_unchecked(&self, x: &Expr) -> Expr {
                self.0.log_density_unchecked(x)
            }

            fn sample(
                &self,
                parameters: &[Array<f64>],
                shape: &[usize],
                rng: &mut dyn Rng,
            ) -> Result<Array<f64>, Error> {
                self.0.sample(&psi_last(parameters), shape, rng)
            }

            fn cdf(&self, x: &Expr) -> Option<Expr> {
                self.0.cdf(x)
            }

            fn log_cdf(&self, x: &Expr) -> Option<Expr> {
                self.0.log_cdf(x)
            }

            fn log_survival(&self, x: &Expr) -> Option<Expr> {
                self.0.log_survival(x)
            }

            fn quantile(&self, p: &Expr) -> Option<Expr> {
                self.0.quantile(p)
            }

            fn noise(&self) -> Option<Noise> {
                self.0.noise()
            }

            fn pathwise(&self, noise: &Expr) -> Option<Expr> {
                self.0.pathwise(noise)
            }

            fn initial_value(&self) -> Expr {
                self.0.initial_value()
            }

            fn mean(&self) -> Option<Expr> {
                self.0.mean()
            }

            fn variance(&self) -> Option<Expr> {
                self.0.variance()
            }

            fn mode(&self) -> Option<Expr> {
                self.0.mode()
            }

            fn entropy(&self) -> Option<Expr> {
                self.0.entropy()
            }
        }
    )+};
}

/// The list of a named distribution as the modifier's.
fn psi_last(parameters: &[Array<f64>]) -> Vec<Array<f64>> {
    let mut list = parameters.to_vec();
    let all = list.len();
    list.rotate_left(all.min(1));
    list
}

named! {
    /// [`Poisson`] counts with more zeros: [`ZeroInflated`] over it. `psi` is the share of the counts (PyMC's convention).
    ZeroInflatedPoisson(ZeroInflated of |mu: Expr| Poisson::new(mu); mu: "rate `mu >= 0`");
    /// [`Binomial`] counts with more zeros: [`ZeroInflated`] over it. `psi` is the share of the counts (PyMC's convention).
    ZeroInflatedBinomial(ZeroInflated of |n: Expr, p: Expr| Binomial::probability(n, p); n: "`n` trials", p: "of probability `p` in `0..=1`");
    /// [`NegativeBinomial`] counts with more zeros: [`ZeroInflated`] over it. `psi` is the share of the counts (PyMC's convention).
    ZeroInflatedNegativeBinomial(ZeroInflated of |mu: Expr, alpha: Expr| NegativeBinomial::new(mu, alpha); mu: "mean `mu > 0`", alpha: "shape `alpha > 0`");
    /// [`Poisson`] counts above 0 with zeros of their own: [`Hurdle`] over it. `psi` is the probability of not being 0 (PyMC's convention).
    HurdlePoisson(Hurdle of |mu: Expr| Poisson::new(mu); mu: "rate `mu > 0`");
    /// [`NegativeBinomial`] counts above 0 with zeros of their own: [`Hurdle`] over it. `psi` is the probability of not being 0 (PyMC's convention).
    HurdleNegativeBinomial(Hurdle of |mu: Expr, alpha: Expr| NegativeBinomial::new(mu, alpha); mu: "mean `mu > 0`", alpha: "shape `alpha > 0`");
    /// [`Gamma`] numbers with zeros of their own: [`Hurdle`] over it. `psi` is the probability of not being 0 (PyMC's convention).
    HurdleGamma(Hurdle of |alpha: Expr, beta: Expr| Gamma::new(alpha, beta); alpha: "shape `alpha > 0`", beta: "rate `beta > 0`");
    /// [`LogNormal`] numbers with zeros of their own: [`Hurdle`] over it. `psi` is the probability of not being 0 (PyMC's convention).
    HurdleLogNormal(Hurdle of |mu: Expr, sigma: Expr| LogNormal::new(mu, sigma); mu: "the logarithm's mean `mu`", sigma: "and standard deviation `sigma > 0`");
}
