//! `create role`, `clusterrole`, `rolebinding` and `clusterrolebinding`.

use serde_json::{Value, json};

use super::{Order, made, metadata, order, post};
use crate::{
    discovery::{self, Resource},
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
};

const GROUP: &str = "rbac.authorization.k8s.io";
/// Verbs of resources.
const VERBS: &[&str] = &[
    "*",
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
];
/// Verbs of addresses that are no resources.
const URL_VERBS: &[&str] = &["*", "get", "put", "post", "head", "options", "delete", "patch"];
/// Verbs that only some resources know: the verb, the group, the resource.
const SPECIAL: &[(&str, &str, &str)] = &[
    ("use", "policy", "podsecuritypolicies"),
    ("use", "extensions", "podsecuritypolicies"),
    ("bind", GROUP, "roles"),
    ("bind", GROUP, "clusterroles"),
    ("escalate", GROUP, "roles"),
    ("escalate", GROUP, "clusterroles"),
    ("impersonate", "", "users"),
    ("impersonate", "", "serviceaccounts"),
    ("impersonate", "", "groups"),
    ("impersonate", "authentication.k8s.io", "userextras"),
];

/// A resource of a rule: group, plural with its subresource.
type Named = (String, String);

/// Runs `create role`.
pub async fn role(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "role", &[], words).await?;
    let verbs = verbs(&order.flags);
    if verbs.is_empty() {
        return Err(Fail::error("at least one verb must be specified"));
    }
    if order.flags.list("resource").is_empty() {
        return Err(Fail::error("at least one resource must be specified"));
    }
    warn_of(cx, &verbs);
    let resources = resources(cx, &order.flags, &verbs).await?;
    let rules = rules(&order.flags, &verbs, &resources);
    let object = json!({
        "kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": metadata(&order.name), "rules": rules,
    });
    post(cx, &order, made(Resource::namespaced(GROUP, "v1", "roles", "Role"), object, "")).await
}

/// Runs `create clusterrole`.
pub async fn cluster_role(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "clusterrole", &[], words).await?;
    let flags = &order.flags;
    let verbs = verbs(flags);
    let urls = flags.list("non-resource-url");
    let aggregated = flags.list("aggregation-rule");
    let mut object = json!({
        "kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": metadata(&order.name), "rules": null,
    });
    if aggregated.is_empty() {
        object["rules"] = cluster_rules(cx, flags, &verbs, &urls).await?;
    } else {
        let other = ["non-resource-url", "verb", "resource", "resource-name"];
        if other.iter().any(|flag| !flags.list(flag).is_empty()) {
            return Err(Fail::error(
                "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames",
            ));
        }
        object["aggregationRule"] = aggregation(&aggregated)?;
    }
    post(cx, &order, made(Resource::cluster(GROUP, "v1", "clusterroles", "ClusterRole"), object, "")).await
}

fn aggregation(pairs: &[String]) -> Done<Value> {
    let mut labels = json!({});
    for pair in pairs {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Fail::Error(format!(
                "invalid argument {pair:?} for \"--aggregation-rule\" flag: malformed pair, expect string=string\nSee 'kubectl create clusterrole --help' for usage."
            ))
        })?;
        labels[key] = value.into();
    }
    Ok(json!({"clusterRoleSelectors": [{"matchLabels": labels}]}))
}

async fn cluster_rules(cx: &mut Cx<'_>, flags: &Flags, verbs: &[String], urls: &[String]) -> Done<Value> {
    if verbs.is_empty() {
        return Err(Fail::error("at least one verb must be specified"));
    }
    let asked = !flags.list("resource").is_empty();
    if !asked && urls.is_empty() {
        return Err(Fail::error("one of resource or nonResourceURL must be specified"));
    }
    let mut resources = Vec::new();
    if asked {
        warn_of(cx, verbs);
        resources = self::resources(cx, flags, verbs).await?;
    }
    if !urls.is_empty() {
        if let Some(verb) = verbs.iter().find(|verb| !URL_VERBS.contains(&verb.as_str())) {
            return Err(Fail::Error(format!("invalid verb: '{verb}' for nonResourceURL")));
        }
        for url in urls.iter().filter(|url| *url != "*") {
            if !url.starts_with('/') {
                return Err(Fail::error("nonResourceURL should start with /"));
            }
            if url.contains('*') && url.find('*') != Some(url.len() - 1) {
                return Err(Fail::error(
                    "nonResourceURL only supports wildcard matches when '*' is at the end",
                ));
            }
        }
    }
    let mut rules = rules(flags, verbs, &resources);
    if !urls.is_empty() {
        rules.push(json!({"verbs": verbs, "nonResourceURLs": urls}));
    }
    Ok(rules.into())
}

/// Each verb once; `*` stands for all of them.
fn verbs(flags: &Flags) -> Vec<String> {
    let mut verbs: Vec<String> = Vec::new();
    for verb in flags.list("verb") {
        if verb == "*" {
            return vec![verb];
        }
        if !verbs.contains(&verb) {
            verbs.push(verb);
        }
    }
    verbs
}

fn warn_of(cx: &mut Cx<'_>, verbs: &[String]) {
    for verb in verbs.iter().filter(|verb| !VERBS.contains(&verb.as_str())) {
        cx.err(&format!("Warning: '{verb}' is not a standard resource verb\n"));
    }
}

/// `deployments.apps`, `po/log` and their like, as the cluster names them.
async fn resources(cx: &mut Cx<'_>, flags: &Flags, verbs: &[String]) -> Done<Vec<Named>> {
    let mut found: Vec<Named> = Vec::new();
    for text in flags.list("resource") {
        if text == "*" {
            found = vec![(String::new(), text)];
            break;
        }
        let (name, sub) = text.split_once('/').map_or((text.as_str(), ""), |(name, sub)| (name, sub));
        if name.is_empty() {
            return Err(Fail::error("resource must be specified if apiGroup/subresource specified"));
        }
        let resource = discovery::find(cx, name).await.map_err(|fail| match fail {
            Fail::Error(words) => Fail::Plain(words),
            fail => fail,
        })?;
        for verb in verbs {
            let special = SPECIAL.iter().filter(|(known, _, _)| known == verb);
            let mut special = special.peekable();
            let fits = |(_, group, plural): &(&str, &str, &str)| {
                *group == resource.group && *plural == resource.plural
            };
            if special.peek().is_some() && !special.any(fits) {
                return Err(Fail::Error(format!(
                    "can not perform '{verb}' on '{}' in group '{}'",
                    resource.plural, resource.group
                )));
            }
        }
        let plural = if sub.is_empty() { resource.plural } else { format!("{}/{sub}", resource.plural) };
        let named = (resource.group, plural);
        if !found.contains(&named) {
            found.push(named);
        }
    }
    if !flags.raw_list("resource-name").is_empty() && found.is_empty() {
        return Err(Fail::error("at least one resource must be specified"));
    }
    Ok(found)
}

/// A rule for each group, in the order in which the groups come first.
fn rules(flags: &Flags, verbs: &[String], resources: &[Named]) -> Vec<Value> {
    let mut groups: Vec<&str> = resources.iter().map(|(group, _)| group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    let names = flags.raw_list("resource-name");
    let rule = |group: &str| {
        let plurals: Vec<&str> =
            resources.iter().filter(|(its, _)| its == group).map(|(_, plural)| plural.as_str()).collect();
        let mut rule = json!({"verbs": verbs, "apiGroups": [group], "resources": plurals});
        if !names.is_empty() {
            rule["resourceNames"] = json!(names);
        }
        rule
    };
    groups.into_iter().map(rule).collect()
}

/// Runs `create clusterrolebinding`.
pub async fn cluster_role_binding(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "clusterrolebinding", &["clusterrole"], words).await?;
    let resource = Resource::cluster(GROUP, "v1", "clusterrolebindings", "ClusterRoleBinding");
    let object = binding(&order, "ClusterRoleBinding", "ClusterRole", order.flags.text("clusterrole"))?;
    post(cx, &order, made(resource, object, "failed to create clusterrolebinding: ")).await
}

/// Runs `create rolebinding`.
pub async fn role_binding(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "rolebinding", &[], words).await?;
    let (kind, role) = match (order.flags.text("clusterrole"), order.flags.text("role")) {
        ("", role) if !role.is_empty() => ("Role", role),
        (role, "") if !role.is_empty() => ("ClusterRole", role),
        _ => return Err(Fail::error("exactly one of clusterrole or role must be specified")),
    };
    let object = binding(&order, "RoleBinding", kind, role)?;
    let resource = Resource::namespaced(GROUP, "v1", "rolebindings", "RoleBinding");
    post(cx, &order, made(resource, object, "failed to create rolebinding: ")).await
}

fn binding(order: &Order, kind: &str, role_kind: &str, role: &str) -> Done<Value> {
    let flags = &order.flags;
    let mut subjects = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        for name in flags.raw_list(flag) {
            subjects.push(json!({"kind": kind, "apiGroup": GROUP, "name": name}));
        }
    }
    for account in flags.raw_list("serviceaccount") {
        match account.split(':').collect::<Vec<_>>().as_slice() {
            [namespace, name] if !namespace.is_empty() && !name.is_empty() => {
                subjects.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
            }
            _ => return Err(Fail::error("serviceaccount must be <namespace>:<name>")),
        }
    }
    let mut object = json!({
        "kind": kind, "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": metadata(&order.name),
        "roleRef": {"apiGroup": GROUP, "kind": role_kind, "name": role},
    });
    if !subjects.is_empty() {
        object["subjects"] = subjects.into();
    }
    Ok(object)
}
