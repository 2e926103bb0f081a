//! The shared graph of an expression: equal nodes made one, names of sizes unified, values simplified.

mod algebra;
mod constants;
mod display;
mod hoist;
mod intern;
mod movement;
mod picture;
mod simplify;
mod sizes;

pub(crate) use display::described;
pub use intern::{Graph, Node, NodeId};
pub(crate) use picture::Picture;
pub use sizes::Sizes;
