//! The server.
#![cfg_attr(test, allow(clippy::unwrap_used))]
pub mod console;
pub mod play;
pub mod sandboxes;
pub mod secret;
pub mod stage;
pub mod storage;
