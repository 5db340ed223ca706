//! What was found before: keyed digests of places and words, so that a nightly search fails only on what is new. The key
//! stays in the state folder, so that the file alone tells nothing, not even to somebody who tries all words.

use super::search::Cell;
use crate::digest::digest;
use crate::fault::{Fault, Result};
use crate::publish::cannot_write;
use crate::state::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const KEY: &str = "notes.key";
const SCHEMA: &str = "crm-admin/notes-baseline";
/// No longer file is read, in bytes.
const LONGEST: u64 = 512 << 20;
/// So much of a digest is kept, in hexadecimal digits.
const DIGITS: usize = 32;

/// What was found before, and what is found now.
#[derive(Debug)]
pub struct Baseline {
    key: Vec<u8>,
    before: BTreeSet<String>,
    now: BTreeSet<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema: Schema,
    /// Which key the digests are under.
    key: String,
    found: BTreeSet<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Schema {
    name: String,
    number: u32,
}

impl Baseline {
    /// An empty one, to be written; makes the key where there is none.
    ///
    /// # Errors
    /// When the state folder cannot be read or written.
    pub fn begin(state: &State) -> Result<Self> {
        let key = match key_of(state)? {
            Some(key) => key,
            None => {
                let key: [u8; 32] = rand::random();
                state.replace(KEY, &key)?;
                key.to_vec()
            }
        };
        Ok(Baseline { key, before: BTreeSet::new(), now: BTreeSet::new() })
    }

    /// Reads a file that was written before.
    ///
    /// # Errors
    /// Missing when there is none or its key is not in the state folder; damaged when it is none, or under another key.
    pub fn read(path: &Path, state: Option<&State>) -> Result<Self> {
        let shown = path.display();
        let mut bytes = Vec::new();
        fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes)).map_err(
            |error| match error.kind() {
                ErrorKind::NotFound => Fault::missing(format!("there is no baseline {shown}"))
                    .hint("write one with --write-baseline"),
                _ => Fault::unfinished(format!("{shown} cannot be read: {error}")),
            },
        )?;
        let written: Written = serde_json::from_slice(&bytes)
            .ok()
            .filter(|written: &Written| written.schema.name == SCHEMA && written.schema.number == 1)
            .ok_or_else(|| Fault::damaged(format!("{shown} is no baseline of notes")))?;
        let key = state.map(key_of).transpose()?.flatten();
        let key = key.ok_or_else(|| {
            Fault::missing(format!("the key of the baseline {shown} is not in the state folder"))
                .hint("name the state folder with --state, or write the baseline anew")
        })?;
        if written.key != name_of(&key) {
            return Err(Fault::refused(format!("the baseline {shown} was written under another key"))
                .hint("write it anew with --write-baseline")
                .into());
        }
        Ok(Baseline { key, before: written.found, now: BTreeSet::new() })
    }

    /// Notes what is found now; whether it is new.
    pub(super) fn note(&mut self, cell: &Cell, category: &str, found: &str) -> bool {
        let mut bytes = self.key.clone();
        for part in [&cell.table, &cell.row, &cell.column, category, found] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        // Two rounds, so that nothing can be added behind what was digested.
        let inner = digest(&bytes);
        let digest = digest(&[&self.key[..], &inner.0].concat()).to_string()[..DIGITS].to_owned();
        let is_new = !self.before.contains(&digest);
        self.now.insert(digest);
        is_new
    }

    /// Writes what is found now, in place of an older file, all or nothing.
    ///
    /// # Errors
    /// Unfinished when it cannot be written; an older file is there as it was.
    pub fn write(&self, path: &Path) -> Result<()> {
        let schema = Schema { name: SCHEMA.to_owned(), number: 1 };
        let written = Written { schema, key: name_of(&self.key), found: self.now.clone() };
        let mut text = serde_json::to_vec_pretty(&written)?;
        text.push(b'\n');
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{:016x}", rand::random::<u64>()));
        let draft = PathBuf::from(draft);
        let put = || {
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&draft, path)
        };
        put().map_err(|error| {
            let _ = fs::remove_file(&draft);
            cannot_write(path, &error).into()
        })
    }

    /// How many findings the next file will hold.
    pub fn len(&self) -> usize {
        self.now.len()
    }

    /// Whether it will hold none.
    pub fn is_empty(&self) -> bool {
        self.now.is_empty()
    }
}

fn key_of(state: &State) -> Result<Option<Vec<u8>>> {
    match state.read(KEY)? {
        Some(key) if key.len() != 32 => {
            Err(Fault::damaged(format!("{KEY} of the state folder is no key")).into())
        }
        key => Ok(key),
    }
}

/// A key's name, which tells nothing about it.
fn name_of(key: &[u8]) -> String {
    digest(&[b"name of ", key].concat()).to_string()[..16].to_owned()
}
