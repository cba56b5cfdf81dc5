//! `create ingress`.

use serde_json::{Value, json};

use super::{made, metadata, order, post};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    http::Cx,
};

/// Runs `create ingress`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let order = order(cx, "ingress", &[], words).await?;
    let flags = &order.flags;
    let (rules, default) = (flags.raw_list("rule"), flags.text("default-backend"));
    if rules.is_empty() && default.is_empty() {
        return Err(Fail::error(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
        ));
    }
    for rule in rules {
        read(rule)?;
    }
    for annotation in flags.raw_list("annotation") {
        if annotation.split_once('=').is_none_or(|(key, _)| key.is_empty()) {
            return Err(Fail::Error(format!(
                "annotation {annotation} is invalid and should be in format key=[value]"
            )));
        }
    }
    let mut spec = json!({});
    if flags.get("class").is_some() {
        spec["ingressClassName"] = flags.text("class").into();
    }
    if !default.is_empty() {
        let (service, port) = default
            .split_once(':')
            .filter(|(service, port)| !service.is_empty() && !port.is_empty() && !port.contains(':'))
            .ok_or_else(|| Fail::error("default-backend should be in format servicename:serviceport"))?;
        spec["defaultBackend"] = backend(service, port);
    }
    add_rules(&mut spec, rules)?;
    let mut meta = metadata(&order.name);
    for annotation in flags.raw_list("annotation") {
        let mut parts = annotation.split('=');
        let (key, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        meta["annotations"][key] = value.into();
    }
    let object = json!({
        "kind": "Ingress", "apiVersion": "networking.k8s.io/v1", "metadata": meta, "spec": spec,
        "status": {"loadBalancer": {}},
    });
    let resource = Resource::namespaced("networking.k8s.io", "v1", "ingresses", "Ingress");
    post(cx, &order, made(resource, object, "failed to create ingress: ")).await
}

/// `host/path*=service:port,tls=secret`.
struct Rule<'a> {
    host: &'a str,
    path: String,
    prefix: bool,
    service: &'a str,
    port: &'a str,
    /// The secret where there is `,tls`; empty for the controller's own.
    tls: Option<&'a str>,
}

fn read(text: &str) -> Done<Rule<'_>> {
    let bad = || {
        Fail::Error(format!(
            "rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
        ))
    };
    let (place, target) = text.split_once('=').ok_or_else(bad)?;
    let (host, path) = place.split_once('/').ok_or_else(bad)?;
    let (target, tls) = target.split_once(',').map_or((target, None), |(target, tls)| (target, Some(tls)));
    let (service, port) = target.split_once(':').ok_or_else(bad)?;
    let word =
        |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || ":/=,".contains(c));
    if !word(service) || !word(port) {
        return Err(bad());
    }
    let tls = tls.map(|tls| tls.split_once('=').map_or("", |(_, secret)| secret));
    let prefix = path.ends_with('*');
    let path = format!("/{}", path.trim_end_matches('*'));
    Ok(Rule { host, path, prefix, service, port, tls })
}

fn backend(service: &str, port: &str) -> Value {
    let port = match port.parse::<i32>() {
        Ok(number) => json!({"number": number}),
        Err(_) => json!({"name": port}),
    };
    json!({"service": {"name": service, "port": port}})
}

/// Rules of one host together; hosts of one secret together.
fn add_rules(spec: &mut Value, rules: &[String]) -> Done {
    let mut hosts: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut secrets: Vec<(&str, Vec<&str>)> = Vec::new();
    for text in rules {
        let rule = read(text)?;
        let kind = if rule.prefix { "Prefix" } else { "Exact" };
        let path = json!({"path": rule.path, "pathType": kind, "backend": backend(rule.service, rule.port)});
        match hosts.iter_mut().find(|(host, _)| *host == rule.host) {
            Some((_, paths)) => paths.push(path),
            None => hosts.push((rule.host, vec![path])),
        }
        let Some(secret) = rule.tls else { continue };
        match secrets.iter_mut().find(|(known, _)| *known == secret) {
            Some((_, hosts)) if hosts.contains(&rule.host) => {}
            Some((_, hosts)) => hosts.push(rule.host),
            None => secrets.push((secret, vec![rule.host])),
        }
    }
    let rules: Vec<Value> = hosts
        .into_iter()
        .map(|(host, paths)| {
            let mut rule = json!({"http": {"paths": paths}});
            if !host.is_empty() {
                rule["host"] = host.into();
            }
            rule
        })
        .collect();
    let tls: Vec<Value> = secrets
        .into_iter()
        .map(|(secret, hosts)| {
            let mut tls = json!({"hosts": hosts});
            if !secret.is_empty() {
                tls["secretName"] = secret.into();
            }
            tls
        })
        .collect();
    for (field, list) in [("tls", tls), ("rules", rules)] {
        if !list.is_empty() {
            spec[field] = list.into();
        }
    }
    Ok(())
}
