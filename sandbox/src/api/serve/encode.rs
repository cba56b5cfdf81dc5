//! An answer in the encoding that its client takes. What stands behind it writes JSON; protobuf is made at the edge.

use super::{
    accept::{Accept, Encoding},
    query::Query,
};
use crate::{api::wire, json::Json, request::Body};

/// The body as its client takes it.
pub fn encode(body: Body, accept: &Accept, query: &Query) -> Body {
    if body.content_type != "application/json" {
        return body;
    }
    match accept.encoding {
        Encoding::Yaml => match Json::parse(&body.bytes) {
            Ok(json) => Body {
                content_type: "application/yaml",
                bytes: goyaml::document(&json).into_bytes().into(),
                ..body
            },
            Err(_) => body,
        },
        Encoding::Json if query.flag("pretty") == Some(true) => indented(body),
        _ => body,
    }
}

/// The body with a line a value.
pub fn indented(body: Body) -> Body {
    Body { bytes: wire::indent(&body.bytes).into(), ..body }
}
