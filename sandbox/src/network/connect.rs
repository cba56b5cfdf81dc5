//! One connection from somewhere to an address and port of a pod: through cables, policies and what listens there. Models the
//! network under a cluster: every pod reaches every pod, as far as machines are on and connected.
//! Omits: bandwidth, distance, connections that are open while something fails.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{
    Network,
    listener::{self, Listener},
    policy::{Party, Policies, Port},
    proxy::Endpoint,
};
use crate::{
    api::Api,
    object::{Key, Object},
    resources::{MACHINE, POD},
};

/// Who connects, and from which node.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// The node, or the one where a connection from outside comes in; empty where that does not matter.
    pub node: EcoString,
    /// The pod, if it is one.
    pub pod: Option<&'a Object>,
    /// Address.
    pub ip: EcoString,
}

/// What becomes of a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Met {
    /// This container takes it.
    Container(EcoString),
    /// Nothing listens, or the pod is gone.
    Refused,
    /// Nothing listens any more, since the pod goes.
    Leaving,
    /// It is taken, and nobody answers.
    Hung,
    /// A machine is off or cut off.
    Unreachable,
    /// A policy drops it.
    Denied,
}

/// The network at one moment.
pub struct Wires<'a> {
    api: &'a Api,
    network: &'a Network,
    policies: Policies<'a>,
    seen: BTreeMap<(Key, EcoString, i64), Listener>,
}

impl<'a> Wires<'a> {
    /// As they are now.
    pub fn new(network: &'a Network, api: &'a Api) -> Self {
        Self { api, network, policies: Policies::new(api), seen: BTreeMap::new() }
    }

    /// The policies that bind pods now.
    pub fn policies(&self) -> &Policies<'a> {
        &self.policies
    }

    /// What becomes of a TCP connection to an endpoint.
    pub fn connect(&mut self, from: &Source<'_>, to: &Endpoint) -> Met {
        if !self.reaches(&from.node, &to.node) {
            return Met::Unreachable;
        }
        if !self.policies.is_empty() {
            let source = from.pod.map_or_else(|| Party::address(&from.ip), Party::pod);
            let pod = self.api.find(POD, &to.pod);
            let target = pod.map_or_else(|| Party::address(&to.ip), Party::pod);
            if !self.policies.allow(&source, &target, Port { number: to.port, protocol: "TCP" }) {
                return Met::Denied;
            }
        }
        let (api, network) = (self.api, self.network);
        let key = (to.pod.clone(), to.ip.clone(), to.port);
        let look = || {
            let leaves = network.leaving.get(&to.pod).copied();
            listener::at(api, &network.processes, &to.pod, (&to.ip, to.port), leaves)
        };
        match self.seen.entry(key).or_insert_with(look) {
            Listener::Container(name) => Met::Container(name.clone()),
            // A machine that is there says so where an address is nobody's.
            Listener::Nobody | Listener::Gone => Met::Refused,
            Listener::Leaving => Met::Leaving,
            Listener::Hung => Met::Hung,
        }
    }

    /// Do packets get from one node to another?
    fn reaches(&self, from: &str, to: &str) -> bool {
        !is_off(self.api, to)
            && (from == to || !(is_partitioned(self.api, from) || is_partitioned(self.api, to)))
    }
}

/// Has a node's machine no power?
pub fn is_off(api: &Api, node: &str) -> bool {
    machine(api, node).is_some_and(|m| m["status"]["power"] == "Off")
}

/// Is a node's machine cut off?
pub fn is_partitioned(api: &Api, node: &str) -> bool {
    machine(api, node).is_some_and(|m| m["status"]["network"] == "Partitioned")
}

fn machine<'a>(api: &'a Api, node: &str) -> Option<&'a Object> {
    api.find(MACHINE, &Key::cluster(node))
}
