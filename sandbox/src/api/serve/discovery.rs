//! What the API serves: the groups, their versions, their resources. Both forms: one document a group version, and the
//! aggregated one (`apidiscovery.k8s.io/v2`) that newer clients ask for.

use super::body;
use crate::{
    json,
    json::Json,
    request::{Body, Reply},
    resources::{Resource, ResourceDef},
    status::Status,
};

const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

pub(super) fn answer(parts: &[&str], accept: &str) -> Result<Reply, Status> {
    let aggregated = accept.contains("as=APIGroupDiscoveryList") && accept.contains("v=v2");
    match parts {
        ["api"] if aggregated => Ok(aggregated_reply(&[""])),
        ["apis"] if aggregated => Ok(aggregated_reply(&groups())),
        ["api"] => Ok(body(200, &json!({"kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "10.96.0.1:443"}]}))),
        ["api", "v1"] => Ok(body(200, &resource_list("", "v1"))),
        ["apis"] => {
            let all: Vec<Json> = groups().into_iter().map(group).collect();
            let mut list = json!({"kind": "APIGroupList", "apiVersion": "v1"});
            list.set("groups", all);
            Ok(body(200, &list))
        }
        ["apis", name] if groups().contains(name) => {
            let mut one = group(name);
            one.set("kind", "APIGroup");
            one.set("apiVersion", "v1");
            Ok(body(200, &one))
        }
        ["apis", group, version] if defs(group).any(|d| d.version == *version) => Ok(body(200, &resource_list(group, version))),
        _ => Err(Status::no_such_path()),
    }
}

/// The paths at `/`.
pub(super) fn paths() -> Vec<String> {
    let mut paths = vec!["/api".to_owned(), "/api/v1".into(), "/apis".into()];
    for group in groups() {
        paths.push(format!("/apis/{group}"));
        paths.extend(versions(group).into_iter().map(|v| format!("/apis/{group}/{v}")));
    }
    paths.extend(["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"].map(str::to_owned));
    paths
}

/// Named groups, in the table's order.
pub(super) fn groups() -> Vec<&'static str> {
    let mut groups = Vec::new();
    for group in Resource::all().map(|r| r.def().group) {
        if !group.is_empty() && !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

fn defs(group: &str) -> impl Iterator<Item = &'static ResourceDef> {
    Resource::all().map(Resource::def).filter(move |d| d.group == group)
}

fn versions(group: &str) -> Vec<&'static str> {
    let mut versions: Vec<_> = defs(group).map(|d| d.version).collect();
    versions.dedup();
    versions
}

fn group(name: &str) -> Json {
    let versions: Vec<Json> = versions(name)
        .into_iter()
        .map(|v| json!({"groupVersion": format!("{name}/{v}"), "version": v}))
        .collect();
    let mut group = json!({"name": name});
    group.set("preferredVersion", versions[0].clone());
    group.set("versions", versions);
    group
}

/// Subresources of a kind: name, kind, its group and version where they differ, verbs.
fn subresources(def: &ResourceDef) -> Vec<(&'static str, &'static str, &'static str, &'static str, &'static [&'static str])> {
    const GPU: &[&str] = &["get", "patch", "update"];
    let mut subs = Vec::new();
    if def.kind == "Pod" {
        subs.push(("binding", "Binding", "", "", &["create"][..]));
        subs.push(("eviction", "Eviction", "policy", "v1", &["create"][..]));
        subs.push(("log", "Pod", "", "", &["get"][..]));
    }
    if def.kind == "Namespace" {
        subs.push(("finalize", "Namespace", "", "", &["update"][..]));
    }
    if def.scale {
        subs.push(("scale", "Scale", "autoscaling", "v1", GPU));
    }
    if def.status {
        subs.push(("status", def.kind, "", "", GPU));
    }
    subs
}

fn resource_list(group: &str, version: &str) -> Json {
    let mut resources: Vec<Json> = Vec::new();
    for def in defs(group).filter(|d| d.version == version) {
        let mut entry = json!({"name": def.plural, "singularName": def.singular, "namespaced": def.namespaced,
            "kind": def.kind, "verbs": VERBS});
        if !def.short_names.is_empty() {
            entry.set("shortNames", Json::from(json!(def.short_names)));
        }
        if !def.categories.is_empty() {
            entry.set("categories", Json::from(json!(def.categories)));
        }
        resources.push(entry);
        for (sub, kind, sub_group, sub_version, verbs) in subresources(def) {
            let mut entry = json!({"name": format!("{}/{sub}", def.plural), "singularName": "",
                "namespaced": def.namespaced, "kind": kind, "verbs": verbs});
            if !sub_version.is_empty() {
                entry.set("group", sub_group);
                entry.set("version", sub_version);
            }
            resources.push(entry);
        }
    }
    let name = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let mut list = json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name});
    list.set("resources", resources);
    list
}

fn aggregated_reply(groups: &[&str]) -> Reply {
    let items: Vec<Json> = groups.iter().map(|g| aggregated_group(g)).collect();
    let mut list = json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}});
    list.set("items", items);
    Reply::Body(Body { code: 200, content_type: AGGREGATED, bytes: list.to_bytes(), warnings: Vec::new() })
}

fn aggregated_group(group: &str) -> Json {
    let versions: Vec<Json> = versions(group)
        .into_iter()
        .map(|version| {
            let resources: Vec<Json> = defs(group).filter(|d| d.version == version).map(aggregated_resource).collect();
            let mut entry = json!({"version": version, "freshness": "Current"});
            entry.set("resources", resources);
            entry
        })
        .collect();
    let mut entry = json!({"metadata": {"creationTimestamp": null}});
    if !group.is_empty() {
        entry["metadata"].set("name", group);
    }
    entry.set("versions", versions);
    entry
}

fn aggregated_resource(def: &'static ResourceDef) -> Json {
    let kind = |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let mut entry = json!({"resource": def.plural, "scope": if def.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": def.singular, "verbs": VERBS});
    entry.set("responseKind", kind(def.group, def.version, def.kind));
    if !def.short_names.is_empty() {
        entry.set("shortNames", Json::from(json!(def.short_names)));
    }
    if !def.categories.is_empty() {
        entry.set("categories", Json::from(json!(def.categories)));
    }
    let subs: Vec<Json> = subresources(def)
        .into_iter()
        .map(|(sub, sub_kind, group, version, verbs)| {
            let mut s = json!({"subresource": sub, "verbs": verbs});
            let (group, version) = if version.is_empty() { (def.group, def.version) } else { (group, version) };
            s.set("responseKind", kind(group, version, sub_kind));
            s
        })
        .collect();
    if !subs.is_empty() {
        entry.set("subresources", subs);
    }
    entry
}
