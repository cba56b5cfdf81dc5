//! Objects under revisions, with a bounded window of their history. Models etcd as the API server uses it:
//! one counter for all writes, lists at an exact revision, watches from a revision, compaction.
//! Omits: leases, transactions over several keys (a step of the loop is one).

mod index;
mod kind;
mod pack;
mod slot;
mod window;

use std::collections::BTreeMap;

use crate::{
    bootstrap::Seeds,
    clock::Time,
    json::Json,
    object::{Key, Object},
    origin::{Cause, Origin, Timer},
    resources::{EVENT, LEASE, NODE, POD, Resource},
};

pub use index::Index;
use kind::Kind;
pub use window::Compacted;
use window::Window;

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It was there before.
    Modified,
    /// It is gone; the record holds its last state with the revision of the deletion.
    Deleted,
}

/// A write: one revision.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its revision; one more than the record before.
    pub revision: u64,
    /// When.
    pub at: Time,
    /// Kind of the object.
    pub resource: Resource,
    /// What happened.
    pub change: Change,
    /// The object after it (before it, when deleted), carrying this revision.
    pub object: Object,
    /// The object before it.
    pub before: Option<Object>,
    /// Who wrote it, because of what.
    pub origin: Origin,
}

/// What stays of a record when it has left the window: enough to say why it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Its revision.
    pub revision: u64,
    /// When.
    pub at: Time,
    /// Kind of the object.
    pub resource: Resource,
    /// What happened.
    pub change: Change,
    /// Which object.
    pub key: Key,
    /// Who wrote it, because of what.
    pub origin: Origin,
}

impl Record {
    fn trace(&self) -> Trace {
        Trace {
            revision: self.revision,
            at: self.at,
            resource: self.resource,
            change: self.change,
            key: self.object.key(),
            origin: self.origin.clone(),
        }
    }

    /// Does it say only that a node is still there?
    fn is_heartbeat(&self) -> bool {
        let Some(before) = self.before.as_ref().filter(|_| self.change == Change::Modified) else {
            return false;
        };
        match self.resource {
            LEASE => true,
            NODE => {
                let by_time =
                    matches!(self.origin.because, Cause::Timer(due) if due.timer == Timer::NodeStatus);
                by_time && told(before).eq(told(&self.object))
            }
            _ => false,
        }
    }

    /// Has it for certain changed nothing but annotations, finalizers and who owns which field? Told without a walk, so that
    /// those who watch for the rest need not look.
    pub fn is_aside(&self) -> bool {
        let Some(before) = self.before.as_ref().filter(|_| self.change == Change::Modified) else {
            return false;
        };
        let same = |a: &Json, b: &Json, fields: &[&str]| fields.iter().all(|f| a[*f].shares(&b[*f]));
        same(before, &self.object, &["spec", "status"])
            && same(
                &before["metadata"],
                &self.object["metadata"],
                &["labels", "deletionTimestamp", "ownerReferences"],
            )
    }
}

/// What a node's conditions say, whenever they were last said.
fn told(node: &Object) -> impl Iterator<Item = [&Json; 4]> {
    let conditions = node["status"]["conditions"].list().iter();
    conditions.map(|c| ["type", "status", "reason", "message"].map(|field| &c[field]))
}

/// All objects, now and in the window.
#[derive(Clone, Debug, Default)]
pub struct Store {
    objects: BTreeMap<Resource, Kind>,
    window: Window,
    index: Index,
    /// When objects were last put away again that somebody had looked at.
    tidied: Time,
}

/// Kinds of objects that are put away when their last change leaves the window: many, seldom looked at, and held by no part.
const RESTING: [Resource; 2] = [EVENT, POD];
/// So often those are put away again that somebody has looked at, virtual ms.
const TIDY_MS: i64 = 600_000;

impl Store {
    /// With what every cluster starts with, as one created at `at`. These objects have no records: they were there first.
    pub fn seeded(seeds: &'static Seeds, at: Time) -> Self {
        let count: usize = seeds.values().map(BTreeMap::len).sum();
        Self {
            objects: seeds.iter().map(|(resource, seeds)| (*resource, Kind::seeded(seeds, at))).collect(),
            window: Window::starting_after(count as u64),
            ..Self::default()
        }
    }

    /// The newest revision.
    pub fn revision(&self) -> u64 {
        self.window.newest()
    }

    /// The oldest revision that can still be listed or watched from.
    pub fn oldest(&self) -> u64 {
        self.window.oldest()
    }

    /// An object.
    pub fn get(&self, resource: Resource, key: &Key) -> Option<&Object> {
        self.objects.get(&resource)?.get(key)
    }

    /// All objects of a resource, in a namespace or in all (`""`), in key order.
    pub fn list<'a>(
        &'a self,
        resource: Resource,
        namespace: &'a str,
    ) -> Box<dyn Iterator<Item = &'a Object> + 'a> {
        let Some(all) = self.objects.get(&resource) else { return Box::new(std::iter::empty()) };
        all.list(namespace)
    }

    /// The look-up tables that controllers share.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// All objects of every resource, in order.
    pub fn all(&self) -> impl Iterator<Item = (Resource, &Object)> {
        self.objects.iter().flat_map(|(r, objects)| objects.list("").map(|o| (*r, o)))
    }

    /// How many objects there are, without those that every cluster starts with.
    pub fn all_own_objects(&self) -> usize {
        self.objects.values().map(Kind::own).sum()
    }

    /// How many there are of a kind, likewise.
    pub fn own_objects(&self, resource: Resource) -> usize {
        self.objects.get(&resource).map_or(0, Kind::own)
    }

    /// Writes an object; gives the record.
    pub fn put(&mut self, resource: Resource, mut object: Object, at: Time, origin: Origin) -> &Record {
        self.let_go(at);
        let key = object.key();
        stamp(&mut object, self.revision() + 1);
        let before = self.objects.entry(resource).or_default().put(key.clone(), object.clone());
        self.index.put(resource, &key, before.as_ref(), Some(&object));
        let change = if before.is_some() { Change::Modified } else { Change::Added };
        self.window.push(resource, change, object, before, at, origin)
    }

    /// The next write is of a large object. History goes from its beginning until past versions of large objects take no more
    /// than `bytes_max`.
    pub fn charge(&mut self, bytes: usize, bytes_max: usize) {
        self.window.charge(bytes, bytes_max);
    }

    /// Removes an object; `None` if there is none.
    pub fn remove(&mut self, resource: Resource, key: &Key, at: Time, origin: Origin) -> Option<&Record> {
        self.let_go(at);
        let before = self.objects.get_mut(&resource)?.remove(key)?;
        self.index.put(resource, key, Some(&before), None);
        let mut object = before.clone();
        stamp(&mut object, self.revision() + 1);
        Some(self.window.push(resource, Change::Deleted, object, Some(before), at, origin))
    }

    /// History that is too old goes, and what has rested since then is put away.
    fn let_go(&mut self, now: Time) {
        for record in self.window.let_go(now) {
            if RESTING.contains(&record.resource)
                && let Some(kind) = self.objects.get_mut(&record.resource)
            {
                kind.put_away(&record.object.key(), record.revision);
            }
        }
        if now.since_ms(self.tidied) > TIDY_MS {
            self.tidied = now;
            self.objects.values_mut().for_each(Kind::put_away_again);
        }
    }

    /// Records after `revision`, oldest first, without heartbeats that have left the window.
    ///
    /// # Errors
    /// When some of them are compacted.
    pub fn since(&self, revision: u64) -> Result<impl Iterator<Item = &Record> + Clone, Compacted> {
        self.window.since(revision)
    }

    /// Records of one kind after `revision`. History of other kinds may be compacted.
    ///
    /// # Errors
    /// When some of them are compacted.
    pub fn since_of(
        &self,
        resource: Resource,
        revision: u64,
    ) -> Result<impl Iterator<Item = &Record> + Clone, Compacted> {
        self.window.since_of(resource, revision)
    }

    /// What is known of a revision, if it was no heartbeat of old.
    pub fn trace(&self, revision: u64) -> Option<Trace> {
        self.window.trace(revision)
    }

    /// Keeps records after `revision` however old they become; `None`: they leave with age.
    pub fn keep_after(&mut self, revision: Option<u64>, now: Time) {
        self.window.keep_after(revision);
        self.let_go(now);
    }

    /// All records of the window, oldest first.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.window.records()
    }

    /// One record of the window.
    pub fn record(&self, revision: u64) -> Option<&Record> {
        self.window.get(revision)
    }

    /// The objects of a resource as they stood at `revision`, by undoing what came later.
    ///
    /// # Errors
    /// When that revision is compacted.
    pub fn list_at(&self, resource: Resource, revision: u64) -> Result<BTreeMap<Key, Object>, Compacted> {
        let oldest = self.window.oldest_list(resource);
        if revision < oldest {
            return Err(Compacted { oldest });
        }
        let mut objects = self.objects.get(&resource).map(Kind::to_map).unwrap_or_default();
        let later: Vec<_> = self.window.since(revision)?.filter(|r| r.resource == resource).collect();
        for record in later.into_iter().rev() {
            match &record.before {
                Some(before) => objects.insert(record.object.key(), before.clone()),
                None => objects.remove(&record.object.key()),
            };
        }
        Ok(objects)
    }

    /// No list before `revision` can be had any more. Watches still can, as from the API server's cache.
    pub fn compact(&mut self, revision: u64) {
        self.window.compact(revision);
    }

    /// Forgets history up to and including `revision`.
    pub fn forget(&mut self, revision: u64) {
        self.window.forget(revision);
    }
}

fn stamp(object: &mut Object, revision: u64) {
    object["metadata"].set("resourceVersion", ecow::eco_format!("{revision}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources};

    fn pod(name: &str, phase: &str) -> Object {
        Object(
            json!({"metadata": {"name": name, "namespace": "default", "uid": name}, "status": {"phase": phase}}),
        )
    }

    #[test]
    fn the_past_can_be_listed_until_it_is_compacted() {
        let mut s = Store::default();
        let (at, by) = (Time(0), Origin::default());
        s.put(resources::POD, pod("a", "Pending"), at, by.clone());
        s.put(resources::POD, pod("b", "Pending"), at, by.clone());
        s.put(resources::POD, pod("a", "Running"), at, by.clone());
        s.remove(resources::POD, &Key::new("default", "b"), at, by);
        let names = |rev| -> Vec<String> {
            let list = s.list_at(resources::POD, rev).unwrap();
            list.values().map(|o| format!("{} {}", o.name(), o.at("status.phase").text())).collect()
        };
        assert_eq!(names(1), ["a Pending"]);
        assert_eq!(names(2), ["a Pending", "b Pending"]);
        assert_eq!(names(3), ["a Running", "b Pending"]);
        assert_eq!(names(4), ["a Running"]);
        assert_eq!(
            s.since(2).unwrap().map(|r| r.change).collect::<Vec<_>>(),
            [Change::Modified, Change::Deleted]
        );
        s.compact(2);
        assert!(s.list_at(resources::POD, 1).is_err());
        assert!(s.list_at(resources::POD, 2).is_ok());
        assert_eq!(s.since(1).unwrap().count(), 3, "the watch cache knows no compaction");
        s.forget(2);
        assert!(s.since(1).is_err());
    }

    #[test]
    fn renewals_leave_the_window_when_they_are_no_news() {
        let mut s = Store::default();
        let lease = |at: i64| {
            Object(
                json!({"metadata": {"name": "n", "namespace": "kube-node-lease"}, "spec": {"renewTime": at}}),
            )
        };
        for second in (0..200).step_by(10) {
            let at = Time(second * 1000);
            s.put(resources::LEASE, lease(second), at, Origin::default());
            s.put(resources::POD, pod("a", &second.to_string()), at, Origin::default());
        }
        let of = |resource| -> Vec<u64> {
            s.records().filter(|r| r.resource == resource).map(|r| r.revision).collect()
        };
        assert_eq!(of(resources::POD), (1..=20).map(|n| 2 * n).collect::<Vec<_>>());
        // The first is no renewal; the last ones are at most 75 s old.
        assert_eq!(of(resources::LEASE), [1, 25, 27, 29, 31, 33, 35, 37, 39]);
        assert!(s.list_at(resources::LEASE, 22).is_err() && s.list_at(resources::LEASE, 23).is_ok());
        assert!(s.list_at(resources::POD, 1).is_ok() && s.record(3).is_none());
        assert_eq!(s.record(4).map(|r| r.revision), Some(4));
        assert_eq!(s.since(22).unwrap().next().map(|r| r.revision), Some(24));
    }

    /// A pod every 100 s, and an Event about each.
    fn a_quarter_of_an_hour(s: &mut Store) {
        for n in 0..10 {
            let at = Time(n * 100_000);
            let by = Origin::part("part", if n == 0 { Cause::Outside } else { Cause::Record(1) });
            s.put(resources::POD, pod("a", &n.to_string()), at, by.clone());
            let name = format!("a.{n}");
            let about = json!({"metadata": {"name": name.as_str(), "namespace": "default"}, "message": format!("message {n}"),
                "involvedObject": {"kind": "Pod", "name": "a", "namespace": "default"}, "type": "Normal", "count": 1});
            s.put(resources::EVENT, Object(about), at, by);
        }
    }

    #[test]
    fn records_leave_with_age_and_their_traces_stay() {
        let mut s = Store::default();
        a_quarter_of_an_hour(&mut s);
        // What is older than 600 s at 900 s is gone: 0, 100 and 200 s, two records each.
        assert_eq!((s.oldest(), s.records().next().unwrap().revision), (6, 7));
        assert!(s.since(5).is_err() && s.since(6).is_ok() && s.list_at(resources::POD, 5).is_err());
        let of = |kind, revision| s.since_of(kind, revision).map(|records| records.count());
        assert_eq!((of(resources::POD, 5), of(resources::POD, 4).is_err()), (Ok(7), true));
        assert_eq!(of(resources::SERVICE, 1), Ok(0), "of this kind nothing is lost");
        let trace = s.trace(5).unwrap();
        assert_eq!((trace.at, trace.key.name.as_str(), trace.change), (Time(200_000), "a", Change::Modified));
        assert_eq!((trace.origin.because, s.trace(1).unwrap().change), (Cause::Record(1), Change::Added));
        assert_eq!((s.trace(20).map(|t| t.revision), s.trace(21)), (Some(20), None));
    }

    #[test]
    fn what_was_not_read_stays_until_it_is() {
        let mut s = Store::default();
        s.keep_after(Some(2), Time(0));
        a_quarter_of_an_hour(&mut s);
        assert_eq!(s.oldest(), 2);
        s.keep_after(Some(20), Time(900_000));
        assert_eq!(s.oldest(), 6);
    }

    #[test]
    fn what_rests_is_the_same_when_it_is_asked_for() {
        let (mut s, mut kept) = (Store::default(), Store::default());
        kept.keep_after(Some(0), Time(0));
        a_quarter_of_an_hour(&mut s);
        a_quarter_of_an_hour(&mut kept);
        let all = |s: &Store| s.all().map(|(_, o)| o.to_string()).collect::<Vec<_>>();
        assert_eq!(all(&s), all(&kept));
        let away = |s: &Store| s.objects[&resources::EVENT].away();
        assert_eq!((away(&s), away(&kept)), ((3, 3), (0, 0)), "and all of them were looked at");
        s.keep_after(None, Time(2_000_000));
        assert_eq!(away(&s), (10, 0), "they are put away again");
        let key = Key::new("default", "a.1");
        assert_eq!(s.get(resources::EVENT, &key).unwrap()["message"], "message 1");
        let changed = Object(s.get(resources::EVENT, &key).unwrap().0.clone().with("count", 2));
        assert_eq!(
            s.put(resources::EVENT, changed, Time(2_000_000), Origin::default()).before.as_ref().unwrap()["count"].int(),
            Some(1)
        );
        assert_eq!(away(&s), (9, 0));
        let gone =
            s.remove(resources::EVENT, &Key::new("default", "a.2"), Time(2_000_000), Origin::default());
        assert_eq!(gone.unwrap().object["message"], "message 2");
    }
}
