//! `CAR` and `ICAR`: numbers on the regions of a map, each like its neighbours.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr, Op, reference};
use rand::Rng;

use crate::multivariate::dense::{Factor, cholesky, normals, solve_lower_transposed};
use crate::multivariate::event::{
    self, TOLERANCE, cells, column, drawn, last, row_times, sides, symmetric, total, vector,
};
use crate::parameter::exactly;
use crate::{Distribution, Error, MvNormal, Noise, Parameter, Requirement, Support};

/// The weights as the densities take them: a computed matrix so that its gradient is symmetric; a literal one has been checked.
fn weights(w: &Expr) -> Expr {
    if matches!(w.op(), Op::Literal(_)) { w.clone() } else { symmetric(w) }
}

/// The number of neighbours of each region: the sums of the rows.
fn degrees(w: &Expr) -> Expr {
    total(w)
}

/// `Lᵀ x = z` for each `z`, where `L` is the factor of a precision.
fn spread(l: &Expr, z: &Expr) -> Expr {
    let solved = l.matrix_transpose().solve_upper(&column(z));
    if solved.check().is_err() { solved } else { solved.squeeze(&[solved.rank() - 1]) }
}

/// The conditional autoregression: a Gaussian vector of mean `mu` and precision `tau (D - alpha W)`, `W` the weights between neighbours and `D` the sums
/// of its rows on a diagonal; over `[.., n]`.
///
/// `ln p(x) = (ln |tau (D - alpha W)| - n ln 2π - tau (x - mu)ᵀ (D - alpha W) (x - mu)) / 2`
///
/// `-1 < alpha < 1` makes it positive definite: 0 is independence, near 1 each region is the mean of its neighbours. Of a literal `W` the eigenvalues of
/// `D^-1/2 W D^-1/2` are found once, and `ln |D - alpha W| = Σ ln dᵢ + Σ ln(1 - alpha λᵢ)` (Jin, Carlin and Banerjee 2005): a density costs one
/// product. Draws and other `W` take a Cholesky factor. Parameters as in PyMC and NumPyro (`loc`, `correlation`, `conditional_precision`, `adj_matrix`).
#[derive(Debug, Clone)]
pub struct CAR {
    mu: Expr,
    w: Expr,
    alpha: Expr,
    tau: Expr,
    /// The eigenvalues, of a literal `W`.
    spectrum: Option<Expr>,
}

impl CAR {
    /// Mean `mu` (`[.., n]`, or one number for all), weights `W` (`[n, n]`: symmetric, zeros on the diagonal, 1 for neighbours), `alpha` in `(-1, 1)`,
    /// `tau > 0`.
    #[track_caller]
    pub fn new(
        mu: impl Into<Expr>,
        w: impl Into<Expr>,
        alpha: impl Into<Expr>,
        tau: impl Into<Expr>,
    ) -> Self {
        let (mu, w) = (mu.into(), w.into());
        let spectrum = matches!(w.op(), Op::Literal(_)).then(|| {
            let root = degrees(&w).rsqrt();
            let values = (column(&root) * &w * root.expand(last(&root))).eigvalsh();
            reference::evaluate(&[values], &[]).ok().map(|mut found| Expr::literal(found.remove(0)))
        });
        let mu = vector(&mu, w.dim(last(&w)));
        CAR { mu, w, alpha: alpha.into(), tau: tau.into(), spectrum: spectrum.flatten() }
    }

    /// The same as a vector of any making.
    pub(crate) fn joint(&self) -> MvNormal {
        MvNormal::precision(self.mu.clone(), cells(&self.tau) * self.structure())
    }

    /// `D - alpha W`
    fn structure(&self) -> Expr {
        degrees(&weights(&self.w)).diag() - cells(&self.alpha) * weights(&self.w)
    }

    /// `ln |tau (D - alpha W)|`
    fn log_det(&self) -> Expr {
        let n = Expr::size(self.w.dim(last(&self.w)));
        let structure = match &self.spectrum {
            Some(values) => {
                total(&degrees(&weights(&self.w)).ln()) + total(&(-(column(&self.alpha) * values)).ln1p())
            }
            None => self.structure().cholesky().cho_logdet(),
        };
        n * self.tau.ln() + structure
    }
}

impl Distribution for CAR {
    fn name(&self) -> &'static str {
        "CAR"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![
            Parameter::new("mu", &self.mu, Requirement::RealVector),
            Parameter::new("W", &self.w, Requirement::Adjacency),
            Parameter::new("alpha", &self.alpha, Requirement::OpenCorrelation),
            Parameter::new("tau", &self.tau, Requirement::Positive),
        ]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [mu, w, alpha, tau] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(mu, w, alpha, tau)))
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn event_rank(&self) -> usize {
        1
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let r = x - &self.mu;
        let own = total(&(r.square() * degrees(&weights(&self.w))));
        let shared = total(&(row_times(&r, &weights(&self.w)) * &r));
        let n = Expr::size(self.w.dim(last(&self.w)));
        0.5 * (self.log_det() - n * (2.0 * PI).ln() - &self.tau * (own - &self.alpha * shared))
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        let (mut factor, mut q) = (Factor::default(), vec![0.0; n * n]);
        drawn(self, parameters, shape, 1, [&[n], &[n, n], &[], &[]], |[mu, w, alpha, tau], out| {
            for i in 0..n {
                (0..n).for_each(|j| q[i * n + j] = -tau[0] * alpha[0] * w[i * n + j]);
                q[i * (n + 1)] += tau[0] * w[i * n..(i + 1) * n].iter().sum::<f64>();
            }
            normals(out, rng);
            solve_lower_transposed(factor.of(&q, n), out);
            out.iter_mut().zip(mu).for_each(|(x, mu)| *x += mu);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some(&self.mu + spread(&self.structure().cholesky(), noise) / column(&self.tau.sqrt()))
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(&self.mu + column(&(0.0 * (&self.alpha + &self.tau))))
    }

    /// Of each element.
    fn variance(&self) -> Option<Expr> {
        let l = self.structure().cholesky();
        if l.check().is_err() {
            return Some(l);
        }
        let whitened = l.solve_lower(&Expr::eye(l.dim(last(&l))).broadcast_to(l.shape()));
        let columns = whitened.square().sum_axes(&[last(&whitened) - 1]);
        Some(columns / column(&self.tau) + 0.0 * &self.mu)
    }

    fn mode(&self) -> Option<Expr> {
        self.mean()
    }

    fn entropy(&self) -> Option<Expr> {
        let n = Expr::size(self.w.dim(last(&self.w)));
        Some(0.5 * (n * (2.0 * PI * E).ln() - self.log_det()) + 0.0 * total(&self.mu))
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.w.dim(last(&self.w))])
    }
}

/// The intrinsic conditional autoregression, the limit `alpha = 1` of [`CAR`], over vectors that sum to 0, `[.., n]`.
///
/// `ln p(x) = -Σ_{i<j} Wᵢⱼ (xᵢ - xⱼ)² / (2 sigma²) - (n - 1) (ln sigma + ln(2π)/2) + ln |D - W|₊ / 2`, with respect to the length within the hyperplane
///
/// `|·|₊` is the product of the eigenvalues that are not 0. The graph of `W` is in one piece; the sum of `x` may be off by `1e-6` of the largest number (or of 1).
/// Here the sum is 0 exactly and the density is proper. PyMC adds a narrow Gaussian of the sum instead (`zero_sum_stdev`), and leaves out
/// `-(n - 1) ln sigma`: there `sigma` cannot be learnt, and its page says to scale `x` outside.
#[derive(Debug, Clone)]
pub struct ICAR {
    w: Expr,
    sigma: Expr,
    /// `ln |D - W|₊`, of a literal `W` its number.
    log_det: Expr,
}

impl ICAR {
    /// Weights `W` (`[n, n]`: symmetric, zeros on the diagonal, 1 for neighbours, in one piece), scale `sigma > 0`.
    #[track_caller]
    pub fn new(w: impl Into<Expr>, sigma: impl Into<Expr>) -> Self {
        let w = w.into();
        let log_det = bordered(&w).cholesky().cho_logdet();
        let number = matches!(w.op(), Op::Literal(_))
            .then(|| reference::evaluate(std::slice::from_ref(&log_det), &[]).ok())
            .flatten();
        let log_det = number.map_or(log_det, |mut found| Expr::literal(found.remove(0)));
        ICAR { w, sigma: sigma.into(), log_det }
    }

    /// How many numbers are free.
    pub(crate) fn freedom(&self) -> Expr {
        Expr::size(self.w.dim(last(&self.w))) - 1.0
    }
}

/// `D - W + 1 1ᵀ/n`: the eigenvalue 0 of the constant vector becomes 1, the others stay.
fn bordered(w: &Expr) -> Expr {
    let (w, n) = (weights(w), Expr::size(w.dim(last(w))));
    degrees(&w).diag() - w + n.recip()
}

impl Distribution for ICAR {
    fn name(&self) -> &'static str {
        "ICAR"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![
            Parameter::new("W", &self.w, Requirement::ConnectedAdjacency),
            Parameter::new("sigma", &self.sigma, Requirement::Positive),
        ]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [w, sigma] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(w, sigma)))
    }

    fn support(&self) -> Support {
        Support::ZeroSum { axes: 1 }
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let largest = x.abs().max_axes(&[last(x)]).max(1.0);
        let inside = total(x).abs().less_equal(TOLERANCE * largest);
        inside.select(self.log_density_unchecked(x), f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let z = x / column(&self.sigma);
        let q = total(&(z.square() * degrees(&weights(&self.w))))
            - total(&(row_times(&z, &weights(&self.w)) * &z));
        let constant = self.freedom() * (self.sigma.ln() + 0.5 * (2.0 * PI).ln());
        0.5 * (&self.log_det - q) - constant
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        let (mut known, mut factor) = (Vec::new(), Vec::new());
        drawn(self, parameters, shape, 1, [&[n, n], &[]], |[w, sigma], out| {
            if known != w {
                let mut q: Vec<f64> = w.iter().map(|w| 1.0 / n as f64 - w).collect();
                (0..n).for_each(|i| q[i * (n + 1)] += w[i * n..(i + 1) * n].iter().sum::<f64>());
                factor = cholesky(&q, n);
                known = w.to_vec();
            }
            normals(out, rng);
            solve_lower_transposed(&factor, out);
            let mean = out.iter().sum::<f64>() / n as f64;
            out.iter_mut().for_each(|x| *x = sigma[0] * (*x - mean));
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let x = spread(&bordered(&self.w).cholesky(), noise);
        Some(column(&self.sigma) * (&x - column(&x.mean_axes(&[last(&x)]))))
    }

    fn initial_value(&self) -> Expr {
        0.0 * degrees(&weights(&self.w))
    }

    fn mean(&self) -> Option<Expr> {
        Some(column(&(0.0 * &self.sigma)) + self.initial_value())
    }

    /// Of each element.
    fn variance(&self) -> Option<Expr> {
        let l = bordered(&self.w).cholesky();
        if l.check().is_err() {
            return Some(l);
        }
        let whitened = l.solve_lower(&Expr::eye(l.dim(last(&l))).broadcast_to(l.shape()));
        let columns = whitened.square().sum_axes(&[last(&whitened) - 1]);
        let n = Expr::size(self.w.dim(last(&self.w)));
        Some(column(&self.sigma.square()) * (columns - n.recip()))
    }

    fn mode(&self) -> Option<Expr> {
        self.mean()
    }

    fn entropy(&self) -> Option<Expr> {
        Some(self.freedom() * (self.sigma.ln() + 0.5 * (2.0 * PI * E).ln()) - 0.5 * &self.log_det)
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.w.dim(last(&self.w))])
    }
}
