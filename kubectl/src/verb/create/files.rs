//! The data of config maps and secrets: `--from-literal`, `--from-file`, `--from-env-file`, and `--append-hash`.
//!
//! Models kubectl's generate and hash packages.

use std::io;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    host::Entry,
    http::Cx,
    manifest::go_words,
    output::json::compact,
};

/// Keys with the bytes that belong to them, in the order in which they are given.
pub type Data = Vec<(String, Vec<u8>)>;

/// Reads the sources; `owner` is as in `ConfigMap "web"`.
///
/// # Errors
/// kubectl's words for a source that can't be read, or a key that may not be.
pub fn data(cx: &Cx<'_>, flags: &Flags, kind: &str, owner: &str) -> Done<Data> {
    let environments = flags.list("from-env-file");
    let files = flags.list("from-file");
    let literals = flags.raw_list("from-literal");
    if !environments.is_empty() && (!files.is_empty() || !literals.is_empty()) {
        return Err(Fail::error("from-env-file cannot be combined with from-file or from-literal"));
    }
    let mut data = Data::new();
    for literal in literals {
        let (key, value) = literal
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| Fail::Error(format!("invalid literal source {literal}, expected key=value")))?;
        add(&mut data, kind, owner, key, value.as_bytes().to_vec())?;
    }
    for source in &files {
        from_file(cx, &mut data, kind, owner, source)?;
    }
    for path in &environments {
        let bytes = file(cx, path)?;
        for (key, value) in environment(path, &String::from_utf8_lossy(&bytes))? {
            add(&mut data, kind, owner, &key, value.into_bytes())?;
        }
    }
    Ok(data)
}

/// The bytes of a file.
fn file(cx: &Cx<'_>, path: &str) -> Done<Vec<u8>> {
    match cx.kubectl.host.open(path) {
        Ok(Entry::File(bytes)) => Ok(bytes),
        Ok(Entry::Folder(_)) => Err(Fail::Error(format!("read {path}: is a directory"))),
        Err(why) => Err(Fail::Error(format!("error reading {path}: {}", go_words(&why)))),
    }
}

fn from_file(cx: &Cx<'_>, data: &mut Data, kind: &str, owner: &str, source: &str) -> Done {
    let (key, path) = key_and_path(source)?;
    match cx.kubectl.host.open(path) {
        Ok(Entry::Folder(names)) => {
            if source.contains('=') {
                return Err(Fail::error("cannot give a key name for a directory path"));
            }
            let mut names = names;
            names.sort_unstable();
            for name in names {
                let inside = format!("{}/{name}", path.trim_end_matches('/'));
                if let Ok(Entry::File(bytes)) = cx.kubectl.host.open(&inside) {
                    add(data, kind, owner, &name, bytes)?;
                }
            }
            Ok(())
        }
        Ok(Entry::File(bytes)) => add(data, kind, owner, key, bytes),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            Err(Fail::Error(format!("error reading {path}: no such file or directory")))
        }
        Err(why) => Err(Fail::Error(format!("error reading {path}: {}", go_words(&why)))),
    }
}

/// `key=path`, or a path whose last part is the key.
fn key_and_path(source: &str) -> Done<(&str, &str)> {
    match source.split_once('=') {
        None => Ok((source.rsplit('/').next().unwrap_or(source), source)),
        Some(("", path)) if !path.contains('=') => {
            Err(Fail::Error(format!("key name for file path {path} missing")))
        }
        Some((key, "")) => Err(Fail::Error(format!("file path for key name {key} missing"))),
        Some((_, path)) if path.contains('=') => {
            Err(Fail::error("key names or file paths cannot contain '='"))
        }
        Some(found) => Ok(found),
    }
}

fn add(data: &mut Data, kind: &str, owner: &str, key: &str, value: Vec<u8>) -> Done {
    let of_config = kind == "ConfigMap";
    if let Some(why) = bad_key(key) {
        return Err(Fail::Error(if of_config {
            format!("{key:?} is not a valid key name for a ConfigMap: {why}")
        } else {
            format!("{key:?} is not valid key name for a Secret {why}")
        }));
    }
    if data.iter().any(|(had, _)| had == key) {
        return Err(Fail::Error(if of_config {
            format!(
                "cannot add key {key:?}, another key by that name already exists in Data for ConfigMap {owner:?}"
            )
        } else {
            format!("cannot add key {key}, another key by that name already exists")
        }));
    }
    data.push((key.to_owned(), value));
    Ok(())
}

/// Why a key may not be one.
fn bad_key(key: &str) -> Option<String> {
    if key.len() > 253 {
        return Some("must be no more than 253 characters".into());
    }
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
        return Some("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')".into());
    }
    match key {
        "." => Some("must not be '.'".into()),
        ".." => Some("must not be '..'".into()),
        _ if key.starts_with("..") => Some("must not start with '..'".into()),
        _ => None,
    }
}

/// The lines of an environment file. A name without `=` takes its value from kubectl's own environment, which a console has not.
fn environment(path: &str, text: &str) -> Done<Vec<(String, String)>> {
    let mut found = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
        if let Some(why) = bad_variable(key) {
            return Err(Fail::Error(format!("{path:?} is not a valid key name: {why} at line {}", at + 1)));
        }
        if let Some(value) = value {
            found.push((key.to_owned(), value.to_owned()));
        }
    }
    Ok(found)
}

/// Why a name may not be a variable's.
pub fn bad_variable(name: &str) -> Option<&'static str> {
    let fits = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    (!fits).then_some("a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')")
}

/// What `--append-hash` puts behind a name: ten letters of the hash of what the object holds.
pub fn suffix(object: &Value) -> String {
    let mut hashed = Map::new();
    for field in ["kind", "type", "data", "binaryData"] {
        if let Some(value) = object.get(field) {
            hashed.insert(field.into(), value.clone());
        }
    }
    hashed.insert("name".into(), object["metadata"]["name"].clone());
    hashed.entry("data").or_insert_with(|| json!({}));
    if object["kind"] == "Secret" {
        hashed.entry("type").or_insert_with(|| json!(""));
    }
    let digest = Sha256::digest(compact(&Value::Object(hashed)));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let safe = |c| match c {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        c => c,
    };
    hex.chars().take(10).map(safe).collect()
}
