//! Everything structural comes across, and what is kept comes back bit by bit.

use crate::world::{World, number, text, texts};
use rusqlite::Connection;
use rusqlite::types::Value;

const MAP: &str = r#"
    name = "test"
    format = 1
    for = "the tests of structure"
    [everywhere.types]
    INTEGER = "keep"
    REAL = "keep"
"#;

fn world(script: &str, rules: &str) -> World {
    World::with(script, &format!("{MAP}{rules}"))
}

/// The copy that a backup and a restore make of `crm.db`.
fn copy_of(world: &World) -> Connection {
    world.on_crm(["backup", "-o", "a.zst"]).exits(0);
    world.unpacked("a.zst")
}

fn schema(database: &Connection) -> Vec<String> {
    let sql = "SELECT type || '|' || name || '|' || tbl_name || '|' || coalesce(sql, '') FROM sqlite_schema
               WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1";
    texts(database, sql)
}

#[test]
fn every_sort_of_table_index_view_and_trigger_comes_across() {
    let script = "
        PRAGMA user_version = 42; PRAGMA application_id = 4711;
        CREATE TABLE company (id INTEGER PRIMARY KEY AUTOINCREMENT, label TEXT NOT NULL UNIQUE COLLATE NOCASE);
        CREATE TABLE person (id INTEGER PRIMARY KEY, company_id INTEGER REFERENCES company (id),
            given TEXT, family TEXT, whole TEXT GENERATED ALWAYS AS (given || ' ' || family) STORED,
            CHECK (length(family) < 60)) STRICT;
        CREATE TABLE pair (a INTEGER, b TEXT, note TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
        CREATE TABLE unnumbered (note TEXT);
        CREATE INDEX person_company ON person (company_id);
        CREATE INDEX person_folded ON person (lower(family)) WHERE family IS NOT NULL;
        CREATE UNIQUE INDEX person_whole ON person (whole, id DESC);
        CREATE VIEW staff AS SELECT whole FROM person WHERE company_id IS NOT NULL;
        CREATE TRIGGER named AFTER INSERT ON company BEGIN UPDATE company SET label = trim(label) WHERE id = new.id; END;
        INSERT INTO company VALUES (1, 'Ateliers Bellerive'), (7, 'Transports du Val'), (9, 'Gone');
        DELETE FROM company WHERE id = 9;
        INSERT INTO person (id, company_id, given, family) VALUES (1, 7, 'Marie', 'Durand'), (2, NULL, 'Paul', 'Lefèvre');
        INSERT INTO pair VALUES (1, 'x', 'rappeler demain matin'), (1, 'y', NULL), (2, 'x', '');
        INSERT INTO unnumbered (rowid, note) VALUES (5, 'premier'), (900, 'second');
        ANALYZE;";
    let rules = r#"
        [views]
        staff = "keep"
        [triggers]
        named = "keep"
        [indexes]
        person_folded = "keep"
        [table.company]
        label = "company-name"
        [table.person]
        company_id = { owner = "company" }
        given = "given-name"
        family = "family-name"
        [table.pair]
        b = "keep"
        note = "free-text"
        [table.unnumbered]
        note = "free-text"
    "#;
    let world = world(script, rules);
    let (source, copy) = (world.database("crm.db"), copy_of(&world));
    assert_eq!(schema(&copy), schema(&source));
    assert_eq!([number(&copy, "PRAGMA user_version"), number(&copy, "PRAGMA application_id")], [42, 4711]);
    assert_eq!(
        texts(&copy, "SELECT name || seq FROM sqlite_sequence"),
        ["company9"],
        "a number is never given twice"
    );
    assert_eq!(texts(&copy, "SELECT CAST(rowid AS TEXT) FROM unnumbered"), ["5", "900"]);
    assert_eq!(
        texts(&copy, "SELECT whole FROM staff"),
        texts(&copy, "SELECT given || ' ' || family FROM person WHERE id = 1")
    );
    assert_eq!(
        texts(&copy, "SELECT a || b || coalesce(note, '-') FROM pair WHERE note IS NULL OR note = ''"),
        ["1y-", "2x"]
    );
    assert_eq!(texts(&copy, "PRAGMA integrity_check"), ["ok"]);
    for (table, word) in [("company", "label"), ("person", "whole"), ("unnumbered", "note")] {
        let all = format!("SELECT {word} FROM {table}");
        for original in texts(&source, &all) {
            assert!(!texts(&copy, &all).contains(&original), "{original} of {table}");
        }
    }
    assert!(number(&copy, "SELECT count(*) FROM sqlite_stat1") > 0, "statistics are there, made anew");
}

#[test]
fn kept_values_come_back_bit_by_bit_whatever_they_are() {
    let world = world(
        "CREATE TABLE odd (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL, d BLOB, e);",
        "[table.odd]\n'*' = 'keep'\nb = 'keep'\nc = 'keep'\n",
    );
    let source = world.database("crm.db");
    let text = |bytes: &[u8]| {
        format!("CAST(x'{}' AS TEXT)", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    let odd = [
        text(b"\xff\xfe\x80 not UTF-8"),
        text(b"nul\0inside"),
        text(b""),
        text("é".as_bytes()),
        "x'00ff'".into(),
        "x''".into(),
        "NULL".into(),
        "'text in a number'".into(),
        "9223372036854775807".into(),
        "-9223372036854775808".into(),
        "9e999".into(),
        "-9e999".into(),
        "-0.0".into(),
        "5e-324".into(),
        "1.7976931348623157e308".into(),
        "0.1".into(),
        "'12 '".into(),
        "1e15".into(),
    ];
    for value in odd {
        source
            .execute(
                &format!(
                    "INSERT INTO odd (a, b, c, d, e) VALUES ({value}, {value}, {value}, {value}, {value})"
                ),
                [],
            )
            .unwrap();
    }
    let rows = |database: &Connection| -> Vec<Vec<(Value, Option<u64>)>> {
        let mut statement = database.prepare("SELECT id, a, b, c, d, e, typeof(a)||typeof(b)||typeof(c)||typeof(d)||typeof(e) FROM odd ORDER BY id").unwrap();
        let rows = statement.query_map([], |row| {
            Ok((0..7)
                .map(|index| match row.get_ref(index).unwrap() {
                    rusqlite::types::ValueRef::Real(real) => (Value::Null, Some(real.to_bits())),
                    rusqlite::types::ValueRef::Text(bytes) => (Value::Blob(bytes.to_vec()), None),
                    other => (Value::try_from(other).unwrap(), None),
                })
                .collect())
        });
        rows.unwrap().map(Result::unwrap).collect()
    };
    let copy = copy_of(&world);
    assert_eq!(rows(&copy), rows(&source));
    assert_eq!(rows(&copy).len(), 18);
}

#[test]
fn text_in_a_column_that_only_its_type_settled_is_refused_and_not_shown() {
    let world = world(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, telephone INTEGER); INSERT INTO t VALUES (1, 'call Marie');",
        "[table.t]\n",
    );
    let told = world.on_crm(["backup", "-o", "a.zst"]).exits(4).complains("t.telephone");
    assert!(!told.stderr().contains("Marie"));
    assert!(!world.path("a.zst").exists());
}

#[test]
fn unique_columns_stay_unique_under_their_own_collation() {
    let world = world(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (login <> ''),
            email TEXT UNIQUE COLLATE NOCASE CHECK (email LIKE '%_@_%'), name TEXT NOT NULL, code VARCHAR(20) UNIQUE) STRICT;"
            .replace("VARCHAR(20)", "TEXT").as_str(),
        "[table.user]\nlogin = 'login'\nemail = 'email'\nname = 'full-name'\ncode = 'free-text'\n",
    );
    let mut source = world.database("crm.db");
    let change = source.transaction().unwrap();
    for id in 0..100_000 {
        let login = format!("marie.durand{id}");
        let row =
            rusqlite::params![id, login, format!("{login}@Example.org"), "Marie Durand", format!("C-{id}")];
        change.execute("INSERT INTO user VALUES (?1, ?2, ?3, ?4, ?5)", row).unwrap();
    }
    change.commit().unwrap();
    let copy = copy_of(&world);
    for column in ["lower(login)", "lower(email)", "code"] {
        assert_eq!(number(&copy, &format!("SELECT count(DISTINCT {column}) FROM user")), 100_000, "{column}");
    }
    assert_eq!(
        number(&copy, "SELECT count(*) FROM user WHERE login LIKE 'marie.durand%' OR name = 'Marie Durand'"),
        0
    );
    assert_eq!(number(&copy, "SELECT count(DISTINCT name) FROM user"), 1, "one name has one mask");
}

#[test]
fn a_search_index_is_made_anew_from_the_masked_rows() {
    let world = world(
        "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);
         CREATE VIRTUAL TABLE note_words USING fts5(body, content='note', content_rowid='id');
         CREATE VIRTUAL TABLE diary USING fts5(body);
         INSERT INTO note VALUES (1, 'Mirabelle Quatresous a appelé pour la livraison de vendredi');
         INSERT INTO note_words (rowid, body) SELECT id, body FROM note;
         INSERT INTO diary (rowid, body) VALUES (12, 'Mirabelle Quatresous encore');",
        "[tables]\nnote_words = 'rebuild'\n[table.note]\nbody = 'free-text'\n[table.diary]\nbody = 'free-text'\n",
    );
    let copy = copy_of(&world);
    let masked = text(&copy, "SELECT body FROM note");
    let word = masked.split(|c: char| !c.is_alphanumeric()).find(|word| word.len() > 4).unwrap();
    let found = |word: &str| {
        number(&copy, &format!("SELECT count(*) FROM note_words WHERE note_words MATCH '\"{word}\"'"))
    };
    assert_eq!((found(word), found("Quatresous")), (1, 0));
    assert_eq!(number(&copy, "SELECT rowid FROM diary"), 12);
    let bytes = std::fs::read(world.path("a.zst.unpacked.db")).unwrap();
    let contains = |word: &[u8]| bytes.windows(word.len()).any(|bytes| bytes.eq_ignore_ascii_case(word));
    assert!(!contains(b"quatresous") && !contains(b"atresous"));
}

#[test]
fn what_was_broken_in_the_source_may_stay_and_nothing_new_breaks() {
    let world = world(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, note TEXT);
         CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id));
         INSERT INTO parent VALUES (1, 'un'); INSERT INTO child VALUES (1, 1);
         PRAGMA foreign_keys = OFF; INSERT INTO child VALUES (2, 99);",
        "[table.parent]\nnote = 'free-text'\n[table.child]\nparent_id = { owner = 'parent' }\n",
    );
    let copy = copy_of(&world);
    assert_eq!(texts(&copy, "SELECT \"table\" FROM pragma_foreign_key_check"), ["child"]);
    std::fs::write(
        world.path("map.toml"),
        format!("{MAP}[tables]\nparent = 'empty'\n[table.child]\nparent_id = {{ owner = 'parent' }}\n"),
    )
    .unwrap();
    world.on_crm(["backup", "-o", "b.zst"]).exits(4).complains("child");
    assert!(!world.path("b.zst").exists());
}

#[test]
fn other_encodings_and_page_sizes_come_across() {
    for (encoding, page) in [("UTF-16le", 1024), ("UTF-8", 65536)] {
        let world = world(
            &format!(
                "PRAGMA encoding = '{encoding}'; PRAGMA page_size = {page}; PRAGMA auto_vacuum = FULL;
                CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, kept TEXT);
                INSERT INTO t VALUES (1, 'Éloïse Bonnefoy', 'œuf 東京');"
            ),
            "[table.t]\nname = 'full-name'\nkept = 'keep'\n",
        );
        let copy = copy_of(&world);
        assert_eq!(text(&copy, "PRAGMA encoding"), encoding);
        assert_eq!([number(&copy, "PRAGMA page_size"), number(&copy, "PRAGMA auto_vacuum")], [page, 1]);
        assert_eq!(text(&copy, "SELECT kept FROM t"), "œuf 東京");
        assert_ne!(text(&copy, "SELECT name FROM t"), "Éloïse Bonnefoy");
    }
}

#[test]
fn names_that_need_quotes_are_no_trouble() {
    let world = world(
        "CREATE TABLE \"a-b \"\"c\" (\"order\" INTEGER PRIMARY KEY, \"from to\" TEXT, \"x'y\" TEXT);
         CREATE INDEX \"in-dex\" ON \"a-b \"\"c\" (\"from to\");
         INSERT INTO \"a-b \"\"c\" VALUES (1, 'Marie Durand', 'kept');",
        "[table.'a-b \"c']\n\"from to\" = 'full-name'\n\"x'y\" = 'keep'\n",
    );
    let copy = copy_of(&world);
    assert_eq!(text(&copy, "SELECT \"x'y\" FROM \"a-b \"\"c\" WHERE \"from to\" <> 'Marie Durand'"), "kept");
}
