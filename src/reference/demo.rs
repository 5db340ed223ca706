//! `init --demo N`: N synthetic French contacts and everything attached, always the same for the same seed.

use super::chance::Chance;
use super::contact::{self, Circle};
use super::objection::Objection;
use super::office::Office;
use super::people::draw_commune;
use super::sheet::Sheet;
use super::{company, lead, third_party};
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::progress::Progress;
use crate::store::Transaction;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// What was written: the number of rows of each table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Filled {
    /// By name of table.
    pub counts: BTreeMap<&'static str, u64>,
}

impl Filled {
    /// One line for each table: its name, and how many rows it was given.
    pub fn facts(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.counts.iter().map(|(table, rows)| ((*table).to_owned(), rows.to_string()))
    }
}

/// How many contacts a company has: 3.2 on average, so that with the private persons there are four for each company.
const STAFF: [u64; 10] = [1, 1, 2, 2, 3, 3, 3, 4, 5, 8];

/// Fills a database that [`super::seed`] has made ready with `contacts` contacts, about a quarter as many companies, and
/// leads, third parties, users, notes, documents and the rest in proportion.
///
/// The rows depend on `contacts`, `seed` and `now` only. They are written one by one and none is remembered, so
/// memory does not grow with their number. The transaction's triggers have to run, or else the full-text index over the
/// notes is not filled.
///
/// # Errors
/// Refused when there are contacts already; stopped when a signal comes; and whatever the transaction says.
pub fn fill(
    transaction: &mut dyn Transaction,
    contacts: u64,
    seed: u64,
    now: Timestamp,
    progress: &mut dyn Progress,
) -> Result<Filled> {
    if transaction.count("contact")? > 0 {
        return Err(Fault::refused("the database already has contacts")
            .hint("make the demo in a new database: `crm-admin init NEW.db --demo N`")
            .into());
    }
    let mut sheet = Sheet::new(transaction, now);
    let office = Office::open(&mut sheet, contacts, seed)?;
    progress.stage("inventing contacts", Some(contacts));
    let mut left = contacts;
    for round in 0.. {
        if left == 0 {
            break;
        }
        interrupt::check()?;
        let added = add_round(&mut sheet, &office, round, left)?;
        progress.advance(added);
        left -= added;
    }
    progress.finish();
    Ok(Filled { counts: sheet.counts() })
}

/// Adds a company with its people, then at times private persons, leads and a third party of the ERP alone; returns how
/// many contacts that were, `left` at most.
fn add_round(sheet: &mut Sheet<'_>, office: &Office, round: u64, left: u64) -> Result<u64> {
    let chance = &mut Chance::of(office.seed, "round", round);
    let staff = chance.pick(&STAFF).min(left);
    company::add(sheet, office, staff)?;
    let private = chance.pick(&[0, 0, 0, 0, 1, 1, 1, 1, 2, 2]).min(left - staff);
    for _ in 0..private {
        let mut circle = Circle {
            company: None,
            domain: None,
            manner: 0,
            commune: draw_commune(chance),
            objection: Objection::default(),
            taken: Vec::new(),
        };
        contact::add(sheet, office, &mut circle, None)?;
    }
    for _ in 0..chance.pick(&[0, 0, 1, 1, 2]) {
        lead::add(sheet, office)?;
    }
    if chance.percent(8) {
        third_party::add_person(sheet, office, chance)?;
    }
    Ok(staff + private)
}
