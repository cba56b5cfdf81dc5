//! The lessons that are served: read again when their files change, without a stop.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use lessons::{Course, Diagnostic, Severity};
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

/// How often the files are looked at. Looking, not listening: it works on every file system, also across containers.
const LOOK: Duration = Duration::from_secs(1);

/// The course as it is now. A lesson that becomes broken stays as it was.
pub struct Courses {
    dir: PathBuf,
    current: watch::Sender<Arc<Course>>,
    changes: AtomicU64,
}

impl Courses {
    /// Reads a folder with lessons, or of one.
    pub fn read(dir: &Path) -> Arc<Self> {
        let current = watch::Sender::new(Arc::new(Course::read(dir)));
        Arc::new(Self { dir: dir.to_owned(), current, changes: AtomicU64::new(0) })
    }

    /// The same, and reads again whenever a file changes, until it is dropped.
    pub fn follow(dir: &Path) -> Arc<Self> {
        // Looked at before it is read: what is written meanwhile is seen at the next look.
        let seen = lessons::stamp(dir);
        let courses = Self::read(dir);
        tokio::spawn(follow(Arc::downgrade(&courses), seen));
        courses
    }

    /// The lessons as they are now.
    pub fn now(&self) -> Arc<Course> {
        self.current.borrow().clone()
    }

    /// What is wrong with the files as they are now, also with those of lessons that are shown as they were.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.current.borrow().diagnostics.clone()
    }

    /// Reads the files again.
    pub fn read_again(&self) {
        let before = self.now();
        let course = before.read_again(&self.dir);
        for diagnostic in course.diagnostics.iter().filter(|d| !before.diagnostics.contains(d)) {
            log(diagnostic);
        }
        let errors = course.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        tracing::info!(lessons = course.lessons.len(), errors, "lessons were read again");
        self.current.send_replace(Arc::new(course));
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the files were read again.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// A picture that lies in a lesson's folder; `None` for anything else.
    pub fn picture(&self, slug: &str, file: &str) -> Option<PathBuf> {
        self.now().lesson(slug)?;
        let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0']);
        let ending = file.rsplit_once('.')?.1.to_ascii_lowercase();
        let is_picture = lessons::PICTURES.contains(&ending.as_str()) && file.split('/').all(plain);
        is_picture.then(|| Course::folder(&self.dir).join(slug).join(file))
    }
}

/// Says in the log what is wrong.
pub(super) fn log(diagnostic: &Diagnostic) {
    match diagnostic.severity {
        Severity::Error => tracing::error!("{}", diagnostic.render()),
        Severity::Warning => tracing::warn!("{}", diagnostic.render()),
    }
}

async fn follow(courses: Weak<Courses>, mut seen: u64) {
    loop {
        sleep(LOOK).await;
        let Some(courses) = courses.upgrade() else { return };
        let looked = spawn_blocking(move || {
            let stamp = lessons::stamp(&courses.dir);
            if stamp != seen {
                courses.read_again();
            }
            stamp
        });
        match looked.await {
            Ok(stamp) => seen = stamp,
            Err(error) => tracing::error!(%error, "the lessons could not be read again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use app::backend::Backend;
    use wire::learner::Lang;

    use super::*;
    use crate::{
        play::{Play, backend::ForLearner},
        sandboxes::Sandboxes,
        storage::Storage,
    };

    fn folder() -> PathBuf {
        let dir = std::env::temp_dir().join(format!("pilothouse-{}", crate::secret::id()));
        fs::create_dir(&dir).unwrap();
        lessons::new_lesson(&dir, "30-volumes").unwrap();
        dir
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_change_is_seen_and_a_broken_lesson_stays_as_it_was() {
        let dir = folder();
        let courses = Courses::follow(&dir);
        let mut changes = courses.current.subscribe();
        let file = dir.join("30-volumes/experiments/delete-pods/experiment.yaml");
        let whole = fs::read_to_string(&file).unwrap();
        let settle_ms = || courses.now().lesson("30-volumes").unwrap().experiments[0].settle_ms;
        for (text, expect_ms, errors) in [
            (whole.replace("settle: 30s", "settle: 40s"), 40_000, 0),
            (whole.replace("settle: 30s", "settle: soon"), 40_000, 1),
            (whole.clone(), 30_000, 0),
        ] {
            fs::write(&file, text).unwrap();
            changes.changed().await.unwrap();
            assert_eq!((settle_ms(), courses.diagnostics().len()), (expect_ms, errors));
        }
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn pictures() {
        let dir = folder();
        let courses = Courses::read(&dir);
        for (slug, file, found) in [
            ("30-volumes", "a.svg", true),
            ("30-volumes", "pictures/a.PNG", true),
            ("30-volumes", "lesson.ko.md", false),
            ("30-volumes", "../a.svg", false),
            ("30-volumes", "/etc/a.svg", false),
            ("30-volumes", ".a.svg", false),
            ("..", "a.svg", false),
            ("31-other", "a.svg", false),
        ] {
            assert_eq!(courses.picture(slug, file).is_some(), found, "{slug} {file}");
        }
        fs::remove_dir_all(dir).unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_run_goes_on_and_is_judged_by_what_its_experiment_is_now() {
        let dir = folder();
        let url = format!("sqlite://{}?mode=rwc", dir.join("a.sqlite").display());
        let storage = Storage::open(&url).await.unwrap();
        let courses = Courses::read(&dir);
        let learner = storage.create_learner("hash").await.unwrap();
        let play = Play {
            courses: courses.clone(),
            sandboxes: Sandboxes::new(storage.clone()),
            storage,
            limits: Arc::default(),
        };
        let me = ForLearner { play, learner, lang: Lang::En };
        let me: &dyn Backend = &me;
        let experiment = async || {
            let page = me.lesson("30-volumes".into(), Lang::En, None, None).await.unwrap();
            page.experiments.into_iter().next().unwrap()
        };
        let before = experiment().await;
        let sandbox = before.sandbox.unwrap();
        let line = "kubectl label deployment web seen=before";
        assert_eq!(me.console(sandbox.clone(), line.into()).await.unwrap().exit_code, 0);

        let lesson = dir.join("30-volumes");
        for file in ["lesson.ko.md", "lesson.en.md", "experiments/delete-pods/experiment.yaml"] {
            let text = fs::read_to_string(lesson.join(file)).unwrap();
            let text = text.replace("  asked:", "  wanted:").replace("id: asked", "id: wanted");
            fs::write(lesson.join(file), text.replace("[asked]", "[wanted]")).unwrap();
        }
        courses.read_again();
        let after = experiment().await;
        assert_eq!(after.sandbox.as_deref(), Some(sandbox.as_str()));
        let checks: Vec<&str> = after.progress.checks.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(checks, ["replaced", "wanted"]);
        let line = "kubectl get deployment web --show-labels";
        let shown = me.console(sandbox, line.into()).await.unwrap();
        assert!(format!("{shown:?}").contains("seen=before"), "{shown:?}");
        fs::remove_dir_all(dir).unwrap();
    }
}
