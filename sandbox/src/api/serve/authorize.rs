//! Who may do what. Models the authorization filter in front of kube-apiserver's handlers (`WithAuthorization`) and the
//! words of its refusals. Omits: RBAC. Until roles say so, everybody may do everything, except write the world's own kinds.

use super::route::{Route, Sub, Target};
use crate::{
    request::Request,
    resources::{Def, Kinds},
    status::Status,
};

/// May the request's user do this? `may_write` has the plural names of the world's own kinds that clients may write; the
/// status of such a kind is the world's alone, whatever stands there.
///
/// # Errors
/// `Forbidden`, in the words of an authorizer that knows no rule in favour.
pub fn authorize(kinds: &Kinds, request: &Request, may_write: &[String]) -> Result<(), Status> {
    let Route::Resource(target) = Route::parse(kinds, request.path()) else { return Ok(()) };
    let def = kinds.def(target.resource);
    let free = !def.is_ours() || !request.is_mutating();
    if free || (target.sub != Sub::Status && may_write.iter().any(|plural| plural == def.plural)) {
        return Ok(());
    }
    let name = target.name.as_deref().unwrap_or_default();
    Err(Status::forbidden(def, name, &why(def, &request.user.name, verb(&request.method, &target), &target)))
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

/// Models `responsewriters.forbiddenMessage`.
fn why(def: Def<'_>, user: &str, verb: &str, target: &Target) -> String {
    let sub = if target.sub == Sub::Status { "/status" } else { "" };
    let scope = match target.namespace.as_str() {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace {namespace:?}"),
    };
    format!(
        "User {user:?} cannot {verb} resource \"{}{sub}\" in API group {:?} {scope}",
        def.plural, def.group
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worlds_own_kinds_are_written_by_leave() {
        let group = "/apis/sim.pilothouse.dev/v1";
        for (method, path, refused) in [
            ("GET", "/images/shop", None),
            ("GET", "/machines/a/status", None),
            ("PATCH", "/machines/a?dryRun=All", None),
            ("DELETE", "/machines", None),
            ("POST", "/namespaces/default/signals", None),
            (
                "PATCH",
                "/images/shop-1.4",
                Some(
                    r#"images.sim.pilothouse.dev "shop-1.4" is forbidden: User "u" cannot patch resource "images" in API group "sim.pilothouse.dev" at the cluster scope"#,
                ),
            ),
            (
                "POST",
                "/images",
                Some(
                    r#"images.sim.pilothouse.dev is forbidden: User "u" cannot create resource "images" in API group "sim.pilothouse.dev" at the cluster scope"#,
                ),
            ),
            (
                "DELETE",
                "/images",
                Some(
                    r#"images.sim.pilothouse.dev is forbidden: User "u" cannot deletecollection resource "images" in API group "sim.pilothouse.dev" at the cluster scope"#,
                ),
            ),
            (
                "DELETE",
                "/%69mages/a",
                Some(
                    r#"images.sim.pilothouse.dev "a" is forbidden: User "u" cannot delete resource "images" in API group "sim.pilothouse.dev" at the cluster scope"#,
                ),
            ),
            (
                "PUT",
                "/namespaces/default/traffics/web",
                Some(
                    r#"traffics.sim.pilothouse.dev "web" is forbidden: User "u" cannot update resource "traffics" in API group "sim.pilothouse.dev" in the namespace "default""#,
                ),
            ),
            (
                "PATCH",
                "/machines/a/status",
                Some(
                    r#"machines.sim.pilothouse.dev "a" is forbidden: User "u" cannot patch resource "machines/status" in API group "sim.pilothouse.dev" at the cluster scope"#,
                ),
            ),
        ] {
            let request = Request {
                user: "u".into(),
                method: method.into(),
                uri: format!("{group}{path}"),
                ..Request::default()
            };
            let may_write = ["machines".to_owned(), "signals".to_owned()];
            let got = authorize(&Kinds::default(), &request, &may_write).err();
            assert_eq!(got.as_ref().map(|s| s.message.as_str()), refused, "{method} {path}");
            assert!(got.is_none_or(|s| (s.code, s.reason) == (403, "Forbidden")));
        }
    }

    #[test]
    fn kubernetes_own_kinds_are_everybodys() {
        for (method, uri) in [
            ("DELETE", "/api/v1/nodes/a"),
            ("PATCH", "/api/v1/namespaces/default/pods/p/status"),
            ("POST", "/apis/apps/v1/namespaces/default/deployments"),
            ("POST", "/apis/nowhere/v1/things"),
            ("POST", "/version"),
        ] {
            let request = Request { method: method.into(), uri: uri.into(), ..Request::default() };
            assert_eq!(authorize(&Kinds::default(), &request, &[]), Ok(()), "{method} {uri}");
        }
    }
}
