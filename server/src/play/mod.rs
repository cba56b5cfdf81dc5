//! The game: lessons, sandboxes and learners brought together for the pages.

mod backend;
pub mod check;
mod console;
mod courses;
mod fidelity;
mod frames;
mod game;
mod history;
#[cfg(test)]
mod no_room;
mod past;
mod race;
mod rows;
mod runs;
mod standing;
#[cfg(test)]
pub(crate) mod tests;
mod transfer;
mod widget;
mod yaml;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use app::backend::SharedBackend;
pub use courses::Courses;
use futures::{FutureExt, future::BoxFuture};
use lessons::{Course, Experiment, Lesson, Severity};
use sandbox::api::access::token;
use wire::{learner::Lang, problem::Problem};

use crate::{
    house::{Frames, House, Pieces},
    limits::Limits,
    sandboxes::{Sandbox, Sandboxes, problem},
    secret::same,
    stage::learner,
    storage::{SandboxRow, Storage},
};

/// Everything a learner's request may need.
#[derive(Clone)]
pub struct Play {
    courses: Arc<Courses>,
    sandboxes: Sandboxes,
    storage: Storage,
    limits: Arc<Limits>,
}

impl Play {
    /// Reads the course, and again whenever its files change. A broken lesson is reported and left out.
    ///
    /// # Errors
    /// When there is no readable lesson at all.
    pub fn open(storage: Storage, lessons_dir: &Path) -> anyhow::Result<Arc<dyn House>> {
        let courses = Courses::follow(lessons_dir);
        let diagnostics = courses.diagnostics();
        diagnostics.iter().filter(|d| d.severity == Severity::Error).for_each(courses::log);
        let dir = lessons_dir.display();
        if courses.now().lessons.is_empty() {
            anyhow::bail!(
                "no lesson in {dir} can be shown: expected folders like 21-why-kubernetes, without the errors above; \
                 name another place with --lessons"
            );
        }
        let sandboxes = Sandboxes::new(storage.clone());
        Ok(Arc::new(Self { courses, sandboxes, storage, limits: Arc::default() }))
    }

    fn lesson(&self, slug: &str) -> Result<Arc<Lesson>, Problem> {
        let found = self.courses.now().lesson(slug).cloned();
        found.ok_or_else(|| Problem::NoSuchLesson { slug: slug.to_owned() })
    }

    fn experiment(&self, row: &SandboxRow) -> Option<Arc<Experiment>> {
        self.courses.now().lesson(&row.lesson)?.experiment(&row.experiment).cloned()
    }

    /// A learner's sandbox with its row.
    async fn open_sandbox(&self, learner: &str, id: &str) -> Result<(SandboxRow, Arc<Sandbox>), Problem> {
        let row = self.sandboxes.owned(learner, id).await?;
        let sandbox = self.sandboxes.open(id, |row| self.experiment(row)).await?;
        if self.experiment(&row).is_none_or(|now| Arc::ptr_eq(&now, &sandbox.experiment)) {
            return Ok((row, sandbox));
        }
        // Its author has changed the experiment: the run goes on, and is judged by what it is now.
        self.sandboxes.let_go_of(&sandbox).await;
        let sandbox = self.sandboxes.open(id, |row| self.experiment(row)).await?;
        Ok((row, sandbox))
    }

    /// Opened hints in a language.
    fn hints(&self, row: &SandboxRow, lang: Lang, opened: usize) -> Vec<String> {
        let course = self.courses.now();
        let words = course.lesson(&row.lesson).and_then(|l| l.words(&row.experiment, lang));
        words.map(|w| w.hints_html.iter().take(opened).cloned().collect()).unwrap_or_default()
    }
}

impl House for Play {
    fn backend(&self, learner: String, lang: Lang) -> SharedBackend {
        Arc::new(backend::ForLearner { play: self.clone(), learner, lang })
    }

    fn frames(
        &self,
        learner: String,
        sandbox: String,
        lang: Lang,
        last_id: Option<u64>,
    ) -> BoxFuture<'static, Frames> {
        let play = self.clone();
        async move {
            let (row, sandbox) = play.open_sandbox(&learner, &sandbox).await?;
            Ok(frames::stream(play, row, sandbox, lang, last_id))
        }
        .boxed()
    }

    fn console(
        &self,
        learner: String,
        sandbox: String,
        lang: Lang,
        line: String,
    ) -> BoxFuture<'static, Pieces> {
        let me = backend::ForLearner { play: self.clone(), learner, lang };
        async move {
            let (row, sandbox) = me.open(&sandbox).await?;
            console::pieces(&me, &row, &sandbox, line).await
        }
        .boxed()
    }

    fn kube(
        &self,
        sandbox: &str,
        bearer: &str,
    ) -> BoxFuture<'static, Result<sandbox::http::Service, Problem>> {
        let (play, id, bearer) = (self.clone(), sandbox.to_owned(), bearer.to_owned());
        async move {
            let row = play.storage.sandbox(&id).await.map_err(problem)?;
            let row = row.ok_or(Problem::NoSuchSandbox)?;
            let is_learner = same(&row.token, &bearer);
            // Only who could have been given a token by this very cluster has it opened.
            if !is_learner && !token::is_signed(row.seed as u64, &bearer) {
                return Err(Problem::NoSuchSandbox);
            }
            let sandbox = play.sandboxes.open(&id, |row| play.experiment(row)).await?;
            let user = if is_learner { Some(learner()) } else { sandbox.live.token_user(&bearer) };
            user.map(|user| sandbox.live.service(user)).ok_or(Problem::NoSuchSandbox)
        }
        .boxed()
    }

    fn kubeconfig_facts(&self, learner: String, sandbox: String) -> BoxFuture<'static, Option<String>> {
        let play = self.clone();
        async move { play.sandboxes.owned(&learner, &sandbox).await.ok().map(|row| row.token) }.boxed()
    }

    fn limits(&self) -> Arc<Limits> {
        self.limits.clone()
    }

    fn course(&self) -> Arc<Course> {
        self.courses.now()
    }

    fn picture(&self, slug: &str, file: &str) -> Option<PathBuf> {
        self.courses.picture(slug, file)
    }

    fn changes(&self) -> u64 {
        self.courses.changes()
    }

    fn ready(&self) -> BoxFuture<'static, bool> {
        let storage = self.storage.clone();
        async move { storage.ping().await.is_ok() }.boxed()
    }

    fn shutdown(&self) -> BoxFuture<'static, ()> {
        let sandboxes = self.sandboxes.clone();
        async move { sandboxes.save_all().await }.boxed()
    }
}
