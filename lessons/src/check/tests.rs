//! The judge, fed with moments by hand: values, reasons, and the forms over time.

mod measures;

use std::sync::Arc;

use serde_json::{Value, json};
use wire::lesson::{Verdict, Why};

use super::{
    Checker, Expression, KINDS, Snapshot, State,
    explain::{Moment, judge},
    keyed,
};
use crate::{
    experiment::{Act, CheckSpec, ChoiceSpec, Experiment, Form, Prediction, Run},
    source::Source,
    world::World,
};

fn pod(name: &str, node: &str, restarts: i64) -> Value {
    json!({
        "metadata": {"name": name, "namespace": "default", "labels": {"app": "web", "app.kubernetes.io/name": "web"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web-6c9d", "controller": true}]},
        "spec": {"nodeName": node, "containers": [{"name": "shop", "image": "shop:1.4"}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "shop", "restartCount": restarts}]},
    })
}

fn cluster(ready: &str, ready_replicas: i64, addresses: i64, pods: Vec<Value>) -> Snapshot {
    let endpoints: Vec<Value> = (0..6)
        .map(|i| json!({"addresses": [format!("10.244.1.{i}")], "conditions": {"ready": i < addresses}}))
        .collect();
    let objects = json!({
        "nodes": [{"metadata": {"name": "node-c"}, "status": {"conditions": [
            {"type": "MemoryPressure", "status": "Unknown"}, {"type": "Ready", "status": ready, "reason": "KubeletReady"}]}}],
        "deployments": [{"metadata": {"name": "web", "namespace": "default"},
            "spec": {"replicas": 6}, "status": {"readyReplicas": ready_replicas}}],
        "endpointslices": [{"metadata": {"name": "web-8xk2p", "namespace": "default"}, "endpoints": endpoints}],
        "pods": pods,
    });
    serde_json::from_value(objects).unwrap()
}

fn healthy() -> Snapshot {
    cluster("True", 6, 6, vec![pod("web-a", "node-a", 0), pod("web-c", "node-c", 0)])
}

fn why(holds: Option<bool>, text: &str) -> (Option<bool>, String) {
    (holds, text.to_owned())
}

fn judged(expression: &str, snapshot: &Snapshot) -> (Option<bool>, String) {
    let expression = Expression::compile(expression).unwrap();
    let was = healthy();
    let moment = Moment { now_ms: 9_000, start_ms: 1_000, acted_ms: 4_000, snapshot, was: Some(&was) };
    let judged = judge(&expression, moment);
    let Why { object, path, actual, op, expected, .. } = judged.why;
    (judged.holds, format!("{object} | {path} | {actual} | {op} | {expected}"))
}

#[test]
fn reasons() {
    let hurt = cluster("Unknown", 4, 4, vec![pod("web-a", "node-a", 2), pod("web-n", "node-a", 0)]);
    let yes = Some(true);
    let no = Some(false);
    let cases = [
        (
            r#"node["node-c"].status.conditions.exists(c, c.type == "Ready" && c.status == "Unknown")"#,
            yes,
            "Node/node-c | Ready | Unknown | == | Unknown",
        ),
        (
            r#"node["node-c"].status.conditions.exists(c, c.type == "Ready" && c.status == "True")"#,
            no,
            "Node/node-c | Ready | Unknown | == | True",
        ),
        (
            r#"node["node-c"].status.conditions.exists(c, c.type == "Ready" && c.reason == "X")"#,
            no,
            "Node/node-c | Ready.reason | KubeletReady | == | X",
        ),
        (
            r#"deployment["web"].status.readyReplicas == 6"#,
            no,
            "Deployment/web | status.readyReplicas | 4 | == | 6",
        ),
        (
            r#"deployment.web.status.readyReplicas >= 4"#,
            yes,
            "Deployment/web | status.readyReplicas | 4 | >= | 4",
        ),
        (
            r#"6 <= deployments[0].status.readyReplicas"#,
            no,
            "Deployment/web | status.readyReplicas | 4 | >= | 6",
        ),
        (
            r#"deployment["web"].spec.replicas == deployment["web"].status.readyReplicas"#,
            no,
            "Deployment/web | spec.replicas | 6 | == | 4",
        ),
        (
            r#"deployment["web"].spec.replicas == 6 && deployment["web"].status.readyReplicas == 6"#,
            no,
            "Deployment/web | status.readyReplicas | 4 | == | 6",
        ),
        (
            r#"deployment["web"].spec.replicas == 7 || deployment["web"].status.readyReplicas == 4"#,
            yes,
            "Deployment/web | status.readyReplicas | 4 | == | 4",
        ),
        (
            r#"deployment["web"].status.updatedReplicas == 6"#,
            None,
            "Deployment/web | status.updatedReplicas |  | == | 6",
        ),
        (
            r#"deployment["api"].status.readyReplicas == 6"#,
            None,
            "Deployment/api | status.readyReplicas |  | == | 6",
        ),
        (r#"service["web"].spec.type == "ClusterIP""#, None, "Service/web | spec.type |  | == | ClusterIP"),
        (
            r#"has(deployment["web"].status.updatedReplicas)"#,
            no,
            "Deployment/web | status.updatedReplicas |  | has | ",
        ),
        (
            r#"!has(deployment["web"].status.readyReplicas)"#,
            no,
            "Deployment/web | status.readyReplicas | 4 | has not | ",
        ),
        (
            r#"deployment["web"].?status.?updatedReplicas.orValue(0) == 0"#,
            yes,
            "Deployment/web | status.updatedReplicas |  | == | 0",
        ),
        (
            r#"endpointslices.exists(s, s.endpoints.filter(e, e.conditions.ready).size() == 4)"#,
            yes,
            "EndpointSlice/web-8xk2p | endpoints[].conditions.ready | 4 | == | 4",
        ),
        (
            r#"endpointslices.all(s, size(s.endpoints) == 5)"#,
            no,
            "EndpointSlice/web-8xk2p | endpoints | 6 | == | 5",
        ),
        (
            r#"pods.filter(p, !(p.metadata.name in was.pod)).size() == 2"#,
            no,
            "ReplicaSet/web-6c9d | pods | 1 | == | 2",
        ),
        (r#"pods.filter(p, p.spec.nodeName == "node-x").size() == 2"#, no, "Pod | pods | 0 | == | 2"),
        (
            r#"pods.all(p, p.status.phase == "Running")"#,
            yes,
            "Pod/web-n | status.phase | Running | == | Running",
        ),
        (r#"pods.all(p, p.metadata.name == "web-a")"#, no, "Pod/web-n | metadata.name | web-n | == | web-a"),
        (
            r#"pods.exists(p, p.spec.nodeName == "node-a" && p.status.containerStatuses.exists(c, c.restartCount > 5))"#,
            no,
            "Pod/web-a | status.containerStatuses[shop].restartCount | 2 | > | 5",
        ),
        (r#"services.exists(s, s.metadata.name == "web")"#, no, "Service | services | 0 | > | 0"),
        (
            r#"pod["web-a"].metadata.labels["app.kubernetes.io/name"] == "web""#,
            yes,
            "Pod/web-a | metadata.labels[app.kubernetes.io/name] | web | == | web",
        ),
        (
            r#"pod["web-a"].metadata.name in ["web-a", "b"]"#,
            yes,
            r#"Pod/web-a | metadata.name | web-a | in | ["web-a","b"]"#,
        ),
        (
            r#"pod["web-a"].metadata.name.startsWith("api")"#,
            no,
            "Pod/web-a | metadata.name | web-a | startsWith | api",
        ),
        (r#"pod["web-a"].status.phase == 3"#, no, "Pod/web-a | status.phase | Running | == | 3"),
        (r#"pod["web-a"].status.phase > 3"#, None, "Pod/web-a | status.phase | Running | > | 3"),
        (
            r#"deployment["web"].status.readyReplicas + 1 == 6"#,
            no,
            "Deployment/web | status.readyReplicas | 5 | == | 6",
        ),
        (r#"now_ms - acted_ms == 5000"#, yes, " |  | 5000 | == | 5000"),
        (
            r#"was.deployment["web"].status.readyReplicas == 6"#,
            yes,
            "Deployment/web | status.readyReplicas | 6 | == | 6",
        ),
        (
            r#"size(pods) == 2 ? deployment["web"].spec.replicas == 6 : false"#,
            yes,
            "Deployment/web | spec.replicas | 6 | == | 6",
        ),
    ];
    let differs = |(expression, holds, text): &(&str, Option<bool>, &str)| {
        let found = judged(expression, &hurt);
        (found != why(*holds, text))
            .then(|| format!("{expression}\n  expected {holds:?} {text}\n  found {found:?}"))
    };
    let wrong: Vec<String> = cases.iter().filter_map(differs).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_does_not_compile() {
    let cases = [
        ("nodes.size( == 1", 1, 13),
        ("podz.size() == 1", 1, 1),
        ("pods.all(p,\n  q.x == 1)", 2, 3),
        ("pods.count() == 1", 1, 6),
    ];
    for (text, line, column) in cases {
        let error = Expression::compile(text).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
    }
}

fn spec(id: &str, form: Form, expression: &str) -> CheckSpec {
    let expression = Expression::compile(expression).unwrap();
    CheckSpec {
        id: id.into(),
        after: Some("go".into()),
        after_check: None,
        form,
        expression,
        within_ms: None,
    }
}

fn checker(checks: Vec<CheckSpec>) -> Checker {
    let choice = |id: &str, e: &str| ChoiceSpec { id: id.into(), true_when: Expression::compile(e).unwrap() };
    let solution = Run { id: "solution".into(), steps: Vec::new(), until_ms: 0, fails: Vec::new() };
    let experiment = Experiment {
        id: "test".into(),
        world: World { yaml: String::new(), objects: Vec::new() },
        settle_ms: 0,
        files: Default::default(),
        may_write: Vec::new(),
        acts: vec![Act { id: "go".into(), command: "lab unplug node-c".into() }],
        prediction: Prediction {
            after: "go".into(),
            choices: vec![
                choice("same", "now_ms - acted_ms > 60000 && pods.all(p, p.metadata.name in was.pod)"),
                choice("new", "pods.exists(p, !(p.metadata.name in was.pod))"),
            ],
        },
        checks,
        solution,
        wrong: Vec::new(),
        transfer: None,
        measures: Vec::new(),
        tries: None,
        charts: None,
        source: Source { path: String::new(), text: String::new() },
    };
    Checker::new(Arc::new(experiment), 0)
}

fn verdicts(checker: &Checker) -> Vec<Verdict> {
    checker.results().into_iter().map(|r| r.verdict).collect()
}

const READY: &str = r#"deployment["web"].status.readyReplicas == 6"#;
const UNKNOWN: &str =
    r#"node["node-c"].status.conditions.exists(c, c.type == "Ready" && c.status == "Unknown")"#;

/// Feeds moments `(ms, readyReplicas)`; a negative number is a tick. Gives the verdict after each.
fn story(check: CheckSpec, moments: &[(i64, i64)]) -> Vec<Verdict> {
    let mut checker = checker(vec![check, spec("other", Form::Eventually, UNKNOWN)]);
    checker.act("go", 0, &healthy());
    let step = |(at_ms, ready): &(i64, i64)| {
        if *ready < 0 {
            checker.tick(*at_ms)
        } else {
            checker.observe(*at_ms, &cluster("True", *ready, 6, vec![]))
        };
        // What is stored and read again goes on the same.
        let state: State = serde_json::from_str(&serde_json::to_string(checker.state()).unwrap()).unwrap();
        checker = Checker::restore(Arc::clone(checker.experiment()), state);
        verdicts(&checker)[0]
    };
    moments.iter().map(step).collect()
}

#[test]
fn forms_over_time() {
    use Verdict::{Fail, InProgress, Pass};
    let eventually = || spec("it", Form::Eventually, READY);
    let holds = || spec("it", Form::HoldsFor { for_ms: 100 }, READY);
    let within = |spec: CheckSpec, ms| CheckSpec { within_ms: Some(ms), ..spec };
    type Case = (CheckSpec, &'static [(i64, i64)], &'static [Verdict]);
    let cases: Vec<Case> = vec![
        (eventually(), &[(10, 4), (20, 6), (30, 4)], &[InProgress, Pass, Pass]),
        (within(eventually(), 50), &[(10, 4), (60, 6)], &[InProgress, Pass]),
        (
            within(eventually(), 50),
            &[(10, 4), (60, -1), (61, -1), (62, 6)],
            &[InProgress, InProgress, Fail, Fail],
        ),
        (within(eventually(), 50), &[(10, 4), (70, 6)], &[InProgress, Fail]),
        (holds(), &[(10, 6), (109, -1), (110, -1)], &[InProgress, InProgress, Pass]),
        (
            holds(),
            &[(10, 6), (50, 4), (60, 6), (159, -1), (160, 6)],
            &[InProgress, InProgress, InProgress, InProgress, Pass],
        ),
        (holds(), &[(10, 6), (200, 4)], &[InProgress, Pass]),
        (within(holds(), 120), &[(10, 4), (40, 6), (300, -1)], &[InProgress, InProgress, Fail]),
        (within(holds(), 120), &[(10, 4), (20, 6), (300, -1)], &[InProgress, InProgress, Pass]),
        (spec("it", Form::Never, READY), &[(10, 4), (20, 6), (30, 4)], &[InProgress, Fail, Fail]),
    ];
    for (check, moments, expect) in cases {
        let label = format!("{check:?} {moments:?}");
        assert_eq!(story(check, moments), expect, "{label}");
    }
}

#[test]
fn gates_and_changes() {
    use Verdict::{InProgress, Pass, Todo};
    let mut back = spec("back", Form::Eventually, READY);
    back.after_check = Some("lost".into());
    let never = spec("never", Form::Never, "size(pods) == 0");
    let mut checker = checker(vec![spec("lost", Form::Eventually, UNKNOWN), back, never]);
    assert!(!checker.observe(10, &cluster("Unknown", 4, 4, vec![])), "nothing counts before the act");
    assert_eq!(verdicts(&checker), [Todo, Todo, Todo]);
    checker.act("nothing", 15, &healthy());
    checker.act("go", 20, &healthy());
    assert!(checker.observe(30, &healthy()));
    assert_eq!(verdicts(&checker), [InProgress, Todo, InProgress]);
    let hurt = cluster("Unknown", 4, 4, vec![pod("web-a", "node-a", 0)]);
    assert!(checker.observe(50_000, &hurt));
    assert!(!checker.observe(51_000, &hurt), "the same again is no change");
    assert_eq!(verdicts(&checker), [Pass, InProgress, InProgress]);
    let [lost, back, _] = checker.results().try_into().unwrap();
    let (lost_why, back_why) = (lost.why.unwrap(), back.why.unwrap());
    assert_eq!((lost.at_ms, lost_why.was.as_str(), lost_why.actual.as_str()), (50_000, "True", "Unknown"));
    assert_eq!(
        (back_why.was.as_str(), back_why.actual.as_str(), back_why.expected.as_str()),
        ("6", "4", "6")
    );
    assert_eq!(checker.right_choice(), None);
    assert!(!checker.passed());
    checker.observe(60_000, &cluster("Unknown", 6, 6, vec![pod("web-n", "node-a", 0)]));
    assert_eq!(verdicts(&checker), [Pass, Pass, Pass]);
    assert!(checker.passed());
    assert_eq!(checker.right_choice(), Some("new"));
    checker.observe(90_000, &cluster("True", 0, 0, vec![]));
    assert!(checker.passed(), "what was decided stays decided");
}

#[test]
fn deadlines_say_when_to_tick() {
    let mut checker = checker(vec![CheckSpec {
        within_ms: Some(500),
        ..spec("it", Form::HoldsFor { for_ms: 100 }, READY)
    }]);
    checker.act("go", 0, &healthy());
    assert_eq!(checker.next_deadline_ms(), None);
    checker.observe(10, &cluster("True", 4, 6, vec![]));
    assert_eq!(checker.next_deadline_ms(), Some(510));
    checker.observe(20, &healthy());
    assert_eq!(checker.next_deadline_ms(), Some(120));
    assert!(checker.tick(120));
    assert_eq!(checker.next_deadline_ms(), None);
}

/// `snapshot` with other pods; the kinds that are not named stay the very same.
fn with_pods(snapshot: &Snapshot, pods: Vec<Value>) -> Snapshot {
    let mut other = snapshot.clone();
    other.set("pods", Arc::new(keyed(pods.into_iter().map(Arc::new))));
    other
}

/// The pod's restarts as the check found them, and when it looked.
fn seen(checker: &Checker) -> (String, i64) {
    let result = checker.results().swap_remove(0);
    (result.why.unwrap().actual, result.at_ms)
}

#[test]
fn what_changed_is_judged_again_and_nothing_else() {
    let restarts = r#"pod["web-a"].status.containerStatuses[0].restartCount == 9"#;
    let mut checker = checker(vec![spec("it", Form::Eventually, restarts)]);
    let calm = healthy();
    checker.act("go", 0, &calm);
    checker.observe(10, &calm);
    assert_eq!(seen(&checker), ("0".into(), 10));
    checker.observe(20, &calm);
    let mut other = calm.clone();
    other.set("nodes", Arc::default());
    checker.observe(30, &other);
    assert_eq!(seen(&checker), ("0".into(), 10), "it speaks of no node");
    let hurt = with_pods(&other, vec![pod("web-a", "node-a", 3), pod("web-c", "node-c", 0)]);
    assert!(checker.observe(40, &hurt), "an object that changed is seen");
    assert_eq!(seen(&checker), ("3".into(), 40));
    assert!(checker.observe(50, &with_pods(&hurt, vec![pod("web-c", "node-c", 0)])), "a deleted one goes");
    assert_eq!(seen(&checker), (String::new(), 50));
    let mut again = Checker::restore(Arc::clone(checker.experiment()), checker.state().clone());
    again.observe(60, &hurt);
    assert_eq!(seen(&again), ("3".into(), 60), "a run taken up again looks for itself");
    checker.observe(70, &with_pods(&hurt, vec![pod("web-a", "node-a", 9)]));
    assert_eq!((verdicts(&checker)[0], seen(&checker)), (Verdict::Pass, ("9".into(), 70)));
    checker.observe(80, &hurt);
    assert_eq!(seen(&checker), ("9".into(), 70), "what is decided is not judged again");
}

#[test]
fn a_check_of_time_is_judged_at_each_look() {
    let mut checker = checker(vec![spec("it", Form::Eventually, "now_ms - acted_ms >= 50")]);
    let calm = healthy();
    checker.act("go", 0, &calm);
    for (at_ms, expect) in [(10, "10"), (40, "40"), (50, "50")] {
        checker.observe(at_ms, &calm);
        assert_eq!(seen(&checker), (expect.into(), at_ms));
    }
    assert_eq!(verdicts(&checker)[0], Verdict::Pass);
}

#[test]
fn the_past_stays_as_it_was() {
    let gone = spec("it", Form::Eventually, r#"was.pods.exists(p, !(p.metadata.name in pod))"#);
    let mut checker = checker(vec![gone]);
    let calm = healthy();
    checker.act("go", 0, &calm);
    checker.observe(10, &calm);
    assert_eq!(verdicts(&checker)[0], Verdict::InProgress);
    checker.observe(20, &with_pods(&calm, vec![pod("web-a", "node-a", 0)]));
    assert_eq!(verdicts(&checker)[0], Verdict::Pass);
}

#[test]
fn maps_and_lists_are_those_of_cel() {
    let snapshot = with_pods(
        &healthy(),
        vec![pod("web-a", "node-a", 0), pod("web-c", "node-c", 0), {
            let mut dns = pod("dns", "node-a", 0);
            dns["metadata"]["namespace"] = "kube-system".into();
            dns
        }],
    );
    let cases = [
        (r#"pod["web-a"].metadata.labels == {"app": "web", "app.kubernetes.io/name": "web"}"#, Some(true)),
        (r#"{"app": "web", "app.kubernetes.io/name": "web"} == pod["web-a"].metadata.labels"#, Some(true)),
        (r#"pod["web-a"].metadata.labels == {"app": "web"}"#, Some(false)),
        (r#"pod["web-a"].metadata.labels == was.pod["web-c"].metadata.labels"#, Some(true)),
        (r#"pod["web-a"] == pods[0] && pod["web-a"] != pods[1]"#, Some(true)),
        (r#"pod["web-a"].metadata.labels.all(k, k.startsWith("app"))"#, Some(true)),
        (r#"pod.exists(k, k == "kube-system/dns") && size(pod) == 3"#, Some(true)),
        (r#"pod["kube-system/dns"].metadata.name == "dns""#, Some(true)),
        (r#""default/web-a" in pod || "dns" in pod"#, Some(false)),
        (r#"pods.map(p, p.metadata.name) == ["web-a", "web-c", "dns"]"#, Some(true)),
        (r#"pods.filter(p, p.spec.nodeName == "node-a")[1].metadata.name == "dns""#, Some(true)),
        (r#"size(was) > 3 && "pod" in was && !("services" in was)"#, Some(true)),
        (r#"was["deployment"]["web"].?spec.?nothing.orValue(7) == 7"#, Some(true)),
        (r#"pod["web-a"].metadata.nothing == 1"#, None),
        (r#"pod[1].metadata.name == "web-a""#, None),
    ];
    for (expression, holds) in cases {
        assert_eq!(judged(expression, &snapshot).0, holds, "{expression}");
    }
}

#[test]
fn kinds_of_the_past() {
    let past = |text: &str| Expression::compile(text).unwrap().names().past.clone();
    for (text, expect) in [
        ("pods.size() == 1", &[][..]),
        ("pods.all(p, p.metadata.name in was.pod) && was.pods.size() == 2", &["pods"]),
        (r#"was["node"].size() == was.?services.orValue([]).size()"#, &["nodes", "services"]),
        (r#"[{"a": was.jobs[0].x}] == [{"a": 1}]"#, &["jobs"]),
    ] {
        assert_eq!(past(text), expect, "{text}");
    }
    assert_eq!(past("size(was) == 1").len(), KINDS.len(), "all of them");
}
