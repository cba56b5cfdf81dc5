//! Writes that nobody should make, as soon as there is an occasion, or when all is at rest.

use super::{Fault, How, fault};
use crate::wrongs::{at_rest, batch, deeds, places, sets};

pub static FAULTS: &[Fault] = &[
    fault("host ports are not looked at", "have hostPort", How::Write(places::host_port)),
    fault("a node's room is not looked at", "is promised", How::Write(places::room)),
    fault("taints are not looked at", "does not bear", How::Write(places::taint)),
    fault("anti-affinity is not looked at", "anti-affinity", How::Write(places::anti_affinity)),
    fault("affinity is not looked at", "affinity to nobody", How::Write(places::affinity)),
    fault("spread is not looked at", "a skew of", How::Write(places::spread)),
    fault("a pod is bound without its volume", "without its volume", How::Write(places::volume)),
    fault("a budget is not asked", "did not pay", How::Write(deeds::budget_not_asked)),
    fault("a budget pays what it does not have", "paid for an eviction", How::Write(deeds::budget_overdrawn)),
    fault("a quota is not asked", "with a quota of", How::Write(deeds::quota)),
    fault("an owner is taken away", "by no rule", How::Write(deeds::owner)),
    fault("two pods get one address", "have the address", How::Write(deeds::address)),
    fault("a controller acts without a cause", "nothing says why", How::Write(deeds::no_cause)),
    fault("somebody makes room for nobody", "makes room for nobody", How::Write(deeds::preemption)),
    fault("an ordinal comes early", "came before", How::Write(sets::ordinal)),
    fault("an autoscaler goes too far", "out of its bounds", How::Write(deeds::scale)),
    fault("a job is too wide", "at a time", How::Write(batch::width)),
    fault("an autoscaler jumps", "at once", How::Write(deeds::jump)),
    fault("a polite pod is promised a place", "politeness:", How::Write(deeds::nominate)),
    fault("a daemon comes beside another", "daemons:", How::Write(sets::daemon)),
    fault("a job goes on for ever", "suspension:", How::Write(batch::after_the_end)),
    fault("jobs of a schedule overlap", "concurrency:", How::Write(batch::overlap)),
    fault("a job goes before its time", "time to live:", How::Write(batch::too_early)),
];

pub static AT_REST: &[Fault] = &[
    fault("an endpoint is forgotten", "leads to", How::AtRest(at_rest::endpoint)),
    fault("a budget is not counted again", "must be", How::AtRest(at_rest::stale_budget)),
    fault("a quota is not counted again", "it counts", How::AtRest(at_rest::stale_quota)),
    fault("an owner goes, and nobody follows", "is no more", How::AtRest(at_rest::orphan)),
    fault("the second run differs", "other bytes", How::SecondRun(at_rest::one_more)),
    fault("nobody gives a silent node up", "silent nodes:", How::AtRest(at_rest::silence)),
    fault("pressure has no taint", "pressure at rest:", How::AtRest(at_rest::pressure)),
    fault("a pod is not ready", "pods at rest:", How::AtRest(at_rest::unready)),
    fault("a Deployment is not looked at", "deployments:", How::AtRest(at_rest::scaled)),
    fault("a ReplicaSet is not looked at", "replica sets:", How::AtRest(at_rest::scaled_set)),
    fault("a StatefulSet's pod is of another revision", "stateful sets:", How::AtRest(at_rest::revision)),
    fault("a daemon is missing", "daemon sets:", How::AtRest(at_rest::no_daemon)),
    fault("daemons are old", "rollouts of daemons:", How::AtRest(at_rest::old_daemons)),
    fault("a job stays", "jobs at rest:", How::AtRest(at_rest::job)),
    fault("a schedule keeps too much", "cron jobs:", How::AtRest(at_rest::history)),
    fault("an autoscaler leaves its target", "autoscalers:", How::AtRest(at_rest::target)),
    fault("a volume is another's", "claims of volumes:", How::AtRest(at_rest::volume)),
    fault("a namespace stays", "namespaces:", How::AtRest(at_rest::namespace)),
    fault("a project is not obeyed", "projects:", How::AtRest(at_rest::project)),
    fault("a container runs without power", "containers:", How::AtRest(at_rest::power)),
    fault("a command does not end", "commands:", How::AtRest(at_rest::command)),
];
