//! Where callers arrive: a published port of a machine, or a service by its name within a project.

use leptos::prelude::*;

use crate::{
    stage::{service::Meter, state::Stage, traffic::Clients},
    text,
};

#[component]
pub fn Entry(key: String) -> impl IntoView {
    let stage = expect_context::<Stage>();
    let l = stage.lang;
    let id = format!("rps-entry-{}", key.replace('/', "-"));
    let stop = format!("entry/{key}");
    let entry =
        stage.memo(move |v| v.compose.entries.iter().find(|e| e.key == key).cloned().unwrap_or_default());
    let callers = Memo::new(move |_| entry.with(|e| (!e.key.is_empty()).then(|| e.traffic.clone())));
    let name = Signal::derive(move || {
        entry.with(|e| format!("{}{}", if e.machine.is_some() { "Port/" } else { "Service/" }, e.address))
    });
    let address = Signal::derive(move || {
        let name = |key: &String| key.rsplit('/').next().unwrap_or(key).to_owned();
        let reached = entry.with(|e| e.reached.iter().map(name).collect::<Vec<_>>());
        format!("→ {}", if reached.is_empty() { "–".to_owned() } else { reached.join(", ") })
    });
    view! {
        <Clients id traffic=callers called=Signal::derive(move || entry.with(|e| e.address.clone())) />
        <Meter stop name address receiving=text::reached(l)
            ready=Signal::derive(move || entry.with(|e| e.reached.len()))
            selected=Signal::derive(move || entry.with(|e| e.meant.len() as u32))
            traffic=Signal::derive(move || entry.with(|e| e.traffic.clone())) />
    }
}
