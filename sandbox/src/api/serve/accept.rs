//! What a client takes: the representation (object, Table, metadata only) and the encoding. Models
//! `NegotiateOutputMediaType`. Omits: protobuf, CBOR, YAML answers, quality values (the order counts).

use crate::status::Status;

/// How an object is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// As it is.
    #[default]
    Object,
    /// `as=Table`.
    Table,
    /// `as=PartialObjectMetadata` and, for lists, `as=PartialObjectMetadataList`.
    Metadata,
}

/// The negotiated answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accept {
    pub shape: Shape,
    /// `v=`, e.g. `v1` or `v1beta1`, of the shape.
    pub version: &'static str,
    /// Aggregated discovery is taken.
    pub discovery: bool,
}

impl Accept {
    /// The first range of the header that can be served.
    ///
    /// # Errors
    /// `NotAcceptable`.
    pub fn parse(header: &str) -> Result<Self, Status> {
        if header.trim().is_empty() {
            return Ok(Self::default());
        }
        header.split(',').take(32).find_map(range).ok_or_else(Status::not_acceptable)
    }
}

const OPENAPI_PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/// Is OpenAPI v2 wanted in protobuf rather than in JSON?
pub fn prefers_openapi_protobuf(header: &str) -> bool {
    let essence = |range: &str| range.split(';').next().unwrap_or_default().trim().to_owned();
    let json = ["application/json", "application/*", "*/*"];
    header
        .split(',')
        .take(32)
        .map(essence)
        .find(|type_| type_ == OPENAPI_PROTOBUF || json.contains(&type_.as_str()))
        == Some(OPENAPI_PROTOBUF.to_owned())
}

fn range(text: &str) -> Option<Accept> {
    let mut parts = text.split(';').map(str::trim);
    let type_ = parts.next()?;
    if !matches!(type_, "application/json" | "application/*" | "*/*" | "text/plain") {
        return None;
    }
    let parameters: Vec<(&str, &str)> = parts.filter_map(|p| p.split_once('=')).collect();
    let parameter = |name: &str| parameters.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| *v);
    let version = match parameter("v") {
        "v1" | "v2" | "" => "v1",
        "v1beta1" => "v1beta1",
        _ => return None,
    };
    let shape = match (parameter("as"), parameter("g")) {
        ("", _) => Shape::Object,
        ("Table", "meta.k8s.io") => Shape::Table,
        ("PartialObjectMetadata" | "PartialObjectMetadataList", "meta.k8s.io") => Shape::Metadata,
        ("APIGroupDiscoveryList", "apidiscovery.k8s.io") if parameter("v") == "v2" => {
            return Some(Accept { discovery: true, ..Accept::default() });
        }
        _ => return None,
    };
    Some(Accept { shape, version, discovery: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_range_that_can_be_served_wins() {
        for (header, expect) in [
            ("", Some(Shape::Object)),
            ("application/json", Some(Shape::Object)),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
                Some(Shape::Table),
            ),
            (
                "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
                Some(Shape::Metadata),
            ),
            ("application/vnd.kubernetes.protobuf,application/json", Some(Shape::Object)),
            ("application/json, */*", Some(Shape::Object)),
            ("text/html", None),
            ("application/vnd.kubernetes.protobuf", None),
            ("application/json;as=Nope;v=v1;g=meta.k8s.io", None),
        ] {
            assert_eq!(Accept::parse(header).ok().map(|a| a.shape), expect, "{header}");
        }
        for (header, expect) in [
            (OPENAPI_PROTOBUF, true),
            (&*format!("{OPENAPI_PROTOBUF};q=1, application/json"), true),
            (&*format!("application/json,{OPENAPI_PROTOBUF}"), false),
            ("", false),
        ] {
            assert_eq!(prefers_openapi_protobuf(header), expect, "{header}");
        }
        assert!(
            Accept::parse(
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
            )
            .unwrap()
            .discovery
        );
    }
}
