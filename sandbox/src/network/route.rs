//! Where a Traffic's requests end, in parts of all of them. Models what a node's kube-proxy does with each connection, summed up
//! over those who call: any of its endpoints with the same chance, or the one where a client stays.
//! Omits: connections that are kept open between requests.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{
    Network,
    affinity::{self, Held},
    callers,
    connect::{Met, Source, Wires},
    flow::{Cause, WHOLE},
    policy::Party,
    proxy::{self, Choice, Endpoint},
    target::{self, Target},
};
use crate::{
    api::Api,
    object::{Key, Object},
    rng::fnv64,
};

/// Where a request ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Nowhere.
    Fails(Cause),
    /// At a container of a pod.
    At(Key, EcoString),
}

/// How many parts of [`WHOLE`] end where.
pub type Ends = BTreeMap<End, i64>;

/// A Traffic's requests as its Service has them.
struct Calls<'a> {
    service: Key,
    port_name: &'a str,
    /// The port that callers name, where nothing translates it: a headless Service's pods are called directly.
    untranslated: Option<i64>,
    /// Do connections stay on the node where they come in?
    local: bool,
    /// Does a load balancer leave out nodes that have nothing to send to?
    checked: bool,
    /// Do clients stay where they were?
    stays: bool,
}

impl Network {
    /// Where the requests of a Traffic end; `None` where nobody calls.
    pub(super) fn ends(
        &self,
        traffic: &Object,
        rate_milli: i64,
        held: &mut Held,
        wires: &mut Wires<'_>,
        api: &Api,
    ) -> Option<Ends> {
        let target = target::of(traffic, api);
        let sticks_ms =
            target.as_ref().ok().and_then(|t| affinity::timeout_ms(t.service)).filter(|_| rate_milli > 0);
        let all = callers::of(traffic, sticks_ms.is_some(), &self.processes, api);
        if all.is_empty() {
            return None;
        }
        let target = match target {
            Ok(target) => target,
            Err(cause) => return Some(Ends::from([(End::Fails(cause), WHOLE)])),
        };
        let timeout_ms = affinity::timeout_ms(target.service).unwrap_or(0);
        held.calls(rate_milli > 0, timeout_ms, api.now());
        let stays = sticks_ms.is_some_and(|ms| affinity::interval_ms(rate_milli, all.len()) < ms);
        let calls = calls(traffic, &target, stays);
        let apart = |source: &Source<'_>| calls.apart(source, wires);
        let groups = callers::alike(all, |node| self.rules.is_cut(node), apart);
        let mut chosen: Vec<(Source<'_>, i64, Choice)> = groups
            .into_iter()
            .map(|(s, n)| (self.choice(&calls, &s, api), s, n))
            .map(|(c, s, n)| (s, n, c))
            .collect();
        if calls.checked && chosen.iter().any(|(.., choice)| matches!(choice, Choice::Any(_))) {
            chosen.retain(|(.., choice)| matches!(choice, Choice::Any(_)));
        }
        let count: i64 = chosen.iter().map(|(_, count, _)| count).sum();
        let mut ends = Ends::new();
        for (source, share, choice) in chosen {
            let parts = WHOLE / count * share;
            // Who cannot ask for the address of a name gets no further.
            if source.pod.is_some_and(|pod| !wires.policies().allow_dns(&Party::pod(pod))) {
                *ends.entry(End::Fails(Cause::Policy)).or_default() += parts;
                continue;
            }
            let Choice::Any(endpoints) = choice else {
                *ends.entry(End::Fails(Cause::NoEndpoint)).or_default() += parts;
                continue;
            };
            let to = if stays { vec![stay(held, &source, endpoints, traffic, api)] } else { endpoints };
            let each = parts / i64::try_from(to.len()).unwrap_or(i64::MAX);
            for endpoint in &to {
                *ends.entry(end(wires.connect(&source, endpoint), endpoint)).or_default() += each;
            }
        }
        Some(ends)
    }

    /// What the proxy of a caller's node does.
    fn choice(&self, calls: &Calls<'_>, source: &Source<'_>, api: &Api) -> Choice {
        let local = calls.local.then_some(source.node.as_str());
        let choice = self.choose(api, &calls.service, calls.port_name, &source.node, local);
        match (choice, calls.untranslated) {
            (Choice::Any(mut all), Some(port)) => {
                all.iter_mut().for_each(|e| e.port = port);
                Choice::Any(all)
            }
            (choice, _) => choice,
        }
    }
}

impl Calls<'_> {
    /// What tells callers apart: where they stay, where they come in, or what policies may see of them.
    fn apart(&self, source: &Source<'_>, wires: &Wires<'_>) -> EcoString {
        let seen = source.pod.filter(|_| !wires.policies().is_empty());
        if self.stays || seen.is_some_and(|pod| wires.policies().go_by_address(pod)) {
            return source.ip.clone();
        }
        let labels = seen.map_or(EcoString::new(), |pod| ecow::eco_format!("{}", pod["metadata"]["labels"]));
        if self.local { ecow::eco_format!("{} {labels}", source.node) } else { labels }
    }
}

fn calls<'a>(traffic: &Object, target: &Target<'a>, stays: bool) -> Calls<'a> {
    let (service, spec) = (target.service, &target.service["spec"]);
    let outside = traffic["spec"]["from"].is_null();
    // A controller of Ingresses sends to the pods by itself.
    let local = !target.by_ingress && proxy::is_local(service, outside);
    Calls {
        service: service.key(),
        port_name: target.port["name"].text(),
        untranslated: (spec["clusterIP"] == "None" && !target.by_ingress)
            .then(|| target.port["port"].int())
            .flatten(),
        local,
        checked: local && outside && spec["type"] == "LoadBalancer",
        stays: stays && !target.by_ingress,
    }
}

/// The endpoint where a client stays.
fn stay(
    held: &mut Held,
    source: &Source<'_>,
    mut all: Vec<Endpoint>,
    traffic: &Object,
    api: &Api,
) -> Endpoint {
    let chance = || fnv64(format!("{}/{}/{}", source.ip, traffic.uid(), api.now().0).as_bytes());
    let at = held.pick(&source.ip, &all, |count| chance() % count.max(1));
    all.swap_remove(at)
}

fn end(met: Met, endpoint: &Endpoint) -> End {
    match met {
        Met::Container(name) => End::At(endpoint.pod.clone(), name),
        Met::Refused => End::Fails(Cause::Refused),
        Met::Leaving => End::Fails(Cause::Terminating),
        Met::Hung => End::Fails(Cause::Overload),
        Met::Unreachable => End::Fails(Cause::Unreachable),
        Met::Denied => End::Fails(Cause::Policy),
    }
}
