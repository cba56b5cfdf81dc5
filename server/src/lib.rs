//! The server: pages and the Kubernetes API at the front, storage at the back, the game in between.
#![recursion_limit = "512"]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod alone;
pub mod backup;
pub mod cli;
pub mod config;
pub mod console;
pub mod grade;
pub mod house;
pub mod kube_api;
pub mod limits;
pub mod new_lesson;
pub mod office;
pub mod play;
pub mod preview;
pub mod rest;
pub mod sandboxes;
pub mod secret;
pub mod serve;
pub mod stage;
pub mod storage;
pub mod user;
pub mod web;
