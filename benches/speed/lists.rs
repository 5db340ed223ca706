//! A mailing list of a million lines, held against the objections of a database; a search among many contacts.

use super::contenders::{Contender, Group};
use super::settings::shell;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Lines of the list.
const LINES: u64 = 1_000_000;

/// The list, made once, and who takes it through.
pub fn group(ours: &str, against: &str, folder: &Path, database: &str) -> Result<Group, String> {
    let list = folder.join("list.csv");
    if !list.exists() {
        make(&list, &addresses(folder, database)?).map_err(|error| error.to_string())?;
    }
    let bytes = list.metadata().map_or(0, |about| about.len());
    let theirs =
        format!("python3 '{against}/filter_list.py' {database} Email < list.csv > kept-by-python.csv");
    let ours =
        format!("'{ours}' --db {database} --quiet exclude filter --email-column Email < list.csv > kept.csv");
    Ok(Group {
        title: format!("a mailing list of {LINES} lines, {} MB, without who objects", bytes / 1_000_000),
        contenders: vec![
            Contender::new("python3, csv module", theirs, &["kept-by-python.csv"], &["python3"]),
            Contender::new("crm-admin exclude filter", ours, &["kept.csv"], &[]),
        ],
    })
}

/// A search by words, and what somebody with the engine's own shell would type.
pub fn search(ours: &str, database: &str, contacts: u64) -> Group {
    let by_hand = format!(
        "sqlite3 -csv {database} \"SELECT DISTINCT contact.id, full_name FROM contact
            LEFT JOIN email ON email.contact_id = contact.id LEFT JOIN address ON address.contact_id = contact.id
            LEFT JOIN phone ON phone.contact_id = contact.id
         WHERE full_name || ' ' || ifnull(email.address, '') || ' ' || ifnull(town, '') || ' ' || ifnull(number, '')
            LIKE '%durand%'\" > found-by-hand.csv"
    );
    let ours = format!(
        "'{ours}' --db {database} --quiet --format csv relation list --kind contact --search durand > found.csv"
    );
    Group {
        title: format!("a word sought among {contacts} contacts, their addresses, numbers and towns"),
        contenders: vec![
            Contender::new("sqlite3, LIKE", by_hand, &["found-by-hand.csv"], &["sqlite3"]),
            Contender::new("crm-admin relation list --search", ours, &["found.csv"], &[]),
        ],
    }
}

/// Addresses of the database: some of them object.
fn addresses(folder: &Path, database: &str) -> Result<Vec<String>, String> {
    let ask = format!("sqlite3 {database} 'SELECT address FROM email ORDER BY id LIMIT 20000'");
    let output = shell(&ask, folder).output().map_err(|error| format!("sqlite3: {error}"))?;
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Half the lines are people of the database, half are strangers.
fn make(path: &Path, known: &[String]) -> std::io::Result<()> {
    let mut list = BufWriter::new(File::create(path)?);
    list.write_all("Numéro;Nom;Email;Ville;Remarque\n".as_bytes())?;
    for number in 0..LINES {
        let stranger = format!("personne.{number}@ailleurs.example");
        let address =
            known.get(number as usize / 2 % known.len().max(1)).filter(|_| number.is_multiple_of(2));
        let address = address.unwrap_or(&stranger);
        let remark = if number.is_multiple_of(5) { "\"vu au salon; à rappeler\"" } else { "" };
        writeln!(list, "{number};\"Dupont-Lefèvre, Marie\";{address};Saint-Étienne;{remark}")?;
    }
    list.flush()
}
