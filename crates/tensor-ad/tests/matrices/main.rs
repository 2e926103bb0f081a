//! Matrices: values and gradients against tables, backward errors, what is refused and how it is reported.
#![allow(clippy::unwrap_used, clippy::panic)]

mod bounds;
mod made;
mod refused;

use elbo_tensor_ad::kernels::Processor;
use elbo_tensor_ad::{Array, Binding, Dim, Error, Expr, Plan, Triangle, check, grad, jvp, reference};
use made::{hard, identities, random};
use serde_json::Value;

/// The cases of the table, from the folder that `ELBO_GOLDEN` names or from the copy beside the tests.
fn golden() -> Vec<Value> {
    let copy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/matrices.json");
    let path = std::env::var_os("ELBO_GOLDEN")
        .map(|folder| std::path::Path::new(&folder).join("matrices.json"))
        .filter(|path| path.exists())
        .unwrap_or(copy);
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    table["cases"].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn function(name: &str, a: &Expr, b: &Expr) -> Expr {
    if let Some(kind) = name.strip_prefix("triangular") {
        let mut t = if kind.contains("upper") { Triangle::UPPER } else { Triangle::LOWER };
        if kind.contains("transposed") {
            t = t.transposed();
        }
        return a.triangular_solve(b, if kind.contains("unit") { t.unit() } else { t });
    }
    match name {
        "matmul" => a.matmul(b),
        "cholesky" => a.cholesky(),
        "cho_logdet" => a.cholesky().cho_logdet(),
        "cho_solve" => a.cholesky().cho_solve(b),
        "solve" => a.solve(b),
        "inverse" => a.inverse(),
        "slogdet" => {
            let (sign, log) = a.slogdet();
            Expr::concat(&[sign.expand(0), log.expand(0)], 0)
        }
        "det" => a.det(),
        "trace" => a.trace(),
        "eigvalsh" => a.eigvalsh(),
        "eigh" => a.eigh().1,
        "mahalanobis" => a.cholesky().mahalanobis(&b.transpose()),
        "quadratic_form" => a.quadratic_form(&b.transpose()),
        other => panic!("the table has {other}, which this test does not know"),
    }
}

fn flat(e: &Expr) -> Expr {
    e.reshape([e.shape().fixed_len().unwrap()])
}

fn near(found: &[f64], wanted: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    let scale = wanted.iter().fold(1e-3f64, |m, x| m.max(x.abs()));
    for (f, w) in found.iter().zip(wanted) {
        assert!((f - w).abs() <= tolerance * scale, "{what}: {found:?} is not {wanted:?}");
    }
}

#[test]
fn values_and_gradients_agree_with_jax() {
    for case in golden() {
        let (name, n) = (case["f"].as_str().unwrap(), case["n"].as_u64().unwrap() as usize);
        let (a, b) = (Expr::input("a", [n, n]), Expr::input("b", [n, 3]));
        let mut inputs = vec![("a", Array::new([n, n], numbers(&case["a"])).unwrap())];
        let mut wrt = vec![a.clone()];
        if !case["b"].is_null() {
            inputs.push(("b", Array::new([n, 3], numbers(&case["b"])).unwrap()));
            wrt.push(b.clone());
        }
        let value = flat(&function(name, &a, &b));
        let total = (&value * (Expr::iota(value.dim(0)) * 0.3 + 0.5)).sum();
        let mut outputs = grad(&total, &wrt).unwrap();
        outputs.push(value);
        let by_name: Vec<(&str, &Array<f64>)> = inputs.iter().map(|(n, a)| (*n, a)).collect();
        for found in [
            reference::evaluate(&outputs, &by_name).unwrap(),
            Plan::<f64>::compile(&outputs).unwrap().call(&by_name).unwrap(),
        ] {
            near(found.last().unwrap().data(), &numbers(&case["value"]), 1e-9, &format!("{name} {n}"));
            for (key, found) in ["da", "db"].iter().zip(&found[..wrt.len()]) {
                near(found.data(), &numbers(&case[*key]), 1e-9, &format!("{key} of {name} {n}"));
            }
        }
    }
}

/// What tolerances of the conformance suite are multiples of says something.
#[test]
fn bounds_of_rounding_errors_are_small_for_well_conditioned_matrices() {
    let n = 6;
    let (a, b) = (Expr::input("a", [n, n]), Expr::input("b", [n, 3]));
    let mut matrix = hard(n, 1);
    (0..n).for_each(|i| matrix[i * n + i] += 3.0);
    let at = Array::new([n, n], matrix).unwrap();
    let right = Array::new([n, 3], random(3 * n, 2)).unwrap();
    for name in ["matmul", "cholesky", "cho_solve", "triangular", "solve", "slogdet", "eigvalsh", "eigh"] {
        let value = flat(&function(name, &a, &b));
        let slope =
            grad(&(&value * Expr::iota(value.dim(0))).sum(), std::slice::from_ref(&a)).unwrap().remove(0);
        let inputs = [("a", &at), ("b", &right)];
        for (found, bound) in check::rounding(&[value, slope], &inputs, false).unwrap() {
            let scale = found.data().iter().fold(1.0f64, |m, x| m.max(x.abs()));
            let worst = bound.data().iter().fold(0.0f64, |m, x| m.max(*x));
            assert!(worst <= 1e-8 * scale, "{name}: {worst} beside {scale}: {:?}", bound.data());
        }
    }
}

/// The covariance of a Kalman filter: the factor of a matrix that depends on the one before.
#[test]
fn the_gradient_of_a_gaussian_density_needs_three_matrices() {
    let n = 200;
    let covariance = Expr::input("covariance", [n, n]);
    let factor = covariance.cholesky();
    let z = factor.solve_lower(&Expr::input("x", [n]));
    let value = -0.5 * z.square().sum() - factor.diagonal().ln().sum();
    let outputs = [value.clone(), grad(&value, &[covariance]).unwrap().remove(0)];
    let plan = Plan::<f64>::compile(&outputs).unwrap();
    let shapes: Vec<Vec<usize>> = plan.inputs().iter().map(|i| i.shape.fixed().unwrap()).collect();
    let bindings: Vec<Binding<'_>> = shapes.iter().map(|s| Binding::row_major(s)).collect();
    // The factor, what is solved for and its solution; and some vectors.
    let matrices = plan.bind(&bindings).unwrap().bytes() as f64 / (n * n * size_of::<f64>()) as f64;
    assert!(matrices < 3.1, "{matrices}");
}

#[test]
fn a_step_of_a_recurrence_may_factor_a_matrix() {
    let (p0, noise) = (Expr::input("p0", [2, 2]), Expr::input("noise", ["t"]));
    let turn = Array::new([2, 2], vec![0.9, 0.2, -0.1, 0.8]).unwrap();
    let path = p0.scan(std::slice::from_ref(&noise), |p, noise| {
        let turn = Expr::literal(turn.clone());
        let moved = turn.matmul(p).matmul(&turn.transpose()) + Expr::eye(2) * &noise[0];
        let l = (&moved + Expr::eye(2)).cholesky().labelled("innovation");
        &moved - moved.matmul(&l.cho_solve(&moved))
    });
    let total = path.square().sum();
    let mut outputs = grad(&total, &[p0, noise]).unwrap();
    outputs.extend([total, path]);
    let plan = Plan::<f64>::compile(&outputs).unwrap();
    let start = identities(&[], 2, &[]);
    let good = Array::vector(vec![0.3, 0.1, 0.7, 0.2]);
    let inputs = [("p0", &start), ("noise", &good)];
    let expected = reference::evaluate(&outputs, &inputs).unwrap();
    for (found, expected) in plan.call(&inputs).unwrap().iter().zip(&expected) {
        near(found.data(), expected.data(), 1e-12, "recurrence");
    }
    let bad = Array::vector(vec![0.3, -9.0, 0.7, 0.2]);
    let Err(Error::NotPositiveDefinite(found)) = plan.call(&[("p0", &start), ("noise", &bad)]) else {
        panic!()
    };
    assert_eq!((found.pivot, found.label.as_deref()), (0, Some("innovation")));
}

#[test]
fn gradients_agree_with_differences_and_so_do_gradients_of_gradients() {
    for lead in [&[][..], &[2]] {
        let n = 3;
        let shape = |tail: [usize; 2]| [lead, &tail].concat();
        let count = lead.iter().product::<usize>();
        let (x, b) = (Expr::input("x", shape([n, n])), Expr::input("b", shape([n, 2])));
        // Positive definite whatever x is; and far from singular, with distinct eigenvalues.
        let definite = x.matmul(&x.matrix_transpose()) + Expr::eye(n) * (Expr::iota(n) + 2.0);
        let regular = &x + 4.0 * Expr::eye(n).permute(&[1, 0]) + 3.0 * Expr::eye(n).tril(0);
        let (values, vectors) = definite.eigh();
        let cases = [
            ("matmul", x.matmul(&b)),
            ("cholesky", definite.cholesky()),
            ("cholesky of a lower triangle", (&x * 0.1 + 3.0 * Expr::eye(n)).cholesky()),
            ("cho_solve", definite.cholesky().cho_solve(&b)),
            ("triangular", regular.triangular_solve(&b, Triangle::LOWER)),
            ("upper, transposed, unit", regular.triangular_solve(&b, Triangle::UPPER.transposed().unit())),
            ("upper", regular.solve_upper(&b)),
            ("solve", regular.solve(&b)),
            ("inverse", regular.inverse()),
            ("logdet", regular.logdet()),
            ("det", regular.det()),
            ("eigenvalues", values.clone()),
            ("eigenvectors", vectors.square()),
            ("trace", x.trace()),
            ("triangles", x.tril(-1).sin() + x.triu(1).cos() + x.diagonal().diag().exp()),
        ];
        let xs = Array::new(shape([n, n]), random(count * n * n, 3)).unwrap();
        let bs = Array::new(shape([n, 2]), random(count * n * 2, 4)).unwrap();
        for (name, e) in cases {
            let e = flat(&e);
            let value = (&e * (Expr::iota(e.dim(0)) * 0.3 + 0.5)).sum() + 0.1 * (x.sum() + b.sum());
            let inputs = [("x", &xs), ("b", &bs)];
            check::gradient(&value, &["x", "b"], &inputs).unwrap_or_else(|e| panic!("{name}: {e}"));
            let slopes = grad(&value, &[x.clone(), b.clone()]).unwrap();
            // Forward: the slope along a direction is the gradient's product with it.
            let along = [x.sin() + 0.3, b.cos()];
            let forward =
                jvp(std::slice::from_ref(&value), &[x.clone(), b.clone()], &along).unwrap().remove(0);
            let backward = (&slopes[0] * &along[0]).sum() + (&slopes[1] * &along[1]).sum();
            let two = reference::evaluate(&[forward, backward], &inputs).unwrap();
            near(two[0].data(), two[1].data(), 1e-10, name);
            let second = slopes[0].square().sum() + (slopes[1].sum() * 0.1).sin() + value;
            check::gradient(&second, &["x", "b"], &inputs)
                .unwrap_or_else(|e| panic!("second derivative of {name}: {e}"));
        }
    }
}

#[test]
fn systems_of_one_matrix_are_solved_block_by_block_and_batches_of_matrices_whole() {
    let (l, x) = (Expr::input("l", [3, 3]), Expr::input("x", ["obs".into(), Dim::Fixed(3)]));
    let density = l.mahalanobis(&x).sum();
    let mut outputs = grad(&density, &[l, x]).unwrap();
    outputs.push(density);
    assert_eq!(Plan::<f64>::compile(&outputs).unwrap().streamed_axis().as_deref(), Some("obs"));
    // One matrix for a batch, with its gradient, and a batch of products of small matrices.
    let several = |name: &str| Expr::input(name, ["obs".into(), Dim::Fixed(4), Dim::Fixed(3)]);
    let (w, s) = (Expr::input("w", [3, 50]), several("s"));
    let total = s.matmul(&w).tanh().sum() + s.matmul(&several("t").matrix_transpose()).square().sum();
    let mut outputs = grad(&total, &[w, s]).unwrap();
    outputs.push(total);
    assert_eq!(Plan::<f64>::compile(&outputs).unwrap().streamed_axis().as_deref(), Some("obs"));
    let each = Expr::input("each", ["obs".into(), Dim::Fixed(3), Dim::Fixed(3)]);
    let batch = each.cholesky().cho_logdet().sum();
    assert_eq!(Plan::<f64>::compile(&[batch]).unwrap().streamed_axis(), None);
}

#[test]
fn equal_eigenvalues_have_gradients_where_there_are_any() {
    let a = Expr::input("a", [3, 3]);
    let (values, vectors) = a.eigh();
    // The sum of the squares of the values, and the projection on the space of all vectors.
    let projection = vectors.matmul(&vectors.transpose());
    let total = values.square().sum() + (projection * Expr::iota(3)).sum();
    let slope = grad(&total, std::slice::from_ref(&a)).unwrap().remove(0);
    let at = identities(&[], 3, &[]);
    let found = Plan::<f64>::compile(&[slope]).unwrap().call(&[("a", &at)]).unwrap();
    near(found[0].data(), &[2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 2.0], 1e-12, "gradient");
    let nan = identities(&[], 3, &[(0, 1, 1, f64::NAN)]);
    let found = Plan::<f64>::compile(&[values]).unwrap().call(&[("a", &nan)]).unwrap();
    assert!(found[0].data().iter().all(|x| x.is_nan()));
}

/// The loops of our own; sizes at which faer takes over promise the same bits on one processor only.
#[test]
fn small_factorisations_give_the_same_bits_on_every_processor() {
    for n in [1, 3, 8, 11, 31] {
        let (a, b) = (Expr::input("a", [n, n]), Expr::input("b", [n, 37]));
        let (l, (values, vectors)) = (a.cholesky(), a.eigh());
        let outputs = [l.clone(), l.solve_lower(&b), a.solve(&b), a.logdet(), values, vectors];
        let plan = Plan::<f64>::compile(&outputs).unwrap();
        let (matrix, right) = (hard(n, 1), random(n * 37, 3));
        let (first, second): (&[f64], &[f64]) =
            if plan.input("a") == Some(0) { (&matrix, &right) } else { (&right, &matrix) };
        let shapes = if plan.input("a") == Some(0) { [[n, n], [n, 37]] } else { [[n, 37], [n, n]] };
        let bindings = [Binding::row_major(&shapes[0]), Binding::row_major(&shapes[1])];
        let mut all = Vec::new();
        for processor in Processor::available() {
            let mut workspace = plan.bind(&bindings).unwrap().on(processor);
            let mut found: Vec<Array<f64>> =
                workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
            let mut slices: Vec<&mut [f64]> = found.iter_mut().map(Array::data_mut).collect();
            workspace.run(&[first, second], &mut slices).unwrap();
            all.push(found.iter().flat_map(|a| a.data().iter().map(|x| x.to_bits())).collect::<Vec<_>>());
        }
        assert!(all.windows(2).all(|w| w[0] == w[1]), "{n}");
    }
}
