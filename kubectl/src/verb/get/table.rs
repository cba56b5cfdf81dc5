//! Rows, by the server or with names and ages alone.

use jiff::Timestamp;
use serde_json::{Value, json as make};

use super::{Info, Targets, accept, fetch, is_server_print, sort};
use crate::{
    discovery::Resource,
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{items, table, text, time::since},
    select,
};

/// Prints what was asked for, a group of rows for each resource.
pub async fn run(cx: &mut Cx<'_>, flags: &Flags, targets: Targets) -> Done {
    let path = flags.get("sort-by").filter(|path| !path.is_empty());
    let server = is_server_print(flags);
    let more: &[(&str, &str)] = if path.is_some() && server { &[("includeObject", "Object")] } else { &[] };
    let (mut infos, mut fails) = fetch(cx, flags, &targets.list, accept(flags), more).await;
    fails.splice(..0, targets.fails);
    for info in &mut infos {
        if text(&info.answer, "/kind") != "Table" {
            let now = cx.now();
            info.answer = as_table(&info.answer, now);
        }
    }
    if let Some(path) = path {
        sort::check_several(&infos.iter().map(|info| &info.answer).collect::<Vec<_>>(), path)?;
    }
    let several = infos.windows(2).any(|pair| pair[0].ask.resource().kind != pair[1].ask.resource().kind);
    let mut written = false;
    for group in infos.chunk_by_mut(|a, b| a.ask.resource() == b.ask.resource()) {
        let resource = group[0].ask.resource();
        let options = options(flags, resource, several);
        let mut tables = Vec::new();
        for info in group {
            // rows that can't be sorted are not printed, and nothing is said of it
            if path.is_none_or(|path| sort::rows(cx, &mut info.answer, path).is_ok()) {
                tables.push(&info.answer);
            }
        }
        let text = table::Printer::default().print(&tables, &options);
        if !text.is_empty() {
            if std::mem::replace(&mut written, true) && !flags.on("no-headers") {
                cx.out("\n");
            }
            cx.out(&text);
        }
    }
    if let Some(fail) = cx.fatal.take() {
        return Err(fail);
    }
    if !written && fails.is_empty() && !flags.on("ignore-not-found") {
        say_nothing_found(cx, flags, &infos);
    }
    Fail::all(fails)
}

fn say_nothing_found(cx: &mut Cx<'_>, flags: &Flags, infos: &[Info<'_>]) {
    if !flags.on("all-namespaces") && infos.iter().all(|info| info.ask.resource().namespaced) {
        let namespace = select::namespace(cx, flags);
        cx.err(&format!("No resources found in {namespace} namespace.\n"));
    } else {
        cx.err("No resources found\n");
    }
}

/// What is shown beside the server's columns.
pub fn options(flags: &Flags, resource: &Resource, several: bool) -> table::Options {
    let kind_prefix = if several || flags.on("show-kind") { resource.kind_group() } else { String::new() };
    table::Options {
        wide: flags.text("output") == "wide",
        no_headers: flags.on("no-headers"),
        with_namespace: flags.on("all-namespaces") && resource.namespaced,
        kind_prefix,
        show_labels: flags.on("show-labels"),
        label_columns: flags.list("label-columns"),
        event: None,
    }
}

/// NAME and AGE, where the server prints no tables or is not to.
pub fn as_table(answer: &Value, now: Timestamp) -> Value {
    let objects = if answer["items"].is_array() { items(answer).to_vec() } else { vec![answer.clone()] };
    let rows: Vec<Value> = objects
        .into_iter()
        .map(|object| {
            let age = since(now, text(&object, "/metadata/creationTimestamp"));
            make!({"cells": [text(&object, "/metadata/name"), age], "object": object})
        })
        .collect();
    make!({
        "kind": "Table",
        "metadata": answer["metadata"].clone(),
        "columnDefinitions": [
            {"name": "Name", "format": "name", "priority": 0},
            {"name": "Age", "format": "", "priority": 0},
        ],
        "rows": rows,
    })
}
