//! What the proxies know of a Service: the endpoints they send to. Models kube-proxy's choice of endpoints.
//! Omits: session affinity, topology, traffic policies, a proxy per node (all learn at the same moment).

use ecow::EcoString;

use crate::{json::Json, object::Key, object::Object};

/// An address that requests are sent to.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// The pod behind it.
    pub pod: Key,
    /// Where the pod runs.
    pub node: EcoString,
    /// Address.
    pub ip: EcoString,
    /// Port on the pod.
    pub port: i64,
}

/// The endpoints of a port (by the name of the Service's port) over all slices: the ready ones; where there are none,
/// those that terminate and still serve.
pub fn endpoints<'a>(slices: impl Iterator<Item = &'a Object> + Clone, port_name: &str) -> Vec<Endpoint> {
    let ready = |c: &Json| c["ready"].bool() != Some(false);
    let leaving = |c: &Json| c["terminating"].bool() == Some(true) && c["serving"].bool() != Some(false);
    let first = chosen(slices.clone(), port_name, ready);
    if first.is_empty() { chosen(slices, port_name, leaving) } else { first }
}

fn chosen<'a>(
    slices: impl Iterator<Item = &'a Object>,
    port_name: &str,
    take: impl Fn(&Json) -> bool,
) -> Vec<Endpoint> {
    let mut all = Vec::new();
    for slice in slices {
        let port = slice["ports"].list().iter().find(|p| p["name"].text() == port_name);
        let Some(port) = port.and_then(|p| p["port"].int()) else { continue };
        for e in slice["endpoints"].list().iter().filter(|e| take(&e["conditions"])) {
            all.push(Endpoint {
                pod: Key::new(slice.namespace().clone(), e["targetRef"]["name"].text()),
                node: e["nodeName"].text().into(),
                ip: e["addresses"][0].text().into(),
                port,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn ready_endpoints_are_chosen_else_those_that_still_serve() {
        let e = |name: &str, ready: bool, serving: bool, terminating: bool| {
            json!({
                "addresses": [name], "targetRef": {"kind": "Pod", "name": name},
                "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
            })
        };
        let unknown = json!({"addresses": ["u"], "targetRef": {"name": "u"}, "conditions": {}});
        for (endpoints_, expect) in [
            (vec![e("a", true, true, false), e("b", false, true, true)], vec!["a"]),
            (vec![e("a", false, false, false), e("b", false, true, true)], vec!["b"]),
            (vec![e("a", false, false, true)], vec![]),
            (vec![unknown], vec!["u"]),
        ] {
            let mut slice =
                Object(json!({"metadata": {"namespace": "d"}, "ports": [{"name": "", "port": 80}]}));
            slice.set("endpoints", endpoints_);
            let got: Vec<_> =
                endpoints([&slice].into_iter(), "").into_iter().map(|e| e.pod.name.to_string()).collect();
            assert_eq!(got, expect, "{slice:?}");
            assert!(endpoints([&slice].into_iter(), "other").is_empty());
        }
    }
}
