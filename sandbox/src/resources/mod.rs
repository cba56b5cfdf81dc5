//! The kinds: one file each (defaults, validation, strategy, columns, helpers to read them), listed in one table.

mod aggregated;
pub mod cells;
pub mod check;
pub mod crd_check;
pub mod custom;
pub mod custom_resource_definition;
mod def;
mod kinds;

pub mod amount;
pub mod api_service;
pub mod autoscaler_check;
pub mod binding;
pub mod certificate_signing_request;
pub mod cidr;
pub mod cluster_role;
pub mod cluster_role_binding;
pub mod component_status;
pub mod compose_command;
pub mod compose_container;
pub mod compose_file;
pub mod compose_project;
pub mod config_map;
pub mod control_plane;
pub mod controller_revision;
pub mod cron_job;
pub mod cron_schedule;
pub mod csi_driver;
pub mod csi_node;
pub mod csi_storage_capacity;
pub mod daemon_set;
pub mod deployment;
pub mod endpoint_slice;
pub mod endpoints;
pub mod event;
pub mod event_v1;
pub mod flow_schema;
pub mod horizontal_pod_autoscaler;
pub mod horizontal_pod_autoscaler_v1;
pub mod image;
pub mod indexes;
pub mod ingress;
pub mod ingress_class;
pub mod ip_address;
pub mod job;
pub mod job_check;
pub mod job_policy;
pub mod lease;
pub mod limit_range;
pub mod local_subject_access_review;
pub mod machine;
pub mod mutating_webhook_configuration;
pub mod namespace;
pub mod network_policy;
pub mod node;
pub mod node_metrics;
pub mod persistent_volume;
pub mod persistent_volume_claim;
pub mod pod;
pub mod pod_check;
pub mod pod_claims;
pub mod pod_disruption_budget;
pub mod pod_ephemeral;
pub mod pod_metrics;
pub mod pod_resize;
pub mod pod_row;
pub mod pod_spec;
pub mod pod_template;
pub mod pod_update;
pub mod priority_class;
pub mod priority_level_configuration;
pub mod quantity;
pub mod quota_scopes;
pub mod rbac;
pub mod replica_set;
pub mod replication_controller;
pub mod resource_quota;
pub mod role;
pub mod role_binding;
pub mod runtime_class;
pub mod schema;
pub mod secret;
pub mod self_subject_access_review;
pub mod self_subject_review;
pub mod self_subject_rules_review;
pub mod service;
pub mod service_account;
pub mod service_cidr;
pub mod signal;
pub mod signer;
pub mod stateful_set;
pub mod storage_class;
pub mod subject_access_review;
pub mod token_review;
pub mod topology_spread;
pub mod traffic;
pub mod validating_admission_policy;
pub mod validating_admission_policy_binding;
pub mod validating_webhook_configuration;
pub mod volume;
pub mod volume_attachment;
pub mod volume_match;
pub mod workload_check;

pub use aggregated::Aggregated;
pub use def::{ALL_VERBS, Column, Def, Deprecated, OUR_GROUP, ResourceDef, Row, View};
pub use kinds::{Held, Kinds};

/// A kind: its place in [`TABLE`] or beyond it among a cluster's custom kinds, and the version in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource(u32, u8);

impl Resource {
    /// What is known of a kind of the table. A custom kind is known to its cluster alone: ask [`Kinds::def`] where there may
    /// be one.
    pub fn def(self) -> &'static ResourceDef {
        debug_assert!(!self.is_custom(), "a custom kind is not in the table");
        self.built_in().unwrap_or(&CUSTOM)
    }

    /// Its entry in the table, if it is there.
    pub fn built_in(self) -> Option<&'static ResourceDef> {
        TABLE.get(self.0 as usize).copied()
    }

    /// Is it made by a CustomResourceDefinition?
    pub fn is_custom(self) -> bool {
        self.0 as usize >= TABLE.len()
    }

    /// A custom kind in one of its versions, counted from 1; 0 is the form in which it is stored.
    pub(super) const fn custom(place: u32, view: u8) -> Self {
        Resource(place, view)
    }

    pub(super) fn place(self) -> u32 {
        self.0
    }

    pub(super) fn view(self) -> u8 {
        self.1
    }

    /// What its objects are stored as: itself, or the kind that it is a view of.
    pub fn stored(self) -> Resource {
        match self.built_in() {
            Some(def) => def.view.map_or(self, |view| view.of),
            None => Resource(self.0, 0),
        }
    }

    /// All kinds of the table, in its order.
    pub fn all() -> impl Iterator<Item = Resource> {
        (0..TABLE.len() as u32).map(|place| Resource(place, 0))
    }

    /// By group, version and plural name, as in a URL.
    pub fn by_path(group: &str, version: &str, plural: &str) -> Option<Resource> {
        Resource::all().find(|r| {
            let d = r.def();
            d.group == group && d.version == version && d.plural == plural
        })
    }

    /// By `apiVersion` and `kind`, as in an object.
    pub fn by_kind(api_version: &str, kind: &str) -> Option<Resource> {
        Resource::all().find(|r| r.def().kind == kind && r.def().api_version() == api_version)
    }
}

/// What stands for a custom kind where nobody asked its cluster.
static CUSTOM: ResourceDef = ResourceDef::plain("", "", "", "", "");

macro_rules! table {
    ($($(#[$doc:meta])* $name:ident = $i:literal => $module:ident),* $(,)?) => {
        $($(#[$doc])* pub const $name: Resource = Resource($i, 0);)*
        /// Every kind the API serves.
        pub static TABLE: &[&ResourceDef] = &[$(&$module::DEF),*];
    };
}

table! {
    /// v1 Namespace.
    NAMESPACE = 0 => namespace,
    /// v1 Node.
    NODE = 1 => node,
    /// v1 Pod.
    POD = 2 => pod,
    /// v1 Service.
    SERVICE = 3 => service,
    /// v1 ConfigMap.
    CONFIG_MAP = 4 => config_map,
    /// v1 Event.
    EVENT = 5 => event,
    /// apps/v1 ReplicaSet.
    REPLICA_SET = 6 => replica_set,
    /// apps/v1 Deployment.
    DEPLOYMENT = 7 => deployment,
    /// discovery.k8s.io/v1 EndpointSlice.
    ENDPOINT_SLICE = 8 => endpoint_slice,
    /// coordination.k8s.io/v1 Lease.
    LEASE = 9 => lease,
    /// sim.pilothouse.dev/v1 Machine.
    MACHINE = 10 => machine,
    /// sim.pilothouse.dev/v1 Image.
    IMAGE = 11 => image,
    /// sim.pilothouse.dev/v1 Traffic.
    TRAFFIC = 12 => traffic,
    /// sim.pilothouse.dev/v1 Signal.
    SIGNAL = 13 => signal,
    /// v1 ComponentStatus.
    COMPONENT_STATUS = 14 => component_status,
    /// v1 Binding.
    BINDING = 15 => binding,
    /// v1 PersistentVolume.
    PERSISTENT_VOLUME = 16 => persistent_volume,
    /// v1 PersistentVolumeClaim.
    PERSISTENT_VOLUME_CLAIM = 17 => persistent_volume_claim,
    /// v1 PodTemplate.
    POD_TEMPLATE = 18 => pod_template,
    /// rbac.authorization.k8s.io/v1 Role.
    ROLE = 19 => role,
    /// rbac.authorization.k8s.io/v1 ClusterRole.
    CLUSTER_ROLE = 20 => cluster_role,
    /// rbac.authorization.k8s.io/v1 RoleBinding.
    ROLE_BINDING = 21 => role_binding,
    /// rbac.authorization.k8s.io/v1 ClusterRoleBinding.
    CLUSTER_ROLE_BINDING = 22 => cluster_role_binding,
    /// networking.k8s.io/v1 Ingress.
    INGRESS = 23 => ingress,
    /// networking.k8s.io/v1 IngressClass.
    INGRESS_CLASS = 24 => ingress_class,
    /// networking.k8s.io/v1 IPAddress.
    IP_ADDRESS = 25 => ip_address,
    /// networking.k8s.io/v1 NetworkPolicy.
    NETWORK_POLICY = 26 => network_policy,
    /// networking.k8s.io/v1 ServiceCIDR.
    SERVICE_CIDR = 27 => service_cidr,
    /// storage.k8s.io/v1 StorageClass.
    STORAGE_CLASS = 28 => storage_class,
    /// storage.k8s.io/v1 CSIDriver.
    CSI_DRIVER = 29 => csi_driver,
    /// storage.k8s.io/v1 CSINode.
    CSI_NODE = 30 => csi_node,
    /// storage.k8s.io/v1 CSIStorageCapacity.
    CSI_STORAGE_CAPACITY = 31 => csi_storage_capacity,
    /// storage.k8s.io/v1 VolumeAttachment.
    VOLUME_ATTACHMENT = 32 => volume_attachment,
    /// apiregistration.k8s.io/v1 APIService.
    API_SERVICE = 33 => api_service,
    /// flowcontrol.apiserver.k8s.io/v1 FlowSchema.
    FLOW_SCHEMA = 34 => flow_schema,
    /// flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration.
    PRIORITY_LEVEL_CONFIGURATION = 35 => priority_level_configuration,
    /// node.k8s.io/v1 RuntimeClass.
    RUNTIME_CLASS = 36 => runtime_class,
    /// certificates.k8s.io/v1 CertificateSigningRequest.
    CERTIFICATE_SIGNING_REQUEST = 37 => certificate_signing_request,
    /// admissionregistration.k8s.io/v1 MutatingWebhookConfiguration.
    MUTATING_WEBHOOK_CONFIGURATION = 38 => mutating_webhook_configuration,
    /// admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration.
    VALIDATING_WEBHOOK_CONFIGURATION = 39 => validating_webhook_configuration,
    /// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy.
    VALIDATING_ADMISSION_POLICY = 40 => validating_admission_policy,
    /// admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding.
    VALIDATING_ADMISSION_POLICY_BINDING = 41 => validating_admission_policy_binding,
    /// authentication.k8s.io/v1 SelfSubjectReview.
    SELF_SUBJECT_REVIEW = 42 => self_subject_review,
    /// authentication.k8s.io/v1 TokenReview.
    TOKEN_REVIEW = 43 => token_review,
    /// authorization.k8s.io/v1 LocalSubjectAccessReview.
    LOCAL_SUBJECT_ACCESS_REVIEW = 44 => local_subject_access_review,
    /// authorization.k8s.io/v1 SelfSubjectAccessReview.
    SELF_SUBJECT_ACCESS_REVIEW = 45 => self_subject_access_review,
    /// authorization.k8s.io/v1 SelfSubjectRulesReview.
    SELF_SUBJECT_RULES_REVIEW = 46 => self_subject_rules_review,
    /// authorization.k8s.io/v1 SubjectAccessReview.
    SUBJECT_ACCESS_REVIEW = 47 => subject_access_review,
    /// v1 Secret.
    SECRET = 48 => secret,
    /// v1 ServiceAccount.
    SERVICE_ACCOUNT = 49 => service_account,
    /// v1 Endpoints.
    ENDPOINTS = 50 => endpoints,
    /// v1 ResourceQuota.
    RESOURCE_QUOTA = 51 => resource_quota,
    /// v1 LimitRange.
    LIMIT_RANGE = 52 => limit_range,
    /// scheduling.k8s.io/v1 PriorityClass.
    PRIORITY_CLASS = 53 => priority_class,
    /// policy/v1 PodDisruptionBudget.
    POD_DISRUPTION_BUDGET = 54 => pod_disruption_budget,
    /// v1 ReplicationController.
    REPLICATION_CONTROLLER = 55 => replication_controller,
    /// apps/v1 StatefulSet.
    STATEFUL_SET = 56 => stateful_set,
    /// apps/v1 DaemonSet.
    DAEMON_SET = 57 => daemon_set,
    /// apps/v1 ControllerRevision.
    CONTROLLER_REVISION = 58 => controller_revision,
    /// batch/v1 Job.
    JOB = 59 => job,
    /// batch/v1 CronJob.
    CRON_JOB = 60 => cron_job,
    /// autoscaling/v2 HorizontalPodAutoscaler.
    HORIZONTAL_POD_AUTOSCALER = 61 => horizontal_pod_autoscaler,
    /// apiextensions.k8s.io/v1 CustomResourceDefinition.
    CUSTOM_RESOURCE_DEFINITION = 62 => custom_resource_definition,
    /// events.k8s.io/v1 Event.
    EVENT_V1 = 63 => event_v1,
    /// autoscaling/v1 HorizontalPodAutoscaler.
    HORIZONTAL_POD_AUTOSCALER_V1 = 64 => horizontal_pod_autoscaler_v1,
    /// metrics.k8s.io/v1beta1 NodeMetrics.
    NODE_METRICS = 65 => node_metrics,
    /// metrics.k8s.io/v1beta1 PodMetrics.
    POD_METRICS = 66 => pod_metrics,
    /// sim.pilothouse.dev/v1 ComposeProject.
    COMPOSE_PROJECT = 67 => compose_project,
    /// sim.pilothouse.dev/v1 ComposeContainer.
    COMPOSE_CONTAINER = 68 => compose_container,
    /// sim.pilothouse.dev/v1 ComposeCommand.
    COMPOSE_COMMAND = 69 => compose_command,
    /// sim.pilothouse.dev/v1 ControlPlane.
    CONTROL_PLANE = 70 => control_plane,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Time, json, object::Object};

    #[test]
    fn every_constant_stands_at_its_place() {
        for (resource, kind) in [
            (NAMESPACE, "Namespace"),
            (NODE, "Node"),
            (POD, "Pod"),
            (SERVICE, "Service"),
            (CONFIG_MAP, "ConfigMap"),
            (EVENT, "Event"),
            (REPLICA_SET, "ReplicaSet"),
            (DEPLOYMENT, "Deployment"),
            (ENDPOINT_SLICE, "EndpointSlice"),
            (LEASE, "Lease"),
            (MACHINE, "Machine"),
            (IMAGE, "Image"),
            (TRAFFIC, "Traffic"),
            (SIGNAL, "Signal"),
            (COMPONENT_STATUS, "ComponentStatus"),
            (BINDING, "Binding"),
            (PERSISTENT_VOLUME, "PersistentVolume"),
            (PERSISTENT_VOLUME_CLAIM, "PersistentVolumeClaim"),
            (POD_TEMPLATE, "PodTemplate"),
            (ROLE, "Role"),
            (CLUSTER_ROLE, "ClusterRole"),
            (ROLE_BINDING, "RoleBinding"),
            (CLUSTER_ROLE_BINDING, "ClusterRoleBinding"),
            (INGRESS, "Ingress"),
            (INGRESS_CLASS, "IngressClass"),
            (IP_ADDRESS, "IPAddress"),
            (NETWORK_POLICY, "NetworkPolicy"),
            (SERVICE_CIDR, "ServiceCIDR"),
            (STORAGE_CLASS, "StorageClass"),
            (CSI_DRIVER, "CSIDriver"),
            (CSI_NODE, "CSINode"),
            (CSI_STORAGE_CAPACITY, "CSIStorageCapacity"),
            (VOLUME_ATTACHMENT, "VolumeAttachment"),
            (API_SERVICE, "APIService"),
            (FLOW_SCHEMA, "FlowSchema"),
            (PRIORITY_LEVEL_CONFIGURATION, "PriorityLevelConfiguration"),
            (RUNTIME_CLASS, "RuntimeClass"),
            (CERTIFICATE_SIGNING_REQUEST, "CertificateSigningRequest"),
            (MUTATING_WEBHOOK_CONFIGURATION, "MutatingWebhookConfiguration"),
            (VALIDATING_WEBHOOK_CONFIGURATION, "ValidatingWebhookConfiguration"),
            (VALIDATING_ADMISSION_POLICY, "ValidatingAdmissionPolicy"),
            (VALIDATING_ADMISSION_POLICY_BINDING, "ValidatingAdmissionPolicyBinding"),
            (SELF_SUBJECT_REVIEW, "SelfSubjectReview"),
            (TOKEN_REVIEW, "TokenReview"),
            (LOCAL_SUBJECT_ACCESS_REVIEW, "LocalSubjectAccessReview"),
            (SELF_SUBJECT_ACCESS_REVIEW, "SelfSubjectAccessReview"),
            (SELF_SUBJECT_RULES_REVIEW, "SelfSubjectRulesReview"),
            (SUBJECT_ACCESS_REVIEW, "SubjectAccessReview"),
            (SECRET, "Secret"),
            (SERVICE_ACCOUNT, "ServiceAccount"),
            (ENDPOINTS, "Endpoints"),
            (RESOURCE_QUOTA, "ResourceQuota"),
            (LIMIT_RANGE, "LimitRange"),
            (PRIORITY_CLASS, "PriorityClass"),
            (POD_DISRUPTION_BUDGET, "PodDisruptionBudget"),
            (REPLICATION_CONTROLLER, "ReplicationController"),
            (STATEFUL_SET, "StatefulSet"),
            (DAEMON_SET, "DaemonSet"),
            (CONTROLLER_REVISION, "ControllerRevision"),
            (JOB, "Job"),
            (CRON_JOB, "CronJob"),
            (HORIZONTAL_POD_AUTOSCALER, "HorizontalPodAutoscaler"),
            (CUSTOM_RESOURCE_DEFINITION, "CustomResourceDefinition"),
            (EVENT_V1, "Event"),
            (HORIZONTAL_POD_AUTOSCALER_V1, "HorizontalPodAutoscaler"),
            (NODE_METRICS, "NodeMetrics"),
            (POD_METRICS, "PodMetrics"),
            (COMPOSE_PROJECT, "ComposeProject"),
            (COMPOSE_CONTAINER, "ComposeContainer"),
            (COMPOSE_COMMAND, "ComposeCommand"),
            (CONTROL_PLANE, "ControlPlane"),
        ] {
            let d = resource.def();
            assert_eq!(d.kind, kind);
            assert_eq!(Resource::by_path(d.group, d.version, d.plural), Some(resource));
            assert_eq!(Resource::by_kind(&d.api_version(), kind), Some(resource));
        }
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let columns = |d: &ResourceDef| d.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(" ");
        for r in Resource::all() {
            let d = r.def();
            let mut object =
                Object(json!({"metadata": {"name": "a", "creationTimestamp": "2026-11-24T00:00:00Z"}}));
            (d.default)(&mut object);
            (d.prepare)(&mut object, None);
            let row = (d.row)(&object, Time::parse("2026-11-24T00:00:09Z").unwrap());
            assert_eq!(row.len(), d.columns.len(), "{}", d.kind);
            assert_eq!(d.columns.iter().filter(|c| c.format == "name").count(), 1, "{}", d.kind);
            for (column, cell) in d.columns.iter().zip(&row) {
                match (column.format, column.name) {
                    ("name", _) => assert_eq!(*cell, "a"),
                    (_, "Age") => assert_eq!(*cell, "9s"),
                    _ if column.type_ == "integer" => {
                        assert!(cell.int().is_some(), "{} {}", d.kind, column.name)
                    }
                    _ => assert!(!cell.is_null(), "{} {}", d.kind, column.name),
                }
            }
        }
        assert_eq!(columns(LEASE.def()), "Name Holder Age");
        assert_eq!(columns(SERVICE.def()), "Name Type Cluster-IP External-IP Port(s) Age Selector");
    }
}
