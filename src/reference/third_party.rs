//! The ERP's customers and suppliers, as the CRM last saw them.

use super::chance::Chance;
use super::company::{Company, moments};
use super::contents;
use super::dealings::{Owner, Subject};
use super::numbers;
use super::objection::Objection;
use super::office::Office;
use super::people::{Person, draw_commune, draw_street};
use super::sheet::{Sheet, flag, maybe, number, text};
use crate::fault::Result;
use crate::store::ValueRef;
use crate::words::Commune;

/// What the ERP knows of a customer or supplier.
struct Record<'a> {
    kind: &'a str,
    name: &'a str,
    siret: &'a str,
    vat: &'a str,
    email: &'a str,
    phone: &'a str,
    commune: &'a Commune,
    objection: Objection,
    known_for: i64,
}

/// Adds the third party of a company: the same name and numbers, and the bank account that invoices are paid from.
pub fn add_for(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    company: &Company,
) -> Result<i64> {
    let record = Record {
        kind: if chance.percent(80) { "customer" } else { "supplier" },
        name: &company.name.full,
        siret: &company.siret,
        vat: &numbers::vat(&company.siren),
        email: &format!("compta@{}", company.name.domain),
        phone: &numbers::as_typed(&company.phone, chance.next()),
        commune: company.commune,
        objection: company.objection.clone(),
        known_for: company.known_for,
    };
    let id = write(sheet, office, chance, &record)?;
    let account = company.id as u64 * 2 + 1;
    add_bank_account(sheet, Owner::ThirdParty(id).cell(), &company.name.full, account)?;
    Ok(id)
}

/// Adds a third party that no company of the CRM is linked to: a private person who bought something once.
pub fn add_person(sheet: &mut Sheet<'_>, office: &Office, chance: &mut Chance) -> Result<()> {
    let id = sheet.next_id("third_party")?;
    let person = Person::draw(chance);
    let known_for = office.known_for(chance);
    let email = person.private_mail(id, chance);
    let phone = numbers::as_typed(&numbers::mobile(chance.below(1_000_000)), chance.next());
    let commune = draw_commune(chance);
    let record = Record {
        kind: "customer",
        name: &person.full_name(),
        siret: "",
        vat: "",
        email: &email,
        phone: &phone,
        commune,
        objection: Objection::draw(6, known_for, chance),
        known_for,
    };
    write(sheet, office, chance, &record)?;
    let owner = Owner::ThirdParty(id);
    let subject = Subject { owner, person: &person, email: &email, phone: &phone, commune, known_for };
    let (title, body) = contents::note(&subject, chance);
    let moment = sheet.days_ago(chance.between(1, known_for), chance.next());
    let cells = [owner.cell(), ("title", text(&title)), ("body", text(&body)), ("created_at", text(&moment))];
    sheet.add("note", &cells).map(|_| ())
}

fn write(sheet: &mut Sheet<'_>, office: &Office, chance: &mut Chance, record: &Record<'_>) -> Result<i64> {
    let code = format!("C{:06}", sheet.next_id("third_party")?);
    let street = draw_street(chance);
    let invoiced =
        if chance.percent(85) { sheet.day_ago(chance.between(1, record.known_for)) } else { String::new() };
    let balance = if chance.percent(30) { chance.between(-50_000, 2_000_000) } else { 0 };
    let objected_at = record.objection.moment(sheet);
    let (created, updated) = moments(sheet, chance, record.known_for);
    let cells = [
        ("erp_connection_id", number(office.erp_connection)),
        ("code", text(&code)),
        ("kind", text(record.kind)),
        ("name", text(record.name)),
        ("siret", maybe(record.siret)),
        ("vat_number", maybe(record.vat)),
        ("email", text(record.email)),
        ("phone", text(record.phone)),
        ("street", text(&street)),
        ("postcode", text(record.commune.postcode)),
        ("town", text(record.commune.name)),
        ("balance_cents", number(balance)),
        ("last_invoiced_on", maybe(&invoiced)),
        ("marketing_objection", flag(record.objection.objects)),
        ("objection_at", maybe(&objected_at)),
        ("objection_channel", maybe(record.objection.channel)),
        ("objection_origin", maybe(record.objection.origin)),
        ("created_at", text(&created)),
        ("updated_at", text(&updated)),
    ];
    sheet.add("third_party", &cells)
}

/// Adds a bank account. Each `account` has an IBAN of its own.
pub fn add_bank_account(
    sheet: &mut Sheet<'_>,
    owner: (&str, ValueRef<'_>),
    holder: &str,
    account: u64,
) -> Result<()> {
    let iban = numbers::iban(account);
    let cells =
        [owner, ("holder", text(holder)), ("iban", text(&iban)), ("bic", text(numbers::bic(account)))];
    sheet.add("bank_account", &cells).map(|_| ())
}
