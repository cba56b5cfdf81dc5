//! What is played for a widget on its own page.

use app::backend::Answer;
use lessons::Lesson;
use std::sync::Arc;
use wire::{
    learner::Lang,
    problem::Problem,
    widget::{Run, WidgetPage},
};

use super::{game, race};
use crate::secret;

/// A widget's page. `asked` is what its form sent: a race's script, or the moves of a game.
pub(super) fn page(lesson: Arc<Lesson>, id: String, lang: Lang, asked: Option<String>) -> Answer<WidgetPage> {
    Box::pin(async move {
        let slug = format!("{}/{id}", lesson.slug);
        let page = lesson.widget(&id, lang).ok_or(Problem::NoSuchLesson { slug })?;
        // it takes as long as some hundred requests: others go on meanwhile
        let played = tokio::task::spawn_blocking(move || played(&lesson, &id, asked)).await;
        let run = played.map_err(|e| broken_world(&e.to_string()))??;
        Ok(WidgetPage { run, ..page })
    })
}

fn played(lesson: &Lesson, id: &str, asked: Option<String>) -> Result<Option<Run>, Problem> {
    if let Some(file) = lesson.race(id) {
        return Ok(Some(Run::Race(race::play(file, &asked.unwrap_or_else(|| file.script.clone()))?)));
    }
    match lesson.game(id) {
        Some(file) => Ok(Some(Run::Scheduler(game::play(file, &asked.unwrap_or_default())?))),
        None => Ok(None),
    }
}

/// The course's own world failed: our fault, and nothing that a learner can mend.
pub(super) fn broken_world(why: &str) -> Problem {
    let id = secret::id()[..8].to_owned();
    tracing::error!(id, why, "a widget cannot be played");
    Problem::Internal { id }
}
