//! Modes and moments of modifiers, where a formula says what they are.

use elbo_distributions::{
    Beta, Bijector, Cauchy, ChiSquared, DiscreteUniform, Distribution, Divergence, Exponential, Folded,
    Gamma, Geometric, Gumbel, Inner, Laplace, LogNormal, Logistic, LogitNormal, Normal, Pareto, Poisson,
    SkewNormal, StudentT, Transformed, Truncated, Uniform, VonMises, ZeroInflatedPoisson, kl,
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

/// Wherever the mass of the integrand is: by formulas, and by quadrature only where that sees it.
#[test]
fn exponential_images_have_their_moments_at_any_spread_or_none() {
    let exp = |d: Box<dyn Distribution>| Transformed::new(d, Bijector::Exp);
    for (mu, sigma) in [(0.0, 1e-6), (0.3, 5.0), (-2.0, 10.0), (1.0, 15.0)] {
        let want = moments(&LogNormal::new(mu, sigma));
        same("wide", moments(&exp(Box::new(Normal::new(mu, sigma)))), want, 1e-14);
    }
    // ((1 - 1/5)^-3, and its square times ((1 - 1/5)²/(1 - 2/5))^3 - 1)
    let found = exp(Box::new(Gamma::new(3.0, 5.0)));
    let (mean, square) = (0.8f64.powi(-3), 0.6f64.powi(-3));
    let entropy = value(Gamma::new(3.0, 5.0).entropy()) + 0.6;
    same("Gamma", moments(&found), [mean, square - mean * mean, entropy], 1e-14);
    let found = exp(Box::new(Exponential::new(2.5)));
    same("Pareto", moments(&found), moments(&Pareto::new(2.5, 1.0)), 1e-14);
    assert!(value(exp(Box::new(Exponential::new(1.5))).variance()).is_nan());
    assert!(value(exp(Box::new(Exponential::new(0.5))).mean()).is_nan());
    let found = exp(Box::new(Laplace::new(0.2, 0.3)));
    let moment = |t: f64| (0.2 * t).exp() / (1.0 - (0.3 * t).powi(2));
    let want =
        [moment(1.0), moment(2.0) - moment(1.0).powi(2), value(Laplace::new(0.2, 0.3).entropy()) + 0.2];
    same("Laplace", moments(&found), want, 1e-13);
    // Turned, stretched and shifted: 3 - 2 e^(1 - y/2).
    let affine = |shift: f64, scale: f64| Bijector::Affine { shift: shift.into(), scale: scale.into() };
    let map = Bijector::composed([affine(1.0, -0.5), Bijector::Exp, affine(3.0, -2.0)]).unwrap();
    let found = Transformed::new(Normal::new(0.4, 1.5), map);
    let [mean, variance, _] = moments(&LogNormal::new(0.8, 0.75));
    let entropy = value(LogNormal::new(0.8, 0.75).entropy()) + 2f64.ln();
    same("affine", moments(&found), [3.0 - 2.0 * mean, 4.0 * variance, entropy], 1e-13);
    assert!(close(value(found.mode()), 3.0 - 2.0 * (0.8f64 - 0.5625).exp(), 1e-14, 0.0));
    // Without a formula: E e^X of a skewed normal variable is 2 e^(sigma²/2) Φ(sigma alpha/√(1 + alpha²)).
    let n = statrs::distribution::Normal::new(0.0, 1.0).unwrap();
    let mut seen = 0;
    for sigma in (1..=150).map(|k| 0.2 * f64::from(k)) {
        let d = exp(Box::new(SkewNormal::new(0.0, sigma, 2.0)));
        let below = statrs::distribution::ContinuousCDF::cdf(&n, 2.0 * sigma / 5f64.sqrt());
        let want = 2.0 * (0.5 * sigma * sigma).exp() * below;
        let found = value(d.mean());
        assert!(found.is_nan() || close(found, want, 1e-6, 0.0), "{sigma}: {found}, not {want}");
        seen += u32::from(!found.is_nan());
    }
    // Up to a standard deviation of 5 at least, and none far beyond.
    assert!((25..100).contains(&seen), "{seen}");
}

#[test]
fn images_are_densest_at_the_modes_that_are_stated() {
    let affine = |shift: f64, scale: f64| Bijector::Affine { shift: shift.into(), scale: scale.into() };
    let falling = || Bijector::composed([affine(0.2, -0.7), Bijector::Exp, affine(1.0, 2.0)]).unwrap();
    let inner: Vec<Inner> = vec![
        Normal::new(0.4, 0.7).into(),
        Gamma::new(3.0, 2.0).into(),
        Gamma::new(0.7, 2.0).into(),
        Exponential::new(1.5).into(),
        ChiSquared::new(5.0).into(),
        Laplace::new(0.4, 0.6).into(),
        Logistic::new(0.4, 0.6).into(),
        Gumbel::new(0.4, 0.6).into(),
        Uniform::new(-0.4, 0.6).into(),
    ];
    for inner in inner {
        for map in [Bijector::Exp, Bijector::Below { upper: 3.0.into() }, falling()] {
            let d = Transformed::new((*inner).with_parameters(&own(&*inner)).unwrap(), map);
            let mode = value(d.mode());
            if mode.is_nan() {
                // Denser without end towards the edge: a rate of 1/2 against a slope of 0.7.
                assert_eq!(inner.name(), "ChiSquared");
                continue;
            }
            let at = |x: f64| value(Some(d.log_density(&x.into())));
            // The density may be infinite on the edge.
            let top = at(mode).max(at(mode + 1e-9)).max(at(mode - 1e-9));
            for k in 1..400 {
                let x = value(d.quantile(&(f64::from(k) / 400.0).into()));
                assert!(at(x) <= top + 1e-12, "{d:?}: {} at {x}, {top} at the mode {mode}", at(x));
            }
        }
    }
    let onto = Bijector::Interval { lower: (-2.0).into(), upper: 4.0.into() };
    let mode = value(Transformed::new(Normal::new(0.4, 0.7), onto).mode());
    assert!(close(mode, 6.0 * value(LogitNormal::new(0.4, 0.7).mode()) - 2.0, 1e-14, 0.0));
    assert!(value(Transformed::new(Laplace::new(0.4, 1.5), Bijector::Exp).mode()).is_nan());
    assert!(Transformed::new(Normal::standard(), Bijector::Softplus).mode().is_none());
}

fn own(d: &dyn Distribution) -> Vec<Expr> {
    d.parameters().into_iter().map(|p| p.value).collect()
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
