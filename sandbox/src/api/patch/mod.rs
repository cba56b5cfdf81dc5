//! The patch kinds: JSON patch (RFC 6902), merge patch (RFC 7386), strategic merge patch.
//! Omits: server-side apply (the next issue).

mod json_patch;
mod strategic;

use crate::{json::Json, status::Status};

/// How a patch is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `application/json-patch+json`.
    Json,
    /// `application/merge-patch+json`.
    Merge,
    /// `application/strategic-merge-patch+json`.
    Strategic,
}

impl Kind {
    /// By content type.
    ///
    /// # Errors
    /// `UnsupportedMediaType`, naming what is supported.
    pub fn of(content_type: &str) -> Result<Self, Status> {
        match content_type.split(';').next().unwrap_or_default().trim() {
            "application/json-patch+json" => Ok(Kind::Json),
            "application/merge-patch+json" => Ok(Kind::Merge),
            "application/strategic-merge-patch+json" => Ok(Kind::Strategic),
            _ => Err(Status::unsupported_media_type(
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json",
            )),
        }
    }
}

/// The object after the patch.
///
/// # Errors
/// `BadRequest` where the patch cannot be read, `Invalid` (422) where it cannot be applied.
pub fn apply(kind: Kind, object: &Json, patch: &str, object_kind: &str) -> Result<Json, Status> {
    let patch = Json::parse(patch.as_bytes())
        .map_err(|e| Status::bad_request(format!("error decoding patch: json: cannot unmarshal: {e}")))?;
    if kind != Kind::Json && patch.map().is_none() {
        return Err(Status::bad_request("json: cannot unmarshal patch into Go value of type map[string]interface {}"));
    }
    match kind {
        Kind::Json => json_patch::apply(object, &patch),
        Kind::Merge => Ok(merge(object, &patch)),
        Kind::Strategic if object_kind == "Machine" || object_kind == "Image" || object_kind == "Traffic" || object_kind == "Signal" => {
            Err(Status::unsupported_media_type(
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json",
            ))
        }
        Kind::Strategic => strategic::merge(object, &patch, ""),
    }
}

/// RFC 7386.
fn merge(target: &Json, patch: &Json) -> Json {
    if patch.map().is_none() {
        return patch.clone();
    }
    let mut result = if target.map().is_some() { target.clone() } else { Json::object() };
    for (key, value) in patch.entries() {
        if value.is_null() {
            result.remove(key);
        } else {
            let merged = merge(&result[key.as_str()], value);
            result.map_mut().insert(key.clone(), merged);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, object: &str, patch: &str, expected: &str) {
        let object = Json::parse(object.as_bytes()).unwrap();
        let got = match apply(kind, &object, patch, "Pod") {
            Ok(json) => json.to_string(),
            Err(status) => format!("{} {}", status.code, status.message),
        };
        assert_eq!(got, expected, "{object} + {patch}");
    }

    #[test]
    fn merge_patches() {
        check(Kind::Merge, r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":null,"d":3}}"#, r#"{"a":{"c":2,"d":3}}"#);
        check(Kind::Merge, r#"{"a":[1,2]}"#, r#"{"a":[3]}"#, r#"{"a":[3]}"#);
        check(Kind::Merge, r#"{"a":1}"#, r#"{"a":{"b":{"c":null}}}"#, r#"{"a":{"b":{}}}"#);
    }

    #[test]
    fn json_patches() {
        check(Kind::Json, r#"{"a":[1,3]}"#, r#"[{"op":"add","path":"/a/1","value":2}]"#, r#"{"a":[1,2,3]}"#);
        check(Kind::Json, r#"{"a":[1]}"#, r#"[{"op":"add","path":"/a/-","value":2}]"#, r#"{"a":[1,2]}"#);
        check(Kind::Json, r#"{"a/b":1}"#, r#"[{"op":"replace","path":"/a~1b","value":2}]"#, r#"{"a/b":2}"#);
        check(Kind::Json, r#"{"a":1}"#, r#"[{"op":"move","from":"/a","path":"/b"}]"#, r#"{"b":1}"#);
        check(
            Kind::Json,
            r#"{"a":1}"#,
            r#"[{"op":"test","path":"/a","value":2}]"#,
            "422 the server rejected our request due to an error in our request",
        );
    }

    #[test]
    fn strategic_patches_merge_lists_by_their_keys() {
        check(
            Kind::Strategic,
            r#"{"spec":{"containers":[{"image":"x:1","name":"a"},{"image":"y:1","name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"x:2"}]}}"#,
            r#"{"spec":{"containers":[{"image":"x:2","name":"a"},{"image":"y:1","name":"b"}]}}"#,
        );
        check(
            Kind::Strategic,
            r#"{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"$patch":"delete","name":"a"}]}}"#,
            r#"{"spec":{"containers":[{"name":"b"}]}}"#,
        );
        check(Kind::Strategic, r#"{"metadata":{"finalizers":["a"]}}"#, r#"{"metadata":{"finalizers":["b","a"]}}"#, r#"{"metadata":{"finalizers":["a","b"]}}"#);
        check(
            Kind::Strategic,
            r#"{"metadata":{"finalizers":["a","b"]}}"#,
            r#"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}"#,
            r#"{"metadata":{"finalizers":["b"]}}"#,
        );
        check(Kind::Strategic, r#"{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1},"type":"RollingUpdate"}}}"#, r#"{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"#, r#"{"spec":{"strategy":{"type":"Recreate"}}}"#);
    }
}
