//! Paths to what they mean. Models the routes that kube-apiserver's installer registers.

use std::borrow::Cow;

use super::{query::decode, subs};
use crate::{
    object::Key,
    resources::{Kinds, NAMESPACE, Resource},
};

/// What a path means.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// `/version`
    Version,
    /// `/healthz`, `/livez`, `/readyz`, and one check of theirs.
    Health(&'static str, String),
    /// `/metrics`
    Metrics,
    /// `/.well-known/openid-configuration`
    Issuer,
    /// `/openid/v1/jwks`
    Keys,
    /// `/`
    Root,
    /// `/api`
    CoreVersions,
    /// `/apis`
    Groups,
    /// `/apis/GROUP`
    Group(String),
    /// `/api/v1`, `/apis/GROUP/VERSION`
    GroupVersion(String, String),
    /// `/openapi/v3`
    OpenApiV3Index,
    /// `/openapi/v3/apis/GROUP/VERSION`, `/openapi/v3/version`
    OpenApiV3(String),
    /// `/openapi/v2`
    OpenApiV2,
    /// Objects of a kind.
    Resource(Target),
    /// Another server is to answer, and does not.
    Unavailable,
    /// A group version is there, the resource is not: a `Status`.
    NoResource,
    /// Nothing is there: plain text.
    Nothing,
}

/// A resource's path.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The kind.
    pub resource: Resource,
    /// Empty for all namespaces and for cluster-scoped kinds.
    pub namespace: String,
    /// The object; `None` for the collection.
    pub name: Option<String>,
    /// What of the object.
    pub sub: Sub,
    /// The deprecated `/watch/` prefix.
    pub watch: bool,
}

/// A subresource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sub {
    /// The object itself.
    None,
    /// `status`
    Status,
    /// `scale`
    Scale,
    /// `binding`
    Binding,
    /// `eviction`
    Eviction,
    /// `log`
    Log,
    /// `ephemeralcontainers`
    EphemeralContainers,
    /// `resize`
    Resize,
    /// `finalize`
    Finalize,
    /// `token`
    Token,
    /// `exec`
    Exec,
    /// Known to Kubernetes, not answered here.
    Absent,
}

impl Target {
    /// The key of the named object.
    pub fn key(&self) -> Key {
        Key::new(self.namespace.as_str(), self.name.as_deref().unwrap_or(""))
    }
}

impl Route {
    /// The meaning of a path, without its query.
    pub fn parse(kinds: &Kinds, path: &str) -> Self {
        let parts: Vec<Cow<'_, str>> =
            path.split('/').filter(|p| !p.is_empty()).take(16).map(|p| decode(p, false)).collect();
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        match parts[..] {
            [] => Route::Root,
            ["version"] => Route::Version,
            ["healthz", ref check @ ..] => Route::Health("healthz", check.join("/")),
            ["livez", ref check @ ..] => Route::Health("livez", check.join("/")),
            ["readyz", ref check @ ..] => Route::Health("readyz", check.join("/")),
            ["metrics"] => Route::Metrics,
            [".well-known", "openid-configuration"] => Route::Issuer,
            ["openid", "v1", "jwks"] => Route::Keys,
            ["api"] => Route::CoreVersions,
            ["apis"] => Route::Groups,
            ["openapi", "v2"] => Route::OpenApiV2,
            ["openapi", "v3"] => Route::OpenApiV3Index,
            ["openapi", "v3", ref name @ ..] => Route::OpenApiV3(name.join("/")),
            ["api", version, ref rest @ ..] => in_version(kinds, "", version, rest),
            ["apis", group, version, ..]
                if kinds.aggregation(group, version).is_some_and(|server| !server.available) =>
            {
                Route::Unavailable
            }
            ["apis", group] if kinds.has_group(group) => Route::Group(group.into()),
            ["apis", group, version, ref rest @ ..] if kinds.has_group(group) => {
                in_version(kinds, group, version, rest)
            }
            _ => Route::Nothing,
        }
    }
}

fn in_version(kinds: &Kinds, group: &str, version: &str, rest: &[&str]) -> Route {
    // Paths below a group that only definitions make lead nowhere at all.
    let missing = if kinds.is_custom_group(group) { Route::Nothing } else { Route::NoResource };
    if !kinds.has_version(group, version) {
        return missing;
    }
    let (watch, rest) = match rest {
        [] => return Route::GroupVersion(group.into(), version.into()),
        ["watch", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    target(kinds, group, version, rest).map_or(missing, |t| Route::Resource(Target { watch, ..t }))
}

fn target(kinds: &Kinds, group: &str, version: &str, rest: &[&str]) -> Option<Target> {
    let find = |plural: &str| kinds.by_path(group, version, plural);
    let (resource, namespace, rest) = match rest {
        ["namespaces", _, "status" | "finalize"] if group.is_empty() => (NAMESPACE, "", &rest[1..]),
        ["namespaces", namespace, plural, rest @ ..] => {
            (find(plural).filter(|r| kinds.def(*r).namespaced)?, *namespace, rest)
        }
        [plural, rest @ ..] => (find(plural)?, "", rest),
        [] => return None,
    };
    let (name, sub) = match rest {
        [] => (None, Sub::None),
        [name] => (Some((*name).to_string()), Sub::None),
        [name, sub] => (Some((*name).to_string()), subresource(kinds, resource, sub)?),
        // What comes after it is for whom the request is passed on to.
        [name, "proxy", ..] => (Some((*name).to_string()), subresource(kinds, resource, "proxy")?),
        _ => return None,
    };
    if name.is_some() && kinds.def(resource).namespaced && namespace.is_empty() {
        return None;
    }
    Some(Target { resource, namespace: namespace.into(), name, sub, watch: false })
}

fn subresource(kinds: &Kinds, resource: Resource, name: &str) -> Option<Sub> {
    subs::subresources(resource, kinds.def(resource)).into_iter().find(|s| s.name == name).map(|s| s.sub)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources;

    fn of(resource: Resource, namespace: &str, name: Option<&str>, sub: Sub) -> Route {
        let (namespace, name) = (namespace.into(), name.map(Into::into));
        Route::Resource(Target { resource, namespace, name, sub, watch: false })
    }

    #[test]
    fn paths_mean_what_they_mean_to_kubernetes() {
        for (path, expect) in [
            ("/api/v1", Route::GroupVersion("".into(), "v1".into())),
            ("/api/v1/pods", of(resources::POD, "", None, Sub::None)),
            ("/api/v1/namespaces", of(resources::NAMESPACE, "", None, Sub::None)),
            ("/api/v1/namespaces/a", of(resources::NAMESPACE, "", Some("a"), Sub::None)),
            ("/api/v1/namespaces/a/status", of(resources::NAMESPACE, "", Some("a"), Sub::Status)),
            ("/api/v1/namespaces/a/pods", of(resources::POD, "a", None, Sub::None)),
            ("/api/v1/namespaces/a/pods/b%2Dc/log", of(resources::POD, "a", Some("b-c"), Sub::Log)),
            (
                "/apis/apps/v1/namespaces/a/deployments/w/scale",
                of(resources::DEPLOYMENT, "a", Some("w"), Sub::Scale),
            ),
            ("/api/v1/nodes/n", of(resources::NODE, "", Some("n"), Sub::None)),
            ("/api/v1/nodes/n/proxy/logs/a", of(resources::NODE, "", Some("n"), Sub::Absent)),
            ("/api/v1/namespaces/a/pods/b/proxy/", of(resources::POD, "a", Some("b"), Sub::Absent)),
            ("/api/v1/namespaces/a/pods/b/proxy/x", of(resources::POD, "a", Some("b"), Sub::Absent)),
            ("/apis/apps/v1/namespaces/a/deployments/w/proxy/x", Route::NoResource),
            ("/api/v1/namespaces/a/pods/b/log/x", Route::NoResource),
            ("/api/v1/namespaces/a/nodes", Route::NoResource),
            ("/api/v1/nosuch", Route::NoResource),
            ("/api/v1/pods/x", Route::NoResource),
            ("/apis/apps/v2/deployments", Route::NoResource),
            ("/apis/apps/v1/namespaces/a/deployments/w/nosuch", Route::NoResource),
            ("/apis/nosuch.example/v1/things", Route::Nothing),
            ("/nosuch", Route::Nothing),
            ("/livez", Route::Health("livez", "".into())),
            ("/readyz/poststarthook/rbac/x", Route::Health("readyz", "poststarthook/rbac/x".into())),
        ] {
            assert_eq!(Route::parse(&Kinds::default(), path), expect, "{path}");
        }
    }
}
