//! Recurrences: the step is lowered once, into the same memory.

use super::instr::{Arg, Instr, Map, OnTape, Program, Recurrence, Ref, Run, Slice, Space};
use super::lower::Lowering;
use super::views::{Place, View};
use crate::Error;
use crate::graph::NodeId;
use crate::kernels::{Function, TapeOp};
use crate::op::{Body, Op};
use crate::passes::Pass;

impl Lowering<'_> {
    pub(super) fn whole_scan(
        &mut self,
        id: NodeId,
        body: &Body,
        views: &[View],
        shape: &[usize],
    ) -> Result<View, Error> {
        let level = self.schedule.level[id];
        let (steps, width) = (shape[0], shape[1..].iter().product());
        let views: Vec<View> = views.iter().map(|v| self.gathered(level, v)).collect();
        let carry = self.fixed(width);
        let mut slices = Vec::new();
        let mut places = Vec::new();
        for (i, (view, own)) in views.iter().zip(body.inputs()).enumerate() {
            let Op::Input(name) = own.op() else { continue };
            let place = if i == 0 {
                View::contiguous(carry, &shape[1..])
            } else if i <= body.xs.len() {
                let count = view.shape[1..].iter().product();
                let to = self.fixed(count);
                slices.push(Slice { from: view.at, to, count });
                View::contiguous(to, &view.shape[1..])
            } else {
                view.clone()
            };
            places.push((name.as_ref(), Place::Whole(place)));
        }
        let (body_instrs, next) = self.step(id, &places)?;
        let out = self.fixed(steps * width);
        let scan = Recurrence {
            steps,
            reverse: body.reverse,
            width,
            init: views[0].at,
            carry,
            next,
            out,
            slices,
            body: body_instrs,
            tape: None,
        };
        self.emit_once(level, Instr::Scan(Box::new(scan)));
        Ok(View::contiguous(out, shape))
    }

    /// The instructions of one step whose inputs lie in these places, and where it leaves the next carry.
    fn step(&mut self, id: NodeId, places: &[(&str, Place)]) -> Result<(Vec<Instr>, Ref), Error> {
        let compiled = &self.schedule.steps[&id];
        let (graph, schedule) = (&compiled.graph, &compiled.schedule);
        let mut inner = Lowering::new(graph, schedule, self.sizes, &[], 0, self.block, self.passes);
        inner.fixed = self.fixed;
        inner.runs = std::mem::take(&mut self.runs);
        inner.constants = std::mem::take(&mut self.constants);
        inner.fixed_places = std::mem::take(&mut self.fixed_places);
        if self.passes.has(Pass::MemoryReuse) {
            inner.destine()?;
        }
        for (id, node) in compiled.graph.nodes().iter().enumerate() {
            let Some(task) = &compiled.schedule.tasks[id] else { continue };
            let given = match &node.op {
                Op::Input(name) => places.iter().find(|(n, _)| **n == **name).map(|(_, p)| p.clone()),
                _ => None,
            };
            inner.places[id] = Some(match given {
                Some(place) => place,
                None => inner.task(id, task)?,
            });
        }
        let result = compiled.graph.outputs()[0];
        let Place::Whole(view) = inner.place(result).clone() else {
            return Err(Error::Unsupported { op: "scan" });
        };
        let next = inner.gathered(0, &view).at;
        let body = std::mem::take(&mut inner.once).concat();
        (self.fixed, self.runs, self.constants) =
            (inner.fixed, std::mem::take(&mut inner.runs), std::mem::take(&mut inner.constants));
        self.fixed_places = std::mem::take(&mut inner.fixed_places);
        Ok((body, next))
    }
}

/// The most functions of single elements that a step on a tape has.
const MOST: usize = 64;

/// Puts the steps of recurrences that are a few functions of single elements on tapes, once every place is final.
pub(super) fn onto_tapes(program: &mut Program) {
    let Program { phases, runs, arena, .. } = program;
    for instr in phases.iter_mut().filter(|p| !p.streamed).flat_map(|p| &mut p.instrs) {
        if let Instr::Scan(scan) = instr {
            scan.tape = on_tape(scan, runs, arena);
        }
    }
}

fn on_tape(scan: &Recurrence, runs: &[Run], arena: &mut usize) -> Option<OnTape> {
    if scan.next.space != Space::Arena || scan.steps == 0 {
        return None;
    }
    let mut end = *arena;
    let mut copies: Vec<Slice> = Vec::new();
    let mut ops = Vec::new();
    // What lies in an input is copied into the arena first.
    let mut inside = |from: Ref, count: usize| -> usize {
        if from.space == Space::Arena {
            return from.offset;
        }
        if let Some(known) = copies.iter().find(|c| c.from == from && c.count == count) {
            return known.to.offset;
        }
        end += count;
        copies.push(Slice { from, to: Ref::arena(end - count), count });
        end - count
    };
    for instr in &scan.body {
        match instr {
            Instr::Map { map, first, last } => {
                let f = match *map {
                    Map::Copy => Function::Copy,
                    Map::Unary(f) => Function::Unary(f),
                    Map::Binary(f) => Function::Binary(f),
                    Map::Ternary(f) => Function::Ternary(f),
                };
                for run in &runs[*first..*last] {
                    if ops.len() + run.count > MOST {
                        return None;
                    }
                    for e in 0..run.count {
                        let args = run.args.map(|arg| match arg {
                            Arg::Slice(r) => inside(r.plus(e), 1),
                            Arg::Scalar(r) => inside(r, 1),
                        });
                        ops.push(TapeOp { f, out: run.out.plus(e).offset, args });
                    }
                }
            }
            Instr::Gather { from, offsets, out } if ops.len() + offsets.len() <= MOST => {
                for (e, &o) in offsets.iter().enumerate() {
                    let args = [inside(from.plus(o as usize), 1); 3];
                    ops.push(TapeOp { f: Function::Copy, out: out.plus(e).offset, args });
                }
            }
            _ => return None,
        }
    }
    let slices =
        scan.slices.iter().map(|s| [inside(s.from, s.count * scan.steps), s.to.offset, s.count]).collect();
    *arena = end;
    Some(OnTape { ops, copies, slices })
}
