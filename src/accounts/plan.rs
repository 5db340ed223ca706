//! What is to be done with which accounts: a value that is shown, confirmed, compared and then applied.

use super::account::Account;
use super::flag::flag;
use super::moment;
use super::template::TemplateStep;
use crate::fault::{Fault, Result};
use crate::schema::{Accounts as Population, MustChange};
use crate::secret::Secret;
use crate::store::Value;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// One thing that is done with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// The password has to be changed at the next login.
    ForceChange,
    /// The current password stops working at once.
    Invalidate,
    /// The password is replaced by a temporary one.
    Temporary,
    /// The password is replaced by the person's own.
    Own,
    /// A temporary password stops working.
    ExpireTemporary,
    /// A code of the CRM's own beside the password is emptied.
    EmptyCode,
    /// The password no longer grows old for ever.
    LetExpire,
    /// Sessions, tokens and devices are ended.
    EndSessions,
    /// The account may log in.
    Enable,
    /// The account may no longer log in.
    Disable,
}

impl Deed {
    /// What is done, in words.
    pub fn words(self) -> &'static str {
        match self {
            Deed::ForceChange => "must change its password at the next login",
            Deed::Invalidate => "its password stops working",
            Deed::Temporary => "gets a temporary password",
            Deed::Own => "gets the new password",
            Deed::ExpireTemporary => "its temporary password stops working",
            Deed::EmptyCode => "its reset code is emptied",
            Deed::LetExpire => "its password grows old like any other",
            Deed::EndSessions => "its sessions end",
            Deed::Enable => "is enabled",
            Deed::Disable => "is disabled",
        }
    }
}

/// How far a CRM can be made to ask for a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guarantee {
    /// It has a flag, and asks at the next login.
    Flag,
    /// It has temporary passwords of its own, which end by themselves.
    CrmTemporary,
    /// The password stops working, and its owner asks for another.
    Invalidated,
    /// None: it only has the password.
    Nothing,
}

impl Guarantee {
    /// What a population's CRM can do.
    pub fn of(population: &Population) -> Guarantee {
        match (&population.must_change, &population.temporary) {
            (Some(MustChange::Column(_)), _) => Guarantee::Flag,
            (Some(MustChange::Temporary), Some(_)) => Guarantee::CrmTemporary,
            (Some(_), _) => Guarantee::Invalidated,
            (None, _) => Guarantee::Nothing,
        }
    }

    /// What is guaranteed after a temporary password was handed out.
    pub fn words(self) -> &'static str {
        match self {
            Guarantee::Flag => "the CRM asks for a new password at the next login",
            Guarantee::CrmTemporary => {
                "the CRM has no flag to ask for a new password; the nearest guarantee is its own temporary password, \
                 which ends by itself and which the CRM keeps readable until then"
            }
            Guarantee::Invalidated => {
                "the CRM has no flag to ask for a new password; the old one no longer works, and its owner can ask \
                 the CRM for another"
            }
            Guarantee::Nothing => "the CRM has no way to ask for a new password: tell its owner to change it",
        }
    }
}

/// A password that is to be stored, as the CRM stores it.
#[derive(Debug, Clone)]
pub struct NewPassword {
    /// The hash, prefix included.
    pub hash: String,
    /// The password itself, for CRMs that keep temporary ones in clear.
    pub clear: Secret,
    /// Until when it holds, where it is a temporary one.
    pub until: Option<Timestamp>,
}

/// What is to be done with one account.
#[derive(Debug, Clone)]
pub struct Step {
    /// The account as it was when the plan was made.
    pub account: Account,
    /// What is done with it.
    pub deeds: BTreeSet<Deed>,
    /// The password for [`Deed::Temporary`] and [`Deed::Own`].
    pub new: Option<NewPassword>,
}

impl Step {
    /// Something to be done with an account.
    pub fn new(account: &Account, deeds: impl IntoIterator<Item = Deed>) -> Step {
        Step { account: account.clone(), deeds: deeds.into_iter().collect(), new: None }
    }
}

/// What is to be done with which accounts and templates of one population.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The accounts.
    pub steps: Vec<Step>,
    /// The templates.
    pub templates: Vec<TemplateStep>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.templates.is_empty()
    }

    /// The logins, for a list of what will be done.
    pub fn logins(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| step.account.login.as_str())
    }
}

/// The columns of an account that a step sets.
pub(super) fn cells(
    step: &Step,
    population: &Population,
    time: Option<&str>,
    unusable: &Value,
    now: Timestamp,
) -> Result<Vec<(String, Value)>> {
    let mut cells = Cells { set: Vec::new(), population };
    let now = moment::write(now, time)?;
    for deed in &step.deeds {
        match deed {
            Deed::ForceChange => cells.must_change(true),
            Deed::Invalidate => {
                cells.hash(unusable.clone())?;
                cells.must_change(true);
                cells.no_temporary();
            }
            Deed::Temporary => cells.temporary(required(step)?, time, unusable, &now)?,
            Deed::Own => {
                cells.hash(Value::from(required(step)?.hash.as_str()))?;
                cells.must_change(false);
                cells.no_temporary();
                cells.column(&population.temporary_until, Value::Null);
                cells.column(&population.changed_at, now.clone());
            }
            // The person's own password stands beside it, and may well be in use.
            Deed::ExpireTemporary if step.account.temporary_is_apart => cells.no_temporary(),
            Deed::ExpireTemporary => {
                cells.hash(unusable.clone())?;
                cells.must_change(true);
                cells.column(&population.temporary_until, Value::Null);
                cells.no_temporary();
            }
            Deed::EmptyCode => cells.no_temporary(),
            Deed::LetExpire => cells.column(&population.never_expires, flag(false)),
            Deed::EndSessions => {}
            Deed::Enable | Deed::Disable => cells.active(*deed == Deed::Enable)?,
        }
    }
    Ok(cells.set)
}

fn required(step: &Step) -> Result<&NewPassword> {
    step.new.as_ref().ok_or_else(|| Fault::unfinished("a password was to be set, and there is none").into())
}

/// Columns being gathered; the last word on a column holds.
struct Cells<'a> {
    set: Vec<(String, Value)>,
    population: &'a Population,
}

impl Cells<'_> {
    fn put(&mut self, column: &str, value: Value) {
        self.set.retain(|(known, _)| known != column);
        self.set.push((column.to_owned(), value));
    }

    fn column(&mut self, column: &Option<String>, value: Value) {
        if let Some(column) = column {
            self.put(column, value);
        }
    }

    fn hash(&mut self, value: Value) -> Result<()> {
        let hash = self.population.hash.as_ref().ok_or_else(|| {
            Fault::refused(format!("the map does not say where {} keep passwords", self.population.name))
                .hint("add `hash` to the accounts of the map; see crm-admin-map(5)")
        })?;
        self.put(&hash.column, value);
        Ok(())
    }

    fn must_change(&mut self, truth: bool) {
        if let Some(MustChange::Column(column)) = &self.population.must_change {
            self.put(column, flag(truth));
        }
    }

    /// The CRM's own temporary password goes.
    fn no_temporary(&mut self) {
        if let Some(temporary) = &self.population.temporary {
            self.put(&temporary.column, Value::Null);
            self.column(&temporary.until, Value::Null);
        }
    }

    fn temporary(
        &mut self,
        new: &NewPassword,
        time: Option<&str>,
        unusable: &Value,
        now: &Value,
    ) -> Result<()> {
        let until = match new.until {
            Some(until) => moment::write(until, time)?,
            None => Value::Null,
        };
        self.column(&self.population.changed_at.clone(), now.clone());
        match (&self.population.must_change, self.population.temporary.clone()) {
            (Some(MustChange::Temporary), Some(own)) => {
                let stored = if own.clear { new.clear.expose() } else { new.hash.as_str() };
                self.put(&own.column, Value::from(stored));
                self.column(&own.until, until);
                self.hash(unusable.clone())
            }
            _ => {
                self.no_temporary();
                self.must_change(true);
                self.column(&self.population.temporary_until.clone(), until);
                self.hash(Value::from(new.hash.as_str()))
            }
        }
    }

    fn active(&mut self, active: bool) -> Result<()> {
        let Some(column) = &self.population.active else {
            return Err(Fault::refused(format!(
                "the map does not say how {} are enabled and disabled",
                self.population.name
            ))
            .hint("add `active` to the accounts of the map; see crm-admin-map(5)")
            .into());
        };
        self.put(&column.column, flag(active != column.inverted));
        Ok(())
    }
}
