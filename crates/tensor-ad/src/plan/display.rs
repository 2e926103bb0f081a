//! The readable listing of a plan and of a bound program, and the plan's picture for Graphviz.

use std::fmt;

use super::compile::Plan;
use super::fuse::{Kind, Task};
use super::instr::{Instr, Map, Program};
use super::schedule::Schedule;
use super::workspace::Workspace;
use crate::Real;
use crate::graph::{Graph, NodeId, Picture, described};
use crate::op::Op;

/// What a task does: a primitive with its attributes, or the name of a fused form.
pub(super) fn name(graph: &Graph, id: NodeId, task: &Task) -> String {
    match task.kind {
        Kind::Map(Map::Ternary(f)) => lower_case(&format!("{f:?}")),
        Kind::Map(Map::Binary(f)) if format!("{f:?}").ends_with("Pullback") => lower_case(&format!("{f:?}")),
        Kind::Dot => "dot".to_string(),
        Kind::SumOfProducts => "sum of products".to_string(),
        Kind::SumOf(f) => format!("sum of {}", lower_case(&format!("{f:?}"))),
        Kind::Map(_) | Kind::Own => described(&graph.nodes()[id].op),
    }
}

/// `MulAdd` as `mul_add`.
fn lower_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// A part of the plan: its level, and whether it is streamed. In the order in which parts run.
type Part = (usize, bool);

impl<T: Real> Plan<T> {
    /// The part in which a task runs.
    fn part(&self, id: NodeId, task: &Task) -> Part {
        let has = |id: NodeId| {
            let dims = self.graph.nodes()[id].shape.dims();
            self.schedule.stream.as_ref().is_some_and(|s| dims.contains(s))
        };
        let level = self.schedule.level[id];
        if has(id) {
            (level, true)
        } else if task.operands.iter().any(|&a| has(a)) {
            (level.saturating_sub(1), true)
        } else {
            (level, false)
        }
    }

    /// The tasks of each part, in order.
    fn parts(&self) -> Vec<(Part, Vec<(NodeId, &Task)>)> {
        let mut parts: std::collections::BTreeMap<Part, Vec<(NodeId, &Task)>> =
            std::collections::BTreeMap::new();
        for (id, task) in self.schedule.tasks.iter().enumerate() {
            if let Some(task) = task
                && !matches!(
                    self.graph.nodes()[id].op,
                    Op::Input(_) | Op::Constant(_) | Op::Literal(_) | Op::Size(_) | Op::Iota(_)
                )
            {
                parts.entry(self.part(id, task)).or_default().push((id, task));
            }
        }
        parts.into_iter().collect()
    }

    fn part_name(&self, (level, streamed): Part) -> String {
        match (&self.schedule.stream, streamed) {
            (Some(dim), true) => format!("part {level}, each block of {dim}"),
            _ => format!("part {level}, once"),
        }
    }

    /// The plan in the language of Graphviz, for `dot -Tsvg`: a box is a task, fused forms as one; a frame is a part of the program, run
    /// once or for each block of rows, or one step of a scan. The rest is as in [`Graph::to_dot`].
    pub fn to_dot(&self) -> String {
        let mut picture = Picture::new("plan");
        let parts = self.parts();
        let within: Vec<NodeId> =
            parts.iter().flat_map(|(_, tasks)| tasks.iter().map(|(id, _)| *id)).collect();
        for (id, task) in self.schedule.tasks.iter().enumerate() {
            if task.is_some() && !within.contains(&id) {
                picture.vertex(&self.graph, "n", id, &described(&self.graph.nodes()[id].op), &[]);
            }
        }
        for (number, (part, tasks)) in parts.into_iter().enumerate() {
            picture.frame(&number.to_string(), &self.part_name(part));
            for (id, task) in tasks {
                drawn(&mut picture, "n", &self.graph, &self.schedule, (id, task));
            }
            picture.close();
        }
        picture.finished()
    }
}

/// The box of a task, with the tasks of one step in a frame if it is a scan.
fn drawn(
    picture: &mut Picture,
    place: &str,
    graph: &Graph,
    schedule: &Schedule,
    (id, task): (NodeId, &Task),
) {
    picture.vertex(graph, place, id, &name(graph, id, task), &task.operands);
    if let Some(step) = schedule.steps.get(&id) {
        picture.step(place, id, graph, &step.graph, |picture, within| {
            let tasks = step.schedule.tasks.iter().enumerate();
            for (id, task) in tasks.filter_map(|(id, task)| Some((id, task.as_ref()?))) {
                drawn(picture, within, &step.graph, &step.schedule, (id, task));
            }
        });
    }
}

impl<T: Real> fmt::Display for Plan<T> {
    /// The graph, then the tasks of each part of the program, fused forms as one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schedule.stream {
            Some(dim) => writeln!(f, "plan in {} streaming over {dim}", T::NAME)?,
            None => writeln!(f, "plan in {} over whole arrays", T::NAME)?,
        }
        write!(f, "{}", self.graph)?;
        for (part, tasks) in self.parts() {
            writeln!(f, "{}:", self.part_name(part))?;
            for (id, task) in tasks {
                write!(f, "  %{id} <- {}", name(&self.graph, id, task))?;
                task.operands.iter().try_for_each(|a| write!(f, " %{a}"))?;
                writeln!(f, " : {}", self.graph.nodes()[id].shape)?;
            }
        }
        Ok(())
    }
}

impl<T: Real> fmt::Display for Workspace<T> {
    /// The instructions with their places in memory.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = self.program();
        writeln!(f, "{} rows in blocks of {}, {} bytes", program.rows, program.block, self.bytes())?;
        for phase in &program.phases {
            writeln!(f, "{}", if phase.streamed { "each block:" } else { "once:" })?;
            phase.instrs.iter().try_for_each(|instr| listed(f, program, instr, 1))?;
        }
        Ok(())
    }
}

fn listed(f: &mut fmt::Formatter<'_>, program: &Program, instr: &Instr, depth: usize) -> fmt::Result {
    let indent = 2 * depth;
    match instr {
        Instr::Map { map, first, last } => {
            writeln!(f, "{:indent$}{map:?}", "")?;
            for run in &program.runs[*first..*last] {
                writeln!(f, "{:indent$}  {:?} <- {:?} x {}", "", run.out, run.args, run.count)?;
            }
            Ok(())
        }
        Instr::Scan(scan) => {
            writeln!(f, "{:indent$}Scan of {} steps", "", scan.steps)?;
            scan.body.iter().try_for_each(|instr| listed(f, program, instr, depth + 1))
        }
        other => writeln!(f, "{:indent$}{other:?}", ""),
    }
}
