//! `kubectl get`: tables as the server prints them, or objects in another form; `-w` follows them.
//!
//! Omits: `-f`, `--raw`, Go templates.

use futures::StreamExt;
use http::Method;
use serde_json::{Value, json as make};

use super::parse;
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, TABLE, query},
    output::{
        columns::Columns, gofmt, items, json, jsonpath::Template, list, table, text, typed_items,
        without_managed_fields,
    },
    select::{self, Ask},
};

const FLAGS: &str = "output/o:s selector/l:s field-selector:s all-namespaces/A:b watch/w:b watch-only:b \
    output-watch-events:b show-labels:b show-kind:b no-headers:b sort-by:s label-columns/L:l ignore-not-found:b \
    chunk-size:i show-managed-fields:b filename/f:l recursive/R:b template:s raw:s subresource:s server-print:b \
    allow-missing-template-keys:b kustomize/k:s";

const FORMATS: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml";

/// How objects are to be printed.
enum Format {
    Table { wide: bool },
    Json,
    Yaml,
    Name,
    JsonPath(Template),
    Columns(Columns),
}

/// kubectl's words for an unknown `-o`.
pub(super) fn no_printer(format: &str) -> Fail {
    Fail::Error(format!(
        "unable to match a printer suitable for the output format {format:?}, allowed formats are: {FORMATS}"
    ))
}

impl Format {
    fn parse(text: &str) -> Done<Self> {
        Ok(match text.split_once('=').map_or((text, None), |(format, rest)| (format, Some(rest))) {
            ("", None) => Self::Table { wide: false },
            ("wide", None) => Self::Table { wide: true },
            ("json", None) => Self::Json,
            ("yaml", None) => Self::Yaml,
            ("name", None) => Self::Name,
            ("jsonpath", Some(template)) => Self::JsonPath(Template::parse(template)?),
            ("jsonpath", None) => {
                return Err(Fail::error("template format specified but no template given"));
            }
            ("custom-columns", spec) => Self::Columns(Columns::parse(spec.unwrap_or_default())?),
            _ => return Err(no_printer(text)),
        })
    }
}

/// Runs `get`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let flags = parse(cx, "get", FLAGS, words)?;
    if let Some(path) = flags.get("raw") {
        let answer = cx.get(path).await?;
        let text = answer.as_str().map_or_else(|| json::compact(&answer), str::to_owned);
        cx.out(&text);
        return Ok(());
    }
    if flags.args.is_empty() {
        return Err(Fail::Plain(
            "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples".into(),
        ));
    }
    let format = Format::parse(flags.text("output"))?;
    if flags.on("watch") || flags.on("watch-only") {
        return watch(cx, &flags, &format).await;
    }
    let asks = select::asks(cx, &flags.args).await?;
    match format {
        Format::Table { wide } => tables(cx, &flags, &asks, wide).await,
        other => objects(cx, &flags, &asks, &other).await,
    }
}

/// A table and the resource that it is about.
struct Part {
    resource: Resource,
    table: Value,
}

async fn tables(cx: &mut Cx<'_>, flags: &Flags, asks: &[Ask], wide: bool) -> Done {
    let mut parts = Vec::new();
    let mut fails = Vec::new();
    for ask in asks {
        match ask_table(cx, flags, ask).await {
            Ok(table) => parts.push(Part { resource: ask.resource().clone(), table }),
            Err(fail) if flags.on("ignore-not-found") && fail.is_not_found() => {}
            Err(fail) => fails.push(fail),
        }
    }
    if let Some(path) = flags.get("sort-by") {
        sort_rows(&mut parts, path)?;
    }
    let several = parts.iter().any(|part| part.resource.kind != parts[0].resource.kind)
        || (asks.iter().any(|ask| matches!(ask, Ask::List(_))) && flags.args[0].contains([',']))
        || (flags.args.len() == 1 && asks.len() > 1);
    let mut written = false;
    let mut at = 0;
    while at < parts.len() {
        let resource = &parts[at].resource;
        let group = parts[at..].iter().take_while(|part| part.resource == *resource).count();
        let same: Vec<&Value> = parts[at..at + group].iter().map(|part| &part.table).collect();
        let options = table_options(flags, resource, wide, several);
        let text = table::Printer::default().print(&same, &options);
        if !text.is_empty() {
            if written && !flags.on("no-headers") {
                cx.out("\n");
            }
            written = true;
            cx.out(&text);
        }
        at += group;
    }
    if !written && fails.is_empty() && !flags.on("ignore-not-found") {
        let namespaced = asks.iter().all(|ask| ask.resource().namespaced);
        if namespaced && !flags.on("all-namespaces") {
            let namespace = select::namespace(cx, flags);
            cx.err(&format!("No resources found in {namespace} namespace.\n"));
        } else {
            cx.err("No resources found\n");
        }
    }
    Fail::all(fails)
}

fn table_options(flags: &Flags, resource: &Resource, wide: bool, several: bool) -> table::Options {
    let kind_prefix = if several || flags.on("show-kind") { resource.kind_group() } else { String::new() };
    table::Options {
        wide,
        no_headers: flags.on("no-headers"),
        with_namespace: flags.on("all-namespaces") && resource.namespaced,
        kind_prefix,
        show_labels: flags.on("show-labels"),
        label_columns: flags.list("label-columns"),
        event: None,
    }
}

async fn ask_table(cx: &mut Cx<'_>, flags: &Flags, ask: &Ask) -> Done<Value> {
    let scope = select::scope(cx, flags);
    let mut more = Vec::new();
    if flags.get("sort-by").is_some() {
        more.push(("includeObject", "Object"));
    }
    let url = match ask {
        Ask::Named(resource, name) => {
            if flags.on("all-namespaces") && resource.namespaced {
                return Err(Fail::error("a resource cannot be retrieved by name across all namespaces"));
            }
            format!("{}{}", resource.url(scope.as_deref(), name), query(&more))
        }
        Ask::List(resource) => {
            more.push(("limit", "500"));
            select::list_url(resource, scope.as_deref(), flags, &more)
        }
    };
    let mut table = match ask {
        Ask::Named(..) => cx.send(Method::GET, &url, TABLE, None).await?,
        Ask::List(resource) => select::get_list(cx, flags, resource, &url, TABLE).await?,
    };
    let mut next = text(&table, "/metadata/continue").to_owned();
    while !next.is_empty() {
        let more = cx
            .send(Method::GET, &format!("{url}&continue={}", crate::http::escape(&next)), TABLE, None)
            .await?;
        next = text(&more, "/metadata/continue").to_owned();
        if let Some(rows) = table.get_mut("rows").and_then(Value::as_array_mut) {
            rows.extend(list(&more, "/rows").iter().cloned());
        }
    }
    Ok(if text(&table, "/kind") == "Table" { table } else { as_table(&table) })
}

/// NAME and nothing else, where a server prints no tables.
fn as_table(answer: &Value) -> Value {
    let objects = if answer["items"].is_array() { items(answer).to_vec() } else { vec![answer.clone()] };
    let rows: Vec<Value> = objects
        .into_iter()
        .map(|object| make!({"cells": [text(&object, "/metadata/name")], "object": object}))
        .collect();
    make!({"kind": "Table", "columnDefinitions": [{"name": "Name", "format": "name", "priority": 0}], "rows": rows})
}

fn sort_rows(parts: &mut [Part], path: &str) -> Done {
    let template = Template::relaxed(path)?;
    for part in parts {
        let rows = part.table.get_mut("rows").and_then(Value::as_array_mut);
        if let Some(rows) = rows {
            rows.sort_by(|a, b| order(&template, &a["object"], &b["object"]));
        }
    }
    Ok(())
}

fn order(template: &Template, a: &Value, b: &Value) -> std::cmp::Ordering {
    match (template.values(a).first(), template.values(b).first()) {
        (Some(a), Some(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => gofmt::print(a).cmp(&gofmt::print(b)),
        },
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

async fn objects(cx: &mut Cx<'_>, flags: &Flags, asks: &[Ask], format: &Format) -> Done {
    let scope = select::scope(cx, flags);
    let mut found = Vec::new();
    let mut fails = Vec::new();
    for ask in asks {
        let answer = match ask {
            Ask::Named(resource, name) => cx.get(&resource.url(scope.as_deref(), name)).await,
            Ask::List(resource) => {
                let url = select::list_url(resource, scope.as_deref(), flags, &[("limit", "500")]);
                select::get_list(cx, flags, resource, &url, JSON).await
            }
        };
        match (answer, ask) {
            (Ok(object), Ask::Named(..)) => found.push((ask.resource(), object)),
            (Ok(list), Ask::List(_)) => {
                found.extend(typed_items(&list).into_iter().map(|it| (ask.resource(), it)))
            }
            (Err(fail), _) if flags.on("ignore-not-found") && fail.is_not_found() => {}
            (Err(fail), _) => fails.push(fail),
        }
    }
    if let Some(path) = flags.get("sort-by") {
        let template = Template::relaxed(path)?;
        found.sort_by(|a, b| order(&template, &a.1, &b.1));
    }
    let single = matches!(asks, [Ask::Named(..)]);
    if single && found.is_empty() {
        return Fail::all(fails);
    }
    let managed = flags.on("show-managed-fields");
    let printed = match format {
        Format::Name => {
            let line = |(resource, object): &(&Resource, Value)| {
                format!("{}/{}\n", resource.kind_group(), text(object, "/metadata/name"))
            };
            found.iter().map(line).collect()
        }
        Format::Columns(columns) => {
            let objects: Vec<Value> = found.into_iter().map(|(_, object)| object).collect();
            columns.print(&objects, !flags.on("no-headers"))
        }
        other => {
            let objects: Vec<Value> = found.into_iter().map(|(_, object)| object).collect();
            let whole = match (single, objects.into_iter()) {
                (true, mut one) => one.next().unwrap_or_default(),
                (false, many) => make!({
                    "apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""},
                    "items": many.collect::<Vec<_>>(),
                }),
            };
            print_whole(&whole, other, managed)?
        }
    };
    cx.out(&printed);
    Fail::all(fails)
}

fn print_whole(object: &Value, format: &Format, managed: bool) -> Done<String> {
    let shown =
        |object: &Value| if managed { object.clone() } else { without_managed_fields(object.clone()) };
    Ok(match format {
        Format::Json => json::print(&shown(object), "    "),
        Format::Yaml => goyaml::document(&shown(object)),
        Format::JsonPath(template) => template.print(object)?,
        Format::Columns(columns) => columns.print(std::slice::from_ref(object), false),
        Format::Table { .. } | Format::Name => String::new(),
    })
}

async fn watch(cx: &mut Cx<'_>, flags: &Flags, format: &Format) -> Done {
    let asks = select::asks(cx, &flags.args).await?;
    let [ask] = asks.as_slice() else {
        return Err(Fail::error("you may only specify a single resource type"));
    };
    let scope = select::scope(cx, flags);
    let resource = ask.resource();
    let accept = if matches!(format, Format::Table { .. }) { TABLE } else { JSON };
    let (first_url, name) = match ask {
        Ask::Named(resource, name) => (resource.url(scope.as_deref(), name), Some(name)),
        Ask::List(resource) => {
            (select::list_url(resource, scope.as_deref(), flags, &[("limit", "500")]), None)
        }
    };
    let first = cx.send(Method::GET, &first_url, accept, None).await?;
    let mut options = table_options(flags, resource, matches!(format, Format::Table { wide: true }), false);
    let events = flags.on("output-watch-events");
    let mut printer = table::Printer::default();
    let mut headed = false;
    if !flags.on("watch-only") {
        options.event = events.then(|| "ADDED".to_owned());
        if accept == TABLE {
            cx.out(&printer.print(&[&first], &options));
        } else {
            let objects = if name.is_some() { vec![first.clone()] } else { typed_items(&first) };
            for object in &objects {
                cx.out(&watched(format, resource, object, events.then_some("ADDED"), flags, &mut headed)?);
            }
        }
    }
    let version = text(&first, "/metadata/resourceVersion");
    let by_name = name.map(|name| format!("metadata.name={name}"));
    let mut more: Vec<(&str, &str)> = Vec::new();
    if let Some(by_name) = &by_name {
        more.push(("fieldSelector", by_name));
    }
    more.extend([("resourceVersion", version), ("watch", "true")]);
    let url = select::list_url(resource, scope.as_deref(), flags, &more);
    // A server may begin a watch of one object with the object itself.
    let mut repeat = name.map(|_| version.to_owned());
    let mut stream = cx.watch(&url, accept).await?;
    while let Some(event) = stream.next().await {
        let kind = text(&event, "/type");
        match kind {
            "BOOKMARK" => continue,
            "ERROR" => {
                let status = crate::fail::Status::read(410, &event["object"]);
                return Err(Fail::Status(Box::new(status)));
            }
            _ => {}
        }
        let object = &event["object"];
        let newest = match text(object, "/rows/0/object/metadata/resourceVersion") {
            "" => text(object, "/metadata/resourceVersion"),
            newest => newest,
        };
        if kind == "ADDED" && repeat.take().is_some_and(|shown| shown == newest) {
            continue;
        }
        options.event = events.then(|| kind.to_owned());
        let printed = if accept == TABLE {
            printer.print(&[object], &options)
        } else {
            watched(format, resource, object, events.then_some(kind), flags, &mut headed)?
        };
        cx.out(&printed);
    }
    Ok(())
}

/// One object of a watch; YAML documents are told apart by `---`.
fn watched(
    format: &Format,
    resource: &Resource,
    object: &Value,
    event: Option<&str>,
    flags: &Flags,
    headed: &mut bool,
) -> Done<String> {
    let first = !std::mem::replace(headed, true);
    Ok(match format {
        Format::Name => format!("{}/{}\n", resource.kind_group(), text(object, "/metadata/name")),
        Format::Columns(columns) => {
            columns.print(std::slice::from_ref(object), first && !flags.on("no-headers"))
        }
        other => {
            let wrapped = event.map(|event| make!({"type": event, "object": object}));
            let shown = wrapped.as_ref().unwrap_or(object);
            let text = print_whole(shown, other, flags.on("show-managed-fields"))?;
            if first || !matches!(format, Format::Yaml) { text } else { format!("---\n{text}") }
        }
    })
}
