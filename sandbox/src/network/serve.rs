//! What containers make of the requests that reach them: answers, after some time, or too many to answer. Models (ours) a queue at
//! each container; see `queueing`.
//! Omits: callers that try again.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{
    cores::{self, Wants},
    docker,
    flow::{Cause, Latency, Share, WHOLE},
    image_named,
    queueing::{self, Station},
    route::{End, Ends},
    scrape::Loads,
};
use crate::{
    api::Api,
    json::NULL,
    object::{Key, Object},
    resources::{COMPOSE_CONTAINER, MACHINE, POD, cells, quantity},
    usage::{Appetite, Load, cpu_limit},
};

/// Latency of an image that does not say.
const LATENCY_MS: i64 = 5;
/// How long callers wait for an answer where a Traffic does not say.
pub const TIMEOUT_MS: i64 = 10_000;
/// Cores of a machine that does not say, in thousand-millionths.
const CORES_NANO: u64 = 2_000_000_000;

/// A container of a pod.
type At = (Key, EcoString);
/// The containers that are called, with all that reaches them.
pub type Stations = BTreeMap<At, (Station, u64)>;

/// All that reaches each container, of flows with their rates in thousandths a second.
pub fn stations<'a>(flows: impl Iterator<Item = (i64, &'a Ends)>, api: &Api) -> Stations {
    let mut arrivals: BTreeMap<At, u64> = BTreeMap::new();
    for (rate_milli, ends) in flows {
        for (end, parts) in ends {
            let End::At(pod, container) = end else { continue };
            let part = i128::from(rate_milli) * i128::from(*parts) / i128::from(WHOLE);
            *arrivals.entry((pod.clone(), container.clone())).or_default() +=
                u64::try_from(part).unwrap_or(0);
        }
    }
    let mut by_machine: BTreeMap<EcoString, Vec<(At, u64, Server)>> = BTreeMap::new();
    for (at, rate) in arrivals {
        let server = Server::of(api, &at.0, &at.1);
        by_machine.entry(server.node.clone()).or_default().push((at, rate, server));
    }
    let mut all = Stations::new();
    for servers in by_machine.into_values() {
        let wants: Vec<Wants> = servers.iter().map(|(_, rate, server)| server.wants(*rate)).collect();
        let cores = cores::divide(servers[0].2.machine, &wants);
        for ((at, rate, server), cores) in servers.into_iter().zip(cores) {
            all.insert(at, (server.with(cores).called(rate), rate));
        }
    }
    all
}

/// A container, of a pod or of Docker, as a server of requests, with none of them yet.
pub fn station(api: &Api, at: &Key, container: &str) -> Station {
    let server = Server::of(api, at, container);
    server.with(server.limit)
}

/// What a container is as a server of requests. Cores in thousand-millionths.
struct Server {
    node: EcoString,
    /// Cores of its machine.
    machine: u64,
    limit: u64,
    shares: u64,
    cpu_per_request: u64,
    latency_ms: i64,
    queue_max: u32,
}

impl Server {
    fn of(api: &Api, at: &Key, container: &str) -> Self {
        if container == docker::CONTAINER {
            let spec = api.find(COMPOSE_CONTAINER, at).map_or(&NULL, |c| &c["spec"]);
            return Self::new(api, spec["image"].text(), spec["machine"].text(), None, cores::shares(1000));
        }
        let none = Object::default();
        let pod = api.find(POD, at).unwrap_or(&none);
        let all = pod["spec"]["containers"].list();
        let declared = all.iter().find(|c| c["name"] == *container).unwrap_or(&NULL);
        let request = quantity::parse_milli(&cells::plain(&declared["resources"]["requests"]["cpu"]));
        let (limit, shares) = (cpu_limit(pod, container), cores::shares(request.unwrap_or(0)));
        Self::new(api, declared["image"].text(), pod["spec"]["nodeName"].text(), limit, shares)
    }

    fn new(api: &Api, image: &str, node: &str, limit: Option<u64>, shares: u64) -> Self {
        let spec = image_named(api, image).unwrap_or(&NULL);
        let machine = api.find(MACHINE, &Key::cluster(node));
        let machine = machine.and_then(|m| quantity::parse_nano(&cells::plain(&m["spec"]["cpu"])));
        let machine = machine.and_then(|n| u64::try_from(n).ok()).unwrap_or(CORES_NANO);
        let queue_max = spec["queueMax"].int().and_then(|n| u16::try_from(n).ok());
        Self {
            node: node.into(),
            machine,
            limit: limit.map_or(machine, |limit| limit.min(machine)),
            shares,
            cpu_per_request: Appetite::of(image, spec).cpu_per_request,
            latency_ms: spec["latencyMillis"].int().unwrap_or(LATENCY_MS).max(0),
            queue_max: queue_max.map_or(queueing::QUEUE_MAX, u32::from),
        }
    }

    fn wants(&self, rate_milli: u64) -> Wants {
        let demand = u128::from(self.cpu_per_request) * u128::from(rate_milli) / 1000;
        Wants { demand: u64::try_from(demand).unwrap_or(u64::MAX), limit: self.limit, shares: self.shares }
    }

    fn with(&self, cores: u64) -> Station {
        Station::new(self.latency_ms, self.cpu_per_request, cores, self.queue_max)
    }
}

/// What containers have to do.
pub fn loads(stations: &Stations) -> Loads {
    let load = |(station, rate): &(Station, u64)| {
        let taken = (*rate as f64 * (1.0 - station.lost())) as u64;
        Load { rate_milli: taken, open_micro: taken * station.mean_ms().round() as u64 }
    };
    stations.iter().map(|(at, called)| (at.clone(), load(called))).collect()
}

/// What becomes of a flow whose callers wait so long.
pub fn share(ends: &Ends, stations: &Stations, timeout_ms: i64) -> Share {
    let mut share = Share::default();
    let mut served: Vec<(Station, i64)> = Vec::new();
    for (end, parts) in ends {
        match end {
            End::Fails(cause) => share.fail(*cause, *parts),
            End::At(pod, container) => {
                let Some((station, _)) = stations.get(&(pod.clone(), container.clone())) else { continue };
                match served.iter_mut().find(|(known, _)| known == station) {
                    Some((_, all)) => *all += parts,
                    None => served.push((*station, *parts)),
                }
            }
        }
    }
    let mut answered = Vec::new();
    for (station, parts) in served {
        let in_time = (1.0 - station.lost()) * station.within(timeout_ms as f64);
        let late = (parts as f64 * (1.0 - in_time)).round() as i64;
        share.fail(Cause::Overload, late);
        answered.push((station, (parts - late) as f64));
    }
    share.latency = latency(&answered, timeout_ms);
    share
}

/// Over all answers, of which so many come from each kind of station.
fn latency(answered: &[(Station, f64)], timeout_ms: i64) -> Latency {
    let all: f64 = answered.iter().map(|(_, parts)| parts).sum();
    if all <= 0.0 {
        return Latency::default();
    }
    let mean = |(station, parts): &(Station, f64)| station.mean_ms().min(timeout_ms as f64) * parts;
    let within = |ms: f64| {
        let each = |(station, parts): &(Station, f64)| {
            station.within(ms) / station.within(timeout_ms as f64).max(f64::MIN_POSITIVE) * parts
        };
        answered.iter().map(each).sum::<f64>() / all
    };
    Latency {
        mean_ms: (answered.iter().map(mean).sum::<f64>() / all).round() as i64,
        p50_ms: queueing::percentile_ms(0.5, timeout_ms, within),
        p99_ms: queueing::percentile_ms(0.99, timeout_ms, within),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(name: &str) -> (Key, EcoString) {
        (Key::new("d", name), "c".into())
    }

    /// Each container has one core and takes 10 ms of it for a request, so it answers 100 a second at most.
    fn check(arrivals: &[(&str, u64)], refused: i64, timeout_ms: i64) -> (String, Share) {
        let station = |rate: u64| Station::new(20, 10_000_000, 1_000_000_000, 100).called(rate * 1000);
        let stations: Stations =
            arrivals.iter().map(|(name, rate)| (at(name), (station(*rate), rate * 1000))).collect();
        let all = arrivals.len() as i64 + refused;
        let mut ends: Ends =
            stations.keys().map(|(pod, c)| (End::At(pod.clone(), c.clone()), WHOLE / all)).collect();
        ends.insert(End::Fails(Cause::Refused), WHOLE / all * refused);
        let share = share(&ends, &stations, timeout_ms);
        let mut flow = super::super::flow::Flow::new(crate::clock::Time(0));
        flow.change(1_000_000, share, crate::clock::Time(0));
        let failures = flow.status(crate::clock::Time(1000))["failures"].clone();
        (format!("{} {}", failures["refused"], failures["overload"]), share)
    }

    #[test]
    fn overload_shows_as_time_first_and_then_as_failures() {
        // (what reaches each container, how many others refuse, the callers' patience): refused and overload of 1000 requests,
        // and how long answers take on average, at the middle and at the end.
        for (arrivals, refused, timeout_ms, expect, latency) in [
            (vec![("a", 1), ("b", 1)], 0, 10_000, "0 0", [20, 20, 20]),
            (vec![("a", 50), ("b", 50)], 2, 10_000, "500 0", [30, 20, 80]),
            (vec![("a", 90)], 0, 10_000, "0 0", [110, 80, 450]),
            (vec![("a", 200)], 0, 10_000, "0 500", [1010, 1010, 1020]),
            (vec![("a", 200), ("b", 0)], 0, 10_000, "0 250", [350, 20, 1020]),
            // Most answers come after a second, and nobody waits for them.
            (vec![("a", 200)], 0, 900, "0 999", [900, 890, 900]),
        ] {
            let (failures, share) = check(&arrivals, refused, timeout_ms);
            assert_eq!(failures, expect, "{arrivals:?}");
            let got = [share.latency.mean_ms, share.latency.p50_ms, share.latency.p99_ms];
            assert_eq!(got, latency, "{arrivals:?}");
        }
    }
}
