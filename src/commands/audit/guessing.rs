//! The bounded guessing of an audit: targets, estimate, run, and the memory of what was tried.

use super::{AuditArgs, Seen};
use crate::accounts::{Office, hints, office};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::commands::handout::key;
use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::password::guess::{About, Budget, Ended, Hit, Plan, Portable, Report, Sequence, Target, Tried};
use crate::password::scheme::{Scheme, recognise};
use crate::state::State;
use crate::store::Store;
use std::time::Duration;

/// Where the state folder keeps what was tried, and the key that seals it.
const TRIED: &str = "tried";
const TRIED_KEY: &str = "tried.key";

/// What guessing came to.
pub(super) struct Guessed {
    pub hits: Vec<Hit>,
    pub report: Report,
    /// Accounts whose password is stored in a way that is not guessed at.
    pub unknown: usize,
}

pub(super) fn guess(args: &AuditArgs, context: &Context, desk: &mut Desk, seen: &Seen) -> Result<Guessed> {
    let office = office(&mut *desk.store.snapshot()?, &desk.roles)?;
    let product = desk.roles.organisation.as_ref().and_then(|organisation| organisation.product.clone());
    let (targets, unknown) = targets(seen, &office, product);
    let year =
        args.as_of.map_or(desk.now, super::AsOf::moment).to_zoned_datetime(jiff::tz::TimeZone::UTC).year();
    let sequence = Sequence::new(year, &list(args)?);
    let budget = Budget { most_guesses: args.max_guesses, most_time: args.max_time, ..Budget::unlimited() };
    let (state, mut tried) = remembered(context, desk)?;
    let plan = Plan::new(&targets, &sequence, &tried, budget, &Portable)?;
    let estimate = plan.estimate();
    context.ui.status(format_args!(
        "Guessing at {} accounts, {} guesses on {} threads with {} MiB: about {} ({} accounts were done before).",
        estimate.accounts,
        estimate.guesses,
        estimate.threads,
        estimate.memory_kib / 1024,
        in_words(estimate.time),
        estimate.accounts_done
    ));
    let mut progress = context.ui.progress();
    let mut keep = |tried: &Tried| {
        if let Some(state) = &state {
            // The last word is written below, with its error.
            let _ = state.replace(TRIED, &tried.to_bytes());
        }
    };
    let ran = plan.run(&mut tried, &mut *progress, &|| interrupt::signal().is_some(), &mut keep);
    drop(progress);
    if let Some(state) = state {
        tried.keep_only(targets.iter().map(|target| &target.hash));
        state.replace(TRIED, &tried.to_bytes())?;
    }
    let report = ran?;
    if report.ended == Ended::Interrupted {
        interrupt::check()?;
    }
    Ok(Guessed { hits: report.hits.clone(), report, unknown })
}

/// The accounts that can log in and whose hash can be computed.
fn targets(seen: &Seen, office: &Office, product: Option<String>) -> (Vec<Target>, usize) {
    let hints = hints(&seen.accounts.population);
    let (mut targets, mut unknown) = (Vec::new(), 0);
    for account in seen.accounts.all.iter().filter(|account| account.active) {
        let Some(stored) = &account.hash else { continue };
        match recognise(stored.expose(), &hints) {
            Scheme::Known(hash) => targets.push(Target {
                account: key(&account.key),
                hash,
                about: About {
                    login: account.login.clone(),
                    names: account.name.iter().cloned().collect(),
                    company: office.names.iter().chain(&product).cloned().collect(),
                    towns: office.towns.clone(),
                    departments: office.postcodes.clone(),
                },
            }),
            Scheme::Nothing | Scheme::Locked | Scheme::ClearText => {}
            _ => unknown += 1,
        }
    }
    (targets, unknown)
}

fn list(args: &AuditArgs) -> Result<Vec<String>> {
    let Some(path) = &args.list else { return Ok(Vec::new()) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Fault::usage(format!("{} cannot be read: {error}", path.display())))?;
    Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// What earlier runs tried. Where nothing can be kept, this run works all the same and the next pays again.
fn remembered(context: &Context, desk: &Desk) -> Result<(Option<State>, Tried)> {
    let state = match desk.state() {
        Ok(state) => state,
        Err(error) => {
            context.ui.warn(format_args!("what is tried cannot be remembered: {error}"));
            return Ok((None, Tried::new(fresh_key())));
        }
    };
    let known = state.read(TRIED_KEY)?.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = match known {
        Some(key) => key,
        None => {
            let key = fresh_key();
            state.replace(TRIED_KEY, &key)?;
            key
        }
    };
    let tried = match state.read(TRIED)? {
        Some(bytes) => Tried::from_bytes(key, &bytes).unwrap_or_else(|_| {
            context.ui.warn("the memory of what was tried is damaged; guessing begins anew");
            Tried::new(key)
        }),
        None => Tried::new(key),
    };
    Ok((Some(state), tried))
}

fn fresh_key() -> [u8; 32] {
    rand::random()
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        0 => "a moment".into(),
        seconds @ 1..=119 => format!("{seconds} seconds"),
        seconds @ 120..=7_199 => format!("{} minutes", seconds / 60),
        seconds => format!("{} hours", seconds / 3_600),
    }
}
