//! Services, with the endpoints of their slices.

use serde_json::Value;

use super::{Page, endpoints::addresses, optional, scalar};
use crate::{
    fail::Done,
    http::{Cx, query},
    output::{items, labels_text, list, number, pairs, text},
};

/// Writes all but the events.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, it: &Value) -> Done {
    let (name, namespace) = (text(it, "/metadata/name"), text(it, "/metadata/namespace"));
    let pairs_of = [("labelSelector", &*format!("kubernetes.io/service-name={name}"))];
    let url = format!("/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices{}", query(&pairs_of));
    let slices = cx.get(&url).await.unwrap_or_default();
    page.field(0, "Name", name);
    page.field(0, "Namespace", namespace);
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
    page.field(0, "Selector", labels_text(&pairs(it, "/spec/selector")));
    page.field(0, "Type", text(it, "/spec/type"));
    optional(page, "IP Family Policy", text(it, "/spec/ipFamilyPolicy"));
    let joined = |pointer| list(it, pointer).iter().map(scalar).collect::<Vec<_>>().join(",");
    let families = joined("/spec/ipFamilies");
    page.field(0, "IP Families", if families.is_empty() { "<none>" } else { &families });
    page.field(0, "IP", text(it, "/spec/clusterIP"));
    match list(it, "/spec/clusterIPs").len() {
        0 => page.field(0, "IPs", "<none>"),
        _ => page.field(0, "IPs", joined("/spec/clusterIPs")),
    }
    if !list(it, "/spec/externalIPs").is_empty() {
        page.field(0, "External IPs", joined("/spec/externalIPs"));
    }
    optional(page, "Desired LoadBalancer IP", text(it, "/spec/loadBalancerIP"));
    optional(page, "External Name", text(it, "/spec/externalName"));
    let ingress: Vec<String> = list(it, "/status/loadBalancer/ingress").iter().map(address).collect();
    if !ingress.is_empty() {
        page.field(0, "LoadBalancer Ingress", ingress.join(", "));
    }
    for port in list(it, "/spec/ports") {
        write_port(page, port, items(&slices));
    }
    page.field(0, "Session Affinity", text(it, "/spec/sessionAffinity"));
    optional(page, "External Traffic Policy", text(it, "/spec/externalTrafficPolicy"));
    optional(page, "Internal Traffic Policy", text(it, "/spec/internalTrafficPolicy"));
    if number(it, "/spec/healthCheckNodePort") != 0 {
        page.field(0, "HealthCheck NodePort", number(it, "/spec/healthCheckNodePort"));
    }
    let ranges = list(it, "/spec/loadBalancerSourceRanges");
    if !ranges.is_empty() {
        page.field(0, "LoadBalancer Source Ranges", joined("/spec/loadBalancerSourceRanges"));
    }
    optional(page, "Traffic Distribution", text(it, "/spec/trafficDistribution"));
    Ok(())
}

fn address(ingress: &Value) -> String {
    let mode = match text(ingress, "/ipMode") {
        "" => String::new(),
        mode => format!(" ({mode})"),
    };
    match text(ingress, "/ip") {
        "" => text(ingress, "/hostname").to_owned(),
        ip => format!("{ip}{mode}"),
    }
}

fn write_port(page: &mut Page, port: &Value, slices: &[Value]) {
    let name = match text(port, "/name") {
        "" => "<unset>",
        name => name,
    };
    let protocol = text(port, "/protocol");
    page.line(0, &format!("Port:\t{name}\t{}/{protocol}", number(port, "/port")));
    let target = port.get("targetPort").map_or_else(|| "0".into(), scalar);
    page.line(0, &format!("TargetPort:\t{target}/{protocol}"));
    if number(port, "/nodePort") != 0 {
        page.line(0, &format!("NodePort:\t{name}\t{}/{protocol}", number(port, "/nodePort")));
    }
    page.field(0, "Endpoints", addresses(slices, text(port, "/name")));
}
