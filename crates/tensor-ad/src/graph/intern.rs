//! `Graph`: nodes in order of evaluation, each distinct computation once.

use std::collections::{BTreeSet, HashMap};
use std::panic::Location;
use std::sync::Arc;

use super::sizes::Sizes;
use crate::dim::{Dim, Shape};
use crate::op::{Body, Op};
use crate::passes::{Pass, Passes};
use crate::{Error, Expr};

/// The position of a node in its graph; operands come before users.
pub type NodeId = usize;

/// One computation: a primitive, its operands, its shape with all names resolved.
#[derive(Debug, Clone)]
pub struct Node {
    /// The primitive.
    pub op: Op,
    /// The operands.
    pub args: Vec<NodeId>,
    /// The shape, names resolved.
    pub shape: Shape,
    /// The label of the expression it came from.
    pub label: Option<Arc<str>>,
    /// Where in the source it was written.
    pub at: &'static Location<'static>,
}

/// The shared graph of one or more expressions.
///
/// ```
/// use elbo_tensor_ad::{Expr, Graph};
///
/// let x = Expr::input("x", ["n"]);
/// let graph = Graph::build(&[x.exp() + x.exp()])?;      // two equal nodes
/// assert_eq!(graph.nodes().len(), 3);                   // x, exp x, the sum
/// # Ok::<(), elbo_tensor_ad::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) outputs: Vec<NodeId>,
    pub(super) sizes: Sizes,
    pub(super) interned: HashMap<(Op, Vec<NodeId>), NodeId>,
    pub(super) passes: Passes,
}

impl Graph {
    /// The graph of these expressions: mistakes reported, sizes unified, equal nodes made one.
    /// Nothing is simplified yet.
    ///
    /// # Errors
    /// The first shape mistake; names of sizes that contradict each other; inputs that do.
    pub fn build(outputs: &[Expr]) -> Result<Graph, Error> {
        Self::with_passes(outputs, &Passes::none().with(Pass::CommonSubexpressions).with(Pass::DeadCode))
    }

    /// The graph with simplified values: numerically stable forms chosen, constants folded, neutral elements and
    /// double negations removed.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn simplified(outputs: &[Expr]) -> Result<Graph, Error> {
        Self::with_passes(outputs, &Passes::all())
    }

    /// The graph after these passes, as far as they concern graphs.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn with_passes(outputs: &[Expr], passes: &Passes) -> Result<Graph, Error> {
        for e in outputs {
            e.check()?;
        }
        let sizes = Sizes::unify(&Expr::topological(outputs))?;
        Ok(Self::with_sizes(outputs, *passes, sizes))
    }

    /// The graph of one step, in which names stand for what they stand for here.
    pub(crate) fn of_body(&self, body: &Body) -> Graph {
        Self::with_sizes(std::slice::from_ref(&body.result), self.passes, self.sizes.clone())
    }

    fn with_sizes(outputs: &[Expr], passes: Passes, sizes: Sizes) -> Graph {
        let mut order = Expr::topological(outputs);
        let mut roots = outputs.to_vec();
        if passes.has(Pass::StableForms) {
            roots = crate::stable::rewritten(outputs, &order, &[]);
            order = Expr::topological(&roots);
        }
        if passes.has(Pass::Hoisting) {
            roots = super::hoist::hoisted(&roots, &order, passes);
            order = Expr::topological(&roots);
        }
        let mut graph =
            Graph { nodes: Vec::new(), outputs: Vec::new(), sizes, interned: HashMap::new(), passes };
        let mut ids: HashMap<usize, NodeId> = HashMap::new();
        for e in &order {
            // Whose gradient it was is known no more.
            if let (Op::WithGradient(_), Some(value)) = (e.op(), e.args().first()) {
                ids.insert(e.address(), ids[&value.address()]);
                continue;
            }
            let args = e.args().iter().map(|a| ids[&a.address()]).collect();
            let node = Node {
                op: graph.resolved(e.op()),
                args,
                shape: graph.sizes.resolve_shape(e.shape()),
                label: e.label().map(Into::into),
                at: e.location(),
            };
            let id = graph.simplify(node);
            ids.insert(e.address(), id);
        }
        graph.outputs = roots.iter().map(|e| ids[&e.address()]).collect();
        if passes.has(Pass::DeadCode) {
            graph.sweep();
        }
        graph.interned = HashMap::new();
        graph
    }

    /// The primitive with the names in its attributes resolved.
    fn resolved(&self, op: &Op) -> Op {
        match op {
            Op::Size(d) => match self.sizes.resolve(d).fixed() {
                Some(n) => Op::Constant(n as f64),
                None => Op::Size(self.sizes.resolve(d)),
            },
            Op::Iota(d) => Op::Iota(self.sizes.resolve(d)),
            Op::ScatterAdd { length, batch } => {
                Op::ScatterAdd { length: self.sizes.resolve(length), batch: *batch }
            }
            Op::Broadcast(s) => Op::Broadcast(self.sizes.resolve_shape(s)),
            Op::Reshape(s) => Op::Reshape(self.sizes.resolve_shape(s)),
            Op::Input(_)
            | Op::Constant(_)
            | Op::Literal(_)
            | Op::Unary(_)
            | Op::Binary(_)
            | Op::Ternary(_)
            | Op::Select
            | Op::Reduce(..)
            | Op::Permute(_)
            | Op::Slice { .. }
            | Op::Pad { .. }
            | Op::Windows { .. }
            | Op::Overlap { .. }
            | Op::Reverse(_)
            | Op::Concat(_)
            | Op::MatMul
            | Op::Cholesky
            | Op::TriangularSolve(_)
            | Op::Solve
            | Op::LogAbsDet
            | Op::EigenSymmetric
            | Op::Scan(_)
            | Op::Take { .. }
            | Op::Recurrence { .. }
            | Op::LogCumSumExp { .. }
            | Op::StopGradient
            | Op::WithGradient(_)
            | Op::Barrier => op.clone(),
        }
    }

    /// The node, or the equal one that is there already.
    pub(super) fn intern(&mut self, node: Node) -> NodeId {
        // Two inputs of one name are one input, whatever the passes.
        if !self.passes.has(Pass::CommonSubexpressions) && !matches!(node.op, Op::Input(_)) {
            self.nodes.push(node);
            return self.nodes.len() - 1;
        }
        let key = (node.op.clone(), node.args.clone());
        if let Some(&id) = self.interned.get(&key) {
            if self.nodes[id].label.is_none() {
                self.nodes[id].label = node.label;
            }
            return id;
        }
        self.nodes.push(node);
        self.interned.insert(key, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Drops the nodes that no output depends on, but for inputs from which alone a length can be read.
    fn sweep(&mut self) {
        let mut live = vec![false; self.nodes.len()];
        for &o in &self.outputs {
            live[o] = true;
        }
        for id in (0..self.nodes.len()).rev() {
            if live[id] {
                for &a in &self.nodes[id].args {
                    live[a] = true;
                }
            }
        }
        let mut unknown: BTreeSet<Dim> = BTreeSet::new();
        for node in self.nodes.iter().zip(&live).filter_map(|(n, &live)| live.then_some(n)) {
            unknown.extend(node.shape.dims().iter().filter(|d| d.fixed().is_none()).cloned());
            if let Op::Size(d) = &node.op {
                unknown.insert(d.clone());
            }
        }
        // First what the inputs say that are there anyway.
        for among_live in [true, false] {
            for (node, live) in self.nodes.iter().zip(&mut live) {
                if matches!(node.op, Op::Input(_)) && *live == among_live {
                    for dim in node.shape.dims() {
                        *live |= unknown.remove(dim);
                    }
                }
            }
        }
        let mut new_id = vec![usize::MAX; self.nodes.len()];
        let mut kept = Vec::new();
        for (id, mut node) in std::mem::take(&mut self.nodes).into_iter().enumerate() {
            if live[id] {
                node.args.iter_mut().for_each(|a| *a = new_id[*a]);
                new_id[id] = kept.len();
                kept.push(node);
            }
        }
        self.nodes = kept;
        self.outputs.iter_mut().for_each(|o| *o = new_id[*o]);
    }

    /// The nodes, operands before users.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The nodes whose values were asked for, in that order.
    pub fn outputs(&self) -> &[NodeId] {
        &self.outputs
    }

    /// The names of sizes.
    pub fn sizes(&self) -> &Sizes {
        &self.sizes
    }
}
