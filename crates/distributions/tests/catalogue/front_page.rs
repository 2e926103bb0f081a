//! The table on the crate's front page says of each distribution what it has, and no more.

use std::collections::BTreeMap;

use elbo_distributions::{
    AR, CAR, Dirichlet, DirichletMultinomial, Distribution, Exponential, Flat, GARCH11, GaussianRandomWalk,
    HalfFlat, HurdleGamma, HurdleLogNormal, ICAR, Independent, Interpolated, InverseWishart, LKJCholesky,
    LKJCholeskyCov, LKJCorr, MatrixNormal, Multinomial, MvNormal, MvStudentT, Normal, Poisson,
    StickBreakingWeights, Wishart, ZeroInflated, ZeroSumNormal,
};
use elbo_tensor_ad::{Array, Expr};

use super::all;

/// What a distribution may have beside its density, sampler and initial value, in the order of the table.
const WORDS: [&str; 7] = ["cdf", "quantile", "mean", "variance", "mode", "entropy", "path"];

/// In the place of the words for what is not one distribution but hands out several.
const PARTS: &str = "its parts'";

/// The distributions that the catalogue does not hold: over vectors, improper, modifiers with a name of their own.
fn others() -> Vec<Box<dyn Distribution>> {
    let two = || Array::vector(vec![0.5, 0.5]);
    let eye = || Expr::eye(2);
    let joined = || Array::new([2, 2], vec![0.0, 1.0, 1.0, 0.0]).unwrap();
    vec![
        Box::new(Flat::new()),
        Box::new(HalfFlat::new()),
        Box::new(HurdleGamma::new(0.5, 2.0, 1.0)),
        Box::new(HurdleLogNormal::new(0.5, 0.0, 1.0)),
        Box::new(ZeroInflated::new(Poisson::new(2.0), 0.5)),
        Box::new(Independent::new(Normal::new(two(), 1.0), 1)),
        Box::new(Interpolated::new(Array::vector(vec![0.0, 2.0]), two())),
        Box::new(MvNormal::new(two(), eye())),
        Box::new(MvStudentT::new(5.0, two(), eye())),
        Box::new(Dirichlet::new(two())),
        Box::new(Multinomial::new(5.0, two())),
        Box::new(DirichletMultinomial::new(5.0, two())),
        Box::new(LKJCholesky::new(2, 1.5)),
        Box::new(LKJCholeskyCov::new(2, 1.5, Exponential::new(1.0))),
        Box::new(LKJCorr::new(2, 1.5)),
        Box::new(Wishart::new(4.0, eye())),
        Box::new(InverseWishart::new(7.0, eye())),
        Box::new(MatrixNormal::new(eye(), eye(), eye())),
        Box::new(ZeroSumNormal::new(1.0, 3)),
        Box::new(StickBreakingWeights::new(1.5, 3)),
        Box::new(GaussianRandomWalk::new(0.0, 1.0, 3)),
        Box::new(AR::new(two(), 1.0, 3)),
        Box::new(GARCH11::new(1.0, 0.3, 0.4, 1.0, 3)),
        Box::new(CAR::new(two(), joined(), 0.5, 1.0)),
        Box::new(ICAR::new(joined(), 1.0)),
    ]
}

fn has(d: &dyn Distribution) -> [bool; 7] {
    let half = 0.5.into();
    [
        d.cdf(&half).is_some(),
        d.quantile(&half).is_some(),
        d.mean().is_some(),
        d.variance().is_some(),
        d.mode().is_some(),
        d.entropy().is_some(),
        d.noise().is_some(),
    ]
}

#[test]
fn the_front_page_says_what_each_distribution_has() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    let catalogue = all().map(|entry| {
        let mut units = std::iter::repeat(0.4);
        entry.literal(&entry.values(&mut || units.next().unwrap()))
    });
    // What a modifier has hangs on what it is over: the table says what all of its name here have.
    let mut known: BTreeMap<&str, [bool; 7]> = BTreeMap::new();
    for d in catalogue.chain(others()) {
        let (found, seen) = (has(&*d), known.entry(d.name()).or_insert([true; 7]));
        *seen = std::array::from_fn(|i| seen[i] && found[i]);
    }
    let mut rows: BTreeMap<&str, &str> = BTreeMap::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("//! | [`")) {
        let name = line.split('`').next().unwrap();
        assert!(rows.insert(name, line).is_none(), "{name} has two rows");
    }
    let mut wrong = String::new();
    for (name, has) in &known {
        let words: Vec<&str> =
            WORDS.iter().zip(has).filter(|(_, has)| **has).map(|(word, _)| *word).collect();
        let words = match words.len() {
            0 => "none".into(),
            7 => "all".into(),
            _ => words.join(", "),
        };
        if rows.get(name).is_none_or(|row| row.split(" | ").nth(3) != Some(&*words)) {
            wrong += &format!("{name}: the row should have | {words} |\n");
        }
    }
    for (name, row) in &rows {
        if !known.contains_key(name) && row.split(" | ").nth(3) != Some(PARTS) {
            wrong += &format!("{name}: nothing here tells what it has\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
