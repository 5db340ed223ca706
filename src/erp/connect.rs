//! A connection gets a key, in place of whatever let it in before.

use super::crm::{Connection, Crm};
use crate::accounts::moment;
use crate::fault::Result;
use crate::store::{Transaction, Value, ValueRef};

impl Crm<'_> {
    /// Puts a sealed key into a connection, or makes the connection. A user's login and password leave it.
    ///
    /// # Errors
    /// Whatever the transaction says.
    pub fn store_key(
        &self,
        change: &mut dyn Transaction,
        existing: Option<&Connection>,
        name: &str,
        place: &str,
        sealed: Vec<u8>,
    ) -> Result<()> {
        let about = self.connections;
        let mut cells: Vec<(&str, Value)> =
            vec![(&about.place, Value::from(place)), (&about.sealed, Value::Blob(sealed))];
        if let Some(enabled) = &about.enabled {
            cells.push((enabled, Value::Integer(1)));
        }
        if let Some(existing) = existing {
            for column in [&about.login, &about.password].into_iter().flatten() {
                cells.push((column, self.nothing(column)));
            }
            let key = [(about.key.as_str(), existing.key.clone())];
            return change.update(&about.table, &cells, &key).map(drop);
        }
        cells.push((&about.name, Value::from(name)));
        if let Some(column) = &about.created_at {
            cells.push((column, moment::write(self.now, Some(self.map.time_of(&about.table, column)))?));
        }
        let (columns, values): (Vec<&str>, Vec<&Value>) =
            cells.iter().map(|(column, value)| (*column, value)).unzip();
        let values: Vec<ValueRef<'_>> = values.into_iter().map(Value::borrow).collect();
        change.insert(&about.table, &columns, &values)
    }

    /// Nothing, as a column of connections holds it.
    fn nothing(&self, column: &str) -> Value {
        let table = self.map.table(&self.connections.table);
        let live = table.and_then(|mapped| mapped.table.column(column));
        if live.is_some_and(|live| live.not_null) { Value::from("") } else { Value::Null }
    }
}
