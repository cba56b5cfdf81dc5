//! Machines: power, network, disk, size.

use serde_json::{Map, Value, json};

use super::{
    Done,
    write::{MACHINE, World},
};

fn bare(node: &str) -> &str {
    let node = node.strip_prefix("node/").unwrap_or(node);
    node.strip_prefix("machine/").unwrap_or(node)
}

/// One field of several machines. Stops at the first that cannot be changed.
pub async fn each(world: &World, nodes: &[&str], field: &str, value: &str) -> Done {
    let mut said = String::new();
    for node in nodes {
        match set(world, bare(node), field, value).await {
            Ok(more) => said.push_str(&more),
            Err(why) => return Err(said + &why),
        }
    }
    Ok(said)
}

async fn set(world: &World, node: &str, field: &str, value: &str) -> Done {
    let old = world.get(MACHINE, node).await?;
    if old["spec"][field] == value {
        let (ko, en) = match value {
            "On" => ("꽂혀 있어요", "plugged in"),
            "Off" => ("뽑혀 있어요", "unplugged"),
            "Partitioned" => ("끊겨 있어요", "cut off"),
            _ => ("이어져 있어요", "connected"),
        };
        return Err(world.say(
            &format!("error: machine/{node}은(는) 이미 {ko} (spec.{field}: {value})"),
            &format!("error: machine/{node} is {en} already (spec.{field}: {value})"),
        ));
    }
    world.patch(MACHINE, node, json!({ field: value })).await
}

/// `lab disk NODE slow|normal`.
pub async fn disk(world: &World, node: &str, speed: &str) -> Done {
    let value = match speed.to_lowercase().as_str() {
        "slow" => "Slow",
        "normal" | "fast" => "Normal",
        _ => {
            return Err(world.say(
                &format!("error: 디스크는 slow 아니면 normal이에요. {speed:?}는 몰라요"),
                &format!("error: a disk is slow or normal, not {speed:?}"),
            ));
        }
    };
    world.patch(MACHINE, bare(node), json!({ "disk": value })).await
}

/// `lab capacity NODE cpu=4 memory=8Gi pods=110`.
pub async fn capacity(world: &World, node: &str, amounts: &[&str]) -> Done {
    let mut spec = Map::new();
    for amount in amounts {
        let pair = amount.split_once('=').filter(|(name, value)| {
            let known = ["cpu", "memory", "pods"].contains(name);
            known && !value.is_empty() && (*name != "pods" || value.parse::<u32>().is_ok())
        });
        let Some((name, value)) = pair else {
            return Err(world.say(
                &format!("error: {amount:?}는 크기가 아니에요. cpu=4, memory=8Gi, pods=110처럼 적어 주세요"),
                &format!("error: {amount:?} is no size: write cpu=4, memory=8Gi or pods=110"),
            ));
        };
        let value = match name {
            "pods" => Value::from(value.parse::<u32>().unwrap_or_default()),
            _ => Value::from(value),
        };
        spec.insert(name.to_owned(), value);
    }
    world.patch(MACHINE, bare(node), spec.into()).await
}
