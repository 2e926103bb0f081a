//! `Wishart` and `InverseWishart`: random covariances.

use core::f64::consts::LN_2;

use elbo_tensor_ad::{Array, Expr};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::dense::{Factor, cholesky, gram, log_gamma_draw, solve_lower, solve_lower_transposed};
use super::event::{self, along, cells, drawn, last, positive_definite, sides, symmetric};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// The side of a matrix: a number, as everything here needs one.
fn side(m: &Expr) -> usize {
    m.dim(last(m)).fixed().unwrap_or(0)
}

fn parameters_of(nu: &Expr, matrix: &Expr, name: &'static str) -> Vec<Parameter> {
    let least = Requirement::Over(side(matrix).saturating_sub(1));
    vec![Parameter::new("nu", nu, least), Parameter::new(name, matrix, Requirement::PositiveDefinite)]
}

/// The factor of `(A + Aᵀ)/2`.
fn factor(a: &Expr) -> Expr {
    symmetric(a).cholesky()
}

/// `A⁻¹` from its factor.
fn inverse_of(l: &Expr) -> Expr {
    l.cho_solve(&Expr::eye(l.dim(last(l))).broadcast_to(l.shape()))
}

/// The lower triangle `A` of Bartlett's decomposition: `√χ²(nu - i)` on the diagonal, Gaussian below.
fn bartlett(nu: f64, n: usize, out: &mut [f64], rng: &mut dyn Rng) {
    out.fill(0.0);
    for i in 0..n {
        for j in 0..i {
            out[i * n + j] = rng.sample(StandardNormal);
        }
        let log = log_gamma_draw(0.5 * (nu - i as f64), rng);
        out[i * (n + 1)] = (0.5 * (log + LN_2)).exp().max(f64::MIN_POSITIVE.sqrt());
    }
}

/// `Σ ψ((nu - i)/2)`: `E ln |W|` of the unit Wishart, less `n ln 2`.
fn digammas(nu: &Expr, n: usize) -> Expr {
    (0..n).fold(Expr::constant(0.0), |sum, i| sum + (0.5 * (nu - i as f64)).digamma())
}

/// `factor · A(nu)`: the triangle that leads to the draw, the chi-squared variables on the diagonal of `A` moved with `nu`.
fn moved(nu: &Expr, scale: &Expr, draw: &Expr) -> Expr {
    let a = scale.stop_gradient().solve_lower(&factor(&draw.stop_gradient()));
    let n = side(&a);
    let a = a.stop_gradient();
    let q = 0.5 * a.diagonal().square();
    let steps = Expr::literal(Array::vector((0..n).map(|i| 0.5 * i as f64).collect()));
    let shape = 0.5 * event::column(nu) - steps;
    let below = shape.gamma_p(&q);
    // q times its density.
    let log = &shape * q.ln() - &q - shape.lgamma();
    let step = 0.5 * (below.stop_gradient() - below) / log.exp().stop_gradient();
    let eye = Expr::eye(n);
    scale.matmul(&(&a * (1.0 + event::column(&step) * eye)))
}

/// The Wishart distribution of `nu > n - 1` degrees of freedom (not only whole ones) and scale matrix `V`, over symmetric positive definite
/// matrices, `[.., n, n]`.
///
/// `ln p(X) = (nu - n - 1)/2 ln |X| - tr(V⁻¹ X)/2 - nu n/2 ln 2 - nu/2 ln |V| - ln Γₙ(nu/2)`
///
/// The density is with respect to the entries on and below the diagonal; gradients with respect to a matrix are symmetric, `(i, j)` and `(j, i)` counted
/// apart. A matrix that is not symmetric to within `1e-8` of its largest entry and positive definite is outside. Draws by Bartlett's decomposition, whose
/// diagonal moves with `nu` in draws by paths ([`Noise::Draw`]).
///
/// Parameters as in PyMC (`nu`, `V`; PyMC 5.28 cuts `nu` to a whole number), SciPy (`df`, `scale`) and NumPyro (`concentration`, `scale_matrix`).
#[derive(Debug, Clone)]
pub struct Wishart {
    nu: Expr,
    v: Expr,
}

impl Wishart {
    /// `nu > n - 1`, scale matrix `V` (`[.., n, n]`, symmetric positive definite).
    #[track_caller]
    pub fn new(nu: impl Into<Expr>, v: impl Into<Expr>) -> Self {
        Wishart { nu: nu.into(), v: v.into() }
    }

    fn n(&self) -> usize {
        side(&self.v)
    }
}

/// The density of a positive definite matrix, minus infinity for any other; what is not one is not shown to `density`.
fn checked(x: &Expr, n: usize, density: impl FnOnce(&Expr) -> Expr) -> Expr {
    let inside = positive_definite(x);
    let harmless = cells(&inside).select(x, Expr::eye(n));
    inside.select(density(&harmless), f64::NEG_INFINITY)
}

/// `nu n/2 ln 2 + ln Γₙ(nu/2)`
fn constant(nu: &Expr, n: usize) -> Expr {
    0.5 * n as f64 * LN_2 * nu + (0.5 * nu).multi_lgamma(n)
}

impl Distribution for Wishart {
    fn name(&self) -> &'static str {
        "Wishart"
    }

    fn parameters(&self) -> Vec<Parameter> {
        parameters_of(&self.nu, &self.v, "V")
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [nu, v] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(nu, v)))
    }

    fn support(&self) -> Support {
        Support::PositiveDefinite
    }

    fn log_density(&self, x: &Expr) -> Expr {
        checked(x, self.n(), |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let (lx, lv) = (factor(x), factor(&self.v));
        let inner = lv.cho_solve(x).trace() + &self.nu * lv.cho_logdet();
        0.5 * ((&self.nu - (self.n() + 1) as f64) * lx.cho_logdet() - inner) - constant(&self.nu, self.n())
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        let (mut scale, mut a, mut product) = (Factor::default(), vec![0.0; n * n], vec![0.0; n * n]);
        drawn(self, parameters, shape, 2, [&[], &[n, n]], |[nu, v], out| {
            bartlett(nu[0], n, &mut a, rng);
            let l = scale.of(v, n);
            for i in 0..n {
                for j in 0..n {
                    product[i * n + j] = (j..=i).map(|k| l[i * n + k] * a[k * n + j]).sum();
                }
            }
            gram(&product, n, out);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let l = moved(&self.nu, &factor(&self.v), noise);
        Some(if l.check().is_err() { l } else { along(noise, &l.matmul(&l.matrix_transpose())) })
    }

    /// The mean.
    fn initial_value(&self) -> Expr {
        cells(&self.nu) * &self.v
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    /// Of each entry: `nu (Vᵢⱼ² + Vᵢᵢ Vⱼⱼ)`.
    fn variance(&self) -> Option<Expr> {
        let d = self.v.diagonal();
        Some(cells(&self.nu) * (self.v.square() + event::column(&d) * d.expand(last(&d))))
    }

    /// `(nu - n - 1) V` for `nu >= n + 1`, else NaN.
    fn mode(&self) -> Option<Expr> {
        let over = cells(&(&self.nu - (self.n() + 1) as f64));
        Some(over.greater_equal(0.0).select(&over * &self.v, f64::NAN))
    }

    fn entropy(&self) -> Option<Expr> {
        let n = self.n();
        let log_det = factor(&self.v).cho_logdet();
        let over = &self.nu - (n + 1) as f64;
        // E ln |X|.
        let expected = digammas(&self.nu, n) + n as f64 * LN_2 + &log_det;
        Some(constant(&self.nu, n) + 0.5 * (&self.nu * log_det - over * expected + n as f64 * &self.nu))
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.n(), self.n()])
    }
}

/// The distribution of `X` where `X⁻¹` is [`Wishart`] of `nu > n - 1` degrees of freedom and scale matrix `Ψ⁻¹`, over symmetric positive definite
/// matrices, `[.., n, n]`.
///
/// `ln p(X) = nu/2 ln |Ψ| - (nu + n + 1)/2 ln |X| - tr(Ψ X⁻¹)/2 - nu n/2 ln 2 - ln Γₙ(nu/2)`
///
/// Conventions as for [`Wishart`]. Parameters as in SciPy (`df`, `scale`) and NumPyro; not in PyMC.
#[derive(Debug, Clone)]
pub struct InverseWishart {
    nu: Expr,
    psi: Expr,
}

impl InverseWishart {
    /// `nu > n - 1`, scale matrix `Ψ` (`[.., n, n]`, symmetric positive definite).
    #[track_caller]
    pub fn new(nu: impl Into<Expr>, psi: impl Into<Expr>) -> Self {
        InverseWishart { nu: nu.into(), psi: psi.into() }
    }

    fn n(&self) -> usize {
        side(&self.psi)
    }

    /// `nu - n - 1 - beyond` as a number for each cell.
    fn over(&self, beyond: f64) -> Expr {
        cells(&(&self.nu - ((self.n() + 1) as f64 + beyond)))
    }
}

impl Distribution for InverseWishart {
    fn name(&self) -> &'static str {
        "InverseWishart"
    }

    fn parameters(&self) -> Vec<Parameter> {
        parameters_of(&self.nu, &self.psi, "psi")
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [nu, psi] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(nu, psi)))
    }

    fn support(&self) -> Support {
        Support::PositiveDefinite
    }

    fn log_density(&self, x: &Expr) -> Expr {
        checked(x, self.n(), |x| self.log_density_unchecked(x))
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let (lx, lp) = (factor(x), factor(&self.psi));
        let inner = lx.cho_solve(&self.psi).trace() + (&self.nu + (self.n() + 1) as f64) * lx.cho_logdet();
        0.5 * (&self.nu * lp.cho_logdet() - inner) - constant(&self.nu, self.n())
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [_, n] = sides(shape);
        let mut a = vec![0.0; n * n];
        let mut column = vec![0.0; n];
        let mut inverse = vec![0.0; n * n];
        let (mut known, mut scale) = (Vec::new(), Vec::new());
        drawn(self, parameters, shape, 2, [&[], &[n, n]], |[nu, psi], out| {
            if known != psi {
                // The factor of Ψ⁻¹.
                let l = cholesky(psi, n);
                for j in 0..n {
                    column.fill(0.0);
                    column[j] = 1.0;
                    solve_lower(&l, &mut column);
                    solve_lower_transposed(&l, &mut column);
                    (0..n).for_each(|i| inverse[i * n + j] = column[i]);
                }
                scale = cholesky(&inverse, n);
                known = psi.to_vec();
            }
            bartlett(nu[0], n, &mut a, rng);
            // X = (T Tᵀ)⁻¹ = Uᵀ U with T = scale · A and U = T⁻¹ = A⁻¹ scale⁻¹, column by column.
            for j in 0..n {
                column.fill(0.0);
                column[j] = 1.0;
                solve_lower(&scale, &mut column);
                solve_lower(&a, &mut column);
                // Row j of Uᵀ.
                inverse[j * n..(j + 1) * n].copy_from_slice(&column);
            }
            gram(&inverse, n, out);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        // The Wishart draw that this one is the inverse of.
        let draw = inverse_of(&factor(&noise.stop_gradient()));
        let l = moved(&self.nu, &factor(&inverse_of(&factor(&self.psi))), &draw);
        if l.check().is_err() {
            return Some(l);
        }
        Some(along(noise, &inverse_of(&l)))
    }

    /// The mode.
    fn initial_value(&self) -> Expr {
        &self.psi / cells(&(&self.nu + (self.n() + 1) as f64))
    }

    /// `Ψ / (nu - n - 1)` for `nu > n + 1`, else NaN.
    fn mean(&self) -> Option<Expr> {
        let over = self.over(0.0);
        let fits = over.greater(0.0);
        Some(fits.select(&self.psi / fits.select(&over, 1.0), f64::NAN))
    }

    /// Of each entry, for `nu > n + 3`, else NaN.
    fn variance(&self) -> Option<Expr> {
        let fits = self.over(2.0).greater(0.0);
        let over = fits.select(self.over(0.0), 4.0);
        let d = self.psi.diagonal();
        let sum =
            (&over + 2.0 - 1.0) * self.psi.square() + (&over) * (event::column(&d) * d.expand(last(&d)));
        Some(fits.select(sum / ((&over + 1.0) * over.square() * (&over - 2.0)), f64::NAN))
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.initial_value())
    }

    fn entropy(&self) -> Option<Expr> {
        let n = self.n();
        let log_det = factor(&self.psi).cho_logdet();
        // E ln |X| = -E ln |X⁻¹|.
        let expected = &log_det - digammas(&self.nu, n) - n as f64 * LN_2;
        let outer = (&self.nu + (n + 1) as f64) * expected;
        Some(constant(&self.nu, n) + 0.5 * (outer - &self.nu * log_det + n as f64 * &self.nu))
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.n(), self.n()])
    }
}
