//! Which manifest stands in the editor.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wire::yaml::{Manifests, ObjectName};

use crate::{
    stage::{state::Stage, tools::tab_address},
    text,
};

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
    let option = move |id: String, label: String| {
        let mine = id.clone();
        view! { <option value=id selected=move || stage.object.with(|which| *which == mine)>{label}</option> }
    };
    let files = all.files.into_iter().map(|name| option(format!("file:{name}"), name)).collect::<Vec<_>>();
    let groups = by_kind(all.objects)
        .into_iter()
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
                    <option value="">"–"</option>
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
