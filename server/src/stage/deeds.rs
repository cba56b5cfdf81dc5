//! From a change of one object to what somebody did: facts for the rail, the marks and the chain.

use serde_json::Value;
use wire::{
    act::{Act, Actor},
    compose::ComposeAct,
};

use super::{
    compose_deeds,
    read::{condition, controller, key, list, text},
};

/// A change of one object, before and after.
pub struct Step<'a> {
    /// Plural name of the kind.
    pub plural: &'a str,
    /// Who wrote it.
    pub actor: Actor,
    /// The object before the change, if it was there.
    pub before: Option<&'a Value>,
    /// The object after the change; its last state when it was deleted.
    pub after: &'a Value,
    /// Was it deleted?
    pub deleted: bool,
}

/// What was done. Facts that need other objects (how many pods, how long silent) are filled in by the history.
pub fn acts(step: &Step<'_>) -> Vec<Act> {
    match step.plural {
        "machines" => machine(step),
        "signals" => signal(step),
        "traffics" => traffic(step),
        "deployments" => workload(step),
        "replicasets" => replica_set(step),
        "nodes" => node(step),
        "pods" => pod(step),
        "composecommands" => compose_deeds::command(step),
        "composecontainers" => compose_deeds::container(step),
        _ => Vec::new(),
    }
    .into_iter()
    .chain(by_hand(step))
    .collect()
}

fn name(step: &Step<'_>) -> String {
    text(step.after, "metadata.name").to_owned()
}

fn moved<'a>(step: &Step<'a>, path: &str) -> Option<(&'a Value, &'a Value)> {
    let (before, after) = (super::read::at(step.before?, path), super::read::at(step.after, path));
    (before != after).then_some((before, after))
}

fn machine(step: &Step<'_>) -> Vec<Act> {
    let Some((_, power)) = moved(step, "spec.power") else { return Vec::new() };
    let node = name(step);
    vec![if power == "Off" { Act::Unplugged { node } } else { Act::Plugged { node } }]
}

fn signal(step: &Step<'_>) -> Vec<Act> {
    if step.before.is_some() || step.deleted {
        return Vec::new();
    }
    let named = |field: &str| text(step.after, field).to_owned();
    vec![match named("spec.composeContainer") {
        none if none.is_empty() => Act::Killed { pod: named("spec.pod") },
        container => Act::Compose(ComposeAct::Killed { container }),
    }]
}

fn traffic(step: &Step<'_>) -> Vec<Act> {
    let Some((from, to)) = moved(step, "spec.ratePerSecond") else { return Vec::new() };
    let rps = |v: &Value| v.as_f64().unwrap_or(0.0);
    vec![Act::TrafficSet { traffic: name(step), from_rps: rps(from), to_rps: rps(to) }]
}

fn workload(step: &Step<'_>) -> Vec<Act> {
    let mut acts = Vec::new();
    if let Some((from, to)) = moved(step, "spec.replicas") {
        let n = |v: &Value| v.as_i64().unwrap_or(0);
        acts.push(Act::Scaled { workload: name(step), from: n(from), to: n(to) });
    }
    if moved(step, "spec.template").is_some() {
        let image = text(&step.after["spec"]["template"]["spec"]["containers"][0], "image").to_owned();
        acts.push(Act::RolledOut { workload: name(step), image });
    }
    acts
}

fn replica_set(step: &Step<'_>) -> Vec<Act> {
    let Some((from, to)) = moved(step, "spec.replicas") else { return Vec::new() };
    let n = |v: &Value| v.as_i64().unwrap_or(0);
    vec![Act::ScaledReplicaSet { replica_set: name(step), from: n(from), to: n(to) }]
}

fn node(step: &Step<'_>) -> Vec<Act> {
    let Some(before) = step.before else { return Vec::new() };
    let node = name(step);
    match (condition(before, "Ready", "status"), condition(step.after, "Ready", "status")) {
        ("True", "Unknown") => vec![Act::NodeUnknown { node, silent_ms: 0, pods: 0 }],
        ("Unknown" | "False", "True") => vec![Act::NodeReady { node }],
        _ => Vec::new(),
    }
}

fn pod(step: &Step<'_>) -> Vec<Act> {
    let pod = name(step);
    let node = text(step.after, "spec.nodeName").to_owned();
    if step.deleted {
        return vec![Act::PodGone { pod }];
    }
    let Some(before) = step.before else {
        let owner = controller(step.after).map(|(_, name)| name.to_owned());
        return owner
            .map(|replica_set| Act::CreatedPods { replica_set, pods: 1, wanted: 0, had: 0 })
            .into_iter()
            .collect();
    };
    let mut acts = Vec::new();
    if text(before, "metadata.deletionTimestamp").is_empty()
        && !text(step.after, "metadata.deletionTimestamp").is_empty()
    {
        acts.extend(marked(step, &node));
    }
    if text(before, "spec.nodeName").is_empty() && !node.is_empty() {
        acts.push(Act::Scheduled { pod: pod.clone(), node: node.clone() });
    }
    let unscheduled = |p: &Value| condition(p, "PodScheduled", "status") == "False";
    if unscheduled(step.after) && !unscheduled(before) {
        acts.push(Act::Unschedulable {
            pod: pod.clone(),
            message: condition(step.after, "PodScheduled", "message").to_owned(),
        });
    }
    acts.extend(containers(before, step.after, &pod, &node));
    if condition(before, "Ready", "status") != "True" && condition(step.after, "Ready", "status") == "True" {
        acts.push(Act::PodReady { pod, node });
    }
    acts
}

/// Who asked a pod to go?
fn marked(step: &Step<'_>, node: &str) -> Option<Act> {
    match step.actor {
        Actor::EvictionController => {
            Some(Act::EvictedPods { node: node.to_owned(), pods: 1, tolerated_s: tolerated_s(step.after) })
        }
        Actor::ReplicaSetController => {
            let (_, replica_set) = controller(step.after)?;
            Some(Act::DeletedPods { replica_set: replica_set.to_owned(), pods: 1, wanted: 0 })
        }
        Actor::You => Some(Act::Deleted { kind: "Pod".into(), name: name(step) }),
        _ => None,
    }
}

fn tolerated_s(pod: &Value) -> i64 {
    let unreachable = |t: &&Value| t["key"] == "node.kubernetes.io/unreachable" && t["effect"] == "NoExecute";
    list(pod, "spec.tolerations")
        .iter()
        .find(unreachable)
        .and_then(|t| t["tolerationSeconds"].as_i64())
        .unwrap_or(0)
}

fn containers(before: &Value, after: &Value, pod: &str, node: &str) -> Vec<Act> {
    let mut acts = Vec::new();
    for status in list(after, "status.containerStatuses") {
        let old = list(before, "status.containerStatuses").iter().find(|c| c["name"] == status["name"]);
        let old = old.unwrap_or(&Value::Null);
        let pod = pod.to_owned();
        let (count, counted) =
            (status["restartCount"].as_u64().unwrap_or(0), old["restartCount"].as_u64().unwrap_or(0));
        let runs = |s: &Value| !s["state"]["running"].is_null();
        if count > counted {
            acts.push(Act::Restarted { pod, count: count as u32 });
        } else if runs(status) && !runs(old) {
            acts.push(Act::Started { pod, node: node.to_owned() });
        } else if !status["state"]["terminated"].is_null() && old["state"]["terminated"].is_null() {
            if is_no_news(after, status) {
                continue;
            }
            acts.push(Act::Died {
                pod,
                exit_code: status["state"]["terminated"]["exitCode"].as_i64().unwrap_or(0),
            });
        } else if text(status, "state.waiting.reason") == "CrashLoopBackOff"
            && text(old, "state.waiting.reason") != "CrashLoopBackOff"
        {
            acts.push(Act::BackOff { pod, wait_ms: back_off_ms(text(status, "state.waiting.message")) });
        }
    }
    acts
}

/// An end that was asked for, or one that a kubelet only finds when its machine is back: it came with the power cut.
fn is_no_news(pod: &Value, status: &Value) -> bool {
    !text(pod, "metadata.deletionTimestamp").is_empty()
        || text(status, "state.terminated.reason") == "Unknown"
}

/// From `back-off 20s restarting failed container=…`.
fn back_off_ms(message: &str) -> i64 {
    let span = message.strip_prefix("back-off ").and_then(|m| m.split(' ').next()).unwrap_or_default();
    let (minutes, rest) = span.split_once('m').unwrap_or(("0", span));
    let seconds = rest.strip_suffix('s').unwrap_or("0");
    (minutes.parse::<i64>().unwrap_or(0) * 60 + seconds.parse::<i64>().unwrap_or(0)) * 1000
}

/// What the learner did that has no better word.
fn by_hand(step: &Step<'_>) -> Option<Act> {
    if step.actor != Actor::You
        || matches!(step.plural, "machines" | "signals" | "composecommands" | "composecontainers")
        || (step.plural == "pods" && !step.deleted)
    {
        return None;
    }
    let (kind, name) = (text(step.after, "kind").to_owned(), key(step.after));
    let name = name.strip_prefix("default/").unwrap_or(&name).to_owned();
    match step.before {
        _ if step.deleted => Some(Act::Deleted { kind, name }),
        None => Some(Act::Created { kind, name }),
        Some(_)
            if moved(step, "spec").is_some_and(|_| !matches!(step.plural, "deployments" | "traffics")) =>
        {
            Some(Act::Changed { kind, name })
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(plural: &str, actor: Actor, before: Option<Value>, after: Value, expected: &[Act]) {
        let step = Step { plural, actor, before: before.as_ref(), after: &after, deleted: false };
        assert_eq!(acts(&step), expected, "{plural} {after}");
    }

    #[test]
    fn changes_are_told_as_deeds() {
        let machine = |power: &str| json!({"metadata": {"name": "c"}, "spec": {"power": power}});
        check(
            "machines",
            Actor::You,
            Some(machine("On")),
            machine("Off"),
            &[Act::Unplugged { node: "c".into() }],
        );
        check("machines", Actor::World, Some(machine("Off")), machine("Off"), &[]);
        let signal =
            |field: &str| json!({"kind": "Signal", "metadata": {"name": "s"}, "spec": {field: "shop-web-1"}});
        let name = || "shop-web-1".to_owned();
        check("signals", Actor::You, None, signal("pod"), &[Act::Killed { pod: name() }]);
        check(
            "signals",
            Actor::You,
            None,
            signal("composeContainer"),
            &[Act::Compose(ComposeAct::Killed { container: name() })],
        );
        let web =
            |n: i64| json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": n}});
        check(
            "deployments",
            Actor::You,
            Some(web(6)),
            web(4),
            &[Act::Scaled { workload: "web".into(), from: 6, to: 4 }],
        );
        let node = |s: &str| json!({"metadata": {"name": "c"}, "status": {"conditions": [{"type": "Ready", "status": s}]}});
        let unknown = Act::NodeUnknown { node: "c".into(), silent_ms: 0, pods: 0 };
        check("nodes", Actor::NodeController, Some(node("True")), node("Unknown"), &[unknown]);
        let bound = json!({"metadata": {"name": "p"}, "spec": {"nodeName": "a"}});
        let act = Act::Scheduled { pod: "p".into(), node: "a".into() };
        check("pods", Actor::Scheduler, Some(json!({"metadata": {"name": "p"}, "spec": {}})), bound, &[act]);
    }

    #[test]
    fn only_an_end_that_nobody_expected_is_a_death() {
        let web = |state: Value, marked: bool| {
            let mut pod = json!({"metadata": {"name": "p"}, "spec": {"nodeName": "c"},
                "status": {"containerStatuses": [{"name": "web", "restartCount": 0, "state": state}]}});
            if marked {
                pod["metadata"]["deletionTimestamp"] = "2026-11-24T00:00:00Z".into();
            }
            pod
        };
        let ended = |code: i64, reason: &str| json!({"terminated": {"exitCode": code, "reason": reason}});
        let died = Act::Died { pod: "p".into(), exit_code: 137 };
        for (state, marked, expected) in [
            (ended(137, "Error"), false, vec![died]),
            (ended(0, "Completed"), true, vec![]),
            (ended(255, "Unknown"), false, vec![]),
        ] {
            let running = web(json!({"running": {}}), marked);
            check("pods", Actor::Kubelet, Some(running), web(state, marked), &expected);
        }
    }

    #[test]
    fn back_off_spans_are_read() {
        for (message, ms) in [
            ("back-off 10s restarting failed container=web pod=x", 10_000),
            ("back-off 2m40s restarting failed container=web", 160_000),
            ("back-off 5m0s restarting", 300_000),
            ("", 0),
        ] {
            assert_eq!(back_off_ms(message), ms, "{message}");
        }
    }
}
