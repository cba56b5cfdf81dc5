//! Endpoints and EndpointSlices, and the short list of addresses that services and ingresses show.

use serde_json::Value;

use super::{Page, scalar};
use crate::output::{list, number, text};

/// Writes Endpoints but for their events.
pub fn endpoints(page: &mut Page, it: &Value) {
    head(page, it);
    page.line(0, "Subsets:");
    for subset in list(it, "/subsets") {
        page.field(1, "Addresses", ips(list(subset, "/addresses")));
        page.field(1, "NotReadyAddresses", ips(list(subset, "/notReadyAddresses")));
        let ports = list(subset, "/ports");
        if !ports.is_empty() {
            page.line(1, "Ports:");
            page.line(2, "Name\tPort\tProtocol");
            page.line(2, "----\t----\t--------");
        }
        for port in ports {
            let name = or(text(port, "/name"), "<unset>");
            page.line(2, &format!("{name}\t{}\t{}", number(port, "/port"), text(port, "/protocol")));
        }
        page.line(0, "");
    }
}

fn head(page: &mut Page, it: &Value) {
    page.field(0, "Name", text(it, "/metadata/name"));
    page.field(0, "Namespace", text(it, "/metadata/namespace"));
    page.labels("Labels", it, "/metadata/labels");
    page.annotations(it, "/metadata/annotations");
}

fn or<'a>(value: &'a str, otherwise: &'a str) -> &'a str {
    if value.is_empty() { otherwise } else { value }
}

fn ips(addresses: &[Value]) -> String {
    let ips: Vec<&str> = addresses.iter().map(|address| text(address, "/ip")).collect();
    or(&ips.join(","), "<none>").to_owned()
}

/// Writes an EndpointSlice but for its events.
pub fn slice(page: &mut Page, it: &Value) {
    head(page, it);
    page.field(0, "AddressType", text(it, "/addressType"));
    let ports = list(it, "/ports");
    if ports.is_empty() {
        page.line(0, "Ports: <unset>");
    } else {
        page.line(0, "Ports:");
        page.line(1, "Name\tPort\tProtocol");
        page.line(1, "----\t----\t--------");
    }
    for port in ports {
        let number = port.get("port").map_or_else(|| "<unset>".into(), scalar);
        let name = or(text(port, "/name"), "<unset>");
        page.line(1, &format!("{name}\t{number}\t{}", text(port, "/protocol")));
    }
    let endpoints = list(it, "/endpoints");
    if endpoints.is_empty() {
        return page.line(0, "Endpoints: <none>");
    }
    page.line(0, "Endpoints:");
    for it in endpoints {
        let unset = |pointer| or(text(it, pointer), "<unset>").to_owned();
        let addresses: Vec<String> = list(it, "/addresses").iter().map(scalar).collect();
        page.field(1, "- Addresses", or(&addresses.join(", "), "<none>"));
        page.line(2, "Conditions:");
        let ready = it.pointer("/conditions/ready").map_or_else(|| "<unset>".into(), scalar);
        page.field(3, "Ready", ready);
        page.field(2, "Hostname", unset("/hostname"));
        if let Some(target) = it.get("targetRef") {
            page.field(2, "TargetRef", format!("{}/{}", text(target, "/kind"), text(target, "/name")));
        }
        page.field(2, "NodeName", unset("/nodeName"));
        page.field(2, "Zone", unset("/zone"));
    }
}

/// The ready addresses behind a port: three, then how many more. Slices without ports show bare addresses.
pub fn addresses(slices: &[Value], port_name: &str) -> String {
    const SHOWN_MAX: usize = 3;
    if slices.is_empty() {
        return "<none>".into();
    }
    let (mut shown, mut count, mut more) = (Vec::new(), 0_usize, false);
    for slice in slices {
        let ports: Vec<Option<&Value>> = match list(slice, "/ports") {
            [] => vec![None],
            ports => ports.iter().filter(|port| text(port, "/name") == port_name).map(Some).collect(),
        };
        for port in ports {
            for endpoint in list(slice, "/endpoints") {
                // the fourth endpoint is told of, whether it is ready or not
                more |= shown.len() == SHOWN_MAX;
                if endpoint["conditions"]["ready"] == false {
                    continue;
                }
                count += 1;
                if !more {
                    shown.push(host_port(&scalar(&endpoint["addresses"][0]), port));
                }
            }
        }
    }
    let shown = shown.join(",");
    if more { format!("{shown} + {} more...", count - SHOWN_MAX) } else { shown }
}

fn host_port(host: &str, port: Option<&Value>) -> String {
    match port.map(|port| number(port, "/port")) {
        None => host.to_owned(),
        Some(port) if host.contains(':') => format!("[{host}]:{port}"),
        Some(port) => format!("{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shown() {
        let slice = |ready: &[bool]| {
            let endpoints: Vec<Value> = ready
                .iter()
                .enumerate()
                .map(|(at, ready)| json!({"addresses": [format!("10.0.0.{at}")], "conditions": {"ready": ready}}))
                .collect();
            json!({"ports": [{"name": "", "port": 80}], "endpoints": endpoints})
        };
        for (ready, expect) in [
            (&[][..], ""),
            (&[true, false], "10.0.0.0:80"),
            (&[true; 4], "10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 1 more..."),
            (&[true, true, true, false], "10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 0 more..."),
        ] {
            assert_eq!(addresses(&[slice(ready)], ""), expect);
        }
        assert_eq!(addresses(&[], ""), "<none>");
    }
}
