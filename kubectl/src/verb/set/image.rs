//! `set image`.

use super::{Order, containers, pod_spec, split};
use crate::{
    fail::{Done, Fail},
    http::Cx,
};

/// Runs `set image`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let mut order = Order::read(cx, "image", words)?;
    (order.done, order.failing) = ("image updated", "failed to patch image update to pod template: ");
    let (targets, updates) = split(&order.flags.args);
    let (found, mut fails) = order.objects(cx, &targets).await?;
    if updates.is_empty() {
        return Err(Fail::error("at least one image update is required"));
    }
    for target in found {
        let spec = match pod_spec(&target) {
            Ok(spec) => spec,
            Err(fail) => {
                fails.push(fail);
                continue;
            }
        };
        let mut changed = target.object.clone();
        for update in &updates {
            let (name, image) = update.split_once('=').unwrap_or((update, ""));
            let mut fitting =
                changed.pointer_mut(spec).map(|spec| containers(spec, name)).unwrap_or_default();
            if fitting.is_empty() {
                fails.push(Fail::Plain(format!("error: unable to find container named {name:?}")));
            }
            for container in &mut fitting {
                container["image"] = image.into();
            }
        }
        fails.extend(order.send(cx, &target, changed).await.err());
    }
    Fail::all(fails)
}
