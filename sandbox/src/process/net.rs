//! The network as a command in a container sees it: names, and requests to addresses. Asks a copy of the cluster, which is brought to
//! the moment at which the command asks.
//! Omits: what others do to the cluster while a command runs; the API server with a token, or on other paths than `/`.

use std::sync::Arc;

use ecow::EcoString;

use super::Session;
use crate::{
    api::Api,
    clock::Time,
    cluster::Cluster,
    network::{
        Dialled, Network,
        dns::{self, Answer},
    },
    object::{Key, Object},
    resources::POD,
    rng::fnv64,
};

/// How long a resolver waits for a DNS server that keeps silent: twice 5 seconds.
pub(super) const RESOLVER_MS: i64 = 10_000;
/// How long a kernel tries to connect: 1 + 2 + 4 + … seconds, six times again.
pub(super) const CONNECT_MS: i64 = 127_000;

/// How long the API server takes to refuse.
const API_SERVER_MS: i64 = 5;
/// What the API server tells those who do not say who they are.
const ANONYMOUS: &str = "{\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {},\n  \"status\": \"Failure\",\n  \
    \"message\": \"forbidden: User \\\"system:anonymous\\\" cannot get path \\\"/\\\"\",\n  \"reason\": \"Forbidden\",\n  \
    \"details\": {},\n  \"code\": 403\n}";

/// The cluster around a command.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    cluster: Arc<Cluster>,
    pod: Key,
    /// Containers that have answered, once for each request, with the moment of it.
    answered: Vec<(Time, Key, EcoString)>,
    /// When the command has ended its container's main process, if it has.
    pub(super) stopped_at: Option<Time>,
    /// Requests so far, so that each is another throw of the dice.
    sent: u64,
}

/// What a name leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Named {
    /// It stands for this, if for anything.
    Known(Option<Answer>),
    /// No DNS server answers.
    Silent,
}

/// A request that came to an end.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// No such name.
    NoName,
    /// No DNS server answered.
    NoServer,
    /// Refused by this address.
    Refused(EcoString),
    /// Nothing came back from this address.
    Silent(EcoString),
    /// Answered from this address, after so many milliseconds, with this page.
    Answered(EcoString, i64, Page),
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    pub text: String,
    /// Does it speak TLS alone?
    pub tls: bool,
}

impl Session {
    /// From here on it sees the network of this cluster.
    pub fn surround(&mut self, cluster: Cluster, pod: Key) {
        self.around = Some(Surroundings {
            cluster: Arc::new(cluster),
            pod,
            answered: Vec::new(),
            stopped_at: None,
            sent: 0,
        });
    }

    /// When it has sent a signal that ends its container's main process, if it has.
    pub fn stops(&self) -> Option<Time> {
        self.around.as_ref()?.stopped_at
    }

    /// Sees no network any more. Gives the containers that have answered, once for each request, and when they were asked.
    pub fn withdraw(&mut self) -> Vec<(Time, Key, EcoString)> {
        self.around.take().map(|around| around.answered).unwrap_or_default()
    }

    /// What a name, written in full, stands for.
    pub(super) fn lookup(&mut self, name: &str, now: Time) -> Named {
        let Some(around) = &mut self.around else { return Named::Known(self.known_service(name, now)) };
        let (cluster, pod) = around.at(now);
        View::of(cluster, &pod).lookup(name)
    }

    /// Without surroundings it knows the Services that were there.
    fn known_service(&self, name: &str, now: Time) -> Option<Answer> {
        let (name, namespace) = name.strip_suffix(".svc.cluster.local")?.split_once('.')?;
        let key = Key::new(namespace, name);
        let (_, _, ip) = self.services.iter().find(|(k, made, _)| *k == key && *made <= now)?;
        Some(Answer {
            name: format!("{name}.{namespace}.svc.cluster.local"),
            ips: vec![ip.clone()],
            ..Answer::default()
        })
    }

    /// Finds a host as `getaddrinfo` does: along the search list.
    pub(super) fn resolve(&mut self, host: &str, now: Time) -> Named {
        let namespace = self.namespace.clone();
        along(host, &namespace, |name| self.lookup(name, now))
    }

    /// Sends a request to a host and port. A main process has the answers that it has had.
    pub(super) fn send(&mut self, host: &str, port: i64, now: Time) -> Came {
        let Some(around) = &mut self.around else { return self.recall(host, port, now) };
        let dice = around.dice(now);
        let (cluster, pod) = around.at(now);
        let (came, by) = View::of(cluster, &pod).send(host, port, dice);
        around.answered.extend(by.map(|(pod, container)| (now, pod, container)));
        came
    }
}

/// The first name of the search list that has an address.
fn along(host: &str, namespace: &str, mut lookup: impl FnMut(&str) -> Named) -> Named {
    for name in dns::searched(host, namespace) {
        match lookup(&name) {
            Named::Known(Some(answer)) if !answer.ips.is_empty() => return Named::Known(Some(answer)),
            Named::Known(_) => {}
            Named::Silent => return Named::Silent,
        }
    }
    Named::Known(None)
}

/// The network as a pod sees it at one moment.
pub(super) struct View<'a> {
    pub api: &'a Api,
    pub network: &'a Network,
    pub pod: &'a Object,
}

impl<'a> View<'a> {
    fn of(cluster: &'a Cluster, pod: &'a Object) -> Self {
        Self { api: cluster.api(), network: cluster.network(), pod }
    }

    fn lookup(&self, name: &str) -> Named {
        if !self.network.asks_dns(self.api, self.pod) {
            return Named::Silent;
        }
        Named::Known(dns::lookup(self.api, name))
    }

    /// What becomes of a request, and the container that has answered it. `dice` decides between addresses, between endpoints,
    /// and how long it takes.
    pub fn send(&self, host: &str, port: i64, dice: u64) -> (Came, Option<(Key, EcoString)>) {
        let ips = match host {
            "localhost" => vec!["127.0.0.1".into()],
            host if host.parse::<std::net::Ipv4Addr>().is_ok() => vec![host.into()],
            host => match along(host, self.pod.namespace(), |name| self.lookup(name)) {
                Named::Known(Some(answer)) => answer.ips,
                Named::Known(None) => return (Came::NoName, None),
                Named::Silent => return (Came::NoServer, None),
            },
        };
        let ip = ips[(dice >> 32) as usize % ips.len()].clone();
        match self.network.dial(self.api, self.pod, &ip, port, dice) {
            Dialled::Refused => (Came::Refused(ip), None),
            Dialled::Silent => (Came::Silent(ip), None),
            Dialled::ApiServer => {
                let page = Page { status: 403, text: ANONYMOUS.into(), tls: true };
                (Came::Answered(ip, API_SERVER_MS, page), None)
            }
            Dialled::Answered { pod, container, after_ms } => {
                let text = body(self.api.find(POD, &pod), &container);
                let page = Page { status: 200, text, tls: false };
                (Came::Answered(ip, after_ms, page), Some((pod, container)))
            }
        }
    }
}

impl Surroundings {
    /// The cluster at a moment, and the command's pod.
    fn at(&mut self, now: Time) -> (&Cluster, Object) {
        if self.cluster.now() < now {
            Arc::make_mut(&mut self.cluster).advance_to(now);
        }
        let pod = self.cluster.api().find(POD, &self.pod).cloned().unwrap_or_default();
        (&self.cluster, pod)
    }

    fn dice(&mut self, now: Time) -> u64 {
        self.sent += 1;
        dice(&self.pod, now, self.sent)
    }
}

/// What decides the `n`th request of a pod.
pub(super) fn dice(pod: &Key, now: Time, n: u64) -> u64 {
    // FNV mixes upwards; folded, all bits are of use.
    let hash = fnv64(format!("{pod}/{}/{n}", now.0).as_bytes());
    hash ^ hash.rotate_left(29) ^ hash.rotate_left(47)
}

/// What a simulated server answers: its pod's name, but for those whose first page is known.
fn body(pod: Option<&Object>, container: &str) -> String {
    let Some(pod) = pod else { return String::new() };
    let declared = pod["spec"]["containers"].list().iter().find(|c| c["name"] == *container);
    let image = declared.map_or("", |c| c["image"].text());
    match image.split(['@', ':']).next() {
        Some("nginx") => page("Welcome to nginx!"),
        Some("httpd") => "<html><body><h1>It works!</h1></body></html>\n".into(),
        _ => format!("{}\n", pod.name()),
    }
}

fn page(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n</body>\n</html>\n"
    )
}
