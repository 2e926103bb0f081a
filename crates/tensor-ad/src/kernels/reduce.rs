//! A contiguous slice to one number, in an order that does not depend on the processor.
//!
//! 64 bytes of accumulators (8 `f64` or 16 `f32`): lane `l` takes elements `l`, `l + 8`, `l + 16`, ... in turn, a
//! last partial group is filled up with zeros (ones for a product, minus infinity for a maximum), and the lanes are joined by halves
//! (`0 + 4, 1 + 5, ...`, then `0 + 2, 1 + 3`, then `0 + 1`).

use super::elementwise::{BetaDensity, BetaInc, BetaIncSlopeA, BetaIncSlopeB, Function3, Select};
use super::lane::Lane;
use super::operation::{Operand, Ternary};
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

/// An operand of a sum: a slice, or the same number throughout.
pub(super) trait Column<T: Lane>: Copy {
    type Vectors<L: Level>: Copy;
    /// Its length, or `n` if that is less.
    fn at_most(self, n: usize) -> usize;
    /// The first `n`.
    fn cut(self, n: usize) -> Self;
    fn vectors<L: Level>(self, level: L, count: usize) -> Self::Vectors<L>;
    fn vector<L: Level>(of: Self::Vectors<L>, v: usize) -> T::Vector<L>;
    /// From `start` to `n`, filled up with zeros.
    fn partial<L: Level>(self, level: L, start: usize, n: usize) -> T::Vector<L>;
    fn group<const G: usize>(self, g: usize) -> [T; G];
    /// From `start` to `n`, filled up with zeros.
    fn rest<const G: usize>(self, start: usize, n: usize) -> [T; G];
}
impl<'a, T: Lane> Column<T> for &'a [T] {
    type Vectors<L: Level> = &'a [T::Vector<L>];
    #[inline(always)]
    fn at_most(self, n: usize) -> usize {
        if self.len() < n { self.len() } else { n }
    }
    #[inline(always)]
    fn cut(self, n: usize) -> Self {
        &self[..n]
    }
    #[inline(always)]
    fn vectors<L: Level>(self, _: L, count: usize) -> Self::Vectors<L> {
        &T::vectors(self)[..count]
    }
    #[inline(always)]
    fn vector<L: Level>(of: Self::Vectors<L>, v: usize) -> T::Vector<L> {
        of[v]
    }
    #[inline(always)]
    fn partial<L: Level>(self, level: L, start: usize, n: usize) -> T::Vector<L> {
        T::partial(level, &self[start..n])
    }
    #[inline(always)]
    fn group<const G: usize>(self, g: usize) -> [T; G] {
        self.as_chunks::<G>().0[g]
    }
    #[inline(always)]
    fn rest<const G: usize>(self, start: usize, n: usize) -> [T; G] {
        let mut out = [T::NIL; G];
        out[..n - start].copy_from_slice(&self[start..n]);
        out
    }
}
/// The same number throughout.
#[derive(Clone, Copy)]
pub(super) struct Same<T>(pub(super) T);
impl<T: Lane> Column<T> for Same<T> {
    type Vectors<L: Level> = T::Vector<L>;
    #[inline(always)]
    fn at_most(self, n: usize) -> usize {
        n
    }
    #[inline(always)]
    fn cut(self, _: usize) -> Self {
        self
    }
    #[inline(always)]
    fn vectors<L: Level>(self, level: L, _: usize) -> Self::Vectors<L> {
        T::splat(level, self.0)
    }
    #[inline(always)]
    fn vector<L: Level>(of: Self::Vectors<L>, _: usize) -> T::Vector<L> {
        of
    }
    #[inline(always)]
    fn partial<L: Level>(self, level: L, start: usize, n: usize) -> T::Vector<L> {
        T::partial(level, &[self.0; 16][..if n - start < 16 { n - start } else { 16 }])
    }
    #[inline(always)]
    fn group<const G: usize>(self, _: usize) -> [T; G] {
        [self.0; G]
    }
    #[inline(always)]
    fn rest<const G: usize>(self, start: usize, n: usize) -> [T; G] {
        let mut out = [T::NIL; G];
        out[..n - start].fill(self.0);
        out
    }
}

/// A sum of terms of three columns.
struct Terms<'a, T, F, A, C> {
    term: PhantomData<F>,
    a: A,
    b: &'a [T],
    c: C,
}
impl<T: Lane, F: Term<T>, A: Column<T>, C: Column<T>> VectorWork for Terms<'_, T, F, A, C> {
    type Output = T;
    #[inline(always)]
    fn run<L: Level>(self, level: L) -> T {
        // 64 bytes in so many registers; only one arm is compiled.
        match 64 / size_of::<T::Vector<L>>() {
            1 => terms::<T, F, A, C, L, 1>(level, self.a, self.b, self.c),
            2 => terms::<T, F, A, C, L, 2>(level, self.a, self.b, self.c),
            _ => terms::<T, F, A, C, L, 4>(level, self.a, self.b, self.c),
        }
    }
}

#[inline(always)]
fn terms<T: Lane, F: Term<T>, A: Column<T>, C: Column<T>, L: Level, const R: usize>(
    level: L,
    a: A,
    b: &[T],
    c: C,
) -> T {
    let n = c.at_most(a.at_most(b.len()));
    let (a, b, c) = (a.cut(n), b.cut(n), c.cut(n));
    let vectors = n / T::LANES * R;
    let (x, y, z) = (a.vectors(level, vectors), b.vectors(level, vectors), c.vectors(level, vectors));
    let mut sums = [T::splat(level, T::NIL); R];
    let mut v = 0;
    while v < vectors {
        for r in 0..R {
            sums[r] = F::add(level, sums[r], A::vector(x, v + r), y[v + r], C::vector(z, v + r));
        }
        v += R;
    }
    let left = n / T::LANES * T::LANES;
    if left < n {
        for r in 0..R {
            let start = left + r * (T::LANES / R);
            let start = if start < n { start } else { n };
            let (x, y, z) =
                (a.partial(level, start, n), b.partial(level, start, n), c.partial(level, start, n));
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

/// How many mantissas each lane multiplies before it takes their logarithm: none is beyond `sqrt(2)` or below its inverse, so
/// that the product of so many is far from the ends of `f32`.
const FACTORS: usize = 128;

/// A sum of logarithms.
struct SumOfLogarithms<'a, T>(&'a [T]);
impl<T: Lane> Work for SumOfLogarithms<'_, T> {
    type Output = T;
    #[inline(always)]
    fn run(self) -> T {
        if T::LANES == 16 { sum_ln_of_lanes::<T, 16>(self.0) } else { sum_ln_of_lanes::<T, 8>(self.0) }
    }
}

#[inline(always)]
pub(super) fn sum_ln_of_lanes<T: Lane, const L: usize>(x: &[T]) -> T {
    let (groups, rest) = x.as_chunks::<L>();
    let mut last = [[T::UNIT; L]; 1];
    last[0][..rest.len()].copy_from_slice(rest);
    let last = if rest.is_empty() { &[] } else { &last[..] };
    let (mut exponents, mut sums) = ([T::NIL; L], [T::NIL; L]);
    // The least, and 0 as long as all are finite.
    let (mut least, mut poison) = ([T::HIGHEST; L], [T::NIL; L]);
    for part in [groups, last] {
        let mut start = 0;
        while start < part.len() {
            let end = if part.len() - start > FACTORS { start + FACTORS } else { part.len() };
            let mut product = [T::UNIT; L];
            for g in start..end {
                for l in 0..L {
                    let x = part[g][l];
                    let (exponent, mantissa) = x.parts_lane();
                    product[l] = product[l] * mantissa;
                    exponents[l] += exponent;
                    least[l] = if x < least[l] { x } else { least[l] };
                    poison[l] += x * T::NIL;
                }
            }
            for l in 0..L {
                sums[l] += product[l].ln_lane();
            }
            start = end;
        }
    }
    let mut normal = true;
    for l in 0..L {
        sums[l] = exponents[l].fused(T::LN_2, sums[l]);
        normal &= (least[l] >= T::SMALLEST) & (poison[l] == T::NIL);
    }
    if normal {
        return join_lanes::<T, Sum, L>(sums);
    }
    // A zero, a subnormal, a negative number, or none: what the logarithm makes of each.
    let mut sums = [T::NIL; L];
    for part in [groups, last] {
        for g in 0..part.len() {
            for l in 0..L {
                sums[l] += part[g][l].ln_lane();
            }
        }
    }
    join_lanes::<T, Sum, L>(sums)
}

pub(super) fn sum_ln<T: Lane>(p: impl Runner, x: &[T]) -> T {
    p.run(SumOfLogarithms(x))
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
struct SumOf<'a, T, F, A, C> {
    f: PhantomData<F>,
    a: A,
    b: &'a [T],
    c: C,
}
impl<T: Lane, F: Function3<T> + Default, A: Column<T>, C: Column<T>> Work for SumOf<'_, T, F, A, C> {
    type Output = T;
    #[inline(always)]
    fn run(self) -> T {
        let Self { a, b, c, .. } = self;
        if T::LANES == 8 {
            sum_lanes_of::<T, F, A, C, 8>(a, b, c)
        } else {
            sum_lanes_of::<T, F, A, C, 16>(a, b, c)
        }
    }
}

#[inline(always)]
fn sum_lanes_of<T: Lane, F: Function3<T> + Default, A: Column<T>, C: Column<T>, const G: usize>(
    a: A,
    b: &[T],
    c: C,
) -> T {
    let (f, n) = (F::default(), c.at_most(a.at_most(b.len())));
    let (a, b, c) = (a.cut(n), b.cut(n), c.cut(n));
    let mut lanes = [T::NIL; G];
    for g in 0..n / G {
        let (x, y, z) = (a.group::<G>(g), b.group::<G>(g), c.group::<G>(g));
        for l in 0..G {
            lanes[l] += f.at(x[l], y[l], z[l]);
        }
    }
    let left = n / G * G;
    if left < n {
        let (x, y, z) = (a.rest::<G>(left, n), b.rest::<G>(left, n), c.rest::<G>(left, n));
        for l in 0..G {
            lanes[l] += f.at(x[l], y[l], z[l]);
        }
    }
    join_lanes::<T, Sum, G>(lanes)
}

/// The sum of a function of three columns, as many as `b` is long.
#[inline(always)]
pub(crate) fn sum_of<T: Lane>(
    p: impl Runner,
    f: Ternary,
    a: Operand<'_, T>,
    b: &[T],
    c: Operand<'_, T>,
) -> T {
    match (a, c) {
        (Operand::Slice(a), Operand::Slice(c)) => sum_of_columns(p, f, a, b, c),
        (Operand::Slice(a), Operand::Scalar(c)) => sum_of_columns(p, f, a, b, Same(c)),
        (Operand::Scalar(a), Operand::Slice(c)) => sum_of_columns(p, f, Same(a), b, c),
        (Operand::Scalar(a), Operand::Scalar(c)) => sum_of_columns(p, f, Same(a), b, Same(c)),
    }
}

#[inline(always)]
fn sum_of_columns<T: Lane>(p: impl Runner, f: Ternary, a: impl Column<T>, b: &[T], c: impl Column<T>) -> T {
    match f {
        Ternary::MulAdd => p.run_vectors(Terms { term: PhantomData::<MulAdd>, a, b, c }),
        Ternary::NegMulAdd => p.run_vectors(Terms { term: PhantomData::<NegMulAdd>, a, b, c }),
        Ternary::MulSub => p.run_vectors(Terms { term: PhantomData::<MulSub>, a, b, c }),
        Ternary::Select => p.run(SumOf { f: PhantomData::<Select>, a, b, c }),
        Ternary::BetaInc => p.run(SumOf { f: PhantomData::<BetaInc>, a, b, c }),
        Ternary::BetaIncSlopeA => p.run(SumOf { f: PhantomData::<BetaIncSlopeA>, a, b, c }),
        Ternary::BetaIncSlopeB => p.run(SumOf { f: PhantomData::<BetaIncSlopeB>, a, b, c }),
        Ternary::BetaDensity => p.run(SumOf { f: PhantomData::<BetaDensity>, a, b, c }),
    }
}
