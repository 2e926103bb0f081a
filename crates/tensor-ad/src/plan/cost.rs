//! `Cost`: what a run will do, counted before anything runs.

use std::fmt;

use super::compile::Plan;
use super::fuse::{Kind, Task};
use super::instr::{Instr, Map};
use super::lower;
use super::schedule::Schedule;
use super::workspace::{self, Binding};
use crate::graph::{Graph, NodeId, Sizes};
use crate::kernels;
use crate::op::Op;
use crate::{Error, Real};

/// What one task of a plan does in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskCost {
    /// The node of [`Plan::graph`] whose value it computes; of a step of a scan, the scan's node.
    pub node: NodeId,
    /// What it does: a primitive, or a fused form.
    pub name: String,
    /// The label of the node.
    pub label: Option<String>,
    /// The lengths of the axes of its result.
    pub shape: Vec<usize>,
    /// Additions, multiplications, divisions, roots, roundings, comparisons: one each; a fused multiply-add is two. A product
    /// `[m, k] x [k, n]` is `2 m k n`; a sum is one for each element summed; a factorisation of an `[n, n]` matrix
    /// is `n³/3` (Cholesky), `2n³/3` (elimination) or about `9n³` (eigenvectors).
    pub operations: u64,
    /// Calls of a transcendental or special function, whatever it takes to compute one.
    pub calls: u64,
    /// Bytes of its distinct operands; of a stretched one, what it is stretched from.
    pub bytes_read: u64,
    /// Bytes of its result.
    pub bytes_written: u64,
}

/// What a run of a plan will do at given sizes: from [`Plan::cost`].
///
/// Operations follow from shapes; bytes are those of each task's operands and result, as if nothing stayed in the cache. A value
/// that is another one seen otherwise (stretched, reshaped, permuted, sliced) is free, though a copy may be needed where a kernel wants its operands
/// side by side. Its `Display` is a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Each task, in the order of the graph.
    pub tasks: Vec<TaskCost>,
    /// The length of the streamed axis, 0 without one.
    pub rows: usize,
    /// The number of blocks in which it is streamed.
    pub blocks: usize,
    /// The instructions of the program.
    pub instructions: usize,
    /// The instructions that a run executes: those of streamed parts once a block, those of a scan once a step.
    pub executed: u64,
    /// The memory of a workspace in bytes: every intermediate, at the peak ([`Workspace::bytes`](crate::Workspace::bytes)).
    pub workspace: usize,
}

impl Cost {
    /// All [operations](TaskCost::operations).
    pub fn operations(&self) -> u64 {
        self.tasks.iter().map(|t| t.operations).sum()
    }

    /// All [calls](TaskCost::calls).
    pub fn calls(&self) -> u64 {
        self.tasks.iter().map(|t| t.calls).sum()
    }

    /// All [bytes read](TaskCost::bytes_read).
    pub fn bytes_read(&self) -> u64 {
        self.tasks.iter().map(|t| t.bytes_read).sum()
    }

    /// All [bytes written](TaskCost::bytes_written).
    pub fn bytes_written(&self) -> u64 {
        self.tasks.iter().map(|t| t.bytes_written).sum()
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, cells: [&str; 7]| {
            let [node, name, operations, calls, read, written, what] = cells;
            writeln!(f, "{node:>6}  {name:<16} {operations:>14} {calls:>12} {read:>14} {written:>14}  {what}")
        };
        row(f, ["node", "task", "operations", "calls", "bytes read", "bytes written", "result"])?;
        for t in &self.tasks {
            let what = match &t.label {
                Some(label) => format!("{:?}  // {label}", t.shape),
                None => format!("{:?}", t.shape),
            };
            let numbers = [t.operations, t.calls, t.bytes_read, t.bytes_written].map(|n| n.to_string());
            let node = format!("%{}", t.node);
            row(f, [&node, &t.name, &numbers[0], &numbers[1], &numbers[2], &numbers[3], &what])?;
        }
        let totals = [self.operations(), self.calls(), self.bytes_read(), self.bytes_written()];
        let totals = totals.map(|n| n.to_string());
        row(f, ["all", "", &totals[0], &totals[1], &totals[2], &totals[3], ""])?;
        writeln!(
            f,
            "{} instructions, {} executed, {} rows in {} blocks, workspace {} bytes",
            self.instructions, self.executed, self.rows, self.blocks, self.workspace
        )
    }
}

impl<T: Real> Plan<T> {
    /// What a run will do at these sizes. Nothing is run, and no workspace is made.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    ///
    /// ```
    /// use elbo_tensor_ad::{Binding, Expr, Plan};
    ///
    /// let (x, w) = (Expr::input("x", ["obs", "k"]), Expr::input("w", [8, 3]));
    /// let plan = Plan::<f64>::compile(&[x.matmul(&w).tanh().sum()])?;
    /// let cost = plan.cost(&[Binding::row_major(&[100, 8]), Binding::row_major(&[8, 3])])?;
    /// assert_eq!(cost.operations(), 2 * 100 * 8 * 3 + 300);   // the product and the sum
    /// assert_eq!(cost.calls(), 300);                          // tanh
    /// println!("{cost}");
    /// # Ok::<(), elbo_tensor_ad::Error>(())
    /// ```
    pub fn cost(&self, inputs: &[Binding<'_>]) -> Result<Cost, Error> {
        let sizes = self.sizes(inputs)?;
        let schedule = self.schedule_at(&sizes)?;
        let program = lower::program(&self.graph, &schedule, &sizes, inputs, size_of::<T>(), self.passes)?;
        let blocks = program.rows.div_ceil(program.block.max(1));
        let (mut instructions, mut executed) = (0, 0);
        for phase in &program.phases {
            let times = if phase.streamed { blocks as u64 } else { 1 };
            for instr in &phase.instrs {
                let (own, run) = counted(instr);
                instructions += own;
                executed += times * run;
            }
        }
        let counter = Counter { sizes: &sizes, element: size_of::<T>() as u64 };
        let tasks = counter.tasks(&self.graph, &schedule)?;
        let workspace = workspace::bytes::<T>(&program);
        Ok(Cost { tasks, rows: program.rows, blocks, instructions, executed, workspace })
    }
}

/// The instructions in one, and how many of them are executed with it.
fn counted(instr: &Instr) -> (usize, u64) {
    match instr {
        Instr::Scan(scan) => {
            let (own, run) =
                scan.body.iter().map(counted).fold((0, 0), |(a, b), (own, run)| (a + own, b + run));
            (1 + own, 1 + scan.steps as u64 * run)
        }
        _ => (1, 1),
    }
}

struct Counter<'a> {
    sizes: &'a Sizes,
    element: u64,
}

impl Counter<'_> {
    fn tasks(&self, graph: &Graph, schedule: &Schedule) -> Result<Vec<TaskCost>, Error> {
        let mut found = Vec::new();
        for (id, task) in schedule.tasks.iter().enumerate() {
            if let Some(task) = task
                && let Some(cost) = self.task(graph, schedule, id, task)?
            {
                found.push(cost);
            }
        }
        Ok(found)
    }

    fn elements(&self, graph: &Graph, id: NodeId) -> Result<u64, Error> {
        Ok(self.sizes.shape(&graph.nodes()[id].shape)?.iter().product::<usize>() as u64)
    }

    /// The length of the last axis.
    fn last(&self, graph: &Graph, id: NodeId) -> Result<u64, Error> {
        let dim = graph.nodes()[id].shape.dims().last();
        Ok(dim.map(|d| self.sizes.length(d)).transpose()?.unwrap_or(1) as u64)
    }

    /// The elements that there are to read of a value.
    fn stored(&self, graph: &Graph, id: NodeId) -> Result<u64, Error> {
        let mut id = id;
        while let Op::Broadcast(_) | Op::Reshape(_) | Op::Permute(_) | Op::StopGradient | Op::Barrier =
            &graph.nodes()[id].op
        {
            id = graph.nodes()[id].args[0];
        }
        self.elements(graph, id)
    }

    /// The cost of one task; `None` for what is free.
    fn task(
        &self,
        graph: &Graph,
        schedule: &Schedule,
        id: NodeId,
        task: &Task,
    ) -> Result<Option<TaskCost>, Error> {
        let node = &graph.nodes()[id];
        let result = self.elements(graph, id)?;
        let operand = match task.operands.first() {
            Some(&first) => self.elements(graph, first)?,
            None => 0,
        };
        let (operations, calls) = match (task.kind, &node.op) {
            (Kind::Map(map), op) => {
                let (operations, calls) = of_map(map, op);
                (result * operations, result * calls)
            }
            (Kind::Dot, _) => (2 * operand, 0),
            (Kind::SumOf(f), _) => (operand * (of_ternary(f) + 1), 0),
            (
                Kind::Own,
                Op::Input(_)
                | Op::Constant(_)
                | Op::Literal(_)
                | Op::Size(_)
                | Op::Iota(_)
                | Op::Broadcast(_)
                | Op::Reshape(_)
                | Op::Permute(_)
                | Op::Slice { .. }
                | Op::Windows { .. }
                | Op::StopGradient
                | Op::WithGradient(_)
                | Op::Barrier,
            ) => return Ok(None),
            // Moved, not computed.
            (Kind::Own, Op::Pad { .. } | Op::Concat(_) | Op::Take { .. } | Op::Reverse(_)) => (0, 0),
            (Kind::Own, Op::Reduce(..) | Op::Overlap { .. }) => (operand, 0),
            (Kind::Own, Op::ScatterAdd { .. }) => (self.elements(graph, task.operands[1])?, 0),
            (Kind::SumOfProducts, _) | (Kind::Own, Op::MatMul) => {
                // Every element of the left operand meets a row of the right one.
                (2 * operand * self.last(graph, task.operands[1])?, 0)
            }
            (Kind::Own, Op::Cholesky) => (operand * self.last(graph, task.operands[0])? / 3, 0),
            (Kind::Own, Op::TriangularSolve(_)) => (operand * self.last(graph, task.operands[1])?, 0),
            (Kind::Own, Op::LogAbsDet) => (2 * operand * self.last(graph, task.operands[0])? / 3, 0),
            (Kind::Own, Op::Solve) => {
                let (n, columns) = (self.last(graph, task.operands[0])?, self.last(graph, task.operands[1])?);
                (2 * operand * n / 3 + 2 * operand * columns, 0)
            }
            // To a tridiagonal matrix, its eigenvalues, and back: by the usual count.
            (Kind::Own, Op::EigenSymmetric) => (9 * operand * self.last(graph, task.operands[0])?, 0),
            (Kind::Own, Op::Recurrence { .. }) => (2 * result, 0),
            (Kind::Own, Op::LogCumSumExp { .. }) => (2 * result, 2 * result),
            (Kind::Own, Op::Scan(body)) => {
                let steps = self.sizes.length(body.length())? as u64;
                let step = &schedule.steps[&id];
                let each = self.tasks(&step.graph, &step.schedule)?;
                let total = |part: fn(&TaskCost) -> u64| steps * each.iter().map(part).sum::<u64>();
                (total(|t| t.operations), total(|t| t.calls))
            }
            (Kind::Own, Op::Unary(_) | Op::Binary(_) | Op::Ternary(_) | Op::Select) => {
                of_op(&node.op, result)
            }
        };
        let mut distinct = task.operands.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let read = distinct.iter().map(|&a| self.stored(graph, a)).sum::<Result<u64, Error>>()?;
        Ok(Some(TaskCost {
            node: id,
            name: super::display::name(graph, id, task),
            label: node.label.as_deref().map(Into::into),
            shape: self.sizes.shape(&node.shape)?,
            operations,
            calls,
            bytes_read: read * self.element,
            bytes_written: result * self.element,
        }))
    }
}

fn of_op(op: &Op, elements: u64) -> (u64, u64) {
    if is_arithmetic(op) { (elements, 0) } else { (0, elements) }
}

/// True for what a processor does in one or a few instructions; the others are calls.
fn is_arithmetic(op: &Op) -> bool {
    match op {
        Op::Unary(u) => u.nature().is_arithmetic(),
        Op::Binary(b) => b.nature().is_arithmetic(),
        Op::Ternary(_) => false,
        _ => true,
    }
}

/// Operations and calls for each element.
fn of_map(map: Map, op: &Op) -> (u64, u64) {
    match map {
        Map::Ternary(_) if matches!(op, Op::Ternary(_)) => of_op(op, 1),
        Map::Ternary(f) => (of_ternary(f), 0),
        Map::Binary(kernels::Binary::TanhPullback | kernels::Binary::SigmoidPullback) => (3, 0),
        Map::Copy => (0, 0),
        Map::Unary(_) | Map::Binary(_) => of_op(op, 1),
    }
}

fn of_ternary(f: kernels::Ternary) -> u64 {
    if f == kernels::Ternary::Select { 1 } else { 2 }
}
