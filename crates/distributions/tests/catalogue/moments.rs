//! Moments and entropies as expressions: their gradients, and rows beyond what the tests' own quadrature reaches.

use elbo_distributions::{
    Cauchy, Censored, DiscreteWeibull, Distribution, ExGaussian, Folded, LogitNormal, Normal, Poisson, Rice,
    SkewNormal, StudentT, Truncated, Wald,
};
use elbo_tensor_ad::{Expr, check};

use super::golden::close;
use super::{for_each, proper, run};

#[test]
fn gradients_of_moments_and_entropies_are_those_of_differences_and_of_dual_numbers() {
    for_each(proper(), 1, |case| {
        let d = case.entry.over_inputs(&case.values);
        let given = case.entry.given(&case.values);
        // All three at once, weighed so that no two faults cancel; one that does not exist at these parameters has no slope.
        let mut total = Expr::constant(0.0);
        for (weight, found) in [(1.0, d.mean()), (0.61, d.variance()), (-2.3, d.entropy())] {
            let Some(found) = found else { continue };
            let value = run(std::slice::from_ref(&found), &given).map_err(|e| e.to_string())?.remove(0);
            if value.data()[0].is_finite() {
                total = total + weight * found.sum();
            }
        }
        let free: Vec<_> = total.free_inputs().iter().map(ToString::to_string).collect();
        let wrt: Vec<&str> =
            case.entry.varying().into_iter().filter(|n| free.iter().any(|f| f == n)).collect();
        if !wrt.is_empty() {
            check::gradient(&total, &wrt, &given).map_err(|e| e.to_string())?;
        }
        Ok(())
    });
}

#[test]
fn moments_that_do_not_exist_are_nan_by_quadrature_too() {
    let at = |d: &dyn Distribution| {
        let found = run(&[d.mean().unwrap(), d.variance().unwrap()], &[]).unwrap();
        [found[0].data()[0], found[1].data()[0]]
    };
    let infinity = f64::INFINITY;
    let cauchy = || Cauchy::new(0.3, 1.0);
    assert!(at(&Truncated::new(cauchy(), 0.0, infinity)).iter().all(|m| m.is_nan()));
    assert!(at(&Folded::new(cauchy())).iter().all(|m| m.is_nan()));
    assert!(at(&Censored::new(cauchy(), 0.0, infinity)).iter().all(|m| m.is_nan()));
    // Of 1.5 degrees of freedom there is a mean, and between bounds there is all.
    let [mean, variance] = at(&Truncated::new(StudentT::new(1.5, 0.0, 1.0), 0.0, infinity));
    assert!(mean > 1.0 && mean < 3.0 && variance.is_nan(), "{mean} {variance}");
    let [mean, variance] = at(&Truncated::new(Cauchy::new(0.0, 1.0), 0.0, 1e6));
    // ln(1 + 10^12) / π, over the mass below the bound.
    let mass = 2.0 * 1e6f64.atan() / std::f64::consts::PI;
    let want = 1e12f64.ln_1p() / std::f64::consts::PI / mass;
    assert!(close(mean, want, 1e-11, 0.0) && variance.is_finite(), "{mean}, not {want}");
}

/// The modes that are searched for, where no bound or kink decides them.
#[test]
fn gradients_of_modes_that_are_searched_for_are_those_of_differences_and_of_dual_numbers() {
    let searched = ["SkewNormal", "ExGaussian", "Rice", "LogitNormal"];
    for_each(proper().filter(|e| searched.contains(&e.name)), 6, |case| {
        let mode = case.entry.over_inputs(&case.values).mode().unwrap().sum();
        check::gradient(&mode, &case.entry.varying(), &case.entry.given(&case.values))
            .map_err(|e| e.to_string())
    });
}

#[test]
fn modes_that_are_searched_for_stand_where_they_are_known_to() {
    let at = |d: &dyn Distribution| run(&[d.mode().unwrap()], &[]).unwrap()[0].data()[0];
    // A Gaussian, an exponential, Rayleigh's, and where both lobes of a LogitNormal are as high.
    assert_eq!(at(&SkewNormal::new(0.3, 2.0, 0.0)), 0.3);
    assert!(close(at(&SkewNormal::new(0.0, 1.0, -1e150)), 0.0, 0.0, 1e-14));
    assert!(close(at(&ExGaussian::new(1.0, 1e-9, 2.0)), 1.0, 0.0, 1e-7));
    assert!(close(at(&ExGaussian::new(1.0, 1.0, 1e-5)), 1.00001, 1e-10, 0.0));
    assert!(close(at(&Rice::new(0.0, 3.0)), 3.0, 1e-15, 0.0));
    assert_eq!(at(&LogitNormal::new(0.0, 1.0)), 0.5);
    let low = at(&LogitNormal::new(0.0, 3.0));
    assert!(low < 0.01 && close((low / (1.0 - low)).ln(), 9.0 * (2.0 * low - 1.0), 1e-12, 0.0), "{low}");
}

/// Mean, variance and entropy, NaN where a row has none.
type Row = (Box<dyn Distribution>, [f64; 3]);

fn row(d: impl Distribution, mean: f64, variance: f64, entropy: f64) -> Row {
    (Box::new(d), [mean, variance, entropy])
}

const NONE: f64 = f64::NAN;

/// By mpmath with 40 digits (far out LogitNormal is LogNormal, which has formulas): sums term by term with the tails by Euler and Maclaurin, integrals by quadrature on pieces.
#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let weibull = |q: f64, beta: f64| DiscreteWeibull::new(q, beta);
    let logit = |mu: f64, sigma: f64| LogitNormal::new(mu, sigma);
    let entropy = |d: Box<dyn Distribution>, entropy: f64| (d, [NONE, NONE, entropy]);
    let skew = |alpha: f64, h: f64| entropy(Box::new(SkewNormal::new(0.0, 1.0, alpha)), h);
    let wald = |mu: f64, lam: f64, h: f64| entropy(Box::new(Wald::new(mu, lam)), h);
    let rice = |nu: f64, h: f64| entropy(Box::new(Rice::new(nu, 1.0)), h);
    let ex = |sigma: f64, nu: f64, h: f64| entropy(Box::new(ExGaussian::new(0.0, sigma, nu)), h);
    let infinity = f64::INFINITY;
    let zero_truncated = |mu: f64| Truncated::new(Poisson::new(mu), 1.0, infinity);
    vec![
        row(weibull(0.5, 1.0), 1.0, 2.0, 1.3862943611198906),
        row(weibull(0.998, 0.6), 47311.67329997113, 6918566114.219717, 11.48234507124644),
        row(weibull(0.9999, 0.35), 1348973802288.3245, 2.87105533623534e+25, 27.293046601421096),
        row(weibull(0.999999, 2.5), 222.37054985032327, 9095.12091780905, 5.956249353372723),
        row(weibull(0.01, 0.5), 0.01198356453263432, 0.017306325447531964, 0.061312879800024006),
        row(weibull(0.9999999, 4.0), 50.4707563798919, 204.56086626996327, 4.076351400502272),
        row(weibull(0.9999999999999999, 4.5), 3203.7922654603695, 652705.424473496, 8.108601646566596),
        row(weibull(0.9999999999999999, 5.5), 734.2354082674087, 23787.49211314245, 6.446939435424228),
        row(weibull(0.9999999999999999, 50.0), 1.8824969025845953, 0.10369611951319085, 0.3619203889991975),
        row(weibull(0.7, 0.2), 20787.874921154562, 108470134506.31564, 6.283694963120842),
        row(logit(0.0, 0.01), 0.5, 6.249687522133399e-06, -4.57255101359082),
        row(logit(3.0, 0.5), 0.9473300460188893, 0.0006660610744128969, -2.383187280326036),
        row(logit(-1.0, 30.0), 0.48672858497154314, 0.23655735126734273, -19.173366686102526),
        row(logit(2.0, 1000.0), 0.5007978827164198, 0.2496004225568807, -789.5607752226275),
        row(logit(2.0, 1e4), 0.500_079_788_454_236, 0.24996009940721655, -7968.21661994713),
        row(logit(-60.0, 3.0), 7.882359790600851e-25, 5.0339540428062974e-45, -57.48244917812722),
        row(logit(50.0, 8.0), 0.9999999993308274, 1.72516212257441e-10, -46.501619926879876),
        row(logit(-300.0, 0.5), 5.833675118104465e-131, 9.66588634369393e-262, -299.2742086473553),
        skew(0.0, 1.4189385332046727), skew(0.7, 1.3011966593475925), skew(-30.0, 0.7497986059830051),
        skew(1e4, 0.7258634173612919), skew(-1e6, 0.725792073291897),
        wald(1.0, 1.0, 0.8769456078723389), wald(1.0, 1e-4, -5.88853984705612),
        wald(1.0, 1e6, -5.48881749577709), wald(1e3, 0.02, -0.5881731822170736),
        rice(0.0, 0.9420342421707938), rice(0.3, 0.9638013101951131), rice(3.0, 1.3843871962267618),
        rice(40.0, 1.4187821609098978), rice(1000.0, 1.4189382832043602),
        ex(1.0, 1.0, 1.7317510428476548), ex(1.0, 0.01, 1.418988530704506), ex(1.0, 100.0, 5.614181973978395),
        ex(1.0, 1e4, 10.210430689682951), ex(1.0, 1e6, 14.815511461161357), ex(1e3, 1.0, 8.326694312186559),
        row(Truncated::new(Normal::standard(), 3.0, infinity), 3.2830986549304364, 0.07055918678526811, -0.26413970591002206),
        row(Truncated::new(Normal::standard(), 6.0, 6.5), 6.137740433344353, 0.013551654390719715, -1.0166834251719945),
        row(Truncated::new(Normal::standard(), -2.0, 5.0), 0.05524635755414156, 0.8864444755557868, 1.340673648340311),
        row(Truncated::new(StudentT::new(3.0, 0.0, 1.0), -1.0, infinity), 0.5139804124502736, 1.7078633107168992, NONE),
        row(zero_truncated(0.3), 1.1574887740530249, 0.16495514421015797, NONE),
        row(zero_truncated(4.0), 4.074629441455096, 3.7705421221028117, NONE),
        row(zero_truncated(300.0), 300.0, 300.0, NONE),
    ]
}

#[test]
fn moments_and_entropies_are_those_of_forty_digits() {
    let mut failures = Vec::new();
    for (d, want) in rows() {
        for (want, found) in want.into_iter().zip([d.mean(), d.variance(), d.entropy()]) {
            if want.is_nan() {
                continue;
            }
            let found = run(&[found.unwrap()], &[]).unwrap()[0].data()[0];
            // What the pages state; an entropy near 0 is a difference of what is about 1.
            let rtol = if d.name() == "DiscreteWeibull" { 1e-11 } else { 1e-12 };
            if !close(found, want, rtol, if want.abs() < 1e-3 { 0.0 } else { 1e-12 }) {
                failures.push(format!("{d:?}: {found}, not {want}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A normal variable censored or folded has formulas: the means of the parts between and beyond.
#[test]
fn censored_and_folded_normals_have_the_moments_of_their_formulas() {
    let n = statrs::distribution::Normal::new(0.0, 1.0).unwrap();
    let cdf = |z: f64| statrs::distribution::ContinuousCDF::cdf(&n, z);
    let pdf = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let at = |d: &dyn Distribution| run(&[d.mean().unwrap(), d.variance().unwrap()], &[]).unwrap();
    for (mu, sigma, lower, upper) in
        [(0.3, 1.2, -1.0, 2.0), (0.0, 1.0, 0.0, f64::INFINITY), (4.0, 2.0, f64::NEG_INFINITY, 3.0)]
    {
        let (a, b) = ((lower - mu) / sigma, (upper - mu) / sigma);
        // E z and E z² between, and the bounds where there are any.
        let times = |z: f64| if z.is_finite() { z * pdf(z) } else { 0.0 };
        let (first, second) = (pdf(a) - pdf(b), cdf(b) - cdf(a) + times(a) - times(b));
        let bound = |x: f64, mass: f64, power: i32| if x.is_finite() { x.powi(power) * mass } else { 0.0 };
        let ends = |power| bound(lower, cdf(a), power) + bound(upper, cdf(-b), power);
        let mean = mu * (cdf(b) - cdf(a)) + sigma * first + ends(1);
        let square =
            mu * mu * (cdf(b) - cdf(a)) + 2.0 * mu * sigma * first + sigma * sigma * second + ends(2);
        let found = at(&Censored::new(Normal::new(mu, sigma), lower, upper));
        assert!(close(found[0].data()[0], mean, 1e-9, 1e-10), "{lower} {upper}: {found:?}, not {mean}");
        let variance = square - mean * mean;
        assert!(
            close(found[1].data()[0], variance, 1e-9, 1e-9),
            "{lower} {upper}: {found:?}, not {variance}"
        );
    }
    for (mu, sigma) in [(0.0, 2.0), (-1.0, 0.7), (30.0, 1.0), (1e-3, 5.0)] {
        let found = at(&Folded::new(Normal::new(mu, sigma)));
        let mean = 2.0 * sigma * pdf(mu / sigma) + mu * (1.0 - 2.0 * cdf(-mu / sigma));
        assert!(close(found[0].data()[0], mean, 1e-9, 0.0), "{mu} {sigma}: {found:?}, not {mean}");
        let variance = mu * mu + sigma * sigma - mean * mean;
        assert!(close(found[1].data()[0], variance, 1e-9, 1e-9), "{mu} {sigma}: {found:?}, not {variance}");
    }
}
