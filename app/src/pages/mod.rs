//! Pages: one file each.

pub mod home;
pub mod lesson;
pub mod missing;
