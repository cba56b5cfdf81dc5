//! Reads the text files of the table.

use std::{collections::BTreeMap, sync::OnceLock};

use super::{Field, Id, Message, Of, Shape, Table, either, order};

const FILES: [&str; 21] = [
    include_str!("table/v1.txt"),
    include_str!("table/meta.k8s.io.v1.txt"),
    include_str!("table/apps.v1.txt"),
    include_str!("table/batch.v1.txt"),
    include_str!("table/autoscaling.v1.txt"),
    include_str!("table/autoscaling.v2.txt"),
    include_str!("table/policy.v1.txt"),
    include_str!("table/scheduling.k8s.io.v1.txt"),
    include_str!("table/networking.k8s.io.v1.txt"),
    include_str!("table/storage.k8s.io.v1.txt"),
    include_str!("table/rbac.authorization.k8s.io.v1.txt"),
    include_str!("table/coordination.k8s.io.v1.txt"),
    include_str!("table/discovery.k8s.io.v1.txt"),
    include_str!("table/events.k8s.io.v1.txt"),
    include_str!("table/authentication.k8s.io.v1.txt"),
    include_str!("table/authorization.k8s.io.v1.txt"),
    include_str!("table/apiextensions.k8s.io.v1.txt"),
    include_str!("table/admissionregistration.k8s.io.v1.txt"),
    include_str!("table/certificates.k8s.io.v1.txt"),
    include_str!("table/flowcontrol.apiserver.k8s.io.v1.txt"),
    include_str!("table/node.k8s.io.v1.txt"),
];

/// A type whose fields are still text.
struct Raw {
    name: &'static str,
    api_version: &'static str,
    package: &'static str,
    words: Vec<&'static str>,
    fields: Vec<&'static str>,
}

/// # Errors
/// What cannot be read, and where.
pub(super) fn table() -> Result<Table, String> {
    let mut raws: Vec<Raw> = Vec::new();
    for text in FILES {
        raws.extend(section(text)?);
    }
    let by_name: BTreeMap<_, _> =
        raws.iter().enumerate().map(|(i, raw)| ((raw.api_version, raw.name), i)).collect();
    let messages = raws.iter().map(|raw| message(raw, &by_name)).collect::<Result<_, _>>()?;
    Ok(Table { messages, by_name })
}

fn section(text: &'static str) -> Result<Vec<Raw>, String> {
    let mut lines = text.lines();
    let heading = lines.next().unwrap_or_default();
    let (api_version, package) = heading
        .strip_prefix("= ")
        .and_then(|h| h.split_once(' '))
        .ok_or_else(|| format!("no heading: {heading}"))?;
    let mut raws: Vec<Raw> = Vec::new();
    for line in lines {
        match (line.strip_prefix("  "), raws.last_mut()) {
            (Some(fields), Some(raw)) => {
                raw.fields.extend(fields.split(';').map(str::trim).filter(|f| !f.is_empty()));
            }
            (None, _) => {
                let mut words = line.split(' ');
                let name = words.next().unwrap_or_default();
                raws.push(Raw { name, api_version, package, words: words.collect(), fields: Vec::new() });
            }
            (Some(_), None) => return Err(format!("fields of nothing: {line}")),
        }
    }
    Ok(raws)
}

type Names = BTreeMap<(&'static str, &'static str), usize>;

fn message(raw: &Raw, names: &Names) -> Result<Message, String> {
    let fields = raw.fields.iter().map(|text| {
        field(text, raw.api_version, names).ok_or_else(|| format!("{} {}: {text}", raw.api_version, raw.name))
    });
    let fields: Vec<Field> = fields.collect::<Result<_, _>>()?;
    let names: Vec<&str> = fields.iter().map(|f| f.name).collect();
    Ok(Message {
        json_order: order::in_json(raw.api_version, raw.name, &names),
        in_json: OnceLock::new(),
        name: raw.name,
        api_version: raw.api_version,
        package: raw.package,
        is_kind: raw.words.contains(&"kind"),
        atomic: raw.words.contains(&"atomic"),
        either: either::is_either(raw.name),
        fields,
    })
}

fn field(text: &'static str, api_version: &'static str, names: &Names) -> Option<Field> {
    let mut words = text.split(' ');
    let number = words.next()?.parse().ok()?;
    let name = words.next()?;
    let type_ = words.next()?;
    let (pointer, type_) = type_.strip_prefix('*').map_or((false, type_), |rest| (true, rest));
    let (shape, type_) = if let Some(item) = type_.strip_prefix("[]") {
        (Shape::List, item)
    } else if let Some(value) = type_.strip_prefix("{}") {
        (Shape::Map, value)
    } else {
        (Shape::One, type_)
    };
    let mut field = Field {
        number,
        name: if name == ".." { "" } else { name },
        shape,
        pointer,
        always: false,
        of: of(type_, api_version, names)?,
        topology: "",
        keys: Vec::new(),
        strategies: Vec::new(),
        merge_key: None,
        values: Vec::new(),
        default: None,
    };
    words.try_for_each(|mark| field.mark(mark))?;
    if field.strategies.contains(&"merge") && field.merge_key.is_none() {
        field.merge_key = field.keys.first().copied();
    }
    Some(field)
}

impl Field {
    fn mark(&mut self, mark: &'static str) -> Option<()> {
        let inside = |prefix: &str| mark.strip_prefix(prefix)?.strip_suffix(')');
        match mark {
            "atomic" | "set" | "granular" => self.topology = mark,
            "always" => self.always = true,
            "merge" | "retainKeys" | "replace" => self.strategies.push(mark),
            _ => {
                if let Some(keys) = inside("map(") {
                    self.topology = "map";
                    self.keys = keys.split(',').collect();
                } else if let Some(key) = inside("merge(") {
                    self.strategies.push("merge");
                    self.merge_key = Some(key);
                } else if let Some(value) = inside("default(") {
                    self.default = Some(value);
                } else {
                    self.values = inside("enum(")?.split('|').collect();
                }
            }
        }
        Some(())
    }
}

fn of(type_: &'static str, api_version: &'static str, names: &Names) -> Option<Of> {
    Some(match type_ {
        "bool" => Of::Bool,
        "int32" => Of::Int32,
        "int64" => Of::Int64,
        "double" => Of::Double,
        "string" => Of::String,
        "bytes" => Of::Bytes,
        "Strings" => Of::Strings,
        "Time" => Of::Time,
        "MicroTime" => Of::MicroTime,
        "Quantity" => Of::Quantity,
        "IntOrString" => Of::IntOrString,
        "FieldsV1" | "RawExtension" | "JSON" => Of::Json,
        _ => {
            let (section, name) = match type_.split_once('.') {
                Some(("core", name)) => ("v1", name),
                Some(("meta", name)) => ("meta.k8s.io/v1", name),
                _ => (api_version, type_),
            };
            Of::Message(Id(*names.get(&(section, name))?))
        }
    })
}
