//! Erasures: planned, planned again where nobody else can write, applied, removed from the files, noted. One path for
//! what an administrator asks for and for what the ERP orders.

use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::digest::digest;
use crate::erasure::{
    self, Bytes, Certificate, Debt, Facts, Held, Item, Memory, Options, Owed, Plan, RelationRef, Removal,
    Removed, Summary,
};
use crate::fault::{Fault, Kind, Result, kind_of};
use crate::ledger::{self, Actor, Counts, Ending, Intent, Tally};
use crate::objection::Register;
use crate::publish::Draft;
use crate::schema::CompleteMap;
use crate::state::State;
use crate::store::{Scrub, Store, Transaction, sqlite};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What erasures work with.
pub struct Work<'a> {
    pub map: &'a CompleteMap,
    pub desk: &'a mut Desk,
    /// Who acts.
    pub by: Actor,
    /// The folder into which every certificate goes, where there is one.
    pub certificates: Option<PathBuf>,
    pub options: Options,
    /// What the ledger calls it.
    doing: &'static str,
    /// Whether it is a copy that nobody else has and that has no name yet: what is owed on it is owed by nobody, since
    /// it gets its name only when nothing is.
    pub(super) is_copy: bool,
}

/// What one erasure did.
pub struct Done {
    /// The relation, as it was given.
    pub relation: String,
    pub summary: Summary,
    /// None where there was nothing to do.
    pub removed: Option<Removed>,
    /// The certificate, as JSON and as a page.
    pub certificate: Option<(String, String)>,
    /// What went wrong after everything was committed: only the proof is owed then.
    pub trouble: Option<anyhow::Error>,
}

/// What became of a debt.
pub struct Settled {
    /// Its erasures.
    pub done: Vec<Done>,
    /// Whether nothing is owed any more.
    pub proven: bool,
    /// What went wrong on the way to the proof.
    pub trouble: Option<anyhow::Error>,
}

impl Settled {
    /// The erasures, or what went wrong after they were done.
    pub fn or_trouble(self) -> Result<Vec<Done>> {
        self.trouble.map_or(Ok(self.done), |error| Err(after(error)))
    }
}

/// An error that came when everything was committed.
fn after(error: anyhow::Error) -> anyhow::Error {
    error.context("erased, but its proof is owed (`crm-admin erase resume` completes it)")
}

impl Done {
    /// Whether the search found nothing.
    pub fn is_proven(&self) -> bool {
        self.removed.as_ref().is_none_or(Removed::is_proven)
    }

    /// Whether it was of this relation.
    pub fn is_of(&self, relation: &RelationRef) -> bool {
        self.relation == relation.to_string()
    }

    fn of(item: &Item, removed: &Removed, certificate: Option<(String, String)>) -> Self {
        let (relation, summary) = (item.relation.clone(), item.summary.clone());
        Done { relation, summary, removed: Some(removed.clone()), certificate, trouble: None }
    }

    fn nothing(relation: String, plan: &Plan) -> Self {
        let summary = Summary::of(plan, Bytes::default().classes(0));
        Done { relation, summary, removed: None, certificate: None, trouble: None }
    }
}

impl<'a> Work<'a> {
    /// `ordered` says that the ERP orders what is erased.
    pub fn new(keep_contacts: bool, ordered: bool, map: &'a CompleteMap, desk: &'a mut Desk) -> Self {
        let as_of = desk.now.strftime("%Y-%m-%d").to_string().parse().unwrap_or_default();
        let options = Options { keep_contacts, as_of, ordered };
        Work { map, desk, by: Actor::default(), certificates: None, options, doing: "erase", is_copy: false }
    }

    /// What repeats recorded erasures on a copy that is being restored. That its rows still have a link to the ERP is no
    /// reason to keep them: they were erased once.
    pub fn on_a_copy(by: Actor, map: &'a CompleteMap, desk: &'a mut Desk) -> Self {
        Work { by, doing: "restore: erase", is_copy: true, ..Work::new(false, true, map, desk) }
    }

    /// The plan for one relation, now.
    pub fn plan(&mut self, relation: &RelationRef) -> Result<Plan> {
        Plan::for_relation(relation, self.map, &mut *self.desk.store.snapshot()?, self.options)
    }

    /// Where the files of the database lie.
    fn folder(&self) -> PathBuf {
        let beside = self.desk.store.path().parent().map(PathBuf::from).unwrap_or_default();
        beside.join(self.map.files_folder().unwrap_or(""))
    }

    /// Erases what the plan says, between two lines of the ledger.
    pub fn erase(&mut self, relation: &RelationRef, plan: Plan, context: &Context) -> Result<Done> {
        let command = format!("{} {}", self.doing, relation.kind.word());
        self.erase_one(&command, relation.to_string(), plan, context)
    }

    /// The same, under the words of another command.
    pub fn erase_one(
        &mut self,
        command: &str,
        relation: String,
        plan: Plan,
        context: &Context,
    ) -> Result<Done> {
        if plan.changes() == 0 {
            return Ok(Done::nothing(relation, &plan));
        }
        let mut settled = self.in_ledger(command, vec![(relation, plan)], true, context)?;
        let done = settled.done.pop().ok_or_else(|| Fault::refused("nothing was left to erase"))?;
        Ok(Done { trouble: settled.trouble.map(after), ..done })
    }

    /// Erases what several plans say in one transaction, and searches for all of it at once. A relation that is not
    /// as it was planned is left alone, and not among those that come back.
    pub fn erase_together(
        &mut self,
        command: &str,
        plans: Vec<(RelationRef, Plan)>,
        context: &Context,
    ) -> Result<Vec<Done>> {
        let plans = plans.into_iter().map(|(relation, plan)| (relation.to_string(), plan)).collect();
        self.in_ledger(command, plans, false, context)?.or_trouble()
    }

    fn in_ledger(
        &mut self,
        command: &str,
        plans: Vec<(String, Plan)>,
        all_or_nothing: bool,
        context: &Context,
    ) -> Result<Settled> {
        let state = self.desk.state()?;
        let mut ledger = self.desk.ledger()?;
        let sum = |count: fn(&Plan) -> u64| plans.iter().map(|(_, plan)| count(plan)).sum();
        let counts = Counts::from([
            ("rows".to_owned(), sum(Plan::changes)),
            ("files".to_owned(), sum(|plan| plan.files.len() as u64)),
        ]);
        // Not whom: an erased relation's number leads back to it in any older copy.
        let intent = Intent { command: command.to_owned(), by: self.by.clone(), counts, ..Intent::default() };
        let relations = plans.iter().map(|(relation, _)| relation.clone()).collect();
        let act = self.begin(command, relations, &state, &mut ledger)?;
        let result = ledger.perform_as(&act, &intent, |tally| {
            let mut debt = Debt {
                act: act.as_str().to_owned(),
                command: command.to_owned(),
                ordered: self.options.ordered,
                certificates: self.certificates.clone(),
                settings: self.make_ready(&state)?,
                ..Debt::default()
            };
            if !self.commit(&mut debt, plans, all_or_nothing, &state)? {
                return Ok(Settled { done: Vec::new(), proven: true, trouble: None });
            }
            // From here on it is done, whatever happens: at most its proof is owed.
            Ok(self.settle(&debt, &state, tally, context))
        });
        if !self.is_copy {
            Owed::read(&state)?.has_ended(act.as_str(), &state)?;
        }
        result
    }

    /// Plans again inside the transaction, compares, applies and commits. What will be owed is written down before.
    /// False where nothing was as it was planned.
    fn commit(
        &mut self,
        debt: &mut Debt,
        plans: Vec<(String, Plan)>,
        all_or_nothing: bool,
        state: &State,
    ) -> Result<bool> {
        let memory = Memory::open(state)?;
        let bytes = |(_, plan): &(String, Plan)| erasure::bytes(plan, self.map, &self.desk.store);
        let sought = plans.iter().map(bytes).collect::<Result<Vec<Bytes>>>()?;
        let words = Bytes::words(&sought, &self.desk.store)?;
        let (map, options, now, day) = (self.map, self.options, self.desk.now, self.options.as_of);
        let mut change = self.desk.store.transaction()?;
        let mut all = Bytes::default();
        for ((relation, plan), bytes) in plans.into_iter().zip(sought) {
            match is_still(&relation, &plan, map, &mut *change, options) {
                Ok(()) => {}
                Err(error) if all_or_nothing || !is_another(&error) => return Err(error),
                Err(_) => continue,
            }
            erasure::apply(&plan, map, &mut *change, now)?;
            debt.add(relation, &plan, Summary::of(&plan, bytes.classes(words.len())));
            debt.remembered.extend(memory.of_plan(&plan, map, day));
            debt.held.extend(erasure::held_by(&plan, map, &memory, day));
            debt.due |= plan.is_of_kept_rows();
            all.add(bytes);
        }
        if debt.items.is_empty() {
            return Ok(false);
        }
        debt.needles = all.needles(&words);
        if self.is_copy {
            return change.commit().map(|()| true);
        }
        let mut owed = Owed::read(state)?;
        owed.begun = None;
        owed.debts.push(debt.clone());
        owed.write(state)?;
        if let Err(error) = change.commit() {
            owed.settle(&debt.act, state)?;
            return Err(error);
        }
        Ok(true)
    }

    /// Completes a debt whose rows are gone, and tells the ledger. What goes wrong is told, and the debt stays.
    pub fn settle(&mut self, debt: &Debt, state: &State, tally: &mut Tally, context: &Context) -> Settled {
        let (removed, trouble) = match self.remove(debt, state, context) {
            Ok(removed) => (removed, None),
            Err(error) => (Removed::default(), Some(error)),
        };
        let mut settled = Settled { done: Vec::new(), proven: removed.is_proven(), trouble };
        for item in &debt.items {
            match self.certificate(debt, item, &removed, state) {
                Ok((json, page)) => {
                    tally.certificates.push(digest(json.as_bytes()).to_string());
                    settled.done.push(Done::of(item, &removed, Some((json, page))));
                }
                Err(error) => {
                    settled.trouble.get_or_insert(error);
                    settled.done.push(Done::of(item, &removed, None));
                }
            }
        }
        if settled.proven && settled.trouble.is_none() {
            settled.trouble = self.close(debt, &settled.done, state).err();
        }
        tally.owed = !settled.proven || settled.trouble.is_some();
        let tables = || debt.items.iter().flat_map(|item| &item.summary.tables);
        for (what, many) in [
            ("relations", debt.items.len() as u64),
            ("deleted", tables().map(|table| table.delete).sum()),
            ("emptied", tables().map(|table| table.blank).sum()),
            ("residue", removed.residue),
            ("owed", u64::from(tally.owed)),
        ] {
            tally.counts.insert(what.to_owned(), many);
        }
        settled
    }

    /// Makes the values of committed erasures leave the files.
    fn remove(&mut self, debt: &Debt, state: &State, context: &Context) -> Result<Removed> {
        let day = self.options.as_of;
        let mut memory = Memory::open(state)?;
        memory.merge(debt.remembered.clone(), day, state)?;
        Register::forget(state, |kind, id| memory.is_in(&debt.remembered, kind, id))?;
        let mut held = Held::read(state)?;
        if debt.due {
            held.forget_due(day, state)?;
        }
        held.add(&debt.held, state)?;
        let folder = self.folder();
        erasure::remove_files(&folder, &debt.files)?;
        let folders = erasure::file_folders(self.map, &folder);
        let mut progress = context.ui.progress();
        let removal = Removal {
            engine: &mut self.desk.store,
            needles: &debt.needles,
            tables: &debt.tables,
            folders: &folders,
            progress: &mut *progress,
        };
        let removed = removal.run();
        progress.finish();
        removed
    }

    fn certificate(
        &self,
        debt: &Debt,
        item: &Item,
        removed: &Removed,
        state: &State,
    ) -> Result<(String, String)> {
        let is_full = |act: &&ledger::Act| act.command == "backup full" && act.ending == Ending::Done;
        let facts = Facts {
            act: &item.act,
            by: role(debt.ordered),
            engine: sqlite::engine_version(),
            summary: &item.summary,
            settings: &debt.settings,
            removal: removed,
            older_full_archives: ledger::read(state)?
                .acts
                .iter()
                .filter(is_full)
                .map(|act| act.at.clone())
                .collect(),
        };
        let certificate = Certificate::new(facts, self.map);
        Ok((certificate.json()?, certificate.text()))
    }

    /// Writes the certificates of a proven debt into its folder, where it has one, and takes the debt off.
    fn close(&self, debt: &Debt, all: &[Done], state: &State) -> Result<()> {
        for (item, done) in debt.items.iter().zip(all) {
            let path = debt.certificates.as_ref().map(|folder| folder.join(format!("{}.json", item.act)));
            if let (Some(path), Some((json, _))) = (path, &done.certificate)
                && !path.exists()
            {
                write_new(&path, json)?;
            }
        }
        Owed::read(state)?.settle(&debt.act, state)
    }

    /// Puts settings back, once nothing more is owed.
    pub fn put_back(&mut self) -> Result<()> {
        let state = self.desk.state()?;
        let mut owed = Owed::read(&state)?;
        if !owed.debts.is_empty() || owed.settings.is_empty() {
            return Ok(());
        }
        self.desk.store.put_back(&owed.settings)?;
        owed.settings.clear();
        owed.write(&state)
    }
}

/// A relation has to be in the transaction as it was when it was planned.
fn is_still(
    relation: &str,
    plan: &Plan,
    map: &CompleteMap,
    change: &mut dyn Transaction,
    options: Options,
) -> Result<()> {
    if plan.again(map, change, options)? == *plan {
        return Ok(());
    }
    Err(Fault::refused(format!("{relation} changed since it was shown"))
        .hint("run the command again and look at the new plan")
        .into())
}

/// Whether somebody else has been there: the relation is gone or is another.
fn is_another(error: &anyhow::Error) -> bool {
    matches!(kind_of(error), Kind::Missing | Kind::Refused)
}

/// On whose word something was erased.
fn role(ordered: bool) -> &'static str {
    if ordered { "the ERP, over its link to the CRM" } else { "an administrator of the CRM" }
}

/// Writes a new file, whole or not at all.
pub fn write_new(path: &Path, text: &str) -> Result<()> {
    let mut draft = Draft::beside(path)?;
    let written = draft.file().write_all(text.as_bytes()).map_err(anyhow::Error::from);
    written.map_err(|error| draft.explain(error))?;
    draft.publish()
}
