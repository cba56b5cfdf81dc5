//! Who may do what, as clients see it: rights, impersonation, reviews, tokens.

use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Live, Opened, Speed},
    user::User,
};
use serde_json::{Value, json};
use tower::ServiceExt;

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";

struct Stand(Live);

impl Stand {
    async fn new() -> Self {
        let epoch = Time(1_795_000_000_000);
        let opened = Opened {
            config: Config { seed: 7, epoch, world: Vec::new() },
            entries: vec![],
            now: epoch,
            speed: Speed::default(),
            paused: true,
            may_write: vec!["machines".into()],
        };
        Self(Live::open(opened, Arc::new(())).unwrap())
    }

    /// Code and body of an answer to `user`; `headers` are lines.
    async fn ask(&self, user: &User, headers: &str, line: &str, body: Value) -> (u16, Value) {
        let (method, uri) = line.split_once(' ').unwrap();
        let content_type =
            if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let mut request =
            http::Request::builder().method(method).uri(uri).header("Content-Type", content_type);
        for (name, value) in headers.lines().filter_map(|h| h.split_once(": ")) {
            request = request.header(name, value);
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = request.body(Full::new(bytes::Bytes::from(body))).unwrap();
        let (head, body) = self.0.service(user.clone()).oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (head.status.as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::String(text)))
    }

    /// An answer to the administrator that is no error.
    async fn make(&self, line: &str, body: Value) -> Value {
        let (code, answer) = self.ask(&User::admin("root"), "", line, body).await;
        assert!(code < 300, "{line}: {code} {answer}");
        answer
    }

    async fn role(&self, namespace: &str, name: &str, rules: Value) {
        let (place, kind) = match namespace {
            "" => ("clusterroles".to_owned(), "ClusterRole"),
            namespace => (format!("namespaces/{namespace}/roles"), "Role"),
        };
        self.make(
            &format!("POST {RBAC}/{place}"),
            json!({"kind": kind, "metadata": {"name": name}, "rules": rules}),
        )
        .await;
    }

    async fn bind(&self, namespace: &str, role: &str, subject: Value) {
        let (place, kind) = match namespace {
            "" => ("clusterrolebindings".to_owned(), "ClusterRoleBinding"),
            namespace => (format!("namespaces/{namespace}/rolebindings"), "RoleBinding"),
        };
        let (of, name) = role.split_once('/').unwrap();
        let binding = json!({"kind": kind, "metadata": {"name": format!("{name}-to-{}", subject["name"].as_str().unwrap())},
            "roleRef": {"kind": of, "name": name}, "subjects": [subject]});
        self.make(&format!("POST {RBAC}/{place}"), binding).await;
    }
}

fn user(name: &str, groups: &[&str]) -> User {
    let mut user = User::from(name);
    user.groups = groups.iter().map(|g| (*g).into()).collect();
    user.groups.push("system:authenticated".into());
    user
}

#[tokio::test]
async fn users_may_do_what_their_roles_say() {
    let stand = Stand::new().await;
    stand.role("default", "reader", json!([{"verbs": ["get", "list", "watch"], "apiGroups": [""], "resources": ["pods", "pods/log"]}])).await;
    stand.role("", "one-map", json!([{"verbs": ["get", "update"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["a"]}])).await;
    stand.role("", "scaler", json!([{"verbs": ["*"], "apiGroups": ["apps"], "resources": ["*/scale"]}, {"verbs": ["get"], "nonResourceURLs": ["/metrics"]}])).await;
    stand.bind("default", "Role/reader", json!({"kind": "User", "name": "jane"})).await;
    stand.bind("default", "ClusterRole/one-map", json!({"kind": "Group", "name": "dev"})).await;
    stand
        .bind(
            "",
            "ClusterRole/scaler",
            json!({"kind": "ServiceAccount", "name": "default", "namespace": "default"}),
        )
        .await;
    stand.bind("kube-public", "ClusterRole/view", json!({"kind": "User", "name": "jane"})).await;
    stand.bind("default", "ClusterRole/edit", json!({"kind": "User", "name": "ed"})).await;
    let admin = User::admin("root");
    let (jane, dev) = (user("jane", &[]), user("joe", &["dev"]));
    let (bot, nobody) = (User::account("default", "default"), User::anonymous());
    let (ed, scheduler) = (user("ed", &[]), user("system:kube-scheduler", &[]));
    for (who, line, expect) in [
        (&admin, "GET /api/v1/namespaces/default/pods", 200),
        (&jane, "GET /api/v1/namespaces/default/pods", 200),
        (&jane, "GET /api/v1/namespaces/default/pods/x", 404),
        (&jane, "GET /api/v1/namespaces/default/pods/x/log", 404),
        (&jane, "GET /api/v1/namespaces/default/pods/x/status", 403),
        (&jane, "DELETE /api/v1/namespaces/default/pods/x", 403),
        (&jane, "DELETE /api/v1/namespaces/default/pods", 403),
        (&jane, "GET /api/v1/pods", 403),
        (&jane, "GET /api/v1/namespaces/kube-system/pods", 403),
        (&jane, "GET /api/v1/namespaces/kube-public/pods", 200),
        (&jane, "GET /api/v1/namespaces/kube-public/configmaps", 200),
        (&jane, "GET /api/v1/namespaces/kube-public/secrets", 403),
        (&jane, "GET /apis/apps/v1/namespaces/kube-public/deployments/x/scale", 404),
        (&jane, "GET /apis/nosuch.example/v1/things", 403),
        (&jane, "GET /version", 200),
        (&jane, "GET /apis", 200),
        (&jane, "GET /openapi/v3", 200),
        (&jane, "GET /metrics", 403),
        (&dev, "GET /api/v1/namespaces/default/configmaps/a", 404),
        (&dev, "GET /api/v1/namespaces/default/configmaps/b", 403),
        (&dev, "GET /api/v1/namespaces/default/configmaps", 403),
        (&dev, "DELETE /api/v1/namespaces/default/configmaps/a", 403),
        (&bot, "GET /apis/apps/v1/namespaces/default/deployments/x/scale", 404),
        (&bot, "GET /apis/apps/v1/namespaces/kube-system/deployments/x/scale", 404),
        (&bot, "GET /apis/apps/v1/namespaces/default/deployments/x", 403),
        (&nobody, "GET /version", 200),
        (&nobody, "GET /healthz", 200),
        (&nobody, "GET /api", 403),
        (&nobody, "GET /", 403),
        (&nobody, "GET /api/v1/pods", 403),
        (&ed, "DELETE /api/v1/namespaces/default/secrets/x", 404),
        (&ed, "GET /api/v1/namespaces/default/secrets/x", 404),
        (&ed, "GET /apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", 403),
        (&ed, "GET /apis/coordination.k8s.io/v1/namespaces/default/leases", 200),
        (&scheduler, "GET /api/v1/nodes", 200),
        (&scheduler, "DELETE /api/v1/nodes/x", 403),
        (&scheduler, "GET /apis/sim.pilothouse.dev/v1/machines", 403),
        (&admin, "DELETE /apis/sim.pilothouse.dev/v1/machines/x", 404),
        (&admin, "DELETE /apis/sim.pilothouse.dev/v1/images/x", 403),
        (&admin, "PUT /apis/sim.pilothouse.dev/v1/machines/x/status", 403),
    ] {
        let (code, answer) = stand.ask(who, "", line, Value::Null).await;
        assert_eq!(code, expect, "{} {line}: {answer}", who.name);
    }
    // A change of a binding holds at once.
    stand.make(&format!("DELETE {RBAC}/namespaces/default/rolebindings/reader-to-jane"), Value::Null).await;
    assert_eq!(stand.ask(&jane, "", "GET /api/v1/namespaces/default/pods", Value::Null).await.0, 403);
}

#[tokio::test]
async fn refusals_are_in_kubernetes_words() {
    let stand = Stand::new().await;
    stand.bind("default", "Role/nosuch", json!({"kind": "User", "name": "jane"})).await;
    let jane = user("jane", &[]);
    for (line, expect) in [
        (
            "GET /api/v1/nodes",
            r#"nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope"#,
        ),
        (
            "DELETE /apis/apps/v1/namespaces/shop/deployments/d",
            r#"deployments.apps "d" is forbidden: User "jane" cannot delete resource "deployments" in API group "apps" in the namespace "shop""#,
        ),
        ("GET /metrics", r#"forbidden: User "jane" cannot get path "/metrics""#),
        (
            "GET /api/v1/namespaces/default/pods",
            r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default": RBAC: role.rbac.authorization.k8s.io "nosuch" not found"#,
        ),
    ] {
        let (code, answer) = stand.ask(&jane, "", line, Value::Null).await;
        assert_eq!(
            (code, answer["reason"].as_str(), answer["message"].as_str()),
            (403, Some("Forbidden"), Some(expect)),
            "{line}"
        );
    }
}

#[tokio::test]
async fn acting_as_another_takes_a_right() {
    let stand = Stand::new().await;
    stand.role("", "acts", json!([{"verbs": ["impersonate"], "apiGroups": [""], "resources": ["users"], "resourceNames": ["jane"]}])).await;
    stand.bind("", "ClusterRole/acts", json!({"kind": "User", "name": "boss"})).await;
    let (admin, boss) = (User::admin("root"), user("boss", &[]));
    for (who, headers, expect) in [
        (
            &admin,
            "Impersonate-User: jane\nImpersonate-Group: dev",
            Ok(r#"{"groups":["dev","system:authenticated"],"username":"jane"}"#),
        ),
        (
            &admin,
            "Impersonate-User: system:serviceaccount:a:b",
            Ok(
                r#"{"groups":["system:serviceaccounts","system:serviceaccounts:a","system:authenticated"],"username":"system:serviceaccount:a:b"}"#,
            ),
        ),
        (
            &admin,
            "Impersonate-User: x\nImpersonate-Uid: 1\nImpersonate-Extra-Scopes: a",
            Ok(r#"{"extra":{"scopes":["a"]},"groups":["system:authenticated"],"uid":"1","username":"x"}"#),
        ),
        (&boss, "Impersonate-User: jane", Ok(r#"{"groups":["system:authenticated"],"username":"jane"}"#)),
        (
            &boss,
            "Impersonate-User: bob",
            Err(
                r#"users "bob" is forbidden: User "boss" cannot impersonate resource "users" in API group "" at the cluster scope"#,
            ),
        ),
        (
            &boss,
            "Impersonate-User: jane\nImpersonate-Group: system:masters",
            Err(
                r#"groups "system:masters" is forbidden: User "boss" cannot impersonate resource "groups" in API group "" at the cluster scope"#,
            ),
        ),
        (
            &admin,
            "Impersonate-Group: dev",
            Err("Internal error occurred: requested [dev] without impersonating a user"),
        ),
    ] {
        let line = "POST /apis/authentication.k8s.io/v1/selfsubjectreviews";
        let (_, answer) = stand.ask(who, headers, line, json!({})).await;
        let got = match answer["message"].as_str() {
            Some(message) => Err(message.to_owned()),
            None => Ok(answer["status"]["userInfo"].to_string()),
        };
        assert_eq!(got, expect.map(str::to_owned).map_err(str::to_owned), "{headers}");
    }
    // Nobody gets round the world's own rules by acting as one of its parts.
    let headers = "Impersonate-User: system:sim:world\nImpersonate-Group: system:masters";
    let line = "DELETE /apis/sim.pilothouse.dev/v1/images/x";
    assert_eq!(stand.ask(&admin, headers, line, Value::Null).await.0, 403);
}

#[tokio::test]
async fn nobody_gives_away_more_than_they_have() {
    let stand = Stand::new().await;
    let pods = |verbs: Value| json!([{"verbs": verbs, "apiGroups": [""], "resources": ["pods"]}]);
    stand.role("default", "reader", pods(json!(["get"]))).await;
    stand.role("default", "all", pods(json!(["*"]))).await;
    stand.bind("default", "ClusterRole/admin", json!({"kind": "User", "name": "ann"})).await;
    let ann = user("ann", &[]);
    let role = |rules: Value| json!({"kind": "Role", "metadata": {"name": "x"}, "rules": rules});
    let binding = |kind: &str, name: &str| {
        json!({"kind": "RoleBinding", "metadata": {"name": format!("b-{name}")}, "roleRef": {"kind": kind, "name": name},
            "subjects": [{"kind": "User", "name": "jane"}]})
    };
    let (roles, bindings) =
        (format!("{RBAC}/namespaces/default/roles"), format!("{RBAC}/namespaces/default/rolebindings"));
    let held = "user \"ann\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n";
    let nodes = json!([{"verbs": ["get", "list"], "apiGroups": [""], "resources": ["nodes"]}]);
    for (line, body, expect) in [
        (format!("POST {roles}"), role(pods(json!(["get", "delete"]))), None),
        (
            format!("PATCH {roles}/x"),
            json!({"rules": nodes}),
            Some(format!(
                "roles.rbac.authorization.k8s.io \"x\" is forbidden: {held}{{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"list\"]}}"
            )),
        ),
        (format!("PATCH {roles}/x"), json!({"metadata": {"labels": {"a": "b"}}}), None),
        (format!("POST {bindings}"), binding("Role", "reader"), None),
        (format!("POST {bindings}"), binding("ClusterRole", "view"), None),
        (
            format!("POST {bindings}"),
            binding("Role", "all"),
            Some(format!(
                "rolebindings.rbac.authorization.k8s.io \"b-all\" is forbidden: {held}{{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"*\"]}}"
            )),
        ),
        (
            format!("POST {bindings}"),
            binding("ClusterRole", "cluster-admin"),
            Some(format!(
                "rolebindings.rbac.authorization.k8s.io \"b-cluster-admin\" is forbidden: {held}{{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}}\n{{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}}"
            )),
        ),
    ] {
        let (code, answer) = stand.ask(&ann, "", &line, body.clone()).await;
        assert_eq!(answer["message"].as_str().map(str::to_owned), expect, "{line} {body}: {code}");
    }
    stand.role("", "binder", json!([{"verbs": ["bind"], "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "resourceNames": ["all"]}])).await;
    stand.bind("default", "ClusterRole/binder", json!({"kind": "User", "name": "ann"})).await;
    let (code, answer) = stand.ask(&ann, "", &format!("POST {bindings}"), binding("Role", "all")).await;
    assert_eq!(code, 201, "{answer}");
}

#[tokio::test]
async fn reviews_answer_and_keep_nothing() {
    let stand = Stand::new().await;
    stand.role("default", "x", json!([{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}])).await;
    stand.bind("default", "Role/x", json!({"kind": "User", "name": "jane"})).await;
    let jane = user("jane", &[]);
    let revision = stand.make("GET /api/v1/pods", Value::Null).await["metadata"]["resourceVersion"].clone();
    let group = "POST /apis/authorization.k8s.io/v1";
    let pods = |verb: &str, namespace: &str| json!({"resourceAttributes": {"verb": verb, "resource": "pods", "namespace": namespace}});
    let allowed = r#"{"allowed":true,"reason":"RBAC: allowed by RoleBinding \"x-to-jane/default\" of Role \"x\" to User \"jane\""}"#;
    for (who, line, kind, spec, expect) in [
        (&jane, "selfsubjectaccessreviews", "SelfSubjectAccessReview", pods("get", "default"), allowed),
        (
            &jane,
            "selfsubjectaccessreviews",
            "SelfSubjectAccessReview",
            pods("list", "default"),
            r#"{"allowed":false}"#,
        ),
        (
            &jane,
            "selfsubjectaccessreviews",
            "SelfSubjectAccessReview",
            json!({"nonResourceAttributes": {"verb": "get", "path": "/version"}}),
            r#"{"allowed":true,"reason":"RBAC: allowed by ClusterRoleBinding \"system:discovery\" of ClusterRole \"system:discovery\" to Group \"system:authenticated\""}"#,
        ),
        (
            &jane,
            "selfsubjectaccessreviews",
            "SelfSubjectAccessReview",
            json!({}),
            "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
        ),
        (
            &User::admin("root"),
            "subjectaccessreviews",
            "SubjectAccessReview",
            json!({"user": "jane", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "default"}}),
            allowed,
        ),
        (
            &User::admin("root"),
            "namespaces/default/localsubjectaccessreviews",
            "LocalSubjectAccessReview",
            json!({"user": "jane", "resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "default"}}),
            allowed,
        ),
        (
            &jane,
            "subjectaccessreviews",
            "SubjectAccessReview",
            json!({"user": "jane"}),
            r#"subjectaccessreviews.authorization.k8s.io is forbidden: User "jane" cannot create resource "subjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope"#,
        ),
        (
            &jane,
            "selfsubjectrulesreviews",
            "SelfSubjectRulesReview",
            json!({"namespace": "kube-public"}),
            r#"{"incomplete":false,"nonResourceRules":[{"nonResourceURLs":["/api","/api/*","/apis","/apis/*","/healthz","/livez","/openapi","/openapi/*","/readyz","/version","/version/"],"verbs":["get"]},{"nonResourceURLs":["/healthz","/livez","/readyz","/version","/version/"],"verbs":["get"]}],"resourceRules":[{"apiGroups":["authorization.k8s.io"],"resources":["selfsubjectaccessreviews","selfsubjectrulesreviews"],"verbs":["create"]},{"apiGroups":["authentication.k8s.io"],"resources":["selfsubjectreviews"],"verbs":["create"]}]}"#,
        ),
    ] {
        let (_, answer) =
            stand.ask(who, "", &format!("{group}/{line}"), json!({"kind": kind, "spec": spec})).await;
        let got = answer["message"].as_str().map_or_else(|| answer["status"].to_string(), str::to_owned);
        assert_eq!(got, expect, "{line}");
    }
    assert_eq!(stand.make("GET /api/v1/pods", Value::Null).await["metadata"]["resourceVersion"], revision);
}

#[tokio::test]
async fn tokens_let_accounts_in_until_they_expire() {
    let stand = Stand::new().await;
    let accounts = "/api/v1/namespaces/default/serviceaccounts";
    stand.make(&format!("POST {accounts}"), json!({"metadata": {"name": "bot"}})).await;
    let wish = |seconds: i64| json!({"kind": "TokenRequest", "spec": {"expirationSeconds": seconds}});
    let made = stand.make(&format!("POST {accounts}/bot/token"), wish(600)).await;
    let token = made["status"]["token"].as_str().unwrap();
    assert_eq!(made["spec"]["audiences"], json!(["https://kubernetes.default.svc.cluster.local"]));
    let user = stand.0.token_user(token).unwrap();
    assert_eq!(user.as_account(), Some(("default", "bot")));
    let review = |token: &str| json!({"kind": "TokenReview", "spec": {"token": token}});
    let tokens = "POST /apis/authentication.k8s.io/v1/tokenreviews";
    let answer = stand.make(tokens, review(token)).await;
    assert_eq!(answer["status"]["user"]["username"], "system:serviceaccount:default:bot");
    assert_eq!(answer["status"]["authenticated"], true);
    for foreign in ["nonsense", &format!("{token}x"), "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(stand.0.token_user(foreign), None, "{foreign}");
        assert_eq!(stand.make(tokens, review(foreign)).await["status"], json!({"user": {}}), "{foreign}");
    }
    for (path, seconds, expect) in [
        (
            "bot",
            5,
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes",
        ),
        ("nosuch", 600, "serviceaccounts \"nosuch\" not found"),
    ] {
        let line = format!("POST {accounts}/{path}/token");
        let (_, answer) = stand.ask(&User::admin("root"), "", &line, wish(seconds)).await;
        assert_eq!(answer["message"], expect);
    }
    stand.0.advance_to(stand.0.epoch().plus_ms(599_000)).await;
    assert!(stand.0.token_user(token).is_some());
    stand.0.advance_to(stand.0.epoch().plus_ms(600_000)).await;
    assert_eq!(stand.0.token_user(token), None, "expired");
    let later = stand.make(&format!("POST {accounts}/bot/token"), wish(3600)).await;
    let later = later["status"]["token"].as_str().unwrap();
    stand.make(&format!("DELETE {accounts}/bot"), Value::Null).await;
    assert_eq!(stand.0.token_user(later), None, "its account is gone");
    stand.make(&format!("POST {accounts}"), json!({"metadata": {"name": "bot"}})).await;
    assert_eq!(stand.0.token_user(later), None, "another account of that name");
}

#[tokio::test]
async fn cluster_roles_are_put_together_from_others() {
    let stand = Stand::new().await;
    let role = json!({"metadata": {"name": "more-view", "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}},
        "rules": [{"verbs": ["get"], "apiGroups": ["example.com"], "resources": ["crons"]}]});
    let has =
        |role: &Value| role["rules"].as_array().unwrap().iter().any(|r| r["resources"] == json!(["crons"]));
    stand.make(&format!("POST {RBAC}/clusterroles"), role).await;
    stand.0.advance_to(stand.0.epoch().plus_ms(1000)).await;
    for name in ["view", "edit", "admin"] {
        assert!(has(&stand.make(&format!("GET {RBAC}/clusterroles/{name}"), Value::Null).await), "{name}");
    }
    stand.make(&format!("DELETE {RBAC}/clusterroles/more-view"), Value::Null).await;
    stand.0.advance_to(stand.0.epoch().plus_ms(2000)).await;
    assert!(!has(&stand.make(&format!("GET {RBAC}/clusterroles/admin"), Value::Null).await));
}
