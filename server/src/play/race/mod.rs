//! A race: both worlds of it in one fresh cluster, played in virtual time from the first line of a script to its end. The same
//! script and seed give the same race.

mod drive;
mod outcome;
#[cfg(test)]
mod tests;
mod watch;

use lessons::widget::{race::File, script};
use sandbox::{
    clock::Time,
    cluster::{Cluster, Config},
};
use wire::{
    problem::Problem,
    widget::race::{Event, RaceRun, ScriptFault},
};

use self::{drive::Driver, watch::Watch};
use super::widget::broken_world;
use crate::sandboxes::read_world;

/// Any moment will do, so it is always the same.
const EPOCH: Time = Time(1_767_225_600_000);

/// Plays a script. The inner error is the script's.
///
/// # Errors
/// When the race's own world cannot be made.
pub(super) fn play(file: &File, script: &str) -> Result<Result<RaceRun, ScriptFault>, Problem> {
    let lines = match script::parse(script, &file.tags, file.until_ms) {
        Ok(lines) => lines,
        Err(fault) => return Ok(Err(fault)),
    };
    let world = read_world(&file.world)?;
    let config = Config { seed: file.seed, epoch: EPOCH, world };
    let mut cluster = Cluster::new(config).map_err(|e| broken_world(&e.to_string()))?;
    let start = EPOCH.plus_ms(file.settle_ms);
    cluster.advance_to(start);
    let mut watch = Watch::new(file, &cluster, start);
    let mut driver = Driver::new(file);
    let mut events = Vec::new();
    for line in lines {
        watch.until(&mut cluster, start.plus_ms(line.at_ms));
        let typed = driver.act(&mut cluster, &line.verb);
        let row = file.rows.iter().position(|(_, _, of)| of.iter().any(|v| v == line.verb.name()));
        events
            .push((Event { at_ms: line.at_ms, line: line.text, row, refused: typed.refused }, typed.command));
    }
    watch.until(&mut cluster, start.plus_ms(file.until_ms));
    let events: Vec<Event> = events
        .into_iter()
        .map(|(event, command)| match command {
            // what was typed says how it ended only then
            Some(name) => {
                Event { refused: event.refused.or_else(|| drive::failure(&cluster, &name)), ..event }
            }
            None => event,
        })
        .collect();
    let [compose, kubernetes] = watch.worlds();
    let rows = outcome::rows(file, &events, [&compose, &kubernetes]);
    Ok(Ok(RaceRun { events, until_ms: file.until_ms, compose, kubernetes, rows }))
}
