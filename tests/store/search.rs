//! The search of the bytes: what a page cuts in two is found wherever it is cut.

use crm_admin::progress::Silence;
use crm_admin::store::sqlite::{Options, Sqlite};
use crm_admin::store::{Held, Needles, Scrub};
use rusqlite::Connection;

const VALUE: &str = "canari.jaune@exemple-de-la-cage.test";
const PAGE: usize = 4096;

/// A database in which the value stands `before` bytes behind the beginning of a long row, alone in its table or after
/// another row.
fn world(before: usize, is_first: bool) -> (tempfile::TempDir, Sqlite) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("crm.db");
    let database = Connection::open(&path).unwrap();
    database.execute_batch("PRAGMA page_size = 4096; CREATE TABLE note (body TEXT)").unwrap();
    if !is_first {
        database.execute_batch("INSERT INTO note VALUES ('something shorter')").unwrap();
    }
    let body = format!("{}{VALUE}{}", "x".repeat(before), "y".repeat(3 * PAGE - before));
    database.execute("INSERT INTO note VALUES (?1)", [body]).unwrap();
    drop(database);
    let engine = Sqlite::open(&path, &Options::default()).unwrap();
    (home, engine)
}

#[test]
fn a_value_is_found_wherever_a_page_cuts_it() {
    let needles = Needles::of([VALUE.as_bytes()]);
    // So many bytes of this row stay on the page of its tree (the file format, 2.3): the others go on elsewhere.
    let header = 4;
    let payload = header + VALUE.len() + 3 * PAGE;
    let least = (PAGE - 12) * 32 / 255 - 23;
    let some = least + (payload - least) % (PAGE - 4);
    let local = if some <= PAGE - 35 { some } else { least };
    for first_cut in [local - header, local - header + PAGE - 4] {
        for here in 1..VALUE.len() {
            for is_first in [true, false] {
                let (_home, mut engine) = world(first_cut - here, is_first);
                let found = engine.search(&needles, &[], &mut Silence).unwrap();
                let held: Vec<Held> = found.hits.iter().map(|hit| hit.held).collect();
                assert!(held.contains(&Held::Row), "{here} bytes before the cut: {held:?}");
                assert!(found.residue().is_empty(), "{here} bytes before the cut");
            }
        }
    }
}
