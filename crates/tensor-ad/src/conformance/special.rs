//! Cases of the special functions of two and three numbers, inside their domain and at its edges.

use super::{Case, ROWS, array};
use crate::dim::{Dim, Shape};
use crate::op::{Binary, Ternary};
use crate::{Array, Expr};

/// Shapes that stretch to one another.
type Axes = &'static [Option<usize>];

fn shaped(name: &str, axes: Axes) -> Expr {
    Expr::input(name, axes.iter().map(|a| a.map_or_else(|| "n".into(), Dim::Fixed)).collect::<Shape>())
}

/// Numbers from 0.3 to 2.3, or, for a point of a beta distribution, from 0.05 to 0.95.
fn values(axes: Axes, rows: usize, seed: u64, point: bool) -> Array<f64> {
    let shape: Vec<usize> = axes.iter().map(|a| a.unwrap_or(rows)).collect();
    let mut a = array(&shape, seed);
    let inside = |x: f64| if point { 0.5 + 0.45 * x } else { 1.3 + x };
    a.data_mut().iter_mut().for_each(|x| *x = inside(*x));
    a
}

/// The cases of a special function of two positive numbers.
pub(super) fn binary(b: Binary) -> Vec<Case> {
    let pairs: [(Axes, Axes); 7] = [
        (&[], &[]),
        (&[Some(4)], &[]),
        (&[Some(0)], &[Some(1)]),
        (&[Some(3), Some(1)], &[Some(4)]),
        (&[None], &[]),
        (&[None, Some(3)], &[Some(3)]),
        (&[Some(3), Some(1)], &[None]),
    ];
    let mut cases = Vec::new();
    for (left, right) in pairs {
        let rows: &[usize] = if left.contains(&None) || right.contains(&None) { &ROWS } else { &[0] };
        for &n in rows {
            let (mut x, y) = (shaped("x", left), shaped("y", right));
            // It has no derivative in the shape.
            if b == Binary::GammaPSlope {
                x = x.stop_gradient();
            }
            let inputs = vec![("x", values(left, n, 31, false)), ("y", values(right, n, 32, false))];
            let name = format!("{} {} {} {n}", b.name(), x.shape(), y.shape());
            cases.push(Case::new(name, vec![x.binary(b, &y)], inputs));
        }
    }
    let special: &[f64] = match b {
        // At the poles of its terms the sign depends on the side.
        Binary::PolygammaStep(_) => &[f64::NAN, 1.0, 0.5, 2.5],
        _ => &[f64::NAN, f64::INFINITY, 0.0, 1.0, -0.5, 0.5],
    };
    let (x, y) = (Expr::input("x", ["n"]).stop_gradient(), Expr::input("y", ["n"]).stop_gradient());
    let a = special.iter().flat_map(|&a| special.iter().map(move |_| a)).collect();
    let c = special.iter().flat_map(|_| special).copied().collect();
    let inputs = vec![("x", Array::vector(a)), ("y", Array::vector(c))];
    cases.push(Case::new(format!("{} of special numbers", b.name()), vec![x.binary(b, &y)], inputs));
    cases
}

/// The cases of the functions of two shapes and a point.
pub(super) fn ternaries() -> Vec<Case> {
    let triples: [(Axes, Axes, Axes); 6] = [
        (&[], &[], &[]),
        (&[Some(4)], &[], &[]),
        (&[Some(0)], &[Some(1)], &[]),
        (&[Some(3), Some(1)], &[Some(4)], &[]),
        (&[None], &[], &[None]),
        (&[Some(3)], &[], &[None, Some(3)]),
    ];
    let mut cases = Vec::new();
    let mut next = Some(Ternary::BetaInc);
    while let Some(t) = next {
        let at = std::panic::Location::caller();
        for (first, second, third) in triples {
            let rows: &[usize] = if third.contains(&None) { &ROWS } else { &[0] };
            for &n in rows {
                let (mut a, mut b, x) = (shaped("a", first), shaped("b", second), shaped("x", third));
                if matches!(t, Ternary::BetaIncSlopeA | Ternary::BetaIncSlopeB) {
                    (a, b) = (a.stop_gradient(), b.stop_gradient());
                }
                let inputs = vec![
                    ("a", values(first, n, 33, false)),
                    ("b", values(second, n, 34, false)),
                    ("x", values(third, n, 35, true)),
                ];
                let name = format!("{} {} {} {} {n}", t.name(), a.shape(), b.shape(), x.shape());
                cases.push(Case::new(name, vec![a.ternary(t, &b, &x, at)], inputs));
            }
        }
        let special = [f64::NAN, f64::INFINITY, 0.0, 1.0, -0.5, 2.0];
        let points = [f64::NAN, 0.0, 0.25, 1.0, 1.5];
        let mut columns = [Vec::new(), Vec::new(), Vec::new()];
        for a in special {
            for b in special {
                for x in points {
                    [a, b, x].into_iter().zip(&mut columns).for_each(|(v, column)| column.push(v));
                }
            }
        }
        let [a, b, x] = ["a", "b", "x"].map(|name| Expr::input(name, ["n"]).stop_gradient());
        let outputs = vec![a.ternary(t, &b, &x, at)];
        let inputs = ["a", "b", "x"].into_iter().zip(columns.map(Array::vector)).collect();
        cases.push(Case::new(format!("{} of special numbers", t.name()), outputs, inputs));
        next = match t {
            Ternary::BetaInc => Some(Ternary::BetaIncSlopeA),
            Ternary::BetaIncSlopeA => Some(Ternary::BetaIncSlopeB),
            Ternary::BetaIncSlopeB => Some(Ternary::BetaDensity),
            Ternary::BetaDensity => None,
        };
    }
    cases
}
