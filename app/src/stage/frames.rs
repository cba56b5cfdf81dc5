//! The stream of frames: a snapshot, then deltas, each on top of the last; on a gap, a new stream.

use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, prelude::Closure},
};
use wire::stage::{Frame, StageView};

use super::state::Stage;
use crate::topbar::Link;

/// How often the local clock is looked at, real ms.
const TICK_MS: u64 = 200;

/// What a frame does to the copy in the browser.
#[derive(Debug, PartialEq)]
pub enum Taken {
    /// The copy is the newer picture now.
    Applied,
    /// A frame is missing in between.
    Gap,
}

/// Brings `view` up to date.
pub fn take(view: &mut StageView, frame: &Frame) -> Taken {
    match frame {
        Frame::Snapshot { stage, .. } => view.clone_from(stage),
        Frame::Delta { base, .. } if *base != view.seq => return Taken::Gap,
        Frame::Delta { delta, .. } => delta.apply(view),
    }
    Taken::Applied
}

fn real_now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

/// Follows the sandbox until the page goes away.
pub fn follow(stage: Stage) {
    let arrived = StoredValue::new(real_now());
    if let Ok(tick) = set_interval_with_handle(
        move || {
            let clock = stage.live.with_untracked(|v| v.clock);
            let stands = clock.paused || stage.link.get_untracked() == Link::Lost;
            if !stands {
                stage.since_frame.set(real_now() - arrived.get_value());
            }
        },
        std::time::Duration::from_millis(TICK_MS),
    ) {
        on_cleanup(move || tick.clear());
    }
    let streams = RwSignal::new(0u32);
    Effect::new(move |_| {
        streams.track();
        open(stage, streams, arrived);
    });
}

fn open(stage: Stage, streams: RwSignal<u32>, arrived: StoredValue<f64>) {
    // the language is that of opened hints
    let url = format!("/sandboxes/{}/frames?lang={}", stage.sandbox.get_value(), stage.lang);
    let Ok(source) = web_sys::EventSource::new(&url) else {
        stage.link.set(Link::Lost);
        return;
    };
    let on_open = Closure::<dyn FnMut()>::new(move || stage.link.set(Link::Live));
    let closing = source.clone();
    let on_error = Closure::<dyn FnMut()>::new(move || {
        stage.link.set(Link::Lost);
        // the browser retries by itself unless the answer was an error: then we do, calmly
        if closing.ready_state() == web_sys::EventSource::CLOSED {
            set_timeout(move || streams.update(|n| *n += 1), std::time::Duration::from_secs(2));
        }
    });
    let on_message = Closure::<dyn FnMut(_)>::new(move |ev: web_sys::MessageEvent| {
        let Some(frame) =
            ev.data().as_string().and_then(|d| serde_json::from_slice::<Frame>(d.as_bytes()).ok())
        else {
            return;
        };
        let mut taken = Taken::Applied;
        stage.live.maybe_update(|view| {
            taken = take(view, &frame);
            taken == Taken::Applied
        });
        if taken == Taken::Gap {
            streams.update(|n| *n += 1);
            return;
        }
        arrived.set_value(real_now());
        stage.since_frame.set(0.0);
        match frame {
            Frame::Snapshot { progress, .. } | Frame::Delta { progress: Some(progress), .. } => {
                stage.progress.maybe_update(|p| {
                    let changed = *p != *progress;
                    *p = *progress;
                    changed
                });
            }
            Frame::Delta { progress: None, .. } => {}
        }
    });
    source.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // the next opening, or the end of the page, closes this stream and frees its closures
    let kept = StoredValue::new_local((source, on_open, on_error, on_message));
    on_cleanup(move || _ = kept.try_with_value(|(source, ..)| source.close()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::stage::{StageDelta, WorkloadView};

    fn view(seq: u64, ready: i64) -> StageView {
        StageView {
            seq,
            workloads: vec![WorkloadView { key: "default/web".into(), ready, ..Default::default() }],
            ..Default::default()
        }
    }

    #[test]
    fn deltas_stand_on_their_base() {
        let (old, new) = (view(1, 2), view(2, 3));
        let delta =
            |base| Frame::Delta { base, delta: Box::new(StageDelta::between(&old, &new)), progress: None };
        let mut copy = old.clone();
        assert_eq!(take(&mut copy, &delta(1)), Taken::Applied);
        assert_eq!(copy, new);
        assert_eq!(take(&mut copy, &delta(1)), Taken::Gap);
        assert_eq!(copy, new, "a gap changes nothing");
        let snapshot = Frame::Snapshot { stage: Box::new(view(9, 6)), progress: Box::default() };
        assert_eq!(take(&mut copy, &snapshot), Taken::Applied);
        assert_eq!(copy.seq, 9);
    }
}
