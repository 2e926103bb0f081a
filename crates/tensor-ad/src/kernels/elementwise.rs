//! One number in, or two, or three; one number out: the loops over slices.
//!
//! Every loop runs over the shortest of its slices.

use super::lane::Lane;
use super::operation::{Binary, Operand, Ternary, Unary};
use super::processor::{Processor, Runner, Work};
use super::special;

/// A source of elements whose kind is known to the compiler.
trait Source<T>: Copy {
    fn clamp(self, n: usize) -> Self;
    fn part(self, start: usize, end: usize) -> Self;
    fn len_or(self, n: usize) -> usize;
    fn get(self, i: usize) -> T;
}
impl<T: Copy> Source<T> for &[T] {
    #[inline(always)]
    fn clamp(self, n: usize) -> Self {
        &self[..n]
    }
    #[inline(always)]
    fn part(self, start: usize, end: usize) -> Self {
        &self[start..end]
    }
    #[inline(always)]
    fn len_or(self, n: usize) -> usize {
        if self.len() < n { self.len() } else { n }
    }
    #[inline(always)]
    fn get(self, i: usize) -> T {
        self[i]
    }
}
#[derive(Copy, Clone)]
struct Constant<T>(T);
impl<T: Copy> Source<T> for Constant<T> {
    #[inline(always)]
    fn clamp(self, _: usize) -> Self {
        self
    }
    #[inline(always)]
    fn part(self, _: usize, _: usize) -> Self {
        self
    }
    #[inline(always)]
    fn len_or(self, n: usize) -> usize {
        n
    }
    #[inline(always)]
    fn get(self, _: usize) -> T {
        self.0
    }
}

/// Functions as types, so that each loop is compiled with its function inside.
trait Function1<T> {
    /// True when some arguments are rare enough to be done one by one, after the vectors.
    const HAS_RARE: bool = false;
    fn at(&self, x: T) -> T;
    #[inline(always)]
    fn is_rare(&self, _: T) -> bool {
        false
    }
    fn rare(&self, x: T) -> T {
        x
    }
}
trait Function2<T> {
    const HAS_RARE: bool = false;
    fn at(&self, a: T, b: T) -> T;
    #[inline(always)]
    fn is_rare(&self, _: T, _: T) -> bool {
        false
    }
    fn rare(&self, a: T, _: T) -> T {
        a
    }
}
pub(super) trait Function3<T> {
    fn at(&self, a: T, b: T, c: T) -> T;
}

macro_rules! functions1 {
    ($($name:ident: |$x:ident| $body:expr;)*) => {$(
        struct $name;
        impl<T: Lane> Function1<T> for $name {
            #[inline(always)]
            fn at(&self, $x: T) -> T {
                $body
            }
        }
    )*};
}
functions1! {
    Neg: |x| -x;
    Abs: |x| x.abs_lane();
    Sign: |x| if x > T::NIL { T::UNIT } else if x < T::NIL { -T::UNIT } else { x };
    Recip: |x| T::UNIT / x;
    Square: |x| x * x;
    Sqrt: |x| x.sqrt_lane();
    Rsqrt: |x| T::UNIT / x.sqrt_lane();
    Exp: |x| x.exp_lane();
    Expm1: |x| x.expm1_lane();
    Ln: |x| x.ln_lane();
    Ln1p: |x| x.ln1p_lane();
    Tanh: |x| x.tanh_lane();
    Sigmoid: |x| x.sigmoid_lane();
    LogSigmoid: |x| -(-x).softplus_lane();
    Softplus: |x| x.softplus_lane();
    Floor: |x| x.floor_lane();
    Round: |x| x.round_lane();
    Erf: |x| x.erf_lane();
    Erfc: |x| x.erfc_lane();
    Cbrt: |x| x.cbrt_lane();
    Asin: |x| x.asin_lane();
    Acos: |x| x.acos_lane();
    Atan: |x| x.atan_lane();
    Sinh: |x| x.sinh_lane();
    Cosh: |x| x.cosh_lane();
    Asinh: |x| x.asinh_lane();
    Acosh: |x| x.acosh_lane();
    LogNormalCdf: |x| x.through_f64(special::log_normal_cdf);
    Erfinv: |x| x.through_f64(special::erfinv);
    NormalCdf: |x| x.through_f64(special::normal_cdf);
    NormalQuantile: |x| x.through_f64(special::normal_quantile);
    Lgamma1p: |x| x.through_f64(special::lgamma_1p);
    BesselI1e: |x| x.through_f64(special::bessel_i1e);
}
macro_rules! functions1_with_rare {
    ($($name:ident: |$x:ident| $body:expr, where $when:expr => $rare:expr;)*) => {$(
        struct $name;
        impl<T: Lane> Function1<T> for $name {
            const HAS_RARE: bool = true;
            #[inline(always)]
            fn at(&self, $x: T) -> T {
                $body
            }
            #[inline(always)]
            fn is_rare(&self, $x: T) -> bool {
                $when
            }
            #[inline(never)]
            fn rare(&self, $x: T) -> T {
                $rare
            }
        }
    )*};
}
functions1_with_rare! {
    Sin: |x| x.sin_lane(), where x.abs_lane() > T::FAR => x.through_f64(libm::sin);
    Cos: |x| x.cos_lane(), where x.abs_lane() > T::FAR => x.through_f64(libm::cos);
    Tan: |x| x.tan_lane(), where x.abs_lane() > T::FAR => x.through_f64(libm::tan);
    Lgamma: |x| x.lgamma_lane(), where x < T::NIL => x.through_f64(special::lgamma);
    Digamma: |x| x.digamma_lane(), where x.digamma_is_rare() => x.through_f64(special::digamma);
}
/// Functions of one number with an order.
macro_rules! orders {
    ($($name:ident => $function:path;)*) => {$(
        struct $name(u32);
        impl<T: Lane> Function1<T> for $name {
            #[inline(always)]
            fn at(&self, x: T) -> T {
                let n = self.0;
                x.through_f64(|x| $function(n, x))
            }
        }
    )*};
}
orders! {
    Polygamma => special::polygamma;
    Erfcx => special::erfcx_derivative;
    BesselI => special::bessel_i;
    BesselI0e => special::bessel_moment;
}
struct Affine<T>(T, T);
impl<T: Lane> Function1<T> for Affine<T> {
    #[inline(always)]
    fn at(&self, x: T) -> T {
        x.fused(self.0, self.1)
    }
}

macro_rules! functions2 {
    ($($name:ident: |$a:ident, $b:ident| $body:expr;)*) => {$(
        #[derive(Copy, Clone)]
        struct $name;
        impl<T: Lane> Function2<T> for $name {
            #[inline(always)]
            fn at(&self, $a: T, $b: T) -> T {
                $body
            }
        }
    )*};
}
functions2! {
    Add: |a, b| a + b;
    Sub: |a, b| a - b;
    Mul: |a, b| a * b;
    Div: |a, b| a / b;
    Atan2: |a, b| a.atan2_lane(b);
    Max: |a, b| if (a > b) | is_nan(a) { a } else { b };
    Min: |a, b| if (a < b) | is_nan(a) { a } else { b };
    Lt: |a, b| if a < b { T::UNIT } else { T::NIL };
    Le: |a, b| if a <= b { T::UNIT } else { T::NIL };
    Eq: |a, b| if a == b { T::UNIT } else { T::NIL };
    TanhPullback: |a, b| a * (-b).fused(b, T::UNIT);
    SigmoidPullback: |a, b| a * (-b).fused(b, b);
    LnBeta: |a, b| a.through_f64_with(b, special::ln_beta);
    GammaP: |a, b| a.through_f64_with(b, special::gamma_p);
    GammaQ: |a, b| a.through_f64_with(b, special::gamma_q);
    GammaPSlope: |a, b| a.through_f64_with(b, special::gamma_p_slope);
    GammaDensity: |a, b| a.through_f64_with(b, special::gamma_density);
}
struct PolygammaStep(u32);
impl<T: Lane> Function2<T> for PolygammaStep {
    #[inline(always)]
    fn at(&self, a: T, b: T) -> T {
        let n = self.0;
        a.through_f64_with(b, |a, b| special::polygamma_step(n, a, b))
    }
}
#[derive(Copy, Clone)]
struct Pow;
impl<T: Lane> Function2<T> for Pow {
    const HAS_RARE: bool = true;
    #[inline(always)]
    fn at(&self, a: T, b: T) -> T {
        a.pow_lane(b)
    }
    #[inline(always)]
    fn is_rare(&self, a: T, b: T) -> bool {
        a.pow_is_rare(b)
    }
    #[inline(never)]
    fn rare(&self, a: T, b: T) -> T {
        a.rare_pow(b)
    }
}
struct ScaledSum<T>(T);
impl<T: Lane> Function2<T> for ScaledSum<T> {
    #[inline(always)]
    fn at(&self, a: T, b: T) -> T {
        b.fused(self.0, a)
    }
}

struct MulAdd;
impl<T: Lane> Function3<T> for MulAdd {
    #[inline(always)]
    fn at(&self, a: T, b: T, c: T) -> T {
        a.fused(b, c)
    }
}
struct NegMulAdd;
impl<T: Lane> Function3<T> for NegMulAdd {
    #[inline(always)]
    fn at(&self, a: T, b: T, c: T) -> T {
        (-a).fused(b, c)
    }
}
struct MulSub;
impl<T: Lane> Function3<T> for MulSub {
    #[inline(always)]
    fn at(&self, a: T, b: T, c: T) -> T {
        a.fused(b, -c)
    }
}
pub(super) struct Select;
impl<T: Lane> Function3<T> for Select {
    #[inline(always)]
    fn at(&self, a: T, b: T, c: T) -> T {
        if a == T::NIL { c } else { b }
    }
}
macro_rules! functions3 {
    ($($name:ident => $function:path;)*) => {$(
        pub(super) struct $name;
        impl<T: Lane> Function3<T> for $name {
            #[inline(always)]
            fn at(&self, a: T, b: T, c: T) -> T {
                a.three_through_f64(b, c, $function)
            }
        }
    )*};
}
functions3! {
    BetaInc => special::beta_inc;
    BetaIncSlopeA => special::beta_inc_slope_a;
    BetaIncSlopeB => special::beta_inc_slope_b;
    BetaDensity => special::beta_density;
}

#[inline(always)]
#[allow(clippy::eq_op)]
fn is_nan<T: Lane>(x: T) -> bool {
    x != x
}

/// How many elements are done before the rare ones among them are looked for.
const BLOCK: usize = 64;

/// Puts right the elements whose arguments are rare.
#[inline(always)]
fn mend1<T: Lane, F: Function1<T>>(f: &F, x: &[T], out: &mut [T]) {
    let mut any = false;
    for i in 0..x.len() {
        any |= f.is_rare(x[i]);
    }
    if any {
        for i in 0..x.len() {
            if f.is_rare(x[i]) {
                out[i] = f.rare(x[i]);
            }
        }
    }
}

/// The same for two arguments.
#[inline(always)]
fn mend2<T: Lane, F: Function2<T>, A: Source<T>, B: Source<T>>(f: &F, a: A, b: B, out: &mut [T]) {
    let mut any = false;
    for i in 0..out.len() {
        any |= f.is_rare(a.get(i), b.get(i));
    }
    if any {
        for i in 0..out.len() {
            if f.is_rare(a.get(i), b.get(i)) {
                out[i] = f.rare(a.get(i), b.get(i));
            }
        }
    }
}

struct Map1<'a, T, F> {
    f: F,
    x: &'a [T],
    out: &'a mut [T],
}
impl<T: Lane, F: Function1<T>> Work for Map1<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane, F: Function1<T>>(f: &F, x: &[T], out: &mut [T]) {
            let n = x.len_or(out.len());
            let (x, out) = (&x[..n], &mut out[..n]);
            for i in 0..n {
                out[i] = f.at(x[i]);
            }
        }
        if F::HAS_RARE {
            let n = self.x.len_or(self.out.len());
            let mut start = 0;
            while start < n {
                let end = if n - start < BLOCK { n } else { start + BLOCK };
                let (x, out) = (&self.x[start..end], &mut self.out[start..end]);
                body(&self.f, x, out);
                mend1(&self.f, x, out);
                start = end;
            }
        } else {
            body(&self.f, self.x, self.out);
        }
    }
}

struct Map1InPlace<'a, T, F> {
    f: F,
    x: &'a mut [T],
}
impl<T: Lane, F: Function1<T>> Work for Map1InPlace<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for i in 0..self.x.len() {
            self.x[i] = self.f.at(self.x[i]);
        }
    }
}

struct Map2<'a, T, F, A, B> {
    f: F,
    a: A,
    b: B,
    out: &'a mut [T],
}
impl<T: Lane, F: Function2<T>, A: Source<T>, B: Source<T>> Work for Map2<'_, T, F, A, B> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane, F: Function2<T>, A: Source<T>, B: Source<T>>(f: &F, a: A, b: B, out: &mut [T]) {
            let n = b.len_or(a.len_or(out.len()));
            let (a, b, out) = (a.clamp(n), b.clamp(n), &mut out[..n]);
            for i in 0..n {
                out[i] = f.at(a.get(i), b.get(i));
            }
        }
        if F::HAS_RARE {
            let n = self.b.len_or(self.a.len_or(self.out.len()));
            let mut start = 0;
            while start < n {
                let end = if n - start < BLOCK { n } else { start + BLOCK };
                let (a, b, out) =
                    (self.a.part(start, end), self.b.part(start, end), &mut self.out[start..end]);
                body(&self.f, a, b, out);
                mend2(&self.f, a, b, out);
                start = end;
            }
        } else {
            body(&self.f, self.a, self.b, self.out);
        }
    }
}

/// `out[i] = f(out[i], b[i])`.
struct Map2InPlace<'a, T, F, B> {
    f: F,
    out: &'a mut [T],
    b: B,
}
impl<T: Lane, F: Function2<T>, B: Source<T>> Work for Map2InPlace<'_, T, F, B> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane, F: Function2<T>, B: Source<T>>(f: &F, b: B, out: &mut [T]) {
            let n = b.len_or(out.len());
            let (b, out) = (b.clamp(n), &mut out[..n]);
            for i in 0..n {
                out[i] = f.at(out[i], b.get(i));
            }
        }
        body(&self.f, self.b, self.out);
    }
}

struct Map3<'a, T, F, A, B, C> {
    f: F,
    a: A,
    b: B,
    c: C,
    out: &'a mut [T],
}
impl<T: Lane, F: Function3<T>, A: Source<T>, B: Source<T>, C: Source<T>> Work for Map3<'_, T, F, A, B, C> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane, F: Function3<T>, A: Source<T>, B: Source<T>, C: Source<T>>(
            f: &F,
            a: A,
            b: B,
            c: C,
            out: &mut [T],
        ) {
            let n = c.len_or(b.len_or(a.len_or(out.len())));
            let (a, b, c, out) = (a.clamp(n), b.clamp(n), c.clamp(n), &mut out[..n]);
            for i in 0..n {
                out[i] = f.at(a.get(i), b.get(i), c.get(i));
            }
        }
        body(&self.f, self.a, self.b, self.c, self.out);
    }
}

/// Calls `$go!(Function)` for the function that a [`Unary`] names.
macro_rules! unary_match {
    ($f:expr, $go:ident) => {
        match $f {
            Unary::Neg => $go!(Neg),
            Unary::Abs => $go!(Abs),
            Unary::Sign => $go!(Sign),
            Unary::Recip => $go!(Recip),
            Unary::Square => $go!(Square),
            Unary::Sqrt => $go!(Sqrt),
            Unary::Rsqrt => $go!(Rsqrt),
            Unary::Exp => $go!(Exp),
            Unary::Expm1 => $go!(Expm1),
            Unary::Ln => $go!(Ln),
            Unary::Ln1p => $go!(Ln1p),
            Unary::Tanh => $go!(Tanh),
            Unary::Sigmoid => $go!(Sigmoid),
            Unary::LogSigmoid => $go!(LogSigmoid),
            Unary::Softplus => $go!(Softplus),
            Unary::Sin => $go!(Sin),
            Unary::Cos => $go!(Cos),
            Unary::Floor => $go!(Floor),
            Unary::Round => $go!(Round),
            Unary::Cbrt => $go!(Cbrt),
            Unary::Tan => $go!(Tan),
            Unary::Asin => $go!(Asin),
            Unary::Acos => $go!(Acos),
            Unary::Atan => $go!(Atan),
            Unary::Sinh => $go!(Sinh),
            Unary::Cosh => $go!(Cosh),
            Unary::Asinh => $go!(Asinh),
            Unary::Acosh => $go!(Acosh),
            Unary::Lgamma => $go!(Lgamma),
            Unary::Digamma => $go!(Digamma),
            Unary::Polygamma(n) => $go!(Polygamma(n)),
            Unary::Erf => $go!(Erf),
            Unary::Erfc => $go!(Erfc),
            Unary::LogNormalCdf => $go!(LogNormalCdf),
            Unary::Erfcx(n) => $go!(Erfcx(n)),
            Unary::Erfinv => $go!(Erfinv),
            Unary::NormalCdf => $go!(NormalCdf),
            Unary::NormalQuantile => $go!(NormalQuantile),
            Unary::Lgamma1p => $go!(Lgamma1p),
            Unary::BesselI(n) => $go!(BesselI(n)),
            Unary::BesselI0e(n) => $go!(BesselI0e(n)),
            Unary::BesselI1e => $go!(BesselI1e),
        }
    };
}

pub(super) fn unary<T: Lane>(p: Processor, f: Unary, x: &[T], out: &mut [T]) {
    debug_assert_eq!(x.len(), out.len());
    macro_rules! go {
        ($function:expr) => {
            p.run(Map1 { f: $function, x, out })
        };
    }
    unary_match!(f, go)
}

/// How much of a slice the long functions copy when they work in place.
const STRIP: usize = 256;

pub(super) fn unary_in_place<T: Lane>(p: Processor, f: Unary, x: &mut [T]) {
    macro_rules! go {
        ($function:expr) => {
            p.run(Map1InPlace { f: $function, x })
        };
    }
    match f {
        Unary::Neg => go!(Neg),
        Unary::Abs => go!(Abs),
        Unary::Sign => go!(Sign),
        Unary::Recip => go!(Recip),
        Unary::Square => go!(Square),
        Unary::Sqrt => go!(Sqrt),
        Unary::Rsqrt => go!(Rsqrt),
        Unary::Exp => go!(Exp),
        Unary::Expm1 => go!(Expm1),
        Unary::Ln => go!(Ln),
        Unary::Ln1p => go!(Ln1p),
        Unary::Tanh => go!(Tanh),
        Unary::Sigmoid => go!(Sigmoid),
        Unary::LogSigmoid => go!(LogSigmoid),
        Unary::Softplus => go!(Softplus),
        Unary::Floor => go!(Floor),
        Unary::Round => go!(Round),
        // A second copy of a long loop would not be worth its build.
        _ => {
            let mut before = [T::NIL; STRIP];
            for out in x.chunks_mut(STRIP) {
                let before = &mut before[..out.len()];
                before.copy_from_slice(out);
                unary(p, f, before, out);
            }
        }
    }
}

/// `softplus` and `sigmoid` of the same numbers.
struct SoftplusAndSigmoid<'a, T> {
    x: &'a [T],
    softplus: &'a mut [T],
    sigmoid: &'a mut [T],
}
impl<T: Lane> Work for SoftplusAndSigmoid<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        #[inline(always)]
        fn body<T: Lane>(x: &[T], softplus: &mut [T], sigmoid: &mut [T]) {
            let n = x.len_or((&*softplus).len_or(sigmoid.len()));
            let (x, softplus, sigmoid) = (&x[..n], &mut softplus[..n], &mut sigmoid[..n]);
            for i in 0..n {
                (softplus[i], sigmoid[i]) = x[i].softplus_and_sigmoid_lane();
            }
        }
        body(self.x, self.softplus, self.sigmoid);
    }
}

#[inline(always)]
pub(crate) fn softplus_and_sigmoid<T: Lane>(p: impl Runner, x: &[T], softplus: &mut [T], sigmoid: &mut [T]) {
    debug_assert!(x.len() == softplus.len() && x.len() == sigmoid.len());
    p.run(SoftplusAndSigmoid { x, softplus, sigmoid });
}

pub(super) fn affine<T: Lane>(p: Processor, x: &[T], alpha: T, beta: T, out: &mut [T]) {
    debug_assert_eq!(x.len(), out.len());
    p.run(Map1 { f: Affine(alpha, beta), x, out });
}

pub(super) fn binary<T: Lane>(p: Processor, f: Binary, a: Operand<'_, T>, b: Operand<'_, T>, out: &mut [T]) {
    debug_assert!(fits(a, out.len()) && fits(b, out.len()));
    match f {
        Binary::Add => binary_as(p, Add, a, b, out),
        Binary::Sub => binary_as(p, Sub, a, b, out),
        Binary::Mul => binary_as(p, Mul, a, b, out),
        Binary::Div => binary_as(p, Div, a, b, out),
        Binary::Pow => long_binary(p, Pow, a, b, out),
        Binary::Atan2 => long_binary(p, Atan2, a, b, out),
        Binary::Max => binary_as(p, Max, a, b, out),
        Binary::Min => binary_as(p, Min, a, b, out),
        Binary::Lt => binary_as(p, Lt, a, b, out),
        Binary::Le => binary_as(p, Le, a, b, out),
        Binary::Eq => binary_as(p, Eq, a, b, out),
        Binary::LnBeta => binary_as(p, LnBeta, a, b, out),
        Binary::PolygammaStep(n) => binary_as(p, PolygammaStep(n), a, b, out),
        Binary::GammaP => binary_as(p, GammaP, a, b, out),
        Binary::GammaQ => binary_as(p, GammaQ, a, b, out),
        Binary::GammaPSlope => binary_as(p, GammaPSlope, a, b, out),
        Binary::GammaDensity => binary_as(p, GammaDensity, a, b, out),
        Binary::TanhPullback => binary_as(p, TanhPullback, a, b, out),
        Binary::SigmoidPullback => binary_as(p, SigmoidPullback, a, b, out),
    }
}

/// A long function, compiled for slices alone: a number is written out in strips.
fn long_binary<T: Lane, F: Function2<T> + Copy>(
    p: Processor,
    f: F,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    out: &mut [T],
) {
    let (mut left, mut right) = ([T::NIL; STRIP], [T::NIL; STRIP]);
    let mut start = 0;
    for out in out.chunks_mut(STRIP) {
        let end = start + out.len();
        let a = strip(a, start, end, &mut left);
        let b = strip(b, start, end, &mut right);
        p.run(Map2 { f, a, b, out });
        start = end;
    }
}

/// The operand from `start` to `end` as a slice.
fn strip<'a, T: Lane>(
    operand: Operand<'a, T>,
    start: usize,
    end: usize,
    buffer: &'a mut [T; STRIP],
) -> &'a [T] {
    match operand {
        // Shorter slices decide, as everywhere.
        Operand::Slice(x) => &x[start.min(x.len())..end.min(x.len())],
        Operand::Scalar(x) => {
            if start == 0 {
                buffer.fill(x);
            }
            &buffer[..end - start]
        }
    }
}

fn fits<T>(operand: Operand<'_, T>, n: usize) -> bool {
    match operand {
        Operand::Slice(slice) => slice.len() == n,
        Operand::Scalar(_) => true,
    }
}

#[inline(always)]
fn binary_as<T: Lane, F: Function2<T>>(
    p: Processor,
    f: F,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    out: &mut [T],
) {
    match (a, b) {
        (Operand::Slice(a), Operand::Slice(b)) => p.run(Map2 { f, a, b, out }),
        (Operand::Slice(a), Operand::Scalar(b)) => p.run(Map2 { f, a, b: Constant(b), out }),
        (Operand::Scalar(a), Operand::Slice(b)) => p.run(Map2 { f, a: Constant(a), b, out }),
        (Operand::Scalar(a), Operand::Scalar(b)) => p.run(Map2 { f, a: Constant(a), b: Constant(b), out }),
    }
}

pub(super) fn binary_in_place<T: Lane>(p: Processor, f: Binary, out: &mut [T], b: Operand<'_, T>) {
    debug_assert!(fits(b, out.len()));
    match f {
        Binary::Add => in_place_as(p, Add, out, b),
        Binary::Sub => in_place_as(p, Sub, out, b),
        Binary::Mul => in_place_as(p, Mul, out, b),
        Binary::Div => in_place_as(p, Div, out, b),
        Binary::Max => in_place_as(p, Max, out, b),
        Binary::Min => in_place_as(p, Min, out, b),
        Binary::Lt => in_place_as(p, Lt, out, b),
        Binary::Le => in_place_as(p, Le, out, b),
        Binary::Eq => in_place_as(p, Eq, out, b),
        Binary::LnBeta => in_place_as(p, LnBeta, out, b),
        Binary::PolygammaStep(n) => in_place_as(p, PolygammaStep(n), out, b),
        Binary::GammaP => in_place_as(p, GammaP, out, b),
        Binary::GammaQ => in_place_as(p, GammaQ, out, b),
        Binary::GammaPSlope => in_place_as(p, GammaPSlope, out, b),
        Binary::GammaDensity => in_place_as(p, GammaDensity, out, b),
        Binary::TanhPullback => in_place_as(p, TanhPullback, out, b),
        Binary::SigmoidPullback => in_place_as(p, SigmoidPullback, out, b),
        Binary::Pow | Binary::Atan2 => {
            let mut before = [T::NIL; STRIP];
            let mut start = 0;
            for out in out.chunks_mut(STRIP) {
                let end = start + out.len();
                let before = &mut before[..out.len()];
                before.copy_from_slice(out);
                let mut buffer = [T::NIL; STRIP];
                if let Operand::Scalar(x) = b {
                    buffer.fill(x);
                }
                let b = match b {
                    Operand::Slice(x) => &x[start.min(x.len())..end.min(x.len())],
                    Operand::Scalar(_) => &buffer[..end - start],
                };
                binary(p, f, Operand::Slice(before), Operand::Slice(b), &mut out[..b.len()]);
                start = end;
            }
        }
    }
}

pub(super) fn axpy<T: Lane>(p: Processor, alpha: T, x: &[T], out: &mut [T]) {
    debug_assert_eq!(x.len(), out.len());
    p.run(Map2InPlace { f: ScaledSum(alpha), out, b: x });
}

#[inline(always)]
fn in_place_as<T: Lane, F: Function2<T>>(p: Processor, f: F, out: &mut [T], b: Operand<'_, T>) {
    match b {
        Operand::Slice(b) => p.run(Map2InPlace { f, out, b }),
        Operand::Scalar(b) => p.run(Map2InPlace { f, out, b: Constant(b) }),
    }
}

pub(super) fn ternary<T: Lane>(
    p: Processor,
    f: Ternary,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    c: Operand<'_, T>,
    out: &mut [T],
) {
    debug_assert!(fits(a, out.len()) && fits(b, out.len()) && fits(c, out.len()));
    match f {
        Ternary::MulAdd => ternary_as(p, MulAdd, a, b, c, out),
        Ternary::NegMulAdd => ternary_as(p, NegMulAdd, a, b, c, out),
        Ternary::MulSub => ternary_as(p, MulSub, a, b, c, out),
        Ternary::Select => ternary_as(p, Select, a, b, c, out),
        Ternary::BetaInc => ternary_as(p, BetaInc, a, b, c, out),
        Ternary::BetaIncSlopeA => ternary_as(p, BetaIncSlopeA, a, b, c, out),
        Ternary::BetaIncSlopeB => ternary_as(p, BetaIncSlopeB, a, b, c, out),
        Ternary::BetaDensity => ternary_as(p, BetaDensity, a, b, c, out),
    }
}

#[inline(always)]
fn ternary_as<T: Lane, F: Function3<T>>(
    p: Processor,
    f: F,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    c: Operand<'_, T>,
    out: &mut [T],
) {
    match a {
        Operand::Slice(a) => ternary_tail(p, f, a, b, c, out),
        Operand::Scalar(a) => ternary_tail(p, f, Constant(a), b, c, out),
    }
}

#[inline(always)]
fn ternary_tail<T: Lane, F: Function3<T>, A: Source<T>>(
    p: Processor,
    f: F,
    a: A,
    b: Operand<'_, T>,
    c: Operand<'_, T>,
    out: &mut [T],
) {
    match (b, c) {
        (Operand::Slice(b), Operand::Slice(c)) => p.run(Map3 { f, a, b, c, out }),
        (Operand::Slice(b), Operand::Scalar(c)) => p.run(Map3 { f, a, b, c: Constant(c), out }),
        (Operand::Scalar(b), Operand::Slice(c)) => p.run(Map3 { f, a, b: Constant(b), c, out }),
        (Operand::Scalar(b), Operand::Scalar(c)) => {
            p.run(Map3 { f, a, b: Constant(b), c: Constant(c), out });
        }
    }
}

/// One element of the short functions, inlined; `None` for the long ones.
#[inline(always)]
pub(super) fn single_unary<T: Lane>(f: Unary, x: T) -> Option<T> {
    Some(match f {
        Unary::Neg => Neg.at(x),
        Unary::Abs => Abs.at(x),
        Unary::Sign => Sign.at(x),
        Unary::Recip => Recip.at(x),
        Unary::Square => Square.at(x),
        Unary::Sqrt => Sqrt.at(x),
        Unary::Exp => Exp.at(x),
        Unary::Ln => Ln.at(x),
        Unary::Tanh => Tanh.at(x),
        Unary::Sigmoid => Sigmoid.at(x),
        _ => return None,
    })
}

/// The same for functions of two.
#[inline(always)]
pub(super) fn single_binary<T: Lane>(f: Binary, a: T, b: T) -> Option<T> {
    Some(match f {
        Binary::Add => Add.at(a, b),
        Binary::Sub => Sub.at(a, b),
        Binary::Mul => Mul.at(a, b),
        Binary::Div => Div.at(a, b),
        Binary::Max => Max.at(a, b),
        Binary::Min => Min.at(a, b),
        Binary::Lt => Lt.at(a, b),
        Binary::Le => Le.at(a, b),
        Binary::Eq => Eq.at(a, b),
        Binary::TanhPullback => TanhPullback.at(a, b),
        Binary::SigmoidPullback => SigmoidPullback.at(a, b),
        _ => return None,
    })
}

/// The same for functions of three.
#[inline(always)]
pub(super) fn single_ternary<T: Lane>(f: Ternary, a: T, b: T, c: T) -> T {
    match f {
        Ternary::MulAdd => MulAdd.at(a, b, c),
        Ternary::NegMulAdd => NegMulAdd.at(a, b, c),
        Ternary::MulSub => MulSub.at(a, b, c),
        Ternary::Select => Select.at(a, b, c),
        Ternary::BetaInc => BetaInc.at(a, b, c),
        Ternary::BetaIncSlopeA => BetaIncSlopeA.at(a, b, c),
        Ternary::BetaIncSlopeB => BetaIncSlopeB.at(a, b, c),
        Ternary::BetaDensity => BetaDensity.at(a, b, c),
    }
}
