//! What the API server keeps of itself: the Service `kubernetes` with its endpoints. Models
//! `pkg/controlplane/controller/kubernetesservice`.

use crate::{
    api::{Change, Record},
    cluster::{Ctx, Queue},
    json,
    object::{Key, Object},
    origin, resources,
};

use super::Work;

/// Between looks at whether the Service is there.
const PERIOD_MS: i64 = 10_000;
const NAME: &str = "kubernetes";
const ADDRESS: &str = "172.18.0.2";
const PORT: i64 = 6443;

/// Makes what the API server starts with.
pub fn start(ctx: &mut Ctx<'_>) {
    ctx.acting(origin::API_SERVER);
    sync(ctx);
}

/// Sees a change.
pub fn observe(record: &Record, queue: &mut Queue) {
    let kinds = [resources::SERVICE, resources::ENDPOINTS, resources::ENDPOINT_SLICE];
    let mine = record.object.name() == NAME && record.object.namespace() == "default";
    if mine && record.change == Change::Deleted && kinds.contains(&record.resource) {
        queue.after_ms(PERIOD_MS, Work::KubernetesService);
    }
}

/// Makes what is missing.
pub fn sync(ctx: &mut Ctx<'_>) {
    ctx.acting(origin::API_SERVER);
    let key = Key::new("default", NAME);
    let service = json!({"spec": {"clusterIP": "10.96.0.1", "type": "ClusterIP", "ipFamilyPolicy": "SingleStack",
        "ports": [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": PORT}]},
        "metadata": {"labels": {"component": "apiserver", "provider": "kubernetes"}}});
    let endpoints = json!({"metadata": {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        "subsets": [{"addresses": [{"ip": ADDRESS}], "ports": [{"name": "https", "port": PORT, "protocol": "TCP"}]}]});
    let slice = json!({"metadata": {"labels": {"kubernetes.io/service-name": NAME}}, "addressType": "IPv4",
        "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": true}}],
        "ports": [{"name": "https", "port": PORT, "protocol": "TCP"}]});
    for (resource, object) in
        [(resources::SERVICE, service), (resources::ENDPOINTS, endpoints), (resources::ENDPOINT_SLICE, slice)]
    {
        if ctx.api.find(resource, &key).is_some() {
            continue;
        }
        let mut object = Object(object);
        object["metadata"].set("name", NAME);
        object["metadata"].set("namespace", "default");
        // Refused where somebody else took the address; looked at again when that one goes.
        let _ = ctx.api.create(resource, object);
    }
}
