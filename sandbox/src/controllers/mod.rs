//! The controllers of kube-controller-manager, a folder or file each: a pure plan, then a dull apply.

mod aggregation;
mod api_service;
mod autoscaler;
mod claim;
mod common;
mod crd_registration;
mod cronjob;
mod daemonset;
mod definition;
mod deployment;
mod disruption;
mod endpoints;
mod endpointslice;
mod endpointslice_mirroring;
mod eviction;
mod garbage;
mod hash;
mod history;
mod job;
mod kubernetes_service;
mod namespace;
mod node;
mod order;
mod pod_control;
mod pod_gc;
mod quota;
mod replicaset;
mod service_account;
mod service_account_tokens;
mod statefulset;
#[cfg(test)]
mod tests;
mod ttl;
mod volume;

use ecow::EcoString;

pub(crate) use crd_registration::{AUTOMANAGED, spec as api_service_spec};
pub(crate) use service_account::CERTIFICATE as ROOT_CERTIFICATE;

use crate::{
    api::{Api, Record},
    cluster::{Ctx, Queue},
    object::Key,
    origin,
    resources::Resource,
};

/// Work of this room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// A deployment to look at.
    Deployment(Key),
    /// A replica set, or a replication controller, to look at.
    Replicas(Resource, Key),
    /// One of them some of whose pods may have become available.
    ReplicasLater(Resource, Key),
    /// The next batch of its pods.
    ReplicasBatch(Resource, Key),
    /// A daemon set to look at.
    DaemonSet(Key),
    /// A stateful set to look at.
    StatefulSet(Key),
    /// A job to look at.
    Job(Key),
    /// A pod whose job is gone.
    JobOrphan(Key),
    /// A finished job that is to be deleted.
    JobTtl(Key),
    /// A cron job to look at.
    CronJob(Key),
    /// A cron job whose schedule says that it is time.
    CronJobDue(Key),
    /// An autoscaler to look at.
    Autoscaler(Key),
    /// A Service whose slices to look at.
    Endpoints(Key),
    /// A node's signs of life, in a pass of the monitor.
    NodeHealth(EcoString),
    /// A node's `NoSchedule` taints.
    NodeTaints(EcoString),
    /// A node without a pod network.
    NodeCidr(EcoString),
    /// A node that lacks its time to live of Secrets.
    NodeTtl(EcoString),
    /// A node whose `NoExecute` taints changed.
    NodeEvictions(EcoString),
    /// A pod that may have to leave its node.
    PodEviction(Key),
    /// A pod that leaves its node now.
    Evict(Key),
    /// An object whose owners or dependents changed.
    Garbage(Resource, Key),
    /// A pass over pods without a node.
    PodGc,
    /// A namespace that may lack its account or its certificate.
    NamespaceNeeds(EcoString),
    /// A Secret that holds a token of an account.
    AccountToken(Key),
    /// A Service whose Endpoints to look at.
    EndpointsObject(Key),
    /// Endpoints whose mirrored slices to look at.
    EndpointsMirror(Key),
    /// A quota to count again.
    Quota(Key),
    /// A disruption budget to look at.
    Disruption(Key),
    /// The Service of the API server itself.
    KubernetesService,
    /// A cluster role that is put together from others.
    Aggregation(EcoString),
    /// A namespace that ends.
    Namespace(EcoString),
    /// A claim of a volume to look at.
    Claim(Key),
    /// A claim that waits for a volume, looked at again.
    ClaimResync(Key),
    /// A volume to look at.
    Volume(EcoString),
    /// A pod whose own claims to make.
    EphemeralVolumes(Key),
    /// A claim that wants to go.
    ClaimProtection(Key),
    /// A volume that wants to go.
    VolumeProtection(EcoString),
    /// A CustomResourceDefinition to look at.
    Definition(EcoString),
    /// An APIService whose availability to look at.
    ApiService(EcoString),
    /// An APIService that definitions may want.
    CrdRegistration(EcoString),
}

impl Work {
    /// Comes again and again by itself.
    pub fn is_periodic(&self) -> bool {
        matches!(self, Work::NodeHealth(_) | Work::PodGc | Work::Autoscaler(_) | Work::ClaimResync(_))
    }

    /// The user of the client that it writes by; `None`: the API server, which has no limit.
    pub fn client(&self) -> Option<&'static str> {
        Some(match self {
            Work::Aggregation(_) => origin::AGGREGATION_CONTROLLER,
            Work::Deployment(_) => origin::DEPLOYMENT_CONTROLLER,
            Work::Replicas(resource, _)
            | Work::ReplicasLater(resource, _)
            | Work::ReplicasBatch(resource, _) => replicaset::user(*resource),
            Work::DaemonSet(_) => origin::DAEMON_SET_CONTROLLER,
            Work::StatefulSet(_) => origin::STATEFULSET_CONTROLLER,
            Work::Job(_) | Work::JobOrphan(_) => origin::JOB_CONTROLLER,
            Work::JobTtl(_) => origin::TTL_AFTER_FINISHED_CONTROLLER,
            Work::CronJob(_) | Work::CronJobDue(_) => origin::CRONJOB_CONTROLLER,
            Work::Autoscaler(_) => origin::HORIZONTAL_POD_AUTOSCALER,
            Work::Endpoints(_) => origin::ENDPOINTSLICE_CONTROLLER,
            Work::NodeHealth(_) | Work::NodeTaints(_) | Work::NodeCidr(_) => origin::NODE_CONTROLLER,
            Work::NodeEvictions(_) | Work::PodEviction(_) | Work::Evict(_) => {
                origin::TAINT_EVICTION_CONTROLLER
            }
            Work::Garbage(..) => origin::GARBAGE_COLLECTOR,
            Work::PodGc => origin::POD_GARBAGE_COLLECTOR,
            Work::NamespaceNeeds(_) => origin::SERVICE_ACCOUNT_CONTROLLER,
            Work::EndpointsObject(_) => origin::ENDPOINT_CONTROLLER,
            Work::EndpointsMirror(_) => origin::ENDPOINTSLICEMIRRORING_CONTROLLER,
            Work::NodeTtl(_) => origin::TTL_CONTROLLER,
            Work::Quota(_) => origin::RESOURCEQUOTA_CONTROLLER,
            Work::Disruption(_) => origin::DISRUPTION_CONTROLLER,
            Work::Namespace(_) => origin::NAMESPACE_CONTROLLER,
            Work::Claim(_) | Work::ClaimResync(_) | Work::Volume(_) => origin::PERSISTENT_VOLUME_BINDER,
            Work::EphemeralVolumes(_) => origin::EPHEMERAL_VOLUME_CONTROLLER,
            Work::ClaimProtection(_) => origin::PVC_PROTECTION_CONTROLLER,
            Work::VolumeProtection(_) => origin::PV_PROTECTION_CONTROLLER,
            Work::AccountToken(_)
            | Work::KubernetesService
            | Work::Definition(_)
            | Work::ApiService(_)
            | Work::CrdRegistration(_) => {
                return None;
            }
        })
    }
}

/// All controllers.
#[derive(Clone, Debug, Default)]
pub struct Controllers {
    deployments: deployment::Deployments,
    replica_sets: replicaset::ReplicaSets,
    daemon_sets: daemonset::DaemonSets,
    jobs: job::Jobs,
    autoscalers: autoscaler::Autoscalers,
    nodes: node::Nodes,
    networks: node::Networks,
    evictions: eviction::Evictions,
    pod_gc: pod_gc::PodGc,
    slice_triggers: endpointslice::Triggers,
    endpoints_triggers: endpointslice::Triggers,
    binder: volume::Binder,
}

impl Controllers {
    /// Puts the work that starts by itself.
    pub fn start(&mut self, ctx: &mut Ctx<'_>) {
        self.nodes.start(ctx.now());
        self.pod_gc.start(ctx.now());
        self.binder.start(ctx.now());
        kubernetes_service::start(ctx);
    }

    /// Sees a change; puts work, writes nothing.
    pub fn observe(&mut self, record: &Record, api: &Api, queue: &mut Queue) {
        aggregation::observe(record, api, queue);
        api_service::observe(record, api, queue);
        deployment::observe(record, api, queue);
        self.replica_sets.observe(record, api, queue);
        daemonset::observe(record, api, queue);
        statefulset::observe(record, api, queue);
        job::observe(record, api, queue);
        cronjob::observe(record, queue);
        autoscaler::observe(record, queue);
        endpointslice::observe(record, api, queue);
        self.nodes.observe(record, queue);
        eviction::observe(record, queue);
        garbage::observe(record, api, queue);
        self.pod_gc.observe(record, api, queue);
        namespace::observe(record, queue);
        service_account::observe(record, queue);
        service_account_tokens::observe(record, api, queue);
        endpoints::observe(record, api, queue);
        endpointslice_mirroring::observe(record, api, queue);
        ttl::observe(record, queue);
        quota::observe(record, api, queue);
        disruption::observe(record, api, queue);
        kubernetes_service::observe(record, queue);
        definition::observe(record, api, queue);
        crd_registration::observe(record, queue);
        volume::observe(record, queue);
    }

    /// Does what is due.
    pub fn run(&mut self, work: Work, ctx: &mut Ctx<'_>) {
        match work {
            Work::Aggregation(name) => aggregation::sync(&name, ctx),
            Work::Deployment(key) => self.deployments.sync(&key, ctx),
            Work::Replicas(resource, key) | Work::ReplicasLater(resource, key) => {
                self.replica_sets.sync(resource, &key, ctx);
            }
            Work::ReplicasBatch(resource, key) => self.replica_sets.batch(resource, &key, ctx),
            Work::DaemonSet(key) => self.daemon_sets.sync(&key, ctx),
            Work::StatefulSet(key) => statefulset::sync(&key, ctx),
            Work::Job(key) => self.jobs.sync(&key, ctx),
            Work::JobOrphan(key) => job::release(&key, ctx),
            Work::JobTtl(key) => job::expire(&key, ctx),
            Work::CronJob(key) | Work::CronJobDue(key) => cronjob::sync(&key, ctx),
            Work::Autoscaler(key) => self.autoscalers.sync(&key, ctx),
            Work::Endpoints(key) => endpointslice::sync(&key, &mut self.slice_triggers, ctx),
            Work::NodeHealth(node) => self.nodes.monitor(&node, ctx),
            Work::NodeTaints(node) => node::no_schedule(&node, ctx),
            Work::NodeCidr(node) => self.networks.assign(&node, ctx),
            Work::NodeEvictions(node) => eviction::node(&node, ctx),
            Work::PodEviction(pod) => self.evictions.pod(&pod, ctx),
            Work::Evict(pod) => self.evictions.evict(&pod, ctx),
            Work::Garbage(resource, key) => garbage::sync(resource, &key, ctx),
            Work::PodGc => self.pod_gc.sync(ctx),
            Work::NamespaceNeeds(name) => service_account::sync(&name, ctx),
            Work::AccountToken(key) => service_account_tokens::sync(&key, ctx),
            Work::EndpointsObject(key) => endpoints::sync(&key, &mut self.endpoints_triggers, ctx),
            Work::EndpointsMirror(key) => endpointslice_mirroring::sync(&key, ctx),
            Work::NodeTtl(name) => ttl::sync(&name, ctx),
            Work::Quota(key) => quota::sync(&key, ctx),
            Work::Disruption(key) => disruption::sync(&key, ctx),
            Work::KubernetesService => kubernetes_service::sync(ctx),
            Work::Namespace(name) => namespace::sync(&name, ctx),
            Work::Claim(key) | Work::ClaimResync(key) => self.binder.sync_claim(&key, ctx),
            Work::Volume(name) => volume::sync_volume(&name, ctx),
            Work::EphemeralVolumes(key) => volume::sync_ephemeral(&key, ctx),
            Work::ClaimProtection(key) => volume::release_claim(&key, ctx),
            Work::VolumeProtection(name) => volume::release_volume(&name, ctx),
            Work::Definition(name) => definition::sync(&name, ctx),
            Work::ApiService(name) => api_service::sync(&name, ctx),
            Work::CrdRegistration(name) => crd_registration::sync(&name, ctx),
        }
    }
}
