//! Models v1 Service.
//! Omits: node ports and load balancers (their addresses are not given out), dual stack.

use super::{
    Column, ResourceDef, Row,
    cells::{self, NONE, int, or},
    pod_spec,
};
use crate::{
    api::{age, names},
    clock::Time,
    json,
    json::Json,
    object::Object,
};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["svc"],
    categories: &["all"],
    status: true,
    default,
    prepare,
    fields: &["spec.clusterIP", "spec.type"],
    name_rule: names::dns1035_label,
    returns_deleted: true,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "Service", "services", "service")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Type"),
    Column::new("Cluster-IP"),
    Column::new("External-IP"),
    Column::new("Port(s)"),
    Column::new("Age"),
    Column::new("Selector").wide(),
];

fn row(service: &Object, now: Time) -> Row {
    let spec = &service["spec"];
    let ports: Vec<String> = spec["ports"].list().iter().map(port_cell).collect();
    vec![
        service.name().into(),
        spec["type"].text().into(),
        or(spec["clusterIP"].text(), NONE).into(),
        external_ip(service).into(),
        or(&ports.join(","), NONE).into(),
        age(service, now),
        cells::labels(&spec["selector"]),
    ]
}

fn port_cell(port: &Json) -> String {
    let (number, protocol) = (int(&port["port"]), port["protocol"].text());
    match int(&port["nodePort"]) {
        0 => format!("{number}/{protocol}"),
        node => format!("{number}:{node}/{protocol}"),
    }
}

fn external_ip(service: &Object) -> String {
    let spec = &service["spec"];
    let own = || spec["externalIPs"].list().iter().map(|ip| ip.text().to_owned());
    let given = service["status"]["loadBalancer"]["ingress"].list().iter();
    let given = given.map(|i| or(i["ip"].text(), i["hostname"].text()).to_owned());
    let (all, otherwise): (Vec<String>, _) = match spec["type"].text() {
        "ExternalName" => return spec["externalName"].text().into(),
        "LoadBalancer" => (given.chain(own()).collect(), "<pending>"),
        _ => (own().collect(), NONE),
    };
    or(&all.join(","), otherwise).into()
}

fn default(service: &mut Object) {
    let spec = &mut service["spec"];
    spec.default_to("type", "ClusterIP");
    spec.default_to("sessionAffinity", "None");
    if spec["sessionAffinity"] == "ClientIP" {
        spec["sessionAffinityConfig"]["clientIP"].default_to("timeoutSeconds", 10_800i64);
    }
    pod_spec::each(spec, "ports", |p| {
        p.default_to("protocol", "TCP");
        let port = p["port"].clone();
        if p["targetPort"].is_empty() || p["targetPort"].int() == Some(0) {
            p.set("targetPort", port);
        }
    });
    if spec["type"] != *"ExternalName" {
        spec.default_to("internalTrafficPolicy", "Cluster");
        spec.default_to("ipFamilies", vec![Json::from("IPv4")]);
        spec.default_to("ipFamilyPolicy", "SingleStack");
    }
    if spec["type"] == "NodePort" || spec["type"] == "LoadBalancer" {
        spec.default_to("externalTrafficPolicy", "Cluster");
    }
    if spec["type"] == "LoadBalancer" {
        spec.default_to("allocateLoadBalancerNodePorts", true);
    }
    if spec["clusterIP"] == "None" {
        spec.default_to("clusterIPs", vec![Json::from("None")]);
    }
}

fn prepare(service: &mut Object, old: Option<&Object>) {
    let Some(old) = old else {
        service.set("status", json!({"loadBalancer": {}}));
        return;
    };
    if service["spec"]["type"] == "ExternalName" {
        return;
    }
    for field in ["clusterIP", "clusterIPs"] {
        if service["spec"][field].is_empty() {
            let kept = old["spec"][field].clone();
            service["spec"].set(field, kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_gets_its_defaults_and_keeps_its_address() {
        let mut service =
            Object(json!({"spec": {"ports": [{"port": 80}, {"port": 81, "targetPort": "web"}]}}));
        default(&mut service);
        prepare(&mut service, None);
        let expect = json!({"spec": {
            "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"},
                {"port": 81, "targetPort": "web", "protocol": "TCP"}],
            "type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}, "status": {"loadBalancer": {}}});
        assert_eq!(service.0, expect);
        let mut old = service.clone();
        old["spec"].set("clusterIP", "10.96.0.9");
        prepare(&mut service, Some(&old));
        assert_eq!(service["spec"]["clusterIP"], "10.96.0.9");
    }
}
