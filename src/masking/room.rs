//! How many different masks a unique column has room for, so that one that is too small is refused in advance.

use super::email::room_for_addresses;
use super::masker::UNIQUE_TAG;
use super::phone::room_for_spare_numbers;
use super::plan::{Action, TablePlan};
use crate::fault::Result;
use crate::schema::{Category, MappedTable};
use crate::words;
use std::collections::HashSet;

/// A unique column whose masks may run out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tight {
    /// The column.
    pub column: String,
    /// How many different masks fit.
    pub room: u128,
    /// How many of them stand for addresses: a domain takes room.
    pub room_for_addresses: u128,
}

/// The unique columns of a table that have room for a limited number of masks. Those whose masks are a bijection of
/// the values themselves (numbers with check digits, dates) always have room.
///
/// # Errors
/// Those of [`super::RowMasker::new`].
pub fn tight_columns(mapped: &MappedTable) -> Result<Vec<Tight>> {
    let plan = TablePlan::of(mapped)?;
    let unique = plan.columns.iter().filter(|column| column.shape.unique && column.generalise.is_none());
    let tight = unique.filter_map(|column| {
        let (Action::Mask(category), most) = (&column.action, column.shape.most) else { return None };
        let room = room(*category, most)?;
        let for_addresses = match category {
            Category::Email | Category::Login => room_for_addresses(most),
            _ => room,
        };
        Some(Tight { column: column.name.clone(), room, room_for_addresses: for_addresses })
    });
    Ok(tight.collect())
}

/// How many masks of a category fit into so many characters, also where case makes no difference. Nothing where
/// masks are as many as values.
fn room(category: Category, most: usize) -> Option<u128> {
    use Category::*;
    match category {
        Civility | Country | Keep | Blank | Secret | Document => None,
        NationalId | Siren | Siret | Vat | Iban | Card | Date | BirthDate | Amount => None,
        Email | Login => Some(super::email::room(most)),
        Phone => Some(room_for_spare_numbers(most)),
        Postcode => {
            let postcodes: HashSet<&str> = words::communes().iter().map(|commune| commune.postcode).collect();
            Some(postcodes.len() as u128)
        }
        _ => Some(1 << (5 * most.min(UNIQUE_TAG))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_columns_have_little_room_and_long_ones_enough_for_all() {
        assert_eq!(room(Category::Login, 1), Some(10));
        assert_eq!(room(Category::Login, 3), Some(10 * 32 * 32));
        assert!(room(Category::Login, 80) > Some(1 << 70));
        assert_eq!(room_for_addresses(12), 10 * 32);
        assert_eq!(room(Category::Phone, 10), Some(1_000_000));
        assert_eq!(room(Category::CompanyName, 2), Some(1024));
        assert_eq!(room(Category::Siret, 14), None);
    }
}
