//! Models networking.k8s.io/v1 NetworkPolicy. Omits: enforcement; the sandbox has no network plugin that reads them.

use super::{Column, ResourceDef, Row, cells, check};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    short_names: &["netpol"],
    generation: true,
    default,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "networkpolicy")
};

const COLUMNS: &[Column] = &[Column::name(), Column::new("Pod-Selector"), Column::new("Age")];

fn row(policy: &Object, now: Time) -> Row {
    vec![policy.name().into(), cells::selector(&policy["spec"]["podSelector"]), age(policy, now)]
}

fn default(policy: &mut Object) {
    let egress = !policy["spec"]["egress"].is_empty();
    let spec = &mut policy["spec"];
    if spec["podSelector"].is_null() {
        spec.set("podSelector", Json::object());
    }
    if spec["policyTypes"].is_null() {
        let types = if egress { &["Ingress", "Egress"][..] } else { &["Ingress"] };
        spec.set("policyTypes", types.iter().map(|t| Json::from(*t)).collect::<Json>());
    }
}

fn validate(policy: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&policy["spec"], Vec::new());
    for (i, type_) in spec["policyTypes"].list().iter().enumerate() {
        if !["Ingress", "Egress"].contains(&type_.text()) {
            let supported = &["Egress", "Ingress"];
            errors.push(FieldError::unsupported(format!("spec.policyTypes[{i}]"), type_, supported));
        }
    }
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for (i, rule) in spec[direction].list().iter().enumerate() {
            let path = format!("spec.{direction}[{i}]");
            for (j, port) in rule["ports"].list().iter().enumerate() {
                let path = format!("{path}.ports[{j}]");
                check::one_of(port, &path, "protocol", &["SCTP", "TCP", "UDP"], &mut errors);
                if !port["port"].is_null() {
                    check::port(&port["port"], format!("{path}.port"), &mut errors);
                }
            }
            for (j, peer) in rule[peers].list().iter().enumerate() {
                if peer.entries().next().is_none() {
                    errors.push(FieldError::required(format!("{path}.{peers}[{j}]"), "must specify a peer"));
                }
            }
        }
    }
    errors
}
