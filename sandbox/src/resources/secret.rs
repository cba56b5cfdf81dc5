//! Models v1 Secret.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    Column, ResourceDef, Row,
    check::{self, Errors},
    config_map,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    default,
    validate,
    fields: &["type"],
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("", "v1", "Secret", "secrets", "secret")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Type"), Column::new("Data"), Column::new("Age")];

fn row(secret: &Object, now: Time) -> Row {
    let count = secret["data"].entries().count();
    vec![secret.name().into(), secret["type"].text().into(), count.into(), age(secret, now)]
}

/// `stringData` is for writing only: it becomes `data`.
fn default(secret: &mut Object) {
    secret.default_to("type", "Opaque");
    for (key, value) in secret.remove("stringData").unwrap_or_default().entries() {
        secret["data"].set(key, BASE64_STANDARD.encode(value.text()));
    }
}

/// A value of `data`; `None` where there is none.
fn value(secret: &Object, key: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(secret["data"][key].str()?).ok()
}

fn validate(secret: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    config_map::keys(secret, &["data"], &mut errors);
    config_map::size("data", config_map::decoded_bytes(&secret["data"]), &mut errors);
    let type_ = secret["type"].text();
    contents(secret, type_, &mut errors);
    if let Some(old) = old {
        if old["type"] != *type_ {
            errors.push(FieldError::invalid("type", &secret["type"], "field is immutable"));
        }
        config_map::immutability(secret, old, &["data"], &mut errors);
    }
    errors
}

/// What each type must hold.
fn contents(secret: &Object, type_: &str, errors: &mut Errors) {
    let data = |key: &str| format!("data[{key}]");
    let mut need = |keys: &[&str]| {
        for key in keys {
            errors.push(FieldError::required(data(key), ""));
        }
    };
    let missing = |key: &&str| value(secret, key).is_none();
    match type_ {
        "kubernetes.io/tls" => {
            need(&["tls.crt", "tls.key"].into_iter().filter(missing).collect::<Vec<_>>());
        }
        "kubernetes.io/basic-auth" if missing(&"username") && missing(&"password") => {
            need(&["username", "password"]);
        }
        "kubernetes.io/ssh-auth" if value(secret, "ssh-privatekey").is_none_or(|v| v.is_empty()) => {
            need(&["ssh-privatekey"]);
        }
        "kubernetes.io/dockercfg" => docker(secret, ".dockercfg", errors),
        "kubernetes.io/dockerconfigjson" => docker(secret, ".dockerconfigjson", errors),
        "kubernetes.io/service-account-token" => {
            let name = "kubernetes.io/service-account.name";
            if secret.annotation(name).is_none_or(str::is_empty) {
                errors.push(FieldError::required(format!("metadata.annotations[{name}]"), ""));
            }
        }
        _ => {}
    }
}

fn docker(secret: &Object, key: &str, errors: &mut Errors) {
    let at = format!("data[{key}]");
    match value(secret, key) {
        None => errors.push(FieldError::required(at, "")),
        Some(bytes) if Json::parse(&bytes).is_err() => {
            let why = if bytes.is_empty() { "unexpected end of JSON input" } else { "invalid character" };
            errors.push(check::invalid_go(at, "\"<secret contents redacted>\"", why));
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn text_becomes_data() {
        let mut secret = Object(json!({"data": {"a": "YQ=="}, "stringData": {"k": "v"}}));
        default(&mut secret);
        assert_eq!(secret.0, json!({"data": {"a": "YQ==", "k": "dg=="}, "type": "Opaque"}));
    }

    #[test]
    fn types_say_what_they_hold() {
        let fixed = Object(json!({"data": {"a": "YQ=="}, "immutable": true, "type": "Opaque"}));
        for (secret, old, expect) in [
            (json!({"data": {"a.b": "YQ=="}, "type": "Opaque"}), None, vec![]),
            (
                json!({"data": {"a": "YQ=="}, "type": "kubernetes.io/tls"}),
                None,
                vec!["data[tls.crt]: Required value", "data[tls.key]: Required value"],
            ),
            (json!({"data": {"username": ""}, "type": "kubernetes.io/basic-auth"}), None, vec![]),
            (
                json!({"type": "kubernetes.io/basic-auth"}),
                None,
                vec!["data[username]: Required value", "data[password]: Required value"],
            ),
            (
                json!({"type": "kubernetes.io/dockerconfigjson"}),
                None,
                vec!["data[.dockerconfigjson]: Required value"],
            ),
            (
                json!({"type": "kubernetes.io/service-account-token"}),
                None,
                vec!["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
            ),
            (
                json!({"data": {"a": "Yg=="}, "immutable": true, "type": "x"}),
                Some(&fixed),
                vec![
                    "type: Invalid value: \"x\": field is immutable",
                    "data: Forbidden: field is immutable when `immutable` is set",
                ],
            ),
        ] {
            assert_eq!(words(&validate(&Object(secret.clone()), old)), expect, "{secret}");
        }
    }
}
