//! Outside the supports, and at extreme parameters.

use elbo_distributions::{
    Dirichlet, DirichletMultinomial, Distribution, Gamma, Independent, InverseWishart, LKJCholesky,
    LKJCholeskyCov, LKJCorr, MatrixNormal, Multinomial, MvNormal, MvStudentT, StickBreakingWeights, Wishart,
    ZeroSumNormal,
};
use elbo_tensor_ad::{Array, Expr, grad};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus as Generator;

use super::events::values;

/// A distribution and some values.
type Points = (Box<dyn Distribution>, Vec<Array<f64>>);

/// Values that are not in the support of these.
fn outside() -> Vec<Points> {
    let square = |data: [f64; 4]| Array::new([2, 2], data.to_vec()).unwrap();
    let vectors = |all: &[[f64; 3]]| all.iter().map(|x| Array::vector(x.to_vec())).collect::<Vec<_>>();
    let eye = || Expr::eye(2);
    let (a, b) = (Expr::input("a", ()), Expr::input("a", ()));
    let indefinite = vec![
        square([1.0, 2.0, 2.0, 1.0]),
        square([-1.0, 0.0, 0.0, 1.0]),
        square([1.0, 0.1, 0.2, 1.0]),
        square([0.0; 4]),
    ];
    let mut correlations = indefinite.clone();
    correlations.push(square([1.0, 0.1, 0.1, 1.1]));
    vec![
        (
            Box::new(Dirichlet::new(a.expand(0).broadcast_to([3]))),
            vectors(&[[0.5, 0.6, -0.1], [0.5, 0.5, 0.1], [0.2, 0.2, 0.2]]),
        ),
        (Box::new(StickBreakingWeights::new(&a, 2)), vectors(&[[0.5, 0.6, -0.1], [0.5, 0.5, 0.1]])),
        (Box::new(ZeroSumNormal::new(&a, 3)), vectors(&[[0.5, 0.6, 0.1], [1e6, -1e6, 1e3]])),
        (
            Box::new(LKJCholesky::new(2, &a)),
            vec![
                square([1.0, 0.1, 0.6, 0.8]),
                square([1.0, 0.0, 0.5, 0.5]),
                square([1.0, 0.0, 0.6, -0.8]),
                square([1.0, 0.0, 1.0, 0.0]),
            ],
        ),
        (
            Box::new(LKJCholeskyCov::new(2, &a, Gamma::new(&a, &a))),
            vec![
                square([1.0, 0.1, 0.6, 0.8]),
                square([1.0, 0.0, 0.6, -0.8]),
                square([0.0, 0.0, 0.6, 0.8]),
                square([-2.0, 0.0, 0.6, 0.8]),
            ],
        ),
        (
            Box::new(Independent::new(Gamma::new(a.expand(0).broadcast_to([3]), &a), 1)),
            vectors(&[[0.5, 0.6, -0.1], [-1e300, 1.0, 1.0]]),
        ),
        (Box::new(LKJCorr::new(2, &a)), correlations),
        (Box::new(Wishart::new(&a + 1.0, eye())), indefinite.clone()),
        (Box::new(InverseWishart::new(b + 1.0, eye())), indefinite),
    ]
}

#[test]
fn outside_the_support_the_density_is_zero_and_so_is_its_gradient() {
    for (d, points) in outside() {
        for x in points {
            let value = Expr::input("x", x.shape());
            let density = d.log_density(&value);
            let slopes = grad(&density, &[value, Expr::input("a", ())]).unwrap();
            let found = values(&[vec![density], slopes].concat(), &[("x", &x), ("a", &Array::scalar(1.7))]);
            assert_eq!(found[0].data(), [f64::NEG_INFINITY], "{} {x:?}", d.name());
            assert!(
                found[1..].iter().flat_map(|g| g.data()).all(|g| *g == 0.0),
                "{} {x:?}: {found:?}",
                d.name()
            );
        }
    }
}

#[test]
fn nothing_is_nan_at_extreme_parameters() {
    let mut rng = Generator::seed_from_u64(9);
    let sizes = [1e-6, 1e-3, 1.0, 1e3, 1e6];
    let finite = |d: &dyn Distribution, x: &Array<f64>, given: &[(&str, &Array<f64>)]| {
        let value = Expr::input("x", x.shape());
        for density in [d.log_density(&value), d.log_density_unchecked(&value)] {
            let mut wanted = vec![density.clone()];
            let inputs: Vec<Expr> =
                given.iter().map(|(n, a)| Expr::input(n, a.shape())).chain([value.clone()]).collect();
            wanted.extend(grad(&density.sum(), &inputs).unwrap());
            let mut all = given.to_vec();
            all.push(("x", x));
            let found = values(&wanted, &all);
            assert!(
                found.iter().flat_map(|f| f.data()).all(|v| !v.is_nan()),
                "{} at {x:?}, {given:?}: {found:?}",
                d.name()
            );
        }
    };
    for size in sizes {
        let at = Array::scalar(size);
        let s = Expr::input("s", ());
        let given = [("s", &at)];
        let stretched = |n: usize| s.expand(0).broadcast_to([n]);
        let simplex = [
            Box::new(Dirichlet::new(stretched(3))) as Box<dyn Distribution>,
            Box::new(StickBreakingWeights::new(&s, 2)),
        ];
        for d in simplex {
            let p = values(&d.parameters().into_iter().map(|p| p.value).collect::<Vec<_>>(), &given);
            let draws = d.sample(&p, &[200, 3], &mut rng).unwrap();
            finite(&*d, &draws, &given);
            d.support().literal().unwrap().check(d.name(), &draws).unwrap();
            for x in [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [1e-300, 1.0, 1e-300], [5e-324, 1.0, 0.0]] {
                // The boundary is for the checked form.
                let x = Array::vector(x.to_vec());
                let found = values(&[d.log_density(&Expr::literal(x.clone()))], &given);
                assert!(!found[0].data()[0].is_nan(), "{} {size} {x:?}", d.name());
            }
        }
        for d in [Box::new(LKJCholesky::new(4, &s)) as Box<dyn Distribution>, Box::new(LKJCorr::new(4, &s))] {
            let draws = d.sample(std::slice::from_ref(&at), &[50, 4, 4], &mut rng).unwrap();
            assert!(draws.data().iter().all(|v| v.is_finite()));
            if size >= 1e-3 && d.name() == "LKJCholesky" || size >= 1.0 {
                finite(&*d, &draws, &given);
            }
        }
        for far in [1e-150, 1.0, 1e100] {
            let x = Array::vector(vec![far, -far]);
            finite(&MvNormal::new(0.0, s.clone() * Expr::eye(2)), &x, &given);
            finite(&MvNormal::precision(0.0, s.clone() * Expr::eye(2)), &x, &given);
            finite(&MvNormal::cholesky(0.0, s.clone() * Expr::eye(2)), &x, &given);
            let (factor, diagonal) = (s.clone() * Expr::literal(Array::full([2, 1], 1.0)), stretched(2));
            finite(&MvNormal::low_rank(0.0, factor, diagonal), &x, &given);
            finite(&MvStudentT::new(&s, 0.0, Expr::eye(2)), &x, &given);
            finite(&MvStudentT::new(3.0, 0.0, s.clone() * Expr::eye(2)), &x, &given);
            finite(&ZeroSumNormal::new(&s, 2), &x, &given);
            let m = Array::new([2, 2], vec![far, 0.0, 0.0, 2.0 * far]).unwrap();
            finite(&Wishart::new(&s + 1.0, Expr::eye(2)), &m, &given);
            finite(&InverseWishart::new(&s + 1.0, Expr::eye(2)), &m, &given);
            finite(
                &MatrixNormal::new(Array::zeros([2, 2]), s.clone() * Expr::eye(2), Expr::eye(2)),
                &m,
                &given,
            );
        }
        let l = Array::new([2, 2], vec![0.7, 0.0, -0.4, 1.1]).unwrap();
        finite(&LKJCholeskyCov::new(2, &s, Gamma::new(&s, 1.0)), &l, &given);
        finite(&LKJCholeskyCov::new(2, 1.0, Gamma::new(2.0, &s)), &l, &given);
        let counts = Array::vector(vec![3.0, 0.0, 7.0]);
        let shares = Expr::concat(&[(&s / (1.0 + &s)).expand(0), (1.0 / (1.0 + &s)).expand(0)], 0);
        let two = Multinomial::new(9.0, shares).log_density(&Array::vector(vec![9.0, 0.0]).into());
        let slope = grad(&two, std::slice::from_ref(&s)).unwrap().remove(0);
        let found = values(&[two, slope], &given);
        assert!(found.iter().all(|f| !f.data()[0].is_nan()), "{size}: {found:?}");
        let d = DirichletMultinomial::new(10.0, stretched(3));
        let density = d.log_density(&Expr::literal(counts));
        let slope = grad(&density, &[s]).unwrap().remove(0);
        let found = values(&[density, slope], &given);
        assert!(found.iter().all(|f| f.data()[0].is_finite()), "{size}: {found:?}");
    }
}
