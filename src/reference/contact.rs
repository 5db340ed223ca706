//! Synthetic contacts, with the addresses and numbers by which they are reached.

use super::chance::Chance;
use super::dealings::{self, Owner, Subject};
use super::objection::Objection;
use super::office::Office;
use super::people::Person;
use super::sheet::{Sheet, flag, maybe, maybe_number, text};
use super::{lead, numbers, opportunity, ways};
use crate::fault::Result;
use crate::words::{Commune, jobs};
use serde_json::{Value, json};

/// A contact that has been written.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its number.
    pub id: i64,
    /// Who it is.
    pub person: Person,
    /// The main address.
    pub email: String,
    /// The main number, as it was typed.
    pub phone: String,
    /// How many days the CRM has known the contact.
    pub known_for: i64,
}

/// The people among whom a contact is added: those of a company, or nobody in particular.
pub struct Circle<'a> {
    /// The company's number.
    pub company: Option<i64>,
    /// Its domain; private persons have none.
    pub domain: Option<&'a str>,
    /// How it makes addresses of names.
    pub manner: u64,
    /// Where they live or work.
    pub commune: &'a Commune,
    /// The company's objection, which holds for its people.
    pub objection: Objection,
    /// What stands before the @ already.
    pub taken: Vec<String>,
}

impl Circle<'_> {
    /// An address that nobody has: private ones have a number in them, and the company's own are remembered here.
    fn mail(&mut self, person: &Person, id: i64, chance: &mut Chance) -> String {
        let Some(domain) = self.domain else { return person.private_mail(id, chance) };
        let name = person.mail_name(self.manner);
        let mut wanted = name.clone();
        let mut again = 1;
        while self.taken.contains(&wanted) {
            again += 1;
            wanted = format!("{name}{again}");
        }
        self.taken.push(wanted.clone());
        format!("{wanted}@{domain}")
    }

    /// The objection of a new contact: the company's, unless the contact came later; else sometimes one's own.
    fn objection(&self, known_for: i64, chance: &mut Chance) -> Objection {
        if self.objection.objects && !chance.percent(10) {
            return self.objection.by_the_company();
        }
        Objection::draw(6, known_for, chance)
    }
}

/// Adds a contact with everything attached. One that doubles `duplicate_of` is the same person, merged into it.
pub fn add(
    sheet: &mut Sheet<'_>,
    office: &Office,
    circle: &mut Circle<'_>,
    duplicate_of: Option<&Contact>,
) -> Result<Contact> {
    let id = sheet.next_id("contact")?;
    let chance = &mut Chance::of(office.seed, "contact", id as u64);
    let person = duplicate_of.map_or_else(|| Person::draw(chance), |original| original.person.clone());
    let known_for = office.known_for(chance);
    let (six, _) = office.telephones.at(id as u64);
    let national =
        if chance.percent(80) { numbers::mobile(six) } else { numbers::landline(circle.commune, six) };
    let contact = Contact {
        id,
        email: circle.mail(&person, id, chance),
        phone: numbers::as_typed(&national, chance.next()),
        person,
        known_for,
    };
    write(sheet, office, chance, circle, &contact, duplicate_of)?;
    ways::add_for_contact(sheet, chance, circle, &contact, &national)?;
    add_dealings(sheet, office, chance, circle, &contact)?;
    Ok(contact)
}

fn write(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    circle: &Circle<'_>,
    contact: &Contact,
    duplicate_of: Option<&Contact>,
) -> Result<()> {
    let person = &contact.person;
    let birth_date = if chance.percent(60) { sheet.day_ago(person.born_days_ago) } else { String::new() };
    let job = if circle.company.is_some() && chance.percent(85) { chance.pick_common(jobs()) } else { "" };
    let objection = circle.objection(contact.known_for, chance);
    let objected_at = objection.moment(sheet);
    let custom = custom(contact, chance).to_string();
    let created = sheet.days_ago(contact.known_for, chance.next());
    let updated = sheet.days_ago(chance.between(1, contact.known_for), chance.next());
    let assigned = office.some_colleague(chance).map(|colleague| colleague.id);
    let cells = [
        ("company_id", maybe_number(circle.company)),
        ("civility", maybe(if chance.percent(93) { person.civility() } else { "" })),
        ("given_name", text(person.given)),
        ("family_name", text(person.family)),
        ("birth_date", maybe(&birth_date)),
        ("job_title", maybe(job)),
        ("assigned_to", maybe_number(assigned)),
        ("merged_into", maybe_number(duplicate_of.map(|original| original.id))),
        ("marketing_objection", flag(objection.objects)),
        ("objection_at", maybe(&objected_at)),
        ("objection_channel", maybe(objection.channel)),
        ("objection_origin", maybe(objection.origin)),
        ("custom", text(&custom)),
        ("created_at", text(&created)),
        ("updated_at", text(created.as_str().max(&updated))),
    ];
    sheet.add("contact", &cells).map(|_| ())
}

/// The office's own fields: some harmless, some about other people.
fn custom(contact: &Contact, chance: &mut Chance) -> Value {
    let mut custom = serde_json::Map::new();
    if chance.percent(40) {
        custom.insert("newsletter".to_owned(), json!(chance.pick(&["weekly", "monthly", "never"])));
    }
    if chance.percent(15) {
        let page = contact.email.split('@').next().unwrap_or_default();
        custom.insert("profile".to_owned(), json!(format!("https://reseau.test/in/{page}")));
    }
    if chance.percent(6) {
        let assistant = Person::draw(chance);
        let phone = numbers::as_typed(&numbers::mobile(chance.below(1_000_000)), chance.next());
        custom.insert("assistant".to_owned(), json!({ "name": assistant.full_name(), "phone": phone }));
    }
    if chance.percent(10) {
        custom.insert(
            "interests".to_owned(),
            json!([chance.pick(&["golf", "voile", "jardinage", "randonnée"])]),
        );
    }
    Value::Object(custom)
}

fn add_dealings(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    circle: &Circle<'_>,
    contact: &Contact,
) -> Result<()> {
    let subject = Subject {
        owner: Owner::Contact(contact.id),
        person: &contact.person,
        email: &contact.email,
        phone: &contact.phone,
        commune: circle.commune,
        known_for: contact.known_for,
    };
    let sells = circle.company.is_none() && chance.percent(20);
    let deal = if sells { Some(opportunity::add(sheet, office, chance, &subject, None)?) } else { None };
    dealings::add_notes(sheet, office, chance, &subject)?;
    dealings::add_communications(sheet, office, chance, &subject, deal)?;
    if chance.percent(25) {
        dealings::add_document(sheet, office, chance, &subject)?;
    }
    dealings::add_to_groups(sheet, office, chance, subject.owner)?;
    if chance.percent(4) {
        lead::add_converted(sheet, office, chance, contact, circle.commune)?;
    }
    Ok(())
}
