//! Why a patched object is none of its kind, in the words of the converter that puts maps into structs. Models
//! `fromUnstructured` of apimachinery's `runtime` package.
//! Omits: numbers that are too large, which it cuts to size; fractions where a string belongs; names of string types.

/// For what the JSON decoder says of a field; `None` for what types with a decoder of their own say, which it passes on.
pub fn words(why: &str) -> Option<String> {
    let rest = why.strip_prefix("json: cannot unmarshal ")?;
    let (found, rest) = rest.split_once(" into Go struct field ")?;
    let (_, expected) = rest.rsplit_once(" of type ")?;
    let kind = match found {
        "bool" => "bool",
        "string" => "string",
        "object" => "map",
        "array" => "slice",
        "number" => "int64",
        other if other.strip_prefix("number ").is_some_and(|n| n.contains(['.', 'e'])) => "float64",
        _ => return None,
    };
    Some(match (kind, expected) {
        ("int64", "string") | ("float64", "int32" | "int64") => {
            format!("cannot convert {kind} to {expected}")
        }
        (_, "bool" | "int32" | "int64" | "float64" | "string") => format!("unrecognized type: {expected}"),
        _ if expected.starts_with("[]") => format!("cannot restore slice from {kind}"),
        _ if expected.starts_with("map[") => format!("cannot restore map from {kind}"),
        _ => format!("cannot restore struct from: {kind}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_converter_has_words_of_its_own() {
        for (found, expected, words_) in [
            ("string", "int32", Some("unrecognized type: int32")),
            ("bool", "int64", Some("unrecognized type: int64")),
            ("number 1.5", "int32", Some("cannot convert float64 to int32")),
            ("number", "string", Some("cannot convert int64 to string")),
            ("bool", "string", Some("unrecognized type: string")),
            ("object", "string", Some("unrecognized type: string")),
            ("number", "bool", Some("unrecognized type: bool")),
            ("object", "[]v1.Container", Some("cannot restore slice from map")),
            ("string", "[]string", Some("cannot restore slice from string")),
            ("array", "map[string]string", Some("cannot restore map from slice")),
            ("string", "v1.PodSpec", Some("cannot restore struct from: string")),
            ("number 99999999999", "int32", None),
        ] {
            let why =
                format!("json: cannot unmarshal {found} into Go struct field X.spec.y of type {expected}");
            assert_eq!(words(&why).as_deref(), words_, "{found} {expected}");
        }
        for passed_on in
            ["json: cannot unmarshal bool into Go value of type int32", "unable to parse quantity"]
        {
            assert_eq!(words(passed_on), None, "{passed_on}");
        }
    }
}
