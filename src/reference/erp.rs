//! The reference ERP of `init --erp`: its companies, and the customers that the demo CRM of the same seed is linked to.

use super::demo::{Filled, fill};
use super::office::ORGANISATION;
use super::sheet::{Sheet, number, text};
use crate::fault::{Fault, Result};
use crate::progress::Progress;
use crate::store::{Catalog, Health, Snapshot, Transaction, Value, ValueRef, Visit};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Of so many companies that the CRM does not know as customers, the ERP has invoiced one.
const ONE_IN: i64 = 20;

/// The company whose books are kept when nobody says another.
pub const COMPANY: &str = ORGANISATION;

/// Adds a company whose books the ERP keeps.
///
/// # Errors
/// Whatever the transaction says.
pub fn add_company(transaction: &mut dyn Transaction, name: &str, now: Timestamp) -> Result<()> {
    let mut sheet = Sheet::new(transaction, now);
    let created = sheet.seconds_ago(0);
    sheet.add("company", &[("name", text(name)), ("created_at", text(&created))]).map(|_| ())
}

/// Fills an ERP with the customers and suppliers of the demo CRM of `contacts` contacts that the same seed makes, each
/// with its code, its bank account and its last invoice; and with a few that the CRM does not know yet.
///
/// # Errors
/// As [`fill`].
pub fn fill_erp(
    transaction: &mut dyn Transaction,
    contacts: u64,
    seed: u64,
    now: Timestamp,
    progress: &mut dyn Progress,
) -> Result<Filled> {
    let mut books = Books { transaction, counts: BTreeMap::new(), unknown: 0 };
    fill(&mut books, contacts, seed, now, progress)?;
    Ok(Filled { counts: books.counts })
}

/// Looks like the demo CRM that is being filled, and keeps what an ERP would know of it.
struct Books<'a> {
    transaction: &'a mut dyn Transaction,
    counts: BTreeMap<&'static str, u64>,
    unknown: i64,
}

/// The columns of the CRM's third party that the ERP has under the same name.
const KNOWN: [&str; 16] = [
    "id",
    "code",
    "kind",
    "name",
    "siret",
    "vat_number",
    "email",
    "phone",
    "street",
    "postcode",
    "town",
    "marketing_objection",
    "objection_at",
    "objection_channel",
    "objection_origin",
    "created_at",
];

/// The value of one column of a row.
fn of<'a>(columns: &[&str], row: &[ValueRef<'a>], name: &str) -> ValueRef<'a> {
    let place = columns.iter().position(|column| *column == name);
    place.and_then(|place| row.get(place).copied()).unwrap_or(ValueRef::Null)
}

impl Books<'_> {
    fn put(&mut self, table: &'static str, cells: &[(&str, ValueRef<'_>)]) -> Result<()> {
        let (columns, values): (Vec<&str>, Vec<ValueRef<'_>>) = cells.iter().copied().unzip();
        self.transaction.insert(table, &columns, &values)?;
        *self.counts.entry(table).or_default() += 1;
        Ok(())
    }

    fn third_party(&mut self, columns: &[&str], row: &[ValueRef<'_>]) -> Result<()> {
        let mut cells: Vec<(&str, ValueRef<'_>)> =
            KNOWN.iter().map(|name| (*name, of(columns, row, name))).collect();
        cells.extend([
            ("company_id", number(1)),
            ("country", text("FR")),
            ("updated_at", of(columns, row, "updated_at")),
        ]);
        self.put("third_party", &cells)?;
        let invoiced = of(columns, row, "last_invoiced_on");
        let (ValueRef::Integer(id), ValueRef::Text(_)) = (of(columns, row, "id"), invoiced) else {
            return Ok(());
        };
        let invoice = format!("FA-{id:06}");
        self.put(
            "invoice",
            &[
                ("third_party_id", number(id)),
                ("number", text(&invoice)),
                ("addressee", of(columns, row, "name")),
                ("total_cents", number(12_000 + id * 7_919 % 480_000)),
                ("issued_on", invoiced),
            ],
        )
    }

    /// A company that the CRM knows and has linked to no third party: the ERP has just invoiced some.
    fn company(&mut self, columns: &[&str], row: &[ValueRef<'_>]) -> Result<()> {
        let ValueRef::Integer(id) = of(columns, row, "id") else { return Ok(()) };
        if of(columns, row, "third_party_id") != ValueRef::Null || id % ONE_IN != 1 {
            return Ok(());
        }
        self.unknown += 1;
        let code = format!("N{:06}", self.unknown);
        self.put(
            "third_party",
            &[
                // Far above the numbers of those that the CRM knows.
                ("id", number(1_000_000_000 + self.unknown)),
                ("company_id", number(1)),
                ("code", text(&code)),
                ("kind", text("customer")),
                ("name", of(columns, row, "name")),
                ("siret", of(columns, row, "siret")),
                ("vat_number", of(columns, row, "vat_number")),
                ("country", text("FR")),
                ("created_at", of(columns, row, "created_at")),
                ("updated_at", of(columns, row, "updated_at")),
            ],
        )
    }
}

impl Snapshot for Books<'_> {
    fn catalog(&mut self) -> Result<Catalog> {
        self.transaction.catalog()
    }

    /// What the CRM's tables would have: nothing is read back, and the accounts are those of the ERP itself.
    fn count(&mut self, table: &str) -> Result<u64> {
        match table {
            "user" | "user_template" => self.transaction.count(table),
            _ => Ok(0),
        }
    }

    fn scan(&mut self, _: &str, _: &[&str], _: &mut Visit<'_>) -> Result<()> {
        Ok(())
    }

    fn find(&mut self, _: &str, _: &str, _: &[Value], _: &[&str], _: &mut Visit<'_>) -> Result<()> {
        Ok(())
    }

    fn search(&mut self, _: &str, _: &str, _: &[String], _: &[&str], _: &mut Visit<'_>) -> Result<()> {
        Ok(())
    }

    fn health(&mut self) -> Result<Health> {
        self.transaction.health()
    }

    fn integrity(&mut self) -> Result<Health> {
        self.transaction.integrity()
    }
}

impl Transaction for Books<'_> {
    fn insert(&mut self, table: &str, columns: &[&str], row: &[ValueRef<'_>]) -> Result<()> {
        match table {
            "third_party" => self.third_party(columns, row),
            "company" => self.company(columns, row),
            "bank_account" if of(columns, row, "third_party_id") != ValueRef::Null => {
                let cells: Vec<(&str, ValueRef<'_>)> = columns
                    .iter()
                    .copied()
                    .zip(row.iter().copied())
                    .filter(|(name, _)| *name != "company_id")
                    .collect();
                self.put("bank_account", &cells)
            }
            _ => Ok(()),
        }
    }

    fn update(&mut self, _: &str, _: &[(&str, Value)], _: &[(&str, Value)]) -> Result<u64> {
        Ok(1)
    }

    fn delete(&mut self, _: &str, _: &[(&str, Value)]) -> Result<u64> {
        Ok(1)
    }

    fn hold_keys_at_the_end(&mut self) -> Result<()> {
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        Err(Fault::unfinished("the books are written with the transaction they stand in").into())
    }
}
