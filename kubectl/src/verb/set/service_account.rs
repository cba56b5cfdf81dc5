//! `set serviceaccount`.

use super::{Order, pod_spec};
use crate::{
    fail::{Done, Fail},
    http::Cx,
};

/// Runs `set serviceaccount`.
pub async fn run(cx: &mut Cx<'_>, words: &[String]) -> Done {
    let mut order = Order::read(cx, "serviceaccount", words)?;
    (order.done, order.failing, order.tells_all) =
        ("serviceaccount updated", "failed to patch ServiceAccountName ", true);
    let mut targets = order.flags.args.clone();
    let Some(account) = targets.pop() else { return Err(Fail::error("serviceaccount is required")) };
    let (found, mut fails) = order.objects(cx, &targets).await?;
    for target in found {
        let mut changed = target.object.clone();
        let done = match pod_spec(&target) {
            Ok(spec) => {
                if let Some(spec) = changed.pointer_mut(spec) {
                    spec["serviceAccountName"] = account.as_str().into();
                }
                order.send(cx, &target, changed).await
            }
            Err(fail) => Err(fail),
        };
        fails.extend(done.err());
    }
    Fail::all(fails)
}
