//! What a replica set says of itself. Models `calculateStatus` of the replicaset controller.

use crate::{
    clock::Time,
    controllers::common::{available_at, is_ready},
    json,
    json::Json,
    object::Object,
    selector::Labels,
};

/// The active pods of a set, counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Census {
    /// All of them.
    pub replicas: usize,
    /// Those that have the labels of the template.
    pub labelled: usize,
    /// Those that are ready.
    pub ready: usize,
    /// When each of the latter counts as available; `None` where that is at once.
    pub available_at: Option<Vec<Time>>,
}

impl Census {
    /// Counts them.
    pub fn of(rs: &Object, active: &[&Object]) -> Self {
        let min_ready_s = super::min_ready_s(rs);
        let template = Labels::from_map(&rs["spec"]["template"]["metadata"]["labels"]);
        let at = || active.iter().filter_map(|p| available_at(p, min_ready_s)).collect();
        Self {
            replicas: active.len(),
            labelled: active.iter().filter(|p| template.selects(p)).count(),
            ready: active.iter().filter(|p| is_ready(p)).count(),
            available_at: (min_ready_s != 0).then(at),
        }
    }

    fn available(&self, now: Time) -> usize {
        match &self.available_at {
            None => self.ready,
            Some(at) => at.iter().filter(|at| **at <= now).count(),
        }
    }
}

/// The new status. `failure`: reason and message of pods that could not be created or deleted.
pub fn status(rs: &Object, census: &Census, failure: Option<(&str, &str)>, now: Time) -> Json {
    let mut s = json!({"replicas": census.replicas, "observedGeneration": rs.generation()});
    for (field, n) in [
        ("fullyLabeledReplicas", census.labelled),
        ("readyReplicas", census.ready),
        ("availableReplicas", census.available(now)),
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
