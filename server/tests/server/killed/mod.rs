//! Kill -9 at any moment loses nothing that was acknowledged: the server is killed a hundred times under load, and each time the
//! database and the next server are held against what it had said until then.

mod player;

use std::{
    collections::HashSet,
    io::Read,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use server::storage::Storage;
use wire::learner::Lang;

use self::player::{LESSON, Player, Rng, Said};
use super::support::{Folder, Learner, Server};

/// Kills; PILOTHOUSE_KILLS sets another number.
const KILLS: usize = 100;
const PLAYERS: usize = 4;
/// So many of them, in turn, play in a round: each has a cluster replayed, which is most of a round's work. The first is compared
/// before; the others' replays are a part of the load.
const AT_ONCE: usize = 2;
/// The load lasts this long at most before the kill; once in ten rounds it may be longer, as some answers take their time.
const LOAD_MS_MAX: u64 = 200;
const LONG_LOAD_MS_MAX: u64 = 1_500;

/// How long the parts of a round took.
#[derive(Default)]
struct Times {
    load: Vec<Duration>,
    kept: Vec<Duration>,
    start: Vec<Duration>,
    compare: Vec<Duration>,
}

fn timed<T>(times: &mut Vec<Duration>, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    times.push(begun.elapsed());
    done
}

fn median_and_max(mut all: Vec<Duration>) -> String {
    all.sort();
    format!("{:.0?} median, {:.0?} at most", all[all.len() / 2], all[all.len() - 1])
}

#[test]
fn nothing_acknowledged_is_lost_by_a_hundred_kills() {
    let begun = Instant::now();
    let seed = u64::from_str_radix(&server::secret::id()[..15], 16).unwrap();
    println!("seed of the moments: {seed}");
    let mut rng = Rng(seed);
    let (home, mut times) = (Folder::new(), Times::default());
    let data = home.0.join("data");
    let url = format!("sqlite://{}?mode=rwc", data.join("pilothouse.sqlite").display());
    let runtime = tokio::runtime::Runtime::new().unwrap();

    let mut server = Server::start(&data);
    let mut players: Vec<Player> =
        (0..PLAYERS).map(|n| Player::new(Learner::arrive(&server, Lang::En), n)).collect();
    // an experiment to its end takes longer than many rounds: one player has done that before
    players[0].play_through(&server.address);
    let kills = std::env::var("PILOTHOUSE_KILLS").map_or(KILLS, |n| n.parse().unwrap());
    for _ in 0..kills {
        let load_ms_max = if rng.below(10) == 0 { LONG_LOAD_MS_MAX } else { LOAD_MS_MAX };
        let after = Duration::from_micros(rng.below(load_ms_max * 1000));
        players.rotate_left(1);
        let resting = players.split_off(AT_ONCE);
        timed(&mut times.compare, || compare(&server, &mut players[..1]));
        players.iter_mut().for_each(|player| player.take_key(&server));
        players = timed(&mut times.load, || kill_under_load(server, players, after));
        players.extend(resting);
        timed(&mut times.kept, || runtime.block_on(compare_kept(&url, &mut players, false)));
        server = timed(&mut times.start, || Server::start(&data));
    }
    compare(&server, &mut players);
    stands_still(server, &players, &data);
    runtime.block_on(compare_kept(&url, &mut players, true));
    tell(kills, begun.elapsed(), &players, times);
}

/// The figures. A load that reaches nothing would lose nothing, too: it must have reached something.
fn tell(kills: usize, took: Duration, players: &[Player], times: Times) {
    let sum = |of: fn(&Said) -> usize| players.iter().map(|p| of(&p.said)).sum::<usize>();
    let (objects, verdicts, widgets) =
        (sum(|s| s.objects.len()), sum(|s| s.verdicts.len()), sum(|s| s.widgets));
    let transfers = sum(|s| usize::from(s.transfer.is_some()));
    let unanswered: usize = players.iter().map(|p| p.unanswered).sum();
    let (lines, acts, predictions) =
        (sum(|s| s.lines.len()), sum(|s| s.acts.len()), sum(|s| s.predictions.len()));
    println!(
        "{kills} kills in {took:.0?}, {unanswered} requests without an answer; acknowledged, and all there: {objects} objects, \
         {lines} console lines, {acts} acts, {predictions} predictions, {transfers} transfers, {verdicts} verdicts, {widgets} \
         widgets; load {}; database {}; start {}; replay {}",
        median_and_max(times.load),
        median_and_max(times.kept),
        median_and_max(times.start),
        median_and_max(times.compare),
    );
    assert!(objects + widgets > kills && verdicts > PLAYERS, "there was hardly a load");
    assert!(transfers > 0, "nobody came as far as the question for afterwards");
    assert!(unanswered > kills / 2, "the kills came when nothing happened");
}

/// All players play at once until the server dies.
fn kill_under_load(server: Server, players: Vec<Player>, after: Duration) -> Vec<Player> {
    let begin = Arc::new(Barrier::new(players.len() + 1));
    let dead = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = players
        .into_iter()
        .map(|mut player| {
            let (address, begin, dead) = (server.address.clone(), begin.clone(), dead.clone());
            thread::spawn(move || {
                let watched = player.watches().then(|| watch(&player.learner, &address));
                begin.wait();
                while player.turn(&address).is_some() {}
                player.unanswered += 1;
                assert!(dead.load(Ordering::SeqCst), "no answer, though nobody killed the server");
                if let Some(watched) = watched {
                    watched.join().unwrap();
                }
                player
            })
        })
        .collect();
    begin.wait();
    thread::sleep(after);
    dead.store(true, Ordering::SeqCst);
    server.kill();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// A page that is open, so that time goes on.
fn watch(learner: &Learner, address: &str) -> thread::JoinHandle<()> {
    let mut stream = learner.open_frames(address);
    thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while stream.read(&mut bytes).is_ok_and(|n| n > 0) {}
    })
}

/// What was acknowledged is in the database. `whole`: of all runs, not only of the present ones.
async fn compare_kept(url: &str, players: &mut [Player], whole: bool) {
    let db = Storage::open(url).await.unwrap();
    for player in players {
        let id = player.learner.sandbox.clone();
        let row = db.sandbox(&id).await.unwrap().unwrap();
        player.run = row.run;
        let passed = db.passed_checks(&row.learner_id, LESSON).await.unwrap();
        let widget = db.widgets_of(&row.learner_id, LESSON).await.unwrap().remove("race").unwrap_or_default();
        let runs = if whole { 1..=row.run } else { row.run..=row.run };
        for run in runs {
            let entries = db.entries(&id, run).await.unwrap();
            let made: HashSet<String> =
                entries.iter().flat_map(|(_, request)| player::names(request)).collect();
            let lines = db.console(&id, run, i64::MAX).await.unwrap();
            let lines: HashSet<(String, i64)> = lines.into_iter().map(|e| (e.line, e.at_ms)).collect();
            let acts = db.acts(&id, run).await.unwrap();
            let said = &player.said;
            for object in said.objects.iter().filter(|o| o.run == run) {
                assert!(made.contains(&object.name), "run {run}: the journal lost {object:?}");
            }
            for (_, line, at_ms) in said.lines.iter().filter(|(of, ..)| *of == run) {
                assert!(lines.contains(&(line.clone(), *at_ms)), "run {run}: the console lost {line:?}");
            }
            for (_, act) in said.acts.iter().filter(|(of, _)| *of == run) {
                assert!(acts.iter().any(|(id, ..)| id == act), "run {run}: act {act} is lost");
            }
            if let Some(choice) = said.predictions.get(&run) {
                let kept = db.prediction(&id, run).await.unwrap();
                assert_eq!(kept.map(|(kept, _)| kept).as_ref(), Some(choice), "run {run}");
            }
            for (_, check) in said.verdicts.iter().filter(|(of, _)| *of == run) {
                let is_this = |(_, of, id): &(String, i64, String)| *of == run && id == check;
                assert!(passed.iter().any(is_this), "run {run}: the verdict of {check} is lost");
            }
        }
        let answer = db.transfer(&id).await.unwrap();
        if player.said.transfer.is_some() {
            assert_eq!(answer.map(|a| a.choice), player.said.transfer);
        }
        let kept = widget.strip_prefix("script=").and_then(|n| n.parse().ok()).unwrap_or(0);
        assert!(kept >= player.said.widgets, "widget {} became {kept}", player.said.widgets);
    }
    db.close().await;
}

/// The replay of each player's cluster.
fn compare(server: &Server, players: &mut [Player]) {
    thread::scope(|scope| {
        for player in players {
            scope.spawn(|| player.compare(server));
        }
    });
}

/// Once more, with nobody at work: every object whole is what it was.
fn stands_still(server: Server, players: &[Player], data: &std::path::Path) {
    for player in players {
        player.learner.call(&server, "time", &[("control", "pause")]);
    }
    let all = |server: &Server| -> Vec<_> { players.iter().map(|p| p.learner.objects(server)).collect() };
    let before = all(&server);
    server.kill();
    let server = Server::start(data);
    assert_eq!(all(&server), before);
}
