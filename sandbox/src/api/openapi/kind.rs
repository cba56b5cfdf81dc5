//! A kind as OpenAPI documents it: of the table today, of a CustomResourceDefinition where there will be any.

use super::roots;
use crate::{
    resources::{self, Resource},
    types,
};

/// Group, version, kind.
pub(super) type Gvk = (String, String, String);

/// A kind that is served.
#[derive(Clone, Debug)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: String,
    /// Version, e.g. `v1`.
    pub version: String,
    /// Kind, e.g. `Pod`.
    pub kind: String,
    /// Plural name in URLs.
    pub plural: String,
    /// Lives in a namespace?
    pub namespaced: bool,
    /// What clients may do with it.
    pub verbs: &'static [&'static str],
    /// Does a delete answer with the object?
    pub returns_deleted: bool,
    /// Is strategic merge patch taken?
    pub strategic: bool,
    /// The name of its schema, e.g. `io.k8s.api.core.v1.Pod`.
    pub schema: String,
    /// What can be done to parts of it.
    pub subresources: Vec<Subresource>,
}

/// A part of an object with a path of its own.
#[derive(Clone, Debug)]
pub struct Subresource {
    /// The last step of its path.
    pub name: &'static str,
    /// `get`, `put`, `patch`, `post`.
    pub verbs: &'static [&'static str],
    /// What it takes and gives: `apiVersion` and kind; `None` for the object itself.
    pub of: Option<(&'static str, &'static str)>,
    /// Does it give text?
    pub text: bool,
}

impl Kind {
    /// A kind of the table.
    pub(super) fn of(resource: Resource) -> Self {
        let def = resource.def();
        let api_version = def.api_version();
        let schema = types::find(&api_version, def.kind).map_or_else(
            || {
                roots::name(&api_version, def.kind)
                    .unwrap_or_else(|| custom_schema(def.group, def.version, def.kind))
            },
            |message| format!("{}.{}", message.package, message.name),
        );
        Self {
            group: def.group.into(),
            version: def.version.into(),
            kind: def.kind.into(),
            plural: def.plural.into(),
            namespaced: def.namespaced,
            verbs: def.verbs,
            // A namespace is sent instead of the Status that is promised.
            returns_deleted: def.returns_deleted && resource != resources::NAMESPACE,
            strategic: !def.is_ours(),
            schema,
            subresources: subresources(resource),
        }
    }

    /// `v1`, `apps/v1`.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    pub(super) fn gvk(&self) -> Gvk {
        (self.group.clone(), self.version.clone(), self.kind.clone())
    }

    /// `/api/v1`, `/apis/apps/v1`.
    pub(super) fn base(&self) -> String {
        if self.group.is_empty() {
            format!("/api/{}", self.version)
        } else {
            format!("/apis/{}/{}", self.group, self.version)
        }
    }
}

/// The schema's name of a custom resource: its group turned around.
pub fn custom_schema(group: &str, version: &str, kind: &str) -> String {
    let mut parts: Vec<&str> = group.split('.').rev().collect();
    parts.extend([version, kind]);
    parts.join(".")
}

fn subresources(resource: Resource) -> Vec<Subresource> {
    const PART: &[&str] = &["get", "patch", "put"];
    let sub = |name, verbs, of| Subresource { name, verbs, of, text: false };
    let mut all = Vec::new();
    if resource == resources::POD {
        all.push(sub("binding", &["post"], Some(("v1", "Binding"))));
        all.push(sub("eviction", &["post"], Some(("policy/v1", "Eviction"))));
        all.push(Subresource { text: true, ..sub("log", &["get"], None) });
    }
    if resource == resources::NAMESPACE {
        all.push(sub("finalize", &["put"], None));
    }
    if resource == resources::SERVICE_ACCOUNT {
        all.push(sub("token", &["post"], Some(("authentication.k8s.io/v1", "TokenRequest"))));
    }
    if resource == resources::CERTIFICATE_SIGNING_REQUEST {
        all.push(sub("approval", PART, None));
    }
    if resource == resources::POD {
        all.push(sub("ephemeralcontainers", PART, None));
        all.push(sub("resize", PART, None));
    }
    if resource.def().scale {
        all.push(sub("scale", PART, Some(("autoscaling/v1", "Scale"))));
    }
    if resource.def().status {
        all.push(sub("status", PART, None));
    }
    all
}
