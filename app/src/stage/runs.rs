//! Runs: a branch from the moment shown, the list of all of them, a name for the one on the stage.

use leptos::{prelude::*, server_fn::ServerFn};
use wire::run::{NAME_CHARS_MAX, RunKind, RunView};

use super::state::Stage;
use crate::{
    api::{Fork, NameRun},
    icon::Icon,
    post::Post,
    text,
    topbar::here,
};

/// The address of a run: a page's address at its newest moment.
pub fn run_address(page: &str, run: i64) -> String {
    let (page, fragment) = page.split_once('#').unwrap_or((page, ""));
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let others = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !matches!(name, "" | "run" | "at" | "problem")
    });
    let query = others.map(|pair| format!("{pair}&")).collect::<String>();
    let hash = if fragment.is_empty() { "" } else { "#" };
    format!("{path}?{query}run={run}{hash}{fragment}")
}

/// What a run is called.
pub fn name(stage: Stage, run: &RunView) -> String {
    let l = stage.lang;
    match (&run.name, run.kind, run.parent) {
        (name, ..) if !name.is_empty() => name.clone(),
        (_, RunKind::Shown, _) => text::run_shown(l, run.run),
        (_, RunKind::Own, Some((parent, at_ms))) => {
            text::run_branch(l, run.run, parent, &text::clock(at_ms, run.start_ms))
        }
        (_, RunKind::Own, None) => text::run(l, run.run),
    }
}

#[component]
pub fn Runs() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let runs = stage.runs.get_value();
    let current = runs.iter().find(|run| run.current).cloned();
    let fork = move || {
        stage.is_past.get().then(|| {
            let at_ms = stage.clock.with(|clock| clock.now_ms).to_string();
            let fields = stage.fields("time", &[("at_ms", &at_ms)]);
            view! {
                <Post action=Fork::url() fields>
                    <button class="btn btn--s btn--primary"><Icon id="i-branch" />{text::try_from_here(l)}</button>
                </Post>
            }
        })
    };
    let rows = runs
        .iter()
        .rev()
        .map(|run| {
            let name = name(stage, run);
            let mark = run.current.then_some("true");
            view! { <li><a rel="external" href=run_address(&here("time"), run.run) aria-current=mark>{name}</a></li> }
        })
        .collect::<Vec<_>>();
    let title = current.as_ref().map(|run| name(stage, run)).unwrap_or_default();
    let rename = current.map(|run| {
        let (number, name) = (run.run.to_string(), name(stage, &run));
        view! {
            <Post class="runs__name" action=NameRun::url() fields=stage.fields("time", &[("run", &number)])>
                <input name="name" aria-label=text::run_name(l) value=name maxlength=NAME_CHARS_MAX autocomplete="off" />
                <button class="btn btn--s">{text::run_rename(l)}</button>
            </Post>
        }
    });
    view! {
        {fork}
        <details class="runs">
            <summary title=text::runs(l)><Icon id="i-branch" /><span class="vh">{text::runs(l)}": "</span><span class="runs__now">{title}</span></summary>
            <div class="runs__list">
                <ol>{rows}</ol>
                {rename}
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::run_address;

    #[test]
    fn a_run_has_an_address() {
        for (page, expect) in [
            ("/ko/lessons/21", "/ko/lessons/21?run=2"),
            ("/ko/lessons/21?ex=a#time", "/ko/lessons/21?ex=a&run=2#time"),
            ("/ko/lessons/21?run=1&ex=a&at=70000&problem=x#time", "/ko/lessons/21?ex=a&run=2#time"),
        ] {
            assert_eq!(run_address(page, 2), expect);
        }
    }
}
