//! Log densities whose value and gradient are timed beside NumPyro and PyMC, and samplers timed beside NumPy; `peers/densities_*.py` have
//! the same.

use std::time::Duration;

use elbo::distributions::{
    Beta, Distribution, Gamma, Laplace, LogNormal, NegativeBinomial, Normal, Poisson, StudentT, VonMises,
    Weibull,
};
use elbo_tensor_ad::{Array, Error, Expr};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::function::Function;
use crate::windows::windows;

/// How many values the log density is summed over, and how many are drawn at a time.
pub const VALUES: usize = 10_000;

/// What values a density is evaluated at, from a number `u` in `(0, 1)`.
#[derive(Clone, Copy)]
enum Values {
    /// `6 u - 3`
    Line,
    /// `0.05 + 4 u`
    Positive,
    /// `u`
    Unit,
    /// `⌊12 u⌋`
    Counts,
}

/// A density by its name, its parameters with their numbers, and what it is evaluated at.
struct Row {
    name: &'static str,
    parameters: &'static [(&'static str, f64)],
    values: Values,
    build: fn(&[Expr]) -> Box<dyn Distribution>,
}

const ROWS: &[Row] = &[
    Row {
        name: "Normal",
        parameters: &[("mu", 0.3), ("sigma", 1.2)],
        values: Values::Line,
        build: |p| Box::new(Normal::new(&p[0], &p[1])),
    },
    Row {
        name: "StudentT",
        parameters: &[("nu", 4.0), ("mu", 0.3), ("sigma", 1.2)],
        values: Values::Line,
        build: |p| Box::new(StudentT::new(&p[0], &p[1], &p[2])),
    },
    Row {
        name: "Laplace",
        parameters: &[("mu", 0.3), ("b", 1.2)],
        values: Values::Line,
        build: |p| Box::new(Laplace::new(&p[0], &p[1])),
    },
    Row {
        name: "VonMises",
        parameters: &[("mu", 0.3), ("kappa", 2.0)],
        values: Values::Line,
        build: |p| Box::new(VonMises::new(&p[0], &p[1])),
    },
    Row {
        name: "LogNormal",
        parameters: &[("mu", 0.3), ("sigma", 1.2)],
        values: Values::Positive,
        build: |p| Box::new(LogNormal::new(&p[0], &p[1])),
    },
    Row {
        name: "Gamma",
        parameters: &[("alpha", 2.5), ("beta", 1.2)],
        values: Values::Positive,
        build: |p| Box::new(Gamma::new(&p[0], &p[1])),
    },
    Row {
        name: "Weibull",
        parameters: &[("alpha", 1.5), ("beta", 2.0)],
        values: Values::Positive,
        build: |p| Box::new(Weibull::new(&p[0], &p[1])),
    },
    Row {
        name: "Beta",
        parameters: &[("alpha", 2.5), ("beta", 1.2)],
        values: Values::Unit,
        build: |p| Box::new(Beta::new(&p[0], &p[1])),
    },
    Row {
        name: "Poisson",
        parameters: &[("mu", 4.0)],
        values: Values::Counts,
        build: |p| Box::new(Poisson::new(&p[0])),
    },
    Row {
        name: "NegativeBinomial",
        parameters: &[("mu", 4.0), ("alpha", 2.5)],
        values: Values::Counts,
        build: |p| Box::new(NegativeBinomial::new(&p[0], &p[1])),
    },
];

/// Numbers that every language makes the same: the fractional parts of multiples of the golden ratio, the ends left out.
fn values(kind: Values) -> Array<f64> {
    let unit = |i: usize| 0.001 + 0.998 * (0.618_033_988_749_894_9 * (i + 1) as f64).fract();
    Array::vector(
        (0..VALUES)
            .map(unit)
            .map(|u| match kind {
                Values::Line => 6.0 * u - 3.0,
                Values::Positive => 0.05 + 4.0 * u,
                Values::Unit => u,
                Values::Counts => (12.0 * u).floor(),
            })
            .collect(),
    )
}

/// The summed log densities, differentiated by the value (where it is no count) and by every parameter.
///
/// # Errors
/// None: the list is checked by its test.
pub fn functions() -> Result<Vec<Function>, Error> {
    let each = |row: &Row| {
        let x = Expr::input("x", ["rows"]);
        let inputs: Vec<Expr> =
            row.parameters.iter().map(|(name, _)| Expr::input(name, [0usize; 0])).collect();
        let d = (row.build)(&inputs);
        let mut parameters = inputs;
        if !d.support().is_discrete() {
            parameters.push(x.clone());
        }
        let mut numbers = vec![("x".to_string(), values(row.values))];
        numbers.extend(row.parameters.iter().map(|(name, v)| ((*name).to_string(), Array::scalar(*v))));
        Function { name: row.name, value: d.log_density(&x).sum(), parameters, inputs: numbers }
    };
    Ok(ROWS.iter().map(each).collect())
}

/// A JSON line for each sampler: nanoseconds a draw.
///
/// # Errors
/// None: the list is checked by its test.
pub fn samplers(total: Duration, part: &str) -> Result<Vec<String>, elbo::distributions::Error> {
    let mut lines = Vec::new();
    for row in ROWS.iter().filter(|row| row.name.contains(part)) {
        let numbers: Vec<Array<f64>> = row.parameters.iter().map(|(_, v)| Array::scalar(*v)).collect();
        let literals: Vec<Expr> = row.parameters.iter().map(|(_, v)| (*v).into()).collect();
        let d = (row.build)(&literals);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        d.sample(&numbers, &[VALUES], &mut rng)?;
        let w = windows(total, || {
            // The first call has shown that it works.
            let _ = std::hint::black_box(d.sample(&numbers, &[VALUES], &mut rng));
        });
        let each = VALUES as f64;
        lines.push(format!(
            r#"{{"peer":"elbo","sampler":"{}","ns":{:.3},"ns_median":{:.3}}}"#,
            row.name,
            w.best / each,
            w.median / each
        ));
    }
    Ok(lines)
}
