//! Deployments and ReplicaSets at rest.

use sandbox::{api::Api, object::Object, resources};

use super::Verdict;
use crate::{
    pods::{image, image_wanted, is_ready, is_terminal},
    world::GOOD,
};

pub fn deployment(api: &Api, deployment: &Object) -> Verdict {
    let name = deployment.name();
    if deployment.at("status.observedGeneration").int() != Some(deployment.generation()) {
        return Err(format!("Deployment {name} was not looked at since its last change"));
    }
    let wanted = deployment.at("spec.replicas").int().unwrap_or(1);
    let all = || api.list(resources::POD, deployment.namespace()).filter(|p| p.label("app") == Some(name));
    if deployment.is_terminating() {
        // It waits for its dependents, as those on a machine that is silent.
        return if all().next().is_some() {
            Ok(())
        } else {
            Err(format!("Deployment {name} was deleted and stays"))
        };
    }
    let pods: Vec<&Object> = all().filter(|p| !p.is_terminating() && !is_terminal(p)).collect();
    let wanted_image = image_wanted(deployment);
    let all_well = pods.iter().all(|p| is_ready(p));
    if !GOOD.contains(&wanted_image)
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
    if !met || pods.iter().any(|p| image(p) != wanted_image) {
        return Err(format!("Deployment {name} wants {wanted} of {wanted_image}: {}", deployment["status"]));
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

pub fn replica_set(api: &Api, set: &Object) -> Verdict {
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
