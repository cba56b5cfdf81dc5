//! Models the admission plugin LimitRanger for pods. Omits: PersistentVolumeClaims, init containers in a pod's sums.

use std::collections::BTreeMap;

use crate::{
    api::Api,
    json::Json,
    object::Object,
    resources::{LIMIT_RANGE, POD, amount::Amount, cells::plain},
    status::Status,
};

const ANNOTATION: &str = "kubernetes.io/limit-ranger";

fn items(api: &Api, namespace: &str, type_: &str) -> Vec<Json> {
    let all = api.list(LIMIT_RANGE, namespace).flat_map(|r| r["spec"]["limits"].list());
    all.filter(|item| item["type"] == *type_).cloned().collect()
}

/// Gives containers the requests and limits that they do not name.
pub(super) fn fill(api: &Api, pod: &mut Object) {
    let mut notes = Vec::new();
    for item in items(api, pod.namespace(), "Container") {
        for (list, word) in [("containers", "container"), ("initContainers", "init container")] {
            if pod["spec"][list].is_empty() {
                continue;
            }
            for container in pod["spec"][list].list_mut().make_mut() {
                let name = container["name"].text().to_owned();
                for (from, part, note) in
                    [("defaultRequest", "requests", "request"), ("default", "limits", "limit")]
                {
                    let set = fill_part(&mut container["resources"], part, &item[from]);
                    if !set.is_empty() {
                        notes.push(format!("{} {note} for {word} {name}", set.join(", ")));
                    }
                }
            }
        }
    }
    if !notes.is_empty() {
        let note = format!("LimitRanger plugin set: {}", notes.join("; "));
        pod["metadata"]["annotations"].set(ANNOTATION, note);
    }
}

/// What was missing and is there now.
fn fill_part(resources: &mut Json, part: &str, defaults: &Json) -> Vec<String> {
    let mut set = Vec::new();
    for (name, amount) in defaults.entries() {
        if resources[part][name.as_str()].is_null() {
            resources[part].set(name, amount.clone());
            set.push(name.to_string());
        }
    }
    set
}

/// Refuses a pod outside of the limits; all that is wrong, one after the other.
pub(super) fn check(api: &Api, pod: &Object) -> Result<(), Status> {
    let mut errors = Vec::new();
    for item in items(api, pod.namespace(), "Container") {
        let lists = ["containers", "initContainers"].into_iter();
        for container in lists.flat_map(|list| pod["spec"][list].list()) {
            bounds(&item, &container["resources"], &mut errors);
        }
    }
    for item in items(api, pod.namespace(), "Pod") {
        bounds(&item, &sums(pod), &mut errors);
    }
    match errors.as_slice() {
        [] => Ok(()),
        [only] => Err(Status::forbidden(POD.def(), pod.name(), only)),
        all => Err(Status::forbidden(POD.def(), pod.name(), &format!("[{}]", all.join(", ")))),
    }
}

/// Requests and limits of all containers together.
fn sums(pod: &Object) -> Json {
    let mut out = Json::object();
    for part in ["requests", "limits"] {
        let mut sums: BTreeMap<&str, Amount> = BTreeMap::new();
        for container in pod["spec"]["containers"].list() {
            for (name, value) in container["resources"][part].entries() {
                let sum = sums.entry(name).or_default();
                *sum = sum.plus(Amount::read(value).unwrap_or_default());
            }
        }
        for (name, sum) in sums {
            out[part].set(name, sum);
        }
    }
    out
}

fn bounds(item: &Json, resources: &Json, errors: &mut Vec<String>) {
    let type_ = item["type"].text();
    for (name, min) in item["min"].entries() {
        errors.extend(below(type_, name, min, resources));
    }
    for (name, max) in item["max"].entries() {
        errors.extend(above(type_, name, max, resources));
    }
    for (name, ratio) in item["maxLimitRequestRatio"].entries() {
        errors.extend(too_far(type_, name, ratio, resources));
    }
}

fn below(type_: &str, name: &str, min: &Json, resources: &Json) -> Option<String> {
    let head = format!("minimum {name} usage per {type_} is {}", plain(min));
    let (request, limit) = (&resources["requests"][name], &resources["limits"][name]);
    if request.is_null() {
        return Some(format!("{head}.  No request is specified"));
    }
    let is_below = |value: &Json| Amount::read(value) < Amount::read(min);
    if is_below(request) {
        return Some(format!("{head}, but request is {}", plain(request)));
    }
    (!limit.is_null() && is_below(limit)).then(|| format!("{head}, but limit is {}", plain(limit)))
}

fn above(type_: &str, name: &str, max: &Json, resources: &Json) -> Option<String> {
    let head = format!("maximum {name} usage per {type_} is {}", plain(max));
    let (request, limit) = (&resources["requests"][name], &resources["limits"][name]);
    if limit.is_null() {
        return Some(format!("{head}.  No limit is specified"));
    }
    let is_above = |value: &Json| Amount::read(value) > Amount::read(max);
    if is_above(limit) {
        return Some(format!("{head}, but limit is {}", plain(limit)));
    }
    is_above(request).then(|| format!("{head}, but request is {}", plain(request)))
}

fn too_far(type_: &str, name: &str, ratio: &Json, resources: &Json) -> Option<String> {
    let head = format!("{name} max limit to request ratio per {type_} is {}", plain(ratio));
    let read = |part: &str| Amount::read(&resources[part][name]).filter(|a| *a != Amount::ZERO);
    let Some(request) = read("requests") else {
        return Some(format!("{head}, but no request is specified or request is 0"));
    };
    let Some(limit) = read("limits") else {
        return Some(format!("{head}, but no limit is specified or limit is 0"));
    };
    let most = Amount::read(ratio)?.ratio(Amount::count(1));
    let is = limit.ratio(request);
    (is > most).then(|| format!("{head}, but provided ratio is {is:.6}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn limits_are_held_in_kubernetes_words() {
        let item = json!({"type": "Container", "min": {"cpu": "50m"}, "max": {"cpu": "1"},
            "maxLimitRequestRatio": {"cpu": "4"}});
        for (resources, expect) in [
            (json!({"requests": {"cpu": "500m"}, "limits": {"cpu": "1"}}), vec![]),
            (
                json!({"requests": {"cpu": "2"}, "limits": {"cpu": "2"}}),
                vec!["maximum cpu usage per Container is 1, but limit is 2"],
            ),
            (
                json!({"requests": {"cpu": "10m"}, "limits": {"cpu": "20m"}}),
                vec!["minimum cpu usage per Container is 50m, but request is 10m"],
            ),
            (
                json!({"requests": {"cpu": "100m"}, "limits": {"cpu": "500m"}}),
                vec!["cpu max limit to request ratio per Container is 4, but provided ratio is 5.000000"],
            ),
            (
                json!({"requests": {"cpu": "100m"}}),
                vec![
                    "maximum cpu usage per Container is 1.  No limit is specified",
                    "cpu max limit to request ratio per Container is 4, but no limit is specified or limit is 0",
                ],
            ),
        ] {
            let mut errors = Vec::new();
            bounds(&item, &resources, &mut errors);
            assert_eq!(errors, expect, "{resources}");
        }
    }
}
