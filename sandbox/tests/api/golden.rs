//! Exchanges recorded from a real API server, sent again: the same codes, the same words.
//! The recordings are not part of the project; without them the test says so and passes.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::support::*;

fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("PILOTHOUSE_GOLDEN").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden");
    [given, Some(beside)].into_iter().flatten().find(|p| p.is_dir())
}

struct Exchange {
    number: usize,
    method: String,
    uri: String,
    accept: String,
    content_type: String,
    body: String,
    status: u16,
    answer: Value,
}

fn read(scenario: &str) -> Option<Vec<Exchange>> {
    let Some(folder) = folder() else {
        println!("skipped: no recordings (set PILOTHOUSE_GOLDEN to their folder)");
        return None;
    };
    let text = std::fs::read_to_string(folder.join(format!("{scenario}.http.jsonl"))).unwrap();
    let exchange = |(number, line): (usize, &str)| {
        let e: Value = serde_json::from_str(line).unwrap();
        let header = |name: &str| {
            let headers = e["reqHeaders"].as_object().cloned().unwrap_or_else(Map::new);
            headers
                .iter()
                .find(|(k, _)| k.eq_ignore_ascii_case(name))
                .map_or(String::new(), |(_, v)| v.as_str().unwrap_or("").into())
        };
        let text = |name: &str| e[name].as_str().unwrap_or("").to_owned();
        Exchange {
            number,
            method: text("method"),
            uri: text("url"),
            accept: header("Accept"),
            content_type: header("Content-Type"),
            body: text("reqBody"),
            status: e["status"].as_u64().unwrap_or(0) as u16,
            answer: serde_json::from_str(&text("respBody")).unwrap_or(Value::Null),
        }
    };
    Some(text.lines().enumerate().map(exchange).collect())
}

/// Takes out what differs from cluster to cluster.
fn mask(value: &mut Value) {
    match value {
        Value::Object(m) => {
            for key in [
                "uid",
                "resourceVersion",
                "creationTimestamp",
                "deletionTimestamp",
                "managedFields",
                "deletionGracePeriodSeconds",
            ] {
                m.remove(key);
            }
            m.values_mut().for_each(mask);
        }
        Value::Array(l) => l.iter_mut().for_each(mask),
        _ => {}
    }
}

/// Uids and revisions in texts.
fn mask_text(text: &str) -> String {
    let uid =
        |w: &str| w.len() >= 36 && w.trim_matches(|c: char| !c.is_ascii_hexdigit()).matches('-').count() == 4;
    let revision =
        |w: &str| w.len() > 2 && w.starts_with('(') && w[1..].starts_with(|c: char| c.is_ascii_digit());
    let masked = |w| {
        if uid(w) {
            "UID"
        } else if revision(w) {
            "REVISION"
        } else {
            w
        }
    };
    text.split(' ').map(masked).collect::<Vec<_>>().join(" ")
}

/// The raw requests on ConfigMaps of the scenario about the API itself, in order.
#[test]
fn config_maps_answer_as_recorded() {
    let Some(exchanges) = read("11-api") else { return };
    let mut c = cluster();
    for i in 1..=8 {
        ok(
            &mut c,
            "POST",
            CONFIG_MAPS,
            &format!("{{\"metadata\":{{\"name\":\"c{i}\"}},\"data\":{{\"i\":\"{i}\"}}}}"),
        );
    }
    // The revision at which the scenario made c2.
    let c2 = ok(&mut c, "GET", &format!("{CONFIG_MAPS}/c2"), "");
    let c2 = c2["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let mut compared = 0;
    for e in exchanges.into_iter().skip(21) {
        if skipped(&e) {
            continue;
        }
        let (code, mut answer) = send(&mut c, &{
            let mut r = request(&e.method, &e.uri, &e.body.replace("\"305\"", &format!("{c2:?}")));
            r.accept = e.accept.clone();
            r.content_type = e.content_type.clone();
            r
        });
        let place = format!("exchange {}: {} {} {}", e.number, e.method, e.uri, e.body);
        assert_eq!(code, e.status, "{place}: {answer}");
        let mut expect = e.answer;
        if expect["message"].is_string() {
            expect["message"] = mask_text(expect["message"].as_str().unwrap()).into();
            answer["message"] = mask_text(answer["message"].as_str().unwrap_or("")).into();
        }
        mask(&mut expect);
        mask(&mut answer);
        // Generated names differ; lists hold what other parts of the scenario made.
        if e.body.contains("generateName") || answer["items"].is_array() {
            expect = Value::Null;
            answer = Value::Null;
        }
        assert_eq!(answer, expect, "{place}");
        compared += 1;
    }
    assert!(compared >= 45, "only {compared} exchanges were compared");
}

/// What this cluster does not have, or says in other words, and why.
fn skipped(e: &Exchange) -> bool {
    const WHY_NOT: [(&str, &str); 12] = [
        ("apply-patch", "server-side apply comes later"),
        ("protobuf", "kubectl's typed bodies"),
        ("watch", "streams are tested on their own"),
        ("limit", "tokens hold revisions"),
        ("continue", "tokens hold revisions"),
        ("resourceVersion=310", "revisions differ"),
        ("resourceVersion=99999999", "the current revision is in the words"),
        ("includeObject", "of pods"),
        ("Table", "columns are tested with their kinds"),
        ("as=", "shapes are tested on their own"),
        ("application/yaml", "answers in YAML"),
        ("text/html", "lists the types that are served"),
    ];
    let all = format!("{} {} {}", e.uri, e.accept, e.content_type);
    !e.uri.starts_with(CONFIG_MAPS)
        || WHY_NOT.iter().any(|(what, _)| all.contains(what))
        // YAML and plain text name protobuf among the types; HEAD and OPTIONS have no body; jane is not authorized here.
        || matches!(e.number, 75 | 85 | 105 | 169)
        || e.uri.contains("/ssa")
        || matches!(e.method.as_str(), "HEAD" | "OPTIONS")
        || e.answer == Value::Null
}

/// Columns of every recorded Table of a kind that is served here.
#[test]
fn tables_have_the_recorded_columns() {
    const SCENARIOS: [&str; 6] =
        ["01-basics", "02-deployments", "05-services", "06-scheduling", "07-node-failure", "11-api"];
    let mut c = cluster();
    let mut seen = std::collections::BTreeSet::new();
    for scenario in SCENARIOS {
        let Some(exchanges) = read(scenario) else { return };
        for e in exchanges.into_iter().filter(|e| e.method == "GET" && e.answer["kind"] == "Table") {
            let path = e.uri.split('?').next().unwrap().to_owned();
            let mut r = request("GET", &path, "");
            r.accept = "application/json;as=Table;v=v1;g=meta.k8s.io".into();
            let (code, answer) = send(&mut c, &r);
            if code != 200 || !seen.insert(path.clone()) {
                continue;
            }
            assert_eq!(columns(&answer), columns(&e.answer), "{path}");
        }
    }
    assert!(seen.len() >= 8, "{seen:?}");
}

fn columns(table: &Value) -> Vec<String> {
    let text = |c: &Value| format!("{} {} {} {}", c["name"], c["type"], c["format"], c["priority"]);
    table["columnDefinitions"].as_array().unwrap().iter().map(text).collect()
}

/// Addresses in memory, which Go prints, say nothing.
fn without_pointers(text: &str) -> String {
    text.split("(0xc").map(|part| part.trim_start_matches(|c: char| c.is_ascii_hexdigit())).collect()
}

/// The message, or the causes in an order of their own: Go walks maps in any order.
fn said(status: &Value) -> Vec<String> {
    match status["details"]["causes"].as_array() {
        None => vec![without_pointers(&status["message"].to_string())],
        Some(causes) => {
            let mut all: Vec<String> = causes.iter().map(|c| without_pointers(&c.to_string())).collect();
            all.sort();
            all
        }
    }
}

/// Objects that the real server refused, with its words.
#[test]
fn wrong_objects_are_refused_in_the_recorded_words() {
    let Some(exchanges) = read("04-invalid") else { return };
    let mut c = cluster();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for e in exchanges.into_iter().filter(|e| e.method == "POST" && e.status >= 400) {
        if !e.content_type.contains("json") {
            continue;
        }
        let mut r = request("POST", &e.uri, &e.body);
        r.content_type = e.content_type.clone();
        let (code, answer) = send(&mut c, &r);
        if code == 404 {
            continue;
        }
        compared += 1;
        if code != e.status || said(&answer) != said(&e.answer) {
            wrong.push(format!(
                "{}: {} {}\n   want {} {}",
                e.number, code, answer["message"], e.status, e.answer["message"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}
