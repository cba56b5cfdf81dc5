//! `scheduler.yaml`: the pods of the game in the order in which they come; `world.yaml` beside it has the machines.

use std::path::Path;

use serde::Deserialize;
use wire::{
    learner::Lang,
    widget::scheduler::{Order, Scheduler},
};

use super::{Fence, Reader, Text, at, check_ids};
use crate::{diagnostic::Diagnostic, markdown::fragment, source::Source, world};

/// The most pods of a game.
const ORDERS_MAX: usize = 20;

/// What a game is in every language.
#[derive(Clone, Debug)]
pub struct File {
    /// The machines, as YAML.
    pub world: String,
    /// Nodes with a taint, `key=value`, that keeps pods away.
    pub taints: Vec<(String, String)>,
    /// The pods.
    pub orders: Vec<Order>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    taints: Vec<RawTaint>,
    orders: Vec<RawOrder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTaint {
    node: Text,
    taint: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOrder {
    name: Text,
    cpu: Text,
    memory: Text,
    #[serde(default)]
    tolerates: Option<Text>,
}

pub(crate) fn read(
    source: &Source,
    dir: &Path,
    path: impl Fn(&str) -> String,
    found: &mut Vec<Diagnostic>,
) -> Option<File> {
    let before = found.len();
    let world = Source::read(&dir.join("world.yaml"), path("world.yaml")).map_err(|d| found.push(*d)).ok();
    let raw: RawFile = source.yaml(&source.text, 0).map_err(|d| found.push(*d)).ok()?;
    let world = world?;
    let objects = world::read(&world).map_err(|all| found.extend(all)).ok()?.objects;
    check_ids(source, raw.orders.iter().map(|o| &o.name), found);
    if raw.orders.is_empty() || raw.orders.len() > ORDERS_MAX {
        let message = format!("a game has 1 to {ORDERS_MAX} pods, this one {}", raw.orders.len());
        found.push(source.error(1, 1, "number", message));
    }
    for taint in &raw.taints {
        let is_there =
            |o: &serde_json::Value| o["kind"] == "Machine" && o["metadata"]["name"] == *taint.node.value;
        if !objects.iter().any(is_there) {
            let message = format!("world.yaml has no Machine `{}`", taint.node.value);
            found.push(at(source, &taint.node, "unknown-id", message, ""));
        }
    }
    let tolerated = raw.orders.iter().filter_map(|o| o.tolerates.as_ref());
    for taint in raw.taints.iter().map(|t| &t.taint).chain(tolerated) {
        if !taint.value.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty()) {
            let message = format!("`{}` is no taint", taint.value);
            found.push(at(source, taint, "taint", message, "write key=value; its effect is NoSchedule"));
        }
    }
    let mut amount = |text: &Text, read: fn(&str) -> Option<i64>, example: &str| {
        let amount = read(&text.value).filter(|n| *n > 0);
        if amount.is_none() {
            let message = format!("`{}` is no amount", text.value);
            found.push(at(source, text, "number", message, &format!("write it like {example}")));
        }
        amount.unwrap_or_default()
    };
    let orders = raw
        .orders
        .iter()
        .map(|o| Order {
            name: o.name.value.clone(),
            cpu_milli: amount(&o.cpu, milli, "500m"),
            memory_mi: amount(&o.memory, mebi, "512Mi"),
            tolerates: o.tolerates.as_ref().map(|t| t.value.clone()),
        })
        .collect();
    let taints = raw.taints.iter().map(|t| (t.node.value.clone(), t.taint.value.clone())).collect();
    (found.len() == before).then_some(File { world: world.text, taints, orders })
}

/// `500m`, or whole cores.
fn milli(text: &str) -> Option<i64> {
    match text.strip_suffix('m') {
        Some(milli) => milli.parse().ok(),
        None => text.parse::<i64>().ok().map(|cores| cores * 1000),
    }
}

/// `512Mi` or `2Gi`.
fn mebi(text: &str) -> Option<i64> {
    match text.strip_suffix("Gi") {
        Some(gibi) => gibi.parse::<i64>().ok().map(|n| n * 1024),
        None => text.strip_suffix("Mi")?.parse().ok(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    title: String,
    lede: String,
    closing: String,
}

pub(crate) fn words(
    reader: &mut Reader<'_>,
    lang: Lang,
    fence: &Fence,
    file: &File,
) -> Option<(String, String, Scheduler)> {
    let raw: RawWords = reader.yaml(fence)?;
    reader.filled("closing", &raw.closing);
    let closing_html = fragment(&raw.closing, lang, reader.source.slug());
    Some((raw.title, raw.lede, Scheduler { orders: file.orders.clone(), closing_html }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!(["500m", "2", "x", "0.5"].map(milli), [Some(500), Some(2000), None, None]);
        assert_eq!(["512Mi", "2Gi", "2", "2G"].map(mebi), [Some(512), Some(2048), None, None]);
    }
}
