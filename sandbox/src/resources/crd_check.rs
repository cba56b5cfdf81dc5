//! What is wrong with a CustomResourceDefinition. Models `ValidateCustomResourceDefinition` and its update.
//! Omits: webhook conversion's client configuration, defaults of metadata, what a change of rules may break.

use std::collections::BTreeSet;

use super::custom::{JsonPath, structural};
use crate::{api::names, json::Json, object::Object, status::FieldError};

const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS: [&str; 8] =
    ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const APPROVED: &str = "api-approved.kubernetes.io";
const SELECTABLE_MAX: usize = 8;

/// What is wrong with it.
pub fn check(crd: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if old.is_none() {
        check_name(crd, &mut errors);
    }
    check_spec(&crd["spec"], &mut errors);
    if let Some(old) = old {
        check_kept(crd, old, &mut errors);
    }
    check_names(&crd["status"]["acceptedNames"], "status.acceptedNames", &mut errors);
    check_stored(crd, &mut errors);
    check_approval(crd, &mut errors);
    errors
}

fn check_name(crd: &Object, errors: &mut Vec<FieldError>) {
    let spec = &crd["spec"];
    let wanted = format!("{}.{}", spec["names"]["plural"].text(), spec["group"].text());
    if !crd.name().is_empty() && crd.name().as_str() != wanted {
        let why = "must be spec.names.plural+\".\"+spec.group";
        errors.push(FieldError::invalid("metadata.name", &crd.name().into(), why));
    }
}

fn label(field: String, value: &str, before: &str, errors: &mut Vec<FieldError>) {
    let problems: Vec<String> =
        names::dns1035_label(&if before.is_empty() { value.to_owned() } else { value.to_lowercase() })
            .iter()
            .map(ToString::to_string)
            .collect();
    if !value.is_empty() && !problems.is_empty() {
        errors.push(FieldError::invalid(field, &value.into(), &format!("{before}{}", problems.join(","))));
    }
}

fn check_spec(spec: &Json, errors: &mut Vec<FieldError>) {
    let group = spec["group"].text();
    let problems: Vec<String> = names::dns1123_subdomain(group).iter().map(ToString::to_string).collect();
    if group.is_empty() {
        errors.push(FieldError::required("spec.group", ""));
    } else if !problems.is_empty() {
        errors.push(FieldError::invalid("spec.group", &group.into(), &problems.join(",")));
    } else if !group.contains('.') {
        let why = "should be a domain with at least one dot";
        errors.push(FieldError::invalid("spec.group", &group.into(), why));
    }
    match spec["scope"].text() {
        "" => errors.push(FieldError::required("spec.scope", "")),
        "Cluster" | "Namespaced" => {}
        _ => errors.push(FieldError::unsupported("spec.scope", &spec["scope"], &["Cluster", "Namespaced"])),
    }
    if spec["preserveUnknownFields"].bool() == Some(true) {
        let why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        errors.push(FieldError::invalid("spec.preserveUnknownFields", &true.into(), why));
    }
    check_versions(&spec["versions"], errors);
    for field in ["plural", "singular", "kind", "listKind"] {
        if spec["names"][field].text().is_empty() {
            errors.push(FieldError::required(format!("spec.names.{field}"), ""));
        }
    }
    check_names(&spec["names"], "spec.names", errors);
    if !matches!(spec["conversion"]["strategy"].text(), "None" | "Webhook") {
        let strategies = ["None", "Webhook"];
        errors.push(FieldError::unsupported(
            "spec.conversion.strategy",
            &spec["conversion"]["strategy"],
            &strategies,
        ));
    }
}

fn check_names(names: &Json, at: &str, errors: &mut Vec<FieldError>) {
    const MIXED: &str = "may have mixed case, but should otherwise match: ";
    for (field, before) in [("plural", ""), ("singular", ""), ("kind", MIXED), ("listKind", MIXED)] {
        label(format!("{at}.{field}"), names[field].text(), before, errors);
    }
    for (i, name) in names["shortNames"].list().iter().enumerate() {
        label(format!("{at}.shortNames[{i}]"), name.text(), "", errors);
    }
    if !names["kind"].is_empty() && names["kind"] == names["listKind"] {
        let why = "kind and listKind may not be the same";
        errors.push(FieldError::invalid(format!("{at}.listKind"), &names["listKind"], why));
    }
    for (i, name) in names["categories"].list().iter().enumerate() {
        label(format!("{at}.categories[{i}]"), name.text(), "", errors);
    }
}

fn check_versions(versions: &Json, errors: &mut Vec<FieldError>) {
    let mut names = BTreeSet::new();
    let mut unique = true;
    for (i, version) in versions.list().iter().enumerate() {
        let at = format!("spec.versions[{i}]");
        unique &= names.insert(version["name"].text());
        let problems: Vec<String> =
            names::dns1035_label(version["name"].text()).iter().map(ToString::to_string).collect();
        if !problems.is_empty() {
            errors.push(FieldError::invalid(format!("{at}.name"), &version["name"], &problems.join(",")));
        }
        check_version(version, &at, errors);
    }
    if !unique {
        errors.push(FieldError::invalid("spec.versions", versions, "must contain unique version names"));
    }
    let storages = versions.list().iter().filter(|v| v["storage"].bool() == Some(true)).count();
    if storages != 1 {
        let why = "must have exactly one version marked as storage version";
        errors.push(FieldError::invalid("spec.versions", versions, why));
    }
}

fn check_version(version: &Json, at: &str, errors: &mut Vec<FieldError>) {
    if let Some(warning) = version["deprecationWarning"].str() {
        let field = format!("{at}.deprecationWarning");
        let mut add = |why: &str| errors.push(FieldError::invalid(field.clone(), &warning.into(), why));
        if version["deprecated"].bool() != Some(true) {
            add("can only be set for deprecated versions");
        }
        if warning.is_empty() {
            add("must not be empty");
        }
        if warning.len() > 256 {
            add("must be <= 256 characters");
        }
    }
    let schema = &version["schema"]["openAPIV3Schema"];
    if schema.is_null() {
        errors.push(FieldError::required(format!("{at}.schema.openAPIV3Schema"), "schemas are required"));
    } else {
        structural::check(schema, &format!("{at}.schema.openAPIV3Schema"), errors);
    }
    check_scale(&version["subresources"]["scale"], &format!("{at}.subresources"), errors);
    for (i, column) in version["additionalPrinterColumns"].list().iter().enumerate() {
        check_column(column, &format!("{at}.additionalPrinterColumns[{i}]"), errors);
    }
    check_selectable(version, at, errors);
}

/// A path in dots.
fn simple_path(path: &str, field: &str, errors: &mut Vec<FieldError>) -> bool {
    if !path.starts_with('.') {
        errors.push(FieldError::invalid(field, &path.into(), "must be a simple json path starting with ."));
        return false;
    }
    if let Err(why) = JsonPath::parse(path) {
        errors.push(FieldError::invalid(field, &path.into(), &format!("must be a simple json path: {why}")));
        return false;
    }
    true
}

fn check_scale(scale: &Json, at: &str, errors: &mut Vec<FieldError>) {
    if scale.is_null() {
        return;
    }
    for (name, root, optional) in [
        ("specReplicasPath", ".spec.", false),
        ("statusReplicasPath", ".status.", false),
        ("labelSelectorPath", "", true),
    ] {
        let (path, field) = (scale[name].text(), format!("{at}.scale.{name}"));
        if path.is_empty() {
            if !optional {
                errors.push(FieldError::required(field, ""));
            }
            continue;
        }
        if !simple_path(path, &field, errors) {
            continue;
        }
        let below = if optional {
            path.starts_with(".spec.") || path.starts_with(".status.")
        } else {
            path.starts_with(root)
        };
        if !below {
            let root = if optional { ".spec or .status" } else { root.trim_end_matches('.') };
            errors.push(FieldError::invalid(
                field,
                &path.into(),
                &format!("should be a json path under {root}"),
            ));
        }
    }
}

fn check_column(column: &Json, at: &str, errors: &mut Vec<FieldError>) {
    let (type_, format, path) = (column["type"].text(), column["format"].text(), column["jsonPath"].text());
    if column["name"].text().is_empty() {
        errors.push(FieldError::required(format!("{at}.name"), ""));
    }
    let one_of = |all: &[&str]| format!("must be one of {}", all.join(","));
    if type_.is_empty() {
        errors.push(FieldError::required(format!("{at}.type"), &one_of(&COLUMN_TYPES)));
    } else if !COLUMN_TYPES.contains(&type_) {
        errors.push(FieldError::invalid(format!("{at}.type"), &type_.into(), &one_of(&COLUMN_TYPES)));
    }
    if !format.is_empty() && !COLUMN_FORMATS.contains(&format) {
        errors.push(FieldError::invalid(format!("{at}.format"), &format.into(), &one_of(&COLUMN_FORMATS)));
    }
    if path.is_empty() {
        errors.push(FieldError::required(format!("{at}.JSONPath"), ""));
    } else {
        simple_path(path, &format!("{at}.JSONPath"), errors);
    }
}

fn check_selectable(version: &Json, at: &str, errors: &mut Vec<FieldError>) {
    let fields = version["selectableFields"].list();
    let at = format!("{at}.selectableFields");
    if fields.len() > SELECTABLE_MAX {
        errors.push(FieldError {
            reason: "FieldValueTooMany",
            field: at.as_str().into(),
            detail: format!("Too many: {}: must have at most {SELECTABLE_MAX} items", fields.len()),
        });
    }
    let mut seen = BTreeSet::new();
    for (i, path) in fields.iter().map(|f| f["jsonPath"].text()).enumerate() {
        let field = format!("{at}[{i}].jsonPath");
        if path.is_empty() {
            errors.push(FieldError::required(field, ""));
            continue;
        }
        let mut add = |why: &str| errors.push(FieldError::invalid(field.clone(), &path.into(), why));
        match JsonPath::parse(path) {
            Ok(steps) if steps.is_simple() => match schema_at(version, &steps) {
                None => add("is an invalid path: does not refer to a valid field"),
                Some(_) if path.starts_with(".metadata") => add("must not point to fields in metadata"),
                Some(schema) if !matches!(schema["type"].text(), "string" | "boolean" | "integer") => {
                    add(
                        "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.",
                    );
                }
                Some(_) => {}
            },
            _ => add("is an invalid path: only field paths without array notation are allowed"),
        }
        if !seen.insert(path) {
            errors.push(FieldError::duplicate(field, &path.into()));
        }
    }
}

fn schema_at<'a>(version: &'a Json, path: &JsonPath) -> Option<&'a Json> {
    let root = &version["schema"]["openAPIV3Schema"];
    path.fields().into_iter().try_fold(root, |here, name| here["properties"].map()?.get(name))
}

/// What cannot change, as it names what is stored.
fn check_kept(crd: &Object, old: &Object, errors: &mut Vec<FieldError>) {
    let mut keep = |path: &str| {
        let (now, before) = (crd["spec"].at(path), old["spec"].at(path));
        if now != before {
            errors.push(FieldError::invalid(format!("spec.{path}"), now, "field is immutable"));
        }
    };
    if old.condition("Established")["status"] == "True" {
        keep("scope");
        keep("names.kind");
    }
    keep("group");
    keep("names.plural");
}

fn check_stored(crd: &Object, errors: &mut Vec<FieldError>) {
    let (at, stored) = ("status.storedVersions", &crd["status"]["storedVersions"]);
    if stored.is_empty() {
        let list: Json = stored.list().iter().cloned().collect();
        errors.push(FieldError::invalid(at, &list, "must have at least one stored version"));
        return;
    }
    let versions = crd["spec"]["versions"].list();
    for version in versions.iter().filter(|v| v["storage"].bool() == Some(true)) {
        if !stored.list().contains(&version["name"]) {
            let why = format!("must have the storage version {}", version["name"].text());
            errors.push(FieldError::invalid(at, version, &why));
        }
    }
    for (i, name) in stored.list().iter().enumerate() {
        if !versions.iter().any(|v| v["name"] == *name) {
            errors.push(FieldError::invalid(format!("{at}[{i}]"), name, "must appear in spec.versions"));
        }
    }
}

/// Groups of Kubernetes' own domains need a word of leave.
fn check_approval(crd: &Object, errors: &mut Vec<FieldError>) {
    let group = crd["spec"]["group"].text();
    let is_of = |domain: &str| group == domain || group.ends_with(&format!(".{domain}"));
    if (is_of("k8s.io") || is_of("kubernetes.io")) && crd.annotation(APPROVED).unwrap_or_default().is_empty()
    {
        let why = format!(
            "protected groups must have approval annotation {APPROVED:?}, see https://github.com/kubernetes/enhancements/pull/1111"
        );
        errors.push(FieldError::required(format!("metadata.annotations[{APPROVED}]"), &why));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// The errors of a good definition in which `path` (in dots, numbers for places in lists) is `value`.
    fn errors_with(path: &str, value: Json) -> String {
        let mut crd = json!({
            "metadata": {"name": "crons.x.example"},
            "spec": {
                "group": "x.example", "scope": "Namespaced", "conversion": {"strategy": "None"},
                "names": {"plural": "crons", "singular": "cron", "kind": "Cron", "listKind": "CronList"},
                "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema":
                    {"type": "object", "properties": {"spec": {"type": "object", "properties": {"a": {"type": "string"}}}}}}}],
            },
            "status": {"storedVersions": ["v1"]},
        });
        let mut here = &mut crd;
        for step in path.split('.').filter(|s| !s.is_empty()) {
            here = match step.parse::<usize>() {
                Ok(at) => &mut here.list_mut().make_mut()[at],
                Err(_) => &mut here[step],
            };
        }
        if !path.is_empty() {
            *here = value;
        }
        let errors = check(&Object(crd), None);
        errors.iter().map(|e| format!("{}: {}", e.field, e.detail)).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn definitions_are_held_to_kubernetes_rules() {
        let version = "spec.versions.0";
        let long = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
        for (path, value, expect) in [
            ("", Json::Null, String::new()),
            ("metadata.name", json!("x"), r#"metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group"#.into()),
            ("spec.scope", json!("All"), r#"spec.scope: Unsupported value: "All": supported values: "Cluster", "Namespaced""#.into()),
            ("spec.names.listKind", json!("Cron"), r#"spec.names.listKind: Invalid value: "Cron": kind and listKind may not be the same"#.into()),
            ("spec.names.shortNames", json!(["A"]), format!(r#"spec.names.shortNames[0]: Invalid value: "A": {long}"#)),
            ("spec.preserveUnknownFields", json!(true), "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead".into()),
            (&format!("{version}.schema"), Json::Null, "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required".into()),
            (&format!("{version}.subresources"), json!({"scale": {"specReplicasPath": ".replicas", "statusReplicasPath": ".status.n"}}),
                r#"spec.versions[0].subresources.scale.specReplicasPath: Invalid value: ".replicas": should be a json path under .spec"#.into()),
            (&format!("{version}.additionalPrinterColumns"), json!([{"name": "A", "type": "text", "jsonPath": ".spec.a"}]),
                r#"spec.versions[0].additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string"#.into()),
            (&format!("{version}.selectableFields"), json!([{"jsonPath": ".spec.a"}, {"jsonPath": ".spec.a"}]),
                r#"spec.versions[0].selectableFields[1].jsonPath: Duplicate value: ".spec.a""#.into()),
            (&format!("{version}.deprecationWarning"), json!("old"), r#"spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions"#.into()),
            ("status.storedVersions", json!(["v1", "v0"]), r#"status.storedVersions[1]: Invalid value: "v0": must appear in spec.versions"#.into()),
        ] {
            assert_eq!(errors_with(path, value), expect, "{path}");
        }
        assert!(
            errors_with("spec.group", json!("a.k8s.io"))
                .contains("protected groups must have approval annotation")
        );
        assert!(
            errors_with("spec.versions.0.storage", json!(false))
                .contains("must have exactly one version marked as storage version")
        );
    }

    #[test]
    fn what_names_the_stored_objects_stays() {
        let crd = |scope: &str, group: &str| {
            Object(
                json!({"spec": {"scope": scope, "group": group}, "status": {"conditions": [{"type": "Established", "status": "True"}]}}),
            )
        };
        let mut errors = Vec::new();
        check_kept(&crd("Cluster", "b.example"), &crd("Namespaced", "a.example"), &mut errors);
        let fields: Vec<&str> = errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["spec.scope", "spec.group"]);
    }
}
