//! Pages of people: accounts, classes, the graders' table and attempts. They are forms and tables, drawn on the server alone:
//! no part of them is in the WebAssembly, and all of it works without script.

mod account;
mod api;
mod attempt;
mod board;
mod class;
mod classes;
mod fault;
mod form;
mod insight;
mod key;
mod people;
mod sign_in;

pub use account::{AccountSheet, SessionLine, TokenLine};
pub use api::{ApiSheet, Operation};
pub use attempt::{AttemptSheet, CheckLine, Deed, DeedKind, Flag, LogLine};
pub use board::{BoardRow, BoardSheet, Cell, Column, Filter, Standing};
pub use class::{Assigned, ClassSheet, MemberLine, Remark};
pub use classes::{ClassLine, ClassesSheet};
pub use fault::{OfficeFault, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use form::Said;
pub use insight::{ExperimentInsight, InsightSheet, Tally};
pub use key::KeySheet;
use leptos::prelude::*;
use leptos_meta::{Html, MetaTags, Stylesheet, Title, provide_meta_context};
use leptos_router::components::Router;
pub use people::{PeopleSheet, PersonLine};
pub use sign_in::SignInSheet;
use wire::{learner::Lang, people::Role};

use crate::{text, topbar::Topbar};

/// Who looks, in which language, and what has to be said to them first.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// The page's language.
    pub lang: Lang,
    /// Their name; empty without an account.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What went wrong with what they sent.
    pub fault: Option<OfficeFault>,
    /// What they sent was done.
    pub done: bool,
}

/// One page with its data.
#[derive(Clone, Debug)]
pub enum Sheet {
    /// The own account.
    Account(AccountSheet),
    /// The way in, for those who have an account.
    SignIn(SignInSheet),
    /// A password for who holds a key.
    Key(KeySheet),
    /// The own classes.
    Classes(ClassesSheet),
    /// One class.
    Class(ClassSheet),
    /// A class in one lesson.
    Board(BoardSheet),
    /// How a class fared in one lesson.
    Insight(InsightSheet),
    /// What one learner did.
    Attempt(Box<AttemptSheet>),
    /// Who may do what.
    People(PeopleSheet),
    /// The API, to be read.
    Api(ApiSheet),
    /// Nothing to see, and why.
    Refused(OfficeFault),
}

impl Sheet {
    fn title(&self, l: Lang) -> String {
        match self {
            Sheet::Account(_) => text::pick(l, "내 계정", "My account").to_owned(),
            Sheet::SignIn(_) => text::pick(l, "들어가기", "Sign in").to_owned(),
            Sheet::Key(_) => text::pick(l, "암호 정하기", "Choose a password").to_owned(),
            Sheet::Classes(_) => text::pick(l, "반", "Classes").to_owned(),
            Sheet::Class(sheet) => sheet.name.clone(),
            Sheet::Board(sheet) => board::title(l, sheet.number),
            Sheet::Insight(sheet) => insight::title(l, sheet),
            Sheet::Attempt(sheet) => sheet.learner.clone(),
            Sheet::People(_) => text::pick(l, "사람들", "People").to_owned(),
            Sheet::Api(_) => text::pick(l, "다른 프로그램을 위한 API", "API for other programs").to_owned(),
            Sheet::Refused(_) => text::missing_title(l).to_owned(),
        }
    }

    /// What stands above it: label and address.
    fn above(&self, l: Lang) -> Vec<(String, Option<String>)> {
        let classes = || (text::pick(l, "반", "Classes").to_owned(), Some(format!("/{l}/classes")));
        match self {
            Sheet::Class(_) => vec![classes()],
            Sheet::Board(sheet) => {
                vec![classes(), (sheet.class_name.clone(), Some(format!("/{l}/classes/{}", sheet.class)))]
            }
            Sheet::Insight(sheet) => {
                vec![classes(), (sheet.class_name.clone(), Some(format!("/{l}/classes/{}", sheet.class)))]
            }
            Sheet::Attempt(sheet) => {
                vec![classes(), (board::title(l, sheet.number), Some(sheet.board.clone()))]
            }
            _ => Vec::new(),
        }
    }
}

/// The whole document.
pub fn document(desk: Desk, sheet: Sheet) -> impl IntoView {
    provide_meta_context();
    provide_context(desk.lang);
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <script src="/office.js" defer></script>
                <MetaTags />
            </head>
            <body>
                <Stylesheet id="leptos" href="/pkg/pilothouse.css" />
                <Html attr:lang=desk.lang.tag() />
                <Router>
                    <Page desk sheet />
                </Router>
            </body>
        </html>
    }
}

#[component]
fn Page(desk: Desk, sheet: Sheet) -> impl IntoView {
    let l = desk.lang;
    let title = sheet.title(l);
    let mut crumbs = sheet.above(l);
    crumbs.push((title.clone(), None));
    let wide = matches!(sheet, Sheet::Board(_));
    let said = view! { <Said fault=desk.fault.clone() done=desk.done /> };
    let body = match sheet {
        Sheet::Account(sheet) => account::view(&desk, sheet),
        Sheet::SignIn(sheet) => sign_in::view(l, sheet),
        Sheet::Key(sheet) => key::view(l, sheet),
        Sheet::Classes(sheet) => classes::view(&desk, sheet),
        Sheet::Class(sheet) => class::view(l, sheet),
        Sheet::Board(sheet) => board::view(l, sheet),
        Sheet::Insight(sheet) => insight::view(l, sheet),
        Sheet::Attempt(sheet) => attempt::view(l, *sheet),
        Sheet::People(sheet) => people::view(l, sheet),
        Sheet::Api(sheet) => api::view(l, sheet),
        Sheet::Refused(fault) => view! { <p>{fault.say(l)}</p> }.into_any(),
    };
    let me = (!desk.name.is_empty()).then(|| {
        let out = form::button(
            format!("/{l}/account/sign-out"),
            text::pick(l, "나가기", "Sign out"),
            "btn btn--s",
            &[],
        );
        view! { <div class="office__me">{desk.name.clone()}{out}</div> }
    });
    let heading = (!wide).then(|| view! { <h1>{title.clone()}</h1> });
    view! {
        <Title text=format!("{title} · {}", text::brand(l)) />
        <Topbar crumbs />
        <main id="main" class=if wide { "grader grader--alone" } else { "office" }>
            {me}
            {heading}
            {said}
            {body}
        </main>
    }
}
