//! `restore --replace`: the database that is there gives its name to the restored one, and is kept.

use super::RestoreArgs;
use crate::commands::desk::Desk;
use crate::commands::who::administrator;
use crate::commands::{Context, beside};
use crate::fault::{Fault, Result};
use crate::ledger::{Actor, Intent};
use crate::publish::Draft;
use crate::store::sqlite::{Options, Sqlite};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The database that is there, and the administrator who has it replaced.
pub struct Old {
    path: PathBuf,
    kept: OsString,
    desk: Desk,
    by: Actor,
}

impl Old {
    /// Looks at the database and has an administrator of it prove to be one, and confirm.
    ///
    /// # Errors
    /// Missing when there is none; denied to whoever is no administrator; busy when somebody else has it open.
    pub fn of(args: &RestoreArgs, context: &Context) -> Result<Option<Old>> {
        if !args.replace {
            return Ok(None);
        }
        let options = Options { lock_wait: context.settings.lock_wait, ..Options::default() };
        let mut store = Sqlite::open(&args.to, &options)?;
        let map = context.map(&mut store)?;
        let path = store.path().to_owned();
        let place = crate::state::place(&path, context.settings.state.as_deref());
        let mut desk = Desk::at(context, store, &map, place)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let moment = desk.now.strftime("%Y%m%dT%H%M%SZ");
        let kept = OsString::from(format!("{name}.replaced-{moment}"));
        let mut by = Actor::system();
        if !context.settings.dry_run {
            by = administrator("restore replace", &args.who, context, &mut desk)?;
            context.ui.confirm_by_typing(&format!("Type {name} to have it replaced"), &name)?;
            desk.store.alone()?;
            beside::refuse_leftovers(&path)?;
        }
        Ok(Some(Old { path, kept, desk, by }))
    }

    /// Where the database really is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who has it replaced.
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// What the old database will be called.
    pub fn kept(&self) -> PathBuf {
        self.path.with_file_name(&self.kept)
    }

    /// Puts the new database in the place of the old one, between two lines of the ledger.
    ///
    /// # Errors
    /// As [`Draft::replace`]; the old database is there then, as it was.
    pub fn replace(self, draft: Draft) -> Result<()> {
        let mut ledger = self.desk.ledger()?;
        let intent = Intent { command: "restore replace".into(), by: self.by, ..Intent::default() };
        ledger.perform(&intent, |_| draft.replace(&self.kept))
    }
}

/// Refuses two readers of one standard input.
pub fn refuse_unused(args: &RestoreArgs) -> Result<()> {
    let says_who = args.who.as_password_stdin || args.who.as_password_file.is_some();
    if says_who && !args.replace {
        return Err(Fault::usage("an administrator has to prove to be one for --replace only").into());
    }
    Ok(())
}
