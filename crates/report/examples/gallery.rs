//! Draws every figure from made-up numbers into a folder (default `target/gallery`): a look at the styles.

use std::error::Error;

use elbo_posterior::Draws;
use elbo_report::{
    Names, Page, Run, Surface, SurfaceKind, calibration, elbo_history, predictions, scatter, surface, traces,
};

/// A small generator, so that the example needs no crate for its noise.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as f64 + 0.5) / (1u64 << 31) as f64
    }

    fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

fn logit(x: f64, y: f64) -> f64 {
    3.0 * (y * -1.2 + 1.6 * (1.6 * x).sin() * 0.9 - 0.1 * x)
}

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args().nth(1).unwrap_or_else(|| "target/gallery".into());
    let mut noise = Noise(7);
    let mut points = Vec::new();
    let mut labels = Vec::new();
    for i in 0..500 {
        let t = std::f64::consts::PI * noise.uniform();
        let (x, y) = if i % 2 == 0 { (t.cos(), t.sin()) } else { (1.0 - t.cos(), 0.5 - t.sin()) };
        let (x, y) = (x + 0.2 * noise.normal(), y + 0.2 * noise.normal());
        points.push([(x - 0.5) / 0.87, (y - 0.25) / 0.5]);
        labels.push(f64::from(i % 2));
    }
    let names = |title: &str| Names::new(title).axes("x1 (standardised)", "x2 (standardised)");
    let p: Vec<f64> = points.iter().map(|q| 1.0 / (1.0 + (-logit(q[0], q[1])).exp())).collect();
    let guess: Vec<f64> = p.iter().map(|p| f64::from(*p > 0.5)).collect();

    let axis: Vec<f64> = (0..100).map(|i| f64::from(i) * 6.0 / 99.0 - 3.0).collect();
    let mean: Vec<f64> =
        axis.iter().flat_map(|x| axis.iter().map(|y| 1.0 / (1.0 + (-logit(*x, *y)).exp()))).collect();
    let sd: Vec<f64> = mean
        .iter()
        .enumerate()
        .map(|(k, p)| {
            (p * (1.0 - p)).sqrt() * (0.2 + 0.12 * (axis[k % 100].powi(2) + axis[k / 100].powi(2)).sqrt())
        })
        .collect();
    let base = Surface {
        kind: SurfaceKind::Probability,
        x: &axis,
        y: &axis,
        z: &mean,
        points: &points,
        labels: &labels,
    };
    let deviation = Surface { kind: SurfaceKind::StandardDeviation, z: &sd, ..base };

    let full: Vec<f64> = (0..30_000)
        .map(|i| {
            -112.0 - 260.0 * (-f64::from(i) / 2500.0).exp() - 1500.0 / f64::from(i + 3) + 9.0 * noise.normal()
        })
        .collect();
    let batches: Vec<f64> = (0..4_000)
        .map(|i| {
            -118.0 - 320.0 * (-f64::from(i) / 250.0).exp() + 40.0 * noise.normal()
                - 12.0 * noise.normal().powi(2)
        })
        .collect();
    let runs = [
        Run { name: "full batch, 30,000 steps", values: &full, every: 1 },
        Run { name: "batches of 50, 40,000 steps", values: &batches, every: 10 },
    ];

    let mut draws = Draws::new(1, 500);
    for (name, dims) in [
        ("w_in_1", vec![("feature", 2), ("hidden_1", 5)]),
        ("w_1_2", vec![("hidden_1", 5), ("hidden_2", 5)]),
        ("w_2_out", vec![("hidden_2", 5)]),
    ] {
        let count: usize = dims.iter().map(|d| d.1).product();
        let shape: Vec<(f64, f64)> =
            (0..count).map(|_| (1.5 * noise.normal(), 0.15 + 0.6 * noise.uniform())).collect();
        let values = (0..500)
            .flat_map(|_| shape.iter().map(|(m, s)| m + s * noise.normal()).collect::<Vec<_>>())
            .collect();
        draws.push(name, &dims, values)?;
    }

    let figures = [
        (
            "data",
            "The rows that the network learns from.",
            scatter(&points, &labels, &names("Training data"))?,
        ),
        ("elbo", "The evidence lower bound of both fits.", elbo_history(&runs, "ELBO over the steps")?),
        (
            "predictions",
            "A cross marks what is wrong.",
            predictions(&points, &labels, &guess, &names("Predicted labels"))?,
        ),
        ("calibration", "Bars show where the predictions lie.", calibration(&labels, &p, "Calibration")?),
        (
            "probability",
            "The line is where both classes are equally likely.",
            surface(&base, &names("Probability of class 1"))?,
        ),
        (
            "deviation",
            "Dark where the draws disagree.",
            surface(&deviation, &names("Uncertainty of that probability"))?,
        ),
        ("traces", "Each line is one weight.", traces(&draws, &[], "Weights")?),
    ];
    let mut page = Page::new("A gallery of figures")
        .intro("Every figure that this crate draws, from made-up numbers.")
        .section("Fits")
        .table(
            &["fit", "ELBO (nats)", "accuracy", "seconds"],
            &[
                vec![
                    "full batch".into(),
                    "-111.9 ± 0.3".into(),
                    "0.944 (0.92 to 0.96)".into(),
                    "0.31".into(),
                ],
                vec![
                    "batches of 50".into(),
                    "-112.6 ± 0.3".into(),
                    "0.940 (0.92 to 0.96)".into(),
                    "0.09".into(),
                ],
            ],
        )
        .section("Settings")
        .facts([("seed", "42"), ("optimiser", "adam"), ("output", "out/")])
        .section("Figures");
    for (stem, caption, figure) in &figures {
        figure.save(&dir, stem)?;
        page = page.figure(figure, caption);
    }
    page.section("Again")
        .code("cargo run --release -p elbo-report --example gallery")
        .save(format!("{dir}/index.html"))?;
    Ok(())
}
