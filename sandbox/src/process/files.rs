//! Files of a container: those that the kubelet writes, and its volumes. Models the kubelet's `ensureHostsFile`, its DNS
//! configurer and the volume plugins configMap, secret, projected and downwardAPI; a volume shows its source as it was at the
//! last sync of the pod, which comes once a minute.
//! Omits: what the image itself holds, tokens, volumes that keep what is written.

use std::collections::BTreeMap;

use super::{data_as_of, env};
use crate::{
    api::Api,
    clock::Time,
    json::Json,
    network::dns::SERVER,
    object::{Key, Object},
    resources::{CONFIG_MAP, Resource, SECRET},
};

/// The kubelet's `syncFrequency`.
const SYNC_MS: i64 = 60_000;

/// All files, by absolute path.
pub(super) fn of(api: &Api, pod: &Object, container: &Json, hostname: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    files.insert("/etc/hostname".to_owned(), format!("{hostname}\n"));
    files.insert("/etc/hosts".to_owned(), hosts(pod, hostname));
    files.insert("/etc/resolv.conf".to_owned(), resolver(pod));
    let synced = last_sync(pod, api.now());
    for mount in container["volumeMounts"].list() {
        let volume = pod["spec"]["volumes"].list().iter().find(|v| v["name"] == mount["name"]);
        let path = mount["mountPath"].text().trim_end_matches('/');
        let sub = mount["subPath"].text();
        for (name, content) in volume.map(|v| volume_files(api, pod, v, synced)).unwrap_or_default() {
            match sub {
                "" => files.insert(format!("{path}/{name}"), content),
                sub if sub == name => files.insert(path.to_owned(), content),
                _ => None,
            };
        }
    }
    files
}

/// When the kubelet last looked at the sources of a pod's volumes.
fn last_sync(pod: &Object, now: Time) -> Time {
    let since = pod["status"]["startTime"].time().unwrap_or(now);
    since.plus_ms(now.since_ms(since).max(0) / SYNC_MS * SYNC_MS)
}

fn volume_files(api: &Api, pod: &Object, volume: &Json, at: Time) -> BTreeMap<String, String> {
    if !volume["secret"].is_null() {
        let source = &volume["secret"];
        return keyed(api, pod, SECRET, source["secretName"].text(), source, at);
    }
    if !volume["projected"].is_null() {
        let sources = volume["projected"]["sources"].list().iter();
        return sources.flat_map(|source| volume_files(api, pod, &as_volume(source), at)).collect();
    }
    if !volume["configMap"].is_null() {
        let source = &volume["configMap"];
        return keyed(api, pod, CONFIG_MAP, source["name"].text(), source, at);
    }
    let items = volume["downwardAPI"]["items"].list().iter();
    items.map(|i| (i["path"].text().to_owned(), env::field(pod, i["fieldRef"]["fieldPath"].text()))).collect()
}

/// A projection names its Secret as a ConfigMap is named.
fn as_volume(projection: &Json) -> Json {
    let mut volume = projection.clone();
    let name = projection["secret"]["name"].clone();
    if !name.is_null() {
        volume["secret"].set("secretName", name);
    }
    volume
}

/// All keys, or those that `items` names, under the paths that it gives them.
fn keyed(
    api: &Api,
    pod: &Object,
    resource: Resource,
    name: &str,
    source: &Json,
    at: Time,
) -> BTreeMap<String, String> {
    let mut data = data_as_of(api, resource, &Key::new(pod.namespace().clone(), name), at);
    if source["items"].is_empty() {
        return data;
    }
    let items = source["items"].list().iter();
    items.filter_map(|i| Some((i["path"].text().to_owned(), data.remove(i["key"].text())?))).collect()
}

fn hosts(pod: &Object, hostname: &str) -> String {
    let mut text = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n\
                    fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n"
        .to_owned();
    let subdomain = pod["spec"]["subdomain"].text();
    let long = match subdomain {
        "" => String::new(),
        sub => format!("{hostname}.{sub}.{}.svc.cluster.local\t", pod.namespace()),
    };
    text += &format!("{}\t{long}{hostname}\n", pod["status"]["podIP"].text());
    if !pod["spec"]["hostAliases"].is_empty() {
        text += "\n# Entries added by HostAliases.\n";
    }
    for alias in pod["spec"]["hostAliases"].list() {
        let names: Vec<&str> = alias["hostnames"].list().iter().map(Json::text).collect();
        text += &format!("{}\t{}\n", alias["ip"].text(), names.join("\t"));
    }
    text
}

fn resolver(pod: &Object) -> String {
    let namespace = pod.namespace();
    format!(
        "search {namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver {SERVER}\noptions ndots:5\n"
    )
}
