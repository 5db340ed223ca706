//! Where words begin, told of 64 bytes at a time: every byte of an archive is asked, and every byte of a value.

/// Bytes that are told together: one for each bit.
const TOGETHER: usize = 64;
/// One in each of eight bytes, and their highest bits.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// Shows every place of `bytes[1..end]` where a word begins; the byte before it is none of a word.
#[inline]
pub fn each_start(bytes: &[u8], end: usize, mut show: impl FnMut(usize)) {
    let Some(first) = bytes.first() else { return };
    let mut before = u64::from(is_word(*first));
    for from in (1..end).step_by(TOGETHER) {
        let words = words_in(&bytes[from..end.min(from + TOGETHER)]);
        let mut starts = words & !(words << 1 | before);
        before = words >> (TOGETHER - 1);
        while starts != 0 {
            show(from + starts.trailing_zeros() as usize);
            starts &= starts - 1;
        }
    }
}

/// A bit for each of the bytes, at most 64, that is of a word.
#[inline]
fn words_in(bytes: &[u8]) -> u64 {
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let parts = eights.iter().chain(std::iter::once(&last)).take(TOGETHER / 8).enumerate();
    parts.fold(0, |words, (at, eight)| words | words_in_eight(u64::from_le_bytes(*eight)) << (at * 8))
}

/// A bit for each of eight bytes: those of a word have what [`is_word`] says.
#[inline]
fn words_in_eight(eight: u64) -> u64 {
    let low = eight & !HIGHEST;
    // The highest bit of each byte that is no less than this.
    let from = |least: u8| low + (0x80 - u64::from(least)) * ONES;
    let between = |least: u8, most: u8| from(least) & !from(most + 1);
    let words = eight | between(b'0', b'9') | between(b'A', b'Z') | between(b'a', b'z');
    // Each highest bit moves to a place of its own in the last byte.
    ((words & HIGHEST) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Whether a byte belongs to a word: letters and digits of ASCII, and every byte of a longer character.
pub fn is_word(byte: u8) -> bool {
    byte >= 0x80 || byte.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_told_as_by_itself_in_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                for others in [b' ', b'x', 0xff] {
                    let mut eight = [others; 8];
                    eight[place] = byte;
                    let words = words_in_eight(u64::from_le_bytes(eight));
                    let alone = eight.map(is_word);
                    assert!((0..8).all(|at| (words >> at & 1 == 1) == alone[at]), "{eight:?}");
                }
            }
        }
    }

    #[test]
    fn words_begin_where_they_do_whatever_the_length() {
        let text: Vec<u8> = (0..400u32).map(|at| b"ab 1-\xc3\xa9_z"[(at * at / 7 % 9) as usize]).collect();
        for end in 0..text.len() {
            let mut starts = Vec::new();
            each_start(&text[..end], end, |at| starts.push(at));
            let expected = (1..end).filter(|&at| is_word(text[at]) && !is_word(text[at - 1]));
            assert_eq!(starts, expected.collect::<Vec<_>>(), "{end}");
        }
        let mut starts = Vec::new();
        each_start(&text, 100, |at| starts.push(at));
        assert!(starts.iter().all(|at| *at < 100), "the rest is looked at later");
    }
}
