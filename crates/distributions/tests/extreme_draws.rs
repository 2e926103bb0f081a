//! Draws at the ends of what parameters may be: finite, in the support, and where the distribution function says.
//!
//! Each sampler is held to its distribution function by the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart,
//! `P(sup |Fₙ - F| > ε) <= 2 exp(-2 n ε²)`, which holds for any distribution: at a false-alarm rate of 1e-6, fixed seeds. What has no
//! distribution function is held to its mean by Hoeffding's inequality, the same bound for numbers in `0..=1`.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{
    AsymmetricLaplace, Bernoulli, Beta, BetaBinomial, Binomial, Cauchy, Censored, ChiSquared, Dirichlet,
    DirichletMultinomial, DiscreteUniform, DiscreteWeibull, Distribution, ExGaussian, Exponential, Folded,
    Gamma, Geometric, Gumbel, HalfCauchy, HalfNormal, HalfStudentT, HurdlePoisson, HyperGeometric,
    Interpolated, InverseGamma, Kumaraswamy, Laplace, LogNormal, Logistic, LogitNormal, MixtureSameFamily,
    Moyal, Multinomial, NegativeBinomial, Normal, Numeric, OrderedLogistic, OrderedProbit, Pareto, Poisson,
    Rice, SkewNormal, StickBreakingWeights, StudentT, Triangular, Truncated, TruncatedNormal, Uniform,
    VonMises, Wald, Weibull, ZeroInflatedPoisson,
};
use elbo_tensor_ad::Array;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

const DRAWS: usize = 4_000;
const FALSE_ALARM: f64 = 1e-6;

/// The distance that is passed with that probability at most.
fn bound() -> f64 {
    ((2.0 / FALSE_ALARM).ln() / (2.0 * DRAWS as f64)).sqrt()
}

fn draws(d: &Numeric, shape: &[usize]) -> Vec<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
    d.sample(shape, &mut rng).unwrap().into_data()
}

/// The name and the parameters.
fn described(d: &dyn Distribution) -> String {
    let of = |p: &elbo_distributions::Parameter| match p.value.as_constant() {
        Some(value) => format!("{} = {value:e}", p.name),
        None => format!("{} = {:?}", p.name, p.value),
    };
    format!("{}({})", d.name(), d.parameters().iter().map(of).collect::<Vec<_>>().join(", "))
}

/// What is found wrong.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    /// Draws of a distribution over numbers.
    fn of(&mut self, d: impl Distribution) {
        let name = described(&d);
        let discrete = d.support().is_discrete();
        let d = Numeric::new(d).unwrap();
        let x = draws(&d, &[DRAWS]);
        if let Some(support) = d.support()
            && let Some(x) = x.iter().find(|x| support.contains(**x) == Some(false))
        {
            self.0.push(format!("{name}: drew {x:e}, outside {support}"));
        } else {
            self.place(&name, x, &d, discrete);
        }
    }

    /// Numbers against a distribution function, on both sides of every one of them.
    fn place(&mut self, name: &str, mut x: Vec<f64>, d: &Numeric, discrete: bool) {
        if let Some(x) = x.iter().find(|x| !x.is_finite()) {
            return self.0.push(format!("{name}: drew {x}"));
        }
        x.sort_by(f64::total_cmp);
        let n = x.len() as f64;
        let mut distinct = x.clone();
        distinct.dedup();
        let before = |x: f64| if discrete { (x - 1.0).min(x.next_down()) } else { x.next_down() };
        let at = d.cdf(distinct.clone()).unwrap();
        let below = d.cdf(distinct.iter().map(|x| before(*x)).collect::<Vec<_>>()).unwrap();
        let mut worst = (0.0f64, 0.0);
        for (i, v) in distinct.iter().enumerate() {
            let (less, more) =
                (x.partition_point(|x| x < v) as f64 / n, x.partition_point(|x| x <= v) as f64 / n);
            // The smallest and the largest number hold all that is beyond them too.
            let inner = |end: usize| discrete || i != end;
            for (apart, counts) in [
                ((less - below.data()[i]).abs(), inner(0)),
                ((more - at.data()[i]).abs(), inner(distinct.len() - 1)),
            ] {
                if counts && (apart > worst.0 || apart.is_nan()) {
                    worst = (apart, *v);
                }
            }
        }
        if worst.0.is_nan() || worst.0 >= bound() {
            self.0.push(format!("{name}: {} off the distribution function at {:e}", worst.0, worst.1));
        }
    }

    /// Draws of a distribution over vectors, each coordinate over its largest value against its mean.
    fn shares(&mut self, d: impl Distribution, means: &[f64], total: f64) {
        let name = described(&d);
        let d = Numeric::new(d).unwrap();
        let k = means.len();
        let x = draws(&d, &[DRAWS, k]);
        for row in x.chunks(k) {
            let sum: f64 = row.iter().sum();
            if row.iter().any(|x| !(0.0..=total).contains(x)) || (sum / total - 1.0).abs() > 1e-12 {
                return self.0.push(format!("{name}: drew {row:?}"));
            }
        }
        for (i, mean) in means.iter().enumerate() {
            let found = x.iter().skip(i).step_by(k).map(|x| x / total).sum::<f64>() / DRAWS as f64;
            if (found - mean).abs() > bound() {
                self.0.push(format!("{name}: mean {found} of share {i}, not {mean}"));
            }
        }
    }

    fn report(self) {
        assert!(self.0.is_empty(), "{} faults\n{}", self.0.len(), self.0.join("\n"));
    }
}

const TINY_TO_HUGE: [f64; 5] = [1e-300, 1e-100, 1.0, 1e100, 1e300];

#[test]
fn draws_on_the_line_at_extreme_scales() {
    let mut faults = Faults::default();
    for s in TINY_TO_HUGE {
        faults.of(Normal::new(0.0, s));
        faults.of(Laplace::new(0.0, s));
        faults.of(Logistic::new(0.0, s));
        faults.of(Cauchy::new(0.0, s));
        faults.of(Gumbel::new(0.0, s));
        faults.of(Moyal::new(0.0, s));
        faults.of(SkewNormal::new(0.0, s, 1e6));
        faults.of(SkewNormal::new(0.0, s, -0.3));
        faults.of(Uniform::new(-s, s));
        faults.of(Triangular::new(-s, 0.5 * s, s));
        faults.of(Folded::new(Normal::new(0.0, s)));
        faults.of(ExGaussian::new(0.0, s, 1.0));
        faults.of(ExGaussian::new(0.0, 1.0, s));
        faults.of(AsymmetricLaplace::new(2.0, 0.0, s));
    }
    for kappa in [1e-8, 1e-3, 1e3, 1e8] {
        faults.of(AsymmetricLaplace::new(kappa, 0.0, 1.0));
    }
    for nu in [0.1, 0.5, 1.0, 30.0, 1e3, 1e8, 1e300] {
        for s in [1e-100, 1.0, 1e100] {
            faults.of(StudentT::new(nu, 0.0, s));
            faults.of(HalfStudentT::new(nu, s));
        }
    }
    faults.report();
}

#[test]
fn positive_draws_at_extreme_parameters() {
    let mut faults = Faults::default();
    for s in TINY_TO_HUGE {
        faults.of(HalfNormal::new(s));
        faults.of(HalfCauchy::new(s));
        faults.of(Exponential::new(s));
        faults.of(Rice::new(1e-3 * s, s));
        faults.of(Rice::new(30.0 * s, s));
    }
    for a in [1e-6, 1e-3, 0.07, 0.09, 0.5, 1.0, 1e3, 1e8, 1e15] {
        for b in [1e-200, 1.0, 1e200] {
            faults.of(Gamma::new(a, b));
            faults.of(InverseGamma::new(a, b));
        }
        faults.of(ChiSquared::new(a));
    }
    // Beyond 1e8 the numbers themselves are too coarse.
    for a in [1e-6, 1e-3, 0.5, 1.0, 1e3, 1e8] {
        faults.of(Weibull::new(a, 1.0));
        faults.of(Weibull::new(a, 1e100));
        faults.of(Pareto::new(a, 1.0));
        faults.of(Pareto::new(a, 1e-200));
    }
    for sigma in [1e-6, 1.0, 30.0, 1e3, 1e6] {
        faults.of(LogNormal::new(0.0, sigma));
        faults.of(LogNormal::new(600.0, sigma));
    }
    for lam in [1e-8, 1e-3, 1.0, 1e3, 1e8] {
        for mu in [1e-100, 1.0, 1e100] {
            faults.of(Wald::new(mu, lam * mu));
        }
    }
    faults.report();
}

#[test]
fn draws_between_bounds_at_extreme_parameters() {
    let mut faults = Faults::default();
    let shapes = [1e-6, 1e-3, 0.07, 0.09, 1.0, 30.0, 1e8];
    for a in shapes {
        for b in shapes {
            faults.of(Beta::new(a, b));
            faults.of(Kumaraswamy::new(a, b));
        }
        faults.of(Beta::mean_nu(1e-6, a));
        faults.of(Beta::mean_nu(0.5, a));
    }
    for sigma in [1e-6, 1.0, 30.0, 1e6] {
        faults.of(LogitNormal::new(0.0, sigma));
        faults.of(LogitNormal::new(-300.0, sigma));
        faults.of(LogitNormal::new(30.0, sigma));
    }
    for (mu, sigma, lower, upper) in [
        (0.0, 1.0, 40.0, 41.0),
        (0.0, 1.0, 8.0, f64::INFINITY),
        (0.0, 1.0, f64::NEG_INFINITY, -30.0),
        (0.0, 1e-3, 1.0, 2.0),
        (0.0, 1e-3, -2.0, -1.0),
        (0.0, 1e8, -1.0, 1.0),
        (0.0, 1e-100, -1.0, 1.0),
        (0.0, 1e100, -1e100, 1.0),
        (-3.0, 1.0, -5.0, 1e8),
    ] {
        faults.of(TruncatedNormal::new(mu, sigma, lower, upper));
    }
    faults.of(Truncated::new(Normal::new(0.0, 1.0), 30.0, f64::INFINITY));
    faults.of(Truncated::new(Exponential::new(1e-200), 0.0, 1.0));
    let points = |v: &[f64]| Array::vector(v.to_vec());
    faults.of(Interpolated::new(points(&[0.0, 1e-200, 1.0]), points(&[1e200, 1e-300, 1e-200])));
    faults.of(Interpolated::new(points(&[-1e200, 0.0, 1e200]), points(&[1.0, 0.0, 1e-300])));
    for kappa in [1e-300, 1e-9, 1e-7, 2e-5, 1e-3, 1.0, 1e3, 0.9e6, 1.1e6, 1e8, 1e300] {
        faults.of(VonMises::new(0.0, kappa));
    }
    faults.of(VonMises::new(1.0, 1e8));
    faults.report();
}

/// `2^53`, from where on not every whole number is an `f64`.
const WHOLE: f64 = 9_007_199_254_740_992.0;

#[test]
fn counts_at_extreme_parameters() {
    let mut faults = Faults::default();
    for mu in [1e-300, 1e-10, 0.5, 4.0, 11.9, 12.1, 40.0, 1e3, 1e6, 1e9, WHOLE, 1e16, 0.9e18, 1.1e18, 1e30] {
        faults.of(Poisson::new(mu));
        faults.of(Poisson::log_rate(mu.ln()));
        faults.of(ZeroInflatedPoisson::new(0.5, mu));
        faults.of(HurdlePoisson::new(0.5, mu));
        faults.of(Censored::new(Poisson::new(mu), 2.0, 1e6));
        for alpha in [1e-3, 1.0, 1e8] {
            faults.of(NegativeBinomial::new(mu, alpha));
        }
    }
    for n in [0.0, 1.0, 40.0, 1e6, WHOLE, 4e18, 1e19, 1e30] {
        for p in [1e-300, 1e-30, 1e-17, 1e-7, 1e-3, 0.5, 1.0 - 1e-3, 1.0 - 1e-10] {
            // From 1e30 on the numbers near n are coarser than the spread of what is not drawn.
            if n < 1e30 || p < 0.9 {
                faults.of(Binomial::probability(n, p));
            }
        }
    }
    for p in [1e-300, 1e-15, 1e-3, 0.5, 1.0 - 1e-10, 1.0] {
        faults.of(Geometric::new(p));
        faults.of(Bernoulli::probabilities(p));
        faults.of(NegativeBinomial::trials(2.5, p.max(1e-15)));
    }
    for q in [1e-10, 0.5, 1.0 - 1e-10] {
        for beta in [0.05, 1.0, 1e3] {
            faults.of(DiscreteWeibull::new(q, beta));
        }
    }
    faults.of(DiscreteUniform::new(0.0, WHOLE));
    faults.of(DiscreteUniform::new(-3.0, -3.0));
    for (population, k, n) in [(1e6, 3.0, 5e5), (1e6, 5e5, 1e5), (WHOLE, 0.5 * WHOLE, 1e3), (1e15, 1e5, 1e12)]
    {
        faults.of(HyperGeometric::new(population, k, n));
    }
    for (alpha, beta) in [(1e-6, 1e-6), (1e-3, 2e-3), (1e8, 1e8), (1e-6, 1e8), (3.0, 1e15)] {
        faults.of(BetaBinomial::new(1e5, alpha, beta));
    }
    let cuts = Array::vector(vec![-700.0, 0.0, 1e-9, 700.0]);
    for eta in [-800.0, 0.0, 650.0] {
        faults.of(OrderedLogistic::new(eta, cuts.clone()));
        faults.of(OrderedProbit::new(eta, cuts.clone()));
    }
    faults.report();
}

#[test]
fn shares_at_extreme_concentrations() {
    let mut faults = Faults::default();
    for a in [vec![1e-6, 1e-6, 2e-6], vec![1e8, 2e8, 1e8], vec![1e-6, 3e8, 1e8], vec![0.1, 1e-3, 1e-300]] {
        let sum: f64 = a.iter().sum();
        let means: Vec<f64> = a.iter().map(|a| a / sum).collect();
        faults.shares(Dirichlet::new(Array::vector(a.clone())), &means, 1.0);
        faults.shares(DirichletMultinomial::new(WHOLE, Array::vector(a)), &means, WHOLE);
    }
    for alpha in [1e-3, 1.0, 1e8] {
        // What is left for the last after k pieces: (alpha / (1 + alpha))^k.
        let left = alpha / (1.0 + alpha);
        let means = [1.0 - left, left * (1.0 - left), left * left];
        faults.shares(StickBreakingWeights::new(alpha, 2), &means, 1.0);
    }
    let p = vec![1e-16, 0.5, 0.5 - 1e-16];
    faults.shares(Multinomial::new(WHOLE, Array::vector(p.clone())), &p, WHOLE);
    // Each class alone is a binomial: the rarest, 0.9 of which are expected, and the others.
    let d = Numeric::new(Multinomial::new(WHOLE, Array::vector(p.clone()))).unwrap();
    let x = draws(&d, &[DRAWS, 3]);
    for (k, p) in p.into_iter().enumerate() {
        let one = x.iter().skip(k).step_by(3).copied().collect();
        faults.place(
            "a class of Multinomial",
            one,
            &Numeric::new(Binomial::probability(WHOLE, p)).unwrap(),
            true,
        );
    }
    faults.report();
}

#[test]
fn mixtures_of_scales_far_apart_draw_from_each() {
    let mut faults = Faults::default();
    let (w, scales) = (Array::vector(vec![0.3, 0.7]), Array::vector(vec![1e-200, 1e200]));
    faults.of(MixtureSameFamily::new(w, Normal::new(0.0, scales)));
    faults.report();
}
