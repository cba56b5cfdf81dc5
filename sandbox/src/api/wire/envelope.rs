//! The order of fields of what stands around objects: lists, Tables, discovery, the version.

use super::{Entries, write_list as list, write_object, write_plain, write_typed};
use crate::{json::Json, types};

/// Fields in their order, and what each holds.
pub struct Envelope(&'static [(&'static str, Part)]);

/// What a field holds; where it is a list, each item is of this.
enum Part {
    /// Something whose order does not count.
    Any,
    /// An object with a kind.
    Object,
    /// A type of `meta.k8s.io/v1`.
    Meta(&'static str),
    /// Another envelope.
    Of(&'static Envelope),
    /// A map by names of another envelope.
    ByName(&'static Envelope),
}

use Part::{Any, ByName, Meta, Object, Of as In};

/// `/version`.
pub const VERSION: Envelope = Envelope(&[
    ("major", Any),
    ("minor", Any),
    ("emulationMajor", Any),
    ("emulationMinor", Any),
    ("minCompatibilityMajor", Any),
    ("minCompatibilityMinor", Any),
    ("gitVersion", Any),
    ("gitCommit", Any),
    ("gitTreeState", Any),
    ("buildDate", Any),
    ("goVersion", Any),
    ("compiler", Any),
    ("platform", Any),
]);

const TABLE: Envelope = Envelope(&[
    ("kind", Any),
    ("apiVersion", Any),
    ("metadata", Meta("ListMeta")),
    ("columnDefinitions", In(&COLUMN)),
    ("rows", In(&ROW)),
]);
const COLUMN: Envelope =
    Envelope(&[("name", Any), ("type", Any), ("format", Any), ("description", Any), ("priority", Any)]);
const ROW: Envelope = Envelope(&[("cells", Any), ("object", Object)]);
const PARTIAL: Envelope = Envelope(&[("kind", Any), ("apiVersion", Any), ("metadata", Meta("ObjectMeta"))]);
const LIST: Envelope =
    Envelope(&[("kind", Any), ("apiVersion", Any), ("metadata", Meta("ListMeta")), ("items", Object)]);

const VERSIONS: Envelope = Envelope(&[
    ("kind", Any),
    ("versions", Any),
    ("serverAddressByClientCIDRs", In(&Envelope(&[("clientCIDR", Any), ("serverAddress", Any)]))),
]);
const GROUPS: Envelope = Envelope(&[("kind", Any), ("apiVersion", Any), ("groups", In(&GROUP))]);
const GROUP: Envelope = Envelope(&[
    ("kind", Any),
    ("apiVersion", Any),
    ("name", Any),
    ("versions", In(&GROUP_VERSION)),
    ("preferredVersion", In(&GROUP_VERSION)),
]);
const GROUP_VERSION: Envelope = Envelope(&[("groupVersion", Any), ("version", Any)]);
const RESOURCES: Envelope =
    Envelope(&[("kind", Any), ("apiVersion", Any), ("groupVersion", Any), ("resources", In(&RESOURCE))]);
const RESOURCE: Envelope = Envelope(&[
    ("name", Any),
    ("singularName", Any),
    ("namespaced", Any),
    ("group", Any),
    ("version", Any),
    ("kind", Any),
    ("verbs", Any),
    ("shortNames", Any),
    ("categories", Any),
    ("storageVersionHash", Any),
]);

const DISCOVERED: Envelope =
    Envelope(&[("kind", Any), ("apiVersion", Any), ("metadata", Any), ("items", In(&DISCOVERED_GROUP))]);
const DISCOVERED_GROUP: Envelope =
    Envelope(&[("metadata", Meta("ObjectMeta")), ("versions", In(&DISCOVERED_VERSION))]);
const DISCOVERED_VERSION: Envelope =
    Envelope(&[("version", Any), ("resources", In(&DISCOVERED_RESOURCE)), ("freshness", Any)]);
const DISCOVERED_RESOURCE: Envelope = Envelope(&[
    ("resource", Any),
    ("responseKind", In(&RESPONSE_KIND)),
    ("scope", Any),
    ("singularResource", Any),
    ("verbs", Any),
    ("shortNames", Any),
    ("categories", Any),
    ("subresources", In(&DISCOVERED_SUBRESOURCE)),
]);
const DISCOVERED_SUBRESOURCE: Envelope =
    Envelope(&[("subresource", Any), ("responseKind", In(&RESPONSE_KIND)), ("verbs", Any)]);
const RESPONSE_KIND: Envelope = Envelope(&[("group", Any), ("version", Any), ("kind", Any)]);

/// A document of OpenAPI v3.
pub static OPENAPI: Envelope = Envelope(&[
    ("openapi", Any),
    ("info", Any),
    ("paths", ByName(&PATH)),
    ("components", In(&Envelope(&[("schemas", ByName(&SCHEMA)), ("securitySchemes", Any)]))),
]);
const PATH: Envelope = Envelope(&[
    ("get", In(&OPERATION)),
    ("put", In(&OPERATION)),
    ("post", In(&OPERATION)),
    ("delete", In(&OPERATION)),
    ("patch", In(&OPERATION)),
    ("parameters", In(&PARAMETER)),
]);
const OPERATION: Envelope = Envelope(&[
    ("tags", Any),
    ("description", Any),
    ("operationId", Any),
    ("parameters", In(&PARAMETER)),
    ("requestBody", Any),
    ("responses", ByName(&Envelope(&[("description", Any), ("content", Any)]))),
    ("x-kubernetes-action", Any),
    ("x-kubernetes-group-version-kind", In(&RESPONSE_KIND)),
]);
const PARAMETER: Envelope =
    Envelope(&[("name", Any), ("in", Any), ("description", Any), ("required", Any), ("schema", Any)]);
static SCHEMA: Envelope = Envelope(&[
    ("description", Any),
    ("type", Any),
    ("format", Any),
    ("default", Any),
    ("enum", Any),
    ("required", Any),
    ("items", In(&SCHEMA)),
    ("allOf", Any),
    ("oneOf", Any),
    ("properties", ByName(&SCHEMA)),
    ("additionalProperties", Any),
]);

/// The envelope of a kind that is no object of the store.
pub(super) fn of(kind: &str) -> Option<&'static Envelope> {
    Some(match kind {
        "Table" => &TABLE,
        "PartialObjectMetadata" => &PARTIAL,
        "PartialObjectMetadataList" => &LIST,
        "APIVersions" => &VERSIONS,
        "APIGroupList" => &GROUPS,
        "APIGroup" => &GROUP,
        "APIResourceList" => &RESOURCES,
        "APIGroupDiscoveryList" => &DISCOVERED,
        _ => return None,
    })
}

/// Writes a value by its envelope; what that does not name comes last.
pub(super) fn write(out: &mut Vec<u8>, value: &Json, envelope: &Envelope) {
    let Json::Map(map) = value else { return write_plain(out, value) };
    let mut entries = Entries::begin(out);
    for (name, part) in envelope.0 {
        if let Some(value) = map.get(name) {
            write_part(entries.key(name), value, part);
        }
    }
    if entries.written < map.len() {
        for (key, value) in map.iter().filter(|(key, _)| envelope.0.iter().all(|(n, _)| key.as_str() != *n)) {
            write_plain(entries.key(key), value);
        }
    }
    entries.end();
}

fn write_part(out: &mut Vec<u8>, value: &Json, part: &Part) {
    if let (Json::List(items), false) = (value, matches!(part, Any)) {
        return list(out, items, |out, item| write_part(out, item, part));
    }
    match part {
        Any => write_plain(out, value),
        Object => write_object(out, value),
        Meta(name) => match types::find("meta.k8s.io/v1", name) {
            Some(message) => write_typed(out, value, message),
            None => write_plain(out, value),
        },
        In(envelope) => write(out, value, envelope),
        ByName(envelope) => {
            let mut entries = Entries::begin(out);
            for (name, value) in value.entries() {
                write(entries.key(name), value, envelope);
            }
            entries.end();
        }
    }
}

/// Writes a list whose items are all of one kind.
pub(super) fn write_list(out: &mut Vec<u8>, value: &Json, item: impl FnMut(&mut Vec<u8>, &Json)) {
    let mut entries = Entries::begin(out);
    for (name, part) in &LIST.0[..3] {
        if !value[*name].is_null() {
            write_part(entries.key(name), &value[*name], part);
        }
    }
    list(entries.key("items"), value["items"].list(), item);
    entries.end();
}
