//! The catalogue: every distribution over numbers, for the tests that hold for all of them.
#![allow(dead_code, unreachable_pub)]

mod continuous;
mod discrete;
pub mod entry;
mod modified;

pub use entry::{Entry, Range};

/// All distributions over numbers.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    continuous::ENTRIES.iter().chain(discrete::ENTRIES).chain(modified::ENTRIES)
}
