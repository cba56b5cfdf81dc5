//! The standard `baseline`. Models the checks of `k8s.io/pod-security-admission/policy` that it consists of.

use std::collections::BTreeSet;

use super::{
    Finding, Level,
    spec::{Pod, containers, plural, quoted},
};
use crate::json::Json;

const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
const SELINUX_TYPES: [&str; 5] =
    ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];

/// What it finds fault with. A stricter standard looks at capabilities and seccomp by itself.
pub(super) fn check(pod: &Pod<'_>, level: Level) -> Vec<Finding> {
    let own = level == Level::Baseline;
    [
        app_armor(pod),
        if own { capabilities(pod) } else { None },
        host_namespaces(pod),
        if own { host_path(pod) } else { None },
        host_ports(pod),
        privileged(pod),
        proc_mount(pod),
        selinux(pod),
        if own { seccomp(pod) } else { None },
        sysctls(pod),
        host_process(pod),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn app_armor(pod: &Pod<'_>) -> Option<Finding> {
    let bad = |c: &Json| c["securityContext"]["appArmorProfile"]["type"] == "Unconfined";
    let mut whence = Vec::new();
    let mut forbidden = BTreeSet::new();
    if bad(pod.spec) {
        whence.push("pod".to_owned());
        forbidden.insert("Unconfined".to_owned());
    }
    let names = pod.those(bad);
    if !names.is_empty() {
        whence.push(containers(&names));
        forbidden.insert("Unconfined".to_owned());
    }
    let annotations = pod.metadata["annotations"].entries();
    let prefix = "container.apparmor.security.beta.kubernetes.io/";
    let mut noted = Vec::new();
    for (key, value) in annotations.filter(|(key, _)| key.starts_with(prefix)) {
        let value = value.text();
        if !(value.is_empty() || value == "runtime/default" || value.starts_with("localhost/")) {
            noted.push(format!("{key}={value:?}"));
        }
    }
    if whence.is_empty() && noted.is_empty() {
        return None;
    }
    if !noted.is_empty() {
        whence.push(format!("{} {}", plural(noted.len(), "annotation", "annotations"), noted.join(", ")));
    }
    let what = plural(whence.len(), "forbidden AppArmor profile", "forbidden AppArmor profiles");
    let types = forbidden.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", ");
    let must = if types.is_empty() {
        String::new()
    } else {
        format!(" must not set AppArmor profile type to {types}")
    };
    Some((what, format!("{}{must}", whence.join(" and "))))
}

fn capabilities(pod: &Pod<'_>) -> Option<Finding> {
    let mut added = BTreeSet::new();
    let names: Vec<String> = pod
        .containers
        .iter()
        .filter(|c| {
            let all = c["securityContext"]["capabilities"]["add"].list();
            let bad: Vec<&Json> = all.iter().filter(|a| !CAPABILITIES.contains(&a.text())).collect();
            added.extend(bad.iter().map(|a| quoted(a.text())));
            !bad.is_empty()
        })
        .map(|c| quoted(c["name"].text()))
        .collect();
    (!names.is_empty()).then(|| {
        let added = added.into_iter().collect::<Vec<_>>().join(", ");
        (
            "non-default capabilities",
            format!("{} must not include {added} in securityContext.capabilities.add", containers(&names)),
        )
    })
}

fn host_namespaces(pod: &Pod<'_>) -> Option<Finding> {
    let used: Vec<String> = ["hostNetwork", "hostPID", "hostIPC"]
        .iter()
        .filter(|field| pod.spec[**field].bool() == Some(true))
        .map(|field| format!("{field}=true"))
        .collect();
    (!used.is_empty()).then(|| ("host namespaces", used.join(", ")))
}

fn host_path(pod: &Pod<'_>) -> Option<Finding> {
    let volumes: Vec<String> = (pod.spec["volumes"].list().iter())
        .filter(|v| !v["hostPath"].is_null())
        .map(|v| quoted(v["name"].text()))
        .collect();
    let word = plural(volumes.len(), "volume", "volumes");
    (!volumes.is_empty()).then(|| ("hostPath volumes", format!("{word} {}", volumes.join(", "))))
}

fn host_ports(pod: &Pod<'_>) -> Option<Finding> {
    let port = |p: &Json| p["hostPort"].int().filter(|port| *port != 0);
    let names = pod.those(|c| c["ports"].list().iter().any(|p| port(p).is_some()));
    let ports: BTreeSet<i64> =
        pod.containers.iter().flat_map(|c| c["ports"].list()).filter_map(port).collect();
    (!names.is_empty()).then(|| {
        let all = ports.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let word = plural(ports.len(), "hostPort", "hostPorts");
        ("hostPort", format!("{} {} {word} {all}", containers(&names), plural(names.len(), "uses", "use")))
    })
}

fn privileged(pod: &Pod<'_>) -> Option<Finding> {
    let names = pod.those(|c| c["securityContext"]["privileged"].bool() == Some(true));
    (!names.is_empty()).then(|| {
        ("privileged", format!("{} must not set securityContext.privileged=true", containers(&names)))
    })
}

fn proc_mount(pod: &Pod<'_>) -> Option<Finding> {
    let kind = |c: &Json| c["securityContext"]["procMount"].text().to_owned();
    let bad = |c: &Json| !matches!(kind(c).as_str(), "" | "Default");
    let names = pod.those(bad);
    let kinds: BTreeSet<String> =
        pod.containers.iter().filter(|c| bad(c)).map(|c| quoted(&kind(c))).collect();
    (!names.is_empty()).then(|| {
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        ("procMount", format!("{} must not set securityContext.procMount to {kinds}", containers(&names)))
    })
}

fn selinux(pod: &Pod<'_>) -> Option<Finding> {
    let of = |o: &Json| o["securityContext"]["seLinuxOptions"].clone();
    let bad = |o: &Json| {
        let options = of(o);
        !SELINUX_TYPES.contains(&options["type"].text())
            || !options["user"].is_empty()
            || !options["role"].is_empty()
    };
    let setters = pod.setters(bad)?;
    let all: Vec<Json> = std::iter::once(pod.spec).chain(pod.containers.iter().copied()).map(of).collect();
    let types: BTreeSet<String> =
        (all.iter().map(|o| o["type"].text())).filter(|t| !SELINUX_TYPES.contains(t)).map(quoted).collect();
    let mut faults = Vec::new();
    if !types.is_empty() {
        let word = plural(types.len(), "type", "types");
        faults.push(format!("{word} {}", types.into_iter().collect::<Vec<_>>().join(", ")));
    }
    for field in ["user", "role"] {
        if all.iter().any(|o| !o[field].is_empty()) {
            faults.push(format!("{field} may not be set"));
        }
    }
    Some((
        "seLinuxOptions",
        format!("{setters} set forbidden securityContext.seLinuxOptions: {}", faults.join("; ")),
    ))
}

fn seccomp(pod: &Pod<'_>) -> Option<Finding> {
    let kind = |o: &Json| o["securityContext"]["seccompProfile"]["type"].clone();
    let bad = |o: &Json| !matches!(kind(o).text(), "" | "RuntimeDefault" | "Localhost");
    let setters = pod.setters(bad)?;
    let all = std::iter::once(pod.spec).chain(pod.containers.iter().copied());
    let kinds: BTreeSet<String> = all.filter(|o| bad(o)).map(|o| quoted(kind(o).text())).collect();
    let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
    let why = format!("{setters} must not set securityContext.seccompProfile.type to {kinds}");
    Some(("seccompProfile", why))
}

fn sysctls(pod: &Pod<'_>) -> Option<Finding> {
    let set = pod.spec["securityContext"]["sysctls"].list().iter();
    let bad: Vec<&str> = set.map(|s| s["name"].text()).filter(|name| !SYSCTLS.contains(name)).collect();
    (!bad.is_empty()).then(|| ("forbidden sysctls", bad.join(", ")))
}

fn host_process(pod: &Pod<'_>) -> Option<Finding> {
    let bad = |o: &Json| o["securityContext"]["windowsOptions"]["hostProcess"].bool() == Some(true);
    let setters = pod.setters(bad)?;
    Some(("hostProcess", format!("{setters} must not set securityContext.windowsOptions.hostProcess=true")))
}
