//! Questions, rules, and what nobody may give away.

use super::*;
use crate::json;

fn ask<'a>(method: &str, path: &'a str) -> Ask<'a> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    Ask::of_request(method, path, &parts, query.strip_prefix("name="), query == "watch")
}

#[test]
fn requests_ask_in_the_terms_of_authorization() {
    for (method, path, expect) in [
        ("GET", "/api/v1/pods", r#"list resource "pods" in API group "" at the cluster scope"#),
        (
            "GET",
            "/api/v1/namespaces/a/pods?watch",
            r#"watch resource "pods" in API group "" in the namespace "a""#,
        ),
        ("GET", "/api/v1/watch/pods", r#"watch resource "pods" in API group "" at the cluster scope"#),
        (
            "HEAD",
            "/api/v1/namespaces/a/pods/p",
            r#"get resource "pods" in API group "" in the namespace "a""#,
        ),
        ("GET", "/api/v1/namespaces/a", r#"get resource "namespaces" in API group "" in the namespace "a""#),
        (
            "PUT",
            "/api/v1/namespaces/a/finalize",
            r#"update resource "namespaces/finalize" in API group "" in the namespace "a""#,
        ),
        (
            "GET",
            "/api/v1/namespaces/a/pods/p/log",
            r#"get resource "pods/log" in API group "" in the namespace "a""#,
        ),
        (
            "DELETE",
            "/apis/apps/v1/namespaces/a/deployments",
            r#"deletecollection resource "deployments" in API group "apps" in the namespace "a""#,
        ),
        (
            "PATCH",
            "/apis/apps/v1/namespaces/a/deployments/d/scale",
            r#"patch resource "deployments/scale" in API group "apps" in the namespace "a""#,
        ),
        (
            "POST",
            "/apis/nosuch.example/v1/things",
            r#"create resource "things" in API group "nosuch.example" at the cluster scope"#,
        ),
        ("GET", "/apis/apps/v1", r#"get path "/apis/apps/v1""#),
        ("GET", "/metrics", r#"get path "/metrics""#),
        ("POST", "/", r#"post path "/""#),
    ] {
        assert_eq!(ask(method, path).refusal("u"), format!("User \"u\" cannot {expect}"), "{method} {path}");
    }
    let named = ask("GET", "/api/v1/namespaces/a/pods?name=p");
    assert!(matches!(&named.what, What::Resource { name, .. } if name == "p"), "{named:?}");
}

#[test]
fn rules_allow_what_they_name() {
    let pods = json!({"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods", "pods/log"]});
    let one =
        json!({"verbs": ["get"], "apiGroups": ["*"], "resources": ["configmaps"], "resourceNames": ["a"]});
    let scale = json!({"verbs": ["*"], "apiGroups": ["apps"], "resources": ["*/scale"]});
    let urls = json!({"verbs": ["get"], "nonResourceURLs": ["/healthz", "/api/*"]});
    let all = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]});
    for (rule, method, path, expect) in [
        (&pods, "GET", "/api/v1/pods", true),
        (&pods, "GET", "/api/v1/namespaces/x/pods/p", true),
        (&pods, "GET", "/api/v1/namespaces/x/pods/p/log", true),
        (&pods, "GET", "/api/v1/namespaces/x/pods/p/status", false),
        (&pods, "DELETE", "/api/v1/namespaces/x/pods/p", false),
        (&pods, "GET", "/apis/metrics.k8s.io/v1beta1/pods", false),
        (&one, "GET", "/api/v1/namespaces/x/configmaps/a", true),
        (&one, "GET", "/api/v1/namespaces/x/configmaps/b", false),
        (&one, "GET", "/api/v1/namespaces/x/configmaps", false),
        (&scale, "PATCH", "/apis/apps/v1/namespaces/x/deployments/d/scale", true),
        (&scale, "PATCH", "/apis/apps/v1/namespaces/x/deployments/d", false),
        (&urls, "GET", "/healthz", true),
        (&urls, "GET", "/healthz/ping", false),
        (&urls, "GET", "/api/v1", true),
        (&urls, "POST", "/api/v1", false),
        (&urls, "GET", "/api/v1/pods", false),
        (&all, "PUT", "/apis/any/v9/namespaces/x/things/t/sub", true),
        (&all, "GET", "/metrics", false),
    ] {
        assert_eq!(allows(rule, &ask(method, path)), expect, "{rule} {method} {path}");
    }
}

#[test]
fn nobody_gives_more_than_they_hold() {
    let held = [
        json!({"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}),
        json!({"verbs": ["*"], "apiGroups": ["apps"], "resources": ["*/scale"]}),
        json!({"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a"]}),
    ];
    for (given, expect) in [
        (json!({"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}), None),
        (json!({"verbs": ["patch"], "apiGroups": ["apps"], "resources": ["deployments/scale"]}), None),
        (
            json!({"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a"]}),
            None,
        ),
        (
            json!({"verbs": ["get", "create", "delete"], "apiGroups": [""], "resources": ["pods"]}),
            Some(r#"{APIGroups:[""], Resources:["pods"], Verbs:["create" "delete"]}"#),
        ),
        (
            json!({"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["b"]}),
            Some(r#"{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}"#),
        ),
        (json!({"verbs": ["*"], "nonResourceURLs": ["*"]}), Some(r#"{NonResourceURLs:["*"], Verbs:["*"]}"#)),
    ] {
        let got = missing(&User::from("jane"), &held, std::slice::from_ref(&given));
        let expect = expect.map(|rule| {
            format!(
                "user \"jane\" (groups=[]) is attempting to grant RBAC permissions not currently held:\n{rule}"
            )
        });
        assert_eq!(got, expect, "{given}");
    }
}
