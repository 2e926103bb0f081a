//! What holds for every set, split, fold, scaling and file, whatever the numbers.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_datasets::{Csv, Dataset, Error, KFold, Scaler, grid, make_blobs, make_circles, make_moons, scale};
use elbo_tensor_ad::Array;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

fn rng(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// A set whose one feature is the row number, under these labels.
fn numbered(labels: &[u8]) -> Dataset {
    let x = (0..labels.len()).map(|i| i as f64).collect();
    let y = labels.iter().map(|&l| f64::from(l)).collect();
    Dataset::new(Array::new([labels.len(), 1], x).unwrap(), Array::vector(y)).unwrap()
}

fn is_partition(parts: &[&[usize]], rows: usize) -> bool {
    let mut all: Vec<usize> = parts.concat();
    all.sort_unstable();
    all == (0..rows).collect::<Vec<_>>()
}

/// Labels in which each of up to four classes has between `least` and 30 members, in mixed order.
fn labels(least: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(least..30usize, 2..5)
        .prop_map(|counts| {
            counts.iter().enumerate().flat_map(|(k, &n)| vec![k as u8; n]).collect::<Vec<u8>>()
        })
        .prop_shuffle()
}

/// A table of up to 20 rows and 4 columns with numbers of any size up to a million.
fn table() -> impl Strategy<Value = Array<f64>> {
    (2..20usize, 1..5usize).prop_flat_map(|(n, d)| {
        prop::collection::vec(-1e6..1e6f64, n * d).prop_map(move |v| Array::new([n, d], v).unwrap())
    })
}

fn column(x: &Array<f64>, j: usize) -> Vec<f64> {
    x.data().iter().skip(j).step_by(x.row_len()).copied().collect()
}

fn mean_and_variance(v: &[f64]) -> (f64, f64) {
    let n = v.len() as f64;
    let mean = v.iter().sum::<f64>() / n;
    (mean, v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_split_partitions_the_rows(n in 2..200usize, f in 0.01..0.99f64, seed: u32) {
        let data = numbered(&vec![0; n]);
        let n_test = (f * n as f64).ceil() as usize;
        let with_seed = data.split(f).random_state(seed).generate();
        let with_rng = data.split(f).generate_with(&mut rng(u64::from(seed)));
        let in_order = data.split(f).shuffle(false).generate();
        for split in [with_seed, with_rng, in_order] {
            if n_test == n {
                prop_assert!(split.is_err());
                continue;
            }
            let split = split.unwrap();
            prop_assert!(is_partition(&[&split.train_indices, &split.test_indices], n));
            prop_assert_eq!(split.test.n_rows(), n_test);
            // Each row of either side is the row that its index names.
            for (side, indices) in [(&split.train, &split.train_indices), (&split.test, &split.test_indices)] {
                prop_assert!(side.x.data().iter().zip(indices).all(|(&x, &i)| x == i as f64));
            }
        }
    }

    #[test]
    fn a_stratified_split_gives_each_class_its_share_to_within_one_row(y in labels(3), f in 0.2..0.8f64, seed: u32) {
        let data = numbered(&y);
        let with_seed = data.split(f).stratify().random_state(seed).generate();
        let with_rng = data.split(f).stratify().generate_with(&mut rng(u64::from(seed)));
        let test = (f * y.len() as f64).ceil() as usize;
        if test.min(y.len() - test) < data.classes().len() {
            // Too few rows on one side for every class: refused, as scikit-learn does.
            for refused in [with_seed, with_rng] {
                let small = matches!(refused, Err(Error::SmallSide { .. }));
                prop_assert!(small);
            }
            return Ok(());
        }
        for split in [with_seed.unwrap(), with_rng.unwrap()] {
            prop_assert!(is_partition(&[&split.train_indices, &split.test_indices], y.len()));
            for class in data.classes() {
                let members = |v: &[f64]| v.iter().filter(|&&l| l == class).count() as f64;
                for side in [&split.train, &split.test] {
                    let share = members(data.y.data()) * side.n_rows() as f64 / y.len() as f64;
                    prop_assert!((members(side.y.data()) - share).abs() <= 1.0);
                }
            }
        }
    }

    #[test]
    fn sizes_on_both_sides_are_kept_and_share_no_row(test in 1..40usize, train in 1..40usize, spare in 0..20usize, seed: u32) {
        let data = numbered(&vec![0; test + train + spare]);
        let split = data.split(test).train_size(train).random_state(seed).generate().unwrap();
        prop_assert_eq!((split.train.n_rows(), split.test.n_rows()), (train, test));
        prop_assert!(split.train_indices.iter().all(|i| !split.test_indices.contains(i)));
    }

    #[test]
    fn the_test_sides_of_folds_partition_the_rows(y in labels(5), k in 2..6usize, seed: u32, shuffled: bool) {
        let folds = if shuffled { KFold::new(k).random_state(seed) } else { KFold::new(k) };
        let n = y.len();
        let y: Vec<f64> = y.into_iter().map(f64::from).collect();
        let plain = folds.split(n).unwrap();
        let stratified = folds.stratified(&y).unwrap();
        let by_rng = KFold::new(k).stratified_with(&y, &mut rng(u64::from(seed))).unwrap();
        for folds in [&plain, &stratified, &by_rng] {
            let tests: Vec<&[usize]> = folds.iter().map(|f| f.test.as_slice()).collect();
            prop_assert!(is_partition(&tests, n));
            for fold in folds {
                prop_assert!(is_partition(&[&fold.train, &fold.test], n));
                prop_assert!((fold.test.len() as f64 - n as f64 / k as f64).abs() < 1.0);
            }
        }
        for fold in stratified.iter().chain(&by_rng) {
            for class in 0..4 {
                let members = |rows: &[usize]| rows.iter().filter(|&&i| y[i] == f64::from(class)).count() as f64;
                let all: Vec<usize> = (0..n).collect();
                prop_assert!((members(&fold.test) - members(&all) / k as f64).abs() < 1.0);
            }
        }
    }

    #[test]
    fn scaled_columns_have_mean_zero_and_variance_one(x in table()) {
        for scaled in [scale(&x).unwrap(), Scaler::fit(&x).unwrap().transform(&x).unwrap()] {
            for j in 0..x.row_len() {
                let (mean, variance) = mean_and_variance(&column(&scaled, j));
                prop_assert!(mean.abs() < 1e-8, "mean {mean}");
                // Two of a million random numbers may lie so close that rounding shows in their spread.
                let (m, v) = mean_and_variance(&column(&x, j));
                prop_assert!((variance - 1.0).abs() < 1e-9 + 1e-14 * m * m / v, "variance {variance}");
            }
        }
    }

    #[test]
    fn scaling_back_gives_the_table_again(x in table()) {
        let scaler = Scaler::fit(&x).unwrap();
        let back = scaler.inverse_transform(&scaler.transform(&x).unwrap()).unwrap();
        prop_assert!(back.data().iter().zip(x.data()).all(|(a, b)| (a - b).abs() < 1e-8));
    }

    #[test]
    fn a_constant_column_scales_to_zeros_and_is_reported(x in table(), c in -1e6..1e6f64, j in 0..4usize) {
        let j = j % x.row_len();
        let mut x = x;
        let d = x.row_len();
        x.data_mut().iter_mut().skip(j).step_by(d).for_each(|v| *v = c);
        let scaler = Scaler::fit(&x).unwrap();
        prop_assert_eq!(scaler.constant_columns(), [j]);
        prop_assert!(column(&scaler.transform(&x).unwrap(), j).iter().all(|&v| v == 0.0));
        // scikit-learn's function subtracts a mean that is an ulp off, divides by the rest, and centres again: zero to rounding.
        prop_assert!(column(&scale(&x).unwrap(), j).iter().all(|&v| v.abs() < 1e-8));
    }

    #[test]
    fn csv_written_and_read_is_the_same_set(
        bits in prop::collection::vec(any::<f64>().prop_filter("finite", |v| v.is_finite()), 3..60),
        name in "[a-z \",\n]{1,8}",
    ) {
        let n = bits.len() / 3;
        let x = Array::new([n, 2], bits[..2 * n].to_vec()).unwrap();
        let data = Dataset::new(x, Array::vector(bits[2 * n..3 * n].to_vec())).unwrap();
        // Blanks at the ends of a name are trimmed when read.
        let name = format!("a{name}b");
        let data = data.with_feature_names([name.as_str(), "second"]).unwrap();
        let read = Csv::new().expect_rows(n).parse(data.to_csv().unwrap().as_bytes()).unwrap();
        prop_assert_eq!(&read, &data);
        let same_bits = |a: &Array, b: &Array| a.data().iter().zip(b.data()).all(|(a, b)| a.to_bits() == b.to_bits());
        prop_assert!(same_bits(&read.x, &data.x) && same_bits(&read.y, &data.y));
    }

    #[test]
    fn a_csv_file_cut_within_a_record_never_reads_as_a_whole_one(cut in 1..120usize) {
        let whole = "a,b,c\n".to_owned() + &"1.5,2.25,3.125\n".repeat(8);
        let cut = &whole[..cut.min(whole.len())];
        let read = Csv::new().expect_rows(8).parse(cut.as_bytes());
        // Within the last cell a cut leaves another number, which nothing in the file can tell.
        let whole_but_for_digits = cut.lines().count() == 9 && cut.lines().last().unwrap().starts_with("1.5,2.25,3");
        prop_assert_eq!(read.is_ok(), whole_but_for_digits);
    }

    #[test]
    fn makers_give_the_rows_columns_and_classes_asked_for(n in 1..80usize, k in 1..5usize, d in 1..4usize, seed: u32) {
        let moons = make_moons(n).noise(0.3).random_state(seed).generate().unwrap();
        let circles = make_circles(n).noise(0.3).generate_with(&mut rng(u64::from(seed))).unwrap();
        for data in [moons, circles] {
            prop_assert_eq!(data.x.shape(), [n, 2]);
            prop_assert_eq!(data.y.data().iter().filter(|&&y| y == 0.0).count(), n / 2);
        }
        let blobs = make_blobs(n).centers(k).features(d);
        for data in [
            blobs.clone().random_state(seed).generate().unwrap(),
            blobs.generate_with(&mut rng(u64::from(seed))).unwrap(),
        ] {
            prop_assert_eq!(data.x.shape(), [n, d]);
            let counts: Vec<usize> = (0..k).map(|c| data.y.data().iter().filter(|&&y| y == c as f64).count()).collect();
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1);
        }
    }

    #[test]
    fn a_grid_spans_its_rectangle_in_even_steps(low in -100.0..100.0f64, range in 0.1..50.0f64, n in 2..20usize) {
        let g = grid([low, low + range], [0.0, 1.0], n).unwrap();
        prop_assert_eq!(g.points.shape(), [n * n, 2]);
        prop_assert_eq!(g.x[0], low);
        prop_assert!((g.x[n - 1] - (low + range)).abs() < 1e-12);
        prop_assert!(g.x.windows(2).all(|w| ((w[1] - w[0]) - range / (n - 1) as f64).abs() < 1e-12));
    }
}

#[test]
fn a_generator_of_rand_gives_the_same_set_for_the_same_state_and_another_for_another() {
    let make = |seed| make_moons(50).noise(0.1).generate_with(&mut rng(seed)).unwrap();
    assert_eq!(make(1), make(1));
    assert_ne!(make(1), make(2));
}

#[test]
fn noise_from_either_source_has_the_standard_deviation_asked_for() {
    // 40,000 normals: the mean square of z is 1 with standard deviation sqrt(2/40000) = 0.0071; four of them, false alarm 6e-5 a source.
    let clean = make_moons(20_000).shuffle(false).generate().unwrap();
    let noisy = make_moons(20_000).shuffle(false).noise(0.2);
    for data in [noisy.clone().random_state(5).generate().unwrap(), noisy.generate_with(&mut rng(5)).unwrap()]
    {
        let z: Vec<f64> = data.x.data().iter().zip(clean.x.data()).map(|(a, b)| (a - b) / 0.2).collect();
        let square = z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64;
        let mean = z.iter().sum::<f64>() / z.len() as f64;
        assert!((square - 1.0).abs() < 4.0 * 0.0071, "mean square {square}");
        assert!(mean.abs() < 4.0 * 0.005, "mean {mean}");
    }
}

#[test]
fn a_split_scaled_by_its_training_rows_leaves_the_test_rows_unknown_to_the_scaler() {
    let moons = make_moons(100).noise(0.2).random_state(0).generate().unwrap();
    let split = moons.split(0.3).random_state(1).generate().unwrap().scaled().unwrap();
    for j in 0..2 {
        let (mean, variance) = mean_and_variance(&column(&split.train.x, j));
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
        let (mean, _) = mean_and_variance(&column(&split.test.x, j));
        assert!(mean.abs() > 1e-4, "the test rows have a mean of their own, found {mean}");
    }
    assert_eq!(split.train.target_names, moons.target_names);
}

#[test]
fn scaled_moons_split_as_the_notebook_splits_them_have_its_rows() {
    let moons = make_moons(1000).noise(0.2).random_state(0).generate().unwrap();
    let split = moons.scaled().unwrap().split(0.5).random_state(42).generate().unwrap();
    assert_eq!(split.test_indices[..4], [521, 737, 740, 660]);
    assert_eq!(split.train_indices[..4], [680, 177, 395, 911]);
    assert_eq!(split.train.name, "moons");
}
