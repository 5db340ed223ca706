//! Unique columns that have room for fewer masks than they have values: refused before anything is written.

use crate::fault::{Fault, Result};
use crate::interrupt;
use crate::masking::{Tight, tight_columns};
use crate::schema::{CompleteMap, MappedTable, Rows};
use crate::store::{Snapshot, ValueRef};

/// Masks are drawn, so they need twice the room that their values do: a mask that is taken is drawn again, and in so
/// much room that ends soon.
const ROOM_PER_VALUE: u128 = 2;

/// Refuses a database whose unique columns are too narrow for their masks.
///
/// # Errors
/// Refused, with the columns, their values and their room; when a table cannot be read.
pub fn refuse_narrow_columns(source: &mut dyn Snapshot, map: &CompleteMap) -> Result<()> {
    let mut narrow = Vec::new();
    for mapped in map.tables().iter().filter(|mapped| mapped.rows == Rows::Copy) {
        for tight in tight_columns(mapped)? {
            narrow.extend(lack(source, mapped, &tight)?);
        }
    }
    if narrow.is_empty() {
        return Ok(());
    }
    Err(Fault::refused(
        "masks of some unique columns would not stay distinct: there is too little room for them",
    )
    .details(narrow)
    .hint("say \"blank\" or \"keep\" for the column, or take a category whose masks are shorter")
    .into())
}

/// What the column lacks, in words; nothing where its masks fit.
fn lack(source: &mut dyn Snapshot, mapped: &MappedTable, tight: &Tight) -> Result<Option<String>> {
    let table = &mapped.table.name;
    let least = tight.room.min(tight.room_for_addresses) / ROOM_PER_VALUE;
    // Counting rows costs nothing beside reading them.
    if u128::from(source.count(table)?) <= least {
        return Ok(None);
    }
    let (mut values, mut addresses) = (0u64, 0u64);
    source.scan(table, &[&tight.column], &mut |row| {
        let is_value = !matches!(row[0], ValueRef::Null | ValueRef::Text([]) | ValueRef::Blob([]));
        values += u64::from(is_value);
        addresses += u64::from(row[0].as_str().is_some_and(|text| text.contains('@')));
        if values.is_multiple_of(1024) { interrupt::check() } else { Ok(()) }
    })?;
    let fits = |count: u64, room: u128| u128::from(count) * ROOM_PER_VALUE <= room;
    if fits(values, tight.room) && fits(addresses, tight.room_for_addresses) {
        return Ok(None);
    }
    let room = if fits(values, tight.room) { tight.room_for_addresses } else { tight.room };
    Ok(Some(format!("{table}.{}: {values} values, and room for {room} masks", tight.column)))
}
