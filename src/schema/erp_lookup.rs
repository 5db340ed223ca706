//! The link to the ERP, looked up in a live database.

use super::erp_roles::{ErpCompanies, ErpConnections, ErpKeys, ErpLink, ErpSections, ErpThirdParties};
use super::live::Live;
use super::live_roles::{Columns, columns_of, kind};
use super::roles::{RelationKind, RootErase};

/// The column of a linked kind of relation.
pub(super) fn link(live: &Live<'_>, written: &ErpLink) -> Option<ErpLink> {
    let root = kind(live, written.kind, &written.origin)?;
    // That the root table is not there is the relation's business.
    let table = live.catalog.table(&root.table)?;
    let columns = Columns { live, table, origin: &written.origin };
    Some(ErpLink {
        column: columns.one(&written.column),
        siret: columns.maybe(&written.siret),
        ..written.clone()
    })
}

/// Both sides of the link, as far as the map speaks of them.
pub(super) fn sections(live: &Live<'_>, written: &ErpSections) -> ErpSections {
    ErpSections {
        connections: written.connections.as_ref().and_then(|found| connections(live, found)),
        third_parties: written.third_parties.as_ref().and_then(|found| third_parties(live, found)),
        companies: written.companies.as_ref().and_then(|found| companies(live, found)),
        keys: written.keys.as_ref().and_then(|found| keys(live, found)),
    }
}

fn connections(live: &Live<'_>, written: &ErpConnections) -> Option<ErpConnections> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    let mut found = ErpConnections {
        table: columns.table.name.clone(),
        key: columns.one(&written.key),
        name: columns.one(&written.name),
        place: columns.one(&written.place),
        sealed: columns.one(&written.sealed),
        ..written.clone()
    };
    for (_, column) in found.columns() {
        *column = columns.maybe(column);
    }
    Some(found)
}

fn third_parties(live: &Live<'_>, written: &ErpThirdParties) -> Option<ErpThirdParties> {
    let root = kind(live, RelationKind::ThirdParty, &written.origin)?;
    let table = live.catalog.table(&root.table)?;
    let columns = Columns { live, table, origin: &written.origin };
    let mut found = ErpThirdParties { code: columns.one(&written.code), ..written.clone() };
    for (_, column) in found.columns() {
        *column = columns.maybe(column);
    }
    found.fields.iter_mut().for_each(|(_, column)| *column = columns.one(column));
    found.set.iter_mut().for_each(|(column, _)| *column = columns.one(column));
    if found.erased_at.is_some() && root.erase != RootErase::Blank {
        live.misfit(
            &written.origin,
            "`erased-at` needs a row that stays: [relations.third-party] erase = \"blank\"",
        );
    }
    Some(found)
}

fn companies(live: &Live<'_>, written: &ErpCompanies) -> Option<ErpCompanies> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    Some(ErpCompanies {
        table: columns.table.name.clone(),
        key: columns.one(&written.key),
        name: columns.one(&written.name),
        origin: written.origin.clone(),
    })
}

fn keys(live: &Live<'_>, written: &ErpKeys) -> Option<ErpKeys> {
    let columns = columns_of(live, &written.table, &written.origin)?;
    Some(ErpKeys {
        table: columns.table.name.clone(),
        key: columns.one(&written.key),
        company: columns.one(&written.company),
        name: columns.one(&written.name),
        digest: columns.one(&written.digest),
        created_at: columns.one(&written.created_at),
        last_used_at: columns.one(&written.last_used_at),
        revoked_at: columns.one(&written.revoked_at),
        origin: written.origin.clone(),
    })
}
