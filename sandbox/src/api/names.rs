//! Names, label keys and values. Models `k8s.io/apimachinery/pkg/util/validation`, with its words.

const DNS1123_LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS1123_SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const WILDCARD_SUBDOMAIN: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS1035_LABEL: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// What is wrong with a name; nothing if it is right.
pub type Problems = Vec<String>;

fn lower(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

fn is_label(text: &str) -> bool {
    let b = text.as_bytes();
    let ends = |x: Option<&u8>| x.is_some_and(|b| lower(*b));
    ends(b.first()) && ends(b.last()) && b.iter().all(|b| lower(*b) || *b == b'-')
}

fn too_long(text: &str, max: usize, problems: &mut Problems) {
    if text.len() > max {
        problems.push(format!("must be no more than {max} characters"));
    }
}

/// An RFC 1123 label: namespaces, containers, ports of endpoints.
pub fn dns1123_label(text: &str) -> Problems {
    let mut problems = Problems::new();
    too_long(text, 63, &mut problems);
    if !is_label(text) {
        problems.push(DNS1123_LABEL.into());
    }
    problems
}

/// An RFC 1123 subdomain: most names.
pub fn dns1123_subdomain(text: &str) -> Problems {
    let mut problems = Problems::new();
    too_long(text, 253, &mut problems);
    if !text.split('.').all(is_label) {
        problems.push(DNS1123_SUBDOMAIN.into());
    }
    problems
}

/// A subdomain whose first label is `*`: hosts of Ingresses.
pub fn wildcard_dns1123_subdomain(text: &str) -> Problems {
    let mut problems = Problems::new();
    too_long(text, 253, &mut problems);
    if !text.strip_prefix("*.").is_some_and(|rest| rest.split('.').all(is_label)) {
        problems.push(WILDCARD_SUBDOMAIN.into());
    }
    problems
}

/// A DNS-1035 label: Services.
pub fn dns1035_label(text: &str) -> Problems {
    let mut problems = Problems::new();
    too_long(text, 63, &mut problems);
    if !is_label(text) || !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        problems.push(DNS1035_LABEL.into());
    }
    problems
}

fn is_word(text: &str) -> bool {
    let b = text.as_bytes();
    let ends = |x: Option<&u8>| x.is_some_and(u8::is_ascii_alphanumeric);
    ends(b.first()) && ends(b.last()) && b.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

/// A label's value.
pub fn label_value(text: &str) -> Problems {
    let mut problems = Problems::new();
    too_long(text, 63, &mut problems);
    if !text.is_empty() && !is_word(text) {
        problems.push(LABEL_VALUE.into());
    }
    problems
}

/// A key of labels and annotations: `[prefix/]name`.
pub fn qualified_name(text: &str) -> Problems {
    let mut problems = Problems::new();
    let parts: Vec<&str> = text.split('/').collect();
    let name = match parts[..] {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                problems.push("prefix part must be non-empty".into());
            } else {
                problems.extend(dns1123_subdomain(prefix).into_iter().map(|p| format!("prefix part {p}")));
            }
            name
        }
        _ => {
            let qualified = QUALIFIED.replacen("name part", "a qualified name", 1);
            return vec![format!(
                "{qualified} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        problems.push("name part must be non-empty".into());
    } else if name.len() > 63 {
        problems.push("name part must be no more than 63 characters".into());
    }
    if !is_word(name) {
        problems.push(QUALIFIED.into());
    }
    problems
}

/// A key of ConfigMaps and Secrets.
pub fn config_key(text: &str) -> Problems {
    let mut problems = Problems::new();
    too_long(text, 253, &mut problems);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        problems.push(CONFIG_KEY.into());
    } else if text == "." || text == ".." {
        problems.push(format!("must not be '{text}'"));
    } else if text.starts_with("..") {
        problems.push("must not start with '..'".into());
    }
    problems
}

/// A segment of a path, as names of kinds without a rule of their own.
pub fn path_segment(text: &str) -> Problems {
    match text {
        "." | ".." => vec![format!("may not be '{text}'")],
        _ => ["/", "%"]
            .iter()
            .filter(|c| text.contains(**c))
            .map(|c| format!("may not contain '{c}'"))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_right_or_wrong() {
        let check =
            |f: fn(&str) -> Problems, text: &str, ok: bool| assert_eq!(f(text).is_empty(), ok, "{text}");
        for (text, label, subdomain, dns1035) in [
            ("web", true, true, true),
            ("1web", true, true, false),
            ("a.b", false, true, false),
            ("Web", false, false, false),
            ("-a", false, false, false),
            ("a-", false, false, false),
            ("", false, false, false),
            ("a..b", false, false, false),
        ] {
            check(dns1123_label, text, label);
            check(dns1123_subdomain, text, subdomain);
            check(dns1035_label, text, dns1035);
        }
        check(dns1123_label, &"a".repeat(64), false);
        for (text, ok) in
            [("app", true), ("example.com/app", true), ("/app", false), ("a/b/c", false), ("a/", false)]
        {
            check(qualified_name, text, ok);
        }
        for (text, ok) in [("", true), ("A_b.c", true), ("-a", false), ("a b", false)] {
            check(label_value, text, ok);
        }
        for (text, ok) in [("a.b", true), ("", false), ("..", false), ("a/b", false)] {
            check(config_key, text, ok);
        }
    }
}
