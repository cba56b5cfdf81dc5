//! The world's own group stands in our discovery beside Kubernetes' groups, and no real cluster has it: it goes from our
//! answers before they are compared, so that all the rest is.

use std::borrow::Cow;

use serde_json::Value;

/// The group, and how OpenAPI turns it around.
const GROUP: &str = "sim.pilothouse.dev";
const TURNED: &str = "dev.pilothouse.sim.";

/// The text without the group: entries of JSON, items of YAML, lines of anything else.
pub fn without(text: &str) -> Cow<'_, str> {
    if !names_it(text) {
        return Cow::Borrowed(text);
    }
    if let Ok(mut json) = serde_json::from_str::<Value>(text) {
        prune(&mut json);
        return Cow::Owned(json.to_string());
    }
    let mut kept = String::new();
    let mut in_item = false;
    for line in text.lines() {
        in_item = (in_item && line.starts_with("  ")) || (line.starts_with("- ") && names_it(line));
        if !in_item && !names_it(line) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    Cow::Owned(kept)
}

fn names_it(text: &str) -> bool {
    text.contains(GROUP) || text.contains(TURNED)
}

/// Drops entries whose key is of the group, and list items that say that they are.
fn prune(json: &mut Value) {
    match json {
        Value::Object(map) => {
            map.retain(|key, _| !names_it(key));
            map.values_mut().for_each(prune);
        }
        Value::Array(list) => {
            list.retain(|item| !is_ours(item));
            list.iter_mut().for_each(prune);
        }
        _ => {}
    }
}

fn is_ours(item: &Value) -> bool {
    let says = |value: &Value| value.as_str().is_some_and(names_it);
    match item {
        Value::Object(map) => {
            let registers =
                map.contains_key("versions") || map.get("kind").is_some_and(|k| k == "APIService");
            map.get("metadata").is_some_and(|m| says(&m["name"]) && registers)
                || map.get("cells").is_some_and(|cells| says(&cells[0]))
                || ["name", "group", "groupVersion"].iter().any(|key| map.get(*key).is_some_and(says))
        }
        other => says(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_goes_and_the_rest_stays() {
        for (given, expect) in [
            ("apps/v1\nsim.pilothouse.dev/v1\nv1\n", "apps/v1\nv1\n"),
            (
                "groups:\n- name: a\n  v: 1\n- name: sim.pilothouse.dev\n  v: 1\n- name: b\n",
                "groups:\n- name: a\n  v: 1\n- name: b\n",
            ),
            (
                r#"{"groups":[{"name":"apps"},{"name":"sim.pilothouse.dev"}]}"#,
                r#"{"groups":[{"name":"apps"}]}"#,
            ),
            (r#"{"paths":["/api","/apis/sim.pilothouse.dev/v1"]}"#, r#"{"paths":["/api"]}"#),
            (r#"{"paths":{"apis/sim.pilothouse.dev":{},"api":{}}}"#, r#"{"paths":{"api":{}}}"#),
            (
                r#"{"items":[{"metadata":{"name":"sim.pilothouse.dev"},"versions":[]},{"metadata":{"name":"a"}}]}"#,
                r#"{"items":[{"metadata":{"name":"a"}}]}"#,
            ),
            (
                r#"{"rows":[{"cells":["v1.sim.pilothouse.dev","Local"],"object":{}},{"cells":["v1.apps","Local"]}]}"#,
                r#"{"rows":[{"cells":["v1.apps","Local"]}]}"#,
            ),
            (
                r#"{"items":[{"kind":"APIService","metadata":{"name":"v1.sim.pilothouse.dev"}},{"kind":"APIService"}]}"#,
                r#"{"items":[{"kind":"APIService"}]}"#,
            ),
            (
                "v1.sim.pilothouse.dev   Local   True   5m\nv1.storage.k8s.io   Local   True   5m\n",
                "v1.storage.k8s.io   Local   True   5m\n",
            ),
            ("nothing of it\n", "nothing of it\n"),
        ] {
            assert_eq!(without(given), expect);
        }
    }
}
