//! `LKJCholeskyCov`: against the table, and what it is made of.

use elbo_distributions::{
    ChiSquared, Distribution, Exponential, Gamma, HalfNormal, Independent, Inner, InverseGamma, LKJCholesky,
    LKJCholeskyCov, LogNormal, Normal, Poisson, Uniform, Weibull,
};
use elbo_tensor_ad::{Array, Expr, grad};

use super::array;
use super::events::values;
use super::golden::{cases, close, number};

/// The lower triangular matrix of side `n` whose rows one after another are these numbers.
fn triangle(packed: &Expr, n: usize) -> Expr {
    let cells = n * (n + 1) / 2;
    let at = |i: usize, j: usize| if j <= i { i * (i + 1) / 2 + j } else { cells };
    let index = (0..n * n).map(|k| at(k / n, k % n) as f64).collect();
    packed.pad(0, 0, 1).take(&Expr::literal(Array::vector(index))).reshape([n, n])
}

#[test]
fn its_log_density_and_gradient_are_those_of_the_table() {
    let mut seen = 0;
    for case in cases("dist_multivariate.json").iter().filter(|c| c["dist"] == "LKJCholeskyCov") {
        seen += 1;
        let n = usize::try_from(case["n"].as_u64().unwrap()).unwrap();
        let scale = number(&case["sd_param"]).unwrap();
        let sd: Inner = match case["sd_dist"].as_str().unwrap() {
            "Exponential" => Exponential::new(scale).into(),
            "HalfNormal" => HalfNormal::new(scale).into(),
            other => panic!("a prior that this test does not know: {other}"),
        };
        let d = LKJCholeskyCov::new(n, number(&case["eta"]).unwrap(), sd);
        d.check().unwrap();
        let packed = array(&case["packed_lower_row_major"]);
        let input = Expr::input("packed", packed.shape());
        let want = number(&case["logp"]).unwrap();
        for density in [d.log_density(&triangle(&input, n)), d.log_density_unchecked(&triangle(&input, n))] {
            let slope = grad(&density, std::slice::from_ref(&input)).unwrap().remove(0);
            let found = values(&[density, slope], &[("packed", &packed)]);
            assert!(close(found[0].data()[0], want, 1e-11, 1e-11), "{case}: {:?}", found[0]);
            let slopes = array(&case["grad"]["packed"]);
            let scale = slopes.data().iter().fold(0.0, |m: f64, v| m.max(v.abs()));
            for (found, want) in found[1].data().iter().zip(slopes.data()) {
                assert!(close(*found, *want, 1e-9, 1e-12 * scale), "{case}: {found}, not {want}");
            }
        }
    }
    assert_eq!(seen, 48);
}

/// `[n]` parameters of one prior for each row give what each row alone does.
#[test]
fn rows_may_have_standard_deviations_of_their_own_and_batches_their_own_priors() {
    let l = Array::new([2, 2], vec![0.7, 0.0, -0.4, 1.1]).unwrap();
    let at = |d: &dyn Distribution| values(&[d.log_density(&l.clone().into())], &[]).remove(0);
    let rates = Array::vector(vec![0.5, 2.0, 3.0]);
    let batch = at(&LKJCholeskyCov::new(2, 1.5, Exponential::new(rates.clone())));
    assert_eq!(batch.shape(), [3]);
    for (found, rate) in batch.data().iter().zip(rates.data()) {
        let want = at(&LKJCholeskyCov::new(2, 1.5, Exponential::new(*rate)));
        assert!(close(*found, want.data()[0], 1e-14, 1e-14));
    }
    let unit = at(&LKJCholeskyCov::new(2, 1.5, Uniform::new(0.0, 1.0)));
    assert_eq!(unit.data(), [f64::NEG_INFINITY], "a row is longer than its prior allows");
}

#[test]
fn far_out_nothing_overflows() {
    for size in [1e-300, 1e-160, 1e160, 1e300] {
        let input = Expr::input("l", [2, 2]);
        let density = LKJCholeskyCov::new(2, 1.5, HalfNormal::new(size)).log_density(&input);
        let slope = grad(&density, std::slice::from_ref(&input)).unwrap().remove(0);
        let l = Array::new([2, 2], vec![size, 0.0, 0.3 * size, 0.8 * size]).unwrap();
        let found = values(&[density, slope], &[("l", &l)]);
        assert!(found.iter().flat_map(|f| f.data()).all(|v| !v.is_nan()), "{size}: {found:?}");
        assert!(found[0].data()[0].is_finite());
    }
}

#[test]
fn its_product_with_its_transpose_has_the_mean_of_the_squared_scales() {
    // E L Lᵀ = E s² I, as E C Cᵀ = I: the squares of each row of the factor's moments add up.
    for (eta, n) in [(0.6, 2), (1.0, 4), (7.0, 5)] {
        let d = LKJCholesky::new(n, eta);
        let found = values(&[d.mean().unwrap().square() + d.variance().unwrap()], &[]).remove(0);
        for row in found.data().chunks(n) {
            assert!(close(row.iter().sum(), 1.0, 1e-14, 0.0), "{row:?}");
        }
    }
}

#[test]
fn what_is_no_prior_of_a_standard_deviation_is_an_error() {
    let message = |sd: Inner| LKJCholeskyCov::new(2, 1.0, sd).check().unwrap_err().to_string();
    assert!(message(Normal::standard().into()).contains("support within the positive numbers"));
    assert!(message(Poisson::new(2.0).into()).contains("support within the positive numbers"));
    assert!(message(Exponential::new(-1.0).into()).contains("lam"));
    let d = LKJCholeskyCov::new(2, -1.0, Exponential::new(1.0));
    assert!(d.check().unwrap_err().to_string().contains("eta must be finite and > 0, found -1"));
}

/// Every slope in the entries below and on the diagonal is 0 there, and the second differences are below it.
#[test]
fn the_mode_is_where_no_entry_has_a_slope() {
    let priors: Vec<Inner> = vec![
        Gamma::new(4.5, 2.0).into(),
        ChiSquared::new(9.0).into(),
        InverseGamma::new(2.0, 3.0).into(),
        LogNormal::new(0.3, 0.7).into(),
        Weibull::new(3.4, 1.7).into(),
        Independent::new(
            Weibull::new(Array::vector(vec![1.2, 3.5, 4.0]), Array::vector(vec![1.0, 2.0, 0.5])),
            1,
        )
        .into(),
        LogNormal::new(Array::vector(vec![-0.4]), 0.7).into(),
    ];
    for sd in priors {
        let d = LKJCholeskyCov::new(3, 0.9, sd);
        let mode = values(&[d.mode().unwrap()], &[]).remove(0);
        let mode = Array::new([3, 3], mode.into_data()).unwrap();
        let l = Expr::input("l", [3, 3]);
        let density = d.log_density_unchecked(&l).sum();
        let slope = grad(&density, std::slice::from_ref(&l)).unwrap().remove(0);
        let found = values(&[density.clone(), slope], &[("l", &mode)]);
        for at in [0, 3, 4, 6, 7, 8] {
            assert!(found[1].data()[at].abs() < 1e-12, "{d:?} [{at}]: {:?}", found[1]);
            for step in [-1e-3, 1e-3] {
                let mut beside = mode.clone();
                beside.data_mut()[at] += step;
                let there = values(std::slice::from_ref(&density), &[("l", &beside)])[0].data()[0];
                assert!(there < found[0].data()[0], "{d:?} [{at}] {step}");
            }
        }
    }
    let none = |eta: f64, sd: Inner| {
        let mode = values(&[LKJCholeskyCov::new(2, eta, sd).mode().unwrap()], &[]).remove(0);
        assert!(mode.data().iter().all(|v| v.is_nan()), "{mode:?}");
    };
    none(0.5, LogNormal::new(0.0, 1.0).into());
    none(2.0, Exponential::new(1.0).into());
    none(2.0, HalfNormal::new(1.0).into());
    let mode = values(&[LKJCholeskyCov::new(2, 2.0, Gamma::new(1.5, 1.0)).mode().unwrap()], &[]).remove(0);
    // The first row alone has one.
    assert!(mode.data()[3].is_nan());
    assert!(LKJCholeskyCov::new(2, 2.0, Uniform::new(0.0, 1.0)).mode().is_none());
}
