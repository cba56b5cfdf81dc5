//! `kubectl config view`.

use serde_json::{Value, json};

use super::as_json;
use crate::{
    config::{CLUSTERS, CONTEXTS, USERS},
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{jsonpath::Template, text},
    verb::no_arguments,
};

const FORMATS: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml";

/// Fields whose values are secrets, and what is shown of them.
const SECRETS: &[(&str, &str)] = &[
    ("certificate-authority-data", "DATA+OMITTED"),
    ("client-certificate-data", "DATA+OMITTED"),
    ("client-key-data", "DATA+OMITTED"),
    ("token", "REDACTED"),
    ("password", "REDACTED"),
];

/// Runs `config view`.
pub fn run(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    no_arguments("config view", flags)?;
    let mut config = cx.kubectl.config.value();
    if let Some(context) = flags.get("context") {
        config["current-context"] = context.into();
    }
    if flags.on("minify") {
        minify(&mut config)?;
    }
    for (list, _) in [CLUSTERS, USERS, CONTEXTS] {
        tidy(&mut config[list]);
    }
    if !flags.on("raw") {
        redact(&mut config);
    }
    let printed = print(&config, flags.text("output"))?;
    cx.out(&printed);
    Ok(())
}

fn print(config: &Value, format: &str) -> Done<String> {
    Ok(match format {
        "" | "yaml" => goyaml::document(config),
        "json" => as_json(config),
        "name" => "config/<unknown>\n".to_owned(),
        other => match other.strip_prefix("jsonpath=") {
            Some(template) => Template::parse(template)?.fill(config, true, false)?,
            None => {
                return Err(Fail::Error(format!(
                    "unable to match a printer suitable for the output format {other:?}, allowed formats are: {FORMATS}"
                )));
            }
        },
    })
}

/// Sorted by name; a list without items is null.
fn tidy(list: &mut Value) {
    match list.as_array_mut() {
        Some(items) if !items.is_empty() => {
            items.sort_by(|a, b| text(a, "/name").cmp(text(b, "/name")));
        }
        _ => *list = Value::Null,
    }
}

/// Leaves only what the current context speaks of.
fn minify(config: &mut Value) -> Done {
    let current = text(config, "/current-context").to_owned();
    let named = |config: &Value, what: (&str, &str), name: &str| {
        let items = config[what.0].as_array().into_iter().flatten();
        items.filter(|item| text(item, "/name") == name).cloned().collect::<Vec<_>>()
    };
    if current.is_empty() {
        return Err(Fail::error("current-context must exist in order to minify"));
    }
    let contexts = named(config, CONTEXTS, &current);
    let Some(context) = contexts.first() else {
        return Err(Fail::Error(format!("cannot locate context {current}")));
    };
    let clusters = named(config, CLUSTERS, text(context, "/context/cluster"));
    let users = named(config, USERS, text(context, "/context/user"));
    config["clusters"] = json!(clusters);
    config["users"] = json!(users);
    config["contexts"] = json!(contexts);
    Ok(())
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match SECRETS.iter().find(|(name, _)| name == key) {
                    Some((_, shown)) if value.is_string() => *value = (*shown).into(),
                    _ => redact(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(redact),
        _ => {}
    }
}
