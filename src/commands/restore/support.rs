//! `restore --support-login`: the copy is changed while it has no name yet, and the password delivered before it gets one.

use super::RestoreArgs;
use crate::archive::{Archive, Manifest, Verified};
use crate::commands::Context;
use crate::deliver::{Delivery, Parcel};
use crate::fault::{Fault, Result};
use crate::password;
use crate::progress::Progress;
use crate::publish::{Draft, Scratch, scratch_in};
use crate::schema::Map;
use crate::store::Store;
use crate::store::sqlite::{Options, Sqlite};
use crate::support::{self, Account};
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, Write};

/// A copy with its login, whose password is still to be handed over.
pub struct Ready {
    /// What the archive was.
    pub verified: Verified,
    /// The password.
    pub parcel: Parcel,
    /// The tables that say that this is a restored copy.
    pub marked: Vec<String>,
}

/// The map that tells where accounts are: the one that was named, else the shipped one that made the archive.
///
/// # Errors
/// Usage when none was named, and none that is shipped made the archive.
pub fn map(context: &Context, manifest: &Manifest) -> Result<Map> {
    if let Some(name) = &context.settings.map {
        return Map::load(name);
    }
    let stamp = &manifest.map;
    if Map::shipped_text(&stamp.name).is_some() {
        let shipped = Map::load(&stamp.name)?;
        if shipped.digest() == stamp.digest {
            return Ok(shipped);
        }
    }
    Err(Fault::usage("the map that made the archive is not one of this crm-admin's")
        .hint("say --map NAME or --map FILE with the map that the backup was made with")
        .into())
}

/// Unpacks the archive into a file without a name, makes the login there, and writes the result into the draft.
///
/// # Errors
/// Damaged when the archive is; refused when the map does not fit the copy or no account can be given away.
pub fn unpack(
    args: &RestoreArgs,
    wanted: (&str, &Delivery, &Map),
    archive: &mut Archive<BufReader<File>>,
    draft: &mut Draft,
    progress: &mut dyn Progress,
) -> Result<Ready> {
    let (login, delivery, map) = wanted;
    let mut scratch = scratch_in(args.folder())?;
    let mut out = BufWriter::with_capacity(1 << 20, scratch.file());
    let verified = archive.unpack(&mut out, progress)?;
    out.flush()?;
    drop(out);
    progress.stage("making the support login", None);
    let (parcel, marked) = change(&mut scratch, login, delivery, map)?;
    scratch.file().rewind()?;
    std::io::copy(scratch.file(), draft.file())?;
    Ok(Ready { verified, parcel, marked })
}

fn change(
    scratch: &mut Scratch,
    login: &str,
    delivery: &Delivery,
    map: &Map,
) -> Result<(Parcel, Vec<String>)> {
    let options = Options { unpublished: true, ..Options::default() };
    let mut copy = Sqlite::open(scratch.path(), &options)?;
    scratch.unlink()?;
    let now = jiff::Timestamp::now();
    let mut change = copy.transaction()?;
    let complete = map.complete_for(&change.catalog()?)?;
    let account = Account::choose(&complete, &mut *change, login)?;
    let mut random = rand::rngs::SysRng;
    let secret = password::temporary(password::generate::SHORTEST, &mut random)?;
    let hash = password::hash(&secret, &mut random)?;
    account.give(&mut *change, login, &hash, now)?;
    let marked = support::mark(&complete, &mut *change, now)?;
    let parcel = delivery.prepare(login, &secret)?;
    change.commit()?;
    Ok((parcel, marked))
}
