//! The schema map.
pub mod category;
pub mod rule;
pub use category::Category;
pub use rule::*;
