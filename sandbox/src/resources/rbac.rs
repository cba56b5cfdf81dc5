//! What roles and bindings share. Models `kubernetes/pkg/apis/rbac/validation` and the printers' rows.

use super::{Column, Row, cells, check, check::Errors};
use crate::{
    api::{age, names},
    clock::Time,
    json::Json,
    object::Object,
    status::FieldError,
};

/// The API group.
pub const GROUP: &str = "rbac.authorization.k8s.io";
/// By which the readers of a kind go into the roles that every cluster has.
pub const READER_LABELS: [&str; 3] = [
    "rbac.authorization.k8s.io/aggregate-to-admin",
    "rbac.authorization.k8s.io/aggregate-to-edit",
    "rbac.authorization.k8s.io/aggregate-to-view",
];

/// Columns of roles.
pub const ROLE_COLUMNS: &[Column] = &[Column::name(), Column::date("Created At")];

/// Columns of bindings.
pub const BINDING_COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Role"),
    Column::new("Age"),
    Column::new("Users").wide(),
    Column::new("Groups").wide(),
    Column::new("ServiceAccounts").wide(),
];

/// A row of roles.
pub fn role_row(role: &Object, _: Time) -> Row {
    vec![role.name().into(), role["metadata"]["creationTimestamp"].clone()]
}

/// A row of bindings.
pub fn binding_row(binding: &Object, now: Time) -> Row {
    let role = &binding["roleRef"];
    let subjects = |kind: &str| -> Json {
        let of_kind = binding["subjects"].list().iter().filter(|s| s["kind"] == kind);
        let shown = of_kind.map(|s| match s["namespace"].str() {
            Some(namespace) => format!("{namespace}/{}", s["name"].text()),
            None => s["name"].text().to_owned(),
        });
        shown.collect::<Vec<_>>().join(", ").into()
    };
    vec![
        binding.name().into(),
        format!("{}/{}", role["kind"].text(), role["name"].text()).into(),
        age(binding, now),
        subjects("User"),
        subjects("Group"),
        subjects("ServiceAccount"),
    ]
}

/// A Role's rules.
pub fn validate_role(role: &Object, _: Option<&Object>) -> Errors {
    rules(role, true)
}

/// A ClusterRole's rules and what it is put together from.
pub fn validate_cluster_role(role: &Object, _: Option<&Object>) -> Errors {
    let mut errors = rules(role, false);
    let rule = &role["aggregationRule"];
    if !rule.is_null() && rule["clusterRoleSelectors"].is_empty() {
        let why = "at least one clusterRoleSelector required if aggregationRule is non-nil";
        errors.push(FieldError::required("aggregationRule.clusterRoleSelectors", why));
    }
    errors
}

fn rules(role: &Object, namespaced: bool) -> Errors {
    let mut errors = Vec::new();
    for (i, rule) in role["rules"].list().iter().enumerate() {
        let path = format!("rules[{i}]");
        if rule["verbs"].is_empty() {
            errors
                .push(FieldError::required(format!("{path}.verbs"), "verbs must contain at least one value"));
        }
        if !rule["nonResourceURLs"].is_empty() {
            let (at, why) = if namespaced {
                (format!("{path}.nonResourceURLs"), "namespaced rules cannot apply to non-resource URLs")
            } else if !rule["apiGroups"].is_empty()
                || !rule["resources"].is_empty()
                || !rule["resourceNames"].is_empty()
            {
                (
                    format!("{path}.nonResourceURLs"),
                    "rules cannot apply to both regular resources and non-resource URLs",
                )
            } else {
                continue;
            };
            errors.push(check::invalid_go(at, &check::go_list(&rule["nonResourceURLs"]), why));
            continue;
        }
        for (field, what) in [("apiGroups", "api group"), ("resources", "resource")] {
            if rule[field].is_empty() {
                let why = format!("resource rules must supply at least one {what}");
                errors.push(FieldError::required(format!("{path}.{field}"), &why));
            }
        }
    }
    errors
}

/// Fills in groups of the subjects and of the role.
pub fn default_binding(binding: &mut Object) {
    if binding["roleRef"]["apiGroup"].is_empty() {
        binding["roleRef"].set("apiGroup", GROUP);
    }
    if binding["subjects"].is_empty() {
        return;
    }
    for subject in binding["subjects"].list_mut().make_mut() {
        if subject["apiGroup"].is_empty() && matches!(subject["kind"].text(), "User" | "Group") {
            subject.set("apiGroup", GROUP);
        }
    }
}

/// A RoleBinding.
pub fn validate_binding(binding: &Object, old: Option<&Object>) -> Errors {
    check_binding(binding, old, &["ClusterRole", "Role"])
}

/// A ClusterRoleBinding.
pub fn validate_cluster_binding(binding: &Object, old: Option<&Object>) -> Errors {
    check_binding(binding, old, &["ClusterRole"])
}

fn check_binding(binding: &Object, old: Option<&Object>, kinds: &[&str]) -> Errors {
    let (role, mut errors) = (&binding["roleRef"], Vec::new());
    if role["apiGroup"] != GROUP {
        errors.push(FieldError::unsupported("roleRef.apiGroup", &role["apiGroup"], &[GROUP]));
    }
    if !kinds.contains(&role["kind"].text()) {
        errors.push(FieldError::unsupported("roleRef.kind", &role["kind"].text().into(), kinds));
    }
    if role["name"].is_empty() {
        errors.push(FieldError::required("roleRef.name", ""));
    }
    for problem in names::path_segment(role["name"].text()) {
        errors.push(FieldError::invalid("roleRef.name", &role["name"], &problem));
    }
    let namespaced = kinds.contains(&"Role");
    for (i, subject) in binding["subjects"].list().iter().enumerate() {
        check_subject(subject, &format!("subjects[{i}]"), namespaced, &mut errors);
    }
    if old.is_some_and(|old| old["roleRef"] != *role) {
        errors.push(check::invalid_go("roleRef".into(), &go_role_ref(role), "cannot change roleRef"));
    }
    errors
}

fn check_subject(subject: &Json, path: &str, namespaced: bool, errors: &mut Errors) {
    if subject["name"].is_empty() {
        errors.push(FieldError::required(format!("{path}.name"), ""));
    }
    let mut in_group = |group: &str| {
        if subject["apiGroup"].text() != group {
            let at = format!("{path}.apiGroup");
            errors.push(FieldError::unsupported(at, &subject["apiGroup"].text().into(), &[group]));
        }
    };
    match subject["kind"].text() {
        "User" | "Group" => in_group(GROUP),
        "ServiceAccount" => {
            in_group("");
            if !subject["name"].is_empty() {
                for problem in names::dns1123_subdomain(subject["name"].text()) {
                    errors.push(FieldError::invalid(format!("{path}.name"), &subject["name"], &problem));
                }
            }
            if !namespaced && subject["namespace"].is_empty() {
                errors.push(FieldError::required(format!("{path}.namespace"), ""));
            }
        }
        kind => {
            let supported = &["Group", "ServiceAccount", "User"];
            errors.push(FieldError::unsupported(format!("{path}.kind"), &kind.into(), supported));
        }
    }
}

fn go_role_ref(role: &Json) -> String {
    let [group, kind, name] = ["apiGroup", "kind", "name"].map(|f| cells::plain(&role[f]));
    format!("rbac.RoleRef{{APIGroup:{group:?}, Kind:{kind:?}, Name:{name:?}}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources::check::tests::words};

    #[test]
    fn rules_and_bindings_are_checked() {
        let rule = |rule: Json| {
            Object({
                let mut o = Json::object();
                o.set("rules", vec![rule]);
                o
            })
        };
        for (role, expect) in [
            (json!({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}), vec![]),
            (json!({"verbs": ["get"], "nonResourceURLs": ["/metrics"]}), vec![]),
            (
                json!({"resources": ["pods"]}),
                vec![
                    "rules[0].verbs: Required value: verbs must contain at least one value",
                    "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
                ],
            ),
        ] {
            assert_eq!(words(&validate_cluster_role(&rule(role.clone()), None)), expect, "{role}");
        }
        assert_eq!(validate_role(&rule(json!({"verbs": ["get"], "nonResourceURLs": ["/"]})), None).len(), 1);
        let mut binding =
            Object(json!({"roleRef": {"kind": "Role", "name": "x"}, "subjects": [{"kind": "User"}]}));
        default_binding(&mut binding);
        assert_eq!(words(&validate_binding(&binding, None)), ["subjects[0].name: Required value"]);
        assert_eq!(
            words(&validate_cluster_binding(&binding, None)),
            [
                "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"",
                "subjects[0].name: Required value"
            ]
        );
        let mut other = binding.clone();
        other["roleRef"].set("name", "other");
        other["subjects"].list_mut().clear();
        assert_eq!(
            words(&validate_binding(&other, Some(&binding))),
            [
                "roleRef: Invalid value: rbac.RoleRef{APIGroup:\"rbac.authorization.k8s.io\", Kind:\"Role\", Name:\"other\"}: cannot change roleRef"
            ]
        );
    }
}
