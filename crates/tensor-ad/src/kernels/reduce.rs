//! A contiguous slice to one number, in an order that does not depend on the processor.
//!
//! 64 bytes of accumulators (8 `f64` or 16 `f32`): lane `l` takes elements `l`, `l + 8`, `l + 16`, ... in turn, a
//! last partial group is filled up with zeros (ones for a product, minus infinity for a maximum), and the lanes are joined by halves
//! (`0 + 4, 1 + 5, ...`, then `0 + 2, 1 + 3`, then `0 + 1`).

use super::elementwise::{BetaDensity, BetaInc, BetaIncSlopeA, BetaIncSlopeB, Function3, Select};
use super::lane::Lane;
use super::operation::Ternary;
use super::processor::{Level, Runner, VectorWork, Work};
use core::marker::PhantomData;

/// One step of a reduction over pairs, and how two lanes are joined.
trait Fold<T> {
    /// What an accumulator starts with.
    const START: T;
    /// What fills up the last group.
    const FILL: T;
    fn step(accumulator: T, a: T, b: T) -> T;
    fn join(a: T, b: T) -> T;
}

struct Sum;
impl<T: Lane> Fold<T> for Sum {
    const START: T = T::NIL;
    const FILL: T = T::NIL;
    #[inline(always)]
    fn step(accumulator: T, a: T, _: T) -> T {
        accumulator + a
    }
    #[inline(always)]
    fn join(a: T, b: T) -> T {
        a + b
    }
}

struct Product;
impl<T: Lane> Fold<T> for Product {
    const START: T = T::UNIT;
    const FILL: T = T::UNIT;
    #[inline(always)]
    fn step(accumulator: T, a: T, _: T) -> T {
        accumulator * a
    }
    #[inline(always)]
    fn join(a: T, b: T) -> T {
        a * b
    }
}

struct Max;
impl<T: Lane> Fold<T> for Max {
    const START: T = T::LOWEST;
    const FILL: T = T::LOWEST;
    #[inline(always)]
    fn step(accumulator: T, a: T, _: T) -> T {
        <Self as Fold<T>>::join(a, accumulator)
    }
    #[inline(always)]
    #[allow(clippy::eq_op)]
    fn join(a: T, b: T) -> T {
        if (a > b) | (a != a) { a } else { b }
    }
}

#[inline(always)]
fn fold<T: Lane, F: Fold<T>, const L: usize>(a: &[T], b: &[T]) -> T {
    let n = if a.len() < b.len() { a.len() } else { b.len() };
    let (a, b) = (&a[..n], &b[..n]);
    let (a_groups, a_rest) = a.as_chunks::<L>();
    let (b_groups, b_rest) = b.as_chunks::<L>();
    let groups = a_groups.len();
    let b_groups = &b_groups[..groups];
    let mut lanes = [F::START; L];
    for g in 0..groups {
        let (x, y) = (a_groups[g], b_groups[g]);
        for l in 0..L {
            lanes[l] = F::step(lanes[l], x[l], y[l]);
        }
    }
    if !a_rest.is_empty() {
        let (mut x, mut y) = ([F::FILL; L], [F::FILL; L]);
        x[..a_rest.len()].copy_from_slice(a_rest);
        y[..b_rest.len()].copy_from_slice(b_rest);
        for l in 0..L {
            lanes[l] = F::step(lanes[l], x[l], y[l]);
        }
    }
    join_lanes::<T, F, L>(lanes)
}

#[inline(always)]
fn join_lanes<T: Lane, F: Fold<T>, const L: usize>(mut lanes: [T; L]) -> T {
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] = F::join(lanes[l], lanes[l + half]);
        }
        half /= 2;
    }
    lanes[0]
}

struct Folded<'a, T, F> {
    fold: PhantomData<F>,
    a: &'a [T],
    b: &'a [T],
}
impl<T: Lane, F: Fold<T>> Work for Folded<'_, T, F> {
    type Output = T;
    #[inline(always)]
    fn run(self) -> T {
        let Self { a, b, .. } = self;
        if T::LANES == 8 { fold::<T, F, 8>(a, b) } else { fold::<T, F, 16>(a, b) }
    }
}

fn folded<'a, T, F>(a: &'a [T], b: &'a [T]) -> Folded<'a, T, F> {
    Folded { fold: PhantomData, a, b }
}

/// One step of a sum, in vectors of three operands; those that it does not use are not read.
trait Term<T: Lane> {
    fn add<L: Level>(
        level: L,
        sum: T::Vector<L>,
        a: T::Vector<L>,
        b: T::Vector<L>,
        c: T::Vector<L>,
    ) -> T::Vector<L>;
}

macro_rules! terms {
    ($($name:ident: |$level:ident, $sum:ident, $a:ident, $b:ident, $c:ident| $body:expr;)*) => {$(
        struct $name;
        impl<T: Lane> Term<T> for $name {
            #[inline(always)]
            fn add<L: Level>(
                $level: L,
                $sum: T::Vector<L>,
                $a: T::Vector<L>,
                $b: T::Vector<L>,
                $c: T::Vector<L>,
            ) -> T::Vector<L> {
                $body
            }
        }
    )*};
}
terms! {
    Plain: |level, sum, a, _b, _c| T::add_vector(level, sum, a);
    Multiplied: |level, sum, a, b, _c| T::fused_vector(level, a, b, sum);
    MulAdd: |level, sum, a, b, c| T::add_vector(level, sum, T::fused_vector(level, a, b, c));
    NegMulAdd: |level, sum, a, b, c| T::add_vector(level, sum, T::fused_vector(level, T::neg_vector(level, a), b, c));
    MulSub: |level, sum, a, b, c| T::add_vector(level, sum, T::fused_vector(level, a, b, T::neg_vector(level, c)));
}

/// A sum of terms of three slices.
struct Terms<'a, T, F> {
    term: PhantomData<F>,
    a: &'a [T],
    b: &'a [T],
    c: &'a [T],
}
impl<T: Lane, F: Term<T>> VectorWork for Terms<'_, T, F> {
    type Output = T;
    #[inline(always)]
    fn run<L: Level>(self, level: L) -> T {
        // 64 bytes in so many registers; only one arm is compiled.
        match 64 / size_of::<T::Vector<L>>() {
            1 => terms::<T, F, L, 1>(level, self.a, self.b, self.c),
            2 => terms::<T, F, L, 2>(level, self.a, self.b, self.c),
            _ => terms::<T, F, L, 4>(level, self.a, self.b, self.c),
        }
    }
}

#[inline(always)]
fn terms<T: Lane, F: Term<T>, L: Level, const R: usize>(level: L, a: &[T], b: &[T], c: &[T]) -> T {
    let n = if a.len() < b.len() { a.len() } else { b.len() };
    let n = if c.len() < n { c.len() } else { n };
    let (a, b, c) = (&a[..n], &b[..n], &c[..n]);
    let vectors = n / T::LANES * R;
    let (x, y, z) = (&T::vectors(a)[..vectors], &T::vectors(b)[..vectors], &T::vectors(c)[..vectors]);
    let mut sums = [T::splat(level, T::NIL); R];
    let mut v = 0;
    while v < vectors {
        for r in 0..R {
            sums[r] = F::add(level, sums[r], x[v + r], y[v + r], z[v + r]);
        }
        v += R;
    }
    let left = n / T::LANES * T::LANES;
    if left < n {
        for r in 0..R {
            let start = left + r * (T::LANES / R);
            let start = if start < n { start } else { n };
            let (x, y, z) = (
                T::partial(level, &a[start..]),
                T::partial(level, &b[start..]),
                T::partial(level, &c[start..]),
            );
            sums[r] = F::add(level, sums[r], x, y, z);
        }
    }
    sum_lanes(T::scalars(&sums))
}

/// The first [`Lane::LANES`] of `lanes`, joined by halves.
#[inline(always)]
pub(super) fn sum_lanes<T: Lane>(lanes: &[T]) -> T {
    let lanes = &lanes[..T::LANES];
    let mut eight = [T::NIL; 8];
    for l in 0..8 {
        eight[l] = if T::LANES == 16 { lanes[l] + lanes[l + 8] } else { lanes[l] };
    }
    let mut four = [T::NIL; 4];
    for l in 0..4 {
        four[l] = eight[l] + eight[l + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}

#[inline(always)]
pub(crate) fn sum<T: Lane>(p: impl Runner, x: &[T]) -> T {
    p.run_vectors(Terms { term: PhantomData::<Plain>, a: x, b: x, c: x })
}

#[inline(always)]
pub(crate) fn dot<T: Lane>(p: impl Runner, a: &[T], b: &[T]) -> T {
    debug_assert_eq!(a.len(), b.len());
    p.run_vectors(Terms { term: PhantomData::<Multiplied>, a, b, c: a })
}

pub(super) fn product<T: Lane>(p: impl Runner, x: &[T]) -> T {
    p.run(folded::<T, Product>(x, x))
}

pub(super) fn max<T: Lane>(p: impl Runner, x: &[T]) -> T {
    p.run(folded::<T, Max>(x, x))
}

struct Min;
impl<T: Lane> Fold<T> for Min {
    const START: T = T::HIGHEST;
    const FILL: T = T::HIGHEST;
    #[inline(always)]
    fn step(accumulator: T, a: T, _: T) -> T {
        <Self as Fold<T>>::join(a, accumulator)
    }
    #[inline(always)]
    #[allow(clippy::eq_op)]
    fn join(a: T, b: T) -> T {
        if (a < b) | (a != a) { a } else { b }
    }
}

pub(super) fn min<T: Lane>(p: impl Runner, x: &[T]) -> T {
    p.run(folded::<T, Min>(x, x))
}

/// The sum of a function of three numbers that has no form in vectors. It is zero where the three are.
struct SumOf<'a, T, F> {
    f: F,
    a: &'a [T],
    b: &'a [T],
    c: &'a [T],
}
impl<T: Lane, F: Function3<T>> Work for SumOf<'_, T, F> {
    type Output = T;
    #[inline(always)]
    fn run(self) -> T {
        let Self { f, a, b, c } = self;
        if T::LANES == 8 {
            sum_lanes_of::<T, F, 8>(&f, a, b, c)
        } else {
            sum_lanes_of::<T, F, 16>(&f, a, b, c)
        }
    }
}

#[inline(always)]
fn sum_lanes_of<T: Lane, F: Function3<T>, const L: usize>(f: &F, a: &[T], b: &[T], c: &[T]) -> T {
    let n = if a.len() < b.len() { a.len() } else { b.len() };
    let n = if c.len() < n { c.len() } else { n };
    let (a, a_rest) = a[..n].as_chunks::<L>();
    let (b, b_rest) = b[..n].as_chunks::<L>();
    let (c, c_rest) = c[..n].as_chunks::<L>();
    let groups = a.len();
    let (b, c) = (&b[..groups], &c[..groups]);
    let mut lanes = [T::NIL; L];
    for g in 0..groups {
        let (x, y, z) = (a[g], b[g], c[g]);
        for l in 0..L {
            lanes[l] += f.at(x[l], y[l], z[l]);
        }
    }
    if !a_rest.is_empty() {
        let (mut x, mut y, mut z) = ([T::NIL; L], [T::NIL; L], [T::NIL; L]);
        x[..a_rest.len()].copy_from_slice(a_rest);
        y[..b_rest.len()].copy_from_slice(b_rest);
        z[..c_rest.len()].copy_from_slice(c_rest);
        for l in 0..L {
            lanes[l] += f.at(x[l], y[l], z[l]);
        }
    }
    join_lanes::<T, Sum, L>(lanes)
}

#[inline(always)]
pub(crate) fn sum_of<T: Lane>(p: impl Runner, f: Ternary, a: &[T], b: &[T], c: &[T]) -> T {
    debug_assert!(a.len() == b.len() && a.len() == c.len());
    match f {
        Ternary::MulAdd => p.run_vectors(Terms { term: PhantomData::<MulAdd>, a, b, c }),
        Ternary::NegMulAdd => p.run_vectors(Terms { term: PhantomData::<NegMulAdd>, a, b, c }),
        Ternary::MulSub => p.run_vectors(Terms { term: PhantomData::<MulSub>, a, b, c }),
        Ternary::Select => p.run(SumOf { f: Select, a, b, c }),
        Ternary::BetaInc => p.run(SumOf { f: BetaInc, a, b, c }),
        Ternary::BetaIncSlopeA => p.run(SumOf { f: BetaIncSlopeA, a, b, c }),
        Ternary::BetaIncSlopeB => p.run(SumOf { f: BetaIncSlopeB, a, b, c }),
        Ternary::BetaDensity => p.run(SumOf { f: BetaDensity, a, b, c }),
    }
}
