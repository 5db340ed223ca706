//! A scripted year of a CRM and its ERP: objections on both sides, erasures, new customers, a password change of every
//! user every ninety days, a rotation, a revocation, an old ERP row that comes back. What must be true at the end is
//! kept by a model of the test's own: the last act that somebody made decides.

use super::Pair;
use crate::counts::count;
use crate::world::{Told, number, texts};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The first day of the year, in seconds since 1970: 25 November 2025.
const START: i64 = 1_764_028_800;
const DAY: i64 = 86_400;

/// What the test knows of a third party.
#[derive(Default)]
struct Party {
    /// The number of its company in the CRM, which its contact shares.
    company: Option<i64>,
    objects: bool,
    erased: bool,
}

struct Year {
    pair: Pair,
    parties: BTreeMap<String, Party>,
    random: u64,
    /// When runs are killed: drawn apart, so that the year is the same with kills and without.
    fate: u64,
    /// The moment of the last act.
    clock: i64,
    /// How long a synchronisation takes, to kill one at any point of it.
    takes: Duration,
    kills: u32,
    password: u32,
}

impl Year {
    /// So many companies, each linked to a third party but for the last few, which the CRM has yet to see.
    fn new(companies: i64) -> Self {
        let pair = Pair::new(None);
        let seen = companies - companies / 50;
        let numbers =
            format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {companies})");
        let (name, siret) = ("printf('Société numéro %07d', i)", "printf('%014d', 10000000000000 + i)");
        let moments = "'2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z'";
        let third = |connection: &str, to: i64| {
            format!(
                "INSERT INTO third_party (id, {connection}, code, kind, name, siret, country, created_at, updated_at)
                 {numbers} SELECT i, 1, printf('T%07d', i), 'customer', {name}, {siret}, 'FR', {moments} FROM n WHERE i <= {to};"
            )
        };
        pair.sql("erp.db", &format!("BEGIN; {} COMMIT", third("company_id", companies)));
        pair.sql(
            "crm.db",
            &format!(
                "BEGIN; INSERT INTO erp_connection (id, name, url, login, password, created_at)
                     VALUES (1, 'Gestion', 'https://erp.test', 'liaison', 'Chene-Rouge-31-Bruyere', '2025-01-01T00:00:00Z');
                 {}
                 INSERT INTO company (id, name, siret, third_party_id, created_at, updated_at)
                     {numbers} SELECT i, {name}, {siret}, iif(i <= {seen}, i, NULL), {moments} FROM n;
                 INSERT INTO contact (id, company_id, family_name, created_at, updated_at)
                     {numbers} SELECT i, i, printf('Contact %07d', i), {moments} FROM n;
                 INSERT INTO email (contact_id, address)
                     {numbers} SELECT i, printf('contact.%07d@societe.test', i) FROM n; COMMIT",
                third("erp_connection_id", seen)
            ),
        );
        let party = |i| (format!("T{i:07}"), Party { company: Some(i), ..Party::default() });
        let parties = (1..=companies).map(party).collect();
        for (database, login) in [("crm.db", "lucie"), ("crm.db", "omar"), ("erp.db", "ines")] {
            let deliver = format!("file:first.{login}");
            let who = if database == "crm.db" { "marie" } else { "paul" };
            pair.world
                .run(["--db", database, "--as", who, "user", "add", login, "--deliver", &deliver])
                .exits(0);
        }
        let takes = Duration::from_millis(200);
        let mut year =
            Year { pair, parties, random: 42, fate: 7, clock: START, takes, kills: 0, password: 0 };
        year.pair.connect(&[]).exits(0);
        year.synchronise(0);
        year
    }

    fn draw(&mut self, below: u64) -> u64 {
        draw(&mut self.random, below)
    }

    /// A moment later than every one before, as the databases write it.
    fn moment(&mut self) -> String {
        self.clock += 1;
        jiff::Timestamp::from_second(self.clock).unwrap().to_string()
    }

    /// Somebody who was not erased.
    fn somebody(&mut self) -> String {
        loop {
            let place = self.draw(self.parties.len() as u64) as usize;
            let (code, party) = self.parties.iter().nth(place).unwrap();
            if !party.erased {
                return code.clone();
            }
        }
    }

    /// Objections and what takes them back, on whatever side and in whatever row, as the applications write them.
    fn acts(&mut self, objections: u64, withdrawals: u64) {
        let mut scripts = BTreeMap::from([("crm.db", String::new()), ("erp.db", String::new())]);
        for _ in 0..objections {
            let (code, moment) = (self.somebody(), self.moment());
            let set = format!(
                "marketing_objection = 1, objection_at = '{moment}', objection_channel = 'mail',
                 objection_origin = 'person', objection_withdrawn_at = NULL"
            );
            self.write(&mut scripts, &code, &set);
            self.parties.get_mut(&code).unwrap().objects = true;
        }
        self.run(&mut scripts);
        for _ in 0..withdrawals {
            let objecting: Vec<String> = self
                .parties
                .iter()
                .filter(|(_, party)| party.objects && !party.erased)
                .map(|(code, _)| code.clone())
                .collect();
            if objecting.is_empty() {
                return;
            }
            let code = objecting[self.draw(objecting.len() as u64) as usize].clone();
            let moment = self.moment();
            // The ERP's clerk unticks it, whether or not the ERP has heard of the objection.
            let set =
                format!("marketing_objection = 0, objection_at = NULL, objection_withdrawn_at = '{moment}'");
            let script = scripts.get_mut("erp.db").unwrap();
            script.push_str(&format!("UPDATE third_party SET {set} WHERE code = '{code}';"));
            self.parties.get_mut(&code).unwrap().objects = false;
        }
        self.run(&mut scripts);
    }

    fn run(&self, scripts: &mut BTreeMap<&str, String>) {
        for (database, script) in scripts {
            self.pair.sql(database, &format!("BEGIN; {} COMMIT", std::mem::take(script)));
        }
    }

    /// In one of the three rows that a third party has on the two sides.
    fn write(&mut self, scripts: &mut BTreeMap<&str, String>, code: &str, set: &str) {
        let (database, row) = match (self.draw(3), self.parties[code].company) {
            (0, _) | (_, None) => ("erp.db", format!("third_party SET {set} WHERE code = '{code}'")),
            (1, _) => ("crm.db", format!("third_party SET {set} WHERE code = '{code}'")),
            (_, Some(company)) => ("crm.db", format!("company SET {set} WHERE id = {company}")),
        };
        scripts.get_mut(database).unwrap().push_str(&format!("UPDATE {row};"));
    }

    fn erase(&mut self, how_many: u64) {
        let codes: BTreeSet<String> = (0..how_many).map(|_| self.somebody()).collect();
        let erp = self.pair.world.database("erp.db");
        let line = |code: &String| {
            let id = number(&erp, &format!("SELECT id FROM third_party WHERE code = '{code}'"));
            format!("third-party {id}\n")
        };
        let list: String = codes.iter().map(line).collect();
        drop(erp);
        fs::write(self.pair.world.path("list"), list).unwrap();
        let erase = ["--as", "paul", "erase", "--from", "list", "--as-password-file", "password", "--yes"];
        self.pair.erp(&erase).exits(0);
        for code in codes {
            self.parties.get_mut(&code).unwrap().erased = true;
        }
    }

    /// New customers of the ERP, with no company in the CRM.
    fn newcomers(&mut self, week: i64, how_many: i64) {
        for i in 0..how_many {
            let (code, moment) = (format!("X{week:03}{i:04}"), self.moment());
            self.pair.sql(
                "erp.db",
                &format!(
                    "INSERT INTO third_party (company_id, code, kind, name, country, created_at, updated_at)
                     VALUES (1, '{code}', 'customer', 'Nouveau client {code}', 'FR', '{moment}', '{moment}')"
                ),
            );
            self.parties.insert(code, Party::default());
        }
    }

    /// Every user of both sides gets another password.
    fn change_passwords(&mut self) {
        self.password += 1;
        let next = format!("Riviere-Bleue-{}-Chene", 100 + self.password);
        for (database, administrator) in [("crm.db", "marie"), ("erp.db", "paul")] {
            let logins = texts(&self.pair.world.database(database), "SELECT login FROM user");
            self.pair.secret("next", &next);
            for login in &logins {
                let mut old = "password".to_owned();
                if login != administrator {
                    old = format!("{login}.{}", self.password);
                    let deliver = format!("file:{old}");
                    self.pair
                        .world
                        .run(["--db", database, "temp-password", login, "--deliver", &deliver])
                        .exits(0);
                    // The file holds a login and a password.
                    let line = fs::read_to_string(self.pair.world.path(&old)).unwrap();
                    self.pair.secret(&old, line.trim_end().split_once('\t').unwrap().1);
                }
                let change =
                    ["user", "passwd", login, "--password-file", &old, "--new-password-file", "next"];
                self.pair.world.run(["--db", database].iter().chain(&change)).exits(0);
            }
        }
        self.pair.secret("password", &next);
    }

    /// Synchronises; kills so many runs before, at any point.
    fn synchronise(&mut self, kills: u32) {
        self.kill(&["erp", "sync"], kills);
        let since = Instant::now();
        self.pair.sync(&[]).exits(0);
        self.takes = since.elapsed();
    }

    /// Starts a command and kills it, so many times.
    fn kill(&mut self, command: &[&str], kills: u32) {
        let (mut killed, mut tries) = (0, 0);
        while killed < kills && tries < kills * 5 {
            tries += 1;
            let micros = self.takes.as_micros() as u64;
            let wait = Duration::from_micros(draw(&mut self.fate, micros + micros / 10));
            let mut program = self.pair.world.program();
            program.args(["--db", "crm.db"]).args(command).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = program.spawn().unwrap();
            std::thread::sleep(wait);
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                killed += 1;
            }
            child.wait().unwrap();
        }
        self.kills += killed;
    }

    /// Plays the year in so many steps, with so many kills in all.
    fn play(&mut self, steps: i64, kills: u32) {
        let companies = self.parties.len() as u64;
        let (objections, erasures) = (4 + companies / 500, 1 + companies / 5_000);
        let per_step = kills / steps as u32;
        let mut quarter = 0;
        for step in 0..steps {
            self.clock = self.clock.max(START + step * 364 * DAY / steps);
            let day = step * 364 / steps;
            if day / 90 > quarter {
                quarter = day / 90;
                self.change_passwords();
            }
            self.acts(objections, objections / 2);
            self.erase(erasures);
            self.newcomers(step, 1);
            if step == steps * 2 / 5 {
                let some = per_step.min(2);
                self.kill(&["erp", "rotate"], some);
                self.pair.crm(&["erp", "rotate"]).exits(0);
            }
            if step == steps * 7 / 10 {
                self.pair.revoke().exits(0);
                self.pair.sync(&[]).exits(10);
                self.pair.connect(&[]).exits(0);
            }
            if step == steps * 8 / 10 {
                self.bring_back();
            }
            self.synchronise(per_step);
        }
        let left = kills.saturating_sub(self.kills);
        self.acts(objections, 2);
        self.erase(erasures);
        self.synchronise(left);
    }

    /// An older row of somebody who was erased lives again in the ERP; then the ERP erases it once more.
    fn bring_back(&mut self) {
        let code = self.parties.iter().find(|(_, party)| party.erased).map(|(code, _)| code.clone()).unwrap();
        self.pair.sql(
            "erp.db",
            &format!(
            "UPDATE third_party SET erased_at = NULL, erasure_confirmed_at = NULL, name = 'Revenant de {code}'
             WHERE code = '{code}'"
        ),
        );
        self.pair.sync(&[]).exits(0).says(&format!("{code}\terased in the CRM, alive in the ERP"));
        let here = format!("SELECT count(*) FROM third_party WHERE code = '{code}'");
        assert_eq!(number(&self.pair.world.database("crm.db"), &here), 0);
        self.pair.erase_in_erp(&self.pair.erp_id(&code)).exits(0);
    }

    /// What is left in the end, without numbers and moments that depend on the day.
    fn state(&self) -> Vec<Vec<String>> {
        let (crm, erp) = (self.pair.world.database("crm.db"), self.pair.world.database("erp.db"));
        let parties = "SELECT code || ' ' || marketing_objection FROM third_party";
        vec![
            texts(&erp, &format!("{parties} WHERE erased_at IS NULL ORDER BY code")),
            texts(
                &erp,
                "SELECT code || name || (erasure_confirmed_at > '') FROM third_party WHERE erased_at > '' ORDER BY code",
            ),
            texts(&crm, &format!("{parties} ORDER BY code")),
            texts(
                &crm,
                "SELECT company.id || ' ' || company.marketing_objection || ' ' || coalesce(code, '')
                 FROM company LEFT JOIN third_party ON third_party.id = third_party_id ORDER BY company.id",
            ),
            texts(&crm, "SELECT id || ' ' || marketing_objection FROM contact ORDER BY id"),
            texts(&crm, "SELECT address FROM email ORDER BY address"),
        ]
    }

    /// Holds what is left against the model.
    fn judge(&self) -> (u64, u64) {
        let [erp, erased, crm, companies, contacts, addresses] = &self.state()[..] else { unreachable!() };
        assert!(erp == crm, "both sides have the same third parties with the same standings");
        let (mut lost, mut risen, mut kept) = (0, 0, 0);
        let crm: BTreeSet<&String> = crm.iter().collect();
        let (companies, contacts): (BTreeSet<&String>, BTreeSet<&str>) =
            (companies.iter().collect(), contacts.iter().filter_map(|line| line.split(' ').next()).collect());
        let addresses: BTreeSet<&String> = addresses.iter().collect();
        for (code, party) in &self.parties {
            let has = |flag: i64| crm.contains(&format!("{code} {flag}"));
            let company =
                |flag: i64| party.company.is_none_or(|id| companies.contains(&format!("{id} {flag} {code}")));
            if party.erased {
                let there = party.company.is_some_and(|id| {
                    contacts.contains(id.to_string().as_str())
                        || addresses.contains(&format!("contact.{id:07}@societe.test"))
                });
                risen += u64::from(has(0) || has(1) || there);
                assert!(erased.contains(&format!("{code}-1")), "{code} is a confirmed tombstone");
            } else if party.objects {
                lost += u64::from(!has(1) || !company(1));
            } else {
                kept += 1;
                assert!(has(0) && company(0), "{code} took its objection back, or never made one");
            }
        }
        assert!(kept > 0 && self.parties.values().any(|party| party.objects && !party.erased));
        (lost, risen)
    }

    fn erased(&self) -> usize {
        self.parties.values().filter(|party| party.erased).count()
    }

    /// Everything that must be true at the end.
    fn check(&self) {
        assert_eq!(self.judge(), (0, 0), "lost objections, resurrected people");
        let crm = self.pair.world.database("crm.db");
        assert_eq!(number(&crm, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
        let certificates = fs::read_dir(self.pair.world.path("crm.db.crm-admin/certificates")).unwrap();
        assert_eq!(certificates.count(), self.erased(), "a certificate for each erasure");
        let owed = fs::read_to_string(self.pair.world.path("crm.db.crm-admin/owed.json")).unwrap();
        let owed: serde_json::Value = serde_json::from_str(&owed).unwrap();
        assert_eq!(owed["debts"], serde_json::json!([]), "nothing is owed");
        for party in self.parties.values().filter(|party| party.erased).take(5) {
            let Some(id) = party.company else { continue };
            for value in [format!("contact.{id:07}@societe.test"), format!("Contact {id:07}")] {
                assert!(self.pair.files_with(value.as_bytes()).is_empty(), "{value} is left");
            }
        }
        self.pair.crm(&["erp", "status"]).exits(0);
        let told: Told = self.pair.sync(&["--json"]).exits(0);
        assert_eq!(told.json()["rows"], serde_json::json!([]), "nothing differs");
        self.pair.crm(&["ledger", "verify"]).exits(0);
        self.pair.erp(&["ledger", "verify"]).exits(0);
    }
}

fn draw(random: &mut u64, below: u64) -> u64 {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*random >> 33) % below.max(1)
}

#[test]
#[allow(clippy::disallowed_macros, reason = "the figures of a full run, for whoever asks with --nocapture")]
fn a_year_ends_with_both_sides_equal_whatever_is_killed() {
    let (companies, steps, kills) = (count(150, 50_000), count(8, 52), count(10, 200));
    let mut states = Vec::new();
    for kills in [0, kills] {
        let since = Instant::now();
        let mut year = Year::new(companies);
        year.play(steps, kills);
        year.check();
        assert!(year.kills >= kills * 9 / 10, "{} of {kills} runs were killed", year.kills);
        println!(
            "{companies} companies, {steps} synchronisations, {} kills, {} erasures, {} objecting: {:?}, the last one {:?}",
            year.kills,
            year.erased(),
            year.parties.values().filter(|party| party.objects && !party.erased).count(),
            since.elapsed(),
            year.takes
        );
        states.push(year.state());
    }
    assert!(states[0] == states[1], "the same state, whatever was killed");
}
