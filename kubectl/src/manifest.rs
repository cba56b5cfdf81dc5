//! Manifests from standard input: YAML or JSON documents, lists opened.

use serde_json::Value;

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{items, text},
};

/// The objects of `-f -`, in order.
///
/// # Errors
/// A file that is not standard input (there is no file system behind the console), or one that is no YAML.
pub fn read(cx: &Cx<'_>, flags: &Flags) -> Done<Vec<Value>> {
    let mut objects = Vec::new();
    for name in flags.list("filename") {
        if name != "-" {
            return Err(Fail::Error(format!("the path {name:?} does not exist")));
        }
        for document in documents(cx.stdin.unwrap_or_default())? {
            if text(&document, "/kind").ends_with("List") && document["items"].is_array() {
                objects.extend(items(&document).iter().cloned());
            } else {
                objects.push(document);
            }
        }
    }
    Ok(objects)
}

fn documents(text: &str) -> Done<Vec<Value>> {
    let mut documents = Vec::new();
    let mut current = String::new();
    for line in text.lines().chain(["---"]) {
        if line == "---" || line.starts_with("--- ") {
            let bare =
                current.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
            if !bare {
                let parsed = parse(&current)?;
                if !parsed.is_null() {
                    documents.push(parsed);
                }
            }
            current.clear();
        } else {
            current.push_str(line);
            current.push('\n');
        }
    }
    Ok(documents)
}

/// One YAML document; of a key that is there twice, the last counts.
fn parse(text: &str) -> Done<Value> {
    let options =
        serde_saphyr::options! { duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins };
    serde_saphyr::from_str_with_options(text, options).map_err(|why| {
        let why = why.to_string();
        let why = why.lines().next().unwrap_or_default();
        let line: usize = why
            .split_once("line ")
            .and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
            .unwrap_or(1);
        let words = if why.contains("did not find expected key") {
            format!("line {}: did not find expected key", line - 1)
        } else if why.contains("tabs disallowed") {
            format!("line {line}: found character that cannot start any token")
        } else {
            why.trim_start_matches("error: ").to_owned()
        };
        Fail::Error(format!("error parsing STDIN: error converting YAML to JSON: yaml: {words}"))
    })
}

/// Says, as kubectl's validation does, what an object lacks before it can be sent at all.
pub fn validate(object: &Value) -> Done {
    let says = |what: &str| {
        Err(Fail::Error(format!(
            "error validating \"STDIN\": error validating data: {what}; if you choose to ignore these errors, turn validation off with --validate=false"
        )))
    };
    if !object.is_object() {
        return says("invalid object to validate");
    }
    match (text(object, "/apiVersion"), text(object, "/kind")) {
        ("", "") => says("[apiVersion not set, kind not set]"),
        ("", _) => says("apiVersion not set"),
        (_, "") => says("kind not set"),
        _ => Ok(()),
    }
}
