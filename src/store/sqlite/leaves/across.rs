//! Bytes that begin in one value and end in the next: in a row, and in an entry of an index, values lie side by side with
//! nothing between them.

use super::file::PageFile;
use super::row::length_of;
use crate::fault::Result;
use crate::store::sqlite::format::{local_length, read_varint, short};
use std::fs::File;
use std::ops::Range;

/// The kinds of pages that have rows or entries with values.
const INDEX_INTERIOR: u8 = 2;
const INDEX_LEAF: u8 = 10;
const TABLE_LEAF: u8 = 13;
/// The first page begins with the header of the file.
const FILE_HEADER: usize = 100;

/// Whether these bytes of a database file are the end of one value and the beginning of the next one of the same row, or
/// of the same entry of an index. Where that cannot be told, they are not.
///
/// # Errors
/// When the file cannot be read.
pub fn lies_across(file: &File, start: u64, length: usize) -> Result<bool> {
    let Some(pages) = PageFile::of(file) else { return Ok(false) };
    let (number, at) = pages.place_of(start);
    let mut room = Vec::new();
    pages.read(number, 1, &mut room, "the copy")?;
    let page = pages.page(&room, 0);
    let head = if number == 1 { FILE_HEADER } else { 0 };
    Ok(values_meet_within(page, head, &(at..at + length)).unwrap_or(false))
}

/// Whether one value ends and the next begins between the first and the last of these bytes of a page.
fn values_meet_within(page: &[u8], head: usize, bytes: &Range<usize>) -> Option<bool> {
    let kind = *page.get(head)?;
    let list = match kind {
        INDEX_INTERIOR => head + 12,
        INDEX_LEAF | TABLE_LEAF => head + 8,
        _ => return None,
    };
    let starts = (0..short(page, head + 3)?).filter_map(|cell| short(page, list + 2 * cell));
    let mut rows = starts.filter_map(|start| row_at(page, kind, start));
    // No byte is of two rows.
    let row = rows.find(|row| row.start <= bytes.start && bytes.end <= row.end)?;
    let mut ends = ends(page.get(row.clone())?)?.into_iter().map(|end| row.start + end);
    Some(ends.any(|end| bytes.start < end && end < bytes.end))
}

/// Where the row or entry of a cell stands, as far as it is in this page.
fn row_at(page: &[u8], kind: u8, start: usize) -> Option<Range<usize>> {
    let mut at = if kind == INDEX_INTERIOR { start + 4 } else { start };
    let (length, taken) = read_varint(page.get(at..)?)?;
    at += taken;
    if kind == TABLE_LEAF {
        at += read_varint(page.get(at..)?)?.1;
    }
    let local = local_length(page.len(), usize::try_from(length).ok()?, kind == TABLE_LEAF);
    Some(at..at + local).filter(|row| row.end <= page.len())
}

/// Where the kinds of a row end, and each of its values.
fn ends(row: &[u8]) -> Option<Vec<usize>> {
    let (header, mut at) = read_varint(row)?;
    let header = usize::try_from(header).ok().filter(|header| *header <= row.len())?;
    let mut ends = vec![header];
    let mut end = header;
    while at < header {
        let (kind, taken) = read_varint(&row[at..header])?;
        at += taken;
        end = end.checked_add(length_of(kind)?)?;
        ends.push(end);
    }
    Some(ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// Where the bytes stand in the file, each time that they do.
    fn places(file: &[u8], bytes: &str) -> Vec<u64> {
        let found = file.windows(bytes.len()).enumerate().filter(|(_, window)| *window == bytes.as_bytes());
        found.map(|(at, _)| at as u64).collect()
    }

    #[test]
    fn what_two_values_are_together_is_told_from_what_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, number TEXT, street TEXT, more TEXT);
                 CREATE INDEX both ON t (number, street);
                 CREATE TABLE other (a PRIMARY KEY, b) WITHOUT ROWID;
                 INSERT INTO other VALUES ('01.99.00.70.10', '6 rue de l''Isle');
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
                 INSERT INTO t SELECT i, '01.99.00.70.10', '6 allée du Jardin', '106 allée du Parc' FROM n;
                 INSERT INTO t VALUES (1000, '01.99.00.70.10', '6 quai des Brumes', hex(zeroblob(9000)));
                 PRAGMA secure_delete = ON; VACUUM;",
            )
            .unwrap();
        drop(connection);
        let (file, bytes) = (File::open(&path).unwrap(), std::fs::read(&path).unwrap());
        let tell = |text: &str| -> Vec<bool> {
            places(&bytes, text).iter().map(|at| lies_across(&file, *at, text.len()).unwrap()).collect()
        };
        let across = |text: &str| tell(text).into_iter().filter(|across| *across).count();
        // The engine also leaves some behind where pages were cut in two.
        assert_eq!(across("106 allée du Jardin"), 1800, "in rows and in the index");
        assert_eq!(across("106 quai des Brumes"), 2, "also where the row goes on elsewhere");
        assert_eq!(across("106 rue de l'Isle"), 1);
        let alone = tell("106 allée du Parc");
        assert_eq!((alone.len(), alone.iter().any(|across| *across)), (900, false));
        assert!(tell("6 allée du Jardin").iter().all(|across| !across), "it begins where the value does");
        assert!(tell("01.99.00.70.10").iter().all(|across| !across), "it ends where the value does");
        assert_eq!(tell("CREATE INDEX both ON t (number, street)"), [false]);
        let zeros = "0".repeat(700);
        assert!(tell(&zeros)[..9].iter().all(|across| !across));
        assert!(!lies_across(&file, 3, 8).unwrap(), "the header of the file is no row");
        assert!(lies_across(&file, bytes.len() as u64 + 5, 8).is_err());
    }
}
