//! Kernels that go along an axis: products, recurrences, running logarithms of sums, tables in columns. Against plain loops,
//! and the same bits on every processor.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::Real;
use elbo_tensor_ad::kernels::{Element, Index, Operand, Processor, Rows};

fn numbers<T: Real>(n: usize, seed: u64) -> Vec<T> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..n).map(|_| T::from_f64(next())).collect()
}

/// The same result from every processor, which is given back.
fn everywhere<T: Real>(f: impl Fn(Processor) -> Vec<T>) -> Vec<T> {
    let mut all = Processor::available().into_iter().map(f);
    let first = all.next().unwrap();
    let bits = |v: &[T]| v.iter().map(|x| x.to_f64().to_bits()).collect::<Vec<_>>();
    for other in all {
        assert_eq!(bits(&first), bits(&other));
    }
    first
}

const SIZES: [[usize; 3]; 8] =
    [[1, 1, 1], [1, 0, 3], [1, 9, 1], [3, 5, 1], [2, 4, 7], [1, 3, 33], [0, 2, 2], [2, 3, 0]];

fn hold<T: Real>() {
    let epsilon = T::EPSILON.to_f64();
    for n in [0, 1, 7, 8, 16, 17, 100] {
        let x: Vec<T> = numbers::<T>(n, 1).iter().map(|&x| T::ONE + x * T::from_f64(0.1)).collect();
        let found = everywhere(|p| vec![T::product(p, &x)])[0].to_f64();
        let expected: f64 = x.iter().map(|x| x.to_f64()).product();
        assert!((found - expected).abs() <= n as f64 * epsilon * expected, "{n}: {found} {expected}");
    }
    for size in SIZES {
        let [outer, n, inner] = size;
        let count = outer * n * inner;
        let (a, b): (Vec<T>, Vec<T>) = (numbers(count, 2), numbers(count, 3));
        for reverse in [false, true] {
            let run = |a: Operand<'_, T>| {
                everywhere(|p| {
                    let mut out = vec![T::from_f64(9.0); count];
                    T::recurrence(p, size, reverse, a, &b, &mut out);
                    out
                })
            };
            let (each, one) = (run(Operand::Slice(&a)), run(Operand::Scalar(T::from_f64(0.5))));
            let sums = everywhere(|p| {
                let mut out = vec![T::from_f64(9.0); count];
                T::log_cumulative(p, size, reverse, &b, &mut out);
                out
            });
            for o in 0..outer {
                for i in 0..inner {
                    let at = |t: usize| (o * n + if reverse { n - 1 - t } else { t }) * inner + i;
                    for t in 0..n {
                        let before = |z: &[T], a: f64| match t {
                            0 => 0.0,
                            1 => b[at(0)].to_f64(),
                            // Rounded once, as the kernel does.
                            _ => a.mul_add(z[at(t - 1)].to_f64(), b[at(t - 1)].to_f64()),
                        };
                        let (e, s) = (
                            before(&each, if t > 1 { a[at(t - 1)].to_f64() } else { 0.0 }),
                            before(&one, 0.5),
                        );
                        assert!((each[at(t)].to_f64() - e).abs() <= epsilon * e.abs(), "{size:?} {t}");
                        assert!((one[at(t)].to_f64() - s).abs() <= epsilon * s.abs(), "{size:?} {t}");
                        let x = b[at(t)].to_f64();
                        let sum = match t {
                            0 => x,
                            _ => {
                                let (y, z) = (sums[at(t - 1)].to_f64(), x);
                                y.max(z) + (-(y - z).abs()).exp().ln_1p()
                            }
                        };
                        let apart = (sums[at(t)].to_f64() - sum).abs();
                        assert!(apart <= 4.0 * epsilon * sum.abs().max(1.0), "{size:?} {t}: {apart}");
                    }
                }
            }
        }
    }
}

#[test]
fn recurrences_are_those_of_plain_loops() {
    hold::<f64>();
    hold::<f32>();
}

#[test]
fn infinities_and_nan_along_a_recurrence() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let p = Processor::detect();
    let logs = |x: &[f64]| {
        let mut out = vec![0.0; x.len()];
        f64::log_cumulative(p, [1, x.len(), 1], false, x, &mut out);
        out
    };
    assert_eq!(logs(&[-inf, -inf, 2.0, -inf]), [-inf, -inf, 2.0, 2.0]);
    assert_eq!(logs(&[0.0, inf, inf, -inf]), [0.0, inf, inf, inf]);
    let found = logs(&[0.0, nan, inf]);
    assert!(found[0] == 0.0 && found[1].is_nan() && found[2].is_nan(), "{found:?}");
    // The first state is 0, whatever it is multiplied with.
    let mut out = [9.0; 3];
    f64::recurrence(p, [1, 3, 1], false, Operand::Slice(&[inf, 2.0, nan]), &[1.0, 5.0, 7.0], &mut out);
    assert_eq!(out, [0.0, 1.0, 7.0]);
}

fn across<T: Real>() {
    // Three columns of 70 rows, 80 apart.
    let (rows, stride, length) = (70, 80, 3);
    let columns = Rows::across(length, stride);
    let table: Vec<T> = numbers(stride * length, 4);
    let index: Vec<T> = (0..rows).map(|r| T::from_f64((r * 7 % length) as f64)).collect();
    let taken = everywhere(|p| {
        let mut out = vec![T::ZERO; rows];
        assert!(T::take(p, &table, columns, Index::Numbers(&index), &mut out));
        out
    });
    let kept = everywhere(|p| {
        let (mut kept, mut out) = (vec![T::ZERO; rows], vec![T::ZERO; rows]);
        assert!(T::rows(p, &index, length, &mut kept));
        assert!(T::take(p, &table, columns, Index::Rows(&kept), &mut out));
        out
    });
    assert_eq!(kept, taken);
    let updates: Vec<T> = numbers(rows, 5);
    for operand in [Operand::Slice(&updates[..]), Operand::Scalar(T::ONE)] {
        let added = everywhere(|p| {
            let mut out = table.clone();
            assert!(T::scatter_add(p, Index::Numbers(&index), operand, columns, &mut out));
            out
        });
        for r in 0..rows {
            let place = (r * 7 % length) * stride + r;
            assert_eq!(taken[r], table[place]);
            let update = match operand {
                Operand::Slice(u) => u[r],
                Operand::Scalar(u) => u,
            };
            assert_eq!(added[place], table[place] + update);
        }
    }
    for bad in [-1.0, 3.0, 0.5, f64::NAN] {
        let mut index = index.clone();
        index[66] = T::from_f64(bad);
        let mut out = vec![T::ZERO; rows];
        let p = Processor::detect();
        assert!(!T::take(p, &table, columns, Index::Numbers(&index), &mut out));
        let mut sums = table.clone();
        assert!(!T::scatter_add(p, Index::Numbers(&index), Operand::Slice(&updates), columns, &mut sums));
    }
}

#[test]
fn every_row_looks_into_columns_of_its_own() {
    across::<f64>();
    across::<f32>();
}
