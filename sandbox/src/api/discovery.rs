//! What the API offers: groups, versions, resources. Models legacy discovery and aggregated discovery v2.
//! Omits: storage version hashes, ETags.

use crate::{
    json,
    json::Json,
    request::Body,
    resources::{NAMESPACE, POD, Resource, ResourceDef},
};

/// `/api`.
pub fn core_versions() -> Json {
    json!({
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"}],
    })
}

/// Group and version pairs, each once, in the table's order; the core group has an empty name.
pub fn group_versions() -> Vec<(&'static str, &'static str)> {
    let mut all: Vec<(&str, &str)> = Vec::new();
    for def in Resource::all().map(Resource::def) {
        if !all.contains(&(def.group, def.version)) {
            all.push((def.group, def.version));
        }
    }
    all
}

fn group_json(name: &str) -> Option<Json> {
    let versions: Json = group_versions()
        .into_iter()
        .filter(|(group, _)| *group == name)
        .map(|(group, version)| json!({"groupVersion": format!("{group}/{version}"), "version": version}))
        .collect();
    let preferred = versions.list().first()?.clone();
    let mut g = json!({"name": name});
    g.set("versions", versions);
    g.set("preferredVersion", preferred);
    Some(g)
}

/// `/apis`.
pub fn groups() -> Json {
    let mut names: Vec<&str> =
        group_versions().into_iter().map(|(g, _)| g).filter(|g| !g.is_empty()).collect();
    names.dedup();
    let mut list = json!({"kind": "APIGroupList", "apiVersion": "v1"});
    list.set("groups", names.into_iter().filter_map(group_json).collect::<Json>());
    list
}

/// `/apis/GROUP`.
pub fn group(name: &str) -> Option<Json> {
    let mut g = group_json(name)?;
    g.set("kind", "APIGroup");
    g.set("apiVersion", "v1");
    Some(g)
}

/// A subresource: name, `(group, version, kind)` of what it takes where that differs, verbs.
struct Sub {
    name: &'static str,
    kind: (&'static str, &'static str, &'static str),
    verbs: &'static [&'static str],
}

fn subresources(resource: Resource) -> Vec<Sub> {
    const READ_WRITE: &[&str] = &["get", "patch", "update"];
    let def = resource.def();
    let own = ("", "", def.kind);
    let mut subs = Vec::new();
    if resource == POD {
        subs.push(Sub { name: "binding", kind: ("", "", "Binding"), verbs: &["create"] });
        subs.push(Sub { name: "eviction", kind: ("policy", "v1", "Eviction"), verbs: &["create"] });
        subs.push(Sub { name: "log", kind: own, verbs: &["get"] });
    }
    if resource == NAMESPACE {
        subs.push(Sub { name: "finalize", kind: own, verbs: &["update"] });
    }
    if def.scale {
        subs.push(Sub { name: "scale", kind: ("autoscaling", "v1", "Scale"), verbs: READ_WRITE });
    }
    if def.status {
        subs.push(Sub { name: "status", kind: own, verbs: READ_WRITE });
    }
    subs
}

fn verbs(resource: Resource) -> Json {
    let all = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    all.into_iter().filter(|v| resource != NAMESPACE || *v != "deletecollection").map(Json::from).collect()
}

fn strings(list: &[&str]) -> Json {
    if list.is_empty() { Json::Null } else { list.iter().map(|s| Json::from(*s)).collect() }
}

fn of_version(group: &str, version: &str) -> Vec<Resource> {
    let mut all: Vec<Resource> =
        Resource::all().filter(|r| r.def().group == group && r.def().version == version).collect();
    all.sort_by_key(|r| r.def().plural);
    all
}

/// `/api/v1`, `/apis/GROUP/VERSION`.
pub fn resources(group: &str, version: &str) -> Json {
    let mut list = Vec::new();
    for resource in of_version(group, version) {
        let def = resource.def();
        let mut r = json!({
            "name": def.plural, "singularName": def.singular, "namespaced": def.namespaced, "kind": def.kind,
        });
        r.set("verbs", verbs(resource));
        r.set("shortNames", strings(def.short_names));
        r.set("categories", strings(def.categories));
        list.push(r);
        for sub in subresources(resource) {
            let mut r = json!({
                "name": format!("{}/{}", def.plural, sub.name), "singularName": "",
                "namespaced": def.namespaced, "kind": sub.kind.2,
            });
            if !sub.kind.1.is_empty() {
                r.set("group", sub.kind.0);
                r.set("version", sub.kind.1);
            }
            r.set("verbs", strings(sub.verbs));
            list.push(r);
        }
    }
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let mut out = json!({"kind": "APIResourceList", "groupVersion": group_version});
    if !group.is_empty() {
        out.set("apiVersion", "v1");
    }
    out.set("resources", list);
    out
}

/// Aggregated discovery of the core group or of all others.
pub fn aggregated(core: bool) -> Body {
    let mut items = Vec::new();
    for (group, version) in group_versions().into_iter().filter(|(g, _)| g.is_empty() == core) {
        let resources: Json = of_version(group, version).into_iter().map(aggregated_resource).collect();
        let mut v = json!({"version": version, "freshness": "Current"});
        v.set("resources", resources);
        let mut item = json!({"metadata": {"creationTimestamp": null}});
        if !core {
            item["metadata"].set("name", group);
        }
        item.set("versions", vec![v]);
        items.push(item);
    }
    let mut list =
        json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}});
    list.set("items", items);
    Body {
        code: 200,
        content_type: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        bytes: list.to_bytes().into(),
        etag: ecow::EcoString::new(),
        warnings: Vec::new(),
    }
}

fn response_kind(def: &ResourceDef, (group, version, kind): (&str, &str, &str)) -> Json {
    // Kubernetes leaves group and version empty where they are the resource's own; kube's client reads them so.
    let (group, version) = if version.is_empty() { (def.group, def.version) } else { (group, version) };
    json!({"group": group, "version": version, "kind": kind})
}

fn aggregated_resource(resource: Resource) -> Json {
    let def = resource.def();
    let mut r = json!({
        "resource": def.plural, "singularResource": def.singular,
        "scope": if def.namespaced { "Namespaced" } else { "Cluster" },
    });
    r.set("responseKind", response_kind(def, ("", "", def.kind)));
    r.set("verbs", verbs(resource));
    r.set("shortNames", strings(def.short_names));
    r.set("categories", strings(def.categories));
    let subs: Vec<Json> = subresources(resource)
        .into_iter()
        .map(|s| {
            let mut sub = json!({"subresource": s.name});
            sub.set("responseKind", response_kind(def, s.kind));
            sub.set("verbs", strings(s.verbs));
            sub
        })
        .collect();
    if !subs.is_empty() {
        r.set("subresources", subs);
    }
    r
}
