//! The lines that are proposed for what is unmapped: valid, complete, and never less safe than emptying.

use super::*;
use crate::store::ForeignKey;
use proptest::prelude::*;

/// The lines for a database of which the map says nothing.
fn lines(catalog: &Catalog) -> Vec<String> {
    check("", catalog).lines_to_add()
}

#[test]
fn a_guess_follows_type_and_name_and_is_careful() {
    let columns = "id INTEGER, email TEXT, remark TEXT, label VARCHAR(9), amount NUMERIC(9,2), salary REAL, \
                   phone BIGINT, active BOOLEAN, email_ok BOOLEAN, day DATE, born_birth DATE, at TIMESTAMP, \
                   photo BLOB, anything";
    let expected = "[table.t]\n\
        id = \"keep\"  # INTEGER, in the table's key\n\
        email = \"email\"  # TEXT\n\
        remark = \"free-text\"  # TEXT\n\
        label = \"blank\"  # VARCHAR(9)\n\
        amount = \"keep\"  # NUMERIC(9,2)\n\
        salary = \"amount\"  # REAL\n\
        phone = \"blank\"  # BIGINT\n\
        active = \"keep\"  # BOOLEAN\n\
        email_ok = \"keep\"  # BOOLEAN\n\
        day = \"date\"  # DATE\n\
        born_birth = \"birth-date\"  # DATE\n\
        at = \"date\"  # TIMESTAMP\n\
        photo = \"blank\"  # BLOB\n\
        anything = \"blank\"  # no type";
    assert_eq!(lines(&catalog([table("t", columns)])).join("\n"), expected);
}

#[test]
fn a_declared_key_becomes_a_link() {
    let mut child = table("child", "party INTEGER, party_name TEXT");
    let key = |column: &str| ForeignKey {
        columns: vec![column.into()],
        parent: "party".into(),
        parent_columns: Vec::new(),
    };
    child.foreign_keys = vec![key("party"), key("party_name")];
    let catalog = catalog([table("party", "id INTEGER"), child]);
    let lines = check("[tables]\nparty = \"keep\"", &catalog).lines_to_add();
    let expected =
        ["[table.child]", "party = { link = \"party\" }  # INTEGER", "party_name = \"blank\"  # TEXT"];
    assert_eq!(lines, expected);
}

#[test]
fn what_is_settled_elsewhere_comes_as_a_comment() {
    let text = "[everywhere.types]\nINTEGER = \"keep\"";
    let lines = check(text, &catalog([table("rel", "a INTEGER, b TEXT")])).lines_to_add();
    let expected =
        ["[table.rel]", "# a: keep, by [everywhere.types] INTEGER = \"keep\"", "b = \"blank\"  # TEXT"];
    assert_eq!(lines, expected);
}

#[test]
fn definitions_are_grouped_under_their_headings() {
    let mut catalog =
        catalog([table("note_fts", "text"), table("boxes", "x REAL"), table("party", "id INTEGER")]);
    catalog.tables[0].kind = TableKind::Virtual("fts5".into());
    catalog.tables[1].kind = TableKind::Virtual("rtree".into());
    catalog.tables[2].indexes.push(index("by_lower", true, None));
    catalog.views.extend([view("v one"), view("two")]);
    catalog.triggers.push(trigger("touch"));
    let lines = check("[tables]\nparty = \"keep\"", &catalog).lines_to_add().join("\n");
    let expected = "[tables]\nnote_fts = \"rebuild\"  # fts5\nboxes = \"empty\"  # rtree\n\n\
                    [indexes]\nby_lower = \"keep\"\n\n[views]\n\"v one\" = \"keep\"\ntwo = \"keep\"\n\n[triggers]\ntouch = \"keep\"";
    assert_eq!(lines, expected);
    assert!(overlay("[tables]\nparty = \"keep\"", &lines).check(&catalog).is_complete());
}

#[test]
fn a_map_of_one_s_own_can_be_made_of_suggestions_alone() {
    let catalog = catalog([
        table("res_user-res_group", "user INTEGER, group INTEGER"),
        table("tabCRM Lead", "name VARCHAR(140), emailId TEXT, \"odd\" TEXT, a.b TEXT"),
        table("party", "id UUID, été DATE, * TEXT, key = \"x\" # TEXT"),
    ]);
    let lines = lines(&catalog).join("\n");
    let check = map(&lines).check(&catalog);
    assert!(check.is_complete(), "{lines}\n{check:?}");
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_]{1,8}", "[ -~]{1,8}", "\\PC{1,8}", any::<String>()]
}

proptest! {
    #[test]
    fn whatever_the_database_is_called_the_suggestions_complete_the_map(
        tables in proptest::collection::vec(
            (any_name(), proptest::collection::vec((any_name(), any_name()), 1..5)),
            1..4,
        ),
        known in any::<bool>(),
    ) {
        let mut catalog = catalog([]);
        for (name, columns) in tables {
            let mut one = table(&name, "");
            one.columns.clear();
            for (column, declared_type) in columns {
                if one.column(&column).is_none() {
                    let template = table("t", "x").columns.remove(0);
                    one.columns.push(Column { name: column, declared_type, ..template });
                }
            }
            if catalog.table(&name).is_none() {
                catalog.tables.push(one);
            }
        }
        let base = if known { "[everywhere.types]\nINTEGER = \"keep\"" } else { "" };
        let lines = check(base, &catalog).lines_to_add().join("\n");
        let check = overlay(base, &lines).check(&catalog);
        prop_assert!(check.is_complete(), "{lines}\n{check:?}");
    }
}
