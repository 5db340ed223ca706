//! `policy apply`: puts the rules in force, for everybody or for some.

use super::write;
use crate::accounts::policy::Policy;
use crate::accounts::{self, Account, Accounts, Deed, Guarantee, Plan, Step, Template, TemplateStep};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::commands::handout::key;
use crate::fault::{Fault, Outcome, Result};
use crate::store::Store;
use crate::ui::{Page, Report};
use clap::Args;
use serde::Serialize;

/// Put the rules in force, for everybody or for chosen users and templates
///
/// Templates that allow less follow the policy from then on. Passwords that are
/// too old have to be changed at the next login, where the CRM has a flag for
/// it, and none grows old for ever any more. With --dry-run, who is affected.
///
/// Examples:
///   crm-admin --db crm.db policy apply --dry-run
///   crm-admin --db crm.db policy apply --user marie --template Agency
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct ApplyArgs {
    /// Only for this user; may be repeated
    #[arg(long = "user", value_name = "LOGIN")]
    pub users: Vec<String>,
    /// Only for accounts made from this template; may be repeated
    #[arg(long = "template", value_name = "NAME")]
    pub templates: Vec<String>,
    /// Which accounts of the map, where it has several [accounts.NAME]
    #[arg(long, value_name = "NAME")]
    pub accounts: Option<String>,
}

pub(super) fn run(args: &ApplyArgs, context: &mut Context) -> Result<Outcome> {
    let mut desk = Desk::open(context)?;
    let population = desk.population(args.accounts.as_deref())?;
    let before = desk.policy()?;
    let accounts = desk.accounts(&population)?;
    let templates = accounts::templates(&mut *desk.store.snapshot()?, &population)?;
    let after = with_scope(args, &accounts, &templates, &before)?;
    let plan = plan(&desk, &accounts, &templates, &after);
    let report = ApplyReport::new(&plan, &after, context.settings.dry_run);
    let nothing = plan.is_empty() && after.scope == before.scope;
    if !context.settings.dry_run && !nothing {
        if !plan.steps.is_empty() {
            let count = plan.steps.len().to_string();
            context
                .ui
                .confirm_by_typing(&format!("Type {count} to have {count} accounts changed"), &count)?;
        }
        let roles = desk.roles.clone();
        write(&mut desk, "policy apply", &after, |transaction, now, tally| {
            let names = plan.steps.iter().map(|step| accounts.ledger_name(&step.account));
            tally.accounts.extend(names);
            let applied = accounts::apply(transaction, &roles, &population, &plan, now)?;
            tally.counts.insert("accounts".into(), applied.accounts);
            tally.counts.insert("templates".into(), applied.templates);
            Ok(())
        })?;
    }
    context.ui.report(&report)?;
    Ok(Outcome::Done)
}

fn with_scope(
    args: &ApplyArgs,
    accounts: &Accounts,
    templates: &[Template],
    before: &Policy,
) -> Result<Policy> {
    let mut after = before.clone();
    if args.users.is_empty() && args.templates.is_empty() {
        after.scope.everybody = true;
        return Ok(after);
    }
    for account in accounts.require(args.users.iter().map(String::as_str))? {
        after.scope.accounts.insert(accounts.ledger_name(account));
    }
    for name in &args.templates {
        let template = templates
            .iter()
            .find(|template| template.name == *name)
            .ok_or_else(|| Fault::missing(format!("there is no template {name}")))?;
        after.scope.templates.insert(template_name(accounts, template));
    }
    Ok(after)
}

fn template_name(accounts: &Accounts, template: &Template) -> String {
    format!("{}:{}", accounts.name(), key(&template.key))
}

/// What has to change for the policy to hold.
fn plan(desk: &Desk, accounts: &Accounts, templates: &[Template], policy: &Policy) -> Plan {
    let flag = Guarantee::of(&accounts.population) == Guarantee::Flag;
    let covered = |account: &&Account| account.active && policy.covers(accounts, account);
    let limit = policy.rules.get("maximum-age-days");
    let days =
        |account: &Account| account.changed_at.map(|at| (desk.now.as_second() - at.as_second()) / 86_400);
    let step = |account: &Account| {
        let too_old = limit > 0
            && accounts.population.changed_at.is_some()
            && days(account).is_none_or(|age| age > limit);
        let asks = too_old && account.hash.is_some() && account.must_change == Some(false);
        let deeds = [
            (flag && asks, Deed::ForceChange),
            (limit > 0 && account.never_expires == Some(true), Deed::LetExpire),
        ];
        let deeds: Vec<Deed> = deeds.iter().filter(|(due, _)| *due).map(|(_, deed)| *deed).collect();
        (!deeds.is_empty()).then(|| Step::new(account, deeds))
    };
    let loose = |template: &&Template| {
        policy.scope.everybody || policy.scope.templates.contains(&template_name(accounts, template))
    };
    Plan {
        steps: accounts.all.iter().filter(covered).filter_map(step).collect(),
        templates: templates.iter().filter(loose).filter_map(|one| tightened(one, policy)).collect(),
    }
}

/// What makes a template follow the policy; nothing where it does.
pub(crate) fn tightened(template: &Template, policy: &Policy) -> Option<TemplateStep> {
    let (rules, asked) = (&template.rules, |word: &str| policy.rules.get(word));
    let age = asked("maximum-age-days");
    let loose = [
        ("minimum-length", rules.minimum_length.is_some_and(|own| own < asked("minimum-length"))),
        ("minimum-classes", rules.minimum_classes.is_some_and(|own| own < asked("minimum-classes"))),
        ("maximum-age-days", age > 0 && rules.maximum_age_days.is_some_and(|own| own == 0 || own > age)),
        ("must-change", rules.must_change == Some(false)),
        ("never-expires", age > 0 && rules.never_expires == Some(true)),
    ];
    let follow: Vec<&'static str> = loose.iter().filter(|(_, loose)| *loose).map(|(word, _)| *word).collect();
    (!follow.is_empty()).then(|| TemplateStep { template: template.clone(), follow })
}

/// Whom `policy apply` affects.
#[derive(Debug, Serialize)]
struct ApplyReport {
    dry_run: bool,
    in_force_for: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    kind: &'static str,
    id: String,
    name: String,
    what: String,
}

impl ApplyReport {
    fn new(plan: &Plan, after: &Policy, dry_run: bool) -> Self {
        let account = |step: &Step| Row {
            kind: "account",
            id: key(&step.account.key),
            name: step.account.login.clone(),
            what: step.deeds.iter().map(|deed| deed.words()).collect::<Vec<_>>().join(", "),
        };
        let template = |step: &TemplateStep| Row {
            kind: "template",
            id: key(&step.template.key),
            name: step.template.name.clone(),
            what: format!("follows the policy in {}", step.follow.join(", ")),
        };
        let rows = plan.steps.iter().map(account).chain(plan.templates.iter().map(template)).collect();
        ApplyReport { dry_run, in_force_for: after.scope.words(), rows }
    }
}

impl Report for ApplyReport {
    const SCHEMA: (&'static str, u32) = ("crm-admin/policy-apply", 1);

    fn page(&self) -> Page {
        let row = |row: &Row| vec![row.kind.to_owned(), row.id.clone(), row.name.clone(), row.what.clone()];
        let when = if self.dry_run { "would be in force for" } else { "in force for" };
        Page::default()
            .table(&["Kind", "Id", "Name", "What"], self.rows.iter().map(row).collect())
            .facts([(when, self.in_force_for.as_str())])
    }
}
