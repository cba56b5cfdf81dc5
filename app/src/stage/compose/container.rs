//! A container of Docker: drawn as the pods are, with its name as `docker compose ps` says it.

use leptos::prelude::*;
use wire::{
    compose::{ContainerState, ContainerView, EntryView},
    stage::StageView,
};

use super::{super::pod::Kill, containers_on, look};
use crate::{
    icon::Glyph,
    stage::{
        keys::Shortcuts,
        look::{Density, density},
        pod::phase_shift,
        state::Stage,
    },
    text,
};

/// How callers stand to a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calls {
    /// Requests come in.
    In,
    /// Requests come in, and every one fails.
    Failing,
    /// It is meant, and gets none.
    Cut,
    /// Nobody calls it from outside.
    None,
}

#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    container: ContainerView,
    calls: Calls,
    /// Do requests move at all?
    moves: bool,
    row: usize,
    density: Density,
}

fn calls(view: &StageView, key: &str) -> Calls {
    let means = |e: &&EntryView| e.meant.iter().any(|k| k == key);
    let entries: Vec<&EntryView> = view.compose.entries.iter().filter(means).collect();
    let reached = || entries.iter().filter(|e| e.reached.iter().any(|k| k == key));
    match (entries.is_empty(), reached().next().is_none()) {
        (true, _) => Calls::None,
        (_, true) => Calls::Cut,
        _ if reached().all(|e| e.traffic.error_ratio >= 1.0) => Calls::Failing,
        _ => Calls::In,
    }
}

fn drawn(view: &StageView, key: &str) -> Option<Drawn> {
    let container = view.compose.containers.iter().find(|c| c.key == key)?;
    let row = containers_on(view, &container.machine).iter().position(|k| k == key).unwrap_or(0);
    let called = |e: &&EntryView| e.reached.iter().any(|k| k == key);
    Some(Drawn {
        container: container.clone(),
        calls: calls(view, key),
        moves: view.compose.entries.iter().filter(called).any(|e| e.traffic.rate_rps > 0.0),
        row,
        density: density(view),
    })
}

#[component]
pub fn Container(key: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let keys = expect_context::<Shortcuts>();
    let l = stage.lang;
    let find = key.clone();
    let d = stage.memo(move |v| drawn(v, &find));
    let state =
        Memo::new(move |_| d.with(|d| d.as_ref().map_or(ContainerState::Created, |d| d.container.state)));
    let look = move || look(state.get());
    let density = Memo::new(move |_| d.with(|d| d.as_ref().map_or(Density::Full, |d| d.density)));
    let full = move || density.get() == Density::Full;
    let class = move || match density.get() {
        Density::Full => "pod pod--docker",
        Density::Compact => "pod pod--c",
        Density::Glyph => "pod pod--g",
    };
    let wire = move || {
        d.with(|d| match d.as_ref().map(|d| d.calls) {
            Some(Calls::In | Calls::Failing) => Some("on"),
            Some(Calls::Cut) => Some("cut"),
            _ => None,
        })
    };
    let label = Memo::new(move |_| d.with(|d| d.as_ref().map(|d| text::container_label(l, &d.container))));
    let remark =
        Memo::new(move |_| d.with(|d| d.as_ref().and_then(|d| text::container_remark(l, &d.container))));
    let name =
        Memo::new(move |_| d.with(|d| d.as_ref().map(|d| d.container.name.clone()).unwrap_or_default()));
    let image = move || d.with(|d| d.as_ref().map(|d| d.container.image.clone()));
    let shift = phase_shift(&key);
    let dot = move || {
        let (row, failing) = d.with(|d| {
            let d = d.as_ref().filter(|d| d.moves && d.density == Density::Full)?;
            Some((d.row, d.calls == Calls::Failing))
        })?;
        let class = if failing { "pod__req pod__req--fail" } else { "pod__req" };
        Some(
            view! { <span class=class style=("--row", row.to_string()) style=("--k", format!("{shift:.2}"))></span> },
        )
    };
    let stop = format!("container/{key}");
    let (focus_stop, my_stop) = (stop.clone(), stop.clone());
    view! {
        <li class=class data-state=move || look().state data-wire=wire data-stop=stop tabindex=move || keys.tabindex(&my_stop)
            aria-label=label title=image on:focus=move |_| keys.focused(&focus_stop)>
            <Glyph id=Signal::derive(move || look().glyph) />
            <span class="pod__state">
                {move || text::container_state(l, state.get())}
                {move || remark.get().filter(|_| full()).map(|r| view! { <small>{r}</small> })}
            </span>
            <span class="pod__id">{name}</span>
            <span class="pod__end">
                {move || (state.get().runs() && full()).then(|| view! { <Kill key=key.clone() name=name.get_untracked() /> })}
            </span>
            {move || (full() && wire().is_some()).then(|| view! { <span class="pod__wire"></span> })}
            {dot}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::stage::TrafficView;

    #[test]
    fn wires_tell_which_container_callers_reach() {
        let mut view = super::super::tests::view();
        let key = |service: &str| format!("default/shop-{service}-1");
        let entry = |reached: Vec<String>, error_ratio| EntryView {
            key: "default/users".into(),
            meant: vec![key("web")],
            reached,
            traffic: TrafficView { rate_rps: 40.0, error_ratio, ..Default::default() },
            ..Default::default()
        };
        for (entry, expected, moves) in [
            (entry(vec![], 1.0), Calls::Cut, false),
            (entry(vec![key("web")], 0.0), Calls::In, true),
            (entry(vec![key("web")], 1.0), Calls::Failing, true),
        ] {
            view.compose.entries = vec![entry];
            let web = drawn(&view, &key("web")).unwrap();
            assert_eq!((web.calls, web.moves), (expected, moves));
        }
        assert_eq!(drawn(&view, &key("cache")).unwrap().calls, Calls::None);
    }
}
