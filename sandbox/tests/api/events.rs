//! Events through both groups, and containers that come to a pod later.

use serde_json::json;

use crate::support::*;

const OLD: &str = "/api/v1/namespaces/default/events";
const NEW: &str = "/apis/events.k8s.io/v1/namespaces/default/events";

#[test]
fn an_event_is_written_and_read_through_either_group() {
    let mut c = cluster();
    let body = json!({"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e"},
        "eventTime": "2026-11-24T00:00:00.000000Z", "type": "Normal", "reason": "R", "action": "A", "note": "n",
        "reportingController": "x.example/c", "reportingInstance": "i", "regarding": {"kind": "Pod", "name": "p", "namespace": "default"}});
    let made = ok(&mut c, "POST", NEW, &body.to_string());
    assert_eq!((&made["apiVersion"], &made["note"]), (&json!("events.k8s.io/v1"), &json!("n")));
    let old = ok(&mut c, "GET", &format!("{OLD}/e"), "");
    assert_eq!(
        (&old["apiVersion"], &old["message"], &old["involvedObject"]["name"], &old["reportingComponent"]),
        (&json!("v1"), &json!("n"), &json!("p"), &json!("x.example/c"))
    );
    let mut patch = request(
        "PATCH",
        &format!("{NEW}/e"),
        r#"{"series":{"count":2,"lastObservedTime":"2026-11-24T00:00:01.000000Z"}}"#,
    );
    patch.content_type = "application/merge-patch+json".into();
    assert_eq!(send(&mut c, &patch).0, 200);
    assert_eq!(ok(&mut c, "GET", &format!("{OLD}/e"), "")["series"]["count"], 2);
    for (uri, count) in [
        (format!("{NEW}?fieldSelector=regarding.name%3Dp,reportingController%3Dx.example/c"), 1),
        (format!("{NEW}?fieldSelector=regarding.name%3Dq"), 0),
        (format!("{OLD}?fieldSelector=involvedObject.name%3Dp"), 1),
    ] {
        assert_eq!(names(&ok(&mut c, "GET", &uri, "")).len(), count, "{uri}");
    }
    let (code, status) =
        send(&mut c, &request("GET", &format!("{NEW}?fieldSelector=involvedObject.name%3Dp"), ""));
    assert_eq!((code, &status["message"]), (400, &json!("field label not supported: involvedObject.name")));
    let bad = body.to_string().replace("\"action\":\"A\",", "").replace("\"e\"", "\"f\"");
    let (code, status) = send(&mut c, &request("POST", NEW, &bad));
    assert_eq!((code, &status["message"]), (422, &json!("Event \"f\" is invalid: action: Required value")));
    ok(&mut c, "DELETE", &format!("{NEW}/e"), "");
    assert_eq!(send(&mut c, &request("GET", &format!("{OLD}/e"), "")).0, 404);
}

#[test]
fn a_container_comes_to_a_pod_that_is_there() {
    let mut c = cluster();
    let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
    ok(&mut c, "POST", PODS, &pod.to_string());
    let uri = format!("{PODS}/p");
    let body = r#"{"spec":{"ephemeralContainers":[{"name":"d","image":"busybox","stdin":true}],"containers":[{"name":"c","image":"other"}]}}"#;
    let after = ok(&mut c, "PATCH", &format!("{uri}/ephemeralcontainers"), body);
    assert_eq!(
        after["spec"]["ephemeralContainers"],
        json!([{"image": "busybox", "imagePullPolicy": "Always", "name": "d", "resources": {}, "stdin": true,
            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}])
    );
    assert_eq!(
        (&after["spec"]["containers"][0]["image"], &after["metadata"]["generation"]),
        (&json!("nginx"), &json!(2))
    );
    let (code, _) = send(
        &mut c,
        &request("PATCH", &uri, r#"{"spec":{"ephemeralContainers":[{"name":"e","image":"x"}]}}"#),
    );
    assert_eq!(code, 422);
}
