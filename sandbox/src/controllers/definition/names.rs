//! Which names a definition gets. Models `NamingConditionController.calculateNamesAndConditions`.

use std::collections::BTreeSet;

use crate::{json, json::Json, object::Object};

pub const INITIAL: &str = "the initial names have been accepted";

/// A condition without its moment.
pub fn condition(type_: &str, status: bool, reason: &str, message: &str) -> Json {
    let status = if status { "True" } else { "False" };
    json!({"type": type_, "status": status, "reason": reason, "message": message})
}

/// Names that others of the group hold.
struct Taken<'a> {
    resources: BTreeSet<&'a str>,
    kinds: BTreeSet<&'a str>,
}

/// A name is taken where another holds it, and it is not held already.
fn refuse(wanted: &str, held: &str, taken: &BTreeSet<&str>) -> Option<String> {
    (wanted != held && taken.contains(wanted)).then(|| format!("{wanted:?} is already in use"))
}

/// The names that are accepted, and the conditions that say so.
pub fn decide<'a>(definition: &Object, others: impl Iterator<Item = &'a Object>) -> (Json, [Json; 2]) {
    let mut taken = Taken { resources: BTreeSet::new(), kinds: BTreeSet::new() };
    for names in others.map(|other| &other["status"]["acceptedNames"]) {
        let plain = [&names["plural"], &names["singular"]];
        taken.resources.extend(plain.into_iter().chain(names["shortNames"].list()).map(Json::text));
        taken.kinds.extend([&names["kind"], &names["listKind"]].map(Json::text));
    }
    let (wanted, held) = (&definition["spec"]["names"], &definition["status"]["acceptedNames"]);
    let mut accepted = held.clone();
    // The last conflict is the one that is told.
    let mut conflict: Option<(&str, String)> = None;
    for (name, reason) in [("plural", "PluralConflict"), ("singular", "SingularConflict")] {
        match refuse(wanted[name].text(), held[name].text(), &taken.resources) {
            Some(why) => conflict = Some((reason, why)),
            None => accepted.set(name, wanted[name].clone()),
        }
    }
    if wanted["shortNames"] != held["shortNames"] {
        let own = held["shortNames"].list();
        let new = wanted["shortNames"].list().iter().filter(|name| !own.contains(name));
        let words: Vec<String> = new.filter_map(|name| refuse(name.text(), "", &taken.resources)).collect();
        if words.is_empty() {
            accepted.set("shortNames", wanted["shortNames"].clone());
        } else {
            let words = if words.len() == 1 { words.concat() } else { format!("[{}]", words.join(", ")) };
            conflict = Some(("ShortNamesConflict", words));
        }
    }
    for (name, reason) in [("kind", "KindConflict"), ("listKind", "ListKindConflict")] {
        match refuse(wanted[name].text(), held[name].text(), &taken.kinds) {
            Some(why) if name == "kind" || conflict.is_none() => conflict = Some((reason, why)),
            Some(_) => {}
            None => accepted.set(name, wanted[name].clone()),
        }
    }
    accepted.set("categories", wanted["categories"].clone());
    let named = match &conflict {
        Some((reason, why)) => condition("NamesAccepted", false, reason, why),
        None => condition("NamesAccepted", true, "NoConflicts", "no conflicts found"),
    };
    (accepted, [named, established(definition, conflict.is_none())])
}

fn established(definition: &Object, accepted: bool) -> Json {
    let old = definition.condition("Established");
    if old["status"] == "True" {
        let text = |field: &str| old[field].text();
        return condition("Established", true, text("reason"), text("message"));
    }
    if accepted {
        return condition("Established", false, "Installing", INITIAL);
    }
    condition("Established", false, "NotAccepted", "not all names are accepted")
}
