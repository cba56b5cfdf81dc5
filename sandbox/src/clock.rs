//! Virtual time: milliseconds, and Kubernetes' two ways to write a moment.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::json::Json;

/// A moment of virtual time: milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(pub i64);

impl Time {
    /// `ms` later.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Time {
        Time(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; negative if it is later.
    pub fn since_ms(self, earlier: Time) -> i64 {
        self.0 - earlier.0
    }

    /// `metav1.Time`: whole seconds, UTC.
    pub fn rfc3339(self) -> EcoString {
        format!("{}Z", self.civil().strftime("%Y-%m-%dT%H:%M:%S")).into()
    }

    /// `metav1.MicroTime`: six digits, UTC.
    pub fn rfc3339_micro(self) -> EcoString {
        format!("{}Z", self.civil().strftime("%Y-%m-%dT%H:%M:%S%.6f")).into()
    }

    /// RFC 3339 with nine digits, as containers' logs have it, UTC.
    pub fn rfc3339_nano(self) -> EcoString {
        format!("{}Z", self.civil().strftime("%Y-%m-%dT%H:%M:%S%.9f")).into()
    }

    /// The HTTP `Date` header.
    pub fn http_date(self) -> String {
        self.civil().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Reads either form.
    pub fn parse(text: &str) -> Option<Time> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Time(t.as_millisecond()))
    }

    fn civil(self) -> jiff::civil::DateTime {
        jiff::Timestamp::from_millisecond(self.0)
            .unwrap_or_default()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .datetime()
    }
}

/// The second that was written out last: what is written in one second names it many times, and all share the text.
#[derive(Clone, Debug, Default)]
pub struct Second {
    second: i64,
    text: EcoString,
}

impl Second {
    /// A moment as `metav1.Time`.
    pub fn text(&mut self, time: Time) -> EcoString {
        let second = time.0.div_euclid(1000);
        if self.second != second || self.text.is_empty() {
            *self = Self { second, text: time.rfc3339() };
        }
        self.text.clone()
    }
}

impl From<Time> for Json {
    fn from(time: Time) -> Json {
        Json::Str(time.rfc3339())
    }
}

impl Json {
    /// The moment this string writes, if it does.
    pub fn time(&self) -> Option<Time> {
        self.str().and_then(Time::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_kubernetes_writes_them() {
        let t = Time(1_795_480_245_120);
        assert_eq!(t.rfc3339(), "2026-11-24T00:30:45Z");
        assert_eq!(t.rfc3339_micro(), "2026-11-24T00:30:45.120000Z");
        assert_eq!(t.http_date(), "Tue, 24 Nov 2026 00:30:45 GMT");
        assert_eq!(Time::parse("2026-11-24T00:30:45.120000Z"), Some(t));
    }
}
