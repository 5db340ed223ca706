//! A mailing list that came from anywhere, held against the CRM and the suppression list.

use crate::erase;
use crate::world::{Told, World, number, text, texts};
use std::fs;
use std::io::Write;
use std::process::Stdio;

/// Runs `exclude filter` on a list.
fn filtered(world: &World, list: impl AsRef<[u8]>, arguments: &[&str]) -> Told {
    fs::write(world.path("in.csv"), list).unwrap();
    let mut command = world.program();
    command.args(["--db", "crm.db"]);
    if world.path("map.toml").exists() {
        command.args(["--map", "map.toml"]);
    }
    command.stdin(fs::File::open(world.path("in.csv")).unwrap());
    Told::of(command.args(["exclude", "filter"]).args(arguments))
}

/// A contact's address.
fn email(world: &World, of: &str) -> String {
    text(&world.database("crm.db"), &format!("SELECT address FROM email WHERE {of} ORDER BY id LIMIT 1"))
}

/// A world in which somebody objects, somebody's company does, somebody was erased, and somebody does not mind.
struct People {
    world: World,
    objector: String,
    of_company: String,
    erased: String,
    fine: String,
}

fn people() -> People {
    let world = erase::world(60, 3);
    let database = world.database("crm.db");
    database
        .execute_batch(
            "UPDATE contact SET marketing_objection = 0; UPDATE company SET marketing_objection = 0;
            UPDATE third_party SET marketing_objection = 0; UPDATE lead SET marketing_objection = 0",
        )
        .unwrap();
    let with_mail = "SELECT contact.id FROM contact JOIN email ON contact_id = contact.id JOIN company ON company.id = contact.company_id
        WHERE third_party_id IS NULL AND merged_into IS NULL GROUP BY contact.company_id ORDER BY contact.id";
    let ids = texts(&database, &with_mail.replace("contact.id FROM", "CAST(min(contact.id) AS TEXT) FROM"));
    let [objector, of_company, erased, fine] = &ids[..4] else {
        panic!("four companies with a contact each")
    };
    let company = number(&database, &format!("SELECT company_id FROM contact WHERE id = {of_company}"));
    drop(database);
    let address = |id: &str| email(&world, &format!("contact_id = {id}"));
    let all = [objector, of_company, erased, fine].map(|id| address(id));
    world.on_crm(["exclude", "add", "contact", objector]).exits(0);
    world.on_crm(["exclude", "add", "company", &company.to_string()]).exits(0);
    // A contact that came after the objection has no flag of its own.
    world
        .database("crm.db")
        .execute("UPDATE contact SET marketing_objection = 0 WHERE id = ?1", [of_company])
        .unwrap();
    erase::erase(&world, &["contact", erased, "--yes"]).exits(0);
    let [objector, of_company, erased, fine] = all;
    People { world, objector, of_company, erased, fine }
}

#[test]
fn objectors_those_of_excluded_companies_and_the_erased_are_left_out() {
    let People { world, objector, of_company, erased, fine } = people();
    let stays =
        format!("\"Nom\";\"E-mail\"\r\n\"A \"\"B\"\"\";\"{fine}\"\r\nX;stranger@ailleurs.example\r\n");
    let goes =
        format!("C;{}\r\n\"D\nE\";\"Quelqu'un <{of_company}>\"\r\nF;{erased}\r\n", objector.to_uppercase());
    let told = filtered(&world, format!("{stays}{goes}"), &["--email-column", "e-mail"]).exits(0);
    assert_eq!(told.stdout(), stays);
    told.complains("Passed on 2 of 5 lines; left out 3: 1 object to marketing, 1 belong to a company that objects, 1 were erased");
    let told = filtered(&world, &stays, &["--email-column", "e-mail", "--check"]).exits(0);
    assert_eq!(told.stdout().lines().next(), Some("lines\t2"));
}

#[test]
fn a_check_writes_no_list_and_its_status_says_whether_anybody_is_on_it() {
    let People { world, objector, fine, .. } = people();
    let list = format!("email\n{objector}\n{fine}\n");
    let told = filtered(&world, &list, &["--email-column", "email", "--check", "--json"]).exits(3).json();
    assert_eq!((told["lines"].as_u64(), told["dropped"].as_u64()), (Some(2), Some(1)));
    assert_eq!(
        (told["reasons"]["objects"].as_u64(), told["schema"]["name"].as_str()),
        (Some(1), Some("crm-admin/exclude-filter"))
    );
    assert!(!told.to_string().contains('@'), "no address is in a report");
    let told = filtered(&world, &list, &["--email-column", "email", "--dry-run"]).exits(0);
    assert!(!told.stdout().contains('@'));
    let told = filtered(&world, &list, &["--email-column", "email", "--json"]).exits(0);
    assert_eq!(told.stdout(), format!("email\n{fine}\n"));
    let talk: serde_json::Value = serde_json::from_str(&told.stderr()).unwrap();
    assert_eq!(talk["kept"].as_u64(), Some(1));
}

#[test]
fn a_file_gets_its_name_when_it_is_complete_and_none_is_overwritten() {
    let People { world, objector, fine, .. } = people();
    let list = format!("email\n{objector}\n{fine}\n");
    filtered(&world, &list, &["--email-column", "email", "-o", "out.csv"]).exits(0).says("left out\t1");
    assert_eq!(fs::read_to_string(world.path("out.csv")).unwrap(), format!("email\n{fine}\n"));
    filtered(&world, &list, &["--email-column", "email", "-o", "out.csv"]).exits(4);
    filtered(&world, &list, &["--email-column", "mail", "-o", "new.csv"])
        .exits(2)
        .complains("its first line names: email");
    assert!(!world.path("new.csv").exists());
}

#[test]
fn telephone_numbers_are_known_however_they_are_written() {
    let People { world, objector, .. } = people();
    let sql = format!("SELECT contact_id FROM email WHERE address = '{objector}'");
    let id = number(&world.database("crm.db"), &sql);
    world
        .database("crm.db")
        .execute_batch(&format!(
            "DELETE FROM phone WHERE contact_id = {id};
             INSERT INTO phone (contact_id, kind, number) VALUES ({id}, 'mobile', '06 39 98 12 34')"
        ))
        .unwrap();
    let list = "nom\ttel\nA\t+33 (0)6.39.98.12.34\nB\t0033639981234\nC\t639981234\nD\t06 39 98 12 35\n";
    let told = filtered(&world, list, &["--phone-column", "TEL"]).exits(0);
    assert_eq!(told.stdout(), "nom\ttel\nD\t06 39 98 12 35\n");
}

#[test]
fn what_cannot_be_read_stays_behind_and_is_told() {
    let People { world, fine, .. } = people();
    let list = format!("email;n\n{fine};1\n{fine}\nnobody;3\n;4\n{fine};5\n");
    let told = filtered(&world, &list, &["--email-column", "email"]).exits(8);
    assert_eq!(told.stdout(), format!("email;n\n{fine};1\n{fine};5\n"));
    let told = told.complains("line 3 is not passed on: 1 columns").complains("line 4 is not passed on");
    told.complains("1 have no address to go by, 2 cannot be read");
    let told = filtered(&world, &list, &["--email-column", "email", "--keep-without-address"]).exits(8);
    assert!(told.stdout().contains("\n;4\n"));
    let latin = [b"Pr\xe9nom;E-Mail\nZo\xe9;".as_slice(), fine.as_bytes(), b"\n"].concat();
    let told = filtered(&world, &latin, &["--email-column", "e-mail", "--encoding", "latin1"]).exits(0);
    assert_eq!(told.bytes(), latin);
    filtered(&world, &latin, &["--email-column", "e-mail", "--encoding", "klingon"]).exits(2);
}

#[test]
fn a_list_of_the_erased_without_its_key_stops_everything() {
    let People { world, fine, .. } = people();
    fs::remove_file(world.path("crm.db.crm-admin/suppression.key")).unwrap();
    let told = filtered(&world, format!("email\n{fine}\n"), &["--email-column", "email"]).exits(7);
    assert_eq!(told.stdout(), "");
    assert!(!world.path("crm.db.crm-admin/suppression.key").exists(), "no new key is made that knows nobody");
}

#[test]
fn a_reader_that_goes_ends_it_quietly() {
    let People { world, fine, .. } = people();
    let mut command = world.program();
    command.args(["--db", "crm.db", "--quiet", "exclude", "filter", "--email-column", "email"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    drop(child.stdout.take());
    let line = format!("{fine}\n");
    let writer = std::thread::spawn(move || {
        let _ = input.write_all(b"email\n");
        while input.write_all(line.as_bytes()).is_ok() {}
    });
    let told = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!((told.status.code(), String::from_utf8_lossy(&told.stderr).as_ref()), (Some(1), ""));
}

#[test]
fn a_long_list_takes_little_memory() {
    let People { world, objector, fine, .. } = people();
    let line = |number: u32| {
        let address = if number.is_multiple_of(10) { objector.clone() } else { format!("{number}.{fine}") };
        format!("{number};\"Quelqu'un; ou\nquelqu'une\";{address};\"une remarque\"\n")
    };
    let list: String = (0..100_000).map(line).collect();
    fs::write(world.path("in.csv"), format!("n;nom;email;note\n{list}")).unwrap();
    let mut command = world.program();
    command.args(["--db", "crm.db", "--quiet", "exclude", "filter", "--email-column", "email"]);
    command.stdin(fs::File::open(world.path("in.csv")).unwrap());
    let peak = crate::sizes::peak(&mut command);
    assert!(peak < 50 << 20, "{peak} bytes");
}
