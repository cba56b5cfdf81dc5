//! How true the cluster is: what of Kubernetes it models, how often its answers agree with a real one's, and where not.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use wire::fidelity::{FidelityView, Scenario};

use super::missing::Broken;
use crate::{api::load_fidelity, load::loaded, text, topbar::Topbar, words::lang};

#[component]
pub fn Fidelity() -> impl IntoView {
    let view = loaded(|| (), |()| load_fidelity());
    view! {
        <Suspense>
            {move || view.get().map(|answer| match answer {
                Ok(view) => view! { <FidelityBody view /> }.into_any(),
                Err(fault) => view! { <Broken fault /> }.into_any(),
            })}
        </Suspense>
    }
}

#[component]
fn FidelityBody(view: FidelityView) -> impl IntoView {
    let l = lang();
    let all = view.scenarios.last().map_or((0, 0), |all| (all.agree, all.steps));
    view! {
        <Title text=format!("{} · {}", text::fidelity(l), text::brand(l)) />
        <Meta name="description" content=text::fidelity_lede(l, &view.kubernetes) />
        <Topbar crumbs=vec![(text::course(l).to_owned(), Some(format!("/{l}"))), (text::fidelity(l).to_owned(), None)] />
        <main class="fidelity prose" id="main">
            <h1>{text::fidelity(l)}</h1>
            <p class="lede">{text::fidelity_lede(l, &view.kubernetes)}</p>
            <h2 id="agreement">{text::fidelity_agreement(l)}</h2>
            <p>{text::fidelity_how(l, all.0, all.1)}</p>
            <Facts id="agreement" heads=[text::fidelity_scenario(l), text::fidelity_agree(l), text::fidelity_steps(l)]
                rows=view.scenarios.iter().map(|s| scenario(l, s)).collect() />
            <h2 id="departures">{text::fidelity_departures(l)}</h2>
            <p>{text::fidelity_departures_how(l)}</p>
            <Facts id="departures" heads=[text::fidelity_step(l), text::fidelity_what(l), text::fidelity_why(l)]
                rows=view.departures.into_iter().map(|d| [d.step, d.what, d.why]).collect() />
            <h2 id="omitted">{text::fidelity_omitted(l)}</h2>
            <p>{text::fidelity_omitted_how(l)}</p>
            <Facts id="omitted" heads=[text::fidelity_part(l), text::fidelity_left_out(l)]
                rows=view.omitted.into_iter().map(|o| [o.part, o.what]).collect() />
            <h2 id="kinds">{text::fidelity_kinds(l, view.kinds.len())}</h2>
            <ul class="fidelity__kinds" lang="en">
                {view.kinds.into_iter().map(|k| view! { <li><code>{k}</code></li> }).collect::<Vec<_>>()}
            </ul>
        </main>
    }
}

fn scenario(l: text::Lang, s: &Scenario) -> [String; 3] {
    let name = if s.name == "all" { text::fidelity_all(l).to_owned() } else { s.name.clone() };
    [name, s.agree.to_string(), s.steps.to_string()]
}

/// A table of measured facts, in the cluster's own language.
#[component]
fn Facts<const N: usize>(
    /// Of the heading that names it.
    id: &'static str,
    heads: [&'static str; N],
    rows: Vec<[String; N]>,
) -> impl IntoView {
    let heads = heads.map(|h| view! { <th scope="col">{h}</th> }).into_iter().collect::<Vec<_>>();
    let rows = rows
        .into_iter()
        .map(|row| {
            let cells = row.into_iter().map(|cell| view! { <td>{cell}</td> }).collect::<Vec<_>>();
            view! { <tr>{cells}</tr> }
        })
        .collect::<Vec<_>>();
    view! {
        <div class="fidelity__facts" role="region" tabindex="0" aria-labelledby=id>
            <table class="plain-table">
                <thead><tr>{heads}</tr></thead>
                <tbody lang="en">{rows}</tbody>
            </table>
        </div>
    }
}
