//! A database that takes nothing, under a sandbox that is played: full, read-only, locked. Real SQLite each time.

use std::path::{Path, PathBuf};

use app::backend::Handle;
use tower::ServiceExt;
use wire::learner::Lang;

use super::*;

const SLUG: &str = "21-why-kubernetes";
const EXPERIMENT: &str = "self-healing";
/// Small rows still find room in the pages of a full file: so many of the smallest ones at most.
const SMALL_MAX: usize = 500;

struct Game {
    dir: PathBuf,
    storage: Storage,
    house: Arc<dyn House>,
    learner: String,
    sandbox: String,
}

impl Drop for Game {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Game {
    async fn open() -> Self {
        let dir = std::env::temp_dir().join(format!("pilothouse-{}", crate::secret::id()));
        std::fs::create_dir(&dir).unwrap();
        let url = format!("sqlite://{}?mode=rwc", dir.join("a.sqlite").display());
        let storage = Storage::open(&url).await.unwrap();
        let learner = storage.create_learner("hash").await.unwrap();
        let house = Self::house(&storage);
        let page = house
            .backend(learner.clone(), Lang::Ko)
            .lesson(SLUG.into(), Lang::Ko, Some(EXPERIMENT.into()), None)
            .await
            .unwrap();
        let sandbox = page.experiments.iter().find_map(|e| e.sandbox.clone()).unwrap();
        Self { dir, storage, house, learner, sandbox }
    }

    fn house(storage: &Storage) -> Arc<dyn House> {
        let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lessons/content");
        Play::open(storage.clone(), &lessons).unwrap()
    }

    fn backend(&self) -> SharedBackend {
        self.house.backend(self.learner.clone(), Lang::Ko)
    }

    /// Writes the next note into the cluster.
    async fn note(&self, number: usize) -> Result<(), Problem> {
        let line = format!("kubectl annotate deployment web note={number} --overwrite");
        let entry = self.backend().console(self.sandbox.clone(), line).await?;
        assert_eq!(entry.exit_code, 0, "{entry:?}");
        Ok(())
    }

    /// What a fresh process makes of what is kept.
    async fn replayed(&self) -> Vec<String> {
        let house = Self::house(&self.storage);
        manifests(&house.backend(self.learner.clone(), Lang::Ko), &self.sandbox).await
    }

    /// Sends the smallest entries of a journal until one is refused; gives the answer to that.
    async fn until_refused(&self) -> serde_json::Value {
        let token = self.house.kubeconfig_facts(self.learner.clone(), self.sandbox.clone()).await.unwrap();
        for _ in 0..SMALL_MAX {
            let service = self.house.kube(&self.sandbox, &token).await.unwrap();
            let request = http::Request::delete("/").body(String::new()).unwrap();
            let answer = service.oneshot(request).await.unwrap();
            if answer.status() == 500 {
                let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap();
                return serde_json::from_slice(&body.to_bytes()).unwrap();
            }
        }
        panic!("there is still room");
    }

    async fn entries(&self) -> usize {
        self.storage.entries(&self.sandbox, 1).await.unwrap().len()
    }

    async fn objects(&self) -> Vec<String> {
        manifests(&self.backend(), &self.sandbox).await
    }
}

/// Every object that the stage watches, as a manifest.
async fn manifests(backend: &SharedBackend, sandbox: &str) -> Vec<String> {
    let mut all = Vec::new();
    for object in backend.objects(sandbox.to_owned()).await.unwrap() {
        all.push(backend.manifest(sandbox.to_owned(), object.id()).await.unwrap());
    }
    all
}

#[derive(Clone, Copy)]
enum Hindrance {
    Full,
    ReadOnly,
    Locked,
}

impl Hindrance {
    /// Stands in the way of the next write. A connection that was refused is closed, and with it what was set on it.
    async fn stand(self, storage: &Storage) {
        let pragma = match self {
            Self::Full => "max_page_count = 1",
            Self::ReadOnly => "query_only = ON",
            // Who waits for a lock is only in a hurry.
            Self::Locked => "busy_timeout = 20",
        };
        storage.pragma(pragma).await;
    }

    async fn go(storage: &Storage) {
        storage.pragma("max_page_count = 1000000").await;
        storage.pragma("query_only = OFF").await;
        storage.pragma("busy_timeout = 5000").await;
    }
}

#[tokio::test]
async fn what_cannot_be_saved_is_not_done_and_the_game_goes_on() {
    for hindrance in [Hindrance::Full, Hindrance::ReadOnly, Hindrance::Locked] {
        let game = Game::open().await;
        game.note(0).await.unwrap();
        let lock = match hindrance {
            Hindrance::Locked => Some(game.storage.lock().await),
            _ => None,
        };
        hindrance.stand(&game.storage).await;
        let status = game.until_refused().await;
        let words = "Internal error occurred: the journal could not be written, so nothing was changed";
        assert_eq!((&status["reason"], &status["message"]), (&"InternalError".into(), &words.into()));
        let kept = game.entries().await;
        demand_untouched(&game, hindrance).await;
        assert_eq!(game.entries().await, kept);

        drop(lock);
        Hindrance::go(&game.storage).await;
        // The act that was refused is not taken for done, and can be done now.
        let progress = game.backend().act(game.sandbox.clone(), "unplug".into(), Lang::Ko).await.unwrap();
        assert_eq!(progress.acts.len(), 1);
        game.note(1).await.unwrap();
        assert_eq!(game.entries().await, kept + 2);
        assert_eq!(game.replayed().await, game.objects().await);
    }
}

/// Everything that would write to the journal is refused; everything that reads is there.
async fn demand_untouched(game: &Game, hindrance: Hindrance) {
    let (objects, backend) = (game.objects().await, game.backend());
    hindrance.stand(&game.storage).await;
    assert_eq!(game.note(1).await, Err(Problem::NotSaved));
    hindrance.stand(&game.storage).await;
    let act = backend.act(game.sandbox.clone(), "unplug".into(), Lang::Ko).await;
    assert_eq!(act, Err(Problem::NotSaved));
    hindrance.stand(&game.storage).await;
    let pull = backend.handle(game.sandbox.clone(), Handle::Unplug { node: "node-b".into() }).await;
    assert_eq!(pull, Err(Problem::NotSaved));
    let look = backend.console(game.sandbox.clone(), "kubectl get deployment web".into()).await.unwrap();
    assert_eq!((look.exit_code, look.output.of(true).as_str()), (0, ""), "who only reads is answered");

    assert_eq!(game.objects().await, objects);
    let page = backend.lesson(SLUG.into(), Lang::En, Some(EXPERIMENT.into()), None).await.unwrap();
    let on_stage = page.experiments.iter().find(|e| e.sandbox.is_some()).unwrap();
    assert_eq!(on_stage.progress.acts, [], "nothing was done");
}
