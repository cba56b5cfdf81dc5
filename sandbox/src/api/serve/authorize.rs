//! Who may do what. Models the authorization filter in front of kube-apiserver's handlers (`WithAuthorization`), the words of
//! its refusals, and that nobody gives rights away that they do not have (the registry of roles and bindings).

use std::borrow::Cow;

use super::{
    query::{Query, decode},
    route::{Route, Sub, Target},
};
use crate::{
    api::{
        Api,
        access::{self, Ask, What},
    },
    cluster::Cluster,
    object::Object,
    request::{Reply, Request},
    resources::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, OUR_GROUP, ROLE, ROLE_BINDING, Resource},
    status::Status,
    user::{MASTERS, User},
};

/// May the request's user do this? `may_write` has the plural names of the world's own kinds that clients may write; the
/// status of such a kind is the world's alone, whatever stands there and whoever asks.
///
/// # Errors
/// `Forbidden`, in the words of an authorizer that knows no rule in favour, or of who would give more than they have.
pub fn authorize(cluster: &Cluster, request: &Request, may_write: &[String]) -> Result<(), Status> {
    let kinds = cluster.api().kinds();
    if may_be_ours(request.path())
        && request.is_mutating()
        && let Route::Resource(target) = Route::parse(kinds, request.path())
        && let def = kinds.def(target.resource)
        && def.is_ours()
        && (target.sub == Sub::Status || !may_write.iter().any(|plural| plural == def.plural))
    {
        return with_ask(request, |ask| Err(forbidden(ask, &ask.refusal(&request.user.name))));
    }
    if request.user.is_in(MASTERS) {
        return Ok(());
    }
    with_ask(request, |ask| permit(cluster.api(), &request.user, ask))?;
    check_escalation(cluster, request)
}

/// The same for a program inside the cluster, which writes nothing of the world's, and gives no rights away.
///
/// # Errors
/// `Forbidden`.
pub(super) fn authorize_inside(api: &Api, request: &Request) -> Result<(), Status> {
    with_ask(request, |ask| permit(api, &request.user, ask))
}

/// Could the path lead to one of the world's kinds? Most do not, and need not be read for that.
fn may_be_ours(path: &str) -> bool {
    path.contains('%') || path.contains(OUR_GROUP)
}

/// Does a rule allow it?
///
/// # Errors
/// `Forbidden`.
pub(super) fn permit(api: &Api, user: &User, ask: &Ask<'_>) -> Result<(), Status> {
    if access::may(api, user, ask) {
        return Ok(());
    }
    let decision = access::decide(api, user, ask);
    let why = ask.refusal(&user.name);
    let reason = if decision.reason.is_empty() { String::new() } else { format!(": {}", decision.reason) };
    Err(forbidden(ask, &format!("{why}{reason}")))
}

/// Does something with what a request asks.
fn with_ask<T>(request: &Request, f: impl FnOnce(&Ask<'_>) -> T) -> T {
    let path = request.path();
    let decoded: Vec<Cow<'_, str>> =
        path.split('/').filter(|p| !p.is_empty()).map(|p| decode(p, false)).collect();
    let parts: Vec<&str> = decoded.iter().map(AsRef::as_ref).collect();
    let query = Query::parse(request.query());
    let watches = query.flag("watch") == Some(true);
    let named = query.get("fieldSelector").split(',').find_map(|part| part.strip_prefix("metadata.name="));
    let named = named.map(|name| name.trim_start_matches('='));
    f(&Ask::of_request(&request.method, path, &parts, named, watches))
}

/// 403 for what was asked.
pub(super) fn forbidden(ask: &Ask<'_>, why: &str) -> Status {
    match &ask.what {
        What::Path(_) => Status::forbidden_in("", "", "", why),
        What::Resource { group, resource, name, .. } => Status::forbidden_in(group, resource, name, why),
    }
}

/// The verb of a changing request. Models `RequestInfoFactory`.
pub(super) fn verb(method: &str, target: &Target) -> &'static str {
    match (method, &target.name) {
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", None) => "deletecollection",
        ("DELETE", Some(_)) => "delete",
        _ => "create",
    }
}

/// Does the request write a role or a binding that gives more than its user has? The request is tried on a branch of the
/// cluster, so that what is checked is what would be stored.
fn check_escalation(cluster: &Cluster, request: &Request) -> Result<(), Status> {
    let Route::Resource(target) = Route::parse(cluster.api().kinds(), request.path()) else { return Ok(()) };
    let resource = target.resource;
    let gives = matches!(resource, ROLE | CLUSTER_ROLE | ROLE_BINDING | CLUSTER_ROLE_BINDING);
    if !gives || !matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") {
        return Ok(());
    }
    let mut branch = cluster.clone();
    let before = branch.api().revision();
    let Reply::Body(body) = branch.handle(request) else { return Ok(()) };
    if body.code >= 300 {
        return Ok(());
    }
    let Some(change) = branch.api().change_at(before + 1).filter(|c| c.resource == resource) else {
        return Ok(());
    };
    let (new, old) = (&change.object, change.before.as_ref());
    let refusal = if matches!(resource, ROLE | CLUSTER_ROLE) {
        gives_rules(cluster.api(), request, resource, new, old)
    } else {
        binds(cluster.api(), request, new)
    };
    refusal.map_or(Ok(()), |why| Err(Status::forbidden(resource.def(), new.name(), &why)))
}

/// What is wrong with writing this role.
fn gives_rules(
    api: &Api,
    request: &Request,
    resource: Resource,
    new: &Object,
    old: Option<&Object>,
) -> Option<String> {
    let (user, def) = (&request.user, resource.def());
    let same = |field: &str| old.is_some_and(|old| old[field] == new[field]);
    if same("rules") && same("aggregationRule") {
        return None;
    }
    let ask = Ask::about("escalate", def.group, def.plural, new.namespace(), new.name());
    if access::may(api, user, &ask) {
        return None;
    }
    let held = access::rules_for(api, user, new.namespace());
    if !new["aggregationRule"].is_null() && !access::cover(&held, &everything()) {
        return Some("must have cluster-admin privileges to use the aggregationRule".to_owned());
    }
    access::missing(user, &held, new["rules"].list())
}

fn everything() -> [crate::json::Json; 2] {
    [
        crate::json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}),
        crate::json!({"verbs": ["*"], "nonResourceURLs": ["*"]}),
    ]
}

/// What is wrong with writing this binding.
fn binds(api: &Api, request: &Request, new: &Object) -> Option<String> {
    let (user, role) = (&request.user, &new["roleRef"]);
    let plural = if role["kind"] == "Role" { ROLE.def().plural } else { CLUSTER_ROLE.def().plural };
    let ask = Ask::about("bind", ROLE.def().group, plural, new.namespace(), role["name"].text());
    if access::may(api, user, &ask) {
        return None;
    }
    match access::rules_of(api, new) {
        Err(why) => Some(why),
        Ok(given) => access::missing(user, &access::rules_for(api, user, new.namespace()), given),
    }
}
