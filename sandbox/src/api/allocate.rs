//! Addresses and node ports of Services. Models the service IP allocator over 10.96.0.0/16 and the node port
//! allocator over 30000-32767. Omits: IPv6, node ports for health checks.

use super::Api;
use crate::{
    json::Json,
    object::Object,
    resources,
    rng::Stream,
    status::{FieldError, Status},
};

/// First node port, and how many there are.
const NODE_PORTS: (i64, u64) = (30_000, 2_768);

/// Tries at random before the allocator looks for a free place in order.
const TRIES_MAX: u32 = 64;

/// Gives a Service what only the server can give; `old` is what it had.
///
/// # Errors
/// `Invalid`: what it asks for is taken or out of range; nothing is left.
pub(super) fn service(api: &mut Api, service: &mut Object, old: Option<&Object>) -> Result<(), Status> {
    let kept = |o: &Object| o["spec"]["clusterIP"] == service["spec"]["clusterIP"];
    if !old.is_some_and(kept) || service["spec"]["clusterIP"].is_empty() {
        cluster_ip(api, service)?;
    }
    node_ports(api, service)
}

fn refuse(service: &Object, error: FieldError) -> Status {
    Status::invalid(resources::SERVICE.def(), service.name(), &[error])
}

fn cluster_ip(api: &mut Api, service: &mut Object) -> Result<(), Status> {
    let wanted = service["spec"]["clusterIP"].text().to_owned();
    if wanted == "None" || service["spec"]["type"] == "ExternalName" {
        return Ok(());
    }
    let taken: Vec<Json> = api.list(resources::SERVICE, "").map(|s| s["spec"]["clusterIP"].clone()).collect();
    let is_taken = |ip: &str| taken.iter().any(|t| *t == ip);
    let fail = |why: &str| {
        let value = format!("[]string{{{wanted:?}}}");
        FieldError {
            reason: "FieldValueInvalid",
            field: "spec.clusterIPs".into(),
            detail: format!("Invalid value: {value}: failed to allocate IP {wanted}: {why}"),
        }
    };
    let ip = if wanted.is_empty() {
        let address = |n: u64| format!("10.96.{}.{}", (n + 256) / 256, n % 256);
        let free = |n: u64| !is_taken(&address(n));
        let Some(n) = choose(api.rng.stream("clusterips"), 65_278, free) else {
            return Err(Status::internal("failed to allocate a serviceIP: range is full"));
        };
        address(n)
    } else if !in_range(&wanted) {
        return Err(refuse(service, fail("the provided network does not match the current range")));
    } else if is_taken(&wanted) {
        return Err(refuse(service, fail("provided IP is already allocated")));
    } else {
        wanted
    };
    service["spec"].set("clusterIP", ip.as_str());
    service["spec"].set("clusterIPs", vec![Json::from(ip)]);
    Ok(())
}

fn in_range(ip: &str) -> bool {
    ip.parse::<std::net::Ipv4Addr>().is_ok_and(|a| a.octets()[..2] == [10, 96])
}

/// A free number below `bound`: at random, then in order.
fn choose(stream: &mut Stream, bound: u64, free: impl Fn(u64) -> bool) -> Option<u64> {
    (0..TRIES_MAX).map(|_| stream.below(bound)).find(|n| free(*n)).or_else(|| (0..bound).find(|n| free(*n)))
}

fn node_ports(api: &mut Api, service: &mut Object) -> Result<(), Status> {
    let key = service.key();
    let mut taken: Vec<i64> = api
        .list(resources::SERVICE, "")
        .filter(|s| s.key() != key)
        .flat_map(|s| {
            s["spec"]["ports"].list().iter().filter_map(|p| p["nodePort"].int()).collect::<Vec<_>>()
        })
        .collect();
    let exposed = matches!(service["spec"]["type"].text(), "NodePort" | "LoadBalancer");
    let (first, count) = NODE_PORTS;
    for i in 0..service["spec"]["ports"].list().len() {
        let asked = service["spec"]["ports"][i]["nodePort"].int().filter(|p| *p != 0);
        let fail = |port: i64, why: &str| {
            let field = format!("spec.ports[{i}].nodePort");
            Err(refuse(service, FieldError::invalid(field, &port.into(), why)))
        };
        let port = match asked {
            Some(port) if !(first..first + count as i64).contains(&port) => {
                return fail(
                    port,
                    "provided port is not in the valid range. The range of valid ports is 30000-32767",
                );
            }
            Some(port) if taken.contains(&port) => return fail(port, "provided port is already allocated"),
            Some(port) => port,
            None if !exposed => continue,
            None => {
                let free = |n: u64| !taken.contains(&(first + n as i64));
                let Some(n) = choose(api.rng.stream("nodeports"), count, free) else {
                    return Err(Status::internal("failed to allocate a nodePort: range is full"));
                };
                first + n as i64
            }
        };
        taken.push(port);
        service["spec"]["ports"].list_mut().make_mut()[i].set("nodePort", port);
    }
    Ok(())
}
