//! `kubectl cluster-info`, and its `dump`.

use serde_json::Value;

use crate::{
    fail::{Done, Fail},
    flags::Flags,
    http::Cx,
    output::{items, json, jsonpath::Template, list, text, without_managed_fields},
    select,
};

const FORMATS: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml";
const SERVICES: &str =
    "/api/v1/namespaces/kube-system/services?labelSelector=kubernetes.io%2Fcluster-service%3Dtrue";
const HINT: &str = "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n";
/// What a dump has of each namespace.
const DUMPED: &[(&str, &str)] = &[
    ("api/v1", "events"),
    ("api/v1", "replicationcontrollers"),
    ("api/v1", "services"),
    ("apis/apps/v1", "daemonsets"),
    ("apis/apps/v1", "deployments"),
    ("apis/apps/v1", "replicasets"),
    ("api/v1", "pods"),
];

/// Runs `cluster-info` or `cluster-info dump`.
pub async fn run(cx: &mut Cx<'_>, path: &str, flags: &Flags) -> Done {
    if path.ends_with("dump") {
        return dump(cx, flags).await;
    }
    let services = match cx.get(SERVICES).await {
        Ok(services) => services,
        Err(fail) => {
            cx.out(HINT);
            return Err(fail);
        }
    };
    let server = cx.kubectl.config.server();
    cx.out(&format!("Kubernetes control plane is running at {server}\n"));
    for service in items(&services) {
        let name = match text(service, "/metadata/labels/kubernetes.io~1name") {
            "" => text(service, "/metadata/name"),
            name => name,
        };
        cx.out(&format!("{name} is running at {}\n", address(service, &server)));
    }
    cx.out(HINT);
    Ok(())
}

/// Where a service is reached: a balancer's address, or through the API server.
fn address(service: &Value, server: &str) -> String {
    let port = list(service, "/spec/ports").first().cloned().unwrap_or_default();
    if let Some(balancer) = list(service, "/status/loadBalancer/ingress").first() {
        let host = [text(balancer, "/ip"), text(balancer, "/hostname")].concat();
        return format!("http://{host}:{}", port["port"]);
    }
    let [namespace, name] = ["namespace", "name"].map(|field| text(service, &format!("/metadata/{field}")));
    let scheme = if port["port"] == 443 || text(&port, "/name") == "https" { "https:" } else { "" };
    let end = match text(&port, "/name") {
        "" if scheme.is_empty() => String::new(),
        name => format!(":{name}"),
    };
    format!("{server}/api/v1/namespaces/{namespace}/services/{scheme}{name}{end}/proxy")
}

/// Lists what there is in the namespaces that are asked for, and the logs of their pods.
async fn dump(cx: &mut Cx<'_>, flags: &Flags) -> Done {
    let format = flags.text("output");
    let mut printer = match (format, format.strip_prefix("jsonpath=")) {
        (_, Some(template)) => Printer::Path(Template::parse(template)?),
        ("" | "json", None) => Printer::Json,
        ("yaml", None) => Printer::Yaml { first: true },
        ("name", None) => {
            return Err(Fail::error("list types are not supported by name printing: *v1.NodeList"));
        }
        _ => {
            return Err(Fail::Error(format!(
                "unable to match a printer suitable for the output format {format:?}, allowed formats are: {FORMATS}"
            )));
        }
    };
    if flags.get("output-directory").is_some_and(|folder| folder != "-") {
        return Err(Fail::error("this console has no folder to dump to: leave --output-directory out"));
    }
    let nodes = cx.get("/api/v1/nodes").await?;
    cx.out(&printer.print(&nodes)?);
    for namespace in namespaces(cx, flags).await? {
        let mut pods = Value::Null;
        for (group, plural) in DUMPED {
            let list = cx.get(&format!("/{group}/namespaces/{namespace}/{plural}")).await?;
            cx.out(&printer.print(&list)?);
            pods = list;
        }
        for pod in items(&pods) {
            logs(cx, &namespace, pod).await;
        }
    }
    Ok(())
}

async fn namespaces(cx: &mut Cx<'_>, flags: &Flags) -> Done<Vec<String>> {
    if flags.on("all-namespaces") {
        let all = cx.get("/api/v1/namespaces").await?;
        return Ok(items(&all).iter().map(|it| text(it, "/metadata/name").to_owned()).collect());
    }
    let given = flags.list("namespaces");
    if given.is_empty() {
        Ok(vec!["kube-system".to_owned(), select::namespace(cx, flags)])
    } else {
        Ok(given)
    }
}

async fn logs(cx: &mut Cx<'_>, namespace: &str, pod: &Value) {
    let name = text(pod, "/metadata/name");
    let containers = ["/spec/initContainers", "/spec/containers"].map(|place| list(pod, place));
    for container in containers.into_iter().flatten() {
        let container = text(container, "/name");
        let title = format!("logs for container {container} of pod {namespace}/{name}");
        cx.out(&format!("==== START {title} ====\n"));
        let url = format!("/api/v1/namespaces/{namespace}/pods/{name}/log?container={container}");
        match cx.get(&url).await {
            Ok(said) => cx.out(said.as_str().unwrap_or_default()),
            // As in kubectl, the words of the failure stand where the log would.
            Err(Fail::Status(status)) => cx.out(&format!("Request log error: {}\n", status.message)),
            Err(other) => cx.out(&format!("Request log error: {other}\n")),
        }
        cx.out(&format!("==== END {title} ====\n"));
    }
}

/// How the lists of a dump are written.
enum Printer {
    Json,
    Yaml { first: bool },
    Path(Template),
}

impl Printer {
    fn print(&mut self, list: &Value) -> Done<String> {
        let mut list = without_managed_fields(list.clone());
        // As Go writes a list that nothing was put into.
        if items(&list).is_empty() {
            list["items"] = Value::Null;
        }
        Ok(match self {
            Self::Json => json::print(&list, "    "),
            Self::Yaml { first } => {
                let head = if std::mem::take(first) { "" } else { "---\n" };
                format!("{head}{}", goyaml::document(&list))
            }
            Self::Path(template) => template.fill(&list, true, false)?,
        })
    }
}
