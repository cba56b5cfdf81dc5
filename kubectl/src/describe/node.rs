//! Nodes, with the pods on them and what these have asked for.

use serde_json::Value;

use super::{Page, scalar};
use crate::{
    fail::Done,
    http::{Cx, query},
    output::{
        items, list, pairs,
        quantity::Quantity,
        text,
        time::{rfc1123z, since},
    },
};

/// Writes all but the events.
pub async fn describe(cx: &mut Cx<'_>, page: &mut Page, node: &Value) -> Done {
    let name = text(node, "/metadata/name");
    page.field(0, "Name", name);
    page.field(0, "Roles", roles(node));
    page.labels("Labels", node, "/metadata/labels");
    page.annotations(node, "/metadata/annotations");
    page.field(0, "CreationTimestamp", rfc1123z(text(node, "/metadata/creationTimestamp")));
    taints(page, node);
    page.field(0, "Unschedulable", node["spec"]["unschedulable"] == true);
    lease(cx, page, name).await;
    conditions(page, node);
    page.line(0, "Addresses:");
    list(node, "/status/addresses")
        .iter()
        .for_each(|it| page.field(1, text(it, "/type"), text(it, "/address")));
    amounts(page, "Capacity", &node["status"]["capacity"]);
    amounts(page, "Allocatable", &node["status"]["allocatable"]);
    system(page, node);
    let selector = format!("spec.nodeName={name},status.phase!=Failed,status.phase!=Succeeded");
    let url = format!("/api/v1/pods{}", query(&[("fieldSelector", &selector), ("limit", "500")]));
    let pods = cx.get(&url).await?;
    pods_table(cx, page, node, items(&pods));
    Ok(())
}

fn roles(node: &Value) -> String {
    let labels = pairs(node, "/metadata/labels");
    let mut roles: Vec<&str> = labels
        .iter()
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => Some(role),
            _ if *key == "kubernetes.io/role" && !value.is_empty() => Some(value),
            _ => None,
        })
        .collect();
    roles.sort_unstable();
    if roles.is_empty() { "<none>".into() } else { roles.join(",") }
}

fn taints(page: &mut Page, node: &Value) {
    let mut taints: Vec<String> = list(node, "/spec/taints")
        .iter()
        .map(|taint| {
            let value = text(taint, "/value");
            let equals = if value.is_empty() { String::new() } else { format!("={value}") };
            format!("{}{equals}:{}", text(taint, "/key"), text(taint, "/effect"))
        })
        .collect();
    taints.sort_by_key(|words| (words.rsplit(':').next().unwrap_or_default().to_owned(), words.clone()));
    if taints.is_empty() {
        return page.field(0, "Taints", "<none>");
    }
    for (at, words) in taints.iter().enumerate() {
        page.line(0, &format!("{}\t{words}", if at == 0 { "Taints:" } else { "" }));
    }
}

async fn lease(cx: &mut Cx<'_>, page: &mut Page, name: &str) {
    let url = format!("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{name}");
    match cx.get(&url).await {
        Ok(lease) => {
            let time = |pointer| match text(&lease, pointer) {
                "" => "<unset>".into(),
                at => rfc1123z(at),
            };
            page.line(0, "Lease:");
            let holder = text(&lease, "/spec/holderIdentity");
            page.field(1, "HolderIdentity", if holder.is_empty() { "<unset>" } else { holder });
            page.field(1, "AcquireTime", time("/spec/acquireTime"));
            page.field(1, "RenewTime", time("/spec/renewTime"));
        }
        Err(fail) => {
            let words = fail.to_string();
            let words = words.split_once(": ").map_or(words.as_str(), |(_, words)| words);
            page.field(0, "Lease", format!("Failed to get lease: {words}"));
        }
    }
}

fn conditions(page: &mut Page, node: &Value) {
    let conditions = list(node, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for it in conditions {
        page.line(
            1,
            &format!(
                "{} \t{} \t{} \t{} \t{} \t{}",
                text(it, "/type"),
                text(it, "/status"),
                rfc1123z(text(it, "/lastHeartbeatTime")),
                rfc1123z(text(it, "/lastTransitionTime")),
                text(it, "/reason"),
                text(it, "/message"),
            ),
        );
    }
}

fn amounts(page: &mut Page, title: &str, amounts: &Value) {
    let mut fields: Vec<_> = amounts.as_object().into_iter().flatten().collect();
    fields.sort_by_key(|(key, _)| key.as_str());
    if !fields.is_empty() {
        page.line(0, &format!("{title}:"));
        fields.into_iter().for_each(|(key, value)| page.field(1, key, scalar(value)));
    }
}

fn system(page: &mut Page, node: &Value) {
    page.line(0, "System Info:");
    for (title, key) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
        ("Kube-Proxy Version", "kubeProxyVersion"),
    ] {
        page.field(1, title, text(node, &format!("/status/nodeInfo/{key}")));
    }
    for (title, pointer) in [("PodCIDR", "/spec/podCIDR"), ("ProviderID", "/spec/providerID")] {
        if title == "PodCIDR" && !text(node, pointer).is_empty() {
            page.field(0, title, text(node, pointer));
            let all: Vec<String> = list(node, "/spec/podCIDRs").iter().map(scalar).collect();
            page.field(0, "PodCIDRs", all.join(","));
        } else if !text(node, pointer).is_empty() {
            page.field(0, title, text(node, pointer));
        }
    }
}

/// What a pod asks for: its containers together, or its greatest init container.
fn asked(pod: &Value, kind: &str, resource: &str) -> Quantity {
    let of = |container: &Value| {
        container["resources"][kind]
            .get(resource)
            .map(|value| Quantity::parse(&scalar(value)))
            .unwrap_or_default()
    };
    let mut sum = Quantity::default();
    list(pod, "/spec/containers").iter().for_each(|container| sum.add(of(container)));
    for container in list(pod, "/spec/initContainers") {
        if text(container, "/restartPolicy") == "Always" {
            sum.add(of(container));
        } else if of(container).exact() > sum.exact() {
            sum = of(container);
        }
    }
    sum
}

fn pods_table(cx: &Cx<'_>, page: &mut Page, node: &Value, pods: &[Value]) {
    page.line(0, &format!("Non-terminated Pods:\t({} in total)", pods.len()));
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let whole = |resource: &str| {
        let of = |list: &str| node["status"][list].get(resource).map(|value| Quantity::parse(&scalar(value)));
        of("allocatable").or_else(|| of("capacity")).unwrap_or_default()
    };
    for pod in pods {
        let cell = |resource: &str, kind: &str| {
            let amount = asked(pod, kind, resource);
            format!("{amount} ({}%)", amount.percent_of(whole(resource)))
        };
        page.line(
            1,
            &format!(
                "{}\t{}\t\t{}\t{}\t{}\t{}\t{}",
                text(pod, "/metadata/namespace"),
                text(pod, "/metadata/name"),
                cell("cpu", "requests"),
                cell("cpu", "limits"),
                cell("memory", "requests"),
                cell("memory", "limits"),
                since(cx.now(), text(pod, "/metadata/creationTimestamp")),
            ),
        );
    }
    page.line(0, "Allocated resources:");
    page.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let fields = node["status"]["allocatable"].as_object();
    let mut resources: Vec<&str> = fields.into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    resources.retain(|key| !["cpu", "memory", "ephemeral-storage", "pods"].contains(key));
    resources.sort_unstable();
    for resource in ["cpu", "memory", "ephemeral-storage"].into_iter().chain(resources) {
        let total = |kind: &str| {
            let mut sum = Quantity::default();
            pods.iter().for_each(|pod| sum.add(asked(pod, kind, resource)));
            format!("{sum} ({}%)", sum.percent_of(whole(resource)))
        };
        page.line(1, &format!("{resource}\t{}\t{}", total("requests"), total("limits")));
    }
}
