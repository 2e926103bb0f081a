//! Every primitive's gradient agrees with differences and with dual numbers, and so do gradients of gradients.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::check::{self, Evaluator, Failure, Oracle};
use elbo_tensor_ad::{Array, Dim, Error, Expr, Plan, grad, reference, vjp};
use proptest::prelude::*;

type Function = fn(&Expr) -> Expr;
type Function2 = fn(&Expr, &Expr) -> Expr;

/// Each function of one number with an interval on which it is smooth.
const UNARY: &[(&str, Function, f64, f64)] = &[
    ("neg", |x| -x, -3.0, 3.0),
    ("abs, right", Expr::abs, 0.5, 3.0),
    ("abs, left", Expr::abs, -3.0, -0.5),
    ("sign", Expr::sign, 0.5, 3.0),
    ("floor", Expr::floor, 0.3, 0.7),
    ("recip", Expr::recip, 0.5, 3.0),
    ("recip, left", Expr::recip, -3.0, -0.5),
    ("square", Expr::square, -3.0, 3.0),
    ("sqrt", Expr::sqrt, 0.3, 4.0),
    ("exp", Expr::exp, -3.0, 3.0),
    ("expm1", Expr::expm1, -3.0, 3.0),
    ("ln", Expr::ln, 0.3, 4.0),
    ("ln1p", Expr::ln1p, -0.7, 3.0),
    ("sin", Expr::sin, -4.0, 4.0),
    ("cos", Expr::cos, -4.0, 4.0),
    ("tanh", Expr::tanh, -3.0, 3.0),
    ("sigmoid", Expr::sigmoid, -5.0, 5.0),
    ("softplus", Expr::softplus, -5.0, 5.0),
    ("lgamma", Expr::lgamma, 0.4, 6.0),
    ("digamma", Expr::digamma, 0.4, 6.0),
    ("trigamma", |x| x.polygamma(1), 0.4, 6.0),
    ("erf", Expr::erf, -3.0, 3.0),
    ("erfc", Expr::erfc, -3.0, 3.0),
    ("log_sigmoid", Expr::log_sigmoid, -5.0, 5.0),
    ("log1mexp, far", Expr::log1mexp, -5.0, -0.9),
    ("log1mexp, near", Expr::log1mexp, -0.6, -0.2),
    ("round", Expr::round, -0.3, 0.3),
    ("ceil", Expr::ceil, 0.3, 0.7),
    ("cbrt", Expr::cbrt, 0.5, 4.0),
    ("cbrt, left", Expr::cbrt, -4.0, -0.5),
    ("rsqrt", Expr::rsqrt, 0.5, 4.0),
    ("log2", Expr::log2, 0.3, 4.0),
    ("log10", Expr::log10, 0.3, 4.0),
    ("exp2", Expr::exp2, -3.0, 3.0),
    ("tan", Expr::tan, -1.1, 1.1),
    ("asin", Expr::asin, -0.7, 0.7),
    ("acos", Expr::acos, -0.7, 0.7),
    ("atan", Expr::atan, -4.0, 4.0),
    ("sinh", Expr::sinh, -3.0, 3.0),
    ("cosh", Expr::cosh, -3.0, 3.0),
    ("asinh", Expr::asinh, -4.0, 4.0),
    ("acosh", Expr::acosh, 1.5, 5.0),
    ("atanh", Expr::atanh, -0.7, 0.7),
    ("logit, small", Expr::logit, 0.15, 0.24),
    ("logit, middle", Expr::logit, 0.3, 0.8),
    ("softplus_inverse, near", Expr::softplus_inverse, 0.4, 1.7),
    ("softplus_inverse, far", Expr::softplus_inverse, 2.3, 6.0),
    ("relu, right", Expr::relu, 0.4, 3.0),
    ("relu, left", Expr::relu, -3.0, -0.4),
    ("leaky_relu", |x| x.leaky_relu(0.1), -3.0, -0.4),
    ("elu, right", |x| x.elu(1.3), 0.4, 3.0),
    ("elu, left", |x| x.elu(1.3), -3.0, -0.4),
    ("gelu", Expr::gelu, -4.0, 4.0),
    ("gelu_tanh", Expr::gelu_tanh, -4.0, 4.0),
    ("silu", Expr::silu, -4.0, 4.0),
    ("clamp, inside", |x| x.clamp(-1.0, 1.0), -0.7, 0.7),
    ("clamp, outside", |x| x.clamp(-1.0, 1.0), 1.3, 3.0),
];

/// Each function of two numbers, the first in 0.5..2, the second in 2.2..4.
const BINARY: &[(&str, Function2)] = &[
    ("add", |a, b| a + b),
    ("sub", |a, b| a - b),
    ("mul", |a, b| a * b),
    ("div", |a, b| a / b),
    ("pow", |a, b| a.pow(b)),
    ("max", |a, b| a.max(b)),
    ("min", |a, b| a.min(b)),
    ("less", |a, b| a.less(b)),
    ("less_equal", |a, b| a.less_equal(b)),
    ("equal", |a, b| a.equal(b)),
    ("logaddexp", |a, b| a.logaddexp(b)),
    ("not_equal", |a, b| a.not_equal(b)),
    ("atan2", |a, b| a.atan2(b)),
    ("atan2, left", |a, b| a.atan2(-b)),
    ("log_diff_exp", |a, b| a.max(b).log_diff_exp(a.min(b))),
    ("xlogy", |a, b| a.xlogy(b)),
    ("xlog1py", |a, b| a.xlog1py(b)),
    ("select", |a, b| a.greater(b).select(a.exp(), b * a)),
];

fn values(low: f64, high: f64, n: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(low..high, n)
}

/// A scalar whose gradient has a different weight for each element.
fn weighted(y: &Expr) -> Expr {
    let flat = y.shape().fixed_len().map_or_else(|| y.clone(), |n| y.reshape([n]));
    let weights = Expr::iota(flat.dim(0)) * 0.3 + 0.5;
    (flat * weights).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn functions_of_one_number(unit in values(0.0, 1.0, 3)) {
        for &(name, f, low, high) in UNARY {
            let x = Expr::input("x", ["n"]);
            let at = Array::vector(unit.iter().map(|u| low + u * (high - low)).collect());
            let y = weighted(&f(&x));
            if let Err(e) = check::gradient(&y, &["x"], &[("x", &at)]) {
                panic!("{name} at {:?}: {e}", at.data());
            }
            // The gradient of the gradient, and once more.
            let first = grad(&y, std::slice::from_ref(&x)).unwrap().remove(0);
            let second = weighted(&first) + 0.5 * &y;
            if let Err(e) = check::gradient(&second, &["x"], &[("x", &at)]) {
                panic!("second derivative of {name} at {:?}: {e}", at.data());
            }
        }
    }

    #[test]
    fn functions_of_two_numbers(a in values(0.5, 2.0, 2), b in values(2.2, 4.0, 3)) {
        for &(name, f) in BINARY {
            // Stretched against each other, and both ways round.
            let (x, y) = (Expr::input("x", ["n".into(), Dim::Fixed(1)]), Expr::input("y", [3]));
            let (at, other) = (Array::new([2, 1], a.clone()).unwrap(), Array::vector(b.clone()));
            for value in [f(&x, &y), f(&y, &x)] {
                let value = (value * 0.1).sin().sum() + (&x * &y).sum();
                let inputs = [("x", &at), ("y", &other)];
                if let Err(e) = check::gradient(&value, &["x", "y"], &inputs) {
                    panic!("{name} at {a:?} {b:?}: {e}");
                }
                let slopes = grad(&value, &[x.clone(), y.clone()]).unwrap();
                let second = slopes[0].square().sum() + (slopes[1].sum() * 0.1).sin() + &value;
                if let Err(e) = check::gradient(&second, &["x", "y"], &inputs) {
                    panic!("second derivative of {name} at {a:?} {b:?}: {e}");
                }
            }
        }
    }

    #[test]
    fn primitives_on_arrays(a in values(-1.0, 1.0, 12), b in values(-1.0, 1.0, 8), t in values(-1.0, 1.0, 6)) {
        let x = Expr::input("x", ["n".into(), Dim::Fixed(4)]);
        let w = Expr::input("w", [4, 2]);
        let table = Expr::input("table", [3, 2]);
        let index = Expr::literal(Array::vector(vec![2.0, 0.0, 2.0, 1.0, 2.0]));
        // Distinct elements, far enough apart for differences.
        let apart = Expr::iota(4) * 3.0 + &x * 0.5;
        let cases: Vec<(&str, Expr)> = vec![
            ("sum", x.sum_axes(&[0]).square().sum()),
            ("sum of one axis", x.sum_axes(&[1]).sin().sum()),
            ("max", apart.max_axes(&[1]).square().sum()),
            ("max over rows", (x.sum_axes(&[1]) + Expr::iota("n") * 9.0).max_axes(&[0]).sin()),
            ("min", apart.min_axes(&[0, 1]).exp()),
            ("mean", x.mean().exp()),
            ("broadcast", (x.sum_axes(&[0]).broadcast_to([2, 4]) * Expr::iota(2).expand(1)).sin().sum()),
            ("reshape", (x.reshape(["n".into(), Dim::Fixed(2), Dim::Fixed(2)]).exp() * Expr::iota(2)).sum()),
            ("permute", (x.transpose().sin() * Expr::iota("n")).sum()),
            ("slice", x.slice(1, 1, 2).exp().sum() * w.slice(0, 0, 3).sum()),
            ("index", x.index(1, 3).square().sum()),
            ("pad", (x.pad(1, 1, 2) * Expr::iota(7)).sin().sum()),
            ("concat", (Expr::concat(&[x.clone(), x.exp()], 1) * Expr::iota(8)).sin().sum()),
            ("matmul", x.matmul(&w).sin().sum()),
            ("matmul over rows", x.transpose().matmul(&x.exp()).sin().sum()),
            ("Gram matrix", x.matmul(&x.transpose()).sin().sum()),
            ("take", (table.take(&index).sin() * Expr::iota(2)).sum()),
            ("take twice", table.exp().take(&index).square().sum() * x.sum()),
            ("stop_gradient", (x.sin() * 2.0).sum() + (w.stop_gradient() * 0.0).sum() * x.sum()),
            ("logsumexp", x.logsumexp(1).sum() + x.logsumexp(0).square().sum()),
            ("log_softmax", (x.log_softmax(1) * Expr::iota(4)).sum() + (x.log_softmax(0) * &x).sum()),
            ("size", (x.sum() / Expr::size("n")).exp()),
            ("network", x.matmul(&w).tanh().matmul(&table.transpose()).sigmoid().softplus().sum()),
        ];
        let (x_at, w_at) = (Array::new([3, 4], a).unwrap(), Array::new([4, 2], b).unwrap());
        let table_at = Array::new([3, 2], t).unwrap();
        let inputs = [("x", &x_at), ("w", &w_at), ("table", &table_at)];
        for (name, value) in cases {
            let value = value.labelled(name);
            let free: Vec<String> = value.free_inputs().iter().map(ToString::to_string).collect();
            let names: Vec<&str> = free.iter().map(String::as_str).collect();
            let used: Vec<(&str, &Array<f64>)> =
                inputs.iter().copied().filter(|(n, _)| names.contains(n)).collect();
            let exact: Vec<&str> =
                names.iter().copied().filter(|n| *n != "w" || name != "stop_gradient").collect();
            if let Err(e) = check::gradient(&value, &exact, &used) {
                panic!("{name}: {e}");
            }
            let vars: Vec<Expr> = exact
                .iter()
                .map(|n| match *n {
                    "x" => x.clone(),
                    "w" => w.clone(),
                    _ => table.clone(),
                })
                .collect();
            let slopes = grad(&value, &vars).unwrap();
            let second = slopes.iter().map(|g| (g * 0.5).sin().sum()).reduce(|p, q| p + q).unwrap() + &value;
            if let Err(e) = check::gradient(&second, &exact, &used) {
                panic!("second derivative of {name}: {e}");
            }
        }
    }

    #[test]
    fn hessian_vector_products(a in values(-1.0, 1.0, 4), v in values(-1.0, 1.0, 4)) {
        // f = sum sin(x) + (sum x)^2 / 2: H v = -sin(x) v + sum v.
        let (x, d) = (Expr::input("x", [4]), Expr::input("d", [4]));
        let f = x.sin().sum() + 0.5 * x.sum().square();
        let g = grad(&f, std::slice::from_ref(&x)).unwrap().remove(0);
        let product = grad(&g.dot(&d), &[x]).unwrap().remove(0);
        let total: f64 = v.iter().sum();
        let inputs = [("x", &Array::vector(a.clone())), ("d", &Array::vector(v.clone()))];
        let found = reference::evaluate(&[product], &inputs).unwrap().remove(0);
        for i in 0..4 {
            prop_assert!((found.data()[i] - (total - a[i].sin() * v[i])).abs() < 1e-13);
        }
    }
}

#[test]
fn a_step_whose_evaluation_is_an_error_is_left_out() {
    // Steps above 0.05 leave the table on the left; the point itself does not.
    let (x, table) = (Expr::input("x", ()), Expr::literal(Array::vector(vec![2.0, 3.0])));
    let row = (3.0 * &x).floor();
    let y = &x * table.take(&row) + x.square();
    let at = Array::scalar(0.05);
    assert!(reference::evaluate(std::slice::from_ref(&y), &[("x", &Array::scalar(-0.01))]).is_err());
    check::gradient(&y, &["x"], &[("x", &at)]).unwrap();
    // At the point itself it is one.
    assert!(matches!(check::gradient(&y, &["x"], &[("x", &Array::scalar(-0.01))]), Err(Failure::Invalid(_))));
}

#[test]
fn a_wrong_gradient_is_found() {
    // The gradient of a stopped value is zero, its derivative is not.
    let x = Expr::input("x", ["n"]);
    let y = x.stop_gradient().square().sum() + x.sum();
    let at = Array::vector(vec![0.7, -1.1]);
    match check::gradient(&y, &["x"], &[("x", &at)]) {
        Err(Failure::Disagrees { input, index, expected, found, oracle, evaluator }) => {
            assert_eq!((input.as_str(), index, found), ("x", 0, 1.0));
            assert!((expected - 2.4).abs() < 1e-9, "{expected}");
            assert_eq!((oracle, evaluator), (Oracle::Differences, Evaluator::Reference));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_kink_is_reported_as_one() {
    let x = Expr::input("x", [1]);
    let at = Array::vector(vec![1e-9]);
    let found = check::gradient(&x.floor().sum(), &["x"], &[("x", &at)]);
    assert!(matches!(found, Err(Failure::NotSmooth { .. })), "{found:?}");
}

#[test]
fn ties_share_the_gradient_and_selected_branches_keep_theirs() {
    let x = Expr::input("x", [4]);
    let at = Array::vector(vec![2.0, 2.0, -1.0, 0.0]);
    let positive = x.greater(0.0);
    let safe = positive.select(positive.select(&x, 1.0).ln(), 0.0);
    let gradient = |y: &Expr| {
        let g = grad(&y.sum(), std::slice::from_ref(&x)).unwrap();
        reference::evaluate(&g, &[("x", &at)]).unwrap().remove(0).into_data()
    };
    assert_eq!(gradient(&x.max_axes(&[0])), [0.5, 0.5, 0.0, 0.0]);
    assert_eq!(gradient(&x.max(2.0)), [0.5, 0.5, 0.0, 0.0]);
    assert_eq!(gradient(&x.min(2.0)), [0.5, 0.5, 1.0, 1.0]);
    assert_eq!(gradient(&x.abs()), [1.0, 1.0, -1.0, 0.0]);
    assert_eq!(gradient(&safe), [0.5, 0.5, 0.0, 0.0]);
    assert_eq!(gradient(&x.stop_gradient()), [0.0; 4]);
    assert_eq!(gradient(&x.less(1.0)), [0.0; 4]);
}

#[test]
fn inputs_of_one_name_are_one_variable() {
    let y = (Expr::input("x", [2]) * Expr::input("x", [2])).sum();
    let g = grad(&y, &[Expr::input("x", [2])]).unwrap();
    let found = reference::evaluate(&g, &[("x", &Array::vector(vec![3.0, -2.0]))]).unwrap();
    assert_eq!(found[0].data(), [6.0, -4.0]);
}

#[test]
fn what_the_value_does_not_depend_on_gets_zeros_of_its_shape() {
    let (x, z) = (Expr::input("x", [2]), Expr::input("z", ["rows"]));
    let g = grad(&x.sum(), std::slice::from_ref(&z)).unwrap();
    assert_eq!(g[0].shape(), z.shape());
    let at = Array::vector(vec![1.0; 3]);
    assert_eq!(reference::evaluate(&[g[0].clone() + z], &[("z", &at)]).unwrap()[0].data(), [1.0; 3]);
}

#[test]
fn an_inner_node_is_a_variable_of_its_own() {
    let x = Expr::input("x", [2]);
    let h = x.exp();
    let y = (&h * &h + &x).sum();
    let g = grad(&y, &[h.clone(), x]).unwrap();
    let at = Array::vector(vec![0.0, 1.0]);
    let found = reference::evaluate(&g, &[("x", &at)]).unwrap();
    assert_eq!(found[0].data()[0], 2.0);
    assert!((found[1].data()[0] - 3.0).abs() < 1e-14);
}

#[test]
fn only_a_scalar_has_a_gradient_and_a_mistake_is_reported() {
    let x = Expr::input("x", [2]);
    assert!(matches!(grad(&x.exp(), std::slice::from_ref(&x)), Err(Error::NotScalar { .. })));
    let wrong = (&x + Expr::input("y", [3])).sum();
    assert!(matches!(grad(&wrong, std::slice::from_ref(&x)), Err(Error::Shape(_))));
    assert!(matches!(
        vjp(std::slice::from_ref(&x), &[Expr::input("c", [5])], std::slice::from_ref(&x)),
        Err(Error::DirectionShape { .. })
    ));
}

#[test]
fn a_vector_jacobian_product_weighs_the_outputs() {
    let (x, c) = (Expr::input("x", [3]), Expr::input("c", [3]));
    let found = vjp(&[x.square(), x.sum()], &[c.clone(), Expr::constant(10.0)], &[x]).unwrap();
    let inputs = [("x", &Array::vector(vec![1.0, 2.0, 3.0])), ("c", &Array::vector(vec![1.0, 0.0, -1.0]))];
    assert_eq!(reference::evaluate(&found, &inputs).unwrap()[0].data(), [12.0, 10.0, 4.0]);
}

/// The value and the gradient by each of two numbers, by the reference and by a plan.
fn value_and_slopes(f: Function2, a: f64, b: f64) -> [Vec<f64>; 2] {
    let (x, y) = (Expr::input("x", [1]), Expr::input("y", [1]));
    let value = f(&x, &y).sum();
    let mut outputs = grad(&value, &[x, y]).unwrap();
    outputs.insert(0, value);
    let (a, b) = (Array::vector(vec![a]), Array::vector(vec![b]));
    let inputs = [("x", &a), ("y", &b)];
    let by_reference = reference::evaluate(&outputs, &inputs).unwrap();
    let plan = Plan::<f64>::compile(&outputs).unwrap();
    let used: Vec<_> = inputs.into_iter().filter(|(n, _)| plan.input(n).is_some()).collect();
    let by_plan = plan.call(&used).unwrap();
    [by_reference, by_plan].map(|found| found.iter().map(|a| a.data()[0]).collect())
}

#[test]
fn at_the_edges_values_and_gradients_are_what_the_pages_say() {
    let inf = f64::INFINITY;
    let cases: Vec<(&str, Function2, [f64; 2], [f64; 3])> = vec![
        ("xlogy(0, 0)", |x, y| x.xlogy(y), [0.0, 0.0], [0.0, 0.0, 0.0]),
        ("xlogy(0, inf)", |x, y| x.xlogy(y), [0.0, inf], [0.0, 0.0, 0.0]),
        ("xlogy(0, -1)", |x, y| x.xlogy(y), [0.0, -1.0], [0.0, 0.0, 0.0]),
        ("xlogy(0, 1)", |x, y| x.xlogy(y), [0.0, 1.0], [0.0, 0.0, 0.0]),
        ("xlogy(2, 0)", |x, y| x.xlogy(y), [2.0, 0.0], [-inf, -inf, inf]),
        ("xlog1py(0, -1)", |x, y| x.xlog1py(y), [0.0, -1.0], [0.0, 0.0, 0.0]),
        ("xlog1py(3, 0)", |x, y| x.xlog1py(y), [3.0, 0.0], [0.0, 0.0, 3.0]),
        ("pow(0, 0)", |x, y| x.pow(y), [0.0, 0.0], [1.0, 0.0, 0.0]),
        ("pow(0, 2)", |x, y| x.pow(y), [0.0, 2.0], [0.0, 0.0, 0.0]),
        ("pow(-2, 3)", |x, y| x.pow(y), [-2.0, 3.0], [-8.0, 12.0, 0.0]),
        ("atan2(0, 0)", |x, y| x.atan2(y), [0.0, 0.0], [0.0, 0.0, 0.0]),
        ("atan2(0, 2)", |x, y| x.atan2(y), [0.0, 2.0], [0.0, 0.5, 0.0]),
        ("atan2(0, inf)", |x, y| x.atan2(y), [0.0, inf], [0.0, 0.0, 0.0]),
        ("logaddexp(-inf, -inf)", |x, y| x.logaddexp(y), [-inf, -inf], [-inf, 1.0, 0.0]),
        ("logaddexp(inf, inf)", |x, y| x.logaddexp(y), [inf, inf], [inf, 1.0, 0.0]),
        ("logaddexp(-inf, 2)", |x, y| x.logaddexp(y), [-inf, 2.0], [2.0, 0.0, 1.0]),
        ("logaddexp(inf, 2)", |x, y| x.logaddexp(y), [inf, 2.0], [inf, 1.0, 0.0]),
        ("log_diff_exp(2, -inf)", |x, y| x.log_diff_exp(y), [2.0, -inf], [2.0, 1.0, 0.0]),
        ("log_diff_exp(-inf, -inf)", |x, y| x.log_diff_exp(y), [-inf, -inf], [-inf, 1.0, 0.0]),
        ("relu(0)", |x, _| x.relu(), [0.0, 0.0], [0.0, 0.0, 0.0]),
        ("leaky_relu(0)", |x, _| x.leaky_relu(0.25), [0.0, 0.0], [0.0, 0.25, 0.0]),
        ("elu(1000)", |x, _| x.elu(1.0), [1000.0, 0.0], [1000.0, 1.0, 0.0]),
        ("elu(-inf)", |x, _| x.elu(1.5), [-inf, 0.0], [-1.5, 0.0, 0.0]),
        ("gelu(-inf)", |x, _| x.gelu(), [-inf, 0.0], [0.0, 0.0, 0.0]),
        ("gelu(inf)", |x, _| x.gelu(), [inf, 0.0], [inf, 1.0, 0.0]),
        ("gelu_tanh(-inf)", |x, _| x.gelu_tanh(), [-inf, 0.0], [0.0, 0.0, 0.0]),
        ("gelu_tanh(inf)", |x, _| x.gelu_tanh(), [inf, 0.0], [inf, 1.0, 0.0]),
        ("silu(-inf)", |x, _| x.silu(), [-inf, 0.0], [0.0, 0.0, 0.0]),
        ("silu(inf)", |x, _| x.silu(), [inf, 0.0], [inf, 1.0, 0.0]),
        ("logit(0)", |x, _| x.logit(), [0.0, 0.0], [-inf, inf, 0.0]),
        ("logit(1)", |x, _| x.logit(), [1.0, 0.0], [inf, inf, 0.0]),
        ("softplus_inverse(0)", |x, _| x.softplus_inverse(), [0.0, 0.0], [-inf, inf, 0.0]),
        ("softplus_inverse(inf)", |x, _| x.softplus_inverse(), [inf, 0.0], [inf, 1.0, 0.0]),
        ("log1mexp(-inf)", |x, _| x.log1mexp(), [-inf, 0.0], [0.0, 0.0, 0.0]),
        ("atanh(1)", |x, _| x.atanh(), [1.0, 0.0], [inf, inf, 0.0]),
        ("asin(1)", |x, _| x.asin(), [1.0, 0.0], [std::f64::consts::FRAC_PI_2, inf, 0.0]),
        ("acosh(1)", |x, _| x.acosh(), [1.0, 0.0], [0.0, inf, 0.0]),
        ("cbrt(0)", |x, _| x.cbrt(), [0.0, 0.0], [0.0, inf, 0.0]),
        ("round(2.5)", |x, _| x.round(), [2.5, 0.0], [2.0, 0.0, 0.0]),
        ("round(-0.5)", |x, _| x.round(), [-0.5, 0.0], [0.0, 0.0, 0.0]),
        ("ceil(-0.5)", |x, _| x.ceil(), [-0.5, 0.0], [0.0, 0.0, 0.0]),
        ("clamp(2)", |x, _| x.clamp(-1.0, 1.0), [2.0, 0.0], [1.0, 0.0, 0.0]),
        ("not_equal(1, 1)", |x, y| x.not_equal(y), [1.0, 1.0], [0.0, 0.0, 0.0]),
        ("not_equal(1, NaN)", |x, y| x.not_equal(y), [1.0, f64::NAN], [1.0, 0.0, 0.0]),
    ];
    for (name, f, [a, b], expected) in cases {
        for found in value_and_slopes(f, a, b) {
            assert_eq!(found, expected, "{name}");
        }
    }
    let nan: Vec<(&str, Function2)> = vec![
        ("relu", |x, _| x.relu()),
        ("leaky_relu", |x, _| x.leaky_relu(0.25)),
        ("elu", |x, _| x.elu(1.0)),
        ("gelu", |x, _| x.gelu()),
        ("gelu_tanh", |x, _| x.gelu_tanh()),
        ("silu", |x, _| x.silu()),
        ("clamp", |x, _| x.clamp(-1.0, 1.0)),
        ("logit", |x, _| x.logit()),
        ("softplus_inverse", |x, _| x.softplus_inverse()),
        ("log1mexp", |x, _| x.log1mexp()),
        ("xlogy", |x, y| x.xlogy(y)),
        ("xlogy, second", |x, y| y.xlogy(x)),
        ("xlog1py", |x, y| y.xlog1py(x)),
        ("logaddexp", |x, y| x.logaddexp(y)),
        ("logaddexp, second", |x, y| y.logaddexp(x)),
        ("log_diff_exp", |x, y| x.log_diff_exp(y)),
        ("atan2", |x, y| x.atan2(y)),
    ];
    for (name, f) in nan {
        for found in value_and_slopes(f, f64::NAN, 0.0) {
            assert!(found[0].is_nan(), "{name} of NaN: {found:?}");
        }
    }
}
