//! `/classes/{class}`: what is set, who is in it, what was said.

use app::office::{Assigned, ClassSheet, MemberLine, OfficeFault, Remark, Sheet};
use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use wire::people::{ClassRole, Decision};

use super::{
    access::role_in,
    caller::{Caller, Page, Refusal},
    classes::{self, Named, end_of},
};
use crate::{storage::StorageError, web::Web};

async fn sheet(web: &Web, caller: &Caller, id: &str) -> Result<Sheet, Refusal> {
    let class = web.storage.class(id).await?.ok_or(OfficeFault::NotYours)?;
    let visitor = caller.visitor.as_ref().ok_or(OfficeFault::NotYours)?;
    let role = role_in(web, id, visitor).await?.unwrap_or_default();
    let course = web.house.course();
    let title = |slug: &str| {
        let text = course.lesson(slug).and_then(|l| Some((l.number, l.text(caller.lang)?.1.title.clone())));
        text.map_or_else(|| slug.to_owned(), |(number, title)| format!("{number} · {title}"))
    };
    let set = web.storage.assignments(id).await?;
    let others = course.lessons.iter().filter(|l| set.iter().all(|(slug, _)| *slug != l.slug));
    let members = match role {
        ClassRole::Learner => Vec::new(),
        _ => web.storage.members(id).await?,
    };
    let remarks = match role {
        ClassRole::Learner => remarks(web, caller, &set).await?,
        _ => Vec::new(),
    };
    Ok(Sheet::Class(ClassSheet {
        code: (role == ClassRole::Instructor).then_some(class.code),
        id: class.id,
        name: class.name,
        time_ms: (class.starts_ms, class.ends_ms),
        role,
        others: others.map(|l| (l.slug.clone(), title(&l.slug))).collect(),
        assigned: set
            .into_iter()
            .map(|(slug, due_ms)| Assigned { title: title(&slug), slug, due_ms })
            .collect(),
        members: members.into_iter().map(|m| MemberLine { id: m.id, name: m.name, role: m.role }).collect(),
        remarks,
    }))
}

/// What graders said of the caller's attempts at the lessons that are set; what was taken back is not said.
async fn remarks(
    web: &Web,
    caller: &Caller,
    set: &[(String, Option<i64>)],
) -> Result<Vec<Remark>, StorageError> {
    let course = web.house.course();
    let mut all = Vec::new();
    for row in web.storage.sandboxes_of(caller.id()).await? {
        if set.iter().all(|(slug, _)| *slug != row.lesson) {
            continue;
        }
        let words = course.lesson(&row.lesson).and_then(|l| l.words(&row.experiment, caller.lang).cloned());
        let about = words.map_or_else(|| row.experiment.clone(), |w| format!("{} {}", w.label, w.title));
        let log = web.storage.judgements(&row.id).await?;
        let taken_back = |id: &str| log.iter().any(|later| later.undoes.as_deref() == Some(id));
        all.extend(log.iter().filter(|e| e.decision != Decision::Undo && !taken_back(&e.id)).map(|e| {
            Remark {
                about: about.clone(),
                href: format!("/{}/lessons/{}?ex={}&run={}", caller.lang, row.lesson, row.experiment, e.run),
                decision: e.decision,
                comment: e.comment.clone(),
                judge: e.judge_name.clone(),
                at_ms: e.at_ms,
            }
        }));
    }
    all.sort_by_key(|r| std::cmp::Reverse(r.at_ms));
    Ok(all)
}

pub async fn show(State(web): State<Web>, caller: Caller, Path(id): Path<String>) -> Response {
    let page = async { Ok(caller.page(sheet(&web, &caller, &id).await?).await) }.await;
    caller.answer(page).await
}

/// What a change came to: the class's page again, with the fault where there is one.
async fn changed(web: &Web, caller: &Caller, id: &str, done: Result<(), Refusal>) -> Response {
    let page: Page = match done {
        Ok(()) => Ok(caller.done(&format!("/classes/{id}"))),
        Err(Refusal::Fault(fault, _)) => match sheet(web, caller, id).await {
            Ok(sheet) => Err(Refusal::Fault(fault, Box::new(sheet))),
            Err(refusal) => Err(refusal),
        },
        Err(refusal) => Err(refusal),
    };
    caller.answer(page).await
}

pub async fn leave(State(web): State<Web>, caller: Caller, Path(id): Path<String>) -> Response {
    match web.storage.remove_member(&id, caller.id()).await {
        Ok(true) => caller.done("/classes"),
        Ok(false) => changed(&web, &caller, &id, Err(OfficeFault::LastInstructor.into())).await,
        Err(error) => changed(&web, &caller, &id, Err(error.into())).await,
    }
}

pub async fn settings(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    Form(form): Form<Named>,
) -> Response {
    let done = async {
        let class = web.storage.class(&id).await?.ok_or(OfficeFault::NotYours)?;
        web.storage.change_class(&form.class(class.id, class.code)?).await?;
        Ok(())
    }
    .await;
    changed(&web, &caller, &id, done).await
}

pub async fn code(State(web): State<Web>, caller: Caller, Path(id): Path<String>) -> Response {
    let done = async {
        let mut class = web.storage.class(&id).await?.ok_or(OfficeFault::NotYours)?;
        class.code = classes::code();
        while !web.storage.change_class(&class).await? {
            class.code = classes::code();
        }
        Ok(())
    }
    .await;
    changed(&web, &caller, &id, done).await
}

#[derive(Deserialize)]
pub struct Set {
    lesson: String,
    #[serde(default)]
    due: String,
}

pub async fn assign(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    Form(form): Form<Set>,
) -> Response {
    let done = async {
        let due_ms = match form.due.as_str() {
            "" => None,
            day => Some(end_of(day.parse().map_err(|_| OfficeFault::Dates)?)?),
        };
        web.house.course().lesson(&form.lesson).ok_or(OfficeFault::Unreadable)?;
        web.storage.assign(&id, &form.lesson, due_ms).await?;
        Ok(())
    }
    .await;
    changed(&web, &caller, &id, done).await
}

pub async fn unassign(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    Form(form): Form<Set>,
) -> Response {
    let done = web.storage.unassign(&id, &form.lesson).await.map_err(Refusal::from);
    changed(&web, &caller, &id, done).await
}

#[derive(Deserialize)]
pub struct Staff {
    name: String,
    role: String,
}

pub async fn staff(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    Form(form): Form<Staff>,
) -> Response {
    let done = async {
        let role: ClassRole = form.role.parse().map_err(|_| OfficeFault::Unreadable)?;
        let learner = web.storage.learner_named(&form.name).await?;
        let learner = learner.ok_or_else(|| OfficeFault::NoSuchName(form.name.trim().to_owned()))?;
        let is_instructor = web.storage.class_role(&id, &learner.id).await? == Some(ClassRole::Instructor);
        // who steps down must leave somebody behind who leads
        if is_instructor
            && role != ClassRole::Instructor
            && !web.storage.remove_member(&id, &learner.id).await?
        {
            return Err(OfficeFault::LastInstructor.into());
        }
        web.storage.set_member(&id, &learner.id, role).await?;
        tracing::info!(by = caller.name(), class = id, learner = learner.id, %role, "a class role was given");
        Ok(())
    }
    .await;
    changed(&web, &caller, &id, done).await
}

#[derive(Deserialize)]
pub struct Whom {
    learner: String,
}

pub async fn remove(
    State(web): State<Web>,
    caller: Caller,
    Path(id): Path<String>,
    Form(form): Form<Whom>,
) -> Response {
    let done = match web.storage.remove_member(&id, &form.learner).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(OfficeFault::LastInstructor.into()),
        Err(error) => Err(error.into()),
    };
    changed(&web, &caller, &id, done).await
}
