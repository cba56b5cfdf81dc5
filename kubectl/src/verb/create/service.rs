//! `create service clusterip`, `nodeport`, `loadbalancer` and `externalname`.

use serde_json::{Value, json};

use super::{Order, made, metadata, order, post, unknown};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    flags::verb_of,
    http::Cx,
};

/// Runs `create service` and its subcommands.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    match verb_of(words) {
        (Some("clusterip"), rest) => cluster_ip(cx, &rest).await,
        (Some("nodeport"), rest) => node_port(cx, &rest).await,
        (Some("loadbalancer"), rest) => load_balancer(cx, &rest).await,
        (Some("externalname"), rest) => external_name(cx, &rest).await,
        _ => Err(unknown("create service", words)),
    }
}

async fn cluster_ip(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "service clusterip", &[], words).await?;
    let ip = order.flags.text("clusterip").to_owned();
    let ports = ports(&order, None)?;
    if ip != "None" {
        needs(&ports)?;
    }
    let more = (!ip.is_empty()).then(|| ("clusterIP", ip.into()));
    send(cx, order, "ClusterIP", ports, more).await
}

async fn node_port(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "service nodeport", &[], words).await?;
    let ports = ports(&order, order.flags.number("node-port"))?;
    needs(&ports)?;
    send(cx, order, "NodePort", ports, None).await
}

async fn load_balancer(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "service loadbalancer", &[], words).await?;
    let ports = ports(&order, None)?;
    needs(&ports)?;
    send(cx, order, "LoadBalancer", ports, None).await
}

async fn external_name(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "service externalname", &["external-name"], words).await?;
    let ports = ports(&order, None)?;
    let name = order.flags.text("external-name").to_owned();
    if !is_subdomain(&name) {
        return Err(Fail::Error(format!("invalid service external name {name}")));
    }
    send(cx, order, "ExternalName", ports, Some(("externalName", name.into()))).await
}

fn is_subdomain(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|part| {
            let inner = part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            !part.is_empty() && inner && !part.starts_with('-') && !part.ends_with('-')
        })
}

fn needs(ports: &[Value]) -> Done {
    if ports.is_empty() {
        return Err(Fail::error("at least one tcp port specifier must be provided"));
    }
    Ok(())
}

/// `80:8080`, `80`, `80:http`.
fn ports(order: &Order, node_port: Option<i64>) -> Done<Vec<Value>> {
    let mut ports = Vec::new();
    for spec in order.flags.list("tcp") {
        let (outer, inner) = spec.split_once(':').map_or((spec.as_str(), None), |(a, b)| (a, Some(b)));
        let port = number(outer)?;
        let target = match inner {
            None => Value::from(port),
            Some(inner) => target(inner.split(':').next().unwrap_or_default())?,
        };
        let mut made = json!({
            "name": spec.replace(':', "-"), "protocol": "TCP", "port": port, "targetPort": target,
        });
        if let Some(node_port) = node_port.filter(|port| *port != 0) {
            made["nodePort"] = node_port.into();
        }
        ports.push(made);
    }
    Ok(ports)
}

fn target(text: &str) -> Done<Value> {
    if let Ok(number) = text.parse::<i64>() {
        let fits = (1..=65535).contains(&number);
        return if fits {
            Ok(number.into())
        } else {
            Err(Fail::error("must be between 1 and 65535, inclusive"))
        };
    }
    let mut faults = Vec::new();
    if text.len() > 15 {
        faults.push("must be no more than 15 characters");
    }
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        faults.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if !text.contains(|c: char| c.is_ascii_lowercase()) {
        faults.push("must contain at least one letter (a-z)");
    }
    if text.contains("--") {
        faults.push("must not contain consecutive hyphens");
    }
    if text.starts_with('-') || text.ends_with('-') {
        faults.push("must not begin or end with a hyphen");
    }
    if faults.is_empty() { Ok(text.into()) } else { Err(Fail::Error(faults.join(","))) }
}

fn number(text: &str) -> Done<i64> {
    text.parse::<u16>().map(i64::from).map_err(|why| {
        let why = match why.kind() {
            std::num::IntErrorKind::PosOverflow => "value out of range",
            _ => "invalid syntax",
        };
        Fail::Error(format!("strconv.ParseUint: parsing {text:?}: {why}"))
    })
}

async fn send(
    cx: &mut Cx<'_>,
    order: Order,
    kind: &str,
    ports: Vec<Value>,
    more: Option<(&str, Value)>,
) -> Done {
    let labels = json!({"app": order.name});
    let mut meta = metadata(&order.name);
    meta["labels"] = labels.clone();
    let mut spec = json!({"selector": labels, "type": kind});
    if !ports.is_empty() {
        spec["ports"] = ports.into();
    }
    if let Some((field, value)) = more {
        spec[field] = value;
    }
    let object = json!({
        "kind": "Service", "apiVersion": "v1", "metadata": meta, "spec": spec, "status": {"loadBalancer": {}},
    });
    let failing = match kind {
        "ClusterIP" => "failed to create ClusterIP service: ",
        "NodePort" => "failed to create NodePort service: ",
        "LoadBalancer" => "failed to create LoadBalancer service: ",
        _ => "failed to create ExternalName service: ",
    };
    post(cx, &order, made(Resource::namespaced("", "v1", "services", "Service"), object, failing)).await
}
