//! To and from text, through serde.

use std::fmt;

use ecow::{EcoString, EcoVec};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use super::{Json, map::Builder};

impl Json {
    /// Reads JSON text. Nesting is bounded (128) by the parser.
    ///
    /// # Errors
    /// The parser's error, with line and column.
    pub fn parse(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text)
    }

    /// Compact JSON text.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(b) => serializer.serialize_bool(*b),
            Json::Int(i) => serializer.serialize_i64(*i),
            Json::Float(f) => serializer.serialize_f64(*f),
            Json::Str(s) => serializer.serialize_str(s),
            Json::List(l) => serializer.collect_seq(l.iter()),
            Json::Map(m) => serializer.collect_map(m.iter()),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Json, D::Error> {
        Json::deserialize(d)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Json, E> {
        Ok(Json::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Json, E> {
        Ok(Json::Int(v))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Json, E> {
        Ok(i64::try_from(v).map_or(Json::Float(v as f64), Json::Int))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Json, E> {
        Ok(Json::Float(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<Json, E> {
        Ok(Json::Str(v.into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut list = EcoVec::new();
        while let Some(element) = seq.next_element()? {
            list.push(element);
        }
        Ok(Json::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut map = Builder::default();
        while let Some((key, value)) = access.next_entry::<EcoString, Json>()? {
            map.push(key, value);
        }
        Ok(Json::Map(map.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn text_survives_the_round_trip() {
        for text in [
            "null",
            "true",
            "-7",
            "1.5",
            r#""a\"b""#,
            "[]",
            "{}",
            r#"{"a":[1,{"b":null}],"c":"0123456789abcdefghij"}"#,
        ] {
            let tree = Json::parse(text.as_bytes()).unwrap();
            assert_eq!(tree.to_string(), text);
            assert_eq!(Json::from(serde_json::Value::from(&tree)), tree);
        }
    }

    #[test]
    fn writing_a_clone_leaves_the_original_alone() {
        let original = json!({"spec": {"replicas": 1}, "status": {"ready": 0}});
        let mut copy = original.clone();
        copy["status"]["ready"] = 1.into();
        copy["made"]["on"]["the"] = "way".into();
        assert_eq!(original["status"]["ready"].int(), Some(0));
        assert_eq!(copy.at("made.on.the"), "way");
        assert!(original["made"].is_null());
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Json::parse(text.as_bytes()).is_err());
    }
}
