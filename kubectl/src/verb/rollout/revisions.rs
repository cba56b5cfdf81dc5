//! The revisions of a rollout: ReplicaSets of a Deployment, ControllerRevisions of a DaemonSet or a StatefulSet.

use serde_json::Value;

use crate::{
    describe,
    fail::Done,
    http::{Cx, query},
    output::{list, number, text, typed_items},
    select::Found,
};

const NUMBER: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
const CAUSE: &str = "/metadata/annotations/kubernetes.io~1change-cause";

/// One revision.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its number.
    pub number: i64,
    /// The object that keeps it.
    pub object: Value,
    /// The pod template that it had.
    pub template: Value,
}

impl Revision {
    /// Why it was made, if somebody wrote that down.
    pub fn cause(&self) -> Option<&str> {
        Some(text(&self.object, CAUSE)).filter(|cause| !cause.is_empty())
    }
}

/// The revisions of an object, ascending.
pub async fn all(cx: &mut Cx<'_>, found: &Found) -> Done<Vec<Revision>> {
    let namespace = found.namespace.as_deref().unwrap_or_default();
    let selector = describe::selector(&found.object["spec"]["selector"]);
    let is_deployment = found.resource.kind == "Deployment";
    let plural = if is_deployment { "replicasets" } else { "controllerrevisions" };
    let url =
        format!("/apis/apps/v1/namespaces/{namespace}/{plural}{}", query(&[("labelSelector", &selector)]));
    let answer = cx.get(&url).await?;
    let uid = text(&found.object, "/metadata/uid");
    let mut revisions: Vec<Revision> = typed_items(&answer)
        .into_iter()
        .filter(|it| {
            let owners = list(it, "/metadata/ownerReferences");
            owners.iter().any(|owner| owner["controller"] == true && text(owner, "/uid") == uid)
        })
        .filter_map(|it| if is_deployment { of_replica_set(it) } else { Some(of_controller_revision(it)) })
        .collect();
    revisions.sort_by_key(|revision| revision.number);
    Ok(revisions)
}

/// None where the ReplicaSet does not say which revision it is.
fn of_replica_set(set: Value) -> Option<Revision> {
    let number = text(&set, NUMBER).parse().ok()?;
    let mut template = set["spec"]["template"].clone();
    let cause = text(&set, CAUSE);
    if !cause.is_empty() {
        template["metadata"]["annotations"]["kubernetes.io/change-cause"] = cause.into();
    }
    Some(Revision { number, object: set, template })
}

fn of_controller_revision(object: Value) -> Revision {
    let mut template = object["data"]["spec"]["template"].clone();
    if let Some(fields) = template.as_object_mut() {
        fields.remove("$patch");
    }
    Revision { number: number(&object, "/revision"), object, template }
}
