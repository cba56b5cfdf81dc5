//! Models who calls which Service (ours): Traffic. From outside or from pods, straight or by an Ingress's host and path. Or who
//! calls a port that Docker publishes on a machine, or a service of a ComposeProject by its name.

use super::{
    Column, ResourceDef, Row,
    cells::{self, int},
    check,
};
use crate::{api::age, clock::Time, json::Json, object::Object, status::FieldError};

/// The most addresses that call from outside.
pub const CLIENTS_MAX: i64 = 1000;
const TIMEOUT_MS_MAX: i64 = 600_000;

/// The kind's entry in the table.
pub static DEF: ResourceDef = ResourceDef {
    status: true,
    generation: true,
    validate,
    columns: COLUMNS,
    row,
    ..ResourceDef::plain("sim.pilothouse.dev", "v1", "Traffic", "traffics", "traffic")
};

const COLUMNS: &[Column] = &[
    Column::name(),
    Column::new("Target"),
    Column::new("Rate"),
    Column::new("Failing"),
    Column::new("P50"),
    Column::new("P99"),
    Column::int("Sent"),
    Column::int("Failed"),
    Column::new("Age"),
    Column::new("Causes").wide(),
];

fn row(traffic: &Object, now: Time) -> Row {
    let (spec, status) = (&traffic["spec"], &traffic["status"]);
    let rate = [status, spec].into_iter().find_map(|s| s["ratePerSecond"].float()).unwrap_or(0.0);
    let failing = status["failureRatio"].float().unwrap_or(0.0);
    let ms = |field: &str| Json::from(cells::millis(int(&status[field])));
    vec![
        traffic.name().into(),
        target(spec).into(),
        format!("{rate}/s").into(),
        format!("{}%", (failing * 1000.0).round() / 10.0).into(),
        ms("latencyP50Millis"),
        ms("latencyP99Millis"),
        int(&status["sent"]).into(),
        int(&status["failed"]).into(),
        age(traffic, now),
        causes(&status["failures"]).into(),
    ]
}

/// A Service with its port, what a browser would show, `MACHINE:PORT`, or `SERVICE.PROJECT` inside a project.
fn target(spec: &Json) -> String {
    match (spec["machine"].text(), spec["composeProject"].text()) {
        ("", "") => {}
        ("", project) => return format!("{}.{project}", spec["service"].text()),
        (machine, _) => return format!("{machine}:{}", spec["port"]),
    }
    if !spec["host"].is_null() {
        return format!("{}{}", spec["host"].text(), spec["path"].str().unwrap_or("/"));
    }
    let port = &spec["port"];
    let port = port.int().map_or_else(|| port.text().to_owned(), |number| number.to_string());
    let colon = if port.is_empty() { "" } else { ":" };
    format!("{}{colon}{port}", spec["service"].text())
}

/// Why requests failed, what failed most first.
fn causes(failures: &Json) -> String {
    let mut all: Vec<(i64, &str)> =
        failures.entries().map(|(name, count)| (int(count), name.as_str())).collect();
    all.retain(|(count, _)| *count > 0);
    all.sort_by_key(|(count, name)| (-count, *name));
    let shown: Vec<String> = all.iter().map(|(count, name)| format!("{name}={count}")).collect();
    cells::or(&shown.join(","), cells::NONE).to_owned()
}

fn by_machine(spec: &Json, errors: &mut Vec<FieldError>) {
    check::required(spec, "spec", "port", errors);
    for other in ["service", "composeProject", "host"].into_iter().filter(|other| !spec[*other].is_empty()) {
        let why = "may not be set together with `machine`";
        errors.push(FieldError::forbidden(format!("spec.{other}"), why));
    }
}

fn validate(traffic: &Object, _: Option<&Object>) -> Vec<FieldError> {
    let (spec, mut errors) = (&traffic["spec"], Vec::new());
    if !spec["machine"].is_empty() {
        by_machine(spec, &mut errors);
    } else if spec["host"].is_null() {
        check::required(spec, "spec", "service", &mut errors);
    } else {
        by_ingress(spec, &mut errors);
    }
    if !spec["port"].is_null() {
        check::port(&spec["port"], "spec.port".into(), &mut errors);
    }
    for field in ["ratePerSecond", "ratePerSecondMax"] {
        if spec[field].float().is_some_and(|rate| rate < 0.0) {
            let why = "must be greater than or equal to 0";
            errors.push(FieldError::invalid(format!("spec.{field}"), &spec[field], why));
        }
    }
    for (field, max) in [("clients", CLIENTS_MAX), ("timeoutMillis", TIMEOUT_MS_MAX)] {
        let said = &spec[field];
        if !said.is_null() && said.int().is_none_or(|n| !(1..=max).contains(&n)) {
            errors.push(FieldError::invalid(
                format!("spec.{field}"),
                said,
                &format!("must be between 1 and {max}"),
            ));
        }
    }
    let from = &spec["from"];
    if !from.is_null() {
        if from["podSelector"].is_null() {
            let why = "leave `from` out for callers outside the cluster";
            errors.push(FieldError::required("spec.from.podSelector", why));
        } else {
            check::label_selector(&from["podSelector"], "spec.from.podSelector", &mut errors);
        }
        check::label_selector(&from["namespaceSelector"], "spec.from.namespaceSelector", &mut errors);
    }
    errors
}

fn by_ingress(spec: &Json, errors: &mut Vec<FieldError>) {
    for field in ["service", "port", "from"] {
        if !spec[field].is_null() {
            let why = "may not be set together with `host`: an Ingress says where requests for a host go";
            errors.push(FieldError::forbidden(format!("spec.{field}"), why));
        }
    }
    if spec["path"].str().is_some_and(|path| !path.starts_with('/')) {
        errors.push(FieldError::invalid("spec.path", &spec["path"], "must be an absolute path"));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::check::tests::words, *};
    use crate::json;

    #[test]
    fn a_traffic_says_whom_it_calls() {
        for (spec, expect) in [
            (json!({"service": "web", "port": 80, "ratePerSecond": 5}), vec![]),
            (json!({"service": "web", "from": {"podSelector": {"matchLabels": {"app": "api"}}}}), vec![]),
            (json!({"host": "shop.com", "path": "/cart"}), vec![]),
            (json!({}), vec!["spec.service: Required value"]),
            (
                json!({"host": "shop.com", "service": "web", "path": "cart"}),
                vec![
                    "spec.service: Forbidden: may not be set together with `host`: an Ingress says where requests for a host go",
                    "spec.path: Invalid value: \"cart\": must be an absolute path",
                ],
            ),
            (
                json!({"service": "web", "clients": 0, "timeoutMillis": 600_001}),
                vec![
                    "spec.clients: Invalid value: 0: must be between 1 and 1000",
                    "spec.timeoutMillis: Invalid value: 600001: must be between 1 and 600000",
                ],
            ),
            (
                json!({"service": "web", "from": {}}),
                vec![
                    "spec.from.podSelector: Required value: leave `from` out for callers outside the cluster",
                ],
            ),
        ] {
            let traffic = Object(Json::object().with("spec", spec.clone()));
            assert_eq!(words(&validate(&traffic, None)), expect, "{spec}");
        }
    }

    #[test]
    fn a_row_tells_what_is_called_and_how_it_goes() {
        let row = |spec: Json, status: Json| {
            let mut traffic = Object(json!({"metadata": {"name": "t"}}));
            traffic.set("spec", spec);
            traffic.set("status", status);
            let cells = row(&traffic, Time(0));
            let shown = cells.iter().map(|c| c.str().map_or_else(|| c.to_string(), str::to_owned));
            shown.collect::<Vec<_>>().join(" ")
        };
        for (spec, status, expect) in [
            (json!({"service": "web"}), json!({}), "t web 0/s 0% 0ms 0ms 0 0 <unknown> <none>"),
            (
                json!({"host": "shop.com", "path": "/cart"}),
                json!({"ratePerSecond": 2.5, "failureRatio": 0.333, "latencyP50Millis": 40, "latencyP99Millis": 1500,
                    "sent": 9, "failed": 3, "failures": {"refused": 1, "policy": 2, "overload": 0}}),
                "t shop.com/cart 2.5/s 33.3% 40ms 1.5s 9 3 <unknown> policy=2,refused=1",
            ),
        ] {
            assert_eq!(row(spec.clone(), status), expect, "{spec}");
        }
    }
}
