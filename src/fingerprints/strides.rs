//! Digests of runs, a stride of bytes at a time.

use super::runs::WIDE;

/// The bytes of a stride, or fewer, in one number.
#[inline]
pub fn together(bytes: &[u8]) -> u128 {
    let mut all = [0; 16];
    all[..bytes.len()].copy_from_slice(bytes);
    u128::from_le_bytes(all)
}

/// The bits of the first bytes of a stride.
pub fn first_of(count: usize) -> u128 {
    (1 << (8 * count)) - 1
}

/// The digest of what is a stride longer.
#[inline]
pub fn gone_on(running: u64, stride: u128) -> u64 {
    mixed(running, stride)
}

/// The digest of a run that ends so many bytes into a stride: how many tells it from one that goes on with zeros.
#[inline]
pub fn ended(running: u64, bytes: u128, count: usize) -> u64 {
    mixed(running, bytes | (count as u128 + 1) << (8 * WIDE))
}

/// All bits of the number are in all bits of this one.
#[inline]
fn mixed(running: u64, number: u128) -> u64 {
    let folded = |number: u64, by: u64| {
        let wide = u128::from(number) * u128::from(by);
        wide as u64 ^ (wide >> 64) as u64
    };
    let first = folded(running ^ number as u64, 0x9e37_79b9_7f4a_7c15);
    let mixed = folded(first ^ (number >> 64) as u64, 0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}
