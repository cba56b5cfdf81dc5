//! Sees to it that the compiler can build for the browser.
use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{paths::root, sh};

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target for the browser to the toolchain in use, where it is missing.
///
/// Fails with a way out when rustup is not there, or cannot reach its server.
pub fn ensure() -> Result<()> {
    if installed() {
        return Ok(());
    }
    eprintln!("The compiler has no standard library for {TARGET} yet: adding it (about 25 MB, once).");
    if sh::which("rustup").is_none() {
        bail!(
            "the target {TARGET} is missing, and there is no rustup to add it.\n\
             How to go on: install Rust from https://rustup.rs, or your distribution's package of that target, \
             then start this command again."
        );
    }
    // without --toolchain: rustup takes the one in use, whatever its name
    let added = sh::run(Command::new("rustup").args(["target", "add", TARGET]).current_dir(root()));
    if added.is_err() || !installed() {
        bail!(
            "rustup could not add the target {TARGET} (its own words are above).\n\
             If it could not reach its server (https://static.rust-lang.org): go online or set HTTPS_PROXY, \
             then start this command again; or add the target elsewhere with `rustup target add {TARGET}` and copy \
             lib/rustlib/{TARGET} into `rustc --print sysroot` of the very same compiler.\n\
             If this toolchain was linked by hand: it must bring the target itself."
        );
    }
    Ok(())
}

fn installed() -> bool {
    let sysroot = sh::ask("rustc", &["--print", "sysroot"], &root());
    sysroot.is_some_and(|dir| Path::new(&dir).join("lib/rustlib").join(TARGET).join("lib").is_dir())
}
