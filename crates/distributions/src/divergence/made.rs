//! Divergences of what is made of other distributions, from those of its parts.

use elbo_tensor_ad::Expr;

use super::closed::{both, of, one_of_two, same, values};
use super::{Divergence, without_draws};
use crate::{
    Bijector, Distribution, Gamma, Hurdle, HurdleGamma, HurdleLogNormal, Independent, Inner, LKJCholesky,
    LKJCholeskyCov, LogNormal, Transformed,
};

impl Divergence {
    /// Of the same kind, another expression.
    fn map(self, f: impl FnOnce(Expr) -> Option<Expr>) -> Option<Divergence> {
        Some(match self {
            Divergence::Exact(e) => Divergence::Exact(f(e)?),
            Divergence::Quadrature(e) => Divergence::Quadrature(f(e)?),
            Divergence::MonteCarlo(_) => return None,
        })
    }
}

/// That of two of one making whose parts have one without draws.
pub(super) fn of_parts(q: &dyn Distribution, p: &dyn Distribution) -> Option<Divergence> {
    // Over the last of the axes that the parts have one divergence for each of.
    let summed = |each: Expr, [q, p]: [&Inner; 2], axes: usize| {
        let [q, p] = [q, p].map(|d| d.log_density_unchecked(&d.initial_value()));
        let all = q + p;
        let first = all.rank().checked_sub(axes)?;
        Some(each.broadcast_to(all.shape()).sum_axes(&(first..first + axes).collect::<Vec<_>>()))
    };
    if let Some((q, p)) = both::<Independent>(q, p) {
        let axes = q.event_rank() - q.element().event_rank();
        return without_draws(&**q.element(), &**p.element())?
            .map(|each| summed(each, [q.element(), p.element()], axes));
    }
    if let Some((q, p)) = both::<Transformed>(q, p) {
        let ((inner, b), (other, c)) = (q.inner_and_map(), p.inner_and_map());
        let axes = b.unconstrained_rank().saturating_sub(inner.event_rank());
        return match same_map(b, c) {
            // A change of coordinates changes no divergence.
            true => without_draws(&**inner, &**other)?.map(|each| summed(each, [inner, other], axes)),
            false => None,
        };
    }
    if let Some((q, p)) = both::<LKJCholeskyCov>(q, p) {
        let ((correlation, sd), (other, scale)) = (q.correlation_and_sd(), p.correlation_and_sd());
        let (n, _) = correlation.shape();
        let rows = if sd.event_rank() == 0 { n as f64 } else { 1.0 };
        let lkj = kl_of_factors(correlation, other)?;
        return without_draws(&**sd, &**scale)?.map(|each| Some(lkj + rows * each));
    }
    let ((share, above), (other, beyond)) = (hurdle(q)?, hurdle(p)?);
    let of_shares = one_of_two(&share, &other);
    without_draws(&*above, &*beyond)?.map(|each| {
        let some = share.greater(0.0);
        Some(of_shares + some.select(share * each, 0.0))
    })
}

fn kl_of_factors(q: &LKJCholesky, p: &LKJCholesky) -> Option<Expr> {
    match without_draws(q, p)? {
        Divergence::Exact(e) => Some(e),
        _ => None,
    }
}

/// The probability of not being 0, and the density above, of a hurdle before numbers that are not whole.
fn hurdle(d: &dyn Distribution) -> Option<(Expr, Inner)> {
    if let Some(d) = of::<Hurdle>(d) {
        return d.share_and_density();
    }
    if of::<HurdleGamma>(d).is_some() {
        return values(d).map(|[psi, alpha, beta]| (psi, Gamma::new(alpha, beta).into()));
    }
    of::<HurdleLogNormal>(d)?;
    values(d).map(|[psi, mu, sigma]| (psi, LogNormal::new(mu, sigma).into()))
}

/// Whether both are known to be the same map.
fn same_map(a: &Bijector, b: &Bijector) -> bool {
    use Bijector as B;
    match (a, b) {
        (B::Interval { lower, upper }, B::Interval { lower: low, upper: high }) => {
            same(lower, low) && same(upper, high)
        }
        (B::Above { lower: a }, B::Above { lower: b }) | (B::Below { upper: a }, B::Below { upper: b }) => {
            same(a, b)
        }
        (B::Affine { shift, scale }, B::Affine { shift: by, scale: times }) => {
            same(shift, by) && same(scale, times)
        }
        (B::ZeroSum { axes: a }, B::ZeroSum { axes: b }) => a == b,
        (B::Composed(a), B::Composed(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_map(a, b))
        }
        (B::Inverse(a), B::Inverse(b)) => same_map(a, b),
        // Around the circle different numbers are one angle.
        (B::Circular, _) => false,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}
