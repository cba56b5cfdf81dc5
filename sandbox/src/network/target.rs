//! Which Service a Traffic goes to: the one that it names, or the one behind an Ingress for its host and path. An ExternalName is
//! followed where it names another Service of the cluster. Models what a client's URL leads to.
//! Omits: names outside the cluster (nobody answers there).

use super::{flow::Cause, ingress};
use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    resources::{INGRESS, SERVICE},
};

/// How many ExternalNames are followed.
const ALIASES_MAX: usize = 8;

/// A Service and one of its ports.
#[derive(Clone, Debug, PartialEq)]
pub struct Target<'a> {
    /// The Service.
    pub service: &'a Object,
    /// The entry of `spec.ports`.
    pub port: &'a Json,
    /// Is it called through an Ingress?
    pub by_ingress: bool,
}

/// Where a Traffic goes.
///
/// # Errors
/// Why all of it fails.
pub fn of<'a>(traffic: &'a Object, api: &'a Api) -> Result<Target<'a>, Cause> {
    let spec = &traffic["spec"];
    let by_ingress = !spec["host"].is_null();
    let (key, port) = if by_ingress {
        let path = spec["path"].str().unwrap_or("/");
        ingress::backend(api.list(INGRESS, ""), spec["host"].text(), path).ok_or(Cause::NoRoute)?
    } else {
        (Key::new(traffic.namespace().clone(), spec["service"].text()), &spec["port"])
    };
    let service = follow(key, api)?;
    let wanted = |p: &&Json| port.is_null() || p["port"] == *port || p["name"] == *port;
    let port = service["spec"]["ports"].list().iter().find(wanted).ok_or(Cause::NoEndpoint)?;
    Ok(Target { service, port, by_ingress })
}

fn follow(mut key: Key, api: &Api) -> Result<&Object, Cause> {
    for _ in 0..ALIASES_MAX {
        let service = api.find(SERVICE, &key).ok_or(Cause::NoEndpoint)?;
        if service["spec"]["type"] != "ExternalName" {
            return Ok(service);
        }
        let name = service["spec"]["externalName"].text().trim_end_matches('.');
        let inside = name.strip_suffix(".svc.cluster.local").and_then(|n| n.split_once('.'));
        let (name, namespace) = inside.ok_or(Cause::Unreachable)?;
        key = Key::new(namespace, name);
    }
    Err(Cause::Unreachable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json, resources::NAMESPACE};

    fn api() -> Api {
        let mut api = Api::new(1, Time(0));
        for name in ["shop", "team"] {
            api.create(NAMESPACE, Object(json!({"metadata": {"name": name}}))).unwrap();
        }
        let mut make = |namespace: &str, name: &str, spec: Json| {
            let mut service = Object(json!({"metadata": {"namespace": namespace, "name": name}}));
            service.set("spec", spec);
            api.create(SERVICE, service).unwrap();
        };
        make("shop", "web", json!({"ports": [{"name": "http", "port": 80}, {"name": "admin", "port": 81}]}));
        make("team", "api", json!({"ports": [{"port": 8080}]}));
        let alias = |to: &str| json!({"type": "ExternalName", "externalName": to});
        make("shop", "near", alias("api.team.svc.cluster.local"));
        make("shop", "far", alias("example.com"));
        make("shop", "loop", alias("loop.shop.svc.cluster.local"));
        let ingress = json!({"metadata": {"namespace": "team", "name": "i"}, "spec": {"rules": [{"host": "a.com",
            "http": {"paths": [{"path": "/", "pathType": "Prefix",
                "backend": {"service": {"name": "api", "port": {"number": 8080}}}}]}}]}});
        api.create(INGRESS, Object(ingress)).unwrap();
        api
    }

    #[test]
    fn traffic_goes_where_its_url_leads() {
        let api = api();
        for (spec, expect) in [
            (json!({"service": "web"}), Ok(("web", 80))),
            (json!({"service": "web", "port": 81}), Ok(("web", 81))),
            (json!({"service": "web", "port": "admin"}), Ok(("web", 81))),
            (json!({"service": "web", "port": 82}), Err(Cause::NoEndpoint)),
            (json!({"service": "nope"}), Err(Cause::NoEndpoint)),
            (json!({"service": "near"}), Ok(("api", 8080))),
            (json!({"service": "far"}), Err(Cause::Unreachable)),
            (json!({"service": "loop"}), Err(Cause::Unreachable)),
            (json!({"host": "a.com"}), Ok(("api", 8080))),
            (json!({"host": "a.com", "path": "/x"}), Ok(("api", 8080))),
            (json!({"host": "b.com"}), Err(Cause::NoRoute)),
        ] {
            let traffic = Object(json!({"metadata": {"namespace": "shop"}}).with("spec", spec.clone()));
            let got = of(&traffic, &api).map(|t| (t.service.name().as_str(), t.port["port"].int().unwrap()));
            assert_eq!(got, expect, "{spec}");
        }
    }
}
