//! The race: predict each row, play a script in both worlds, and compare. The form is a GET: prediction and script stand in the
//! address, and the same address is the same race. The page without them shows the learner's last one.

mod chart;
mod lanes;
mod rows;
mod series;

use leptos::prelude::*;
use wire::{
    learner::Lang,
    widget::{
        Asked, Run, WidgetPage,
        race::{LOCKED, Race, RaceRun, SCRIPT, ScriptFault, Side},
    },
};

use self::{chart::Chart, rows::Rows};
use super::keep::{Over, over_form};
use crate::{icon::Icon, text::widget as text};

/// What somebody predicted for each row.
type Predicted = Vec<Option<Side>>;

fn predicted(race: &Race, asked: &Asked) -> Predicted {
    let of =
        |id: &str| asked.get(&format!("p-{id}")).and_then(|w| Side::ALL.into_iter().find(|s| s.word() == w));
    race.rows.iter().map(|row| of(&row.id)).collect()
}

#[component]
pub fn TwoWorlds(page: WidgetPage, race: Race) -> impl IntoView {
    let l = page.lang;
    let asked = &page.widget.asked;
    let guess = predicted(&race, asked);
    let is_locked = asked.get(LOCKED).is_some();
    let path = format!("/{l}/lessons/{}/{}", page.slug, page.widget.id);
    let script = asked.get(SCRIPT).map_or_else(|| race.script.clone(), str::to_owned);
    let over = (!asked.is_empty()).then(|| over_form(&page.widget.id));
    let (run, fault) = match page.run {
        Some(Run::Race(Ok(run))) => (Some(run), None),
        Some(Run::Race(Err(fault))) => (None, Some(fault)),
        _ => (None, None),
    };
    let shown = run.filter(|_| is_locked);
    let score = shown.as_ref().map(|run| score(run, &guess));
    let out = shown.map(|run| view! { <Out lang=l race=race.clone() run guess=guess.clone() /> });
    view! {
        <Over slug=page.slug id=page.widget.id back=path.clone() />
        <main class="race" id="main">
            <header class="race__head">
                <div><h1>{page.widget.title}</h1><p>{page.widget.lede}</p></div>
                {score.map(|(right, of)| view! {
                    <p class="race__pred" role="status"><Icon id="i-lock" /><span><small>{text::my_prediction(l)}</small>{text::predicted(l, right, of)}</span></p>
                })}
            </header>
            <Setup lang=l race=race.clone() path script guess is_locked over fault />
            {out}
        </main>
    }
}

/// How many rows were predicted rightly, of those that were predicted and measured.
fn score(run: &RaceRun, guess: &Predicted) -> (usize, usize) {
    let both = run.rows.iter().zip(guess).filter_map(|(row, guess)| Some((row.verdict?, (*guess)?)));
    both.fold((0, 0), |(right, of), (is, guess)| (right + usize::from(is == guess), of + 1))
}

/// The form: a prediction for each row, and the script.
#[component]
fn Setup(
    lang: Lang,
    race: Race,
    path: String,
    script: String,
    guess: Predicted,
    is_locked: bool,
    /// The form that starts over, where there is something to forget.
    over: Option<String>,
    fault: Option<ScriptFault>,
) -> impl IntoView {
    let l = lang;
    let rows = race
        .rows
        .iter()
        .zip(guess)
        .map(|(row, guess)| {
            let name = format!("p-{}", row.id);
            let choices = Side::ALL
                .into_iter()
                .map(|side| {
                    let checked = guess == Some(side);
                    view! {
                        <label><input type="radio" name=name.clone() value=side.word() checked=checked required />{text::side(l, side)}</label>
                    }
                })
                .collect::<Vec<_>>();
            view! {
                <fieldset class="guess">
                    <legend><b>{row.label.clone()}</b><small>{row.claim.clone()}</small></legend>
                    <div class="seg">{choices}</div>
                </fieldset>
            }
        })
        .collect::<Vec<_>>();
    let is_wrong = fault.is_some();
    let lines = script.lines().count().clamp(6, 14);
    let problem = fault.map(|f| {
        view! { <p class="race__fault" id="script-fault" role="alert"><Icon id="i-err" />{text::script_fault(l, &f)}</p> }
    });
    let tags = race.tags.join(", ");
    view! {
        <details class="race__setup" open=!is_locked || is_wrong>
            <summary><Icon id="i-chev" />{if is_locked { text::race_again(l) } else { text::race_predict(l) }}</summary>
            <form method="get" action=format!("{path}#race-out")>
                <input type="hidden" name=LOCKED value="1" />
                <section class="card race__guesses" aria-labelledby="rg">
                    <h2 id="rg">{text::who_loses_less(l)}</h2>
                    {rows}
                </section>
                <section class="card race__script" aria-labelledby="rs">
                    <h2 id="rs">{text::script(l)}</h2>
                    <p id="script-how">{text::script_how(l)}</p>
                    <textarea name=SCRIPT rows=lines spellcheck="false" aria-labelledby="rs" aria-describedby="script-how"
                        aria-invalid=is_wrong.then_some("true")>{script}</textarea>
                    {problem}
                    <details><summary>{text::script_words(l)}</summary><dl class="verbs">{verbs(l, &tags)}</dl></details>
                    <p class="race__try">{race.try_it.clone()}</p>
                    <p class="race__go">
                        <button class="btn btn--primary"><Icon id="i-play" />{text::race_run(l)}</button>
                        {over.map(|form| view! { <button class="btn btn--quiet" form=form><Icon id="i-reset" />{text::start_over(l)}</button> })}
                    </p>
                </section>
            </form>
        </details>
    }
}

fn verbs(lang: Lang, tags: &str) -> Vec<AnyView> {
    let line = |(verb, what): (&'static str, String)| {
        view! { <div><dt><code>{verb}</code></dt><dd>{what}</dd></div> }.into_any()
    };
    text::verbs(lang, tags).into_iter().map(line).collect()
}

#[component]
fn Out(lang: Lang, race: Race, run: RaceRun, guess: Predicted) -> impl IntoView {
    let l = lang;
    let fair = race.fair_html.clone();
    let refused: Vec<_> = run
        .events
        .iter()
        .filter_map(|e| {
            let why = e.refused.clone()?;
            Some(view! { <li><code>{format!("{} {}", text::moment(e.at_ms), e.line)}</code>" "{why}</li> })
        })
        .collect();
    view! {
        <div class="race__out" id="race-out">
            <Chart lang=l run=run.clone() labels=race.rows.iter().map(|r| r.label.clone()).collect() />
            <Rows lang=l race run guess />
            <aside class="card race__fair">
                <div inner_html=fair></div>
                {(!refused.is_empty()).then(|| view! { <p><b>{text::refused(l)}</b></p><ul>{refused}</ul> })}
            </aside>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::widget::race::{Outcome, World};

    #[test]
    fn only_what_was_predicted_and_measured_counts() {
        let row = |verdict| Outcome { compose: None, kubernetes: None, verdict };
        let run = RaceRun {
            events: vec![],
            until_ms: 0,
            compose: World::default(),
            kubernetes: World::default(),
            rows: vec![row(Some(Side::Tie)), row(Some(Side::Compose)), row(None), row(Some(Side::Tie))],
        };
        let guess = vec![Some(Side::Tie), Some(Side::Kubernetes), Some(Side::Tie), None];
        assert_eq!(score(&run, &guess), (1, 2));
    }
}
