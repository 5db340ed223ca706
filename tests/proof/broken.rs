//! A copy that a broken mask could have made, held against its source through the library.

use crm_admin::anonymise::originals::Original;
use crm_admin::anonymise::{copy, originals};
use crm_admin::fault::{Kind, Result, fault_of, kind_of};
use crm_admin::masking::{Key, Masker, Originals};
use crm_admin::progress::Silence;
use crm_admin::proof::{Collector, Evidence, Needles, SchemaText, hold_against_source, watch};
use crm_admin::schema::{CompleteMap, Map};
use crm_admin::store::sqlite::{NewFile, Options, Sqlite};
use crm_admin::store::{Builder, Store};
use rusqlite::Connection;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

const SCHEMA: &str = "
    CREATE TABLE marketing (id INTEGER PRIMARY KEY, given TEXT, family TEXT, mail TEXT, phone TEXT, town TEXT,
        birth TEXT, owed INTEGER, token TEXT, note TEXT, extra TEXT, copied TEXT, file TEXT, scan BLOB, label TEXT,
        number INTEGER);
    CREATE TABLE card (holder TEXT PRIMARY KEY, town TEXT) WITHOUT ROWID;";

const MAP: &str = r#"
    name = "proof"
    format = 1
    for = "the tests of the proof"
    [table.marketing]
    id = "keep"
    given = "given-name"
    family = "family-name"
    mail = "email"
    phone = "phone"
    town = "town"
    birth = "birth-date"
    owed = "amount"
    token = "secret"
    note = "free-text"
    extra = { json = { "$.site" = "url", "$.town" = "town", "*" = "keep" } }
    copied = { list-of = "email" }
    file = "document-name"
    scan = "document"
    label = "keep"
    number = "keep"
    [table.card]
    holder = "full-name"
    town = "town"
"#;

/// The one person that every test here lets slip through.
const MAIL: &str = "philomene.vanderkelen@laposte.net";
const PHONE: &str = "06 12 34 56 78";

/// A source, its map, and a copy that is as it should be until a test breaks it.
struct Pair {
    folder: TempDir,
    map: CompleteMap,
    needles: Needles,
}

impl Pair {
    fn made() -> Self {
        Self::encoded("UTF-8")
    }

    fn encoded(encoding: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fill(&folder.path().join("source.db"), encoding);
        let mut source = open(folder.path().join("source.db"));
        let mut moment = source.snapshot().unwrap();
        let catalog = moment.catalog().unwrap();
        let map = Map::parse(MAP, "map", &mut |_| unreachable!()).unwrap().complete_for(&catalog).unwrap();
        let (mut known, mut collector) = (Originals::default(), Collector::default());
        let note = |original: Original<'_>| {
            known.add(original.value);
            collector.add(original.value.as_bytes());
            collector.add_digits(original.value.as_bytes());
            Ok(())
        };
        originals::each(&mut *moment, &map, &mut Silence, &mut [note]).unwrap();
        let path = folder.path().join("copy.db");
        fs::write(&path, "").unwrap();
        let mut new = NewFile::open(&path).unwrap().begin(&catalog, &[]).unwrap();
        copy(
            &mut *moment,
            &map,
            Masker::new(Key::fresh(), known),
            folder.path(),
            &mut new as &mut dyn Builder,
            &mut Silence,
        )
        .unwrap();
        drop((moment, new));
        fs::copy(&path, folder.path().join("good.db")).unwrap();
        Pair { folder, map, needles: collector.finish() }
    }

    /// A copy that is as it should be but for what a statement changes.
    fn broken_by(&self, statement: &str) -> &Self {
        fs::copy(self.folder.path().join("good.db"), self.folder.path().join("copy.db")).unwrap();
        self.change(statement);
        self
    }

    /// A copy in which columns hold what the source does: what a mask makes that returns its input.
    fn with_input_returned(&self, table: &str, columns: &[&str]) -> &Self {
        let source = self.folder.path().join("source.db");
        let set: Vec<String> = columns
            .iter()
            .map(|column| {
                format!("{column} = (SELECT {column} FROM was.{table} AS old WHERE old.id = {table}.id)")
            })
            .collect();
        self.broken_by(&format!(
            "ATTACH '{}' AS was; UPDATE {table} SET {}",
            source.display(),
            set.join(", ")
        ))
    }

    fn change(&self, statement: &str) {
        Connection::open(self.folder.path().join("copy.db")).unwrap().execute_batch(statement).unwrap();
    }

    fn judged(&self) -> Result<()> {
        self.judged_with(&self.needles)
    }

    fn judged_with(&self, needles: &Needles) -> Result<()> {
        let mut source = open(self.folder.path().join("source.db"));
        let mut moment = source.snapshot().unwrap();
        let schema = SchemaText::of(&moment.catalog().unwrap(), needles);
        let written = fs::read(self.folder.path().join("copy.db")).unwrap();
        let watched = watch(std::io::sink(), needles, &schema, |to| Ok(to.write_all(&written)?)).unwrap();
        let mut evidence =
            Evidence { in_bytes: watched.originals, bytes: watched.bytes, ..Evidence::default() };
        let path = self.folder.path().join("copy.db");
        let mut copy = open(path);
        hold_against_source(&mut *moment, &self.map, &mut copy, needles, &mut Silence, &mut evidence)?;
        evidence.judge()
    }

    /// It must be refused, with these columns and with no value.
    #[track_caller]
    fn refused(&self, columns: &[&str]) {
        refused(self.judged(), columns);
    }
}

#[track_caller]
fn refused(judged: Result<()>, columns: &[&str]) {
    let error = judged.expect_err("this copy must be refused");
    assert_eq!(kind_of(&error), Kind::Refused, "{error}");
    let details = &fault_of(&error).unwrap().details;
    for column in columns {
        assert!(
            details.iter().any(|line| line.starts_with(&format!("{column}: "))),
            "{column}: {details:#?}"
        );
    }
    let told = format!("{error} {details:?}").to_lowercase();
    for value in ["vanderkelen", "laposte", "34 56", "bailleul", "hortensia"] {
        assert!(!told.contains(value), "{told}");
    }
}

fn open(path: PathBuf) -> Sqlite {
    Sqlite::open(&path, &Options::default()).unwrap()
}

/// Sixty people, the first of them Philomène.
fn fill(path: &std::path::Path, encoding: &str) {
    let database = Connection::open(path).unwrap();
    database.execute_batch(&format!("PRAGMA encoding = '{encoding}'; {SCHEMA}")).unwrap();
    for at in 0..60 {
        let (mail, phone) = match at {
            0 => (MAIL.to_owned(), PHONE.to_owned()),
            _ => (format!("personne.{at}@orange-{at}.fr"), format!("01 45 67 {:02} {:02}", at, 99 - at)),
        };
        let note = format!("Rappeler Vanderkelen au sujet du magnolia numéro {}.", 4000 + at);
        let extra =
            format!(r#"{{"site": "https://jardin-{at}.fr/accueil", "town": "Bailleul", "kind": "a"}}"#);
        let copied = format!("copie.{at}@orange-{at}.fr, {mail}");
        let scan = format!("Contrat de Philomène Vanderkelen, exemplaire {at}").into_bytes();
        database
            .execute(
                "INSERT INTO marketing VALUES (?1, 'Philomène', 'Vanderkelen', ?2, ?3, 'Bailleul', '1971-02-03',
                     4711, ?4, ?5, ?6, ?7, ?8, ?9, 'kept', 7)",
                rusqlite::params![
                    at, mail, phone, format!("hortensia-{at}-bleu"), note, extra, copied,
                    format!("contrat-vanderkelen-{at}.pdf"), scan
                ],
            )
            .unwrap();
        let holder = format!("Philomène Vanderkelen-{at}");
        database.execute("INSERT INTO card VALUES (?1, 'Bailleul')", [holder]).unwrap();
    }
    // A login that is a table's name as well: a word of the schema is found in every copy, and is no leak.
    database.execute("UPDATE marketing SET copied = 'marketing' WHERE id = 59", []).unwrap();
}

#[test]
fn a_copy_as_it_should_be_is_accepted_in_every_encoding() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        Pair::encoded(encoding)
            .judged()
            .unwrap_or_else(|error| panic!("{encoding}: {error} {:#?}", fault_of(&error).unwrap().details));
    }
}

#[test]
fn a_mask_that_returns_its_input_is_refused_in_every_column() {
    let columns = [
        "given", "family", "mail", "phone", "town", "birth", "owed", "token", "note", "extra", "copied",
        "file", "scan",
    ];
    let pair = Pair::made();
    for column in columns {
        pair.with_input_returned("marketing", &[column]).refused(&[&format!("marketing.{column}")]);
    }
    let all: Vec<String> = columns.iter().map(|column| format!("marketing.{column}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    pair.with_input_returned("marketing", &columns).refused(&all);
}

#[test]
fn where_the_key_is_masked_a_mask_that_returns_its_input_is_refused_too() {
    // The rows do not pair up here: their order is that of the masked names.
    Pair::made().broken_by("UPDATE card SET town = 'Bailleul'").refused(&["card.town"]);
}

#[test]
fn a_search_that_finds_nothing_is_refused() {
    let nothing = Collector::default().finish();
    let judged = Pair::made().judged_with(&nothing);
    refused(
        judged,
        &["marketing.mail", "marketing.phone", "marketing.extra", "marketing.copied", "card.holder"],
    );
}

#[test]
fn one_secret_or_one_document_that_comes_across_is_refused() {
    let pair = Pair::made();
    for (column, value) in [
        ("token", "'hortensia-3-bleu'"),
        ("scan", "CAST('Contrat de Philomène Vanderkelen, exemplaire 3' AS BLOB)"),
    ] {
        pair.broken_by(&format!("UPDATE marketing SET {column} = {value} WHERE id = 3"));
        pair.refused(&[&format!("marketing.{column}")]);
    }
}

#[test]
fn one_value_that_slips_into_any_column_is_refused() {
    let pair = Pair::made();
    for (column, value) in [
        ("label", format!("'voir {MAIL} pour la suite'")),
        ("file", format!("'{MAIL}.pdf'")),
        ("note", format!("'Ecrire a <{}> demain.'", MAIL.to_uppercase())),
        ("extra", format!(r#"'{{"kind": {{"deep": ["{MAIL}"]}}}}'"#)),
        ("extra", r#"'{"kind": "philomene.vanderkelen\u0040laposte.net"}'"#.to_owned()),
        ("scan", format!("CAST('%PDF-1.4 ({MAIL}) %%EOF' AS BLOB)")),
        ("label", "'tel 06.12.34.56.78'".to_owned()),
        ("label", "'+33612345678'".to_owned()),
        ("number", "33612345678".to_owned()),
    ] {
        pair.broken_by(&format!("UPDATE marketing SET {column} = {value} WHERE id = 9"));
        pair.refused(&[&format!("marketing.{column}")]);
    }
}

#[test]
fn a_name_or_a_number_of_a_text_is_refused() {
    let pair = Pair::made();
    for text in ["Le dossier de Vanderkelen est clos.", "Commande 4009 reçue."] {
        pair.broken_by(&format!("UPDATE marketing SET note = '{text}' WHERE id = 9"))
            .refused(&["marketing.note"]);
    }
}

#[test]
fn a_value_in_a_page_that_no_row_uses_is_refused() {
    for encoding in ["UTF-8", "UTF-16le"] {
        let pair = Pair::encoded(encoding);
        pair.change(&format!(
            "PRAGMA secure_delete = OFF; CREATE TABLE gone (mail TEXT);
             INSERT INTO gone VALUES (' {MAIL} '); DROP TABLE gone;"
        ));
        let error = pair.judged().unwrap_err();
        let details = &fault_of(&error).unwrap().details;
        assert!(
            details.len() == 1 && details[0].ends_with("are in the decoded bytes"),
            "{encoding}: {details:?}"
        );
    }
}

#[test]
fn rows_that_are_missing_or_too_many_are_damage() {
    let pair = Pair::made();
    for statement in ["DELETE FROM marketing WHERE id = 59", "INSERT INTO marketing (id) VALUES (60)"] {
        let error = pair.broken_by(statement).judged().unwrap_err();
        assert_eq!(kind_of(&error), Kind::Damaged, "{error}");
    }
}
