//! One erasure: planned, planned again where nobody else can write, applied, removed from the files, noted.

use super::EraseArgs;
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::erasure::{
    self, Act, Certificate, Debt, Memory, Options, Owed, Plan, RelationRef, Removal, Removed, Sought,
};
use crate::fault::{Fault, Result};
use crate::ledger::{Actor, Counts, Intent, Tally};
use crate::schema::CompleteMap;
use crate::state::State;
use crate::store::{Scrub, Store, sqlite};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What erasures work with.
pub struct Work<'a> {
    pub map: &'a CompleteMap,
    pub desk: &'a mut Desk,
    /// Who acts.
    pub by: Actor,
    options: Options,
    /// Settings that are to be put back when all is done.
    was: Option<BTreeMap<String, String>>,
}

/// What one erasure did.
pub struct Done {
    pub act: String,
    pub plan: Plan,
    pub settings: BTreeMap<String, String>,
    pub sought: BTreeMap<&'static str, u64>,
    pub files_removed: u64,
    /// None where there was nothing to do.
    pub removed: Option<Removed>,
}

impl Done {
    /// Whether the search found nothing.
    pub fn is_proven(&self) -> bool {
        self.removed.as_ref().is_none_or(Removed::is_proven)
    }
}

impl<'a> Work<'a> {
    pub fn new(args: &EraseArgs, map: &'a CompleteMap, desk: &'a mut Desk) -> Self {
        let as_of = desk.now.strftime("%Y-%m-%d").to_string().parse().unwrap_or_default();
        let options = Options { keep_contacts: args.keep_contacts, as_of };
        Work { map, desk, by: Actor::default(), options, was: None }
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
    pub fn erase(&mut self, relation: &RelationRef, plan: &Plan, context: &Context) -> Result<Done> {
        let act = format!("{:016x}", rand::random::<u64>());
        if changes(plan) == 0 {
            return Ok(Done {
                act,
                plan: plan.clone(),
                settings: BTreeMap::new(),
                sought: BTreeMap::new(),
                files_removed: 0,
                removed: None,
            });
        }
        let state = self.desk.state()?;
        let mut ledger = self.desk.ledger()?;
        let command = format!("erase {}", relation.kind.word());
        let counts =
            Counts::from([("rows".to_owned(), changes(plan)), ("files".to_owned(), plan.files.len() as u64)]);
        let intent =
            Intent { command, by: self.by.clone(), accounts: Vec::new(), relations: Vec::new(), counts };
        ledger.perform(&intent, |tally| {
            let settings = self.desk.store.make_ready()?;
            let sought = erasure::needles(plan, self.map, &self.desk.store)?;
            let debt = self.commit(&act, relation, plan, &settings, &sought, &state)?;
            let (files_removed, removed) = self.settle(&debt, &state, context)?;
            note(tally, plan, &removed);
            Ok(Done {
                act,
                plan: plan.clone(),
                settings,
                sought: sought.classes,
                files_removed,
                removed: Some(removed),
            })
        })
    }

    /// Plans again inside the transaction, compares, applies and commits. What will be owed is written down before.
    fn commit(
        &mut self,
        act: &str,
        relation: &RelationRef,
        plan: &Plan,
        settings: &BTreeMap<String, String>,
        sought: &Sought,
        state: &State,
    ) -> Result<Debt> {
        let mut memory = Memory::open(state)?;
        let day = self.desk.now.strftime("%Y-%m-%d").to_string();
        let debt = Debt {
            act: act.to_owned(),
            relation: relation.to_string(),
            needles: sought.needles.clone(),
            tables: plan.tables.iter().map(|table| table.table.clone()).collect(),
            files: plan.files.iter().map(|file| file.path.clone()).collect(),
            settings: settings.clone(),
            rows: changes(plan),
            remembered: memory.of_plan(plan, self.map, &day),
        };
        let mut change = self.desk.store.transaction()?;
        let now = Plan::for_relation(relation, self.map, &mut *change, self.options)?;
        if now != *plan {
            return Err(Fault::refused(format!("{relation} changed since it was shown"))
                .hint("run the command again and look at the new plan")
                .into());
        }
        erasure::apply(plan, self.map, &mut *change)?;
        let mut owed = Owed::read(state)?;
        owed.debts.push(debt.clone());
        owed.write(state)?;
        if let Err(error) = change.commit() {
            owed.settle(act, state)?;
            return Err(error);
        }
        memory.merge(debt.remembered.clone(), state)?;
        Ok(debt)
    }

    /// Makes the values of a committed erasure leave the files; takes the debt off where that is proven.
    pub fn settle(&mut self, debt: &Debt, state: &State, context: &Context) -> Result<(u64, Removed)> {
        let folder = self.folder();
        let files_removed = erasure::remove_files(&folder, &debt.files)?.0;
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
            Owed::read(state)?.settle(&debt.act, state)?;
        }
        Ok((files_removed, removed))
    }

    /// Puts settings back, once nothing more is to be erased.
    pub fn put_back(&mut self) -> Result<()> {
        self.was.take().map_or(Ok(()), |was| self.desk.store.put_back(&was))
    }

    /// The certificate of an erasure, as JSON and as a page.
    pub fn certificate(&self, done: &Done) -> Result<(String, String)> {
        let nothing = Removed::default();
        let removed = done.removed.as_ref().unwrap_or(&nothing);
        let certificate = Certificate::new(
            &done.act,
            "an administrator of the CRM",
            sqlite::engine_version(),
            &done.plan,
            self.map,
            done.files_removed,
            &done.settings,
            &done.sought,
            removed,
        );
        Ok((certificate.json()?, certificate.text()))
    }

    /// Whether an erasure that was written down before its commit was committed.
    pub fn is_committed(&mut self, debt: &Debt) -> Result<bool> {
        let relation = RelationRef::parse(&debt.relation)?;
        match self.plan(&relation) {
            Ok(plan) => Ok(changes(&plan) != debt.rows),
            Err(error) if crate::fault::kind_of(&error) == crate::fault::Kind::Missing => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// How many rows a plan changes.
pub fn changes(plan: &Plan) -> u64 {
    plan.rows().filter(|(_, row)| row.act == Act::Delete || !row.set.is_empty()).count() as u64
}

/// What the ledger notes: counts.
pub fn note(tally: &mut Tally, plan: &Plan, removed: &Removed) {
    for (what, many) in [
        ("deleted", plan.deleted()),
        ("emptied", plan.blanked()),
        ("residue", removed.residue),
        ("owed", u64::from(!removed.is_proven())),
    ] {
        tally.counts.insert(what.to_owned(), many);
    }
}
