//! Checks: CEL over a cluster's objects, judged over virtual time, with the value that decided.

mod cel_value;
mod checker;
mod explain;
mod expression;
mod inputs;
mod measure;
mod side;
mod snapshot;
#[cfg(test)]
mod tests;
pub mod trial;
mod view;

pub use checker::{Checker, State};
pub use expression::{CelError, Expression};
pub use snapshot::{KINDS, KindNames, Objects, Snapshot, keyed};
