//! A CRM and its ERP: how they are linked, what goes from one to the other, and what never does.

mod foreign;
mod link;
mod sync;
mod year;

use crate::world::{Told, World, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// The password of both administrators, once the temporary ones are replaced.
pub const PASSWORD: &str = "Sommet-Vert-92-Azur";

/// The password that the demo CRM has kept of a user of the ERP.
pub const STORED: &str = "Chene-Rouge-31-Bruyere";

/// A folder with `crm.db`, whose administrator is marie, and `erp.db`, whose administrator is paul.
pub struct Pair {
    pub world: World,
}

impl Pair {
    /// Two databases that are not linked yet.
    pub fn new(contacts: Option<u64>) -> Self {
        let pair = Pair { world: World::empty() };
        pair.init("crm.db", "marie", &[], contacts);
        pair.init("erp.db", "paul", &["--erp"], contacts);
        pair
    }

    /// The demo of so many contacts, linked and synchronised.
    pub fn linked(contacts: u64) -> Self {
        let pair = Self::new(Some(contacts));
        pair.connect(&[]).exits(0);
        pair.sync(&[]).exits(0);
        pair
    }

    fn init(&self, database: &str, login: &str, more: &[&str], contacts: Option<u64>) {
        let demo = contacts.map(|contacts| contacts.to_string());
        let mut init = vec!["init", database, "--admin", login, "--deliver", "print"];
        init.extend(more);
        if let Some(contacts) = &demo {
            init.extend(["--demo", contacts, "--seed", "5"]);
        }
        let told = self.world.run(init).exits(0).stdout();
        let told = told.lines().find_map(|line| line.strip_prefix(&format!("{login}\t")));
        self.secret("old", told.expect("it was printed"));
        self.secret("password", PASSWORD);
        let change = [
            "--db",
            database,
            "user",
            "passwd",
            login,
            "--password-file",
            "old",
            "--new-password-file",
            "password",
        ];
        self.world.run(change).exits(0);
    }

    /// Writes a file that only its owner reads.
    pub fn secret(&self, name: &str, text: &str) {
        fs::write(self.world.path(name), text).unwrap();
        fs::set_permissions(self.world.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Runs a command on the CRM.
    pub fn crm(&self, arguments: &[&str]) -> Told {
        self.world.run(["--db", "crm.db"].iter().chain(arguments))
    }

    /// Runs a command on the ERP's database.
    pub fn erp(&self, arguments: &[&str]) -> Told {
        self.world.run(["--db", "erp.db"].iter().chain(arguments))
    }

    /// Links the two.
    pub fn connect(&self, more: &[&str]) -> Told {
        let connect = [
            "--as",
            "marie",
            "erp",
            "connect",
            "erp.db",
            "--as-password-file",
            "password",
            "--erp-as",
            "paul",
            "--erp-as-password-file",
            "password",
        ];
        self.crm(&connect.iter().chain(more).copied().collect::<Vec<_>>())
    }

    /// Synchronises.
    pub fn sync(&self, more: &[&str]) -> Told {
        self.crm(&["erp", "sync"].iter().chain(more).copied().collect::<Vec<_>>())
    }

    /// Ends the link on the ERP's side.
    pub fn revoke(&self) -> Told {
        let revoke =
            ["--as", "paul", "erp", "revoke", "--erp", "erp.db", "--as-password-file", "password", "--yes"];
        self.world.run(revoke)
    }

    /// Erases a third party in the ERP.
    pub fn erase_in_erp(&self, id: &str) -> Told {
        self.erp(&["--as", "paul", "erase", "third-party", id, "--as-password-file", "password", "--yes"])
    }

    /// The ERP's number of the third party with this code.
    pub fn erp_id(&self, code: &str) -> String {
        text(
            &self.world.database("erp.db"),
            &format!("SELECT cast(id AS TEXT) FROM third_party WHERE code = '{code}'"),
        )
    }

    /// Runs SQL on a database, as its own application would.
    pub fn sql(&self, database: &str, script: &str) {
        self.world
            .database(database)
            .execute_batch(script)
            .unwrap_or_else(|error| panic!("{script}: {error}"));
    }

    /// A company of the CRM that is linked, with contacts of its own: its id and the code of its third party.
    pub fn linked_company(&self) -> (i64, String) {
        let sql = "SELECT company.id, third_party.code FROM company
             JOIN third_party ON third_party.id = company.third_party_id
             WHERE EXISTS (SELECT 1 FROM contact WHERE company_id = company.id)
             AND company.marketing_objection + third_party.marketing_objection = 0 ORDER BY company.id LIMIT 1";
        self.world.database("crm.db").query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    /// Every file that contains some bytes.
    pub fn files_with(&self, needle: &[u8]) -> Vec<std::path::PathBuf> {
        let holds = |content: &Vec<u8>| content.windows(needle.len()).any(|part| part == needle);
        self.world.files().into_iter().filter(|(_, content)| holds(content)).map(|(path, _)| path).collect()
    }
}
