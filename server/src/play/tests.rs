//! A page drawn right after a form was answered shows what the form did: without script there is no second look.

use app::backend::{Backend, Handle, TimeControl};
use wire::learner::Lang;

use super::{backend::ForLearner, *};
use crate::{sandboxes::Sandboxes, storage::Storage};

const LESSON: &str = "21-why-kubernetes";

/// A learner of the real course, with a database of their own that is gone at the end.
struct Desk {
    folder: std::path::PathBuf,
    learner: ForLearner,
}

impl Desk {
    async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("pilothouse-{}", crate::secret::id()));
        std::fs::create_dir(&folder).unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.join("a.sqlite").display());
        let storage = Storage::open(&url).await.unwrap();
        let course = Arc::new(Course::read(Path::new("../lessons/content")));
        let learner = storage.create_learner("hash").await.unwrap();
        let play = Play { course, sandboxes: Sandboxes::new(storage.clone()), storage };
        Self { folder, learner: ForLearner { play, learner, lang: Lang::En } }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_shows_what_the_form_before_it_did() {
    let desk = Desk::new().await;
    let learner: &dyn Backend = &desk.learner;
    let page = async || learner.lesson(LESSON.into(), Lang::En, None).await.unwrap().experiments[0].clone();
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
