//! Quantities that are added and compared, written as Kubernetes writes them. Models arithmetic and `String` of
//! `k8s.io/apimachinery/pkg/api/resource.Quantity` down to thousandths. Omits: decimal exponents as a form of their own.

use std::{cmp::Ordering, fmt};

use super::{cells, quantity};
use crate::json::Json;

/// An amount of a resource.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amount {
    milli: i128,
    /// Written with `Ki`, `Mi`, …
    binary: bool,
}

impl Amount {
    /// None of it.
    pub const ZERO: Amount = Amount { milli: 0, binary: false };

    /// So many whole ones.
    pub fn count(n: i64) -> Self {
        Self { milli: i128::from(n) * 1000, binary: false }
    }

    /// So many thousandths.
    pub fn of_milli(milli: i64) -> Self {
        Self { milli: i128::from(milli), binary: false }
    }

    /// As written in an object, as text or as a number; `None` if it is no quantity.
    pub fn read(value: &Json) -> Option<Self> {
        let text = cells::plain(value);
        let binary = text.ends_with('i');
        let milli = quantity::parse_milli(&text)
            .map(i128::from)
            .or_else(|| quantity::parse_bytes(&text).map(|n| i128::from(n) * 1000))?;
        Some(Self { milli, binary })
    }

    /// In whole units, rounded up.
    pub fn whole(self) -> i64 {
        i64::try_from((self.milli + 999).div_euclid(1000)).unwrap_or(i64::MAX)
    }

    /// Has it no fraction?
    pub fn is_whole(self) -> bool {
        self.milli % 1000 == 0
    }

    /// Below zero?
    pub fn is_negative(self) -> bool {
        self.milli < 0
    }

    /// The sum; a zero takes the other's form.
    #[must_use]
    pub fn plus(self, other: Amount) -> Self {
        let binary = if self.milli == 0 { other.binary } else { self.binary };
        Self { milli: self.milli + other.milli, binary }
    }

    /// The difference; may be negative.
    #[must_use]
    pub fn minus(self, other: Amount) -> Self {
        self.plus(Amount { milli: -other.milli, binary: other.binary })
    }

    /// How many times the other it is; the other is not zero.
    pub fn ratio(self, other: Amount) -> f64 {
        self.milli as f64 / other.milli as f64
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.milli == other.milli
    }
}

impl Eq for Amount {}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        self.milli.cmp(&other.milli)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        const DECIMAL: [&str; 8] = ["m", "", "k", "M", "G", "T", "P", "E"];
        let big = self.milli.abs() >= 1024 * 1000;
        let (mut number, step, units) = if self.binary && self.is_whole() && big {
            (self.milli / 1000, 1024, BINARY.as_slice())
        } else {
            (self.milli, 1000, DECIMAL.as_slice())
        };
        if number == 0 {
            return f.write_str("0");
        }
        let mut unit = 0;
        while unit + 1 < units.len() && number % step == 0 {
            number /= step;
            unit += 1;
        }
        write!(f, "{number}{}", units[unit])
    }
}

impl From<Amount> for Json {
    fn from(amount: Amount) -> Self {
        amount.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Amount {
        Amount::read(&text.into()).unwrap()
    }

    #[test]
    fn amounts_are_written_canonically() {
        for (text, expect) in [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1500", "1500"),
            ("1000", "1k"),
            ("4000000", "4M"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("512Ki", "512Ki"),
            ("0Gi", "0"),
            ("1000Ki", "1000Ki"),
            ("0.5Ki", "512"),
            ("-1", "-1"),
            ("1e3", "1k"),
        ] {
            assert_eq!(of(text).to_string(), expect, "{text}");
        }
    }

    #[test]
    fn sums_keep_the_first_form() {
        for (a, b, sum, difference) in [
            ("600m", "100m", "700m", "500m"),
            ("0", "256Mi", "256Mi", "-256Mi"),
            ("1Gi", "1024Mi", "2Gi", "0"),
            ("1", "1Ki", "1025", "-1023"),
        ] {
            assert_eq!(of(a).plus(of(b)).to_string(), sum, "{a} + {b}");
            assert_eq!(of(a).minus(of(b)).to_string(), difference, "{a} - {b}");
        }
        assert!(of("1") > of("999m") && of("1024Mi") == of("1Gi") && of("1500m").whole() == 2);
    }
}
