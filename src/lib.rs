//! crm-admin
pub mod fault;
pub mod interrupt;
pub mod masking;
pub mod progress;
pub mod schema;
pub mod secret;
pub mod store;
pub mod words;
