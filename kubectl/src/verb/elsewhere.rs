//! Commands that need a machine beside the cluster (`cp`, `port-forward`, `proxy`, `debug`): they say what is wrong with them, or what to do
//! here instead.

use super::usage;
use crate::{
    fail::{Done, Fail},
    flags::Flags,
};

/// Checks the line as kubectl does, and says what to do here instead.
pub fn machine(verb: &str, flags: &Flags) -> Done {
    let instead = match verb {
        "cp" => {
            copied(&flags.args)?;
            "there are no files beside this console to copy; read one with: kubectl exec POD -- cat FILE"
        }
        "port-forward" => {
            if flags.args.len() < 2 {
                return Err(usage(verb, "TYPE/NAME and list of ports are required for port-forward"));
            }
            "this console has no ports of its own; ask from inside of the cluster with: kubectl exec POD -- curl http://SERVICE"
        }
        "proxy" => "this console has no ports of its own; ask the API with: kubectl get --raw /api",
        _ => {
            if flags.text("image").is_empty() && flags.text("copy-to").is_empty() {
                return Err(Fail::error("you must specify --image when not using --copy-to."));
            }
            "there are no images with tools to debug with here; look around with: kubectl exec POD -- sh"
        }
    };
    Err(Fail::error(instead))
}

/// Whether a path of `cp` is in a pod.
fn is_remote(path: &str) -> bool {
    path.find(':').is_some_and(|at| at > 0)
}

fn copied(args: &[String]) -> Done {
    let [from, to] = args else { return Err(Fail::error("source and destination are required")) };
    match (is_remote(from), is_remote(to)) {
        (true, true) => Err(Fail::error("one of src or dest must be a local file specification")),
        (false, false) => Err(Fail::error("one of src or dest must be a remote file specification")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_end_is_a_pod() {
        for (line, good) in
            [("a b", false), ("p:/a b", true), ("a n/p:/b", true), ("p:/a q:/b", false), ("a", false)]
        {
            let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(copied(&args).is_ok(), good, "{line}");
        }
    }
}
