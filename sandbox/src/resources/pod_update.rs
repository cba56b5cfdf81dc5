//! What an update may change in a pod. Models `ValidatePodUpdate` of kube-apiserver.
//! Omits: the layout of the difference, which is simpler than Go's.

use std::fmt::Write;

use super::{check::Errors, pod_spec};
use crate::{json::Json, status::FieldError};

const MAY_NOT: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// What is wrong with replacing a pod's `old` spec.
pub fn check(new: &Json, old: &Json, errors: &mut Errors) {
    for list in ["containers", "initContainers"] {
        if new[list].list().len() != old[list].list().len() {
            let why = "pod updates may not add or remove containers";
            errors.push(FieldError::forbidden(format!("spec.{list}"), why));
            return;
        }
    }
    deadline(new, old, errors);
    let kept = |t: &Json| new["tolerations"].list().iter().any(|n| same_but_seconds(n, t));
    if !old["tolerations"].list().iter().all(kept) {
        let why = "existing toleration can not be modified except its tolerationSeconds";
        errors.push(FieldError::forbidden("spec.tolerations", why));
    }
    let had = |g: &Json| old["schedulingGates"].list().contains(g);
    if let Some(gate) = new["schedulingGates"].list().iter().find(|g| !had(g)) {
        let why =
            format!("only deletion is allowed, but found new scheduling gate '{}'", gate["name"].text());
        errors.push(FieldError::forbidden("spec.schedulingGates", &why));
    }
    let munged = munged(new, old);
    if munged != *old {
        errors.push(FieldError::forbidden("spec", &format!("{MAY_NOT}\n{}", difference(old, &munged))));
    }
}

/// A deadline may come, or come earlier.
fn deadline(new: &Json, old: &Json, errors: &mut Errors) {
    let field = "activeDeadlineSeconds";
    match (old[field].int(), new[field].int()) {
        (Some(_), None) => {
            let why = "must not update from a positive integer to nil value";
            errors.push(FieldError::invalid(format!("spec.{field}"), &new[field], why));
        }
        (Some(was), Some(is)) if is > was => {
            let why = "must be less than or equal to previous value";
            errors.push(FieldError::invalid(format!("spec.{field}"), &new[field], why));
        }
        _ => {}
    }
}

fn same_but_seconds(a: &Json, b: &Json) -> bool {
    let without = |t: &Json| {
        let mut t = t.clone();
        t.remove("tolerationSeconds");
        t
    };
    without(a) == without(b)
}

/// The new spec with what may change as it was.
fn munged(new: &Json, old: &Json) -> Json {
    let mut spec = new.clone();
    for field in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] {
        spec.set(field, old[field].clone());
    }
    let grace = "terminationGracePeriodSeconds";
    if old[grace].int().is_some_and(|s| s < 0) && new[grace].int() == Some(1) {
        spec.set(grace, old[grace].clone());
    }
    if old["nodeName"].is_empty() {
        spec.set("nodeName", old["nodeName"].clone());
    }
    for list in ["containers", "initContainers"] {
        let images: Vec<Json> = old[list].list().iter().map(|c| c["image"].clone()).collect();
        let same_names = new[list].list().iter().zip(old[list].list()).all(|(n, o)| n["name"] == o["name"]);
        if same_names {
            let by_name = |c: &mut Json| {
                let at = new[list].list().iter().position(|n| n["name"] == c["name"]);
                if let Some(image) = at.and_then(|i| images.get(i)) {
                    c.set("image", image.clone());
                }
            };
            pod_spec::each(&mut spec, list, by_name);
        }
    }
    spec
}

fn difference(old: &Json, new: &Json) -> String {
    let mut text = String::from("  core.PodSpec{\n");
    let mut keys: Vec<&str> = old.entries().chain(new.entries()).map(|(k, _)| k.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        if old[key] == new[key] {
            continue;
        }
        let name = format!("{}{}", key[..1].to_uppercase(), &key[1..]);
        for (sign, value) in [("-", &old[key]), ("+", &new[key])] {
            if !value.is_null() {
                let _ = writeln!(text, "{sign} \t{name}: {value},");
            }
        }
    }
    text.push_str("  }\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn few_things_may_change() {
        let old = json!({"containers": [{"name": "c", "image": "nginx:1"}], "restartPolicy": "Always",
            "tolerations": [{"key": "a", "operator": "Exists"}], "terminationGracePeriodSeconds": 30});
        let bound = old.clone().with("nodeName", "n");
        let with = |key: &str, value: Json| old.clone().with(key, value);
        let tolerations = |t: Json| with("tolerations", t);
        for (old, new, fields) in [
            (&old, old.clone(), vec![]),
            (&old, with("containers", json!([{"name": "c", "image": "nginx:2"}])), vec![]),
            (&old, with("containers", json!([{"name": "d", "image": "nginx:1"}])), vec!["spec"]),
            (&old, with("containers", json!([])), vec!["spec.containers"]),
            (&old, with("nodeName", "n".into()), vec![]),
            (&bound, with("nodeName", "m".into()), vec!["spec"]),
            (&old, with("restartPolicy", "Never".into()), vec!["spec"]),
            (&old, with("terminationGracePeriodSeconds", 1i64.into()), vec!["spec"]),
            (&old, with("activeDeadlineSeconds", 5i64.into()), vec![]),
            (
                &old,
                tolerations(
                    json!([{"key": "a", "operator": "Exists", "tolerationSeconds": 3}, {"key": "b"}]),
                ),
                vec![],
            ),
            (&old, tolerations(json!([{"key": "b"}])), vec!["spec.tolerations"]),
            (&old, with("schedulingGates", json!([{"name": "g"}])), vec!["spec.schedulingGates"]),
        ] {
            let mut errors = vec![];
            check(&new, old, &mut errors);
            let got: Vec<_> = errors.iter().map(|e| e.field.as_str()).collect();
            assert_eq!(got, fields, "{new}");
        }
        let mut errors = vec![];
        check(&with("restartPolicy", "Never".into()), &old, &mut errors);
        let expect = "(allow it to be set to 1 if it was previously negative)\n  core.PodSpec{\n- \tRestartPolicy: \"Always\",\n+ \tRestartPolicy: \"Never\",\n  }\n";
        assert!(errors[0].detail.ends_with(expect), "{}", errors[0].detail);
    }
}
