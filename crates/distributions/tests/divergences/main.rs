//! Kullback-Leibler divergences: closed forms against the table, quadrature against closed forms, estimates within their error.
#![allow(clippy::unwrap_used, clippy::panic)]

mod estimates;
#[path = "../golden/mod.rs"]
mod golden;
mod numbers;
mod table;
mod vectors;

use elbo_tensor_ad::{Array, Expr, Plan};

fn run(exprs: &[Expr], given: &[(&str, &Array<f64>)]) -> Vec<Array<f64>> {
    let plan = Plan::compile(exprs).unwrap();
    let used: Vec<_> = given.iter().filter(|(name, _)| plan.input(name).is_some()).copied().collect();
    plan.call(&used).unwrap()
}
