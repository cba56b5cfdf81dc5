//! JSON to Kubernetes' protobuf, by the table of types: what clients of Go ask for. Models the code that gogo-protobuf
//! generates: a field that may not be absent is written even where it is zero. Kinds without types stay JSON.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{MEDIA_TYPE, PREFIX};
use crate::{
    json::{Json, Map},
    request::Body,
    types::{self, Field, Message, Of, Shape},
};

/// The answer in protobuf, if there is such a form of it.
pub(in crate::http) fn answer(body: Body) -> Body {
    if body.content_type != "application/json" {
        return body;
    }
    match Json::parse(&body.bytes).ok().and_then(|json| object(&json)) {
        Some(bytes) => Body { content_type: MEDIA_TYPE, bytes: bytes.into(), ..body },
        None => body,
    }
}

/// An object in its envelope; `None` for a kind that the table does not know.
pub(super) fn object(json: &Json) -> Option<Vec<u8>> {
    let (api_version, kind) = (json["apiVersion"].text(), json["kind"].text());
    let raw = raw(json, api_version, kind)?;
    let mut type_ = Vec::new();
    bytes(&mut type_, 1, api_version.as_bytes());
    bytes(&mut type_, 2, kind.as_bytes());
    let mut out = PREFIX.to_vec();
    bytes(&mut out, 1, &type_);
    bytes(&mut out, 2, &raw);
    bytes(&mut out, 3, b"");
    bytes(&mut out, 4, b"");
    Some(out)
}

fn raw(json: &Json, api_version: &str, kind: &str) -> Option<Vec<u8>> {
    let section = if kind == "Status" { "meta.k8s.io/v1" } else { api_version };
    let map = json.map()?;
    if let Some(message) = types::find(section, kind).filter(|m| m.is_kind) {
        return Some(typed(map, message));
    }
    match (kind, kind.strip_suffix("List")) {
        ("PartialObjectMetadata", _) => Some(metadata_only(json)),
        ("PartialObjectMetadataList", _) => Some(list(json, metadata_only)),
        (_, Some(item)) => {
            let message = types::find(api_version, item).filter(|m| m.is_kind)?;
            Some(list(json, |item| item.map().map(|map| typed(map, message)).unwrap_or_default()))
        }
        _ => None,
    }
}

fn metadata_only(json: &Json) -> Vec<u8> {
    let mut out = Vec::new();
    bytes(&mut out, 1, &meta(&json["metadata"], "ObjectMeta"));
    out
}

fn meta(json: &Json, name: &str) -> Vec<u8> {
    match (types::find("meta.k8s.io/v1", name), json.map()) {
        (Some(message), Some(map)) => typed(map, message),
        _ => Vec::new(),
    }
}

fn list(json: &Json, item: impl Fn(&Json) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    bytes(&mut out, 1, &meta(&json["metadata"], "ListMeta"));
    for value in json["items"].list() {
        bytes(&mut out, 2, &item(value));
    }
    out
}

fn typed(map: &Map, message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    for field in &message.fields {
        if field.name.is_empty() {
            let inlined = field.message().map(|m| typed(map, m)).unwrap_or_default();
            bytes(&mut out, field.number, &inlined);
        } else {
            write(&mut out, field, map.get(field.name).unwrap_or(&Json::Null));
        }
    }
    out
}

fn write(out: &mut Vec<u8>, field: &Field, json: &Json) {
    match field.shape {
        Shape::One if json.is_null() && (field.pointer || has_no_zero(field.of)) => {}
        Shape::One => value(out, field.number, field.of, json),
        Shape::List => json.list().iter().for_each(|item| value(out, field.number, field.of, item)),
        Shape::Map => {
            for (key, item) in json.entries() {
                let mut entry = Vec::new();
                bytes(&mut entry, 1, key.as_bytes());
                value(&mut entry, 2, field.of, item);
                bytes(out, field.number, &entry);
            }
        }
    }
}

/// Lists of bytes and the like are absent where they are empty.
fn has_no_zero(of: Of) -> bool {
    matches!(of, Of::Bytes | Of::Strings)
}

fn value(out: &mut Vec<u8>, number: u32, of: Of, json: &Json) {
    match of {
        Of::Bool => integer(out, number, u64::from(json.bool() == Some(true))),
        Of::Int32 | Of::Int64 => integer(out, number, json.int().unwrap_or(0) as u64),
        Of::Double => {
            key(out, number, 1);
            out.extend_from_slice(&json.float().unwrap_or(0.0).to_le_bytes());
        }
        Of::String => bytes(out, number, json.text().as_bytes()),
        Of::Bytes => bytes(out, number, &STANDARD.decode(json.text()).unwrap_or_default()),
        Of::Message(id) => bytes(out, number, &inner(id.message(), json)),
        Of::Strings => {
            let mut list = Vec::new();
            json.list().iter().for_each(|item| bytes(&mut list, 1, item.text().as_bytes()));
            bytes(out, number, &list);
        }
        Of::Time | Of::MicroTime => bytes(out, number, &moment(json)),
        Of::Quantity => {
            let mut quantity = Vec::new();
            bytes(&mut quantity, 1, json.text().as_bytes());
            bytes(out, number, &quantity);
        }
        Of::IntOrString => bytes(out, number, &int_or_string(json)),
        Of::Json => {
            let mut raw = Vec::new();
            bytes(&mut raw, 1, &json.to_bytes());
            bytes(out, number, &raw);
        }
    }
}

/// A message; the schemas of custom resources have types that are one thing or another.
fn inner(message: &'static Message, json: &Json) -> Vec<u8> {
    match (message.chosen(json), json) {
        (Some(field), _) => {
            let mut wrapped = Map::from_iter([(field.name.into(), json.clone())]);
            if json.map().is_some() && message.named("allows").is_some() {
                wrapped.insert("allows", Json::Bool(true));
            }
            typed(&wrapped, message)
        }
        (None, Json::Map(map)) if !message.either => typed(map, message),
        _ => typed(&Map::new(), message),
    }
}

fn moment(json: &Json) -> Vec<u8> {
    let mut out = Vec::new();
    if let Ok(moment) = json.text().parse::<jiff::Timestamp>() {
        integer(&mut out, 1, moment.as_second() as u64);
        integer(&mut out, 2, u64::from(moment.subsec_nanosecond().unsigned_abs()));
    }
    out
}

fn int_or_string(json: &Json) -> Vec<u8> {
    let mut out = Vec::new();
    integer(&mut out, 1, u64::from(json.str().is_some()));
    integer(&mut out, 2, if json.str().is_some() { 0 } else { json.int().unwrap_or(0) as u64 });
    bytes(&mut out, 3, json.text().as_bytes());
    out
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn key(out: &mut Vec<u8>, number: u32, wire_type: u64) {
    varint(out, u64::from(number) << 3 | wire_type);
}

fn integer(out: &mut Vec<u8>, number: u32, value: u64) {
    key(out, number, 0);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    key(out, number, 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::protobuf::Envelope;

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","creationTimestamp":"2026-11-24T00:00:09Z","labels":{"b":"","c":"x"},"managedFields":[{"manager":"m","fieldsV1":{"f:data":{".":{}}},"time":"2026-11-24T00:00:09Z"}]},"data":{"k":"v"},"binaryData":{"b":"AAEC"}}"#,
            r#"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"w","generation":2},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"w"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},"template":{"metadata":{},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"100m"}},"ports":[{"containerPort":80}]}],"volumes":[{"name":"v","emptyDir":{}}],"terminationGracePeriodSeconds":0,"securityContext":{}}}},"status":{}}"#,
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"m","reason":"NotFound","details":{"name":"x","kind":"pods","causes":[{"field":"f"}]},"code":404}"#,
            r#"{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"l"},"spec":{"leaseDurationSeconds":40,"renewTime":"2026-11-24T00:00:09.123456Z"}}"#,
        ] {
            let given = Json::parse(text.as_bytes()).unwrap();
            let written = object(&given).unwrap();
            let mut read = Envelope::read(&written).unwrap().object().unwrap();
            // A message that may not be absent is there, empty.
            for path in ["metadata", "spec", "status"] {
                if given[path].is_null() && read[path].is_empty() {
                    read.remove(path);
                }
            }
            assert_eq!(without_empty(&read), without_empty(&given), "{text}");
        }
    }

    fn without_empty(json: &Json) -> Json {
        match json {
            Json::Map(map) => Json::Map(
                map.iter()
                    .map(|(key, value)| (key.clone(), without_empty(value)))
                    .filter(|(_, value)| value.map().is_none_or(|m| !m.is_empty()))
                    .collect(),
            ),
            Json::List(list) => list.iter().map(without_empty).collect(),
            other => other.clone(),
        }
    }

    #[test]
    fn lists_and_metadata_have_a_form_and_custom_resources_none() {
        let write = |text: &str| object(&Json::parse(text.as_bytes()).unwrap());
        let pods = write(
            r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"p"}}]}"#,
        );
        assert!(pods.unwrap().starts_with(b"k8s\0\x0a\x0d\x0a\x02v1\x12\x07PodList"));
        assert!(
            write(
                r#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"p"}}"#
            )
            .is_some()
        );
        assert_eq!(write(r#"{"kind":"Machine","apiVersion":"sim.pilothouse.dev/v1"}"#), None);
    }
}
