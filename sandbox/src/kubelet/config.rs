//! What keeps a container from being created, or a pod's volumes from being set up. Models the errors of the kubelet's
//! `makeEnvironmentVariables`, of `verifyRunAsNonRoot` and of the volume plugins configMap, secret and projected.
//! Omits: users that images name (those of the official images are root), volumes of other plugins.

use crate::{
    api::Api,
    json::Json,
    object::{Key, Object},
    resources::{CONFIG_MAP, Resource, SECRET},
};

/// Where a key is looked for.
#[derive(Clone, Copy)]
struct Source {
    resource: Resource,
    /// As a message about a missing object names it.
    kind: &'static str,
    /// As a message about a missing key of the environment names it.
    title: &'static str,
    /// What is said of a missing key of a volume.
    lacks: &'static str,
}

const CONFIG: Source = Source {
    resource: CONFIG_MAP,
    kind: "configmap",
    title: "ConfigMap",
    lacks: "configmap references non-existent config key",
};
const HIDDEN: Source =
    Source { resource: SECRET, kind: "secret", title: "Secret", lacks: "references non-existent secret key" };

/// Why a container of a pod cannot be created now.
pub fn error(api: &Api, pod: &Object, container: &str, pod_id: &str) -> Option<String> {
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    let declared = lists.iter().flat_map(|l| pod["spec"][*l].list()).find(|c| c["name"] == *container)?;
    environment(api, pod, declared).or_else(|| root(api, pod, declared, pod_id))
}

fn environment(api: &Api, pod: &Object, container: &Json) -> Option<String> {
    let whole = container["envFrom"].list().iter().find_map(|from| {
        let (source, said) = pick(from, "configMapRef", "secretRef")?;
        missing(api, pod, source, said["name"].text(), said)
    });
    whole.or_else(|| {
        container["env"].list().iter().find_map(|env| {
            let (source, said) = pick(&env["valueFrom"], "configMapKeyRef", "secretKeyRef")?;
            let name = said["name"].text();
            if let Some(why) = missing(api, pod, source, name, said) {
                return Some(why);
            }
            let key = said["key"].text();
            let found = api.find(source.resource, &Key::new(pod.namespace().clone(), name))?;
            let lacks = found["data"][key].is_null() && !is_optional(said);
            lacks.then(|| format!("couldn't find key {key} in {} {}/{name}", source.title, pod.namespace()))
        })
    })
}

fn pick<'a>(from: &'a Json, config: &str, secret: &str) -> Option<(Source, &'a Json)> {
    [(CONFIG, config), (HIDDEN, secret)]
        .into_iter()
        .find_map(|(source, field)| Some((source, &from[field])).filter(|(_, said)| !said.is_null()))
}

fn is_optional(said: &Json) -> bool {
    said["optional"].bool() == Some(true)
}

fn missing(api: &Api, pod: &Object, source: Source, name: &str, said: &Json) -> Option<String> {
    let key = Key::new(pod.namespace().clone(), name);
    let there = is_optional(said) || api.find(source.resource, &key).is_some();
    (!there).then(|| format!("{} {name:?} not found", source.kind))
}

fn root(api: &Api, pod: &Object, container: &Json, pod_id: &str) -> Option<String> {
    let of = |field: &str| {
        let own = &container["securityContext"][field];
        if own.is_null() { &pod["spec"]["securityContext"][field] } else { own }
    };
    if of("runAsNonRoot").bool() != Some(true) {
        return None;
    }
    let why = match of("runAsUser").int() {
        Some(0) => "container's runAsUser breaks non-root policy",
        None if runs_as_root(api, container["image"].text()) => {
            "container has runAsNonRoot and image will run as root"
        }
        _ => return None,
    };
    Some(format!("{why} (pod: {pod_id:?}, container: {})", container["name"].text()))
}

/// Official images start as root; what others do only their own Image object could say.
fn runs_as_root(api: &Api, image: &str) -> bool {
    let declared = api.list(crate::resources::IMAGE, "").any(|i| i["spec"]["image"] == *image);
    !declared && !image.contains('/')
}

/// Why volumes of a pod cannot be set up now: their names and the reasons.
pub fn mount_errors(api: &Api, pod: &Object) -> Vec<(String, String)> {
    let volumes = pod["spec"]["volumes"].list().iter();
    let error = |v: &Json| Some((v["name"].text().to_owned(), volume_error(api, pod, v)?));
    volumes.filter_map(error).collect()
}

fn volume_error(api: &Api, pod: &Object, volume: &Json) -> Option<String> {
    let of = |part: &Json, secret_name: &str| {
        let (source, said) = pick(part, "configMap", "secret")?;
        let name = if said["secretName"].is_null() { &said["name"] } else { &said[secret_name] };
        missing(api, pod, source, name.text(), said)
            .or_else(|| missing_item(api, pod, source, name.text(), said))
    };
    let parts = volume["projected"]["sources"].list();
    let errors: Vec<String> = parts.iter().filter_map(|part| of(part, "name")).collect();
    match errors.as_slice() {
        [] => of(volume, "secretName"),
        [one] => Some(one.clone()),
        all => Some(format!("[{}]", all.join(", "))),
    }
}

fn missing_item(api: &Api, pod: &Object, source: Source, name: &str, said: &Json) -> Option<String> {
    let found = api.find(source.resource, &Key::new(pod.namespace().clone(), name))?;
    let lacks = |key: &&str| found["data"][*key].is_null() && found["binaryData"][*key].is_null();
    let key = said["items"].list().iter().map(|i| i["key"].text()).find(lacks)?;
    (!is_optional(said)).then(|| format!("{}: {key}", source.lacks))
}
