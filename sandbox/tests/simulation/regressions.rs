//! Runs that once failed, each in a file of `regressions/` (`plan.rs` says what stands there).

use std::{fs, path::Path};

use super::plan::Plan;

/// With the files' names.
pub fn read() -> Vec<(String, Plan)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/simulation/regressions");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let plan = Plan::read(&fs::read_to_string(file).unwrap());
            (name.clone(), plan.unwrap_or_else(|why| panic!("regressions/{name}: {why}")))
        })
        .collect()
}
