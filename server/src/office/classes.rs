//! `/classes`: the own classes, joining one, making one.

use app::office::{ClassLine, ClassesSheet, OfficeFault, Sheet};
use axum::{Form, extract::State, response::Response};
use lessons::Severity;
use serde::Deserialize;
use wire::people::{ClassRole, Role};

use super::{
    caller::{Caller, Page, Refusal},
    name::name,
};
use crate::{
    secret,
    storage::{ClassRow, StorageError},
    web::Web,
};

/// Letters and digits of a code: none that is taken for another when it is read aloud or written down.
const CODE: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// Characters of a code.
const CODE_CHARS: usize = 6;
/// Codes that are tried before it is somebody's bad luck.
const TRIES: usize = 20;

async fn sheet(web: &Web, caller: &Caller, code: &str) -> Result<Sheet, StorageError> {
    let role = caller.visitor.as_ref().map(|v| v.role).unwrap_or_default();
    let rows = web.storage.classes_of(caller.id(), role).await?;
    let line = |(class, role): (ClassRow, ClassRole)| ClassLine {
        id: class.id,
        name: class.name,
        role,
        time_ms: (class.starts_ms, class.ends_ms),
    };
    let mistakes = match role >= Role::Instructor {
        true => web
            .house
            .course()
            .diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .map(|d| d.render())
            .collect(),
        false => Vec::new(),
    };
    Ok(Sheet::Classes(ClassesSheet {
        classes: rows.into_iter().map(line).collect(),
        mistakes,
        code: code.to_owned(),
    }))
}

pub async fn show(State(web): State<Web>, caller: Caller) -> Response {
    let page = async { Ok(caller.page(sheet(&web, &caller, "").await?).await) }.await;
    caller.answer(page).await
}

#[derive(Deserialize)]
pub struct Join {
    code: String,
}

pub async fn join(State(web): State<Web>, caller: Caller, Form(form): Form<Join>) -> Response {
    let page = enter(&web, &caller, &form.code).await;
    caller.answer(page).await
}

async fn enter(web: &Web, caller: &Caller, typed: &str) -> Page {
    let form_again = sheet(web, caller, typed).await?;
    let again = |fault| Refusal::Fault(fault, Box::new(form_again.clone()));
    web.limits.sign_in(caller.name(), &caller.headers).map_err(|s| again(OfficeFault::TooOften(s)))?;
    let code: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let class = web.storage.class_by_code(&code).await?;
    let class = class.ok_or_else(|| again(OfficeFault::NoSuchCode(typed.trim().to_owned())))?;
    let now_ms = jiff::Timestamp::now().as_millisecond();
    if now_ms < class.starts_ms {
        return Err(again(OfficeFault::ClassNotYet));
    }
    if class.is_over(now_ms) {
        return Err(again(OfficeFault::ClassOver));
    }
    if web.storage.class_role(&class.id, caller.id()).await?.is_none() {
        web.storage.set_member(&class.id, caller.id(), ClassRole::Learner).await?;
    }
    Ok(caller.done(&format!("/classes/{}", class.id)))
}

/// A class's name and days, as a form sends them.
#[derive(Clone, Deserialize)]
pub struct Named {
    name: String,
    starts: String,
    ends: String,
}

impl Named {
    /// The class that it describes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn class(&self, id: String, code: String) -> Result<ClassRow, OfficeFault> {
        let day = |text: &str| text.parse::<jiff::civil::Date>().map_err(|_| OfficeFault::Dates);
        let (starts, ends) = (day(&self.starts)?, day(&self.ends)?);
        if ends < starts {
            return Err(OfficeFault::Dates);
        }
        let (starts_ms, ends_ms) = (begin_of(starts)?, end_of(ends)?);
        Ok(ClassRow { id, name: name(&self.name)?, code, starts_ms, ends_ms })
    }
}

fn begin_of(day: jiff::civil::Date) -> Result<i64, OfficeFault> {
    let begin = day.to_zoned(jiff::tz::TimeZone::system()).map_err(|_| OfficeFault::Dates)?;
    Ok(begin.timestamp().as_millisecond())
}

/// The last ms of a day, in the server's time zone.
pub(super) fn end_of(day: jiff::civil::Date) -> Result<i64, OfficeFault> {
    Ok(begin_of(day.tomorrow().map_err(|_| OfficeFault::Dates)?)? - 1)
}

/// Six characters that nobody guesses.
pub(super) fn code() -> String {
    let bytes = secret::bytes::<CODE_CHARS>();
    bytes.iter().map(|b| CODE[usize::from(*b) % CODE.len()] as char).collect()
}

pub async fn make(State(web): State<Web>, caller: Caller, Form(form): Form<Named>) -> Response {
    let page = async {
        let form_again = sheet(&web, &caller, "").await?;
        let again = |fault| Refusal::Fault(fault, Box::new(form_again.clone()));
        let mut class = form.class(secret::id(), code()).map_err(again)?;
        for _ in 0..TRIES {
            if web.storage.create_class(&class, caller.id()).await? {
                return Ok(caller.done(&format!("/classes/{}", class.id)));
            }
            class.code = code();
        }
        Err(Refusal::Storage(StorageError::NotSaved("no free class code was found".into())))
    }
    .await;
    caller.answer(page).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_six_clear_characters() {
        let made = code();
        assert_eq!(made.len(), 6);
        assert!(made.bytes().all(|b| CODE.contains(&b)), "{made}");
        assert_ne!(code(), code());
    }

    #[test]
    fn days_of_a_class() {
        for (starts, ends, expect) in [
            ("2026-03-02", "2026-06-30", Ok(())),
            ("2026-03-02", "2026-03-02", Ok(())),
            ("2026-03-02", "2026-03-01", Err(OfficeFault::Dates)),
            ("", "2026-03-01", Err(OfficeFault::Dates)),
            ("2026-13-02", "2026-13-03", Err(OfficeFault::Dates)),
        ] {
            let named =
                Named { name: "금요일 저녁반".into(), starts: starts.into(), ends: ends.into() };
            let class = named.class("c".into(), "ABCDEF".into());
            assert_eq!(class.as_ref().map(|_| ()).map_err(Clone::clone), expect, "{starts} {ends}");
            assert!(class.is_err() || class.unwrap().starts_ms % 1000 == 0);
        }
    }
}
