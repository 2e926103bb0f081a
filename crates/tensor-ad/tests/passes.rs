//! The passes: each alone, each switched off, all and none give the reference's values; and each does what it is for.
#![allow(clippy::unwrap_used, clippy::panic)]

mod grown;

use elbo_tensor_ad::{Array, Binding, Expr, Graph, Op, Pass, Passes, Plan, Unary, check, reference};
use proptest::prelude::*;

/// Every set of passes that is tested: all, none, each alone, all but each.
fn sets() -> Vec<Passes> {
    let mut sets = vec![Passes::all(), Passes::none()];
    for pass in Pass::ALL {
        sets.push(Passes::none().with(pass));
        sets.push(Passes::all().without(pass));
    }
    sets
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_set_of_passes_gives_the_references_values(seed: u64, choices in prop::collection::vec(any::<u8>(), 32)) {
        let case = grown::case(&grown::bytes_of(seed)).map_err(TestCaseError::fail)?;
        for output in &case.outputs {
            let outputs = std::slice::from_ref(output);
            let names = output.free_inputs();
            let given: Vec<(&str, &Array<f64>)> =
                case.inputs.iter().filter(|(n, _)| names.iter().any(|m| **m == **n)).map(|(n, a)| (n.as_str(), a)).collect();
            let Ok(expected) = reference::evaluate(outputs, &given) else { continue };
            let bounds = check::rounding(outputs, &given, false).unwrap();
            for passes in sets() {
                let b = &mut grown::Bytes::new(&choices);
                let found = match grown::run::<f64>(outputs, &given, passes, b) {
                    Ok(found) => found,
                    Err(grown::Refused::Typed(e)) => return Err(TestCaseError::fail(format!("{passes:?}: {e}"))),
                    Err(grown::Refused::Wrong(e)) => return Err(TestCaseError::fail(format!("{passes:?}: {e}"))),
                };
                for ((e, f), bound) in expected[0].data().iter().zip(found[0].data()).zip(bounds[0].1.data()) {
                    let allowed = 64.0 * bound;
                    prop_assert!(
                        !e.is_finite() || !allowed.is_finite() || (e - f).abs() <= allowed,
                        "{:?}: {} should be {} within {}\n{}", passes, f, e, allowed, Graph::build(outputs).unwrap()
                    );
                }
            }
        }
    }
}

fn nodes(e: &[Expr], passes: Passes) -> usize {
    Graph::with_passes(e, &passes).unwrap().nodes().len()
}

/// The nodes with every pass, and with every pass but this one.
fn with_and_without(e: &[Expr], pass: Pass) -> (usize, usize) {
    (nodes(e, Passes::all()), nodes(e, Passes::all().without(pass)))
}

#[test]
fn common_subexpressions_are_one_node() {
    let x = Expr::input("x", ["n"]);
    let twice = x.sin().cos() + x.sin().cos();
    assert_eq!(with_and_without(&[twice], Pass::CommonSubexpressions), (4, 6));
    // What is one expression is computed once in any case, and inputs of one name are one.
    let shared = x.sin();
    assert_eq!(with_and_without(&[&shared + &shared], Pass::CommonSubexpressions), (3, 3));
    assert_eq!(with_and_without(&[&x + Expr::input("x", ["n"])], Pass::CommonSubexpressions), (2, 2));
    let plan = Plan::<f64>::compile_with(&[&x + Expr::input("x", ["n"])], &Passes::none()).unwrap();
    assert_eq!(plan.inputs().len(), 1);
}

#[test]
fn constants_are_computed_and_neutral_elements_removed() {
    let x = Expr::input("x", ["n"]);
    let two = Expr::literal(Array::scalar(0.0)).exp();
    let written = (1.0 * (&x + 0.0) - (-&x)) / 1.0 + x.permute(&[0]);
    assert_eq!(with_and_without(&[written], Pass::Folding).0, 3);
    let listing = |e: &Expr| Graph::simplified(std::slice::from_ref(e)).unwrap().to_string();
    assert!(listing(&(&x * &x)).contains("square"));
    assert!(listing(&x.pow(2.0)).contains("square"));
    assert!(listing(&(2.0 * (3.0 * &x))).contains("constant 6.0"));
    assert!(listing(&(-(-&x))).contains("return %0"));
    // A literal factor is multiplied once, after the sum.
    let graph = Graph::simplified(&[(3.0 * &x).sum()]).unwrap();
    assert_eq!(graph.nodes()[graph.outputs()[0]].shape.rank(), 0);
    assert_eq!(graph.nodes()[graph.outputs()[0]].op, Op::Binary(elbo_tensor_ad::Binary::Mul));
    assert_eq!(graph.nodes().len(), 4);
    drop(two);
    // Where another order of factors would overflow, it stays.
    let far = 1e-200 * &x * &x;
    let at = Array::vector(vec![1e200]);
    assert_eq!(Plan::<f64>::compile(&[far]).unwrap().call(&[("x", &at)]).unwrap()[0].data(), [1e200]);
    let far = 1e200 * (1e200 * &x);
    let at = Array::vector(vec![1e-300]);
    assert_eq!(
        Plan::<f64>::compile(&[far]).unwrap().call(&[("x", &at)]).unwrap()[0].data(),
        [1e200 * (1e200 * 1e-300)]
    );
    // Of no element the sum is 0, whatever it is a sum of.
    let none = Array::vector(vec![]);
    for e in [(f64::INFINITY * &x).sum(), (&x + f64::INFINITY).sum()] {
        assert_eq!(Plan::<f64>::compile(&[e]).unwrap().call(&[("x", &none)]).unwrap()[0].data(), [0.0]);
    }
}

#[test]
fn dead_code_is_dropped_with_the_inputs_that_only_it_reads() {
    let (x, y) = (Expr::input("x", ["n"]), Expr::input("y", ["n"]));
    let picked = Expr::constant(1.0).select(x.sin(), y.cos());
    let with = Plan::<f64>::compile(std::slice::from_ref(&picked)).unwrap();
    let without = Plan::<f64>::compile_with(&[picked], &Passes::all().without(Pass::DeadCode)).unwrap();
    assert_eq!((with.graph().nodes().len(), with.inputs().len()), (2, 1));
    assert!(without.graph().nodes().len() >= 4);
    assert_eq!(without.inputs().len(), 2);
}

#[test]
fn stable_forms_are_chosen() {
    let x = Expr::input("x", ["n"]);
    let e = [x.sigmoid().ln()];
    let has = |passes: Passes, u: Unary| {
        Graph::with_passes(&e, &passes).unwrap().nodes().iter().any(|n| n.op == Op::Unary(u))
    };
    assert!(has(Passes::none().with(Pass::StableForms), Unary::Softplus));
    assert!(!has(Passes::all().without(Pass::StableForms), Unary::Softplus));
}

/// The instructions of the plan at 100 rows, and the bytes of its workspace.
fn bound(e: &[Expr], passes: Passes, shapes: &[&[usize]]) -> (usize, usize) {
    let plan = Plan::<f64>::compile_with(e, &passes).unwrap();
    let bindings: Vec<Binding<'_>> = shapes.iter().map(|s| Binding::row_major(s)).collect();
    let cost = plan.cost(&bindings).unwrap();
    assert_eq!(cost.workspace, plan.bind(&bindings).unwrap().bytes());
    (cost.instructions, cost.workspace)
}

#[test]
fn fusion_makes_fewer_instructions() {
    let (x, y) = (Expr::input("x", ["n"]), Expr::input("y", ["n"]));
    let e = [(&x * &y + x.tanh()).sum(), (&x * &y.tanh()).sum()];
    let (all, shapes): (_, [&[usize]; 2]) = (Passes::all(), [&[100], &[100]]);
    let (with, without) = (bound(&e, all, &shapes), bound(&e, all.without(Pass::Fusion), &shapes));
    assert!(with.0 < without.0 && with.1 <= without.1, "{with:?} {without:?}");
}

#[test]
fn memory_is_used_again() {
    let x = Expr::input("x", ["n"]);
    let mut chain = x.tanh();
    for _ in 0..50 {
        chain = (chain.sin() * 2.0).exp().tanh();
    }
    let all = Passes::all();
    for passes in [all, all.without(Pass::Streaming)] {
        let with = bound(&[chain.sum()], passes, &[&[300]]).1;
        let without = bound(&[chain.sum()], passes.without(Pass::MemoryReuse), &[&[300]]).1;
        // A chain needs two or three places, however long it is.
        assert!(with < 6 * 300 * 8 && without > 10 * with, "{passes:?}: {with} {without}");
    }
}

#[test]
fn one_axis_is_streamed() {
    let x = Expr::input("x", ["n"]);
    let e = [x.tanh().exp().sum()];
    let all = Passes::all();
    let plan = Plan::<f64>::compile(&e).unwrap();
    assert_eq!(plan.streamed_axis().as_deref(), Some("n"));
    let whole = Plan::<f64>::compile_with(&e, &all.without(Pass::Streaming)).unwrap();
    assert_eq!(whole.streamed_axis(), None);
    // Blocks: the memory does not grow with the rows.
    let rows = 100_000;
    assert!(bound(&e, all, &[&[rows]]).1 < 256 * 1024);
    assert!(bound(&e, all.without(Pass::Streaming), &[&[rows]]).1 >= rows * 8);
}
