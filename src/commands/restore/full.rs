//! Restoring an identifiable copy: its state has to be at hand, and what was erased since is erased again.

use super::{Filled, RestoreArgs, support, unpack as unpack_plain};
use crate::archive::{Archive, Content, Manifest};
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::commands::erase::{Work, repeat};
use crate::erasure::Memory;
use crate::fault::{Fault, Result};
use crate::ledger::Actor;
use crate::publish::{Draft, scratch_in};
use crate::state::{self, State};
use crate::store::Store;
use crate::store::sqlite::{Options, Sqlite};
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, Write};
use std::path::PathBuf;

/// The state folder of the database that an identifiable copy was made of.
pub struct AtHand {
    place: PathBuf,
    state: State,
}

impl AtHand {
    /// The state that this archive asks for; none for one without anybody in it.
    ///
    /// # Errors
    /// Refused when it is not at hand: nobody would know what was erased meanwhile. Usage for a support login, which
    /// such a copy does not need.
    pub fn of(args: &RestoreArgs, context: &Context, manifest: &Manifest) -> Result<Option<AtHand>> {
        if manifest.content != Content::Full {
            return Ok(None);
        }
        if args.support_login.is_some() {
            return Err(Fault::usage("this archive is a full copy: its own logins work").into());
        }
        let place = state::place(&args.to, context.settings.state.as_deref());
        let found = State::find(&place)?.filter(|state| Some(state.id()) == manifest.state.as_deref());
        let state = found.ok_or_else(|| {
            Fault::refused("this archive is a full copy, and the state folder that knows what was erased since is not at hand")
                .hint("name it with --state DIR: the folder NAME.crm-admin beside the database that was backed up")
        })?;
        Ok(Some(AtHand { place, state }))
    }

    /// Fills the draft, and erases in it what the state remembers as erased. Returns how many relations that were.
    ///
    /// # Errors
    /// Damaged when the archive is; refused when something cannot be erased, or is not proven gone.
    pub fn unpack(
        &self,
        args: &RestoreArgs,
        by: Actor,
        context: &Context,
        archive: &mut Archive<BufReader<File>>,
        draft: &mut Draft,
    ) -> Result<Filled> {
        let mut progress = context.ui.progress();
        progress.stage("restoring", Some(archive.decoded_bytes()));
        if Memory::open(&self.state)?.is_empty() {
            return unpack_plain(archive, draft, &mut *progress).map(Filled::plain);
        }
        let map = support::map(context, archive.manifest())?;
        let mut scratch = scratch_in(args.folder())?;
        let mut out = BufWriter::with_capacity(1 << 20, scratch.file());
        let verified = archive.unpack(&mut out, &mut *progress)?;
        out.flush()?;
        drop(out);
        progress.finish();
        let mut copy = Sqlite::open(scratch.path(), &Options { unpublished: true, ..Options::default() })?;
        copy.keep_file(scratch.file().try_clone()?);
        // From here on the file has no name: not even a kill leaves anything behind.
        scratch.unlink()?;
        let complete = map.complete_for(&copy.catalog()?)?;
        copy.let_triggers_run()?;
        let mut desk = Desk::at(context, copy, &map, self.place.clone())?;
        let mut work = Work::on_a_copy(by, &complete, &mut desk);
        let (done, failed) = repeat(&mut work, context, |_, _| Ok(()))?;
        if failed > 0 || !done.iter().all(|one| one.is_proven()) {
            return Err(Fault::refused(
                "what was erased could not be proven gone from the copy; nothing was restored",
            )
            .into());
        }
        drop(desk);
        scratch.file().rewind()?;
        std::io::copy(scratch.file(), draft.file())?;
        Ok(Filled { erased_again: done.len(), ..Filled::plain(verified) })
    }

    /// Says where the state is, unless it lies where every command looks for it.
    pub fn tell(&self, args: &RestoreArgs, context: &Context) {
        let usual = state::place(&args.to, None);
        if usual != self.place {
            context.ui.status(format_args!(
                "Its state is in {}: name it with --state, or move it to {}.",
                self.place.display(),
                usual.display()
            ));
        }
    }

    /// The state folder.
    pub fn state(&self) -> &State {
        &self.state
    }
}
