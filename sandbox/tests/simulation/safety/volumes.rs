//! A claim and its volume: bound once, to each other alone.

use sandbox::{api::Record, object::Object, resources};

use super::{Verdict, shadow::Shadow, stays};

fn volume_of(claim: &Object) -> &str {
    claim.at("spec.volumeName").text()
}

/// What is bound stays bound to the same.
pub fn stay_bound(record: &Record, _: &Shadow) -> Verdict {
    let Some(before) = record.before.as_ref().filter(|_| stays(record)) else { return Ok(()) };
    let (now, name) = (&record.object, record.object.name());
    match record.resource {
        resources::PERSISTENT_VOLUME_CLAIM => {
            let was = volume_of(before);
            if !was.is_empty() && volume_of(now) != was {
                return Err(format!("claim {name} left volume {was} for {}", volume_of(now)));
            }
        }
        resources::PERSISTENT_VOLUME => {
            let claim = |v: &Object| v.at("spec.claimRef.uid").text().to_owned();
            if before.at("status.phase") == "Bound"
                && now.at("status.phase") == "Bound"
                && claim(before) != claim(now)
            {
                return Err(format!("volume {name} went from one claim to another"));
            }
        }
        _ => {}
    }
    Ok(())
}

/// No two claims have one volume.
pub fn have_one_claim(record: &Record, shadow: &Shadow) -> Verdict {
    let volume = volume_of(&record.object);
    if record.resource != resources::PERSISTENT_VOLUME_CLAIM || !stays(record) || volume.is_empty() {
        return Ok(());
    }
    let mut others = shadow.list(resources::PERSISTENT_VOLUME_CLAIM, "");
    match others.find(|c| volume_of(c) == volume && c.uid() != record.object.uid()) {
        Some(other) => {
            Err(format!("claims {} and {} have volume {volume}", other.name(), record.object.name()))
        }
        None => Ok(()),
    }
}
