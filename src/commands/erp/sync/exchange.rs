//! The living third parties of a synchronisation: new rows, links and standings, a chunk at a time on either side.

use super::{Both, SyncReport};
use crate::commands::Context;
use crate::commands::erase::work::Work;
use crate::erp::{Crm, Erp, Objections, Place, Standing, Step};
use crate::fault::Result;
use crate::interrupt;
use crate::ledger::{Counts, Intent};
use crate::store::Store;

/// So many third parties change in one transaction.
const CHUNK: usize = 500;

/// What is under way.
pub struct Exchange<'a, 'b, 'm> {
    pub both: &'a mut Both<'b>,
    pub objections: Objections<'m>,
    pub report: &'a mut SyncReport,
}

impl Exchange<'_, '_, '_> {
    /// Does every step, between two lines of the CRM's ledger.
    pub fn run(mut self, steps: &[Step], work: &mut Work<'_>, context: &Context) -> Result<()> {
        let mut ledger = work.desk.ledger()?;
        let counts = Counts::from([("third-parties".to_owned(), steps.len() as u64)]);
        let by = work.by.clone();
        let intent = Intent { command: "erp sync".into(), by, counts, ..Intent::default() };
        let mut progress = context.ui.progress();
        progress.stage("exchanging objections and links", Some(steps.len() as u64));
        ledger.perform(&intent, |tally| {
            for chunk in steps.chunks(CHUNK) {
                interrupt::check()?;
                self.chunk(chunk, work)?;
                progress.advance(chunk.len() as u64);
            }
            let report = &self.report;
            for (what, many) in [
                ("created", report.created),
                ("linked", report.linked),
                ("objections", report.objections_to_crm + report.objections_to_erp),
                ("taken-back", report.withdrawn_in_crm + report.withdrawn_in_erp),
                ("contacts", report.contacts),
            ] {
                tally.counts.insert(what.to_owned(), many);
            }
            Ok(())
        })?;
        progress.finish();
        Ok(())
    }

    /// The CRM's side first: an objection has to hold where mail is sent from.
    fn chunk(&mut self, steps: &[Step], work: &mut Work<'_>) -> Result<()> {
        let crm = Crm::new(work.map, work.desk.now)?;
        let new: Vec<String> =
            steps.iter().filter(|step| step.key.is_none()).map(|step| step.code.clone()).collect();
        let mut erp = self.both.erp.erp()?;
        let details = erp.details(self.both.access, &new, &crm.words())?;
        let mut change = work.desk.store.transaction()?;
        let applied =
            crm.apply(&mut self.objections, &mut *change, &self.both.connection.key, steps, &details)?;
        self.objections.register.before_commit(self.both.state)?;
        if let Err(error) = change.commit() {
            self.objections.register.roll_back(self.both.state)?;
            return Err(error);
        }
        self.objections.register.after_commit(self.both.state)?;
        let changes: Vec<(String, Standing, Standing)> = steps.iter().filter_map(to_erp).collect();
        let asked = changes.len() as u64;
        let done = if asked == 0 { 0 } else { erp.set_standings(self.both.access, &changes)? };
        let report = &mut self.report;
        report.created += applied.created;
        report.linked += applied.linked;
        report.contacts += applied.contacts;
        report.changed_meanwhile += applied.changed_meanwhile + asked - done;
        report.count_standings(steps);
        Ok(())
    }
}

/// What a step changes in the ERP.
fn to_erp(step: &Step) -> Option<(String, Standing, Standing)> {
    let (_, was) = step.changes.iter().find(|(place, _)| *place == Place::Erp)?;
    Some((step.code.clone(), was.clone(), step.standing.clone()))
}
