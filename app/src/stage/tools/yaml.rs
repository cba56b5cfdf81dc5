//! YAML: read an object, edit it, apply it as `kubectl apply -f -` would.

use leptos::{html, prelude::*, server_fn::ServerFn, task::spawn_local};
use leptos_router::hooks::use_query_map;

use super::{objects::id, tab_address};
use crate::{
    api::{self, Apply},
    backend::ObjectText,
    post::Post,
    stage::{heredoc::apply_line, state::Stage},
    text,
};

#[component]
pub fn Yaml() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let asked = use_query_map().with_untracked(|q| q.get("object"));
    if let Some(asked) = asked.filter(|_| stage.object.with_untracked(String::is_empty)) {
        stage.object.set(asked);
    }
    let again = RwSignal::new(0u32);
    let rows = Resource::new_blocking(move || again.get(), move |_| api::objects(stage.sandbox.get_value()));
    let body = move || {
        rows.get().map(|rows| match rows {
            Err(fault) => view! { <p class="none">{text::fault(l, &fault)}</p> }.into_any(),
            Ok(objects) => view! { <Editor objects again /> }.into_any(),
        })
    };
    view! {
        <div class="yamlbox">
            <Transition fallback=move || view! { <p class="none">{text::loading(l)}</p> }>{body}</Transition>
        </div>
    }
}

#[component]
fn Editor(objects: Vec<ObjectText>, again: RwSignal<u32>) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let address = tab_address("yaml");
    let ids: Vec<String> = objects.iter().map(id).collect();
    let objects = StoredValue::new(objects);
    let chosen = Memo::new(move |_| {
        stage.object.with(|which| {
            objects.with_value(|all| all.iter().find(|o| &id(o) == which).map(|o| o.yaml.clone()))
        })
    });
    let area = NodeRef::<html::Textarea>::new();
    let refused = RwSignal::new(String::new());
    let options = ids
        .into_iter()
        .map(|i| {
            let (value, mine) = (i.clone(), i.clone());
            view! { <option value=value selected=move || stage.object.with(|w| *w == mine)>{i.replace("//", "/")}</option> }
        })
        .collect::<Vec<_>>();
    let ex = use_query_map().with_untracked(|q| q.get("ex"));
    let apply = move |_| {
        let Some(text) = area.get_untracked().map(|a| a.value()) else { return };
        stage.busy.set(true);
        spawn_local(async move {
            let answer = api::console(stage.sandbox.get_value(), apply_line(&text), String::new()).await;
            stage.busy.set(false);
            match answer {
                Ok(entry) if entry.exit_code == 0 => {
                    stage.console.update(|log| log.push(entry));
                    // what the cluster answered stands in the console
                    stage.tab.set("console");
                }
                // the text stays as it is, to be mended
                Ok(entry) => {
                    refused.set(entry.output.text());
                    stage.console.update(|log| log.push(entry));
                }
                Err(fault) => stage.fault.set(Some(fault)),
            }
        });
    };
    view! {
        <form class="yamlpick" method="get" action=address on:submit=move |ev| { ev.prevent_default(); again.update(|n| *n += 1) }>
            {ex.map(|ex| view! { <input type="hidden" name="ex" value=ex /> })}
            <input type="hidden" name="tab" value="yaml" />
            <label>{text::yaml_pick(l)}" "
                <select name="object" on:change=move |ev| stage.object.set(event_target_value(&ev))>
                    <option value="">"–"</option>
                    {options}
                </select>
            </label>
            <button class="btn btn--s">{text::yaml_read(l)}</button>
        </form>
        {move || match chosen.get() {
            None => view! { <p class="none">{text::yaml_none(l)}</p> }.into_any(),
            Some(yaml) => view! {
                <Post class="yamledit" action=Apply::url() fields=vec![("sandbox", stage.sandbox.get_value()), ("back", tab_address("console"))] on_post=apply>
                    <textarea node_ref=area name="yaml" aria-label=text::yaml_text(l) spellcheck="false" autocapitalize="off"
                        prop:value=yaml.clone() on:input=move |_| refused.set(String::new())>{yaml.clone()}</textarea>
                    {move || refused.with(|why| (!why.is_empty()).then(|| view! { <pre class="yamledit__no" role="alert">{why.clone()}</pre> }))}
                    <div class="yamledit__act">
                        <button class="btn btn--s btn--primary" disabled=move || stage.is_past.get() || stage.busy.get()>{text::yaml_apply(l)}</button>
                        <span class="act__cmd">{text::same_command(l)}" "<code>"kubectl apply -f -"</code></span>
                    </div>
                </Post>
            }.into_any(),
        }}
    }
}
