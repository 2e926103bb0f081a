//! `MatrixNormal`: Gaussian matrices whose rows and whose columns are correlated.

use core::f64::consts::{E, PI};

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::dense::{Factor, normals, times_lower};
use super::event::{self, column, drawn, last, sides, symmetric, total2};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// The Gaussian distribution of a matrix of mean `mu`, its rows of covariance `U` and its columns of covariance `V`, over `[.., m, n]`.
///
/// `ln p(X) = -(tr(V⁻¹ (X - mu)ᵀ U⁻¹ (X - mu)) + n ln |U| + m ln |V| + m n ln 2π) / 2`
///
/// The columns of `X` are Gaussian of covariance `Vⱼⱼ U`, the rows of covariance `Uᵢᵢ V`. Draws by paths are `mu + L_U z L_Vᵀ`.
///
/// Parameters as in PyMC (`rowcov`, `colcov`, `rowchol`, `colchol`), SciPy and NumPyro (`scale_tril_row`, `scale_tril_column`). PyMC allows one to be a
/// covariance and the other a factor; here both are of one kind.
#[derive(Debug, Clone)]
pub struct MatrixNormal {
    mu: Expr,
    rows: Expr,
    columns: Expr,
    factored: bool,
}

impl MatrixNormal {
    /// Mean `mu` (`[.., m, n]`), covariance `rowcov` of the rows (`[.., m, m]`) and `colcov` of the columns (`[.., n, n]`).
    #[track_caller]
    pub fn new(mu: impl Into<Expr>, rowcov: impl Into<Expr>, colcov: impl Into<Expr>) -> Self {
        MatrixNormal { mu: mu.into(), rows: rowcov.into(), columns: colcov.into(), factored: false }
    }

    /// By the lower Cholesky factors of both covariances.
    #[track_caller]
    pub fn cholesky(mu: impl Into<Expr>, rowchol: impl Into<Expr>, colchol: impl Into<Expr>) -> Self {
        MatrixNormal { mu: mu.into(), rows: rowchol.into(), columns: colchol.into(), factored: true }
    }

    fn factor(&self, m: &Expr) -> Expr {
        if self.factored { m.tril(0) } else { symmetric(m).cholesky() }
    }

    /// The mean and the factors of both covariances.
    pub(crate) fn mean_and_factors(&self) -> (Expr, Expr, Expr) {
        (self.mu.clone(), self.factor(&self.rows), self.factor(&self.columns))
    }

    /// `m n c + n ln |U| + m ln |V|`
    fn volume(&self, lu: &Expr, lv: &Expr, c: f64) -> Expr {
        let (m, n) =
            (Expr::size(self.rows.dim(last(&self.rows))), Expr::size(self.columns.dim(last(&self.columns))));
        &m * &n * c + n * lu.cho_logdet() + m * lv.cho_logdet()
    }

    fn variances(&self) -> Expr {
        let diagonal = |m: &Expr| match self.factored {
            true => m.tril(0).square().sum_axes(&[last(m)]),
            false => m.diagonal(),
        };
        let (u, v) = (diagonal(&self.rows), diagonal(&self.columns));
        column(&u) * v.expand(last(&v))
    }
}

impl Distribution for MatrixNormal {
    fn name(&self) -> &'static str {
        "MatrixNormal"
    }

    fn parameters(&self) -> Vec<Parameter> {
        let (row, column, requires) = match self.factored {
            true => ("rowchol", "colchol", Requirement::CholeskyFactor),
            false => ("rowcov", "colcov", Requirement::PositiveDefinite),
        };
        vec![
            Parameter::new("mu", &self.mu, Requirement::RealMatrix),
            Parameter::new(row, &self.rows, requires),
            Parameter::new(column, &self.columns, requires),
        ]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [mu, rows, columns] = exactly(self.name(), parameters)?.clone();
        Ok(Box::new(MatrixNormal { mu, rows, columns, factored: self.factored }))
    }

    fn support(&self) -> Support {
        Support::Real
    }

    fn event_rank(&self) -> usize {
        2
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let (lu, lv) = (self.factor(&self.rows), self.factor(&self.columns));
        let r = x - &self.mu;
        let z = lu.solve_lower(&r);
        if z.check().is_err() {
            return z;
        }
        let z = lv.solve_lower(&z.matrix_transpose());
        -0.5 * (total2(&z.square()) + self.volume(&lu, &lv, (2.0 * PI).ln()))
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let [m, n] = sides(shape);
        let (mut fu, mut fv) = (Factor::default(), Factor::default());
        let mut one = vec![0.0; m];
        drawn(self, parameters, shape, 2, [&[m, n], &[m, m], &[n, n]], |[mu, u, v], out| {
            normals(out, rng);
            let (lu, lv) = if self.factored { (u, v) } else { (fu.of(u, m), fv.of(v, n)) };
            out.chunks_mut(n.max(1)).for_each(|row| times_lower(lv, row));
            for j in 0..n {
                (0..m).for_each(|i| one[i] = out[i * n + j]);
                times_lower(lu, &mut one);
                (0..m).for_each(|i| out[i * n + j] = mu[i * n + j] + one[i]);
            }
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Normal)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let spread = self.factor(&self.rows).matmul(noise);
        let turned = self.factor(&self.columns).matrix_transpose();
        Some(if spread.check().is_err() { spread } else { &self.mu + spread.matmul(&turned) })
    }

    fn initial_value(&self) -> Expr {
        self.mu.clone()
    }

    fn mean(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    /// Of each element: `Uᵢᵢ Vⱼⱼ`.
    fn variance(&self) -> Option<Expr> {
        Some(self.variances())
    }

    fn mode(&self) -> Option<Expr> {
        Some(self.mu.clone())
    }

    fn entropy(&self) -> Option<Expr> {
        let (lu, lv) = (self.factor(&self.rows), self.factor(&self.columns));
        Some(0.5 * self.volume(&lu, &lv, (2.0 * PI * E).ln()))
    }

    fn check(&self) -> Result<(), Error> {
        let shape = [self.rows.dim(last(&self.rows)), self.columns.dim(last(&self.columns))];
        event::check(self, shape)
    }
}
