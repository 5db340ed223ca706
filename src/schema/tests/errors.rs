//! Everything that can be wrong with a map's text, and where the message points.

use super::*;
use crate::fault::{Kind, kind_of};

/// The complaint about the block of `party` whose one line is `line`; it stands on line 5.
fn about(line: &str) -> String {
    wrong(&format!("[table.party]\n{line}"))
}

#[test]
fn text_that_is_no_toml_is_told_with_its_place() {
    let error = read("[table.party\nname = 1").expect_err("not TOML");
    assert_eq!(kind_of(&error).status(), 2);
    assert!(told(&error).starts_with("own.toml:4:"), "{}", told(&error));
}

#[test]
fn columns_are_counted_in_characters() {
    assert_eq!(about("\"éé\" = \"emial\""), "own.toml:5:8: unknown word `emial`; did you mean `email`?");
}

#[test]
fn what_every_map_needs_is_asked_for() {
    let error = Map::parse("", "own.toml", &mut |_| unreachable!()).expect_err("empty");
    let expected = ["`for` is missing", "`format` is missing", "`name` is missing"];
    assert_eq!(told(&error), expected.map(|what| format!("own.toml:1:1: {what}")).join("\n"));
    let newer = "name = \"x\"\nformat = 2\nfor = \"x\"";
    let error = Map::parse(newer, "own.toml", &mut |_| unreachable!()).expect_err("newer");
    assert_eq!(told(&error), "own.toml:2:10: this program reads `format` 1; the map is for a newer one");
}

#[test]
fn unknown_keys_come_with_the_nearest_known_one() {
    assert_eq!(wrong("[tabels]"), "own.toml:4:2: unknown key `tabels`; did you mean `tables`?");
    assert_eq!(
        about("x = { as = \"email\", maxx = 3 }"),
        "own.toml:5:21: unknown key `maxx`; did you mean `max`?"
    );
    assert_eq!(
        wrong("[relations.contacts]"),
        "own.toml:4:12: unknown key `contacts`; did you mean `contact`?"
    );
    assert_eq!(wrong("[everywhere.tipes]"), "own.toml:4:13: unknown key `tipes`; did you mean `types`?");
}

#[test]
fn text_is_never_kept_by_its_type() {
    for name in ["TEXT", "VARCHAR", "BLOB", "JSON", "DATE", "DATETIME", "XML", "UUID", "\"\""] {
        let complaint = wrong(&format!("[everywhere.types]\n{name} = \"keep\""));
        assert!(complaint.starts_with("own.toml:5:1: type `"), "{complaint}");
        assert!(complaint.contains("never kept by type alone"), "{complaint}");
    }
    assert!(wrong("[everywhere.types]\n\"NUMERIC(9)\" = \"keep\"").contains("without its length"));
    assert!(wrong("[everywhere.types]\nINTEGER = \"blank\"").contains("unknown word `blank` for `INTEGER`"));
}

#[test]
fn what_is_wrong_with_a_column_is_said_where_it_is_wrong() {
    for (line, complaint) in [
        ("x = 3", "5:5: `x` is a text, not an integer"),
        ("x = {}", "5:5: nothing says what the column is: add as = \"…\" or a link"),
        ("x = { max = 3 }", "5:5: nothing says what the column is: add as = \"…\" or a link"),
        (
            "x = { as = \"email\", json = { \"*\" = \"blank\" } }",
            "5:21: `as` and `json` both say what the column is",
        ),
        ("x = { by = \"t\", when = {} }", "5:5: `else` is missing"),
        ("x = { by = \"t\", else = \"keep\" }", "5:5: `when` is missing"),
        (
            "x = { derive = \"lowr\", from = \"y\" }",
            "5:16: unknown word `lowr` for `derive`; did you mean `lower`?",
        ),
        ("x = { derive = \"lower\" }", "5:16: `derive` needs `from`: the column that it is computed from"),
        (
            "x = { derive = \"{a\" }",
            "5:16: a template has its columns in braces: \"{first_name} {last_name}\"",
        ),
        ("x = { derive = \"{a}\", from = \"a\" }", "5:23: a template names its columns itself"),
        (
            "x = { json = { \"$.a\" = \"keep\" } }",
            "5:14: the rest of a JSON document needs a word too: \"*\" = \"blank\"",
        ),
        (
            "x = { json = { \"a\" = \"keep\", \"*\" = \"keep\" } }",
            "5:16: `a` is no path such as $.lines[*].description",
        ),
        ("x = { file = \"../{}\" }", "5:14: a path is relative to the database's folder and stays below it"),
        ("x = { file = \"all\" }", "5:14: a path has the value as {}, or a slice of it as {from:length}"),
        ("x = { owner = \"a\", link = \"b\" }", "5:20: a column is `owner` or `link`, not both"),
        ("x = { link = \"a\", shared = true }", "5:19: `shared` belongs to an `owner`"),
        ("x = { owner = \"*\" }", "5:15: \"*\" needs reference = \"model,id\", or `type-in` and `types`"),
        (
            "x = { owner = \"a\", reference = \"model,id\" }",
            "5:15: `owner` is \"*\" where the table depends on the row",
        ),
        ("x = { reference = \"model,id\" }", "5:7: `reference` needs owner = \"*\" or link = \"*\""),
        ("x = { owner = \"*\", type-in = \"t\" }", "5:5: `types` is missing"),
        ("x = { link = \"a.\" }", "5:14: `link` is a table, or \"table.column\""),
        (
            "x = { as = \"email\", erase = \"follow\" }",
            "5:29: only a link can say that; a value is kept or blanked",
        ),
        ("x = { link = \"a\", erase = \"keep\" }", "5:27: what an erasure keeps needs a `reason`"),
        (
            "x = { link = \"a\", erase = \"kep\", reason = \"r\" }",
            "5:27: unknown word `kep` for `erase`; did you mean `keep`?",
        ),
        ("x = { as = \"email\", reason = \"r\" }", "5:21: `reason` belongs to an `erase`"),
        (
            "x = { as = \"amount\", erase = \"blank\", for = \"1 day\" }",
            "5:39: `for` belongs to erase = \"keep\"",
        ),
        (
            "x = { as = \"amount\", erase = \"keep\", reason = \"r\", for = \"ever\" }",
            "5:58: `for` is a time such as \"10 years after sale_date\"",
        ),
        ("x = { as = \"email\", max = 0 }", "5:27: `max` is a whole number from 1, not an integer"),
        ("x = { as = \"email\", valid = \"yes\" }", "5:29: `valid` is true or false, not a string"),
        (
            "x = { as = \"date\", time = \"%!\" }",
            "5:27: `time` is a way to write moments such as \"%Y-%m-%d %H:%M:%S\"",
        ),
        ("x = { as = \"email\", from = \"y\" }", "5:21: `from` belongs to `derive`"),
        ("x = \"\"", "5:5: unknown word ``"),
    ] {
        assert_eq!(about(line), format!("own.toml:{complaint}"), "{line}");
    }
}

#[test]
fn what_is_wrong_with_a_whole_table_is_said_where_it_is_wrong() {
    for (line, complaint) in [
        ("x = \"kep\"", "5:5: unknown word `kep` for `x`; did you mean `keep`?"),
        ("x = {}", "5:5: nothing says what the table is: add `rows`, `history` or `optional`"),
        ("x = { history = \"y\" }", "5:7: a `history` needs `row`: the column that numbers its versions"),
        ("x = { rows = \"keep\", row = \"y\" }", "5:22: `row` belongs to a `history`"),
        (
            "x = { rows = \"keep\", history = \"y\", row = \"z\" }",
            "5:7: `rows` and `history` both say what the table is",
        ),
        ("x = \"keep\"\nX = \"keep\"", "6:1: `X` is there twice: the case of a name makes no difference"),
    ] {
        assert_eq!(wrong(&format!("[tables]\n{line}")), format!("own.toml:{complaint}"), "{line}");
    }
    assert_eq!(
        wrong("[views]\nx = \"drop\""),
        "own.toml:5:5: unknown word `drop` for `x`; the words are keep"
    );
}

#[test]
fn roles_are_read_as_strictly() {
    for (text, complaint) in [
        ("[accounts.staff]\ntable = \"u\"\nkey = \"id\"", "4:11: `login` is missing"),
        (
            "[retention.lead]\nafter = \"3 weeks\"\nreason = \"r\"\nsince = { table = \"t\", column = \"c\" }",
            "5:9: `after` is a time such as \"3 years\"",
        ),
        (
            "[relations.lead]\ntable = \"t\"\nkey = \"id\"\nunless = \"lead\"",
            "7:10: a kind cannot be unless itself",
        ),
        (
            "[relations.lead]\ntable = \"t\"\nkey = \"id\"\nwhere = { a = [] }",
            "7:15: `a` is a list of texts, numbers, true or false, and not an empty one",
        ),
        (
            "[objection.lead]\ntable = \"t\"\nflag = \"f\"\nmeans = \"objectd\"",
            "7:9: unknown word `objectd` for `means`; did you mean `objected`?",
        ),
        ("[neutralise]\ncron = {}", "5:8: nothing is set"),
        ("folder = \"/etc\"", "4:10: `folder` is relative to the database's folder and stays below it"),
    ] {
        assert_eq!(wrong(text), format!("own.toml:{complaint}"), "{text}");
    }
}

#[test]
fn gestures_of_later_say_that_they_are_not_there_yet() {
    for (text, place) in [
        ("prefix = \"llx_\"", "4:1: `prefix`"),
        ("[table.t]\nx = { link = \"a\", types-from = \"y\" }", "5:19: `types-from`"),
        ("[table.t]\nx = { as-column = \"y\" }", "5:7: `as-column`"),
        ("[table.t]\nx = { owns = \"y\" }", "5:7: `owns`"),
    ] {
        let complaint = wrong(text);
        let expected = format!("own.toml:{place} is not there yet; see crm-admin-map(5)");
        assert_eq!(complaint.lines().next(), Some(expected.as_str()), "{complaint}");
    }
}

#[test]
fn all_that_is_wrong_is_told_together_up_to_twenty() {
    let lines: String = (0..3).map(|at| format!("x{at} = \"wrong\"\n")).collect();
    assert_eq!(about(&lines).lines().count(), 3);
    let lines: String = (0..30).map(|at| format!("x{at} = \"wrong\"\n")).collect();
    let told = about(&lines);
    assert_eq!(told.lines().count(), 21);
    assert!(told.ends_with("and 10 more"), "{told}");
}

#[test]
fn a_map_that_is_not_there_is_missing_with_the_nearest_shipped_name() {
    let error = Map::load("tryton8").expect_err("there is none");
    assert_eq!(kind_of(&error), Kind::Missing);
    assert_eq!(
        fault_of(&error).and_then(|fault| fault.hint.clone()).as_deref(),
        Some("did you mean `tryton-8`?")
    );
    let error = Map::load("zzz").expect_err("there is none");
    let hint = fault_of(&error).and_then(|fault| fault.hint.clone()).unwrap_or_default();
    assert!(["reference, ", "tryton-8"].iter().all(|name| hint.contains(name)), "{hint}");
}
