//! Who belongs to whom: contacts to companies, and relations to the third parties of the ERP.

use super::places::rows;
use crate::fault::Result;
use crate::schema::{CompanyLink, CompleteMap, LinkTarget, RelationKind};
use crate::store::{Snapshot, Value, ValueRef};

/// By which end pairs are sought.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// All of them.
    All,
    /// Those of these contacts, by key.
    Contacts(&'a [Value]),
    /// Those of these companies, by key.
    Companies(&'a [Value]),
}

/// Shows each contact with its company, both by key. A contact may have several.
///
/// # Errors
/// Those of reading, and of `visit`.
pub fn pairs(
    map: &CompleteMap,
    by: By<'_>,
    data: &mut dyn Snapshot,
    visit: &mut dyn FnMut(Value, Value) -> Result<()>,
) -> Result<()> {
    let Some(contact) = map.relation(RelationKind::Contact) else { return Ok(()) };
    for link in &contact.company {
        let nothing = Vec::new();
        let (table, of_contact, of_company, filter) = match link {
            CompanyLink::Column(column) => (&contact.table, &contact.key, column, &nothing),
            CompanyLink::Table { table, contact, company, filter } => (table, contact, company, filter),
        };
        let mut columns = vec![of_contact.as_str(), of_company.as_str()];
        columns.extend(filter.iter().map(|(column, _)| column.as_str()));
        let (column, only) = match by {
            By::All => (of_contact, None),
            By::Contacts(keys) => (of_contact, Some(keys)),
            By::Companies(keys) => (of_company, Some(keys)),
        };
        rows(data, table, column, only, &columns, &mut |row| {
            let counts =
                row[2..].iter().zip(filter).all(|(value, (_, allowed))| allowed.contains(&value.to_value()));
            let linked = !matches!(row[0], ValueRef::Null) && !matches!(row[1], ValueRef::Null);
            if counts && linked { visit(row[0].to_value(), row[1].to_value()) } else { Ok(()) }
        })?;
    }
    Ok(())
}

/// Each relation of a kind that is linked to a third party, with that party's key.
///
/// # Errors
/// Those of reading.
pub fn third_parties(
    kind: RelationKind,
    map: &CompleteMap,
    only: Option<&[Value]>,
    data: &mut dyn Snapshot,
) -> Result<Vec<(Value, Value)>> {
    let mut found = Vec::new();
    let (Some(relation), Some(third)) = (map.relation(kind), map.relation(RelationKind::ThirdParty)) else {
        return Ok(found);
    };
    for link in map.erp().iter().filter(|link| link.kind == kind) {
        let mut linked: Vec<(Value, Value)> = Vec::new();
        rows(data, &relation.table, &relation.key, only, &[&relation.key, &link.column], &mut |row| {
            if !matches!(row[1], ValueRef::Null) {
                linked.push((row[0].to_value(), row[1].to_value()));
            }
            Ok(())
        })?;
        let column = map.table(&relation.table).and_then(|mapped| mapped.column(&link.column));
        match column.and_then(|column| column.rule.link.as_ref()).map(|link| &link.target) {
            // Known by another column than its key: by its code.
            Some(LinkTarget::Value { table, column }) if table.eq_ignore_ascii_case(&third.table) => {
                let codes: Vec<Value> = linked.iter().map(|(_, code)| code.clone()).collect();
                let mut keys = Vec::new();
                data.find(&third.table, column, &codes, &[column, &third.key], &mut |row| {
                    keys.push((row[0].to_value(), row[1].to_value()));
                    Ok(())
                })?;
                for (own, code) in linked {
                    let of_code = keys.iter().filter(|(known, _)| *known == code);
                    found.extend(of_code.map(|(_, key)| (own.clone(), key.clone())));
                }
            }
            _ => found.extend(linked),
        }
    }
    Ok(found)
}
