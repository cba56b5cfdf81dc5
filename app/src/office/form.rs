//! Parts of forms.

use leptos::prelude::*;
use wire::learner::Lang;

use super::OfficeFault;
use crate::{icon::Icon, text, words::lang};

/// What came of the form before.
#[component]
pub(super) fn Said(fault: Option<OfficeFault>, done: bool) -> impl IntoView {
    let l = lang();
    let words = match fault {
        Some(fault) => Some(("i-err", fault.say(l))),
        None => done.then(|| ("i-check", text::pick(l, "그렇게 했어요.", "Done.").to_owned())),
    };
    words.map(|(icon, words)| {
        view! { <p class="notice" class:office__done=icon == "i-check" role=if icon == "i-err" { "alert" } else { "status" }><Icon id=icon /><span>{words}</span></p> }
    })
}

/// A field with its label, and a line that helps.
#[component]
pub(super) fn Field(
    #[prop(into)] label: String,
    name: &'static str,
    #[prop(optional)] id: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional)] complete: &'static str,
    #[prop(optional, into)] help: String,
    #[prop(default = true)] required: bool,
) -> impl IntoView {
    let id = if id.is_empty() { format!("f-{name}") } else { id.to_owned() };
    let help_id = format!("{id}-help");
    let described = (!help.is_empty()).then(|| help_id.clone());
    let complete = (!complete.is_empty()).then_some(complete);
    view! {
        <p class="field">
            <label for=id.clone()>{label}</label>
            <input id=id name=name type=kind value=value required=required autocomplete=complete aria-describedby=described.clone() />
            {described.map(|id| view! { <small id=id>{help}</small> })}
        </p>
    }
}

/// A button that does one thing: a form with hidden fields only.
pub(super) fn button(
    action: String,
    label: &str,
    class: &'static str,
    fields: &[(&'static str, &str)],
) -> AnyView {
    let hidden = fields
        .iter()
        .map(|(name, value)| view! { <input type="hidden" name=*name value=(*value).to_owned() /> })
        .collect::<Vec<_>>();
    let label = label.to_owned();
    view! { <form method="post" action=action class="office__one">{hidden}<button class=class>{label}</button></form> }
        .into_any()
}

/// Unix time as a date, in the server's time zone.
pub(super) fn date(unix_ms: i64) -> String {
    at(unix_ms, "%Y-%m-%d")
}

/// Unix time as date and minute, in the server's time zone.
pub(super) fn moment(unix_ms: i64) -> String {
    at(unix_ms, "%Y-%m-%d %H:%M")
}

fn at(unix_ms: i64, format: &str) -> String {
    let Ok(time) = jiff::Timestamp::from_millisecond(unix_ms) else { return String::new() };
    time.to_zoned(jiff::tz::TimeZone::system()).strftime(format).to_string()
}

/// A class role in words.
pub(super) fn role_in_class(l: Lang, role: wire::people::ClassRole) -> &'static str {
    use wire::people::ClassRole;
    match role {
        ClassRole::Learner => text::pick(l, "학습자", "learner"),
        ClassRole::Grader => text::pick(l, "채점자", "grader"),
        ClassRole::Instructor => text::pick(l, "강사", "instructor"),
    }
}

/// A role in words.
pub(super) fn role(l: Lang, role: wire::people::Role) -> &'static str {
    use wire::people::Role;
    match role {
        Role::Learner => text::pick(l, "학습자", "learner"),
        Role::Grader => text::pick(l, "채점자", "grader"),
        Role::Instructor => text::pick(l, "강사", "instructor"),
        Role::Admin => text::pick(l, "관리자", "admin"),
    }
}
