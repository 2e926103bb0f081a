//! Cases for functions of one, two and three elements.

use super::shapes::{all_shapes, bound, few_shapes, over, over_shapes, shaped};
use super::{Case, ROWS, array, special};
use crate::dim::Dim;
use crate::op::{Binary, Nature, Unary};
use crate::{Array, Expr};

/// The elementwise function after this one.
fn after_unary(u: Unary) -> Option<Unary> {
    Some(match u {
        Unary::Neg => Unary::Abs,
        Unary::Abs => Unary::Sign,
        Unary::Sign => Unary::Floor,
        Unary::Floor => Unary::Round,
        Unary::Round => Unary::Recip,
        Unary::Recip => Unary::Square,
        Unary::Square => Unary::Sqrt,
        Unary::Sqrt => Unary::Cbrt,
        Unary::Cbrt => Unary::Exp,
        Unary::Exp => Unary::Expm1,
        Unary::Expm1 => Unary::Ln,
        Unary::Ln => Unary::Ln1p,
        Unary::Ln1p => Unary::Sin,
        Unary::Sin => Unary::Cos,
        Unary::Cos => Unary::Tan,
        Unary::Tan => Unary::Asin,
        Unary::Asin => Unary::Acos,
        Unary::Acos => Unary::Atan,
        Unary::Atan => Unary::Sinh,
        Unary::Sinh => Unary::Cosh,
        Unary::Cosh => Unary::Asinh,
        Unary::Asinh => Unary::Acosh,
        Unary::Acosh => Unary::Tanh,

        Unary::Tanh => Unary::Sigmoid,
        Unary::Sigmoid => Unary::Softplus,
        Unary::Softplus => Unary::Lgamma,
        Unary::Lgamma => Unary::Polygamma(0),
        Unary::Polygamma(0) => Unary::Polygamma(1),
        Unary::Polygamma(_) => Unary::Erf,
        Unary::Erf => Unary::Erfc,
        Unary::Erfc => Unary::Erfcx(0),
        Unary::Erfcx(0) => Unary::Erfcx(1),
        Unary::Erfcx(1) => Unary::Erfcx(2),
        Unary::Erfcx(_) => Unary::Erfinv,
        Unary::Erfinv => Unary::NormalCdf,
        Unary::NormalCdf => Unary::LogNormalCdf,
        Unary::LogNormalCdf => Unary::NormalQuantile,
        Unary::NormalQuantile => Unary::Lgamma1p,
        Unary::Lgamma1p => Unary::BesselI(0),
        Unary::BesselI(0) => Unary::BesselI(1),
        Unary::BesselI(1) => Unary::BesselI(2),
        Unary::BesselI(_) => Unary::BesselI0e(0),
        Unary::BesselI0e(0) => Unary::BesselI0e(1),
        Unary::BesselI0e(1) => Unary::BesselI0e(2),
        Unary::BesselI0e(_) => Unary::BesselI1e,
        Unary::BesselI1e => return None,
    })
}

fn after_binary(b: Binary) -> Option<Binary> {
    Some(match b {
        Binary::Add => Binary::Sub,
        Binary::Sub => Binary::Mul,
        Binary::Mul => Binary::Div,
        Binary::Div => Binary::Pow,
        Binary::Pow => Binary::Atan2,
        Binary::Atan2 => Binary::Max,
        Binary::Max => Binary::Min,
        Binary::Min => Binary::Less,
        Binary::Less => Binary::LessEqual,
        Binary::LessEqual => Binary::Equal,
        Binary::Equal => Binary::LnBeta,
        Binary::LnBeta => Binary::PolygammaStep(0),
        Binary::PolygammaStep(0) => Binary::PolygammaStep(1),
        Binary::PolygammaStep(_) => Binary::GammaP,
        Binary::GammaP => Binary::GammaQ,
        Binary::GammaQ => Binary::GammaPSlope,
        Binary::GammaPSlope => Binary::GammaDensity,
        Binary::GammaDensity => return None,
    })
}

/// An argument well inside the domain of the function, from a number between -1 and 1.
fn inside(u: Unary, x: f64) -> f64 {
    match u {
        Unary::Recip => x.signum() * (0.3 + x.abs()),
        Unary::Sqrt | Unary::Ln | Unary::Lgamma | Unary::Polygamma(_) => 0.2 + (x + 1.0) * 3.0,
        Unary::Ln1p | Unary::Asin | Unary::Acos | Unary::Erfinv => x * 0.9,
        Unary::Tan => x * 1.4,
        Unary::Acosh => 3.2 + x * 2.0,
        Unary::Cbrt => x.signum() * (0.1 + x.abs() * 4.0),
        Unary::Neg
        | Unary::Abs
        | Unary::Sign
        | Unary::Floor
        | Unary::Round
        | Unary::Square
        | Unary::Exp
        | Unary::Expm1
        | Unary::Sin
        | Unary::Cos
        | Unary::Atan
        | Unary::Sinh
        | Unary::Cosh
        | Unary::Asinh
        | Unary::Tanh
        | Unary::Sigmoid
        | Unary::Softplus
        | Unary::Erf
        | Unary::Erfc
        | Unary::Erfcx(_)
        | Unary::NormalCdf
        | Unary::LogNormalCdf
        | Unary::BesselI(_)
        | Unary::BesselI0e(_)
        | Unary::BesselI1e => x * 4.0,
        Unary::NormalQuantile => 0.5 + 0.49 * x,
        Unary::Lgamma1p => 1.2 + 2.0 * x,
    }
}

pub(super) fn unaries() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut next = Some(Unary::Neg);
    while let Some(u) = next {
        let values = |s: &[usize]| {
            let mut a = array(s, 9);
            a.data_mut().iter_mut().for_each(|x| *x = inside(u, *x));
            a
        };
        // Slow in the reference: fewer shapes.
        let slow = u.nature() == Nature::Series;
        let shapes = if slow { few_shapes() } else { all_shapes() };
        cases.extend(over(&shapes, u.name(), values, |x| vec![x.unary(u)]));
        // Edges of the domain, and numbers that are none. Values only: gradients there are infinite or not defined.
        let edges = match u {
            // Poles have a sign on one side only.
            Unary::Lgamma | Unary::Polygamma(_) => vec![1.0, 2.0, f64::NAN],
            Unary::Sin | Unary::Cos | Unary::Tan => vec![0.0, -0.0, f64::NAN],
            Unary::Asin | Unary::Acos => vec![0.0, 1.0, -1.0, 2.0, -2.0, f64::NAN],
            Unary::Recip | Unary::Sqrt | Unary::Ln | Unary::Ln1p | Unary::Acosh => {
                vec![0.0, 1.0, -2.0, f64::INFINITY, f64::NAN]
            }
            Unary::Neg
            | Unary::Abs
            | Unary::Sign
            | Unary::Floor
            | Unary::Round
            | Unary::Cbrt
            | Unary::Square
            | Unary::Exp
            | Unary::Expm1
            | Unary::Atan
            | Unary::Sinh
            | Unary::Cosh
            | Unary::Asinh
            | Unary::Tanh
            | Unary::Sigmoid
            | Unary::Softplus
            | Unary::Erf
            | Unary::Erfc
            | Unary::Erfcx(_)
            | Unary::Erfinv
            | Unary::NormalCdf
            | Unary::LogNormalCdf
            | Unary::NormalQuantile
            | Unary::Lgamma1p
            | Unary::BesselI(_)
            | Unary::BesselI0e(_)
            | Unary::BesselI1e => vec![0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN],
        };
        for names in [vec![None], vec![Some(edges.len())]] {
            let x = shaped("x", &names).stop_gradient();
            let name = format!("{} at the edges {}", u.name(), x.shape());
            cases.push(Case::new(name, vec![x.unary(u)], vec![("x", Array::vector(edges.clone()))]));
        }
        next = after_unary(u);
    }
    cases
}

pub(super) fn binaries() -> Vec<Case> {
    // Pairs of shapes that stretch to one another.
    type Axes = &'static [Option<usize>];
    let pairs: [(Axes, Axes); 12] = [
        (&[], &[]),
        (&[Some(4)], &[]),
        (&[Some(3), Some(1)], &[Some(4)]),
        (&[Some(1), Some(5)], &[Some(2), Some(3), Some(1)]),
        (&[Some(0)], &[Some(1)]),
        (&[None], &[None]),
        (&[None], &[]),
        (&[None], &[Some(1)]),
        (&[None, Some(3)], &[Some(3)]),
        (&[None, Some(3)], &[None, Some(1)]),
        (&[Some(3), Some(1)], &[None]),
        (&[Some(2), None, Some(1)], &[Some(1), Some(4)]),
    ];
    let mut cases = Vec::new();
    let mut next = Some(Binary::Add);
    while let Some(b) = next {
        // Of positive numbers, and slow in the reference: fewer cases of their own.
        if b.nature() == Nature::Series {
            cases.extend(special::binary(b));
            next = after_binary(b);
            continue;
        }
        for (left, right) in pairs {
            let rows: &[usize] = if left.contains(&None) || right.contains(&None) { &ROWS } else { &[0] };
            for &n in rows {
                let (x, y) = (shaped("x", left), shaped("y", right));
                let (mut at, other) = (array(&bound(left, n), 10), array(&bound(right, n), 11));
                if b == Binary::Pow {
                    at.data_mut().iter_mut().for_each(|x| *x = x.abs() + 0.2);
                }
                if b == Binary::Equal {
                    at.data_mut().iter_mut().for_each(|x| *x = x.round());
                }
                let name = format!("{} {} {} {n}", b.name(), x.shape(), y.shape());
                let flip = if b == Binary::Pow { x.binary(b, &(&x + 0.5)) } else { y.binary(b, &x) };
                // Divisors stay away from zero.
                let outputs = if b == Binary::Div {
                    vec![x.binary(b, &(y.square() + 0.5))]
                } else {
                    vec![x.binary(b, &y), flip]
                };
                cases.push(Case::new(name, outputs, vec![("x", at), ("y", other)]));
            }
        }
        let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, 1.0, -0.5];
        for axis in [Dim::from("n"), Dim::Fixed(36)] {
            let x = Expr::input("x", [axis.clone()]).stop_gradient();
            let y = Expr::input("y", [axis]).stop_gradient();
            let a = special.iter().flat_map(|&a| [a; 6]).collect();
            let c = special.iter().cycle().take(36).copied().collect();
            let name = format!("{} of special numbers {}", b.name(), x.shape());
            let inputs = vec![("x", Array::vector(a)), ("y", Array::vector(c))];
            cases.push(Case::new(name, vec![x.binary(b, &y)], inputs));
        }
        next = after_binary(b);
    }
    cases
}

pub(super) fn selects() -> Vec<Case> {
    let mut cases = over_shapes(
        "select",
        |s| array(s, 12),
        |x| {
            let positive = x.greater(0.0);
            vec![
                positive.select(x.exp(), -x),
                x.select(1.0, x),
                Expr::constant(0.0).select(x, 2.0),
                // The branch not taken is infinite, or not a number.
                positive.select(positive.select(x, 1.0).ln(), 0.0),
            ]
        },
    );
    for n in ROWS {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]);
        let (a, b) = (Expr::input("a", ["n"]), Expr::input("b", [2]));
        let outputs = vec![x.less(0.0).select(a.expand(1), &b), b.less(0.0).select(&x, a.expand(1))];
        let inputs = vec![("x", array(&[n, 2], 13)), ("a", array(&[n], 14)), ("b", array(&[2], 15))];
        cases.push(Case::new(format!("select of stretched operands {n}"), outputs, inputs));
    }
    cases
}
