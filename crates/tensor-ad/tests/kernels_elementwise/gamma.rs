//! `ln Gamma` and its derivative keep their relative accuracy about their zeros among the positive numbers.

use super::{golden, number};
use elbo_tensor_ad::kernels::{Element, Processor, Unary};

/// The cases of one function in `gamma_zeros.json`.
fn cases(name: &str) -> Vec<(f64, f64)> {
    let all = golden("gamma_zeros.json");
    let own = all.into_iter().filter(|case| case.0 == name);
    let cases: Vec<_> = own.map(|(_, x, value)| (x, number(&value).unwrap())).collect();
    assert!(cases.len() > 30, "{name}: {} cases", cases.len());
    cases
}

/// The largest relative error of a kernel over the cases, on the worst processor level; slices are long enough for vectors.
fn worst<T: Element>(
    f: Unary,
    cases: &[(f64, f64)],
    from: impl Fn(f64) -> T,
    to: impl Fn(T) -> f64,
) -> (f64, f64) {
    let x: Vec<T> = cases.iter().map(|case| from(case.0)).collect();
    let mut worst = (0.0_f64, 0.0);
    for p in Processor::available() {
        let mut out = x.clone();
        T::unary(p, f, &x, &mut out);
        let mut in_place = x.clone();
        T::unary_in_place(p, f, &mut in_place);
        for ((x, expected), found) in cases.iter().chain(cases).zip(out.into_iter().chain(in_place)) {
            let found = to(found);
            let error = if found == *expected { 0.0 } else { (found - expected).abs() / expected.abs() };
            if error > worst.0 || error.is_nan() {
                worst = (error, *x);
            }
        }
    }
    worst
}

/// The cases whose argument is a number of single precision.
fn single(cases: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let single: Vec<_> = cases.iter().copied().filter(|case| f64::from(case.0 as f32) == case.0).collect();
    assert!(single.len() > 15, "{} cases", single.len());
    single
}

#[test]
fn digamma_keeps_its_relative_accuracy_about_its_positive_zero() {
    let cases = cases("digamma");
    let (error, x) = worst::<f64>(Unary::Digamma, &cases, |x| x, |y| y);
    assert!(error <= 1e-13, "digamma({x:e}): relative error {error:e}");
    // Farther away the bound is 4 ulp of 1 where that is the larger.
    let near: Vec<_> = cases.into_iter().filter(|case| (case.0 - 1.4616).abs() < 0.09).collect();
    let (error, x) = worst::<f32>(Unary::Digamma, &single(&near), |x| x as f32, f64::from);
    assert!(error <= f64::from(f32::EPSILON), "digamma({x:e}) in f32: relative error {error:e}");
}

#[test]
fn lgamma_keeps_its_relative_accuracy_about_one_and_two() {
    let cases = cases("lgamma");
    let (error, x) = worst::<f64>(Unary::Lgamma, &cases, |x| x, |y| y);
    assert!(error <= 4.0 * f64::EPSILON, "lgamma({x:e}): relative error {error:e}");
    let (error, x) = worst::<f32>(Unary::Lgamma, &single(&cases), |x| x as f32, f64::from);
    assert!(error <= 4.0 * f64::from(f32::EPSILON), "lgamma({x:e}) in f32: relative error {error:e}");
}
