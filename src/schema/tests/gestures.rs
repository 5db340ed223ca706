//! Every way to say what a column is.

use super::*;
use crate::schema::*;
use std::collections::BTreeMap;

fn link(line: &str) -> Link {
    rule(line).link.expect("it is a link")
}

#[test]
fn a_word_is_a_category() {
    for category in Category::ALL {
        assert_eq!(rule(&format!("x = \"{category}\"")), ColumnRule::of(*category));
    }
}

#[test]
fn a_link_is_kept_unless_it_says_what_it_is() {
    assert_eq!(rule("x = { owner = \"company\" }"), ColumnRule::link(Bond::Owner, "company"));
    assert_eq!(rule("x = { link = \"res_user\" }"), ColumnRule::link(Bond::Mention, "res_user"));
    let login = rule("x = { as = \"login\", link = \"res_user.login\" }");
    assert_eq!(login.content, Content::One(Category::Login));
    let target = LinkTarget::Value { table: "res_user".into(), column: "login".into() };
    assert_eq!(login.link, Some(Link { bond: Bond::Mention, target, shared: false }));
    assert!(link("x = { owner = \"email_addresses\", shared = true }").shared);
}

#[test]
fn a_link_may_lead_to_any_table() {
    assert_eq!(link("x = { owner = \"*\", reference = \"model,id\" }").target, LinkTarget::Reference);
    let typed = rule("x = { owner = \"*\", type-in = \"parent_type\", types = { Accounts = \"accounts\" } }");
    assert_eq!(typed.content, Content::One(Category::Keep));
    let types = BTreeMap::from([("Accounts".to_owned(), "accounts".to_owned())]);
    let target = LinkTarget::TypedKey { type_column: "parent_type".into(), types };
    assert_eq!(typed.link, Some(Link { bond: Bond::Owner, target, shared: false }));
}

#[test]
fn another_column_may_decide() {
    let said =
        rule("x = { by = \"type\", when = { phone = \"phone\" }, else = \"free-text\", valid = true }");
    let when = BTreeMap::from([("phone".to_owned(), Category::Phone)]);
    assert_eq!(
        said.content,
        Content::ByColumn { column: "type".into(), when, otherwise: Category::FreeText }
    );
    assert!(said.fit.valid);
}

#[test]
fn a_column_may_be_computed_from_others() {
    let how = |line: &str| match rule(line).content {
        Content::Derived { how, from } => (how, from.join("+")),
        other => panic!("{other:?} is not derived"),
    };
    for (word, derivation) in [
        ("compact", Derivation::Compact),
        ("lower", Derivation::Lower),
        ("upper", Derivation::Upper),
        ("digits", Derivation::Digits),
        ("e164", Derivation::E164),
        ("copy", Derivation::Copy),
    ] {
        let line = format!("x = {{ derive = \"{word}\", from = \"value\" }}");
        assert_eq!(how(&line), (derivation, "value".to_owned()));
    }
    let template = "{first} {last}, {first}";
    let expected = (Derivation::Template(template.to_owned()), "first+last".to_owned());
    assert_eq!(how(&format!("x = {{ derive = \"{template}\" }}")), expected);
}

#[test]
fn a_json_document_has_a_word_for_each_path_and_for_the_rest() {
    let said =
        rule("x = { json = { \"*\" = \"blank\", \"$.*\" = \"keep\", \"$.lines[*].note\" = \"free-text\" } }");
    let Content::Json { paths, otherwise } = said.content else { panic!("not JSON") };
    assert_eq!(otherwise, Category::Blank);
    assert_eq!(
        paths.iter().map(|(_, category)| *category).collect::<Vec<_>>(),
        [Category::FreeText, Category::Keep]
    );
}

#[test]
fn lists_and_files_have_their_gesture() {
    assert_eq!(rule("x = { list-of = \"email\" }").content, Content::ListOf(Category::Email));
    let path = "attachments/{0:2}/{2:2}/{}";
    let file = |holds| Content::File { path: path.to_owned(), holds };
    assert_eq!(rule(&format!("x = {{ file = \"{path}\" }}")).content, file(Category::Document));
    assert_eq!(rule(&format!("x = {{ file = \"{path}\", as = \"card\" }}")).content, file(Category::Card));
}

#[test]
fn the_shape_of_a_mask_is_said_beside_the_category() {
    let said = rule(
        "x = { as = \"secret\", max = 80, valid = true, unique = true, random = true, with = \"y\", blank-is = \"\", \
         time = \"%Y-%m-%d\" }",
    );
    let expected = Fit {
        max_chars: Some(80),
        valid: true,
        unique: true,
        random: true,
        with: Some("y".into()),
        blank_is: Some(String::new()),
        generalise: None,
        time: Some("%Y-%m-%d".into()),
    };
    assert_eq!(said.fit, expected);
}

#[test]
fn what_an_erasure_does_can_be_said() {
    let acts = [
        ("delete", EraseAct::Delete),
        ("blank", EraseAct::Blank),
        ("detach", EraseAct::Detach),
        ("refuse", EraseAct::Refuse),
        ("follow", EraseAct::Follow),
        ("offer", EraseAct::Offer),
    ];
    for (word, act) in acts {
        let said = rule(&format!("x = {{ link = \"party\", erase = \"{word}\" }}")).erase;
        assert_eq!(said, Some(Erase { act, reason: None, until: None }));
    }
    let said = rule(
        "x = { owner = \"party\", erase = \"keep\", reason = \"law\", for = \"10 years after sale_date\" }",
    );
    let kept = Erase {
        act: EraseAct::Keep,
        reason: Some("law".into()),
        until: Some("10 years after sale_date".into()),
    };
    assert_eq!(said.erase, Some(kept));
}

#[test]
fn every_rule_knows_its_place_and_its_words() {
    let map = map("[table.party]\n  name   = \"party-name\"\n\"é*\" = { as = \"email\",\n  max = 9 }");
    let block = map.block("PARTY").expect("case makes no difference");
    let place = |at: usize| (block.columns[at].origin.to_string(), block.columns[at].origin.words.clone());
    assert_eq!(place(0), ("own.toml:5:3".into(), "[table.party] name = \"party-name\"".into()));
    assert_eq!(place(1).0, "own.toml:6:1");
    assert_eq!(place(1).1, "[table.party] \"é*\" = { as = \"email\", max = 9 }");
    assert_eq!((block.origin.line, block.origin.words.as_str()), (4, "[table.party]"));
}

#[test]
fn a_column_may_have_a_heading_of_its_own() {
    let map = map("[table.party.x]\nas = \"email\"\nmax = 9");
    let column = &map.block("party").expect("there").columns[0];
    assert_eq!(column.rule.fit.max_chars, Some(9));
    assert_eq!(column.origin.words, "[table.party] x");
}

#[test]
fn the_digest_is_of_the_text() {
    // What sha256sum says of the three lines and an empty one.
    assert_eq!(map("").digest(), "1a424152c545955cba1b6ac8c158fa2c92dd0323848bd27f7bdfcab219be2d88");
    assert_ne!(map("").digest(), map("# one comment").digest());
}

#[test]
fn shipped_maps_are_called_as_their_files() {
    let shipped = Map::shipped();
    assert!(shipped.len() >= 2);
    for (name, about) in shipped {
        assert!(!about.is_empty(), "{name}");
        assert_eq!(Map::load(name).expect("shipped maps can be read").name(), name);
        assert!(Map::shipped_text(name).is_some_and(|text| text.contains(&about)));
    }
}

#[test]
fn coarser_values_are_said_in_words_or_in_bands() {
    for (line, coarse) in [
        ("x = { as = \"birth-date\", generalise = \"year\" }", Generalise::Year),
        ("x = { as = \"date\", generalise = \"month\" }", Generalise::Month),
        ("x = { as = \"postcode\", generalise = \"department\" }", Generalise::Department),
        ("x = { as = \"keep\", generalise = [0, 10, 50] }", Generalise::Bands(vec![0, 10, 50])),
        ("x = { as = \"amount\", generalise = [-5, 5] }", Generalise::Bands(vec![-5, 5])),
    ] {
        assert_eq!(rule(line).fit.generalise, Some(coarse));
    }
}

#[test]
fn a_coarser_value_has_to_go_with_what_the_column_is() {
    for (rule, complaint) in [
        (
            "as = \"email\", generalise = \"year\"",
            "own.toml:5:34: this way to generalise is for a birth-date or a date",
        ),
        ("as = \"date\", generalise = \"department\"", "is for a postcode or a town"),
        ("as = \"date\", generalise = [1, 2]", "an amount, or a number that is kept"),
        ("as = \"amount\", generalise = [2, 1]", "rising whole numbers"),
        ("as = \"amount\", generalise = [1]", "rising whole numbers"),
        ("as = \"amount\", generalise = [1, \"x\"]", "rising whole numbers"),
        (
            "as = \"date\", generalise = \"yaer\"",
            "unknown word `yaer` for `generalise`; did you mean `year`?",
        ),
        ("list-of = \"email\", generalise = \"year\"", "belongs to a column of one category"),
    ] {
        let told = wrong(&format!("[table.party]\nx = {{ {rule} }}"));
        assert!(told.contains(complaint), "{rule}: {told}");
    }
}

#[test]
fn what_generalises_a_postcode_generalises_its_town() {
    let map = "[table.party]\nzip = { as = \"postcode\", with = \"city\", generalise = \"department\" }\ncity = \"town\"\nother = \"town\"";
    let complete = complete(map, &catalog([table("party", "zip TEXT, city TEXT, other TEXT")]));
    let general = |name: &str| {
        let party = complete.table("party").expect("the table");
        party.column(name).expect("the column").rule.fit.generalise.is_some()
    };
    assert_eq!(["zip", "city", "other"].map(general), [true, true, false]);
}

#[test]
fn columns_that_single_somebody_out_together_are_columns_of_the_table() {
    let party = || catalog([table("party", "born DATE, zip TEXT")]);
    let map = "[table.party]\n\"*\" = \"blank\"\n[quasi.PARTY]\ncolumns = [\"Born\", \"zip\"]";
    assert_eq!(complete(map, &party()).table("party").expect("the table").quasi, ["born", "zip"]);
    let stale = check("[table.party]\n\"*\" = \"blank\"\n[quasi.party]\ncolumns = [\"zap\"]", &party()).stale;
    assert_eq!(stale.len(), 1);
    assert_eq!(stale[0].nearest.as_deref(), Some("zip"));
    assert!(wrong("[quasi.party]\ncolumns = []").contains("not an empty one"));
    assert!(wrong("[quasi.party]\ncolumn = [\"zip\"]").contains("`columns`"));
}
