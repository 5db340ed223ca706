//! The templates that new accounts are made from, and what tightens them.

use super::flag::{flag, is_true, number, text};
use super::policy::Rules;
use crate::fault::{Fault, Result};
use crate::schema::{Accounts as Population, Templates};
use crate::secret::Secret;
use crate::store::{Snapshot, Transaction, Value, ValueRef};

/// One template.
#[derive(Debug, Clone)]
pub struct Template {
    /// What accounts know it by.
    pub key: Value,
    /// What it is called.
    pub name: String,
    /// Its rules.
    pub rules: TemplateRules,
    /// Whether it makes administrators.
    pub administrator: bool,
    /// A password that every new account shares.
    pub hash: Option<Secret>,
}

/// The rules of a template; `None` follows the policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateRules {
    /// The shortest password, in characters.
    pub minimum_length: Option<i64>,
    /// The fewest classes of characters.
    pub minimum_classes: Option<i64>,
    /// The oldest password, in days; 0 is no limit.
    pub maximum_age_days: Option<i64>,
    /// Whether a new account has to change its first password.
    pub must_change: Option<bool>,
    /// Whether passwords grow old for ever.
    pub never_expires: Option<bool>,
}

impl Template {
    /// Lets rules ask for what the template asks for beyond them: it may ask for more than the policy, never for less.
    ///
    /// # Errors
    /// Usage when a number of the template is out of bounds.
    pub fn tighten(&self, rules: &mut Rules) -> Result<()> {
        let own =
            [("minimum-length", self.rules.minimum_length), ("minimum-classes", self.rules.minimum_classes)];
        for (word, value) in own {
            if let Some(value) = value.filter(|value| *value > rules.get(word)) {
                rules.set(word, value)?;
            }
        }
        Ok(())
    }
}

/// What tightens a template: columns, and what they become.
#[derive(Debug, Clone)]
pub struct TemplateStep {
    /// The template as it was when the plan was made.
    pub template: Template,
    /// Rules that from now on follow the policy.
    pub follow: Vec<&'static str>,
}

/// The templates of a population, in the order of their table.
///
/// # Errors
/// When they cannot be read.
pub fn templates(snapshot: &mut dyn Snapshot, population: &Population) -> Result<Vec<Template>> {
    let Some(mut place) = population.templates.clone() else { return Ok(Vec::new()) };
    let (table, key, label) = (place.table.clone(), place.key.clone(), place.label.clone());
    let wanted: Vec<(&str, String)> =
        place.columns().into_iter().filter_map(|(word, column)| Some((word, column.clone()?))).collect();
    let mut names: Vec<&str> = vec![&key, &label];
    names.extend(wanted.iter().map(|(_, column)| column.as_str()));
    let mut found = Vec::new();
    snapshot.scan(&table, &names, &mut |row| {
        let value = |word: &str| {
            wanted.iter().position(|(known, _)| *known == word).map_or(ValueRef::Null, |at| row[at + 2])
        };
        let truth = |word: &str| Some(value(word)).filter(|it| *it != ValueRef::Null).map(is_true);
        found.push(Template {
            key: row[0].to_value(),
            name: text(row[1]).unwrap_or_default(),
            rules: TemplateRules {
                minimum_length: number(value("minimum-length")),
                minimum_classes: number(value("minimum-classes")),
                maximum_age_days: number(value("maximum-age-days")),
                must_change: truth("must-change"),
                never_expires: truth("never-expires"),
            },
            administrator: is_true(value("administrator")),
            hash: text(value("hash")).filter(|hash| !hash.is_empty()).map(Secret::new),
        });
        Ok(())
    })?;
    Ok(found)
}

/// Tightens templates; returns how many.
pub(super) fn apply(
    transaction: &mut dyn Transaction,
    population: &Population,
    steps: &[TemplateStep],
) -> Result<u64> {
    let Some(place) = population.templates.clone().filter(|_| !steps.is_empty()) else { return Ok(0) };
    let now = templates(transaction, population)?;
    let mut changed = 0;
    for step in steps {
        let same = now.iter().find(|template| template.key == step.template.key);
        if same.is_none_or(|template| template.rules != step.template.rules) {
            return Err(Fault::refused("a template changed since the plan was made; nothing was done")
                .hint("run the command again")
                .into());
        }
        let set = set_of(place.clone(), &step.follow);
        let set: Vec<(&str, Value)> =
            set.iter().map(|(column, value)| (column.as_str(), value.clone())).collect();
        if !set.is_empty() {
            changed += transaction.update(&place.table, &set, &[(&place.key, step.template.key.clone())])?;
        }
    }
    Ok(changed)
}

/// What makes these rules follow the policy: no number of their own, and the flags on the safe side.
fn set_of(mut place: Templates, follow: &[&'static str]) -> Vec<(String, Value)> {
    let columns = place.columns();
    let of = |word: &str| {
        columns.iter().find(|(known, _)| *known == word).and_then(|(_, column)| (*column).clone())
    };
    let value = |word: &str| match word {
        "must-change" => flag(true),
        "never-expires" => flag(false),
        _ => Value::Null,
    };
    follow.iter().filter_map(|word| Some((of(word)?, value(word)))).collect()
}
