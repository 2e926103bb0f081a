//! Cases for every primitive by itself. No match here has a wildcard: a new primitive needs an arm, which
//! names its cases and the primitive that comes after it.

use super::{Case, ROWS, array, dense, indices, scans, special, windows};
use crate::dim::{Dim, Shape};
use crate::kernels::Triangle;
use crate::op::{Binary, GradientRule, Nature, Op, Reduce, Ternary, Unary};
use crate::{Array, Expr};

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let mut next = Some(Op::Input("x".into()));
    while let Some(op) = next {
        let (mut cases, after) = of(&op);
        all.append(&mut cases);
        next = after;
    }
    all
}

/// The cases of one primitive, and the primitive after it in the list.
fn of(op: &Op) -> (Vec<Case>, Option<Op>) {
    match op {
        Op::Input(_) => (inputs(), Some(Op::Constant(0.0))),
        Op::Constant(_) => (constants(), Some(Op::Literal(Array::scalar(0.0).into()))),
        Op::Literal(_) => (literals(), Some(Op::Size("n".into()))),
        Op::Size(_) => (sizes(), Some(Op::Iota("n".into()))),
        Op::Iota(_) => (iotas(), Some(Op::Unary(Unary::Neg))),
        Op::Unary(_) => (unaries(), Some(Op::Binary(Binary::Add))),
        Op::Binary(_) => (binaries(), Some(Op::Ternary(Ternary::BetaInc))),
        Op::Ternary(_) => (special::ternaries(), Some(Op::Select)),
        Op::Select => (selects(), Some(Op::Reduce(Reduce::Sum, Vec::new()))),
        Op::Reduce(..) => (reductions(), Some(Op::Broadcast(Shape::scalar()))),
        Op::Broadcast(_) => (broadcasts(), Some(Op::Reshape(Shape::scalar()))),
        Op::Reshape(_) => (reshapes(), Some(Op::Permute(Vec::new()))),
        Op::Permute(_) => (permutes(), Some(Op::Slice { axis: 0, start: 0, length: 0, step: 1 })),
        Op::Slice { .. } => (slices(), Some(Op::Pad { axis: 0, before: 0, after: 0, between: 0 })),
        Op::Pad { .. } => (pads(), Some(Op::Reverse(0))),
        Op::Reverse(_) => (super::moved::reverses(), Some(Op::Concat(0))),
        Op::Concat(_) => (concats(), Some(Op::Windows { axis: 0, size: 1, stride: 1, dilation: 1 })),
        Op::Windows { .. } => {
            (windows::windows(), Some(Op::Overlap { axis: 0, length: 1, stride: 1, dilation: 1 }))
        }
        Op::Overlap { .. } => (windows::overlaps(), Some(Op::MatMul)),
        Op::MatMul => (products(), Some(Op::Cholesky)),
        Op::Cholesky => (dense::choleskys(), Some(Op::TriangularSolve(Triangle::LOWER))),
        Op::TriangularSolve(_) => (dense::triangular_solves(), Some(Op::Solve)),
        Op::Solve => (dense::solves(), Some(Op::LogAbsDet)),
        Op::LogAbsDet => (dense::determinants(), Some(Op::EigenSymmetric)),
        Op::EigenSymmetric => (dense::eigens(), Some(Op::Take { batch: 0 })),
        Op::Take { .. } => (takes(), Some(Op::ScatterAdd { length: "n".into(), batch: 0 })),
        Op::ScatterAdd { .. } => (scatters(), Some(Op::Recurrence { axis: 0, reverse: false })),
        Op::Recurrence { .. } => {
            (super::moved::recurrences(), Some(Op::LogCumSumExp { axis: 0, reverse: false }))
        }
        Op::LogCumSumExp { .. } => (super::moved::log_cumulatives(), Some(Op::StopGradient)),
        Op::StopGradient => (stops(), Some(scans::any())),
        Op::Scan(_) => (scans::scans(), Some(Op::WithGradient(GradientRule::Recomputed))),
        Op::WithGradient(_) => (checkpoints(), Some(Op::Barrier)),
        Op::Barrier => (barriers(), None),
    }
}

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

fn after_reduce(r: Reduce) -> Option<Reduce> {
    Some(match r {
        Reduce::Sum => Reduce::Prod,
        Reduce::Prod => Reduce::Max,
        Reduce::Max => Reduce::Min,
        Reduce::Min => return None,
    })
}

/// An input of this shape, where `None` stands for the named axis `n`.
fn shaped(name: &str, axes: &[Option<usize>]) -> Expr {
    Expr::input(name, axes.iter().map(|a| a.map_or_else(|| "n".into(), Dim::Fixed)).collect::<Shape>())
}

fn bound(axes: &[Option<usize>], rows: usize) -> Vec<usize> {
    axes.iter().map(|a| a.unwrap_or(rows)).collect()
}

/// Shapes with the named axis nowhere and in every position, with axes of one and of no element.
fn all_shapes() -> Vec<Vec<Option<usize>>> {
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
fn few_shapes() -> Vec<Vec<Option<usize>>> {
    vec![vec![], vec![Some(7)], vec![None], vec![Some(2), None]]
}

/// One case for each shape and number of rows.
fn over(
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

fn checkpoints() -> Vec<Case> {
    over_shapes(
        "checkpoint",
        |s| array(s, 41),
        |x| {
            let inner = (x * 0.5).tanh();
            let first = crate::checkpoint(&(inner.exp() * x), &[inner]);
            let own = crate::custom_gradient(&first.square(), std::slice::from_ref(&first), |x, _, g| {
                vec![g * &x[0] * 2.0]
            });
            vec![first.clone(), crate::checkpoint(&(own + &first).sin(), &[first]), x.sum()]
        },
    )
}

fn barriers() -> Vec<Case> {
    over_shapes(
        "barrier",
        |s| array(s, 42),
        |x| {
            let behind = |x: &Expr, token: &Expr| Expr::node(Op::Barrier, vec![x.clone(), token.clone()]);
            let total = x.sum();
            vec![behind(x, &total).exp() + x.exp(), behind(&total, x) * 2.0, behind(&x.tanh(), &(x * total))]
        },
    )
}

/// One case for each of all shapes and numbers of rows.
fn over_shapes(
    name: &str,
    values: impl Fn(&[usize]) -> Array<f64>,
    f: impl Fn(&Expr) -> Vec<Expr>,
) -> Vec<Case> {
    over(&all_shapes(), name, values, f)
}

fn inputs() -> Vec<Case> {
    over_shapes("input", |s| array(s, 1), |x| vec![x.clone(), x.clone()])
}

fn constants() -> Vec<Case> {
    let mut cases =
        over_shapes("constant", |s| array(s, 2), |x| vec![x + 2.5, Expr::constant(-0.5), 3.0 * x * 0.25]);
    for c in [0.0, -0.0, 1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        cases.push(Case::new(format!("constant {c}"), vec![Expr::constant(c)], vec![]));
    }
    cases
}

fn literals() -> Vec<Case> {
    over_shapes(
        "literal",
        |s| array(s, 3),
        |x| {
            let last = x.shape().dims().last().and_then(Dim::fixed);
            let row = Expr::literal(array(&[last.unwrap_or(1)], 4));
            vec![x * &row, row, Expr::literal(Array::scalar(2.0)) * x, Expr::literal(Array::zeros([0]))]
        },
    )
}

fn sizes() -> Vec<Case> {
    let mut cases = over_shapes("size", |s| array(s, 5), |x| vec![Expr::size(x.dim(0)) * x]);
    for n in ROWS {
        let x = Expr::input("x", ["n"]);
        let outputs = vec![Expr::size("n"), x.sum() * (100.0 / Expr::size("n")), x.mean()];
        cases.push(Case::new(format!("size as a number, {n}"), outputs, vec![("x", array(&[n], 6))]));
    }
    cases
}

fn iotas() -> Vec<Case> {
    let mut cases = over_shapes(
        "iota",
        |s| array(s, 7),
        |x| {
            let last = x.shape().dims().last().cloned().unwrap_or(Dim::Fixed(1));
            vec![x * Expr::iota(last)]
        },
    );
    for n in ROWS {
        let x = Expr::input("x", ["n", "m"]);
        let (n_axis, m_axis) = (Expr::iota("n").expand(1), Expr::iota("m"));
        let outputs = vec![&x * n_axis, x * m_axis, Expr::iota("n"), Expr::iota(4)];
        cases.push(Case::new(format!("iota of both axes, {n}"), outputs, vec![("x", array(&[n, 3], 8))]));
    }
    cases
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

fn unaries() -> Vec<Case> {
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

fn binaries() -> Vec<Case> {
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

fn selects() -> Vec<Case> {
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

fn reductions() -> Vec<Case> {
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
    cases.extend(super::moved::reductions());
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

fn broadcasts() -> Vec<Case> {
    let mut cases = over_shapes(
        "broadcast",
        |s| array(s, 21),
        |x| {
            let mut wide = vec![Dim::Fixed(2)];
            wide.extend_from_slice(x.shape().dims());
            vec![x.broadcast_to(wide), x.expand(0), x.expand(x.rank()), x.sum().broadcast_to([2, 3])]
        },
    );
    for n in ROWS {
        let x = Expr::input("x", ["n"]);
        let outputs = vec![
            x.expand(1).broadcast_to(["n".into(), Dim::Fixed(4)]),
            x.expand(0).broadcast_to([Dim::Fixed(4), "n".into()]),
            x.sum().broadcast_to(["n"]),
            x.broadcast_to([Dim::Fixed(2), Dim::Fixed(3), "n".into()]),
        ];
        cases.push(Case::new(format!("broadcast of rows {n}"), outputs, vec![("x", array(&[n], 22))]));
    }
    cases
}

fn reshapes() -> Vec<Case> {
    let mut cases = Vec::new();
    let named = Dim::from("n");
    for n in ROWS {
        let x = Expr::input("x", [named.clone(), Dim::Fixed(2), Dim::Fixed(3)]);
        let y = Expr::input("y", [Dim::Fixed(2), named.clone(), Dim::Fixed(3)]);
        let outputs = vec![
            x.reshape([named.clone(), Dim::Fixed(6)]),
            x.reshape([named.clone(), Dim::Fixed(3), Dim::Fixed(2)]),
            x.reshape([Dim::Fixed(1), named.clone(), Dim::Fixed(6)]),
            y.reshape([Dim::Fixed(2), named.clone(), Dim::Fixed(1), Dim::Fixed(3)]),
        ];
        let inputs = vec![("x", array(&[n, 2, 3], 23)), ("y", array(&[2, n, 3], 24))];
        cases.push(Case::new(format!("reshape beside the rows {n}"), outputs, inputs.clone()));
        // These mix the named axis with another: whole arrays.
        let outputs = vec![
            x.reshape([Dim::Fixed(2), named.clone(), Dim::Fixed(3)]),
            y.permute(&[0, 2, 1]).reshape([Dim::Fixed(6), named.clone()]),
            y.reshape([named.clone(), Dim::Fixed(6)]),
        ];
        cases.push(Case::new(format!("reshape across the rows {n}"), outputs, inputs));
    }
    let z = Expr::input("z", [2, 6]);
    let outputs = vec![z.reshape([3, 4]), z.transpose().reshape([12]), z.slice(1, 1, 2).reshape([4])];
    cases.push(Case::new("reshape of numbers", outputs, vec![("z", array(&[2, 6], 25))]));
    let one = Expr::input("one", [1, 1]);
    let outputs = vec![one.reshape(Shape::scalar()), one.sum().reshape([1, 1, 1])];
    cases.push(Case::new("reshape of one element", outputs, vec![("one", array(&[1, 1], 26))]));
    let none = Expr::input("none", [0, 3]);
    cases.push(Case::new(
        "reshape of none",
        vec![none.reshape([5, 0])],
        vec![("none", Array::zeros([0, 3]))],
    ));
    cases
}

fn permutes() -> Vec<Case> {
    let mut cases = over_shapes("permute", |s| array(s, 27), |x| vec![x.transpose(), x.transpose().exp()]);
    let orders: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for n in ROWS {
        let x = Expr::input("x", [Dim::Fixed(2), "n".into(), Dim::Fixed(3)]);
        let outputs = orders.iter().map(|o| x.permute(o)).collect();
        cases.push(Case::new(
            format!("permute of three axes {n}"),
            outputs,
            vec![("x", array(&[2, n, 3], 28))],
        ));
    }
    cases
}

fn slices() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        let x = Expr::input("x", [Dim::Fixed(3), "n".into(), Dim::Fixed(4)]);
        let outputs = vec![
            x.slice(0, 1, 2),
            x.slice(2, 0, 4),
            x.slice(2, 3, 1),
            x.slice(2, 2, 0),
            x.index(0, 2).tanh(),
            x.slice(0, 0, 1) * x.slice(0, 2, 1),
        ];
        cases.push(Case::new(format!("slice {n}"), outputs, vec![("x", array(&[3, n, 4], 29))]));
    }
    let z = Expr::input("z", [6, 2]);
    let outputs =
        vec![z.slice(0, 2, 3).square(), z.slice(1, 1, 1).exp(), z.slice(0, 6, 0), z.index(1, 0).sum()];
    cases.push(Case::new("slice of numbers", outputs, vec![("z", array(&[6, 2], 30))]));
    cases
}

fn pads() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]);
        let outputs = vec![x.pad(1, 1, 2), x.exp().pad(1, 0, 0), x.pad(1, 3, 0).square().sum()];
        cases.push(Case::new(format!("pad {n}"), outputs, vec![("x", array(&[n, 2], 31))]));
    }
    let z = Expr::input("z", [2, 3]);
    let outputs =
        vec![z.pad(0, 1, 0), z.pad(1, 0, 2), z.transpose().pad(0, 1, 1), z.sum_axes(&[0]).pad(0, 2, 2)];
    cases.push(Case::new("pad of numbers", outputs, vec![("z", array(&[2, 3], 32))]));
    let e = Expr::input("e", [0, 3]);
    cases.push(Case::new(
        "pad of none",
        vec![e.pad(0, 2, 1), e.pad(1, 1, 1)],
        vec![("e", Array::zeros([0, 3]))],
    ));
    cases
}

fn concats() -> Vec<Case> {
    let mut cases = Vec::new();
    for n in ROWS {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]);
        let y = Expr::input("y", ["n"]);
        let outputs = vec![
            Expr::concat(&[x.clone(), y.expand(1), x.exp()], 1),
            Expr::stack(&[y.clone(), y.tanh(), -&y], 0),
            Expr::stack(&[y.clone(), y.exp()], 1).sum_axes(&[1]),
            Expr::concat(std::slice::from_ref(&x), 1),
            Expr::concat(&[x.slice(1, 0, 0), x.clone()], 1),
            // Columns from different places, into a product; some of these places are free and used again.
            Expr::stack(&[y.exp().sin(), y.tanh().exp(), y.square().cos()], 1)
                .matmul(&Expr::literal(array(&[3, 2], 33))),
            Expr::stack(&[y.erf().abs(), x.index(1, 0).erfc().sqrt()], 0).matmul(&x),
            Expr::stack(&[y.exp(), y.tanh(), y.sin(), y.clone()], 1)
                .matmul(&Expr::literal(array(&[4, 2], 33))),
            Expr::stack(&[y.tanh(), y.exp(), y.cos()], 0).matmul(&x),
        ];
        let inputs = vec![("x", array(&[n, 2], 34)), ("y", array(&[n], 35))];
        cases.push(Case::new(format!("concat {n}"), outputs, inputs));
    }
    let (a, b) = (Expr::input("a", [2, 3]), Expr::input("b", [1, 3]));
    let outputs = vec![
        Expr::concat(&[a.clone(), b.clone()], 0),
        Expr::concat(&[b.clone(), a.clone(), b.clone()], 0).exp(),
        Expr::concat(&[a.transpose(), b.transpose()], 1),
        Expr::concat(&[a.slice(0, 0, 0), b.clone()], 0),
    ];
    cases.push(Case::new(
        "concat of numbers",
        outputs,
        vec![("a", array(&[2, 3], 36)), ("b", array(&[1, 3], 37))],
    ));
    cases
}

fn products() -> Vec<Case> {
    let mut cases = dense::products();
    // The named axis outside, inside and on the right; the other lengths none, one and several.
    for n in ROWS {
        for k in [0, 1, 2, 5] {
            for m in [0, 1, 3, 9] {
                let rows = Expr::input("rows", ["n".into(), Dim::Fixed(k)]);
                let w = Expr::input("w", [k, m]);
                let g = Expr::input("g", ["n".into(), Dim::Fixed(m)]);
                let outputs = vec![
                    rows.matmul(&w),
                    rows.transpose().matmul(&g),
                    w.transpose().matmul(&rows.transpose()),
                    g.transpose().matmul(&rows.exp()),
                    rows.tanh().matmul(&w).tanh(),
                ];
                let inputs =
                    vec![("rows", array(&[n, k], 38)), ("w", array(&[k, m], 39)), ("g", array(&[n, m], 40))];
                cases.push(Case::new(format!("matmul [{n}, {k}] by [{k}, {m}]"), outputs, inputs));
            }
        }
        let (x, w, y) =
            (Expr::input("x", ["n".into(), Dim::Fixed(3)]), Expr::input("w", [3]), Expr::input("y", ["n"]));
        let outputs = vec![x.matmul(&w), y.matmul(&x), y.matmul(&y), w.matmul(&x.transpose()), w.matmul(&w)];
        let inputs = vec![("x", array(&[n, 3], 41)), ("w", array(&[3], 42)), ("y", array(&[n], 43))];
        cases.push(Case::new(format!("matmul with vectors {n}"), outputs, inputs));
        // A stretched operand: one element for all rows.
        let ones = Expr::constant(1.0).broadcast_to(["n".into(), Dim::Fixed(3)]);
        let outputs = vec![
            ones.matmul(&w),
            ones.transpose().matmul(&x),
            y.expand(1).broadcast_to(x.shape()).matmul(&w),
        ];
        let inputs = vec![("x", array(&[n, 3], 44)), ("w", array(&[3], 45)), ("y", array(&[n], 46))];
        cases.push(Case::new(format!("matmul with stretched operands {n}"), outputs, inputs));
        // One axis twice: whole arrays.
        let gram = x.matmul(&x.transpose());
        let inputs = vec![("x", array(&[n.min(20), 3], 47))];
        cases.push(Case::new(
            format!("Gram matrix {n}"),
            vec![gram.clone(), gram.sum(), gram.exp().sum_axes(&[0])],
            inputs,
        ));
    }
    for [m, k, n] in [[2, 3, 4], [1, 1, 1], [0, 2, 3], [2, 0, 3], [5, 17, 9], [33, 20, 40]] {
        let (a, b) = (Expr::input("a", [m, k]), Expr::input("b", [k, n]));
        let outputs = vec![a.matmul(&b), b.transpose().matmul(&a.transpose())];
        let inputs = vec![("a", array(&[m, k], 48)), ("b", array(&[k, n], 49))];
        cases.push(Case::new(format!("matmul of numbers [{m}, {k}, {n}]"), outputs, inputs));
    }
    cases
}

fn takes() -> Vec<Case> {
    let mut cases = super::moved::look_ups();
    for n in ROWS {
        let (vector, table) = (Expr::input("vector", [4]), Expr::input("table", [4, 3]));
        let (rows, pairs) = (Expr::input("rows", ["n"]), Expr::input("pairs", [Dim::Fixed(2), "n".into()]));
        let fixed = Expr::input("fixed", [5]);
        let outputs = vec![
            vector.take(&rows),
            table.take(&rows),
            table.exp().take(&pairs),
            table.take(&fixed),
            table.transpose().take(&rows.min(2.0)),
            vector.take(&Expr::constant(2.0)),
            vector.sum().broadcast_to([4, 2]).take(&rows),
        ];
        let inputs = vec![
            ("vector", array(&[4], 50)),
            ("table", array(&[4, 3], 51)),
            ("rows", indices(&[n], 4, 52)),
            ("pairs", indices(&[2, n], 4, 53)),
            ("fixed", indices(&[5], 4, 54)),
        ];
        cases.push(Case::new(format!("take {n}"), outputs, inputs));
        if n > 0 {
            // The table has the named axis: whole arrays.
            let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]);
            let inputs = vec![("x", array(&[n, 2], 55)), ("i", indices(&[6], n, 56))];
            let outputs = vec![x.take(&Expr::input("i", [6])), x.take(&Expr::input("i", [6])).tanh().sum()];
            cases.push(Case::new(format!("take from rows {n}"), outputs, inputs));
        }
    }
    cases
}

fn scatters() -> Vec<Case> {
    let scatter = |index: &Expr, updates: &Expr, length: Dim| {
        Expr::node(Op::ScatterAdd { length, batch: 0 }, vec![index.clone(), updates.clone()])
    };
    let mut cases = Vec::new();
    for n in ROWS {
        let (rows, pairs) = (Expr::input("rows", ["n"]), Expr::input("pairs", ["n".into(), Dim::Fixed(2)]));
        let (x, y) = (Expr::input("x", ["n"]), Expr::input("y", ["n".into(), Dim::Fixed(2)]));
        let outputs = vec![
            scatter(&rows, &x, Dim::Fixed(4)),
            scatter(&rows, &y, Dim::Fixed(4)),
            scatter(&pairs, &y.tanh(), Dim::Fixed(5)),
            scatter(&rows, &Expr::constant(1.0).broadcast_to(["n"]), Dim::Fixed(4)).exp(),
        ];
        let inputs = vec![
            ("rows", indices(&[n], 4, 57)),
            ("pairs", indices(&[n, 2], 4, 58)),
            ("x", array(&[n], 59)),
            ("y", array(&[n, 2], 60)),
        ];
        cases.push(Case::new(format!("scatter_add {n}"), outputs, inputs));
        let (i, u) = (Expr::input("i", [3]), Expr::input("u", [3, 2]));
        if n > 0 {
            // Into rows: whole arrays.
            let into = scatter(&i, &u, "n".into());
            let inputs = vec![("i", indices(&[3], n, 61)), ("u", array(&[3, 2], 62)), ("x", array(&[n], 63))];
            cases.push(Case::new(format!("scatter_add into rows {n}"), vec![into * x.expand(1)], inputs));
        }
        let into = scatter(&i, &u, Dim::Fixed(4));
        let inputs = vec![("i", indices(&[3], 4, 64)), ("u", array(&[3, 2], 65))];
        cases.push(Case::new("scatter_add of numbers", vec![into], inputs));
    }
    cases
}

fn stops() -> Vec<Case> {
    over_shapes("stop_gradient", |s| array(s, 66), |x| vec![x.stop_gradient() * x, x.tanh().stop_gradient()])
}
