//! `race.yaml` and the files beside it: `compose.yaml`, as Docker Compose reads it, `kubernetes.yaml`, as kubectl applies it, and
//! `world.yaml`, with the machines, images and callers of both.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use serde_json::{Value, json};
use serde_saphyr::Spanned;
use wire::{
    learner::Lang,
    widget::race::{Measure, Race, Row, Setup},
};

use super::{
    Fence, Reader, Text, at, check_ids,
    script::{self, Verb},
};
use crate::{diagnostic::Diagnostic, duration::parse_ms, markdown::fragment, source::Source, world};

/// Names of the callers of the two worlds, as `world.yaml` has them.
pub const CALLERS: [&str; 2] = ["compose", "kubernetes"];

/// What a race is in every language.
#[derive(Clone, Debug)]
pub struct File {
    /// Seed of both worlds.
    pub seed: u64,
    /// How long the worlds run before 00:00.
    pub settle_ms: i64,
    /// How long it runs from 00:00 on.
    pub until_ms: i64,
    /// Name of the Deployment, and of the service in the compose file.
    pub app: String,
    /// The app's image without its tag.
    pub image: String,
    /// The machine of the compose file.
    pub machine: String,
    /// Everything that the run starts from, as YAML; the compose file is up.
    pub world: String,
    /// The rows: id, measure, and the verbs that they are about.
    pub rows: Vec<(String, Measure, Vec<String>)>,
    /// What counts as no difference.
    pub tie: Tie,
    /// The course's script.
    pub script: String,
    /// Tags of the app's images.
    pub tags: Vec<String>,
    /// What is prepared under Compose.
    pub compose: Setup,
    /// What is prepared under Kubernetes.
    pub kubernetes: Setup,
}

/// What counts as no difference.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tie {
    /// So many requests more or less.
    pub requests: u64,
    /// Or this part of the larger figure, 0 to 1.
    pub part: f64,
    /// So many milliseconds more or less.
    pub ms: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    seed: u64,
    settle: Text,
    until: Text,
    app: Text,
    machine: Text,
    control_plane: u32,
    tie: Tie,
    rows: Vec<RawRow>,
    script: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    id: Text,
    measure: Measure,
    #[serde(default)]
    of: Vec<Text>,
}

pub(crate) fn read(
    source: &Source,
    dir: &Path,
    path: impl Fn(&str) -> String,
    found: &mut Vec<Diagnostic>,
) -> Option<File> {
    let before = found.len();
    let mut beside = |name: &str| match Source::read(&dir.join(name), path(name)) {
        Ok(source) => Some(source),
        Err(diagnostic) => {
            found.push(*diagnostic);
            None
        }
    };
    let [compose, kubernetes, world] = ["compose.yaml", "kubernetes.yaml", "world.yaml"].map(&mut beside);
    let raw: RawFile = source.yaml(&source.text, 0).map_err(|d| found.push(*d)).ok()?;
    let (compose, kubernetes, world) = (compose?, kubernetes?, world?);
    let project: Value = compose.yaml(&compose.text, 0).map_err(|d| found.push(*d)).ok()?;
    let objects = world::read(&world).map_err(|all| found.extend(all)).ok()?.objects;
    let manifests = kubernetes.yaml_documents().map_err(|d| found.push(*d)).ok()?;
    let image = project["services"][&raw.app.value]["image"].as_str().unwrap_or_default();
    let image = image.split(':').next().unwrap_or_default().to_owned();
    let tags = tags(&objects, &image);
    lint(source, &raw, &project, &objects, &tags, found);
    let span = |text: &Text| parse_ms(&text.value).unwrap_or_default();
    let services = project["services"].as_object().map_or(0, |s| s.len());
    let is_machine = |o: &&Value| o["kind"] == "Machine" && o["metadata"]["name"] != *raw.machine.value;
    let file = File {
        seed: raw.seed,
        settle_ms: span(&raw.settle),
        until_ms: span(&raw.until),
        world: whole(&world.text, &kubernetes.text, &project, &raw.machine.value),
        rows: raw
            .rows
            .into_iter()
            .map(|r| (r.id.value, r.measure, r.of.into_iter().map(|v| v.value).collect()))
            .collect(),
        tie: raw.tie,
        script: raw.script.value,
        compose: Setup { lines: lines(&compose.text), parts: services as u32, machines: 1, control_plane: 0 },
        kubernetes: Setup {
            lines: lines(&kubernetes.text),
            parts: manifests.iter().filter(|m| !m.is_null()).count() as u32,
            machines: objects.iter().filter(is_machine).count() as u32,
            control_plane: raw.control_plane,
        },
        app: raw.app.value,
        image,
        machine: raw.machine.value,
        tags,
    };
    (found.len() == before).then_some(file)
}

fn lint(
    source: &Source,
    raw: &RawFile,
    project: &Value,
    objects: &[Value],
    tags: &[String],
    found: &mut Vec<Diagnostic>,
) {
    check_ids(source, raw.rows.iter().map(|r| &r.id), found);
    for span in [&raw.settle, &raw.until] {
        if parse_ms(&span.value).is_none() {
            let message = format!("`{}` is no span of time", span.value);
            found.push(at(source, span, "duration", message, "write it like 90s, 5m or 1m30s"));
        }
    }
    for verb in raw.rows.iter().flat_map(|r| &r.of).filter(|v| !Verb::NAMES.contains(&v.value.as_str())) {
        let message = format!("a script has no verb `{}`", verb.value);
        found.push(at(
            source,
            verb,
            "unknown-id",
            message,
            &format!("there are: {}", Verb::NAMES.join(", ")),
        ));
    }
    if project["services"][&raw.app.value].is_null() {
        let message = format!("compose.yaml has no service `{}`", raw.app.value);
        found.push(at(source, &raw.app, "unknown-id", message, ""));
    }
    let has =
        |kind: &str, name: &str| objects.iter().any(|o| o["kind"] == *kind && o["metadata"]["name"] == *name);
    if !has("Machine", &raw.machine.value) {
        let message = format!("world.yaml has no Machine `{}`", raw.machine.value);
        found.push(at(source, &raw.machine, "unknown-id", message, ""));
    }
    for caller in CALLERS.iter().filter(|caller| !has("Traffic", caller)) {
        let message = format!("world.yaml has no Traffic `{caller}`");
        found.push(source.error(1, 1, "missing-field", message).hint("each world is called by one"));
    }
    if let Err(fault) = script::parse(&raw.script.value, tags, parse_ms(&raw.until.value).unwrap_or(i64::MAX))
    {
        // A block's text begins on the line after its key.
        let line = raw.script.referenced.line() as usize + fault.line.saturating_sub(1);
        let message = format!("the script cannot be played: {:?}", fault.why);
        let shown = (line..).take(3).find(|n| {
            source.text.lines().nth(n - 1).is_some_and(|l| !fault.text.is_empty() && l.contains(&fault.text))
        });
        found.push(source.error(shown.unwrap_or(line), 1, "script", message));
    }
}

/// The tags that the world's images have for the image of the app.
fn tags(objects: &[Value], name: &str) -> Vec<String> {
    let of = |o: &Value| {
        let (its, tag) = o["spec"]["image"].as_str()?.split_once(':')?;
        (o["kind"] == "Image" && its == name).then(|| tag.to_owned())
    };
    objects.iter().filter_map(of).collect()
}

/// Lines that somebody has to write and to keep.
fn lines(text: &str) -> u32 {
    let counts = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && line != "---"
    };
    text.lines().filter(counts).count() as u32
}

/// All objects: the world, the manifests, the compose file, and that it was brought up. JSON is YAML.
fn whole(world: &str, manifests: &str, project: &Value, machine: &str) -> String {
    let own = |kind: &str, name: &str, spec: Value| {
        json!({"apiVersion": world::OWN_API_VERSION, "kind": kind,
            "metadata": {"name": name, "namespace": "default"}, "spec": spec})
        .to_string()
    };
    let spec = json!({"machine": machine, "services": project["services"]});
    let typed = json!({"project": "shop", "args": ["up", "-d"]});
    [world, manifests, &own("ComposeProject", "shop", spec), &own("ComposeCommand", "first-up", typed)]
        .join("\n---\n")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    title: String,
    lede: String,
    #[serde(rename = "try")]
    try_it: String,
    fair: String,
    rows: BTreeMap<String, RawRowWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRowWords {
    label: String,
    claim: String,
    note: String,
}

pub(crate) fn words(
    reader: &mut Reader<'_>,
    lang: Lang,
    fence: &Fence,
    file: &File,
) -> Option<(String, String, Race)> {
    let mut raw: RawWords = reader.yaml(fence)?;
    let ids: Vec<&str> = file.rows.iter().map(|(id, ..)| id.as_str()).collect();
    reader.same("rows", &ids, raw.rows.keys());
    reader.filled("fair", &raw.fair);
    reader.filled("try", &raw.try_it);
    let mut rows = Vec::new();
    for (id, measure, _) in &file.rows {
        let Some(words) = raw.rows.remove(id) else { continue };
        let mut below = reader.below(id);
        for (key, text) in [("label", &words.label), ("claim", &words.claim), ("note", &words.note)] {
            below.filled(key, text);
        }
        rows.push(Row {
            id: id.clone(),
            label: words.label,
            claim: words.claim,
            note: words.note,
            measure: *measure,
        });
    }
    let race = Race {
        rows,
        script: file.script.clone(),
        compose: file.compose,
        kubernetes: file.kubernetes,
        tags: file.tags.clone(),
        try_it: raw.try_it,
        fair_html: fragment(&raw.fair, lang, reader.source.slug()),
    };
    Some((raw.title, raw.lede, race))
}
