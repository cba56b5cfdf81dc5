//! Entries of `metadata.managedFields`: who owns which fields, since when. Models `internal/managedfields.go` and
//! `internal/capmanagers.go` of apimachinery: which entries are valid, their order, and the bound on those of updates.

use ecow::EcoString;

use super::{element, set};
use crate::json::{Json, Map};

/// Most managers of updates that are told apart.
const UPDATERS_MAX: usize = 10;
/// Where the oldest of them go.
const ANCIENT: &str = "ancient-changes";

/// How a manager came to its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// By server-side apply.
    Apply,
    /// By any other write.
    Update,
}

/// Who owns fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Manager {
    /// E.g. `kubectl-create`.
    pub name: EcoString,
    /// By which kind of write.
    pub operation: Operation,
    /// Version of the API that it speaks. Appliers are one manager whatever they speak.
    pub api_version: EcoString,
    /// `status`, `scale`; empty for the object itself.
    pub subresource: EcoString,
}

/// A manager's entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Whose.
    pub manager: Manager,
    /// When it last took a field, RFC 3339.
    pub time: Option<EcoString>,
    /// Its fields.
    pub fields: Map,
    /// As it stands in the object, as long as nothing of it has changed.
    json: Json,
}

impl Manager {
    /// The same manager?
    pub fn is(&self, other: &Manager) -> bool {
        let speaks = self.operation == Operation::Apply || self.api_version == other.api_version;
        let names = self.name == other.name && self.subresource == other.subresource;
        names && self.operation == other.operation && speaks
    }
}

impl Entry {
    /// A manager's first entry.
    pub fn new(manager: Manager, fields: Map, time: Option<EcoString>) -> Self {
        Self { manager, time, fields, json: Json::Null }
    }

    /// Reads one; `None` if it is none.
    fn read(json: &Json) -> Option<Self> {
        let operation = match json["operation"].text() {
            "Apply" => Operation::Apply,
            "Update" => Operation::Update,
            _ => return None,
        };
        let text = |field: &str| json[field].eco().cloned().unwrap_or_default();
        let fields = match &json["fieldsV1"] {
            Json::Map(map) => map.clone(),
            Json::Null => Map::new(),
            _ => return None,
        };
        let manager = Manager {
            name: text("manager"),
            operation,
            api_version: text("apiVersion"),
            subresource: text("subresource"),
        };
        let is_right = !manager.api_version.is_empty() && json["fieldsType"] == "FieldsV1";
        is_right.then(|| Self { manager, time: json["time"].eco().cloned(), fields, json: json.clone() })
    }

    /// Gives it other fields.
    pub fn set_fields(&mut self, fields: Map) {
        if !fields.shares(&self.fields) {
            self.fields = fields;
            self.json = Json::Null;
        }
    }

    /// Gives it another time.
    pub fn set_time(&mut self, time: Option<EcoString>) {
        if self.time != time {
            self.time = time;
            self.json = Json::Null;
        }
    }

    fn into_json(self) -> Json {
        if !self.json.is_null() {
            return self.json;
        }
        let operation = if self.manager.operation == Operation::Apply { "Apply" } else { "Update" };
        let mut json: Vec<(EcoString, Json)> = vec![
            ("apiVersion".into(), self.manager.api_version.into()),
            ("fieldsType".into(), "FieldsV1".into()),
            ("fieldsV1".into(), Json::Map(self.fields)),
            ("manager".into(), self.manager.name.into()),
            ("operation".into(), operation.into()),
        ];
        if !self.manager.subresource.is_empty() {
            json.push(("subresource".into(), self.manager.subresource.into()));
        }
        json.extend(self.time.map(|time| ("time".into(), time.into())));
        Json::Map(json.into_iter().collect())
    }
}

/// Entries of an object that the API itself has written.
pub fn read(managed: &Json) -> Vec<Entry> {
    managed.list().iter().filter_map(Entry::read).collect()
}

/// Entries as a client sends them; `None` if one of them is none.
pub fn read_foreign(managed: &Json) -> Option<Vec<Entry>> {
    let entries: Vec<Entry> = managed.list().iter().map(Entry::read).collect::<Option<_>>()?;
    entries.iter().all(|entry| is_valid(&entry.fields)).then_some(entries)
}

fn is_valid(set: &Map) -> bool {
    set.iter().all(|(step, below)| element::is_valid(step) && below.map().is_some_and(is_valid))
}

/// Does a client ask for them to be forgotten?
pub fn is_reset(managed: &Json) -> bool {
    match managed.list() {
        [] => matches!(managed, Json::List(_)),
        [only] => only.entries().all(|(_, value)| value.is_empty()),
        _ => false,
    }
}

/// As they stand in an object, in Kubernetes' order; null if there are none.
pub fn write(mut entries: Vec<Entry>) -> Json {
    if entries.is_empty() {
        return Json::Null;
    }
    entries.sort_by(|a, b| {
        let order = |e: &Entry| (e.manager.operation, e.time.clone().unwrap_or_default());
        let (x, y) = (&a.manager, &b.manager);
        let names =
            || (&x.name, &x.api_version, &x.subresource).cmp(&(&y.name, &y.api_version, &y.subresource));
        order(a).cmp(&order(b)).then_with(names)
    });
    entries.into_iter().map(Entry::into_json).collect()
}

/// The same but for their times?
pub fn same_but_for_times(a: &Json, b: &Json) -> bool {
    let (a, b) = (a.list(), b.list());
    let bare = |json: &Json| {
        let mut json = json.clone();
        json.remove("time");
        json
    };
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x == y || bare(x) == bare(y))
}

/// Puts the oldest updaters together where there are too many, those of each version by themselves.
pub fn cap(entries: &mut Vec<Entry>) {
    let is_updater = |e: &Entry| e.manager.operation == Operation::Update;
    let mut count = entries.iter().filter(|e| is_updater(e)).count();
    if count <= UPDATERS_MAX {
        return;
    }
    let (mut updaters, rest): (Vec<Entry>, Vec<Entry>) = entries.drain(..).partition(is_updater);
    updaters.sort_by(|a, b| (&a.time, &a.manager.name).cmp(&(&b.time, &b.manager.name)));
    let mut kept: Vec<Entry> = rest;
    for entry in updaters {
        // The first of a version waits for a second one to be put together with.
        let together =
            kept.iter_mut().find(|k| is_updater(k) && k.manager.api_version == entry.manager.api_version);
        match together {
            Some(bucket) if count > UPDATERS_MAX => {
                bucket.manager.name = ANCIENT.into();
                bucket.manager.subresource = EcoString::new();
                bucket.set_fields(set::union(&entry.fields, &bucket.fields));
                bucket.set_time(entry.time);
                bucket.json = Json::Null;
                count -= 1;
            }
            _ => kept.push(entry),
        }
    }
    *entries = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn entry(name: &str, operation: &str, time: &str) -> Json {
        json!({"manager": name, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1",
            "fieldsV1": {"f:data": {format!("f:{name}"): {}}}, "time": time})
    }

    #[test]
    fn entries_stand_in_kubernetes_order_and_come_back_as_they_were() {
        let list: Json = [
            entry("b", "Update", "2026-01-01T00:00:00Z"),
            entry("a", "Update", "2026-01-01T00:00:01Z"),
            entry("c", "Update", "2026-01-01T00:00:00Z"),
            entry("z", "Apply", "2026-01-01T00:00:09Z"),
        ]
        .into_iter()
        .collect();
        let sorted = write(read(&list));
        let names: Vec<&str> = sorted.list().iter().map(|e| e["manager"].text()).collect();
        assert_eq!(names, ["z", "b", "c", "a"]);
        assert_eq!(write(read(&sorted)), sorted);
        assert_eq!(write(Vec::new()), Json::Null);
    }

    #[test]
    fn what_clients_send_is_read_or_refused() {
        let good = entry("a", "Update", "2026-01-01T00:00:00Z");
        for (field, value) in [
            ("operation", Json::from("Delete")),
            ("apiVersion", Json::from("")),
            ("fieldsType", Json::from("FieldsV2")),
            ("fieldsV1", json!({"data": {}})),
            ("fieldsV1", json!({"f:data": {"k:{": {}}})),
            ("fieldsV1", json!([])),
        ] {
            let bad = good.clone().with(field, value.clone());
            assert!(read_foreign(&vec![good.clone(), bad].into()).is_none(), "{field} {value}");
        }
        assert_eq!(read_foreign(&vec![good].into()).map(|e| e.len()), Some(1));
        for (managed, expect) in [("null", false), ("[]", true), ("[{}]", true), ("[{},{}]", false)] {
            assert_eq!(is_reset(&Json::parse(managed.as_bytes()).unwrap()), expect, "{managed}");
        }
    }

    #[test]
    fn the_oldest_updaters_are_put_together() {
        let all: Json = (0..12)
            .map(|i| entry(&format!("m{i:02}"), "Update", &format!("2026-01-01T00:00:{i:02}Z")))
            .collect();
        let mut entries = read(&all);
        cap(&mut entries);
        let list = write(entries);
        let names: Vec<&str> = list.list().iter().map(|e| e["manager"].text()).collect();
        assert_eq!(names[..2], [ANCIENT, "m03"]);
        assert_eq!(list.list().len(), UPDATERS_MAX);
        assert_eq!(list[0]["fieldsV1"], json!({"f:data": {"f:m00": {}, "f:m01": {}, "f:m02": {}}}));
        assert_eq!(list[0]["time"], "2026-01-01T00:00:02Z");
    }
}
