//! Names in what a command printed that stand on the stage: each becomes a link to its picture.

use std::collections::BTreeMap;

use wire::stage::StageView;

/// Longer texts stay plain, bytes.
const LINKED_BYTES_MAX: usize = 48 * 1024;

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What the picture calls it: `pod/default/web-1`.
    pub stop: String,
    /// What the YAML tab calls it: `Pod/default/web-1`.
    pub object: String,
}

/// A stretch of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch {
    Plain(String),
    Name(String, Target),
}

/// Names that have been on the stage, as they are written: `pod/web-1`, `web-1`; with `^` where only a line's first word counts.
pub type Names = BTreeMap<String, Target>;

/// Adds what a picture shows; true if anything is new.
pub fn learn(names: &mut Names, view: &StageView) -> bool {
    let before = names.len();
    let mut add = |kind: &str, title: &str, key: &str, alone: &str| {
        let name = key.rsplit('/').next().unwrap_or(key);
        let object = if kind == "node" { format!("{title}//{key}") } else { format!("{title}/{key}") };
        let target = Target { stop: format!("{kind}/{key}"), object };
        names.entry(format!("{kind}/{name}")).or_insert_with(|| target.clone());
        names.entry(format!("{alone}{name}")).or_insert(target);
    };
    view.pods.iter().for_each(|p| add("pod", "Pod", &p.key, ""));
    view.nodes.iter().for_each(|n| add("node", "Node", &n.name, ""));
    view.workloads.iter().for_each(|w| add("deployment", "Deployment", &w.key, "^"));
    view.services.iter().for_each(|s| add("service", "Service", &s.key, "^"));
    view.compose.containers.iter().for_each(|c| add("container", "ComposeContainer", &c.key, ""));
    view.compose.engines.iter().for_each(|e| add("node", "Machine", &e.name, ""));
    names.len() > before
}

fn kind(written: &str) -> &str {
    match written.split('.').next().unwrap_or_default() {
        "pods" | "po" => "pod",
        "nodes" | "no" | "machine" => "node",
        "deployments" | "deploy" => "deployment",
        "services" | "svc" => "service",
        "composecontainer" | "composecontainers" => "container",
        other => other,
    }
}

/// A word's target. `first`: it begins its line.
fn find<'n>(names: &'n Names, word: &str, first: bool) -> Option<&'n Target> {
    match word.rsplit_once('/') {
        Some((before, name)) => {
            let of_kind = before.rsplit('/').next().unwrap_or_default();
            // `default/web-1` is a pod with its namespace
            names
                .get(&format!("{}/{name}", kind(of_kind)))
                .or_else(|| names.get(name).filter(|_| of_kind == "default"))
        }
        None => names.get(word).or_else(|| names.get(&format!("^{word}")).filter(|_| first)),
    }
}

/// A text in stretches.
pub fn stretches(text: &str, names: &Names) -> Vec<Stretch> {
    if text.len() > LINKED_BYTES_MAX || names.is_empty() {
        return vec![Stretch::Plain(text.to_owned())];
    }
    let (mut all, mut plain) = (Vec::new(), String::new());
    for line in text.split_inclusive('\n') {
        let (mut rest, mut first) = (line, true);
        while !rest.is_empty() {
            let of_word = |c: char| c.is_ascii_alphanumeric() || "-./".contains(c);
            let gap = rest.find(of_word).unwrap_or(rest.len());
            let length = rest[gap..].find(|c| !of_word(c)).unwrap_or(rest.len() - gap);
            let word = rest[gap..gap + length].trim_end_matches('.');
            plain.push_str(&rest[..gap]);
            match find(names, word, first && gap == 0).filter(|_| !word.is_empty()) {
                Some(target) => {
                    if !plain.is_empty() {
                        all.push(Stretch::Plain(std::mem::take(&mut plain)));
                    }
                    all.push(Stretch::Name(word.to_owned(), target.clone()));
                    plain.push_str(&rest[gap + word.len()..gap + length]);
                }
                None => plain.push_str(&rest[gap..gap + length]),
            }
            rest = &rest[gap + length..];
            first = false;
        }
    }
    if !plain.is_empty() {
        all.push(Stretch::Plain(plain));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::stage::{NodeView, ServiceView, WorkloadView};

    #[test]
    fn names_of_the_stage_are_found() {
        let view = StageView {
            nodes: vec![NodeView { name: "node-a".into(), ..Default::default() }],
            workloads: vec![WorkloadView { key: "default/web".into(), ..Default::default() }],
            services: vec![ServiceView { key: "default/api".into(), ..Default::default() }],
            ..Default::default()
        };
        let mut names = Names::new();
        assert!(learn(&mut names, &view) && !learn(&mut names, &view));
        for (text, expect) in [
            ("node-a   Ready", "[node-a>node/node-a]   Ready"),
            ("x on node-a.\n", "x on [node-a>node/node-a].\n"),
            ("web    6/6\napi web\n", "[web>deployment/default/web]    6/6\n[api>service/default/api] web\n"),
            ("deployment.apps/web scaled", "[deployment.apps/web>deployment/default/web] scaled"),
            (
                "machine.sim.pilothouse.dev/node-a patched",
                "[machine.sim.pilothouse.dev/node-a>node/node-a] patched",
            ),
            ("node-ab xnode-a svc/api", "node-ab xnode-a [svc/api>service/default/api]"),
            ("파드가 node-a에", "파드가 [node-a>node/node-a]에"),
        ] {
            let shown: String = stretches(text, &names)
                .iter()
                .map(|s| match s {
                    Stretch::Plain(text) => text.clone(),
                    Stretch::Name(text, target) => format!("[{text}>{}]", target.stop),
                })
                .collect();
            assert_eq!(shown, expect);
        }
        assert_eq!(names["node/node-a"].object, "Node//node-a");
    }
}
