//! Headers of answers that tell nothing of the cluster: what the API server's filters add.

use sha2::{Digest, Sha256};

/// Longest warning, and longest all together, where they do not fit; characters.
const WARNING_CHARS_MAX: usize = 256;
const WARNINGS_CHARS_MAX: usize = 4096;

/// `Audit-Id` of the `count`th request: a uuid, no two alike.
pub(super) fn audit_id(epoch_ms: i64, count: u64) -> String {
    let mut hash = Sha256::new();
    hash.update(b"audit-id");
    hash.update(epoch_ms.to_le_bytes());
    hash.update(count.to_le_bytes());
    let half = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let (high, low) = (half(&hash.finalize_reset()[..8]), half(&hash.finalize()[..8]));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

/// Warnings, shortened where they are too many. Models the bounds of kube-apiserver's recorder of warnings.
pub(super) fn bounded(warnings: &[String]) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    if warnings.iter().map(|w| length(w)).sum::<usize>() <= WARNINGS_CHARS_MAX {
        return warnings.to_vec();
    }
    let mut room = WARNINGS_CHARS_MAX;
    let mut kept = Vec::new();
    for warning in warnings.iter().map(|w| w.chars().take(WARNING_CHARS_MAX).collect::<String>()) {
        let Some(rest) = room.checked_sub(length(&warning)) else { break };
        room = rest;
        kept.push(warning);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audit_ids_are_uuids_of_their_own() {
        let (one, two) = (audit_id(1, 1), audit_id(1, 2));
        assert_ne!(one, two);
        let lengths: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
}
