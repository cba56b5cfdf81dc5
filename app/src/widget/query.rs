//! What a form of a widget sent, as it stands in the address of the page.

use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// The query as it is now; a widget starts from it and goes on by itself.
pub fn sent() -> ParamsMap {
    use_query_map().get_untracked()
}

/// A value as it may stand in a query.
pub fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        assert_eq!(escaped("on-call"), "on-call");
        assert_eq!(escaped("a b&c=\n가"), "a%20b%26c%3D%0A%EA%B0%80");
    }
}
