//! Plays a group of lines in both worlds, which move together.

use std::path::Path;

use anyhow::Result;

use super::{
    recorded::{Answer, Recording},
    script::{Group, Step},
    volatile,
    world::World,
};
use crate::kubectl::Said;

/// Virtual time between the end of a line and the next.
const BETWEEN_MS: i64 = 1000;

/// What became of a line.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Name of its file.
    pub verb: String,
    /// The line as it is written there.
    pub shown: String,
    /// What real kubectl said.
    pub expect: Said,
    /// What ours said.
    pub is: Said,
}

impl Outcome {
    /// Do both say the same?
    pub fn agrees(&self) -> bool {
        self.expect == self.is
    }

    /// Is it a mistake?
    pub fn is_mistake(&self) -> bool {
        self.expect.exit != 0
    }

    /// What stands for it in the list of differences.
    pub fn key(&self) -> String {
        format!("{}: {}", self.verb, self.shown)
    }
}

/// What became of a group.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// Its lines.
    pub outcomes: Vec<Outcome>,
    /// How real kubectl answered.
    pub answers: Vec<Answer>,
    /// Why its lines could not all be played.
    pub broken: Option<String>,
}

/// Plays a group with the real one beside ours, or with what was recorded of it; with neither nothing is played.
///
/// # Errors
/// When something cannot be started.
pub async fn play(
    number: usize,
    group: &Group,
    kubectl: Option<&Path>,
    recording: Option<&Recording>,
) -> Result<Played> {
    let there = match (kubectl, recording) {
        (Some(file), _) => There::World(Box::new(World::new(&format!("{number}-real"), file).await?)),
        (None, Some(recording)) => There::Answers(recording.answers.iter()),
        (None, None) => return Ok(Played::default()),
    };
    let here = World::new(&format!("{number}-ours"), Path::new("kubectl")).await?;
    let mut player = Player { here, there, played: Played::default() };
    for step in &group.steps {
        player.step(&group.verb, step).await?;
        if player.played.broken.is_some() {
            break;
        }
    }
    player.here.stop().await;
    if let There::World(world) = player.there {
        world.stop().await;
    }
    Ok(player.played)
}

/// Where the real one's answers come from.
enum There<'a> {
    World(Box<World>),
    Answers(std::slice::Iter<'a, Answer>),
}

struct Player<'a> {
    here: World,
    there: There<'a>,
    played: Played,
}

impl Player<'_> {
    async fn step(&mut self, verb: &str, step: &Step) -> Result<()> {
        match step {
            Step::Compare { shown, line, for_ms } => {
                let is = volatile::masked(self.here.ours(line, *for_ms).await, self.here.home());
                let there = match &mut self.there {
                    There::World(world) => {
                        let said = volatile::masked(world.real(line, *for_ms).await?, world.home());
                        Some((said, world.now_ms()))
                    }
                    There::Answers(answers) => answers.next().map(|a| (a.said(), a.at_ms)),
                };
                let Some((expect, at_ms)) = there else { return Ok(()) };
                let at_ms = at_ms.max(self.here.now_ms());
                self.played.answers.push(Answer::of(shown, &expect, at_ms));
                let (verb, shown) = (verb.to_owned(), shown.clone());
                self.played.outcomes.push(Outcome { verb, shown, expect, is });
                self.both_to(at_ms + BETWEEN_MS).await;
            }
            Step::Prepare { shown, line } => {
                // By ours in both, so that a fault of it does not count twice.
                let mut saids = vec![self.here.ours(line, None).await];
                if let There::World(world) = &self.there {
                    saids.push(world.ours(line, None).await);
                }
                if let Some(said) = saids.iter().find(|said| said.exit != 0) {
                    self.played.broken = Some(format!("{verb}: {shown}: {}", said.stderr.trim()));
                }
                self.both_to(self.here.now_ms() + BETWEEN_MS).await;
            }
            Step::Advance(ms) => self.both_to(self.here.now_ms() + ms).await,
            Step::File { name, text } => {
                std::fs::write(self.here.home().join(name), text)?;
                if let There::World(world) = &self.there {
                    std::fs::write(world.home().join(name), text)?;
                }
            }
        }
        Ok(())
    }

    async fn both_to(&self, ms: i64) {
        self.here.to(ms).await;
        if let There::World(world) = &self.there {
            world.to(ms).await;
        }
    }
}
