//! Where `set env` takes variables from: the line, standard input, `--from` a config map or a secret.

use serde_json::{Value, json};

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::text,
    select,
    verb::create::bad_variable,
};

/// What is to become of the variables.
#[derive(Default)]
pub struct Change {
    /// Entries of a container's `env`.
    pub set: Vec<Value>,
    /// Names.
    pub remove: Vec<String>,
}

/// Reads the words of the line, `-` among them.
///
/// # Errors
/// kubectl's words for a name that may not be, or that is set and removed at once.
pub fn words(cx: &Cx<'_>, words: &[String]) -> Done<Change> {
    let mut change = Change::default();
    for word in words {
        if word == "-" {
            let lines = cx.stdin.unwrap_or_default().lines().map(str::trim);
            for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
                change.set.push(variable(line)?);
            }
        } else if word.contains('=') {
            change.set.push(variable(word)?);
        } else {
            change.remove.push(word.trim_end_matches('-').to_owned());
        }
    }
    if change.remove.iter().any(|name| change.set.iter().any(|it| text(it, "/name") == name)) {
        return Err(Fail::error(
            "can not both modify and remove the same environment variable in the same command",
        ));
    }
    Ok(change)
}

fn variable(word: &str) -> Done<Value> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    match bad_variable(name) {
        Some(why) => Err(Fail::Error(format!("{name:?} is not a valid key name: {why}"))),
        None => Ok(json!({"name": name, "value": value})),
    }
}

/// A variable for each key of what `--from` names, as a reference to it.
///
/// # Errors
/// What is not there, or is neither a config map nor a secret.
pub async fn from(cx: &mut Cx<'_>, flags: &Flags) -> Done<Vec<Value>> {
    let mut set = Vec::new();
    let keys = flags.list("keys");
    for found in select::objects(cx, &flags.without("filename"), &[flags.text("from").to_owned()]).await? {
        let source = match text(&found.object, "/kind") {
            "ConfigMap" => "configMapKeyRef",
            "Secret" => "secretKeyRef",
            _ => return Err(Fail::error("unsupported resource specified in --from")),
        };
        let mut names: Vec<&String> =
            found.object["data"].as_object().into_iter().flatten().map(|(key, _)| key).collect();
        names.sort_unstable();
        for key in names.into_iter().filter(|key| keys.is_empty() || keys.contains(key)) {
            let named: String = key
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_uppercase() } else { '_' })
                .collect();
            if named != *key {
                cx.err(&format!("Warning: key {key} transferred to {named}\n"));
            }
            let name = format!("{}{named}", flags.text("prefix"));
            set.push(json!({"name": name, "valueFrom": {source: {"name": found.name, "key": key}}}));
        }
    }
    Ok(set)
}
