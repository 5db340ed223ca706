//! crm-admin
pub mod fault;
pub mod interrupt;
pub mod password;
pub mod progress;
pub mod reference;
pub mod schema;
pub mod secret;
pub mod store;
pub mod ui;
pub mod words;
