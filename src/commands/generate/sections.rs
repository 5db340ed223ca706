//! What a manual page says beyond the command line: exit statuses, files, notes, what else to read.

use super::accounts;
use crate::fault::{Kind, Outcome, Result, exit_status};
use clap::Command;

/// A section of a page.
pub struct Section {
    /// Its heading, in capitals.
    pub heading: &'static str,
    /// What stands below.
    pub paragraphs: Vec<Paragraph>,
}

/// A part of a section.
pub enum Paragraph {
    /// Sentences.
    Text(String),
    /// A word, and what it means.
    Term(String, String),
    /// Lines as they are.
    Lines(Vec<String>),
}

use Paragraph::{Lines, Term, Text};

/// What crm-admin(1) says before it lists anything.
pub fn introduction() -> Section {
    let text = |words: &str| Text(words.to_owned());
    Section {
        heading: "DESCRIPTION",
        paragraphs: vec![
            text(
                "crm-admin is for whoever administers the database of a CRM, at a terminal or from a timer. It works on \
                 the CRM that is already there: a schema map says what each table and column is, and every command \
                 obeys the map. This version writes anonymised backups that a technician can restore, with or without \
                 crm-admin.",
            ),
            text(
                "Results go to standard output, everything else to standard error. On a terminal results are tables; \
                 into a pipe they are lines with tabs between the values; with --json each is one object with the name \
                 and number of its schema (a list also comes as CSV, for spreadsheets, and as JSON line by line), and an error is an object of the same make on standard error. Nothing is \
                 ever asked where there is no terminal: what would have been a question is an error that names the \
                 option to add.",
            ),
            text(
                "An option's value comes from the command line, else from the environment, else from the file of \
                 --config, else from the user's own file, else from the system's. No file of the current folder is \
                 ever read by itself.",
            ),
        ],
    }
}

/// Where the options of every command are.
pub fn global_options() -> Section {
    let text = "The options that every command takes, such as --db, --map, --json and --dry-run, are in crm-admin(1).";
    Section { heading: "GLOBAL OPTIONS", paragraphs: vec![Text(text.to_owned())] }
}

/// The sections after the options, for one page.
pub fn of(name: &str, command: &Command, examples: Vec<String>, all: &[String]) -> Vec<Section> {
    let mut sections = vec![exit_statuses(name)];
    if name == "crm-admin" {
        sections.extend([environment(command), files()]);
    }
    if name == "crm-admin-erase" {
        sections.extend(super::erasure::sections());
    }
    sections.push(accounts::rules(name));
    sections.push(Section { heading: "NOTES", paragraphs: notes(name) });
    sections.push(Section { heading: "EXAMPLES", paragraphs: lines(examples) });
    sections.push(see_also(name, all));
    sections.into_iter().filter(|section| !section.paragraphs.is_empty()).collect()
}

fn lines(lines: Vec<String>) -> Vec<Paragraph> {
    if lines.is_empty() { Vec::new() } else { vec![Lines(lines)] }
}

/// How a command can end.
#[derive(Clone, Copy)]
enum End {
    Well(Outcome),
    Badly(Kind),
}

/// Every way to end. The numbers are those of `fault`; a kind that is new there has no words here, and does not compile.
const ENDS: &[End] = &[
    End::Well(Outcome::Done),
    End::Badly(Kind::Unfinished),
    End::Badly(Kind::Usage),
    End::Well(Outcome::Findings),
    End::Badly(Kind::Refused),
    End::Badly(Kind::Missing),
    End::Badly(Kind::Busy),
    End::Badly(Kind::Damaged),
    End::Well(Outcome::Owed),
    End::Badly(Kind::Unconfirmed),
    End::Badly(Kind::Denied),
    End::Badly(Kind::Stopped(1)),
    End::Badly(Kind::Stopped(2)),
    End::Badly(Kind::Stopped(15)),
];

impl End {
    fn status(self) -> u8 {
        let result: Result<Outcome> = match self {
            End::Well(outcome) => Ok(outcome),
            End::Badly(kind) => return kind.status(),
        };
        exit_status(&result)
    }

    fn words(self) -> &'static str {
        match self {
            End::Well(Outcome::Done) => "Done, or nothing to do.",
            End::Well(Outcome::Findings) => "The check worked and found something.",
            End::Well(Outcome::Owed) => {
                "Done, but something is still owed: the proof of an erasure, an erasure that a rule forbids, lines of a list \
                 that could not be read; or some of several were done."
            }
            End::Badly(Kind::Unfinished) => {
                "It could not be finished: no rights, no room, no reader for the output."
            }
            End::Badly(Kind::Usage) => "The command line, the configuration or the map cannot be understood.",
            End::Badly(Kind::Refused) => {
                "Refused by a rule, and nothing was changed: the map does not fit the database, a file is there \
                 already, a masked copy would break a rule of the schema, the proof of an archive found something."
            }
            End::Badly(Kind::Missing) => "There is no such database, archive, map, table or column.",
            End::Badly(Kind::Busy) => {
                "Somebody else holds the database; try later, or say a longer --lock-wait."
            }
            End::Badly(Kind::Damaged) => "The file is damaged, or is not what it was taken for.",
            End::Badly(Kind::Unconfirmed) => {
                "Not confirmed, or a password was not delivered; nothing was changed."
            }
            End::Badly(Kind::Denied) => {
                "Denied: a wrong password or profile, or a key file that others than its owner may read."
            }
            End::Badly(Kind::Stopped(1)) => "Hung up; nothing was left half-done.",
            End::Badly(Kind::Stopped(15)) => "Terminated; nothing was left half-done.",
            End::Badly(Kind::Stopped(_)) => "Interrupted; nothing was left half-done.",
        }
    }
}

/// What a command can end with. The page of crm-admin lists all.
fn statuses(name: &str) -> &'static [u8] {
    match name {
        "crm-admin" => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 129, 130, 143],
        "crm-admin-init" => &[0, 1, 2, 4, 9, 129, 130, 143],
        "crm-admin-backup" => &[0, 1, 2, 4, 5, 6, 7, 9, 10, 129, 130, 143],
        "crm-admin-restore" => &[0, 1, 2, 4, 5, 6, 7, 9, 10, 129, 130, 143],
        "crm-admin-archive-inspect" => &[0, 1, 2, 5, 7],
        "crm-admin-archive-verify" => &[0, 1, 2, 3, 5, 7, 129, 130, 143],
        "crm-admin-map-check" => &[0, 1, 2, 3, 5, 6, 7],
        "crm-admin-map-show" | "crm-admin-map-explain" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-exclude-add" => &[0, 1, 2, 4, 5, 6, 7, 129, 130, 143],
        "crm-admin-exclude-remove" => &[0, 1, 2, 4, 5, 6, 7, 9, 129, 130, 143],
        "crm-admin-exclude-show" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-exclude-default" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-exclude-filter" => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 129, 130, 143],
        "crm-admin-relation-list" | "crm-admin-relation-show" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-relation-set" => &[0, 1, 2, 4, 5, 6, 7, 9],
        "crm-admin-generate-key" => &[0, 1, 2, 4],
        "crm-admin-audit" => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 129, 130, 143],
        "crm-admin-erp-connect" | "crm-admin-erp-sync" => &[0, 1, 2, 4, 5, 6, 7, 8, 10, 129, 130, 143],
        "crm-admin-erp-status" => &[0, 1, 2, 3, 4, 5, 6, 7],
        "crm-admin-erp-rotate" => &[0, 1, 2, 4, 5, 6, 7, 10],
        "crm-admin-erp-revoke" => &[0, 1, 2, 4, 5, 6, 7, 9, 10],
        "crm-admin-map-list"
        | "crm-admin-generate-completions"
        | "crm-admin-generate-man"
        | "crm-admin-tour" => &[0, 1, 2],
        _ => accounts::statuses(name),
    }
}

fn exit_statuses(name: &str) -> Section {
    let listed = statuses(name);
    let ends = ENDS.iter().filter(|end| listed.contains(&end.status()));
    let paragraphs = ends.map(|end| Term(end.status().to_string(), end.words().to_owned())).collect();
    Section { heading: "EXIT STATUS", paragraphs }
}

fn environment(command: &Command) -> Section {
    let of_option = |argument: &clap::Arg| {
        let variable = argument.get_env()?.to_string_lossy().into_owned();
        Some(Term(variable, format!("The same as --{}.", argument.get_long()?)))
    };
    let mut paragraphs: Vec<Paragraph> = command.get_arguments().filter_map(of_option).collect();
    let others = [
        ("NO_COLOR", "Not empty: no colours, unless --color says otherwise."),
        ("TERM", "With the value dumb: no colours and no bar."),
        ("XDG_CONFIG_HOME, HOME", "Where the user's own configuration file is looked for."),
        (
            "TMPDIR",
            "Where backup -o - spools its archive, archive verify --deep unpacks one, and tour works. Usually /tmp.",
        ),
    ];
    paragraphs.extend(others.map(|(variable, words)| Term(variable.to_owned(), words.to_owned())));
    Section { heading: "ENVIRONMENT", paragraphs }
}

fn files() -> Section {
    let term = |file: &str, words: &str| Term(file.to_owned(), words.to_owned());
    Section {
        heading: "FILES",
        paragraphs: vec![
            term(
                "$XDG_CONFIG_HOME/crm-admin/config.toml",
                "The user's own configuration; ~/.config is usual.",
            ),
            term("/etc/crm-admin/config.toml", "The system's configuration."),
            Text(
                "Both are TOML, and neither need be there. Their keys are names of global options:"
                    .to_owned(),
            ),
            Lines(CONFIGURATION.lines().map(str::to_owned).collect()),
            term(
                "DB-wal, DB-journal, DB-shm",
                "Files of SQLite beside a database. They belong to it: copy or move them together, or not at all.",
            ),
        ],
    }
}

/// A configuration file with every key.
const CONFIGURATION: &str = r#"db = "/srv/crm/crm.db"
map = "/etc/crm-admin/my-crm.toml"
format = "plain"
color = "auto"
progress = "lines"
lock-wait = "30s""#;

fn notes(name: &str) -> Vec<Paragraph> {
    let notes: &[&str] = match name {
        "crm-admin-backup" => &[
            "The archive is pseudonymised, its key is destroyed (or, with --key-file, in the hands of who has the file), \
             and what could be left of the source was searched. It is \
             not anonymous by decree: row counts, primary keys, links between rows and whatever the map keeps come \
             across, and may single somebody out for a reader who knows enough. crm-admin-archive(5) lists what remains.",
            "Proof: before the archive gets its name it is decoded and held against the source. Identifying values \
             (addresses, numbers, names of companies, lines of text) may stand nowhere in it; given names, towns, dates \
             and their like are compared row by row; a text may keep no name and no number of its original. The same \
             search must find the source's own values, or it counts as broken. Anything found deletes the archive and \
             ends with status 4, with counts and columns, never a value.",
            "Room is needed beside the archive for one masked copy of the database and for the archive itself; with \
             -o - both stand in the folder for temporary files. The copies have no name while they are there, so that \
             nothing of them is left after an error or a kill. No clear value is written to a disk on the way.",
            "The archive gets its name when it is complete. A file that is there already is never overwritten.",
            "The database is read in one transaction, so the CRM may go on working. Its writers may have to wait where \
             it does not use a write-ahead log.",
            "--full copies the database page by page, as it is; the copy begins with a rollback journal. Whoever has \
             the file has everybody's data and can restore it with zstd alone: keep it as you keep the database. The \
             archive names the random id of the state folder, which remembers what was erased; while an erasure still \
             owes its proof there is no full copy. Who asked for one, and who was denied it, stands in the ledger.",
        ],
        "crm-admin-audit" => &[
            "Retention: a relation is due on the day after the last day of its term. It is held while a term with `holds` \
             runs, while the ERP is its master, while a row forbids its erasure, and while its erasure would take along \
             somebody who is not due: a duplicate, a lead that it was, a contact of the company. What an erasure would \
             keep for a reason is told beside it. Of those that go together --ids names one. Severities: high when due for \
             more than a year, medium when due, low without an event, information when held or due soon.",
            "Notes: every column that the map calls free-text is searched, in JSON and in history tables too. The \
             categories are health, offence, opinion, religion, origin, sex-life, judgement, hardship, family, minor, nir, \
             card, iban, password, birth-date, identity-paper, phone and email. Words are whole words, whatever their \
             accents and case. Numbers count with their check digits; a SIRET or VAT number is harmless, and an account is \
             no card. A telephone number or address is left out where the map knows it as the relation's own, its \
             company's, or the staff's.",
            "A match is no proof. On 110 notes that were written afterwards and never tuned on (fixtures/notes in the \
             source), 39 of 42 findings were right. Of numbers, dates and addresses all 20 were found; of what is told \
             in words 19 of 56: hints, other words and other languages are not.",
            "--lexicon FILE is TOML: [category.health] with forms = [...] adds words to a category, [category.NAME] with \
             severity, what and forms makes one, [harmless] with forms lists phrases that are fine with all that stands \
             inside them, and [allow] has words, columns (TABLE.COLUMN) and [allow.column] with words for one column. In a \
             form, (s) may be left out, {a|b} is one or the other, # is a number and #17 one up to 17, and ^ before a word \
             asks for its capital letter.",
            "--baseline reads what --write-baseline wrote: keyed digests of row, category and words. The key stays in the \
             state folder; without it the file is of no use. A word that is written into a note once more is no news, and \
             the same word in another note is.",
            "--for looks for the names, addresses and telephone numbers of one relation in free text that an erasure of it \
             would not reach.",
        ],
        "crm-admin-restore" => &[
            "What comes out is an ordinary SQLite database. Without crm-admin, `zstd -dc ARCHIVE > NEW.db` makes the \
             same bytes; it checks less.",
            "Nobody can log in to a restored copy with an old password: no hash of one is in an archive. What a copy \
             must not do by itself (timers, outgoing mail, the link to the ERP) was switched off by the backup, as \
             the map's [neutralise] section says.",
            "--support-login takes the first active administrator by key, or the first one where none is active, \
             and gives that account the login, a new password and the right to log in; its sessions end. The \
             password is the technician's own: it need not be changed at the first login and does not run out, so \
             delete the copy when the work is done. It is delivered before the copy gets its name: not delivered, \
             nothing is made. The bytes then differ from the archive's, whose SHA-256 is still reported.",
            "A full copy (backup --full) comes back with everybody in it but those whose erasure the state folder \
             remembers: they are erased again in the copy, and proven gone from its bytes, before it has a name.",
            "--replace needs the CRM to be stopped: a program that has the database open would go on writing to the \
             one that was put aside. A database that cannot even be read has no administrator to ask: move it away, \
             and restore without --replace.",
            "Where accounts are stands in the map: the one of --map, else the shipped map that made the archive.",
        ],
        "crm-admin-archive-verify" => &[
            "A digest tells damage, not forgery: whoever can write an archive can write its digests too. To know that \
             an archive is the one that was sent, compare its SHA-256 over another way.",
            "--deep treats the database as a stranger's: nothing in it is run, neither views nor triggers. The copy has \
             no name while it is looked at, and is gone afterwards. A finding is told with its column and a count, \
             never a value. Whether values of the source are left can only be told with the source: backup proves it.",
        ],
        "crm-admin-map-check" => &[
            "unmapped: the database has it and the map does not mention it. stale: the map names it and the database \
             does not have it. misfit: all that is named is there, but the rules cannot hold together. warning: it may \
             be right, and is worth a look; warnings alone end with status 0.",
            "The printed lines are careful guesses. Read each of them before it goes into the map.",
        ],
        "crm-admin-exclude" | "crm-admin-exclude-add" | "crm-admin-exclude-remove" => &[
            "An objection is noted at every place that the map's [objection] section names for the kind. What the CRM \
             has no place for (a date, a channel, who said it; or the objection itself, of a kind or a way of \
             marketing that it does not know) is kept in objections.json of the state folder, by kind and id, and the \
             command says so. The CRM does not look there: its own mailings do not obey it. Lists and exclude filter do.",
            "A company's objection is noted for all its contacts in the same transaction, with `company` for who said \
             it. Taken back from the company with --contacts clear, it goes from those contacts alone: who objected in \
             person stays excluded. A contact that is added to an excluded company later counts as excluded all the \
             same, and so does a company whose third party objects.",
            "Where the CRM keeps a list of addresses, an objection is that of whoever has the address.",
        ],
        "crm-admin-exclude-filter" => &[
            "E-mail addresses are compared in lower case and without a display name; telephone numbers in their \
             international form, where a number without a country is French. A field may hold several, with commas, \
             semicolons or bars between them: one of them is enough to leave the line out.",
            "Not passed on either: a line with another number of columns than the first, with a quote that is not \
             closed, longer than 4 MiB, with a named column that holds no address or is not of the encoding. The first \
             20 are told by the number of their line. Other columns may hold any bytes. Whoever passes a list on to \
             somebody who does not know the CRM should look at those numbers first.",
            "With -o the list gets its name when it is complete, and the report goes to standard output; without, the \
             list does, and the report (one JSON object with --json) to standard error.",
            "Whoever was erased is known by the suppression list of the state folder: keyed digests, which no one can \
             read back. Keep the state folder with the database.",
        ],
        "crm-admin-relation-set" => &[
            "A value is one line, without blanks around it. An emptied field becomes NULL where the database allows \
             it, else what the map says is empty, else an empty text. Keys, links, computed columns and objections are \
             not rectified so, and nothing is added: where there is no such row the CRM adds one. Older versions of a \
             row stay as they were. An objection that is noted by an address is noted for the new one too.",
        ],
        "crm-admin-map-explain" => &["The example is a made-up value and its mask under a throw-away key."],
        "crm-admin-erp-connect" => &[
            "The key is 256 random bits. It never leaves the program: the ERP's database gets its SHA-256, the CRM's the key \
             under XChaCha20-Poly1305, with a key file that is made on first use. Whoever has both the CRM's database and \
             that file has the key: keep them apart, with CRM_ADMIN_KEY_FILE or as the systemd credential crm-admin-key. \
             A key file that is lost is replaced by connecting again.",
            "An earlier key of the same name and company is revoked, unless another program has used it: then the name is \
             taken (exit status 4). A kill after the ERP has issued a key leaves one that nobody has; connecting again \
             revokes it.",
            "The passwords are those of --as and --erp-as: prompted for, or from --as-password-file and \
             --erp-as-password-file, or the systemd credentials crm-admin-password and crm-admin-erp-password.",
        ],
        "crm-admin-erp-sync" => &[
            "What decides between two sides is when something was said: the map's `at` and `withdrawn-at` of objections. An \
             objection without a moment holds until it is taken back where it was made. An objection to one way of \
             marketing only is the CRM's own matter, since an ERP has one flag; so are objections of single contacts.",
            "An erasure takes the third party and every relation that is linked to it, on the path of crm-admin-erase(1) and \
             on the authority of the link: nobody's password is asked for. The ERP learns of it once it is proven. Where \
             a rule of the map forbids it, it is owed (exit status 8), and the rest goes on. Several erasures are \
             searched for at once, so the figures of the search in a certificate are those of all of them.",
            "Third parties are known by their code, and new ones are linked by their SIRET where one company alone has it. \
             Names and addresses that differ are told by column, and not copied. What was erased is known again by its \
             code for good, by its SIRET, and by its addresses and telephones for three years; an ERP's row that was made \
             after the erasure is somebody who has come again.",
            "The ERP is a database that this machine can open. Where its map cannot be found by itself, name it with \
             --erp-map or CRM_ADMIN_ERP_MAP.",
        ],
        "crm-admin-init" => &[
            "The synthetic people are made of word lists; they have never lived. Their mail addresses are of reserved \
             domains. Their telephone numbers begin with two zeros after the zone, and are not known to be anybody's; \
             do not dial them all the same.",
        ],
        _ => accounts::notes(name),
    };
    notes.iter().map(|note| Text((*note).to_owned())).collect()
}

fn see_also(name: &str, all: &[String]) -> Section {
    let is_near = |other: &&String| {
        let parent = name.rsplit_once('-').map_or(name, |(parent, _)| parent);
        let is_below = other.starts_with(&format!("{name}-"));
        let is_beside = parent != "crm" && parent != "crm-admin" && other.starts_with(parent);
        other.as_str() != name
            && (name == "crm-admin" || other.as_str() == "crm-admin" || is_below || is_beside)
    };
    let mut pages: Vec<String> = all.iter().filter(is_near).map(|name| format!("{name}(1)")).collect();
    let extras: &[&str] = match name {
        "crm-admin" => &["crm-admin-archive(5)", "crm-admin-map(5)", "sqlite3(1)", "zstd(1)"],
        "crm-admin-backup" => &[
            "crm-admin-map-check(1)",
            "crm-admin-restore(1)",
            "crm-admin-archive(5)",
            "crm-admin-map(5)",
            "zstd(1)",
        ],
        "crm-admin-restore" => &["crm-admin-backup(1)", "crm-admin-archive(5)", "zstd(1)"],
        "crm-admin-tour" => &["crm-admin-init(1)"],
        _ if name.starts_with("crm-admin-exclude") => &["crm-admin-map(5)"],
        _ if name.starts_with("crm-admin-archive") => &["crm-admin-archive(5)"],
        _ if name.starts_with("crm-admin-relation") => &["crm-admin-map(5)", "crm-admin-exclude(1)"],
        _ if name.starts_with("crm-admin-map") => &["crm-admin-map(5)"],
        _ => &[],
    };
    pages.extend(extras.iter().map(|page| (*page).to_owned()));
    Section { heading: "SEE ALSO", paragraphs: vec![Text(pages.join(", "))] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statuses_of_the_manual_are_those_of_the_code_each_once_and_in_order() {
        let numbers: Vec<u8> = ENDS.iter().map(|end| end.status()).collect();
        assert_eq!(numbers, statuses("crm-admin"));
    }

    #[test]
    fn a_configuration_file_in_the_manual_can_be_read() {
        let keys: toml::Table = CONFIGURATION.parse().unwrap();
        assert_eq!(keys.len(), 6);
    }
}
