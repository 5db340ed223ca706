//! The demo, held in memory: what it promises, row by row.

use super::*;
use crate::fault::{Kind, Result, kind_of};
use crate::progress::Silence;
use crate::store::{Catalog, Health, Snapshot, Transaction, Value, ValueRef, Visit};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

type Row = BTreeMap<String, Value>;

/// A transaction that remembers what was added.
#[derive(Default, PartialEq)]
struct Memory(BTreeMap<String, Vec<Row>>);

impl Snapshot for Memory {
    fn catalog(&mut self) -> Result<Catalog> {
        unimplemented!("the demo does not ask")
    }
    fn count(&mut self, table: &str) -> Result<u64> {
        Ok(self.0.get(table).map_or(0, |rows| rows.len() as u64))
    }
    fn scan(&mut self, _: &str, _: &[&str], _: &mut Visit<'_>) -> Result<()> {
        unimplemented!("the demo does not read")
    }
    fn find(&mut self, _: &str, _: &str, _: &[Value], _: &[&str], _: &mut Visit<'_>) -> Result<()> {
        unimplemented!("the demo does not read")
    }
    fn search(&mut self, _: &str, _: &str, _: &[String], _: &[&str], _: &mut Visit<'_>) -> Result<()> {
        unimplemented!("the demo does not read")
    }
    fn health(&mut self) -> Result<Health> {
        unimplemented!("the demo does not ask")
    }

    fn integrity(&mut self) -> Result<Health> {
        unimplemented!("the demo does not ask")
    }
}

impl Transaction for Memory {
    fn insert(&mut self, table: &str, columns: &[&str], row: &[ValueRef<'_>]) -> Result<()> {
        assert_eq!(columns.len(), row.len());
        let cells = columns.iter().zip(row).map(|(column, value)| ((*column).to_owned(), value.to_value()));
        self.0.entry(table.to_owned()).or_default().push(cells.collect());
        Ok(())
    }
    fn update(&mut self, _: &str, _: &[(&str, Value)], _: &[(&str, Value)]) -> Result<u64> {
        unimplemented!("the demo only adds")
    }
    fn delete(&mut self, _: &str, _: &[(&str, Value)]) -> Result<u64> {
        unimplemented!("the demo only adds")
    }
    fn hold_keys_at_the_end(&mut self) -> Result<()> {
        Ok(())
    }
    fn commit(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

impl Memory {
    fn rows(&self, table: &str) -> &[Row] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// Every text of a column, NULLs left out.
    fn texts(&self, table: &str, column: &str) -> Vec<String> {
        let texts = self.rows(table).iter().filter_map(|row| text_of(row, column));
        texts.collect()
    }
}

fn text_of(row: &Row, column: &str) -> Option<String> {
    row.get(column).and_then(|value| value.borrow().as_str().map(str::to_owned))
}

fn number_of(row: &Row, column: &str) -> Option<i64> {
    match row.get(column) {
        Some(Value::Integer(number)) => Some(*number),
        _ => None,
    }
}

fn now() -> Timestamp {
    "2026-05-04T09:30:00Z".parse().unwrap()
}

fn demo(contacts: u64, seed: u64) -> (Memory, Filled) {
    let mut memory = Memory::default();
    let administrator = Administrator { login: "admin".to_owned(), hash: "$argon2id$".to_owned() };
    super::seed(&mut memory, &administrator, now()).unwrap();
    let filled = fill(&mut memory, contacts, seed, now(), &mut Silence).unwrap();
    (memory, filled)
}

#[test]
fn a_new_database_has_the_policy_on_and_one_administrator_who_must_change_the_password() {
    let mut memory = Memory::default();
    let administrator = Administrator { login: "marie".to_owned(), hash: "$argon2id$".to_owned() };
    super::seed(&mut memory, &administrator, now()).unwrap();
    let policy: BTreeMap<String, String> =
        memory.texts("setting", "name").into_iter().zip(memory.texts("setting", "value")).collect();
    assert_eq!(policy["password.minimum-length"], "8");
    assert_eq!(policy["password.minimum-classes"], "3");
    assert_eq!(policy["password.maximum-age-days"], "90");
    assert_eq!(policy["password.temporary-hours"], "72");
    let [user] = memory.rows("user") else { panic!("one user") };
    assert_eq!(text_of(user, "login").unwrap(), "marie");
    assert_eq!(number_of(user, "administrator"), Some(1));
    assert_eq!(number_of(user, "password_must_change"), Some(1));
    assert_eq!(text_of(user, "password_temporary_until").unwrap(), "2026-05-07T09:30:00Z");
}

#[test]
fn the_same_seed_makes_the_same_rows_and_another_seed_makes_others() {
    let (first, filled) = demo(150, 7);
    let (second, again) = demo(150, 7);
    assert!(first == second);
    assert_eq!(filled, again);
    assert!(demo(150, 8).0.rows("contact")[0] != first.rows("contact")[0]);
}

#[test]
fn there_are_as_many_contacts_as_were_asked_for_and_everything_else_in_proportion() {
    for contacts in [0, 1, 2, 9, 1_000] {
        let (memory, filled) = demo(contacts, 3);
        assert_eq!(memory.rows("contact").len() as u64, contacts);
        for (table, rows) in &filled.counts {
            let seeded = ["setting", "user", "user_template", "user_preference"].contains(table);
            assert!(memory.rows(table).len() as u64 == *rows || seeded, "{table}");
        }
    }
    let (memory, _) = demo(1_000, 3);
    for (table, least, most) in [
        ("company", 200, 300),
        ("lead", 150, 350),
        ("document", 230, 400),
        ("email", 1_250, 1_600),
        ("phone", 1_250, 1_700),
        ("address", 400, 800),
        ("note", 1_000, 1_700),
        ("communication", 1_500, 2_500),
        ("third_party", 60, 150),
        ("bank_account", 150, 300),
        ("opportunity", 100, 300),
        ("opportunity_history", 100, 500),
        ("relation_group_member", 700, 1_400),
    ] {
        let rows = memory.rows(table).len();
        assert!((least..=most).contains(&rows), "{rows} rows in {table}");
    }
}

#[test]
fn a_database_that_has_contacts_is_not_filled_again() {
    let (mut memory, _) = demo(5, 1);
    let error = fill(&mut memory, 5, 1, now(), &mut Silence).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Refused);
}

#[test]
fn every_link_leads_to_a_row_that_was_there_before() {
    let (memory, _) = demo(600, 11);
    let mut links = 0;
    for (table, rows) in &memory.0 {
        for (place, row) in rows.iter().enumerate() {
            for (column, value) in row {
                let Some(parent) = parent_of(table, column) else { continue };
                let Value::Integer(id) = value else { continue };
                links += 1;
                let parents = memory.rows(parent).len() as i64;
                let before = if parent == table { place as i64 } else { parents };
                assert!((1..=before).contains(id), "{table}.{column} {id} in {parent}");
            }
        }
    }
    assert!(links > 5_000);
}

/// Rows are numbered from 1 without a gap, so a number that is not above the count is there.
fn parent_of<'a>(table: &'a str, column: &str) -> Option<&'a str> {
    match column {
        "assigned_to" | "created_by" => Some("user"),
        "parent_id" => Some("company"),
        "merged_into" | "main_contact_id" | "converted_contact_id" => Some("contact"),
        "group_id" => Some("relation_group"),
        "template_id" => Some("user_template"),
        "user_id" => Some("user"),
        "company_id" => Some("company"),
        "contact_id" => Some("contact"),
        "lead_id" => Some("lead"),
        "third_party_id" => Some("third_party"),
        "opportunity_id" => Some("opportunity"),
        "communication_id" => Some("communication"),
        "erp_connection_id" => Some("erp_connection"),
        _ => {
            assert!(!column.ends_with("_id"), "{table}.{column} is a link that this test does not know");
            None
        }
    }
}

#[test]
fn what_is_unique_is_unique_with_case_folded() {
    let (memory, _) = demo(3_000, 5);
    for (table, column) in [
        ("email", "address"),
        ("user", "login"),
        ("user", "email"),
        ("company", "siret"),
        ("bank_account", "iban"),
        ("third_party", "code"),
        ("session", "token_digest"),
    ] {
        let all = memory.texts(table, column);
        let folded: BTreeSet<String> = all.iter().map(|text| text.to_lowercase()).collect();
        assert!(!all.is_empty());
        assert_eq!(folded.len(), all.len(), "{table}.{column}");
    }
}

#[test]
fn nothing_reaches_anybody() {
    let (memory, _) = demo(800, 2);
    let addresses = ["email.address", "lead.email", "third_party.email", "user.email"];
    for address in addresses.iter().flat_map(|place| {
        let (table, column) = place.split_once('.').unwrap();
        memory.texts(table, column)
    }) {
        let (local, host) = address.split_once('@').unwrap();
        assert!(!local.is_empty() && host.ends_with(".test"), "{address}");
        assert!(address.bytes().all(|byte| byte.is_ascii_graphic()), "{address}");
    }
    assert!(memory.texts("company", "website").iter().all(|url| url.ends_with(".test")));
    for number in memory.texts("phone", "e164") {
        assert!(number.len() == 12 && number.starts_with("+33") && &number[4..6] == "00", "{number}");
    }
}

#[test]
fn numbers_of_companies_and_accounts_validate() {
    let (memory, _) = demo(400, 4);
    let left_of_97 =
        |digits: &str| digits.bytes().fold(0, |left, digit| (left * 10 + u64::from(digit - b'0')) % 97);
    for siret in memory.texts("company", "siret") {
        let sum: u32 = siret
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, byte)| {
                let digit = u32::from(byte - b'0') << (place % 2);
                digit / 10 + digit % 10
            })
            .sum();
        assert!(siret.len() == 14 && sum.is_multiple_of(10), "{siret}");
    }
    for iban in memory.texts("bank_account", "iban") {
        assert_eq!(left_of_97(&format!("{}1527{}", &iban[4..], &iban[2..4])), 1, "{iban}");
    }
}

#[test]
fn notes_quote_the_name_of_the_contact_they_belong_to() {
    let (memory, _) = demo(500, 6);
    let contacts = memory.rows("contact");
    let (mut quoted, mut all) = (0, 0);
    for note in memory.rows("note") {
        let Some(contact) = number_of(note, "contact_id") else { continue };
        let family = text_of(&contacts[contact as usize - 1], "family_name").unwrap();
        all += 1;
        quoted += u64::from(text_of(note, "body").unwrap().contains(&family));
    }
    assert!(all > 400 && quoted * 100 > all * 98, "{quoted} of {all}");
}

#[test]
fn what_must_not_stand_in_a_note_stands_only_in_the_traps() {
    let (memory, _) = demo(3_000, 9);
    let trapped = |note: &&Row| text_of(note, "title").unwrap() == "À savoir";
    let traps = memory.rows("note").iter().filter(trapped).count();
    assert!((5..60).contains(&traps), "{traps} traps");
    for note in memory.rows("note").iter().filter(|note| !trapped(note)) {
        let body = text_of(note, "body").unwrap();
        assert!(!body.contains("sécurité sociale") && !body.contains("mot de passe"), "{body}");
    }
}

#[test]
fn an_audit_finds_some_of_each_kind_of_account() {
    let (memory, _) = demo(10, 1);
    let users = memory.rows("user");
    let count = |wanted: &dyn Fn(&Row) -> bool| users.iter().filter(|user| wanted(user)).count();
    let hash = |user: &Row| text_of(user, "password_hash");
    let at = |user: &Row, column: &str| text_of(user, column).unwrap_or_default();
    let is = |user: &Row, column: &str| number_of(user, column) == Some(1);
    assert_eq!(count(&|user| hash(user).is_none()), 1);
    assert_eq!(count(&|user| hash(user).is_some_and(|hash| hash.len() == 32)), 2);
    assert_eq!(count(&|user| hash(user).is_some_and(|hash| hash.contains("m=4096,"))), 1);
    assert_eq!(count(&|user| is(user, "password_never_expires")), 1);
    assert_eq!(count(&|user| is(user, "administrator") && number_of(user, "active") == Some(0)), 1);
    assert!(count(&|user| at(user, "password_changed_at").is_empty()) >= 3);
    assert!(
        count(&|user| !at(user, "password_changed_at").is_empty()
            && *at(user, "password_changed_at") < *"2026-02-03")
            >= 5
    );
    assert_eq!(
        count(&|user| !at(user, "password_temporary_until").is_empty() && !is(user, "password_must_change")),
        1
    );
    let hashes = memory.texts("user", "password_hash");
    let distinct: BTreeSet<&String> = hashes.iter().collect();
    assert_eq!(hashes.len() - distinct.len(), 2, "two pairs share a hash");
    let template = memory.texts("user_template", "password_hash");
    assert_eq!(hashes.iter().filter(|hash| template.contains(hash)).count(), 2);
}
