//! Derivatives along directions, Jacobians and Hessians agree with dual numbers, with each other and with closed forms.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cloned_ref_to_slice_refs)]

use elbo_tensor_ad::{
    Array, Dim, Error, Expr, Graph, Op, Plan, Shape, check, conformance, custom_gradient, free_inputs, grad,
    hessian, hvp, jacobian, jvp, reference, value_and_grad, vjp, vmap,
};

fn array(shape: &[usize], seed: f64) -> Array<f64> {
    let n: usize = shape.iter().product();
    Array::new(shape, (0..n).map(|i| ((i as f64 + 1.0) * seed).sin()).collect()).unwrap()
}

/// The values by the reference and by a plan, which must agree.
fn values(outputs: &[Expr], inputs: &[(&str, &Array<f64>)]) -> Vec<Array<f64>> {
    let names: Vec<String> = outputs.iter().flat_map(Expr::free_inputs).map(|n| n.to_string()).collect();
    let given: Vec<(&str, &Array<f64>)> =
        inputs.iter().copied().filter(|(n, _)| names.iter().any(|m| m == n)).collect();
    let expected = reference::evaluate(outputs, &given).unwrap();
    let found = Plan::<f64>::compile(outputs).unwrap().call(&given).unwrap();
    for (e, f) in expected.iter().zip(&found) {
        near(e, f);
    }
    expected
}

#[track_caller]
fn near(a: &Array<f64>, b: &Array<f64>) {
    assert_eq!(a.shape(), b.shape());
    for (a, b) in a.data().iter().zip(b.data()) {
        assert!((a - b).abs() <= 1e-11 * (1.0 + a.abs()) || a == b || a.is_nan() && b.is_nan(), "{a} {b}");
    }
}

fn inputs_of(outputs: &[Expr]) -> Vec<Expr> {
    free_inputs(outputs).into_iter().map(|i| Expr::input(&i.name, i.shape)).collect()
}

#[test]
fn the_derivative_along_a_direction_is_that_of_dual_numbers_for_every_primitive() {
    let mut held = 0;
    for case in conformance::cases() {
        let short = case.inputs.iter().all(|(_, a)| a.len() <= 150) && !case.inputs.is_empty();
        // At a tie the two agree by convention, but a custom gradient need not be the derivative.
        if !short || Graph::build(&case.outputs).is_err() {
            continue;
        }
        let inputs: Vec<(&str, &Array<f64>)> = case.inputs.iter().map(|(n, a)| (n.as_str(), a)).collect();
        let tangents: Vec<(String, Array<f64>)> =
            inputs.iter().map(|(n, a)| ((*n).to_string(), array(a.shape(), 0.37))).collect();
        let wrt = inputs_of(&case.outputs);
        let directions: Vec<Expr> = wrt
            .iter()
            .map(|x| {
                let Op::Input(name) = x.op() else { panic!() };
                Expr::input(&format!("along {name}"), x.shape().clone())
            })
            .collect();
        let found = jvp(&case.outputs, &wrt, &directions).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let names: Vec<String> = tangents.iter().map(|(n, _)| format!("along {n}")).collect();
        let mut given = inputs.clone();
        given.extend(names.iter().map(String::as_str).zip(tangents.iter().map(|(_, a)| a)));
        // With the inputs, so that every name has a length.
        let mut outputs = found.clone();
        outputs.extend(wrt.iter().cloned());
        let used: Vec<String> = outputs.iter().flat_map(Expr::free_inputs).map(|n| n.to_string()).collect();
        given.retain(|(n, _)| used.iter().any(|u| u == n));
        let found = reference::evaluate(&outputs, &given).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let along: Vec<(&str, &Array<f64>)> = tangents.iter().map(|(n, a)| (n.as_str(), a)).collect();
        let expected = check::jvp(&case.outputs, &inputs, &along).unwrap();
        for (f, (value, e)) in found.iter().zip(&expected) {
            for i in 0..e.len() {
                let (f, e, v) = (f.data()[i], e.data()[i], value.data()[i]);
                if e.is_finite() && v.is_finite() {
                    assert!((f - e).abs() <= 1e-9 * (1.0 + e.abs()), "{}: {e} {f}", case.name);
                    held += 1;
                }
            }
        }
    }
    assert!(held > 1000, "{held}");
}

#[test]
fn forward_and_backward_are_transposes() {
    let (x, w) = (Expr::input("x", ["n".into(), Dim::Fixed(3)]), Expr::input("w", [3, 2]));
    let y = x.matmul(&w).tanh().log_softmax(1);
    let (dx, dw, u) = (Expr::input("dx", x.shape()), Expr::input("dw", [3, 2]), Expr::input("u", y.shape()));
    let variables = [x, w];
    let forward = jvp(&[y.clone()], &variables, &[dx.clone(), dw.clone()]).unwrap().remove(0);
    let backward = vjp(&[y], &[u.clone()], &variables).unwrap();
    let left = (forward * &u).sum();
    let right = (&backward[0] * dx).sum() + (&backward[1] * dw).sum();
    let data = [
        ("x", [4, 3], 0.3),
        ("dx", [4, 3], 1.1),
        ("u", [4, 2], 0.7),
        ("w", [3, 2], 2.3),
        ("dw", [3, 2], 0.9),
    ];
    let data: Vec<(&str, Array<f64>)> = data.iter().map(|(n, s, k)| (*n, array(s, *k))).collect();
    let given: Vec<(&str, &Array<f64>)> = data.iter().map(|(n, a)| (*n, a)).collect();
    let found = values(&[left, right], &given);
    near(&found[0], &found[1]);
}

#[test]
fn what_a_derivative_along_a_direction_computes_is_forward() {
    // No more products than the value and its derivative have.
    let (x, w) = (Expr::input("x", [3, 3]), Expr::input("w", [3, 3]));
    let y = x.matmul(&w).tanh().matmul(&w);
    let slope = jvp(&[y.clone()], &[x], &[Expr::input("dx", [3, 3])]).unwrap();
    let graph = Graph::simplified(&[y, slope[0].clone()]).unwrap();
    let products = graph.nodes().iter().filter(|n| matches!(n.op, Op::MatMul)).count();
    assert_eq!(products, 4, "{graph}");
}

#[test]
fn a_jacobian_agrees_with_differences_by_rows_and_by_columns() {
    let (x, w) = (Expr::input("x", [2]), Expr::input("w", [2, 3]));
    let y = (x.matmul(&w).sin() * x.sum()).reshape([3, 1]);
    // Three rows for x and w together (8 numbers); two columns for x alone.
    let (at, weights) = (array(&[2], 0.8), array(&[2, 3], 1.9));
    let given = [("x", &at), ("w", &weights)];
    let mut found = values(&jacobian(&y, &[x.clone(), w.clone()]).unwrap(), &given);
    found.extend(values(&jacobian(&y, std::slice::from_ref(&x)).unwrap(), &given));
    assert_eq!(found[0].shape(), [3, 1, 2]);
    assert_eq!(found[1].shape(), [3, 1, 2, 3]);
    near(&found[0], &found[2]);
    for k in 0..3 {
        let one = grad(&y.index(0, k).sum(), &[x.clone(), w.clone()]).unwrap();
        let rows = values(&one, &given);
        for (found, row) in found.iter().zip(&rows) {
            let n = row.len();
            for i in 0..n {
                assert!((found.data()[k * n + i] - row.data()[i]).abs() < 1e-14);
            }
        }
    }
}

#[test]
fn a_jacobian_has_named_axes() {
    let (x, s) = (Expr::input("x", ["n"]), Expr::input("s", Shape::scalar()));
    let at = array(&[4], 0.8);
    let scale = Array::scalar(0.3);
    let given = [("x", &at), ("s", &scale)];
    // Elementwise: a diagonal. By a scalar: a column. Two named axes: every pair.
    let y = (&x * &s).sin();
    let found = values(&jacobian(&y, std::slice::from_ref(&x)).unwrap(), &given).remove(0);
    for i in 0..4 {
        for j in 0..4 {
            let expected = if i == j { 0.3 * (0.3 * at.data()[i]).cos() } else { 0.0 };
            assert!((found.data()[4 * i + j] - expected).abs() < 1e-15);
        }
    }
    let by_scale = values(&jacobian(&y, std::slice::from_ref(&s)).unwrap(), &given).remove(0);
    assert_eq!(by_scale.shape(), [4]);
    let pairs = x.expand(1) * &x;
    let matrix = jacobian(&pairs, std::slice::from_ref(&x)).unwrap();
    assert_eq!(matrix[0].shape().to_string(), "[n, n, n]");
    let found = values(&matrix, &given).remove(0);
    for (i, j, k) in (0..64).map(|c| (c / 16, c / 4 % 4, c % 4)) {
        let expected =
            f64::from(u8::from(i == k)) * at.data()[j] + f64::from(u8::from(j == k)) * at.data()[i];
        assert!((found.data()[16 * i + 4 * j + k] - expected).abs() < 1e-15);
    }
    // A constant one, alone.
    let constant = jacobian(&(&x * 2.0), std::slice::from_ref(&x)).unwrap();
    assert_eq!(values(&constant, &given)[0].data()[..5], [2.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn a_hessian_is_symmetric_and_its_product_is_that_of_hvp_both_ways() {
    let (x, w) = (Expr::input("x", [2]), Expr::input("w", [2, 2]));
    let value = (x.matmul(&w).tanh() * &x).sum().exp() + w.square().sum().square();
    let variables = [x.clone(), w.clone()];
    let (dx, dw) = (Expr::input("dx", [2]), Expr::input("dw", [2, 2]));
    let blocks = hessian(&value, &variables).unwrap();
    let backward = hvp(&value, &variables, &[dx.clone(), dw.clone()]).unwrap();
    let forward = jvp(&grad(&value, &variables).unwrap(), &variables, &[dx, dw]).unwrap();
    let outputs: Vec<Expr> = blocks.into_iter().flatten().chain(backward).chain(forward).collect();
    let data = [array(&[2], 0.4), array(&[2, 2], 1.4), array(&[2], 2.2), array(&[2, 2], 0.9)];
    let given = [("x", &data[0]), ("w", &data[1]), ("dx", &data[2]), ("dw", &data[3])];
    let found = values(&outputs, &given);
    let shapes: Vec<&[usize]> = found[..4].iter().map(Array::shape).collect();
    assert_eq!(shapes, [&[2, 2][..], &[2, 2, 2], &[2, 2, 2], &[2, 2, 2, 2]]);
    let all = |i: usize, j: usize| -> f64 {
        let (block, a, b, width) = match (i < 2, j < 2) {
            (true, true) => (0, i, j, 2),
            (true, false) => (1, i, j - 2, 4),
            (false, true) => (2, i - 2, j, 2),
            (false, false) => (3, i - 2, j - 2, 4),
        };
        found[block].data()[a * width + b]
    };
    let along: Vec<f64> = data[2].data().iter().chain(data[3].data()).copied().collect();
    for i in 0..6 {
        let product: f64 = (0..6).map(|j| all(i, j) * along[j]).sum();
        for k in [4, 6] {
            let part = if i < 2 { found[k].data()[i] } else { found[k + 1].data()[i - 2] };
            assert!((product - part).abs() < 1e-12 * (1.0 + product.abs()), "{product} {part}");
        }
        for j in 0..6 {
            assert!((all(i, j) - all(j, i)).abs() < 1e-12 * (1.0 + all(i, j).abs()));
        }
    }
    check::gradient(&(&grad(&value, &[x.clone()]).unwrap()[0] * 0.7).sum(), &["x", "w"], &given[..2])
        .unwrap();
}

#[test]
fn a_value_comes_before_its_gradient() {
    let x = Expr::input("x", [2]);
    let found = value_and_grad(&x.square().sum(), &[x]).unwrap();
    let at = Array::vector(vec![1.0, 2.0]);
    let found = values(&found, &[("x", &at)]);
    assert_eq!((found[0].data(), found[1].data()), ([5.0].as_slice(), [2.0, 4.0].as_slice()));
}

#[test]
fn a_constant_gradient_knows_the_length_of_its_axes() {
    let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]);
    let at = array(&[3, 2], 1.0);
    for (value, expected) in [(x.sum(), 1.0), (Expr::constant(2.0), 0.0), (x.sum() * 3.0, 3.0)] {
        let slope = grad(&value, std::slice::from_ref(&x)).unwrap();
        assert_eq!(values(&slope, &[("x", &at)])[0].data(), [expected; 6]);
        // And once more.
        let second = grad(&slope[0].sum(), std::slice::from_ref(&x)).unwrap();
        assert_eq!(values(&second, &[("x", &at)])[0].data(), [0.0; 6]);
        let forward = jvp(&slope, std::slice::from_ref(&x), &[Expr::constant(1.0)]).unwrap();
        assert_eq!(values(&forward, &[("x", &at)])[0].data(), [0.0; 6]);
    }
    // The lengths come from an input whose numbers are not read.
    let plan = Plan::<f64>::compile(&grad(&x.sum(), &[x]).unwrap()).unwrap();
    assert_eq!(plan.inputs().len(), 1);
}

#[test]
fn inputs_are_listed_with_their_shapes() {
    let (x, w) = (Expr::input("x", ["n".into(), Dim::Fixed(3)]), Expr::input("w", [3]));
    let found = free_inputs(&[x.matmul(&w).sum(), w.sum()]);
    let found: Vec<String> = found.iter().map(|i| format!("{}{}", i.name, i.shape)).collect();
    assert_eq!(found, ["x[n, 3]", "w[3]"]);
}

#[test]
fn wrong_directions_are_said() {
    let x = Expr::input("x", [2]);
    let (y, three) = (x.exp(), Expr::input("v", [3]));
    let count = |what| Error::DirectionCount { what, expected: 1, found: 2 };
    let shape =
        |what| Error::DirectionShape { what, index: 0, expected: Shape::from([2]), found: Shape::from([3]) };
    let two = [x.clone(), x.clone()];
    assert_eq!(jvp(&[y.clone()], &[x.clone()], &two).unwrap_err(), count("tangents"));
    assert_eq!(jvp(&[y.clone()], &[x.clone()], &[three.clone()]).unwrap_err(), shape("tangents"));
    assert_eq!(vjp(&[y.clone()], &two, &[x.clone()]).unwrap_err(), count("cotangents"));
    assert_eq!(vjp(&[y.clone()], &[three.clone()], &[x.clone()]).unwrap_err(), shape("cotangents"));
    assert_eq!(hvp(&y.sum(), &[x.clone()], &[three]).unwrap_err(), shape("directions"));
    let scalar = Error::NotScalar { found: Shape::from([2]) };
    assert_eq!(hvp(&y, &[x.clone()], &[x.clone()]).unwrap_err(), scalar);
    assert_eq!(hessian(&y, &[x.clone()]).unwrap_err(), scalar);
    assert_eq!(value_and_grad(&y, &[x.clone()]).unwrap_err(), scalar);
    let wrong = x.matmul(&Expr::input("w", [3, 3]));
    assert!(matches!(jacobian(&wrong, &[x.clone()]), Err(Error::Shape(_))));
    assert!(matches!(jvp(&[y], &[wrong], &[x]), Err(Error::Shape(_))));
}

#[test]
fn a_contradiction_in_a_gradient_names_the_line_of_the_user() {
    let (x, y) = (Expr::input("x", ["n"]), Expr::input("y", ["m"]));
    let v = Expr::input("v", [2]);
    let w = Expr::input("w", [3]);
    // n is m, m is 2 by the first pull-back and 3 by the second.
    let slopes = vjp(&[&x * &y], &[v], &[x.clone()]).unwrap();
    let others = vjp(&[&x * &y], &[w], &[x]).unwrap();
    let text = Graph::build(&[slopes[0].clone(), others[0].clone()]).unwrap_err().to_string();
    assert!(text.contains("derivatives.rs"), "{text}");
}

#[test]
fn the_same_rule_serves_each_example() {
    // Per-example gradients, Jacobians and derivatives along a direction.
    let (x, w) = (Expr::input("x", [2]), Expr::input("w", [2, 2]));
    let y = x.matmul(&w).tanh();
    let matrix = jacobian(&y, std::slice::from_ref(&x)).unwrap();
    let each = vmap(&matrix, std::slice::from_ref(&x), "obs").unwrap();
    assert_eq!(each[0].shape().to_string(), "[obs, 2, 2]");
    let (rows, weights) = (array(&[3, 2], 0.7), array(&[2, 2], 1.3));
    let found = values(&each, &[("x", &rows), ("w", &weights)]);
    for i in 0..3 {
        let row = Array::vector(rows.data()[2 * i..2 * i + 2].to_vec());
        let one = values(&matrix, &[("x", &row), ("w", &weights)]);
        for k in 0..4 {
            assert!((found[0].data()[4 * i + k] - one[0].data()[k]).abs() < 1e-15);
        }
    }
}

#[test]
fn a_rule_that_is_not_linear_has_no_derivative_forward_but_rows() {
    let x = Expr::input("x", [2]);
    let clipped = custom_gradient(&x.labelled("weights"), &[x.clone()], |_, _, g| vec![g.max(-1.0).min(1.0)]);
    let y = Expr::stack(&[clipped.sum(), clipped.sum() * 3.0, clipped.square().sum()], 0);
    let text = jvp(&[y.clone()], &[x.clone()], &[x.clone()]).unwrap_err().to_string();
    assert!(text.contains("weights") && text.contains("derivatives.rs"), "{text}");
    let found = values(&jacobian(&y, &[x]).unwrap(), &[("x", &Array::vector(vec![0.25, 2.0]))]);
    assert_eq!(found[0].data(), [1.0, 1.0, 1.0, 1.0, 0.5, 1.0]);
}
