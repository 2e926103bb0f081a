//! The notebook's network: plan against reference, at several sizes and layouts.
#![allow(clippy::unwrap_used)]

use elbo_tensor_ad::{Array, Binding, Expr, Plan, grad, reference};

fn network() -> (Vec<Expr>, Expr) {
    let x = Expr::input("x", ["obs".into(), elbo_tensor_ad::Dim::Fixed(2)]);
    let y = Expr::input("y", ["obs"]);
    let z = Expr::input("z", [40]);
    let w1 = z.slice(0, 0, 10).reshape([2, 5]);
    let w2 = z.slice(0, 10, 25).reshape([5, 5]);
    let w3 = z.slice(0, 35, 5);
    let f = x.matmul(&w1).tanh().matmul(&w2).tanh().matmul(&w3);
    let prior = |w: &Expr| (-0.5 * ((w - 0.0) / 1.0).square() - 0.918_938_533_204_672_7).sum();
    let value = (&y * &f - f.softplus()).sum() + prior(&w1) + prior(&w2) + prior(&w3);
    let g = grad(&value, &[w1.clone(), w2, w3]).unwrap();
    let flat: Vec<Expr> = g.iter().zip([10, 25, 5]).map(|(g, n)| g.reshape([n])).collect();
    (vec![value, Expr::concat(&flat, 0)], f)
}

fn numbers(n: usize, seed: u64) -> Vec<f64> {
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
fn the_plan_gives_the_references_values_at_every_size() {
    let (outputs, _) = network();
    let plan = Plan::<f64>::compile(&outputs).unwrap();
    println!("{plan}");
    for n in [1, 2, 15, 16, 17, 50, 127, 128, 129, 500] {
        let x = Array::new([n, 2], numbers(2 * n, 1)).unwrap();
        let y = Array::vector(numbers(n, 2).iter().map(|v| f64::from(*v > 0.0)).collect());
        let z = Array::vector(numbers(40, 3));
        let inputs = [("x", &x), ("y", &y), ("z", &z)];
        let expected = reference::evaluate(&outputs, &inputs).unwrap();
        let found = plan.call(&inputs).unwrap();
        for (e, f) in expected.iter().zip(&found) {
            assert_eq!(e.shape(), f.shape());
            for (a, b) in e.data().iter().zip(f.data()) {
                assert!((a - b).abs() <= 1e-12 * (1.0 + a.abs()), "{n}: {a} {b}");
            }
        }
        // Column layout, bound once, run twice.
        let shapes: Vec<Vec<usize>> = plan
            .inputs()
            .iter()
            .map(|i| match &*i.name {
                "x" => vec![n, 2],
                "y" => vec![n],
                _ => vec![40],
            })
            .collect();
        let columns: Vec<f64> =
            (0..2).flat_map(|c| (0..n).map(move |r| (r, c))).map(|(r, c)| x.data()[r * 2 + c]).collect();
        let bindings: Vec<Binding<'_>> = shapes.iter().map(|s| Binding::columns(s)).collect();
        let mut w = plan.bind(&bindings).unwrap();
        if n == 500 {
            println!("{w}");
        }
        let slices: Vec<&[f64]> = plan
            .inputs()
            .iter()
            .map(|i| match &*i.name {
                "x" => &columns[..],
                "y" => y.data(),
                _ => z.data(),
            })
            .collect();
        for _ in 0..2 {
            let (mut v, mut g) = ([0.0], [0.0; 40]);
            w.run(&slices, &mut [&mut v, &mut g]).unwrap();
            assert_eq!(v[0].to_bits(), found[0].data()[0].to_bits());
            assert_eq!(&g[..], found[1].data());
        }
    }
}
