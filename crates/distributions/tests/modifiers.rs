//! Modifiers where they can be told from closed forms: bounds far out, points of probability, vectors, what they refuse.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{
    Bijector, Censored, Distribution, Error, Flat, Folded, Gamma, HalfNormal, Hurdle, HurdleGamma,
    HurdleLogNormal, Independent, Inner, Interpolated, LogNormal, Mixture, MixtureSameFamily, Normal,
    Numeric, Poisson, StudentT, Transformed, Truncated, TruncatedNormal, ZeroInflated,
};
use elbo_tensor_ad::{Array, Expr, grad, reference};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

fn vector(v: &[f64]) -> Array<f64> {
    Array::vector(v.to_vec())
}

#[track_caller]
fn close(found: f64, want: f64, rtol: f64) {
    assert!((found - want).abs() <= rtol * want.abs(), "{found}, not {want}");
}

#[test]
fn a_normal_truncated_far_out_keeps_its_digits() {
    // mpmath, 50 digits: x, log density, log cdf.
    for (lower, upper, x, density, below) in FAR {
        let d = Numeric::new(Truncated::new(Normal::standard(), lower, upper)).unwrap();
        close(d.log_density(x).unwrap().data()[0], density, 1e-12);
        close(d.log_cdf(x).unwrap().data()[0], below, 1e-9);
        close(d.quantile(below.exp()).unwrap().data()[0], x, 1e-9);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let drawn = d.sample(&[2000], &mut rng).unwrap();
        assert!(drawn.data().iter().all(|v| (lower..=upper).contains(v)));
    }
}

const FAR: [(f64, f64, f64, f64, f64); 3] = [
    (8.0, 9.0, 8.25, 0.063_430_060_232_475_37, -0.135_990_160_433_171_44),
    (-41.0, -40.0, -40.015625, 3.064_381_410_236_615_4, -0.625_512_132_560_504_5),
    (30.0, 31.0, 30.0078125, 3.167_899_905_560_454_4, -1.564_634_150_881_973_7),
];

#[test]
fn a_bound_that_is_computed_and_infinite_is_no_bound() {
    let (lower, upper) = (Expr::input("lower", [2]), Expr::input("upper", [2]));
    let mu = Expr::input("mu", [2]);
    let d = Truncated::new(Normal::new(&mu, 1.0), &lower, &upper);
    let density = d.log_density(&0.5.into());
    let slopes = grad(&density.sum(), std::slice::from_ref(&mu)).unwrap().remove(0);
    let given = [
        ("lower", &vector(&[f64::NEG_INFINITY, 0.0])),
        ("upper", &vector(&[f64::INFINITY, f64::INFINITY])),
        ("mu", &vector(&[0.0, 0.0])),
    ];
    let found = reference::evaluate(&[density, slopes], &given).unwrap();
    let plain = -0.125 - 0.5 * (2.0 * std::f64::consts::PI).ln();
    close(found[0].data()[0], plain, 1e-15);
    close(found[0].data()[1], plain + std::f64::consts::LN_2, 1e-15);
    close(found[1].data()[0], 0.5, 1e-15);
    // The half normal's slope: x - φ(0) / Φ(0).
    close(found[1].data()[1], 0.5 - (2.0 / std::f64::consts::PI).sqrt(), 1e-13);
}

#[test]
fn a_censored_number_has_the_mass_beyond_its_bound_at_the_bound() {
    let d = Numeric::new(Censored::new(Normal::new(1.0, 2.0), -1.0, 3.0)).unwrap();
    let plain = Numeric::new(Normal::new(1.0, 2.0)).unwrap();
    let found = d.log_density(vec![-1.5, -1.0, 0.0, 3.0, 3.5]).unwrap();
    close(found.data()[1], plain.log_cdf(-1.0).unwrap().data()[0], 1e-15);
    close(found.data()[2], plain.log_density(0.0).unwrap().data()[0], 1e-15);
    close(found.data()[3], plain.log_survival(3.0).unwrap().data()[0], 1e-15);
    assert_eq!([found.data()[0], found.data()[4]], [f64::NEG_INFINITY; 2]);
    assert_eq!(d.quantile(vec![0.01, 0.99]).unwrap().data(), [-1.0, 3.0]);
    assert!(d.distribution().bijector().is_none());
    // The mass between the bounds and at them is 1.
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let drawn = d.sample(&[20_000], &mut rng).unwrap();
    let at = drawn.data().iter().filter(|x| **x == -1.0).count() as f64 / 20_000.0;
    let share = found.data()[1].exp();
    assert!((at - share).abs() < 5.5 * (share * (1.0 - share) / 20_000.0).sqrt(), "{at}, not {share}");
}

#[test]
fn a_modifier_without_a_distribution_function_says_which_distribution_has_none() {
    for found in [
        Truncated::new(Flat::new(), 0.0, 1.0).check(),
        Censored::new(Flat::new(), 0.0, 1.0).check(),
        Hurdle::new(Flat::new(), 0.5).check(),
    ] {
        assert!(matches!(found, Err(Error::Missing { distribution: "Flat", .. })), "{found:?}");
    }
}

#[test]
fn modifiers_check_what_they_hold_and_their_own() {
    let found = Truncated::new(Normal::new(0.0, -1.0), 0.0, 1.0).check();
    assert!(
        matches!(found, Err(Error::Parameter { distribution: "Normal", parameter: "sigma", .. })),
        "{found:?}"
    );
    let found = Truncated::new(Normal::standard(), 1.0, 0.0).check();
    assert!(
        matches!(found, Err(Error::Parameter { distribution: "Truncated", parameter: "upper", .. })),
        "{found:?}"
    );
    let found = ZeroInflated::new(Poisson::new(1.0), 1.5).check();
    assert!(matches!(found, Err(Error::Parameter { parameter: "psi", .. })), "{found:?}");
    let parts: Vec<Inner> = vec![Normal::standard().into()];
    let found = Mixture::new(vector(&[0.5, 0.5]), parts).check();
    assert!(matches!(found, Err(Error::Components { weights: Some(2), components: 1 })), "{found:?}");
    let found = Interpolated::new(vector(&[0.0, 1.0]), vector(&[1.0, 1.0, 1.0])).check();
    assert!(matches!(found, Err(Error::Points { points: 2, heights: 3 })), "{found:?}");
    let values = [Array::scalar(0.0), Array::scalar(1.0), Array::scalar(2.0), Array::scalar(1.0)];
    let found = Truncated::new(Normal::standard(), 0.0, 1.0).check_values(&values);
    assert!(matches!(found, Err(Error::Parameter { parameter: "upper", .. })), "{found:?}");
    // A distribution may hold a distribution with parameters of the same names.
    let twice = Truncated::new(Truncated::new(Normal::standard(), 0.0, 9.0), 1.0, 2.0);
    twice.check().unwrap();
    assert_eq!(twice.parameters().len(), 6);
}

#[test]
fn a_folded_centred_normal_is_half_normal() {
    let folded = Numeric::new(Folded::new(Normal::new(0.0, 1.5))).unwrap();
    let half = Numeric::new(HalfNormal::new(1.5)).unwrap();
    let x = vec![0.0, 1e-9, 0.3, 2.0, 40.0];
    let (a, b) = (folded.log_density(x.clone()).unwrap(), half.log_density(x.clone()).unwrap());
    for (a, b) in a.data().iter().zip(b.data()) {
        close(*a, *b, 1e-14);
    }
    let (a, b) = (folded.log_survival(x.clone()).unwrap(), half.log_survival(x.clone()).unwrap());
    for (a, b) in a.data()[2..].iter().zip(&b.data()[2..]) {
        close(*a, *b, 1e-13);
    }
    let (a, b) = (folded.log_cdf(x.clone()).unwrap(), half.log_cdf(x).unwrap());
    for (a, b) in a.data()[1..4].iter().zip(&b.data()[1..4]) {
        close(*a, *b, 1e-8);
    }
}

#[test]
fn a_normal_through_exp_is_log_normal() {
    let image = Numeric::new(Transformed::new(Normal::new(0.4, 0.7), Bijector::Exp)).unwrap();
    let plain = Numeric::new(LogNormal::new(0.4, 0.7)).unwrap();
    for x in [1e-30, 0.2, 1.0, 7.0, 1e20] {
        close(image.log_density(x).unwrap().data()[0], plain.log_density(x).unwrap().data()[0], 1e-14);
        close(image.log_cdf(x).unwrap().data()[0], plain.log_cdf(x).unwrap().data()[0], 1e-14);
        close(image.log_survival(x).unwrap().data()[0], plain.log_survival(x).unwrap().data()[0], 1e-14);
    }
    assert_eq!(image.log_density(vec![-1.0, 0.0]).unwrap().data(), [f64::NEG_INFINITY; 2]);
    let p = vec![0.01, 0.5, 0.999];
    for (a, b) in image.quantile(p.clone()).unwrap().data().iter().zip(plain.quantile(p).unwrap().data()) {
        close(*a, *b, 1e-14);
    }
}

#[test]
fn a_vector_of_normals_through_a_simplex_sums_its_densities() {
    let map = Bijector::StickBreaking;
    let d = Transformed::new(Normal::new(0.3, 1.2), map.clone());
    assert_eq!(d.event_rank(), 1);
    let y = Array::new([2, 2], vec![0.3, -0.4, 1.0, 0.2]).unwrap();
    let x = map.forward_at(&y).unwrap();
    let found = reference::evaluate(&[d.log_density(&x.clone().into())], &[]).unwrap().remove(0);
    let inner =
        reference::evaluate(&[Normal::new(0.3, 1.2).log_density(&y.clone().into())], &[]).unwrap().remove(0);
    let stretch = map.log_abs_det_jacobian_at(&y).unwrap();
    for i in 0..2 {
        close(found.data()[i], inner.data()[2 * i] + inner.data()[2 * i + 1] - stretch.data()[i], 1e-12);
    }
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let drawn = d.sample(&[Array::scalar(0.3), Array::scalar(1.2)], &[7, 3], &mut rng).unwrap();
    for row in drawn.data().chunks(3) {
        close(row.iter().sum(), 1.0, 1e-12);
    }
}

#[test]
fn independent_axes_are_summed() {
    let mu = vector(&[0.0, 1.0, 2.0]);
    let d = Independent::new(Normal::new(mu.clone(), 2.0), 1);
    let x = Array::new([2, 3], vec![0.5, -1.0, 3.0, 0.0, 0.0, 0.0]).unwrap();
    let each = Normal::new(mu, 2.0);
    let wanted = [d.log_density(&x.clone().into()), each.log_density(&x.into()), d.entropy().unwrap()];
    let found = reference::evaluate(&wanted, &[]).unwrap();
    assert_eq!(found[0].shape(), [2]);
    close(found[0].data()[1], found[1].data()[3..].iter().sum(), 1e-15);
    close(
        found[2].data()[0],
        3.0 * (2.0f64.ln() + 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E).ln()),
        1e-14,
    );
}

#[test]
fn both_mixtures_are_the_same_distribution() {
    let (w, mu, sigma) = (vector(&[0.2, 0.5, 0.3]), [-3.0, 0.0, 4.0], [0.5, 2.0, 1.0]);
    let parts = mu.iter().zip(sigma).map(|(m, s)| Normal::new(*m, s));
    let one = Numeric::new(Mixture::new(w.clone(), parts)).unwrap();
    let other = Numeric::new(MixtureSameFamily::new(w, Normal::new(vector(&mu), vector(&sigma)))).unwrap();
    let x = vec![-60.0, -3.0, 0.7, 5.0, 80.0];
    type Of = fn(&Numeric, Vec<f64>) -> Result<Array<f64>, Error>;
    let all: [Of; 4] = [
        |d, x| d.log_density(x),
        |d, x| d.log_cdf(x),
        |d, x| d.log_survival(x),
        |d, x| d.quantile(x.iter().map(|x| 1.0 / (1.0 + (-0.1 * x).exp())).collect::<Vec<_>>()),
    ];
    for of in all {
        let (a, b) = (of(&one, x.clone()).unwrap(), of(&other, x.clone()).unwrap());
        for (a, b) in a.data().iter().zip(b.data()) {
            assert!((a - b).abs() <= 1e-13 * b.abs() + 1e-15, "{a}, not {b}");
        }
    }
    close(one.mean().unwrap().data()[0], 0.6, 1e-14);
    close(one.variance().unwrap().data()[0], other.variance().unwrap().data()[0], 1e-14);
}

#[test]
fn a_weight_of_0_leaves_its_component_out_without_a_slope() {
    let w = Expr::input("w", [2]);
    let d = MixtureSameFamily::new(&w, Normal::new(vector(&[0.0, 50.0]), 1.0));
    let density = d.log_density(&0.0.into());
    let slope = grad(&density, std::slice::from_ref(&w)).unwrap().remove(0);
    let found = reference::evaluate(&[density, slope], &[("w", &vector(&[1.0, 0.0]))]).unwrap();
    close(found[0].data()[0], -0.5 * (2.0 * std::f64::consts::PI).ln(), 1e-15);
    assert_eq!(found[1].data(), [1.0, 0.0]);
}

#[test]
fn zeros_of_their_own_beside_numbers() {
    for (d, inner) in [
        (Numeric::new(HurdleGamma::new(0.7, 2.0, 3.0)).unwrap(), Numeric::new(Gamma::new(2.0, 3.0)).unwrap()),
        (
            Numeric::new(HurdleLogNormal::new(0.7, 0.1, 0.5)).unwrap(),
            Numeric::new(LogNormal::new(0.1, 0.5)).unwrap(),
        ),
    ] {
        let found = d.log_density(vec![-0.5, 0.0, 0.8]).unwrap();
        assert_eq!(found.data()[0], f64::NEG_INFINITY);
        close(found.data()[1], 0.3f64.ln(), 1e-15);
        close(found.data()[2], 0.7f64.ln() + inner.log_density(0.8).unwrap().data()[0], 1e-14);
        close(d.cdf(0.8).unwrap().data()[0], 0.3 + 0.7 * inner.cdf(0.8).unwrap().data()[0], 1e-14);
        close(d.mean().unwrap().data()[0], 0.7 * inner.mean().unwrap().data()[0], 1e-15);
        for p in [0.0, 0.1, 0.3, 0.31, 0.7, 0.999] {
            let x = d.quantile(p).unwrap().data()[0];
            if p <= 0.3 { assert_eq!(x, 0.0) } else { close(d.cdf(x).unwrap().data()[0], p, 1e-13) }
        }
        assert!(d.quantile(1.5).unwrap().data()[0].is_nan());
        let of_shares = -0.7 * 0.7f64.ln() - 0.3 * 0.3f64.ln();
        let entropy = d.entropy().unwrap().data()[0];
        close(entropy, of_shares + 0.7 * inner.entropy().unwrap().data()[0], 1e-14);
        let drawn = d.entropy_by_draws(20_000, &mut Xoshiro256PlusPlus::seed_from_u64(7)).unwrap();
        assert!((drawn.value.data()[0] - entropy).abs() < 5.5 * drawn.error.data()[0]);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(8);
        let drawn = d.sample(&[20_000], &mut rng).unwrap().into_data();
        let zeros = drawn.iter().filter(|x| **x == 0.0).count() as f64 / 20_000.0;
        assert!((zeros - 0.3).abs() < 5.5 * (0.21f64 / 20_000.0).sqrt(), "{zeros}");
        let (mean, variance) = (d.mean().unwrap().data()[0], d.variance().unwrap().data()[0]);
        let found = drawn.iter().sum::<f64>() / 20_000.0;
        assert!((found - mean).abs() < 5.5 * (variance / 20_000.0).sqrt(), "{found}, not {mean}");
    }
}

#[test]
fn an_interpolated_density_is_its_polygon() {
    // Two triangles around a gap: areas 1 and 3 of 4.
    let (x, f) = (vector(&[0.0, 1.0, 2.0, 3.0, 6.0]), vector(&[0.0, 1.0, 0.0, 0.0, 2.0]));
    let d = Numeric::new(Interpolated::new(x, f)).unwrap();
    let found = d.log_density(vec![-0.1, 0.0, 0.5, 1.5, 2.5, 6.0, 6.1]).unwrap();
    let want = [0.0f64, 0.0, 0.125, 0.125, 0.0, 0.5, 0.0];
    for (found, want) in found.data().iter().zip(want) {
        assert!((found.exp() - want).abs() < 1e-15, "{found}, not {want}");
    }
    let cdf = d.cdf(vec![-1.0, 0.5, 1.0, 2.0, 2.7, 4.5, 6.0, 9.0]).unwrap();
    for (found, want) in cdf.data().iter().zip([0.0, 0.03125, 0.125, 0.25, 0.25, 0.4375, 1.0, 1.0]) {
        assert!((found - want).abs() < 1e-15, "{found}, not {want}");
    }
    close(d.log_survival(5.999_999).unwrap().data()[0].exp(), 0.5e-6, 1e-6);
    let quantile = d.quantile(vec![0.0, 0.03125, 0.25, 0.4375, 1.0]).unwrap();
    for (found, want) in quantile.data().iter().zip([0.0, 0.5, 2.0, 4.5, 6.0]) {
        assert!((found - want).abs() < 1e-12, "{found}, not {want}");
    }
    // The means of the triangles are 1 and 5, their variances 1/6 and 1/2.
    close(d.mean().unwrap().data()[0], 0.25 * 1.0 + 0.75 * 5.0, 1e-14);
    close(d.variance().unwrap().data()[0], 0.25 / 6.0 + 0.75 * 0.5 + 0.25 * 0.75 * 16.0, 1e-13);
    assert_eq!(d.mode().unwrap().data(), [6.0]);
    // A triangle of height h has -∫ f ln f = area (1/2 - ln h).
    let entropy = 0.25 * (0.5 - 0.25f64.ln()) + 0.75 * (0.5 - 0.5f64.ln());
    close(d.entropy().unwrap().data()[0], entropy, 1e-14);
    let level = Interpolated::new(vector(&[0.0, 1.0, 4.0]), vector(&[2.0, 2.0, 2.0]));
    close(Numeric::new(level).unwrap().entropy().unwrap().data()[0], 4f64.ln(), 1e-15);
    // Draws by Kolmogorov's distance, at a false-alarm rate of 1e-6.
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(9);
    let mut drawn = d.sample(&[20_000], &mut rng).unwrap().into_data();
    drawn.sort_by(f64::total_cmp);
    let below = d.cdf(drawn).unwrap();
    let n = 20_000.0;
    let apart = |(i, f): (usize, &f64)| (f - i as f64 / n).abs().max((f - (i + 1) as f64 / n).abs());
    let distance = below.data().iter().enumerate().map(apart).fold(0.0, f64::max);
    assert!(distance < (-0.5 * (0.5e-6f64).ln()).sqrt() / n.sqrt(), "{distance}");
}

#[test]
fn a_component_whose_density_is_0_far_out_leaves_the_gradient_of_a_mixture_alone() {
    let (x, sigma, w) = (Expr::input("x", [2]), Expr::input("sigma", ()), Expr::input("w", [3]));
    let parts: Vec<Inner> = vec![
        Normal::new(2.0, &sigma).into(),
        StudentT::new(3.0, 0.0, 1.0).into(),
        Gamma::new(0.5, 1.0).into(),
    ];
    // At 0 the density of Gamma(1/2) is infinite, and its weight is none.
    let density = Mixture::new(&w, parts).log_density(&x);
    let mut wanted = vec![density.clone()];
    wanted.extend(grad(&density.sum(), &[x, sigma, w]).unwrap());
    let (at, scale) = (vector(&[f64::MAX, 0.0]), Array::scalar(0.5));
    let weights = vector(&[0.5, 0.5, 0.0]);
    let found = reference::evaluate(&wanted, &[("x", &at), ("sigma", &scale), ("w", &weights)]).unwrap();
    for array in found {
        assert!(array.data().iter().all(|v| v.is_finite()), "{array:?}");
    }
}

#[test]
fn scales_far_apart_leave_the_gradient_of_a_mixture_to_the_component_that_is_there() {
    // The narrow component's standardised value, its square or its slope are beyond the range of f64; at 1e10 with the last two, all are.
    for (narrow, at) in [(1e-150, 3.0), (1e-200, 3.0), (1e-300, 3.0), (1e-300, 1e10), (1e-200, 1e150)] {
        let (x, sigma, w) = (Expr::input("x", ()), Expr::input("sigma", [2]), Expr::input("w", [2]));
        let of = |k: usize| Normal::new(0.5, sigma.index(0, k));
        let same = MixtureSameFamily::new(&w, Normal::new(0.5, &sigma)).log_density(&x);
        let one_kind = Mixture::new(&w, [of(0), of(1)]).log_density(&x);
        // A third component of another kind, which has no weight.
        let general: Vec<Inner> = vec![of(0).into(), of(1).into(), StudentT::new(3.0, 0.0, 1.0).into()];
        let third = Expr::stack(&[w.index(0, 0), w.index(0, 1), 0.0.into()], 0);
        let general = Mixture::new(third, general).log_density(&x);
        let scales = vector(&[narrow, 2.0]);
        let given = [("x", &Array::scalar(at)), ("sigma", &scales), ("w", &vector(&[0.25, 0.75]))];
        let z: f64 = (at - 0.5) / 2.0;
        let ln = 0.75f64.ln() - 0.5 * z * z - 2.0f64.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln();
        for density in [same, one_kind, general] {
            let mut wanted = vec![density.clone()];
            wanted.extend(grad(&density, &[x.clone(), sigma.clone(), w.clone()]).unwrap());
            let found = reference::evaluate(&wanted, &given).unwrap();
            close(found[0].data()[0], ln, 1e-15);
            close(found[1].data()[0], -z / 2.0, 1e-15);
            assert_eq!(found[2].data()[0], 0.0);
            close(found[2].data()[1], (z * z - 1.0) / 2.0, 1e-15);
            assert_eq!(found[3].data()[0], 0.0);
            close(found[3].data()[1], 1.0 / 0.75, 1e-15);
        }
    }
}

/// Where a component that is left out is asked instead moves with its parameters; that is no part of the mixture's slope.
#[test]
fn a_component_that_is_left_out_has_no_slope_by_the_point_where_it_is_asked() {
    let (x, sigma) = (Expr::input("x", ()), Expr::input("sigma", [2]));
    let of = |k: usize| TruncatedNormal::new(0.5, sigma.index(0, k), 0.0, 5.0);
    let w = || Expr::literal(vector(&[0.25, 0.75]));
    let same = MixtureSameFamily::new(w(), TruncatedNormal::new(0.5, &sigma, 0.0, 5.0));
    let alone = of(1).log_density(&x) + 0.75f64.ln();
    let scales = vector(&[1e-160, 2.0]);
    let given = [("x", &Array::scalar(3.0)), ("sigma", &scales)];
    let slope = |density: &Expr| {
        let wanted = grad(density, &[x.clone(), sigma.clone()]).unwrap();
        let found = reference::evaluate(&wanted, &given).unwrap();
        [found[0].data()[0], found[1].data()[0], found[1].data()[1]]
    };
    let want = slope(&alone);
    for density in [Mixture::new(w(), [of(0), of(1)]).log_density(&x), same.log_density(&x)] {
        let found = slope(&density);
        assert!((0..3).all(|k| (found[k] - want[k]).abs() <= 1e-15), "{found:?}, not {want:?}");
    }
}
