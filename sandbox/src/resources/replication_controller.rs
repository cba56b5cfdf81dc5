//! Models v1 ReplicationController.

use super::{
    ResourceDef, check, pod, pod_check, pod_spec,
    replica_set::{COLUMNS, prepare, row},
    workload_check,
};
use crate::{object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["rc"],
    categories: &["all"],
    status: true,
    scale: true,
    generation: true,
    default,
    prepare,
    validate,
    fields: &["status.replicas"],
    columns: COLUMNS,
    row,
    orphans: true,
    ..ResourceDef::plain("", "v1", "ReplicationController", "replicationcontrollers", "replicationcontroller")
};

/// Where neither selector nor labels are said, they are the template's labels.
fn default(controller: &mut Object) {
    let labels = controller.at("spec.template.metadata.labels").clone();
    if !labels.is_empty() {
        if controller["spec"]["selector"].is_empty() {
            controller["spec"].set("selector", labels.clone());
        }
        if controller["metadata"]["labels"].is_empty() {
            controller["metadata"].set("labels", labels);
        }
    }
    let spec = &mut controller["spec"];
    spec.default_to("replicas", 1i64);
    if !spec["template"].is_null() {
        pod_spec::default_template(&mut spec["template"]);
    }
}

fn validate(controller: &Object, old: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&controller["spec"], Vec::new());
    if pod::is_spec_kept(controller, old) {
        return errors;
    }
    check::non_negative(spec, "spec", "minReadySeconds", &mut errors);
    let selector = &spec["selector"];
    check::required(spec, "spec", "selector", &mut errors);
    check::non_negative(spec, "spec", "replicas", &mut errors);
    if spec["template"].is_null() {
        errors.push(FieldError::required("spec.template", ""));
        return errors;
    }
    let labels = &spec["template"]["metadata"]["labels"];
    if !selector.entries().all(|(key, value)| labels[key.as_str()] == *value) {
        let why = "`selector` does not match template `labels`";
        let at = "spec.template.metadata.labels".into();
        errors.push(check::invalid_go(at, &check::go_map(labels), why));
    }
    pod_check::spec(&spec["template"]["spec"], "spec.template.spec", &mut errors);
    workload_check::runs_for_ever(&spec["template"]["spec"], "ReplicationController", &mut errors);
    errors
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::{json, json::Json};

    #[test]
    fn labels_of_the_template_are_taken_where_none_are_said() {
        let labels = json!({"app": "a"});
        let said = json!({"x": "y"});
        for (selector, own, expect) in [
            (Json::Null, Json::Null, (&labels, &labels)),
            (said.clone(), Json::Null, (&said, &labels)),
            (Json::Null, said.clone(), (&labels, &said)),
        ] {
            let mut rc =
                Object(json!({"metadata": {}, "spec": {"template": {"metadata": {"labels": {"app": "a"}}}}}));
            rc["spec"].set("selector", selector);
            rc["metadata"].set("labels", own);
            default(&mut rc);
            assert_eq!((&rc["spec"]["selector"], &rc["metadata"]["labels"]), expect);
            assert_eq!(rc["spec"]["replicas"], json!(1));
        }
    }

    #[test]
    fn selectors_and_templates_are_checked() {
        for (spec, expect) in [
            (
                json!({"selector": {"app": "a"}, "template": {"metadata": {"labels": {"app": "a"}},
                    "spec": {"containers": [{"name": "c", "image": "nginx"}]}}}),
                vec![],
            ),
            (
                json!({"replicas": -1}),
                vec![
                    "spec.selector: Required value",
                    "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                    "spec.template: Required value",
                ],
            ),
            (
                json!({"selector": {"app": "a"}, "template": {"metadata": {"labels": {"app": "b"}},
                    "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "nginx"}]}}}),
                vec![
                    "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"b\"}: `selector` does not match template `labels`",
                    "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
                ],
            ),
        ] {
            let rc = Object(Json::object().with("spec", spec.clone()));
            assert_eq!(words(&validate(&rc, None)), expect, "{spec}");
        }
    }
}
