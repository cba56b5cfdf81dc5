//! The hardware under the nodes: a Machine's plug and cable.
//! Models (ours) a power cord that acts at once. Omits: half-broken hardware. What a slow or full disk does is the kubelet's.
//!
//! This room only turns what is wished (`spec`) into what is (`status`); kubelets and the network watch the status.

use ecow::EcoString;

use crate::{
    api::{Api, Change, Record},
    clock::Time,
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::Key,
    origin, resources,
};

/// From moving a plug or cable to the machine feeling it.
const PLUG_MS: i64 = 0;

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Make a machine's status follow its spec.
    Settle(EcoString),
}

/// All machines. What they are is in their objects.
#[derive(Clone, Debug, Default)]
pub struct Machines {}

impl Machines {
    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, _api: &Api, queue: &mut Queue) {
        let respec = record.before.as_ref().is_none_or(|b| b["spec"] != record.object["spec"]);
        if record.resource == resources::MACHINE && record.change != Change::Deleted && respec {
            queue.after_ms(PLUG_MS, Work::Settle(record.object.name().clone()));
        }
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        let Work::Settle(name) = work;
        ctx.acting(origin::WORLD);
        let now = ctx.now();
        ctx.api.update_status(resources::MACHINE, &Key::cluster(name), |machine| {
            let status = settled(&machine["spec"], &machine["status"], now);
            machine.set("status", status);
        });
    }
}

/// The status that a spec leads to; `since` is when power or network last changed.
fn settled(spec: &Json, old: &Json, now: Time) -> Json {
    let or = |field: &str, default: &str| -> EcoString { spec[field].str().unwrap_or(default).into() };
    let (power, network) = (or("power", "On"), or("network", "Connected"));
    if old["power"] == power.as_str() && old["network"] == network.as_str() {
        return old.clone();
    }
    let mut status = json!({});
    status.set("power", power);
    status.set("network", network);
    status.set("since", now);
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_follows_spec() {
        let at = |ms| Time(ms).rfc3339();
        let old = settled(&json!({}), &Json::Null, Time(1000));
        assert_eq!(old, json!({"power": "On", "network": "Connected", "since": at(1000).as_str()}));
        for (spec, power, network, since_ms) in [
            (json!({"cpu": "4"}), "On", "Connected", 1000),
            (json!({"power": "Off"}), "Off", "Connected", 9000),
            (json!({"network": "Partitioned"}), "On", "Partitioned", 9000),
        ] {
            let new = settled(&spec, &old, Time(9000));
            assert_eq!(new["power"], power, "{spec}");
            assert_eq!(new["network"], network, "{spec}");
            assert_eq!(new["since"], at(since_ms).as_str(), "{spec}");
        }
    }
}
