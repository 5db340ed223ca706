//! What the manual says of the account commands: how they end, what surprises in them, and every rule of an audit.

use super::sections::{Paragraph, Section};
use crate::password::audit::Rule;

/// What a command of the accounts can end with; nothing for another.
pub fn statuses(name: &str) -> &'static [u8] {
    match name {
        "crm-admin-audit" => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 129, 130, 143],
        "crm-admin-temp-password" | "crm-admin-reset" | "crm-admin-user-add" => {
            &[0, 1, 2, 4, 5, 6, 7, 8, 9, 129, 130, 143]
        }
        "crm-admin-user-enable" | "crm-admin-user-disable" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-user-passwd" => &[0, 1, 2, 4, 5, 6, 7, 9, 10],
        "crm-admin-user-list" | "crm-admin-policy-show" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-user-show" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-policy-set" => &[0, 1, 2, 4, 5, 6, 7],
        "crm-admin-policy-apply" => &[0, 1, 2, 4, 5, 6, 7, 9, 129, 130, 143],
        "crm-admin-ledger-show" => &[0, 1, 2, 5, 7],
        "crm-admin-ledger-verify" => &[0, 1, 2, 5, 7],
        _ => &[],
    }
}

/// The rules of an audit, for its page; nothing for another.
pub fn rules(name: &str) -> Section {
    let term = |rule: &Rule| {
        let words =
            format!("({}) {}. Repair: {}.", rule.severity().name(), rule.words(), rule.repair().words());
        Paragraph::Term(rule.id().to_owned(), words)
    };
    let paragraphs =
        if name == "crm-admin-audit" { Rule::ALL.iter().map(term).collect() } else { Vec::new() };
    Section { heading: "RULES", paragraphs }
}

const DELIVERY: &str = "A temporary password is made, hashed, delivered, and only then written. On a desktop (X11, Wayland) \
    a small process of crm-admin's holds the clipboard for 45 seconds after the command has ended, tells clipboard \
    managers to forget it, and lets go at once when something else is copied. Inside tmux it goes to tmux's newest \
    buffer; over SSH the terminal is asked (OSC 52), and then the person, whether it pasted. Without any of them say \
    --deliver file:PATH (a new file that only its owner reads) or --deliver print: lines of login, tab, password, the \
    only place where one is ever written.";

const LAST: &str =
    "The last administrator who can log in is never locked out: the command is refused as a whole.";

/// What surprises in a command of the accounts; nothing for another.
pub fn notes(name: &str) -> &'static [&'static str] {
    match name {
        "crm-admin-audit" => &[
            "Only what the map can tell is checked; what it does not mention is no finding. A rule of the policy is \
             held only against those for whom it is in force. Hashes tell nothing about length, classes of characters, \
             earlier passwords or their use elsewhere: these rules hold when a password is set.",
            "What one finding's repair does depends on the CRM: where it has no flag to ask for a new password, \
             `force a change` becomes `hand out a temporary one`, which is a person's to do. Once a change has been \
             asked for, findings about that password are information.",
            "--guess tries what is handed out and the most common passwords, then words of the account itself (login, \
             names), of the organisation and its town as the map's [organisation] knows them, seasons, walks over the \
             keyboard, the rest of about a thousand common passwords, and the lines of --list. What it will cost is \
             measured and shown before it starts. What was tried is kept in the state folder as keyed digests and \
             counts, so that the next run pays only for what changed, also after a kill. That a password was guessed is \
             shown, and of which family the guess was; never the password, its length or its place in a list.",
            "Disabled accounts, and those without a password, are not guessed at. Hashes that ask for absurdly much \
             memory or time are named and never computed; schemes that nobody knows here are called unknown, neither \
             weak nor strong.",
        ],
        "crm-admin-temp-password" | "crm-admin-user-add" => &[DELIVERY],
        "crm-admin-reset" => &[
            LAST,
            "A CRM that has a flag for it asks at the next login. Where it has none, its map says what is nearest: a \
             temporary password of the CRM's own, which is handed out as by temp-password, or the password is made \
             useless, and its owner asks for another. The command says which one it was.",
            DELIVERY,
        ],
        "crm-admin-user-disable" => &[LAST],
        "crm-admin-user-passwd" => &[
            "Everything that the policy has against the new password is said at once. Where the policy is not in force \
             for the account, only the current password is refused as the new one.",
        ],
        "crm-admin-policy-show" => &[
            "The norms were partly read through secondary sources, and say so. The age limit is the organisation's own \
             rule: NIST forbids it, CNIL and ANSSI no longer ask for it for ordinary users.",
        ],
        "crm-admin-policy-apply" => &[
            "A database made by init has the policy in force from the start. Another one has none until this command, \
             and every audit says so first. Where the CRM has no place for a policy it stands in the state folder, as \
             does one that holds for some users or templates only. Hashes do not tell what a password is made of: \
             applying the policy asks for a change where the age tells that one is due, and nowhere else.",
        ],
        "crm-admin-ledger-show" | "crm-admin-ledger-verify" => &[
            "The ledger is the file ledger.jsonl in the state folder: a line before each act and a line after it, each \
             with the SHA-256 of the line before. It holds ids and counts, no name and no secret; accounts stand there \
             by key. Whoever can write the folder can write a new chain: a copy of the last line elsewhere tells that.",
        ],
        _ => &[],
    }
}
