//! A controller that rolls Deployments back which ask for it by a label, once they have exceeded their progress deadline.
//! Models `kubectl rollout undo` (`DeploymentRollbacker` of kubectl): the template and the annotations of the revision before the last
//! come back by one JSON patch. As with `undo`, that is the revision before, whether or not it ever worked. What it has brought back it
//! leaves alone: the number that this revision gets stands in an annotation, so that a controller that starts anew knows it, too.
//! Omits: the end of a watch after some minutes, with which rights would be asked for again.

use std::collections::BTreeMap;

use ecow::{EcoString, eco_format};

use crate::{
    api::{Api, access::Ask},
    clock::Time,
    json,
    json::Json,
    object::{Key, Object},
    request::Request,
    resources::{DEPLOYMENT, REPLICA_SET, Resource},
    status::Status,
    user::User,
};

/// Label of Deployments that want to be rolled back.
const LABEL: &str = "pilothouse.dev/auto-rollback";
/// Annotation with the number of the revision that was brought back last: the one after that which failed.
const RESTORED: &str = "pilothouse.dev/restored-revision";
/// Label that a replica set's template has beyond that of its Deployment.
const HASH: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";
/// How it names itself, in events and as the owner of fields.
const SELF: &str = "rollback-controller";
/// Annotations that a Deployment keeps when it goes back; the others are those of the revision.
const KEPT: [&str; 6] = [
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "kubectl.kubernetes.io/last-applied-configuration",
    "deprecated.deployment.rollback.to",
];

/// What one container of it remembers.
#[derive(Clone, Debug, Default)]
pub struct Rollback {
    /// Was it let in to watch? Who is, is not asked again.
    watches: bool,
    /// Rollbacks by the Deployment's uid: until its status is of later, it speaks of before.
    done: BTreeMap<EcoString, Time>,
    /// What was last said about a Deployment that is left alone.
    said: BTreeMap<EcoString, EcoString>,
}

/// What came of a look.
#[derive(Debug, Default)]
pub struct Looked {
    /// What it prints.
    pub lines: Vec<EcoString>,
    /// Was anything refused, so that it should look again?
    pub failed: bool,
}

/// What is to be done about a Deployment that is stuck.
#[derive(Debug, PartialEq)]
enum Verdict<'a> {
    /// It goes back from a revision to that of a replica set.
    Back { from: i64, to: &'a Object },
    /// It is left alone, for this reason.
    Leave(EcoString),
}

/// What it prints when it starts.
pub fn greeting(namespace: &str) -> EcoString {
    eco_format!("watching deployments with {LABEL}=true in namespace {namespace:?}")
}

/// Does a Deployment ask to be rolled back, and has it exceeded its progress deadline? A status of before the last change of
/// the spec says nothing.
pub fn is_stuck(d: &Object) -> bool {
    let progressing = d.condition("Progressing");
    d.label(LABEL) == Some("true")
        && !d.is_terminating()
        && d["status"]["observedGeneration"].int().unwrap_or(0) >= d.generation()
        && progressing["status"] == "False"
        && progressing["reason"] == "ProgressDeadlineExceeded"
}

impl Rollback {
    /// Looks at the Deployments of a namespace, and does what is to be done.
    pub fn look(&mut self, user: &User, namespace: &str, api: &mut Api) -> Looked {
        let mut looked = Looked::default();
        if !self.watches
            && let Err(status) = may(api, user, &["list", "watch"], DEPLOYMENT, namespace)
        {
            looked.fail("cannot watch deployments", &status);
            return looked;
        }
        self.watches = true;
        let stuck: Vec<Object> = api.list(DEPLOYMENT, namespace).filter(|d| is_stuck(d)).cloned().collect();
        for d in &stuck {
            self.help(d, user, api, &mut looked);
        }
        looked
    }

    fn help(&mut self, d: &Object, user: &User, api: &mut Api, looked: &mut Looked) {
        let since = d.condition("Progressing")["lastUpdateTime"].time().unwrap_or_default();
        if self.done.get(d.uid()).is_some_and(|done| since <= *done) {
            return;
        }
        let name = d.name();
        if let Err(status) = may(api, user, &["list"], REPLICA_SET, d.namespace()) {
            return looked.fail(&format!("deployment/{name}: cannot list its revisions"), &status);
        }
        let sets: Vec<Object> = api.owned_by(d.uid(), REPLICA_SET).cloned().collect();
        match judge(d, &sets) {
            Verdict::Leave(why) => {
                if self.said.get(d.uid()) != Some(&why) {
                    looked.lines.push(eco_format!("deployment/{name}: {why}"));
                    self.said.insert(d.uid().clone(), why);
                }
            }
            Verdict::Back { from, to } => {
                if let Err(status) = api.write_inside(&undo(d, from, to, user)) {
                    return looked.fail(&format!("deployment/{name}: cannot roll back"), &status);
                }
                self.done.insert(d.uid().clone(), api.now());
                let what = deed(from, to);
                looked.lines.push(eco_format!("deployment/{name}: {what}"));
                if let Err(status) = api.write_inside(&tell(d, &what, user, api.now())) {
                    looked.say(&format!("deployment/{name}: cannot write an event"), &status);
                }
            }
        }
    }
}

impl Looked {
    fn say(&mut self, what: &str, status: &Status) {
        self.lines.push(eco_format!("{what}: {}", status.message));
    }

    fn fail(&mut self, what: &str, status: &Status) {
        self.say(what, status);
        self.failed = true;
    }
}

/// May it do this with all objects of a kind?
fn may(api: &Api, user: &User, verbs: &[&str], resource: Resource, namespace: &str) -> Result<(), Status> {
    let def = resource.def();
    verbs
        .iter()
        .try_for_each(|verb| api.may_inside(user, &Ask::about(verb, def.group, def.plural, namespace, "")))
}

fn revision(set: &Object) -> i64 {
    set.annotation(REVISION).and_then(|r| r.parse().ok()).unwrap_or(0)
}

fn judge<'a>(d: &Object, sets: &'a [Object]) -> Verdict<'a> {
    if d["spec"]["paused"].bool() == Some(true) {
        return Verdict::Leave("it is paused, so it cannot be rolled back".into());
    }
    let mut sets: Vec<&Object> = sets.iter().collect();
    sets.sort_by_key(|set| revision(set));
    let [.., before, newest] = sets.as_slice() else {
        return Verdict::Leave("there is no revision to roll back to".into());
    };
    let from = revision(newest);
    if d.annotation(RESTORED).is_some_and(|restored| restored.parse() == Ok(from)) {
        let why = "was brought back before, and exceeded its progress deadline as well; leaving it to people";
        return Verdict::Leave(eco_format!("revision {from} {why}"));
    }
    Verdict::Back { from, to: before }
}

fn deed(from: i64, to: &Object) -> EcoString {
    eco_format!("revision {from} exceeded its progress deadline, rolled back to revision {}", revision(to))
}

/// The request by which a Deployment goes back to a replica set's template.
fn undo(d: &Object, from: i64, to: &Object, user: &User) -> Request {
    let mut annotations = Json::object();
    for (name, value) in d["metadata"]["annotations"].entries().filter(|(name, _)| is_kept(name)) {
        annotations.set(name, value.clone());
    }
    for (name, value) in to["metadata"]["annotations"].entries().filter(|(name, _)| !is_kept(name)) {
        annotations.set(name, value.clone());
    }
    annotations.set(RESTORED, eco_format!("{}", from + 1));
    let mut template = to["spec"]["template"].clone();
    template["metadata"]["labels"].remove(HASH);
    let replace = |path: &str, value: Json| json!({"op": "replace", "path": path}).with("value", value);
    let patch: Json = [replace("/spec/template", template), replace("/metadata/annotations", annotations)]
        .into_iter()
        .collect();
    request("PATCH", &path(DEPLOYMENT, &d.key()), "application/json-patch+json", &patch, user)
}

fn is_kept(annotation: &str) -> bool {
    KEPT.contains(&annotation)
}

/// The request that tells of it by an event.
fn tell(d: &Object, what: &str, user: &User, now: Time) -> Request {
    let about = |field: &str| d["metadata"][field].clone();
    let mut involved = json!({"apiVersion": "apps/v1", "kind": "Deployment"});
    for field in ["name", "namespace", "uid", "resourceVersion"] {
        involved.set(field, about(field));
    }
    let mut metadata = Json::object().with("namespace", about("namespace"));
    metadata.set("generateName", eco_format!("{}.", d.name()));
    let mut event = json!({"apiVersion": "v1", "kind": "Event", "type": "Normal", "reason": "AutoRollback", "count": 1,
        "source": {"component": SELF}, "reportingComponent": SELF});
    event.set("metadata", metadata);
    event.set("involvedObject", involved);
    event.set("message", what);
    event.set("firstTimestamp", now);
    event.set("lastTimestamp", now);
    let uri = format!("/api/v1/namespaces/{}/events", d.namespace());
    request("POST", &uri, "application/json", &event, user)
}

fn path(resource: Resource, key: &Key) -> String {
    let def = resource.def();
    format!("/apis/{}/namespaces/{}/{}/{}", def.api_version(), key.namespace, def.plural, key.name)
}

fn request(method: &str, uri: &str, content_type: &str, body: &Json, user: &User) -> Request {
    Request {
        user: user.clone(),
        method: method.into(),
        uri: uri.into(),
        content_type: content_type.into(),
        user_agent: SELF.into(),
        body: String::from_utf8(body.to_bytes()).unwrap_or_default(),
        ..Request::default()
    }
}
