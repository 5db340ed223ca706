//! What a file that is no archive looks like, so that the error can say so.

use super::{damaged, header, trailer};
use crate::fault::Fault;

/// How many bytes of the beginning are worth looking at.
pub(super) const LENGTH: usize = 512;

/// The fault for a file that does not end as an archive does; `start` is its beginning, up to [`LENGTH`] bytes.
pub(super) fn fault(start: &[u8]) -> Fault {
    let no_archive = |what: &str| Fault::damaged(format!("this is {what}, not an archive"));
    match start {
        [] => no_archive("an empty file"),
        _ if start.starts_with(&header::MAGIC[..15]) => {
            no_archive("a SQLite database").hint("give it as the database, with --db")
        }
        [0x28, 0xB5, 0x2F, 0xFD, ..] => damaged(
            "it does not end as an archive does: it was cut, something was added, or another program made it",
        ),
        _ if start.starts_with(&trailer::SKIPPABLE) => damaged("its data frames are missing"),
        [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => no_archive("a zstd file that begins with a skippable frame"),
        [0x1F, 0x8B, ..] => no_archive("a gzip file"),
        [b'B', b'Z', b'h', ..] => no_archive("a bzip2 file"),
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => no_archive("an xz file"),
        [b'P', b'K', 3, 4, ..] => no_archive("a zip file"),
        _ if start.iter().all(|&byte| byte == 0) => no_archive("a file of zeros"),
        _ if is_text(start) => no_archive("a text file"),
        _ => Fault::damaged("this is not an archive, nor anything else that crm-admin knows"),
    }
}

fn is_text(start: &[u8]) -> bool {
    let printable = |text: &str| text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
    match std::str::from_utf8(start) {
        Ok(text) => printable(text),
        // A character may have been cut in two at the end of what we look at.
        Err(error) => {
            error.error_len().is_none()
                && std::str::from_utf8(&start[..error.valid_up_to()]).is_ok_and(printable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_archive_is_called_by_its_name() {
        for (start, name) in [
            (&b""[..], "an empty file"),
            (b"SQLite format 3\0\x10", "a SQLite database"),
            (b"\x1F\x8B\x08", "a gzip file"),
            (b"PK\x03\x04", "a zip file"),
            (b"BZh9", "a bzip2 file"),
            (b"\xFD7zXZ\0", "an xz file"),
            (b"\x50\x2A\x4D\x18", "skippable"),
            (b"\x28\xB5\x2F\xFD\x24", "does not end as an archive does"),
            (b"\0\0\0", "zeros"),
            ("nom;prénom\r\n".as_bytes(), "a text file"),
            (b"caf\xC3", "a text file"),
            (b"\x7FELF\x02", "nor anything else"),
            (b"caf\xE9;", "nor anything else"),
        ] {
            let fault = fault(start);
            assert!(fault.what.contains(name), "{}", fault.what);
            assert_eq!(fault.kind, crate::fault::Kind::Damaged);
        }
    }
}
