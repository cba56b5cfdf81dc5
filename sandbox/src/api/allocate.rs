//! Addresses of Services. Models the service IP allocator over 10.96.0.0/16.
//! Omits: IPv6, node ports (they come with the kinds of the next issue).

use super::Api;
use crate::{
    json::Json,
    object::Object,
    resources,
    status::{FieldError, Status},
};

/// Gives a Service its cluster IP, unless it asks for none or for a certain one.
pub(super) fn cluster_ip(api: &mut Api, service: &mut Object) -> Result<(), Status> {
    let wanted = service["spec"]["clusterIP"].text().to_owned();
    if wanted == "None" || service["spec"]["type"] == "ExternalName" {
        return Ok(());
    }
    let taken = |api: &Api, ip: &str| api.list(resources::SERVICE, "").any(|s| s["spec"]["clusterIP"] == *ip);
    let ip = if wanted.is_empty() {
        loop {
            let n = 256 + api.rng.stream("clusterips").below(65_278);
            let ip = format!("10.96.{}.{}", n / 256, n % 256);
            if !taken(api, &ip) {
                break ip;
            }
        }
    } else if taken(api, &wanted) {
        let error = FieldError::invalid(
            "spec.clusterIPs",
            &vec![Json::from(wanted.as_str())].into(),
            &format!("failed to allocate IP {wanted}: provided IP is already allocated"),
        );
        return Err(Status::invalid(resources::SERVICE.def(), service.name(), &[error]));
    } else {
        wanted
    };
    service["spec"].set("clusterIP", ip.as_str());
    service["spec"].set("clusterIPs", vec![Json::from(ip)]);
    Ok(())
}
