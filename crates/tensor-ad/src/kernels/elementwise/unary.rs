//! Functions of one number, by name.

use super::super::lane::{Lane, WIDEST};
use super::super::operation::Unary;
use super::super::processor::{Processor, Runner, Work};
use super::STRIP;
use super::functions::*;
use super::loops::{Map1, Map1InPlace};
use super::source::Source;

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
            Unary::Erfcx(0) => $go!(Erfcx),
            Unary::Erfcx(n) => $go!(ErfcxDerivative(n)),
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

pub(in super::super) fn unary<T: Lane>(p: Processor, f: Unary, x: &[T], out: &mut [T]) {
    debug_assert_eq!(x.len(), out.len());
    macro_rules! go {
        ($function:expr) => {
            p.run(Map1 { f: $function, x, out })
        };
    }
    unary_match!(f, go)
}

pub(in super::super) fn unary_in_place<T: Lane>(p: Processor, f: Unary, x: &mut [T]) {
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
            for i in 0..x.len() {
                (softplus[i], sigmoid[i]) = x[i].softplus_and_sigmoid_lane();
            }
        }
        let Self { x, softplus, sigmoid } = self;
        let n = x.len_or((&*softplus).len_or(sigmoid.len()));
        let whole = n / T::LANES * T::LANES;
        body(&x[..whole], &mut softplus[..whole], &mut sigmoid[..whole]);
        if whole < n {
            // The rest as a whole register too: one by one it would take as long as hundreds more.
            let (mut from, mut first, mut second) = ([T::NIL; WIDEST], [T::NIL; WIDEST], [T::NIL; WIDEST]);
            from[..n - whole].copy_from_slice(&x[whole..n]);
            body(&from[..T::LANES], &mut first[..T::LANES], &mut second[..T::LANES]);
            softplus[whole..n].copy_from_slice(&first[..n - whole]);
            sigmoid[whole..n].copy_from_slice(&second[..n - whole]);
        }
    }
}

#[inline(always)]
pub(crate) fn softplus_and_sigmoid<T: Lane>(p: impl Runner, x: &[T], softplus: &mut [T], sigmoid: &mut [T]) {
    debug_assert!(x.len() == softplus.len() && x.len() == sigmoid.len());
    p.run(SoftplusAndSigmoid { x, softplus, sigmoid });
}

pub(in super::super) fn affine<T: Lane>(p: Processor, x: &[T], alpha: T, beta: T, out: &mut [T]) {
    debug_assert_eq!(x.len(), out.len());
    p.run(Map1 { f: Affine(alpha, beta), x, out });
}
