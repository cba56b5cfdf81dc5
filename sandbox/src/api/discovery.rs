//! What the API offers: groups, versions, resources. Models legacy discovery and aggregated discovery v2.

use std::cmp::Reverse;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256, Sha512};

use super::serve::subresources_of as subresources;
use crate::{
    json,
    json::Json,
    request::Body,
    resources::{Def, Kinds, Resource},
};

/// `/api`.
pub fn core_versions() -> Json {
    json!({
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "172.18.0.2:6443"}],
    })
}

/// Groups in the order of their priority; others follow.
const GROUPS: [&str; 20] = [
    "",
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "flowcontrol.apiserver.k8s.io",
];

/// Group and version pairs, each once, by priority: the newest version of a group is its preferred one. The core group has
/// an empty name.
pub fn group_versions(kinds: &Kinds) -> Vec<(&str, &str)> {
    let of = |r: Resource| {
        let def = kinds.def(r);
        (def.group, def.version)
    };
    let mut all: Vec<(&str, &str)> = kinds.served().map(of).collect();
    let place = |group: &str| GROUPS.iter().position(|g| *g == group).unwrap_or(GROUPS.len());
    all.sort_by_key(|(group, version)| (place(group), *group, Reverse(priority(version))));
    all.dedup();
    all
}

/// Orders versions as Kubernetes does: `v2` before `v1` before `v1beta2`, others by name at the end. Models
/// `CompareKubeAwareVersionStrings`.
fn priority(version: &str) -> (u8, u64, u64, Reverse<&str>) {
    let other = (0, 0, 0, Reverse(version));
    let Some(rest) = version.strip_prefix('v') else { return other };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let Ok(major) = rest[..digits].parse() else { return other };
    let (stage, minor) = match &rest[digits..] {
        "" => return (3, major, 0, Reverse("")),
        more => match (more.strip_prefix("beta"), more.strip_prefix("alpha")) {
            (Some(minor), _) => (2, minor),
            (_, Some(minor)) => (1, minor),
            _ => return other,
        },
    };
    minor.parse().map_or(other, |minor| (stage, major, minor, Reverse("")))
}

fn group_json(kinds: &Kinds, name: &str) -> Option<Json> {
    let versions: Json = group_versions(kinds)
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
pub fn groups(kinds: &Kinds) -> Json {
    let mut names: Vec<&str> =
        group_versions(kinds).into_iter().map(|(g, _)| g).filter(|g| !g.is_empty()).collect();
    names.dedup();
    let mut list = json!({"kind": "APIGroupList", "apiVersion": "v1"});
    list.set("groups", names.into_iter().filter_map(|name| group_json(kinds, name)).collect::<Json>());
    list
}

/// `/apis/GROUP`.
pub fn group(kinds: &Kinds, name: &str) -> Option<Json> {
    let mut g = group_json(kinds, name)?;
    g.set("kind", "APIGroup");
    g.set("apiVersion", "v1");
    Some(g)
}

fn strings(list: &[&str]) -> Json {
    if list.is_empty() { Json::Null } else { list.iter().map(|s| Json::from(*s)).collect() }
}

fn of_version<'a>(kinds: &'a Kinds, group: &str, version: &str) -> Vec<(Resource, Def<'a>)> {
    let all = kinds.served().map(|r| (r, kinds.def(r)));
    let mut all: Vec<_> = all.filter(|(_, d)| d.group == group && d.version == version).collect();
    all.sort_by_key(|(_, d)| d.plural);
    all
}

/// `/api/v1`, `/apis/GROUP/VERSION`.
pub fn resources(kinds: &Kinds, group: &str, version: &str) -> Json {
    let mut list = Vec::new();
    for (resource, def) in of_version(kinds, group, version) {
        let mut r = json!({
            "name": def.plural, "singularName": def.singular, "namespaced": def.namespaced, "kind": def.kind,
        });
        r.set("verbs", strings(def.verbs));
        r.set("shortNames", strings(&def.short_names()));
        r.set("categories", strings(&def.categories()));
        r.set("storageVersionHash", storage_version_hash(def));
        list.push(r);
        for sub in subresources(resource, def) {
            let mut r = json!({
                "name": format!("{}/{}", def.plural, sub.name), "singularName": "",
                "namespaced": def.namespaced, "kind": sub.of.2,
            });
            if !sub.of.1.is_empty() {
                r.set("group", sub.of.0);
                r.set("version", sub.of.1);
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
pub fn aggregated(kinds: &Kinds, core: bool) -> Body {
    let all = group_versions(kinds);
    let mut items = Vec::new();
    for versions in all.chunk_by(|a, b| a.0 == b.0).filter(|v| v[0].0.is_empty() == core) {
        let mut item = json!({"metadata": {"creationTimestamp": null}});
        if !core {
            item["metadata"].set("name", versions[0].0);
        }
        item.set("versions", versions.iter().map(|v| aggregated_version(kinds, v)).collect::<Json>());
        items.push(item);
    }
    let mut list =
        json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}});
    list.set("items", items);
    let bytes = list.to_bytes();
    Body {
        code: 200,
        content_type: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        etag: hex_upper(&Sha512::digest(&bytes)).into(),
        bytes: bytes.into(),
        warnings: Vec::new(),
    }
}

fn aggregated_version(kinds: &Kinds, (group, version): &(&str, &str)) -> Json {
    let mut v = json!({"version": version, "freshness": "Current"});
    let all = of_version(kinds, group, version);
    v.set("resources", all.into_iter().map(aggregated_resource).collect::<Json>());
    v
}

/// Those of custom kinds name their group and version.
fn shown_kind<'a>(def: Def<'a>) -> (&'a str, &'a str, &'a str) {
    if def.custom().is_some() { (def.group, def.version, def.kind) } else { ("", "", def.kind) }
}

fn response_kind((group, version, kind): (&str, &str, &str)) -> Json {
    json!({"group": group, "version": version, "kind": kind})
}

/// Tells clients whether two servers store a kind alike. Models `discovery.StorageVersionHash`.
fn storage_version_hash(def: Def<'_>) -> Option<String> {
    let stored = def.stored();
    let version = match (stored.group, stored.kind) {
        ("networking.k8s.io", "IPAddress" | "ServiceCIDR") => "v1beta1",
        ("apiextensions.k8s.io", "CustomResourceDefinition") => "v1beta1",
        _ => stored.version,
    };
    let hash = Sha256::digest(format!("{}/{version}/{}", stored.group, stored.kind));
    def.is_stored().then(|| STANDARD.encode(&hash[..8]))
}

fn aggregated_resource((resource, def): (Resource, Def<'_>)) -> Json {
    let mut r = json!({
        "resource": def.plural, "singularResource": def.singular,
        "scope": if def.namespaced { "Namespaced" } else { "Cluster" },
    });
    r.set("responseKind", response_kind(shown_kind(def)));
    r.set("verbs", strings(def.verbs));
    r.set("shortNames", strings(&def.short_names()));
    r.set("categories", strings(&def.categories()));
    let subs: Vec<Json> = subresources(resource, def)
        .into_iter()
        .map(|s| {
            let mut sub = json!({"subresource": s.name});
            let of = if s.of.2 == def.kind { shown_kind(def) } else { s.of };
            sub.set("responseKind", response_kind(of));
            sub.set("verbs", strings(s.verbs));
            sub
        })
        .collect();
    if !subs.is_empty() {
        r.set("subresources", subs);
    }
    r
}

fn hex_upper(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_version_hashes_are_kubernetes_own() {
        for (kind, expect) in [
            ("ConfigMap", "qFsyl6wFWjQ="),
            ("Deployment", "8aSe+NMegvE="),
            ("IPAddress", "O4H8VxQhW5Y="),
            ("CustomResourceDefinition", "jfWCUB31mvA="),
        ] {
            let resource = Resource::all().find(|r| r.def().kind == kind).unwrap();
            assert_eq!(storage_version_hash(resource.def().into()).as_deref(), Some(expect), "{kind}");
        }
        let review = crate::resources::TOKEN_REVIEW.def();
        assert_eq!(storage_version_hash(review.into()), None);
    }

    #[test]
    fn groups_come_by_priority() {
        let kinds = Kinds::default();
        let groups: Vec<&str> = group_versions(&kinds).into_iter().map(|(g, _)| g).collect();
        assert_eq!(&groups[..3], ["", "apiregistration.k8s.io", "apps"]);
        assert_eq!(groups.last(), Some(&"sim.pilothouse.dev"));
    }
}
