//! How a plan reads: the graph, the level of each task, and the program that a binding makes of it.
#![allow(clippy::print_stdout)]

use elbo_tensor_ad::{Binding, Error, Expr, Plan, grad};

fn main() -> Result<(), Error> {
    let x = Expr::input("x", ["n"]).labelled("data");
    let w = Expr::input("w", elbo_tensor_ad::Shape::scalar());
    let loss = (&w * &x + 1.0).tanh().sum();
    let slope = grad(&loss, &[w])?.remove(0);
    let plan = Plan::<f64>::compile(&[loss, slope])?;
    println!("{plan}");
    let shapes: Vec<&[usize]> =
        plan.inputs().iter().map(|i| if i.shape.rank() == 1 { &[100][..] } else { &[] }).collect();
    let bindings: Vec<Binding<'_>> = shapes.into_iter().map(Binding::row_major).collect();
    println!("{}", plan.bind(&bindings)?);
    Ok(())
}
