//! Random ids and tokens, and the hash under which a token is kept.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A 128-bit id, 32 hex digits.
///
/// # Panics
/// When the operating system has no randomness: nothing safe could follow.
pub fn id() -> String {
    hex(&bytes::<16>())
}

/// A 256-bit secret, base64url without padding (43 characters).
///
/// # Panics
/// When the operating system has no randomness: nothing safe could follow.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// Could this be one of our tokens? Spares the database lookups of junk.
pub fn is_token(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// SHA-256 in hex. Enough for tokens, which are random; not for passwords.
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Compares in a time that does not depend on where they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |diff, (x, y)| diff | (x ^ y)) == 0
}

/// Randomness.
///
/// # Panics
/// When the operating system has none: nothing safe could follow.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// Hex digits of bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognised() {
        let made = token();
        for (text, expect) in
            [(made.as_str(), true), ("", false), (&made[1..], false), (&"é".repeat(43), false)]
        {
            assert_eq!(is_token(text), expect, "{text}");
        }
        assert_ne!(token(), token());
        assert_eq!(id().len(), 32);
    }

    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
