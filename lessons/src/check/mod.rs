//! Checks: CEL over a cluster's objects, judged over virtual time, with the value that decided.

mod checker;
mod expression;
mod explain;
mod side;
mod snapshot;
pub mod trial;

pub use checker::{Checker, State};
pub use expression::{CelError, Expression};
pub use snapshot::{KINDS, KindNames, Snapshot};
