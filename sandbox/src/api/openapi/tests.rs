//! The documents by themselves, and beside those of a real API server, where its recordings are there.

use std::{collections::BTreeSet, path::PathBuf};

use super::*;
use crate::types::{Field, Of, Shape};

/// A recorded answer to a request that took JSON, or something else.
fn recorded(url: &str, accept: &str) -> Option<Vec<u8>> {
    let given = option_env!("PILOTHOUSE_GOLDEN").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden");
    let Some(folder) = [given, Some(beside)].into_iter().flatten().find(|p| p.is_dir()) else {
        println!("skipped: no recordings (set PILOTHOUSE_GOLDEN to their folder)");
        return None;
    };
    let text = std::fs::read_to_string(folder.join("12-discovery.http.jsonl")).unwrap();
    let exchanges = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let exchange =
        exchanges.into_iter().find(|e| e["url"] == url && e["reqHeaders"]["Accept"] == accept).unwrap();
    let file = folder.join(exchange["respBodyFile"].as_str().unwrap());
    let output = std::process::Command::new("gzip").arg("-dc").arg(file).output().unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}

/// Without what is said to people.
fn without_words(json: &Json) -> Json {
    match json {
        Json::Map(map) => {
            let kept = map.iter().filter(|(key, value)| *key != "description" || value.str().is_none());
            Json::Map(kept.map(|(key, value)| (key.clone(), without_words(value))).collect())
        }
        Json::List(list) => {
            let mut list: Vec<Json> = list.iter().map(without_words).collect();
            // The order says nothing.
            if list.iter().all(|item| item.str().is_some()) {
                list.sort_by(|a, b| a.text().cmp(b.text()));
            }
            list.into()
        }
        other => other.clone(),
    }
}

/// What differs, as `path: ours | theirs`.
fn differences(ours: &Json, theirs: &Json, at: &str, out: &mut Vec<String>) {
    match (ours, theirs) {
        (Json::Map(a), Json::Map(b)) => {
            let keys: BTreeSet<&str> = a.iter().chain(b.iter()).map(|(key, _)| key.as_str()).collect();
            for key in keys {
                differences(&ours[key], &theirs[key], &format!("{at}/{key}"), out);
            }
        }
        _ if ours == theirs => {}
        _ => out.push(format!("{at}: {ours} | {theirs}")),
    }
}

#[test]
fn the_encoder_writes_what_a_real_server_writes() {
    let Some(json) = recorded("/openapi/v2", "application/json") else { return };
    let protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    let theirs = recorded("/openapi/v2", protobuf).unwrap();
    let json = Json::parse(&json).unwrap();
    let (mut missing, mut count) = (Vec::new(), 0);
    let mut at = 0;
    let mut expect = |name: &str, bytes: Vec<u8>| {
        count += 1;
        // Both are in the order of their names.
        match theirs[at..].windows(bytes.len()).position(|window| window == bytes) {
            Some(found) => at += found + bytes.len(),
            None => missing.push(name.to_owned()),
        }
    };
    json["paths"].entries().for_each(|(name, item)| expect(name, gnostic::path_bytes(item)));
    json["definitions"].entries().for_each(|(name, schema)| expect(name, gnostic::schema_bytes(schema)));
    // These write group, version and kind in another order, and an asterisk in other quotes.
    let known = ["apiregistration", "apiextensions", "RuleWithOperations"];
    missing.retain(|name| !known.iter().any(|k| name.contains(k)));
    assert!(
        missing.is_empty() && count > 800,
        "{} of {count} are written otherwise: {missing:?}",
        missing.len()
    );
}

/// Schemas and operations that are there or will be; of those kinds that are not served yet, only the names matter.
fn all_kinds() -> Vec<Kind> {
    let kind = |(api_version, kind): &(&str, &str)| {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Kind {
            group: group.into(),
            version: version.into(),
            kind: (*kind).into(),
            plural: String::new(),
            namespaced: true,
            returns_deleted: false,
            strategic: true,
            verbs: crate::resources::ALL_VERBS,
            schema: roots::name(api_version, kind).unwrap(),
            subresources: Vec::new(),
        }
    };
    roots::ALL.iter().filter(|(api_version, _)| *api_version != "meta.k8s.io/v1").map(kind).collect()
}

#[test]
fn every_kind_has_a_schema() {
    for kind in &SERVED.kinds {
        let schema = &SERVED.definitions[&kind.schema];
        assert!(!schema["properties"].is_empty(), "{}", kind.schema);
        let is_ours = kind.group == "sim.pilothouse.dev";
        assert_eq!(roots::find(&kind.api_version(), &kind.kind).is_some(), !is_ours, "{}", kind.schema);
    }
}

#[test]
fn schemas_are_those_of_a_real_server() {
    let Some(json) = recorded("/openapi/v2", "application/json") else { return };
    let theirs = without_words(&Json::parse(&json).unwrap()["definitions"]);
    let mut found = Vec::new();
    let is_served = |name: &str| !name.ends_with("List") || !theirs[name].is_null();
    for (name, schema) in
        definitions::definitions(&all_kinds()).into_iter().filter(|(name, _)| is_served(name))
    {
        let ours = without_words(&v2::without_defaults(&schema));
        differences(&ours, &theirs[name.as_str()], &name, &mut found);
    }
    // Deprecated; values with blanks; of APIServices no table of fields.
    let known = ["x-kubernetes-unions", "usages/items/enum", "kube-aggregator"];
    found.retain(|difference| !known.iter().any(|k| difference.contains(k)));
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

#[test]
fn documents_of_v3_are_those_of_a_real_server() {
    let mut found = Vec::new();
    for url in [
        "api/v1",
        "apis/apps/v1",
        "apis/discovery.k8s.io/v1",
        "apis/storage.k8s.io/v1",
        "apis/batch/v1",
        "apis/networking.k8s.io/v1",
    ] {
        let Some(json) = recorded(&format!("/openapi/v3/{url}"), "application/json") else { return };
        let theirs = without_words(&Json::parse(&json).unwrap());
        let ours = without_words(&Json::parse(&v3(&Kinds::default(), url).unwrap().bytes).unwrap());
        assert_eq!(ours["info"], theirs["info"]);
        for part in ["components/schemas", "components/securitySchemes", "paths"] {
            let (ours, theirs) = (ours.at(&part.replace('/', ".")), theirs.at(&part.replace('/', ".")));
            for (name, value) in ours.entries() {
                differences(value, &theirs[name.as_str()], name, &mut found);
            }
        }
    }
    let known = [
        // of a log, a part of the parameters.
        "/log/parameters",
    ];
    found.retain(|difference| !known.iter().any(|k| difference.contains(k)));
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

/// A field as OpenAPI would say it.
fn said(field: &Field) -> String {
    let of = match field.of {
        Of::Bool => "boolean".into(),
        Of::Int32 => "integer int32".into(),
        Of::Int64 => "integer int64".into(),
        Of::Double => "number double".into(),
        Of::String => "string".into(),
        Of::Bytes => "string byte".into(),
        Of::Strings => "array of string".into(),
        Of::Time => "Time".into(),
        Of::MicroTime => "MicroTime".into(),
        Of::Quantity => "Quantity".into(),
        Of::IntOrString => "IntOrString".into(),
        Of::Json => "JSON".into(),
        Of::Message(id) => id.message().name.to_owned(),
    };
    match field.shape {
        Shape::One => of,
        Shape::List => format!("array of {of}"),
        Shape::Map => format!("object of {of}"),
    }
}

fn words(property: &Json) -> String {
    let name = property["$ref"].text().rsplit('.').next().unwrap_or_default();
    let inner = |key: &str| words(&property[key]);
    match (name, property["type"].text(), property["format"].text()) {
        ("FieldsV1" | "RawExtension" | "JSON", ..) => "JSON".into(),
        ("", "array", _) => format!("array of {}", inner("items")),
        ("", "object", _) => format!("object of {}", inner("additionalProperties")),
        ("", type_, format) => format!("{type_} {format}").trim().to_owned(),
        (name, ..) => name.into(),
    }
}

/// What protobuf is read by and what the schemas say were made by different people from the same types.
#[test]
fn the_table_of_types_has_every_property() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (name, schema) in definitions::definitions(&all_kinds()) {
        let Some(message) = crate::types::by_schema(&name) else { continue };
        let mut fields: Vec<&Field> = message.fields.iter().collect();
        while let Some(i) = fields.iter().position(|f| f.name.is_empty()) {
            let inlined = fields.swap_remove(i).message().unwrap();
            fields.extend(inlined.fields.iter());
        }
        // These are one thing or another in JSON.
        if name.contains("JSONSchemaPropsOr") {
            continue;
        }
        let mut ours: Vec<String> =
            fields.iter().map(|f| format!("{name} {}: {}", f.name, said(f))).collect();
        let own = |property: &str| !(message.is_kind && matches!(property, "apiVersion" | "kind"));
        let mut theirs: Vec<String> = schema["properties"]
            .entries()
            .filter(|(property, _)| own(property))
            .map(|(property, schema)| format!("{name} {property}: {}", words(schema)))
            .collect();
        ours.sort();
        theirs.sort();
        count += ours.len();
        wrong.extend(ours.iter().filter(|f| !theirs.contains(f)).map(|f| format!("only in the table: {f}")));
        wrong.extend(theirs.iter().filter(|f| !ours.contains(f)).map(|f| format!("only in the schema: {f}")));
    }
    assert!(wrong.is_empty() && count > 1500, "{count} properties:\n{}", wrong.join("\n"));
}
