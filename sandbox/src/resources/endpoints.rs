//! Models v1 Endpoints. Omits: repacking of subsets that a client writes.

use std::net::IpAddr;

use super::{
    Column, Deprecated, ResourceDef, Row,
    cells::{self, NONE, int},
    check::{self, Errors},
    pod_spec,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["ep"],
    default,
    validate,
    deprecated: Some(Deprecated { since_minor: 33, replacement: "discovery.k8s.io/v1 EndpointSlice" }),
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "Endpoints", "endpoints", "endpoints")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Endpoints"), Column::new("Age")];

fn row(endpoints: &Object, now: Time) -> Row {
    vec![endpoints.name().into(), addresses_cell(&endpoints["subsets"]).into(), age(endpoints, now)]
}

fn addresses_cell(subsets: &Json) -> String {
    if subsets.is_empty() {
        return NONE.into();
    }
    let mut all = Vec::new();
    for subset in subsets.list() {
        let addresses = || subset["addresses"].list().iter().map(|a| a["ip"].text());
        if subset["ports"].is_empty() {
            all.extend(addresses().map(str::to_owned));
        }
        for port in subset["ports"].list() {
            all.extend(addresses().map(|ip| join(ip, int(&port["port"]))));
        }
    }
    cells::first_few(&all)
}

/// Models `net.JoinHostPort`.
fn join(ip: &str, port: i64) -> String {
    if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
}

fn default(endpoints: &mut Object) {
    pod_spec::each(endpoints, "subsets", |subset| {
        pod_spec::each(subset, "ports", |p| p.default_to("protocol", "TCP"));
    });
}

fn validate(endpoints: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if old.is_some_and(|old| old["subsets"] == endpoints["subsets"]) {
        return errors;
    }
    for (i, subset) in endpoints["subsets"].list().iter().enumerate() {
        let at = format!("subsets[{i}]");
        if subset["addresses"].is_empty() && subset["notReadyAddresses"].is_empty() {
            errors.push(FieldError::required(&at, "must specify `addresses` or `notReadyAddresses`"));
        }
        for field in ["addresses", "notReadyAddresses"] {
            for (n, address) in subset[field].list().iter().enumerate() {
                address_is_right(address, &format!("{at}.{field}[{n}]"), &mut errors);
            }
        }
        ports(&subset["ports"], &at, &mut errors);
    }
    errors
}

fn address_is_right(address: &Json, at: &str, errors: &mut Errors) {
    let ip_at = format!("{at}.ip");
    let value = &address["ip"];
    let mut wrong = |why: &str| errors.push(FieldError::invalid(ip_at.as_str(), value, why));
    match value.text().parse::<IpAddr>() {
        Err(_) => wrong("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
        Ok(ip) if ip.is_unspecified() => wrong(&format!("may not be unspecified ({ip})")),
        Ok(ip) if ip.is_loopback() => wrong("may not be in the loopback range (127.0.0.0/8, ::1/128)"),
        Ok(ip) if is_link_local(ip) => {
            wrong("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
        }
        Ok(_) => {}
    }
    if !address["hostname"].is_empty() {
        check::label(&address["hostname"], &format!("{at}.hostname"), errors);
    }
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

fn ports(ports: &Json, at: &str, errors: &mut Errors) {
    let several = ports.list().len() > 1;
    for (n, port) in ports.list().iter().enumerate() {
        let at = format!("{at}.ports[{n}]");
        if !port["name"].is_empty() {
            check::label(&port["name"], &format!("{at}.name"), errors);
        } else if several {
            errors.push(FieldError::required(format!("{at}.name"), ""));
        }
        check::port_number(&port["port"], format!("{at}.port"), errors);
        check::one_of(port, &at, "protocol", &["SCTP", "TCP", "UDP"], errors);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn addresses_are_shown_with_their_ports() {
        let ips = |n: usize| -> Json { (1..=n).map(|i| json!({"ip": format!("10.0.0.{i}")})).collect() };
        for (subsets, expect) in [
            (json!(null), "<none>"),
            (json!([{"notReadyAddresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]), ""),
            (json!([{"addresses": [{"ip": "10.0.0.1"}]}]), "10.0.0.1"),
            (json!([{"addresses": [{"ip": "fd00::1"}], "ports": [{"port": 80}]}]), "[fd00::1]:80"),
        ] {
            assert_eq!(addresses_cell(&subsets), expect, "{subsets}");
        }
        let mut many = json!([{"ports": [{"port": 80}]}]);
        many.list_mut().make_mut()[0].set("addresses", ips(5));
        assert_eq!(addresses_cell(&many), "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...");
    }

    #[test]
    fn addresses_and_ports_are_checked() {
        for (subset, expect) in [
            (json!({"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}), vec![]),
            (
                json!({"ports": [{"port": 80}]}),
                vec!["subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"],
            ),
            (
                json!({"addresses": [{"ip": "127.0.0.1"}, {"ip": "x"}], "ports": [{"port": 0}, {"port": 1, "name": "a"}]}),
                vec![
                    "subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)",
                    "subsets[0].addresses[1].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                    "subsets[0].ports[0].name: Required value",
                    "subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                ],
            ),
        ] {
            let endpoints = Object(Json::object().with("subsets", vec![subset.clone()]));
            assert_eq!(words(&validate(&endpoints, None)), expect, "{subset}");
        }
    }
}
