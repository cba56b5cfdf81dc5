//! Models networking.k8s.io/v1 NetworkPolicy; `network/policy.rs` enforces it.

use super::{
    Column, ResourceDef, Row, cells,
    check::{self, Errors},
    cidr::{self, Cidr},
};
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
                check_peer(peer, &format!("{path}.{peers}[{j}]"), &mut errors);
            }
        }
    }
    errors
}

fn check_peer(peer: &Json, path: &str, errors: &mut Errors) {
    let selectors = ["podSelector", "namespaceSelector"].into_iter().filter(|field| !peer[*field].is_null());
    let mut count = 0;
    for field in selectors {
        check::label_selector(&peer[field], &format!("{path}.{field}"), errors);
        count += 1;
    }
    let block = &peer["ipBlock"];
    if !block.is_null() {
        ip_block(block, &format!("{path}.ipBlock"), errors);
        if count > 0 {
            errors.push(FieldError::forbidden(path, "may not specify both ipBlock and another peer"));
        }
    } else if count == 0 {
        errors.push(FieldError::required(path, "must specify a peer"));
    }
}

/// Models `ValidateIPBlock`.
fn ip_block(block: &Json, path: &str, errors: &mut Errors) {
    if !check::required(block, path, "cidr", errors) {
        return;
    }
    let Some(range) = Cidr::parse(block["cidr"].text()) else {
        errors.push(FieldError::invalid(format!("{path}.cidr"), &block["cidr"], cidr::INVALID));
        return;
    };
    for (i, except) in block["except"].list().iter().enumerate() {
        let why = match Cidr::parse(except.text()) {
            None => cidr::INVALID,
            Some(except) if !range.has_within(except) => "must be a strict subset of `cidr`",
            Some(_) => continue,
        };
        errors.push(FieldError::invalid(format!("{path}.except[{i}]"), except, why));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn peers_are_checked() {
        let invalid = |field: &str, value: &str, why: &str| {
            format!("spec.ingress[0].from[0]{field}: Invalid value: {value:?}: {why}")
        };
        for (peer, expect) in [
            (json!({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}), vec![]),
            (json!({"podSelector": {}, "namespaceSelector": {}}), vec![]),
            (json!({}), vec!["spec.ingress[0].from[0]: Required value: must specify a peer".to_owned()]),
            (
                json!({"ipBlock": {"except": ["x"]}}),
                vec!["spec.ingress[0].from[0].ipBlock.cidr: Required value".to_owned()],
            ),
            (json!({"ipBlock": {"cidr": "1.2.3"}}), vec![invalid(".ipBlock.cidr", "1.2.3", cidr::INVALID)]),
            (
                json!({"ipBlock": {"cidr": "9.9.9.0/24", "except": ["9.9.9.9/33", "9.9.9.0/24"]}}),
                vec![
                    invalid(".ipBlock.except[0]", "9.9.9.9/33", cidr::INVALID),
                    invalid(".ipBlock.except[1]", "9.9.9.0/24", "must be a strict subset of `cidr`"),
                ],
            ),
            (
                json!({"ipBlock": {"cidr": "9.9.9.0/24"}, "podSelector": {}}),
                vec![
                    "spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer"
                        .to_owned(),
                ],
            ),
        ] {
            let policy = Object(json!({"spec": {"ingress": [{"from": [peer]}]}}));
            assert_eq!(words(&validate(&policy, None)), expect, "{policy:?}");
        }
    }
}
