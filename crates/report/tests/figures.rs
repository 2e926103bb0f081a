//! Every figure from good, bad and degenerate numbers: its words, its form, its errors.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_posterior::Draws;
use elbo_report::{
    Error, Figure, Names, Page, Run, Surface, SurfaceKind, calibration, elbo_history, predictions, scatter,
    surface, traces,
};
use proptest::prelude::*;

/// Fails unless the text is one XML element: tags balance, attributes are quoted, entities are known.
fn assert_well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        let text = &rest[..start];
        assert!(!text.contains('>'), "stray > in {text:?}");
        for (at, _) in text.match_indices('&') {
            let entity = &text[at..text[at..].find(';').map_or(text.len(), |e| at + e + 1)];
            assert!(matches!(entity, "&amp;" | "&lt;" | "&gt;" | "&quot;" | "&apos;"), "{entity:?}");
        }
        rest = &rest[start..];
        if rest.starts_with("<!--") {
            rest = &rest[rest.find("-->").expect("an end of the comment") + 3..];
            continue;
        }
        let end = rest.find('>').expect("an end of the tag");
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closing tag");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in <{tag}>");
        if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
    }
    assert!(open.is_empty(), "still open: {open:?}");
    assert!(xml.chars().all(|c| !c.is_control() || c == '\n'), "control character");
    assert!(!xml.contains("NaN") && !xml.contains("inf"), "a coordinate that is no number");
}

/// Width and height from a PNG's header.
fn png_size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let word = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (word(16), word(20))
}

fn assert_good(figure: &Figure, words: &[&str]) {
    assert_well_formed(figure.svg());
    for word in words {
        assert!(figure.svg().contains(word), "{word:?} is missing");
    }
    assert!(figure.svg().len() < 500_000, "{} bytes of SVG", figure.svg().len());
    let (width, height) = png_size(&figure.png(0.25).unwrap());
    assert!((f64::from(width) - figure.width() / 4.0).abs() <= 1.0, "{width} {}", figure.width());
    assert!((f64::from(height) - figure.height() / 4.0).abs() <= 1.0, "{height} {}", figure.height());
}

fn moons(n: usize) -> (Vec<[f64; 2]>, Vec<f64>) {
    (0..n)
        .map(|i| {
            let (t, class) = (i as f64 / n as f64 * 6.0, (i % 2) as f64);
            ([t.cos() + class, t.sin() - 0.5 * class], class)
        })
        .unzip()
}

fn grid(n: usize) -> (Vec<f64>, Vec<f64>) {
    let axis: Vec<f64> = (0..n).map(|i| i as f64 * 6.0 / (n - 1) as f64 - 3.0).collect();
    let z = axis
        .iter()
        .flat_map(|x| axis.iter().map(move |y| 1.0 / (1.0 + (3.0 * y - 4.0 * x.sin()).exp())))
        .collect();
    (axis, z)
}

#[test]
fn the_scatter_has_its_title_axes_and_classes() {
    let (points, labels) = moons(500);
    let names = Names::new("Two <moons> & $more$").axes("left & right", "up").classes(["upper", "lower"]);
    let figure = scatter(&points, &labels, &names).unwrap();
    assert_good(&figure, &["Two &lt;moons&gt; &amp; $more$", "left &amp; right", ">up<", "upper", "lower"]);
    assert_eq!(figure.title(), "Two <moons> & $more$");
}

#[test]
fn the_predictions_count_what_is_wrong() {
    let (points, truth) = moons(100);
    let mut guess = truth.clone();
    for i in [3, 50, 99] {
        guess[i] = 1.0 - guess[i];
    }
    let figure = predictions(&points, &truth, &guess, &Names::new("Test rows")).unwrap();
    assert_good(
        &figure,
        &["Test rows", "predicted class 0", "predicted class 1", "misclassified (3 of 100)"],
    );
    // Two strokes a cross, and two for the legend's.
    assert_eq!(figure.svg().matches("stroke-width=\"1.6\"").count(), 2 * 3 + 2);
}

#[test]
fn the_history_names_each_run_and_long_runs_stay_small() {
    let values: Vec<f64> =
        (0..30_000).map(|i| -100.0 - 1e6 / f64::from(i + 1) + f64::from(i * 7919 % 101)).collect();
    let runs = [
        Run { name: "full batch", values: &values, every: 1 },
        Run { name: "batches of 50", values: &values[..4_000], every: 10 },
    ];
    let figure = elbo_history(&runs, "ELBO").unwrap();
    assert_good(&figure, &["full batch", "batches of 50", ">step<", "ELBO (nats)", "40,000"]);
    // The first step's -1,000,100 must not set the scale.
    assert!(!figure.svg().contains(",000,000"));
}

#[test]
fn the_surfaces_have_their_colour_bars_and_stay_small() {
    let (axis, p) = grid(100);
    let (points, labels) = moons(500);
    let base = Surface {
        kind: SurfaceKind::Probability,
        x: &axis,
        y: &axis,
        z: &p,
        points: &points,
        labels: &labels,
    };
    let figure = surface(&base, &Names::new("Mean")).unwrap();
    assert_good(&figure, &["P(y = 1)", ">0.0<", ">0.5<", ">1.0<", "class 0", "class 1", "Mean"]);
    let sd: Vec<f64> = p.iter().map(|p| 0.6 * p * (1.0 - p)).collect();
    let figure =
        surface(&Surface { kind: SurfaceKind::StandardDeviation, z: &sd, ..base }, &Names::new("Sd"))
            .unwrap();
    assert_good(&figure, &["standard deviation of P(y = 1)", ">0.00<", ">0.14<"]);
}

#[test]
fn the_traces_have_a_row_a_variable() {
    let mut draws = Draws::new(2, 300);
    let values =
        |n: usize| (0..2 * 300 * n).map(|i| ((i * 7919) % 1009) as f64 / 500.0 - 1.0).collect::<Vec<_>>();
    draws.push("w_1_2", &[("hidden_1", 5), ("hidden_2", 5)], values(25)).unwrap();
    draws.push("sigma", &[], vec![2.5; 600]).unwrap();
    let figure = traces(&draws, &[], "Posterior").unwrap();
    assert_good(&figure, &["Posterior", "w_1_2 (5 × 5)", "sigma", ">draw<", ">value<"]);
    assert!(!traces(&draws, &["sigma"], "").unwrap().svg().contains("w_1_2"));
    let Err(Error::UnknownVariable { name, known }) = traces(&draws, &["tau"], "") else { panic!() };
    assert_eq!((name.as_str(), known.len()), ("tau", 2));
}

#[test]
fn the_calibration_has_its_words() {
    let p: Vec<f64> = (0..=1000).map(|i| f64::from(i) / 1000.0).collect();
    let truth: Vec<f64> = (0..=1000).map(|i| f64::from(u8::from(i * 7919 % 1000 < i))).collect();
    assert_good(
        &calibration(&truth, &p, "Calibration").unwrap(),
        &["observed share", "95 % interval", "Calibration"],
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (points, labels) = moons(50);
    let draw = || scatter(&points, &labels, &Names::new("a")).unwrap();
    assert_eq!(draw().svg(), draw().svg());
    assert_eq!(draw().png(1.0).unwrap(), draw().png(1.0).unwrap());
}

#[test]
fn bad_input_is_named_with_its_place() {
    let names = Names::new("");
    let ok = [[0.0, 0.0], [1.0, 1.0]];
    assert!(matches!(scatter(&[], &[], &names), Err(Error::Empty { series }) if series == "points"));
    assert!(matches!(scatter(&ok, &[0.0], &names), Err(Error::Length { expected: 2, found: 1, .. })));
    assert!(matches!(
        scatter(&[ok[0], [1.0, f64::NAN]], &[0.0, 1.0], &names),
        Err(Error::NotFinite { index: 1, .. })
    ));
    assert!(matches!(
        scatter(&[ok[0], [1e200, 0.0]], &[0.0, 1.0], &names),
        Err(Error::OutOfRange { index: 1, .. })
    ));
    for bad in [0.5, -1.0, 1e9] {
        assert!(
            matches!(scatter(&ok, &[0.0, bad], &names), Err(Error::Label { index: 1, found, .. }) if found == bad)
        );
    }
    let two = names.clone().classes(["a", "b"]);
    assert!(matches!(scatter(&ok, &[0.0, 2.0], &two), Err(Error::Label { classes: 2, .. })));
    assert!(
        matches!(predictions(&ok, &[0.0, 1.0], &[0.0], &names), Err(Error::Length { series, .. }) if series == "predicted")
    );

    assert!(matches!(elbo_history(&[], ""), Err(Error::Empty { .. })));
    let run = |values| [Run { name: "a", values, every: 1 }];
    assert!(matches!(elbo_history(&run(&[]), ""), Err(Error::Empty { series }) if series == "run \"a\""));
    let found = elbo_history(&run(&[-1.0, f64::NEG_INFINITY]), "").unwrap_err();
    assert!(matches!(found, Error::NotFinite { index: 1, .. }));
    assert_eq!(found.to_string(), "run \"a\"[1]: expected a finite number, found -inf");
    assert!(matches!(
        elbo_history(&[Run { name: "a", values: &[1.0], every: 0 }], ""),
        Err(Error::OutOfRange { .. })
    ));

    let s = |x, y, z| {
        surface(&Surface { kind: SurfaceKind::Probability, x, y, z, points: &[], labels: &[] }, &names)
    };
    assert!(matches!(s(&[0.0], &[0.0, 1.0], &[0.0; 2]), Err(Error::Empty { .. })));
    assert!(matches!(
        s(&[0.0, 1.0], &[0.0, 1.0], &[0.0; 3]),
        Err(Error::Length { expected: 4, found: 3, .. })
    ));
    assert!(matches!(s(&[0.0, 0.0], &[0.0, 1.0], &[0.0; 4]), Err(Error::NotIncreasing { index: 1, .. })));
    assert!(matches!(
        s(&[0.0, 1.0], &[0.0, 1.0], &[0.0, 0.5, 1.5, 0.0]),
        Err(Error::OutOfRange { index: 2, .. })
    ));

    assert!(matches!(calibration(&[0.0], &[1.1], ""), Err(Error::OutOfRange { .. })));
    assert!(matches!(calibration(&[2.0], &[0.1], ""), Err(Error::Label { .. })));
    assert!(matches!(traces(&Draws::new(1, 3), &[], ""), Err(Error::Empty { .. })));
}

#[test]
fn a_scale_that_makes_no_picture_is_an_error() {
    let figure = scatter(&[[0.0, 0.0]], &[0.0], &Names::new("")).unwrap();
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e6] {
        assert!(matches!(figure.png(bad), Err(Error::Scale { .. })), "{bad}");
    }
}

#[test]
fn saving_writes_both_files_or_names_the_path() {
    let dir = tempfile::tempdir().unwrap();
    let figure = scatter(&[[0.0, 0.0]], &[0.0], &Names::new("")).unwrap();
    let saved = figure.save(dir.path().join("a/b"), "data").unwrap();
    assert_eq!(std::fs::read_to_string(&saved.svg).unwrap(), figure.svg());
    let (width, _) = png_size(&std::fs::read(&saved.png).unwrap());
    assert_eq!(f64::from(width), 2.0 * figure.width());
    // The folder's name is taken by a file.
    let Err(Error::Io { path, .. }) = figure.save(&saved.svg, "data") else { panic!() };
    assert_eq!(path, saved.svg);
    let page = Page::new("a");
    page.save(dir.path().join("c/index.html")).unwrap();
    assert!(matches!(page.save(dir.path().join("c")), Err(Error::Io { .. })));
}

#[test]
fn a_page_holds_everything_and_loads_nothing() {
    let (points, labels) = moons(20);
    let figure = scatter(&points, &labels, &Names::new("a < b")).unwrap();
    let html =
        Page::new("T").intro("I").figure(&figure, "first").figure(&figure, "second").section("S").html();
    assert_eq!(html.matches("<svg").count(), 2);
    assert!(html.contains("aria-label=\"a &lt; b\"") && html.contains("<figcaption>second</figcaption>"));
    for id in ["figure-0-clip-0", "figure-1-clip-0"] {
        assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1);
        assert_eq!(html.matches(&format!("url(#{id})")).count(), 1);
    }
    for loads in ["src=", "href=", "<script", "<link", "@import"] {
        assert!(!html.contains(loads), "{loads}");
    }
    let count = |text: &str| html.matches(text).count();
    for tag in ["main", "div", "figure", "figcaption", "h2", "svg", "body", "html", "style"] {
        assert_eq!(
            count(&format!("<{tag}>")) + count(&format!("<{tag} ")),
            count(&format!("</{tag}>")),
            "{tag}"
        );
    }
}

/// Numbers as they come in practice and at the edges of what is accepted.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..10.0f64,
        1 => Just(0.0),
        1 => Just(-0.0),
        1 => prop_oneof![Just(1e100), Just(-1e100), Just(1e-300), Just(5e-324), Just(1e16), Just(1.0 + f64::EPSILON)],
        1 => -1e100..1e100f64,
    ]
}

fn probability() -> impl Strategy<Value = f64> {
    prop_oneof![3 => 0.0..=1.0f64, 1 => Just(0.0), 1 => Just(1.0), 1 => Just(0.5), 1 => Just(1e-300)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_finite_points_make_a_picture(points in proptest::collection::vec([number(), number()], 1..12), seed in 0usize..100) {
        let labels: Vec<f64> = (0..points.len()).map(|i| ((i * 7 + seed) % 3) as f64).collect();
        let other: Vec<f64> = labels.iter().rev().copied().collect();
        for figure in [
            scatter(&points, &labels, &Names::new("t")).unwrap(),
            predictions(&points, &labels, &other, &Names::new("t")).unwrap(),
        ] {
            assert_well_formed(figure.svg());
            figure.png(0.3).unwrap();
        }
    }

    #[test]
    fn any_finite_history_makes_a_picture(values in proptest::collection::vec(number(), 1..60), every in 1usize..1_000_000) {
        let runs = [Run { name: "a", values: &values, every }, Run { name: "b", values: &values[..1], every: 1 }];
        let figure = elbo_history(&runs, "t").unwrap();
        assert_well_formed(figure.svg());
        figure.png(0.3).unwrap();
    }

    #[test]
    fn any_surface_makes_a_picture(z in proptest::collection::vec(probability(), 12), steps in proptest::collection::vec(1e-3..1e3f64, 7), start in number()) {
        let axis = |steps: &[f64]| steps.iter().scan(start.clamp(-1e6, 1e6), |at, s| { *at += s; Some(*at) }).collect::<Vec<_>>();
        let (x, y) = (axis(&steps[..4]), axis(&steps[4..]));
        for kind in [SurfaceKind::Probability, SurfaceKind::StandardDeviation] {
            let figure = surface(&Surface { kind, x: &x, y: &y, z: &z, points: &[[0.0, start]], labels: &[1.0] }, &Names::new("t")).unwrap();
            assert_well_formed(figure.svg());
            figure.png(0.3).unwrap();
        }
    }

    #[test]
    fn any_finite_draws_make_a_picture(values in proptest::collection::vec(number(), 12), chains in 1usize..=2) {
        let mut draws = Draws::new(chains, 6 / chains);
        draws.push("w", &[("k", 2)], values).unwrap();
        let figure = traces(&draws, &[], "t").unwrap();
        assert_well_formed(figure.svg());
        figure.png(0.3).unwrap();
    }

    #[test]
    fn any_title_is_well_formed(title in "\\PC{0,20}|[\\x00-\\x7f]{0,20}") {
        let figure = scatter(&[[0.0, 0.0]], &[0.0], &Names::new(&*title).axes(&*title, &*title).classes([&*title])).unwrap();
        assert_well_formed(figure.svg());
        figure.png(0.3).unwrap();
    }
}
