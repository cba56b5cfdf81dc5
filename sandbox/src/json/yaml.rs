//! As YAML.

use goyaml::{Tree, View};

use super::Json;

impl Tree for Json {
    fn view(&self) -> View<'_, Self> {
        match self {
            Json::Map(map) => View::Map(map.iter().map(|(k, v)| (k.as_str(), v)).collect()),
            Json::List(list) => View::List(list),
            Json::Str(text) => View::Text(text),
            other => View::Plain(other.to_string()),
        }
    }
}
