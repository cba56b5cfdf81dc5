//! The rows of the table: what is asked, what was measured, whether that is enough.
use super::{
    figures::{of, time},
    peer::Peer,
};

/// One row.
#[derive(Debug, PartialEq)]
pub struct Row {
    work: &'static str,
    bar: &'static str,
    figure: String,
    /// `None` where it was not measured.
    is_met: Option<bool>,
}

impl Row {
    /// A figure that may be `most` at most.
    pub fn new(
        work: &'static str,
        bar: &'static str,
        figure: Option<f64>,
        most: f64,
        shown: impl Fn(f64) -> String,
    ) -> Self {
        let is_met = figure.map(|figure| figure <= most);
        Self { work, bar, figure: figure.map_or_else(|| "not measured".into(), shown), is_met }
    }

    /// A figure that must be `least` at least.
    pub fn at_least(work: &'static str, bar: &'static str, figure: Option<f64>, least: f64) -> Self {
        let is_met = figure.map(|figure| figure >= least);
        Self {
            work,
            bar,
            figure: figure.map_or_else(|| "not measured".into(), |f| format!("{f:.0}")),
            is_met,
        }
    }

    /// The figure, and whether it is enough.
    #[cfg(test)]
    pub fn told(&self) -> (String, Option<bool>) {
        (self.figure.clone(), self.is_met)
    }
}

/// More CPU than this in a second is not sleep: a thousandth of a core.
const ASLEEP_MS_MAX: f64 = 1.0;

/// From what the benches printed.
pub fn rows(scale: &str, replay: &str, peer: &Peer) -> Vec<Row> {
    let timed = |work: &'static str, bar: &'static str, name: &str, most_ms: f64| {
        Row::new(work, bar, of(scale, name), most_ms, time)
    };
    let pods =
        |replicas: &str, nodes: &str| of(scale, &format!("{replicas} replicas on {nodes} nodes to Ready"));
    let growth = pods("10000", "1000").zip(pods("1000", "100")).map(|(most, more)| most / 10.0 / more);
    let kib = |mib: f64| format!("{:.0} KiB", mib * 1024.0);
    let gib = |mib: f64| format!("{:.2} GiB", mib / 1024.0);
    let replayed = replay_median(replay, "an hour, plug pulled and back");
    vec![
        timed("new cluster, 3 nodes, first pod Ready", "2 ms", "new cluster, 3 nodes, first pod Ready", 2.0),
        timed("100 replicas on 3 nodes to Ready", "50 ms", "100 replicas on 3 nodes to Ready", 50.0),
        against(pods("100", "3"), peer),
        timed("1,000 replicas on 100 nodes", "500 ms", "1000 replicas on 100 nodes to Ready", 500.0),
        Row::new(
            "10,000 replicas on 1,000 nodes",
            "cost per pod at most 3 times that at 1,000",
            growth,
            3.0,
            |times| format!("{times:.2} times"),
        ),
        Row::new(
            "idle cluster (3 nodes, 10 pods, a Service) after one virtual hour",
            "300 KiB",
            of(scale, "idle cluster after an hour: held"),
            300.0 / 1024.0,
            kib,
        ),
        timed("the same awake, a virtual second", "20 µs", "idle cluster: a virtual second awake", 0.02),
        timed(
            "the same asleep, a real second",
            "no CPU",
            "idle cluster: a real second asleep",
            ASLEEP_MS_MAX,
        ),
        Row::new(
            "10,000 of them in one process",
            "3 GiB",
            of(scale, "10000 idle clusters: held"),
            3.0 * 1024.0,
            gib,
        ),
        timed(
            "all of them listed, one write each",
            "5 s",
            "10000 idle clusters: all listed, a write each",
            5000.0,
        ),
        Row::new("replay of a recorded lesson run of one virtual hour", "100 ms", replayed, 100.0, time),
    ]
}

/// The peer's CPU over ours, for the same work.
fn against(ours: Option<f64>, peer: &Peer) -> Row {
    let (work, bar) = ("the same, against the peer", "50 times less CPU");
    match (ours, peer) {
        (Some(ours), Peer::Took(name, theirs)) => {
            let times = theirs / ours;
            let figure = format!("{times:.0} times less ({name} took {})", time(*theirs));
            Row { work, bar, figure, is_met: Some(times >= 50.0) }
        }
        (None, Peer::Took(name, theirs)) => {
            Row { work, bar, figure: format!("{name} took {}", time(*theirs)), is_met: None }
        }
        (_, Peer::Missing(why)) => Row { work, bar, figure: format!("skipped: {why}"), is_met: None },
    }
}

/// The replay bench prints least, median and most, in milliseconds without a unit.
fn replay_median(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// As Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("| work (virtual time free, no write limits) | bar | measured | |\n|---|---|---|---|\n");
    for Row { work, bar, figure, is_met } in rows {
        let verdict = match is_met {
            Some(true) => "met",
            Some(false) => "**not met**",
            None => "unknown",
        };
        text.push_str(&format!("| {work} | {bar} | {figure} | {verdict} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: &str = "\
new cluster, 3 nodes, first pod Ready                     1.50 ms      1.40 ms     2.00 ms          212
100 replicas on 3 nodes to Ready                         12.00 ms     11.00 ms    50.00 ms         1480
    a pod                                                120.0 µs
1000 replicas on 100 nodes to Ready                     600.00 ms    590.00 ms   500.00 ms        14480  OVER THE BAR
10000 replicas on 1000 nodes to Ready                    12.00 s      12.00 s                    144800
idle cluster after an hour: held                        256.0 KiB               300.0 KiB
idle cluster: a virtual second awake                      9.5 µs                  20.0 µs
";
    const REPLAY: &str = "\
an hour, plug pulled                      27.0      28.0      36.0       1234 00ff
an hour, plug pulled and back             30.0      31.5      40.0       1234 00ff
";

    #[test]
    fn each_row_is_judged_by_its_bar() {
        let rows = rows(SCALE, REPLAY, &Peer::Took("p 1.0".into(), 1200.0));
        let told: Vec<(&str, &str, Option<bool>)> =
            rows.iter().map(|r| (r.work, r.figure.as_str(), r.is_met)).collect();
        assert_eq!(
            told,
            [
                ("new cluster, 3 nodes, first pod Ready", "1.5 ms", Some(true)),
                ("100 replicas on 3 nodes to Ready", "12.0 ms", Some(true)),
                ("the same, against the peer", "100 times less (p 1.0 took 1.20 s)", Some(true)),
                ("1,000 replicas on 100 nodes", "600.0 ms", Some(false)),
                ("10,000 replicas on 1,000 nodes", "2.00 times", Some(true)),
                ("idle cluster (3 nodes, 10 pods, a Service) after one virtual hour", "256 KiB", Some(true)),
                ("the same awake, a virtual second", "9.5 µs", Some(true)),
                ("the same asleep, a real second", "not measured", None),
                ("10,000 of them in one process", "not measured", None),
                ("all of them listed, one write each", "not measured", None),
                ("replay of a recorded lesson run of one virtual hour", "31.5 ms", Some(true)),
            ]
        );
    }

    #[test]
    fn a_peer_may_be_slow_or_missing() {
        let check = |peer: Peer, figure: &str, is_met: Option<bool>| {
            let row = against(Some(100.0), &peer);
            assert_eq!((row.figure.as_str(), row.is_met), (figure, is_met));
        };
        check(Peer::Took("p".into(), 4900.0), "49 times less (p took 4.90 s)", Some(false));
        check(Peer::Missing("no node".into()), "skipped: no node", None);
    }

    #[test]
    fn the_table_names_what_is_not_met() {
        let rows = rows(SCALE, REPLAY, &Peer::Missing("no node".into()));
        let table = table(&rows);
        for line in [
            "| 1,000 replicas on 100 nodes | 500 ms | 600.0 ms | **not met** |",
            "| the same, against the peer | 50 times less CPU | skipped: no node | unknown |",
            "| 100 replicas on 3 nodes to Ready | 50 ms | 12.0 ms | met |",
        ] {
            assert!(table.lines().any(|l| l == line), "{table}");
        }
    }
}
