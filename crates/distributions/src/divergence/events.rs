//! Closed forms of the divergence of two distributions over vectors or matrices.

use elbo_tensor_ad::{Dim, Expr};

use super::closed::{both, exponential, half_normal, normal, of, same, values};
use crate::multivariate::event::{column, total};
use crate::parameter::batch;
use crate::{
    AR, CAR, Dirichlet, Distribution, GaussianRandomWalk, ICAR, Independent, InverseWishart, LKJCholesky,
    LKJCorr, MatrixNormal, Multinomial, MvNormal, Normal, StickBreakingWeights, Wishart, ZeroSumNormal,
};

/// The divergence of two members of one family, or of two Gaussian vectors of any making.
pub(super) fn closed(q: &dyn Distribution, p: &dyn Distribution) -> Option<Expr> {
    if both::<Dirichlet>(q, p).is_some() {
        return Some(dirichlet(values(q)?, values(p)?));
    }
    if both::<Multinomial>(q, p).is_some() {
        return multinomial(values(q)?, values(p)?);
    }
    if let Some((q, p)) = both::<StickBreakingWeights>(q, p) {
        // Each break leaves u^(1/alpha), whose logarithm is exponential.
        let each = exponential(values(q)?, values(p)?);
        return (q.breaks() == p.breaks()).then(|| q.breaks() as f64 * each);
    }
    if let Some((q, p)) = both::<LKJCholesky>(q, p) {
        return lkj(q, p);
    }
    if let Some((q, p)) = both::<LKJCorr>(q, p) {
        return lkj(q.of_factor(), p.of_factor());
    }
    if let Some((q, p)) = both::<ZeroSumNormal>(q, p) {
        let each = half_normal(values(q)?, values(p)?);
        return (q.sides() == p.sides()).then(|| q.freedom() * each);
    }
    if let Some((q, p)) = both::<ICAR>(q, p) {
        let ([w, sq], [other, sp]) = (values(q)?, values(p)?);
        return same(&w, &other).then(|| q.freedom() * half_normal([sq], [sp]));
    }
    if let Some((q, p)) = both::<MatrixNormal>(q, p) {
        return Some(matrix_normal(q, p));
    }
    if let Some((q, p)) = both::<GaussianRandomWalk>(q, p) {
        let ([mq, sq, aq, bq], [mp, sp, ap, bp]) = (values(q)?, values(p)?);
        let steps = (q.steps() == p.steps()).then_some(q.steps() as f64)?;
        return Some(steps * normal([mq, sq], [mp, sp]) + normal([aq, bq], [ap, bp]));
    }
    if both::<Wishart>(q, p).is_some() {
        return wishart(values(q)?, values(p)?);
    }
    if both::<InverseWishart>(q, p).is_some() {
        return inverse_wishart(values(q)?, values(p)?);
    }
    Some(gaussian(mean_and_factor(q)?, mean_and_factor(p)?))
}

/// Of a Gaussian vector its mean and the Cholesky factor of its covariance.
fn mean_and_factor(d: &dyn Distribution) -> Option<(Expr, Expr)> {
    if let Some(d) = of::<MvNormal>(d) {
        return Some(d.mean_and_factor());
    }
    if let Some(d) = of::<CAR>(d) {
        return Some(d.joint().mean_and_factor());
    }
    if let Some(d) = of::<AR>(d) {
        return Some((d.mean()?, d.factor()));
    }
    if let Some(d) = of::<GaussianRandomWalk>(d) {
        return Some((d.mean()?, d.factor()));
    }
    let each = of::<Independent>(d).filter(|d| d.event_rank() == 1)?;
    let [mu, sigma] = of::<Normal>(&**each.element()).and_then(|d| values(d))?;
    let shape = batch(&d.parameters());
    let n = shape.dim(shape.rank().checked_sub(1)?);
    let sigma = sigma.broadcast_to(shape.shape());
    Some((mu.broadcast_to(shape.shape()), column(&sigma) * Expr::eye(n)))
}

/// `ln Γ(Σ a) - Σ ln Γ(a) - ln Γ(Σ b) + Σ ln Γ(b) + Σ (a - b)(ψ(a) - ψ(Σ a))`
fn dirichlet([a]: [Expr; 1], [b]: [Expr; 1]) -> Expr {
    let last = |e: &Expr| e.sum_axes(&[e.rank() - 1]);
    let (sum_a, sum_b) = (last(&a), last(&b));
    let spread = (&a - &b) * (a.digamma() - sum_a.digamma().expand(a.rank() - 1));
    sum_a.lgamma() - last(&a.lgamma()) - (sum_b.lgamma() - last(&b.lgamma())) + last(&spread)
}

/// `(tr(Σp⁻¹ Σq) - d + ln |Σp|/|Σq| + (mq - mp)ᵀ Σp⁻¹ (mq - mp)) / 2`
fn gaussian((mq, lq): (Expr, Expr), (mp, lp): (Expr, Expr)) -> Expr {
    let last = |e: &Expr| e.sum_axes(&[e.rank() - 1]);
    let half_log_det = |l: &Expr| last(&l.diagonal().ln());
    let both = lp.solve_lower(&lq).square();
    let trace = both.sum_axes(&[both.rank() - 2, both.rank() - 1]);
    let d = Expr::size(lq.dim(lq.rank() - 1));
    0.5 * (trace - d + lp.mahalanobis(&(mq - mp))) + half_log_det(&lp) - half_log_det(&lq)
}

/// From the trace and the determinants of the scales (Penny 2001).
fn wishart([nq, vq]: [Expr; 2], [np, vp]: [Expr; 2]) -> Option<Expr> {
    let Dim::Fixed(d) = vq.dim(vq.rank() - 1) else { return None };
    let product = vp.solve(&vq);
    let trace = product.diagonal().sum_axes(&[product.rank() - 2]);
    let digamma = (0..d).map(|i| (0.5 * (&nq - i as f64)).digamma()).reduce(|a, b| a + b)?;
    let constants = (0.5 * &np).multi_lgamma(d) - (0.5 * &nq).multi_lgamma(d);
    Some(
        0.5 * &np * (vp.logdet() - vq.logdet())
            + 0.5 * &nq * (trace - d as f64)
            + constants
            + 0.5 * (nq - np) * digamma,
    )
}

/// That of their inverses, which are Wishart: the divergence does not see a change of coordinates.
fn inverse_wishart([nq, vq]: [Expr; 2], [np, vp]: [Expr; 2]) -> Option<Expr> {
    wishart([nq, vq.inverse()], [np, vp.inverse()])
}

/// `(tr(Up⁻¹ Uq) tr(Vp⁻¹ Vq) - m n + n ln |Up|/|Uq| + m ln |Vp|/|Vq| + |Lp⁻¹ (mq - mp) Kp⁻ᵀ|²) / 2`, `L` and `K` the factors of the rows' and the
/// columns' covariances.
fn matrix_normal(q: &MatrixNormal, p: &MatrixNormal) -> Expr {
    let ((mq, uq, vq), (mp, up, vp)) = (q.mean_and_factors(), p.mean_and_factors());
    let all = |e: &Expr| e.sum_axes(&[e.rank() - 2, e.rank() - 1]);
    let traces = all(&up.solve_lower(&uq).square()) * all(&vp.solve_lower(&vq).square());
    let shift = up.solve_lower(&(mq - mp));
    let shift = all(&vp.solve_lower(&shift.matrix_transpose()).square());
    let side = |l: &Expr| Expr::size(l.dim(l.rank() - 1));
    let (m, n) = (side(&uq), side(&vq));
    let spreads = &n * (up.cho_logdet() - uq.cho_logdet()) + &m * (vp.cho_logdet() - vq.cho_logdet());
    0.5 * (traces - m * n + shift + spreads)
}

/// Of one number of trials: as many times that of one trial.
fn multinomial([n, q]: [Expr; 2], [other, p]: [Expr; 2]) -> Option<Expr> {
    let possible = q.greater(0.0);
    let ratio = possible.select(&q, 1.0).ln() - possible.select(p, 1.0).ln();
    same(&n, &other).then(|| n * total(&(q * ratio)))
}

/// `ln c_p - ln c_q + (eta_q - eta_p) E_q ln |R|`, which both the matrix and its factor have.
fn lkj(q: &LKJCholesky, p: &LKJCholesky) -> Option<Expr> {
    let ((n, eta), (m, other)) = (q.shape(), p.shape());
    let log_det = q.mean_log_diagonal().fold(Expr::constant(0.0), |sum, (_, log)| sum + 2.0 * log);
    (n == m).then(|| p.log_volume() - q.log_volume() + (eta - other) * log_det)
}
