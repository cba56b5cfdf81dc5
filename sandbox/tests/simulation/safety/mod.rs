//! What must never be, whatever was done and whatever broke: each record is held against what was there before it, and what it
//! touched against the rest. The objects are followed by the records alone, so that the store and its indexes are judged too.

mod batch;
mod causes;
mod compose;
mod deeds;
mod finalizers;
mod indexes;
mod kubelets;
mod life;
mod nodes;
mod owners;
mod places;
mod rights;
mod sets;
mod shadow;
mod volumes;

use sandbox::{
    api::{Change, Record},
    cluster::Cluster,
};

use super::faults::Lie;
use indexes::Touched;
use shadow::Shadow;

pub type Verdict = Result<(), String>;
/// The check that does not hold, and why.
type Found = Result<(), (&'static str, String)>;

/// A look at one record, with all that was there before it.
type Check = fn(&Record, &Shadow) -> Verdict;

/// What a record may not do to what was there.
const STEPS: [(&str, Check); 26] = [
    ("revisions", life::revisions_rise),
    ("identity", life::identity_stays),
    ("pods", life::pods_only_go_on),
    ("jobs", life::jobs_only_go_on),
    ("owners", owners::leave_by_rule),
    ("places", places::are_allowed),
    ("preemption", deeds::preemption_is_by_priority),
    ("evictions", deeds::evictions_are_paid),
    ("politeness", deeds::the_polite_wait),
    ("order", sets::ordinals_come_in_order),
    ("partitions", sets::partitions_are_kept),
    ("daemons", sets::daemons_are_alone),
    ("suspension", batch::jobs_rest),
    ("concurrency", batch::cron_jobs_wait),
    ("time to live", batch::jobs_live_their_time),
    ("limits", rights::limits_are_kept),
    ("pressure", nodes::pressure_lasts),
    ("evicted", kubelets::evictions_are_told),
    ("killed", kubelets::kills_are_told),
    ("init containers", kubelets::init_containers_come_first),
    ("finalizers", finalizers::hold),
    ("machines", compose::containers_stay),
    ("restarts", compose::restarts_are_meant),
    ("scale", deeds::scales_stay_in_bounds),
    ("volumes", volumes::stay_bound),
    ("causes", causes::lead_back),
];

/// What may not be after a record.
const STATES: [(&str, Check); 6] = [
    ("nodes", nodes::bear_their_pods),
    ("quota", rights::quotas_are_kept),
    ("addresses", nodes::addresses_differ),
    ("parallelism", batch::jobs_keep_their_width),
    ("claims", volumes::have_one_claim),
    ("ports", compose::ports_are_given_once),
];

/// What it may find.
pub fn names() -> impl Iterator<Item = &'static str> {
    STEPS.into_iter().chain(STATES).map(|(name, _)| name).chain([INDEXES, RECORDS])
}

const INDEXES: &str = "indexes";
const RECORDS: &str = "records";

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Safety {
    shadow: Shadow,
    /// What this run is told instead of the truth.
    lie: Option<Lie>,
}

impl Safety {
    /// That a lie is noticed is tried, too.
    pub fn told(lie: Option<Lie>) -> Self {
        Self { lie, ..Self::default() }
    }

    /// Looks at what has changed.
    pub fn after_step(&mut self, cluster: &Cluster) -> Found {
        let (api, mut touched) = (cluster.api(), Touched::default());
        if api.revision() < self.shadow.revision {
            let why = format!("the revision fell from {} to {}", self.shadow.revision, api.revision());
            return Err(("revisions", why));
        }
        for revision in self.shadow.revision + 1..=api.revision() {
            // What every cluster starts with has no records.
            let Some(record) = api.change_at(revision) else { continue };
            let told = self.lie.as_mut().and_then(|lie| lie.about(record));
            self.record(told.as_ref().unwrap_or(record), &mut touched)?;
        }
        touched.agree(&self.shadow, api, self.lie.as_ref()).map_err(|why| (INDEXES, why))
    }

    /// The store has what its records say.
    pub fn at_the_end(&self, cluster: &Cluster) -> Found {
        self.shadow.is_what_is_stored(cluster.api()).map_err(|why| (RECORDS, why))
    }

    fn record(&mut self, record: &Record, touched: &mut Touched) -> Found {
        let say = |check, why: String| (check, format!("{why} (revision {})", record.revision));
        for (name, check) in STEPS {
            check(record, &self.shadow).map_err(|why| say(name, why))?;
        }
        touched.note(record);
        self.shadow.apply(record);
        for (name, check) in STATES {
            check(record, &self.shadow).map_err(|why| say(name, why))?;
        }
        Ok(())
    }
}

/// Is the object there after the record?
fn stays(record: &Record) -> bool {
    record.change != Change::Deleted
}
