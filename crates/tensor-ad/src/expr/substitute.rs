//! Substitution: an expression with some nodes replaced.

use std::collections::{HashMap, HashSet};

use super::rename::Renaming;
use super::{Identity, shape_rule};
use crate::Expr;
use crate::dim::Dim;

impl Expr {
    /// The expression with each key of `replacements` (a node of this expression, itself or a clone
    /// of it; an input stands for every input of its name) replaced by the paired expression; what does not depend on a replaced node is kept, not copied.
    ///
    /// This is how an inner expression of a fitted model is evaluated on other inputs. An axis may get another name or length by
    /// it: [`Expr::size`] and [`Expr::iota`] of a name that no remaining input has become those of the new one.
    ///
    /// ```
    /// use elbo_tensor_ad::Expr;
    ///
    /// let x = Expr::input("x", ["obs"]);
    /// let y = x.exp() + 1.0;
    /// let on_grid = y.substitute(&[(x, Expr::input("grid", ["points"]))]);
    /// assert_eq!(on_grid.shape().to_string(), "[points]");
    /// ```
    #[must_use]
    pub fn substitute(&self, replacements: &[(Expr, Expr)]) -> Expr {
        Self::substitute_all(std::slice::from_ref(self), replacements).remove(0)
    }

    /// [`substitute`](Self::substitute) in several expressions at once, so that what they share stays shared.
    #[must_use]
    pub fn substitute_all(exprs: &[Expr], replacements: &[(Expr, Expr)]) -> Vec<Expr> {
        let mut map: HashMap<Identity, Expr> =
            replacements.iter().map(|(k, v)| (k.identity(), v.clone())).collect();
        let keys: HashSet<Identity> = map.keys().cloned().collect();
        let replaced = |node: &Expr| keys.contains(&node.identity());
        let order = Self::topological_until(exprs, replaced);
        let pairs: Vec<(&Expr, &[Dim])> = replacements.iter().map(|(k, v)| (k, v.shape().dims())).collect();
        let names = Renaming::leaving(&order, &pairs, replaced);
        for node in order {
            if map.contains_key(&node.identity()) {
                continue;
            }
            let args: Vec<Expr> =
                node.args().iter().map(|a| map.get(&a.identity()).unwrap_or(a).clone()).collect();
            let moved = args.iter().zip(node.args()).any(|(a, b)| a.address() != b.address());
            if moved || !names.is_empty() && shape_rule::renamed(node.op(), &names) != *node.op() {
                let fresh = shape_rule::rebuild(&node, args, &names);
                map.insert(node.identity(), fresh);
            }
        }
        exprs.iter().map(|e| map.get(&e.identity()).unwrap_or(e).clone()).collect()
    }
}
