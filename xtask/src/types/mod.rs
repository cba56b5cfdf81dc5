//! `cargo xtask types OPENAPI PROGRAM…`: writes the table of Kubernetes' types (`sandbox/src/types/table/`) anew, for another
//! version or for more kinds.
//!
//! OPENAPI is what a real server of that version answers to `kubectl get --raw /openapi/v2`. The PROGRAMs are Go programs of
//! that version that know the types: kube-apiserver knows all, kubectl all but the custom resource definitions.
//! A new kind begins as a line `NAME kind` in its file; what nobody refers to any more goes.

mod go;
mod table;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::paths;
use go::{GoField, GoType, Program};
use table::{Section, Written};

/// Types that have a form of their own in JSON.
const SPECIAL: [&str; 7] =
    ["Time", "MicroTime", "FieldsV1", "Quantity", "IntOrString", "RawExtension", "JSON"];
/// Longer lists of values, and values with blanks, are left out.
const VALUES_MAX: usize = 100;

/// Reads, and writes.
pub fn run(args: &[String]) -> Result<ExitCode> {
    let [openapi, programs @ ..] = args else {
        bail!("types OPENAPI PROGRAM…: {}", "an OpenAPI document and Go programs")
    };
    let openapi: Value = serde_json::from_str(
        &fs::read_to_string(openapi).with_context(|| format!("cannot read {openapi}"))?,
    )?;
    let programs = programs.iter().map(|path| Program::read(Path::new(path))).collect::<Result<Vec<_>>>()?;
    let folder = paths::root().join("sandbox/src/types/table");
    let sections = table::read(&folder)?;
    let mut work = Work {
        openapi: &openapi["definitions"],
        programs,
        sections: &sections,
        inlined: BTreeMap::new(),
        done: BTreeMap::new(),
    };
    let mut open: Vec<(usize, String)> = sections
        .iter()
        .enumerate()
        .flat_map(|(i, s)| s.kinds.iter().map(move |kind| (i, kind.clone())))
        .collect();
    while let Some((section, name)) = open.pop() {
        if !work.done.contains_key(&(section, name.clone())) {
            let (written, refers) = work.message(section, &name)?;
            work.done.insert((section, name), written);
            open.extend(refers);
        }
    }
    let files: Vec<PathBuf> = table::write(&folder, &sections, &work.done)?;
    println!("{} types in {} files", work.done.len(), files.len());
    Ok(ExitCode::SUCCESS)
}

struct Work<'a> {
    openapi: &'a Value,
    programs: Vec<Program>,
    sections: &'a [Section],
    /// Whose properties those of an inlined type stand among.
    inlined: BTreeMap<(usize, String), String>,
    done: BTreeMap<(usize, String), Written>,
}

impl Work<'_> {
    /// A type as the table writes it, and the types that it refers to.
    fn message(&mut self, section: usize, name: &str) -> Result<(Written, Vec<(usize, String)>)> {
        let home = &self.sections[section];
        let (program, type_) = self
            .programs
            .iter()
            .find_map(|program| Some((program, program.find(&home.go_package(), name)?)))
            .with_context(|| format!("none of the programs knows {}.{name}", home.go_package()))?;
        let schema = format!("{}.{name}", home.package);
        let document =
            self.inlined.get(&(section, name.to_owned())).cloned().unwrap_or_else(|| schema.clone());
        let mut written = Written {
            atomic: self.openapi[&schema]["x-kubernetes-map-type"] == "atomic",
            ..Written::default()
        };
        let (mut refers, mut inlined) = (Vec::new(), Vec::new());
        for field in &type_.fields {
            let Some(protobuf) = tag(field, "protobuf") else {
                written.is_kind |= program.at(field.type_)?.name == "TypeMeta";
                continue;
            };
            let number: u32 = protobuf.split(',').nth(1).unwrap_or_default().parse()?;
            let json = tag(field, "json").map(|t| t.split(',').next().unwrap_or_default().to_owned());
            // What JSON writes by code of its own has no name there.
            let named = || {
                protobuf
                    .split("name=")
                    .nth(1)
                    .and_then(|t| t.split(',').next())
                    .unwrap_or_default()
                    .to_owned()
            };
            let json = json.unwrap_or_else(named);
            let words = self.type_words(program, field.type_, section, &mut refers)?;
            let text = if json.is_empty() {
                let held = refers.last().cloned().context("an inlined type is one of ours")?;
                inlined.push((held, document.clone()));
                format!("{number} .. {words}")
            } else {
                let default = home.default(name, &json);
                let marks = marks(&self.openapi[&document]["properties"][&json]);
                let always = is_always(field, &words).then(|| "always".to_owned());
                [format!("{number} {json} {words}")]
                    .into_iter()
                    .chain(marks)
                    .chain(always)
                    .chain(default)
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            written.fields.insert(number, text);
        }
        self.inlined.extend(inlined);
        Ok((written, refers))
    }

    /// A type in the table's words; notes the types that it names.
    fn type_words(
        &self,
        program: &Program,
        at: u64,
        section: usize,
        refers: &mut Vec<(usize, String)>,
    ) -> Result<String> {
        let type_ = program.at(at)?;
        let inner = |refers: &mut _| self.type_words(program, type_.elem, section, refers);
        Ok(match type_.kind {
            go::BOOL => "bool".into(),
            go::INT32 => "int32".into(),
            go::INT64 => "int64".into(),
            go::FLOAT64 => "double".into(),
            go::STRING => "string".into(),
            go::POINTER => format!("*{}", inner(refers)?),
            go::SLICE if program.at(type_.elem)?.kind == go::UINT8 => "bytes".into(),
            // Lists that are messages of their own in protobuf.
            go::SLICE if matches!(type_.name.as_str(), "ExtraValue" | "Verbs") => "Strings".into(),
            go::SLICE => format!("[]{}", inner(refers)?),
            go::MAP => format!("{{}}{}", inner(refers)?),
            go::STRUCT if SPECIAL.contains(&type_.name.as_str()) => type_.name.clone(),
            go::STRUCT => self.reference(type_, section, refers)?,
            other => bail!("a type of kind {other}: {}", type_.name),
        })
    }

    fn reference(&self, type_: &GoType, section: usize, refers: &mut Vec<(usize, String)>) -> Result<String> {
        let home = self
            .sections
            .iter()
            .position(|s| s.go_package() == type_.package)
            .with_context(|| format!("no file of the table is for {}", type_.package))?;
        refers.push((home, type_.name.clone()));
        let prefix = match self.sections[home].api_version.as_str() {
            _ if home == section => "",
            "v1" => "core.",
            "meta.k8s.io/v1" => "meta.",
            other => bail!("{} of {other} from another file", type_.name),
        };
        Ok(format!("{prefix}{}", type_.name))
    }
}

/// Does JSON show a field where it is zero or empty? Of messages, pointers and what has code of its own that is not asked.
fn is_always(field: &GoField, words: &str) -> bool {
    let plain = ["bool", "int32", "int64", "double", "string", "bytes", "Strings"].contains(&words);
    let asked = plain || words.starts_with("[]") || words.starts_with("{}");
    let is_omitted = |json: String| json.split(',').any(|word| matches!(word, "omitempty" | "omitzero"));
    asked && tag(field, "json").is_some_and(|json| !is_omitted(json))
}

/// One part of a struct tag.
fn tag(field: &GoField, key: &str) -> Option<String> {
    let rest = field.tag.split(&format!("{key}:\"")).nth(1)?;
    Some(rest.split('"').next().unwrap_or_default().to_owned())
}

/// What OpenAPI says of a property beyond its type.
fn marks(property: &Value) -> Vec<String> {
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let mut out = Vec::new();
    let keys = texts(&property["x-kubernetes-list-map-keys"]);
    match property["x-kubernetes-list-type"].as_str().or(property["x-kubernetes-map-type"].as_str()) {
        Some("map") => out.push(format!("map({})", keys.join(","))),
        Some(other) => out.push(other.into()),
        None => {}
    }
    let key = property["x-kubernetes-patch-merge-key"].as_str();
    for strategy in property["x-kubernetes-patch-strategy"].as_str().into_iter().flat_map(|s| s.split(',')) {
        match key {
            Some(key) if strategy == "merge" && keys.first().is_none_or(|k| k != key) => {
                out.push(format!("merge({key})"))
            }
            _ => out.push(strategy.into()),
        }
    }
    let values = [&property["enum"], &property["items"]["enum"], &property["additionalProperties"]["enum"]];
    let values = values
        .into_iter()
        .map(texts)
        .find(|v| !v.is_empty() && v.len() <= VALUES_MAX && v.iter().all(|value| !value.contains(' ')));
    out.extend(values.map(|v| format!("enum({})", v.join("|"))));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn properties_are_marked() {
        let check =
            |property: Value, expect: &str| assert_eq!(marks(&property).join(" "), expect, "{property}");
        check(json!({"type": "string"}), "");
        check(json!({"enum": ["a", "b"]}), "enum(a|b)");
        check(json!({"items": {"enum": ["a"]}, "x-kubernetes-list-type": "set"}), "set enum(a)");
        check(json!({"x-kubernetes-map-type": "atomic"}), "atomic");
        let list = |merge: &str| {
            json!({
                "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"],
                "x-kubernetes-patch-merge-key": merge, "x-kubernetes-patch-strategy": "merge,retainKeys",
            })
        };
        check(list("port"), "map(port,protocol) merge retainKeys");
        check(list("name"), "map(port,protocol) merge(name) retainKeys");
    }

    #[test]
    fn tags_are_read() {
        let field = GoField { type_: 0, tag: r#"json:"a,omitempty" protobuf:"bytes,2,opt,name=a""#.into() };
        assert_eq!(tag(&field, "json").as_deref(), Some("a,omitempty"));
        assert_eq!(tag(&field, "protobuf").as_deref(), Some("bytes,2,opt,name=a"));
        assert_eq!(tag(&field, "yaml"), None);
    }
}
