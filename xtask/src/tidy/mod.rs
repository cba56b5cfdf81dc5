//! The rules of the house that no compiler knows: who may know whom, how a file begins, how long it is.
//!
//! Every rule is a function from the files to what it found; every rule is tested with a bad sample.

mod arrows;
mod code;
mod files;
mod migrations;
mod places;
mod sandbox;
mod version;

use std::{fmt, fs, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{paths::root, tally::Tally};

/// A file of the repository.
#[derive(Debug)]
pub struct File {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
}

/// Something that breaks a rule, and how to mend it.
#[derive(Debug, PartialEq)]
pub struct Finding {
    pub path: String,
    /// From 1; 0 for the file as a whole.
    pub line: usize,
    pub say: String,
}

impl Finding {
    fn new(file: &File, line: usize, say: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, say: say.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.say),
            line => write!(f, "{}:{line}: {}", self.path, self.say),
        }
    }
}

type Rule = (&'static str, fn(&[File]) -> Vec<Finding>);

const RULES: [Rule; 12] = [
    ("crates depend along the arrows of the design", arrows::crates),
    ("below its HTTP edge the sandbox has no clock, thread or chance of its own", sandbox::pure),
    ("the sandbox's rooms see api, not each other and not the store", sandbox::rooms),
    ("a Rust file begins with a //! head", files::heads),
    ("no file is over 500 lines", files::length),
    ("the house's papers are there", files::papers),
    ("no path of a machine", places::machine_paths),
    ("no host of a package registry", places::registry_hosts),
    ("lock files name no mirror", places::lock_files),
    ("migrations run on SQLite and PostgreSQL alike", migrations::portable),
    ("queries are runtime queries", migrations::runtime_queries),
    ("Kubernetes' version stands in one place", version::one_place),
];

/// Judges the whole repository by every rule and says what it found.
pub fn run() -> Result<Tally> {
    let files = repository()?;
    let mut tally = Tally::default();
    for (name, rule) in RULES {
        let findings = rule(&files);
        eprintln!("{:>6}  {name}", if findings.is_empty() { "ok" } else { "FAILED" });
        for finding in &findings {
            eprintln!("        {finding}");
        }
        tally += Tally::one(findings.is_empty());
    }
    Ok(tally)
}

/// The text files that git tracks, and the new ones that it does not ignore.
fn repository() -> Result<Vec<File>> {
    let out = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .context("cannot start git, which lists the files of the house")?;
    ensure!(out.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&out.stderr));
    let names = String::from_utf8(out.stdout)?;
    let mut files: Vec<File> = names
        .split_terminator('\0')
        // deleted ones are listed until they are staged; pictures are no text
        .filter_map(|path| {
            Some(File { path: path.into(), text: fs::read_to_string(root().join(path)).ok()? })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}

#[cfg(test)]
mod sample {
    //! Bad and good samples for the tests of the rules.
    use super::{File, Finding};

    /// The lines at which a rule finds something in one sample file.
    pub fn lines(rule: fn(&[File]) -> Vec<Finding>, path: &str, text: &str) -> Vec<usize> {
        rule(&[File { path: path.into(), text: text.into() }]).iter().map(|f| f.line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_read() {
        let files = repository().unwrap();
        assert!(files.iter().any(|f| f.path == "Cargo.toml" && f.text.contains("[workspace]")));
        assert!(!files.iter().any(|f| f.path.contains("node_modules")));
    }

    #[test]
    fn the_house_is_tidy() {
        let files = repository().unwrap();
        let found: Vec<String> =
            RULES.iter().flat_map(|(_, rule)| rule(&files)).map(|f| f.to_string()).collect();
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }
}
