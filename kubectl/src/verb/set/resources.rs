//! `set resources`.

use super::{Order, containers, pod_spec};
use crate::{
    fail::{Done, Fail},
    http::Cx,
    verb::create::quantities,
};

/// Runs `set resources`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let mut order = Order::read(cx, "resources", words)?;
    (order.done, order.failing) =
        ("resource requirements updated", "failed to patch resources update to pod template ");
    let targets = order.flags.args.clone();
    let (found, mut fails) = order.objects(cx, &targets).await?;
    let (limits, requests) = (order.flags.text("limits"), order.flags.text("requests"));
    if limits.is_empty() && requests.is_empty() {
        return Err(Fail::error(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let wanted = [("limits", quantities(limits)?), ("requests", quantities(requests)?)];
    let pattern = order.flags.get("containers").unwrap_or("*").to_owned();
    for target in found {
        let spec = match pod_spec(&target) {
            Ok(spec) => spec,
            Err(fail) => {
                fails.push(fail);
                continue;
            }
        };
        let mut changed = target.object.clone();
        let fitting = changed.pointer_mut(spec).map(|spec| containers(spec, &pattern)).unwrap_or_default();
        if fitting.is_empty() {
            fails.push(Fail::Plain(format!("error: unable to find container named {pattern}")));
            continue;
        }
        for container in fitting {
            for (field, quantities) in &wanted {
                for (name, quantity) in quantities {
                    container["resources"][*field][name.as_str()] = quantity.clone();
                }
            }
        }
        fails.extend(order.send(cx, &target, changed).await.err());
    }
    Fail::all(fails)
}
