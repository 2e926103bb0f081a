//! One more expression from those there are. Every public method has a line.

use super::Bytes;
use super::case::NAMES;
use elbo_tensor_ad::{Dim, Expr, Scan, Sliding, Triangle, checkpoint, custom_gradient, vmap_with};

pub fn dim(b: &mut Bytes<'_>) -> Dim {
    match b.below(8) {
        0..=2 => Dim::from(NAMES[b.below(3)]),
        _ => Dim::Fixed(b.below(4)),
    }
}

/// An axis, now and then one that is not there.
fn axis(b: &mut Bytes<'_>, x: &Expr) -> usize {
    match b.byte() {
        255 => usize::MAX,
        254 => x.rank(),
        v => v as usize % x.rank().max(1),
    }
}

/// A length or a place, now and then an absurd one.
fn count(b: &mut Bytes<'_>) -> usize {
    match b.byte() {
        255 => usize::MAX,
        254 => usize::MAX / 2 + 1,
        v => v as usize % 5,
    }
}

pub fn number(b: &mut Bytes<'_>) -> f64 {
    let special =
        [0.0, 1.0, -1.0, 2.0, 0.5, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300, 1e10];
    match b.byte() {
        v @ 0..48 => special[v as usize % special.len()],
        v => f64::from(v) / 32.0 - 4.0,
    }
}

/// One more expression from those there are, right or wrong. Every public method has a line.
pub fn step(pool: &[Expr], b: &mut Bytes<'_>) -> Expr {
    let op = b.byte();
    // The latest are taken more often, so that expressions grow deep.
    let pick = |b: &mut Bytes<'_>| {
        let i = b.byte() as usize;
        if i < 128 { &pool[pool.len() - 1 - i % pool.len().min(6)] } else { &pool[i % pool.len()] }
    };
    let x = pick(b);
    let mut y = || pick(b).clone();
    match op % 216 {
        0 => x + y(),
        1 => x - y(),
        2 => x * y(),
        3 => x / y(),
        4 => x.pow(y()),
        5 => x.max(y()),
        6 => x.min(y()),
        7 => x.less(y()),
        8 => x.less_equal(y()),
        9 => x.equal(y()),
        10 => x.greater(y()),
        11 => x.greater_equal(y()),
        12 => {
            let (a, c) = (y(), y());
            x.select(a, c)
        }
        13 => x.greater(0.5).select(y(), 1.0),
        14 => -x,
        15 => x.abs(),
        16 => x.sign(),
        17 => x.floor(),
        18 => x.recip(),
        19 => x.square(),
        20 => x.sqrt(),
        21 => x.exp(),
        22 => x.expm1(),
        23 => x.ln(),
        24 => x.ln1p(),
        25 => x.sin(),
        26 => x.cos(),
        27 => x.tanh(),
        28 => x.sigmoid(),
        29 => x.softplus(),
        30 => x.lgamma(),
        31 => x.polygamma(b.byte() % 4),
        32 => x.erf(),
        33 => x.erfc(),
        34 => x.log_sigmoid(),
        35 => x.log1mexp(),
        36 => x.logaddexp(y()),
        37 => x.sum(),
        38 => x.mean(),
        39 => x.sum_axes(&[axis(b, x)]),
        40 => x.max_axes(&[axis(b, x)]),
        41 => x.min_axes(&[axis(b, x)]),
        42 => x.sum_axes(&[axis(b, x), axis(b, x)]),
        43 => x.logsumexp(axis(b, x)),
        44 => x.log_softmax_axes(&[axis(b, x)]),
        45 => x.transpose(),
        46 => {
            let order: Vec<usize> = (0..x.rank()).map(|_| axis(b, x)).collect();
            x.permute(&order)
        }
        47 => {
            let shift = b.below(x.rank().max(1));
            x.permute(&(0..x.rank()).map(|i| (i + shift) % x.rank()).collect::<Vec<_>>())
        }
        48 => x.expand(axis(b, x)),
        49 | 50 => {
            let a = axis(b, x);
            x.slice(a, count(b), count(b))
        }
        51 => {
            let a = axis(b, x);
            x.index(a, count(b))
        }
        52 => {
            let a = axis(b, x);
            x.pad(a, count(b), count(b))
        }
        53 => {
            let y = y();
            Expr::concat(&[x.clone(), y], axis(b, x))
        }
        54 => {
            let a = axis(b, x);
            Expr::concat(&[x.clone(), x.tanh(), x.slice(a, 0, 1)], a)
        }
        55 => Expr::stack(&[x.clone(), y()], axis(b, x)),
        56 => Expr::concat(&[], count(b)),
        57..=59 => x.matmul(&y()),
        60 => x.matmul(&y().transpose()),
        61 => x.transpose().matmul(&y()),
        62 => x.dot(&y()),
        63 => x.take(&y()),
        64 | 65 => x.take(&y().sin().abs().floor()),
        66 => x.take(&(y().abs().floor().min(2.0))),
        67 => x.floor().one_hot(dim(b)),
        68 => x.reshape((0..b.below(4)).map(|_| dim(b)).collect::<Vec<_>>()),
        69 => {
            let mut dims = x.shape().dims().to_vec();
            let by = usize::from(!dims.is_empty());
            dims.rotate_left(by);
            x.reshape(dims)
        }
        70 => {
            // A flat view, where lengths are numbers.
            x.reshape([x.shape().fixed_len().unwrap_or(1)])
        }
        71 => x.broadcast_to(y().shape()),
        72 => x.broadcast_to((0..b.below(4)).map(|_| dim(b)).collect::<Vec<_>>()),
        73 => x.stop_gradient(),
        74 => x * Expr::size(y().dim(0)),
        75 => x + Expr::iota(dim(b)),
        76 => x * number(b),
        77 => x + number(b),
        78 => number(b) - x,
        79 => number(b) / x,
        80 => x.pow(number(b)),
        81 => {
            let y = y();
            x.substitute(&[(y.clone(), y.tanh())])
        }
        82 => x.labelled("labelled"),
        // Forms that are rewritten.
        83 => x.sigmoid().ln(),
        84 => (1.0 - x.sigmoid()).ln(),
        85 => x.exp().sum_axes(&[axis(b, x)]).ln(),
        86 => (1.0 - x.exp()).ln(),
        87 => (1.0 + x.exp()).ln() - (x.exp() + y().exp()).ln(),
        88 => x.exp() / x.exp().sum(),
        89 => 1.0 / (1.0 + (-x).exp()) + (x * x),
        90 => (x * x).sqrt() * (1.0 - x.tanh().square()),
        91 | 92 => {
            let a = axis(b, x);
            x.windows(a, count(b), count(b), count(b))
        }
        93 => {
            let a = axis(b, x);
            x.overlap(a, count(b), count(b), count(b))
        }
        94 => {
            x.max_pool(&[axis(b, x)], &[count(b)], &[Sliding::valid().stride(count(b)).padding(count(b), 1)])
        }
        95 => x.avg_pool(&[axis(b, x)], &[count(b)], &[Sliding::same()]),
        96 => x.round(),
        97 => x.ceil(),
        98 => x.cbrt(),
        99 => x.rsqrt(),
        100 => x.tan(),
        101 => x.asin(),
        102 => x.acos(),
        103 => x.atan(),
        104 => x.sinh(),
        105 => x.cosh(),
        106 => x.asinh(),
        107 => x.acosh(),
        108 => x.atanh(),
        109 => x.atan2(y()),
        110 => x.clamp(y(), 1.0),
        111 => x.not_equal(y()),
        112 => x.log2(),
        113 => x.log10(),
        114 => x.exp2(),
        115 => x.logit(),
        116 => x.softplus_inverse(),
        117 => x.relu() + x.leaky_relu(number(b)),
        118 => x.elu(number(b)),
        119 => x.gelu(),
        120 => x.gelu_tanh(),
        121 => x.silu(),
        122 => x.log_diff_exp(y()),
        123 => x.xlogy(y()),
        124 => x.xlog1py(y()),
        125 => x.prod(),
        126 => x.prod_axes(&[axis(b, x)]),
        127 => x.argmax(axis(b, x)),
        128 => x.argmin_axes(&[axis(b, x)]),
        129 => x.mean_axes(&[axis(b, x)]),
        130 => {
            let a = axis(b, x);
            x.var_axes(&[a], count(b))
        }
        131 => x.std(count(b)),
        132 => x.norm(number(b)),
        133 => {
            let a = axis(b, x);
            x.norm_axes(&[a], number(b))
        }
        134 => x.any_axes(&[axis(b, x)]),
        135 => x.all(),
        136 => {
            let (one, other) = (axis(b, x), axis(b, x));
            if one == other { x.softmax(one) } else { x.softmax_axes(&[one, other]) }
        }
        137 => x.cumsum(axis(b, x)),
        138 => x.cumprod(axis(b, x)),
        139 => x.logcumsumexp(axis(b, x)),
        140 => {
            let y = y();
            x.recurrence(y, axis(b, x))
        }
        141 => {
            let y = y();
            x.recurrence_reversed(y, axis(b, x))
        }
        142 => {
            let index = y().abs().floor().min(1.0);
            x.take_axis(axis(b, x), &index)
        }
        143 => {
            let a = axis(b, x);
            x.gather(a, &x.abs().floor().min(1.0))
        }
        144 => {
            let (index, a) = (y().abs().floor().min(2.0), axis(b, x));
            x.scatter_add(a, &index, dim(b))
        }
        145 => {
            let a = axis(b, x);
            x.scatter_along(a, &x.abs().floor().min(2.0), dim(b))
        }
        146 => x.expand(0).squeeze(&[axis(b, x)]),
        147 => {
            let (a, step) = (axis(b, x), (count(b) as isize).wrapping_sub(2));
            x.slice_by(a, count(b), count(b), step)
        }
        148 => x.flip(&[axis(b, x)]),
        149 => {
            let a = axis(b, x);
            x.roll(a, (count(b) as isize).wrapping_sub(2))
        }
        150 => {
            let a = axis(b, x);
            x.repeat(a, count(b))
        }
        151 => x.tile(&(0..x.rank()).map(|_| count(b)).collect::<Vec<_>>()),
        152 => {
            let a = axis(b, x);
            x.split(a, &[count(b), count(b)]).pop().unwrap_or_else(|| x.clone())
        }
        153 => {
            let a = axis(b, x);
            x.pad_between(a, count(b), count(b), count(b))
        }
        154 => {
            let a = axis(b, x);
            x.sum_axes(&[a]).keep_axes(&[a])
        }
        155 => x.tril((count(b) as i64).wrapping_sub(2)) + x.triu((count(b) as i64).wrapping_sub(2)),
        156 => x.diag(),
        157 => x.diagonal() + x.trace(),
        158 => x.outer(&y()),
        // A matrix that can be factored, if it is one.
        159 => spd(x).cholesky(),
        160 => spd(x).solve(&y()),
        161 => spd(x).logdet() + spd(x).slogdet().1,
        162 => spd(x).eigvalsh(),
        163 => spd(x).cholesky().solve_lower(&y()),
        164 => spd(x).inverse().matmul(&y()),
        165 => spd(x).cholesky().cho_solve(&y()),
        166 => x.solve(&y()),
        167 => x.cholesky(),
        168 => x.det(),
        169 => x.matrix_transpose().matmul(&y()),
        170 => spd(x).cholesky().mahalanobis(&y()),
        171 => {
            let y = y();
            checkpoint(&(x * &y).sin().sigmoid().ln(), &[x.clone(), y])
        }
        172 => x.sum().scan(&[y()], |carry, x| (carry * 0.5 + x[0].sum()).tanh()),
        173 => {
            let y = y();
            y.scan(std::slice::from_ref(x), |carry, x| carry * x[0].sigmoid() + &x[0])
        }
        174 => x.conv1d(&y(), Sliding::valid().stride(count(b)).padding(count(b), 0)),
        175 => x.conv2d(&y(), [Sliding::same(), Sliding::valid()]),
        176 => x.conv2d_grouped(&y(), [Sliding::same(), Sliding::valid().dilation(count(b))], 1 + b.below(3)),
        // Functions that are slow in the reference, of few elements.
        177 => few(x).erfcx(),
        178 => few(x).tanh().erfinv() + few(x).erfcinv(),
        179 => few(x).normal_cdf(),
        180 => few(x).normal_log_cdf(),
        181 => few(x).normal_cdf().normal_quantile(),
        182 => few(x).lgamma1p(),
        183 => few(x).multi_lgamma(1 + b.below(3)),
        184 => few(x).beta(few(&y())),
        185 => few(x).abs().betaln(few(&y()).abs()),
        186 => few(x).abs().ln_binomial(few(&y()).abs()),
        187 => few(x).abs().gamma_p(few(&y()).abs()),
        188 => few(x).gamma_q(few(&y())),
        189 => few(x).abs().beta_inc(few(&y()).abs() + 0.5, few(x).sigmoid()),
        190 => few(x).bessel_i0() + few(x).bessel_i1(),
        191 => few(x).bessel_i0e() * few(x).bessel_i1e(),
        192 => few(x).log_bessel_i0(),
        193 => {
            let a = axis(b, x);
            x.index(a, count(b)) - x.index(a, 0)
        }
        194 => x.all_axes(&[axis(b, x)]) + x.any(),
        195 => x.argmax_axes(&[axis(b, x)]),
        196 => x.argmin(axis(b, x)),
        197 => x.var(count(b)),
        198 => x.std_axes(&[axis(b, x)], count(b)),
        199 => x.logsumexp_axes(&[axis(b, x), axis(b, x)]),
        200 => x.largest() - x.smallest(),
        201 => x.last(),
        202 => spd(x).cho_logdet() + spd(x).quadratic_form(&y()),
        203 => {
            let (values, vectors) = spd(x).eigh();
            vectors.square().matmul(&values.expand(values.rank()))
        }
        204 => spd(x).cholesky().matrix_transpose().solve_upper(&y()),
        205 => {
            let y = y();
            let mut triangle = if b.one_in(2) { Triangle::UPPER } else { Triangle::LOWER };
            (triangle.transposed, triangle.unit) = (b.one_in(2), b.one_in(2));
            spd(x).triangular_solve(&y, triangle)
        }
        206 => {
            let y = y();
            Expr::substitute_all(&[x + &y], &[(y.clone(), y.sin()), (x.clone(), x * 0.5)]).remove(0)
        }
        207 => {
            let y = y();
            custom_gradient(&(x * &y).tanh(), &[x.clone(), y], |inputs, _, g| {
                inputs.iter().map(|i| g.sum() * i.sin()).collect()
            })
        }
        208 => {
            let (start, y) = (x.sum().tanh(), y());
            let scan = Scan::from(&start).and(&y.mean().tanh()).over(x);
            let scan = if b.one_in(2) { scan.reversed() } else { scan };
            scan.run(|c, x| vec![(&c[0] + x[0].sum()).sin(), &c[1] * 0.5 + c[0].tanh()]).remove(1)
        }
        209 => Scan::from(x).steps(dim(b)).run(|c, _| vec![(&c[0] * 0.75).sin()]).remove(0),
        210 => {
            // One within another, over constants of the outer.
            let y = y();
            let inner = |c: &Expr| c.scan(std::slice::from_ref(&y), |c, y| (c + y[0].sum()).sin()).sum();
            x.sum().tanh().scan(std::slice::from_ref(x), |c, x| (inner(c) + x[0].sum()).tanh())
        }
        211 => {
            let (a, inner) = (x.sigmoid(), y());
            x.scan(&[inner], |c, y| &a * c + &y[0])
        }
        212 => {
            // The middle of a long axis, whatever its name, and what lies around it.
            let (a, start) = (axis(b, x), count(b));
            let part = x.slice_by(a, start, 2, 1 + b.below(2) as isize);
            Expr::concat(&[part.flip(&[a]), part.exp()], a)
        }
        213 => {
            // One example made many, along the leading axis.
            let (x, one) = (x.clone(), Expr::input("one", x.shape().dims().get(1..).unwrap_or(&[])));
            vmap_with(&[(&one * y()).sum() + one.tanh()], &[(one, x.clone())], x.dim(0))
                .map_or(x, |mut mapped| mapped.remove(0))
        }
        214 => {
            let y = y();
            checkpoint(&checkpoint(&(x + &y).tanh().sum_axes(&[axis(b, x)]), &[y]), std::slice::from_ref(x))
        }
        _ => x.split(axis(b, x), &[count(b), count(b)]).remove(0),
    }
}

/// This, or its sum where it may be many numbers.
fn few(x: &Expr) -> Expr {
    if x.shape().fixed_len().is_some_and(|n| n <= 16) { x.clone() } else { x.mean() }
}

/// A matrix that can be factored, made of any other.
fn spd(x: &Expr) -> Expr {
    let x = x.tanh();
    x.matmul(&x.matrix_transpose()) + Expr::eye(x.dim(x.rank().saturating_sub(2)))
}
