//! Why something was written: the way from its record back, cause by cause, to where it began.

use ecow::EcoString;

use super::Cluster;
use crate::{
    api::Trace,
    origin::{Cause, Due, Origin, WORLD},
    store::Store,
};

/// Where a chain of causes begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A request of this user; of the API server's own, what it wrote amid another's.
    Action(EcoString),
    /// An object of the world, there when the cluster began.
    World,
    /// It was time; ask on with what set the timer.
    Timer(Due),
    /// Before what the window of records remembers.
    Forgotten,
}

/// A chain of causes.
#[derive(Clone, Debug)]
pub struct Why {
    /// The write asked about, what led to it, what led to that, and so on.
    pub links: Vec<Trace>,
    /// Where it began.
    pub beginning: Beginning,
}

impl Cluster {
    /// Why a revision was written; `None` where it is not remembered.
    pub fn why(&self, revision: u64) -> Option<Why> {
        why(self.api.store(), revision)
    }
}

fn why(store: &Store, revision: u64) -> Option<Why> {
    let mut trace = store.trace(revision)?;
    let mut links = Vec::new();
    let beginning = loop {
        let Origin { user, because } = &trace.origin;
        let led = match *because {
            Cause::Outside if user == WORLD => break Beginning::World,
            Cause::Outside => break Beginning::Action(user.clone()),
            Cause::Timer(due) => break Beginning::Timer(due),
            Cause::Record(cause) => store.trace(cause).filter(|led| led.revision < trace.revision),
        };
        let Some(led) = led else { break Beginning::Forgotten };
        links.push(std::mem::replace(&mut trace, led));
    };
    links.push(trace);
    Some(Why { links, beginning })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json, object::Object, origin::Timer, resources::CONFIG_MAP};

    #[test]
    fn chains_are_walked_to_their_beginning() {
        let mut store = Store::default();
        let due = Cause::Record(1).sets(Timer::Schedule);
        assert_eq!(Cause::Timer(due).sets(Timer::Schedule), Due { timer: Timer::Schedule, set_by: 1 });
        let origins = [
            ("learner", Cause::Outside),
            (WORLD, Cause::Outside),
            ("part", Cause::Record(1)),
            ("part", Cause::Timer(due)),
            ("part", Cause::Record(3)),
            ("part", Cause::Record(4)),
            ("part", Cause::Record(2)),
            ("part", Cause::Record(99)),
        ];
        for (n, (user, because)) in origins.into_iter().enumerate() {
            let name = ecow::eco_format!("m{n}");
            let object = Object(
                json!({"metadata": {"namespace": "default", "uid": name.as_str(), "name": name.as_str()}}),
            );
            store.put(CONFIG_MAP, object, Time(0), Origin::part(user, because));
        }
        for (revision, links, beginning) in [
            (1, vec![1], Beginning::Action("learner".into())),
            (2, vec![2], Beginning::World),
            (5, vec![5, 3, 1], Beginning::Action("learner".into())),
            (6, vec![6, 4], Beginning::Timer(due)),
            (7, vec![7, 2], Beginning::World),
            // A cause comes before what it led to.
            (8, vec![8], Beginning::Forgotten),
        ] {
            let found = why(&store, revision).unwrap();
            assert_eq!(found.links.iter().map(|r| r.revision).collect::<Vec<_>>(), links);
            assert_eq!(found.beginning, beginning, "{revision}");
        }
        assert!(why(&store, 9).is_none());
        store.forget(4);
        assert_eq!(why(&store, 5).unwrap().beginning, Beginning::Forgotten);
    }
}
