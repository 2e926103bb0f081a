//! Functions whose value and gradient are timed beside JAX and PyTorch; `peers/graphs_jax.py` and `graphs_torch.py` compute the same.

use elbo_tensor_ad::{Array, Dim, Error, Expr};

/// A scalar function with the numbers it is evaluated at.
pub struct Function {
    /// What it is called in the tables.
    pub name: &'static str,
    /// The value.
    pub value: Expr,
    /// What it is differentiated with respect to.
    pub parameters: Vec<Expr>,
    /// Numbers for every input.
    pub inputs: Vec<(String, Array<f64>)>,
}

/// Everything that is timed.
///
/// # Errors
/// A function that is written wrong.
pub fn functions() -> Result<Vec<Function>, Error> {
    Ok(vec![
        network("mlp 2-5-5-1, 500 rows", &[2, 5, 5, 1], 500)?,
        network("mlp 20-64-64-1, 512 rows", &[20, 64, 64, 1], 512)?,
        network("mlp 20-64-64-1, 100,000 rows", &[20, 64, 64, 1], 100_000)?,
        network("mlp 784-400-400-10, 128 rows", &[784, 400, 400, 10], 128)?,
        hierarchical("hierarchical, 1,000 groups, 100,000 rows", 1_000, 100_000)?,
    ])
}

/// Numbers that every language makes the same: `scale sin(0.1 + 0.7 (i + 1) (1 + 0.01 stream))`.
fn wave(stream: usize, shape: &[usize], scale: f64) -> Result<Array<f64>, Error> {
    let n = shape.iter().product();
    let step = 0.7 * (1.0 + 0.01 * stream as f64);
    Array::new(shape, (0..n).map(|i| scale * (0.1 + step * (i + 1) as f64).sin()).collect())
}

/// A tanh network with biases: Bernoulli logits for one output, softmax for more; the summed log likelihood.
fn network(name: &'static str, widths: &[usize], rows: usize) -> Result<Function, Error> {
    let last = widths[widths.len() - 1];
    let row = || Dim::from("rows");
    let x = Expr::input("x", [row(), widths[0].into()]);
    let mut inputs = vec![("x".to_string(), wave(0, &[rows, widths[0]], 1.0)?)];
    let (mut layer, mut parameters) = (x, Vec::new());
    for (i, pair) in widths.windows(2).enumerate() {
        let (w, b) = (format!("w{i}"), format!("b{i}"));
        let scale = 1.0 / (pair[0] as f64).sqrt();
        inputs.push((w.clone(), wave(2 * i + 1, &[pair[0], pair[1]], scale)?));
        inputs.push((b.clone(), wave(2 * i + 2, &[pair[1]], 0.1)?));
        let (w, b) = (Expr::input(&w, [pair[0], pair[1]]), Expr::input(&b, [pair[1]]));
        layer = layer.matmul(&w) + &b;
        if i + 2 < widths.len() {
            layer = layer.tanh();
        }
        parameters.extend([w, b]);
    }
    let value = if last == 1 {
        let y = Expr::input("y", [row()]);
        inputs.push((
            "y".to_string(),
            Array::new([rows], (0..rows).map(|i| f64::from(u8::from(i % 3 == 0))).collect())?,
        ));
        let logit = layer.reshape([row()]);
        (y * &logit - logit.softplus()).sum()
    } else {
        let y = Expr::input("y", [row(), last.into()]);
        let hot = (0..rows * last).map(|i| f64::from(u8::from(i % last == (i / last * 7) % last)));
        inputs.push(("y".to_string(), Array::new([rows, last], hot.collect())?));
        let top = layer.max_axes(&[1]).stop_gradient().reshape([row(), 1.into()]);
        let normaliser = (&layer - &top).exp().sum_axes(&[1]).ln() + top.reshape([row()]);
        (y * layer).sum() - normaliser.sum()
    };
    Ok(Function { name, value, parameters, inputs })
}

/// Varying intercepts and slopes, looked up by the group of each row, under Normal priors.
fn hierarchical(name: &'static str, groups: usize, rows: usize) -> Result<Function, Error> {
    let (x, y) = (Expr::input("x", ["rows"]), Expr::input("y", ["rows"]));
    let group = Expr::input("group", ["rows"]);
    let intercept = Expr::input("intercept", [groups]);
    let slope = Expr::input("slope", [groups]);
    let means = Expr::input("means", [2]);
    let log_scales = Expr::input("log_scales", [3]);
    let (mean_a, mean_b) = (means.slice(0, 0, 1), means.slice(0, 1, 1));
    let ln = |i: usize| log_scales.slice(0, i, 1);
    let normal = |residual: Expr, ln_scale: Expr| -0.5 * (residual * (-&ln_scale).exp()).square() - ln_scale;
    let mean = intercept.take(&group) + slope.take(&group) * &x;
    let value = normal(&y - mean, ln(0)).sum()
        + normal(&intercept - mean_a, ln(1)).sum()
        + normal(&slope - mean_b, ln(2)).sum();
    let index = (0..rows).map(|i| ((i * 7919) % groups) as f64).collect();
    let inputs = vec![
        ("x".to_string(), wave(0, &[rows], 1.0)?),
        ("y".to_string(), wave(1, &[rows], 2.0)?),
        ("group".to_string(), Array::new([rows], index)?),
        ("intercept".to_string(), wave(2, &[groups], 0.5)?),
        ("slope".to_string(), wave(3, &[groups], 0.3)?),
        ("means".to_string(), wave(4, &[2], 0.1)?),
        ("log_scales".to_string(), wave(5, &[3], 0.2)?),
    ];
    Ok(Function { name, value, parameters: vec![intercept, slope, means, log_scales], inputs })
}
