//! What may follow at the end of a line: programs, lab's verbs, files; what kubectl would say, from the live cluster.

use serde_json::Value;
use wire::console::{Candidate, Completion};

use super::{desk::Desk, lab, pipe, programs};

/// Candidates at most.
const WORDS_MAX: usize = 200;

/// Completes the last word of a line.
pub async fn complete(desk: &dyn Desk, line: &str) -> Completion {
    let ends_word = |c: char| c.is_ascii_whitespace() || "|;&(".contains(c);
    let from = line.rfind(ends_word).map_or(0, |n| n + 1);
    let typed = &line[from..];
    // the command that the word belongs to
    let command = line[..from].rsplit(['|', ';', '&', '(', '\n']).next().unwrap_or_default();
    let words: Vec<&str> = command.split_whitespace().collect();
    // what watch repeats is completed as if it stood alone
    let own = match words.first() {
        Some(&"watch") => {
            words.iter().position(|w| matches!(*w, "kubectl" | "k" | "lab")).unwrap_or(words.len())
        }
        _ => 0,
    };
    if let ["kubectl" | "k", rest @ ..] = &words[own..]
        && !matches!(rest.last(), Some(&"-f" | &"--filename"))
    {
        let typed = format!("kubectl {} {typed}", rest.join(" "));
        return of_kubectl(desk, &typed, line.len()).await;
    }
    let mut words = match &words[own..] {
        [] if own > 0 => vec!["kubectl".to_owned()],
        [] => programs::PROGRAMS.iter().chain(&pipe::PROGRAMS).map(|p| (*p).to_owned()).collect(),
        ["lab", rest @ ..] => of_lab(desk, rest).await,
        _ => desk.files().names(),
    };
    words.retain(|word| word.starts_with(typed));
    words.sort();
    words.dedup();
    words.truncate(WORDS_MAX);
    // `cpu=` goes on
    let word = |text: String| Candidate { open: text.ends_with('='), note: String::new(), text };
    Completion { from, words: words.into_iter().map(word).collect() }
}

/// What kubectl says: its command alone, and where the line ends that it is the end of.
async fn of_kubectl(desk: &dyn Desk, command: &str, end: usize) -> Completion {
    let candidates = programs::kubectl_of(desk).complete(command, command.len()).await;
    let from = candidates.first().map_or(end, |first| end - (command.len() - first.from));
    let word = |c: kubectl::Candidate| Candidate { text: c.text, note: c.note, open: c.open };
    Completion { from, words: candidates.into_iter().map(word).collect() }
}

async fn of_lab(desk: &dyn Desk, before: &[&str]) -> Vec<String> {
    let world = "/apis/sim.pilothouse.dev/v1";
    match before {
        [] | ["help"] => lab::verbs().map(str::to_owned).collect(),
        ["unplug" | "plug" | "partition" | "heal", ..] | ["disk" | "capacity"] => {
            names(desk, &format!("{world}/machines")).await
        }
        ["disk", _] => ["slow", "normal"].map(str::to_owned).into(),
        ["capacity", ..] => ["cpu=", "memory=", "pods="].map(str::to_owned).into(),
        ["kill"] => {
            let mut all = names(desk, "/api/v1/namespaces/default/pods").await;
            all.extend(names(desk, &format!("{world}/namespaces/default/composecontainers")).await);
            all
        }
        ["crash" | "image"] => names(desk, &format!("{world}/images")).await,
        ["image", name, ..] => fields(desk, &format!("{world}/images/{name}")).await,
        ["crash", _] => ["3s", "off"].map(str::to_owned).into(),
        ["traffic"] => names(desk, &format!("{world}/namespaces/default/traffics")).await,
        ["compose"] => names(desk, &format!("{world}/namespaces/default/composeprojects")).await,
        ["compose", _] => {
            ["up", "down", "stop", "start", "restart", "kill", "rm", "scale"].map(str::to_owned).into()
        }
        _ => Vec::new(),
    }
}

/// The fields of an object's spec that have a value.
async fn fields(desk: &dyn Desk, path: &str) -> Vec<String> {
    let Ok(request) = http::Request::get(path).body(Vec::new()) else { return Vec::new() };
    let object: Value = desk.client().request(request).await.unwrap_or_default();
    let spec = object["spec"].as_object().into_iter().flatten();
    spec.filter(|(_, value)| !value.is_object()).map(|(field, _)| format!("{field}=")).collect()
}

async fn names(desk: &dyn Desk, path: &str) -> Vec<String> {
    let Ok(request) = http::Request::get(path).body(Vec::new()) else { return Vec::new() };
    let list: Value = desk.client().request(request).await.unwrap_or_default();
    let items = list["items"].as_array().into_iter().flatten();
    items.filter_map(|o| o["metadata"]["name"].as_str().map(str::to_owned)).collect()
}
