//! The CRM's own side of the demo: its settings, groups, ERP connection, and what is given out only once.

use super::accounts::{self, Colleague};
use super::chance::{Chance, Shuffle};
use super::numbers;
use super::people::slug;
use super::sheet::{Sheet, flag, number, text};
use crate::fault::Result;
use crate::store::ValueRef;
use crate::words::{company_stems, company_trades, family_names};
use std::collections::BTreeSet;

/// What every synthetic relation refers to.
pub struct Office {
    /// The seed everything is drawn from.
    pub seed: u64,
    /// Those who look after the relations.
    pub colleagues: Vec<Colleague>,
    /// The groups that relations are put into.
    pub groups: Vec<i64>,
    /// The connection to the ERP.
    pub erp_connection: i64,
    /// Six last digits of telephone numbers.
    pub telephones: Shuffle,
    sirens: Shuffle,
    trades: Vec<&'static str>,
    stems: Vec<&'static str>,
    names: Shuffle,
}

/// What a company is called.
pub struct CompanyName {
    /// Its name, without the legal form.
    pub full: String,
    /// Its trade, which is in the name.
    pub trade: &'static str,
    /// Its mail and web domain.
    pub domain: String,
}

/// What the synthetic organisation is called.
pub const ORGANISATION: &str = "Négoce du Val Clair";

/// Settings of the office. The password is as synthetic as the rest, and has to disappear from an archive.
const SETTINGS: [(&str, &str); 6] = [
    ("organisation.name", ORGANISATION),
    ("mail.enabled", "1"),
    ("mail.host", "smtp.negoce-du-val-clair.test"),
    ("mail.user", "robot@negoce-du-val-clair.test"),
    ("mail.sender", "contact@negoce-du-val-clair.test"),
    ("mail.password", "Ble-Noir-42-Courlis"),
];

const GROUPS: [(&str, &str); 8] = [
    ("Lettre mensuelle", "Abonnés à la lettre d'information"),
    ("Salon de printemps", "Rencontrés sur le stand"),
    ("Clients fidèles", "Plus de trois commandes par an"),
    ("Tournée Nord", "À visiter pendant la tournée Nord"),
    ("Tournée Sud", "À visiter pendant la tournée Sud"),
    ("Vœux", "Reçoivent la carte de vœux"),
    ("À relancer", "Sans nouvelles depuis six mois"),
    ("Journée portes ouvertes", "Invités à la journée portes ouvertes"),
];

impl Office {
    /// Writes the office's own rows; there are more users where there are more contacts.
    pub fn open(sheet: &mut Sheet<'_>, contacts: u64, seed: u64) -> Result<Self> {
        for (name, value) in SETTINGS {
            sheet.put("setting", &[("name", text(name)), ("value", text(value))])?;
        }
        let colleagues = accounts::add_all(sheet, contacts, seed)?;
        let erp_connection = connect_erp(sheet)?;
        let groups = add_groups(sheet, &colleagues)?;
        let mut chance = Chance::of(seed, "office", 0);
        let (trades, stems) = vocabulary();
        let names = Shuffle::new((trades.len() * stems.len()) as u64, &mut chance);
        let telephones = Shuffle::new(1_000_000, &mut chance);
        let sirens = Shuffle::new(1_000_000, &mut chance);
        Ok(Office { seed, colleagues, groups, erp_connection, telephones, sirens, trades, stems, names })
    }

    /// One of those who look after the relations.
    pub fn some_colleague(&self, chance: &mut Chance) -> Option<&Colleague> {
        let count = self.colleagues.len() as u64;
        self.colleagues.get(chance.below(count) as usize)
    }

    /// For how many days a relation has been known: a month to seven years, the recent ones more often.
    pub fn known_for(&self, chance: &mut Chance) -> i64 {
        chance.between(30, 2_550).min(chance.between(30, 2_550))
    }

    /// The SIREN of the `index`th company.
    pub fn siren(&self, index: u64) -> String {
        let (number, round) = self.sirens.at(index);
        numbers::siren(round * 1_000_000 + number)
    }

    /// What the `index`th company is called. No two have the same domain.
    pub fn company_name(&self, index: u64) -> CompanyName {
        let (place, round) = self.names.at(index);
        let (trade, stem) = (place as usize % self.trades.len(), place as usize / self.trades.len());
        let (trade, stem) = (self.trades[trade], self.stems[stem]);
        let again = if round == 0 { String::new() } else { format!("-{}", round + 1) };
        let domain = format!("{}-{}{again}.test", slug(trade), slug(stem));
        CompanyName { full: format!("{trade} {stem}{}", again.replace('-', " ")), trade, domain }
    }

    /// What a company is called that is not among those of the CRM, unless they are very many: names are
    /// given out from the other end.
    pub fn unknown_company_name(&self, index: u64) -> CompanyName {
        let all = (self.trades.len() * self.stems.len()) as u64;
        self.company_name(all - 1 - index % all)
    }
}

/// Trades and stems, each with a slug of its own; many small companies bear their founder's name.
fn vocabulary() -> (Vec<&'static str>, Vec<&'static str>) {
    let once = |words: Vec<&'static str>| {
        let mut seen = BTreeSet::new();
        words.into_iter().filter(|word| seen.insert(slug(word)) && !slug(word).is_empty()).collect()
    };
    let founders = family_names().iter().step_by(5);
    (once(company_trades().to_vec()), once(company_stems().iter().chain(founders).copied().collect()))
}

/// The connection as it was set up years ago: with a user's login and password. `erp connect` gives it a key.
fn connect_erp(sheet: &mut Sheet<'_>) -> Result<i64> {
    sheet.add(
        "erp_connection",
        &[
            ("name", text("Gestion")),
            ("url", text("https://erp.negoce-du-val-clair.test/api")),
            ("login", text("liaison.crm")),
            ("password", text("Chene-Rouge-31-Bruyere")),
            ("enabled", flag(true)),
            ("synced_at", text(&sheet.seconds_ago(3_600))),
            ("created_at", text(&sheet.days_ago(900, 0))),
        ],
    )
}

fn add_groups(sheet: &mut Sheet<'_>, colleagues: &[Colleague]) -> Result<Vec<i64>> {
    let mut groups = Vec::new();
    for (index, (name, description)) in GROUPS.into_iter().enumerate() {
        let author = colleagues.get(index % colleagues.len().max(1)).map(|colleague| number(colleague.id));
        groups.push(sheet.add(
            "relation_group",
            &[
                ("name", text(name)),
                ("description", text(description)),
                ("created_by", author.unwrap_or(ValueRef::Null)),
                ("created_at", text(&sheet.days_ago(700 - 20 * index as i64, 45))),
            ],
        )?);
    }
    Ok(groups)
}
