//! Synthetic opportunities, with what they were before.

use super::chance::Chance;
use super::dealings::{Owner, Subject};
use super::office::Office;
use super::sheet::{Sheet, maybe_number, number, text};
use crate::fault::Result;
use crate::words::company_trades;

/// The usual way of an opportunity, and how likely it is at each stage.
const WAY: [(&str, i64); 3] = [("discovery", 20), ("proposal", 50), ("negotiation", 75)];

/// An opportunity on its way into the database.
struct Deal {
    title: String,
    amount: i64,
    expected: String,
    /// How many stages are behind it.
    stages: usize,
    /// How many days each of them took.
    step: i64,
}

impl Deal {
    /// The moment at which a stage was reached: the first was the longest ago.
    fn reached(&self, stage: usize, sheet: &Sheet<'_>) -> String {
        sheet.days_ago(self.step * (self.stages - stage + 1) as i64, 30)
    }
}

/// Adds an opportunity and the stages it went through. `main_contact` is whom to speak to where a company is the
/// customer.
pub fn add(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    subject: &Subject<'_>,
    main_contact: Option<i64>,
) -> Result<i64> {
    let deal = draw(sheet, chance, subject);
    let (stage, probability) = match WAY.get(deal.stages) {
        Some(step) => *step,
        None => chance.pick(&[("won", 100), ("lost", 0)]),
    };
    let (created, updated) = (deal.reached(0, sheet), deal.reached(deal.stages, sheet));
    let cells = [
        subject.owner.cell(),
        ("main_contact_id", maybe_number(main_contact)),
        ("assigned_to", maybe_number(office.some_colleague(chance).map(|colleague| colleague.id))),
        ("title", text(&deal.title)),
        ("stage", text(stage)),
        ("amount_cents", number(deal.amount)),
        ("probability", number(probability)),
        ("expected_on", text(&deal.expected)),
        ("created_at", text(&created)),
        ("updated_at", text(&updated)),
    ];
    let id = sheet.add("opportunity", &cells)?;
    add_history(sheet, &deal, id)?;
    Ok(id)
}

fn draw(sheet: &Sheet<'_>, chance: &mut Chance, subject: &Subject<'_>) -> Deal {
    let trade = chance.pick(company_trades()).to_lowercase();
    let title = if matches!(subject.owner, Owner::Company(_)) {
        format!("Projet {trade} {}", sheet.year())
    } else {
        format!("Projet {trade} - {}", subject.person.full_name())
    };
    let step = (subject.known_for / 5).clamp(1, 60);
    Deal {
        title,
        amount: chance.between(8, 900) * 5_000,
        expected: sheet.day_ago(chance.between(-120, step)),
        stages: chance.below(4) as usize,
        step,
    }
}

/// The stages that are over, as the schema's trigger would have noted them; the amount grew on the way.
fn add_history(sheet: &mut Sheet<'_>, deal: &Deal, opportunity: i64) -> Result<()> {
    for (past, (stage, probability)) in WAY.iter().take(deal.stages).enumerate() {
        let reached = deal.reached(past, sheet);
        let missing = deal.amount / 20 * (deal.stages - past) as i64;
        let cells = [
            ("opportunity_id", number(opportunity)),
            ("title", text(&deal.title)),
            ("stage", text(stage)),
            ("amount_cents", number(deal.amount - missing)),
            ("currency", text("EUR")),
            ("probability", number(*probability)),
            ("expected_on", text(&deal.expected)),
            ("updated_at", text(&reached)),
        ];
        sheet.add("opportunity_history", &cells)?;
    }
    Ok(())
}
