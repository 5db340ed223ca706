//! Fields, search indexes and groups, in a complete map.

use super::*;
use crate::schema::*;
use crate::store::Value;

fn crm() -> Catalog {
    let words = Table { kind: TableKind::Virtual("fts5".to_owned()), ..table("words", "Name TEXT") };
    catalog([
        table("Party", "id INTEGER, Name TEXT, Firm INTEGER, token TEXT, changed TEXT"),
        table("address", "id INTEGER, party INTEGER, second INTEGER, Town TEXT, kind TEXT, plain TEXT"),
        table("firm", "id INTEGER, title TEXT"),
        table("team", "id INTEGER, label TEXT"),
        table("member", "team INTEGER, who INTEGER"),
        table("loose", "x TEXT"),
        words,
    ])
}

const COLUMNS: &str = "[table.party]\ntoken = \"secret\"\nfirm = { link = \"firm\" }\n\
    [table.address]\nparty = { owner = \"party\" }\ntown = \"town\"\n\
    [tables]\n\"*\" = \"keep\"\nwords = \"rebuild\"\n\
    [relations.contact]\ntable = \"party\"\nkey = \"id\"\nlabel = \"name\"\nchanged-at = \"CHANGED\"\n";

fn with(sections: &str) -> CompleteMap {
    complete(&format!("{COLUMNS}{sections}"), &crm())
}

fn misfits(sections: &str) -> String {
    let check = check(&format!("{COLUMNS}{sections}"), &crm());
    check.misfits.into_iter().map(|misfit| misfit.what).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_field_knows_the_way_from_its_table_to_the_relation() {
    let complete = with(
        "[fields.contact]\nname = \"NAME\"\ntown = \"ADDRESS.town\"\nfirm = \"firm.title\"\n\
         other = { column = \"address.town\", by = \"SECOND\", where = { kind = \"b\" }, also = { PLAIN = \"digits\" } }",
    );
    let fields: Vec<&Field> = complete.fields(RelationKind::Contact).collect();
    let place = |name: &str| {
        let field = fields.iter().find(|field| field.name == name).expect("there");
        (field.table.as_str(), field.column.as_str(), field.place.clone())
    };
    assert_eq!(place("name"), ("Party", "Name", FieldPlace::Root));
    assert_eq!(place("town"), ("address", "Town", FieldPlace::Child { by: "party".into() }));
    let parent = FieldPlace::Parent { link: "Firm".into(), key: "id".into() };
    assert_eq!(place("firm"), ("firm", "title", parent));
    assert_eq!(place("other").2, FieldPlace::Child { by: "second".into() });
    let other = fields.iter().find(|field| field.name == "other").expect("there");
    assert_eq!(other.filter, [("kind".to_owned(), vec![Value::from("b")])]);
    assert_eq!(other.also, [("plain".to_owned(), Derivation::Digits)]);
    assert_eq!(
        complete.relation(RelationKind::Contact).expect("there").changed_at.as_deref(),
        Some("changed")
    );
    assert_eq!(complete.fields(RelationKind::Lead).count(), 0);
}

#[test]
fn an_index_of_words_and_groups_are_in_the_database_s_spelling() {
    let complete = with(
        "[search]\nPARTY = \"WORDS\"\n[groups]\ntable = \"TEAM\"\nkey = \"ID\"\nname = \"Label\"\n\
         members = { table = \"MEMBER\", group = \"Team\", contact = \"WHO\" }",
    );
    let search = complete.search_index("party").expect("there");
    assert_eq!((search.table.as_str(), search.index.as_str()), ("Party", "words"));
    assert!(complete.search_index("address").is_none());
    let groups = complete.groups().expect("there");
    assert_eq!(
        (groups.table.as_str(), groups.name.as_str(), groups.group.as_str()),
        ("team", "label", "team")
    );
    assert_eq!(
        (groups.member(RelationKind::Contact), groups.member(RelationKind::Lead)),
        (Some("who"), None)
    );
}

#[test]
fn what_cannot_be_a_field_an_index_or_a_group_is_a_misfit() {
    let of = |field: &str| misfits(&format!("[fields.contact]\nx = {field}"));
    assert_eq!(of("\"token\""), "Party.token is a secret, and no field");
    assert!(of("\"loose.x\"").starts_with("no way from a contact to x"), "{}", of("\"loose.x\""));
    assert_eq!(misfits("[search]\nparty = \"address\""), "address is no fts5 index");
    assert_eq!(misfits("[fields.lead]\nx = \"title\""), "there is no [relations.lead]");
    let groups = "[groups]\ntable = \"team\"\nkey = \"id\"\nname = \"label\"\n";
    let of_leads = format!("{groups}members = {{ table = \"member\", group = \"team\", lead = \"who\" }}");
    assert_eq!(misfits(&of_leads), "there is no [relations.lead]");
    assert_eq!(
        wrong(&format!("{groups}members = {{ table = \"member\", group = \"team\" }}")),
        "own.toml:8:11: no kind of relation is in these groups: name a column for one, such as `contact`"
    );
    assert_eq!(
        wrong("[fields.contact]\n\"a b\" = \"x\""),
        "own.toml:5:1: a field's name has letters, digits, `-` and `_`"
    );
    assert!(
        wrong("[fields.contact]\nx = { column = \"y\", also = { z = \"twice\" } }")
            .contains("unknown word `twice`")
    );
}
