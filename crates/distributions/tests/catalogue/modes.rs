//! Modes and moments of modifiers, where a formula says what they are.

use elbo_distributions::{
    Beta, Bijector, Cauchy, DiscreteUniform, Distribution, Divergence, Exponential, Folded, Geometric,
    Laplace, LogNormal, Logistic, LogitNormal, Normal, Poisson, StudentT, Transformed, Truncated, Uniform,
    VonMises, ZeroInflatedPoisson, kl,
};
use elbo_tensor_ad::{Array, Expr};

use super::golden::close;
use super::run;

fn value(e: Option<Expr>) -> f64 {
    run(&[e.unwrap()], &[]).unwrap()[0].data()[0]
}

const INFINITY: f64 = f64::INFINITY;

#[test]
fn the_mode_between_bounds_is_the_inner_one_or_the_higher_bound() {
    let rows: Vec<(Truncated, f64)> = vec![
        (Truncated::new(Normal::standard(), 1.0, 3.0), 1.0),
        (Truncated::new(Normal::standard(), -3.0, -1.0), -1.0),
        (Truncated::new(Normal::standard(), -1.0, 2.0), 0.0),
        (Truncated::new(Normal::standard(), 2.0, INFINITY), 2.0),
        (Truncated::new(Normal::standard(), -INFINITY, INFINITY), 0.0),
        (Truncated::new(Beta::new(0.5, 0.5), 0.1, 0.8), 0.1),
        (Truncated::new(Beta::new(0.5, 0.5), 0.3, 0.95), 0.95),
        (Truncated::new(Beta::new(0.5, 0.5), 0.25, 0.75), 0.25),
        // Around the circle the other end is nearer.
        (Truncated::new(VonMises::new(2.0, 1.0), -3.1, 0.0), -3.1),
        (Truncated::new(VonMises::new(2.0, 1.0), -2.0, 0.5), 0.5),
        (Truncated::new(Poisson::new(3.5), 4.5, INFINITY), 5.0),
        (Truncated::new(Poisson::new(3.5), 0.0, 2.5), 2.0),
        (Truncated::new(Poisson::new(3.5), 0.0, INFINITY), 3.0),
        // The share of zeros is highest, and cut off.
        (Truncated::new(ZeroInflatedPoisson::new(0.3, 6.5), 1.0, 40.0), 6.0),
        (Truncated::new(LogitNormal::new(0.0, 1.0), 0.2, 0.9), 0.5),
    ];
    for (d, want) in rows {
        assert_eq!(value(d.mode()), want, "{d:?}");
    }
    // What may have a second peak between the bounds is not guessed.
    assert!(value(Truncated::new(LogitNormal::new(0.0, 3.0), 0.05, 0.99).mode()).is_nan());
    assert!(value(Truncated::new(ZeroInflatedPoisson::new(0.3, 6.5), 1.0, INFINITY).mode()).is_nan());
    // A bound that is computed and infinite is none.
    let (lower, upper) = (Expr::input("lower", [2]), Expr::input("upper", [2]));
    let mode = Truncated::new(Normal::standard(), &lower, &upper).mode().unwrap();
    let (low, high) = (Array::vector(vec![-INFINITY, 1.0]), Array::vector(vec![-1.0, INFINITY]));
    assert_eq!(run(&[mode], &[("lower", &low), ("upper", &high)]).unwrap()[0].data(), [-1.0, 1.0]);
}

#[test]
fn the_mode_of_an_absolute_value_is_where_both_slopes_cancel() {
    let of = |d: Folded| value(d.mode());
    for (m, s) in [(0.0, 1.0), (0.5, 1.0), (-0.7, 0.8), (1.0, 1.0)] {
        assert!(of(Folded::new(Normal::new(m, s))).abs() < 1e-7, "{m} {s}");
    }
    for (m, s) in [(1.1f64, 1.0f64), (-2.0, 1.5), (30.0, 1.0), (1e6, 1e-3)] {
        let x = of(Folded::new(Normal::new(m, s)));
        assert!(close(x, m.abs() * (m.abs() * x / (s * s)).tanh(), 1e-12, 0.0), "{m} {s}: {x}");
    }
    for (m, s) in [(0.3f64, 1.0f64), (0.6, 1.0), (-4.0, 2.0), (1e3, 1.0)] {
        // 4 m² (1 + m²) = (1 + m² + x²)², in units of the scale.
        let u = m.abs() / s;
        let square: f64 = 2.0 * u * (1.0 + u * u).sqrt() - (1.0 + u * u);
        let want = s * square.max(0.0).sqrt();
        for found in [of(Folded::new(Cauchy::new(m, s))), of(Folded::new(StudentT::new(1.0, m, s)))] {
            assert!(close(found, want, 1e-11, 1e-15), "{m} {s}: {found}, not {want}");
        }
    }
    for nu in [0.3, 1.0, 5.0, 1e8, 1e300] {
        let x = of(Folded::new(StudentT::new(nu, 2.5, 1.0)));
        let d = Folded::new(StudentT::new(nu, 2.5, 1.0));
        let at = |x: f64| value(Some(d.log_density(&x.into())));
        assert!(at(x) >= at(x - 1e-4) && at(x) >= at(x + 1e-4), "{nu}: {x}");
    }
    for (m, s) in [(1.0f64, 1.0f64), (3.0, 1.0), (-5.0, 0.4)] {
        let x = of(Folded::new(Logistic::new(m, s)));
        let (a, b) = ((0.5 * (m.abs() - x) / s).tanh(), (0.5 * (m.abs() + x) / s).tanh());
        // Of unequal ones: where a - a³ = b - b³.
        let inner = a * a + a * b + b * b;
        assert!(
            if x == 0.0 { inner >= 1.0 - 1e-12 || 3.0 * a * a <= 1.0 } else { close(inner, 1.0, 1e-11, 0.0) },
            "{m} {s}: {x}"
        );
    }
    assert_eq!(of(Folded::new(Laplace::new(-0.3, 2.0))), 0.3);
    assert_eq!(of(Folded::new(Exponential::new(2.0))), 0.0);
}

#[test]
fn absolute_values_of_counts_below_0_have_the_moments_of_their_sums() {
    let d = Folded::new(DiscreteUniform::new(-3.0, 5.0));
    let p = [1.0, 2.0, 2.0, 2.0, 1.0, 1.0].map(|n| n / 9.0);
    let mean: f64 = p.iter().enumerate().map(|(x, p)| x as f64 * p).sum();
    let square: f64 = p.iter().enumerate().map(|(x, p)| (x * x) as f64 * p).sum();
    assert!(close(value(d.mean()), mean, 1e-15, 0.0));
    assert!(close(value(d.variance()), square - mean * mean, 1e-14, 0.0));
    assert!(close(value(d.entropy()), -p.iter().map(|p| p * p.ln()).sum::<f64>(), 1e-14, 0.0));
    assert_eq!(value(d.mode()), 1.0);
    assert_eq!(value(Folded::new(DiscreteUniform::new(-7.0, -2.0)).mode()), 2.0);
}

#[test]
fn counts_cut_at_1_have_the_entropy_of_forty_digits_without_an_upper_bound() {
    // By mpmath, term by term.
    for (mu, lower, want) in [
        (0.3, 1.0, 0.4589235261469773),
        (4.0, 1.0, 2.0324896161229096),
        (300.0, 1.0, 4.270_551_527_823_268),
        (2.5, 4.0, 1.1474430480509067),
    ] {
        let found = value(Truncated::new(Poisson::new(mu), lower, INFINITY).entropy());
        assert!(close(found, want, 1e-12, 0.0), "{mu} {lower}: {found}, not {want}");
    }
    // No memory: what is left from 5 on is as uncertain as all.
    let found = value(Truncated::new(Geometric::new(0.2), 5.0, INFINITY).entropy());
    assert!(close(found, 2.5020121176909394, 1e-12, 0.0), "{found}");
}

fn moments(d: &dyn Distribution) -> [f64; 3] {
    [value(d.mean()), value(d.variance()), value(d.entropy())]
}

fn same(name: &str, found: [f64; 3], want: [f64; 3], rtol: f64) {
    for (found, want) in found.into_iter().zip(want) {
        assert!(close(found, want, rtol, 1e-13), "{name}: {found}, not {want}");
    }
}

#[test]
fn images_have_the_moments_of_what_they_are() {
    let through = |mu: f64, sigma: f64, b: Bijector| Transformed::new(Normal::new(mu, sigma), b);
    for (mu, sigma) in [(0.0, 1.0), (3.0, 0.01), (-40.0, 0.5), (100.0, 2.0), (0.0, 2.5)] {
        same("exp", moments(&through(mu, sigma, Bijector::Exp)), moments(&LogNormal::new(mu, sigma)), 1e-11);
        // Above and below a bound, the moments of which keep the digits of their own width.
        let [mean, variance, entropy] = moments(&LogNormal::new(mu, sigma));
        let above = through(mu, sigma, Bijector::Above { lower: 7.0.into() });
        same("above", moments(&above), [7.0 + mean, variance, entropy], 1e-11);
        let below = through(mu, sigma, Bijector::Below { upper: (-7.0).into() });
        same("below", moments(&below), [-7.0 - mean, variance, entropy], 1e-11);
    }
    let mean = value(through(0.3, 5.0, Bijector::Exp).mean());
    assert!(close(mean, 12.8f64.exp(), 1e-11, 0.0), "{mean}");
    for (mu, sigma) in [(0.0, 1.0), (2.0, 0.1), (-3.0, 5.0), (1.0, 300.0)] {
        same(
            "sigmoid",
            moments(&through(mu, sigma, Bijector::Sigmoid)),
            moments(&LogitNormal::new(mu, sigma)),
            1e-11,
        );
    }
    // The logit of a uniform number is logistic.
    let logit = Bijector::Sigmoid.inverted();
    same(
        "logit",
        moments(&Transformed::new(Uniform::new(0.0, 1.0), logit)),
        moments(&Logistic::new(0.0, 1.0)),
        1e-11,
    );
    // No moment, by the exponential function of a heavy tail; entropy there is.
    let heavy = Transformed::new(StudentT::new(5.0, 0.0, 1.0), Bijector::Exp);
    assert!(value(heavy.mean()).is_nan() && value(heavy.variance()).is_nan());
    assert!(close(value(heavy.entropy()), value(StudentT::new(5.0, 0.0, 1.0).entropy()), 1e-11, 0.0));
}

#[test]
fn an_affine_image_of_any_making_has_the_moments_that_follow() {
    let affine = |shift: f64, scale: f64| Bijector::Affine { shift: shift.into(), scale: scale.into() };
    let twice = Bijector::composed([affine(1.0, -2.0), Bijector::Identity, affine(0.5, 3.0)]).unwrap();
    for (b, shift, scale) in [
        (Bijector::Identity, 0.0, 1.0f64),
        (affine(2.0, -0.5), 2.0, -0.5),
        (affine(2.0, -0.5).inverted(), 4.0, -2.0),
        (twice, 3.5, -6.0),
    ] {
        let d = Transformed::new(Exponential::new(0.25), b);
        let want = [shift + scale * 4.0, 16.0 * scale * scale, 1.0 + 4f64.ln() + scale.abs().ln()];
        same("affine", moments(&d), want, 1e-14);
        assert_eq!(value(d.mode()), shift);
        // Of the density itself.
        let log = value(Some(d.log_density(&(shift + scale).into())));
        assert!(close(log, 0.25f64.ln() - 0.25 - scale.abs().ln(), 1e-14, 0.0), "{log}");
    }
}

#[test]
fn a_divergence_from_moments_that_are_quadratures_says_so() {
    let of = |b: Bijector| kl(&Transformed::new(Normal::new(0.1, 0.5), b), &Normal::new(1.0, 2.0)).unwrap();
    let affine = of(Bijector::Affine { shift: 1.0.into(), scale: 2.0.into() });
    assert!(affine.is_exact());
    let exp = of(Bijector::Exp);
    assert!(matches!(exp, Divergence::Quadrature(_)));
    let want = kl(&LogNormal::new(0.1, 0.5), &Normal::new(1.0, 2.0)).unwrap();
    let (found, want) = (value(Some(exp.expr().clone())), value(Some(want.expr().clone())));
    assert!(close(found, want, 1e-11, 0.0), "{found}, not {want}");
}
