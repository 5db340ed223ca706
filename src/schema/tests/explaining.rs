//! The sentences about one column.

use super::*;
use crate::fault::{Kind, kind_of};
use crate::schema::{Explanation, explain};

fn crm() -> CompleteMap {
    let catalog = catalog([
        table("party", "id INTEGER, name TEXT, replaced_by INTEGER"),
        table("mechanism", "party INTEGER, type TEXT, value TEXT, compact TEXT, at TIMESTAMP"),
        table("sale", "party INTEGER, contact INTEGER, date DATE, note TEXT"),
        table("session", "token TEXT"),
        table("setting", "value TEXT, hash TEXT"),
    ]);
    let text = "[tables]\nsession = \"empty\"\n[everywhere.types]\nTIMESTAMP = \"keep\"\n\
        [table.party]\nid = \"keep\"\nname = \"party-name\"\nreplaced_by = { link = \"party\", erase = \"follow\" }\n\
        [table.mechanism]\nparty = { owner = \"party\" }\ntype = \"keep\"\n\
        value = { by = \"type\", when = { phone = \"phone\" }, else = \"free-text\" }\n\
        compact = { derive = \"compact\", from = \"value\" }\n\
        [table.sale]\nparty = { owner = \"party\", erase = \"keep\", reason = \"Code de commerce\", for = \"10 years after date\" }\n\
        contact = { link = \"party\" }\ndate = \"date\"\nnote = \"free-text\"\n\
        [table.setting]\nvalue = \"keep\"\nhash = \"secret\"\n\
        [relations.company]\ntable = \"party\"\nkey = \"id\"";
    complete(text, &catalog)
}

fn of(table: &str, column: &str) -> Explanation {
    explain(&crm(), table, column).unwrap_or_else(|error| panic!("{}", told(&error)))
}

#[test]
fn a_category_is_told_with_its_meaning_and_its_rule() {
    let name = of("PARTY", "Name");
    assert_eq!((name.table.as_str(), name.column.as_str()), ("party", "name"));
    assert_eq!(name.is, "party-name: the name of a person or a company");
    assert_eq!(name.rule.words, "[table.party] name = \"party-name\"");
    assert_eq!(name.backup, "masked: another value of the same sort, the same everywhere");
    assert_eq!(name.erase, "goes with the row when the company is erased");
    assert_eq!(name.link, None);
}

#[test]
fn what_a_backup_does_depends_on_the_content() {
    assert_eq!(of("party", "id").backup, "copied as it is");
    assert_eq!(of("mechanism", "at").backup, "copied as it is, where the value is of the declared type");
    assert_eq!(of("mechanism", "value").backup, "masked by what type says");
    assert_eq!(of("mechanism", "value").is, "decided by type: phone for phone, else free-text");
    assert_eq!(of("mechanism", "compact").backup, "computed anew from the masked value");
    assert_eq!(of("setting", "hash").backup, "emptied: a secret never leaves");
    assert_eq!(of("session", "token").backup, "the table comes without its rows");
}

#[test]
fn what_an_erasure_does_depends_on_the_link() {
    assert_eq!(of("mechanism", "party").erase, "the row goes with its party");
    assert_eq!(of("mechanism", "party").link.as_deref(), Some("owner: party, by its key"));
    assert_eq!(of("sale", "contact").erase, "the link is emptied, the row stays");
    assert_eq!(of("sale", "party").erase, "kept: Code de commerce, until 10 years after date");
    assert_eq!(of("sale", "note").erase, "by party: kept: Code de commerce, until 10 years after date");
    assert_eq!(of("party", "replaced_by").erase, "the party at the other end is erased too");
    assert_eq!(of("setting", "value").erase, "stays: nothing owns the rows of setting");
}

#[test]
fn what_is_not_there_is_missing_with_the_nearest_name() {
    let hint = |table, column| {
        let error = explain(&crm(), table, column).expect_err("not there");
        assert_eq!(kind_of(&error), Kind::Missing);
        fault_of(&error).and_then(|fault| fault.hint.clone())
    };
    assert_eq!(hint("partie", "name").as_deref(), Some("did you mean `party`?"));
    assert_eq!(hint("party", "nmae").as_deref(), Some("did you mean `name`?"));
    assert_eq!(hint("zzz", "name"), None);
}
