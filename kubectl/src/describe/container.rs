//! Containers, in pods and in pod templates.

use serde_json::Value;

use super::{Page, scalar};
use crate::output::{list, number, quantity::Quantity, text, time::rfc1123z};

/// Writes the containers under their title. `statuses` is none in a template, which is `nested` one level.
pub fn write(
    page: &mut Page,
    title: &str,
    containers: &[Value],
    statuses: Option<&[Value]>,
    pod: &Value,
    nested: bool,
) {
    let space = if nested { "  " } else { "" };
    if containers.is_empty() {
        return page.line(0, &format!("{space}{title}: <none>"));
    }
    page.line(0, &format!("{space}{title}:"));
    for container in containers {
        let indent = if nested { " " } else { "" };
        page.line(1, &format!("{indent}{}:", text(container, "/name")));
        let status = statuses.and_then(|list| list.iter().find(|status| status["name"] == container["name"]));
        basics(page, container, status);
        words(page, "Command", list(container, "/command"));
        words(page, "Args", list(container, "/args"));
        if let Some(status) = status {
            state(page, "State", &status["state"]);
            if status["lastState"]["terminated"].is_object() {
                state(page, "Last State", &status["lastState"]);
            }
            page.field(2, "Ready", if status["ready"] == true { "True" } else { "False" });
            page.field(2, "Restart Count", number(status, "/restartCount"));
        }
        resources(page, 2, &container["resources"]);
        for (title, key) in
            [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")]
        {
            if container[key].is_object() {
                page.field(2, title, probe(&container[key]));
            }
        }
        environment(page, container, pod);
        mounts(page, container);
    }
}

fn basics(page: &mut Page, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        page.field(2, "Container ID", text(status, "/containerID"));
    }
    page.field(2, "Image", text(container, "/image"));
    if let Some(status) = status {
        page.field(2, "Image ID", text(status, "/imageID"));
    }
    for (title, key) in [("Port", "containerPort"), ("Host Port", "hostPort")] {
        let ports: Vec<String> = list(container, "/ports")
            .iter()
            .map(|port| format!("{}/{}", port[key].as_i64().unwrap_or(0), protocol(port)))
            .collect();
        match ports.len() {
            0 => page.field(2, title, "<none>"),
            1 => page.field(2, title, &ports[0]),
            _ => page.field(2, &format!("{title}s"), ports.join(", ")),
        }
    }
    seccomp(page, 2, &container["securityContext"]);
}

fn protocol(port: &Value) -> &str {
    match text(port, "/protocol") {
        "" => "TCP",
        protocol => protocol,
    }
}

fn words(page: &mut Page, title: &str, words: &[Value]) {
    if !words.is_empty() {
        page.line(2, &format!("{title}:"));
        for line in words.iter().flat_map(|word| word.as_str().unwrap_or_default().split('\n')) {
            page.line(3, line);
        }
    }
}

fn state(page: &mut Page, title: &str, state: &Value) {
    if let Some(running) = state.get("running") {
        page.field(2, title, "Running");
        page.field(3, "Started", rfc1123z(text(running, "/startedAt")));
    } else if let Some(terminated) = state.get("terminated") {
        page.field(2, title, "Terminated");
        for (title, key) in [("Reason", "/reason"), ("Message", "/message")] {
            let value = text(terminated, key);
            if !value.is_empty() {
                page.field(3, title, value);
            }
        }
        page.field(3, "Exit Code", number(terminated, "/exitCode"));
        if number(terminated, "/signal") > 0 {
            page.field(3, "Signal", number(terminated, "/signal"));
        }
        page.field(3, "Started", rfc1123z(text(terminated, "/startedAt")));
        page.field(3, "Finished", rfc1123z(text(terminated, "/finishedAt")));
    } else {
        page.field(2, title, "Waiting");
        let reason = text(state, "/waiting/reason");
        if !reason.is_empty() {
            page.field(3, "Reason", reason);
        }
    }
}

/// Writes limits and requests, each where there are any.
pub fn resources(page: &mut Page, level: usize, resources: &Value) {
    for (title, key) in [("Limits", "limits"), ("Requests", "requests")] {
        let mut fields: Vec<_> = resources[key].as_object().into_iter().flatten().collect();
        fields.sort_by_key(|(key, _)| key.as_str());
        if !fields.is_empty() {
            page.line(level, &format!("{title}:"));
            fields.into_iter().for_each(|(key, value)| page.field(level + 1, key, scalar(value)));
        }
    }
}

/// Writes the profile that a security context names, if any.
pub fn seccomp(page: &mut Page, level: usize, context: &Value) {
    let Some(profile) = context.get("seccompProfile") else { return };
    page.field(level, "SeccompProfile", text(profile, "/type"));
    if text(profile, "/type") == "Localhost" {
        let level = if level == 0 { 0 } else { level + 1 };
        page.field(level, "LocalhostProfile", text(profile, "/localhostProfile"));
    }
}

fn probe(probe: &Value) -> String {
    let or = |pointer, default| probe.pointer(pointer).and_then(Value::as_i64).unwrap_or(default);
    let timing = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        or("/initialDelaySeconds", 0),
        or("/timeoutSeconds", 0),
        or("/periodSeconds", 0),
        or("/successThreshold", 0),
        or("/failureThreshold", 0),
    );
    let action = if let Some(get) = probe.get("httpGet") {
        let scheme = text(get, "/scheme").to_lowercase();
        let (host, port) = (text(get, "/host"), scalar(&get["port"]));
        let path = text(get, "/path");
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        format!("http-get {}://{host}:{port}{slash}{path}", if scheme.is_empty() { "http" } else { &scheme })
    } else if let Some(socket) = probe.get("tcpSocket") {
        format!("tcp-socket {}:{}", text(socket, "/host"), scalar(&socket["port"]))
    } else if let Some(exec) = probe.get("exec") {
        format!("exec {}", scalar(&exec["command"]))
    } else if let Some(grpc) = probe.get("grpc") {
        format!("grpc <pod>:{} {}", number(grpc, "/port"), text(grpc, "/service"))
    } else {
        "unknown".into()
    };
    format!("{action} {timing}")
}

fn environment(page: &mut Page, container: &Value, pod: &Value) {
    let from = list(container, "/envFrom");
    if !from.is_empty() {
        page.line(2, "Environment Variables from:");
    }
    for source in from {
        let (kind, it) = if source["configMapRef"].is_object() {
            ("ConfigMap", &source["configMapRef"])
        } else {
            ("Secret", &source["secretRef"])
        };
        let prefix = match text(source, "/prefix") {
            "" => String::new(),
            prefix => format!(" with prefix '{prefix}'"),
        };
        let optional = it["optional"] == true;
        page.line(3, &format!("{}\t{kind}{prefix}\tOptional: {optional}", text(it, "/name")));
    }
    let variables = list(container, "/env");
    page.line(2, if variables.is_empty() { "Environment:\t<none>" } else { "Environment:" });
    for variable in variables {
        let name = text(variable, "/name");
        let source = &variable["valueFrom"];
        if let Some(field) = source.get("fieldRef") {
            let path = text(field, "/fieldPath");
            let version = match text(field, "/apiVersion") {
                "" => "v1",
                version => version,
            };
            page.line(3, &format!("{name}:\t{} ({version}:{path})", field_value(pod, path)));
        } else if let Some(field) = source.get("resourceFieldRef") {
            let resource = text(field, "/resource");
            page.line(3, &format!("{name}:\t{} ({resource})", resource_value(container, field)));
        } else if let Some(key) = source.get("secretKeyRef") {
            let words =
                format!("<set to the key '{}' in secret '{}'>", text(key, "/key"), text(key, "/name"));
            page.line(3, &format!("{name}:\t{words}\tOptional: {}", key["optional"] == true));
        } else if let Some(key) = source.get("configMapKeyRef") {
            let words =
                format!("<set to the key '{}' of config map '{}'>", text(key, "/key"), text(key, "/name"));
            page.line(3, &format!("{name}:\t{words}\tOptional: {}", key["optional"] == true));
        } else {
            for (at, line) in text(variable, "/value").split('\n').enumerate() {
                page.line(3, &if at == 0 { format!("{name}:\t{line}") } else { format!("\t{line}") });
            }
        }
    }
}

/// The value of a resource reference, in units of its divisor, rounded up.
fn resource_value(container: &Value, field: &Value) -> String {
    let resource = text(field, "/resource");
    let at = resource.split_once('.').map(|(kind, name)| &container["resources"][kind][name]);
    let amount = at.filter(|value| !value.is_null()).map(|value| Quantity::parse(&scalar(value)).milli());
    let divisor = field.get("divisor").map(|divisor| Quantity::parse(&scalar(divisor)).milli());
    let divisor = divisor.filter(|divisor| *divisor > 0).unwrap_or(1000);
    match amount.unwrap_or_default() {
        0 if ["limits.cpu", "limits.memory"].contains(&resource) => "node allocatable".into(),
        amount => (amount + divisor - 1).div_euclid(divisor).to_string(),
    }
}

/// The value of a field reference; kubectl knows no others than these.
fn field_value<'p>(pod: &'p Value, path: &str) -> &'p str {
    match path {
        "metadata.name" => text(pod, "/metadata/name"),
        "metadata.namespace" => text(pod, "/metadata/namespace"),
        _ => "",
    }
}

fn mounts(page: &mut Page, container: &Value) {
    let mut mounts: Vec<&Value> = list(container, "/volumeMounts").iter().collect();
    mounts.sort_by_key(|mount| text(mount, "/mountPath"));
    page.line(2, if mounts.is_empty() { "Mounts:\t<none>" } else { "Mounts:" });
    for mount in mounts {
        let mut flags = vec![if mount["readOnly"] == true { "ro".to_owned() } else { "rw".to_owned() }];
        let sub = text(mount, "/subPath");
        if !sub.is_empty() {
            flags.push(format!("path={sub:?}"));
        }
        page.line(
            3,
            &format!("{} from {} ({})", text(mount, "/mountPath"), text(mount, "/name"), flags.join(",")),
        );
    }
    let devices = list(container, "/volumeDevices");
    if !devices.is_empty() {
        page.line(
            2,
            if list(container, "/volumeMounts").is_empty() { "Devices:\t<none>" } else { "Devices:" },
        );
        let mut devices: Vec<&Value> = devices.iter().collect();
        devices.sort_by_key(|device| text(device, "/devicePath"));
        devices
            .iter()
            .for_each(|it| page.line(3, &format!("{} from {}", text(it, "/devicePath"), text(it, "/name"))));
    }
}
