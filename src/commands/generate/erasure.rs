//! What crm-admin-erase(1) says beyond its options: what is covered and what is not, what happens to which row, and what
//! a CRM's own erasure leaves behind.

use super::sections::{Paragraph, Section};

/// The sections of the page.
pub fn sections() -> Vec<Section> {
    vec![
        section("WHAT GOES", &GOES.map(Said::of)),
        section("WHAT IS AND IS NOT COVERED", &covered()),
        section("WHAT IS KEPT AND FOR HOW LONG", &KEPT.map(Said::of)),
        section("WHAT A CRM'S OWN ERASURE LEAVES", &tryton()),
        section("FILES", &files()),
    ]
}

/// Words for one paragraph.
enum Said {
    Text(&'static str),
    Table(&'static [&'static str]),
}

impl Said {
    fn of(text: &'static str) -> Self {
        Said::Text(text)
    }
}

fn section(heading: &'static str, all: &[Said]) -> Section {
    let paragraph = |said: &Said| match said {
        Said::Text(text) => Paragraph::Text((*text).to_owned()),
        Said::Table(lines) => Paragraph::Lines(lines.iter().map(|line| (*line).to_owned()).collect()),
    };
    Section { heading, paragraphs: all.iter().map(paragraph).collect() }
}

const GOES: [&str; 4] = [
    "The plan begins at the relation's own row and follows every link of the map, by key, by type and key, by reference \
     string, by link table and by value, until no further row is met. A row that belongs to what goes (owner) goes; a row \
     of somebody else that merely mentions it (link) stays and loses the mention. A row with several owners (shared) goes \
     with the last of them. With a company go the contacts that have no other; --keep-contacts lets them stay without a \
     company. Subsidiaries stay. Merged duplicates and the leads that a contact once was go too, or are offered, as the \
     map says. Who created or looks after a row is never followed.",
    "The plan is shown, and made again inside the transaction that carries it out: where anything is not as it was shown, \
     nothing is erased (exit status 4). One transaction for each relation. A list (--from) is read to its end first; one \
     of its relations that is refused or missing does not keep the others (exit status 8 in the end).",
    "Where the root rows of the CRM must stay (erase = \"blank\" in the map), the row stays without a personal value.",
    "Without a terminal nothing is asked: say --yes. The name of the relation is shown to whoever is asked or says \
     --dry-run, and to nobody afterwards.",
];

fn covered() -> Vec<Said> {
    vec![
        Said::Text(
            "Searched are the database's file, its write-ahead log, its journal, and the folders in which the map says that \
             files lie: for every erased value of 8 bytes or more, in the encoding of the database, also where it is cut by \
             the end of a page; for each erased row's short texts as they stand next to one another; and for words of 8 \
             bytes or more as full-text indexes fold and shorten them.",
        ),
        Said::Table(&[
            "rows, indexes, long values          gone, searched, proven",
            "free pages, gaps inside of pages    overwritten where something is found",
            "write-ahead log, journals           emptied, searched, proven",
            "samples of statistics (stat4)       dropped for the tables touched",
            "full-text indexes (FTS3, 4, 5)      merged; made anew where no trigger tells them",
            "history tables, queues, logs        gone, where the map names them",
            "files beside the database           overwritten and removed, folder searched",
            "UTF-16 databases                    searched in their own encoding",
            "",
            "values below 8 bytes                only next to another text of their row",
            "values stored as numbers            gone from rows, not searched for",
            "what had been changed before        not searched: nobody knows what it was",
            "inside of compressed documents      gone with their document, not searched for",
            "an index of words without texts     said to be unproven (exit status 8)",
            "what others wrote about the person  theirs: counted as held by others",
            "older backups and archives          full archives are named in the certificate",
            "copies that the disk keeps          not reachable: unlinked blocks, copy-on-write,",
            "                                    spare flash blocks, swap",
        ]),
        Said::Text(
            "A value that stands in somebody else's row is held lawfully: it is counted, not removed. The database is written \
             anew (VACUUM) only where overwriting did not help, and that is never taken for proof: a search is.",
        ),
    ]
}

const KEPT: [&str; 3] = [
    "A map may keep a row or a column for a reason and a time (erase = \"keep\", reason, for). The plan and the certificate say \
     what is kept, why and until when; the rest goes. `erase resume` lists what is kept, and erases it when its day has \
     come (it asks first, or wants --yes; a timer may run it).",
    "The state folder remembers of an erased relation keyed digests only: of its kind and id and of the texts of its row, so \
     that `erase replay` and `restore` know it again in an older copy, and do not take somebody else for it who was given \
     the same id; and of its mail addresses and telephone numbers, for three years, so that `exclude filter` drops them \
     from lists. An address that somebody else shares is dropped too.",
    "A certificate names a kind, counts, settings, files and digests of map and schema, and no person: no name, no id, no \
     digest of either. Its own SHA-256 stands in the ledger; `erase verify` looks it up there.",
];

fn tryton() -> Vec<Said> {
    vec![
        Said::Text(
            "Measured on Tryton 8.2 with the modules of the shipped map: 8 parties that Tryton's own wizard (party.erase) can \
             erase, each erased by the wizard in one copy of the database and by crm-admin in another. Of the 276 values that \
             crm-admin erased, the wizard left these in rows:",
        ),
        Said::Table(&[
            "party_contact_mechanism.value_compact   the folded copy of each address and number",
            "party_identifier.code_compact           the folded copy of each SIREN, SIRET, VAT number",
            "sale_opportunity, sale_opportunity_line comment, description, note",
            "... and their __history tables          every earlier version of these",
            "ir_chat_channel, _follower, _message    what was written, by whom, to which address",
            "ir_email                                recipients, subject and text of mails",
            "marketing_email                         address and token on mailing lists",
            "document_incoming                       name, source, content, what was read in it",
            "bank_account_number                     the number of the party's account",
            "ir_note, ir_attachment                  those on opportunities and other records",
            "ir_model_log.resource                   which records of the party were changed",
            "web_user.password_hash                  the hash of the portal's password",
            "attachments/                            the files of the removed rows",
        ]),
        Said::Text(
            "and of what it did take out of rows it left 15 to 24 values in the bytes of the file. crm-admin left none of it; \
             Tryton opens the database, lists and validates its records.",
        ),
    ]
}

fn files() -> Vec<Said> {
    vec![
        Said::Text("In the state folder (DB.crm-admin/ beside the database, or --state):"),
        Said::Table(&[
            "ledger.jsonl                       the act, and the digests of its certificates",
            "owed.json                          what still has to be proven gone, as keyed digests",
            "erased.json, erasure.key           what `erase replay` knows",
            "suppressed.json, suppression.key   what `exclude filter` knows",
            "kept.json                          what a law keeps, and until when",
        ]),
    ]
}
