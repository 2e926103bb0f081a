//! The floor does the job it is timed on: its density, gradient, ELBO and Adam agree with a scalar reference
//! written with the standard library's functions, and the reference agrees with central differences.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_benches::curves::{logistic, softplus, tanh};
use elbo_benches::floor::{Floor, MOST_ROWS, WEIGHTS};
use elbo_benches::lanes::{F32, F64, Lanes, Real};
use elbo_benches::moons::{Row, training_rows};
use pulp::{Scalar, bytemuck};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Log joint density without the prior's constant, and its gradient, one row at a time.
fn reference(rows: &[Row], scale: f64, z: &[f64; WEIGHTS]) -> (f64, [f64; WEIGHTS]) {
    let (w1, rest) = z.split_at(10);
    let (w2, w3) = rest.split_at(25);
    let mut value = 0.0;
    let mut grad = [0.0; WEIGHTS];
    for row in rows {
        let mut a1 = [0.0; 5];
        let mut a2 = [0.0; 5];
        for j in 0..5 {
            a1[j] = (row.x[0] * w1[j] + row.x[1] * w1[5 + j]).tanh();
        }
        for j in 0..5 {
            a2[j] = (0..5).map(|k| a1[k] * w2[5 * k + j]).sum::<f64>().tanh();
        }
        let f: f64 = (0..5).map(|j| a2[j] * w3[j]).sum();
        let y = f64::from(u8::from(row.label));
        value += y * f - (f.max(0.0) + (-f.abs()).exp().ln_1p());
        let r = y - 1.0 / (1.0 + (-f).exp());
        let mut back = [0.0; 5];
        for j in 0..5 {
            grad[35 + j] += r * a2[j];
            let d = r * w3[j] * (1.0 - a2[j] * a2[j]);
            for k in 0..5 {
                grad[10 + 5 * k + j] += d * a1[k];
                back[k] += d * w2[5 * k + j];
            }
        }
        for k in 0..5 {
            let d = back[k] * (1.0 - a1[k] * a1[k]);
            grad[k] += d * row.x[0];
            grad[5 + k] += d * row.x[1];
        }
    }
    for (g, z) in grad.iter_mut().zip(z) {
        *g = scale * *g - z;
    }
    (scale * value - 0.5 * z.iter().map(|z| z * z).sum::<f64>(), grad)
}

fn point(seed: u64) -> [f64; WEIGHTS] {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    // representable in f32, so that both widths are asked about the same point
    std::array::from_fn(|_| f64::from(f32::normal(&mut rng)))
}

fn relative(found: &[f64], wanted: &[f64]) -> f64 {
    let size = wanted.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    found.iter().zip(wanted).fold(0.0f64, |m, (a, b)| m.max((a - b).abs())) / size
}

/// The features that an `f32` floor sees are rounded; so must be those of its reference.
fn rows_of<T: Real>() -> Vec<Row> {
    let mut rows = training_rows();
    for row in &mut rows {
        row.x = row.x.map(|x| T::of(x).to_f64());
    }
    rows
}

/// Calls a generic check with every instruction set that this processor has.
macro_rules! everywhere {
    ($check:ident, $wide:expr, $narrow:expr) => {
        $check(F64(Scalar::new()), $wide);
        $check(F32(Scalar::new()), $narrow);
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(v3) = pulp::x86::V3::try_new() {
                $check(F64(v3), $wide);
                $check(F32(v3), $narrow);
            }
            if let Some(v4) = pulp::x86::V4::try_new() {
                $check(F64(v4), $wide);
                $check(F32(v4), $narrow);
            }
        }
    };
}

#[test]
fn the_reference_gradient_is_that_of_central_differences() {
    let rows = training_rows();
    for seed in 0..3 {
        let z = point(seed);
        let (_, grad) = reference(&rows, 1.0, &z);
        let step = 1e-5;
        let differences: Vec<f64> = (0..WEIGHTS)
            .map(|i| {
                let (mut up, mut down) = (z, z);
                up[i] += step;
                down[i] -= step;
                (reference(&rows, 1.0, &up).0 - reference(&rows, 1.0, &down).0) / (2.0 * step)
            })
            .collect();
        assert!(relative(&grad, &differences) < 1e-8, "{}", relative(&grad, &differences));
    }
}

fn agrees<L: Lanes>(lanes: L, tolerance: f64) {
    let rows = rows_of::<L::T>();
    // 500 fills no vector evenly, 64 fills all, 1 and 50 leave most lanes idle
    for count in [1, 50, 64, 500] {
        let rows = &rows[..count];
        let mut floor = Floor::new(lanes, rows, None, 1, 1).unwrap();
        for seed in 0..5 {
            let mut z = point(seed);
            if seed == 4 {
                z = z.map(|z| 8.0 * z); // saturated units, confident and wrong
            }
            let (value, grad) = reference(rows, 1.0, &z);
            let (found, found_grad) = floor.log_density(&z);
            assert!(relative(&[found], &[value]) < tolerance, "{count} rows: {found} is not {value}");
            assert!(
                relative(&found_grad, &grad) < tolerance,
                "{count} rows: {}",
                relative(&found_grad, &grad)
            );
        }
    }
}

#[test]
fn the_density_and_its_gradient_are_the_reference_s() {
    everywhere!(agrees, 1e-12, 1e-5);
}

/// The whole fit again, with the same random stream, by the book.
fn trajectory(
    rows: &[Row],
    batch: Option<usize>,
    seed: u64,
    steps: usize,
    wide: bool,
    normals: impl Fn(&mut Xoshiro256PlusPlus) -> Vec<f64>,
) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let normal = |rng: &mut _| if wide { f64::normal(rng) } else { f64::from(f32::normal(rng)) };
    let mut theta = [[0.0; 2]; WEIGHTS];
    for t in &mut theta {
        *t = [normal(&mut rng), 0.1f64.exp_m1().ln()];
    }
    let mut m = [[0.0; 2]; WEIGHTS];
    let mut v = [[0.0; 2]; WEIGHTS];
    let mut elbos = vec![];
    for t in 1..=steps as i32 {
        let chosen: Vec<Row> = match batch {
            None => rows.to_vec(),
            Some(b) => {
                let words: Vec<u64> = (0..b.div_ceil(2)).map(|_| rng.next_u64()).collect();
                let half = |i: usize| {
                    if i.is_multiple_of(2) { words[i / 2] & 0xffff_ffff } else { words[i / 2] >> 32 }
                };
                (0..b).map(|i| rows[((half(i) * rows.len() as u64) >> 32) as usize]).collect()
            }
        };
        let eps = normals(&mut rng);
        let sigma: [f64; WEIGHTS] = std::array::from_fn(|i| theta[i][1].exp().ln_1p());
        let z: [f64; WEIGHTS] = std::array::from_fn(|i| theta[i][0] + sigma[i] * eps[i]);
        let (joint, g) = reference(&chosen, rows.len() as f64 / chosen.len() as f64, &z);
        elbos.push(joint + sigma.iter().map(|s| s.ln()).sum::<f64>() + 20.0);
        for i in 0..WEIGHTS {
            let gate = 1.0 / (1.0 + (-theta[i][1]).exp());
            for (k, g) in [g[i], (g[i] * eps[i] + 1.0 / sigma[i]) * gate].into_iter().enumerate() {
                m[i][k] = 0.9 * m[i][k] + 0.1 * g;
                v[i][k] = 0.999 * v[i][k] + 0.001 * g * g;
                let (mean, square) = (m[i][k] / (1.0 - 0.9f64.powi(t)), v[i][k] / (1.0 - 0.999f64.powi(t)));
                theta[i][k] += 1e-2 * mean / (square.sqrt() + 1e-8);
            }
        }
    }
    (elbos, theta.map(|t| t[0]).to_vec(), theta.map(|t| t[1]).to_vec())
}

fn draws<L: Lanes>(lanes: L, rng: &mut Xoshiro256PlusPlus, count: usize) -> Vec<f64> {
    let mut out = vec![lanes.splat(L::T::of(0.0)); count.div_ceil(L::N)];
    lanes.normals(rng, &mut out, count);
    bytemuck::cast_slice::<L::V, L::T>(&out)[..count].iter().map(|x| x.to_f64()).collect()
}

/// The largest distance between the distribution of `count` draws and the normal one, times sqrt(count); above
/// 2.23 in one of ten thousand true samples. Then the moments, each with its own standard error.
fn normal_draws<L: Lanes>(lanes: L, critical: f64) {
    let count = 200_000;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(20);
    let mut x: Vec<f64> = (0..count / WEIGHTS).flat_map(|_| draws(lanes, &mut rng, WEIGHTS)).collect();
    let n = x.len() as f64;
    let adjacent = x.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / n.sqrt();
    assert!(adjacent.abs() < 4.5, "neighbours are correlated: {adjacent} standard errors");
    for (power, wanted, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0f64)] {
        let mean = x.iter().map(|x| x.powi(power)).sum::<f64>() / n;
        let error = (mean - wanted) / (variance / n).sqrt();
        assert!(error.abs() < 4.5, "moment {power} is {mean}: {error} standard errors");
    }
    x.sort_by(f64::total_cmp);
    // Simpson's rule from one draw to the next
    let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let (mut at, mut below, mut distance) = (-9.0f64, 0.0f64, 0.0f64);
    for (i, &x) in x.iter().enumerate() {
        let parts = (((x - at) / 0.05).ceil() as usize).max(1);
        let h = (x - at) / parts as f64;
        for k in 0..parts {
            let left = at + h * k as f64;
            below += h / 6.0 * (density(left) + 4.0 * density(left + 0.5 * h) + density(left + h));
        }
        at = x;
        distance = distance.max((below - i as f64 / n).abs()).max((below - (i + 1) as f64 / n).abs());
    }
    assert!(distance * n.sqrt() < critical, "{}", distance * n.sqrt());
}

#[test]
fn the_normals_are_normal() {
    everywhere!(normal_draws, 2.23, 2.23);
}

fn follows<L: Lanes>(lanes: L, tolerance: f64) {
    let rows = rows_of::<L::T>();
    for batch in [None, Some(50), Some(7)] {
        let mut floor = Floor::new(lanes, &rows, batch, 9, 30).unwrap();
        for _ in 0..30 {
            floor.step();
        }
        let (elbos, mu, rho) =
            trajectory(&rows, batch, 9, 30, L::T::DOUBLE, |rng| draws(lanes, rng, WEIGHTS));
        assert!(relative(floor.history(), &elbos) < tolerance, "{batch:?}");
        assert!(relative(&floor.mu(), &mu) < tolerance, "{batch:?}: {}", relative(&floor.mu(), &mu));
        assert!(relative(&floor.rho(), &rho) < tolerance, "{batch:?}: {}", relative(&floor.rho(), &rho));
    }
}

#[test]
fn thirty_steps_are_the_reference_s_thirty_steps() {
    everywhere!(follows, 1e-10, 1e-3);
}

#[test]
fn a_fit_finds_the_moons() {
    let rows = training_rows();
    for batch in [None, Some(50)] {
        let mut floor = Floor::new(F64(Scalar::new()), &rows, batch, 3, 10_000).unwrap();
        for _ in 0..10_000 {
            floor.step();
        }
        let tail = &floor.history()[9_000..];
        let mean = tail.iter().sum::<f64>() / tail.len() as f64;
        assert!(mean > -150.0, "{batch:?}: ELBO {mean}");
    }
}

#[test]
fn no_rows_no_batch_and_too_many_rows_are_refused() {
    let rows = training_rows();
    let lanes = F64(Scalar::new());
    assert!(Floor::new(lanes, &[], None, 0, 0).is_none());
    assert!(Floor::new(lanes, &rows, Some(0), 0, 0).is_none());
    let many: Vec<Row> = rows.iter().cycle().take(MOST_ROWS + 1).copied().collect();
    assert!(Floor::new(lanes, &many, None, 0, 0).is_none());
    assert!(Floor::new(lanes, &many, Some(50), 0, 0).is_some());
}

fn curves<L: Lanes>(l: L, ulps: f64) {
    let unit = if L::T::DOUBLE { f64::EPSILON } else { f64::from(f32::EPSILON) };
    let lane = |v: L::V| bytemuck::cast_slice::<L::V, L::T>(&[v])[0].to_f64();
    let near = |found: f64, wanted: f64, x: f64, what: &str| {
        assert!(
            (found - wanted).abs() <= ulps * unit * wanted.abs(),
            "{what}({x:e}) = {found:e}, not {wanted:e}"
        );
    };
    for i in -4_000i32..=4_000 {
        for x in [f64::from(i) * 0.005, f64::from(i).signum() * (-f64::from(i.abs()) * 0.01).exp()] {
            let x = L::T::of(x).to_f64();
            near(lane(tanh(l, [l.c(x)])[0]), x.tanh(), x, "tanh");
            let ([slope], [factor]) = logistic(l, [l.c(x)]);
            near(lane(slope), 1.0 / (1.0 + x.exp()), x, "slope");
            near(lane(factor), 1.0 / (1.0 + (-x.abs()).exp()), x, "factor");
            let (soft, gate) = softplus(l, l.c(x));
            near(lane(soft), x.max(0.0) + (-x.abs()).exp().ln_1p(), x, "softplus");
            near(lane(gate), 1.0 / (1.0 + (-x).exp()), x, "gate");
        }
    }
}

#[test]
fn the_curves_are_the_standard_library_s_to_a_few_units_in_the_last_place() {
    everywhere!(curves, 16.0, 16.0);
}
