//! Costs counted before anything runs, and the pictures of graphs and plans for Graphviz.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use elbo_tensor_ad::{Array, Binding, Cost, Dim, Expr, Graph, Op, Plan, Scan, grad};

fn cost(outputs: &[Expr], shapes: &[&[usize]]) -> Cost {
    let plan = Plan::<f64>::compile(outputs).unwrap();
    let bindings: Vec<Binding<'_>> = shapes.iter().map(|s| Binding::row_major(s)).collect();
    let cost = plan.cost(&bindings).unwrap();
    assert_eq!(
        cost.workspace,
        plan.bind(&bindings).unwrap().bytes(),
        "the workspace is as large as foretold"
    );
    cost
}

#[test]
fn a_product_of_matrices_counts_two_for_each_triple() {
    let found = cost(&[Expr::input("a", [4, 6]).matmul(&Expr::input("b", [6, 3]))], &[&[4, 6], &[6, 3]]);
    assert_eq!((found.operations(), found.calls()), (2 * 4 * 6 * 3, 0));
    assert_eq!((found.bytes_read(), found.bytes_written()), (8 * (24 + 18), 8 * 12));
    assert_eq!((found.tasks.len(), found.rows, found.blocks), (1, 0, 0));
    // The product and the copy to the output.
    assert_eq!((found.instructions, found.executed), (2, 2));
    // Twelve elements, whole cache lines, and one line to start on.
    assert_eq!(found.workspace, 16 * 8 + 64);
}

#[test]
fn a_chain_counts_operations_calls_and_bytes() {
    let x = Expr::input("x", ["n"]);
    let y = Expr::input("y", ["n"]);
    // tanh: a call; x * tanh(x) + y: two operations in one task; the sum: one operation an element.
    let found = cost(&[(&x * x.tanh() + &y).labelled("here"), x.sum()], &[&[100], &[100]]);
    assert_eq!((found.operations(), found.calls()), (200 + 100, 100));
    let names: Vec<&str> = found.tasks.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["tanh", "mul_add", "sum [0]"]);
    assert_eq!(found.tasks[1].label.as_deref(), Some("here"));
    assert_eq!(found.tasks[1].bytes_read, 8 * 300);
    assert_eq!(found.bytes_written(), 8 * 201);
    assert_eq!((found.rows, found.blocks), (100, 1));
    let table = found.to_string();
    for part in
        ["operations", "calls", "bytes read", "mul_add", "// here", "%", "workspace", "100 rows in 1 blocks"]
    {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    assert_eq!(table.lines().count(), 1 + 3 + 1 + 1);
}

#[test]
fn a_network_and_its_gradient_count_three_products_a_layer() {
    let x = Expr::input("x", ["n".into(), Dim::Fixed(4)]);
    let (v, w) = (Expr::input("v", [4, 8]), Expr::input("w", [8, 3]));
    let loss = x.matmul(&v).tanh().matmul(&w).square().sum();
    let mut outputs = grad(&loss, &[v, w]).unwrap();
    outputs.push(loss);
    let rows = 1000;
    let shapes: [&[usize]; 3] = [&[rows, 4], &[4, 8], &[8, 3]];
    let order = Plan::<f64>::compile(&outputs).unwrap();
    let order =
        order.inputs().iter().map(|i| shapes[["x", "v", "w"].iter().position(|n| **n == *i.name).unwrap()]);
    let found = cost(&outputs, &order.collect::<Vec<_>>());
    let products: u64 = found.tasks.iter().filter(|t| t.name == "matmul").map(|t| t.operations).sum();
    // Forward and for each weight's gradient; through the second layer for the first one's.
    assert_eq!(products, 2 * rows as u64 * (2 * 4 * 8 + 3 * 8 * 3));
    assert_eq!(found.calls(), rows as u64 * 8);
    assert!(found.blocks > 1 && found.executed > found.instructions as u64);
    assert!(found.workspace < 200_000);
}

#[test]
fn what_is_only_seen_otherwise_is_free_and_what_is_stretched_is_read_once() {
    let x = Expr::input("x", [10, 20]);
    let seen = x.transpose().reshape([200]).slice(0, 3, 50);
    assert_eq!(cost(&[seen], &[&[10, 20]]).tasks.len(), 0);
    let row = Expr::input("row", [20]);
    let found = cost(&[&x * &row], &[&[10, 20], &[20]]);
    assert_eq!(found.bytes_read(), 8 * 220);
}

#[test]
fn a_scan_counts_its_step_once_for_each() {
    let x = Expr::input("x", ["t"]);
    let all =
        Scan::from(&Expr::constant(0.0)).over(&x).run(|c, x| vec![(&c[0] * 0.5 + &x[0]).tanh()]).remove(0);
    let found = cost(&[all], &[&[7]]);
    assert_eq!((found.operations(), found.calls()), (7 * 2, 7));
    assert!(found.executed > 7);
}

/// The nodes and the arrows of a `dot` file; panics where it is not of the form that is written.
fn parsed(dot: &str) -> (BTreeMap<String, String>, BTreeSet<(String, String)>, usize) {
    let (mut nodes, mut edges, mut frames, mut depth) = (BTreeMap::new(), BTreeSet::new(), 0, 0i32);
    for line in dot.lines().map(str::trim) {
        // Outside of quotes, braces are balanced.
        let mut quoted = false;
        let mut escaped = false;
        for c in line.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '{' if !quoted => depth += 1,
                '}' if !quoted => depth -= 1,
                _ => {}
            }
        }
        assert!(!quoted, "an open quote: {line}");
        if line.starts_with("subgraph") {
            frames += 1;
        } else if let Some((from, to)) = line.split_once(" -> ").filter(|(from, _)| !from.contains('"')) {
            let to = to.split([' ', ';']).next().unwrap();
            assert!(line.ends_with(';'));
            edges.insert((from.to_string(), to.to_string()));
        } else if line.starts_with('n') && !line.starts_with("node") {
            let (name, rest) = line.split_once(" [").unwrap();
            assert!(line.ends_with("];"));
            assert!(nodes.insert(name.to_string(), rest.to_string()).is_none(), "{name} twice");
        }
    }
    assert_eq!(depth, 0);
    for (from, to) in &edges {
        assert!(nodes.contains_key(from) && nodes.contains_key(to), "{from} -> {to} has no node");
    }
    (nodes, edges, frames)
}

/// True when `dot` accepts it, or is not there.
fn accepted(dot: &str) -> bool {
    use std::io::Write;
    let child = std::process::Command::new("dot")
        .arg("-Tsvg")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return true };
    child.stdin.take().unwrap().write_all(dot.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    out.status.success() && out.stdout.starts_with(b"<?xml")
}

#[test]
fn pictures_have_a_box_for_each_node_and_an_arrow_for_each_operand() {
    let x = Expr::input("x", ["n".into(), Dim::Fixed(2)]).labelled("the \"data\" \\ here");
    let w = Expr::input("w", [2]);
    let logit = x.matmul(&w);
    let loss = (logit.sigmoid() * &logit + logit.tanh()).exp().sum();
    let slope = grad(&loss, &[w]).unwrap().remove(0);
    let outputs = [loss, slope];
    let graph = Graph::simplified(&outputs).unwrap();
    let dot = graph.to_dot();
    let (nodes, edges, frames) = parsed(&dot);
    // Literals are written where they are used.
    let literal = |id: usize| {
        let (op, args) = (&graph.nodes()[id].op, &graph.nodes()[id].args);
        let of_literal = || matches!(graph.nodes()[args[0]].op, Op::Constant(_));
        matches!(op, Op::Constant(_)) || matches!(op, Op::Broadcast(_)) && of_literal()
    };
    let drawn = |ids: &mut dyn Iterator<Item = usize>| ids.filter(|&id| !literal(id)).collect::<Vec<_>>();
    assert_eq!((nodes.len(), frames), (drawn(&mut (0..graph.nodes().len())).len(), 0));
    let mut expected = BTreeSet::new();
    for id in drawn(&mut (0..graph.nodes().len())) {
        let operands = drawn(&mut graph.nodes()[id].args.iter().copied());
        expected.extend(operands.iter().map(|a| (format!("n{a}"), format!("n{id}"))));
    }
    assert_eq!(edges, expected);
    assert_eq!(nodes.values().filter(|n| n.contains("peripheries=2")).count(), 2);
    assert_eq!(nodes.values().filter(|n| n.contains("ellipse")).count(), 2);
    assert!(dot.contains("cost_and_pictures.rs:") && dot.contains("the \\\"data\\\" \\\\ here"));
    assert!(accepted(&dot));

    let plan = Plan::<f64>::compile(&outputs).unwrap();
    let dot = plan.to_dot();
    let (nodes, edges, frames) = parsed(&dot);
    assert!(frames >= 1 && !edges.is_empty() && nodes.len() <= plan.graph().nodes().len());
    assert!(dot.contains("each block of n") && dot.contains("mul_add"), "{dot}");
    assert_eq!(nodes.values().filter(|n| n.contains("peripheries=2")).count(), 2);
    assert!(accepted(&dot));
}

/// The texts in quotes after `key=`, as Graphviz shows them.
fn shown(dot: &str, key: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for rest in dot.split(&format!("{key}=\"")).skip(1) {
        let (mut text, mut chars) = (String::new(), rest.chars());
        loop {
            match chars.next().expect("the quotes are closed") {
                '"' => break,
                '\\' => match chars.next().unwrap() {
                    'n' => text.push('\n'),
                    c @ ('"' | '\\') => text.push(c),
                    c => panic!("\\{c} means something else to Graphviz"),
                },
                c => text.push(c),
            }
        }
        assert!(!text.replace("&amp;", "").contains('&'), "an entity is read in {text}");
        texts.push(text.replace("&amp;", "&"));
    }
    texts
}

#[test]
fn names_and_labels_of_any_characters_are_shown_as_they_are() {
    let label = "l \\n \\\"]; // -> n0 {x} <b> &lt; \\G | é";
    let x = Expr::input("a \"b\" \\ &amp;", ["rows \"m\""]).labelled(label);
    let y = x.exp().labelled("bell \u{7}, line\r\n\t, \u{ffff}").sum();
    let graph = Graph::simplified(std::slice::from_ref(&y)).unwrap().to_dot();
    let plan = Plan::<f64>::compile(&[y]).unwrap().to_dot();
    for (dot, frames_in) in [(graph, 0), (plan, 1)] {
        let (nodes, edges, frames) = parsed(&dot);
        assert_eq!((nodes.len(), edges.len(), frames), (3, 2, frames_in), "{dot}");
        let texts = shown(&dot, "label").join("\n");
        for part in ["%0 input a \"b\" \\ &amp;", "[rows \"m\"]", label] {
            assert!(texts.contains(part), "{part} is not in {texts}");
        }
        assert!(texts.contains("bell \\u{7}, line\\u{d}\n\\u{9}, \\u{ffff}"), "{texts}");
        assert!(frames_in == 0 || texts.contains("part 0, each block of rows \"m\""), "{texts}");
        assert!(!dot.chars().any(|c| c.is_control() && c != '\n' || c == '\u{ffff}'));
        assert!(accepted(&dot));
    }
}

#[test]
fn a_box_says_the_line_the_literals_the_order_of_operands_and_what_a_scan_does() {
    let x = Expr::input("x", ["t"]);
    let line = line!() + 1;
    let y = Expr::constant(0.25).scan(&[1.0 - x.tanh()], |c, x| c * 0.5 - &x[0]);
    let outputs = [y.sum(), grad(&y.sum(), &[x]).unwrap().remove(0)];
    let here = format!("cost_and_pictures.rs:{line}");
    for dot in
        [Graph::simplified(&outputs).unwrap().to_dot(), Plan::<f64>::compile(&outputs).unwrap().to_dot()]
    {
        let (nodes, edges, frames) = parsed(&dot);
        let texts = shown(&dot, "label");
        let has = |parts: &[&str]| texts.iter().any(|t| parts.iter().all(|p| t.contains(p)));
        assert!(has(&["sub(1.0, _)", "[t]", &here]) && has(&["scan over t(0.25, _", &here]), "{texts:?}");
        // The gradient's own lines are in the tooltips alone.
        assert!(!texts.iter().any(|t| t.contains("rules.rs")) && dot.contains("rules.rs"));
        // A step forward and one backward, each with an arrow from what it gives.
        assert!(
            frames >= 2 && has(&["one step of", "scan over t backwards"]) && has(&["input carry"]),
            "{texts:?}"
        );
        let steps = edges.iter().filter(|(from, to)| from.starts_with(&format!("{to}_")));
        assert_eq!(steps.count(), 2);
        assert!(nodes.values().any(|n| n.contains("ellipse") && n.contains("%")));
        assert!(dot.contains("headlabel=\"0\"") && accepted(&dot));
    }
}

#[test]
fn literals_are_written_out_when_they_are_short() {
    let e = Expr::literal(Array::vector(vec![1.0, 2.0])) + Expr::literal(Array::vector(vec![0.0; 9])).sum();
    let listing = Graph::build(&[e]).unwrap().to_string();
    assert!(listing.contains("literal [1.0, 2.0] : [2]") && listing.contains("literal : [9]"), "{listing}");
}
