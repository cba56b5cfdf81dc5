//! A pod as the standards look at it: its containers of all sorts, and what of them is bad.

use crate::json::Json;

/// What is looked at.
pub(super) struct Pod<'a> {
    pub metadata: &'a Json,
    pub spec: &'a Json,
    pub containers: Vec<&'a Json>,
}

impl<'a> Pod<'a> {
    pub fn new(metadata: &'a Json, spec: &'a Json) -> Self {
        let lists = ["initContainers", "containers", "ephemeralContainers"];
        Self { metadata, spec, containers: lists.iter().flat_map(|list| spec[*list].list()).collect() }
    }

    /// Quoted names of the containers that are so.
    pub fn those(&self, is_bad: impl Fn(&Json) -> bool) -> Vec<String> {
        self.containers.iter().filter(|c| is_bad(c)).map(|c| quoted(c["name"].text())).collect()
    }

    /// Who says what is bad, the pod itself and its containers: `pod and container "a"`; `None` where nobody does.
    pub fn setters(&self, is_bad: impl Fn(&Json) -> bool) -> Option<String> {
        let names = self.those(&is_bad);
        let pod = is_bad(self.spec).then(|| "pod".to_owned());
        let all: Vec<String> =
            pod.into_iter().chain((!names.is_empty()).then(|| containers(&names))).collect();
        (!all.is_empty()).then(|| all.join(" and "))
    }

    pub fn is_windows(&self) -> bool {
        self.spec["os"]["name"] == "windows"
    }
}

pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// `container "a"` or `containers "a", "b"`.
pub(super) fn containers(names: &[String]) -> String {
    format!("{} {}", plural(names.len(), "container", "containers"), names.join(", "))
}

pub(super) fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
