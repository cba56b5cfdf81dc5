//! One request from a pod, as `curl` makes it: to a cluster IP, a node's port, or a pod. Models what kube-proxy's rules on the pod's
//! node do with a connection; which of several endpoints takes it is drawn by the caller.
//! Omits: external IPs, addresses outside the cluster that a Service names.

use ecow::EcoString;

use super::{
    Network, affinity,
    connect::{Met, Source, Wires},
    policy::{Party, Policies},
    proxy::{self, Choice, Endpoint},
    queueing, serve,
};
use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    resources::{ENDPOINT_SLICE, NODE, POD, SERVICE},
    rng::fnv64,
};

/// Longest that an answer is waited for.
const ANSWER_MS_MAX: i64 = 600_000;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialled {
    /// Answered.
    Answered {
        /// By a pod.
        pod: Key,
        /// Its container.
        container: EcoString,
        /// After so many milliseconds.
        after_ms: i64,
    },
    /// Answered by the API server.
    ApiServer,
    /// The connection is refused.
    Refused,
    /// Nothing comes back.
    Silent,
}

impl Network {
    /// Sends a request from a pod to an address and port. `dice` decides between endpoints and how long it takes.
    pub fn dial(&self, api: &Api, from: &Object, ip: &str, port: i64, dice: u64) -> Dialled {
        let source = Source {
            node: from["spec"]["nodeName"].text().into(),
            pod: Some(from),
            ip: from["status"]["podIP"].text().into(),
        };
        let endpoint = match self.translate(api, &source, ip, port, dice) {
            Ok(endpoint) => endpoint,
            Err(nothing) => return nothing,
        };
        match Wires::new(self, api).connect(&source, &endpoint) {
            Met::Container(name) => self.answer(api, endpoint.pod, name, dice),
            Met::Refused if endpoint.pod.name.is_empty() => no_pod(api, &endpoint),
            Met::Refused | Met::Leaving => Dialled::Refused,
            Met::Unreachable | Met::Denied | Met::Hung => Dialled::Silent,
        }
    }

    /// May a pod ask the cluster's DNS server?
    pub fn asks_dns(&self, api: &Api, from: &Object) -> bool {
        Policies::new(api).allow_dns(&Party::pod(from))
    }

    /// The pod that an address and port stand for.
    fn translate(
        &self,
        api: &Api,
        from: &Source<'_>,
        ip: &str,
        port: i64,
        dice: u64,
    ) -> Result<Endpoint, Dialled> {
        let at = |p: &&Json| p["port"].int() == Some(port);
        if let Some(service) = api.list(SERVICE, "").find(|s| s["spec"]["clusterIP"] == *ip) {
            // Nobody's port of a cluster IP is no rule's, and leads nowhere.
            let port = service["spec"]["ports"].list().iter().find(at).ok_or(Dialled::Silent)?;
            let local = proxy::is_local(service, false).then_some(from.node.as_str());
            return self.balance(api, from, (service, port), local, dice);
        }
        if let Some(node) = api.list(NODE, "").find(|n| has_address(n, ip))
            && let Some((service, port)) = by_node_port(api, port)
        {
            let local = proxy::is_local(service, true).then_some(node.name().as_str());
            return self.balance(api, from, (service, port), local, dice);
        }
        let ip = if ip.starts_with("127.") { from.ip.as_str() } else { ip };
        let pod = self.pod_at(api, ip).ok_or(Dialled::Silent)?;
        let node = pod["spec"]["nodeName"].text().into();
        Ok(Endpoint { pod: pod.key(), node, ip: ip.into(), port })
    }

    /// The pod that has an address, if it runs.
    fn pod_at<'a>(&self, api: &'a Api, ip: &str) -> Option<&'a Object> {
        let has = |pod: &&Object| pod["status"]["podIP"] == *ip && self.processes.contains_key(&pod.key());
        api.list(POD, "").find(has)
    }

    /// What a node's proxy does with a connection to a Service. A connection goes by the address: an endpoint that names no
    /// pod, as one that somebody wrote, leads to the pod that has it.
    pub(super) fn choose(
        &self,
        api: &Api,
        service: &Key,
        port_name: &str,
        node: &EcoString,
        local: Option<&str>,
    ) -> Choice {
        let slices = self.rules.of(service, node, api.now());
        let mut choice = proxy::choose(&slices, port_name, local);
        if let Choice::Any(all) = &mut choice {
            for endpoint in all.iter_mut().filter(|e| e.pod.name.is_empty()) {
                if let Some(pod) = self.pod_at(api, &endpoint.ip) {
                    endpoint.pod = pod.key();
                    endpoint.node = pod["spec"]["nodeName"].text().into();
                }
            }
        }
        choice
    }

    fn balance(
        &self,
        api: &Api,
        from: &Source<'_>,
        (service, port): (&Object, &Json),
        local: Option<&str>,
        dice: u64,
    ) -> Result<Endpoint, Dialled> {
        match self.choose(api, &service.key(), port["name"].text(), &from.node, local) {
            Choice::Reject => Err(Dialled::Refused),
            Choice::Drop => Err(Dialled::Silent),
            Choice::Any(mut all) => {
                let stays = affinity::timeout_ms(service).is_some();
                let dice =
                    if stays { fnv64(format!("{}/{}", from.ip, service.uid()).as_bytes()) } else { dice };
                Ok(all.swap_remove((dice % all.len() as u64) as usize))
            }
        }
    }

    fn answer(&self, api: &Api, pod: Key, container: EcoString, dice: u64) -> Dialled {
        let called = self.stations.get(&(pod.clone(), container.clone())).map(|(station, _)| *station);
        let station = called.unwrap_or_else(|| serve::station(api, &pod, &container));
        // The low bits have chosen the endpoint.
        let part = (dice >> 11) as f64 / (1u64 << 53) as f64;
        if part < station.lost() {
            return Dialled::Silent;
        }
        let after_ms = queueing::percentile_ms(part, ANSWER_MS_MAX, |ms| station.within(ms));
        Dialled::Answered { pod, container, after_ms }
    }
}

/// What answers at an address that a Service names and no pod has.
fn no_pod(api: &Api, endpoint: &Endpoint) -> Dialled {
    let slice = api.find(ENDPOINT_SLICE, &Key::new("default", "kubernetes"));
    let is_server = slice.is_some_and(|s| {
        s["ports"][0]["port"].int() == Some(endpoint.port)
            && s["endpoints"].list().iter().any(|e| e["addresses"][0] == *endpoint.ip)
    });
    if is_server { Dialled::ApiServer } else { Dialled::Silent }
}

fn has_address(node: &Object, ip: &str) -> bool {
    node["status"]["addresses"].list().iter().any(|a| a["type"] == "InternalIP" && a["address"] == *ip)
}

fn by_node_port(api: &Api, port: i64) -> Option<(&Object, &Json)> {
    api.list(SERVICE, "").find_map(|service| {
        let ports = service["spec"]["ports"].list();
        ports.iter().find(|p| p["nodePort"].int() == Some(port)).map(|p| (service, p))
    })
}
