//! What a synchronisation tells: counts, and third parties by their codes.

use crate::erp::{Difference, Drift};
use crate::ui::{Page, Report};
use serde::Serialize;

/// A third party whose erasure is ordered and is not done.
#[derive(Debug, Clone, Serialize)]
pub struct Owing {
    /// Its code.
    pub id: String,
    /// Why not.
    pub why: String,
}

/// What a synchronisation did, or would do.
#[derive(Debug, Default, Serialize)]
pub struct SyncReport {
    pub connection: String,
    pub company: String,
    pub dry_run: bool,
    /// Third parties in the ERP's books that live.
    pub third_parties: u64,
    /// Third parties that the CRM had not seen.
    pub created: u64,
    /// Relations that are linked now.
    pub linked: u64,
    /// Objections noted in the CRM.
    pub objections_to_crm: u64,
    /// Objections noted in the ERP.
    pub objections_to_erp: u64,
    /// Objections that the CRM took back, since somebody else did so later.
    pub withdrawn_in_crm: u64,
    /// Objections that the ERP took back.
    pub withdrawn_in_erp: u64,
    /// Contacts whose exclusion changed with their company's.
    pub contacts: u64,
    /// Third parties erased in the CRM, each with what was linked to it.
    pub erased: u64,
    /// Erasures that the ERP knows of from now on.
    pub acknowledged: u64,
    /// What is otherwise by now than when it was planned; the next synchronisation looks again.
    pub changed_meanwhile: u64,
    /// Erasures of earlier runs that are proven now.
    pub completed: u64,
    /// Where certificates are.
    pub certificates: Option<String>,
    /// Erasures that are owed.
    pub owed: Vec<Owing>,
    /// Erasures that are done and not yet proven.
    pub unproven: u64,
    /// What is different on the two sides, and stays so.
    pub rows: Vec<Drift>,
}

impl Report for SyncReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/erp-sync", 1);

    fn page(&self) -> Page {
        let name =
            if self.dry_run { format!("{} (dry run)", self.connection) } else { self.connection.clone() };
        let counted = [
            ("third parties", self.third_parties),
            ("new in the CRM", self.created),
            ("newly linked", self.linked),
            ("objections to the CRM", self.objections_to_crm),
            ("objections to the ERP", self.objections_to_erp),
            ("taken back in the CRM", self.withdrawn_in_crm),
            ("taken back in the ERP", self.withdrawn_in_erp),
            ("contacts changed with them", self.contacts),
            ("erased in the CRM", self.erased),
            ("erasures acknowledged", self.acknowledged),
            ("completed from before", self.completed),
            ("changed meanwhile", self.changed_meanwhile),
            ("owed", self.owed.len() as u64),
            ("not yet proven", self.unproven),
            ("differences", self.rows.len() as u64),
        ];
        let mut facts = vec![("connection", name), ("company of the ERP", self.company.clone())];
        let always = ["third parties", "erased in the CRM", "differences"];
        let told = counted.into_iter().filter(|(what, many)| *many > 0 || always.contains(what));
        facts.extend(told.map(|(what, many)| (what, many.to_string())));
        facts.extend(self.certificates.clone().map(|folder| ("certificates", folder)));
        let owed = self.owed.iter().map(|owing| vec![owing.id.clone(), "owed".to_owned(), owing.why.clone()]);
        let drift = self
            .rows
            .iter()
            .map(|drift| vec![drift.id.clone(), words(drift.what).to_owned(), drift.fields.join(", ")]);
        Page::default().facts(facts).table(&["Third party", "What", "Details"], owed.chain(drift).collect())
    }
}

fn words(what: Difference) -> &'static str {
    match what {
        Difference::ErasedHere => "erased in the CRM, alive in the ERP",
        Difference::ErasedPerson => "known from an erasure in the CRM",
        Difference::NotInErp => "not in the ERP",
        Difference::CodeTaken => "the code is another ERP's",
        Difference::Ambiguous => "its SIRET is that of several relations",
        Difference::Values => "differs",
    }
}
