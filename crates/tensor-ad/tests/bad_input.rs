//! Misuse of every public method: the message names the operation, the shapes, the label and the line.
#![allow(clippy::unwrap_used, clippy::panic)]

use elbo_tensor_ad::{
    Array, Binding, Dim, Error, Expr, Fault, Passes, Plan, Sliding, Triangle, grad, reference, vjp,
};

/// One misuse: the method, the operation that the message should name, shapes that it should show, and what was made.
struct Row {
    method: &'static str,
    operation: &'static str,
    shapes: &'static [&'static str],
    made: Expr,
    line: u32,
}

#[track_caller]
fn row(method: &'static str, operation: &'static str, shapes: &'static [&'static str], made: Expr) -> Row {
    Row { method, operation, shapes, made, line: std::panic::Location::caller().line() }
}

/// The longest a row gets when it is formatted.
const ROW_LINES: u32 = 8;

fn fault(row: &Row) -> Option<Fault> {
    match row.made.check() {
        Err(Error::Shape(fault)) => Some((*fault).clone()),
        _ => None,
    }
}

/// `[2, 3]`, labelled.
fn x() -> Expr {
    Expr::input("x", [2, 3]).labelled("here")
}

/// `[5]`, which fits nothing.
fn five() -> Expr {
    Expr::input("five", [5])
}

fn named() -> Expr {
    Expr::input("named", ["n", "m"]).labelled("here")
}

fn rows() -> Vec<Row> {
    let both: &[&str] = &["[2, 3]", "[5]"];
    let one: &[&str] = &["[2, 3]"];
    let far = usize::MAX;
    vec![
        row("+", "add", both, x() + five()),
        row("-", "sub", both, x() - five()),
        row("*", "mul", both, x() * five()),
        row("/", "div", both, x() / five()),
        row("pow", "pow", both, x().pow(five())),
        row("max", "max", both, x().max(five())),
        row("min", "min", both, x().min(five())),
        row("less", "less", both, x().less(five())),
        row("less_equal", "less_equal", both, x().less_equal(five())),
        row("greater", "greater", both, x().greater(five())),
        row("greater_equal", "greater_equal", both, x().greater_equal(five())),
        row("equal", "equal", both, x().equal(five())),
        row("select", "select", both, x().select(five(), 1.0)),
        row("select", "select", both, x().select(1.0, five())),
        row("logaddexp", "logaddexp", both, x().logaddexp(five())),
        row("sum_axes", "sum", one, x().sum_axes(&[2])),
        row("sum_axes", "sum", one, x().sum_axes(&[0, 0])),
        row("sum_axes", "sum", one, x().sum_axes(&[far])),
        row("max_axes", "max", one, x().max_axes(&[2])),
        row("min_axes", "min", one, x().min_axes(&[7, 1])),
        row("logsumexp", "logsumexp", one, x().logsumexp(2)),
        row("log_softmax", "log_softmax", one, x().log_softmax(far)),
        row("reshape", "reshape", one, x().reshape([7])),
        row("reshape", "reshape", &["[n, m]"], named().reshape([6])),
        row("permute", "permute", one, x().permute(&[0])),
        row("permute", "permute", one, x().permute(&[0, 0])),
        row("permute", "permute", one, x().permute(&[0, far])),
        row("broadcast_to", "broadcast", one, x().broadcast_to([3, 2])),
        row("broadcast_to", "broadcast", one, x().broadcast_to([3])),
        row("slice", "slice", one, x().slice(1, 2, 2)),
        row("slice", "slice", one, x().slice(2, 0, 1)),
        row("slice", "slice", one, x().slice(1, far, far)),
        // Of a named axis, where the index is not a number of f32.
        row("slice", "slice", &["[n, m]"], named().slice(0, far, 1)),
        row("index", "index", one, x().index(1, 3)),
        row("index", "index", one, x().index(far, 0)),
        row("pad", "pad", one, x().pad(2, 1, 1)),
        row("pad", "pad", &["[n, m]"], named().pad(1, 1, 1)),
        row("concat", "concat", both, Expr::concat(&[x(), five()], 0)),
        row("concat", "concat", &["[2, 3]", "[5, 1]"], Expr::concat(&[x(), five().expand(1)], 0)),
        row("concat", "concat", &["[n, m]"], Expr::concat(&[named(), named()], 1)),
        row("concat", "concat", one, Expr::concat(&[x(), x()], far)),
        row("stack", "stack", both, Expr::stack(&[x(), five()], 0)),
        row("matmul", "matmul", both, x().matmul(&five())),
        row("matmul", "matmul", &["[2, 3]", "[2, 3]"], x().matmul(&x())),
        row("matmul", "matmul", &["[2, 3]", "[]"], x().matmul(&five().sum())),
        row("dot", "dot", both, x().dot(&five())),
        row("take", "take", &["[]", "[5]"], x().sum().labelled("here").take(&five())),
        row("windows", "windows", one, x().windows(1, 4, 1, 1)),
        row("windows", "windows", one, x().windows(2, 1, 1, 1)),
        row("windows", "windows", one, x().windows(1, 2, 0, 1)),
        row("windows", "windows", one, x().windows(1, far, far, far)),
        row("overlap", "overlap", one, x().overlap(0, 3, 1, 1)),
        row("overlap", "overlap", one, x().overlap(far, 9, 1, 1)),
        row("max_pool", "max_pool", one, x().max_pool(&[0], &[1, 2], &[Sliding::valid()])),
        row("max_pool", "max_pool", one, x().max_pool(&[1, 1], &[1, 1], &[Sliding::valid(); 2])),
        row("max_pool", "windows", one, x().max_pool(&[1], &[4], &[Sliding::valid()])),
        row("avg_pool", "avg_pool", one, x().avg_pool(&[0], &[1, 2], &[Sliding::valid()])),
        row("avg_pool", "avg_pool", one, x().avg_pool(&[far], &[2], &[Sliding::valid()])),
        row("atan2", "atan2", both, x().atan2(five())),
        row("clamp", "clamp", both, x().clamp(five(), 1.0)),
        row("clamp", "clamp", both, x().clamp(0.0, five())),
        row("not_equal", "not_equal", both, x().not_equal(five())),
        row("log_diff_exp", "log_diff_exp", both, x().log_diff_exp(five())),
        row("xlogy", "xlogy", both, x().xlogy(five())),
        row("xlog1py", "xlog1py", both, x().xlog1py(five())),
        row("prod_axes", "prod", one, x().prod_axes(&[2])),
        row("beta", "beta", both, x().beta(five())),
        row("betaln", "betaln", both, x().betaln(five())),
        row("ln_binomial", "ln_binomial", both, x().ln_binomial(five())),
        row("gamma_p", "gamma_p", both, x().gamma_p(five())),
        row("gamma_q", "gamma_q", both, x().gamma_q(five())),
        row("beta_inc", "beta_inc", both, x().beta_inc(five(), 0.5)),
        row("cho_logdet", "cho_logdet", one, x().cho_logdet()),
        row("last", "last", &["[]"], x().sum().labelled("here").last()),
        row("argmax", "argmax", one, x().argmax(2)),
        row("argmax_axes", "argmax", one, x().argmax_axes(&[0, 5])),
        row("argmin", "argmin", one, x().argmin(far)),
        row("argmin_axes", "argmin", one, x().argmin_axes(&[1, 1])),
        row("mean_axes", "mean", one, x().mean_axes(&[2])),
        row("var_axes", "var", one, x().var_axes(&[2], 0)),
        row("std_axes", "std", one, x().std_axes(&[2], 0)),
        row("norm_axes", "norm", one, x().norm_axes(&[2], 2.0)),
        row("any_axes", "any", one, x().any_axes(&[2])),
        row("all_axes", "all", one, x().all_axes(&[far])),
        row("logsumexp_axes", "logsumexp", one, x().logsumexp_axes(&[2])),
        row("softmax", "softmax", one, x().softmax(2)),
        row("softmax_axes", "softmax", one, x().softmax_axes(&[0, 0])),
        row("log_softmax_axes", "log_softmax", one, x().log_softmax_axes(&[1, 2])),
        // The label of what was moved.
        row("sum_axes", "sum", &["[3, 2]"], x().transpose().sum_axes(&[2])),
        row("mean_axes", "mean", &["[2, 1]"], x().slice(1, 0, 1).mean_axes(&[2])),
        row(
            "cumsum",
            "cumsum",
            &["[4, 3]"],
            Expr::concat(&[five().pad(0, 0, 1).reshape([2, 3]), x()], 0).cumsum(2),
        ),
        row("keep_axes", "keep_axes", one, x().keep_axes(&[7])),
        row("cumsum", "cumsum", one, x().cumsum(2)),
        row("cumsum_reversed", "cumsum", one, x().cumsum_reversed(far)),
        row("cumprod", "cumprod", one, x().cumprod(2)),
        row("logcumsumexp", "logcumsumexp", one, x().logcumsumexp(2)),
        row("recurrence", "recurrence", one, x().recurrence(0.5, 2)),
        row("recurrence", "recurrence", both, x().recurrence(five(), 0)),
        row("recurrence_reversed", "recurrence", one, x().recurrence_reversed(0.5, far)),
        row("take_axis", "take", one, x().take_axis(2, &five())),
        row("gather", "gather", both, x().gather(0, &five())),
        row("gather", "gather", one, x().gather(far, &x())),
        row("scatter_add", "scatter_add", both, x().scatter_add(0, &five(), 4)),
        row("scatter_along", "scatter_add", both, x().scatter_along(0, &five(), 4)),
        row("squeeze", "squeeze", one, x().squeeze(&[0])),
        row("squeeze", "squeeze", one, x().squeeze(&[9])),
        row("slice_by", "slice", one, x().slice_by(1, 0, 3, 2)),
        row("slice_by", "slice", one, x().slice_by(1, 0, 2, 0)),
        row("flip", "flip", one, x().flip(&[2])),
        row("roll", "roll", one, x().roll(2, 1)),
        row("repeat", "repeat", one, x().repeat(2, 2)),
        row("tile", "tile", one, x().tile(&[2])),
        row("split", "split", one, x().split(1, &[1, 1]).remove(0)),
        row("pad_between", "pad", one, x().pad_between(2, 0, 0, 1)),
        row("tril", "tril", &["[5]"], five().labelled("here").tril(0)),
        row("triu", "triu", &["[5]"], five().labelled("here").triu(0)),
        row("diag", "diag", &["[]"], x().sum().labelled("here").diag()),
        row("diagonal", "diagonal", &["[5]"], five().labelled("here").diagonal()),
        row("trace", "trace", one, x().trace()),
        row("cholesky", "cholesky", one, x().cholesky()),
        row("solve", "solve", one, x().solve(&five())),
        row("solve_lower", "solve_lower", one, x().solve_lower(&five())),
        row("solve_upper", "solve_upper", one, x().solve_upper(&five())),
        row("inverse", "inverse", one, x().inverse()),
        row("slogdet", "slogdet", one, x().slogdet().1),
        row("logdet", "logdet", one, x().logdet()),
        row("det", "det", one, x().det()),
        row("cho_solve", "cho_solve", one, x().cho_solve(&five())),
        row("mahalanobis", "mahalanobis", one, x().mahalanobis(&five())),
        row("quadratic_form", "quadratic_form", one, x().quadratic_form(&five())),
        row("eigh", "eigh", one, x().eigh().0),
        row("eigvalsh", "eigvalsh", one, x().eigvalsh()),
        row("matrix_transpose", "matrix_transpose", &["[5]"], five().labelled("here").matrix_transpose()),
        row("conv1d", "conv1d", both, x().conv1d(&five(), Sliding::valid())),
        row("conv2d_grouped", "conv2d", both, x().conv2d_grouped(&five(), [Sliding::valid(); 2], 2)),
        row("triangular_solve", "triangular_solve", one, x().triangular_solve(&five(), Triangle::LOWER)),
        row("conv2d", "conv2d", both, x().conv2d(&five(), [Sliding::valid(); 2])),
        row("scan", "scan", one, x().scan(&[five().sum()], |c, _| c.clone())),
        row("scan", "scan", one, x().scan(&[five()], |c, _| c.sum())),
    ]
}

#[test]
fn every_misuse_names_the_operation_the_shapes_the_label_and_the_line() {
    let mut wrong = Vec::new();
    for row in rows() {
        let Some(fault) = fault(&row) else {
            wrong.push(format!("{} (line {}): no mistake", row.method, row.line));
            continue;
        };
        let text = Error::Shape(fault.clone().into()).to_string();
        let mut missing: Vec<String> = Vec::new();
        let mut needs = |what: &str| {
            if !text.contains(what) {
                missing.push(what.to_string());
            }
        };
        needs(row.operation);
        row.shapes.iter().for_each(|s| needs(s));
        needs("`here`");
        needs("bad_input.rs:");
        let near = (row.line..row.line + ROW_LINES).contains(&fault.line);
        if !missing.is_empty() || fault.op != row.operation || !near {
            wrong.push(format!("{} (line {}): {missing:?} not in: {text}", row.method, row.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mistake_is_reported_once_by_whatever_is_built_on_it() {
    for row in rows() {
        let first = row.made.check().unwrap_err();
        let later = (row.made.exp() + five().sum()).tanh().matmul(&x());
        assert_eq!(later.check().unwrap_err(), first, "{}", row.method);
        assert_eq!(Plan::<f64>::compile(std::slice::from_ref(&later)).unwrap_err(), first);
        assert_eq!(
            Plan::<f32>::compile_with(std::slice::from_ref(&later), &Passes::none()).unwrap_err(),
            first
        );
        assert_eq!(reference::evaluate(std::slice::from_ref(&later), &[]).unwrap_err(), first);
        assert_eq!(grad(&later, &[x()]).unwrap_err(), first);
        assert_eq!(vjp(&[x()], std::slice::from_ref(&later), &[x()]).unwrap_err(), first);
    }
}

#[test]
fn gradients_of_what_is_no_number_and_cotangents_that_do_not_fit_are_errors() {
    assert_eq!(grad(&x(), &[x()]).unwrap_err(), Error::NotScalar { found: [2, 3].into() });
    assert!(vjp(&[x()], &[five()], &[x()]).is_err());
}

#[test]
fn arrays_of_another_length_than_their_shape_are_errors() {
    let wrong = Array::new([2, 2], vec![1.0]).unwrap_err();
    assert_eq!(wrong, Error::ElementCount { shape: vec![2, 2], expected: 4, found: 1 });
    assert!(Array::<f64>::new([usize::MAX, 2], vec![]).is_err());
    assert!(Array::vector(vec![1.0]).row(1).is_err());
}

#[test]
fn more_than_memory_holds_is_an_error_and_not_an_abort() {
    let one = Expr::constant(1.0);
    let far = one.broadcast_to([1usize << 40]);
    for e in [
        (&far + Expr::iota(1usize << 40)).tanh(),
        far.clone(),
        far.reshape([1usize << 20, 1 << 20]).transpose(),
        Expr::iota(1usize << 40),
        x().pad(0, 1 << 60, 1 << 60),
        Expr::input("x", [1usize << 33]).exp(),
    ] {
        let found = Plan::<f64>::compile(std::slice::from_ref(&e)).and_then(|p| {
            let shapes: Vec<Vec<usize>> = p.inputs().iter().map(|i| i.shape.fixed().unwrap()).collect();
            let bindings: Vec<Binding<'_>> = shapes.iter().map(|s| Binding::row_major(s)).collect();
            p.cost(&bindings)?;
            p.bind(&bindings).map(|_| ())?;
            p.call(&[]).map(|_| ())
        });
        assert!(matches!(found, Err(Error::TooLarge)), "{e:?}: {found:?}");
    }
}

#[test]
fn an_index_that_is_no_row_is_an_error_in_every_layout_and_number_type() {
    fn refused<T: elbo_tensor_ad::Real>(index: f64, streamed: bool) {
        let i = Expr::input("i", if streamed { [Dim::from("n")] } else { [Dim::Fixed(3)] });
        let e = Expr::literal(Array::vector(vec![1.0, 2.0])).take(&i).sum();
        let plan = Plan::<T>::compile(&[e]).unwrap();
        let at = Array::vector(vec![T::from_f64(0.0), T::from_f64(index), T::from_f64(1.0)]);
        let found = plan.call(&[("i", &at)]);
        assert!(matches!(&found, Err(Error::LookUp(w)) if w.length == 2), "{index}: {found:?}");
    }
    for index in [2.0, -1.0, 0.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e30] {
        for streamed in [false, true] {
            refused::<f64>(index, streamed);
            refused::<f32>(index, streamed);
        }
    }
}

/// Methods that take nothing but elements of any shape, or nothing that can be wrong.
const ALWAYS_RIGHT: &[&str] = &[
    "input",
    "constant",
    "literal",
    "size",
    "iota",
    "labelled",
    "shape",
    "rank",
    "dim",
    "op",
    "args",
    "label",
    "location",
    "as_constant",
    "check",
    "substitute",
    "substitute_all",
    "free_inputs",
    "stop_gradient",
    "sum",
    "mean",
    "transpose",
    "expand",
    "one_hot",
    "polygamma",
    "log_sigmoid",
    "log1mexp",
    "all",
    "any",
    "atanh",
    "bessel_i0",
    "bessel_i0e",
    "bessel_i1",
    "bessel_i1e",
    "ceil",
    "elu",
    "erfcinv",
    "erfcx",
    "erfinv",
    "exp2",
    "eye",
    "gelu",
    "gelu_tanh",
    "largest",
    "leaky_relu",
    "lgamma1p",
    "log10",
    "log2",
    "log_bessel_i0",
    "logit",
    "multi_lgamma",
    "norm",
    "normal_cdf",
    "outer",
    "normal_log_cdf",
    "normal_quantile",
    "prod",
    "relu",
    "rsqrt",
    "silu",
    "smallest",
    "softplus_inverse",
    "std",
    "var",
];

/// Every public method of `Expr` has a row, or cannot be misused.
#[test]
fn every_public_method_has_a_row() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/expr");
    let rows = rows();
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut within = false;
        for line in text.lines() {
            if line.starts_with("impl ") {
                within = line.starts_with("impl Expr");
            }
            let Some(rest) = line.trim_start().strip_prefix("pub fn ") else { continue };
            let name = rest.split(['(', '<']).next().unwrap();
            let known = ALWAYS_RIGHT.contains(&name) || rows.iter().any(|r| r.method == name);
            if within && !known {
                missing.push(format!("{name} in {}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn an_index_that_is_no_row_names_the_operation_the_label_and_the_line() {
    let index = |n: Dim| Expr::input("i", [n]).labelled("group");
    let (whole, rows) = (|| index(Dim::Fixed(3)), || index(Dim::from("n")));
    let table = Expr::input("table", [2]);
    let first = line!() + 2;
    let cases = [
        ("take", vec![2], table.take(&whole())),
        ("take", vec![2], table.take(&rows())),
        // Each row a table of its own.
        ("take", vec![3, 2], Expr::input("table", ("n", 2)).gather(1, &rows().expand(1))),
        ("scatter_add", vec![3], Expr::input("table", [3]).scatter_add(0, &whole(), 2)),
        ("scatter_add", vec![3], Expr::input("table", ["n"]).scatter_add(0, &rows(), 2)),
    ];
    for (i, (op, shape, e)) in cases.into_iter().enumerate() {
        let line = first + i as u32 + u32::from(i > 1);
        let given = [("table", &Array::zeros(&shape[..])), ("i", &Array::vector(vec![0.0, 7.0, 1.0]))];
        let e = [e.sum()];
        let plan = Plan::<f64>::compile(&e).unwrap().call(&given).map(|_| ());
        for found in [plan, reference::evaluate(&e, &given).map(|_| ())] {
            let Err(Error::LookUp(w)) = &found else { panic!("{op}: {found:?}") };
            assert_eq!((w.op, w.value, w.length), (op, 7.0, 2), "{found:?}");
            assert_eq!((w.label.as_deref(), w.line), (Some("group"), line), "{found:?}");
            assert_eq!(w.index, ["group"], "{found:?}");
            assert!(w.file.ends_with("bad_input.rs"), "{found:?}");
        }
    }
}

#[test]
fn an_index_that_was_moved_or_computed_is_reported_with_what_it_came_from() {
    let (a, b, n) = (Expr::input("a", [4]), Expr::input("b", [4]), Expr::input("n", ["n"]));
    let (table, wide) = (Expr::input("table", [2]), Expr::input("wide", [3, 2]).labelled("effects"));
    let pairs = |e: &Expr| e.reshape([2, 2]);
    let two = Expr::literal(Array::vector(vec![1.0, 0.0]));
    let cases: Vec<(Expr, &[&str], Option<&str>)> = vec![
        (table.take(&a), &["a"], None),
        (table.take(&n), &["n"], None),
        (table.take(&a.labelled("group")), &["group"], Some("group")),
        (table.take(&pairs(&a).labelled("group").transpose().flip(&[0])), &["group"], Some("group")),
        (table.take(&pairs(&pairs(&a).labelled("group").reshape([4]))), &["group"], Some("group")),
        (table.take(&a.slice(0, 1, 3).stop_gradient()), &["a"], None),
        (table.take(&n.expand(1).broadcast_to([Dim::from("n"), Dim::Fixed(2)])), &["n"], None),
        // Looked up itself: from the table that it was in.
        (table.take(&a.take(&two)), &["a"], None),
        (table.take(&Expr::concat(&[a.clone(), b.labelled("other")], 0)), &["a", "other"], Some("other")),
        (table.take(&a.less(1.0).select(&b, &a)), &["b", "a"], None),
        (table.take(&a.pad(0, 1, 2)), &["a"], None),
        (table.take(&(&a + &b + 1.0)), &["a", "b"], None),
        (table.take(&(Expr::iota(4) * 7.0)), &[], None),
        (wide.take_axis(1, &pairs(&a)), &["a"], Some("effects")),
        (wide.gather(1, &a.slice(0, 0, 3).expand(1)), &["a"], Some("effects")),
        (table.broadcast_to([4, 2]).gather(1, &a.expand(1)), &["a"], None),
        (pairs(&b).scatter_add(0, &pairs(&a), 2), &["a"], None),
        (b.scatter_add(0, &a.flip(&[0]), 2), &["a"], None),
        (pairs(&b).scatter_along(1, &pairs(&a), 2), &["a"], None),
        // In a step: the operand that its input stands for.
        (
            Expr::constant(0.0)
                .scan(std::slice::from_ref(&a), |c, x| c * 0.5 + table.take(&(&x[0] + c * 0.0))),
            &["a", "carry"],
            Some("table"),
        ),
        (
            Expr::constant(0.0).scan(std::slice::from_ref(&b), |c, x| {
                c * &x[0] + table.take(&(c * 0.0 + a.slice(0, 1, 1).sum()))
            }),
            &["a", "carry"],
            Some("table"),
        ),
    ];
    let (seven, index) = (Array::vector(vec![0.0, 7.0, 1.0, 7.0]), Array::zeros(&[3, 2][..]));
    let given =
        [("a", &seven), ("b", &seven), ("n", &seven), ("table", &Array::zeros(&[2][..])), ("wide", &index)];
    for (i, (e, index, label)) in cases.into_iter().enumerate() {
        let e = [e.sum()];
        let inputs: Vec<_> =
            given.iter().filter(|(n, _)| e[0].free_inputs().iter().any(|f| **f == **n)).copied().collect();
        let mut errors = vec![reference::evaluate(&e, &inputs).map(|_| ())];
        for passes in [Passes::all(), Passes::none()] {
            errors.push(Plan::<f64>::compile_with(&e, &passes).unwrap().call(&inputs).map(|_| ()));
        }
        for found in errors {
            let Err(Error::LookUp(w)) = &found else { panic!("{i}: {found:?}") };
            assert_eq!(
                (&w.index[..], w.label.as_deref()),
                (&index.iter().map(ToString::to_string).collect::<Vec<_>>()[..], label),
                "{i}: {found:?}"
            );
        }
    }
    let refused = Plan::<f64>::compile(&[wide.take_axis(1, &(&a - &b)).sum()]).unwrap().call(&[
        ("a", &seven),
        ("b", &Array::zeros(&[4][..])),
        given[4],
    ]);
    let said = refused.unwrap_err().to_string();
    assert!(said.starts_with("take: index 7 from `a` and `b` looked up in a table of 2 rows"), "{said}");
    assert!(said.contains(", in `effects` ("), "{said}");
}

#[test]
fn a_matrix_that_was_moved_is_reported_by_the_label_that_it_had() {
    let flat = Expr::input("k", [8]).labelled("covariance");
    let moved = flat.reshape([2, 2, 2]).permute(&[0, 2, 1]).slice(0, 1, 1);
    let given = [("k", &Array::vector(vec![1.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 1.0]))];
    let e = [moved.cholesky().sum()];
    for found in [Plan::<f64>::compile(&e).unwrap().call(&given), reference::evaluate(&e, &given)] {
        let Err(Error::NotPositiveDefinite(b)) = &found else { panic!("{found:?}") };
        assert_eq!((b.label.as_deref(), b.pivot), (Some("covariance"), 1), "{found:?}");
    }
}
