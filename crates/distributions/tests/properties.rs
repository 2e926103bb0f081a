//! The first distributions held closer than the catalogue holds all: the textbook's formulas in dual numbers, parameters over a hundred
//! orders of magnitude, limits.
#![allow(clippy::unwrap_used, clippy::panic)]

mod dual;

use core::f64::consts::PI;

use dual::Dual;
use elbo_distributions::{
    Bernoulli, Binomial, Categorical, Distribution, Gamma, HalfNormal, Normal, Poisson, StudentT, Weibull,
};
use elbo_tensor_ad::{Array, Expr, grad, reference};
use proptest::prelude::*;

/// A distribution of scalar parameters, as kind and numbers.
#[derive(Debug, Clone)]
struct Case {
    kind: Kind,
    parameters: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Normal,
    HalfNormal,
    StudentT,
    Gamma,
    Probabilities,
    Logits,
}

impl Kind {
    fn over(self, p: &[Expr]) -> Box<dyn Distribution> {
        match self {
            Kind::Normal => Box::new(Normal::new(&p[0], &p[1])),
            Kind::HalfNormal => Box::new(HalfNormal::new(&p[0])),
            Kind::StudentT => Box::new(StudentT::new(&p[0], &p[1], &p[2])),
            Kind::Gamma => Box::new(Gamma::new(&p[0], &p[1])),
            Kind::Probabilities => Box::new(Bernoulli::probabilities(&p[0])),
            Kind::Logits => Box::new(Bernoulli::logits(&p[0])),
        }
    }

    fn is_discrete(self) -> bool {
        matches!(self, Kind::Probabilities | Kind::Logits)
    }

    /// The textbook's formula, in dual numbers.
    fn closed_form(self, x: Dual, p: &[Dual]) -> Dual {
        let c = Dual::fixed;
        match self {
            Kind::Normal => {
                let d = x - p[0];
                -(d * d) / (c(2.0) * p[1] * p[1]) - p[1].ln() - c(0.5 * (2.0 * PI).ln())
            }
            Kind::HalfNormal => c(0.5 * (2.0 / PI).ln()) - p[0].ln() - x * x / (c(2.0) * p[0] * p[0]),
            Kind::StudentT => {
                let (nu, z) = (p[0], (x - p[1]) / p[2]);
                let half = (nu + c(1.0)) / c(2.0);
                half.ln_gamma()
                    - (nu / c(2.0)).ln_gamma()
                    - (c(PI) * nu).ln() / c(2.0)
                    - p[2].ln()
                    - half * (z * z / nu).ln_1p()
            }
            Kind::Gamma => p[0] * p[1].ln() - p[0].ln_gamma() + (p[0] - c(1.0)) * x.ln() - p[1] * x,
            Kind::Probabilities if x.value == 1.0 => p[0].ln(),
            Kind::Probabilities => (c(1.0) - p[0]).ln(),
            Kind::Logits if x.value == 1.0 => -(-p[0]).exp().ln_1p(),
            Kind::Logits => -p[0].exp().ln_1p(),
        }
    }
}

impl Case {
    fn inputs(&self) -> Vec<Expr> {
        (0..self.parameters.len()).map(|i| Expr::input(&format!("p{i}"), ())).collect()
    }

    /// The values of expressions in `x` (shape `[n]`) and the parameters (scalars).
    fn evaluate(&self, exprs: &[Expr], x: &Array<f64>) -> Vec<Array<f64>> {
        let names: Vec<String> = (0..self.parameters.len()).map(|i| format!("p{i}")).collect();
        let values: Vec<Array<f64>> = self.parameters.iter().map(|&v| Array::scalar(v)).collect();
        let mut given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&values).collect();
        given.push(("x", x));
        reference::evaluate(exprs, &given).unwrap()
    }

    fn log_density(&self, x: Vec<f64>) -> Vec<f64> {
        let d = self.kind.over(&self.inputs());
        self.evaluate(&[d.log_density(&Expr::input("x", ["n"]))], &Array::vector(x)).remove(0).into_data()
    }

    /// The log density at one point and its gradient with respect to the value and each parameter.
    fn gradient(&self, x: f64, unchecked: bool) -> (f64, Vec<f64>) {
        let (inputs, value) = (self.inputs(), Expr::input("x", ["n"]));
        let d = self.kind.over(&inputs);
        let density = if unchecked { d.log_density_unchecked(&value) } else { d.log_density(&value) }.sum();
        let mut wrt = vec![value];
        wrt.extend(inputs);
        let mut exprs = vec![density.clone()];
        exprs.extend(grad(&density, &wrt).unwrap());
        let mut found: Vec<f64> =
            self.evaluate(&exprs, &Array::vector(vec![x])).iter().map(|a| a.data()[0]).collect();
        (found.remove(0), found)
    }
}

/// A number of either sign, or a positive one, spread evenly over magnitudes `10^low..10^high`.
fn positive(low: f64, high: f64) -> impl Strategy<Value = f64> {
    (low..high).prop_map(|e| 10f64.powf(e))
}

fn real(low: f64, high: f64) -> impl Strategy<Value = f64> {
    (positive(low, high), any::<bool>()).prop_map(|(v, minus)| if minus { -v } else { v })
}

fn continuous() -> impl Strategy<Value = Case> {
    let case = |kind| move |parameters: Vec<f64>| Case { kind, parameters };
    prop_oneof![
        (-5.0..5.0, positive(-1.5, 1.5)).prop_map(|(m, s)| vec![m, s]).prop_map(case(Kind::Normal)),
        positive(-1.5, 1.5).prop_map(|s| vec![s]).prop_map(case(Kind::HalfNormal)),
        (positive(-0.3, 3.0), -5.0..5.0, positive(-1.5, 1.5))
            .prop_map(|(n, m, s)| vec![n, m, s])
            .prop_map(case(Kind::StudentT)),
        (positive(-0.7, 2.0), positive(-1.5, 1.5)).prop_map(|(a, b)| vec![a, b]).prop_map(case(Kind::Gamma)),
    ]
}

fn discrete() -> impl Strategy<Value = Case> {
    prop_oneof![
        (0.001..0.999f64).prop_map(|p| Case { kind: Kind::Probabilities, parameters: vec![p] }),
        (-20.0..20.0f64).prop_map(|f| Case { kind: Kind::Logits, parameters: vec![f] }),
    ]
}

/// A point in the bulk of the case's distribution, from a number in `(-1, 1)`.
fn bulk(case: &Case, u: f64) -> f64 {
    let p = &case.parameters;
    match case.kind {
        Kind::Normal => p[0] + 4.0 * u * p[1],
        Kind::HalfNormal => (u.abs() + 1e-3) * 4.0 * p[0],
        Kind::StudentT => p[1] + 8.0 * u * p[2],
        Kind::Gamma => p[0] / p[1] * (1.0 + 0.95 * u),
        Kind::Probabilities | Kind::Logits => f64::from(u > 0.0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn values_and_gradients_are_those_of_dual_numbers(
        case in prop_oneof![continuous(), discrete()],
        u in -1.0..1.0f64,
        unchecked in any::<bool>(),
    ) {
        let x = bulk(&case, u);
        let (value, slopes) = case.gradient(x, unchecked);
        for (direction, &slope) in slopes.iter().enumerate() {
            if direction == 0 && case.kind.is_discrete() {
                continue;
            }
            let seed = |i: usize, v: f64| Dual { value: v, slope: f64::from(i == direction) };
            let p: Vec<Dual> = case.parameters.iter().enumerate().map(|(i, &v)| seed(i + 1, v)).collect();
            let want = case.kind.closed_form(seed(0, x), &p);
            // The textbook's log-gammas lose digits as nu and alpha grow.
            let size = 1.0 + case.parameters.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
            let scale = size * size.ln().max(1.0);
            prop_assert!((value - want.value).abs() <= 1e-12 * (want.value.abs() + scale), "{case:?} at {x}: {value} {want:?}");
            prop_assert!((slope - want.slope).abs() <= 1e-10 * want.slope.abs() + 1e-12 * scale, "{case:?} at {x}, {direction}: {slope} {want:?}");
        }
    }

    #[test]
    fn no_finite_value_and_valid_parameter_gives_nan(
        kind in prop::sample::select(vec![Kind::Normal, Kind::HalfNormal, Kind::StudentT, Kind::Gamma, Kind::Probabilities, Kind::Logits]),
        x in prop_oneof![real(-100.0, 100.0), Just(0.0), Just(1.0)],
        location in real(-100.0, 50.0),
        scale in positive(-50.0, 50.0),
        shape in prop_oneof![positive(-50.0, 50.0), Just(1.0)],
        p in prop_oneof![0.0..1.0f64, Just(0.0), Just(1.0)],
    ) {
        let parameters = match kind {
            Kind::Normal => vec![location, scale],
            Kind::HalfNormal => vec![scale],
            Kind::StudentT => vec![shape, location, scale],
            Kind::Gamma => vec![shape, scale],
            Kind::Probabilities => vec![p],
            Kind::Logits => vec![location],
        };
        let case = Case { kind, parameters };
        let (value, slopes) = case.gradient(x, false);
        prop_assert!(!value.is_nan(), "{case:?} at {x}");
        prop_assert!(slopes.iter().all(|s| !s.is_nan()), "{case:?} at {x}: {slopes:?}");
        let d = kind.over(&case.inputs());
        if d.support().contains(x) == Some(false) && x != 0.0 {
            prop_assert_eq!(value, f64::NEG_INFINITY);
            prop_assert!(slopes.iter().all(|&s| s == 0.0), "{:?} at {}: {:?}", case, x, slopes);
        }
    }

    #[test]
    fn categorical_forms_agree_sum_to_one_and_have_softmax_gradients(
        f in prop::collection::vec(-30.0..30.0f64, 1..6),
        shift in -500.0..500.0f64,
    ) {
        let k = f.len();
        let total = f.iter().map(|v| v.exp()).sum::<f64>();
        let p: Vec<f64> = f.iter().map(|v| v.exp() / total).collect();
        let classes = Array::vector((0..k).map(|c| c as f64).collect());
        let shifted = Array::vector(f.iter().map(|v| v + shift).collect());
        let logits = Expr::input("f", [k]);
        let value = Expr::input("x", ["n"]);
        let d = Categorical::logits(&logits);
        let from_p = Categorical::probabilities(Array::vector(p.clone())).log_density(&value);
        let exprs = [d.log_density(&value), from_p, d.log_density_unchecked(&value)];
        let found = reference::evaluate(&exprs, &[("f", &shifted), ("x", &classes)]).unwrap();
        let sum: f64 = found[0].data().iter().map(|l| l.exp()).sum();
        prop_assert!((sum - 1.0).abs() < 1e-13);
        for c in 0..k {
            prop_assert!((found[0].data()[c] - found[1].data()[c]).abs() < 1e-12 * (1.0 + shift.abs()));
            prop_assert!((found[0].data()[c] - found[2].data()[c]).abs() < 1e-12);
            let one = d.log_density(&Expr::constant(c as f64));
            let g = grad(&one, std::slice::from_ref(&logits)).unwrap();
            let g = reference::evaluate(&g, &[("f", &shifted)]).unwrap().remove(0);
            for (j, (&slope, &p)) in g.data().iter().zip(&p).enumerate() {
                prop_assert!((slope - (f64::from(j == c) - p)).abs() < 1e-12 * (1.0 + shift.abs()));
            }
        }
    }
}

#[test]
fn values_outside_the_classes_are_impossible_and_pull_on_nothing() {
    for p in [vec![0.0, 1.0], vec![0.3, 0.7]] {
        let parameter = Expr::input("p", [2]);
        let value = Expr::input("x", ["n"]);
        let x = Array::vector(vec![-1.0, 0.5, 2.0, 1e300, f64::NAN, f64::INFINITY]);
        let p = Array::vector(p);
        for d in [Categorical::probabilities(&parameter), Categorical::logits(&parameter)] {
            let density = d.log_density(&value);
            let g = grad(&density.sum(), std::slice::from_ref(&parameter)).unwrap().remove(0);
            let found = reference::evaluate(&[density, g], &[("p", &p), ("x", &x)]).unwrap();
            assert!(found[0].data().iter().all(|&l| l == f64::NEG_INFINITY), "{found:?}");
            assert_eq!(found[1].data(), [0.0, 0.0]);
        }
    }
}

#[test]
fn student_t_tends_to_the_normal_without_losing_digits() {
    let x: Vec<f64> = vec![-6.0, -1.0, 0.0, 0.5, 3.0];
    let normal = Case { kind: Kind::Normal, parameters: vec![0.5, 2.0] }.log_density(x.clone());
    for nu in [1e9, 1e12, 1e15, 1e100] {
        let t = Case { kind: Kind::StudentT, parameters: vec![nu, 0.5, 2.0] }.log_density(x.clone());
        for (t, n) in t.iter().zip(&normal) {
            assert!((t - n).abs() < 1e-14 + 100.0 / nu, "{nu}: {t} {n}");
        }
    }
    // Where the series takes over there is no step: both forms within rounding at nu = 40.
    let near =
        |nu: f64| Case { kind: Kind::StudentT, parameters: vec![nu, 0.0, 1.0] }.log_density(vec![0.7])[0];
    let step = near(40.0) - near(40.0 + 1e-12);
    assert!(step.abs() < 2e-14, "{step}");
}

#[test]
fn gamma_at_zero_is_the_limit_from_inside() {
    for (alpha, want) in [(0.5, f64::INFINITY), (1.0, 2f64.ln()), (1.5, f64::NEG_INFINITY)] {
        let case = Case { kind: Kind::Gamma, parameters: vec![alpha, 2.0] };
        let (value, slopes) = case.gradient(0.0, false);
        assert!(value == want || (value - want).abs() < 1e-15, "{alpha}: {value}");
        assert!(slopes.iter().all(|s| !s.is_nan()), "{alpha}: {slopes:?}");
        let literal = Gamma::new(alpha, 2.0).log_density(&0.0.into());
        let value = reference::evaluate(&[literal], &[]).unwrap()[0].data()[0];
        assert!(value == want || (value - want).abs() < 1e-15, "{alpha}: {value}");
    }
}

#[test]
fn a_value_of_nan_gives_nan_on_the_line() {
    for kind in [Kind::Normal, Kind::HalfNormal, Kind::StudentT, Kind::Gamma] {
        let case = Case { kind, parameters: vec![1.5; 3] };
        assert!(case.log_density(vec![f64::NAN])[0].is_nan(), "{kind:?}");
    }
}

#[test]
fn the_slopes_of_a_hazard_beyond_the_range_are_no_nan() {
    let inputs = ["x", "alpha", "beta"].map(|name| Expr::input(name, ()));
    let survival = Weibull::new(&inputs[1], &inputs[2]).log_survival(&inputs[0]).unwrap();
    let mut wanted = vec![survival.clone()];
    wanted.extend(grad(&survival, &inputs).unwrap());
    for x in [1e4, 1e160, f64::MAX] {
        let given = [x, 1e3, 1.0].map(Array::scalar);
        let given: Vec<_> = ["x", "alpha", "beta"].into_iter().zip(&given).collect();
        let found = reference::evaluate(&wanted, &given).unwrap();
        assert_eq!(found[0].data(), [f64::NEG_INFINITY]);
        assert!(found[1..].iter().all(|slope| slope.data() == [0.0]), "{found:?}");
    }
}

#[test]
fn the_tails_of_counts_that_are_certain_are_0_and_minus_infinity_without_nan_slopes() {
    let scalar = |name| Expr::input(name, ());
    let (mu, p) = (scalar("mu"), scalar("p"));
    let poisson = Poisson::new(&mu);
    let binomial = Binomial::probability(5.0, &p);
    let two = 2.0.into();
    let at = |e: Option<Expr>, by: &Expr, given: &[(&str, &Array<f64>)]| {
        let e = e.unwrap();
        let slope = grad(&e, std::slice::from_ref(by)).unwrap().remove(0);
        let found = reference::evaluate(&[e, slope], given).unwrap();
        assert!(!found[1].data()[0].is_nan(), "{found:?}");
        found[0].data()[0]
    };
    let (none, one) = (Array::scalar(0.0), Array::scalar(1.0));
    assert_eq!(at(poisson.log_cdf(&two), &mu, &[("mu", &none)]), 0.0);
    assert_eq!(at(poisson.log_survival(&two), &mu, &[("mu", &none)]), f64::NEG_INFINITY);
    assert_eq!(at(binomial.log_cdf(&two), &p, &[("p", &none)]), 0.0);
    assert_eq!(at(binomial.log_survival(&two), &p, &[("p", &none)]), f64::NEG_INFINITY);
    assert_eq!(at(binomial.log_cdf(&two), &p, &[("p", &one)]), f64::NEG_INFINITY);
    assert_eq!(at(binomial.log_survival(&two), &p, &[("p", &one)]), 0.0);
}
