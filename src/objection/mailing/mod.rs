//! A mailing list taken through: a CSV file that came from anywhere goes in, and comes out without those who are not to be
//! written to. What stays comes out byte for byte as it went in. Knows no database.
//!
//! It fails closed: a line whose addresses cannot be read, or that has none, is not passed on.

mod dialect;
mod records;

pub use dialect::{Dialect, Encoding, Named};
pub use records::{Record, Records};

use crate::address;
use crate::fault::Result;
use crate::interrupt;
use crate::schema::Medium;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// How many lines that could not be read are told one by one.
const MOST_TOLD: usize = 20;
/// After so many records it is looked at whether somebody asked to stop.
const BETWEEN_CHECKS: u64 = 4_096;

/// Why a line is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Whoever has the address objects to marketing.
    Objects,
    /// Their company does.
    CompanyObjects,
    /// The third party of the ERP does that they are linked to.
    ThirdPartyObjects,
    /// Whoever had the address was erased.
    Erased,
    /// There is no address, so nobody can say whose line it is.
    NoAddress,
    /// The line cannot be read.
    Unreadable,
}

impl Why {
    /// The reason in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Why::Objects => "object to marketing",
            Why::CompanyObjects => "belong to a company that objects",
            Why::ThirdPartyObjects => "are linked to a third party that objects",
            Why::Erased => "were erased",
            Why::NoAddress => "have no address to go by",
            Why::Unreadable => "cannot be read",
        }
    }
}

/// What to do, besides leaving out whoever is not to be written to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Lines without any address are passed on.
    pub keep_without_address: bool,
}

/// What happened to a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines of people, the header not counted. One may take several lines of the file.
    pub read: u64,
    /// Those that were passed on.
    pub kept: u64,
    /// Those that were not.
    pub dropped: BTreeMap<Why, u64>,
    /// The first lines that could not be read, by number, and why.
    pub unreadable: Vec<(u64, String)>,
}

impl Tally {
    /// How many were not passed on.
    pub fn all_dropped(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// How many could not be read.
    pub fn unreadable(&self) -> u64 {
        self.dropped.get(&Why::Unreadable).copied().unwrap_or_default()
    }
}

/// Takes a list through. `judge` says of an address or number, in its one form, why it is not to be written to;
/// `told` hears of the bytes that have been read.
///
/// # Errors
/// Usage when a named column is not there; the input's and the output's own; stopped when a signal comes.
pub fn filter(
    input: &mut dyn Read,
    output: &mut dyn Write,
    dialect: &Dialect,
    manner: Manner,
    judge: &mut dyn FnMut(Medium, &str) -> Option<Why>,
    told: &mut dyn FnMut(u64),
) -> Result<Tally> {
    let mut records = Records::new(input);
    let head = records.head()?;
    let settled = dialect.settle(head)?;
    records.delimit_by(settled.delimiter);
    let mut tally = Tally::default();
    let mut width = None;
    let mut seen = 0;
    while let Some(record) = records.next_record()? {
        output.write_all(record.blank)?;
        if record.is_blank() {
            continue;
        }
        if width.is_none() {
            width = Some(record.fields());
            if settled.has_header {
                output.write_all(record.raw)?;
                continue;
            }
        }
        tally.read += 1;
        match verdict(&record, &settled, width, manner, judge) {
            Ok(None) => {
                tally.kept += 1;
                output.write_all(record.raw)?;
            }
            Ok(Some(why)) => *tally.dropped.entry(why).or_default() += 1,
            Err(reason) => {
                *tally.dropped.entry(Why::Unreadable).or_default() += 1;
                if tally.unreadable.len() < MOST_TOLD {
                    tally.unreadable.push((record.line, reason));
                }
            }
        }
        if tally.read % BETWEEN_CHECKS == 0 {
            interrupt::check()?;
            let bytes = records.bytes();
            told(bytes - seen);
            seen = bytes;
        }
    }
    output.flush()?;
    Ok(tally)
}

/// Why a line is not passed on, if it is not; an error when it cannot be read.
fn verdict(
    record: &Record<'_>,
    settled: &dialect::Settled,
    width: Option<usize>,
    manner: Manner,
    judge: &mut dyn FnMut(Medium, &str) -> Option<Why>,
) -> Result<Option<Why>, String> {
    record.is_sound()?;
    let (fields, expected) = (record.fields(), width.unwrap_or_default());
    if fields != expected {
        return Err(format!("{fields} columns where the first line has {expected}"));
    }
    let mut any = false;
    let mut why = None;
    for column in &settled.columns {
        let text = settled.encoding.read(record.field(column.at));
        let text =
            text.ok_or_else(|| format!("column {} is not {}", column.at + 1, settled.encoding.name()))?;
        let all = address::all(column.medium, &text).ok_or_else(|| {
            let what = if column.medium == Medium::Email { "e-mail address" } else { "telephone number" };
            format!("column {} holds something that is no {what}", column.at + 1)
        })?;
        any |= !all.is_empty();
        why = why.or_else(|| all.iter().find_map(|address| judge(column.medium, address)));
    }
    match (why, any) {
        (None, false) if !manner.keep_without_address => Ok(Some(Why::NoAddress)),
        (why, _) => Ok(why),
    }
}

#[cfg(test)]
mod tests;
