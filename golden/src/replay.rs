//! Replays scenarios against fresh clusters of ours and tells how far they agree.

use std::{io::Write, path::Path};

use anyhow::{Context, Result};

use crate::{
    fidelity::{self, Reasons},
    place,
    play::{self, Outcome},
    ratchet::Ratchet,
    report, requests,
};

/// How often a scenario that lost steps is played again before they count as lost.
const AGAIN_MAX: usize = 2;

/// What a replay runs with.
pub struct Replay<'a> {
    /// Folder of the recordings.
    pub recordings: &'a Path,
    /// `None`: the recorded requests alone.
    pub kubectl: Option<&'a Path>,
    /// Show each step that differs.
    pub show: bool,
    /// Show both answers of this step whole.
    pub step: Option<usize>,
    /// Where the answers of steps that differ are kept.
    pub answers: Option<&'a Path>,
    /// Write what agrees.
    pub update: bool,
}

impl Replay<'_> {
    /// Plays the scenarios; false if an agreed step was lost.
    ///
    /// # Errors
    /// When something cannot be read, written or started.
    pub async fn run(&self, names: &[String]) -> Result<bool> {
        let file = place::ratchet(self.kubectl.is_some());
        let mut ratchet = Ratchet::read(&file)?;
        let (mut played, mut kept, mut lost) = (Vec::new(), 0, 0);
        for name in names {
            let outcomes = self.play(name).await?;
            let agreed = report::agreed(&outcomes);
            self.show(&outcomes);
            self.keep(name, &outcomes)?;
            println!("{}", report::summary(name, &outcomes));
            let missing = ratchet.lost(name, &agreed);
            let really =
                if self.update { missing.clone() } else { self.missing_again(name, &missing).await? };
            kept += ratchet.kept(name, &agreed) + missing.len() - really.len();
            lost += really.len();
            for step in missing {
                let verdict = if really.contains(&step) { "lost" } else { "agreed when played again" };
                println!("    {verdict}: {name} step {step} agreed before");
                outcomes.iter().filter(|o| o.step == step).for_each(|o| print!("{}", report::difference(o)));
            }
            std::io::stdout().flush()?;
            if self.update {
                ratchet.0.insert(name.clone(), agreed);
            }
            played.push((name.clone(), outcomes));
        }
        let all: Vec<Outcome> = played.iter().flat_map(|(_, o)| o).cloned().collect();
        println!("{}", report::summary("all", &all));
        println!("Of the steps that agreed before:\n{kept} passed, {lost} failed");
        if self.update {
            write(&file, &ratchet.text())?;
            if self.kubectl.is_some() && played.len() == place::names("")?.len() {
                let reasons = Reasons::read(&place::reasons())?;
                write(&place::fidelity(), &fidelity::page(&place::sources(), &played, &reasons)?)?;
            }
        }
        Ok(self.update || lost == 0)
    }

    async fn play(&self, name: &str) -> Result<Vec<Outcome>> {
        match self.kubectl {
            Some(kubectl) => play::play(name, self.recordings, kubectl).await,
            None => requests::play(name, self.recordings).await,
        }
    }

    /// Which of these steps differ each time that the scenario is played again. kubectl's processes take real time, so that
    /// on a busy machine a step may meet another moment than the reference's; what was really lost stays lost.
    async fn missing_again(&self, name: &str, steps: &[usize]) -> Result<Vec<usize>> {
        let mut missing = steps.to_vec();
        for _ in 0..AGAIN_MAX {
            if missing.is_empty() {
                break;
            }
            let agreed = report::agreed(&self.play(name).await?);
            missing.retain(|step| !agreed.contains(step));
        }
        Ok(missing)
    }

    fn show(&self, outcomes: &[Outcome]) {
        if self.show {
            outcomes.iter().filter(|o| !o.agrees).for_each(|o| print!("{}", report::difference(o)));
        }
        if let Some(step) = self.step {
            for outcome in outcomes.iter().filter(|o| o.step == step) {
                println!("=== recorded\n{}\n=== ours\n{}", outcome.expect, outcome.is);
            }
        }
    }

    fn keep(&self, name: &str, outcomes: &[Outcome]) -> Result<()> {
        let Some(folder) = self.answers else { return Ok(()) };
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let number = name.split('-').next().unwrap_or(name);
        for outcome in outcomes.iter().filter(|o| !o.agrees) {
            for (side, text) in [("recorded", &outcome.expect), ("ours", &outcome.is)] {
                write(&folder.join(format!("{number}-{:03}.{side}", outcome.step)), text)?;
            }
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
