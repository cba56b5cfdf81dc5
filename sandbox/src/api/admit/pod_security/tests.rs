//! The standards, pod by pod.

use super::*;
use crate::json;

fn why(level: Level, pod: &Json) -> String {
    let policy = Policy { level, version: "latest".into() };
    violations(&policy, &pod["metadata"], &pod["spec"]).unwrap_or_default()
}

#[test]
fn standards_find_fault_in_kubernetes_words() {
    let of = |extra: Json| {
        let mut pod = json!({"spec": {"containers": [{"name": "c", "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}],
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}}});
        for (key, value) in extra.entries() {
            if key == "container" {
                for (key, value) in value.entries() {
                    pod["spec"]["containers"].list_mut().make_mut()[0].set(key, value.clone());
                }
            } else {
                pod["spec"].set(key, value.clone());
            }
        }
        pod
    };
    let context = |context: Json| {
        json!({"container": {}}).with("container", Json::object().with("securityContext", context))
    };
    for (extra, baseline, restricted) in [
        (json!({}), "", ""),
        (
            json!({"containers": [{"name": "a"}, {"name": "b"}], "securityContext": {}}),
            "",
            "allowPrivilegeEscalation != false (containers \"a\", \"b\" must set securityContext.allowPrivilegeEscalation=false), \
             unrestricted capabilities (containers \"a\", \"b\" must set securityContext.capabilities.drop=[\"ALL\"]), \
             runAsNonRoot != true (pod or containers \"a\", \"b\" must set securityContext.runAsNonRoot=true), \
             seccompProfile (pod or containers \"a\", \"b\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
        ),
        (
            json!({"hostNetwork": true, "hostPID": true}),
            "host namespaces (hostNetwork=true, hostPID=true)",
            "host namespaces (hostNetwork=true, hostPID=true)",
        ),
        (
            json!({"volumes": [{"name": "v", "hostPath": {"path": "/"}}, {"name": "e", "emptyDir": {}}]}),
            "hostPath volumes (volume \"v\")",
            "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")",
        ),
        (
            json!({"container": {"ports": [{"hostPort": 80}, {"containerPort": 9}]}}),
            "hostPort (container \"c\" uses hostPort 80)",
            "hostPort (container \"c\" uses hostPort 80)",
        ),
        (
            context(
                json!({"privileged": true, "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN", "CHOWN"]}}),
            ),
            "non-default capabilities (container \"c\" must not include \"SYS_ADMIN\" in securityContext.capabilities.add), \
             privileged (container \"c\" must not set securityContext.privileged=true)",
            "privileged (container \"c\" must not set securityContext.privileged=true), \
             unrestricted capabilities (container \"c\" must not include \"CHOWN\", \"SYS_ADMIN\" in securityContext.capabilities.add)",
        ),
        (
            context(
                json!({"runAsUser": 0, "runAsNonRoot": false, "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}),
            ),
            "",
            "runAsNonRoot != true (container \"c\" must not set securityContext.runAsNonRoot=false), \
             runAsUser=0 (container \"c\" must not set runAsUser=0)",
        ),
        (
            json!({"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "Unconfined"}, "sysctls": [{"name": "kernel.msgmax"}], "seLinuxOptions": {"type": "spc_t", "user": "u"}}}),
            "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set), \
             seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\"), \
             forbidden sysctls (kernel.msgmax)",
            "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set), \
             forbidden sysctls (kernel.msgmax), \
             seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")",
        ),
    ] {
        let pod = of(extra);
        assert_eq!(why(Level::Baseline, &pod), baseline, "{pod}");
        assert_eq!(why(Level::Restricted, &pod), restricted, "{pod}");
    }
}

#[test]
fn labels_say_what_holds() {
    for (label, value, expect) in [
        ("enforce", "baseline", None),
        (
            "enforce",
            "strict",
            Some("Invalid value: \"strict\": must be one of privileged, baseline, restricted"),
        ),
        ("warn-version", "latest", None),
        ("warn-version", "v1.30", None),
        ("warn-version", "1.30", Some("Invalid value: \"1.30\": must be \"latest\" or \"v1.x\"")),
        ("other", "x", None),
    ] {
        let mut namespace = Object(json!({"metadata": {"name": "a"}}));
        namespace["metadata"]["labels"].set(&format!("{PREFIX}{label}"), value);
        let got = check_labels(&namespace);
        assert_eq!(got.first().map(|e| e.detail.as_str()), expect, "{label}={value}");
    }
}
