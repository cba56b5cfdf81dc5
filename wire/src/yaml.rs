//! Manifests: what can be opened, what its kind may say, and what it would change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An object of the cluster, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectName {
    /// Kind.
    pub kind: String,
    /// Namespace, empty for cluster-scoped kinds.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// When it was created, virtual ms since the sandbox's creation.
    pub created_ms: i64,
}

impl ObjectName {
    /// `Kind/namespace/name`; the middle is empty for cluster-scoped kinds.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// What the YAML tool can open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifests {
    /// Names of the experiment's and the learner's own files.
    pub files: Vec<String>,
    /// Objects, by kind.
    pub objects: Vec<ObjectName>,
}

impl Manifests {
    /// What is opened first: the first file, else the first object.
    pub fn first(&self) -> Option<String> {
        let file = self.files.first().map(|name| format!("file:{name}"));
        file.or_else(|| self.objects.first().map(ObjectName::id))
    }
}

/// What a document of one kind may say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The kinds of the cluster, as `(apiVersion, kind)`.
    pub kinds: Vec<(String, String)>,
    /// The kind's own fields; none where the cluster has no such kind.
    pub root: Option<Field>,
    /// What fields refer to by name.
    pub shared: BTreeMap<String, Field>,
}

/// What stands in a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Type {
    /// Anything.
    #[default]
    Any,
    /// Fields by name.
    Object,
    /// One after the other.
    List,
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A whole number or text, such as `8080` or `25%`.
    IntOrString,
    /// A number or text, such as `2` or `500m`.
    Quantity,
}

/// A field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Field {
    /// What stands in it.
    #[serde(rename = "type")]
    pub type_: Type,
    /// Kubernetes' own description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The name in [`Schema::shared`] under which the rest stands.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub refers: String,
    /// Fields of an object; an object without any takes every name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Field>,
    /// What each of a list's items or a map's values is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<Box<Field>>,
    /// Names of fields that must be there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// The only values allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
}

/// What applying a text would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Its objects, in its order; none where it is refused.
    pub objects: Vec<Change>,
    /// The cluster's or kubectl's own words, where it is refused.
    pub refused: String,
    /// Refused because others own fields that it would change.
    pub conflict: bool,
}

/// What would become of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `Kind/namespace/name`.
    pub id: String,
    /// It does not exist yet.
    pub created: bool,
    /// Stretches of changed lines with those around them; none where nothing changes.
    pub hunks: Vec<Hunk>,
}

/// A stretch of a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// Number of its first line in the new text, from 1.
    pub from: u32,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What happens to it.
    pub mark: Mark,
    /// The line.
    pub text: String,
}

/// What happens to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// It stays.
    Keep,
    /// It comes.
    Add,
    /// It goes.
    Delete,
}
