//! What can be done at which path, in a form from which both versions of OpenAPI are written. Models the installer of
//! kube-apiserver's routes.

use super::{
    connect,
    kind::{Gvk, Kind, Subresource},
    parameters::{self, Parameter},
};
use crate::types;

/// A path with what can be done there.
pub(super) struct Path {
    pub path: String,
    pub parameters: Vec<Parameter>,
    pub operations: Vec<Operation>,
}

/// One operation.
pub(super) struct Operation {
    /// `get`, `put`, `post`, `delete`, `patch`.
    pub method: &'static str,
    /// `x-kubernetes-action`.
    pub action: &'static str,
    pub id: String,
    pub description: String,
    pub gvk: Gvk,
    /// E.g. `apps_v1`.
    pub tag: String,
    pub parameters: Vec<Parameter>,
    /// The schema of its body.
    pub body: Option<String>,
    pub body_required: bool,
    /// Media types of the body.
    pub consumes: Vec<&'static str>,
    /// The schema of the answer; `None` for text.
    pub answer: Option<String>,
    /// Status codes, with Kubernetes' words for them.
    pub codes: &'static [(u16, &'static str)],
    /// Can the answer be a stream?
    pub watch: bool,
    /// Is there a protobuf form of it?
    pub protobuf: bool,
}

impl Operation {
    /// The media types of the answer.
    pub fn produces(&self) -> Vec<&'static str> {
        if self.action == "connect" {
            return vec!["*/*"];
        }
        let all = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
        let streams = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
        let mut types: Vec<&str> = if self.answer.is_none() { vec!["text/plain"] } else { Vec::new() };
        types.extend(all);
        types.extend(streams.iter().filter(|_| self.watch));
        types.retain(|type_| self.protobuf || !type_.contains("protobuf"));
        types
    }
}

pub(super) const OK: (u16, &str) = (200, "OK");
const CREATED: (u16, &str) = (201, "Created");
const ACCEPTED: (u16, &str) = (202, "Accepted");

pub(super) const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";

fn meta(name: &str) -> Option<String> {
    Some(format!("{META}.{name}"))
}

/// All paths of a kind.
pub(super) fn paths(kind: &Kind) -> Vec<Path> {
    let words = Words { kind };
    let mut all = vec![words.collection(), words.object()];
    if kind.namespaced && words.may("list") {
        all.push(words.everywhere());
    }
    all.extend(kind.subresources.iter().map(|sub| words.part(sub)));
    all.retain(|path| !path.operations.is_empty());
    all.iter_mut().for_each(share);
    all.extend(connect::paths(kind));
    if words.may("watch") {
        all.extend(words.watches());
    }
    all
}

/// Parameters of every operation become the path's.
fn share(path: &mut Path) {
    let [first, rest @ ..] = path.operations.as_slice() else { return };
    let everywhere = |p: &&Parameter| rest.iter().all(|operation| operation.parameters.contains(p));
    let shared: Vec<Parameter> = first.parameters.iter().filter(everywhere).cloned().collect();
    for operation in &mut path.operations {
        operation.parameters.retain(|p| !shared.contains(p));
    }
    path.parameters.extend(shared);
    path.parameters.sort_by_key(|p| p.name);
}

/// What a kind's paths and operations are called.
pub(super) struct Words<'a> {
    pub kind: &'a Kind,
}

impl Words<'_> {
    fn may(&self, verb: &str) -> bool {
        self.kind.verbs.contains(&verb)
    }

    pub(super) fn path(&self) -> String {
        let namespace = if self.kind.namespaced { "/namespaces/{namespace}" } else { "" };
        format!("{}{namespace}/{}", self.kind.base(), self.kind.plural)
    }

    /// Parameters of the path itself, in the order of their names.
    fn parameters(&self, name: Option<&str>) -> Vec<Parameter> {
        let mut all: Vec<Parameter> = name.map(parameters::name).into_iter().collect();
        all.extend(self.kind.namespaced.then(parameters::namespace));
        all.extend(parameters::query(&["pretty"]));
        all
    }

    /// `AppsV1`, `CoreV1`, `RbacAuthorizationV1`.
    fn group_words(&self) -> String {
        let group =
            if self.kind.group.is_empty() { "core" } else { self.kind.group.trim_end_matches(".k8s.io") };
        group.split('.').chain([self.kind.version.as_str()]).map(capital).collect()
    }

    pub(super) fn id(&self, verb: &str, before: &str, after: &str) -> String {
        let scope = if self.kind.namespaced { "Namespaced" } else { "" };
        format!("{verb}{}{before}{scope}{}{after}", self.group_words(), self.kind.kind)
    }

    pub(super) fn operation(
        &self,
        method: &'static str,
        action: &'static str,
        id: String,
        description: String,
    ) -> Operation {
        let group =
            if self.kind.group.is_empty() { "core" } else { self.kind.group.trim_end_matches(".k8s.io") };
        let group: String = group
            .split('.')
            .enumerate()
            .map(|(i, part)| if i == 0 { part.to_owned() } else { capital(part) })
            .collect();
        Operation {
            method,
            action,
            id,
            description,
            gvk: self.kind.gvk(),
            tag: format!("{group}_{}", self.kind.version),
            parameters: Vec::new(),
            body: None,
            body_required: false,
            consumes: vec!["*/*"],
            answer: Some(self.kind.schema.clone()),
            codes: &[OK],
            watch: false,
            protobuf: self.kind.strategic,
        }
    }

    fn list(&self, id: String) -> Operation {
        Operation {
            parameters: parameters::query(parameters::LIST),
            answer: Some(format!("{}List", self.kind.schema)),
            watch: true,
            ..self.operation("get", "list", id, {
                let what = if self.may("watch") { "list or watch" } else { "list" };
                format!("{what} objects of kind {}", self.kind.kind)
            })
        }
    }

    /// The deprecated paths, which only stream.
    fn watches(&self) -> Vec<Path> {
        let Kind { kind, plural, namespaced, .. } = self.kind;
        let base = format!("{}/watch", self.kind.base());
        let (scope, everywhere) = if *namespaced {
            (
                "/namespaces/{namespace}",
                Some(format!("watch{}{kind}ListForAllNamespaces", self.group_words())),
            )
        } else {
            ("", None)
        };
        let one = |path: String, action: &'static str, id: String, in_path: Vec<Parameter>| {
            let mut parameters = parameters::query(parameters::LIST);
            parameters.extend(parameters::query(&["pretty"]));
            parameters.extend(in_path);
            parameters.sort_by_key(|p| p.name);
            let words = match action {
                "watch" => format!(
                    "watch changes to an object of kind {kind}. deprecated: use the 'watch' parameter with a list \
                     operation instead, filtered to a single item with the 'fieldSelector' parameter."
                ),
                _ => format!(
                    "watch individual changes to a list of {kind}. deprecated: use the 'watch' parameter with a list \
                     operation instead."
                ),
            };
            let operation = Operation {
                answer: meta("WatchEvent"),
                watch: true,
                ..self.operation("get", action, id, words)
            };
            Path { path, parameters, operations: vec![operation] }
        };
        let namespace: Vec<Parameter> = namespaced.then(parameters::namespace).into_iter().collect();
        let named = namespace.iter().cloned().chain([parameters::name(kind)]).collect();
        let mut all: Vec<Path> = everywhere
            .map(|id| one(format!("{base}/{plural}"), "watchlist", id, Vec::new()))
            .into_iter()
            .collect();
        all.push(one(
            format!("{base}{scope}/{plural}"),
            "watchlist",
            self.id("watch", "", "List"),
            namespace,
        ));
        all.push(one(format!("{base}{scope}/{plural}/{{name}}"), "watch", self.id("watch", "", ""), named));
        all
    }

    fn everywhere(&self) -> Path {
        let id = format!("list{}{}ForAllNamespaces", self.group_words(), self.kind.kind);
        Path {
            path: format!("{}/{}", self.kind.base(), self.kind.plural),
            parameters: parameters::query(&["pretty"]),
            operations: vec![self.list(id)],
        }
    }

    fn collection(&self) -> Path {
        let name = &self.kind.kind;
        let list = self.list(self.id("list", "", ""));
        let create = Operation {
            parameters: parameters::query(parameters::WRITE),
            body: Some(self.kind.schema.clone()),
            body_required: true,
            codes: &[OK, CREATED, ACCEPTED],
            ..self.operation(
                "post",
                "post",
                self.id("create", "", ""),
                format!("create {} {name}", article(name)),
            )
        };
        let mut operations = Vec::new();
        operations.extend(self.may("list").then_some(list));
        operations.extend(self.may("create").then_some(create));
        if self.may("deletecollection") {
            operations.push(Operation {
                parameters: parameters::query(parameters::DELETE_COLLECTION),
                body: meta("DeleteOptions"),
                answer: meta("Status"),
                ..self.operation(
                    "delete",
                    "deletecollection",
                    self.id("delete", "Collection", ""),
                    format!("delete collection of {name}"),
                )
            });
        }
        Path { path: self.path(), parameters: self.parameters(None), operations }
    }

    fn object(&self) -> Path {
        let name = &self.kind.kind;
        let delete = Operation {
            parameters: parameters::query(parameters::DELETE),
            body: meta("DeleteOptions"),
            answer: if self.kind.returns_deleted { Some(self.kind.schema.clone()) } else { meta("Status") },
            codes: &[OK, ACCEPTED],
            ..self.operation(
                "delete",
                "delete",
                self.id("delete", "", ""),
                format!("delete {} {name}", article(name)),
            )
        };
        let mut operations: Vec<Operation> = [("get", "get"), ("put", "update"), ("patch", "patch")]
            .iter()
            .filter(|(_, verb)| self.may(verb))
            .map(|(method, _)| self.one(method, "", "", self.kind.gvk(), &self.kind.schema))
            .collect();
        operations.extend(self.may("delete").then_some(delete));
        Path {
            path: format!("{}/{{name}}", self.path()),
            parameters: self.parameters(Some(name)),
            operations,
        }
    }

    /// What is done to an object or a part of it.
    fn one(&self, verb: &str, before: &str, after: &str, gvk: Gvk, schema: &str) -> Operation {
        let name = &self.kind.kind;
        let id = |word: &str| self.id(word, "", after);
        let words = |done: &str| format!("{done} {before}the specified {name}");
        let operation = match verb {
            "get" => self.operation("get", "get", id("read"), words("read")),
            "put" => Operation {
                parameters: parameters::query(parameters::WRITE),
                body: Some(schema.into()),
                body_required: true,
                codes: &[OK, CREATED],
                ..self.operation("put", "put", id("replace"), words("replace"))
            },
            "patch" => Operation {
                parameters: parameters::query(parameters::PATCH),
                body: meta("Patch"),
                body_required: true,
                consumes: patch_types(self.kind),
                codes: &[OK, CREATED],
                ..self.operation("patch", "patch", id("patch"), words("partially update"))
            },
            _ => {
                let (what, of) = (before.trim_end_matches(" of "), format!("of {} {name}", article(name)));
                Operation {
                    parameters: parameters::query(parameters::WRITE),
                    body: Some(schema.into()),
                    body_required: true,
                    codes: &[OK, CREATED, ACCEPTED],
                    ..self.operation("post", "post", id("create"), format!("create {what} {of}"))
                }
            }
        };
        Operation { gvk, answer: Some(schema.into()), ..operation }
    }

    fn part(&self, sub: &Subresource) -> Path {
        let message = sub.of.and_then(|(version, kind)| types::find(version, kind));
        let schema =
            message.map_or_else(|| self.kind.schema.clone(), |m| format!("{}.{}", m.package, m.name));
        let gvk = sub.of.map_or_else(
            || self.kind.gvk(),
            |(version, kind)| {
                let (group, version) = version.split_once('/').unwrap_or(("", version));
                (group.into(), version.into(), kind.into())
            },
        );
        let operations = sub.verbs.iter().map(|verb| {
            let one = self.one(verb, &format!("{} of ", sub.name), &capital(sub.name), gvk.clone(), &schema);
            if sub.text {
                Operation { answer: None, parameters: parameters::query(parameters::LOG), ..one }
            } else {
                one
            }
        });
        // What is posted is named, not what it is posted to.
        let name = if sub.verbs.contains(&"post") { gvk.2.as_str() } else { self.kind.kind.as_str() };
        Path {
            path: format!("{}/{{name}}/{}", self.path(), sub.name),
            parameters: self.parameters(Some(name)),
            operations: operations.collect(),
        }
    }
}

/// The patches that a kind takes.
fn patch_types(kind: &Kind) -> Vec<&'static str> {
    let mut types = vec!["application/json-patch+json", "application/merge-patch+json"];
    if kind.strategic {
        types.push("application/strategic-merge-patch+json");
    }
    types.push("application/apply-patch+yaml");
    types
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
