//! The pass over the rows: network, likelihood and gradient, in phases over blocks that stay in the cache.

use super::{Data, FIRST, HIDDEN, LAST, Line, SECOND, Scratch, WEIGHTS};
use crate::curves::{logistic, tanh};
use crate::lanes::{Lanes, Real};
use pulp::bytemuck;

/// Log likelihood (scaled to all rows) plus log prior without its constant, at `scratch.z`; the gradient goes to
/// `scratch.grad`.
#[inline(always)]
pub(super) fn log_density<L: Lanes>(l: L, data: &Data<L>, scratch: &mut Scratch<L>) -> f64 {
    let mut w = [L::T::of(0.0); WEIGHTS];
    w.copy_from_slice(&bytemuck::cast_slice::<L::V, L::T>(&scratch.z)[..WEIGHTS]);
    // the last layer's weights are left out of the deltas, and put into the products that follow
    let mut through = [L::T::of(0.0); 25];
    for k in 0..HIDDEN {
        for j in 0..HIDDEN {
            through[HIDDEN * k + j] = w[SECOND + HIDDEN * k + j].times(w[LAST + j]);
        }
    }
    let mut sums = Sums { w1: [l.c(0.0); 10], w2: [l.c(0.0); 25], w3: [l.c(0.0); 5], below: l.c(0.0) };
    let mut product = 1.0f64;
    let rows = &data.packed[..];
    let mut start = 0;
    while start < rows.len() {
        let end = (start + scratch.block).min(rows.len());
        let block = &rows[start..end];
        let first = &mut scratch.first[..block.len()];
        let second = &mut scratch.second[..block.len()];
        layer_one(l, &w, block, first);
        tanh_all(l, first);
        layer_two(l, &w, first, second);
        tanh_all(l, second);
        product *= likelihood(l, &w, block, second, &mut sums);
        outer(l, first, second, &mut sums.w2);
        back(l, &through, block, first, second, &mut sums.w1);
        start = end;
    }
    let likelihood = l.sum(sums.below).to_f64() + product.ln() + data.filled as f64 * std::f64::consts::LN_2;
    let grad: &mut [L::T] = bytemuck::cast_slice_mut(&mut scratch.grad);
    for i in 0..10 {
        grad[FIRST + i] = l.sum(sums.w1[i]);
    }
    for i in 0..25 {
        grad[SECOND + i] = l.sum(sums.w2[i]).times(w[LAST + i % HIDDEN]);
    }
    for i in 0..5 {
        grad[LAST + i] = l.sum(sums.w3[i]);
    }
    let scale = l.c(data.scale);
    let mut squares = l.c(0.0);
    for i in 0..scratch.z.len() {
        let z = scratch.z[i];
        squares = l.fma(z, z, squares);
        scratch.grad[i] = l.fnma(l.c(1.0), z, l.mul(scale, scratch.grad[i]));
    }
    data.scale * likelihood - 0.5 * l.sum(squares).to_f64()
}

/// What a pass adds up, in lanes: the three gradients and the sum of min(m, 0).
struct Sums<L: Lanes> {
    w1: [L::V; 10],
    w2: [L::V; 25],
    w3: [L::V; 5],
    below: L::V,
}

#[inline(always)]
fn layer_one<L: Lanes>(l: L, w: &[L::T; WEIGHTS], rows: &[Line<L::V, 3>], out: &mut [Line<L::V, HIDDEN>]) {
    let n = rows.len().min(out.len());
    for i in 0..n {
        let [x0, x1, _] = rows[i].0;
        for j in 0..HIDDEN {
            out[i].0[j] = l.fma(x1, l.splat(w[FIRST + HIDDEN + j]), l.mul(x0, l.splat(w[FIRST + j])));
        }
    }
}

#[inline(always)]
fn tanh_all<L: Lanes>(l: L, lines: &mut [Line<L::V, HIDDEN>]) {
    for line in lines {
        line.0 = tanh(l, line.0);
    }
}

#[inline(always)]
fn layer_two<L: Lanes>(
    l: L,
    w: &[L::T; WEIGHTS],
    first: &[Line<L::V, HIDDEN>],
    second: &mut [Line<L::V, HIDDEN>],
) {
    let n = first.len().min(second.len());
    for i in 0..n {
        let a = first[i].0;
        let mut z = [l.c(0.0); HIDDEN];
        for j in 0..HIDDEN {
            z[j] = l.mul(a[0], l.splat(w[SECOND + j]));
        }
        for k in 1..HIDDEN {
            for j in 0..HIDDEN {
                z[j] = l.fma(a[k], l.splat(w[SECOND + HIDDEN * k + j]), z[j]);
            }
        }
        second[i].0 = z;
    }
}

/// The logits, their likelihood and the last layer's gradient; `second` becomes the deltas of the second layer,
/// all but their factor w3, which is the same in every row and is put in elsewhere. Returns the product of the likelihood's factors.
#[inline(always)]
fn likelihood<L: Lanes>(
    l: L,
    w: &[L::T; WEIGHTS],
    rows: &[Line<L::V, 3>],
    second: &mut [Line<L::V, HIDDEN>],
    sums: &mut Sums<L>,
) -> f64 {
    const TOGETHER: usize = 3;
    let mut totals = Totals { w3: sums.w3, below: sums.below, product: l.c(1.0) };
    let n = rows.len().min(second.len());
    let even = n - n % TOGETHER;
    for i in (0..even).step_by(TOGETHER) {
        totals.take::<TOGETHER>(l, w, &rows[i..i + TOGETHER], &mut second[i..i + TOGETHER]);
    }
    for i in even..n {
        totals.take::<1>(l, w, &rows[i..=i], &mut second[i..=i]);
    }
    sums.w3 = totals.w3;
    sums.below = totals.below;
    let lanes = [totals.product];
    let mut whole = 1.0;
    for x in bytemuck::cast_slice::<L::V, L::T>(&lanes) {
        whole *= x.to_f64();
    }
    whole
}

/// The sums of [`likelihood`] while they stand in registers.
struct Totals<L: Lanes> {
    w3: [L::V; HIDDEN],
    below: L::V,
    product: L::V,
}

impl<L: Lanes> Totals<L> {
    /// Takes `K` row vectors at once.
    #[inline(always)]
    fn take<const K: usize>(
        &mut self,
        l: L,
        w: &[L::T; WEIGHTS],
        rows: &[Line<L::V, 3>],
        second: &mut [Line<L::V, HIDDEN>],
    ) {
        let mut m = [l.c(0.0); K];
        for i in 0..K {
            let a = second[i].0;
            let mut f = l.mul(a[0], l.splat(w[LAST]));
            for j in 1..HIDDEN {
                f = l.fma(a[j], l.splat(w[LAST + j]), f);
            }
            m[i] = l.mul(rows[i].0[2], f);
        }
        let (slope, factor) = logistic(l, m);
        for i in 0..K {
            self.below = l.add(self.below, l.min(m[i], l.c(0.0)));
            self.product = l.mul(self.product, factor[i]);
            let r = l.mul(rows[i].0[2], slope[i]);
            for j in 0..HIDDEN {
                let a = second[i].0[j];
                let t = l.mul(a, r);
                self.w3[j] = l.add(self.w3[j], t);
                second[i].0[j] = l.fnma(a, t, r);
            }
        }
    }
}

/// Adds the second layer's gradient, activation times delta, in as many sums at a time as there are registers for.
#[inline(always)]
fn outer<L: Lanes>(l: L, first: &[Line<L::V, HIDDEN>], delta: &[Line<L::V, HIDDEN>], sums: &mut [L::V; 25]) {
    if L::REGISTERS >= 32 {
        outer_part::<L, 5>(l, first, delta, sums, 0);
    } else {
        outer_part::<L, 2>(l, first, delta, sums, 0);
        outer_part::<L, 2>(l, first, delta, sums, 2);
        outer_part::<L, 1>(l, first, delta, sums, 4);
    }
}

#[inline(always)]
fn outer_part<L: Lanes, const K: usize>(
    l: L,
    first: &[Line<L::V, HIDDEN>],
    delta: &[Line<L::V, HIDDEN>],
    sums: &mut [L::V; 25],
    from: usize,
) {
    let mut part = [[l.c(0.0); HIDDEN]; K];
    for k in 0..K {
        for j in 0..HIDDEN {
            part[k][j] = sums[HIDDEN * (from + k) + j];
        }
    }
    let n = first.len().min(delta.len());
    for i in 0..n {
        for k in 0..K {
            for j in 0..HIDDEN {
                part[k][j] = l.fma(first[i].0[from + k], delta[i].0[j], part[k][j]);
            }
        }
    }
    for k in 0..K {
        for j in 0..HIDDEN {
            sums[HIDDEN * (from + k) + j] = part[k][j];
        }
    }
}

/// Deltas of the first layer, and its gradient.
#[inline(always)]
fn back<L: Lanes>(
    l: L,
    through: &[L::T; 25],
    rows: &[Line<L::V, 3>],
    first: &[Line<L::V, HIDDEN>],
    delta: &[Line<L::V, HIDDEN>],
    sums: &mut [L::V; 10],
) {
    let mut part = *sums;
    let n = rows.len().min(first.len()).min(delta.len());
    for i in 0..n {
        let [x0, x1, _] = rows[i].0;
        let d = delta[i].0;
        for k in 0..HIDDEN {
            let a = first[i].0[k];
            let mut s = l.mul(d[0], l.splat(through[HIDDEN * k]));
            for j in 1..HIDDEN {
                s = l.fma(d[j], l.splat(through[HIDDEN * k + j]), s);
            }
            let s = l.fnma(l.mul(a, a), s, s);
            part[k] = l.fma(x0, s, part[k]);
            part[HIDDEN + k] = l.fma(x1, s, part[HIDDEN + k]);
        }
    }
    *sums = part;
}
