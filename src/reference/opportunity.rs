//! Synthetic opportunities, with what they were before.

use super::chance::Chance;
use super::dealings::{Owner, Subject};
use super::office::Office;
use super::sheet::{Sheet, maybe_number, number, text};
use crate::fault::Result;
use crate::words::company_trades;

/// The usual way of an opportunity, and how likely it is at each stage.
const WAY: [(&str, i64); 3] = [("discovery", 20), ("proposal", 50), ("negotiation", 75)];

/// Adds an opportunity and the stages it went through. `main_contact` is whom to speak to where a company is the
/// customer.
pub fn add(
    sheet: &mut Sheet<'_>,
    office: &Office,
    chance: &mut Chance,
    subject: &Subject<'_>,
    main_contact: Option<i64>,
) -> Result<i64> {
    let trade = chance.pick(company_trades()).to_lowercase();
    let title = if matches!(subject.owner, Owner::Company(_)) {
        format!("Projet {trade} {}", sheet.year())
    } else {
        format!("Projet {trade} - {}", subject.person.full_name())
    };
    let stages = chance.below(4) as usize;
    let (stage, probability) = match WAY.get(stages) {
        Some(step) => *step,
        None => chance.pick(&[("won", 100), ("lost", 0)]),
    };
    let amount = chance.between(8, 900) * 5_000;
    let step = (subject.known_for / 5).clamp(1, 60);
    let since = |stage: usize| step * (stages - stage + 1) as i64;
    let expected = sheet.day_ago(chance.between(-120, step));
    let created = sheet.days_ago(since(0), 30);
    let id = sheet.add(
        "opportunity",
        &[
            subject.owner.cell(),
            ("main_contact_id", maybe_number(main_contact)),
            ("assigned_to", maybe_number(office.some_colleague(chance).map(|colleague| colleague.id))),
            ("title", text(&title)),
            ("stage", text(stage)),
            ("amount_cents", number(amount)),
            ("probability", number(probability)),
            ("expected_on", text(&expected)),
            ("created_at", text(&created)),
            ("updated_at", text(&sheet.days_ago(since(stages), 30))),
        ],
    )?;
    for (past, (stage, probability)) in WAY.iter().take(stages).enumerate() {
        let until = sheet.days_ago(since(past), 30);
        let cells = [
            ("opportunity_id", number(id)),
            ("title", text(&title)),
            ("stage", text(stage)),
            ("amount_cents", number(amount - amount / 10 * (stages - past) as i64 / 2)),
            ("currency", text("EUR")),
            ("probability", number(*probability)),
            ("expected_on", text(&expected)),
            ("updated_at", text(&until)),
        ];
        sheet.add("opportunity_history", &cells)?;
    }
    Ok(id)
}
