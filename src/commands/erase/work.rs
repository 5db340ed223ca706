//! Erasures: planned, planned again where nobody else can write, applied, removed from the files, noted. One path for
//! what an administrator asks for and for what the ERP orders.

use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::erasure::{
    self, Bytes, Certificate, Debt, Memory, Options, Owed, Plan, RelationRef, Removal, Removed, Summary,
};
use crate::fault::{Fault, Kind, Result, kind_of};
use crate::ledger::{Actor, Counts, Intent, Tally};
use crate::publish::Draft;
use crate::schema::CompleteMap;
use crate::state::State;
use crate::store::{Scrub, Store, Transaction, sqlite};
use std::collections::BTreeMap;
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
    /// Settings that are to be put back when all is done.
    was: Option<BTreeMap<String, String>>,
}

/// What one erasure did.
pub struct Done {
    pub act: String,
    pub plan: Plan,
    pub settings: BTreeMap<String, String>,
    pub summary: Summary,
    /// None where there was nothing to do.
    pub removed: Option<Removed>,
}

impl Done {
    /// Whether the search found nothing.
    pub fn is_proven(&self) -> bool {
        self.removed.as_ref().is_none_or(Removed::is_proven)
    }

    fn nothing(plan: Plan) -> Self {
        let summary = Summary::of(&plan, Bytes::default().classes(0));
        Done { act: random_name(), plan, settings: BTreeMap::new(), summary, removed: None }
    }
}

fn random_name() -> String {
    format!("{:016x}", rand::random::<u64>())
}

impl<'a> Work<'a> {
    /// `ordered` says that the ERP orders what is erased.
    pub fn new(keep_contacts: bool, ordered: bool, map: &'a CompleteMap, desk: &'a mut Desk) -> Self {
        let as_of = desk.now.strftime("%Y-%m-%d").to_string().parse().unwrap_or_default();
        let options = Options { keep_contacts, as_of, ordered };
        Work { map, desk, by: Actor::default(), certificates: None, options, was: None }
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
        if plan.changes() == 0 {
            return Ok(Done::nothing(plan));
        }
        let command = format!("erase {}", relation.kind.word());
        let done = self.erase_together(&command, vec![(relation.clone(), plan)], context)?;
        done.into_iter().next().ok_or_else(|| {
            Fault::refused(format!("{relation} changed since it was shown"))
                .hint("run the command again and look at the new plan")
                .into()
        })
    }

    /// Erases what several plans say in one transaction, and searches for all of it at once. A relation that is not
    /// as it was planned is left alone, and not among those that come back.
    pub fn erase_together(
        &mut self,
        command: &str,
        plans: Vec<(RelationRef, Plan)>,
        context: &Context,
    ) -> Result<Vec<Done>> {
        let state = self.desk.state()?;
        let mut ledger = self.desk.ledger()?;
        let sum = |count: fn(&Plan) -> u64| plans.iter().map(|(_, plan)| count(plan)).sum();
        let counts = Counts::from([
            ("rows".to_owned(), sum(Plan::changes)),
            ("files".to_owned(), sum(|plan| plan.files.len() as u64)),
        ]);
        // Not whom: an erased relation's number leads back to it in any older copy.
        let relations = Vec::new();
        let (command, by) = (command.to_owned(), self.by.clone());
        let intent = Intent { command, by, accounts: Vec::new(), relations, counts };
        ledger.perform(&intent, |tally| {
            let settings = self.desk.store.make_ready()?;
            let (debt, plans) = self.commit(plans, &settings, &state)?;
            if plans.is_empty() {
                return Ok(Vec::new());
            }
            let removed = self.settle(&debt, &state, context)?;
            note(tally, &plans, &removed);
            let done = debt.items.into_iter().zip(plans).map(|(item, plan)| Done {
                act: item.act,
                plan,
                settings: settings.clone(),
                summary: item.summary,
                removed: Some(removed.clone()),
            });
            Ok(done.collect())
        })
    }

    /// Plans again inside the transaction, compares, applies and commits. What will be owed is written down before.
    fn commit(
        &mut self,
        plans: Vec<(RelationRef, Plan)>,
        settings: &BTreeMap<String, String>,
        state: &State,
    ) -> Result<(Debt, Vec<Plan>)> {
        let mut memory = Memory::open(state)?;
        let mut debt = Debt {
            act: random_name(),
            ordered: self.options.ordered,
            certificates: self.certificates.clone(),
            settings: settings.clone(),
            ..Debt::default()
        };
        let mut sought = Vec::new();
        for (_, plan) in &plans {
            sought.push(erasure::bytes(plan, self.map, &self.desk.store)?);
        }
        let words = Bytes::words(&sought, &self.desk.store)?;
        let (map, options, now, day) = (self.map, self.options, self.desk.now, self.options.as_of);
        let mut change = self.desk.store.transaction()?;
        let (mut applied, mut all) = (Vec::new(), Bytes::default());
        for ((relation, plan), bytes) in plans.into_iter().zip(sought) {
            if !is_still(&relation, &plan, map, &mut *change, options)? {
                continue;
            }
            erasure::apply(&plan, map, &mut *change, now)?;
            debt.add(&relation, &plan, Summary::of(&plan, bytes.classes(words.len())), random_name());
            debt.remembered.extend(memory.of_plan(&plan, map, day));
            all.add(bytes);
            applied.push(plan);
        }
        if applied.is_empty() {
            return Ok((debt, applied));
        }
        debt.needles = all.needles(&words);
        let mut owed = Owed::read(state)?;
        owed.debts.push(debt.clone());
        owed.write(state)?;
        if let Err(error) = change.commit() {
            owed.settle(&debt.act, state)?;
            return Err(error);
        }
        memory.merge(debt.remembered.clone(), day, state)?;
        Ok((debt, applied))
    }

    /// Makes the values of committed erasures leave the files; takes the debt off where that is proven.
    pub fn settle(&mut self, debt: &Debt, state: &State, context: &Context) -> Result<Removed> {
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
        let removed = removal.run()?;
        progress.finish();
        if removed.is_proven() {
            self.was.get_or_insert(debt.settings.clone());
            self.certify(debt, &removed, state)?;
            Owed::read(state)?.settle(&debt.act, state)?;
        }
        Ok(removed)
    }

    /// Puts settings back, once nothing more is to be erased.
    pub fn put_back(&mut self) -> Result<()> {
        self.was.take().map_or(Ok(()), |was| self.desk.store.put_back(&was))
    }

    /// Writes the certificates of a debt into its folder, where it has one: those that are not there yet.
    fn certify(&self, debt: &Debt, removed: &Removed, state: &State) -> Result<()> {
        let Some(folder) = &debt.certificates else { return Ok(()) };
        for item in &debt.items {
            let path = folder.join(format!("{}.json", item.act));
            if path.exists() {
                continue;
            }
            let by = role(debt.ordered);
            let (json, _) = self.certificate(&item.act, by, &item.summary, &debt.settings, removed)?;
            erasure::note(state, &json)?;
            write_new(&path, &json)?;
        }
        Ok(())
    }

    /// The certificate of an erasure, as JSON and as a page.
    pub fn certificate_of(&self, done: &Done) -> Result<(String, String)> {
        let nothing = Removed::default();
        let removed = done.removed.as_ref().unwrap_or(&nothing);
        self.certificate(&done.act, role(self.options.ordered), &done.summary, &done.settings, removed)
    }

    fn certificate(
        &self,
        act: &str,
        by: &str,
        summary: &Summary,
        settings: &BTreeMap<String, String>,
        removed: &Removed,
    ) -> Result<(String, String)> {
        let engine = sqlite::engine_version();
        let certificate = Certificate::new(act, by, engine, summary, self.map, settings, removed);
        Ok((certificate.json()?, certificate.text()))
    }

    /// Whether erasures that were written down before their commit were committed.
    pub fn is_committed(&mut self, debt: &Debt) -> Result<bool> {
        let options = Options { ordered: debt.ordered, ..self.options };
        for item in &debt.items {
            let relation = RelationRef::parse(&item.relation)?;
            let planned = Plan::for_relation(&relation, self.map, &mut *self.desk.store.snapshot()?, options);
            match planned {
                Ok(plan) if plan.changes() == item.rows => return Ok(false),
                Ok(_) => {}
                Err(error) if kind_of(&error) == Kind::Missing => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// Whether a relation is in the transaction as it was when it was planned.
fn is_still(
    relation: &RelationRef,
    plan: &Plan,
    map: &CompleteMap,
    change: &mut dyn Transaction,
    options: Options,
) -> Result<bool> {
    match Plan::for_relation(relation, map, change, options) {
        Ok(now) => Ok(now == *plan),
        Err(error) if kind_of(&error) == Kind::Missing => Ok(false),
        Err(error) => Err(error),
    }
}

/// On whose word something was erased.
fn role(ordered: bool) -> &'static str {
    if ordered { "the ERP, over its link to the CRM" } else { "an administrator" }
}

fn write_new(path: &Path, text: &str) -> Result<()> {
    let mut draft = Draft::beside(path)?;
    let written = draft.file().write_all(text.as_bytes()).map_err(anyhow::Error::from);
    written.map_err(|error| draft.explain(error))?;
    draft.publish()
}

/// What the ledger notes: counts.
fn note(tally: &mut Tally, plans: &[Plan], removed: &Removed) {
    for (what, many) in [
        ("relations", plans.len() as u64),
        ("deleted", plans.iter().map(Plan::deleted).sum()),
        ("emptied", plans.iter().map(Plan::blanked).sum()),
        ("residue", removed.residue),
        ("owed", u64::from(!removed.is_proven())),
    ] {
        tally.counts.insert(what.to_owned(), many);
    }
}
