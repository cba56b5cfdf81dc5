//! Describers: a file per kind, a generic one for all others.
//!
//! Models kubectl's describe package; each writes tab-separated text that is laid out at the end.

mod access;
mod autoscaler;
mod certificate;
mod claim;
mod container;
mod data;
mod deployment;
mod endpoints;
mod events;
mod generic;
mod ingress;
mod job;
mod namespace;
mod network_policy;
mod node;
mod persistent_volume;
mod pod;
mod quota;
mod replicaset;
mod service;
mod service_account;
mod small;
mod storage;
mod template;
mod volume;
mod workload;

use serde_json::Value;

pub use events::interval as event_interval;
pub use template::pod_template;

use crate::{
    fail::Done,
    http::Cx,
    output::{pairs, tabs, text},
    select::Found,
};

/// Annotations and attributes longer than this are cut.
const WIDTH_MAX: usize = 140;

/// The words about an object, with its events if wanted.
pub async fn describe(cx: &mut Cx<'_>, found: &Found, with_events: bool) -> Done<String> {
    let mut page = Page::default();
    write(cx, &mut page, found).await?;
    if with_events && !is_quiet(found) {
        let list = events::about(cx, found).await?;
        events::write(&mut page, &list, cx.now());
    }
    Ok(tabs::align(&escape_terminal(&page.text), 0, 2, None))
}

/// Kinds of which kubectl shows no events.
fn is_quiet(found: &Found) -> bool {
    let core = ["namespaces", "secrets", "resourcequotas", "limitranges"];
    match found.resource.group.as_str() {
        "" => core.contains(&&*found.resource.plural),
        "rbac.authorization.k8s.io" => true,
        "networking.k8s.io" => found.resource.plural == "networkpolicies",
        _ => false,
    }
}

async fn write(cx: &mut Cx<'_>, page: &mut Page, found: &Found) -> Done {
    let it = &found.object;
    match (found.resource.group.as_str(), found.resource.plural.as_str()) {
        ("", core) => return write_core(cx, page, found, core).await,
        ("apps", "deployments") => deployment::describe(cx, page, it).await?,
        ("apps", "replicasets") => replicaset::describe(cx, page, it).await?,
        ("apps", "daemonsets") => workload::daemon_set(cx, page, it).await?,
        ("apps", "statefulsets") => workload::stateful_set(cx, page, it).await?,
        ("autoscaling", "horizontalpodautoscalers") => {
            let newest = cx.get(&found.url().replacen("/autoscaling/v1/", "/autoscaling/v2/", 1)).await?;
            autoscaler::describe(page, &newest);
        }
        ("batch", "jobs") => job::job(page, it),
        ("batch", "cronjobs") => job::cron_job(page, it),
        ("certificates.k8s.io", "certificatesigningrequests") => certificate::describe(page, it)?,
        ("discovery.k8s.io", "endpointslices") => endpoints::slice(page, it),
        ("networking.k8s.io", "ingresses") => ingress::describe(cx, page, it).await,
        ("networking.k8s.io", "ingressclasses") => ingress::class(page, it),
        ("networking.k8s.io", "networkpolicies") => network_policy::describe(page, it),
        ("networking.k8s.io", "servicecidrs") => small::service_cidr(page, it),
        ("networking.k8s.io", "ipaddresses") => small::ip_address(page, it),
        ("policy", "poddisruptionbudgets") => small::disruption_budget(page, it),
        ("rbac.authorization.k8s.io", "roles" | "clusterroles") => access::role(page, it),
        ("rbac.authorization.k8s.io", "rolebindings" | "clusterrolebindings") => access::binding(page, it),
        ("scheduling.k8s.io", "priorityclasses") => small::priority_class(page, it),
        ("storage.k8s.io", "storageclasses") => storage::class(page, it),
        ("storage.k8s.io", "volumeattributesclasses") => storage::attributes_class(page, it),
        ("storage.k8s.io", "csinodes") => storage::csi_node(page, it),
        _ => generic::describe(page, it),
    }
    Ok(())
}

async fn write_core(cx: &mut Cx<'_>, page: &mut Page, found: &Found, plural: &str) -> Done {
    let it = &found.object;
    match plural {
        "pods" => pod::describe(page, it, cx.now()),
        "nodes" => node::describe(cx, page, it).await?,
        "services" => service::describe(cx, page, it).await?,
        "namespaces" => namespace::describe(cx, page, it).await?,
        "configmaps" => data::config_map(page, it),
        "secrets" => data::secret(page, it),
        "endpoints" => endpoints::endpoints(page, it),
        "limitranges" => quota::limit_range(page, it),
        "resourcequotas" => quota::quota(page, it),
        "persistentvolumes" => persistent_volume::describe(page, it, cx.now()),
        "persistentvolumeclaims" => claim::describe(cx, page, it).await?,
        "replicationcontrollers" => replicaset::replication_controller(cx, page, it).await?,
        "serviceaccounts" => service_account::describe(cx, page, it).await,
        _ => generic::describe(page, it),
    }
    Ok(())
}

/// What a terminal would obey becomes visible.
fn escape_terminal(text: &str) -> String {
    text.replace('\x1b', "^[").replace('\r', "\\r")
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

    /// Values below each other beside a title, or `<none>`.
    pub fn column(&mut self, title: &str, values: &[&str]) {
        if values.is_empty() {
            return self.field(0, title, "<none>");
        }
        for (at, value) in values.iter().enumerate() {
            let lead = if at == 0 { format!("{title}:") } else { String::new() };
            self.line(0, &format!("{lead}\t{value}"));
        }
    }

    /// Labels.
    pub fn labels(&mut self, title: &str, object: &Value, pointer: &str) {
        self.map(0, title, &pairs(object, pointer), "=");
    }

    /// Annotations, without kubectl's own copy of the object; long and many-lined values below their key.
    pub fn annotations(&mut self, object: &Value, pointer: &str) {
        self.annotations_at("Annotations", object, pointer);
    }

    /// Annotations under a title that may bring its indentation.
    pub fn annotations_at(&mut self, title: &str, object: &Value, pointer: &str) {
        const OWN_COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";
        let shown: Vec<_> = pairs(object, pointer).into_iter().filter(|(key, _)| *key != OWN_COPY).collect();
        if shown.is_empty() {
            return self.field(0, title, "<none>");
        }
        for (at, (key, value)) in shown.into_iter().enumerate() {
            let lead = if at == 0 { format!("{title}:\t") } else { "\t".to_owned() };
            let value = value.strip_suffix('\n').unwrap_or(value);
            if key.len() + value.len() + 2 <= WIDTH_MAX && !value.contains('\n') {
                self.line(0, &format!("{lead}{key}: {value}"));
            } else {
                self.line(0, &format!("{lead}{key}:"));
                for line in value.split('\n') {
                    self.line(0, &format!("\t  {}", shorten(line, WIDTH_MAX - 2)));
                }
            }
        }
    }
}

/// The first bytes of a text and dots, where it is longer.
fn shorten(text: &str, length_max: usize) -> String {
    if text.len() <= length_max {
        return text.to_owned();
    }
    let end = (0..=length_max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    format!("{}...", &text[..end])
}

/// Writes a field that is left out where it is empty.
fn optional(page: &mut Page, title: &str, value: &str) {
    optional_at(page, 0, title, value);
}

fn optional_at(page: &mut Page, level: usize, title: &str, value: &str) {
    if !value.is_empty() {
        page.field(level, title, value);
    }
}

/// `True`, `False`, or `<unset>`.
fn flag(value: &Value) -> &'static str {
    match value.as_bool() {
        Some(true) => "True",
        Some(false) => "False",
        None => "<unset>",
    }
}

/// `RWO,ROX`, each mode once.
fn access_modes(modes: &[Value]) -> String {
    const SHORT: &[(&str, &str)] = &[
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let found = SHORT.iter().filter(|(long, _)| modes.iter().any(|mode| mode == long));
    found.map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

/// `Kind/name` of the controlling owner.
pub fn controller(object: &Value) -> Option<String> {
    let owners = object["metadata"]["ownerReferences"].as_array()?;
    let owner = owners.iter().find(|owner| owner["controller"] == true)?;
    Some(format!("{}/{}", text(owner, "/kind"), text(owner, "/name")))
}

/// A label selector as kubectl prints it: `a=b,c in (d,e)`, by key.
pub fn selector(selector: &Value) -> String {
    let labels = pairs(selector, "/matchLabels");
    let mut terms: Vec<(&str, String)> =
        labels.into_iter().map(|(key, value)| (key, format!("{key}={value}"))).collect();
    for expression in crate::output::list(selector, "/matchExpressions") {
        let key = text(expression, "/key");
        let mut values: Vec<&str> =
            crate::output::list(expression, "/values").iter().filter_map(Value::as_str).collect();
        values.sort_unstable();
        let values = values.join(",");
        let term = match text(expression, "/operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            _ => format!("!{key}"),
        };
        terms.push((key, term));
    }
    terms.sort_by_key(|(key, _)| *key);
    match terms.len() {
        0 => "<none>".into(),
        _ => terms.into_iter().map(|(_, term)| term).collect::<Vec<_>>().join(","),
    }
}

/// A JSON scalar as Go prints it.
pub fn scalar(value: &Value) -> String {
    crate::output::gofmt::print(value)
}
