//! Who calls: pods that a Traffic selects, or people outside. Models (ours) clients that come in at any machine that is on and
//! connected, as a load balancer with health checks lets them.
//! Omits: that some proxies hide a client's address from what it calls (`externalTrafficPolicy: Cluster`).

use std::collections::BTreeMap;

use ecow::{EcoString, eco_format};

use super::{connect, connect::Source, rules, scrape::Processes};
use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    resources::{MACHINE, NAMESPACE, POD, traffic::CLIENTS_MAX},
    selector::Labels,
};

/// How many addresses call from outside where a Traffic does not say.
const CLIENTS: i64 = 100;

/// Callers that are alike, and how many.
pub type Alike<'a> = (Source<'a>, i64);

/// All who call for a Traffic. Those outside are told apart by their address where a Service makes them `sticky`; else one
/// stands for all who come in at a machine.
pub fn of<'a>(traffic: &Object, sticky: bool, processes: &Processes, api: &'a Api) -> Vec<Source<'a>> {
    match &traffic["spec"]["from"] {
        Json::Null => outside(traffic, sticky, api),
        from => pods(traffic, from, processes, api),
    }
}

/// Selected as a peer of a NetworkPolicy is.
fn pods<'a>(traffic: &Object, from: &Json, processes: &Processes, api: &'a Api) -> Vec<Source<'a>> {
    let labels = Labels::from_object(&from["podSelector"]);
    let calls = |pod: &&Object| {
        labels.selects(pod)
            && processes.get(&pod.key()).is_some_and(|p| !p.is_empty())
            && !connect::is_off(api, pod["spec"]["nodeName"].text())
    };
    let source = |pod: &'a Object| Source {
        node: pod["spec"]["nodeName"].text().into(),
        pod: Some(pod),
        ip: pod["status"]["podIP"].text().into(),
    };
    let namespaces: Vec<&'a str> = match &from["namespaceSelector"] {
        Json::Null => api
            .find(NAMESPACE, &Key::cluster(traffic.namespace().clone()))
            .into_iter()
            .map(|n| n.name().as_str())
            .collect(),
        selector => {
            let labels = Labels::from_object(selector);
            api.list(NAMESPACE, "").filter(|n| labels.selects(n)).map(|n| n.name().as_str()).collect()
        }
    };
    namespaces.into_iter().flat_map(|namespace| api.list(POD, namespace)).filter(calls).map(source).collect()
}

fn outside<'a>(traffic: &Object, sticky: bool, api: &'a Api) -> Vec<Source<'a>> {
    let open = |m: &&Object| !connect::is_off(api, m.name()) && !connect::is_partitioned(api, m.name());
    let mut doors: Vec<EcoString> = api.list(MACHINE, "").filter(open).map(|m| m.name().clone()).collect();
    if doors.is_empty() {
        doors.push(EcoString::new());
    }
    let clients = traffic["spec"]["clients"].int().unwrap_or(CLIENTS).clamp(1, CLIENTS_MAX);
    let count = if sticky { usize::try_from(clients).unwrap_or(1) } else { doors.len() };
    (0..count).map(|i| Source { node: doors[i % doors.len()].clone(), pod: None, ip: address(i) }).collect()
}

/// An address of those kept for tests (RFC 2544).
fn address(i: usize) -> EcoString {
    eco_format!("198.18.{}.{}", i / 250, i % 250 + 1)
}

/// Puts those together to whom the same happens: whose proxies know the same; where `apart` tells them apart, also by that.
pub fn alike<'a>(
    all: Vec<Source<'a>>,
    is_cut: impl Fn(&str) -> bool,
    apart: impl Fn(&Source<'a>) -> EcoString,
) -> Vec<Alike<'a>> {
    let mut groups: BTreeMap<(i64, EcoString, EcoString), Alike<'a>> = BTreeMap::new();
    for source in all {
        let cut = if is_cut(&source.node) { source.node.clone() } else { EcoString::new() };
        let key = (rules::delay_ms(&source.node), cut, apart(&source));
        groups.entry(key).and_modify(|(_, count)| *count += 1).or_insert((source, 1));
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json};

    fn api() -> Api {
        let mut api = Api::new(1, Time(0));
        for (name, network) in [("a", "Connected"), ("b", "Partitioned"), ("c", "Connected")] {
            let machine = json!({"metadata": {"name": name}});
            api.create(MACHINE, Object(machine)).unwrap();
            api.update_status(MACHINE, &Key::cluster(name), |m| {
                m.set("status", json!({"power": "On", "network": network}));
            });
        }
        api
    }

    #[test]
    fn clients_come_in_where_a_machine_is_connected() {
        let api = api();
        for (spec, sticky, expect) in [
            (json!({"clients": 4}), false, vec![("a", 1), ("c", 1)]),
            (json!({"clients": 5}), true, vec![("a", 3), ("c", 2)]),
            (json!({"clients": 1}), true, vec![("a", 1)]),
            (json!({}), true, vec![("a", 50), ("c", 50)]),
        ] {
            let traffic = Object(Json::object().with("spec", spec));
            let all = of(&traffic, sticky, &Processes::new(), &api);
            let groups = alike(all, |_| false, |source| source.node.clone());
            let mut got: Vec<(&str, i64)> =
                groups.iter().map(|(s, count)| (s.node.as_str(), *count)).collect();
            got.sort_unstable();
            assert_eq!(got, expect, "{traffic:?}");
        }
    }

    #[test]
    fn pods_call_from_where_they_are_selected_and_run() {
        let mut api = api();
        let mut processes = Processes::new();
        for (namespace, pod, app, node, runs) in [
            ("shop", "a", "api", "a", true),
            ("shop", "b", "web", "a", true),
            ("shop", "c", "api", "c", false),
            ("team", "d", "api", "c", true),
        ] {
            if api.find(NAMESPACE, &Key::cluster(namespace)).is_none() {
                let labels = json!({"metadata": {"name": namespace, "labels": {"of": namespace}}});
                api.create(NAMESPACE, Object(labels)).unwrap();
                let account = json!({"metadata": {"namespace": namespace, "name": "default"}});
                api.create(crate::resources::SERVICE_ACCOUNT, Object(account)).unwrap();
            }
            let object = json!({"metadata": {"namespace": namespace, "name": pod, "labels": {"app": app}},
                "spec": {"nodeName": node, "containers": [{"name": "c", "image": "x"}]}});
            api.create(POD, Object(object)).unwrap();
            if runs {
                let running = BTreeMap::from([("c".into(), ("id".into(), Time(0)))]);
                processes.insert(Key::new(namespace, pod), running);
            }
        }
        let apis = json!({"matchLabels": {"app": "api"}});
        for (from, expect) in [
            (json!({"podSelector": {}}), vec!["a", "b"]),
            (json!({}).with("podSelector", apis.clone()), vec!["a"]),
            (json!({"namespaceSelector": {}}).with("podSelector", apis), vec!["a", "d"]),
            (json!({"podSelector": {}, "namespaceSelector": {"matchLabels": {"of": "team"}}}), vec!["d"]),
        ] {
            let spec = Json::object().with("from", from.clone());
            let traffic = Object(json!({"metadata": {"namespace": "shop"}}).with("spec", spec));
            let all = of(&traffic, false, &processes, &api);
            let names: Vec<&str> = all.iter().map(|s| s.pod.unwrap().name().as_str()).collect();
            assert_eq!(names, expect, "{from}");
        }
    }

    #[test]
    fn callers_to_whom_the_same_happens_are_one_group() {
        let source = |node: &str| Source { node: node.into(), pod: None, ip: "198.18.0.1".into() };
        let same =
            (0..).map(|i| eco_format!("n{i}")).find(|n| rules::delay_ms(n) == rules::delay_ms("a")).unwrap();
        let all = || vec![source("a"), source(&same), source("a")];
        assert_eq!(alike(all(), |_| false, |_| EcoString::new()).len(), 1);
        assert_eq!(alike(all(), |node| node == "a", |_| EcoString::new()).len(), 2);
    }
}
