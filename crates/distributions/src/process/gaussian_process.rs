//! `GaussianProcess`: distributions over functions.

use elbo_tensor_ad::Expr;

use super::{Kernel, MeanFunction};
use crate::MvNormal;
use crate::multivariate::event::symmetric;

/// A distribution over functions whose values at any points are Gaussian: their mean is a [`MeanFunction`]'s, their covariance a [`Kernel`]'s.
///
/// A process is not itself a [`Distribution`](crate::Distribution) of numbers. Its values at points are, by one of three methods: [`prior`](Self::prior)
/// for a latent variable, [`marginal`](Self::marginal) for data with Gaussian noise (PyMC's `gp.Marginal`: the function is
/// integrated out), and [`conditional`](Self::conditional) for values at new points given data. Each is an [`MvNormal`] whose parameters
/// are expressions of the kernel's, and has all that one has: density, gradients, draws, entropy.
///
/// A number is added to every diagonal so that factors exist where points are near each other: the jitter, `1e-6` as in PyMC unless
/// [`jitter`](Self::jitter) says otherwise.
///
/// ```
/// use elbo_distributions::{Distribution, GaussianProcess, Kernel};
/// use elbo_tensor_ad::{Array, Expr, grad};
///
/// let (length, sigma) = (Expr::input("length", ()), Expr::input("sigma", ()));
/// let process = GaussianProcess::new(0.0, Kernel::matern52(&length));
/// let (x, y) = (Expr::from(Array::vector(vec![0.0, 1.0, 2.5])), Expr::from(Array::vector(vec![0.1, 0.9, 0.3])));
/// let evidence = process.marginal(&x, &sigma).log_density(&y);
/// assert_eq!(grad(&evidence, &[length, sigma])?.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct GaussianProcess {
    mean: MeanFunction,
    kernel: Kernel,
    jitter: f64,
}

impl GaussianProcess {
    /// A process of this mean (a number for a constant one) and covariance `kernel`.
    #[track_caller]
    pub fn new(mean: impl Into<MeanFunction>, kernel: Kernel) -> Self {
        GaussianProcess { mean: mean.into(), kernel, jitter: 1e-6 }
    }

    /// What is added to the diagonals.
    #[must_use]
    pub fn jitter(self, jitter: f64) -> Self {
        GaussianProcess { jitter, ..self }
    }

    /// The function's values at these points (`[n]` or `[n, d]`).
    pub fn prior(&self, x: &Expr) -> MvNormal {
        MvNormal::new(self.mean.at(x), self.at(x, &Expr::constant(0.0)))
    }

    /// Values at these points with independent Gaussian noise of standard deviation `sigma`, a number or one for each point.
    pub fn marginal(&self, x: &Expr, sigma: impl Into<Expr>) -> MvNormal {
        MvNormal::new(self.mean.at(x), self.at(x, &sigma.into().square()))
    }

    /// The function's values at `new` points, given the values `y` at `x` with noise of standard deviation `sigma` (Rasmussen and Williams 2006, eq. 2.22
    /// to 2.24). The noise is not added to the new values.
    pub fn conditional(&self, new: &Expr, x: &Expr, y: &Expr, sigma: impl Into<Expr>) -> MvNormal {
        let l = symmetric(&self.at(x, &sigma.into().square())).cholesky();
        let cross = self.kernel.cross(x, new);
        let a = l.solve_lower(&cross);
        let z = l.solve_lower(&(y - self.mean.at(x)));
        if a.check().is_err() || z.check().is_err() {
            return MvNormal::new(z, a);
        }
        let mean = self.mean.at(new) + a.transpose().matmul(&z);
        MvNormal::new(mean, self.at(new, &Expr::constant(0.0)) - a.transpose().matmul(&a))
    }

    /// The covariance of these points, with this variance and the jitter on its diagonal.
    fn at(&self, x: &Expr, variance: &Expr) -> Expr {
        let k = self.kernel.matrix(x);
        let more = (variance + self.jitter) + 0.0 * self.kernel.variances(x);
        k + more.diag()
    }
}
