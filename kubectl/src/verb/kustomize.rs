//! `kubectl kustomize`: a console has no folders to build from, and says so.

use crate::{
    fail::{Done, Fail},
    flags::Flags,
};

/// Runs `kustomize`.
pub fn run(flags: &Flags) -> Done {
    Err(match flags.args.as_slice() {
        [] | [_] => Fail::error(
            "kustomize builds from a folder of files, and this console has none: give the manifests to apply -f -",
        ),
        _ => Fail::error("specify one path to kustomization.yaml"),
    })
}
