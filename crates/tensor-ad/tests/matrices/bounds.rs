//! Backward errors within their stated bounds, however badly conditioned a matrix is.

use super::made::{hard, product, random, turned};
use elbo_tensor_ad::{Array, Expr, Plan, Real, Triangle};

/// The value of one expression of `a` (and `b`), in the number type.
fn value<T: Real>(e: &Expr, inputs: &[(&str, &Array<T>)]) -> Array<f64> {
    let plan = Plan::<T>::compile(std::slice::from_ref(e)).unwrap();
    let used: Vec<(&str, &Array<T>)> =
        inputs.iter().copied().filter(|(n, _)| plan.input(n).is_some()).collect();
    plan.call(&used).unwrap().remove(0).cast()
}

fn norm(a: &[f64]) -> f64 {
    a.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(x, y)| x - y).collect::<Vec<_>>())
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
