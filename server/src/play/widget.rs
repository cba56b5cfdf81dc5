//! What is played for a widget on its own page, and what a learner did in it.

use std::sync::Arc;

use lessons::Lesson;
use wire::{
    learner::Lang,
    problem::Problem,
    widget::{
        Asked, Run, WidgetPage,
        race::SCRIPT,
        scheduler::{Game, MOVES},
    },
};

use super::{backend::ForLearner, game, race};
use crate::{sandboxes::problem, secret};

impl ForLearner {
    /// A widget's page with what is asked for, or else with what the learner did last. `keep`: it is this learner's doing.
    pub(super) async fn widget(
        &self,
        slug: &str,
        id: String,
        lang: Lang,
        asked: Option<Asked>,
        keep: bool,
    ) -> Result<WidgetPage, Problem> {
        let lesson = self.play.lesson(slug)?.clone();
        let mut page = page_of(&lesson, &id, lang)?;
        let asked = asked.map(|asked| asked.only(|name| page.widget.takes(name))).filter(|a| !a.is_empty());
        let is_new = keep && asked.is_some();
        let asked = match asked {
            Some(asked) => asked,
            None => self.kept(slug, &id).await?,
        };
        let (run, asked) = in_background(move || {
            let run = played(&lesson, &id, &asked)?;
            let asked = match &run {
                Some(Run::Scheduler(game)) => moves(game),
                _ => asked,
            };
            Ok((run, asked))
        })
        .await?;
        if is_new {
            self.keep(&page, &asked).await?;
        }
        page.run = run;
        page.widget.asked = asked;
        Ok(page)
    }

    /// Keeps what was done in a widget without its page; nothing at all starts it over.
    pub(super) async fn keep_widget(&self, slug: &str, id: &str, asked: Asked) -> Result<(), Problem> {
        let lesson = self.play.lesson(slug)?;
        let page = page_of(&lesson, id, self.lang)?;
        let asked = asked.only(|name| page.widget.takes(name));
        self.keep(&page, &asked).await
    }

    async fn kept(&self, slug: &str, id: &str) -> Result<Asked, Problem> {
        let all = self.play.storage.widgets_of(&self.learner, slug).await.map_err(problem)?;
        Ok(all.get(id).map(|asked| Asked::read(asked)).unwrap_or_default())
    }

    async fn keep(&self, page: &WidgetPage, asked: &Asked) -> Result<(), Problem> {
        let written = asked.to_string();
        if written.len() > Asked::BYTES_MAX {
            return Err(Problem::TooLarge { bytes_max: Asked::BYTES_MAX as u64 });
        }
        let storage = &self.play.storage;
        storage.keep_widget(&self.learner, &page.slug, &page.widget.id, &written).await.map_err(problem)
    }
}

fn page_of(lesson: &Lesson, id: &str, lang: Lang) -> Result<WidgetPage, Problem> {
    let missing = || Problem::NoSuchLesson { slug: format!("{}/{id}", lesson.slug) };
    lesson.widget(id, lang).ok_or_else(missing)
}

/// It takes as long as some hundred requests: others go on meanwhile.
async fn in_background<T: Send + 'static>(
    play: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(play).await.map_err(|e| broken_world(&e.to_string()))?
}

fn played(lesson: &Arc<Lesson>, id: &str, asked: &Asked) -> Result<Option<Run>, Problem> {
    if let Some(file) = lesson.race(id) {
        return Ok(Some(Run::Race(race::play(file, asked.get(SCRIPT).unwrap_or(&file.script))?)));
    }
    match lesson.game(id) {
        Some(file) => Ok(Some(Run::Scheduler(game::play(file, asked.get(MOVES).unwrap_or_default())?))),
        None => Ok(None),
    }
}

/// The moves that a game took: a refused one is not among them.
fn moves(game: &Game) -> Asked {
    let digits: String =
        game.placed.iter().map(|node| node.map_or(0, |place| place + 1).to_string()).collect();
    Some((MOVES, digits)).filter(|(_, digits)| !digits.is_empty()).into_iter().collect()
}

/// The course's own world failed: our fault, and nothing that a learner can mend.
pub(super) fn broken_world(why: &str) -> Problem {
    let id = secret::id()[..8].to_owned();
    tracing::error!(id, why, "a widget cannot be played");
    Problem::Internal { id }
}
