//! An experiment card: predict, act, observe, explain.

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use wire::lesson::{ActText, ExperimentView, Progress, Verdict};

use super::{
    chain::Explain, charts::Charts, checks::Checks, numbers::Numbers, predict::Predict, transfer::Transfer,
};
use crate::{
    api::{self, Act, Hint, Reset, Show},
    fault::Fault,
    icon::Icon,
    post::Post,
    stage::state::Stage,
    text::{self, Lang},
    topbar::here,
    words::lang,
};

/// What the parts of a card share.
#[derive(Clone, Copy)]
pub struct Card {
    pub view: StoredValue<ExperimentView>,
    pub stage: Stage,
    pub progress: RwSignal<Progress>,
    pub fault: RwSignal<Option<Fault>>,
    pub lang: Lang,
    /// Virtual ms that the learner's clock shows as 00:00.
    pub start_ms: Signal<i64>,
    /// Requests that failed so far.
    pub failed: Signal<u64>,
    /// Where forms land.
    pub back: StoredValue<String>,
}

impl Card {
    pub fn sandbox(&self) -> String {
        self.view.with_value(|v| v.sandbox.clone().unwrap_or_default())
    }
    pub fn clock(&self, at_ms: i64) -> String {
        text::clock(at_ms, self.start_ms.get())
    }
    pub fn fields(&self, more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let mut fields = vec![("sandbox", self.sandbox()), ("back", self.back.get_value())];
        fields.extend(more.iter().map(|(k, v)| (*k, (*v).to_owned())));
        fields
    }
    /// Takes a new state from a server function, or says what went wrong.
    pub fn take<F>(self, answer: F)
    where
        F: Future<Output = Result<Progress, Fault>> + 'static,
    {
        spawn_local(async move {
            match answer.await {
                Ok(progress) => {
                    self.fault.set(None);
                    self.stage.answered(progress);
                }
                Err(fault) => self.fault.set(Some(fault)),
            }
        });
    }
    fn waits_for_transfer(&self) -> bool {
        self.view.with_value(|v| v.transfer.is_some()) && self.progress.with(|p| p.transfer.is_none())
    }
    fn acted(&self) -> bool {
        self.progress.with(|p| !p.acts.is_empty() || p.checks.iter().any(|c| c.verdict != Verdict::Todo))
    }
}

#[component]
pub fn Experiment(view: ExperimentView) -> impl IntoView {
    let l = lang();
    let id = format!("ex-{}", view.id);
    let stage = expect_context::<Stage>();
    let card = Card {
        stage,
        progress: stage.progress,
        fault: stage.fault,
        lang: l,
        start_ms: stage.start_ms.into(),
        failed: stage.failed.into(),
        back: StoredValue::new(here(&id)),
        view: StoredValue::new(view.clone()),
    };
    let n_checks = view.checks.len();
    let verdict =
        move |i: usize| card.progress.with(|p| p.checks.get(i).map(|c| c.verdict).unwrap_or_default());
    let passed = Memo::new(move |_| (0..n_checks).filter(|i| verdict(*i) == Verdict::Pass).count());
    let beads = (0..n_checks)
        .map(|i| {
            let class = move || match verdict(i) {
                Verdict::Pass => "on",
                Verdict::InProgress => "half",
                _ => "",
            };
            view! { <i class=class></i> }
        })
        .collect::<Vec<_>>();
    let acts = view.acts.iter().map(|a| view! { <ActRow card act=a.clone() /> }).collect::<Vec<_>>();
    let is_locked = move || card.progress.with(|p| p.prediction.is_some());
    let step = move |n: u8| {
        move || {
            let now = match (is_locked(), card.acted(), card.progress.with(|p| p.passed)) {
                (false, false, _) => 1,
                (_, false, _) => 2,
                (_, true, false) => 3,
                (_, true, true) if card.waits_for_transfer() => 5,
                (_, true, true) => 4,
            };
            format!(
                "ex__step{}{}",
                if n < now { " is-done" } else { "" },
                if n == now { " is-now" } else { "" }
            )
        }
    };
    let first_act = move || card.progress.with(|p| p.acts.iter().map(|a| a.at_ms).min());
    let heading = format!("{id}-h");
    view! {
        <section class="ex" id=id.clone() aria-labelledby=heading.clone()>
            <header class="ex__head">
                <h3 id=heading.clone()><span class="ex__no">{text::experiment(l, &view.label)}</span>"\u{2002}"{view.title.clone()}</h3>
                <span class="ex__score" role="img" aria-label=move || text::score(l, passed.get(), n_checks)>
                    {beads}<span>{move || passed.get()}"/"{n_checks}</span>
                </span>
            </header>
            <Predict card step=Signal::derive(step(1)) />
            <div class=step(2) data-n="2">
                <h4>{text::act(l)}" "<small>{move || first_act().map(|at| text::done_at(l, &card.clock(at)))}</small></h4>
                {move || (!is_locked()).then(|| view! { <p>{text::act_first_predict(l)}</p> })}
                {acts}
            </div>
            <div class=step(3) data-n="3">
                <h4>{text::observe(l)}</h4>
                <Checks card />
                {view.charts.then(|| view! { <Charts card /> })}
                <Numbers card />
            </div>
            <Explain card step=Signal::derive(step(4)) />
            <Transfer card step=Signal::derive(step(5)) />
            <footer class="ex__foot">
                <HintButton card />
                <Post action=Reset::url() fields=card.fields(&[("lang", l.tag())])
                    on_post=move |_| card.take(api::reset(card.sandbox(), l, String::new()))>
                    <button class="btn btn--s btn--quiet"><Icon id="i-reset" />{text::reset_experiment(l)}</button>
                </Post>
                <Post action=Show::url() fields=card.fields(&[])>
                    <button class="btn btn--s btn--quiet"><Icon id="i-eye" />{text::show_me(l)}</button>
                </Post>
            </footer>
        </section>
    }
}

#[component]
fn ActRow(card: Card, act: ActText) -> impl IntoView {
    let l = card.lang;
    let id = StoredValue::new(act.id.clone());
    let icon = if act.command.contains("plug") {
        "i-plug"
    } else if act.command.contains("kill") {
        "i-kill"
    } else {
        "i-term"
    };
    let waits = move || card.progress.with(|p| p.prediction.is_none());
    let running = RwSignal::new(false);
    let act_out = move || {
        running.set(true);
        card.take(async move {
            let answer = api::act(card.sandbox(), id.get_value(), l, String::new()).await;
            running.set(false);
            answer
        });
    };
    let stands = move || running.get() && card.stage.live.with(|v| v.clock.paused);
    view! {
        <Post action=Act::url() class="act" fields=card.fields(&[("act", &act.id), ("lang", l.tag())])
            on_post=move |_| if !waits() && !running.get_untracked() { act_out() }>
            <button class="btn btn--s" disabled=waits aria-busy=move || running.get().then_some("true")>
                <Icon id=icon />{act.label.clone()}
            </button>
            <span class="act__cmd">{text::same_command(l)}" "<code>{act.command.clone()}</code></span>
        </Post>
        <div aria-live="polite">
            {move || stands().then(|| view! { <p class="note note--late">{text::runs_while_paused(l)}</p> })}
        </div>
    }
}

#[component]
fn HintButton(card: Card) -> impl IntoView {
    let l = card.lang;
    let all = card.view.with_value(|v| v.hints);
    let open = Memo::new(move |_| card.progress.with(|p| p.hints.len()));
    let spent = move || open.get() >= all as usize;
    view! {
        {(all > 0).then(|| view! {
            <Post action=Hint::url() fields=card.fields(&[("lang", l.tag())])
                on_post=move |_| if open.get_untracked() < all as usize {
                    card.take(api::hint(card.sandbox(), l, String::new()));
                }>
                <button class="btn btn--s btn--quiet" disabled=spent>
                    <Icon id="i-bulb" />
                    {text::hint_open(l)}
                    <span class="muted">{move || text::hint_count(l, open.get(), all)}</span>
                </button>
            </Post>
        })}
    }
}
