//! Formats of strings. Models go-openapi's `strfmt` for those that structural schemas may name; a format that it does not
//! know is not checked. Omits: ISBNs, credit cards, social security numbers, colours by function, BSON ids.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{api::names, clock::Time};

/// Is the text of the format?
pub fn fits(format: &str, text: &str) -> bool {
    match format {
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "cidr" => cidr(text),
        "date" => Time::parse(&format!("{text}T00:00:00Z")).is_some(),
        "date-time" | "datetime" => Time::parse(text).is_some(),
        "duration" => duration(text),
        "byte" => STANDARD.decode(text).is_ok(),
        "uuid" | "uuid3" | "uuid4" | "uuid5" => uuid(format, text),
        "mac" => mac(text),
        "hostname" => text.len() <= 255 && names::dns1123_subdomain(&text.to_lowercase()).is_empty(),
        "email" => email(text),
        "uri" => uri(text),
        "hexcolor" => hex_color(text),
        _ => true,
    }
}

fn cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let max = match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
        (Ok(_), _) => 32,
        (_, Ok(_)) => 128,
        _ => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= max)
}

/// Go's durations, and the words that `strfmt` takes besides: `1h30m`, `3 days`.
fn duration(text: &str) -> bool {
    const UNITS: [&str; 26] = [
        "ns", "us", "µs", "ms", "s", "m", "h", "d", "w", "nano", "nanos", "micro", "milli", "sec", "secs",
        "second", "seconds", "min", "mins", "minute", "minutes", "hour", "hours", "day", "days", "weeks",
    ];
    let mut rest = text.trim_start_matches(['-', '+']);
    if rest == "0" {
        return true;
    }
    let mut some = false;
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let unit = digits.trim_start();
        let end = unit.find(|c: char| c.is_ascii_digit() || c == ' ').unwrap_or(unit.len());
        if digits.len() == rest.len() || !UNITS.contains(&&unit[..end]) {
            return false;
        }
        rest = unit[end..].trim_start();
        some = true;
    }
    some
}

fn uuid(format: &str, text: &str) -> bool {
    let hex: String = text.chars().filter(|c| *c != '-').collect();
    let whole = hex.len() == 32 && hex.chars().all(|c| c.is_ascii_hexdigit());
    whole && format.strip_prefix("uuid").is_none_or(|v| v.is_empty() || hex[12..13] == *v)
}

fn mac(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    matches!(parts.len(), 6 | 8)
        && parts.iter().all(|p| p.len() == 2 && p.chars().all(|c| c.is_ascii_hexdigit()))
}

fn email(text: &str) -> bool {
    let Some((user, host)) = text.rsplit_once('@') else { return false };
    !user.is_empty()
        && !user.contains([' ', '@'])
        && names::dns1123_subdomain(&host.to_lowercase()).is_empty()
}

/// Models Go's `url.ParseRequestURI`.
fn uri(text: &str) -> bool {
    let scheme = text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    (scheme || text.starts_with('/')) && !text.contains([' ', '\u{7f}'])
}

fn hex_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    matches!(digits.len(), 3 | 6) && digits.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_take_what_kubernetes_takes() {
        for (format, yes, no) in [
            ("ipv4", "10.0.0.1", "10.0.0"),
            ("ipv6", "::1", "10.0.0.1"),
            ("cidr", "10.0.0.0/8", "10.0.0.0/33"),
            ("date", "2026-11-24", "2026-13-24"),
            ("date-time", "2026-11-24T00:00:00Z", "2026-11-24"),
            ("duration", "1h30m", "1 fortnight"),
            ("duration", "3 days", "h"),
            ("byte", "aGk=", "a"),
            ("uuid", "0fae6a8e-9d7b-4d8c-9d7b-0fae6a8e9d7b", "0fae6a8e"),
            ("uuid4", "0fae6a8e-9d7b-4d8c-9d7b-0fae6a8e9d7b", "0fae6a8e-9d7b-1d8c-9d7b-0fae6a8e9d7b"),
            ("mac", "00:11:22:33:44:55", "00:11:22"),
            ("hostname", "a.example", "a_b"),
            ("email", "a@example.com", "a.example.com"),
            ("uri", "https://a.example/x", "a b"),
            ("hexcolor", "#ff00aa", "#ff00a"),
        ] {
            assert!(fits(format, yes) && !fits(format, no), "{format}: {yes}, {no}");
        }
        assert!(fits("nosuch", "anything"));
    }
}
