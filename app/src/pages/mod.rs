//! Pages: one file each.

pub mod fidelity;
pub mod home;
pub mod lesson;
pub mod missing;
pub mod widget;
