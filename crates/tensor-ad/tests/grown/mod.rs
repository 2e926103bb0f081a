//! Expressions, data, bindings and passes grown from bytes, right and wrong ones, and what must hold of each.
//! Included by the bounded test, by the tests of the passes, and by the fuzz target.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{
    Array, Binding, Dim, Error, Expr, Graph, Layout, Pass, Passes, Plan, Real, Shape, Sliding, check,
    checkpoint, grad, reference, stable_forms, vjp, vmap,
};

/// Larger arrays than this are left out: a fuzzer is to be fast.
const MOST_ELEMENTS: usize = 4_000;
/// How many roundings a plan and the reference may be apart.
const ROUNDINGS: f64 = 64.0;

/// Choices read off bytes; all zero once they are used up.
pub struct Bytes<'a> {
    bytes: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Bytes { bytes }
    }

    fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((&first, rest)) => {
                self.bytes = rest;
                first
            }
            None => 0,
        }
    }

    fn below(&mut self, n: usize) -> usize {
        self.byte() as usize % n.max(1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 1
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// As many bytes as are wanted from one number.
pub fn bytes_of(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32
    };
    let length = 20 + next() as usize % 230;
    (0..length).map(|_| next() as u8).collect()
}

/// The names of axes and their lengths in this case.
pub struct Lengths([usize; 3]);

const NAMES: [&str; 3] = ["n", "k", "m"];
const LONG: [usize; 8] = [3, 0, 1, 2, 5, 17, 40, 300];
const SHORT: [usize; 4] = [2, 1, 0, 3];

impl Lengths {
    fn of(&self, dim: &Dim) -> Option<usize> {
        match dim {
            Dim::Fixed(n) => Some(*n),
            Dim::Named(name) => NAMES.iter().position(|n| **n == **name).map(|i| self.0[i]),
        }
    }

    fn shape(&self, shape: &Shape) -> Option<Vec<usize>> {
        shape.dims().iter().map(|d| self.of(d)).collect()
    }

    fn small(&self, shape: &Shape) -> bool {
        let elements = shape.dims().iter().try_fold(1usize, |n, d| n.checked_mul(self.of(d).unwrap_or(5)));
        elements.is_some_and(|n| n <= MOST_ELEMENTS) && shape.rank() <= 7
    }
}

fn dim(b: &mut Bytes<'_>) -> Dim {
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

fn number(b: &mut Bytes<'_>) -> f64 {
    let special =
        [0.0, 1.0, -1.0, 2.0, 0.5, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300, 1e10];
    match b.byte() {
        v @ 0..48 => special[v as usize % special.len()],
        v => f64::from(v) / 32.0 - 4.0,
    }
}

/// One more expression from those there are, right or wrong. Every public method has a line.
fn step(pool: &[Expr], b: &mut Bytes<'_>) -> Expr {
    let op = b.byte();
    // The latest are taken more often, so that expressions grow deep.
    let pick = |b: &mut Bytes<'_>| {
        let i = b.byte() as usize;
        if i < 128 { &pool[pool.len() - 1 - i % pool.len().min(6)] } else { &pool[i % pool.len()] }
    };
    let x = pick(b);
    let mut y = || pick(b).clone();
    match op % 176 {
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
        44 => x.log_softmax(axis(b, x)),
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
        136 => x.softmax(axis(b, x)),
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
        155 => x.tril(count(b) as i64 - 2) + x.triu(count(b) as i64 - 2),
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
        _ => x.conv2d(&y(), [Sliding::same(), Sliding::valid()]),
    }
}

/// A matrix that can be factored, made of any other.
fn spd(x: &Expr) -> Expr {
    let x = x.tanh();
    x.matmul(&x.matrix_transpose()) + Expr::eye(x.dim(x.rank().saturating_sub(2)))
}

/// What a run of the whole machinery is given.
pub struct Case {
    pub outputs: Vec<Expr>,
    pub inputs: Vec<(String, Array<f64>)>,
    pub passes: Passes,
    choices: Vec<u8>,
}

/// The case of these bytes. Mistakes in shapes are held against what they should say on the way.
pub fn case(bytes: &[u8]) -> Result<Case, String> {
    let b = &mut Bytes::new(bytes);
    let lengths = Lengths([LONG[b.below(8)], SHORT[b.below(4)], SHORT[b.below(4)]]);
    let passes = Passes::all();
    let passes = Pass::ALL.into_iter().fold(passes, |p, pass| if b.one_in(3) { p.without(pass) } else { p });
    let mut pool = Vec::new();
    let mut inputs = Vec::new();
    for i in 0..2 + b.below(4) {
        let shape: Shape = (0..b.below(4)).map(|_| dim(b)).collect();
        if lengths.small(&shape) {
            let name = format!("x{i}");
            pool.push(Expr::input(&name, shape.clone()));
            inputs.push((name, lengths.shape(&shape).unwrap_or_default()));
        }
    }
    pool.push(Expr::input("s", Shape::scalar()));
    inputs.push(("s".to_string(), Vec::new()));
    pool.push(Expr::literal(Array::vector(vec![0.5, number(b), 2.0])));
    let special = b.one_in(3);
    let seed = u64::from(b.byte()) << 8 | u64::from(b.byte()) | 1 << 40;
    let leaves = pool.len();
    while !b.is_empty() && pool.len() < leaves + 30 {
        let made = step(&pool, b);
        match made.check() {
            Ok(_) if lengths.small(made.shape()) => pool.push(made),
            Ok(_) => {}
            Err(error) => {
                explains(&error)?;
                // Whatever is built on a mistake reports the first one.
                let later = (made.exp() + &pool[0]).sum();
                if later.check().err() != Some(error.clone())
                    || Plan::<f64>::compile(std::slice::from_ref(&later)).err() != Some(error.clone())
                    || reference::evaluate(&stable_forms(&[later]), &[]).err() != Some(error)
                {
                    return Err("a later node reports another mistake".into());
                }
            }
        }
    }
    let mut random = bytes_of(seed).into_iter().cycle();
    let mut data = |shape: Vec<usize>| {
        let mut a = Array::zeros(shape);
        for x in a.data_mut() {
            let v = f64::from(random.next().unwrap_or(0)) / 64.0 - 2.0
                + f64::from(random.next().unwrap_or(0)) / 16384.0;
            let kind = random.next().unwrap_or(0);
            *x = match kind % 16 {
                0 if special => f64::NAN,
                1 if special => f64::INFINITY,
                2 if special => f64::NEG_INFINITY,
                3 if special => 1e300,
                4 => 0.0,
                5 => 1.0,
                6 => (v * 2.0).floor(),
                _ => v,
            };
        }
        a
    };
    let inputs = inputs.into_iter().map(|(n, shape)| (n, data(shape))).collect();
    let outputs: Vec<Expr> = pool[leaves..].iter().rev().take(3).cloned().collect();
    let choices = bytes.iter().rev().copied().collect();
    Ok(Case { outputs, inputs, passes, choices })
}

/// A mistake names the operation, the shapes and the line.
pub fn explains(error: &Error) -> Result<(), String> {
    let text = error.to_string();
    let Error::Shape(fault) = error else { return Err(format!("{error:?} is not a mistake in shapes")) };
    let named = !fault.op.is_empty() && text.contains(fault.op);
    let shapes = fault.found.iter().all(|s| text.contains(&s.to_string()));
    let line =
        fault.line > 0 && text.contains(&format!(":{}", fault.line)) && fault.file.ends_with("grown/mod.rs");
    if named && shapes && line { Ok(()) } else { Err(format!("the message does not say enough: {text}")) }
}

/// What was done for one case.
#[derive(Default, Clone, Copy)]
pub struct Tally {
    /// Outputs that were held against the reference.
    pub compared: usize,
    /// Typed errors at compile, bind or run.
    pub refused: usize,
}

/// Runs everything on the case; `Err` says what does not hold.
pub fn hold(case: &Case) -> Result<Tally, String> {
    let b = &mut Bytes::new(&case.choices);
    let mut tally = Tally::default();
    // Each alone, so that one that cannot be bound does not hide the others, then those that can together.
    let mut sound = Vec::new();
    for e in &case.outputs {
        if agree(std::slice::from_ref(e), &case.inputs, case.passes, b, &mut tally)? {
            sound.push(e.clone());
        }
    }
    agree(&sound, &case.inputs, case.passes, b, &mut tally)?;
    let Some(last) = sound.first() else { return Ok(tally) };
    // A gradient by all inputs and by an inner node, its value beside it.
    let variables: Vec<Expr> = Expr::free(last);
    let mut variables: Vec<Expr> = variables;
    variables.extend(last.args().first().cloned());
    let value = last.tanh().sum();
    match grad(&value, &variables) {
        Ok(slopes) => {
            let mut outputs = slopes;
            outputs.push(value.clone());
            outputs.extend(variables.iter().cloned());
            agree(&outputs, &case.inputs, case.passes, b, &mut tally)?;
        }
        Err(_) => tally.refused += 1,
    }
    // Products with the Jacobian's transpose, of a cotangent that fits and of one that may not.
    for cotangent in [last.sin(), Expr::constant(2.0), Expr::input("other", [b.below(4)])] {
        tally.refused += usize::from(vjp(std::slice::from_ref(last), &[cotangent], &variables).is_err());
    }
    match vmap(std::slice::from_ref(last), &variables[..variables.len().min(1)], Dim::from("examples")) {
        Ok(mapped) => {
            let outputs: Vec<Expr> = mapped;
            // It compiles, or says why not.
            tally.refused += usize::from(Plan::<f64>::compile(&outputs).is_err());
        }
        Err(_) => tally.refused += 1,
    }
    Ok(tally)
}

trait Free {
    fn free(e: &Expr) -> Vec<Expr>;
}

impl Free for Expr {
    /// The inputs of an expression as expressions.
    fn free(e: &Expr) -> Vec<Expr> {
        let graph = Graph::build(std::slice::from_ref(e));
        let mut found = Vec::new();
        let mut stack = vec![e.clone()];
        let mut steps = 0;
        while let Some(e) = stack.pop() {
            steps += 1;
            if let elbo_tensor_ad::Op::Input(name) = e.op()
                && !found.iter().any(|f: &Expr| matches!(f.op(), elbo_tensor_ad::Op::Input(n) if n == name))
            {
                found.push(e.clone());
            }
            if steps < 5000 {
                stack.extend(e.args().iter().cloned());
            }
        }
        drop(graph);
        found
    }
}

/// Holds plans against the reference; true when the reference has an answer.
fn agree(
    outputs: &[Expr],
    inputs: &[(String, Array<f64>)],
    passes: Passes,
    b: &mut Bytes<'_>,
    tally: &mut Tally,
) -> Result<bool, String> {
    let names: Vec<String> = outputs.iter().flat_map(|e| e.free_inputs()).map(|n| n.to_string()).collect();
    let given: Vec<(&str, &Array<f64>)> =
        inputs.iter().filter(|(n, _)| names.contains(n)).map(|(n, a)| (n.as_str(), a)).collect();
    let expected = reference::evaluate(outputs, &given);
    let none = Passes::none();
    let Ok(values) = expected else {
        tally.refused += 1;
        // Refused by a plan that computes everything that is written, too; by another one, or not, but without a panic.
        let rounding = matches!(expected, Err(Error::NotPositiveDefinite(_) | Error::Singular(_)));
        if run::<f64>(outputs, &given, none, b).is_ok() && !rounding {
            let graph = Graph::build(outputs).map_or(String::new(), |g| g.to_string());
            return Err(format!("the reference says {:?}, the plan runs\n{graph}", expected.err()));
        }
        let _ = run::<f64>(outputs, &given, passes, b);
        let _ = run::<f32>(outputs, &given, passes, b);
        return Ok(false);
    };
    for (passes, single) in [(none, false), (Passes::all(), false), (passes, false), (passes, true)] {
        let rounded: Vec<Array<f64>> =
            given.iter().map(|(_, a)| if single { a.cast::<f32>().cast() } else { (*a).clone() }).collect();
        let rounded: Vec<(&str, &Array<f64>)> = given.iter().map(|(n, _)| *n).zip(&rounded).collect();
        let who = format!("{passes:?}, {}", if single { "f32" } else { "f64" });
        let found = if single {
            run::<f32>(outputs, &given, passes, b)
        } else {
            run::<f64>(outputs, &given, passes, b)
        };
        // Rounding may make another index or length of a number: then f32 may be refused.
        let found = match found {
            Err(Refused::Typed(_)) if single => continue,
            // Singular, or not: that is for rounding to say.
            Err(Refused::Typed(Error::NotPositiveDefinite(_) | Error::Singular(_))) => continue,
            Err(Refused::Typed(error)) => {
                return Err(format!("{who}: the reference computes it, the plan says {error}"));
            }
            Err(Refused::Wrong(what)) => return Err(format!("{who}: {what}")),
            Ok(found) => found,
        };
        let expected =
            if single { reference::evaluate(outputs, &rounded).ok() } else { Some(values.clone()) };
        let (Some(expected), Ok(bounds)) = (expected, check::rounding(outputs, &rounded, single)) else {
            continue;
        };
        for (o, ((e, f), (_, bound))) in expected.iter().zip(&found).zip(&bounds).enumerate() {
            if e.shape() != f.shape() {
                return Err(format!("{who}: output {o} has shape {:?}, not {:?}", f.shape(), e.shape()));
            }
            for i in 0..e.len() {
                let (e, f, allowed) = (e.data()[i], f.data()[i], ROUNDINGS * bound.data()[i]);
                // Where the bound leaves no digit, anything may come, infinities too.
                let digits = allowed.is_finite() && (allowed < e.abs() || f.is_finite());
                // Not within, or NaN.
                let within = (e - f).abs() <= allowed;
                if e.is_finite() && digits && !within {
                    let graph = Graph::build(&outputs[o..=o]).map_or(String::new(), |g| g.to_string());
                    return Err(format!("{who}: output {o}[{i}] is {f}, not {e} within {allowed}\n{graph}"));
                }
            }
        }
        tally.compared += 1;
    }
    Ok(true)
}

/// Why a plan gave no values.
pub enum Refused {
    Typed(Error),
    Wrong(String),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Typed(error)
    }
}

/// Compiles, binds in some layout, runs twice.
pub fn run<T: Real>(
    outputs: &[Expr],
    inputs: &[(&str, &Array<f64>)],
    passes: Passes,
    b: &mut Bytes<'_>,
) -> Result<Vec<Array<f64>>, Refused> {
    let plan = Plan::<T>::compile_with(outputs, &passes)?;
    let _ = (plan.to_string(), plan.graph().to_string());
    let mut slices: Vec<Vec<T>> = Vec::new();
    let mut shapes: Vec<(Vec<usize>, Layout)> = Vec::new();
    for input in plan.inputs() {
        let Some((_, array)) = inputs.iter().find(|(n, _)| **n == *input.name) else {
            return Err(Refused::Wrong(format!("an input {} that nobody wrote", input.name)));
        };
        let layout = if b.one_in(2) { Layout::Columns } else { Layout::RowMajor };
        let shape = array.shape().to_vec();
        let mut data: Vec<T> = array.data().iter().map(|&x| T::from_f64(x)).collect();
        if let (Layout::Columns, Some((&rows, rest))) = (layout, shape.split_first()) {
            let width: usize = rest.iter().product();
            data =
                (0..rows * width).map(|i| T::from_f64(array.data()[i % rows * width + i / rows])).collect();
        }
        slices.push(data);
        shapes.push((shape, layout));
    }
    // Other shapes than the declared ones, a missing input, buffers that are too short: errors, or (a named axis) none.
    if let Some(first) = shapes.first() {
        let mut wrong = shapes.clone();
        match b.below(3) {
            0 => wrong[0].0.push(2),
            1 if !first.0.is_empty() => wrong[0].0[0] += 1,
            _ => {
                wrong.pop();
            }
        }
        let bindings: Vec<Binding<'_>> =
            wrong.iter().map(|(shape, layout)| Binding { shape, layout: *layout }).collect();
        if let Ok(mut workspace) = plan.bind(&bindings) {
            let data: Vec<&[T]> = slices.iter().map(Vec::as_slice).collect();
            if workspace.run(&data, &mut []).is_ok() && !workspace.output_shapes().is_empty() {
                return Err(Refused::Wrong("a run without places for its results".into()));
            }
        }
    }
    let bindings: Vec<Binding<'_>> =
        shapes.iter().map(|(shape, layout)| Binding { shape, layout: *layout }).collect();
    let mut workspace = plan.bind(&bindings)?;
    let _ = workspace.to_string();
    let data: Vec<&[T]> = slices.iter().map(Vec::as_slice).collect();
    let mut found: Vec<Array<T>> =
        workspace.output_shapes().iter().map(|s| Array::zeros(s.clone())).collect();
    let mut first: Vec<Vec<u64>> = Vec::new();
    for run in 0..2 {
        // What is not written shows.
        found.iter_mut().for_each(|a| a.data_mut().fill(T::from_f64(-7.25e8)));
        let mut targets: Vec<&mut [T]> = found.iter_mut().map(Array::data_mut).collect();
        workspace.run(&data, &mut targets)?;
        let bits = |a: &Array<T>| {
            a.data().iter().map(|x| if x.to_f64().is_nan() { 0 } else { x.to_f64().to_bits() }).collect()
        };
        let bits: Vec<Vec<u64>> = found.iter().map(bits).collect();
        if run == 0 {
            first = bits;
        } else if first != bits {
            return Err(Refused::Wrong("a second run gives other numbers".into()));
        }
    }
    Ok(found.iter().map(Array::cast).collect())
}
