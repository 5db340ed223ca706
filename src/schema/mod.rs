//! The schema map.
pub mod category;
mod complete;
mod map;
pub mod rule;
pub use category::Category;
pub use complete::{CompleteMap, MappedColumn, MappedTable, Neutralise, Origin, Rows};
pub use map::Map;
pub use rule::*;
