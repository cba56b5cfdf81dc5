//! A Compose project: what its file asks for against what runs. Nobody brings the two together but who types `up`.

use leptos::prelude::*;

use super::{look, of_project};
use crate::{
    icon::Icon,
    stage::{state::Stage, want::slots_row},
    text,
};

/// The empty slot and its colour.
const WANTED: (&str, &str) = ("g-want", "--ink-2");

#[component]
pub fn Project(key: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let find = key.clone();
    let project =
        stage.memo(move |v| v.compose.projects.iter().find(|p| p.key == find).cloned().unwrap_or_default());
    let stop = format!("composeproject/{key}");
    let states = stage.memo(move |v| of_project(v, &key));
    let tally = Memo::new(move |_| project.with(text::tally_of));
    let actual = move || {
        let drawn = |s: &_| (look(*s).glyph, look(*s).token);
        slots_row(&states.with(|all| all.iter().map(drawn).collect::<Vec<_>>()))
    };
    let gap = move || {
        let (wanted, running) = tally.get();
        let (state, head) = text::file_gap(l, wanted, running);
        let nobody = (state == "short").then(|| text::nobody_fills(l));
        view! { <p class="want__gap" data-state=state><b>{head}</b>{nobody}</p> }
    };
    view! {
        <div class="want" role="group" data-stop=stop tabindex="-1" aria-label=move || project.with(|p| text::project_sentence(l, p))>
            <div class="want__obj">
                <b><Icon id="i-file" />"Compose/"{move || project.with(|p| p.name.clone())}</b>
                <small>{move || project.with(text::services)}</small>
            </div>
            <dl class="abacus">
                <div><dt>{text::in_the_file(l)}</dt><dd class="n">{move || tally.get().0}</dd>
                    <dd>{move || slots_row(&vec![WANTED; tally.get().0 as usize])}</dd></div>
                <div><dt>{text::running_count(l)}</dt><dd class="n">{move || tally.get().1}</dd>
                    <dd>{actual}</dd></div>
            </dl>
            {gap}
        </div>
    }
}
