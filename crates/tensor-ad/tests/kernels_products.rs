//! Reductions and products of columns against plain loops, at every length, on every processor.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::kernels::{Binary, Columns, Element, Matrix, MatrixMut, Operand, Processor, Ternary};

/// Numbers between -1 and 1, each a multiple of 1/64: products and short sums of them are exact in both types.
fn exact<T: From<f32>>(n: usize, seed: usize) -> Vec<T> {
    (0..n).map(|i| T::from((((i * 7919 + seed * 104_729) % 129) as f32 - 64.0) / 64.0)).collect()
}

/// Numbers whose sums do round.
fn rough<T: From<f32>>(n: usize, seed: usize) -> Vec<T> {
    (0..n).map(|i| T::from(((i * 7919 + seed * 104_729) % 9973) as f32 * 1.234_567e-3 - 5.0)).collect()
}

macro_rules! both {
    ($($name64:ident, $name32:ident, $body:ident;)*) => {$(
        #[test]
        fn $name64() {
            $body::<f64>();
        }
        #[test]
        fn $name32() {
            $body::<f32>();
        }
    )*};
}

both! {
    reductions_are_exact_on_exact_numbers_in_f64, reductions_are_exact_on_exact_numbers_in_f32, reductions;
    reductions_give_the_same_bits_everywhere_in_f64, reductions_give_the_same_bits_everywhere_in_f32, reduction_bits;
    column_products_equal_plain_loops_in_f64, column_products_equal_plain_loops_in_f32, products;
    column_products_give_the_same_bits_everywhere_in_f64, column_products_give_the_same_bits_everywhere_in_f32, product_bits;
    products_through_tanh_give_the_bits_of_both_steps_in_f64, products_through_tanh_give_the_bits_of_both_steps_in_f32, through_tanh;
    sums_of_functions_equal_plain_loops_in_f64, sums_of_functions_equal_plain_loops_in_f32, sums_of;
    logarithms_of_products_are_sums_of_logarithms_in_f64, logarithms_of_products_are_sums_of_logarithms_in_f32, logarithms_of_products;
    small_products_and_gathers_equal_plain_loops_in_f64, small_products_and_gathers_equal_plain_loops_in_f32, small;
}

fn reductions<T: Element + From<f32> + Into<f64>>() {
    for p in Processor::available() {
        for n in (0..=70).chain([500]) {
            let (a, b) = (exact::<T>(n, 1), exact::<T>(n, 2));
            let of = |v: T| -> f64 { v.into() };
            let sum: f64 = a.iter().map(|&v| of(v)).sum();
            let dot: f64 = (0..n).map(|i| of(a[i]) * of(b[i])).sum();
            assert_eq!(of(T::sum(p, &a)), sum, "sum of {n} on {p:?}");
            assert_eq!(of(T::dot(p, &a, &b)), dot, "dot of {n} on {p:?}");
            let max = a.iter().map(|&v| of(v)).fold(f64::NEG_INFINITY, f64::max);
            let min = a.iter().map(|&v| of(v)).fold(f64::INFINITY, f64::min);
            assert_eq!(of(T::max(p, &a)), max, "max of {n} on {p:?}");
            assert_eq!(of(T::min(p, &a)), min, "min of {n} on {p:?}");
            for place in 0..n {
                let mut a = a.clone();
                a[place] = T::from(f32::NAN);
                let any = [T::sum(p, &a), T::max(p, &a), T::min(p, &a)];
                assert!(any.iter().all(|&v| of(v).is_nan()), "NaN at {place} of {n} on {p:?}");
            }
        }
    }
}

fn reduction_bits<T: Element + From<f32> + Into<f64>>() {
    let lanes = 64 / size_of::<T>();
    for n in (0..=70).chain([500, 1003]) {
        let (a, b) = (rough::<T>(n, 1), rough::<T>(n, 2));
        // The documented order, by hand.
        let mut sums = vec![T::from(0.0); lanes];
        for (i, &v) in a.iter().enumerate() {
            sums[i % lanes] += v;
        }
        let mut half = lanes / 2;
        while half > 0 {
            for l in 0..half {
                sums[l] = sums[l] + sums[l + half];
            }
            half /= 2;
        }
        let dot: f64 = T::dot(Processor::portable(), &a, &b).into();
        for p in Processor::available() {
            assert_eq!(T::sum(p, &a), sums[0], "sum of {n} on {p:?}");
            assert_eq!(T::dot(p, &a, &b).into(), dot, "dot of {n} on {p:?}");
        }
    }
}

/// Runs both column products and returns their results, padding included.
fn both_products<T: Element + From<f32>>(
    p: Processor,
    [rows, k, j]: [usize; 3],
    keep: bool,
    numbers: fn(usize, usize) -> Vec<T>,
) -> [Vec<T>; 2] {
    // Strides longer than the columns, and a weight matrix that is stored transposed.
    let (x_stride, g_stride) = (rows + 3, rows + 1);
    let x = numbers(x_stride * k, 1);
    let w = numbers(k * j, 2);
    let g = numbers(g_stride * j, 3);
    let x = Columns { data: &x, stride: x_stride, count: k };
    let mut out = g.clone();
    let weights = Matrix { data: &w, row_stride: 1, column_stride: k };
    T::columns_times_matrix(p, rows, x, weights, &mut out, g_stride, j, keep);
    let mut gradient = w.clone();
    let g = Columns { data: &g, stride: g_stride, count: j };
    let to = MatrixMut { data: &mut gradient, row_stride: j, column_stride: 1 };
    T::columns_transposed_times_columns(p, rows, x, g, to);
    [out, gradient]
}

fn shapes() -> impl Iterator<Item = [usize; 3]> {
    let lengths = (0..=35).map(|rows| [rows, 5, 5]);
    let widths = (0..=20).flat_map(|k| [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 17].map(|j| [21, k, j]));
    lengths.chain(widths).chain([[500, 5, 5], [50, 2, 5], [130, 33, 19], [7, 17, 3]])
}

fn products<T: Element + From<f32> + Into<f64>>() {
    for [rows, k, j] in shapes() {
        let (xs, gs) = (rows + 3, rows + 1);
        let (x, w, g) = (exact::<T>(xs * k, 1), exact::<T>(k * j, 2), exact::<T>(gs * j, 3));
        let of = |v: T| -> f64 { v.into() };
        for keep in [false, true] {
            for p in Processor::available() {
                let [out, gradient] = both_products(p, [rows, k, j], keep, exact::<T>);
                for c in 0..j {
                    for r in 0..gs {
                        let mut expected = if keep || r >= rows { of(g[c * gs + r]) } else { 0.0 };
                        if r < rows {
                            expected += (0..k).map(|l| of(x[l * xs + r]) * of(w[l + c * k])).sum::<f64>();
                        }
                        assert_eq!(
                            of(out[c * gs + r]),
                            expected,
                            "{rows}x{k}x{j} at ({r}, {c}) on {p:?}, {keep}"
                        );
                    }
                    for l in 0..k {
                        let sum = (0..rows).map(|r| of(x[l * xs + r]) * of(g[c * gs + r])).sum::<f64>();
                        let expected = of(w[l * j + c]) + sum;
                        assert_eq!(
                            of(gradient[l * j + c]),
                            expected,
                            "{rows}x{k}x{j}, T, ({l}, {c}) on {p:?}"
                        );
                    }
                }
            }
        }
    }
}

fn product_bits<T: Element + From<f32> + Into<f64>>() {
    for shape in shapes() {
        for keep in [false, true] {
            let expected = both_products(Processor::portable(), shape, keep, rough::<T>);
            for p in Processor::available() {
                assert_eq!(both_products(p, shape, keep, rough::<T>), expected, "{shape:?} on {p:?}");
            }
        }
    }
    // An element of the transposed product is a dot product, to the bit.
    let (a, g) = (rough::<T>(77, 1), rough::<T>(77, 2));
    for p in Processor::available() {
        let mut out = [T::from(0.0)];
        let (x, y) = (Columns { data: &a, stride: 77, count: 1 }, Columns { data: &g, stride: 77, count: 1 });
        let to = MatrixMut { data: &mut out, row_stride: 1, column_stride: 1 };
        T::columns_transposed_times_columns(p, 77, x, y, to);
        assert_eq!(out[0], T::dot(p, &a, &g));
    }
}

fn small<T: Element + From<f32> + Into<f64>>() {
    let of = |v: T| -> f64 { v.into() };
    for p in Processor::available() {
        for [m, k, n] in [[1, 1, 1], [2, 3, 4], [5, 0, 2], [0, 3, 3], [7, 7, 1], [1, 9, 6]] {
            let (a, b) = (exact::<T>(m * k, 1), exact::<T>(k * n, 2));
            let mut out = exact::<T>(m * n, 3);
            let left = Matrix { data: &a, row_stride: 1, column_stride: m };
            let right = Matrix { data: &b, row_stride: n, column_stride: 1 };
            T::matmul(
                p,
                [m, k, n],
                left,
                right,
                MatrixMut { data: &mut out, row_stride: n, column_stride: 1 },
            );
            for i in 0..m {
                for j in 0..n {
                    let expected: f64 = (0..k).map(|l| of(a[i + l * m]) * of(b[l * n + j])).sum();
                    assert_eq!(of(out[i * n + j]), expected);
                }
            }
        }
        let x = exact::<T>(40, 1);
        let rows: Vec<usize> = (0..33).map(|i| (i * 17) % 40).collect();
        let mut out = vec![T::from(9.0); 33];
        assert!(T::gather_rows(p, x.as_chunks::<1>().0, &rows, &mut out));
        for i in 0..33 {
            assert_eq!(out[i], x[rows[i]]);
        }
        let table: Vec<[T; 3]> = (0..40).map(|i| [x[i], x[39 - i], x[i / 2]]).collect();
        let mut out = vec![T::from(9.0); 3 * 33];
        assert!(T::gather_rows(p, &table, &rows, &mut out));
        for i in 0..33 {
            assert_eq!([out[i], out[33 + i], out[66 + i]], table[rows[i]]);
        }
        assert!(!T::gather_rows(p, &table, &[0, 40], &mut out), "there is no row 40");
        assert!(!T::gather_rows(p, &table, &rows, &mut out[1..]), "no room for the last column");
        assert!(T::gather_rows(p, &table, &[], &mut []));
    }
}

fn through_tanh<T: Element + From<f32> + Into<f64>>() {
    for [rows, k, j] in shapes().filter(|s| s[1] > 0 && s[2] > 0) {
        let (xs, ts, os) = (rows + 3, rows + 2, rows + 1);
        let (x, w, t) = (rough::<T>(xs * k, 1), rough::<T>(k * j, 2), rough::<T>(ts * j, 3));
        let x = Columns { data: &x, stride: xs, count: k };
        let w = Matrix { data: &w, row_stride: j, column_stride: 1 };
        for p in Processor::available() {
            let mut expected = vec![T::from(0.0); os * j];
            T::columns_times_matrix(p, rows, x, w, &mut expected, os, j, false);
            for c in 0..j {
                let t = Operand::Slice(&t[c * ts..][..rows]);
                T::binary_in_place(p, Binary::TanhPullback, &mut expected[c * os..][..rows], t);
            }
            let mut found = vec![T::from(0.0); os * j];
            let t = Columns { data: &t, stride: ts, count: j };
            T::columns_times_matrix_through_tanh(p, rows, x, w, t, &mut found, os, j);
            assert_eq!(found, expected, "{rows}x{k}x{j} on {p:?}");
        }
    }
}

/// As a sum of logarithms in `f64`, whatever the size of the product.
fn logarithms_of_products<T: Element + From<f32> + Into<f64>>() {
    let of = |v: T| -> f64 { v.into() };
    let (tiny, huge) = (T::from(f32::MIN_POSITIVE), T::from(f32::MAX));
    for n in [0, 1, 7, 8, 9, 15, 16, 17, 40, 100, 2_500] {
        for kind in 0..4 {
            let x: Vec<T> = match kind {
                0 => (0..n).map(|i| T::from(0.05 + (i as f32 * 0.37).sin().abs())).collect(),
                1 => vec![tiny; n],
                2 => vec![huge; n],
                _ => (0..n).map(|i| if i % 2 == 0 { tiny } else { huge }).collect(),
            };
            let terms: Vec<f64> = x.iter().map(|&x| of(x).ln()).collect();
            let size: f64 = terms.iter().map(|t| t.abs()).sum();
            let rounding = if size_of::<T>() == 8 { f64::EPSILON } else { f64::from(f32::EPSILON) };
            let first = T::sum_ln(Processor::portable(), &x);
            // The reference keeps what each of its additions loses.
            let (mut sum, mut lost) = (0.0, 0.0);
            for t in terms {
                let next: f64 = sum + t;
                lost += if sum.abs() >= t.abs() { (sum - next) + t } else { (t - next) + sum };
                sum = next;
            }
            let error = (of(first) - (sum + lost)).abs();
            assert!(error <= rounding * (0.5 * n as f64 + 3.0 * size), "{n} of kind {kind}: off by {error}");
            for p in Processor::available() {
                assert_eq!(
                    of(T::sum_ln(p, &x)).to_bits(),
                    of(first).to_bits(),
                    "{n} of kind {kind} on {p:?}"
                );
            }
        }
    }
    for p in Processor::available() {
        for n in [3, 20, 300] {
            let with = |bad: f32| {
                let mut x = vec![T::from(2.0); n];
                x[n - 2] = T::from(bad);
                of(T::sum_ln(p, &x))
            };
            assert_eq!(with(0.0), f64::NEG_INFINITY);
            assert_eq!(with(f32::INFINITY), f64::INFINITY);
            assert!(with(-1.0).is_nan() && with(f32::NAN).is_nan());
            let subnormal = (n - 1) as f64 * 2f64.ln() + f64::from(f32::MIN_POSITIVE / 8.0).ln();
            assert!((with(f32::MIN_POSITIVE / 8.0) - subnormal).abs() <= 1e-5 * subnormal.abs());
        }
    }
}

fn sums_of<T: Element + From<f32> + Into<f64>>() {
    let of = |v: T| -> f64 { v.into() };
    for p in Processor::available() {
        for n in (0..=70).chain([500]) {
            let (a, b, c) = (exact::<T>(n, 1), exact::<T>(n, 2), exact::<T>(n, 3));
            for f in [Ternary::MulAdd, Ternary::NegMulAdd, Ternary::MulSub, Ternary::Select] {
                let term = |i: usize| {
                    let (a, b, c) = (of(a[i]), of(b[i]), of(c[i]));
                    match f {
                        Ternary::MulAdd => a * b + c,
                        Ternary::NegMulAdd => c - a * b,
                        Ternary::MulSub => a * b - c,
                        _ if a == 0.0 => c,
                        _ => b,
                    }
                };
                let expected: f64 = (0..n).map(term).sum();
                let whole = |x| Operand::Slice(x);
                assert_eq!(of(T::sum_of(p, f, whole(&a), &b, whole(&c))), expected, "{f:?} of {n} on {p:?}");
                // A number is a slice full of it, to the bit.
                let (x, z) = (T::from(0.37), T::from(-1.3));
                let (full_x, full_z) = (vec![x; n], vec![z; n]);
                for (x, full_x) in [(whole(&a), &a), (Operand::Scalar(x), &full_x)] {
                    for (z, full_z) in [(whole(&c), &c), (Operand::Scalar(z), &full_z)] {
                        let slices = T::sum_of(p, f, whole(full_x), &b, whole(full_z));
                        assert_eq!(
                            of(T::sum_of(p, f, x, &b, z)).to_bits(),
                            of(slices).to_bits(),
                            "{f:?} of {n} on {p:?}"
                        );
                    }
                }
            }
        }
    }
}
