//! A Service: a beam that lies across all machines, since it lives on every node.

use leptos::prelude::*;
use wire::stage::TrafficView;

use super::{
    spark::{path, spark},
    state::Stage,
};
use crate::{icon::Icon, text};

/// Dots on the beam: samples of the rate, fewer at high speed.
pub fn beam_dots(served_rps: f64, speed: u16) -> usize {
    let per_dot = if speed >= 20 { 70.0 } else { 7.0 };
    if served_rps <= 0.0 { 0 } else { (served_rps / per_dot).ceil().clamp(1.0, 6.0) as usize }
}

#[component]
pub fn Beam(key: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let stop = format!("service/{key}");
    let s = stage.memo(move |v| v.services.iter().find(|s| s.key == key).cloned().unwrap_or_default());
    let address = move || {
        s.with(|s| match &s.cluster_ip {
            Some(ip) => format!("{}:{} → {ip}", s.name, s.port),
            None => format!("{}:{} · headless", s.name, s.port),
        })
    };
    view! {
        <Meter stop name=Signal::derive(move || s.with(|s| format!("Service/{}", s.name)))
            address=Signal::derive(address) receiving=text::receiving(l)
            ready=Signal::derive(move || s.with(|s| s.ready.len()))
            selected=Signal::derive(move || s.with(|s| s.selected))
            traffic=Signal::derive(move || s.with(|s| s.traffic.clone().unwrap_or_default())) />
    }
}

/// What is called, with what comes in: its sparkline, who gets requests, how many are served and how many fail.
#[component]
pub fn Meter(
    stop: String,
    #[prop(into)] name: Signal<String>,
    #[prop(into)] address: Signal<String>,
    receiving: &'static str,
    #[prop(into)] ready: Signal<usize>,
    #[prop(into)] selected: Signal<u32>,
    #[prop(into)] traffic: Signal<TrafficView>,
) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let served = Memo::new(move |_| traffic.with(|t| t.served_rps));
    let error = Memo::new(move |_| traffic.with(|t| t.error_ratio));
    let dots = Memo::new(move |_| beam_dots(served.get(), stage.clock.with(|c| c.speed)));
    let state = move || if error.get() > 0.0 { "bad" } else { "ok" };
    view! {
        <div class="svc" data-stop=stop tabindex="-1">
            <div class="svc__name">
                <b><Icon id="i-svc" />{name}</b>
                <small>{address}</small>
            </div>
            <Sparkline spans=Signal::derive(move || traffic.with(|t| t.failures.clone())) />
            <dl class="stat"><dt>{receiving}</dt>
                <dd>{ready}<small>" / "{selected}</small></dd></dl>
            <dl class="stat"><dt>{text::served(l)}</dt><dd>{move || format!("{:.0}", served.get())}<small>"/s"</small></dd></dl>
            <dl class="stat" data-state=state>
                <dt>{text::errors(l)}</dt><dd>{move || format!("{:.1}%", error.get() * 100.0)}</dd></dl>
            <span class="rail" aria-hidden="true">
                <For each=move || 0..dots.get() key=|k| *k let:k><i style=("--k", k.to_string())></i></For>
            </span>
        </div>
    }
}

#[component]
fn Sparkline(spans: Signal<Vec<wire::stage::FailureSpan>>) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let picture = Memo::new(move |_| spans.with(|s| spark(s, stage.start_ms.get(), stage.now_ms.get())));
    let label = move || {
        let spans = spans.get();
        let faces: Vec<_> =
            spans.iter().map(|s| (stage.face(s.from_ms), s.to_ms.map(|t| stage.face(t)), s.failed)).collect();
        text::spark(l, &faces)
    };
    let end = move || if picture.with(|p| p.failing) { "var(--fail)" } else { "var(--ready)" };
    view! {
        <svg class="spark" viewBox="0 0 132 40" role="img" aria-label=label>
            <path d="M0 34H132" stroke="var(--edge)" fill="none" />
            <path d="M6 34H128" stroke=end stroke-width="2" />
            {move || picture.with(|p| p.boxes.iter().map(|b| view! {
                <path d=path(*b) fill="var(--fail-tint)" stroke="var(--fail)" stroke-width="1.5" />
            }).collect::<Vec<_>>())}
            <circle cx="128" cy="34" r="3" fill=end />
            {move || picture.with(|p| p.label.map(|(x, n)| view! {
                <text x=x y="10" font-size="13" fill="var(--fail)">{text::failed_requests(l, n)}</text>
            }))}
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::beam_dots;

    #[test]
    fn dots_sample_the_rate() {
        for (rps, speed, dots) in
            [(0.0, 1, 0), (0.5, 1, 1), (40.0, 1, 6), (20.0, 5, 3), (40.0, 20, 1), (400.0, 60, 6)]
        {
            assert_eq!(beam_dots(rps, speed), dots, "{rps} at ×{speed}");
        }
    }
}
