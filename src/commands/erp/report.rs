//! What the commands about the link tell. No key, no password, no name of a third party.

use crate::erp::{Connection, KeyRecord};
use crate::ui::{Page, Report};
use jiff::Timestamp;
use serde::Serialize;

fn shown(moment: Option<Timestamp>) -> Option<String> {
    moment.map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_else(|| "never".to_owned())
}

/// What `erp connect` did, or would do.
#[derive(Debug, Serialize)]
pub struct ConnectReport {
    connection: String,
    company: String,
    dry_run: bool,
    /// Whether it was set up with a user's password before.
    converted: bool,
    /// Earlier keys of the same use that were revoked.
    pub replaced: u64,
    /// Whether a password that was replaced is proven to be gone from the files.
    pub password_proven_gone: Option<bool>,
}

impl ConnectReport {
    pub fn new(connection: &str, company: &str, converted: bool, dry_run: bool) -> Self {
        ConnectReport {
            connection: connection.to_owned(),
            company: company.to_owned(),
            dry_run,
            converted,
            replaced: 0,
            password_proven_gone: None,
        }
    }
}

impl Report for ConnectReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erp-connect", 1);

    fn page(&self) -> Page {
        let yes = |said: bool| if said { "yes" } else { "no" }.to_owned();
        let connection =
            if self.dry_run { format!("{} (not made)", self.connection) } else { self.connection.clone() };
        let mut facts = vec![("connection", connection), ("company of the ERP", self.company.clone())];
        if self.converted {
            facts.push(("replaces a password", yes(true)));
        }
        if let Some(gone) = self.password_proven_gone {
            facts.push(("proven gone from the files", yes(gone)));
        }
        if self.replaced > 0 {
            facts.push(("earlier keys revoked", self.replaced.to_string()));
        }
        Page::default().facts(facts)
    }
}

/// What `erp rotate` did, or would do.
#[derive(Debug, Serialize)]
pub struct RotateReport {
    connection: String,
    company: String,
    dry_run: bool,
    /// Old keys that were revoked.
    pub retired: u64,
}

impl RotateReport {
    pub fn new(connection: &str, company: &str, dry_run: bool) -> Self {
        RotateReport { connection: connection.to_owned(), company: company.to_owned(), dry_run, retired: 0 }
    }
}

impl Report for RotateReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erp-rotate", 1);

    fn page(&self) -> Page {
        let done = if self.dry_run { "would be replaced".to_owned() } else { self.retired.to_string() };
        Page::default().facts([
            ("connection", self.connection.clone()),
            ("company of the ERP", self.company.clone()),
            ("old keys revoked", done),
        ])
    }
}

/// What `erp revoke` did, or would do.
#[derive(Debug, Serialize)]
pub struct RevokeReport {
    pub name: String,
    pub keys: u64,
    pub dry_run: bool,
}

impl Report for RevokeReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erp-revoke", 1);

    fn page(&self) -> Page {
        let what = if self.dry_run { "keys to revoke" } else { "keys revoked" };
        Page::default().facts([("name", self.name.clone()), (what, self.keys.to_string())])
    }
}

/// How a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkState {
    /// As it should be.
    Works,
    /// It works, and was never used.
    NeverSynchronised,
    /// It works, and was not used for long.
    Late,
    /// The ERP or the key file lets nobody in with this key.
    Denied,
    /// The ERP or the key file is not there.
    Unreachable,
    /// It has no key.
    NoKey,
    /// It has a user's password instead of a key.
    Password,
    /// It is switched off, as in a restored copy.
    SwitchedOff,
}

impl LinkState {
    fn words(self) -> &'static str {
        match self {
            LinkState::Works => "works",
            LinkState::NeverSynchronised => "never synchronised",
            LinkState::Late => "late",
            LinkState::Denied => "denied",
            LinkState::Unreachable => "unreachable",
            LinkState::NoKey => "no key",
            LinkState::Password => "a password, no key",
            LinkState::SwitchedOff => "switched off",
        }
    }
}

/// One connection of the CRM.
#[derive(Debug, Serialize)]
pub struct LinkRow {
    kind: &'static str,
    id: String,
    state: LinkState,
    place: String,
    company: Option<String>,
    synced_at: Option<String>,
}

impl LinkRow {
    pub fn new(connection: &Connection, state: LinkState, company: Option<String>) -> Self {
        LinkRow {
            kind: "erp-connection",
            id: connection.name.clone(),
            state,
            place: connection.place.clone(),
            company,
            synced_at: shown(connection.synced_at),
        }
    }
}

/// What `erp status` says.
#[derive(Debug, Serialize)]
pub struct StatusReport {
    pub rows: Vec<LinkRow>,
}

impl StatusReport {
    /// Whether there is a link, and every link works.
    pub fn is_well(&self) -> bool {
        let works = |row: &LinkRow| matches!(row.state, LinkState::Works | LinkState::SwitchedOff);
        self.rows.iter().any(|row| row.state == LinkState::Works) && self.rows.iter().all(works)
    }
}

impl Report for StatusReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erp-status", 1);

    fn page(&self) -> Page {
        let row = |row: &LinkRow| {
            let company = row.company.clone().unwrap_or_default();
            vec![
                row.id.clone(),
                row.state.words().to_owned(),
                text(&row.synced_at),
                company,
                row.place.clone(),
            ]
        };
        Page::default().table(
            &["Connection", "State", "Synchronised", "Company of the ERP", "Place"],
            self.rows.iter().map(row).collect(),
        )
    }
}

/// One key of an ERP.
#[derive(Debug, Serialize)]
pub struct KeyRow {
    kind: &'static str,
    id: String,
    company: String,
    created_at: Option<String>,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
    late: bool,
}

impl KeyRow {
    pub fn of(key: &KeyRecord, is_late: impl Fn(Timestamp) -> bool) -> Self {
        KeyRow {
            kind: "erp-key",
            id: key.name.clone(),
            company: key.company.clone(),
            created_at: shown(key.created_at),
            last_used_at: shown(key.last_used_at),
            revoked_at: shown(key.revoked_at),
            late: key.revoked_at.is_none() && key.last_used_at.or(key.created_at).is_none_or(is_late),
        }
    }
}

/// What `erp status --erp` says.
#[derive(Debug, Serialize)]
pub struct KeysReport {
    pub rows: Vec<KeyRow>,
}

impl KeysReport {
    /// Whether every good key is in use.
    pub fn is_well(&self) -> bool {
        !self.rows.iter().any(|row| row.late)
    }
}

impl Report for KeysReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erp-keys", 1);

    fn page(&self) -> Page {
        let row = |row: &KeyRow| {
            let state = match (&row.revoked_at, row.late) {
                (Some(_), _) => "revoked",
                (None, true) => "late",
                (None, false) => "good",
            };
            vec![
                row.id.clone(),
                state.to_owned(),
                row.company.clone(),
                text(&row.created_at),
                text(&row.last_used_at),
                row.revoked_at.clone().unwrap_or_default(),
            ]
        };
        Page::default().table(
            &["Key", "State", "Company", "Issued", "Last used", "Revoked"],
            self.rows.iter().map(row).collect(),
        )
    }
}
