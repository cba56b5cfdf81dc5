//! A kind that a CustomResourceDefinition makes: its names, its versions, and what they do with objects. Models apiextensions'
//! `crdHandler` and the custom resource's strategy. Everything is read from the definition where it stands, which shares its
//! memory with the stored object; only the rules in CEL are kept compiled.
//! Omits: conversion by webhooks.

mod cel_value;
mod columns;
mod decode;
mod default;
mod formats;
mod jsonpath;
mod lists;
pub(super) mod rules;
mod schema;
pub mod structural;
mod validate;

use crate::{clock::Time, json::Json, object::Object, status::FieldError};

use super::def::{Def, Row};
use rules::Rules;

pub use jsonpath::Path as JsonPath;

/// What one may do with objects of a custom kind, in the order of Kubernetes' discovery.
const VERBS: &[&str] = &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
/// What is left when the definition goes.
const LAST_VERBS: &[&str] = &["delete", "deletecollection", "get", "list", "watch"];

/// A custom kind.
#[derive(Debug)]
pub struct Custom {
    spec: Json,
    names: Json,
    established: bool,
    terminating: bool,
    versions: Vec<Version>,
    /// The place of the version in which objects are stored.
    storage: usize,
}

/// The names of a custom kind that were accepted.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    /// As in URLs.
    pub plural: &'a str,
    /// For clients.
    pub singular: &'a str,
    /// As in objects.
    pub kind: &'a str,
    /// As in lists.
    pub list_kind: &'a str,
    /// For clients.
    pub short_names: Vec<&'a str>,
    /// For clients, e.g. `all`.
    pub categories: Vec<&'a str>,
}

/// A version of a custom kind.
#[derive(Debug)]
pub struct Version {
    /// Its entry in `spec.versions`.
    said: Json,
    rules: Rules,
}

/// Where a scale subresource finds what it tells.
#[derive(Clone, Copy, Debug)]
pub struct ScalePaths<'a> {
    /// `specReplicasPath`.
    pub spec: &'a str,
    /// `statusReplicasPath`.
    pub status: &'a str,
    /// `labelSelectorPath`, or empty.
    pub selector: &'a str,
}

fn texts(list: &Json) -> Vec<&str> {
    list.list().iter().map(Json::text).collect()
}

/// What is served of a definition depends on this much of it.
fn facts(definition: &Object) -> (&Json, &Json, bool, bool) {
    let accepted = &definition["status"]["acceptedNames"];
    let named = !accepted["plural"].text().is_empty();
    let names = if named { accepted } else { &definition["spec"]["names"] };
    let holds = |type_: &str| definition.condition(type_)["status"] == "True";
    (&definition["spec"], names, holds("Established"), holds("Terminating"))
}

impl Custom {
    /// What a definition makes.
    pub fn of(definition: &Object) -> Self {
        let (spec, names, established, terminating) = facts(definition);
        let said = spec["versions"].list();
        let versions: Vec<Version> = said.iter().take(usize::from(u8::MAX)).map(Version::of).collect();
        let storage = said.iter().position(|v| v["storage"].bool() == Some(true)).unwrap_or(0);
        Self { spec: spec.clone(), names: names.clone(), established, terminating, versions, storage }
    }

    /// Would the definition make the same again?
    pub fn is_of(&self, definition: &Object) -> bool {
        (&self.spec, &self.names, self.established, self.terminating) == facts(definition)
    }

    /// API group.
    pub fn group(&self) -> &str {
        self.spec["group"].text()
    }

    /// Lives in a namespace?
    pub fn namespaced(&self) -> bool {
        self.spec["scope"] == "Namespaced"
    }

    /// Is its definition about to go?
    pub fn is_terminating(&self) -> bool {
        self.terminating
    }

    /// Its names.
    pub fn names(&self) -> Names<'_> {
        let text = |field: &str| self.names[field].text();
        Names {
            plural: text("plural"),
            singular: text("singular"),
            kind: text("kind"),
            list_kind: text("listKind"),
            short_names: texts(&self.names["shortNames"]),
            categories: texts(&self.names["categories"]),
        }
    }

    pub(super) fn verbs(&self) -> &'static [&'static str] {
        if self.terminating { LAST_VERBS } else { VERBS }
    }

    /// The versions that are served, counted from 1.
    pub fn served(&self) -> impl Iterator<Item = u8> {
        let served = self.versions.iter().zip(1u8..).filter(|(v, _)| self.established && v.is_served());
        served.map(|(_, view)| view)
    }

    /// The place of a version that is served, counted from 1.
    pub fn served_as(&self, version: &str) -> Option<u8> {
        self.served().find(|view| self.versions[usize::from(*view) - 1].name() == version)
    }

    /// What is known of it in a version counted from 1, or as it is stored (0).
    pub(super) fn def(&self, view: u8) -> Def<'_> {
        let place = usize::from(view).checked_sub(1).unwrap_or(self.storage);
        self.versions.get(place).map_or_else(Def::unknown, |version| Def::custom_kind(self, version))
    }

    /// The form in which objects are stored.
    pub(super) fn storage(&self) -> Option<&Version> {
        self.versions.get(self.storage)
    }

    /// An object as a version shows it: that which is stored, with the defaults of today. Models the decoder of what etcd
    /// holds, and conversion by strategy `None`.
    pub fn show(&self, version: &Version, object: &Object) -> Object {
        let mut shown = object.clone();
        if let Some(storage) = self.storage() {
            storage.decode_stored(&mut shown);
            storage.default(&mut shown);
        }
        shown.set("apiVersion", format!("{}/{}", self.group(), version.name()));
        shown
    }
}

impl Version {
    fn of(said: &Json) -> Self {
        Self { said: said.clone(), rules: Rules::of(&said["schema"]["openAPIV3Schema"]) }
    }

    /// E.g. `v1beta1`.
    pub fn name(&self) -> &str {
        self.said["name"].text()
    }

    fn is_served(&self) -> bool {
        self.said["served"].bool() == Some(true)
    }

    /// `openAPIV3Schema`.
    pub fn schema(&self) -> &Json {
        &self.said["schema"]["openAPIV3Schema"]
    }

    /// Has a status subresource?
    pub fn has_status(&self) -> bool {
        !self.said["subresources"]["status"].is_null()
    }

    /// Where a scale subresource finds what it tells, if there is one.
    pub fn scale(&self) -> Option<ScalePaths<'_>> {
        let scale = &self.said["subresources"]["scale"];
        let text = |field: &str| scale[field].text();
        (!scale.is_null()).then(|| ScalePaths {
            spec: text("specReplicasPath"),
            status: text("statusReplicasPath"),
            selector: text("labelSelectorPath"),
        })
    }

    pub(super) fn warning(&self, custom: &Custom) -> Option<String> {
        if self.said["deprecated"].bool() != Some(true) {
            return None;
        }
        let default = || format!("{}/{} {} is deprecated", custom.group(), self.name(), custom.names().kind);
        Some(self.said["deprecationWarning"].str().map_or_else(default, str::to_owned))
    }

    /// May a field selector name this field?
    pub(super) fn selects_by(&self, field: &str) -> bool {
        self.said["selectableFields"]
            .list()
            .iter()
            .any(|f| f["jsonPath"].text().strip_prefix('.') == Some(field))
    }

    /// Drops what the schema does not have, naming it.
    ///
    /// # Errors
    /// Metadata of another type, in Go's words.
    pub fn decode(&self, json: &mut Json) -> Result<Vec<String>, String> {
        decode::decode(self.schema(), json)
    }

    /// Drops what the schema does not have any more.
    fn decode_stored(&self, object: &mut Object) {
        decode::prune_root(self.schema(), object);
    }

    /// Fills what nobody wrote.
    pub fn default(&self, object: &mut Object) {
        default::fill(self.schema(), object);
    }

    /// What is wrong with an object.
    pub fn validate(&self, object: &Object, old: Option<&Object>) -> Vec<FieldError> {
        let schema = self.schema();
        let mut errors = validate::check(schema, object);
        errors.extend(self.scale().into_iter().flat_map(|scale| validate::check_scale(scale, object)));
        errors.extend(lists::check(schema, object));
        self.rules.check(schema, object, old.map(|old| &old.0), &mut errors);
        errors
    }

    pub(super) fn columns(&self) -> Json {
        columns::definitions(&self.said["additionalPrinterColumns"])
    }

    pub(super) fn row(&self, object: &Object, now: Time) -> Row {
        columns::row(&self.said["additionalPrinterColumns"], object, now)
    }
}
