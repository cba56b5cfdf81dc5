//! Ranges of addresses as policies write them. Models `IsValidCIDRForLegacyField`. Omits: numbers with leading zeros.

use std::net::IpAddr;

/// A range: `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    /// As a number, and how many bits it has.
    address: (u128, u32),
    length: u32,
}

/// What a text that is no range is told.
pub const INVALID: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

impl Cidr {
    /// Reads a range.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let address = number(address.parse().ok()?);
        let is_number = length.bytes().all(|b| b.is_ascii_digit());
        let length = length.parse().ok().filter(|length| is_number && *length <= address.1)?;
        Some(Self { address, length })
    }

    /// Is the other within it, and smaller?
    pub fn has_within(self, other: Self) -> bool {
        self.length < other.length && self.begins(other.address)
    }

    /// Is an address within it?
    pub fn has(self, ip: IpAddr) -> bool {
        self.begins(number(ip))
    }

    fn begins(self, address: (u128, u32)) -> bool {
        let prefix = |(bits, width): (u128, u32)| bits.checked_shr(width - self.length).unwrap_or(0);
        self.address.1 == address.1 && prefix(self.address) == prefix(address)
    }
}

/// An address as a number, and how many bits it has.
fn number(ip: IpAddr) -> (u128, u32) {
    match ip {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    #[test]
    fn ranges_are_read_and_compared() {
        for text in ["1.2.3", "9.9.9.9/33", "::/129", "1.2.3.4/", "1.2.3.4/+8", "x/8"] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
        for (one, other, expect) in [
            ("10.0.0.0/8", "10.1.0.0/16", true),
            ("10.0.0.0/8", "10.0.0.0/8", false),
            ("10.0.0.0/8", "11.0.0.0/16", false),
            ("0.0.0.0/0", "11.0.0.0/16", true),
            ("0.0.0.0/0", "::/16", false),
            ("::/0", "fd00::/16", true),
        ] {
            let [one, other] = [one, other].map(|text| Cidr::parse(text).unwrap());
            assert_eq!(one.has_within(other), expect, "{one:?} {other:?}");
        }
        for (range, ip, expect) in [
            ("10.0.0.0/8", "10.9.9.9", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.1/32", "10.0.0.1", true),
            ("0.0.0.0/0", "255.1.1.1", true),
            ("0.0.0.0/0", "::1", false),
        ] {
            assert_eq!(Cidr::parse(range).unwrap().has(ip.parse().unwrap()), expect, "{range} {ip}");
        }
    }
}
