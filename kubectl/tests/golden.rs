//! What real kubectl printed, step by step, against what we print from the same answers of the server.
//!
//! The transcripts are not part of the repository: `PILOTHOUSE_GOLDEN` says where they are. `golden.txt` holds how
//! many steps of each verb agree; fewer is a failure. After an improvement: `PILOTHOUSE_GOLDEN_UPDATE=1`.

#![allow(clippy::unwrap_used)]

mod replay;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use kubectl::{Captured, Kubectl};
use replay::Recording;
use serde_json::Value;

/// Verbs that this crate runs.
const VERBS: &[&str] = &[
    "get",
    "describe",
    "scale",
    "delete",
    "apply",
    "create",
    "label",
    "annotate",
    "rollout",
    "set",
    "cordon",
    "uncordon",
    "version",
    "api-resources",
    "api-versions",
    "foo",
];

const RATCHET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt");

fn folder() -> PathBuf {
    std::env::var_os("PILOTHOUSE_GOLDEN")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden"), PathBuf::from)
}

struct Step {
    scenario: String,
    step: i64,
    source: i64,
    argv: Vec<String>,
    stdin: Option<String>,
    stdout: String,
    stderr: String,
    exit: Option<i32>,
    watch: bool,
}

fn steps(file: &Path) -> Vec<Step> {
    let scenario = file.file_stem().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(file).unwrap();
    let mut steps = Vec::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let watch = record["kind"] == "bg-stop";
        if record["kind"] != "kubectl" && !watch {
            continue;
        }
        let words = record["argv"].as_array().unwrap().iter();
        let argv: Vec<String> = words.map(|word| word.as_str().unwrap().to_owned()).collect();
        let verb = verb(&argv);
        let logs = argv.iter().any(|word| word.starts_with("-v="));
        if verb.is_none() || logs {
            continue;
        }
        let part = |name: &str| record[name].as_str().unwrap_or("").to_owned();
        let step = record["step"].as_i64().unwrap();
        steps.push(Step {
            scenario: scenario.clone(),
            step,
            source: record["started_step"].as_i64().unwrap_or(step),
            argv,
            stdin: record["stdin"].as_str().map(str::to_owned),
            stdout: part("stdout"),
            stderr: part("stderr"),
            exit: record["exit"].as_i64().filter(|_| !watch).map(|code| code as i32),
            watch,
        });
    }
    steps
}

/// The verb, if this crate runs it.
fn verb(argv: &[String]) -> Option<String> {
    let (mut words, known) = (argv.iter().skip(1), |word: &String| VERBS.contains(&word.as_str()));
    while let Some(word) = words.next() {
        if word == "-n" {
            words.next();
        } else if !word.starts_with('-') {
            return Some(word.clone()).filter(known);
        }
    }
    None
}

async fn run(step: &Step, recording: &Recording, spare: &Recording) -> (Captured, i32) {
    let kubectl = Kubectl::new(recording.client(step.source, spare)).namespace(context_of(step));
    let mut out = Captured::default();
    let limit = Duration::from_secs(5);
    let code = tokio::time::timeout(limit, kubectl.run(&step.argv, step.stdin.as_deref(), &mut out)).await;
    (out, code.unwrap_or(-1))
}

/// One scenario changes its context's namespace for a while.
fn context_of(step: &Step) -> &'static str {
    if step.scenario == "10-config-policy" && (34..38).contains(&step.step) { "dev" } else { "default" }
}

fn agrees(step: &Step, out: &Captured, code: i32) -> bool {
    let same = out.stdout == step.stdout || (step.watch && out.stdout.starts_with(&step.stdout));
    same && (step.watch || out.stderr == step.stderr) && step.exit.is_none_or(|exit| exit == code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_answers() {
    let folder = folder();
    if !folder.is_dir() {
        println!("skipped: no transcripts at {} (set PILOTHOUSE_GOLDEN)", folder.display());
        return;
    }
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| {
        let name = file.to_string_lossy();
        name.ends_with(".jsonl") && !name.ends_with(".http.jsonl")
    });
    files.sort();
    let spare = Recording::read(&folder.join("02-deployments.http.jsonl"));
    let only = std::env::var("PILOTHOUSE_GOLDEN_SHOW").ok();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for file in files {
        let recording = Recording::read(&file.with_extension("http.jsonl"));
        for step in steps(&file) {
            let verb = verb(&step.argv).unwrap();
            let (out, code) = run(&step, &recording, &spare).await;
            let good = agrees(&step, &out, code);
            let count = counts.entry(verb.clone()).or_default();
            count.0 += usize::from(good);
            count.1 += 1;
            if !good && only.as_ref().is_some_and(|only| *only == verb || only == "all") {
                show(&step, &out, code);
            }
        }
    }
    let report: String =
        counts.iter().map(|(verb, (good, all))| format!("{verb} {good} of {all}\n")).collect();
    println!("{report}");
    if std::env::var_os("PILOTHOUSE_GOLDEN_UPDATE").is_some() {
        std::fs::write(RATCHET, &report).unwrap();
    }
    for line in std::fs::read_to_string(RATCHET).unwrap_or_default().lines() {
        let mut words = line.split(' ');
        let (verb, least) = (words.next().unwrap(), words.next().unwrap().parse::<usize>().unwrap());
        let good = counts.get(verb).map_or(0, |count| count.0);
        assert!(
            good >= least,
            "{verb}: {good} steps agree, {least} did before; show them with PILOTHOUSE_GOLDEN_SHOW={verb}"
        );
    }
}

fn show(step: &Step, out: &Captured, code: i32) {
    println!("### {} {} {:?} exit {code}, wanted {:?}", step.scenario, step.step, &step.argv[1..], step.exit);
    for (title, is, wanted) in [("stdout", &out.stdout, &step.stdout), ("stderr", &out.stderr, &step.stderr)]
    {
        if is != wanted {
            let at = is.lines().zip(wanted.lines()).position(|(is, wanted)| is != wanted);
            let at = at.unwrap_or_else(|| is.lines().count().min(wanted.lines().count()));
            println!("  {title} line {at}");
            println!(
                "    is     {:?}",
                is.lines().nth(at).unwrap_or("(end)").chars().take(240).collect::<String>()
            );
            println!(
                "    wanted {:?}",
                wanted.lines().nth(at).unwrap_or("(end)").chars().take(240).collect::<String>()
            );
        }
    }
}
