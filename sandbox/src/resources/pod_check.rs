//! What is wrong with a pod's spec, in a template or not. Models `ValidatePodSpec` of kube-apiserver.
//! Omits: security contexts, affinity, the sources of volumes.

use std::collections::BTreeSet;

use super::{
    check::{self, Errors},
    topology_spread,
};
use crate::{json::Json, status::FieldError};

/// What is wrong with a pod's `spec`.
pub fn spec(spec: &Json, path: &str, errors: &mut Errors) {
    let volumes = volumes(spec, path, errors);
    let mut names = BTreeSet::new();
    if spec["containers"].list().is_empty() {
        errors.push(FieldError::required(format!("{path}.containers"), ""));
    }
    for list in ["containers", "initContainers"] {
        for (i, c) in spec[list].list().iter().enumerate() {
            let at = format!("{path}.{list}[{i}]");
            container(c, &at, &volumes, errors);
            if !c["name"].text().is_empty() && !names.insert(c["name"].text()) {
                errors.push(FieldError::duplicate(format!("{at}.name"), &c["name"]));
            }
            probes(c, &at, errors);
            resize_policy(c, &at, spec["restartPolicy"] == "Never", errors);
        }
    }
    check::one_of(spec, path, "restartPolicy", &["Always", "OnFailure", "Never"], errors);
    let dns = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    check::one_of(spec, path, "dnsPolicy", &dns, errors);
    check::non_negative(spec, path, "terminationGracePeriodSeconds", errors);
    if spec["activeDeadlineSeconds"].int().is_some_and(|n| n < 1) {
        let at = format!("{path}.activeDeadlineSeconds");
        let value = &spec["activeDeadlineSeconds"];
        errors.push(FieldError::invalid(at, value, "must be between 1 and 2147483647, inclusive"));
    }
    tolerations(spec, path, errors);
    host_ports(spec, path, errors);
    topology_spread::check(spec, path, errors);
}

/// Who has the node's network cannot have another port there.
fn host_ports(spec: &Json, path: &str, errors: &mut Errors) {
    for (i, container) in spec["containers"].list().iter().enumerate() {
        for (j, port) in container["ports"].list().iter().enumerate() {
            let (inner, outer) = (&port["containerPort"], port["hostPort"].int().unwrap_or(0));
            if spec["hostNetwork"].bool() == Some(true) && outer != 0 && inner.int() != Some(outer) {
                let at = format!("{path}.containers[{i}].ports[{j}].containerPort");
                let why = "must match `hostPort` when `hostNetwork` is true";
                errors.push(FieldError::invalid(at, inner, why));
            }
        }
    }
}

fn volumes<'a>(spec: &'a Json, path: &str, errors: &mut Errors) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for (i, v) in spec["volumes"].list().iter().enumerate() {
        let at = format!("{path}.volumes[{i}].name");
        check::label(&v["name"], &at, errors);
        if !names.insert(v["name"].text()) {
            errors.push(FieldError::duplicate(at, &v["name"]));
        }
    }
    names
}

fn container(c: &Json, path: &str, volumes: &BTreeSet<&str>, errors: &mut Errors) {
    check::label(&c["name"], &format!("{path}.name"), errors);
    let image = c["image"].text();
    if image.is_empty() {
        errors.push(FieldError::required(format!("{path}.image"), ""));
    } else if image.trim() != image {
        let why = "must not have leading or trailing whitespace";
        errors.push(FieldError::invalid(format!("{path}.image"), &c["image"], why));
    }
    ports(c, path, errors);
    env(c, path, errors);
    for (i, m) in c["volumeMounts"].list().iter().enumerate() {
        let at = format!("{path}.volumeMounts[{i}]");
        if check::required(m, &at, "name", errors) && !volumes.contains(m["name"].text()) {
            errors.push(check::not_found(format!("{at}.name"), &m["name"]));
        }
        check::required(m, &at, "mountPath", errors);
    }
    check::one_of(c, path, "imagePullPolicy", &["Always", "IfNotPresent", "Never"], errors);
    check::resources(&c["resources"], &format!("{path}.resources"), errors);
}

fn ports(c: &Json, path: &str, errors: &mut Errors) {
    let mut names = BTreeSet::new();
    for (i, p) in c["ports"].list().iter().enumerate() {
        let at = format!("{path}.ports[{i}]");
        let name = p["name"].text();
        if !name.is_empty() {
            check::port_name(name, format!("{at}.name"), errors);
            if !names.insert(name) {
                errors.push(FieldError::duplicate(format!("{at}.name"), &p["name"]));
            }
        }
        if check::required(p, &at, "containerPort", errors) {
            check::port_number(&p["containerPort"], format!("{at}.containerPort"), errors);
        }
        if !p["hostPort"].is_null() {
            check::port_number(&p["hostPort"], format!("{at}.hostPort"), errors);
        }
        check::one_of(p, &at, "protocol", &["SCTP", "TCP", "UDP"], errors);
    }
}

fn env(c: &Json, path: &str, errors: &mut Errors) {
    for (i, e) in c["env"].list().iter().enumerate() {
        let at = format!("{path}.env[{i}]");
        check::required(e, &at, "name", errors);
        if !e["valueFrom"].is_null() && !e["value"].is_empty() {
            let why = "may not be specified when `value` is not empty";
            errors.push(FieldError::invalid(format!("{at}.valueFrom"), &"".into(), why));
        }
    }
}

fn probes(c: &Json, path: &str, errors: &mut Errors) {
    for kind in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let (p, at) = (&c[kind], format!("{path}.{kind}"));
        if p.is_null() {
            continue;
        }
        let handlers = ["exec", "httpGet", "tcpSocket", "grpc"];
        match handlers.iter().filter(|h| !p[**h].is_null()).count() {
            0 => errors.push(FieldError::required(at.as_str(), "must specify a handler type")),
            1 => {}
            _ => errors.push(FieldError::forbidden(at.as_str(), "may not specify more than 1 handler type")),
        }
        for handler in ["httpGet", "tcpSocket", "grpc"] {
            if !p[handler].is_null() {
                check::port(&p[handler]["port"], format!("{at}.{handler}.port"), errors);
            }
        }
        for field in
            ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
        {
            check::non_negative(p, &at, field, errors);
        }
        if kind != "readinessProbe" && p["successThreshold"].int().is_some_and(|n| n > 1) {
            errors.push(FieldError::invalid(
                format!("{at}.successThreshold"),
                &p["successThreshold"],
                "must be 1",
            ));
        }
    }
}

/// Models `validateResizePolicy`.
fn resize_policy(c: &Json, path: &str, never: bool, errors: &mut Errors) {
    let at = format!("{path}.resizePolicy");
    let mut names = BTreeSet::new();
    for (i, policy) in c["resizePolicy"].list().iter().enumerate() {
        if !names.insert(policy["resourceName"].text()) {
            errors.push(FieldError::duplicate(format!("{at}[{i}]"), &policy["resourceName"]));
        }
        let supported: [(&str, &[&str]); 2] =
            [("resourceName", &["cpu", "memory"]), ("restartPolicy", &["NotRequired", "RestartContainer"])];
        for (field, supported) in supported {
            match policy[field].text() {
                "" => errors.push(FieldError::required(at.as_str(), "")),
                value if !supported.contains(&value) => {
                    errors.push(FieldError::unsupported(at.as_str(), &policy[field], supported));
                }
                _ => {}
            }
        }
        if never && policy["restartPolicy"] != "NotRequired" {
            let why = "must be 'NotRequired' when `restartPolicy` is 'Never'";
            errors.push(FieldError::invalid(at.as_str(), &policy["restartPolicy"].text().into(), why));
        }
    }
}

fn tolerations(spec: &Json, path: &str, errors: &mut Errors) {
    for (i, t) in spec["tolerations"].list().iter().enumerate() {
        let at = format!("{path}.tolerations[{i}]");
        let operator = t["operator"].text();
        if t["key"].text().is_empty() && operator != "Exists" {
            let why =
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.push(FieldError::invalid(format!("{at}.operator"), &operator.into(), why));
        }
        if operator == "Exists" && !t["value"].text().is_empty() {
            let why = "value must be empty when `operator` is 'Exists'";
            errors.push(FieldError::invalid(format!("{at}.operator"), &t["value"], why));
        }
        check::one_of(t, &at, "operator", &["Equal", "Exists"], errors);
        if !t["effect"].text().is_empty() {
            check::one_of(t, &at, "effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"], errors);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn specs_are_right_or_wrong() {
        let bad = json!({"volumes": [], "restartPolicy": "Maybe", "dnsPolicy": "Nah", "containers": [{
            "name": "c", "image": "nginx", "imagePullPolicy": "Sometimes", "livenessProbe": {"periodSeconds": -1},
            "ports": [{"containerPort": 70000, "protocol": "HTTP", "name": "This_Is_Bad"}],
            "volumeMounts": [{"name": "nope", "mountPath": "/x"}]}]});
        for (said, expect) in [
            (json!({"containers": [{"name": "c", "image": "nginx"}]}), vec![]),
            (json!({}), vec!["s.containers: Required value"]),
            (
                json!({"containers": [{"name": "c"}, {"name": "c", "image": "nginx"}]}),
                vec!["s.containers[0].image: Required value", "s.containers[1].name: Duplicate value: \"c\""],
            ),
            (
                json!({"restartPolicy": "Never", "containers": [{"name": "c", "image": "nginx", "resizePolicy": [
                    {"resourceName": "cpu", "restartPolicy": "NotRequired"},
                    {"resourceName": "cpu", "restartPolicy": "RestartContainer"},
                    {"resourceName": "disk"}]}]}),
                vec![
                    "s.containers[0].resizePolicy[1]: Duplicate value: \"cpu\"",
                    "s.containers[0].resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when `restartPolicy` is 'Never'",
                    "s.containers[0].resizePolicy: Unsupported value: \"disk\": supported values: \"cpu\", \"memory\"",
                    "s.containers[0].resizePolicy: Required value",
                    "s.containers[0].resizePolicy: Invalid value: \"\": must be 'NotRequired' when `restartPolicy` is 'Never'",
                ],
            ),
            (json!({"containers": [{"image": "nginx"}]}), vec!["s.containers[0].name: Required value"]),
            (
                json!({"containers": [{"name": "c", "image": " nginx"}]}),
                vec![
                    "s.containers[0].image: Invalid value: \" nginx\": must not have leading or trailing whitespace",
                ],
            ),
            (
                bad,
                vec![
                    "s.containers[0].ports[0].name: Invalid value: \"This_Is_Bad\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                    "s.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
                    "s.containers[0].ports[0].protocol: Unsupported value: \"HTTP\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
                    "s.containers[0].volumeMounts[0].name: Not found: \"nope\"",
                    "s.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"IfNotPresent\", \"Never\"",
                    "s.containers[0].livenessProbe: Required value: must specify a handler type",
                    "s.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
                    "s.restartPolicy: Unsupported value: \"Maybe\": supported values: \"Always\", \"OnFailure\", \"Never\"",
                    "s.dnsPolicy: Unsupported value: \"Nah\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"",
                ],
            ),
        ] {
            let mut errors = vec![];
            spec(&said, "s", &mut errors);
            assert_eq!(words(&errors), expect, "{said}");
        }
    }
}
