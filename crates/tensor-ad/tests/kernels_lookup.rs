//! The kernels that read and add to rows of a table, against plain loops, on every processor level.

use elbo_tensor_ad::kernels::{Element, Index, Operand, Processor, Rows};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_are_read_and_summed_as_a_plain_loop_does(
        length in 1usize..40,
        stride in 1usize..4,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
    ) {
        let rows: Vec<usize> = picks.iter().map(|p| p.index(length)).collect();
        let index: Vec<f64> = rows.iter().map(|&r| r as f64).collect();
        let table: Vec<f64> = (0..length * stride).map(|i| (i as f64).sin()).collect();
        let rows_of = Rows::of_one(length, stride);
        for p in Processor::available() {
            let mut out = vec![f64::NAN; index.len()];
            prop_assert!(f64::take(p, &table, rows_of, Index::Numbers(&index), &mut out));
            for (o, &r) in out.iter().zip(&rows) {
                prop_assert_eq!(*o, table[r * stride]);
            }
            let mut expected = vec![1.0; length * stride];
            rows.iter().zip(&out).for_each(|(&r, x)| expected[r * stride] += x);
            let mut sums = vec![1.0; length * stride];
            prop_assert!(f64::scatter_add(p, Index::Numbers(&index), Operand::Slice(&out), rows_of, &mut sums));
            prop_assert_eq!(&sums, &expected);
            rows.iter().for_each(|&r| expected[r * stride] += 0.5);
            prop_assert!(f64::scatter_add(p, Index::Numbers(&index), Operand::Scalar(0.5), rows_of, &mut sums));
            prop_assert_eq!(&sums, &expected);
            // Converted once, for all that follows.
            let mut kept = vec![f64::NAN; index.len()];
            prop_assert!(f64::rows(p, &index, length, &mut kept));
            let (mut again, mut added) = (vec![f64::NAN; index.len()], vec![1.0; length * stride]);
            prop_assert!(f64::take(p, &table, rows_of, Index::Rows(&kept), &mut again));
            prop_assert_eq!(&again, &out);
            prop_assert!(f64::scatter_add(p, Index::Rows(&kept), Operand::Slice(&out), rows_of, &mut added));
            prop_assert!(f64::scatter_add(p, Index::Rows(&kept), Operand::Scalar(0.5), rows_of, &mut added));
            prop_assert_eq!(&added, &expected);
        }
    }
}

#[test]
fn an_index_that_is_no_row_is_told_wherever_it_stands() {
    let table = [1.0f32, 2.0, 3.0];
    let (three, none) = (Rows::of_one(3, 1), Rows::of_one(0, 1));
    for p in Processor::available() {
        for wrong in [-1.0, 3.0, 0.5, 2.000_000_2, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e-30] {
            for at in [0, 1, 63, 64, 99] {
                let mut index = vec![2.0f32; 100];
                index[at] = wrong;
                let mut out = vec![0.0; 100];
                assert!(
                    !f32::take(p, &table, three, Index::Numbers(&index), &mut out),
                    "{wrong} at {at} on {p:?}"
                );
                assert!(!f32::rows(p, &index, 3, &mut out), "{wrong} at {at} on {p:?}");
                assert!(!f32::scatter_add(
                    p,
                    Index::Numbers(&index),
                    Operand::Scalar(1.0),
                    three,
                    &mut out[..3]
                ));
            }
        }
        // Minus zero is row 0; a table without rows has no index.
        assert!(f32::take(p, &table, three, Index::Numbers(&[-0.0]), &mut [0.0]));
        assert!(f32::take(p, &[], none, Index::Numbers(&[]), &mut []));
        assert!(!f32::take(p, &[], none, Index::Numbers(&[0.0]), &mut [0.0]));
        assert!(f32::rows(p, &[], 0, &mut []) && !f32::rows(p, &[0.0], 0, &mut [0.0]));
    }
}
