//! Revisions of a deployment: annotations of its replica sets, and which old ones are kept. Models `deployment_util.go`.

use super::{
    DESIRED, HISTORY, MAX, REVISION,
    arithmetic::{max_surge, replicas},
};
use crate::{json::Json, object::Object};

/// Annotations that a replica set does not take over from its deployment.
const OWN: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    HISTORY,
    DESIRED,
    MAX,
    "deprecated.deployment.rollback.to",
];

/// The revision that an object carries; 0 for none.
pub fn revision(o: &Object) -> i64 {
    o.annotation(REVISION).and_then(|r| r.parse().ok()).unwrap_or(0)
}

/// Annotations that the new replica set should have, as number `next`.
pub fn annotations(d: &Object, rs: &Object, next: i64, is_new: bool) -> Json {
    let mut all = rs["metadata"]["annotations"].clone();
    for (k, v) in d["metadata"]["annotations"].entries().filter(|(k, _)| !OWN.contains(&k.as_str())) {
        all.set(k, v.clone());
    }
    let old = revision(rs);
    if old < next {
        all.set(REVISION, ecow::eco_format!("{next}"));
        if old > 0 {
            let before = rs.annotation(HISTORY).unwrap_or_default();
            let comma = if before.is_empty() { "" } else { "," };
            all.set(HISTORY, ecow::eco_format!("{before}{comma}{old}"));
        }
    }
    if is_new {
        sizes(d, &mut all);
    }
    all
}

/// Notes the deployment's size in a replica set's annotations.
pub fn sizes(d: &Object, annotations: &mut Json) {
    annotations.set(DESIRED, ecow::eco_format!("{}", replicas(d)));
    annotations.set(MAX, ecow::eco_format!("{}", replicas(d) + max_surge(d)));
}

/// Old replica sets beyond `revisionHistoryLimit`, oldest revision first.
pub fn too_old<'a>(d: &Object, old: &[&'a Object]) -> Vec<&'a Object> {
    let limit = d["spec"]["revisionHistoryLimit"].int().unwrap_or(10).max(0) as usize;
    let mut alive: Vec<&Object> = old.iter().copied().filter(|rs| !rs.is_terminating()).collect();
    alive.sort_by_key(|rs| (revision(rs), rs.created(), rs.name().clone()));
    let excess = alive.len().saturating_sub(limit);
    let is_idle = |rs: &&Object| {
        let status = |f: &str| rs["status"][f].int().unwrap_or(0);
        status("replicas") == 0 && replicas(rs) == 0 && rs.generation() <= status("observedGeneration")
    };
    alive.into_iter().take(excess).filter(is_idle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_revision_used_again_moves_to_the_front_and_remembers() {
        let d =
            Object(json!({"metadata": {"annotations": {"team": "a", REVISION: "3"}}, "spec": {"replicas": 3,
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}}));
        for (have, next, expect) in [
            (json!({}), 1, json!({"team": "a", REVISION: "1"})),
            (json!({REVISION: "1"}), 4, json!({"team": "a", REVISION: "4", HISTORY: "1"})),
            (json!({REVISION: "4", HISTORY: "1"}), 6, json!({"team": "a", REVISION: "6", HISTORY: "1,4"})),
            (json!({REVISION: "4"}), 3, json!({"team": "a", REVISION: "4"})),
        ] {
            let mut rs = Object::default();
            rs["metadata"].set("annotations", have);
            assert_eq!(annotations(&d, &rs, next, false), expect);
        }
        let fresh = annotations(&d, &Object::default(), 1, true);
        assert_eq!((fresh[DESIRED].text(), fresh[MAX].text()), ("3", "4"));
    }
}
