//! Widgets of a lesson: where the prose places them, and what they are made of.

mod advisor;
mod card;
mod keep;
mod placing;
mod race;
mod see;
mod sort;

pub use advisor::{Adviser, Way};
pub use card::Place;
pub use placing::Placing;
pub use race::TwoWorlds;
pub use sort::Sorter;
