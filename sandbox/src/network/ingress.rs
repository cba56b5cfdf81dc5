//! Where an Ingress sends a request. Models the rules of networking.k8s.io/v1 Ingress: the most specific host, then the longest
//! path, `Exact` before `Prefix`, else the default backend; `ImplementationSpecific` is taken as a prefix, as ingress-nginx does.
//! Omits: the controller's own pods and its delay, classes, TLS, backends that are no Services.

use crate::{
    json::Json,
    object::{Key, Object},
};

/// How well a path matches: its length, and whether it is exact.
type Rank = (usize, bool);

/// The Service and the port (number or name) that answer for a host and a path; `None` where no Ingress does.
pub fn backend<'a>(
    ingresses: impl Iterator<Item = &'a Object>,
    host: &str,
    path: &str,
) -> Option<(Key, &'a Json)> {
    let all: Vec<&Object> = ingresses.collect();
    let rules = || all.iter().flat_map(|i| i["spec"]["rules"].list().iter().map(move |rule| (*i, rule)));
    let nearest = rules().filter_map(|(_, rule)| host_rank(rule["host"].text(), host)).max();
    let mut best: Option<(Rank, &Object, &Json)> = None;
    for (ingress, rule) in rules().filter(|(_, rule)| host_rank(rule["host"].text(), host) == nearest) {
        for p in rule["http"]["paths"].list() {
            let Some(rank) = path_rank(p["pathType"].text(), p["path"].text(), path) else { continue };
            if best.is_none_or(|(before, ..)| rank > before) {
                best = Some((rank, ingress, &p["backend"]));
            }
        }
    }
    let default = || {
        let with = all.iter().find(|i| !i["spec"]["defaultBackend"].is_null());
        with.map(|i| (*i, &i["spec"]["defaultBackend"]))
    };
    let found = nearest.and(best).map(|(_, ingress, backend)| (ingress, backend)).or_else(default);
    let (ingress, backend) = found?;
    let service = &backend["service"];
    let port = if service["port"]["name"].is_empty() {
        &service["port"]["number"]
    } else {
        &service["port"]["name"]
    };
    Some((Key::new(ingress.namespace().clone(), service["name"].text()), port))
}

/// 2 for the host itself, 1 for `*.` before all but its first label, 0 for a rule without a host.
fn host_rank(rule: &str, host: &str) -> Option<u8> {
    match rule.strip_prefix("*.") {
        Some(rest) => {
            host.split_once('.').is_some_and(|(first, after)| !first.is_empty() && after == rest).then_some(1)
        }
        None if rule.is_empty() => Some(0),
        None => (rule == host).then_some(2),
    }
}

/// `Prefix` goes element by element, and does not mind a slash at the end.
fn path_rank(type_: &str, rule: &str, path: &str) -> Option<Rank> {
    if type_ == "Exact" {
        return (rule == path).then_some((rule.len(), true));
    }
    let rule = rule.trim_end_matches('/');
    let rest = path.strip_prefix(rule)?;
    (rest.is_empty() || rest.starts_with('/')).then_some((rule.len(), false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// Ingress documentation, the table "Examples" of path types (all but the rows of several paths, which stand below).
    #[test]
    fn paths_match_as_the_documentation_says() {
        for (type_, rule, path, expect) in [
            ("Prefix", "/", "/any", true),
            ("Exact", "/foo", "/foo", true),
            ("Exact", "/foo", "/bar", false),
            ("Exact", "/foo", "/foo/", false),
            ("Exact", "/foo/", "/foo", false),
            ("Prefix", "/foo", "/foo", true),
            ("Prefix", "/foo", "/foo/", true),
            ("Prefix", "/foo/", "/foo", true),
            ("Prefix", "/foo/", "/foo/", true),
            ("Prefix", "/aaa/bb", "/aaa/bbb", false),
            ("Prefix", "/aaa/bbb", "/aaa/bbb", true),
            ("Prefix", "/aaa/bbb/", "/aaa/bbb", true),
            ("Prefix", "/aaa/bbb", "/aaa/bbb/", true),
            ("Prefix", "/aaa/bbb", "/aaa/bbb/ccc", true),
            ("Prefix", "/aaa/bbb", "/aaa/bbbxyz", false),
            ("ImplementationSpecific", "/", "/any", true),
        ] {
            assert_eq!(path_rank(type_, rule, path).is_some(), expect, "{type_} {rule} {path}");
        }
    }

    /// Ingress documentation, "Hostname wildcards".
    #[test]
    fn hosts_match_as_the_documentation_says() {
        for (rule, host, expect) in [
            ("*.foo.com", "bar.foo.com", Some(1)),
            ("*.foo.com", "baz.bar.foo.com", None),
            ("*.foo.com", "foo.com", None),
            ("foo.com", "foo.com", Some(2)),
            ("", "foo.com", Some(0)),
            ("bar.com", "foo.com", None),
        ] {
            assert_eq!(host_rank(rule, host), expect, "{rule} {host}");
        }
    }

    #[test]
    fn the_nearest_host_and_the_longest_path_answer() {
        let to = |name: &str, port: Json| {
            json!({"service": {"name": name}}).with("service", json!({"name": name}).with("port", port))
        };
        let path = |type_: &str, path: &str, name: &str| {
            json!({"path": path, "pathType": type_}).with("backend", to(name, json!({"number": 80})))
        };
        let rule = |host: &str, paths: Vec<Json>| {
            json!({"host": host}).with("http", Json::object().with("paths", paths))
        };
        let ingress = |rules: Vec<Json>| {
            let mut i = Object(json!({"metadata": {"namespace": "d"}}));
            i.set("spec", Json::object().with("rules", rules));
            i
        };
        let shop = ingress(vec![rule(
            "shop.com",
            vec![path("Prefix", "/", "web"), path("Prefix", "/cart", "cart")],
        )]);
        let more = ingress(vec![
            rule("shop.com", vec![path("Exact", "/cart", "exact"), path("Prefix", "/cart/pay", "pay")]),
            rule("*.shop.com", vec![path("Prefix", "/", "wild")]),
            rule("a.shop.com", vec![path("Prefix", "/a", "a")]),
        ]);
        let mut fallback = ingress(vec![]);
        fallback["spec"].set("defaultBackend", to("default", json!({"name": "http"})));
        for (ingresses, host, path, expect) in [
            (vec![&shop, &more], "shop.com", "/", Some("web")),
            (vec![&shop, &more], "shop.com", "/cart", Some("exact")),
            (vec![&shop, &more], "shop.com", "/cart/", Some("cart")),
            (vec![&shop, &more], "shop.com", "/cart/pay/now", Some("pay")),
            (vec![&shop, &more], "b.shop.com", "/cart", Some("wild")),
            // The nearest host has no such path, and nobody else is asked.
            (vec![&shop, &more], "a.shop.com", "/b", None),
            (vec![&shop, &more, &fallback], "a.shop.com", "/b", Some("default")),
            (vec![&shop, &fallback], "other.com", "/", Some("default")),
            (vec![&shop], "other.com", "/", None),
            (vec![], "shop.com", "/", None),
        ] {
            let got = backend(ingresses.into_iter(), host, path).map(|(key, _)| key.name.to_string());
            assert_eq!(got.as_deref(), expect, "{host}{path}");
        }
        assert_eq!(backend([&fallback].into_iter(), "x", "/").map(|(_, port)| port.text()), Some("http"));
    }
}
