//! Convolutions and pooling: against reference values, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::kernels::Processor;
use elbo_tensor_ad::{
    Array, Binding, Dim, Error, Expr, Plan, Real, Reason, Scan, Sliding, check, grad, reference, vjp,
};
use serde_json::Value;

/// A table of reference values: from the folder that `ELBO_GOLDEN` names, or from the copy.
fn golden(name: &str) -> Vec<Value> {
    let copy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let other = std::env::var_os("ELBO_GOLDEN").map(|folder| std::path::Path::new(&folder).join(name));
    let text = std::fs::read_to_string(other.filter(|p| p.exists()).unwrap_or(copy)).unwrap();
    let table: Value = serde_json::from_str(&text).unwrap();
    table["cases"].as_array().unwrap().clone()
}

fn lengths(v: &Value) -> Vec<usize> {
    v.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
}

/// Numbers by the formula of the tables.
fn fill(shape: &[usize], seed: f64) -> Array<f64> {
    let n: usize = shape.iter().product();
    let number = |i: usize| (seed + 0.7 * i as f64 + 0.003 * (i * i) as f64).sin();
    Array::new(shape, (0..n).map(number).collect()).unwrap()
}

fn slidings(case: &Value) -> Vec<Sliding> {
    let (strides, dilations) = (lengths(&case["stride"]), lengths(&case["dilation"]));
    let start = |axis: usize| match &case["padding"] {
        Value::String(_) => Sliding::same(),
        pads => {
            let pad = lengths(&pads[axis]);
            Sliding::valid().padding(pad[0], pad[1])
        }
    };
    (0..strides.len()).map(|i| start(i).stride(strides[i]).dilation(dilations[i])).collect()
}

fn agree(case: &Value, what: &str, expected: &Value, found: &Array<f64>) {
    let expected: Vec<f64> = expected.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    assert_eq!(expected.len(), found.len(), "{what} of {case}");
    let scale = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    for (e, f) in expected.iter().zip(found.data()) {
        assert!((e - f).abs() <= 1e-12 * scale, "{what} of {case}: {e} {f}");
    }
}

/// The value and the gradients of one case, by plans and the reference, the leading axis of the first input named or not.
fn hold(case: &Value, f: impl Fn(&[Expr]) -> Expr, shapes: &[Vec<usize>], gradients: &[&Value], batch: bool) {
    let names: Vec<String> = (0..shapes.len()).map(|i| format!("input{i}")).collect();
    let data: Vec<Array<f64>> = shapes.iter().zip(1..).map(|(s, k)| fill(s, f64::from(k))).collect();
    let cotangent = fill(&lengths(&case["shape"]), 3.0);
    let mut inputs: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&data).collect();
    inputs.push(("cotangent", &cotangent));
    for named in [false, true] {
        let dims = |i: usize| {
            let mut dims: Vec<Dim> = shapes[i].iter().map(|&n| Dim::Fixed(n)).collect();
            if named && batch && i == 0 {
                dims[0] = "batch".into();
            }
            dims
        };
        let args: Vec<Expr> = (0..shapes.len()).map(|i| Expr::input(&names[i], dims(i))).collect();
        let value = f(&args);
        let g = Expr::input("cotangent", value.shape());
        let mut outputs = vec![value.clone()];
        outputs.extend(vjp(&[value], &[g], &args[..gradients.len()]).unwrap());
        let given = if gradients.is_empty() { &inputs[..shapes.len()] } else { &inputs[..] };
        let by_plan = Plan::<f64>::compile(&outputs).unwrap().call(given).unwrap();
        for found in [by_plan, reference::evaluate(&outputs, given).unwrap()] {
            assert_eq!(found[0].shape(), lengths(&case["shape"]));
            agree(case, "value", &case["value"], &found[0]);
            for (i, expected) in gradients.iter().enumerate() {
                agree(case, "gradient", expected, &found[1 + i]);
            }
        }
    }
}

#[test]
fn convolutions_pooling_and_recurrences_agree_with_jax() {
    let mut seen = std::collections::BTreeMap::new();
    for case in golden("windows_scans.json") {
        let f = case["f"].as_str().unwrap();
        *seen.entry(f.to_string()).or_insert(0) += 1;
        match f {
            "conv1d" | "conv2d" => {
                let s = slidings(&case);
                let conv = |a: &[Expr]| match s[..] {
                    [one] => a[0].conv1d(&a[1], one),
                    _ => a[0].conv2d_grouped(&a[1], [s[0], s[1]], case["groups"].as_u64().unwrap() as usize),
                };
                hold(
                    &case,
                    conv,
                    &[lengths(&case["x"]), lengths(&case["w"])],
                    &[&case["dx"], &case["dw"]],
                    true,
                );
            }
            "max_pool" | "avg_pool" => {
                let (s, sizes) = (slidings(&case), lengths(&case["size"]));
                let axes: Vec<usize> = (1..=s.len()).collect();
                let pool = |a: &[Expr]| match f {
                    "max_pool" => a[0].max_pool(&axes, &sizes, &s),
                    _ => a[0].avg_pool(&axes, &sizes, &s),
                };
                let gradients: Vec<&Value> = case.get("dx").into_iter().collect();
                hold(&case, pool, &[lengths(&case["x"])], &gradients, true);
            }
            _ => {
                let shapes: Vec<Vec<usize>> =
                    case["shapes"].as_array().unwrap().iter().map(lengths).collect();
                let gradients: Vec<&Value> = case["gradients"].as_array().unwrap().iter().collect();
                let run = |a: &[Expr]| match f {
                    "gru" => gru(a),
                    "garch" => garch(a),
                    _ => Scan::from(&a[0])
                        .over(&a[1])
                        .reversed()
                        .run(|c, x| vec![(&a[2] * &c[0] + &x[0]).sin()])
                        .remove(0),
                };
                hold(&case, run, &shapes, &gradients, false);
            }
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
}

fn gru(a: &[Expr]) -> Expr {
    a[0].scan(&a[1..2], |h, x| {
        let gate = |i: usize| (x[0].matmul(&a[2].index(0, i)), h.matmul(&a[3].index(0, i)));
        let (z, r, n) = (gate(0), gate(1), gate(2));
        let (z, r) = ((z.0 + z.1).sigmoid(), (r.0 + r.1).sigmoid());
        let n = (n.0 + r * n.1).tanh();
        (1.0 - &z) * n + z * h
    })
}

fn garch(a: &[Expr]) -> Expr {
    let (omega, alpha, beta) =
        (a[1].index(0, 0).exp(), a[1].index(0, 1).sigmoid(), a[1].index(0, 2).sigmoid());
    omega.scan(&a[..1], |h, r| &omega + &alpha * r[0].square() + &beta * h)
}

#[test]
fn gradients_of_a_convolutional_network_agree_with_differences_and_dual_numbers() {
    let x = Expr::input("x", ["batch".into(), Dim::Fixed(6), Dim::Fixed(5), Dim::Fixed(1)]);
    let (w, v) = (Expr::input("w", [3, 2, 1, 2]), Expr::input("v", [2, 2, 2, 1]));
    let valid = Sliding::valid();
    let hidden = x.conv2d(&w, [valid; 2]).tanh().avg_pool(&[1, 2], &[2, 2], &[valid.stride(2); 2]);
    let value = hidden.conv2d(&v, [Sliding::same(); 2]).exp().max_pool(&[1], &[2], &[valid]).sum();
    let inputs = [
        ("x", &fill(&[3, 6, 5, 1], 1.0)),
        ("w", &fill(&[3, 2, 1, 2], 2.0)),
        ("v", &fill(&[2, 2, 2, 1], 3.0)),
    ];
    check::gradient(&value, &["x", "w", "v"], &inputs).unwrap();
}

/// A convolutional network of which each image's features go through a recurrence, and the gradient of all that.
fn same_bits<T: Real>() {
    let valid = Sliding::valid();
    for rows in [1, 3, 17, 64, 150] {
        let x = Expr::input("x", ["batch".into(), Dim::Fixed(6), Dim::Fixed(5), Dim::Fixed(2)]);
        let (w, v, a) =
            (Expr::input("w", [3, 2, 2, 7]), Expr::input("v", [2, 2, 7, 3]), Expr::input("a", [3]));
        let first = x.conv2d(&w, [valid; 2]).tanh().max_pool(&[1], &[2], &[valid]);
        let seen = first.conv2d(&v, [Sliding::same(); 2]).sum_axes(&[0, 1, 2]) / Expr::size("batch");
        let path = seen.sum().scan(std::slice::from_ref(&a), |c, a| (c * &a[0] + 0.3).exp().ln1p().sqrt());
        let value = path.sum() + seen.square().sum();
        let mut outputs = grad(&value, &[x, w, v, a]).unwrap();
        outputs.extend([value, path]);
        let plan = Plan::<T>::compile(&outputs).unwrap();
        let data: Vec<Array<T>> = plan
            .inputs()
            .iter()
            .zip(1..)
            .map(|(input, k)| {
                let shape: Vec<usize> =
                    input.shape.dims().iter().map(|d| d.fixed().unwrap_or(rows)).collect();
                fill(&shape, f64::from(k)).cast()
            })
            .collect();
        let slices: Vec<&[T]> = data.iter().map(Array::data).collect();
        let workspace =
            plan.bind(&data.iter().map(|a| Binding::row_major(a.shape())).collect::<Vec<_>>()).unwrap();
        let run = |processor| {
            let mut mine = workspace.clone().on(processor);
            let mut found: Vec<Vec<T>> =
                mine.output_shapes().iter().map(|s| vec![T::ZERO; s.iter().product()]).collect();
            let mut targets: Vec<&mut [T]> = found.iter_mut().map(Vec::as_mut_slice).collect();
            mine.run(&slices, &mut targets).unwrap();
            found.into_iter().flatten().map(|x| x.to_f64().to_bits()).collect::<Vec<_>>()
        };
        let expected = run(Processor::portable());
        for processor in Processor::available() {
            assert!(run(processor) == expected, "{processor:?} with {rows} rows in {}", T::NAME);
        }
    }
}

#[test]
fn convolutions_and_recurrences_give_the_same_bits_on_every_processor() {
    same_bits::<f64>();
    same_bits::<f32>();
}

#[test]
fn mistakes_name_both_shapes_the_label_and_the_line() {
    let x =
        Expr::input("x", ["batch".into(), Dim::Fixed(5), Dim::Fixed(6), Dim::Fixed(2)]).labelled("images");
    let reason = |e: &Expr, op: &str, shapes: usize| match e.check() {
        Err(Error::Shape(fault)) => {
            assert_eq!((fault.op, fault.found.len()), (op, shapes));
            assert_eq!(fault.label.as_deref(), Some("images"));
            assert!(fault.file.ends_with("windows.rs") && fault.line > 0);
            fault.reason.clone()
        }
        other => panic!("{other:?}"),
    };
    let w = |shape: [usize; 4]| Expr::input("w", shape);
    let valid = Sliding::valid();
    let conv = |w: Expr, s: Sliding| x.conv2d(&w, [valid, s]);
    let window =
        |axis, size, stride, dilation, length| Reason::Window { axis, size, stride, dilation, length };
    assert_eq!(
        reason(&conv(w([3, 3, 4, 1]), valid), "conv2d", 2),
        Reason::Channels { expected: 4, found: 2 }
    );
    assert_eq!(reason(&conv(w([6, 1, 2, 1]), valid), "conv2d", 2), window(1, 6, 1, 1, 5));
    assert_eq!(reason(&conv(w([1, 4, 2, 1]), valid.dilation(2)), "conv2d", 2), window(3, 4, 1, 2, 6));
    assert_eq!(reason(&conv(w([1, 1, 2, 1]), valid.stride(0)), "conv2d", 2), window(3, 1, 0, 1, 6));
    assert_eq!(reason(&conv(w([1, 1, 2, 1]), valid.dilation(0)), "conv2d", 2), window(3, 1, 1, 0, 6));
    assert_eq!(reason(&conv(w([1, 0, 2, 1]), valid), "conv2d", 2), window(3, 0, 1, 1, 6));
    assert_eq!(
        reason(&x.conv1d(&w([1, 1, 2, 1]), valid), "conv1d", 2),
        Reason::Rank { expected: 3, found: 4 }
    );
    let grouped = x.conv2d_grouped(&w([1, 1, 1, 3]), [valid; 2], 2);
    assert_eq!(reason(&grouped, "conv2d", 2), Reason::Groups { groups: 2, channels: 2, features: 3 });
    assert_eq!(reason(&x.windows(1, 6, 1, 1), "windows", 1), window(1, 6, 1, 1, 5));
    assert_eq!(reason(&x.windows(0, 1, 1, 1), "windows", 1), Reason::NamedAxis { axis: 0 });
    assert_eq!(reason(&x.windows(4, 1, 1, 1), "windows", 1), Reason::Axis { axis: 4, rank: 4 });
    assert_eq!(reason(&x.overlap(1, 9, 1, 1), "overlap", 1), window(1, 6, 1, 1, 9));
    assert_eq!(
        reason(&x.max_pool(&[1, 1], &[2, 2], &[valid; 2]), "max_pool", 1),
        Reason::RepeatedAxis { axis: 1 }
    );
    assert_eq!(
        reason(&x.avg_pool(&[1], &[2, 2], &[valid]), "avg_pool", 1),
        Reason::Rank { expected: 1, found: 2 }
    );
    assert_eq!(reason(&x.avg_pool(&[1], &[8], &[valid.padding(1, 1)]), "windows", 1), window(1, 8, 1, 1, 7));
}
