//! Who is excluded from marketing, how that is noted, and what is done about it. Knows no engine and no command.
//!
//! Objections stand where the map says that the CRM notes them, and in the [`Register`] of the state folder as far as
//! the CRM has no place for them: nothing that was said is lost.
//!
//! * [`Excluded`] says who of a kind is excluded, and why: by an objection of their own, by their company's, by that of
//!   the third party that they are linked to. A list asks it row by row.
//! * [`Plan`] is one act: an objection noted, or taken back, for a relation and for a company's contacts. It is planned on
//!   a snapshot, shown, planned again inside the transaction, compared, and applied there.
//! * [`preference`] is what users want their lists to show.
//! * [`Reach`] finds the addresses and numbers of relations; [`mailing`] takes a mailing list through without those who
//!   are [`Blocked`].

mod adding;
mod apply;
mod blocked;
mod carry;
mod contacts;
mod excluded;
pub mod mailing;
mod places;
mod plan;
pub mod preference;
mod reach;
mod register;
mod removal;
mod tied;

pub use apply::{Applied, apply};
pub use blocked::Blocked;
pub use carry::carry;
pub use excluded::{Because, Excluded, Standing};
pub use places::withdrawn;
pub use plan::{Contacts, Person, Plan, Wish};
pub use reach::Reach;
pub use register::Register;

use crate::schema::Medium;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is known of an objection besides that there is one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// When it was made: UTC, to the second, in ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How it was made, in a word of [`crate::schema::CHANNELS`]; what a CRM writes itself is shown as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Who made it, in a word of [`crate::schema::MAKERS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl Details {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.at.is_none() && self.channel.is_none() && self.origin.is_none()
    }

    /// What is known here, and what only another place knows.
    fn or(self, other: &Details) -> Details {
        Details {
            at: self.at.or_else(|| other.at.clone()),
            channel: self.channel.or_else(|| other.channel.clone()),
            origin: self.origin.or_else(|| other.origin.clone()),
        }
    }
}

/// An objection: to all marketing, or to some ways of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objecting {
    /// To all of it.
    pub all: bool,
    /// To these ways of it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub only: BTreeSet<Medium>,
    /// What else is known.
    #[serde(default, flatten)]
    pub details: Details,
}

impl Objecting {
    /// Whether it is an objection to anything.
    pub fn is_any(&self) -> bool {
        self.all || !self.only.is_empty()
    }

    /// Whether it forbids a way of marketing. Text messages go to telephones.
    pub fn forbids(&self, medium: Medium) -> bool {
        self.all || self.only.contains(&medium)
    }

    fn covers(&self, medium: Option<Medium>) -> bool {
        medium.map_or(self.all, |medium| self.forbids(medium))
    }

    fn add(&mut self, medium: Option<Medium>) {
        match medium {
            None => self.all = true,
            Some(medium) => {
                self.only.insert(medium);
            }
        }
    }
}
