//! The whole server, on real databases and over real connections.
#![allow(clippy::unwrap_used)]

mod backup;
mod bad_input;
mod cli;
mod console_exec;
mod full_disk;
mod killed;
mod kubectl;
mod kubectl_custom;
mod kubectl_rights;
mod kubectl_top;
mod postgres;
mod rights;
mod storage;
mod storage_people;
mod support;
mod visitors;
mod widgets;
