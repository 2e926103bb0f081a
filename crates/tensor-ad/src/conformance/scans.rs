//! Cases for recurrences.

use super::{Case, ROWS, array};
use crate::op::Op;
use crate::{Dim, Expr, Scan, Shape};

/// Some scan, to be asked for its cases.
pub(super) fn any() -> Op {
    Expr::constant(0.0).scan(&[Expr::iota("n")], |c, x| c + &x[0]).op().clone()
}

pub(super) fn scans() -> Vec<Case> {
    let mut cases = Vec::new();
    for steps in ROWS {
        // Few steps where every one is compared in several expressions.
        let steps = steps.min(40);
        let (x, w) = (Expr::input("x", ["n".into(), Dim::Fixed(3)]), Expr::input("w", [3, 3]));
        let (y, a) = (Expr::input("y", ["n"]), Expr::input("a", Shape::scalar()));
        let start = Expr::input("start", [3]);
        let both = Scan::from(&a)
            .and(&start)
            .over(&y)
            .over(&x)
            .run(|c, x| vec![(&c[0] * 0.5 + &x[0]).tanh(), &c[1] * 0.25 + &x[1] * &c[0]]);
        let back = Scan::from(&start).over(&x).reversed();
        let outputs = vec![
            // Sums so far, from the left and from the right.
            Expr::constant(0.0).scan(std::slice::from_ref(&y), |c, y| c + &y[0]),
            back.run(|c, x| vec![&c[0] + &x[0]]).remove(0),
            // With constants, one of them computed from an input.
            start.scan(std::slice::from_ref(&x), |c, x| (c.matmul(&w) * a.tanh() + &x[0]).tanh()),
            both[0].clone(),
            both[1].clone(),
            // A step that sees nothing but the carry, and one that does not see it.
            Scan::from(&a).steps("n").run(|c, _| vec![(&c[0] * 0.5).sin() + 0.1]).remove(0),
            a.scan(std::slice::from_ref(&y), |_, y| &y[0] * 2.0),
            // A scan within a scan.
            start.scan(std::slice::from_ref(&x), |c, x| {
                let inner = Expr::constant(0.0).scan(&[c * 0.5 + &x[0]], |s, v| s * 0.5 + &v[0] * &a);
                inner.tanh()
            }),
        ];
        let inputs = vec![
            ("x", array(&[steps, 3], 80)),
            ("w", array(&[3, 3], 81)),
            ("y", array(&[steps], 82)),
            ("a", array(&[], 83)),
            ("start", array(&[3], 84)),
        ];
        cases.push(Case::new(format!("scan over {steps}"), outputs, inputs));
    }
    // A fixed axis, a carry with a named axis, and a plan that streams over another.
    for rows in [0, 3, 40] {
        let x = Expr::input("x", [Dim::Fixed(4), "n".into()]);
        let columns = Expr::input("y", ["n".into(), Dim::Fixed(2)]);
        let level = Expr::constant(0.0).broadcast_to(["n"]).scan(&[x], |c, x| c * 0.5 + &x[0]);
        let mean = columns.tanh().sum_axes(&[0]);
        let walk = mean.scan(&[Expr::iota(5)], |c, t| (c + &t[0]).sin());
        let outputs = vec![level.clone(), level.last(), walk, columns.exp()];
        let inputs = vec![("x", array(&[4, rows], 85)), ("y", array(&[rows, 2], 86))];
        cases.push(Case::new(format!("scan of {rows} at once"), outputs, inputs));
    }
    cases
}
