//! The sections about who logs in, what a relation is, and how long it may stay.

use super::super::complete::Neutralise;
use super::super::names::toml_key;
use super::super::period::Period;
use super::super::roles::*;
use super::cursor::{Entry, Fields};

/// Reads every role.
pub(super) fn roles(fields: &mut Fields<'_>) -> Roles {
    Roles {
        accounts: named(fields, "accounts", accounts),
        relations: by_kind(fields, "relations", relation),
        objection: by_kind(fields, "objection", objection),
        erp: by_kind(fields, "erp", erp_link),
        retention: by_kind(fields, "retention", retention),
        neutralise: named(fields, "neutralise", neutralise),
        restored: named(fields, "restored", restored),
    }
}

fn named<T>(fields: &mut Fields<'_>, key: &'static str, read: fn(&Entry<'_>) -> Option<T>) -> Vec<T> {
    let entries = fields.take(key).and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    entries.iter().filter_map(read).collect()
}

fn by_kind<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: fn(RelationKind, &Entry<'_>, Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(mut section) = fields.take(key).and_then(|entry| entry.fields()) else { return Vec::new() };
    let mut roles = Vec::new();
    for (word, kind) in RelationKind::WORDS {
        if let Some(entry) = section.take(word)
            && let Some(fields) = entry.fields()
        {
            roles.extend(read(*kind, &entry, fields));
        }
    }
    section.finish();
    roles
}

/// `where = { column = value or list }`.
fn filter(fields: &mut Fields<'_>) -> Filter {
    let entries = fields.take("where").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored_list()?))).collect()
}

fn accounts(entry: &Entry<'_>) -> Option<Accounts> {
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
        hash: fields.take("hash").and_then(|entry| hash(&entry)),
        active: fields.take("active").and_then(|entry| active(&entry)),
        administrator: fields.take("administrator").and_then(|entry| administrator(&entry)),
        must_change: fields.take("must-change").and_then(|entry| must_change(&entry)),
        changed_at: fields.text("changed-at"),
        temporary_until: fields.text("temporary-until"),
        last_login: fields.text("last-login"),
        template: fields.text("template"),
        temporary: fields.take("temporary").and_then(|entry| temporary(&entry)),
        end_sessions: sessions(&mut fields),
        origin: entry.origin_as(format!("[accounts.{}]", toml_key(entry.key))),
    };
    fields.finish();
    Some(Accounts { table: table?, key: key?, login: login?, ..read })
}

fn hash(entry: &Entry<'_>) -> Option<HashColumn> {
    let mut fields = entry.fields()?;
    fields.not_yet(&["salt", "salt-file"]);
    let column = fields.need("column").and_then(|entry| entry.text());
    let schemes = fields.need("schemes").and_then(|entry| entry.texts());
    let prehash = fields.take("prehash").and_then(|entry| entry.word(&[("md5-hex", Prehash::Md5Hex)]));
    let prefix = fields.text("prefix");
    fields.finish();
    Some(HashColumn { column: column?, schemes: schemes?, prehash, prefix })
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
    let session = |mut fields: Fields<'_>| {
        let table = fields.need("table").and_then(|entry| entry.text());
        let by = fields.need("by").and_then(|entry| entry.text());
        fields.finish();
        Some(SessionTable { table: table?, by: by?, holds: AccountName::Key })
    };
    tables.into_iter().filter_map(session).collect()
}

fn relation(kind: RelationKind, entry: &Entry<'_>, mut fields: Fields<'_>) -> Option<Relation> {
    fields.not_yet(&["tenant"]);
    let table = fields.need("table").and_then(|entry| entry.text());
    let key = fields.need("key").and_then(|entry| entry.text());
    let label = fields.text("label");
    let filter = filter(&mut fields);
    let has = fields.take("has").and_then(|entry| has_child(&entry));
    let unless = fields.take("unless").and_then(|entry| {
        let other = entry.word(RelationKind::WORDS)?;
        if other == kind {
            entry.complain("a kind cannot be unless itself");
        }
        Some(other)
    });
    let words = [("delete", RootErase::Delete), ("blank", RootErase::Blank)];
    let erase = fields.take("erase").and_then(|entry| entry.word(&words)).unwrap_or(RootErase::Delete);
    fields.finish();
    let origin = entry.origin_as(format!("[relations.{}]", kind.word()));
    Some(Relation { kind, table: table?, key: key?, label, filter, has, unless, erase, origin })
}

fn has_child(entry: &Entry<'_>) -> Option<HasChild> {
    let mut fields = entry.fields()?;
    let table = fields.need("table").and_then(|entry| entry.text());
    let by = fields.text("by").unwrap_or_default();
    let filter = filter(&mut fields);
    fields.finish();
    Some(HasChild { table: table?, by, filter })
}

fn objection(kind: RelationKind, entry: &Entry<'_>, mut fields: Fields<'_>) -> Option<Objection> {
    let table = fields.need("table").and_then(|entry| entry.text());
    let sign = match fields.take("present") {
        Some(present) => {
            if present.truth() == Some(false) {
                present.complain("`present` is true or not there");
            }
            Some(ObjectionSign::Present)
        }
        None => objection_flag(&mut fields),
    };
    fields.finish();
    let origin = entry.origin_as(format!("[objection.{}]", kind.word()));
    Some(Objection { kind, table: table?, sign: sign?, origin })
}

fn objection_flag(fields: &mut Fields<'_>) -> Option<ObjectionSign> {
    let flag = fields.need("flag").and_then(|entry| entry.text());
    let words = [("may-be-mailed", true), ("objected", false)];
    let welcome = fields.need("means").and_then(|entry| entry.word(&words));
    let flag = flag?;
    Some(if welcome? { ObjectionSign::MayBeMailed(flag) } else { ObjectionSign::Objected(flag) })
}

fn erp_link(kind: RelationKind, entry: &Entry<'_>, mut fields: Fields<'_>) -> Option<ErpLink> {
    let column = fields.need("column").and_then(|entry| entry.text());
    fields.finish();
    Some(ErpLink { kind, column: column?, origin: entry.origin("[erp]") })
}

fn retention(kind: RelationKind, entry: &Entry<'_>, mut fields: Fields<'_>) -> Option<Retention> {
    let after = fields.need("after").and_then(|entry| {
        let period = Period::parse(&entry.text()?);
        if period.is_none() {
            entry.complain("`after` is a time such as \"3 years\"");
        }
        period
    });
    let since = fields.need("since").and_then(|entry| since(&entry));
    let reason = fields.need("reason").and_then(|entry| entry.text());
    fields.finish();
    let origin = entry.origin_as(format!("[retention.{}]", kind.word()));
    Some(Retention { kind, after: after?, since: since?, reason: reason?, origin })
}

fn since(entry: &Entry<'_>) -> Option<Since> {
    let mut fields = entry.fields()?;
    let table = fields.need("table").and_then(|entry| entry.text());
    let column = fields.need("column").and_then(|entry| entry.text());
    let filter = filter(&mut fields);
    fields.finish();
    Some(Since { table: table?, column: column?, filter })
}

fn neutralise(entry: &Entry<'_>) -> Option<NeutraliseTable> {
    let mut fields = entry.fields()?;
    let is_long = fields.has_table("set") && fields.only_has(&["set", "only"]);
    let (set, only) = match is_long {
        true => {
            let set = fields.take("set")?.fields()?.rest();
            let only =
                fields.take("only").and_then(|entry| entry.fields()).map(Fields::rest).unwrap_or_default();
            (set, only)
        }
        false => (fields.rest(), Vec::new()),
    };
    if set.is_empty() {
        entry.complain("nothing is set");
    }
    let set = set.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored()?))).collect();
    let only = only.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored_list()?))).collect();
    let what = Neutralise { set, only };
    Some(NeutraliseTable { table: entry.key.to_owned(), what, origin: entry.origin("[neutralise]") })
}

fn restored(entry: &Entry<'_>) -> Option<RestoredMark> {
    let row = entry.fields()?.rest();
    if row.is_empty() {
        entry.complain("the row has no values");
    }
    let row = row.iter().filter_map(|entry| Some((entry.key.to_owned(), entry.stored()?))).collect();
    Some(RestoredMark { table: entry.key.to_owned(), row, origin: entry.origin("[restored]") })
}
