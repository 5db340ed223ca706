//! The proof never refuses for want of luck: databases of few rows and of words that masks are made of, and copies of
//! copies of copies, which hold nothing else. Each has its seed, under which it comes out the same again.

use crate::counts::count;
use crate::world::World;
use crm_admin::words::{self, Gender};
use rusqlite::types::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// So many copies of copies are made of each database. Documents need three to come out as they went in.
const GENERATIONS: u64 = 4;

/// Archives `crm.db`, restores the archive in its place, and so on. Keys follow from the seed. What was refused is
/// noted, and left out of nothing: the next copy is made all the same.
fn copy_copies(world: &World, seed: u64, refused: &mut Vec<String>) {
    for generation in 0..GENERATIONS {
        let mut key = [7; 32];
        key[..8].copy_from_slice(&(seed * GENERATIONS + generation).to_le_bytes());
        fs::write(world.path("key"), key).unwrap();
        fs::set_permissions(world.path("key"), fs::Permissions::from_mode(0o600)).unwrap();
        let backup = ["backup", "-o", "a.zst", "--key-file", "key"];
        let told = world.on_crm(backup);
        if told.status() != Some(0) {
            refused.push(format!("seed {seed}, generation {generation}: {}", told.stderr()));
            world.on_crm(backup.iter().chain(&["--no-proof"])).exits(0);
        }
        fs::remove_file(world.path("crm.db")).unwrap();
        world.run(["restore", "a.zst", "--to", "crm.db"]).exits(0);
        fs::remove_file(world.path("a.zst")).unwrap();
    }
}

#[test]
fn a_demo_and_the_copies_of_its_copies_are_archived() {
    let mut refused = Vec::new();
    for seed in 0..count(6, 300) {
        let world = World::empty();
        let (contacts, number) = ((seed * 13 % 70 + 1).to_string(), seed.to_string());
        let init = ["init", "crm.db", "--deliver", "file:password", "--admin", "admin", "--demo", &contacts];
        world.run(init.iter().chain(&["--seed", &number])).exits(0);
        copy_copies(&world, seed, &mut refused);
    }
    assert!(refused.is_empty(), "{}", refused.concat());
}

/// Each category under each gesture that changes what its masks have to be.
const COLUMNS: &[(&str, &str)] = &[
    ("civility TEXT", "civility = \"civility\""),
    ("given TEXT", "given = \"given-name\""),
    ("family TEXT", "family = \"family-name\""),
    ("whole TEXT", "whole = { derive = \"{given} {family}\" }"),
    ("person TEXT", "person = \"full-name\""),
    ("person_once TEXT UNIQUE", "person_once = \"full-name\""),
    ("party TEXT", "party = \"party-name\""),
    ("firm TEXT", "firm = \"company-name\""),
    ("firm_once TEXT UNIQUE COLLATE NOCASE", "firm_once = \"company-name\""),
    ("job TEXT", "job = \"job-title\""),
    ("mail TEXT", "mail = \"email\""),
    ("mail_once TEXT UNIQUE COLLATE NOCASE", "mail_once = \"email\""),
    ("mail_short VARCHAR(24)", "mail_short = \"email\""),
    ("login TEXT UNIQUE COLLATE NOCASE", "login = \"login\""),
    ("phone TEXT", "phone = \"phone\""),
    ("phone_e164 TEXT", "phone_e164 = { derive = \"e164\", from = \"phone\" }"),
    ("phone_valid TEXT", "phone_valid = { as = \"phone\", valid = true }"),
    ("phone_once TEXT UNIQUE", "phone_once = \"phone\""),
    ("phone_number INTEGER", "phone_number = \"phone\""),
    ("street TEXT", "street = \"street\""),
    ("zip TEXT", "zip = { as = \"postcode\", with = \"town\" }"),
    ("town TEXT", "town = { as = \"town\", with = \"zip\" }"),
    ("zip_alone TEXT", "zip_alone = \"postcode\""),
    ("town_alone TEXT", "town_alone = \"town\""),
    ("zip_coarse TEXT", "zip_coarse = { as = \"postcode\", generalise = \"department\" }"),
    ("born TEXT", "born = \"birth-date\""),
    ("born_coarse TEXT", "born_coarse = { as = \"birth-date\", generalise = \"year\" }"),
    ("day TEXT UNIQUE", "day = \"date\""),
    ("nir TEXT", "nir = \"national-id\""),
    ("siren TEXT", "siren = \"siren\""),
    ("siret TEXT UNIQUE", "siret = \"siret\""),
    ("vat TEXT", "vat = \"vat\""),
    ("iban TEXT", "iban = \"iban\""),
    ("bic TEXT", "bic = \"bic\""),
    ("card TEXT", "card = \"card\""),
    ("url TEXT", "url = \"url\""),
    ("ip TEXT", "ip = \"ip\""),
    ("note TEXT", "note = \"free-text\""),
    ("tag TEXT", "tag = \"free-text\""),
    ("tag_once TEXT UNIQUE", "tag_once = \"free-text\""),
    ("file TEXT", "file = \"document-name\""),
    ("scan BLOB", "scan = \"document\""),
    ("letter TEXT", "letter = \"document\""),
    ("owed INTEGER", "owed = \"amount\""),
    ("price REAL", "price = \"amount\""),
    ("written TEXT", "written = \"amount\""),
    ("token TEXT", "token = \"secret\""),
    (
        "extra TEXT",
        "extra = { json = { \"$.tags[*]\" = \"free-text\", \"$.who\" = \"full-name\", \"$.ip\" = \"ip\", \"*\" = \"blank\" } }",
    ),
    ("copied TEXT", "copied = { list-of = \"email\" }"),
    ("kind TEXT", "kind = \"keep\""),
    (
        "other TEXT",
        "other = { by = \"kind\", when = { mail = \"email\", call = \"phone\" }, else = \"free-text\" }",
    ),
];

/// What chance there is, the same again under one seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

/// Who a row is about, in words that masks are made of, as a copy of a copy has them.
struct Person {
    id: usize,
    given: &'static str,
    family: &'static str,
    firm: String,
    place: words::Commune,
    kind: &'static str,
}

impl Person {
    fn of(id: usize, chance: &mut Chance) -> Self {
        let gender = [Gender::Feminine, Gender::Masculine][chance.below(2)];
        let (stem, trade) = (chance.of(words::company_stems()), chance.of(words::company_trades()));
        let form = chance.of(words::legal_forms());
        let firms = [format!("{stem} {trade} {form}"), format!("{stem} {form}"), stem.to_owned()];
        Person {
            id,
            given: chance.of(words::given_names(gender)),
            family: chance.of(words::family_names()),
            firm: firms[chance.below(3)].clone(),
            place: words::communes()[chance.below(words::communes().len())],
            kind: chance.of(&["mail", "call", "visit"]),
        }
    }

    fn mail(&self, chance: &mut Chance) -> String {
        let name = format!("{}.{}{}", self.given, self.family, self.id).replace([' ', '\''], "-");
        format!("{name}@{}.example", chance.of(words::company_stems()).replace([' ', '\''], "-"))
    }

    /// The value of a column, by what stands before the first `_` of its name.
    fn value(&self, column: &str, chance: &mut Chance) -> Value {
        let is_once = column.ends_with("_once");
        let text = match column.split('_').next().unwrap() {
            "civility" => chance.of(&["M.", "Mme", "M. et Mme", ""]).to_owned(),
            "given" => self.given.to_owned(),
            "family" => self.family.to_owned(),
            "whole" | "person" => format!("{} {}", self.given, self.family),
            "party" => {
                [self.firm.clone(), format!("Mme {} {}", self.given, self.family)][chance.below(2)].clone()
            }
            "firm" => self.firm.clone(),
            "job" => chance.of(words::jobs()).to_owned(),
            "mail" => self.mail(chance),
            "login" => format!("{}{}", self.family.to_lowercase(), self.id),
            "phone" => phone(chance),
            "street" => {
                let street =
                    format!("{} {}", chance.of(words::street_kinds()), chance.of(words::street_names()));
                [street.clone(), format!("{} {street}", 1 + chance.below(98))][chance.below(2)].clone()
            }
            "zip" => self.place.postcode.to_owned(),
            "town" => self.place.name.to_owned(),
            "born" => {
                format!("{}-{:02}-{:02}", 1950 + chance.below(60), 1 + chance.below(12), 1 + chance.below(28))
            }
            "day" => format!("{}-03-{:02} 10:11:12", 1900 + self.id, 1 + chance.below(28)),
            "nir" => format!("2{}", chance.digits(14)),
            "siren" => chance.digits(9),
            "siret" => format!("{:06}{}", self.id, chance.digits(8)),
            "vat" => {
                [format!("FR{}", chance.digits(11)), format!("FR {} {}", chance.digits(2), chance.digits(9))]
                    [chance.below(2)]
                .clone()
            }
            "iban" => format!("FR76 {} {} {}", chance.digits(4), chance.digits(4), chance.digits(15)),
            "bic" => chance.of(&["AGRIFRPP", "BNPAFRPPXXX", "CMCIFR2A"]).to_owned(),
            "card" => format!("4970 {} {} {}", chance.digits(4), chance.digits(4), chance.digits(4)),
            "url" => format!(
                "https://www.{}.example/",
                chance.of(words::company_stems()).replace([' ', '\''], "-")
            ),
            "ip" => [format!("192.0.2.{}", chance.below(256)), format!("2001:db8::{}", chance.digits(4))]
                [chance.below(2)]
            .clone(),
            "note" => format!("{} {}", chance.of(words::sentences()), tag(chance)),
            "tag" => tag(chance),
            "file" => format!("{}.pdf", tag(chance).replace(' ', "-")),
            "scan" | "letter" => format!("content removed ({} bytes, text)", 20 + chance.below(20)),
            "token" => {
                [chance.digits(20), chance.of(words::words_of_length(9)).to_owned()][chance.below(2)].clone()
            }
            "extra" => format!(
                "{{\"tags\":[\"{}\"],\"who\":\"{} {}\",\"ip\":\"203.0.113.{}\"}}",
                tag(chance),
                self.given,
                self.family,
                chance.below(256)
            ),
            "copied" => format!("{}, {} <{}>", self.mail(chance), self.given, self.mail(chance)),
            "kind" => self.kind.to_owned(),
            "other" => match self.kind {
                "mail" => self.mail(chance),
                "call" => phone(chance),
                _ => tag(chance),
            },
            "owed" => return Value::Integer(chance.below(1000) as i64),
            "price" => return Value::Real(chance.below(100_000) as f64 / 100.0),
            "written" => format!("{},{:02}", chance.below(1000), chance.below(100)),
            other => panic!("nobody knows a value for {other}"),
        };
        match column {
            "phone_number" => Value::Integer(text.replace([' ', '+'], "").parse().unwrap()),
            "scan" => Value::Blob(text.into_bytes()),
            _ if is_once => Value::Text(format!("{text} {}", self.id)),
            _ => Value::Text(text),
        }
    }
}

/// A number of the ranges for fiction, or any other.
fn phone(chance: &mut Chance) -> String {
    let fiction = format!("06 39 98 {} {}", chance.digits(2), chance.digits(2));
    let abroad = format!("+331990{}", chance.digits(5));
    let any = format!("0{}{}", 1 + chance.below(9), chance.digits(8));
    [fiction, abroad, any][chance.below(3)].clone()
}

/// A short text of few others of its length.
fn tag(chance: &mut Chance) -> String {
    let length = 1 + chance.below(20);
    let shelf = [words::subjects_of_length(length), words::words_of_length(length.min(14))][chance.below(2)];
    let text = if shelf.is_empty() { "Catalogue" } else { chance.of(shelf) };
    [text.to_owned(), text.to_lowercase()][chance.below(2)].clone()
}

#[test]
fn few_rows_of_words_that_masks_are_made_of_are_archived() {
    let columns: Vec<&str> = COLUMNS.iter().map(|(declared, _)| *declared).collect();
    let rules: Vec<&str> = COLUMNS.iter().map(|(_, rule)| *rule).collect();
    let map = format!(
        "name = \"few\"\nformat = 1\nfor = \"chance\"\n[table.t]\nid = \"keep\"\n{}\n",
        rules.join("\n")
    );
    let mut refused = Vec::new();
    for seed in 0..count(12, 600) {
        let encoding = if seed % 5 == 4 { "PRAGMA encoding = 'UTF-16le';" } else { "" };
        let script = format!("{encoding} CREATE TABLE t (id INTEGER PRIMARY KEY, {});", columns.join(", "));
        let world = World::with(&script, &map);
        let mut chance = Chance(seed);
        let database = world.database("crm.db");
        for id in 1..=[1, 2, 3, 12, 60][seed as usize % 5] {
            let person = Person::of(id, &mut chance);
            let mut row = vec![Value::Integer(id as i64)];
            row.extend(columns.iter().map(|declared| {
                let column = declared.split(' ').next().unwrap();
                if chance.below(8) == 0 { Value::Null } else { person.value(column, &mut chance) }
            }));
            let places = vec!["?"; row.len()].join(", ");
            database
                .execute(&format!("INSERT INTO t VALUES ({places})"), rusqlite::params_from_iter(row))
                .unwrap();
        }
        drop(database);
        copy_copies(&world, seed, &mut refused);
    }
    assert!(refused.is_empty(), "{}", refused.concat());
}
