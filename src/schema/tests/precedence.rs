//! Which rule holds where several could.

use super::*;
use crate::schema::{Category, Content, MappedColumn, Rows};

/// The category of `party.x`, an integer, under a map.
fn category(text: &str) -> Category {
    let complete = complete(text, &catalog([table("party", "x INTEGER"), table("base", "x INTEGER")]));
    let column = complete.table("party").and_then(|party| party.column("x")).expect("it is mapped");
    match column.rule.content {
        Content::One(category) => category,
        _ => panic!("not of one category"),
    }
}

/// From the strongest to the weakest; each beats all below it, wherever it stands in the file.
const RULES: [(&str, &str); 8] = [
    ("[table.party]", "x = \"email\""),
    ("[table.party]", "\"x*\" = \"phone\""),
    ("[tables]", "party = { history = \"base\", row = \"version\" }"),
    ("[everywhere.columns]", "x = \"town\""),
    ("[everywhere.columns]", "\"?\" = \"street\""),
    ("[tables]", "\"part*\" = \"empty\""),
    ("[everywhere.types]", "INTEGER = \"keep\""),
    ("[table.party]", "\"*\" = \"date\""),
];
const WINNERS: [Category; 8] = [
    Category::Email,
    Category::Phone,
    Category::Iban,
    Category::Town,
    Category::Street,
    Category::Blank,
    Category::Keep,
    Category::Date,
];

#[test]
fn the_first_that_says_something_wins() {
    for first in 0..RULES.len() {
        let mut text = String::from("[table.base]\nx = \"iban\"\n");
        for heading in ["[table.party]", "[tables]", "[everywhere.columns]", "[everywhere.types]"] {
            text.push_str(&format!("{heading}\n"));
            for (_, line) in RULES[first..].iter().filter(|(under, _)| *under == heading) {
                text.push_str(&format!("{line}\n"));
            }
        }
        let catalog = catalog([table("party", "x INTEGER, version INTEGER"), table("base", "x INTEGER")]);
        let text = text.replace("[table.party]\n", "[table.party]\nversion = \"keep\"\n");
        let complete = complete(&text, &catalog);
        let column = complete.table("party").and_then(|party| party.column("x")).expect("it is mapped");
        assert_eq!(column.rule.content, Content::One(WINNERS[first]), "rules from {:?}", RULES[first]);
    }
}

#[test]
fn an_exact_name_beats_a_glob_and_a_longer_glob_a_shorter_one() {
    let base = "[tables]\nbase = \"keep\"\n";
    assert_eq!(category(&format!("{base}\"p*\" = \"empty\"\nparty = \"keep\"")), Category::Keep);
    assert_eq!(category(&format!("{base}\"party*\" = \"keep\"\n\"p*\" = \"empty\"")), Category::Keep);
    assert_eq!(category(&format!("{base}\"p*\" = \"keep\"\n\"party*\" = \"empty\"")), Category::Blank);
}

#[test]
fn a_table_that_is_only_optional_leaves_its_word_to_a_pattern() {
    assert_eq!(category("[tables]\n\"*\" = \"keep\"\nparty = { optional = true }"), Category::Keep);
}

#[test]
fn only_a_type_marks_a_column_as_settled_by_type() {
    let catalog = catalog([table("party", "a INTEGER, b numeric(9,2), c INTEGER")]);
    let text = "[everywhere.types]\ninteger = \"keep\"\nNUMERIC = \"keep\"\n[table.party]\nc = \"keep\"";
    let complete = complete(text, &catalog);
    let party = complete.table("party").expect("mapped");
    let by_type = |column: &MappedColumn| column.by_type;
    assert_eq!(party.columns.iter().map(by_type).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(party.columns[1].origin.words, "[everywhere.types] NUMERIC = \"keep\"");
}

#[test]
fn a_table_without_rows_needs_no_rules_and_keeps_those_it_has() {
    let catalog =
        catalog([table("session", "id INTEGER, token TEXT, user INTEGER"), table("user", "id INTEGER")]);
    let text = "[tables]\nsession = \"empty\"\nuser = \"keep\"\n[table.session]\nuser = { link = \"user\" }";
    let complete = complete(text, &catalog);
    let session = complete.table("session").expect("mapped");
    assert_eq!(session.rows, Rows::Empty);
    assert_eq!(session.columns[1].rule.content, Content::One(Category::Blank));
    assert!(session.columns[2].rule.link.is_some());
}
