//! When a cron job's next job is due. Models `mostRecentScheduleTime`, `nextScheduleTime` and `nextScheduleTimeDuration`.

use jiff::tz::TimeZone;

use crate::{clock::Time, object::Object, resources::cron_schedule::Schedule};

/// More moments missed than these are told of.
const MISSED_MAX: i64 = 100;
/// More moments missed than these are not looked at one by one.
const WALK_MAX: i64 = 2_000;

/// What a look at the schedule tells.
#[derive(Debug, PartialEq)]
pub struct Due {
    /// The newest moment that was not served yet.
    pub now: Option<Time>,
    /// When to look again.
    pub next: Option<Time>,
    /// Were very many moments missed?
    pub many: bool,
}

/// The pure part.
pub fn due(cron: &Object, schedule: &Schedule, zone: &TimeZone, now: Time) -> Due {
    let start = cron["status"]["lastScheduleTime"].time().or_else(|| cron.created()).unwrap_or(now);
    let deadline_s = cron["spec"]["startingDeadlineSeconds"].int();
    // What is older than the deadline is lost.
    let from = deadline_s.map_or(start, |s| start.max(now.plus_ms(-s * 1000)));
    let (recent, missed) = newest(schedule, zone, from, now);
    let many = missed > MISSED_MAX && deadline_s.is_none();
    let last = newest(schedule, zone, start, now).0.unwrap_or(start);
    Due { now: recent, next: schedule.next(last.max(start), zone).filter(|at| *at > now), many }
}

/// The newest moment after `from` that is not later than `now`, and about how many there were.
fn newest(schedule: &Schedule, zone: &TimeZone, from: Time, now: Time) -> (Option<Time>, i64) {
    let next = |t: Time| schedule.next(t, zone);
    let Some(first) = next(from).filter(|t| *t <= now) else { return (None, 0) };
    let Some(second) = next(first).filter(|t| *t <= now) else { return (Some(first), 1) };
    let apart_ms = second.since_ms(first).max(1000);
    let missed = now.since_ms(first) / apart_ms + 1;
    // Very far back there is nothing to find: begin shortly before now.
    let mut at = if missed > WALK_MAX { now.plus_ms(-100 * apart_ms) } else { second };
    let mut newest = second;
    while let Some(t) = next(at).filter(|t| *t <= now) {
        (newest, at) = (newest.max(t), t);
    }
    (Some(newest), missed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, resources::cron_schedule::parse};

    #[test]
    fn the_newest_moment_counts() {
        let at = |text: &str| Time::parse(&format!("2026-11-23T{text}Z")).unwrap();
        for (schedule, last, deadline_s, now, due_now, next, many) in [
            ("* * * * *", None, None, "18:23:30", None, Some("18:24:00"), false),
            ("* * * * *", None, None, "18:24:00", Some("18:24:00"), Some("18:25:00"), false),
            ("* * * * *", Some("18:24:00"), None, "18:24:10", None, Some("18:25:00"), false),
            ("* * * * *", Some("18:24:00"), None, "18:29:10", Some("18:29:00"), Some("18:30:00"), false),
            ("* * * * *", Some("10:24:00"), None, "18:29:10", Some("18:29:00"), Some("18:30:00"), true),
            ("0 * * * *", Some("17:00:00"), Some(60), "18:29:10", None, Some("19:00:00"), false),
            (
                "0 * * * *",
                Some("17:00:00"),
                Some(3600),
                "18:29:10",
                Some("18:00:00"),
                Some("19:00:00"),
                false,
            ),
        ] {
            let mut cron =
                Object(json!({"metadata": {"creationTimestamp": "2026-11-23T18:23:26Z"}, "spec": {}}));
            cron["spec"].set("startingDeadlineSeconds", deadline_s.map(i64::from));
            cron["status"].set("lastScheduleTime", last.map(at));
            let got = due(&cron, &parse(schedule).unwrap(), &TimeZone::UTC, at(now));
            let expect = Due { now: due_now.map(at), next: next.map(at), many };
            assert_eq!(got, expect, "{schedule} at {now}");
        }
    }
}
