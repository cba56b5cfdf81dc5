//! Which connections NetworkPolicies allow. Models the rules of networking.k8s.io/v1 as its documentation has them: a pod that
//! no policy selects for a direction takes all of it; else what any of its policies allows. Both ends must allow.
//! Omits: what plugins are free to choose (pods of the host's network and machines are bound by nothing; an address block goes
//! by the address of pods, too), SCTP and UDP beside DNS.

use std::net::IpAddr;

use super::dns::SERVER;
use crate::{
    api::Api,
    json,
    json::Json,
    object::{Key, Object},
    resources::{NAMESPACE, NETWORK_POLICY, cidr::Cidr},
    selector::Labels,
};

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Party<'a> {
    /// The pod, if policies can bind it.
    pub pod: Option<&'a Object>,
    /// Its address.
    pub ip: Option<IpAddr>,
}

/// A port that is connected to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Port {
    /// Number.
    pub number: i64,
    /// `TCP` or `UDP`.
    pub protocol: &'static str,
}

/// All policies of a cluster.
pub struct Policies<'a> {
    api: &'a Api,
    all: Vec<&'a Object>,
}

/// The part of a policy that speaks of one direction.
struct Direction {
    type_: &'static str,
    rules: &'static str,
    peers: &'static str,
}

const INGRESS: Direction = Direction { type_: "Ingress", rules: "ingress", peers: "from" };
const EGRESS: Direction = Direction { type_: "Egress", rules: "egress", peers: "to" };

impl<'a> Party<'a> {
    /// A pod.
    pub fn pod(pod: &'a Object) -> Self {
        let bound = pod["spec"]["hostNetwork"].bool() != Some(true);
        Self { pod: bound.then_some(pod), ip: pod["status"]["podIP"].text().parse().ok() }
    }

    /// Somebody outside, or a machine.
    pub fn address(ip: &str) -> Self {
        Self { pod: None, ip: ip.parse().ok() }
    }
}

impl<'a> Policies<'a> {
    /// Those of this moment.
    pub fn new(api: &'a Api) -> Self {
        Self { api, all: api.list(NETWORK_POLICY, "").collect() }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Could a policy treat this pod otherwise than one with the same labels, since it goes by addresses?
    pub fn go_by_address(&self, pod: &Object) -> bool {
        let by_address = |policy: &&Object| {
            let rules = policy["spec"][INGRESS.rules].list().iter();
            rules.flat_map(|rule| rule[INGRESS.peers].list()).any(|peer| !peer["ipBlock"].is_null())
        };
        pod["spec"]["hostNetwork"].bool() == Some(true) || self.all.iter().any(by_address)
    }

    /// May `from` connect to a port of `to`? A pod always reaches itself.
    pub fn allow(&self, from: &Party<'_>, to: &Party<'_>, port: Port) -> bool {
        let itself = from.ip.is_some() && from.ip == to.ip;
        itself
            || self.all.is_empty()
            || (self.one_way(from, to, to, port, &EGRESS) && self.one_way(to, from, to, port, &INGRESS))
    }

    /// May `from` ask the cluster's DNS server, which policies know by its usual labels?
    pub fn allow_dns(&self, from: &Party<'_>) -> bool {
        if self.all.is_empty() {
            return true;
        }
        let pod = Object(json!({"metadata": {"namespace": "kube-system", "name": "coredns",
            "labels": {"k8s-app": "kube-dns"}}, "status": {"podIP": SERVER}}));
        self.allow(from, &Party::pod(&pod), Port { number: 53, protocol: "UDP" })
    }

    /// Does `bound` let this connection with `peer` pass? Ports are always those of `to`.
    fn one_way(
        &self,
        bound: &Party<'_>,
        peer: &Party<'_>,
        to: &Party<'_>,
        port: Port,
        way: &Direction,
    ) -> bool {
        let Some(pod) = bound.pod else { return true };
        let selects = |policy: &&&Object| {
            policy.namespace() == pod.namespace()
                && policy["spec"]["policyTypes"].list().iter().any(|t| *t == *way.type_)
                && Labels::from_object(&policy["spec"]["podSelector"]).selects(pod)
        };
        let mut mine = self.all.iter().filter(selects).peekable();
        if mine.peek().is_none() {
            return true;
        }
        mine.any(|policy| {
            policy["spec"][way.rules].list().iter().any(|rule| {
                let (peers, ports) = (rule[way.peers].list(), rule["ports"].list());
                (peers.is_empty() || peers.iter().any(|p| self.is_peer(p, policy, peer)))
                    && (ports.is_empty() || ports.iter().any(|p| is_port(p, to, port)))
            })
        })
    }

    fn is_peer(&self, peer: &Json, policy: &Object, party: &Party<'_>) -> bool {
        if !peer["ipBlock"].is_null() {
            return party.ip.is_some_and(|ip| is_in_block(&peer["ipBlock"], ip));
        }
        let Some(pod) = party.pod else { return false };
        let namespace = match &peer["namespaceSelector"] {
            Json::Null => pod.namespace() == policy.namespace(),
            selector => {
                let found = self.api.find(NAMESPACE, &Key::cluster(pod.namespace().clone()));
                found.is_some_and(|namespace| Labels::from_object(selector).selects(namespace))
            }
        };
        namespace && Labels::from_object(&peer["podSelector"]).selects(pod)
    }
}

fn is_in_block(block: &Json, ip: IpAddr) -> bool {
    let within = |range: &Json| Cidr::parse(range.text()).is_some_and(|range| range.has(ip));
    within(&block["cidr"]) && !block["except"].list().iter().any(within)
}

/// A number, a range, or a name that the pod at the other end gives one of its ports.
fn is_port(rule: &Json, to: &Party<'_>, port: Port) -> bool {
    if rule["protocol"].str().unwrap_or("TCP") != port.protocol {
        return false;
    }
    match (&rule["port"], rule["endPort"].int()) {
        (Json::Null, _) => true,
        (Json::Int(first), end) => (*first..=end.unwrap_or(*first)).contains(&port.number),
        (name, _) => {
            let containers = to.pod.map_or(&[][..], |pod| pod["spec"]["containers"].list());
            let mut ports = containers.iter().flat_map(|c| c["ports"].list());
            ports.any(|p| p["name"] == *name.text() && p["containerPort"].int() == Some(port.number))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    fn pod(namespace: &str, app: &str, ip: &str) -> Object {
        Object(json!({"metadata": {"name": app, "namespace": namespace, "labels": {"app": app}},
            "spec": {"containers": [{"ports": [{"name": "http", "containerPort": 8080}]}]}, "status": {"podIP": ip}}))
    }

    /// May the pod `web` of `shop` (10.244.1.2) be called on 8080 by: a pod `api` of `shop`, a pod `api` of `team`, an address
    /// outside (198.18.0.1)? And may it call them?
    fn verdicts(policies: &[Json]) -> String {
        let mut api = Api::new(1, Time(0));
        for (namespace, labels) in [("shop", json!({})), ("team", json!({"stage": "live"}))] {
            let mut object = Object(json!({"metadata": {"name": namespace}}));
            object["metadata"].set("labels", labels);
            api.create(NAMESPACE, object).unwrap();
        }
        for (i, spec) in policies.iter().enumerate() {
            let mut object = Object(json!({"metadata": {"namespace": "shop", "name": format!("p{i}")}}));
            object.set("spec", spec.clone());
            api.create(NETWORK_POLICY, object).unwrap();
        }
        let policies = Policies::new(&api);
        let (web, near, far) = (
            pod("shop", "web", "10.244.1.2"),
            pod("shop", "api", "10.244.1.3"),
            pod("team", "api", "10.244.2.3"),
        );
        let (web, others) =
            (Party::pod(&web), [Party::pod(&near), Party::pod(&far), Party::address("198.18.0.1")]);
        let port = Port { number: 8080, protocol: "TCP" };
        let show = |allowed: bool| if allowed { 'y' } else { '-' };
        let called = others.iter().map(|other| show(policies.allow(other, &web, port)));
        let calls = others.iter().map(|other| show(policies.allow(&web, other, port)));
        called.chain([' ']).chain(calls).collect()
    }

    /// Network Policies documentation: "The two sorts of pod isolation", "Behavior of to and from selectors", "Default
    /// policies", "Targeting a range of ports".
    #[test]
    fn policies_allow_what_the_documentation_says() {
        let api_pods = json!({"podSelector": {"matchLabels": {"app": "api"}}});
        let live = json!({"namespaceSelector": {"matchLabels": {"stage": "live"}}});
        let both = json!({"podSelector": {"matchLabels": {"app": "api"}},
            "namespaceSelector": {"matchLabels": {"stage": "live"}}});
        let other_team = json!({"podSelector": {"matchLabels": {"app": "db"}}, "namespaceSelector": {}});
        let from = |peers: Vec<Json>| {
            let mut rule = json!({});
            rule.set("from", peers);
            json!({"podSelector": {}, "policyTypes": ["Ingress"]}).with("ingress", vec![rule])
        };
        let on = |port: Json| {
            let mut rule = json!({});
            rule.set("ports", vec![port]);
            json!({"podSelector": {"matchLabels": {"app": "web"}}}).with("ingress", vec![rule])
        };
        let block = |except: Json| {
            from(vec![
                json!({"ipBlock": {"cidr": "198.18.0.0/15"}})
                    .with("ipBlock", json!({"cidr": "198.18.0.0/15"}).with("except", except)),
            ])
        };
        let deny = |types: Json| json!({"podSelector": {}}).with("policyTypes", types);
        let dns_only = json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"protocol": "UDP", "port": 53}]}]});
        for (policies, expect) in [
            (vec![], "yyy yyy"),
            // The default deny selects all pods of its namespace, so `api` of `shop` may not be called either.
            (vec![deny(json!(["Ingress"]))], "--- -yy"),
            (vec![deny(json!(["Egress"]))], "-yy ---"),
            (vec![deny(json!(["Ingress", "Egress"]))], "--- ---"),
            (vec![json!({"podSelector": {}, "ingress": [{}]})], "yyy yyy"),
            (
                vec![json!({"podSelector": {"matchLabels": {"app": "other"}}, "policyTypes": ["Ingress"]})],
                "yyy yyy",
            ),
            (vec![from(vec![api_pods.clone()])], "y-- -yy"),
            (vec![from(vec![live.clone()])], "-y- -yy"),
            // One peer with both selectors is an and, two peers are an or.
            (vec![from(vec![both])], "-y- -yy"),
            (vec![from(vec![api_pods, live])], "yy- -yy"),
            (vec![from(vec![other_team])], "--- -yy"),
            (vec![block(json!([]))], "--y -yy"),
            (vec![block(json!(["198.18.0.0/24"]))], "--- -yy"),
            // Policies add up.
            (vec![deny(json!(["Ingress"])), json!({"podSelector": {}, "ingress": [{}]})], "yyy yyy"),
            (vec![on(json!({"port": 8080}))], "yyy yyy"),
            (vec![on(json!({"port": "http"}))], "yyy yyy"),
            (vec![on(json!({"port": 8000, "endPort": 8100}))], "yyy yyy"),
            (vec![on(json!({"port": 80}))], "--- yyy"),
            (vec![on(json!({"port": 8080, "protocol": "UDP"}))], "--- yyy"),
            (vec![dns_only], "-yy ---"),
        ] {
            assert_eq!(verdicts(&policies), expect, "{policies:?}");
        }
    }
}
