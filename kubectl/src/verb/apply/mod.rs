//! `kubectl apply`: the objects of `-f`, client-side with the last-applied annotation or `--server-side`, then `--prune`.
//!
//! Omits: applysets.

mod annotation;
mod client;
mod prune;
mod server;

pub use prune::Kinds;
pub use server::with_help;

use serde_json::{Value, json};

use super::{DryRun, delete::Deletion, dry_run, edit, parse, print::Printer, usage, validation};
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, query},
    manifest,
    output::text,
    select::Found,
};

/// Runs `apply` and its subcommands.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    match crate::flags::verb_of(words) {
        (Some("view-last-applied"), rest) => annotation::view(cx, &rest).await,
        (Some("set-last-applied"), rest) => annotation::set(cx, &rest).await,
        (Some("edit-last-applied"), rest) => edit::last_applied(cx, &rest).await,
        _ => Order::read(cx, words).await?.run(cx).await,
    }
}

/// A line of `apply`, checked.
struct Order {
    flags: Flags,
    dry: DryRun,
    printer: Printer,
    validation: &'static str,
    pruned: Option<Kinds>,
    /// What was applied, as the cluster has it now.
    applied: Vec<Value>,
}

impl Order {
    async fn read(cx: &mut Cx<'_>, words: &[String]) -> Done<Self> {
        let flags = parse("apply", words)?;
        if !flags.args.is_empty() {
            return Err(usage("apply", &format!("Unexpected args: [{}]", flags.args.join(" "))));
        }
        let dry = dry_run(cx, &flags)?;
        manifest::needs_files(&flags)?;
        Deletion::plain(cx, &flags, dry)?;
        let printer = Printer::read(cx, &flags)?;
        let validation = validation(&flags)?;
        let pruned = if flags.on("prune") { Some(Kinds::read(cx, &flags).await?) } else { None };
        check(&flags, dry)?;
        Ok(Self { flags, dry, printer, validation, pruned, applied: Vec::new() })
    }

    async fn run(mut self, cx: &mut Cx<'_>) -> Done {
        let read = manifest::read(cx, &self.flags, self.validation).await?;
        let mut fails = read.fails;
        if read.found.is_empty() && fails.is_empty() {
            return Err(Fail::error("no objects passed to apply"));
        }
        let mut namespaces = Vec::new();
        for target in read.found {
            namespaces.extend(target.namespace.clone());
            if let Err(fail) = self.one(cx, target).await {
                fails.push(fail);
            }
        }
        Fail::all(fails)?;
        if self.collects() {
            self.print_all(cx)?;
        }
        match self.pruned.take() {
            Some(kinds) => prune::run(cx, &mut self, kinds, namespaces).await,
            None => Ok(()),
        }
    }

    async fn one(&mut self, cx: &mut Cx<'_>, target: Found) -> Done {
        if target.name.is_empty() {
            let generate = text(&target.object, "/metadata/generateName");
            if !generate.is_empty() {
                return Err(Fail::Error(format!("from {generate}: cannot use generate name with apply")));
            }
        }
        if self.flags.on("server-side") {
            server::apply(cx, self, &target).await
        } else {
            client::apply(cx, self, &target).await
        }
    }

    /// Whether objects are printed all together at the end.
    fn collects(&self) -> bool {
        !self.printer.is_line() && !self.printer.is_name()
    }

    fn print_all(&mut self, cx: &mut Cx<'_>) -> Done {
        let applied = std::mem::take(&mut self.applied);
        match applied.as_slice() {
            [one] => self.printer.print(cx, one, "", "", self.dry),
            _ => {
                let list = json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": applied});
                self.printer.list(cx, &list)
            }
        }
    }

    /// Says what became of an object, or keeps it for the end.
    fn tell(&mut self, cx: &mut Cx<'_>, target: &Found, object: Value, done: &str) -> Done {
        let printed = if self.collects() {
            Ok(())
        } else {
            self.printer.print(cx, &object, &target.title(), done, self.dry)
        };
        self.applied.push(object);
        printed
    }

    /// The query of a writing request.
    fn parameters(&self, manager: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = Vec::new();
        if self.dry == DryRun::Server {
            pairs.push(("dryRun", "All"));
        }
        let manager = self.flags.get("field-manager").filter(|it| !it.is_empty()).unwrap_or(manager);
        pairs.extend([("fieldManager", manager), ("fieldValidation", self.validation)]);
        pairs.extend_from_slice(more);
        query(&pairs)
    }
}

/// Refuses flags that don't go together.
fn check(flags: &Flags, dry: DryRun) -> Done {
    let (server_side, force) = (flags.on("server-side"), flags.on("force"));
    let selector = flags.text("selector");
    let says = |text: &str| Err(Fail::error(text));
    if flags.on("force-conflicts") && !server_side {
        return says("--force-conflicts only works with --server-side");
    }
    if dry == DryRun::Client && server_side {
        return says(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
        );
    }
    if server_side && force {
        return says("--force cannot be used with --server-side");
    }
    if dry == DryRun::Server && force {
        return says("--dry-run=server cannot be used with --force");
    }
    if flags.on("all") && !selector.is_empty() {
        return says("cannot set --all and --selector at the same time");
    }
    if flags.on("prune") && !flags.on("all") && selector.is_empty() {
        return says(
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector",
        );
    }
    if !flags.text("subresource").is_empty() && !server_side {
        return says("--subresource can only be specified for --server-side");
    }
    Ok(())
}

/// Where an object is, as messages about it say.
fn place(target: &Found) -> String {
    let resource = &target.resource;
    let version = format!("{}/{}", resource.group, resource.version);
    let namespace = target.namespace.as_deref().unwrap_or_default();
    format!(
        "Resource: \"{version}, Resource={}\", GroupVersionKind: \"{version}, Kind={}\"\nName: {:?}, Namespace: {namespace:?}",
        resource.plural, resource.kind, target.name
    )
}

/// Warns of changes to what is on its way out.
pub fn warn_if_deleting(cx: &mut Cx<'_>, object: &Value, target: &Found) {
    if !text(object, "/metadata/deletionTimestamp").is_empty() {
        let (plural, name) = (&target.resource.plural, &target.name);
        cx.err(&format!(
            "Warning: Detected changes to resource {plural}/{name} which is currently being deleted.\n"
        ));
    }
}
