//! The shared graph of an expression: equal nodes made one, names of sizes unified, values simplified.

mod display;
mod intern;
mod simplify;
mod sizes;

pub use intern::{Graph, Node, NodeId};
pub use sizes::Sizes;
