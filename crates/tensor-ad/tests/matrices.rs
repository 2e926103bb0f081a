//! Matrices: values and gradients against tables, backward errors, what is refused and how it is reported.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::kernels::Processor;
use elbo_tensor_ad::{
    Array, Binding, Dim, Error, Expr, Plan, Real, Reason, Triangle, check, grad, jvp, reference,
};
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

fn random(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..n)
        .map(|_| {
            s ^= s << 13;
            s ^= s >> 7;
            s ^= s << 17;
            (s >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
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

/// The value of one expression of `a` (and `b`), in the number type.
fn value<T: Real>(e: &Expr, inputs: &[(&str, &Array<T>)]) -> Array<f64> {
    let plan = Plan::<T>::compile(std::slice::from_ref(e)).unwrap();
    let used: Vec<(&str, &Array<T>)> =
        inputs.iter().copied().filter(|(n, _)| plan.input(n).is_some()).collect();
    plan.call(&used).unwrap().remove(0).cast()
}

fn product(a: &[f64], b: &[f64], [m, k, n]: [usize; 3]) -> Vec<f64> {
    let mut out = vec![0.0; m * n];
    for i in 0..m {
        for l in 0..k {
            for j in 0..n {
                out[i * n + j] += a[i * k + l] * b[l * n + j];
            }
        }
    }
    out
}

fn turned(a: &[f64], n: usize) -> Vec<f64> {
    (0..n * n).map(|k| a[k % n * n + k / n]).collect()
}

fn norm(a: &[f64]) -> f64 {
    a.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(x, y)| x - y).collect::<Vec<_>>())
}

/// Hilbert's matrix, the worst conditioned that factorisations in this precision get through; otherwise a random one.
fn hard(n: usize, kind: usize) -> Vec<f64> {
    let x = random(n * n, 7 + n as u64);
    match kind {
        0 => (0..n * n).map(|k| 1.0 / (k / n + k % n + 1) as f64).collect(),
        1 => {
            let mut a = product(&x, &turned(&x, n), [n, n, n]);
            (0..n).for_each(|i| a[i * n + i] += 0.01);
            a
        }
        _ => x,
    }
}

/// The stated bounds hold: errors are those of slightly other matrices, however badly conditioned these are.
fn backward_errors<T: Real>(hilbert: usize) {
    let unit = T::EPSILON.to_f64() / 2.0;
    let sizes = [1, 2, 5, 7, 8, 9, 31, 33, 40, 64, 65, 100, 150, 260];
    for (n, kind) in sizes.map(|n| (n, 1)).into_iter().chain(sizes.map(|n| (n, 2))).chain([(hilbert, 0)]) {
        let m = 5;
        let (a, b) = (Expr::input("a", [n, n]), Expr::input("b", [n, m]));
        let at = Array::new([n, n], hard(n, kind)).unwrap().cast::<T>();
        let right = Array::new([n, m], random(n * m, 5)).unwrap().cast::<T>();
        let inputs = [("a", &at), ("b", &right)];
        let (exact, rhs): (Array<f64>, Array<f64>) = (at.cast(), right.cast());
        let size = norm(exact.data());
        let (what, many) = (format!("{} {n} {kind}", T::NAME), n as f64);
        if kind != 2 {
            // Higham 2002, theorem 10.3, element by element.
            let l = value(&a.cholesky(), &inputs);
            let again = product(l.data(), &turned(l.data(), n), [n, n, n]);
            let sizes: Vec<f64> = l.data().iter().map(|x| x.abs()).collect();
            let bound = product(&sizes, &turned(&sizes, n), [n, n, n]);
            for (k, (x, y)) in again.iter().zip(exact.data()).enumerate() {
                assert!((x - y).abs() <= 1.1 * (many + 1.0) * unit * bound[k], "cholesky {what}");
            }
            assert!((0..n * n).all(|k| k % n <= k / n || l.data()[k] == 0.0), "zeros {what}");
        }
        // Theorem 8.5, element by element, on a triangle.
        for t in [Triangle::LOWER, Triangle::UPPER, Triangle::LOWER.transposed()] {
            let shifted = &a + Expr::eye(n) * 2.0;
            let x = value(&shifted.triangular_solve(&b, t), &inputs);
            let mut tri = value(&shifted, &inputs).data().to_vec();
            for (k, x) in tri.iter_mut().enumerate() {
                if if t.upper { k % n < k / n } else { k % n > k / n } {
                    *x = 0.0;
                }
            }
            let tri = if t.transposed { turned(&tri, n) } else { tri };
            let sizes = |a: &[f64]| a.iter().map(|x| x.abs()).collect::<Vec<_>>();
            let (again, bound) =
                (product(&tri, x.data(), [n, n, m]), product(&sizes(&tri), &sizes(x.data()), [n, n, m]));
            for (k, (x, y)) in again.iter().zip(rhs.data()).enumerate() {
                assert!((x - y).abs() <= 1.1 * (many + 1.0) * unit * bound[k], "triangular {t:?} {what}");
            }
        }
        let x = value(&a.solve(&b), &inputs);
        let residual = distance(&product(exact.data(), x.data(), [n, n, m]), rhs.data());
        assert!(residual <= 4.0 * many * unit * size * norm(x.data()), "solve {what}: {residual}");
        let (values, vectors) = a.eigh();
        let (values, vectors) = (value(&values, &inputs), value(&vectors, &inputs));
        let symmetric: Vec<f64> =
            (0..n * n).map(|k| exact.data()[(k / n).max(k % n) * n + (k / n).min(k % n)]).collect();
        let image = product(&symmetric, vectors.data(), [n, n, n]);
        let scaled: Vec<f64> =
            vectors.data().iter().zip(0..).map(|(x, k)| x * values.data()[k % n]).collect();
        let eye: Vec<f64> = (0..n * n).map(|k| if k % n == k / n { 1.0 } else { 0.0 }).collect();
        let gram = product(&turned(vectors.data(), n), vectors.data(), [n, n, n]);
        assert!(distance(&image, &scaled) <= 8.0 * many * unit * norm(&symmetric), "eigh {what}");
        assert!(distance(&gram, &eye) <= 8.0 * many * unit * many.sqrt(), "orthogonal {what}");
        assert!(values.data().windows(2).all(|w| w[0] <= w[1]), "ascending {what}");
        for j in 0..n {
            let column: Vec<f64> = (0..n).map(|i| vectors.data()[i * n + j]).collect();
            let largest = column.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            assert!(*column.iter().find(|x| x.abs() >= 0.75 * largest).unwrap() > 0.0, "sign {what}");
        }
        // The determinant from elimination and from the factor.
        if kind == 1 {
            let two = [value(&a.logdet(), &inputs), value(&a.cholesky().cho_logdet(), &inputs)];
            let condition = values.data()[n - 1] / values.data()[0];
            let allowed = 8.0 * many * many * unit * condition;
            assert!((two[0].data()[0] - two[1].data()[0]).abs() <= allowed, "logdet {what} {two:?}");
        }
    }
}

#[test]
fn backward_errors_are_small_in_f64() {
    backward_errors::<f64>(12);
}

#[test]
fn backward_errors_are_small_in_f32() {
    backward_errors::<f32>(5);
}

/// What the reference and a plan both report.
fn refused(e: &Expr, inputs: &[(&str, &Array<f64>)]) -> Error {
    let expected = reference::evaluate(std::slice::from_ref(e), inputs).unwrap_err();
    let plan = Plan::<f64>::compile(std::slice::from_ref(e)).unwrap();
    let found = plan.call(inputs).unwrap_err();
    assert_eq!(expected, found);
    let single: Vec<(&str, Array<f32>)> = inputs.iter().map(|(n, a)| (*n, a.cast())).collect();
    let single: Vec<(&str, &Array<f32>)> = single.iter().map(|(n, a)| (*n, a)).collect();
    assert_eq!(Plan::<f32>::compile(std::slice::from_ref(e)).unwrap().call(&single).unwrap_err(), found);
    assert_eq!(check::rounding(std::slice::from_ref(e), inputs, false).unwrap_err(), found);
    found
}

/// Identity matrices, elements of some replaced.
fn identities(lead: &[usize], n: usize, changes: &[(usize, usize, usize, f64)]) -> Array<f64> {
    let mut a = Array::zeros([lead, &[n, n]].concat());
    let count = lead.iter().product::<usize>();
    for k in 0..count {
        (0..n).for_each(|i| a.data_mut()[k * n * n + i * n + i] = 1.0);
    }
    for &(k, i, j, x) in changes {
        a.data_mut()[k * n * n + i * n + j] = x;
    }
    a
}

#[test]
fn a_matrix_that_is_not_positive_definite_is_named_with_pivot_batch_label_and_line() {
    for n in [4, 100] {
        let a = Expr::input("a", [2, 3, n, n]);
        let line = line!() + 1;
        let l = a.cholesky().labelled("scale");
        for (wrong, pivot) in [(-1.0, 2), (0.0, 2), (f64::NAN, 2)] {
            let at = identities(&[2, 3], n, &[(4, 2, 2, wrong)]);
            let Error::NotPositiveDefinite(found) = refused(&l, &[("a", &at)]) else { panic!() };
            assert_eq!((found.op, found.pivot, &found.batch[..]), ("cholesky", pivot, &[1, 1][..]));
            assert_eq!((found.label.as_deref(), found.line), (Some("scale"), line));
            let text = Error::NotPositiveDefinite(found).to_string();
            for part in
                ["not positive definite", "pivot 2", "[1, 1]", "`scale`", &format!("matrices.rs:{line}")]
            {
                assert!(text.contains(part), "{part} is not in: {text}");
            }
        }
        // The last pivot of the last matrix; the label of the matrix, where the factor has none.
        let at = identities(&[2, 3], n, &[(5, n - 1, 0, 1.0)]);
        let e = a.labelled("covariance").cholesky().sum();
        let Error::NotPositiveDefinite(found) = refused(&e, &[("a", &at)]) else { panic!() };
        assert_eq!((found.pivot, &found.batch[..]), (n - 1, &[1, 2][..]));
        assert_eq!(found.label.as_deref(), Some("covariance"));
    }
}

#[test]
fn a_singular_matrix_is_named_with_pivot_and_batch() {
    for n in [3, 100] {
        let (a, b) = (Expr::input("a", [2, n, n]), Expr::input("b", [n, 40]));
        let rhs = Array::full([n, 40], 1.0);
        let at = identities(&[2], n, &[(1, 1, 1, 0.0)]);
        let both = [("a", &at), ("b", &rhs)];
        let Error::Singular(found) = refused(&a.solve(&b), &both) else { panic!() };
        assert_eq!((found.op, found.pivot, &found.batch[..]), ("solve", 1, &[1][..]));
        let Error::Singular(found) = refused(&a.inverse(), &both[..1]) else { panic!() };
        assert_eq!((found.op, found.pivot, &found.batch[..]), ("solve", 1, &[1][..]));
        for t in [Triangle::LOWER, Triangle::UPPER, Triangle::LOWER.transposed()] {
            let Error::Singular(found) = refused(&a.triangular_solve(&b, t), &both) else { panic!() };
            assert_eq!((found.op, found.pivot, &found.batch[..]), ("triangular_solve", 1, &[1][..]));
        }
        let one = a.index(0, 1);
        let x = Expr::input("x", ["obs".into(), Dim::Fixed(n)]);
        let rows = Array::full([7, n], 1.0);
        let inputs = [("a", &at), ("x", &rows)];
        let Error::Singular(found) = refused(&one.mahalanobis(&x).sum(), &inputs) else { panic!() };
        assert_eq!((found.pivot, found.batch.len()), (1, 0));
        // Its determinant is a number all the same; and a unit diagonal is not read.
        let (sign, size) = one.slogdet();
        let plan = Plan::<f64>::compile(&[sign, size, one.det(), one.logdet()]).unwrap();
        let found: Vec<f64> = plan.call(&[("a", &at)]).unwrap().iter().map(|a| a.data()[0]).collect();
        assert_eq!(found, [0.0, f64::NEG_INFINITY, 0.0, f64::NEG_INFINITY]);
        let unit = a.triangular_solve(&b, Triangle::LOWER.unit());
        assert!(Plan::<f64>::compile(&[unit]).unwrap().call(&both).is_ok());
    }
    // So large that the elimination is another.
    let (n, big) = (300, Expr::input("big", [300, 300]));
    let at = identities(&[], n, &[(0, 123, 123, 0.0)]);
    let found = Plan::<f64>::compile(&[big.inverse()]).unwrap().call(&[("big", &at)]);
    assert!(matches!(found, Err(Error::Singular(found)) if found.pivot == 123));
    let (sign, size) = big.slogdet();
    let found = Plan::<f64>::compile(&[sign, size]).unwrap().call(&[("big", &at)]).unwrap();
    assert_eq!((found[0].data()[0], found[1].data()[0]), (0.0, f64::NEG_INFINITY));
    let a = Expr::input("a", [2, 2]);
    let swap = Array::new([2, 2], vec![0.0, 1.0, 1.0, 0.0]).unwrap();
    let found = Plan::<f64>::compile(&[a.det(), a.logdet()]).unwrap().call(&[("a", &swap)]).unwrap();
    assert!(found[0].data()[0] == -1.0 && found[1].data()[0].is_nan());
}

#[test]
fn a_workspace_that_met_a_bad_matrix_can_be_used_again() {
    for n in [3, 100] {
        let (a, x) = (Expr::input("a", [n, n]), Expr::input("x", ["obs".into(), Dim::Fixed(n)]));
        let l = a.cholesky();
        let density = (-0.5 * (l.mahalanobis(&x) + l.cho_logdet())).sum();
        let slope = grad(&density, &[a]).unwrap().remove(0);
        let plan = Plan::<f64>::compile(&[density, slope]).unwrap();
        let rows = 300;
        let at = |name: &str| plan.input(name).unwrap();
        let shapes = [("a", vec![n, n]), ("x", vec![rows, n])];
        let mut bindings = [Binding::row_major(&[]); 2];
        shapes.iter().for_each(|(name, shape)| bindings[at(name)] = Binding::row_major(shape));
        let mut workspace = plan.bind(&bindings).unwrap();
        let data = random(rows * n, 9);
        let mut go = |matrix: &Array<f64>| {
            let (mut value, mut slope) = (vec![0.0], vec![0.0; n * n]);
            let mut inputs: [&[f64]; 2] = [&[], &[]];
            inputs[at("a")] = matrix.data();
            inputs[at("x")] = &data;
            workspace.run(&inputs, &mut [&mut value, &mut slope]).map(|()| [value, slope].concat())
        };
        let (good, bad) = (identities(&[], n, &[(0, 1, 0, 0.3)]), identities(&[], n, &[(0, 1, 1, -2.0)]));
        let before = go(&good).unwrap();
        assert!(matches!(go(&bad), Err(Error::NotPositiveDefinite(_))));
        assert_eq!(go(&good).unwrap(), before);
    }
}

#[test]
fn wrong_shapes_name_the_operation() {
    let (a, b, v) = (Expr::input("a", [2, 3]), Expr::input("b", [4, 4]), Expr::input("v", [5]));
    let named = Expr::input("named", ["n", "n"]);
    let wrong = [
        (a.cholesky(), "cholesky", Reason::NotSquare),
        (v.cholesky(), "cholesky", Reason::Matrices { found: 1 }),
        (a.inverse(), "inverse", Reason::NotSquare),
        (a.solve(&v), "solve", Reason::NotSquare),
        (b.solve(&v), "solve", Reason::Inner),
        (b.solve_lower(&Expr::constant(1.0)), "triangular_solve", Reason::Rank { expected: 1, found: 0 }),
        (b.mahalanobis(&v), "triangular_solve", Reason::Inner),
        (v.slogdet().1, "log_abs_det", Reason::Matrices { found: 1 }),
        (named.eigh().0, "eigen_symmetric", Reason::NamedAxis { axis: 1 }),
        (a.diagonal(), "diagonal", Reason::NotSquare),
        (v.tril(0), "tril", Reason::Matrices { found: 1 }),
        (b.matmul(&a), "matmul", Reason::Inner),
        (Expr::input("c", [2, 3, 3]).matmul(&Expr::input("d", [4, 3, 3])), "matmul", Reason::Broadcast),
    ];
    for (e, op, reason) in wrong {
        let Err(Error::Shape(fault)) = e.check().map(|_| ()) else { panic!("{op} was accepted") };
        assert_eq!((fault.op, &fault.reason), (op, &reason), "{fault}");
        assert!(fault.file.ends_with("matrices.rs"), "{fault}");
    }
    // Lengths that show when the plan is called.
    let e = Expr::input("e", ["n", "m"]).cholesky();
    let at = Array::zeros([2, 3]);
    assert!(matches!(
        Plan::<f64>::compile(&[e]).unwrap().call(&[("e", &at)]),
        Err(Error::SizeConflict { .. } | Error::InputShape { .. })
    ));
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
