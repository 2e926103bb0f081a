//! Vectors of `f64` or `f32` of whatever width an instruction set has, behind one small trait.

use pulp::{NullaryFnOnce, Scalar, Simd, bytemuck};

/// The operations that the floor needs of one instruction set and one number type.
///
/// A value of an implementing type is a proof that the processor has the instructions, so that no method is
/// unsafe. Everything is inlined into the function that [`Lanes::within`] compiles for the instruction set;
/// called from elsewhere, each operation becomes a function call and the code is about thirty times slower.
pub trait Lanes: Copy {
    /// The number type of one lane.
    type T: Real;
    /// A vector of [`Lanes::N`] numbers.
    type V: bytemuck::Pod + Send + std::fmt::Debug;
    /// Lanes a vector.
    const N: usize;
    /// Vector registers, which decides how many sums a loop can carry.
    const REGISTERS: usize;

    /// Runs `op` compiled for this instruction set.
    fn within<Op: NullaryFnOnce>(self, op: Op) -> Op::Output;
    /// The number in every lane.
    fn splat(self, x: Self::T) -> Self::V;
    /// a + b
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// a - b
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// a b
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// a / b
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// a b + c, rounded once where the hardware can
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// c - a b, rounded once where the hardware can
    fn fnma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The smaller of each pair.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// The larger of each pair.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a`, no further from zero than `bound`, which is positive.
    fn clamp(self, a: Self::V, bound: Self::V) -> Self::V;
    /// -|a|
    fn neg_abs(self, a: Self::V) -> Self::V;
    /// Square root.
    fn sqrt(self, a: Self::V) -> Self::V;
    /// `a` in the lanes where `x < 0`, `b` in the others.
    fn if_negative(self, x: Self::V, a: Self::V, b: Self::V) -> Self::V;
    /// 2^n, where `k` is n plus [`Real::MAGIC`].
    fn pow2(self, k: Self::V) -> Self::V;
    /// Standard normal draws in the first `count` lanes of `out`; the others may hold anything finite.
    fn normals(self, rng: &mut rand_xoshiro::Xoshiro256PlusPlus, out: &mut [Self::V], count: usize);
    /// The sum of the lanes.
    fn sum(self, a: Self::V) -> Self::T;

    /// A constant in every lane.
    #[inline(always)]
    fn c(self, x: f64) -> Self::V {
        self.splat(Self::T::of(x))
    }
}

/// What differs between `f64` and `f32` besides the width.
pub trait Real: bytemuck::Pod + Send + Sync + PartialOrd + std::fmt::Debug + 'static {
    /// 1.5 times the power of two from which numbers are integers: adding it rounds to an integer, which then
    /// stands in the low bits.
    const MAGIC: f64;
    /// Whether the longer polynomials are needed.
    const DOUBLE: bool;
    /// Rounds to this type.
    fn of(x: f64) -> Self;
    /// Widens.
    fn to_f64(self) -> f64;
    /// The product.
    fn times(self, other: Self) -> Self;
    /// One standard normal draw.
    fn normal(rng: &mut rand_xoshiro::Xoshiro256PlusPlus) -> Self;
}

/// `f64` lanes of an instruction set.
#[derive(Clone, Copy, Debug)]
pub struct F64<S>(pub S);

/// `f32` lanes of an instruction set.
#[derive(Clone, Copy, Debug)]
pub struct F32<S>(pub S);

macro_rules! real {
    ($t:ty, $magic:expr, $double:expr) => {
        impl Real for $t {
            const MAGIC: f64 = $magic;
            const DOUBLE: bool = $double;
            #[inline(always)]
            fn of(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn normal(rng: &mut rand_xoshiro::Xoshiro256PlusPlus) -> Self {
                use rand_distr::Distribution;
                rand_distr::StandardNormal.sample(rng)
            }
        }
    };
}
real!(f64, 6_755_399_441_055_744.0, true);
real!(f32, 12_582_912.0, false);

macro_rules! lanes {
    ($lanes:ident, $simd:ty, $t:ty, $v:ident, $n:ident, $registers:expr, $within:expr, $shl:expr, $clamp:expr, $normals:expr,
     $add:ident, $sub:ident, $mul:ident, $div:ident, $fma:ident, $fnma:ident, $abs:ident,
    $neg:ident, $min:ident, $max:ident,
     $sqrt:ident, $lt:ident, $select:ident, $splat:ident, $sum:ident) => {
        impl Lanes for $lanes<$simd> {
            type T = $t;
            type V = <$simd as Simd>::$v;
            const N: usize = <$simd as Simd>::$n;
            const REGISTERS: usize = $registers;

            #[inline(always)]
            fn within<Op: NullaryFnOnce>(self, op: Op) -> Op::Output {
                $within(self.0, op)
            }
            #[inline(always)]
            fn splat(self, x: $t) -> Self::V {
                self.0.$splat(x)
            }
            #[inline(always)]
            fn add(self, a: Self::V, b: Self::V) -> Self::V {
                self.0.$add(a, b)
            }
            #[inline(always)]
            fn sub(self, a: Self::V, b: Self::V) -> Self::V {
                self.0.$sub(a, b)
            }
            #[inline(always)]
            fn mul(self, a: Self::V, b: Self::V) -> Self::V {
                self.0.$mul(a, b)
            }
            #[inline(always)]
            fn div(self, a: Self::V, b: Self::V) -> Self::V {
                self.0.$div(a, b)
            }
            #[inline(always)]
            fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
                self.0.$fma(a, b, c)
            }
            #[inline(always)]
            fn fnma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
                self.0.$fnma(a, b, c)
            }
            #[inline(always)]
            fn min(self, a: Self::V, b: Self::V) -> Self::V {
                self.0.$min(a, b)
            }
            #[inline(always)]
            fn max(self, a: Self::V, b: Self::V) -> Self::V {
                self.0.$max(a, b)
            }
            #[inline(always)]
            fn clamp(self, a: Self::V, bound: Self::V) -> Self::V {
                $clamp(self, a, bound)
            }
            #[inline(always)]
            fn neg_abs(self, a: Self::V) -> Self::V {
                self.0.$neg(self.0.$abs(a))
            }
            #[inline(always)]
            fn sqrt(self, a: Self::V) -> Self::V {
                self.0.$sqrt(a)
            }
            #[inline(always)]
            fn if_negative(self, x: Self::V, a: Self::V, b: Self::V) -> Self::V {
                self.0.$select(self.0.$lt(x, self.0.$splat(0.0)), a, b)
            }
            #[inline(always)]
            fn pow2(self, k: Self::V) -> Self::V {
                $shl(self.0, k)
            }
            #[inline(always)]
            fn normals(self, rng: &mut rand_xoshiro::Xoshiro256PlusPlus, out: &mut [Self::V], count: usize) {
                $normals(self, rng, out, count);
            }
            #[inline(always)]
            fn sum(self, a: Self::V) -> $t {
                self.0.$sum(a)
            }
        }
    };
}

macro_rules! lanes_f64 {
    ($simd:ty, $registers:expr, $within:expr, $shl:expr, $clamp:expr) => {
        lanes!(
            F64,
            $simd,
            f64,
            f64s,
            F64_LANES,
            $registers,
            $within,
            $shl,
            $clamp,
            crate::normals::ziggurat,
            add_f64s,
            sub_f64s,
            mul_f64s,
            div_f64s,
            mul_add_e_f64s,
            negate_mul_add_e_f64s,
            abs_f64s,
            neg_f64s,
            min_f64s,
            max_f64s,
            sqrt_f64s,
            less_than_f64s,
            select_f64s,
            splat_f64s,
            reduce_sum_f64s
        );
    };
}

macro_rules! lanes_f32 {
    ($simd:ty, $registers:expr, $within:expr, $clamp:expr) => {
        lanes!(
            F32,
            $simd,
            f32,
            f32s,
            F32_LANES,
            $registers,
            $within,
            pow2_f32,
            $clamp,
            |l: Self, rng: &mut _, out: &mut _, count| crate::normals::box_muller(l.0, rng, out, count),
            add_f32s,
            sub_f32s,
            mul_f32s,
            div_f32s,
            mul_add_e_f32s,
            negate_mul_add_e_f32s,
            abs_f32s,
            neg_f32s,
            min_f32s,
            max_f32s,
            sqrt_f32s,
            less_than_f32s,
            select_f32s,
            splat_f32s,
            reduce_sum_f32s
        );
    };
}

#[inline(always)]
fn clamp_both<L: Lanes>(l: L, a: L::V, bound: L::V) -> L::V {
    l.max(l.min(a, bound), l.sub(l.c(0.0), bound))
}

#[inline(always)]
fn pow2_f32<S: Simd>(simd: S, k: S::f32s) -> S::f32s {
    let n = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(k), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(n, simd.splat_u32s(1.0f32.to_bits())))
}

lanes_f64!(
    Scalar,
    16,
    |_, op: Op| op.call(),
    |_, k: f64| f64::from_bits((k.to_bits() << 52).wrapping_add(1.0f64.to_bits())),
    clamp_both
);
lanes_f32!(Scalar, 16, |_, op: Op| op.call(), clamp_both);

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::*;
    use pulp::x86::{V3, V4};

    #[inline(always)]
    fn within_v3<Op: NullaryFnOnce>(simd: V3, op: Op) -> Op::Output {
        simd.vectorize(op)
    }
    #[inline(always)]
    fn within_v4<Op: NullaryFnOnce>(simd: V4, op: Op) -> Op::Output {
        simd.vectorize(op)
    }
    #[inline(always)]
    fn pow2_v3(simd: V3, k: <V3 as Simd>::f64s) -> <V3 as Simd>::f64s {
        let n = bytemuck::cast(simd.avx2._mm256_slli_epi64::<52>(bytemuck::cast(k)));
        bytemuck::cast(Simd::add_u64s(simd, n, Simd::splat_u64s(simd, 1.0f64.to_bits())))
    }
    #[inline(always)]
    fn pow2_v4(simd: V4, k: <V4 as Simd>::f64s) -> <V4 as Simd>::f64s {
        let n = bytemuck::cast(simd.avx512f._mm512_slli_epi64::<52>(bytemuck::cast(k)));
        bytemuck::cast(Simd::add_u64s(simd, n, Simd::splat_u64s(simd, 1.0f64.to_bits())))
    }
    // imm8 0b0010: the smaller magnitude, with the sign of the first operand
    #[inline(always)]
    fn range_f64(l: F64<V4>, a: <V4 as Simd>::f64s, bound: <V4 as Simd>::f64s) -> <V4 as Simd>::f64s {
        bytemuck::cast(l.0.avx512dq._mm512_range_pd::<0b0010>(bytemuck::cast(a), bytemuck::cast(bound)))
    }
    #[inline(always)]
    fn range_f32(l: F32<V4>, a: <V4 as Simd>::f32s, bound: <V4 as Simd>::f32s) -> <V4 as Simd>::f32s {
        bytemuck::cast(l.0.avx512dq._mm512_range_ps::<0b0010>(bytemuck::cast(a), bytemuck::cast(bound)))
    }
    lanes_f64!(V3, 16, within_v3, pow2_v3, clamp_both);
    lanes_f64!(V4, 32, within_v4, pow2_v4, range_f64);
    lanes_f32!(V3, 16, within_v3, clamp_both);
    lanes_f32!(V4, 32, within_v4, range_f32);
}
