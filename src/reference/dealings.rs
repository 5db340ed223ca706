//! What is done with a relation: notes, communications, opportunities, documents and groups, row by row.

use super::chance::Chance;
use super::office::Office;
use super::people::Person;
use super::sheet::{Sheet, flag, maybe, maybe_number, number, text};
use super::{contents, papers};
use crate::fault::Result;
use crate::store::ValueRef;
use crate::words::Commune;

/// Whose row it is.
#[derive(Debug, Clone, Copy)]
pub enum Owner {
    /// A company's, by number.
    Company(i64),
    /// A contact's.
    Contact(i64),
    /// A lead's.
    Lead(i64),
    /// A third party's.
    ThirdParty(i64),
}

impl Owner {
    /// The cell that says so.
    pub fn cell(self) -> (&'static str, ValueRef<'static>) {
        match self {
            Owner::Company(id) => ("company_id", number(id)),
            Owner::Contact(id) => ("contact_id", number(id)),
            Owner::Lead(id) => ("lead_id", number(id)),
            Owner::ThirdParty(id) => ("third_party_id", number(id)),
        }
    }
}

/// Whom all of it is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Whose rows they are.
    pub owner: Owner,
    /// The person that the texts quote.
    pub person: &'a Person,
    /// An address of that person.
    pub email: &'a str,
    /// A number of that person, as it is typed.
    pub phone: &'a str,
    /// Where the person is.
    pub commune: &'a Commune,
    /// How many days the CRM has known the person.
    pub known_for: i64,
}

impl Subject<'_> {
    /// Some day since the CRM has known the person.
    fn some_day(&self, chance: &mut Chance) -> i64 {
        chance.between(1, self.known_for.max(1))
    }
}

/// Adds about one note; one note in two hundred and fifty is a trap.
pub fn add_notes(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    subject: &Subject<'_>,
) -> Result<()> {
    for _ in 0..chance.pick(&[0, 0, 0, 1, 1, 1, 1, 2, 2, 3]) {
        let (title, body) = if chance.below(250) == 0 {
            contents::trap(subject, &sheet.day_ago(subject.person.born_days_ago), chance)
        } else {
            contents::note(subject, chance)
        };
        let moment = sheet.days_ago(subject.some_day(chance), chance.next());
        let author = office.some_colleague(chance).map(|colleague| colleague.id);
        let cells = [
            subject.owner.cell(),
            ("title", text(&title)),
            ("body", text(&body)),
            ("created_by", maybe_number(author)),
            ("created_at", text(&moment)),
        ];
        sheet.add("note", &cells)?;
    }
    Ok(())
}

/// Adds up to four mails, calls and meetings, some of them about an opportunity.
pub fn add_communications(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    subject: &Subject<'_>,
    opportunity: Option<i64>,
) -> Result<()> {
    for _ in 0..chance.pick(&[0, 0, 1, 1, 1, 2, 2, 2, 3, 4]) {
        let about = opportunity.filter(|_| chance.percent(40));
        add_communication(sheet, office, chance, subject, about)?;
    }
    Ok(())
}

fn add_communication(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    subject: &Subject<'_>,
    opportunity: Option<i64>,
) -> Result<()> {
    let kind = chance.pick(&["mail", "mail", "mail", "call", "call", "meeting"]);
    let inbound = chance.percent(45);
    let colleague = office.some_colleague(chance);
    let name = colleague.map_or("Le service commercial", |colleague| colleague.name.as_str());
    let (counterpart, (title, body)) = match kind {
        "mail" => (subject.email, contents::mail(subject, name, inbound, chance)),
        "call" => (subject.phone, contents::call(subject, inbound, chance)),
        _ => (subject.commune.name, contents::meeting(subject, name, chance)),
    };
    let copied = format!("contact@negoce-du-val-clair.test, {}", subject.email);
    let duration = (kind != "mail").then(|| chance.between(2, 90));
    let moment = sheet.days_ago(subject.some_day(chance), chance.next());
    let cells = [
        subject.owner.cell(),
        ("opportunity_id", maybe_number(opportunity)),
        ("user_id", maybe_number(colleague.map(|colleague| colleague.id))),
        ("kind", text(kind)),
        ("inbound", flag(inbound)),
        ("counterpart", text(counterpart)),
        ("copied_to", maybe(if kind == "mail" && chance.percent(10) { &copied } else { "" })),
        ("subject", text(&title)),
        ("body", text(&body)),
        ("duration_minutes", maybe_number(duration)),
        ("happened_at", text(&moment)),
    ];
    let id = sheet.add("communication", &cells)?;
    if kind == "mail" && inbound && chance.percent(5) {
        add_paper(sheet, office, chance, subject, ("communication_id", number(id)))?;
    }
    Ok(())
}

/// Adds a document.
pub fn add_document(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    subject: &Subject<'_>,
) -> Result<()> {
    add_paper(sheet, office, chance, subject, subject.owner.cell())
}

fn add_paper(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    subject: &Subject<'_>,
    owner: (&str, ValueRef<'_>),
) -> Result<()> {
    let days = subject.some_day(chance);
    let (name, media_type, content) = papers::paper(subject, &sheet.day_ago(days), chance);
    let moment = sheet.days_ago(days, chance.next());
    let description = format!("Reçu de {}", subject.person.formal_name());
    let author = office.some_colleague(chance).map(|colleague| colleague.id);
    let cells = [
        owner,
        ("name", text(&name)),
        ("media_type", text(media_type)),
        ("description", maybe(if chance.percent(50) { &description } else { "" })),
        ("created_by", maybe_number(author)),
        ("created_at", text(&moment)),
        ("content", ValueRef::Blob(&content)),
    ];
    sheet.add("document", &cells).map(|_| ())
}

/// Puts the relation into up to two groups.
pub fn add_to_groups(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    owner: Owner,
) -> Result<()> {
    let first = chance.below(office.groups.len() as u64) as usize;
    for step in 0..chance.pick(&[0, 0, 1, 1, 2]) {
        let group = office.groups[(first + step) % office.groups.len()];
        sheet.add("relation_group_member", &[("group_id", number(group)), owner.cell()])?;
    }
    Ok(())
}
