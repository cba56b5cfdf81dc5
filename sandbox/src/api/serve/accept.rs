//! What a client takes: the representation (object, Table, metadata only) and the encoding. Models go-restful's choice of
//! a route and `NegotiateOutputMediaType`. Omits: CBOR (a feature gate that is off by default).

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

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`
    #[default]
    Json,
    /// `application/yaml`
    Yaml,
    /// `application/vnd.kubernetes.protobuf`
    Protobuf,
}

/// The negotiated answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accept {
    pub shape: Shape,
    /// `v=`, e.g. `v1` or `v1beta1`, of the shape.
    pub version: &'static str,
    /// Aggregated discovery is taken.
    pub discovery: bool,
    pub encoding: Encoding,
}

/// What a route can answer with.
const OBJECT: [&str; 3] = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
/// What a list or a watch can answer with besides.
const STREAM: [&str; 2] =
    ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

impl Accept {
    /// The best range of the header that can be served; `streams` where the route may answer with a watch.
    ///
    /// # Errors
    /// `NotAcceptable`.
    pub fn parse(header: &str, streams: bool) -> Result<Self, Status> {
        if header.trim().is_empty() {
            return Ok(Self { version: "v1", ..Self::default() });
        }
        let mut ranges: Vec<Range<'_>> = header.split(',').take(32).map(Range::parse).collect();
        if !ranges.iter().any(|r| r.type_ == "*/*" || OBJECT.contains(&r.type_)) {
            let all = OBJECT.iter().chain(STREAM.iter().filter(|_| streams));
            return Err(Status::no_route(&all.copied().collect::<Vec<_>>().join(", ")));
        }
        ranges.sort_by(|a, b| b.quality.total_cmp(&a.quality).then(a.wildcards().cmp(&b.wildcards())));
        ranges.iter().find_map(Range::serve).ok_or_else(Status::not_acceptable)
    }
}

/// Does the client want the answer in protobuf? Whether it can be is for the kind to say.
pub fn wants_protobuf(header: &str) -> bool {
    Accept::parse(header, true).is_ok_and(|a| a.encoding == Encoding::Protobuf)
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

/// One part of the header.
struct Range<'a> {
    type_: &'a str,
    quality: f64,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let type_ = parts.next().unwrap_or_default();
        let parameters: Vec<(&str, &str)> = parts.filter_map(|p| p.split_once('=')).collect();
        let quality = parameters.iter().find(|(k, _)| *k == "q").and_then(|(_, v)| v.parse().ok());
        Self { type_, quality: quality.unwrap_or(1.0), parameters }
    }

    /// How little it says.
    fn wildcards(&self) -> usize {
        self.type_.matches('*').count()
    }

    fn parameter(&self, name: &str) -> &'a str {
        self.parameters.iter().find(|(k, _)| *k == name).map_or("", |(_, v)| v)
    }

    fn serve(&self) -> Option<Accept> {
        let encoding = match self.type_ {
            "application/json" | "application/*" | "*/*" => Encoding::Json,
            "application/yaml" => Encoding::Yaml,
            "application/vnd.kubernetes.protobuf" => Encoding::Protobuf,
            _ => return None,
        };
        let version = match self.parameter("v") {
            "v1" | "v2" | "" => "v1",
            "v1beta1" => "v1beta1",
            _ => return None,
        };
        let accept = Accept { version, encoding, ..Accept::default() };
        let shape = match (self.parameter("as"), self.parameter("g")) {
            ("", _) => Shape::Object,
            ("Table", "meta.k8s.io") if encoding != Encoding::Protobuf => Shape::Table,
            ("PartialObjectMetadata" | "PartialObjectMetadataList", "meta.k8s.io") => Shape::Metadata,
            ("APIGroupDiscoveryList", "apidiscovery.k8s.io")
                if self.parameter("v") == "v2" && encoding == Encoding::Json =>
            {
                return Some(Accept { discovery: true, ..accept });
            }
            _ => return None,
        };
        Some(Accept { shape, ..accept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_range_that_can_be_served_wins() {
        use Encoding::{Json, Protobuf, Yaml};
        for (header, expect) in [
            ("", Some((Shape::Object, Json))),
            ("application/json", Some((Shape::Object, Json))),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
                Some((Shape::Table, Json)),
            ),
            (
                "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
                Some((Shape::Metadata, Protobuf)),
            ),
            (
                "application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1,application/json",
                Some((Shape::Object, Json)),
            ),
            ("application/vnd.kubernetes.protobuf,application/json", Some((Shape::Object, Protobuf))),
            ("application/json, */*", Some((Shape::Object, Json))),
            ("application/yaml", Some((Shape::Object, Yaml))),
            ("application/json;q=0.5,application/yaml", Some((Shape::Object, Yaml))),
            ("*/*,application/yaml", Some((Shape::Object, Yaml))),
            ("*/*", Some((Shape::Object, Json))),
            ("application/*", None),
            ("text/html", None),
            ("application/cbor", None),
            ("application/json;as=Nope;v=v1;g=meta.k8s.io", None),
        ] {
            let got = Accept::parse(header, false).ok().map(|a| (a.shape, a.encoding));
            assert_eq!(got, expect, "{header}");
        }
        let discovery = |version: &str| {
            let header =
                format!("application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
            Accept::parse(&header, false).map(|a| a.discovery).ok()
        };
        assert_eq!((discovery("v2"), discovery("v2beta1")), (Some(true), None));
    }

    #[test]
    fn refusals_name_what_there_is() {
        for (header, streams, expect) in [
            (
                "text/html",
                false,
                "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf",
            ),
            (
                "application/*",
                true,
                "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
            ),
            (
                "application/json;as=Nope",
                false,
                "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
            ),
        ] {
            let refused = Accept::parse(header, streams).unwrap_err();
            assert_eq!((refused.code, refused.message.as_str()), (406, expect));
        }
    }

    #[test]
    fn openapi_is_asked_for_in_protobuf() {
        for (header, expect) in [
            (OPENAPI_PROTOBUF, true),
            (&*format!("{OPENAPI_PROTOBUF};q=1, application/json"), true),
            (&*format!("application/json,{OPENAPI_PROTOBUF}"), false),
            ("", false),
        ] {
            assert_eq!(prefers_openapi_protobuf(header), expect, "{header}");
        }
    }
}
