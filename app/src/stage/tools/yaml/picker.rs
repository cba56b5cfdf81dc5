//! Which manifest stands in the editor.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::yaml::{Manifests, ObjectName};

use crate::{
    stage::{state::Stage, tools::tab_address},
    text,
};

/// Is it one that a cluster brings with it, and no workload of its learner?
fn is_of_the_system(object: &ObjectName) -> bool {
    const KINDS: [&str; 8] = [
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "ComponentStatus",
        "FlowSchema",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ServiceAccount",
    ];
    object.namespace.starts_with("kube-")
        || object.name.starts_with("system:")
        || object.name.starts_with("kube-")
        || KINDS.contains(&object.kind.as_str())
}

/// `Kind` with its objects, in the order in which they came.
fn by_kind(objects: Vec<ObjectName>) -> Vec<(String, Vec<ObjectName>)> {
    let mut groups: Vec<(String, Vec<ObjectName>)> = Vec::new();
    for object in objects {
        match groups.last_mut().filter(|(kind, _)| *kind == object.kind) {
            Some((_, group)) => group.push(object),
            None => groups.push((object.kind.clone(), vec![object])),
        }
    }
    groups
}

#[component]
pub fn Picker(all: Manifests, again: RwSignal<u32>) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let first = all.first();
    let option = move |id: String, label: String| {
        let (mine, is_first) = (id.clone(), first.as_ref() == Some(&id));
        let is_open = move || stage.object.with(|which| *which == mine || is_first && which.is_empty());
        view! { <option value=id selected=is_open>{label}</option> }
    };
    let files = all.files.into_iter().map(|name| option(format!("file:{name}"), name)).collect::<Vec<_>>();
    let (system, own): (Vec<_>, Vec<_>) = all.objects.into_iter().partition(is_of_the_system);
    let system = by_kind(system).into_iter().map(|(kind, all)| (text::yaml::of_the_system(l, &kind), all));
    let groups = by_kind(own)
        .into_iter()
        .chain(system)
        .map(|(kind, objects)| {
            let options = objects.into_iter().map(|object| {
                let scoped = !object.namespace.is_empty() && object.namespace != "default";
                let place = if scoped { format!(" ({})", object.namespace) } else { String::new() };
                option(object.id(), format!("{}{place}", object.name))
            });
            view! { <optgroup label=kind>{options.collect::<Vec<_>>()}</optgroup> }
        })
        .collect::<Vec<_>>();
    let files =
        (!files.is_empty()).then(|| view! { <optgroup label=text::yaml::files(l)>{files}</optgroup> });
    let ex = use_query_map().with_untracked(|q| q.get("ex"));
    view! {
        <form class="yamlpick" method="get" action=tab_address("yaml") on:submit=move |ev| { ev.prevent_default(); again.update(|n| *n += 1) }>
            {ex.map(|ex| view! { <input type="hidden" name="ex" value=ex /> })}
            <input type="hidden" name="tab" value="yaml" />
            <label>{text::yaml::pick_one(l)}" "
                <select name="object" on:change=move |ev| stage.object.set(event_target_value(&ev))>
                    {files}
                    {groups}
                </select>
            </label>
            <button class="btn btn--s">{text::yaml::again(l)}</button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_stand_by_their_kinds() {
        let object = |kind: &str, name: &str| ObjectName {
            kind: kind.into(),
            namespace: String::new(),
            name: name.into(),
            created_ms: 0,
        };
        let groups = by_kind(vec![object("A", "x"), object("A", "y"), object("B", "z")]);
        let shown: Vec<_> = groups.iter().map(|(kind, all)| (kind.as_str(), all.len())).collect();
        assert_eq!(shown, [("A", 2), ("B", 1)]);
    }
}
