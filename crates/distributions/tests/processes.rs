//! Sequences, regions and functions: against a table computed with 50 digits, and against what a density is.
#![allow(clippy::unwrap_used, clippy::panic)]

mod events;
mod golden;

use elbo_distributions::{
    AR, CAR, Distribution, Error, GARCH11, GaussianProcess, GaussianRandomWalk, ICAR, Kernel, MeanFunction,
    MvNormal,
};
use elbo_tensor_ad::{Array, Expr, check, grad};
use events::{Entry, Marginal, between, normals, values};
use golden::{cases, close, list, number};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus as Generator;
use serde_json::Value;
use statrs::distribution::{ContinuousCDF, Normal as PlainNormal};

fn array(value: &Value) -> Array<f64> {
    let Value::Array(rows) = value else { return Array::scalar(number(value).unwrap()) };
    if rows.first().is_some_and(Value::is_array) {
        let data: Vec<f64> = rows.iter().flat_map(|r| list(r).into_iter().map(Option::unwrap)).collect();
        return Array::new([rows.len(), data.len() / rows.len()], data).unwrap();
    }
    Array::vector(rows.iter().map(|v| number(v).unwrap()).collect())
}

fn kernel(name: &str, p: &dyn Fn(&str) -> Expr) -> Kernel {
    match name {
        "ExpQuad" => Kernel::exp_quad(p("length")),
        "Matern12" => Kernel::matern12(p("length")),
        "Matern32" => Kernel::matern32(p("length")),
        "Matern52" => Kernel::matern52(p("length")),
        "RationalQuadratic" => Kernel::rational_quadratic(p("length"), p("alpha")),
        "Periodic" => Kernel::periodic(p("length"), p("period")),
        "Linear" => Kernel::linear(p("centre")),
        "Constant" => Kernel::constant(p("level")),
        "White" => Kernel::white(p("sigma")),
        other => panic!("a kernel that this test does not know: {other}"),
    }
}

fn tabled(case: &Value, p: &dyn Fn(&str) -> Expr) -> Box<dyn Distribution> {
    let steps = || usize::try_from(case["steps"].as_u64().unwrap()).unwrap();
    let w = || array(&case["W"]);
    match case["dist"].as_str().unwrap() {
        "GaussianRandomWalk" => Box::new(
            GaussianRandomWalk::new(p("mu"), p("sigma"), steps()).start(p("init_mu"), p("init_sigma")),
        ),
        "AR" => {
            let d = AR::new(p("rho"), p("sigma"), steps()).constant(p("constant"));
            Box::new(d.start(p("init_mu"), p("init_sigma")))
        }
        "GARCH11" => Box::new(GARCH11::new(p("omega"), p("alpha_1"), p("beta_1"), p("initial_vol"), steps())),
        "CAR" => Box::new(CAR::new(p("mu"), w(), p("alpha"), p("tau"))),
        "ICAR" => Box::new(ICAR::new(w(), p("sigma"))),
        "GaussianProcess" => {
            let k = p("scale") * kernel(case["kernel"].as_str().unwrap(), p);
            let points: Expr = array(&case["points"]).into();
            Box::new(GaussianProcess::new(p("mean"), k).marginal(&points, p("noise")))
        }
        other => panic!("a distribution that this test does not know: {other}"),
    }
}

#[test]
fn log_densities_and_gradients_are_those_of_the_table() {
    let mut seen = std::collections::BTreeSet::new();
    for case in cases("dist_more_processes.json") {
        seen.insert(case["dist"].as_str().unwrap().to_string());
        let arrays: Vec<(&str, Array<f64>)> = case["params"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(k, v)| (k.as_str(), array(v)))
            .chain([("value", array(&case["x"]))])
            .collect();
        let given: Vec<(&str, &Array<f64>)> = arrays.iter().map(|(n, a)| (*n, a)).collect();
        let shape = |name: &str| arrays.iter().find(|(n, _)| *n == name).unwrap().1.shape().to_vec();
        let d = tabled(&case, &|name| Expr::input(name, &shape(name)[..]));
        d.check().unwrap();
        let x = Expr::input("value", &shape("value")[..]);
        let literal = tabled(&case, &|name| array(&case["params"][name]).into());
        let want = number(&case["logp"]).unwrap();
        let found = values(&[literal.log_density(&array(&case["x"]).into())], &[]).remove(0);
        assert!(close(found.data()[0], want, 1e-11, 1e-11), "{case}: {found:?}");
        for density in [d.log_density(&x), d.log_density_unchecked(&x)] {
            let wrt: Vec<Expr> = arrays.iter().map(|(n, a)| Expr::input(n, a.shape())).collect();
            let mut all = vec![density.clone()];
            all.extend(grad(&density, &wrt).unwrap());
            let found = values(&all, &given);
            assert!(close(found[0].data()[0], want, 1e-11, 1e-11), "{case}: {:?}", found[0]);
            for ((name, _), found) in arrays.iter().zip(&found[1..]) {
                let want = array(&case["grad"][*name]);
                let scale = want.data().iter().fold(1e-3, |m: f64, v| m.max(v.abs()));
                for (found, want) in found.data().iter().zip(want.data()) {
                    assert!(
                        close(*found, *want, 1e-9, 1e-9 * scale),
                        "{case} d/d{name}: {found}, not {want}"
                    );
                }
            }
        }
    }
    let all = ["AR", "CAR", "GARCH11", "GaussianProcess", "GaussianRandomWalk", "ICAR"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

/// Four regions in a row, the ends far apart, the middle close.
fn path() -> Array<f64> {
    let w = [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0, 2.0, 0.0, 0.5, 0.0, 0.0, 0.5, 0.0];
    Array::new([4, 4], w.to_vec()).unwrap()
}

fn entries() -> Vec<Entry> {
    let last_of_the_walk: Marginal = (
        |x, _| x[3],
        |v, p| {
            let at = |i: usize| p[i].data()[0];
            let sd = (at(3).powi(2) + 3.0 * at(1).powi(2)).sqrt();
            PlainNormal::new(at(2) + 3.0 * at(0), sd).unwrap().cdf(v)
        },
    );
    let second_of_ar: Marginal = (
        |x, _| x[2],
        |v, p| {
            // x₂ = constant + rho₁ x₁ + rho₂ x₀ + sigma ε from independent starting values.
            let (rho, at) = (p[0].data(), |i: usize| p[i].data()[0]);
            let spread = rho[0].powi(2) + rho[1].powi(2);
            let mean = at(2) + at(3) * (rho[0] + rho[1]);
            PlainNormal::new(mean, (at(1).powi(2) + at(4).powi(2) * spread).sqrt()).unwrap().cdf(v)
        },
    );
    vec![
        Entry {
            name: "GaussianRandomWalk",
            event: &[4],
            build: |p| Box::new(GaussianRandomWalk::new(&p[0], &p[1], 3).start(&p[2], &p[3])),
            parameters: |rng| {
                vec![
                    between(-1.0, 1.0, &[], rng),
                    between(0.3, 2.0, &[], rng),
                    between(-1.0, 1.0, &[], rng),
                    between(0.3, 2.0, &[], rng),
                ]
            },
            marginal: Some(last_of_the_walk),
        },
        Entry {
            name: "AR",
            event: &[5],
            build: |p| Box::new(AR::new(&p[0], &p[1], 3).constant(&p[2]).start(&p[3], &p[4])),
            parameters: |rng| {
                vec![
                    between(-0.7, 0.7, &[2], rng),
                    between(0.3, 2.0, &[], rng),
                    between(-1.0, 1.0, &[], rng),
                    between(-1.0, 1.0, &[], rng),
                    between(0.3, 2.0, &[], rng),
                ]
            },
            marginal: Some(second_of_ar),
        },
        Entry {
            name: "GARCH11",
            event: &[4],
            build: |p| Box::new(GARCH11::new(&p[0], &p[1], &p[2], &p[3], 3)),
            parameters: |rng| {
                vec![
                    between(0.1, 1.0, &[], rng),
                    between(0.05, 0.2, &[], rng),
                    between(0.2, 0.7, &[], rng),
                    between(0.5, 1.5, &[], rng),
                ]
            },
            marginal: Some((|x, _| x[0], |v, p| PlainNormal::new(0.0, p[3].data()[0]).unwrap().cdf(v))),
        },
        Entry {
            name: "CAR",
            event: &[4],
            build: |p| Box::new(CAR::new(&p[0], &p[1], &p[2], &p[3])),
            parameters: |rng| {
                vec![normals(&[4], rng), path(), between(-0.9, 0.95, &[], rng), between(0.3, 3.0, &[], rng)]
            },
            marginal: None,
        },
        Entry {
            name: "ICAR",
            event: &[4],
            build: |p| Box::new(ICAR::new(&p[0], &p[1])),
            parameters: |rng| vec![path(), between(0.3, 3.0, &[], rng)],
            marginal: Some((
                // A tree: the differences of neighbours are independent, of variance sigma² / W.
                |x, _| x[2] - x[1],
                |v, p| PlainNormal::new(0.0, p[1].data()[0] / 2f64.sqrt()).unwrap().cdf(v),
            )),
        },
    ]
}

#[test]
fn gradients_hold_against_differences_and_dual_numbers() {
    events::gradients(entries(), 2);
}

#[test]
fn densities_integrate_to_one_in_the_unconstrained_space() {
    events::normalisation(entries(), 3);
}

#[test]
fn draws_have_the_moments_the_entropy_and_the_marginals_that_are_stated() {
    events::moments(entries(), 4);
}

#[test]
fn draws_by_paths_are_draws_and_their_gradients_are_those_of_the_moments() {
    events::paths(entries(), 6);
}

#[test]
fn draws_lie_in_the_support_and_have_the_density_everywhere() {
    events::support(entries(), 1);
}

#[test]
fn a_parameter_out_of_range_is_an_error_that_names_it() {
    events::faults(entries(), 14);
}

#[test]
fn batches_equal_loops() {
    events::batches(entries(), 7);
}

#[test]
fn modes_are_where_the_density_is_largest() {
    events::modes(entries(), 11);
}

#[test]
fn garch_has_its_mode_at_rest_and_no_formula_of_its_entropy() {
    let d = GARCH11::new(0.3, 0.2, 0.5, 0.7, 3);
    assert_eq!(values(&[d.mode().unwrap()], &[])[0].data(), [0.0; 4]);
    assert!(d.entropy().is_none());
}

#[test]
fn a_computed_adjacency_gives_what_a_literal_one_gives() {
    let w = Expr::input("W", [4, 4]);
    let x = Expr::literal(Array::vector(vec![0.3, -0.5, 0.4, -0.2]));
    let pairs: [(Box<dyn Distribution>, Box<dyn Distribution>); 2] = [
        (Box::new(CAR::new(0.1, &w, 0.7, 2.0)), Box::new(CAR::new(0.1, path(), 0.7, 2.0))),
        (Box::new(ICAR::new(&w, 0.7)), Box::new(ICAR::new(path(), 0.7))),
    ];
    for (computed, literal) in pairs {
        let found = values(&[computed.log_density(&x), literal.log_density(&x)], &[("W", &path())]);
        assert!(close(found[0].data()[0], found[1].data()[0], 1e-13, 1e-13), "{found:?}");
        let slope = grad(&computed.log_density(&x), std::slice::from_ref(&w)).unwrap();
        let slope = values(&slope, &[("W", &path())]).remove(0);
        assert!((0..16).all(|at| close(slope.data()[at], slope.data()[at % 4 * 4 + at / 4], 1e-12, 1e-14)));
    }
}

#[test]
fn adjacencies_that_are_none_are_named() {
    let square = |data: &[f64]| {
        let n = if data.len() == 4 { 2 } else { 4 };
        Array::new([n, n], data.to_vec()).unwrap()
    };
    let message = |d: &dyn Distribution| d.check().unwrap_err().to_string();
    let wanted = "symmetric, >= 0, with a diagonal of zeros and no row of zeros";
    for (w, found) in [
        ([1.0, 1.0, 1.0, 0.0], "1 at [0, 0]"),
        ([0.0, 1.0, 0.5, 0.0], "1 at [0, 1]"),
        ([0.0, 0.0, 0.0, 0.0], "0 at [0]"),
        ([0.0, -1.0, -1.0, 0.0], "-1 at [0, 1]"),
    ] {
        let d = CAR::new(0.0, square(&w), 0.5, 1.0);
        assert_eq!(message(&d), format!("CAR: W must be {wanted}, found {found}"));
    }
    let mut islands = vec![0.0; 16];
    for at in [1, 4, 11, 14] {
        islands[at] = 1.0;
    }
    assert!(CAR::new(0.0, square(&islands), 0.5, 1.0).check().is_ok());
    assert_eq!(
        message(&ICAR::new(square(&islands), 1.0)),
        "ICAR: W must be symmetric, >= 0, with a diagonal of zeros, of a graph in one piece, found 0 at [2]"
    );
    assert_eq!(message(&CAR::new(0.0, path(), 1.0, 1.0)), "CAR: alpha must be above -1 and below 1, found 1");
    assert!(
        message(&GARCH11::new(1.0, -0.1, 0.5, 1.0, 3))
            .contains("alpha_1 must be finite and >= 0, found -0.1")
    );
    // Lengths.
    let mut rng = Generator::seed_from_u64(1);
    let d = GaussianRandomWalk::new(0.0, 1.0, 3);
    let p: Vec<Array<f64>> = [0.0, 1.0, 0.0, 100.0].map(Array::scalar).to_vec();
    assert!(matches!(d.sample(&p, &[3], &mut rng), Err(Error::DrawRank { .. })));
    assert!(d.log_density(&Expr::input("x", [3])).check().is_err());
    assert!(CAR::new(Array::zeros([3]), path(), 0.5, 1.0).check().is_err());
}

#[test]
fn a_vector_off_the_hyperplane_has_no_density_and_no_gradient() {
    let x = Expr::input("x", [4]);
    let density = ICAR::new(path(), 1.0).log_density(&x);
    let slope = grad(&density, std::slice::from_ref(&x)).unwrap().remove(0);
    let found = values(&[density, slope], &[("x", &Array::vector(vec![0.3, 0.1, 0.0, 0.0]))]);
    assert_eq!((found[0].data(), found[1].data()), (&[f64::NEG_INFINITY][..], &[0.0; 4][..]));
}

#[test]
fn kernels_are_symmetric_add_up_and_agree_on_their_diagonals() {
    let mut rng = Generator::seed_from_u64(5);
    let x = Expr::literal(normals(&[6, 2], &mut rng));
    let lengths = Expr::literal(Array::vector(vec![0.5, 2.0]));
    let kernels = [
        Kernel::exp_quad(&lengths),
        Kernel::matern12(&lengths),
        Kernel::matern32(0.7),
        Kernel::matern52(&lengths),
        Kernel::rational_quadratic(0.7, 2.0),
        Kernel::periodic(&lengths, 1.3),
        Kernel::linear(0.3),
        Kernel::constant(2.0),
        Kernel::white(0.5),
    ];
    for a in &kernels {
        for b in &kernels {
            let (sum, product) = (a.clone() + b.clone(), 0.5 * (a.clone() * b.clone()));
            let all = [a, b, &sum, &product].map(|k| k.matrix(&x));
            let found = values(&all, &[]);
            for at in 0..36 {
                let (u, v) = (found[0].data()[at], found[1].data()[at]);
                assert!(close(found[2].data()[at], u + v, 1e-15, 1e-15));
                assert!(close(found[3].data()[at], 0.5 * u * v, 1e-14, 1e-15));
                assert!(close(found[2].data()[at], found[2].data()[at % 6 * 6 + at / 6], 1e-14, 1e-15));
            }
            let diagonal = values(&[sum.variances(&x), product.variances(&x)], &[]);
            for i in 0..6 {
                assert!(close(diagonal[0].data()[i], found[2].data()[7 * i], 1e-14, 1e-15));
                assert!(close(diagonal[1].data()[i], found[3].data()[7 * i], 1e-14, 1e-15));
            }
            // Independent values have nothing in common with those of other points, even at the same place.
            let cross = values(&[sum.cross(&x, &x)], &[]).remove(0);
            let white = [a, b].iter().filter(|k| matches!(k, Kernel::White { .. })).count() as f64;
            assert!(close(cross.data()[0] + 0.25 * white, found[2].data()[0], 1e-14, 1e-15));
        }
    }
}

#[test]
fn length_scales_of_each_coordinate_have_gradients_where_points_are_equal() {
    let x = Expr::literal(Array::new([3, 2], vec![0.0, 1.0, 0.0, 1.0, 2.0, -1.0]).unwrap());
    let length = Expr::input("length", [2]);
    for k in [
        Kernel::exp_quad(&length),
        Kernel::matern12(&length),
        Kernel::matern32(&length),
        Kernel::matern52(&length),
    ] {
        let y = Expr::literal(Array::vector(vec![0.2, 0.1, -0.4]));
        let density = GaussianProcess::new(0.0, k).marginal(&x, 0.5).log_density(&y);
        check::gradient(&density, &["length"], &[("length", &Array::vector(vec![0.7, 1.6]))]).unwrap();
    }
}

#[test]
fn the_conditional_is_the_joint_given_the_data() {
    let mut rng = Generator::seed_from_u64(6);
    let (old, new) = (normals(&[4], &mut rng), normals(&[2], &mut rng));
    let y = normals(&[4], &mut rng);
    let mean = MeanFunction::linear(0.3, -0.7) + MeanFunction::of(|x| x.square().cos());
    let g = GaussianProcess::new(mean, 1.5 * Kernel::matern52(0.8)).jitter(1e-9);
    let joint = {
        // Noise on the old points only, the jitter on all.
        let all = Expr::literal(Array::vector([old.data(), new.data()].concat()));
        let noise = Array::vector(vec![0.4, 0.4, 0.4, 0.4, 0.0, 0.0]);
        g.marginal(&all, noise)
    };
    let conditional = g.conditional(&new.clone().into(), &old.clone().into(), &y.clone().into(), 0.4);
    let at = Array::vector((0..2).map(|_| rng.random::<f64>()).collect());
    let both = Array::vector([y.data(), at.data()].concat());
    let marginal = g.marginal(&old.into(), 0.4).log_density(&y.into());
    let found =
        values(&[joint.log_density(&both.into()) - marginal, conditional.log_density(&at.into())], &[]);
    assert!(close(found[0].data()[0], found[1].data()[0], 1e-9, 1e-9), "{found:?}");
    let _: &MvNormal = &conditional;
    assert!(conditional.check().is_ok());
}

/// The log density of a Gaussian vector by its definition, at plain numbers: by elimination, without a factor.
fn dense(mean: &[f64], covariance: &[f64], x: &[f64]) -> f64 {
    let n = mean.len();
    let mut a: Vec<Vec<f64>> = (0..n)
        .map(|i| covariance[i * n..(i + 1) * n].iter().copied().chain([x[i] - mean[i]]).collect())
        .collect();
    let (mut log_det, mut square) = (0.0, 0.0);
    for k in 0..n {
        log_det += a[k][k].ln();
        square += a[k][n] * a[k][n] / a[k][k];
        let (done, rest) = a.split_at_mut(k + 1);
        for row in rest {
            let share = row[k] / done[k][k];
            row.iter_mut().zip(&done[k]).for_each(|(v, pivot)| *v -= share * pivot);
        }
    }
    -0.5 * (n as f64 * (2.0 * std::f64::consts::PI).ln() + log_det + square)
}

#[test]
fn processes_with_a_mean_function_are_the_dense_gaussian_vector() {
    let points = [[0.0, 1.0], [0.7, -0.4], [1.3, 0.2], [-0.9, 2.0]];
    let y = [0.3, -1.2, 2.0, 0.8];
    let (c, b, w) = (0.4, [1.5, -0.8], 0.6);
    let s = || Expr::input("w", ());
    let own = move || {
        let w = s();
        MeanFunction::of(move |x| (&w * x.index(1, 0)).sin() + x.square().sum_axes(&[1]))
    };
    let slope = || Expr::input("b", [2]);
    type Mean = fn([f64; 2], f64, [f64; 2], f64) -> f64;
    let rows: [(MeanFunction, Mean); 4] = [
        (Expr::input("c", ()).into(), |_, c, _, _| c),
        (MeanFunction::linear(Expr::input("c", ()), slope()), |x, c, b, _| c + b[0] * x[0] + b[1] * x[1]),
        (own(), |x, _, _, w| (w * x[0]).sin() + x[0] * x[0] + x[1] * x[1]),
        (MeanFunction::linear(0.5, slope()) + own() + 2.0.into(), |x, _, b, w| {
            2.5 + b[0] * x[0] + b[1] * x[1] + (w * x[0]).sin() + x[0] * x[0] + x[1] * x[1]
        }),
    ];
    let x = Expr::literal(Array::new([4, 2], points.concat()).unwrap());
    let covariance: Vec<f64> = (0..16)
        .map(|at| {
            let (p, q) = (points[at / 4], points[at % 4]);
            let r2 = (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2);
            1.5 * (-0.5 * r2 / 0.64).exp() + if at / 4 == at % 4 { 0.09 + 1e-6 } else { 0.0 }
        })
        .collect();
    let given = [
        ("c", Array::scalar(c)),
        ("b", Array::vector(b.to_vec())),
        ("w", Array::scalar(w)),
        ("y", Array::vector(y.to_vec())),
    ];
    let given: Vec<(&str, &Array<f64>)> = given.iter().map(|(n, a)| (*n, a)).collect();
    for (mean, plain) in rows {
        let g = GaussianProcess::new(mean, 1.5 * Kernel::exp_quad(0.8));
        let density = g.marginal(&x, 0.3).log_density(&Expr::input("y", [4]));
        let found = values(std::slice::from_ref(&density), &given)[0].data()[0];
        let want = dense(&points.map(|x| plain(x, c, b, w)), &covariance, &y);
        assert!(close(found, want, 1e-12, 1e-12), "{g:?}: {found}, not {want}");
        let free: Vec<String> = density.free_inputs().iter().map(ToString::to_string).collect();
        let wrt: Vec<&str> = free.iter().map(String::as_str).collect();
        check::gradient(
            &density,
            &wrt,
            &given.iter().copied().filter(|(n, _)| wrt.contains(n)).collect::<Vec<_>>(),
        )
        .unwrap();
    }
    // Points that are numbers; and a function that does not give a number for each point is a mistake.
    let line = GaussianProcess::new(MeanFunction::linear(1.0, 2.0), Kernel::exp_quad(0.8));
    let mean = values(&[line.prior(&Array::vector(vec![0.0, 3.0]).into()).mean().unwrap()], &[]);
    assert_eq!(mean[0].data(), [1.0, 7.0]);
    let wrong = GaussianProcess::new(MeanFunction::of(|_| Expr::iota(3usize)), Kernel::exp_quad(0.8));
    assert!(wrong.marginal(&x, 0.3).check().is_err());
}

#[test]
fn nothing_is_nan_at_extreme_parameters() {
    for size in [1e-6, 1e-3, 1.0, 1e3, 1e6] {
        for far in [1e-100, 1.0, 1e100] {
            let s = Expr::input("s", ());
            let x = Array::vector(vec![far, -far, 0.0, 0.5 * far]);
            let value = Expr::input("x", [4]);
            let all: Vec<Box<dyn Distribution>> = vec![
                Box::new(GaussianRandomWalk::new(&s, &s, 3).start(&s, &s)),
                Box::new(AR::new(s.expand(0), &s, 3).constant(&s)),
                Box::new(GARCH11::new(&s, &s, &s, &s, 3)),
                Box::new(CAR::new(0.0, path(), 0.999_999, &s)),
                Box::new(ICAR::new(path(), &s)),
            ];
            for d in all {
                let density = d.log_density(&value);
                let slopes = grad(&density, &[value.clone(), s.clone()]).unwrap();
                let found =
                    values(&[vec![density], slopes].concat(), &[("x", &x), ("s", &Array::scalar(size))]);
                assert!(
                    found.iter().flat_map(|f| f.data()).all(|v| !v.is_nan()),
                    "{} {size} {far}: {found:?}",
                    d.name()
                );
            }
        }
    }
}
