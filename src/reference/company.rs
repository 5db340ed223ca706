//! Synthetic companies: their numbers, their third party in the ERP, their people.

use super::chance::Chance;
use super::contact::{self, Circle, Contact};
use super::dealings::{self, Owner, Subject};
use super::objection::Objection;
use super::office::{CompanyName, Office};
use super::people::{Person, draw_commune};
use super::sheet::{Sheet, flag, maybe, maybe_number, number, text};
use super::{numbers, opportunity, third_party, ways};
use crate::fault::Result;
use crate::words::{Commune, legal_forms};
use serde_json::json;

/// A company on its way into the database.
pub struct Company {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub name: CompanyName,
    /// Its SIREN.
    pub siren: String,
    /// Its SIRET.
    pub siret: String,
    /// Where it is.
    pub commune: &'static Commune,
    /// Its switchboard, national and without blanks.
    pub phone: String,
    /// Its objection to marketing.
    pub objection: Objection,
    /// How many days the CRM has known it.
    pub known_for: i64,
}

/// Adds a company and so many contacts, one at least, with everything attached.
pub fn add(sheet: &mut Sheet<'_>, office: &Office, staff: u64) -> Result<()> {
    let id = sheet.next_id("company")?;
    let chance = &mut Chance::of(office.seed, "company", id as u64);
    let company = draw(office, chance, id);
    let linked = chance.percent(30);
    let third_party =
        if linked { Some(third_party::add_for(sheet, office, chance, &company)?) } else { None };
    write(sheet, office, chance, &company, third_party)?;
    add_ways(sheet, chance, &company)?;
    let main = add_people(sheet, office, chance, &company, staff)?;
    add_dealings(sheet, office, chance, &company, &main)
}

fn draw(office: &Office, chance: &mut Chance, id: i64) -> Company {
    let siren = office.siren(id as u64 - 1);
    let commune = draw_commune(chance);
    let known_for = office.known_for(chance);
    Company {
        id,
        name: office.company_name(id as u64 - 1),
        siret: numbers::siret(&siren, 1 + chance.below(9)),
        siren,
        commune,
        phone: numbers::landline(commune, chance.below(1_000_000)),
        objection: Objection::draw(3, known_for, chance),
        known_for,
    }
}

fn write(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    company: &Company,
    third_party: Option<i64>,
) -> Result<()> {
    let headcount = chance.between(1, 40) * chance.between(1, 12);
    let turnover = headcount * chance.between(4_000_000, 20_000_000);
    // Parents are older than their children, so there is no circle.
    let parent = (company.id > 1 && chance.percent(10)).then(|| chance.between(1, company.id - 1));
    let vat = numbers::vat(&company.siren);
    let website = format!("https://www.{}", company.name.domain);
    let custom = custom(company, chance).to_string();
    let objected_at = company.objection.moment(sheet);
    let (created, updated) = moments(sheet, chance, company.known_for);
    let cells = [
        ("name", text(&company.name.full)),
        ("legal_form", text(chance.pick_early(legal_forms()))),
        ("siret", text(&company.siret)),
        ("vat_number", text(&vat)),
        ("trade", text(company.name.trade)),
        ("website", maybe(if chance.percent(80) { &website } else { "" })),
        ("headcount", number(headcount)),
        ("turnover_cents", maybe_number(chance.percent(70).then_some(turnover))),
        ("parent_id", maybe_number(parent)),
        ("third_party_id", maybe_number(third_party)),
        ("assigned_to", maybe_number(office.some_colleague(chance).map(|colleague| colleague.id))),
        ("marketing_objection", flag(company.objection.objects)),
        ("objection_at", maybe(&objected_at)),
        ("objection_channel", maybe(company.objection.channel)),
        ("objection_origin", maybe(company.objection.origin)),
        ("custom", text(&custom)),
        ("created_at", text(&created)),
        ("updated_at", text(&updated)),
    ];
    sheet.add("company", &cells).map(|_| ())
}

/// When a row was made and last changed.
pub fn moments(sheet: &Sheet<'_>, chance: &mut Chance, known_for: i64) -> (String, String) {
    let created = sheet.days_ago(known_for, chance.next());
    let updated = sheet.days_ago(chance.between(1, known_for), chance.next());
    let updated = updated.max(created.clone());
    (created, updated)
}

fn custom(company: &Company, chance: &mut Chance) -> serde_json::Value {
    let activity = format!("{}{}", chance.between(1_011, 9_609), chance.pick(&["A", "B", "Z"]));
    if !chance.percent(8) {
        return json!({ "activity_code": activity });
    }
    let purchaser = Person::draw(chance);
    let address = format!("{}@{}", purchaser.mail_name(2), company.name.domain);
    let towns: Vec<_> = (0..2).map(|_| json!({ "town": draw_commune(chance).name })).collect();
    let purchaser = json!({ "name": purchaser.full_name(), "email": address });
    json!({ "activity_code": activity, "purchaser": purchaser, "sites": towns })
}

fn add_ways(sheet: &mut Sheet<'_>, chance: &mut Chance, company: &Company) -> Result<()> {
    let owner = Owner::Company(company.id).cell();
    let address = format!("contact@{}", company.name.domain);
    sheet.add("email", &[owner, ("kind", text("work")), ("address", text(&address))])?;
    ways::add_phone(sheet, owner, &company.phone, &numbers::as_typed(&company.phone, chance.next()))?;
    ways::add_address(sheet, chance, owner, "main", company.commune)?;
    if chance.percent(20) {
        let elsewhere = draw_commune(chance);
        ways::add_address(sheet, chance, owner, "delivery", elsewhere)?;
    }
    if chance.percent(60) {
        let account = company.id as u64 * 2;
        third_party::add_bank_account(sheet, owner, &company.name.full, account)?;
    }
    Ok(())
}

/// The staff; now and then somebody is there twice.
fn add_people(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    company: &Company,
    staff: u64,
) -> Result<Contact> {
    let mut circle = Circle {
        company: Some(company.id),
        domain: Some(&company.name.domain),
        manner: chance.next(),
        commune: company.commune,
        objection: company.objection.clone(),
        taken: vec!["contact".to_owned()],
    };
    let first = contact::add(sheet, office, &mut circle, None)?;
    for _ in 1..staff {
        let original = chance.percent(2).then_some(&first);
        contact::add(sheet, office, &mut circle, original)?;
    }
    Ok(first)
}

fn add_dealings(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    company: &Company,
    main: &Contact,
) -> Result<()> {
    let subject = Subject {
        owner: Owner::Company(company.id),
        person: &main.person,
        email: &main.email,
        phone: &main.phone,
        commune: company.commune,
        known_for: company.known_for,
    };
    let deal = if chance.percent(45) {
        Some(opportunity::add(sheet, office, chance, &subject, Some(main.id))?)
    } else {
        None
    };
    if chance.percent(40) {
        dealings::add_notes(sheet, office, chance, &subject)?;
    }
    if chance.percent(30) {
        dealings::add_communications(sheet, office, chance, &subject, deal)?;
    }
    if chance.percent(10) {
        dealings::add_document(sheet, office, chance, &subject)?;
    }
    if chance.percent(20) {
        dealings::add_to_groups(sheet, office, chance, subject.owner)?;
    }
    Ok(())
}
