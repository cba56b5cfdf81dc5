//! `kubectl completion`: a console completes by itself, and says so.

use crate::{
    fail::{Done, Fail},
    flags::Flags,
};

const SHELLS: &[&str] = &["bash", "zsh", "fish", "powershell"];

/// Runs `completion`.
pub fn run(flags: &Flags) -> Done {
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
