//! Which failures count, and which successes suffice. Models `pod_failure_policy.go` and `success_policy.go`.

use crate::{
    json::Json,
    object::Object,
    resources::indexes::{self, Indexes},
};

/// What the failure policy says of a failed pod: the action, and why where it fails the job.
fn matched(job: &Object, pod: &Object) -> Option<(&'static str, String)> {
    let rules = job["spec"]["podFailurePolicy"]["rules"].list();
    rules.iter().enumerate().find_map(|(i, rule)| {
        let action = match rule["action"].text() {
            "Ignore" => "Ignore",
            "FailIndex" => "FailIndex",
            "FailJob" => "FailJob",
            _ => "Count",
        };
        let id = format!("{}/{}", pod.namespace(), pod.name());
        if !rule["onExitCodes"].is_null() {
            let (name, code) = exit_code(pod, &rule["onExitCodes"])?;
            let why =
                format!("Container {name} for pod {id} failed with exit code {code} matching {action} rule at index {i}");
            return Some((action, why));
        }
        let is = |p: &&Json| pod.condition(p["type"].text())["status"] == *p["status"].text();
        let pattern = rule["onPodConditions"].list().iter().find(is)?;
        let type_ = pattern["type"].text();
        Some((action, format!("Pod {id} has condition {type_} matching {action} rule at index {i}")))
    })
}

fn exit_code(pod: &Object, rule: &Json) -> Option<(String, i64)> {
    let values: Vec<i64> = rule["values"].list().iter().filter_map(Json::int).collect();
    let named = rule["containerName"].text();
    let lists = ["containerStatuses", "initContainerStatuses"];
    let statuses = lists.iter().flat_map(|list| pod["status"][*list].list());
    let mut failed = statuses.filter_map(|c| {
        let code = c["state"]["terminated"]["exitCode"].int().filter(|code| *code != 0)?;
        (named.is_empty() || c["name"] == *named).then(|| (c["name"].text().to_owned(), code))
    });
    failed.find(|(_, code)| values.contains(code) == (rule["operator"] == "In"))
}

/// What happens because of a failed pod, if a rule speaks of it.
pub fn action(job: &Object, pod: &Object) -> Option<&'static str> {
    matched(job, pod).map(|(action, _)| action)
}

/// Does a failed pod count?
pub fn counts(job: &Object, pod: &Object) -> bool {
    action(job, pod) != Some("Ignore")
}

/// Why a failed pod fails the whole job, if it does.
pub fn fails_job(job: &Object, pod: &Object) -> Option<String> {
    matched(job, pod).filter(|(action, _)| *action == "FailJob").map(|(_, why)| why)
}

/// Why these indexes suffice, if they do.
pub fn suffices(job: &Object, succeeded: &Indexes) -> Option<String> {
    let completions = job["spec"]["completions"].int().unwrap_or(0);
    let rules = job["spec"]["successPolicy"]["rules"].list();
    let place = rules.iter().position(|rule| {
        let count = rule["succeededCount"].int();
        match rule["succeededIndexes"].str() {
            Some(text) => {
                let wanted = indexes::parse(text, completions).unwrap_or_default();
                let have = wanted.iter().filter(|i| succeeded.contains(*i)).count();
                i64::try_from(have).unwrap_or(0) >= count.unwrap_or(wanted.len()) && !wanted.is_empty()
            }
            None => count.is_some_and(|n| succeeded.len() >= n),
        }
    })?;
    Some(format!("Matched rules at index {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn the_first_rule_that_fits_decides() {
        let rules = json!([
            {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42], "containerName": "c"}},
            {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
            {"action": "Count", "onExitCodes": {"operator": "NotIn", "values": [1, 2]}},
        ]);
        let mut job = Object(json!({"spec": {}}));
        job["spec"]["podFailurePolicy"].set("rules", rules);
        let why = "Container c for pod ns/p failed with exit code 42 matching FailJob rule at index 0";
        for (code, disrupted, expect, fails) in [
            (42, false, Some("FailJob"), Some(why.to_owned())),
            (1, false, None, None),
            (1, true, Some("Ignore"), None),
            (3, false, Some("Count"), None),
            (0, false, None, None),
        ] {
            let status = if disrupted { "True" } else { "False" };
            let pod = Object(json!({"metadata": {"name": "p", "namespace": "ns"}, "status": {
                "conditions": [{"type": "DisruptionTarget", "status": status}],
                "containerStatuses": [{"name": "c", "state": {"terminated": {"exitCode": code}}}]}}));
            assert_eq!((action(&job, &pod), fails_job(&job, &pod)), (expect, fails), "{code} {disrupted}");
            assert_eq!(counts(&job, &pod), !disrupted || code == 42);
        }
    }

    #[test]
    fn some_indexes_may_suffice() {
        for (rule, succeeded, expect) in [
            (json!({"succeededIndexes": "0,2"}), vec![0, 2], true),
            (json!({"succeededIndexes": "0,2"}), vec![0, 1], false),
            (json!({"succeededIndexes": "0-4", "succeededCount": 2}), vec![1, 4], true),
            (json!({"succeededCount": 3}), vec![1, 4], false),
        ] {
            let mut job = Object(json!({"spec": {"completions": 5}}));
            job["spec"]["successPolicy"].set("rules", vec![rule.clone()]);
            let why = suffices(&job, &Indexes::of(succeeded));
            assert_eq!(why, expect.then(|| "Matched rules at index 0".to_owned()), "{rule}");
        }
    }
}
