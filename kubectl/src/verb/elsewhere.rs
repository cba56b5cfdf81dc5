//! Commands whose work is not a cluster's: a shell's completion, files of kustomize. They say so, or what is wrong with them.

use crate::{
    fail::{Done, Fail},
    flags::Flags,
};

const SHELLS: &[&str] = &["bash", "zsh", "fish", "powershell"];

/// Runs `completion`: a console completes by itself.
pub fn completion(flags: &Flags) -> Done {
    let words = match flags.args.as_slice() {
        [] => "Shell not specified.".to_owned(),
        [shell] if SHELLS.contains(&shell.as_str()) => {
            return Err(Fail::error("this console completes by itself: there is no shell to teach it to"));
        }
        [shell] => format!("Unsupported shell type {shell:?}."),
        _ => "Too many arguments. Expected only the shell type.".to_owned(),
    };
    Err(Fail::Error(format!("{words}\nSee 'kubectl completion -h' for help and examples")))
}

/// Runs `kustomize`: there are no folders to build from.
pub fn kustomize(flags: &Flags) -> Done {
    Err(match flags.args.as_slice() {
        [] | [_] => Fail::error(
            "kustomize builds from a folder of files, and this console has none: give the manifests to apply -f -",
        ),
        _ => Fail::error("specify one path to kustomization.yaml"),
    })
}
