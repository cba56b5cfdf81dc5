//! A learner who never rests, and remembers what the server acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::support::{Answer, Door, Learner, Server};

pub const LESSON: &str = "21-why-kubernetes";
const EXPERIMENT: &str = "self-healing";
/// Turns until a player starts the experiment over.
const CYCLE: usize = 40;
/// The experiment's checks.
const CHECKS: usize = 5;
/// It is over after some forty.
const STEPS_MAX: usize = 300;
const STEP: &[(&str, &str)] = &[("control", "step")];
const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// Chance from a seed (xorshift).
pub struct Rng(pub u64);

impl Rng {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 |= 1;
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// An object as the server said it had made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub run: i64,
    pub name: String,
    pub uid: String,
    pub revision: String,
}

/// What was acknowledged; each with its run, where it belongs to one.
#[derive(Default)]
pub struct Said {
    pub objects: Vec<Made>,
    pub lines: Vec<(i64, String, i64)>,
    pub acts: BTreeSet<(i64, String)>,
    pub predictions: BTreeMap<i64, String>,
    pub verdicts: BTreeSet<(i64, String)>,
    pub transfer: Option<String>,
    /// The newest of the widget's answers, which are numbered.
    pub widgets: usize,
    /// The latest virtual moment that was shown, ms.
    seen_ms: (i64, i64),
}

/// A player.
pub struct Player {
    pub learner: Learner,
    pub run: i64,
    pub said: Said,
    /// Requests that the server died over: done or not, both are right.
    pub unanswered: usize,
    place: usize,
    turn: usize,
    asked: usize,
    door: Option<Door>,
}

/// The names that players give, wherever they stand in a text.
pub fn names(text: &str) -> Vec<String> {
    let name = |(at, _): (usize, &str)| text.get(at..at + NAME_BYTES).map(str::to_owned);
    text.match_indices("made-").filter_map(name).collect()
}

const NAME_BYTES: usize = "made-00000".len();

impl Player {
    pub fn new(learner: Learner, place: usize) -> Self {
        Self {
            learner,
            run: 1,
            said: Said::default(),
            unanswered: 0,
            place,
            // not all at the same turn at once
            turn: place % 2 * (CYCLE / 2),
            asked: 0,
            door: None,
        }
    }

    /// Has this player a page open, so that time goes on by itself? The others take steps.
    pub fn watches(&self) -> bool {
        self.place % 2 == 1
    }

    /// Does the whole experiment, and answers the question for afterwards.
    pub fn play_through(&mut self, address: &str) {
        self.turn = 0;
        for _ in 0..3 {
            self.turn(address).unwrap();
        }
        for _ in 0..STEPS_MAX {
            self.step(address).unwrap();
            self.predict(address).unwrap();
            if self.said.verdicts.len() == CHECKS {
                return self.answer(address).unwrap();
            }
        }
        panic!("after {STEPS_MAX} steps there are no more than {:?}", self.said.verdicts);
    }

    /// One request; `None` when the server died over it.
    pub fn turn(&mut self, address: &str) -> Option<()> {
        let turn = self.turn;
        self.turn += 1;
        match turn % CYCLE {
            0 => self.start_over(address),
            1 => self.predict(address),
            2 => self.act(address),
            38 => self.answer(address),
            n if n % 4 == 3 => self.step(address),
            n if n % 4 == 0 => self.type_line(address),
            n if n % 4 == 1 => self.write(),
            // locked already: it answers with the player's place
            n if n % 8 == 2 => self.predict(address),
            _ => self.sort(address),
        }
    }

    fn ask(&self, address: &str, function: &str, fields: &[(&str, &str)]) -> Option<Value> {
        let answer = self.learner.try_call(address, function, fields)?;
        acknowledged(function, &answer)
    }

    fn start_over(&mut self, address: &str) -> Option<()> {
        self.ask(address, "reset", &[])?;
        self.run += 1;
        Some(())
    }

    fn predict(&mut self, address: &str) -> Option<()> {
        let progress = self.ask(address, "predict", &[("choice", "anew")])?;
        self.said.predictions.insert(self.run, "anew".into());
        self.note(&progress);
        Some(())
    }

    fn act(&mut self, address: &str) -> Option<()> {
        let answer = self.learner.try_call(address, "act", &[("act", "unplug")])?;
        // where the server died over starting over, the machine may be without its plug already
        if !answer.body.contains("unplugged already") {
            self.note(&acknowledged("act", &answer)?);
        }
        Some(())
    }

    fn answer(&mut self, address: &str) -> Option<()> {
        let answer = self.learner.try_call(address, "transfer", &[("choice", "same")])?;
        if answer.status == 200 {
            let progress = acknowledged("transfer", &answer)?;
            self.said.transfer = progress["transfer"]["choice"].as_str().map(str::to_owned);
            self.note(&progress);
        }
        // who has not come so far is not asked yet
        Some(())
    }

    fn step(&mut self, address: &str) -> Option<()> {
        let controls: &[&[(&str, &str)]] = match self.watches() {
            true => &[&[("control", "play")], &[("control", "speed"), ("speed", "60")]],
            false => &[&[("control", "pause")], STEP, STEP],
        };
        for control in controls {
            let view = self.ask(address, "time", control)?;
            self.see(view["clock"]["live_ms"].as_i64()?);
        }
        Some(())
    }

    fn type_line(&mut self, address: &str) -> Option<()> {
        let name = self.name();
        let line = format!(
            "kubectl create configmap {name} -o jsonpath='{{.metadata.uid}} {{.metadata.resourceVersion}}'"
        );
        let entry = self.ask(address, "console", &[("line", &line)])?;
        assert_eq!(entry["exit_code"], 0, "{entry}");
        let entry: wire::console::ConsoleEntry = serde_json::from_value(entry).unwrap();
        let printed = entry.output.of(false);
        let (uid, revision) = printed.trim().split_once(' ').unwrap_or_else(|| panic!("{printed:?}"));
        self.made(name, uid, revision);
        self.see(entry.at_ms);
        self.said.lines.push((self.run, entry.line, entry.at_ms));
        Some(())
    }

    /// By a client of their own.
    fn write(&mut self) -> Option<()> {
        let name = self.name();
        let Some(door) = &self.door else { return Some(()) };
        let body = format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}}}}"#);
        let answer = door.try_ask("POST", CONFIG_MAPS, &format!("Bearer {}", door.token), &body)?;
        let object: Value = serde_json::from_str(&answer.body).ok()?;
        assert_eq!(answer.status, 201, "{answer:?}");
        let part = |name: &str| object["metadata"][name].as_str().unwrap().to_owned();
        self.made(name, &part("uid"), &part("resourceVersion"));
        Some(())
    }

    fn sort(&mut self, address: &str) -> Option<()> {
        self.asked += 1;
        let asked = format!("script={}", self.asked);
        self.ask(address, "keep-widget", &[("slug", LESSON), ("id", "race"), ("asked", &asked)])?;
        self.said.widgets = self.asked;
        Some(())
    }

    fn name(&mut self) -> String {
        self.asked += 1;
        format!("made-{:05}", self.asked)
    }

    fn made(&mut self, name: String, uid: &str, revision: &str) {
        self.said.objects.push(Made { run: self.run, name, uid: uid.into(), revision: revision.into() });
    }

    fn see(&mut self, at_ms: i64) {
        self.said.seen_ms = self.said.seen_ms.max((self.run, at_ms));
    }

    /// What an answer says of the player's place in the experiment.
    fn note(&mut self, progress: &Value) {
        for act in progress["acts"].as_array().unwrap() {
            self.said.acts.insert((self.run, act["id"].as_str().unwrap().to_owned()));
        }
        for check in progress["checks"].as_array().unwrap().iter().filter(|c| c["verdict"] == "pass") {
            self.said.verdicts.insert((self.run, check["id"].as_str().unwrap().to_owned()));
        }
    }

    /// Holds the next server against what the last ones said.
    pub fn compare(&mut self, server: &Server) {
        let fields = [("slug", LESSON), ("ex", EXPERIMENT)];
        let load = acknowledged("lesson", &self.learner.call(server, "lesson", &fields)).unwrap();
        let all = load["page"]["experiments"].as_array().unwrap();
        let progress = &all.iter().find(|e| e["id"] == EXPERIMENT).unwrap()["progress"];
        let said = &self.said;
        if let Some(choice) = said.predictions.get(&self.run) {
            assert_eq!(progress["prediction"]["choice"], **choice);
        }
        if let Some(choice) = &said.transfer {
            assert_eq!(progress["transfer"]["choice"], **choice);
        }
        for (what, list, told) in
            [("act", &progress["acts"], &said.acts), ("check", &progress["checks"], &said.verdicts)]
        {
            for (_, id) in told.iter().filter(|(run, _)| *run == self.run) {
                let one = list.as_array().unwrap().iter().find(|one| one["id"] == **id);
                let one = one.unwrap_or_else(|| panic!("run {}: {what} {id} is lost", self.run));
                assert!(what == "act" || one["verdict"] == "pass", "run {}: {one}", self.run);
            }
        }
        let live_ms = load["stage"]["clock"]["live_ms"].as_i64().unwrap();
        let (run, seen_ms) = said.seen_ms;
        assert!(
            run != self.run || live_ms >= seen_ms,
            "the clock stood at {seen_ms} and stands at {live_ms}"
        );

        let door = self.learner.door(server);
        let list = door.ask_as_learner("GET", CONFIG_MAPS, "").json();
        let items = list["items"].as_array().unwrap();
        for made in said.objects.iter().filter(|o| o.run == self.run) {
            let found = items.iter().map(|i| &i["metadata"]).find(|m| m["name"] == *made.name);
            let found = found.unwrap_or_else(|| panic!("{made:?} is lost"));
            assert_eq!(
                (&found["uid"], &found["resourceVersion"]),
                (&made.uid.as_str().into(), &made.revision.as_str().into())
            );
        }
    }

    /// The way in for a client of their own, which is another after each start.
    pub fn take_key(&mut self, server: &Server) {
        self.door = Some(self.learner.door(server));
    }
}

/// An answer that came whole; one that is no yes is no part of this.
fn acknowledged(what: &str, answer: &Answer) -> Option<Value> {
    let whole = serde_json::from_str(&answer.body).ok();
    assert!(whole.is_none() || answer.status == 200, "{what}: {answer:?}");
    whole
}
