//! A container's environment. Models the kubelet's `makeEnvironmentVariables`: made when the container starts, so a
//! ConfigMap that was changed since is seen as it was then.
//! Omits: changes from before the window of revisions; Services of other namespaces (as Kubernetes does).

use std::collections::BTreeMap;

use super::data_as_of;
use crate::{
    api::Api,
    clock::Time,
    json::Json,
    object::{Key, Object},
    resources::{CONFIG_MAP, NODE, Resource, SECRET, SERVICE},
    scheduler::quantity::milli,
};

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The environment of a container that started at `since`.
pub(super) fn of(
    api: &Api,
    pod: &Object,
    container: &Json,
    hostname: &str,
    since: Time,
) -> BTreeMap<String, String> {
    let mut env = services(api, pod, since);
    env.insert("PATH".into(), PATH.into());
    env.insert("HOSTNAME".into(), hostname.into());
    env.insert("HOME".into(), "/root".into());
    for source in container["envFrom"].list() {
        let prefix = source["prefix"].text();
        for (field, resource) in [("configMapRef", CONFIG_MAP), ("secretRef", SECRET)] {
            let name = source[field]["name"].text();
            if !name.is_empty() {
                let data = data_as_of(api, resource, &Key::new(pod.namespace().clone(), name), since);
                env.extend(data.into_iter().map(|(k, v)| (format!("{prefix}{k}"), v)));
            }
        }
    }
    for declared in container["env"].list() {
        let value = match declared["valueFrom"].is_null() {
            true => Some(expand(declared["value"].text(), &env)),
            false => from(api, pod, container, &declared["valueFrom"], since),
        };
        if let Some(value) = value {
            env.insert(declared["name"].text().into(), value);
        }
    }
    env
}

/// `$(NAME)`, of what is known by then; `$$` is a dollar.
pub(super) fn expand(text: &str, env: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out += &rest[..at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|r| r.split_once(')')) {
            match env.get(name) {
                Some(value) => out += value,
                None => out += &format!("$({name})"),
            }
            rest = after;
        } else {
            out.push('$');
        }
    }
    out + rest
}

fn from(api: &Api, pod: &Object, container: &Json, source: &Json, since: Time) -> Option<String> {
    let keyed = |field: &str, resource: Resource| {
        let key = Key::new(pod.namespace().clone(), source[field]["name"].text());
        data_as_of(api, resource, &key, since).remove(source[field]["key"].text())
    };
    if !source["configMapKeyRef"].is_null() {
        return keyed("configMapKeyRef", CONFIG_MAP);
    }
    if !source["secretKeyRef"].is_null() {
        return keyed("secretKeyRef", SECRET);
    }
    if !source["fieldRef"].is_null() {
        return Some(field(pod, source["fieldRef"]["fieldPath"].text()));
    }
    let resource = source["resourceFieldRef"]["resource"].text();
    let (list, name) = resource.split_once('.')?;
    Some(amount(api, pod, container, list, name, &source["resourceFieldRef"]["divisor"]))
}

/// A resource as the downward API gives it: rounded up to whole divisors; a limit that is not set is what the node has to give.
fn amount(api: &Api, pod: &Object, container: &Json, list: &str, name: &str, divisor: &Json) -> String {
    let own = &container["resources"][list][name];
    let node = api.find(NODE, &Key::cluster(pod["spec"]["nodeName"].text()));
    let value = match node {
        Some(node) if own.is_null() && list == "limits" => &node["status"]["allocatable"][name],
        _ => own,
    };
    let per = match milli(divisor) {
        per if per > 0 => per,
        _ => 1000,
    };
    (milli(value).max(0) as u64).div_ceil(per as u64).to_string()
}

/// A field of the pod, as the downward API names it.
pub(super) fn field(pod: &Object, path: &str) -> String {
    let quoted = |prefix: &str| {
        path.strip_prefix(prefix).and_then(|p| p.strip_prefix("['")).and_then(|p| p.strip_suffix("']"))
    };
    for map in ["labels", "annotations"] {
        if let Some(key) = quoted(&format!("metadata.{map}")) {
            return pod["metadata"][map][key].text().to_owned();
        }
        if path == format!("metadata.{map}") {
            return pod["metadata"][map].entries().map(|(k, v)| format!("{k}={:?}\n", v.text())).collect();
        }
    }
    let value = path.split('.').fold(&pod.0, |json, part| &json[part]);
    value.text().to_owned()
}

/// `NAME_SERVICE_HOST` and its companions: Services that were there when the container started, and the API server.
fn services(api: &Api, pod: &Object, since: Time) -> BTreeMap<String, String> {
    let linked = pod["spec"]["enableServiceLinks"].bool().unwrap_or(true);
    let mut all: Vec<&Object> = Vec::new();
    if linked {
        all.extend(api.list(SERVICE, pod.namespace()));
    }
    if let Some(api_server) = api.find(SERVICE, &Key::new("default", "kubernetes")) {
        all.push(api_server);
    }
    let mut env = BTreeMap::new();
    for service in all {
        let host = service["spec"]["clusterIP"].text();
        let there = service["metadata"]["creationTimestamp"].time().is_none_or(|t| t <= since);
        if there && !matches!(host, "" | "None") {
            service_env(service, host, &mut env);
        }
    }
    env
}

fn service_env(service: &Object, host: &str, env: &mut BTreeMap<String, String>) {
    let upper = |text: &str| text.to_uppercase().replace('-', "_");
    let name = upper(service.name());
    env.insert(format!("{name}_SERVICE_HOST"), host.into());
    for (i, port) in service["spec"]["ports"].list().iter().enumerate() {
        let number = port["port"].int().unwrap_or(0).to_string();
        let protocol = port["protocol"].str().unwrap_or("TCP");
        let url = format!("{}://{host}:{number}", protocol.to_lowercase());
        if i == 0 {
            env.insert(format!("{name}_SERVICE_PORT"), number.clone());
            env.insert(format!("{name}_PORT"), url.clone());
        }
        if !port["name"].text().is_empty() {
            env.insert(format!("{name}_SERVICE_PORT_{}", upper(port["name"].text())), number.clone());
        }
        let prefix = format!("{name}_PORT_{number}_{protocol}");
        env.insert(prefix.clone(), url);
        env.insert(format!("{prefix}_PROTO"), protocol.to_lowercase());
        env.insert(format!("{prefix}_PORT"), number);
        env.insert(format!("{prefix}_ADDR"), host.into());
    }
}
