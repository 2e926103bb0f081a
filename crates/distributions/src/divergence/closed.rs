//! Closed forms of the divergence within one family over numbers.

use core::f64::consts::{LN_2, PI};
use std::any::Any;

use elbo_tensor_ad::Expr;

use crate::{
    Bernoulli, Beta, Binomial, Categorical, Cauchy, ChiSquared, DiscreteUniform, Distribution, Exponential,
    Gamma, Geometric, Gumbel, HalfCauchy, HalfNormal, InverseGamma, Kumaraswamy, Laplace, LogNormal,
    Logistic, LogitNormal, Moyal, NegativeBinomial, Normal, Pareto, Poisson, Support, Uniform, VonMises,
    Wald, Weibull,
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
pub(super) fn both<'a, D: Distribution>(
    q: &'a dyn Distribution,
    p: &'a dyn Distribution,
) -> Option<(&'a D, &'a D)> {
    Some((of(q)?, of(p)?))
}

/// Whether both are known to be the same number: literals, or inputs of one name. Of what is computed it is not known.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    a.args().is_empty() && a.op() == b.op() && a.shape() == b.shape()
}

/// The divergence of two members of one family over numbers.
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
        Cauchy => cauchy, HalfCauchy => half_cauchy, Moyal => moyal, Wald => wald, VonMises => von_mises, Uniform => uniform,
        DiscreteUniform => discrete_uniform, Pareto => pareto, Geometric => geometric,
    }
    if let Some((q, p)) = both::<Poisson>(q, p) {
        return Some(poisson(q.rate(), p.rate()));
    }
    if let Some((q, p)) = both::<Logistic>(q, p) {
        return logistic(values(q)?, values(p)?);
    }
    if let Some((q, p)) = both::<Kumaraswamy>(q, p) {
        return kumaraswamy(values(q)?, values(p)?);
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
    None
}

/// `ln(sp/sq) + (sq² + (mq - mp)²) / (2 sp²) - 1/2`
pub(super) fn normal([mq, sq]: [Expr; 2], [mp, sp]: [Expr; 2]) -> Expr {
    let shift = (mq - mp) / &sp;
    half_normal([sq], [sp]) + 0.5 * shift.square()
}

/// `r²/2 - 1/2 - ln r`, `r = sq / sp`: the same without a mean.
pub(super) fn half_normal([sq]: [Expr; 1], [sp]: [Expr; 1]) -> Expr {
    // A product in place of r² - 1 keeps the digits where the two are close.
    let excess = ((&sq - &sp) / &sp) * ((&sq + &sp) / &sp);
    0.5 * excess - (sq / sp).ln()
}

/// `r - 1 - ln r`, `r` the ratio of the rates.
pub(super) fn exponential([lq]: [Expr; 1], [lp]: [Expr; 1]) -> Expr {
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

/// By `E z = γ + ln 2` and `E e^(-r z) = 2^r Γ(r + 1/2) / √π` of a standard one, `r = sq/sp`.
fn moyal([mq, sq]: [Expr; 2], [mp, sp]: [Expr; 2]) -> Expr {
    let (ratio, d) = (sq / &sp, (mq - mp) / sp);
    let fall = (LN_2 * &ratio + (&ratio + 0.5).lgamma() - 0.5 * PI.ln() - &d).exp();
    0.5 * ((EULER + LN_2) * (&ratio - 1.0) + d + fall - 1.0) - ratio.ln()
}

/// `(ln(lq/lp) + lp/lq - 1 + lp (mq - mp)²/(mp² mq)) / 2`
fn wald([mq, lq]: [Expr; 2], [mp, lp]: [Expr; 2]) -> Expr {
    let apart = (&mq - &mp) / mp;
    0.5 * (exponential([lq], [lp.clone()]) + lp * apart.square() / mq)
}

/// Of one scale `s`: `d coth(d/2) - 2`, `d = (mq - mp)/s`.
fn logistic([mq, sq]: [Expr; 2], [mp, sp]: [Expr; 2]) -> Option<Expr> {
    if !same(&sq, &sp) {
        return None;
    }
    let half = (0.5 * (mq - mp) / sq).abs();
    let near = half.less(0.25);
    let (small, large) = (near.select(&half, 0.0).square(), near.select(1.0, half));
    let series = COTH.iter().rev().fold(Expr::constant(0.0), |sum, &c| (sum + c) * &small);
    Some(2.0 * near.select(series, &large / large.tanh() - 1.0))
}

/// `x coth x - 1` over the powers of `x²`.
const COTH: [f64; 7] = [
    1.0 / 3.0,
    -1.0 / 45.0,
    2.0 / 945.0,
    -1.0 / 4725.0,
    2.0 / 93_555.0,
    -1382.0 / 638_512_875.0,
    4.0 / 18_243_225.0,
];

/// Of one shape `a`: that of the exponential variables `-ln(1 - xᵃ)`.
fn kumaraswamy([aq, bq]: [Expr; 2], [ap, bp]: [Expr; 2]) -> Option<Expr> {
    same(&aq, &ap).then(|| exponential([bq], [bp]))
}

/// The two halves of Cauchy densities about 0 are alike.
fn half_cauchy([bq]: [Expr; 1], [bp]: [Expr; 1]) -> Expr {
    cauchy([0.0.into(), bq], [0.0.into(), bp])
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

/// The logarithm of the ratio of counts, when the ones lie among the others.
fn discrete_uniform([lq, uq]: [Expr; 2], [lp, up]: [Expr; 2]) -> Expr {
    uniform([lq, uq + 1.0], [lp, up + 1.0])
}

/// `ln(aq/ap) + ap ln(mq/mp) + ap/aq - 1` for `mq >= mp`.
fn pareto([aq, mq]: [Expr; 2], [ap, mp]: [Expr; 2]) -> Expr {
    let ratio = &ap / aq;
    let inside = mq.greater_equal(&mp);
    inside.select(&ratio - 1.0 - ratio.ln() + ap * (mq / mp).ln(), f64::INFINITY)
}

/// `mq ln(mq/mp) - mq + mp`
fn poisson(mq: Expr, mp: Expr) -> Expr {
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

pub(super) fn one_of_two(q: &Expr, p: &Expr) -> Expr {
    let left = 1.0 - q;
    // Term by term: at 0 and at 1 each is 0, and not 0 times infinity.
    q.xlogy(q) - q.xlogy(p) + (left.xlog1py(-q) - left.xlog1py(-p))
}

/// Of one number of trials: as many times that of one trial.
fn binomial(q: &Binomial, p: &Binomial) -> Option<Expr> {
    let n = q.trials();
    same(n, p.trials()).then(|| n * one_of_two(&q.both().0, &p.both().0))
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

/// Of one shape `alpha`: `mq ln(mq/mp) - (alpha + mq) ln((alpha + mq)/(alpha + mp))`, what Poisson's would be less what the rates' spread takes off it.
fn negative_binomial(q: &NegativeBinomial, p: &NegativeBinomial) -> Option<Expr> {
    let ((mq, alpha), (mp, other)) = (q.mean_and_shape(), p.mean_and_shape());
    let change = (&mq - &mp) / (&alpha + &mp);
    same(&alpha, &other).then(|| mq.xlogy(&mq / &mp) - (alpha + mq) * change.ln1p())
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
