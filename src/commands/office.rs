//! The office in which the commands about relations work: the database, its complete map, the register of objections,
//! the ledger, the hour.

use super::Context;
use crate::accounts::Accounts;
use crate::fault::Result;
use crate::ledger::{Actor, Counts, Intent, Ledger, Tally};
use crate::objection::Register;
use crate::schema::{AccountRoles, CompleteMap, Map};
use crate::state::{self, State};
use crate::store::sqlite::Sqlite;
use crate::store::{Store, Transaction};
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::Duration;

/// What a command about relations works with.
pub(super) struct Office {
    /// The database.
    pub store: Sqlite,
    /// Its map.
    pub map: CompleteMap,
    /// The hour: the same throughout one command.
    pub now: Timestamp,
    written: Map,
    place: PathBuf,
    lock_wait: Duration,
    acting: Option<String>,
}

impl Office {
    /// Opens the database and holds the map against it.
    ///
    /// # Errors
    /// Refused when the map does not fit.
    pub fn open(context: &Context) -> Result<Office> {
        let mut store = context.open()?;
        let written = context.map(&mut store)?;
        let map = written.complete_for(&store.catalog()?)?;
        let place = state::place(store.path(), context.settings.state.as_deref());
        let (lock_wait, acting) = (context.settings.lock_wait, context.settings.acting.clone());
        Ok(Office { store, map, now: Timestamp::now(), written, place, lock_wait, acting })
    }

    /// The state folder where there is one.
    pub fn found_state(&self) -> Result<Option<State>> {
        State::find(&self.place)
    }

    /// The register of objections, as it is now.
    pub fn register(&self) -> Result<Register> {
        Register::read(self.found_state()?.as_ref())
    }

    /// What the map says of accounts.
    ///
    /// # Errors
    /// Refused when it says nothing.
    pub fn account_roles(&mut self) -> Result<AccountRoles> {
        self.written.accounts_for(&self.store.catalog()?)
    }

    /// Who acts.
    ///
    /// # Errors
    /// Missing when the login of `--as` is nobody's; refused when the map does not say who logs in.
    pub fn actor(&mut self) -> Result<Actor> {
        let mut actor = Actor::system();
        if let Some(login) = self.acting.clone() {
            let roles = self.account_roles()?;
            let population = roles.population(None)?;
            let accounts = Accounts::read(&mut *self.store.snapshot()?, &roles, population)?;
            actor.account = Some(accounts.ledger_name(accounts.require([login.as_str()])?[0]));
        }
        Ok(actor)
    }

    /// Does something about relations in one transaction between two lines of the ledger. The ledger's lock is held
    /// meanwhile, so that nobody else writes the register; what `work` has planned for it is written around the commit.
    ///
    /// # Errors
    /// Whatever `work` returns; busy when another command is at work on the database.
    pub fn act<T>(
        &mut self,
        command: &str,
        relations: Vec<String>,
        work: impl FnOnce(&mut dyn Transaction, &CompleteMap, &mut Register, &mut Tally) -> Result<T>,
    ) -> Result<T> {
        let by = self.actor()?;
        let state = State::open(&self.place)?;
        let mut ledger = Ledger::open(&state, self.lock_wait)?;
        let intent = Intent {
            command: command.to_owned(),
            by,
            accounts: Vec::new(),
            relations,
            counts: Counts::new(),
        };
        self.store.let_triggers_run()?;
        let (store, map) = (&mut self.store, &self.map);
        ledger.perform(&intent, |tally| {
            let mut register = Register::read(Some(&state))?;
            let mut transaction = store.transaction()?;
            let done = work(&mut *transaction, map, &mut register, tally)?;
            register.before_commit(&state)?;
            match transaction.commit() {
                Ok(()) => register.after_commit(&state)?,
                Err(error) => {
                    register.roll_back(&state)?;
                    return Err(error);
                }
            }
            Ok(done)
        })
    }
}
