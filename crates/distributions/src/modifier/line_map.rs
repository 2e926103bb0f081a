//! What a bijector does to the line: which way it runs, where it leads, whether it is affine.

use elbo_tensor_ad::Expr;

use crate::Bijector;
use crate::hull::Hull;

/// 1 where a bijector of numbers rises, -1 where it falls; `None` for another.
pub(super) fn slope(b: &Bijector) -> Option<Expr> {
    match b {
        Bijector::Identity | Bijector::Exp | Bijector::Softplus | Bijector::Sigmoid => Some(1.0.into()),
        Bijector::Interval { .. } | Bijector::Above { .. } => Some(1.0.into()),
        Bijector::Below { .. } => Some((-1.0).into()),
        Bijector::Affine { scale, .. } => Some(scale.greater(0.0).select(1.0, -1.0)),
        Bijector::Composed(parts) => {
            parts.iter().try_fold(Expr::constant(1.0), |sign, p| Some(sign * slope(p)?))
        }
        Bijector::Inverse(of) => slope(of),
        _ => None,
    }
}

/// The image of a hull under a bijector of numbers.
pub(super) fn image(b: &Bijector, hull: &Hull) -> Option<Hull> {
    let to = |bound: &Option<Expr>| bound.as_ref().map(|e| b.forward(e));
    let (low, high) = (to(&hull.lower), to(&hull.upper));
    let (lower, upper) = match b {
        Bijector::Identity => (low, high),
        Bijector::Exp | Bijector::Softplus => (Some(low.unwrap_or(0.0.into())), high),
        Bijector::Sigmoid => (Some(low.unwrap_or(0.0.into())), Some(high.unwrap_or(1.0.into()))),
        Bijector::Interval { lower, upper } => {
            (Some(low.unwrap_or(lower.clone())), Some(high.unwrap_or(upper.clone())))
        }
        Bijector::Above { lower } => (Some(low.unwrap_or(lower.clone())), high),
        Bijector::Below { upper } => (high, Some(low.unwrap_or(upper.clone()))),
        Bijector::Affine { scale, .. } => match (scale.as_constant(), low, high) {
            (_, None, None) => (None, None),
            (Some(s), low, high) if s > 0.0 => (low, high),
            (Some(_), low, high) => (high, low),
            (None, Some(low), Some(high)) => (Some(low.min(&high)), Some(low.max(&high))),
            // Which side is open hangs on a sign that is not known yet.
            (None, Some(end), None) | (None, None, Some(end)) => {
                let rises = scale.greater(0.0);
                let right = if hull.lower.is_some() { rises } else { 1.0 - rises };
                (Some(right.select(&end, f64::NEG_INFINITY)), Some(right.select(f64::INFINITY, end)))
            }
        },
        // An end of the domain lies at infinity; whether a computed one does is not known.
        Bijector::Inverse(_) => {
            let finite = |e: Option<Expr>| e.filter(|e| e.as_constant().is_some_and(f64::is_finite));
            match slope(b)?.as_constant()? {
                s if s > 0.0 => (finite(low), finite(high)),
                _ => (finite(high), finite(low)),
            }
        }
        Bijector::Composed(parts) => return parts.iter().try_fold(hull.clone(), |hull, p| image(p, &hull)),
        _ => return None,
    };
    Some(Hull { lower, upper, discrete: hull.discrete })
}

/// Shift and scale of an affine map.
pub(super) fn affine(b: &Bijector) -> Option<(Expr, Expr)> {
    match b {
        Bijector::Identity => Some((0.0.into(), 1.0.into())),
        Bijector::Affine { shift, scale } => Some((shift.clone(), scale.clone())),
        Bijector::Inverse(of) => affine(of).map(|(shift, scale)| (-shift / &scale, scale.recip())),
        Bijector::Composed(parts) => {
            parts.iter().try_fold((0.0.into(), 1.0.into()), |(shift, scale): (Expr, Expr), next| {
                let (more, times) = affine(next)?;
                Some((more + &times * shift, times * scale))
            })
        }
        _ => None,
    }
}

/// A map `x = shift + scale e^(offset + rate y)`.
pub(super) struct ExponentialMap {
    pub shift: Expr,
    pub scale: Expr,
    pub offset: Expr,
    pub rate: Expr,
}

/// A bijector as such a map: one exponential function, and affine maps before and after it.
pub(super) fn exponential(b: &Bijector) -> Option<ExponentialMap> {
    let of = |shift: Expr, scale: f64| {
        let (offset, rate) = (0.0.into(), 1.0.into());
        Some(ExponentialMap { shift, scale: scale.into(), offset, rate })
    };
    match b {
        Bijector::Exp => of(0.0.into(), 1.0),
        Bijector::Above { lower } => of(lower.clone(), 1.0),
        Bijector::Below { upper } => of(upper.clone(), -1.0),
        Bijector::Composed(parts) => {
            let at = parts.iter().position(|part| affine(part).is_none())?;
            let (offset, rate) = affine(&Bijector::Composed(parts[..at].to_vec()))?;
            let (more, times) = affine(&Bijector::Composed(parts[at + 1..].to_vec()))?;
            let map = exponential(&parts[at])?;
            Some(ExponentialMap {
                shift: more + &times * map.shift,
                scale: times * map.scale,
                offset: map.offset + &map.rate * offset,
                rate: map.rate * rate,
            })
        }
        _ => None,
    }
}

/// Of a bijector onto an interval, after an affine map: its bounds, and shift and scale of that.
pub(super) fn logistic(b: &Bijector) -> Option<[Expr; 4]> {
    match b {
        Bijector::Sigmoid => Some([0.0, 1.0, 0.0, 1.0].map(Expr::constant)),
        Bijector::Interval { lower, upper } => {
            Some([lower.clone(), upper.clone(), Expr::constant(0.0), Expr::constant(1.0)])
        }
        Bijector::Composed(parts) => {
            let (last, before) = parts.split_last()?;
            let [lower, upper, ..] = logistic(last).filter(|_| !matches!(last, Bijector::Composed(_)))?;
            let (shift, scale) = affine(&Bijector::Composed(before.to_vec()))?;
            Some([lower, upper, shift, scale])
        }
        _ => None,
    }
}

/// A value inside the range of a bijector, at which every slope is finite.
pub(super) fn harmless(b: &Bijector) -> Expr {
    match b {
        Bijector::Inverse(_) => 0.0.into(),
        Bijector::Composed(parts) => match parts.split_first() {
            Some((first, rest)) => rest.iter().fold(harmless(first), |x, part| part.forward(&x)),
            None => 0.0.into(),
        },
        other => other.forward(&0.0.into()),
    }
}
