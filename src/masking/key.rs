//! The key of an archive, and everything that is drawn from it. The one home of the keyed hash.

use rand::TryRng;
use rand::rngs::SysRng;
use siphasher::sip128::{Hasher128, SipHasher24};
use std::fmt;
use std::hash::Hasher;
use zeroize::Zeroizing;

/// 32 random bytes that decide every mask of an archive.
///
/// It has no way out: no `Serialize`, no accessor, `Debug` hides it, and dropping it wipes it. Who throws it away has
/// destroyed the way back from masks to values.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// A new key from the operating system's generator.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe could be done then.
    pub fn fresh() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(&mut *bytes).expect("the operating system gives random bytes");
        Key(bytes)
    }

    /// The key that a key file holds.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Key(Zeroizing::new(bytes))
    }

    /// What the key makes of a value: SipHash-2-4 with 128 bits of result. `turn` is 0, or the number of earlier
    /// draws for this value that could not be used.
    pub(super) fn draw(&self, purpose: Purpose, turn: u32, value: &[u8]) -> Draw {
        let mut hasher = self.hasher(0);
        // Bytes that come together are hashed quicker, and to the same.
        let [a, b, c, d] = turn.to_le_bytes();
        hasher.write(&[purpose as u8, a, b, c, d]);
        hasher.write(value);
        let (seed, step) = hasher.finish128().as_u64();
        Draw { seed, step }
    }

    /// A keyed bijection of the numbers below `size` that maps none of them to itself (but 0, where there is only 0).
    ///
    /// A Feistel network with cycle-walking permutes; stepping once around in permuted space, and coming back, is a
    /// bijection without fixed points.
    pub(super) fn permute(&self, purpose: Purpose, turn: u32, number: u128, size: u128) -> u128 {
        if size < 2 || number >= size {
            return number;
        }
        let network = Network::new(self, purpose, size);
        let step = self.draw(purpose, turn, b"step").wide() % (size - 1) + 1;
        let here = network.walk(number, size, false);
        let there = if here >= size - step { here - (size - step) } else { here + step };
        network.walk(there, size, true)
    }

    fn hasher(&self, half: usize) -> SipHasher24 {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[half * 16..half * 16 + 16]);
        SipHasher24::new_with_key(&bytes)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// A balanced Feistel network over the smallest even number of bits that holds a size.
struct Network {
    hasher: SipHasher24,
    half_bits: u32,
}

impl Network {
    const ROUNDS: u8 = 6;

    fn new(key: &Key, purpose: Purpose, size: u128) -> Self {
        let mut hasher = key.hasher(1);
        hasher.write(&[purpose as u8]);
        hasher.write(&size.to_le_bytes());
        let bits = u128::BITS - (size - 1).leading_zeros();
        Network { hasher, half_bits: bits.div_ceil(2).max(1) }
    }

    /// Permutes until the result is below `size`; this visits each number once, so it stays a bijection.
    fn walk(&self, mut number: u128, size: u128, back: bool) -> u128 {
        loop {
            number = self.pass(number, back);
            if number < size {
                return number;
            }
        }
    }

    fn pass(&self, number: u128, back: bool) -> u128 {
        let mask = (1u128 << self.half_bits) - 1;
        let (mut left, mut right) = ((number >> self.half_bits) & mask, number & mask);
        for round in 0..Self::ROUNDS {
            if back {
                let round = Self::ROUNDS - 1 - round;
                (left, right) = (right ^ (self.scramble(round, left) & mask), left);
            } else {
                (left, right) = (right, left ^ (self.scramble(round, right) & mask));
            }
        }
        (left << self.half_bits) | right
    }

    fn scramble(&self, round: u8, half: u128) -> u128 {
        let mut hasher = self.hasher;
        let mut bytes = [0; 10];
        bytes[0] = round;
        bytes[1..].copy_from_slice(&half.to_le_bytes()[..9]);
        hasher.write(&bytes);
        hasher.finish128().as_u128()
    }
}

/// What a hash is for. Two purposes never share a result, so that a name says nothing about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Purpose {
    GivenName = 1,
    FamilyName,
    Initial,
    CompanyStem,
    CompanyTrade,
    Job,
    Address,
    Domain,
    Phone,
    Commune,
    Street,
    Date,
    NationalId,
    Siren,
    Vat,
    Iban,
    Bic,
    Card,
    Path,
    Ip,
    Text,
    FileName,
    Amount,
    Token,
    Unique,
    Member,
    Establishment,
    Originals,
}

/// Independent numbers from one hash.
#[derive(Debug, Clone)]
pub(super) struct Draw {
    seed: u64,
    step: u64,
}

/// Digits and letters without those that look alike.
const TAG_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Draw {
    /// 64 bits more.
    pub(super) fn next(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(mix(self.seed) ^ self.step)
    }

    /// 128 bits more.
    pub(super) fn wide(&mut self) -> u128 {
        (u128::from(self.next()) << 64) | u128::from(self.next())
    }

    /// A number below `limit`; 0 when the limit is 0. Its bias is below one in 2^40 for any list of words.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }

    /// Adds `length` characters of 5 bits each.
    pub(super) fn push_tag(&mut self, length: usize, to: &mut String) {
        let mut bits = 0;
        for place in 0..length {
            if place % 12 == 0 {
                bits = self.next();
            }
            to.push(TAG_LETTERS[(bits & 31) as usize] as char);
            bits >>= 5;
        }
    }

    /// `length` characters of 5 bits each.
    pub(super) fn tag(&mut self, length: usize) -> String {
        let mut tag = String::with_capacity(length);
        self.push_tag(length, &mut tag);
        tag
    }
}

/// The finaliser of SplitMix64.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", Key::from_bytes([7; 32])), "Key(..)");
    }

    #[test]
    fn two_fresh_keys_disagree() {
        let [mut one, mut other] = [Key::fresh(), Key::fresh()].map(|key| key.draw(Purpose::Token, 0, b"x"));
        assert_ne!(one.wide(), other.wide());
    }

    #[test]
    fn purposes_and_turns_are_apart() {
        let key = Key::from_bytes([7; 32]);
        let first = key.draw(Purpose::GivenName, 0, b"x").next();
        assert_eq!(first, key.draw(Purpose::GivenName, 0, b"x").next());
        assert_ne!(first, key.draw(Purpose::FamilyName, 0, b"x").next());
        assert_ne!(first, key.draw(Purpose::GivenName, 1, b"x").next());
    }

    #[test]
    fn a_permutation_is_a_bijection_without_fixed_points() {
        let key = Key::from_bytes([7; 32]);
        for size in [2, 3, 10, 97, 1000, 4096] {
            for turn in 0..2 {
                let images: Vec<u128> =
                    (0..size).map(|number| key.permute(Purpose::Siren, turn, number, size)).collect();
                assert!(images.iter().enumerate().all(|(number, image)| number as u128 != *image));
                assert_eq!(images.iter().collect::<HashSet<_>>().len() as u128, size);
                assert!(images.iter().all(|image| *image < size));
            }
        }
    }

    #[test]
    fn below_reaches_everything_and_nothing_more() {
        let mut draw = Key::from_bytes([7; 32]).draw(Purpose::Text, 0, b"");
        let seen: HashSet<usize> = (0..1000).map(|_| draw.below(10)).collect();
        assert_eq!(seen, (0..10).collect());
    }
}
