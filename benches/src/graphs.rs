//! Functions whose value and gradient are timed beside JAX and PyTorch; `peers/graphs_jax.py` and `graphs_torch.py` compute the same.

use elbo_tensor_ad::{Array, Dim, Error, Expr, Sliding};

use crate::function::Function;

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
        multivariate("mvnormal, 200 dimensions", 200)?,
        convolutional("lenet, 64 images", 64)?,
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
        inputs.push(("y".to_string(), classes(rows, last)?));
        softmax_log_likelihood(&layer, last)
    };
    Ok(Function { name, value, parameters, inputs })
}

/// A class for each row, as ones and zeros.
fn classes(rows: usize, count: usize) -> Result<Array<f64>, Error> {
    let hot = (0..rows * count).map(|i| f64::from(u8::from(i % count == (i / count * 7) % count)));
    Array::new([rows, count], hot.collect())
}

/// `Σ y · log_softmax(logits)` over rows `rows`.
fn softmax_log_likelihood(logits: &Expr, count: usize) -> Expr {
    let y = Expr::input("y", ["rows".into(), Dim::Fixed(count)]);
    (y * logits).sum() - logits.logsumexp_axes(&[1]).sum()
}

/// The log density of one point, less its constant, through the Cholesky factor of its covariance.
fn multivariate(name: &'static str, n: usize) -> Result<Function, Error> {
    let covariance = Expr::input("covariance", [n, n]);
    let (x, mean) = (Expr::input("x", [n]), Expr::input("mean", [n]));
    let factor = covariance.cholesky();
    let z = factor.solve_lower(&(&x - &mean));
    let value = -0.5 * z.square().sum() - factor.diagonal().ln().sum();
    let kernel = (0..n * n).map(|k| {
        let (i, j) = ((k / n) as f64, (k % n) as f64);
        (-0.5 * ((i - j) / 10.0).powi(2)).exp() + if i == j { 0.1 } else { 0.0 }
    });
    let inputs = vec![
        ("covariance".to_string(), Array::new([n, n], kernel.collect())?),
        ("x".to_string(), wave(0, &[n], 1.0)?),
        ("mean".to_string(), wave(1, &[n], 0.1)?),
    ];
    Ok(Function { name, value, parameters: vec![covariance, mean], inputs })
}

/// LeNet with tanh and mean pooling on 28 x 28 images.
fn convolutional(name: &'static str, rows: usize) -> Result<Function, Error> {
    let shapes: [(&str, &[usize]); 10] = [
        ("k0", &[5, 5, 1, 6]),
        ("c0", &[6]),
        ("k1", &[5, 5, 6, 16]),
        ("c1", &[16]),
        ("w0", &[256, 120]),
        ("b0", &[120]),
        ("w1", &[120, 84]),
        ("b1", &[84]),
        ("w2", &[84, 10]),
        ("b2", &[10]),
    ];
    let row = || Dim::from("rows");
    let mut inputs = vec![("x".to_string(), wave(0, &[rows, 28, 28, 1], 1.0)?)];
    let mut parameters = Vec::new();
    for (i, (name, shape)) in shapes.iter().enumerate() {
        let fan_in: usize = shape[..shape.len() - 1].iter().product();
        let scale = if shape.len() == 1 { 0.1 } else { 1.0 / (fan_in as f64).sqrt() };
        inputs.push(((*name).to_string(), wave(i + 1, shape, scale)?));
        parameters.push(Expr::input(name, *shape));
    }
    let p = &parameters;
    let x = Expr::input("x", [row(), 28.into(), 28.into(), 1.into()]);
    let block = |x: &Expr, filters: &Expr, bias: &Expr| {
        let features = (x.conv2d(filters, [Sliding::valid(); 2]) + bias).tanh();
        features.avg_pool(&[1, 2], &[2, 2], &[Sliding::valid().stride(2); 2])
    };
    let features = block(&block(&x, &p[0], &p[1]), &p[2], &p[3]).reshape([row(), 256.into()]);
    let hidden = (features.matmul(&p[4]) + &p[5]).tanh();
    let hidden = (hidden.matmul(&p[6]) + &p[7]).tanh();
    let logits = hidden.matmul(&p[8]) + &p[9];
    inputs.push(("y".to_string(), classes(rows, 10)?));
    let value = softmax_log_likelihood(&logits, 10);
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
