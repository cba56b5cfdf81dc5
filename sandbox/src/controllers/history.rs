//! Revisions that DaemonSets and StatefulSets keep of themselves. Models `pkg/controller/history`.

use crate::{
    api::Subresource,
    cluster::Ctx,
    json,
    json::Json,
    object::Object,
    resources::CONTROLLER_REVISION,
    rng::{fnv32_1, safe_encode},
};

/// The label of revisions, and of the pods made from them.
pub const HASH_LABEL: &str = "controller-revision-hash";

/// What a revision keeps of a workload: a patch that brings its template back.
pub fn patch(workload: &Object) -> Json {
    let template = workload["spec"]["template"].clone().with("$patch", "replace");
    json!({}).with("spec", Json::object().with("template", template))
}

/// The revisions that a workload owns, oldest first.
pub fn owned(owner: &Object, ctx: &Ctx<'_>) -> Vec<Object> {
    let all = ctx.api.owned_by(owner.uid(), CONTROLLER_REVISION);
    let mut all: Vec<Object> = all.filter(|r| r.controller_uid() == Some(owner.uid())).cloned().collect();
    all.sort_by_key(|r| (number(r), r.created(), r.name().clone()));
    all
}

/// `revision`.
pub fn number(revision: &Object) -> i64 {
    revision["revision"].int().unwrap_or(0)
}

/// A revision of the workload as it is now.
pub fn new_revision(owner: &Object, hash: &str, number: i64) -> Object {
    let mut revision = Object::default();
    let mut labels = owner.at("spec.template.metadata.labels").clone();
    labels.set(HASH_LABEL, hash);
    let meta = &mut revision["metadata"];
    meta.set("name", ecow::eco_format!("{}-{hash}", owner.name()));
    meta.set("namespace", owner.namespace());
    meta.set("labels", labels);
    meta.set("annotations", owner["metadata"]["annotations"].clone());
    meta.set("ownerReferences", vec![owner.owner_reference()]);
    revision.set("data", patch(owner));
    revision.set("revision", number);
    revision
}

/// Gives a revision a new number, as that of a workload that goes back to it.
pub fn renumber(revision: &Object, to: i64, ctx: &mut Ctx<'_>) -> Object {
    if number(revision) == to {
        return revision.clone();
    }
    let change = |r: &mut Object| r.set("revision", to);
    let written = ctx.api.modify(CONTROLLER_REVISION, &revision.key(), Subresource::Main, change);
    written.unwrap_or_else(|| revision.clone())
}

/// The hash in a StatefulSet's revisions. Models `HashControllerRevision`: FNV-1 over the patch as Go writes it, and over the
/// count of collisions in digits.
pub fn patch_hash(patch: &Json, collisions: i64) -> ecow::EcoString {
    let mut text = go_json(patch);
    text.push_str(&collisions.to_string());
    safe_encode(&fnv32_1(text.as_bytes()).to_string())
}

/// As `encoding/json` writes it: safe inside HTML.
fn go_json(json: &Json) -> String {
    let mut out = String::new();
    for c in json.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::pod_spec;

    #[test]
    fn hashes_are_those_of_a_real_cluster() {
        let mut set = Object(json!({"spec": {"template": {"metadata": {"labels": {"app": "db"}},
            "spec": {"containers": [{"name": "c", "image": "redis:7"}]}}}}));
        pod_spec::default_template(&mut set["spec"]["template"]);
        assert_eq!(patch_hash(&patch(&set), 0), "d889f4cf6");
        assert_ne!(patch_hash(&patch(&set), 1), "d889f4cf6");
    }

    #[test]
    fn go_escapes_what_html_would_read() {
        assert_eq!(go_json(&json!({"a": "x > 1 && y"})), r#"{"a":"x \u003e 1 \u0026\u0026 y"}"#);
    }
}
