//! What a manual page says beyond the help of its command, for those who want to know more.

use super::sections::Paragraph;
use super::{accounts, objection};

/// What the audit of relations and notes needs said, beside that of accounts.
const AUDIT: &[&str] = &[
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
    "A match is no proof. On notes that were written afterwards and never tuned on (fixtures/notes in the source has \
             the figures) about nine findings in ten were right, and all numbers, dates and addresses were found; of what \
             is told in words four in ten were missed: hints, other words and other languages are not found.",
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
];

/// The notes of a command's page.
pub(super) fn notes(name: &str) -> Vec<Paragraph> {
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
             -o - both stand in the folder for temporary files. Most of the archive stands there twice for a moment, \
             where there is room for it: it is compressed while search indexes are made. The copies have no name while \
             they are there, so that nothing of them is left after an error or a kill. No clear value is written to a disk on the way.",
            "The bytes of the archive are searched too, and there the values of a row lie side by side. Where the end of one \
             and the beginning of the next would together be an identifying value, nobody reads one: such places are \
             counted (across_values) and do not count against it. Elsewhere, in the parts of very long rows and in search \
             indexes, such a chance ends with status 4, and a second try, under another key, makes other masks.",
            "Memory has an end, at some 200 MB, however large the database is. Up to some 220,000 contacts with all that is \
             attached every identifying value is remembered by itself; beyond, by a few bits, what is found may only look \
             like one, and the source is read once more to tell. From some 1,600,000 contacts on the proof is made in \
             several shares, and each reads the source and the copy again. What has to differ from row to row, or is \
             counted in groups, goes to a file without a name beyond some hundred thousand rows: digests, no values. More than some \
             150 million different identifying values are refused.",
            "The copy is held to the rules of the schema: pages, types and NOT NULL everywhere, CHECK constraints and \
             foreign keys where they are about columns that were masked or rows that were left out. What broke a rule in \
             the source may break it in the copy, and nothing else may: that ends with status 4.",
            "The archive gets its name when it is complete. A file that is there already is never overwritten.",
            "The database is read in one transaction, so the CRM may go on working. Its writers may have to wait where \
             it does not use a write-ahead log.",
            "--full copies the database page by page, as it is; the copy begins with a rollback journal. Whoever has \
             the file has everybody's data and can restore it with zstd alone: keep it as you keep the database. The \
             archive names the random id of the state folder, which remembers what was erased; while an erasure still \
             owes its proof there is no full copy. Who asked for one, and who was denied it, stands in the ledger.",
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
        _ if name.starts_with("crm-admin-exclude") => objection::notes(name),
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
    let more = if name == "crm-admin-audit" { AUDIT } else { &[] };
    notes.iter().chain(more).map(|note| Paragraph::Text((*note).to_owned())).collect()
}
