//! The functions whose loops are timed: this library's kernel and the platform's function, over the same numbers.

use elbo_tensor_ad::kernels::{Binary, Element, Operand, Processor, Unary};

/// How many numbers a call goes over: in and out stay in the first-level cache.
pub const COUNT: usize = 1000;

/// A function, where it is timed, and what else computes it.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The kernel of one number; the power otherwise.
    pub kernel: Option<Unary>,
    /// The interval that the numbers are spread over.
    pub range: (f64, f64),
    /// The standard library's function, or libm's where that has none.
    pub wide: Option<fn(f64) -> f64>,
    /// The same in `f32`.
    pub narrow: Option<fn(f32) -> f32>,
}

/// The exponent of the power's second argument.
pub const EXPONENT: f64 = 2.7;

/// Every transcendental kernel.
pub fn functions() -> Vec<Function> {
    let of = |name, kernel, range, wide: fn(f64) -> f64, narrow: fn(f32) -> f32| Function {
        name,
        kernel: Some(kernel),
        range,
        wide: Some(wide),
        narrow: Some(narrow),
    };
    vec![
        of("exp", Unary::Exp, (-10.0, 10.0), f64::exp, f32::exp),
        of("expm1", Unary::Expm1, (-10.0, 10.0), f64::exp_m1, f32::exp_m1),
        of("ln", Unary::Ln, (0.01, 100.0), f64::ln, f32::ln),
        of("ln1p", Unary::Ln1p, (-0.9, 100.0), f64::ln_1p, f32::ln_1p),
        of("tanh", Unary::Tanh, (-4.0, 4.0), f64::tanh, f32::tanh),
        of(
            "sigmoid",
            Unary::Sigmoid,
            (-10.0, 10.0),
            |x| 1.0 / (1.0 + (-x).exp()),
            |x| 1.0 / (1.0 + (-x).exp()),
        ),
        of("softplus", Unary::Softplus, (-10.0, 10.0), |x| x.exp().ln_1p(), |x| x.exp().ln_1p()),
        of("log_sigmoid", Unary::LogSigmoid, (-10.0, 10.0), |x| -(-x).exp().ln_1p(), |x| -(-x).exp().ln_1p()),
        of("sin", Unary::Sin, (-30.0, 30.0), f64::sin, f32::sin),
        of("cos", Unary::Cos, (-30.0, 30.0), f64::cos, f32::cos),
        of("tan", Unary::Tan, (-30.0, 30.0), f64::tan, f32::tan),
        of("asin", Unary::Asin, (-1.0, 1.0), f64::asin, f32::asin),
        of("acos", Unary::Acos, (-1.0, 1.0), f64::acos, f32::acos),
        of("atan", Unary::Atan, (-10.0, 10.0), f64::atan, f32::atan),
        of("sinh", Unary::Sinh, (-10.0, 10.0), f64::sinh, f32::sinh),
        of("cosh", Unary::Cosh, (-10.0, 10.0), f64::cosh, f32::cosh),
        of("asinh", Unary::Asinh, (-10.0, 10.0), f64::asinh, f32::asinh),
        of("acosh", Unary::Acosh, (1.0, 10.0), f64::acosh, f32::acosh),
        of("cbrt", Unary::Cbrt, (-10.0, 10.0), f64::cbrt, f32::cbrt),
        of("erf", Unary::Erf, (-4.0, 4.0), libm::erf, libm::erff),
        of("erfc", Unary::Erfc, (-4.0, 4.0), libm::erfc, libm::erfcf),
        of("lgamma", Unary::Lgamma, (0.1, 20.0), libm::lgamma, libm::lgammaf),
        Function {
            name: "digamma",
            kernel: Some(Unary::Digamma),
            range: (0.1, 20.0),
            wide: None,
            narrow: None,
        },
        Function {
            name: "pow",
            kernel: None,
            range: (0.01, 100.0),
            wide: Some(|x| x.powf(core::hint::black_box(EXPONENT))),
            narrow: Some(|x| x.powf(core::hint::black_box(EXPONENT as f32))),
        },
    ]
}

impl Function {
    /// Numbers spread evenly over the range, in no order.
    pub fn arguments(&self) -> Vec<f64> {
        let (low, high) = self.range;
        (0..COUNT).map(|i| low + (high - low) * (i * 619 % COUNT) as f64 / COUNT as f64).collect()
    }

    /// The library's loop.
    pub fn run<T: Element>(&self, p: Processor, x: &[T], exponent: T, out: &mut [T]) {
        match self.kernel {
            Some(kernel) => T::unary(p, kernel, x, out),
            None => T::binary(p, Binary::Pow, Operand::Slice(x), Operand::Scalar(exponent), out),
        }
    }
}

/// A plain loop over a function of the platform.
pub fn plain<T: Copy>(f: fn(T) -> T, x: &[T], out: &mut [T]) {
    for (o, &x) in out.iter_mut().zip(x) {
        *o = f(x);
    }
}
