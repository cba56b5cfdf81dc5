//! Gives nodes their pod networks. Models the range allocator of node IPAM over 10.244.0.0/16, a /24 a node.

use ecow::{EcoString, eco_format};

use super::SOURCE;
use crate::{
    api::{EventType, Subresource},
    cluster::Ctx,
    json::Json,
    object::Key,
    origin, resources,
};

/// Networks of one node in the cluster's network.
const NETWORKS: usize = 256;

/// The range allocator.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    /// Behind the network that was given last. A network that was given back has its turn only when all others had theirs:
    /// pods of the node that had it may still have addresses of it.
    next: usize,
}

impl Networks {
    fn take<'a>(&mut self, taken: impl Iterator<Item = &'a str>) -> Option<EcoString> {
        let taken: Vec<&str> = taken.collect();
        let turns = (0..NETWORKS).map(|n| (self.next + n) % NETWORKS);
        let (n, cidr) = turns
            .map(|n| (n, eco_format!("10.244.{n}.0/24")))
            .find(|(_, cidr)| !taken.contains(&cidr.as_str()))?;
        self.next = n + 1;
        Some(cidr)
    }

    /// Gives a node its network, if it has none.
    pub fn assign(&mut self, name: &EcoString, ctx: &mut Ctx<'_>) {
        ctx.acting(origin::NODE_CONTROLLER);
        let key = Key::cluster(name.clone());
        let node = ctx.api.find(resources::NODE, &key).cloned();
        let Some(node) = node.filter(|n| n["spec"]["podCIDR"].is_empty()) else { return };
        let all = ctx.api.list(resources::NODE, "");
        let Some(cidr) = self.take(all.map(|n| n["spec"]["podCIDR"].text())) else {
            let message = format!("Node {name} status is now: CIDRNotAvailable");
            return ctx.api.record(&node, "", EventType::Normal, "CIDRNotAvailable", &message, SOURCE);
        };
        ctx.api.modify(resources::NODE, &key, Subresource::Main, |n| {
            n["spec"].set("podCIDR", &cidr);
            n["spec"].set("podCIDRs", vec![Json::from(&cidr)]);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// k8s: pkg/controller/nodeipam/ipam/cidrset, `AllocateNext`.
    #[test]
    fn networks_go_round() {
        let mut networks = Networks::default();
        for (taken, expect) in [
            (vec![], "10.244.0.0/24"),
            (vec!["10.244.0.0/24", "10.244.1.0/24"], "10.244.2.0/24"),
            (vec!["10.244.2.0/24", ""], "10.244.3.0/24"),
        ] {
            assert_eq!(networks.take(taken.into_iter()).unwrap(), expect);
        }
        networks.next = NETWORKS;
        assert_eq!(networks.take(["10.244.3.0/24"].into_iter()).unwrap(), "10.244.0.0/24");
    }
}
