//! The distributions over vectors and matrices for the tests that hold for all.

use elbo_distributions::{
    Dirichlet, Gamma, Independent, InverseWishart, LKJCholesky, LKJCholeskyCov, LKJCorr, MatrixNormal,
    MvNormal, MvStudentT, StickBreakingWeights, Weibull, Wishart, ZeroSumNormal,
};
use statrs::distribution::{
    Beta, ChiSquared, ContinuousCDF, Normal as PlainNormal, StudentsT, Weibull as PlainWeibull,
};

use super::events::{Entry, Marginal, between, covariance, lower, normals};

pub(crate) fn entries() -> Vec<Entry> {
    let gaussian: Marginal = (
        |x, _| x[0] + 2.0 * x[1] - x[2],
        |v, p| {
            // The variance along (1, 2, -1), by the distribution's own covariance, which has its own test.
            let w = [1.0, 2.0, -1.0];
            let mean: f64 = (0..3).map(|i| w[i] * p[0].data()[i]).sum();
            let c = p.last().unwrap();
            let variance: f64 = (0..9).map(|at| w[at / 3] * w[at % 3] * c.data()[at]).sum();
            PlainNormal::new(mean, variance.sqrt()).unwrap().cdf(v)
        },
    );
    vec![
        Entry {
            name: "MvNormal",
            event: &[3],
            build: |p| Box::new(MvNormal::new(&p[0], &p[1])),
            parameters: |rng| vec![normals(&[3], rng), covariance(3, rng)],
            marginal: Some(gaussian),
        },
        Entry {
            name: "MvNormal by its precision",
            event: &[3],
            build: |p| Box::new(MvNormal::precision(&p[0], &p[1])),
            parameters: |rng| vec![normals(&[3], rng), covariance(3, rng)],
            marginal: None,
        },
        Entry {
            name: "MvNormal by its factor",
            event: &[3],
            build: |p| Box::new(MvNormal::cholesky(&p[0], &p[1])),
            parameters: |rng| vec![normals(&[3], rng), lower(3, rng)],
            marginal: None,
        },
        Entry {
            name: "MvNormal of low rank",
            event: &[3],
            build: |p| Box::new(MvNormal::low_rank(&p[0], &p[1], &p[2])),
            parameters: |rng| vec![normals(&[3], rng), normals(&[3, 2], rng), between(0.3, 2.0, &[3], rng)],
            marginal: None,
        },
        Entry {
            name: "MvStudentT",
            event: &[2],
            build: |p| Box::new(MvStudentT::new(&p[0], &p[1], &p[2])),
            parameters: |rng| vec![between(9.0, 20.0, &[], rng), normals(&[2], rng), covariance(2, rng)],
            marginal: Some((
                |x, _| x[1],
                |v, p| {
                    let scale = p[2].data()[3].sqrt();
                    StudentsT::new(p[1].data()[1], scale, p[0].data()[0]).unwrap().cdf(v)
                },
            )),
        },
        Entry {
            name: "MvStudentT by its precision",
            event: &[2],
            build: |p| Box::new(MvStudentT::precision(&p[0], &p[1], &p[2])),
            parameters: |rng| vec![between(9.0, 20.0, &[], rng), normals(&[2], rng), covariance(2, rng)],
            marginal: None,
        },
        Entry {
            name: "MvStudentT by its factor",
            event: &[2],
            build: |p| Box::new(MvStudentT::cholesky(&p[0], &p[1], &p[2])),
            parameters: |rng| vec![between(9.0, 20.0, &[], rng), normals(&[2], rng), lower(2, rng)],
            marginal: None,
        },
        Entry {
            name: "Dirichlet",
            event: &[4],
            build: |p| Box::new(Dirichlet::new(&p[0])),
            parameters: |rng| vec![between(0.6, 4.0, &[4], rng)],
            marginal: Some((
                |x, _| x[1],
                |v, p| {
                    let a = p[0].data();
                    Beta::new(a[1], a.iter().sum::<f64>() - a[1]).unwrap().cdf(v)
                },
            )),
        },
        Entry {
            name: "LKJCholesky",
            event: &[3, 3],
            build: |p| Box::new(LKJCholesky::new(3, &p[0])),
            parameters: |rng| vec![between(0.7, 4.0, &[], rng)],
            marginal: Some((
                |x, _| x[6] * x[3] + x[7] * x[4],
                |v, p| {
                    let s = p[0].data()[0] + 0.5;
                    Beta::new(s, s).unwrap().cdf(0.5 + 0.5 * v)
                },
            )),
        },
        Entry {
            name: "LKJCorr",
            event: &[3, 3],
            build: |p| Box::new(LKJCorr::new(3, &p[0])),
            parameters: |rng| vec![between(0.7, 4.0, &[], rng)],
            marginal: Some((
                |x, _| x[5],
                |v, p| {
                    let s = p[0].data()[0] + 0.5;
                    Beta::new(s, s).unwrap().cdf(0.5 + 0.5 * v)
                },
            )),
        },
        Entry {
            name: "Wishart",
            event: &[2, 2],
            build: |p| Box::new(Wishart::new(&p[0], &p[1])),
            parameters: |rng| vec![between(3.5, 12.0, &[], rng), covariance(2, rng)],
            marginal: Some((
                |x, _| x[3],
                |v, p| ChiSquared::new(p[0].data()[0]).unwrap().cdf(v / p[1].data()[3]),
            )),
        },
        Entry {
            name: "InverseWishart",
            event: &[2, 2],
            build: |p| Box::new(InverseWishart::new(&p[0], &p[1])),
            parameters: |rng| {
                let mut psi = covariance(2, rng);
                psi.data_mut().iter_mut().for_each(|v| *v *= 20.0);
                vec![between(11.0, 15.0, &[], rng), psi]
            },
            marginal: Some((
                |x, _| -x[0],
                |v, p| ChiSquared::new(p[0].data()[0] - 1.0).unwrap().cdf(p[1].data()[0] / -v),
            )),
        },
        Entry {
            name: "MatrixNormal",
            event: &[2, 3],
            build: |p| Box::new(MatrixNormal::new(&p[0], &p[1], &p[2])),
            parameters: |rng| vec![normals(&[2, 3], rng), covariance(2, rng), covariance(3, rng)],
            marginal: Some((
                |x, _| x[0] + x[4],
                |v, p| {
                    let (u, c) = (p[1].data(), p[2].data());
                    let variance = u[0] * c[0] + u[3] * c[4] + 2.0 * u[1] * c[1];
                    PlainNormal::new(p[0].data()[0] + p[0].data()[4], variance.sqrt()).unwrap().cdf(v)
                },
            )),
        },
        Entry {
            name: "MatrixNormal by its factors",
            event: &[2, 3],
            build: |p| Box::new(MatrixNormal::cholesky(&p[0], &p[1], &p[2])),
            parameters: |rng| vec![normals(&[2, 3], rng), lower(2, rng), lower(3, rng)],
            marginal: None,
        },
        Entry {
            name: "ZeroSumNormal",
            event: &[4],
            build: |p| Box::new(ZeroSumNormal::new(&p[0], 4)),
            parameters: |rng| vec![between(0.3, 3.0, &[], rng)],
            marginal: Some((
                |x, _| x[3],
                |v, p| PlainNormal::new(0.0, p[0].data()[0] * 0.75f64.sqrt()).unwrap().cdf(v),
            )),
        },
        Entry {
            name: "StickBreakingWeights",
            event: &[4],
            build: |p| Box::new(StickBreakingWeights::new(&p[0], 3)),
            parameters: |rng| vec![between(0.7, 4.0, &[], rng)],
            marginal: Some((|x, _| x[0], |v, p| Beta::new(1.0, p[0].data()[0]).unwrap().cdf(v))),
        },
        Entry {
            name: "ZeroSumNormal over two axes",
            event: &[2, 4],
            build: |p| Box::new(ZeroSumNormal::over(&p[0], [2, 4])),
            parameters: |rng| vec![between(0.3, 3.0, &[], rng)],
            marginal: Some((
                |x, _| x[5],
                |v, p| PlainNormal::new(0.0, p[0].data()[0] * (0.5f64 * 0.75).sqrt()).unwrap().cdf(v),
            )),
        },
        Entry {
            name: "ZeroSumNormal over three axes",
            event: &[3, 2, 3],
            build: |p| Box::new(ZeroSumNormal::over(&p[0], [3, 2, 3])),
            parameters: |rng| vec![between(0.3, 3.0, &[], rng)],
            marginal: None,
        },
        Entry {
            name: "LKJCholeskyCov",
            event: &[3, 3],
            build: |p| Box::new(LKJCholeskyCov::new(3, &p[2], Gamma::new(&p[0], &p[1]))),
            parameters: |rng| {
                vec![between(3.0, 8.0, &[], rng), between(1.0, 3.0, &[], rng), between(0.7, 4.0, &[], rng)]
            },
            marginal: Some((
                |x, _| {
                    let row = |i: usize| x[3 * i..3 * i + 3].iter().map(|v| v * v).sum::<f64>();
                    (x[6] * x[3] + x[7] * x[4]) / (row(1) * row(2)).sqrt()
                },
                |v, p| {
                    let s = p[2].data()[0] + 0.5;
                    Beta::new(s, s).unwrap().cdf(0.5 + 0.5 * v)
                },
            )),
        },
        Entry {
            name: "LKJCholeskyCov of two priors",
            event: &[2, 2],
            build: |p| {
                let sd = Independent::new(Weibull::new(&p[0], &p[1]), 1);
                Box::new(LKJCholeskyCov::new(2, &p[2], sd))
            },
            parameters: |rng| {
                vec![between(1.5, 4.0, &[2], rng), between(0.5, 2.0, &[2], rng), between(0.7, 4.0, &[], rng)]
            },
            marginal: Some((
                |x, _| x[2].hypot(x[3]),
                |v, p| PlainWeibull::new(p[0].data()[1], p[1].data()[1]).unwrap().cdf(v),
            )),
        },
    ]
}
