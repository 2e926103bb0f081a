//! `Array` from and to nested arrays, ndarray, faer, NumPy's files and serde. The files were made by `files/make.py`.
#![allow(clippy::unwrap_used, clippy::panic)]

#[cfg(feature = "npz")]
use std::io::Cursor;
use std::io::ErrorKind;

use elbo_tensor_ad::{Array, Error};
use proptest::prelude::*;

#[test]
fn nested_arrays_keep_their_shape() {
    assert_eq!(Array::from([1.0f32, 2.0]).shape(), [2]);
    assert_eq!(Array::from([[1.0], [2.0]]).shape(), [2, 1]);
    let cube = Array::from([[[1.0, 2.0]; 3]; 4]);
    assert_eq!((cube.shape(), cube.len()), (&[4, 3, 2][..], 24));
    assert_eq!(Array::<f64>::from([[0.0; 3]; 0]).shape(), [0, 3]);
    assert_eq!(Array::try_from(vec![vec![1.0, 2.0], vec![3.0, 4.0]]).unwrap().data(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(Array::<f64>::try_from(Vec::<Vec<f64>>::new()).unwrap().shape(), [0, 0]);
}

#[test]
fn ragged_rows_are_refused_with_the_row() {
    let found = Array::try_from(vec![vec![1.0, 2.0], vec![3.0, 4.0], vec![5.0]]).unwrap_err();
    assert_eq!(found, Error::Ragged { row: 2, expected: 2, found: 1 });
}

/// What the files hold: `arange(6).reshape(2, 3) / 4 - 0.5`.
fn matrix() -> Array<f64> {
    Array::from([[-0.5, -0.25, 0.0], [0.25, 0.5, 0.75]])
}

mod npy {
    use super::*;

    #[test]
    fn files_that_numpy_wrote_are_read_whatever_their_order_width_and_bytes() {
        let read = |bytes: &[u8]| Array::<f64>::read_npy(bytes).unwrap();
        assert_eq!(read(include_bytes!("files/f8.npy")), matrix());
        assert_eq!(read(include_bytes!("files/f8_fortran.npy")), matrix());
        assert_eq!(read(include_bytes!("files/f4_big_endian.npy")), matrix());
        assert_eq!(read(include_bytes!("files/i2.npy")), Array::from([[-3.0, 2.0], [1.0, 32767.0]]));
        assert_eq!(read(include_bytes!("files/bool.npy")), Array::from([1.0, 0.0, 1.0]));
        assert_eq!(read(include_bytes!("files/scalar.npy")), Array::scalar(2.5));
        assert_eq!(read(include_bytes!("files/empty.npy")), Array::zeros([0, 3]));
        let cube = Array::new([2, 3, 4], (0..24).map(f64::from).collect()).unwrap();
        assert_eq!(read(include_bytes!("files/fortran_3d.npy")), cube);
        assert_eq!(
            Array::<f32>::read_npy(&include_bytes!("files/f8.npy")[..]).unwrap(),
            matrix().cast::<f32>()
        );
    }

    #[test]
    fn a_file_that_we_write_is_byte_for_byte_numpys() {
        let mut written = Vec::new();
        matrix().write_npy(&mut written).unwrap();
        assert_eq!(Array::<f64>::read_npy(written.as_slice()).unwrap(), matrix());
        assert_eq!(written, include_bytes!("files/f8.npy"));
        written.clear();
        Array::scalar(2.5).write_npy(&mut written).unwrap();
        assert_eq!(written, include_bytes!("files/scalar.npy"));
        written.clear();
        Array::<f64>::zeros([0, 3]).write_npy(&mut written).unwrap();
        assert_eq!(written, include_bytes!("files/empty.npy"));
    }

    #[test]
    fn elements_that_are_not_real_numbers_are_refused_by_their_type() {
        for (bytes, descr) in [
            (&include_bytes!("files/complex.npy")[..], "<c16"),
            (&include_bytes!("files/text.npy")[..], "<U2"),
        ] {
            match Array::<f64>::read_npy(bytes) {
                Err(Error::ElementType { found, .. }) => assert!(found.contains(descr), "{found}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn every_cut_of_a_file_is_an_error_and_not_a_panic() {
        for whole in [&include_bytes!("files/f8.npy")[..], include_bytes!("files/f8_fortran.npy")] {
            for end in 0..whole.len() {
                match Array::<f64>::read_npy(&whole[..end]) {
                    Err(Error::File { kind, .. }) => {
                        assert!(
                            matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::InvalidData),
                            "{end}: {kind}"
                        );
                    }
                    other => panic!("cut at {end}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_header_that_promises_the_moon_is_an_error_and_takes_no_memory() {
        for shape in ["(9223372036854775807, 9223372036854775807)", "(1000000000000,)"] {
            let head = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
            let mut file = b"\x93NUMPY\x01\x00".to_vec();
            file.extend((head.len() as u16).to_le_bytes());
            file.extend(head.bytes());
            assert!(Array::<f64>::read_npy(file.as_slice()).is_err(), "{shape}");
        }
    }

    #[test]
    fn records_are_refused_by_their_type() {
        let head = "{'descr': [('a', '<f8'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }\n";
        let mut file = b"\x93NUMPY\x02\x00".to_vec();
        file.extend((head.len() as u32).to_le_bytes());
        file.extend(head.bytes());
        let found = Array::<f64>::read_npy(file.as_slice());
        assert!(matches!(found, Err(Error::ElementType { .. })), "{found:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_written_is_read_back_to_the_bit(
            shape in prop::collection::vec(0usize..4, 0..4),
            seed in prop::collection::vec(any::<f64>(), 64),
        ) {
            let n = shape.iter().product();
            let a = Array::new(shape, seed[..n].to_vec()).unwrap();
            let mut file = Vec::new();
            a.write_npy(&mut file).unwrap();
            let back = Array::<f64>::read_npy(file.as_slice()).unwrap();
            prop_assert_eq!(a.shape(), back.shape());
            for (x, y) in a.data().iter().zip(back.data()) {
                prop_assert!(x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan());
            }
        }

        #[test]
        fn damaged_files_never_panic(at in 0usize..128, byte in any::<u8>()) {
            let mut file = include_bytes!("files/f8.npy").to_vec();
            file[at] = byte;
            let _ = Array::<f64>::read_npy(file.as_slice());
        }
    }
}

#[cfg(feature = "npz")]
mod npz {
    use super::*;

    #[test]
    fn archives_that_numpy_wrote_are_read() {
        for bytes in [&include_bytes!("files/stored.npz")[..], include_bytes!("files/deflated.npz")] {
            let found = Array::<f64>::read_npz(Cursor::new(bytes)).unwrap();
            let y = Array::from([1.0, 2.0, 3.0]);
            assert_eq!(found, [("x".to_string(), matrix()), ("y".to_string(), y)]);
        }
    }

    #[test]
    fn archives_cut_short_are_errors() {
        let whole = include_bytes!("files/deflated.npz");
        for end in (0..whole.len()).step_by(7) {
            assert!(
                matches!(Array::<f64>::read_npz(Cursor::new(&whole[..end])), Err(Error::File { .. })),
                "{end}"
            );
        }
    }

    #[test]
    fn the_same_arrays_give_the_same_bytes_and_a_name_comes_once() {
        let a = matrix();
        let write = || {
            let mut file = Cursor::new(Vec::new());
            Array::write_npz(&[("a", &a)], &mut file, true).unwrap();
            file.into_inner()
        };
        assert_eq!(write(), write());
        let twice = Array::write_npz(&[("a", &a), ("a", &a)], Cursor::new(Vec::new()), false);
        assert!(matches!(twice, Err(Error::File { .. })));
    }
}

#[cfg(feature = "ndarray")]
mod ndarray {
    use super::*;
    use ::ndarray::{Array1, Array2, array, s};

    #[test]
    fn row_major_arrays_change_hands_without_a_copy() {
        let theirs = array![[1.0, 2.0], [3.0, 4.0]];
        let address = theirs.as_ptr();
        let ours = Array::from(theirs);
        assert_eq!((ours.shape(), ours.data().as_ptr()), (&[2, 2][..], address));
        let back = ours.into_ndarray();
        assert_eq!(back.as_ptr(), address);
    }

    #[test]
    fn other_layouts_are_copied_in_logical_order() {
        let theirs = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_eq!(Array::from(&theirs.t()), Array::from([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]));
        assert_eq!(Array::from(theirs.clone().reversed_axes()).data(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(Array::from(&theirs.slice(s![.., ..;2])), Array::from([[1.0, 3.0], [4.0, 6.0]]));
        // An owned part of a larger buffer.
        assert_eq!(Array::from(theirs.slice_move(s![1.., ..])).data(), [4.0, 5.0, 6.0]);
    }

    #[test]
    fn views_and_typed_ranks() {
        let a = matrix();
        assert_eq!(a.as_ndarray()[[1, 2]], 0.75);
        assert_eq!(Array2::try_from(a.clone()).unwrap().dim(), (2, 3));
        assert_eq!(Array1::try_from(a).unwrap_err(), Error::Rank { expected: 1, found: vec![2, 3] });
    }
}

#[cfg(feature = "serde")]
#[test]
fn serde_keeps_shape_and_bits_and_refuses_a_shape_that_does_not_fit() {
    let a = Array::from([[0.1, -0.0], [1e-310, f64::MAX]]);
    let text = serde_json::to_string(&a).unwrap();
    assert_eq!(text, r#"{"shape":[2,2],"data":[0.1,-0.0,1e-310,1.7976931348623157e+308]}"#);
    assert_eq!(serde_json::from_str::<Array<f64>>(&text).unwrap(), a);
    let wrong = serde_json::from_str::<Array<f64>>(r#"{"shape":[3],"data":[1.0]}"#).unwrap_err();
    assert!(wrong.to_string().contains("holds 3 numbers, found 1"), "{wrong}");
    let overflowing = r#"{"shape":[9223372036854775807,4],"data":[]}"#;
    assert!(serde_json::from_str::<Array<f64>>(overflowing).is_err());
}

#[cfg(feature = "faer-interop")]
#[test]
fn faers_matrices_are_seen_without_a_copy_and_copied_in_order() {
    let a = matrix();
    let view = a.as_faer().unwrap();
    assert_eq!((view.nrows(), view.ncols(), view[(1, 0)]), (2, 3, 0.25));
    assert_eq!(std::ptr::from_ref(&view[(0, 0)]), a.data().as_ptr());
    assert_eq!(Array::from(view), a);
    assert_eq!(Array::from(view.transpose()).shape(), [3, 2]);
    assert_eq!(Array::from(&a.to_faer().unwrap()), a);
    assert_eq!(Array::from([1.0, 2.0]).as_faer().unwrap().ncols(), 1);
    assert_eq!(
        Array::from([[[1.0]]]).as_faer().unwrap_err(),
        Error::Rank { expected: 2, found: vec![1, 1, 1] }
    );
}
