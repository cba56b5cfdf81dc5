//! The prose side: rail and experiment cards.

mod chain;
mod checks;
pub mod experiment;
mod predict;
pub mod rail;
mod transfer;
pub mod waiting;
