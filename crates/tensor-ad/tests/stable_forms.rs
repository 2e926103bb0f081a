//! Stable forms: right values and slopes where the written form has none, the same values elsewhere, NaN where NaN is right.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{
    Array, Expr, Pass, Passes, Plan, Real, Unary, checkpoint, grad, reference, stable_forms,
};
use proptest::prelude::*;

/// Value and slope of the sum of `f` at these points.
fn at<T: Real>(f: impl Fn(&Expr) -> Expr, points: &[f64]) -> Vec<(f64, f64)> {
    let x = Expr::input("x", ["n"]);
    let y = f(&x);
    let slope = grad(&y.sum(), &[x]).unwrap().remove(0);
    let data: Array<T> = Array::vector(points.iter().map(|&p| T::from_f64(p)).collect());
    let found = Plan::<T>::compile(&[y, slope]).unwrap().call(&[("x", &data)]).unwrap();
    let [y, slope] = [0, 1].map(|k| found[k].data().iter().map(|v| v.to_f64()).collect::<Vec<_>>());
    y.into_iter().zip(slope).collect()
}

/// Holds value and slope against the right ones, `(x, value, slope)`, in both number types: to 1e-14 of themselves, or to a few
/// roundings of `f32`.
fn are(f: impl Fn(&Expr) -> Expr, right: &[(f64, f64, f64)]) {
    let points: Vec<f64> = right.iter().map(|r| r.0).collect();
    for (single, found) in [(false, at::<f64>(&f, &points)), (true, at::<f32>(&f, &points))] {
        for (&(x, value, slope), found) in right.iter().zip(found) {
            let allowed = if single { 2e-6 } else { 1e-14 };
            for (what, e, f) in [("value", value, found.0), ("slope", slope, found.1)] {
                // What is no normal number in f32 is zero or infinite there, or is not asked for.
                let outside = |v: f64| v != 0.0 && !(1e-37..1e38).contains(&v.abs());
                if single && (outside(e) || outside(x)) {
                    continue;
                }
                let same = e == f || e.is_nan() && f.is_nan() || (e - f).abs() <= allowed * e.abs();
                assert!(same, "{what} at {x}: {e}, found {f} (f32: {single})");
            }
        }
    }
}

const INF: f64 = f64::INFINITY;

#[test]
fn logarithms_of_the_logistic_function() {
    let tiny = (-40.0f64).exp();
    let right = [
        (-1000.0, -1000.0, 1.0),
        (-40.0, -40.0, 1.0),
        (0.0, -core::f64::consts::LN_2, 0.5),
        (40.0, -tiny, tiny),
        (1000.0, 0.0, 0.0),
    ];
    are(|x| x.sigmoid().ln(), &right);
    // By hand, in several ways.
    are(|x| (1.0 / (1.0 + (-x).exp())).ln(), &right);
    are(|x| ((-1.0 * x).exp() + 1.0).recip().ln(), &right);
    are(|x| (x.exp() / (1.0 + x.exp())).ln(), &right);
    are(|x| -(1.0 + (-x).exp()).ln(), &right);
    let mirrored = right.map(|(x, v, s)| (-x, v, -s));
    are(|x| (1.0 - x.sigmoid()).ln(), &mirrored);
    are(|x| (-x.sigmoid() + 1.0).ln(), &mirrored);
    are(|x| (-x.sigmoid()).ln1p(), &mirrored);
    are(|x| (1.0 - 1.0 / (1.0 + (-x).exp())).ln(), &mirrored);
}

#[test]
fn the_logistic_function_and_the_hyperbolic_tangent_by_hand() {
    let tiny = (-40.0f64).exp();
    let logistic = [(-1000.0, 0.0, 0.0), (-40.0, tiny, tiny), (0.0, 0.5, 0.25), (1000.0, 1.0, 0.0)];
    are(|x| 1.0 / (1.0 + (-x).exp()), &logistic);
    are(|x| (1.0 + (-x).exp()).recip(), &logistic);
    are(|x| x.exp() / (x.exp() + 1.0), &logistic);
    are(|x| 3.0 / (1.0 + (-x).exp()), &logistic.map(|(x, v, s)| (x, 3.0 * v, 3.0 * s)));
    let tangent = [(-1000.0, -1.0, 0.0), (0.0, 0.0, 1.0), (1000.0, 1.0, 0.0)];
    are(|x| (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()), &tangent);
    are(|x| ((2.0 * x).exp() - 1.0) / ((2.0 * x).exp() + 1.0), &tangent);
}

#[test]
fn one_plus_and_one_minus_exponentials() {
    let small = 1e-20f64;
    // ln(1 + eˣ), its slope σ(x).
    let right = [(-1000.0, 0.0, 0.0), (-40.0, (-40.0f64).exp(), (-40.0f64).exp()), (1000.0, 1000.0, 1.0)];
    are(|x| (1.0 + x.exp()).ln(), &right);
    are(|x| (x.exp() + 1.0).ln(), &right);
    are(|x| x.exp().ln1p(), &right);
    // ln(1 - eˣ), its slope -eˣ/(1 - eˣ).
    let right = [
        (-1000.0, 0.0, 0.0),
        (-50.0, -(-50.0f64).exp(), -(-50.0f64).exp()),
        (-small, small.ln(), -1.0 / small),
        (0.0, -INF, -INF),
    ];
    are(|x| (1.0 - x.exp()).ln(), &right);
    are(|x| (-x.expm1()).ln(), &right);
    are(|x| (-x.exp()).ln1p(), &right);
    // eˣ - 1 and its slope eˣ, small on both sides.
    let right = [
        (-1000.0, -1.0, 0.0),
        (-40.0, -1.0, (-40.0f64).exp()),
        (small, small, 1.0),
        (1e-300, 1e-300, 1.0),
        (-1e-300, -1e-300, 1.0),
    ];
    are(|x| x.exp() - 1.0, &right);
    are(|x| -1.0 + x.exp(), &right);
    are(|x| 1.0 - x.exp(), &right.map(|(x, v, s)| (x, -v, -s)));
    // ln(1 ± x).
    are(|x| (1.0 + x).ln(), &[(small, small, 1.0), (1e-300, 1e-300, 1.0), (-1.0, -INF, INF)]);
    are(|x| (x + 1.0).ln(), &[(-small, -small, 1.0)]);
    are(|x| (1.0 - x).ln(), &[(small, -small, -1.0), (1.0, -INF, -INF)]);
    // ln(1 - tanh²), what a change of variables adds: 2 ln 2 - 2|x| far out.
    let far = 2.0 * core::f64::consts::LN_2;
    are(|x| (1.0 - x.tanh().square()).ln(), &[(-1000.0, far - 2000.0, 2.0), (1000.0, far - 2000.0, -2.0)]);
    are(|x| (1.0 - x.tanh() * x.tanh()).ln(), &[(100.0, far - 200.0, -2.0)]);
    are(
        |x| 1.0 - x.erf(),
        &[(
            10.0,
            2.088_487_583_762_545e-45,
            -4.197_365_5e-44 + 4.197_365_5e-44 - 2.0 / core::f64::consts::PI.sqrt() * (-100.0f64).exp(),
        )],
    );
}

#[test]
fn a_logarithm_of_an_exponential_is_its_argument() {
    are(|x| x.exp().ln(), &[(-1000.0, -1000.0, 1.0), (1000.0, 1000.0, 1.0), (1e-300, 1e-300, 1.0)]);
    are(|x| x.exp().broadcast_to(["n"]).ln(), &[(1000.0, 1000.0, 1.0)]);
    are(|x| (x.exp() * 2.0).ln(), &[(1000.0, 1000.0 + core::f64::consts::LN_2, 1.0)]);
    // A density written out.
    let norm = (2.0 * core::f64::consts::PI).sqrt();
    are(|x| ((-0.5 * x.square()).exp() / norm).ln(), &[(100.0, -5000.0 - norm.ln(), -100.0)]);
    are(|x| (1.0 / x.exp()).ln(), &[(1000.0, -1000.0, -1.0)]);
    are(|x| x.exp().sqrt().ln(), &[(1000.0, 500.0, 0.5)]);
    // Below zero there is no logarithm: not hidden.
    are(|x| x.ln().exp(), &[(-1.0, f64::NAN, f64::NAN), (2.0, 2.0, 1.0)]);
    are(|x| x.abs().ln().exp(), &[(-2.0, 2.0, -1.0), (1e-300, 1e-300, 1.0)]);
}

#[test]
fn logarithms_of_tails_and_of_what_grows_as_an_exponential() {
    // mpmath: ln Phi(x), and phi/Phi.
    are(
        |x| x.normal_cdf().ln(),
        &[
            (-50.0, -1_254.831_361_139_419_9, 50.019_984_031_905_64),
            (0.0, -core::f64::consts::LN_2, (2.0 / core::f64::consts::PI).sqrt()),
        ],
    );
    are(
        |x| (0.5 * (1.0 - (-x / 2f64.sqrt()).erf())).ln(),
        &[(-50.0, -1_254.831_361_139_419_9, 50.019_984_031_905_64)],
    );
    are(
        |x| x.erfc().ln(),
        &[
            (30.0, -903.974_117_110_643_9, -60.033_296_398_756_23),
            (0.0, 0.0, -2.0 / core::f64::consts::PI.sqrt()),
        ],
    );
    let half = core::f64::consts::LN_2;
    are(
        |x| x.cosh().ln(),
        &[
            (1000.0, 1000.0 - half, 1.0),
            (-1000.0, 1000.0 - half, -1.0),
            (0.0, 0.0, 0.0),
            (1e-10, 5e-21, 1e-10),
        ],
    );
    let small = 1e-10f64;
    are(
        |x| x.expm1().ln(),
        &[
            (1000.0, 1000.0, 1.0),
            (small, small.ln() + small / 2.0, 1.0 / small + 0.5),
            (-1.0, f64::NAN, -0.581_976_706_869_326_4),
        ],
    );
    are(|x| (x.exp() - 1.0).ln(), &[(1000.0, 1000.0, 1.0)]);
}

#[test]
fn powers_under_a_logarithm_or_a_root() {
    are(
        |x| x.square().ln(),
        &[
            (1e200, 400.0 * 10f64.ln(), 2e-200),
            (-1e-200, -400.0 * 10f64.ln(), -2e200),
            (-1000.0, 6.0 * 10f64.ln(), -0.002),
        ],
    );
    are(|x| (x * x).ln(), &[(1e200, 400.0 * 10f64.ln(), 2e-200)]);
    are(|x| x.pow(4.0).ln(), &[(-1e100, 400.0 * 10f64.ln(), -4e-100)]);
    are(|x| x.pow(3.0).ln(), &[(1e200, 600.0 * 10f64.ln(), 3e-200), (-2.0, f64::NAN, -1.5)]);
    are(
        |x| x.square().sqrt(),
        &[(1e200, 1e200, 1.0), (-1e-200, 1e-200, -1.0), (0.0, 0.0, 0.0), (-1000.0, 1000.0, -1.0)],
    );
    are(|x| (x * x).sqrt(), &[(-1e-300, 1e-300, -1.0)]);
}

/// Values and gradients of a scalar function of four numbers, in f64.
fn of_four(f: impl Fn(&Expr) -> Expr, x: [f64; 4]) -> (Vec<f64>, Vec<f64>) {
    let input = Expr::input("x", [4]);
    let y = f(&input);
    // A weighted sum, so that a softmax has a slope.
    let weights = Expr::literal(Array::vector(vec![1.0, 2.0, 3.0, 4.0]));
    let total = if y.rank() == 0 { y.clone() } else { (&y * weights).sum() };
    let slope = grad(&total, &[input]).unwrap().remove(0);
    let plan = Plan::<f64>::compile(&[y, slope]).unwrap();
    let found = plan.call(&[("x", &Array::vector(x.to_vec()))]).unwrap();
    (found[0].data().to_vec(), found[1].data().to_vec())
}

fn near(found: &[f64], right: &[f64]) {
    for (f, r) in found.iter().zip(right) {
        assert!(f == r || (f - r).abs() <= 1e-13 * (1.0 + r.abs()), "{found:?} should be {right:?}");
    }
}

#[test]
fn sums_of_exponentials_with_and_without_a_subtracted_maximum() {
    let two = 1000.0 + 2f64.ln();
    type Form = fn(&Expr) -> Expr;
    let forms: [Form; 5] = [
        |x| x.exp().sum().ln(),
        |x| x.logsumexp(0),
        |x| {
            let top = x.max_axes(&[0]);
            (x - &top).exp().sum().ln() + top
        },
        |x| {
            let top = x.max_axes(&[0]).stop_gradient();
            (x - &top).exp().sum().ln() + top
        },
        |x| x.exp().sum_axes(&[0]).expand(0).ln().sum(),
    ];
    for f in forms {
        let (value, slope) = of_four(f, [1000.0, 1000.0, -1000.0, 0.0]);
        near(&value, &[two]);
        near(&slope, &[0.5, 0.5, 0.0, 0.0]);
        let (value, slope) = of_four(f, [-1000.0, -2000.0, -1000.0, -3000.0]);
        near(&value, &[2f64.ln() - 1000.0]);
        near(&slope, &[0.5, 0.0, 0.5, 0.0]);
    }
    // The mean of exponentials, and a product with one.
    near(&of_four(|x| x.exp().mean().ln(), [1000.0; 4]).0, &[1000.0]);
    near(&of_four(|x| (3.0 * x.exp().sum()).ln(), [1000.0; 4]).0, &[1000.0 + 12f64.ln()]);
    // All minus infinity: no probability at all, not NaN.
    assert_eq!(of_four(|x| x.exp().sum().ln(), [-INF; 4]).0, [-INF]);
    assert_eq!(of_four(|x| x.exp().sum().ln(), [INF, 0.0, 0.0, 0.0]).0, [INF]);
    assert!(of_four(|x| x.exp().sum().ln(), [f64::NAN, 0.0, 0.0, 0.0]).0[0].is_nan());
    // Two exponentials.
    let pair = |x: &Expr| (x.index(0, 0).exp() + x.index(0, 1).exp()).ln();
    let (value, slope) = of_four(pair, [1000.0, 1000.0, 0.0, 0.0]);
    near(&value, &[two]);
    near(&slope, &[0.5, 0.5, 0.0, 0.0]);
    near(&of_four(pair, [-1000.0, -1001.0, 0.0, 0.0]).0, &[-1000.0 + (-1f64).exp().ln_1p()]);
}

#[test]
fn softmax_by_hand_and_its_logarithm() {
    type Form = fn(&Expr) -> Expr;
    let e = (1.0 + (-1f64).exp()).recip();
    let forms: [Form; 3] = [
        |x| x.exp() / x.exp().sum(),
        |x| {
            let e = x.exp();
            let sum = e.sum_axes(&[0]).expand(0);
            e / sum
        },
        |x| {
            let e = (x - x.max_axes(&[0])).exp();
            &e / e.sum()
        },
    ];
    for f in forms {
        let (value, slope) = of_four(f, [1000.0, 999.0, -1000.0, 0.0]);
        near(&value, &[e, 1.0 - e, 0.0, 0.0]);
        near(&slope, &[-e * (1.0 - e), e * (1.0 - e), 0.0, 0.0]);
        let (value, slope) = of_four(|x| f(x).ln(), [1000.0, 999.0, -1000.0, 0.0]);
        near(&value, &[e.ln(), e.ln() - 1.0, e.ln() - 2000.0, e.ln() - 1000.0]);
        near(&slope, &[1.0 - 10.0 * e, 2.0 - 10.0 * (1.0 - e), 3.0, 4.0]);
    }
    let (value, slope) = of_four(|x| x.log_softmax(0).exp().ln(), [1000.0, 999.0, -1000.0, 0.0]);
    near(&value, &[e.ln(), e.ln() - 1.0, e.ln() - 2000.0, e.ln() - 1000.0]);
    near(&slope, &[1.0 - 10.0 * e, 2.0 - 10.0 * (1.0 - e), 3.0, 4.0]);
    // Rows of a matrix, in f32.
    let x = Expr::input("x", ["n".into(), elbo_tensor_ad::Dim::Fixed(2)]);
    let s = x.exp() / x.exp().sum_axes(&[1]).expand(1);
    let data = Array::new([2, 2], vec![200.0f32, 200.0, -300.0, -300.0]).unwrap();
    let found = Plan::<f32>::compile(&[s]).unwrap().call(&[("x", &data)]).unwrap();
    assert_eq!(found[0].data(), [0.5; 4]);
}

#[test]
fn what_would_hide_a_nan_stays() {
    let x = Expr::input("x", ["n"]);
    for e in [
        &x / &x,
        &x - &x,
        0.0 * &x,
        x.ln() - (2.0 * &x).ln(),
        x.ln().exp(),
        x.pow(0.5).ln(),
        (&x * x.tanh()).ln(),
    ] {
        let before = Plan::<f64>::compile_unsimplified(std::slice::from_ref(&e)).unwrap();
        let points = Array::vector(vec![0.0, INF, -INF, f64::NAN, -1.0, 3.0]);
        let [a, b] = [before, Plan::compile(std::slice::from_ref(&e)).unwrap()]
            .map(|p| p.call(&[("x", &points)]).unwrap().remove(0).data().to_vec());
        for (a, b) in a.iter().zip(&b) {
            assert!(a == b || a.is_nan() && b.is_nan() || (a - b).abs() < 1e-15, "{e:?}: {a} {b}");
        }
    }
}

#[test]
fn a_gradient_sees_no_form_through_the_node_that_it_is_taken_by() {
    let x = Expr::input("x", ["n"]);
    let s = x.sigmoid();
    let slope = grad(&s.ln().sum(), std::slice::from_ref(&s)).unwrap().remove(0);
    let at = Array::vector(vec![0.0, 1.0]);
    let found = Plan::<f64>::compile(&[slope, s]).unwrap().call(&[("x", &at)]).unwrap();
    let (slope, s) = (found[0].data(), found[1].data());
    assert!(slope.iter().zip(s).all(|(g, s)| (g * s - 1.0).abs() < 1e-15), "{slope:?} {s:?}");
    // By both the node and the input below it.
    let s = x.sigmoid();
    let both = grad(&(s.ln() + &x).sum(), &[s.clone(), x.clone()]).unwrap();
    let found = Plan::<f64>::compile(&both).unwrap().call(&[("x", &at)]).unwrap();
    assert!((found[0].data()[0] - 2.0).abs() < 1e-15 && (found[1].data()[0] - 1.5).abs() < 1e-15);
}

#[test]
fn a_gradient_given_by_the_user_and_a_checkpoint_keep_their_inputs() {
    let x = Expr::input("x", ["n"]);
    let s = x.sigmoid();
    let value = checkpoint(&s.ln(), std::slice::from_ref(&s)).sum();
    let slope = grad(&value, &[x]).unwrap().remove(0);
    let at = Array::vector(vec![0.0, 2.0]);
    let found = Plan::<f64>::compile(&[slope]).unwrap().call(&[("x", &at)]).unwrap();
    let right = [0.5, 1.0 / (1.0 + 2f64.exp())];
    assert!(found[0].data().iter().zip(right).all(|(f, r)| (f - r).abs() < 1e-15), "{found:?}");
}

/// The nodes of an expression, each distinct computation once.
fn nodes(e: &[Expr]) -> String {
    elbo_tensor_ad::Graph::build(e).unwrap().to_string()
}

#[test]
fn twice_is_the_same_as_once_and_the_librarys_own_forms_stay() {
    let x = Expr::input("x", [3, 4]);
    let y = Expr::input("y", [3, 4]);
    let own = [
        x.log1mexp(),
        x.logaddexp(&y),
        x.logsumexp(1),
        x.log_softmax(0),
        x.softplus(),
        x.sigmoid(),
        x.expm1(),
        x.ln1p(),
        x.erfc(),
        x.logsumexp(0).sum(),
    ];
    for e in own {
        assert_eq!(nodes(std::slice::from_ref(&e)), nodes(&stable_forms(std::slice::from_ref(&e))), "{e:?}");
    }
    let written = [
        x.sigmoid().ln(),
        (1.0 - x.sigmoid()).ln(),
        (1.0 - x.exp()).ln(),
        (1.0 + x.exp()).ln(),
        x.exp().sum_axes(&[1]).ln(),
        (x.exp() + y.exp()).ln(),
        x.exp() / x.exp().sum_axes(&[1]).expand(1),
        (x.exp() / x.exp().sum_axes(&[1]).expand(1)).ln(),
        x.exp().mean().ln(),
        (1.0 - x.tanh().square()).ln(),
        x.square().ln(),
        1.0 / (1.0 + (-&x).exp()),
    ];
    for e in written {
        let once = stable_forms(std::slice::from_ref(&e));
        assert_ne!(nodes(std::slice::from_ref(&e)), nodes(&once), "{e:?} is not rewritten");
        assert_eq!(nodes(&once), nodes(&stable_forms(&once)));
        // The gradient is that of the rewritten form: nothing in it is left to rewrite but by sharing.
        assert_eq!(once[0].shape(), e.shape());
        let labelled = stable_forms(&[e.labelled("here")]);
        assert_eq!(labelled[0].label(), Some("here"));
    }
}

#[test]
fn rewritten_nodes_say_where_the_user_wrote_them() {
    let x = Expr::input("x", ["n"]);
    let line = line!() + 1;
    let y = x.exp().sum().ln();
    let graph = elbo_tensor_ad::Graph::with_passes(&[y], &Passes::none().with(Pass::StableForms)).unwrap();
    for node in graph.nodes().iter().filter(|n| n.op != elbo_tensor_ad::Op::Input("x".into())) {
        assert_eq!(
            (node.at.file().ends_with("stable_forms.rs"), node.at.line()),
            (true, line),
            "{:?}",
            node.op
        );
    }
    assert!(graph.nodes().iter().any(|n| n.op == elbo_tensor_ad::Op::StopGradient));
}

#[test]
fn a_form_of_very_many_nodes_is_looked_for_without_deep_recursion() {
    let x = Expr::input("x", [2]);
    let (mut product, mut moved) = (x.exp(), x.exp());
    for i in 0..100_000 {
        product = product * (1.0 + f64::from(i) * 1e-9);
        moved = moved.reshape(if i % 2 == 0 { vec![1usize, 2] } else { vec![2usize] });
    }
    let found = stable_forms(&[product.ln(), moved.ln()]);
    assert!(found.iter().all(|e| matches!(e.op(), elbo_tensor_ad::Op::Unary(Unary::Ln))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Where the written form is right, the stable one says the same.
    #[test]
    fn moderate_arguments_give_the_same(x in prop::collection::vec(-3.0..3.0f64, 4), y in prop::collection::vec(-3.0..3.0f64, 4)) {
        let (a, b) = (Expr::input("x", [2, 2]), Expr::input("y", [2, 2]));
        let e = [
            a.sigmoid().ln(), (1.0 - a.sigmoid()).ln(), (1.0 - (-a.abs()).exp()).ln(), (1.0 + a.exp()).ln(), (1.0 + a.exp()).ln() * &b,
            a.exp().sum_axes(&[1]).ln(), a.exp().sum_axes(&[0]).ln(), (a.exp() + b.exp()).ln(), a.exp() / a.exp().sum_axes(&[1]).expand(1),
            (a.exp() / a.exp().sum_axes(&[0])).ln(), (a.exp() / b.exp().sum_axes(&[0])).ln(), a.exp() / a.exp().transpose().sum_axes(&[0]),
            a.exp().mean().ln(), (1.0 - a.tanh().square()).ln(), a.square().ln(), a.pow(3.0).ln(), &b / (1.0 + a.exp()),
            (a.exp() * b.sigmoid()).ln(), (a.exp() / &b).ln(), (a.sigmoid() * &b).ln(), a.exp().sqrt().ln(), a.exp() - 1.0, 1.0 - a.exp(),
            (a.exp() - (-&a).exp()) / ((-&a).exp() + a.exp()), a.square().sqrt(), a.abs().ln().exp(), 1.0 - a.erf(), 1.0 - a.erfc(),
            a.exp() / a.exp().sum_axes(&[0]).expand(1), a.normal_cdf().ln(), b.erfc().ln(), (a.erfc() * &b).ln(), a.cosh().ln(), a.expm1().ln(),
            (a.exp() - 1.0).ln(), (a.cosh() / b.normal_cdf()).ln(),
        ];
        let at = [("x", &Array::new([2, 2], x).unwrap()), ("y", &Array::new([2, 2], y).unwrap())];
        for e in e {
            let expected = reference::evaluate(std::slice::from_ref(&e), &at).unwrap().remove(0);
            let used: Vec<_> = at.into_iter().filter(|(n, _)| e.free_inputs().iter().any(|f| &**f == *n)).collect();
            let found = reference::evaluate(&stable_forms(std::slice::from_ref(&e)), &used).unwrap().remove(0);
            for (a, b) in expected.data().iter().zip(found.data()) {
                prop_assert!(a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-12 * (1.0 + a.abs()), "{:?}: {} {}", e, a, b);
            }
        }
    }
}
