//! Questions, when somebody is there to answer. The one home of dialoguer.

use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::secret::Secret;
use dialoguer::console::Term;
use std::io::IsTerminal;

/// Whether a question can be asked: somebody sits at the terminal, and standard input carries no data.
pub fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for one line; an empty answer takes the default.
///
/// # Errors
/// When the answer cannot be read, or a signal came meanwhile.
pub fn ask(question: &str, default: &str) -> Result<String> {
    dialoguer::Input::new()
        .with_prompt(question)
        .default(default.to_owned())
        .interact_text_on(&Term::stderr())
        .map_err(unanswered)
}

/// Asks for a secret, which is not shown while it is typed.
///
/// # Errors
/// When it cannot be read, or a signal came meanwhile.
pub fn ask_secret(question: &str) -> Result<Secret> {
    dialoguer::Password::new()
        .with_prompt(question)
        .allow_empty_password(true)
        .interact_on(&Term::stderr())
        .map(Secret::new)
        .map_err(unanswered)
}

/// Asks a person to type a given text.
///
/// # Errors
/// Unconfirmed when something else is typed.
pub fn confirm_by_typing(question: &str, expected: &str) -> Result<()> {
    let typed: String = dialoguer::Input::new()
        .with_prompt(question)
        .allow_empty(true)
        .interact_text_on(&Term::stderr())
        .map_err(unanswered)?;
    if typed.trim() == expected {
        return Ok(());
    }
    Err(Fault::unconfirmed("not confirmed; nothing was changed").into())
}

/// Asks for yes or no; there is no default, so that an Enter too many is no answer.
///
/// # Errors
/// When the answer cannot be read, or a signal came meanwhile.
pub fn ask_whether(question: &str) -> Result<bool> {
    dialoguer::Confirm::new()
        .with_prompt(question)
        .wait_for_newline(true)
        .interact_on(&Term::stderr())
        .map_err(unanswered)
}

/// Has one thing of a list chosen; the place of it.
///
/// # Errors
/// When nothing is chosen, or a signal came meanwhile.
pub fn choose(question: &str, items: &[String]) -> Result<usize> {
    dialoguer::Select::new()
        .with_prompt(question)
        .items(items)
        .default(0)
        .interact_on(&Term::stderr())
        .map_err(unanswered)
}

/// Waits for Enter.
///
/// # Errors
/// When a signal came meanwhile.
pub fn wait_for_enter(sentence: &str) -> Result<()> {
    dialoguer::Input::<String>::new()
        .with_prompt(sentence)
        .allow_empty(true)
        .interact_text_on(&Term::stderr())
        .map(drop)
        .map_err(unanswered)
}

fn unanswered(error: dialoguer::Error) -> anyhow::Error {
    match interrupt::check() {
        Err(stopped) => stopped,
        Ok(()) => Fault::unconfirmed(format!("no answer: {error}")).into(),
    }
}
