//! A mapped expression agrees with a loop over its examples, for every primitive, and mapping composes with gradients.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cloned_ref_to_slice_refs)]

use elbo_tensor_ad::{
    Array, Dim, Error, Expr, Graph, Op, Plan, Shape, check, conformance, grad, reference, vmap, vmap_with,
};

type Named<'a> = Vec<(&'a str, Array<f64>)>;

fn borrowed<'a>(inputs: &'a [(&'a str, Array<f64>)]) -> Vec<(&'a str, &'a Array<f64>)> {
    inputs.iter().map(|(n, a)| (*n, a)).collect()
}

/// The arrays along a new leading axis.
fn stack(parts: &[Array<f64>]) -> Array<f64> {
    let mut shape = vec![parts.len()];
    shape.extend(parts[0].shape());
    Array::new(shape, parts.iter().flat_map(|p| p.data().to_vec()).collect()).unwrap()
}

/// Another example of the same kind: whole numbers (they may be indices) moved along, others (they may have
/// to be positive, or a positive definite matrix) made larger.
fn example(array: &Array<f64>, number: usize) -> Array<f64> {
    let mut other = array.clone();
    if array.data().iter().all(|x| x.fract() == 0.0) {
        let n = array.len().max(1);
        other.data_mut().rotate_left(number % n);
    } else {
        other.data_mut().iter_mut().for_each(|x| *x *= 1.0 + number as f64 / 8.0);
    }
    other
}

/// The inputs of these names.
fn inputs_of(outputs: &[Expr], names: &[&str]) -> Vec<Expr> {
    let (mut found, mut stack): (Vec<Expr>, Vec<Expr>) = (Vec::new(), outputs.to_vec());
    while let Some(e) = stack.pop() {
        stack.extend(e.args().iter().cloned());
        if let Op::Input(name) = e.op()
            && names.contains(&&**name)
            && !found.iter().any(|f| f.op() == e.op())
        {
            found.push(e);
        }
    }
    found
}

/// Holds the mapped outputs, by the reference and by plans, against the outputs of each example.
fn holds(name: &str, outputs: &[Expr], inputs: &Named<'_>, over: &[&str], dim: Dim) {
    const EXAMPLES: usize = 3;
    // With the inputs, so that every name has a length.
    let mut outputs = outputs.to_vec();
    outputs.extend(inputs_of(&outputs, over));
    let outputs = &outputs[..];
    let mapped = vmap(outputs, &inputs_of(outputs, over), dim).unwrap_or_else(|e| panic!("{name}: {e}"));
    let several: Named<'_> = inputs
        .iter()
        .map(|(n, a)| {
            let parts: Vec<Array<f64>> = (0..EXAMPLES).map(|i| example(a, i)).collect();
            (*n, if over.contains(n) { stack(&parts) } else { a.clone() })
        })
        .collect();
    let used: Vec<String> = mapped.iter().flat_map(Expr::free_inputs).map(|n| n.to_string()).collect();
    let several: Named<'_> = several.into_iter().filter(|(n, _)| used.iter().any(|u| u == n)).collect();
    let mut single: Vec<Vec<Array<f64>>> = vec![Vec::new(); outputs.len()];
    let mut allowed: Vec<Vec<Array<f64>>> = vec![Vec::new(); outputs.len()];
    for i in 0..EXAMPLES {
        let one: Named<'_> = inputs
            .iter()
            .map(|(n, a)| (*n, if over.contains(n) { example(a, i) } else { a.clone() }))
            .collect();
        let values = reference::evaluate(outputs, &borrowed(&one)).unwrap();
        let bounds = check::rounding(outputs, &borrowed(&one), false).unwrap();
        for (o, (value, (_, bound))) in values.into_iter().zip(bounds).enumerate() {
            single[o].push(value);
            allowed[o].push(bound);
        }
    }
    let by_reference =
        reference::evaluate(&mapped, &borrowed(&several)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let by_plan = Plan::<f64>::compile(&mapped).and_then(|p| p.call(&borrowed(&several)));
    let by_plan = by_plan.unwrap_or_else(|e| panic!("{name}: {e}"));
    for (who, found) in [("reference", by_reference), ("plan", by_plan)] {
        for (o, found) in found.iter().enumerate() {
            let (expected, allowed) = (stack(&single[o]), stack(&allowed[o]));
            assert_eq!(expected.shape(), found.shape(), "{name}, output {o} by the {who}");
            for i in 0..expected.len() {
                let (e, f, tolerance) = (expected.data()[i], found.data()[i], 32.0 * allowed.data()[i]);
                let same = e == f || e.is_nan() && f.is_nan();
                assert!(
                    same || e.is_finite() && (tolerance == f64::INFINITY || (e - f).abs() <= tolerance),
                    "{name} over {over:?}, output {o}[{i}] by the {who}: {e} within {tolerance}, found {f}"
                );
            }
        }
    }
}

/// The length that the named axis `n` has in a case: one short, one long.
fn small(case: &conformance::Case) -> bool {
    case.inputs.iter().all(|(_, a)| a.len() <= 60)
}

#[test]
fn every_primitive_mapped_agrees_with_a_loop() {
    let mut held = 0;
    for case in conformance::cases().iter().filter(|c| small(c) && !c.inputs.is_empty()) {
        let inputs: Named<'_> = case.inputs.iter().map(|(n, a)| (n.as_str(), a.clone())).collect();
        let names: Vec<&str> = inputs.iter().map(|(n, _)| *n).collect();
        // Numbers that are no index where one is expected are refused, mapped or not.
        let mut choices = vec![names.clone()];
        if names.len() > 1 {
            choices.extend(names.iter().map(|n| vec![*n]));
        }
        for over in choices {
            // A number and a name in turn.
            let dim = if held % 2 == 0 { Dim::Fixed(3) } else { Dim::from("examples") };
            holds(&case.name, &case.outputs, &inputs, &over, dim);
            held += 1;
        }
    }
    assert!(held > 200, "{held}");
}

#[test]
fn gradients_of_every_primitive_mapped_agree_with_a_loop() {
    for case in conformance::cases().iter().filter(|c| small(c) && !c.inputs.is_empty()) {
        let inputs: Named<'_> = case.inputs.iter().map(|(n, a)| (n.as_str(), a.clone())).collect();
        let names: Vec<&str> = inputs.iter().map(|(n, _)| *n).collect();
        let total = case.outputs.iter().fold(Expr::constant(0.0), |t, e| t + e.sum());
        let mut outputs = grad(&total, &inputs_of(&case.outputs, &names)).unwrap();
        outputs.extend(case.outputs.iter().cloned());
        holds(&format!("gradient of {}", case.name), &outputs, &inputs, &names, Dim::from("examples"));
    }
}

fn array(shape: &[usize], seed: f64) -> Array<f64> {
    let n: usize = shape.iter().product();
    Array::new(shape, (0..n).map(|i| ((i as f64 + 1.0) * seed).sin()).collect()).unwrap()
}

fn network(x: &Expr, w: &Expr, v: &Expr) -> Expr {
    x.matmul(w).tanh().matmul(v)
}

#[test]
fn the_gradient_of_each_example_is_the_mapped_gradient() {
    let (x, y) = (Expr::input("x", [4]), Expr::input("y", Shape::scalar()));
    let (w, v) = (Expr::input("w", [4, 3]), Expr::input("v", [3]));
    let loss = (network(&x, &w, &v) - &y).square();
    let slopes = grad(&loss, &[w.clone(), v.clone()]).unwrap();
    let each = vmap(&slopes, &[x.clone(), y.clone()], "obs").unwrap();
    assert_eq!(each[0].shape().to_string(), "[obs, 4, 3]");
    let mean = vmap(&[loss.clone()], &[x, y], "obs").unwrap().remove(0).mean();
    let whole = grad(&mean, &[w, v]).unwrap();
    let inputs = [
        ("x", array(&[5, 4], 1.3)),
        ("y", array(&[5], 0.7)),
        ("w", array(&[4, 3], 0.3)),
        ("v", array(&[3], 2.1)),
    ];
    let outputs: Vec<Expr> = each.iter().map(|e| e.sum_axes(&[0]) / Expr::size("obs")).chain(whole).collect();
    let found = Plan::<f64>::compile(&outputs).unwrap().call(&borrowed(&inputs)).unwrap();
    for k in 0..2 {
        for (a, b) in found[k].data().iter().zip(found[k + 2].data()) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
    }
}

#[test]
fn the_gradient_through_a_mapped_expression_agrees_with_differences() {
    let (x, w) = (Expr::input("x", [3]), Expr::input("w", [3, 3]));
    let f = x.matmul(&w).softplus().sum() * x.logsumexp(0);
    for dim in [Dim::Fixed(4), "obs".into()] {
        let total =
            vmap(&[f.clone()], &[x.clone(), w.clone()], dim.clone()).unwrap().remove(0).square().sum();
        let shared = vmap(&[f.clone()], &[x.clone()], dim).unwrap().remove(0).square().sum();
        let (at, each, one) = (array(&[4, 3], 1.1), array(&[4, 3, 3], 0.6), array(&[3, 3], 0.6));
        check::gradient(&total, &["x", "w"], &[("x", &at), ("w", &each)]).unwrap();
        check::gradient(&shared, &["x", "w"], &[("x", &at), ("w", &one)]).unwrap();
    }
}

#[test]
fn mapping_twice_is_a_loop_in_a_loop() {
    // All pairs: rows of a against rows of b.
    let (a, b) = (Expr::input("a", [2]), Expr::input("b", [2]));
    let distance = (&a - &b).square().sum();
    let rows = vmap(&[distance], &[b], "right").unwrap();
    let pairs = vmap(&rows, &[a], "left").unwrap().remove(0);
    assert_eq!(pairs.shape().to_string(), "[left, right]");
    let (p, q) = (array(&[3, 2], 0.9), array(&[4, 2], 1.7));
    let found = Plan::<f64>::compile(&[pairs]).unwrap().call(&[("a", &p), ("b", &q)]).unwrap().remove(0);
    for i in 0..3 {
        for j in 0..4 {
            let expected: f64 = (0..2).map(|k| (p.data()[2 * i + k] - q.data()[2 * j + k]).powi(2)).sum();
            assert!((found.data()[4 * i + j] - expected).abs() < 1e-15);
        }
    }
}

#[test]
fn an_inner_axis_and_an_inner_node_can_be_mapped() {
    let x = Expr::input("x", [3]);
    let inner = x.exp();
    let y = (&inner * 2.0).sum() + inner.max_axes(&[0]);
    let columns = Expr::input("columns", [Dim::Fixed(3), "obs".into()]);
    let mapped = vmap_with(&[y], &[(inner, columns.transpose())], "obs").unwrap();
    let data = array(&[3, 2], 1.0);
    let found = reference::evaluate(&mapped, &[("columns", &data)]).unwrap();
    for j in 0..2 {
        let column: Vec<f64> = (0..3).map(|i| data.data()[2 * i + j]).collect();
        let expected = 2.0 * column.iter().sum::<f64>() + column.iter().copied().fold(f64::MIN, f64::max);
        assert!((found[0].data()[j] - expected).abs() < 1e-14);
    }
}

#[test]
fn outputs_that_are_not_mapped_are_stretched() {
    let (x, y) = (Expr::input("x", [2]), Expr::input("y", [2]));
    let mapped = vmap(&[x.clone(), y.clone(), Expr::constant(1.0)], &[x.clone()], 3).unwrap();
    let shapes: Vec<String> = mapped.iter().map(|e| e.shape().to_string()).collect();
    assert_eq!(shapes, ["[3, 2]", "[3, 2]", "[3]"]);
    // The new axis is as long as that of what is mapped, though the value does not depend on it.
    let constant = vmap(&[Expr::constant(2.0) * &y], &[x], "obs").unwrap();
    let (rows, one) = (array(&[3, 2], 1.0), Array::vector(vec![1.0, 2.0]));
    let found = Plan::<f64>::compile(&constant).unwrap().call(&[("x", &rows), ("y", &one)]).unwrap();
    assert_eq!(found[0].data(), [2.0, 4.0, 2.0, 4.0, 2.0, 4.0]);
}

#[test]
fn a_product_with_shared_weights_is_one_larger_product() {
    let (x, w) = (Expr::input("x", [3]), Expr::input("w", [3, 2]));
    let mapped = vmap(&[x.matmul(&w)], &[x], "obs").unwrap();
    let graph = Graph::simplified(&mapped).unwrap();
    let products: Vec<String> =
        graph.nodes().iter().filter(|n| matches!(n.op, Op::MatMul)).map(|n| n.shape.to_string()).collect();
    assert_eq!(products, ["[obs, 2]"], "{graph}");
    assert_eq!(graph.nodes().len(), 3, "{graph}");
}

#[test]
fn names_of_axes_follow_what_replaces_their_input() {
    // The mean of an inner axis whose examples have another length.
    let x = Expr::input("x", ["obs"]);
    let shape = x.mean() + (&x * Expr::iota("obs")).sum();
    let mapped = vmap_with(&[shape.clone()], &[(x.clone(), Expr::input("z", ["k", "points"]))], "k").unwrap();
    let z = Array::new([1, 2], vec![1.0, 3.0]).unwrap();
    assert_eq!(reference::evaluate(&mapped, &[("z", &z)]).unwrap()[0].data(), [5.0]);
    let alone = shape.substitute(&[(x, Expr::input("z", ["points"]))]);
    assert_eq!(
        reference::evaluate(&[alone], &[("z", &Array::vector(vec![1.0, 3.0]))]).unwrap()[0].data(),
        [5.0]
    );
}

#[test]
fn what_cannot_be_mapped_is_said() {
    let x = Expr::input("x", [2]);
    let y = x.exp().sum();
    let found = vmap(&[y.clone()], &[x.exp()], 3).unwrap_err();
    assert_eq!(found, Error::NotAnInput { found: "exp[2]".into() });
    let found =
        vmap_with(&[y.clone()], &[(x.labelled("features"), Expr::input("z", [2, 3]))], 3).unwrap_err();
    let text = found.to_string();
    for part in ["vmap([2], [2, 3])", "[3, 2]", "features", "batching.rs"] {
        assert!(text.contains(part), "{text}");
    }
    let wrong = x.matmul(&Expr::input("w", [3, 3]));
    assert!(matches!(vmap(&[wrong], &[x], 3), Err(Error::Shape(_))));
}

#[test]
fn an_index_that_is_no_row_is_refused_in_every_example() {
    let (table, index) = (Expr::input("table", [2, 1]), Expr::input("index", [2]));
    let (tables, indices) =
        (array(&[3, 2, 1], 1.0), Array::new([3, 2], vec![0.0, 1.0, 1.0, 2.0, 0.0, 0.0]).unwrap());
    for dim in [Dim::Fixed(3), "obs".into()] {
        let mapped = vmap(&[table.take(&index)], &[table.clone(), index.clone()], dim).unwrap();
        let found = Plan::<f64>::compile(&mapped).unwrap().call(&[("table", &tables), ("index", &indices)]);
        assert!(matches!(&found, Err(Error::LookUp(w)) if (w.value, w.length) == (2.0, 2)), "{found:?}");
    }
}
