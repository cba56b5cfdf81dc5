//! What must be once the faults have stopped and time has passed: wishes that can be met are met, and what is not met says why.

use std::collections::BTreeSet;

use sandbox::{
    api::Api,
    cluster::Cluster,
    json::Json,
    object::Object,
    resources::{self, Resource},
};

use super::{
    places::is_for,
    pods::{asked, image, is_ready, is_terminal, millis, node_of},
    reasons,
    world::GOOD,
};

type Verdict = Result<(), String>;

/// Pods, and how many of them are Ready.
pub fn look(cluster: &Cluster) -> Result<(u64, u64), String> {
    let api = cluster.api();
    dead_machines_are_left(api)?;
    api.list(resources::POD, "").try_for_each(|pod| reasons::explained(api, pod))?;
    api.list(resources::DEPLOYMENT, "").try_for_each(|d| deployment(api, d))?;
    api.list(resources::REPLICA_SET, "").try_for_each(|rs| replica_set(api, rs))?;
    api.list(resources::STATEFUL_SET, "").try_for_each(|set| stateful_set(api, set))?;
    api.list(resources::DAEMON_SET, "").try_for_each(|set| daemon_set(api, set))?;
    api.list(resources::JOB, "").try_for_each(|j| job(api, j))?;
    api.list(resources::SERVICE, "").try_for_each(|s| endpoints(api, s))?;
    api.list(resources::POD_DISRUPTION_BUDGET, "").try_for_each(|b| budget(api, b))?;
    api.list(resources::RESOURCE_QUOTA, "").try_for_each(|q| quota(api, q))?;
    api.list(resources::HORIZONTAL_POD_AUTOSCALER, "").try_for_each(|h| autoscaler(api, h))?;
    api.list(resources::PERSISTENT_VOLUME_CLAIM, "").try_for_each(|c| claim(api, c))?;
    owners_exist(api)?;
    let ready = api.list(resources::POD, "").filter(|p| is_ready(p)).count() as u64;
    Ok((api.list(resources::POD, "").count() as u64, ready))
}

/// A node that does not answer is tainted, and who does not bear that has to go.
fn dead_machines_are_left(api: &Api) -> Verdict {
    let silent = |n: &&Object| n.condition("Ready")["status"] != "True";
    let nodes = api.list(resources::NODE, "").count();
    let dead: Vec<&Object> = api.list(resources::NODE, "").filter(silent).collect();
    for node in &dead {
        let evicts = |t: &Json| t["effect"] == "NoExecute";
        let tainted = node.at("spec.taints").list().iter().any(evicts);
        // Models the zone states of the node lifecycle controller: it stops tainting when most of a small zone is silent.
        if !tainted && dead.len() < nodes && dead.len() <= 2 {
            return Err(format!("node {} is silent and has no NoExecute taint", node.name()));
        }
        for pod in api.list(resources::POD, "").filter(|p| node_of(p) == node.name() && !is_terminal(p)) {
            if tainted && !pod.is_terminating() && !bears_for_good(pod) {
                return Err(format!(
                    "pod {} is still meant to be on the silent node {}",
                    pod.name(),
                    node.name()
                ));
            }
            if is_ready(pod) {
                return Err(format!("pod {} counts as ready on the silent node {}", pod.name(), node.name()));
            }
        }
    }
    Ok(())
}

fn bears_for_good(pod: &Object) -> bool {
    let tolerations = pod.at("spec.tolerations").list();
    tolerations
        .iter()
        .any(|t| t["key"] == "node.kubernetes.io/unreachable" && t["tolerationSeconds"].is_null())
}

fn deployment(api: &Api, deployment: &Object) -> Verdict {
    let name = deployment.name();
    if deployment.at("status.observedGeneration").int() != Some(deployment.generation()) {
        return Err(format!("Deployment {name} was not looked at since its last change"));
    }
    let wanted = deployment.at("spec.replicas").int().unwrap_or(1);
    let of_it = |p: &&Object| {
        p.label("app") == Some(name) && p.namespace() == deployment.namespace() && !p.is_terminating()
    };
    let pods: Vec<&Object> = api.list(resources::POD, "").filter(of_it).collect();
    let image_wanted = deployment.at("spec.template.spec.containers").list()[0]["image"].text();
    let all_well = pods.iter().all(|p| is_ready(p));
    if !GOOD.contains(&image_wanted)
        || !all_well
        || is_held(api, deployment)
        || refused(api, deployment.namespace())
    {
        return Ok(());
    }
    let count = |field: &str| deployment["status"][field].int().unwrap_or(0);
    let met = count("updatedReplicas") == wanted
        && count("availableReplicas") == wanted
        && count("replicas") == wanted;
    if !met || pods.iter().any(|p| image(p) != image_wanted) {
        return Err(format!("Deployment {name} wants {wanted} of {image_wanted}: {}", deployment["status"]));
    }
    Ok(())
}

/// Nothing new comes by the strategy Recreate while an old pod has not ended, as on a machine that is silent.
fn is_held(api: &Api, deployment: &Object) -> bool {
    let is_going = |p: &Object| p.is_terminating() && !is_terminal(p);
    let of_it =
        |p: &Object| p.label("app") == Some(deployment.name()) && p.namespace() == deployment.namespace();
    deployment.at("spec.strategy.type") == "Recreate"
        && api.list(resources::POD, "").any(|p| of_it(p) && is_going(p))
}

/// Was a pod of this namespace refused for its quota?
fn refused(api: &Api, namespace: &str) -> bool {
    api.list(resources::EVENT, namespace).any(|e| e["reason"] == "FailedCreate")
}

fn replica_set(api: &Api, set: &Object) -> Verdict {
    let wanted = set.at("spec.replicas").int().unwrap_or(1);
    let pods =
        api.owned_by(set.uid(), resources::POD).filter(|p| !p.is_terminating() && !is_terminal(p)).count()
            as i64;
    let is_excused = pods < wanted && refused(api, set.namespace());
    if pods != wanted && !is_excused && !set.is_terminating() {
        return Err(format!("ReplicaSet {} wants {wanted} pods and has {pods}", set.name()));
    }
    Ok(())
}

fn stateful_set(api: &Api, set: &Object) -> Verdict {
    let wanted = set.at("spec.replicas").int().unwrap_or(1);
    let pods: Vec<&Object> = api.owned_by(set.uid(), resources::POD).collect();
    if pods.iter().any(|p| !is_ready(p) || p.is_terminating()) {
        return Ok(());
    }
    let mut names: Vec<String> = pods.iter().map(|p| p.name().to_string()).collect();
    names.sort();
    let expected: Vec<String> = (0..wanted).map(|n| format!("{}-{n}", set.name())).collect();
    if names != expected || set.at("status.readyReplicas").int().unwrap_or(0) != wanted {
        return Err(format!(
            "StatefulSet {} wants {wanted} and has {names:?}: {}",
            set.name(),
            set["status"]
        ));
    }
    Ok(())
}

fn daemon_set(api: &Api, set: &Object) -> Verdict {
    let pods: Vec<&Object> = api.owned_by(set.uid(), resources::POD).collect();
    for node in api.list(resources::NODE, "") {
        let here = || pods.iter().filter(|p| is_for(p, node.name()));
        let repels = |effect: &str| {
            let taints = node.at("spec.taints").list();
            taints.iter().any(|t| t["effect"] == *effect && !daemons_bear(t))
        };
        let is_right = if repels("NoExecute") {
            here().all(|p| p.is_terminating())
        } else if repels("NoSchedule") {
            // who is there stays
            here().count() <= 1
        } else {
            here().count() == 1
        };
        if !is_right {
            let (name, node, count) = (set.name(), node.name(), here().count());
            return Err(format!("DaemonSet {name} has {count} pods for node {node}"));
        }
    }
    Ok(())
}

/// Models the tolerations that the DaemonSet controller gives to its pods.
fn daemons_bear(taint: &Json) -> bool {
    match taint["key"].text() {
        "node.kubernetes.io/unschedulable" => true,
        "node.kubernetes.io/not-ready" | "node.kubernetes.io/unreachable" => taint["effect"] == "NoExecute",
        _ => false,
    }
}

fn job(api: &Api, job: &Object) -> Verdict {
    let is_over = ["Complete", "Failed"].iter().any(|c| job.condition(c)["status"] == "True");
    let waits = api.owned_by(job.uid(), resources::POD).any(|p| !is_terminal(p));
    if !is_over && !waits {
        return Err(format!(
            "Job {} is not over, and no pod of it is on its way: {}",
            job.name(),
            job["status"]
        ));
    }
    Ok(())
}

fn endpoints(api: &Api, service: &Object) -> Verdict {
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

fn budget(api: &Api, budget: &Object) -> Verdict {
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

fn quota(api: &Api, quota: &Object) -> Verdict {
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
fn autoscaler(api: &Api, hpa: &Object) -> Verdict {
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
fn claim(api: &Api, claim: &Object) -> Verdict {
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

/// Who has a controller has one that exists.
fn owners_exist(api: &Api) -> Verdict {
    const OWNERS: [Resource; 7] = [
        resources::DEPLOYMENT,
        resources::REPLICA_SET,
        resources::STATEFUL_SET,
        resources::DAEMON_SET,
        resources::JOB,
        resources::CRON_JOB,
        resources::SERVICE,
    ];
    const OWNED: [Resource; 5] = [
        resources::POD,
        resources::REPLICA_SET,
        resources::JOB,
        resources::ENDPOINT_SLICE,
        resources::CONTROLLER_REVISION,
    ];
    let uids: BTreeSet<&str> =
        OWNERS.iter().flat_map(|o| api.list(*o, "")).map(|o| o.uid().as_str()).collect();
    for object in OWNED.iter().flat_map(|o| api.list(*o, "")) {
        if object.controller_uid().is_some_and(|uid| !uids.contains(uid.as_str())) && !object.is_terminating()
        {
            return Err(format!("the owner of {} is no more", object.name()));
        }
    }
    Ok(())
}
