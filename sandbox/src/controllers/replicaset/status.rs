//! What a replica set says of itself. Models `calculateStatus` of the replicaset controller.

use crate::{
    clock::Time,
    controllers::common::{is_available, is_ready},
    json,
    json::Json,
    object::Object,
    selector::Labels,
};

/// The new status. `failure`: reason and message of pods that could not be created or deleted.
pub fn status(rs: &Object, active: &[&Object], failure: Option<(&str, &str)>, now: Time) -> Json {
    let min_ready_s = rs["spec"]["minReadySeconds"].int().unwrap_or(0);
    let template = Labels::from_map(&rs["spec"]["template"]["metadata"]["labels"]);
    let count = |f: &dyn Fn(&Object) -> bool| -> i64 { active.iter().filter(|p| f(p)).count() as i64 };
    let mut s = json!({"replicas": active.len(), "observedGeneration": rs.generation()});
    for (field, n) in [
        ("fullyLabeledReplicas", count(&|p| template.selects(p))),
        ("readyReplicas", count(&is_ready)),
        ("availableReplicas", count(&|p| is_available(p, min_ready_s, now))),
    ] {
        s.set(field, (n != 0).then_some(n));
    }
    let conditions = rs["status"]["conditions"].list();
    let old = conditions.iter().find(|c| c["type"] == "ReplicaFailure");
    let mut kept: Vec<Json> = conditions.iter().filter(|c| c["type"] != "ReplicaFailure").cloned().collect();
    kept.extend(failure.map(|(reason, message)| match old {
        Some(old) => old.clone(),
        None => {
            let mut c =
                json!({"type": "ReplicaFailure", "status": "True", "reason": reason, "message": message});
            c.set("lastTransitionTime", now);
            c
        }
    }));
    s.set("conditions", (!kept.is_empty()).then_some(kept));
    s
}
