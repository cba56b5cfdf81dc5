//! Signals: a learner's `kill`, delivered once to a container's main process. Models (ours) a shell on the machine.

use super::{Kubelets, Work, container::Container};
use crate::{
    api::Subresource,
    clock::Time,
    cluster::Ctx,
    object::{Key, Object},
    origin, resources,
};

impl Kubelets {
    /// A command in a container has sent its main process SIGTERM, for which it has a handler.
    pub fn interrupt(&mut self, pod: &Key, container: &str, ctx: &mut Ctx<'_>) {
        let Some(run) = self.pods.get_mut(pod) else { return };
        let now = ctx.now();
        let mut all = run.spec.containers.iter().zip(&mut run.containers);
        if let Some((_, found)) = all.find(|(s, c)| s.name == container && c.running().is_some()) {
            found.stop(now, Time(i64::MAX), 0, now);
            ctx.queue.after_ms(0, Work::Pod(pod.clone()));
        }
    }

    pub(super) fn deliver(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let Some(signal) = ctx.api.find(resources::SIGNAL, key).cloned() else { return };
        let pod_key = Key::new(key.namespace.clone(), signal["spec"]["pod"].text());
        let outcome = self.send(&signal, &pod_key, ctx.now());
        if outcome.is_ok() {
            ctx.queue.after_ms(0, Work::Pod(pod_key.clone()));
        }
        ctx.acting(origin::WORLD);
        if let Some(pod) = ctx.api.find(resources::POD, &pod_key) {
            let mut owner = pod.owner_reference();
            owner.set("controller", false);
            owner.set("blockOwnerDeletion", false);
            ctx.api.modify(resources::SIGNAL, key, Subresource::Main, |s| {
                s["metadata"].set("ownerReferences", vec![owner]);
            });
        }
        ctx.api.update_status(resources::SIGNAL, key, |s| {
            s["status"].set("delivered", outcome.is_ok());
            s["status"].set("message", outcome.unwrap_or_else(|why| why));
        });
    }

    fn send(&mut self, signal: &Object, pod: &Key, now: Time) -> Result<String, String> {
        let run =
            self.pods.get_mut(pod).ok_or_else(|| format!("pod {:?} runs on no node", pod.name.as_str()))?;
        if !self.hosts.get(&run.node).is_some_and(|h| h.up) {
            return Err(format!("machine {:?} is off", run.node.as_str()));
        }
        let wanted = signal["spec"]["container"].text();
        let mut all = run.spec.containers.iter().zip(&mut run.containers);
        let (spec, container) = all
            .find(|(s, _)| if wanted.is_empty() { !s.init } else { s.name == wanted })
            .ok_or_else(|| format!("container {wanted:?} is not in pod {:?}", pod.name.as_str()))?;
        if container.running().is_none() {
            return Err(format!("container {:?} is not running", spec.name.as_str()));
        }
        hit(container, signal["spec"]["signal"].text(), now)
            .map(|what| format!("container {:?} {what}", spec.name.as_str()))
    }
}

fn hit(container: &mut Container, signal: &str, now: Time) -> Result<&'static str, String> {
    match signal {
        "SIGKILL" | "" => {
            container.kill(now);
            Ok("got SIGKILL")
        }
        "SIGTERM" if container.ignores_sigterm() => Ok("ignores SIGTERM"),
        "SIGTERM" => {
            container.stop(now, Time(i64::MAX), 143, now);
            Ok("got SIGTERM")
        }
        other => Err(format!("signal {other:?} is unknown; use SIGKILL or SIGTERM")),
    }
}
