//! The one inner loop of all eliminations: a row minus a combination of other rows.

use super::super::lane::Lane;

/// Elements held in registers while the combined rows go by.
const WIDE: usize = 32;
const NARROW: usize = 8;

/// `target[j] -= sum_q c[q] rows[q][j]` for `q` below `count`, in order of `q` by fused multiply-adds, where `c[q]` is
/// `coefficients[q * step]` and row `q` starts at `source[q * stride]`.
#[inline(always)]
pub(super) fn subtract<T: Lane>(
    target: &mut [T],
    count: usize,
    source: &[T],
    stride: usize,
    coefficients: &[T],
    step: usize,
) {
    if count == 0 || target.is_empty() {
        return;
    }
    let mut at = 0;
    while at + WIDE <= target.len() {
        panel::<T, WIDE>(&mut target[at..at + WIDE], count, &source[at..], stride, coefficients, step);
        at += WIDE;
    }
    while at + NARROW <= target.len() {
        panel::<T, NARROW>(&mut target[at..at + NARROW], count, &source[at..], stride, coefficients, step);
        at += NARROW;
    }
    let rest = &mut target[at..];
    if rest.is_empty() {
        return;
    }
    let source = &source[at..];
    let mut sum = [T::NIL; NARROW];
    for l in 0..rest.len() {
        sum[l] = rest[l];
    }
    for q in 0..count {
        let c = -coefficients[q * step];
        let row = &source[q * stride..][..rest.len()];
        for l in 0..row.len() {
            sum[l] = c.fused(row[l], sum[l]);
        }
    }
    for l in 0..rest.len() {
        rest[l] = sum[l];
    }
}

#[inline(always)]
fn panel<T: Lane, const N: usize>(
    target: &mut [T],
    count: usize,
    source: &[T],
    stride: usize,
    coefficients: &[T],
    step: usize,
) {
    let Some(target) = target.first_chunk_mut::<N>() else { return };
    let mut sum = *target;
    for q in 0..count {
        let c = -coefficients[q * step];
        let Some(row) = source[q * stride..].first_chunk::<N>() else { return };
        for l in 0..N {
            sum[l] = c.fused(row[l], sum[l]);
        }
    }
    *target = sum;
}

/// `sum_q a[q] b[q]`, in eight partial sums joined by halves.
#[inline(always)]
pub(super) fn dot<T: Lane>(a: &[T], b: &[T]) -> T {
    let n = if a.len() < b.len() { a.len() } else { b.len() };
    let (groups_a, rest_a) = a[..n].as_chunks::<8>();
    let (groups_b, rest_b) = b[..n].as_chunks::<8>();
    let mut sum = [T::NIL; 8];
    for g in 0..groups_a.len() {
        for l in 0..8 {
            sum[l] = groups_a[g][l].fused(groups_b[g][l], sum[l]);
        }
    }
    for l in 0..rest_a.len() {
        sum[l] = rest_a[l].fused(rest_b[l], sum[l]);
    }
    ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]))
}

/// `out[i] -= c x[i]`.
#[inline(always)]
pub(super) fn subtract_scaled<T: Lane>(c: T, x: &[T], out: &mut [T]) {
    let n = if x.len() < out.len() { x.len() } else { out.len() };
    let (x, out) = (&x[..n], &mut out[..n]);
    for i in 0..n {
        out[i] = (-c).fused(x[i], out[i]);
    }
}

/// `x[i] /= d`.
#[inline(always)]
pub(super) fn divide<T: Lane>(x: &mut [T], d: T) {
    for i in 0..x.len() {
        x[i] = x[i] / d;
    }
}
