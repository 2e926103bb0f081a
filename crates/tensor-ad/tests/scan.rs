//! Recurrences: against expressions written out step by step, their gradients, and what they cost.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{
    Array, Binding, Dim, Error, Expr, Op, Pass, Passes, Plan, Reason, Scan, Shape, check, grad, reference,
    vmap,
};
use proptest::prelude::*;

fn numbers(n: usize, seed: f64) -> Vec<f64> {
    (0..n).map(|i| (seed + 0.7 * i as f64 + 0.003 * (i * i) as f64).sin()).collect()
}

fn array(shape: &[usize], seed: f64) -> Array<f64> {
    Array::new(shape, numbers(shape.iter().product(), seed)).unwrap()
}

fn scalar(name: &str) -> Expr {
    Expr::input(name, Shape::scalar())
}

/// Both expressions, their gradients and the gradients of a function of these agree, in plans and in the reference.
fn same(scanned: &Expr, unrolled: &Expr, wrt: &[Expr], inputs: &[(&str, &Array<f64>)]) {
    let all = |value: &Expr| {
        let first = grad(value, wrt).unwrap();
        let mixed = first.iter().map(|g| g.tanh().sum()).reduce(|a, b| a + b).unwrap();
        let second = grad(&mixed, wrt).unwrap();
        [vec![value.clone()], first, second].concat()
    };
    let (scanned, unrolled) = (all(scanned), all(unrolled));
    let expected = reference::evaluate(&unrolled, inputs).unwrap();
    let by_reference = reference::evaluate(&scanned, inputs).unwrap();
    let by_plan = Plan::<f64>::compile(&scanned).unwrap().call(inputs).unwrap();
    let unsimplified = Plan::<f64>::compile_unsimplified(&scanned).unwrap().call(inputs).unwrap();
    for found in [by_reference, by_plan, unsimplified] {
        for (o, (e, f)) in expected.iter().zip(&found).enumerate() {
            assert_eq!(e.shape(), f.shape());
            let scale = e.data().iter().fold(1e-3f64, |m, x| m.max(x.abs()));
            for (e, f) in e.data().iter().zip(f.data()) {
                assert!((e - f).abs() <= 1e-12 * scale, "output {o}: {e} {f}");
            }
        }
    }
}

/// `-½ Σ (yₜ - φ yₜ₋₁ - μ)² / σ² - T ln σ` by the innovations' recurrence of an autoregression with a moving average.
#[test]
fn an_autoregression_with_a_moving_average_is_what_it_is_written_out() {
    let (phi, theta, sigma) = (scalar("phi"), scalar("theta"), scalar("sigma"));
    let (now, past) = (Expr::input("now", [6]), Expr::input("past", [6]));
    let scale = sigma.exp();
    let step = |e: &Expr, y: &Expr, before: &Expr| y - phi.tanh() * before - theta.tanh() * e;
    let likelihood =
        |errors: &Expr| -0.5 * (errors / &scale).square().sum() - scale.ln() * Expr::size(errors.dim(0));
    let scanned = Expr::constant(0.0).scan(&[now.clone(), past.clone()], |e, y| step(e, &y[0], &y[1]));
    let mut errors = vec![Expr::constant(0.0)];
    for t in 0..6 {
        errors.push(step(&errors[t], &now.index(0, t), &past.index(0, t)));
    }
    let unrolled = Expr::stack(&errors[1..], 0);
    let inputs = [
        ("now", &array(&[6], 1.0)),
        ("past", &array(&[6], 2.0)),
        ("phi", &Array::scalar(0.3)),
        ("theta", &Array::scalar(-0.4)),
        ("sigma", &Array::scalar(0.2)),
    ];
    same(
        &likelihood(&scanned),
        &likelihood(&unrolled),
        &[phi.clone(), theta.clone(), sigma, now, past],
        &inputs,
    );
}

#[test]
fn a_variance_that_follows_itself_is_what_it_is_written_out() {
    let (theta, r) = (Expr::input("theta", [3]), Expr::input("r", [5]));
    let (omega, alpha, beta) =
        (theta.index(0, 0).exp(), theta.index(0, 1).sigmoid(), theta.index(0, 2).sigmoid());
    let step = |h: &Expr, r: &Expr| &omega + &alpha * r.square() + &beta * h;
    let value = |h: &Expr| -0.5 * (h.ln() + r.square() / h).sum();
    let scanned = omega.scan(std::slice::from_ref(&r), |h, r| step(h, &r[0]));
    let mut variances = vec![omega.clone()];
    for t in 0..5 {
        variances.push(step(&variances[t], &r.index(0, t)));
    }
    let unrolled = Expr::stack(&variances[1..], 0);
    let inputs = [("theta", &array(&[3], 1.0)), ("r", &array(&[5], 2.0))];
    same(&value(&scanned), &value(&unrolled), &[theta, r.clone()], &inputs);
}

struct Gru {
    u: Expr,
    w: Expr,
}

impl Gru {
    fn step(&self, h: &Expr, x: &Expr) -> Expr {
        let gate = |i: usize| (x.matmul(&self.u.index(0, i)), h.matmul(&self.w.index(0, i)));
        let (z, r, n) = (gate(0), gate(1), gate(2));
        let (z, r) = ((z.0 + z.1).sigmoid(), (r.0 + r.1).sigmoid());
        let n = (n.0 + r * n.1).tanh();
        (1.0 - &z) * n + z * h
    }
}

fn gru() -> (Gru, Expr, Expr, Expr) {
    let (u, w) = (Expr::input("u", [3, 2, 3]), Expr::input("w", [3, 3, 3]));
    let start = Expr::input("start", [3]);
    let x = Expr::input("x", ["time".into(), Dim::Fixed(2)]);
    let cell = Gru { u, w };
    let trajectory = start.scan(std::slice::from_ref(&x), |h, x| cell.step(h, &x[0]));
    (cell, start, x, trajectory)
}

#[test]
fn a_gated_unit_is_what_it_is_written_out() {
    let (cell, start, x, scanned) = gru();
    let mut states = vec![start.clone()];
    for t in 0..4 {
        // The rows of a named axis are looked up.
        let row = x.take(&Expr::constant(t as f64));
        states.push(cell.step(&states[t], &row));
    }
    let unrolled = Expr::stack(&states[1..], 0);
    let value = |h: &Expr| (h.exp() * Expr::literal(array(&[4, 3], 5.0))).sum();
    let inputs = [
        ("start", &array(&[3], 1.0)),
        ("x", &array(&[4, 2], 2.0)),
        ("u", &array(&[3, 2, 3], 3.0)),
        ("w", &array(&[3, 3, 3], 4.0)),
    ];
    same(&value(&scanned), &value(&unrolled), &[start, x, cell.u, cell.w], &inputs);
}

#[test]
fn several_carries_from_the_right_and_scans_within_scans_are_what_they_are_written_out() {
    let (x, a, m) = (Expr::input("x", [4]), scalar("a"), Expr::input("m", [2, 2]));
    let step = |s: &Expr, v: &Expr, x: &Expr| ((s * &a + v.sum() * x).sin(), v.matmul(&m) * 0.5 + s * x);
    let zero = Expr::constant(0.0).broadcast_to([2]);
    let parts = Scan::from(&a).and(&zero).over(&x).reversed().run(|c, x| {
        let (s, v) = step(&c[0], &c[1], &x[0]);
        vec![s, v]
    });
    let (mut s, mut v) = (vec![a.clone()], vec![zero.clone()]);
    for t in (0..4).rev() {
        let (next, rest) = step(s.last().unwrap(), v.last().unwrap(), &x.index(0, t));
        s.push(next);
        v.push(rest);
    }
    s.reverse();
    v.reverse();
    let value = |s: &Expr, v: &Expr| (s * Expr::literal(array(&[4], 3.0))).sum() + v.exp().sum();
    let unrolled = value(&Expr::stack(&s[..4], 0), &Expr::stack(&v[..4], 0));
    let inputs = [("x", &array(&[4], 1.0)), ("a", &Array::scalar(0.7)), ("m", &array(&[2, 2], 2.0))];
    same(&value(&parts[0], &parts[1]), &unrolled, &[x.clone(), a.clone(), m], &inputs);

    // A scan within a scan, the inner one over what the outer one carries.
    let inner = |c: &Expr, x: &Expr| (c * &a + x).tanh();
    let start = Expr::literal(array(&[2], 4.0)) * &a;
    let nested = start.scan(std::slice::from_ref(&x), |c, x| a.scan(&[c * &x[0]], |d, y| inner(d, &y[0])));
    let mut c = start.clone();
    let mut all = Vec::new();
    for t in 0..4 {
        let y = &c * x.index(0, t);
        let first = inner(&a, &y.index(0, 0));
        let second = inner(&first, &y.index(0, 1));
        c = Expr::stack(&[first, second], 0);
        all.push(c.clone());
    }
    same(&nested.exp().sum(), &Expr::stack(&all, 0).exp().sum(), &[x, a.clone()], &inputs[..2]);
}

#[test]
fn gradients_agree_with_differences_and_dual_numbers() {
    let (_, _, _, trajectory) = gru();
    let value = trajectory.last().square().sum() + trajectory.tanh().sum();
    let inputs = [
        ("start", &array(&[3], 1.0)),
        ("x", &array(&[5, 2], 2.0)),
        ("u", &array(&[3, 2, 3], 3.0)),
        ("w", &array(&[3, 3, 3], 4.0)),
    ];
    check::gradient(&value, &["start", "x", "u", "w"], &inputs).unwrap();
}

#[test]
fn a_scan_of_each_example_is_the_scan_of_all() {
    let (x, a, start) = (Expr::input("x", [4]), scalar("a"), scalar("start"));
    let scanned = (start.scan(std::slice::from_ref(&x), |c, x| (c * &a + &x[0]).sin())).square().sum();
    let outputs =
        [vec![scanned.clone()], grad(&scanned, &[x.clone(), a.clone(), start.clone()]).unwrap()].concat();
    let (xs, starts) = (array(&[3, 4], 1.0), array(&[3], 2.0));
    let one = Array::scalar(0.6);
    let each = vmap(&outputs, &[x, start], "many").unwrap();
    let found =
        Plan::<f64>::compile(&each).unwrap().call(&[("x", &xs), ("a", &one), ("start", &starts)]).unwrap();
    for i in 0..3 {
        let (row, first) = (Array::vector(xs.data()[i * 4..][..4].to_vec()), Array::scalar(starts.data()[i]));
        let inputs = [("x", &row), ("a", &one), ("start", &first)];
        for (many, single) in found.iter().zip(reference::evaluate(&outputs, &inputs).unwrap()) {
            let n = single.len();
            for (e, f) in single.data().iter().zip(&many.data()[i * n..][..n]) {
                assert!((e - f).abs() < 1e-13, "{e} {f}");
            }
        }
    }
}

#[test]
fn many_steps_are_no_longer_a_program_and_no_more_memory_than_their_trajectories() {
    let (a, y) = (scalar("a"), Expr::input("y", ["time"]));
    let level = Expr::constant(0.0).scan(std::slice::from_ref(&y), |c, y| (c * &a + &y[0]).tanh());
    let value = level.square().sum();
    let outputs = [vec![value.clone()], grad(&value, &[a, y]).unwrap()].concat();
    let plan = Plan::<f64>::compile(&outputs).unwrap();
    let bind = |n: usize| {
        let shapes: Vec<Vec<usize>> =
            plan.inputs().iter().map(|i| if i.shape.rank() == 0 { vec![] } else { vec![n] }).collect();
        plan.bind(&shapes.iter().map(|s| Binding::row_major(s)).collect::<Vec<_>>()).unwrap()
    };
    let instructions = |n: usize| {
        let listing = bind(n).to_string();
        (listing.lines().count(), listing.matches("Map").count())
    };
    assert_eq!(instructions(10), instructions(10_000));
    let (small, large) = (bind(10).bytes(), bind(10_000).bytes());
    // A few numbers for each step.
    assert!(large - small < 9_990 * 8 * 40, "{small} {large}");

    let (one, data) = (Array::scalar(0.5), array(&[10_000], 1.0));
    let found = plan.call(&[("a", &one), ("y", &data)]).unwrap();
    let (mut c, mut slope, mut total, mut gradient) = (0.0f64, 0.0, 0.0, 0.0);
    for y in data.data() {
        let next = (c * 0.5 + y).tanh();
        slope = (1.0 - next * next) * (c + 0.5 * slope);
        c = next;
        total += c * c;
        gradient += 2.0 * c * slope;
    }
    assert!((found[0].data()[0] - total).abs() < 1e-9 * total.abs());
    assert!((found[1].data()[0] - gradient).abs() < 1e-9 * gradient.abs());
}

#[test]
fn mistakes_name_the_scan_the_shapes_and_the_line() {
    let (x, y, c) = (Expr::input("x", [4, 2]), Expr::input("y", [5]), Expr::input("c", [2]));
    let reason = |e: &Expr| match e.check() {
        Err(Error::Shape(fault)) => {
            assert_eq!(fault.op, "scan");
            assert!(fault.file.ends_with("scan.rs") && fault.line > 0);
            fault.reason.clone()
        }
        other => panic!("{other:?}"),
    };
    let longer = c.scan(&[x.clone(), y.clone()], |c, x| c + &x[0] * &x[1]);
    assert_eq!(reason(&longer), Reason::Steps { expected: Dim::Fixed(4), found: Dim::Fixed(5) });
    let other = c.scan(std::slice::from_ref(&x), |c, _| c.sum());
    assert_eq!(reason(&other), Reason::Carry(vec![c.shape().clone()]));
    assert_eq!(reason(&c.scan(&[scalar("s")], |c, x| c + &x[0])), Reason::Rank { expected: 1, found: 0 });
    assert_eq!(reason(&c.scan(&[], |c, _| c.tanh())), Reason::NoOperand);
    let named = Scan::from(&Expr::input("n", ["n"])).and(&c).over(&x).run(|c, _| c.to_vec());
    assert_eq!(reason(&named[1]), Reason::NamedAxis { axis: 0 });
    // A mistake within a step is that mistake.
    let within = c.scan(&[x], |c, x| c.matmul(&Expr::input("w", [3, 2])) + &x[0]);
    assert!(within.check().unwrap_err().to_string().contains("matmul"));
    // A name that is bound to two lengths.
    let (p, q) = (Expr::input("p", ["a"]), Expr::input("q", ["b"]));
    let both = scalar("s").scan(&[p, q], |c, x| c + &x[0] * &x[1]);
    let (two, three) = (array(&[2], 1.0), array(&[3], 1.0));
    let refused = Plan::<f64>::compile(&[both]).unwrap().call(&[
        ("p", &two),
        ("q", &three),
        ("s", &Array::scalar(0.0)),
    ]);
    assert!(matches!(refused, Err(Error::SizeConflict { .. })), "{refused:?}");
}

#[test]
fn a_step_may_be_substituted_into_and_its_axes_renamed() {
    let (x, a) = (Expr::input("x", ["n".into(), Dim::Fixed(2)]), scalar("a"));
    let start = Expr::constant(0.0).broadcast_to(["n"]);
    let sums = start.scan(&[x.transpose()], |c, x| c + &x[0] * &a / Expr::size("n"));
    let other = sums
        .substitute(&[(x, Expr::input("grid", ["m".into(), Dim::Fixed(2)]).exp()), (a, Expr::constant(2.0))]);
    let grid = array(&[3, 2], 1.0);
    let found = Plan::<f64>::compile(&[other.last()]).unwrap().call(&[("grid", &grid)]).unwrap();
    for (row, f) in grid.data().chunks(2).zip(found[0].data()) {
        let expected = (row[0].exp() + row[1].exp()) * 2.0 / 3.0;
        assert!((f - expected).abs() < 1e-14, "{f} {expected}");
    }
}

/// Steps of one number over one sequence: affine in the carry in every order in which one writes it, and others.
fn steps_of_one(a: &Expr, b: &Expr, which: usize, c: &Expr, x: &Expr) -> Expr {
    match which {
        0 => a + b * x.square() + x * c,
        1 => a + c * b + x.square() * a,
        2 => (x + c) * b,
        3 => c + a * (x - c),
        4 => a * (b * (c * x)) - x.tanh(),
        5 => -(a - c * x.sigmoid()) / b,
        6 => c * a,
        7 => c + x.abs().sqrt(),
        8 => (c * a + x.exp()).tanh(),
        9 => c.max(x - a) + (c * x).sin() * b,
        10 => x.greater(0.0).select(c * b, c * a),
        11 => (x * 0.5).exp() + b,
        12 => (x.exp() + c.exp()).ln(),
        _ => c.square() * (x + 1.0) - c.atan() * x.square().sum(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(std::env::var("SOAK").map_or(400, |n| n.parse().unwrap())))]

    #[test]
    fn a_recurrence_of_one_number_is_the_references_to_rounding_and_in_its_infinities(
        which in 0usize..14, reverse: bool, n in 0usize..9, seed: u32, special in 0usize..4, named: bool,
    ) {
        let dim = if named { Dim::from("n") } else { Dim::Fixed(n) };
        let (x, a, b, start) = (Expr::input("x", [dim]), scalar("a"), scalar("b"), scalar("start"));
        let scan = Scan::from(&start).over(&x);
        let scan = if reverse { scan.reversed() } else { scan };
        let states = scan.run(|c, x| vec![steps_of_one(&a, &b, which, &c[0], &x[0])]).remove(0);
        let mut outputs = grad(&(&states * (&x + 1.0)).sum(), &[x.clone(), a, b, start]).unwrap();
        outputs.push(states);
        let mut data = numbers(n + 3, f64::from(seed % 1000));
        for k in 0..special {
            let at = (seed as usize >> (4 * k)) % data.len();
            data[at] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0][(seed as usize >> (4 * k + 16)) % 4];
        }
        let (of_x, rest) = (Array::vector(data[3..].to_vec()), data[..3].iter().map(|&v| Array::scalar(v)).collect::<Vec<_>>());
        let mut inputs = vec![("x", &of_x), ("a", &rest[0]), ("b", &rest[1]), ("start", &rest[2])];
        inputs.retain(|(name, _)| outputs.iter().any(|e| e.free_inputs().iter().any(|free| **free == **name)));
        let expected = reference::evaluate(&outputs, &inputs).unwrap();
        let bounds = check::rounding(&outputs, &inputs, false).unwrap();
        for passes in [Passes::all(), Passes::none(), Passes::all().without(Pass::Hoisting), Passes::none().with(Pass::Hoisting)] {
            let found = Plan::<f64>::compile_with(&outputs, &passes).unwrap().call(&inputs).unwrap();
            for ((e, f), (_, bound)) in expected.iter().zip(&found).zip(&bounds) {
                prop_assert_eq!(e.shape(), f.shape());
                for ((e, f), bound) in e.data().iter().zip(f.data()).zip(bound.data()) {
                    // Rewritten to `logaddexp`, the last but one is right where what is written is not.
                    let rewritten = which == 12 && passes.has(Pass::StableForms);
                    let same = e == f || e.is_nan() && (f.is_nan() || rewritten);
                    prop_assert!(same || (e - f).abs() <= 32.0 * bound, "{:?}: {} should be {} within {}", passes, f, e, bound);
                }
            }
        }
    }
}

/// How many scans there are in the plan's graph.
fn scans(outputs: &[Expr], passes: Passes) -> usize {
    let plan = Plan::<f64>::compile_with(outputs, &passes).unwrap();
    plan.graph().nodes().iter().filter(|n| matches!(n.op, Op::Scan(_))).count()
}

#[test]
fn what_needs_no_carry_is_computed_for_all_steps_at_once() {
    let (x, w, start) = (
        Expr::input("x", ["n".into(), Dim::Fixed(30)]),
        Expr::input("w", [30, 30]),
        Expr::input("start", [30]),
    );
    let without = Passes::all().without(Pass::Hoisting);
    // One product of matrices in place of a product for each step, though the matrix is larger than what a step reads.
    let states = start.scan(std::slice::from_ref(&x), |c, x| (c * 0.5 + x[0].matmul(&w)).tanh());
    let products = |passes: Passes| {
        let plan = Plan::<f64>::compile_with(std::slice::from_ref(&states), &passes).unwrap();
        plan.graph().nodes().iter().filter(|n| n.op == Op::MatMul).count()
    };
    assert_eq!((products(Passes::all()), products(without)), (1, 0));
    // A step that sees no carry is none.
    let (y, z) = (Expr::input("y", ["n"]), scalar("z"));
    let each = [z.scan(std::slice::from_ref(&y), |_, y| y[0].sin())];
    assert_eq!((scans(&each, Passes::all()), scans(&each, without)), (0, 1));
    // What is much larger than the sequences is not kept for all steps.
    let large = [z.scan(std::slice::from_ref(&y), |c, y| c + (&y[0] * Expr::iota(1000)).sin().sum())];
    let plan = Plan::<f64>::compile(&large).unwrap();
    assert!(
        plan.bind(&[Binding::row_major(&[]), Binding::row_major(&[5000])]).unwrap().bytes() < 5000 * 8 * 10
    );
}
