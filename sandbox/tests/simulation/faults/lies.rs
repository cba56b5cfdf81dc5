//! What the checks are told instead of the truth.

use sandbox::{
    api::{Change, Record},
    json,
    object::Object,
    origin::Cause,
    resources,
};

use super::{Fault, How, Index, fault};
use crate::{
    perform::USER,
    pods::{is_terminal, node_of, ordinal, set_condition},
    world::TEAM,
};

pub static FAULTS: &[Fault] = &[
    fault("a revision is used twice", "revisions:", How::Lie(|r| later(r, -1))),
    fault("a revision is left out", "revisions:", How::Lie(|r| later(r, 1))),
    fault(
        "an object becomes another",
        "identity:",
        How::Lie(|r| changed(r, |o| o["metadata"].set("uid", "other"))),
    ),
    fault(
        "a generation falls",
        "identity:",
        How::Lie(|r| {
            r.before.as_ref().is_some_and(|b| b.generation() > 1)
                && changed(r, |o| o["metadata"].set("generation", 1i64))
        }),
    ),
    fault(
        "a pod moves",
        "pods:",
        How::Lie(|r| of_bound_pod(r) && changed(r, |o| o["spec"].set("nodeName", "elsewhere"))),
    ),
    fault("a pod comes back", "pods:", How::Lie(comes_back)),
    fault("a job forgets", "jobs:", How::Lie(forgets)),
    fault(
        "a cause comes later",
        "causes:",
        How::Lie(|r| {
            r.origin.because = Cause::Record(r.revision + 1);
            true
        }),
    ),
    fault(
        "a claim leaves its volume",
        "volumes:",
        How::Lie(|r| {
            let is_bound = |o: &Object| !o.at("spec.volumeName").text().is_empty();
            let was =
                r.resource == resources::PERSISTENT_VOLUME_CLAIM && r.before.as_ref().is_some_and(is_bound);
            was && changed(r, |o| o["spec"].set("volumeName", "another"))
        }),
    ),
    fault(
        "the store has something else",
        "records:",
        How::Lie(|r| {
            let is_event = r.resource == resources::EVENT;
            alter(r, is_event, |o| o.set("message", "what nobody said"))
        }),
    ),
    fault("an index loses a pod", "indexes:", How::Index(Index::Pods)),
    fault("an index loses a dependent", "indexes:", How::Index(Index::Dependents)),
    fault(
        "a held object goes",
        "finalizers:",
        How::Lie(|r| {
            let goes = r.change == Change::Deleted && r.origin.user != USER;
            alter(r, goes, |o| o["metadata"].set("finalizers", json!(["example.com/held"])))
        }),
    ),
    fault(
        "limits are not looked at",
        "limits:",
        How::Lie(|r| {
            let new =
                r.resource == resources::POD && r.change == Change::Added && r.object.namespace() == TEAM;
            alter(r, new, |o| {
                let container = &mut o["spec"]["containers"].list_mut().make_mut()[0];
                container["resources"].set("limits", json!({"cpu": "99", "memory": "99Gi"}));
            })
        }),
    ),
    fault(
        "pressure ends early",
        "pressure:",
        How::Lie(|r| {
            let scarce = |o: &Object| o.condition("MemoryPressure")["status"] == "True";
            let lasts =
                r.resource == resources::NODE && r.before.as_ref().is_some_and(scarce) && scarce(&r.object);
            alter(r, lasts, |o| set_condition(o, "MemoryPressure", "False"))
        }),
    ),
    fault(
        "an evicted pod goes on",
        "evicted:",
        How::Lie(|r| {
            let evicted = r.change == Change::Modified && r.object.at("status.reason") == "Evicted";
            let first = evicted && r.before.as_ref().is_some_and(|b| !is_terminal(b));
            alter(r, first, |o| o["status"].set("phase", "Running"))
        }),
    ),
    fault(
        "a killed container ended well",
        "killed:",
        How::Lie(|r| {
            let ended =
                |o: &Object| o.at("status.containerStatuses").list().first().cloned().unwrap_or_default();
            let killed = r.resource == resources::POD
                && ended(&r.object).at("lastState.terminated.reason") == "OOMKilled";
            alter(r, killed, |o| {
                let status = &mut o["status"]["containerStatuses"].list_mut().make_mut()[0];
                status["lastState"]["terminated"].set("exitCode", 0i64);
            })
        }),
    ),
    fault(
        "a container starts early",
        "init containers:",
        How::Lie(|r| {
            let has = !r.object.at("status.initContainerStatuses").is_empty();
            alter(r, has && r.object.at("status.phase") == "Running", |o| {
                o["status"].remove("initContainerStatuses");
            })
        }),
    ),
    fault(
        "a pod comes too new",
        "partitions:",
        How::Lie(|r| {
            let new = r.change == Change::Added
                && r.object.controller().is_some_and(|c| c["kind"] == "StatefulSet");
            alter(r, new && r.resource == resources::POD && ordinal(&r.object) > 0, |o| {
                o["metadata"]["labels"].set("controller-revision-hash", "another");
            })
        }),
    ),
    fault(
        "a container moves to another machine",
        "machines:",
        How::Lie(|r| {
            let is_one = r.resource == resources::COMPOSE_CONTAINER;
            alter(r, is_one, |o| o["spec"].set("machine", "elsewhere"))
        }),
    ),
    fault(
        "a container starts again",
        "restarts:",
        How::Lie(|r| {
            let is_one = r.resource == resources::COMPOSE_CONTAINER && r.change == Change::Modified;
            alter(r, is_one, |o| o["status"].set("restartCount", 99i64))
        }),
    ),
    fault(
        "a port is given twice",
        "ports:",
        How::Lie(|r| {
            let ports = r.object.at("status.ports").list().to_vec();
            let is_one = r.resource == resources::COMPOSE_CONTAINER
                && r.change == Change::Modified
                && !ports.is_empty();
            alter(r, is_one, |o| o["status"].set("ports", [ports.clone(), ports].concat()))
        }),
    ),
];

fn later(record: &mut Record, by: i64) -> bool {
    record.revision = record.revision.saturating_add_signed(by);
    true
}

/// Changes what was written, where something was changed.
fn changed(record: &mut Record, change: impl FnOnce(&mut Object)) -> bool {
    let is_change = record.change == Change::Modified && record.before.is_some();
    if is_change {
        change(&mut record.object);
    }
    is_change
}

fn of_bound_pod(record: &Record) -> bool {
    record.resource == resources::POD && record.before.as_ref().is_some_and(|b| !node_of(b).is_empty())
}

fn comes_back(record: &mut Record) -> bool {
    let was_over = record.resource == resources::POD && record.before.as_ref().is_some_and(is_terminal);
    was_over && changed(record, |o| o["status"].set("phase", "Running"))
}

fn forgets(record: &mut Record) -> bool {
    let ended = |o: &Object, field: &str| o["status"][field].int().unwrap_or(0) > 0;
    let of_job = record.resource == resources::JOB;
    let field =
        ["succeeded", "failed"].into_iter().find(|f| record.before.as_ref().is_some_and(|b| ended(b, f)));
    match field {
        Some(field) if of_job => changed(record, |o| o["status"].set(field, 0i64)),
        _ => false,
    }
}

/// Changes what is told of an object, on occasion.
fn alter(record: &mut Record, is_occasion: bool, change: impl FnOnce(&mut Object)) -> bool {
    if is_occasion {
        change(&mut record.object);
    }
    is_occasion
}
