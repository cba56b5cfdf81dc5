//! What one learner did in an experiment: deeds on a clock, checks with what decided them, flags, and the log of judgements.

use leptos::prelude::*;
use wire::{
    learner::Lang,
    lesson::{Verdict, Why},
    people::Decision,
};

use super::{
    class::decided,
    form::{button, moment},
};
use crate::{
    icon::Icon,
    text::{clock, pick},
};

/// An attempt: a run of a sandbox.
#[derive(Clone, Debug, Default)]
pub struct AttemptSheet {
    /// `sandbox/run`.
    pub attempt: String,
    /// Who.
    pub learner: String,
    /// The experiment's label and title.
    pub experiment: String,
    /// Address of the table that it was reached from.
    pub board: String,
    /// The lesson's number in the course.
    pub number: u32,
    /// The lesson's version in which it began, and the one of now.
    pub versions: (String, String),
    /// All runs of the sandbox.
    pub runs: Vec<i64>,
    /// This one.
    pub run: i64,
    /// The virtual moment that the learner's clock shows as zero, ms.
    pub start_ms: i64,
    /// What was predicted, and at which moment.
    pub prediction: Option<(String, i64)>,
    /// What was done, in order.
    pub deeds: Vec<Deed>,
    /// The checks.
    pub checks: Vec<CheckLine>,
    /// Why a grader should look.
    pub flags: Vec<Flag>,
    /// Hints that were opened.
    pub hints: i64,
    /// Judgements, oldest first.
    pub log: Vec<LogLine>,
    /// The decision that holds.
    pub holds: Option<Decision>,
    /// Words that were typed and not taken.
    pub typed: String,
}

/// Something that was done.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Virtual moment, ms.
    pub at_ms: i64,
    /// What sort of thing.
    pub kind: DeedKind,
    /// The command line, or the request.
    pub words: String,
    /// Did it fail?
    pub failed: bool,
    /// Does a flag speak of it?
    pub flagged: bool,
}

/// How it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeedKind {
    /// A line of the page's console, or a handle, which runs one.
    Line,
    /// A write through the learner's own kubectl.
    Request,
}

/// A check and what decided it.
#[derive(Clone, Debug)]
pub struct CheckLine {
    /// Its words in the reader's language.
    pub words: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// When, virtual ms.
    pub at_ms: i64,
    /// The object and value.
    pub why: Option<Why>,
}

/// Why a grader should look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Pods were deleted by hand, in an experiment that does not ask for it: so many.
    DeletedByHand(usize),
    /// An object of the world itself was written: its path.
    WorldWritten(String),
    /// All of it took so many real seconds: less than anybody needs to read it.
    TooFast(u64),
    /// The solution had been shown before.
    SolutionSeen,
}

impl Flag {
    /// In words.
    pub fn say(&self, l: Lang) -> String {
        match (self, l) {
            (Flag::DeletedByHand(n), Lang::Ko) => {
                format!("파드 {n}개를 직접 지웠어요. 스스로 나을 일을 손으로 했을 수 있어요.")
            }
            (Flag::DeletedByHand(n), Lang::En) => {
                format!(
                    "{n} pods were deleted by hand, which may have done what should have healed by itself."
                )
            }
            (Flag::WorldWritten(path), Lang::Ko) => format!("실험의 세상 자체를 고쳤어요: {path}"),
            (Flag::WorldWritten(path), Lang::En) => {
                format!("The experiment's world itself was written: {path}")
            }
            (Flag::TooFast(s), Lang::Ko) => {
                format!("처음부터 끝까지 실제로 {s}초 걸렸어요. 읽고 하기에는 너무 빨라요.")
            }
            (Flag::TooFast(s), Lang::En) => {
                format!("All of it took {s} real seconds: too fast to have been read.")
            }
            (Flag::SolutionSeen, Lang::Ko) => "먼저 풀이를 보고 했어요.".into(),
            (Flag::SolutionSeen, Lang::En) => "The solution had been shown before.".into(),
        }
    }
}

/// An entry of the log.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// Its id.
    pub id: String,
    /// Who.
    pub judge: String,
    /// What.
    pub decision: Decision,
    /// Their words.
    pub comment: String,
    /// Unix time, ms.
    pub at_ms: i64,
    /// Was it taken back?
    pub undone: bool,
}

pub(super) fn view(l: Lang, sheet: AttemptSheet) -> AnyView {
    let runs = sheet
        .runs
        .iter()
        .map(|run| {
            let sandbox = sheet.attempt.split('/').next().unwrap_or_default();
            let current = (*run == sheet.run).then_some("true");
            view! { <a href=format!("/{l}/attempts/{sandbox}/{run}") aria-current=current>{pick(l, "시도 ", "Try ")}{*run}</a> }
        })
        .collect::<Vec<_>>();
    view! {
        <p class="office__who"><b>{sheet.experiment.clone()}</b></p>
        <div class="office__links">
            <nav class="seg" aria-label=pick(l, "시도", "Tries")>{runs}</nav>
            {button(format!("/{l}/attempts/{}/copy", sheet.attempt), pick(l, "내 사본에서 다시 보기", "Replay it in a copy of my own"), "btn btn--primary", &[])}
        </div>
        {version(l, &sheet.versions)}
        {flags(l, &sheet)}
        {checks(l, &sheet)}
        {deeds(l, &sheet)}
        {judge(l, &sheet)}
    }
    .into_any()
}

fn version(l: Lang, (was, now): &(String, String)) -> Option<AnyView> {
    let words = match l {
        Lang::Ko => format!("과의 {was}판에서 한 시도예요. 지금은 {now}판이라 확인이 다를 수 있어요."),
        Lang::En => {
            format!("Made with version {was} of the lesson. It is {now} now, and its checks may be others.")
        }
    };
    (!was.is_empty() && was != now).then(|| view! { <p>{words}</p> }.into_any())
}

fn flags(l: Lang, sheet: &AttemptSheet) -> Option<AnyView> {
    let lines = sheet.flags.iter().map(|flag| view! { <p>{flag.say(l)}</p> }).collect::<Vec<_>>();
    (!lines.is_empty()).then(|| {
        view! { <section class="gwhy gwhy--alone"><h2><Icon id="i-flag" />{pick(l, "왜 봐야 하나요", "Why to look")}</h2>{lines}</section> }.into_any()
    })
}

fn checks(l: Lang, sheet: &AttemptSheet) -> AnyView {
    let rows = sheet
        .checks
        .iter()
        .map(|c| {
            let (letter, words) = match c.verdict {
                Verdict::Pass => ("P", pick(l, "통과", "passed")),
                Verdict::Fail => ("F", pick(l, "실패", "failed")),
                Verdict::InProgress => ("R", pick(l, "진행 중", "under way")),
                Verdict::Todo => ("todo", pick(l, "아직", "not yet")),
            };
            let at = (c.verdict != Verdict::Todo).then(|| clock(c.at_ms, sheet.start_ms));
            let why = c.why.clone().map(|w| {
                view! { <code class="obj">{w.object}</code>" "{w.path}" "<span class="val">{w.actual}</span>" "{w.op}" "{w.expected} }
            });
            view! { <tr><th scope="row">{c.words.clone()}</th><td><span class="gc" data-s=letter>{words}</span></td><td>{at}</td><td>{why}</td></tr> }
        })
        .collect::<Vec<_>>();
    view! {
        <section class="office__card">
            <h2>{pick(l, "확인", "Checks")}</h2>
            <div class="office__scroll"><table class="office__table"><tbody>{rows}</tbody></table></div>
        </section>
    }
    .into_any()
}

fn deeds(l: Lang, sheet: &AttemptSheet) -> AnyView {
    let mut lines = Vec::new();
    if let Some((words, at_ms)) = &sheet.prediction {
        lines.push((
            *at_ms,
            view! { <li><time>{clock(*at_ms, sheet.start_ms)}</time><span><Icon id="i-lock" /></span><p><b>{pick(l, "예측 ", "Predicted ")}</b>{words.clone()}</p></li> }
                .into_any(),
        ));
    }
    for deed in &sheet.deeds {
        let icon = if deed.kind == DeedKind::Line { "i-term" } else { "i-api" };
        let failed =
            deed.failed.then(|| view! { <span class="office__bad">{pick(l, " 실패", " failed")}</span> });
        lines.push((
            deed.at_ms,
            view! { <li class:is-now=deed.flagged><time>{clock(deed.at_ms, sheet.start_ms)}</time><span><Icon id=icon /></span><p><code>{deed.words.clone()}</code>{failed}</p></li> }
                .into_any(),
        ));
    }
    lines.sort_by_key(|(at_ms, _)| *at_ms);
    let lines = lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>();
    let none = lines
        .is_empty()
        .then(|| view! { <p>{pick(l, "아직 아무것도 하지 않았어요.", "Nothing was done yet.")}</p> });
    let hints = match l {
        Lang::Ko => format!("힌트 {}개를 펼쳤어요.", sheet.hints),
        Lang::En => format!("{} hints were opened.", sheet.hints),
    };
    view! {
        <section class="office__card"><h2>{pick(l, "한 일", "What was done")}</h2><p>{hints}</p>{none}<ol class="gacts gacts--alone">{lines}</ol></section>
    }
    .into_any()
}

fn judge(l: Lang, sheet: &AttemptSheet) -> AnyView {
    let log = sheet
        .log
        .iter()
        .map(|entry| {
            let undo = (entry.decision != Decision::Undo && entry.decision != Decision::Comment && !entry.undone).then(|| {
                button(format!("/{l}/attempts/{}/judge", sheet.attempt), pick(l, "되돌리기", "Undo"), "btn btn--s",
                    &[("decision", "undo"), ("undoes", &entry.id)])
            });
            view! {
                <li class:is-undone=entry.undone><b>{decided(l, entry.decision)}</b><span>{entry.judge.clone()}" · "{moment(entry.at_ms)}</span><p>{entry.comment.clone()}</p>{undo}</li>
            }
        })
        .collect::<Vec<_>>();
    let holds = match sheet.holds {
        Some(decision) => decided(l, decision),
        None => pick(l, "아직 판정이 없어요", "not judged yet"),
    };
    view! {
        <section class="office__card">
            <h2>{pick(l, "판정", "Judgement")}</h2>
            <p><b>{holds}</b></p>
            <form method="post" action=format!("/{l}/attempts/{}/judge", sheet.attempt)>
                <p class="field"><label for="f-comment">{pick(l, "한마디 남기기", "A few words")}</label>
                    <textarea id="f-comment" name="comment" rows="3" maxlength="2000">{sheet.typed.clone()}</textarea>
                    <small>{pick(l, "학습자가 봐요.", "The learner sees them.")}</small></p>
                <p class="office__act">
                    <button class="btn btn--primary" name="decision" value="accept"><Icon id="i-check" />{pick(l, "통과로 인정", "Accept")}</button>
                    <button class="btn" name="decision" value="again">{pick(l, "다시 해 보게 하기", "Ask to try again")}</button>
                    <button class="btn" name="decision" value="comment">{pick(l, "말만 남기기", "Only comment")}</button>
                </p>
            </form>
            <ul class="office__list">{log}</ul>
        </section>
    }
    .into_any()
}
