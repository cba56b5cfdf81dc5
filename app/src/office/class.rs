//! One class: what is set, who is in it, and for learners what was said of their attempts.

use leptos::prelude::*;
use wire::{
    learner::Lang,
    people::{ClassRole, Decision},
};

use super::form::{Field, button, date, moment, role_in_class};
use crate::text::pick;

/// A class as one of its people sees it.
#[derive(Clone, Debug, Default)]
pub struct ClassSheet {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Join code; only for who leads it.
    pub code: Option<String>,
    /// First and last moment, Unix ms.
    pub time_ms: (i64, i64),
    /// What the reader is in it.
    pub role: ClassRole,
    /// Lessons that are set.
    pub assigned: Vec<Assigned>,
    /// Lessons that could be set: slug and title.
    pub others: Vec<(String, String)>,
    /// Who is in it; empty for learners, who see themselves only.
    pub members: Vec<MemberLine>,
    /// What graders said of the reader's attempts, newest first.
    pub remarks: Vec<Remark>,
}

/// A lesson that is set.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// Its directory name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Unix time at which it is due, ms.
    pub due_ms: Option<i64>,
}

/// Somebody in it.
#[derive(Clone, Debug)]
pub struct MemberLine {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What they are in it.
    pub role: ClassRole,
}

/// What a grader said.
#[derive(Clone, Debug)]
pub struct Remark {
    /// The experiment's label and title.
    pub about: String,
    /// Where it stands.
    pub href: String,
    /// What.
    pub decision: Decision,
    /// Their words.
    pub comment: String,
    /// Who.
    pub judge: String,
    /// Unix time, ms.
    pub at_ms: i64,
}

/// A decision in words, for whom it is about.
pub(super) fn decided(l: Lang, decision: Decision) -> &'static str {
    match decision {
        Decision::Accept => pick(l, "통과로 인정", "accepted"),
        Decision::Again => pick(l, "다시 해 보기", "to be tried again"),
        Decision::Comment => pick(l, "한마디", "a comment"),
        Decision::Undo => pick(l, "앞의 판정을 거둠", "taken back"),
    }
}

pub(super) fn view(l: Lang, sheet: ClassSheet) -> AnyView {
    let judges = sheet.role != ClassRole::Learner;
    let leads = sheet.role == ClassRole::Instructor;
    let code = sheet.code.clone().map(|code| {
        view! {
            <div class="office__who">{pick(l, "반 코드 ", "Class code ")}<code class="office__code">{code}</code>
                {button(format!("/{l}/classes/{}/code", sheet.id), pick(l, "새 코드로 바꾸기", "Change the code"), "btn btn--s", &[])}</div>
        }
    });
    view! {
        <p>{role_in_class(l, sheet.role)}" · "{date(sheet.time_ms.0)}" – "{date(sheet.time_ms.1)}</p>
        {code}
        {lessons(l, &sheet, judges, leads)}
        {(!judges).then(|| remarks(l, &sheet.remarks))}
        {judges.then(|| members(l, &sheet, leads))}
        {leads.then(|| settings(l, &sheet))}
        {button(format!("/{l}/classes/{}/leave", sheet.id), pick(l, "이 반에서 나가기", "Leave this class"), "btn btn--s", &[])}
    }
    .into_any()
}

fn lessons(l: Lang, sheet: &ClassSheet, judges: bool, leads: bool) -> AnyView {
    let id = &sheet.id;
    let rows = sheet
        .assigned
        .iter()
        .map(|a| {
            let due = a.due_ms.map_or_else(|| pick(l, "기한 없음", "no due date").to_owned(), date);
            let board = judges.then(|| {
                view! { <a href=format!("/{l}/classes/{id}/lessons/{}", a.slug)>{pick(l, "학습 현황", "Progress")}</a> }
            });
            let insight = leads.then(|| {
                view! { " · "<a href=format!("/{l}/classes/{id}/lessons/{}/insight", a.slug)>{pick(l, "들여다보기", "Insight")}</a> }
            });
            let take = leads.then(|| {
                button(format!("/{l}/classes/{id}/unassign"), pick(l, "빼기", "Take it out"), "btn btn--s", &[("lesson", &a.slug)])
            });
            view! {
                <tr><th scope="row"><a href=format!("/{l}/lessons/{}", a.slug)>{a.title.clone()}</a></th><td>{due}</td><td>{board}{insight}</td><td>{take}</td></tr>
            }
        })
        .collect::<Vec<_>>();
    let set = (leads && !sheet.others.is_empty()).then(|| {
        let options =
            sheet.others.iter().map(|(slug, title)| view! { <option value=slug.clone()>{title.clone()}</option> }).collect::<Vec<_>>();
        view! {
            <form class="office__line" method="post" action=format!("/{l}/classes/{id}/assign")>
                <p class="field"><label for="f-lesson">{pick(l, "과", "Lesson")}</label><select id="f-lesson" name="lesson">{options}</select></p>
                <Field label=pick(l, "언제까지", "Due") name="due" kind="date" required=false />
                <button class="btn">{pick(l, "과제로 내기", "Set it")}</button>
            </form>
        }
    });
    let none =
        rows.is_empty().then(|| view! { <p>{pick(l, "아직 과제가 없어요.", "Nothing is set yet.")}</p> });
    view! {
        <section class="office__card">
            <h2>{pick(l, "과제", "Lessons")}</h2>
            {none}
            <div class="office__scroll"><table class="office__table"><tbody>{rows}</tbody></table></div>
            {set}
        </section>
    }
    .into_any()
}

fn remarks(l: Lang, remarks: &[Remark]) -> AnyView {
    let lines = remarks
        .iter()
        .map(|r| {
            view! {
                <li>
                    <a href=r.href.clone()><b>{r.about.clone()}</b></a>
                    <span>{decided(l, r.decision)}" · "{r.judge.clone()}" · "{moment(r.at_ms)}</span>
                    <p>{r.comment.clone()}</p>
                </li>
            }
        })
        .collect::<Vec<_>>();
    let none = lines.is_empty().then(|| view! { <p>{pick(l, "아직 없어요.", "Nothing yet.")}</p> });
    view! {
        <section class="office__card"><h2>{pick(l, "채점자가 한 말", "What your graders said")}</h2>{none}<ul class="office__list">{lines}</ul></section>
    }
    .into_any()
}

fn members(l: Lang, sheet: &ClassSheet, leads: bool) -> AnyView {
    let rows = sheet
        .members
        .iter()
        .map(|m| {
            let remove = leads.then(|| {
                button(format!("/{l}/classes/{}/remove", sheet.id), pick(l, "내보내기", "Remove"), "btn btn--s", &[("learner", &m.id)])
            });
            view! { <tr><th scope="row">{m.name.clone()}</th><td>{role_in_class(l, m.role)}</td><td>{remove}</td></tr> }
        })
        .collect::<Vec<_>>();
    let add = leads.then(|| {
        view! {
            <form class="office__line" method="post" action=format!("/{l}/classes/{}/staff", sheet.id)>
                <Field label=pick(l, "계정 이름", "Account name") name="name" complete="off" />
                <p class="field"><label for="f-role">{pick(l, "역할", "Role")}</label>
                    <select id="f-role" name="role">
                        <option value="grader">{role_in_class(l, ClassRole::Grader)}</option>
                        <option value="instructor">{role_in_class(l, ClassRole::Instructor)}</option>
                        <option value="learner">{role_in_class(l, ClassRole::Learner)}</option>
                    </select></p>
                <button class="btn">{pick(l, "넣기", "Add")}</button>
            </form>
        }
    });
    view! {
        <section class="office__card">
            <h2>{pick(l, "사람들", "People")}</h2>
            <div class="office__scroll"><table class="office__table"><tbody>{rows}</tbody></table></div>
            {add}
        </section>
    }
    .into_any()
}

fn settings(l: Lang, sheet: &ClassSheet) -> AnyView {
    view! {
        <form class="office__card" method="post" action=format!("/{l}/classes/{}/settings", sheet.id)>
            <h2>{pick(l, "반 고치기", "Change the class")}</h2>
            <Field label=pick(l, "반 이름", "Name of the class") name="name" value=sheet.name.clone() />
            <Field label=pick(l, "첫날", "First day") name="starts" kind="date" value=date(sheet.time_ms.0) />
            <Field label=pick(l, "마지막 날", "Last day") name="ends" kind="date" value=date(sheet.time_ms.1) />
            <p class="office__act"><button class="btn">{pick(l, "고치기", "Change it")}</button></p>
        </form>
    }
    .into_any()
}
