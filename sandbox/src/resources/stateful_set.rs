//! Models apps/v1 StatefulSet. Omits: `maxUnavailable` of a rolling update (an alpha feature).

use super::{
    Column, ResourceDef, Row,
    cells::{self, int},
    check::{self, Errors},
    pod, pod_spec, workload_check,
};
use crate::{
    api::{age, names},
    clock::Time,
    json,
    json::Json,
    object::Object,
    status::FieldError,
};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["sts"],
    categories: &["all"],
    status: true,
    scale: true,
    generation: true,
    default,
    prepare,
    validate,
    name_rule: names::dns1123_label,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("apps", "v1", "StatefulSet", "statefulsets", "statefulset")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Ready"),
    Column::new("Age"),
    Column::new("Containers").wide(),
    Column::new("Images").wide(),
];

/// What of the spec may change.
const FREE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

fn row(set: &Object, now: Time) -> Row {
    let (spec, status) = (&set["spec"], &set["status"]);
    let [names, images] = cells::containers(&spec["template"]["spec"]);
    vec![
        set.name().into(),
        format!("{}/{}", int(&status["readyReplicas"]), int(&spec["replicas"])).into(),
        age(set, now),
        names,
        images,
    ]
}

fn default(set: &mut Object) {
    let spec = &mut set["spec"];
    spec.default_to("podManagementPolicy", "OrderedReady");
    spec.default_to("replicas", 1i64);
    spec.default_to("revisionHistoryLimit", 10i64);
    spec.default_to("serviceName", "");
    if !spec["ordinals"].is_null() {
        spec["ordinals"].default_to("start", 0i64);
    }
    let strategy = &mut spec["updateStrategy"];
    strategy.default_to("type", "RollingUpdate");
    if strategy["type"] == "RollingUpdate" {
        strategy["rollingUpdate"].default_to("partition", 0i64);
    }
    for field in ["whenDeleted", "whenScaled"] {
        spec["persistentVolumeClaimRetentionPolicy"].default_to(field, "Retain");
    }
    pod_spec::each(spec, "volumeClaimTemplates", default_claim);
    pod_spec::default_template(&mut spec["template"]);
}

fn default_claim(claim: &mut Json) {
    claim.default_to("apiVersion", "v1");
    claim.default_to("kind", "PersistentVolumeClaim");
    claim["metadata"].default_to("creationTimestamp", Json::Null);
    claim["spec"].default_to("volumeMode", "Filesystem");
    claim["status"].default_to("phase", "Pending");
}

fn prepare(set: &mut Object, old: Option<&Object>) {
    match old {
        None => set.set("status", json!({"replicas": 0, "availableReplicas": 0})),
        Some(old) => pod::share_spec(set, old),
    }
}

fn validate(set: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&set["spec"], Vec::new());
    if pod::is_spec_kept(set, old) {
        return errors;
    }
    let policy = &spec["podManagementPolicy"];
    if !["OrderedReady", "Parallel"].contains(&policy.text()) {
        let why = "must be 'OrderedReady' or 'Parallel'";
        errors.push(FieldError::invalid("spec.podManagementPolicy", policy, why));
    }
    strategy(&spec["updateStrategy"], &mut errors);
    for field in ["whenDeleted", "whenScaled"] {
        let (parent, path) =
            (&spec["persistentVolumeClaimRetentionPolicy"], "spec.persistentVolumeClaimRetentionPolicy");
        check::one_of(parent, path, field, &["Retain", "Delete"], &mut errors);
    }
    check::non_negative(spec, "spec", "replicas", &mut errors);
    check::non_negative(&spec["ordinals"], "spec.ordinals", "start", &mut errors);
    check::non_negative(spec, "spec", "minReadySeconds", &mut errors);
    check::non_negative(spec, "spec", "revisionHistoryLimit", &mut errors);
    workload_check::selector_and_template(spec, "statefulset", &mut errors);
    if old.is_some_and(|old| fixed(old) != fixed(set)) {
        let why = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
                   'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        errors.push(FieldError::forbidden("spec", why));
    }
    errors
}

fn fixed(set: &Object) -> Json {
    let mut spec = set["spec"].clone();
    for field in FREE {
        spec.remove(field);
    }
    spec
}

fn strategy(strategy: &Json, errors: &mut Errors) {
    let (rolling, path) = (&strategy["rollingUpdate"], "spec.updateStrategy.rollingUpdate");
    match strategy["type"].text() {
        "RollingUpdate" => check::non_negative(rolling, path, "partition", errors),
        "OnDelete" => {
            if !rolling.is_null() {
                let why = "only allowed for updateStrategy 'RollingUpdate'";
                errors.push(check::invalid_go(path.into(), &go_rolling(rolling), why));
            }
        }
        other => {
            let value = format!(
                "apps.StatefulSetUpdateStrategy{{Type:{other:?}, RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}}"
            );
            let why = "must be 'RollingUpdate' or 'OnDelete'";
            errors.push(check::invalid_go("spec.updateStrategy".into(), &value, why));
        }
    }
}

/// As Go prints it.
fn go_rolling(rolling: &Json) -> String {
    let partition = int(&rolling["partition"]);
    format!(
        "apps.RollingUpdateStatefulSetStrategy{{Partition:{partition}, MaxUnavailable:(*intstr.IntOrString)(nil)}}"
    )
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};

    fn set(field: &str, value: Json) -> Object {
        let mut set =
            Object(json!({"metadata": {"name": "a"}, "spec": {"selector": {"matchLabels": {"app": "a"}},
            "serviceName": "a", "template": {"metadata": {"labels": {"app": "a"}},
            "spec": {"containers": [{"name": "c", "image": "nginx"}]}}}}));
        set["spec"].set(field, value);
        default(&mut set);
        set
    }

    #[test]
    fn specs_are_right_or_wrong() {
        for (field, value, expect) in [
            ("replicas", json!(0), vec![]),
            (
                "replicas",
                json!(-1),
                vec!["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
            ),
            (
                "podManagementPolicy",
                json!("Sideways"),
                vec![
                    "spec.podManagementPolicy: Invalid value: \"Sideways\": must be 'OrderedReady' or 'Parallel'",
                ],
            ),
            (
                "ordinals",
                json!({"start": -1}),
                vec!["spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0"],
            ),
            (
                "persistentVolumeClaimRetentionPolicy",
                json!({"whenScaled": "Maybe"}),
                vec![
                    "spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \"Maybe\": supported values: \"Retain\", \"Delete\"",
                ],
            ),
            (
                "selector",
                json!({}),
                vec![
                    "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for statefulset",
                ],
            ),
        ] {
            assert_eq!(words(&validate(&set(field, value.clone()), None)), expect, "{field} {value}");
        }
    }

    #[test]
    fn pods_may_mount_what_only_they_have() {
        let mut with = set("replicas", json!(1));
        let mounts = json!([{"name": "data", "mountPath": "/data"}]);
        with["spec"]["template"]["spec"]["containers"].list_mut().make_mut()[0].set("volumeMounts", mounts);
        assert_eq!(words(&validate(&with, None)), [""; 0]);
    }

    #[test]
    fn little_may_change() {
        let old = set("replicas", json!(1));
        for (field, value, ok) in [
            ("replicas", json!(5), true),
            ("updateStrategy", json!({"rollingUpdate": {"partition": 2}}), true),
            ("minReadySeconds", json!(3), true),
            ("serviceName", json!("x"), false),
            ("podManagementPolicy", json!("Parallel"), false),
            ("volumeClaimTemplates", json!([{"metadata": {"name": "d"}}]), false),
        ] {
            assert_eq!(validate(&set(field, value), Some(&old)).is_empty(), ok, "{field}");
        }
    }
}
