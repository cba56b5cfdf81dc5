//! The forms of answers: encodings, refusals, what stands beside objects.

use sandbox::{
    cluster::Cluster,
    request::{Reply, Request},
};

use crate::support::*;

/// Code, content type and text of an answer.
fn text(c: &mut Cluster, uri: &str, accept: &str) -> (u16, &'static str, String) {
    let request = Request { accept: accept.into(), ..request("GET", uri, "") };
    match c.handle(&request) {
        Reply::Body(body) => {
            (body.code, body.content_type, String::from_utf8_lossy(&body.bytes).into_owned())
        }
        Reply::Watch(_) | Reply::Exec(_) | Reply::Log(_) => panic!("{uri} is a stream"),
    }
}

#[test]
fn an_answer_comes_as_it_is_asked_for() {
    let mut c = cluster();
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("a", r#"{"n":"8"}"#));
    let one = format!("{CONFIG_MAPS}/a");
    for (uri, accept, type_, part) in [
        (
            &*one,
            "application/json",
            "application/json",
            r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","#,
        ),
        (&*one, "application/yaml", "application/yaml", "  labels:\n    \"n\": \"8\"\n"),
        (&*format!("{one}?pretty=1"), "*/*", "application/json", "{\n  \"kind\": \"ConfigMap\",\n"),
        ("/apis", "application/yaml", "application/yaml", "groups:\n- name: apiregistration.k8s.io\n"),
        ("/version", "", "application/json", "{\n  \"major\": \"1\",\n  \"minor\": \"33\",\n"),
        ("/readyz?verbose", "text/html", "text/plain; charset=utf-8", "[+]informer-sync ok\n"),
        (
            "/metrics",
            "",
            "text/plain; version=0.0.4; charset=utf-8; escaping=values",
            "apiserver_storage_objects{resource=\"configmaps\"} 1\n",
        ),
        ("/openid/v1/jwks", "", "application/jwk-set+json", "\"keys\""),
    ] {
        let (code, is, body) = text(&mut c, uri, accept);
        assert_eq!((code, is), (200, type_), "{uri} {accept}");
        assert!(body.contains(part), "{uri} {accept}: {body}");
    }
}

#[test]
fn what_cannot_be_given_is_refused_in_kubernetes_words() {
    let mut c = cluster();
    for (uri, accept, code, part) in [
        (
            CONFIG_MAPS,
            "text/html",
            406,
            "406: Not Acceptable\\n\\nAvailable representations: application/json, ",
        ),
        (
            CONFIG_MAPS,
            "application/json;as=Nope;v=v1;g=meta.k8s.io",
            406,
            "only the following media types are accepted",
        ),
        (
            "/apis",
            "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
            406,
            "only the following",
        ),
        ("/livez/nosuch", "", 404, "404 page not found"),
        ("/openapi/v3/nosuch", "", 404, ""),
        (
            &*format!("{CONFIG_MAPS}?continue=garbage"),
            "",
            400,
            r"invalid continue token: continue key is not valid: invalid character '\\u0081' looking for beginning of value",
        ),
        (&*format!("{CONFIG_MAPS}?continue=!"), "", 400, "illegal base64 data at input byte 0"),
    ] {
        let (is, _, body) = text(&mut c, uri, accept);
        assert_eq!(is, code, "{uri} {accept}");
        assert!(body.contains(part), "{uri} {accept}: {body}");
    }
    let (_, status) = send(&mut c, &request("POST", CONFIG_MAPS, "{\"kind\":\"ConfigMap\n"));
    let message = status["message"].as_str().unwrap();
    assert!(message.contains("json parse error: invalid character '\\n' in string literal ("), "{message}");
}

#[test]
fn pages_that_are_compacted_away_go_on_inconsistently() {
    let mut c = cluster();
    for name in ["a", "b", "c"] {
        ok(&mut c, "POST", CONFIG_MAPS, &config_map(name, "{}"));
    }
    let first = ok(&mut c, "GET", &format!("{CONFIG_MAPS}?limit=1"), "");
    ok(&mut c, "POST", CONFIG_MAPS, &config_map("d", "{}"));
    c.compact();
    let token = first["metadata"]["continue"].as_str().unwrap();
    let (code, status) =
        send(&mut c, &request("GET", &format!("{CONFIG_MAPS}?limit=1&continue={token}"), ""));
    assert_eq!(
        (code, &status["reason"], &status["details"]),
        (410, &"Expired".into(), &serde_json::Value::Null)
    );
    let token = status["metadata"]["continue"].as_str().unwrap();
    let rest = ok(&mut c, "GET", &format!("{CONFIG_MAPS}?continue={token}"), "");
    assert_eq!(names(&rest), ["b", "c", "d"]);
}

#[test]
fn a_namespace_is_held_by_its_content() {
    let mut c = cluster();
    ok(
        &mut c,
        "POST",
        "/api/v1/namespaces",
        r#"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"made"}}"#,
    );
    let going = ok(&mut c, "DELETE", "/api/v1/namespaces/made", "");
    assert_eq!((&going["kind"], &going["status"]["phase"]), (&"Namespace".into(), &"Terminating".into()));
    assert!(going["metadata"]["deletionGracePeriodSeconds"].is_null());
    c.quiesce(5_000);
    assert_eq!(send(&mut c, &request("GET", "/api/v1/namespaces/made", "")).0, 404);
}
