//! The derivatives of the elementwise primitives: one line a primitive.

use core::f64::consts::PI;

use super::special;
use crate::Expr;
use crate::op::{Binary, Unary};

/// `dy/dx` at `x`, where `y` is the node; `None` where it is zero almost everywhere.
pub(super) fn unary(u: Unary, x: &Expr, y: &Expr) -> Option<Expr> {
    Some(match u {
        Unary::Neg => Expr::constant(-1.0),
        Unary::Abs => x.sign(),
        Unary::Sign | Unary::Floor | Unary::Round => return None,
        Unary::Recip => -y.square(),
        Unary::Square => 2.0 * x,
        Unary::Sqrt => 0.5 / y,
        // Of the cube root, 1/3 y / x; by y alone it stays exact where x is tiny.
        Unary::Cbrt => (1.0 / 3.0) / y.square(),
        Unary::Exp => y.clone(),
        // Not y + 1, which is 0 where eˣ is small.
        Unary::Expm1 => x.exp(),
        Unary::Ln => x.recip(),
        Unary::Ln1p => (x + 1.0).recip(),
        Unary::Sin => x.cos(),
        Unary::Cos => -x.sin(),
        Unary::Tan => y.square() + 1.0,
        // (1 - x)(1 + x) and not 1 - x^2, which loses what is near the ends.
        Unary::Asin => ((1.0 - x) * (x + 1.0)).sqrt().recip(),
        Unary::Acos => -((1.0 - x) * (x + 1.0)).sqrt().recip(),
        Unary::Atan => (x.square() + 1.0).recip(),
        Unary::Sinh => x.cosh(),
        Unary::Cosh => x.sinh(),
        // Where the square overflows, 0: the slope is below 1e-154 (1e-19 in f32) there.
        Unary::Asinh => (x.square() + 1.0).sqrt().recip(),
        Unary::Acosh => ((x - 1.0) * (x + 1.0)).sqrt().recip(),
        Unary::Tanh => 1.0 - y.square(),
        Unary::Sigmoid => y * (1.0 - y),
        Unary::Softplus => x.sigmoid(),
        Unary::Lgamma => x.digamma(),
        Unary::Polygamma(n) => x.polygamma(n.saturating_add(1)),
        Unary::Erf => 2.0 / PI.sqrt() * (-x.square()).exp(),
        Unary::Erfc => -2.0 / PI.sqrt() * (-x.square()).exp(),
        Unary::Erfcx(n) => x.unary(Unary::Erfcx(n.saturating_add(1))),
        Unary::Erfinv => special::erfinv(x, y),
        Unary::NormalCdf => special::normal_cdf(x),
        Unary::LogNormalCdf => special::normal_log_cdf(x, y),
        Unary::NormalQuantile => special::normal_quantile(x, y),
        Unary::Lgamma1p => (x + 1.0).digamma(),
        Unary::BesselI(n) => special::bessel_i(n, x),
        Unary::BesselI0e(n) => special::bessel_i0e(n, x),
        Unary::BesselI1e => special::bessel_i1e(x),
    })
}

pub(super) fn binary(
    b: Binary,
    p: &Expr,
    q: &Expr,
    y: &Expr,
    g: &Expr,
    wanted: &[bool],
) -> Vec<Option<Expr>> {
    let both = |f: &dyn Fn() -> Expr, h: &dyn Fn() -> Expr| vec![wanted[0].then(f), wanted[1].then(h)];
    // 1 where a is taken, 1/2 where both are equal.
    let share = |a: &Expr, b: &Expr| b.less(a) + 0.5 * a.equal(b);
    match b {
        Binary::Add => both(&|| g.clone(), &|| g.clone()),
        Binary::Sub => both(&|| g.clone(), &|| -g),
        Binary::Mul => both(&|| g * q, &|| g * p),
        Binary::Div => both(&|| g / q, &|| -(g * y) / q),
        // d/dp = q p^(q-1), and 0 where q is 0, whatever p; d/dq = p^q ln p, taken as 0 at p = 0.
        Binary::Pow => both(&|| g * q * p.pow(q.equal(0.0).select(1.0, q - 1.0)), &|| {
            let positive = p.greater(0.0);
            g * positive.select(y * positive.select(p, 1.0).ln(), 0.0)
        }),
        Binary::Atan2 => {
            let (by_p, by_q) = angle(p, q);
            both(&|| g * &by_p, &|| g * &by_q)
        }
        Binary::Max => both(&|| g * share(p, q), &|| g * share(q, p)),
        Binary::Min => both(&|| g * share(q, p), &|| g * share(p, q)),
        Binary::Less | Binary::LessEqual | Binary::Equal => vec![None, None],
        Binary::LnBeta
        | Binary::PolygammaStep(_)
        | Binary::GammaP
        | Binary::GammaQ
        | Binary::GammaPSlope
        | Binary::GammaDensity => {
            both(&|| g * special::binary(b, 0, p, q, y), &|| g * special::binary(b, 1, p, q, y))
        }
    }
}

/// The derivatives of the angle of `(q, p)`: `(q, -p) / (p^2 + q^2)`, without overflow. 0 at the origin, where there is
/// none, and 0 where a coordinate is infinite.
fn angle(p: &Expr, q: &Expr) -> (Expr, Expr) {
    let size = p.abs().max(q.abs()).stop_gradient();
    let outside = size.equal(0.0) + size.equal(f64::INFINITY);
    let size = outside.select(1.0, size);
    let (u, v) = (outside.select(0.0, p) / &size, outside.select(1.0, q) / &size);
    let norm = (u.square() + v.square()) * size;
    (outside.select(0.0, v / &norm), -outside.select(0.0, u / norm))
}
