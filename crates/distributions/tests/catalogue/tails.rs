//! Tails where the tests' own quadrature does not reach.

use elbo_distributions::{Binomial, Normal, Numeric, TruncatedNormal};

use super::golden::close;

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
