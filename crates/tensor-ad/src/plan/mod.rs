//! From a graph to an immutable plan, from a plan and the sizes of a call to a program that allocates nothing.
//!
//! 1. [`Plan::compile`] simplifies the graph, picks the axis to stream over and orders the work in
//!    levels (`schedule`).
//! 2. [`Plan::bind`] reads the sizes off the inputs, lays values out (`lower`, `views`) and assigns
//!    every intermediate its place in one arena (`arena`): the result is a [`Workspace`].
//! 3. [`Workspace::run`] executes the instructions (`instr`, `execute`), each in its `context`; the rows of a long axis
//!    in `groups`, on as many threads as there are.

mod arena;
mod compile;
mod context;
mod cost;
mod display;
mod emit;
mod execute;
mod execute_dense;
mod execute_groups;
mod execute_map;
mod execute_scalars;
mod execute_scan;
mod execute_windows;
mod fuse;
mod groups;
mod in_place;
mod instr;
mod join;
mod kernel_of;
mod look_up;
mod lower;
mod lower_batched;
mod lower_dense;
mod lower_moved;
mod lower_overlap;
mod lower_rows;
mod lower_scalars;
mod lower_scan;
mod lower_whole;
mod lower_windows;
mod schedule;
mod views;
mod workspace;

pub use compile::{Input, Plan};
pub use cost::{Cost, TaskCost};
pub(crate) use execute::Execute;
pub use views::Layout;
pub use workspace::{Binding, Workspace};
