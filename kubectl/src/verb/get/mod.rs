//! `kubectl get`: tables as the server prints them, or objects in another form; `-w` follows them.
//!
//! Omits: `--kustomize`.

mod objects;
mod raw;
mod sort;
mod table;
mod watch;

use serde_json::Value;

use super::parse;
use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON},
    output::{
        columns::Columns,
        print::{Printer, no_printer},
    },
    select::{self, Ask},
};

/// How objects are to be printed.
enum Form {
    Objects(Printer),
    Columns(Columns),
}

/// Something asked for, and where.
struct Target {
    ask: Ask,
    /// The namespace to look in; none for all, and where there are none.
    namespace: Option<String>,
}

/// What was asked for and found.
struct Info<'a> {
    ask: &'a Ask,
    answer: Value,
}

/// All that a line asks for.
#[derive(Default)]
struct Targets {
    list: Vec<Target>,
    /// What could not even be asked for.
    fails: Vec<Fail>,
    /// Whether the line means one object, which is then printed without a List around it.
    single: bool,
}

/// Runs `get`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse("get", words)?;
    if let Some(path) = flags.get("raw").filter(|path| !path.is_empty()) {
        return raw::run(cx, &flags, path).await;
    }
    complete(cx, &flags)?;
    validate(&flags)?;
    if is_watch(&flags) {
        return watch::run(cx, &flags).await;
    }
    cx.chunk = match flags.get("sort-by").filter(|path| !path.is_empty()) {
        Some(_) => 0,
        None => flags.number("chunk-size").unwrap_or(cx.chunk),
    };
    let targets = targets(cx, &flags).await?;
    if is_table(&flags) {
        table::run(cx, &flags, targets).await
    } else {
        objects::run(cx, &flags, targets).await
    }
}

/// Reads the arguments, or the files.
async fn targets(cx: &mut Cx<'_>, flags: &Flags) -> Done<Targets> {
    if flags.get("filename").is_some() {
        let read = crate::manifest::read(cx, flags, "Ignore").await?;
        select::alone(&flags.args)?;
        let single = read.found.len() == 1 && flags.list("filename") != ["-"];
        let list = read.found.into_iter();
        let list = list.map(|it| Target { ask: Ask::Named(it.resource, it.name), namespace: it.namespace });
        return Ok(Targets { list: list.collect(), fails: read.fails, single });
    }
    let asks = select::asks(cx, &flags.args).await?;
    select::refuse_mixture(flags, &flags.args, &asks)?;
    let single = matches!(asks.as_slice(), [Ask::Named(..)]);
    let scope = select::scope(cx, flags);
    let within = |ask: &Ask| scope.clone().filter(|_| ask.resource().namespaced);
    let list = asks.into_iter().map(|ask| Target { namespace: within(&ask), ask });
    Ok(Targets { list: list.collect(), fails: Vec::new(), single })
}

fn is_watch(flags: &Flags) -> bool {
    flags.on("watch") || flags.on("watch-only")
}

/// Whether rows are printed, not objects.
fn is_table(flags: &Flags) -> bool {
    matches!(flags.text("output"), "wide")
        || flags.text("output").is_empty() && flags.text("template").is_empty()
}

/// Whether the server makes the rows.
fn is_server_print(flags: &Flags) -> bool {
    flags.get("server-print").is_none_or(|_| flags.on("server-print"))
}

fn complete(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    if is_watch(flags) {
        if !flags.text("sort-by").is_empty() {
            cx.err(if flags.on("watch") {
                "warning: --watch requested, --sort-by will be ignored for watch events received\n"
            } else {
                "warning: --watch-only requested, --sort-by will be ignored\n"
            });
        }
        return Ok(());
    }
    if flags.args.is_empty() && flags.get("filename").is_none() && flags.get("kustomize").is_none() {
        cx.err("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n\n");
        return Err(Fail::error(
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples",
        ));
    }
    Ok(())
}

fn validate(flags: &Flags) -> Done {
    let output = flags.text("output");
    if flags.on("show-labels") && !["", "wide"].contains(&output) {
        return Err(Fail::Error(format!("--show-labels option cannot be used with {output} printer")));
    }
    if flags.on("output-watch-events") && !is_watch(flags) {
        return Err(Fail::error(
            "--output-watch-events option can only be used with --watch or --watch-only",
        ));
    }
    Ok(())
}

/// The form that `-o` names.
///
/// # Errors
/// kubectl's words for an unknown form, or a template that can't be read.
fn form(cx: &Cx<'_>, flags: &Flags) -> Done<Form> {
    let output = flags.text("output");
    let (name, inline) = output.split_once('=').unwrap_or((output, ""));
    if !["custom-columns", "custom-columns-file"].contains(&name) {
        let printer = Printer::named(cx, flags, output)?;
        return printer.map(Form::Objects).ok_or_else(|| no_printer(output, true));
    }
    let spec = match flags.text("template") {
        "" => inline,
        given => given,
    };
    if spec.is_empty() {
        return Err(Fail::error("custom-columns format specified but no custom columns given"));
    }
    if name == "custom-columns" {
        return Columns::parse(spec).map(Form::Columns);
    }
    let text = crate::output::file(cx, spec)
        .map_err(|why| Fail::Error(format!("error reading template {spec}, {why}")))?;
    Columns::parse_file(&text).map(Form::Columns)
}

/// Asks for one target.
async fn ask(
    cx: &mut Cx<'_>,
    flags: &Flags,
    target: &Target,
    accept: &str,
    more: &[(&str, &str)],
) -> Done<Value> {
    let namespace = target.namespace.as_deref();
    match &target.ask {
        Ask::Named(resource, name) => {
            let subresource = flags.text("subresource");
            let slash = if subresource.is_empty() { "" } else { "/" };
            let url = resource.url(namespace, name);
            let url = format!("{url}{slash}{subresource}{}", crate::http::query(more));
            select::named(cx, namespace, &url, accept).await
        }
        Ask::List(resource) => {
            let url = select::list_url(resource, namespace, flags, more);
            select::get_list(cx, flags, resource, &url, accept).await
        }
    }
}

/// Asks for each in turn; what is not there may be ignored.
async fn fetch<'a>(
    cx: &mut Cx<'_>,
    flags: &Flags,
    targets: &'a [Target],
    accept: &str,
    more: &[(&str, &str)],
) -> (Vec<Info<'a>>, Vec<Fail>) {
    let (mut infos, mut fails) = (Vec::new(), Vec::new());
    for target in targets {
        match ask(cx, flags, target, accept, more).await {
            Ok(answer) => infos.push(Info { ask: &target.ask, answer }),
            Err(fail) if flags.on("ignore-not-found") && fail.is_not_found() => {}
            Err(fail) => fails.push(fail),
        }
    }
    (infos, fails)
}

/// What `Accept` says where objects are wanted.
fn accept(flags: &Flags) -> &'static str {
    if is_table(flags) && is_server_print(flags) { crate::http::TABLE } else { JSON }
}
