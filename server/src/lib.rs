//! The server.
#![cfg_attr(test, allow(clippy::unwrap_used))]
pub mod secret;
pub mod storage;
