//! What counts and bounds others, at rest: Services, budgets, quotas, autoscalers, claims.

use std::collections::BTreeSet;

use sandbox::{api::Api, object::Object, resources};

use super::Verdict;
use crate::pods::{asked, is_ready, is_terminal, millis};

pub fn endpoints(api: &Api, service: &Object) -> Verdict {
    let app = service.at("spec.selector.app").text();
    if app.is_empty() {
        return Ok(());
    }
    let serves = |p: &&Object| p.label("app") == Some(app) && is_ready(p) && !p.is_terminating();
    let pods = api.list(resources::POD, service.namespace()).filter(serves);
    let expected: BTreeSet<String> = pods.map(|p| p.at("status.podIP").text().to_owned()).collect();
    let slices = api.list(resources::ENDPOINT_SLICE, service.namespace());
    let of_it = slices.filter(|s| s.label("kubernetes.io/service-name") == Some(service.name()));
    let ready =
        of_it.flat_map(|s| s["endpoints"].list()).filter(|e| e["conditions"]["ready"].bool() == Some(true));
    let found: BTreeSet<String> = ready.map(|e| e["addresses"].list()[0].text().to_owned()).collect();
    if found != expected {
        return Err(format!("Service {} leads to {found:?}, ready are {expected:?}", service.name()));
    }
    Ok(())
}

pub fn budget(api: &Api, budget: &Object) -> Verdict {
    let app = budget.at("spec.selector.matchLabels.app").text();
    let healthy = |p: &&Object| p.label("app") == Some(app) && is_ready(p) && !p.is_terminating();
    let healthy = api.list(resources::POD, budget.namespace()).filter(healthy).count() as i64;
    let least = budget.at("spec.minAvailable").int().unwrap_or(0);
    let status = &budget["status"];
    let counts = |field: &str, n: i64| status[field].int() == Some(n);
    if !counts("currentHealthy", healthy) || !counts("disruptionsAllowed", (healthy - least).max(0)) {
        return Err(format!(
            "PodDisruptionBudget {}: {healthy} are healthy and {least} must be: {status}",
            budget.name()
        ));
    }
    Ok(())
}

pub fn quota(api: &Api, quota: &Object) -> Verdict {
    let pods: Vec<&Object> =
        api.list(resources::POD, quota.namespace()).filter(|p| !is_terminal(p)).collect();
    let cpu: i64 = pods.iter().map(|p| asked(p).0).sum();
    let used = quota.at("status.used");
    if used["pods"].text() != pods.len().to_string() || millis(&used["requests.cpu"]) != cpu {
        return Err(format!(
            "ResourceQuota {}: {} pods ask for {cpu}m, it counts {used}",
            quota.name(),
            pods.len()
        ));
    }
    Ok(())
}

/// Its target is within its bounds, and it says how it stands.
pub fn autoscaler(api: &Api, hpa: &Object) -> Verdict {
    let (name, spec) = (hpa.name(), &hpa["spec"]);
    let mut targets = api.list(resources::DEPLOYMENT, hpa.namespace());
    let target = targets.find(|d| spec["scaleTargetRef"]["name"] == d.name().as_str());
    let Some(replicas) = target.map(|d| d.at("spec.replicas").int().unwrap_or(1)) else { return Ok(()) };
    let bounds = spec["minReplicas"].int().unwrap_or(1)..=spec["maxReplicas"].int().unwrap_or(1);
    // None at all switches it off.
    if replicas != 0 && !bounds.contains(&replicas) {
        return Err(format!("autoscaler {name} leaves its target at {replicas}"));
    }
    if hpa.condition("AbleToScale").is_null() {
        return Err(format!("autoscaler {name} says nothing: {}", hpa["status"]));
    }
    Ok(())
}

/// A claim and its volume name each other.
pub fn claim(api: &Api, claim: &Object) -> Verdict {
    let name = claim.at("spec.volumeName").text();
    if claim.at("status.phase") != "Bound" {
        return Ok(());
    }
    let volume = api.list(resources::PERSISTENT_VOLUME, "").find(|v| v.name() == name);
    if volume
        .is_none_or(|v| v.at("spec.claimRef.uid") != claim.uid().as_str() || v.at("status.phase") != "Bound")
    {
        return Err(format!("claim {} is bound to {name}, which is not bound to it", claim.name()));
    }
    Ok(())
}
