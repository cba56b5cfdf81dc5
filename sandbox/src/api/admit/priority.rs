//! Models the admission plugin Priority.

use crate::{
    api::Api,
    json,
    json::Json,
    object::{Key, Object},
    resources::{POD, PRIORITY_CLASS, priority_class::is_global},
    status::Status,
};

/// A pod gets the value and the policy of its class, or of the class for pods that name none.
pub(super) fn fill(api: &Api, pod: &mut Object) -> Result<(), Status> {
    let refuse = |pod: &Object, why: &str| Err(Status::forbidden(POD.def(), pod.name(), why));
    let name = pod["spec"]["priorityClassName"].text().to_owned();
    let class = if name.is_empty() {
        let global = api.list(PRIORITY_CLASS, "").filter(|c| is_global(c));
        global.min_by_key(|c| c["value"].int().unwrap_or(0)).cloned()
    } else {
        let Some(class) = api.find(PRIORITY_CLASS, &Key::cluster(name.as_str())) else {
            return refuse(pod, &format!("no PriorityClass with name {name} was found"));
        };
        Some(class.clone())
    };
    let said = |field: &str| pod["spec"][field].clone();
    let class = class.unwrap_or_else(|| {
        Object(json!({"metadata": {"name": ""}, "value": 0, "preemptionPolicy": "PreemptLowerPriority"}))
    });
    let value = Json::from(class["value"].int().unwrap_or(0));
    if !said("priority").is_null() && said("priority") != value {
        return refuse(
            pod,
            &format!(
                "the integer value of priority ({}) must not be provided in pod spec; priority admission controller \
                 computed {value} from the given PriorityClass name",
                said("priority")
            ),
        );
    }
    let policy = class["preemptionPolicy"].clone();
    if !said("preemptionPolicy").is_null() && said("preemptionPolicy") != policy {
        return refuse(
            pod,
            &format!(
                "the string value of PreemptionPolicy ({}) must not be provided in pod spec; priority admission \
                 controller computed {} from the given PriorityClass name",
                said("preemptionPolicy").text(),
                policy.text()
            ),
        );
    }
    let spec = &mut pod["spec"];
    if !class.name().is_empty() {
        spec.set("priorityClassName", class.name());
    }
    spec.set("priority", value);
    spec.set("preemptionPolicy", policy);
    Ok(())
}

/// An update cannot take away what the class gave.
pub(super) fn keep(pod: &mut Object, old: &Object) {
    for field in ["priority", "preemptionPolicy"] {
        pod["spec"].default_to(field, old["spec"][field].clone());
    }
}

/// At most one class is for pods that name none.
pub(super) fn one_default(api: &Api, class: &Object) -> Result<(), Status> {
    let other = api.list(PRIORITY_CLASS, "").find(|c| is_global(c) && c.name() != class.name());
    match other.filter(|_| is_global(class)) {
        None => Ok(()),
        Some(other) => {
            let why = format!(
                "PriorityClass {} is already marked as default. Only one default can exist",
                other.name()
            );
            Err(Status::forbidden(PRIORITY_CLASS.def(), class.name(), &why))
        }
    }
}
