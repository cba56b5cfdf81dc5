//! When a CronJob is due: `*/5 8-18 * * mon-fri`, `@hourly`, `@every 1h30m`. Models the parser and `SpecSchedule.Next` of
//! `robfig/cron`, with its words: where neither day nor weekday is a star, either suffices; an hour that a change of clocks skips
//! has no runs, one that comes twice has them twice. Omits: seconds.

use jiff::{Timestamp, Zoned, tz};

use crate::clock::Time;

/// How far `next` looks for a moment, in years.
const YEARS_MAX: i16 = 5;

/// A schedule that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// Moments that match.
    Fields(Box<Fields>),
    /// Always the same time apart, in milliseconds.
    Every(i64),
}

/// What a moment must match.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    minutes: Set,
    hours: Set,
    days: Set,
    months: Set,
    weekdays: Set,
}

/// Values of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Set {
    bits: u64,
    star: bool,
}

impl Set {
    fn has(self, n: i8) -> bool {
        self.bits & (1 << n) != 0
    }
}

/// What a field may hold.
struct Bounds {
    min: u32,
    max: u32,
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const BOUNDS: [Bounds; 5] = [
    Bounds { min: 0, max: 59, names: &[] },
    Bounds { min: 0, max: 23, names: &[] },
    Bounds { min: 1, max: 31, names: &[] },
    Bounds { min: 1, max: 12, names: MONTHS },
    Bounds { min: 0, max: 6, names: WEEKDAYS },
];

/// Reads a schedule. A leading `TZ=ZONE` is passed over.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<Schedule, String> {
    if text.is_empty() {
        return Err("empty spec string".into());
    }
    let mut rest = text;
    if let Some(zone) = text.strip_prefix("TZ=").or_else(|| text.strip_prefix("CRON_TZ=")) {
        let (zone, after) = zone.split_once(' ').unwrap_or((zone, ""));
        time_zone(zone).map_err(|why| format!("provided bad location {zone}: {why}"))?;
        rest = after.trim();
    }
    if rest.starts_with('@') {
        return descriptor(rest);
    }
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let [minutes, hours, days, months, weekdays] = fields[..] else {
        return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
    };
    let at = |text: &str, i: usize| field(text, &BOUNDS[i]);
    Ok(Schedule::Fields(Box::new(Fields {
        minutes: at(minutes, 0)?,
        hours: at(hours, 1)?,
        days: at(days, 2)?,
        months: at(months, 3)?,
        weekdays: at(weekdays, 4)?,
    })))
}

fn descriptor(text: &str) -> Result<Schedule, String> {
    let same = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => "",
    };
    if !same.is_empty() {
        return parse(same);
    }
    let Some(every) = text.strip_prefix("@every ") else {
        return Err(format!("unrecognized descriptor: {text}"));
    };
    let ms = duration_ms(every)
        .ok_or_else(|| format!("failed to parse duration {text}: time: invalid duration {every:?}"))?;
    Ok(Schedule::Every((ms / 1000 * 1000).max(1000)))
}

/// Models `time.ParseDuration` for what is not negative: `1h30m`, `90s`, `1.5h`.
pub(super) fn duration_ms(text: &str) -> Option<i64> {
    let (mut rest, mut ms) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len() - digits);
        ms += number
            * match &rest[digits..digits + unit] {
                "ms" => 1.0,
                "s" => 1_000.0,
                "m" => 60_000.0,
                "h" => 3_600_000.0,
                _ => return None,
            };
        rest = &rest[digits + unit..];
    }
    (!text.is_empty() && ms < 9e15).then_some(ms as i64)
}

fn field(text: &str, bounds: &Bounds) -> Result<Set, String> {
    let mut all = Set::default();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let set = range(part, bounds)?;
        all.bits |= set.bits;
        all.star |= set.star;
    }
    Ok(all)
}

fn range(text: &str, bounds: &Bounds) -> Result<Set, String> {
    let (ends, steps): (Vec<&str>, Vec<&str>) = {
        let parts: Vec<&str> = text.split('/').collect();
        (parts[0].split('-').collect(), parts[1..].to_vec())
    };
    let star = matches!(ends[0], "*" | "?");
    let (start, mut end) = match ends[..] {
        _ if star => (bounds.min, bounds.max),
        [one] => (number(one, bounds)?, number(one, bounds)?),
        [first, last] => (number(first, bounds)?, number(last, bounds)?),
        _ => return Err(format!("too many hyphens: {text}")),
    };
    let step = match steps[..] {
        [] => 1,
        [step] => {
            if ends.len() == 1 {
                end = bounds.max;
            }
            int(step)?
        }
        _ => return Err(format!("too many slashes: {text}")),
    };
    if start < bounds.min {
        return Err(format!("beginning of range ({start}) below minimum ({}): {text}", bounds.min));
    }
    if end > bounds.max {
        return Err(format!("end of range ({end}) above maximum ({}): {text}", bounds.max));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    let bits = (start..=end).step_by(step as usize).fold(0, |bits, n| bits | 1u64 << n);
    Ok(Set { bits, star: star && step == 1 })
}

fn number(text: &str, bounds: &Bounds) -> Result<u32, String> {
    let name = bounds.names.iter().position(|n| text.eq_ignore_ascii_case(n));
    match name {
        Some(place) => Ok(u32::try_from(place).unwrap_or(0) + bounds.min),
        None => int(text),
    }
}

fn int(text: &str) -> Result<u32, String> {
    let n: i64 = text.parse().map_err(|_| {
        format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax")
    })?;
    u32::try_from(n).map_err(|_| {
        if n < 0 {
            format!("negative number ({n}) not allowed: {text}")
        } else {
            format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: value out of range")
        }
    })
}

/// A time zone by its IANA name, from the copy of the database that is part of this program.
///
/// # Errors
/// `unknown time zone NAME`.
pub fn time_zone(name: &str) -> Result<tz::TimeZone, String> {
    if matches!(name, "" | "UTC") {
        return Ok(tz::TimeZone::UTC);
    }
    tz::TimeZoneDatabase::bundled().get(name).map_err(|_| format!("unknown time zone {name}"))
}

impl Schedule {
    /// The first moment after `after` in a time zone; `None` if there is none for years.
    pub fn next(&self, after: Time, zone: &tz::TimeZone) -> Option<Time> {
        match self {
            Schedule::Every(ms) => Some(Time((after.0 + ms).div_euclid(1000) * 1000)),
            Schedule::Fields(fields) => {
                let minute = (after.0.div_euclid(60_000) + 1) * 60_000;
                let start = Timestamp::from_millisecond(minute).ok()?.to_zoned(zone.clone());
                fields.from(start).map(|at| Time(at.timestamp().as_millisecond()))
            }
        }
    }
}

impl Fields {
    /// The first moment from `at` on, which is a whole minute.
    fn from(&self, mut at: Zoned) -> Option<Zoned> {
        let last = at.year() + YEARS_MAX;
        while at.year() <= last {
            at = if !self.months.has(at.month()) {
                let next = at.date().last_of_month().tomorrow().ok()?;
                next.to_zoned(at.time_zone().clone()).ok()?
            } else if !self.matches_day(&at) {
                at.date().tomorrow().ok()?.to_zoned(at.time_zone().clone()).ok()?
            } else if !self.hours.has(at.hour()) {
                later(&at, 60 - i64::from(at.minute()))?
            } else if !self.minutes.has(at.minute()) {
                later(&at, 1)?
            } else {
                return Some(at);
            };
        }
        None
    }

    fn matches_day(&self, at: &Zoned) -> bool {
        let day = self.days.has(at.day());
        let weekday = self.weekdays.has(at.weekday().to_sunday_zero_offset());
        if self.days.star || self.weekdays.star { day && weekday } else { day || weekday }
    }
}

fn later(at: &Zoned, minutes: i64) -> Option<Zoned> {
    let at_ms = at.timestamp().as_millisecond() + minutes * 60_000;
    Timestamp::from_millisecond(at_ms).ok().map(|t| t.to_zoned(at.time_zone().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_moment_is_found() {
        let check = |text: &str, zone: &str, after: &str, expect: &str| {
            let zone = time_zone(zone).unwrap();
            let next = parse(text).unwrap().next(Time::parse(after).unwrap(), &zone);
            assert_eq!(
                next.map(|t| t.rfc3339().to_string()).unwrap_or_default(),
                expect,
                "{text} after {after}"
            );
        };
        for (text, after, expect) in [
            ("*/1 * * * *", "2026-11-23T18:23:26Z", "2026-11-23T18:24:00Z"),
            ("*/1 * * * *", "2026-11-23T18:24:00Z", "2026-11-23T18:25:00Z"),
            ("*/15 * * * *", "2026-11-23T18:46:00Z", "2026-11-23T19:00:00Z"),
            ("30 8 * * mon-fri", "2026-11-27T09:00:00Z", "2026-11-30T08:30:00Z"),
            ("0 0 1 * *", "2026-12-15T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("0 0 31 * *", "2026-11-02T00:00:00Z", "2026-12-31T00:00:00Z"),
            ("0 0 13 * fri", "2026-11-24T00:00:00Z", "2026-11-27T00:00:00Z"),
            ("0 0 29 2 *", "2026-11-24T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 30 2 *", "2026-11-24T00:00:00Z", ""),
            ("@hourly", "2026-11-23T18:46:00Z", "2026-11-23T19:00:00Z"),
            ("@every 90s", "2026-11-23T18:46:00Z", "2026-11-23T18:47:30Z"),
            ("5/20 * * * *", "2026-11-23T18:26:00Z", "2026-11-23T18:45:00Z"),
        ] {
            check(text, "UTC", after, expect);
        }
        check("0 9 * * *", "Asia/Seoul", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
        // Clocks go forward at 2:00 on 14 March 2027, and back at 2:00 on 7 November.
        check("30 2 * * *", "America/New_York", "2027-03-13T08:00:00Z", "2027-03-15T06:30:00Z");
        check("30 1 * * *", "America/New_York", "2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expect) in [
            ("", "empty spec string"),
            ("bad", "expected exactly 5 fields, found 1: [bad]"),
            ("61 * * * *", "end of range (61) above maximum (59): 61"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("1/2/3 * * * *", "too many slashes: 1/2/3"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
            ("@sometimes", "unrecognized descriptor: @sometimes"),
            ("TZ=Mars/North 1 * * * *", "provided bad location Mars/North: unknown time zone Mars/North"),
        ] {
            assert_eq!(parse(text), Err(expect.to_owned()), "{text}");
        }
    }
}
