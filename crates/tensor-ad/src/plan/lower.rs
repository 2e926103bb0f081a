//! From a scheduled graph and numbers for all sizes to a program.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::arena::{self, Reuse};
use super::fuse::{Kind, Task};
use super::groups::Groups;
use super::instr::{Arg, Instr, Map, Origin, Phase, Program, Ref, Run, Space};
use super::look_up::Names;
use super::lower_overlap::{self, Chains};
use super::lower_scalars;
use super::schedule::Schedule;
use super::views::{Column, Columns, Place, View, row_major};
use super::workspace::Binding;
use crate::Error;
use crate::graph::{Graph, NodeId, Sizes};
use crate::kernels;
use crate::op::Op;
use crate::passes::{Pass, Passes};

/// What the columns of one block may take. Twice a common first-level cache: measured on a 2-5-5-1 network of 500
/// rows, two blocks of 264 rows took 10 % less time than six of 96, because each instruction costs the same for any
/// number of rows, and neighbouring columns come from the second level in time.
const BLOCK_BYTES: usize = 64 * 1024;
/// A cache line.
const LINE_BYTES: usize = 64;
/// Columns of so few lines lie close together: none shares a set of the cache with its neighbours.
const FEW_LINES: usize = 8;
/// Fewer rows than this and the cost of an instruction shows.
const MIN_BLOCK: usize = 64;
/// Blocks and places are whole multiples of the longest vector of accumulators.
pub(super) const BLOCK_STEP: usize = 16;

/// Lays out and orders the work of one binding.
pub(super) fn program(
    graph: &Graph,
    schedule: &Schedule,
    sizes: &Sizes,
    bindings: &[Binding<'_>],
    element_bytes: usize,
    passes: Passes,
) -> Result<Program, Error> {
    let rows = schedule.stream.as_ref().map_or(Ok(0), |s| sizes.length(s))?;
    // Once with a nominal block to learn how many columns are live together, then for good.
    let mut trial = Lowering::new(graph, schedule, sizes, bindings, rows, BLOCK_STEP, passes);
    trial.trial = true;
    let trial = trial.run()?;
    let columns = (trial.block_elements / BLOCK_STEP).max(1);
    let most = (BLOCK_BYTES / element_bytes / columns / BLOCK_STEP * BLOCK_STEP).max(MIN_BLOCK);
    let blocks = rows.div_ceil(most).max(1);
    // An odd number of cache lines, if many: columns that lie a power of two apart would share a few sets of the cache.
    let line = LINE_BYTES / element_bytes;
    // Where a row is much work, blocks so short that there are groups of them for threads.
    let groups = if passes.has(Pass::Threads) { Groups::worth(&trial.program, trial.fixed) } else { 1 };
    let groups = groups.min(rows / MIN_BLOCK).max(1);
    let lines = rows.div_ceil(blocks.max(groups)).div_ceil(line).max(1);
    let block = if lines > FEW_LINES { lines | 1 } else { lines } * line;
    let mut last = Lowering::new(graph, schedule, sizes, bindings, rows, block, passes);
    last.straight = groups == 1 && rows > 0 && passes.has(Pass::MemoryReuse);
    let mut done = last.run()?.program;
    done.shares = passes.has(Pass::Threads) && done.has_panels(element_bytes);
    Ok(done)
}

pub(super) struct Lowered {
    pub(super) program: Program,
    /// Elements of the arena that belong to the block.
    pub(super) block_elements: usize,
    /// Elements before them.
    pub(super) fixed: usize,
}

pub(super) struct Lowering<'a> {
    pub(super) graph: &'a Graph,
    pub(super) schedule: &'a Schedule,
    pub(super) sizes: &'a Sizes,
    pub(super) bindings: &'a [Binding<'a>],
    pub(super) rows: usize,
    pub(super) block: usize,
    /// Only to learn how many columns are live together. What saves work in the end is not counted: the length of a block, and
    /// with it the order in which sums are added up, does not depend on it.
    pub(super) trial: bool,
    pub(super) places: Vec<Option<Place>>,
    pub(super) runs: Vec<Run>,
    pub(super) once: Vec<Vec<Instr>>,
    pub(super) streamed: Vec<Vec<Instr>>,
    pub(super) constants: Vec<(usize, Vec<f64>)>,
    /// Elements of fixed places assigned so far, and each place: start and length.
    pub(super) fixed: usize,
    pub(super) fixed_places: Vec<(usize, usize)>,
    /// Block storages: virtual start and length in elements.
    pub(super) storages: Vec<(usize, usize)>,
    pub(super) next_virtual: usize,
    /// Elements of accumulators that start at zero: they lie together, so that one instruction clears them.
    pub(super) zeros: usize,
    /// How often each node's value is read, by tasks and as an output.
    pub(super) uses: Vec<usize>,
    /// For a softplus the sigmoid of the same operand, and the other way round.
    pub(super) partners: Vec<Option<NodeId>>,
    /// Overlaps of products, and the nodes that are lowered with them.
    pub(super) chains: Chains,
    inside: Vec<bool>,
    /// Where in a concatenation's place the value of a node belongs.
    pub(super) destined: Vec<Option<Ref>>,
    /// Columns of indices that were converted to rows: by streamed part, column and length of the tables.
    pub(super) converted: HashMap<(usize, Column, usize), Ref>,
    /// What the index of each node that looks up came from, and its place.
    pub(super) look_ups: Vec<OnceCell<(Names, Arc<Origin>)>>,
    pub(super) passes: Passes,
    /// Sums over rows that are outputs and nothing else go straight there: where no groups of rows have sums of their own.
    pub(super) straight: bool,
    /// Those that do.
    pub(super) stored: Vec<NodeId>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(
        graph: &'a Graph,
        schedule: &'a Schedule,
        sizes: &'a Sizes,
        bindings: &'a [Binding<'a>],
        rows: usize,
        block: usize,
        passes: Passes,
    ) -> Self {
        let uses = uses(graph, schedule);
        let chains = if passes.has(Pass::Fusion) {
            lower_overlap::chains(graph, schedule, &uses)
        } else {
            Chains::default()
        };
        let mut inside = vec![false; graph.nodes().len()];
        for chain in chains.values() {
            chain[..chain.len() - 1].iter().for_each(|&id| inside[id] = true);
        }
        Lowering {
            graph,
            schedule,
            sizes,
            bindings,
            rows,
            block,
            trial: false,
            places: vec![None; graph.nodes().len()],
            runs: Vec::new(),
            once: vec![Vec::new(); schedule.levels],
            streamed: vec![Vec::new(); schedule.levels],
            constants: Vec::new(),
            fixed: 0,
            fixed_places: Vec::new(),
            storages: Vec::new(),
            next_virtual: arena::VIRTUAL,
            zeros: 0,
            chains,
            inside,
            uses,
            partners: if passes.has(Pass::Fusion) {
                partners(schedule)
            } else {
                vec![None; schedule.tasks.len()]
            },
            destined: vec![None; graph.nodes().len()],
            converted: HashMap::new(),
            look_ups: vec![OnceCell::new(); graph.nodes().len()],
            passes,
            straight: false,
            stored: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Lowered, Error> {
        let reuse = self.passes.has(Pass::MemoryReuse);
        if reuse {
            self.destine()?;
        }
        let mut inputs = 0;
        for (id, node) in self.graph.nodes().iter().enumerate() {
            // Inputs are counted as the plan counts them, whether or not a fused task still reads them.
            let input = matches!(node.op, Op::Input(_)).then(|| {
                inputs += 1;
                inputs - 1
            });
            let Some(task) = &self.schedule.tasks[id] else { continue };
            self.addressable(id)?;
            if self.places[id].is_some() || self.inside[id] {
                // Computed together with an earlier node, or with a later one.
                continue;
            }
            let place = match input {
                Some(i) => self.input(id, i)?,
                None => self.task(id, task)?,
            };
            self.places[id] = Some(place);
        }
        let mut output_shapes = Vec::new();
        for (k, &id) in self.graph.outputs().iter().enumerate() {
            let shape = self.sizes.shape(&self.graph.nodes()[id].shape)?;
            match self.place(id).clone() {
                Place::Whole(_) if self.stored.contains(&id) => {}
                Place::Whole(view) => self.store(id, k, &view),
                Place::Streamed(columns) => self.store_rows(id, k, &columns, &shape),
            }
            output_shapes.push(shape);
        }
        let zeros = self.fixed(self.zeros);
        if self.zeros > 0 {
            let clear = Instr::Fill { out: Ref::arena(arena::ZEROS), count: self.zeros, value: 0.0 };
            self.once[0].insert(0, clear);
        }
        let input_lengths = self.bindings.iter().map(|b| b.shape.iter().product()).collect();
        let phases = self
            .once
            .into_iter()
            .zip(self.streamed)
            .flat_map(|(o, s)| [Phase { streamed: false, instrs: o }, Phase { streamed: true, instrs: s }])
            .filter(|p| !p.instrs.is_empty())
            .collect();
        let mut program = Program {
            phases,
            runs: self.runs,
            arena: self.fixed,
            constants: self.constants,
            rows: self.rows,
            block: self.block,
            groups: None,
            shares: false,
            input_lengths,
            output_shapes,
        };
        if program.arena > isize::MAX as usize / 8 {
            return Err(Error::TooLarge);
        }
        arena::place_zeros(&mut program, zeros.offset);
        if self.passes.has(Pass::Fusion) {
            lower_scalars::join(&mut program.phases, &program.runs);
            let Program { phases, runs, block, .. } = &mut program;
            super::join::join(phases, runs, &self.storages, &self.fixed_places, *block);
        }
        if reuse {
            arena::assign_fixed(&mut program, &self.fixed_places);
        }
        let reuse = match (reuse, self.trial) {
            (false, _) => Reuse::Never,
            (true, true) => Reuse::After,
            (true, false) => Reuse::InPlace,
        };
        let fixed = program.arena;
        let block_elements = arena::assign(&mut program, &self.storages, reuse);
        program.arena += block_elements;
        arena::mark_padded(&mut program);
        super::lower_scan::onto_tapes(&mut program);
        if self.passes.has(Pass::Threads) && !self.trial {
            program.groups = Groups::of(&program, fixed);
        }
        if program.elements() > isize::MAX as usize / 8 {
            return Err(Error::TooLarge);
        }
        Ok(Lowered { program, block_elements, fixed })
    }

    /// Offsets in a whole array, and the columns of a streamed one, are numbered in 32 bits.
    fn addressable(&self, id: NodeId) -> Result<(), Error> {
        let mut shape = self.shape(id)?;
        if let Some(axis) = self.streamed_axis(id) {
            shape.remove(axis);
        }
        let elements = shape.iter().product::<usize>();
        if u32::try_from(elements).is_ok() { Ok(()) } else { Err(Error::TooLarge) }
    }

    pub(super) fn place(&self, id: NodeId) -> &Place {
        self.places[id].as_ref().expect("operands are lowered before their users")
    }

    pub(super) fn shape(&self, id: NodeId) -> Result<Vec<usize>, Error> {
        self.sizes.shape(&self.graph.nodes()[id].shape)
    }

    /// The position of the streamed axis in the node's shape.
    pub(super) fn streamed_axis(&self, id: NodeId) -> Option<usize> {
        let stream = self.schedule.stream.as_ref()?;
        self.graph.nodes()[id].shape.dims().iter().position(|d| d == stream)
    }

    /// Gives whole values that a concatenation puts one after another their places in its own.
    pub(super) fn destine(&mut self) -> Result<(), Error> {
        for (id, task) in self.schedule.tasks.iter().enumerate() {
            let (Some(task), Op::Concat(axis)) = (task, &self.graph.nodes()[id].op) else { continue };
            let shape = self.shape(id)?;
            if self.streamed_axis(id).is_some() || shape[..*axis].iter().any(|&n| n != 1) {
                continue;
            }
            let mut at = self.fixed(shape.iter().product());
            self.destined[id] = Some(at);
            for &part in &task.operands {
                let mut source = part;
                while let (Some(task), Op::Reshape(_)) =
                    (&self.schedule.tasks[source], &self.graph.nodes()[source].op)
                    && !task.operands.is_empty()
                {
                    source = task.operands[0];
                }
                let map =
                    self.schedule.tasks[source].as_ref().is_some_and(|t| matches!(t.kind, Kind::Map(_)));
                if map && self.streamed_axis(source).is_none() && self.destined[source].is_none() {
                    self.destined[source] = Some(at);
                }
                at = at.plus(self.shape(part)?.iter().product());
            }
        }
        Ok(())
    }

    fn input(&mut self, id: NodeId, i: usize) -> Result<Place, Error> {
        let shape = self.shape(id)?;
        let strides = self.bindings[i].layout.strides(&shape);
        let at = Ref { space: Space::Input(i as u32), offset: 0 };
        let view = View { at, shape, strides };
        let Some(axis) = self.streamed_axis(id) else { return Ok(Place::Whole(view)) };
        let row_stride = if self.rows == 1 { 1 } else { view.strides[axis] };
        let rest = without(&view, axis);
        let offsets = rest.offsets();
        let columns = if row_stride == 1 {
            let rows = |o| Column::Rows(Ref { space: Space::InputRows(i as u32), offset: o });
            offsets.into_iter().map(rows).collect()
        } else {
            let (out, stride) = self.result_columns(id, offsets.len());
            let mut columns = Vec::new();
            for (c, o) in offsets.into_iter().enumerate() {
                let out = out.plus(c * stride);
                // The instruction multiplies the row by the stride itself.
                let from = Ref { space: Space::Input(i as u32), offset: o };
                self.emit_rows(0, Instr::Load { from, row_stride, out });
                columns.push(Column::Rows(out));
            }
            columns
        };
        Ok(Place::Streamed(Columns { rest: rest.shape, axis, columns }))
    }

    pub(super) fn task(&mut self, id: NodeId, task: &Task) -> Result<Place, Error> {
        let node = &self.graph.nodes()[id];
        let streamed = self.streamed_axis(id).is_some()
            || task.operands.iter().any(|&a| self.streamed_axis(a).is_some());
        if let Kind::Own = task.kind {
            match &node.op {
                Op::Constant(c) => return Ok(self.whole_literal(vec![*c], &[])),
                Op::Literal(a) => return Ok(self.whole_literal(a.data().to_vec(), a.shape())),
                Op::Size(d) => {
                    let n = self.sizes.length(d)?;
                    return Ok(self.whole_literal(vec![n as f64], &[]));
                }
                Op::Iota(d) => {
                    let n = self.sizes.length(d)?;
                    let values: Vec<f64> = (0..n).map(|i| i as f64).collect();
                    if streamed {
                        let at = Ref { space: Space::ArenaRows, ..self.literal(values) };
                        return Ok(Place::Streamed(Columns {
                            rest: Vec::new(),
                            axis: 0,
                            columns: vec![Column::Rows(at)],
                        }));
                    }
                    return Ok(self.whole_literal(values, &[n]));
                }
                Op::StopGradient | Op::Barrier => return Ok(self.place(task.operands[0]).clone()),
                _ => {}
            }
        }
        if streamed { self.rows_task(id, task) } else { self.whole_task(id, task) }
    }

    fn whole_literal(&mut self, values: Vec<f64>, shape: &[usize]) -> Place {
        let at = self.literal(values);
        Place::Whole(View::contiguous(at, shape))
    }

    fn store(&mut self, id: NodeId, output: usize, view: &View) {
        let offsets = (!view.is_contiguous()).then(|| to_u32(&view.offsets()));
        let level = self.schedule.level[id];
        self.emit_once(level, Instr::Store { from: view.at, offsets, count: view.len(), output });
    }

    fn store_rows(&mut self, id: NodeId, output: usize, columns: &Columns, shape: &[usize]) {
        let strides = row_major(shape);
        let target = View { at: Ref::arena(0), shape: shape.to_vec(), strides };
        let row_stride = target.strides[columns.axis];
        let offsets = without(&target, columns.axis).offsets();
        let level = self.schedule.level[id];
        for (column, offset) in columns.columns.clone().into_iter().zip(offsets) {
            let from = arg(column);
            self.emit_rows(level, Instr::StoreRows { from, output, offset, row_stride });
        }
    }
}

/// How often each node is read.
fn uses(graph: &Graph, schedule: &Schedule) -> Vec<usize> {
    let mut uses = vec![0; graph.nodes().len()];
    schedule
        .tasks
        .iter()
        .flatten()
        .flat_map(|t| &t.operands)
        .chain(graph.outputs())
        .for_each(|&a| uses[a] += 1);
    uses
}

/// Softplus and sigmoid of the same operand.
fn partners(schedule: &Schedule) -> Vec<Option<NodeId>> {
    let mut found: std::collections::BTreeMap<NodeId, [Option<NodeId>; 2]> =
        std::collections::BTreeMap::new();
    for (id, task) in schedule.tasks.iter().enumerate() {
        match task {
            Some(Task { kind: Kind::Map(Map::Unary(kernels::Unary::Softplus)), operands }) => {
                found.entry(operands[0]).or_default()[0] = Some(id);
            }
            Some(Task { kind: Kind::Map(Map::Unary(kernels::Unary::Sigmoid)), operands }) => {
                found.entry(operands[0]).or_default()[1] = Some(id);
            }
            _ => {}
        }
    }
    let mut partners = vec![None; schedule.tasks.len()];
    for pair in found.into_values() {
        if let [Some(a), Some(b)] = pair {
            (partners[a], partners[b]) = (Some(b), Some(a));
        }
    }
    partners
}

pub(super) fn arg(column: Column) -> Arg {
    match column {
        Column::Rows(r) => Arg::Slice(r),
        Column::Scalar(r) => Arg::Scalar(r),
    }
}

/// The view with one axis taken out (its index held at 0).
pub(super) fn without(view: &View, axis: usize) -> View {
    let mut view = view.clone();
    view.shape.remove(axis);
    view.strides.remove(axis);
    view
}

pub(super) fn to_u32(offsets: &[usize]) -> std::sync::Arc<[u32]> {
    offsets.iter().map(|&o| o as u32).collect()
}
