//! `kubectl apply -f -`: client-side with the last-applied annotation, or `--server-side`.
//!
//! Omits: `--prune`, `set-last-applied`, `edit-last-applied`, files other than standard input.

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, parse, report};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    manifest,
    output::{json, text},
    patch,
    select::{self, Found},
};

const FLAGS: &str = "filename/f:l recursive/R:b server-side:b field-manager:s force-conflicts:b validate:s=strict \
    dry-run:s=unchanged output/o:s selector/l:s all:b overwrite:b force:b grace-period:i timeout:s wait:b prune:b \
    cascade:s=background openapi-patch:b show-managed-fields:b template:s kustomize/k:s";

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Runs `apply`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    if let Some(at) = words.iter().position(|word| word == "view-last-applied") {
        let rest: Vec<String> = words[..at].iter().chain(&words[at + 1..]).cloned().collect();
        return view_last_applied(cx, &rest).await;
    }
    let flags = parse(cx, "apply", FLAGS, words)?;
    if flags.get("filename").is_none() {
        return Err(Fail::error("must specify one of -f and -k"));
    }
    let dry = dry_run(cx, &flags)?;
    if flags.on("server-side") && dry == DryRun::Client {
        return Err(Fail::error(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
        ));
    }
    let read = manifest::read(cx, &flags, !matches!(flags.text("validate"), "ignore" | "false")).await?;
    let mut fails = read.fails;
    if read.found.is_empty() && fails.is_empty() {
        return Err(Fail::error("no objects passed to apply"));
    }
    for target in read.found {
        if let Err(fail) = one(cx, &flags, dry, target).await {
            fails.push(fail);
        }
    }
    Fail::all(fails)
}

async fn view_last_applied(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse(cx, "apply view-last-applied", "output/o:s selector/l:s all:b filename/f:l", words)?;
    for found in select::objects(cx, &flags, &flags.args).await? {
        let Some(applied) = last_applied(&found.object) else {
            return Err(Fail::Error(format!(
                "no last-applied-configuration annotation found on resource: {}",
                found.name
            )));
        };
        let printed = match flags.text("output") {
            "json" => json::print(&applied, "  "),
            _ => goyaml::document(&applied),
        };
        cx.out(&printed);
    }
    Ok(())
}

async fn one(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, target: Found) -> Done {
    if !chosen(flags, &target.object) {
        return Ok(());
    }
    if target.name.is_empty() {
        let generate = text(&target.object, "/metadata/generateName");
        if !generate.is_empty() {
            return Err(Fail::Error(format!("from {generate}: cannot use generate name with apply")));
        }
    }
    if flags.on("server-side") {
        server_side(cx, flags, dry, &target).await
    } else {
        client_side(cx, flags, dry, &target).await
    }
}

/// `-l` with equalities, as far as manifests are chosen by it.
fn chosen(flags: &Flags, object: &Value) -> bool {
    flags.list("selector").iter().all(|term| match term.split_once('=') {
        Some((key, value)) => {
            object["metadata"]["labels"][key.trim_end_matches('!')] == value.trim_start_matches('=')
        }
        None => object["metadata"]["labels"].get(term.as_str()).is_some(),
    })
}

fn validation(flags: &Flags) -> &'static str {
    match flags.text("validate") {
        "warn" => "Warn",
        "ignore" | "false" => "Ignore",
        _ => "Strict",
    }
}

fn dry_pair(dry: DryRun) -> Option<(&'static str, &'static str)> {
    (dry == DryRun::Server).then_some(("dryRun", "All"))
}

async fn client_side(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, target: &Found) -> Done {
    let resource = &target.resource;
    let place = format!(
        "Resource: \"{}, Resource={}\", GroupVersionKind: \"{}, Kind={}\"\nName: {:?}, Namespace: {:?}\n",
        resource.api_version(),
        resource.plural,
        resource.api_version(),
        resource.kind,
        target.name,
        target.namespace.as_deref().unwrap_or_default(),
    );
    let retrieving = format!(
        "error when retrieving current configuration of:\n{place}from server for: {:?}",
        target.source
    );
    if target.name.is_empty() {
        return Err(Fail::Error(format!("{retrieving}: resource name may not be empty")));
    }
    let modified = with_annotation(&target.object);
    let manager = flags.get("field-manager").unwrap_or("kubectl-client-side-apply");
    let mut pairs: Vec<_> = dry_pair(dry).into_iter().collect();
    pairs.extend([("fieldManager", manager), ("fieldValidation", validation(flags))]);
    let current = match cx.get(&target.url()).await {
        Ok(current) => current,
        Err(fail) if fail.is_not_found() => return create(cx, flags, dry, target, &modified, &pairs).await,
        Err(fail) => return Err(fail.when(&retrieving)),
    };
    let original = last_applied(&current);
    if original.is_none() && flags.text("output").is_empty() {
        cx.err(&format!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n",
            resource.plural, target.name
        ));
    }
    let strategic = patch::is_built_in(&resource.group);
    let change = patch::three_way(&original.unwrap_or(Value::Null), &modified, &current, strategic);
    if change == json!({}) {
        return report(cx, flags, &current, &target.title(), "unchanged");
    }
    if dry == DryRun::Client {
        return report(cx, flags, &modified, &target.title(), "configured");
    }
    let content =
        if strategic { "application/strategic-merge-patch+json" } else { "application/merge-patch+json" };
    let url = format!("{}{}", target.url(), query(&pairs));
    let answer = cx.send(Method::PATCH, &url, JSON, Some((content, &change))).await;
    let answer = answer.map_err(|fail| {
        fail.when(&format!(
            "error when applying patch:\n{}\nto:\n{place}for: {:?}",
            json::compact(&change),
            target.source
        ))
    })?;
    let same = text(&answer, "/metadata/resourceVersion") == text(&current, "/metadata/resourceVersion");
    report(cx, flags, &answer, &target.title(), if same { "unchanged" } else { "configured" })
}

async fn create(
    cx: &mut Cx<'_>,
    flags: &Flags,
    dry: DryRun,
    target: &Found,
    modified: &Value,
    pairs: &[(&str, &str)],
) -> Done {
    if dry == DryRun::Client {
        return report(cx, flags, modified, &target.title(), "created");
    }
    let url = format!("{}{}", target.resource.url(target.namespace.as_deref(), ""), query(pairs));
    let answer = cx.send(Method::POST, &url, JSON, Some((JSON, modified))).await;
    let answer = answer.map_err(|fail| fail.when(&format!("error when creating {:?}", target.source)))?;
    report(cx, flags, &answer, &target.title(), "created")
}

/// The object with itself as an annotation.
fn with_annotation(object: &Value) -> Value {
    let mut bare = object.clone();
    if let Some(metadata) = bare["metadata"].as_object_mut() {
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        if annotations.is_null() {
            *annotations = json!({});
        }
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.remove(LAST_APPLIED);
        }
    }
    let mut whole = bare.clone();
    whole["metadata"]["annotations"][LAST_APPLIED] = format!("{}\n", json::compact(&bare)).into();
    whole
}

fn last_applied(current: &Value) -> Option<Value> {
    let annotation = current["metadata"]["annotations"].get(LAST_APPLIED)?.as_str()?;
    let original: Value = serde_json::from_str(annotation).ok()?;
    Some(original)
}

const CONFLICT_HELP: &str = "Please review the fields above--they currently have other managers. Here\nare the ways you can resolve this warning:\n* If you intend to manage all of these fields, please re-run the apply\n  command with the `--force-conflicts` flag.\n* If you do not intend to manage all of the fields, please edit your\n  manifest to remove references to the fields that should keep their\n  current managers.\n* You may co-own fields by updating your manifest to match the existing\n  value; in this case, you'll become the manager if the other manager(s)\n  stop managing the field (remove it from their configuration).\nSee https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

async fn server_side(cx: &mut Cx<'_>, flags: &Flags, dry: DryRun, target: &Found) -> Done {
    let manager = flags.get("field-manager").unwrap_or("kubectl");
    let force = if flags.on("force-conflicts") { "true" } else { "false" };
    let mut pairs: Vec<_> = dry_pair(dry).into_iter().collect();
    pairs.extend([("fieldManager", manager), ("fieldValidation", validation(flags)), ("force", force)]);
    let url = format!("{}{}", target.url(), query(&pairs));
    match cx.send(Method::PATCH, &url, JSON, Some(("application/apply-patch+yaml", &target.object))).await {
        Ok(answer) => report(cx, flags, &answer, &target.title(), "serverside-applied"),
        Err(Fail::Status(status)) if status.reason == "Conflict" => {
            Err(Fail::Error(format!("{}\n{CONFLICT_HELP}", status.message)))
        }
        Err(fail) => Err(fail),
    }
}
