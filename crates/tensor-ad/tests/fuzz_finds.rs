//! What random programs have found, each with the input that showed it: the plan, with its passes and without them, gives the
//! reference's answer, or both give a typed error.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{
    Array, Binding, Dim, Error, Expr, Passes, Plan, Shape, Sliding, check, grad, reference,
};

/// The values of the reference, after every plan was held against them.
#[track_caller]
fn agreed(outputs: &[Expr], inputs: &[(&str, &Array<f64>)]) -> Vec<Array<f64>> {
    let expected = reference::evaluate(outputs, inputs).unwrap();
    let bounds = check::rounding(outputs, inputs, false).unwrap();
    for passes in [Passes::all(), Passes::none()] {
        let plan = Plan::<f64>::compile_with(outputs, &passes).unwrap();
        let needed: Vec<_> = inputs
            .iter()
            .copied()
            .filter(|(name, _)| plan.inputs().iter().any(|i| *i.name == **name))
            .collect();
        let found = plan.call(&needed).unwrap();
        for (k, ((e, f), (_, bound))) in expected.iter().zip(&found).zip(&bounds).enumerate() {
            assert_eq!(e.shape(), f.shape(), "{passes:?}, output {k}");
            for i in 0..e.len() {
                let (e, f, allowed) = (e.data()[i], f.data()[i], 16.0 * bound.data()[i]);
                let same = e == f || e.is_nan() && f.is_nan() || (e - f).abs() <= allowed;
                assert!(same, "{passes:?}, output {k}[{i}]: {f}, not {e} within {allowed}");
            }
        }
    }
    expected
}

/// The mistake that an expression carries, which a plan and the reference report as well.
#[track_caller]
fn refused(e: &Expr) -> Error {
    let error = e.check().unwrap_err();
    assert_eq!(Plan::<f64>::compile(std::slice::from_ref(e)).unwrap_err(), error);
    assert_eq!(reference::evaluate(std::slice::from_ref(e), &[]).unwrap_err(), error);
    error
}

/// Refused as it is written or, where a length can be named but not held in memory, as it is bound to `[4]`.
#[track_caller]
fn never_bound(e: &Expr) {
    if e.check().is_err() {
        refused(e);
    } else {
        let plan = Plan::<f64>::compile(std::slice::from_ref(e)).unwrap();
        assert_eq!(plan.bind(&[Binding::row_major(&[4])]).unwrap_err(), Error::TooLarge);
    }
}

fn ramp(shape: &[usize]) -> Array<f64> {
    let n: usize = shape.iter().product();
    Array::new(shape.to_vec(), (0..n).map(|i| (i as f64 * 0.7).sin() * 2.0).collect()).unwrap()
}

#[test]
fn pooling_over_an_axis_that_is_not_there_is_refused() {
    let x = Expr::input("x", [3, 4]);
    for axis in [2, usize::MAX] {
        refused(&x.max_pool(&[axis], &[2], &[Sliding::valid()]));
        refused(&x.avg_pool(&[axis], &[2], &[Sliding::same()]));
        refused(&x.overlap(axis, 4, 1, 1));
    }
}

#[test]
fn sums_and_repetitions_along_an_axis_beyond_any_are_refused() {
    let x = Expr::input("x", [3, 4]);
    for axis in [3, 1 << 40, usize::MAX - 1, usize::MAX] {
        refused(&x.scatter_add(axis, &Expr::iota(3), Dim::Fixed(5)));
        refused(&x.scatter_add(axis, &Expr::constant(1.0), Dim::Fixed(5)));
        refused(&x.repeat(axis, 2));
        refused(&x.take_axis(axis, &Expr::iota(3)));
    }
    // A single place behind the last axis is one.
    let one = x.scatter_add(2, &Expr::constant(1.0), Dim::Fixed(2));
    assert_eq!(agreed(&[one], &[("x", &ramp(&[3, 4]))])[0].shape(), [3, 4, 2]);
}

#[test]
fn padding_beyond_any_length_is_refused() {
    let x = Expr::input("x", [4]);
    for (before, after) in
        [(usize::MAX, 1), (1, usize::MAX), (usize::MAX, usize::MAX), (usize::MAX / 2 + 1, usize::MAX / 2 + 1)]
    {
        never_bound(&x.max_pool(&[0], &[2], &[Sliding::valid().padding(before, after)]));
        never_bound(&x.pad(0, before, after));
    }
}

#[test]
fn a_stride_beyond_the_axis_gives_one_window() {
    let x = Expr::input("x", [5]);
    let value = ramp(&[5]);
    for stride in [5, 1 << 40, usize::MAX / 2 + 1, usize::MAX] {
        let w = x.windows(0, 2, stride, 1);
        let slope = grad(&w.square().sum(), std::slice::from_ref(&x)).unwrap().remove(0);
        let found = agreed(&[w, slope], &[("x", &value)]);
        assert_eq!(found[0].data(), &value.data()[..2]);
        assert_eq!(found[1].data()[2..], [0.0; 3]);
    }
    // A window of one element has no second one, however far apart.
    let one = x.windows(0, 1, 2, usize::MAX);
    assert_eq!(agreed(&[one], &[("x", &value)])[0].shape(), [3, 1]);
}

#[test]
fn lengths_and_places_near_the_largest_number_are_refused() {
    let x = Expr::input("x", [4]);
    for far in [usize::MAX, usize::MAX / 2 + 1] {
        never_bound(&x.slice(0, far, 2));
        never_bound(&x.slice(0, 2, far));
        never_bound(&x.index(0, far));
        never_bound(&x.pad_between(0, 0, 0, far));
    }
}

#[test]
fn polygamma_of_every_order_is_known_at_and_beside_its_poles() {
    let x = Expr::input("x", ["n"]);
    let beside = [-0.5, -1.3, -2.7, -9.999, 0.3, 2.0, -1.0 + 1e-3, -1.0 - 1e-3];
    for order in 1..=3 {
        agreed(&[x.polygamma(order)], &[("x", &Array::vector(beside.to_vec()))]);
        let poles = agreed(&[x.polygamma(order)], &[("x", &Array::vector(vec![0.0, -1.0, -2.0, -7.0]))]);
        // Odd orders have one sign on both sides of a pole.
        for &y in &poles[0].data()[1..] {
            assert!(if order % 2 == 1 { y == f64::INFINITY } else { y.is_nan() }, "order {order}: {y}");
        }
    }
}

#[test]
fn literal_factors_do_not_move_to_where_a_product_overflows() {
    let (x, y) = (Expr::input("x", ["n"]), Expr::input("y", ["n"]));
    let small = Array::vector(vec![1e-200, 3e-150]);
    let product = (1e200 * &x) * (1e200 * &y);
    let nested = 1e200 * (1e200 * (&x * 1e-100));
    let summed = (1e300 * &x).sum() * 1e10;
    let found = agreed(&[product, nested, summed], &[("x", &small), ("y", &small)]);
    assert!(found.iter().flat_map(Array::data).all(|v| v.is_finite()), "{found:?}");
}

#[test]
fn a_sum_of_no_infinity_is_zero() {
    let none = Expr::constant(f64::INFINITY).broadcast_to([Dim::Fixed(0)]).sum();
    let x = Expr::input("x", ["n"]);
    let empty = Array::vector(vec![]);
    let found = agreed(&[none, (f64::INFINITY * &x).sum(), (&x + f64::NAN).sum()], &[("x", &empty)]);
    assert!(found.iter().all(|a| a.data() == [0.0]), "{found:?}");
}

#[test]
fn an_equal_number_for_every_row_adds_up_to_nothing_without_rows() {
    let x = Expr::input("x", ["n"]);
    let stretched = Expr::constant(2.5).broadcast_to(x.shape());
    for n in [0, 1, 3, 700] {
        let found = agreed(&[stretched.sum(), x.sum()], &[("x", &ramp(&[n]))]);
        assert_eq!(found[0].data(), [2.5 * n as f64]);
    }
}

#[test]
fn joined_columns_of_different_values_are_multiplied_as_one_matrix() {
    let (x, y) = (Expr::input("x", ["n"]), Expr::input("y", ["n"]));
    let w = Expr::input("w", [3, 2]);
    let columns = [x.tanh().expand(1), (&y * &x).expand(1), y.exp().expand(1)];
    let joined = Expr::concat(&columns, 1);
    let value = joined.matmul(&w).sum_axes(&[0]);
    let slope = grad(&value.sum(), std::slice::from_ref(&w)).unwrap().remove(0);
    for n in [1, 17, 900] {
        let (x, y, w) = (
            ramp(&[n]),
            Array::vector(ramp(&[n]).data().iter().map(|v| v * 0.3 + 0.1).collect()),
            ramp(&[3, 2]),
        );
        agreed(
            &[joined.matmul(&Expr::input("w", [3, 2])), value.clone(), slope.clone()],
            &[("x", &x), ("y", &y), ("w", &w)],
        );
    }
}

#[test]
fn a_nan_of_an_early_block_is_not_forgotten() {
    let x = Expr::input("x", ["n"]);
    let outputs = [x.max_axes(&[0]), x.min_axes(&[0]), (&x * 2.0).max_axes(&[0])];
    for (n, at) in [(5_000, 3), (50_000, 0), (50_000, 49_999), (50_000, 20_000)] {
        let mut value = ramp(&[n]);
        value.data_mut()[at] = f64::NAN;
        let found = agreed(&outputs, &[("x", &value)]);
        assert!(found.iter().all(|a| a.data()[0].is_nan()), "NaN at {at} of {n}: {found:?}");
    }
}

#[test]
fn empty_values_and_empty_tables_are_read_and_written_nowhere() {
    let (x, i) = (Expr::input("x", ["n", "k"]), Expr::input("i", ["m"]));
    let outputs = [
        x.exp().sum(),
        x.tanh().sum_axes(&[0]),
        (&x + 1.0).transpose(),
        x.sum_axes(&[1]).scatter_add(0, &Expr::iota("n"), Dim::Fixed(3)),
        i.scatter_add(0, &i, Dim::Fixed(0)),
    ];
    for (n, k) in [(0, 2), (2, 0), (0, 0)] {
        agreed(&outputs, &[("x", &Array::zeros([n, k])), ("i", &Array::vector(vec![]))]);
    }
    // An index into an empty table is an error, of the plan and of the reference.
    let one = [("i", &Array::vector(vec![0.0]))];
    let into = [i.scatter_add(0, &i, Dim::Fixed(0))];
    assert!(matches!(reference::evaluate(&into, &one), Err(Error::LookUp(_))));
    assert!(matches!(Plan::<f64>::compile(&into).unwrap().call(&one), Err(Error::LookUp(_))));
}

#[test]
fn gradients_go_through_names_that_become_one() {
    let (a, b) = (Expr::input("a", ["n"]), Expr::input("b", ["k"]));
    let five = Expr::input("five", [5]);
    let value = ((&a + &b) * (&b + &five)).square().sum();
    let slopes = grad(&value, &[a, b, five]).unwrap();
    let (x, y, z) = (ramp(&[5]), Array::vector(vec![0.3, -1.0, 2.0, 0.5, 1.5]), Array::vector(vec![1.0; 5]));
    agreed(&slopes, &[("a", &x), ("b", &y), ("five", &z)]);
}

#[test]
fn an_input_written_twice_is_one_variable() {
    let once = Expr::input("x", ["n"]);
    let value = (Expr::input("x", ["n"]).square() * &once).sum();
    let slope = grad(&value, &[Expr::input("x", ["n"])]).unwrap().remove(0);
    let x = ramp(&[4]);
    let found = agreed(&[slope, value.substitute(&[(Expr::input("x", ["n"]), once.exp())])], &[("x", &x)]);
    for (s, v) in found[0].data().iter().zip(x.data()) {
        assert!((s - 3.0 * v * v).abs() < 1e-12);
    }
}

/// The stride of an axis times a step beyond it went over the largest number where the axis is not the last.
#[test]
fn a_step_beyond_an_axis_before_others_is_none() {
    let fixed = Expr::input("x", [3, 4]);
    let (rows, named) =
        (Expr::input("x", ["n".into(), Dim::Fixed(3), Dim::Fixed(4)]), Expr::input("x", ["n", "m"]));
    for far in [1 << 40, usize::MAX / 2 + 1, usize::MAX] {
        for (x, axis, shape) in
            [(&fixed, 0, &[3, 4][..]), (&rows, 1, &[5, 3, 4]), (&named, 0, &[3, 4]), (&named, 1, &[3, 4])]
        {
            let mut parts = vec![x.slice_by(axis, 1, 1, far.min(isize::MAX as usize) as isize)];
            if x.dim(axis).fixed().is_some() {
                parts.extend([x.windows(axis, 2, far, 1), x.windows(axis, 1, 2, far)]);
                parts.push(x.slice(axis, 1, 1).pad_between(axis, 1, 0, far - 1));
            }
            for part in parts {
                let slope = grad(&part.square().sum(), std::slice::from_ref(x)).unwrap().remove(0);
                agreed(&[part.exp(), slope], &[("x", &ramp(shape))]);
            }
        }
    }
}

/// The bound of rounding had minus zero for a sum of nothing, and so another side of atan2's cut.
#[test]
fn bounds_and_values_are_on_one_side_of_the_cut_at_a_sum_of_nothing() {
    let x = Expr::input("x", Shape::scalar());
    let none = Expr::literal(Array::vector(vec![])).sum();
    let angle = none.atan2(&x * &none);
    for value in [-1.5, 1.5, -0.0, 0.0] {
        let at = [("x", &Array::scalar(value))];
        let bounds = check::rounding(std::slice::from_ref(&angle), &at, true).unwrap();
        let expected = agreed(std::slice::from_ref(&angle), &at)[0].data()[0];
        assert_eq!(bounds[0].0.data()[0].to_bits(), expected.to_bits());
        assert!(bounds[0].1.data()[0] >= (f64::from(expected as f32) - expected).abs(), "{bounds:?}");
    }
}

/// The reference's sum of no rows was -0, and atan2 of that and a negative zero is -π.
#[test]
fn a_sum_of_nothing_is_plus_zero() {
    let x = Expr::input("x", ["n", "m"]);
    for sum in [x.sum_axes(&[0]), x.transpose().matmul(&x).sum_axes(&[0])] {
        let none = Array::new([0, 1], vec![]).unwrap();
        let found = reference::evaluate(std::slice::from_ref(&sum), &[("x", &none)]).unwrap();
        assert!(found[0].data()[0].is_sign_positive(), "{found:?}");
        let plan = Plan::<f64>::compile(&[sum]).unwrap().call(&[("x", &none)]).unwrap();
        assert!(plan[0].data()[0].is_sign_positive(), "{plan:?}");
    }
}

/// The bound of rounding did not see that a shape or a point may be rounded over the edge of where a function is.
#[test]
fn a_function_of_two_or_three_has_no_bound_at_the_edge_of_where_it_is() {
    let x = Expr::input("x", Shape::scalar());
    // Zero but for rounding, and one.
    let (edge, one) = ((&x * 3.0 - &x * 3.0 * x.cos().acos() / &x), (x.sin().square() + x.cos().square()));
    let at = [("x", &Array::scalar(0.7))];
    for e in [
        Expr::constant(0.5).gamma_q(&edge),
        edge.gamma_p(2.0),
        edge.betaln(1.5),
        Expr::constant(0.5).beta_inc(0.5, &one),
        Expr::constant(0.5).beta_inc(0.5, &edge),
    ] {
        assert_eq!(check::rounding(&[e], &at, false).unwrap()[0].1.data(), [f64::INFINITY]);
    }
    let inside = check::rounding(&[x.gamma_q(1.5)], &at, false).unwrap();
    assert!(inside[0].1.data()[0] < 1e-10, "{inside:?}");
}

/// The bound of rounding took the reference's quadrature at its word for shapes that it cannot do, and did not see poles between the ends of an interval.
#[test]
fn there_is_no_bound_where_the_reference_has_no_digits_nor_across_a_pole() {
    let s = Expr::input("s", Shape::scalar());
    let incomplete = [s.gamma_p(&s), s.gamma_q(&s), s.beta_inc(2.0, 0.5)];
    let plan = Plan::<f64>::compile(&incomplete).unwrap();
    for value in [1e-10, 1e15, 1e50, 1e300] {
        let at = Array::scalar(value);
        for (_, bound) in check::rounding(&incomplete, &[("s", &at)], false).unwrap() {
            assert_eq!(bound.data(), [f64::INFINITY], "{value}");
        }
        // The kernels have their digits there: P and Q add up to 1, and are halves where the shape is large.
        let found = plan.call(&[("s", &at)]).unwrap();
        let (p, q) = (found[0].data()[0], found[1].data()[0]);
        assert!((p + q - 1.0).abs() < 1e-15 && (value < 1.0 || (p - 0.5).abs() < 1e-7), "{value}: {p}, {q}");
    }
    for value in [1e-6, 1e-3, 0.5, 3.0, 2_000.0, 9_000.0, 1e7] {
        agreed(&incomplete, &[("s", &Array::scalar(value))]);
    }
    // -6,000,000.5, which single precision knows to within a unit.
    let far = (&s * -4e6 - 0.5) * 1.5 + 0.25;
    for e in [far.lgamma(), far.polygamma(0), far.lgamma1p()] {
        let bounds = check::rounding(std::slice::from_ref(&e), &[("s", &Array::scalar(1.0))], true).unwrap();
        assert_eq!(bounds[0].1.data(), [f64::INFINITY]);
        assert!(check::rounding(&[e], &[("s", &Array::scalar(-1.0))], true).unwrap()[0].1.data()[0] < 100.0);
    }
}

#[test]
fn a_streamed_value_of_very_many_columns_is_computed_whole() {
    // [m, n] looked up by [k, n, n] has n³ columns beside the axis k, each of which was an instruction, also where k is 0.
    let (table, index) = (Expr::input("table", ["m", "n"]), Expr::input("index", ["k", "n", "n"]));
    let found = table.take(&index);
    let plan = Plan::<f64>::compile(std::slice::from_ref(&found)).unwrap();
    assert_eq!(plan.streamed_axis().as_deref(), Some("k"));
    for (k, n, streamed) in [(2, 5, true), (0, 300, false), (2, 70, false)] {
        let shapes: [&[usize]; 2] = [&[4, n], &[k, n, n]];
        let names = plan.inputs().iter().map(|i| usize::from(&*i.name == "index"));
        let bindings: Vec<Binding<'_>> = names.map(|i| Binding::row_major(shapes[i])).collect();
        let cost = plan.cost(&bindings).unwrap();
        assert_eq!(cost.instructions > 100, streamed, "{k} {n}: {}", cost.instructions);
        assert_eq!(cost.workspace, plan.bind(&bindings).unwrap().bytes());
        let rows = Array::new([4, n], (0..4 * n).map(|i| i as f64).collect()).unwrap();
        let at = Array::new([k, n, n], (0..k * n * n).map(|i| (i * 7 % 4) as f64).collect()).unwrap();
        let value = plan.call(&[("table", &rows), ("index", &at)]).unwrap().remove(0);
        assert_eq!(value.shape(), [k, n, n, n]);
        let right = |i: usize| rows.data()[at.data()[i / n] as usize * n + i % n];
        assert!(value.data().iter().enumerate().all(|(i, &v)| v == right(i)), "{k} {n}");
    }
}
