//! Names of the cluster. Models CoreDNS with its `kubernetes` plugin (`findServices`, `findPods` with `pods insecure`): cluster IPs,
//! ready endpoints of headless Services, hostnames of pods behind them, ExternalName, addresses of pods.
//! Omits: SRV and PTR records, names outside the cluster (nobody knows them), the server's own pods.

use ecow::EcoString;

use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    resources::{ENDPOINT_SLICE, NAMESPACE, SERVICE},
};

/// Address of the cluster's DNS server, as kubeadm sets it.
pub const SERVER: &str = "10.96.0.10";
const ZONE: &str = "cluster.local";
/// How many names in a row may stand for others.
const ALIASES_MAX: usize = 8;

/// What a name stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Names that stand for others, with those.
    pub aliases: Vec<(String, String)>,
    /// The name that has addresses, if one does.
    pub name: String,
    /// Its addresses; none where a name has no record of this type.
    pub ips: Vec<EcoString>,
}

/// What a name, written in full, stands for; `None` is NXDOMAIN.
pub fn lookup(api: &Api, name: &str) -> Option<Answer> {
    let mut answer = Answer { name: name.trim_end_matches('.').to_lowercase(), ..Answer::default() };
    for _ in 0..ALIASES_MAX {
        match record(api, &answer.name) {
            Some(Record::Addresses(ips)) => {
                answer.ips = ips;
                return Some(answer);
            }
            Some(Record::Alias(to)) => {
                answer.aliases.push((std::mem::replace(&mut answer.name, to.clone()), to))
            }
            // An alias is an answer, whatever becomes of what it stands for.
            None => return (!answer.aliases.is_empty()).then_some(answer),
        }
    }
    Some(answer)
}

/// The names that a resolver tries for one as it was written: `ndots:5`, and the search list of a pod in this namespace.
pub fn searched(name: &str, namespace: &str) -> Vec<String> {
    if name.ends_with('.') || name.matches('.').count() >= 5 {
        return vec![name.trim_end_matches('.').to_owned()];
    }
    let mut all = in_domains(name, namespace);
    all.push(name.to_owned());
    all
}

/// A name in each domain of the search list.
pub fn in_domains(name: &str, namespace: &str) -> Vec<String> {
    vec![format!("{name}.{namespace}.svc.{ZONE}"), format!("{name}.svc.{ZONE}"), format!("{name}.{ZONE}")]
}

enum Record {
    Addresses(Vec<EcoString>),
    Alias(String),
}

fn record(api: &Api, name: &str) -> Option<Record> {
    let nothing = Some(Record::Addresses(Vec::new()));
    if name == ZONE {
        return nothing;
    }
    let labels: Vec<&str> = name.strip_suffix(ZONE)?.strip_suffix('.')?.split('.').rev().collect();
    let (kind, rest) = labels.split_first()?;
    let Some((namespace, rest)) = rest.split_first() else {
        return if matches!(*kind, "svc" | "pod") { nothing } else { None };
    };
    api.find(NAMESPACE, &Key::cluster(*namespace))?;
    match (*kind, rest) {
        ("svc" | "pod", []) => nothing,
        ("svc", [service]) => of_service(api, &Key::new(*namespace, *service), None),
        ("svc", [service, endpoint]) => of_service(api, &Key::new(*namespace, *service), Some(endpoint)),
        ("pod", [dashed]) => {
            let ip = dashed.replace('-', ".");
            let is_address = ip.parse::<std::net::Ipv4Addr>().is_ok();
            is_address.then(|| Record::Addresses(vec![ip.into()]))
        }
        _ => None,
    }
}

fn of_service(api: &Api, key: &Key, endpoint: Option<&str>) -> Option<Record> {
    let spec = &api.find(SERVICE, key)?["spec"];
    if spec["type"] == "ExternalName" {
        return endpoint
            .is_none()
            .then(|| Record::Alias(spec["externalName"].text().trim_end_matches('.').to_lowercase()));
    }
    if endpoint.is_none() && spec["clusterIP"] != "None" {
        return Some(Record::Addresses(vec![spec["clusterIP"].text().into()]));
    }
    let slices = api.list(ENDPOINT_SLICE, &key.namespace);
    let mine = slices.filter(|s: &&Object| s.label("kubernetes.io/service-name") == Some(key.name.as_str()));
    let mut ips: Vec<EcoString> = Vec::new();
    for e in mine.flat_map(|s| s["endpoints"].list()) {
        let ip = e["addresses"][0].text();
        let ready = e["conditions"]["ready"].bool() != Some(false);
        if ready
            && endpoint.is_none_or(|name| hostname(e, ip) == name)
            && !ips.iter().any(|known| known == ip)
        {
            ips.push(ip.into());
        }
    }
    (!ips.is_empty()).then_some(Record::Addresses(ips))
}

fn hostname(endpoint: &Json, ip: &str) -> String {
    endpoint["hostname"].str().map_or_else(|| ip.replace('.', "-"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json};

    fn api() -> Api {
        let mut api = Api::new(1, Time(0));
        api.create(NAMESPACE, Object(json!({"metadata": {"name": "shop"}}))).unwrap();
        let mut make = |resource, name: &str, rest: Json| {
            let mut object = Object(rest);
            object["metadata"].set("namespace", "shop");
            object["metadata"].set("name", name);
            api.create(resource, object).unwrap();
        };
        for (name, spec) in [
            ("web", json!({"clusterIP": "10.96.7.7", "ports": [{"port": 80}]})),
            ("db", json!({"clusterIP": "None", "ports": [{"port": 5432}]})),
            ("empty", json!({"clusterIP": "None", "ports": [{"port": 80}]})),
            ("far", json!({"type": "ExternalName", "externalName": "example.com"})),
            ("near", json!({"type": "ExternalName", "externalName": "web.shop.svc.cluster.local"})),
        ] {
            make(SERVICE, name, json!({}).with("spec", spec));
        }
        let slice = json!({"metadata": {"labels": {"kubernetes.io/service-name": "db"}}, "addressType": "IPv4",
            "ports": [{"name": "", "port": 5432}], "endpoints": [
                {"addresses": ["10.244.1.2"], "hostname": "db-0", "conditions": {"ready": true}},
                {"addresses": ["10.244.2.2"], "hostname": "db-1", "conditions": {"ready": false, "serving": false}},
                {"addresses": ["10.244.3.2"], "conditions": {}}]});
        make(ENDPOINT_SLICE, "db-x", slice);
        api
    }

    /// "DNS for Services and Pods" and the specification "Kubernetes DNS-Based Service Discovery", 2.3 to 2.5; a headless Service
    /// without endpoints is NXDOMAIN, as CoreDNS's `errNoItems`.
    #[test]
    fn names_stand_for_what_the_documentation_says() {
        let api = api();
        let ips = |name: &str| lookup(&api, name).map(|a| a.ips.join(" "));
        for (name, expect) in [
            ("web.shop.svc.cluster.local", Some("10.96.7.7")),
            ("WEB.shop.svc.cluster.local.", Some("10.96.7.7")),
            ("web.other.svc.cluster.local", None),
            ("web.shop", None),
            ("db.shop.svc.cluster.local", Some("10.244.1.2 10.244.3.2")),
            ("db-0.db.shop.svc.cluster.local", Some("10.244.1.2")),
            ("db-1.db.shop.svc.cluster.local", None),
            ("10-244-3-2.db.shop.svc.cluster.local", Some("10.244.3.2")),
            ("empty.shop.svc.cluster.local", None),
            ("near.shop.svc.cluster.local", Some("10.96.7.7")),
            ("far.shop.svc.cluster.local", Some("")),
            ("10-244-9-9.shop.pod.cluster.local", Some("10.244.9.9")),
            ("web.shop.pod.cluster.local", None),
            ("shop.svc.cluster.local", Some("")),
            ("nope.svc.cluster.local", None),
            ("example.com", None),
        ] {
            assert_eq!(ips(name).as_deref(), expect, "{name}");
        }
        let far = lookup(&api, "far.shop.svc.cluster.local").unwrap();
        assert_eq!(far.aliases, [("far.shop.svc.cluster.local".to_owned(), "example.com".to_owned())]);
    }

    #[test]
    fn short_names_are_searched() {
        let all = searched("web.shop", "team");
        assert_eq!(
            all,
            [
                "web.shop.team.svc.cluster.local",
                "web.shop.svc.cluster.local",
                "web.shop.cluster.local",
                "web.shop"
            ]
        );
        assert_eq!(searched("a.b.c.d.e.f", "team"), ["a.b.c.d.e.f"]);
        assert_eq!(searched("web.", "team"), ["web"]);
    }
}
