//! `/healthz`, `/livez`, `/readyz`: what the API server checks of itself. Models `k8s.io/apiserver/pkg/server/healthz`.
//! Every check passes: a cluster that answers at all stands.

use super::{query::Query, text_body};
use crate::request::Body;

/// Checks by name, in the order in which they are told.
const CHECKS: [&str; 33] = [
    "ping",
    "log",
    "etcd",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/start-cluster-authentication-info-controller",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
    "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/aggregator-reload-proxy-client-cert",
    "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller",
    "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
    "shutdown",
];

/// Checks that only readiness has, and behind which one they stand.
const READY_ONLY: [(&str, &str); 2] = [("etcd", "etcd-readiness"), ("etcd", "informer-sync")];

/// The checks of `healthz`, `livez` or `readyz`.
pub fn checks(endpoint: &str) -> Vec<&'static str> {
    let ready = endpoint == "readyz";
    let mut all = Vec::new();
    for check in CHECKS.iter().filter(|c| ready || **c != "shutdown") {
        all.push(*check);
        let behind = READY_ONLY.iter().filter(|(before, _)| ready && before == check);
        all.extend(behind.map(|(_, name)| *name));
    }
    all
}

/// `/livez`, `/livez/ping`; `None` where there is no such check.
pub fn answer(endpoint: &str, check: &str, query: &Query) -> Option<Body> {
    let all = checks(endpoint);
    if !check.is_empty() {
        return all.contains(&check).then(|| text_body(200, "ok"));
    }
    if query.find("verbose").is_none() {
        return Some(text_body(200, "ok"));
    }
    let mut excluded: Vec<&str> = query.all("exclude").collect();
    excluded.sort_unstable();
    excluded.dedup();
    let mut lines = String::new();
    for check in &all {
        let word = if excluded.contains(check) { " excluded: ok" } else { " ok" };
        lines += &format!("[+]{check}{word}\n");
    }
    let unknown: Vec<String> =
        excluded.iter().filter(|e| !all.contains(e)).map(|e| format!("{e:?}")).collect();
    if !unknown.is_empty() {
        lines +=
            &format!("warn: some health checks cannot be excluded: no matches for {}\n", unknown.join(", "));
    }
    Some(text_body(200, format!("{lines}{endpoint} check passed\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_told_one_by_one() {
        let say = |endpoint, check, query: &str| {
            answer(endpoint, check, &Query::parse(query))
                .map(|body| String::from_utf8_lossy(&body.bytes).into_owned())
        };
        for (endpoint, check, query, lines, last) in [
            ("livez", "", "", 0, "ok"),
            ("livez", "ping", "", 0, "ok"),
            ("livez", "", "verbose", 33, "livez check passed\n"),
            ("readyz", "", "verbose=true", 36, "readyz check passed\n"),
            ("readyz", "informer-sync", "verbose", 0, "ok"),
            ("healthz", "", "verbose&exclude=etcd", 33, "healthz check passed\n"),
            ("healthz", "", "verbose&exclude=a&exclude=b", 34, "healthz check passed\n"),
        ] {
            let text = say(endpoint, check, query).unwrap();
            assert_eq!(text.matches('\n').count(), lines, "{text}");
            assert!(text.ends_with(last), "{text}");
        }
        assert!(say("livez", "", "verbose&exclude=etcd").unwrap().contains("[+]etcd excluded: ok\n"));
        let unknown = say("livez", "", "verbose&exclude=b&exclude=a").unwrap();
        assert!(unknown.contains("cannot be excluded: no matches for \"a\", \"b\"\n"), "{unknown}");
        assert_eq!(say("livez", "informer-sync", ""), None);
    }
}
