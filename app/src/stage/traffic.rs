//! The users of a Service or a published port: a slider that says how many requests they send.

use leptos::{prelude::*, server_fn::ServerFn};

use wire::stage::TrafficView;

use super::state::Stage;
use crate::{
    api::Handle,
    post::{NoScript, Post},
    text,
};

#[component]
pub fn Clients(
    id: String,
    traffic: Memo<Option<TrafficView>>,
    /// What is called, where several sliders have to be told apart by ear.
    #[prop(optional)]
    called: Option<Signal<String>>,
) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let name = Memo::new(move |_| traffic.with(|t| t.as_ref().map(|t| t.name.clone())));
    let rate = Memo::new(move |_| traffic.with(|t| t.as_ref().map_or(0.0, |t| t.rate_rps)));
    let max = Memo::new(move |_| {
        traffic.with(|t| t.as_ref().map_or(0.0, |t| t.rate_rps_max.max(t.rate_rps).max(1.0)))
    });
    // while the thumb is dragged, the number follows the hand
    let hand = RwSignal::new(None::<f64>);
    let shown = move || hand.get().unwrap_or_else(|| rate.get());
    let slider = move |name: String| {
        let (target, id) = (name.clone(), id.clone());
        let fields = stage.fields("canvas", &[("verb", "traffic"), ("target", &name)]);
        let command = move || format!("lab traffic {name} {:.0}", shown());
        let send = move |ev| {
            let value = event_target_value(&ev).parse::<f64>().ok();
            hand.set(None);
            if let Some(value) = value.filter(|v| *v != rate.get_untracked()) {
                stage.pull("traffic", target.clone(), Some(value));
            }
        };
        view! {
            <Post class="clients" action=Handle::url() fields on_post=|_| ()>
                <label for=id.clone()><span>{text::traffic(l)}</span><output>{move || format!("{:.0}/s", shown())}</output></label>
                <input id=id.clone() name="rate_rps" aria-label=move || called.map(|c| text::of(text::traffic(l), &c.get())) type="range" min="0" step="1" max=move || max.get()
                    value=rate.get_untracked() prop:value=move || rate.get() title=command
                    style=("--at", move || format!("{:.0}%", 100.0 * shown() / max.get()))
                    disabled=move || stage.is_past.get() || !stage.may_write("traffics")
                    on:input=move |ev| hand.set(event_target_value(&ev).parse().ok()) on:change=send />
                <NoScript label=text::traffic_set(l) />
            </Post>
        }
    };
    view! {
        {move || match name.get() {
            Some(name) => slider(name).into_any(),
            None => view! { <p class="clients muted">{text::no_traffic(l)}</p> }.into_any(),
        }}
    }
}
