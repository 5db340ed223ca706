//! The sections about who logs in, and by which policy.

use super::super::names::toml_key;
use super::super::roles::*;
use super::cursor::{Entry, Fields};
use super::organisation::lookup;

/// `[accounts.NAME]`.
pub(super) fn accounts(entry: &Entry<'_>) -> Option<Accounts> {
    let mut fields = entry.fields()?;
    fields.not_yet(&["tenant"]);
    let table = fields.need("table").and_then(|entry| entry.text());
    let key = fields.need("key").and_then(|entry| entry.text());
    let login = fields.need("login").and_then(|entry| entry.text());
    let read = Accounts {
        name: entry.key.to_owned(),
        table: String::new(),
        key: String::new(),
        login: String::new(),
        full_name: fields.text("name"),
        email: fields.text("email"),
        salt: None,
        hash: None,
        active: fields.take("active").and_then(|entry| active(&entry)),
        administrator: fields.take("administrator").and_then(|entry| administrator(&entry)),
        must_change: fields.take("must-change").and_then(|entry| must_change(&entry)),
        changed_at: fields.text("changed-at"),
        temporary_until: fields.text("temporary-until"),
        never_expires: fields.text("never-expires"),
        second_factor: fields.text("second-factor"),
        service: fields.text("service"),
        created_at: fields.text("created-at"),
        last_login: fields.text("last-login"),
        template: fields.text("template"),
        templates: fields.take("templates").and_then(|entry| templates(&entry)),
        create: fields.take("create").and_then(|entry| creation(&entry)),
        temporary: fields.take("temporary").and_then(|entry| temporary(&entry)),
        exclude_objected: fields.take("exclude-objected").and_then(|entry| preference(&entry)),
        end_sessions: sessions(&mut fields),
        origin: entry.origin_as(format!("[accounts.{}]", toml_key(entry.key))),
    };
    let hash = fields.take("hash").and_then(|entry| hash(&entry));
    fields.finish();
    let (hash, salt) = hash.map_or((None, None), |(hash, salt)| (Some(hash), salt));
    Some(Accounts { table: table?, key: key?, login: login?, hash, salt, ..read })
}

fn hash(entry: &Entry<'_>) -> Option<(HashColumn, Option<SiteSalt>)> {
    let mut fields = entry.fields()?;
    let column = fields.need("column").and_then(|entry| entry.text());
    let schemes = fields.need("schemes").and_then(|entry| entry.texts());
    let prehash = fields.take("prehash").and_then(|entry| entry.word(&[("md5-hex", Prehash::Md5Hex)]));
    let prefix = fields.text("prefix");
    let shipped = fields.take("shipped").and_then(|entry| entry.texts()).unwrap_or_default();
    let place = match (fields.take("salt"), fields.take("salt-file")) {
        (Some(row), None) => lookup(&row).map(SaltPlace::Row),
        (None, Some(file)) => file.path().map(SaltPlace::File),
        (Some(_), Some(file)) => {
            file.complain("a site has one salt: say `salt` or `salt-file`");
            None
        }
        (None, None) => None,
    };
    fields.finish();
    let column = HashColumn { column: column?, schemes: schemes?, prehash, prefix, shipped };
    Some((column, place.map(|place| SiteSalt { place, found: None })))
}

fn active(entry: &Entry<'_>) -> Option<ActiveFlag> {
    if !entry.is_table() {
        return Some(ActiveFlag { column: entry.text()?, inverted: false });
    }
    let mut fields = entry.fields()?;
    let column = fields.need("column").and_then(|entry| entry.text());
    let means = fields.need("means").and_then(|entry| entry.word(&[("active", false), ("disabled", true)]));
    fields.finish();
    Some(ActiveFlag { column: column?, inverted: means? })
}

fn administrator(entry: &Entry<'_>) -> Option<Administrator> {
    if !entry.is_table() {
        return entry.text().map(Administrator::Column);
    }
    let mut fields = entry.fields()?;
    let mut name = |key| fields.need(key).and_then(|entry| entry.text());
    let (table, user, group) = (name("table"), name("user"), name("group"));
    let is = fields.need("is").and_then(|entry| entry.stored_list());
    fields.finish();
    Some(Administrator::Group { table: table?, user: user?, group: group?, is: is? })
}

fn must_change(entry: &Entry<'_>) -> Option<MustChange> {
    if !entry.is_table() {
        return entry.text().map(MustChange::Column);
    }
    let mut fields = entry.fields()?;
    let instead =
        fields.need("instead").and_then(|entry| entry.word(&[("temporary", true), ("invalidate", false)]));
    fields.finish();
    Some(if instead? { MustChange::Temporary } else { MustChange::Invalidate })
}

fn temporary(entry: &Entry<'_>) -> Option<TemporaryPassword> {
    let mut fields = entry.fields()?;
    let column = fields.need("column").and_then(|entry| entry.text());
    let clear = fields.need("stored").and_then(|entry| entry.word(&[("clear", true), ("hash", false)]));
    let until = fields.text("until");
    fields.finish();
    Some(TemporaryPassword { column: column?, clear: clear?, until })
}

fn sessions(fields: &mut Fields<'_>) -> Vec<SessionTable> {
    let tables = fields.take("end-sessions").map(|entry| entry.tables()).unwrap_or_default();
    let session = |(table, by)| SessionTable { table, by, holds: AccountName::Key };
    tables.into_iter().filter_map(table_by).map(session).collect()
}

/// `{ table, by, column }`: a table, its column that names the account, and the column of the wish.
fn preference(entry: &Entry<'_>) -> Option<PreferencePlace> {
    let mut fields = entry.fields()?;
    let mut name = |key| fields.need(key).and_then(|entry| entry.text());
    let (table, by, column) = (name("table"), name("by"), name("column"));
    fields.finish();
    Some(PreferencePlace { table: table?, by: by?, column: column? })
}

/// `{ table, by }`: a table, and its column that names the account.
fn table_by(mut fields: Fields<'_>) -> Option<(String, String)> {
    let table = fields.need("table").and_then(|entry| entry.text());
    let by = fields.need("by").and_then(|entry| entry.text());
    fields.finish();
    Some((table?, by?))
}

fn templates(entry: &Entry<'_>) -> Option<Templates> {
    let mut fields = entry.fields()?;
    let mut name = |key| fields.need(key).and_then(|entry| entry.text());
    let (table, key, label) = (name("table"), name("key"), name("name"));
    let mut read = Templates {
        table: table?,
        key: key?,
        label: label?,
        minimum_length: None,
        minimum_classes: None,
        maximum_age_days: None,
        must_change: None,
        never_expires: None,
        administrator: None,
        hash: None,
    };
    for (word, column) in read.columns() {
        *column = fields.text(word);
    }
    fields.finish();
    Some(read)
}

fn creation(entry: &Entry<'_>) -> Option<Creation> {
    let mut fields = entry.fields()?;
    let given_name = fields.text("given-name");
    let family_name = fields.text("family-name");
    let set = fields.take("set").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    let set = set.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored()?))).collect();
    let tables = fields.take("also").map(|entry| entry.tables()).unwrap_or_default();
    let also = tables.into_iter().filter_map(table_by).collect();
    fields.finish();
    Some(Creation { given_name, family_name, set, also })
}

/// `[policy]`.
pub(super) fn policy(entry: &Entry<'_>) -> Option<PolicyPlace> {
    let mut fields = entry.fields()?;
    let mut need = |key| fields.need(key).and_then(|entry| entry.text());
    let (table, name, value) = (need("table"), need("name"), need("value"));
    let prefix = fields.take("prefix").and_then(|entry| entry.any_text()).unwrap_or_default();
    fields.finish();
    let origin = entry.origin_as("[policy]");
    Some(PolicyPlace { table: table?, name: name?, value: value?, prefix, origin })
}
