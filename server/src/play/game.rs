//! The scheduler's game: each move is judged by the real scheduler of a fresh cluster, on a branch of it, and done by a real
//! binding. At the end the scheduler gets the same pods in the same order.

use lessons::widget::scheduler::File;
use sandbox::{
    clock::Time,
    cluster::{Cluster, Config, Verdict},
    object::{Key, Object},
    request::{Reply, Request},
    resources::{NODE, POD},
};
use serde_json::{Value, json};
use wire::{
    problem::Problem,
    widget::scheduler::{Ended, Game, GameNode, Order, Placement, Seen},
};

use super::widget::broken_world;
use crate::{sandboxes::read_world, stage::learner};

const SEED: u64 = 21;
const EPOCH: Time = Time(1_767_225_600_000);
/// Until the nodes have registered, and from one pod to the next.
const SETTLE_MS: i64 = 60_000;
const NEXT_MS: i64 = 5_000;
/// Pods of another scheduler are left alone by the cluster's own: here, a hand.
const BY_HAND: &str = "by-hand";

/// Plays moves: a digit for each pod, 1 for the first node and so on, 0 to leave it waiting. What is no move ends it.
///
/// # Errors
/// When the game's own world cannot be made.
pub(super) fn play(file: &File, moves: &str) -> Result<Game, Problem> {
    let fresh = fresh(file)?;
    let nodes = nodes(&fresh);
    let (mut cluster, mut placed, mut refused) = (fresh.clone(), Vec::new(), None);
    for (order, word) in file.orders.iter().zip(moves.chars()) {
        let Some(digit) = word.to_digit(10).map(|d| d as usize).filter(|d| *d <= nodes.len()) else { break };
        let node = digit.checked_sub(1);
        if let Some(place) = node {
            let seen = look(&cluster, order);
            let why = seen.iter().find(|v| v.node == nodes[place].name).and_then(|v| v.rejection.as_ref());
            if let Some(why) = why {
                refused = Some(why.reasons.join(", "));
                break;
            }
        }
        put(&mut cluster, order, node.map(|place| nodes[place].name.as_str()))?;
        placed.push(node);
    }
    let seen = match file.orders.get(placed.len()) {
        Some(order) => seen(&cluster, order, &nodes),
        None => Vec::new(),
    };
    let ended = if placed.len() == file.orders.len() {
        let why = placed.iter().position(Option::is_none).map(|i| words(&cluster, &file.orders[i]));
        let mine = Placement { balance: balance(file, &nodes, &placed), nodes: placed.clone(), why };
        Some(Ended { mine, scheduler: scheduled(file, fresh, &nodes)? })
    } else {
        None
    };
    Ok(Game { nodes, placed, seen, refused, ended })
}

fn fresh(file: &File) -> Result<Cluster, Problem> {
    let config = Config { seed: SEED, epoch: EPOCH, world: read_world(&file.world)? };
    let mut cluster = Cluster::new(config).map_err(|e| broken_world(&e.to_string()))?;
    cluster.advance_to(EPOCH.plus_ms(SETTLE_MS));
    for (node, taint) in &file.taints {
        let (key, value) = taint.split_once('=').unwrap_or((taint, ""));
        let taints = json!([{"key": key, "value": value, "effect": "NoSchedule"}]);
        send(&mut cluster, "PATCH", &format!("/api/v1/nodes/{node}"), &json!({"spec": {"taints": taints}}))?;
    }
    pass(&mut cluster);
    Ok(cluster)
}

fn pass(cluster: &mut Cluster) {
    cluster.advance_to(cluster.now().plus_ms(NEXT_MS));
}

fn nodes(cluster: &Cluster) -> Vec<GameNode> {
    let node = |n: &Object| {
        let amount = |name: &str| n["status"]["allocatable"][name].clone();
        let taint = n["spec"]["taints"].list().iter().find(|t| t["effect"] == "NoSchedule");
        GameNode {
            name: n.name().to_string(),
            cpu_milli: milli(amount("cpu").text()),
            memory_mi: mebi(amount("memory").text()),
            taint: taint.map(|t| format!("{}={}", t["key"].text(), t["value"].text())),
        }
    };
    cluster.api().list(NODE, "").map(node).collect()
}

/// A pod as it asks to be scheduled.
fn pod(order: &Order, scheduler: &str) -> Value {
    let requests =
        json!({"cpu": format!("{}m", order.cpu_milli), "memory": format!("{}Mi", order.memory_mi)});
    let tolerations: Vec<Value> = order
        .tolerates
        .iter()
        .filter_map(|t| t.split_once('='))
        .map(|(key, value)| json!({"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"}))
        .collect();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": order.name, "namespace": "default"},
        "spec": {"schedulerName": scheduler, "tolerations": tolerations,
            "containers": [{"name": "main", "image": "app:1", "resources": {"requests": requests}}]}})
}

/// What the scheduler thinks of each node: it is asked on a branch, where the pod is its own to place.
fn look(cluster: &Cluster, order: &Order) -> Vec<Verdict> {
    let mut branch = cluster.clone();
    // where the pod waits already, it is another one that asks
    let asked = Order { name: format!("{}-asked", order.name), ..order.clone() };
    if send(&mut branch, "POST", PODS, &pod(&asked, "default-scheduler")).is_err() {
        return Vec::new();
    }
    pass(&mut branch);
    branch.verdicts(&Key::new("default", asked.name)).to_vec()
}

const PODS: &str = "/api/v1/namespaces/default/pods";

fn seen(cluster: &Cluster, order: &Order, nodes: &[GameNode]) -> Vec<Seen> {
    let verdicts = look(cluster, order);
    let of = |node: &GameNode| {
        let rejection = verdicts.iter().find(|v| v.node == node.name).and_then(|v| v.rejection.as_ref());
        let (cpu, memory) = used(cluster, &node.name);
        let is_short =
            |what: &str| rejection.is_some_and(|r| r.reasons.iter().any(|why| why.ends_with(what)));
        let short = |is: bool, by: i64| if is { by.max(0) } else { 0 };
        Seen {
            reasons: rejection.map(|r| r.reasons.clone()).unwrap_or_default(),
            short_cpu_milli: short(is_short(" cpu"), cpu + order.cpu_milli - node.cpu_milli),
            short_memory_mi: short(is_short(" memory"), memory + order.memory_mi - node.memory_mi),
        }
    };
    nodes.iter().map(of).collect()
}

/// What the pods of a node ask for.
fn used(cluster: &Cluster, node: &str) -> (i64, i64) {
    let asks = |pod: &Object, what: &str| {
        pod["spec"]["containers"][0]["resources"]["requests"][what].text().to_owned()
    };
    let pods = cluster.api().list(POD, "default").filter(|p| p["spec"]["nodeName"] == *node);
    pods.fold((0, 0), |(cpu, memory), p| (cpu + milli(&asks(p, "cpu")), memory + mebi(&asks(p, "memory"))))
}

/// A pod comes and is bound by hand, or left waiting.
fn put(cluster: &mut Cluster, order: &Order, node: Option<&str>) -> Result<(), Problem> {
    send(cluster, "POST", PODS, &pod(order, BY_HAND))?;
    if let Some(node) = node {
        let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": order.name},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node}});
        send(cluster, "POST", &format!("{PODS}/{}/binding", order.name), &binding)?;
    }
    pass(cluster);
    Ok(())
}

/// What FailedScheduling would say of a pod.
fn words(cluster: &Cluster, order: &Order) -> String {
    let mut branch = cluster.clone();
    let asked = Order { name: format!("{}-asked", order.name), ..order.clone() };
    if send(&mut branch, "POST", PODS, &pod(&asked, "default-scheduler")).is_err() {
        return String::new();
    }
    pass(&mut branch);
    message(&branch, &asked.name)
}

fn message(cluster: &Cluster, name: &str) -> String {
    let pod = cluster.api().find(POD, &Key::new("default", name));
    pod.map(|p| p.condition("PodScheduled")["message"].text().to_owned()).unwrap_or_default()
}

/// The same pods, placed by the scheduler.
fn scheduled(file: &File, mut cluster: Cluster, nodes: &[GameNode]) -> Result<Placement, Problem> {
    for order in &file.orders {
        send(&mut cluster, "POST", PODS, &pod(order, "default-scheduler"))?;
        pass(&mut cluster);
    }
    let place = |order: &Order| {
        let pod = cluster.api().find(POD, &Key::new("default", order.name.as_str()))?;
        nodes.iter().position(|n| pod["spec"]["nodeName"] == *n.name)
    };
    let placed: Vec<Option<usize>> = file.orders.iter().map(place).collect();
    let first = placed.iter().position(Option::is_none);
    let why = first.map(|i| message(&cluster, &file.orders[i].name));
    Ok(Placement { balance: balance(file, nodes, &placed), nodes: placed, why })
}

/// The mean over all nodes of what NodeResourcesBalancedAllocation gives them: 100, less half of what their parts of CPU and
/// memory differ by.
fn balance(file: &File, nodes: &[GameNode], placed: &[Option<usize>]) -> u32 {
    let of = |(place, node): (usize, &GameNode)| {
        let mine = file.orders.iter().zip(placed).filter(|(_, at)| **at == Some(place));
        let (cpu, memory) = mine.fold((0, 0), |(c, m), (o, _)| (c + o.cpu_milli, m + o.memory_mi));
        let part = |asked: i64, all: i64| asked as f64 / all.max(1) as f64;
        100.0 - 50.0 * (part(cpu, node.cpu_milli) - part(memory, node.memory_mi)).abs()
    };
    let all: f64 = nodes.iter().enumerate().map(of).sum();
    (all / nodes.len().max(1) as f64).round() as u32
}

fn milli(text: &str) -> i64 {
    match text.strip_suffix('m') {
        Some(milli) => milli.parse().unwrap_or(0),
        None => text.parse::<i64>().unwrap_or(0) * 1000,
    }
}

fn mebi(text: &str) -> i64 {
    let unit =
        |suffix: &str, mi: f64| text.strip_suffix(suffix)?.parse::<f64>().ok().map(|n| (n * mi) as i64);
    unit("Gi", 1024.0).or_else(|| unit("Mi", 1.0)).or_else(|| unit("Ki", 1.0 / 1024.0)).unwrap_or(0)
}

fn send(cluster: &mut Cluster, method: &str, uri: &str, body: &Value) -> Result<(), Problem> {
    let patch = method == "PATCH";
    let request = Request {
        user: learner(),
        method: method.into(),
        uri: uri.into(),
        content_type: if patch { "application/merge-patch+json" } else { "application/json" }.into(),
        body: body.to_string(),
        ..Request::default()
    };
    let Reply::Body(answer) = cluster.handle(&request) else {
        return Err(broken_world(&format!("{uri} gave a stream")));
    };
    if answer.code < 300 {
        return Ok(());
    }
    Err(broken_world(&format!("{method} {uri}: {}", String::from_utf8_lossy(&answer.bytes))))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use lessons::Course;

    use super::*;

    fn file() -> File {
        let course = Course::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../lessons/content"));
        File::clone(course.lesson("21-why-kubernetes").unwrap().game("placing").unwrap())
    }

    #[test]
    fn the_scheduler_judges_each_move() {
        let file = file();
        let begun = play(&file, "").unwrap();
        assert_eq!(begun.nodes.iter().map(|n| n.cpu_milli).collect::<Vec<_>>(), [4000, 2000, 4000]);
        assert_eq!(begun.seen[0].reasons, [""; 0]);
        assert_eq!(begun.seen[2].reasons, ["node(s) had untolerated taint {gpu: true}"]);
        // onto the tainted node: refused in the scheduler's words, and the game stands where it stood
        let refused = play(&file, "3").unwrap();
        assert_eq!(refused.refused.as_deref(), Some("node(s) had untolerated taint {gpu: true}"));
        assert_eq!((refused.placed, refused.seen), (vec![], begun.seen));
        // node-b has two cores: after two of them there is no room
        let full = play(&file, "222").unwrap();
        let fits: Vec<bool> = full.seen.iter().map(|s| s.reasons.is_empty()).collect();
        assert_eq!((full.placed.len(), fits), (2, vec![true, false, false]), "{full:?}");
        assert_eq!(full.refused.as_deref(), Some("Insufficient cpu, Insufficient memory"));
        assert_eq!((full.seen[1].short_cpu_milli, full.seen[1].short_memory_mi), (500, 1024));
    }

    #[test]
    fn both_placements_are_compared_at_the_end() {
        let file = file();
        let game = play(&file, "00000000").unwrap();
        let ended = game.ended.unwrap();
        assert_eq!((game.seen.len(), ended.mine.nodes, ended.mine.balance), (0, vec![None; 8], 100));
        assert_eq!(ended.scheduler.nodes.iter().flatten().count(), 8, "{:?}", ended.scheduler);
        assert_eq!(ended.scheduler.nodes[4], Some(2), "only one pod tolerates the taint");
        // what the scheduler did can be done by hand, too
        let same: String =
            ended.scheduler.nodes.iter().map(|n| n.map_or('0', |i| ['1', '2', '3'][i])).collect();
        let again = play(&file, &same).unwrap().ended.unwrap();
        assert_eq!(again.mine, again.scheduler);
        // what is no move is none
        assert_eq!(play(&file, "9x").unwrap().placed, []);
        assert_eq!(play(&file, &"0".repeat(99)).unwrap().placed.len(), 8);
    }
}
