//! What must not come back from the ERP: third parties that were erased in the CRM, and old rows of whoever was.

use crate::accounts::flag;
use crate::erasure::Memory;
use crate::erp::{Access, Details, Erp, Held, Party, Seen};
use crate::fault::Result;
use crate::schema::Medium;
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};

/// So many third parties are asked about at once.
const CHUNK: usize = 500;

/// Which third parties that the CRM has not are those of somebody who was erased there.
///
/// # Errors
/// When the ERP cannot be read.
pub fn held(
    parties: &[Party],
    seen: &[Seen],
    memory: Option<&Memory>,
    (erp, access): (&mut dyn Erp, &Access),
    today: Date,
) -> Result<HashMap<String, Held>> {
    let mut held = HashMap::new();
    let Some(memory) = memory else { return Ok(held) };
    let here: HashSet<&str> = seen.iter().map(|seen| seen.code.as_str()).collect();
    let (mut asked, mut made) = (Vec::new(), HashMap::new());
    for party in parties.iter().filter(|party| !party.erased && !here.contains(party.code.as_str())) {
        if memory.has_erased_code(&party.code) {
            held.insert(party.code.clone(), Held::Itself);
        } else {
            asked.push(party.code.clone());
            made.insert(party.code.as_str(), party.created_at.and_then(day_of));
        }
    }
    let words = ["siret", "email", "phone"].map(str::to_owned);
    for chunk in asked.chunks(CHUNK) {
        for (code, details) in erp.details(access, chunk, &words)? {
            let Some(day) = erased_on(memory, &details, today) else { continue };
            // A row that was made later is of somebody who has come again.
            if made.get(code.as_str()).copied().flatten().is_none_or(|made| made <= day) {
                held.insert(code, Held::Person);
            }
        }
    }
    Ok(held)
}

fn day_of(moment: jiff::Timestamp) -> Option<Date> {
    moment.strftime("%Y-%m-%d").to_string().parse().ok()
}

/// The last day on which somebody was erased who is known by one of these.
fn erased_on(memory: &Memory, details: &Details, today: Date) -> Option<Date> {
    let day = |(word, value): &(String, crate::store::Value)| {
        let text = flag::text(value.borrow())?;
        match word.as_str() {
            "email" => memory.erased_on(Medium::Email, &text, today),
            "phone" => memory.erased_on(Medium::Phone, &text, today),
            _ => memory.siret_erased_on(&text),
        }
    };
    details.iter().filter_map(day).max()
}
