//! Products wide enough for faer give the reference's values; without the feature our kernels do the same work.
#![allow(clippy::unwrap_used)]

use elbo_tensor_ad::{Array, Dim, Expr, Plan, Real, grad, reference};

fn numbers(shape: &[usize], seed: f64) -> Array<f64> {
    let n: usize = shape.iter().product();
    Array::new(shape, (0..n).map(|i| (i as f64 * 0.731 + seed).sin()).collect()).unwrap()
}

/// Value and gradients of a network `40-64-32` on streamed rows, and of a product of parameters alone.
fn outputs() -> Vec<Expr> {
    let x = Expr::input("x", ["obs".into(), Dim::Fixed(40)]);
    let (w1, w2) = (Expr::input("w1", [40, 64]), Expr::input("w2", [64, 32]));
    let hidden = (x.matmul(&w1) * 0.2).tanh();
    let value = (hidden.matmul(&w2) * 0.2).tanh().square().sum() + w1.matmul(&w2).square().sum() * 1e-3;
    let mut all = grad(&value, &[w1, w2]).unwrap();
    all.insert(0, value);
    all
}

fn agrees<T: Real>(tolerance: f64) {
    let outputs = outputs();
    let plan = Plan::<T>::compile(&outputs).unwrap();
    for rows in [1, 31, 32, 70, 200] {
        let arrays = [
            ("x", numbers(&[rows, 40], 0.1)),
            ("w1", numbers(&[40, 64], 0.2)),
            ("w2", numbers(&[64, 32], 0.3)),
        ];
        let inputs: Vec<(&str, &Array<f64>)> = arrays.iter().map(|(n, a)| (*n, a)).collect();
        let expected = reference::evaluate(&outputs, &inputs).unwrap();
        let cast: Vec<(&str, Array<T>)> = arrays.iter().map(|(n, a)| (*n, a.cast())).collect();
        let found = plan.call(&cast.iter().map(|(n, a)| (*n, a)).collect::<Vec<_>>()).unwrap();
        for (e, f) in expected.iter().zip(&found) {
            let scale = e.data().iter().fold(1.0f64, |m, x| m.max(x.abs()));
            for (a, b) in e.data().iter().zip(f.data()) {
                assert!((a - b.to_f64()).abs() <= tolerance * scale, "{rows} rows: {a} {b}");
            }
        }
    }
}

#[test]
fn large_products_agree_with_the_reference_in_both_precisions() {
    agrees::<f64>(1e-12);
    agrees::<f32>(2e-5);
}
