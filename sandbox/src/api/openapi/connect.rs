//! The paths that lead through the API server: streams into pods, proxies to pods, services and nodes. Models the part of
//! kube-apiserver's installer that calls them `connect`: every method that a path takes is the same operation.

use super::{
    kind::{Gvk, Kind},
    operations::{OK, Operation, Path, Words, capital},
    parameters::{self, Parameter},
};

/// A subresource that connects.
struct Connect {
    of: &'static str,
    name: &'static str,
    /// The kind of its options.
    options: &'static str,
    methods: &'static [&'static str],
    query: &'static [&'static str],
    /// Does a path of the other side follow?
    onward: bool,
}

const STREAM: &[&str] = &["get", "post"];
const ALL: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch"];

const CONNECTS: [Connect; 6] = [
    stream("attach", "PodAttachOptions", &["container", "stderr", "stdin", "stdout", "tty"]),
    stream("exec", "PodExecOptions", &["command", "container", "stderr", "stdin", "stdout", "tty"]),
    stream("portforward", "PodPortForwardOptions", &["ports"]),
    proxy("Node", "NodeProxyOptions"),
    proxy("Pod", "PodProxyOptions"),
    proxy("Service", "ServiceProxyOptions"),
];

const fn stream(name: &'static str, options: &'static str, query: &'static [&'static str]) -> Connect {
    Connect { of: "Pod", name, options, methods: STREAM, query, onward: false }
}

const fn proxy(of: &'static str, options: &'static str) -> Connect {
    Connect { of, name: "proxy", options, methods: ALL, query: &["path"], onward: true }
}

/// The paths that connect through objects of a kind.
pub(super) fn paths(kind: &Kind) -> Vec<Path> {
    let mine = CONNECTS.iter().filter(|connect| kind.group.is_empty() && connect.of == kind.kind);
    mine.flat_map(|connect| [false, true].map(|onward| (connect, onward)))
        .filter(|(connect, onward)| connect.onward || !onward)
        .map(|(connect, onward)| connect.path(kind, onward))
        .collect()
}

impl Connect {
    fn path(&self, kind: &Kind, onward: bool) -> Path {
        let words = Words { kind };
        let path = format!("{}/{{name}}/{}", words.path(), self.name);
        let operations = self.methods.iter().map(|method| self.operation(&words, method, onward));
        Path {
            path: if onward { format!("{path}/{{path}}") } else { path },
            parameters: self.parameters(kind, onward),
            operations: operations.collect(),
        }
    }

    /// In the order of their names; of two with the same name, that in the path comes first.
    fn parameters(&self, kind: &Kind, onward: bool) -> Vec<Parameter> {
        let mut all = vec![parameters::name(self.options)];
        all.extend(kind.namespaced.then(parameters::namespace));
        all.extend(onward.then(parameters::onward));
        all.extend(parameters::query(self.query));
        all.sort_by_key(|p| p.name);
        all
    }

    fn operation(&self, words: &Words<'_>, method: &'static str, onward: bool) -> Operation {
        let kind = words.kind;
        let after = capital(self.name) + if onward { "WithPath" } else { "" };
        let id = words.id("connect", &capital(method), &after);
        let description =
            format!("connect {} requests to {} of {}", method.to_uppercase(), self.name, kind.kind);
        let gvk: Gvk = (kind.group.clone(), kind.version.clone(), self.options.into());
        Operation { gvk, answer: None, codes: &[OK], ..words.operation(method, "connect", id, description) }
    }
}
