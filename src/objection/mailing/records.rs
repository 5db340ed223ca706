//! The records of a CSV file, each with the very bytes that it stands in. The one home of csv-core.

use crate::fault::{Fault, Result};
use crate::interrupt;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::{ErrorKind, Read};
use std::ops::Range;

/// So much is read at once.
const AT_ONCE: usize = 64 << 10;
/// No record is longer, in bytes: a quote that is never closed would make one of all the rest.
const LONGEST: usize = 4 << 20;

/// Reads records one by one, in little memory whatever the file holds.
pub struct Records<'i> {
    input: &'i mut dyn Read,
    /// What has been read and not been passed on.
    buffer: Vec<u8>,
    /// Up to where the parser has seen it.
    seen: usize,
    ended: bool,
    parser: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    line: u64,
    bytes: u64,
    /// What goes before the next record can be read: the last one's bytes.
    done: usize,
}

/// One record.
pub struct Record<'r> {
    /// Its bytes, line end included.
    pub raw: &'r [u8],
    /// Empty lines that stand before it.
    pub blank: &'r [u8],
    /// The number of its first line in the file, from 1.
    pub line: u64,
    text: &'r [u8],
    ends: &'r [usize],
    is_whole: bool,
    is_last: bool,
}

impl Record<'_> {
    /// How many fields it has.
    pub fn fields(&self) -> usize {
        self.ends.len()
    }

    /// A field, without its quotes. Empty where there is none.
    pub fn field(&self, at: usize) -> &[u8] {
        let Some(end) = self.ends.get(at) else { return &[] };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..*end]
    }

    /// Whether there is nothing but empty lines.
    pub fn is_blank(&self) -> bool {
        self.raw.is_empty()
    }

    /// Whether its fields are what the file says.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn is_sound(&self) -> Result<(), String> {
        if !self.is_whole {
            return Err(format!("it is longer than {} MiB: a quote is not closed", LONGEST >> 20));
        }
        let quotes = self.raw.iter().filter(|byte| **byte == b'"').count();
        // Whatever a quote that is not closed has swallowed, it ends with the file.
        if self.is_last && quotes % 2 == 1 {
            return Err("a quote is not closed".to_owned());
        }
        if self.raw.contains(&0) {
            return Err("it holds a byte that no text has".to_owned());
        }
        Ok(())
    }
}

impl<'i> Records<'i> {
    /// The records of a file.
    pub fn new(input: &'i mut dyn Read) -> Self {
        Records {
            input,
            buffer: Vec::new(),
            seen: 0,
            ended: false,
            parser: Reader::new(),
            text: vec![0; 1024],
            ends: vec![0; 64],
            line: 1,
            bytes: 0,
            done: 0,
        }
    }

    /// The beginning of the file, to learn its dialect from.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn head(&mut self) -> Result<&[u8]> {
        while !self.ended && self.buffer.len() < AT_ONCE {
            self.more()?;
        }
        Ok(&self.buffer)
    }

    /// Says what stands between fields.
    pub fn delimit_by(&mut self, delimiter: u8) {
        self.parser = ReaderBuilder::new().delimiter(delimiter).build();
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next record; at the end, one of empty lines only where some are left.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>> {
        self.buffer.drain(..self.done);
        self.seen -= self.done;
        self.done = 0;
        let first = self.line;
        let mut dropped = 0u64;
        let (mut text, mut fields, mut is_whole) = (0, 0, true);
        let is_last = loop {
            let rest = &self.buffer[self.seen..];
            if rest.is_empty() && !self.ended {
                if self.seen > LONGEST {
                    // Too long to be kept: its lines are counted, and its bytes let go.
                    dropped += lines(&self.buffer[..self.seen]);
                    (self.seen, text, fields, is_whole) = (0, 0, 0, false);
                    self.buffer.clear();
                }
                self.more()?;
                continue;
            }
            let (result, read, wrote, ended) =
                self.parser.read_record(rest, &mut self.text[text..], &mut self.ends[fields..]);
            self.seen += read;
            text += wrote;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => break self.take_line_end()?,
                ReadRecordResult::End if self.seen == 0 && is_whole => return Ok(None),
                ReadRecordResult::End => break true,
            }
        };
        self.done = self.seen;
        let blank = blank(&self.buffer[..self.seen]);
        let blank_lines = lines(&self.buffer[blank.clone()]);
        self.line += dropped + lines(&self.buffer[..self.seen]);
        Ok(Some(Record {
            raw: &self.buffer[blank.end..self.seen],
            blank: &self.buffer[blank],
            line: first + blank_lines,
            text: &self.text[..text],
            ends: &self.ends[..fields],
            is_whole,
            is_last,
        }))
    }

    /// The parser ends a record at a carriage return; a line feed after it is part of the line end. Whether the record
    /// ended with the file instead.
    fn take_line_end(&mut self) -> Result<bool> {
        match self.buffer[..self.seen].last() {
            Some(b'\n') => Ok(false),
            Some(b'\r') => {
                while self.seen == self.buffer.len() && !self.ended {
                    self.more()?;
                }
                self.seen += usize::from(self.buffer.get(self.seen) == Some(&b'\n'));
                Ok(false)
            }
            _ => Ok(true),
        }
    }

    fn more(&mut self) -> Result<()> {
        let from = self.buffer.len();
        self.buffer.resize(from + AT_ONCE, 0);
        let read = loop {
            match self.input.read(&mut self.buffer[from..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => interrupt::check()?,
                other => break other,
            }
        };
        self.buffer.truncate(from + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) => self.ended = true,
            Ok(some) => self.bytes += some as u64,
            Err(error) => return Err(Fault::unfinished(format!("the list cannot be read: {error}")).into()),
        }
        Ok(())
    }
}

/// The empty lines at the beginning of a record's bytes.
fn blank(raw: &[u8]) -> Range<usize> {
    0..raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// How many line ends there are: LF, CR LF, or CR alone.
fn lines(bytes: &[u8]) -> u64 {
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    if !bytes.contains(&b'\r') {
        return feeds as u64;
    }
    let lone =
        bytes.iter().enumerate().filter(|(at, byte)| **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    (feeds + lone.count()) as u64
}
