//! Quantities of resources, compared, added and printed.
//!
//! Models apimachinery's resource.Quantity: in billionths, with the first amount's form.

/// An amount in billionths and the form it is printed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantity {
    nano: i128,
    form: Form,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Decimal,
    Binary,
    Exponent,
}

const UNIT: i128 = 1_000_000_000;
const BINARY: &[&str] = &["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// From billionths on, a thousand each.
const DECIMAL: &[&str] = &["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

impl Quantity {
    /// Reads `100m`, `1.5`, `128Mi`, `1e3`; what can't be read is 0.
    pub fn parse(text: &str) -> Self {
        Self::read(text).unwrap_or_default()
    }

    /// Reads a quantity, if it is one.
    pub fn read(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let at = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, unit) = rest.split_at(at);
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + part.len() == 0 || part.contains('.') {
            return None;
        }
        let (scale, form) = scale(unit)?;
        let digits: i128 = format!("{whole}{part}").parse().ok()?;
        let divisor = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
        let product = digits.checked_mul(scale)?;
        // what is finer than a billionth is rounded up
        let nano = product.div_euclid(divisor) + i128::from(product.rem_euclid(divisor) > 0);
        Some(Self { nano: sign * nano, form })
    }

    /// In thousandths, rounded up.
    pub fn milli(self) -> i128 {
        up(self.nano, UNIT / 1000)
    }

    /// In whole units, rounded up.
    pub fn value(self) -> i128 {
        up(self.nano, UNIT)
    }

    /// The exact amount, for comparisons.
    pub fn exact(self) -> i128 {
        self.nano
    }

    /// Whether it is printed with `Ki`, `Mi` and so on.
    pub fn is_binary(self) -> bool {
        self.form == Form::Binary
    }

    /// The same amount in whole units, printed as the other is.
    #[must_use]
    pub fn in_form_of(self, other: Self) -> Self {
        Self { nano: self.value() * UNIT, form: other.form }
    }

    /// Adds another; the first that is not zero gives the form.
    pub fn add(&mut self, other: Self) {
        if self.nano == 0 {
            self.form = other.form;
        }
        self.nano += other.nano;
    }

    /// How many percent of `whole`, rounded down.
    pub fn percent_of(self, whole: Self) -> i128 {
        if whole.nano == 0 { 0 } else { self.nano * 100 / whole.nano }
    }
}

fn up(nano: i128, unit: i128) -> i128 {
    nano.div_euclid(unit) + i128::from(nano.rem_euclid(unit) > 0)
}

/// How many billionths a unit is.
fn scale(unit: &str) -> Option<(i128, Form)> {
    if let Some(power) = BINARY.iter().skip(1).position(|it| *it == unit) {
        return Some((UNIT << (10 * (power + 1)), Form::Binary));
    }
    if let Some(power) = DECIMAL.iter().position(|it| *it == unit) {
        return Some((1000_i128.pow(power as u32), Form::Decimal));
    }
    let exponent: i32 = unit.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power = u32::try_from(exponent + 9).ok().filter(|power| *power <= 30)?;
    Some((10_i128.pow(power), Form::Exponent))
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let small = self.nano.abs() < 1024 * UNIT;
        if self.form == Form::Binary && !small {
            let (mut value, mut at) = (self.value(), 0);
            while value % 1024 == 0 && at + 1 < BINARY.len() {
                value /= 1024;
                at += 1;
            }
            return write!(f, "{value}{}", BINARY[at]);
        }
        let (mut value, mut at) = (self.nano, 0);
        while value != 0 && value % 1000 == 0 && at + 1 < DECIMAL.len() {
            value /= 1000;
            at += 1;
        }
        match (self.form, value, at) {
            (_, 0, _) => f.write_str("0"),
            (Form::Exponent, value, 3) => write!(f, "{value}"),
            (Form::Exponent, value, at) => write!(f, "{value}e{}", (at as i32 - 3) * 3),
            (_, value, at) => write!(f, "{value}{}", DECIMAL[at]),
        }
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
            (&["1e3"], "1e3"),
            (&["2000"], "2k"),
            (&["512Ki", "1"], "524289"),
            (&["100n"], "100n"),
            (&[], "0"),
        ] {
            let mut sum = Quantity::default();
            terms.iter().for_each(|term| sum.add(Quantity::parse(term)));
            assert_eq!(sum.to_string(), expect);
        }
    }

    #[test]
    fn none() {
        for text in ["", "x", "1x", "2026-11-27T10:00:00Z", "1.2.3", "-"] {
            assert_eq!(Quantity::read(text), None, "{text}");
        }
        assert_eq!(Quantity::parse("1500m").value(), 2);
        assert_eq!(Quantity::parse("1.5").milli(), 1500);
    }
}
