//! The section about the ERP: `[erp]`, with what each side of the link says below it.

use super::super::erp_roles::{ErpCompanies, ErpConnections, ErpKeys, ErpLink, ErpSections, ErpThirdParties};
use super::super::roles::RelationKind;
use super::cursor::{Entry, Fields};

/// Reads `[erp]`: the linked kinds of relations, and the sides of the link.
pub(super) fn erp(fields: &mut Fields<'_>) -> (Vec<ErpLink>, ErpSections) {
    let Some(mut section) = fields.take("erp").and_then(|entry| entry.fields()) else {
        return (Vec::new(), ErpSections::default());
    };
    let mut links = Vec::new();
    for (word, kind) in RelationKind::WORDS {
        links.extend(section.take(word).and_then(|entry| link(*kind, &entry)));
    }
    let sections = ErpSections {
        connections: section.take("connections").and_then(|entry| connections(&entry)),
        third_parties: section.take("third-parties").and_then(|entry| third_parties(&entry)),
        companies: section.take("companies").and_then(|entry| companies(&entry)),
        keys: section.take("keys").and_then(|entry| keys(&entry)),
    };
    section.finish();
    (links, sections)
}

fn link(kind: RelationKind, entry: &Entry<'_>) -> Option<ErpLink> {
    let mut fields = entry.fields()?;
    let column = fields.need("column").and_then(|entry| entry.text());
    let siret = fields.text("siret");
    fields.finish();
    Some(ErpLink { kind, column: column?, siret, origin: entry.origin("[erp]") })
}

fn need(fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
    fields.need(key).and_then(|entry| entry.text())
}

/// The entries of a table whose keys are names.
fn named<'t>(fields: &mut Fields<'t>, key: &'static str) -> Vec<Entry<'t>> {
    fields.take(key).and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default()
}

fn connections(entry: &Entry<'_>) -> Option<ErpConnections> {
    let mut fields = entry.fields()?;
    let mut name = |key| need(&mut fields, key);
    let (table, key, label) = (name("table"), name("key"), name("name"));
    let (place, sealed) = (name("place"), name("sealed-key"));
    let mut read = ErpConnections {
        table: table.unwrap_or_default(),
        key: key.unwrap_or_default(),
        name: label.unwrap_or_default(),
        place: place.unwrap_or_default(),
        sealed: sealed.unwrap_or_default(),
        synced_at: None,
        created_at: None,
        enabled: None,
        login: None,
        password: None,
        origin: entry.origin_as("[erp.connections]"),
    };
    for (word, column) in read.columns() {
        *column = fields.text(word);
    }
    fields.finish();
    Some(read)
}

fn third_parties(entry: &Entry<'_>) -> Option<ErpThirdParties> {
    let mut fields = entry.fields()?;
    let mut read = ErpThirdParties {
        code: need(&mut fields, "code").unwrap_or_default(),
        connection: None,
        company: None,
        created_at: None,
        changed_at: None,
        erased_at: None,
        acknowledged_at: None,
        fields: Vec::new(),
        set: Vec::new(),
        origin: entry.origin_as("[erp.third-parties]"),
    };
    for (word, column) in read.columns() {
        *column = fields.text(word);
    }
    let known = named(&mut fields, "fields");
    read.fields = known.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.text()?))).collect();
    let set = named(&mut fields, "set");
    read.set = set.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored()?))).collect();
    fields.finish();
    Some(read)
}

fn companies(entry: &Entry<'_>) -> Option<ErpCompanies> {
    let mut fields = entry.fields()?;
    let mut name = |key| need(&mut fields, key);
    let (table, key, label) = (name("table"), name("key"), name("name"));
    fields.finish();
    Some(ErpCompanies { table: table?, key: key?, name: label?, origin: entry.origin_as("[erp.companies]") })
}

fn keys(entry: &Entry<'_>) -> Option<ErpKeys> {
    let mut fields = entry.fields()?;
    let mut name = |key| need(&mut fields, key).unwrap_or_default();
    let read = ErpKeys {
        table: name("table"),
        key: name("key"),
        company: name("company"),
        name: name("name"),
        digest: name("digest"),
        created_at: name("created-at"),
        last_used_at: name("last-used-at"),
        revoked_at: name("revoked-at"),
        origin: entry.origin_as("[erp.keys]"),
    };
    fields.finish();
    Some(read)
}
