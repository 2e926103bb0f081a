//! `LKJCholesky` and `LKJCorr`: correlation matrices.

use core::f64::consts::PI;

use elbo_tensor_ad::{Array, Expr};
use rand::Rng;

use super::dense::{beta_draw, gram, normals};
use super::event::{
    self, TOLERANCE, all, along, cells, column, drawn, last, positive_definite, sides, symmetric, total,
};
use crate::parameter::exactly;
use crate::{Distribution, Error, Noise, Parameter, Requirement, Support};

/// `ln ∫ |R|^(eta - 1) dR` over the correlation matrices of side `n`:
/// `Σ_{k<n} k/2 ln π + ln Γ(eta + (n - 1 - k)/2) - ln Γ(eta + (n - 1)/2)`, the differences of log-gammas as Beta functions.
fn log_volume(n: usize, eta: &Expr) -> Expr {
    (1..n).fold(Expr::constant(0.0), |sum, k| {
        let half = 0.5 * k as f64;
        let rest = eta + 0.5 * (n - 1 - k) as f64;
        sum + rest.betaln(half) + (half * PI.ln() - Expr::constant(half).lgamma())
    })
}

/// `E ln(1 - yₘ)` of each row `m = 1, .., n - 1`, where `yₘ` is the squared length of the row before its diagonal.
fn log_diagonals(n: usize, eta: &Expr) -> impl Iterator<Item = (usize, Expr)> + '_ {
    (1..n).map(move |m| {
        let b = eta + 0.5 * (n - 1 - m) as f64;
        (m, b.digamma() - (&b + 0.5 * m as f64).digamma())
    })
}

/// A factor, row by row: the squared length of what stands before the diagonal is a Beta variable, its direction is uniform
/// (the onion of Lewandowski, Kurowicka and Joe 2009).
fn onion(n: usize, eta: f64, out: &mut [f64], rng: &mut dyn Rng) {
    out.fill(0.0);
    for m in 0..n {
        let row = &mut out[m * n..m * n + m + 1];
        if m == 0 {
            row[0] = 1.0;
            continue;
        }
        let (y, rest) = beta_draw(0.5 * m as f64, eta + 0.5 * (n - 1 - m) as f64, rng);
        normals(&mut row[..m], rng);
        let length = row[..m].iter().map(|z| z * z).sum::<f64>().sqrt();
        row[..m].iter_mut().for_each(|z| *z *= y.sqrt() / length);
        // A diagonal of 0 is not in the support.
        row[m] = rest.sqrt().max(f64::MIN_POSITIVE);
    }
}

/// The factor `l`, each row's length before the diagonal moved with `eta` along its distribution function. The value is `l` to rounding.
fn moved(n: usize, eta: &Expr, l: &Expr) -> Expr {
    let l = l.stop_gradient();
    if l.check().is_err() || l.rank() < 2 || n < 2 {
        return l;
    }
    let (rows, columns) = (l.rank() - 2, l.rank() - 1);
    let below = l.tril(-1).slice(rows, 1, n - 1).square().sum_axes(&[columns]);
    let diagonal = l.diagonal().slice(rows, 1, n - 1);
    let half = |k: fn(usize, usize) -> usize| {
        Expr::literal(Array::vector((1..n).map(|m| 0.5 * k(n, m) as f64).collect()))
    };
    let (a, b) = (half(|_, m| m), column(eta) + half(|n, m| n - 1 - m));
    let f = a.beta_inc(&b, &below);
    // y (1 - y) times the density of y.
    let log = &a * below.ln() + 2.0 * &b * diagonal.ln() - a.betaln(&b);
    // dy / (y (1 - y)).
    let step = (f.stop_gradient() - f) / log.exp().stop_gradient();
    let off = 0.5 * &step * diagonal.square();
    let on = -0.5 * step * below;
    let scale = column(&off) * Expr::eye(n).slice(0, 1, n - 1).equal(0.0)
        + column(&on) * Expr::eye(n).slice(0, 1, n - 1);
    &l * (1.0 + scale.pad(rows, 1, 0))
}

/// The distribution of the lower Cholesky factor `L` of a correlation matrix `R = L Lᵀ` whose density is proportional to `|R|^(eta - 1)`:
/// `eta = 1` is uniform over the matrices, a larger one favours small correlations. Over `[.., n, n]`.
///
/// `ln p(L) = Σ_{i>1} (n - i + 2 eta - 2) ln Lᵢᵢ - ln c`, with `c = ∫ |R|^(eta - 1) dR`
///
/// The density is with respect to the entries below the diagonal. A factor is taken as one when nothing stands above its diagonal, which is
/// positive, and its rows have length 1 to within `1e-6`. Draws by paths are of [`Noise::Draw`]: the length of each row before its diagonal moves with `eta`.
/// The variances on the diagonal lose digits as `1e-16 eta²`.
///
/// As NumPyro's `LKJCholesky` (`dimension`, `concentration`) and Stan's `lkj_corr_cholesky`. [`LKJCholeskyCov`](crate::LKJCholeskyCov) puts scales on the rows.
#[derive(Debug, Clone)]
pub struct LKJCholesky {
    n: usize,
    eta: Expr,
}

impl LKJCholesky {
    /// Side `n` of the matrices, `eta > 0`.
    #[track_caller]
    pub fn new(n: usize, eta: impl Into<Expr>) -> Self {
        LKJCholesky { n, eta: eta.into() }
    }

    /// `n - i + 2 eta - 2` for `i` from 1 on, 0 for the first.
    fn exponents(&self) -> Expr {
        let rest = Array::vector((0..self.n).map(|i| (self.n - i - 1) as f64).collect());
        let later = Array::vector((0..self.n).map(|i| f64::from(i > 0)).collect());
        Expr::literal(later) * (column(&(2.0 * &self.eta - 2.0)) + Expr::literal(rest))
    }

    /// The log density of a factor whose diagonal has these logarithms.
    pub(super) fn of_log_diagonal(&self, log: &Expr) -> Expr {
        total(&(log * self.exponents())) - log_volume(self.n, &self.eta)
    }

    /// The factor `l` moved with `eta`, as [`moved`].
    pub(super) fn moved(&self, l: &Expr) -> Expr {
        moved(self.n, &self.eta, l)
    }

    /// `ln c`
    pub(crate) fn log_volume(&self) -> Expr {
        log_volume(self.n, &self.eta)
    }

    /// The side and `eta`.
    pub(crate) fn shape(&self) -> (usize, &Expr) {
        (self.n, &self.eta)
    }

    /// `E ln Lᵢᵢ` of each row from the second on, with the number of the row.
    pub(crate) fn mean_log_diagonal(&self) -> impl Iterator<Item = (usize, Expr)> + '_ {
        log_diagonals(self.n, &self.eta).map(|(m, log)| (m, 0.5 * log))
    }

    /// `E Lᵢᵢ` and `E Lᵢᵢ²` of each row, on a last axis.
    fn diagonal_moments(&self) -> (Expr, Expr) {
        let (n, eta) = (self.n, column(&self.eta));
        let numbers = |of: &dyn Fn(usize) -> f64| Expr::literal(Array::vector((0..n).map(of).collect()));
        // Of the first row, which is 1, any harmless shapes.
        let first = numbers(&|m| f64::from(u8::from(m == 0)));
        let a = numbers(&|m| 0.5 * m.max(1) as f64);
        let b = &eta + numbers(&|m| 0.5 * (n - 1 - m) as f64);
        let root = ((&b + 0.5).betaln(&a) - b.betaln(&a)).exp();
        (first.select(1.0, root), first.select(1.0, &b / (&a + &b)))
    }
}

impl Distribution for LKJCholesky {
    fn name(&self) -> &'static str {
        "LKJCholesky"
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![Parameter::new("eta", &self.eta, Requirement::Positive)]
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [eta] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(self.n, eta)))
    }

    fn support(&self) -> Support {
        Support::CorrelationCholesky
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let diagonal = x.diagonal();
        if diagonal.check().is_err() {
            return diagonal;
        }
        let above = x.triu(1).equal(0.0).all_axes(&[x.rank() - 2, x.rank() - 1]);
        let lengths = x.square().sum_axes(&[last(x)]).sqrt();
        let inside = above * all(&((lengths - 1.0).abs().less_equal(TOLERANCE) * diagonal.greater(0.0)));
        let log = column(&inside).select(&diagonal, 1.0).ln();
        inside.select(self.of_log_diagonal(&log), f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        self.of_log_diagonal(&x.diagonal().ln())
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        self.drawn(parameters, shape, |eta, out| onion(self.n, eta, out, rng))
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        Some(along(noise, &moved(self.n, &self.eta, noise)))
    }

    /// The identity.
    fn initial_value(&self) -> Expr {
        Expr::eye(self.n)
    }

    /// Of the diagonal `E √(1 - y)`, where `y` is a Beta variable of shapes `(i - 1)/2` and `eta + (n - i)/2`, `i` from 1 on; 0 elsewhere.
    fn mean(&self) -> Option<Expr> {
        Some(column(&self.diagonal_moments().0) * Expr::eye(self.n))
    }

    /// Of each entry: `1 / (2 eta + n - 1)` below the diagonal, 0 above it.
    fn variance(&self) -> Option<Expr> {
        let (mean, square) = self.diagonal_moments();
        let below = cells(&(2.0 * &self.eta + (self.n as f64 - 1.0)).recip());
        let lower = Expr::literal(Array::full([self.n, self.n], 1.0)).tril(-1);
        Some(column(&(square - mean.square())) * Expr::eye(self.n) + below * lower)
    }

    /// The identity for `eta > 1`, else NaN: at 1 the density does not hang on the last row, below it has no largest value.
    fn mode(&self) -> Option<Expr> {
        Some(cells(&self.eta.greater(1.0)).select(Expr::eye(self.n), f64::NAN))
    }

    fn entropy(&self) -> Option<Expr> {
        let expected = self.mean_log_diagonal().fold(Expr::constant(0.0), |sum, (m, log)| {
            sum + log * (2.0 * &self.eta + (self.n - m) as f64 - 3.0)
        });
        Some(log_volume(self.n, &self.eta) - expected)
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.n, self.n])
    }
}

impl LKJCholesky {
    /// Draws in a shape that ends in `[n, n]`.
    fn drawn(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        mut one: impl FnMut(f64, &mut [f64]),
    ) -> Result<Array<f64>, Error> {
        square(self, self.n, shape)?;
        drawn(self, parameters, shape, 2, [&[]], |[eta], out| one(eta[0], out))
    }
}

/// That draws are of matrices of this side.
fn square(distribution: &dyn Distribution, n: usize, shape: &[usize]) -> Result<(), Error> {
    if sides(shape) == [n, n] {
        return Ok(());
    }
    Err(Error::DrawRank { distribution: distribution.name(), expected: 2, shape: shape.to_vec() })
}

/// The distribution of a correlation matrix `R` with a density proportional to `|R|^(eta - 1)` (Lewandowski, Kurowicka and Joe 2009), over
/// `[.., n, n]`.
///
/// `ln p(R) = (eta - 1) ln |R| - ln c`, with `c = ∫ |R|^(eta - 1) dR`
///
/// The density is with respect to the entries below the diagonal. A matrix is taken as a correlation when it is symmetric to within `1e-8`, positive
/// definite, and its diagonal is 1 to within `1e-6`; the unchecked form saves the eigenvalues that decide it. A gradient with respect to the matrix is
/// symmetric. Prefer [`LKJCholesky`] where the factor is what you need.
///
/// As Stan's `lkj_corr` and NumPyro's `LKJ`. PyMC 5.28 adds `ln c` instead of subtracting it.
#[derive(Debug, Clone)]
pub struct LKJCorr {
    factor: LKJCholesky,
}

impl LKJCorr {
    /// Side `n` of the matrices, `eta > 0`.
    #[track_caller]
    pub fn new(n: usize, eta: impl Into<Expr>) -> Self {
        LKJCorr { factor: LKJCholesky::new(n, eta) }
    }

    /// The distribution of its factor.
    pub(crate) fn of_factor(&self) -> &LKJCholesky {
        &self.factor
    }
}

impl Distribution for LKJCorr {
    fn name(&self) -> &'static str {
        "LKJCorr"
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.factor.parameters()
    }

    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        let [eta] = exactly(self.name(), parameters)?;
        Ok(Box::new(Self::new(self.factor.n, eta)))
    }

    fn support(&self) -> Support {
        Support::Correlation
    }

    fn log_density(&self, x: &Expr) -> Expr {
        let diagonal = x.diagonal();
        if diagonal.check().is_err() {
            return diagonal;
        }
        let inside = positive_definite(x) * all(&(diagonal - 1.0).abs().less_equal(TOLERANCE));
        let harmless = cells(&inside).select(x, Expr::eye(self.factor.n));
        inside.select(self.log_density_unchecked(&harmless), f64::NEG_INFINITY)
    }

    fn log_density_unchecked(&self, x: &Expr) -> Expr {
        let factor = symmetric(x).cholesky();
        (&self.factor.eta - 1.0) * factor.cho_logdet() - log_volume(self.factor.n, &self.factor.eta)
    }

    fn sample(
        &self,
        parameters: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn Rng,
    ) -> Result<Array<f64>, Error> {
        let n = self.factor.n;
        square(self, n, shape)?;
        let mut factor = vec![0.0; n * n];
        drawn(self, parameters, shape, 2, [&[]], |[eta], out| {
            onion(n, eta[0], &mut factor, rng);
            gram(&factor, n, out);
            (0..n).for_each(|i| out[i * (n + 1)] = 1.0);
        })
    }

    fn noise(&self) -> Option<Noise> {
        Some(Noise::Draw)
    }

    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        let factor = symmetric(&noise.stop_gradient()).cholesky();
        let l = moved(self.factor.n, &self.factor.eta, &factor);
        if l.check().is_err() || l.rank() < 2 {
            return Some(l.trace());
        }
        Some(along(noise, &l.matmul(&l.matrix_transpose())))
    }

    /// The identity.
    fn initial_value(&self) -> Expr {
        Expr::eye(self.factor.n)
    }

    /// The identity.
    fn mean(&self) -> Option<Expr> {
        Some(cells(&(0.0 * &self.factor.eta)) + Expr::eye(self.factor.n))
    }

    /// Of each entry: `1 / (2 eta + n - 1)` outside the diagonal, 0 on it.
    fn variance(&self) -> Option<Expr> {
        let n = self.factor.n;
        // 2 Beta(s, s) - 1 with s = eta - 1 + n/2.
        let each = (2.0 * &self.factor.eta + (n as f64 - 1.0)).recip();
        Some(cells(&each) * (1.0 - Expr::eye(n)))
    }

    /// The identity for `eta > 1`, else NaN: at 1 the density is constant, below it has no largest value.
    fn mode(&self) -> Option<Expr> {
        let n = self.factor.n;
        Some(cells(&self.factor.eta.greater(1.0)).select(Expr::eye(n), f64::NAN))
    }

    fn entropy(&self) -> Option<Expr> {
        let LKJCholesky { n, eta } = &self.factor;
        let expected = log_diagonals(*n, eta).fold(Expr::constant(0.0), |sum, (_, log)| sum + log);
        Some(log_volume(*n, eta) - (eta - 1.0) * expected)
    }

    fn check(&self) -> Result<(), Error> {
        event::check(self, [self.factor.n, self.factor.n])
    }
}
