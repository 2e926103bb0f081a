//! `MeanField`: independent normals, one for each coordinate.

use elbo_tensor_ad::Real;
use elbo_tensor_ad::kernels::{Processor, Ternary};

use super::Family;
use crate::Error;
use crate::error::positive;

/// `q(z) = Π N(zᵢ; μᵢ, σᵢ²)` with `σᵢ = softplus(ρᵢ) = ln(1 + exp ρᵢ)`: ADVI's mean-field family
/// (Kucukelbir et al. 2017, section 2.4), in PyMC's parameterisation.
///
/// The parameters are all `μ`, then all `ρ`: `2 · dim` of them. The path is `z = μ + σ ε`; the entropy
/// is `Σ ln σᵢ + dim/2 · (1 + ln 2π)`.
///
/// It begins with `σ = 0.1` ([`initial_sd`](Self::initial_sd)), as NumPyro's `AutoNormal` does. PyMC begins with `ρ = 0`, which is `σ = ln 2 =
/// 0.69`: on a small neural network the noise of such a start hides the data for long enough to lead to
/// a nearly linear optimum.
///
/// ```
/// use elbo_vi::family::{Family, MeanField};
///
/// let mut q = MeanField::<f64>::new(2);
/// let mut parameters = [0.0; 4];
/// q.init(&[1.0, -1.0], &mut parameters);
/// q.set(&parameters);
/// assert_eq!(q.mean(), [1.0, -1.0]);
/// assert!((q.sd()[0] - 0.1).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct MeanField<T = f64> {
    initial_sd: f64,
    mean: Vec<T>,
    sd: Vec<T>,
    /// `dσ/dρ = sigmoid(ρ)`.
    slope: Vec<T>,
    /// `dσ/dρ / σ`, the gradient of the entropy.
    entropy_slope: Vec<T>,
    /// `Σ ln σ`.
    log_det: T,
    processor: Processor,
}

/// `ln(2π) / 2`.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

impl<T: Real> MeanField<T> {
    /// The family over `dim` coordinates, set at the standard normal until told otherwise.
    #[must_use]
    pub fn new(dim: usize) -> Self {
        MeanField {
            initial_sd: 0.1,
            mean: vec![T::ZERO; dim],
            sd: vec![T::ONE; dim],
            slope: vec![T::from_f64(1.0 - (-1.0f64).exp()); dim],
            entropy_slope: vec![T::from_f64(1.0 - (-1.0f64).exp()); dim],
            log_det: T::ZERO,
            processor: Processor::detect(),
        }
    }

    /// The standard deviation that a fit begins with, above 0. Default 0.1.
    ///
    /// # Errors
    /// [`Error::Setting`] when it is not a finite number above 0.
    pub fn initial_sd(mut self, sd: f64) -> Result<Self, Error> {
        positive("initial_sd", sd)?;
        self.initial_sd = sd;
        Ok(self)
    }

    /// The mean of each coordinate, `μ`.
    #[must_use]
    pub fn mean(&self) -> &[T] {
        &self.mean
    }

    /// The standard deviation of each coordinate, `σ`.
    #[must_use]
    pub fn sd(&self) -> &[T] {
        &self.sd
    }
}

impl<T: Real> Family for MeanField<T> {
    type Number = T;

    fn dim(&self) -> usize {
        self.mean.len()
    }

    fn parameters(&self) -> usize {
        2 * self.mean.len()
    }

    fn init(&self, start: &[T], parameters: &mut [T]) {
        let (mu, rho) = parameters.split_at_mut(self.dim());
        mu.copy_from_slice(start);
        rho.fill(T::from_f64(inverse_softplus(self.initial_sd)));
    }

    fn set(&mut self, parameters: &[T]) {
        let (mu, rho) = parameters.split_at(self.dim());
        self.mean.copy_from_slice(mu);
        let (sd, slope, entropy_slope) = (&mut self.sd, &mut self.slope, &mut self.entropy_slope);
        self.log_det = T::softplus_scales(self.processor, rho, sd, slope, entropy_slope);
    }

    fn path(&self, noise: &[T], z: &mut [T]) {
        let (sd, noise, mean) = (self.sd[..].into(), noise.into(), self.mean[..].into());
        T::ternary(self.processor, Ternary::MulAdd, sd, noise, mean, z);
    }

    fn log_density(&self, z: &[T]) -> T {
        let mut squares = T::ZERO;
        for (&z, (&mean, &sd)) in z.iter().zip(self.mean.iter().zip(&self.sd)) {
            let e = (z - mean) / sd;
            squares += e * e;
        }
        -T::from_f64(0.5) * squares - self.log_det - T::from_f64(HALF_LN_TAU * self.dim() as f64)
    }

    fn draw_log_density(&self, noise: &[T], _z: &[T]) -> T {
        let squares = T::dot(self.processor, noise, noise);
        -T::from_f64(0.5) * squares - self.log_det - T::from_f64(HALF_LN_TAU * self.dim() as f64)
    }

    fn draw_gradient(&self, noise: &[T], _z: &[T], gradient: &mut [T]) {
        for ((g, &e), &sd) in gradient.iter_mut().zip(noise).zip(&self.sd) {
            *g = -(e / sd);
        }
    }

    fn add_score(&self, noise: &[T], _z: &[T], weight: T, gradient: &mut [T]) {
        let (g_mu, g_rho) = gradient.split_at_mut(self.dim());
        let member = noise.iter().zip(self.sd.iter().zip(&self.entropy_slope));
        for ((g_mu, g_rho), (&e, (&sd, &slope))) in g_mu.iter_mut().zip(g_rho.iter_mut()).zip(member) {
            *g_mu += weight * (e / sd);
            *g_rho += weight * ((e * e - T::ONE) * slope);
        }
    }

    fn entropy(&self) -> T {
        self.log_det + T::from_f64((0.5 + HALF_LN_TAU) * self.dim() as f64)
    }

    fn add_entropy_gradient(&self, weight: T, gradient: &mut [T]) {
        T::axpy(self.processor, weight, &self.entropy_slope, &mut gradient[self.dim()..]);
    }

    fn add_pull_back(&self, noise: &[T], upstream: &[T], weight: T, gradient: &mut [T]) {
        let (g_mu, g_rho) = gradient.split_at_mut(self.dim());
        pulp::Arch::new().dispatch(PullBack { upstream, noise, slope: &self.slope, weight, g_mu, g_rho });
    }

    fn moments(&self, mean: &mut [T], sd: &mut [T]) {
        mean.copy_from_slice(&self.mean);
        sd.copy_from_slice(&self.sd);
    }

    fn parameter(&self, i: usize) -> (&'static str, Option<usize>) {
        if i < self.dim() { ("mu", Some(i)) } else { ("rho", Some(i - self.dim())) }
    }
}

/// A gradient back through the path, for pulp to compile once for each kind of machine. No operation is contracted: the bits
/// are the same on all of them.
struct PullBack<'a, T> {
    upstream: &'a [T],
    noise: &'a [T],
    slope: &'a [T],
    weight: T,
    g_mu: &'a mut [T],
    g_rho: &'a mut [T],
}

impl<T: Real> pulp::NullaryFnOnce for PullBack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let PullBack { upstream, noise, slope, weight, g_mu, g_rho } = self;
        let n = slope.len();
        let (upstream, noise, g_mu, g_rho) = (&upstream[..n], &noise[..n], &mut g_mu[..n], &mut g_rho[..n]);
        for i in 0..n {
            let u = weight * upstream[i];
            g_mu[i] += u;
            g_rho[i] += u * noise[i] * slope[i];
        }
    }
}

/// `ln(exp(y) - 1)`, the `x` whose softplus is `y > 0`.
fn inverse_softplus(y: f64) -> f64 {
    // exp(y) overflows long before the correction matters, so the large part is taken out.
    y + (-(-y).exp_m1()).ln()
}
