//! Quantities of resources, added and printed.
//!
//! Models apimachinery's resource.Quantity as far as sums of requests need it: in thousandths, with the first unit's form.

/// An amount in thousandths and the form it is printed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantity {
    /// Thousandths.
    pub milli: i128,
    binary: bool,
}

impl Quantity {
    /// Reads `100m`, `1.5`, `128Mi`; what can't be read is 0.
    pub fn parse(text: &str) -> Self {
        let at = text.find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c)).unwrap_or(text.len());
        let (number, unit) = text.split_at(at);
        let (scale, binary): (i128, bool) = match unit {
            "m" => (1, false),
            "k" => (1_000_000, false),
            "M" => (1_000_000_000, false),
            "G" => (1_000_000_000_000, false),
            "T" => (1_000_000_000_000_000, false),
            "Ki" => (1000 << 10, true),
            "Mi" => (1000 << 20, true),
            "Gi" => (1000 << 30, true),
            "Ti" => (1000 << 40, true),
            _ => (1000, false),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let whole: i128 = whole.parse().unwrap_or(0);
        let digits: i128 = part.parse().unwrap_or(0);
        let fraction = digits * scale / 10_i128.pow(part.len().min(18) as u32);
        Self { milli: whole * scale + fraction, binary }
    }

    /// Adds another; the first that is not zero gives the form.
    pub fn add(&mut self, other: Self) {
        if self.milli == 0 {
            self.binary = other.binary;
        }
        self.milli += other.milli;
    }

    /// How many percent of `whole`, rounded down.
    pub fn percent_of(self, whole: Self) -> i128 {
        if whole.milli == 0 { 0 } else { self.milli * 100 / whole.milli }
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.milli % 1000 != 0 {
            return write!(f, "{}m", self.milli);
        }
        let mut value = self.milli / 1000;
        let (step, units): (i128, &[&str]) = if self.binary {
            (1024, &["", "Ki", "Mi", "Gi", "Ti"])
        } else {
            (1000, &["", "k", "M", "G", "T"])
        };
        let mut at = 0;
        while value != 0 && value % step == 0 && at + 1 < units.len() {
            value /= step;
            at += 1;
        }
        write!(f, "{value}{}", units[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums() {
        for (terms, expect) in [
            (&["100m", "200m"][..], "300m"),
            (&["500m", "500m"], "1"),
            (&["128Mi", "128Mi"], "256Mi"),
            (&["1Gi", "1Mi"], "1025Mi"),
            (&["0", "64Mi"], "64Mi"),
            (&["0.5", "1"], "1500m"),
            (&[], "0"),
        ] {
            let mut sum = Quantity::default();
            terms.iter().for_each(|term| sum.add(Quantity::parse(term)));
            assert_eq!(sum.to_string(), expect);
        }
    }
}
