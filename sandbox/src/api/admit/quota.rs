//! Models the admission plugin ResourceQuota and the quota evaluators. Omits: limits of what must be covered by a quota
//! (`limitedResources`), PersistentVolumeClaims, scopes of volumes.

use std::collections::BTreeMap;

use crate::{
    api::{Api, Subresource, WriteOptions},
    json::Json,
    object::Object,
    resources::{self, Def, RESOURCE_QUOTA, Resource, amount::Amount, pod::qos_class},
    status::Status,
};

/// Amounts by the names that quotas give them.
pub type Charges = BTreeMap<String, Amount>;

const COMPUTE: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// What an object uses of a quota's resources.
pub fn charges(def: Def<'_>, resource: Resource, object: &Object) -> Charges {
    let mut all = Charges::new();
    all.insert(format!("count/{}", def.qualified()), Amount::count(1));
    match resource {
        resources::POD => pod(object, &mut all),
        resources::SERVICE => service(object, &mut all),
        resources::SECRET | resources::CONFIG_MAP | RESOURCE_QUOTA => {
            all.insert(def.plural.into(), Amount::count(1));
        }
        _ => {}
    }
    all
}

fn service(service: &Object, all: &mut Charges) {
    let type_ = service["spec"]["type"].text();
    let ports = i64::try_from(service["spec"]["ports"].list().len()).unwrap_or(i64::MAX);
    let takes = service["spec"]["allocateLoadBalancerNodePorts"].bool() != Some(false);
    let exposed = type_ == "NodePort" || (type_ == "LoadBalancer" && takes);
    all.insert("services".into(), Amount::count(1));
    all.insert("services.nodeports".into(), Amount::count(if exposed { ports } else { 0 }));
    all.insert("services.loadbalancers".into(), Amount::count(i64::from(type_ == "LoadBalancer")));
}

/// A pod at its end uses nothing but its count.
fn pod(pod: &Object, all: &mut Charges) {
    if is_over(pod) {
        return;
    }
    all.insert("pods".into(), Amount::count(1));
    for part in ["requests", "limits"] {
        for (name, amount) in amounts(&pod["spec"], part) {
            if part == "requests" && COMPUTE.contains(&name.as_str()) {
                all.insert(name.clone(), amount);
            }
            all.insert(format!("{part}.{name}"), amount);
        }
    }
}

fn is_over(pod: &Object) -> bool {
    matches!(pod["status"]["phase"].text(), "Succeeded" | "Failed")
}

/// What runs together, or what an init container needs beside the sidecars before it, where that is more. Models `PodRequests`
/// and `PodLimits`. Omits: overhead.
fn amounts(spec: &Json, part: &str) -> Charges {
    let read = |c: &Json| -> Charges {
        let entries = c["resources"][part].entries();
        entries.filter_map(|(n, v)| Some((n.to_string(), Amount::read(v)?))).collect()
    };
    let (mut together, mut sidecars, mut init) = (Charges::new(), Charges::new(), Charges::new());
    for container in spec["containers"].list() {
        combine(&mut together, &read(container), Amount::plus);
    }
    for container in spec["initContainers"].list() {
        let mut need = read(container);
        combine(&mut need, &sidecars, Amount::plus);
        if container["restartPolicy"] == "Always" {
            combine(&mut together, &read(container), Amount::plus);
            sidecars.extend(need.clone());
        }
        combine(&mut init, &need, Ord::max);
    }
    combine(&mut together, &init, Ord::max);
    together
}

fn combine(all: &mut Charges, more: &Charges, of_both: fn(Amount, Amount) -> Amount) {
    for (name, amount) in more {
        let sum = all.entry(name.clone()).or_default();
        *sum = of_both(*sum, *amount);
    }
}

/// Is the object one of those that the quota counts?
pub fn matches_scopes(quota: &Object, resource: Resource, object: &Object) -> bool {
    let spec = &object["spec"];
    let is_one = |scope: &str| match scope {
        "Terminating" => !spec["activeDeadlineSeconds"].is_null(),
        "NotTerminating" => spec["activeDeadlineSeconds"].is_null(),
        "BestEffort" => qos_class(spec) == "BestEffort",
        "NotBestEffort" => qos_class(spec) != "BestEffort",
        "PriorityClass" => !spec["priorityClassName"].is_empty(),
        _ => false,
    };
    let selects = |e: &Json| {
        let has = is_one(e["scopeName"].text());
        let value = spec["priorityClassName"].clone();
        let named = e["values"].list().contains(&value);
        match e["operator"].text() {
            "In" => has && named,
            "NotIn" => !named,
            "DoesNotExist" => !has,
            _ => has,
        }
    };
    let scopes = quota["spec"]["scopes"].list();
    let expressions = quota["spec"]["scopeSelector"]["matchExpressions"].list();
    let any = !scopes.is_empty() || !expressions.is_empty();
    let is_pod = resource == resources::POD;
    !any || (is_pod && scopes.iter().all(|s| is_one(s.text())) && expressions.iter().all(selects))
}

/// Charges every quota of the namespace, or refuses.
pub(super) fn check(
    api: &mut Api,
    resource: Resource,
    object: &Object,
    old: Option<&Object>,
    dry_run: bool,
) -> Result<(), Status> {
    // Of updates, only those of Services can use more.
    let kinds = api.kinds().clone();
    let def = kinds.def(resource);
    if !def.namespaced || (old.is_some() && resource != resources::SERVICE) {
        return Ok(());
    }
    let quotas: Vec<Object> = api.list(RESOURCE_QUOTA, object.namespace()).cloned().collect();
    if quotas.is_empty() {
        return Ok(());
    }
    let mut delta = charges(def, resource, object);
    for (name, before) in old.map(|old| charges(def, resource, old)).unwrap_or_default() {
        let more = delta.entry(name).or_default();
        *more = more.minus(before);
    }
    let quotas = quotas.into_iter().filter(|q| matches_scopes(q, resource, object));
    let mut charged = Vec::new();
    for quota in quotas {
        let new = charge(&quota, &delta, resource, object)
            .map_err(|why| Status::forbidden(def, object.name(), &why))?;
        charged.extend(new.filter(|new| new.0 != quota.0));
    }
    charged.into_iter().try_for_each(|quota| {
        let options = WriteOptions::dry_run(dry_run);
        api.by_itself(|api| api.update_with(RESOURCE_QUOTA, quota, Subresource::Status, options)).map(drop)
    })
}

/// The quota with its new usage; `None` where it has nothing to do with it.
fn charge(
    quota: &Object,
    delta: &Charges,
    resource: Resource,
    object: &Object,
) -> Result<Option<Object>, String> {
    let hard = &quota["status"]["hard"];
    if resource == resources::POD {
        requested(quota, hard, object)?;
    }
    let mine: Vec<(&String, Amount)> =
        delta.iter().filter(|(n, _)| !hard[n.as_str()].is_null()).map(|(n, a)| (n, *a)).collect();
    let used = |name: &str| Amount::read(&quota["status"]["used"][name]).unwrap_or_default();
    let limit = |name: &str| Amount::read(&hard[name]).unwrap_or_default();
    let over: Vec<&(&String, Amount)> =
        mine.iter().filter(|(n, a)| *a > Amount::ZERO && used(n).plus(*a) > limit(n)).collect();
    if !over.is_empty() {
        let words = |value: &dyn Fn(&str, Amount) -> Amount| {
            let all: Vec<String> = over.iter().map(|(n, a)| format!("{n}={}", value(n, *a))).collect();
            all.join(",")
        };
        return Err(format!(
            "exceeded quota: {}, requested: {}, used: {}, limited: {}",
            quota.name(),
            words(&|_, a| a),
            words(&|n, _| used(n)),
            words(&|n, _| limit(n))
        ));
    }
    let mut new = quota.clone();
    for (name, amount) in &mine {
        new["status"]["used"].set(name, used(name).plus(*amount));
    }
    Ok((!mine.is_empty()).then_some(new))
}

/// Containers must name what a quota bounds.
fn requested(quota: &Object, hard: &Json, pod: &Object) -> Result<(), String> {
    let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let containers = ["initContainers", "containers"].into_iter().flat_map(|l| pod["spec"][l].list());
    for container in containers {
        for (name, _) in hard.entries() {
            let (part, resource) = name.split_once('.').unwrap_or(("requests", name));
            let bound = COMPUTE.contains(&resource) && ["requests", "limits"].contains(&part);
            if bound && container["resources"][part][resource].is_null() {
                missing.entry(name).or_default().push(container["name"].text());
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let all: Vec<String> =
        missing.iter().map(|(name, who)| format!("{name} for: {}", who.join(","))).collect();
    Err(format!("failed quota: {}: must specify {}", quota.name(), all.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// Kubernetes' documentation of sidecar containers, "Resource sharing within containers".
    #[test]
    fn sidecars_run_beside_the_others_and_init_containers_before_them() {
        let want = |cpu: &str, policy: &str| json!({"restartPolicy": policy, "resources": {"requests": {"cpu": cpu}}});
        for (init, expect) in [
            (json!([]), "300m"),
            (json!([want("200m", "")]), "300m"),
            (json!([want("1", "")]), "1"),
            (json!([want("100m", "Always")]), "400m"),
            (json!([want("100m", "Always"), want("500m", "")]), "600m"),
            (json!([want("500m", ""), want("100m", "Always")]), "500m"),
            (json!([want("100m", "Always"), want("50m", "Always"), want("100m", "")]), "450m"),
        ] {
            let mut spec = json!({"containers": [want("100m", ""), want("200m", "")]});
            spec.set("initContainers", init.clone());
            let found = amounts(&spec, "requests")["cpu"];
            assert_eq!(Some(found), Amount::read(&expect.into()), "{init}");
        }
    }
}
