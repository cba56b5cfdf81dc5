//! Describers: a file per kind, a generic one for all others.
//!
//! Models kubectl's describe package; each writes tab-separated text that is laid out at the end.

mod container;
mod data;
mod deployment;
mod events;
mod generic;
mod namespace;
mod node;
mod pod;
mod quantity;
mod replicaset;
mod service;
mod template;
mod volume;
mod workload;

use serde_json::Value;

pub use template::pod_template;

use crate::{
    fail::Done,
    http::{Cx, query},
    output::{pairs, tabs, text},
    select::Found,
};

/// The words about an object, with its events if wanted.
pub async fn describe(cx: &mut Cx<'_>, found: &Found, with_events: bool) -> Done<String> {
    let mut page = Page::default();
    match (found.resource.group.as_str(), found.resource.plural.as_str()) {
        ("", "pods") => pod::describe(&mut page, &found.object, cx.now()),
        ("", "nodes") => node::describe(cx, &mut page, &found.object).await?,
        ("", "services") => service::describe(cx, &mut page, &found.object).await?,
        ("", "namespaces") => namespace::describe(cx, &mut page, &found.object).await?,
        ("apps", "deployments") => deployment::describe(cx, &mut page, &found.object).await?,
        ("apps", "replicasets") => replicaset::describe(cx, &mut page, &found.object).await?,
        ("", "configmaps") => data::config_map(&mut page, &found.object),
        ("", "secrets") => data::secret(&mut page, &found.object),
        ("apps", "daemonsets") => workload::daemon_set(cx, &mut page, &found.object).await?,
        ("apps", "statefulsets") => workload::stateful_set(cx, &mut page, &found.object).await?,
        _ => generic::describe(&mut page, &found.object),
    }
    let quiet =
        found.resource.group.is_empty() && ["namespaces", "secrets"].contains(&&*found.resource.plural);
    if with_events && !quiet {
        let list = events(cx, found).await?;
        events::write(&mut page, &list, cx.now());
    }
    Ok(tabs::align(&page.text, 0, 2, None))
}

/// The events about an object, in the order that kubectl prints.
async fn events(cx: &mut Cx<'_>, found: &Found) -> Done<Vec<Value>> {
    let uid =
        if found.resource.plural == "nodes" { &*found.name } else { text(&found.object, "/metadata/uid") };
    let mut selector = vec![
        format!("involvedObject.name={}", found.name),
        format!("involvedObject.namespace={}", found.namespace.as_deref().unwrap_or_default()),
        format!("involvedObject.kind={}", found.resource.kind),
    ];
    if !uid.is_empty() {
        selector.push(format!("involvedObject.uid={uid}"));
    }
    let selector = selector.join(",");
    let base = match &found.namespace {
        Some(namespace) => format!("/api/v1/namespaces/{namespace}/events"),
        None => "/api/v1/events".to_owned(),
    };
    let url = |selector: &str| format!("{base}{}", query(&[("fieldSelector", selector), ("limit", "500")]));
    let answer = cx.get(&url(&selector)).await?;
    let mut list = answer["items"].as_array().cloned().unwrap_or_default();
    if found.resource.plural == "nodes" {
        let by_uid = selector.replace(
            &format!("involvedObject.uid={uid}"),
            &format!("involvedObject.uid={}", text(&found.object, "/metadata/uid")),
        );
        let more = cx.get(&url(&by_uid)).await?;
        list.extend(more["items"].as_array().cloned().unwrap_or_default());
    }
    list.sort_by(|a, b| text(a, "/lastTimestamp").cmp(text(b, "/lastTimestamp")));
    Ok(list)
}

/// Tab-separated text under way.
#[derive(Debug, Default)]
pub struct Page {
    /// What is written so far.
    pub text: String,
}

impl Page {
    /// A line, two spaces a level.
    pub fn line(&mut self, level: usize, text: &str) {
        self.text.push_str(&"  ".repeat(level));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// `Title:` and a value.
    pub fn field(&mut self, level: usize, title: &str, value: impl std::fmt::Display) {
        self.line(level, &format!("{title}:\t{value}"));
    }

    /// A map, a line each: `a=b` for labels, `a: b` for annotations.
    pub fn map(&mut self, level: usize, title: &str, pairs: &[(&str, &str)], between: &str) {
        if pairs.is_empty() {
            return self.field(level, title, "<none>");
        }
        for (at, (key, value)) in pairs.iter().enumerate() {
            if at == 0 {
                self.field(level, title, format!("{key}{between}{value}"));
            } else {
                self.line(0, &format!("\t{key}{between}{value}"));
            }
        }
    }

    /// Labels.
    pub fn labels(&mut self, title: &str, object: &Value, pointer: &str) {
        self.map(0, title, &pairs(object, pointer), "=");
    }

    /// Annotations, without kubectl's own copy of the object; long and many-lined values below their key.
    pub fn annotations(&mut self, object: &Value, pointer: &str) {
        const WIDTH_MAX: usize = 140;
        let all = pairs(object, pointer);
        let shown: Vec<_> = all
            .into_iter()
            .filter(|(key, _)| *key != "kubectl.kubernetes.io/last-applied-configuration")
            .collect();
        if shown.is_empty() {
            return self.field(0, "Annotations", "<none>");
        }
        for (at, (key, value)) in shown.into_iter().enumerate() {
            let lead = if at == 0 { "Annotations:\t" } else { "\t" };
            let value = value.strip_suffix('\n').unwrap_or(value);
            if key.len() + value.len() + 2 < WIDTH_MAX && !value.contains('\n') {
                self.line(0, &format!("{lead}{key}: {value}"));
            } else {
                self.line(0, &format!("{lead}{key}:"));
                for line in value.lines() {
                    let short: String = line.chars().take(WIDTH_MAX).collect();
                    let dots = if short.len() < line.len() { "..." } else { "" };
                    self.line(0, &format!("\t  {short}{dots}"));
                }
            }
        }
    }
}

/// `Kind/name` of the controlling owner.
pub fn controller(object: &Value) -> Option<String> {
    let owners = object["metadata"]["ownerReferences"].as_array()?;
    let owner = owners.iter().find(|owner| owner["controller"] == true)?;
    Some(format!("{}/{}", text(owner, "/kind"), text(owner, "/name")))
}

/// A label selector as kubectl prints it: `a=b,c in (d,e)`.
pub fn selector(selector: &Value) -> String {
    let mut terms: Vec<String> =
        pairs(selector, "/matchLabels").into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    for expression in crate::output::list(selector, "/matchExpressions") {
        let key = text(expression, "/key");
        let mut values: Vec<&str> =
            crate::output::list(expression, "/values").iter().filter_map(Value::as_str).collect();
        values.sort_unstable();
        let values = values.join(",");
        terms.push(match text(expression, "/operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            _ => format!("!{key}"),
        });
    }
    terms.sort();
    if terms.is_empty() { "<none>".into() } else { terms.join(",") }
}

/// A JSON scalar as Go prints it.
pub fn scalar(value: &Value) -> String {
    crate::output::gofmt::print(value)
}
