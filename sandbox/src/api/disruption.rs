//! The condition of a disruption budget, which the eviction handler and the controller both keep. Models
//! `k8s.io/component-helpers/apps/poddisruptionbudget`.

use crate::{clock::Time, json, object::Object};

/// Sets condition `DisruptionAllowed` by the number of allowed disruptions.
pub fn set_disruption_condition(budget: &mut Object, now: Time) {
    let allowed = budget["status"]["disruptionsAllowed"].int().unwrap_or(0) > 0;
    let (status, reason) = if allowed { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    let old = budget.condition("DisruptionAllowed").clone();
    let mut new = json!({"type": "DisruptionAllowed", "status": status, "reason": reason, "message": ""});
    new.set("observedGeneration", budget["status"]["observedGeneration"].clone());
    let kept = (old["status"] == *status).then(|| old["lastTransitionTime"].clone());
    new.set("lastTransitionTime", kept.unwrap_or_else(|| now.into()));
    let conditions = budget["status"]["conditions"].list_mut();
    conditions.retain(|c| c["type"] != "DisruptionAllowed");
    conditions.push(new);
}
