//! Named sizes, mistakes in shapes, substitution, labels and listings.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{Array, Binding, Dim, Error, Expr, Graph, Plan, Reason, reference};

fn call(outputs: &[Expr], inputs: &[(&str, &Array<f64>)]) -> Result<Vec<Array<f64>>, Error> {
    let expected = reference::evaluate(outputs, inputs);
    let found = Plan::<f64>::compile(outputs).and_then(|p| p.call(inputs));
    assert_eq!(expected.is_err(), found.is_err(), "{expected:?} {found:?}");
    found
}

#[test]
fn a_mistake_names_the_operation_both_shapes_the_label_and_the_line() {
    let x = Expr::input("x", ["obs".into(), Dim::Fixed(2)]).labelled("data");
    let line = line!() + 1;
    let wrong = x.matmul(&Expr::input("w", [3, 5]));
    let later = (wrong.tanh() * 2.0).sum();
    let text = Plan::<f64>::compile(&[later]).unwrap_err().to_string();
    for part in ["matmul", "[obs, 2]", "[3, 5]", "`data`", &format!("names_and_mistakes.rs:{line}")] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let line = line!() + 1;
    let wrong = &x + Expr::input("b", [7]);
    let text = wrong.check().unwrap_err().to_string();
    for part in ["add", "[obs, 2]", "[7]", "`data`", &format!("names_and_mistakes.rs:{line}")] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn names_that_meet_become_one_and_lengths_that_differ_are_refused() {
    let (x, y) = (Expr::input("x", ["a"]), Expr::input("y", ["b"]));
    let outputs = [(&x + &y).sum(), Expr::size("a"), Expr::size("b")];
    let (three, four) = (Array::vector(vec![1.0; 3]), Array::vector(vec![1.0; 4]));
    let found = call(&outputs, &[("x", &three), ("y", &three)]).unwrap();
    assert_eq!(found.iter().map(|a| a.data()[0]).collect::<Vec<_>>(), [6.0, 3.0, 3.0]);
    let refused = call(&outputs, &[("x", &three), ("y", &four)]).unwrap_err();
    assert!(matches!(refused, Error::SizeConflict { first: 3, second: 4, .. }), "{refused}");
    assert!(refused.to_string().contains("input `y`"), "{refused}");
}

#[test]
fn a_name_that_meets_a_number_is_that_number() {
    let x = Expr::input("x", ["n"]);
    let y = &x + Expr::input("y", [3]);
    let (three, four) = (Array::vector(vec![1.0; 3]), Array::vector(vec![1.0; 4]));
    assert!(call(std::slice::from_ref(&y), &[("x", &three), ("y", &three)]).is_ok());
    let refused = call(std::slice::from_ref(&y), &[("x", &four), ("y", &three)]).unwrap_err();
    assert!(matches!(refused, Error::InputShape { .. }), "{refused}");
    // And with another number: a conflict, found when the graph is built, with the line.
    let both = y.sum() + (&x * Expr::input("z", [5])).sum();
    let refused = Graph::build(&[both]).unwrap_err();
    assert!(matches!(refused, Error::SizeConflict { .. }), "{refused}");
    assert!(refused.to_string().contains("names_and_mistakes.rs"), "{refused}");
}

#[test]
fn a_name_never_stretches_even_when_it_is_one() {
    let y = Expr::input("x", ["n"]) + Expr::input("y", ["m"]);
    let (one, three) = (Array::vector(vec![1.0]), Array::vector(vec![1.0; 3]));
    let refused = call(&[y], &[("x", &one), ("y", &three)]).unwrap_err();
    assert!(matches!(refused, Error::SizeConflict { .. }), "{refused}");
}

#[test]
fn a_name_that_no_input_has_is_reported() {
    let y = Expr::iota("classes").sum() + Expr::input("x", ["n"]).sum();
    let refused = call(&[y], &[("x", &Array::vector(vec![1.0]))]).unwrap_err();
    assert_eq!(refused, Error::UnboundSize { name: "classes".into() });
}

#[test]
fn a_slice_of_a_named_axis_has_as_many_elements_as_it_says() {
    let x = Expr::input("x", ["n".into(), Dim::Fixed(2), "m".into()]);
    let part = x.slice_by(2, 3, 2, -2).slice(0, 1, 2);
    assert_eq!(part.shape().fixed(), Some(vec![2, 2, 2]));
    let weights = Array::new([2, 2, 2], (1..9).map(f64::from).collect()).unwrap();
    let value = (&part * Expr::literal(weights)).sum();
    let slope = elbo_tensor_ad::grad(&value, std::slice::from_ref(&x)).unwrap().remove(0);
    let numbers = Array::new([3, 2, 4], (0..24).map(f64::from).collect()).unwrap();
    let found = call(&[part, slope], &[("x", &numbers)]).unwrap();
    assert_eq!(found[0].data(), [11.0, 9.0, 15.0, 13.0, 19.0, 17.0, 23.0, 21.0]);
    let mut expected = vec![0.0; 24];
    [11, 9, 15, 13, 19, 17, 23, 21].into_iter().zip(1..).for_each(|(i, w)| expected[i] = f64::from(w));
    assert_eq!(found[1].data(), expected);
}

#[test]
fn a_slice_beyond_the_end_of_a_named_axis_names_the_operation_the_range_the_length_the_label_and_the_line() {
    let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]).labelled("data");
    let line = line!() + 2;
    #[rustfmt::skip]
    let cuts = [(x.slice(0, 2, 3), "2..5"), (x.index(0, 7).exp(), "7..8"), (x.slice_by(0, 1, 2, 3), "1..5"), (x.slice_by(0, 4, 2, -2), "2..5"), (x.slice(0, 5, 0), "5..5")];
    let (short, long) = (Array::zeros([4, 2]), Array::zeros([8, 2]));
    for (e, range) in cuts {
        let slope = elbo_tensor_ad::grad(&e.square().sum(), std::slice::from_ref(&x)).unwrap();
        // Found by the binding, before anything runs, in a gradient without its value as well.
        for outputs in [std::slice::from_ref(&e), &slope] {
            let refused =
                Plan::<f64>::compile(outputs).unwrap().bind(&[Binding::row_major(&[4, 2])]).unwrap_err();
            assert_eq!(call(outputs, &[("x", &short)]).unwrap_err(), refused);
            let Error::Shape(fault) = &refused else { panic!("{refused:?}") };
            assert!(matches!(fault.reason, Reason::Range { axis: 0, length: 4, .. }), "{refused}");
            let text = refused.to_string();
            for part in ["slice", range, "axis 0 of 4", &format!("names_and_mistakes.rs:{line}")] {
                assert!(text.contains(part), "{part} is not in: {text}");
            }
            assert!(call(outputs, &[("x", &long)]).is_ok());
        }
        let text = call(&[e], &[("x", &short)]).unwrap_err().to_string();
        assert!(text.contains("[n, 2]") && text.contains("`data`"), "{text}");
    }
    // A name that meets a number, or another name, before anything is bound; and one within a step.
    let cut = x.slice(0, 2, 3).sum();
    let met = [
        &cut + (&x + Expr::input("y", [4, 2])).sum(),
        &cut + (&x * Expr::input("z", ["m".into(), Dim::Fixed(2)])).sum(),
    ];
    assert!(matches!(Graph::build(&met[..1]).unwrap_err(), Error::Shape(_)));
    let refused = call(&met[1..], &[("x", &short), ("z", &short)]).unwrap_err();
    assert!(matches!(refused, Error::Shape(_)), "{refused}");
    let scanned = Expr::constant(0.0).scan(&[Expr::iota(3)], |c, i| (c + &i[0]) * x.slice(0, 4, 1).sum());
    assert!(matches!(call(std::slice::from_ref(&scanned), &[("x", &short)]).unwrap_err(), Error::Shape(_)));
    assert!(call(&[scanned], &[("x", &long)]).is_ok());
}

#[test]
fn what_would_make_a_length_of_a_name_is_refused_with_operation_axis_and_line() {
    let x = Expr::input("x", [Dim::Fixed(2), "n".into()]).labelled("data");
    let line = line!() + 3;
    #[rustfmt::skip]
    let refused = [
        ("concat", Expr::concat(&[x.clone(), x.clone()], 1)), ("split", x.split(1, &[1, 2]).remove(0)), ("repeat", x.repeat(1, 2)), ("tile", x.tile(&[1, 2])), ("pad", x.pad(1, 1, 1)),
    ];
    for (name, e) in refused {
        let text = Plan::<f64>::compile(&[e.sum()]).unwrap_err().to_string();
        for part in [
            name,
            "axis 1 has a name where a number is needed",
            "[2, n]",
            "`data`",
            &format!("names_and_mistakes.rs:{line}"),
        ] {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }
}

#[test]
fn inputs_that_contradict_or_are_missing_or_unknown_are_reported() {
    let y = Expr::input("x", ["n"]).sum() + Expr::input("x", [2, 2]).sum();
    assert!(matches!(Plan::<f64>::compile(&[y]), Err(Error::InputConflict { .. })));
    let plan = Plan::<f64>::compile(&[Expr::input("x", ["n"]).sum()]).unwrap();
    let at = Array::vector(vec![1.0]);
    assert!(matches!(plan.call(&[]), Err(Error::MissingInput { .. })));
    assert!(matches!(plan.call(&[("x", &at), ("z", &at)]), Err(Error::UnknownInput { .. })));
    assert!(matches!(plan.call(&[("x", &Array::scalar(1.0))]), Err(Error::InputShape { .. })));
    assert!(matches!(plan.bind(&[]), Err(Error::BufferCount { .. })));
    let mut workspace = plan.bind(&[Binding::row_major(&[2])]).unwrap();
    let mut out = [0.0];
    assert!(matches!(workspace.run(&[&[1.0]], &mut [&mut out]), Err(Error::BufferLength { .. })));
    assert!(matches!(workspace.run(&[&[1.0, 2.0]], &mut [&mut []]), Err(Error::BufferLength { .. })));
    assert!(matches!(workspace.run(&[], &mut [&mut out]), Err(Error::BufferCount { .. })));
}

#[test]
fn sizes_beyond_memory_are_refused_without_overflow() {
    let x = Expr::input("x", [1usize << 40, 1 << 40]);
    assert!(
        Plan::<f64>::compile(&[x.sum()]).unwrap().bind(&[Binding::row_major(&[1 << 40, 1 << 40])]).is_err()
    );
    let wide = Expr::input("x", [usize::MAX]);
    assert!(wide.pad(0, 5, 5).check().is_ok() && Expr::concat(&[wide.clone(), wide], 0).check().is_ok());
    assert!(Array::vector(vec![1.0, 2.0]).row(usize::MAX).is_err());
}

#[test]
fn substitution_keeps_what_it_does_not_touch() {
    let (x, w) = (Expr::input("x", ["obs".into(), Dim::Fixed(2)]), Expr::input("w", [2]));
    let prior = w.square().sum().labelled("prior");
    let f = x.matmul(&w).labelled("f");
    let value = (f.tanh().sum() + &prior) * &prior;
    let grid = Expr::input("grid", ["points".into(), Dim::Fixed(2)]);
    let moved = value.substitute(&[(x, grid)]);
    // The untouched node is the very same one, shared on both sides; labels stay.
    let listing = Graph::build(std::slice::from_ref(&moved)).unwrap().to_string();
    assert_eq!(listing.matches("// prior").count(), 1, "{listing}");
    assert!(
        listing.contains("// f") && listing.contains("grid") && !listing.contains("input x"),
        "{listing}"
    );
    let inputs = [
        ("grid", &Array::new([3, 2], vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6]).unwrap()),
        ("w", &Array::vector(vec![1.0, -1.0])),
    ];
    let expected = (3.0 * (-0.1f64).tanh() + 2.0) * 2.0;
    assert!((call(&[moved], &inputs).unwrap()[0].data()[0] - expected).abs() < 1e-13);
    // An input written again is the same input; an inner node can be replaced as well.
    let other = f.substitute(&[(Expr::input("w", [2]), Expr::literal(Array::vector(vec![0.0, 1.0])))]);
    assert_eq!(other.free_inputs().len(), 1);
    let inner = value.substitute(&[(prior, Expr::constant(1.0))]);
    assert!(!Graph::build(&[inner]).unwrap().to_string().contains("prior"));
    // A replacement that does not fit is a mistake like any other.
    assert!(f.substitute(&[(w, Expr::input("w", [3]))]).check().is_err());
}

#[test]
fn listings_are_these() {
    let x = Expr::input("x", ["n"]).labelled("data");
    let w = Expr::input("w", elbo_tensor_ad::Shape::scalar());
    let loss = (&w * &x + 1.0).tanh().sum();
    let slope = elbo_tensor_ad::grad(&loss, &[w]).unwrap().remove(0);
    let plan = Plan::<f64>::compile(&[loss, slope]).unwrap();
    let graph = "\
%0 = input w : []
%1 = broadcast %0 : [n]
%2 = input x : [n]  // data
%3 = mul %1 %2 : [n]
%4 = constant 1.0 : []
%5 = broadcast %4 : [n]
%6 = add %3 %5 : [n]
%7 = tanh %6 : [n]
%8 = sum [0] %7 : []
%9 = square %7 : [n]
%10 = sub %5 %9 : [n]
%11 = mul %10 %2 : [n]
%12 = sum [0] %11 : []
return %8 %12
";
    assert_eq!(plan.graph().to_string(), graph);
    let tasks = "\
part 0, each block of n:
  %1 <- broadcast %0 : [n]
  %5 <- broadcast %4 : [n]
  %6 <- mul_add %1 %2 %5 : [n]
  %7 <- tanh %6 : [n]
  %8 <- sum [0] %7 : []
  %9 <- square %7 : [n]
  %10 <- sub %5 %9 : [n]
  %12 <- dot %10 %2 : []
";
    assert_eq!(plan.to_string(), format!("plan in f64 streaming over n\n{graph}{tasks}"));
    assert_eq!(plan.streamed_axis().as_deref(), Some("n"));
}
