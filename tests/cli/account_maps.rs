//! Accounts of a CRM that is not ours, through its map: groups, turned flags, sites with a salt, programs, factors.

use crate::world::{World, number, text, texts};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// `site:Soleil-77` and `site:Mesange-bleue-7` in MD5, with the site's salt before the password.
const GUESSED: &str = "soleil";
const STRONG: &str = "Mesange-bleue-7";
const SALT: &str = "Sel-du-site";

fn md5(text: &str) -> String {
    use md5::{Digest, Md5};
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A CRM with a salt for everybody, in a table or in a file; administrators are in a group.
fn site(salt: &str) -> World {
    let (guessed, strong) = (md5(&format!("{SALT}{GUESSED}")), md5(&format!("{SALT}{STRONG}")));
    let shipped = "$2y$10$ThisIsTheHashThatEverybodyKnowsOf.TheDemoAccount000000";
    let script = format!(
        "CREATE TABLE conf (name TEXT, value TEXT);
         CREATE TABLE firm (id INTEGER PRIMARY KEY, title TEXT, place TEXT, post TEXT);
         CREATE TABLE ours (firm INTEGER);
         CREATE TABLE agent (id TEXT PRIMARY KEY, login TEXT, pass TEXT NOT NULL, off INTEGER, totp TEXT, robot INTEGER,
             ask INTEGER);
         CREATE TABLE member (agent TEXT, team TEXT);
         CREATE TABLE ticket (login TEXT, code TEXT);
         INSERT INTO conf VALUES ('OTHER', 'x'), ('SECURITY_SALT', '{SALT}');
         INSERT INTO firm VALUES (1, 'Client quelconque', 'Paris', '75001'), (2, 'Quincaillerie Vasseur', 'Vannes', '56000');
         INSERT INTO ours VALUES (2);
         INSERT INTO agent VALUES ('a1', 'paul', '{guessed}', 0, 'secret', 0, 0), ('a2', 'chef', '{strong}', 0, '', 0, 0),
             ('a3', 'vas', '{}', 0, NULL, 0, 0), ('a4', 'cron', '{strong}', 0, NULL, 1, 0),
             ('a5', 'demo', '{shipped}', 1, NULL, 0, 0), ('a6', 'verrou', '!', 0, NULL, 0, 0);
         INSERT INTO member VALUES ('a1', 'sales'), ('a2', 'admin');
         INSERT INTO ticket VALUES ('chef', 'x'), ('paul', 'y');",
        md5(&format!("{SALT}Vannes56"))
    );
    let map = format!(
        r#"
        name = "site"
        format = 1
        for = "a site with a salt"
        [accounts.agents]
        table = "agent"
        key = "id"
        login = "login"
        hash = {{ column = "pass", schemes = ["bcrypt-2y"], {salt}, shipped = ["{shipped}"] }}
        active = {{ column = "off", means = "disabled" }}
        administrator = {{ table = "member", user = "agent", group = "team", is = ["admin"] }}
        must-change = "ask"
        second-factor = "totp"
        service = "robot"
        end-sessions = [ {{ table = "ticket", by = "login" }} ]
        [table.ticket]
        login = {{ as = "keep", link = "agent.login" }}
        [organisation]
        name = {{ table = "firm", column = "title", key = "id", in = {{ table = "ours", column = "firm" }} }}
        town = {{ table = "firm", column = "place", key = "id", in = {{ table = "ours", column = "firm" }} }}
        postcode = {{ table = "firm", column = "post", key = "id", in = {{ table = "ours", column = "firm" }} }}
        product = "Papillon"
        "#
    );
    World::with(&script, &map)
}

const IN_A_TABLE: &str =
    r#"salt = { table = "conf", column = "value", where = { name = ["SECURITY_SALT"] } }"#;
const IN_A_FILE: &str = r#"salt-file = "salt""#;

fn private(world: &World, name: &str, content: &str) {
    fs::write(world.path(name), content).unwrap();
    fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o600)).unwrap();
}

fn rules(report: &serde_json::Value, login: &str) -> Vec<String> {
    let rows = report["rows"].as_array().unwrap().iter().filter(|row| row["name"] == login);
    rows.map(|row| row["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_site_s_salt_is_found_where_the_map_says_and_its_passwords_are_guessed() {
    for salt in [IN_A_TABLE, IN_A_FILE] {
        let world = site(salt);
        private(&world, "salt", SALT);
        let report = world.on_crm(["audit", "passwords", "--guess", "--json"]).exits(3).json();
        assert!(rules(&report, "paul").contains(&"password.guessed".to_owned()), "{report:#}");
        assert!(rules(&report, "vas").contains(&"password.guessed".to_owned()), "the organisation's town");
        let towns = report["rows"].as_array().unwrap().iter().find(|row| row["name"] == "vas").unwrap();
        assert_eq!(towns["family"], "town");
        for strong in ["chef", "cron"] {
            assert!(!rules(&report, strong).contains(&"password.guessed".to_owned()), "{strong}");
        }
        assert!(
            rules(&report, "paul").contains(&"hash.unsalted".to_owned()),
            "one salt for all is as good as none"
        );
        for (path, bytes) in
            world.files().into_iter().filter(|(path, _)| path.to_string_lossy().contains("crm-admin"))
        {
            for secret in [SALT, "soleil", "Vannes56"] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{path:?}");
            }
        }
    }
}

#[test]
fn a_salt_that_is_not_there_or_open_to_others_stops_it() {
    let world = site(IN_A_FILE);
    world.on_crm(["audit"]).exits(2).complains("salt cannot be read");
    fs::write(world.path("salt"), SALT).unwrap();
    fs::set_permissions(world.path("salt"), fs::Permissions::from_mode(0o644)).unwrap();
    world.on_crm(["audit"]).exits(2).complains("other users may read");
    let world = site(IN_A_TABLE);
    world.database("crm.db").execute_batch("DELETE FROM conf").unwrap();
    world.on_crm(["audit"]).exits(4).complains("no salt where the map says");
    let both = r#"salt-file = "salt", salt = { table = "conf", column = "value" }"#;
    site(both).on_crm(["audit"]).exits(2).complains("one salt");
}

#[test]
fn what_the_map_knows_of_factors_programs_and_shipped_hashes_is_audited() {
    let world = site(IN_A_TABLE);
    let report = world.on_crm(["audit", "--json"]).exits(3).json();
    let has = |login: &str, rule: &str| {
        assert!(rules(&report, login).iter().any(|found| found == rule), "{login} lacks {rule}: {report:#}")
    };
    has("chef", "administrator.single-factor");
    has("vas", "account.single-factor");
    assert!(!rules(&report, "paul").iter().any(|rule| rule.ends_with("single-factor")));
    has("cron", "account.service-password");
    assert!(!rules(&report, "cron").contains(&"account.single-factor".to_owned()));
    has("demo", "hash.shipped");
    has("verrou", "password.locked");
    assert_eq!((&report["administrators"], &report["able_administrators"]), (&1.into(), &1.into()));
}

#[test]
fn a_stranger_s_policy_lives_in_the_state_folder_and_every_audit_says_where_it_holds() {
    let world = site(IN_A_TABLE);
    let before = fs::read(world.path("crm.db")).unwrap();
    let told = world.on_crm(["audit", "--fail-on", "none"]).exits(0).complains("no policy has been applied");
    assert!(told.stdout().starts_with("policy in force for\tnobody"), "{}", told.stdout());
    world.on_crm(["policy", "set", "minimum-length=12"]).exits(0).complains("no policy has been applied");
    world.on_crm(["policy", "apply", "--user", "paul", "--dry-run"]).exits(0);
    assert!(!fs::read_to_string(world.path("crm.db.crm-admin/policy.json")).unwrap().contains("agents:"));
    world.on_crm(["policy", "apply", "--user", "paul", "--yes"]).exits(0).says("1 accounts");
    world.on_crm(["policy", "apply", "--yes"]).exits(0);
    let shown = world.on_crm(["policy", "show", "--json"]).exits(0).json();
    assert_eq!(
        (&shown["kept_in"], &shown["rules"]["minimum-length"]),
        (&"the state folder".into(), &12.into())
    );
    assert!(
        world.on_crm(["audit", "--fail-on", "none"]).stdout().starts_with("policy in force for\teverybody")
    );
    assert!(
        fs::read(world.path("crm.db")).unwrap() == before,
        "nothing was written into the CRM's own tables"
    );
}

#[test]
fn a_stranger_s_password_is_written_as_its_map_says_and_the_login_s_sessions_end() {
    let world = site(IN_A_TABLE);
    let told = world.on_crm(["temp-password", "chef", "--deliver", "print"]).exits(0);
    let password = told.stdout().trim_end().split_once('\t').unwrap().1.to_owned();
    let database = world.database("crm.db");
    let stored = text(&database, "SELECT pass FROM agent WHERE login = 'chef'");
    assert!(stored.starts_with("$2y$12$"), "{stored}");
    assert_eq!(number(&database, "SELECT ask FROM agent WHERE login = 'chef'"), 1);
    assert_eq!(texts(&database, "SELECT login FROM ticket"), ["paul"]);
    private(&world, "old", &password);
    private(&world, "new", "vasseur");
    let passwd = ["user", "passwd", "chef", "--password-file", "old", "--new-password-file", "new"];
    world.on_crm(["policy", "apply", "--yes"]).exits(0);
    let told = world.on_crm(passwd).exits(4);
    told.complains("fewer than 8").complains("fewer than 3").complains("name of the company");
    private(&world, "new", "Mesange-bleue-9");
    world.on_crm(passwd).exits(0);
    assert_eq!(number(&world.database("crm.db"), "SELECT ask FROM agent WHERE login = 'chef'"), 0);
    world.on_crm(["user", "add", "neu", "--deliver", "print"]).exits(4).complains("does not say how");
    world.on_crm(["reset", "chef", "--invalidate"]).exits(4).complains("administrator");
    world.on_crm(["reset", "paul", "--invalidate"]).exits(0);
    assert_eq!(text(&world.database("crm.db"), "SELECT pass FROM agent WHERE login = 'paul'"), "!");
    world.on_crm(["user", "disable", "paul"]).exits(0);
    assert_eq!(number(&world.database("crm.db"), "SELECT off FROM agent WHERE login = 'paul'"), 1);
}

#[test]
fn the_ledger_has_no_login_of_a_crm_whose_key_is_text() {
    let world = site(IN_A_TABLE);
    world.on_crm(["reset", "paul", "vas"]).exits(0);
    let ledger = fs::read_to_string(world.path("crm.db.crm-admin/ledger.jsonl")).unwrap();
    assert!(!ledger.contains("paul") && ledger.contains("agents:a1"), "{ledger}");
}
