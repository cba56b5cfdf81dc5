//! Priority levels and flow schemas. Models `k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap`.

use super::{
    NOW,
    parse::{blocks, list, rule},
};
use crate::{
    json,
    json::Json,
    object::Object,
    resources::{FLOW_SCHEMA, PRIORITY_LEVEL_CONFIGURATION, Resource},
};

const SCHEMAS: &str = include_str!("flow_schemas.txt");

/// Limited levels: name, shares, how many of a hundred may be lent, queues with hand size and length.
const LEVELS: [(&str, i64, i64, Option<[i64; 3]>); 7] = [
    ("catch-all", 5, 0, None),
    ("global-default", 20, 50, Some([128, 6, 50])),
    ("leader-election", 10, 0, Some([16, 4, 50])),
    ("node-high", 40, 25, Some([64, 6, 50])),
    ("system", 30, 33, Some([64, 6, 50])),
    ("workload-high", 40, 50, Some([128, 6, 50])),
    ("workload-low", 100, 90, Some([128, 6, 50])),
];

/// All of them.
pub fn all() -> Vec<(Resource, Object)> {
    let exempt = json!({"type": "Exempt", "exempt": {"lendablePercent": 0, "nominalConcurrencyShares": 0}});
    let mut all = vec![(PRIORITY_LEVEL_CONFIGURATION, object("exempt", exempt, json!({})))];
    for (name, shares, lent, queues) in LEVELS {
        let response = match queues {
            None => json!({"type": "Reject"}),
            Some([queues, hand, length]) => json!({"type": "Queue",
                "queuing": {"queues": queues, "handSize": hand, "queueLengthLimit": length}}),
        };
        let mut limited = json!({"nominalConcurrencyShares": shares, "lendablePercent": lent});
        limited.set("limitResponse", response);
        let spec = json!({"type": "Limited"}).with("limited", limited);
        all.push((PRIORITY_LEVEL_CONFIGURATION, object(name, spec, json!({}))));
    }
    all.extend(blocks(SCHEMAS).into_iter().map(|(head, lines)| (FLOW_SCHEMA, schema(head, &lines))));
    all
}

fn object(name: &str, spec: Json, status: Json) -> Object {
    let mut object = Object(json!({"metadata": {"name": name,
        "annotations": {"apf.kubernetes.io/autoupdate-spec": "true"}}}));
    object.set("spec", spec);
    object.set("status", status);
    object
}

fn schema(head: &str, lines: &[&str]) -> Object {
    let words: Vec<&str> = head.split(' ').collect();
    let [name, precedence, level, method] = words[..] else { unreachable!("four words in {head:?}") };
    let precedence: i64 = precedence.parse().unwrap_or_default();
    let mut rules = json!({"subjects": []});
    rules.set("subjects", lines[0].split(' ').map(subject).collect::<Json>());
    for line in &lines[1..] {
        let rule = rule(line);
        if rule["nonResourceURLs"].is_null() {
            let everywhere = rule["resources"] == list("*");
            let rule = rule.with("namespaces", list("*")).with("clusterScope", everywhere.then_some(true));
            rules["resourceRules"].list_mut().push(rule);
        } else {
            rules["nonResourceRules"].list_mut().push(rule);
        }
    }
    if name == "system-node-high" {
        rules["resourceRules"].list_mut().make_mut()[0].set("clusterScope", true);
        rules["resourceRules"].list_mut().make_mut()[0].remove("namespaces");
    }
    let mut spec = json!({"priorityLevelConfiguration": {"name": level}, "matchingPrecedence": precedence});
    spec.set("distinguisherMethod", (method != "-").then(|| json!({"type": method})));
    spec.set("rules", vec![rules]);
    let why = format!(
        "This FlowSchema references the PriorityLevelConfiguration object named {level:?} and it exists"
    );
    let status = json!({"conditions": [{"type": "Dangling", "status": "False", "reason": "Found",
        "message": why, "lastTransitionTime": NOW}]});
    object(name, spec, status)
}

fn subject(word: &str) -> Json {
    match word.split_once(':') {
        Some(("u", name)) => json!({"kind": "User", "user": {"name": name}}),
        Some(("g", name)) => json!({"kind": "Group", "group": {"name": name}}),
        _ => json!({"kind": "ServiceAccount",
            "serviceAccount": {"name": word[2..], "namespace": "kube-system"}}),
    }
}
