//! Bad input gets an error that says what was expected, what was found, and where.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_datasets::{
    Csv, Dataset, Error, Grid, KFold, Scaler, Size, grid, load, make_blobs, make_circles, make_moons,
    read_csv, scale,
};
use elbo_tensor_ad::Array;

fn table(n: usize, d: usize, v: Vec<f64>) -> Array<f64> {
    Array::new([n, d], v).unwrap()
}

fn labelled(y: &[f64]) -> Dataset {
    let n = y.len();
    Dataset::new(table(n, 1, (0..n).map(|i| i as f64).collect()), Array::vector(y.to_vec())).unwrap()
}

macro_rules! fails {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {
        match $result {
            Err($pattern) $(if $guard)? => {}
            other => panic!("expected {}, found {other:?}", stringify!($pattern)),
        }
    };
}

#[test]
fn a_set_refuses_shapes_that_do_not_fit() {
    let y = || Array::vector(vec![0.0, 1.0]);
    fails!(Dataset::new(Array::vector(vec![1.0, 2.0]), y()), Error::Rank { what: "x", expected: 2, .. });
    fails!(
        Dataset::new(table(2, 1, vec![1.0, 2.0]), table(2, 1, vec![0.0, 1.0])),
        Error::Rank { what: "y", .. }
    );
    fails!(Dataset::new(table(3, 1, vec![1.0; 3]), y()), Error::Length { expected: 3, found: 2, .. });
    fails!(Dataset::new(table(0, 2, vec![]), Array::vector(vec![])), Error::Empty { what: "rows" });
    fails!(Dataset::new(table(2, 0, vec![]), y()), Error::Empty { what: "feature columns" });
    let data = labelled(&[0.0, 1.0]);
    fails!(data.clone().with_feature_names(["a", "b"]), Error::Length { expected: 1, found: 2, .. });
    fails!(data.rows(&[]), Error::Empty { what: "rows" });
    fails!(data.rows(&[2]), Error::Array(_));
}

#[test]
fn a_set_refuses_nan_and_infinity_and_says_where() {
    let y = || Array::vector(vec![0.0, 1.0]);
    let x = table(2, 2, vec![1.0, 2.0, f64::NAN, 4.0]);
    fails!(Dataset::new(x, y()), Error::NotFinite { what: "x", row: 1, column: 0, .. });
    let x = table(2, 2, vec![1.0, 2.0, 3.0, f64::INFINITY]);
    fails!(Dataset::new(x, y()), Error::NotFinite { what: "x", row: 1, column: 1, .. });
    let bad = Array::vector(vec![0.0, f64::NEG_INFINITY]);
    fails!(Dataset::new(table(2, 1, vec![1.0, 2.0]), bad), Error::NotFinite { what: "y", row: 1, .. });
}

#[test]
fn labels_without_a_class_are_refused() {
    fails!(labelled(&[0.0, 2.0]).with_target_names(["a", "b"]), Error::Label { row: 1, classes: 2, .. });
    fails!(labelled(&[0.5, 1.0]).labels(), Error::Label { row: 0, .. });
    fails!(labelled(&[1.0, -1.0]).labels(), Error::Label { row: 1, .. });
    assert_eq!(labelled(&[3.0, 0.0]).labels().unwrap(), [3, 0]);
}

#[test]
fn chance_without_a_seed_is_an_error_and_without_chance_no_seed_is_needed() {
    fails!(make_moons(10).generate(), Error::Unseeded { function: "make_moons" });
    fails!(
        make_circles(10).shuffle(false).noise(0.1).generate(),
        Error::Unseeded { function: "make_circles" }
    );
    fails!(make_blobs(10).generate(), Error::Unseeded { .. });
    fails!(labelled(&[0.0, 1.0]).split(0.5).generate(), Error::Unseeded { .. });
    assert!(make_moons(10).shuffle(false).generate().is_ok());
}

#[test]
fn makers_refuse_settings_out_of_range() {
    for sd in [-0.1, f64::NAN, f64::INFINITY] {
        fails!(make_moons(10).noise(sd).random_state(0).generate(), Error::Setting { name: "noise", .. });
        fails!(
            make_blobs(10).cluster_sd(sd).random_state(0).generate(),
            Error::Setting { name: "cluster_sd", .. }
        );
    }
    for factor in [-0.1, 1.0, f64::NAN] {
        let made = make_circles(10).factor(factor).random_state(0).generate();
        fails!(made, Error::Setting { name: "factor", .. });
    }
    fails!(make_moons(0).random_state(0).generate(), Error::Empty { what: "rows" });
    fails!(make_blobs(0).random_state(0).generate(), Error::Empty { what: "rows" });
    fails!(make_blobs(9).centers(0).random_state(0).generate(), Error::Setting { name: "centers", .. });
    fails!(make_blobs(9).features(0).random_state(0).generate(), Error::Setting { name: "features", .. });
    fails!(
        make_blobs(9).center_box(1.0, 0.0).random_state(0).generate(),
        Error::Setting { name: "center_box", .. }
    );
    fails!(
        make_blobs(9).cluster_sds([1.0]).random_state(0).generate(),
        Error::Length { expected: 3, found: 1, .. }
    );
    fails!(
        make_blobs(9).counts([1, 2]).random_state(0).generate(),
        Error::Length { expected: 3, found: 2, .. }
    );
    assert_eq!(make_moons(1).random_state(0).generate().unwrap().n_rows(), 1);
}

#[test]
fn split_sizes_that_do_not_fit_are_refused() {
    let data = labelled(&[0.0; 10]);
    for f in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
        fails!(data.split(f).random_state(0).generate(), Error::SplitSize { side: "test", rows: 10, .. });
    }
    for n in [0, 10, 11] {
        let split = data.split(n).random_state(0).generate();
        fails!(split, Error::SplitSize { size: Size::Count(found), .. } if found == n);
    }
    fails!(data.split(0.95).random_state(0).generate(), Error::SplitRows { rows: 10, train: 0, test: 10 });
    fails!(
        data.split(6).train_size(5).random_state(0).generate(),
        Error::SplitRows { train: 5, test: 6, .. }
    );
    fails!(data.split(5).train_size(0.01).random_state(0).generate(), Error::SplitRows { train: 0, .. });
    fails!(
        labelled(&[1.0]).split(0.5).random_state(0).generate(),
        Error::SplitRows { rows: 1, train: 0, test: 1 }
    );
}

#[test]
fn strata_that_cannot_be_kept_are_refused() {
    let lonely = labelled(&[0.0, 0.0, 0.0, 7.0]);
    let split = lonely.split(0.5).stratify().random_state(0);
    fails!(split.generate(), Error::SmallClass { members: 1, needed: 2, label } if label == 7.0);
    fails!(split.shuffle(false).generate(), Error::StratifiedUnshuffled);
    let three = labelled(&[0.0, 0.0, 1.0, 1.0, 2.0, 2.0]);
    let split = three.split(2).stratify().random_state(0).generate();
    fails!(split, Error::SmallSide { side: "test", rows: 2, classes: 3 });
    let split = three.split(4).stratify().random_state(0).generate();
    fails!(split, Error::SmallSide { side: "train", rows: 2, classes: 3 });
}

#[test]
fn folds_that_cannot_be_made_are_refused() {
    fails!(KFold::new(1).split(10), Error::Folds { folds: 1, rows: 10 });
    fails!(KFold::new(11).split(10), Error::Folds { folds: 11, rows: 10 });
    fails!(KFold::new(2).stratified(&[]), Error::Folds { rows: 0, .. });
    fails!(
        KFold::new(4).stratified(&[0.0, 0.0, 0.0, 1.0, 1.0]),
        Error::SmallClass { members: 3, needed: 4, .. }
    );
    // One class large enough is enough, as in scikit-learn.
    assert_eq!(KFold::new(3).stratified(&[0.0, 0.0, 0.0, 1.0]).unwrap().len(), 3);
}

#[test]
fn scaling_refuses_what_it_cannot_scale() {
    fails!(scale(&Array::vector(vec![1.0])), Error::Rank { .. });
    fails!(scale(&table(2, 1, vec![1.0, f64::NAN])), Error::NotFinite { row: 1, column: 0, .. });
    fails!(scale(&table(2, 2, vec![0.0, 1e308, 1.0, 1e308])), Error::Overflow { column: 1 });
    fails!(Scaler::fit(&table(2, 1, vec![-1e300, 1e300])), Error::Overflow { column: 0 });
    let scaler = Scaler::fit(&table(2, 1, vec![1.0, 1.0 + 1e-9])).unwrap();
    fails!(scaler.transform(&table(1, 2, vec![1.0, 2.0])), Error::Length { expected: 1, found: 2, .. });
    fails!(scaler.transform(&table(1, 1, vec![1e305])), Error::Overflow { column: 0 });
    // A single row has no spread: every column is constant.
    assert_eq!(Scaler::fit(&table(1, 2, vec![3.0, 4.0])).unwrap().constant_columns(), [0, 1]);
    assert_eq!(scale(&table(1, 2, vec![3.0, 4.0])).unwrap().data(), [0.0, 0.0]);
}

#[test]
fn grids_refuse_empty_and_endless_ranges() {
    for x in [[1.0, 1.0], [2.0, 1.0], [0.0, f64::INFINITY], [f64::NAN, 1.0], [-1.7e308, 1.7e308]] {
        fails!(grid(x, [0.0, 1.0], 5), Error::Setting { name: "x", .. });
        fails!(grid([0.0, 1.0], x, 5), Error::Setting { name: "y", .. });
    }
    fails!(Grid::new([0.0, 1.0], [0.0, 1.0], [2, 1]), Error::Setting { name: "n", .. });
    assert_eq!(Grid::new([0.0, 1.0], [0.0, 1.0], [2, 3]).unwrap().points.shape(), [6, 2]);
}

#[test]
fn tables_that_do_not_exist_are_named_with_those_that_do() {
    let error = load("boston").unwrap_err();
    assert!(error.to_string().contains("boston") && error.to_string().contains("iris"), "{error}");
}

fn parse(text: &str) -> Result<Dataset, Error> {
    Csv::new().parse(text.as_bytes())
}

#[test]
fn a_cell_that_is_no_number_is_named_by_line_column_and_text() {
    let error = parse("a,b,target\n1,2,0\n3,four,1\n").unwrap_err();
    assert_eq!(error.to_string(), "text, line 3, column 2 (b): \"four\" is not a number");
    fails!(parse("a,t\n1,0\n,1\n"), Error::NotANumber { line: 3, column: 1, .. });
    fails!(parse("a,t\n1,0\n2,yes\n"), Error::NotANumber { line: 3, column: 2, .. });
    fails!(parse("a,t\n1,0\n1_000,1\n"), Error::NotANumber { line: 3, .. });
}

#[test]
fn lines_are_counted_through_crlf_empty_lines_and_quoted_breaks() {
    fails!(parse("a,t\r\n1,0\r\n\r\nx,1\r\n"), Error::NotANumber { line: 4, .. });
    fails!(parse("\n\na,t\n1,0\n\n\nx,1\n"), Error::NotANumber { line: 7, .. });
    fails!(parse("\"a\nb\",t\n1,0\nx,1\n"), Error::NotANumber { line: 4, .. });
    fails!(parse("a,t\r1,0\rx,1\r"), Error::NotANumber { line: 3, .. });
    assert_eq!(parse("\u{feff}a,t\r\n 1 , 0\r\n   \r\n2,1").unwrap().feature_names, ["a"]);
}

#[test]
fn nan_and_infinity_in_a_file_are_refused() {
    for text in ["nan", "NaN", "inf", "-Infinity", "1e999"] {
        fails!(parse(&format!("a,t\n1,0\n{text},1\n")), Error::NotFiniteCell { line: 3, column: 1, .. });
    }
}

#[test]
fn ragged_and_cut_short_files_are_told_apart() {
    fails!(parse("a,b,t\n1,2,0\n3,1\n5,6,1\n"), Error::Ragged { line: 3, expected: 3, found: 2, .. });
    fails!(parse("a,b,t\n1,2,0\n3,4,5,1\n5,6,1\n"), Error::Ragged { line: 3, expected: 3, found: 4, .. });
    fails!(parse("a,b,t\n1,2,0\n3,4,5,1"), Error::Ragged { line: 3, expected: 3, found: 4, .. });
    fails!(parse("a,b,t\n1,2,0\n3,4"), Error::CutShort { line: 3, expected: 3, found: 2, .. });
    fails!(parse("a,b,t\n1,2,0\n3"), Error::CutShort { line: 3, expected: 3, found: 1, .. });
    fails!(parse("a,b,t\n1,2,0\n3,4,"), Error::NotANumber { line: 3, column: 3, .. });
    fails!(parse("a,b,t\n1,2,0\n3,4,\"1"), Error::CutShort { line: 3, expected: 3, found: 3, .. });
    let named = Csv::new().text_target().parse(b"a,t\n1,one\n2,\"tw");
    fails!(named, Error::CutShort { line: 3, .. });
    fails!(
        Csv::new().expect_rows(3).parse(b"a,t\n1,0\n2,1\n"),
        Error::RecordCount { expected: 3, found: 2, .. }
    );
}

#[test]
fn empty_files_are_refused() {
    for text in ["", "\n\n", "\u{feff}", "a,b,t\n", "  \n"] {
        fails!(parse(text), Error::NoRecords { .. });
    }
    fails!(parse("t\n1\n2\n"), Error::Empty { what: "feature columns" });
}

#[test]
fn columns_that_are_missing_or_named_twice_are_refused() {
    let text = b"a,b\n1,2\n";
    fails!(Csv::new().target("y").parse(text), Error::MissingColumn { columns, .. } if columns == ["a", "b"]);
    fails!(Csv::new().target(2).parse(text), Error::MissingColumn { .. });
    fails!(Csv::new().features(["a", "c"]).parse(text), Error::MissingColumn { .. });
    fails!(parse("a,b,a\n1,2,3\n"), Error::DuplicateColumn { first: 1, second: 3, .. });
    let named = labelled(&[0.0]).with_feature_names(["target"]).unwrap();
    fails!(named.to_csv(), Error::DuplicateColumn { first: 1, second: 2, .. });
}

#[test]
fn settings_choose_target_features_header_and_delimiter() {
    let text = b"7;1.5;2\n8;2.5;3\n";
    let data = Csv::new().header(false).delimiter(b';').target(0).features([2, 1]).parse(text).unwrap();
    assert_eq!(data.y.data(), [7.0, 8.0]);
    assert_eq!(data.x.data(), [2.0, 1.5, 3.0, 2.5]);
    assert_eq!(data.feature_names, ["x2", "x1"]);
    let first = Csv::new().target("a").parse(b"a,b\n1,2\n").unwrap();
    assert_eq!((first.y.data()[0], first.x.data()[0]), (1.0, 2.0));
}

#[test]
fn files_are_read_by_path_and_failures_name_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("moons.csv");
    let moons = make_moons(40).noise(0.1).random_state(3).generate().unwrap();
    moons.write_csv(&path).unwrap();
    let read = read_csv(&path).unwrap();
    assert_eq!((&read.x, &read.y, read.name.as_str()), (&moons.x, &moons.y, "moons"));

    let whole = std::fs::read(&path).unwrap();
    let last_comma = whole.iter().rposition(|&b| b == b',').unwrap();
    std::fs::write(&path, &whole[..last_comma]).unwrap();
    let error = read_csv(&path).unwrap_err();
    assert!(error.to_string().contains("moons.csv, line 41"), "{error}");

    std::fs::write(&path, b"a,t\n1,0\n\xff,1\n").unwrap();
    fails!(read_csv(&path), Error::Encoding { line: 3, column: 1, .. });
    fails!(read_csv(folder.path().join("none.csv")), Error::Io { .. });
}
