//! A pod: border, fill, glyph, word and colour say its state; its wire, whether it receives requests.

use leptos::{prelude::*, server_fn::ServerFn};
use wire::stage::{PodPhase, PodView, StageView};

use super::{
    flight::flying,
    keys::Shortcuts,
    look::{Density, Look, density},
    node::pods_on,
    short_name,
    state::Stage,
};
use crate::{
    api::Handle,
    icon::{Glyph, Icon},
    post::Post,
    text,
};

/// How the wire from the Service's beam ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    /// Receives requests.
    On,
    /// Receives requests that nobody answers: its machine has no power.
    Dead,
    /// Taken out, or not yet in.
    Cut,
    /// No Service on the stage.
    None,
}

fn wire(view: &StageView, pod: &PodView) -> Wire {
    if view.services.is_empty() || pod.node.is_none() {
        return Wire::None;
    }
    if !view.services.iter().any(|s| s.ready.contains(&pod.key)) {
        return Wire::Cut;
    }
    let dark = view.nodes.iter().any(|n| pod.node.as_ref() == Some(&n.name) && n.powered == Some(false));
    if dark { Wire::Dead } else { Wire::On }
}

/// Does a request dot run to this pod now? Samples: at high speed only every tenth pod shows one.
fn dotted(view: &StageView, pod: &PodView) -> bool {
    let rate: f64 = view.services.iter().filter_map(|s| s.traffic.as_ref()).map(|t| t.rate_rps).sum();
    let ready: Vec<&String> = view.services.iter().flat_map(|s| &s.ready).collect();
    let Some(turn) = ready.iter().position(|k| **k == pod.key) else { return false };
    rate > 0.0 && (view.clock.speed < 20 || turn % 10 == 0)
}

/// A share of 0 to 1 that differs from pod to pod, so that dots do not march in step.
pub fn phase_shift(key: &str) -> f64 {
    let hash = key.bytes().fold(7u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
    f64::from(hash % 97) / 97.0
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Drawn {
    wire: Wire,
    dot: bool,
    row: usize,
    slot: bool,
    density: Density,
}

fn drawn(view: &StageView, key: &str) -> Option<(PodView, Drawn)> {
    let pod = view.pods.iter().find(|p| p.key == key)?;
    let row = pod.node.as_deref().and_then(|n| pods_on(view, n).iter().position(|k| k == key)).unwrap_or(0);
    let slot = flying(view).is_some_and(|f| f.key == key);
    Some((
        pod.clone(),
        Drawn { wire: wire(view, pod), dot: dotted(view, pod), row, slot, density: density(view) },
    ))
}

#[component]
pub fn Pod(key: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let find = key.clone();
    let both = stage.memo(move |v| drawn(v, &find));
    let name = short_name(&key).to_owned();
    let is_slot = Memo::new(move |_| both.with(|b| b.as_ref().is_some_and(|b| b.1.slot)));
    view! {
        {move || if is_slot.get() {
            view! { <li class="pod pod--slot" data-slot=""><Icon id="i-sched" />{text::slot(l, &name)}</li> }.into_any()
        } else {
            view! { <Cell key=key.clone() both /> }.into_any()
        }}
    }
}

#[component]
fn Cell(key: String, both: Memo<Option<(PodView, Drawn)>>) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let keys = expect_context::<Shortcuts>();
    let l = stage.lang;
    let phase = Memo::new(move |_| both.with(|b| b.as_ref().map_or(PodPhase::Unknown, |b| b.0.phase)));
    let d = Memo::new(move |_| both.with(|b| b.as_ref().map(|b| b.1)));
    let look = move || Look::of(phase.get());
    let remark = Memo::new(move |_| {
        both.with(|b| b.as_ref().and_then(|b| text::pod_remark(l, &b.0, stage.now_ms.get())))
    });
    let ip = Memo::new(move |_| both.with(|b| b.as_ref().and_then(|b| b.0.ip.clone())));
    let message = Memo::new(move |_| both.with(|b| b.as_ref().and_then(|b| b.0.message.clone())));
    let label = Memo::new(move |_| both.with(|b| b.as_ref().map(|b| text::pod_label(l, &b.0))));
    let progress = Memo::new(move |_| {
        both.with(|b| {
            let p = &b.as_ref()?.0;
            let waits = matches!(p.phase, PodPhase::Pulling | PodPhase::Starting | PodPhase::PullBackOff);
            let length = (p.until_ms? - p.since_ms).max(1) as f64;
            let done = (stage.now_ms.get() - p.since_ms) as f64 / length;
            waits.then_some((done.clamp(0.0, 1.0) * 100.0).round() / 100.0)
        })
    });
    let full = move || d.get().is_none_or(|d| d.density == Density::Full);
    let class = move || match d.get().map(|d| d.density) {
        Some(Density::Compact) => "pod pod--c",
        Some(Density::Glyph) => "pod pod--g",
        _ => "pod",
    };
    let wire = move || match d.get().map(|d| d.wire) {
        Some(Wire::On | Wire::Dead) => Some("on"),
        Some(Wire::Cut) => Some("cut"),
        _ => None,
    };
    let killable = Memo::new(move |_| matches!(phase.get(), PodPhase::NotReady | PodPhase::Ready));
    let shift = phase_shift(&key);
    let dot = move || {
        let d = d.get().filter(|d| d.dot && full())?;
        let class = if d.wire == Wire::Dead { "pod__req pod__req--fail" } else { "pod__req" };
        Some(
            view! { <span class=class style=("--row", d.row.to_string()) style=("--k", format!("{shift:.2}"))></span> },
        )
    };
    let stop = format!("pod/{key}");
    let (focus_stop, my_stop) = (stop.clone(), stop.clone());
    let short = short_name(&key).to_owned();
    let (kill_key, kill_name) = (key.clone(), short.clone());
    view! {
        <li class=class data-state=move || look().state data-wire=wire data-stop=stop tabindex=move || keys.tabindex(&my_stop)
            aria-label=label title=message on:focus=move |_| keys.focused(&focus_stop)>
            <Glyph id=Signal::derive(move || look().glyph) />
            <span class="pod__state">{move || text::pod_state(l, phase.get())}</span>
            <span class="pod__id">
                {short.clone()}" "
                {move || match (remark.get(), full()) {
                    (Some(why), true) => Some(view! { <span class="pod__why">{why}</span> }.into_any()),
                    (None, true) => ip.get().map(IntoAny::into_any),
                    _ => None,
                }}
            </span>
            <span class="pod__end">
                {move || (killable.get() && full()).then(|| view! { <Kill key=kill_key.clone() name=kill_name.clone() /> })}
            </span>
            {move || progress.get().map(|p| view! { <span class="pod__bar" style=("--p", p.to_string())></span> })}
            {move || (full() && wire().is_some()).then(|| view! { <span class="pod__wire"></span> })}
            {dot}
        </li>
    }
}

/// The button that kills a container's process; `name` is what it is called aloud.
#[component]
pub fn Kill(key: String, name: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let command = format!("lab kill {key}");
    let fields = stage.fields("canvas", &[("verb", "kill"), ("target", &key)]);
    stage.may_write("signals").then(|| view! {
        <Post action=Handle::url() fields on_post=move |_| stage.pull("kill", key.clone(), None)>
            <button class="pod__kill" tabindex="-1" aria-label=text::of(text::kill(l), &name)
                title=move || if stage.is_past.get() { text::live_only(l).to_owned() } else { text::with_command(l, text::kill(l), &command) }
                aria-describedby=move || stage.is_past.get().then_some("live-only")
                aria-disabled=move || stage.is_past.get().then_some("true")><Icon id="i-kill" /></button>
        </Post>
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::stage::{NodeView, ServiceView, TrafficView};

    fn pod(name: &str, node: Option<&str>) -> PodView {
        PodView {
            key: format!("default/{name}"),
            name: name.into(),
            workload: None,
            node: node.map(Into::into),
            ip: None,
            phase: PodPhase::Ready,
            status: String::new(),
            ready: (1, 1),
            restarts: 0,
            image: String::new(),
            since_ms: 0,
            until_ms: None,
            cpu_m: 0,
            memory_mib: 0,
            message: None,
        }
    }

    #[test]
    fn wires_tell_who_receives_and_who_answers() {
        let view = StageView {
            nodes: vec![
                NodeView { name: "a".into(), powered: Some(true), ..Default::default() },
                NodeView { name: "c".into(), powered: Some(false), ..Default::default() },
            ],
            services: vec![ServiceView {
                ready: vec!["default/p1".into(), "default/p2".into()],
                traffic: Some(TrafficView { rate_rps: 40.0, ..Default::default() }),
                ..Default::default()
            }],
            ..Default::default()
        };
        for (name, node, expect, dots) in [
            ("p1", Some("a"), Wire::On, true),
            ("p2", Some("c"), Wire::Dead, true),
            ("p3", Some("a"), Wire::Cut, false),
            ("p4", None, Wire::None, false),
        ] {
            assert_eq!(wire(&view, &pod(name, node)), expect, "{name}");
            assert_eq!(dotted(&view, &pod(name, node)), dots, "{name}");
        }
        assert_eq!(wire(&StageView::default(), &pod("p1", Some("a"))), Wire::None);
    }
}
