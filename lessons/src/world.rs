//! Reads and lints `world.yaml`: the Kubernetes objects that an experiment starts from.

use serde_json::Value;

use crate::{diagnostic::Diagnostic, source::Source};

/// Group and version of the world's own kinds.
pub const OWN_API_VERSION: &str = "sim.pilothouse.dev/v1";

/// The world's own kinds: plural name and kind.
pub const OWN_KINDS: [(&str, &str); 8] = [
    ("composecommands", "ComposeCommand"),
    ("composecontainers", "ComposeContainer"),
    ("composeprojects", "ComposeProject"),
    ("controlplanes", "ControlPlane"),
    ("images", "Image"),
    ("machines", "Machine"),
    ("signals", "Signal"),
    ("traffics", "Traffic"),
];

/// A cluster to start from.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The file as it stands.
    pub yaml: String,
    /// Its objects, in the order in which they are to be created.
    pub objects: Vec<Value>,
}

/// Reads the file's text; every finding is reported.
pub(crate) fn read(source: &Source) -> Result<World, Vec<Diagnostic>> {
    let documents = source.yaml_documents().map_err(|d| vec![*d])?;
    let objects: Vec<Value> = documents.into_iter().filter(|d| !d.is_null()).collect();
    let starts = document_starts(&source.text);
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let line = starts.get(index).copied().unwrap_or(1);
        let mut complain = |code, message: String| found.push(source.error(line, 1, code, message));
        let text =
            |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (api_version, kind, name) = (text("/apiVersion"), text("/kind"), text("/metadata/name"));
        for (field, value) in [("apiVersion", &api_version), ("kind", &kind), ("metadata.name", &name)] {
            if value.is_empty() {
                complain("missing-field", format!("the object has no `{field}`"));
            }
        }
        let own = OWN_KINDS.iter().any(|(_, own)| *own == kind);
        if api_version == OWN_API_VERSION && !own {
            complain(
                "unknown-kind",
                format!(
                    "`{OWN_API_VERSION}` has no kind `{kind}`; it has ComposeCommand, ComposeContainer, ComposeProject, ControlPlane, Image, Machine, Signal and Traffic"
                ),
            );
        }
        let key = (api_version, kind, text("/metadata/namespace"), name);
        if seen.contains(&key) {
            complain("duplicate-id", format!("{}/{} stands twice in this world", key.1, key.3));
        }
        seen.push(key);
    }
    if !objects.iter().any(|o| o.get("kind") == Some(&Value::from("Machine"))) {
        let hint = "without a Machine there is no node, and nothing can run";
        found.push(source.error(1, 1, "empty", "the world has no machine".into()).hint(hint));
    }
    if found.is_empty() { Ok(World { yaml: source.text.clone(), objects }) } else { Err(found) }
}

/// The first line of every document that is more than comments.
fn document_starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("---") {
            open = false;
        } else if !open && !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            starts.push(index + 1);
            open = true;
        }
    }
    starts
}
