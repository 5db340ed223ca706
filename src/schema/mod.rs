//! The schema map: reading it, holding it against a live database, explaining it.

mod account_lookup;
mod account_roles;
pub mod category;
mod check;
mod complete;
mod derived;
mod erp_lookup;
mod erp_roles;
mod explain;
mod list_roles;
mod live;
mod live_lists;
mod live_roles;
mod map;
mod names;
mod objection_lookup;
mod objection_roles;
mod pattern;
mod period;
mod read;
mod resolve;
mod retention_roles;
mod roles;
pub mod rule;
mod settle;
mod shipped;
mod suggest;
#[cfg(test)]
mod tests;
mod types;

pub use account_lookup::AccountRoles;
pub use account_roles::{Creation, Lookup, Named, Organisation, PolicyPlace, SaltPlace, SiteSalt, Templates};
pub use category::Category;
pub use check::{Check, Misfit, Stale, Thing, Unmapped, Warning};
pub use complete::{CompleteMap, History, MappedColumn, MappedTable, Neutralise, Origin, Rows};
pub use erp_roles::{ErpCompanies, ErpConnections, ErpKeys, ErpLink, ErpThirdParties};
pub use explain::{Explanation, explain};
pub use list_roles::{Field, FieldPlace, Groups, SearchIndex};
pub use map::Map;
pub use names::{is_personal_name, nearest};
pub use objection_roles::{
    CHANNELS, MAKERS, Medium, NewRow, Objection, ObjectionSign, OnceFor, PreferencePlace, Tie, WordColumn,
};
pub use pattern::Pattern;
pub use period::{Period, PeriodUnit};
pub use roles::{
    AccountName, Accounts, ActiveFlag, Administrator, CompanyLink, Filter, HasChild, HashColumn, Hop,
    MustChange, Prehash, Relation, RelationKind, RestoredMark, Retention, RootErase, SessionTable, Since,
    TemporaryPassword, Term,
};
pub use rule::*;
