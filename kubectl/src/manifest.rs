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
                let parsed: Value = serde_saphyr::from_str(&current).map_err(|why| {
                    Fail::Error(format!("error parsing STDIN: error converting YAML to JSON: yaml: {why}"))
                })?;
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
