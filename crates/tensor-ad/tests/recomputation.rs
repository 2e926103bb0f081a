//! Checkpoints give the same numbers, custom gradients their own, and mistakes in them say where.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cloned_ref_to_slice_refs)]

use elbo_tensor_ad::{
    Array, Binding, Dim, Error, Expr, Graph, Op, Plan, Shape, check, checkpoint, custom_gradient, grad, jvp,
    reference, vmap,
};

fn array(shape: &[usize], seed: f64) -> Array<f64> {
    let n: usize = shape.iter().product();
    Array::new(shape, (0..n).map(|i| ((i as f64 + 1.0) * seed).sin()).collect()).unwrap()
}

fn values(outputs: &[Expr], inputs: &[(&str, &Array<f64>)]) -> Vec<Array<f64>> {
    let found = Plan::<f64>::compile(outputs).unwrap().call(inputs).unwrap();
    for (e, f) in reference::evaluate(outputs, inputs).unwrap().iter().zip(&found) {
        for (a, b) in e.data().iter().zip(f.data()) {
            assert!((a - b).abs() <= 1e-12 * (1.0 + a.abs()), "{a} {b}");
        }
    }
    found
}

/// A chain of layers on whole arrays, with or without checkpoints, and its gradient.
fn chain(segments: usize, kept: bool) -> Vec<Expr> {
    let (x, w) = (Expr::input("x", [16, 16]), Expr::input("w", [16, 16]));
    let mut h = x.clone();
    for _ in 0..segments {
        let start = h.clone();
        for _ in 0..8 {
            h = (h.sin() * &w).cos();
        }
        if !kept {
            h = checkpoint(&h, &[start]);
        }
    }
    let value = h.square().sum();
    let mut outputs = vec![value.clone()];
    outputs.extend(grad(&value, &[x, w]).unwrap());
    outputs
}

#[test]
fn a_checkpoint_changes_no_number() {
    let (x, w) = (array(&[16, 16], 0.3), array(&[16, 16], 0.9));
    let given = [("x", &x), ("w", &w)];
    let (kept, again) = (values(&chain(3, true), &given), values(&chain(3, false), &given));
    for (a, b) in kept.iter().zip(&again) {
        for (a, b) in a.data().iter().zip(b.data()) {
            assert!((a - b).abs() <= 1e-13 * (1.0 + a.abs()), "{a} {b}");
        }
    }
}

#[test]
fn inner_values_are_computed_twice() {
    let sines = |outputs: &[Expr]| {
        let graph = Graph::simplified(outputs).unwrap();
        graph.nodes().iter().filter(|n| format!("{:?}", n.op).contains("Unary(Sin)")).count()
    };
    // Forward 24, and the slopes of 24 cosines; all but those again.
    assert_eq!(sines(&chain(3, true)), 48);
    assert_eq!(sines(&chain(3, false)), 72);
    let graph = Graph::build(&chain(3, false)).unwrap();
    assert!(!graph.nodes().iter().any(|n| matches!(n.op, Op::WithGradient(_))));
}

#[test]
fn a_long_chain_needs_less_memory() {
    let bytes = |kept| {
        let plan = Plan::<f64>::compile(&chain(10, kept)).unwrap();
        let shapes = [Binding::row_major(&[16, 16]); 2];
        plan.bind(&shapes).unwrap().bytes()
    };
    let (kept, again) = (bytes(true), bytes(false));
    // 10 segments of 16 values each: 160 arrays; or the 10 between segments, 10 contributions to one gradient, and those of one segment.
    let array = 16 * 16 * size_of::<f64>();
    assert!(kept > 150 * array, "{} arrays", kept / array);
    assert!(again < 60 * array, "{} arrays", again / array);
}

#[test]
fn gradients_through_checkpoints_agree_with_differences_and_dual_numbers() {
    let (x, w) = (Expr::input("x", ["n".into(), Dim::Fixed(2)]), Expr::input("w", [2, 2]));
    let hidden = x.matmul(&w).tanh();
    // w reaches the value beside the listed input, and a checkpoint lies in a checkpoint.
    let inner = checkpoint(&(hidden.exp().matmul(&w) * &hidden), &[hidden.clone()]);
    let y = checkpoint(&(inner.sin() + hidden.square()), &[inner.clone()]).sum();
    let (at, weights) = (array(&[3, 2], 0.4), array(&[2, 2], 0.7));
    let given = [("x", &at), ("w", &weights)];
    check::gradient(&y, &["x", "w"], &given).unwrap();
    let slope = grad(&y, &[w.clone()]).unwrap().remove(0);
    check::gradient(&slope.square().sum(), &["x", "w"], &given).unwrap();
    let along = jvp(&[y.clone()], &[w.clone()], &[w.clone()]).unwrap().remove(0);
    check::gradient(&along, &["x", "w"], &given).unwrap();
    // A variable inside, and one at the edge.
    let found = values(&grad(&y, &[hidden.clone(), inner.clone()]).unwrap(), &given);
    let plain = (inner.sin() + hidden.square()).sum();
    assert_eq!(found[1].data(), values(&grad(&plain, &[inner]).unwrap(), &given)[0].data());
    // Mapped, and on another input.
    let each = vmap(&[slope.clone()], &[x.clone()], 2).unwrap();
    let both = Array::new([2, 3, 2], at.data().repeat(2)).unwrap();
    let (one, two) = (values(&[slope.clone()], &given), values(&each, &[("x", &both), ("w", &weights)]));
    for (a, b) in one[0].data().iter().cycle().zip(two[0].data()) {
        assert!((a - b).abs() < 1e-13 * (1.0 + a.abs()));
    }
    let moved = slope.substitute(&[(x, Expr::input("grid", ["points".into(), Dim::Fixed(2)]))]);
    assert_eq!(values(&[moved], &[("grid", &at), ("w", &weights)])[0].data(), one[0].data());
}

#[test]
fn a_custom_gradient_takes_the_place_of_the_own_one() {
    let x = Expr::input("x", ["n"]);
    let through = custom_gradient(&x.floor(), &[x.clone()], |_, _, g| vec![g.clone()]);
    let y = (&through * &x).sum();
    let at = Array::vector(vec![0.5, 2.25]);
    let found = values(&grad(&y, std::slice::from_ref(&x)).unwrap(), &[("x", &at)]);
    assert_eq!(found[0].data(), [0.5, 4.25]);
    // Not the derivative, and the check says so.
    assert!(check::gradient(&y, &["x"], &[("x", &at)]).is_err());
    // One that is: with the value and the inputs, differentiated twice.
    let power = custom_gradient(&x.exp(), &[x.clone()], |_, y, g| vec![g * y]);
    let at = Array::vector(vec![0.5, 1.25]);
    check::gradient(&power.sum(), &["x"], &[("x", &at)]).unwrap();
    let slope = grad(&power.sin().sum(), std::slice::from_ref(&x)).unwrap().remove(0);
    check::gradient(&slope.square().sum(), &["x"], &[("x", &at)]).unwrap();
    let forward = jvp(&[power], &[x.clone()], &[x]).unwrap();
    assert!((values(&forward, &[("x", &at)])[0].data()[1] - 1.25 * 1.25f64.exp()).abs() < 1e-14);
}

#[test]
fn a_custom_gradient_is_mapped_example_by_example() {
    // The gradient of each example is clipped by its own length.
    let (x, w) = (Expr::input("x", [2]), Expr::input("w", [2]));
    let clipped = custom_gradient(&w, &[w.clone()], |_, _, g| vec![g / (g.square().sum().sqrt()).max(1.0)]);
    let slope = grad(&clipped.dot(&x), std::slice::from_ref(&w)).unwrap();
    let each = vmap(&slope, std::slice::from_ref(&x), "obs").unwrap();
    let weights = Array::vector(vec![1.0, 1.0]);
    let rows = Array::new([2, 2], vec![3.0, 4.0, 0.5, 0.0]).unwrap();
    let found = values(&each, &[("x", &rows)]);
    assert_eq!(found[0].data(), [3.0 / 5.0, 4.0 / 5.0, 0.5, 0.0]);
    // And the gradient of the mapped value: clipped before the sum over examples.
    let losses = vmap(&[clipped.dot(&x) * 2.0], &[x], "obs").unwrap().remove(0);
    let whole = grad(&losses.sum(), &[w]).unwrap();
    let found = values(&whole, &[("x", &rows), ("w", &weights)][..1]);
    assert_eq!(found[0].data().len(), 2);
}

#[test]
fn mistakes_in_a_rule_name_the_shapes_the_label_and_the_line() {
    let x = Expr::input("x", [2, 3]);
    let wrong = custom_gradient(&x.exp().labelled("scores"), &[x.clone()], |_, _, g| vec![g.sum_axes(&[0])]);
    let Error::Shape(fault) = grad(&wrong.sum(), std::slice::from_ref(&x)).unwrap_err() else { panic!() };
    let text = fault.to_string();
    assert_eq!(fault.op, "custom_gradient");
    assert_eq!(fault.line, line!() - 4);
    for part in ["[2, 3]", "[3]", "scores", "recomputation.rs", "input 0"] {
        assert!(text.contains(part), "{text}");
    }
    let few = custom_gradient(&x, &[x.clone()], |_, _, _| Vec::new());
    let text = grad(&few.sum(), std::slice::from_ref(&x)).unwrap_err().to_string();
    assert!(text.contains("1 gradients, found 0"), "{text}");
    // A mistake made inside the rule is its own.
    let inside = custom_gradient(&x, &[x.clone()], |_, _, g| vec![g.matmul(g)]);
    let text = grad(&inside.sum(), std::slice::from_ref(&x)).unwrap_err().to_string();
    assert!(text.contains("matmul"), "{text}");
    let mapped = vmap(&[wrong.sum()], std::slice::from_ref(&x), 4).unwrap().remove(0);
    assert!(matches!(grad(&mapped.sum(), &[Expr::input("x", [4, 2, 3])]), Err(Error::Shape(_))));
    // A checkpoint over a mistake is that mistake.
    let bad = x.matmul(&x);
    assert_eq!(checkpoint(&bad, &[x]).check().unwrap_err(), bad.check().unwrap_err());
    assert_eq!(Shape::scalar(), *bad.shape());
}
