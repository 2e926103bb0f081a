//! `ZeroSumNormal` over several axes: against the Gaussian of its subspace, and what lies off it.

use elbo_distributions::{Distribution, Error, MvNormal, ZeroSumNormal};
use elbo_tensor_ad::{Array, Expr, grad};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus as Generator;

use super::events::{normals, values};
use super::golden::close;

/// An orthonormal basis of the arrays of these sides that sum to 0 along each axis: products of differences of neighbours, by Gram and Schmidt.
fn basis(sides: &[usize]) -> Vec<Vec<f64>> {
    let len: usize = sides.iter().product();
    let mut found: Vec<Vec<f64>> = Vec::new();
    for corner in 0..len {
        let index = |mut flat: usize| {
            let mut index = vec![0; sides.len()];
            for (i, n) in index.iter_mut().zip(sides).rev() {
                *i = flat % n;
                flat /= n;
            }
            index
        };
        let from = index(corner);
        if from.iter().zip(sides).any(|(i, n)| i + 1 == *n) {
            continue;
        }
        let one = |at: usize| -> f64 {
            let steps = index(at).into_iter().zip(&from);
            steps.map(|(i, f)| if i == *f { 1.0 } else { -f64::from(u8::from(i == f + 1)) }).product()
        };
        let mut v: Vec<f64> = (0..len).map(one).collect();
        for b in &found {
            let along: f64 = v.iter().zip(b).map(|(v, b)| v * b).sum();
            v.iter_mut().zip(b).for_each(|(v, b)| *v -= along * b);
        }
        let length = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        v.iter_mut().for_each(|v| *v /= length);
        found.push(v);
    }
    found
}

#[test]
fn the_density_is_that_of_the_coordinates_in_an_orthonormal_basis_of_the_subspace() {
    let mut rng = Generator::seed_from_u64(21);
    for sides in [vec![5], vec![3, 4], vec![2, 2], vec![2, 3, 4], vec![2, 2, 2, 2]] {
        let basis = basis(&sides);
        let freedom = basis.len();
        assert_eq!(freedom, sides.iter().map(|n| n - 1).product::<usize>());
        let z = normals(&[freedom], &mut rng);
        let len: usize = sides.iter().product();
        let x = (0..len).map(|i| basis.iter().zip(z.data()).map(|(b, z)| 1.7 * b[i] * z).sum()).collect();
        let x = Expr::literal(Array::new(&sides[..], x).unwrap());
        let flat = MvNormal::cholesky(Array::zeros([freedom]), 1.7 * Expr::eye(freedom));
        let d = ZeroSumNormal::over(1.7, sides.clone());
        let found = values(
            &[d.log_density(&x), d.log_density_unchecked(&x), flat.log_density(&(1.7 * Expr::literal(z)))],
            &[],
        );
        for density in &found[..2] {
            assert!(close(density.data()[0], found[2].data()[0], 1e-13, 1e-13), "{sides:?}: {found:?}");
        }
        let entropies = values(&[d.entropy().unwrap(), flat.entropy().unwrap()], &[]);
        assert!(close(entropies[0].data()[0], entropies[1].data()[0], 1e-13, 1e-13));
    }
}

#[test]
fn the_covariance_of_draws_is_the_projection_onto_the_subspace() {
    let mut rng = Generator::seed_from_u64(22);
    let sides = [3, 2];
    let x = ZeroSumNormal::over(0.8, sides).sample(&[Array::scalar(0.8)], &[40_000, 3, 2], &mut rng).unwrap();
    let basis = basis(&sides);
    for at in 0..36 {
        let (i, j) = (at / 6, at % 6);
        let want: f64 = 0.64 * basis.iter().map(|b| b[i] * b[j]).sum::<f64>();
        let products = x.data().chunks(6).map(|x| x[i] * x[j]);
        let (found, error) = super::events::mean_and_error(products);
        // One false alarm in 2e7 for each.
        assert!((found - want).abs() < 5.5 * error, "{i} {j}: {found} ± {error}, not {want}");
    }
}

#[test]
fn an_array_that_does_not_sum_to_0_along_each_axis_has_no_density_and_no_gradient() {
    let sigma = Expr::input("sigma", ());
    let d = ZeroSumNormal::over(&sigma, [2, 3]);
    let input = Expr::input("x", [3, 2, 3]);
    let density = d.log_density(&input);
    let slopes = grad(&density.sum(), &[input.clone(), sigma.clone()]).unwrap();
    // Rows that sum to 0 and columns that do not, the other way round, and neither is the sum of all.
    let x =
        vec![1.0, -1.0, 0.0, 1.0, -1.0, 0.0, 1.0, 2.0, 3.0, -1.0, -2.0, -3.0, 1.0, 0.0, 0.0, 0.0, 0.0, -1.0];
    let x = Array::new([3, 2, 3], x).unwrap();
    let found = values(&[vec![density], slopes].concat(), &[("x", &x), ("sigma", &Array::scalar(0.7))]);
    assert_eq!(found[0].data(), [f64::NEG_INFINITY; 3]);
    assert!(found[1..].iter().flat_map(|f| f.data()).all(|v| *v == 0.0), "{found:?}");
    let support = d.support().literal().unwrap();
    for one in x.data().chunks(6) {
        let one = Array::new([2, 3], one.to_vec()).unwrap();
        assert!(matches!(support.check("Own", &one), Err(Error::Outside { .. })));
    }
    let message = support.check("Own", &Array::new([2, 3], x.data()[..6].to_vec()).unwrap()).unwrap_err();
    assert_eq!(
        message.to_string(),
        "Own: values must be arrays of 2 axes that sum to 0 along each, found 2 at [0, 0]"
    );
    assert!(ZeroSumNormal::over(1.0, [2, 3]).log_density(&Expr::input("x", [2, 4])).check().is_err());
    let mut rng = Generator::seed_from_u64(23);
    let wrong = d.sample(&[Array::scalar(1.0)], &[5, 3, 2], &mut rng);
    assert!(matches!(wrong, Err(Error::DrawRank { expected: 2, .. })), "{wrong:?}");
}
