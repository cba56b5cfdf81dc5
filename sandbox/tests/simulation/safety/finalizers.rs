//! What somebody holds does not go.

use sandbox::{
    api::{Change, Record},
    origin,
};

use super::{Verdict, shadow::Shadow};
use crate::perform::{FINALIZER, USER};

/// Who takes which finalizer away.
const KEEPERS: [(&str, &str); 6] = [
    (FINALIZER, USER),
    ("foregroundDeletion", origin::GARBAGE_COLLECTOR),
    ("orphan", origin::GARBAGE_COLLECTOR),
    ("batch.kubernetes.io/job-tracking", origin::JOB_CONTROLLER),
    ("kubernetes.io/pvc-protection", origin::PVC_PROTECTION_CONTROLLER),
    ("kubernetes.io/pv-protection", origin::PV_PROTECTION_CONTROLLER),
];

/// An object goes with its last finalizer, by the hand of who may take that away. A record of an end tells of the object as it
/// was last stored, so with that finalizer.
pub fn hold(record: &Record, _: &Shadow) -> Verdict {
    let (user, finalizers) = (record.origin.user.as_str(), record.object.at("metadata.finalizers"));
    let is_anothers = |f: &str| KEEPERS.iter().any(|(name, keeper)| *name == f && *keeper != user);
    if record.change == Change::Deleted && finalizers.list().iter().any(|f| is_anothers(f.text())) {
        return Err(format!("{user} took {} away, and {finalizers} held it", record.object.key()));
    }
    Ok(())
}
