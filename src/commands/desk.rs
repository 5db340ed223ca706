//! The desk at which the account commands work: the database, what its map says of accounts, the ledger, the hour.

use super::Context;
use crate::accounts::{self, Accounts, Applied, Plan, policy};
use crate::fault::Result;
use crate::ledger::{Actor, Counts, Intent, Ledger, Tally};
use crate::schema::{AccountRoles, Accounts as Population, Map};
use crate::state::{self, State};
use crate::store::sqlite::Sqlite;
use crate::store::{Store, Transaction};
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::Duration;

/// What an account command works with.
pub(super) struct Desk {
    /// The database.
    pub store: Sqlite,
    /// What the map says of accounts.
    pub roles: AccountRoles,
    /// The hour: the same throughout one command.
    pub now: Timestamp,
    place: PathBuf,
    lock_wait: Duration,
    acting: Option<String>,
}

impl Desk {
    /// Opens the database and looks the map's accounts up in it.
    pub fn open(context: &Context) -> Result<Desk> {
        let mut store = context.open()?;
        let map = context.map(&mut store)?;
        let place = state::place(store.path(), context.settings.state.as_deref());
        Desk::at(context, store, &map, place)
    }

    /// The desk at an open database, with its state folder.
    pub fn at(context: &Context, mut store: Sqlite, map: &Map, place: PathBuf) -> Result<Desk> {
        let mut roles = map.accounts_for(&store.catalog()?)?;
        accounts::look_salts_up(&mut *store.snapshot()?, &mut roles)?;
        let (lock_wait, acting) = (context.settings.lock_wait, context.settings.acting.clone());
        Ok(Desk { store, roles, now: Timestamp::now(), place, lock_wait, acting })
    }

    /// The population of that name, or the one that is meant without one.
    pub fn population(&self, name: Option<&str>) -> Result<Population> {
        self.roles.population(name).cloned()
    }

    /// Its accounts, now.
    pub fn accounts(&mut self, population: &Population) -> Result<Accounts> {
        let mut snapshot = self.store.snapshot()?;
        Accounts::read(&mut *snapshot, &self.roles, population)
    }

    /// The policy of the database.
    pub fn policy(&mut self) -> Result<policy::Policy> {
        let state = self.found_state()?;
        let mut snapshot = self.store.snapshot()?;
        policy::read(&mut *snapshot, &self.roles, state.as_ref())
    }

    /// The state folder, where there is one.
    pub fn found_state(&self) -> Result<Option<State>> {
        State::find(&self.place)
    }

    /// The state folder, made where there is none.
    pub fn state(&self) -> Result<State> {
        State::open(&self.place)
    }

    /// The state folder, where there is one.
    pub fn known_state(&self) -> Result<Option<State>> {
        State::find(&self.place)
    }

    /// Who acts.
    ///
    /// # Errors
    /// Missing when the login of `--as` is nobody's.
    pub fn actor(&mut self) -> Result<Actor> {
        let mut actor = Actor::system();
        if let Some(login) = self.acting.clone() {
            let population = self.population(None)?;
            let accounts = self.accounts(&population)?;
            actor.account = Some(accounts.ledger_name(accounts.require([login.as_str()])?[0]));
        }
        Ok(actor)
    }

    /// The login of `--as`.
    pub fn acting(&self) -> Option<&str> {
        self.acting.as_deref()
    }

    /// The ledger, locked.
    pub fn ledger(&self) -> Result<Ledger> {
        Ledger::open(&self.state()?, self.lock_wait)
    }

    /// Sees whether a plan could be carried out, and leaves no trace: before a password is handed out that would not
    /// work in the end.
    pub fn rehearse(&mut self, population: &Population, plan: &Plan) -> Result<()> {
        let mut transaction = self.store.transaction()?;
        accounts::apply(&mut *transaction, &self.roles, population, plan, self.now).map(drop)
    }

    /// Carries a plan out between two lines of the ledger; `first` comes after the first line and before anything is
    /// written, and what it returns is dropped when the writing fails.
    pub fn carry_out<F>(
        &mut self,
        command: &str,
        population: &Population,
        plan: &Plan,
        first: impl FnOnce() -> Result<F>,
    ) -> Result<(Applied, F)> {
        let names = self.accounts(population)?;
        let accounts = plan.steps.iter().map(|step| names.ledger_name(&step.account)).collect();
        self.act(command, accounts, first, |transaction, roles, now, tally| {
            let applied = accounts::apply(transaction, roles, population, plan, now)?;
            note(&mut tally.counts, applied);
            Ok(applied)
        })
    }

    /// Does something in one transaction between two lines of the ledger, as [`Desk::carry_out`].
    pub fn act<F, T>(
        &mut self,
        command: &str,
        accounts: Vec<String>,
        first: impl FnOnce() -> Result<F>,
        work: impl FnOnce(&mut dyn Transaction, &AccountRoles, Timestamp, &mut Tally) -> Result<T>,
    ) -> Result<(T, F)> {
        let by = self.actor()?;
        let mut ledger = self.ledger()?;
        let counts = Counts::from([("accounts".to_owned(), accounts.len() as u64)]);
        let intent = Intent { command: command.to_owned(), by, accounts, relations: Vec::new(), counts };
        let (store, roles, now) = (&mut self.store, &self.roles, self.now);
        ledger.perform(&intent, |tally| {
            let handed = first()?;
            let mut transaction = store.transaction()?;
            let done = work(&mut *transaction, roles, now, tally)?;
            transaction.commit()?;
            Ok((done, handed))
        })
    }
}

fn note(counts: &mut Counts, applied: Applied) {
    for (what, many) in
        [("accounts", applied.accounts), ("sessions", applied.sessions), ("templates", applied.templates)]
    {
        if many > 0 {
            counts.insert(what.to_owned(), many);
        }
    }
}
