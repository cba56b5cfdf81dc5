//! Hashes as a real cluster computes them.

use super::*;
use crate::{json, resources::pod_spec};

fn template(mut template: Json) -> Json {
    pod_spec::default_template(&mut template);
    template
}

#[test]
fn a_template_is_printed_as_go_prints_it() {
    let t = json!({"metadata": {"labels": {"b": "2", "a": "1"}, "annotations": {}}, "spec": {
        "containers": [{"name": "c", "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "100m"}},
            "livenessProbe": {"httpGet": {"port": "web"}}, "tty": true}],
        "terminationGracePeriodSeconds": 30, "securityContext": {}}});
    let printed = dump::pod_template(&t);
    for part in [
        "(v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) GenerateName:(string) ",
        "Labels:(map[string]string)map[a:1 b:2] Annotations:(map[string]string)<nil> ",
        "Containers:([]v1.Container)[{Name:(string)c Image:(string) Command:([]string)<nil> ",
        "Limits:(v1.ResourceList)map[cpu:{i:(resource.int64Amount){value:(int64)100 scale:(resource.Scale)-3} ",
        "s:(string)100m Format:(resource.Format)DecimalSI}] ",
        "LivenessProbe:(*v1.Probe){ProbeHandler:(v1.ProbeHandler){Exec:(*v1.ExecAction)<nil> ",
        "Port:(intstr.IntOrString){Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)web} ",
        "TTY:(bool)true}] ",
        "TerminationGracePeriodSeconds:(*int64)30 ActiveDeadlineSeconds:(*int64)<nil> ",
        "SecurityContext:(*v1.PodSecurityContext){SELinuxOptions:(*v1.SELinuxOptions)<nil> ",
    ] {
        assert!(printed.contains(part), "{part} in {printed}");
    }
}

#[test]
fn hashes_are_those_of_a_real_cluster() {
    let web = |image: &str| {
        template(json!({"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "nginx", "image": image}]}}))
    };
    for (image, collisions, expect) in [("nginx:1.25", None, "7b84c5f95f"), ("nginx", None, "65d846d465")] {
        assert_eq!(pod_template_hash(&web(image), collisions), expect, "{image}");
    }
    let hashes: Vec<_> = [None, Some(0), Some(1)].map(|n| pod_template_hash(&web("nginx:1.25"), n)).into();
    assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2], "{hashes:?}");
}
