//! `kubectl create`: `-f` as it is, or an object made by one of the generators, a file per family of kinds.

mod config;
mod files;
mod from_file;
mod ingress;
mod namespaced;
mod policy;
mod rbac;
mod secret;
mod service;
mod token;
mod workload;

pub use files::bad_variable;
pub use policy::quantities;

use http::Method;
use serde_json::{Value, json};

use super::{DryRun, dry_run, help, last_applied, parse, print::Printer, usage, validation};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    flags::{Flags, verb_of},
    http::{Cx, JSON, query},
    output::typed,
    select,
};

/// Runs `create` and its subcommands.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let (subcommand, rest) = verb_of(words);
    match subcommand.unwrap_or_default() {
        "clusterrole" => rbac::cluster_role(cx, &rest).await,
        "clusterrolebinding" => rbac::cluster_role_binding(cx, &rest).await,
        "configmap" | "cm" => config::run(cx, &rest).await,
        "cronjob" | "cj" => workload::cron_job(cx, &rest).await,
        "deployment" | "deploy" => workload::deployment(cx, &rest).await,
        "ingress" | "ing" => ingress::run(cx, &rest).await,
        "job" => workload::job(cx, &rest).await,
        "namespace" | "ns" => namespaced::namespace(cx, &rest).await,
        "poddisruptionbudget" | "pdb" => policy::disruption_budget(cx, &rest).await,
        "priorityclass" | "pc" => policy::priority_class(cx, &rest).await,
        "quota" | "resourcequota" => policy::quota(cx, &rest).await,
        "role" => rbac::role(cx, &rest).await,
        "rolebinding" => rbac::role_binding(cx, &rest).await,
        "secret" => secret::run(cx, &rest).await,
        "service" | "svc" => service::run(cx, &rest).await,
        "serviceaccount" | "sa" => namespaced::service_account(cx, &rest).await,
        "token" => token::run(cx, &rest).await,
        _ => from_file::run(cx, words).await,
    }
}

/// A generator's command line, checked as far as all generators check theirs.
struct Order {
    flags: Flags,
    name: String,
    dry: DryRun,
    printer: Printer,
    validation: &'static str,
}

/// Reads the line of `create WHAT NAME`; `required` flags are in alphabetical order.
async fn order(cx: &mut Cx<'_>, what: &str, required: &[&str], words: &[String]) -> Done<Order> {
    let verb = format!("create {what}");
    let flags = parse(&verb, words)?;
    require(&flags, required)?;
    let [name] = flags.args.as_slice() else {
        return Err(usage(&verb, &format!("exactly one NAME is required, got {}", flags.args.len())));
    };
    let name = name.clone();
    let dry = dry_run(cx, &flags)?;
    let printer = Printer::read(cx, &flags)?;
    let validation = validation(&flags)?;
    Ok(Order { flags, name, dry, printer, validation })
}

/// Refuses a line without the flags that it must have.
fn require(flags: &Flags, names: &[&str]) -> Done {
    let missing: Vec<String> =
        names.iter().filter(|name| flags.get(name).is_none()).map(|name| format!("{name:?}")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Fail::Error(format!("required flag(s) {} not set", missing.join(", "))))
}

/// A subcommand that there is not; without any word, the page of those that there are.
fn unknown(verb: &str, words: &[String]) -> Fail {
    if words.is_empty() {
        return Fail::Plain(help::page(verb));
    }
    usage(verb, &format!("unknown command {:?}", words.join(" ")))
}

/// What a generator made.
struct Made {
    resource: Resource,
    /// In the order in which Kubernetes' types have their fields.
    object: Value,
    /// What stands before an error of the server; empty for the server's own words.
    failing: &'static str,
}

fn made(resource: Resource, object: Value, failing: &'static str) -> Made {
    Made { resource, object, failing }
}

/// Sends what was made, or with `--dry-run=client` only shows it.
async fn post(cx: &mut Cx<'_>, order: &Order, made: Made) -> Done {
    let Made { resource, mut object, failing } = made;
    let flags = &order.flags;
    let namespace = resource.namespaced.then(|| select::namespace(cx, flags));
    if let Some(asked) = flags.get("namespace").filter(|asked| resource.namespaced && !asked.is_empty()) {
        object["metadata"]["namespace"] = asked.into();
    }
    if flags.on("save-config") {
        object = last_applied::with(&object, &typed::compact(&object));
    }
    let sent = match order.dry {
        DryRun::Client => Ok(object),
        dry => {
            let url = format!(
                "{}{}",
                resource.url(namespace.as_deref(), ""),
                parameters(flags, dry, order.validation)
            );
            cx.send(Method::POST, &url, JSON, Some((JSON, &object))).await
        }
    };
    let object = sent.map_err(|fail| match fail {
        Fail::Status(status) if !failing.is_empty() => Fail::Error(format!("{failing}{}", status.message)),
        fail => fail,
    })?;
    let mut printer = order.printer.clone();
    printer.typed(cx, &object, &format!("{}/{}", resource.kind_group(), order.name), "created", order.dry)
}

/// The query of a creating request.
fn parameters(flags: &Flags, dry: DryRun, validation: &str) -> String {
    let mut pairs = Vec::new();
    if dry == DryRun::Server {
        pairs.push(("dryRun", "All"));
    }
    let manager = flags.get("field-manager").filter(|it| !it.is_empty()).unwrap_or("kubectl-create");
    pairs.extend([("fieldManager", manager), ("fieldValidation", validation)]);
    query(&pairs)
}

/// `metadata` of a made object.
fn metadata(name: &str) -> Value {
    json!({"name": name, "creationTimestamp": null})
}
