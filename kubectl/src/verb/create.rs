//! `kubectl create -f -`, `create deployment`, `create namespace`, `create configmap`, `create serviceaccount`.
//!
//! Omits: the other generators.

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, parse, report};
use crate::{
    discovery,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    manifest, select,
};

const COMMON: &str = "dry-run:s=unchanged output/o:s validate:s=strict field-manager:s save-config:b \
    show-managed-fields:b template:s allow-missing-template-keys:b";

/// Subcommands of kubectl that come later.
const KNOWN: &[&str] = &[
    "clusterrole",
    "clusterrolebinding",
    "cronjob",
    "cj",
    "ingress",
    "ing",
    "job",
    "poddisruptionbudget",
    "pdb",
    "priorityclass",
    "pc",
    "quota",
    "resourcequota",
    "role",
    "rolebinding",
    "secret",
    "service",
    "svc",
    "token",
];

fn is_filename(word: &str) -> bool {
    word.starts_with("-f") || word.starts_with("--filename")
}

/// Runs `create` and its subcommands.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (subcommand, rest) = crate::flags::verb_of(words);
    let Some(subcommand) = subcommand.filter(|_| !words.iter().any(|word| is_filename(word))) else {
        return from_input(cx, words).await;
    };
    match subcommand {
        "deployment" | "deploy" => deployment(cx, &rest).await,
        "namespace" | "ns" => {
            let (flags, name) = named(cx, "namespace", "", &rest)?;
            let object = json!({
                "apiVersion": "v1", "kind": "Namespace", "spec": {}, "status": {},
                "metadata": {"creationTimestamp": null, "name": name},
            });
            post(cx, &flags, object, None).await
        }
        "configmap" | "cm" => configmap(cx, &rest).await,
        "serviceaccount" | "sa" => {
            let (flags, name) = named(cx, "serviceaccount", "", &rest)?;
            let object = json!({
                "apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": {"creationTimestamp": null, "name": name},
            });
            post(cx, &flags, object, Some("failed to create serviceaccount")).await
        }
        known if KNOWN.contains(&known) => Err(Fail::Error(format!(
            "create {known} is a command of kubectl that this console does not run yet"
        ))),
        unknown => Err(Fail::Error(format!(
            "unknown command {unknown:?} for \"kubectl create\"\nSee 'kubectl create -h' for help and examples"
        ))),
    }
}

async fn from_input(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let own = format!(
        "{COMMON} filename/f:l recursive/R:b selector/l:s raw:s edit:b windows-line-endings:b kustomize/k:s"
    );
    let flags = parse(cx, "create", &own, words)?;
    if flags.get("filename").is_none() {
        return Err(Fail::error("must specify one of -f and -k"));
    }
    let dry = dry_run(cx, &flags)?;
    let read = manifest::read(cx, &flags, !matches!(flags.text("validate"), "ignore" | "false")).await?;
    let mut fails = read.fails;
    if read.found.is_empty() && fails.is_empty() {
        return Err(Fail::error("no objects passed to create"));
    }
    for target in read.found {
        let result = async {
            let answer = match dry {
                DryRun::Client => Ok(target.object.clone()),
                _ => create(cx, &flags, dry, &target).await,
            };
            let answer =
                answer.map_err(|fail| fail.when(&format!("error when creating {:?}", target.source)))?;
            let name = crate::output::text(&answer, "/metadata/name").to_owned();
            report(cx, &flags, &answer, &format!("{}/{name}", target.resource.kind_group()), "created")
        };
        if let Err(fail) = result.await {
            fails.push(fail);
        }
    }
    Fail::all(fails)
}

async fn create(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, target: &select::Found) -> Done<Value> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    if dry == DryRun::Server {
        pairs.push(("dryRun", "All"));
    }
    let validation = match flags.text("validate") {
        "warn" => "Warn",
        "ignore" | "false" => "Ignore",
        _ => "Strict",
    };
    pairs.extend([
        ("fieldManager", flags.get("field-manager").unwrap_or("kubectl-create")),
        ("fieldValidation", validation),
    ]);
    let url = format!("{}{}", target.resource.url(target.namespace.as_deref(), ""), query(&pairs));
    cx.send(Method::POST, &url, JSON, Some((JSON, &target.object))).await
}

/// Parses a subcommand that takes one name.
fn named(cx: &mut Cx<'_>, what: &str, own: &str, words: &[String]) -> Done<(Flags, String)> {
    let flags = parse(cx, &format!("create {what}"), &format!("{COMMON} {own}"), words)?;
    if what == "deployment" && flags.get("image").is_none() {
        return Err(Fail::error("required flag(s) \"image\" not set"));
    }
    match flags.args.as_slice() {
        [name] => Ok((flags.clone(), name.clone())),
        other => Err(Fail::Error(format!(
            "exactly one NAME is required, got {}\nSee 'kubectl create {what} -h' for help and examples",
            other.len()
        ))),
    }
}

/// Sends a generated object; `failing` says what an error is introduced by, none for the server's own words.
async fn post(cx: &mut Cx<'_>, flags: &Flags, mut object: Value, failing: Option<&str>) -> Done {
    let dry = dry_run(cx, flags)?;
    let (api_version, kind) = (object["apiVersion"].clone(), object["kind"].clone());
    let found =
        discovery::find_kind(cx, api_version.as_str().unwrap_or_default(), kind.as_str().unwrap_or_default());
    let resource =
        found.await?.ok_or_else(|| Fail::Error(format!("the server doesn't have a kind {kind}")))?;
    let name = crate::output::text(&object, "/metadata/name").to_owned();
    let namespace = resource.namespaced.then(|| select::namespace(cx, flags));
    if let Some(asked) = flags.get("namespace").filter(|_| resource.namespaced) {
        object["metadata"]["namespace"] = asked.into();
    }
    let target = select::Found { resource, namespace, name, object, source: String::new() };
    let answer = match dry {
        DryRun::Client => Ok(target.object.clone()),
        _ => create(cx, flags, dry, &target).await,
    };
    let answer = answer.map_err(|fail| match failing {
        Some(doing) => fail.wrapped(doing),
        None => fail,
    })?;
    report(cx, flags, &answer, &target.title(), "created")
}

async fn deployment(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (flags, name) = named(cx, "deployment", "image:l replicas/r:i port:i", words)?;
    let images = flags.list("image");
    let command = &flags.after_dashes;
    if images.len() > 1 && !command.is_empty() {
        return Err(Fail::error("cannot specify multiple --image options and command"));
    }
    let mut containers = Vec::new();
    for image in &images {
        let base = image.rsplit('/').next().unwrap_or(image);
        let base = base.split([':', '@']).next().unwrap_or(base);
        let mut container = json!({"name": base.replace('_', "-"), "image": image, "resources": {}});
        if !command.is_empty() {
            container["command"] = json!(command);
        }
        if let Some(port) = flags.number("port").filter(|port| *port > 0) {
            container["ports"] = json!([{"containerPort": port}]);
        }
        containers.push(container);
    }
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"creationTimestamp": null, "name": name, "labels": {"app": name}},
        "spec": {
            "replicas": flags.number("replicas").unwrap_or(1),
            "selector": {"matchLabels": {"app": name}},
            "strategy": {},
            "template": {
                "metadata": {"creationTimestamp": null, "labels": {"app": name}},
                "spec": {"containers": containers},
            },
        },
        "status": {},
    });
    post(cx, &flags, object, Some("failed to create deployment")).await
}

async fn configmap(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (flags, name) =
        named(cx, "configmap", "from-literal:l from-file:l from-env-file:l append-hash:b", words)?;
    let mut data = serde_json::Map::new();
    for literal in flags.raw_list("from-literal") {
        let Some((key, value)) = literal.split_once('=') else {
            return Err(Fail::Error(format!("invalid literal source {literal}, expected key=value")));
        };
        data.insert(key.to_owned(), value.trim_matches('"').into());
    }
    if let Some(file) = flags.raw_list("from-file").first() {
        let path = file.split_once('=').map_or(file.as_str(), |(_, path)| path);
        return Err(Fail::Error(format!("error reading {path}: no such file or directory")));
    }
    let mut object = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"creationTimestamp": null, "name": name},
    });
    if !data.is_empty() {
        object["data"] = Value::Object(data);
    }
    post(cx, &flags, object, Some("failed to create configmap")).await
}
