//! Cases for reductions.

use super::shapes::over_shapes;
use super::{Case, ROWS, array, moved};
use crate::dim::Dim;
use crate::op::Reduce;
use crate::{Array, Expr};

fn after_reduce(r: Reduce) -> Option<Reduce> {
    Some(match r {
        Reduce::Sum => Reduce::Prod,
        Reduce::Prod => Reduce::Max,
        Reduce::Max => Reduce::Min,
        Reduce::Min => return None,
    })
}

pub(super) fn reductions() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut next = Some(Reduce::Sum);
    while let Some(r) = next {
        let reduce = |x: &Expr, axes: &[usize]| match r {
            Reduce::Sum => x.sum_axes(axes),
            Reduce::Prod => x.prod_axes(axes),
            Reduce::Max => x.max_axes(axes),
            Reduce::Min => x.min_axes(axes),
        };
        // Every subset of axes.
        cases.extend(over_shapes(
            r.name(),
            |s| array(s, 16),
            |x| {
                (0..1u32 << x.rank())
                    .map(|set| {
                        let axes: Vec<usize> = (0..x.rank()).filter(|a| set & (1 << a) != 0).collect();
                        reduce(x, &axes)
                    })
                    .collect()
            },
        ));
        for at in [0, 5, 390] {
            for (number, word) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")] {
                let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]).stop_gradient();
                let mut data = array(&[400, 2], 17);
                if r == Reduce::Prod {
                    // So many numbers below 1 have a product of 0.
                    data.data_mut().iter_mut().for_each(|x| *x = 1.0 + *x / 50.0);
                }
                data.data_mut()[at] = number;
                let outputs = vec![reduce(&x, &[0]), reduce(&x, &[1]), reduce(&x, &[0, 1])];
                cases.push(Case::new(
                    format!("{} with {word} at {at}", r.name()),
                    outputs,
                    vec![("x", data)],
                ));
            }
        }
        // Ties share the gradient.
        let x = Expr::input("x", ["n"]);
        let data = Array::vector(vec![1.0, 1.0, -2.0, -2.0, 0.5]);
        cases.push(Case::new(format!("{} with ties", r.name()), vec![reduce(&x, &[0])], vec![("x", data)]));
        next = after_reduce(r);
    }
    cases.extend(moved::reductions());
    // Sums of products take a way of their own.
    for n in ROWS {
        let (x, y) = (Expr::input("x", ["n".into(), Dim::Fixed(3)]), Expr::input("y", [3]));
        let w = Expr::input("w", ["n"]);
        let outputs = vec![
            (&x * &y).sum(),
            (&x * &y).sum_axes(&[0]),
            (&x * &y).sum_axes(&[1]),
            (&x * w.expand(1)).sum_axes(&[0]),
            (&x * w.expand(1)).sum_axes(&[1]),
            x.square().sum_axes(&[0]),
            x.square().sum_axes(&[1]),
            w.dot(&w),
            (y.expand(1) * y.expand(0)).sum_axes(&[0]),
            y.dot(&y),
            (2.0 * &x + 1.0).sum(),
            (-&x).sum_axes(&[0]),
        ];
        let inputs = vec![("x", array(&[n, 3], 18)), ("y", array(&[3], 19)), ("w", array(&[n], 20))];
        cases.push(Case::new(format!("sums of products {n}"), outputs, inputs));
    }
    cases
}
