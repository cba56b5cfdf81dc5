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

/// The first network that nobody has.
fn first_free<'a>(taken: impl Iterator<Item = &'a str>) -> Option<EcoString> {
    let taken: Vec<&str> = taken.collect();
    (0..NETWORKS).map(|n| eco_format!("10.244.{n}.0/24")).find(|cidr| !taken.contains(&cidr.as_str()))
}

/// Gives a node its network, if it has none.
pub fn assign(name: &EcoString, ctx: &mut Ctx<'_>) {
    ctx.acting(origin::NODE_CONTROLLER);
    let key = Key::cluster(name.clone());
    let Some(node) = ctx.api.find(resources::NODE, &key).filter(|n| n["spec"]["podCIDR"].is_empty()).cloned()
    else {
        return;
    };
    let Some(cidr) = first_free(ctx.api.list(resources::NODE, "").map(|n| n["spec"]["podCIDR"].text()))
    else {
        let message = format!("Node {name} status is now: CIDRNotAvailable");
        return ctx.api.record(&node, "", EventType::Normal, "CIDRNotAvailable", &message, SOURCE);
    };
    ctx.api.modify(resources::NODE, &key, Subresource::Main, |n| {
        n["spec"].set("podCIDR", &cidr);
        n["spec"].set("podCIDRs", vec![Json::from(&cidr)]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_used_again() {
        for (taken, expect) in [
            (vec![], "10.244.0.0/24"),
            (vec!["10.244.0.0/24", "10.244.1.0/24"], "10.244.2.0/24"),
            (vec!["10.244.1.0/24", ""], "10.244.0.0/24"),
        ] {
            assert_eq!(first_free(taken.into_iter()).unwrap(), expect);
        }
    }
}
