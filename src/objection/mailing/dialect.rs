//! How a mailing list is written: what stands between its fields, in which encoding, and which columns have addresses. The
//! one home of encoding_rs.

use super::records::Records;
use crate::fault::{Fault, Result};
use crate::schema::Medium;
use std::borrow::Cow;

/// What may stand between fields, the likeliest first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// A column with addresses or numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name; without a header its number, from 1.
    pub name: String,
    /// What it holds.
    pub medium: Medium,
}

/// What is said of a list; what is not said is learnt from its first line.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// What stands between fields, where it is said.
    pub delimiter: Option<u8>,
    /// The encoding.
    pub encoding: Encoding,
    /// Whether the first line names the columns.
    pub has_header: bool,
    /// The columns to go by.
    pub columns: Vec<Named>,
}

/// An encoding that is ASCII where ASCII is meant.
#[derive(Debug, Clone, Copy)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Default for Encoding {
    fn default() -> Self {
        Encoding(encoding_rs::UTF_8)
    }
}

impl Encoding {
    /// The encoding of a name such as `latin1`.
    ///
    /// # Errors
    /// Usage when there is none, or when it is none that a list can be passed on in as it stands.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = encoding_rs::Encoding::for_label(name.as_bytes());
        match found {
            Some(encoding) if encoding.is_ascii_compatible() => Ok(Encoding(encoding)),
            Some(_) => Err(format!("{name} cannot be taken through: convert the list to utf-8 first")),
            None => Err(format!("`{name}` is no encoding; say utf-8, latin1 or windows-1252, for instance")),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The text that some bytes are; none where they are not of this encoding.
    pub fn read(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        self.0.decode_without_bom_handling_and_without_replacement(bytes)
    }
}

/// How a list is written, all of it known.
pub struct Settled {
    pub(super) delimiter: u8,
    pub(super) encoding: Encoding,
    pub(super) has_header: bool,
    pub(super) columns: Vec<Column>,
}

/// A column to go by.
pub(super) struct Column {
    pub(super) at: usize,
    pub(super) medium: Medium,
}

impl Dialect {
    /// Learns what was not said from the beginning of a list: the delimiter is the one with which the first line has all
    /// the columns that were named.
    ///
    /// # Errors
    /// Usage when there is none.
    pub(super) fn settle(&self, head: &[u8]) -> Result<Settled> {
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(Fault::usage("the list is UTF-16, and is passed on as it stands or not at all")
                .hint("convert it first: iconv -f UTF-16 -t UTF-8")
                .into());
        }
        let tried: Vec<u8> = self.delimiter.map_or(DELIMITERS.to_vec(), |said| vec![said]);
        let mut widest: Option<(Vec<String>, Vec<String>)> = None;
        for delimiter in tried {
            let first = self.first_line(head, delimiter)?;
            let (columns, lacking) = self.find(&first);
            if lacking.is_empty() && (self.has_header || self.delimiter.is_some() || first.len() > 1) {
                let (encoding, has_header) = (self.encoding, self.has_header);
                return Ok(Settled { delimiter, encoding, has_header, columns });
            }
            if widest.as_ref().is_none_or(|(widest, _)| widest.len() < first.len()) {
                widest = Some((first, lacking));
            }
        }
        let (first, lacking) = widest.unwrap_or_default();
        if lacking.is_empty() {
            let (columns, _) = self.find(&first);
            let (encoding, has_header) = (self.encoding, self.has_header);
            return Ok(Settled { delimiter: b',', encoding, has_header, columns });
        }
        Err(no_column(&lacking, &first, self.has_header).into())
    }

    fn first_line(&self, head: &[u8], delimiter: u8) -> Result<Vec<String>> {
        let mut head = head;
        let mut records = Records::new(&mut head);
        records.delimit_by(delimiter);
        records.head()?;
        let Some(record) = records.next_record()?.filter(|record| !record.is_blank()) else {
            return Ok(Vec::new());
        };
        let text = |at| {
            let text = self.encoding.read(record.field(at));
            text.map_or_else(|| String::from_utf8_lossy(record.field(at)).into_owned(), Cow::into_owned)
        };
        Ok((0..record.fields()).map(text).collect())
    }

    /// The places of the named columns, and the names that are not there. A name that stands there twice is two columns.
    fn find(&self, first: &[String]) -> (Vec<Column>, Vec<String>) {
        let (mut columns, mut lacking) = (Vec::new(), Vec::new());
        for Named { name, medium } in &self.columns {
            let is_it = |(at, text): &(usize, &String)| match self.has_header {
                true => text.trim().to_lowercase() == name.trim().to_lowercase(),
                false => name.parse() == Ok(at + 1),
            };
            let before = columns.len();
            let found = first.iter().enumerate().filter(is_it);
            columns.extend(found.map(|(at, _)| Column { at, medium: *medium }));
            if columns.len() == before {
                lacking.push(name.clone());
            }
        }
        (columns, lacking)
    }
}

fn no_column(lacking: &[String], first: &[String], has_header: bool) -> Fault {
    let what = format!("the list has no column {}", lacking.join(", "));
    match has_header {
        true => Fault::usage(what).hint(format!("its first line names: {}", first.join(", "))),
        false => Fault::usage(what)
            .hint(format!("without a header, columns are numbers from 1 to {}", first.len())),
    }
}
