//! Clients that stay on their endpoints. Models kube-proxy's `sessionAffinity: ClientIP`: the first connection goes to any
//! endpoint, later ones to the same, until it is gone or the client has been quiet for `timeoutSeconds`, counted from its last
//! connection.
//! Omits: that each node remembers for itself (a client here comes in by one node).

use std::collections::BTreeMap;

use ecow::EcoString;

use super::proxy::Endpoint;
use crate::{clock::Time, object::Object};

/// `timeoutSeconds` where a Service does not say.
const TIMEOUT_S: i64 = 10_800;

/// Where the clients of one flow stay, by their address.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    endpoints: BTreeMap<EcoString, (EcoString, i64)>,
    /// Since when nobody calls.
    quiet_since: Option<Time>,
}

/// How long a Service's clients stay, in milliseconds; `None` where they do not.
pub fn timeout_ms(service: &Object) -> Option<i64> {
    let config = &service["spec"]["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"];
    let sticks = service["spec"]["sessionAffinity"] == "ClientIP";
    sticks.then(|| config.int().unwrap_or(TIMEOUT_S).saturating_mul(1000))
}

/// Milliseconds between two connections of one of `clients` that call `rate_milli` thousandths a second together.
pub fn interval_ms(rate_milli: i64, clients: usize) -> i64 {
    let clients = i64::try_from(clients).unwrap_or(i64::MAX);
    clients.saturating_mul(1_000_000) / rate_milli.max(1)
}

impl Held {
    /// Calls begin or go on at `now`, or there are none: what was held for too long is forgotten.
    pub fn calls(&mut self, any: bool, timeout_ms: i64, now: Time) {
        let over = self.quiet_since.is_some_and(|since| now.since_ms(since) >= timeout_ms);
        if over {
            self.endpoints.clear();
        }
        self.quiet_since = if any { None } else { self.quiet_since.or(Some(now)) };
    }

    /// Which of its choices a client goes to: the one where it is, else one that `draw` picks below their number.
    pub fn pick(&mut self, client: &EcoString, choices: &[Endpoint], draw: impl FnOnce(u64) -> u64) -> usize {
        let is = |e: &Endpoint, (ip, port): &(EcoString, i64)| e.ip == *ip && e.port == *port;
        let held = self.endpoints.get(client).and_then(|at| choices.iter().position(|e| is(e, at)));
        let picked = held.unwrap_or_else(|| draw(choices.len() as u64) as usize);
        if let (None, Some(e)) = (held, choices.get(picked)) {
            self.endpoints.insert(client.clone(), (e.ip.clone(), e.port));
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, object::Key};

    fn endpoint(ip: &str) -> Endpoint {
        Endpoint { pod: Key::new("d", ip), node: "n".into(), ip: ip.into(), port: 80 }
    }

    /// Service documentation, "Session affinity"; kube-proxy's rules `recent --rcheck --seconds N --reap` and `--set`.
    #[test]
    fn a_client_stays_until_its_endpoint_is_gone_or_its_time_is_over() {
        let mut held = Held::default();
        // (endpoints, what chance would say, milliseconds of silence before) and where the client goes.
        for (choices, chance, silence_ms, expect) in [
            (vec!["a", "b", "c"], 1, 0, "b"),
            (vec!["a", "b", "c"], 2, 0, "b"),
            (vec!["x", "a", "b", "c"], 0, 0, "b"),
            (vec!["a", "c"], 1, 0, "c"),
            (vec!["a", "b", "c"], 0, 0, "c"),
            (vec!["a", "b", "c"], 0, 9_999, "c"),
            (vec!["a", "b", "c"], 0, 10_000, "a"),
        ] {
            held.calls(false, 10_000, Time(0));
            held.calls(true, 10_000, Time(silence_ms));
            let all: Vec<Endpoint> = choices.iter().map(|ip| endpoint(ip)).collect();
            let at = held.pick(&"client".into(), &all, |_| chance);
            assert_eq!(choices[at], expect, "{choices:?} {silence_ms}");
        }
    }

    #[test]
    fn services_say_how_long() {
        for (spec, expect) in [
            (json!({"sessionAffinity": "None"}), None),
            (json!({"sessionAffinity": "ClientIP"}), Some(10_800_000)),
            (
                json!({"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 5}}}),
                Some(5_000),
            ),
        ] {
            let service = Object(json!({}).with("spec", spec));
            assert_eq!(timeout_ms(&service), expect, "{service:?}");
        }
        assert_eq!([interval_ms(20_000, 100), interval_ms(0, 1)], [5_000, 1_000_000]);
    }
}
