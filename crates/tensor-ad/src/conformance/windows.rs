//! Cases for windows, their overlap, convolutions and pooling.

use super::{Case, ROWS, array};
use crate::{Dim, Expr, Sliding};

/// Length of the axis, size, stride, dilation: one place and many, gaps, overlaps, a rest that no window sees.
const SLIDES: [[usize; 4]; 7] =
    [[1, 1, 1, 1], [5, 5, 1, 1], [6, 2, 2, 1], [7, 3, 1, 1], [8, 3, 2, 2], [7, 2, 3, 1], [9, 2, 1, 4]];

pub(super) fn windows() -> Vec<Case> {
    let mut cases = Vec::new();
    for [n, size, stride, dilation] in SLIDES {
        for rows in ROWS {
            let x = Expr::input("x", ["n".into(), Dim::Fixed(n), Dim::Fixed(2)]);
            let last = Expr::input("y", [Dim::Fixed(n), "n".into()]);
            let alone = Expr::input("z", [2, n]);
            let seen = x.windows(1, size, stride, dilation);
            let outputs = vec![
                seen.clone(),
                (seen.tanh() * 2.0).sum_axes(&[2]),
                seen.permute(&[2, 0, 3, 1]).exp().sum_axes(&[1]),
                last.windows(0, size, stride, dilation),
                alone.windows(1, size, stride, dilation).max_axes(&[2]),
                alone.windows(1, size, stride, dilation).windows(0, 1, 1, 1).square(),
            ];
            let inputs = vec![
                ("x", array(&[rows, n, 2], 70)),
                ("y", array(&[n, rows], 71)),
                ("z", array(&[2, n], 72)),
            ];
            let name = format!("windows of {size} by {stride}, {dilation} apart, on {n} ({rows})");
            cases.push(Case::new(name, outputs, inputs));
        }
    }
    cases
}

pub(super) fn overlaps() -> Vec<Case> {
    let mut cases = Vec::new();
    for [n, size, stride, dilation] in SLIDES {
        let windows = (n - (size - 1) * dilation - 1) / stride + 1;
        for (rows, longer) in ROWS.into_iter().zip([0, 1, 5, 0, 2]) {
            let x = Expr::input("x", ["n".into(), Dim::Fixed(windows), Dim::Fixed(size), Dim::Fixed(2)]);
            let last = Expr::input("y", [Dim::Fixed(windows), Dim::Fixed(size), "n".into()]);
            let alone = Expr::input("z", [2, windows, size]);
            let outputs = vec![
                x.overlap(1, n + longer, stride, dilation),
                x.exp().overlap(1, n + longer, stride, dilation).tanh().sum_axes(&[0]),
                last.overlap(0, n + longer, stride, dilation) + 1.0,
                alone.overlap(1, n + longer, stride, dilation).square(),
                alone.permute(&[1, 2, 0]).overlap(0, n + longer, stride, dilation),
                // Centred: a later part needs what was added up.
                {
                    let sums = x.overlap(1, n + longer, stride, dilation);
                    let mean = sums.sum_axes(&[0]).expand(0) / Expr::size("n");
                    sums - mean
                },
            ];
            let inputs = vec![
                ("x", array(&[rows, windows, size, 2], 73)),
                ("y", array(&[windows, size, rows], 74)),
                ("z", array(&[2, windows, size], 75)),
            ];
            let name = format!("overlap of {size} by {stride}, {dilation} apart, on {n} + {longer} ({rows})");
            cases.push(Case::new(name, outputs, inputs));
        }
    }
    // No window, and windows that see nothing.
    let (none, blind) =
        (Expr::input("x", ["n".into(), Dim::Fixed(0), Dim::Fixed(3)]), Expr::input("y", [4, 0]));
    cases.push(Case::new(
        "overlap of nothing",
        vec![none.overlap(1, 2, 1, 1) + 1.0, blind.overlap(0, 3, 1, 1)],
        vec![("x", array(&[3, 0, 3], 76)), ("y", array(&[4, 0], 77))],
    ));
    cases
}

/// Convolutions and networks of them, the batch named or a number.
pub(super) fn convolutions() -> Vec<Case> {
    let mut cases = Vec::new();
    for rows in ROWS.map(|n| n.min(40)) {
        for batch in [Dim::from("n"), Dim::Fixed(rows)] {
            let x = Expr::input("x", [batch.clone(), Dim::Fixed(7), Dim::Fixed(6), Dim::Fixed(2)]);
            let (w, v) = (Expr::input("w", [3, 2, 2, 3]), Expr::input("v", [2, 2, 3, 2]));
            let (b, y) =
                (Expr::input("b", [3]), Expr::input("y", [batch.clone(), Dim::Fixed(9), Dim::Fixed(1)]));
            let (u, valid) = (Expr::input("u", [4, 1, 7]), Sliding::valid());
            let first = (x.conv2d(&w, [valid, Sliding::same().stride(2)]) + &b).tanh();
            let second =
                first.avg_pool(&[1], &[2], &[valid]).conv2d(&v, [valid, valid.padding(1, 0).dilation(2)]);
            let outputs = vec![
                first,
                second.max_pool(&[1, 2], &[2, 2], &[valid.stride(2), Sliding::same()]).square(),
                y.conv1d(&u, valid.padding(3, 1).stride(2)).exp().sum_axes(&[0]),
            ];
            let inputs = vec![
                ("x", array(&[rows, 7, 6, 2], 90)),
                ("w", array(&[3, 2, 2, 3], 91)),
                ("v", array(&[2, 2, 3, 2], 92)),
                ("b", array(&[3], 93)),
                ("y", array(&[rows, 9, 1], 94)),
                ("u", array(&[4, 1, 7], 95)),
            ];
            cases.push(Case::new(format!("convolution of {rows} by {batch}"), outputs, inputs));
        }
    }
    cases
}

/// Pooling: windows that fit, that do not, and padding.
pub(super) fn pools() -> Vec<Case> {
    let mut cases = Vec::new();
    for rows in ROWS {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(6), Dim::Fixed(5), Dim::Fixed(2)]);
        let (two, pad) = (Sliding::valid().stride(2), Sliding::valid().padding(1, 1).stride(2));
        let outputs = vec![
            x.max_pool(&[1, 2], &[2, 2], &[two, two]),
            x.avg_pool(&[2, 1], &[2, 3], &[two, Sliding::same()]),
            x.max_pool(&[1, 2], &[3, 3], &[pad, Sliding::same().stride(3)]),
            x.avg_pool(&[1], &[2], &[Sliding::valid().dilation(3)]),
        ];
        cases.push(Case::new(format!("pooling {rows}"), outputs, vec![("x", array(&[rows, 6, 5, 2], 78))]));
    }
    cases
}
