//! What somebody holds does not go.

use sandbox::{
    api::{Change, Record},
    json::Json,
    origin,
};

use super::{Verdict, shadow::Shadow};

/// An object goes when the last of its finalizers has gone: the garbage collector's own goes with the object.
pub fn hold(record: &Record, _: &Shadow) -> Verdict {
    let finalizers = record.object.at("metadata.finalizers");
    let by_collector = record.origin.user == origin::GARBAGE_COLLECTOR;
    let is_its = |f: &Json| by_collector && (*f == "foregroundDeletion" || *f == "orphan");
    if record.change == Change::Deleted && !finalizers.list().iter().all(is_its) {
        return Err(format!("{} is gone, and {finalizers} held it", record.object.key()));
    }
    Ok(())
}
