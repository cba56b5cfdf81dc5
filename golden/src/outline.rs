//! What counts of a document whose prose is its author's: OpenAPI, and the columns of Tables. Their structure is compared
//! whole (paths, operations, parameters, schemas, defaults, extensions); their descriptions are our own words.

use serde_json::Value;

/// The document without prose; anything else as it is.
pub fn of(json: &mut Value) {
    if json.get("openapi").is_some() || json.get("swagger").is_some() {
        without_descriptions(json);
    } else {
        columns(json);
    }
}

fn without_descriptions(json: &mut Value) {
    match json {
        Value::Object(map) => {
            // A property of that name has a schema.
            if map.get("description").is_some_and(Value::is_string) {
                map.remove("description");
            }
            map.values_mut().for_each(without_descriptions);
        }
        Value::Array(list) => list.iter_mut().for_each(without_descriptions),
        _ => {}
    }
}

fn columns(json: &mut Value) {
    match json {
        Value::Object(map) => {
            if let Some(Value::Array(columns)) = map.get_mut("columnDefinitions") {
                columns.iter_mut().for_each(without_descriptions);
            } else if let Some(object) = map.get_mut("object") {
                columns(object);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(columns),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_goes_and_structure_stays() {
        for (mut given, expect) in [
            (
                json!({"openapi": "3.0.0", "paths": {"/a": {"get": {"description": "x", "id": 1}}}}),
                json!({"openapi": "3.0.0", "paths": {"/a": {"get": {"id": 1}}}}),
            ),
            (
                json!({"swagger": "2.0", "properties": {"description": {"type": "string", "description": "x"}}}),
                json!({"swagger": "2.0", "properties": {"description": {"type": "string"}}}),
            ),
            (
                json!({"columnDefinitions": [{"name": "Age", "description": "x"}], "rows": [{"description": "x"}]}),
                json!({"columnDefinitions": [{"name": "Age"}], "rows": [{"description": "x"}]}),
            ),
            (
                json!({"type": "ADDED", "object": {"columnDefinitions": [{"description": "x"}]}}),
                json!({"type": "ADDED", "object": {"columnDefinitions": [{}]}}),
            ),
            (json!({"description": "x"}), json!({"description": "x"})),
        ] {
            of(&mut given);
            assert_eq!(given, expect);
        }
    }
}
