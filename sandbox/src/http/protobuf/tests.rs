//! Bodies as clients write them, hostile ones, and those recorded from a real kubectl.

use std::{collections::BTreeMap, path::PathBuf};

use proptest::prelude::*;
use serde_json::Value as Tree;

use super::*;
use crate::json;

/// Field `number` with a length: the form of messages, strings and bytes.
fn part(number: u8, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend(bytes);
    out
}

/// Field `number` with a small integer.
fn int(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

fn body(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
    let type_ = [part(1, api_version), part(2, kind)].concat();
    [PREFIX.to_vec(), part(1, type_), part(2, raw), part(3, ""), part(4, "")].concat()
}

fn decoded(api_version: &str, kind: &str, raw: &[u8]) -> Result<Json, String> {
    let body = body(api_version, kind, raw);
    Envelope::read(&body).and_then(|e| e.object()).map_err(|fault| fault.to_string())
}

#[test]
fn objects_come_out_as_json() {
    let check = |api_version: &str, kind: &str, parts: &[Vec<u8>], expect: Json| {
        let expect = expect.with("apiVersion", api_version).with("kind", kind);
        assert_eq!(decoded(api_version, kind, &parts.concat()), Ok(expect));
    };
    let pair = |key: &str, value: &[u8]| [part(1, key), part(2, value)].concat();
    // Times, maps; the zeros of fields that are always written mean nothing.
    let metadata = [
        part(1, "a"),
        part(2, ""),
        int(7, 0),
        part(8, ""),
        part(9, [int(1, 60), int(2, 9)].concat()),
        part(11, pair("app", b"x")),
        part(11, pair("app", b"y")),
        part(11, pair("", b"")),
    ];
    check(
        "v1",
        "ConfigMap",
        &[part(1, metadata.concat()), part(2, pair("k", b"v")), part(3, pair("b", b"\0\xff"))],
        json!({
            "metadata": {"name": "a", "deletionTimestamp": "1970-01-01T00:01:00Z", "labels": {"app": "y", "": ""}},
            "data": {"k": "v"}, "binaryData": {"b": "AP8="},
        }),
    );
    // Pointers: a zero that was written is meant.
    check(
        "apps/v1",
        "Deployment",
        &[part(2, [int(1, 0), int(5, 0), int(7, 0), part(3, "")].concat())],
        json!({
            "spec": {"replicas": 0},
        }),
    );
    // Integer or string, quantity; fields of an inlined type stand among their neighbours.
    let port = |target: &[u8]| part(1, [int(3, 80), part(4, target)].concat());
    let by_name = [int(1, 1), int(2, 0), part(3, "web")].concat();
    check(
        "v1",
        "Service",
        &[part(2, [port(&[int(2, 8)].concat()[..]), port(&by_name)].concat())],
        json!({
            "spec": {"ports": [{"port": 80, "targetPort": 8}, {"port": 80, "targetPort": "web"}]},
        }),
    );
    let volume = [part(1, "v"), part(2, part(2, [part(1, ""), part(2, part(1, "1Gi"))].concat()))].concat();
    check(
        "v1",
        "Pod",
        &[part(2, part(1, &volume))],
        json!({
            "spec": {"volumes": [{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}]},
        }),
    );
    // Items of lists stay, however empty: this rule lets everybody in.
    check(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        &[part(2, part(2, ""))],
        json!({"spec": {"ingress": [{}]}}),
    );
    check(
        "coordination.k8s.io/v1",
        "Lease",
        &[part(2, part(3, [int(1, 1), vec![16, 0xc0, 0x84, 0x3d]].concat()))],
        json!({
            "spec": {"acquireTime": "1970-01-01T00:00:01.001000Z"},
        }),
    );
    check(
        "authorization.k8s.io/v1",
        "SubjectAccessReview",
        &[part(2, part(5, pair("s", &[part(1, "a"), part(1, "b")].concat())))],
        json!({
            "spec": {"extra": {"s": ["a", "b"]}},
        }),
    );
    // JSON in protobuf, in a field that takes any.
    check(
        "apps/v1",
        "ControllerRevision",
        &[part(2, part(1, r#"{"spec":{"x":[1]}}"#)), int(3, 2)],
        json!({
            "data": {"spec": {"x": [1]}}, "revision": 2,
        }),
    );
    let options = [int(1, 0), part(2, part(1, "u-1")), int(3, 0)];
    check(
        "policy/v1",
        "DeleteOptions",
        &options,
        json!({
            "gracePeriodSeconds": 0, "preconditions": {"uid": "u-1"}, "orphanDependents": false,
        }),
    );
    check(
        "policy/v1",
        "Eviction",
        &[part(1, part(1, "p")), part(2, &options[0])],
        json!({
            "metadata": {"name": "p"}, "deleteOptions": {"gracePeriodSeconds": 0},
        }),
    );
    // Unknown fields of every wire type are skipped, unknown kinds are left to the API.
    check(
        "v1",
        "Namespace",
        &[int(13, 1), part(14, "x"), vec![0x79, 0, 0, 0, 0, 0, 0, 0, 0], vec![0x7d, 0, 0, 0, 0]],
        json!({}),
    );
    check("example.com/v1", "Thing", &[part(1, "x")], json!({}));
}

#[test]
fn schemas_of_custom_resources_come_out_as_json() {
    let schema = |parts: &[Vec<u8>]| {
        let version = part(7, part(4, part(1, parts.concat())));
        let json = decoded("apiextensions.k8s.io/v1", "CustomResourceDefinition", &part(2, version)).unwrap();
        json["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
    };
    let string = part(5, "string");
    let wide = |number: u8, inside: &[u8]| {
        [vec![(number << 3 | 2) | 0x80, number >> 4], part(0, inside)[1..].to_vec()].concat()
    };
    for (parts, expect) in [
        (vec![part(8, part(1, "5"))], json!({"default": 5})),
        (vec![vec![0x49, 0, 0, 0, 0, 0, 0, 0x14, 0x40]], json!({"maximum": 5})),
        (vec![wide(24, &part(1, &string))], json!({"items": {"type": "string"}})),
        (vec![wide(24, &part(2, &string))], json!({"items": [{"type": "string"}]})),
        (vec![wide(30, &int(1, 1))], json!({"additionalProperties": true})),
        (vec![wide(30, &int(1, 0))], json!({"additionalProperties": false})),
        (
            vec![wide(30, &[int(1, 1), part(2, &string)].concat())],
            json!({"additionalProperties": {"type": "string"}}),
        ),
        (
            vec![wide(29, &[part(1, "a"), part(2, &string)].concat())],
            json!({"properties": {"a": {"type": "string"}}}),
        ),
    ] {
        assert_eq!(schema(&parts), expect);
    }
}

#[test]
fn what_is_no_object_is_refused_in_kubernetes_words() {
    let check = |body: &[u8], words: &str| {
        let status = to_json("POST", "/apis/apps/v1/namespaces/a/deployments", body).unwrap_err();
        assert_eq!((status.code, status.message.as_str()), (400, words));
    };
    check(
        b"hi",
        "the object provided is unrecognized (must be of type Deployment): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (6869)",
    );
    check(
        b"k8s\0\x0a",
        "the object provided is unrecognized (must be of type Deployment): unexpected EOF (6b3873000a)",
    );
    check(
        br#"{"kind": "Deployment", "apiVersion": "apps/v1"}"#,
        "the object provided is unrecognized (must be of type Deployment): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({\"kind\": \"Deployment\", \"apiVer ...)",
    );
    let of = |raw: &[u8]| body("apps/v1", "Deployment", raw);
    check(&of(&[0x0a, 9]), "Deployment in version \"v1\" cannot be handled as a Deployment: unexpected EOF");
    check(
        &of(&part(2, part(1, ""))),
        "Deployment in version \"v1\" cannot be handled as a Deployment: proto: wrong wireType = 2 for field Replicas",
    );
    let mut deep = Vec::new();
    for _ in 0..200 {
        deep = part(28, &deep);
    }
    // JSONSchemaProps.not in JSONSchemaProps.not …; its number takes two bytes.
    let mut nested = Vec::new();
    for _ in 0..200 {
        nested = [vec![0xe2, 0x01], part(0, &nested)[1..].to_vec()].concat();
    }
    let crd = body(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        &part(2, part(7, part(4, part(1, nested)))),
    );
    assert_eq!(Envelope::read(&crd).unwrap().object(), Err(Fault::Depth(100)));
}

#[test]
fn custom_resources_take_no_protobuf() {
    for (method, path, taken) in [
        ("POST", "/api/v1/namespaces/a/configmaps", true),
        ("DELETE", "/api/v1/namespaces/a/configmaps/b", true),
        ("PUT", "/apis/apps/v1/namespaces/a/deployments/b/scale", true),
        ("POST", "/apis/sim.pilothouse.dev/v1/machines", false),
        ("PATCH", "/api/v1/namespaces/a/configmaps/b", false),
        ("POST", "/nosuch", false),
    ] {
        assert_eq!(to_json(method, path, b"").unwrap().is_some(), taken, "{method} {path}");
    }
}

/// Every map key is distinct and they come in falling order: the slowest way to sort.
#[test]
fn very_many_entries_are_sorted_once() {
    let mut data = Vec::new();
    for i in (0..200_000u32).rev() {
        data.extend(part(2, part(1, format!("{i:06}"))));
    }
    let json = decoded("v1", "ConfigMap", &data).unwrap();
    assert!(json["data"].map().unwrap().len() == 200_000);
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(raw in prop::collection::vec(any::<u8>(), 0..200), kind in 0..4usize) {
        let (version, kind) =
            [("v1", "Pod"), ("apps/v1", "Deployment"), ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("v1", "Secret")][kind];
        let _ = decoded(version, kind, &raw);
        let _ = Envelope::read(&raw);
        let _ = Envelope::read(&[&PREFIX[..], &raw].concat()).map(|e| e.object());
    }

    /// A real body, cut or with one byte changed.
    #[test]
    fn damaged_bodies_get_an_answer(at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
        let container = [part(1, "c"), part(2, "nginx"), part(8, part(1, [part(1, "cpu"), part(2, part(1, "1"))].concat()))];
        let pod = [part(1, part(1, "a")), part(2, part(2, container.concat()))].concat();
        let mut body = body("v1", "Pod", &pod);
        let at = at.index(body.len()).max(1);
        if cut { body.truncate(at) } else { body[at] = byte }
        if let Ok(Some(text)) = to_json("POST", "/api/v1/namespaces/a/pods", &body) {
            prop_assert!(Json::parse(text.as_bytes()).is_ok());
        }
    }
}

/// What real kubectls sent in protobuf came back from a real server: all that we read must be in the answer, and the
/// answer must be what the server shows of the same revision in JSON.
#[test]
fn recorded_bodies_say_what_their_answers_say() {
    let given = std::env::var_os("PILOTHOUSE_GOLDEN").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden");
    let Some(folder) = [given, Some(beside)].into_iter().flatten().find(|p| p.is_dir()) else {
        println!("skipped: no recordings (set PILOTHOUSE_GOLDEN to their folder)");
        return;
    };
    let (mut sent_count, mut shown_count) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()) {
        if !file.to_string_lossy().ends_with(".http.jsonl") {
            continue;
        }
        let mut answers = BTreeMap::new();
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let e: Tree = serde_json::from_str(line).unwrap();
            let at = format!("{} {}", file.display(), e["seq"]);
            if e["reqHeaders"]["Content-Type"] == MEDIA_TYPE {
                let mut sent = recorded(&e, "reqBody").unwrap();
                if let Some(metadata) = sent.pointer_mut("/metadata").and_then(Tree::as_object_mut) {
                    // The server's own words.
                    metadata.remove("managedFields");
                    metadata.remove("resourceVersion");
                }
                sent_count += 1;
                // Such an answer does not repeat the question.
                if (e["status"] == 201 || e["status"] == 200) && sent["kind"] != "SelfSubjectRulesReview" {
                    let answer = recorded(&e, "respBody").unwrap();
                    assert_within(&sent, &answer, &at);
                    if answer["metadata"]["uid"].is_string() {
                        answers.insert(revision(&answer), answer);
                    }
                }
            } else if e["status"] == 200 && e["respHeaders"]["Content-Type"] == "application/json" {
                let Ok(shown) = recorded(&e, "respBody") else { continue };
                let items = shown["items"].as_array().cloned().unwrap_or_else(|| vec![shown]);
                for item in items {
                    if let Some(answer) = answers.get(&revision(&item)) {
                        let (mut left, mut right) = (answer.clone(), item);
                        // Items of a list do not say what they are.
                        for key in ["apiVersion", "kind"] {
                            left.as_object_mut().unwrap().remove(key);
                            right.as_object_mut().unwrap().remove(key);
                        }
                        drop_zeros(&mut left);
                        drop_zeros(&mut right);
                        assert_eq!(left, right, "{at}");
                        shown_count += 1;
                    }
                }
            }
        }
    }
    assert!(
        sent_count > 50 && shown_count > 10,
        "only {sent_count} recorded bodies, {shown_count} in both forms"
    );
}

fn revision(object: &Tree) -> String {
    format!("{} {}", object["metadata"]["uid"], object["metadata"]["resourceVersion"])
}

/// JSON writes some fields even where they mean nothing.
fn drop_zeros(tree: &mut Tree) {
    if let Tree::Object(map) = tree {
        map.values_mut().for_each(drop_zeros);
        map.retain(|_, v| {
            !(v.is_null() || *v == "" || *v == 0 || *v == false || *v == serde_json::json!({}))
        });
    } else if let Tree::Array(list) = tree {
        list.iter_mut().for_each(drop_zeros);
    }
}

/// A recorded body, in protobuf or in JSON.
fn recorded(exchange: &Tree, side: &str) -> Result<Tree, Fault> {
    let text = &exchange[side];
    let bytes = if exchange[format!("{side}Base64")] == true {
        serde_json::from_value::<k8s_openapi::ByteString>(text.clone()).unwrap().0
    } else {
        text.as_str().unwrap_or_default().as_bytes().to_vec()
    };
    if bytes.starts_with(&PREFIX) {
        Envelope::read(&bytes)?.object().map(|json| Tree::from(&json))
    } else {
        serde_json::from_slice(&bytes).map_err(|_| Fault::Prefix)
    }
}

fn assert_within(sent: &Tree, answer: &Tree, at: &str) {
    match (sent, answer) {
        (Tree::Object(sent), Tree::Object(answer)) => {
            for (key, value) in sent {
                assert_within(value, answer.get(key).unwrap_or(&Tree::Null), &format!("{at}.{key}"));
            }
        }
        (Tree::Array(sent), Tree::Array(answer)) => {
            assert_eq!(sent.len(), answer.len(), "{at}");
            sent.iter().zip(answer).for_each(|(s, a)| assert_within(s, a, at));
        }
        _ => assert_eq!(sent, answer, "{at}"),
    }
}
