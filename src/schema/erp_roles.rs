//! What a map says about the link between a CRM and its ERP: where each side keeps what the link needs.
//!
//! A CRM says where its connections are ([`ErpConnections`]) and what of a third party it keeps. An ERP says which
//! companies' books it keeps ([`ErpCompanies`]) and where the keys are that open them ([`ErpKeys`]). Both say what a
//! third party is ([`ErpThirdParties`]); what both call by the same word is the same thing.

use super::complete::Origin;
use super::roles::RelationKind;
use crate::store::Value;

/// The column that says to which third party of the ERP a relation is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpLink {
    /// The kind of relation.
    pub kind: RelationKind,
    /// A column of that kind's root table; a value in it means that it is linked.
    pub column: String,
    /// The column with the number by which an unlinked one is known to be a third party: the SIRET.
    pub siret: Option<String>,
    /// Where the map says so.
    pub origin: Origin,
}

/// Everything that a map says about the link beyond the columns of relations.
#[derive(Debug, Clone, Default)]
pub(super) struct ErpSections {
    pub(super) connections: Option<ErpConnections>,
    pub(super) third_parties: Option<ErpThirdParties>,
    pub(super) companies: Option<ErpCompanies>,
    pub(super) keys: Option<ErpKeys>,
}

impl ErpSections {
    /// What an overlay says replaces what was said.
    pub(super) fn overlaid(self, over: Self) -> Self {
        ErpSections {
            connections: over.connections.or(self.connections),
            third_parties: over.third_parties.or(self.third_parties),
            companies: over.companies.or(self.companies),
            keys: over.keys.or(self.keys),
        }
    }
}

/// Where a CRM keeps its connections to ERPs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpConnections {
    /// The table.
    pub table: String,
    /// Its key.
    pub key: String,
    /// What a connection is called.
    pub name: String,
    /// Where the ERP is.
    pub place: String,
    /// The ERP's key, sealed.
    pub sealed: String,
    /// When the two were last synchronised.
    pub synced_at: Option<String>,
    /// When the connection was made.
    pub created_at: Option<String>,
    /// The flag that says whether the connection may be used.
    pub enabled: Option<String>,
    /// The login of a user of the ERP, of a connection that was set up with one.
    pub login: Option<String>,
    /// That user's password.
    pub password: Option<String>,
    /// Where the map says so.
    pub origin: Origin,
}

impl ErpConnections {
    /// Every optional column with its word in a map.
    pub(super) fn columns(&mut self) -> [(&'static str, &mut Option<String>); 5] {
        [
            ("synced-at", &mut self.synced_at),
            ("created-at", &mut self.created_at),
            ("enabled", &mut self.enabled),
            ("login", &mut self.login),
            ("password", &mut self.password),
        ]
    }
}

/// What a third party is, on either side. Its table and key are those of `[relations.third-party]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ErpThirdParties {
    /// The code by which both sides know it. It is never given to another one.
    pub code: String,
    /// On the CRM's side: the connection that it was seen through.
    pub connection: Option<String>,
    /// On the ERP's side: the company in whose books it stands.
    pub company: Option<String>,
    /// When its row was made.
    pub created_at: Option<String>,
    /// When its row was last changed.
    pub changed_at: Option<String>,
    /// On the ERP's side: when it was erased. The row stays, so that everybody who is linked can learn of it.
    pub erased_at: Option<String>,
    /// On the ERP's side: when the CRM said that it had erased it too.
    pub acknowledged_at: Option<String>,
    /// What is known of it: a word that both sides use, and the column.
    pub fields: Vec<(String, String)>,
    /// On the CRM's side: values that a new row has to have.
    pub set: Vec<(String, Value)>,
    /// Where the map says so.
    pub origin: Origin,
}

impl ErpThirdParties {
    /// Every optional column with its word in a map.
    pub(super) fn columns(&mut self) -> [(&'static str, &mut Option<String>); 6] {
        [
            ("connection", &mut self.connection),
            ("company", &mut self.company),
            ("created-at", &mut self.created_at),
            ("changed-at", &mut self.changed_at),
            ("erased-at", &mut self.erased_at),
            ("acknowledged-at", &mut self.acknowledged_at),
        ]
    }

    /// The column of a word, if this side keeps it.
    pub fn field(&self, word: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == word).map(|(_, column)| column.as_str())
    }
}

/// The companies whose books an ERP keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpCompanies {
    /// The table.
    pub table: String,
    /// Its key.
    pub key: String,
    /// What a company is called.
    pub name: String,
    /// Where the map says so.
    pub origin: Origin,
}

/// The keys by which programs come into an ERP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpKeys {
    /// The table.
    pub table: String,
    /// Its key.
    pub key: String,
    /// The company whose books the key opens.
    pub company: String,
    /// What the key is called: who uses it.
    pub name: String,
    /// The digest of the key.
    pub digest: String,
    /// When it was issued.
    pub created_at: String,
    /// When it was last used.
    pub last_used_at: String,
    /// When it was revoked.
    pub revoked_at: String,
    /// Where the map says so.
    pub origin: Origin,
}
