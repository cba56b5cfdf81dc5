//! No orphan without its rule: an owner is let go by the garbage collector where the owner's end orphans, or by the owner's
//! controller where its selector does not take the object any more.

use sandbox::{
    api::{Change, Record},
    json::Json,
    object::Object,
    origin, resources,
    resources::Resource,
};

use super::{
    Verdict,
    shadow::{Shadow, owners},
};

/// Owners that claim by a selector.
const CLAIMERS: [(&str, Resource); 5] = [
    ("Deployment", resources::DEPLOYMENT),
    ("ReplicaSet", resources::REPLICA_SET),
    ("StatefulSet", resources::STATEFUL_SET),
    ("DaemonSet", resources::DAEMON_SET),
    ("Job", resources::JOB),
];

pub fn leave_by_rule(record: &Record, shadow: &Shadow) -> Verdict {
    let Some(before) = record.before.as_ref().filter(|_| record.change == Change::Modified) else {
        return Ok(());
    };
    let kept = owners(&record.object);
    for reference in before.at("metadata.ownerReferences").list() {
        if kept.iter().all(|uid| reference["uid"] != *uid.as_str()) && !may_leave(record, reference, shadow) {
            let (name, owner, user) = (record.object.key(), reference["name"].text(), &record.origin.user);
            return Err(format!("{user} took {owner} from the owners of {name}, by no rule"));
        }
    }
    Ok(())
}

fn may_leave(record: &Record, reference: &Json, shadow: &Shadow) -> bool {
    let kind = CLAIMERS.iter().find(|(kind, _)| reference["kind"] == *kind);
    let owner = kind.and_then(|(_, resource)| {
        shadow.list(*resource, record.object.namespace()).find(|o| reference["uid"] == **o.uid())
    });
    let Some(owner) = owner else { return record.origin.user == origin::GARBAGE_COLLECTOR };
    match record.origin.user.as_str() {
        origin::GARBAGE_COLLECTOR => orphans(owner),
        user => user.starts_with("system:serviceaccount:kube-system:") && !selects(owner, &record.object),
    }
}

fn orphans(owner: &Object) -> bool {
    owner.is_terminating() && owner.at("metadata.finalizers").list().iter().any(|f| *f == "orphan")
}

fn selects(owner: &Object, object: &Object) -> bool {
    let wanted = owner.at("spec.selector.matchLabels");
    wanted.entries().all(|(name, value)| object.label(name) == Some(value.text()))
}
