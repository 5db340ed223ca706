//! A map held against a database: what is unmapped, stale, contradictory or worth a look.

use super::*;
use crate::fault::{Kind, kind_of};
use crate::schema::{Category, Content, Derivation, LinkTarget, Thing};
use crate::store::ForeignKey;

fn unmapped(text: &str, catalog: &Catalog) -> Vec<String> {
    check(text, catalog).unmapped.iter().map(ToString::to_string).collect()
}

fn stale(text: &str, catalog: &Catalog) -> Vec<String> {
    check(text, catalog).stale.iter().map(ToString::to_string).collect()
}

fn misfits(text: &str, catalog: &Catalog) -> Vec<String> {
    check(text, catalog).misfits.into_iter().map(|misfit| misfit.what).collect()
}

fn party() -> Table {
    table("party", "id INTEGER, name VARCHAR(80), kind TEXT")
}

const ALL: &str = "[table.party]\nid = \"keep\"\nname = \"party-name\"\nkind = \"keep\"\n";

#[test]
fn a_map_that_fits_is_complete() {
    let complete = complete(ALL, &catalog([party()]));
    assert_eq!(complete.tables().len(), 1);
    let names: Vec<&str> = complete.tables()[0].columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "name", "kind"]);
    assert!(check(ALL, &catalog([party()])).warnings.is_empty());
}

#[test]
fn whatever_the_map_does_not_mention_is_unmapped() {
    let mut catalog = catalog([party(), table("extra", "id INTEGER"), table("note_fts", "text")]);
    catalog.tables[0].columns[2].name = "email".into();
    catalog.tables[0].indexes = vec![
        index("plain", false, None),
        index("lower_name", true, None),
        index("some", false, Some("kind = 'x'")),
    ];
    catalog.tables[2].kind = TableKind::Virtual("fts5".into());
    catalog.views.push(view("v_party"));
    catalog.triggers.push(trigger("touch"));
    let text = "[table.party]\nid = \"keep\"\nname = \"party-name\"";
    assert_eq!(
        unmapped(text, &catalog),
        [
            "column party.email (TEXT)",
            "table extra",
            "virtual table note_fts",
            "index lower_name",
            "index some",
            "view v_party",
            "trigger touch",
        ]
    );
}

#[test]
fn what_a_type_settles_does_not_make_a_table_mentioned() {
    let text = "[everywhere.types]\nINTEGER = \"keep\"";
    let check = check(text, &catalog([table("party_rel", "id INTEGER, party INTEGER")]));
    assert_eq!(check.unmapped.iter().map(|unmapped| unmapped.kind).collect::<Vec<_>>(), [Thing::Table]);
}

#[test]
fn computed_columns_shadows_and_bookkeeping_need_no_rule() {
    let mut catalog =
        catalog([party(), table("fts_data", "block BLOB"), table("sqlite_sequence", "name, seq")]);
    let name = catalog.tables[0].columns[1].clone();
    let computed = Column { name: "upper_name".into(), generated: Generated::Stored, ..name };
    catalog.tables[0].columns.push(computed);
    catalog.tables[1].kind = TableKind::Shadow;
    catalog.tables[2].kind = TableKind::Internal;
    let complete = complete(ALL, &catalog);
    assert_eq!(complete.tables().len(), 1);
    assert_eq!(complete.tables()[0].columns[3].origin.words, "computed by the database");
}

#[test]
fn a_renamed_column_is_both_unmapped_and_stale() {
    let mut catalog = catalog([party()]);
    catalog.tables[0].columns[1].name = "full_name".into();
    assert_eq!(unmapped(ALL, &catalog), ["column party.full_name (VARCHAR(80))"]);
    assert_eq!(stale(ALL, &catalog), ["own.toml:6:1: party has no column name; did you mean `full_name`?"]);
    catalog.tables[0].columns[1].name = "name_".into();
    assert_eq!(stale(ALL, &catalog), ["own.toml:6:1: party has no column name; did you mean `name_`?"]);
}

#[test]
fn a_map_that_does_not_fit_is_refused_with_all_of_it_and_the_lines_to_add() {
    let mut catalog = catalog([party()]);
    catalog.tables[0].columns[1].name = "surname".into();
    let error = map(ALL).complete_for(&catalog).expect_err("it does not fit");
    assert_eq!(kind_of(&error), Kind::Refused);
    assert_eq!(
        told(&error),
        "the map own does not fit this database: 1 unmapped, 1 stale\n\
         stale: own.toml:6:1: party has no column name; did you mean `surname`?\n\
         unmapped: column party.surname (VARCHAR(80))\n\
         \n\
         # careful guesses to add to the map, and to look at:\n\
         [table.party]\n\
         surname = \"family-name\"  # VARCHAR(80)"
    );
    assert_eq!(fault_of(&error).and_then(|fault| fault.hint.as_deref()), Some("crm-admin map check"));
}

#[test]
fn every_exact_name_has_to_be_there() {
    let with = |lines: &str| stale(&format!("{ALL}{lines}"), &catalog([party()]));
    for (lines, what) in [
        ("[tables]\ngone = \"keep\"", "9:1: there is no table gone"),
        ("[table.gone]", "8:8: there is no table gone"),
        ("[views]\ngone = \"keep\"", "9:1: there is no view gone"),
        ("[triggers]\ngone = \"keep\"", "9:1: there is no trigger gone"),
        ("[indexes]\ngone = \"keep\"", "9:1: there is no index gone"),
        ("[references]\n\"a.b\" = \"gone\"", "9:1: there is no table gone"),
        ("[everywhere.columns]\ngone = \"keep\"", "9:1: no table has a column gone"),
        ("[neutralise]\ngone = { a = 1 }", "9:1: there is no table gone"),
        ("[neutralise]\nparty = { gone = 1 }", "9:1: party has no column gone"),
        (
            "[neutralise]\nparty = { set = { name = \"\" }, only = { gone = 1 } }",
            "9:1: party has no column gone",
        ),
        ("[relations.lead]\ntable = \"gone\"\nkey = \"id\"", "8:12: there is no table gone"),
        ("[relations.lead]\ntable = \"party\"\nkey = \"gone\"", "8:12: party has no column gone"),
        (
            "[relations.lead]\ntable = \"party\"\nkey = \"id\"\nwhere = { gone = 1 }",
            "8:12: party has no column gone",
        ),
        ("[accounts.a]\ntable = \"party\"\nkey = \"id\"\nlogin = \"gone\"", "8:11: party has no column gone"),
        (
            "[accounts.a]\ntable = \"party\"\nkey = \"id\"\nlogin = \"id\"\nend-sessions = [ { table = \"gone\", by = \"x\" } ]",
            "8:11: there is no table gone",
        ),
    ] {
        assert_eq!(with(lines), [format!("own.toml:{what}")], "{lines}");
    }
}

#[test]
fn every_name_in_a_rule_has_to_be_there() {
    for (rule, what) in [
        ("{ owner = \"gone\" }", "there is no table gone"),
        ("{ as = \"email\", link = \"gone.x\" }", "there is no table gone"),
        ("{ as = \"email\", link = \"party.gone\" }", "party has no column gone"),
        ("{ owner = \"*\", type-in = \"gone\", types = {} }", "party has no column gone"),
        ("{ owner = \"*\", type-in = \"kind\", types = { a = \"gone\" } }", "there is no table gone"),
        ("{ by = \"gone\", when = {}, else = \"keep\" }", "party has no column gone"),
        ("{ derive = \"lower\", from = \"gone\" }", "party has no column gone"),
        ("{ derive = \"{kind} {gone}\" }", "party has no column gone"),
        ("{ as = \"town\", with = \"gone\" }", "party has no column gone"),
        (
            "{ as = \"amount\", erase = \"keep\", reason = \"r\", for = \"1 day after gone\" }",
            "party has no column gone",
        ),
    ] {
        let text = format!("[table.party]\nid = \"keep\"\nkind = \"keep\"\nname = {rule}");
        assert_eq!(stale(&text, &catalog([party()])), [format!("own.toml:7:1: {what}")], "{rule}");
    }
}

#[test]
fn a_pattern_that_fits_nothing_is_fine() {
    let text = format!(
        "{ALL}\"x_*\" = \"blank\"\n[tables]\n\"x_*\" = \"keep\"\n[views]\n\"*\" = \"keep\"\n[triggers]\n\"t*\" = \"keep\""
    );
    assert!(check(&text, &catalog([party()])).is_complete());
}

#[test]
fn an_optional_table_may_be_absent_with_all_that_links_to_it() {
    let text = "[tables]\n\"sale_*\" = { optional = true }\n[everywhere.columns]\nsale_note = \"free-text\"\n\
                [table.party]\nid = \"keep\"\nname = { as = \"email\", link = \"sale_mail.email\" }\n\
                kind = { owner = \"*\", type-in = \"id\", types = { s = \"sale_order\", p = \"party\" } }\n\
                [table.sale_order]\nparty = { owner = \"party\" }\n\
                [relations.lead]\ntable = \"sale_lead\"\nkey = \"id\"\n\
                [neutralise]\nsale_cron = { active = false }\n[references]\n\"sale.x\" = \"sale_y\"";
    let complete = complete(text, &catalog([party()]));
    let mapped = complete.table("party").expect("mapped");
    assert_eq!(mapped.columns[1].rule.link, None);
    assert_eq!(mapped.columns[1].rule.content, Content::One(Category::Email));
    let typed = mapped.columns[2].rule.link.as_ref().map(|link| &link.target);
    assert!(matches!(typed, Some(LinkTarget::TypedKey { types, .. }) if types.len() == 1), "{typed:?}");
    assert!(complete.relations().is_empty() && complete.references().is_empty());
    assert!(
        !map(text).check(&catalog([party(), table("sale_order", "party INTEGER, note TEXT")])).is_complete()
    );
}

#[test]
fn a_history_has_the_rules_of_the_table_whose_history_it_is() {
    let history = table("party__history", "__id INTEGER, id INTEGER, name TEXT, kind TEXT");
    let line = "[tables]\nparty__history = { history = \"party\", row = \"__id\" }";
    let complete = complete(&format!("{ALL}{line}"), &catalog([party(), history.clone()]));
    let mapped = complete.table("party__history").expect("mapped");
    let contents: Vec<_> = mapped.columns.iter().map(|column| column.rule.content.clone()).collect();
    let [keep, name] = [Category::Keep, Category::PartyName].map(Content::One);
    assert_eq!(contents, [keep.clone(), keep.clone(), name, keep]);
    assert_eq!(mapped.history.as_ref().map(|history| history.row.as_str()), Some("__id"));

    let wrong = line.replace("__id", "gone").replace("\"party\"", "\"parties\"");
    assert_eq!(
        stale(&format!("{ALL}{wrong}"), &catalog([party(), history])).len(),
        2,
        "neither the base table nor the row column is there"
    );
}

#[test]
fn histories_of_each_other_end() {
    let text = "[tables]\na = { history = \"b\", row = \"v\" }\nb = { history = \"a\", row = \"v\" }";
    let catalog = catalog([table("a", "v INTEGER, x TEXT"), table("b", "v INTEGER, x TEXT")]);
    assert_eq!(unmapped(text, &catalog), ["column a.x (TEXT)", "column b.x (TEXT)"]);
}

#[test]
fn names_are_those_of_the_database_whatever_their_case_in_the_map() {
    let text = "[table.PARTY]\nID = \"keep\"\nKIND = { derive = \"{Name}!\" }\nNAME = { as = \"town\", with = \"KIND\" }";
    let complete = complete(text, &catalog([party()]));
    let columns = &complete.tables()[0].columns;
    assert_eq!(columns[1].rule.fit.with.as_deref(), Some("kind"));
    let how = Derivation::Template("{name}!".into());
    assert_eq!(columns[2].rule.content, Content::Derived { how, from: vec!["name".into()] });
}

#[test]
fn derived_columns_come_after_those_they_are_made_from() {
    let text = "[table.t]\na = { derive = \"lower\", from = \"c\" }\nb = \"email\"\nc = { derive = \"copy\", from = \"b\" }";
    let complete = complete(text, &catalog([table("t", "a TEXT, b TEXT, c TEXT")]));
    assert_eq!(complete.tables()[0].derived, [2, 0]);
}

#[test]
fn a_circle_of_derived_columns_is_a_usage_error() {
    let text =
        "[table.t]\na = { derive = \"lower\", from = \"b\" }\nb = { derive = \"{a} {c}\" }\nc = \"keep\"";
    let catalog = catalog([table("t", "a TEXT, b TEXT, c TEXT")]);
    let error = map(text).complete_for(&catalog).expect_err("a circle");
    assert_eq!(kind_of(&error), Kind::Usage);
    assert_eq!(misfits(text, &catalog), ["a is computed from itself: a from b from a"]);
}

#[test]
fn what_decides_over_another_column_has_to_be_kept() {
    let text = |kind: &str| {
        format!(
            "[table.party]\nid = \"keep\"\nkind = \"{kind}\"\nname = {{ by = \"kind\", when = {{}}, else = \"blank\" }}"
        )
    };
    assert!(check(&text("keep"), &catalog([party()])).is_complete());
    let told = misfits(&text("free-text"), &catalog([party()]));
    assert_eq!(told, ["party.kind decides what name is, and is not kept: own.toml:6:1"]);
}

#[test]
fn only_a_virtual_table_is_made_anew() {
    let told = misfits("[tables]\nparty = \"rebuild\"", &catalog([party()]));
    assert_eq!(told, ["only a virtual table can be made anew, and party is none"]);
    let mut catalog = catalog([table("note_fts", "text")]);
    catalog.tables[0].kind = TableKind::Virtual("fts5".into());
    assert!(check("[tables]\nnote_fts = \"rebuild\"", &catalog).is_complete());
}

#[test]
fn keeping_what_looks_personal_is_a_warning_and_no_error() {
    let catalog = catalog([
        table("t", "email TEXT, phone INTEGER, mail_list INTEGER, email_ok BOOLEAN, code TEXT"),
        party(),
    ]);
    let text = "[everywhere.types]\nINTEGER = \"keep\"\n[tables]\nparty = \"keep\"\n[table.t]\nemail = \"keep\"\n\
                mail_list = { link = \"party\" }\n\"*\" = \"keep\"";
    let check = check(text, &catalog);
    assert!(check.is_complete());
    let warnings: Vec<String> =
        check.warnings.iter().map(|warning| format!("{}: {}", warning.origin, warning.what)).collect();
    assert_eq!(
        warnings,
        [
            "own.toml:9:1: t.email is kept, and its name looks like an e-mail address",
            "own.toml:5:1: t.phone is kept, and its name looks like a telephone number",
        ]
    );
}

#[test]
fn a_key_to_a_relation_that_is_taken_for_a_number_is_a_warning() {
    let mut child = table("child", "party INTEGER");
    child.foreign_keys = vec![ForeignKey {
        columns: vec!["party".into()],
        parent: "party".into(),
        parent_columns: Vec::new(),
    }];
    let role = "[relations.company]\ntable = \"party\"\nkey = \"id\"\n";
    let with = |rule: &str| {
        check(&format!("{ALL}[table.child]\nparty = {rule}\n{role}"), &catalog([party(), child.clone()]))
    };
    let loose = with("\"keep\"");
    assert_eq!(loose.warnings.len(), 1);
    assert!(
        loose.warnings[0].what.starts_with("child.party is a key to party"),
        "{}",
        loose.warnings[0].what
    );
    assert!(with("{ owner = \"party\" }").warnings.is_empty());
}
