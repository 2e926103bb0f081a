//! Every distribution as a latent variable and as an observed one: density, gradient, batches, prior and predictive draws.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::*;
use elbo_model::{LogDensity, Model, RowBatches};
use elbo_tensor_ad::{Array, Expr, reference};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

const ROWS: usize = 6;

fn vector(values: &[f64]) -> Array {
    Array::vector(values.to_vec())
}

fn square(n: usize, values: &[f64]) -> Array {
    Array::new([n, n], values.to_vec()).unwrap()
}

/// Where every element of `array` may lie.
fn possible(d: &dyn Distribution, array: &Array) -> bool {
    d.support().literal().is_none_or(|s| s.check(d.name(), array).is_ok())
}

/// A distribution with plain parameters whose one value has this shape.
fn check<D: Distribution + 'static>(d: impl Fn() -> D, event: &[usize]) {
    let name = d().name();
    assert_eq!(d().batch_shape().rank(), 0, "{name}");
    assert_eq!(d().event_shape().rank(), event.len(), "{name}");

    if d().bijector().is_some() {
        let model = Model::build(|m| {
            let axes: Vec<String> = (0..event.len()).map(|i| format!("axis {i}")).collect();
            axes.iter().zip(event).for_each(|(axis, &n)| {
                m.dim(axis, n);
            });
            m.sample("v", d(), axes);
        });
        let model = model.unwrap_or_else(|e| panic!("{name}: {e}"));
        let (mut density, mut gradient) = (model.density().unwrap(), vec![f64::NAN; model.dim()]);
        let value = density.value_and_gradient(model.initial_position(), &mut gradient);
        assert!(value.as_ref().is_ok_and(|v| v.is_finite()), "{name}: {value:?}");
        assert!(gradient.iter().all(|g| g.is_finite()), "{name}: {gradient:?}");
        let draws = model.draws(model.initial_position(), &[]).unwrap();
        assert!(
            possible(&d(), &Array::new(event, draws.get("v").unwrap().values().to_vec()).unwrap()),
            "{name}"
        );
        match model.prior(2, &[], 3) {
            Ok(prior) => assert_eq!(prior.prior.get("v").unwrap().shape(), event, "{name}"),
            Err(e) => assert!(IMPROPER.contains(&name), "{name}: {e}"),
        }
    }
    if IMPROPER.contains(&name) {
        return;
    }

    // As observations: six values of its own.
    let given: Vec<Expr> = d().parameters().into_iter().map(|p| p.value).collect();
    let given = reference::evaluate(&given, &[]).unwrap();
    let shape = [&[ROWS], event].concat();
    let y = d().sample(&given, &shape, &mut Xoshiro256PlusPlus::seed_from_u64(8)).unwrap();
    let model = Model::build(|m| {
        m.sample("z", Normal::standard(), []);
        m.observe("y", d(), &y);
    });
    let model = model.unwrap_or_else(|e| panic!("{name} observed: {e}"));
    let expected =
        reference::evaluate(&[d().log_density(&Expr::input("y", &shape[..]))], &[("y", &y)]).unwrap();
    let of = |rows: &[usize]| {
        rows.iter().map(|&r| expected[0].data()[r]).sum::<f64>() * (ROWS / rows.len()) as f64
    };
    let prior = -0.5 * (2.0 * std::f64::consts::PI).ln();
    let mut density = model.density().unwrap();
    let close = |found: f64, expected: f64| (found - expected).abs() <= 1e-10 * (1.0 + expected.abs());
    let all = density.value(&[0.0]).unwrap();
    assert!(close(all, prior + of(&[0, 1, 2, 3, 4, 5])), "{name}: {all}");
    density.select_rows(&[4, 1]).unwrap();
    let batch = density.value(&[0.0]).unwrap();
    assert!(close(batch, prior + of(&[4, 1])), "{name}: {batch}");
    let again = model.posterior_predictive("y", &[0.0, 0.5], &[], 5).unwrap();
    assert_eq!(again.shape(), [&[2], &shape[..]].concat(), "{name}");
    assert!(possible(&d(), &again), "{name}");
}

const IMPROPER: [&str; 3] = ["Flat", "HalfFlat", "ICAR"];

#[test]
fn over_numbers() {
    check(|| Normal::new(0.3, 2.0), &[]);
    check(|| HalfNormal::new(2.0), &[]);
    check(|| StudentT::new(4.0, 0.1, 2.0), &[]);
    check(|| HalfStudentT::new(4.0, 2.0), &[]);
    check(|| Gamma::new(2.0, 3.0), &[]);
    check(|| InverseGamma::new(3.0, 2.0), &[]);
    check(|| ChiSquared::new(3.0), &[]);
    check(|| LogNormal::new(0.1, 0.5), &[]);
    check(|| Cauchy::new(0.1, 2.0), &[]);
    check(|| HalfCauchy::new(2.0), &[]);
    check(|| Laplace::new(0.1, 2.0), &[]);
    check(|| AsymmetricLaplace::new(0.7, 0.1, 2.0), &[]);
    check(|| Logistic::new(0.1, 2.0), &[]);
    check(|| LogitNormal::new(0.1, 2.0), &[]);
    check(|| Exponential::new(2.0), &[]);
    check(|| Weibull::new(1.5, 2.0), &[]);
    check(|| Pareto::new(3.0, 2.0), &[]);
    check(|| Gumbel::new(0.1, 2.0), &[]);
    check(|| Beta::new(2.0, 3.0), &[]);
    check(|| Kumaraswamy::new(2.0, 3.0), &[]);
    check(|| Uniform::new(-1.0, 3.0), &[]);
    check(|| Triangular::new(-1.0, 0.5, 3.0), &[]);
    check(|| VonMises::new(0.1, 2.0), &[]);
    check(|| Wald::new(2.0, 3.0), &[]);
    check(|| Rice::new(1.0, 2.0), &[]);
    check(|| Moyal::new(0.1, 2.0), &[]);
    check(|| SkewNormal::new(0.1, 2.0, 3.0), &[]);
    check(|| ExGaussian::new(0.1, 2.0, 1.0), &[]);
    check(|| TruncatedNormal::new(0.1, 2.0, -1.0, f64::INFINITY), &[]);
    check(Flat::new, &[]);
    check(HalfFlat::new, &[]);
}

#[test]
fn over_whole_numbers() {
    check(|| Bernoulli::probabilities(0.3), &[]);
    check(|| Categorical::probabilities(vector(&[0.2, 0.5, 0.3])), &[]);
    check(|| Binomial::probability(5.0, 0.3), &[]);
    check(|| BetaBinomial::new(5.0, 2.0, 3.0), &[]);
    check(|| Poisson::new(3.0), &[]);
    check(|| NegativeBinomial::new(3.0, 2.0), &[]);
    check(|| Geometric::new(0.3), &[]);
    check(|| HyperGeometric::new(20.0, 7.0, 5.0), &[]);
    check(|| DiscreteUniform::new(-2.0, 4.0), &[]);
    check(|| DiscreteWeibull::new(0.6, 1.2), &[]);
    check(|| OrderedLogistic::new(0.3, vector(&[-1.0, 0.5, 2.0])), &[]);
    check(|| OrderedProbit::new(0.3, vector(&[-1.0, 0.5, 2.0])), &[]);
    check(|| ZeroInflatedPoisson::new(0.7, 3.0), &[]);
    check(|| ZeroInflatedBinomial::new(0.7, 5.0, 0.3), &[]);
    check(|| ZeroInflatedNegativeBinomial::new(0.7, 3.0, 2.0), &[]);
    check(|| HurdlePoisson::new(0.7, 3.0), &[]);
    check(|| HurdleNegativeBinomial::new(0.7, 3.0, 2.0), &[]);
}

#[test]
fn over_vectors_and_matrices() {
    let cov = || square(3, &[2.0, 0.3, 0.1, 0.3, 1.0, 0.2, 0.1, 0.2, 1.5]);
    let mu = || vector(&[0.1, -0.2, 0.3]);
    check(|| MvNormal::new(mu(), cov()), &[3]);
    check(|| MvNormal::precision(0.0, cov()), &[3]);
    check(|| MvStudentT::new(4.0, mu(), cov()), &[3]);
    check(|| Dirichlet::new(vector(&[1.0, 2.0, 3.0])), &[3]);
    check(|| Multinomial::new(7.0, vector(&[0.2, 0.5, 0.3])), &[3]);
    check(|| DirichletMultinomial::new(7.0, vector(&[1.0, 2.0, 3.0])), &[3]);
    check(|| StickBreakingWeights::new(2.0, 3), &[4]);
    check(|| ZeroSumNormal::new(2.0, 3), &[3]);
    check(|| LKJCholesky::new(3, 2.0), &[3, 3]);
    check(|| LKJCorr::new(3, 2.0), &[3, 3]);
    check(|| LKJCholeskyCov::new(3, 2.0, Exponential::new(1.0)), &[3, 3]);
    check(|| Wishart::new(5.0, cov()), &[3, 3]);
    check(|| InverseWishart::new(5.0, cov()), &[3, 3]);
    check(|| MatrixNormal::new(Array::zeros([3, 3]), cov(), cov()), &[3, 3]);
    check(|| GaussianRandomWalk::new(0.1, 0.5, 4), &[5]);
    check(|| AR::new(vector(&[0.5, 0.2]), 0.5, 4), &[6]);
    check(|| GARCH11::new(0.2, 0.3, 0.4, 1.0, 4), &[5]);
    let ring = || square(4, &[0., 1., 0., 1., 1., 0., 1., 0., 0., 1., 0., 1., 1., 0., 1., 0.]);
    check(|| CAR::new(vector(&[0.0; 4]), ring(), 0.5, 2.0), &[4]);
    check(|| ICAR::new(ring(), 1.0), &[4]);
}

#[test]
fn modifiers() {
    let two = || vector(&[0.4, 0.6]);
    check(|| Truncated::new(Normal::new(0.0, 1.0), -1.0, 2.0), &[]);
    check(|| Censored::new(Normal::new(0.0, 1.0), -1.0, 1.0), &[]);
    check(|| Folded::new(Normal::new(0.5, 1.0)), &[]);
    check(|| HurdleGamma::new(0.7, 2.0, 3.0), &[]);
    check(|| HurdleLogNormal::new(0.7, 0.1, 0.5), &[]);
    check(|| Interpolated::new(vector(&[-1.0, 0.0, 2.0]), vector(&[0.5, 1.0, 0.2])), &[]);
    check(|| Mixture::new(two(), [Normal::new(-1.0, 1.0), Normal::new(2.0, 0.5)]), &[]);
    check(|| MixtureSameFamily::new(two(), Normal::new(vector(&[-1.0, 2.0]), 0.5)), &[]);
    check(|| MixtureSameFamily::new(two(), Poisson::new(vector(&[1.0, 7.0]))), &[]);
    check(|| Independent::new(Normal::new(vector(&[-1.0, 2.0, 0.0]), 0.5), 1), &[3]);
    check(|| NormalScaleMixture::new(two(), vector(&[0.1, 1.0])), &[]);
    check(|| SpikeAndSlab::new(0.5, 0.01, 1.0), &[]);
}

#[test]
fn a_mixture_whose_parts_are_latent_is_simulated_in_the_shape_of_its_data() {
    let y = vector(&[-2.0, 1.0, 1.5, -1.8, 2.2]);
    let model = Model::build(|m| {
        m.dim("component", 2);
        let w = m.sample("w", Dirichlet::new(vector(&[1.0, 1.0])), "component");
        let mu = m.sample("mu", Normal::new(0.0, 5.0), "component");
        let sd = m.sample("sd", HalfNormal::new(2.0), "component");
        m.observe("y", MixtureSameFamily::new(w, Normal::new(mu, sd)), &y);
    })
    .unwrap();
    let z = model.initial_position();
    assert_eq!(model.posterior_predictive("y", z, &[], 1).unwrap().shape(), [1, 5]);
    assert_eq!(model.prior(3, &[], 1).unwrap().predictive.get("y").unwrap().dims(), ["y_row"]);
}

#[test]
fn a_value_whose_own_axis_has_a_name_is_observed_on_that_axis() {
    let (x, y) = (vector(&[0.0, 0.5, 1.5, 2.0]), vector(&[0.1, 0.4, 1.2, 0.8]));
    let model = Model::build(|m| {
        let x = m.data("x", &x, "obs");
        let length = m.sample("length", HalfNormal::new(2.0), []);
        let process = GaussianProcess::new(0.0, Kernel::exp_quad(length));
        m.observe("y", process.marginal(&x, 0.3), &y);
    })
    .unwrap();
    let mut density = model.density().unwrap();
    assert!(density.value(model.initial_position()).unwrap().is_finite());
    // The points are one value together: no part of them estimates its density.
    assert!(density.select_rows(&[0, 1]).is_err());
    let draws = model.posterior_predictive("y", model.initial_position(), &[], 1).unwrap();
    assert_eq!(draws.shape(), [1, 4]);
}
