//! Ingresses, with the endpoints behind their backends, and IngressClasses.

use serde_json::Value;

use super::{Page, endpoints::addresses, scalar};
use crate::{
    http::{Cx, query},
    output::{items, list, number, text},
};

/// Writes an Ingress but for its events.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, it: &Value) {
    let namespace = text(it, "/metadata/namespace");
    page.field(0, "Name", text(it, "/metadata/name"));
    page.labels("Labels", it, "/metadata/labels");
    page.field(0, "Namespace", namespace);
    page.field(0, "Address", address(it));
    page.field(0, "Ingress Class", it["spec"]["ingressClassName"].as_str().unwrap_or("<none>"));
    let default = match it.pointer("/spec/defaultBackend") {
        Some(default) => backend(cx, namespace, default).await,
        None => "<default>".into(),
    };
    page.field(0, "Default backend", &default);
    tls(page, list(it, "/spec/tls"));
    page.line(0, "Rules:");
    page.line(1, "Host\tPath\tBackends");
    page.line(1, "----\t----\t--------");
    let rules: Vec<&Value> = list(it, "/spec/rules").iter().filter(|rule| rule["http"].is_object()).collect();
    if rules.is_empty() {
        page.line(1, &format!("*\t*\t{default}"));
    }
    for rule in rules {
        let host = text(rule, "/host");
        page.line(1, &format!("{}\t", if host.is_empty() { "*" } else { host }));
        for path in list(rule, "/http/paths") {
            let backend = backend(cx, namespace, &path["backend"]).await;
            page.line(2, &format!("\t{} \t{backend}", text(path, "/path")));
        }
    }
    page.annotations(it, "/metadata/annotations");
}

fn address(it: &Value) -> String {
    let mut found: Vec<&str> = list(it, "/status/loadBalancer/ingress")
        .iter()
        .map(|point| match text(point, "/ip") {
            "" => text(point, "/hostname"),
            ip => ip,
        })
        .filter(|address| !address.is_empty())
        .collect();
    found.sort_unstable();
    found.dedup();
    found.join(",")
}

fn tls(page: &mut Page, entries: &[Value]) {
    if entries.is_empty() {
        return;
    }
    page.line(0, "TLS:");
    for entry in entries {
        let hosts: Vec<String> = list(entry, "/hosts").iter().map(scalar).collect();
        let hosts = hosts.join(",");
        match text(entry, "/secretName") {
            "" => page.line(1, &format!("SNI routes {hosts}")),
            secret => page.line(1, &format!("{secret} terminates {hosts}")),
        }
    }
}

/// `web:80 (10.0.0.1:8080)`, or what went wrong on the way to the addresses.
async fn backend(cx: &mut Cx<'_>, namespace: &str, backend: &Value) -> String {
    let Some(service) = backend.get("service") else {
        return match backend.get("resource") {
            Some(it) => format!(
                "APIGroup: {}, Kind: {}, Name: {}",
                it["apiGroup"].as_str().unwrap_or("<none>"),
                text(it, "/kind"),
                text(it, "/name")
            ),
            None => String::new(),
        };
    };
    let name = text(service, "/name");
    let (port_name, port_number) = (text(service, "/port/name"), number(service, "/port/number"));
    let port = if port_number == 0 { port_name.to_owned() } else { port_number.to_string() };
    let title = format!("{name}:{port}");
    let selector = format!("kubernetes.io/service-name={name}");
    let slices = format!("/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices");
    let slices = cx.get(&format!("{slices}{}", query(&[("labelSelector", &selector)]))).await;
    let found = cx.get(&format!("/api/v1/namespaces/{namespace}/services/{name}")).await;
    let (slices, found) = match (slices, found) {
        (Ok(slices), Ok(found)) => (slices, found),
        (Err(fail), _) | (_, Err(fail)) => return format!("{title} (<error: {}>)", fail.message()),
    };
    let mut chosen = "";
    for port in list(&found, "/spec/ports") {
        let by_number = port_number != 0 && number(port, "/port") == port_number;
        let by_name = !port_name.is_empty() && text(port, "/name") == port_name;
        if by_number || by_name {
            chosen = text(port, "/name");
        }
    }
    format!("{title} ({})", addresses(items(&slices), chosen))
}

/// Writes an IngressClass but for its events.
pub fn class(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "Controller", text(it, "/spec/controller"));
    if let Some(parameters) = it.pointer("/spec/parameters") {
        page.line(0, "Parameters:");
        super::optional_at(page, 1, "APIGroup", text(parameters, "/apiGroup"));
        page.field(1, "Kind", text(parameters, "/kind"));
        page.field(1, "Name", text(parameters, "/name"));
    }
}
