//! NetworkPolicies.

use serde_json::Value;

use super::{Page, scalar, selector};
use crate::output::{list, text, time::local};

/// Writes a NetworkPolicy; kubectl shows no events here.
pub fn describe(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.field(0, "Created on", local(text(it, "/metadata/creationTimestamp")));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.line(0, "Spec:");
    let spec = &it["spec"];
    let chosen = match selector(&spec["podSelector"]) {
        none if none == "<none>" => {
            "<none> (Allowing the specific traffic to all pods in this namespace)".into()
        }
        chosen => chosen,
    };
    // two writes, each indented
    page.line(1, &format!("PodSelector:     {chosen}"));
    let types: Vec<String> = list(spec, "/policyTypes").iter().map(scalar).collect();
    for (kind, title, side) in [("Ingress", "ingress", "from"), ("Egress", "egress", "to")] {
        if types.iter().any(|it| it == kind) {
            page.line(1, &format!("Allowing {title} traffic:"));
            rules(page, list(spec, &format!("/{title}")), title, side);
        } else {
            page.line(1, &format!("Not affecting {title} traffic"));
        }
    }
    let types = if types.is_empty() { "<none>".into() } else { types.join(", ") };
    page.line(1, &format!("Policy Types: {types}"));
}

fn rules(page: &mut Page, rules: &[Value], title: &str, side: &str) {
    if rules.is_empty() {
        page.line(2, &format!("<none> (Selected pods are isolated for {title} connectivity)"));
    }
    for (at, rule) in rules.iter().enumerate() {
        ports(page, list(rule, "/ports"));
        peers(page, list(rule, &format!("/{side}")), side);
        if at + 1 < rules.len() {
            page.line(2, "----------");
        }
    }
}

fn ports(page: &mut Page, ports: &[Value]) {
    if ports.is_empty() {
        page.line(2, "To Port: <any> (traffic allowed to all ports)");
    }
    for port in ports {
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        let number = port.get("port").map_or_else(|| "<nil>".into(), scalar);
        match port.get("endPort") {
            None => page.line(2, &format!("To Port: {number}/{protocol}")),
            Some(end) => page.line(2, &format!("To Port Range: {number}-{}/{protocol}", scalar(end))),
        }
    }
}

fn peers(page: &mut Page, peers: &[Value], side: &str) {
    let (title, end) = if side == "from" { ("From", "source") } else { ("To", "destination") };
    if peers.is_empty() {
        page.line(2, &format!("{title}: <any> (traffic not restricted by {end})"));
    }
    for peer in peers {
        page.line(2, &format!("{title}:"));
        let selectors = [("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")];
        let selectors = selectors.iter().filter(|(_, key)| peer[*key].is_object());
        let mut selected = false;
        for (title, key) in selectors {
            selected = true;
            page.line(3, &format!("{title}: {}", selector(&peer[*key])));
        }
        if let Some(block) = peer.get("ipBlock").filter(|_| !selected) {
            let except: Vec<String> = list(block, "/except").iter().map(scalar).collect();
            page.line(3, "IPBlock:");
            page.line(4, &format!("CIDR: {}", text(block, "/cidr")));
            page.line(4, &format!("Except: {}", except.join(", ")));
        }
    }
}
