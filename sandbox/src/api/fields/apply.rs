//! Server-side apply: a configuration merged into the object, in the name of a manager that owns what it names. Models
//! `FieldManager.Apply` and `Updater.Apply` of structured-merge-diff.

use ecow::EcoString;

use super::{
    Writer,
    applied::fields_of,
    compare::{Difference, compare},
    conflict::{self, Conflict},
    entry::{self, Entry, Manager, Operation},
    last_applied,
    merge::merge,
    prune::prune,
    set,
    share::shared,
    update::{lose, taken},
};
use crate::{
    json::{Json, Map},
    object::Object,
    status::Status,
};

/// Who had the fields of an object whose managers nobody has tracked.
const BEFORE: &str = "before-first-apply";

/// A configuration to be applied.
#[derive(Clone, Copy, Debug)]
pub struct Application<'a> {
    /// As sent.
    pub config: &'a Json,
    /// What of it this write can touch.
    pub owned: &'a Json,
    /// Take fields from other managers?
    pub force: bool,
}

/// The object with the configuration applied, and its managers in `metadata.managedFields`; `live` is `None` on create.
///
/// # Errors
/// `Conflict`, with a cause for each field that another manager owns.
pub fn apply(
    live: Option<&Object>,
    application: Application<'_>,
    writer: &Writer<'_>,
) -> Result<Object, Status> {
    let (schema, config) = (writer.schema, application.owned);
    let me = writer.manager(Operation::Apply);
    let entries = managers(live, writer);
    let base = match live {
        Some(live) => {
            let mut base = live.clone();
            base["metadata"].set("managedFields", Json::Null);
            base
        }
        None => Object(Json::object()),
    };
    let fields = fields_of(&owned_part(config), schema);
    let last = entries.iter().find(|e| e.manager.is(&me)).map(|e| e.fields.clone()).unwrap_or_default();
    let mut object = Object(merge(&base, config, schema));
    if !last.is_empty() {
        let others = entries.iter().filter(|e| !e.manager.is(&me));
        // Names count here, or the metadata around them would go.
        let owned = others.fold(fields_of(config, schema), |all, e| set::union(&all, &e.fields));
        object = Object(prune(&object, &last, &owned, schema));
    }
    let difference = compare(live.map(|live| &live.0), &object, schema, writer.skip);
    if !application.force {
        let allowed = live.map(|live| last_applied::allowed(live, &writer.name, schema)).unwrap_or_default();
        let conflicts = conflicts(&entries, &me, &difference, &allowed);
        if !conflicts.is_empty() {
            return Err(conflict::status(&conflicts));
        }
    }
    let moved = live.is_none_or(|_| object.0 != base.0);
    let time = moved.then(|| writer.now.clone());
    let entries = settled(entries, &me, fields, &difference, time);
    last_applied::keep(&mut object, application.config, &writer.name);
    object["metadata"].set("managedFields", entry::write(entries));
    Ok(object)
}

/// The managers until now; an object that has none belongs to whoever was there before.
fn managers(live: Option<&Object>, writer: &Writer<'_>) -> Vec<Entry> {
    let Some(live) = live else { return Vec::new() };
    let entries = entry::read(&live["metadata"]["managedFields"]);
    if !entries.is_empty() {
        return entries;
    }
    let all = compare(None, live, writer.schema, writer.skip);
    let before = Manager { name: BEFORE.into(), ..writer.manager(Operation::Update) };
    taken(Vec::new(), &all, &before, &writer.now)
}

/// The configuration without what nobody owns.
fn owned_part(config: &Json) -> Json {
    let mut part = config.clone();
    for field in ["apiVersion", "kind"] {
        part.remove(field);
    }
    let metadata = &mut part["metadata"];
    for field in super::compare::NOBODYS {
        metadata.remove(field);
    }
    if metadata.is_empty() {
        part.remove("metadata");
    }
    part
}

fn conflicts(entries: &[Entry], me: &Manager, difference: &Difference, allowed: &Map) -> Vec<Conflict> {
    let others = entries.iter().filter(|e| !e.manager.is(me));
    let wanted = others.map(|e| {
        let fields = set::minus(&set::common(&e.fields, &difference.changed), allowed);
        Conflict { manager: e.manager.clone(), fields }
    });
    wanted.filter(|c| !c.fields.is_empty()).collect()
}

/// The managers after the apply; `time` is `None` where the object stays as it was.
fn settled(
    entries: Vec<Entry>,
    me: &Manager,
    fields: Map,
    difference: &Difference,
    time: Option<EcoString>,
) -> Vec<Entry> {
    let mut before = None;
    let mut out = Vec::with_capacity(entries.len() + 1);
    for mut entry in entries {
        if entry.manager.is(me) {
            before = entry.time;
            continue;
        }
        lose(&mut entry, &difference.changed);
        lose(&mut entry, &difference.removed);
        out.extend(Some(entry).filter(|entry| !entry.fields.is_empty()));
    }
    if !fields.is_empty() {
        out.push(Entry::new(me.clone(), shared(fields), time.or(before)));
    }
    out
}
