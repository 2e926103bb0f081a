//! Every mistake in a model is an error that says what and where.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{Bernoulli, Categorical, Gamma, HalfNormal, Normal};
use elbo_model::{Builder, Error, Model};
use elbo_tensor_ad::{Array, Expr};

fn mistake(write: impl FnOnce(&Builder)) -> Error {
    match Model::build(write) {
        Ok(_) => panic!("the mistake was not seen"),
        Err(error) => error,
    }
}

fn vector(values: &[f64]) -> Array {
    Array::vector(values.to_vec())
}

fn five(m: &Builder) -> Expr {
    m.dim("k", 5);
    m.sample("w", Normal::standard(), "k")
}

#[test]
fn a_name_is_used_once() {
    let twice: [fn(&Builder); 5] = [
        |m| drop(m.sample("w", Normal::standard(), ())),
        |m| drop(m.data("w", &Array::scalar(1.0), ())),
        |m| drop(m.deterministic("w", Expr::constant(1.0))),
        |m| m.potential("w", Expr::constant(1.0)),
        |m| m.observe("w", Normal::standard(), &Array::scalar(1.0)),
    ];
    for again in twice {
        let error = mistake(|m| {
            five(m);
            again(m);
        });
        assert!(matches!(&error, Error::Duplicate { name } if name == "w"), "{error}");
    }
}

#[test]
fn a_name_must_be_one_that_a_file_of_draws_can_keep() {
    for name in ["", ".w", "a/b", "a\\b", "a\nb", "(position)", "w (unconstrained)"] {
        let error = mistake(|m| drop(m.sample(name, Normal::standard(), ())));
        assert!(matches!(&error, Error::Name { name: found, .. } if found == name), "{error}");
    }
    for axis in ["chain", "draw", ""] {
        let error = mistake(|m| _ = m.dim(axis, 3));
        assert!(matches!(&error, Error::Name { name, .. } if name == axis), "{error}");
    }
    let error = mistake(|m| {
        m.data("county", &vector(&[0.0, 1.0]), "county");
        m.sample("w", Normal::standard(), ());
    });
    assert_eq!(error.to_string(), "the name `county` cannot be used: an axis has the same name");
}

#[test]
fn an_axis_is_declared_has_one_length_and_is_not_empty() {
    let error = mistake(|m| {
        m.dim("k", 5);
        m.sample("w", Normal::standard(), ["k", "j"]);
    });
    assert_eq!(error.to_string(), "`w` has an axis `j`, which is not declared; declared are [\"k\"]");

    let error = mistake(|m| {
        m.data("x", &vector(&[1.0, 2.0]), "obs");
        m.data("z", &vector(&[1.0, 2.0, 3.0]), "obs");
    });
    assert!(
        matches!(&error, Error::AxisLength { axis, first: 2, variable, second: 3 } if axis == "obs" && variable == "z")
    );

    let error = mistake(|m| {
        m.dim("k", 2);
        m.labelled_dim("k", &["a", "b", "c"]);
    });
    assert!(matches!(&error, Error::AxisLength { first: 2, second: 3, .. }), "{error}");

    let error = mistake(|m| {
        let x = m.data("x", &vector(&[1.0, 2.0]), "obs");
        let w = m.sample("w", Normal::standard(), ());
        m.observe("y", Normal::new(x * w, 1.0), &vector(&[1.0, 2.0, 3.0]));
    });
    assert!(
        matches!(&error, Error::AxisLength { axis, variable, .. } if axis == "obs" && variable == "y"),
        "{error}"
    );

    let error = mistake(|m| _ = m.dim("k", 0));
    assert!(matches!(&error, Error::EmptyAxis { axis, .. } if axis == "k"), "{error}");
    let error = mistake(|m| drop(m.data("x", &Array::zeros([0, 2]), ["obs", "feature"])));
    assert_eq!(error.to_string(), "the axis `obs` of `x` has length 0");

    let error = mistake(|m| {
        m.dim("k", 3);
        m.sample("w", Normal::standard(), ["k", "k"]);
    });
    assert!(
        matches!(&error, Error::RepeatedAxis { variable, axis } if variable == "w" && axis == "k"),
        "{error}"
    );
}

#[test]
fn two_axes_that_the_model_adds_have_one_length() {
    let error = mistake(|m| {
        let x = m.data("x", &vector(&[1.0, 2.0]), "one");
        let z = m.data("z", &vector(&[1.0, 2.0, 3.0]), "other");
        let w = m.sample("w", Normal::standard(), ());
        m.deterministic("both", w * (x + z));
    });
    let text = error.to_string();
    assert!(text.contains("both 3 and 2") || text.contains("both 2 and 3"), "{text}");
    assert!(text.contains("one") && text.contains("other"), "{text}");

    let error = mistake(|m| {
        let w = five(m);
        let x = m.data("x", &vector(&[1.0, 2.0]), "obs");
        m.deterministic("both", w * x);
    });
    assert!(error.to_string().contains("`obs` would be both 2 and 5"), "{error}");
}

#[test]
fn names_of_axes_are_as_many_as_axes() {
    let error = mistake(|m| drop(m.data("x", &Array::zeros([3, 2]), "obs")));
    assert!(
        matches!(&error, Error::AxisCount { variable, expected: 1, found: 2 } if variable == "x"),
        "{error}"
    );
    let error = mistake(|m| m.observe_on("y", Normal::standard(), &vector(&[1.0]), ["a", "b"]));
    assert!(
        matches!(&error, Error::AxisCount { variable, expected: 2, found: 1 } if variable == "y"),
        "{error}"
    );
}

#[test]
fn data_are_finite() {
    let mut x = Array::zeros([3, 2]);
    x.data_mut()[3] = f64::NAN;
    let error = mistake(|m| drop(m.data("x", &x, ["obs", "feature"])));
    assert_eq!(error.to_string(), "`x` holds NaN at [1, 1]");
    let error = mistake(|m| m.observe("y", Normal::standard(), &vector(&[0.0, f64::INFINITY])));
    assert_eq!(error.to_string(), "`y` holds inf at [1]");
}

#[test]
fn observed_values_lie_in_the_support() {
    let error = mistake(|m| {
        let p = m.sample("f", Normal::standard(), ());
        m.observe("y", Bernoulli::logits(p), &vector(&[0.0, 1.0, 2.0]));
    });
    let text = error.to_string();
    assert!(matches!(&error, Error::Distribution { variable, .. } if variable == "y"), "{error}");
    assert!(text.contains("Bernoulli") && text.contains("found 2"), "{text}");

    for (bad, shown) in [(3.0, "3"), (-1.0, "-1"), (0.5, "0.5")] {
        let error = mistake(|m| {
            m.dim("class", 3);
            let f = m.sample("f", Normal::standard(), "class");
            m.observe("y", Categorical::logits(f), &vector(&[0.0, 2.0, bad]));
        });
        let text = error.to_string();
        assert!(text.contains("`y`") && text.contains("Categorical") && text.contains(shown), "{text}");
    }
    let error = mistake(|m| {
        let s = m.sample("s", HalfNormal::new(1.0), ());
        m.observe("y", Gamma::new(2.0, s), &vector(&[1.0, -1.0]));
    });
    assert!(error.to_string().contains("found -1"), "{error}");
}

#[test]
fn a_literal_parameter_out_of_range_is_named() {
    for sigma in [0.0, -2.0, f64::NAN, f64::INFINITY] {
        let error = mistake(|m| drop(m.sample("w", Normal::new(0.0, sigma), ())));
        let text = error.to_string();
        assert!(
            text.starts_with("`w`: Normal: sigma must be") && text.contains(&sigma.to_string()),
            "{text}"
        );
    }
    let error = mistake(|m| {
        let w = m.sample("w", Normal::standard(), ());
        m.observe("y", Normal::new(w, -1.0), &vector(&[0.0]));
    });
    assert!(error.to_string().starts_with("`y`: Normal: sigma must be"), "{error}");
}

#[test]
fn a_latent_variable_is_continuous() {
    let error = mistake(|m| drop(m.sample("z", Bernoulli::probabilities(0.3), ())));
    assert_eq!(
        error.to_string(),
        "`z` is latent and Bernoulli is discrete: gradients need a continuous variable"
    );
}

#[test]
fn a_log_density_has_the_shape_of_its_variable() {
    let error = mistake(|m| {
        let mu = five(m);
        m.sample("scalar", Normal::new(mu, 1.0), ());
    });
    assert!(matches!(&error, Error::DensityShape { variable, .. } if variable == "scalar"), "{error}");
    assert!(error.to_string().contains("[5]"), "{error}");

    // Each observed number would be counted five times.
    let error = mistake(|m| {
        let mu = five(m);
        m.observe_on("y", Normal::new(mu, 1.0), &Array::zeros([4, 1]), ["obs", "one"]);
    });
    assert!(matches!(&error, Error::DensityShape { variable, .. } if variable == "y"), "{error}");
    let error = mistake(|m| {
        let mu = five(m).expand(1);
        m.observe("y", Normal::new(mu, 1.0), &Array::zeros([5]));
    });
    assert!(matches!(&error, Error::DensityShape { variable, .. } if variable == "y"), "{error}");
}

#[test]
fn a_model_has_a_latent_variable() {
    assert!(matches!(mistake(|_| ()), Error::NoVariables));
    let error = mistake(|m| m.observe("y", Normal::standard(), &vector(&[0.0])));
    assert!(matches!(error, Error::NoVariables), "{error}");
}

#[test]
fn a_shape_mistake_names_operation_shapes_and_the_line_of_the_model() {
    let line = std::cell::Cell::new(0);
    let error = mistake(|m| {
        let x = m.data("x", &Array::zeros([4, 3]), ["obs", "feature"]);
        let w = five(m);
        line.set(line!() + 1);
        let mu = x.matmul(&w);
        m.observe("y", Normal::new(mu, 1.0), &Array::zeros([4]));
    });
    let text = error.to_string();
    for part in ["matmul", "[obs, 3]", "[5]", "tests/mistakes.rs", &format!(":{}", line.get())] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    // Also in a deterministic that nothing else depends on, and in a potential.
    let error = mistake(|m| {
        let w = five(m);
        m.deterministic("d", &w + Expr::literal(vector(&[1.0, 2.0])));
    });
    assert!(error.to_string().contains("tests/mistakes.rs"), "{error}");
    let error = mistake(|m| {
        let w = five(m);
        m.potential("d", &w + Expr::literal(vector(&[1.0, 2.0])));
    });
    assert!(error.to_string().contains("tests/mistakes.rs"), "{error}");
}

#[test]
fn an_input_that_is_not_data_of_the_model_is_unknown() {
    let error = mistake(|m| {
        let w = five(m);
        m.potential("p", w * Expr::input("foreign", [5]));
    });
    assert!(matches!(&error, Error::Unknown { name, .. } if name == "foreign"), "{error}");
    // So is a variable of another model.
    let mut stolen = None;
    Model::build(|m| stolen = Some(m.sample("theirs", Normal::standard(), ()))).unwrap();
    let error = mistake(|m| drop(m.deterministic("d", five(m) * stolen.unwrap())));
    assert!(matches!(&error, Error::Unknown { name, .. } if name.contains("theirs")), "{error}");
}

#[test]
fn the_first_mistake_is_the_one_reported() {
    let error = mistake(|m| {
        m.sample("a", Normal::new(0.0, -1.0), ());
        m.sample("a", Normal::standard(), "nowhere");
    });
    assert!(matches!(&error, Error::Distribution { variable, .. } if variable == "a"), "{error}");
}

#[test]
fn an_initial_value_fits_its_variable() {
    let with = |name: &'static str, value: Array| {
        mistake(move |m| {
            m.dim("k", 3);
            m.sample("s", HalfNormal::new(1.0), "k");
            m.initial(name, &value);
        })
    };
    let error = with("t", Array::scalar(1.0));
    assert!(matches!(&error, Error::Unknown { name, known } if name == "t" && known == &["s"]), "{error}");
    let error = with("s", vector(&[1.0, 2.0]));
    assert!(matches!(&error, Error::InitialShape { variable, .. } if variable == "s"), "{error}");
    assert!(error.to_string().contains("[2]") && error.to_string().contains("[3]"), "{error}");
    for outside in [-1.0, 0.0, f64::NAN, f64::INFINITY] {
        let error = with("s", vector(&[1.0, outside, 2.0]));
        assert!(matches!(&error, Error::Initial { variable, index: 1, .. } if variable == "s"), "{error}");
    }
}
