//! The own classes: joining one, and making one.

use leptos::prelude::*;
use wire::people::{ClassRole, Role};

use super::{
    Desk,
    form::{Field, date, role_in_class},
};
use crate::text::pick;

/// Classes that somebody is in.
#[derive(Clone, Debug, Default)]
pub struct ClassesSheet {
    /// They.
    pub classes: Vec<ClassLine>,
    /// What is wrong with the lessons' files, for those who write them.
    pub mistakes: Vec<String>,
    /// The code that was typed.
    pub code: String,
}

/// A class in the list.
#[derive(Clone, Debug)]
pub struct ClassLine {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What one is in it.
    pub role: ClassRole,
    /// First and last moment, Unix ms.
    pub time_ms: (i64, i64),
}

pub(super) fn view(desk: &Desk, sheet: ClassesSheet) -> AnyView {
    let l = desk.lang;
    let lines = sheet
        .classes
        .into_iter()
        .map(|c| {
            view! {
                <li>
                    <a href=format!("/{l}/classes/{}", c.id)><b>{c.name}</b></a>
                    <span>{role_in_class(l, c.role)}" · "{date(c.time_ms.0)}" – "{date(c.time_ms.1)}</span>
                </li>
            }
        })
        .collect::<Vec<_>>();
    let none = lines
        .is_empty()
        .then(|| view! { <p>{pick(l, "아직 든 반이 없어요.", "You are in no class yet.")}</p> });
    let name = desk.name.is_empty().then(|| {
        view! {
            <p>{pick(l, "반에 들어가려면 먼저 이름이 있어야 해요. ", "To join a class you need a name first. ")}
                <a href=format!("/{l}/account")>{pick(l, "내 작업 남기기", "Keep my work")}</a></p>
        }
    });
    let make = (desk.role >= Role::Instructor).then(|| {
        view! {
            <form class="office__card" method="post" action=format!("/{l}/classes")>
                <h2>{pick(l, "반 만들기", "Make a class")}</h2>
                <Field label=pick(l, "반 이름", "Name of the class") name="name" />
                <Field label=pick(l, "첫날", "First day") name="starts" kind="date" />
                <Field label=pick(l, "마지막 날", "Last day") name="ends" kind="date" />
                <p class="office__act"><button class="btn btn--primary">{pick(l, "만들기", "Make it")}</button></p>
            </form>
        }
    });
    let mistakes = (!sheet.mistakes.is_empty()).then(|| {
        let found = sheet
            .mistakes
            .iter()
            .map(|text| view! { <pre lang="en">{text.clone()}</pre> })
            .collect::<Vec<_>>();
        view! {
            <section class="office__card office__card--danger">
                <h2>{pick(l, "고칠 곳이 있는 과", "Lessons with mistakes")}</h2>
                <p>{pick(l,
                    "학습자에게는 마지막으로 성했던 판이 보여요. 이 글은 강사에게만 보여요.",
                    "Learners see the last version that was whole. Only instructors see this.")}</p>
                <div class="office__scroll">{found}</div>
            </section>
        }
    });
    view! {
        {mistakes}
        {none}
        <ul class="office__list">{lines}</ul>
        <form class="office__card" method="post" action=format!("/{l}/join")>
            <h2>{pick(l, "반에 들어가기", "Join a class")}</h2>
            {name}
            <Field label=pick(l, "반 코드 여섯 글자", "The class's code of six characters") name="code" value=sheet.code complete="off" />
            <p class="office__act"><button class="btn btn--primary">{pick(l, "들어가기", "Join")}</button></p>
        </form>
        {make}
    }
    .into_any()
}
