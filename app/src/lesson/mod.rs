//! The prose side: rail and experiment cards.

mod chain;
mod charts;
mod checks;
pub mod experiment;
mod numbers;
mod predict;
pub mod rail;
pub mod recap;
mod transfer;
pub mod waiting;
