//! Forms that the plan fuses, and their near relatives that it must not: all against the reference.
#![allow(clippy::unwrap_used)]

use elbo_tensor_ad::kernels::Processor;
use elbo_tensor_ad::{Array, Binding, Dim, Expr, Plan, Real, grad, reference};

fn numbers(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| (((i * 7919 + seed * 104_729) % 997) as f64 / 498.0 - 1.0) * 1.5).collect()
}

/// Every level of vector instructions gives the bits of the portable one.
fn same_bits<T: Real>(plan: &Plan<T>, arrays: &[Array<T>]) {
    let shapes: Vec<_> = arrays.iter().map(|a| Binding::row_major(a.shape())).collect();
    let data: Vec<&[T]> = arrays.iter().map(Array::data).collect();
    let on = |p: Processor| {
        let mut workspace = plan.bind(&shapes).unwrap().on(p);
        let lengths = workspace.output_shapes().iter().map(|s| s.iter().product::<usize>());
        let mut found: Vec<Vec<T>> = lengths.map(|n| vec![T::INFINITY; n]).collect();
        let mut slices: Vec<&mut [T]> = found.iter_mut().map(|f| &mut f[..]).collect();
        workspace.run(&data, &mut slices).unwrap();
        found.concat().iter().map(|x| x.to_f64().to_bits()).collect::<Vec<_>>()
    };
    let portable = on(Processor::portable());
    for p in Processor::available() {
        assert_eq!(on(p), portable, "{p:?}");
    }
}

/// Compares at several numbers of rows; the second run of a workspace must agree as well.
fn agrees(outputs: &[Expr]) {
    let plan = Plan::<f64>::compile(outputs).unwrap();
    for n in [1, 7, 8, 9, 50, 264, 500, 1500] {
        let x = Array::new([n, 3], numbers(3 * n, 1)).unwrap();
        let y = Array::vector(numbers(n, 2));
        let w = Array::new([3, 4], numbers(12, 3)).unwrap();
        let all = [("x", &x), ("y", &y), ("w", &w)];
        let inputs: Vec<_> =
            all.into_iter().filter(|(name, _)| plan.inputs().iter().any(|i| &*i.name == *name)).collect();
        let expected = reference::evaluate(outputs, &inputs).unwrap();
        let bindings: Vec<Array<f64>> = plan
            .inputs()
            .iter()
            .map(|i| inputs.iter().find(|(k, _)| **k == *i.name).unwrap().1.clone())
            .collect();
        let shapes: Vec<_> = bindings.iter().map(|a| Binding::row_major(a.shape())).collect();
        same_bits(&plan, &bindings);
        same_bits(
            &Plan::<f32>::compile(outputs).unwrap(),
            &bindings.iter().map(Array::cast).collect::<Vec<_>>(),
        );
        let mut workspace = plan.bind(&shapes).unwrap();
        let data: Vec<&[f64]> = bindings.iter().map(Array::data).collect();
        for run in 0..2 {
            let mut found: Vec<Vec<f64>> = expected.iter().map(|e| vec![f64::NAN; e.data().len()]).collect();
            let mut slices: Vec<&mut [f64]> = found.iter_mut().map(|f| &mut f[..]).collect();
            workspace.run(&data, &mut slices).unwrap();
            for (k, (e, f)) in expected.iter().zip(&found).enumerate() {
                for (a, b) in e.data().iter().zip(f) {
                    assert!(
                        (a - b).abs() <= 1e-11 * (1.0 + a.abs()),
                        "output {k}, {n} rows, run {run}: {a} {b}"
                    );
                }
            }
        }
    }
}

fn inputs() -> (Expr, Expr, Expr) {
    let x = Expr::input("x", ["obs".into(), elbo_tensor_ad::Dim::Fixed(3)]);
    (x, Expr::input("y", ["obs"]), Expr::input("w", [3, 4]))
}

#[test]
fn softplus_and_sigmoid_of_the_same_columns() {
    let (x, y, w) = inputs();
    let f = x.matmul(&w);
    agrees(&[(f.softplus() * f.sigmoid()).sum(), f.sigmoid().sum()]);
    agrees(&[y.sigmoid(), y.softplus()]);
    agrees(&[w.sigmoid(), w.softplus()]);
    // One of the two is needed in a later part.
    agrees(&[(f.sigmoid() - f.softplus().sum()).sum()]);
}

#[test]
fn sums_of_products_and_a_third_number() {
    let (x, y, w) = inputs();
    let f = x.matmul(&w);
    let (a, b) = (x.tanh(), x.square());
    agrees(&[(&a * &b - &x).sum(), (&a * &b + &x).sum(), (&x - &a * &b).sum()]);
    agrees(&[
        (&a * &b - &x).sum_axes(&[0]),
        (&a * &b - &x).sum_axes(&[1]),
        (&y * &y.tanh() - y.sigmoid()).sum(),
    ]);
    agrees(&[(&w * &w.tanh() - w.sigmoid()).sum(), (&f * 2.0 - 1.0).sum()]);
}

#[test]
fn products_that_go_back_through_tanh() {
    let (x, _, w) = inputs();
    let slope = |t: &Expr| 1.0 - t.square();
    let (t, g) = (x.matmul(&w).tanh(), x.square().matmul(&w));
    agrees(&[(&g * slope(&t)).sum()]);
    agrees(&[&g * slope(&t)]);
    // The product itself is needed too.
    agrees(&[(&g * slope(&t)).sum(), g.sum()]);
    agrees(&[(&g * slope(&t)).sum(), g.exp().sum()]);
    // A tanh that is not regular columns, and one of the product itself.
    let u = Expr::concat(&[x.slice(1, 1, 2), x.slice(1, 0, 2)], 1).tanh();
    agrees(&[(&g * slope(&u)).sum()]);
    agrees(&[(&g * slope(&g)).sum()]);
}

#[test]
fn bernoulli_likelihoods_by_logits() {
    let (x, y, w) = inputs();
    let logit = x.matmul(&w.slice(1, 0, 1)).reshape([Dim::from("obs")]);
    let terms = &y * &logit - logit.softplus();
    let residual = &y - logit.sigmoid();
    agrees(&[terms.sum()]);
    agrees(&[terms.sum(), residual.clone()]);
    agrees(&[terms.sum(), x.transpose().matmul(&residual.reshape([Dim::from("obs"), Dim::Fixed(1)]))]);
    agrees(&grad(&terms.sum(), &[w.clone(), x.clone(), y.clone()]).unwrap());
    // On a batch: the residual is scaled.
    let scaled = terms.sum() * (Expr::constant(500.0) / Expr::size("obs"));
    agrees(&[scaled.clone(), grad(&scaled, std::slice::from_ref(&w)).unwrap().remove(0)]);
    agrees(&grad(&(&scaled * &scaled), &[w.clone(), x.clone()]).unwrap());
    agrees(&[terms.sum(), &residual * w.sum(), residual.clone()]);
    // The curves are needed elsewhere too, the outcomes are others, or there are none.
    agrees(&[terms.sum(), residual.sum(), logit.softplus().sum()]);
    agrees(&[terms.sum(), residual.sum(), logit.sigmoid().square().sum()]);
    agrees(&[terms.sum(), (y.exp() - logit.sigmoid()).sum()]);
    agrees(&[(&logit * 1.0 - logit.softplus()).sum(), (1.0 - logit.sigmoid()).sum()]);
    agrees(&[(&logit * &logit - logit.softplus()).sum(), (&logit - logit.sigmoid()).sum()]);
    // In a part of its own, after the sum.
    agrees(&[((&y - logit.sigmoid()) * terms.sum()).sum()]);
    // Several columns of logits.
    let logits = x.matmul(&w);
    let seen = Expr::concat(&[x.clone(), x.slice(1, 0, 1)], 1);
    let all = (&seen * &logits - logits.softplus()).sum();
    agrees(&[all.clone(), grad(&all, &[w]).unwrap().remove(0)]);
}

#[test]
fn layers_and_their_gradients() {
    let x = Expr::input("x", ["obs".into(), Dim::Fixed(3)]);
    for widths in [[1, 1], [2, 3], [4, 5], [5, 5], [6, 6], [7, 6], [10, 2], [11, 3], [3, 7], [17, 1]] {
        let [first, second] = widths;
        let constant = |rows: usize, columns: usize, seed| {
            Expr::literal(Array::new([rows, columns], numbers(rows * columns, seed)).unwrap())
        };
        let (v, u) = (constant(3, first, 5), constant(first, second, 6));
        let hidden = x.matmul(&v).tanh();
        let last = hidden.matmul(&u).tanh();
        let loss = last.square().sum();
        agrees(&[loss.clone(), grad(&loss, &[v.clone(), u.clone()]).unwrap().remove(0)]);
        agrees(&grad(&loss, &[v.clone(), u.clone()]).unwrap());
        agrees(&grad(&loss, &[u.clone(), x.clone()]).unwrap());
        // What goes between is needed as well.
        agrees(&[hidden.matmul(&u).sum(), loss.clone(), hidden.clone()]);
        agrees(&[x.matmul(&v).sum(), hidden.sum()]);
    }
}

#[test]
fn sums_of_squares_of_neighbours() {
    let w = Expr::input("w", [3, 4]);
    let flat = w.reshape([12]);
    let prior = |from, length, c: f64, k: f64| flat.slice(0, from, length).square().sum() * c + k;
    let neighbours = prior(0, 3, -0.5, -1.0) + prior(3, 4, -0.5, -2.0) + prior(7, 5, -0.5, 3.0);
    agrees(std::slice::from_ref(&neighbours));
    agrees(&[neighbours.clone(), prior(0, 3, -0.5, -1.0)]);
    agrees(&[prior(0, 3, -0.5, -1.0) + prior(3, 4, -0.4, -2.0) + prior(7, 5, -0.4, 3.0)]);
    agrees(&[prior(0, 3, -0.5, -1.0) + prior(4, 4, -0.5, -2.0) + prior(8, 4, -0.5, 3.0)]);
    agrees(&[prior(3, 4, -0.5, -1.0) + prior(0, 3, -0.5, -2.0) + prior(7, 5, -0.5, 3.0)]);
    agrees(&[prior(0, 3, -0.5, -1.0) - prior(3, 4, -0.5, -2.0)]);
    let between = prior(0, 3, -0.5, -1.0) + flat.sum();
    agrees(&[between.clone() + prior(3, 4, -0.5, -2.0), between * 3.0]);
    agrees(&[neighbours + Expr::input("y", ["obs"]).sum()]);
}

#[test]
fn concatenations_of_neighbours_and_of_the_same_value() {
    let (x, _, w) = inputs();
    let g = x.transpose().matmul(&x.square()) - 1.0;
    let h = x.transpose().matmul(&x) - 2.0;
    let flat = |e: &Expr| e.reshape([9]);
    agrees(&[Expr::concat(&[flat(&g), flat(&h)], 0), g.sum(), h.clone()]);
    agrees(&[Expr::concat(&[flat(&g), flat(&g), flat(&h)], 0)]);
    agrees(&[Expr::concat(&[g.clone(), h.clone()], 1), Expr::concat(&[h, g], 0)]);
    let (a, b) = (w.slice(0, 0, 1).exp(), w.slice(0, 1, 2).exp());
    agrees(&[Expr::concat(&[a, b], 0)]);
}
