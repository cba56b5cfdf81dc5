//! `pilothouse lessons check`: reads and lints the course, then plays every experiment in virtual time.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::IsTerminal,
    path::Path,
    sync::Arc,
};

use clap::ValueEnum;
use futures::future::BoxFuture;
use lessons::{
    Course, Diagnostic, Experiment, Report,
    check::{
        Objects, Snapshot, keyed,
        trial::{Ended, Lab, try_all},
    },
};
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Live, Opened, Speed},
};
use serde_json::Value;
use wire::{learner::Lang, lesson::Acted};

use crate::{
    console::{self, Desk, Editor, Files},
    kube_api, sandboxes,
    stage::learner,
};

/// Epoch of trials: any will do, so it is fixed.
const EPOCH: Time = Time(1_767_225_600_000);

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: each run as it ends, findings as rustc prints them.
    Text,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for CI services that show findings beside the lines.
    Sarif,
}

/// Prints what is wrong with a course, or with one lesson; true if nothing is. `strict` counts warnings, too.
///
/// # Errors
/// When the output cannot be written or the runtime fails; a bad lesson is no error.
pub async fn run(dir: &Path, format: Format, strict: bool) -> anyhow::Result<bool> {
    let course = Course::read(dir);
    let told = format == Format::Text;
    course.diagnostics.iter().filter(|_| told).for_each(tell);
    let (lessons, diagnostics) = (course.lessons.len(), course.diagnostics.clone());
    let mut report = Report { diagnostics, lessons, runs: 0 };
    for lesson in &course.lessons {
        for experiment in &lesson.experiments {
            for ended in play(experiment).await {
                report.runs += 1;
                if told {
                    let mark = if ended.diagnostics.is_empty() { "✓" } else { "✗" };
                    println!("{mark} {}/{} {}", lesson.slug, experiment.id, ended.run);
                    ended.diagnostics.iter().for_each(tell);
                }
                report.diagnostics.extend(ended.diagnostics);
            }
        }
    }
    match format {
        Format::Text => println!("{}", sum(&report)),
        Format::Json => println!("{:#}", report.json()),
        Format::Sarif => println!("{:#}", report.sarif(&Course::folder(dir), env!("CARGO_PKG_VERSION"))),
    }
    Ok(report.errors() == 0 && !(strict && report.warnings() > 0))
}

fn tell(diagnostic: &Diagnostic) {
    if std::io::stderr().is_terminal() {
        eprintln!("{}", diagnostic.render_styled());
    } else {
        eprintln!("{}", diagnostic.render());
    }
}

fn sum(report: &Report) -> String {
    let warnings = match report.warnings() {
        0 => String::new(),
        number => format!(", {number} warnings"),
    };
    format!("{} lessons, {} runs, {} errors{warnings}", report.lessons, report.runs, report.errors())
}

/// Start, solution, wrong solutions and transfer question of an experiment, each in a cluster of its own.
pub(super) async fn play(experiment: &Arc<Experiment>) -> Vec<Ended> {
    try_all(experiment, |seed| LiveLab::fresh(experiment.clone(), seed)).await
}

/// A fresh cluster in virtual time.
pub(crate) struct LiveLab {
    live: Live,
    files: Files,
    /// The objects as they were listed last, and the newest revision then.
    listed: Option<(Snapshot, u64)>,
}

impl LiveLab {
    pub(super) async fn fresh(experiment: Arc<Experiment>, seed: u64) -> Result<Self, anyhow::Error> {
        let world = sandboxes::read_world(&experiment.world.yaml)?;
        let opened = Opened {
            config: Config { seed, epoch: EPOCH, world },
            entries: Vec::new(),
            now: EPOCH.plus_ms(experiment.settle_ms),
            speed: Speed::default(),
            paused: true,
            may_write: experiment.may_write.clone(),
        };
        let files = Files::new(experiment.files.clone(), BTreeMap::new());
        Ok(Self { live: Live::open(opened, Arc::new(()))?, files, listed: None })
    }

    /// A cluster that is there already, without files.
    pub(crate) fn of(live: Live) -> Self {
        Self { live, files: Files::new(BTreeMap::new(), BTreeMap::new()), listed: None }
    }

    /// Plural names of the kinds that were written after a revision; `None` where the cluster no longer knows.
    fn written(&self, since: u64, newest: u64) -> Option<BTreeSet<&'static str>> {
        let records = self.live.records_since(since);
        let known = !records.is_empty() || since == newest;
        known.then(|| records.iter().map(|r| r.resource.def().plural).collect())
    }

    async fn list(&self, path: &str) -> Result<Objects, anyhow::Error> {
        let request = http::Request::get(path).body(Vec::new())?;
        let mut list: Value = self.live.client(learner()).request(request).await?;
        let Value::Array(items) = list["items"].take() else { anyhow::bail!("{path} gave no list") };
        Ok(keyed(items.into_iter().map(Arc::new)))
    }
}

/// The author sits where a learner would; the trial itself notes acts.
impl Desk for LiveLab {
    fn client(&self) -> kube::Client {
        kube_api::client(&self.live, learner())
    }
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.live.clock().now.0).unwrap_or_default()
    }
    fn lang(&self) -> Lang {
        Lang::En
    }
    fn is_attended(&self) -> bool {
        false
    }
    fn history(&self) -> Vec<String> {
        Vec::new()
    }
    fn files(&self) -> &Files {
        &self.files
    }
    fn editor(&self) -> Option<Arc<dyn Editor>> {
        None
    }
    fn begin(&self, _: &[String]) -> Option<Acted> {
        None
    }
    fn end<'a>(&'a self, _: &'a Acted, _: bool) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

impl Lab for LiveLab {
    type Error = anyhow::Error;

    async fn run(&mut self, command: &str) -> Result<(), anyhow::Error> {
        let printed = console::print(&*self, command, console::ENDING_MAX).await;
        anyhow::ensure!(printed.exit_code == 0, "{command}: {}", printed.output.of(true));
        Ok(())
    }

    async fn advance(&mut self, ms: i64) -> Result<(), anyhow::Error> {
        self.live.advance_to(self.live.clock().now.plus_ms(ms)).await;
        Ok(())
    }

    async fn snapshot(&mut self) -> Result<Snapshot, anyhow::Error> {
        let newest = *self.live.changes().borrow();
        let (mut snapshot, stale) = match self.listed.take() {
            Some((snapshot, since)) => (snapshot, self.written(since, newest)),
            None => (Snapshot::default(), None),
        };
        for kind in sandboxes::KINDS.iter().filter(|k| stale.as_ref().is_none_or(|s| s.contains(k.plural))) {
            snapshot.set(kind.plural, Arc::new(self.list(kind.path).await?));
        }
        self.listed = Some((snapshot.clone(), newest));
        Ok(snapshot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_new_lesson_passes_as_it_is() {
        let content = std::env::temp_dir().join(format!("pilothouse-{}", crate::secret::id()));
        std::fs::create_dir(&content).unwrap();
        lessons::new_lesson(&content, "30-volumes").unwrap();
        let course = Course::read(&content);
        std::fs::remove_dir_all(&content).unwrap();
        let ended = play(&course.lesson("30-volumes").unwrap().experiments[0]).await;
        let runs: Vec<&str> = ended.iter().map(|e| e.run.as_str()).collect();
        assert_eq!(runs, ["start", "solution", "want-none", "want-more"]);
        let found: Vec<String> = ended.iter().flat_map(|e| &e.diagnostics).map(|d| d.render()).collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
        assert_eq!(ended[1].right_choice.as_deref(), Some("anew"));
    }
}
