//! The sandbox is a state machine: what its rooms must not touch.
use super::{
    File, Finding,
    code::{Keep, code, numbered, without_tests, words},
};

/// A word that brings the outside in, and what to take instead.
const OUTSIDE: [(&str, &str); 8] = [
    ("tokio", "put what waits into sandbox/src/http/"),
    ("SystemTime", "ask the cluster's virtual clock"),
    ("HashMap", "take a BTreeMap: its order is the same in every run"),
    ("HashSet", "take a BTreeSet: its order is the same in every run"),
    ("rand", "draw from the cluster's random stream of that kind"),
    ("getrandom", "draw from the cluster's random stream of that kind"),
    ("thread_local", "hand the value in"),
    ("RandomState", "take a BTreeMap"),
];

/// Paths that bring the outside in.
const OUTSIDE_PATHS: [(&str, &str); 5] = [
    ("std::thread", "let the event queue do it"),
    ("Timestamp::now(", "ask the cluster's virtual clock"),
    ("Zoned::now(", "ask the cluster's virtual clock"),
    ("Instant::now(", "ask the cluster's virtual clock"),
    ("std::env", "hand the value in"),
];

const ROOMS: [&str; 6] = ["controllers", "scheduler", "kubelet", "network", "machines", "programs"];

fn below_the_edge(file: &File) -> bool {
    file.path
        .strip_prefix("sandbox/src/")
        .is_some_and(|p| p.ends_with(".rs") && !p.starts_with("http/") && p != "http.rs")
}

pub fn pure(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| below_the_edge(file)) {
        let code = code(&file.text, Keep::Code);
        for (number, line) in numbered(without_tests(&code)) {
            let by_word = OUTSIDE.iter().find(|(word, _)| words(line).any(|w| w == *word));
            let by_path = || OUTSIDE_PATHS.iter().find(|(path, _)| line.contains(path));
            let instant = || {
                let clock = line.contains("std::time") && words(line).any(|w| w == "Instant");
                clock.then_some(&("std::time::Instant", "ask the cluster's virtual clock"))
            };
            if let Some((what, instead)) = by_word.or_else(by_path).or_else(instant) {
                let say = format!("`{what}` makes two runs of one journal differ; {instead}");
                found.push(Finding::new(file, number, say));
            }
        }
    }
    found
}

pub fn rooms(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let Some(room) = room_of(&file.path) else { continue };
        let code = code(&file.text, Keep::Code);
        for (number, named) in named_of_crate(without_tests(&code)) {
            let other = ROOMS.contains(&named.as_str()) && named != room;
            if other || named == "store" {
                let say = format!("`{room}` must not name `crate::{named}`; go through `api` and the caches");
                found.push(Finding::new(file, number, say));
            }
        }
    }
    found
}

fn room_of(path: &str) -> Option<&'static str> {
    let inside = path.strip_prefix("sandbox/src/")?;
    let first = inside.split('/').next()?.trim_end_matches(".rs");
    ROOMS.into_iter().find(|room| *room == first)
}

/// The modules of this crate that are named by `crate::x` or `crate::{x, y}`, with their lines.
fn named_of_crate(code: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let line = |offset: usize| code[..offset].matches('\n').count() + 1;
        let from = at + "crate::".len();
        let rest = &code[from..];
        if !rest.starts_with('{') {
            named.extend(words(rest).next().map(|word| (line(at), word.to_owned())));
            continue;
        }
        let (mut depth, mut expects) = (0, false);
        for (offset, c) in rest.char_indices() {
            match c {
                '{' => (depth, expects) = (depth + 1, depth == 0),
                '}' => depth -= 1,
                ',' => expects = depth == 1,
                c if expects && (c.is_alphabetic() || c == '_') => {
                    named.extend(words(&rest[offset..]).next().map(|w| (line(from + offset), w.to_owned())));
                    expects = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::{super::sample::lines, pure, rooms};

    #[test]
    fn nothing_from_outside() {
        let check = |path: &str, text: &str, want: &[usize]| {
            assert_eq!(lines(pure, path, text), want, "{path} {text}")
        };
        for bad in [
            "use tokio::sync::Mutex;",
            "use std::collections::{BTreeMap, HashMap};",
            "let x: std::collections::HashSet<u8>;",
            "use std::time::{Duration, Instant};",
            "std::time::SystemTime::now()",
            "std::thread::spawn(f)",
            "jiff::Timestamp::now()",
            "rand::random()",
        ] {
            check("sandbox/src/clock.rs", bad, &[1]);
            check("sandbox/src/http/serve.rs", bad, &[]);
            check("server/src/main.rs", bad, &[]);
            check("sandbox/src/clock.rs", &format!("//! {bad}"), &[]);
            check(
                "sandbox/src/clock.rs",
                &format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{bad}\n}}"),
                &[],
            );
        }
        check(
            "sandbox/src/clock.rs",
            "use std::time::Duration;\nlet now = clock.now();\nlet operand = 1;",
            &[],
        );
    }

    #[test]
    fn rooms_do_not_know_each_other() {
        let check = |path: &str, text: &str, want: &[usize]| {
            assert_eq!(lines(rooms, path, text), want, "{path} {text}")
        };
        check("sandbox/src/scheduler/queue.rs", "use crate::api::Api;", &[]);
        check("sandbox/src/scheduler/queue.rs", "use crate::scheduler::score;", &[]);
        check("sandbox/src/scheduler/queue.rs", "use crate::kubelet::Life;", &[1]);
        check("sandbox/src/kubelet.rs", "fn f(s: &crate::store::Store) {}", &[1]);
        check(
            "sandbox/src/network/flow.rs",
            "use crate::{\n    api::{self, store},\n    machines::Plug,\n};",
            &[3],
        );
        check("sandbox/src/network/flow.rs", "use crate::{api, store};", &[1]);
        check("sandbox/src/network/flow.rs", "// crate::store is not ours", &[]);
        check("sandbox/src/api/mod.rs", "use crate::store::Store;", &[]);
    }
}
