//! Which resources the cluster has, and what people call them.
//!
//! Models client-go's discovery (aggregated where the server can, else group by group) and its short-name expander.

use std::sync::Arc;

use http::Method;
use serde_json::Value;

use crate::{
    fail::{Done, Fail},
    http::{Cx, DISCOVERY, JSON, escape},
    output::{items, text},
};

/// A resource of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// Group, empty for the core.
    pub group: String,
    /// Version.
    pub version: String,
    /// The plural.
    pub plural: String,
    /// The singular.
    pub singular: String,
    /// Kind.
    pub kind: String,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// Abbreviations.
    pub shorts: Vec<String>,
    /// Verbs.
    pub verbs: Vec<String>,
    /// Categories, such as `all`.
    pub categories: Vec<String>,
    /// Names of the subresources, such as `scale`.
    pub subresources: Vec<String>,
}

/// All resources, the preferred version of a group first.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// In the server's order.
    pub resources: Vec<Resource>,
}

impl Resource {
    /// A built-in resource that lives in namespaces, known without asking.
    pub fn namespaced(group: &str, version: &str, plural: &str, kind: &str) -> Self {
        Self { namespaced: true, ..Self::cluster(group, version, plural, kind) }
    }

    /// A built-in resource of the cluster, known without asking.
    pub fn cluster(group: &str, version: &str, plural: &str, kind: &str) -> Self {
        let [group, version, plural, kind] = [group, version, plural, kind].map(str::to_owned);
        Self { group, version, plural, kind, ..Self::default() }
    }

    /// `v1` or `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `pods` or `deployments.apps`.
    pub fn plural_group(&self) -> String {
        dotted(&self.plural, &self.group)
    }

    /// `pod` or `deployment.apps`: what stands before the slash in `deployment.apps/web`.
    pub fn kind_group(&self) -> String {
        dotted(&self.kind.to_lowercase(), &self.group)
    }

    /// The URL of the collection, or of an object in it.
    pub fn url(&self, namespace: Option<&str>, name: &str) -> String {
        let mut url = if self.group.is_empty() {
            format!("/api/{}", self.version)
        } else {
            format!("/apis/{}/{}", self.group, self.version)
        };
        if let Some(namespace) = namespace.filter(|_| self.namespaced) {
            url.push_str(&format!("/namespaces/{}", escape(namespace)));
        }
        url.push_str(&format!("/{}", self.plural));
        if !name.is_empty() {
            url.push_str(&format!("/{}", escape(name)));
        }
        url
    }

    fn answers_to(&self, name: &str) -> bool {
        self.plural == name || self.singular == name || self.kind.to_lowercase() == name
    }
}

fn dotted(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

impl Catalog {
    /// Finds what `po`, `pods`, `Pod`, `deploy.apps` or `deployments.v1.apps` mean. Short names and groups are as they are written.
    pub fn find(&self, name: &str) -> Option<&Resource> {
        let lower = name.to_lowercase();
        if let Some(found) = self.resources.iter().find(|resource| resource.answers_to(&lower)) {
            return Some(found);
        }
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        let lower = first.to_lowercase();
        self.resources.iter().find(|resource| {
            let named = resource.answers_to(&lower) || resource.shorts.iter().any(|short| short == first);
            named
                && rest.is_none_or(|rest| {
                    let is_short = resource.shorts.iter().any(|short| short == first);
                    // of a short name, only the group counts
                    let of_group = rest.split_once('.').is_some_and(|(_, group)| group == resource.group);
                    if is_short && of_group && !resource.group.is_empty() {
                        return true;
                    }
                    rest == resource.group
                        || rest
                            .strip_prefix(&resource.version)
                            .is_some_and(|rest| rest.strip_prefix('.').unwrap_or(rest) == resource.group)
                        || resource.group.starts_with(&format!("{rest}."))
                })
        })
    }

    /// What else a short name could mean, of other groups.
    pub fn overshadowed(&self, name: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for resource in self.resources.iter().filter(|it| it.shorts.iter().any(|short| short == name)) {
            let title = resource.plural_group();
            if !found.contains(&title) {
                found.push(title);
            }
        }
        found.split_off(found.len().min(1))
    }

    /// All resources that a plain name may mean, in any group.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Resource> {
        let (lower, name) = (name.to_lowercase(), name.to_owned());
        self.resources
            .iter()
            .filter(move |resource| resource.answers_to(&lower) || resource.shorts.contains(&name))
    }

    /// The resource of an object.
    pub fn of_kind(&self, api_version: &str, kind: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.kind == kind && resource.api_version() == api_version)
    }

    /// The members of a category; each group's preferred version only.
    pub fn category(&self, name: &str) -> Vec<&Resource> {
        let mut found: Vec<&Resource> = Vec::new();
        for resource in &self.resources {
            let seen = found.iter().any(|had| had.group == resource.group && had.plural == resource.plural);
            if !seen && resource.categories.iter().any(|category| category == name) {
                found.push(resource);
            }
        }
        found
    }
}

/// The catalog, from memory or from the cluster.
pub async fn catalog(cx: &mut Cx<'_>) -> Done<Arc<Catalog>> {
    if let Some(catalog) = cx.kubectl.cache.lock().ok().and_then(|cache| cache.clone()) {
        return Ok(catalog);
    }
    refresh(cx).await
}

/// The catalog, asked anew.
pub async fn refresh(cx: &mut Cx<'_>) -> Done<Arc<Catalog>> {
    let mut catalog = Catalog::default();
    for root in ["/api", "/apis"] {
        let answer = cx.send(Method::GET, root, DISCOVERY, None).await?;
        if text(&answer, "/kind") == "APIGroupDiscoveryList" {
            aggregated(&answer, &mut catalog);
        } else {
            by_group(cx, root, &answer, &mut catalog).await?;
        }
    }
    let catalog = Arc::new(catalog);
    if let Ok(mut cache) = cx.kubectl.cache.lock() {
        *cache = Some(catalog.clone());
    }
    Ok(catalog)
}

/// Finds a resource; asks the cluster anew before it says that there is none.
pub async fn find(cx: &mut Cx<'_>, name: &str) -> Done<Resource> {
    let mut catalog = catalog(cx).await?;
    if catalog.find(name).is_none() {
        catalog = refresh(cx).await?;
    }
    for other in catalog.overshadowed(name) {
        cx.warn(&format!("short name {name:?} could also match lower priority resource {other}"));
    }
    catalog.find(name).cloned().ok_or_else(|| {
        let kind = name.split('.').next().unwrap_or_default();
        Fail::Error(format!("the server doesn't have a resource type {kind:?}"))
    })
}

/// Finds the resource of an object of a manifest, likewise.
pub async fn find_kind(cx: &mut Cx<'_>, api_version: &str, kind: &str) -> Done<Option<Resource>> {
    if let Some(found) = catalog(cx).await?.of_kind(api_version, kind) {
        return Ok(Some(found.clone()));
    }
    Ok(refresh(cx).await?.of_kind(api_version, kind).cloned())
}

fn aggregated(answer: &Value, catalog: &mut Catalog) {
    for group in items(answer) {
        for version in group["versions"].as_array().into_iter().flatten() {
            for resource in version["resources"].as_array().into_iter().flatten() {
                let subresources = resource["subresources"].as_array().into_iter().flatten();
                catalog.resources.push(Resource {
                    group: text(group, "/metadata/name").into(),
                    version: text(version, "/version").into(),
                    plural: text(resource, "/resource").into(),
                    singular: text(resource, "/singularResource").into(),
                    kind: text(resource, "/responseKind/kind").into(),
                    namespaced: text(resource, "/scope") == "Namespaced",
                    shorts: strings(&resource["shortNames"]),
                    verbs: strings(&resource["verbs"]),
                    categories: strings(&resource["categories"]),
                    subresources: subresources.map(|sub| text(sub, "/subresource").to_owned()).collect(),
                });
            }
        }
    }
}

async fn by_group(cx: &mut Cx<'_>, root: &str, answer: &Value, catalog: &mut Catalog) -> Done {
    let mut versions: Vec<(String, String)> = Vec::new();
    for version in answer["versions"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        versions.push((String::new(), version.to_owned()));
    }
    for group in answer["groups"].as_array().into_iter().flatten() {
        for version in group["versions"].as_array().into_iter().flatten() {
            versions.push((text(group, "/name").into(), text(version, "/version").into()));
        }
    }
    for (group, version) in versions {
        let url =
            if group.is_empty() { format!("{root}/{version}") } else { format!("{root}/{group}/{version}") };
        let list = cx.send(Method::GET, &url, JSON, None).await?;
        let rows: Vec<&Value> = list["resources"].as_array().into_iter().flatten().collect();
        for row in rows.iter().filter(|row| !text(row, "/name").contains('/')) {
            let plural = text(row, "/name");
            let prefix = format!("{plural}/");
            let subresources = rows.iter().filter_map(|row| text(row, "/name").strip_prefix(&prefix));
            catalog.resources.push(Resource {
                group: group.clone(),
                version: version.clone(),
                plural: plural.into(),
                singular: text(row, "/singularName").into(),
                kind: text(row, "/kind").into(),
                namespaced: row["namespaced"] == true,
                shorts: strings(&row["shortNames"]),
                verbs: strings(&row["verbs"]),
                categories: strings(&row["categories"]),
                subresources: subresources.map(str::to_owned).collect(),
            });
        }
    }
    Ok(())
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
