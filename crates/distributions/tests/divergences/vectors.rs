//! Divergences of vectors and matrices, of what is made of parts, and of batches.

use elbo_distributions::{
    AR, Bijector, CAR, Dirichlet, DiscreteUniform, Distribution, Divergence, Error, Exponential, Gamma,
    GaussianRandomWalk, HurdleGamma, HurdleLogNormal, ICAR, Independent, InverseGamma, InverseWishart,
    LKJCholesky, LKJCholeskyCov, LKJCorr, MatrixNormal, Multinomial, MvNormal, NegativeBinomial, Normal,
    Numeric, Parameter, Requirement, StickBreakingWeights, StudentT, Support, Transformed, Wishart,
    ZeroSumNormal, kl,
};
use elbo_tensor_ad::{Array, Expr, check};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::golden::close;
use crate::run;

/// Pairs over vectors and matrices, and over numbers with a probability at 0: no quadrature is there to compare with.
fn events() -> Vec<(Box<dyn Distribution>, Box<dyn Distribution>)> {
    fn both(q: impl Distribution, p: impl Distribution) -> (Box<dyn Distribution>, Box<dyn Distribution>) {
        (Box::new(q), Box::new(p))
    }
    let vector = |v: &[f64]| Array::vector(v.to_vec());
    let square = |n: usize, v: &[f64]| Array::new([n, n], v.to_vec()).unwrap();
    let path = || square(3, &[0.0, 1.0, 0.0, 1.0, 0.0, 2.0, 0.0, 2.0, 0.0]);
    let cov = || square(3, &[2.0, 0.3, 0.1, 0.3, 1.0, 0.2, 0.1, 0.2, 1.5]);
    let each = || Independent::new(Normal::new(vector(&[0.3, -1.0, 0.5]), vector(&[0.7, 1.2, 0.9])), 1);
    let full = || MvNormal::new(vector(&[0.1, 0.2, -0.3]), cov());
    let low_rank = || {
        MvNormal::low_rank(
            vector(&[0.5, 0.0, 0.2]),
            Array::new([3, 1], vec![0.8, -0.4, 0.3]).unwrap(),
            vector(&[0.5, 0.8, 1.1]),
        )
    };
    let walk = || GaussianRandomWalk::new(0.2, 0.8, 2).start(0.1, 1.5);
    let auto = || AR::new(vector(&[0.6]), 0.9, 2).constant(0.3).start(0.2, 1.1);
    let second = AR::new(vector(&[0.4, -0.3]), 1.2, 1).constant(-0.1).start(-0.2, 1.6);
    let stick = |mu: f64, sigma: f64| {
        Transformed::new(Independent::new(Normal::new(vector(&[mu, -mu]), sigma), 1), Bijector::StickBreaking)
    };
    let rates = |a: f64, b: f64| Independent::new(Gamma::new(vector(&[a, b]), 2.0), 1);
    let simple = |mu: f64| Transformed::new(Normal::new(vector(&[mu, 0.2]), 0.8), Bijector::Simplex);
    vec![
        both(each(), full()),
        both(full(), each()),
        both(low_rank(), MvNormal::precision(vector(&[0.1, 0.2, -0.3]), cov())),
        both(walk(), GaussianRandomWalk::new(-0.1, 1.3, 2).start(0.4, 2.0)),
        both(walk(), full()),
        both(auto(), second),
        both(auto(), walk()),
        both(CAR::new(0.3, path(), 0.5, 1.4), CAR::new(vector(&[0.1, 0.2, -0.4]), path(), -0.3, 0.8)),
        both(each(), CAR::new(0.3, path(), 0.5, 1.4)),
        both(ICAR::new(path(), 0.7), ICAR::new(path(), 1.3)),
        both(ZeroSumNormal::over(0.7, [2, 3]), ZeroSumNormal::over(1.1, [2, 3])),
        both(StickBreakingWeights::new(2.0, 3), StickBreakingWeights::new(0.8, 3)),
        both(LKJCholesky::new(3, 2.5), LKJCholesky::new(3, 0.9)),
        both(LKJCorr::new(3, 0.9), LKJCorr::new(3, 2.5)),
        both(
            LKJCholeskyCov::new(3, 2.5, Gamma::new(3.0, 2.0)),
            LKJCholeskyCov::new(3, 0.9, Exponential::new(0.7)),
        ),
        both(LKJCholeskyCov::new(2, 2.5, rates(2.0, 3.5)), LKJCholeskyCov::new(2, 0.9, rates(1.2, 4.0))),
        both(
            Multinomial::new(5.0, vector(&[0.2, 0.5, 0.3])),
            Multinomial::new(5.0, vector(&[0.4, 0.35, 0.25])),
        ),
        both(rates(2.0, 3.5), rates(1.2, 4.0)),
        both(stick(0.3, 0.8), stick(-0.4, 1.3)),
        both(simple(0.3), simple(-0.7)),
        both(HurdleGamma::new(0.7, 2.0, 1.5), HurdleGamma::new(0.4, 3.0, 2.5)),
        both(HurdleLogNormal::new(0.7, 0.2, 0.9), HurdleLogNormal::new(0.4, -0.3, 1.4)),
    ]
}

#[test]
fn divergences_of_vectors_are_the_means_over_draws_and_have_their_gradients() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(41);
    for (q, p) in events() {
        let name = format!("{} and {}", q.name(), p.name());
        let found = kl(&*q, &*p).unwrap();
        assert!(found.is_exact(), "{name}");
        let found = run(&[found.expr().clone()], &[]).remove(0);
        assert_eq!(found.rank(), 0, "{name}");
        let own = q.parameters();
        let numbers = run(&own.iter().map(|p| p.value.clone()).collect::<Vec<_>>(), &[]);
        let inputs: Vec<Expr> =
            numbers.iter().enumerate().map(|(i, a)| Expr::input(&format!("p{i}"), a.shape())).collect();
        let moved = q.with_parameters(&inputs).unwrap();
        // What is fixed must be the same as in the other.
        let fixed =
            |p: &Parameter| matches!(p.requires, Requirement::Count | Requirement::ConnectedAdjacency);
        if !own.iter().any(fixed) {
            let names: Vec<String> = (0..own.len()).map(|i| format!("p{i}")).collect();
            let divergence = kl(&*moved, &*p).unwrap();
            let given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&numbers).collect();
            let wrt: Vec<&str> = given
                .iter()
                .zip(&own)
                .filter(|(_, p)| p.requires != Requirement::Adjacency)
                .map(|((n, _), _)| *n)
                .collect();
            check::gradient(&divergence.expr().sum(), &wrt, &given).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        let (q, p) = (Numeric::new(Any(q)).unwrap(), Numeric::new(Any(p)).unwrap());
        let drawn = q.kl_by_draws(&p, 100_000, &mut rng).unwrap();
        let (mean, error) = (drawn.value.data()[0], drawn.error.data()[0]);
        // A false alarm in 2e7.
        let found = found.data()[0];
        assert!(
            (mean - found).abs() < 5.5 * error && error < 0.01 * (1.0 + found),
            "{name}: {mean} ± {error}, not {found}"
        );
    }
}

/// A boxed distribution as one by value.
#[derive(Debug)]
struct Any(Box<dyn Distribution>);

impl Distribution for Any {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn parameters(&self) -> Vec<Parameter> {
        self.0.parameters()
    }
    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        self.0.with_parameters(parameters)
    }
    fn support(&self) -> Support {
        self.0.support()
    }
    fn event_rank(&self) -> usize {
        self.0.event_rank()
    }
    fn log_density(&self, x: &Expr) -> Expr {
        self.0.log_density(x)
    }
    fn sample(
        &self,
        p: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn rand::Rng,
    ) -> Result<Array<f64>, Error> {
        self.0.sample(p, shape, rng)
    }
    fn initial_value(&self) -> Expr {
        self.0.initial_value()
    }
}

#[test]
fn parts_that_are_integrated_make_a_divergence_that_says_so_and_each_member_of_a_batch_has_its_own() {
    let mu = Array::new([2, 3], vec![0.0, 0.5, 1.0, -1.0, 2.0, 0.3]).unwrap();
    let q = Independent::new(Normal::new(mu.clone(), 1.2), 1);
    let found = kl(&q, &Independent::new(StudentT::new(3.0, 0.0, 1.0), 1)).unwrap();
    assert!(matches!(found, Divergence::Quadrature(_)));
    let found = run(&[found.expr().clone()], &[]).remove(0);
    assert_eq!(found.shape(), [2]);
    let one = |mu: f64| {
        let d = kl(&Normal::new(mu, 1.2), &StudentT::new(3.0, 0.0, 1.0)).unwrap();
        run(&[d.expr().clone()], &[])[0].data()[0]
    };
    for (row, found) in mu.data().chunks(3).zip(found.data()) {
        assert!(close(*found, row.iter().map(|mu| one(*mu)).sum(), 1e-12, 0.0));
    }
    // One number for all elements is of each of them.
    let sum = kl(&q, &Independent::new(Normal::standard(), 1)).unwrap();
    let found = run(&[sum.expr().clone()], &[]).remove(0);
    let one = |mu: f64| 0.5 * (1.44 + mu * mu - 1.0) - 1.2f64.ln();
    assert!(close(found.data()[1], one(-1.0) + one(2.0) + one(0.3), 1e-13, 0.0));
    // Other maps are other coordinates.
    let images = [Bijector::Exp, Bijector::Softplus].map(|b| Transformed::new(Normal::standard(), b));
    assert!(!kl(&images[0], &images[1]).unwrap().is_exact());
    // Counts that are computed.
    let n = Expr::input("n", ());
    let whole = kl(&DiscreteUniform::new(0.0, &n), &DiscreteUniform::new(-1.0, 8.0)).unwrap();
    for (n, want) in [(4.0, 2f64.ln()), (9.0, f64::INFINITY)] {
        let found = run(&[whole.expr().clone()], &[("n", &Array::scalar(n))])[0].data()[0];
        assert!(close(found, want, 1e-15, 0.0), "{found}");
    }
}

#[test]
fn a_wishart_of_one_dimension_is_a_gamma() {
    let one = |v: f64| Array::new([1, 1], vec![v]).unwrap();
    let wishart = kl(&Wishart::new(3.0, one(2.0)), &Wishart::new(5.0, one(0.7))).unwrap();
    let gamma = kl(&Gamma::new(1.5, 0.25), &Gamma::new(2.5, 0.5 / 0.7)).unwrap();
    let found = run(&[wishart.expr().clone(), gamma.expr().clone()], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-13, 0.0), "{found:?}");
}

#[test]
fn negative_binomials_of_one_shape_have_the_sum_over_all_counts() {
    let log = |mu: f64, alpha: f64, x: &Expr| NegativeBinomial::new(mu, alpha).log_density(x);
    let x = Expr::iota(20_000usize);
    for (mq, mp, alpha) in [(3.0, 5.0, 2.0), (40.0, 11.0, 0.7), (0.02, 9.0, 30.0), (6.0, 6.0, 4.0)] {
        let found = kl(&NegativeBinomial::new(mq, alpha), &NegativeBinomial::new(mp, alpha)).unwrap();
        assert!(found.is_exact());
        let (q, p) = (log(mq, alpha, &x), log(mp, alpha, &x));
        let found = run(&[found.expr().clone(), (q.exp() * (&q - p)).sum()], &[]);
        assert!(close(found[0].data()[0], found[1].data()[0], 1e-11, 1e-13), "{mq} {mp} {alpha}: {found:?}");
    }
    // By trials and probability too, and where the shape is one input; not where shapes differ.
    let n = Expr::input("n", ());
    let both = kl(&NegativeBinomial::trials(&n, 0.4), &NegativeBinomial::trials(&n, 0.7)).unwrap();
    let mean = |p: f64| 3.5 * (1.0 - p) / p;
    let same = kl(&NegativeBinomial::new(mean(0.4), 3.5), &NegativeBinomial::new(mean(0.7), 3.5)).unwrap();
    let at = Array::scalar(3.5);
    let found = run(&[both.expr().clone(), same.expr().clone()], &[("n", &at)]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-13, 0.0), "{found:?}");
    check::gradient(both.expr(), &["n"], &[("n", &at)]).unwrap();
    let other = kl(&NegativeBinomial::trials(&n, 0.4), &NegativeBinomial::trials(3.5, 0.7)).unwrap();
    assert!(!other.is_exact());
}

fn covariance(a: f64, b: f64, c: f64) -> Array<f64> {
    Array::new([2, 2], vec![a, b, b, c]).unwrap()
}

#[test]
fn an_inverse_wishart_of_one_dimension_is_an_inverse_gamma() {
    let one = |v: f64| Array::new([1, 1], vec![v]).unwrap();
    let wishart = kl(&InverseWishart::new(3.0, one(2.0)), &InverseWishart::new(5.0, one(0.7))).unwrap();
    let gamma = kl(&InverseGamma::new(1.5, 1.0), &InverseGamma::new(2.5, 0.35)).unwrap();
    let found = run(&[wishart.expr().clone(), gamma.expr().clone()], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-13, 0.0), "{found:?}");
}

#[test]
fn divergences_of_inverse_wisharts_are_the_mean_over_draws() {
    let (nu, psi) = (Array::scalar(6.5), covariance(1.5, 0.4, 0.9));
    let q = InverseWishart::new(6.5, psi.clone());
    let p = InverseWishart::new(4.2, covariance(0.8, -0.3, 1.1));
    let found = kl(&q, &p).unwrap();
    assert!(found.is_exact());
    let found = run(&[found.expr().clone()], &[])[0].data()[0];
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
    let x = Expr::from(q.sample(&[nu.clone(), psi.clone()], &[100_000, 2, 2], &mut rng).unwrap());
    let ratio = run(&[q.log_density_unchecked(&x) - p.log_density_unchecked(&x)], &[]).remove(0);
    let n = ratio.len() as f64;
    let mean = ratio.data().iter().sum::<f64>() / n;
    let error = (ratio.data().iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n / n).sqrt();
    // A false alarm in 2e7.
    assert!((mean - found).abs() < 5.5 * error && error < 0.01, "{mean} ± {error}, not {found}");
    let (nu_in, psi_in) = (Expr::input("nu", ()), Expr::input("psi", [2, 2]));
    let moved = kl(&InverseWishart::new(nu_in, psi_in), &p).unwrap();
    check::gradient(moved.expr(), &["nu", "psi"], &[("nu", &nu), ("psi", &psi)]).unwrap();
}

#[test]
fn a_matrix_normal_is_as_far_as_the_gaussian_vector_of_its_rows() {
    let (u, v) = (covariance(1.5, 0.4, 0.9), covariance(2.0, -0.7, 0.6));
    let (s, t) = (covariance(0.8, -0.3, 1.1), covariance(0.5, 0.2, 1.7));
    let kronecker = |u: &Array<f64>, v: &Array<f64>| {
        let at = |k: usize| u.data()[k / 8 * 2 + k % 4 / 2] * v.data()[k / 4 % 2 * 2 + k % 2];
        Array::new([4, 4], (0..16).map(at).collect()).unwrap()
    };
    let (m, k) = (vec![0.3, -1.0, 2.0, 0.4], vec![1.0, 0.2, -0.3, 0.1]);
    let square = |m: &[f64]| Array::new([2, 2], m.to_vec()).unwrap();
    let p = MatrixNormal::new(square(&k), s.clone(), t.clone());
    let matrix = kl(&MatrixNormal::new(square(&m), u.clone(), v.clone()), &p).unwrap();
    let vector = kl(
        &MvNormal::new(Array::vector(m.clone()), kronecker(&u, &v)),
        &MvNormal::new(Array::vector(k), kronecker(&s, &t)),
    )
    .unwrap();
    assert!(matrix.is_exact());
    let found = run(&[matrix.expr().clone(), vector.expr().clone()], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-12, 0.0), "{found:?}");
    let input = |name: &str| Expr::input(name, [2, 2]);
    let moved = kl(&MatrixNormal::new(input("m"), input("u"), input("v")), &p).unwrap();
    check::gradient(moved.expr(), &["m", "u", "v"], &[("m", &square(&m)), ("u", &u), ("v", &v)]).unwrap();
}

#[test]
fn numbers_and_vectors_are_not_compared() {
    let found = kl(&Normal::standard(), &Dirichlet::new(Array::vector(vec![1.0, 2.0])));
    assert!(matches!(found, Err(Error::Events { found: [0, 1], .. })), "{found:?}");
}

#[test]
fn batches_have_one_divergence_each() {
    let mu = Array::vector(vec![0.0, 1.0, 2.0]);
    let q = Normal::new(mu, 1.0);
    for p in
        [Box::new(Normal::new(0.0, 2.0)) as Box<dyn Distribution>, Box::new(StudentT::new(3.0, 0.0, 1.0))]
    {
        let found = run(&[kl(&q, &*p).unwrap().expr().clone()], &[]).remove(0);
        assert_eq!(found.shape(), [3]);
        let single = run(&[kl(&Normal::new(1.0, 1.0), &*p).unwrap().expr().clone()], &[]).remove(0);
        assert!(close(found.data()[1], single.data()[0], 1e-12, 0.0), "{found:?} {single:?}");
    }
}
