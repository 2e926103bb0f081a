//! Models whose variables are whole vectors and matrices: another shape in the unconstrained space than in their own.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{
    Dirichlet, Distribution, HalfNormal, Horseshoe, LKJCholesky, LKJCholeskyCov, MvNormal, Normal,
    RegularizedHorseshoe, ZeroSumNormal,
};
use elbo_model::{LogDensity, Model};
use elbo_tensor_ad::{Array, Expr};

/// The value, once the gradient is found to be that of differences of the fourth order, to a part of 1 and of itself.
fn sloped(density: &mut impl LogDensity, z: &[f64], tolerance: f64) -> f64 {
    let mut g = vec![0.0; z.len()];
    let value = density.value_and_gradient(z, &mut g).unwrap();
    for (i, found) in g.iter().enumerate() {
        let mut at = |t: f64| {
            let mut moved = z.to_vec();
            moved[i] += t;
            density.value(&moved).unwrap()
        };
        let slope = (8.0 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3;
        assert!((slope - found).abs() < tolerance * (1.0 + slope.abs()), "{i}: {slope} {found}");
    }
    value
}

fn model() -> Model {
    let y = Array::new([3, 2], vec![0.3, -0.4, 1.2, 0.7, -0.5, 0.1]).unwrap();
    Model::build(|m| {
        m.dim("group", 2);
        m.dim("class", 3);
        m.dim("row", 2);
        m.dim("column", 2);
        m.sample("p", Dirichlet::new(Array::vector(vec![1.0, 2.0, 3.0])), ["group", "class"]);
        let l = m.sample("l", LKJCholesky::new(2, 2.0), ["row", "column"]);
        m.sample("effect", ZeroSumNormal::new(1.0, 3), "class");
        let mu = m.sample("mu", Normal::standard(), "column");
        m.observe("y", MvNormal::cholesky(mu, l), &y);
    })
    .unwrap()
}

#[test]
fn vectors_take_as_many_unconstrained_numbers_as_they_are_free() {
    let m = model();
    // 2 simplices of 3 - 1, one correlation, 3 - 1, and 2.
    assert_eq!(m.dim(), 4 + 1 + 2 + 2);
    assert_eq!(m.shape("p").unwrap(), [2, 3]);
    let density = m.density().unwrap();
    assert_eq!(density.dim(), 9);
}

#[test]
fn the_log_density_is_that_of_its_parts_and_its_gradient_holds() {
    let mut density = model().density().unwrap();
    let z = [0.3, -0.2, 0.5, 0.1, 0.4, -0.6, 0.2, 0.7, -0.1];
    let value = sloped(&mut density, &z, 1e-8);
    // The parts by hand.
    let plain = |d: &dyn Distribution, z: &[f64], shape: &[usize]| {
        let b = d.bijector().unwrap();
        let y = Array::new(shape, z.to_vec()).unwrap();
        let x = b.forward_at(&y).unwrap();
        let log = elbo_tensor_ad::reference::evaluate(&[d.log_density(&x.clone().into())], &[]).unwrap();
        let log_det =
            if b.is_identity() { 0.0 } else { b.log_abs_det_jacobian_at(&y).unwrap().data().iter().sum() };
        (x, log[0].data().iter().sum::<f64>() + log_det)
    };
    let p = plain(&Dirichlet::new(Array::vector(vec![1.0, 2.0, 3.0])), &z[..4], &[2, 2]).1;
    let (l, log_l) = plain(&LKJCholesky::new(2, 2.0), &z[4..5], &[1]);
    let effect = plain(&ZeroSumNormal::new(1.0, 3), &z[5..7], &[2]).1;
    let (mu, log_mu) = plain(&Normal::standard(), &z[7..], &[2]);
    let y = [0.3, -0.4, 1.2, 0.7, -0.5, 0.1];
    let log_y = plain(&MvNormal::cholesky(mu, l), &y, &[3, 2]).1;
    let want = p + log_l + effect + log_mu + log_y;
    assert!((value - want).abs() < 1e-12, "{value} {want}");
}

#[test]
fn prior_draws_have_the_variables_own_shapes() {
    let before = model().prior(20, &[], 3).unwrap();
    let p = before.prior.get("p").unwrap();
    assert_eq!(p.shape(), [2, 3]);
    assert!(p.values().chunks(3).all(|p| (p.iter().sum::<f64>() - 1.0).abs() < 1e-12));
    assert_eq!(before.predictive.get("y").unwrap().shape(), [3, 2]);
}

#[test]
fn a_vector_of_another_length_than_its_axis_is_a_mistake() {
    let mistake = Model::build(|m| {
        m.dim("class", 4);
        m.sample("p", Dirichlet::new(Array::vector(vec![1.0, 2.0, 3.0])), "class")
    });
    assert!(mistake.is_err());
    let mistake = Model::build(|m| m.sample("p", Dirichlet::new(Array::vector(vec![1.0, 2.0, 3.0])), ()));
    assert_eq!(
        mistake.unwrap_err().to_string(),
        "`p`: Simplex takes a vector that is not empty on the last axis, found shape []"
    );
}

#[test]
fn a_regression_under_a_regularised_horseshoe() {
    let x = Array::new([4, 3], vec![0.3, -1.0, 0.5, 1.2, 0.1, -0.4, -0.7, 0.9, 0.2, 0.4, -0.3, 1.1]).unwrap();
    let y = Array::vector(vec![0.2, 1.3, -0.6, 0.5]);
    let model = Model::build(|m| {
        let x = m.data("x", &x, ["row", "feature"]);
        let prior = RegularizedHorseshoe::new(Horseshoe::global_scale(1.0, 3.0, 4.0, 1.0), 4.0, 1.0);
        let tau = m.sample("tau", prior.global(), ());
        let slab = m.sample("slab", prior.slab(), ());
        let lambda = m.sample("lambda", prior.local(), "feature");
        let w = m.sample("w", prior.weights(&tau, &lambda, &slab), "feature");
        m.observe("y", Normal::new(x.matmul(&w), 0.5), &y);
    })
    .unwrap();
    assert_eq!((model.dim(), model.variables()), (8, vec!["tau", "slab", "lambda", "w"]));
    let mut density = model.density().unwrap();
    let z = [-0.3, 0.2, 0.5, -0.4, 0.1, 0.3, -0.2, 0.6];
    sloped(&mut density, &z, 1e-7);
    assert!(model.prior(5, &[], 1).is_ok());
}

#[test]
fn a_covariance_and_effects_of_two_factors_that_sum_to_0_along_both() {
    let y = Array::new([2, 3, 2], (0..12).map(|i| (1.7 * f64::from(i)).sin()).collect()).unwrap();
    let model = Model::build(|m| {
        m.dim("plot", 2);
        m.dim("kind", 3);
        m.dim("row", 2);
        m.dim("column", 2);
        let l = m.sample("l", LKJCholeskyCov::new(2, 2.0, HalfNormal::new(1.0)), ["row", "column"]);
        let both = m.sample("both", ZeroSumNormal::over(0.7, [2, 3]), ["plot", "kind"]);
        m.observe("y", MvNormal::cholesky(both.expand(2) + Expr::literal(Array::zeros([2])), l), &y);
    })
    .unwrap();
    // A triangle of 3, and (2 - 1) (3 - 1).
    assert_eq!((model.dim(), model.shape("both").unwrap()), (5, &[2, 3][..]));
    sloped(&mut model.density().unwrap(), &[0.2, -0.5, 0.3, 0.4, -0.1], 1e-8);
    let before = model.prior(20, &[], 3).unwrap();
    let both = before.prior.get("both").unwrap();
    assert!(both.values().chunks(3).all(|row| row.iter().sum::<f64>().abs() < 1e-12));
    assert!(both.values().chunks(6).all(|x| (0..3).all(|k| (x[k] + x[k + 3]).abs() < 1e-12)));
}
