//! Which names and values are well-formed, in the words of apimachinery's validation.
//!
//! Models `IsQualifiedName`, `IsValidLabelValue` and `IsDNS1123Subdomain`.

const NAME: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// Longest name and label value, bytes.
const NAME_BYTES_MAX: usize = 63;
/// Longest DNS subdomain, bytes.
const SUBDOMAIN_BYTES_MAX: usize = 253;

fn well_formed(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    edge(text.chars().next())
        && edge(text.chars().last())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn too_long(bytes_max: usize) -> String {
    format!("must be no more than {bytes_max} characters")
}

/// What is wrong with the key of a label, an annotation or a taint.
pub fn qualified_name(key: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let parts: Vec<&str> = key.split('/').collect();
    let name = match parts.as_slice() {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                wrong.push("prefix part must be non-empty".into());
            } else {
                wrong.extend(subdomain(prefix).into_iter().map(|why| format!("prefix part {why}")));
            }
            name
        }
        _ => {
            return vec![format!(
                "a qualified name {NAME} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".into());
    } else if name.len() > NAME_BYTES_MAX {
        wrong.push(format!("name part {}", too_long(NAME_BYTES_MAX)));
    }
    if !well_formed(name) {
        wrong.push(format!("name part {NAME}"));
    }
    wrong
}

/// What is wrong with the value of a label or a taint.
pub fn label_value(value: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if value.len() > NAME_BYTES_MAX {
        wrong.push(too_long(NAME_BYTES_MAX));
    }
    if !value.is_empty() && !well_formed(value) {
        wrong.push(VALUE.into());
    }
    wrong
}

fn subdomain(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if text.len() > SUBDOMAIN_BYTES_MAX {
        wrong.push(too_long(SUBDOMAIN_BYTES_MAX));
    }
    let label = |part: &str| {
        let inner = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        !part.is_empty() && inner && !part.starts_with('-') && !part.ends_with('-')
    };
    if !text.split('.').all(label) {
        wrong.push(SUBDOMAIN.into());
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for (key, wrong) in [
            ("app", vec![]),
            ("example.com/my_App.1", vec![]),
            ("", vec!["name part must be non-empty", NAME]),
            ("-a", vec![NAME]),
            ("/a", vec!["prefix part must be non-empty"]),
            ("A.b/a", vec![SUBDOMAIN]),
            ("a/b/c", vec!["a qualified name must consist"]),
        ] {
            let is = qualified_name(key);
            assert_eq!(is.len(), wrong.len(), "{key:?}: {is:?}");
            assert!(is.iter().zip(&wrong).all(|(is, part)| is.contains(part)), "{key:?}: {is:?}");
        }
        assert_eq!(qualified_name(&"a".repeat(64)), ["name part must be no more than 63 characters"]);
    }

    #[test]
    fn values() {
        for (value, good) in [("", true), ("a_B.1-c", true), ("a b", false), ("-a", false)] {
            assert_eq!(label_value(value).is_empty(), good, "{value:?}");
        }
        assert_eq!(label_value(&"a".repeat(64)).len(), 1);
    }
}
