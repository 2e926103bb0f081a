//! The shared graph of an expression: equal nodes made one, names of sizes unified, values simplified.

mod algebra;
mod constants;
mod display;
mod intern;
mod movement;
mod simplify;
mod sizes;

pub(crate) use display::{boxed, described};
pub use intern::{Graph, Node, NodeId};
pub use sizes::Sizes;
