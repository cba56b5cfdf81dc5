//! The prose side: rail and experiment cards.

mod chain;
mod checks;
pub mod experiment;
mod predict;
pub mod rail;
pub mod waiting;
