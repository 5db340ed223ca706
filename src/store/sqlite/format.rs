//! What a database file is made of, as far as several rooms read or write it without the engine. File format:
//! sqlite.org/fileformat2.html.

/// Where the header tells the size of a page.
const PAGE_SIZE: usize = 16;
/// Bytes of a page of overflow that say which is the next.
pub const LINK: usize = 4;

/// The size of a page, in bytes, as the header of the file tells it; none where the header ends before.
pub fn page_size(header: &[u8]) -> Option<usize> {
    Some(match short(header, PAGE_SIZE)? {
        // The largest has no room in two bytes.
        1 => 1 << 16,
        size => size,
    })
}

/// How much of a row of a table, or of an entry of an index, stands in its own page, of which so many bytes are used. The
/// rest is in a chain of pages.
pub fn local_length(usable: usize, length: usize, is_row: bool) -> usize {
    let most = if is_row { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
    if length <= most {
        return length;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let fitting = least + (length - least) % (usable - LINK);
    if fitting <= most { fitting } else { least }
}

/// A number of one to nine bytes, the higher bits first, and how many bytes it has; none where they end too early.
#[inline]
pub fn read_varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    if first < 0x80 {
        return Some((first.into(), 1));
    }
    let mut number = u64::from(first & 0x7f);
    for (at, byte) in bytes.iter().enumerate().take(8).skip(1) {
        number = number << 7 | u64::from(byte & 0x7f);
        if *byte < 0x80 {
            return Some((number, at + 1));
        }
    }
    // The ninth byte has all its eight bits.
    Some((number << 8 | u64::from(*bytes.get(8)?), 9))
}

/// A number of two bytes.
pub fn short(bytes: &[u8], at: usize) -> Option<usize> {
    let two = bytes.get(at..at + 2)?;
    Some(usize::from(u16::from_be_bytes([two[0], two[1]])))
}

/// A number of four bytes.
pub fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::pages::put_varint;

    #[test]
    fn numbers_of_every_length_are_read_back() {
        let mut bytes = Vec::new();
        for number in [0, 127, 128, 16_383, 16_384, 1 << 55, 1 << 56, u64::MAX] {
            bytes.clear();
            put_varint(&mut bytes, number);
            assert_eq!(read_varint(&bytes), Some((number, bytes.len())));
            assert_eq!(read_varint(&bytes[..bytes.len() - 1]), None);
        }
    }
}
