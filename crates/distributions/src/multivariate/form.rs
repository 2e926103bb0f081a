//! `Form`: the ways in which a covariance can be given.

use elbo_tensor_ad::{Dim, Expr};

use super::event::{column, last, row_times, solve_row, symmetric, times_row, total};
use crate::{Parameter, Requirement};

/// A covariance (or scale matrix) `Σ`.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// `Σ` itself.
    Covariance(Expr),
    /// `Σ⁻¹`
    Precision(Expr),
    /// `L` of `Σ = L Lᵀ`
    Cholesky(Expr),
    /// `Σ = W Wᵀ + diag d`
    LowRank {
        /// `W`, `[.., n, r]`
        factor: Expr,
        /// `d`, `[.., n]`
        diagonal: Expr,
    },
}

impl Form {
    pub(super) fn parameters(&self, covariance: &'static str) -> Vec<Parameter> {
        match self {
            Form::Covariance(c) => vec![Parameter::new(covariance, c, Requirement::PositiveDefinite)],
            Form::Precision(t) => vec![Parameter::new("tau", t, Requirement::PositiveDefinite)],
            Form::Cholesky(l) => vec![Parameter::new("chol", l, Requirement::CholeskyFactor)],
            Form::LowRank { factor, diagonal } => vec![
                Parameter::new("cov_factor", factor, Requirement::RealMatrix),
                Parameter::new("cov_diag", diagonal, Requirement::PositiveVector),
            ],
        }
    }

    /// The same form with other numbers, of as many as [`parameters`](Self::parameters) has.
    pub(super) fn with(&self, given: &[Expr]) -> Option<Form> {
        Some(match (self, given) {
            (Form::Covariance(_), [c]) => Form::Covariance(c.clone()),
            (Form::Precision(_), [t]) => Form::Precision(t.clone()),
            (Form::Cholesky(_), [l]) => Form::Cholesky(l.clone()),
            (Form::LowRank { .. }, [factor, diagonal]) => {
                Form::LowRank { factor: factor.clone(), diagonal: diagonal.clone() }
            }
            _ => return None,
        })
    }

    /// `L` of `Σ = L Lᵀ`
    pub(super) fn factor(&self) -> Expr {
        match self {
            Form::Cholesky(l) => l.tril(0),
            _ => self.covariance().cholesky(),
        }
    }

    /// The length of a vector.
    pub(super) fn side(&self) -> Dim {
        match self {
            Form::Covariance(m) | Form::Precision(m) | Form::Cholesky(m) => m.dim(last(m)),
            Form::LowRank { diagonal, .. } => diagonal.dim(last(diagonal)),
        }
    }

    /// `I + Wᵀ D⁻¹ W`, factored.
    fn capacitance(factor: &Expr, diagonal: &Expr) -> Expr {
        let scaled = factor / column(diagonal);
        let product = factor.matrix_transpose().matmul(&scaled);
        if product.check().is_err() {
            return product;
        }
        let eye = Expr::eye(product.dim(last(&product)));
        symmetric(&(product + eye)).cholesky()
    }

    /// `ln |Σ|`
    pub(super) fn log_det(&self) -> Expr {
        match self {
            Form::Covariance(c) => symmetric(c).cholesky().cho_logdet(),
            Form::Precision(t) => -symmetric(t).cholesky().cho_logdet(),
            Form::Cholesky(l) => l.cho_logdet(),
            Form::LowRank { factor, diagonal } => {
                total(&diagonal.ln()) + Self::capacitance(factor, diagonal).cho_logdet()
            }
        }
    }

    /// `rᵀ Σ⁻¹ r`
    pub(super) fn distance(&self, r: &Expr) -> Expr {
        match self {
            Form::Covariance(c) => symmetric(c).cholesky().mahalanobis(r),
            Form::Precision(t) => total(&row_times(r, &symmetric(t).cholesky()).square()),
            Form::Cholesky(l) => l.mahalanobis(r),
            Form::LowRank { factor, diagonal } => {
                // Woodbury's identity.
                let inner = row_times(&(r / diagonal), factor);
                total(&(r.square() / diagonal)) - Self::capacitance(factor, diagonal).mahalanobis(&inner)
            }
        }
    }

    /// `Σ`
    pub(super) fn covariance(&self) -> Expr {
        match self {
            Form::Covariance(c) => c.clone(),
            Form::Precision(t) => {
                let factor = symmetric(t).cholesky();
                let eye = Expr::eye(t.dim(last(t))).broadcast_to(t.shape());
                factor.cho_solve(&eye)
            }
            Form::Cholesky(l) => {
                let l = l.tril(0);
                l.matmul(&l.matrix_transpose())
            }
            Form::LowRank { factor, diagonal } => factor.matmul(&factor.matrix_transpose()) + diagonal.diag(),
        }
    }

    /// The diagonal of `Σ`.
    pub(super) fn variances(&self) -> Expr {
        match self {
            Form::Cholesky(l) => total(&l.tril(0).square()),
            Form::LowRank { factor, diagonal } => total(&factor.square()) + diagonal,
            _ => self.covariance().diagonal(),
        }
    }

    /// A vector of covariance `Σ` from standard normal ones.
    pub(super) fn spread(&self, z: &Expr) -> Expr {
        match self {
            Form::Covariance(c) => times_row(&symmetric(c).cholesky(), z),
            Form::Precision(t) => {
                // L⁻ᵀ z, as the solution of an upper triangular system.
                let upper = symmetric(t).cholesky().matrix_transpose();
                if upper.check().is_err() || z.check().is_err() {
                    return upper;
                }
                let solved = upper.solve_upper(&column(z));
                if solved.check().is_err() { solved } else { solved.squeeze(&[solved.rank() - 1]) }
            }
            Form::Cholesky(l) => times_row(&l.tril(0), z),
            Form::LowRank { .. } => times_row(&symmetric(&self.covariance()).cholesky(), z),
        }
    }

    /// The `z` whose [`spread`](Self::spread) is `r`.
    pub(super) fn whitened(&self, r: &Expr) -> Expr {
        match self {
            Form::Precision(t) => row_times(r, &symmetric(t).cholesky()),
            Form::Cholesky(l) => solve_row(l, r),
            _ => solve_row(&symmetric(&self.covariance()).cholesky(), r),
        }
    }
}
