//! The first bytes of a SQLite database file (section 1.3 of its file format), as far as they tell the file's length.

/// What every SQLite database file begins with.
pub(super) const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// How many bytes the header has.
pub(super) const LENGTH: usize = 100;

/// The pages that a database file consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pages {
    /// In bytes.
    pub(super) size: u32,
    pub(super) count: u32,
}

impl Pages {
    /// Reads the header at the beginning of `start` and holds it against the length of the whole file in bytes.
    pub(super) fn of(start: &[u8], length: u64) -> Result<Pages, String> {
        if start.len() < LENGTH || !start.starts_with(MAGIC) {
            return Err("what is in it does not begin as a SQLite database does".into());
        }
        let size = match u16::from_be_bytes([start[16], start[17]]) {
            1 => 65536,
            size if size >= 512 && size.is_power_of_two() => u32::from(size),
            size => return Err(format!("the database in it declares pages of {size} bytes")),
        };
        let count = u32::from_be_bytes([start[28], start[29], start[30], start[31]]);
        if u64::from(size) * u64::from(count) != length {
            return Err(format!(
                "the database in it declares {count} pages of {size} bytes, but has {length} bytes"
            ));
        }
        Ok(Pages { size, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(size: u16, count: u32) -> Vec<u8> {
        let mut bytes = vec![0; LENGTH];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16..18].copy_from_slice(&size.to_be_bytes());
        bytes[28..32].copy_from_slice(&count.to_be_bytes());
        bytes
    }

    #[test]
    fn pages_times_their_size_is_the_length() {
        assert_eq!(Pages::of(&header(512, 3), 1536), Ok(Pages { size: 512, count: 3 }));
        assert_eq!(Pages::of(&header(1, 2), 131_072), Ok(Pages { size: 65536, count: 2 }));
        assert!(Pages::of(&header(512, 3), 1535).is_err());
        assert!(Pages::of(&header(512, 0), 512).is_err());
    }

    #[test]
    fn page_sizes_that_sqlite_does_not_know_are_refused() {
        for size in [0, 2, 256, 511, 513, 1000, 65535] {
            assert!(Pages::of(&header(size, 1), u64::from(size)).is_err(), "{size}");
        }
    }

    #[test]
    fn a_short_or_foreign_beginning_is_refused() {
        assert!(Pages::of(&header(512, 1)[..99], 512).is_err());
        assert!(Pages::of(&[0; 512], 512).is_err());
    }
}
