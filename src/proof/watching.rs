//! Passes the decoded bytes of an archive on, and looks at each: also where the database writes its text in UTF-16.

use super::finds::Finds;
use super::needles::Needles;
use super::scan::{Scanner, Search};
use crate::fault::{Fault, Result};
use crate::store::Catalog;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

/// What is in the bytes of every copy, and no secret: the schema's own text.
pub struct SchemaText {
    pardoned: Vec<u64>,
    wide: Option<Wide>,
}

/// How text of two bytes a letter is written.
#[derive(Clone, Copy)]
enum Wide {
    LittleEnd,
    BigEnd,
}

impl SchemaText {
    /// From the catalogue of the source, which the copy has too.
    pub fn of(catalog: &Catalog, needles: &Needles) -> Self {
        let mut search = Search::new(needles);
        let mut pardoned: Vec<u64> =
            words(catalog).flat_map(|text| search.digests_in(text.as_bytes())).collect();
        pardoned.sort_unstable();
        let wide = match catalog.settings.get("encoding").map(String::as_str) {
            Some("UTF-16le") => Some(Wide::LittleEnd),
            Some("UTF-16be") => Some(Wide::BigEnd),
            _ => None,
        };
        SchemaText { pardoned, wide }
    }
}

/// Names and definitions of everything that the database declares.
fn words(catalog: &Catalog) -> impl Iterator<Item = &str> {
    let tables = catalog.tables.iter().flat_map(|table| {
        let indexes = table.indexes.iter().flat_map(|index| [Some(&index.name), index.definition.as_ref()]);
        [Some(&table.name), Some(&table.definition)].into_iter().chain(indexes)
    });
    let views = catalog.views.iter().flat_map(|view| [Some(&view.name), Some(&view.definition)]);
    let triggers =
        catalog.triggers.iter().flat_map(|trigger| [Some(&trigger.name), Some(&trigger.definition)]);
    tables.chain(views).chain(triggers).flatten().map(String::as_str)
}

/// What was found in bytes that went by.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The originals that were in them.
    pub originals: Finds,
    /// How many they were.
    pub bytes: u64,
}

/// Pieces, of a few megabytes each, that may wait to be looked at.
const PIECES_WAITING: usize = 1;

/// Runs `pass`, which writes bytes to `out`; a thread of its own looks at each.
///
/// # Errors
/// What `pass` returns; unfinished when no thread can be had.
pub fn watch(
    out: impl Write,
    needles: &Needles,
    schema: &SchemaText,
    pass: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<Watched> {
    thread::scope(|scope| {
        let (send, pieces) = sync_channel::<Vec<u8>>(PIECES_WAITING);
        let (give_back, empties) = channel();
        let mut looking = Looking::new(needles, schema);
        let look = move || {
            for piece in pieces {
                looking.look(&piece);
                // Nobody needs it any more after the last one.
                let _ = give_back.send(piece);
            }
            looking.finish()
        };
        let looking = thread::Builder::new().spawn_scoped(scope, look).map_err(Fault::no_thread)?;
        let mut passing = Passing { out, send, empties };
        let passed = pass(&mut passing);
        drop(passing);
        let watched = looking.join();
        passed?;
        watched.map_err(|_| Fault::thread_stopped("searches").into())
    })
}

/// Passes bytes on, and a copy to the one who looks.
struct Passing<W> {
    out: W,
    send: SyncSender<Vec<u8>>,
    empties: Receiver<Vec<u8>>,
}

impl<W: Write> Write for Passing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        let mut piece = self.empties.try_recv().unwrap_or_default();
        piece.clear();
        piece.extend_from_slice(&bytes[..written]);
        self.send.send(piece).map_err(|_| io::Error::other("nobody searches any more"))?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Looks at bytes as they come.
struct Looking<'a> {
    wide: Option<Wide>,
    /// One for bytes; for UTF-16 the second one reads from the odd places, where text may begin as well.
    scanners: [Scanner<'a>; 2],
    last: Option<u8>,
    count: u64,
}

impl<'a> Looking<'a> {
    fn new(needles: &'a Needles, schema: &'a SchemaText) -> Self {
        let scanners = [0, 1].map(|_| Scanner::new(needles, &schema.pardoned));
        Looking { wide: schema.wide, scanners, last: None, count: 0 }
    }

    fn look(&mut self, bytes: &[u8]) {
        match self.wide {
            Some(wide) => self.look_wide(bytes, wide),
            None => self.scanners[0].push(bytes),
        }
        self.count += bytes.len() as u64;
    }

    fn finish(self) -> Watched {
        let [(mut originals, _), (others, _)] = self.scanners.map(Scanner::finish);
        originals.join(others);
        Watched { originals, bytes: self.count }
    }

    /// Every two bytes that follow each other may be a letter.
    fn look_wide(&mut self, bytes: &[u8], wide: Wide) {
        let mut texts = [String::new(), String::new()];
        for (at, byte) in (self.count..).zip(bytes) {
            if let Some(last) = self.last.replace(*byte) {
                let unit = match wide {
                    Wide::LittleEnd => u16::from_le_bytes([last, *byte]),
                    Wide::BigEnd => u16::from_be_bytes([last, *byte]),
                };
                texts[(at % 2) as usize].push(char::from_u32(u32::from(unit)).unwrap_or(' '));
            }
        }
        for (scanner, text) in self.scanners.iter_mut().zip(texts) {
            scanner.push(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::needles::Collector;
    use super::*;

    fn found(encoding: &str, bytes: &[u8], piece: usize) -> (u64, u64) {
        let mut collector = Collector::default();
        collector.add("Élodie Lefèvre".as_bytes());
        let needles = collector.finish();
        let settings = [("encoding".to_owned(), encoding.to_owned())].into();
        let schema = SchemaText::of(&Catalog { settings, ..Catalog::default() }, &needles);
        let mut out = Vec::new();
        let pass = |to: &mut dyn Write| bytes.chunks(piece).try_for_each(|piece| Ok(to.write_all(piece)?));
        let watched = watch(&mut out, &needles, &schema, pass).unwrap();
        assert_eq!(out, bytes);
        (watched.originals.total(), watched.bytes)
    }

    #[test]
    fn text_of_two_bytes_a_letter_is_read_at_even_and_at_odd_places() {
        let text = "vu Élodie Lefèvre hier, vu encore".encode_utf16();
        let little: Vec<u8> = text.clone().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.flat_map(u16::to_be_bytes).collect();
        for piece in [1, 2, 3, 1000] {
            for (encoding, bytes) in [("UTF-16le", &little), ("UTF-16be", &big)] {
                assert_eq!(found(encoding, bytes, piece), (1, bytes.len() as u64));
                let odd = [b"x".as_slice(), bytes].concat();
                assert_eq!(found(encoding, &odd, piece).0, 1);
            }
        }
        assert_eq!(found("UTF-8", &little, 9).0, 0, "so it has to be read that way");
    }
}
