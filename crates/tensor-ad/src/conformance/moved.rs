//! Cases for what moves or folds elements along one axis: reversal, steps, recurrences, running sums, tables of their
//! own for each row.

use super::{Case, ROWS, array, indices};
use crate::Expr;
use crate::dim::{Dim, Shape};
use crate::op::Op;

/// A shape whose axes are 2 (or none), the rows, and 4, by the place of the rows.
fn beside_rows(place: usize, others: [usize; 2]) -> Shape {
    let mut dims = vec![Dim::Fixed(others[0]), Dim::Fixed(others[1])];
    dims.insert(place, "n".into());
    dims.into()
}

fn lengths(place: usize, others: [usize; 2], n: usize) -> Vec<usize> {
    let mut lengths = others.to_vec();
    lengths.insert(place, n);
    lengths
}

/// One case for each place of the rows among three axes, and number of rows; also with axes of one and of no element.
fn among_three(name: &str, f: impl Fn(&Expr) -> Vec<Expr>, seed: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        for place in 0..3 {
            for others in [[2, 4], [1, 3], [3, 0]] {
                // All lengths with the rows first; elsewhere, and with few elements, those that tell.
                let enough = if others == [2, 4] { place == 0 || [0, 17].contains(&n) } else { n == 3 };
                if !enough {
                    continue;
                }
                let shape = beside_rows(place, others);
                let title = format!("{name} {shape} {n}");
                let inputs = vec![("x", array(&lengths(place, others, n), seed))];
                cases.push(Case::new(title, f(&Expr::input("x", shape)), inputs));
            }
        }
    }
    let x = Expr::input("x", [3, 1, 4]);
    cases.push(Case::new(format!("{name} of numbers"), f(&x), vec![("x", array(&[3, 1, 4], seed))]));
    cases
}

pub(super) fn reverses() -> Vec<Case> {
    let f = |x: &Expr| {
        let mut outputs: Vec<Expr> = (0..3).map(|axis| x.flip(&[axis])).collect();
        outputs.push(x.exp().flip(&[1]).tanh());
        outputs.push(x.flip(&[2]).flip(&[2]));
        outputs.push((x.flip(&[0]) * x.sum()).square());
        outputs
    };
    let mut cases = among_three("reverse", f, 201);
    // Each alone: a plan that streams, and one that cannot.
    for axis in 0..3 {
        cases.extend(among_three("reverse alone", |x| vec![x.tanh().flip(&[axis])], 202));
    }
    cases
}

pub(super) fn steps() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(7)]);
        let outputs = vec![
            x.slice_by(1, 0, 4, 2),
            x.slice_by(1, 6, 7, -1),
            x.exp().slice_by(1, 5, 2, -3),
            x.slice_by(1, 1, 1, 100),
            x.slice_by(1, 7, 0, 3),
            x.pad_between(1, 1, 2, 2),
            x.tanh().pad_between(1, 0, 0, 1).slice_by(1, 0, 7, 2) - x.tanh(),
            x.pad_between(1, 0, 3, 0).square().sum_axes(&[0]),
            x.roll(1, 3),
            x.roll(1, -9).sum(),
            x.repeat(1, 2),
            x.tile(&[1, 3]),
            Expr::concat(&x.split(1, &[2, 0, 5]), 1),
            x.expand(1).squeeze(&[1]),
        ];
        cases.push(Case::new(format!("steps {n}"), outputs, vec![("x", array(&[n, 7], 203))]));
        if n > 0 {
            let outputs = vec![x.roll(0, 2), x.roll(0, -1).tanh(), x.roll(0, 1000)];
            cases.push(Case::new(format!("rows rolled {n}"), outputs, vec![("x", array(&[n, 7], 204))]));
        }
    }
    let z = Expr::input("z", [5, 3]);
    let outputs = vec![
        z.slice_by(0, 0, 3, 2),
        z.slice_by(1, 2, 3, -1).exp(),
        z.pad_between(0, 1, 0, 1),
        z.transpose().pad_between(0, 0, 1, 2),
        z.pad_between(1, 2, 1, 1),
        z.roll(0, 1),
        z.tile(&[2, 2]),
        z.tile(&[0, 1]),
        z.repeat(0, 3),
        z.repeat(0, 0),
        z.slice(0, 2, 0).pad_between(0, 1, 1, 5),
    ];
    cases.push(Case::new("steps of numbers", outputs, vec![("z", array(&[5, 3], 205))]));
    cases
}

pub(super) fn recurrences() -> Vec<Case> {
    let mut cases = steps();
    for axis in 0..3 {
        let f = |x: &Expr| {
            vec![
                x.cumsum(axis),
                x.exp().cumsum_reversed(axis),
                x.cumprod(axis),
                x.cumprod_reversed(axis),
                x.recurrence(x.sin() * 0.5, axis),
                x.tanh().recurrence_reversed(0.5, axis),
            ]
        };
        cases.extend(among_three("recurrence", f, 206));
        let f = |x: &Expr| vec![(x.tanh().cumsum(axis) * x.cumprod(axis).sum()).exp()];
        cases.extend(among_three("recurrence kept", f, 207));
    }
    for n in ROWS {
        let (a, b) = (Expr::input("a", ["n".into(), Dim::Fixed(1)]), Expr::input("b", [5]));
        let outputs =
            vec![b.recurrence(&a, 1), b.recurrence_reversed(a.square(), 1), b.cumsum(0), a.cumsum(0)];
        let inputs = vec![("a", array(&[n, 1], 208)), ("b", array(&[5], 209))];
        cases.push(Case::new(format!("recurrence of stretched operands {n}"), outputs, inputs));
        // Zeros, one and several, where a product is differentiated.
        let x = Expr::input("x", ["n".into(), Dim::Fixed(4)]);
        let mut data = array(&[n, 4], 210);
        data.data_mut().iter_mut().step_by(3).for_each(|x| *x = 0.0);
        let outputs = vec![x.cumprod(1), x.prod_axes(&[1]), x.cumprod_reversed(1), x.prod_axes(&[0, 1])];
        cases.push(Case::new(format!("products with zeros {n}"), outputs, vec![("x", data)]));
    }
    cases
}

pub(super) fn log_cumulatives() -> Vec<Case> {
    let mut cases = Vec::new();
    for axis in 0..3 {
        let f = |x: &Expr| vec![(x * 5.0).logcumsumexp(axis), x.logcumsumexp_reversed(axis).tanh()];
        cases.extend(among_three("logcumsumexp", f, 211));
        let f = |x: &Expr| vec![x.logcumsumexp(axis) * x.sum(), x.logcumsumexp_reversed(axis)];
        cases.extend(among_three("logcumsumexp kept", f, 212));
    }
    // Values only: infinities have no gradient to compare.
    for (special, word) in [(f64::NEG_INFINITY, "-inf"), (f64::INFINITY, "inf"), (f64::NAN, "NaN")] {
        for at in [0, 1, 7] {
            for axis in [0, 1] {
                let x = Expr::input("x", ["n".into(), Dim::Fixed(4)]).stop_gradient();
                let mut data = array(&[5, 4], 213);
                data.data_mut()[at] = special;
                let y = (Expr::input("big", Shape::scalar()) * 100.0).stop_gradient();
                let outputs =
                    vec![x.logcumsumexp(axis), (&x * y).logcumsumexp_reversed(axis), x.logsumexp(axis)];
                let inputs = vec![("x", data), ("big", array(&[], 214))];
                cases.push(Case::new(format!("logcumsumexp with {word} at {at}, {axis}"), outputs, inputs));
            }
        }
    }
    // All of them so far: the value is minus infinity and the gradient 0.
    let x = Expr::input("x", ["n".into(), Dim::Fixed(3)]);
    let mut data = array(&[4, 3], 215);
    data.data_mut()[..5].fill(f64::NEG_INFINITY);
    let outputs = vec![x.logcumsumexp(1).exp(), x.logsumexp(1).exp(), x.logcumsumexp_reversed(0).exp()];
    cases.push(Case::new("logarithms of sums of nothing", outputs, vec![("x", data)]));
    cases
}

/// Tables of their own for each row, or rows of a table that is streamed along another axis.
pub(super) fn look_ups() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        let (x, three) = (Expr::input("x", ["n".into(), Dim::Fixed(4)]), Dim::Fixed(3));
        let several = Expr::input("several", ["n".into(), three.clone()]);
        let (fixed, same) = (Expr::input("fixed", [2, 3]), Expr::input("same", [1, 3]));
        let outputs = vec![
            x.gather(1, &several),
            x.exp().gather(1, &same).tanh(),
            x.take_axis(1, &fixed),
            x.tanh().transpose().take(&fixed).sum_axes(&[2]),
            several.scatter_along(1, &several, 5),
            x.slice(1, 0, 3).scatter_along(1, &several, 4) * &x,
            x.slice(1, 0, 3).exp().scatter_along(1, &same, 4),
            x.slice(1, 1, 3)
                .expand(1)
                .broadcast_to(["n".into(), Dim::Fixed(2), three.clone()])
                .scatter_add(1, &fixed, 6),
            (x.gather(1, &several) - x.sum_axes(&[0]).gather(0, &same.index(0, 0))).square().sum_axes(&[0]),
        ];
        let inputs = vec![
            ("x", array(&[n, 4], 216)),
            ("several", indices(&[n, 3], 4, 217)),
            ("fixed", indices(&[2, 3], 4, 218)),
            ("same", indices(&[1, 3], 4, 219)),
        ];
        cases.push(Case::new(format!("tables of each row {n}"), outputs, inputs));
        // The shared axes before and after the rows, in three and four axes.
        let t = Expr::input("t", [Dim::Fixed(2), "n".into(), Dim::Fixed(4)]);
        let i = Expr::input("i", [Dim::Fixed(2), "n".into(), Dim::Fixed(3)]);
        let j = Expr::input("j", [2, 3]);
        let k = Expr::input("k", ["n"]);
        let both = Expr::node(Op::Take { batch: 1 }, vec![t.permute(&[0, 2, 1]), j.clone()]);
        let fold = Op::ScatterAdd { length: Dim::Fixed(4), batch: 1 };
        let fold = Expr::node(fold, vec![i.index(2, 0), t.clone()]);
        let tables = Expr::literal(array(&[2, 4, 3], 220));
        let outputs = vec![
            t.gather(2, &i),
            i.scatter_along(2, &i, 4),
            both,
            fold,
            t.take_axis(2, &j),
            t.take_axis(0, &j.min(1.0)).sum(),
            Expr::node(Op::Take { batch: 1 }, vec![tables, i.index(2, 1)]),
            t.index(0, 0).transpose().take(&k.expand(0).squeeze(&[0]).sum().min(0.0)),
        ];
        let inputs = vec![
            ("t", array(&[2, n, 4], 221)),
            ("i", indices(&[2, n, 3], 4, 222)),
            ("j", indices(&[2, 3], 4, 223)),
            ("k", indices(&[n], 4, 224)),
        ];
        cases.push(Case::new(format!("tables shared along the rows {n}"), outputs, inputs));
        if n > 0 {
            // Along the rows: whole arrays.
            let r = Expr::input("r", [3, 4]);
            let outputs =
                vec![x.gather(0, &r), r.scatter_along(0, &r, "n") * &x, x.take_axis(0, &r.index(0, 1))];
            let inputs = vec![("x", array(&[n, 4], 225)), ("r", indices(&[3, 4], n, 226))];
            cases.push(Case::new(format!("along the rows {n}"), outputs, inputs));
        }
    }
    let (z, i) = (Expr::input("z", [3, 4]), Expr::input("i", [3, 2]));
    let outputs = vec![
        z.gather(1, &i),
        z.gather(0, &i.slice(0, 0, 1).min(2.0).sum_axes(&[1]).expand(0).min(2.0)),
        z.take_axis(1, &i),
        i.scatter_along(1, &i, 4),
        i.scatter_add(0, &i, 4),
        z.scatter_add(1, &i.reshape([6]).slice(0, 1, 4), 5),
        z.gather(1, &i.slice(1, 0, 0)),
    ];
    let inputs = vec![("z", array(&[3, 4], 227)), ("i", indices(&[3, 2], 4, 228))];
    cases.push(Case::new("look-ups of numbers", outputs, inputs));
    cases
}

/// Reductions that are made of the primitives.
pub(super) fn reductions() -> Vec<Case> {
    let mut cases = Vec::new();
    for axes in [&[0][..], &[1], &[2], &[0, 2], &[1, 2], &[0, 1, 2]] {
        let f = |x: &Expr| {
            vec![
                x.mean_axes(axes),
                x.var_axes(axes, 0),
                x.std_axes(axes, 1),
                x.norm_axes(axes, 1.0),
                x.norm_axes(axes, 2.0),
                x.norm_axes(axes, 3.5),
                x.norm_axes(axes, f64::INFINITY),
                x.logsumexp_axes(axes),
                x.prod_axes(axes).keep_axes(axes) * x,
            ]
        };
        cases.extend(among_three("moments and norms", f, 229));
        let f = |x: &Expr| {
            // Ties: few different numbers.
            let x = (x * 2.0).floor();
            vec![
                x.argmax_axes(axes),
                x.argmin_axes(axes),
                x.any_axes(axes),
                x.all_axes(axes),
                x.norm_axes(axes, 0.0),
                x.norm_axes(axes, f64::NEG_INFINITY),
            ]
        };
        cases.extend(among_three("positions", f, 230));
    }
    for axis in 0..3 {
        let f = |x: &Expr| vec![x.softmax(axis), x.log_softmax(axis), (x * 300.0).softmax(axis)];
        cases.extend(among_three("softmax", f, 231));
    }
    for (special, word) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")] {
        for at in [0, 3, 9] {
            let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]).stop_gradient();
            let mut data = array(&[7, 2], 232);
            data.data_mut()[at] = special;
            let mut outputs =
                vec![x.argmax_axes(&[0, 1]), x.norm(2.0), x.norm(1.0), x.any(), x.all(), x.prod()];
            for axis in 0..2 {
                outputs.extend([x.argmax(axis), x.argmin(axis), x.logsumexp(axis), x.cumsum(axis)]);
                outputs.extend([x.cumprod(axis), x.cumprod_reversed(axis), x.cumsum_reversed(axis)]);
            }
            cases.push(Case::new(format!("reductions with {word} at {at}"), outputs, vec![("x", data)]));
        }
    }
    cases
}
