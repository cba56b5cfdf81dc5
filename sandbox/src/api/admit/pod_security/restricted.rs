//! The standard `restricted`: what it asks beyond `baseline`. Models the checks of `k8s.io/pod-security-admission/policy`.

use std::collections::BTreeSet;

use super::{
    Finding,
    spec::{Pod, containers, plural, quoted},
};
use crate::json::Json;

/// Sources of volumes that are allowed.
const VOLUMES: [&str; 8] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// What it finds fault with.
pub(super) fn check(pod: &Pod<'_>) -> Vec<Finding> {
    let linux = !pod.is_windows();
    [
        if linux { escalation(pod) } else { None },
        if linux { capabilities(pod) } else { None },
        volumes(pod),
        non_root(pod),
        root_user(pod),
        if linux { seccomp(pod) } else { None },
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn escalation(pod: &Pod<'_>) -> Option<Finding> {
    let names = pod.those(|c| c["securityContext"]["allowPrivilegeEscalation"].bool() != Some(false));
    (!names.is_empty()).then(|| {
        let why = format!("{} must set securityContext.allowPrivilegeEscalation=false", containers(&names));
        ("allowPrivilegeEscalation != false", why)
    })
}

fn capabilities(pod: &Pod<'_>) -> Option<Finding> {
    let list = |c: &Json, which: &str| c["securityContext"]["capabilities"][which].clone();
    let keeping = pod.those(|c| !list(c, "drop").list().iter().any(|d| *d == "ALL"));
    let bad = |c: &Json| -> Vec<String> {
        let added = list(c, "add");
        let bad = added.list().iter().filter(|a| **a != "NET_BIND_SERVICE");
        bad.map(|a| quoted(a.text())).collect()
    };
    let adding = pod.those(|c| !bad(c).is_empty());
    let mut whys = Vec::new();
    if !keeping.is_empty() {
        whys.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", containers(&keeping)));
    }
    if !adding.is_empty() {
        let added: BTreeSet<String> = pod.containers.iter().flat_map(|c| bad(c)).collect();
        let added = added.into_iter().collect::<Vec<_>>().join(", ");
        whys.push(format!(
            "{} must not include {added} in securityContext.capabilities.add",
            containers(&adding)
        ));
    }
    (!whys.is_empty()).then(|| ("unrestricted capabilities", whys.join("; ")))
}

fn volumes(pod: &Pod<'_>) -> Option<Finding> {
    let source = |v: &Json| v.entries().map(|(k, _)| k.to_string()).find(|k| k != "name").unwrap_or_default();
    let (mut names, mut kinds) = (Vec::new(), BTreeSet::new());
    for volume in pod.spec["volumes"].list() {
        let source = source(volume);
        if !VOLUMES.contains(&source.as_str()) {
            names.push(quoted(volume["name"].text()));
            kinds.insert(quoted(&source));
        }
    }
    (!names.is_empty()).then(|| {
        let word = plural(names.len(), "volume", "volumes");
        let verb = plural(names.len(), "uses", "use");
        let kind = plural(kinds.len(), "restricted volume type", "restricted volume types");
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        ("restricted volume types", format!("{word} {} {verb} {kind} {kinds}", names.join(", ")))
    })
}

fn non_root(pod: &Pod<'_>) -> Option<Finding> {
    let said = |o: &Json| o["securityContext"]["runAsNonRoot"].bool();
    let silent = pod.those(|c| said(c).is_none());
    let what = "runAsNonRoot != true";
    if let Some(setters) = pod.setters(|o| said(o) == Some(false)) {
        return Some((what, format!("{setters} must not set securityContext.runAsNonRoot=false")));
    }
    if said(pod.spec) == Some(true) || silent.is_empty() {
        return None;
    }
    Some((what, format!("pod or {} must set securityContext.runAsNonRoot=true", containers(&silent))))
}

fn root_user(pod: &Pod<'_>) -> Option<Finding> {
    let is_root = |o: &Json| o["securityContext"]["runAsUser"].int() == Some(0);
    let setters = pod.setters(is_root)?;
    Some(("runAsUser=0", format!("{setters} must not set runAsUser=0")))
}

fn seccomp(pod: &Pod<'_>) -> Option<Finding> {
    let kind = |o: &Json| o["securityContext"]["seccompProfile"]["type"].text().to_owned();
    let good = |kind: &str| matches!(kind, "RuntimeDefault" | "Localhost");
    let bad = |o: &Json| !kind(o).is_empty() && !good(&kind(o));
    let silent = pod.those(|c| kind(c).is_empty());
    if let Some(setters) = pod.setters(bad) {
        let all = std::iter::once(pod.spec).chain(pod.containers.iter().copied());
        let kinds: BTreeSet<String> = all.filter(|o| bad(o)).map(|o| quoted(&kind(o))).collect();
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        let why = format!("{setters} must not set securityContext.seccompProfile.type to {kinds}");
        return Some(("seccompProfile", why));
    }
    if good(&kind(pod.spec)) || silent.is_empty() {
        return None;
    }
    let why = format!(
        "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
        containers(&silent)
    );
    Some(("seccompProfile", why))
}
