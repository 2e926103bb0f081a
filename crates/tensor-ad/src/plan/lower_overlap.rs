//! Overlaps of products: the gradient of a convolution by what it convolves, without the products of single windows.
//!
//! What a window's gradient adds to the places that it saw is a product of columns with weights; where windows overlap these
//! products are summed. Both sums are one: for each place, over the windows that see it, and over what they compute.

use std::collections::BTreeMap;

use super::fuse::Kind;
use super::instr::Ref;
use super::lower::Lowering;
use super::lower_batched::Groups;
use super::schedule::{Schedule, constant_along};
use super::views::{Column, Columns, Place, View};
use crate::Error;
use crate::graph::{Graph, NodeId};
use crate::op::Op;

/// For the last of a chain of overlaps: the nodes from the product to it.
pub(super) type Chains = BTreeMap<NodeId, Vec<NodeId>>;

/// The chains from a product of batches, used once, through views and overlaps, each used once, to an overlap.
pub(super) fn chains(graph: &Graph, schedule: &Schedule, uses: &[usize]) -> Chains {
    let mut chains = Chains::new();
    let Some(stream) = &schedule.stream else { return chains };
    let mut inside = vec![false; graph.nodes().len()];
    let own = |id: NodeId| schedule.tasks[id].as_ref().is_some_and(|t| t.kind == Kind::Own);
    for last in (0..graph.nodes().len()).rev() {
        if inside[last] || !matches!(graph.nodes()[last].op, Op::Overlap { .. }) || !own(last) {
            continue;
        }
        let mut chain = vec![last];
        let mut id = graph.nodes()[last].args[0];
        loop {
            let node = &graph.nodes()[id];
            if uses[id] != 1 || !own(id) || !node.shape.dims().contains(stream) || schedule.kept[id] {
                break;
            }
            chain.push(id);
            match node.op {
                Op::Overlap { .. } | Op::Permute(_) | Op::Reshape(_) => id = node.args[0],
                Op::MatMul if node.shape.rank() == 3 && constant_along(graph, node.args[1], stream) => {
                    chain.reverse();
                    chain.iter().for_each(|&i| inside[i] = true);
                    chains.insert(last, chain);
                    break;
                }
                _ => break,
            }
        }
    }
    chains
}

/// What each column is the sum of: windows' elements, `[row, column]` of the product's matrix.
struct Sums {
    rest: Vec<usize>,
    terms: Vec<Vec<[u32; 2]>>,
}

impl Lowering<'_> {
    /// The overlap at the end of a chain.
    pub(super) fn rows_overlap_of_product(&mut self, chain: &[NodeId]) -> Result<Place, Error> {
        let (product, id) = (chain[0], chain[chain.len() - 1]);
        let (a, b) = (self.graph.nodes()[product].args[0], self.graph.nodes()[product].args[1]);
        let rest = self.rest(product)?;
        let (m, k) = (rest[0] as u32, rest[1] as u32);
        let terms = (0..m).flat_map(|p| (0..k).map(move |j| vec![[p, j]])).collect();
        let mut sums = Sums { rest, terms };
        for &node in &chain[1..] {
            sums = self.moved(node, sums)?;
        }
        let level = self.level_of(id);
        let (x, w) = (self.streamed(a), self.streamed(b));
        let inner = w.rest[0];
        let weights = self.weights(&w.columns, k as usize, level);
        // Results that are neighbours everywhere are taken together.
        let last = sums.rest.last().copied().unwrap_or(1);
        let together = if sums.terms.chunks(last.max(1)).all(neighbours) { last } else { 1 };
        let mut groups = Groups { starts: vec![0], terms: Vec::new() };
        let mut rows = Vec::new();
        for group in sums.terms.chunks(together.max(1)) {
            for &[p, j] in &group[0] {
                for i in 0..inner {
                    groups.terms.push([p as usize * inner + i, rows.len()]);
                    rows.push(weights.rows[i] + j as usize * weights.stride);
                }
            }
            groups.starts.push(groups.terms.len() as u32);
        }
        let weights = super::lower_batched::Weights { rows, results: together, ..weights };
        let (out, stride) = self.looked_up_product(id, level, &x.columns, &weights, &groups);
        let columns = (0..sums.terms.len()).map(|c| Column::Rows(out.plus(c * stride))).collect();
        Ok(Place::Streamed(Columns { rest: sums.rest, axis: self.axis(id), columns }))
    }

    /// The sums as the next node of the chain sees them.
    fn moved(&self, id: NodeId, sums: Sums) -> Result<Sums, Error> {
        let node = &self.graph.nodes()[id];
        let from = self.axis(node.args[0]);
        let among_rest = |a: usize| if a > from { a - 1 } else { a };
        let rest = self.rest(id)?;
        let terms = match &node.op {
            Op::Permute(order) => {
                let order: Vec<usize> =
                    order.iter().filter(|&&a| a != from).map(|&a| among_rest(a)).collect();
                let view = View::contiguous(Ref::arena(0), &sums.rest).permuted(&order);
                view.offsets().into_iter().map(|o| sums.terms[o].clone()).collect()
            }
            Op::Overlap { axis, stride, dilation, .. } => {
                let axis = among_rest(*axis);
                let lengths = [sums.rest[axis], sums.rest[axis + 1]];
                let mut terms = vec![Vec::new(); rest.iter().product()];
                if !sums.terms.is_empty() {
                    let target =
                        View::contiguous(Ref::arena(0), &rest).windowed(axis, lengths, *stride, *dilation);
                    for (o, list) in target.offsets().into_iter().zip(sums.terms) {
                        terms[o].extend(list);
                    }
                }
                terms
            }
            _ => sums.terms,
        };
        Ok(Sums { rest, terms })
    }
}

/// True when each list is the one before it with every column one further.
fn neighbours(lists: &[Vec<[u32; 2]>]) -> bool {
    lists.windows(2).all(|pair| {
        pair[0].len() == pair[1].len()
            && pair[0].iter().zip(&pair[1]).all(|(a, b)| a[0] == b[0] && a[1] + 1 == b[1])
    })
}
