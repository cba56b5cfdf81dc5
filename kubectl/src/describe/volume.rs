//! Volumes of pods, pod templates and PersistentVolumes.

use serde_json::Value;

use super::{Page, claim, scalar};
use crate::output::{list, pairs, text};

/// How a field of a volume's source is printed where it is missing.
#[derive(Clone, Copy)]
enum As {
    Text,
    Number,
    Flag,
    List,
    Reference,
    /// `<none>` where there is none.
    OrNone,
    /// `<unset>` where there is none.
    OrUnset,
    Map,
}
use As::{Flag, List, Map, Number, OrNone, OrUnset, Reference, Text};

type Fields = &'static [(&'static str, &'static str, As)];

/// The sources: the field of the volume, kubectl's sentence about it, what is printed of it.
const SOURCES: &[(&str, &str, Fields)] = &[
    (
        "hostPath",
        "HostPath (bare host directory volume)",
        &[("Path:", "/path", Text), ("HostPathType:", "/type", OrNone)],
    ),
    (
        "gcePersistentDisk",
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        &[
            ("PDName:", "/pdName", Text),
            ("FSType:", "/fsType", Text),
            ("Partition:", "/partition", Number),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "awsElasticBlockStore",
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        &[
            ("VolumeID:", "/volumeID", Text),
            ("FSType:", "/fsType", Text),
            ("Partition:", "/partition", Number),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "gitRepo",
        "GitRepo (a volume that is pulled from git when the pod is created)",
        &[("Repository:", "/repository", Text), ("Revision:", "/revision", Text)],
    ),
    (
        "secret",
        "Secret (a volume populated by a Secret)",
        &[("SecretName:", "/secretName", Text), ("Optional:", "/optional", Flag)],
    ),
    (
        "configMap",
        "ConfigMap (a volume populated by a ConfigMap)",
        &[("Name:", "/name", Text), ("Optional:", "/optional", Flag)],
    ),
    (
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        &[("Server:", "/server", Text), ("Path:", "/path", Text), ("ReadOnly:", "/readOnly", Flag)],
    ),
    (
        "iscsi",
        "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
        &[
            ("TargetPortal:", "/targetPortal", Text),
            ("IQN:", "/iqn", Text),
            ("Lun:", "/lun", Number),
            ("ISCSIInterface", "/iscsiInterface", Text),
            ("FSType:", "/fsType", Text),
            ("ReadOnly:", "/readOnly", Flag),
            ("Portals:", "/portals", List),
            ("DiscoveryCHAPAuth:", "/chapAuthDiscovery", Flag),
            ("SessionCHAPAuth:", "/chapAuthSession", Flag),
            ("SecretRef:", "/secretRef", Reference),
            ("InitiatorName:", "/initiatorName", OrNone),
        ],
    ),
    (
        "glusterfs",
        "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
        &[("EndpointsName:", "/endpoints", Text), ("Path:", "/path", Text), ("ReadOnly:", "/readOnly", Flag)],
    ),
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        &[("ClaimName:", "/claimName", Text), ("ReadOnly:", "/readOnly", Flag)],
    ),
    (
        "rbd",
        "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
        &[
            ("CephMonitors:", "/monitors", List),
            ("RBDImage:", "/image", Text),
            ("FSType:", "/fsType", Text),
            ("RBDPool:", "/pool", Text),
            ("RadosUser:", "/user", Text),
            ("Keyring:", "/keyring", Text),
            ("SecretRef:", "/secretRef", Reference),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "quobyte",
        "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
        &[("Registry:", "/registry", Text), ("Volume:", "/volume", Text), ("ReadOnly:", "/readOnly", Flag)],
    ),
    (
        "azureDisk",
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        &[
            ("DiskName:", "/diskName", Text),
            ("DiskURI:", "/diskURI", Text),
            ("Kind: ", "/kind", Text),
            ("FSType:", "/fsType", Text),
            ("CachingMode:", "/cachingMode", Text),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "vsphereVolume",
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        &[
            ("VolumePath:", "/volumePath", Text),
            ("FSType:", "/fsType", Text),
            ("StoragePolicyName:", "/storagePolicyName", Text),
        ],
    ),
    (
        "cinder",
        "Cinder (a Persistent Disk resource in OpenStack)",
        &[
            ("VolumeID:", "/volumeID", Text),
            ("FSType:", "/fsType", Text),
            ("ReadOnly:", "/readOnly", Flag),
            ("SecretRef:", "/secretRef", Reference),
        ],
    ),
    (
        "photonPersistentDisk",
        "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
        &[("PdID:", "/pdID", Text), ("FSType:", "/fsType", Text)],
    ),
    ("portworxVolume", "PortworxVolume (a Portworx Volume resource)", &[("VolumeID:", "/volumeID", Text)]),
    (
        "scaleIO",
        "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
        &[
            ("Gateway:", "/gateway", Text),
            ("System:", "/system", Text),
            ("Protection Domain:", "/protectionDomain", Text),
            ("Storage Pool:", "/storagePool", Text),
            ("Storage Mode:", "/storageMode", Text),
            ("VolumeName:", "/volumeName", Text),
            ("FSType:", "/fsType", Text),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "cephfs",
        "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
        &[
            ("Monitors:", "/monitors", List),
            ("Path:", "/path", Text),
            ("User:", "/user", Text),
            ("SecretFile:", "/secretFile", Text),
            ("SecretRef:", "/secretRef", Reference),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "storageos",
        "StorageOS (a StorageOS Persistent Disk resource)",
        &[
            ("VolumeName:", "/volumeName", Text),
            ("VolumeNamespace:", "/volumeNamespace", Text),
            ("FSType:", "/fsType", Text),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "azureFile",
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        &[
            ("SecretName:", "/secretName", Text),
            ("ShareName:", "/shareName", Text),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "flexVolume",
        "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)",
        &[
            ("Driver:", "/driver", Text),
            ("FSType:", "/fsType", Text),
            ("SecretRef:", "/secretRef", Reference),
            ("ReadOnly:", "/readOnly", Flag),
            ("Options:", "/options", Map),
        ],
    ),
    (
        "flocker",
        "Flocker (a Flocker volume mounted by the Flocker agent)",
        &[("DatasetName:", "/datasetName", Text), ("DatasetUUID:", "/datasetUUID", Text)],
    ),
    (
        "local",
        "LocalVolume (a persistent volume backed by local storage on a node)",
        &[("Path:", "/path", Text)],
    ),
    (
        "image",
        "Image (a container image or OCI artifact)",
        &[("Reference:", "/reference", Text), ("PullPolicy:", "/pullPolicy", Text)],
    ),
];

/// What a PersistentVolume's source says beyond, or instead of, a pod's.
const PERSISTENT: &[(&str, Fields)] = &[
    (
        "glusterfs",
        &[
            ("EndpointsName:", "/endpoints", Text),
            ("EndpointsNamespace:", "/endpointsNamespace", OrUnset),
            ("Path:", "/path", Text),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "scaleIO",
        &[
            ("Gateway:", "/gateway", Text),
            ("System:", "/system", Text),
            ("Protection Domain:", "/protectionDomain", Text),
            ("Storage Pool:", "/storagePool", Text),
            ("Storage Mode:", "/storageMode", Text),
            ("VolumeName:", "/volumeName", Text),
            ("SecretName:", "/secretRef/name", Text),
            ("SecretNamespace:", "/secretRef/namespace", Text),
            ("FSType:", "/fsType", Text),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
    (
        "azureFile",
        &[
            ("SecretName:", "/secretName", Text),
            ("SecretNamespace:", "/secretNamespace", Text),
            ("ShareName:", "/shareName", Text),
            ("ReadOnly:", "/readOnly", Flag),
        ],
    ),
];

/// Writes the volumes of a pod, or of a template, which is `nested` one level.
pub fn write(page: &mut Page, volumes: &[Value], nested: bool) {
    let space = if nested { "  " } else { "" };
    if volumes.is_empty() {
        return page.line(0, &format!("{space}Volumes:\t<none>"));
    }
    page.line(0, &format!("{space}Volumes:"));
    for volume in volumes {
        page.line(1, &format!("{}{}:", if nested { " " } else { "" }, text(volume, "/name")));
        if let Some(it) = volume.get("emptyDir") {
            empty_dir(page, it);
        } else if let Some(it) = volume.get("downwardAPI") {
            downward(page, it);
        } else if let Some(it) = volume.get("projected") {
            page.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
            list(it, "/sources").iter().for_each(|source| projected(page, source));
        } else if let Some(it) = volume.get("ephemeral") {
            ephemeral(page, it);
        } else {
            source(page, volume, false);
        }
    }
}

/// Writes the source of a volume, or of a PersistentVolume's spec.
pub fn source(page: &mut Page, volume: &Value, persistent: bool) {
    if let Some(it) = volume.get("csi") {
        return csi(page, it, persistent);
    }
    if let Some(it) = volume.get("fc") {
        return fibre_channel(page, it);
    }
    let Some((key, words, fields)) = SOURCES.iter().find(|(key, ..)| volume.get(key).is_some()) else {
        return page.line(1, "<unknown>");
    };
    let own = PERSISTENT.iter().find(|(it, _)| persistent && it == key).map(|(_, fields)| fields);
    page.field(2, "Type", words);
    for (title, pointer, how) in *own.unwrap_or(fields) {
        page.line(2, &format!("{title}\t{}", shown(&volume[key], pointer, *how)));
    }
}

fn shown(source: &Value, pointer: &str, how: As) -> String {
    let value = source.pointer(pointer).filter(|value| !value.is_null());
    match (value, how) {
        (Some(value), Reference) => reference(value),
        (Some(value), _) => scalar(value),
        (None, Text) => String::new(),
        (None, Number) => "0".into(),
        (None, Flag) => "false".into(),
        (None, List) => "[]".into(),
        (None, Map) => "map[]".into(),
        (None, Reference) => "nil".into(),
        (None, OrNone) => "<none>".into(),
        (None, OrUnset) => "<unset>".into(),
    }
}

/// A reference to a Secret, as Go prints the struct.
fn reference(value: &Value) -> String {
    let name = text(value, "/name");
    match value.get("namespace").and_then(Value::as_str) {
        Some(namespace) => format!("&SecretReference{{Name:{name},Namespace:{namespace},}}"),
        None => format!("&LocalObjectReference{{Name:{name},}}"),
    }
}

fn empty_dir(page: &mut Page, it: &Value) {
    page.field(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
    page.field(2, "Medium", text(it, "/medium"));
    let limit = it.get("sizeLimit").map(scalar).filter(|limit| limit != "0");
    page.field(2, "SizeLimit", limit.unwrap_or_else(|| "<unset>".into()));
}

fn downward(page: &mut Page, it: &Value) {
    page.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
    page.line(2, "Items:");
    for item in list(it, "/items") {
        for pointer in ["/fieldRef/fieldPath", "/resourceFieldRef/resource"] {
            if !text(item, pointer).is_empty() {
                page.line(3, &format!("{} -> {}", text(item, pointer), text(item, "/path")));
            }
        }
    }
}

fn projected(page: &mut Page, source: &Value) {
    let optional = |page: &mut Page, it: &Value| page.field(2, "Optional", it["optional"] == true);
    if let Some(it) = source.get("secret") {
        page.field(2, "SecretName", text(it, "/name"));
        optional(page, it);
    } else if source.get("downwardAPI").is_some() {
        page.field(2, "DownwardAPI", true);
    } else if let Some(it) = source.get("configMap") {
        page.field(2, "ConfigMapName", text(it, "/name"));
        optional(page, it);
    } else if let Some(it) = source.get("serviceAccountToken") {
        page.field(2, "TokenExpirationSeconds", scalar(&it["expirationSeconds"]));
    }
}

fn ephemeral(page: &mut Page, it: &Value) {
    let words =
        "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)";
    page.field(2, "Type", words);
    if let Some(template) = it.get("volumeClaimTemplate") {
        let mut inner = Page::default();
        claim::fields(&mut inner, template, None);
        inner.text.lines().for_each(|line| page.line(2, line));
    }
}

fn csi(page: &mut Page, it: &Value, persistent: bool) {
    page.field(2, "Type", "CSI (a Container Storage Interface (CSI) volume source)");
    page.field(2, "Driver", text(it, "/driver"));
    page.field(2, "FSType", text(it, "/fsType"));
    if persistent {
        page.field(2, "VolumeHandle", text(it, "/volumeHandle"));
    }
    page.field(2, "ReadOnly", it["readOnly"] == true);
    let attributes = pairs(it, "/volumeAttributes");
    if attributes.is_empty() {
        return page.field(2, "VolumeAttributes", "<none>");
    }
    for (at, (key, value)) in attributes.iter().enumerate() {
        // every piece of a later line is indented, so its second column is too
        let lead = if at == 0 { "    VolumeAttributes:\t    " } else { "        \t    " };
        page.line(0, &format!("{lead}{}", super::shorten(&format!("{key}={value}"), super::WIDTH_MAX)));
    }
}

fn fibre_channel(page: &mut Page, it: &Value) {
    let names: Vec<String> = list(it, "/targetWWNs").iter().map(scalar).collect();
    page.field(2, "Type", "FC (a Fibre Channel disk)");
    page.field(2, "TargetWWNs", names.join(", "));
    page.field(2, "LUN", shown(it, "/lun", OrNone));
    page.field(2, "FSType", text(it, "/fsType"));
    page.field(2, "ReadOnly", it["readOnly"] == true);
}
