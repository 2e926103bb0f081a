//! Divergences of distributions over numbers: closed forms, quadrature and sums against one another.

use elbo_distributions::{
    AsymmetricLaplace, Bernoulli, Beta, Bijector, Binomial, ChiSquared, Distribution, Divergence, Error,
    Exponential, Gamma, Gumbel, HalfCauchy, HalfNormal, InverseGamma, Kumaraswamy, Laplace, LogNormal,
    Logistic, LogitNormal, Moyal, Noise, Normal, Parameter, Pareto, Poisson, StudentT, Support, Transformed,
    Uniform, Wald, Weibull, kl,
};
use elbo_tensor_ad::{Array, Expr, check};

use crate::golden::close;
use crate::run;

/// A distribution that nothing is known of but what the trait says: no closed form is found for it.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) inner: Box<dyn Distribution>,
    /// Whether it tells where it lies.
    pub(super) placed: bool,
    pub(super) path: bool,
}

impl Distribution for Unknown {
    fn name(&self) -> &'static str {
        "Unknown"
    }
    fn parameters(&self) -> Vec<Parameter> {
        self.inner.parameters()
    }
    fn with_parameters(&self, parameters: &[Expr]) -> Result<Box<dyn Distribution>, Error> {
        self.inner.with_parameters(parameters)
    }
    fn support(&self) -> Support {
        self.inner.support()
    }
    fn log_density(&self, x: &Expr) -> Expr {
        self.inner.log_density(x)
    }
    fn quantile(&self, p: &Expr) -> Option<Expr> {
        self.inner.quantile(p).filter(|_| self.placed)
    }
    fn mode(&self) -> Option<Expr> {
        self.inner.mode().filter(|_| self.placed)
    }
    fn noise(&self) -> Option<Noise> {
        self.inner.noise().filter(|_| self.path)
    }
    fn pathwise(&self, noise: &Expr) -> Option<Expr> {
        self.inner.pathwise(noise).filter(|_| self.path)
    }
    fn sample(
        &self,
        p: &[Array<f64>],
        shape: &[usize],
        rng: &mut dyn rand::Rng,
    ) -> Result<Array<f64>, Error> {
        self.inner.sample(p, shape, rng)
    }
    fn initial_value(&self) -> Expr {
        self.inner.initial_value()
    }
}

/// Pairs of one family and of two, each with what they are at.
fn pairs() -> Vec<(Box<dyn Distribution>, Box<dyn Distribution>)> {
    fn both(q: impl Distribution, p: impl Distribution) -> (Box<dyn Distribution>, Box<dyn Distribution>) {
        (Box::new(q), Box::new(p))
    }
    vec![
        both(Normal::new(0.3, 0.7), Normal::new(-1.0, 2.0)),
        both(Normal::new(300.0, 1e-3), Normal::new(299.0, 2.0)),
        both(LogNormal::new(0.3, 0.7), LogNormal::new(-1.0, 2.0)),
        both(LogitNormal::new(0.3, 0.7), LogitNormal::new(-1.0, 2.0)),
        both(Gamma::new(3.0, 2.0), Gamma::new(1.5, 0.7)),
        both(ChiSquared::new(3.0), ChiSquared::new(7.0)),
        both(Beta::new(2.0, 3.0), Beta::mean_nu(0.4, 9.0)),
        both(Weibull::new(1.5, 2.0), Weibull::new(2.5, 1.0)),
        both(Gumbel::new(1.0, 2.0), Gumbel::new(0.0, 3.0)),
        both(Gamma::new(3.0, 2.0), Normal::new(1.0, 2.0)),
        both(Exponential::new(2.0), Gamma::new(1.5, 0.7)),
        both(ChiSquared::new(3.0), Exponential::new(0.7)),
        both(LogNormal::new(0.3, 0.7), Gamma::new(1.5, 0.7)),
        both(Gamma::new(3.0, 2.0), LogNormal::new(0.3, 0.7)),
        both(InverseGamma::new(5.0, 2.0), Gamma::new(1.5, 0.7)),
        both(Gamma::new(3.0, 2.0), InverseGamma::new(5.0, 2.0)),
        both(Weibull::new(1.5, 2.0), Gamma::new(1.5, 0.7)),
        both(Gamma::new(3.0, 2.0), Weibull::new(1.5, 2.0)),
        both(HalfNormal::new(1.3), Gamma::new(1.5, 0.7)),
        both(HalfNormal::new(1.3), Weibull::new(1.5, 2.0)),
        both(LogNormal::new(0.1, 0.3), Weibull::new(1.5, 2.0)),
        both(Exponential::new(2.0), HalfNormal::new(1.3)),
        both(Beta::new(2.0, 3.0), Normal::new(0.5, 0.2)),
        both(Beta::new(2.0, 3.0), Gamma::new(2.0, 3.0)),
        both(Beta::new(2.0, 3.0), Weibull::new(2.0, 3.0)),
        both(Laplace::new(0.4, 1.0), Normal::new(1.0, 2.0)),
        both(Laplace::new(0.4, 1.0), Laplace::new(-1.0, 0.3)),
        both(Gumbel::new(1.0, 2.0), Normal::new(0.0, 3.0)),
        both(Uniform::new(0.5, 2.0), Normal::new(0.0, 3.0)),
        both(Pareto::new(5.0, 1.5), LogNormal::new(0.3, 0.7)),
        both(Pareto::new(5.0, 1.5), Gamma::new(1.5, 0.7)),
        both(Pareto::new(5.0, 1.5), Pareto::new(2.0, 1.0)),
        both(Gamma::new(3.0, 2.0), Wald::new(1.5, 2.0)),
        both(Moyal::new(0.4, 1.3), Moyal::new(-0.2, 0.8)),
        both(Moyal::new(0.4, 0.5), Moyal::new(0.9, 2.0)),
        both(Wald::new(1.5, 3.0), Wald::new(0.8, 1.1)),
        both(HalfCauchy::new(2.0), HalfCauchy::new(0.7)),
        both(Logistic::new(0.3, 1.2), Logistic::new(0.5, 1.2)),
        both(Logistic::new(0.3, 1.2), Logistic::new(9.0, 1.2)),
        both(Logistic::new(0.3, 1.2), Normal::new(0.5, 2.0)),
        both(Kumaraswamy::new(2.0, 3.0), Kumaraswamy::new(2.0, 1.3)),
        both(Kumaraswamy::new(2.0, 3.0), Gamma::new(1.3, 2.0)),
        both(Kumaraswamy::new(2.0, 3.0), LogNormal::new(0.3, 1.2)),
        both(Kumaraswamy::new(2.0, 3.0), Uniform::new(-0.5, 1.0)),
        both(Beta::new(2.0, 3.0), Uniform::new(0.0, 1.0)),
        both(Beta::new(2.0, 3.0), LogitNormal::new(0.3, 1.2)),
        both(AsymmetricLaplace::new(1.7, 0.4, 0.8), AsymmetricLaplace::new(0.6, -0.3, 1.5)),
        both(AsymmetricLaplace::new(0.5, -0.8, 1.8), AsymmetricLaplace::new(1.6, 0.7, 0.5)),
        both(AsymmetricLaplace::new(1.7, 0.4, 0.8), Laplace::new(0.0, 1.5)),
        both(Laplace::new(0.4, 1.2), AsymmetricLaplace::new(1.7, 0.1, 0.8)),
        both(AsymmetricLaplace::new(1.7, 0.4, 0.8), Normal::new(0.0, 1.5)),
        both(Normal::new(0.4, 1.2), Laplace::new(-0.5, 1.5)),
        both(Exponential::new(0.7), Laplace::new(0.5, 1.5)),
        both(Exponential::new(0.7), Laplace::new(-0.5, 1.5)),
        both(Logistic::new(0.4, 0.6), AsymmetricLaplace::new(1.7, -0.5, 0.8)),
        both(Normal::new(0.4, 1.2), Gumbel::new(-0.5, 1.5)),
        both(Gamma::new(3.0, 2.0), Gumbel::new(0.5, 0.7)),
        both(Laplace::new(0.4, 0.5), Gumbel::new(-0.5, 1.5)),
        both(Logistic::new(0.4, 0.5), Gumbel::new(-0.5, 1.5)),
        both(Normal::new(0.4, 1.2), Moyal::new(-0.5, 1.5)),
        both(
            Transformed::new(Gamma::new(3.0, 2.0), Bijector::Exp),
            Transformed::new(Normal::new(1.0, 2.0), Bijector::Exp),
        ),
    ]
}

#[test]
fn quadrature_agrees_with_the_closed_forms() {
    for (q, p) in pairs() {
        let exact = kl(&*q, &*p).unwrap();
        assert!(exact.is_exact(), "{} and {}", q.name(), p.name());
        let name = (q.name(), p.name());
        let unknown = Unknown { inner: q, placed: true, path: true };
        let integral = kl(&unknown, &*p).unwrap();
        assert!(matches!(integral, Divergence::Quadrature(_)), "{name:?}");
        let found = run(&[exact.expr().clone(), integral.expr().clone()], &[]);
        let (exact, integral) = (found[0].data()[0], found[1].data()[0]);
        assert!(close(integral, exact, 1e-8, 1e-9), "{name:?}: {integral} by quadrature, {exact}");
    }
}

#[test]
fn the_quadratures_gradient_is_that_of_differences() {
    let sigma = Expr::input("sigma", ());
    let nu = Expr::input("nu", ());
    let found = kl(&Normal::new(0.5, &sigma), &StudentT::new(&nu, 0.0, 1.0)).unwrap();
    assert!(matches!(found, Divergence::Quadrature(_)));
    let (sigma, nu) = (Array::scalar(1.3), Array::scalar(4.0));
    check::gradient(found.expr(), &["sigma", "nu"], &[("sigma", &sigma), ("nu", &nu)]).unwrap();
}

#[test]
fn leaving_the_support_is_infinitely_far() {
    let infinite = |q: &dyn Distribution, p: &dyn Distribution| {
        let found = run(&[kl(q, p).unwrap().expr().clone()], &[])[0].data()[0];
        assert_eq!(found, f64::INFINITY, "{} and {}", q.name(), p.name());
    };
    infinite(&Normal::standard(), &Gamma::new(2.0, 1.0));
    infinite(&Gamma::new(2.0, 1.0), &Beta::new(2.0, 1.0));
    infinite(&Uniform::new(0.0, 2.0), &Uniform::new(0.0, 1.0));
    infinite(&Bernoulli::probabilities(0.5), &Bernoulli::probabilities(1.0));
    infinite(&StudentT::new(3.0, 0.0, 1.0), &Exponential::new(1.0));
    let zero = kl(&Bernoulli::probabilities(1.0), &Bernoulli::probabilities(1.0)).unwrap();
    assert_eq!(run(&[zero.expr().clone()], &[])[0].data(), [0.0]);
}

#[test]
fn finitely_many_values_are_summed() {
    let q = Unknown { inner: Box::new(Binomial::probability(10.0, 0.3)), placed: false, path: false };
    let found = kl(&q, &Binomial::probability(10.0, 0.6)).unwrap();
    assert!(found.is_exact());
    let want = kl(&Binomial::probability(10.0, 0.3), &Binomial::probability(10.0, 0.6)).unwrap();
    let found = run(&[found.expr().clone(), want.expr().clone()], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-12, 0.0), "{found:?}");
}

#[test]
fn poisson_rates_are_rates_however_they_are_given() {
    let (q, p) = (3.0f64, 0.7f64);
    let want = q * (q / p).ln() - q + p;
    for a in [Poisson::new(q), Poisson::log_rate(q.ln())] {
        for b in [Poisson::new(p), Poisson::log_rate(p.ln())] {
            let found = run(&[kl(&a, &b).unwrap().expr().clone()], &[])[0].data()[0];
            assert!(close(found, want, 1e-15, 0.0), "{a:?} {b:?}: {found}, not {want}");
        }
    }
}
