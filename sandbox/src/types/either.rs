//! Types that are one thing or another: in JSON the value of one of their fields, without its name. Models
//! `JSONSchemaPropsOrArray`, `JSONSchemaPropsOrBool` and `JSONSchemaPropsOrStringArray`.

use super::{Field, Message, Of, Shape};
use crate::json::Json;

/// Is a type with this name one thing or another?
pub(super) fn is_either(name: &str) -> bool {
    name.starts_with("JSONSchemaPropsOr")
}

impl Message {
    /// The field whose value stands for a type that is one thing or another; none where no field takes such a value.
    pub fn chosen(&self, json: &Json) -> Option<&Field> {
        self.fields.iter().filter(|_| self.either).find(|field| match json {
            Json::Map(_) => field.shape == Shape::One && field.message().is_some(),
            Json::List(_) => field.shape == Shape::List,
            Json::Bool(_) => field.of == Of::Bool,
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{json, types::find};

    #[test]
    fn a_value_chooses_its_field() {
        let (object, list) = (json!({"type": "string"}), json!(["a"]));
        for (name, value, expect) in [
            ("JSONSchemaPropsOrArray", &object, Some("schema")),
            ("JSONSchemaPropsOrArray", &list, Some("jSONSchemas")),
            ("JSONSchemaPropsOrArray", &json!(true), None),
            ("JSONSchemaPropsOrBool", &object, Some("schema")),
            ("JSONSchemaPropsOrBool", &json!(false), Some("allows")),
            ("JSONSchemaPropsOrBool", &list, None),
            ("JSONSchemaPropsOrStringArray", &object, Some("schema")),
            ("JSONSchemaPropsOrStringArray", &list, Some("property")),
            ("JSONSchemaProps", &object, None),
        ] {
            let message = find("apiextensions.k8s.io/v1", name).unwrap();
            assert_eq!(message.chosen(value).map(|f| f.name), expect, "{name} {value}");
        }
    }
}
