//! Time: transport, speed, clock, marks, failures, folds, and the way back to now.

use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    prelude::*,
    server_fn::ServerFn,
    wasm_bindgen::JsCast,
};
use wire::stage::{ClockView, Mark, MarkKind, StageView};

use super::{
    dock::PlayPause,
    runs::Runs,
    scale::{Group, Scale, neighbour},
    state::Stage,
};
use crate::{
    api::Time,
    icon::{Icon, symbol},
    post::Post,
    text,
    topbar::here,
};

const SPEEDS: [u16; 4] = [1, 5, 20, 60];

fn kind(kind: MarkKind) -> (&'static str, &'static str) {
    match kind {
        MarkKind::You => ("you", "m-you"),
        MarkKind::Controller => ("ctl", "m-ctl"),
        MarkKind::Worse => ("bad", "m-bad"),
        MarkKind::Better => ("good", "m-good"),
    }
}

/// The address that shows a past moment, for browsers without script.
pub fn at_address(at_ms: Option<i64>, room: &str) -> String {
    let address = here(room);
    let (path, rest) = address.split_once(['?', '#']).unwrap_or((&address, ""));
    let query = if address.contains('?') { rest.split('#').next().unwrap_or("") } else { "" };
    let mut kept: Vec<String> =
        query.split('&').filter(|p| !p.is_empty() && !p.starts_with("at=")).map(str::to_owned).collect();
    kept.extend(at_ms.map(|at| format!("at={at}")));
    let mark = if kept.is_empty() { "" } else { "?" };
    format!("{path}{mark}{}#{room}", kept.join("&"))
}

/// To the mark before or after the moment shown; forward from now is a step of the cluster.
pub fn step(stage: Stage, forward: bool) {
    let at = stage.clock.with_untracked(|c| c.now_ms);
    let to = stage.live.with_untracked(|v| neighbour(&v.marks, at, forward));
    match (to, forward) {
        (Some(to), _) => stage.look_at(to),
        (None, true) if stage.is_past.get_untracked() => stage.go_live(),
        (None, true) => stage.time("step", None),
        (None, false) => stage.look_at(stage.start_ms.get_untracked()),
    }
}

#[component]
pub fn Timeline() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let paused = Memo::new(move |_| stage.live.with(|v| v.clock.paused));
    let speed = Memo::new(move |_| stage.live.with(|v| v.clock.speed));
    let marks = Memo::new(move |_| stage.live.with(|v| v.marks.clone()));
    let pick = Memo::new(move |_| {
        let now = stage.clock.with(|c| c.now_ms).max(stage.now_ms.get());
        marks.with(|m| m.iter().rev().find(|m| m.deed.at_ms <= now).cloned())
    });
    let picked =
        move || {
            pick.get().map(|m| view! {
            <span class="obj">{stage.face(m.deed.at_ms)}</span>
            {format!(" {}: {}", text::actor(l, m.deed.actor), text::plain(&text::deed(l, &m.deed.act)))}
        })
        };
    let back_to = move || {
        let at = stage.clock.with(|c| c.now_ms);
        marks.with(|m| neighbour(m, at, false)).unwrap_or_else(|| stage.start_ms.get())
    };
    view! {
        <section class="tl" id="time" aria-label=text::time(l)>
            <div class="tl__bar">
                <div class="tl__keys">
                    <a class="iconbtn iconbtn--s" role="button" href=move || at_address(Some(back_to()), "time") rel="external"
                        aria-label=text::prev_mark(l) title=format!("{} (,)", text::prev_mark(l))
                        on:click=move |ev| { ev.prevent_default(); step(stage, false) }><Icon id="i-back" /></a>
                    <PlayPause paused fragment="time" />
                    <Post action=Time::url() fields=stage.fields("time", &[("control", "step")]) on_post=move |_| step(stage, true)>
                        <button class="iconbtn iconbtn--s" aria-label=text::next_mark(l) title=format!("{} (.)", text::next_mark(l))><Icon id="i-step" /></button>
                    </Post>
                </div>
                <Post class="seg" action=Time::url() fields=stage.fields("time", &[("control", "speed")]) on_post=|_| ()>
                    {SPEEDS.map(|s| view! {
                        <button name="speed" value=s aria-label=format!("{} ×{s}", text::speed(l))
                            aria-pressed=move || if speed.get() == s { "true" } else { "false" }
                            on:click=move |_| stage.time("speed", Some(s))>{format!("×{s}")}</button>
                    }).into_iter().collect::<Vec<_>>()}
                </Post>
                <span class="tl__clock"><output>{move || stage.face(stage.now_ms.get())}</output><small>{text::virtual_time(l)}</small></span>
                <span class="tl__pick">{picked}</span>
                <Runs />
                <a class="live" role="button" href=move || at_address(None, "time") rel="external"
                    aria-pressed=move || if stage.is_past.get() { "false" } else { "true" }
                    on:click=move |ev| { ev.prevent_default(); stage.go_live() }>
                    {move || if stage.is_past.get() { text::go_live(l) } else { text::live(l) }}
                </a>
            </div>
            <Track marks />
        </section>
    }
}

/// Everything that decides the scale, of the live picture with its clock run on.
fn scale_now(stage: Stage) -> Scale {
    stage.live.with(|v| {
        let now = if stage.is_past.get() {
            v.clock.live_ms.max(v.clock.now_ms)
        } else {
            stage.now_ms.get().max(v.clock.now_ms)
        };
        let clock = ClockView { now_ms: now, live_ms: now, ..v.clock };
        Scale::of(&StageView {
            clock,
            marks: v.marks.clone(),
            services: v.services.clone(),
            compose: v.compose.clone(),
            ..Default::default()
        })
    })
}

#[component]
fn Track(marks: Memo<Vec<Mark>>) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let scale = Memo::new(move |_| scale_now(stage));
    let now_x = Memo::new(move |_| {
        let at = stage.clock.with(|c| c.now_ms);
        scale.with(|s| s.x(if stage.is_past.get() { at } else { at.max(stage.now_ms.get()) }))
    });
    let groups = Memo::new(move |_| scale.with(|s| marks.with(|m| s.groups(m))));
    let failures = move || {
        let spans = stage.live.with(|v| v.traffics().flat_map(|t| t.failures.clone()).collect::<Vec<_>>());
        let end = stage.now_ms.get();
        scale.with(|s| {
            spans
                .iter()
                .map(|f| {
                    let (a, z) = (s.x(f.from_ms), s.x(f.to_ms.unwrap_or(end)));
                    let label = (z - a > 8.0).then(|| view! { <span>{text::failed_requests(l, f.failed)}</span> });
                    view! { <div class="track__err" style=("--a", format!("{a:.2}")) style=("--z", format!("{:.2}", z.max(a + 0.5)))>{label}</div> }
                })
                .collect::<Vec<_>>()
        })
    };
    let folds = move || {
        scale.with(|s| {
            s.folds.iter().map(|f| view! {
            <span class="track__fold" style=("--x", format!("{:.2}", f.x))>{text::folded(l, f.folded_ms)}</span>
        }).collect::<Vec<_>>()
        })
    };
    let track = NodeRef::<leptos::html::Div>::new();
    let held = RwSignal::new(false);
    let at_pointer = move |ev: &PointerEvent| {
        let el = track.get_untracked()?;
        let r = el.get_bounding_client_rect();
        let x = 100.0 * (f64::from(ev.client_x()) - r.left()) / r.width().max(1.0);
        Some(scale.with_untracked(|s| s.at(x.clamp(0.0, 100.0))))
    };
    let grab = move |ev: PointerEvent| {
        let on_mark = ev
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|e| e.closest(".mark").ok().flatten().is_some());
        if on_mark || ev.button() != 0 {
            return;
        }
        if let Some(el) = track.get_untracked() {
            _ = el.set_pointer_capture(ev.pointer_id());
        }
        held.set(true);
        if let Some(at) = at_pointer(&ev) {
            stage.look_at(at);
        }
    };
    let drag = move |ev: PointerEvent| {
        if held.get_untracked()
            && let Some(at) = at_pointer(&ev)
        {
            stage.look_at(at);
        }
    };
    let end_ms = move || stage.live.with(|v| v.clock.live_ms.max(v.clock.now_ms)).max(stage.now_ms.get());
    let sentence = move || stage.face(stage.now_ms.get());
    view! {
        <div class="track" node_ref=track style=("--now", move || format!("{:.2}", now_x.get()))
            on:pointerdown=grab on:pointermove=drag
            on:pointerup=move |_| held.set(false) on:pointercancel=move |_| held.set(false)>
            <div class="track__axis"></div>
            {failures}
            {folds}
            {move || groups.get().into_iter().map(|g| view! { <MarkAt g marks /> }).collect::<Vec<_>>()}
            <div class="head" role="slider" tabindex="0" aria-label=text::scrub(l) aria-orientation="horizontal"
                aria-valuemin=move || stage.start_ms.get() / 1000 aria-valuemax=move || end_ms() / 1000
                aria-valuenow=move || stage.now_ms.get() / 1000 aria-valuetext=sentence
                on:keydown=move |ev| slide(stage, &ev)></div>
        </div>
    }
}

/// Keys of the slider: a second, ten with Shift, the ends.
fn slide(stage: Stage, ev: &KeyboardEvent) {
    let step = if ev.shift_key() { 10_000 } else { 1_000 };
    let now = stage.now_ms.get_untracked();
    match ev.key().as_str() {
        "ArrowLeft" | "ArrowDown" => stage.look_at(now - step),
        "ArrowRight" | "ArrowUp" => stage.look_at(now + step),
        "Home" => stage.look_at(stage.start_ms.get_untracked()),
        "End" => stage.go_live(),
        _ => return,
    }
    ev.prevent_default();
    ev.stop_propagation();
}

#[component]
fn MarkAt(g: Group, marks: Memo<Vec<Mark>>) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let (k, shape) = kind(g.kind);
    let all = marks.get_untracked();
    // the label is that of the strongest mark in the group
    let Some(first) = g.marks.iter().filter_map(|i| all.get(*i)).find(|m| m.kind == g.kind).cloned() else {
        return ().into_any();
    };
    let at = first.deed.at_ms;
    let face = text::clock(at, stage.start_ms.get_untracked());
    let label = format!("{face} {}", text::deed_short(l, &first.deed.act));
    let title = g
        .marks
        .iter()
        .filter_map(|i| all.get(*i))
        .map(|m| {
            format!(
                "{} {}: {}",
                text::clock(m.deed.at_ms, stage.start_ms.get_untracked()),
                text::actor(l, m.deed.actor),
                text::plain(&text::deed(l, &m.deed.act))
            )
        })
        .collect::<Vec<_>>()
        .join("\n");
    let end = if g.x < 6.0 { Some("r") } else { None };
    view! {
        <a class="mark" data-k=k data-end=end style=("--x", format!("{:.2}", g.x)) href=at_address(Some(at), "time") rel="external"
            aria-label=title.clone() title=title.clone()
            on:click=move |ev| { ev.prevent_default(); stage.look_at(at) }>
            <svg aria-hidden="true"><use href=symbol(shape)></use></svg>
            {g.labelled.then(|| view! { <span aria-hidden="true">{label}</span> })}
        </a>
    }
    .into_any()
}
