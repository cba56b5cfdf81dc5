//! Delete over HTTP. Models `DeleteResource` and `DeleteCollection`.

use super::{
    Call, body, json_body,
    list::{Listed, list},
    options::{ListOptions, delete_options, leaves_policy_open},
    read::{list_json, one},
    route::Target,
    write::success,
};
use crate::{
    api::{Api, DeleteOptions},
    json::Json,
    object::Object,
    request::Body,
    resources::{self, Def, Resource},
    status::Status,
};

/// Namespaces that cannot be deleted. Models the admission plugin NamespaceLifecycle.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

/// What a job's pods become where nobody says.
const ORPHANS: &str = "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to \
                       remove them or set propagationPolicy=Orphan to suppress this warning";

/// The options, and what to warn of.
fn options(
    call: &Call<'_>,
    def: Def<'_>,
    resource: Resource,
) -> Result<(DeleteOptions, Option<String>), Status> {
    let body = if call.request.body.trim().is_empty() {
        Json::Null
    } else {
        body::parse(call.request, "DeleteOptions")?
    };
    let options = delete_options(call.query, &body, def.built_in().is_some_and(|d| d.orphans))?;
    let warns = resource == resources::JOB && leaves_policy_open(call.query, &body);
    Ok((options, warns.then(|| ORPHANS.to_owned())))
}

pub fn delete(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let (options, warning) = options(call, api.def(target.resource), target.resource)?;
    let key = target.key();
    if target.resource == resources::NAMESPACE && IMMORTAL.contains(&key.name.as_str()) {
        let why = "this namespace may not be deleted";
        return Err(Status::forbidden(api.def(target.resource), &key.name, why));
    }
    let (object, gone) = api.delete(target.resource, &key, &options)?;
    let mut answer = if gone && !api.def(target.resource).returns_deleted {
        success(200, details(api.def(target.resource), &object))
    } else {
        one(api, call, target, 200, &object)
    };
    answer.warnings.extend(warning);
    Ok(answer)
}

fn details(def: Def<'_>, object: &Object) -> Json {
    let mut d = Json::object();
    d.set("name", object.name());
    d.set("group", (!def.group.is_empty()).then_some(def.group));
    d.set("kind", def.plural);
    d.set("uid", object.uid());
    d
}

pub fn delete_collection(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let kinds = api.kinds().clone();
    let def = kinds.def(target.resource);
    if target.resource == resources::NAMESPACE || (def.namespaced && target.namespace.is_empty()) {
        return Err(Status::method_not_allowed());
    }
    let (options, warning) = options(call, api.def(target.resource), target.resource)?;
    let selection = ListOptions::parse(call.query, def, false)?;
    let listed = list(api, target, &selection)?;
    let mut deleted = Vec::new();
    for object in &listed.objects {
        // What went in between is gone as well.
        if let Ok((last, _)) = api.delete(target.resource, &object.key(), &options) {
            deleted.push(last);
        }
    }
    let answer =
        Listed { objects: deleted, revision: api.store().revision(), next: listed.next, remaining: None };
    let mut answer = json_body(200, &list_json(api, call, target, &answer));
    answer.warnings.extend(warning);
    Ok(answer)
}
