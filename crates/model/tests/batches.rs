//! Rows: paired by construction, scaled to the whole, or refused with a reason.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{Bernoulli, Normal};
use elbo_model::{DensityError, LogDensity, Model, RowBatches};
use elbo_tensor_ad::{Array, Expr};
use proptest::prelude::*;

const N: usize = 24;

struct Table {
    x: Array,
    offset: Array,
    y: Array,
    z: Array,
}

fn table() -> Table {
    let wave = |f: f64| (0..N).map(|i| (i as f64 * f).sin()).collect();
    Table {
        x: Array::new([N, 2], (0..2 * N).map(|i| (i as f64 * 0.7).cos()).collect()).unwrap(),
        offset: Array::vector(wave(1.3)),
        y: Array::vector((0..N).map(|i| f64::from(i % 3 == 0)).collect()),
        z: Array::vector(wave(2.1)),
    }
}

/// Two input arrays and two observed ones, all over the same rows.
fn model(t: &Table) -> Model {
    Model::build(|m| {
        let x = m.data("x", &t.x, ["obs", "feature"]);
        let offset = m.data("offset", &t.offset, "obs");
        let w = m.sample("w", Normal::standard(), "feature");
        let mu = x.matmul(&w) + offset;
        m.observe("y", Bernoulli::logits(&mu), &t.y);
        m.observe("z", Normal::new(mu, 0.5), &t.z);
    })
    .unwrap()
}

fn at(density: &mut impl LogDensity, position: &[f64]) -> (f64, Vec<f64>) {
    let mut g = vec![0.0; position.len()];
    (density.value_and_gradient(position, &mut g).unwrap(), g)
}

fn close(a: &(f64, Vec<f64>), b: &(f64, Vec<f64>)) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-11 * (1.0 + a.abs());
    near(a.0, b.0) && a.1.iter().zip(&b.1).all(|(&a, &b)| near(a, b))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_same_permutation_of_all_arrays_is_the_same_density(
        order in Just((0..N).collect::<Vec<_>>()).prop_shuffle(),
        w in prop::array::uniform2(-2.0..2.0f64),
    ) {
        let t = table();
        let whole = at(&mut model(&t).density().unwrap(), &w);
        let shuffled = |a: &Array| a.select_rows(&order).unwrap();
        let other = Table { x: shuffled(&t.x), offset: shuffled(&t.offset), y: shuffled(&t.y), z: shuffled(&t.z) };
        prop_assert!(close(&at(&mut model(&other).density().unwrap(), &w), &whole));
        // And the selection of all rows in that order, which is a batch of the whole.
        let mut density = model(&t).density().unwrap();
        density.select_rows(&order).unwrap();
        prop_assert!(close(&at(&mut density, &w), &whole));
    }

    #[test]
    fn a_selection_is_the_model_of_those_rows_with_its_likelihood_scaled(
        rows in prop::collection::vec(0..N, 1..40),
        w in prop::array::uniform2(-2.0..2.0f64),
    ) {
        // With repeats, and with more rows than there are.
        let t = table();
        let mut density = model(&t).density().unwrap();
        density.select_rows(&rows).unwrap();
        let chosen = |a: &Array| a.select_rows(&rows).unwrap();
        let part = Table { x: chosen(&t.x), offset: chosen(&t.offset), y: chosen(&t.y), z: chosen(&t.z) };
        let (alone, slope) = at(&mut model(&part).density().unwrap(), &w);
        let prior: f64 = w.iter().map(|w| -0.5 * w * w - 0.5 * std::f64::consts::TAU.ln()).sum();
        let scale = N as f64 / rows.len() as f64;
        let want = (
            prior + scale * (alone - prior),
            slope.iter().zip(&w).map(|(g, w)| -w + scale * (g + w)).collect(),
        );
        prop_assert!(close(&at(&mut density, &w), &want));
        prop_assert!((density.value(&w).unwrap() - want.0).abs() <= 1e-11 * (1.0 + want.0.abs()));
    }
}

#[test]
fn batches_of_every_size_average_to_the_whole_over_an_epoch() {
    let mut density = model(&table()).density().unwrap();
    let w = [0.3, -0.8];
    let whole = at(&mut density, &w);
    for batch in [1, 2, 3, 4, 6, 8, 12, 24] {
        let count = N / batch;
        let mut mean = (0.0, vec![0.0; 2]);
        for b in 0..count {
            let rows: Vec<usize> = (0..batch).map(|i| (b * batch + i) * 5 % N).collect();
            density.select_rows(&rows).unwrap();
            let part = at(&mut density, &w);
            mean.0 += part.0 / count as f64;
            mean.1.iter_mut().zip(&part.1).for_each(|(m, g)| *m += g / count as f64);
        }
        assert!(close(&mean, &whole), "{batch}");
    }
    density.select_all();
    assert_eq!(at(&mut density, &w), whole);
}

#[test]
fn a_refused_selection_leaves_the_one_before_in_force() {
    let mut density = model(&table()).density().unwrap();
    let w = [0.3, -0.8];
    assert_eq!(density.rows(), N);
    density.select_rows(&[1, 2, 3]).unwrap();
    let before = at(&mut density, &w);
    assert_eq!(density.select_rows(&[0, N, 1]), Err(DensityError::Row { row: N, rows: N }));
    assert_eq!(density.select_rows(&[]), Err(DensityError::NoRows));
    assert_eq!(at(&mut density, &w), before);
}

/// Arrays of one to many columns side by side: narrow ones and one too wide to be kept twice.
#[test]
fn a_selection_of_wide_and_narrow_arrays_is_the_model_of_those_rows() {
    const WIDE: usize = 20;
    let x = |seed: f64, width: usize| (0..N * width).map(|i| (i as f64 * seed).sin()).collect::<Vec<_>>();
    let (wide, narrow, y) = (x(0.7, WIDE), x(1.1, 5), x(2.3, 1));
    let of = |rows: &[usize]| {
        let taken = |all: &[f64], width: usize| {
            rows.iter().flat_map(|&r| all[r * width..][..width].to_vec()).collect::<Vec<f64>>()
        };
        Model::build(|m| {
            let n = rows.len();
            let wide = m.data("wide", &Array::new([n, WIDE], taken(&wide, WIDE)).unwrap(), ["obs", "many"]);
            let narrow = m.data("narrow", &Array::new([n, 5], taken(&narrow, 5)).unwrap(), ["obs", "few"]);
            let w = m.sample("w", Normal::standard(), "many");
            let v = m.sample("v", Normal::standard(), "few");
            m.observe(
                "y",
                Normal::new(wide.matmul(&w) + narrow.matmul(&v), 0.5),
                &Array::vector(taken(&y, 1)),
            );
        })
        .unwrap()
    };
    let all: Vec<usize> = (0..N).collect();
    let position: Vec<f64> = (0..WIDE + 5).map(|i| (i as f64).cos()).collect();
    let mut density = of(&all).density().unwrap();
    // Half of the rows, every one twice: the likelihood of the whole of them.
    let rows: Vec<usize> = (0..N).map(|i| (i * 7) % (N / 2)).collect();
    density.select_rows(&rows).unwrap();
    let found = at(&mut density, &position);
    assert!(close(&found, &at(&mut of(&rows).density().unwrap(), &position)));
    for refused in [[1, 2, N], [N, 1, 2]] {
        let rows: Vec<usize> = refused.iter().cycle().take(N).copied().collect();
        assert_eq!(density.select_rows(&rows), Err(DensityError::Row { row: N, rows: N }));
        assert_eq!(at(&mut density, &position), found);
    }
}

fn refusal(model: &Model) -> String {
    let mut density = model.density().unwrap();
    assert_eq!(density.rows(), 0);
    // The density of all rows is not affected.
    let z = vec![0.1; density.dim()];
    at(&mut density, &z);
    let Err(DensityError::NoBatches { reason }) = density.select_rows(&[0]) else { panic!("accepted") };
    at(&mut density, &z);
    reason.to_string()
}

#[test]
fn rows_on_which_a_latent_variable_lies_cannot_be_batched() {
    let sigma = Array::vector(vec![15.0, 10.0, 16.0]);
    let y = Array::vector(vec![28.0, 8.0, -3.0]);
    let schools = |declared: bool, named: bool| {
        Model::build(|m| {
            if declared {
                m.dim("school", 3);
            }
            let sigma = m.data("sigma", &sigma, "school");
            let theta = m.sample("theta", Normal::new(0.0, 5.0), "school");
            let d = Normal::new(theta, sigma);
            if named { m.observe_on("y", d, &y, "row") } else { m.observe("y", d, &y) }
        })
        .unwrap()
    };
    for (declared, named) in [(true, true), (true, false), (false, true), (false, false)] {
        assert!(refusal(&schools(declared, named)).contains("latent"), "{declared} {named}");
    }
    // Without the data there is nothing but a length.
    let model = Model::build(|m| {
        m.dim("school", 3);
        let theta = m.sample("theta", Normal::new(0.0, 5.0), "school");
        m.observe("y", Normal::new(theta, 1.0), &y);
    });
    assert!(refusal(&model.unwrap()).contains("latent"));
}

#[test]
fn observed_variables_that_do_not_share_rows_cannot_be_batched() {
    let t = table();
    for other in [Array::vector(vec![0.1; N]), Array::vector(vec![0.1; 7])] {
        let model = Model::build(|m| {
            let mu = m.sample("mu", Normal::standard(), ());
            m.observe("y", Normal::new(&mu, 1.0), &t.z);
            m.observe("other", Normal::new(&mu, 1.0), &other);
        });
        assert!(refusal(&model.unwrap()).contains("share"));
    }
    let scalar = Model::build(|m| {
        let mu = m.sample("mu", Normal::standard(), ());
        m.observe("y", Normal::new(&mu, 1.0), &Array::scalar(0.3));
    });
    assert!(refusal(&scalar.unwrap()).contains("scalar"));
    let nothing = Model::build(|m| {
        m.sample("mu", Normal::standard(), ());
    });
    assert!(refusal(&nothing.unwrap()).contains("nothing is observed"));
}

#[test]
fn a_prior_that_is_computed_from_the_rows_cannot_be_batched() {
    let t = table();
    let model = Model::build(|m| {
        let x = m.data("x", &t.offset, "obs");
        let w = m.sample("w", Normal::new(x.mean(), 1.0), ());
        m.observe("y", Normal::new(x * w, 1.0), &t.z);
    });
    assert!(refusal(&model.unwrap()).contains("prior"));
}

#[test]
fn rows_on_a_later_axis_cannot_be_batched() {
    let t = table();
    let wide = Array::new([2, N], t.x.data().to_vec()).unwrap();
    let model = Model::build(|m| {
        m.data("offset", &t.offset, "obs");
        m.dim("feature", 2);
        let x = m.data("x", &wide, ["feature", "obs"]);
        let w = m.sample("w", Normal::standard(), "feature");
        m.observe("y", Normal::new(x.transpose().matmul(&w), 1.0), &t.z);
    });
    assert!(refusal(&model.unwrap()).contains("first axis"));
}

#[test]
fn a_potential_over_the_rows_is_scaled_and_one_that_mixes_them_refuses_batches() {
    let t = table();
    let write = |reduced: bool| {
        Model::build(|m| {
            let x = m.data("x", &t.offset, "obs");
            let w = m.sample("w", Normal::standard(), ());
            m.observe("y", Normal::new(&x * &w, 1.0), &t.z);
            let each = -(&x - &w).square();
            m.potential("extra", if reduced { each.sum() } else { each });
            m.potential("of the parameter alone", -w.square());
        })
        .unwrap()
    };
    assert!(refusal(&write(true)).contains("potential"));
    let (mut all, mut parts) = (write(true).density().unwrap(), write(false).density().unwrap());
    let whole = at(&mut all, &[0.4]);
    assert!(close(&at(&mut parts, &[0.4]), &whole));
    let mut mean = (0.0, vec![0.0]);
    for b in 0..4 {
        parts.select_rows(&(0..6).map(|i| b + 4 * i).collect::<Vec<_>>()).unwrap();
        let part = at(&mut parts, &[0.4]);
        mean.0 += part.0 / 4.0;
        mean.1[0] += part.1[0] / 4.0;
    }
    assert!(close(&mean, &whole));
}

#[test]
fn two_names_for_the_rows_are_one_axis() {
    // `x` lies on `obs`, the observed variable on `row`: the product makes them one, so batches take both.
    let t = table();
    let write = |name: &str| {
        Model::build(|m| {
            let x = m.data("x", &t.x, ["obs", "feature"]);
            let w = m.sample("w", Normal::standard(), "feature");
            m.observe_on("z", Normal::new(x.matmul(&w), 1.0), &t.z, name);
        })
        .unwrap()
    };
    let (mut one, mut two) = (write("obs").density().unwrap(), write("row").density().unwrap());
    for density in [&mut one, &mut two] {
        density.select_rows(&[3, 1, 4, 1, 5]).unwrap();
    }
    assert_eq!(at(&mut one, &[0.2, 0.7]), at(&mut two, &[0.2, 0.7]));
}

#[test]
fn a_size_used_as_a_number_is_that_of_the_rows_at_hand() {
    let t = table();
    let model = Model::build(|m| {
        let x = m.data("x", &t.offset, "obs");
        let w = m.sample("w", Normal::standard(), ());
        m.deterministic("mean", (&x * &w).sum() / Expr::size("obs"));
        m.observe("z", Normal::new(x * w, 1.0), &t.z);
    })
    .unwrap();
    let mean = model.predictor("mean").unwrap();
    let on = mean.on("x", &Array::vector(vec![1.0, 2.0, 6.0])).unwrap();
    assert_eq!(on.at(&[1.0, 2.0]).unwrap().data(), [3.0, 6.0]);
}
