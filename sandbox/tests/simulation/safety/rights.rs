//! Bounds that somebody set: a quota, a range of limits.

use sandbox::{
    api::{Change, Record},
    json::Json,
    object::Object,
    resources,
};

use super::{Verdict, shadow::Shadow};
use crate::pods::{asked, bytes, is_terminal, millis};

pub fn quotas_are_kept(record: &Record, shadow: &Shadow) -> Verdict {
    if record.resource != resources::POD || record.change == Change::Deleted {
        return Ok(());
    }
    let namespace = record.object.namespace();
    for quota in shadow.list(resources::RESOURCE_QUOTA, namespace) {
        let hard = quota.at("spec.hard");
        let pods: Vec<&Object> = shadow.list(resources::POD, namespace).filter(|p| !is_terminal(p)).collect();
        let (pods_max, cpu_max) = (millis(&hard["pods"]) / 1000, millis(&hard["requests.cpu"]));
        let cpu: i64 = pods.iter().map(|p| asked(p).0).sum();
        if pods.len() as i64 > pods_max || cpu > cpu_max {
            return Err(format!("{} pods with {cpu}m in a namespace with a quota of {hard}", pods.len()));
        }
    }
    Ok(())
}

/// Each new container is within the limits of its namespace.
pub fn limits_are_kept(record: &Record, shadow: &Shadow) -> Verdict {
    let pod = &record.object;
    if record.resource != resources::POD || record.change != Change::Added {
        return Ok(());
    }
    let ranges = shadow.list(resources::LIMIT_RANGE, pod.namespace());
    for range in ranges.flat_map(|r| r.at("spec.limits").list()) {
        for container in pod.at("spec.containers").list() {
            let (request, limit) = (container.at("resources.requests"), container.at("resources.limits"));
            let cpu = |of: &Json, bound: &str| (millis(&of["cpu"]), millis(&range[bound]["cpu"]));
            let memory = |of: &Json, bound: &str| (bytes(&of["memory"]), bytes(&range[bound]["memory"]));
            let over = |(is, most): (i64, i64)| is == 0 || is > most;
            let under = |(is, least): (i64, i64)| is < least;
            if over(cpu(limit, "max")) || over(memory(limit, "max")) || under(cpu(request, "min")) {
                return Err(format!("pod {} has {} out of {range}", pod.name(), container["resources"]));
            }
        }
    }
    Ok(())
}
