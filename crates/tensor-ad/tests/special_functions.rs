//! The special functions and their gradients against mpmath over their whole range, and what they refuse.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use elbo_tensor_ad::{Array, Error, Expr, Plan, Real, grad, reference};
use serde_json::Value;

type Build = fn(&[Expr]) -> Expr;

/// A function by its name in a table, and how far its value and gradient may lie from the truth, relatively. Where the
/// value (the gradient) is smaller than `zero` the error is measured against that.
struct Function {
    name: &'static str,
    build: Build,
    value: f64,
    gradient: f64,
    zero: [f64; 2],
}

fn of(name: &'static str, build: Build, value: f64, gradient: f64) -> Function {
    Function { name, build, value, gradient, zero: [0.0; 2] }
}

fn crossing(name: &'static str, build: Build, value: f64, gradient: f64, zero: [f64; 2]) -> Function {
    Function { name, build, value, gradient, zero }
}

/// The tables' own tolerances; [`stated`] holds the tighter bounds of the functions' pages.
fn tables() -> Vec<Function> {
    const UNARY: f64 = 1e-13;
    // "Near zeros atol 1e-15": relative to 0.01.
    const ZERO: [f64; 2] = [0.01, 0.01];
    let unary = |name, build| crossing(name, build, UNARY, UNARY, ZERO);
    vec![
        unary("lgamma", |x| x[0].lgamma()),
        unary("digamma", |x| x[0].digamma()),
        unary("trigamma", |x| x[0].polygamma(1)),
        of("erf", |x| x[0].erf(), UNARY, UNARY),
        of("erfc", |x| x[0].erfc(), UNARY, UNARY),
        // The table's slope at 1e100 is a difference of 60 digits, 0 for -5.6e-201.
        crossing("erfcx", |x| x[0].erfcx(), UNARY, UNARY, [0.0, 0.01]),
        of("log_ndtr", |x| x[0].normal_log_cdf(), UNARY, UNARY),
        // Of 60 digits: what is below 1e-60 is 0 in the table.
        crossing("log1mexp_neg", |x| x[0].log1mexp(), UNARY, UNARY, [1e-40, 0.0]),
        of("i0", |x| x[0].bessel_i0(), UNARY, UNARY),
        of("i0e", |x| x[0].bessel_i0e(), UNARY, UNARY),
        of("i1", |x| x[0].bessel_i1(), UNARY, UNARY),
        crossing("i1e", |x| x[0].bessel_i1e(), UNARY, UNARY, [0.0, 0.01]),
        of("log_i0", |x| x[0].log_bessel_i0(), UNARY, UNARY),
        // The slope y (1 - y) has the absolute accuracy of y.
        crossing("sigmoid", |x| x[0].sigmoid(), UNARY, UNARY, [0.0, 0.01]),
        of("log_sigmoid", |x| x[0].log_sigmoid(), UNARY, UNARY),
        of("softplus", |x| x[0].softplus(), UNARY, UNARY),
        of("ndtri", |x| x[0].normal_quantile(), UNARY, UNARY),
        unary("lgamma1p", |x| x[0].lgamma1p()),
        crossing("betaln", |x| x[0].betaln(&x[1]), 1e-12, 1e-12, [1.0, 0.0]),
        of("logaddexp", |x| x[0].logaddexp(&x[1]), 1e-13, 1e-12),
        // The tables' slopes are numerical derivatives in 40 digits: below 1e-20 their error is absolute.
        crossing("betainc_reg", |x| x[0].beta_inc(&x[1], &x[2]), 1e-12, 1e-10, [0.0, 1e-20]),
        crossing("gammainc_P", |x| x[0].gamma_p(&x[1]), 1e-12, 1e-10, [0.0, 1e-20]),
        crossing("gammainc_Q", |x| x[0].gamma_q(&x[1]), 1e-12, 1e-10, [0.0, 1e-20]),
    ]
}

/// The bounds stated on the pages of the functions, of the gradients as measured.
fn stated() -> Vec<Function> {
    vec![
        of("erfcx", |x| x[0].erfcx(), 1e-15, 2e-15),
        of("erfcx_1", |x| grad(&x[0].erfcx().sum(), &[x[0].clone()]).unwrap().remove(0), 2e-15, 3e-15),
        of("normal_cdf", |x| x[0].normal_cdf(), 1e-15, 2e-13),
        of("normal_log_cdf", |x| x[0].normal_log_cdf(), 1e-15, 2e-13),
        of("normal_quantile", |x| x[0].normal_quantile(), 1e-15, 3e-15),
        of("erfcinv", |x| x[0].erfcinv(), 2e-15, 3e-15),
        of("erfinv", |x| x[0].erfinv(), 1e-15, 3e-15),
        of("bessel_i0", |x| x[0].bessel_i0(), 3e-15, 3e-15),
        of("bessel_i1", |x| x[0].bessel_i1(), 3e-15, 3e-15),
        of("bessel_i0e", |x| x[0].bessel_i0e(), 3e-15, 3e-15),
        crossing("bessel_i1e", |x| x[0].bessel_i1e(), 3e-15, 3e-15, [0.0, 0.1]),
        of("log_bessel_i0", |x| x[0].log_bessel_i0(), 3e-15, 5e-15),
        crossing("lgamma", |x| x[0].lgamma(), 1e-13, 1e-13, [1.0, 1.0]),
        crossing("polygamma_0", |x| x[0].digamma(), 1e-13, 1e-13, [1.0, 0.0]),
        of("polygamma_1", |x| x[0].polygamma(1), 1e-13, 1e-13),
        of("polygamma_2", |x| x[0].polygamma(2), 1e-13, 1e-13),
        of("polygamma_3", |x| x[0].polygamma(3), 1e-13, 1e-13),
        of("polygamma_5", |x| x[0].polygamma(5), 1e-13, 1e-13),
        of("polygamma_12", |x| x[0].polygamma(12), 1e-13, 1e-13),
        crossing("multi_lgamma_1", |x| x[0].multi_lgamma(1), 1e-14, 1e-14, [1.0, 1.0]),
        crossing("multi_lgamma_2", |x| x[0].multi_lgamma(2), 1e-14, 1e-14, [1.0, 1.0]),
        crossing("multi_lgamma_10", |x| x[0].multi_lgamma(10), 1e-14, 1e-14, [1.0, 1.0]),
        crossing("lgamma1p", |x| x[0].lgamma1p(), 1e-15, 1e-13, [0.0, 1.0]),
        crossing("betaln", |x| x[0].betaln(&x[1]), 1e-15, 1e-14, [1.0, 0.0]),
        crossing("ln_binomial", |x| x[0].ln_binomial(&x[1]), 1e-13, 1e-13, [1.0, 1.0]),
        crossing("multi_lgamma_4", |x| x[0].multi_lgamma(4), 1e-14, 1e-14, [1.0, 1.0]),
        of("gamma_p", |x| x[0].gamma_p(&x[1]), 1e-12, 1e-11),
        of("gamma_q", |x| x[0].gamma_q(&x[1]), 1e-12, 1e-11),
        of("beta_inc", |x| x[0].beta_inc(&x[1], &x[2]), 1e-12, 1e-11),
    ]
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    }
}

struct Point {
    args: Vec<f64>,
    value: Option<f64>,
    gradient: Vec<Option<f64>>,
}

/// The points of each function, from the folder that `ELBO_GOLDEN` names or from the copy beside the tests.
fn golden(name: &str) -> BTreeMap<String, Vec<Point>> {
    let copy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let path = std::env::var_os("ELBO_GOLDEN")
        .map(|folder| std::path::Path::new(&folder).join(name))
        .filter(|path| path.exists())
        .unwrap_or(copy);
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut points: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for case in table["cases"].as_array().unwrap() {
        let list = |key: &str| match &case[key] {
            Value::Array(all) => all.iter().map(number).collect(),
            one => vec![number(one)],
        };
        let args = list(if case["args"].is_null() { "x" } else { "args" }).into_iter().flatten().collect();
        let gradient = list(if case["grad"].is_null() { "deriv" } else { "grad" });
        let point = Point { args, value: number(&case["value"]), gradient };
        points.entry(case["f"].as_str().unwrap().to_owned()).or_default().push(point);
    }
    points
}

/// The value of one function and its gradient.
fn outputs(build: Build, names: &[String]) -> Vec<Expr> {
    let inputs: Vec<Expr> = names.iter().map(|name| Expr::input(name, ["n"])).collect();
    let value = build(&inputs);
    std::iter::once(value.clone()).chain(grad(&value.sum(), &inputs).unwrap()).collect()
}

/// The values and the gradients of one function at all its points, by a plan.
fn evaluated<T: Real>(build: Build, points: &[Point], names: &[String]) -> Vec<Vec<f64>> {
    let columns: Vec<Array<T>> = (0..names.len())
        .map(|k| Array::vector(points.iter().map(|p| T::from_f64(p.args[k])).collect::<Vec<T>>()))
        .collect();
    let bound: Vec<(&str, &Array<T>)> = names.iter().map(String::as_str).zip(&columns).collect();
    let found = Plan::<T>::compile(&outputs(build, names)).unwrap().call(&bound).unwrap();
    found.iter().map(|a| a.data().iter().map(|x| x.to_f64()).collect()).collect()
}

/// The error relative to the truth, or to the smallest normal number, or to `zero`.
fn error(found: f64, expected: f64, zero: f64) -> f64 {
    if found == expected || found.is_nan() && expected.is_nan() {
        return 0.0;
    }
    let apart = (found - expected).abs() / expected.abs().max(zero).max(f64::MIN_POSITIVE);
    if apart.is_nan() { f64::INFINITY } else { apart }
}

/// The same by the reference evaluator.
fn referred(build: Build, points: &[Point], names: &[String]) -> Vec<Vec<f64>> {
    let column = |k: usize| Array::vector(points.iter().map(|p| p.args[k]).collect::<Vec<f64>>());
    let columns: Vec<Array<f64>> = (0..names.len()).map(column).collect();
    let bound: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&columns).collect();
    let found = reference::evaluate(&outputs(build, names), &bound).unwrap();
    found.iter().map(|a| a.data().to_vec()).collect()
}

type Evaluate = fn(Build, &[Point], &[String]) -> Vec<Vec<f64>>;

fn hold(file: &str, functions: &[Function]) {
    hold_by(evaluated::<f64>, file, functions);
}

fn hold_by(evaluate: Evaluate, file: &str, functions: &[Function]) {
    let points = golden(file);
    let (mut seen, mut wrong) = (0, Vec::new());
    for function in functions {
        let Some(points) = points.get(function.name) else { continue };
        let names: Vec<String> = (0..points[0].args.len()).map(|k| format!("x{k}")).collect();
        let found = evaluate(function.build, points, &names);
        for (i, point) in points.iter().enumerate() {
            let truths = std::iter::once(&point.value).chain(&point.gradient);
            for (k, truth) in truths.enumerate() {
                let Some(truth) = *truth else { continue };
                let (bound, zero) = if k == 0 {
                    (function.value, function.zero[0])
                } else {
                    (function.gradient, function.zero[1])
                };
                let off = error(found[k][i], truth, zero);
                let what = if k == 0 { "value" } else { "gradient" };
                if off > bound {
                    let (name, args, found) = (function.name, &point.args, found[k][i]);
                    wrong.push(format!(
                        "{name} {what} {k} at {args:?}: {found:e}, expected {truth:e}, error {off:e}"
                    ));
                }
                seen += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen > 20, "{seen} numbers of {file} were tested");
}

#[test]
fn functions_of_one_number_agree_with_the_table() {
    hold("special_unary.json", &tables());
}

#[test]
fn functions_of_several_numbers_agree_with_the_table() {
    hold("special_multi.json", &tables());
}

#[test]
fn logsumexp_agrees_with_the_table() {
    for point in golden("special_multi.json").remove("logsumexp").unwrap() {
        let x = Expr::input("x", ["n"]);
        let value = x.logsumexp(0);
        let slope = grad(&value, std::slice::from_ref(&x)).unwrap().remove(0);
        let at = Array::vector(point.args.clone());
        let found = Plan::<f64>::compile(&[value, slope]).unwrap().call(&[("x", &at)]).unwrap();
        let value = found[0].data()[0];
        assert!(error(value, point.value.unwrap(), 1.0) <= 1e-13, "{:?}: {value:e}", point.args);
        for (found, truth) in found[1].data().iter().zip(&point.gradient) {
            if let Some(truth) = truth {
                assert!(error(*found, *truth, 0.0) <= 1e-12, "{:?}: {found:e} for {truth:e}", point.args);
            }
        }
    }
}

#[test]
fn the_stated_bounds_hold_over_the_whole_range() {
    hold("special_range.json", &stated());
}

#[test]
fn the_stated_bounds_hold_far_below_zero_in_higher_orders_and_of_what_is_composed() {
    hold("special_more.json", &stated());
}

#[test]
fn incomplete_functions_of_small_and_of_large_shapes_keep_their_bounds() {
    hold("incomplete_shapes.json", &stated());
}

#[test]
fn incomplete_functions_of_the_reference_have_twelve_digits_for_small_and_for_large_shapes() {
    let stated = stated().into_iter().map(|f| Function { value: 1e-12, gradient: 1e-12, ..f });
    hold_by(referred, "incomplete_shapes.json", &stated.collect::<Vec<_>>());
}

#[test]
fn single_precision_is_rounded_once() {
    // Of arguments that f32 holds, so that both plans see the same ones.
    for (name, points) in golden("special_range.json") {
        let Some(function) = stated().into_iter().find(|f| f.name == name) else { continue };
        // Those composed of several operations are rounded after each, those with a kernel in f32 in their own way.
        let composed = ["erfcinv", "log_bessel_i0", "ln_binomial", "multi_lgamma_4", "lgamma", "polygamma_0"];
        if composed.contains(&function.name) {
            continue;
        }
        let points: Vec<Point> = points
            .into_iter()
            .map(|p| Point { args: p.args.iter().map(|&x| f64::from(x as f32)).collect(), ..p })
            .filter(|p| p.args.iter().all(|x| x.is_finite()))
            .collect();
        let names: Vec<String> = (0..points[0].args.len()).map(|k| format!("x{k}")).collect();
        let double = evaluated::<f64>(function.build, &points, &names).remove(0);
        let single = evaluated::<f32>(function.build, &points, &names).remove(0);
        for (i, (d, s)) in double.iter().zip(&single).enumerate() {
            let same = (*d as f32).to_bits() == (*s as f32).to_bits() || d.is_nan() && s.is_nan();
            assert!(same, "{name} at {:?}: {s:e} for {d:e}", points[i].args);
        }
    }
}

#[test]
fn the_reference_agrees_where_arguments_are_of_ordinary_size() {
    for (name, points) in golden("special_range.json") {
        let Some(function) = stated().into_iter().find(|f| f.name == name) else { continue };
        for point in points.iter().filter(|p| p.args.iter().all(|x| (1e-3..60.0).contains(x))) {
            let args: Vec<Expr> = point.args.iter().map(|&x| Expr::constant(x)).collect();
            if name == "erfcx_1" {
                continue;
            }
            let found = reference::evaluate(&[(function.build)(&args)], &[]).unwrap()[0].data()[0];
            let off = error(found, point.value.unwrap(), function.zero[0].max(0.01));
            assert!(
                off <= 1e-12,
                "{name} at {:?}: {found:e}, expected {:e}",
                point.args,
                point.value.unwrap()
            );
        }
    }
}

#[test]
fn both_tails_of_the_normal_distribution_have_finite_gradients() {
    let x = Expr::input("x", ["n"]);
    let value = x.normal_log_cdf();
    let first = grad(&value.sum(), std::slice::from_ref(&x)).unwrap().remove(0);
    let second = grad(&first.sum(), &[x]).unwrap().remove(0);
    let at = Array::vector(vec![-1e150, -1e8, -40.0, -1.0, 0.0, 1.0, 40.0, 1e8]);
    for output in Plan::<f64>::compile(&[value, first, second]).unwrap().call(&[("x", &at)]).unwrap() {
        assert!(output.data().iter().all(|v| v.is_finite()), "{:?}", output.data());
    }
}

#[test]
fn second_derivatives_in_the_argument_agree_with_differences() {
    let x = Expr::input("x", ["n"]);
    let (a, b) = (Expr::constant(2.5), Expr::constant(1.5));
    let shape = Expr::input("a", [1]);
    let functions: [(&str, Expr); 6] = [
        ("gamma_p", a.gamma_p(&x)),
        ("gamma_q", a.gamma_q(&x)),
        ("beta_inc", a.beta_inc(&b, &x)),
        ("betaln", x.betaln(&a)),
        ("bessel_i1e", x.bessel_i1e()),
        (
            "slope of gamma_p",
            grad(&shape.gamma_p(&x).sum(), std::slice::from_ref(&shape)).unwrap().remove(0).sum(),
        ),
    ];
    let h = 1e-4;
    let points = [0.2, 0.37, 0.55, 0.8];
    for (name, f) in functions {
        let first = grad(&f.sum(), std::slice::from_ref(&x)).unwrap().remove(0);
        let second = grad(&first.sum(), std::slice::from_ref(&x)).unwrap().remove(0);
        let used = second.free_inputs();
        let plan = Plan::<f64>::compile(&[first, second]).unwrap();
        let one = Array::vector(vec![2.0]);
        let call = |shift: f64| {
            let at = Array::vector(points.iter().map(|x| x + shift).collect());
            let mut given = vec![("x", &at)];
            if used.iter().any(|n| &**n == "a") {
                given.push(("a", &one));
            }
            plan.call(&given).unwrap()
        };
        let (below, here, above) = (call(-h), call(0.0), call(h));
        for i in 0..points.len() {
            let difference = (above[0].data()[i] - below[0].data()[i]) / (2.0 * h);
            let found = here[1].data()[i];
            assert!((found - difference).abs() <= 1e-6 * (1.0 + found.abs()), "{name}: {found} {difference}");
        }
    }
}

#[test]
fn a_second_derivative_in_a_shape_is_refused_with_operation_argument_label_and_line() {
    let (a, x) = (Expr::input("a", ["n"]), Expr::input("x", ["n"]));
    let line = line!() + 1;
    let tail = a.gamma_q(&x).labelled("tail");
    let slope = grad(&tail.sum(), std::slice::from_ref(&a)).unwrap().remove(0);
    let refused = grad(&slope.sum(), std::slice::from_ref(&a)).unwrap_err();
    assert!(
        matches!(&refused, Error::NoGradient(fault) if fault.op == "gamma_p_slope" && fault.line == line)
    );
    let text = refused.to_string();
    for part in ["gamma_p_slope", "`a`", "`tail`", "special_functions.rs"] {
        assert!(text.contains(part), "{text}");
    }
    // In the argument there is one.
    grad(&slope.sum(), std::slice::from_ref(&x)).unwrap();
    let slope = grad(&a.beta_inc(2.0, &x).sum(), std::slice::from_ref(&a)).unwrap().remove(0);
    assert!(matches!(grad(&slope.sum(), &[a]), Err(Error::NoGradient(_))));
    grad(&slope.sum(), &[x]).unwrap();
}

#[test]
fn arguments_outside_the_domain_give_no_number_and_no_panic() {
    let [a, b, x] = ["a", "b", "x"].map(|name| Expr::input(name, ["n"]));
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1.0,
        0.0,
        -0.0,
        5e-324,
        1e-300,
        0.5,
        1.0,
        3.0,
        1e10,
        1e300,
        1e308,
        f64::MAX,
    ];
    let mut columns = [Vec::new(), Vec::new(), Vec::new()];
    for &p in &odd {
        for &q in &odd {
            for &r in &odd {
                [p, q, r].into_iter().zip(&mut columns).for_each(|(v, column)| column.push(v));
            }
        }
    }
    let columns = columns.map(Array::vector);
    let value = a.beta_inc(&b, &x) + a.gamma_p(&x) * a.gamma_q(&b) + a.betaln(&b);
    let mut outputs = vec![value.clone(), a.beta_inc(&b, &x), a.gamma_p(&x), a.gamma_q(&x)];
    outputs.extend(grad(&value.sum(), &[a, b, x]).unwrap());
    let given = [("a", &columns[0]), ("b", &columns[1]), ("x", &columns[2])];
    let found = Plan::<f64>::compile(&outputs).unwrap().call(&given).unwrap();
    let shapes = columns[0].data().iter().zip(columns[2].data());
    for (i, (&a, &x)) in shapes.enumerate() {
        let none = a.is_nan()
            || x.is_nan()
            || a < 0.0
            || x < 0.0
            || a == 0.0 && x == 0.0
            || a.min(x) == f64::INFINITY;
        for (name, k) in [("gamma_p", 2), ("gamma_q", 3)] {
            let v = found[k].data()[i];
            assert!(v.is_nan() == none, "{name}({a:e}, {x:e}) = {v}");
        }
    }
    for output in &found[1..4] {
        for (i, v) in output.data().iter().enumerate() {
            assert!(
                v.is_nan() || (0.0..=1.0).contains(v),
                "{v} at {:?}",
                columns.clone().map(|c| c.data()[i])
            );
        }
    }
}

#[test]
fn the_slopes_of_quantiles_are_infinite_at_the_ends() {
    let x = Expr::input("x", ["n"]);
    for (f, ends) in [(x.erfinv(), [-1.0, 1.0]), (x.normal_quantile(), [0.0, 1.0])] {
        let slope = grad(&f.sum(), std::slice::from_ref(&x)).unwrap().remove(0);
        let at = Array::vector(ends.to_vec());
        let found = Plan::<f64>::compile(&[f, slope.clone()]).unwrap().call(&[("x", &at)]).unwrap();
        assert_eq!(found[0].data(), [f64::NEG_INFINITY, f64::INFINITY]);
        assert_eq!(found[1].data(), [f64::INFINITY; 2]);
        let found = Plan::<f32>::compile(&[slope]).unwrap().call(&[("x", &at.cast())]).unwrap();
        assert_eq!(found[0].data(), [f32::INFINITY; 2]);
    }
}
