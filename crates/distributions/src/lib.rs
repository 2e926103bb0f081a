//! Log densities, samplers, supports and bijectors, differentiable in the value and in every parameter.
//!
//! A distribution here is a small value that holds its parameters as [expressions](elbo_tensor_ad::Expr). From it you
//! get its log density as another expression, so that a gradient with respect to the value and every parameter follows, its
//! support and the map from the whole line onto it, draws at plain numbers, moments, and errors that name the
//! parameter, the value and what was required.
//!
//! Take this crate if you want log densities with gradients, samplers or constrained-to-unconstrained maps
//! in Rust. If you only need densities and distribution functions at plain numbers, `statrs` is
//! lighter; if you only need draws, `rand_distr` is.
//!
//! ```
//! use elbo_distributions::{Distribution, Gamma};
//! use elbo_tensor_ad::{Array, Expr, grad, reference};
//!
//! let (x, rate) = (Expr::input("x", ["n"]), Expr::input("rate", [0usize; 0]));
//! let waiting = Gamma::new(2.0, &rate);
//! waiting.check()?;                                               // shapes, and literals out of range
//! let total = waiting.log_density(&x).sum();
//! let slope = grad(&total, &[rate])?.remove(0);                   // Σ (alpha / rate - x)
//! let (data, at) = (Array::vector(vec![0.5, 1.5]), Array::scalar(4.0));
//! let values = reference::evaluate(&[total, slope], &[("x", &data), ("rate", &at)])?;
//! assert!((values[1].data()[0] - (2.0 * 2.0 / 4.0 - 2.0)).abs() < 1e-14);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Concepts, in order
//!
//! 1. [`Distribution`]: the trait. Everything broadcasts elementwise by NumPy's rule. Your own distribution is
//!    seven methods, and stands beside those of the crate.
//! 2. [`Parameter`] and [`Requirement`]: name, expression and range of each parameter. What is a literal is checked by
//!    [`check`](Distribution::check) before anything runs, what is computed by
//!    [`check_values`](Distribution::check_values) when its numbers are known. A log density does not check: at a scale of 0 or below
//!    its value means nothing.
//! 3. [`Support`]: where the density is positive. Outside, [`log_density`](Distribution::log_density) is minus infinity with
//!    a gradient of 0; inside, [`log_density_unchecked`](Distribution::log_density_unchecked) saves the test.
//! 4. [`Bijector`]: a map from the whole line (or space) onto a support, with its log-determinant, for expressions and for
//!    plain numbers.
//! 5. [`sample`](Distribution::sample): draws at plain parameters from any generator of `rand` 0.10.
//!
//! To draw:
//!
//! ```
//! use elbo_distributions::{Distribution, Normal};
//! use elbo_tensor_ad::Array;
//! use rand::SeedableRng;
//! use rand_xoshiro::Xoshiro256PlusPlus;
//!
//! let mut rng = Xoshiro256PlusPlus::seed_from_u64(42);
//! let sigma = Array::vector(vec![0.1, 1.0, 10.0]);
//! let draws = Normal::new(0.0, sigma.clone()).sample(&[Array::scalar(0.0), sigma], &[1000, 3], &mut rng)?;
//! assert_eq!(draws.shape(), [1000, 3]);
//! # Ok::<(), elbo_distributions::Error>(())
//! ```
//!
//! # The distributions
//!
//! All have: log density, unchecked log density, support, initial value, parameter checks, and a sampler but where improper; mean, variance, mode and
//! entropy where there are formulas. Those over continuous numbers have a bijector, and (but for the improper ones) distribution function, logarithms of
//! both tails, quantile and differentiable draws.
//! Names and parameterisations are PyMC's.
//!
//! | name | parameters | support | bijector | differs from | who is right |
//! | --- | --- | --- | --- | --- | --- |
//! | [`Normal`] | `mu`, `sigma > 0` | real | identity | none known | |
//! | [`HalfNormal`] | `sigma > 0` | `x >= 0` | exp | none known | |
//! | [`StudentT`] | `nu > 0`, `mu`, `sigma > 0` | real | identity | textbook formulas (two log-gammas) lose digits for large `nu` | here: a series above `nu = 40` |
//! | [`Gamma`] | `alpha > 0`, rate `beta > 0` | `x > 0` | exp | PyMC 5.28: minus infinity at `x = 0` for `alpha < 1`. SciPy: scale is `1 / beta` | the limit is plus infinity: here and SciPy |
//! | [`LogNormal`] | `mu`, `sigma > 0` | `x > 0` | exp | none known | |
//! | [`Cauchy`] | `alpha`, `beta > 0` | real | identity | none known | |
//! | [`HalfCauchy`] | `beta > 0` | `x >= 0` | exp | PyMC 5.28: off by `2e-9` | here and SciPy |
//! | [`Laplace`] | `mu`, `b > 0` | real | identity | none known | |
//! | [`AsymmetricLaplace`] | `kappa > 0`, `mu`, rate `b > 0` | real | identity | SciPy: scale is `1 / b` | a convention |
//! | [`Logistic`] | `mu`, `s > 0` | real | identity | none known | |
//! | [`LogitNormal`] | `mu`, `sigma > 0` | `0 < x < 1` | sigmoid | PyMC 5.28: NaN at and outside 0 and 1 | here: minus infinity |
//! | [`Exponential`] | rate `lam > 0` | `x >= 0` | exp | SciPy: scale is `1 / lam` | a convention |
//! | [`Weibull`] | `alpha > 0`, `beta > 0` | `x >= 0` | exp | PyMC 5.28: NaN at `x = 0` for `alpha = 1` | here: the limit, `-ln beta` |
//! | [`Pareto`] | `alpha > 0`, `m > 0` | `x >= m` | above `m` | none known | |
//! | [`Gumbel`] | `mu`, `beta > 0` | real | identity | none known | |
//! | [`Kumaraswamy`] | `a > 0`, `b > 0` | `0 <= x <= 1` | sigmoid | none known | |
//! | [`Uniform`] | `lower`, `upper > lower` | `lower..=upper` | interval | none known | |
//! | [`Triangular`] | `lower`, `c`, `upper` | `lower..=upper` | interval | SciPy: `c` is a share of the width | a convention |
//! | [`Moyal`] | `mu`, `sigma > 0` | real | identity | SciPy 1.17: minus infinity far on the left | here and PyMC |
//! | [`Flat`], [`HalfFlat`] | none | real, `x >= 0` | identity, exp | improper: a density only | |
//! | [`HalfStudentT`] | `nu > 0`, `sigma > 0` | `x >= 0` | exp | PyMC 5.28: off by `2e-9` | here |
//! | [`InverseGamma`] | `alpha > 0`, `beta > 0` | `x > 0` | exp | none known | |
//! | [`ChiSquared`] | `nu > 0` | `x > 0` | exp | PyMC 5.28: off by `2e-9`; minus infinity at 0 for `nu < 2` | here and SciPy |
//! | [`Beta`] | `alpha > 0`, `beta > 0`; or `mu`, `sigma`; or `mu`, `nu` | `0 <= x <= 1` | sigmoid | PyMC 5.28: gradient of `Beta(1, 1)` by its shapes | here |
//! | [`TruncatedNormal`] | `mu`, `sigma > 0`, `lower`, `upper` | `lower..=upper`, either may be missing | interval, above, below | PyMC 5.28: off by up to `1e-5`, NaN gradients with one bound; SciPy 1.17: entropy | here |
//! | [`SkewNormal`] | `mu`, `sigma > 0`, `alpha` | real | identity | PyMC 5.28: off by `1e-8`, NaN gradients far out | here |
//! | [`ExGaussian`] | `mu`, `sigma > 0`, `nu > 0` | real | identity | PyMC 5.28: a Normal in its place for small `nu` | here and SciPy |
//! | [`Wald`] | `mu > 0`, `lam > 0` | `x > 0` | exp | SciPy: `mu / lam` and scale `lam` | a convention |
//! | [`Rice`] | `nu >= 0`, `sigma > 0` | `x > 0` | exp | none known | |
//! | [`VonMises`] | `mu`, `kappa > 0` | `-π..=π` | circle | PyMC 5.28: minus infinity for `kappa > 713`; SciPy: the whole line | here |
//! | [`Bernoulli`] | `p` in `0..=1`, or `logit_p` | 0 or 1 | none | none known | |
//! | [`Categorical`] | `p` (sums to 1), or `logit_p`; classes on the last axis | `0..k` | none | PyMC 5.28: NaN gradient for very negative logits | here: `f[x] - logsumexp(f)` |
//! | [`Binomial`] | `n`, `p` or `logit_p` | `0..=n` | none | none known | |
//! | [`BetaBinomial`] | `n`, `alpha > 0`, `beta > 0` | `0..=n` | none | none known | |
//! | [`Poisson`] | `mu >= 0`, or `log_mu` | `0, 1, ..` | none | none known | |
//! | [`NegativeBinomial`] | `mu > 0`, `alpha > 0`, or `n > 0`, `p` | `0, 1, ..` | none | none known | |
//! | [`Geometric`] | `0 < p <= 1` | `1, 2, ..` | none | NumPyro counts failures, one less | a convention |
//! | [`HyperGeometric`] | `N`, `k`, `n` | whole, between bounds | none | SciPy: `M`, `n`, `N` | a convention |
//! | [`DiscreteUniform`] | `lower`, `upper` | `lower..=upper` | none | SciPy leaves the upper bound out | a convention |
//! | [`DiscreteWeibull`] | `0 < q < 1`, `beta > 0` | `0, 1, ..` | none | none known | |
//! | [`OrderedLogistic`], [`OrderedProbit`] | `eta`, `cutpoints` | `0..k` | none | PyMC 5.28: `1e-3` off where both cutpoints are far on one side | here: no difference is taken |
//! | [`ZeroInflatedPoisson`], [`ZeroInflatedBinomial`], [`ZeroInflatedNegativeBinomial`] | `psi`, the counts' | the counts' | none | NumPyro: `gate` is `1 - psi` | a convention |
//! | [`HurdlePoisson`], [`HurdleNegativeBinomial`], [`HurdleGamma`], [`HurdleLogNormal`] | `psi`, the inner one's | 0 and above | none | PyMC truncates numbers at `2.2e-16` | here: at 0 |
//! | [`Truncated`], [`Censored`] | the inner one's, `lower`, `upper` | between the bounds | interval, none | none known | |
//! | [`Folded`], [`Transformed`], [`Independent`] | the inner one's (and the bijector's) | its image | of the image | none known | |
//! | [`Mixture`], [`MixtureSameFamily`] | the components', `w` | the hull of theirs | of the hull | none known | |
//! | [`ZeroInflated`], [`Hurdle`] | the inner one's, `psi` | with 0 | none | none known | |
//! | [`Interpolated`] | `x_points`, `pdf_points` | between the points | interval | none known | |
//! | [`MvNormal`] | `mu`, and `cov`, `tau`, `chol`, or `cov_factor` and `cov_diag` | vectors | identity | SciPy: allows a singular covariance | |
//! | [`MvStudentT`] | `nu > 0`, `mu`, and `scale`, `tau` or `chol` | vectors | identity | PyMC 5.28: off by 2e-9 | here |
//! | [`Dirichlet`] | `a > 0` (vector) | simplex | softmax of `(y, -Σ y)` | none known | |
//! | [`Multinomial`] | `n`, `p` (sums to 1) | counts that sum to `n` | none | none known | |
//! | [`DirichletMultinomial`] | `n`, `a > 0` (vector) | counts that sum to `n` | none | textbook formulas lose digits for large `a` | here: Beta functions |
//! | [`LKJCholesky`] | side, `eta > 0` | factors of correlations | Stan's | PyMC 5.28: adds the logarithm of the normalising constant | it is subtracted: here and NumPyro |
//! | [`LKJCorr`] | side, `eta > 0` | correlation matrices | Stan's | the same | the same |
//! | [`Wishart`] | `nu > n - 1`, `V` | positive definite matrices | `L Lᵀ` | PyMC 5.28: cuts `nu` to a whole number | here and SciPy |
//! | [`InverseWishart`] | `nu > n - 1`, `psi` | positive definite matrices | `L Lᵀ` | not in PyMC | |
//! | [`MatrixNormal`] | `mu`, and `rowcov`, `colcov` or their factors | matrices | identity | none known | |
//! | [`ZeroSumNormal`] | `sigma > 0`, length | vectors that sum to 0 | an isometry | none known | |
//! | [`StickBreakingWeights`] | `alpha > 0`, breaks | simplex | softmax of `(y, -Σ y)` | none known | |
//! | [`GaussianRandomWalk`] | `mu`, `sigma > 0`, start, steps | vectors | identity | NumPyro: no drift | |
//! | [`AR`] | `rho` (vector), `sigma > 0`, constant, start, steps | vectors | identity | PyMC: the constant is the first of `rho` | |
//! | [`GARCH11`] | `omega > 0`, `alpha_1`, `beta_1`, `initial_vol > 0`, steps | vectors | identity | none known | |
//! | [`CAR`] | `mu`, `W`, `-1 < alpha < 1`, `tau > 0` | vectors | identity | none known | |
//! | [`ICAR`] | `W`, `sigma > 0` | vectors that sum to 0 | an isometry | PyMC 5.28: a soft constraint, and no `ln sigma` | here: proper, `sigma` can be learnt |
//! | [`GaussianProcess`] | mean, [`Kernel`], points | vectors, as [`MvNormal`] | identity | none known | |
//! | [`NormalScaleMixture`] | `w` (sums to 1), `sigma > 0` (vectors) | real | identity | none known | |
//! | [`SpikeAndSlab`] | `pi` in `0..=1`, `sigma1`, `sigma2 > 0` | real | identity | none known | |
//!
//! Priors of several variables hand out the distribution of each: [`Horseshoe`], [`RegularizedHorseshoe`], [`R2D2`], [`AutomaticRelevance`].
//!
//! The claims about PyMC 5.28.5 and SciPy 1.17.1 come from comparing them with the golden tables of this crate's tests,
//! which were computed with 50 digits.

mod bijector;
mod continuous;
mod discrete;
mod distribution;
mod divergence;
mod draw;
mod error;
mod modifier;
mod multivariate;
mod noise;
mod numeric;
mod parameter;
mod prior;
mod process;
mod support;
mod tails;

pub use bijector::Bijector;
pub use continuous::{
    AsymmetricLaplace, Beta, Cauchy, ChiSquared, ExGaussian, Exponential, Flat, Gamma, Gumbel, HalfCauchy,
    HalfFlat, HalfNormal, HalfStudentT, InverseGamma, Kumaraswamy, Laplace, LogNormal, Logistic, LogitNormal,
    Moyal, Normal, Pareto, Rice, SkewNormal, StudentT, Triangular, TruncatedNormal, Uniform, VonMises, Wald,
    Weibull,
};
pub use discrete::{
    Bernoulli, BetaBinomial, Binomial, Categorical, DiscreteUniform, DiscreteWeibull, Geometric,
    HyperGeometric, NegativeBinomial, OrderedLogistic, OrderedProbit, Poisson,
};
pub use distribution::Distribution;
pub use divergence::{Divergence, Estimate, kl};
pub use error::Error;
pub use modifier::{
    Censored, Folded, Hurdle, HurdleGamma, HurdleLogNormal, HurdleNegativeBinomial, HurdlePoisson,
    Independent, Inner, Interpolated, Mixture, MixtureSameFamily, Transformed, Truncated, ZeroInflated,
    ZeroInflatedBinomial, ZeroInflatedNegativeBinomial, ZeroInflatedPoisson,
};
pub use multivariate::{
    Dirichlet, DirichletMultinomial, InverseWishart, LKJCholesky, LKJCorr, MatrixNormal, Multinomial,
    MvNormal, MvStudentT, StickBreakingWeights, Wishart, ZeroSumNormal,
};
pub use noise::Noise;
pub use numeric::Numeric;
pub use parameter::{Parameter, Requirement};
pub use prior::{
    AutomaticRelevance, Horseshoe, NormalScaleMixture, R2D2, RegularizedHorseshoe, SpikeAndSlab,
};
pub use process::{AR, CAR, GARCH11, GaussianProcess, GaussianRandomWalk, ICAR, Kernel};
pub use support::Support;
