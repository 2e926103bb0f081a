//! Two hundred thousand nodes in a row: nothing recurses, and nothing takes quadratic time.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use elbo_tensor_ad::{Array, Expr, Graph, Plan, grad, reference};

const NODES: usize = 200_000;

/// Far more than is needed, far less than quadratic time takes.
const LIMIT: Duration = Duration::from_secs(60);

/// On a thread with a small stack, where recursion over the graph would end at once.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let start = Instant::now();
    std::thread::Builder::new().stack_size(256 * 1024).spawn(work).unwrap().join().unwrap();
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}

fn chain(x: &Expr) -> Expr {
    let mut y = x.clone();
    for i in 0..NODES / 2 {
        y = if i % 2 == 0 { (&y * 0.5).sin() } else { (&y + 0.25).cos() };
    }
    y
}

#[test]
fn a_chain_is_built_differentiated_compiled_run_and_dropped() {
    on_a_small_stack(|| {
        let x = Expr::input("x", ["n"]);
        let y = chain(&x).sum();
        let slope = grad(&y, std::slice::from_ref(&x)).unwrap().remove(0);
        let at = Array::vector(vec![0.1, 0.2, 0.3]);
        let plan = Plan::<f64>::compile(&[y.clone(), slope.clone()]).unwrap();
        let found = plan.call(&[("x", &at)]).unwrap();
        let expected = reference::evaluate(&[y.clone(), slope], &[("x", &at)]).unwrap();
        assert!((found[0].data()[0] - expected[0].data()[0]).abs() < 1e-12);
        let moved = y.substitute(&[(x, Expr::input("z", ["m"]))]);
        assert_eq!(moved.free_inputs().iter().map(|n| n.to_string()).collect::<Vec<_>>(), ["z"]);
        assert!(Graph::build(&[moved]).is_ok());
        drop(plan);
    });
}

#[test]
fn a_chain_over_scalars_runs() {
    on_a_small_stack(|| {
        let x = Expr::input("x", elbo_tensor_ad::Shape::scalar());
        let y = chain(&x);
        let plan = Plan::<f64>::compile(&[y]).unwrap();
        assert!(plan.call(&[("x", &Array::scalar(0.5))]).unwrap()[0].data()[0].is_finite());
    });
}

#[test]
fn a_chain_of_folds_over_rows_has_as_many_parts() {
    on_a_small_stack(|| {
        let x = Expr::input("x", ["n"]);
        let mut y = x.clone();
        for _ in 0..5_000 {
            y = (&y - y.sum() / Expr::size("n")).tanh();
        }
        let plan = Plan::<f64>::compile(&[y.clone()]).unwrap();
        let at = Array::vector(vec![0.1, 0.2, 0.3, -1.0]);
        let found = plan.call(&[("x", &at)]).unwrap();
        let expected = reference::evaluate(&[y], &[("x", &at)]).unwrap();
        for (a, b) in found[0].data().iter().zip(expected[0].data()) {
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
    });
}

#[test]
fn a_wide_sum_and_a_shared_ladder_take_no_exponential_time() {
    on_a_small_stack(|| {
        let x = Expr::input("x", ["n"]);
        // Each rung uses the one below twice.
        let mut ladder = x.clone();
        for _ in 0..2_000 {
            ladder = (&ladder * 0.5) + ladder.tanh() * 0.4;
        }
        let terms: Vec<Expr> = (0..20_000).map(|i| (&x * f64::from(i)).sum()).collect();
        let wide = terms.into_iter().reduce(|a, b| a + b).unwrap();
        let y = ladder.sum() + wide;
        let slope = grad(&y, &[x]).unwrap().remove(0);
        let plan = Plan::<f64>::compile(&[y, slope]).unwrap();
        let found = plan.call(&[("x", &Array::vector(vec![0.5; 3]))]).unwrap();
        assert!(found.iter().all(|a| a.data().iter().all(|v| v.is_finite())));
    });
}

#[test]
fn many_inputs_compile() {
    on_a_small_stack(|| {
        let inputs: Vec<Expr> = (0..3_000).map(|i| Expr::input(&format!("x{i}"), ["n"])).collect();
        let total = inputs.iter().cloned().reduce(|a, b| a + b).unwrap();
        let values: Vec<Array<f64>> = (0..inputs.len()).map(|i| Array::vector(vec![i as f64; 2])).collect();
        let names: Vec<String> = (0..inputs.len()).map(|i| format!("x{i}")).collect();
        let given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&values).collect();
        let found = Plan::<f64>::compile(&[total]).unwrap().call(&given).unwrap();
        assert_eq!(found[0].data(), [4_498_500.0; 2]);
    });
}
