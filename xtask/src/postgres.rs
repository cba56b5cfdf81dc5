//! Sees to PostgreSQL: the tests start one of their own from its programs.
use std::fs;

use crate::{apt, sh};

/// Where Debian puts the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Installs it where it is missing. Without it the tests that need it say that they are skipped.
pub fn ensure() {
    if installed() {
        return;
    }
    if let Err(why) = apt::install("PostgreSQL", &["postgresql"]) {
        eprintln!("{why:#}\nThe tests on PostgreSQL are left out.");
    }
}

fn installed() -> bool {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    sh::which("initdb").is_some() || versions.into_iter().any(|v| v.path().join("bin/initdb").is_file())
}
