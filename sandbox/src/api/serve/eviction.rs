//! POST `eviction`: deletes a pod where its disruption budget allows it. Models `EvictionREST` of kube-apiserver.

use super::{Call, body, options::delete_options, route::Target, write::success};
use crate::{
    api::{Api, DeleteOptions, Subresource, WriteOptions, set_disruption_condition},
    json,
    json::Json,
    object::Object,
    request::Body,
    resources::{POD, POD_DISRUPTION_BUDGET},
    selector::Labels,
    status::Status,
};

/// Most evictions under way that one budget remembers.
const DISRUPTED_MAX: usize = 2000;

/// Answers an eviction.
///
/// # Errors
/// `TooManyRequests`: not now. Else as a delete.
pub fn evict(api: &mut Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let eviction = body::parse(call.request, "Eviction")?;
    let options = delete_options(call.query, &eviction["deleteOptions"], false)?;
    let pod = api.get(POD, &target.key())?.clone();
    if let Some(budget) = budget_of(api, &pod)? {
        take(api, &pod, budget, &options)?;
    }
    if !options.dry_run && options.uid.as_ref().is_none_or(|uid| uid == pod.uid()) {
        mark(api, &pod);
    }
    api.delete(POD, &target.key(), &options)?;
    Ok(success(201, Json::Null))
}

/// Tells the pod why it goes. Models `addConditionAndDeletePod`.
fn mark(api: &mut Api, pod: &Object) {
    let now = api.now();
    let since = match pod.condition("DisruptionTarget") {
        old if old["status"] == "True" => old["lastTransitionTime"].clone(),
        _ => now.into(),
    };
    let mut condition = json!({
        "type": "DisruptionTarget", "status": "True", "lastProbeTime": null,
        "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting",
    });
    condition.set("lastTransitionTime", since);
    api.update_status(POD, &pod.key(), |p| {
        let list = p["status"]["conditions"].list_mut();
        match list.iter().position(|c| c["type"] == "DisruptionTarget") {
            Some(i) => list.make_mut()[i] = condition,
            None => list.push(condition),
        }
    });
}

/// The budget that protects the pod; pods that do not run are not protected.
fn budget_of(api: &Api, pod: &Object) -> Result<Option<Object>, Status> {
    let phase = pod["status"]["phase"].text();
    if pod.is_terminating() || matches!(phase, "Succeeded" | "Failed" | "Pending") {
        return Ok(None);
    }
    let covers = |b: &&Object| {
        let selector = &b["spec"]["selector"];
        !selector.is_null() && Labels::from_object(selector).selects(pod)
    };
    let budgets: Vec<&Object> = api.list(POD_DISRUPTION_BUDGET, pod.namespace()).filter(covers).collect();
    match budgets.as_slice() {
        [] => Ok(None),
        [one] => Ok((!is_free(one, pod)).then(|| (*one).clone())),
        _ => Err(Status::plain_error(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        )),
    }
}

/// Is it a pod that is not ready and may go without costing a disruption?
fn is_free(budget: &Object, pod: &Object) -> bool {
    let number = |field: &str| budget["status"][field].int().unwrap_or(0);
    let always = budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow";
    let enough = number("currentHealthy") >= number("desiredHealthy") && number("desiredHealthy") > 0;
    pod.condition("Ready")["status"] != *"True" && (always || enough)
}

/// Takes one of the budget's disruptions, in the API server's name.
fn take(api: &mut Api, pod: &Object, mut budget: Object, options: &DeleteOptions) -> Result<(), Status> {
    let (name, status) = (budget.name().clone(), &budget["status"]);
    let number = |field: &str| status[field].int().unwrap_or(0);
    if number("observedGeneration") < budget.generation() {
        let why = format!("The disruption budget {name} is still being processed by the server.");
        return Err(too_many(&why, Some(10)));
    }
    let allowed = number("disruptionsAllowed");
    if allowed <= 0 {
        let why = format!(
            "The disruption budget {name} needs {} healthy pods and has {} currently",
            number("desiredHealthy"),
            number("currentHealthy")
        );
        return Err(too_many(&why, None));
    }
    if status["disruptedPods"].entries().count() > DISRUPTED_MAX {
        let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
        return Err(Status::forbidden(POD_DISRUPTION_BUDGET.def(), &name, why));
    }
    let now = api.now();
    budget["status"].set("disruptionsAllowed", allowed - 1);
    budget["status"]["disruptedPods"].set(pod.name(), now);
    if allowed == 1 {
        set_disruption_condition(&mut budget, now);
    }
    let write = WriteOptions::dry_run(options.dry_run);
    api.by_itself(|api| api.update_with(POD_DISRUPTION_BUDGET, budget, Subresource::Status, write)).map(drop)
}

fn too_many(cause: &str, retry_after_s: Option<i64>) -> Status {
    let mut details = json!({"causes": [{"reason": "DisruptionBudget", "message": cause}]});
    details.set("retryAfterSeconds", retry_after_s.map_or(Json::Null, Json::from));
    Status {
        code: 429,
        reason: "TooManyRequests",
        message: "Cannot evict pod as it would violate the pod's disruption budget.".into(),
        details,
    }
}
