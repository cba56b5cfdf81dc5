//! `create poddisruptionbudget`, `create priorityclass` and `create quota`.

use serde_json::{Map, Value, json};

use super::{made, metadata, order, post};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    http::Cx,
    selector,
};

/// Runs `create poddisruptionbudget`.
pub async fn disruption_budget(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "poddisruptionbudget", &[], words).await?;
    let flags = &order.flags;
    let (least, most) = (flags.text("min-available"), flags.text("max-unavailable"));
    if flags.text("selector").is_empty() {
        return Err(Fail::error("a selector must be specified"));
    }
    match (least, most) {
        ("", "") => return Err(Fail::error("one of min-available or max-unavailable must be specified")),
        ("", _) | (_, "") => {}
        _ => return Err(Fail::error("min-available and max-unavailable cannot be both specified")),
    }
    let mut spec = Map::new();
    for (field, flag, value) in
        [("minAvailable", "min-available", least), ("maxUnavailable", "max-unavailable", most)]
    {
        let digits = value.strip_suffix('%').unwrap_or(value);
        if value.is_empty() {
            continue;
        }
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Fail::Error(format!("invalid format specified for {flag}")));
        }
        spec.insert(field.into(), value.parse::<i32>().map_or_else(|_| value.into(), Value::from));
    }
    let text = flags.text("selector");
    let selector = selector::parse(text)
        .map_err(|why| Fail::Error(format!("couldn't parse the selector string {text:?}: {why}")))?;
    spec.insert("selector".into(), selector::as_object(&selector).map_err(Fail::Error)?);
    let object = json!({
        "kind": "PodDisruptionBudget", "apiVersion": "policy/v1", "metadata": metadata(&order.name), "spec": spec,
        "status": {"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0},
    });
    let resource = Resource::namespaced("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget");
    post(cx, &order, made(resource, object, "failed to create poddisruptionbudgets: ")).await
}

/// Runs `create priorityclass`.
pub async fn priority_class(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "priorityclass", &[], words).await?;
    let flags = &order.flags;
    let mut object = json!({
        "kind": "PriorityClass", "apiVersion": "scheduling.k8s.io/v1", "metadata": metadata(&order.name),
        "value": flags.number("value").unwrap_or_default(),
    });
    if flags.on("global-default") {
        object["globalDefault"] = true.into();
    }
    if !flags.text("description").is_empty() {
        object["description"] = flags.text("description").into();
    }
    object["preemptionPolicy"] = flags.get("preemption-policy").unwrap_or("PreemptLowerPriority").into();
    let resource = Resource::cluster("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass");
    post(cx, &order, made(resource, object, "failed to create priorityclass: ")).await
}

/// Runs `create quota`.
pub async fn quota(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "quota", &[], words).await?;
    let flags = &order.flags;
    let mut spec = Map::new();
    let hard = quantities(flags.text("hard"))?;
    if !hard.is_empty() {
        spec.insert("hard".into(), Value::Object(hard));
    }
    let scopes = flags.text("scopes");
    if !scopes.is_empty() {
        spec.insert("scopes".into(), scopes.split(',').collect());
    }
    let object = json!({
        "kind": "ResourceQuota", "apiVersion": "v1", "metadata": metadata(&order.name), "spec": spec, "status": {},
    });
    let resource = Resource::namespaced("", "v1", "resourcequotas", "ResourceQuota");
    post(cx, &order, made(resource, object, "failed to create quota: ")).await
}

/// `cpu=1,memory=2Gi` as a map.
///
/// # Errors
/// kubectl's words for a part that is no pair, or no quantity.
pub fn quantities(spec: &str) -> Done<Map<String, Value>> {
    let mut found = Map::new();
    for part in spec.split(',').filter(|_| !spec.is_empty()) {
        let words: Vec<&str> = part.split('=').collect();
        let [name, quantity] = words.as_slice() else {
            return Err(Fail::Error(format!("Invalid argument syntax {part}, expected <resource>=<value>")));
        };
        if !is_quantity(quantity) {
            return Err(Fail::error(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ));
        }
        found.insert((*name).to_owned(), (*quantity).into());
    }
    Ok(found)
}

fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(digits);
    let exponent = suffix.strip_prefix(['e', 'E']).is_some_and(|rest| {
        let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
    });
    const SUFFIXES: &[&str] =
        &["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    number.parse::<f64>().is_ok() && (exponent || SUFFIXES.contains(&suffix))
}
