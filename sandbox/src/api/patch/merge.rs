//! JSON merge patch, RFC 7386.

use crate::json::Json;

/// The patched value; nulls of the patch remove.
pub fn apply(target: &Json, patch: &Json) -> Json {
    let Some(entries) = patch.map() else { return patch.clone() };
    let mut out = if target.map().is_some() { target.clone() } else { Json::object() };
    for (key, value) in entries.iter() {
        if value.is_null() {
            out.remove(key);
        } else {
            let merged = apply(&out[key.as_str()], value);
            out.map_mut().insert(key.clone(), merged);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cases_of_the_rfc() {
        for (target, patch, expect) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
            (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let parse = |s: &str| Json::parse(s.as_bytes()).unwrap();
            assert_eq!(apply(&parse(target), &parse(patch)).to_string(), expect, "{patch}");
        }
    }
}
