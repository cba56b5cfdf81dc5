//! Paths to what they name.

use super::Query;
use crate::{object::Key, resources::Resource, status::Status};

/// What a path names.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// An object or a collection.
    Target(Target),
    /// Discovery, version, health, OpenAPI: by its segments.
    Other,
}

/// An object or a collection of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its kind.
    pub resource: Resource,
    /// Namespace; empty for cluster-scoped kinds and for all namespaces.
    pub namespace: String,
    /// Name; empty for a collection.
    pub name: String,
    /// Subresource; empty for the object itself.
    pub sub: String,
    /// The old `/watch/` form.
    pub watch: bool,
}

impl Target {
    /// The object's key.
    pub fn key(&self) -> Key {
        Key::new(self.namespace.as_str(), self.name.as_str())
    }
}

/// Segments of a path, percent-decoded.
pub fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|s| !s.is_empty()).map(Query::decode).collect()
}

/// Reads a path.
///
/// # Errors
/// `NotFound` for kinds that are not served.
pub fn route(path: &str) -> Result<Route, Status> {
    let all = segments(path);
    let parts: Vec<&str> = all.iter().map(String::as_str).collect();
    let (group, version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] if !rest.is_empty() => ("", *version, rest),
        ["apis", group, version, rest @ ..] if !rest.is_empty() => (*group, *version, rest),
        _ => return Ok(Route::Other),
    };
    let (watch, rest) = match rest {
        ["watch", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let (namespace, plural, tail) = match rest {
        ["namespaces", namespace, plural, tail @ ..] if Resource::by_path(group, version, plural).is_some() => (*namespace, *plural, tail),
        [plural, tail @ ..] => ("", *plural, tail),
        [] => return Err(Status::no_such_path()),
    };
    let resource = Resource::by_path(group, version, plural).ok_or_else(Status::no_such_path)?;
    if !namespace.is_empty() && !resource.def().namespaced {
        return Err(Status::no_such_path());
    }
    let (name, sub) = match tail {
        [] => ("", ""),
        [name] => (*name, ""),
        [name, sub] => (*name, *sub),
        _ => return Err(Status::no_such_path()),
    };
    if !name.is_empty() && namespace.is_empty() && resource.def().namespaced {
        return Err(Status::no_such_path());
    }
    Ok(Route::Target(Target { resource, namespace: namespace.into(), name: name.into(), sub: sub.into(), watch }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources;

    fn check(path: &str, expected: Option<(Resource, &str, &str, &str)>) {
        let got = match route(path) {
            Ok(Route::Target(t)) => Some((t.resource, t.namespace, t.name, t.sub)),
            _ => None,
        };
        let expected = expected.map(|(r, ns, n, s)| (r, ns.to_owned(), n.to_owned(), s.to_owned()));
        assert_eq!(got, expected, "{path}");
    }

    #[test]
    fn paths_name_what_kubernetes_says_they_name() {
        check("/api/v1/pods", Some((resources::POD, "", "", "")));
        check("/api/v1/namespaces/x/pods/a/status", Some((resources::POD, "x", "a", "status")));
        check("/api/v1/namespaces/x", Some((resources::NAMESPACE, "", "x", "")));
        check("/api/v1/namespaces/x/finalize", Some((resources::NAMESPACE, "", "x", "finalize")));
        check("/apis/apps/v1/namespaces/d/deployments/web/scale", Some((resources::DEPLOYMENT, "d", "web", "scale")));
        check("/apis/apps/v1/deployments/web", None);
        check("/api/v1/namespaces/x/nodes", None);
        check("/apis/apps/v1", None);
        check("/api/v1/nosuch", None);
    }
}
