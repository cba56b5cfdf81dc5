//! What a write other than an apply does to the managers: its own gets what changed, the others lose it. Models
//! `FieldManager.Update`, `Updater.Update` of structured-merge-diff, and what of the managers a client may say itself.

use ecow::EcoString;

use super::{
    Writer,
    compare::{Difference, compare},
    entry::{self, Entry, Manager, Operation},
    set,
    share::shared,
};
use crate::{
    json::{Json, Map},
    object::Object,
    resources::Resource,
};

/// Writes into `new` who owns its fields now; `old` is what it was, `None` on create.
pub fn update(old: Option<&Object>, new: &mut Object, writer: &Writer<'_>) {
    let none = Json::Null;
    let live = old.map_or(&none, |old| &old["metadata"]["managedFields"]);
    let said = &new["metadata"]["managedFields"];
    let is_untouched = said == live || !writer.subresource.is_empty();
    let entries = if is_untouched { entry::read(live) } else { spoken(said, live) };
    if entries.is_empty() && old.is_some() {
        // Nobody is tracked until somebody applies.
        new["metadata"].set("managedFields", Json::Null);
        return;
    }
    let difference = compare(old.map(|old| &old.0), new, writer.schema, writer.skip);
    if is_untouched && old.is_some() && difference == Difference::default() {
        new["metadata"].set("managedFields", live.clone());
        return;
    }
    let entries = taken(entries, &difference, &writer.manager(Operation::Update), &writer.now);
    new["metadata"].set("managedFields", entry::write(entries));
}

/// The managers by the word of a client, where it says something that makes sense; else those of the object.
fn spoken(said: &Json, live: &Json) -> Vec<Entry> {
    if entry::is_reset(said) {
        return Vec::new();
    }
    entry::read_foreign(said).filter(|entries| !entries.is_empty()).unwrap_or_else(|| entry::read(live))
}

/// The managers after a write by one of them.
pub fn taken(entries: Vec<Entry>, difference: &Difference, me: &Manager, now: &EcoString) -> Vec<Entry> {
    let Difference { changed, removed } = difference;
    let mut mine: Option<Entry> = None;
    let mut out = Vec::with_capacity(entries.len() + 1);
    for mut entry in entries {
        if !is_known(&entry.manager, me) {
            continue;
        }
        if entry.manager.is(me) {
            mine = Some(entry);
            continue;
        }
        lose(&mut entry, changed);
        lose(&mut entry, removed);
        out.extend(Some(entry).filter(|entry| !entry.fields.is_empty()));
    }
    let mut mine = mine.unwrap_or_else(|| Entry::new(me.clone(), Map::new(), None));
    lose(&mut mine, removed);
    if !changed.is_empty() {
        let fields = set::union(&mine.fields, changed);
        if !fields.shares(&mine.fields) {
            mine.set_fields(shared(fields));
        }
        mine.set_time(Some(now.clone()));
    }
    out.extend(Some(mine).filter(|mine| !mine.fields.is_empty()));
    entry::cap(&mut out);
    out
}

/// Takes fields from a manager.
pub fn lose(entry: &mut Entry, fields: &Map) {
    let rest = set::minus(&entry.fields, fields);
    if !rest.shares(&entry.fields) {
        entry.set_fields(shared(rest));
    }
}

/// A manager that speaks a version of the API which the cluster does not serve is forgotten; other versions of a group are
/// taken for served.
fn is_known(manager: &Manager, me: &Manager) -> bool {
    let version = manager.api_version.as_str();
    let group = |version: &str| version.split_once('/').map_or("", |(group, _)| group).to_owned();
    version == me.api_version
        || (version.contains('/') && group(version) == group(&me.api_version))
        || Resource::all().any(|resource| resource.def().api_version() == version)
}
