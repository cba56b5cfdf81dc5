//! What the API knows of a kind. Models the registry's strategies and the table convertors of kube-apiserver.

use crate::{api::names, clock::Time, json::Json, object::Object, status::FieldError};

/// A kind: its names, and the pure functions that differ from kind to kind.
pub struct ResourceDef {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version, e.g. `v1`.
    pub version: &'static str,
    /// Kind, e.g. `Pod`.
    pub kind: &'static str,
    /// Plural name in URLs.
    pub plural: &'static str,
    /// Singular name.
    pub singular: &'static str,
    /// Short names for kubectl.
    pub short_names: &'static [&'static str],
    /// `all`, where kubectl should include it.
    pub categories: &'static [&'static str],
    /// What clients may do with it.
    pub verbs: &'static [&'static str],
    /// Lives in a namespace?
    pub namespaced: bool,
    /// Has a status subresource (so `status` is ignored on the main one)?
    pub status: bool,
    /// Has a scale subresource?
    pub scale: bool,
    /// Does `metadata.generation` count changes of the spec?
    pub generation: bool,
    /// Fills what the writer left out. Runs on create, update and patch.
    pub default: fn(&mut Object),
    /// Clears or keeps what the writer may not set; `old` is `None` on create.
    pub prepare: fn(&mut Object, old: Option<&Object>),
    /// What is wrong with an object; `old` is `None` on create.
    pub validate: fn(&Object, old: Option<&Object>) -> Vec<FieldError>,
    /// Fields that a field selector may name besides `metadata.name` and `metadata.namespace`.
    pub fields: &'static [&'static str],
    /// What is wrong with a name.
    pub name_rule: fn(&str) -> names::Problems,
    /// Does a delete answer with the object even when it is gone at once?
    pub returns_deleted: bool,
    /// Does a delete that names no policy leave what it owns?
    pub orphans: bool,
    /// Is its version deprecated? Every answer warns of it then.
    pub deprecated: Option<Deprecated>,
    /// Columns of its Table.
    pub columns: &'static [Column],
    /// A row of its Table, one cell a column.
    pub row: fn(&Object, Time) -> Row,
}

/// Verbs of a kind that is stored and has no peculiarities.
pub const ALL_VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// That a version is deprecated. Models `APILifecycleDeprecated` and `APILifecycleReplacement`.
#[derive(Clone, Copy, Debug)]
pub struct Deprecated {
    /// The minor version of Kubernetes since which it is.
    pub since_minor: u32,
    /// What to use instead.
    pub replacement: &'static str,
}

const PLAIN: &[Column] = &[Column::name(), Column::new("Age")];

/// Cells of a Table row.
pub type Row = Vec<Json>;

/// A column of a Table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Header as the API sends it; kubectl prints it in capitals.
    pub name: &'static str,
    /// OpenAPI type.
    pub type_: &'static str,
    /// OpenAPI format; `name` marks the name column.
    pub format: &'static str,
    /// 0 always; 1 only with `-o wide`.
    pub priority: u8,
    /// For `explain`-like tools.
    pub description: &'static str,
}

impl Column {
    /// A column of strings that is always shown.
    pub const fn new(name: &'static str) -> Self {
        Self { name, type_: "string", format: "", priority: 0, description: "" }
    }

    /// The name column.
    pub const fn name() -> Self {
        Self { format: "name", ..Self::new("Name") }
    }

    /// A column of integers.
    pub const fn int(name: &'static str) -> Self {
        Self { type_: "integer", ..Self::new(name) }
    }

    /// A column of booleans.
    pub const fn bool(name: &'static str) -> Self {
        Self { type_: "boolean", ..Self::new(name) }
    }

    /// A column of moments.
    pub const fn date(name: &'static str) -> Self {
        Self { type_: "date", ..Self::new(name) }
    }

    /// Only with `-o wide`.
    pub const fn wide(self) -> Self {
        Self { priority: 1, ..self }
    }
}

impl ResourceDef {
    /// A kind without peculiarities, to be adjusted with struct update syntax.
    pub const fn plain(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        plural: &'static str,
        singular: &'static str,
    ) -> Self {
        Self {
            group,
            version,
            kind,
            plural,
            singular,
            short_names: &[],
            categories: &[],
            verbs: ALL_VERBS,
            namespaced: true,
            status: false,
            scale: false,
            generation: false,
            default: |_| {},
            prepare: |_, _| {},
            validate: |_, _| Vec::new(),
            fields: &[],
            name_rule: names::dns1123_subdomain,
            returns_deleted: false,
            orphans: false,
            deprecated: None,
            columns: PLAIN,
            row: |o, now| vec![o.name().into(), crate::api::age(o, now)],
        }
    }

    /// Are there objects of it in the store?
    pub fn is_stored(&self) -> bool {
        self.verbs.contains(&"watch")
    }

    /// `group/version`, or `version` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.into() } else { format!("{}/{}", self.group, self.version) }
    }

    /// What every answer warns of, if of anything.
    pub fn warning(&self) -> Option<String> {
        let Deprecated { since_minor, replacement } = self.deprecated?;
        let (version, kind) = (self.api_version(), self.kind);
        Some(format!("{version} {kind} is deprecated in v1.{since_minor}+; use {replacement}"))
    }

    /// One of the world's kinds, which Kubernetes does not know?
    pub fn is_ours(&self) -> bool {
        self.group == "sim.pilothouse.dev"
    }

    /// `plural.group`, as messages name it.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.into() } else { format!("{}.{}", self.plural, self.group) }
    }
}
