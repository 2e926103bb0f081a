//! `Dirichlet`: probability vectors.

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::dense::log_gamma_draw;
use super::event::{self, TOLERANCE, all, along, column, drawn, last, sides, total};
use crate::parameter::parameters;
use crate::{Distribution, Error, Noise, Requirement, Support};

/// The Dirichlet distribution of concentrations `a > 0`, over vectors of numbers in `0..=1` that sum to 1, `[.., K]`.
///
/// `ln p(x) = ln Γ(Σ a) - Σ ln Γ(aₖ) + Σ (aₖ - 1) ln xₖ`
///
/// The density is with respect to the first `K - 1` coordinates; the sum may be off by `1e-6`. Gradients treat all coordinates as free. On the
/// boundary the log density is infinite or minus infinite as the concentrations there are below or above 1; where both occur,
/// and no limit exists, it is minus infinity. The absolute error grows with the concentrations, about `1e-16 Σ a ln a`.
///
/// Draws by paths are of [`Noise::Draw`]: coordinate `j` moves with `aⱼ` along its Beta distribution function, the others keep their ratios
/// (Jankowiak and Obermeyer 2018, the rule of PyTorch). A draw too small for `f64` is the smallest normal number.
///
/// Parameters as in PyMC, SciPy (`alpha`) and NumPyro (`concentration`).
#[derive(Debug, Clone)]
pub struct Dirichlet {
    a: Expr,
}

impl Dirichlet {
    /// Concentrations `a > 0`, `[.., K]`.
    #[track_caller]
    pub fn new(a: impl Into<Expr>) -> Self {
        Dirichlet { a: a.into() }
    }

    fn constant(&self) -> Expr {
        total(&self.a).lgamma() - total(&self.a.lgamma())
    }
}

impl Distribution for Dirichlet {
    parameters! { Dirichlet { a: Requirement::PositiveVector } }

    fn support(&self) -> Support {
        Support::Simplex
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let inside = all(&x.greater_equal(0.0)) * (total(x) - 1.0).abs().less_equal(TOLERANCE);
        let edge = x.equal(0.0);
        let falls = (&edge * self.a.greater(1.0)).max_axes(&[last(&(x + &self.a))]);
        let inside = inside * (1.0 - falls);
        // (a - 1) ln x is 0 · (-inf) at x = 0, a = 1, where its limit is 0.
        let harmless = (1.0 - column(&inside)).max(edge * self.a.equal(1.0));
        let terms = (&self.a - 1.0) * harmless.select(1.0, x).ln();
        inside.select(total(&terms) + self.constant(), f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        total(&((&self.a - 1.0) * x.ln())) + self.constant()
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, k] = sides(shape);
        drawn(self, parameters, shape, 1, [&[k]], |[a], out| {
            // In logarithms: of small concentrations every Gamma draw may be 0.
            out.iter_mut().zip(a).for_each(|(x, &a)| *x = log_gamma_draw(a, rng));
            let top = out.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            out.iter_mut().for_each(|x| *x = (*x - top).exp());
            let sum: f64 = out.iter().sum();
            out.iter_mut().for_each(|x| *x = (*x / sum).max(f64::MIN_POSITIVE));
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let x = noise.stop_gradient();
        let others = (column(&total(&self.a)) - &self.a).stop_gradient();
        let below = self.a.beta_inc(&others, &x);
        // The density of x times 1 - x.
        let log = (&self.a - 1.0) * x.ln() + &others * (-&x).ln1p() - self.a.betaln(&others);
        let c = (below.stop_gradient() - below) / log.exp().stop_gradient();
        // dxᵢ = Σⱼ (δᵢⱼ - xᵢ) cⱼ
        let path = &c - &x * column(&total(&c));
        Some(along(&x, &path))
    }

    fn initial_value(&self) -> Expr {
        &self.a / column(&total(&self.a))
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    /// Of each coordinate.
    fn variance(&self) -> Option<Expr> {
        let sum = column(&total(&self.a));
        let mean = &self.a / &sum;
        Some(&mean * ((&sum - &self.a) / &sum) / (sum + 1.0))
    }

    /// `(a - 1) / (Σ a - K)` where all concentrations are above 1, else NaN.
    fn mode(&self) -> Option<Expr> {
        let above = &self.a - 1.0;
        let fits = column(&all(&above.greater(0.0)));
        let above = fits.select(above, 1.0);
        Some(fits.select(&above / column(&total(&above)), f64::NAN))
    }

    fn entropy(&self) -> Option<Expr> {
        let sum = total(&self.a);
        let k = Expr::size(self.a.dim(last(&self.a)));
        let terms = total(&((&self.a - 1.0) * self.a.digamma()));
        Some((&sum - k) * sum.digamma() - terms - self.constant())
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.a.dim(last(&self.a))])
    }
}
