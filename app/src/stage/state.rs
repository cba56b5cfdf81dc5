//! The stage's signals: the live picture, the past one being looked at, the learner's progress, the stream.

use leptos::{prelude::*, task::spawn_local};
use wire::{
    console::ConsoleEntry,
    lesson::{CheckText, ExperimentView, Progress},
    run::RunView,
    stage::{ClockView, StageView},
};

use super::{clock::running, frames, terminal::Terminal};
use crate::{
    api,
    fault::Fault,
    text::{self, Lang},
    topbar::{Link, here},
    words::lang,
};

/// Handles on everything the stage's parts share. Copy: signals live in the page's owner.
#[derive(Clone, Copy)]
pub struct Stage {
    pub sandbox: StoredValue<String>,
    /// Newest picture.
    pub live: RwSignal<StageView>,
    /// A past picture, while one is looked at.
    pub past: RwSignal<Option<StageView>>,
    pub progress: RwSignal<Progress>,
    /// Words of the experiment's checks.
    pub checks: StoredValue<Vec<CheckText>>,
    pub link: RwSignal<Link>,
    pub fault: RwSignal<Option<Fault>>,
    pub console: RwSignal<Vec<ConsoleEntry>>,
    /// The line that runs, and those that wait.
    pub terminal: Terminal,
    /// The sandbox's runs when the page was made.
    pub runs: StoredValue<Vec<RunView>>,
    /// A command is on its way.
    pub busy: RwSignal<bool>,
    /// Real ms since the newest frame arrived; 0 until the page is alive.
    pub since_frame: RwSignal<f64>,
    /// Virtual now of the picture shown, in whole seconds as ms.
    pub now_ms: Memo<i64>,
    /// Virtual ms shown as 00:00.
    pub start_ms: Memo<i64>,
    pub clock: Memo<ClockView>,
    /// Requests that failed since the learner's start.
    pub failed: Memo<u64>,
    /// A past picture is shown.
    pub is_past: Memo<bool>,
    /// Open tool tab.
    pub tab: RwSignal<&'static str>,
    /// Object chosen in the YAML tab, as `Kind/namespace/name`.
    pub object: RwSignal<String>,
    /// Asked to say the narration again.
    pub repeat: RwSignal<u32>,
    pub lang: Lang,
    /// Kinds of the world that may be written here, by their plurals.
    may_write: StoredValue<Vec<String>>,
    /// Past moment to show next.
    wish: StoredValue<Option<i64>>,
    /// A past picture is on its way.
    seeking: StoredValue<bool>,
    /// Times the learner went live: an answer from before is dropped.
    turn: StoredValue<u32>,
}

impl Stage {
    /// The stage of an experiment, as the server drew it.
    pub fn new(
        ex: &ExperimentView,
        view: StageView,
        past: Option<StageView>,
        console: Vec<ConsoleEntry>,
        history: Vec<String>,
        runs: Vec<RunView>,
    ) -> Self {
        let live = RwSignal::new(view);
        let past = RwSignal::new(past);
        let link = RwSignal::new(Link::Idle);
        let since_frame = RwSignal::new(0.0);
        let is_past = Memo::new(move |_| past.with(Option::is_some));
        let clock = Memo::new(move |_| {
            past.with(|p| p.as_ref().map(|v| v.clock)).unwrap_or_else(|| live.with(|v| v.clock))
        });
        let now_ms = Memo::new(move |_| {
            let now = match is_past.get() {
                true => clock.get().now_ms,
                false => running(clock.get(), since_frame.get()),
            };
            now / 1000 * 1000
        });
        let start_ms = Memo::new(move |_| live.with(|v| v.clock.start_ms));
        let failed = Memo::new(move |_| live.with(|v| v.traffics().map(|t| t.failed).sum()));
        Self {
            sandbox: StoredValue::new(ex.sandbox.clone().unwrap_or_default()),
            live,
            past,
            progress: RwSignal::new(ex.progress.clone()),
            checks: StoredValue::new(ex.checks.clone()),
            link,
            fault: RwSignal::new(None),
            console: RwSignal::new(console),
            terminal: Terminal::new(history),
            runs: StoredValue::new(runs),
            busy: RwSignal::new(false),
            since_frame,
            now_ms,
            start_ms,
            clock,
            failed,
            is_past,
            tab: RwSignal::new("console"),
            object: RwSignal::new(String::new()),
            repeat: RwSignal::new(0),
            lang: lang(),
            may_write: StoredValue::new(ex.may_write.clone()),
            wish: StoredValue::new(None),
            seeking: StoredValue::new(false),
            turn: StoredValue::new(0),
        }
    }

    /// Opens the stream and starts the local clock; in the browser only.
    pub fn connect(self) {
        Effect::new(move |_| frames::follow(self));
    }

    /// May the learner write this kind of the world, by its plural? Handles that write another are not offered.
    pub fn may_write(self, plural: &str) -> bool {
        self.may_write.with_value(|all| all.iter().any(|p| p == plural))
    }

    /// Reads the picture shown.
    pub fn with<R>(&self, f: impl FnOnce(&StageView) -> R) -> R {
        self.past.with(|past| match past {
            Some(view) => f(view),
            None => self.live.with(f),
        })
    }

    /// A part of the picture that changes rarely, so that what hangs on it is drawn rarely.
    pub fn memo<T: PartialEq + Send + Sync + 'static>(
        self,
        f: impl Fn(&StageView) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.with(&f))
    }

    /// A moment on the learner's clock.
    pub fn face(&self, at_ms: i64) -> String {
        text::clock(at_ms, self.start_ms.get())
    }

    /// Hidden fields of a form about this sandbox that lands at `fragment`.
    pub fn fields(&self, fragment: &str, more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let mut fields = vec![("sandbox", self.sandbox.get_value()), ("back", here(fragment))];
        fields.extend(more.iter().map(|(k, v)| (*k, (*v).to_owned())));
        fields
    }

    /// Shows the picture at a past moment; at the newest moment or later, the live one. While one picture is on its
    /// way, only the newest wish is kept: a drag asks no faster than the server answers.
    pub fn look_at(self, at_ms: i64) {
        let clock = self.live.with_untracked(|v| v.clock);
        if at_ms >= running(clock, self.since_frame.get_untracked()) {
            self.go_live();
            return;
        }
        self.wish.set_value(Some(at_ms.max(clock.start_ms)));
        if self.seeking.get_value() {
            return;
        }
        self.seeking.set_value(true);
        spawn_local(async move {
            while let Some(at_ms) = self.wish.try_update_value(Option::take).flatten() {
                let turn = self.turn.try_get_value();
                let answer = api::stage_at(self.sandbox.try_get_value().unwrap_or_default(), at_ms).await;
                if turn.is_none() || self.turn.try_get_value() != turn {
                    continue;
                }
                match answer {
                    Ok(mut view) => {
                        view.clock.live = false;
                        self.past.set(Some(view));
                    }
                    Err(fault) => self.fault.set(Some(fault)),
                }
            }
            self.seeking.try_set_value(false);
        });
    }

    /// Back to the newest moment; pictures still on their way are not shown.
    pub fn go_live(self) {
        self.turn.update_value(|n| *n += 1);
        self.wish.set_value(None);
        self.past.set(None);
    }

    /// Steers time.
    pub fn time(self, control: &'static str, speed: Option<u16>) {
        self.go_live();
        spawn_local(async move {
            match api::time(self.sandbox.get_value(), control.into(), speed, String::new()).await {
                // the frame that follows brings the picture; only the clock answers at once, unless it was overtaken
                Ok(view) => self.live.maybe_update(|v| {
                    let newer = view.seq >= v.seq;
                    if newer {
                        v.clock = view.clock;
                        self.since_frame.set(0.0);
                    }
                    newer
                }),
                Err(fault) => self.fault.set(Some(fault)),
            }
        });
    }

    /// Takes the learner's place from an answer, unless a frame has told of a later one.
    pub fn answered(self, progress: Progress) {
        if progress.seq >= self.live.with_untracked(|v| v.seq) {
            self.progress.set(progress);
        }
    }

    /// Pulls a handle; what it did stands in the console, as its command.
    pub fn pull(self, verb: &'static str, target: String, rate_rps: Option<f64>) {
        let writes = match verb {
            "kill" => "signals",
            "traffic" => "traffics",
            _ => "machines",
        };
        if self.is_past.get_untracked() || !self.may_write(writes) {
            return;
        }
        let answer =
            move || api::handle(self.sandbox.get_value(), verb.into(), target, rate_rps, String::new());
        self.command(answer);
    }

    /// Runs a command and keeps its entry.
    pub fn command<F, A>(self, answer: F)
    where
        F: FnOnce() -> A + 'static,
        A: Future<Output = Result<ConsoleEntry, Fault>> + 'static,
    {
        self.busy.set(true);
        spawn_local(async move {
            match answer().await {
                Ok(entry) => {
                    self.fault.set(None);
                    self.console.update(|log| log.push(entry));
                }
                Err(fault) => self.fault.set(Some(fault)),
            }
            self.busy.set(false);
        });
    }
}
