//! What the map wants done with a row that points at one that is erased, and what forbids an erasure altogether.

use super::links::{How, Inbound};
use super::row::{Act, Row, read};
use super::walk::Walk;
use crate::fault::{Fault, Result};
use crate::schema::{Bond, EraseAct, Period, RelationKind};
use crate::store::Value;
use jiff::civil::Date;

/// What happens to a row that points at one that is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It goes.
    Delete,
    /// It is the same person: it goes, and so do its own likes. Where the erased row is not the relation itself but a
    /// part of it, only if nobody else owns it.
    Follow,
    /// Its personal values are emptied.
    Blank,
    /// Its link is emptied.
    Detach,
    /// It stays for a reason, until some day.
    Keep(String, Option<String>),
    /// It forbids the erasure, for a reason.
    Refuse(String),
    /// It may be the same person: somebody decides.
    Offer,
}

/// The verdict over rows that point by this link at rows to which `act` happens; none where nothing happens to them.
pub fn of(link: &Inbound<'_>, act: Act) -> Option<Verdict> {
    let wanted = link.erase.map(|erase| erase.act);
    let reason =
        || link.erase.and_then(|erase| erase.reason.clone()).unwrap_or_else(|| "the map says so".into());
    let until = || link.erase.and_then(|erase| erase.until.clone());
    match (act, link.bond, wanted) {
        (Act::Detach, ..) => None,
        // Lines of a kept document stay with it; what merely hangs on it does not.
        (Act::Keep, Bond::Owner, None | Some(EraseAct::Keep | EraseAct::Delete)) => match link.how {
            How::Key => Some(Verdict::Keep(
                link.erase
                    .and_then(|erase| erase.reason.clone())
                    .unwrap_or_else(|| "part of what is kept".into()),
                until(),
            )),
            How::Reference(_) | How::Typed { .. } => Some(Verdict::Delete),
            How::Value(_) => None,
        },
        (Act::Keep, ..) => None,
        (_, _, Some(EraseAct::Follow)) => Some(Verdict::Follow),
        (_, _, Some(EraseAct::Refuse)) => Some(Verdict::Refuse(reason())),
        (_, _, Some(EraseAct::Offer)) => Some(Verdict::Offer),
        (_, _, Some(EraseAct::Delete)) | (_, Bond::Owner, None) => Some(Verdict::Delete),
        (_, Bond::Owner, Some(EraseAct::Blank)) => Some(Verdict::Blank),
        (_, Bond::Owner, Some(EraseAct::Detach)) => Some(Verdict::Detach),
        (_, Bond::Owner, Some(EraseAct::Keep)) => Some(Verdict::Keep(reason(), until())),
        (_, Bond::Mention, Some(EraseAct::Keep)) => None,
        // A link by value shows the value itself, so it is emptied even where the other row stays.
        (Act::Delete, Bond::Mention, _) => Some(Verdict::Detach),
        (_, Bond::Mention, _) => matches!(link.how, How::Value(_)).then_some(Verdict::Detach),
    }
}

/// The last day on which a row is kept: `10 years after sale_date`, counted from the row's own value.
pub fn last_day(words: Option<&str>, row: &Row) -> Option<Date> {
    let (period, column) = Period::parse_after(words?)?;
    let text = row.value(column).borrow().as_str().map(str::to_owned)?;
    let day: Date = text.get(..10)?.parse().ok()?;
    period.end(day)
}

impl Walk<'_> {
    /// Refuses a relation whose master is the ERP: what is erased here would come back.
    pub(super) fn refuse_what_the_erp_owns(&self) -> Result<()> {
        if self.options.ordered {
            return Ok(());
        }
        for link in self.map.erp() {
            let Some(relation) = self.map.relation(link.kind) else { continue };
            let linked = self.rows.iter().any(|((table, _), row)| {
                table.eq_ignore_ascii_case(&relation.table)
                    && matches!(row.act, Act::Delete | Act::Blank)
                    && *row.value(&link.column) != Value::Null
            });
            if linked {
                let what = match link.kind {
                    RelationKind::ThirdParty => "this third party is the ERP's".to_owned(),
                    kind => format!("this {} is linked to a third party of the ERP", kind.word()),
                };
                return Err(Fault::refused(what)
                    .hint("ask for its erasure in the ERP: it is the master of the link")
                    .into());
            }
        }
        Ok(())
    }

    /// Whether a link leads to what the ERP's order takes along: relations that are linked to the third party.
    pub(super) fn is_ordered_along(&self, link: &Inbound<'_>, from: &str) -> bool {
        let is_root = |kind, table: &str| {
            self.map.relation(kind).is_some_and(|relation| relation.table.eq_ignore_ascii_case(table))
        };
        let links = |erp: &crate::schema::ErpLink| {
            is_root(erp.kind, &link.mapped.table.name) && erp.column.eq_ignore_ascii_case(link.column)
        };
        self.options.ordered && is_root(RelationKind::ThirdParty, from) && self.map.erp().iter().any(links)
    }

    /// Refuses rows that point at what goes by a declared key of which the map says nothing.
    pub(super) fn refuse_loose_keys(&mut self) -> Result<()> {
        for mapped in self.map.tables() {
            for key in &mapped.table.foreign_keys {
                let [column] = key.columns.as_slice() else { continue };
                if mapped.column(column).is_some_and(|found| found.rule.link.is_some()) {
                    continue;
                }
                let parent = key.parent_columns.first().cloned().unwrap_or_else(|| {
                    let parent = self.map.table(&key.parent);
                    parent.and_then(|parent| parent.table.primary_key.first().cloned()).unwrap_or_default()
                });
                let gone = self.rows.iter().filter(|((table, _), row)| {
                    table.eq_ignore_ascii_case(&key.parent) && row.act == Act::Delete
                });
                let values: Vec<Value> = gone.map(|(_, row)| row.value(&parent).clone()).collect();
                if values.is_empty() {
                    continue;
                }
                let mut points = false;
                let rows = &self.rows;
                read(self.data, mapped, column, &values, &mut |id, _| {
                    points |= rows.get(&id).is_none_or(|row| row.act != Act::Delete);
                    Ok(())
                })?;
                if points {
                    self.refused.insert(format!(
                        "{}.{column} points at what goes, and the map says neither owner nor link",
                        mapped.table.name
                    ));
                }
            }
        }
        Ok(())
    }
}
