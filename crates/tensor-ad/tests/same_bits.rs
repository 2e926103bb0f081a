//! The same inputs give the same bits: again, in a clone, on any number of threads, on any processor, in any layout.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::kernels::Processor;
use elbo_tensor_ad::{Array, Binding, Dim, Error, Expr, Plan, Real, Workspace, grad};

/// A network with a softmax over classes, values centred over the rows, and the gradient of all that.
fn outputs() -> Vec<Expr> {
    let x = Expr::input("x", ["obs".into(), Dim::Fixed(3)]);
    let (w, v) = (Expr::input("w", [3, 5]), Expr::input("v", [5, 4]));
    let class = Expr::input("class", ["obs"]);
    let centred = &x - x.sum_axes(&[0]) / Expr::size("obs");
    let logits = centred.matmul(&w).tanh().matmul(&v);
    let value = (logits.log_softmax(1) * class.one_hot(4)).sum() - w.square().sum() * 0.5;
    let mut all = grad(&value, &[w, v]).unwrap();
    all.extend([value, logits.sigmoid()]);
    all
}

fn numbers(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// The inputs in the plan's order, row-major.
fn data<T: Real>(plan: &Plan<T>, rows: usize) -> Vec<Array<T>> {
    let one = |name: &str| match name {
        "x" => Array::new([rows, 3], numbers(3 * rows, 1)).unwrap(),
        "w" => Array::new([3, 5], numbers(15, 2)).unwrap(),
        "v" => Array::new([5, 4], numbers(20, 3)).unwrap(),
        _ => Array::vector(numbers(rows, 4).iter().map(|x| (x * 2.0 + 2.0).floor()).collect()),
    };
    plan.inputs().iter().map(|i| one(&i.name).cast()).collect()
}

fn bound<T: Real>(plan: &Plan<T>, data: &[Array<T>]) -> Workspace<T> {
    plan.bind(&data.iter().map(|a| Binding::row_major(a.shape())).collect::<Vec<_>>()).unwrap()
}

fn run<T: Real>(workspace: &mut Workspace<T>, slices: &[&[T]]) -> Vec<u64> {
    let mut found: Vec<Vec<T>> =
        workspace.output_shapes().iter().map(|s| vec![T::ZERO; s.iter().product()]).collect();
    let mut targets: Vec<&mut [T]> = found.iter_mut().map(Vec::as_mut_slice).collect();
    workspace.run(slices, &mut targets).unwrap();
    found.into_iter().flatten().map(|x| x.to_f64().to_bits()).collect()
}

fn same_bits<T: Real>() {
    let plan = Plan::<T>::compile(&outputs()).unwrap();
    for rows in [1, 5, 64, 333, 1000] {
        let data = data(&plan, rows);
        let slices: Vec<&[T]> = data.iter().map(Array::data).collect();
        let mut workspace = bound(&plan, &data);
        let expected = run(&mut workspace, &slices);
        assert_eq!(run(&mut workspace, &slices), expected, "again");
        assert_eq!(run(&mut workspace.clone(), &slices), expected, "a clone");
        assert_eq!(run(&mut bound(&plan.clone(), &data), &slices), expected, "a clone of the plan");
        // After other numbers have been through it.
        let others: Vec<Vec<T>> = slices.iter().map(|s| s.iter().map(|x| *x * T::ZERO).collect()).collect();
        run(&mut workspace, &others.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(run(&mut workspace, &slices), expected, "after others");
        for processor in Processor::available() {
            let mut other = bound(&plan, &data).on(processor);
            assert_eq!(run(&mut other, &slices), expected, "{processor:?} with {rows} rows");
        }
        // Each thread runs its own clone several times.
        for threads in [1, 2, 4] {
            std::thread::scope(|scope| {
                let handles: Vec<_> = (0..threads)
                    .map(|_| {
                        let (mut mine, slices) = (workspace.clone(), &slices);
                        scope.spawn(move || (0..3).map(|_| run(&mut mine, slices)).collect::<Vec<_>>())
                    })
                    .collect();
                for handle in handles {
                    assert!(handle.join().unwrap().iter().all(|found| *found == expected), "{threads}");
                }
            });
        }
        // Column by column.
        let columns: Vec<Vec<T>> = data
            .iter()
            .map(|a| {
                let (rows, width) = (a.rows(), a.row_len());
                (0..width).flat_map(|c| (0..rows).map(move |r| a.data()[r * width + c])).collect()
            })
            .collect();
        let bindings: Vec<Binding<'_>> = data.iter().map(|a| Binding::columns(a.shape())).collect();
        let slices: Vec<&[T]> = columns.iter().map(Vec::as_slice).collect();
        assert_eq!(run(&mut plan.bind(&bindings).unwrap(), &slices), expected, "columns of {rows} rows");
    }
}

#[test]
fn in_f64() {
    same_bits::<f64>();
}

#[test]
fn in_f32() {
    same_bits::<f32>();
}

#[test]
fn two_compilations_are_the_same_program() {
    let plans: Vec<Plan<f64>> = (0..5).map(|_| Plan::compile(&outputs()).unwrap()).collect();
    let data = data(&plans[0], 100);
    let listings: Vec<String> = plans.iter().map(|p| format!("{p}{}", bound(p, &data))).collect();
    assert!(listings.iter().all(|l| *l == listings[0]));
}

#[test]
fn a_run_that_was_refused_leaves_no_trace() {
    let (table, index) = (Expr::input("table", [3]), Expr::input("index", ["n"]));
    let plan = Plan::<f64>::compile(&[table.take(&index).sum(), index.sum()]).unwrap();
    let position = |name| plan.input(name).unwrap();
    let mut workspace = plan
        .bind(&match position("table") {
            0 => [Binding::row_major(&[3]), Binding::row_major(&[2])],
            _ => [Binding::row_major(&[2]), Binding::row_major(&[3])],
        })
        .unwrap();
    let mut go = |index: &[f64]| {
        let table: &[f64] = &[1.0, 2.0, 4.0];
        let (mut a, mut b) = ([0.0], [0.0]);
        let inputs = if position("table") == 0 { [table, index] } else { [index, table] };
        workspace.run(&inputs, &mut [&mut a, &mut b]).map(|()| (a[0], b[0]))
    };
    assert_eq!(go(&[0.0, 2.0]), Ok((5.0, 2.0)));
    for wrong in [3.0, -1.0, 0.5, f64::INFINITY] {
        let found = go(&[1.0, wrong]);
        assert!(matches!(&found, Err(Error::LookUp(w)) if (w.value, w.length) == (wrong, 3)), "{found:?}");
    }
    assert!(matches!(go(&[1.0, f64::NAN]), Err(Error::LookUp(_))));
    assert_eq!(go(&[0.0, 2.0]), Ok((5.0, 2.0)));
}
