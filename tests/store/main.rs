//! What every engine behind the store's door promises, and the engines that are held to it.

mod contract;
mod sqlite;
