//! What the API knows of a kind. Models the registry's strategies and the table convertors of kube-apiserver.

use super::{
    Resource,
    custom::{Custom, Version},
    schema,
};
use crate::{api::names, clock::Time, json, json::Json, object::Object, status::FieldError};

/// The API group of the world's kinds.
pub const OUR_GROUP: &str = "sim.pilothouse.dev";

/// A kind: its names, and the pure functions that differ from kind to kind.
#[derive(Debug)]
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
    /// Does it only show the objects of another kind?
    pub view: Option<View>,
    /// Is it answered by a server of its own, so only where there is an APIService for it?
    pub aggregated: bool,
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
    /// What to use instead; empty where there is nothing.
    pub replacement: &'static str,
}

/// Objects of another kind in other words: the same objects in another group or version. Their rows, defaults, rules and
/// errors are those of the other kind.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The kind whose objects they are.
    pub of: Resource,
    /// An object as this kind shows it, `apiVersion` and `kind` included.
    pub show: fn(&Object) -> Object,
    /// An object of this kind as it is stored.
    pub take: fn(&Object) -> Object,
    /// What is wrong with an object (as stored) that comes this way; `old` is `None` on create.
    pub validate: fn(&Object, old: Option<&Object>) -> Vec<FieldError>,
    /// Fields that a selector may name, and what they are called in the stored object.
    pub fields: &'static [(&'static str, &'static str)],
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
            view: None,
            aggregated: false,
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
        let instead = if replacement.is_empty() { String::new() } else { format!("; use {replacement}") };
        Some(format!("{version} {kind} is deprecated in v1.{since_minor}+{instead}"))
    }

    /// One of the world's kinds, which Kubernetes does not know?
    pub fn is_ours(&self) -> bool {
        self.group == OUR_GROUP
    }

    /// `plural.group`, as messages name it.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.into() } else { format!("{}.{}", self.plural, self.group) }
    }
}

/// What is known of a kind, wherever it comes from. The facts are those of [`ResourceDef`].
#[derive(Clone, Copy, Debug)]
pub struct Def<'a> {
    /// API group; empty for the core group.
    pub group: &'a str,
    /// Version, e.g. `v1`.
    pub version: &'a str,
    /// Kind, e.g. `Pod`.
    pub kind: &'a str,
    /// Plural name in URLs.
    pub plural: &'a str,
    /// Singular name.
    pub singular: &'a str,
    /// What clients may do with it.
    pub verbs: &'static [&'static str],
    /// Lives in a namespace?
    pub namespaced: bool,
    /// Has a status subresource?
    pub status: bool,
    /// Has a scale subresource?
    pub scale: bool,
    /// Does `metadata.generation` count changes of the spec?
    pub generation: bool,
    /// Does a delete answer with the object even when it is gone at once?
    pub returns_deleted: bool,
    of: Of<'a>,
}

/// Where a kind comes from.
#[derive(Clone, Copy, Debug)]
enum Of<'a> {
    BuiltIn(&'a ResourceDef),
    Custom(&'a Custom, &'a Version),
    Unknown,
}

impl<'a> From<&'a ResourceDef> for Def<'a> {
    fn from(d: &'a ResourceDef) -> Self {
        Self {
            group: d.group,
            version: d.version,
            kind: d.kind,
            plural: d.plural,
            singular: d.singular,
            verbs: d.verbs,
            namespaced: d.namespaced,
            status: d.status,
            scale: d.scale,
            generation: d.generation,
            returns_deleted: d.returns_deleted,
            of: Of::BuiltIn(d),
        }
    }
}

impl<'a> Def<'a> {
    /// A custom kind in one of its versions.
    pub(super) fn custom_kind(custom: &'a Custom, version: &'a Version) -> Self {
        let names = custom.names();
        Self {
            group: custom.group(),
            version: version.name(),
            kind: names.kind,
            plural: names.plural,
            singular: names.singular,
            verbs: custom.verbs(),
            namespaced: custom.namespaced(),
            status: version.has_status(),
            scale: version.scale().is_some(),
            generation: true,
            returns_deleted: false,
            of: Of::Custom(custom, version),
        }
    }

    /// A kind whose definition is gone.
    pub(super) fn unknown() -> Self {
        Self {
            group: "",
            version: "",
            kind: "",
            plural: "",
            singular: "",
            verbs: &[],
            namespaced: true,
            status: false,
            scale: false,
            generation: false,
            returns_deleted: false,
            of: Of::Unknown,
        }
    }

    /// The entry of the table, if it is there.
    pub fn built_in(&self) -> Option<&'a ResourceDef> {
        if let Of::BuiltIn(def) = self.of { Some(def) } else { None }
    }

    /// The definition and its version, if a CustomResourceDefinition made it.
    pub fn custom(&self) -> Option<(&'a Custom, &'a Version)> {
        if let Of::Custom(custom, version) = self.of { Some((custom, version)) } else { None }
    }

    /// Is it one that Kubernetes does not know by itself: the world's own, or of a CustomResourceDefinition?
    pub fn is_custom(&self) -> bool {
        self.built_in().is_none_or(ResourceDef::is_ours)
    }

    /// One of the world's kinds?
    pub fn is_ours(&self) -> bool {
        self.built_in().is_some_and(ResourceDef::is_ours)
    }

    /// Are there objects of it in the store?
    pub fn is_stored(&self) -> bool {
        self.verbs.contains(&"watch")
    }

    /// `group/version`, or `version` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.into() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `plural.group`, as messages name it.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.into() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// The kind that its objects are stored as; itself, where it is no view and no version of another.
    pub fn stored(&self) -> Def<'a> {
        match self.of {
            Of::BuiltIn(def) => shown_by(def).into(),
            Of::Custom(custom, _) => custom.def(0),
            Of::Unknown => *self,
        }
    }

    /// The kind of its lists.
    pub fn list_kind(&self) -> String {
        self.custom()
            .map_or_else(|| format!("{}List", self.kind), |(custom, _)| custom.names().list_kind.into())
    }

    /// Short names for kubectl.
    pub fn short_names(&self) -> Vec<&'a str> {
        match self.of {
            Of::BuiltIn(def) => def.short_names.to_vec(),
            Of::Custom(custom, _) => custom.names().short_names,
            Of::Unknown => Vec::new(),
        }
    }

    /// Categories for kubectl, e.g. `all`.
    pub fn categories(&self) -> Vec<&'a str> {
        match self.of {
            Of::BuiltIn(def) => def.categories.to_vec(),
            Of::Custom(custom, _) => custom.names().categories,
            Of::Unknown => Vec::new(),
        }
    }

    /// What every answer warns of, if of anything.
    pub fn warning(&self) -> Option<String> {
        match self.of {
            Of::BuiltIn(def) => def.warning(),
            Of::Custom(custom, version) => version.warning(custom),
            Of::Unknown => None,
        }
    }

    /// Drops what the kind does not have, naming it; makes values canonical.
    ///
    /// # Errors
    /// A field of the wrong type, in Go's words.
    pub fn decode(&self, json: &mut Json) -> Result<Vec<String>, String> {
        match self.of {
            Of::BuiltIn(def) => schema::check_as(&def.api_version(), def.kind, json),
            Of::Custom(_, version) => version.decode(json),
            Of::Unknown => Ok(Vec::new()),
        }
    }

    /// As [`Self::decode`], of what a change has made of `stored`, whose parts need no second look.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn decode_changed(&self, json: &mut Json, stored: &Json) -> Result<Vec<String>, String> {
        match self.of {
            Of::BuiltIn(def) => schema::check_changed(&def.api_version(), def.kind, json, stored),
            _ => self.decode(json),
        }
    }

    /// Fills what the writer left out.
    pub fn default(&self, object: &mut Object) {
        match self.of {
            Of::BuiltIn(def) => (def.default)(object),
            Of::Custom(_, version) => version.default(object),
            Of::Unknown => {}
        }
    }

    /// Clears or keeps what the writer may not set.
    pub fn prepare(&self, object: &mut Object, old: Option<&Object>) {
        if let Of::BuiltIn(def) = self.of {
            (def.prepare)(object, old);
        }
    }

    /// What is wrong with an object; `old` is `None` on create.
    pub fn validate(&self, object: &Object, old: Option<&Object>) -> Vec<FieldError> {
        match self.of {
            Of::BuiltIn(def) => (def.validate)(object, old),
            Of::Custom(_, version) => version.validate(object, old),
            Of::Unknown => Vec::new(),
        }
    }

    /// What is wrong with a name.
    pub fn name_problems(&self, name: &str) -> names::Problems {
        self.built_in().map_or_else(|| names::dns1123_subdomain(name), |def| (def.name_rule)(name))
    }

    /// What the stored object calls a field that a selector may name.
    ///
    /// # Errors
    /// What Kubernetes says of a field that none may name.
    pub fn selectable(&self, field: &str) -> Result<String, String> {
        if field == "metadata.name" || (field == "metadata.namespace" && self.namespaced) {
            return Ok(field.into());
        }
        let unknown = || Err(format!("field label not supported: {field}"));
        let Some(def) = self.built_in() else {
            let known = self.custom().is_some_and(|(_, version)| version.selects_by(field));
            return if known { Ok(field.into()) } else { unknown() };
        };
        if let Some(view) = &def.view {
            let found = view.fields.iter().find(|(name, _)| *name == field);
            return found.map_or_else(unknown, |(_, stored)| Ok((*stored).into()));
        }
        if def.fields.contains(&field) {
            return Ok(field.into());
        }
        if def.fields.is_empty() && !def.is_ours() {
            return Err(format!(
                "{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            ));
        }
        unknown()
    }

    /// The columns of its Table, as the API sends them.
    pub fn columns(&self) -> Json {
        let column = |c: &Column| {
            json!({
                "name": c.name, "type": c.type_, "format": c.format,
                "description": c.description, "priority": c.priority,
            })
        };
        match self.of {
            Of::BuiltIn(def) => shown_by(def).columns.iter().map(column).collect(),
            Of::Custom(_, version) => version.columns(),
            Of::Unknown => PLAIN.iter().map(column).collect(),
        }
    }

    /// A row of its Table, of an object as it is stored.
    pub fn row(&self, object: &Object, now: Time) -> Row {
        match self.of {
            Of::BuiltIn(def) => (shown_by(def).row)(object, now),
            Of::Custom(_, version) => version.row(object, now),
            Of::Unknown => vec![object.name().into(), crate::api::age(object, now)],
        }
    }
}

/// Tables are made of what is stored.
fn shown_by(def: &ResourceDef) -> &ResourceDef {
    def.view.as_ref().and_then(|view| view.of.built_in()).unwrap_or(def)
}
