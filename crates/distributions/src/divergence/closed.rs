//! Closed forms of the divergence within one family.

use std::any::Any;

use elbo_tensor_ad::{Dim, Expr};

use crate::{
    Bernoulli, Beta, Binomial, Categorical, Cauchy, ChiSquared, Dirichlet, Distribution, Exponential, Gamma,
    Geometric, Gumbel, HalfNormal, InverseGamma, InverseWishart, Laplace, LogNormal, LogitNormal,
    MatrixNormal, MvNormal, NegativeBinomial, Normal, Pareto, Poisson, Support, Uniform, VonMises, Weibull,
    Wishart,
};

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// The parameters of a distribution known to have `N` of them.
pub(super) fn values<const N: usize>(d: &dyn Distribution) -> Option<[Expr; N]> {
    let values: Vec<Expr> = d.parameters().into_iter().map(|p| p.value).collect();
    values.try_into().ok()
}

/// The distribution as one of this type.
pub(super) fn of<D: Distribution>(d: &dyn Distribution) -> Option<&D> {
    (d as &dyn Any).downcast_ref()
}

/// Both as one of this type.
fn both<'a, D: Distribution>(q: &'a dyn Distribution, p: &'a dyn Distribution) -> Option<(&'a D, &'a D)> {
    Some((of(q)?, of(p)?))
}

/// The divergence of two members of one family.
pub(super) fn same_family(q: &dyn Distribution, p: &dyn Distribution) -> Option<Expr> {
    macro_rules! families {
        ($($family:ty => $formula:ident),+ $(,)?) => {$(
            if both::<$family>(q, p).is_some() {
                return Some($formula(values(q)?, values(p)?));
            }
        )+};
    }
    families! {
        Normal => normal, LogNormal => normal, LogitNormal => normal, HalfNormal => half_normal, Exponential => exponential,
        Laplace => laplace, Gamma => gamma, InverseGamma => gamma, ChiSquared => chi_squared, Weibull => weibull, Gumbel => gumbel,
        Cauchy => cauchy, VonMises => von_mises, Uniform => uniform, Pareto => pareto, Poisson => poisson, Geometric => geometric,
        Dirichlet => dirichlet,
    }
    if let Some((q, p)) = both::<Beta>(q, p) {
        return Some(beta(q.shapes(), p.shapes()));
    }
    if let Some((q, p)) = both::<Bernoulli>(q, p) {
        return Some(bernoulli(q, p));
    }
    if let Some((q, p)) = both::<Categorical>(q, p) {
        return Some(categorical(q, p));
    }
    if let Some((q, p)) = both::<Binomial>(q, p) {
        return binomial(q, p);
    }
    if let Some((q, p)) = both::<NegativeBinomial>(q, p) {
        return negative_binomial(q, p);
    }
    if let Some((q, p)) = both::<MatrixNormal>(q, p) {
        return Some(matrix_normal(q, p));
    }
    if let Some((q, p)) = both::<MvNormal>(q, p) {
        return Some(mv_normal(q, p));
    }
    if let Some((q, p)) = both::<Wishart>(q, p) {
        return wishart(values(q)?, values(p)?);
    }
    if both::<InverseWishart>(q, p).is_some() {
        return inverse_wishart(values(q)?, values(p)?);
    }
    None
}

/// `ln(sp/sq) + (sq² + (mq - mp)²) / (2 sp²) - 1/2`
fn normal([mq, sq]: [Expr; 2], [mp, sp]: [Expr; 2]) -> Expr {
    let shift = (mq - mp) / &sp;
    half_normal([sq], [sp]) + 0.5 * shift.square()
}

/// `r²/2 - 1/2 - ln r`, `r = sq / sp`: the same without a mean.
fn half_normal([sq]: [Expr; 1], [sp]: [Expr; 1]) -> Expr {
    // A product in place of r² - 1 keeps the digits where the two are close.
    let excess = ((&sq - &sp) / &sp) * ((&sq + &sp) / &sp);
    0.5 * excess - (sq / sp).ln()
}

/// `r - 1 - ln r`, `r` the ratio of the rates.
fn exponential([lq]: [Expr; 1], [lp]: [Expr; 1]) -> Expr {
    (&lp - &lq) / &lq - (lp / lq).ln()
}

/// `ln(bp/bq) + |d|/bp + bq/bp e^(-|d|/bq) - 1`
fn laplace([mq, bq]: [Expr; 2], [mp, bp]: [Expr; 2]) -> Expr {
    let distance = (mq - mp).abs();
    (&bp / &bq).ln() + &distance / &bp + (&bq / &bp) * (-(distance / &bq)).exp() - 1.0
}

/// `(aq - ap) ψ(aq) - ln Γ(aq) + ln Γ(ap) + ap ln(bq/bp) + aq (bp - bq)/bq`; that of the reciprocals is the same.
pub(super) fn gamma([aq, bq]: [Expr; 2], [ap, bp]: [Expr; 2]) -> Expr {
    (&aq - &ap) * aq.digamma() - (aq.lgamma() - ap.lgamma()) + ap * (&bq / &bp).ln() + aq * ((bp - &bq) / bq)
}

/// As Gamma of shape `nu / 2` and one rate.
fn chi_squared([q]: [Expr; 1], [p]: [Expr; 1]) -> Expr {
    let (q, p) = (0.5 * q, 0.5 * p);
    (&q - &p) * q.digamma() - (q.lgamma() - p.lgamma())
}

/// `ln B(p) - ln B(q) + (aq - ap) ψ(aq) + (bq - bp) ψ(bq) - (aq - ap + bq - bp) ψ(aq + bq)`
fn beta((aq, bq): (Expr, Expr), (ap, bp): (Expr, Expr)) -> Expr {
    let (a, b) = (&aq - &ap, &bq - &bp);
    let constants = ap.betaln(bp) - aq.betaln(&bq);
    constants + &a * aq.digamma() + &b * bq.digamma() - (a + b) * (aq + bq).digamma()
}

/// `ln(aq/ap) + ap ln(bp/bq) - γ + γ ap/aq + (bq/bp)^ap Γ(1 + ap/aq) - 1` (Bauckhage 2013).
fn weibull([aq, bq]: [Expr; 2], [ap, bp]: [Expr; 2]) -> Expr {
    let (shapes, scales) = (&ap / &aq, &ap * (bq / bp).ln());
    -shapes.ln() - &scales + EULER * (&shapes - 1.0) + (scales + (shapes + 1.0).lgamma()).exp() - 1.0
}

/// `ln(bp/bq) + γ (bq/bp - 1) + d + e^-d Γ(1 + bq/bp) - 1`, `d = (mq - mp)/bp`.
fn gumbel([mq, bq]: [Expr; 2], [mp, bp]: [Expr; 2]) -> Expr {
    let (ratio, d) = (bq / &bp, (mq - mp) / bp);
    -ratio.ln() + EULER * (&ratio - 1.0) + &d + ((ratio + 1.0).lgamma() - d).exp() - 1.0
}

/// `ln(((bq + bp)² + (aq - ap)²) / (4 bq bp))` (Chyzak and Nielsen 2019).
fn cauchy([aq, bq]: [Expr; 2], [ap, bp]: [Expr; 2]) -> Expr {
    // 1 + what is more than 1, so that two that are close keep their digits.
    let (shift, change) = (aq - ap, &bq - &bp);
    ((shift.square() + change.square()) / (4.0 * bq * bp)).ln1p()
}

/// `(kq - kp cos(mq - mp)) A(kq) + ln I0(kp) - ln I0(kq)`, `A = I1/I0`.
fn von_mises([mq, kq]: [Expr; 2], [mp, kp]: [Expr; 2]) -> Expr {
    let mean = kq.bessel_i1e() / kq.bessel_i0e();
    (&kq - &kp * (mq - mp).cos()) * mean + kp.log_bessel_i0() - kq.log_bessel_i0()
}

/// The logarithm of the ratio of lengths, when the one lies in the other.
fn uniform([lq, uq]: [Expr; 2], [lp, up]: [Expr; 2]) -> Expr {
    let inside = lq.greater_equal(&lp) * uq.less_equal(&up);
    inside.select(((up - lp) / (uq - lq)).ln(), f64::INFINITY)
}

/// `ln(aq/ap) + ap ln(mq/mp) + ap/aq - 1` for `mq >= mp`.
fn pareto([aq, mq]: [Expr; 2], [ap, mp]: [Expr; 2]) -> Expr {
    let ratio = &ap / aq;
    let inside = mq.greater_equal(&mp);
    inside.select(&ratio - 1.0 - ratio.ln() + ap * (mq / mp).ln(), f64::INFINITY)
}

/// `mq ln(mq/mp) - mq + mp`
fn poisson([mq]: [Expr; 1], [mp]: [Expr; 1]) -> Expr {
    mq.xlogy(&mq / &mp) - (mq - mp)
}

/// `ln(q/p) + (1 - q)/q ln((1 - q)/(1 - p))`
fn geometric([q]: [Expr; 1], [p]: [Expr; 1]) -> Expr {
    let left = 1.0 - &q;
    (&q / &p).ln() + (left.xlog1py(-&q) - left.xlog1py(-p)) / q
}

/// `q ln(q/p) + (1 - q) ln((1 - q)/(1 - p))`, from the logits where both have them.
fn bernoulli(q: &Bernoulli, p: &Bernoulli) -> Expr {
    match (q.logit(), p.logit()) {
        (Some(fq), Some(fp)) => fq.sigmoid() * (fq - fp) + fp.softplus() - fq.softplus(),
        _ => one_of_two(&q.p(), &p.p()),
    }
}

fn one_of_two(q: &Expr, p: &Expr) -> Expr {
    let left = 1.0 - q;
    // Term by term: at 0 and at 1 each is 0, and not 0 times infinity.
    q.xlogy(q) - q.xlogy(p) + (left.xlog1py(-q) - left.xlog1py(-p))
}

/// Of one number of trials: as many times that of one trial.
fn binomial(q: &Binomial, p: &Binomial) -> Option<Expr> {
    let n = q.trials();
    let same = n.as_constant().is_some() && n.as_constant() == p.trials().as_constant();
    same.then(|| n * one_of_two(&q.both().0, &p.both().0))
}

/// `Σ qₖ ln(qₖ/pₖ)`
fn categorical(q: &Categorical, p: &Categorical) -> Expr {
    let each = q.p();
    // A class that q cannot have adds nothing, whatever p says of it.
    let possible = each.greater(0.0);
    let ratio = possible.select(q.log_p(), 0.0) - possible.select(p.log_p(), 0.0);
    let terms = each * ratio;
    terms.sum_axes(&[terms.rank().saturating_sub(1)])
}

/// `ln Γ(Σ a) - Σ ln Γ(a) - ln Γ(Σ b) + Σ ln Γ(b) + Σ (a - b)(ψ(a) - ψ(Σ a))`
fn dirichlet([a]: [Expr; 1], [b]: [Expr; 1]) -> Expr {
    let last = |e: &Expr| e.sum_axes(&[e.rank() - 1]);
    let (sum_a, sum_b) = (last(&a), last(&b));
    let spread = (&a - &b) * (a.digamma() - sum_a.digamma().expand(a.rank() - 1));
    sum_a.lgamma() - last(&a.lgamma()) - (sum_b.lgamma() - last(&b.lgamma())) + last(&spread)
}

/// `(tr(Σp⁻¹ Σq) - d + ln |Σp|/|Σq| + (mq - mp)ᵀ Σp⁻¹ (mq - mp)) / 2`
fn mv_normal(q: &MvNormal, p: &MvNormal) -> Expr {
    let ((mq, lq), (mp, lp)) = (q.mean_and_factor(), p.mean_and_factor());
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

/// Of one shape `alpha`: `mq ln(mq/mp) - (alpha + mq) ln((alpha + mq)/(alpha + mp))`, what Poisson's would be less what the rates' spread takes off it.
fn negative_binomial(q: &NegativeBinomial, p: &NegativeBinomial) -> Option<Expr> {
    let ((mq, alpha), (mp, other)) = (q.mean_and_shape(), p.mean_and_shape());
    // Whether two that are computed are the same is not known; two literals or inputs of one name are.
    let same = alpha.args().is_empty() && alpha.op() == other.op();
    let change = (&mq - &mp) / (&alpha + &mp);
    same.then(|| mq.xlogy(&mq / &mp) - (alpha + mq) * change.ln1p())
}

/// The longest sum that is written out.
const LONGEST: f64 = 10_000.0;

/// Over finitely many values: the sum over all of them.
pub(super) fn summed(q: &dyn Distribution, p: &dyn Distribution) -> Option<Expr> {
    if q.event_rank() > 0 || !p.support().is_discrete() {
        return None;
    }
    let (lower, upper) = match q.support() {
        Support::Boolean => (0.0, 1.0),
        Support::Category(k) => (0.0, k.fixed()? as f64 - 1.0),
        Support::WholeInterval { lower, upper } => (lower.as_constant()?, upper.as_constant()?),
        _ => return None,
    };
    if upper - lower > LONGEST {
        return None;
    }
    // The values stand on a new first axis, before the batch.
    let count = (upper - lower) as usize + 1;
    let batch = (q.log_density(&lower.into()) + p.log_density(&lower.into())).rank();
    let shape: Vec<usize> = std::iter::once(count).chain(std::iter::repeat_n(1, batch)).collect();
    let x = (Expr::iota(count) + lower).reshape(&shape[..]);
    let (log_q, log_p) = (q.log_density(&x), p.log_density(&x));
    let possible = log_q.greater(f64::NEG_INFINITY);
    let ratio = possible.select(&log_q, 0.0) - possible.select(log_p, 0.0);
    Some((log_q.exp() * ratio).sum_axes(&[0]))
}
