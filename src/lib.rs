//! crm-admin
pub mod archive;
pub mod fault;
pub mod interrupt;
pub mod password;
pub mod progress;
pub mod publish;
pub mod reference;
pub mod schema;
pub mod secret;
pub mod store;
pub mod ui;
pub mod words;
