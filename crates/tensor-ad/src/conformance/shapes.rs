//! Shapes with and without the named axis, and one case for each of them.

use super::{Case, ROWS};
use crate::dim::{Dim, Shape};
use crate::{Array, Expr};

/// An input of this shape, where `None` stands for the named axis `n`.
pub(super) fn shaped(name: &str, axes: &[Option<usize>]) -> Expr {
    Expr::input(name, axes.iter().map(|a| a.map_or_else(|| "n".into(), Dim::Fixed)).collect::<Shape>())
}

pub(super) fn bound(axes: &[Option<usize>], rows: usize) -> Vec<usize> {
    axes.iter().map(|a| a.unwrap_or(rows)).collect()
}

/// Shapes with the named axis nowhere and in every position, with axes of one and of no element.
pub(super) fn all_shapes() -> Vec<Vec<Option<usize>>> {
    vec![
        vec![],
        vec![Some(7)],
        vec![Some(0)],
        vec![Some(1)],
        vec![Some(3), Some(4)],
        vec![Some(2), Some(1), Some(3)],
        vec![None],
        vec![None, Some(3)],
        vec![Some(3), None],
        vec![None, Some(1)],
        vec![Some(1), None],
        vec![Some(2), None, Some(3)],
        vec![None, Some(0)],
    ]
}

/// A scalar, a vector, a column of the named axis, and that axis last.
pub(super) fn few_shapes() -> Vec<Vec<Option<usize>>> {
    vec![vec![], vec![Some(7)], vec![None], vec![Some(2), None]]
}

/// One case for each shape and number of rows.
pub(super) fn over(
    shapes: &[Vec<Option<usize>>],
    name: &str,
    values: impl Fn(&[usize]) -> Array<f64>,
    f: impl Fn(&Expr) -> Vec<Expr>,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for axes in shapes {
        let rows: &[usize] = if axes.contains(&None) { &ROWS } else { &[0] };
        for &n in rows {
            let x = shaped("x", axes);
            let at = bound(axes, n);
            cases.push(Case::new(format!("{name} {} {at:?}", x.shape()), f(&x), vec![("x", values(&at))]));
        }
    }
    cases
}

/// One case for each of all shapes and numbers of rows.
pub(super) fn over_shapes(
    name: &str,
    values: impl Fn(&[usize]) -> Array<f64>,
    f: impl Fn(&Expr) -> Vec<Expr>,
) -> Vec<Case> {
    over(&all_shapes(), name, values, f)
}
