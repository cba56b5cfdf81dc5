//! Checks: CEL over a cluster's objects, judged over virtual time, with the value that decided.

mod checker;
mod explain;
mod expression;
mod side;
mod snapshot;
#[cfg(test)]
mod tests;
pub mod trial;

pub use checker::{Checker, State};
pub use expression::{CelError, Expression};
pub use snapshot::{KINDS, KindNames, Snapshot};
