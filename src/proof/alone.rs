//! What can be told of an archive without its source: the database against the manifest, secrets, addresses that lead
//! to somebody.

use crate::archive::Manifest;
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::masking::{list_items, mail_hosts, reaches_nobody};
use crate::progress::Progress;
use crate::schema::Category;
use crate::store::{Catalog, Snapshot, Table, TableKind, ValueRef};
use std::collections::BTreeMap;

/// How often something was found in one column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Suspicion {
    /// Values that look like a hash, a key or a token.
    pub secrets: u64,
    /// Values of a masked address that lead to a real host, number or machine.
    pub reachable: u64,
}

/// What was found without the source.
#[derive(Debug, Default)]
pub struct Alone {
    /// How many values were looked at.
    pub values: u64,
    /// By table and column; only where something was found.
    pub columns: BTreeMap<(String, String), Suspicion>,
    /// Rows that break a rule of the schema, in the engine's words, and rows that point at nothing.
    pub broken: Vec<String>,
}

/// Checks a decoded archive: every page and index, every table and column that the manifest names, every row count,
/// every text.
///
/// # Errors
/// Damaged when the database or an index is, or the manifest tells of another database.
pub fn look(copy: &mut dyn Snapshot, manifest: &Manifest, progress: &mut dyn Progress) -> Result<Alone> {
    progress.stage("checking pages and indexes", None);
    let health = copy.integrity()?;
    let mut alone = Alone::default();
    alone.broken.extend(health.page_errors.into_iter().map(|(what, count)| format!("{what}: {count} times")));
    alone.broken.extend(health.dangling.into_iter().map(|((child, parent), count)| {
        format!("rows of {child} that point at no row of {parent}: {count}")
    }));
    let catalog = copy.catalog()?;
    hold_against_manifest(copy, &catalog, manifest)?;
    for table in catalog.data_tables().filter(|table| !matches!(table.kind, TableKind::Virtual(_))) {
        look_at_table(copy, table, manifest, progress, &mut alone)?;
    }
    Ok(alone)
}

fn hold_against_manifest(copy: &mut dyn Snapshot, catalog: &Catalog, manifest: &Manifest) -> Result<()> {
    let other = |what: String| {
        Fault::damaged(format!("the manifest is not this database's: {what}"))
            .hint("take another copy; nothing of this one can be trusted")
    };
    for told in &manifest.database.tables {
        let table =
            catalog.table(&told.name).ok_or_else(|| other(format!("there is no table {}", told.name)))?;
        // A search index that was made anew has the rows of the table that it indexes.
        let rows = if told.disposition == "rebuild" { told.rows } else { copy.count(&table.name)? };
        if rows != told.rows {
            return Err(other(format!("{} has {rows} rows and not {}", told.name, told.rows)).into());
        }
    }
    for table in catalog.data_tables() {
        if !manifest.database.tables.iter().any(|told| told.name.eq_ignore_ascii_case(&table.name)) {
            return Err(other(format!("it does not know the table {}", table.name)).into());
        }
    }
    for told in &manifest.columns {
        let table = catalog.table(&told.table);
        if table.and_then(|table| table.column(&told.column)).is_none() {
            return Err(other(format!("there is no column {}.{}", told.table, told.column)).into());
        }
    }
    Ok(())
}

fn look_at_table(
    copy: &mut dyn Snapshot,
    table: &Table,
    manifest: &Manifest,
    progress: &mut dyn Progress,
    alone: &mut Alone,
) -> Result<()> {
    progress.stage(&format!("looking at {}", table.name), None);
    let columns: Vec<&str> = table.stored().map(|column| column.name.as_str()).collect();
    let done: Vec<&str> = columns.iter().map(|column| done_to(manifest, &table.name, column)).collect();
    let mut found = vec![Suspicion::default(); columns.len()];
    let mut rows = 0u64;
    copy.scan(&table.name, &columns, &mut |row| {
        rows += 1;
        if rows.is_multiple_of(1024) {
            interrupt::check()?;
            progress.advance(1024);
        }
        for ((value, done), found) in row.iter().zip(&done).zip(&mut found) {
            let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = value else { continue };
            found.secrets += u64::from(is_secret(bytes));
            found.reachable += u64::from(value.as_str().is_some_and(|text| leads_somewhere(done, text)));
        }
        Ok(())
    })?;
    alone.values += rows * columns.len() as u64;
    let suspicious = columns.into_iter().zip(found).filter(|(_, found)| *found != Suspicion::default());
    alone.columns.extend(suspicious.map(|(column, found)| ((table.name.clone(), column.to_owned()), found)));
    Ok(())
}

/// What the manifest says was done to a column.
fn done_to<'a>(manifest: &'a Manifest, table: &str, column: &str) -> &'a str {
    let of_it = |told: &&crate::archive::Column| told.table == table && told.column == column;
    manifest.columns.iter().find(of_it).map(|told| told.done.as_str()).unwrap_or_default()
}

/// Whether a masked value leads to somebody. In texts, and where another column or a path decides, only mail addresses
/// can be told from the rest.
fn leads_somewhere(done: &str, text: &str) -> bool {
    match Category::from_word(done.split_whitespace().next().unwrap_or_default()) {
        Some(category @ (Category::Email | Category::Phone | Category::Url | Category::Ip)) => {
            list_items(text).any(|item| !reaches_nobody(category, item))
        }
        Some(Category::FreeText | Category::Login) => !reaches_nobody(Category::Email, text),
        Some(_) => false,
        None => {
            !done.is_empty() && mail_hosts(text).next().is_some() && !reaches_nobody(Category::Email, text)
        }
    }
}

/// How hashes, keys and tokens begin.
const MARKS: [&[u8]; 12] = [
    b"$argon2",
    b"$2a$",
    b"$2b$",
    b"$2y$",
    b"$pbkdf2",
    b"pbkdf2_",
    b"$scrypt$",
    b"$5$",
    b"$6$",
    b"$y$",
    b"{SSHA",
    b"-----BEGIN ",
];

/// Whether a value begins as a password hash, a key in PEM or a JSON web token does, or holds a private key.
fn is_secret(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    MARKS.iter().any(|mark| value.starts_with(mark))
        || is_web_token(value)
        || value.windows(PRIVATE_KEY.len()).any(|window| window == PRIVATE_KEY)
}

const PRIVATE_KEY: &[u8] = b"PRIVATE KEY-----";

/// Three parts in URL-safe base 64, the first of which is a JSON object.
fn is_web_token(value: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        !part.is_empty() && part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
    };
    let parts: Vec<&[u8]> = value.split(|byte| *byte == b'.').take(4).collect();
    value.starts_with(b"eyJ") && parts.len() == 3 && parts.iter().all(|part| is_part(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_beginnings() {
        for secret in [
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
            "$2y$10$abcdefghijklmnopqrstuv",
            "$pbkdf2-sha512$25000$salt$hash",
            "pbkdf2_sha256$260000$salt$hash",
            "-----BEGIN CERTIFICATE-----",
            "key: -----BEGIN RSA PRIVATE KEY-----\nMII",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        ] {
            assert!(is_secret(secret.as_bytes()), "{secret}");
        }
        for harmless in ["!", "", "$5 de remise", "Eyjafjallajökull. Un volcan. Loin", "eyJ.court", "BEGIN"]
        {
            assert!(!is_secret(harmless.as_bytes()), "{harmless}");
        }
    }

    #[test]
    fn addresses_are_judged_by_what_was_done_to_their_column() {
        assert!(leads_somewhere("email", "a@x.example, b@orange.fr"));
        assert!(leads_somewhere("free-text", "écrire à b@orange.fr"));
        assert!(leads_somewhere("json", r#"{"mail": "b@orange.fr"}"#));
        assert!(leads_somewhere("phone", "06 12 34 56 78") && leads_somewhere("ip", "82.64.1.1"));
        for (done, text) in [
            ("email", "a@x.example"),
            ("keep", "b@orange.fr"),
            ("", "b@orange.fr"),
            ("free-text", "06 12 34 56 78"),
        ] {
            assert!(!leads_somewhere(done, text), "{done}: {text}");
        }
    }
}
