//! A page drawn right after a form was answered shows what the form did: without script there is no second look.

use app::backend::{Backend, Handle, TimeControl};
use wire::{learner::Lang, lesson::ExperimentView, run::RunKind};

use super::{backend::ForLearner, *};
use crate::{sandboxes::Sandboxes, storage::Storage};

const LESSON: &str = "21-why-kubernetes";
const EXPERIMENT: &str = "self-healing";

/// A learner of the real course, with a database of their own that is gone at the end.
pub(crate) struct Desk {
    folder: std::path::PathBuf,
    pub(super) learner: ForLearner,
}

impl Desk {
    /// The experiment on the stage, in one of its runs.
    pub(crate) async fn page(&self, run: Option<i64>) -> ExperimentView {
        let learner: &dyn Backend = &self.learner;
        let page = learner.lesson(LESSON.into(), Lang::En, Some(EXPERIMENT.into()), run).await.unwrap();
        page.experiments.into_iter().find(|e| e.id == EXPERIMENT).unwrap()
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.learner.play.storage
    }

    pub(crate) fn course(&self) -> Arc<Course> {
        self.learner.play.courses.now()
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &self.learner
    }

    pub(crate) async fn open(&self, sandbox: &str) -> Arc<Sandbox> {
        self.learner.open(sandbox).await.unwrap().1
    }

    pub(crate) async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("pilothouse-{}", crate::secret::id()));
        std::fs::create_dir(&folder).unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.join("a.sqlite").display());
        let storage = Storage::open(&url).await.unwrap();
        let courses = Courses::read(Path::new("../lessons/content"));
        let learner = storage.create_learner("hash").await.unwrap();
        let play =
            Play { courses, sandboxes: Sandboxes::new(storage.clone()), storage, limits: Arc::default() };
        Self { folder, learner: ForLearner { play, learner, lang: Lang::En } }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A turn of the controls keeps the clock, too: it must not take back what was kept ahead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_takes_nobody_back_behind_what_was_shown() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let id = desk.page(None).await.sandbox.unwrap();
    let (_, sandbox) = desk.learner.open(&id).await.unwrap();
    let _open = sandbox.live.attend();
    for speed in [60, 5].repeat(10) {
        learner.time(id.clone(), TimeControl::Speed { speed }).await.unwrap();
        for _ in 0..5 {
            let shown_ms = learner.stage(id.clone(), None).await.unwrap().clock.live_ms;
            let kept_ms = desk.learner.play.storage.sandbox(&id).await.unwrap().unwrap().clock_ms;
            assert!(kept_ms >= shown_ms, "{shown_ms} was shown, and {kept_ms} is kept");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_shows_what_the_form_before_it_did() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let page = async || desk.page(None).await;
    let sandbox = page().await.sandbox.unwrap();
    let clock = async || learner.stage(sandbox.clone(), None).await.unwrap().clock;

    for speed in [20, 5, 60, 1].repeat(5) {
        learner.time(sandbox.clone(), TimeControl::Speed { speed }).await.unwrap();
        assert_eq!(clock().await.speed, speed);
    }
    for _ in 0..5 {
        let before = clock().await.now_ms;
        let told = learner.time(sandbox.clone(), TimeControl::Step).await.unwrap().clock;
        assert!(told.now_ms > before, "a step moves time");
        assert_eq!(clock().await, told);
    }
    learner.predict(sandbox.clone(), "nonsense".into(), Lang::En).await.unwrap_err();
    assert_eq!(page().await.progress.prediction, None, "an unknown choice locks nothing");
    let choice = page().await.prediction.choices[0].id.clone();
    learner.predict(sandbox.clone(), choice.clone(), Lang::En).await.unwrap();
    assert_eq!(page().await.progress.prediction.map(|p| p.choice), Some(choice));
    for open in 1..=page().await.hints as usize {
        learner.hint(sandbox.clone(), Lang::En).await.unwrap();
        assert_eq!(page().await.progress.hints.len(), open);
    }
    learner.handle(sandbox.clone(), Handle::Unplug { node: "node-c".into() }).await.unwrap();
    assert_eq!(page().await.progress.acts.len(), 1);
    let nodes = learner.stage(sandbox.clone(), None).await.unwrap().nodes;
    assert_eq!(nodes.iter().map(|n| n.powered).collect::<Vec<_>>(), [Some(true), Some(true), Some(false)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_past_moment_is_gone_on_from_and_the_solution_is_shown() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let sandbox = desk.page(None).await.sandbox.unwrap();
    let clock = async || learner.stage(sandbox.clone(), None).await.unwrap().clock;
    let powered = async || {
        let nodes = learner.stage(sandbox.clone(), None).await.unwrap().nodes;
        nodes.iter().filter(|n| n.powered == Some(true)).count()
    };
    learner.time(sandbox.clone(), TimeControl::Pause).await.unwrap();
    let before = clock().await.now_ms;
    learner.time(sandbox.clone(), TimeControl::Step).await.unwrap();
    learner.handle(sandbox.clone(), Handle::Unplug { node: "node-c".into() }).await.unwrap();
    assert_eq!(powered().await, 2);

    assert_eq!(learner.fork(sandbox.clone(), before).await.unwrap(), 2);
    let at = clock().await;
    assert_eq!((at.now_ms, at.paused, powered().await), (before, true, 3));
    assert_eq!(desk.page(None).await.progress.acts, [], "the act came later");
    learner.name_run(sandbox.clone(), 2, " 안 뽑기\n".into()).await.unwrap();
    desk.page(Some(1)).await;
    assert_eq!(powered().await, 2, "the first run stands where it stood");
    desk.page(Some(99)).await;
    let runs = learner.runs(sandbox.clone()).await.unwrap();
    let shown: Vec<_> = runs.iter().map(|r| (r.run, r.name.as_str(), r.kind, r.current)).collect();
    assert_eq!(shown, [(1, "", RunKind::Own, true), (2, "안 뽑기", RunKind::Own, false)]);

    assert_eq!(learner.show(sandbox.clone()).await.unwrap(), 3);
    let (_, open) = desk.learner.open(&sandbox).await.unwrap();
    let _looking = open.live.attend();
    let played = async || learner.console_log(sandbox.clone()).await.unwrap();
    for _ in 0..100 {
        if !played().await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let lines: Vec<_> = played().await.iter().map(|e| (e.line.clone(), e.exit_code)).collect();
    assert_eq!(lines, [("lab unplug node-c".into(), 0)]);
    assert_eq!(powered().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fresh_seed_answers_the_question_for_afterwards() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let sandbox = desk.page(None).await.sandbox.unwrap();
    let answer = async |choice: &str| learner.transfer(sandbox.clone(), choice.into(), Lang::En).await;
    let early = answer("same").await;
    assert!(matches!(early, Err(Problem::BadPrediction { .. })), "nothing has passed yet: {early:?}");

    learner.handle(sandbox.clone(), Handle::Unplug { node: "node-c".into() }).await.unwrap();
    let (_, open) = desk.learner.open(&sandbox).await.unwrap();
    open.live.advance_to(open.live.clock().now.plus_ms(600_000)).await;
    open.drawn().await;
    assert!(desk.page(None).await.progress.passed);
    answer("nonsense").await.unwrap_err();
    for choice in ["untouched", "same"] {
        let told = answer(choice).await.unwrap().transfer.unwrap();
        assert_eq!(
            (told.choice.as_str(), told.right.as_str()),
            ("untouched", "same"),
            "the first answer stays"
        );
    }
    assert!(desk.page(None).await.progress.transfer.is_some());
}

/// `kubectl exec` writes nothing that a journal could hold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_act_that_only_looks_counts_and_is_kept() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let page =
        async || learner.lesson(LESSON.into(), Lang::En, Some("open-network".into()), None).await.unwrap();
    let sandbox = page().await.experiments.iter().find_map(|e| e.sandbox.clone()).unwrap();
    learner.act(sandbox.clone(), "ask".into(), Lang::En).await.unwrap();
    let (_, open) = desk.learner.open(&sandbox).await.unwrap();
    open.live.advance_to(open.live.clock().now.plus_ms(20_000)).await;
    let progress = open.drawn().await.progress.clone();
    let first = &progress.checks[0];
    assert_eq!((first.id.as_str(), first.verdict), ("open", wire::lesson::Verdict::Pass), "{progress:?}");
    assert_eq!(progress.acts, learner_acts(&desk, &sandbox).await, "kept for the next time");
}

async fn learner_acts(desk: &Desk, sandbox: &str) -> Vec<wire::lesson::Acted> {
    let acts = desk.learner.play.storage.acts(sandbox, 1).await.unwrap();
    acts.into_iter().map(|(id, at_ms, _)| wire::lesson::Acted { id, at_ms }).collect()
}
