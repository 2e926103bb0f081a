//! The log likelihood of Bernoulli outcomes by their logits, and its slope.
//!
//! `sum_i y_i x_i - softplus(x_i)`, and `y_i - sigmoid(x_i)`. With `e = e^-|x|` the sum is that of `y x - max(x, 0)` and, in place
//! of a logarithm for each row, the logarithm of a product of `1 / (1 + e)`, one for each lane.

use super::lane::{Lane, WIDEST};
use super::operation::Operand;
use super::processor::{Runner, Work};
use super::reduce::{Column, Same, sum_lanes};

/// How many factors each lane multiplies before it takes their logarithm: none is below a half, so that the product is far from the
/// ends of `f32`.
const FACTORS: usize = 64;

/// One sum; the slopes are written where there is room for them.
struct Bernoulli<'a, T, Y> {
    y: Y,
    x: &'a [T],
    scale: T,
    slope: Option<&'a mut [T]>,
}

impl<T: Lane, Y: Column<T>> Work for Bernoulli<'_, T, Y> {
    type Output = T;
    #[inline(always)]
    fn run(self) -> T {
        let Self { y, x, scale, slope } = self;
        match (slope, T::LANES) {
            (Some(slope), 8) => bernoulli::<T, Y, 8, true>(y, x, scale, slope),
            (Some(slope), _) => bernoulli::<T, Y, 16, true>(y, x, scale, slope),
            (None, 8) => bernoulli::<T, Y, 8, false>(y, x, scale, &mut []),
            (None, _) => bernoulli::<T, Y, 16, false>(y, x, scale, &mut []),
        }
    }
}

/// What a lane has added up.
struct Sums<T, const L: usize> {
    /// `y x - max(x, 0)`.
    linear: [T; L],
    /// The product of the factors, and what its roundings have left out.
    product: [T; L],
    lost: [T; L],
}

impl<T: Lane, const L: usize> Sums<T, L> {
    #[inline(always)]
    fn new() -> Self {
        Sums { linear: [T::NIL; L], product: [T::UNIT; L], lost: [T::NIL; L] }
    }

    /// One row in each lane; returns the slopes. The lanes before `from` are not added.
    #[inline(always)]
    fn add(&mut self, y: &[T; L], x: &[T; L], scale: T, from: usize) -> [T; L] {
        let mut slope = [T::NIL; L];
        for l in 0..L {
            let (u, v) = x[l].exp_of_minus_lane();
            // e / (1 + e), and 1 less that in two parts without an error.
            let small = u / (u + v);
            let large = T::UNIT - small;
            let rest = (T::UNIT - large) - small;
            let sigmoid = if x[l] < T::NIL { small } else { large };
            slope[l] = scale * (y[l] - sigmoid);
            let positive = if x[l] > T::NIL { x[l] } else { T::NIL };
            let linear = y[l].fused(x[l], -positive);
            let counts = l >= from;
            let (linear, large, rest) = (
                if counts { linear } else { T::NIL },
                if counts { large } else { T::UNIT },
                if counts { rest } else { T::NIL },
            );
            self.linear[l] += linear;
            let before = self.product[l];
            let product = before * large;
            let error = before.fused(large, -product);
            self.product[l] = product;
            self.lost[l] = self.lost[l].fused(large, before.fused(rest, error));
        }
        slope
    }

    /// The logarithm of the product goes to the sum, and the next product begins.
    #[inline(always)]
    fn settle(&mut self) {
        for l in 0..L {
            self.linear[l] += self.product[l].ln_lane() + self.lost[l] / self.product[l];
            self.product[l] = T::UNIT;
            self.lost[l] = T::NIL;
        }
    }
}

#[inline(always)]
fn bernoulli<T: Lane, Y: Column<T>, const L: usize, const SLOPE: bool>(
    y: Y,
    x: &[T],
    scale: T,
    slope: &mut [T],
) -> T {
    let n = y.at_most(x.len());
    let n = if SLOPE && slope.len() < n { slope.len() } else { n };
    let (y, x) = (y.cut(n), &x[..n]);
    let slope = if SLOPE { &mut slope[..n] } else { slope };
    let groups = x.as_chunks::<L>().0;
    let mut sums = Sums::<T, L>::new();
    let mut start = 0;
    while start < groups.len() {
        let end = if groups.len() - start > FACTORS { start + FACTORS } else { groups.len() };
        for g in start..end {
            let slopes = sums.add(&y.group::<L>(g), &groups[g], scale, 0);
            if SLOPE {
                slope[g * L..(g + 1) * L].copy_from_slice(&slopes);
            }
        }
        start = end;
        if start < n / L {
            sums.settle();
        }
    }
    let left = groups.len() * L;
    if left < n {
        if left > 0 && groups.len().is_multiple_of(FACTORS) {
            sums.settle();
        }
        if left > 0 {
            // A whole vector that begins among the rows before: they get the same slopes once more.
            let (first, before) = (n - L, L - (n - left));
            let mut last = [T::NIL; L];
            last.copy_from_slice(&x[first..n]);
            let slopes = sums.add(&y.rest::<L>(first, n), &last, scale, before);
            if SLOPE {
                slope[first..n].copy_from_slice(&slopes);
            }
        } else {
            // Fewer rows than a vector: they lie at its end.
            let mut last = [T::NIL; L];
            let mut outcomes = [T::NIL; L];
            last[L - n..].copy_from_slice(x);
            outcomes[L - n..].copy_from_slice(&y.rest::<L>(0, n)[..n]);
            let slopes = sums.add(&outcomes, &last, scale, L - n);
            if SLOPE {
                slope.copy_from_slice(&slopes[L - n..]);
            }
        }
    }
    sums.settle();
    let mut lanes = [T::NIL; WIDEST];
    lanes[..L].copy_from_slice(&sums.linear);
    sum_lanes(&lanes)
}

/// `sum_i y[i] x[i] - softplus(x[i])`, and `slope[i] = scale (y[i] - sigmoid(x[i]))` where there is one to write.
#[inline(always)]
pub(crate) fn bernoulli_logits<T: Lane>(
    p: impl Runner,
    y: Operand<'_, T>,
    x: &[T],
    scale: T,
    slope: Option<&mut [T]>,
) -> T {
    match y {
        Operand::Slice(y) => p.run(Bernoulli { y, x, scale, slope }),
        Operand::Scalar(y) => p.run(Bernoulli { y: Same(y), x, scale, slope }),
    }
}
