//! Synthetic leads: some have become contacts, most have not yet.

use super::chance::Chance;
use super::company::moments;
use super::contact::Contact;
use super::dealings::{self, Owner, Subject};
use super::numbers;
use super::objection::Objection;
use super::office::Office;
use super::opportunity;
use super::people::{Person, draw_commune, draw_street};
use super::sheet::{Sheet, flag, maybe, maybe_number, text};
use crate::fault::Result;
use crate::words::{Commune, jobs};
use serde_json::json;

/// What a lead's row is made of.
struct Lead<'a> {
    person: &'a Person,
    company: &'a str,
    email: &'a str,
    phone: &'a str,
    commune: &'a Commune,
    known_for: i64,
    status: &'a str,
    converted: Option<i64>,
}

/// Adds a lead, with notes, communications, documents and at times an opportunity.
pub fn add(sheet: &mut Sheet<'_>, office: &Office) -> Result<()> {
    let id = sheet.next_id("lead")?;
    let chance = &mut Chance::of(office.seed, "lead", id as u64);
    let person = Person::draw(chance);
    let company = office.unknown_company_name(id as u64);
    let at_work = chance.percent(60);
    let email = if at_work {
        format!("{}@{}", person.mail_name(id as u64), company.domain)
    } else {
        person.private_mail(id, chance)
    };
    let phone = numbers::as_typed(&numbers::mobile(chance.below(1_000_000)), chance.next());
    let lead = Lead {
        person: &person,
        company: if at_work { &company.full } else { "" },
        email: &email,
        phone: &phone,
        commune: draw_commune(chance),
        known_for: office.known_for(chance),
        status: chance.pick(&["new", "new", "contacted", "contacted", "qualified", "lost"]),
        converted: None,
    };
    write(sheet, office, chance, &lead)?;
    add_dealings(sheet, office, chance, &lead, id)
}

/// Adds the lead that a contact was before: the same person, address and number.
pub fn add_converted(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    contact: &Contact,
    commune: &Commune,
) -> Result<()> {
    let lead = Lead {
        person: &contact.person,
        company: "",
        email: &contact.email,
        phone: &contact.phone,
        commune,
        known_for: contact.known_for + 30,
        status: "converted",
        converted: Some(contact.id),
    };
    write(sheet, office, chance, &lead).map(|_| ())
}

fn write(sheet: &mut Sheet<'_>, office: &Office, chance: &mut Chance, lead: &Lead<'_>) -> Result<i64> {
    let objection = Objection::draw(6, lead.known_for, chance);
    let objected_at = objection.moment(sheet);
    let street = if chance.percent(30) { draw_street(chance) } else { String::new() };
    let custom = custom(chance).to_string();
    let (created, updated) = moments(sheet, chance, lead.known_for);
    let cells = [
        ("civility", maybe(if chance.percent(80) { lead.person.civility() } else { "" })),
        ("given_name", text(lead.person.given)),
        ("family_name", text(lead.person.family)),
        ("company_name", maybe(lead.company)),
        ("job_title", maybe(if chance.percent(50) { chance.pick_common(jobs()) } else { "" })),
        ("email", text(lead.email)),
        ("phone", maybe(if chance.percent(80) { lead.phone } else { "" })),
        ("street", maybe(&street)),
        ("postcode", text(lead.commune.postcode)),
        ("town", text(lead.commune.name)),
        ("source", text(chance.pick(&["website", "website", "fair", "call", "referral", "purchase"]))),
        ("status", text(lead.status)),
        ("converted_contact_id", maybe_number(lead.converted)),
        ("assigned_to", maybe_number(office.some_colleague(chance).map(|colleague| colleague.id))),
        ("marketing_objection", flag(objection.objects)),
        ("objection_at", maybe(&objected_at)),
        ("objection_channel", maybe(objection.channel)),
        ("objection_origin", maybe(objection.origin)),
        ("custom", text(&custom)),
        ("created_at", text(&created)),
        ("updated_at", text(&updated)),
    ];
    sheet.add("lead", &cells)
}

fn custom(chance: &mut Chance) -> serde_json::Value {
    if chance.percent(60) {
        return json!({});
    }
    let address = format!("10.{}.{}.{}", chance.below(250), chance.below(250), 1 + chance.below(250));
    let campaign = chance.pick(&["printemps", "salon", "catalogue", "rentrée"]);
    json!({ "campaign": campaign, "ip": address, "page": "https://www.negoce-du-val-clair.test/devis" })
}

fn add_dealings(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    lead: &Lead<'_>,
    id: i64,
) -> Result<()> {
    let subject = Subject {
        owner: Owner::Lead(id),
        person: lead.person,
        email: lead.email,
        phone: lead.phone,
        commune: lead.commune,
        known_for: lead.known_for,
    };
    let deal = if chance.percent(10) {
        Some(opportunity::add(sheet, office, chance, &subject, None)?)
    } else {
        None
    };
    if chance.percent(60) {
        dealings::add_notes(sheet, office, chance, &subject)?;
    }
    dealings::add_communications(sheet, office, chance, &subject, deal)?;
    if chance.percent(5) {
        dealings::add_document(sheet, office, chance, &subject)?;
    }
    dealings::add_to_groups(sheet, office, chance, subject.owner)
}
