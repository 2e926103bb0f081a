//! Reductions, running sums and norms: against NumPy, SciPy and JAX, at their edges, and twice differentiated.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{Array, Dim, Error, Expr, Plan, check, grad, reference};
use proptest::prelude::*;
use serde_json::Value;

/// The table of this name: from the folder that `ELBO_GOLDEN` names, or the copy.
fn golden(name: &str) -> Value {
    let copy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let given = std::env::var("ELBO_GOLDEN").map(|f| std::path::Path::new(&f).join(name));
    let path = given.ok().filter(|p| p.exists()).unwrap_or(copy);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(v: &Value) -> f64 {
    match v.as_str() {
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        Some(_) => f64::NAN,
        None => v.as_f64().unwrap(),
    }
}

fn array(v: &Value) -> Array<f64> {
    let shape: Vec<usize> =
        v["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
    Array::new(shape, v["data"].as_array().unwrap().iter().map(number).collect()).unwrap()
}

fn operation(op: &str, x: &Expr, axes: &[usize], p: f64) -> Expr {
    let whole = p as usize;
    match op {
        "sum" => x.sum_axes(axes),
        "prod" => x.prod_axes(axes),
        "max" => x.max_axes(axes),
        "min" => x.min_axes(axes),
        "mean" => x.mean_axes(axes),
        "var" => x.var_axes(axes, whole),
        "std" => x.std_axes(axes, whole),
        "norm" => x.norm_axes(axes, p),
        "argmax" => x.argmax(axes[0]),
        "argmin" => x.argmin(axes[0]),
        "any" => x.any_axes(axes),
        "all" => x.all_axes(axes),
        "logsumexp" => x.logsumexp_axes(axes),
        "softmax" => x.softmax(axes[0]),
        "log_softmax" => x.log_softmax(axes[0]),
        "cumsum" => x.cumsum(axes[0]),
        "cumprod" => x.cumprod(axes[0]),
        "logcumsumexp" => x.logcumsumexp(axes[0]),
        "flip" => x.flip(axes),
        "roll" => x.roll(axes[0], p as isize),
        "repeat" => x.repeat(axes[0], whole),
        other => panic!("the table has {other}"),
    }
}

fn close(found: &Array<f64>, expected: &Array<f64>, what: &str) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    for (f, e) in found.data().iter().zip(expected.data()) {
        let same = f == e || f.is_nan() && e.is_nan();
        assert!(same || (f - e).abs() <= 1e-12 * (1.0 + e.abs()), "{what}: expected {e}, found {f}");
    }
}

#[test]
fn values_and_gradients_are_those_of_the_table() {
    let table = golden("reductions.json");
    let mut gradients = 0;
    for case in table["cases"].as_array().unwrap() {
        let (op, p) = (case["op"].as_str().unwrap(), number(&case["p"]));
        let axes: Vec<usize> =
            case["axes"].as_array().unwrap().iter().map(|a| a.as_u64().unwrap() as usize).collect();
        let at = array(&table["arrays"][case["x"].as_str().unwrap()]);
        let what = format!("{op} of {} over {axes:?} with {p}", case["x"]);
        // With numbers for axes, and with the first one named: a plan that streams where it can.
        let shapes = [Dim::Fixed(at.shape()[0]), "n".into()].map(|first| {
            std::iter::once(first).chain(at.shape()[1..].iter().map(|&n| Dim::Fixed(n))).collect::<Vec<_>>()
        });
        for shape in shapes {
            if op == "repeat" && axes == [0] && shape[0].fixed().is_none() {
                continue;
            }
            let x = Expr::input("x", shape);
            let y = operation(op, &x, &axes, p);
            let mut outputs = vec![y.clone()];
            if case.get("gradient").is_some() {
                let weights = {
                    let value = array(&case["value"]);
                    let weights = (0..value.len()).map(|i| 0.5 + 0.25 * i as f64).collect();
                    Expr::literal(Array::new(value.shape(), weights).unwrap())
                };
                outputs.extend(grad(&(y * weights).sum(), std::slice::from_ref(&x)).unwrap());
            }
            for (who, found) in [
                ("reference", reference::evaluate(&outputs, &[("x", &at)]).unwrap()),
                ("plan", Plan::<f64>::compile(&outputs).unwrap().call(&[("x", &at)]).unwrap()),
            ] {
                close(&found[0], &array(&case["value"]), &format!("{who}: {what}"));
                if let Some(expected) = case.get("gradient") {
                    gradients += 1;
                    close(&found[1], &array(expected), &format!("{who}: gradient of {what}"));
                }
            }
        }
    }
    assert!(gradients > 100, "{gradients}");
}

fn gradient_at(f: impl Fn(&Expr) -> Expr, at: &[f64]) -> Vec<f64> {
    let x = Expr::input("x", ["n"]);
    let slope = grad(&f(&x).sum(), std::slice::from_ref(&x)).unwrap();
    let at = Array::vector(at.to_vec());
    let by_reference = reference::evaluate(&[slope[0].clone(), x.clone()], &[("x", &at)]).unwrap().remove(0);
    let by_plan =
        Plan::<f64>::compile(&[slope[0].clone(), x]).unwrap().call(&[("x", &at)]).unwrap().remove(0);
    close(&by_plan, &by_reference, "plan against reference");
    by_plan.into_data()
}

#[test]
fn gradients_exist_where_a_naive_form_has_none() {
    // A product with one zero, and with two.
    assert_eq!(gradient_at(Expr::prod, &[2.0, 0.0, 5.0]), [0.0, 10.0, 0.0]);
    assert_eq!(gradient_at(Expr::prod, &[2.0, 0.0, 0.0]), [0.0; 3]);
    assert_eq!(gradient_at(|x| x.cumprod(0), &[2.0, 0.0, 5.0]), [1.0, 12.0, 0.0]);
    assert_eq!(gradient_at(|x| x.cumprod_reversed(0), &[2.0, 0.0, 5.0]), [0.0, 15.0, 1.0]);
    // A norm at 0, a spread of equal numbers.
    for p in [1.0, 1.5, 2.0, 3.0, f64::INFINITY] {
        assert_eq!(gradient_at(|x| x.norm(p), &[0.0, 0.0]), [0.0; 2], "{p}");
    }
    assert_eq!(gradient_at(|x| x.norm(0.5), &[0.0, 4.0]), [0.0, 1.0]);
    assert_eq!(gradient_at(|x| x.std(0), &[3.0, 3.0, 3.0]), [0.0; 3]);
    // Logarithms of sums of nothing.
    let none = f64::NEG_INFINITY;
    assert_eq!(gradient_at(|x| x.logsumexp(0), &[none, none]), [0.0; 2]);
    assert_eq!(gradient_at(|x| x.logcumsumexp(0), &[none, none, 0.0]), [0.0, 0.0, 1.0]);
    assert_eq!(gradient_at(|x| x.logcumsumexp_reversed(0), &[1.0, none, none]), [1.0, 0.0, 0.0]);
    // Small terms keep their digits: e^-200 of the whole.
    let found = gradient_at(|x| x.logcumsumexp(0) * Expr::iota(3).equal(2.0), &[-200.0, 0.0, -700.0]);
    assert!((found[0] / (-200f64).exp() - 1.0).abs() < 1e-13 && found[1] == 1.0, "{found:?}");
    assert!((found[2] / (-700f64).exp() - 1.0).abs() < 1e-12, "{found:?}");
}

#[test]
fn norms_neither_overflow_nor_underflow() {
    let x = Expr::input("x", ["n"]);
    let norms = [x.norm(2.0), x.norm(3.0), x.norm(1.0)];
    let plan = Plan::<f64>::compile(&norms).unwrap();
    for scale in [1e300, 1.0, 1e-300] {
        let found = plan.call(&[("x", &Array::vector(vec![3.0 * scale, -4.0 * scale]))]).unwrap();
        for (norm, expected) in found.iter().zip([5.0, 91f64.cbrt(), 7.0]) {
            assert!((norm.data()[0] / scale - expected).abs() < 1e-13, "{scale}: {norm:?}");
        }
    }
}

#[test]
fn of_no_element() {
    let x = Expr::input("x", ["n"]);
    let outputs = [
        x.sum(),
        x.prod(),
        x.largest(),
        x.smallest(),
        x.logsumexp(0),
        x.norm(2.0),
        x.norm(f64::INFINITY),
        x.any(),
        x.all(),
        x.mean(),
        x.var(0),
        x.argmax(0),
    ];
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let expected = [0.0, 1.0, -inf, inf, -inf, 0.0, 0.0, 0.0, 1.0, nan, nan, inf];
    let none = Array::vector(vec![]);
    let by_reference = reference::evaluate(&outputs, &[("x", &none)]).unwrap();
    let by_plan = Plan::<f64>::compile(&outputs).unwrap().call(&[("x", &none)]).unwrap();
    for (i, e) in expected.into_iter().enumerate() {
        for found in [&by_reference[i], &by_plan[i]] {
            let f = found.data()[0];
            assert!(f == e || f.is_nan() && e.is_nan(), "output {i}: expected {e}, found {f}");
        }
    }
    // What has no element has no position that could be looked up.
    let look_up = x.take(&x.argmax(0));
    let refused = Plan::<f64>::compile(&[look_up]).unwrap().call(&[("x", &none)]).unwrap_err();
    assert!(matches!(&refused, Error::LookUp(w) if w.length == 0), "{refused}");
}

#[test]
fn running_sums_stream_along_other_axes() {
    let x = Expr::input("x", ["n".into(), Dim::Fixed(4)]);
    let class = Expr::input("class", ["n".into(), Dim::Fixed(1)]);
    let losses = [
        x.cumsum(1).cumprod_reversed(1).sum(),
        x.logcumsumexp(1).sum(),
        x.log_softmax(1).gather(1, &class).sum(),
        x.flip(&[1]).pad_between(1, 1, 0, 2).slice_by(1, 9, 3, -4).square().sum(),
    ];
    for loss in losses {
        let slope = grad(&loss, std::slice::from_ref(&x)).unwrap().remove(0);
        let plan = Plan::<f64>::compile(&[loss, slope]).unwrap();
        assert_eq!(plan.streamed_axis().as_deref(), Some("n"));
    }
    // Along the rows themselves whole arrays are computed.
    assert_eq!(Plan::<f64>::compile(&[x.cumsum(0)]).unwrap().streamed_axis(), None);
}

#[test]
fn a_mistake_in_an_axis_names_the_operation_and_the_line() {
    type Make = fn(&Expr) -> Expr;
    let x = Expr::input("x", ["n".into(), Dim::Fixed(3)]).labelled("data");
    let all: [(&str, Make); 17] = [
        ("sum", |x| x.sum_axes(&[2])),
        ("prod", |x| x.prod_axes(&[0, 0])),
        ("mean", |x| x.mean_axes(&[5])),
        ("var", |x| x.var_axes(&[5], 1)),
        ("norm", |x| x.norm_axes(&[2], 2.0)),
        ("argmax", |x| x.argmax(2)),
        ("argmin", |x| x.argmin(2)),
        ("any", |x| x.any_axes(&[3])),
        ("all", |x| x.all_axes(&[3])),
        ("logsumexp", |x| x.logsumexp(2)),
        ("softmax", |x| x.softmax(2)),
        ("log_softmax", |x| x.log_softmax(2)),
        ("cumsum", |x| x.cumsum(2)),
        ("cumprod", |x| x.cumprod_reversed(2)),
        ("logcumsumexp", |x| x.logcumsumexp(2)),
        ("recurrence", |x| x.recurrence(0.5, 2)),
        ("recurrence", |x| x.recurrence(Expr::input("a", [2]), 0)),
    ];
    for (name, make) in all {
        let text = make(&x).check().unwrap_err().to_string();
        for part in [name, "[n, 3]", "reductions.rs:"] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
        // A mistake made before stays the first one.
        let wrong = x.matmul(&Expr::input("w", [7, 7]));
        assert_eq!(make(&wrong).check().unwrap_err(), wrong.check().unwrap_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn gradients_and_their_gradients(a in prop::collection::vec(0.2f64..1.5, 12), negative in 0usize..12) {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(4)]);
        let mut data = a.clone();
        data[negative] *= -1.0;
        let at = Array::new([3, 4], data).unwrap();
        let weights = Expr::iota(4) * 0.3 + 0.5;
        let cases = [
            ("prod", x.prod_axes(&[0]).dot(&weights) + x.prod() + x.prod_axes(&[1]).square().sum()),
            ("mean", x.mean().square() + x.mean_axes(&[1]).square().sum()),
            ("var", x.var_axes(&[0], 1).dot(&weights) + x.var(0)),
            ("std", x.std_axes(&[1], 0).sum() * x.std(1)),
            ("norm 1", x.norm_axes(&[1], 1.0).square().sum()),
            ("norm 2", x.norm_axes(&[1], 2.0).square().sum() * x.norm(2.0)),
            ("norm 3.5", x.norm_axes(&[0], 3.5).dot(&weights)),
            ("norm -2", x.norm_axes(&[0], -2.0).dot(&weights)),
            ("norm inf", x.norm_axes(&[1], f64::INFINITY).square().sum()),
            ("logsumexp", x.logsumexp_axes(&[0, 1]).square() + x.logsumexp(0).dot(&weights)),
            ("softmax", (x.softmax(1) * &weights).sin().sum() + (x.softmax(0) * &x).sum()),
            ("log_softmax", (x.log_softmax(1) * &weights).sin().sum()),
            ("cumsum", (x.cumsum(1) * &weights).sin().sum() + x.cumsum_reversed(0).cos().sum()),
            ("cumprod", (x.cumprod(1) * &weights).sin().sum() + x.cumprod_reversed(0).cos().sum()),
            ("logcumsumexp", (x.logcumsumexp(1) * &weights).sin().sum() + x.logcumsumexp_reversed(0).cos().sum()),
            ("recurrence", (x.recurrence(x.sin(), 1) * &weights).sum() + x.recurrence_reversed(&x * 0.5, 0).sin().sum()),
            ("keep_axes", (x.sum_axes(&[1]).keep_axes(&[1]) * &x).sin().sum()),
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

#[test]
fn a_softmax_over_several_axes_is_that_of_all_their_elements() {
    let x = Expr::input("x", ["n".into(), Dim::Fixed(2), Dim::Fixed(3)]);
    let numbers: Vec<f64> =
        (0..24).map(|i| f64::from(i * 37 % 24) * 0.7 - 800.0 * f64::from(i % 2)).collect();
    let given = Array::new([4, 2, 3], numbers).unwrap();
    let weights = Expr::iota(3) - 1.5;
    for axes in [vec![0, 1], vec![2, 1], vec![0, 2], vec![0, 1, 2], vec![]] {
        let log = &x - x.logsumexp_axes(&axes).keep_axes(&axes);
        let (soft, log_soft) = (x.softmax_axes(&axes), x.log_softmax_axes(&axes));
        let values = [soft.clone(), log.exp(), log_soft.clone(), log, soft.ln()];
        let slopes =
            values.iter().map(|v| grad(&(v * &weights).sum(), std::slice::from_ref(&x)).unwrap().remove(0));
        let outputs: Vec<Expr> = values.iter().cloned().chain(slopes).collect();
        let found = Plan::<f64>::compile(&outputs).unwrap().call(&[("x", &given)]).unwrap();
        for (a, b) in [(0, 1), (2, 3), (4, 3), (5, 6), (7, 8), (9, 8)] {
            for (a, b) in found[a].data().iter().zip(found[b].data()) {
                assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{axes:?}: {a:e} {b:e}");
            }
        }
        let total: f64 = found[0].data().iter().sum();
        let parts = 24 / axes.iter().map(|&a| given.shape()[a]).product::<usize>();
        assert!((total - parts as f64).abs() < 1e-12, "{axes:?}: {total}");
    }
}
