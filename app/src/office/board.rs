//! The graders' table: learners × checks.

use std::fmt::Write;

use leptos::prelude::*;
use serde::Serialize;
use wire::learner::Lang;

use super::form::moment;
use crate::{icon::symbol, text::pick};

/// A class in one lesson.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BoardSheet {
    /// The class's id.
    pub class: String,
    /// Its name.
    pub class_name: String,
    /// The lesson's directory name.
    pub lesson: String,
    /// Its number in the course.
    pub number: u32,
    /// The columns: experiments in order, each with its checks.
    pub columns: Vec<Column>,
    /// The rows that are shown.
    pub rows: Vec<BoardRow>,
    /// Rows of each filter: all, to be looked at, stuck, not begun.
    pub counts: [usize; 4],
    /// Learners who passed all.
    pub finished: usize,
    /// What is shown.
    pub filter: Filter,
    /// Part of the names that are shown.
    pub search: String,
    /// By what rows are sorted: `name`, `passed`, `seen`.
    pub sort: String,
}

/// An experiment's columns.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Column {
    /// Its id.
    pub experiment: String,
    /// Its label, e.g. `2-나`.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Its checks: id and words.
    pub checks: Vec<(String, String)>,
}

/// A learner's row.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BoardRow {
    /// Id.
    pub learner: String,
    /// Name.
    pub name: String,
    /// For each experiment its checks.
    pub cells: Vec<Vec<Cell>>,
    /// Checks passed of all.
    pub passed: (usize, usize),
    /// Unix time of the last visit, ms; 0 where there was none.
    pub seen_ms: i64,
}

/// A check of a learner.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cell {
    /// How it stands.
    pub standing: Standing,
    /// The attempt that decided it: `sandbox/run`.
    pub attempt: Option<String>,
}

/// How a check stands for a learner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Not begun.
    #[default]
    Todo,
    /// Passed, or accepted by a grader.
    Passed,
    /// Passed after a hint was opened.
    Hinted,
    /// Begun.
    UnderWay,
    /// It can no longer pass in this run.
    Stuck,
    /// A grader should look.
    Review,
    /// A grader asked for another try.
    Again,
}

impl Standing {
    const ALL: [Standing; 7] = [
        Standing::Passed,
        Standing::Hinted,
        Standing::UnderWay,
        Standing::Stuck,
        Standing::Review,
        Standing::Again,
        Standing::Todo,
    ];

    /// Does it count as passed?
    pub fn is_passed(self) -> bool {
        matches!(self, Standing::Passed | Standing::Hinted | Standing::Review)
    }

    /// A letter for styles, and a glyph.
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Standing::Todo => ("todo", "g-todo"),
            Standing::Passed => ("P", "g-ready"),
            Standing::Hinted => ("H", "g-done"),
            Standing::UnderWay => ("R", "g-unready"),
            Standing::Stuck => ("F", "g-fail"),
            Standing::Review => ("?", "g-review"),
            Standing::Again => ("A", "g-again"),
        }
    }

    /// In words.
    pub fn say(self, l: Lang) -> &'static str {
        match self {
            Standing::Todo => pick(l, "아직", "not yet"),
            Standing::Passed => pick(l, "통과", "passed"),
            Standing::Hinted => pick(l, "힌트 보고 통과", "passed with hints"),
            Standing::UnderWay => pick(l, "진행 중", "under way"),
            Standing::Stuck => pick(l, "막힘", "stuck"),
            Standing::Review => pick(l, "봐 주세요", "look at it"),
            Standing::Again => pick(l, "다시 해 보기", "to be tried again"),
        }
    }
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// With something that a grader should look at.
    Review,
    /// With something that is stuck.
    Stuck,
    /// Not begun.
    Absent,
}

impl Filter {
    /// All of them, in the order of [`BoardSheet::counts`].
    pub const ALL: [Filter; 4] = [Filter::All, Filter::Review, Filter::Stuck, Filter::Absent];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Filter::All => "all",
            Filter::Review => "review",
            Filter::Stuck => "stuck",
            Filter::Absent => "absent",
        }
    }

    /// The filter of this name, else all.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|f| f.name() == name).unwrap_or_default()
    }

    /// Is a row among them?
    pub fn takes(self, row: &BoardRow) -> bool {
        let has = |standing| row.cells.iter().flatten().any(|cell| cell.standing == standing);
        match self {
            Filter::All => true,
            Filter::Review => has(Standing::Review),
            Filter::Stuck => has(Standing::Stuck),
            Filter::Absent => row.seen_ms == 0,
        }
    }

    fn say(self, l: Lang) -> &'static str {
        match self {
            Filter::All => pick(l, "모두", "All"),
            Filter::Review => pick(l, "봐 주세요", "Look at"),
            Filter::Stuck => pick(l, "막힘", "Stuck"),
            Filter::Absent => pick(l, "시작 전", "Not begun"),
        }
    }
}

/// Of the table of a lesson, by the lesson's number.
pub(super) fn title(l: Lang, number: u32) -> String {
    match l {
        Lang::Ko => format!("{number}과 학습 현황"),
        Lang::En => format!("Lesson {number}: progress"),
    }
}

impl BoardSheet {
    /// Its own address with another filter, search or order.
    fn address(&self, l: Lang, ending: &str, filter: Filter, sort: &str) -> String {
        let search = form_urlencoded(&self.search);
        format!(
            "/{l}/classes/{}/lessons/{}{ending}?show={}&sort={sort}&q={search}",
            self.class,
            self.lesson,
            filter.name()
        )
    }
}

fn form_urlencoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, b| {
        match b {
            b if b.is_ascii_alphanumeric() => all.push(b as char),
            b => {
                let _ = write!(all, "%{b:02X}");
            }
        }
        all
    })
}

pub(super) fn view(l: Lang, sheet: BoardSheet) -> AnyView {
    let all = sheet.counts[0];
    let summary = match l {
        Lang::Ko => {
            format!("{all}명 가운데 {}명이 마쳤어요. {}명을 봐 주세요.", sheet.finished, sheet.counts[1])
        }
        Lang::En => format!("{} of {all} have finished. {} to look at.", sheet.finished, sheet.counts[1]),
    };
    let heading = title(l, sheet.number);
    let live = format!("/classes/{}/lessons/{}/live", sheet.class, sheet.lesson);
    view! {
        <section class="gmain" aria-label=pick(l, "학습자별 확인 결과", "Checks of each learner")>
            <header class="ghead">
                <div><h1>{heading}</h1><p>{summary}</p></div>
                <span class="push office__links">
                    <a class="btn" href=sheet.address(l, ".json", sheet.filter, &sheet.sort)>"JSON"</a>
                    <a class="btn" href=sheet.address(l, ".csv", sheet.filter, &sheet.sort)>{pick(l, "CSV로 내보내기", "Export as CSV")}</a>
                </span>
            </header>
            {tools(l, &sheet)}
            <div class="gscroll" tabindex="0" role="region" aria-label=pick(l, "표", "Table")>
                <table class="gtable" id="board" data-live=live>{head(l, &sheet)}{rows(l, &sheet)}{foot(l, &sheet)}</table>
            </div>
        </section>
    }
    .into_any()
}

fn tools(l: Lang, sheet: &BoardSheet) -> AnyView {
    let filters = Filter::ALL
        .into_iter()
        .zip(sheet.counts)
        .map(|(filter, count)| {
            let current = (filter == sheet.filter).then_some("true");
            view! { <a href=sheet.address(l, "", filter, &sheet.sort) aria-current=current>{filter.say(l)}" "{count}</a> }
        })
        .collect::<Vec<_>>();
    let key = Standing::ALL
        .map(|standing| view! { <li>{glyph(l, standing, true)}</li> })
        .into_iter()
        .collect::<Vec<_>>();
    view! {
        <div class="gfilter">
            <form class="search" role="search" method="get">
                <input type="hidden" name="show" value=sheet.filter.name() />
                <input type="hidden" name="sort" value=sheet.sort.clone() />
                <input type="search" name="q" value=sheet.search.clone() placeholder=pick(l, "이름 찾기", "Find a name") aria-label=pick(l, "이름 찾기", "Find a name") />
            </form>
            <nav class="seg" aria-label=pick(l, "거르기", "Filter")>{filters}</nav>
            <ul class="gkey" aria-label=pick(l, "표시", "Key")>{key}</ul>
        </div>
    }
    .into_any()
}

fn glyph(l: Lang, standing: Standing, words: bool) -> AnyView {
    let (letter, id) = standing.look();
    let class = if words { "" } else { "vh" };
    view! {
        <span class="gc" data-s=letter><svg class="g" aria-hidden="true"><use href=symbol(id)></use></svg><span class=class>{standing.say(l)}</span></span>
    }
    .into_any()
}

fn head(l: Lang, sheet: &BoardSheet) -> AnyView {
    let sorted = |by: &str, label: &str| {
        let current = sheet.sort == by;
        view! {
            <th scope="col" rowspan="2" class:grp=by != "name" class:sticky=by == "name" aria-sort=current.then_some(if by == "name" { "ascending" } else { "descending" })>
                <a href=sheet.address(l, "", sheet.filter, by)>{label.to_owned()}</a>
            </th>
        }
    };
    let groups = sheet
        .columns
        .iter()
        .map(|c| view! { <th scope="colgroup" class="grp" colspan=c.checks.len() title=c.title.clone()>{c.label.clone()}</th> })
        .collect::<Vec<_>>();
    let checks = sheet
        .columns
        .iter()
        .flat_map(|c| {
            c.checks.iter().enumerate().map(|(n, (_, words))| {
                view! { <th scope="col" class:grp=n == 0 title=words.clone()><span class="vh">{words.clone()}</span><span aria-hidden="true">{n + 1}</span></th> }
            })
        })
        .collect::<Vec<_>>();
    view! {
        <thead>
            <tr>{sorted("name", pick(l, "학습자", "Learner"))}{groups}{sorted("passed", pick(l, "통과", "Passed"))}{sorted("seen", pick(l, "마지막", "Last"))}</tr>
            <tr>{checks}</tr>
        </thead>
    }
    .into_any()
}

/// Text, not views: 20,000 cells are drawn in a few milliseconds so, and each is the same three elements.
fn rows(l: Lang, sheet: &BoardSheet) -> AnyView {
    let mut html = String::with_capacity(sheet.rows.len() * 4096);
    for row in &sheet.rows {
        let _ = write!(html, "<tr><th scope=\"row\" class=\"sticky\">{}</th>", escaped(&row.name));
        for cells in &row.cells {
            for (n, cell) in cells.iter().enumerate() {
                let (letter, id) = cell.standing.look();
                let class = if n == 0 { "ckc grp" } else { "ckc" };
                let inner = format!(
                    "<span class=\"gc\" data-s=\"{letter}\"><svg class=\"g\" aria-hidden=\"true\"><use href=\"{}\"></use></svg><span class=\"vh\">{}</span></span>",
                    symbol(id),
                    cell.standing.say(l)
                );
                let _ = match &cell.attempt {
                    Some(attempt) => {
                        write!(
                            html,
                            "<td class=\"{class}\"><a href=\"/{l}/attempts/{attempt}?class={}\">{inner}</a></td>",
                            sheet.class
                        )
                    }
                    None => write!(html, "<td class=\"{class}\">{inner}</td>"),
                };
            }
        }
        let seen = if row.seen_ms == 0 {
            pick(l, "시작 전", "not begun").to_owned()
        } else {
            moment(row.seen_ms)
        };
        let _ = write!(
            html,
            "<td class=\"grp muted nowrap\">{}/{}</td><td class=\"grp muted nowrap\">{seen}</td></tr>",
            row.passed.0, row.passed.1
        );
    }
    view! { <tbody inner_html=html></tbody> }.into_any()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn foot(l: Lang, sheet: &BoardSheet) -> AnyView {
    let mut cells = Vec::new();
    for (c, column) in sheet.columns.iter().enumerate() {
        for n in 0..column.checks.len() {
            let passed = sheet.rows.iter().filter(|r| r.cells[c][n].standing.is_passed()).count();
            cells.push(view! { <td class="ckc" class:grp=n == 0>{passed}</td> });
        }
    }
    view! {
        <tfoot><tr><th scope="row" class="sticky">{pick(l, "통과한 사람", "Passed")}</th>{cells}<td class="grp"></td><td class="grp"></td></tr></tfoot>
    }
    .into_any()
}
