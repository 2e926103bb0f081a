//! Random expressions over random sizes and data: the plan agrees with the reference, and nothing ever panics.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{
    Array, Dim, Error, Expr, Graph, Plan, Shape, check, checkpoint, grad, jvp, reference, vmap,
};
use proptest::prelude::*;

/// One random step: which operation, on which earlier expressions, with which attribute.
type Step = (u8, u16, u16, u16, u8);

/// The inputs and their lengths at `n` and `k`.
fn inputs(n: usize, k: usize) -> Vec<(&'static str, Shape, Vec<usize>)> {
    let (rows, other) = (Dim::from("n"), Dim::from("k"));
    vec![
        ("matrix", Shape::from([rows.clone(), Dim::Fixed(3)]), vec![n, 3]),
        ("vector", Shape::from([rows.clone()]), vec![n]),
        ("column", Shape::from([rows.clone(), Dim::Fixed(1)]), vec![n, 1]),
        ("weights", Shape::from([3usize, 2]), vec![3, 2]),
        ("three", Shape::from([3usize]), vec![3]),
        ("scalar", Shape::scalar(), vec![]),
        ("none", Shape::from([0usize, 3]), vec![0, 3]),
        ("one", Shape::from([1usize, 1]), vec![1, 1]),
        ("across", Shape::from([other, rows]), vec![k, n]),
    ]
}

/// The expression that a step makes, right or wrong.
fn apply(pool: &[Expr], &(op, a, b, c, attr): &Step) -> Expr {
    let pick = |i: u16| &pool[i as usize % pool.len()];
    let (x, y, z) = (pick(a), pick(b), pick(c));
    let axis = attr as usize % 3;
    let part = (attr / 3) as usize % 4;
    let even = part.is_multiple_of(2);
    let places = |e: &Expr| (e.sigmoid() * 3.0).floor();
    match op % 81 {
        0 => x + y,
        1 => x - y,
        2 => x * y,
        3 => x / y,
        4 => x.abs().pow(y),
        5 => x.max(y),
        6 => x.min(y),
        7 => x.less(y),
        8 => x.less_equal(y),
        9 => x.equal(y),
        10 => x.select(y, z),
        11 => x.greater(0.0).select(y, z),
        12 => -x,
        13 => x.abs(),
        14 => x.sign(),
        15 => x.floor(),
        16 => x.recip(),
        17 => x.square(),
        18 => x.abs().sqrt(),
        19 => x.exp(),
        20 => x.expm1(),
        21 => x.ln(),
        22 => x.ln1p(),
        23 => x.sin(),
        24 => x.cos(),
        25 => x.tanh(),
        26 => x.sigmoid(),
        27 => x.softplus(),
        28 => (x.abs() + 0.1).lgamma(),
        29 => (x.abs() + 0.1).polygamma(attr % 3),
        30 => x.erf(),
        31 => x.erfc(),
        32 => x.sum(),
        33 => x.sum_axes(&[axis]),
        34 => x.max_axes(&[axis]),
        35 => x.min_axes(&[axis]),
        36 => x.sum_axes(&[0, 1]),
        37 => x.transpose(),
        38 => x.expand(axis),
        39 => x.slice(axis, part, 1),
        40 => x.pad(axis, part, 1),
        41 => Expr::concat(&[x.clone(), y.clone()], axis),
        42 => Expr::stack(&[x.clone(), y.clone(), x.tanh()], axis),
        43 => x.matmul(y),
        44 => x.transpose().matmul(y),
        45 => x.take(&y.sin().abs().floor()),
        46 => x.logsumexp(axis),
        47 => x.log_softmax(axis),
        48 => x.reshape([y.dim(0), Dim::Fixed(3)]),
        49 => x.broadcast_to(y.shape()),
        50 => x.stop_gradient() * Expr::size(y.dim(0)),
        51 => x.windows(axis, part, 1 + usize::from(attr) % 2, 1 + part % 2),
        52 => x.overlap(axis, part + 3, 1 + usize::from(attr) % 2, 1 + part % 2),
        53 => x.prod_axes(&[axis]),
        54 => x.mean_axes(&[axis]),
        55 => x.var_axes(&[axis], part % 2),
        56 => x.std_axes(&[axis], part % 2),
        57 => x.norm_axes(&[axis], [1.0, 2.0, 3.0, f64::INFINITY][part]),
        58 => x.argmax(axis),
        59 => x.argmin_axes(&[axis, 0]),
        60 if even => x.any_axes(&[axis]),
        60 => x.all_axes(&[axis]),
        61 => x.softmax(axis),
        62 if even => x.cumsum(axis),
        62 => x.cumsum_reversed(axis),
        63 if even => x.cumprod(axis),
        63 => x.cumprod_reversed(axis),
        64 if even => x.logcumsumexp(axis),
        64 => x.logcumsumexp_reversed(axis),
        65 if even => x.recurrence(y, axis),
        65 => x.recurrence_reversed(y, axis),
        66 => x.slice_by(axis, part, 1 + part / 2, -1),
        67 => x.pad_between(axis, part, 1, part),
        68 => x.flip(&[axis]),
        69 => x.roll(axis, part as isize - 1),
        70 => x.repeat(axis, part),
        71 => x.gather(axis, &places(y)),
        72 => x.take_axis(axis, &places(y)),
        73 => x.scatter_add(axis, &places(y), 4),
        74 if even => x.scatter_along(axis, &places(y), 3),
        74 => x.scatter_along(axis, &places(y), "n"),
        75 => x.squeeze(&[axis]).keep_axes(&[part]),
        76 | 77 => elementwise(x, y, attr),
        78 => z.scan(std::slice::from_ref(x), |c, r| (c * 0.5 + &r[0] * y).tanh()),
        79 => x.scan(&[y.clone(), z.clone()], |c, r| c * &r[0] + &r[1]),
        _ => x * (f64::from(attr) / 16.0 - 4.0) + f64::from(part as u8),
    }
}

/// One of the functions that the library has beside the primitives above.
fn elementwise(x: &Expr, y: &Expr, which: u8) -> Expr {
    match which % 30 {
        0 => x.round(),
        1 => x.ceil(),
        2 => x.cbrt(),
        3 => x.tan(),
        4 => x.asin(),
        5 => x.acos(),
        6 => x.atan(),
        7 => x.sinh(),
        8 => x.cosh(),
        9 => x.asinh(),
        10 => x.acosh(),
        11 => x.atanh(),
        12 => x.atan2(y),
        13 => x.rsqrt(),
        14 => x.log2(),
        15 => x.exp2(),
        16 => x.log_sigmoid(),
        17 => x.sigmoid().logit(),
        18 => x.softplus().softplus_inverse(),
        19 => x.relu(),
        20 => x.elu(1.5),
        21 => x.gelu(),
        22 => x.gelu_tanh(),
        23 => x.silu(),
        24 => x.logaddexp(y),
        25 => x.log_diff_exp(y),
        26 => x.xlogy(y),
        27 => x.xlog1py(y),
        28 => x.clamp(-1.0, y),
        _ => x.not_equal(y),
    }
}

fn leaves() -> Vec<Expr> {
    let mut pool: Vec<Expr> = inputs(0, 0).into_iter().map(|(name, s, _)| Expr::input(name, s)).collect();
    pool.push(Expr::iota("n"));
    pool.push(Expr::literal(Array::vector(vec![0.5, -1.0, 2.0])));
    pool
}

/// The expressions of all steps that fit; those that do not are checked for what they say.
fn grow(steps: &[Step]) -> Vec<Expr> {
    let mut pool = leaves();
    for step in steps {
        let made = apply(&pool, step);
        match made.check() {
            Ok(_) => pool.push(made),
            Err(e) => explains(&e),
        }
    }
    pool
}

/// A mistake names the operation, the shapes and the line.
fn explains(error: &Error) {
    let Error::Shape(fault) = error else { panic!("{error:?} is not a mistake in shapes") };
    let text = error.to_string();
    assert!(!fault.op.is_empty() && text.contains(fault.op), "{text}");
    for shape in &fault.found {
        assert!(text.contains(&shape.to_string()), "{text}");
    }
    assert!(fault.file.ends_with("random_graphs.rs"), "{text}");
    assert!(fault.line > 0 && text.contains(&format!(":{}", fault.line)), "{text}");
}

fn data(n: usize, k: usize, seed: u64, special: bool) -> Vec<(&'static str, Array<f64>)> {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    inputs(n, k)
        .into_iter()
        .map(|(name, _, shape)| {
            let mut a = Array::zeros(shape);
            for x in a.data_mut() {
                let bits = next();
                *x = match bits % 16 {
                    0 if special => f64::NAN,
                    1 if special => f64::INFINITY,
                    2 if special => f64::NEG_INFINITY,
                    3 => 0.0,
                    4 => 1.0,
                    _ => (bits >> 11) as f64 / (1u64 << 51) as f64 - 2.0,
                };
            }
            (name, a)
        })
        .collect()
}

/// Holds plans, simplified and not, in both number types, against the reference.
fn agree(outputs: &[Expr], data: &[(&str, Array<f64>)]) -> Result<usize, TestCaseError> {
    let all: Vec<(&str, &Array<f64>)> = data.iter().map(|(n, a)| (*n, a)).collect();
    let names: Vec<String> = outputs.iter().flat_map(|e| e.free_inputs()).map(|n| n.to_string()).collect();
    let given: Vec<(&str, &Array<f64>)> =
        all.iter().copied().filter(|(n, _)| names.iter().any(|m| m == n)).collect();
    let expected = reference::evaluate(outputs, &given);
    let simple = Plan::<f64>::compile(outputs).and_then(|p| p.call(&given));
    let plain = Plan::<f64>::compile_unsimplified(outputs).and_then(|p| p.call(&given));
    let single: Vec<(&str, Array<f32>)> = given.iter().map(|(n, a)| (*n, a.cast())).collect();
    let single: Vec<(&str, &Array<f32>)> = single.iter().map(|(n, a)| (*n, a)).collect();
    let short = Plan::<f32>::compile(outputs).and_then(|p| p.call(&single));
    let Ok(expected) = expected else {
        // Sizes that contradict each other, or an index that is no row: refused by all who must compute it.
        prop_assert!(
            plain.is_err(),
            "{:?} but the plan runs\n{}",
            expected.unwrap_err(),
            Graph::build(outputs).unwrap()
        );
        return Ok(0);
    };
    let rounded: Vec<Array<f64>> = given.iter().map(|(_, a)| a.cast::<f32>().cast()).collect();
    let rounded: Vec<(&str, &Array<f64>)> = given.iter().map(|(n, _)| *n).zip(&rounded).collect();
    let expected_short = reference::evaluate(outputs, &rounded);
    let mut compared = 0;
    let mut hold = |found: Vec<Array<f64>>, expected: &[Array<f64>], single: bool, who: &str| {
        let bounds = check::rounding(outputs, if single { &rounded } else { &given }, single).unwrap();
        prop_assert_eq!(found.len(), expected.len());
        for ((o, e), (f, (_, b))) in expected.iter().enumerate().zip(found.iter().zip(&bounds)) {
            prop_assert_eq!(e.shape(), f.shape(), "{} {:?}", who, outputs[o]);
            for i in 0..e.len() {
                let (e, f, allowed) = (e.data()[i], f.data()[i], 32.0 * b.data()[i]);
                if e.is_finite() && allowed.is_finite() {
                    compared += 1;
                    prop_assert!(
                        (e - f).abs() <= allowed,
                        "{who}: output {o}[{i}] {:?}: {e} within {allowed}, found {f}\n{}",
                        outputs[o],
                        Graph::build(&outputs[o..=o]).unwrap()
                    );
                }
            }
        }
        Ok(())
    };
    hold(simple.map_err(refused)?, &expected, false, "simplified")?;
    hold(plain.map_err(refused)?, &expected, false, "not simplified")?;
    // Rounding an index or a size comparison to f32 may change what is refused: only then may it differ.
    if let Ok(expected) = expected_short
        && let Ok(found) = short
    {
        hold(found.iter().map(Array::cast).collect(), &expected, true, "f32")?;
    }
    Ok(compared)
}

/// Holds a mapped expression against its one example after another.
fn compare_with_loop(
    one: &Expr,
    several: &Expr,
    variables: &[Expr],
    examples: &[Vec<(&'static str, Array<f64>)>],
    stacked: &[(&str, Array<f64>)],
    is_mapped: impl Fn(usize) -> bool,
) -> Result<(), TestCaseError> {
    let names = several.free_inputs();
    let given: Vec<(&str, &Array<f64>)> =
        stacked.iter().filter(|(n, _)| names.iter().any(|m| **m == **n)).map(|(n, a)| (*n, a)).collect();
    let by_reference = reference::evaluate(std::slice::from_ref(several), &given);
    let by_plan = Plan::<f64>::compile(std::slice::from_ref(several)).and_then(|p| p.call(&given));
    let mut expected = Vec::new();
    for example in examples {
        let inputs: Vec<(&str, &Array<f64>)> = (0..variables.len())
            .map(|k| if is_mapped(k) { &example[k] } else { &examples[0][k] })
            .filter(|(n, _)| names.iter().any(|m| **m == **n))
            .map(|(n, a)| (*n, a))
            .collect();
        match (
            reference::evaluate(std::slice::from_ref(one), &inputs),
            check::rounding(std::slice::from_ref(one), &inputs, false),
        ) {
            (Ok(value), Ok(bound)) => expected.push((value[0].clone(), bound[0].1.clone())),
            // Refused alone, refused together.
            (alone, _) => {
                prop_assert!(
                    by_reference.is_err() || names != one.free_inputs(),
                    "{alone:?} alone\n{}\n{}",
                    Graph::build(std::slice::from_ref(one)).unwrap(),
                    Graph::build(std::slice::from_ref(several)).unwrap()
                );
                return Ok(());
            }
        }
    }
    let size: usize = expected[0].0.len();
    for (who, found) in [("reference", by_reference), ("plan", by_plan)] {
        let found = match found {
            // The name of the new axis is known by no input when none is mapped.
            Err(Error::UnboundSize { name }) if name == "examples" => return Ok(()),
            // Its length may come from an input that the one example does not depend on, and that contradicts it.
            Err(Error::InputShape { .. } | Error::SizeConflict { .. }) if names != one.free_inputs() => {
                return Ok(());
            }
            other => other.map_err(refused)?.remove(0),
        };
        prop_assert_eq!(&found.shape()[1..], expected[0].0.shape());
        for (i, f) in found.data().iter().enumerate() {
            let (value, bound) = &expected[i / size];
            let (e, allowed) = (value.data()[i % size], 32.0 * bound.data()[i % size]);
            if e.is_finite() && allowed.is_finite() {
                prop_assert!(
                    (e - f).abs() <= allowed,
                    "{who}: [{i}] {one:?}: {e} within {allowed}, found {f}\n{}",
                    Graph::build(std::slice::from_ref(one)).unwrap()
                );
            }
        }
    }
    Ok(())
}

fn refused(error: Error) -> TestCaseError {
    TestCaseError::fail(format!("the reference computes it, the plan says: {error}"))
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(any::<Step>(), 1..60)
}

const ROWS: [usize; 6] = [0, 1, 2, 3, 20, 150];

/// So many cases, or as many as `SOAK` names: `SOAK=20000 cargo test --test random_graphs`.
fn cases(count: u32) -> ProptestConfig {
    ProptestConfig::with_cases(std::env::var("SOAK").map_or(count, |n| n.parse().unwrap()))
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn plans_agree_with_the_reference(
        steps in steps(), n in 0usize..6, k in 0usize..4, seed: u64, special in prop::bool::weighted(0.3),
    ) {
        let pool = grow(&steps);
        let made = &pool[leaves().len()..];
        let data = data(ROWS[n], k, seed, special);
        // Each alone, so that one that cannot be bound does not hide the others; then all that can, together.
        let mut together = Vec::new();
        for e in made.iter().rev().take(8) {
            if agree(std::slice::from_ref(e), &data)? > 0 {
                together.push(e.clone());
            }
        }
        agree(&together, &data)?;
    }

    #[test]
    fn gradients_of_random_expressions_agree(steps in steps(), n in 1usize..5, seed: u64) {
        let pool = grow(&steps);
        let data = data(ROWS[n], 2, seed, false);
        if let Some(last) = pool[leaves().len()..].last() {
            let value = last.tanh().sum();
            let variables: Vec<Expr> = leaves().into_iter().filter(|e| e.free_inputs().len() == 1).collect();
            let slopes = grad(&value, &variables);
            match slopes {
                Ok(mut outputs) => {
                    outputs.push(value);
                    // All inputs, so that every name has a length.
                    outputs.extend(variables);
                    agree(&outputs, &data)?;
                }
                Err(e) => prop_assert!(Graph::build(&[value]).is_err(), "{}", e),
            }
        }
    }

    #[test]
    fn derivatives_along_a_direction_agree_with_dual_numbers(steps in steps(), n in 1usize..5, seed: u64) {
        let pool = grow(&steps);
        let data = data(ROWS[n], 2, seed, false);
        if let Some(last) = pool[leaves().len()..].last().filter(|e| Graph::build(&[(*e).clone()]).is_ok()) {
            let value = last.tanh().sum();
            let variables: Vec<Expr> = leaves().into_iter().filter(|e| e.free_inputs().len() == 1).collect();
            // Each input moves by a multiple of itself.
            let tangents: Vec<Expr> = variables.iter().map(|x| x * 0.75 - 0.5).collect();
            let moves: Vec<(&str, Array<f64>)> = data
                .iter()
                .map(|(name, a)| {
                    let mut t = a.clone();
                    t.data_mut().iter_mut().for_each(|x| *x = *x * 0.75 - 0.5);
                    (*name, t)
                })
                .collect();
            let mut outputs = match jvp(std::slice::from_ref(&value), &variables, &tangents) {
                Ok(found) => found,
                Err(e) => { prop_assert!(false, "{}", e); return Ok(()); }
            };
            outputs.push(value);
            let given: Vec<(&str, &Array<f64>)> = data.iter().map(|(n, a)| (*n, a)).collect();
            let along: Vec<(&str, &Array<f64>)> = moves.iter().map(|(n, a)| (*n, a)).collect();
            // Lengths that contradict each other, or an index that is no row.
            let Ok(expected) = check::jvp(&outputs[1..], &given, &along) else { return Ok(()) };
            let found = reference::evaluate(&outputs, &given).map_err(refused)?;
            let bound = check::rounding(&outputs, &given, false).unwrap()[0].1.data()[0];
            let (e, f) = (expected[0].1.data()[0], found[0].data()[0]);
            if e.is_finite() && bound.is_finite() && found[1].data()[0].is_finite() {
                prop_assert!((e - f).abs() <= 64.0 * bound + 1e-9 * e.abs(), "{e} within {bound}, found {f}");
            }
            agree(&outputs, &data)?;
        }
    }

    #[test]
    fn a_checkpoint_of_a_random_expression_changes_nothing(steps in steps(), n in 1usize..5, seed: u64, inner: [u16; 3]) {
        let pool = grow(&steps);
        let data = data(ROWS[n], 2, seed, false);
        if let Some(last) = pool[leaves().len()..].last().filter(|e| Graph::build(&[(*e).clone()]).is_ok()) {
            let edges: Vec<Expr> = inner.iter().map(|&i| pool[i as usize % pool.len()].clone()).collect();
            let variables: Vec<Expr> = leaves().into_iter().filter(|e| e.free_inputs().len() == 1).collect();
            let total = |e: &Expr| (e.tanh() + e.sin()).sum();
            let plain = grad(&total(last), &variables).unwrap();
            let mut again = grad(&total(&checkpoint(last, &edges)), &variables).unwrap();
            // With all inputs, so that every name has a length.
            let outputs: Vec<Expr> =
                plain.into_iter().chain(variables.iter().cloned()).chain([total(last)]).collect();
            again.extend(variables);
            again.push(total(last));
            agree(&again, &data)?;
            let given: Vec<(&str, &Array<f64>)> = data.iter().map(|(n, a)| (*n, a)).collect();
            let Ok(expected) = reference::evaluate(&outputs, &given) else { return Ok(()) };
            let found = reference::evaluate(&again, &given).map_err(refused)?;
            let bounds = check::rounding(&outputs, &given, false).unwrap();
            for ((e, f), (_, bound)) in expected.iter().zip(&found).zip(&bounds) {
                for ((e, f), bound) in e.data().iter().zip(f.data()).zip(bound.data()) {
                    if e.is_finite() && bound.is_finite() {
                        prop_assert!((e - f).abs() <= 64.0 * bound, "{e} within {bound}, found {f}");
                    }
                }
            }
        }
    }

    #[test]
    fn mapped_random_expressions_agree_with_a_loop(
        steps in steps(), n in 0usize..4, seed: u64, over: u16, named: bool,
    ) {
        const EXAMPLES: usize = 2;
        let pool = grow(&steps);
        if let Some(last) = pool[leaves().len()..].last().filter(|e| Graph::build(&[(*e).clone()]).is_ok()) {
            let examples: Vec<_> = (0..EXAMPLES as u64).map(|i| data(ROWS[n], 2, seed ^ (i << 32), false)).collect();
            // Together with all inputs, so that every name has a length.
            let outputs: Vec<Expr> = std::iter::once(last.clone()).chain(leaves()).collect();
            let variables: Vec<Expr> = leaves().into_iter().filter(|e| e.free_inputs().len() == 1).collect();
            let is_mapped = |k: usize| over >> k & 1 == 1;
            let mapped: Vec<Expr> = variables.iter().enumerate().filter(|(k, _)| is_mapped(*k)).map(|(_, e)| e.clone()).collect();
            let dim = if named { Dim::from("examples") } else { Dim::Fixed(EXAMPLES) };
            let several = vmap(&outputs, &mapped, dim);
            if Graph::build(&outputs).is_err() {
                return Ok(());
            }
            let mut several = several.unwrap();
            several.truncate(1);
            let stacked: Vec<(&str, Array<f64>)> = (0..variables.len())
                .map(|k| {
                    let (name, first) = &examples[0][k];
                    if !is_mapped(k) {
                        return (*name, first.clone());
                    }
                    let shape: Vec<usize> = std::iter::once(EXAMPLES).chain(first.shape().iter().copied()).collect();
                    (*name, Array::new(shape, examples.iter().flat_map(|e| e[k].1.data().to_vec()).collect()).unwrap())
                })
                .collect();
            compare_with_loop(last, &several[0], &variables, &examples, &stacked, is_mapped)?;
        }
    }

    #[test]
    fn wrong_shapes_are_errors_that_say_where(
        steps in steps(), at in prop::collection::vec(0usize..5, 0..4), other in prop::collection::vec(0usize..5, 0..4),
    ) {
        let mut pool = vec![
            Expr::input("a", at.as_slice()),
            Expr::input("b", other.as_slice()),
            Expr::input("c", [Dim::from("n"), "m".into()]),
        ];
        for step in &steps {
            let made = apply(&pool, step);
            if let Err(e) = made.check() {
                explains(&e);
                // Whatever is built on a mistake reports the first one.
                let later = (made.exp() + 1.0).sum();
                prop_assert_eq!(later.check().unwrap_err(), e.clone());
                prop_assert_eq!(Plan::<f64>::compile(std::slice::from_ref(&later)).unwrap_err(), e.clone());
                prop_assert_eq!(reference::evaluate(&[later], &[]).unwrap_err(), e);
            } else {
                pool.push(made);
            }
        }
    }
}
