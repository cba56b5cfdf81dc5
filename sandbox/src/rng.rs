//! Seeded randomness: one stream per purpose, so that one more node renames no pod.

use std::collections::BTreeMap;

use ecow::EcoString;

/// Characters of generated names. Models `k8s.io/apimachinery/pkg/util/rand`: no vowels, no look-alikes.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// All streams of a cluster.
#[derive(Clone, Debug)]
pub struct Rng {
    seed: u64,
    streams: BTreeMap<EcoString, Stream>,
}

impl Rng {
    /// Streams that depend on `seed` and their names alone.
    pub fn new(seed: u64) -> Self {
        Self { seed, streams: BTreeMap::new() }
    }

    /// What all streams come from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The stream of a purpose, e.g. a resource's plural name.
    pub fn stream(&mut self, name: &str) -> &mut Stream {
        let seed = self.seed;
        self.streams.entry(name.into()).or_insert_with(|| Stream(seed ^ fnv64(name.as_bytes())))
    }

    /// The states of all streams, for hashing.
    pub fn states(&self) -> impl Iterator<Item = (&EcoString, u64)> {
        self.streams.iter().map(|(name, s)| (name, s.0))
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Stream(u64);

impl Stream {
    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound` (0 if `bound` is 0).
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from 0 to 1.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A random version 4 UUID.
    pub fn uid(&mut self) -> EcoString {
        let (a, b) = (self.next_u64(), self.next_u64());
        let text = format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            0x8000 | (b >> 48) & 0x3fff,
            b & 0xffff_ffff_ffff
        );
        // Of its own length: it stays.
        text.into()
    }

    /// `n` characters for a generated name.
    pub fn suffix(&mut self, n: usize) -> EcoString {
        (0..n).map(|_| ALPHABET[self.below(ALPHABET.len() as u64) as usize] as char).collect()
    }
}

/// FNV-1a, 64 bits.
pub fn fnv64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// FNV-1a, 32 bits: the hash under pod-template-hash.
pub fn fnv32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193))
}

/// FNV-1, 32 bits: the hash under a StatefulSet's revisions.
pub fn fnv32_1(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |h, b| h.wrapping_mul(0x0100_0193) ^ u32::from(*b))
}

/// Models `rand.SafeEncodeString`: a decimal hash in the alphabet of generated names.
pub fn safe_encode(text: &str) -> EcoString {
    text.bytes().map(|b| ALPHABET[b as usize % ALPHABET.len()] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_do_not_disturb_each_other() {
        let (mut a, mut b) = (Rng::new(7), Rng::new(7));
        b.stream("nodes").uid();
        assert_eq!(a.stream("pods").uid(), b.stream("pods").uid());
        assert_ne!(a.stream("pods").uid(), a.stream("pods").uid());
        assert_ne!(Rng::new(8).stream("pods").uid(), Rng::new(7).stream("pods").uid());
    }

    #[test]
    fn uids_are_version_4() {
        let uid = Rng::new(1).stream("x").uid();
        assert_eq!(uid.len(), 36);
        assert_eq!(&uid[14..15], "4");
        assert!("89ab".contains(&uid[19..20]));
    }
}
