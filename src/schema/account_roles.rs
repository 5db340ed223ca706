//! What a map says about accounts beyond their columns: templates, how one is made, where the password policy lives.

use super::complete::Origin;
use super::roles::Filter;
use crate::secret::Secret;
use crate::store::Value;
use std::path::PathBuf;

/// The table of templates that new accounts are made from. A rule without a value follows the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    /// The table.
    pub table: String,
    /// The column that accounts know a template by.
    pub key: String,
    /// What the template is called.
    pub label: String,
    /// The shortest password that it allows, in characters.
    pub minimum_length: Option<String>,
    /// The fewest classes of characters that it allows, of four.
    pub minimum_classes: Option<String>,
    /// The oldest password that it allows, in days.
    pub maximum_age_days: Option<String>,
    /// Whether a new account has to change its first password.
    pub must_change: Option<String>,
    /// Whether its passwords grow old for ever.
    pub never_expires: Option<String>,
    /// Whether it makes administrators.
    pub administrator: Option<String>,
    /// A password that every new account shares, as a hash.
    pub hash: Option<String>,
}

impl Templates {
    /// Every optional column with its word in a map, for reading and for looking up.
    pub fn columns(&mut self) -> [(&'static str, &mut Option<String>); 7] {
        [
            ("minimum-length", &mut self.minimum_length),
            ("minimum-classes", &mut self.minimum_classes),
            ("maximum-age-days", &mut self.maximum_age_days),
            ("must-change", &mut self.must_change),
            ("never-expires", &mut self.never_expires),
            ("administrator", &mut self.administrator),
            ("hash", &mut self.hash),
        ]
    }
}

/// How an account is made, besides the columns that its role names anyhow.
#[derive(Debug, Clone, PartialEq)]
pub struct Creation {
    /// The column of the given name.
    pub given_name: Option<String>,
    /// The column of the family name.
    pub family_name: Option<String>,
    /// Columns of the account that have to have a value, and that value.
    pub set: Vec<(String, Value)>,
    /// Tables in which a new account has a row of its own, and their column with the account's key.
    pub also: Vec<(String, String)>,
}

/// Texts that stand in rows of a table: the organisation's name, a salt.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// The table.
    pub table: String,
    /// Its column with the text.
    pub column: String,
    /// Which of its rows.
    pub filter: Filter,
    /// Of these only the rows that another table names.
    pub named: Option<Named>,
}

/// Rows that another table names by a column of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The column by which they are named.
    pub key: String,
    /// The other table.
    pub table: String,
    /// Its column with the names.
    pub column: String,
}

/// What is known of the organisation that works with the CRM, and its people put into passwords.
#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    /// Its names.
    pub name: Option<Lookup>,
    /// Its towns.
    pub town: Option<Lookup>,
    /// Its postcodes.
    pub postcode: Option<Lookup>,
    /// What people call the CRM.
    pub product: Option<String>,
    /// Where the map says so.
    pub origin: Origin,
}

impl Organisation {
    /// Every lookup with its word in a map, for reading and for looking up.
    pub fn lookups(&mut self) -> [(&'static str, &mut Option<Lookup>); 3] {
        [("name", &mut self.name), ("town", &mut self.town), ("postcode", &mut self.postcode)]
    }
}

/// The salt that a site puts before everybody's password.
#[derive(Debug, Clone)]
pub struct SiteSalt {
    /// Where it is.
    pub place: SaltPlace,
    /// The salt itself, once it was looked up.
    pub found: Option<Secret>,
}

impl PartialEq for SiteSalt {
    /// By the place: a secret is not compared in passing.
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

/// Where a site keeps its salt.
#[derive(Debug, Clone, PartialEq)]
pub enum SaltPlace {
    /// In a file that only its owner reads.
    File(PathBuf),
    /// In the database.
    Row(Lookup),
}

/// Where the CRM keeps the rules of its password policy: a table with a row for each setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyPlace {
    /// The table.
    pub table: String,
    /// Its column with the setting's name.
    pub name: String,
    /// Its column with the setting's value.
    pub value: String,
    /// What stands before a rule's word in the setting's name: `password.` for `password.minimum-length`.
    pub prefix: String,
    /// Where the map says so.
    pub origin: Origin,
}
