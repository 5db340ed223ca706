//! How an erasure begins: under which name, and with which settings of the engine.

use super::work::Work;
use crate::erasure::{Begun, Debt, Owed};
use crate::fault::Result;
use crate::ledger::{Ledger, Name};
use crate::state::State;
use crate::store::{Scrub, Store};
use std::collections::BTreeMap;

impl Work<'_> {
    /// The name of the act, written down before its first line: that of the same erasure, if that was killed before
    /// anything was committed, or a new one. So one erasure is one act, however often it had to be asked for.
    pub(super) fn begin(
        &mut self,
        command: &str,
        relations: Vec<String>,
        state: &State,
        ledger: &mut Ledger,
    ) -> Result<Name> {
        if self.is_copy {
            return ledger.name(None);
        }
        let mut owed = Owed::read(state)?;
        let lost = self.never_committed(&mut owed)?;
        let earlier = owed.begun.take().into_iter().chain(lost.iter().map(Debt::begun));
        let same = |begun: &Begun| begun.command == command && begun.relations == relations;
        let known = earlier.filter(same).map(|begun| begun.act).next();
        let act = ledger.name(known)?;
        owed.begun = Some(Begun { act: act.as_str().to_owned(), command: command.to_owned(), relations });
        if owed.settings.is_empty() {
            owed.settings = self.desk.store.settings()?;
        }
        owed.write(state)?;
        Ok(act)
    }

    /// Sets the engine, and notes before what has to be put back.
    pub fn make_ready(&mut self, state: &State) -> Result<BTreeMap<String, String>> {
        if self.is_copy {
            return self.desk.store.make_ready();
        }
        let mut owed = Owed::read(state)?;
        let is_less = !self.never_committed(&mut owed)?.is_empty();
        let is_new = owed.settings.is_empty();
        if is_new {
            owed.settings = self.desk.store.settings()?;
        }
        if is_less || is_new {
            owed.write(state)?;
        }
        self.desk.store.make_ready()
    }

    /// Takes off what was written down and never committed: it is owed by nobody, and may be what is about to be done.
    fn never_committed(&mut self, owed: &mut Owed) -> Result<Vec<Debt>> {
        let mut lost = Vec::new();
        for debt in std::mem::take(&mut owed.debts) {
            let is_committed = debt.is_committed(self.map, &mut *self.desk.store.snapshot()?)?;
            if is_committed { &mut owed.debts } else { &mut lost }.push(debt);
        }
        Ok(lost)
    }
}
