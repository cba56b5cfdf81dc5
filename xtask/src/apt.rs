//! Debian's packages, installed here and now where the tests need a program that is not there.
use anyhow::{Context, Result, bail};

use crate::{paths::root, sh};

/// Installs packages, as root or by sudo without a password. `what` is what they are for.
///
/// Fails with a way out where that cannot be.
pub fn install(what: &str, packages: &[&str]) -> Result<()> {
    let by_hand = format!("How to go on: `apt-get install -y {}` as root", packages.join(" "));
    if sh::which("apt-get").is_none() {
        bail!("{what} is missing, and there is no apt-get to install it.\n{by_hand}");
    }
    let root_already = is_root();
    if !root_already && sh::ask("sudo", &["-n", "true"], &root()).is_none() {
        bail!("{what} is missing; installing it needs root or sudo without a password.\n{by_hand}");
    }
    eprintln!("{what} is missing: installing Debian's packages {} (once).", packages.join(", "));
    let apt = |args: &[&str]| {
        let mut command = if root_already {
            std::process::Command::new("apt-get")
        } else {
            let mut sudo = std::process::Command::new("sudo");
            sudo.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        };
        sh::run(command.env("DEBIAN_FRONTEND", "noninteractive").args(args))
    };
    let installed = apt(&["update"])
        .and_then(|()| apt(&[&["install", "-y", "--no-install-recommends"], packages].concat()));
    installed.with_context(|| format!("apt-get could not install {}.\n{by_hand}", packages.join(", ")))
}

fn is_root() -> bool {
    sh::ask("id", &["-u"], &root()).is_some_and(|id| id == "0")
}
