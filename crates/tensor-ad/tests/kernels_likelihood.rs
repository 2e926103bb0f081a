//! The kernel of Bernoulli likelihoods by logits, beside sums in `f64` that keep what each addition loses.
#![allow(clippy::unwrap_used)]

use elbo_tensor_ad::kernels::{Binary, Element, Operand, Processor, Unary};

fn of<T: Into<f64>>(x: T) -> f64 {
    x.into()
}

/// The sum of the terms, and of their sizes.
fn reference<T: Into<f64> + Copy>(y: &[T], x: &[T]) -> [f64; 2] {
    let (mut sum, mut lost, mut size) = (0.0f64, 0.0, 0.0);
    for (&y, &x) in y.iter().zip(x) {
        let (y, x) = (of(y), of(x));
        for term in [y.mul_add(x, -x.max(0.0)), -(-x.abs()).exp().ln_1p()] {
            let next = sum + term;
            lost += if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
            sum = next;
            size += term.abs();
        }
    }
    [sum + lost, size]
}

fn numbers<T: Element + From<f32>>(n: usize, scale: f32, shift: f32) -> Vec<T> {
    (0..n).map(|i| T::from((i as f32 * 0.7).sin() * scale + shift)).collect()
}

fn outcomes<T: Element + From<f32>>(n: usize) -> Vec<T> {
    (0..n).map(|i| T::from(((i * 5 / 3) % 2) as f32)).collect()
}

fn sums_and_slopes<T: Element + From<f32> + Into<f64> + core::ops::Mul<Output = T>>() {
    let rounding = if size_of::<T>() == 8 { f64::EPSILON } else { f64::from(f32::EPSILON) };
    for n in (0..=70).chain([500, 512, 1_023, 1_024, 1_025, 1_040, 5_000]) {
        for (scale, shift) in [(3.0, 0.0), (30.0, 0.0), (1.0, -15.0), (0.0, 0.0), (2.0, 12.0)] {
            let (x, y) = (numbers::<T>(n, scale, shift), outcomes::<T>(n));
            let [expected, size] = reference(&y, &x);
            let mut first = vec![T::from(7.0); n];
            let sum =
                T::bernoulli_logits(Processor::portable(), y[..].into(), &x, T::from(1.0), Some(&mut first));
            // The terms' own roundings, and those of sums along each lane and across them.
            let bound = rounding * (8.0 + n as f64 / 8.0) * size;
            let error = (of(sum) - expected).abs();
            assert!(error <= bound, "{n} around {shift}: {error}, allowed {bound}");
            for p in Processor::available() {
                let mut slope = vec![T::from(7.0); n];
                let with = T::bernoulli_logits(p, y[..].into(), &x, T::from(1.0), Some(&mut slope));
                let without = T::bernoulli_logits(p, y[..].into(), &x, T::from(1.0), None);
                assert_eq!(of(with).to_bits(), of(sum).to_bits(), "{n} on {p:?}");
                assert_eq!(of(without).to_bits(), of(sum).to_bits(), "{n} without slopes on {p:?}");
                assert_eq!(slope, first, "{n} on {p:?}");
                let mut scaled = slope.clone();
                T::bernoulli_logits(p, y[..].into(), &x, T::from(-2.5), Some(&mut scaled));
                for i in 0..n {
                    assert_eq!(of(scaled[i]), of(T::from(-2.5) * slope[i]), "{i} of {n} on {p:?}");
                }
                let (mut sigmoid, mut residual) = (vec![T::from(0.0); n], vec![T::from(0.0); n]);
                T::unary(p, Unary::Sigmoid, &x, &mut sigmoid);
                T::binary(p, Binary::Sub, y[..].into(), sigmoid[..].into(), &mut residual);
                for i in 0..n {
                    let off = (of(slope[i]) - of(residual[i])).abs();
                    assert!(
                        off <= 4.0 * rounding * (of(sigmoid[i]) + of(slope[i]).abs()),
                        "{i} of {n}: {off}"
                    );
                }
            }
        }
    }
}

#[test]
fn sums_are_right_to_a_few_roundings_of_their_terms_and_the_same_bits_everywhere() {
    sums_and_slopes::<f64>();
    sums_and_slopes::<f32>();
}

#[test]
fn one_outcome_for_all_rows_is_a_column_full_of_it() {
    for p in Processor::available() {
        for n in [1, 5, 8, 11, 100] {
            let x = numbers::<f64>(n, 4.0, 0.0);
            let ones = vec![1.0; n];
            let same = f64::bernoulli_logits(p, Operand::Scalar(1.0), &x, 1.0, None);
            assert_eq!(same.to_bits(), f64::bernoulli_logits(p, ones[..].into(), &x, 1.0, None).to_bits());
        }
    }
}

#[test]
fn probabilities_near_one_keep_their_digits() {
    // Every row as sure as it is right: the sum is that of `-e^-|x|`, far below a rounding of 1.
    for p in Processor::available() {
        for n in [3, 8, 50, 700] {
            let (x, y) = (vec![-40.0; n], vec![0.0; n]);
            let expected = -(n as f64) * (-40.0f64).exp();
            let sum = f64::bernoulli_logits(p, y[..].into(), &x, 1.0, None);
            assert!((sum / expected - 1.0).abs() < 1e-13, "{sum} {expected}");
            let (x, y) = (vec![25.0f32; n], vec![1.0f32; n]);
            let expected = -(n as f64) * (-25.0f64).exp();
            let sum = f64::from(f32::bernoulli_logits(p, y[..].into(), &x, 1.0, None));
            assert!((sum / expected - 1.0).abs() < 1e-5, "{sum} {expected}");
        }
    }
}

#[test]
fn what_is_no_number_or_infinite_shows() {
    for p in Processor::available() {
        for n in [2, 9, 100] {
            for at in [0, n / 2, n - 1] {
                let with = |bad: f64, outcome: f64| {
                    let (mut x, mut y) = (vec![0.5; n], vec![1.0; n]);
                    (x[at], y[at]) = (bad, outcome);
                    f64::bernoulli_logits(p, y[..].into(), &x, 1.0, None)
                };
                assert!(with(f64::NAN, 1.0).is_nan() && with(1.0, f64::NAN).is_nan());
                assert_eq!(with(f64::NEG_INFINITY, 1.0), f64::NEG_INFINITY);
                assert!(with(-1e308, 1.0) <= -9e307);
            }
        }
    }
}
