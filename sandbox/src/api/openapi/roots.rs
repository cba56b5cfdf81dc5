//! Where the schemas of Kubernetes' own kinds come from: k8s-openapi's types, told apart by `apiVersion` and kind.

use k8s_openapi::{
    api::{
        admissionregistration::v1 as admissionregistration, apps::v1 as apps,
        authentication::v1 as authentication, authorization::v1 as authorization,
        autoscaling::v1 as autoscaling_v1, autoscaling::v2 as autoscaling_v2, batch::v1 as batch,
        certificates::v1 as certificates, coordination::v1 as coordination, core::v1 as core,
        discovery::v1 as discovery, events::v1 as events, flowcontrol::v1 as flowcontrol,
        networking::v1 as networking, node::v1 as node, policy::v1 as policy, rbac::v1 as rbac,
        scheduling::v1 as scheduling, storage::v1 as storage,
    },
    apiextensions_apiserver::pkg::apis::apiextensions::v1 as apiextensions,
    apimachinery::pkg::apis::meta::v1 as meta,
    kube_aggregator::pkg::apis::apiregistration::v1 as apiregistration,
    schemars::{JsonSchema, SchemaGenerator},
};

/// Puts a type's schema, and all that it refers to, into the generator.
pub(super) type Add = fn(&mut SchemaGenerator);

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

macro_rules! roots {
    ($($api_version:literal: $module:ident { $($kind:ident),* $(,)? })*) => {
        /// The name of that schema.
        pub(super) fn name(api_version: &str, kind: &str) -> Option<String> {
            Some(match (api_version, kind) {
                $($(($api_version, stringify!($kind)) => <$module::$kind as JsonSchema>::schema_name().into_owned(),)*)*
                _ => return None,
            })
        }

        /// The schema of a kind, if it is one of Kubernetes' own.
        pub(super) fn find(api_version: &str, kind: &str) -> Option<Add> {
            Some(match (api_version, kind) {
                $($(($api_version, stringify!($kind)) => add::<$module::$kind> as Add,)*)*
                _ => return None,
            })
        }

        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$($(($api_version, stringify!($kind)),)*)*];
    };
}

roots! {
    "v1": core {
        Binding, ComponentStatus, ConfigMap, Endpoints, Event, LimitRange, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod,
        PodTemplate, ReplicationController, ResourceQuota, Secret, Service, ServiceAccount,
    }
    "apps/v1": apps { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet }
    "authentication.k8s.io/v1": authentication { SelfSubjectReview, TokenRequest, TokenReview }
    "authorization.k8s.io/v1": authorization {
        LocalSubjectAccessReview, SelfSubjectAccessReview, SelfSubjectRulesReview, SubjectAccessReview,
    }
    "autoscaling/v1": autoscaling_v1 { HorizontalPodAutoscaler, Scale }
    "autoscaling/v2": autoscaling_v2 { HorizontalPodAutoscaler }
    "batch/v1": batch { CronJob, Job }
    "coordination.k8s.io/v1": coordination { Lease }
    "discovery.k8s.io/v1": discovery { EndpointSlice }
    "events.k8s.io/v1": events { Event }
    "networking.k8s.io/v1": networking { IPAddress, Ingress, IngressClass, NetworkPolicy, ServiceCIDR }
    "policy/v1": policy { Eviction, PodDisruptionBudget }
    "rbac.authorization.k8s.io/v1": rbac { ClusterRole, ClusterRoleBinding, Role, RoleBinding }
    "scheduling.k8s.io/v1": scheduling { PriorityClass }
    "storage.k8s.io/v1": storage { CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment }
    "admissionregistration.k8s.io/v1": admissionregistration {
        MutatingWebhookConfiguration, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
        ValidatingWebhookConfiguration,
    }
    "certificates.k8s.io/v1": certificates { CertificateSigningRequest }
    "flowcontrol.apiserver.k8s.io/v1": flowcontrol { FlowSchema, PriorityLevelConfiguration }
    "node.k8s.io/v1": node { RuntimeClass }
    "apiregistration.k8s.io/v1": apiregistration { APIService }
    "apiextensions.k8s.io/v1": apiextensions { CustomResourceDefinition }
    "meta.k8s.io/v1": meta { APIGroup, APIGroupList, APIResourceList, APIVersions, DeleteOptions, Status }
}
