//! The flight of a pod: from the scheduler's tray to the slot it reserved.

use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, prelude::Closure},
};
use wire::{
    act::{Act, Actor},
    stage::{PodPhase, StageView},
};

use super::{short_name, state::Stage};
use crate::icon::Glyph;

/// A pod on its way, virtual ms after its binding.
const FLIGHT_MS: i64 = 1_500;

/// Which pod flies where.
#[derive(Clone, Debug, PartialEq)]
pub struct Flying {
    /// Suffix of its name.
    pub pod: String,
    /// Its key.
    pub key: String,
}

/// The pod that was bound a moment ago and has not begun to start.
pub fn flying(view: &StageView) -> Option<Flying> {
    let deed = view.actors.iter().find(|d| d.actor == Actor::Scheduler)?;
    let Act::Scheduled { pod: name, node } = &deed.act else { return None };
    let recent = (0..FLIGHT_MS).contains(&(view.clock.now_ms - deed.at_ms));
    let pod = view
        .pods
        .iter()
        .find(|p| short_name(&p.name) == short_name(name) && p.node.as_ref() == Some(node))?;
    let begins = matches!(pod.phase, PodPhase::Pending | PodPhase::Pulling | PodPhase::Starting);
    (recent && begins).then(|| Flying { pod: short_name(&pod.name).to_owned(), key: pod.key.clone() })
}

/// A box in the canvas' own pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Box2 {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Box2 {
    fn mid_y(&self) -> f64 {
        (self.top + self.bottom) / 2.0
    }
}

/// The path from `tray` to `slot`: level out of the tray, below the first machine (or above them all, where the
/// tray lies over the machines), level into the slot. `nodes` is all machines' box, `floor` the first one's bottom.
pub fn route(tray: Box2, slot: Box2, nodes: Box2, floor: f64) -> String {
    let (x2, y2) = (slot.left, slot.mid_y());
    if tray.bottom < nodes.top {
        let (x1, top) = ((tray.left + tray.right) / 2.0, nodes.top);
        let turn = if x2 - 14.0 > x1 { 8.0 } else { -8.0 };
        return format!(
            "M{x1:.1} {:.1} V{:.1} q0 8 {turn} 8 H{:.1} q8 0 8 8 V{:.1} q0 8 8 8 H{:.1}",
            tray.bottom,
            top - 14.0,
            x2 - 22.0,
            y2 - 8.0,
            x2 - 2.0
        );
    }
    let (gutter, low) = (nodes.left - 4.0, floor + 11.0);
    format!(
        "M{:.1} {:.1} H{:.1} q10 0 10 10 V{:.1} q0 10 10 10 H{:.1} q10 0 10 -10 V{:.1} q0 -10 10 -10 H{:.1}",
        tray.right + 2.0,
        tray.mid_y(),
        gutter - 10.0,
        low - 10.0,
        x2 - 24.0,
        y2 + 10.0,
        x2 - 2.0
    )
}

fn measure() -> Option<(String, (f64, f64))> {
    let canvas = document().get_element_by_id("canvas")?;
    let origin = canvas.get_bounding_client_rect();
    let of = |css: &str| {
        let r = canvas.query_selector(css).ok()??.get_bounding_client_rect();
        (r.width() > 0.0).then(|| Box2 {
            left: r.left() - origin.left(),
            top: r.top() - origin.top(),
            right: r.right() - origin.left(),
            bottom: r.bottom() - origin.top(),
        })
    };
    let (tray, slot, nodes, first) = (of("[data-tray]")?, of("[data-slot]")?, of(".nodes")?, of(".node")?);
    Some((route(tray, slot, nodes, first.bottom), (slot.left - 2.0, slot.mid_y())))
}

#[component]
pub fn Flight() -> impl IntoView {
    let stage = expect_context::<Stage>();
    let pod = stage.memo(|v| flying(v).map(|f| f.pod));
    let drawn = RwSignal::new(None::<(String, (f64, f64))>);
    let resized = RwSignal::new(0u32);
    Effect::new(move |_| {
        let Some(canvas) = document().get_element_by_id("canvas") else { return };
        let on_resize = Closure::<dyn FnMut()>::new(move || resized.update(|n| *n += 1));
        let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) else { return };
        observer.observe(&canvas);
        let kept = StoredValue::new_local((observer, on_resize));
        on_cleanup(move || _ = kept.try_with_value(|(observer, _)| observer.disconnect()));
    });
    Effect::new(move |_| {
        resized.track();
        let flies = pod.with(Option::is_some);
        // tray and slot are drawn by the same change: measure them after it
        request_animation_frame(move || _ = drawn.try_set(if flies { measure() } else { None }));
    });
    view! {
        <svg class="canvas__overlay" aria-hidden="true">
            {move || drawn.get().map(|(d, (x, y))| view! {
                <path class="flight" d=d></path>
                <path class="flight-head" d=format!("M{:.1} {:.1}l6 5l-6 5", x - 6.0, y - 5.0)></path>
            })}
        </svg>
        {move || drawn.get().map(|(d, _)| view! {
            <span class="flyer" aria-hidden="true" style=("offset-path", format!("path(\"{d}\")"))>
                <Glyph id="g-pending" />{move || pod.get()}
            </span>
        })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::act::Deed;

    #[test]
    fn a_pod_flies_until_it_starts() {
        let bound = |now_ms, phase| StageView {
            clock: wire::stage::ClockView { now_ms, ..Default::default() },
            actors: vec![Deed {
                actor: Actor::Scheduler,
                at_ms: 1_000,
                revision: 1,
                because: None,
                act: Act::Scheduled { pod: "web-t8d2r".into(), node: "node-b".into() },
            }],
            pods: vec![wire::stage::PodView {
                key: "default/web-t8d2r".into(),
                name: "web-t8d2r".into(),
                workload: None,
                node: Some("node-b".into()),
                ip: None,
                phase,
                status: String::new(),
                ready: (0, 1),
                restarts: 0,
                image: String::new(),
                since_ms: 0,
                until_ms: None,
                cpu_m: 0,
                memory_mib: 0,
                message: None,
            }],
            ..Default::default()
        };
        for (now, phase, flies) in [
            (1_200, PodPhase::Starting, true),
            (2_600, PodPhase::Starting, false),
            (1_200, PodPhase::NotReady, false),
            (900, PodPhase::Starting, false),
        ] {
            assert_eq!(flying(&bound(now, phase)).is_some(), flies, "{now} {phase:?}");
        }
    }

    #[test]
    fn below_the_machines_or_above_them() {
        let tray = Box2 { left: 20.0, top: 300.0, right: 90.0, bottom: 320.0 };
        let slot = Box2 { left: 450.0, top: 270.0, right: 620.0, bottom: 318.0 };
        let nodes = Box2 { left: 200.0, top: 80.0, right: 820.0, bottom: 390.0 };
        assert!(route(tray, slot, nodes, 330.0).starts_with("M92.0 310.0 H186.0 q10 0 10 10 V331.0"));
        let over = Box2 { top: 40.0, bottom: 60.0, ..tray };
        assert!(route(over, slot, nodes, 330.0).starts_with("M55.0 60.0 V66.0 q0 8 8 8"));
    }
}
