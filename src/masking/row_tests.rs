//! What a row looks like when it has been masked.

use super::*;
use crate::fault::{Kind, kind_of};
use crate::masking::masker::tests::masker;
use crate::schema::{
    ColumnRule, Content, Derivation, Fit, JsonPath, JsonStep, MappedColumn, Neutralise, Origin, Rows,
};
use crate::store::{Column, Generated, Index, IndexPart, Table, TableKind};

fn origin() -> Origin {
    Origin { file: "test".into(), line: 1, column: 1, words: String::new() }
}

/// A table of text columns, each with its rule.
fn table(columns: &[(&str, ColumnRule)]) -> MappedTable {
    let column = |(name, _): &(&str, ColumnRule)| Column {
        name: (*name).into(),
        declared_type: "TEXT".into(),
        not_null: false,
        generated: Generated::No,
        collation: "BINARY".into(),
    };
    let mapped = |(name, rule): &(&str, ColumnRule)| MappedColumn {
        name: (*name).into(),
        rule: rule.clone(),
        by_type: false,
        by_table: false,
        origin: origin(),
    };
    MappedTable {
        table: Table {
            name: "person".into(),
            kind: TableKind::Plain,
            strict: false,
            columns: columns.iter().map(column).collect(),
            primary_key: Vec::new(),
            row_number: None,
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
            definition: String::new(),
        },
        rows: Rows::Copy,
        origin: origin(),
        columns: columns.iter().map(mapped).collect(),
        derived: Vec::new(),
        history: None,
        quasi: Vec::new(),
        neutralise: Vec::new(),
    }
}

fn unique(columns: &[&str], collation: &str) -> Index {
    let part = |name: &&str| IndexPart {
        column: Some((*name).into()),
        expression: false,
        collation: collation.into(),
    };
    let parts = columns.iter().map(part).collect();
    Index { name: "u".into(), unique: true, partial: false, parts, definition: None }
}

fn content(content: Content) -> ColumnRule {
    ColumnRule { content, ..ColumnRule::of(Category::Keep) }
}

fn masked(mapped: &MappedTable, row: &[ValueRef<'_>]) -> Vec<String> {
    let rows = RowMasker::new(masker(), mapped).expect("a plan");
    let out = InOrder::of(&rows, mapped).mask(row).expect("masked");
    out.iter().map(|value| text_of(value.borrow()).into_owned()).collect()
}

/// Rows that are masked and settled one after the other.
struct InOrder<'a> {
    rows: &'a RowMasker<'a>,
    settler: Settler<'a>,
    tallies: Vec<Tally>,
}

impl<'a> InOrder<'a> {
    fn of(rows: &'a RowMasker<'a>, mapped: &MappedTable) -> Self {
        InOrder { rows, settler: rows.settler(mapped, 0, Path::new(".")), tallies: Vec::new() }
    }

    fn mask(&mut self, row: &[ValueRef<'_>]) -> Result<Vec<Value>> {
        let mut out = Vec::new();
        self.rows.mask(row, &mut out, &mut self.tallies)?;
        let masks: Vec<ValueRef<'_>> = out.iter().map(Mask::borrow).collect();
        let again = self.settler.settle(row, &masks, &mut self.tallies)?;
        Ok(again.as_ref().unwrap_or(&out).iter().map(|mask| mask.borrow().to_value()).collect())
    }
}

fn text(text: &str) -> ValueRef<'_> {
    ValueRef::Text(text.as_bytes())
}

#[test]
fn what_is_kept_goes_across_bit_by_bit_and_nothing_stays_nothing() {
    let mapped =
        table(&[("note", ColumnRule::of(Category::Keep)), ("name", ColumnRule::of(Category::FullName))]);
    let rows = RowMasker::new(masker(), &mapped).expect("a plan");
    let mut rows = InOrder::of(&rows, &mapped);
    let out = rows.mask(&[ValueRef::Text(b"\xff\0\x1b"), ValueRef::Null]).expect("masked");
    assert_eq!(out, [Value::Text(b"\xff\0\x1b".to_vec()), Value::Null]);
    let out = rows.mask(&[ValueRef::Blob(b"\xff"), text("  ")]).expect("masked");
    assert_eq!(out, [Value::Blob(b"\xff".to_vec()), "  ".into()]);
    assert_eq!((rows.tallies[0].kept, rows.tallies[1].empty, rows.tallies[1].masked), (2, 1, 0));
}

#[test]
fn the_original_of_another_column_decides() {
    let when = [("email".to_owned(), Category::Email), ("phone".to_owned(), Category::Phone)].into();
    let by = Content::ByColumn { column: "type".into(), when, otherwise: Category::Blank };
    let mapped = table(&[("value", content(by)), ("type", ColumnRule::of(Category::Keep))]);
    assert!(masked(&mapped, &[text("m.durand@acme.fr"), text("email")])[0].ends_with(".example"));
    assert!(masked(&mapped, &[text("0612345678"), text("phone")])[0].starts_with("063998"));
    assert_eq!(masked(&mapped, &[text("Durand"), text("other")])[0], "");
}

#[test]
fn postcode_and_town_come_out_as_one_commune() {
    let with = |category, with: &str| ColumnRule {
        fit: Fit { with: Some(with.into()), ..Fit::default() },
        ..ColumnRule::of(category)
    };
    let mapped = table(&[("code", with(Category::Postcode, "city")), ("city", with(Category::Town, "code"))]);
    let out = masked(&mapped, &[text("31000"), text("TOULOUSE")]);
    let real = |commune: &&crate::words::Commune| {
        commune.postcode == out[0] && commune.name.to_uppercase() == out[1]
    };
    assert_eq!(crate::words::communes().iter().filter(real).count(), 1, "{out:?}");
    assert_eq!(masked(&mapped, &[text("31000"), ValueRef::Null])[0], out[0]);
}

#[test]
fn computed_columns_follow_the_masks_in_the_order_they_need() {
    let derived = |how, from: &str| content(Content::Derived { how, from: vec![from.into()] });
    let template = Derivation::Template("{first} {last}".into());
    let mapped = table(&[
        ("upper", derived(Derivation::Upper, "whole")),
        ("whole", content(Content::Derived { how: template, from: Vec::new() })),
        ("first", ColumnRule::of(Category::GivenName)),
        ("last", ColumnRule::of(Category::FamilyName)),
    ]);
    let out = masked(&mapped, &[text("MARIE DURAND"), text("Marie Durand"), text("Marie"), text("Durand")]);
    assert_eq!(out[1], format!("{} {}", out[2], out[3]));
    assert_eq!(out[0], out[1].to_uppercase());
    let circle = table(&[("a", derived(Derivation::Copy, "b")), ("b", derived(Derivation::Copy, "a"))]);
    let fault = RowMasker::new(masker(), &circle).err().expect("a circle");
    assert_eq!(kind_of(&fault), Kind::Refused);
}

#[test]
fn json_that_is_none_is_emptied() {
    let path = JsonPath(vec![JsonStep::Key("name".into())]);
    let json = Content::Json { paths: vec![(path, Category::FullName)], otherwise: Category::Blank };
    let mut mapped = table(&[("data", content(json))]);
    assert!(masked(&mapped, &[text(r#"{"name":"Marie Durand"}"#)])[0].starts_with(r#"{"name":""#));
    assert_eq!(masked(&mapped, &[text("{Marie")])[0], "");
    mapped.table.columns[0].not_null = true;
    assert_eq!(masked(&mapped, &[text("{Marie")])[0], "{}");
}

#[test]
fn a_column_kept_by_its_type_refuses_anything_else_without_saying_what() {
    let mut mapped = table(&[("number", ColumnRule::of(Category::Keep))]);
    mapped.columns[0].by_type = true;
    mapped.table.columns[0].declared_type = "INTEGER".into();
    let rows = RowMasker::new(masker(), &mapped).expect("a plan");
    let mut rows = InOrder::of(&rows, &mapped);
    let fault = rows.mask(&[text("Durand")]).expect_err("refused");
    assert_eq!(kind_of(&fault), Kind::Refused);
    assert_eq!(fault.to_string(), "person.number is kept by its type INTEGER, but holds text");
    assert!(rows.mask(&[ValueRef::Integer(7)]).is_ok());
}

#[test]
fn secrets_are_null_or_what_the_map_says_or_a_token() {
    let secret = |fit: Fit| ColumnRule { fit, ..ColumnRule::of(Category::Secret) };
    let hash = "3f9a1c00ff3f9a1c00ff";
    let marker = Fit { blank_is: Some("!".into()), ..Fit::default() };
    let mut mapped = table(&[("hash", secret(marker))]);
    assert_eq!(masked(&mapped, &[text(hash)])[0], "");
    mapped.table.columns[0].not_null = true;
    assert_eq!(masked(&mapped, &[text(hash)])[0], "!");
    let mut mapped = table(&[("token", secret(Fit::default()))]);
    mapped.table.columns[0].not_null = true;
    assert_eq!(masked(&mapped, &[text(hash)])[0], "");
    mapped.table.indexes.push(unique(&["token"], "BINARY"));
    let token = &masked(&mapped, &[text(hash)])[0];
    assert!(token.len() == hash.len() && token.bytes().all(|b| b.is_ascii_hexdigit()) && token != hash);
}

#[test]
fn a_copy_does_nothing_by_itself() {
    let mut mapped =
        table(&[("active", ColumnRule::of(Category::Keep)), ("kind", ColumnRule::of(Category::Keep))]);
    let only = vec![("kind".to_owned(), vec!["smtp".into()])];
    mapped.neutralise.push(Neutralise { set: vec![("active".into(), Value::Integer(0))], only });
    assert_eq!(masked(&mapped, &[ValueRef::Integer(1), text("smtp")])[0], "0");
    assert_eq!(masked(&mapped, &[ValueRef::Integer(1), text("other")])[0], "1");
}

#[test]
fn rows_that_must_differ_do_differ() {
    let mut mapped =
        table(&[("kind", ColumnRule::of(Category::Keep)), ("phone", ColumnRule::of(Category::Phone))]);
    mapped.columns[1].rule.fit.valid = true;
    mapped.table.indexes.push(unique(&["kind", "phone"], "NOCASE"));
    let rows = RowMasker::new(masker(), &mapped).expect("a plan");
    let mut rows = InOrder::of(&rows, &mapped);
    let mut seen = std::collections::HashSet::new();
    for number in 0..3_000 {
        let phone = format!("01{number:08}");
        let out = rows.mask(&[text("work"), text(&phone)]).expect("masked");
        assert!(seen.insert(text_of(out[1].borrow()).into_owned()));
    }
}

#[test]
fn names_that_must_be_unique_and_differ_by_case_only_stay_apart() {
    for category in
        [Category::CompanyName, Category::GivenName, Category::Email, Category::Town, Category::Bic]
    {
        let mut mapped = table(&[("name", ColumnRule::of(category))]);
        mapped.table.columns[0].declared_type = "VARCHAR(30)".into();
        mapped.table.indexes.push(unique(&["name"], "BINARY"));
        let rows = RowMasker::new(masker(), &mapped).expect("a plan");
        let mut rows = InOrder::of(&rows, &mapped);
        let mut seen = std::collections::HashSet::new();
        for number in 0..1_000 {
            for name in [format!("acme{number}@x.fr"), format!("ACME{number}@x.fr")] {
                let out = rows.mask(&[text(&name)]).expect("masked");
                let mask = text_of(out[0].borrow()).into_owned();
                assert!(mask.chars().count() <= 30, "{mask}");
                assert!(seen.insert(mask), "{category}");
            }
        }
    }
}

#[test]
fn a_million_addresses_and_logins_stay_distinct_whatever_their_case() {
    // A tenth of them, unless everything is asked for.
    let count = if std::env::var_os("CRM_ADMIN_FULL").is_some() { 1_000_000 } else { 100_000 };
    for category in [Category::Email, Category::Login] {
        let mut mapped = table(&[("x", ColumnRule::of(category))]);
        mapped.table.indexes.push(unique(&["x"], "NOCASE"));
        let rows = RowMasker::new(masker(), &mapped).expect("a plan");
        let mut rows = InOrder::of(&rows, &mapped);
        let mut seen = std::collections::HashSet::new();
        for number in 0..count {
            let host = if category == Category::Email { "@acme.fr" } else { "" };
            let out = rows.mask(&[text(&format!("marie.durand{number}{host}"))]).expect("masked");
            assert!(seen.insert(text_of(out[0].borrow()).to_ascii_lowercase()), "{category} {number}");
        }
    }
}

#[test]
fn numbers_of_a_unique_column_stay_numbers_and_stay_apart() {
    let mut mapped = table(&[("x", ColumnRule::of(Category::Phone))]);
    mapped.table.indexes.push(unique(&["x"], "BINARY"));
    let rows = RowMasker::new(masker(), &mapped).expect("a plan");
    let mut rows = InOrder::of(&rows, &mapped);
    let mut seen = std::collections::HashSet::new();
    for number in 0..20_000 {
        let out = rows.mask(&[ValueRef::Integer(600_000_000 + number)]).expect("masked");
        let Value::Integer(mask) = out[0] else { panic!("no number") };
        assert!(seen.insert(mask) && mask > 999_000_000_000_000);
    }
}
