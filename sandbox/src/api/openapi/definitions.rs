//! The schemas of all that is served, from k8s-openapi's types, with what those do not say: Kubernetes' extensions, from the
//! table of types. References are `#/definitions/NAME`, as OpenAPI v2 writes them. Omits: descriptions of enumerated values.

use std::collections::BTreeMap;

use k8s_openapi::{
    apimachinery::pkg::{runtime::RawExtension, version::Info},
    schemars::{SchemaGenerator, generate::SchemaSettings},
};

use super::{kind::Kind, operations::META, roots, world};
use crate::{
    json,
    json::Json,
    types::{self, Field, Message, Of, Shape},
};

/// Schemas by name.
pub type Definitions = BTreeMap<String, Json>;

/// Where references point to.
pub(super) const PREFIX: &str = "#/definitions/";

/// The schemas of kinds, of their lists, and of all that they refer to.
pub(super) fn definitions(kinds: &[Kind]) -> Definitions {
    let mut generator = generator();
    let mut out = Definitions::new();
    for kind in kinds {
        match roots::find(&kind.api_version(), &kind.kind) {
            Some(add) => add(&mut generator),
            None => {
                out.insert(kind.schema.clone(), world::schema(&kind.kind));
            }
        }
    }
    let parts = kinds.iter().flat_map(|kind| &kind.subresources).filter_map(|sub| sub.of);
    let always = ["DeleteOptions", "Status", "APIVersions", "APIGroup", "APIGroupList", "APIResourceList"];
    for (api_version, kind) in parts.chain(always.map(|kind| ("meta.k8s.io/v1", kind))) {
        if let Some(add) = roots::find(api_version, kind) {
            add(&mut generator);
        }
    }
    generator.subschema_for::<Info>();
    generator.subschema_for::<RawExtension>();
    for (name, schema) in generator.take_definitions(true) {
        let mut schema = Json::from(schema);
        complete(&name, &mut schema);
        out.insert(name, schema);
    }
    out.insert(format!("{META}.WatchEvent"), watch_event());
    add_lists(&mut out, kinds);
    let patch = "Patch is provided to give a concrete name and type to the Kubernetes PATCH request body.";
    out.insert(format!("{META}.Patch"), json!({"description": patch, "type": "object"}));
    say_everywhere(&mut out);
    out
}

/// The lists of kinds, and which kinds schemas are of.
pub(super) fn add_lists(out: &mut Definitions, kinds: &[Kind]) {
    for kind in kinds.iter().filter(|kind| kind.verbs.contains(&"list")) {
        out.insert(format!("{}List", kind.schema), list(kind));
    }
    say_kinds(out, kinds);
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft07()
        .with(|settings| {
            settings.definitions_path =
                PREFIX.trim_start_matches('#').trim_end_matches('/').to_owned().into();
            settings.meta_schema = None;
            // They would rewrite what k8s-openapi says.
            settings.transforms.clear();
        })
        .into_generator()
}

/// What a watch sends.
fn watch_event() -> Json {
    let object = json!({"$ref": format!("{PREFIX}io.k8s.apimachinery.pkg.runtime.RawExtension")}).with(
        "description",
        "The object as it is now; of a deleted one its last state; of an error a Status.",
    );
    json!({
        "description": "An event of a watch.", "type": "object", "required": ["type", "object"],
        "properties": {"type": {"type": "string", "default": ""}},
    })
    .with_property("object", object)
}

/// Adds what k8s-openapi does not say.
fn complete(name: &str, schema: &mut Json) {
    if matches!(name, "io.k8s.api.core.v1.AppArmorProfile" | "io.k8s.api.core.v1.SeccompProfile") {
        let union = json!({
            "discriminator": "type", "fields-to-discriminateBy": {"localhostProfile": "LocalhostProfile"},
        });
        schema.set("x-kubernetes-unions", vec![union]);
    }
    if name == "io.k8s.apimachinery.pkg.version.Info" {
        let required: Vec<String> =
            schema["required"].list().iter().map(|field| field.text().to_owned()).collect();
        required.iter().for_each(|field| schema["properties"][field.as_str()].set("default", ""));
    }
    match name.rsplit('.').next().unwrap_or_default() {
        // Custom resources write these two in another way.
        "Quantity" => {
            schema.remove("x-kubernetes-int-or-string");
            schema.set("type", "string");
        }
        "IntOrString" => {
            schema.remove("x-kubernetes-int-or-string");
            schema.set("type", "string");
            schema.set("format", "int-or-string");
        }
        // Any JSON; a reader of OpenAPI v2 knows no alternatives.
        "JSON" | "JSONSchemaPropsOrArray" | "JSONSchemaPropsOrBool" | "JSONSchemaPropsOrStringArray" => {
            schema.remove("type");
            schema.remove("oneOf");
        }
        _ => {}
    }
    let Some(message) = types::by_schema(name) else { return };
    if message.atomic {
        schema.set("x-kubernetes-map-type", "atomic");
    }
    let demanded: Vec<String> =
        schema["required"].list().iter().map(|field| field.text().to_owned()).collect();
    let more = DEMANDED.iter().filter(|(schema, _)| *schema == name).map(|(_, field)| Json::from(*field));
    let required = schema["required"].list().iter().filter(|field| !is_free(message, field.text())).cloned();
    let required: Vec<Json> = required.chain(more).collect();
    schema.set("required", if required.is_empty() { Json::Null } else { required.into() });
    let names: Vec<String> = schema["properties"].entries().map(|(name, _)| name.to_string()).collect();
    for property in names {
        if let Some(field) = message.named(&property) {
            let always = demanded.contains(&property);
            let property = &mut schema["properties"][property.as_str()];
            mark(field, property);
            default(message, field, always, property);
        }
    }
    for (field, zero) in
        ZEROS.iter().filter(|(schema, ..)| *schema == name).map(|(_, field, zero)| (field, zero))
    {
        let zero = zero.map_or(Json::Null, |text| Json::parse(text.as_bytes()).unwrap_or_default());
        schema["properties"][*field].set("default", zero);
    }
    if name == format!("{META}.Status") {
        // So it stands in Kubernetes' documents, though it is no list.
        let details = &mut schema["properties"]["details"];
        let type_ = details.remove("x-kubernetes-map-type");
        details.set("x-kubernetes-list-type", type_);
    }
    for (_, field, value) in SHOWN.iter().filter(|(schema, ..)| *schema == name) {
        schema["properties"][*field].set("default", value.map_or_else(|| Json::from(""), Json::Int));
    }
}

/// What is shown though it may be left out, and what it then holds; `None`: an empty string.
const SHOWN: [(&str, &str, Option<i64>); 5] = [
    ("io.k8s.api.apps.v1.StatefulSetOrdinals", "start", Some(0)),
    ("io.k8s.api.apps.v1.StatefulSetSpec", "serviceName", None),
    ("io.k8s.api.apps.v1.StatefulSetStatus", "availableReplicas", Some(0)),
    ("io.k8s.api.core.v1.ReplicationControllerSpec", "minReadySeconds", Some(0)),
    ("io.k8s.api.core.v1.ReplicationControllerSpec", "replicas", Some(1)),
];

/// Zeros that JSON shows, or not, where the table of types cannot tell.
const ZEROS: [(&str, &str, Option<&str>); 7] = [
    ("io.k8s.api.core.v1.AzureDiskVolumeSource", "readOnly", Some("false")),
    ("io.k8s.api.core.v1.Event", "reportingComponent", Some("\"\"")),
    ("io.k8s.api.core.v1.Event", "reportingInstance", Some("\"\"")),
    ("io.k8s.api.core.v1.GRPCAction", "service", Some("\"\"")),
    ("io.k8s.api.core.v1.NodeRuntimeHandler", "name", Some("\"\"")),
    ("io.k8s.api.networking.v1.ParentReference", "name", None),
    ("io.k8s.api.networking.v1.ParentReference", "resource", None),
];

/// What Kubernetes demands and k8s-openapi does not.
const DEMANDED: [(&str, &str); 3] = [
    ("io.k8s.api.core.v1.Event", "metadata"),
    ("io.k8s.api.events.v1.Event", "eventTime"),
    ("io.k8s.api.networking.v1.NetworkPolicySpec", "podSelector"),
];

/// Does only k8s-openapi demand this field?
fn is_free(message: &Message, field: &str) -> bool {
    let refers = |name: &str| name == "LocalObjectReference";
    let inlined = message.fields.iter().filter(|f| f.name.is_empty()).filter_map(Field::message);
    match field {
        "metadata" => message.is_kind,
        "name" => refers(message.name) || inlined.map(|m| m.name).any(refers),
        _ => false,
    }
}

fn strings(list: &[&str]) -> Json {
    list.iter().map(|s| Json::from(*s)).collect()
}

fn mark(field: &Field, property: &mut Json) {
    let topology = if field.shape == Shape::List || field.of == Of::Bytes { "list" } else { "map" };
    if !field.topology.is_empty() {
        property.set(&format!("x-kubernetes-{topology}-type"), field.topology);
    }
    if !field.keys.is_empty() {
        property.set("x-kubernetes-list-map-keys", strings(&field.keys));
    }
    property.set("x-kubernetes-patch-merge-key", field.merge_key);
    if !field.strategies.is_empty() {
        property.set("x-kubernetes-patch-strategy", field.strategies.join(","));
    }
    if !field.values.is_empty() {
        let values = strings(&field.values);
        match field.shape {
            Shape::One => property.set("enum", values),
            Shape::List => property["items"].set("enum", values),
            Shape::Map => property["additionalProperties"].set("enum", values),
        }
    }
}

/// What a field holds that nobody wrote, where JSON always shows it: `always` for one value, items of lists and maps anyway.
fn default(message: &Message, field: &Field, always: bool, property: &mut Json) {
    if field.of == Of::Strings {
        let lists = if field.shape == Shape::Map { &mut property["additionalProperties"] } else { property };
        lists["items"].set("default", "");
        return;
    }
    let zero = match field.of {
        Of::Message(_) if !message.name.starts_with("JSONSchemaProps") => Json::object(),
        Of::Bool => Json::Bool(false),
        Of::Int32 | Of::Int64 => Json::Int(0),
        Of::String => Json::from(""),
        _ => return,
    };
    if let Some(value) = field.default {
        property.set("default", value);
        return;
    }
    match field.shape {
        Shape::One if !field.pointer && (always || zero.map().is_some()) => property.set("default", zero),
        Shape::One => {}
        Shape::List => property["items"].set("default", zero),
        Shape::Map => property["additionalProperties"].set("default", zero),
    }
}

/// The list of a kind.
fn list(kind: &Kind) -> Json {
    let reference = |name: &str| json!({"$ref": format!("{PREFIX}{name}")});
    let word = "The list's type, as an object's `kind`.";
    json!({
        "description": format!("{0}List is a list of {0}.", kind.kind),
        "type": "object",
        "required": ["items"],
        "properties": {
            "apiVersion": {"description": "The list's group and version, as an object's `apiVersion`.", "type": "string"},
            "kind": {"description": word, "type": "string"},
        },
    })
    .with_property("items", {
        let mut items = reference(&kind.schema);
        items.set("default", Json::object());
        json!({"description": "The objects.", "type": "array"}).with("items", items)
    })
    .with_property("metadata", {
        let mut metadata = reference(&format!("{META}.ListMeta"));
        metadata.set("description", "The revision of the list, and where its next page starts.");
        metadata.set("default", Json::object());
        metadata
    })
}

impl Json {
    fn with_property(mut self, name: &str, schema: Json) -> Self {
        self["properties"].set(name, schema);
        self
    }
}

/// `x-kubernetes-group-version-kind`.
fn say_kinds(out: &mut Definitions, kinds: &[Kind]) {
    let gvk =
        |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let mut say = |name: &str, all: Vec<Json>| {
        if let Some(schema) = out.get_mut(name) {
            schema.set("x-kubernetes-group-version-kind", all);
        }
    };
    for kind in kinds {
        let list = format!("{}List", kind.kind);
        say(&kind.schema, vec![gvk(&kind.group, &kind.version, &kind.kind)]);
        say(&format!("{}List", kind.schema), vec![gvk(&kind.group, &kind.version, &list)]);
        for (api_version, part) in kind.subresources.iter().filter_map(|sub| sub.of) {
            let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
            if let Some(message) = types::find(api_version, part) {
                say(&format!("{}.{part}", message.package), vec![gvk(group, version, part)]);
            }
        }
    }
}

/// What every group version knows.
fn say_everywhere(out: &mut Definitions) {
    let gvk =
        |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let mut say = |name: &str, all: Vec<Json>| {
        if let Some(schema) = out.get_mut(name) {
            schema.set("x-kubernetes-group-version-kind", all);
        }
    };
    for kind in ["DeleteOptions", "WatchEvent"] {
        let everywhere = registered().map(|(group, version)| gvk(group, version, kind)).collect();
        say(&format!("{META}.{kind}"), everywhere);
    }
    for kind in ["Status", "APIVersions", "APIGroup", "APIGroupList", "APIResourceList"] {
        say(&format!("{META}.{kind}"), vec![gvk("", "v1", kind)]);
    }
}

/// Every group with the versions that Kubernetes 1.33 has types for, served or not.
const REGISTERED: [(&str, &str); 26] = [
    ("", "v1"),
    ("admission.k8s.io", "v1 v1beta1"),
    ("admissionregistration.k8s.io", "v1 v1alpha1 v1beta1"),
    ("apiextensions.k8s.io", "v1 v1beta1"),
    ("apiregistration.k8s.io", "v1 v1beta1"),
    ("apps", "v1 v1beta1 v1beta2"),
    ("authentication.k8s.io", "v1 v1alpha1 v1beta1"),
    ("authorization.k8s.io", "v1 v1beta1"),
    ("autoscaling", "v1 v2 v2beta1 v2beta2"),
    ("batch", "v1 v1beta1"),
    ("certificates.k8s.io", "v1 v1alpha1 v1beta1"),
    ("coordination.k8s.io", "v1 v1alpha2 v1beta1"),
    ("discovery.k8s.io", "v1 v1beta1"),
    ("events.k8s.io", "v1 v1beta1"),
    ("extensions", "v1beta1"),
    ("flowcontrol.apiserver.k8s.io", "v1 v1beta1 v1beta2 v1beta3"),
    ("imagepolicy.k8s.io", "v1alpha1"),
    ("internal.apiserver.k8s.io", "v1alpha1"),
    ("networking.k8s.io", "v1 v1alpha1 v1beta1"),
    ("node.k8s.io", "v1 v1alpha1 v1beta1"),
    ("policy", "v1 v1beta1"),
    ("rbac.authorization.k8s.io", "v1 v1alpha1 v1beta1"),
    ("resource.k8s.io", "v1alpha3 v1beta1 v1beta2"),
    ("scheduling.k8s.io", "v1 v1alpha1 v1beta1"),
    ("storage.k8s.io", "v1 v1alpha1 v1beta1"),
    ("storagemigration.k8s.io", "v1alpha1"),
];

fn registered() -> impl Iterator<Item = (&'static str, &'static str)> {
    REGISTERED.iter().flat_map(|(group, versions)| versions.split_whitespace().map(move |v| (*group, v)))
}
