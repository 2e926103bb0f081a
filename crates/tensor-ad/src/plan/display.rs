//! The readable listing of a plan and of a bound program.

use std::fmt;

use super::compile::Plan;
use super::fuse::Kind;
use super::instr::Instr;
use super::workspace::Workspace;
use crate::Real;

impl<T: Real> fmt::Display for Plan<T> {
    /// The graph, each node with the level at which it is ready and the fused form it takes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schedule.stream {
            Some(dim) => writeln!(f, "plan in {} streaming over {dim}", T::NAME)?,
            None => writeln!(f, "plan in {} over whole arrays", T::NAME)?,
        }
        write!(f, "{}", self.graph)?;
        for (id, task) in self.schedule.tasks.iter().enumerate() {
            if let Some(task) = task
                && !task.operands.is_empty()
            {
                let kind = match task.kind {
                    Kind::Map(map) => format!("{map:?}"),
                    Kind::Dot => "Dot".to_string(),
                    Kind::SumOfProducts => "Sum of products".to_string(),
                    Kind::SumOf(f) => format!("Sum of {f:?}"),
                    Kind::Own => self.graph.nodes()[id].op.name().to_string(),
                };
                writeln!(f, "level {}: %{id} <- {kind} {:?}", self.schedule.level[id], task.operands)?;
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
            for instr in &phase.instrs {
                match instr {
                    Instr::Map { map, first, last } => {
                        writeln!(f, "  {map:?}")?;
                        for run in &program.runs[*first..*last] {
                            writeln!(f, "    {:?} <- {:?} x {}", run.out, run.args, run.count)?;
                        }
                    }
                    other => writeln!(f, "  {other:?}")?,
                }
            }
        }
        Ok(())
    }
}
