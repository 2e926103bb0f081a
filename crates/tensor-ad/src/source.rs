//! Where numbers come from: the labels and inputs that a message can name, found by walking back from an operand.

use std::collections::{HashSet, VecDeque};

use crate::Expr;
use crate::graph::{Graph, NodeId};
use crate::op::Op;

/// The most names that a message gives.
const MOST: usize = 4;

/// A node that can be walked back from.
pub(crate) trait Source: Sized {
    /// What tells it from others.
    fn key(&self) -> usize;
    fn op(&self) -> &Op;
    fn label(&self) -> Option<&str>;
    fn operands(&self) -> Vec<Self>;

    /// Its label or, without one, the nearest of what was moved to become it.
    fn nearest_label(self) -> Option<String> {
        let mut names = walk(self, |node| match node.label() {
            Some(label) => Step::Named(label.to_string()),
            None => Step::Moved,
        });
        names.next()
    }

    /// Its label or, without one, the nearest of its first `count` operands, in their order.
    fn label_or_of(self, count: usize) -> Option<String> {
        match self.label() {
            Some(label) => Some(label.to_string()),
            None => self.operands().into_iter().take(count).find_map(Source::nearest_label),
        }
    }

    /// What it was moved or computed from, the nearest first: labels and, where there is none on the way, names of inputs. At most four.
    fn names(self) -> Vec<String> {
        let names = walk(self, |node| match (node.label(), node.op()) {
            (Some(label), _) => Step::Named(label.to_string()),
            (None, Op::Input(name)) => Step::Named(name.to_string()),
            (None, op) if op.moved(node.operands().len()).is_empty() => Step::Computed,
            _ => Step::Moved,
        });
        let mut found: Vec<String> = Vec::new();
        for name in names {
            if !found.contains(&name) {
                found.push(name);
            }
            if found.len() == MOST {
                break;
            }
        }
        found
    }
}

/// What to do at a node: take its name and go no further, or go on to the operands that it moves, or to all.
enum Step {
    Named(String),
    Moved,
    Computed,
}

/// The names met on the way back from a node, breadth first, each node once.
fn walk<N: Source>(start: N, at: impl Fn(&N) -> Step) -> impl Iterator<Item = String> {
    let mut seen: HashSet<usize> = HashSet::from([start.key()]);
    let mut waiting = VecDeque::from([start]);
    std::iter::from_fn(move || {
        while let Some(node) = waiting.pop_front() {
            let operands = node.operands();
            let on = match at(&node) {
                Step::Named(name) => return Some(name),
                Step::Moved => node.op().moved(operands.len()),
                Step::Computed => 0..operands.len(),
            };
            let on = operands.into_iter().skip(on.start).take(on.len());
            waiting.extend(on.filter(|operand| seen.insert(operand.key())));
        }
        None
    })
}

impl Source for &Expr {
    fn key(&self) -> usize {
        self.address()
    }

    fn op(&self) -> &Op {
        Expr::op(self)
    }

    fn label(&self) -> Option<&str> {
        Expr::label(self)
    }

    fn operands(&self) -> Vec<Self> {
        self.args().iter().collect()
    }
}

impl Source for (&Graph, NodeId) {
    fn key(&self) -> usize {
        self.1
    }

    fn op(&self) -> &Op {
        &self.0.nodes()[self.1].op
    }

    fn label(&self) -> Option<&str> {
        self.0.nodes()[self.1].label.as_deref()
    }

    fn operands(&self) -> Vec<Self> {
        self.0.nodes()[self.1].args.iter().map(|&a| (self.0, a)).collect()
    }
}
