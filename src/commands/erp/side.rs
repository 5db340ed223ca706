//! The two sides at which `erp` works, opened: the CRM's with its connections, the ERP's as a desk of its own.

use super::LinkArgs;
use super::sealing;
use crate::commands::Context;
use crate::commands::desk::Desk;
use crate::erp::{Access, Connection, Crm, Database, Erp, Key, seal};
use crate::fault::{Fault, Kind, Result, kind_of};
use crate::schema::CompleteMap;
use crate::store::Store;
use std::path::{Path, PathBuf};

/// One database with its complete map.
pub struct Side {
    /// Its desk.
    pub desk: Desk,
    /// Its map.
    pub map: CompleteMap,
}

impl Side {
    /// Opens the database of a context.
    ///
    /// # Errors
    /// Those of opening; refused when the map does not fit.
    pub fn open(context: &Context) -> Result<Self> {
        let mut desk = Desk::open(context)?;
        let map = context.map(&mut desk.store)?;
        let map = map.complete_for(&desk.store.catalog()?)?;
        Ok(Side { desk, map })
    }

    /// The ERP in this database.
    ///
    /// # Errors
    /// Refused when the map describes none.
    pub fn erp(&mut self) -> Result<Database<'_>> {
        Database::new(&mut self.desk.store, &self.map, self.desk.now)
    }
}

/// The context in which a command works on the ERP's database.
pub fn context_of(place: &Path, map: Option<&str>, acting: Option<&str>, context: &Context) -> Context {
    let mut settings = context.settings.clone();
    settings.db = Some(place.to_owned());
    settings.map = map.map(str::to_owned);
    settings.acting = acting.map(str::to_owned);
    // The ERP's ledger is beside the ERP; what was said is about the CRM.
    settings.state = None;
    Context { ui: context.ui.clone(), settings }
}

/// Opens the ERP that a connection leads to.
///
/// # Errors
/// Missing when it is not there; those of opening.
pub fn erp_of(connection: &Connection, args: &LinkArgs, context: &Context) -> Result<Side> {
    let place = PathBuf::from(&connection.place);
    if !place.is_absolute() {
        return Err(Fault::refused(format!("the connection {} leads to no database", connection.name))
            .hint(
                "this program reaches ERPs that are databases on this machine: `crm-admin erp connect FILE`",
            )
            .into());
    }
    let side = Side::open(&context_of(&place, args.erp_map.as_deref(), None, context));
    side.map_err(|error| match kind_of(&error) {
        Kind::Usage => error.context("opening the ERP; --erp-map says which map it has"),
        _ => error.context("opening the ERP"),
    })
}

/// The connection that is meant: the one of that name, or the only one.
///
/// # Errors
/// Missing when there is none; usage when there are several and none was named.
pub fn connection(side: &mut Side, name: Option<&str>) -> Result<Connection> {
    let all = connections(side)?;
    let names = || all.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    match (name, all.as_slice()) {
        (Some(name), _) => {
            let found = all.iter().find(|one| one.name.to_lowercase() == name.to_lowercase());
            found.cloned().ok_or_else(|| {
                Fault::missing(format!("the CRM has no connection called {name}")).details(names()).into()
            })
        }
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(Fault::missing("the CRM is not linked to an ERP")
            .hint("an administrator of both makes a link with `crm-admin erp connect`")
            .into()),
        (None, _) => Err(Fault::usage("the CRM has several connections")
            .details(names())
            .hint("say which with --name NAME")
            .into()),
    }
}

/// Every connection of the CRM.
///
/// # Errors
/// Those of reading.
pub fn connections(side: &mut Side) -> Result<Vec<Connection>> {
    let crm = Crm::new(&side.map, side.desk.now)?;
    crm.connections(&mut *side.desk.store.snapshot()?)
}

/// The key of a connection, unsealed.
///
/// # Errors
/// Refused when it has none or is switched off; those of the key file and the seal.
pub fn key_of(connection: &Connection, args: &LinkArgs, desk: &Desk) -> Result<Key> {
    let name = &connection.name;
    if !connection.enabled {
        return Err(Fault::refused(format!("the connection {name} is switched off"))
            .hint("a restored copy has no link; `crm-admin erp connect` makes one")
            .into());
    }
    let sealed = connection.sealed.as_ref().ok_or_else(|| {
        Fault::refused(format!("the connection {name} has no key"))
            .hint("an administrator of both gives it one with `crm-admin erp connect`")
    })?;
    let under = sealing::read(args.key_file.as_deref(), desk.found_state()?.as_ref())?;
    seal::open(sealed, name, &under)
}

/// The ERP of a connection, entered with its key.
///
/// # Errors
/// Denied when the ERP has revoked the key.
pub fn enter(
    connection: &Connection,
    args: &LinkArgs,
    crm: &Desk,
    context: &Context,
) -> Result<(Side, Access)> {
    let key = key_of(connection, args, crm)?;
    let mut side = erp_of(connection, args, context)?;
    let access = side.erp()?.enter(&key)?;
    Ok((side, access))
}
