//! A logistic regression by Newton's method, the length of each row's gradient, and a Hessian-vector product.
#![allow(clippy::print_stdout)]

use elbo_tensor_ad::{Array, Dim, Error, Expr, Plan, grad, hessian, hvp, vmap};

fn main() -> Result<(), Error> {
    // One row: features, a label of 0 or 1, shared weights.
    let (x, y, w) = (Expr::input("x", [2]), Expr::input("y", ()), Expr::input("w", [2]));
    let score = x.dot(&w);
    let row = score.softplus() - &y * &score;

    // All rows: the loss with its curvature, and the gradient of each row by itself.
    let loss = vmap(std::slice::from_ref(&row), &[x.clone(), y.clone()], "obs")?.remove(0).mean()
        + 0.05 * w.square().sum();
    let slope = grad(&loss, std::slice::from_ref(&w))?.remove(0);
    let curvature = hessian(&loss, std::slice::from_ref(&w))?.remove(0).remove(0);
    let along = hvp(&loss, std::slice::from_ref(&w), &[Expr::constant(1.0)])?.remove(0);
    let each = vmap(&grad(&row, std::slice::from_ref(&w))?, &[x, y], Dim::from("obs"))?.remove(0);
    let lengths = each.square().sum_axes(&[1]).sqrt();
    let plan = Plan::<f64>::compile(&[loss, slope, curvature, along, lengths])?;

    let data = Array::new([5, 2], vec![1.0, 0.2, 0.4, -1.0, -0.7, 0.3, -1.2, -0.4, 0.1, 0.9])?;
    let labels = Array::vector(vec![1.0, 1.0, 0.0, 0.0, 1.0]);
    let mut weights = Array::zeros([2]);
    for step in 0..6 {
        let found = plan.call(&[("x", &data), ("y", &labels), ("w", &weights)])?;
        let (g, h) = (found[1].data(), found[2].data());
        println!(
            "step {step}: loss {:.6}, gradient {:.0e}, lengths {:.3?}",
            found[0].data()[0],
            g[0].hypot(g[1]),
            found[4].data()
        );
        let det = h[0] * h[3] - h[1] * h[2];
        weights.data_mut()[0] -= (h[3] * g[0] - h[1] * g[1]) / det;
        weights.data_mut()[1] -= (h[0] * g[1] - h[2] * g[0]) / det;
        println!(
            "        the Hessian's row sums {:.4?} are its product with ones {:.4?}",
            [h[0] + h[1], h[2] + h[3]],
            found[3].data()
        );
    }
    Ok(())
}
