//! A map as it is written.

/// A schema map, read and merged with what it extends, not yet held against a database.
#[derive(Debug, Clone)]
pub struct Map {}
