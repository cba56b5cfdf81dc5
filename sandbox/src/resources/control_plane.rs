//! Models the flags of the control plane's programs (ours): ControlPlane, of which there is at most one.

use super::{Column, ResourceDef, Row};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The name of the only one.
const NAME: &str = "cluster";

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    namespaced: false,
    generation: true,
    default,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "ControlPlane", "controlplanes", "controlplane")
};

const COLUMNS: &[Column] =
    &[Column::name(), Column::new("Controller-Manager"), Column::new("Scheduler"), Column::new("Age")];

const PARTS: [&str; 2] = ["controllerManager", "scheduler"];
/// What they are where nobody says anything: writes a second, and burst.
const FLAGS: [(i64, i64); 2] = [(20, 30), (50, 100)];

/// How many writes a second, and how many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Thousandths of a write a second.
    pub milli_per_second: i64,
    /// The most that can be saved up.
    pub burst: i64,
}

/// How much each program may write; `None`: as much as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Each controller of kube-controller-manager.
    pub controller_manager: Option<Rate>,
    /// kube-scheduler.
    pub scheduler: Option<Rate>,
}

impl Default for Rates {
    fn default() -> Self {
        let [controller_manager, scheduler] =
            FLAGS.map(|(qps, burst)| Some(Rate { milli_per_second: qps * 1000, burst }));
        Self { controller_manager, scheduler }
    }
}

/// The write limits that it sets. A negative `qps` is none, as for client-go.
pub fn rates(plane: &Object) -> Rates {
    let [controller_manager, scheduler] = PARTS.map(|part| {
        let part = &plane["spec"][part];
        let qps = part["qps"].float().unwrap_or(-1.0);
        let burst = part["burst"].int().unwrap_or(1);
        (qps > 0.0).then_some(Rate { milli_per_second: ((qps * 1000.0) as i64).max(1), burst })
    });
    Rates { controller_manager, scheduler }
}

fn row(plane: &Object, now: Time) -> Row {
    let rates = rates(plane);
    let cell = |rate: Option<Rate>| match rate {
        Some(rate) => Json::from(ecow::eco_format!(
            "{} writes/s, burst {}",
            rate.milli_per_second as f64 / 1000.0,
            rate.burst
        )),
        None => "no limit".into(),
    };
    vec![plane.name().into(), cell(rates.controller_manager), cell(rates.scheduler), age(plane, now)]
}

fn default(plane: &mut Object) {
    for (part, (qps, burst)) in PARTS.into_iter().zip(FLAGS) {
        let part = &mut plane["spec"][part];
        part.default_to("qps", qps);
        part.default_to("burst", burst);
    }
}

fn validate(plane: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if *plane.name() != NAME {
        wrong.push(FieldError::unsupported("metadata.name", &plane["metadata"]["name"], &[NAME]));
    }
    for part in PARTS {
        let (field, part) = (format!("spec.{part}"), &plane["spec"][part]);
        if part["qps"].float().is_none_or(|qps| qps == 0.0) {
            let why = "must be a number greater than 0, or less for no limit";
            wrong.push(FieldError::invalid(format!("{field}.qps"), &part["qps"], why));
        }
        if part["burst"].int().is_none_or(|burst| burst < 1) {
            let why = "must be an integer greater than 0";
            wrong.push(FieldError::invalid(format!("{field}.burst"), &part["burst"], why));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn limits_are_the_programs_own_unless_it_says_otherwise() {
        let rate = |milli_per_second, burst| Some(Rate { milli_per_second, burst });
        for (spec, manager, scheduler, wrong) in [
            (json!({}), rate(20_000, 30), rate(50_000, 100), vec![]),
            (json!({"controllerManager": {"qps": -1}}), None, rate(50_000, 100), vec![]),
            (json!({"controllerManager": {"qps": 0.5, "burst": 1}}), rate(500, 1), rate(50_000, 100), vec![]),
            (
                json!({"scheduler": {"qps": 0, "burst": 0}}),
                rate(20_000, 30),
                None,
                vec!["spec.scheduler.qps", "spec.scheduler.burst"],
            ),
            (
                json!({"controllerManager": {"qps": "many"}}),
                None,
                rate(50_000, 100),
                vec!["spec.controllerManager.qps"],
            ),
        ] {
            let mut plane = Object(json!({"metadata": {"name": "cluster"}}).with("spec", spec.clone()));
            default(&mut plane);
            assert_eq!(rates(&plane), Rates { controller_manager: manager, scheduler }, "{spec}");
            let fields: Vec<_> = validate(&plane, None).into_iter().map(|e| e.field).collect();
            assert_eq!(fields, wrong, "{spec}");
        }
        let other = Object(json!({"metadata": {"name": "other"}}));
        assert_eq!(validate(&other, None)[0].field, "metadata.name");
    }
}
