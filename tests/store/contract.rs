//! The contract, in words that are no engine's. An engine passes it by making the two tables below in its own way and
//! calling [`hold`].
//!
//! `person`: `id` whole number, key, counts for ever; `name` text, not NULL; `mail` text, unique without regard to
//! case; `size` number with a fraction; `photo` bytes. `letter`: `id` whole number, key; `person` whole number, foreign
//! key to `person`, indexed; `body` text. `letter_words`: an index over the words of `body` that does not tell accents
//! and case apart, and keeps step with the rows by itself.

use crm_admin::fault::{Kind, kind_of};
use crm_admin::store::{Snapshot, Store, Transaction, Value, ValueRef};

/// An engine that can be held to the contract.
pub trait Engine {
    /// Opens the database with the contract's empty tables. Each call opens it once more.
    fn open(&self) -> Box<dyn Store>;
}

/// Holds an engine to every promise; each call of `engine` gives a fresh database.
pub fn hold<E: Engine>(engine: impl Fn() -> E) {
    the_catalogue_says_what_is_there(&engine());
    rows_come_back_as_they_were_written(&engine());
    rows_come_in_the_order_of_their_key(&engine());
    what_is_not_committed_never_was(&engine());
    a_moment_does_not_change(&engine());
    two_writers_do_not_write_at_once(&engine());
    constraints_are_kept(&engine());
    changes_reach_the_named_rows_only(&engine());
    words_are_found_through_an_index(&engine());
    health_counts_dangling_rows(&engine());
    what_is_not_there_is_missing_or_refused(&engine());
}

fn add_person(change: &mut dyn Transaction, id: i64, name: &str, mail: &str) -> crm_admin::fault::Result<()> {
    change.insert(
        "person",
        &["id", "name", "mail"],
        &[ValueRef::Integer(id), ValueRef::Text(name.as_bytes()), ValueRef::Text(mail.as_bytes())],
    )
}

fn fill(store: &mut dyn Store) {
    let mut change = store.transaction().unwrap();
    add_person(&mut *change, 7, "Ada", "ada@example.org").unwrap();
    add_person(&mut *change, 3, "Bo", "bo@example.org").unwrap();
    let letter = [ValueRef::Integer(1), ValueRef::Integer(7), ValueRef::Text(b"hello")];
    change.insert("letter", &["id", "person", "body"], &letter).unwrap();
    change.commit().unwrap();
}

fn names(data: &mut dyn Snapshot) -> Vec<String> {
    let mut names = Vec::new();
    data.scan("person", &["name"], &mut |row| {
        names.push(row[0].as_str().expect("a name is text").to_owned());
        Ok(())
    })
    .unwrap();
    names
}

fn the_catalogue_says_what_is_there(engine: &impl Engine) {
    let catalog = engine.open().catalog().unwrap();
    let person = catalog.table("PERSON").expect("names fold ASCII case");
    let columns: Vec<&str> = person.stored().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["id", "name", "mail", "size", "photo"]);
    assert_eq!(person.primary_key, ["id"]);
    assert_eq!(person.row_number, None, "the key is the row's number");
    assert!(person.column("name").unwrap().not_null && !person.column("mail").unwrap().not_null);
    assert_eq!(person.unique_with("mail").count(), 1);
    assert_eq!(person.column("mail").unwrap().collation, "NOCASE");
    let letter = catalog.table("letter").unwrap();
    assert_eq!(letter.foreign_keys.len(), 1);
    assert_eq!(
        (letter.foreign_keys[0].parent.as_str(), &letter.foreign_keys[0].columns[..]),
        ("person", &["person".to_owned()][..])
    );
}

fn rows_come_back_as_they_were_written(engine: &impl Engine) {
    let mut store = engine.open();
    let written = [
        ValueRef::Integer(i64::MAX),
        ValueRef::Text(b"\xff\xfe not UTF-8 \0 with NUL"),
        ValueRef::Null,
        ValueRef::Real(f64::MIN_POSITIVE / 2.0),
        ValueRef::Blob(&[0, 1, 254, 255]),
    ];
    let columns = ["id", "name", "mail", "size", "photo"];
    let mut change = store.transaction().unwrap();
    change.insert("person", &columns, &written).unwrap();
    change.commit().unwrap();
    let mut seen = Vec::new();
    store
        .snapshot()
        .unwrap()
        .scan("person", &columns, &mut |row| {
            seen.push(row.iter().map(|value| value.to_value()).collect::<Vec<Value>>());
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, [written.map(ValueRef::to_value).to_vec()]);
}

fn rows_come_in_the_order_of_their_key(engine: &impl Engine) {
    let mut store = engine.open();
    fill(&mut *store);
    let mut moment = store.snapshot().unwrap();
    assert_eq!(names(&mut *moment), ["Bo", "Ada"]);
    assert_eq!(moment.count("person").unwrap(), 2);
}

fn what_is_not_committed_never_was(engine: &impl Engine) {
    let mut store = engine.open();
    let mut change = store.transaction().unwrap();
    add_person(&mut *change, 1, "Gone", "gone@example.org").unwrap();
    assert_eq!(names(&mut *change), ["Gone"], "a transaction sees what it wrote");
    drop(change);
    assert_eq!(store.snapshot().unwrap().count("person").unwrap(), 0);
}

fn a_moment_does_not_change(engine: &impl Engine) {
    let (mut reader, mut writer) = (engine.open(), engine.open());
    fill(&mut *writer);
    let mut moment = reader.snapshot().unwrap();
    let before = names(&mut *moment);
    let mut change = writer.transaction().unwrap();
    add_person(&mut *change, 1, "Late", "late@example.org").unwrap();
    let written = change.commit();
    assert_eq!(names(&mut *moment), before);
    drop(moment);
    if let Err(error) = written {
        assert_eq!(kind_of(&error), Kind::Busy, "an engine without versions makes writers wait, and says so");
    }
}

fn two_writers_do_not_write_at_once(engine: &impl Engine) {
    let (mut first, mut second) = (engine.open(), engine.open());
    let _change = first.transaction().unwrap();
    let error = second.transaction().err().expect("the second one has to wait");
    assert_eq!(kind_of(&error), Kind::Busy);
}

fn constraints_are_kept(engine: &impl Engine) {
    let mut store = engine.open();
    fill(&mut *store);
    let mut change = store.transaction().unwrap();
    let again = add_person(&mut *change, 8, "Ada II", "ADA@EXAMPLE.ORG").unwrap_err();
    assert_eq!(kind_of(&again), Kind::Refused);
    assert!(!again.to_string().contains("ADA@"), "an error never holds a value: {again}");
    let nameless = change.insert("person", &["id"], &[ValueRef::Integer(9)]).unwrap_err();
    assert_eq!(kind_of(&nameless), Kind::Refused);
}

fn changes_reach_the_named_rows_only(engine: &impl Engine) {
    let mut store = engine.open();
    fill(&mut *store);
    let mut change = store.transaction().unwrap();
    let three: [(&str, Value); 1] = [("id", 3.into())];
    assert_eq!(change.update("person", &[("name", "Bea".into()), ("mail", Value::Null)], &three).unwrap(), 1);
    assert_eq!(change.delete("letter", &[("person", 7.into()), ("id", 99.into())]).unwrap(), 0);
    assert_eq!(change.delete("letter", &[("person", 7.into())]).unwrap(), 1);
    change.commit().unwrap();
    let mut moment = store.snapshot().unwrap();
    assert_eq!(names(&mut *moment), ["Bea", "Ada"]);
    assert_eq!(moment.count("letter").unwrap(), 0);
}

fn words_are_found_through_an_index(engine: &impl Engine) {
    let mut store = engine.open();
    fill(&mut *store);
    let mut change = store.transaction().unwrap();
    for (id, body) in [(2, "Chère Éloïse, à bientôt"), (3, "eloise & co, \"rendez-vous\" OR not")] {
        let letter = [ValueRef::Integer(id), ValueRef::Integer(3), ValueRef::Text(body.as_bytes())];
        change.insert("letter", &["id", "person", "body"], &letter).unwrap();
    }
    let found = |data: &mut dyn Snapshot, phrases: &[&str]| {
        let phrases: Vec<String> = phrases.iter().map(|phrase| (*phrase).to_owned()).collect();
        let mut found = Vec::new();
        data.search("letter", "letter_words", &phrases, &["id", "person"], &mut |row| {
            found.push((row[0].to_value(), row[1].to_value()));
            Ok(())
        })
        .unwrap();
        found.len()
    };
    assert_eq!(
        found(&mut *change, &["ELOISE"]),
        2,
        "a transaction finds what it wrote, whatever the accents"
    );
    assert_eq!(found(&mut *change, &["elo"]), 2, "the last word may be only begun");
    assert_eq!(found(&mut *change, &["bientot", "hello", "bientôt"]), 2, "any of the phrases, each row once");
    assert_eq!(found(&mut *change, &["rendez vous"]), 1, "words of a phrase stand together");
    assert_eq!(found(&mut *change, &["vous rendez"]), 0);
    for order in ["NOT", "a OR hello", "\"hello", "body : hello", "hel*lo", "(", "", " - ", "\0"] {
        assert!(found(&mut *change, &[order]) < 2, "what is sought is never an order: {order}");
    }
    change.delete("letter", &[("id", 2.into())]).unwrap();
    assert_eq!(found(&mut *change, &["eloise"]), 1, "what is gone is not found");
    change.commit().unwrap();
    assert_eq!(found(&mut *store.snapshot().unwrap(), &["eloise"]), 1);
}

fn health_counts_dangling_rows(engine: &impl Engine) {
    let mut store = engine.open();
    fill(&mut *store);
    assert_eq!(store.snapshot().unwrap().health().unwrap(), Default::default());
    let mut change = store.transaction().unwrap();
    assert!(
        change.delete("person", &[("id", 7.into())]).is_err() || change.commit().is_err(),
        "a letter's person cannot go while the letter stays"
    );
}

fn what_is_not_there_is_missing_or_refused(engine: &impl Engine) {
    let mut store = engine.open();
    let mut moment = store.snapshot().unwrap();
    assert!(moment.count("nobody").is_err());
    assert!(moment.scan("person", &["nmae"], &mut |_| Ok(())).is_err(), "a misspelt column is no constant");
}
