//! `set selector`: of services.

use serde_json::Value;

use super::Order;
use crate::{
    fail::{Done, Fail},
    http::Cx,
    output::text,
    selector,
};

/// Runs `set selector`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let mut order = Order::read(cx, "selector", words)?;
    (order.done, order.tells_all) = ("selector updated", true);
    let mut targets = order.flags.args.clone();
    let Some(wanted) = targets.pop() else { return Err(Fail::error("one selector is required")) };
    let requirements =
        selector::parse(&wanted).and_then(|it| selector::as_object(&it)).map_err(Fail::Error)?;
    let (found, mut fails) = order.objects(cx, &targets).await?;
    let version = order.flags.text("resource-version").to_owned();
    for target in found {
        if text(&target.object, "/kind") != "Service" {
            fails.push(Fail::error("setting a selector is only supported for Services"));
            continue;
        }
        if let Some(expressions) = requirements["matchExpressions"].as_array() {
            let shown: Vec<String> = expressions.iter().map(shown).collect();
            let text = format!("match expression [{}] not supported on this object", shown.join(" "));
            fails.push(Fail::Error(text));
            continue;
        }
        let mut changed = target.object.clone();
        changed["spec"]["selector"] = requirements["matchLabels"].clone();
        if !version.is_empty() {
            changed["metadata"]["resourceVersion"] = version.as_str().into();
        }
        fails.extend(order.send(cx, &target, changed).await.err());
    }
    Fail::all(fails)
}

/// An expression as Go prints its struct.
fn shown(expression: &Value) -> String {
    let values = expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let values: Vec<&str> = values.collect();
    format!("{{{} {} [{}]}}", text(expression, "/key"), text(expression, "/operator"), values.join(" "))
}
