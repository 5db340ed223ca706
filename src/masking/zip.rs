//! The smallest zip archive: stored files, no dates. Office documents are zip archives.

/// A zip archive of the named files, in that order.
pub(super) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut directory = Vec::with_capacity(512);
    for (name, content) in files {
        let offset = out.len() as u32;
        let header = header(name, content.as_bytes());
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&header);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(content.as_bytes());
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&header);
        // No comment, first disk, no attributes.
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let (start, length) = (out.len() as u32, directory.len() as u32);
    let count = (files.len() as u16).to_le_bytes();
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count);
    out.extend_from_slice(&count);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

/// What a file's own header and its line in the directory have in common.
fn header(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = Vec::with_capacity(26);
    // Version 2.0, no flags, stored, midnight of 1980-01-01.
    header.extend_from_slice(&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
    header.extend_from_slice(&crc_32(content).to_le_bytes());
    header.extend_from_slice(&(content.len() as u32).to_le_bytes());
    header.extend_from_slice(&(content.len() as u32).to_le_bytes());
    header.extend_from_slice(&(name.len() as u16).to_le_bytes());
    header.extend_from_slice(&[0; 2]);
    header
}

/// CRC-32 of ISO 3309, as zip and PNG have it.
pub(super) fn crc_32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_textbook_one() {
        assert_eq!(crc_32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_directory_is_where_the_end_says() {
        let zip = archive(&[("a.txt", "one"), ("b/c.txt", "two")]);
        let end = zip.len() - 22;
        assert_eq!(zip[end..end + 4], *b"PK\x05\x06");
        let word = |at: usize| u32::from_le_bytes(zip[at..at + 4].try_into().expect("four bytes")) as usize;
        assert_eq!(word(end + 16) + word(end + 12), end);
        assert_eq!(zip[word(end + 16)..][..4], *b"PK\x01\x02");
    }
}
