//! Distributions made from others: truncated, censored, mixed, transformed, zero-inflated.

use super::entry::Entry;

pub const ENTRIES: &[Entry] = &[];
