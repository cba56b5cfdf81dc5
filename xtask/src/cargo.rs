//! Every call of cargo: one selection of packages and features, so that dependencies compile once.
use std::{env, process::Command};

use crate::paths::root;

/// The selection for the server's side. Another one would build every dependency a second time.
pub const ALL: [&str; 5] = ["--workspace", "--exclude", "xtask", "--features", "app/ssr"];
/// The dev profile with a quick sandbox, for what is built to be played: servers, scenarios, seeds. By that, and by the selection of
/// packages, the dependencies are those of the unit tests and compile once, as they would not in a profile of its own. Unit tests go
/// without: they play little, and their sandbox compiles in a quarter of the time.
const QUICK: [&str; 4] = [
    "--config",
    "profile.dev.package.sandbox.opt-level=2",
    "--config",
    "profile.dev.package.sandbox.codegen-units=16",
];
/// The selection for the browser's side.
pub const BROWSER: [&str; 7] =
    ["-p", "app", "--lib", "--target", "wasm32-unknown-unknown", "--features", "hydrate"];

/// The profile of what is built to be played.
pub fn profile(release: bool) -> &'static [&'static str] {
    if release { &["--release"] } else { &QUICK }
}

/// A call of cargo in the repository.
pub fn cargo(args: &[&[&str]]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(args.concat());
    // what `cargo run` tells xtask about xtask must not reach the build scripts of other packages
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|n| n.starts_with("CARGO_PKG_") || n.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether `cargo <name>` is installed.
pub fn has(name: &str) -> bool {
    crate::sh::which(&format!("cargo-{name}")).is_some()
}
