//! What a request wants, in the terms of authorization. Models `RequestInfoFactory` and `authorizer.Attributes`.

use std::borrow::Cow;

/// A question of authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask<'a> {
    /// `get`, `list`, …
    pub verb: Cow<'a, str>,
    /// What it is about.
    pub what: What<'a>,
}

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// Objects of a kind.
    Resource {
        /// API group; empty for the core group.
        group: Cow<'a, str>,
        /// Plural name.
        resource: Cow<'a, str>,
        /// Subresource, or empty.
        sub: Cow<'a, str>,
        /// Empty for all namespaces and for cluster-scoped kinds.
        namespace: Cow<'a, str>,
        /// Empty for all objects.
        name: Cow<'a, str>,
    },
    /// Any other path.
    Path(Cow<'a, str>),
}

/// Verbs in paths, which no subresource follows.
const PATH_VERBS: [&str; 2] = ["proxy", "watch"];

impl<'a> Ask<'a> {
    /// About a resource.
    pub fn about(
        verb: &'a str,
        group: &'a str,
        resource: &'a str,
        namespace: &'a str,
        name: &'a str,
    ) -> Self {
        let what = What::Resource {
            group: group.into(),
            resource: resource.into(),
            sub: "".into(),
            namespace: namespace.into(),
            name: name.into(),
        };
        Self { verb: verb.into(), what }
    }

    /// What a request asks. `parts` are the decoded parts of its path; `named` is the name that a field selector of its
    /// query demands, `watches` whether it says `watch`.
    pub fn of_request(
        method: &str,
        path: &'a str,
        parts: &[&str],
        named: Option<&str>,
        watches: bool,
    ) -> Self {
        let (group, rest) = match parts {
            ["api", _, rest @ ..] if !rest.is_empty() => ("", rest),
            ["apis", group, _, rest @ ..] if !rest.is_empty() => (*group, rest),
            _ => return Self { verb: method.to_lowercase().into(), what: What::Path(path.into()) },
        };
        let (said, rest) = match rest {
            [verb, more @ ..] if PATH_VERBS.contains(verb) && !more.is_empty() => (Some(*verb), more),
            rest => (None, rest),
        };
        let (namespace, rest) = match rest {
            ["namespaces", namespace, sub, ..] if !matches!(*sub, "status" | "finalize") => {
                (*namespace, &rest[2..])
            }
            ["namespaces", namespace, ..] => (*namespace, rest),
            rest => ("", rest),
        };
        let part = |i: usize| rest.get(i).copied().unwrap_or_default();
        let (mut name, sub) = (part(1), if said.is_some() { "" } else { part(2) });
        let verb = said.unwrap_or(match (method, name.is_empty()) {
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", true) => "deletecollection",
            ("DELETE", false) => "delete",
            (_, true) if watches => "watch",
            (_, true) => "list",
            _ => "get",
        });
        if name.is_empty() && matches!(verb, "list" | "watch") {
            name = named.unwrap_or_default();
        }
        let own = |text: &str| Cow::Owned(text.to_owned());
        let what = What::Resource {
            group: own(group),
            resource: own(part(0)),
            sub: own(sub),
            namespace: own(namespace),
            name: own(name),
        };
        Self { verb: own(verb), what }
    }

    /// The namespace that it is about, or empty.
    pub fn namespace(&self) -> &str {
        match &self.what {
            What::Resource { namespace, .. } => namespace,
            What::Path(_) => "",
        }
    }

    /// That `user` may not. Models `responsewriters.forbiddenMessage`.
    pub fn refusal(&self, user: &str) -> String {
        let verb = &self.verb;
        match &self.what {
            What::Path(path) => format!("User {user:?} cannot {verb} path {path:?}"),
            What::Resource { group, resource, sub, namespace, .. } => {
                let slash = if sub.is_empty() { "" } else { "/" };
                let scope = match namespace.as_ref() {
                    "" => "at the cluster scope".to_owned(),
                    namespace => format!("in the namespace {namespace:?}"),
                };
                format!(
                    "User {user:?} cannot {verb} resource \"{resource}{slash}{sub}\" in API group {group:?} {scope}"
                )
            }
        }
    }
}
