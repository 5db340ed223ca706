//! What came a moment ago: most values of a database come many times.

use super::fresh_seed;

/// Places of the memory: half a megabyte, which stays near the processor.
const PLACES: usize = 1 << 16;

/// Remembers texts of late by their digests, each in the one place where it may stand, in place of an older one.
#[derive(Debug)]
pub struct Recent {
    seed: u64,
    places: Vec<u64>,
}

impl Default for Recent {
    fn default() -> Self {
        Recent { seed: fresh_seed(), places: vec![0; PLACES] }
    }
}

impl Recent {
    /// Whether this text came of late; it is remembered from now on. Two texts are taken for one with a chance of one
    /// in 2^64, under a seed of this process.
    pub fn has_seen(&mut self, text: &[u8]) -> bool {
        let digest = digest(self.seed, text);
        let place = &mut self.places[(digest >> 48) as usize & (PLACES - 1)];
        std::mem::replace(place, digest) == digest
    }
}

/// A digest of the whole text, eight bytes at a time; never 0, which stands for none. The seed is random and of this
/// process, and the text is compared or the chance is taken.
pub fn digest(seed: u64, text: &[u8]) -> u64 {
    let mix = |running: u64, eight: u64| {
        let wide = u128::from(running ^ eight) * u128::from(0x9e37_79b9_7f4a_7c15_u64);
        wide as u64 ^ (wide >> 64) as u64
    };
    let (eights, rest) = text.as_chunks::<8>();
    let running = eights.iter().fold(seed, |running, eight| mix(running, u64::from_le_bytes(*eight)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let running = mix(running, u64::from_le_bytes(last));
    mix(running, seed.rotate_left(32) ^ text.len() as u64) | 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_known_and_what_differs_in_one_byte_is_not() {
        let mut recent = Recent::default();
        for text in ["", "a", "Durand", "Durand ", "marie.durand", "marie.durand@exemple.fr", "\0", "\0\0"] {
            assert!(!recent.has_seen(text.as_bytes()), "{text:?}");
            assert!(recent.has_seen(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn a_crowd_is_never_taken_for_what_it_is_not() {
        let mut recent = Recent::default();
        assert!((0..300_000).all(|number: u32| !recent.has_seen(&number.to_le_bytes())));
    }
}
