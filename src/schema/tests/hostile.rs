//! No text, however broken, makes the reader panic; and what it reads, it can hold against a database.

use super::*;
use proptest::prelude::*;

/// A map with every gesture in it, to be broken.
const EVERYTHING: &str = r#"name = "x"
format = 1
for = "x"
time = "%Y-%m-%d %H:%M:%S%.f"
folder = "files"
[everywhere.types]
INTEGER = "keep"
[everywhere.columns]
create_uid = { link = "party" }
[tables]
"ir_*" = "keep"
session = { rows = "empty", optional = true }
party__history = { history = "party", row = "__id" }
[views]
"*" = "keep"
[table.party]
name = { as = "party-name", max = 80, unique = true, blank-is = "" }
party = { owner = "party", shared = true, erase = "keep", reason = "r", for = "10 years after name" }
value = { by = "type", when = { phone = "phone" }, else = "free-text", valid = true }
type = { derive = "{name} {value}" }
resource = { owner = "*", reference = "model,id" }
parent = { owner = "*", type-in = "type", types = { A = "party" } }
json = { json = { "$.a[*].b" = "email", "$.*" = "keep", "*" = "blank" } }
list = { list-of = "email" }
file = { file = "a/{0:2}/{}", as = "document" }
"x_*" = "blank"
"*" = { as = "secret", random = true, time = "%Y" }
[accounts.staff]
table = "party"
key = "name"
login = "name"
hash = { column = "name", schemes = ["bcrypt"], prehash = "md5-hex" }
administrator = { table = "party", user = "name", group = "name", is = [1, 2.5, true] }
end-sessions = [ { table = "party", by = "name" } ]
[relations.company]
table = "party"
key = "name"
where = { name = [1] }
has = { table = "party", where = { type = ["a"] } }
[objection.company]
table = "party"
present = true
[erp]
company = { column = "name", siret = "value" }
[erp.connections]
table = "party"
key = "name"
name = "name"
place = "value"
sealed-key = "json"
password = "value"
[erp.third-parties]
code = "name"
erased-at = "value"
set = { type = "a" }
fields = { name = "name", siret = "value" }
[erp.companies]
table = "party"
key = "name"
name = "name"
[erp.keys]
table = "party"
key = "name"
company = "name"
name = "name"
digest = "value"
created-at = "value"
last-used-at = "value"
revoked-at = "value"
[retention.company]
after = "3 years"
since = { table = "party", column = "name" }
reason = "r"
[neutralise]
party = { set = { name = "" }, only = { type = ["a"] } }
[references]
"party.party" = "party"
"#;

fn database() -> Catalog {
    let columns = "name TEXT, party INTEGER, value TEXT, type TEXT, resource TEXT, parent TEXT, json TEXT, list TEXT, file TEXT";
    let history = table("party__history", &format!("__id INTEGER, {columns}"));
    catalog([table("party", columns), history, table("other", "create_uid INTEGER, été TEXT")])
}

/// Reads and, where that works, checks. Nothing may panic on the way.
fn swallow(text: &str) {
    match Map::parse(text, "x", &mut |_| Ok((EVERYTHING.to_owned(), "base".to_owned()))) {
        Ok(map) => {
            let lines = map.check(&database()).lines_to_add();
            assert!(lines.iter().all(|line| !line.contains('\n')));
        }
        Err(error) => assert!(!told(&error).is_empty()),
    }
}

#[test]
fn the_map_to_be_broken_is_whole() {
    let map = Map::parse(EVERYTHING, "x", &mut |_| unreachable!())
        .unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!(map.name(), "x");
}

#[test]
fn deep_and_long_texts_are_survived() {
    for text in [
        "[".repeat(50_000),
        format!("a = {}", "[".repeat(50_000)),
        format!("a = {}", "{ a = ".repeat(50_000)),
        "a.".repeat(50_000),
        format!("{EVERYTHING}[table.{}]", "x".repeat(50_000)),
        "\u{feff}".to_owned() + EVERYTHING,
        EVERYTHING.replace('\n', "\r\n"),
        "\0".to_owned(),
    ] {
        swallow(&text);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        swallow(&text);
    }

    #[test]
    fn a_broken_map_is_read_or_refused(
        at in 0..EVERYTHING.len(),
        length in 0..40_usize,
        with in prop_oneof!["\\PC{0,6}", "[\\[\\]{}=\"'\n#.,*$]{0,4}", any::<String>()],
    ) {
        let mut text = EVERYTHING.to_owned();
        let end = (at + length).min(text.len());
        text.replace_range(at..end, &with);
        swallow(&text);
    }

    #[test]
    fn a_map_with_its_lines_in_another_order_is_read_or_refused(
        lines in proptest::sample::subsequence(EVERYTHING.lines().collect::<Vec<_>>(), 1..40).prop_shuffle(),
    ) {
        swallow(&lines.join("\n"));
    }

    #[test]
    fn a_map_with_values_exchanged_is_read_or_refused(one in 0..60_usize, other in 0..60_usize) {
        let mut lines: Vec<String> = EVERYTHING.lines().map(str::to_owned).collect();
        let (one, other) = (one % lines.len(), other % lines.len());
        let value = |line: &str| line.split_once(" = ").map(|(_, value)| value.to_owned());
        if let (Some(value), Some((key, _))) = (value(&lines[one]), lines[other].split_once(" = ")) {
            lines[other] = format!("{key} = {value}");
        }
        swallow(&lines.join("\n"));
    }
}
