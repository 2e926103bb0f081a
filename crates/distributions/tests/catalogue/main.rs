//! Every distribution over numbers, and the tests that hold for all of them.
//!
//! A distribution is an [`entry::Entry`] in the list of its kind; each other file here is one group of tests.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod continuous;
mod densities;
mod discrete;
mod distribution_functions;
mod draws;
mod entry;
mod extremes;
mod faults;
mod front_page;
#[path = "../golden/mod.rs"]
mod golden;
mod integral;
mod line;
mod modes;
mod modified;
mod moments;
mod priors;
mod tables;
mod tails;

use std::fmt::Write;

use elbo_distributions::Distribution;
use elbo_tensor_ad::{Array, Error, Expr, Plan};
use entry::Entry;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// The values of expressions by a compiled plan, as a user gets them; inputs that they do not hang on are left out.
fn run(exprs: &[Expr], given: &[(&str, &Array<f64>)]) -> Result<Vec<Array<f64>>, Error> {
    let plan = Plan::compile(exprs)?;
    let used: Vec<_> = given.iter().filter(|(name, _)| plan.input(name).is_some()).copied().collect();
    plan.call(&used)
}

/// All distributions over numbers.
fn all() -> impl Iterator<Item = &'static Entry> {
    continuous::ENTRIES.iter().chain(discrete::ENTRIES).chain(modified::ENTRIES).chain(priors::ENTRIES)
}

/// Those whose density integrates to nothing finite.
const IMPROPER: &[&str] = &["Flat", "HalfFlat"];

/// All but the improper ones.
fn proper() -> impl Iterator<Item = &'static Entry> {
    all().filter(|e| !IMPROPER.contains(&e.name))
}

/// One distribution at parameters that proptest has chosen.
struct Case {
    entry: &'static Entry,
    values: Vec<Array<f64>>,
    /// With literal parameters.
    d: Box<dyn Distribution>,
}

impl Case {
    /// A number for each expression at the given value.
    fn evaluate(&self, exprs: &[Expr]) -> Vec<Array<f64>> {
        run(exprs, &[]).unwrap()
    }

    /// A function of the value at these values.
    fn at(&self, x: &[f64], of: impl Fn(&dyn Distribution, &Expr) -> Expr) -> Vec<f64> {
        let input = Expr::input("value", [x.len()]);
        let values = Array::vector(x.to_vec());
        let found = of(&*self.d, &input).broadcast_to([x.len()]);
        run(&[found], &[("value", &values)]).unwrap().remove(0).into_data()
    }
}

/// Runs a property for each entry at `cases` choices of its parameters, and reports every entry for which it fails with the smallest
/// choice found. `ELBO_ENTRY` names one entry to run alone, `PROPTEST_RNG_SEED` is a number for other choices than those of every run.
fn for_each(
    entries: impl Iterator<Item = &'static Entry>,
    cases: u32,
    property: impl Fn(&Case) -> Result<(), String>,
) {
    let only = std::env::var("ELBO_ENTRY").ok();
    let seed: u64 = std::env::var("PROPTEST_RNG_SEED").map_or(0, |s| s.parse().unwrap());
    let seed: [u8; 32] = std::array::from_fn(|i| seed.to_le_bytes()[i % 8]);
    let mut failures = String::new();
    let mut ran = 0;
    for entry in entries.filter(|e| only.as_ref().is_none_or(|name| name == e.name)) {
        ran += 1;
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let outcome =
            TestRunner::new_with_rng(config, rng).run(&proptest::collection::vec(0.0..1.0f64, 16), |units| {
                let mut units = units.into_iter().cycle();
                let values = entry.values(&mut || units.next().unwrap());
                let case = Case { entry, d: entry.literal(&values), values };
                property(&case).map_err(|why| {
                    let shown: Vec<_> = entry
                        .given(&case.values)
                        .iter()
                        .map(|(n, v)| format!("{n} = {:?}", v.data()))
                        .collect();
                    TestCaseError::fail(format!("{} ({}): {why}", entry.name, shown.join(", ")))
                })
            });
        if let Err(failure) = outcome {
            let text = failure.to_string();
            writeln!(failures, "- {}", text.lines().next().unwrap_or_default()).unwrap();
        }
    }
    assert!(ran > 0, "no entry was run");
    assert!(failures.is_empty(), "\n{failures}");
}

/// An error text unless the two agree to `rtol |want| + atol`.
fn agree(what: &str, found: f64, want: f64, rtol: f64, atol: f64) -> Result<(), String> {
    if golden::close(found, want, rtol, atol) { Ok(()) } else { Err(format!("{what}: {found}, not {want}")) }
}
