//! Models networking.k8s.io/v1 Ingress; `network/ingress.rs` sends requests by it. Omits: a controller that gives it an address.

use super::{Column, ResourceDef, Row, cells, check};
use crate::{
    api::{age, names},
    clock::Time,
    json::Json,
    object::Object,
    status::FieldError,
};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["ing"],
    status: true,
    generation: true,
    prepare,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("networking.k8s.io", "v1", "Ingress", "ingresses", "ingress")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Class"),
    Column::new("Hosts"),
    Column::new("Address"),
    Column::new("Ports"),
    Column::new("Age"),
];

fn row(ingress: &Object, now: Time) -> Row {
    let spec = &ingress["spec"];
    let ports = if spec["tls"].is_empty() { "80" } else { "80, 443" };
    vec![
        ingress.name().into(),
        cells::or(spec["ingressClassName"].text(), cells::NONE).into(),
        hosts(spec).into(),
        address(&ingress["status"]["loadBalancer"]).into(),
        ports.into(),
        age(ingress, now),
    ]
}

fn hosts(spec: &Json) -> String {
    let all: Vec<String> = spec["rules"]
        .list()
        .iter()
        .map(|rule| rule["host"].text().to_owned())
        .filter(|host| !host.is_empty())
        .collect();
    if all.is_empty() { "*".to_owned() } else { cells::first_few(&all) }
}

fn address(balancer: &Json) -> String {
    let shown = |i: &Json| cells::or(i["ip"].text(), i["hostname"].text()).to_owned();
    balancer["ingress"].list().iter().map(shown).collect::<Vec<_>>().join(",")
}

fn prepare(ingress: &mut Object, old: Option<&Object>) {
    if old.is_none() {
        ingress["status"].set("loadBalancer", Json::object());
    }
}

fn validate(ingress: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&ingress["spec"], Vec::new());
    for (i, rule) in spec["rules"].list().iter().enumerate() {
        host(&rule["host"], &format!("spec.rules[{i}].host"), &mut errors);
        for (j, path) in rule["http"]["paths"].list().iter().enumerate() {
            http_path(path, &format!("spec.rules[{i}].http.paths[{j}]"), &mut errors);
        }
    }
    for (i, tls) in spec["tls"].list().iter().enumerate() {
        for (j, name) in tls["hosts"].list().iter().enumerate() {
            host(name, &format!("spec.tls[{i}].hosts[{j}]"), &mut errors);
        }
    }
    if !spec["defaultBackend"].is_null() {
        backend(&spec["defaultBackend"], "spec.defaultBackend", &mut errors);
    } else if spec["rules"].is_empty() {
        let why = "either `defaultBackend` or `rules` must be specified";
        errors.push(check::invalid_go("spec".into(), "null", why));
    }
    errors
}

fn host(host: &Json, path: &str, errors: &mut Vec<FieldError>) {
    let text = host.text();
    let problems = match text {
        "" => return,
        _ if text.contains('*') => names::wildcard_dns1123_subdomain(text),
        _ => names::dns1123_subdomain(text),
    };
    errors.extend(problems.iter().map(|p| FieldError::invalid(path, host, p)));
}

fn http_path(path: &Json, at: &str, errors: &mut Vec<FieldError>) {
    const TYPES: &[&str] = &["Exact", "ImplementationSpecific", "Prefix"];
    let text = path["path"].text();
    let must_start = match path["pathType"].str() {
        None => {
            errors.push(FieldError::required(format!("{at}.pathType"), "pathType must be specified"));
            return;
        }
        Some("Exact" | "Prefix") => true,
        Some("ImplementationSpecific") => !text.is_empty(),
        Some(_) => {
            errors.push(FieldError::unsupported(format!("{at}.pathType"), &path["pathType"], TYPES));
            false
        }
    };
    if must_start && !text.starts_with('/') {
        errors.push(FieldError::invalid(format!("{at}.path"), &text.into(), "must be an absolute path"));
    }
    backend(&path["backend"], &format!("{at}.backend"), errors);
}

fn backend(backend: &Json, at: &str, errors: &mut Vec<FieldError>) {
    let service = &backend["service"];
    if service.is_null() {
        if backend["resource"].is_null() {
            errors.push(FieldError::required(at, "backend is required"));
        }
        return;
    }
    let path = format!("{at}.service");
    check::required(service, &path, "name", errors);
    for problem in names::dns1035_label(service["name"].text()) {
        if !service["name"].is_empty() {
            errors.push(FieldError::invalid(format!("{path}.name"), &service["name"], &problem));
        }
    }
    let port = &service["port"];
    match (port["name"].str(), port["number"].int()) {
        (Some(name), _) => check::port_name(name, format!("{path}.port.name"), errors),
        (None, Some(_)) => check::port_number(&port["number"], format!("{path}.port.number"), errors),
        (None, None) => errors.push(FieldError::required(path, "port name or number is required")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources::check::tests::words};

    #[test]
    fn rules_are_checked() {
        let rule =
            |host: &str, path: Json| json!({"spec": {"rules": [{"host": host, "http": {"paths": [path]}}]}});
        let service = json!({"service": {"name": "web", "port": {"number": 80}}});
        let mut path = json!({"path": "/", "pathType": "Prefix"});
        path.set("backend", service.clone());
        let mut untyped = json!({"path": "nope"});
        untyped.set("backend", service);
        for (ingress, expect) in [
            (rule("a.b", path.clone()), vec![]),
            (rule("*.a.b", path), vec![]),
            (
                rule("", untyped),
                vec!["spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"],
            ),
            (
                json!({"spec": {}}),
                vec!["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
            ),
            (
                json!({"spec": {"defaultBackend": {"service": {"name": "a"}}}}),
                vec!["spec.defaultBackend.service: Required value: port name or number is required"],
            ),
        ] {
            assert_eq!(words(&validate(&Object(ingress.clone()), None)), expect, "{ingress}");
        }
        let starred = Object(json!({"spec": {"rules": [{"host": "*"}]}}));
        assert!(
            words(&validate(&starred, None))[0].contains("a wildcard DNS-1123 subdomain must start with")
        );
    }
}
