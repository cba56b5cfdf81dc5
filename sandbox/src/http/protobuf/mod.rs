//! Kubernetes' protobuf bodies to JSON and back, at the edge: the journal and all behind it know JSON only.
//! Models `runtime/serializer/protobuf` of apimachinery: the prefix, `runtime.Unknown`, then the typed message.
//! Omits: watches in protobuf (their clients take JSON too), groups (Kubernetes has none), the merging of a message that is
//! sent twice (the last one counts).

mod decode;
mod encode;
mod wire;

#[cfg(test)]
mod tests;

use crate::{api::expected_kind as expected, json::Json, status::Status, types};
pub(super) use encode::answer;
use wire::{Fault, Value, fields};

const MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf";

const PREFIX: [u8; 4] = *b"k8s\0";
/// Bytes of a body that an error shows.
const SHOWN_BYTES_MAX: usize = 30;

/// Is this the `Content-Type` of such bodies?
pub(super) fn is(content_type: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim() == MEDIA_TYPE
}

/// A request's body as JSON text; `None` where the path takes no protobuf, as those of custom resources do not.
///
/// # Errors
/// `BadRequest` for what is no object.
pub(super) fn to_json(method: &str, path: &str, body: &[u8]) -> Result<Option<String>, Status> {
    let Some(kind) = expected(method, path) else { return Ok(None) };
    if body.is_empty() {
        return Ok(Some(String::new()));
    }
    let envelope = Envelope::read(body).map_err(|fault| {
        Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {kind}): {fault} ({})",
            summary(body)
        ))
    })?;
    let object = envelope.object().map_err(|fault| {
        let version = envelope.api_version.rsplit('/').next().unwrap_or_default();
        Status::bad_request(format!(
            "{} in version {version:?} cannot be handled as a {kind}: {fault}",
            envelope.kind
        ))
    })?;
    Ok(Some(object.to_string()))
}

/// `runtime.Unknown`: what it is, and its bytes.
#[derive(Default)]
struct Envelope<'a> {
    api_version: String,
    kind: String,
    raw: &'a [u8],
}

impl<'a> Envelope<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Fault> {
        let body = body.strip_prefix(&PREFIX).ok_or(Fault::Prefix)?;
        let mut envelope = Self::default();
        for field in fields(body) {
            match field? {
                (1, Value::Bytes(type_)) => envelope.read_type(type_)?,
                (2, Value::Bytes(raw)) => envelope.raw = raw,
                _ => {}
            }
        }
        if envelope.kind.is_empty() {
            return Err(Fault::NoKind);
        }
        Ok(envelope)
    }

    fn read_type(&mut self, type_: &[u8]) -> Result<(), Fault> {
        for field in fields(type_) {
            match field? {
                (1, Value::Bytes(text)) => self.api_version = decode::text(text),
                (2, Value::Bytes(text)) => self.kind = decode::text(text),
                _ => {}
            }
        }
        Ok(())
    }

    /// The object; of a kind that nobody knows no more than its name.
    fn object(&self) -> Result<Json, Fault> {
        // Every group version has these two.
        let shared = matches!(self.kind.as_str(), "DeleteOptions" | "Status");
        let section = if shared { "meta.k8s.io/v1" } else { self.api_version.as_str() };
        let message = types::find(section, &self.kind).filter(|m| m.is_kind);
        let mut object = Json::Map(match message {
            Some(message) => decode::message(message, self.raw, 0)?,
            None => crate::json::Map::new(),
        });
        object.set("apiVersion", self.api_version.as_str());
        object.set("kind", self.kind.as_str());
        Ok(object)
    }
}

fn summary(body: &[u8]) -> String {
    if body.first() == Some(&b'{') {
        let shown = String::from_utf8_lossy(&body[..body.len().min(SHOWN_BYTES_MAX)]);
        return if body.len() > SHOWN_BYTES_MAX { format!("{shown} ...") } else { shown.into() };
    }
    let hex: String = body.iter().take(SHOWN_BYTES_MAX).map(|b| format!("{b:02x}")).collect();
    if body.len() > SHOWN_BYTES_MAX { format!("{hex} ...") } else { hex }
}
