//! Whole models against the golden table: the log density and its gradient at ten points each.
//!
//! Of the distributions that the table's models need, the distributions crate has Normal, HalfNormal, Gamma, StudentT
//! and Bernoulli. The others are written here as a user writes a distribution of their own (`Own`), so that every case is
//! checked. Until the crate has them, these cannot be written without that:
//! - eight schools, both: HalfCauchy
//! - hierarchical regression: Exponential, HalfStudentT
//! - Gaussian mixture: Dirichlet (and its simplex map), the ordered map, LogNormal, NormalMixture
//! - assorted transforms: Beta, Uniform, VonMises (and its circular map), InverseGamma, TruncatedNormal, Poisson
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;

use elbo_datasets::{load, make_moons};
use elbo_distributions::{
    Bernoulli, Bijector, Distribution, Error, Gamma, HalfNormal, Normal, Parameter, StudentT, Support,
};
use elbo_model::{LogDensity, Model, RowBatches};
use elbo_tensor_ad::{Array, Expr, grad, reference};
use golden::{cases, flat};
use serde_json::Value;

/// A distribution of the user's own: a log density on a support.
#[derive(Debug, Clone)]
struct Own {
    support: Support,
    log_density: fn(&Expr) -> Expr,
}

impl Own {
    fn on(support: Support, log_density: fn(&Expr) -> Expr) -> Self {
        Own { support, log_density }
    }

    /// No density of its own: the model adds it as a potential.
    fn flat() -> Self {
        Own::on(Support::Real, |x| x * 0.0)
    }
}

impl Distribution for Own {
    fn name(&self) -> &'static str {
        "Own"
    }
    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }
    fn with_parameters(&self, _: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        Ok(Box::new(self.clone()))
    }
    fn support(&self) -> Support {
        self.support.clone()
    }
    fn log_density(&self, x: &Expr) -> Expr {
        (self.log_density)(x)
    }
    fn sample(&self, _: &[Array<f64>], shape: &[usize], _: &mut dyn rand::Rng) -> Result<Array<f64>, Error> {
        Ok(Array::full(shape, 0.5))
    }
    fn initial_value(&self) -> Expr {
        Expr::constant(0.5)
    }
}

fn case(name: &str) -> Value {
    cases("models.json").into_iter().find(|c| c["model"] == name).unwrap()
}

/// Holds the density against every point of the case. `jacobian` gives the log determinant of each variable's map, in
/// the order of the model, as a function of the unconstrained variable; `None` for a map that the table does not count
/// or that is the identity.
fn agrees(case: &Value, density: &mut impl LogDensity, jacobians: &[Option<Bijector>]) {
    let name = case["model"].as_str().unwrap();
    let order: Vec<&str> =
        case["variables"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(order.len(), jacobians.len());
    let points = case["evaluations"].as_array().unwrap();
    assert_eq!(points.len(), 10);
    for (i, point) in points.iter().enumerate() {
        let z: Vec<f64> = order.iter().flat_map(|v| flat(&point["point"][v])).collect();
        assert_eq!(z.len(), density.dim());
        let mut g = vec![0.0; z.len()];
        let value = density.value_and_gradient(&z, &mut g).unwrap();
        // Its own plan goes through the rows in its own blocks: the sums may round otherwise.
        let alone = density.value(&z).unwrap();
        assert!((value - alone).abs() <= 1e-13 * value.abs(), "{name} {i}: {value} {alone}");

        // What the maps add, by the reference evaluator.
        let (mut added, mut added_slope) = (0.0, Vec::new());
        for (variable, bijector) in order.iter().zip(jacobians) {
            let at = Array::vector(flat(&point["point"][variable]));
            let free = Expr::input("free", at.shape());
            let sum = match bijector {
                Some(b) => b.log_abs_det_jacobian(&free).broadcast_to(at.shape()).sum(),
                None => (&free * 0.0).sum(),
            };
            let slope = grad(&sum, std::slice::from_ref(&free)).unwrap().remove(0);
            let both = reference::evaluate(&[sum, slope], &[("free", &at)]).unwrap();
            added += both[0].data()[0];
            added_slope.extend_from_slice(both[1].data());
        }
        for (which, without) in [("jacobian", 0.0), ("no_jacobian", 1.0)] {
            let want = &point[which];
            let want_value = want["logp"].as_f64().unwrap();
            let found = value - without * added;
            assert!(
                (found - want_value).abs() <= 1e-10 * want_value.abs(),
                "{name} {i} {which}: {found} {want_value}"
            );
            let want_slope: Vec<f64> = order.iter().flat_map(|v| flat(&want["grad"][v])).collect();
            let largest = want_slope.iter().fold(0.0f64, |m, g| m.max(g.abs()));
            for (j, (w, (g, a))) in want_slope.iter().zip(g.iter().zip(&added_slope)).enumerate() {
                let found = g - without * a;
                assert!((found - w).abs() <= 1e-10 * largest, "{name} {i} {which} [{j}]: {found} {w}");
            }
        }
    }
}

/// The network of the notebook on the training half of its moons.
fn network() -> Model {
    let moons = make_moons(1000).noise(0.2).random_state(0).generate().unwrap().scaled().unwrap();
    let train = moons.split(0.5).random_state(301).generate().unwrap().train;
    Model::build(|m| {
        m.dim("hidden_1", 5);
        m.dim("hidden_2", 5);
        let x = m.data("x", &train.x, ["obs", "feature"]);
        let w1 = m.sample("w_in_1", Normal::standard(), ["feature", "hidden_1"]);
        let w2 = m.sample("w_1_2", Normal::standard(), ["hidden_1", "hidden_2"]);
        let w3 = m.sample("w_2_out", Normal::standard(), "hidden_2");
        let logit = x.matmul(&w1).tanh().matmul(&w2).tanh().matmul(&w3);
        m.observe("out", Bernoulli::logits(logit), &train.y);
    })
    .unwrap()
}

#[test]
fn the_network_of_the_notebook() {
    let mut density = network().density().unwrap();
    agrees(&case("notebook_bnn"), &mut density, &[None, None, None]);
}

#[test]
fn the_network_on_a_batch_scaled_to_all_rows() {
    let mut density = network().density().unwrap();
    density.select_rows(&(0..50).collect::<Vec<_>>()).unwrap();
    agrees(&case("notebook_bnn_minibatch_scaled"), &mut density, &[None, None, None]);
}

fn half_cauchy_5() -> Own {
    Own::on(Support::NonNegative, |x| (2.0 / (core::f64::consts::PI * 5.0)).ln() - (x / 5.0).square().ln1p())
}

#[test]
fn eight_schools_centered() {
    let case = case("eight_schools_centered");
    let y = Array::vector(flat(&case["data"]["y"]));
    let sigma = Array::vector(flat(&case["data"]["sigma"]));
    let model = Model::build(|m| {
        let sigma = m.data("sigma", &sigma, "school");
        let mu = m.sample("mu", Normal::new(0.0, 5.0), ());
        let tau = m.sample("tau", half_cauchy_5(), ());
        let theta = m.sample("theta", Normal::new(mu, tau), "school");
        m.observe("y", Normal::new(theta, sigma), &y);
    })
    .unwrap();
    agrees(&case, &mut model.density().unwrap(), &[None, Some(Bijector::Exp), None]);
}

#[test]
fn eight_schools_noncentered() {
    let case = case("eight_schools_noncentered");
    let y = Array::vector(flat(&case["data"]["y"]));
    let sigma = Array::vector(flat(&case["data"]["sigma"]));
    let model = Model::build(|m| {
        m.dim("school", 8);
        let sigma = m.data("sigma", &sigma, "school");
        let mu = m.sample("mu", Normal::new(0.0, 5.0), ());
        let tau = m.sample("tau", half_cauchy_5(), ());
        let tilde = m.sample("theta_tilde", Normal::standard(), "school");
        let theta = m.deterministic("theta", mu + tau * tilde);
        m.observe("y", Normal::new(theta, sigma), &y);
    })
    .unwrap();
    agrees(&case, &mut model.density().unwrap(), &[None, Some(Bijector::Exp), None]);
}

#[test]
fn logistic_regression() {
    let data = load("breast_cancer").unwrap().scaled().unwrap();
    let model = Model::build(|m| {
        let x = m.data("x", &data.x, ["obs", "feature"]);
        let alpha = m.sample("alpha", Normal::new(0.0, 5.0), ());
        let beta = m.sample("beta", Normal::standard(), "feature");
        m.observe("y", Bernoulli::logits(alpha + x.matmul(&beta)), &data.y);
    })
    .unwrap();
    agrees(&case("logistic_breast_cancer"), &mut model.density().unwrap(), &[None, None]);
}

#[test]
fn hierarchical_regression() {
    let case = case("hierarchical_radon_like");
    let [county, floor, y] = ["county", "floor", "y"].map(|name| Array::vector(flat(&case["data"][name])));
    let model = Model::build(|m| {
        m.dim("group", 12);
        let county = m.data("county", &county, "obs");
        let floor = m.data("floor", &floor, "obs");
        let mu_alpha = m.sample("mu_alpha", Normal::new(0.0, 10.0), ());
        let sigma_alpha = m.sample("sigma_alpha", HalfNormal::new(1.0), ());
        let mu_beta = m.sample("mu_beta", Normal::new(0.0, 10.0), ());
        let sigma_beta = m.sample("sigma_beta", Own::on(Support::NonNegative, |x| -x), ());
        let alpha = m.sample("alpha", Normal::new(mu_alpha, sigma_alpha), "group");
        let beta = m.sample("beta", Normal::new(mu_beta, sigma_beta), "group");
        // The half of a Student-t with 3 degrees of freedom and scale 2.5.
        let half_t = |x: &Expr| StudentT::new(3.0, 0.0, 2.5).log_density(x) + core::f64::consts::LN_2;
        let sigma_y = m.sample("sigma_y", Own::on(Support::NonNegative, half_t), ());
        let mu = alpha.take(&county) + beta.take(&county) * floor;
        m.observe("y", Normal::new(mu, sigma_y), &y);
    })
    .unwrap();
    let exp = || Some(Bijector::Exp);
    let jacobians = [None, exp(), None, exp(), None, None, exp()];
    let mut density = model.density().unwrap();
    agrees(&case, &mut density, &jacobians);
    // The look-up pairs its rows with the others in a batch too: all rows, shuffled, are the whole.
    density.select_rows(&(0..80).map(|i| i * 27 % 80).collect::<Vec<_>>()).unwrap();
    agrees(&case, &mut density, &jacobians);
}

/// `z -> cumsum(z[0], exp z[1], exp z[2])`
fn ordered(z: &Expr) -> Expr {
    let first = z.index(0, 0);
    let second = &first + z.index(0, 1).exp();
    let third = &second + z.index(0, 2).exp();
    Expr::stack(&[first, second, third], 0)
}

#[test]
fn a_gaussian_mixture_as_potentials() {
    let case = case("gaussian_mixture");
    let y = Array::vector(flat(&case["data"]["y"]));
    for with_jacobian in [true, false] {
        let model = Model::build(|m| {
            m.dim("part", 2);
            m.dim("component", 3);
            let y = m.data("y", &y, "obs");
            let z = m.sample("w_free", Own::flat(), "part");
            let logits = Expr::concat(&[z.clone(), -z.sum().expand(0)], 0);
            let ln_w = logits.log_softmax(0);
            let mu_free = m.sample("mu_free", Own::flat(), "component");
            let mu = ordered(&mu_free);
            let ln_sigma = m.sample("ln_sigma", Own::flat(), "component");
            // Dirichlet(2, 2, 2): its normaliser is the gamma function of 6, that is 120.
            m.potential("w", 120f64.ln() + ln_w.sum());
            m.potential("mu", Normal::new(0.0, 5.0).log_density(&mu));
            m.potential("sigma", Normal::new(0.0, 0.5).log_density(&ln_sigma) - &ln_sigma);
            let each = ln_w + Normal::new(mu, ln_sigma.exp()).log_density(&y.expand(1));
            m.potential("mixture", each.logsumexp(1));
            if with_jacobian {
                let log_det = 3f64.ln() + logits.log_softmax(0).sum();
                m.potential("maps", log_det + mu_free.slice(0, 1, 2).sum() + ln_sigma.sum());
            }
        })
        .unwrap();
        let mut density = model.density().unwrap();
        for point in case["evaluations"].as_array().unwrap() {
            let order = ["w_simplex__", "mu_ordered__", "sigma_log__"];
            let z: Vec<f64> = order.iter().flat_map(|v| flat(&point["point"][v])).collect();
            let want = &point[if with_jacobian { "jacobian" } else { "no_jacobian" }];
            let mut g = [0.0; 8];
            let value = density.value_and_gradient(&z, &mut g).unwrap();
            let want_value = want["logp"].as_f64().unwrap();
            assert!((value - want_value).abs() <= 1e-10 * want_value.abs(), "{value} {want_value}");
            let slope: Vec<f64> = order.iter().flat_map(|v| flat(&want["grad"][v])).collect();
            let largest = slope.iter().fold(0.0f64, |m, g| m.max(g.abs()));
            for (found, want) in g.iter().zip(&slope) {
                assert!((found - want).abs() <= 1e-10 * largest, "{g:?} {slope:?}");
            }
        }
    }
}

#[test]
fn an_assortment_of_transforms() {
    let case = case("assorted_transforms");
    let (k, x) = (flat(&case["data"]["k"]), Array::vector(flat(&case["data"]["x"])));
    let k = Array::vector(k);
    let interval = || Support::Interval { lower: Expr::constant(-1.0), upper: Expr::constant(4.0) };
    let model = Model::build(|m| {
        let k = m.data("k", &k, "count");
        let a = m.sample("a", Gamma::new(2.0, 1.5), ());
        // Beta(2, 3), whose normaliser is 12.
        let beta = |p: &Expr| 12f64.ln() + p.ln() + 2.0 * (-p).ln1p();
        let p = m.sample("p", Own::on(Support::UnitInterval, beta), ());
        let u = m.sample("u", Own::on(interval(), |u| u * 0.0 - 5f64.ln()), ());
        // VonMises(0.3, 2) has the whole circle; I0(2) = 2.2795853023360673.
        let von_mises =
            |v: &Expr| 2.0 * (v - 0.3).cos() - (core::f64::consts::TAU * 2.279_585_302_336_067_3).ln();
        m.sample("v", Own::on(Support::Real, von_mises), ());
        // InverseGamma(3, 2)
        let inverse_gamma = |g: &Expr| (8.0f64 / 2.0).ln() - 4.0 * g.ln() - 2.0 / g;
        let g = m.sample("g", Own::on(Support::Positive, inverse_gamma), ());
        // Normal(0.5, 2) above 0, where it has Φ(0.25) of its mass.
        let truncated = |t: &Expr| Normal::new(0.5, 2.0).log_density(t) - 0.598_706_325_682_923_7f64.ln();
        m.sample("t", Own::on(Support::Positive, truncated), ());
        let rate = a * (1.0 + p);
        m.potential("poisson", &k * rate.ln() - rate - (&k + 1.0).lgamma());
        m.observe("x", StudentT::new(4.0, u, g), &x);
    })
    .unwrap();
    let jacobians = [
        Some(Bijector::Exp),
        Some(Bijector::Sigmoid),
        interval().bijector(),
        None,
        Some(Bijector::Exp),
        Some(Bijector::Exp),
    ];
    agrees(&case, &mut model.density().unwrap(), &jacobians);
}
