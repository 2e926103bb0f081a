//! The axis that the plan streams over, and the level of each task.
//!
//! A program runs once-only part 0, streamed part 0, once-only part 1, streamed part 1, and so on. A
//! value without the streamed axis belongs to the once-only part of its level; one with it, to the
//! streamed part. A fold over the streamed axis runs in a streamed part and is ready at the next level.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fuse::{Kind, Task};
use crate::Error;
use crate::dim::{Dim, Shape};
use crate::graph::{Graph, NodeId, Sizes};
use crate::op::Op;
use crate::passes::{Pass, Passes};

/// The most columns that one value may have and be streamed.
const MOST_COLUMNS: usize = 1 << 18;
/// The same of values that are others, seen otherwise: their columns are listed, but none is computed.
const MOST_SEEN: usize = 1 << 22;

#[derive(Debug, Clone)]
pub(super) struct Schedule {
    /// The name of the streamed axis; `None` when whole arrays are computed one after another.
    pub(super) stream: Option<Dim>,
    pub(super) tasks: Vec<Option<Task>>,
    /// The level at which each node's value is ready.
    pub(super) level: Vec<usize>,
    /// Streamed values that a later streamed part, or nothing but a whole copy, can use.
    pub(super) kept: Vec<bool>,
    /// One more than the highest level.
    pub(super) levels: usize,
    /// The steps of the scans, compiled.
    pub(super) steps: BTreeMap<NodeId, Arc<Step>>,
}

/// One step of a scan: always over whole arrays.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) graph: Graph,
    pub(super) schedule: Schedule,
}

impl Schedule {
    pub(super) fn new(graph: &Graph, tasks: Vec<Option<Task>>, passes: &Passes) -> Schedule {
        let streaming = passes.has(Pass::Streaming);
        let stream =
            candidates(graph).into_iter().filter(|_| streaming).find(|dim| streams(graph, &tasks, dim));
        Self::streaming(graph, tasks, stream, passes)
    }

    /// True when some value has so many columns at these sizes that the instructions for each would take more memory than the numbers.
    pub(super) fn too_wide(&self, graph: &Graph, sizes: &Sizes) -> Result<bool, Error> {
        let Some(stream) = &self.stream else { return Ok(false) };
        for (node, task) in graph.nodes().iter().zip(&self.tasks) {
            let dims = node.shape.dims();
            let Some(task) = task else { continue };
            if !dims.contains(stream) {
                continue;
            }
            let mut columns = 1usize;
            for dim in dims.iter().filter(|d| *d != stream) {
                columns = columns.saturating_mul(sizes.length(dim)?);
            }
            let most = if is_view(&node.op, task) { MOST_SEEN } else { MOST_COLUMNS };
            if columns > most {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The same tasks over whole arrays.
    pub(super) fn whole(&self, graph: &Graph, passes: &Passes) -> Schedule {
        Self::streaming(graph, self.tasks.clone(), None, passes)
    }

    fn streaming(graph: &Graph, tasks: Vec<Option<Task>>, stream: Option<Dim>, passes: &Passes) -> Schedule {
        let nodes = graph.nodes();
        let has = |id: NodeId| stream.as_ref().is_some_and(|s| nodes[id].shape.dims().contains(s));
        let mut level = vec![0usize; nodes.len()];
        for (id, task) in tasks.iter().enumerate() {
            let Some(task) = task else { continue };
            level[id] = task.operands.iter().map(|&a| level[a]).max().unwrap_or(0);
            if !has(id) && task.operands.iter().any(|&a| has(a)) {
                level[id] += 1;
            }
        }
        // The streamed part in which a task runs.
        let runs_at = |id: NodeId| if has(id) { level[id] } else { level[id].saturating_sub(1) };
        let mut kept = vec![false; nodes.len()];
        for (id, task) in tasks.iter().enumerate().rev() {
            let Some(task) = task else { continue };
            for &a in &task.operands {
                if has(a) && (level[a] < runs_at(id) || kept[id] && is_view(&nodes[id].op, task)) {
                    kept[a] = true;
                }
            }
        }
        let levels = level.iter().max().map_or(1, |m| m + 1);
        let steps = nodes
            .iter()
            .enumerate()
            .filter_map(|(id, node)| {
                let Op::Scan(body) = &node.op else { return None };
                let graph = graph.of_body(body);
                let tasks = super::fuse::tasks(&graph, passes);
                let schedule = Self::streaming(&graph, tasks, None, passes);
                Some((id, Arc::new(Step { graph, schedule })))
            })
            .collect();
        Schedule { stream, tasks, level, kept, levels, steps }
    }
}

/// True when the value of the node is its operand's, seen otherwise.
fn is_view(op: &Op, task: &Task) -> bool {
    task.kind == Kind::Own
        && matches!(
            op,
            Op::Broadcast(_)
                | Op::Reshape(_)
                | Op::Permute(_)
                | Op::Slice { .. }
                | Op::Pad { .. }
                | Op::Reverse(_)
                | Op::Concat(_)
                | Op::Windows { .. }
                | Op::Overlap { .. }
                | Op::StopGradient
                | Op::Barrier
        )
}

/// The names of axes, those of most nodes first, then by name.
fn candidates(graph: &Graph) -> Vec<Dim> {
    let mut counts: BTreeMap<&Dim, usize> = BTreeMap::new();
    for node in graph.nodes() {
        for dim in node.shape.dims().iter().filter(|d| d.fixed().is_none()) {
            *counts.entry(dim).or_default() += 1;
        }
    }
    let mut names: Vec<(&Dim, usize)> = counts.into_iter().collect();
    names.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    names.into_iter().map(|(d, _)| d.clone()).collect()
}

/// True when every task can be done block by block along this axis.
fn streams(graph: &Graph, tasks: &[Option<Task>], dim: &Dim) -> bool {
    let nodes = graph.nodes();
    let count = |id: NodeId| nodes[id].shape.dims().iter().filter(|d| *d == dim).count();
    tasks.iter().enumerate().all(|(id, task)| {
        let Some(task) = task else { return true };
        let args = &task.operands;
        if count(id) > 1 {
            return false;
        }
        let streamed = |i: usize| count(args[i]) == 1;
        if task.kind == Kind::SumOfProducts {
            // One term for each inner index of each of the other leading axes.
            let folds = |i: usize, inner: usize| {
                let dims = nodes[args[i]].shape.dims();
                let (lead, matrix) = dims.split_at(dims.len() - 2);
                let mut others = lead.iter().filter(|d| *d != dim).chain([&matrix[inner]]);
                let count = others.try_fold(1usize, |n, d| Some(n.saturating_mul(d.fixed()?)));
                lead.contains(dim) && count.is_some_and(|n| n <= LOOKED_UP)
            };
            return !streamed(0) && !streamed(1) || folds(0, 1) && folds(1, 0);
        }
        match &nodes[id].op {
            Op::Reshape(target) => !streamed(0) || keeps_axis(&nodes[args[0]].shape, target, dim),
            // The rows of the table must be there, all of them; other axes of the table can be streamed.
            Op::Take { batch } => nodes[args[0]].shape.dims()[*batch] != *dim,
            Op::ScatterAdd { length, .. } => length != dim,
            // Along other axes than this one.
            Op::Slice { axis, .. } => nodes[args[0]].shape.dims()[*axis] != *dim,
            Op::Reverse(axis) | Op::Recurrence { axis, .. } | Op::LogCumSumExp { axis, .. } => {
                nodes[id].shape.dims()[*axis] != *dim
            }
            Op::Scan(_) => count(id) == 0 && (0..args.len()).all(|i| !streamed(i)),
            Op::MatMul => {
                nodes[id].shape.rank() == 2 || !streamed(0) && !streamed(1) || few_columns(graph, args, dim)
            }
            // The matrix must be whole, and each right-hand side within one block.
            Op::TriangularSolve(_) => {
                let shape = &nodes[args[1]].shape;
                !streamed(0) && (!streamed(1) || shape.rank() == 2 && shape.dims()[1] == *dim)
            }
            Op::Cholesky | Op::Solve | Op::LogAbsDet | Op::EigenSymmetric => {
                (0..args.len()).all(|i| !streamed(i))
            }
            Op::Input(_)
            | Op::Constant(_)
            | Op::Literal(_)
            | Op::Size(_)
            | Op::Iota(_)
            | Op::Unary(_)
            | Op::Binary(_)
            | Op::Ternary(_)
            | Op::Select
            | Op::Reduce(..)
            | Op::Broadcast(_)
            | Op::Permute(_)
            | Op::Pad { .. }
            | Op::Concat(_)
            | Op::Windows { .. }
            | Op::Overlap { .. }
            | Op::StopGradient
            | Op::WithGradient(_)
            | Op::Barrier => true,
        }
    })
}

/// Products of columns that one batch of products over the streamed axis may take.
const COLUMNS: usize = 4096;
/// The same where one instruction looks them all up.
const LOOKED_UP: usize = 1 << 16;

/// True when a batch of products whose leading axes contain the streamed one can be done column by column.
fn few_columns(graph: &Graph, args: &[NodeId], dim: &Dim) -> bool {
    let shape = |i: usize| graph.nodes()[args[i]].shape.dims();
    let lead = shape(0).len() - 2;
    if !shape(0)[..lead].contains(dim) || !shape(1)[..lead].contains(dim) {
        return false;
    }
    // One matrix for all rows multiplies all columns of a row at once, looked up.
    let stretched = |i: usize| constant_along(graph, args[i], dim);
    let size = [&shape(0)[lead], &shape(0)[lead + 1], &shape(1)[lead + 1]];
    let (counted, most): (&[&Dim], usize) = match (stretched(0), stretched(1)) {
        (_, true) => (&size[..1], LOOKED_UP),
        (true, _) => (&size[2..], LOOKED_UP),
        _ => (&size, COLUMNS),
    };
    let others = shape(0)[..lead].iter().filter(|d| *d != dim);
    let count =
        others.chain(counted.iter().copied()).try_fold(1usize, |n, d| Some(n.saturating_mul(d.fixed()?)));
    count.is_some_and(|n| n <= most)
}

/// True when every row of the value is the same: it is stretched along the axis.
pub(super) fn constant_along(graph: &Graph, mut id: NodeId, dim: &Dim) -> bool {
    loop {
        let node = &graph.nodes()[id];
        match node.op {
            Op::Broadcast(_) if !graph.nodes()[node.args[0]].shape.dims().contains(dim) => return true,
            Op::Broadcast(_) | Op::Reshape(_) | Op::Permute(_) => id = node.args[0],
            _ => return false,
        }
    }
}

/// True when the reshape mixes the axis with no other: as many elements before it and after it as there were.
fn keeps_axis(from: &Shape, to: &Shape, dim: &Dim) -> bool {
    let split = |s: &Shape| {
        s.dims().iter().position(|d| d == dim).map(|p| {
            let part = |d: &[Dim]| d.iter().cloned().collect::<Shape>();
            (part(&s.dims()[..p]), part(&s.dims()[p + 1..]))
        })
    };
    match (split(from), split(to)) {
        (Some((a, b)), Some((c, d))) => a.same_count(&c) && b.same_count(&d),
        _ => false,
    }
}
