//! Rows in groups and products in panels that threads share: the values of one thread to rounding, the same bits on any number of threads.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{Array, Dim, Expr, Pass, Passes, Plan, Sliding, grad};

const ROWS: usize = 200_000;

fn wave(shape: &[usize], step: f64) -> Array<f64> {
    let n: usize = shape.iter().product();
    Array::new(shape, (0..n).map(|i| (0.3 + step * i as f64).sin()).collect()).unwrap()
}

/// What a function is called, its outputs, and the numbers that it is evaluated at.
type Function = (&'static str, Vec<Expr>, Vec<(&'static str, Array<f64>)>);

/// Functions whose rows are many.
fn functions() -> Vec<Function> {
    let row = || Dim::from("rows");
    let x = Expr::input("x", [row(), 6.into()]);
    let (w, v) = (Expr::input("w", [6, 16]), Expr::input("v", [16]));
    let network = x.matmul(&w).tanh().matmul(&v);
    let fit = (network.clone() - x.slice(1, 0, 1).squeeze(&[1])).square().sum();
    let mut outputs = vec![fit.clone()];
    outputs.extend(grad(&fit, &[w.clone(), v.clone()]).unwrap());
    let data = ("x", wave(&[ROWS, 6], 0.7));
    let weights = [("w", wave(&[6, 16], 0.9)), ("v", wave(&[16], 1.1))];

    let index = Expr::input("g", [row()]);
    let table = Expr::input("t", [50]);
    let residual = table.take(&index) - x.slice(1, 1, 1).squeeze(&[1]);
    let score = -residual.square().sum();
    let hierarchical = vec![score.clone(), grad(&score, std::slice::from_ref(&table)).unwrap().remove(0)];
    let groups = Array::vector((0..ROWS).map(|i| (i * 7919 % 50) as f64).collect());

    let each = x.slice(1, 2, 1).squeeze(&[1]);
    let folds =
        vec![each.exp().sum(), each.largest(), each.smallest(), (1.0 + 1e-6 * &each).prod(), each.mean()];
    // One part after another: the second reads what the first has summed.
    let column = Expr::input("c", [row()]);
    let centred = (&column - column.mean()).square().mean().sqrt();
    // A row is so much work that a block of all would be one for a single thread.
    let image = Expr::input("image", [row(), 24.into(), 24.into(), 1.into()]);
    let filters = Expr::input("filters", [5, 5, 1, 24]);
    let seen = image.conv2d(&filters, [Sliding::valid(); 2]).tanh();
    let energy = seen.square().sum();
    let heavy = vec![energy.clone(), grad(&energy, std::slice::from_ref(&filters)).unwrap().remove(0)];
    let heavy_inputs = vec![("image", wave(&[130, 24, 24, 1], 0.7)), ("filters", wave(&[5, 5, 1, 24], 0.9))];
    // Rows that are stored: side by side, and two outputs of other widths.
    let curve = x.matmul(&w).tanh();
    let stored = vec![curve.matmul(&v), curve.sum(), curve];
    vec![
        ("network", outputs, [vec![data.clone()], weights.to_vec()].concat()),
        ("look-ups", hierarchical, vec![data.clone(), ("g", groups), ("t", wave(&[50], 0.3))]),
        ("folds", folds, vec![data.clone()]),
        ("stored rows", stored, [vec![data], weights.to_vec()].concat()),
        ("few heavy rows", heavy, heavy_inputs),
        ("two parts", vec![centred], vec![("c", wave(&[4 * ROWS], 0.7))]),
    ]
}

/// The outputs on so many threads, and the memory that it took.
fn run(
    outputs: &[Expr],
    given: &[(&str, Array<f64>)],
    passes: Passes,
    threads: usize,
) -> (Vec<Array<f64>>, usize) {
    let plan = Plan::<f64>::compile_with(outputs, &passes).unwrap();
    let used: Vec<&Array<f64>> =
        plan.inputs().iter().map(|i| &given.iter().find(|(n, _)| **n == *i.name).unwrap().1).collect();
    let bindings: Vec<_> = used.iter().map(|a| elbo_tensor_ad::Binding::row_major(a.shape())).collect();
    let mut workspace = plan.bind(&bindings).unwrap();
    assert_eq!(plan.cost(&bindings).unwrap().workspace, workspace.bytes());
    let inputs: Vec<&[f64]> = used.iter().map(|a| a.data()).collect();
    let mut found: Vec<Array<f64>> =
        workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    for _ in 0..2 {
        let mut slots: Vec<&mut [f64]> = found.iter_mut().map(Array::data_mut).collect();
        pool.install(|| workspace.run(&inputs, &mut slots)).unwrap();
    }
    (found, workspace.bytes())
}

#[test]
fn groups_have_the_values_of_one_and_the_same_bits_on_any_number_of_threads() {
    for (name, outputs, given) in functions() {
        let (alone, small) = run(&outputs, &given, Passes::all().without(Pass::Threads), 1);
        let (one, large) = run(&outputs, &given, Passes::all(), 1);
        assert!(large > small, "{name}: {small} bytes, no groups were made");
        for threads in [2, 4, 7] {
            let (many, _) = run(&outputs, &given, Passes::all(), threads);
            assert_eq!(one, many, "{name}: {threads} threads");
        }
        for (a, b) in alone.iter().zip(&one) {
            for (a, b) in a.data().iter().zip(b.data()) {
                // The sums of so many terms in another order.
                assert!((a - b).abs() <= ROWS as f64 * f64::EPSILON * (1.0 + a.abs()), "{name}: {a} and {b}");
            }
        }
    }
}

/// Products and solves that are shared in panels, where faer does them; on one thread, without it.
fn large() -> Vec<Function> {
    let x = Expr::input("x", ["rows".into(), Dim::Fixed(200)]);
    let (w, v) = (Expr::input("w", [200, 330]), Expr::input("v", [330, 210]));
    let value = x.matmul(&w).tanh().matmul(&v).square().sum();
    let mut network = grad(&value, &[w, v]).unwrap();
    network.push(value);
    let inputs =
        vec![("x", wave(&[130, 200], 0.7)), ("w", wave(&[200, 330], 0.9)), ("v", wave(&[330, 210], 1.1))];
    let a = Expr::input("a", [300, 300]);
    let factor = a.matmul(&a.transpose()).cholesky();
    let solved = vec![factor.solve_lower(&a), factor];
    let mut entries = wave(&[300, 300], 0.37);
    (0..300).for_each(|i| entries.data_mut()[301 * i] += 20.0);
    vec![("wide network", network, inputs), ("factor", solved, vec![("a", entries)])]
}

#[test]
fn panels_have_the_values_of_one_product_and_the_same_bits_on_any_number_of_threads() {
    for (name, outputs, given) in large() {
        let (alone, _) = run(&outputs, &given, Passes::all().without(Pass::Threads), 2);
        let (one, _) = run(&outputs, &given, Passes::all(), 1);
        for threads in [2, 4, 7] {
            assert_eq!(one, run(&outputs, &given, Passes::all(), threads).0, "{name}: {threads} threads");
        }
        for (a, b) in alone.iter().zip(&one) {
            let scale = a.data().iter().fold(0.0, |m: f64, a| m.max(a.abs()));
            for (a, b) in a.data().iter().zip(b.data()) {
                assert!((a - b).abs() <= 1e-13 * scale, "{name}: {a} and {b}");
            }
        }
    }
}

#[test]
fn a_wrong_index_in_any_group_is_reported_and_the_first_one_counts() {
    let index = Expr::input("g", ["rows"]);
    let table = Expr::input("t", [5]);
    let sum = table.take(&index).exp().sum();
    let plan = Plan::<f64>::compile(&[sum]).unwrap();
    let mut numbers = vec![1.0; 4_000_000];
    numbers[3_999_999] = 77.0;
    numbers[2_000_000] = 66.0;
    let found = plan.call(&[("g", &Array::vector(numbers.clone())), ("t", &wave(&[5], 0.1))]).unwrap_err();
    assert!(found.to_string().contains("66"), "{found}");
    // NaN in one group comes through.
    numbers[3_999_999] = 0.0;
    numbers[2_000_000] = 0.0;
    let mut table = wave(&[5], 0.1);
    table.data_mut()[1] = f64::NAN;
    let found = plan.call(&[("g", &Array::vector(numbers)), ("t", &table)]).unwrap();
    assert!(found[0].data()[0].is_nan());
}
