//! Moving elements about: what goes where, gradients, indices that are refused, and mistakes.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{Array, Dim, Error, Expr, Plan, check, grad, reference};
use proptest::prelude::*;

/// The value by the reference and by a plan, which must be the same.
fn value(e: &Expr, inputs: &[(&str, &Array<f64>)]) -> Array<f64> {
    let outputs = std::slice::from_ref(e);
    let expected = reference::evaluate(outputs, inputs).unwrap().remove(0);
    assert_eq!(Plan::<f64>::compile(outputs).unwrap().call(inputs).unwrap().remove(0), expected);
    expected
}

fn numbers(e: &Expr) -> Vec<f64> {
    value(e, &[]).into_data()
}

/// The table of this name: from the folder that `ELBO_GOLDEN` names, or the copy.
fn golden(name: &str) -> serde_json::Value {
    let copy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let given = std::env::var("ELBO_GOLDEN").map(|f| std::path::Path::new(&f).join(name));
    let path = given.ok().filter(|p| p.exists()).unwrap_or(copy);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn array(v: &serde_json::Value) -> Array<f64> {
    let list =
        |key: &str| -> Vec<f64> { v[key].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect() };
    let shape: Vec<usize> = list("shape").iter().map(|&n| n as usize).collect();
    Array::new(shape, list("data")).unwrap()
}

#[test]
fn values_and_gradients_are_those_of_the_table() {
    let table = golden("movement.json");
    let at = array(&table["x"]);
    for case in table["cases"].as_array().unwrap() {
        let (op, axis) = (case["op"].as_str().unwrap(), case["axis"].as_u64().unwrap() as usize);
        let numbers: Vec<i64> =
            case["numbers"].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).collect();
        let number = |i: usize| numbers[i] as usize;
        let index = case.get("index").map(|i| Expr::literal(array(i)));
        let index = index.unwrap_or_else(|| Expr::constant(0.0));
        // With numbers for axes, and with another axis named: a plan that streams over it.
        let named = (axis + 1) % 3;
        for rows in [None, Some(named)] {
            let dims = (0..3).map(|a| if rows == Some(a) { "n".into() } else { Dim::Fixed(at.shape()[a]) });
            let x = Expr::input("x", dims.collect::<Vec<_>>());
            let y = match op {
                "gather" => x.gather(axis, &index),
                "take" => x.take_axis(axis, &index),
                "scatter_add" => x.scatter_add(axis, &index, number(0)),
                "scatter_along" => x.scatter_along(axis, &index, number(0)),
                "slice_by" => x.slice_by(axis, number(0), number(1), numbers[2] as isize),
                "pad_between" => x.pad_between(axis, number(0), number(1), number(2)),
                "tile" => x.tile(&(0..3).map(|a| if a == axis { number(0) } else { 1 }).collect::<Vec<_>>()),
                other => panic!("the table has {other}"),
            };
            let expected = [array(&case["value"]), array(&case["gradient"])];
            let weights = (0..expected[0].len()).map(|i| 0.5 + 0.25 * i as f64).collect();
            let weights = Expr::literal(Array::new(expected[0].shape(), weights).unwrap());
            let slope = grad(&(&y * weights).sum(), std::slice::from_ref(&x)).unwrap().remove(0);
            // With the input: a gradient that does not depend on it does not know its length.
            let outputs = [y, slope, x];
            for found in [
                reference::evaluate(&outputs, &[("x", &at)]).unwrap(),
                Plan::<f64>::compile(&outputs).unwrap().call(&[("x", &at)]).unwrap(),
            ] {
                for (f, e) in found.iter().zip(&expected) {
                    assert_eq!(f.shape(), e.shape(), "{op} along {axis}");
                    for (f, e) in f.data().iter().zip(e.data()) {
                        assert!((f - e).abs() <= 1e-12 * (1.0 + e.abs()), "{op} along {axis}: {f} {e}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_goes_where() {
    let x = Expr::iota(6);
    assert_eq!(numbers(&x.slice_by(0, 1, 3, 2)), [1.0, 3.0, 5.0]);
    assert_eq!(numbers(&x.slice_by(0, 5, 3, -2)), [5.0, 3.0, 1.0]);
    assert_eq!(numbers(&x.slice_by(0, 5, 6, -1)), numbers(&x.flip(&[0])));
    assert_eq!(numbers(&x.slice_by(0, 2, 1, -9)), [2.0]);
    assert_eq!(numbers(&x.slice_by(0, 6, 0, -9)), [0.0; 0]);
    assert_eq!(numbers(&Expr::iota(3).pad_between(0, 1, 2, 1)), [0.0, 0.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!(numbers(&x.roll(0, 2)), [4.0, 5.0, 0.0, 1.0, 2.0, 3.0]);
    assert_eq!(numbers(&x.roll(0, -13)), [1.0, 2.0, 3.0, 4.0, 5.0, 0.0]);
    assert_eq!(numbers(&Expr::iota(2).repeat(0, 3)), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    assert_eq!(numbers(&Expr::iota(2).tile(&[3])), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
    let parts = x.split(0, &[1, 0, 5]);
    assert_eq!(parts.iter().map(|p| numbers(p).len()).collect::<Vec<_>>(), [1, 0, 5]);
    assert_eq!(numbers(&parts[2]), [1.0, 2.0, 3.0, 4.0, 5.0]);
    let m = x.reshape([2, 3]);
    assert_eq!(numbers(&m.flip(&[0, 1])), [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
    assert_eq!(m.expand(1).squeeze(&[1]).shape(), m.shape());
    let index = Expr::literal(Array::new([2, 2], vec![2.0, 0.0, 1.0, 1.0]).unwrap());
    // NumPy: take_along_axis(m, index, 1); take(m, index, 1); take_along_axis(m, [[1, 0, 1]], 0).
    assert_eq!(numbers(&m.gather(1, &index)), [2.0, 0.0, 4.0, 4.0]);
    let taken = m.take_axis(1, &index);
    assert_eq!(taken.shape().to_string(), "[2, 2, 2]");
    assert_eq!(numbers(&taken), [2.0, 0.0, 1.0, 1.0, 5.0, 3.0, 4.0, 4.0]);
    let rows = Expr::literal(Array::new([1, 3], vec![1.0, 0.0, 1.0]).unwrap());
    assert_eq!(numbers(&m.gather(0, &rows)), [3.0, 1.0, 5.0]);
    // Sums where an index repeats: [10, 20] to 2 and 0, [30, 40] both to 1.
    let updates = Expr::literal(Array::new([2, 2], vec![10.0, 20.0, 30.0, 40.0]).unwrap());
    assert_eq!(numbers(&updates.scatter_along(1, &index, 3)), [20.0, 0.0, 10.0, 0.0, 70.0, 0.0]);
    let places = Expr::literal(Array::vector(vec![1.0, 1.0]));
    assert_eq!(numbers(&updates.scatter_add(1, &places, 3)), [0.0, 30.0, 0.0, 0.0, 70.0, 0.0]);
    assert_eq!(numbers(&updates.scatter_add(0, &places, 2)), [0.0, 0.0, 40.0, 60.0]);
    assert_eq!(numbers(&places.one_hot(2)), [0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn a_named_axis_can_be_reversed_rolled_and_looked_up() {
    let x = Expr::input("x", ["n"]);
    let at = Array::vector(vec![1.0, 2.0, 3.0, 4.0, 5.0]);
    let inputs = [("x", &at)];
    assert_eq!(value(&x.flip(&[0]), &inputs).data(), [5.0, 4.0, 3.0, 2.0, 1.0]);
    for by in [-12isize, -5, -1, 0, 1, 3, 7] {
        let expected: Vec<f64> = (0..5).map(|i: isize| 1.0 + (i - by).rem_euclid(5) as f64).collect();
        assert_eq!(value(&x.roll(0, by), &inputs).data(), expected, "{by}");
    }
    assert_eq!(value(&x.take(&Expr::literal(Array::vector(vec![4.0, 0.0]))), &inputs).data(), [5.0, 1.0]);
}

#[test]
fn an_index_that_is_no_place_is_refused() {
    let (x, i) =
        (Expr::input("x", ["n".into(), Dim::Fixed(3)]), Expr::input("i", ["n".into(), Dim::Fixed(1)]));
    let whole = Expr::input("i", [2, 1]);
    let table = Expr::input("x", [2, 3]);
    let looked_up = [
        x.gather(1, &i),
        x.take_axis(1, &whole.reshape([2])),
        table.gather(1, &whole),
        table.take_axis(1, &whole),
        i.scatter_along(1, &i, 3),
        whole.scatter_along(1, &whole, 3),
        x.scatter_add(0, &i.reshape(["n"]), 3),
    ];
    let at = Array::new([2, 3], vec![0.5; 6]).unwrap();
    for y in looked_up {
        for bad in [-1.0, 3.0, 1.5, f64::NAN, f64::INFINITY] {
            let index = Array::new([2, 1], vec![0.0, bad]).unwrap();
            let given: Vec<(&str, &Array<f64>)> = [("x", &at), ("i", &index)]
                .into_iter()
                .filter(|(n, _)| y.free_inputs().iter().any(|m| **m == **n))
                .collect();
            let outputs = std::slice::from_ref(&y);
            for refused in [
                reference::evaluate(outputs, &given).unwrap_err(),
                Plan::<f64>::compile(outputs).unwrap().call(&given).unwrap_err(),
            ] {
                let Error::LookUp(wrong) = refused else { panic!("{refused}") };
                let (value, length) = (wrong.value, wrong.length);
                assert!(value == bad || value.is_nan() && bad.is_nan(), "{value} is not {bad}");
                assert_eq!(length, 3);
            }
        }
    }
}

#[test]
fn a_mistake_names_the_operation_and_the_line() {
    let x = Expr::input("x", ["n".into(), Dim::Fixed(3)]).labelled("data");
    let index = Expr::input("i", [4, 2]);
    let line = line!() + 3;
    #[rustfmt::skip]
    let all = [
        ("squeeze", "length 3 where 1", x.squeeze(&[1])),
        ("squeeze", "no axis 2", x.squeeze(&[2])),
        ("slice", "a step of 0", x.slice_by(1, 0, 2, 0)),
        ("slice", "0..4 reaches beyond", x.slice_by(1, 0, 2, 3)),
        ("slice", "leave axis 1 at its start", x.slice_by(1, 2, 3, -2)),
        ("slice", "has a name", x.slice_by(0, 1 << 24, 2, 1)),
        ("slice", "", x.slice_by(1, usize::MAX, 2, isize::MAX)),
        ("pad", "has a name", x.pad_between(0, 1, 1, 1)),
        ("flip", "no axis 7", x.flip(&[7])),
        ("flip", "named twice", x.flip(&[1, 1])),
        ("roll", "no axis 2", x.roll(2, 1)),
        ("tile", "needs 1 axes", x.tile(&[2])),
        ("tile", "has a name", x.tile(&[2, 1])),
        ("repeat", "has a name", x.repeat(0, 2)),
        ("split", "add up to 4, its length is 3", x.split(1, &[2, 2]).remove(1)),
        ("split", "has a name", x.split(0, &[2]).remove(0)),
        ("gather", "needs 2 axes, found 1", x.gather(1, &Expr::iota(3))),
        ("gather", "do not stretch", Expr::input("y", [3, 2]).gather(1, &index)),
        ("gather", "no axis 2", x.gather(2, &index)),
        ("take", "no axis 2", x.take_axis(2, &index)),
        ("scatter_add", "no axis 2", x.scatter_add(1, &index, 5)),
        ("scatter_add", "", Expr::input("y", [3, 2]).scatter_along(1, &index, 5)),
        ("scatter_add", "", Expr::input("y", [3]).scatter_along(0, &index, 5)),
        ("concat", "has a name", Expr::concat(&[x.clone(), x.clone()], 0)),
    ];
    for (i, (op, part, made)) in all.into_iter().enumerate() {
        let text = made.check().unwrap_err().to_string();
        let place = format!("movement.rs:{}", line as usize + i);
        assert!(text.contains(op) && text.contains(part) && text.contains(&place), "{op} {place}: {text}");
    }
    let wrong = x.matmul(&Expr::input("w", [7, 7]));
    for made in [
        wrong.squeeze(&[0]),
        wrong.slice_by(0, 0, 1, -1),
        wrong.flip(&[0]),
        wrong.roll(0, 1),
        wrong.tile(&[2, 2]),
        wrong.repeat(0, 2),
        wrong.split(0, &[1]).remove(0),
        wrong.gather(0, &index),
        x.gather(0, &wrong),
        wrong.take_axis(0, &index),
        wrong.scatter_add(0, &index, 2),
        wrong.scatter_along(0, &index, 2),
        index.scatter_along(0, &wrong, 2),
        wrong.keep_axes(&[0]),
    ] {
        assert_eq!(made.check().unwrap_err(), wrong.check().unwrap_err());
    }
}

#[test]
fn a_whole_column_against_a_scalar_is_one_stretch() {
    // `[n, 1]` with numbers for axes: as long as `[n]`, not n stretches of one element.
    let (column, row) = (Expr::input("x", [5000, 1]), Expr::input("x", [5000]));
    let bytes = |x: &Expr| {
        let plan = Plan::<f64>::compile(&[(x * 2.0 + 1.0).exp().sum()]).unwrap();
        let shape: Vec<usize> = x.shape().fixed().unwrap();
        let workspace = plan.bind(&[elbo_tensor_ad::Binding::row_major(&shape)]).unwrap();
        workspace.to_string().lines().count()
    };
    assert_eq!(bytes(&column), bytes(&row));
}

#[test]
fn the_gradient_of_what_is_packed_costs_as_much_as_its_length_and_not_once_for_each_part() {
    let packed = Expr::input("packed", [400]);
    let cost = |parts: usize| {
        let each = 400 / parts;
        // Not in order, as parameters come to be used.
        let part = |i: usize| packed.slice(0, (i * 7 % parts) * each, each).sin().sum();
        let value = (1..parts).fold(part(0), |sum, i| sum + part(i));
        let slope = grad(&value, std::slice::from_ref(&packed)).unwrap();
        let shape = [elbo_tensor_ad::Binding::row_major(&[400])];
        Plan::<f64>::compile(&slope).unwrap().cost(&shape).unwrap()
    };
    let (one, forty) = (cost(1), cost(40));
    assert!(forty.operations() <= one.operations(), "{one:?} {forty:?}");
    assert!(forty.workspace <= 2 * one.workspace, "{one:?} {forty:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn gradients_and_their_gradients(a in prop::collection::vec(-1.5f64..1.5, 15)) {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(5)]);
        let at = Array::new([3, 5], a).unwrap();
        let picks = Expr::literal(Array::new([3, 2], vec![0.0, 4.0, 1.0, 1.0, 2.0, 0.0]).unwrap());
        let same = Expr::literal(Array::new([1, 3], vec![2.0, 2.0, 0.0]).unwrap());
        let rows = Expr::literal(Array::vector(vec![2.0, 0.0, 2.0, 2.0]));
        let cases = [
            ("slice_by", x.slice_by(1, 4, 3, -2).sin().sum() * x.slice_by(1, 0, 2, 3).sum()),
            ("pad_between", (x.pad_between(1, 1, 0, 2) * Expr::iota(14)).sin().sum()),
            ("flip", (x.flip(&[1, 0]) * &x * Expr::iota(5)).sin().sum()),
            ("roll", (x.roll(1, 2) * x.roll(0, 1) * Expr::iota(5)).sin().sum()),
            ("repeat", (x.repeat(1, 2) * Expr::iota(10)).sin().sum() + x.tile(&[1, 2]).square().sum()),
            ("split", x.split(1, &[2, 3]).iter().map(|p| p.sin().sum()).reduce(|p, q| p * q).unwrap()),
            ("gather", x.gather(1, &picks).sin().sum() * x.gather(1, &same).square().sum()),
            ("gather rows", x.gather(0, &same.transpose().min(2.0)).sin().sum()),
            ("take_axis", (x.take_axis(1, &picks).sin() * Expr::iota(2)).sum() * x.take_axis(0, &rows).sum()),
            ("scatter_add", x.slice(1, 0, 4).scatter_add(1, &rows, 3).sin().sum()),
            ("scatter_along", (x.slice(1, 0, 2).scatter_along(1, &picks, 5) * &x).sin().sum()),
            ("slices", {
                // Beside each other, with gaps, over each other, on both axes, empty.
                let part = |start, length| x.slice(1, start, length).sin().sum();
                let rows = x.slice(1, 1, 3).slice_by(1, 2, 2, -2).exp().sum();
                part(3, 2) * part(0, 1) + part(1, 2) * part(2, 2) + x.slice(1, 0, 0).sum() + rows + x.cos().sum()
            }),
            ("squeeze", x.expand(1).squeeze(&[1]).cos().sum()),
        ];
        for (name, value) in cases {
            if let Err(e) = check::gradient(&value, &["x"], &[("x", &at)]) {
                panic!("{name}: {e}");
            }
            let slope = grad(&value, std::slice::from_ref(&x)).unwrap().remove(0);
            let second = (slope * 0.5).sin().sum() + &value;
            if let Err(e) = check::gradient(&second, &["x"], &[("x", &at)]) {
                panic!("second derivative of {name}: {e}");
            }
        }
    }
}
