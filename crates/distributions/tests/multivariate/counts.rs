//! Vectors of counts: every one of them is summed over.

use elbo_distributions::{DirichletMultinomial, Distribution, Error, Multinomial};
use elbo_tensor_ad::{Array, Expr, check, grad};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus as Generator;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::events::values;
use super::golden::close;

#[test]
fn counts_sum_to_one_have_their_moments_and_are_drawn_so() {
    let mut rng = Generator::seed_from_u64(8);
    let (n, p, a) = (6.0, vec![0.2, 0.0, 0.35, 0.45], vec![0.7, 3.0, 1.1]);
    let multinomial: Box<dyn Distribution> = Box::new(Multinomial::new(n, Array::vector(p.clone())));
    let mixed: Box<dyn Distribution> = Box::new(DirichletMultinomial::new(n, Array::vector(a.clone())));
    for (d, k, vector) in [(multinomial, 4, p), (mixed, 3, a)] {
        d.check().unwrap();
        let mut all: Vec<Vec<f64>> = vec![vec![]];
        for _ in 0..k {
            all = all
                .into_iter()
                .flat_map(|x| (0..=6).map(move |c| [&x[..], &[f64::from(c)]].concat()))
                .collect();
        }
        all.retain(|x| x.iter().sum::<f64>() == n);
        let x = Array::new([all.len(), k], all.concat()).unwrap();
        let found = values(&[d.log_density(&x.clone().into()), d.log_density_unchecked(&x.into())], &[]);
        let mass: Vec<f64> = found[0].data().iter().map(|l| l.exp()).collect();
        assert!((mass.iter().sum::<f64>() - 1.0).abs() < 1e-13);
        assert_eq!(found[0].data(), found[1].data());
        let of = |e: Option<Expr>| values(&[e.unwrap()], &[]).remove(0).into_data();
        let (mean, variance) = (of(d.mean()), of(d.variance()));
        let entropy: f64 = -mass.iter().filter(|p| **p > 0.0).map(|p| p * p.ln()).sum::<f64>();
        assert!(close(of(d.entropy())[0], entropy, 1e-13, 0.0), "{}: {entropy}", d.name());
        for i in 0..k {
            let m: f64 = all.iter().zip(&mass).map(|(x, p)| x[i] * p).sum();
            let v: f64 = all.iter().zip(&mass).map(|(x, p)| (x[i] - m).powi(2) * p).sum();
            assert!(close(mean[i], m, 1e-13, 1e-13) && close(variance[i], v, 1e-12, 1e-13));
        }
        // Chi-squared over all cells with an expectation above 5, the others together.
        const N: usize = 40_000;
        let draws = d.sample(&[Array::scalar(n), Array::vector(vector)], &[N, k], &mut rng).unwrap();
        d.support().literal().unwrap().check(d.name(), &draws).unwrap();
        let mut counts = vec![0.0; all.len()];
        for x in draws.data().chunks(k) {
            counts[all.iter().position(|y| y == x).unwrap()] += 1.0;
        }
        let (mut statistic, mut cells, mut rare) = (0.0, 0, (0.0, 0.0));
        for (count, mass) in counts.iter().zip(&mass) {
            let expected = mass * N as f64;
            if expected > 5.0 {
                statistic += (count - expected).powi(2) / expected;
                cells += 1;
            } else {
                rare = (rare.0 + count, rare.1 + expected);
            }
        }
        if rare.1 > 1.0 {
            statistic += (rare.0 - rare.1).powi(2) / rare.1;
            cells += 1;
        } else {
            assert!(rare.0 <= 12.0);
        }
        let tail = 1.0 - ChiSquared::new(f64::from(cells - 1)).unwrap().cdf(statistic);
        assert!(tail > 1e-6, "{}: {statistic} over {cells}", d.name());
        // A start inside the support.
        let start = values(&[d.initial_value()], &[]).remove(0);
        d.support().literal().unwrap().check(d.name(), &start).unwrap();
    }
}

#[test]
fn counts_outside_the_support_have_no_mass_and_no_gradient() {
    let a = Expr::input("a", [2]);
    for d in [
        Box::new(Multinomial::new(3.0, &a)) as Box<dyn Distribution>,
        Box::new(DirichletMultinomial::new(3.0, &a)),
    ] {
        for x in [[1.5, 1.5], [-1.0, 4.0], [1.0, 1.0], [4.0, 0.0], [1e300, 2.0]] {
            let x = Expr::literal(Array::vector(x.to_vec()));
            let density = d.log_density(&x);
            let slope = grad(&density, std::slice::from_ref(&a)).unwrap().remove(0);
            let found = values(&[density, slope], &[("a", &Array::vector(vec![0.25, 0.75]))]);
            assert_eq!((found[0].data()[0], found[1].data()), (f64::NEG_INFINITY, &[0.0, 0.0][..]));
        }
    }
}

#[test]
fn gradients_of_counts_hold() {
    let x = Expr::literal(Array::vector(vec![2.0, 0.0, 5.0]));
    let a = Expr::input("a", [3]);
    for d in [
        Box::new(Multinomial::new(7.0, &a)) as Box<dyn Distribution>,
        Box::new(DirichletMultinomial::new(7.0, &a)),
    ] {
        check::gradient(&d.log_density(&x), &["a"], &[("a", &Array::vector(vec![0.3, 0.2, 0.5]))]).unwrap();
        check::gradient(&d.entropy().unwrap(), &["a"], &[("a", &Array::vector(vec![0.3, 0.2, 0.5]))])
            .unwrap();
    }
}

#[test]
fn batches_of_counts_equal_loops_and_bad_parameters_are_named() {
    let n = [3.0, 7.0];
    let p = [[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]];
    let x = [[[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]], [[7.0, 0.0, 0.0], [2.0, 3.0, 2.0]]];
    type Build = fn(Expr, Expr) -> Box<dyn Distribution>;
    let makers: [Build; 2] =
        [|n, p| Box::new(Multinomial::new(n, p)), |n, p| Box::new(DirichletMultinomial::new(n, p))];
    for build in makers {
        let all = build(
            Array::new([2, 1], n.to_vec()).unwrap().into(),
            Array::new([2, 1, 3], p.concat()).unwrap().into(),
        );
        let value = Expr::literal(Array::new([2, 2, 3], x.concat().concat()).unwrap());
        let batch = |e: Option<Expr>| values(&[e.unwrap()], &[]).remove(0).into_data();
        let found = values(&[all.log_density(&value)], &[]).remove(0);
        assert_eq!(found.shape(), [2, 2]);
        for i in 0..2 {
            let one = build(n[i].into(), Array::vector(p[i].to_vec()).into());
            for (j, x) in x[i].iter().enumerate() {
                let want = values(&[one.log_density(&Array::vector(x.to_vec()).into())], &[]);
                assert!(close(found.data()[2 * i + j], want[0].data()[0], 1e-13, 1e-13));
            }
            for (all, one) in
                [(all.mean(), one.mean()), (all.variance(), one.variance()), (all.entropy(), one.entropy())]
            {
                let (all, one) = (batch(all), batch(one));
                let n = one.len();
                assert!((0..n).all(|k| close(all[n * i + k], one[k], 1e-13, 0.0)), "{all:?} {one:?}");
            }
        }
        let mut rng = Generator::seed_from_u64(9);
        for (n, p, name) in [
            (-1.0, [0.2, 0.5, 0.3], "n"),
            (2.5, [0.2, 0.5, 0.3], "n"),
            (f64::NAN, [0.2, 0.5, 0.3], "n"),
            (3.0, [-0.2, 0.9, 0.3], if all.name() == "Multinomial" { "p" } else { "a" }),
            (3.0, [f64::NAN, 0.5, 0.5], if all.name() == "Multinomial" { "p" } else { "a" }),
        ] {
            let numbers = [Array::scalar(n), Array::vector(p.to_vec())];
            let literal = build(n.into(), numbers[1].clone().into());
            let drawn = literal.sample(&numbers, &[2, 3], &mut rng).map(|_| ());
            for found in [literal.check(), literal.check_values(&numbers), drawn] {
                assert!(
                    matches!(&found, Err(Error::Parameter { parameter, .. }) if *parameter == name),
                    "{found:?}"
                );
            }
        }
    }
}
