//! What pages ask, answered for one learner.

use std::sync::Arc;

use app::backend::{Answer, Backend, EventRow, Handle, TimeControl};
use lessons::{Experiment, Lesson};
use sandbox::http::Speed;
use serde_json::Value;
use wire::{
    chart::ChartView,
    console::{Completion, ConsoleEntry},
    fidelity::FidelityView,
    history::ObjectHistory,
    learner::{Due, HomeView, Lang, LessonEntry, Resume},
    lesson::{LessonPage, Progress, Verdict},
    problem::Problem,
    run::RunView,
    stage::StageView,
    widget::{Asked, WidgetPage},
    yaml::{Manifests, ObjectName, Preview, Schema},
};

use super::{
    Play,
    console::{Attended, Seat},
    fidelity, past,
    rows::{event_row, object_name},
    standing::{on_stage, recall, recall_widgets, standing},
};
use crate::{
    console::{ENDING_MAX, TYPED_MAX},
    sandboxes::{KINDS, Sandbox, problem},
    storage::SandboxRow,
};

/// Console entries shown.
const LOG_MAX: i64 = 100;
/// Lines of before that Up leads to.
const HISTORY_MAX: i64 = 300;
/// Rows of the Events tab.
const EVENTS_MAX: usize = 300;
/// A step goes at most this far.
const STEP_MS_MAX: i64 = 60_000;

/// The backend of one learner.
#[derive(Clone)]
pub(super) struct ForLearner {
    /// The game.
    pub play: Play,
    /// The learner's id.
    pub learner: String,
    pub lang: Lang,
}

impl ForLearner {
    pub(super) async fn open(&self, sandbox: &str) -> Result<(SandboxRow, Arc<Sandbox>), Problem> {
        self.play.open_sandbox(&self.learner, sandbox).await
    }

    pub(super) fn progress(&self, row: &SandboxRow, sandbox: &Sandbox, lang: Lang) -> Progress {
        let picture = sandbox.picture();
        Progress {
            seq: picture.stage.seq,
            hints: self.play.hints(row, lang, picture.hints_opened),
            ..picture.progress.clone()
        }
    }

    async fn home(&self, lang: Lang) -> Result<HomeView, Problem> {
        let rows = self.play.storage.sandboxes_of(&self.learner).await.map_err(problem)?;
        let mut lessons = Vec::new();
        for lesson in &self.play.courses.now().lessons {
            let Some((_, text)) = lesson.text(lang) else { continue };
            let kept = self.play.storage.passed_checks(&self.learner, &lesson.slug).await.map_err(problem)?;
            let passed = lesson.experiments.iter().filter(|e| standing(e, &kept).passed).count() as u32;
            lessons.push(LessonEntry {
                slug: lesson.slug.clone(),
                number: lesson.number,
                title: text.title.clone(),
                part: text.part.clone(),
                summary: text.summary.clone(),
                passed: (passed, lesson.experiments.len() as u32),
                begun: rows.iter().any(|r| r.lesson == lesson.slug),
            });
        }
        let (resume, due) = (self.resume(rows.first(), lang).await?, self.due(lang).await?);
        Ok(HomeView { lessons, resume, due })
    }

    async fn due(&self, lang: Lang) -> Result<Vec<Due>, Problem> {
        let now_unix_ms = jiff::Timestamp::now().as_millisecond();
        let due = self.play.storage.due_transfers(&self.learner, now_unix_ms).await.map_err(problem)?;
        let course = self.play.courses.now();
        let view = |(slug, experiment): (String, String)| {
            let words = course.lesson(&slug)?.words(&experiment, lang)?;
            let question = words.transfer.as_ref()?.question.clone();
            Some(Due { label: words.label.clone(), question, slug, experiment })
        };
        Ok(due.into_iter().filter_map(view).collect())
    }

    async fn resume(&self, row: Option<&SandboxRow>, lang: Lang) -> Result<Option<Resume>, Problem> {
        let Some(row) = row else { return Ok(None) };
        let Ok(lesson) = self.play.lesson(&row.lesson) else { return Ok(None) };
        let (Some((_, text)), Some(words)) = (lesson.text(lang), lesson.words(&row.experiment, lang)) else {
            return Ok(None);
        };
        let (_, sandbox) = self.open(&row.id).await?;
        let picture = sandbox.drawn().await;
        let checks = &picture.progress.checks;
        let passed = checks.iter().filter(|c| c.verdict == Verdict::Pass).count();
        Ok(Some(Resume {
            slug: lesson.slug.clone(),
            number: lesson.number,
            title: text.title.clone(),
            experiment: row.experiment.clone(),
            label: words.label.clone(),
            experiment_title: words.title.clone(),
            stage: picture.stage.clone(),
            checks: (passed as u32, checks.len() as u32),
        }))
    }

    async fn lesson(
        &self,
        slug: &str,
        lang: Lang,
        asked: Option<&str>,
        run: Option<i64>,
    ) -> Result<LessonPage, Problem> {
        let lesson = self.play.lesson(slug)?;
        let kept = self.play.storage.passed_checks(&self.learner, &lesson.slug).await.map_err(problem)?;
        let page = lesson.page(lang, |experiment| standing(experiment, &kept));
        let mut page = page.ok_or_else(|| Problem::NoSuchLesson { slug: slug.to_owned() })?;
        page.kubernetes = sandbox::version::KUBERNETES_VERSION.into();
        let given = self.play.storage.measures_of(&self.learner, &lesson.slug).await.map_err(problem)?;
        recall(&mut page, &given);
        let done = self.play.storage.widgets_of(&self.learner, &lesson.slug).await.map_err(problem)?;
        recall_widgets(&mut page, &done);
        if let Some(i) = on_stage(&page, asked) {
            let id = page.experiments[i].id.clone();
            if let Some(experiment) = lesson.experiment(&id) {
                let (sandbox, progress) = self.put_on_stage(&lesson, experiment, run, lang).await?;
                page.experiments[i].sandbox = Some(sandbox);
                page.experiments[i].progress = progress;
            }
        }
        Ok(page)
    }

    async fn put_on_stage(
        &self,
        lesson: &Lesson,
        experiment: &Experiment,
        run: Option<i64>,
        lang: Lang,
    ) -> Result<(String, Progress), Problem> {
        if self
            .play
            .storage
            .sandbox_of(&self.learner, &lesson.slug, &experiment.id)
            .await
            .map_err(problem)?
            .is_none()
        {
            self.play.limits.sandbox(&self.learner).map_err(|_| Problem::Busy)?;
        }
        let row = self.play.sandboxes.row_for(&self.learner, lesson, experiment).await?;
        let row = self.take_up(row, run).await?;
        if let Err(error) = self.play.storage.touch(&row.id).await {
            tracing::warn!(%error, "a visit was not noted");
        }
        let (row, sandbox) = self.open(&row.id).await?;
        self.go_on_showing(&sandbox).await?;
        sandbox.drawn().await;
        let progress = self.progress(&row, &sandbox, lang);
        Ok((row.id, progress))
    }

    async fn time(&self, sandbox: &str, control: TimeControl) -> Result<StageView, Problem> {
        let (_, sandbox) = self.open(sandbox).await?;
        match control {
            TimeControl::Play => sandbox.live.set_paused(false),
            TimeControl::Pause => sandbox.live.set_paused(true),
            TimeControl::Step => sandbox.live.step(STEP_MS_MAX).await,
            TimeControl::Speed { speed } => {
                let speed =
                    Speed::new(speed).ok_or_else(|| Problem::NoSuchAct { id: format!("speed {speed}") })?;
                sandbox.live.set_speed(speed);
            }
        }
        sandbox.save_turn().await;
        Ok(sandbox.settle().await.stage.clone())
    }

    async fn objects(&self, sandbox: &str) -> Result<Vec<ObjectName>, Problem> {
        let (row, sandbox) = self.open(sandbox).await?;
        let mut all = Vec::new();
        for kind in KINDS.iter().filter(|k| !matches!(k.plural, "events" | "leases")) {
            let list = get(&sandbox, kind.path).await?;
            let kind = list["kind"].as_str().unwrap_or_default().trim_end_matches("List");
            let items = list["items"].as_array().into_iter().flatten();
            all.extend(items.map(|object| object_name(kind, object, row.epoch_unix_ms)));
        }
        Ok(all)
    }

    async fn events(&self, sandbox: &str) -> Result<Vec<EventRow>, Problem> {
        let (row, sandbox) = self.open(sandbox).await?;
        let list = get(&sandbox, "/api/v1/events").await?;
        let mut rows: Vec<EventRow> =
            list["items"].as_array().into_iter().flatten().map(|e| event_row(e, row.epoch_unix_ms)).collect();
        rows.sort_by_key(|r| std::cmp::Reverse(r.at_ms));
        rows.truncate(EVENTS_MAX);
        Ok(rows)
    }
}

pub(super) async fn get(sandbox: &Sandbox, path: &str) -> Result<Value, Problem> {
    let request =
        http::Request::get(path).body(Vec::new()).map_err(|e| Problem::Cluster { message: e.to_string() })?;
    sandbox.client().request(request).await.map_err(|e| Problem::Cluster { message: e.to_string() })
}

fn command(handle: &Handle) -> String {
    match handle {
        Handle::Unplug { node } => format!("lab unplug {node}"),
        Handle::Plug { node } => format!("lab plug {node}"),
        Handle::Kill { pod } => format!("lab kill {}", pod.strip_prefix("default/").unwrap_or(pod)),
        Handle::Traffic { name, rate_rps } => format!("lab traffic {name} {rate_rps}"),
    }
}

impl Backend for ForLearner {
    fn home(&self, lang: Lang) -> Answer<HomeView> {
        let me = self.clone();
        Box::pin(async move { ForLearner::home(&me, lang).await })
    }

    fn fidelity(&self) -> Answer<FidelityView> {
        Box::pin(async { Ok(fidelity::view()) })
    }

    fn lesson(
        &self,
        slug: String,
        lang: Lang,
        experiment: Option<String>,
        run: Option<i64>,
    ) -> Answer<LessonPage> {
        let me = self.clone();
        Box::pin(async move { ForLearner::lesson(&me, &slug, lang, experiment.as_deref(), run).await })
    }

    fn stage(&self, sandbox: String, at_ms: Option<i64>) -> Answer<StageView> {
        let me = self.clone();
        Box::pin(async move {
            let (_, sandbox) = me.open(&sandbox).await?;
            match at_ms {
                Some(at_ms) => past::picture(&sandbox, at_ms).await,
                None => Ok(sandbox.drawn().await.stage.clone()),
            }
        })
    }

    fn predict(&self, sandbox: String, choice: String, lang: Lang) -> Answer<Progress> {
        let me = self.clone();
        Box::pin(async move {
            let (row, sandbox) = me.open(&sandbox).await?;
            sandbox.predict(&choice).await?;
            sandbox.settle().await;
            Ok(me.progress(&row, &sandbox, lang))
        })
    }

    fn act(&self, sandbox: String, act: String, lang: Lang) -> Answer<Progress> {
        let me = self.clone();
        Box::pin(async move {
            let (row, sandbox) = me.open(&sandbox).await?;
            let command = sandbox.experiment.acts.iter().find(|a| a.id == act).map(|a| a.command.clone());
            let command = command.ok_or(Problem::NoSuchAct { id: act })?;
            let entry = me.run(&row, &sandbox, &command, ENDING_MAX).await?;
            if entry.exit_code != 0 {
                return Err(Problem::Cluster { message: entry.output.of(true) });
            }
            sandbox.settle().await;
            Ok(me.progress(&row, &sandbox, lang))
        })
    }

    fn handle(&self, sandbox: String, handle: Handle) -> Answer<ConsoleEntry> {
        let me = self.clone();
        Box::pin(async move {
            let (row, sandbox) = me.open(&sandbox).await?;
            me.run(&row, &sandbox, &command(&handle), ENDING_MAX).await
        })
    }

    fn console(&self, sandbox: String, line: String) -> Answer<ConsoleEntry> {
        let me = self.clone();
        Box::pin(async move {
            let (row, sandbox) = me.open(&sandbox).await?;
            let is_act = sandbox.experiment.act_of(&line).is_some();
            me.run(&row, &sandbox, &line, if is_act { ENDING_MAX } else { TYPED_MAX }).await
        })
    }

    fn apply(&self, sandbox: String, line: String) -> Answer<ConsoleEntry> {
        let me = self.clone();
        Box::pin(async move {
            let (row, sandbox) = me.open(&sandbox).await?;
            me.run(&row, &sandbox, &line, ENDING_MAX).await
        })
    }

    fn console_log(&self, sandbox: String) -> Answer<Vec<ConsoleEntry>> {
        let me = self.clone();
        Box::pin(async move {
            let row = me.play.sandboxes.owned(&me.learner, &sandbox).await?;
            me.play.storage.console(&row.id, row.run, LOG_MAX).await.map_err(problem)
        })
    }

    fn console_history(&self) -> Answer<Vec<String>> {
        let me = self.clone();
        Box::pin(async move { me.play.storage.history(&me.learner, HISTORY_MAX).await.map_err(problem) })
    }

    fn edited(&self, sandbox: String, id: String, text: Option<String>) -> Answer<()> {
        let me = self.clone();
        Box::pin(async move {
            let (_, sandbox) = me.open(&sandbox).await?;
            // an editor that nobody waits for any more has nothing to save
            if let Some(waits) = sandbox.edits.take(&id) {
                let _ = waits.send(text);
            }
            Ok(())
        })
    }

    fn complete(&self, sandbox: String, line: String) -> Answer<Completion> {
        let me = self.clone();
        Box::pin(async move {
            let (row, sandbox) = me.open(&sandbox).await?;
            let seat = Seat::take(&me, &row, &sandbox, "", Attended::Looks).await?;
            Ok(crate::console::complete(&seat, &line).await)
        })
    }

    fn time(&self, sandbox: String, control: TimeControl) -> Answer<StageView> {
        let me = self.clone();
        Box::pin(async move { ForLearner::time(&me, &sandbox, control).await })
    }

    fn hint(&self, sandbox: String, lang: Lang) -> Answer<Progress> {
        let me = self.clone();
        Box::pin(async move {
            let (row, sandbox) = me.open(&sandbox).await?;
            let max = me.play.hints(&row, lang, usize::MAX).len();
            sandbox.open_hint(max).await?;
            sandbox.settle().await;
            Ok(me.progress(&row, &sandbox, lang))
        })
    }

    fn reset(&self, sandbox: String, lang: Lang) -> Answer<Progress> {
        let me = self.clone();
        Box::pin(async move {
            let row = me.play.sandboxes.owned(&me.learner, &sandbox).await?;
            me.play.limits.sandbox(&me.learner).map_err(|_| Problem::Busy)?;
            let experiment = me.play.experiment(&row).ok_or(Problem::NoSuchSandbox)?;
            let lesson = me.play.lesson(&row.lesson)?;
            me.play.sandboxes.reset(&row, &lesson, &experiment).await?;
            let (row, sandbox) = me.open(&sandbox).await?;
            Ok(me.progress(&row, &sandbox, lang))
        })
    }

    fn transfer(&self, sandbox: String, choice: String, lang: Lang) -> Answer<Progress> {
        let me = self.clone();
        Box::pin(async move { ForLearner::transfer(&me, &sandbox, &choice, lang).await })
    }

    fn runs(&self, sandbox: String) -> Answer<Vec<RunView>> {
        let me = self.clone();
        Box::pin(async move { ForLearner::runs(&me, &sandbox).await })
    }

    fn fork(&self, sandbox: String, at_ms: i64) -> Answer<i64> {
        let me = self.clone();
        Box::pin(async move { ForLearner::fork(&me, &sandbox, at_ms).await })
    }

    fn show(&self, sandbox: String) -> Answer<i64> {
        let me = self.clone();
        Box::pin(async move { ForLearner::show(&me, &sandbox).await })
    }

    fn name_run(&self, sandbox: String, run: i64, name: String) -> Answer<()> {
        let me = self.clone();
        Box::pin(async move { ForLearner::name_run(&me, &sandbox, run, &name).await })
    }

    fn objects(&self, sandbox: String) -> Answer<Vec<ObjectName>> {
        let me = self.clone();
        Box::pin(async move { ForLearner::objects(&me, &sandbox).await })
    }

    fn history(&self, sandbox: String, id: String) -> Answer<ObjectHistory> {
        let me = self.clone();
        Box::pin(async move { ForLearner::history(&me, &sandbox, &id).await })
    }

    fn events(&self, sandbox: String) -> Answer<Vec<EventRow>> {
        let me = self.clone();
        Box::pin(async move { ForLearner::events(&me, &sandbox).await })
    }

    fn charts(&self, sandbox: String) -> Answer<ChartView> {
        let me = self.clone();
        Box::pin(async move {
            let (_, sandbox) = me.open(&sandbox).await?;
            Ok(ChartView::clone(&sandbox.settle().await.charts))
        })
    }

    fn widget(
        &self,
        slug: String,
        id: String,
        lang: Lang,
        asked: Option<Asked>,
        keep: bool,
    ) -> Answer<WidgetPage> {
        let me = self.clone();
        Box::pin(async move { ForLearner::widget(&me, &slug, id, lang, asked, keep).await })
    }

    fn keep_widget(&self, slug: String, id: String, asked: Asked) -> Answer<()> {
        let me = self.clone();
        Box::pin(async move { ForLearner::keep_widget(&me, &slug, &id, asked).await })
    }

    fn manifests(&self, sandbox: String) -> Answer<Manifests> {
        let me = self.clone();
        Box::pin(async move { ForLearner::manifests(&me, &sandbox).await })
    }

    fn manifest(&self, sandbox: String, id: String) -> Answer<String> {
        let me = self.clone();
        Box::pin(async move { ForLearner::manifest(&me, &sandbox, &id).await })
    }

    fn schema(&self, sandbox: String, api_version: String, kind: String) -> Answer<Schema> {
        let me = self.clone();
        Box::pin(async move { ForLearner::schema(&me, &sandbox, &api_version, &kind).await })
    }

    fn preview(&self, sandbox: String, yaml: String, force: bool) -> Answer<Preview> {
        let me = self.clone();
        Box::pin(async move { ForLearner::preview(&me, &sandbox, &yaml, force).await })
    }
}
