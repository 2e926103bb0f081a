//! Results that take the place of an operand: less memory, the same bits.
#![allow(clippy::unwrap_used, clippy::panic)]

mod grown;

use elbo_tensor_ad::{Array, Binding, Dim, Expr, Pass, Passes, Plan, check, grad, reference};

/// Values of the outputs and the bytes of the workspace.
fn run(outputs: &[Expr], inputs: &[(&str, &Array<f64>)], passes: Passes) -> (Vec<Array<f64>>, usize) {
    let plan = Plan::<f64>::compile_with(outputs, &passes).unwrap();
    let given: Vec<&Array<f64>> = plan
        .inputs()
        .iter()
        .map(|input| inputs.iter().find(|(name, _)| **name == *input.name).unwrap().1)
        .collect();
    let bindings: Vec<Binding<'_>> = given.iter().map(|a| Binding::row_major(a.shape())).collect();
    let mut workspace = plan.bind(&bindings).unwrap();
    let mut found: Vec<Array<f64>> =
        workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
    let data: Vec<&[f64]> = given.iter().map(|a| a.data()).collect();
    for _ in 0..2 {
        let mut targets: Vec<&mut [f64]> = found.iter_mut().map(Array::data_mut).collect();
        workspace.run(&data, &mut targets).unwrap();
    }
    (found, workspace.bytes())
}

fn bits(values: &[Array<f64>]) -> Vec<Vec<u64>> {
    values
        .iter()
        .map(|a| a.data().iter().map(|x| if x.is_nan() { 0 } else { x.to_bits() }).collect())
        .collect()
}

/// The bytes with memory used again; the bits are those without.
#[track_caller]
fn bytes(outputs: &[Expr], inputs: &[(&str, &Array<f64>)], passes: Passes) -> usize {
    let (found, less) = run(outputs, inputs, passes);
    let (expected, more) = run(outputs, inputs, passes.without(Pass::MemoryReuse));
    assert_eq!(bits(&found), bits(&expected));
    assert!(less <= more);
    less
}

fn ramp(n: usize) -> Array<f64> {
    Array::vector((0..n).map(|i| (i as f64 * 0.37).sin() + 1.5).collect())
}

const N: usize = 4096;

#[test]
fn a_chain_over_whole_arrays_needs_one_array() {
    let x = Expr::input("x", [N]);
    let value = ramp(N);
    let array = N * size_of::<f64>();
    let whole = Passes::all().without(Pass::Streaming);
    let chain = x.exp().sin().sqrt().tanh().abs();
    let all = bytes(&[chain], &[("x", &value)], whole);
    assert!(all < array + array / 4, "{all} bytes for an array of {array}");
    // Functions of two and of three, the operand that dies on either side.
    let two = (2.0 - (x.exp() * &x).max(1.0)) / (&x + 3.0 * x.ln1p().sin());
    let all = bytes(&[two], &[("x", &value)], whole);
    assert!(all < 2 * array + array / 4, "{all} bytes for arrays of {array}");
    let three = (x.sin() * &x + 1.5 * &x).greater(0.5).select(x.cos(), &x);
    let all = bytes(&[three], &[("x", &value)], whole);
    assert!(all < 2 * array + array / 4, "{all} bytes for arrays of {array}");
}

#[test]
fn a_chain_over_rows_needs_one_column() {
    let x = Expr::input("x", ["n"]);
    let value = ramp(N);
    let column = |passes: Passes| bytes(&[x.exp().sin().sqrt().tanh().abs().sum()], &[("x", &value)], passes);
    // Of the same length of a block, found without it: less than the two columns that took turns before.
    let used = column(Passes::all());
    let listing = Plan::<f64>::compile(&[x.exp().sin().sqrt().tanh().abs().sum()])
        .unwrap()
        .bind(&[Binding::row_major(&[N])])
        .unwrap()
        .to_string();
    let block: usize =
        listing.split("in blocks of ").nth(1).unwrap().split(',').next().unwrap().trim().parse().unwrap();
    assert!(used < (block + block / 4) * size_of::<f64>(), "{used} bytes for blocks of {block}");
}

#[test]
fn what_is_needed_later_or_read_elsewhere_is_not_overwritten() {
    let whole = Passes::all().without(Pass::Streaming);
    let x = Expr::input("x", [6, 4]);
    let value = Array::new([6, 4], ramp(24).data().to_vec()).unwrap();
    let y = x.sin();
    let outputs = [
        // Needed by a later one.
        y.exp() + &y,
        // Both operands.
        y.cos() * y.cos(),
        // Read in another order than it is written.
        y.tanh().transpose().exp(),
        Expr::concat(&[y.exp().slice(0, 3, 3), y.exp().slice(0, 0, 3)], 0) - y.exp(),
        // A number for all.
        y.sqrt() - y.sqrt().index(0, 0).index(0, 0),
        // An output itself.
        y.clone(),
    ];
    for passes in [whole, Passes::all()] {
        bytes(&outputs, &[("x", &value)], passes);
        for e in &outputs {
            bytes(std::slice::from_ref(e), &[("x", &value)], passes);
        }
    }
    let slopes = grad(&outputs[3].square().sum(), std::slice::from_ref(&x)).unwrap();
    bytes(&slopes, &[("x", &value)], whole);
}

/// Numbers that are the same for every row are written once a run, before the blocks: nothing of a block may lie over them.
#[test]
fn what_is_written_once_a_run_is_there_for_every_block() {
    let (x, c) = (Expr::input("x", ["n"]), Expr::input("c", Vec::<elbo_tensor_ad::Dim>::new()));
    let (centred, column) = (&x - x.mean(), c.exp().broadcast_to(["n"]));
    let first = (&column * &x).sum();
    let second = (&centred * column.stop_gradient()).square().sum()
        + (&centred * (&first * 1e-4).broadcast_to(["n"])).sum();
    let groups = Expr::concat(&[c.floor().broadcast_to([1]), (&c + 1.0).floor().broadcast_to([1])], 0);
    let looked_up = (&groups.take(&c.floor().broadcast_to(["n"])) * &centred).sum();
    let outputs = [first, second, looked_up, column.max_axes(&[0]), (&column * 0.5).prod()];
    for n in [1, 100, 30_000] {
        let inputs = [("x", &ramp(n)), ("c", &Array::scalar(0.25))];
        let expected = reference::evaluate(&outputs, &inputs).unwrap();
        let bounds = check::rounding(&outputs, &inputs, false).unwrap();
        for passes in
            [Passes::all(), Passes::all().without(Pass::MemoryReuse), Passes::all().without(Pass::Fusion)]
        {
            let (found, _) = run(&outputs, &inputs, passes);
            for (k, (e, f)) in expected.iter().zip(&found).enumerate() {
                let off = (e.data()[0] - f.data()[0]).abs();
                assert!(
                    off <= 16.0 * bounds[k].1.data()[0],
                    "{passes:?}, {n} rows, output {k}: {f:?}, not {e:?}"
                );
            }
        }
    }
}

/// Without streaming there is no order of blocks: every bit is the same.
#[test]
fn random_programs_give_the_same_bits_with_and_without_memory_used_again() {
    let whole = Passes::all().without(Pass::Streaming);
    let mut compared = 0;
    for seed in 0..300 {
        let bytes = grown::bytes_of(seed);
        let case = grown::case(&bytes).unwrap();
        for output in &case.outputs {
            let outputs = std::slice::from_ref(output);
            let names = output.free_inputs();
            let given: Vec<(&str, &Array<f64>)> = (case.inputs.iter())
                .filter(|(n, _)| names.iter().any(|m| **m == **n))
                .map(|(n, a)| (n.as_str(), a))
                .collect();
            let found = |passes| grown::run::<f64>(outputs, &given, passes, &mut grown::Bytes::new(&bytes));
            match (found(whole), found(whole.without(Pass::MemoryReuse))) {
                (Ok(with), Ok(without)) => {
                    assert_eq!(bits(&with), bits(&without), "seed {seed}");
                    compared += 1;
                }
                (Err(grown::Refused::Typed(with)), Err(grown::Refused::Typed(without))) => {
                    assert_eq!(format!("{with:?}"), format!("{without:?}"), "seed {seed}");
                }
                _ => panic!("seed {seed}: one is refused"),
            }
        }
    }
    assert!(compared > 300, "{compared} compared");
}

/// A product over the rows that is an output, and nothing else, is summed up there: it has no place of its own.
#[test]
fn a_gradient_that_is_an_output_is_summed_up_there() {
    let (m, n, rows) = (40, 60, 200);
    let x = Expr::input("x", ["rows".into(), Dim::Fixed(m)]);
    let w = Expr::input("w", [m, n]);
    let value = x.matmul(&w).tanh().square().sum();
    let slope = grad(&value, std::slice::from_ref(&w)).unwrap().remove(0);
    let numbers = |shape: [usize; 2]| {
        Array::new(shape, (0..shape[0] * shape[1]).map(|i| (i as f64 * 0.37).sin()).collect()).unwrap()
    };
    let inputs = [("x", &numbers([rows, m])), ("w", &numbers([m, n]))];
    let expected = reference::evaluate(std::slice::from_ref(&slope), &inputs).unwrap();
    let (found, bytes) = run(std::slice::from_ref(&slope), &inputs, Passes::all());
    for (a, b) in found[0].data().iter().zip(expected[0].data()) {
        assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{a} and {b}");
    }
    // What is read again has a place.
    let (_, again) = run(&[slope.clone(), slope.sum()], &inputs, Passes::all());
    assert!(bytes + m * n * 8 <= again, "{bytes} and {again}");
    let (apart, more) = run(std::slice::from_ref(&slope), &inputs, Passes::all().without(Pass::MemoryReuse));
    assert_eq!(bits(&found), bits(&apart));
    assert!(bytes + m * n * 8 <= more, "{bytes} and {more}");
}
