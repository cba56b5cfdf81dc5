//! Which endpoints a node's proxy sends to. Models kube-proxy's `CategorizeEndpoints` (KEP-1669, proxy terminating endpoints)
//! with `internalTrafficPolicy` and `externalTrafficPolicy`.
//! Omits: topology hints, `trafficDistribution`.

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

/// What a proxy does with a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// Any of these, each as likely as the others.
    Any(Vec<Endpoint>),
    /// There is no endpoint: the caller is refused.
    Reject,
    /// There are endpoints, but none on this node, as the policy `Local` wants: the packets are dropped.
    Drop,
}

/// What a proxy does with a connection to a port (by the name of the Service's port), over all slices of its Service: the
/// ready endpoints; where there are none, those that terminate and still serve. With `local`, those of that node alone.
pub fn choose(slices: &[&Object], port_name: &str, local: Option<&str>) -> Choice {
    let all = usable(slices, port_name, None);
    let Some(node) = local else { return if all.is_empty() { Choice::Reject } else { Choice::Any(all) } };
    let near = usable(slices, port_name, Some(node));
    match (near.is_empty(), all.is_empty()) {
        (false, _) => Choice::Any(near),
        (true, true) => Choice::Reject,
        (true, false) => Choice::Drop,
    }
}

/// Does a Service keep connections on the node where they arrive?
pub fn is_local(service: &Object, from_outside: bool) -> bool {
    let exposed = matches!(service["spec"]["type"].text(), "NodePort" | "LoadBalancer");
    let field = if from_outside && exposed { "externalTrafficPolicy" } else { "internalTrafficPolicy" };
    service["spec"][field] == "Local"
}

fn usable(slices: &[&Object], port_name: &str, node: Option<&str>) -> Vec<Endpoint> {
    let ready = |c: &Json| c["ready"].bool() != Some(false);
    let leaving = |c: &Json| c["terminating"].bool() == Some(true) && c["serving"].bool() != Some(false);
    let first = chosen(slices, port_name, node, ready);
    if first.is_empty() { chosen(slices, port_name, node, leaving) } else { first }
}

fn chosen(
    slices: &[&Object],
    port_name: &str,
    node: Option<&str>,
    take: impl Fn(&Json) -> bool,
) -> Vec<Endpoint> {
    let mut all = Vec::new();
    for slice in slices {
        let port = slice["ports"].list().iter().find(|p| p["name"].text() == port_name);
        let Some(port) = port.and_then(|p| p["port"].int()) else { continue };
        let near = |e: &&Json| node.is_none_or(|node| e["nodeName"] == *node);
        for e in slice["endpoints"].list().iter().filter(|e| take(&e["conditions"])).filter(near) {
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

    fn endpoint(name: &str, ready: bool, serving: bool, terminating: bool) -> Json {
        json!({
            "addresses": [name], "targetRef": {"kind": "Pod", "name": name}, "nodeName": format!("on-{name}"),
            "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
        })
    }

    /// The cases of `TestCategorizeEndpoints` that one address family and no hints leave.
    #[test]
    fn ready_endpoints_are_chosen_else_those_that_still_serve() {
        let any = |names: &[&str]| Ok(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        let unknown = json!({"addresses": ["u"], "targetRef": {"name": "u"}, "conditions": {}});
        let (good, leaving) = (endpoint("a", true, true, false), endpoint("b", false, true, true));
        for (endpoints, local, expect) in [
            (vec![good.clone(), leaving.clone()], None, any(&["a"])),
            (vec![endpoint("a", false, false, false), leaving.clone()], None, any(&["b"])),
            (vec![endpoint("a", false, false, true)], None, Err(Choice::Reject)),
            (vec![unknown], None, any(&["u"])),
            (vec![good.clone(), endpoint("c", true, true, false)], Some("on-c"), any(&["c"])),
            // One that leaves here is better than one that is ready elsewhere.
            (vec![good.clone(), leaving.clone()], Some("on-b"), any(&["b"])),
            (vec![good.clone()], Some("on-z"), Err(Choice::Drop)),
            (vec![], Some("on-z"), Err(Choice::Reject)),
        ] {
            let mut slice =
                Object(json!({"metadata": {"namespace": "d"}, "ports": [{"name": "", "port": 80}]}));
            slice.set("endpoints", endpoints);
            let got = match choose(&[&slice], "", local) {
                Choice::Any(all) => Ok(all.into_iter().map(|e| e.pod.name.to_string()).collect()),
                other => Err(other),
            };
            assert_eq!(got, expect, "{slice:?} {local:?}");
            assert_eq!(choose(&[&slice], "other", local), Choice::Reject);
        }
    }

    /// Service documentation, "Traffic policies": the external one is for node ports and load balancers.
    #[test]
    fn policies_go_by_where_a_connection_comes_from() {
        for (type_, internal, external, outside, expect) in [
            ("ClusterIP", "Cluster", "", true, false),
            ("ClusterIP", "Local", "", true, true),
            ("NodePort", "Cluster", "Local", true, true),
            ("NodePort", "Cluster", "Local", false, false),
            ("LoadBalancer", "Local", "Cluster", true, false),
            ("LoadBalancer", "Local", "Cluster", false, true),
        ] {
            let service = Object(json!({"spec": {"type": type_, "internalTrafficPolicy": internal,
                "externalTrafficPolicy": external}}));
            assert_eq!(is_local(&service, outside), expect, "{service:?} {outside}");
        }
    }
}
