//! What must never be, whatever was done and whatever broke.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{api::Api, cluster::Cluster, json::Json, object::Object, resources};

use super::{
    act::What,
    perform,
    pods::{asked, bytes, host_ports, is_ready, is_terminal, millis, node_of},
    world::{TEAM, TEAM_CPU_MILLIS, TEAM_PODS},
};

type Verdict = Result<(), String>;

/// What was seen so far, by uid.
#[derive(Debug, Default)]
pub struct Safety {
    revision: u64,
    pods: BTreeMap<String, Seen>,
}

#[derive(Debug)]
struct Seen {
    revision: u64,
    node: String,
    terminal: bool,
    restarts: i64,
}

impl Safety {
    /// Looks at a cluster that has changed.
    pub fn after_step(&mut self, cluster: &Cluster) -> Verdict {
        let api = cluster.api();
        if api.revision() < self.revision {
            return Err(format!("the revision fell from {} to {}", self.revision, api.revision()));
        }
        if api.revision() == self.revision {
            return Ok(());
        }
        self.revision = api.revision();
        self.pods_only_go_on(api)?;
        nodes_bear_their_pods(api)?;
        quota_is_kept(api)?;
        addresses_differ(api)?;
        indexes_agree(api)
    }

    /// What an answer to an act claims.
    pub fn after_act(&self, before: &Cluster, after: &Cluster, what: &What, code: u16) -> Verdict {
        match what {
            What::Evict { pod } if code < 300 => budgets_allowed(before, after, *pod),
            _ => Ok(()),
        }
    }

    fn pods_only_go_on(&mut self, api: &Api) -> Verdict {
        for pod in api.list(resources::POD, "") {
            let now = Seen {
                revision: pod.revision(),
                node: node_of(pod).to_owned(),
                terminal: is_terminal(pod),
                restarts: restarts(pod),
            };
            if let Some(was) = self.pods.get(pod.uid().as_str()) {
                let name = pod.name();
                if now.revision < was.revision {
                    return Err(format!(
                        "the revision of pod {name} fell from {} to {}",
                        was.revision, now.revision
                    ));
                }
                if !was.node.is_empty() && now.node != was.node {
                    return Err(format!("pod {name} moved from {} to {}", was.node, now.node));
                }
                if was.terminal && !now.terminal {
                    return Err(format!("pod {name} came back from a terminal phase"));
                }
                if now.restarts < was.restarts {
                    return Err(format!(
                        "restarts of pod {name} fell from {} to {}",
                        was.restarts, now.restarts
                    ));
                }
            }
            self.pods.insert(pod.uid().to_string(), now);
        }
        Ok(())
    }
}

fn restarts(pod: &Object) -> i64 {
    pod.at("status.containerStatuses").list().iter().filter_map(|c| c["restartCount"].int()).sum()
}

fn nodes_bear_their_pods(api: &Api) -> Verdict {
    for node in api.list(resources::NODE, "") {
        let here: Vec<&Object> =
            api.list(resources::POD, "").filter(|p| node_of(p) == node.name() && !is_terminal(p)).collect();
        let room = node.at("status.allocatable");
        let (cpu, memory) =
            here.iter().map(|p| asked(p)).fold((0, 0), |(c, m), (cpu, memory)| (c + cpu, m + memory));
        if cpu > millis(&room["cpu"]) || memory > bytes(&room["memory"]) {
            return Err(format!("node {} is promised {cpu}m and {memory} bytes of {room}", node.name()));
        }
        if here.len() as i64 > room["pods"].text().parse::<i64>().unwrap() {
            return Err(format!("node {} has {} pods of {room}", node.name(), here.len()));
        }
        let mut ports = BTreeSet::new();
        if let Some(port) = here.iter().flat_map(|p| host_ports(p)).find(|port| !ports.insert(*port)) {
            return Err(format!("two pods on node {} have hostPort {port}", node.name()));
        }
    }
    Ok(())
}

fn quota_is_kept(api: &Api) -> Verdict {
    let pods: Vec<&Object> = api.list(resources::POD, TEAM).filter(|p| !is_terminal(p)).collect();
    let cpu: i64 = pods.iter().map(|p| asked(p).0).sum();
    if pods.len() as i64 > TEAM_PODS || cpu > TEAM_CPU_MILLIS {
        return Err(format!(
            "{} pods with {cpu}m in a namespace with a quota of {TEAM_PODS} and {TEAM_CPU_MILLIS}m",
            pods.len()
        ));
    }
    Ok(())
}

fn addresses_differ(api: &Api) -> Verdict {
    let mut taken = BTreeMap::new();
    for pod in api.list(resources::POD, "").filter(|p| !is_terminal(p)) {
        let ip = pod.at("status.podIP").text();
        if let Some(other) = (!ip.is_empty()).then(|| taken.insert(ip, pod.name())).flatten() {
            return Err(format!("pods {other} and {} have the address {ip}", pod.name()));
        }
    }
    Ok(())
}

fn indexes_agree(api: &Api) -> Verdict {
    for node in api.list(resources::NODE, "") {
        let indexed: Vec<_> = api.pods_on(node.name()).map(Object::key).collect();
        let listed: Vec<_> =
            api.list(resources::POD, "").filter(|p| node_of(p) == node.name()).map(Object::key).collect();
        if indexed != listed {
            return Err(format!("the index has {indexed:?} on node {}, there are {listed:?}", node.name()));
        }
    }
    for owner in api.list(resources::REPLICA_SET, "") {
        let is_owner = |r: &Json| r["uid"] == **owner.uid();
        let owned = |p: &&Object| p.at("metadata.ownerReferences").list().iter().any(is_owner);
        let indexed: Vec<_> = api.owned_by(owner.uid(), resources::POD).map(Object::key).collect();
        let listed: Vec<_> = api.list(resources::POD, "").filter(owned).map(Object::key).collect();
        if indexed != listed {
            return Err(format!("the index has {indexed:?} of {}, there are {listed:?}", owner.name()));
        }
    }
    Ok(())
}

/// An eviction of a healthy pod takes one of the disruptions that its budget had.
fn budgets_allowed(before: &Cluster, after: &Cluster, pod: u64) -> Verdict {
    let Some((namespace, name)) = perform::nth_pod(before, pod) else { return Ok(()) };
    let Some(pod) = before.api().list(resources::POD, &namespace).find(|p| *p.name() == *name) else {
        return Ok(());
    };
    if !is_ready(pod) || is_terminal(pod) || pod.is_terminating() {
        return Ok(());
    }
    for budget in before.api().list(resources::POD_DISRUPTION_BUDGET, &namespace) {
        if budget.at("spec.selector.matchLabels.app").text() != pod.label("app").unwrap_or_default() {
            continue;
        }
        let allowed = |b: &Object| b.at("status.disruptionsAllowed").int().unwrap_or(0);
        let left = after
            .api()
            .list(resources::POD_DISRUPTION_BUDGET, &namespace)
            .find(|b| b.name() == budget.name());
        let left = left.map_or(0, allowed);
        if allowed(budget) < 1 || left != allowed(budget) - 1 {
            return Err(format!(
                "pod {name} was evicted: its budget allowed {} before and {left} after",
                allowed(budget)
            ));
        }
    }
    Ok(())
}
