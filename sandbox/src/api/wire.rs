//! JSON as Kubernetes writes it: fields in the order of its types, and `<`, `>` and `&` escaped as Go does. Models
//! `encoding/json` over the types of the API. Custom resources have no types: their fields come by name.

mod envelope;
mod indent;
mod memo;

use crate::{
    json::{Json, Map},
    types::{self, Field, Message, Of, Shape, search},
};

pub use envelope::{Envelope, VERSION};
pub use indent::indent;
pub use memo::Memo;

/// An object, told by its `apiVersion` and `kind`.
pub fn bytes(object: &Json) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    write_object(&mut out, object);
    out
}

/// An object as a patch leaves it, in one line: what the patch goes through has its keys sorted.
pub fn patched(object: &Json, patch: &Json) -> String {
    let (api_version, kind) = (object["apiVersion"].text(), object["kind"].text());
    let mut out = Vec::with_capacity(1024);
    write_patched(&mut out, object, patch, types::find(api_version, kind));
    String::from_utf8_lossy(&out).into_owned()
}

fn write_patched(out: &mut Vec<u8>, value: &Json, patch: &Json, message: Option<&'static Message>) {
    match (value, patch, message) {
        (Json::Map(map), Json::Map(_), _) => {
            let mut entries = Entries::begin(out);
            for (key, value) in map.iter() {
                let inner = message.and_then(|m| m.named(key)).filter(|f| f.shape == Shape::One);
                let inner = inner.and_then(Field::message);
                write_patched(entries.key(key), value, &patch[key.as_str()], inner);
            }
            entries.end();
        }
        (_, _, Some(message)) => write_typed(out, value, message),
        _ => write_plain(out, value),
    }
}

/// Something without a kind, in a given order.
pub fn bytes_as(envelope: &Envelope, value: &Json) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    envelope::write(&mut out, value, envelope);
    out
}

/// A document of OpenAPI v3: what is said of a thing in the order in which Kubernetes says it.
pub fn openapi(document: &Json) -> Vec<u8> {
    bytes_as(&envelope::OPENAPI, document)
}

/// A watch event about an object that is written already.
pub fn event(type_: &str, object: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(object.len() + 40);
    out.extend_from_slice(b"{\"type\":");
    write_string(&mut out, type_);
    out.extend_from_slice(b",\"object\":");
    out.extend_from_slice(object);
    out.extend_from_slice(b"}\n");
    out
}

/// The type of an object, if it is one of Kubernetes' own.
fn type_of(object: &Json) -> Option<&'static Message> {
    let (api_version, kind) = (object["apiVersion"].text(), object["kind"].text());
    // Every group version has these two.
    let section = if matches!(kind, "Status" | "DeleteOptions") { "meta.k8s.io/v1" } else { api_version };
    types::find(section, kind)
}

fn write_object(out: &mut Vec<u8>, value: &Json) {
    let Json::Map(map) = value else { return write_plain(out, value) };
    let (api_version, kind) = (value["apiVersion"].text(), value["kind"].text());
    if let Some(message) = type_of(value) {
        write_message(out, map, message);
    } else if let Some(envelope) = envelope::of(kind) {
        envelope::write(out, value, envelope);
    } else if let Some(message) = kind.strip_suffix("List").and_then(|item| types::find(api_version, item)) {
        envelope::write_list(out, value, |out, item| write_typed(out, item, message));
    } else if kind.ends_with("List") && value["items"].list().iter().all(|i| i.map().is_some()) {
        envelope::write_list(out, value, write_object);
    } else {
        write_plain(out, value);
    }
}

/// Writes entries with their commas.
struct Entries<'a> {
    out: &'a mut Vec<u8>,
    written: usize,
}

impl<'a> Entries<'a> {
    fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, written: 0 }
    }

    fn key(&mut self, key: &str) -> &mut Vec<u8> {
        self.comma();
        write_string(self.out, key);
        self.out.push(b':');
        self.out
    }

    /// A key that holds nothing to escape.
    fn name(&mut self, name: &'static str) -> &mut Vec<u8> {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    fn comma(&mut self) {
        if self.written > 0 {
            self.out.push(b',');
        }
        self.written += 1;
    }

    fn end(self) {
        self.out.push(b'}');
    }
}

fn write_message(out: &mut Vec<u8>, map: &Map, message: &'static Message) {
    write_fields(out, map, message, write_field);
}

/// The fields in their order, each value by `write`.
fn write_fields(
    out: &mut Vec<u8>,
    map: &Map,
    message: &'static Message,
    mut write: impl FnMut(&mut Vec<u8>, &Json, &'static Field),
) {
    let mut entries = Entries::begin(out);
    for key in ["kind", "apiVersion"] {
        if let Some(value) = map.get(key).filter(|_| message.is_kind) {
            write_plain(entries.name(key), value);
        }
    }
    let (mut fields, mut rest) = (message.by_name(), Vec::new());
    let mut known = Vec::with_capacity(map.len());
    for (key, value) in map.iter() {
        match search(fields, key) {
            Ok(i) => {
                known.push((fields[i].place, fields[i].field, value));
                fields = &fields[i + 1..];
            }
            Err(_) if message.is_kind && matches!(key.as_str(), "kind" | "apiVersion") => {}
            Err(i) => {
                rest.push((key, value));
                fields = &fields[i..];
            }
        }
    }
    known.sort_unstable_by_key(|(place, ..)| *place);
    for (_, field, value) in known {
        write(entries.name(field.name), value, field);
    }
    for (key, value) in rest {
        write_plain(entries.key(key), value);
    }
    entries.end();
}

fn write_field(out: &mut Vec<u8>, value: &Json, field: &Field) {
    match (field.shape, value) {
        (Shape::List, Json::List(list)) => {
            write_list(out, list, |out, item| write_value(out, item, field.of))
        }
        (Shape::Map, Json::Map(map)) => {
            let mut entries = Entries::begin(out);
            for (key, value) in map.iter() {
                write_value(entries.key(key), value, field.of);
            }
            entries.end();
        }
        _ => write_value(out, value, field.of),
    }
}

fn write_value(out: &mut Vec<u8>, value: &Json, of: Of) {
    match of {
        Of::Message(id) => write_typed(out, value, id.message()),
        _ => write_plain(out, value),
    }
}

fn write_typed(out: &mut Vec<u8>, value: &Json, message: &'static Message) {
    match (message.chosen(value), value) {
        (Some(field), _) => write_field(out, value, field),
        (None, Json::Map(map)) => write_message(out, map, message),
        _ => write_plain(out, value),
    }
}

fn write_list(out: &mut Vec<u8>, list: &[Json], mut item: impl FnMut(&mut Vec<u8>, &Json)) {
    out.push(b'[');
    for (at, value) in list.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        item(out, value);
    }
    out.push(b']');
}

/// Keys by name.
fn write_plain(out: &mut Vec<u8>, value: &Json) {
    match value {
        Json::Str(text) => write_string(out, text),
        Json::List(list) => write_list(out, list, write_plain),
        Json::Map(map) => {
            let mut entries = Entries::begin(out);
            for (key, value) in map.iter() {
                write_plain(entries.key(key), value);
            }
            entries.end();
        }
        Json::Null => out.extend_from_slice(b"null"),
        other => out.extend_from_slice(&other.to_bytes()),
    }
}

/// Bytes of a string that may not stand as they are.
static ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    let others = *b"\"\\<>&\xe2";
    let mut i = 0;
    while i < others.len() {
        table[others[i] as usize] = true;
        i += 1;
    }
    table
};

/// May all of it stand as it is? Without an early end, so that the processor looks at many bytes at a time.
fn is_plain(bytes: &[u8]) -> bool {
    let escaped = |b: u8| {
        (b < 0x20) | (b == b'"') | (b == b'\\') | (b == b'<') | (b == b'>') | (b == b'&') | (b == 0xe2)
    };
    !bytes.iter().fold(false, |found, byte| found | escaped(*byte))
}

/// A string as Go escapes it.
fn write_string(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.push(b'"');
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| ESCAPED[usize::from(**byte)]) {
        let separator = *byte == 0xe2
            && bytes.get(at + 1) == Some(&0x80)
            && matches!(bytes.get(at + 2), Some(0xa8 | 0xa9));
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0x00..=0x1f | b'<' | b'>' | b'&' => "",
            _ if separator => "",
            _ => continue,
        };
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        if separator {
            out.extend_from_slice(if bytes[at + 2] == 0xa8 { b"\\u2028" } else { b"\\u2029" });
            from = at + 3;
        } else if short.is_empty() {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        } else {
            out.extend_from_slice(short.as_bytes());
        }
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_the_order_of_their_type() {
        for (given, expect) in [
            (
                r#"{"apiVersion":"v1","data":{"b":"1","a":"<&>"},"kind":"ConfigMap","metadata":{"labels":{"z":"1","a":"2"},"name":"c","namespace":"d"}}"#,
                r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c","namespace":"d","labels":{"a":"2","z":"1"}},"data":{"a":"\u003c\u0026\u003e","b":"1"}}"#,
            ),
            (
                r#"{"apiVersion":"v1","items":[{"metadata":{"name":"a"},"data":{}}],"kind":"ConfigMapList","metadata":{"remainingItemCount":1,"continue":"x","resourceVersion":"1"}}"#,
                r#"{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1","continue":"x","remainingItemCount":1},"items":[{"metadata":{"name":"a"},"data":{}}]}"#,
            ),
            (
                r#"{"apiVersion":"v1","code":404,"details":{"kind":"pods","name":"x"},"kind":"Status","message":"m","metadata":{},"reason":"NotFound","status":"Failure"}"#,
                r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"m","reason":"NotFound","details":{"name":"x","kind":"pods"},"code":404}"#,
            ),
            // An unknown field, a null, a custom resource.
            (
                r#"{"apiVersion":"v1","kind":"ConfigMap","nosuch":1,"metadata":{"creationTimestamp":null}}"#,
                r#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"creationTimestamp":null},"nosuch":1}"#,
            ),
            (
                r#"{"kind":"Machine","apiVersion":"sim.pilothouse.dev/v1","spec":{"power":"On"},"metadata":{"uid":"u","name":"a"}}"#,
                r#"{"apiVersion":"sim.pilothouse.dev/v1","kind":"Machine","metadata":{"name":"a","uid":"u"},"spec":{"power":"On"}}"#,
            ),
            // A volume's source has no name of its own.
            (
                r#"{"kind":"Pod","apiVersion":"v1","spec":{"volumes":[{"emptyDir":{},"name":"v"}],"nodeName":"n"}}"#,
                r#"{"kind":"Pod","apiVersion":"v1","spec":{"volumes":[{"name":"v","emptyDir":{}}],"nodeName":"n"}}"#,
            ),
            (
                r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":[{"object":{"metadata":{"uid":"u","name":"a"},"apiVersion":"meta.k8s.io/v1","kind":"PartialObjectMetadata"},"cells":["a"]}],"columnDefinitions":[{"type":"string","name":"Name"}],"metadata":{}}"#,
                r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{},"columnDefinitions":[{"name":"Name","type":"string"}],"rows":[{"cells":["a"],"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","uid":"u"}}}]}"#,
            ),
        ] {
            let object = Json::parse(given.as_bytes()).unwrap();
            let written = String::from_utf8(bytes(&object)).unwrap();
            assert_eq!(written, expect);
            assert_eq!(Json::parse(written.as_bytes()).unwrap(), object, "nothing is lost");
        }
    }

    #[test]
    fn strings_are_escaped_as_go_does() {
        for (text, expect) in [
            ("a\"b\\c\n\t\u{1}\u{7f}", r#""a\"b\\c\n\t\u0001"#.to_owned() + "\u{7f}\""),
            ("한\u{2028}끝\u{2029}", "\"한\\u2028끝\\u2029\"".to_owned()),
            ("", "\"\"".to_owned()),
        ] {
            let mut out = Vec::new();
            write_string(&mut out, text);
            assert_eq!(String::from_utf8(out).unwrap(), expect);
        }
    }
}
