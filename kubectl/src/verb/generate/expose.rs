//! `kubectl expose`: a Service for the pods of something.

use serde_json::{Value, json};

use super::{labels, made, overrides, port, send};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{list, number, text},
    select::{self, Found},
    verb::{DryRun, dry_run, parse, print::Printer},
};

/// Longest name of a Service, bytes.
const NAME_BYTES_MAX: usize = 63;

/// Runs `expose`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("expose", words)?;
    let dry = dry_run(cx, &flags)?;
    let mut printer = Printer::read(cx, &flags)?;
    // the selector is the Service's, not one of what is exposed
    let (found, mut fails) = select::each(cx, &flags.without("selector"), &flags.args).await?;
    for target in found {
        fails.extend(one(cx, &flags, &mut printer, dry, &target).await.err());
    }
    Fail::all(fails)
}

async fn one(cx: &mut Cx<'_>, flags: &Flags, printer: &mut Printer, dry: DryRun, target: &Found) -> Done {
    let object = overrides::apply(flags, of(flags, target)?)?;
    let found = send(cx, flags, dry, object, "kubectl-expose").await?;
    made(cx, printer, dry, &found, "exposed")
}

/// The Service for an object.
fn of(flags: &Flags, target: &Found) -> Done<Value> {
    let (kind, group) = (&target.resource.kind, &target.resource.group);
    match (group.as_str(), kind.as_str()) {
        ("", "Pod" | "Service" | "ReplicationController") | ("apps", "Deployment" | "ReplicaSet") => {}
        ("", _) => return Err(Fail::Error(format!("cannot expose a {kind}"))),
        _ => return Err(Fail::Error(format!("cannot expose a {kind}.{group}"))),
    }
    let selector = match flags.text("selector") {
        "" => selector(&target.object).map_err(|why| {
            Fail::Error(format!("couldn't retrieve selectors via --selector flag or introspection: {why}"))
        })?,
        given => Value::Object(labels(given)?),
    };
    let ports = ports(flags, &target.object)?;
    let own_labels = match flags.text("labels") {
        "" => target.object["metadata"]["labels"].clone(),
        given => Value::Object(labels(given)?),
    };
    let name = &target.name[..target.name.len().min(NAME_BYTES_MAX)];
    let name = flags.get("name").filter(|name| !name.is_empty()).unwrap_or(name);
    service(flags, name, own_labels, selector, ports)
}

/// A Service with the flags of the line.
pub fn service(flags: &Flags, name: &str, labels: Value, selector: Value, ports: Vec<Value>) -> Done<Value> {
    let mut object = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"creationTimestamp": null, "name": name},
        "spec": {"selector": selector}, "status": {"loadBalancer": {}},
    });
    if labels.as_object().is_some_and(|labels| !labels.is_empty()) {
        object["metadata"]["labels"] = labels;
    }
    let spec = &mut object["spec"];
    if !ports.is_empty() {
        spec["ports"] = ports.into();
    }
    for (flag, field) in
        [("type", "type"), ("cluster-ip", "clusterIP"), ("session-affinity", "sessionAffinity")]
    {
        if !flags.text(flag).is_empty() {
            spec[field] = flags.text(flag).into();
        }
    }
    if !flags.text("external-ip").is_empty() {
        spec["externalIPs"] = json!([flags.text("external-ip")]);
    }
    if flags.text("type") == "LoadBalancer" && !flags.text("load-balancer-ip").is_empty() {
        spec["loadBalancerIP"] = flags.text("load-balancer-ip").into();
    }
    match flags.text("session-affinity") {
        "" | "None" | "ClientIP" => Ok(object),
        other => Err(Fail::Error(format!("unknown session affinity: {other}"))),
    }
}

/// The labels that select an object's pods.
fn selector(object: &Value) -> Result<Value, String> {
    let (map, none) = match text(object, "/kind") {
        "Pod" => (&object["metadata"]["labels"], "the pod has no labels and cannot be exposed"),
        "Service" => (&object["spec"]["selector"], "the service has no pod selector set"),
        "ReplicationController" => (&object["spec"]["selector"], ""),
        _ => {
            let expressions = list(object, "/spec/selector/matchExpressions");
            if !expressions.is_empty() {
                let shown: Vec<String> = expressions.iter().map(requirement).collect();
                return Err(format!(
                    "couldn't convert expressions - \"[{}]\" to map-based selector format",
                    shown.join(" ")
                ));
            }
            (
                &object["spec"]["selector"]["matchLabels"],
                "invalid deployment: no selectors, therefore cannot be exposed",
            )
        }
    };
    if map.as_object().is_some_and(|map| !map.is_empty()) { Ok(map.clone()) } else { Err(none.to_owned()) }
}

/// `{Key:a Operator:In Values:[b c]}`.
fn requirement(expression: &Value) -> String {
    let values: Vec<&str> = list(expression, "/values").iter().filter_map(Value::as_str).collect();
    let (key, operator) = (text(expression, "/key"), text(expression, "/operator"));
    format!("{{Key:{key} Operator:{operator} Values:[{}]}}", values.join(" "))
}

/// The ports that an object has, with their protocols.
fn introspected(object: &Value) -> Vec<(i64, &str)> {
    let protocol = |port| match text(port, "/protocol") {
        "" => "TCP",
        protocol => protocol,
    };
    let containers = match text(object, "/kind") {
        "Service" => {
            let ports = list(object, "/spec/ports").iter();
            return ports.map(|port| (number(port, "/port"), protocol(port))).collect();
        }
        "Pod" => list(object, "/spec/containers"),
        _ => list(object, "/spec/template/spec/containers"),
    };
    let ports = containers.iter().flat_map(|container| list(container, "/ports"));
    ports.map(|port| (number(port, "/containerPort"), protocol(port))).collect()
}

/// The Service's ports: those of the line, else those that the object has.
fn ports(flags: &Flags, object: &Value) -> Done<Vec<Value>> {
    let had = introspected(object);
    let given = flags.text("port");
    let mut numbers = Vec::new();
    if given.is_empty() {
        had.iter().for_each(|(port, _)| {
            if !numbers.contains(port) {
                numbers.push(*port)
            }
        });
        if numbers.is_empty() && flags.text("cluster-ip") != "None" {
            return Err(Fail::error("couldn't find port via --port flag or introspection"));
        }
    } else {
        numbers = given.split(',').map(port).collect::<Done<_>>()?;
    }
    let mut ports = Vec::new();
    for number in numbers {
        let mut protocols: Vec<&str> =
            had.iter().filter(|(port, _)| *port == number).map(|(_, it)| *it).collect();
        if !flags.text("protocol").is_empty() {
            protocols = vec![flags.text("protocol")];
        } else if protocols.is_empty() {
            protocols = vec!["TCP"];
        }
        ports.extend(protocols.into_iter().map(|protocol| (number, protocol)));
    }
    let target = flags.get("target-port").or(flags.get("container-port")).filter(|it| !it.is_empty());
    let target = target.map(|it| it.parse::<i64>().map_or_else(|_| json!(it), |number| json!(number)));
    let several = ports.len() > 1;
    let made = ports.into_iter().enumerate().map(|(at, (number, protocol))| {
        let target = target.clone().unwrap_or_else(|| number.into());
        let mut port = json!({"port": number, "protocol": protocol, "targetPort": target});
        if several {
            port["name"] = format!("port-{}", at + 1).into();
        }
        port
    });
    Ok(made.collect())
}
