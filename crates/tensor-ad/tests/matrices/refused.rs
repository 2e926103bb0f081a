//! Matrices that cannot be factored, and shapes that are none: what the errors name.

use super::made::{identities, random};
use elbo_tensor_ad::{Array, Binding, Dim, Error, Expr, Plan, Reason, Triangle, check, grad, reference};

/// What the reference and a plan both report.
fn refused(e: &Expr, inputs: &[(&str, &Array<f64>)]) -> Error {
    let expected = reference::evaluate(std::slice::from_ref(e), inputs).unwrap_err();
    let plan = Plan::<f64>::compile(std::slice::from_ref(e)).unwrap();
    let found = plan.call(inputs).unwrap_err();
    assert_eq!(expected, found);
    let single: Vec<(&str, Array<f32>)> = inputs.iter().map(|(n, a)| (*n, a.cast())).collect();
    let single: Vec<(&str, &Array<f32>)> = single.iter().map(|(n, a)| (*n, a)).collect();
    assert_eq!(Plan::<f32>::compile(std::slice::from_ref(e)).unwrap().call(&single).unwrap_err(), found);
    assert_eq!(check::rounding(std::slice::from_ref(e), inputs, false).unwrap_err(), found);
    found
}

#[test]
fn a_matrix_that_is_not_positive_definite_is_named_with_pivot_batch_label_and_line() {
    for n in [4, 100] {
        let a = Expr::input("a", [2, 3, n, n]);
        let line = line!() + 1;
        let l = a.cholesky().labelled("scale");
        for (wrong, pivot) in [(-1.0, 2), (0.0, 2), (f64::NAN, 2)] {
            let at = identities(&[2, 3], n, &[(4, 2, 2, wrong)]);
            let Error::NotPositiveDefinite(found) = refused(&l, &[("a", &at)]) else { panic!() };
            assert_eq!((found.op, found.pivot, &found.batch[..]), ("cholesky", pivot, &[1, 1][..]));
            assert_eq!((found.label.as_deref(), found.line), (Some("scale"), line));
            let text = Error::NotPositiveDefinite(found).to_string();
            for part in
                ["not positive definite", "pivot 2", "[1, 1]", "`scale`", &format!("refused.rs:{line}")]
            {
                assert!(text.contains(part), "{part} is not in: {text}");
            }
        }
        // The last pivot of the last matrix; the label of the matrix, where the factor has none.
        let at = identities(&[2, 3], n, &[(5, n - 1, 0, 1.0)]);
        let e = a.labelled("covariance").cholesky().sum();
        let Error::NotPositiveDefinite(found) = refused(&e, &[("a", &at)]) else { panic!() };
        assert_eq!((found.pivot, &found.batch[..]), (n - 1, &[1, 2][..]));
        assert_eq!(found.label.as_deref(), Some("covariance"));
    }
}

#[test]
fn a_singular_matrix_is_named_with_pivot_and_batch() {
    for n in [3, 100] {
        let (a, b) = (Expr::input("a", [2, n, n]), Expr::input("b", [n, 40]));
        let rhs = Array::full([n, 40], 1.0);
        let at = identities(&[2], n, &[(1, 1, 1, 0.0)]);
        let both = [("a", &at), ("b", &rhs)];
        let Error::Singular(found) = refused(&a.solve(&b), &both) else { panic!() };
        assert_eq!((found.op, found.pivot, &found.batch[..]), ("solve", 1, &[1][..]));
        let Error::Singular(found) = refused(&a.inverse(), &both[..1]) else { panic!() };
        assert_eq!((found.op, found.pivot, &found.batch[..]), ("solve", 1, &[1][..]));
        for t in [Triangle::LOWER, Triangle::UPPER, Triangle::LOWER.transposed()] {
            let Error::Singular(found) = refused(&a.triangular_solve(&b, t), &both) else { panic!() };
            assert_eq!((found.op, found.pivot, &found.batch[..]), ("triangular_solve", 1, &[1][..]));
        }
        let one = a.index(0, 1);
        let x = Expr::input("x", ["obs".into(), Dim::Fixed(n)]);
        let rows = Array::full([7, n], 1.0);
        let inputs = [("a", &at), ("x", &rows)];
        let Error::Singular(found) = refused(&one.mahalanobis(&x).sum(), &inputs) else { panic!() };
        assert_eq!((found.pivot, found.batch.len()), (1, 0));
        // Its determinant is a number all the same; and a unit diagonal is not read.
        let (sign, size) = one.slogdet();
        let plan = Plan::<f64>::compile(&[sign, size, one.det(), one.logdet()]).unwrap();
        let found: Vec<f64> = plan.call(&[("a", &at)]).unwrap().iter().map(|a| a.data()[0]).collect();
        assert_eq!(found, [0.0, f64::NEG_INFINITY, 0.0, f64::NEG_INFINITY]);
        let unit = a.triangular_solve(&b, Triangle::LOWER.unit());
        assert!(Plan::<f64>::compile(&[unit]).unwrap().call(&both).is_ok());
    }
    // So large that the elimination is another.
    let (n, big) = (300, Expr::input("big", [300, 300]));
    let at = identities(&[], n, &[(0, 123, 123, 0.0)]);
    let found = Plan::<f64>::compile(&[big.inverse()]).unwrap().call(&[("big", &at)]);
    assert!(matches!(found, Err(Error::Singular(found)) if found.pivot == 123));
    let (sign, size) = big.slogdet();
    let found = Plan::<f64>::compile(&[sign, size]).unwrap().call(&[("big", &at)]).unwrap();
    assert_eq!((found[0].data()[0], found[1].data()[0]), (0.0, f64::NEG_INFINITY));
    let a = Expr::input("a", [2, 2]);
    let swap = Array::new([2, 2], vec![0.0, 1.0, 1.0, 0.0]).unwrap();
    let found = Plan::<f64>::compile(&[a.det(), a.logdet()]).unwrap().call(&[("a", &swap)]).unwrap();
    assert!(found[0].data()[0] == -1.0 && found[1].data()[0].is_nan());
}

#[test]
fn a_workspace_that_met_a_bad_matrix_can_be_used_again() {
    for n in [3, 100] {
        let (a, x) = (Expr::input("a", [n, n]), Expr::input("x", ["obs".into(), Dim::Fixed(n)]));
        let l = a.cholesky();
        let density = (-0.5 * (l.mahalanobis(&x) + l.cho_logdet())).sum();
        let slope = grad(&density, &[a]).unwrap().remove(0);
        let plan = Plan::<f64>::compile(&[density, slope]).unwrap();
        let rows = 300;
        let at = |name: &str| plan.input(name).unwrap();
        let shapes = [("a", vec![n, n]), ("x", vec![rows, n])];
        let mut bindings = [Binding::row_major(&[]); 2];
        shapes.iter().for_each(|(name, shape)| bindings[at(name)] = Binding::row_major(shape));
        let mut workspace = plan.bind(&bindings).unwrap();
        let data = random(rows * n, 9);
        let mut go = |matrix: &Array<f64>| {
            let (mut value, mut slope) = (vec![0.0], vec![0.0; n * n]);
            let mut inputs: [&[f64]; 2] = [&[], &[]];
            inputs[at("a")] = matrix.data();
            inputs[at("x")] = &data;
            workspace.run(&inputs, &mut [&mut value, &mut slope]).map(|()| [value, slope].concat())
        };
        let (good, bad) = (identities(&[], n, &[(0, 1, 0, 0.3)]), identities(&[], n, &[(0, 1, 1, -2.0)]));
        let before = go(&good).unwrap();
        assert!(matches!(go(&bad), Err(Error::NotPositiveDefinite(_))));
        assert_eq!(go(&good).unwrap(), before);
    }
}

#[test]
fn wrong_shapes_name_the_operation() {
    let (a, b, v) = (Expr::input("a", [2, 3]), Expr::input("b", [4, 4]), Expr::input("v", [5]));
    let named = Expr::input("named", ["n", "n"]);
    let wrong = [
        (a.cholesky(), "cholesky", Reason::NotSquare),
        (v.cholesky(), "cholesky", Reason::Matrices { found: 1 }),
        (a.inverse(), "inverse", Reason::NotSquare),
        (a.solve(&v), "solve", Reason::NotSquare),
        (b.solve(&v), "solve", Reason::Inner),
        (b.solve_lower(&Expr::constant(1.0)), "solve_lower", Reason::Rank { expected: 1, found: 0 }),
        (b.mahalanobis(&v), "mahalanobis", Reason::Inner),
        (v.slogdet().1, "slogdet", Reason::Matrices { found: 1 }),
        (named.eigh().0, "eigh", Reason::NamedAxis { axis: 1 }),
        (a.diagonal(), "diagonal", Reason::NotSquare),
        (v.tril(0), "tril", Reason::Matrices { found: 1 }),
        (b.matmul(&a), "matmul", Reason::Inner),
        (Expr::input("c", [2, 3, 3]).matmul(&Expr::input("d", [4, 3, 3])), "matmul", Reason::Broadcast),
    ];
    for (e, op, reason) in wrong {
        let Err(Error::Shape(fault)) = e.check().map(|_| ()) else { panic!("{op} was accepted") };
        assert_eq!((fault.op, &fault.reason), (op, &reason), "{fault}");
        assert!(fault.file.ends_with("refused.rs"), "{fault}");
    }
    // Lengths that show when the plan is called.
    let e = Expr::input("e", ["n", "m"]).cholesky();
    let at = Array::zeros([2, 3]);
    assert!(matches!(
        Plan::<f64>::compile(&[e]).unwrap().call(&[("e", &at)]),
        Err(Error::SizeConflict { .. } | Error::InputShape { .. })
    ));
}
