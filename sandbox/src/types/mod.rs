//! The types of Kubernetes' API as data: the fields of each, their numbers in the protobuf form, how lists merge.
//!
//! Facts of Kubernetes 1.33, one text file a group version in `table/`, written by `cargo xtask types` (the definitions of
//! custom resources in part by hand, for want of a program of 1.33 that has them). A line without indent names a type, followed by
//! `kind` if objects of it carry `apiVersion` and `kind`, and by `atomic` if its fields have one owner; below it stand its
//! fields, `NUMBER NAME TYPE MARKS`, divided by semicolons. In TYPE, `*` may be absent even where zero means something,
//! `[]` is a list and `{}` a map by strings; other sections' types are `core.NAME` and `meta.NAME`. A field named `..` has no
//! name in JSON: its fields stand among those of the type around it. MARKS are `atomic`, `set`, `granular`, `map(KEY,…)`
//! (list-type and map-type), `merge`, `merge(KEY)`, `retainKeys`, `replace` (the strategy of strategic merge patch; its key is
//! the first of `map` where it names none), `enum(VALUE|…)`, `default(VALUE)`, and `always` where JSON shows the field though it is
//! zero or empty (no `omitempty` in Go).

mod either;
mod names;
mod order;
mod parse;

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

pub use names::{InJson, search};

use crate::json::Json;

/// A type with fields.
#[derive(Debug)]
pub struct Message {
    /// E.g. `PodSpec`.
    pub name: &'static str,
    /// `apiVersion` of its kinds, e.g. `apps/v1`.
    pub api_version: &'static str,
    /// OpenAPI's name of the package, e.g. `io.k8s.api.apps.v1`.
    pub package: &'static str,
    /// Do objects of it carry `apiVersion` and `kind`?
    pub is_kind: bool,
    /// Has the whole one owner?
    pub atomic: bool,
    /// Is it in JSON one of its fields' values, without the field's name?
    pub either: bool,
    /// In the order of their numbers.
    pub fields: Vec<Field>,
    /// Their places in the order of JSON.
    json_order: Vec<usize>,
    /// All that have a name in JSON, made when somebody asks.
    in_json: OnceLock<Vec<InJson>>,
}

/// A field of a type.
#[derive(Debug)]
pub struct Field {
    /// Its number in the protobuf form.
    pub number: u32,
    /// Its name in JSON; empty for a type whose fields stand among those of the type around it.
    pub name: &'static str,
    /// One, many, or many by name.
    pub shape: Shape,
    /// May it be absent where its zero value means something? A pointer in Go.
    pub pointer: bool,
    /// Does JSON show it where it is zero or empty? Messages are shown anyway.
    pub always: bool,
    /// What it holds.
    pub of: Of,
    /// Who owns parts of it: `atomic`, `set`, `map`, `granular`; empty where nothing is said.
    pub topology: &'static str,
    /// The keys of a `map`.
    pub keys: Vec<&'static str>,
    /// Strategies of strategic merge patch: `merge`, `retainKeys`, `replace`.
    pub strategies: Vec<&'static str>,
    /// The key by which strategic merge patch tells items apart.
    pub merge_key: Option<&'static str>,
    /// The values it may have; empty where all are.
    pub values: Vec<&'static str>,
    /// What a string is where nobody wrote it, by its declaration alone. Keys of lists are read so.
    pub default: Option<&'static str>,
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One.
    One,
    /// A list.
    List,
    /// A map by strings.
    Map,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// `bool`
    Bool,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
    /// `double`
    Double,
    /// `string`
    String,
    /// Base64 in JSON.
    Bytes,
    /// A message that is only a list of strings.
    Strings,
    /// Whole seconds.
    Time,
    /// Microseconds.
    MicroTime,
    /// A quantity, a string in JSON.
    Quantity,
    /// An integer or a string.
    IntOrString,
    /// JSON as it is.
    Json,
    /// Another type.
    Message(Id),
}

/// A type's place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(usize);

struct Table {
    messages: Vec<Message>,
    by_name: BTreeMap<(&'static str, &'static str), usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| parse::table().expect("the table is well-formed"));

impl Field {
    /// Is this value of it nothing to Go's `omitempty`? Then no JSON shows it, and its absence means the same.
    pub fn leaves_out(&self, value: &Json) -> bool {
        let is_nothing = || match (self.shape, self.of, value) {
            (Shape::One, Of::Bool, Json::Bool(is)) => !is,
            (Shape::One, Of::Int32 | Of::Int64 | Of::Double, Json::Int(n)) => *n == 0,
            (Shape::One, Of::Double, Json::Float(n)) => *n == 0.0,
            (Shape::One, Of::String | Of::Bytes, Json::Str(text)) => text.is_empty(),
            (Shape::One, Of::Strings, Json::List(list)) | (Shape::List, _, Json::List(list)) => {
                list.is_empty()
            }
            (Shape::Map, _, Json::Map(map)) => map.is_empty(),
            _ => false,
        };
        !self.always && !self.pointer && is_nothing()
    }
}

impl Id {
    /// The type.
    pub fn message(self) -> &'static Message {
        &TABLE.messages[self.0]
    }
}

/// A type by `apiVersion` and name.
pub fn find(api_version: &str, name: &str) -> Option<&'static Message> {
    TABLE.by_name.get(&(api_version, name)).map(|i| &TABLE.messages[*i])
}

/// A type by its name in OpenAPI, e.g. `io.k8s.api.core.v1.PodSpec`.
pub fn by_schema(name: &str) -> Option<&'static Message> {
    let (package, name) = name.rsplit_once('.')?;
    TABLE.messages.iter().find(|m| m.name == name && m.package == package)
}

impl Message {
    /// The fields in the order in which JSON has them.
    pub fn in_json(&self) -> impl Iterator<Item = &Field> {
        self.json_order.iter().map(|&i| &self.fields[i])
    }

    /// The field with a number.
    pub fn numbered(&self, number: u32) -> Option<&Field> {
        self.fields.binary_search_by_key(&number, |f| f.number).ok().map(|i| &self.fields[i])
    }

    /// All fields that have a name in JSON, those of inlined types included, in the order of their names.
    pub fn by_name(&'static self) -> &'static [InJson] {
        self.in_json.get_or_init(|| names::all(self))
    }

    /// The field with a name in JSON, those of inlined types included.
    pub fn named(&'static self, name: &str) -> Option<&'static Field> {
        let fields = self.by_name();
        search(fields, name).ok().map(|i| fields[i].field)
    }
}

impl Field {
    /// The type it holds, if that has fields.
    pub fn message(&self) -> Option<&'static Message> {
        match self.of {
            Of::Message(id) => Some(id.message()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_kubernetes_says() {
        let pod = find("v1", "PodSpec").unwrap();
        let containers = pod.named("containers").unwrap();
        assert_eq!((containers.number, containers.shape, containers.pointer), (2, Shape::List, false));
        assert_eq!(containers.message().unwrap().name, "Container");
        assert_eq!(
            (containers.topology, &containers.keys[..], containers.merge_key),
            ("map", &["name"][..], Some("name"))
        );
        let volumes = pod.named("volumes").unwrap();
        assert_eq!(volumes.strategies, ["merge", "retainKeys"]);
        // Its source has no name of its own.
        assert_eq!(volumes.message().unwrap().named("emptyDir").unwrap().number, 2);
        let deployment = find("apps/v1", "DeploymentSpec").unwrap();
        assert_eq!(deployment.named("template").unwrap().message().unwrap().package, "io.k8s.api.core.v1");
        assert!(
            deployment.named("replicas").unwrap().pointer && !deployment.named("paused").unwrap().pointer
        );
        assert!(deployment.named("nosuch").is_none() && find("apps/v2", "Deployment").is_none());
        let policy = find("v1", "Container").unwrap().named("imagePullPolicy").unwrap();
        assert_eq!(policy.values, ["Always", "IfNotPresent", "Never"]);
        assert!(find("meta.k8s.io/v1", "LabelSelector").unwrap().atomic);
        assert_eq!(by_schema("io.k8s.api.apps.v1.Deployment").map(|m| m.is_kind), Some(true));
    }

    #[test]
    fn numbers_and_names_are_unique() {
        for message in &TABLE.messages {
            let mut names: Vec<&str> =
                message.fields.iter().map(|f| f.name).filter(|n| !n.is_empty()).collect();
            names.sort_unstable();
            assert!(names.windows(2).all(|w| w[0] != w[1]), "{}", message.name);
            assert!(message.fields.windows(2).all(|w| w[0].number < w[1].number), "{}", message.name);
        }
    }
}
