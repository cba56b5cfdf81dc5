//! What differs between two equal clusters all the same: their addresses, the folders in which lines run, what kubectl takes
//! from the machine's clock, and the order of what it keeps in maps. All else is compared as it is.

use std::{path::Path, sync::LazyLock};

use regex::Regex;

use crate::kubectl::Said;

/// What a LimitRange limits.
const LIMITED: [&str; 3] = ["Container", "Pod", "PersistentVolumeClaim"];

static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let rules: &[(&str, &str)] = &[
        (r"\b(127\.0\.0\.1|localhost):\d+", "SERVER"),
        // A line of kubectl's log: when, which process, which line of its sources.
        (r"(?m)^([EWIF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (\S+):\d+\]", "${1}KLOG ${2}]"),
        // What its library notes of watches that ended soon depends on how busy the machine is.
        (r"(?m)^.KLOG reflector\.go\].*\n?", ""),
        // Ages by the machine's clock of a cluster that was made months ago.
        (r"(^|[\s(])(?:\d{3,4}d|\dy\d{1,3}d)\b", "${1}AGE"),
        (r#"(restartedAt"?: *"?)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"#, "${1}TIME"),
        // The two sides of `diff`: folders of a moment.
        (concat!("/tm", r"p/(LIVE|MERGED)-\d+"), "${1}"),
        (r"(?m)^((?:---|\+\+\+) (?:LIVE|MERGED)/\S+\t)\d{4}-.*$", "${1}TIME"),
    ];
    rules.iter().map(|(from, to)| (pattern(from), *to)).collect()
});

fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "every pattern stands in this file")]
    Regex::new(text).unwrap()
}

/// An answer without them; `home` is the folder in which it was given.
pub fn masked(said: Said, home: &Path) -> Said {
    let mask = |text: String| {
        let text = text.replace(&*home.to_string_lossy(), "HOME");
        in_order(&RULES.iter().fold(text, |text, (from, to)| from.replace_all(&text, *to).into_owned()))
    };
    Said { exit: said.exit, stdout: mask(said.stdout), stderr: mask(said.stderr) }
}

/// Limits of one type, and the warnings of a drain, come from maps of Go, whose order changes from run to run.
fn in_order(text: &str) -> String {
    let limits = |line: &str| line.split_whitespace().next().is_some_and(|word| LIMITED.contains(&word));
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut ordered = String::with_capacity(text.len());
    for run in lines.chunk_by(|a, b| limits(a) && limits(b)) {
        let mut run = run.to_vec();
        run.sort_unstable();
        run.iter().for_each(|line| ordered += &warnings_in_order(line));
    }
    ordered
}

fn warnings_in_order(line: &str) -> String {
    let Some(warnings) = line.strip_prefix("Warning: ").and_then(|rest| rest.strip_suffix('\n')) else {
        return line.to_owned();
    };
    let mut warnings: Vec<&str> = warnings.split("; ").collect();
    warnings.sort_unstable();
    format!("Warning: {}\n", warnings.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_volatile_goes() {
        for (given, expect) in [
            ("at https://127.0.0.1:41234/x", "at https://SERVER/x"),
            ("Service 127.0.0.1", "Service 127.0.0.1"),
            ("E0102 03:04:05.678901   12 memcache.go:265] \"x\"", "EKLOG memcache.go] \"x\""),
            ("Normal  Pulled  330d (x2 over 331d)", "Normal  Pulled  AGE (x2 over AGE)"),
            ("web  1/1  Running  5m30s", "web  1/1  Running  5m30s"),
            ("/home/a/kubeconfig", "HOME/kubeconfig"),
            (
                "b\n Pod  z\n Container  b\n Container  a\na\n",
                "b\n Container  a\n Container  b\n Pod  z\na\n",
            ),
            ("Warning: c; a; b\nz; y\n", "Warning: a; b; c\nz; y\n"),
            ("--- LIVE/v1.Pod.a.b\t2026-11-27 11:53:54.005462306 +0000", "--- LIVE/v1.Pod.a.b\tTIME"),
        ] {
            let said = Said { exit: 0, stdout: given.into(), stderr: String::new() };
            assert_eq!(masked(said, Path::new("/home/a")).stdout, expect);
        }
    }
}
