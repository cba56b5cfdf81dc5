//! What every namespace has: the account `default` and the ConfigMap `kube-root-ca.crt`. Models
//! `pkg/controller/serviceaccount` and `pkg/controller/certificates/rootcacertpublisher`.
//! Omits: the certificate is none that a listener serves; no process of a simulated cluster connects with it.

use std::sync::LazyLock;

use ecow::EcoString;

use crate::{
    api::{Change, Record, Subresource},
    cluster::{Ctx, Queue},
    json,
    json::Json,
    object::{Key, Object},
    origin,
    resources::{CONFIG_MAP, NAMESPACE, SERVICE_ACCOUNT},
};

use super::Work;

const ROOT_CA: &str = "kube-root-ca.crt";

/// One for all namespaces of all clusters.
fn data() -> Json {
    static DATA: LazyLock<Json> = LazyLock::new(|| Json::object().with("ca.crt", CERTIFICATE));
    DATA.clone()
}

/// The authority's certificate, PEM.
pub const CERTIFICATE: &str = include_str!("root_ca.crt");
const ABOUT: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as \
     the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/// Sees a change. The work is due at once: a real API server lets a pod wait for the account of its new namespace.
pub fn observe(record: &Record, queue: &mut Queue) {
    let object = &record.object;
    let lost = |name: &str| object.name() == name && record.origin.user != origin::ROOT_CA_PUBLISHER;
    let namespace = match record.resource {
        NAMESPACE if record.change != Change::Deleted => object.name(),
        SERVICE_ACCOUNT if record.change == Change::Deleted && lost("default") => object.namespace(),
        CONFIG_MAP if lost(ROOT_CA) => object.namespace(),
        _ => return,
    };
    queue.after_ms(0, Work::NamespaceNeeds(namespace.clone()));
}

/// Gives a namespace what it lacks.
pub fn sync(name: &EcoString, ctx: &mut Ctx<'_>) {
    let namespace = ctx.api.find(NAMESPACE, &Key::cluster(name.clone()));
    if namespace.is_none_or(Object::is_terminating) {
        return;
    }
    let account = Key::new(name.clone(), "default");
    if ctx.api.find(SERVICE_ACCOUNT, &account).is_none() {
        ctx.acting(origin::SERVICE_ACCOUNT_CONTROLLER);
        let object = Object(json!({"metadata": {"name": "default", "namespace": name.as_str()}}));
        // Refused only by a quota; the next change of the namespace tries again.
        let _ = ctx.api.create(SERVICE_ACCOUNT, object);
    }
    let map = Key::new(name.clone(), ROOT_CA);
    let data = data();
    let about = Json::object().with("kubernetes.io/description", ABOUT);
    ctx.acting(origin::ROOT_CA_PUBLISHER);
    match ctx.api.find(CONFIG_MAP, &map) {
        None => {
            let mut object = Object(json!({"metadata": {"name": ROOT_CA, "namespace": name.as_str()}}));
            object["metadata"].set("annotations", about);
            object.set("data", data);
            // As above.
            let _ = ctx.api.create(CONFIG_MAP, object);
        }
        Some(found) if found["data"] != data => {
            ctx.api.modify(CONFIG_MAP, &map, Subresource::Main, |o| {
                o["metadata"]["annotations"].set("kubernetes.io/description", ABOUT);
                o.set("data", data);
            });
        }
        Some(_) => {}
    }
}
