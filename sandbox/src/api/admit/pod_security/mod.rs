//! Models the admission plugin PodSecurity: what a namespace's labels enforce, and of what they warn. Omits: audit annotations
//! (there is no audit log), exemptions, older versions of the standards than the newest (a version is taken as `latest`).

mod baseline;
mod restricted;
mod spec;
#[cfg(test)]
mod tests;

use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    resources::{self, NAMESPACE, POD, Resource},
    status::{FieldError, Status},
};
use spec::Pod;

const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];
const PREFIX: &str = "pod-security.kubernetes.io/";

/// A level of the Pod Security Standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Privileged,
    Baseline,
    Restricted,
}

/// What a mode of a namespace asks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Policy {
    level: Level,
    version: String,
}

/// What a standard finds fault with: what is wrong, and where.
pub(super) type Finding = (&'static str, String);

/// Refuses a pod that its namespace does not allow.
///
/// # Errors
/// `Forbidden`, with all that is wrong.
pub(super) fn enforce(api: &Api, pod: &Object) -> Result<(), Status> {
    let Some(policy) = policy(api, pod.namespace(), "enforce") else { return Ok(()) };
    match violations(&policy, &pod["metadata"], &pod["spec"]) {
        None => Ok(()),
        Some(why) => {
            let why = format!("violates PodSecurity \"{}:{}\": {why}", word(policy.level), policy.version);
            Err(Status::forbidden(POD.def(), pod.name(), &why))
        }
    }
}

/// What a namespace wants its users to be warned of, of a pod or of one that a workload would make; and of the pods in a
/// namespace that has become stricter.
pub fn warnings(api: &Api, resource: Resource, object: &Object, old: Option<&Object>) -> Vec<String> {
    if resource == NAMESPACE {
        return old.map_or_else(Vec::new, |old| namespace_warnings(api, object, old));
    }
    if resource == POD && old.is_some() {
        return Vec::new();
    }
    let Some((metadata, spec)) = template(resource, object) else { return Vec::new() };
    let Some(policy) = policy(api, object.namespace(), "warn") else { return Vec::new() };
    let found = violations(&policy, metadata, spec);
    let text =
        |why| format!("would violate PodSecurity \"{}:{}\": {why}", word(policy.level), policy.version);
    found.map(text).into_iter().collect()
}

/// Can a write of this kind be warned of?
pub fn concerns(resource: Resource) -> bool {
    resource == NAMESPACE || resource == POD || template_path(resource).is_some()
}

/// Which pods that are there a stricter namespace would refuse.
fn namespace_warnings(api: &Api, namespace: &Object, old: &Object) -> Vec<String> {
    let Some(policy) = read(namespace, "enforce") else { return Vec::new() };
    if read(old, "enforce").is_some_and(|old| old.level >= policy.level) {
        return Vec::new();
    }
    let mut by_fault: Vec<(String, Vec<&str>)> = Vec::new();
    for pod in api.list(POD, namespace.name()) {
        let Some(faults) = faults(&policy, &pod["metadata"], &pod["spec"]) else { continue };
        let faults = faults.iter().map(|(what, _)| *what).collect::<Vec<_>>().join(", ");
        match by_fault.iter_mut().find(|(f, _)| *f == faults) {
            Some((_, pods)) => pods.push(pod.name()),
            None => by_fault.push((faults, vec![pod.name()])),
        }
    }
    if by_fault.is_empty() {
        return Vec::new();
    }
    let head = format!(
        "existing pods in namespace {:?} violate the new PodSecurity enforce level \"{}:{}\"",
        namespace.name().as_str(),
        word(policy.level),
        policy.version
    );
    let pods = |(faults, pods): (String, Vec<&str>)| match pods.as_slice() {
        [one] => format!("{one}: {faults}"),
        [one, _] => format!("{one} (and 1 other pod): {faults}"),
        [one, others @ ..] => format!("{one} (and {} other pods): {faults}", others.len()),
        [] => faults,
    };
    std::iter::once(head).chain(by_fault.into_iter().map(pods)).collect()
}

/// What is wrong with a namespace's labels.
pub(super) fn check_labels(namespace: &Object) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in namespace["metadata"]["labels"].entries() {
        let Some(mode) = key.strip_prefix(PREFIX) else { continue };
        let text = value.text();
        let why = match mode {
            "enforce" | "audit" | "warn" if !LEVELS.contains(&text) => {
                "must be one of privileged, baseline, restricted"
            }
            "enforce-version" | "audit-version" | "warn-version" if !is_version(text) => {
                "must be \"latest\" or \"v1.x\""
            }
            _ => continue,
        };
        errors.push(FieldError::invalid(format!("metadata.labels[{key}]"), value, why));
    }
    errors
}

fn is_version(text: &str) -> bool {
    let minor = text.strip_prefix("v1.");
    text == "latest" || minor.is_some_and(|m| m == "0" || (!m.starts_with('0') && m.parse::<u32>().is_ok()))
}

/// The policy of a namespace in a mode; `None` where it lets everything through.
fn policy(api: &Api, namespace: &str, mode: &str) -> Option<Policy> {
    read(api.find(NAMESPACE, &Key::cluster(namespace))?, mode)
}

fn read(namespace: &Object, mode: &str) -> Option<Policy> {
    let label = |suffix: &str| namespace.label(&format!("{PREFIX}{mode}{suffix}"));
    let level = match label("")? {
        "privileged" => Level::Privileged,
        "baseline" => Level::Baseline,
        // What is no level is taken for the strictest.
        _ => Level::Restricted,
    };
    let version = label("-version").unwrap_or("latest").to_owned();
    (level != Level::Privileged).then_some(Policy { level, version })
}

fn word(level: Level) -> &'static str {
    LEVELS[level as usize]
}

/// All that a policy finds fault with, as one text.
fn violations(policy: &Policy, metadata: &Json, spec: &Json) -> Option<String> {
    let faults = faults(policy, metadata, spec)?;
    Some(faults.iter().map(|(what, whence)| format!("{what} ({whence})")).collect::<Vec<_>>().join(", "))
}

fn faults(policy: &Policy, metadata: &Json, spec: &Json) -> Option<Vec<Finding>> {
    let pod = Pod::new(metadata, spec);
    let mut found = baseline::check(&pod, policy.level);
    if policy.level == Level::Restricted {
        found.extend(restricted::check(&pod));
    }
    (!found.is_empty()).then_some(found)
}

/// Where a kind keeps the pods that it would make.
fn template_path(resource: Resource) -> Option<&'static str> {
    Some(match resource.built_in()?.kind {
        "PodTemplate" => "template",
        "ReplicationController" | "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            "spec.template"
        }
        "CronJob" => "spec.jobTemplate.spec.template",
        _ => return None,
    })
}

fn template(resource: Resource, object: &Object) -> Option<(&Json, &Json)> {
    if resource == resources::POD {
        return Some((&object["metadata"], &object["spec"]));
    }
    let template = object.at(template_path(resource)?);
    Some((&template["metadata"], &template["spec"]))
}
