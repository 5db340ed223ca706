//! A row as the file holds it: the kinds of its values first, then the values. File format: sqlite.org/fileformat2.html.

use crate::store::ValueRef;

/// A number in one to nine bytes, the higher bits first.
pub fn put_varint(out: &mut Vec<u8>, number: u64) {
    if number < 0x80 {
        out.push(number as u8);
        return;
    }
    let (bytes, length) = varint(number);
    out.extend_from_slice(&bytes[..length]);
}

/// The same as bytes, and how many of them it takes.
pub fn varint(number: u64) -> ([u8; 9], usize) {
    let mut bytes = [0; 9];
    let length = varint_length(number);
    // The ninth byte has all its eight bits.
    let (mut rest, mask) = if length == 9 { (number >> 8, 0xff) } else { (number >> 7, 0x7f) };
    bytes[length - 1] = number as u8 & mask;
    for byte in bytes[..length - 1].iter_mut().rev() {
        *byte = rest as u8 | 0x80;
        rest >>= 7;
    }
    (bytes, length)
}

fn varint_length(number: u64) -> usize {
    match number {
        0 => 1,
        _ if number >> 56 != 0 => 9,
        _ => (number.ilog2() / 7 + 1) as usize,
    }
}

/// Puts a row at the end of `out`.
pub fn put_record(out: &mut Vec<u8>, values: &[ValueRef<'_>]) {
    let kinds: usize = values.iter().map(|value| varint_length(kind_of(*value))).sum();
    // The header counts the bytes of its own length.
    let length = kinds + 1;
    put_varint(out, if length < 0x80 { length } else { kinds + varint_length(kinds as u64 + 2) } as u64);
    values.iter().for_each(|value| put_varint(out, kind_of(*value)));
    values.iter().for_each(|value| put_value(out, *value));
}

/// The kind of a value, which tells its length too.
fn kind_of(value: ValueRef<'_>) -> u64 {
    match value {
        ValueRef::Null => 0,
        ValueRef::Integer(0) => 8,
        ValueRef::Integer(1) => 9,
        ValueRef::Integer(number) => match integer_length(number) {
            8 => 6,
            6 => 5,
            shorter => shorter as u64,
        },
        ValueRef::Real(_) => 7,
        ValueRef::Blob(bytes) => 2 * bytes.len() as u64 + 12,
        ValueRef::Text(bytes) => 2 * bytes.len() as u64 + 13,
    }
}

fn put_value(out: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Null | ValueRef::Integer(0 | 1) => {}
        ValueRef::Integer(number) => {
            out.extend_from_slice(&number.to_be_bytes()[8 - integer_length(number)..])
        }
        ValueRef::Real(number) => out.extend_from_slice(&number.to_be_bytes()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => out.extend_from_slice(bytes),
    }
}

/// How many bytes a whole number takes: there is no kind for five or seven of them.
fn integer_length(number: i64) -> usize {
    let magnitude = if number < 0 { !number } else { number };
    // One bit more, for the sign.
    match 65 - magnitude.leading_zeros() {
        1..=8 => 1,
        9..=16 => 2,
        17..=24 => 3,
        25..=32 => 4,
        33..=48 => 6,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(number: u64) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, number);
        assert_eq!(out.len(), varint_length(number), "{number}");
        out
    }

    #[test]
    fn a_number_has_as_many_bytes_as_it_needs() {
        assert_eq!(varint(0), [0]);
        assert_eq!(varint(127), [0x7f]);
        assert_eq!(varint(128), [0x81, 0]);
        assert_eq!(varint(0x3fff), [0xff, 0x7f]);
        assert_eq!(varint(1 << 55), [0xc0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]);
        assert_eq!(varint(1 << 56), [0x80, 0xc0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]);
        assert_eq!(varint(-1_i64 as u64), [0xff; 9]);
    }

    #[test]
    fn a_header_counts_its_own_length() {
        for (columns, header) in [(126, 127), (127, 129), (300, 302)] {
            let mut out = Vec::new();
            put_record(&mut out, &vec![ValueRef::Null; columns]);
            assert_eq!(out.len(), header, "{columns} columns");
            assert_eq!(out[..2], [varint(header as u64), vec![0]].concat()[..2]);
        }
    }
}
