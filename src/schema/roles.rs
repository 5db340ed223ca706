//! What a map says beyond columns: who logs in, what is a company, who objected, how long things may stay.
//!
//! In a [`super::CompleteMap`] every table and column named here is there, in the database's own spelling. A role
//! that stands on an optional table which this database lacks is not there at all.

pub use super::account_roles::*;
use super::complete::{Neutralise, Origin};
pub use super::erp_roles::*;
use super::list_roles::{Field, Groups, SearchIndex};
pub use super::objection_roles::*;
pub use super::retention_roles::*;
use crate::store::Value;
use serde::{Deserialize, Serialize};

/// Which rows: each column has one of the values. Every row when empty.
pub type Filter = Vec<(String, Vec<Value>)>;

/// Everything a map says beyond columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Roles {
    pub(super) accounts: Vec<Accounts>,
    pub(super) policy: Option<PolicyPlace>,
    pub(super) organisation: Option<Organisation>,
    pub(super) relations: Vec<Relation>,
    pub(super) objection: Vec<Objection>,
    pub(super) erp: Vec<ErpLink>,
    pub(super) erp_sections: ErpSections,
    pub(super) retention: Vec<Retention>,
    pub(super) neutralise: Vec<NeutraliseTable>,
    pub(super) restored: Vec<RestoredMark>,
    pub(super) fields: Vec<Field>,
    pub(super) search: Vec<SearchIndex>,
    pub(super) groups: Option<Groups>,
}

/// A population of accounts: those who log in through one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Accounts {
    /// What the map calls them: `staff`.
    pub name: String,
    /// The table of the accounts.
    pub table: String,
    /// The column that other tables know an account by.
    pub key: String,
    /// What is typed to log in.
    pub login: String,
    /// The display name.
    pub full_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Where the password's hash is, and how it is made.
    pub hash: Option<HashColumn>,
    /// The salt that the site puts before everybody's password.
    pub salt: Option<SiteSalt>,
    /// The flag that says whether the account may log in.
    pub active: Option<ActiveFlag>,
    /// What makes an account an administrator.
    pub administrator: Option<Administrator>,
    /// How the CRM is told that the password must be replaced at the next login.
    pub must_change: Option<MustChange>,
    /// When the password was last changed.
    pub changed_at: Option<String>,
    /// Until when a temporary password holds.
    pub temporary_until: Option<String>,
    /// The flag that lets a password grow old for ever.
    pub never_expires: Option<String>,
    /// What is there when a second factor is asked for at the login: a flag, or the factor itself.
    pub second_factor: Option<String>,
    /// The flag of an account that belongs to a program, not to a person.
    pub service: Option<String>,
    /// When the account was made.
    pub created_at: Option<String>,
    /// When the account last logged in.
    pub last_login: Option<String>,
    /// The account or template this one was made from, whose password it may share.
    pub template: Option<String>,
    /// What new accounts are made from.
    pub templates: Option<Templates>,
    /// How an account is made; where nothing is said, only the CRM itself makes one.
    pub create: Option<Creation>,
    /// Where the CRM itself keeps temporary passwords.
    pub temporary: Option<TemporaryPassword>,
    /// Where the account's wish stands that lists leave out who objects to marketing.
    pub exclude_objected: Option<PreferencePlace>,
    /// Tables whose rows are sessions, tokens or devices of an account; they go when the password is replaced.
    pub end_sessions: Vec<SessionTable>,
    /// Where the map says so.
    pub origin: Origin,
}

/// The column of a password's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HashColumn {
    /// The column.
    pub column: String,
    /// The schemes that the CRM reads, in the words of the password room; the first is what is written.
    pub schemes: Vec<String>,
    /// What the password goes through before it is hashed.
    pub prehash: Option<Prehash>,
    /// What stands before the hash: `argon2$` for Django's `argon2$argon2id$…`.
    pub prefix: Option<String>,
    /// The hashes that the CRM comes with, of passwords that everybody can look up.
    pub shipped: Vec<String>,
}

/// What a password goes through before it is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prehash {
    /// MD5, written in lower-case hexadecimal.
    Md5Hex,
}

/// The flag that says whether an account may log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActiveFlag {
    /// The column.
    pub column: String,
    /// Whether a true value means that the account is disabled.
    pub inverted: bool,
}

/// What makes an account an administrator.
#[derive(Debug, Clone, PartialEq)]
pub enum Administrator {
    /// A true value in a column of the account.
    Column(String),
    /// A row of a table that puts accounts into groups.
    Group {
        /// That table.
        table: String,
        /// Its column with the account's key.
        user: String,
        /// Its column with the group.
        group: String,
        /// The groups that make an administrator.
        is: Vec<Value>,
    },
}

/// How the CRM is told that a password must be replaced at the next login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MustChange {
    /// It has a flag: this column.
    Column(String),
    /// It has none; its own temporary passwords are the nearest thing.
    Temporary,
    /// It has none; the password is made unusable, and its owner asks for a new one.
    Invalidate,
}

/// Where the CRM itself keeps temporary passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemporaryPassword {
    /// The column.
    pub column: String,
    /// Whether it is stored in clear, as some CRMs do, and not as a hash.
    pub clear: bool,
    /// The column that says until when it holds.
    pub until: Option<String>,
}

/// A table whose rows are sessions, tokens or devices of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionTable {
    /// The table.
    pub table: String,
    /// Its column that names the account.
    pub by: String,
    /// What that column holds. Known once the map is complete; [`AccountName::Key`] before.
    pub holds: AccountName,
}

/// How a row names an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountName {
    /// By its key.
    Key,
    /// By its login: the column is linked to the login by value.
    Login,
}

/// What a relation can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationKind {
    /// An organisation.
    Company,
    /// A person.
    Contact,
    /// Somebody who asked, and is no customer yet.
    Lead,
    /// The ERP's customer or supplier record.
    ThirdParty,
}

impl RelationKind {
    /// Every kind with its word in maps and commands.
    pub const WORDS: &'static [(&'static str, RelationKind)] = &[
        ("company", RelationKind::Company),
        ("contact", RelationKind::Contact),
        ("lead", RelationKind::Lead),
        ("third-party", RelationKind::ThirdParty),
    ];

    /// The word in maps and commands.
    pub fn word(self) -> &'static str {
        match self {
            RelationKind::Company => "company",
            RelationKind::Contact => "contact",
            RelationKind::Lead => "lead",
            RelationKind::ThirdParty => "third-party",
        }
    }
}

/// Which rows of which table are the relations of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The kind.
    pub kind: RelationKind,
    /// The table of the root rows.
    pub table: String,
    /// Its key.
    pub key: String,
    /// The column with the name that people know it by.
    pub label: Option<String>,
    /// The column that says when the row was last changed; rows of its fields have one of the same name, or none.
    pub changed_at: Option<String>,
    /// Which of the table's rows.
    pub filter: Filter,
    /// Only rows that have such a child.
    pub has: Option<HasChild>,
    /// Not the rows that are of that other kind.
    pub unless: Option<RelationKind>,
    /// What an erasure does with the root row.
    pub erase: RootErase,
    /// Of contacts: how it is known whose they are. Where the map says nothing, by the owners among the root's columns.
    pub company: Vec<CompanyLink>,
    /// Tables and columns of their own addresses and numbers. Where the map says nothing, all that are attached.
    pub reach: Vec<(String, String)>,
    /// Where the map says so.
    pub origin: Origin,
}

/// How it is known which company a contact belongs to.
#[derive(Debug, Clone, PartialEq)]
pub enum CompanyLink {
    /// A column of the contact's root row holds the company's key.
    Column(String),
    /// A table that ties contacts to companies.
    Table {
        /// The table.
        table: String,
        /// Its column with the contact's key.
        contact: String,
        /// Its column with the company's key.
        company: String,
        /// Which of its rows count.
        filter: Filter,
    },
}

/// A child that makes a row a relation of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct HasChild {
    /// The child's table.
    pub table: String,
    /// Its column that points at the root row. Found from the links; empty before the map is complete.
    pub by: String,
    /// Which of its rows count.
    pub filter: Filter,
}

/// What an erasure does with the root row of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RootErase {
    /// The row goes.
    Delete,
    /// The row stays, and its personal values are emptied.
    Blank,
}

/// What a restored copy must not do by itself, for one table as the map writes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NeutraliseTable {
    pub(super) table: String,
    pub(super) what: Neutralise,
    pub(super) origin: Origin,
}

/// A row that says that a database is a restored copy, for those who open it.
#[derive(Debug, Clone, PartialEq)]
pub struct RestoredMark {
    /// The table.
    pub table: String,
    /// The row: columns and values. [`RestoredMark::MOMENT`] in a text stands for the moment of the restoring.
    pub row: Vec<(String, Value)>,
    /// Where the map says so.
    pub origin: Origin,
}

impl RestoredMark {
    /// What stands for the moment.
    pub const MOMENT: &'static str = "{moment}";
}
