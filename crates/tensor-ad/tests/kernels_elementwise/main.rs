//! Elementwise kernels against reference values, at the edges, at every length, on every processor.
#![allow(clippy::unwrap_used, clippy::panic)]

mod beta;
mod bits;
mod bounds;
mod edges;
mod gamma;
mod ulps;

use elbo_tensor_ad::kernels::{Element, Processor, Unary};
use serde_json::Value;

const ALL: [Unary; 45] = [
    Unary::Neg,
    Unary::Abs,
    Unary::Sign,
    Unary::Recip,
    Unary::Square,
    Unary::Sqrt,
    Unary::Rsqrt,
    Unary::Exp,
    Unary::Expm1,
    Unary::Ln,
    Unary::Ln1p,
    Unary::Tanh,
    Unary::Sigmoid,
    Unary::LogSigmoid,
    Unary::Softplus,
    Unary::Sin,
    Unary::Cos,
    Unary::Floor,
    Unary::Round,
    Unary::Cbrt,
    Unary::Tan,
    Unary::Asin,
    Unary::Acos,
    Unary::Atan,
    Unary::Sinh,
    Unary::Cosh,
    Unary::Asinh,
    Unary::Acosh,
    Unary::Lgamma,
    Unary::Digamma,
    Unary::Polygamma(0),
    Unary::Polygamma(1),
    Unary::Polygamma(2),
    Unary::Erf,
    Unary::Erfc,
    Unary::LogNormalCdf,
    Unary::Erfcx(0),
    Unary::Erfcx(1),
    Unary::Erfinv,
    Unary::NormalCdf,
    Unary::NormalQuantile,
    Unary::Lgamma1p,
    Unary::BesselI(0),
    Unary::BesselI0e(1),
    Unary::BesselI1e,
];

/// The table of this name, from the folder that `ELBO_GOLDEN` names or from the copy beside the tests.
fn golden(name: &str) -> Vec<(String, f64, Value)> {
    let copy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let path = std::env::var_os("ELBO_GOLDEN")
        .map(|folder| std::path::Path::new(&folder).join(name))
        .filter(|path| path.exists())
        .unwrap_or(copy);
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = table["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    cases
        .iter()
        .map(|case| {
            (case["f"].as_str().unwrap().to_owned(), number(&case["x"]).unwrap(), case["value"].clone())
        })
        .collect()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    }
}

fn one<T: Element>(f: Unary, x: T) -> T {
    let mut out = [x];
    T::unary(Processor::detect(), f, &[x], &mut out);
    out[0]
}

/// A cheap stream of numbers in `[0, 1)`.
struct Stream(u64);
impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 9_007_199_254_740_992.0
    }
}
