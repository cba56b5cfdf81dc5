//! Models v1 Service.
//! Omits: addresses of load balancers (nobody gives them out), dual stack.

use super::{
    Column, ResourceDef, Row,
    cells::{self, NONE, int, or},
    check::{self, Errors},
    pod_spec,
};
use crate::{
    api::{age, names},
    clock::Time,
    json,
    json::Json,
    object::Object,
    status::FieldError,
};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["svc"],
    categories: &["all"],
    status: true,
    default,
    prepare,
    validate,
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
    }
    if spec["type"] == "NodePort" || spec["type"] == "LoadBalancer" {
        spec.default_to("externalTrafficPolicy", "Cluster");
    }
    if spec["type"] == "LoadBalancer" {
        spec.default_to("allocateLoadBalancerNodePorts", true);
    }
}

/// What the registry fills in: no client owns it.
fn fill_families(spec: &mut Json) {
    if spec["type"] != *"ExternalName" {
        spec.default_to("ipFamilies", vec![Json::from("IPv4")]);
        spec.default_to("ipFamilyPolicy", "SingleStack");
    }
    if spec["clusterIP"] == "None" {
        spec.default_to("clusterIPs", vec![Json::from("None")]);
    }
}

fn prepare(service: &mut Object, old: Option<&Object>) {
    fill_families(&mut service["spec"]);
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
    node_ports(service, old);
}

fn is_exposed(service: &Object) -> bool {
    matches!(service["spec"]["type"].text(), "NodePort" | "LoadBalancer")
}

/// Node ports that the writer did not speak of stay; with the type that needs them they go. Models `patchAllocatedValues`
/// and `dropTypeDependentFields`.
fn node_ports(service: &mut Object, old: &Object) {
    if !is_exposed(old) {
        return;
    }
    let was = old["spec"]["ports"].list();
    let asked = |ports: &[Json]| ports.iter().map(|p| int(&p["nodePort"])).collect::<Vec<_>>();
    let stays = is_exposed(service);
    if !stays {
        for field in ["externalTrafficPolicy", "allocateLoadBalancerNodePorts", "healthCheckNodePort"] {
            if service["spec"][field] == old["spec"][field] {
                service["spec"].remove(field);
            }
        }
        if asked(service["spec"]["ports"].list()) == asked(was) {
            pod_spec::each(&mut service["spec"], "ports", |p| {
                p.remove("nodePort");
            });
        }
        return;
    }
    let taken = asked(service["spec"]["ports"].list());
    pod_spec::each(&mut service["spec"], "ports", |p| {
        let same = |o: &&Json| o["port"] == p["port"] && o["protocol"] == p["protocol"];
        let before = was.iter().find(same).map_or(0, |o| int(&o["nodePort"]));
        if int(&p["nodePort"]) == 0 && before != 0 && !taken.contains(&before) {
            p.set("nodePort", before);
        }
    });
}

fn validate(service: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&service["spec"], Vec::new());
    if old.is_some_and(|old| old["spec"] == *spec) {
        return errors;
    }
    let external = spec["type"] == "ExternalName";
    if spec["ports"].is_empty() && !external && spec["clusterIP"] != *"None" {
        errors.push(FieldError::required("spec.ports", ""));
    }
    if external {
        check::required(spec, "spec", "externalName", &mut errors);
    }
    ports(spec["ports"].list(), &mut errors);
    families(spec, &mut errors);
    check::one_of(spec, "spec", "sessionAffinity", &["ClientIP", "None"], &mut errors);
    let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    check::one_of(spec, "spec", "type", &types, &mut errors);
    if let Some(old) = old {
        let was = &old["spec"];
        let both = was["type"] != *"ExternalName" && !external && !was["clusterIP"].is_empty();
        if both && was["clusterIP"] != spec["clusterIP"] {
            let value = check::go_list(&vec![spec["clusterIP"].clone()].into());
            errors.push(check::invalid_go("spec.clusterIPs[0]".into(), &value, "may not change once set"));
        }
    }
    errors
}

/// The cluster has addresses of one family. Models `initIPFamilyFields`.
fn families(spec: &Json, errors: &mut Errors) {
    if spec["ipFamilyPolicy"] == "RequireDualStack" {
        let why = "this cluster is not configured for dual-stack services";
        errors.push(FieldError::invalid("spec.ipFamilyPolicy", &spec["ipFamilyPolicy"], why));
    }
    for (i, family) in spec["ipFamilies"].list().iter().enumerate().filter(|(_, f)| **f == "IPv6") {
        let field = format!("spec.ipFamilies[{i}]");
        errors.push(FieldError::invalid(field, family, "not configured on this cluster"));
    }
}

fn ports(all: &[Json], errors: &mut Errors) {
    for (i, p) in all.iter().enumerate() {
        let at = format!("spec.ports[{i}]");
        let before = &all[..i];
        let name = p["name"].text();
        if name.is_empty() {
            if all.len() > 1 {
                errors.push(FieldError::required(format!("{at}.name"), ""));
            }
        } else {
            check::label(&p["name"], &format!("{at}.name"), errors);
            if before.iter().any(|b| b["name"] == *name) {
                errors.push(FieldError::duplicate(format!("{at}.name"), &p["name"]));
            }
        }
        check::port_number(&p["port"], format!("{at}.port"), errors);
        check::one_of(p, &at, "protocol", &["SCTP", "TCP", "UDP"], errors);
        check::port(&p["targetPort"], format!("{at}.targetPort"), errors);
        if before.iter().any(|b| b["port"] == p["port"] && b["protocol"] == p["protocol"]) {
            errors.push(FieldError {
                reason: "FieldValueDuplicate",
                field: at.into(),
                detail: format!("Duplicate value: {}", go_port(p)),
            });
        }
    }
}

/// What makes a port the same as another, as Go prints it.
fn go_port(port: &Json) -> String {
    format!(
        "core.ServicePort{{Name:\"\", Protocol:{}, AppProtocol:(*string)(nil), Port:{}, \
         TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, NodePort:0}}",
        port["protocol"], port["port"]
    )
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

    #[test]
    fn node_ports_stay_and_go_with_the_type() {
        let service = |type_: &str, port: Json| {
            let mut s = Object(json!({"spec": {"type": type_}}));
            s["spec"].set("ports", vec![port]);
            s
        };
        let old = service("NodePort", json!({"port": 80, "nodePort": 30001}));
        for (type_, port, expect) in [
            ("NodePort", json!({"port": 80}), Some(30001)),
            ("NodePort", json!({"port": 80, "nodePort": 30002}), Some(30002)),
            ("NodePort", json!({"port": 81}), None),
            ("ClusterIP", json!({"port": 80, "nodePort": 30001}), None),
        ] {
            let mut new = service(type_, port.clone());
            node_ports(&mut new, &old);
            assert_eq!(new["spec"]["ports"][0]["nodePort"].int(), expect, "{type_} {port}");
        }
    }

    #[test]
    fn ports_and_types_are_checked() {
        use super::super::check::tests::words;
        for (spec, expect) in [
            (json!({"ports": [{"port": 80}]}), vec![]),
            (json!({"ports": []}), vec!["spec.ports: Required value"]),
            (json!({"clusterIP": "None"}), vec![]),
            (
                json!({"ports": [{"port": 0}]}),
                vec![
                    "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                    "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
                ],
            ),
            (
                json!({"ports": [{"port": 80, "name": "a"}, {"port": 81, "name": "a"}]}),
                vec!["spec.ports[1].name: Duplicate value: \"a\""],
            ),
            (
                json!({"ports": [{"port": 80}], "type": "Weird"}),
                vec![
                    "spec.type: Unsupported value: \"Weird\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"",
                ],
            ),
            (json!({"type": "ExternalName"}), vec!["spec.externalName: Required value"]),
            (
                json!({"ports": [{"port": 80}], "ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6"]}),
                vec![
                    "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services",
                    "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster",
                ],
            ),
        ] {
            let mut service = Object(Json::object().with("spec", spec.clone()));
            default(&mut service);
            assert_eq!(words(&validate(&service, None)), expect, "{spec}");
        }
    }
}
