//! Expressions and data of one case, and what must hold of every mistake in it.

use super::step::{dim, number, step};
use super::{Bytes, bytes_of};
use elbo_tensor_ad::{Array, Dim, Error, Expr, Pass, Passes, Plan, Shape, reference, stable_forms};

/// Larger arrays than this are left out: a fuzzer is to be fast.
const MOST_ELEMENTS: usize = 4_000;

/// The names of axes and their lengths in this case.
pub struct Lengths([usize; 3]);

pub const NAMES: [&str; 3] = ["n", "k", "m"];
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

    /// The value and what the step has made on its way to it: a determinant of three hundred rows is one number.
    fn all_small(&self, made: &Expr) -> bool {
        let mut next = vec![made.clone()];
        for seen in 0..40 {
            let Some(e) = next.get(seen).cloned() else { break };
            if !self.small(e.shape()) {
                return false;
            }
            next.extend(e.args().iter().cloned());
        }
        true
    }
}

/// What a run of the whole machinery is given.
pub struct Case {
    pub outputs: Vec<Expr>,
    pub inputs: Vec<(String, Array<f64>)>,
    pub passes: Passes,
    pub choices: Vec<u8>,
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
            Ok(_) if lengths.all_small(&made) => pool.push(made),
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
        fault.line > 0 && text.contains(&format!(":{}", fault.line)) && fault.file.ends_with("grown/step.rs");
    if named && shapes && line { Ok(()) } else { Err(format!("the message does not say enough: {text}")) }
}
