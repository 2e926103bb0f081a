//! Expressions, data, bindings and passes grown from bytes, right and wrong ones, and what must hold of each.
//! Included by the bounded test, by the tests of the passes, and by the fuzz target.
#![allow(dead_code, unused_imports, unreachable_pub, clippy::unwrap_used, clippy::panic)]

mod bytes;
mod case;
mod hold;
mod run;
mod step;

pub use bytes::{Bytes, bytes_of};
pub use case::{Case, case};
pub use hold::{Tally, hold};
pub use run::{Refused, run};
