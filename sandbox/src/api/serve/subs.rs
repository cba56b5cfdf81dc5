//! Which subresources each kind has: what they are called, what they take, what may be done with them.
//! Omits: what only running containers could answer; such a subresource is listed, and refused in clear words.

use super::route::Sub;
use crate::resources::{self, Def, Resource};

/// A subresource of a kind.
#[derive(Clone, Copy, Debug)]
pub struct SubDef<'a> {
    /// Its name in URLs.
    pub name: &'static str,
    /// Group, version and kind of what it takes; group and version are empty where they are the resource's own.
    pub of: (&'static str, &'static str, &'a str),
    /// What clients may do with it.
    pub verbs: &'static [&'static str],
    /// What it means here.
    pub sub: Sub,
}

const READ_WRITE: &[&str] = &["get", "patch", "update"];
const CREATE: &[&str] = &["create"];
const STREAM: &[&str] = &["create", "get"];
const PROXY: &[&str] = &["create", "delete", "get", "patch", "update"];

/// The subresources of a kind, by name.
pub fn subresources<'a>(resource: Resource, def: Def<'a>) -> Vec<SubDef<'a>> {
    let own = ("", "", def.kind);
    let takes = |kind: &'static str| ("", "", kind);
    let sub = |name, of, verbs, sub| SubDef { name, of, verbs, sub };
    let mut all = match resource {
        resources::POD => vec![
            sub("attach", takes("PodAttachOptions"), STREAM, Sub::Absent),
            sub("binding", takes("Binding"), CREATE, Sub::Binding),
            sub("ephemeralcontainers", own, READ_WRITE, Sub::EphemeralContainers),
            sub("eviction", ("policy", "v1", "Eviction"), CREATE, Sub::Eviction),
            sub("exec", takes("PodExecOptions"), STREAM, Sub::Exec),
            sub("log", own, &["get"], Sub::Log),
            sub("portforward", takes("PodPortForwardOptions"), STREAM, Sub::Absent),
            sub("proxy", takes("PodProxyOptions"), PROXY, Sub::Absent),
            sub("resize", own, READ_WRITE, Sub::Resize),
        ],
        resources::NAMESPACE => vec![sub("finalize", own, &["update"], Sub::Finalize)],
        resources::NODE => vec![sub("proxy", takes("NodeProxyOptions"), PROXY, Sub::Absent)],
        resources::SERVICE => vec![sub("proxy", takes("ServiceProxyOptions"), PROXY, Sub::Absent)],
        resources::CERTIFICATE_SIGNING_REQUEST => vec![sub("approval", own, READ_WRITE, Sub::Status)],
        _ => Vec::new(),
    };
    if def.kind == "ServiceAccount" {
        all.push(sub("token", ("authentication.k8s.io", "v1", "TokenRequest"), CREATE, Sub::Token));
    }
    if def.scale {
        all.push(sub("scale", ("autoscaling", "v1", "Scale"), READ_WRITE, Sub::Scale));
    }
    if def.status {
        all.push(sub("status", own, READ_WRITE, Sub::Status));
    }
    all
}
