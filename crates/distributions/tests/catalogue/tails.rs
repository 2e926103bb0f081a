//! Tails where the tests' own quadrature does not reach.

use elbo_distributions::{
    Binomial, Distribution, Normal, Numeric, Rice, SkewNormal, StudentT, TruncatedNormal, VonMises,
};

use super::golden::close;
use super::run;

/// By mpmath with 60 digits. Below what `1 - p` resolves the tail is Poisson's, corrected: it is off by the `p`-th part.
#[test]
fn the_lower_tail_of_rare_successes_is_that_of_sixty_digits() {
    for (n, p, x, want) in [
        (1e12, 1e-7, 98_500.0, -13.81456151153379),
        (1e18, 1e-10, 99_970_000.0, -6.607999859200394),
        (1e18, 1e-10, 99_800_000.0, -204.04961625444107),
        (1e15, 1e-9, 995_000.0, -15.083197211152959),
        (1e15, 1e-9, 800_000.0, -21_491.26467285967),
        (1e13, 2e-8, 198_000.0, -12.489745980082239),
        (1e17, 3e-12, 297_500.0, -12.92167306244721),
        (1e17, 3e-12, 200.0, -298_340.923_770_027_4),
        (1e18, 1e-7, 99_993_675_440.0, -203.92165685702331),
        (1e18, 1e-7, 99_987_350_880.0, -804.643_376_515_812_2),
    ] {
        let d = Numeric::new(Binomial::probability(n, p)).unwrap();
        let found = d.log_cdf(x).unwrap().data()[0];
        // The rounding of n p, in standard deviations, moves it too.
        let z = (n * p - x) / (n * p).sqrt();
        let slack = p + 1e-16 * z * (n * p).sqrt() + 1e-9;
        assert!(close(found, want, 1e-11, slack), "{n:e} {p:e} {x}: {found}, not {want}");
        if want > -700.0 {
            let cdf = d.cdf(x).unwrap().data()[0];
            assert!(close(cdf, want.exp(), 10.0 * slack, 0.0), "{n:e} {p:e} {x}: {cdf}");
        }
    }
}

/// Where a bound is missing there is no end: as far out as the normal distribution itself says.
#[test]
fn a_missing_bound_is_none_beyond_forty_standard_deviations_too() {
    let (mu, sigma, inf) = (0.7, 1.3, f64::INFINITY);
    let free = Numeric::new(TruncatedNormal::new(mu, sigma, -inf, inf)).unwrap();
    let half = Numeric::new(TruncatedNormal::new(mu, sigma, mu, inf)).unwrap();
    let other = Numeric::new(TruncatedNormal::new(mu, sigma, -inf, mu)).unwrap();
    let beyond = Numeric::new(TruncatedNormal::new(mu, sigma, -inf, mu + 60.0 * sigma)).unwrap();
    let plain = Numeric::new(Normal::new(mu, sigma)).unwrap();
    for z in [0.3, 5.0, 30.0, 39.9, 40.1, 55.0, 300.0, 1e6, 1e100] {
        let (low, high) = (mu - z * sigma, mu + z * sigma);
        let want = plain.log_survival(high).unwrap().data()[0];
        let ln_2 = std::f64::consts::LN_2;
        for (found, want) in [
            (free.log_survival(high), want),
            (free.log_cdf(low), want),
            (half.log_survival(high), want + ln_2),
            (other.log_cdf(low), want + ln_2),
            (beyond.log_cdf(low), want),
        ] {
            let found = found.unwrap().data()[0];
            assert!(close(found, want, 1e-12, 1e-13), "{z}: {found}, not {want}");
        }
        let density = plain.log_density(high).unwrap().data()[0];
        let found = free.log_density(high).unwrap().data()[0];
        assert!(close(found, density, 1e-12, 0.0), "{z}: {found}, not {density}");
    }
    // The smallest probability that there is.
    let p = f64::from_bits(1);
    for (d, want) in [(&free, plain.quantile(p)), (&beyond, plain.quantile(p))] {
        let (found, want) = (d.quantile(p).unwrap().data()[0], want.unwrap().data()[0]);
        assert!(close(found, want, 1e-12, 0.0), "{found}, not {want}");
    }
    for d in [&free, &beyond] {
        assert!(close(d.mean().unwrap().data()[0], mu, 1e-12, 0.0));
        assert!(close(d.variance().unwrap().data()[0], sigma * sigma, 1e-11, 0.0));
        let entropy = plain.entropy().unwrap().data()[0];
        assert!(close(d.entropy().unwrap().data()[0], entropy, 1e-11, 0.0));
    }
}

/// What the pages of these promise of their distribution functions, by mpmath with 40 digits and more: `1e-12` of the tail.
#[test]
fn tails_by_quadrature_or_expansion_are_good_to_what_their_pages_say() {
    let skew = |alpha: f64| -> Box<dyn Distribution> { Box::new(SkewNormal::new(0.0, 1.0, alpha)) };
    let rice = |nu: f64| -> Box<dyn Distribution> { Box::new(Rice::new(nu, 1.0)) };
    let student = |nu: f64| -> Box<dyn Distribution> { Box::new(StudentT::new(nu, 0.0, 1.0)) };
    let von = |mu: f64, kappa: f64| -> Box<dyn Distribution> { Box::new(VonMises::new(mu, kappa)) };
    let mut failures = Vec::new();
    for (d, x, below, want) in [
        (skew(3.0), -2.0, true, -26.00391501422083),
        (skew(3.0), -0.3, true, -3.7329992395391964),
        (skew(3.0), 0.4, true, -1.1280487916970734),
        (skew(-30.0), -1.0, true, -1.1478744644493182),
        (skew(0.7), -9.0, true, -65.96587843866802),
        (skew(1000.0), -0.001, true, -9.618668792096331),
        (skew(3.0), 2.0, false, -3.090037153233935),
        (skew(-3.0), 0.5, false, -5.056241751246364),
        (skew(-30.0), 0.05, false, -7.15897775942243),
        (skew(0.7), 9.0, false, -42.93500193287167),
        (skew(1000.0), 0.5, false, -0.4827645810336733),
        (rice(0.5), 0.01, true, -10.02850942745963),
        (rice(3.0), 1.0, true, -4.525486020594124),
        (rice(3.0), 3.0, true, -0.8381261613138612),
        (rice(20.0), 12.0, true, -35.27341824557041),
        (rice(20.0), 19.5, true, -1.205048840219979),
        (rice(0.5), 4.0, false, -7.21287476080985),
        (rice(3.0), 3.5, false, -1.005_996_095_608_667),
        (rice(3.0), 12.0, false, -42.92702016701474),
        (rice(20.0), 26.0, false, -20.602313523408032),
        (rice(20.0), 20.5, false, -1.1479469209738858),
        (von(0.0, 0.5), -1.0, true, -1.303709684066056),
        (von(0.0, 4.0), -2.5, true, -8.408167954288733),
        (von(1.0, 30.0), 0.2, true, -11.429671777540984),
        (von(0.0, 200.0), 0.05, true, -0.2743192410195291),
        (von(-2.0, 2.0), 1.5, true, -0.08452544545396843),
        (student(1.1e4), -3.0, true, -6.605488916924942),
        (student(1.1e4), 25.0, false, -308.05653182153557),
        (student(2e5), 8.0, false, -35.008159388241914),
        (student(1e8), -35.0, true, -616.9713436075813),
    ] {
        let found = if below { d.log_cdf(&x.into()) } else { d.log_survival(&x.into()) };
        let found = run(&[found.unwrap()], &[]).unwrap()[0].data()[0];
        // Of a tail of e^-600 the logarithm itself is not known better than its own digits.
        if !close(found, want, 2e-15, 1e-12) {
            failures.push(format!("{d:?} at {x}: {found}, not {want}, by {:e}", found - want));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn quantiles_of_any_degrees_of_freedom_are_those_of_sixty_digits() {
    for (nu, p, want) in [
        (0.3, 1e-6, -3.0071858087909745e18),
        (0.3, 0.4, -0.502301282059305),
        (1.7, 1e-100, -3.983852731230406e58),
        (3.0, 0.01, -4.5407028585681335),
        (3.0, 0.49, -0.02721146704911802),
        (12.5, 1e-30, -744.6508991796728),
        (40.0, 0.2, -0.8506997957904543),
        (500.0, 1e-12, -7.21593055064887),
        (1e6, 1e-3, -3.090_240_456_316_52),
    ] {
        let found = Numeric::new(StudentT::new(nu, 0.0, 1.0)).unwrap().quantile(p).unwrap().data()[0];
        assert!(close(found, want, 1e-12, 0.0), "{nu} {p:e}: {found}, not {want}");
    }
}
