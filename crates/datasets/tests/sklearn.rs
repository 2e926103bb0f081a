//! The crate's numbers are scikit-learn's and NumPy's: held against tables that those wrote.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

use elbo_datasets::{
    Dataset, Error, KFold, RandomState, Rings, Scaler, Size, grid, load, make_blobs, make_circles,
    make_moons, scale,
};
use elbo_tensor_ad::Array;
use serde_json::Value;

/// The cases of a table: from the folder that `ELBO_GOLDEN` names, else (or where it lacks the file) from the copy in this crate.
fn cases(file: &str) -> Vec<Value> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    let other = std::env::var_os("ELBO_GOLDEN").map(|folder| PathBuf::from(folder).join(file));
    let path = other.filter(|p| p.exists()).unwrap_or(own);
    let table: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let cases = table["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{} holds no case", path.display());
    cases
}

/// Every number in a value, however deeply nested, in order.
fn flat(v: &Value) -> Vec<f64> {
    match v {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn indices(v: &Value) -> Vec<usize> {
    flat(v).into_iter().map(|x| x as usize).collect()
}

fn matrix(v: &Value) -> Array<f64> {
    let rows = v.as_array().unwrap();
    Array::new([rows.len(), rows[0].as_array().unwrap().len()], flat(v)).unwrap()
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], atol: f64, rtol: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= atol + rtol * b.abs(), "{what}: number {i} is {a:?}, expected {b:?}");
    }
}

fn rings(case: &Value) -> Rings {
    let args = &case["args"];
    let rows = &args["n_samples"];
    let n = rows.as_u64().unwrap_or(0) as usize;
    let mut maker = match case["maker"].as_str().unwrap() {
        "make_moons" => make_moons(n),
        "make_circles" => make_circles(n),
        other => panic!("unknown maker {other}"),
    };
    if let Some(counts) = rows.as_array() {
        maker = maker.counts(counts[0].as_u64().unwrap() as usize, counts[1].as_u64().unwrap() as usize);
    }
    if let Some(sd) = args["noise"].as_f64() {
        maker = maker.noise(sd);
    }
    if let Some(factor) = args["factor"].as_f64() {
        maker = maker.factor(factor);
    }
    if let Some(seed) = args["random_state"].as_u64() {
        maker = maker.random_state(seed as u32);
    }
    maker.shuffle(args["shuffle"].as_bool().unwrap_or(true))
}

#[test]
fn moons_and_circles_are_scikit_learns() {
    for case in cases("sklearn_makers.json") {
        let what = format!("{} {}", case["maker"], case["args"]);
        let made = rings(&case).generate().unwrap();
        assert_eq!(made.y.data(), flat(&case["y"]), "{what}");
        // The tolerance in the table's head.
        close(made.x.data(), &flat(&case["X"]), 4e-16, 1e-15, &what);
    }
}

#[test]
fn blobs_are_scikit_learns() {
    let mut seen = 0;
    for case in cases("sklearn_extra.json").iter().filter(|c| c["maker"] == "make_blobs") {
        let args = &case["args"];
        let mut maker = make_blobs(args["n_samples"].as_u64().unwrap_or(0) as usize)
            .random_state(args["random_state"].as_u64().unwrap() as u32)
            .shuffle(args["shuffle"].as_bool().unwrap_or(true));
        if args["n_samples"].is_array() {
            let counts = indices(&args["n_samples"]);
            maker = maker.centers(counts.len()).counts(counts);
        }
        if let Some(d) = args["n_features"].as_u64() {
            maker = maker.features(d as usize);
        }
        match &args["centers"] {
            Value::Null => {}
            Value::Array(_) => maker = maker.centers_at(matrix(&args["centers"])),
            k => maker = maker.centers(k.as_u64().unwrap() as usize),
        }
        match &args["cluster_std"] {
            Value::Null => {}
            Value::Array(_) => maker = maker.cluster_sds(flat(&args["cluster_std"])),
            sd => maker = maker.cluster_sd(sd.as_f64().unwrap()),
        }
        if let Some(b) = args["center_box"].as_array() {
            maker = maker.center_box(b[0].as_f64().unwrap(), b[1].as_f64().unwrap());
        }
        let made = maker.generate().unwrap();
        assert_eq!(made.y.data(), flat(&case["y"]), "{args}");
        // Centres reach 10 in size, where an ulp is 1.8e-15, and the normal draw may itself be off by 2 ulp.
        close(made.x.data(), &flat(&case["X"]), 4e-15, 1e-15, &args.to_string());
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn scale_is_scikit_learns() {
    for case in cases("sklearn_scale.json") {
        let input = case["input"].as_str().unwrap();
        let x = match input {
            "make_moons" => {
                let moons =
                    cases("sklearn_makers.json").into_iter().find(|c| c["args"] == case["args"]).unwrap();
                matrix(&moons["X"])
            }
            "iris" | "breast_cancer" => load(input).unwrap().x,
            _ => matrix(&case["X"]),
        };
        let scaler = Scaler::fit(&x).unwrap();
        let scaled = match input {
            "inline, with_mean=False" => scaler.clone().without_mean().transform(&x).unwrap(),
            "inline, with_std=False" => scaler.clone().without_sd().transform(&x).unwrap(),
            _ => scale(&x).unwrap(),
        };
        let kept = if case["rows_kept"].is_array() {
            scaled.select_rows(&indices(&case["rows_kept"])).unwrap()
        } else {
            scaled
        };
        close(kept.data(), &flat(&case["X_scaled"]), 1e-12, 1e-12, input);
        if case["mean"].is_array() {
            close(scaler.mean(), &flat(&case["mean"]), 1e-12, 1e-12, input);
            let sd: Vec<f64> =
                flat(&case["std_ddof0"]).iter().map(|&s| if s == 0.0 { 1.0 } else { s }).collect();
            close(scaler.sd(), &sd, 1e-12, 1e-12, input);
        }
        assert_eq!(scaler.constant_columns().is_empty(), !input.starts_with("inline"), "{input}");
    }
}

#[test]
fn scale_of_a_row_major_table_is_bit_for_bit_scikit_learns() {
    // Additions, multiplications, divisions and square roots are exactly rounded everywhere: the order of summation alone decides.
    for (name, maker) in [("make_moons", true), ("iris", false), ("breast_cancer", false)] {
        let table = cases("sklearn_scale.json");
        let case = table.iter().find(|c| c["input"] == name).unwrap();
        let x = if maker {
            let moons = cases("sklearn_makers.json").into_iter().find(|c| c["args"] == case["args"]).unwrap();
            matrix(&moons["X"])
        } else {
            load(name).unwrap().x
        };
        let scaled = scale(&x).unwrap();
        let rows = if maker { (0..x.rows()).collect() } else { indices(&case["rows_kept"]) };
        assert_eq!(scaled.select_rows(&rows).unwrap().data(), flat(&case["X_scaled"]), "{name}");
    }
}

#[test]
fn scaler_is_scikit_learns_standard_scaler() {
    let table = cases("sklearn_extra.json");
    let case = table.iter().find(|c| c["scaler"].is_string()).unwrap();
    let x = matrix(&case["X"]);
    let scaler = Scaler::fit(&x).unwrap();
    assert_eq!(scaler.constant_columns(), [3]);
    close(scaler.mean(), &flat(&case["mean"]), 1e-12, 1e-12, "mean");
    close(scaler.sd(), &flat(&case["scale"]), 1e-12, 1e-12, "scale");
    close(scaler.transform(&x).unwrap().data(), &flat(&case["X_scaled"]), 1e-12, 1e-12, "fitted rows");
    let other = scaler.transform(&matrix(&case["T"])).unwrap();
    close(other.data(), &flat(&case["T_scaled"]), 1e-12, 1e-12, "other rows");
}

#[test]
fn grid_is_numpys_mgrid_bit_for_bit() {
    let mut seen = 0;
    for case in cases("sklearn_extra.json").iter().filter(|c| c["grid"].is_array()) {
        let r = flat(&case["grid"]);
        let n = case["n"].as_u64().unwrap() as usize;
        let g = grid([r[0], r[1]], [r[2], r[3]], n).unwrap();
        assert_eq!(g.x, flat(&case["x"]));
        assert_eq!(g.y, flat(&case["y"]));
        assert_eq!(g.points.row(n + 2).unwrap(), [g.x[1], g.y[2]]);
        seen += 1;
    }
    assert!(seen > 0);
}

/// A set whose one feature is the row number, under these labels.
fn numbered(labels: Vec<f64>) -> Dataset {
    let x = (0..labels.len()).map(|i| i as f64).collect();
    Dataset::new(Array::new([labels.len(), 1], x).unwrap(), Array::vector(labels)).unwrap()
}

#[test]
fn splits_and_folds_are_scikit_learns() {
    for case in cases("sklearn_splits.json") {
        let n = case["n"].as_u64().unwrap() as usize;
        let seed = case["random_state"].as_u64().map(|s| s as u32);
        let kind = case["kind"].as_str().unwrap();
        if kind == "train_test_split" {
            let strata = case["stratify"].is_array();
            let data = numbered(if strata { flat(&case["stratify"]) } else { vec![0.0; n] });
            let size = match case["test_size"].as_u64() {
                Some(count) => Size::Count(count as usize),
                None => Size::Fraction(case["test_size"].as_f64().unwrap()),
            };
            let mut split = data.split(size).shuffle(case["shuffle"].as_bool().unwrap());
            if let Some(seed) = seed {
                split = split.random_state(seed);
            }
            if strata {
                split = split.stratify();
            }
            let split = split.generate().unwrap();
            assert_eq!(split.train_indices, indices(&case["train"]), "{n} rows, test {size}, seed {seed:?}");
            assert_eq!(split.test_indices, indices(&case["test"]), "{n} rows, test {size}, seed {seed:?}");
            assert_eq!(split.test.x.data(), flat(&case["test"]));
            continue;
        }
        let mut folds = KFold::new(case["n_splits"].as_u64().unwrap() as usize);
        if let Some(seed) = seed {
            folds = folds.random_state(seed);
        }
        let folds = match kind {
            "KFold" => folds.split(n),
            "StratifiedKFold" => folds.stratified(&flat(&case["y"])),
            other => panic!("unknown kind {other}"),
        };
        let tests: Vec<Vec<usize>> = folds.unwrap().into_iter().map(|f| f.test).collect();
        let expected: Vec<Vec<usize>> = case["test"].as_array().unwrap().iter().map(indices).collect();
        assert_eq!(tests, expected, "{kind} of {n} rows, seed {seed:?}");
    }
}

/// The distance between two doubles in units in the last place.
fn ulps(a: f64, b: f64) -> u64 {
    (a.to_bits() as i64).abs_diff(b.to_bits() as i64)
}

#[test]
fn random_state_is_numpys() {
    let table = cases("numpy_rng.json");
    let mut seen = 0;
    for case in table.iter().filter(|c| c["generator"].as_str().unwrap().starts_with("RandomState")) {
        let seed = case["seed"].as_u64().unwrap() as u32;
        let fresh = || RandomState::new(seed);
        let draw = |key: &str, f: &mut dyn FnMut() -> f64| -> (Vec<f64>, Vec<f64>) {
            let expected = flat(&case[key]);
            (expected.iter().map(|_| f()).collect(), expected)
        };

        let mut rs = fresh();
        let (found, expected) = draw("uint32", &mut || f64::from(rs.next_u32()));
        assert_eq!(found, expected, "uint32, seed {seed}");
        let mut rs = fresh();
        let (found, expected) = draw("random_sample", &mut || rs.uniform(0.0, 1.0));
        assert_eq!(found, expected, "random_sample, seed {seed}");
        let mut rs = fresh();
        let (found, expected) = draw("uniform_m2_5", &mut || rs.uniform(-2.0, 5.0));
        assert_eq!(found, expected, "uniform, seed {seed}");
        for (key, top) in [("randint_0_10", 9), ("randint_0_1000000007", 1_000_000_006)] {
            let mut rs = fresh();
            let (found, expected) = draw(key, &mut || rs.up_to(top) as f64);
            assert_eq!(found, expected, "{key}, seed {seed}");
        }
        assert_eq!(fresh().permutation(10), indices(&case["permutation_10"]), "seed {seed}");
        assert_eq!(fresh().permutation(97), indices(&case["permutation_97"]), "seed {seed}");
        assert_eq!(fresh().permutation(13), indices(&case["shuffle_range_13"]), "seed {seed}");
        assert_eq!(fresh().permutation(20), indices(&case["choice_noreplace_20_of_20"]), "seed {seed}");

        for (key, mean, sd) in [("standard_normal", 0.0, 1.0), ("normal_1_02", 1.0, 0.2)] {
            let mut rs = fresh();
            let (found, expected) = draw(key, &mut || rs.normal(mean, sd));
            assert!(
                found.iter().zip(&expected).all(|(a, b)| ulps(*a, *b) <= 2),
                "{key}, seed {seed}: {found:?}"
            );
        }
        // Uniforms between two normals leave the kept second normal alone.
        let mut rs = fresh();
        let mut found: Vec<f64> = (0..3).map(|_| rs.normal(0.0, 1.0)).collect();
        found.extend((0..3).map(|_| rs.uniform(0.0, 1.0)));
        found.extend((0..2).map(|_| rs.normal(0.0, 1.0)));
        let expected = flat(&case["normal_then_uniform"]);
        assert!(found.iter().zip(&expected).all(|(a, b)| ulps(*a, *b) <= 2), "mixed, seed {seed}: {found:?}");
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn the_four_tables_have_their_published_shapes_and_class_counts() -> Result<(), Error> {
    let expected: [(&str, [usize; 2], &[usize]); 4] = [
        ("iris", [150, 4], &[50, 50, 50]),
        ("wine", [178, 13], &[59, 71, 48]),
        ("breast_cancer", [569, 30], &[212, 357]),
        ("digits", [1797, 64], &[178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
    ];
    for (name, shape, counts) in expected {
        let data = load(name)?;
        assert_eq!(data.x.shape(), shape, "{name}");
        assert_eq!(data.class_counts(), counts, "{name}");
        assert_eq!(data.target_names.len(), counts.len(), "{name}");
        assert_eq!(data.name, name);
    }
    Ok(())
}
