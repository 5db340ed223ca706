//! How synthetic relations are reached: mail addresses, telephone numbers, streets.

use super::chance::Chance;
use super::contact::{Circle, Contact};
use super::dealings::Owner;
use super::numbers;
use super::people::draw_street;
use super::sheet::{Sheet, flag, maybe, text};
use crate::fault::Result;
use crate::store::ValueRef;
use crate::words::Commune;

/// Adds a contact's addresses and numbers: one mail address at least; private persons have a street, others sometimes.
pub fn add_for_contact(
    sheet: &mut Sheet<'_>,
    chance: &mut Chance,
    circle: &Circle<'_>,
    contact: &Contact,
    national: &str,
) -> Result<()> {
    let owner = Owner::Contact(contact.id).cell();
    let private = circle.company.is_none();
    let kind = if private { "home" } else { "work" };
    sheet.add("email", &[owner, ("kind", text(kind)), ("address", text(&contact.email))])?;
    if !private && chance.percent(20) {
        let address = contact.person.private_mail(contact.id, chance);
        let cells = [owner, ("kind", text("home")), ("address", text(&address)), ("main", flag(false))];
        sheet.add("email", &cells)?;
    }
    add_phone(sheet, owner, national, &contact.phone)?;
    if !private && chance.percent(25) {
        let desk = numbers::landline(circle.commune, chance.below(1_000_000));
        add_phone(sheet, owner, &desk, &numbers::as_typed(&desk, chance.next()))?;
    }
    if private || chance.percent(10) {
        add_address(sheet, chance, owner, "home", circle.commune)?;
    }
    Ok(())
}

/// Adds a telephone number as it was typed, and as a machine dials it.
pub fn add_phone(
    sheet: &mut Sheet<'_>,
    owner: (&str, ValueRef<'_>),
    national: &str,
    typed: &str,
) -> Result<()> {
    let kind = if national.starts_with("06") { "mobile" } else { "landline" };
    let e164 = numbers::e164(national);
    let cells = [owner, ("kind", text(kind)), ("number", text(typed)), ("e164", text(&e164))];
    sheet.add("phone", &cells).map(|_| ())
}

/// Adds a postal address in that commune.
pub fn add_address(
    sheet: &mut Sheet<'_>,
    chance: &mut Chance,
    owner: (&str, ValueRef<'_>),
    kind: &str,
    commune: &Commune,
) -> Result<()> {
    let street = draw_street(chance);
    let complement = match chance.below(12) {
        0 => format!("Bâtiment {}", chance.pick(&["A", "B", "C", "D"])),
        1 => format!("Appartement {}", chance.between(1, 60)),
        _ => String::new(),
    };
    let cells = [
        owner,
        ("kind", text(kind)),
        ("street", text(&street)),
        ("complement", maybe(&complement)),
        ("postcode", text(commune.postcode)),
        ("town", text(commune.name)),
    ];
    sheet.add("address", &cells).map(|_| ())
}
