//! Defaults of what Pods and pod templates share. Models `SetDefaults_PodSpec`, `SetDefaults_Container` and
//! `SetDefaults_Probe` of kube-apiserver. Omits: iSCSI, RBD and other cloud volumes.

use ecow::EcoVec;

use crate::json::Json;

/// Applies `change` to each element of a list field; a list that stays the same stays shared.
pub fn each(parent: &mut Json, field: &str, change: impl Fn(&mut Json)) {
    let Json::List(list) = &parent[field] else { return };
    let new: EcoVec<Json> = list
        .iter()
        .cloned()
        .map(|mut element| {
            change(&mut element);
            element
        })
        .collect();
    if new != *list {
        parent.set(field, new);
    }
}

/// Applies `change` to a field that is a map, if there is one.
fn within(parent: &mut Json, field: &str, change: impl Fn(&mut Json)) {
    if matches!(parent[field], Json::Map(_)) {
        change(&mut parent[field]);
    }
}

/// Defaults of a pod template (`spec.template`).
pub fn default_template(template: &mut Json) {
    template["metadata"].default_to("creationTimestamp", Json::Null);
    default_spec(&mut template["spec"]);
}

/// Defaults of a pod's `spec`, in a template or not.
pub fn default_spec(spec: &mut Json) {
    spec.default_to("restartPolicy", "Always");
    spec.default_to("dnsPolicy", "ClusterFirst");
    spec.default_to("schedulerName", "default-scheduler");
    spec.default_to("securityContext", Json::object());
    spec.default_to("terminationGracePeriodSeconds", 30i64);
    let host_network = spec["hostNetwork"].bool().unwrap_or(false);
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        each(spec, list, |c| default_container(c, host_network));
    }
    each(spec, "volumes", default_volume);
}

fn default_container(container: &mut Json, host_network: bool) {
    let policy = if is_latest(container["image"].text()) { "Always" } else { "IfNotPresent" };
    container.default_to("imagePullPolicy", policy);
    container.default_to("terminationMessagePath", "/dev/termination-log");
    container.default_to("terminationMessagePolicy", "File");
    container.default_to("resources", Json::object());
    each(container, "ports", |p| {
        p.default_to("protocol", "TCP");
        if host_network {
            let port = p["containerPort"].clone();
            p.default_to("hostPort", port);
        }
    });
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        within(container, probe, default_probe);
    }
    within(container, "lifecycle", |l| {
        within(l, "postStart", default_handler);
        within(l, "preStop", default_handler);
    });
    each(container, "env", |e| within(e, "valueFrom", default_reference));
}

/// A reference to a field of the pod or to a container's resources.
fn default_reference(source: &mut Json) {
    within(source, "fieldRef", |f| f.default_to("apiVersion", "v1"));
    within(source, "resourceFieldRef", |r| r.default_to("divisor", "0"));
}

fn default_probe(probe: &mut Json) {
    for (field, value) in
        [("timeoutSeconds", 1i64), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
    {
        if probe[field].int().unwrap_or(0) == 0 {
            probe.set(field, value);
        }
    }
    default_handler(probe);
}

fn default_handler(handler: &mut Json) {
    within(handler, "httpGet", |h| {
        h.default_to("path", "/");
        h.default_to("scheme", "HTTP");
    });
    within(handler, "grpc", |g| g.default_to("service", ""));
}

fn default_volume(volume: &mut Json) {
    if volume.entries().all(|(k, _)| k == "name") {
        volume.set("emptyDir", Json::object());
    }
    for source in ["configMap", "secret", "projected", "downwardAPI"] {
        within(volume, source, |s| s.default_to("defaultMode", 420i64));
    }
    within(volume, "hostPath", |h| h.default_to("type", ""));
    within(volume, "downwardAPI", |d| each(d, "items", default_reference));
    within(volume, "projected", |p| {
        each(p, "sources", |s| {
            within(s, "downwardAPI", |d| each(d, "items", default_reference));
            within(s, "serviceAccountToken", |t| t.default_to("expirationSeconds", 3600i64));
        });
    });
    within(volume, "ephemeral", |e| {
        within(e, "volumeClaimTemplate", |t| {
            within(t, "spec", |s| s.default_to("volumeMode", "Filesystem"));
        });
    });
}

/// Is the image's tag `latest`, said or unsaid? A digest alone is no tag.
fn is_latest(image: &str) -> bool {
    let (name, digest) = image.split_once('@').map_or((image, None), |(n, d)| (n, Some(d)));
    let last = name.rsplit('/').next().unwrap_or("");
    match last.split_once(':') {
        Some((_, tag)) => tag == "latest",
        None => digest.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn the_tag_decides_how_often_an_image_is_pulled() {
        for (image, latest) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("nginx:1.25", false),
            ("registry:5000/nginx", true),
            ("registry:5000/nginx:1", false),
            ("nginx@sha256:abc", false),
            ("nginx:latest@sha256:abc", true),
        ] {
            assert_eq!(is_latest(image), latest, "{image}");
        }
    }

    #[test]
    fn a_template_gets_what_the_api_server_would_add() {
        let mut template = json!({"metadata": {"labels": {"app": "a"}}, "spec": {
            "containers": [{"name": "c", "image": "nginx:1.25", "ports": [{"containerPort": 80}],
                "livenessProbe": {"httpGet": {"port": 80}, "periodSeconds": 5}}],
            "volumes": [{"name": "v"}, {"name": "w", "configMap": {"name": "x"}}]}});
        default_template(&mut template);
        let expect = json!({"metadata": {"creationTimestamp": null, "labels": {"app": "a"}}, "spec": {
            "containers": [{"name": "c", "image": "nginx:1.25", "imagePullPolicy": "IfNotPresent",
                "ports": [{"containerPort": 80, "protocol": "TCP"}], "resources": {},
                "livenessProbe": {"httpGet": {"port": 80, "path": "/", "scheme": "HTTP"}, "periodSeconds": 5,
                    "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}],
            "volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", "configMap": {"name": "x", "defaultMode": 420}}],
            "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
            "securityContext": {}, "terminationGracePeriodSeconds": 30}});
        assert_eq!(template, expect);
        default_template(&mut template);
        assert_eq!(template, expect, "again");
    }
}
